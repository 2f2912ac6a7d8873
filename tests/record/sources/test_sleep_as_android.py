"""Sleep as Android: every record has its own header, noise lines are no records, the zone is in the row."""

import pytest

from nof1.record.sources.sleep_as_android import recognize

FIXED = "Id,Tz,From,To,Sched,Hours,Rating,Comment,Framerate,Snore,Noise,Cycles,DeepSleep,LenAdjust,Geo"
EXPORT = f'''{FIXED},"23:10","23:15","Event"
"1767651000000","Europe/Berlin","05. 01. 2026 23:10","06. 01. 2026 6:40","06. 01. 2026 6:45","7.500","3.25"," #tea late","10000","-1","-1.0","5","0.41","-30","a1b2c3","1.0","0.5","DEVICE-17676-99"
,,,,,,,,,,,,,,,"0.01","0.02"
{FIXED},"1:05"
"1767744300000","America/New_York","07. 01. 2026 1:05","07. 01. 2026 7:05","","6.000","0.0","he said ""no""","10000","-1","-1.0","-1","-1.0","-1.0","","2.0"
'''


def test_headers_and_noise_are_no_rows(opened, table):
    export = recognize(opened(EXPORT))
    first, second = table(export)
    assert [row.line for row in export.rows()] == [2, 5]
    assert (first["From"], first["Tz"], first["Hours"]) == ("05. 01. 2026 23:10", "Europe/Berlin", "7.500")
    assert (second["From"], second["Comment"]) == ("07. 01. 2026 1:05", 'he said "no"')
    assert all(len(row.cells) == len(export.columns) for row in export.rows())


def test_dates_zones_and_measures(opened, measures):
    export = recognize(opened(EXPORT))
    assert (export.when, export.zone_column, export.dated_by, export.date_order) == ("From", "Tz", "evening", "dmy")
    assert measures(export) == {
        "Hours": ("time_in_bed_minutes", "h", "sum", "night"),
        "Hours with LenAdjust": ("sleep_minutes", "h", "sum", "night"),
    }
    assert export.suggested == {"note": "Comment"}


def test_minutes_awake_are_taken_off(opened, table):
    rows = table(recognize(opened(EXPORT)))
    assert [row["Hours with LenAdjust"] for row in rows] == ["7.0000", "6.000"]


@pytest.mark.parametrize(
    ("hours", "adjust", "asleep"),
    [("7,500", "-30", "7,0000"), ("7,500", "0", "7,500"), ("oops", "-30", "oops"), ("", "", None)],
)
def test_decimal_commas_and_odd_cells_are_kept(opened, table, hours, adjust, asleep):
    text = f'{FIXED}\n"1","Europe/Berlin","05. 01. 2026 23:10","","","{hours}","3,0","","","","","","","{adjust}",""\n'
    export = recognize(opened(text))
    assert export.decimal_comma is ("," in hours if hours else None)
    assert table(export)[0].get("Hours with LenAdjust") == asleep


def test_a_rating_of_zero_is_doubtful_and_not_suggested(opened):
    export = recognize(opened(EXPORT))
    assert export.column("Rating").measure == ""
    assert any("rating of 0" in note for note in export.notes)


def test_where_and_who_stays_behind(opened, roles, table):
    export = recognize(opened(EXPORT))
    assert roles(export, "private") == ["Id", "Geo"]
    assert "DEVICE" not in str(table(export))


def test_an_older_header_without_the_last_columns_is_read_by_name(opened, table):
    text = (
        "Id,Tz,From,To,Sched,Hours,Comment,Rating,Event\n"
        '"1","Europe/Berlin","05. 01. 2026 23:10","","","7.0","fine","4.0","X-1"\n'
    )
    (row,) = table(recognize(opened(text)))
    assert (row["Comment"], row["Rating"], row["Hours with LenAdjust"]) == ("fine", "4.0", "7.0")
    assert "Geo" not in row
