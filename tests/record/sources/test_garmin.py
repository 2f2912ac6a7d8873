"""Garmin's Sleep.csv: the title stands above the dates, which are those of waking up, and durations have words in them."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.garmin import recognize

HEADER = "Sleep Score 4 Weeks,Score,Resting Heart Rate,Body Battery,Pulse Ox,Respiration,Skin Temp Change,HRV Status,Quality,Duration,Sleep Need,Bedtime,Wake Time\n"


def row(day, score="81", rate="52", length="7h 5min", bed="11:20 PM"):
    return f'"{day}",{score},{rate},"+35",--,14.6,+0.3°,44,Good,{length},8h 0min,{bed},6:40 AM\n'


@pytest.mark.parametrize("day", ["2026-01-13", "Jan 13, 2026", "13.01.2026", "Jan 13"])
def test_a_date_is_the_morning(opened, nights, day):
    export = recognize(opened(HEADER + row(day)))
    assert (export.when, export.dated_by) == ("Sleep Score 4 Weeks", "morning")
    assert nights(export) == {12: {"sleep_score": 81, "sleep_minutes": 425, "resting_heart_rate": 52}}


def test_a_bedtime_after_midnight_changes_nothing(opened, nights):
    assert list(nights(recognize(opened(HEADER + row("2026-01-13", bed="12:31 AM"))))) == [12]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("7h 55min", "475"), ("7h", "420"), ("45min", "45"), ("7h 5m", "425"), ("12h 0min", "720"), ("425", "425")],
)
def test_durations_become_minutes(opened, table, written, minutes):
    found = table(recognize(opened(HEADER + row("2026-01-13", length=written))))[0]
    assert (found["Duration"], found["Sleep Need"]) == (minutes, "480")


@pytest.mark.parametrize("written", ["long", "7 hours or so", "7h 5min 3", "--"])
def test_what_is_no_duration_stays_as_it_is(opened, table, written):
    assert table(recognize(opened(HEADER + row("2026-01-13", length=written))))[0]["Duration"] == written


def test_a_day_without_the_watch_holds_nothing(opened, plan):
    made = plan(recognize(opened(HEADER + row("2026-01-13", "--", "--", "--") + row("2026-01-14"))))
    assert (made.taken, made.blank, made.rows_rejected) == (1, 1, 0)


def test_averages_of_weeks_are_refused_with_the_way_out(opened):
    with pytest.raises(InputError, match="report of four weeks"):
        recognize(opened("Date,Avg Score,Avg Quality,Avg Duration\nNov 1-7,65,Fair,6h 11min\n"))


def test_another_table_with_a_score_is_left_to_others(opened):
    assert recognize(opened("Date,Score,Duration\n2026-01-13,81,7h\n")) is None
    assert recognize(opened("Sleep Score 4 Weeks,Quality\n2026-01-13,Good\n")) is None
