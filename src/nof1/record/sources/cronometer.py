"""Cronometer's exports: Daily Nutrition, one row a day (or one a meal), and Food & Recipe Entries, one row a food.

Formats seen: GitHub, jrmycanady/cronometer-export, README (the kinds of export); TraceApps/nutritrace, the importer for
Cronometer and its tests (headers, meal rows with a daily "Total", dates in the account's own order, a blank for what is
not known, entries without nutrients on free accounts).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nof1.errors import InputError
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import has_columns, plain_export, split_unit
from nof1.record.sources.source import Column, Export, Merge

KEY = "cronometer"
TITLE = "an export of Cronometer"

_MEASURES = {
    "Energy": "energy_kcal",
    "Magnesium": "dietary_magnesium_mg",
    "Iron": "dietary_iron_mg",
    "Caffeine": "caffeine_mg",
}
_TEXTS = ("Time", "Group", "Food Name", "Amount", "Unit", "Category", "Completed", "Notes")
# What a magnesium or iron trial's own capsules would be in.
_IN_SUPPLEMENTS = ("Magnesium", "Iron", "Caffeine")
_FOODS = ("Food Name", "Group", "Category", "Amount", "Unit")
_TOTAL = "total"


def recognize(file: Opened) -> Export | None:
    """By "Date" and an energy column for days, by "Day", "Food Name" and "Amount" for foods.

    Raises
    ------
    InputError
        If it is a list of foods without any nutrients.
    """
    header = file.header
    if has_columns(file, "Day", "Food Name", "Amount"):
        if not any(split_unit(name)[1] for name in header):
            raise InputError(
                f"{file.name} lists foods without their nutrients. In Cronometer, export Daily Nutrition instead."
            )
        return _export(file, "Day", "sum", ("The foods of a day are added up.", _BLANK))
    energy = any(split_unit(name)[0] == "Energy" for name in header)
    if not has_columns(file, "Date") or header[0] != "Date" or not energy or "Food Name" in header:
        return None
    notes = [_BLANK, "A day with nothing but zeros was not logged; nothing is taken from it."]
    if "Group" not in header and any(split_unit(name)[0] in _IN_SUPPLEMENTS for name in header):
        notes.append(_WHOLE_DAYS)
    if "Completed" in header:
        notes.append(
            "Days that are not marked as completed are taken like the others; what was not logged makes them too low."
        )
    if "Group" in header:
        notes.append("The meals of a day are added up; its rows called Total are left out.")
    return _export(file, "Date", "sum" if "Group" in header else None, tuple(notes))


_BLANK = (
    "A blank cell means that Cronometer does not know the value; it is never taken as zero, so sums can be too low."
)


_WHOLE_DAYS = (
    "CAREFUL: these are totals of whole days, with supplements in them: if the trial's own doses were logged in Cronometer, they cannot "
    "be told apart here. Export Food & Recipe Entries instead, where they can."
)


def _export(file: Opened, when: str, merge: Merge | None, notes: tuple[str, ...]) -> Export:
    export = plain_export(file, 0, KEY, TITLE)
    foods = tuple(name for name in _FOODS if name in export.header)
    columns = tuple(_column(name, when, merge) for name in export.header)
    rows = _logged(export, columns) if when == "Date" else export.rows
    clock = "Time" if "Time" in export.header else ""
    return replace(export, columns=columns, when=when, clock=clock, rows=rows, dated_by="day", notes=notes, foods=foods)


def _column(name: str, when: str, merge: Merge | None) -> Column:
    if name == when or name in _TEXTS:
        return Column(name, belongs="day", role="text")
    bare, unit = split_unit(name)
    measure = _MEASURES.get(bare, "")
    return Column(name, measure, unit or ("?" if measure else ""), merge, "day")


def _logged(export: Export, columns: tuple[Column, ...]) -> Callable[[], Iterator[Row]]:
    """The rows without daily totals of meals, and with days of nothing but zeros blank."""
    group = export.place("Group") if "Group" in export.header else -1
    numbers = [place for place, column in enumerate(columns) if column.role == "value"]

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = row.cells
            if 0 <= group < len(cells) and cells[group].casefold() == _TOTAL:
                continue
            given = [cells[place] for place in numbers if place < len(cells)]
            if group < 0 and all(not text.strip("0.,") for text in given):
                yield Row(row.line, ["" if place in numbers else cell for place, cell in enumerate(cells)])
            else:
                yield row

    return rows
