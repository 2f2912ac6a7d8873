"""Bearable's long table: one row a reading. Each kind of reading becomes a column of its own here.

A reading has a date and a time of day, of which a moment is made: "pre" and "am" become 06:00, so that they belong to the
night before; a clock time stays as it is; everything else ("mid", "pm", "all day", nothing) becomes 20:00.

Formats seen: code of other people's importers and its tests, named bearable-normalizer (columns with "date formatted",
details parted by "|" with a level behind a dash). The maker publishes no list of columns.
"""

import re
from collections.abc import Iterator, Mapping

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import has_columns
from nof1.record.sources.source import Column, Export

KEY = "bearable"
TITLE = "an export of Bearable"

MAX_COLUMNS = 500
_NEEDED = ("date", "time of day", "category", "rating/amount", "detail")
_OWN = (Column("date", role="text"), Column("notes", role="text"))
_MORNING, _EVENING = "06:00", "20:00"
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[ap]m)?", re.IGNORECASE)
# A symptom's rating stands behind its name once more, as a word.
_WORD = re.compile(r"\s*\((none|mild|moderate|severe|unbearable)\)$", re.IGNORECASE)
_NOTES = (
    'Readings at "pre" and "am" belong to the night before, all others to the night that begins on their date; those with a '
    "clock time go by the clock.",
    "Ratings keep their numbers: a symptom from 1 to 4 stays so. Check that the scale is the trial's.",
    "Sleep and its quality are not suggested: the file does not say whether their date is the evening or the morning.",
)


def recognize(file: Opened) -> Export | None:
    """By the columns of a reading. Reads the file once, for the kinds of readings there are."""
    if not has_columns(file, *_NEEDED):
        return None
    at = {name: place for place, name in enumerate(file.header)}
    found: dict[str, None] = {}
    left_out = False
    for row in _readings(file):
        for name in _values(row, at):
            if name not in found and len(found) == MAX_COLUMNS:
                left_out = True
            else:
                found[name] = None
    columns = (*_OWN, *(_column(name) for name in found))
    more = (f"There are more than {MAX_COLUMNS} kinds of readings; the first {MAX_COLUMNS} can be taken.",)

    def rows() -> Iterator[Row]:
        for row in _readings(file):
            values = _values(row, at)
            surplus = row.cells[len(file.header) :]
            cells = (values.get(name, "") for name in found)
            yield Row(row.line, [_when(row, at), _cell(row, at, "notes"), *cells, *surplus])

    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=columns,
        when="date",
        rows=rows,
        dated_by="evening",
        notes=_NOTES + more if left_out else _NOTES,
        suggested={"note": "notes"} if "notes" in at else {},
    )


def _readings(file: Opened) -> Iterator[Row]:
    rows = file.rows()
    next(rows, None)
    return rows


def _cell(row: Row, at: Mapping[str, int], name: str) -> str:
    place = at.get(name, len(row.cells))
    return row.cells[place] if place < len(row.cells) else ""


def _when(row: Row, at: Mapping[str, int]) -> str:
    day = _cell(row, at, "date formatted") or _cell(row, at, "date")
    part = _cell(row, at, "time of day").casefold()
    if not day:
        return ""
    if _CLOCK.fullmatch(part):
        return f"{day} {part}"
    return f"{day} {_MORNING if part in ('pre', 'am') else _EVENING}"


def _values(row: Row, at: Mapping[str, int]) -> dict[str, str]:
    """The readings of a row by the columns' names: its rating, or one for each thing that it lists."""
    category, detail, rating = (_cell(row, at, name) for name in ("category", "detail", "rating/amount"))
    if rating:
        return {_name(category, _WORD.sub("", detail)): rating}
    listed = {}
    for item in filter(None, (item.strip() for item in detail.split("|"))):
        thing, _, level = item.partition(" - ")
        listed[_name(category, thing.strip())] = level.strip() or "1"
    return listed


def _name(category: str, detail: str) -> str:
    name = f"{category}: {detail}" if category and detail else category or detail
    return f"{name} (reading)" if name in ("", "date", "notes") else name


def _column(name: str) -> Column:
    if name.casefold() == "mood":
        return Column(name, "mood")
    if "step count" in name.casefold():
        return Column(name, "steps", belongs="day")
    return Column(name)
