"""MyFitnessPal's file export: one file of meals, one of exercise, in a zip; each is a source's file of its own.

Formats seen: GitHub, kari0219/health_stats, data/ (Nutrition-Summary and Exercise-Summary of 2019, one row a meal and one an
exercise); ianpcox/ED-Gym-Rat-Viz (2011 to 2023); johnzastrow/garminview, tests (the zip). Newer files have a column "Time",
often blank, and then a row for each food. Vitamins, calcium and iron are percents of a daily value, not weights.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.source import Column, Export

KEY = "myfitnesspal"
TITLE = "an export of MyFitnessPal"

_MEALS = ("Date", "Meal", "Calories", "Fat (g)")
_EXERCISE = ("Date", "Exercise", "Type", "Exercise Calories", "Exercise Minutes")
_OF_MEALS = {"Calories": Column("Calories", "energy_kcal", "kcal", "sum", "day")}
_OF_EXERCISE = {
    "Exercise Minutes": Column("Exercise Minutes", "exercise", "min", "sum", "day"),
    "Steps": Column("Steps", "steps", "count", "sum", "day"),
}
# Under their own names they would look like amounts.
_PERCENTS = ("Vitamin A", "Vitamin C", "Calcium", "Iron")
_TEXTS = ("Date", "Meal", "Time", "Exercise", "Type", "Note")
# The row that a tracker's steps make; its one minute was not exercised.
_ADJUSTMENT = "calorie adjustment"


def recognize(file: Opened) -> Export | None:
    """By the meal, its calories and its fat, or by the exercise, its calories and its minutes."""
    if has_columns(file, *_EXERCISE):
        return _exercise(file)
    if not has_columns(file, *_MEALS) or "Food Name" in file.header:
        return None
    export = plain_export(file, 0, KEY, TITLE)
    return replace(
        export,
        columns=tuple(_column(name, _OF_MEALS) for name in export.header),
        when="Date",
        clock="Time" if "Time" in export.header else "",
        dated_by="day",
        date_order="ymd",
        notes=(
            "The meals of a day are added up. A meal that was not logged makes the day too low, and the file does not tell.",
            "Calories are taken for kcal. Vitamins, calcium and iron are percents of a daily value there, no amounts, and are not suggested.",
        ),
    )


def _exercise(file: Opened) -> Export:
    export = plain_export(file, 0, KEY, TITLE)
    return replace(
        export,
        columns=tuple(_column(name, _OF_EXERCISE) for name in export.header),
        rows=_exercised(export),
        when="Date",
        dated_by="day",
        date_order="ymd",
        notes=(
            "The exercises of a day are added up. A day without any is not in the file; it is not taken for a day of 0 minutes.",
            "The minute of a row called calorie adjustment stands for a tracker's steps and is left out.",
        ),
    )


def _column(name: str, known: dict[str, Column]) -> Column:
    if name in _TEXTS:
        return Column(name, belongs="day", role="text")
    if name in _PERCENTS:
        name = f"{name} (% of a daily value)"
    return known.get(name, Column(name, merge="sum", belongs="day"))


def _exercised(export: Export) -> Callable[[], Iterator[Row]]:
    name, minutes = export.place("Exercise"), export.place("Exercise Minutes")

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = row.cells
            if minutes < len(cells) and name < len(cells) and _ADJUSTMENT in cells[name].casefold():
                row = Row(row.line, [*cells[:minutes], "", *cells[minutes + 1 :]])
            yield row

    return rows
