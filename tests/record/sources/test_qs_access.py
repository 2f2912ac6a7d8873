"""QS Access: days and hours of Apple Health, with 0 where nothing was recorded."""

from nof1.record.sources.qs_access import recognize
from nof1.record.values.nights import moment_reader, night_of

DAYS = (
    "Start,Finish,Active Calories (kcal),Heart Rate (count/min),Steps (count)\n"
    "05-Jan-2026 00:00,06-Jan-2026 00:00,0.0,0.0,12320.0\n"
    "06-Jan-2026 00:00,07-Jan-2026 00:00,0.0,0.0,0.0\n"
)
HOURS = (
    "Start,Finish,Steps (count)\n"
    "05-Jan-2026 23:00,06-Jan-2026 00:00,459.0\n"
    "06-Jan-2026 00:00,06-Jan-2026 01:00,93.0\n"
    "06-Jan-2026 06:00,06-Jan-2026 07:00,12.0\n"
)


def days(export):
    read = moment_reader("dmy")
    return [night_of(read(row.cells[0]), export.dated_by, "day").day for row in export.rows()]


def test_steps_are_a_days(opened, measures):
    export = recognize(opened(DAYS))
    assert measures(export) == {"Steps (count)": ("steps", "count", "sum", "day")}
    assert days(export) == [5, 6]


def test_hours_after_midnight_are_still_the_day_before(opened):
    assert days(recognize(opened(HOURS))) == [5, 5, 6]


def test_a_row_of_zeros_holds_nothing(opened, table):
    assert [row.get("Steps (count)") for row in table(recognize(opened(DAYS)))] == ["12320.0", None]


def test_sleep_was_not_seen_and_is_not_suggested(opened, measures):
    export = recognize(opened(DAYS.replace("Heart Rate (count/min)", "Sleep Analysis (hr)")))
    assert "Sleep Analysis (hr)" not in measures(export)


def test_a_short_row_does_no_harm(opened):
    assert len(list(recognize(opened(DAYS + "07-Jan-2026 00:00\n")).rows())) == 3
