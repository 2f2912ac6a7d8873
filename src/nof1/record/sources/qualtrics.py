"""Qualtrics' table of responses: names of columns, then the questions, then where each was imported from, then the answers.

Formats seen: GitHub, ropensci/excluder, R/qualtrics_raw.R (the columns that come before the questions, and what a preview is called);
public tests that hold such a file (the third row, with a zone of the moments: {"ImportId":"startDate","timeZone":"America/New_York"}).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.source import Column, Export

KEY = "qualtrics"
TITLE = "responses of a Qualtrics survey"

_WHEN = "EndDate"
_NEEDED = ("StartDate", _WHEN, "RecordedDate")
_BESIDE = frozenset({"Status", "Progress", "Finished", "ResponseId", "DistributionChannel"})
_PRIVATE = frozenset(
    {
        "IPAddress",
        "ResponseId",
        "RecipientLastName",
        "RecipientFirstName",
        "RecipientEmail",
        "ExternalReference",
        "LocationLatitude",
        "LocationLongitude",
    }
)
_TEXTS = frozenset({*_NEEDED, "Status", "Finished", "DistributionChannel", "UserLanguage"})
_BEFORE = frozenset({*_PRIVATE, *_TEXTS, "Progress", "Duration (in seconds)"})
# Answers of whoever tried the survey, as words and as the numbers that stand for them.
_TRIED = frozenset({"Survey Preview", "Survey Test", "1", "2"})
_IMPORTED = '{"ImportId"'
_QUESTION = 100  # letters of a question that are shown
_ZONE = "time zone of the survey"


def recognize(file: Opened) -> Export | None:
    """By the moments and two more of the columns that come before the questions."""
    if not has_columns(file, *_NEEDED) or len(_BESIDE & set(file.header)) < 2:
        return None
    export = plain_export(file, 0, KEY, TITLE)
    described = _described(file)
    zone = _zone(file, described)
    # The row of the questions is known by the one below it.
    asked = file.head[1] if described and file.head[1].line != described else None
    columns = tuple(_asking([_column(column) for column in export.columns], asked))
    notes = [
        f"{_WHEN!r} is when the last answer was given; one given before noon is taken for the night that ended that morning."
    ]
    if zone:
        columns = (*columns, Column(_ZONE, role="text"))
        notes.append(
            f"The survey's moments are of the zone {zone}. If you were in another one, say it, such as zone='Europe/Berlin'."
        )
    if described:
        notes.append(
            "The rows under the names of the columns, with the questions and where they come from, are no answers."
        )
    notes.append(
        "Answers of a preview or a test of the survey are left out. Unfinished ones are taken as far as they go."
    )
    return replace(
        export,
        columns=columns,
        when=_WHEN,
        rows=_answers(export, described, zone, "Status" in export.header),
        zone_column=_ZONE if zone else "",
        clock="",
        notes=tuple(notes),
    )


def _described(file: Opened) -> int:
    """Line of the row that says where the columns come from; 0 where the file has none, such as one that was saved again."""
    return next((row.line for row in file.head[1:3] if any(cell.startswith(_IMPORTED) for cell in row.cells)), 0)


def _zone(file: Opened, described: int) -> str:
    """The zone of the moments, as the third row tells it; "" where it does not, or there is no such zone."""
    row = next((row for row in file.head if row.line == described), None)
    place = file.header.index(_WHEN)
    for at in (place, file.header.index("StartDate")):
        if row is None or at >= len(row.cells):
            continue
        try:
            told = json.loads(row.cells[at])
            name = told.get("timeZone", "") if isinstance(told, dict) else ""
            name = {"Z": "UTC"}.get(name, name)
            if isinstance(name, str) and name and ZoneInfo(name):
                return name
        except (ValueError, KeyError, OSError, RecursionError):
            continue
    return ""


def _column(column: Column) -> Column:
    if column.name in _PRIVATE:
        return replace(column, measure="", unit="", role="private")
    if column.name in _TEXTS:
        return replace(column, measure="", unit="", role="text")
    if column.name in _BEFORE:
        return Column(column.name)
    return column


def _asking(columns: Sequence[Column], asked: Row | None) -> Iterator[Column]:
    """The columns with what each asks, for their names do not tell."""
    for place, column in enumerate(columns):
        known = column.name in _BEFORE or column.role in ("private", "treatment")
        text = asked.cells[place] if asked is not None and place < len(asked.cells) else ""
        yield column if known else replace(column, asks=" ".join(text[:_QUESTION].split()))


def _answers(export: Export, described: int, zone: str, status: bool) -> Callable[[], Iterator[Row]]:
    place = export.place("Status") if status else -1
    width = len(export.columns)

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = row.cells
            if row.line <= described or (0 <= place < len(cells) and cells[place] in _TRIED):
                continue
            if zone:
                whole = [*cells[:width], *[""] * (width - len(cells)), zone, *cells[width:]]
                row = Row(row.line, whole)
            yield row

    return rows
