"""MyFitnessPal: meals and exercises of a day added up; percents of a daily value and a tracker's minute are no amounts."""

from nof1.record.importing.mapping import complete_map
from nof1.record.sources.myfitnesspal import recognize

MEALS = (
    "Date,Meal,Time,Calories,Fat (g),Saturated Fat,Sodium (mg),Vitamin C,Calcium,Iron,Note\n"
    "2026-01-05,Breakfast,8:02 AM,518.0,29.0,7.9,574.5,40.0,15.0,8.0,\n"
    '2026-01-05,Snacks,,200.5,8.0,,12.0,0.0,0.0,0.0,"chocolate, late"\n'
)
EXERCISE = (
    "Date,Exercise,Type,Exercise Calories,Exercise Minutes,Sets,Reps Per Set,Kilograms,Steps,Note\n"
    '2026-01-05,"Walking, brisk",Cardio,178.0,18,,,,,\n'
    "2026-01-05,MFP iOS calorie adjustment,Cardio,14.0,1,,,,1829,\n"
    "2026-01-06,Bench Press,Strength,,,3,10,20.0,,\n"
)


def test_meals_give_the_energy_of_a_day(opened, measures, roles):
    export = recognize(opened(MEALS))
    assert measures(export) == {"Calories": ("energy_kcal", "kcal", "sum", "day")}
    assert roles(export, "text") == ["Date", "Meal", "Time", "Note"]
    assert (export.when, export.clock, export.dated_by, export.date_order) == ("Date", "Time", "day", "ymd")
    assert any("percents of a daily value" in note for note in export.notes)


def test_iron_is_no_amount_even_for_a_trial_that_asks_for_iron(opened, make_protocol):
    """A covariate that is called like the column must not be read from percents."""
    protocol = make_protocol(analysis={"covariates": ["iron", "energy_kcal"]})
    assert complete_map(recognize(opened(MEALS)), protocol, {}) == {
        "night": "Date",
        "note": "Note",
        "energy_kcal": "Calories",
    }


def test_an_older_file_has_no_times(opened):
    export = recognize(
        opened(MEALS.replace("Meal,Time,", "Meal,").replace("8:02 AM,", "").replace("Snacks,,", "Snacks,"))
    )
    assert export.clock == ""


def test_exercise_gives_minutes_and_steps(opened, table, measures):
    export = recognize(opened(EXERCISE))
    assert measures(export) == {
        "Exercise Minutes": ("exercise", "min", "sum", "day"),
        "Steps": ("steps", "count", "sum", "day"),
    }
    rows = table(export)
    assert rows[0]["Exercise Minutes"] == "18"
    assert "Exercise Minutes" not in rows[1]
    assert rows[1]["Steps"] == "1829"
    assert rows[2]["Kilograms"] == "20.0"


def test_a_short_row_does_no_harm(opened):
    rows = list(recognize(opened(EXERCISE + "2026-01-07\n")).rows())
    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_measurements_are_no_file_of_meals(opened):
    assert recognize(opened("Date,Body Fat %,Weight\n2026-01-05,18.5,75\n")) is None
