"""MacroFactor's food log: one row a food, added up for each day.

Formats seen: code of other people's importers that read "Date", "Time", "Food Name" and nutrients with their unit in the
header, as CSV and as the sheet "Food Log" of a spreadsheet (a "Backend Scripts" README on importing MacroFactor). The
maker publishes no list of columns.
"""

from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export, split_unit
from nof1.record.sources.source import Column, Export

KEY = "macrofactor"
TITLE = "a food log of MacroFactor"

_MEASURES = {
    "Calories": "energy_kcal",
    "Energy": "energy_kcal",
    "Magnesium": "dietary_magnesium_mg",
    "Iron": "dietary_iron_mg",
    "Caffeine": "caffeine_mg",
}
_FOODS = ("Food Name", "Serving Unit", "Serving Size")
_TEXTS = ("Date", "Time", "Food Name", "Serving Size", "Serving Unit", "Notes")


def recognize(file: Opened) -> Export | None:
    """By "Date" and "Food Name", with a time or a serving beside them and a nutrient with its unit."""
    header = file.header
    if not has_columns(file, "Date", "Food Name") or not {"Time", "Serving Size"} & set(header):
        return None
    if not any(split_unit(name)[1] for name in header):
        return None
    return replace(
        plain_export(file, 0, KEY, TITLE),
        columns=tuple(_column(name) for name in header),
        when="Date",
        clock="Time" if "Time" in header else "",
        dated_by="day",
        foods=tuple(name for name in _FOODS if name in header),
        notes=(
            "The foods of a day are added up.",
            "A blank cell means that the value was not tracked; it is never taken as zero, so sums can be too low.",
        ),
    )


def _column(name: str) -> Column:
    if name in _TEXTS:
        return Column(name, belongs="day", role="text")
    bare, unit = split_unit(name)
    measure = _MEASURES.get(bare, "")
    return Column(name, measure, unit or ("?" if measure else ""), "sum", "day")
