"""Samsung Health: a line above the header, a comma too many, marks in the middle, times in UTC."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.samsung_health import recognize
from nof1.record.values.ambiguous import AmbiguousInput

P = "com.samsung.health.sleep."
FIRST = "com.samsung.shealth.sleep,7006003,11\n"
HEADER = f"{P}start_time,{P}end_time,{P}time_offset,sleep_score,efficiency,sleep_duration,total_rem_duration,{P}deviceuuid,{P}comment\n"


def row(begin, end, offset="UTC+0100", score="80", duration="", more=""):
    return f"{begin}.000,{end}.000,{offset},{score},0.0,{duration},75,dev1,calm,{more}\n"


NIGHT = row("2026-01-12 21:50:00", "2026-01-13 05:40:00", duration="470")


def test_a_night_is_read_with_the_clock_of_the_place(opened, nights, table):
    export = recognize(opened(FIRST + HEADER + NIGHT))
    assert table(export)[0][f"{P}start_time"] == "2026-01-12 22:50:00"
    assert nights(export) == {12: {"sleep_score": 80, "time_in_bed_minutes": 470, "rem_sleep_minutes": 75}}
    assert any("first row begins at '2026-01-12 22:50:00'" in note for note in export.notes)


@pytest.mark.parametrize(
    ("begin", "offset", "day"),
    [
        ("2026-01-13 02:50:00", "UTC-0400", 12),  # 22:50 of the day before
        ("2026-01-13 04:30:00", "UTC-0400", 12),  # 00:30
        ("2026-01-12 13:20:00", "UTC+0900", 12),  # 22:20
        ("2026-01-12 16:20:00", "UTC+0900", 12),  # 01:20 of the day after
        ("2026-01-12 22:20:00", "UTC+0000", 12),
        ("2026-01-12 17:40:00", "UTC+0530", 12),
    ],
)
def test_the_night_is_that_of_the_place(opened, nights, begin, offset, day):
    hour = int(begin[11:13]) + 6
    end = f"2026-01-{int(begin[8:10]) + hour // 24:02} {hour % 24:02}:00:00"
    assert list(nights(recognize(opened(FIRST + HEADER + row(begin, end, offset))))) == [day]


@pytest.mark.parametrize("header", [HEADER, HEADER.rstrip() + ",\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("inside", ["", "\ufeff"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_marks_and_commas_change_nothing(opened, nights, header, mark, inside, quote, ending):
    first, _, rest = header.partition(",")
    text = f"{mark}{FIRST}{inside}{quote}{first}{quote},{rest}{inside}{NIGHT}".replace("\n", ending)
    export = recognize(opened(text))
    assert export.header[0] == f"{P}start_time"
    assert nights(export)[12]["sleep_score"] == 80


def test_other_prefixes_and_none_are_known_too(opened, nights):
    for prefix in ("", "com.example.health.sleep."):
        export = recognize(opened(FIRST.replace("samsung", "example") + HEADER.replace(P, prefix) + NIGHT))
        assert export.when == f"{prefix}start_time"
        assert list(nights(export)) == [12]


def test_a_score_of_nought_is_none_and_the_time_in_bed_needs_no_duration(opened, nights):
    export = recognize(opened(FIRST + HEADER + row("2026-01-12 21:50:00", "2026-01-13 05:40:00", score="0")))
    assert nights(export) == {12: {"time_in_bed_minutes": 470, "rem_sleep_minutes": 75}}


def test_naps_are_apart_and_two_devices_count_once(opened, nights):
    nap = row("2026-01-13 13:00:00", "2026-01-13 13:40:00")
    phone = row("2026-01-12 22:00:00", "2026-01-13 05:00:00", score="70")
    export = recognize(opened(FIRST + HEADER + NIGHT + nap + phone))
    assert nights(export) == {
        12: {"sleep_score": 80, "time_in_bed_minutes": 470, "rem_sleep_minutes": 75},
        13: {"nap_minutes": 40},
    }
    assert any("overlaps a longer one" in note and note.endswith("line 5.") for note in export.notes)


def test_without_an_offset_the_zone_is_asked(opened, nights):
    export = recognize(opened(FIRST + HEADER + row("2026-01-12 21:50:00", "2026-01-13 05:40:00", offset="")))
    with pytest.raises(AmbiguousInput, match="zone="):
        nights(export)
    assert list(nights(export, zone="Europe/Berlin")) == [12]


def test_another_table_is_read_and_nothing_of_it_is_suggested(opened, measures, roles, nights):
    text = "com.samsung.shealth.stress,7006003,4\nscore,start_time,time_offset,deviceuuid\n31,2026-01-12 19:20:00.000,UTC+0100,dev1,\n"
    export = recognize(opened(text))
    assert measures(export) == {}
    assert roles(export, "private") == ["deviceuuid"]
    assert nights(export, measures=("stress=score",)) == {12: {"stress": 31}}


def test_devices_stay_in_the_file(opened, roles):
    assert roles(recognize(opened(FIRST + HEADER + NIGHT)), "private") == [f"{P}deviceuuid"]


def test_what_only_looks_like_it_is_left_to_others(opened):
    for first in ("Sleep,1,2\n", "com.samsung.shealth.sleep,a,b\n", "com.samsung.shealth.sleep\n", "2026.01.05,1,2\n"):
        assert recognize(opened(first + HEADER + NIGHT)) is None
    assert recognize(opened(FIRST + "a,b,c\n1,2,3\n")) is None


def test_a_table_without_rows_is_refused(opened):
    with pytest.raises(InputError, match="no rows"):
        recognize(opened(FIRST + HEADER))
