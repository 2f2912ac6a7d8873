"""Health Auto Export: a line is a day's sums and a night's sleep, which need not be of one night; zeros where nothing was recorded."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.record.opening.opened import open_file
from nof1.record.sources.health_auto_export import recognize
from nof1.record.values.nights import moment_reader, night_of

HEADER = (
    "Date/Time,Active Energy (kJ),Apple Exercise Time (min),Caffeine (mg),Dietary Energy (kJ),Magnesium (mg),Resting Heart Rate (count/min),"
    "Sleep Analysis [Total] (hr),Sleep Analysis [Asleep] (hr),Sleep Analysis [In Bed] (hr),Sleep Analysis [Core] (hr),"
    "Sleep Analysis [Deep] (hr),Sleep Analysis [REM] (hr),Sleep Analysis [Awake] (hr),Step Count (count)\n"
)
DAILY = (
    HEADER
    + "2026-01-05 00:00:00,1500.2,20,120,8000,310,58,7.5,0,8,5,1,1.5,0,8500\n"
    + "2026-01-06 00:00:00,900,,,,,,0,0,0,0,0,0,0,4200\n"
    + "2026-01-07 00:00:00,,,,,,,6,6,0,0,0,0,0,\n"
)


def nights(export, dated_by):
    """Night and cells of every row that the export gives."""
    read = moment_reader("ymd")
    found = []
    for row in export.rows():
        cells = {name: cell for name, cell in zip(export.header, row.cells, strict=True) if cell}
        belongs = "night" if any(export.column(name).belongs == "night" for name in list(cells)[1:]) else "day"
        found.append((night_of(read(cells[export.when]), dated_by, belongs).day, list(cells)[1:]))
    return found


@pytest.mark.parametrize(("dated_by", "slept"), [("evening", 5), ("morning", 4)])
def test_a_days_sums_stay_on_their_day_whatever_a_nights_date_means(opened, dated_by, slept):
    given = nights(recognize(opened(DAILY)), dated_by)
    assert [(night, "Step Count (count)" in names) for night, names in given[:2]] == [(5, True), (slept, False)]
    assert given[2][0] == 6  # no sleep on this day
    assert len(given) == 4


def test_zeros_of_a_night_that_was_not_recorded_are_none(opened, table):
    rows = [row for row in table(recognize(opened(DAILY))) if any("Sleep" in name for name in row)]
    assert [row.get("Sleep Analysis [Total] (hr)") for row in rows] == ["7.5", "6"]
    assert rows[0]["Sleep Analysis [Awake] (hr)"] == "0"
    assert set(rows[1]) == {"Date/Time", "Sleep Analysis [Total] (hr)", "Sleep Analysis [Asleep] (hr)"}


def test_columns_are_measures_in_the_units_of_the_header(opened, measures):
    assert measures(recognize(opened(DAILY))) == {
        "Apple Exercise Time (min)": ("exercise", "min", "sum", "day"),
        "Caffeine (mg)": ("caffeine_mg", "mg", "sum", "day"),
        "Dietary Energy (kJ)": ("energy_kcal", "kJ", "sum", "day"),
        "Resting Heart Rate (count/min)": ("resting_heart_rate", "count/min", "mean", "day"),
        "Sleep Analysis [Total] (hr)": ("sleep_minutes", "hr", "sum", "night"),
        "Sleep Analysis [In Bed] (hr)": ("time_in_bed_minutes", "hr", "sum", "night"),
        "Sleep Analysis [Deep] (hr)": ("deep_sleep_minutes", "hr", "sum", "night"),
        "Sleep Analysis [REM] (hr)": ("rem_sleep_minutes", "hr", "sum", "night"),
        "Sleep Analysis [Awake] (hr)": ("awake_minutes", "hr", "sum", "night"),
        "Step Count (count)": ("steps", "count", "sum", "day"),
    }


def test_without_a_total_sleep_is_what_is_called_asleep(opened, measures):
    export = recognize(opened("Date/Time,Sleep Analysis [Asleep] (hr)\n2026-01-05 00:00:00,7\n"))
    assert measures(export) == {"Sleep Analysis [Asleep] (hr)": ("sleep_minutes", "hr", "sum", "night")}


def test_magnesium_may_be_the_trials_own_and_is_not_suggested(opened):
    export = recognize(opened(DAILY))
    column = export.column("Magnesium (mg)")
    assert (column.measure, column.unit, column.belongs) == ("", "mg", "day")
    assert any("own capsule" in note for note in export.notes)


def test_the_date_of_a_night_is_asked_for_and_that_of_a_day_is_known(opened):
    assert recognize(opened(DAILY)).asks_dating
    days = recognize(opened("Date/Time,Step Count (steps)\n2026-01-05 00:00:00,8500\n"))
    assert (days.asks_dating, days.dated_by) == (False, "day")


def test_rows_of_hours_keep_their_clock(opened):
    hours = "Date/Time,Step Count (count)\n2026-01-05 23:00:00,10\n2026-01-06 00:00:00,20\n2026-01-06 05:00:00,40\n"
    assert [night for night, _ in nights(recognize(opened(hours)), "day")] == [5, 5, 6]


@pytest.mark.parametrize(("days", "warned"), [((5, 6, 12), False), ((5, 12, 19), True), ((5,), False)])
def test_sums_of_weeks_are_pointed_out(opened, days, warned):
    rows = "".join(f"2026-01-{day:02} 00:00:00,8500\n" for day in days)
    notes = recognize(opened("Date/Time,Step Count (count)\n" + rows)).notes
    assert any(note.startswith("CAREFUL") for note in notes) is warned


def test_odd_and_short_rows_are_given(opened):
    export = recognize(opened(DAILY + "2026-01-08 00:00:00,1\nnever,,,,,,,,,,,,,,5\n"))
    rows = list(export.rows())
    assert [row.line for row in rows] == [2, 2, 3, 4, 5, 6]
    assert (rows[-1].cells[0], rows[-1].cells[-1]) == ("never", "5")


def test_an_older_file_says_date(opened):
    text = "Date,Active Energy (kcal),Step Count (count)\n2026-01-05 00:00:00,400,8500\n"
    assert recognize(opened(text)).when == "Date"
    assert recognize(opened("Date,Step Count (count),Legs\n2026-01-05,8500,4\n")) is None


hours = st.sampled_from(["", "0", "0.0", "1.25", "7.5"])


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(hours, hours, hours, st.sampled_from(["", "0", "8500"])), min_size=1, max_size=8),
    st.sampled_from(["evening", "morning"]),
)
def test_no_value_is_lost_and_none_moves_to_another_day(lines, dated_by):
    """Every value of a line is in one of its rows, on its night; what is left out is a zero of sleep."""
    header = "Date/Time,Sleep Analysis [Total] (hr),Sleep Analysis [Deep] (hr),Sleep Analysis [Awake] (hr),Step Count (count)"
    text = "".join(f"2026-01-{day:02} 00:00:00,{','.join(cells)}\n" for day, cells in enumerate(lines, start=5))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        path.write_text(f"{header}\n{text}")
        export = recognize(open_file(path))
        read, found = moment_reader("ymd"), {}
        for row in export.rows():
            cells = dict(zip(export.header, row.cells, strict=True))
            when = read(cells.pop("Date/Time"))
            for name, cell in cells.items():
                if cell:
                    night = night_of(when, dated_by, export.column(name).belongs)
                    assert found.setdefault((row.line, name), (night.day, cell)) == (night.day, cell)
    for line, given_cells in enumerate(lines, start=2):
        for name, cell in zip(header.split(",")[1:], given_cells, strict=True):
            day = line + 3 - (dated_by == "morning" and "Sleep" in name)
            zero = "Sleep" in name and not cell.strip("0.")
            assert (
                found.get((line, name)) in ((day, cell), None)
                if zero
                else (found[line, name] == (day, cell) if cell else True)
            )
