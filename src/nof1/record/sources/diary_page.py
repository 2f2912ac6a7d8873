"""What the page of the bedside diary exports: JSON, one record a night, with the cells as diary.csv and events.csv have them.

Nights that were told together to have been missed stand beside them.
The format is nof1's own; the page that writes it is made by `nof1.bedside`, which this file must not know.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nof1.cells import brief
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.orders.amendments import Taken
from nof1.record.diary.entry import MAX_TEXT
from nof1.record.diary.events import is_event_name
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.nof1_diary import diary_column
from nof1.record.sources.source import Export, Missed

KEY = "diary_page"
TITLE = "an export of the diary page"

FORMAT, VERSION = "nof1-diary-page", 1
MAX_BYTES = 20_000_000  # a year of the longest notes, corrected again and again, has a tenth of it
MAX_NIGHTS = 4000
MAX_COLUMNS = 200
MAX_GRADES = 4000  # columns for what was said of side effects: each of them has its own
MAX_MISSED = 1000
_NAMED = re.compile(rf'"format"\s*:\s*"{FORMAT}"')
_Short = Annotated[str, Field(max_length=MAX_TEXT + 100)]  # words of a side effect, and what is said of it


class _Part(BaseModel):
    """What is not named here may be there, and is not read."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class _Head(_Part):
    format: Literal["nof1-diary-page"]
    version: int


class _Corrected(_Part):
    column: _Short
    new: str


class _Night(_Part):
    night: date
    cells: Annotated[dict[_Short, str], Field(max_length=MAX_COLUMNS)]
    corrected: tuple[_Corrected, ...] = ()


class _Missed(_Part):
    start: date
    end: date
    taken: Taken


class _File(_Part):
    trial: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    nights: Annotated[tuple[_Night, ...], Field(max_length=MAX_NIGHTS)]
    missed: Annotated[tuple[_Missed, ...], Field(max_length=MAX_MISSED)] = ()


def recognize(file: Opened) -> Export | None:
    """By its format's name, which stands near the beginning."""
    if file.kind != "json" or not _NAMED.search(file.start):
        return None
    content = _read(file.path, file.name)
    names = _columns(content, file.name)
    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=tuple(diary_column(name) for name in names),
        when="night",
        rows=lambda: _rows(_read(file.path, file.name), names),
        dated_by="evening",
        date_order="ymd",
        decimal_comma=False,
        notes=tuple(_notes(content)),
        trial=content.trial,
        missed=tuple(Missed(one.start, one.end, one.taken) for one in content.missed),
    )


def _read(path: Path, name: str) -> _File:
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"{name} is larger than anything that the diary page exports. Export it again.")
    content = read_bytes(path).removeprefix(b"\xef\xbb\xbf")
    try:
        version = _Head.model_validate_json(content).version
        if version != VERSION:
            raise InputError(
                f"{name} is of version {version} of its format, and this nof1 reads {VERSION}. Take a newer nof1."
            )
        return _File.model_validate_json(content)
    except ValidationError as problem:
        raise _damaged(name, problem.errors(include_url=False, include_input=False)[0]) from None


def _damaged(name: str, error: Any) -> InputError:
    """Where it is damaged; of a night by its number, from 1."""
    place = " ".join(str(part + 1) if isinstance(part, int) else brief(part, 40) for part in error["loc"])
    where = f", at {place}" if place else ""
    return InputError(
        f"{name} is a damaged export of the diary page{where}: {brief(error['msg'], 80)}. Export it again."
    )


def _columns(content: _File, name: str) -> tuple[str, ...]:
    """The night, and every column that any night has.

    Raises
    ------
    InputError
        If a night is there twice, or a column has no sound name.
    """
    seen = set[date]()
    columns = {"night": None}
    for number, night in enumerate(content.nights, start=1):
        if night.night in seen:
            raise InputError(
                f"{name} is a damaged export of the diary page: it has {night.night} twice. Export it again."
            )
        seen.add(night.night)
        for column in night.cells:
            plain = column.strip() if is_event_name(column) else " ".join(column.split())
            if column == "night" or not column or column != plain:
                raise InputError(
                    f"{name} is a damaged export of the diary page, at nights {number}: {brief(column, 40)!r} is no column. Export it again."
                )
        columns |= dict.fromkeys(night.cells)
    grades = sum(map(is_event_name, columns))
    if grades > MAX_GRADES or len(columns) - grades > MAX_COLUMNS:
        raise InputError(
            f"{name} is a damaged export of the diary page: it has {len(columns)} columns. Export it again."
        )
    return tuple(columns)


def _rows(content: _File, names: tuple[str, ...]) -> Iterator[Row]:
    """One row a night; its line is the number of the night in the file."""
    for number, night in enumerate(content.nights, start=1):
        cells = {"night": str(night.night)} | night.cells
        yield Row(number, [cells.get(name, "").strip() for name in names])


def _notes(content: _File) -> Iterator[str]:
    if any(one.new == "" and not night.cells.get(one.column) for night in content.nights for one in night.corrected):
        yield "An import adds and never clears: a value that was taken back on the page stays in the diary if it is there already."
