"""An export whose columns are known by name, and whose cells a source changes or makes, row by row.

Knows no program: what a column means and what becomes of a row is said by the source that asks.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nof1.cells import brief
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import plain_column
from nof1.record.sources.source import Column, Export
from nof1.record.values.numbers import number_reader

MAX_JSON = 50_000_000  # bytes; JSON is read whole

Cells = dict[str, str]  # of a row, by the names of the columns
_READ = number_reader(decimal_comma=False)


def reworked(export: Export, columns: Sequence[Column], work: Callable[[int, Cells], None]) -> Export:
    """The export with these columns, of which `work` may change or make the cells of each row.

    Parameters
    ----------
    work : callable
        Gets the number of the row, from 0, and its cells by the names of the export's own columns.

    Returns
    -------
    Export
        Surplus cells of a row stay behind the others, for the importer to refuse.
    """
    header, width = export.header, len(export.columns)

    def rows() -> Iterator[Row]:
        for number, row in enumerate(export.rows()):
            cells = dict(zip(header, row.cells, strict=False))
            work(number, cells)
            yield Row(row.line, [*(cells.get(column.name, "") for column in columns), *row.cells[width:]])

    return replace(export, columns=tuple(columns), rows=rows)


def known_columns(names: Iterable[str], known: Iterable[Column], text: Iterable[str] = ()) -> tuple[Column, ...]:
    """Columns by their names: what is known of them, words, or what a name tells of itself.

    A person may have put a column of their own into the file; whether it names a treatment or a person is told by its name.
    """
    found = {name: Column(name, role="text") for name in text} | {column.name: column for column in known}
    return tuple(found.get(name) or replace(plain_column(name), measure="", unit="") for name in names)


def number_in(text: str) -> float | None:
    """The number that a cell holds, with a decimal point; None where it holds none."""
    with suppress(ValueError):
        return _READ(text)
    return None


def total(texts: Iterable[str]) -> str:
    """Several cells added up: blank where all are, and as it stands what is no number, for the importer to refuse.

    >>> total(["90", "", "12.5"]), total(["", ""]), total(["90", "much"])
    ('102.5', '', 'much')
    """
    given = [text for text in texts if text]
    numbers = [number_in(text) for text in given]
    for text, number in zip(given, numbers, strict=True):
        if number is None:
            return text
    return f"{sum(number for number in numbers if number is not None):.12g}" if given else ""


def without_zeros(cells: Cells, names: Iterable[str]) -> None:
    """Blank the noughts that a program writes where nothing was measured."""
    for name in names:
        if number_in(cells.get(name, "")) == 0:
            cells[name] = ""


def json_records(file: Opened, within: str = "") -> list[Mapping[str, Any]]:
    """The records of a list in JSON, or of the list of this name in an object; numbers stay as the file writes them.

    Raises
    ------
    InputError
        If the file is too large, is damaged, or holds anything but records there.
    """
    if file.path.stat().st_size > MAX_JSON:
        raise InputError(
            f"{file.name} has more than {MAX_JSON / 1e6:.0f} MB, which no export of its kind has. Export it again."
        )
    try:
        found = json.loads(read_bytes(file.path), parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as problem:
        place = f", line {problem.lineno}" if isinstance(problem, json.JSONDecodeError) else ""
        raise InputError(f"{file.name}{place}: the JSON is damaged or was cut off. Export it again.") from None
    if isinstance(found, dict):
        found = found.get(within)
    if not isinstance(found, list):
        raise InputError(f"{file.name} is damaged: it holds no list of records. Export it again.")
    for number, record in enumerate(found, start=1):
        if not isinstance(record, dict):
            raise InputError(
                f"{file.name} is damaged: number {number} in its list is {brief(json_cell(record), 40)!r} and no record. Export it again."
            )
    return found


def json_cell(record: object, path: str = "") -> str:
    """The value in a record of JSON under names with points between, as a cell; "" where there is none.

    >>> json_cell({"levels": {"deep": "64"}, "main": True}, "levels.deep"), json_cell(True)
    ('64', 'true')
    """
    for name in filter(None, path.split(".")):
        record = record.get(name) if isinstance(record, Mapping) else None
    if record is None:
        return ""
    text = record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)
    return text.encode(errors="replace").decode().strip()  # half of a letter outside the first plane is none
