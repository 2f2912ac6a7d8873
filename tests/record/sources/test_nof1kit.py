"""nof1kit: several ratings a day, days counted from 1, the condition under two names."""

from known import data_of_others

from nof1.record.opening.opened import open_file
from nof1.record.sources.nof1kit import recognize

EXPORT = """datetime,date,study_day,mood,tea,condition,mood_daily_mean
2026-01-05 10:06:00,2026-01-05,1.0,65.0,0,water,
2026-01-05 22:04:36,2026-01-05,1.0,55.0,0,water,60.0
2026-01-06 10:00:00,2026-01-06,2.0,,1,tea,
"""


def test_the_moment_the_day_and_the_count_of_days(opened, table):
    export = recognize(opened(EXPORT))
    assert (export.when, export.dated_by, export.day_number) == ("datetime", "day", "study_day")
    assert len(table(export)) == 3
    assert table(export)[2] == {
        "datetime": "2026-01-06 10:00:00",
        "date": "2026-01-06",
        "study_day": "2.0",
        "tea": "1",
        "condition": "tea",
    }


def test_the_condition_is_the_treatment_under_both_names(opened, roles):
    assert roles(recognize(opened(EXPORT)), "treatment") == ["tea", "condition"]


def test_a_condition_that_comes_late_is_known_too(opened, roles):
    days = [f"2026-01-{day:02},{day},water,0,{day % 5}\n" for day in range(1, 32)]
    days += [f"2026-02-{day:02},{31 + day},water,0,{day % 5}\n" for day in range(1, 29)] + ["2026-03-01,60,tea,1,2\n"]
    export = recognize(opened("date,study_day,condition,tea,mood\n" + "".join(days)))
    assert roles(export, "treatment") == ["condition", "tea"]


def test_a_column_that_goes_with_the_condition_is_the_treatment_under_another_name(opened, roles):
    days = [f"2026-01-{day:02},{day},{'water' if day % 2 else 'tea'},{day % 2},{day % 3}\n" for day in range(1, 9)]
    export = recognize(opened("date,study_day,condition,cup,mood\n" + "".join(days)))
    assert roles(export, "treatment") == ["condition", "cup"]
    assert roles(export, "value") == ["study_day", "mood"]


def test_ratings_are_merged_as_the_person_says_and_a_derived_column_is_not_suggested(opened, measures):
    export = recognize(opened(EXPORT))
    assert measures(export) == {"mood": ("mood", "", None, "night")}
    assert export.column("mood_daily_mean").role == "value"


def test_the_table_by_day_is_known_too(opened, roles):
    export = recognize(
        opened("date,study_day,condition,tea,mood,n_obs\n2026-01-05,1.0,water,0,60.0,3\n2026-01-06,2,tea,1,7,3\n")
    )
    assert (export.when, export.dated_by) == ("date", "day")
    assert roles(export, "treatment") == ["condition", "tea"]


def test_a_real_file_of_this_kind_is_read_whole(roles):
    export = recognize(open_file(data_of_others("melatonin/miura_ema_70day.csv")))
    rows = list(export.rows())
    assert len(rows) == 195
    assert roles(export, "treatment") == ["melatonin", "condition"]
    days = {row.cells[export.place("study_day")] for row in rows}
    assert len(days) == 70
