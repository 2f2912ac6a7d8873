"""Fitbit: the sleep among the tables of one file, up to the next table."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.fitbit import recognize

BODY = "Body\nDate,Weight,BMI,Fat\n" + "".join(f"2026-01-{day:02},70,22,0\n" for day in range(1, 32)) + "\n"
FOODS = 'Foods\nDate,Calories In\n2026-01-05,"1,900"\n\n'
ACTIVITIES = (
    'Activities\nDate,Calories Burned,Steps,Minutes Very Active\n2026-01-05,"2,400","11,204",40\n2026-01-06,N/A,0,0\n\n'
)
SLEEP = (
    "Sleep\nStart Time,End Time,Minutes Asleep,Minutes Awake,Number of Awakenings,Time in Bed,Minutes REM Sleep,Minutes Light Sleep,Minutes Deep Sleep\n"
    '2026-01-05 11:12PM,2026-01-06 7:02AM,"1,000",69,18,N/A,95,240,75\n'
    "11-10-2026 9:10 pm,12-10-2026 5:10 am,400,55,3,455,N/A,N/A,N/A\n\n"
)
FOOD_LOG = "Food Log 20260105\nMeal,Food,Calories\nLunch,Soup,90\n"


def test_sleep_is_taken_wherever_it_stands(opened, table):
    for text in (SLEEP, SLEEP + BODY, BODY + FOODS + ACTIVITIES + SLEEP + FOOD_LOG):
        export = recognize(opened(text))
        assert (export.when, export.dated_by, export.date_order) == ("Start Time", "evening", None)
        rows = table(export)
        assert [row["Start Time"] for row in rows] == ["2026-01-05 11:12PM", "11-10-2026 9:10 pm"]
        assert (rows[0]["Minutes Asleep"], rows[0]["Time in Bed"]) == ("1,000", "N/A")


def test_sleep_is_in_minutes_and_added_up(opened, measures):
    assert measures(recognize(opened(SLEEP))) == {
        "Minutes Asleep": ("sleep_minutes", "min", "sum", "night"),
        "Minutes Awake": ("awake_minutes", "min", "sum", "night"),
        "Number of Awakenings": ("awakenings", "", "sum", "night"),
        "Time in Bed": ("time_in_bed_minutes", "min", "sum", "night"),
        "Minutes REM Sleep": ("rem_sleep_minutes", "min", "sum", "night"),
        "Minutes Deep Sleep": ("deep_sleep_minutes", "min", "sum", "night"),
    }


def test_without_sleep_it_is_the_activities_of_the_day(opened, measures, table):
    export = recognize(opened(BODY + ACTIVITIES))
    assert (export.when, export.dated_by) == ("Date", "day")
    assert measures(export) == {"Steps": ("steps", "", None, "day")}
    assert [row["Steps"] for row in table(export)] == ["11,204", "0"]


def test_what_else_is_in_the_file_is_said(opened):
    notes = recognize(opened(BODY + FOODS + SLEEP + FOOD_LOG)).notes
    assert "Besides Sleep, the file holds Body, Foods, Food Log; nothing is taken from there." in notes
    assert not any("Besides" in note for note in recognize(opened(SLEEP)).notes)
    assert any("nap" in note for note in notes)


def test_a_section_that_comes_twice_is_read_twice(opened, table):
    assert len(table(recognize(opened(SLEEP + BODY + SLEEP)))) == 4


def test_an_odd_row_is_given(opened):
    export = recognize(opened(SLEEP.rstrip("\n") + "\nnonsense\n"))
    assert [*export.rows()][-1].cells[0] == "nonsense"


def test_a_file_without_sleep_or_activities_is_refused_with_the_way_out(opened):
    with pytest.raises(InputError, match="no table of sleep or activities"):
        recognize(opened(BODY))
