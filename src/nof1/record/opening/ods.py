"""A sheet of an OpenDocument spreadsheet (.ods) as rows of text, as `sheet` gives those of an .xlsx.

The document is read as a stream, with expat itself: nothing in it is looked up elsewhere or expanded, a cell that says it is repeated
is repeated as far as a sheet can go, and no further. Format: OASIS, OpenDocument 1.3, part 3, sections 9 (tables) and 19 (attributes).
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from nof1.cells import path_text
from nof1.errors import InputError
from nof1.record.opening.archive import find_member, opened_member
from nof1.record.opening.sheet import MAX_CELLS, MAX_ROWS, Sheet, cell_text, chosen_sheet
from nof1.record.values.moments import LONGEST, numeric_readings

MIME = b"application/vnd.oasis.opendocument.spreadsheet"
CONTENT = "content.xml"
MAX_COLUMNS = 16_384
MAX_TEXT = 1_000_000  # letters of a cell that are kept
MAX_DEPTH = 200
MAX_TOKEN = 8 << 20  # bytes of one tag or comment; expat keeps all of it
_CHUNK = 1 << 18
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _TEXT, _OFFICE = (f"{_NAMESPACE}{name}:1.0 " for name in ("table", "text", "office"))
_LENGTH = re.compile(r"PT?(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})(?:[.,][0-9]*)?S)?")

Cells = list[str]


def is_ods(path: Path, members: list[zipfile.ZipInfo]) -> bool:
    """Whether an archive says of itself that it is such a spreadsheet."""
    if not {"mimetype", CONTENT} <= {member.filename for member in members}:
        return False
    with opened_member(path, find_member(path, members, "mimetype")) as stream:
        return stream.read(len(MIME)) == MIME


def find_ods_sheet(path: Path, member: zipfile.ZipInfo, wanted: str | None) -> Sheet:
    """The sheet to read: the one that is wanted, or the only one that holds a table.

    Raises
    ------
    AmbiguousInput
        If several hold tables and none was named; its option is "sheet".
    InputError
        If the one that was named holds none, or the file is damaged.
    """
    widths: dict[str, int] = {}
    dated: dict[str, set[int]] = {}
    texts: dict[str, dict[int, str]] = {}
    for title, _, cells, dates in _walk(path, member):
        widths[title] = max(widths.get(title, 0), sum(map(bool, cells)))
        dated.setdefault(title, set()).update(dates)
        for place, text in enumerate(cells):
            if (
                place not in dates
                and place not in texts.setdefault(title, {})
                and any(numeric_readings(text[:LONGEST]))
            ):
                texts[title][place] = text[:LONGEST]
    title, titles = chosen_sheet(path, widths, wanted)
    mixed = {place: text for place, text in texts.get(title, {}).items() if place in dated.get(title, ())}
    return Sheet(title, tuple(other for other in titles if other != title), mixed=mixed)


def ods_rows(path: Path, member: zipfile.ZipInfo, sheet: Sheet) -> Iterator[tuple[int, Cells]]:
    """Number and cells of each row that holds anything.

    Raises
    ------
    InputError
        If the file is damaged, holds more than a sheet can, or a formula that was never computed.
    """
    return ((number, cells) for title, number, cells, _ in _walk(path, member) if title == sheet.title and any(cells))


def _walk(path: Path, member: zipfile.ZipInfo) -> Iterator[tuple[str, int, Cells, frozenset[int]]]:
    """Every row of every sheet that holds anything: the sheet, the row's number, its cells, and which of them are dates."""
    reading = _Reading(path)
    with opened_member(path, member) as stream:
        while chunk := stream.read(_CHUNK):
            reading.feed(chunk)
            yield from reading.taken()
    reading.feed(b"", final=True)
    yield from reading.taken()


class _Reading:
    """One pass through the document, fed piece by piece."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: list[tuple[str, int, Cells, frozenset[int]]] = []
        self._seen = 0
        self._fed = 0
        self._depth = 0
        self._title: str | None = None
        self._number = 0
        self._repeated = 1
        self._row: Cells = []
        self._dates: set[int] = set()
        self._blanks = 0
        self._cell: dict[str, str] = {}
        self._in_cell = False
        self._aside = 0  # depth at which a comment or a table within a cell began
        self._texts: list[str] = []
        self._letters = 0
        self._in_text = 0
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._declared
        for name in ("EntityDecl", "UnparsedEntityDecl", "ExternalEntityRef", "SkippedEntity"):
            setattr(parser, f"{name}Handler", self._declared)
        self._parser = parser

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Read on.

        Raises
        ------
        InputError
            If the document is damaged or made to do harm.
        """
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as trouble:
            raise self._refused(expat.ErrorString(trouble.code)) from None
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > MAX_TOKEN:
            raise self._refused("a mark without an end")

    def taken(self) -> Iterator[tuple[str, int, Cells, frozenset[int]]]:
        """The rows found since the last call."""
        rows, self._rows = self._rows, []
        return iter(rows)

    def _refused(self, why: str) -> InputError:
        return InputError(
            f"{path_text(self._path)} is no spreadsheet that can be read ({why}). Save it again as .xlsx or .csv."
        )

    def _declared(self, *_: object) -> int:
        raise self._refused("it declares things of its own")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._refused("it is nested too deep")
        if self._aside:
            return
        if self._in_cell:
            self._start_in_cell(name, attributes)
        elif name == f"{_TABLE}table":
            self._title, self._number = attributes.get(f"{_TABLE}name", ""), 0
        elif self._title is not None and name == f"{_TABLE}table-row":
            self._row, self._dates, self._blanks = [], set(), 0
            self._repeated = _count(attributes.get(f"{_TABLE}number-rows-repeated"), MAX_ROWS)
        elif self._title is not None and name in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._cell, self._in_cell = attributes, True
            self._texts, self._letters, self._in_text = [], 0, 0

    def _start_in_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name in (f"{_OFFICE}annotation", f"{_TABLE}table"):
            self._aside = self._depth
        elif name == f"{_TEXT}p":
            if self._texts:
                self._add("\n")
            self._in_text += 1
        elif name == f"{_TEXT}s":
            self._add(" " * _count(attributes.get(f"{_TEXT}c"), 1000))
        elif name == f"{_TEXT}tab":
            self._add("\t")
        elif name == f"{_TEXT}line-break":
            self._add("\n")

    def _said(self, text: str) -> None:
        if self._in_text and not self._aside:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._letters < MAX_TEXT:
            self._texts.append(text)
            self._letters += len(text)

    def _end(self, name: str) -> None:
        if self._aside:
            self._aside = 0 if self._depth == self._aside else self._aside
        elif name == f"{_TEXT}p":
            self._in_text = max(self._in_text - 1, 0)
        elif self._in_cell and name in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            self._end_cell(covered=name == f"{_TABLE}covered-table-cell")
        elif self._title is not None and name == f"{_TABLE}table-row":
            self._end_row()
        elif name == f"{_TABLE}table":
            self._title = None
        self._depth -= 1

    def _end_cell(self, *, covered: bool) -> None:
        self._in_cell = False
        times = _count(self._cell.get(f"{_TABLE}number-columns-repeated"), MAX_COLUMNS)
        text = "" if covered else self._shown()
        if not text:
            self._blanks += times
            return
        if len(self._row) + self._blanks + times > MAX_COLUMNS:
            raise self._refused(f"a row has more than {MAX_COLUMNS:,} cells")
        self._row += [""] * self._blanks
        self._blanks = 0
        if self._cell.get(f"{_OFFICE}value-type") == "date":
            self._dates.update(range(len(self._row), len(self._row) + times))
        self._row += [text] * times

    def _end_row(self) -> None:
        first = self._number + 1
        self._number += self._repeated
        self._seen += len(self._row) * self._repeated
        if self._number > MAX_ROWS and self._row:
            raise self._refused(f"a sheet has more than {MAX_ROWS:,} rows")
        if self._seen > MAX_CELLS:
            raise self._refused(f"it has more than {MAX_CELLS:,} cells")
        if self._row and self._title is not None:
            dates = frozenset(self._dates)
            self._rows += [(self._title, number, self._row, dates) for number in range(first, self._number + 1)]

    def _shown(self) -> str:
        """The cell as text: numbers and dates by what is kept of them, whatever the language of the program shows."""
        text = "".join(self._texts).strip()
        kind = self._cell.get(f"{_OFFICE}value-type", "")
        read = _READERS.get(kind)
        kept = self._cell.get(f"{_OFFICE}{_KEPT.get(kind, 'value')}", "")
        if f"{_TABLE}formula" in self._cell and not kept and not text and kind != "string":
            raise InputError(
                f"{path_text(self._path)}, line {self._number + 1}: a formula has no computed value in the file. Open it in a spreadsheet "
                "program, save it, and import it again."
            )
        if read is None or not kept:
            return text or self._cell.get(f"{_OFFICE}string-value", "").strip()
        return read(kept, text)


def _count(text: str | None, most: int) -> int:
    """How often a row, a cell or a space is repeated, as far as that can be."""
    return min(int(text), most + 1) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 1


def _number(kept: str, text: str) -> str:
    try:
        return cell_text(float(kept))
    except (ValueError, OverflowError):
        return text


def _percent(kept: str, text: str) -> str:
    """What the sheet shows of a percent: 65, where 0.65 is kept."""
    try:
        return cell_text(float(f"{float(kept) * 100:.12g}"))
    except (ValueError, OverflowError):
        return text


def _moment(kept: str, text: str) -> str:
    """A date, with its clock time where there is one; midnight is a time where the sheet shows one."""
    day, _, clock = kept.partition("T")
    if not clock:
        return f"{day} 00:00:00" if ":" in text else day
    clock = clock.partition(".")[0]
    return day if clock == "00:00:00" and ":" not in text else f"{day} {clock}"


def _clock(kept: str, text: str) -> str:
    """A clock time or a length of time, such as 07:30:00 or 31:15:00."""
    match = _LENGTH.fullmatch(kept)
    if match is None or not any(match.groups()):
        return text
    seconds = sum(int(part or 0) * size for part, size in zip(match.groups(), (3600, 60, 1), strict=True))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


_READERS: dict[str, Callable[[str, str], str]] = {
    "float": _number,
    "currency": _number,
    "percentage": _percent,
    "date": _moment,
    "time": _clock,
    "boolean": lambda kept, _: kept.upper(),
}
_KEPT = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}
