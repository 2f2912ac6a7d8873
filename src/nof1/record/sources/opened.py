"""Opening a file of unknown making: text table, spreadsheet, XML or archive. Its bounds are here, its meaning is not.

Nothing is ever unpacked to disk, nothing in a file is run, and every row is text.
"""

import codecs
import csv
import io
import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal, NamedTuple

from nof1.errors import InputError

MAX_SHEET_BYTES = 500_000_000  # of a spreadsheet, unpacked
MAX_RATIO = 300  # unpacked to packed, above which an archive is a bomb; real exports stay below 60
MAX_CELL = 100_000  # letters; a longer cell makes its row a rejected one
HEAD_ROWS = 40
_SNIFFED = 1 << 16
_DELIMITERS = ",;\t|"
Kind = Literal["table", "xml", "zip"]

# The csv module's limit is one for the whole process; longer cells must be read so that their row alone is refused.
csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))

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
    kind : {"table", "xml", "zip"}
    rows : callable
        Each call yields the rows of a table from the start, blank ones left out; cells are stripped text. Streams.
    head : tuple of Row
        The first rows.
    delimiter : str
        Of a text table; "" for a spreadsheet.
    meter : Meter
        Moves while the file is read.
    """

    path: Path
    kind: Kind
    rows: Callable[[], Iterator[Row]]
    head: tuple[Row, ...] = ()
    delimiter: str = ""
    meter: Meter = field(default_factory=lambda: Meter(0))

    @property
    def header(self) -> tuple[str, ...]:
        """The cells of the first row, without empty ones at its end; () if this is no table."""
        cells = tuple(self.head[0].cells) if self.head else ()
        while cells and not cells[-1]:
            cells = cells[:-1]
        return cells


def open_file(path: str | Path) -> Opened:
    """Find out what a file is.

    Raises
    ------
    InputError
        If it is missing, cannot be read, is of no kind that is known, or is larger unpacked than is safe.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            start = stream.read(_SNIFFED)
    except FileNotFoundError:
        raise InputError(f"There is no file {path}. Check the name and the folder.") from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). Check that it is a file and that you may read it."
        ) from None
    meter = Meter(path.stat().st_size)
    if start[:4] == b"PK\x03\x04":
        return _open_zip(path, meter)
    if _is_xml(start):
        return Opened(path, "xml", _no_rows, meter=meter)
    if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".pdf", ".zip"):
        raise InputError(f"{path} is no table that can be read. Save it as .csv or .xlsx and import that.")
    return _open_text(path, start, meter)


def _no_rows() -> Iterator[Row]:
    return iter(())


def _is_xml(start: bytes) -> bool:
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:5].lower() in (b"<?xml", b"<heal", b"<!doc")


# Text tables -----------------------------------------------------------------------------------------------------


def _open_text(path: Path, start: bytes, meter: Meter) -> Opened:
    encoding = _encoding(path, start)
    first = next((line for line in start.decode(encoding, errors="ignore").splitlines() if line.strip()), "")
    first = re.sub(r'"(?:[^"]|"")*"', "", first)  # what stands in quotes is text
    delimiter = max(_DELIMITERS, key=first.count) if any(first.count(mark) for mark in _DELIMITERS) else ","

    def rows() -> Iterator[Row]:
        return _text_rows(path, encoding, delimiter, meter)

    return Opened(path, "table", rows, _first_rows(rows), delimiter, meter)


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
            raise InputError(f"{path} cannot be read ({error.strerror}).") from None
        return encoding
    raise InputError(f"{path} is not a text table. Save it as .csv (UTF-8) or .xlsx and import that.")


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
            f"{path}, line {start}: the row cannot be read ({' '.join(str(error).split())}). Mend that line and try again."
        ) from None
    except UnicodeError:
        raise InputError(f"{path} changed while it was being read. Try again.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from None


# Spreadsheets and archives -----------------------------------------------------------------------------------------


def _open_zip(path: Path, meter: Meter) -> Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError) as error:
        raise InputError(f"{path} is a damaged archive ({type(error).__name__}). Export it again.") from None
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        return Opened(path, "zip", _no_rows, meter=meter)
    refuse_bomb(path, members, MAX_SHEET_BYTES)

    def rows() -> Iterator[Row]:
        return _sheet_rows(path)

    return Opened(path, "table", rows, _first_rows(rows), meter=meter)


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
            f"{path} would unpack to {unpacked / 1e6:,.0f} MB, which no honest export of its kind does. Nothing was unpacked."
        )


def _sheet_rows(path: Path) -> Iterator[Row]:
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles that openpyxl does not know do not matter here
            with path.open("rb") as one, path.open("rb") as two:
                sheets = [
                    openpyxl.load_workbook(stream, read_only=True, data_only=only).worksheets[0]
                    for stream, only in ((one, True), (two, False))
                ]
                for sheet in sheets:
                    sheet.reset_dimensions()  # a sheet may claim a million empty rows; only what is there is gone through
                computed, written = (sheet.iter_rows() for sheet in sheets)
                for number, (cells, sources) in enumerate(zip(computed, written, strict=True), start=1):
                    _refuse_uncomputed(path, number, cells, sources)
                    texts = [cell_text(cell.value) for cell in cells]
                    if any(texts):
                        yield Row(number, texts)
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(
            f"{path} is no spreadsheet that can be read ({type(error).__name__}). Save it again as .xlsx or .csv."
        ) from None


def _refuse_uncomputed(path: Path, number: int, cells: Sequence[Any], sources: Sequence[Any]) -> None:
    # A formula that gives empty text is marked as text; one that was never computed is not marked at all.
    if any(
        source.data_type == "f" and cell.value is None and cell.data_type == "n"
        for cell, source in zip(cells, sources, strict=True)
    ):
        raise InputError(
            f"{path}, line {number}: a formula has no computed value in the file. Open it in a spreadsheet program, "
            "save it, and import it again."
        )


def cell_text(cell: Any) -> str:
    """A cell's value as text: ISO dates, numbers without a needless .0."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        if cell != cell:
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell).strip()
