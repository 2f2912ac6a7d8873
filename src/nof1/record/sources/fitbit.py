"""Fitbit's old export: several tables one under another in a file, each under a line with its name.

Formats seen: GitHub, sleepdiary/core, "Fitbit" (the sections' headers, both ways of writing a time, "1,000" and "N/A").
Minutes asleep and awake add up to the time in bed there, so all are minutes.
"""

from collections.abc import Iterator

from nof1.errors import InputError
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.source import Column, Export

KEY = "fitbit"
TITLE = "an export of Fitbit"

_SECTIONS = ("Body", "Foods", "Activities", "Sleep")
_FOOD_LOG = "Food Log"
_TAKEN = {"Sleep": "Start Time", "Activities": "Date"}  # in this order, and the column that tells when
_MEASURES = {
    "Minutes Asleep": ("sleep_minutes", "min"),
    "Minutes Awake": ("awake_minutes", "min"),
    "Number of Awakenings": ("awakenings", ""),
    "Time in Bed": ("time_in_bed_minutes", "min"),
    "Minutes REM Sleep": ("rem_sleep_minutes", "min"),
    "Minutes Deep Sleep": ("deep_sleep_minutes", "min"),
    "Steps": ("steps", ""),
}


def recognize(file: Opened) -> Export | None:
    """By a first row that is a section's name alone and a second that begins as Fitbit's headers do.

    Reads the file once, for the section that is wanted may come last.

    Raises
    ------
    InputError
        If it has neither a section of sleep nor one of activities.
    """
    if file.kind != "table" or len(file.head) < 2 or not _section(file.head[0]):
        return None
    if file.head[1].cells[0] not in ("Date", "Start Time", "Meal"):
        return None
    headers: dict[str, tuple[str, ...]] = {}
    for name, row, is_header in _walk(file):
        if is_header:
            headers.setdefault(name, tuple(cell for cell in row.cells if cell))
    section = next((name for name, when in _TAKEN.items() if when in headers.get(name, ())), None)
    if section is None:
        raise InputError(f"{file.name} has no table of sleep or activities. Export those from Fitbit.")
    others = ", ".join(name for name in headers if name != section)
    notes: tuple[str, ...] = (
        (f"Besides {section}, the file holds {others}; nothing is taken from there.",) if others else ()
    )
    if section == "Sleep":
        notes += ("Sleeps of one night are added up. A nap in the afternoon is added to the night after it.",)

    def rows() -> Iterator[Row]:
        return (row for name, row, is_header in _walk(file) if name == section and not is_header)

    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=tuple(_column(name, section) for name in headers[section]),
        when=_TAKEN[section],
        rows=rows,
        dated_by="evening" if section == "Sleep" else "day",
        notes=notes,
    )


def _section(row: Row) -> str:
    """The section that a row begins, or ""."""
    name = row.cells[0]
    if any(row.cells[1:]):
        return ""
    return _FOOD_LOG if name.startswith(_FOOD_LOG) else name if name in _SECTIONS else ""


def _walk(file: Opened) -> Iterator[tuple[str, Row, bool]]:
    """Every row that is no section's name: the section it is in, the row, and whether it is the section's header."""
    section, is_header = "", False
    for row in file.rows():
        begun = _section(row)
        if begun:
            section, is_header = begun, True
            continue
        yield section, row, is_header
        is_header = False


def _column(name: str, section: str) -> Column:
    measure, unit = _MEASURES.get(name, ("", ""))
    if name in ("Start Time", "End Time", "Date"):
        return Column(name, role="text", dated_by="morning" if name == "End Time" else None)
    return Column(name, measure, unit, "sum" if section == "Sleep" else None, "night" if section == "Sleep" else "day")
