"""A sheet of a spreadsheet as rows of text: which one it is, what its cells show, and how much of it is read at most.

Knows openpyxl, and neither columns nor nights.
"""

import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from nof1.cells import listed, path_text
from nof1.errors import InputError
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.moments import LONGEST, numeric_readings
from nof1.record.values.units import read_unit

MAX_ROWS = 1_048_576  # that a sheet can hold
MAX_CELLS = 50_000_000  # that are gone through, blank ones too

# All that openpyxl has been seen to raise on a damaged or encrypted spreadsheet; nothing but its reading is tried so.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,  # encrypted, or packed in a way that zipfile does not know
    SyntaxError,  # XML that cannot be parsed
)
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')  # in a number format


@dataclass(frozen=True)
class Sheet:
    """The sheet that is read, after a look at the whole of it.

    Attributes
    ----------
    title : str
    others : tuple of str
        Further sheets that hold rows.
    timed : frozenset of int
        Places of the columns in which a date has a clock time.
    mixed : mapping of int to str
        Places of the columns that hold both dates and dates as text, with one of the texts.
    """

    title: str
    others: tuple[str, ...] = ()
    timed: frozenset[int] = frozenset()
    mixed: Mapping[int, str] = field(default_factory=dict)


def find_sheet(path: Path, wanted: str | None) -> Sheet:
    """The sheet to read: the one that is wanted, or the only one that holds a table.

    Raises
    ------
    AmbiguousInput
        If several hold tables and none was named; its option is "sheet".
    InputError
        If the one that was named holds none, or the file is damaged.
    """
    with _book(path, computed=True) as book:
        widths = {sheet.title: _width(path, sheet) for sheet in book.worksheets}
        title, titles = chosen_sheet(path, widths, wanted)
        title = title or book.worksheets[0].title
        timed, mixed = _surveyed(_bounded(path, _cells(book[title])))
    return Sheet(title, tuple(other for other in titles if other != title), timed, mixed)


def chosen_sheet(path: Path, widths: Mapping[str, int], wanted: str | None) -> tuple[str, list[str]]:
    """The sheet that is wanted, or the only one that holds a table ("" if none holds anything); and all that hold something.

    Parameters
    ----------
    widths : mapping of str to int
        The most cells in a row of each sheet.

    Raises
    ------
    AmbiguousInput
        If several hold tables and none was named; its option is "sheet".
    InputError
        If the one that was named holds nothing.
    """
    titles = [title for title, width in widths.items() if width]
    # A cover or an explanation, with one cell in a row, is no table that could be meant.
    tables = [title for title in titles if widths[title] > 1] or titles
    if wanted is not None and wanted not in titles:
        raise InputError(
            f"{path_text(path)} has no sheet {wanted!r} with rows in it. Those with rows are: {listed(titles)}."
        )
    if wanted is None and len(tables) > 1:
        raise AmbiguousInput(
            f"{path_text(path)} has several sheets with rows: {listed(tables)}. Say which one to read: sheet={tables[0]!r}",
            option="sheet",
            choices=tuple(tables),
        )
    return wanted or (tables or [""])[0], titles


def sheet_rows(path: Path, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row that holds anything.

    Raises
    ------
    InputError
        If the file is damaged, holds more than a sheet can, or a formula that was never computed.
    """
    with _book(path, computed=True) as one, _book(path, computed=False) as two:
        pairs = zip(_bounded(path, _cells(one[sheet.title])), _cells(two[sheet.title]), strict=True)
        for (number, cells), sources in pairs:
            _refuse_uncomputed(path, number, cells, sources)
            texts = [_shown(cell, place in sheet.timed) for place, cell in enumerate(cells)]
            if any(texts):
                yield number, texts


@contextmanager
def _book(path: Path, *, computed: bool) -> Iterator[Any]:
    import openpyxl

    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # styles that openpyxl does not know do not matter here
            yield openpyxl.load_workbook(stream, read_only=True, data_only=computed)
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(
            f"{path_text(path)} is no spreadsheet that can be read ({type(error).__name__}). Save it again as .xlsx or .csv."
        ) from None


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:
    sheet.reset_dimensions()  # a sheet may claim a million empty rows; only what is there is gone through
    rows: Iterator[Sequence[Any]] = sheet.iter_rows()
    return rows


def _bounded(path: Path, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """Rows with their numbers, as far as a sheet can go: one that is made to harm may name any row."""
    seen = 0
    for number, cells in enumerate(rows, start=1):
        seen += len(cells)
        if number > MAX_ROWS or seen > MAX_CELLS:
            raise InputError(
                f"{path_text(path)} has a sheet of more than {MAX_ROWS:,} rows or {MAX_CELLS:,} cells, which no honest one has. "
                "Save the rows that you need as .csv and import that."
            )
        yield number, cells


def _width(path: Path, sheet: Any) -> int:
    """Cells of the widest row, as far as it matters: none, one, or more."""
    widest = 0
    for _, cells in _bounded(path, _cells(sheet)):
        widest = max(widest, sum(cell.value not in (None, "") for cell in cells))
        if widest > 1:
            break
    return widest


def _surveyed(rows: Iterable[tuple[int, Sequence[Any]]]) -> tuple[frozenset[int], dict[int, str]]:
    """Columns in which a date has a clock time, and those that hold dates and dates as text."""
    dated: set[int] = set()
    timed: set[int] = set()
    texts: dict[int, str] = {}
    for _, cells in rows:
        for place, cell in enumerate(cells):
            value = cell.value
            if isinstance(value, date):
                dated.add(place)
                if isinstance(value, datetime) and value.time() != time(0):
                    timed.add(place)
            elif isinstance(value, str) and place not in texts and any(numeric_readings(value.strip()[:LONGEST])):
                texts[place] = value.strip()[:LONGEST]
    return frozenset(timed), {place: text for place, text in texts.items() if place in dated}


def _refuse_uncomputed(path: Path, number: int, cells: Sequence[Any], sources: Sequence[Any]) -> None:
    # A formula that gives empty text is marked as text; one that was never computed is not marked at all.
    if any(
        source.data_type == "f" and cell.value is None and cell.data_type == "n"
        for cell, source in zip(cells, sources, strict=True)
    ):
        raise InputError(
            f"{path_text(path)}, line {number}: a formula has no computed value in the file. Open it in a spreadsheet program, "
            "save it, and import it again."
        )


def _shown(cell: Any, timed: bool) -> str:
    """The cell as a spreadsheet program shows it; midnight is a time where the column has times and the cell shows hours."""
    value = cell.value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return cell_text(value) if cell.number_format == "General" else _with_unit(value, cell.number_format or "")
    if isinstance(value, datetime | time):
        shows = _LITERAL.sub("", cell.number_format or "").lower()
        if timed and isinstance(value, datetime) and "h" in shows:
            return value.isoformat(sep=" ", timespec="seconds")
        # Who types 12:30 gets this format, be it minutes and seconds that were meant.
        if isinstance(value, time) and "h" in shows and not {"s", "a", "p"} & set(shows) and not value.second:
            return f"{value.hour}:{value.minute:02}"
    return cell_text(value)


def _with_unit(value: float, number_format: str) -> str:
    """A number with the sign or unit that its format shows beside it: 0.65 as 65%, 7.5 as 7.5 h."""
    text = cell_text(value)
    percent, unit = _format_unit(number_format)
    if not text or not (percent or unit):
        return text
    return f"{(Decimal(repr(value)) * 100).normalize():f}%" if percent else f"{text} {unit}"


@lru_cache(maxsize=1024)
def _format_unit(number_format: str) -> tuple[bool, str]:
    """Whether a number format multiplies by 100 and shows %, and the unit that it shows behind the number, "" if none."""
    first = re.match(r'(?:"[^"]*"|\\.|\[[^\]]*\]|[^;"])*', number_format)
    section = first[0] if first else ""
    if "%" in _LITERAL.sub("", section):
        return True, ""
    behind = re.search(r'(?:"([^"]*)"|\\(.))\s*$', section)
    unit = ((behind[1] or behind[2] or "") if behind else "").strip()
    return False, unit if read_unit(unit) is not None else ""


def cell_text(cell: Any) -> str:
    """A cell's value as text: ISO dates, durations as hours, minutes and seconds, numbers without a needless .0."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        sign, seconds = "-" if cell < timedelta(0) else "", round(abs(cell).total_seconds())
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell).strip()
