"""nof1kit's table of ratings: several a day with their time, the day of the study, and the condition of that day.

Formats seen: a public data set of this format (Miura Meng, N-of-1 Melatonin Study), as ratings and by day. The day of the
study counts from 1 there, and two dates have the same number, so it is worth holding against the calendar.
"""

from collections import defaultdict
from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.source import Column, Export

KEY = "nof1kit"
TITLE = "a table of nof1kit"

MAX_CONDITIONS = 50
_ENOUGH = 3  # rows of a condition, for a column that never changes within it to count as another name of it
_DERIVED = ("_daily_mean", "n_obs")


def recognize(file: Opened) -> Export | None:
    """By the date, the day of the study and the condition. Reads the file once, for what names the condition."""
    if not has_columns(file, "date", "study_day", "condition"):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    treatment = _names_of_condition(export)
    when = "datetime" if "datetime" in export.header else "date"
    notes = ["A rating counts for the night that begins on its day."]
    if when == "datetime":
        notes.append("Days have several ratings; say how they become one.")
    return replace(
        export,
        columns=tuple(_column(column, treatment) for column in export.columns),
        when=when,
        dated_by="day",
        date_order="ymd",
        day_number="study_day",
        notes=tuple(notes),
    )


def _names_of_condition(export: Export) -> set[str]:
    """The columns that tell the condition: called like one, or of one value in each and another in another."""
    place = export.place("condition")
    rows: dict[str, int] = defaultdict(int)
    values: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in export.rows():
        condition = row.cells[place] if place < len(row.cells) else ""
        if not condition or (condition not in rows and len(rows) == MAX_CONDITIONS):
            continue
        rows[condition] += 1
        for name, cell in zip(export.header, row.cells, strict=False):
            if cell and len(values[name][condition]) < 2:
                values[name][condition].add(cell)
    named = {name for name in export.header if name.casefold() in {condition.casefold() for condition in rows}}
    if len(rows) < 2 or min(rows.values()) < _ENOUGH:
        return named
    return named | {
        name
        for name, seen in values.items()
        if len(seen) == len(rows)
        and all(len(cells) == 1 for cells in seen.values())
        and len(set.union(*seen.values())) > 1
    }


def _column(column: Column, treatment: set[str]) -> Column:
    name = column.name
    if name == "condition" or name in treatment:
        return Column(name, role="treatment")
    if name in ("datetime", "date"):
        return Column(name, role="text")
    if name.endswith(_DERIVED) or name == "study_day":
        return Column(name)
    return column
