"""QS Access' table of Apple Health: one row an hour or a day, from "Start" to "Finish", 0 where nothing was recorded.

Formats seen: GitHub, skrzym/HealthKit-Analysis-with-QS-Access, DailyHealthData.csv and HealthData.csv ("29-Sep-2014 00:00", steps with
decimals); zenobase/zenobase-web, src/utils/importers/healthkit.ts (units in brackets behind each name). No file with sleep was
seen, so a column of sleep is not suggested.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import plain_export, split_unit
from nof1.record.sources.source import Column, Export

KEY = "qs_access"
TITLE = "an export of the app QS Access"

_BEGIN = ("Start", "Finish")
_KNOWN = ("Steps", "Active Calories", "Distance", "Heart Rate")
_MIDNIGHT = " 00:00"
_NOON = " 12:00"


def recognize(file: Opened) -> Export | None:
    """By the two moments first and one of the columns that the app writes."""
    header = file.header
    if file.kind != "table" or header[:2] != _BEGIN:
        return None
    if not any(split_unit(name)[0] in _KNOWN and split_unit(name)[1] for name in header[2:]):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    return replace(
        export,
        columns=(*(Column(name, role="text") for name in _BEGIN), *(_column(name) for name in header[2:])),
        when="Start",
        clock="",
        rows=_rows(export),
        dated_by="day",
        notes=(
            "The app writes 0 where nothing was recorded. A day or an hour with nothing but zeros is not taken; a 0 beside other numbers is.",
            "What belongs to a day is added up; before 04:00 it is still the day before.",
        ),
    )


def _column(name: str) -> Column:
    bare, unit = split_unit(name)
    if bare == "Steps":
        return Column(name, "steps", "count", "sum", "day")
    return Column(name, unit=unit, belongs="day")


def _rows(export: Export) -> Callable[[], Iterator[Row]]:
    """The rows; one that begins and ends at midnight is a whole day, and one of zeros alone is blank."""

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = list(row.cells)
            if len(cells) > 1 and all(cell.endswith(_MIDNIGHT) for cell in cells[:2]):
                cells[0] = cells[0].removesuffix(_MIDNIGHT) + _NOON
            if not any(cell.strip("0.,") for cell in cells[2:]):
                cells[2:] = [""] * len(cells[2:])
            yield Row(row.line, cells)

    return rows
