"""Opening a file of unknown making: text table, spreadsheet, XML, JSON or archive. Its bounds are here, its meaning is not.

Nothing is ever unpacked to disk, nothing in a file is run, and every row is text.
"""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple

from nof1.cells import path_text
from nof1.errors import InputError
from nof1.record.sources.sheet import find_sheet, sheet_rows

MAX_SHEET_BYTES = 500_000_000  # of a spreadsheet, unpacked
MAX_RATIO = 300  # unpacked to packed, above which an archive is a bomb; real exports stay below 60
MAX_CELL = 100_000  # letters; a longer cell makes its row a rejected one
HEAD_ROWS = 40
_SNIFFED = 1 << 16
_JSON_START = 1 << 12
_DELIMITERS = "\t|;,"  # the rarest in texts first
Kind = Literal["table", "xml", "json", "zip"]

# The csv module's limit is one for the whole process; longer cells must be read so that their row alone is refused.
csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))


class Row(NamedTuple):
    """One row: the line it begins on (as an editor or a spreadsheet counts; the record's number in XML) and its cells."""

    line: int
    cells: Sequence[str]


@dataclass
class Meter:
    """How far a file has been read: `done` of `total` bytes of it, in the present pass."""

    total: int
    done: int = 0


@dataclass(frozen=True)
class Opened:
    """A file, and how to go through it.

    Attributes
    ----------
    path : Path
    kind : {"table", "xml", "json", "zip"}
    rows : callable
        Each call yields the rows of a table from the start, blank ones left out; cells are stripped text. Streams.
    head : tuple of Row
        The first rows.
    delimiter : str
        Of a text table; "" for a spreadsheet.
    sheet, other_sheets : str, tuple of str
        The sheet that is read and those with rows that are not, where a spreadsheet has several; else "" and none.
    mixed : mapping of int to str
        Places of a spreadsheet's columns that hold both dates and dates as text, with one of the texts.
    start : str
        The beginning of JSON; "" for anything else.
    meter : Meter
        Moves while the file is read.
    """

    path: Path
    kind: Kind
    rows: Callable[[], Iterator[Row]]
    head: tuple[Row, ...] = ()
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    mixed: Mapping[int, str] = field(default_factory=dict)
    start: str = ""
    meter: Meter = field(default_factory=lambda: Meter(0))

    @property
    def name(self) -> str:
        """The file's name for messages and tables."""
        return path_text(self.path.name)

    @property
    def header(self) -> tuple[str, ...]:
        """The cells of the first row, without empty ones at its end; () if this is no table."""
        cells = tuple(self.head[0].cells) if self.head else ()
        while cells and not cells[-1]:
            cells = cells[:-1]
        return cells


def open_file(path: str | Path, sheet: str | None = None) -> Opened:
    """Find out what a file is.

    Parameters
    ----------
    sheet : str, optional
        The sheet of a spreadsheet to read, where several hold rows.

    Raises
    ------
    AmbiguousInput
        If a spreadsheet has several sheets with rows, and none was named.
    InputError
        If it is missing, cannot be read, is of no kind that is known, or is larger unpacked than is safe.
    """
    path = Path(path)
    shown = path_text(path)
    try:
        # A pipe would be waited for, without end.
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise InputError(f"{shown} cannot be read: it is a pipe or a device. Save what it gives as a file first.")
        with path.open("rb") as stream:
            start = stream.read(_SNIFFED)
    except FileNotFoundError:
        raise InputError(f"There is no file {shown}. Check the name and the folder.") from None
    except OSError as error:
        raise InputError(
            f"{shown} cannot be read ({error.strerror}). Check that it is a file and that you may read it."
        ) from None
    meter = Meter(path.stat().st_size)
    if start[:4] == b"PK\x03\x04":
        return _open_zip(path, meter, sheet)
    if sheet is not None:
        raise InputError(f"{shown} is no spreadsheet and has no sheet {sheet!r}. Leave sheet= out.")
    if _is_xml(start):
        return Opened(path, "xml", _no_rows, meter=meter)
    if _is_json(start):
        return Opened(path, "json", _no_rows, start=start[:_JSON_START].decode(errors="replace"), meter=meter)
    if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".pdf", ".zip"):
        raise InputError(f"{shown} is no table that can be read. Save it as .csv or .xlsx and import that.")
    return _open_text(path, start, meter)


def _no_rows() -> Iterator[Row]:
    return iter(())


def _is_xml(start: bytes) -> bool:
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:5].lower() in (b"<?xml", b"<heal", b"<!doc")


def _is_json(start: bytes) -> bool:
    """Whether it is an object: no table begins with a brace and a name in quotes."""
    return re.match(rb"\s*\{\s*\"", start.removeprefix(codecs.BOM_UTF8)) is not None


# Text tables -----------------------------------------------------------------------------------------------------


def _open_text(path: Path, start: bytes, meter: Meter) -> Opened:
    encoding = _encoding(path, start)
    delimiter = _delimiter(start.decode(encoding, errors="ignore"))

    def rows() -> Iterator[Row]:
        return _text_rows(path, encoding, delimiter, meter)

    return Opened(path, "table", rows, _first_rows(rows), delimiter, meter=meter)


def _delimiter(text: str) -> str:
    """The mark under which most of the first rows have the same number of cells, more than one; a comma where there is none."""
    best, found = (0.0, 0), ","
    for mark in _DELIMITERS:
        widths = _widths(text, mark)
        width, rows = max(Counter(filter(lambda width: width > 1, widths)).items(), key=itemgetter(1), default=(0, 0))
        share = rows / max(len(widths), 1)
        if (share, width) > best:
            best, found = (share, width), mark
    return found


def _widths(text: str, mark: str) -> list[int]:
    """Cells of each of the first rows, as far as they can be read with this mark."""
    widths: list[int] = []
    with suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            if any(cell.strip() for cell in row):
                widths.append(len(row))
            if len(widths) == HEAD_ROWS:
                break
    return widths


def _first_rows(rows: Callable[[], Iterator[Row]]) -> tuple[Row, ...]:
    return tuple(row for row, _ in zip(rows(), range(HEAD_ROWS), strict=False))


def _encoding(path: Path, start: bytes) -> str:
    """UTF-8, UTF-16 with its mark, or what old spreadsheet programs write; held against the whole file."""
    candidates = ["utf-16"] if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(1 << 20):
                    if "\0" in decoder.decode(chunk):
                        raise UnicodeError
                decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        except OSError as error:
            raise InputError(f"{path_text(path)} cannot be read ({error.strerror}).") from None
        return encoding
    raise InputError(f"{path_text(path)} is not a text table. Save it as .csv (UTF-8) or .xlsx and import that.")


def _text_rows(path: Path, encoding: str, delimiter: str, meter: Meter) -> Iterator[Row]:
    start = 1
    try:
        with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            for number, cells in enumerate(reader):
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    yield Row(start, stripped)
                start = reader.line_num + 1
                if number % 4096 == 0:
                    meter.done = raw.tell()
    except csv.Error as error:
        raise InputError(
            f"{path_text(path)}, line {start}: the row cannot be read ({' '.join(str(error).split())}). Mend that line and try again."
        ) from None
    except UnicodeError:
        raise InputError(f"{path_text(path)} changed while it was being read. Try again.") from None
    except OSError as error:
        raise InputError(f"{path_text(path)} cannot be read ({error.strerror}).") from None


# Spreadsheets and archives -----------------------------------------------------------------------------------------


def _open_zip(path: Path, meter: Meter, wanted: str | None) -> Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError) as error:
        raise InputError(f"{path_text(path)} is a damaged archive ({type(error).__name__}). Export it again.") from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        return Opened(path, "zip", _no_rows, meter=meter)
    refuse_bomb(path, members, MAX_SHEET_BYTES)

    sheet = find_sheet(path, wanted)

    def rows() -> Iterator[Row]:
        return (Row(number, cells) for number, cells in sheet_rows(path, sheet))

    return Opened(
        path,
        "table",
        rows,
        _first_rows(rows),
        sheet=sheet.title if sheet.others else "",
        other_sheets=sheet.others,
        mixed=sheet.mixed,
        meter=meter,
    )


def refuse_bomb(path: Path, members: Sequence[zipfile.ZipInfo], limit: int) -> None:
    """Refuse an archive that is made to fill the memory or the disk.

    Raises
    ------
    InputError
        If it is.
    """
    packed, unpacked = (sum(getattr(member, size) for member in members) for size in ("compress_size", "file_size"))
    if unpacked > limit or (unpacked > 10_000_000 and unpacked > MAX_RATIO * max(packed, 1)):
        raise InputError(
            f"{path_text(path)} would unpack to {unpacked / 1e6:,.0f} MB, which no honest export of its kind does. Nothing was unpacked."
        )
