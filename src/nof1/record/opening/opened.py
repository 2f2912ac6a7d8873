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
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import IO, Literal, NamedTuple

from nof1.cells import listed, path_text, trimmed
from nof1.errors import InputError
from nof1.record.opening.archive import find_member, opened_member, table_names
from nof1.record.opening.kinds import refuse_document, refuse_other_kind
from nof1.record.opening.ods import CONTENT, find_ods_sheet, is_ods, ods_rows
from nof1.record.opening.row_names import SPACE, has_row_names, parted_by_spaces
from nof1.record.opening.sheet import Sheet, find_sheet, sheet_rows

MAX_SHEET_BYTES = 500_000_000  # of a spreadsheet, unpacked
MAX_RATIO = 300  # unpacked to packed, above which an archive is a bomb; real exports stay below 60
MAX_CELL = 100_000  # letters; a longer cell makes its row a rejected one
HEAD_ROWS = 40
_SNIFFED = 1 << 16
_JSON_START = 1 << 12
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # the byte order mark
_QUOTED = re.compile(r'(?<![^\t|;,\r\n])"(?:[^"]|"")*+"(?=[\t|;,\r\n]|$)')
_DELIMITERS = "\t|;,"  # the rarest in texts first
Kind = Literal["table", "xml", "json", "zip"]
_Bytes = Callable[[], AbstractContextManager[IO[bytes]]]  # of a file, or of one in an archive, from the start

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
        The sheet that is read and those with rows that are not, where a spreadsheet has several; else "" and none. Of an archive:
        the table that is read, and the others in it.
    row_names : bool
        Whether each row begins with a count that the header has no name for, as R writes it; a blank name stands there.
    mixed : mapping of int to str
        Places of a spreadsheet's columns that hold both dates and dates as text, with one of the texts.
    members : tuple of str
        The tables in an archive of which none was named.
    packed : bool
        Whether it is a table in an archive.
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
    row_names: bool = False
    mixed: Mapping[int, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    packed: bool = False
    start: str = ""
    meter: Meter = field(default_factory=lambda: Meter(0))

    @property
    def name(self) -> str:
        """The file's name for messages and tables."""
        return path_text(self.path.name)

    @property
    def header(self) -> tuple[str, ...]:
        """The cells of the first row, without empty ones at its end; () if this is no table."""
        return trimmed(self.head[0].cells) if self.head else ()


def open_file(path: str | Path, sheet: str | None = None) -> Opened:
    """Find out what a file is.

    Parameters
    ----------
    sheet : str, optional
        The sheet of a spreadsheet to read, where several hold rows; or the table in an archive.

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
    refuse_other_kind(path, start)
    if sheet is not None:
        raise InputError(f"{shown} is no spreadsheet and has no sheet {sheet!r}. Leave sheet= out.")
    if _is_xml(start):
        return Opened(path, "xml", _no_rows, meter=meter)
    if _is_json(path, start):
        return Opened(path, "json", _no_rows, start=_json_start(start), meter=meter)
    if path.suffix.lower() in (".xlsx", ".xls", ".ods", ".pdf", ".zip"):
        raise InputError(f"{shown} is no table that can be read. Save it as .csv or .xlsx and import that.")
    return _open_text(path, lambda: path.open("rb"), meter)


def _no_rows() -> Iterator[Row]:
    return iter(())


def _is_xml(start: bytes) -> bool:
    return start.removeprefix(codecs.BOM_UTF8).lstrip()[:5].lower() in (b"<?xml", b"<heal", b"<!doc")


def _is_json(path: Path, start: bytes) -> bool:
    """Whether it is an object or a list of them, as no table begins; in a file that is called .json, anything in brackets is."""
    text = _json_start(start)
    if re.match(r"\s*(?:\[\s*)?\{\s*\"", text):
        return True
    return path.suffix.lower() == ".json" and text.lstrip()[:1] in ("{", "[")


def _json_start(start: bytes) -> str:
    encoding = "utf-16" if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
    return start[:_JSON_START].decode(encoding, errors="replace")


# Text tables -----------------------------------------------------------------------------------------------------


def _open_text(path: Path, content: _Bytes, meter: Meter, member: str = "") -> Opened:
    shown = f"{path_text(member)} in {path_text(path)}" if member else path_text(path)
    with content() as stream:
        start = stream.read(_SNIFFED)
    encoding, marked = _encoding(shown, content, start)
    text = start.decode(encoding, errors="ignore")
    delimiter = _delimiter(text.replace(_MARK, "") if marked else text)

    def rows() -> Iterator[Row]:
        return _text_rows(shown, content, encoding, delimiter, meter, marked=marked)

    head = _first_rows(rows)
    if not has_row_names([row.cells for row in head]):
        return Opened(path, "table", rows, head, delimiter, meter=meter)

    def headed() -> Iterator[Row]:
        found = rows()
        yield from (Row(row.line, ["", *row.cells]) for row in islice(found, 1))
        yield from found

    return Opened(path, "table", headed, _first_rows(headed), delimiter, row_names=True, meter=meter)


def _delimiter(text: str) -> str:
    """The mark under which most of the first rows have the same number of cells, more than one; a comma where there is none."""
    # A mark inside of quotes parts no cells, whichever the mark is.
    text = _QUOTED.sub("quoted", text)
    best, found = (0.0, 0), ","
    for mark in _DELIMITERS:
        widths = _widths(text, mark)
        width, rows = max(Counter(filter(lambda width: width > 1, widths)).items(), key=itemgetter(1), default=(0, 0))
        share = rows / max(len(widths), 1)
        if (share, width) > best:
            best, found = (share, width), mark
    return SPACE if not best[1] and parted_by_spaces(text, HEAD_ROWS) else found


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


def _encoding(shown: str, content: _Bytes, start: bytes) -> tuple[str, bool]:
    """UTF-8, UTF-16 with its mark, or what old spreadsheet programs write; held against the whole file.

    And whether a byte order mark stands further inside, as where an app puts one before the header below its own first line,
    or files were put one behind another.
    """
    candidates = ["utf-16"] if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        marked = False
        try:
            with content() as stream:
                while chunk := stream.read(1 << 20):
                    text = decoder.decode(chunk)
                    if "\0" in text:
                        raise UnicodeError
                    marked = marked or _MARK in text
                decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        except OSError as error:
            raise InputError(f"{shown} cannot be read ({error.strerror}).") from None
        return encoding, marked
    raise InputError(f"{shown} is not a text table. Save it as .csv (UTF-8) or .xlsx and import that.")


def _text_rows(
    shown: str, content: _Bytes, encoding: str, delimiter: str, meter: Meter, *, marked: bool
) -> Iterator[Row]:
    start = 1
    try:
        with content() as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as stream:
            # A mark before a quote would make the quote a part of the text.
            lines = (line.removeprefix(_MARK) for line in stream) if marked else stream
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            for number, cells in enumerate(reader):
                stripped = [cell.strip() for cell in cells]
                if marked:
                    stripped = [cell.strip(_MARK).strip() for cell in stripped]
                if any(stripped):
                    yield Row(start, stripped)
                start = reader.line_num + 1
                if number % 4096 == 0:
                    meter.done = raw.tell()
    except csv.Error as error:
        raise InputError(
            f"{shown}, line {start}: the row cannot be read ({' '.join(str(error).split())}). Mend that line and try again."
        ) from None
    except UnicodeError:
        raise InputError(f"{shown} changed while it was being read. Try again.") from None
    except OSError as error:
        raise InputError(f"{shown} cannot be read ({error.strerror}).") from None


# Spreadsheets and archives -----------------------------------------------------------------------------------------


def _open_zip(path: Path, meter: Meter, wanted: str | None) -> Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError) as error:
        raise InputError(f"{path_text(path)} is a damaged archive ({type(error).__name__}). Export it again.") from None
    names = {member.filename for member in members}
    if is_ods(path, members):
        return _open_ods(path, members, meter, wanted)
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        return _open_archive(path, members, meter, wanted)
    refuse_document(path, names)
    refuse_bomb(path, members, MAX_SHEET_BYTES)

    sheet = find_sheet(path, wanted)
    return _of_sheet(path, sheet, lambda: sheet_rows(path, sheet), meter)


def _open_ods(path: Path, members: list[zipfile.ZipInfo], meter: Meter, wanted: str | None) -> Opened:
    refuse_bomb(path, members, MAX_SHEET_BYTES)
    content = find_member(path, members, CONTENT)
    sheet = find_ods_sheet(path, content, wanted)
    return _of_sheet(path, sheet, lambda: ods_rows(path, content, sheet), meter)


def _of_sheet(
    path: Path, sheet: Sheet, numbered: Callable[[], Iterator[tuple[int, list[str]]]], meter: Meter
) -> Opened:
    """A sheet, whose rows `numbered` gives anew each time."""

    def rows() -> Iterator[Row]:
        return (Row(number, cells) for number, cells in numbered())

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


def _open_archive(path: Path, members: list[zipfile.ZipInfo], meter: Meter, wanted: str | None) -> Opened:
    refuse_document(path, [member.filename for member in members])
    tables = table_names(members)
    if wanted is None:
        return Opened(path, "zip", _no_rows, members=tables, meter=meter)
    if wanted not in (*tables, *map(path_text, tables)):
        raise InputError(
            f"{path_text(path)} has no table {wanted!r} in it. Those that it has are: {listed(tables) or 'none'}."
        )
    member = find_member(path, members, wanted)
    table = _open_text(path, partial(opened_member, path, member), Meter(member.file_size), member.filename)
    others = tuple(name for name in tables if name != member.filename)
    return replace(table, sheet=member.filename if others else "", other_sheets=others, packed=True)


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
