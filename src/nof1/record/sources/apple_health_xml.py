"""The records in Apple Health's XML, or in the archive that holds it, as rows, read once from end to end.

The file is a stranger's until it is read, so nothing in it is unpacked to disk, looked up elsewhere or expanded. The
parser is expat itself, and what defusedxml refuses is refused here too: its `iterparse`, which is the one of pure Python,
takes 1.4 times as long and keeps an element for every record (benchmarks/make_apple_health.py).
"""

import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from heapq import nlargest
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from nof1.errors import InputError
from nof1.record.opening.opened import MAX_CELL, MAX_RATIO, Meter, Row
from nof1.record.sources.apple_health_records import FOOD, HELD_BY_FOOD, KNOWN, MEAL, PLACES, record_row

CHUNK = 1 << 20
MAX_UNPACKED = 40_000_000_000
FREE_BYTES = 50_000_000  # unpacked, before the ratio is looked at
MAX_DEPTH = 64  # elements in elements; real exports have 5
MAX_TOKEN = 4 << 20  # bytes of one tag or comment; expat keeps all of it
MAX_NAMES = 5000  # different names of elements and attributes; expat keeps them all, real exports have about 100
MAX_HELD = 300_000  # records without a name of their own that wait for the meal that names them; nine years of 90 a day
MAX_PROBED = 100  # XML members of an archive that are looked into

_ROOT = "HealthData"
# All that zipfile has been seen to raise on a damaged archive.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    LookupError,
    ValueError,
    OverflowError,
    RuntimeError,
)


def refuse(path: Path, reason: str) -> NoReturn:
    """Refuse a file as a whole.

    Raises
    ------
    InputError
        With the reason.
    """
    raise InputError(f"{path} was refused: {reason}. Nothing was taken.")


# The archive -----------------------------------------------------------------------------------------------------


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """The XML files in an archive that is safe to look into, largest first."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except _DAMAGED as error:
        _refuse_damaged(path, error)
    for member in members:
        if _leads_outside(member.filename):
            refuse(path, f"it has a member named {member.filename[:80]!r}, which points outside the archive")
        if member.flag_bits & 1:  # encrypted
            refuse(path, "it is encrypted; take the password off and import it again")
    found = nlargest(
        MAX_PROBED,
        (member for member in members if member.filename.lower().endswith(".xml")),
        key=lambda member: member.file_size,
    )
    for member in found:
        # zipfile unpacks the other methods without a bound on what one call may give.
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            refuse(path, f"{member.filename[:80]!r} is packed in a way that Apple Health does not use")
        _refuse_bomb(path, member.file_size, member.compress_size)
    return found


def _leads_outside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or re.match(r"[A-Za-z]:", name) is not None


def _refuse_bomb(path: Path, unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED or (unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed):
        refuse(path, "it is made to unpack to far more than an export of Apple Health does")


def _refuse_damaged(path: Path, error: Exception) -> NoReturn:
    refuse(path, f"the file is damaged or was cut off ({type(error).__name__}); export it again")


def _chunks(path: Path, member: zipfile.ZipInfo | None, meter: Meter | None = None) -> Generator[bytes]:
    """The XML in pieces. Sizes that the archive tells of itself are not believed."""
    meter = meter or Meter(0)
    try:
        with path.open("rb") as stream:
            if member is None:
                while chunk := stream.read(CHUNK):
                    meter.done = stream.tell()
                    yield chunk
                return
            packed = min(member.compress_size, path.stat().st_size)
            unpacked = 0
            with zipfile.ZipFile(stream) as archive, archive.open(member) as data:
                while chunk := data.read(CHUNK):
                    unpacked += len(chunk)
                    _refuse_bomb(path, unpacked, packed)
                    meter.done = stream.tell()
                    yield chunk
    except InputError:
        raise
    except _DAMAGED as error:
        _refuse_damaged(path, error)


# The XML ---------------------------------------------------------------------------------------------------------

# An app's name may hold control characters, which XML forbids and the phone writes all the same (GitHub,
# jameno/Simple-Apple-Health-XML-to-CSV, pull request 3). As "?" they are harmless in a value and refused elsewhere.
_MENDED = bytes(63 if code < 32 and code not in (0, 9, 10, 13) else code for code in range(256))
# iOS 16 wrote declarations with a missing ">" (GitHub, fedecalendino/apple-health, issue 1).
_NAMED = re.compile(rb"<!DOCTYPE\s+HealthData\b")
_OPENED = re.compile(rb"<!DOCTYPE\s+HealthData\s*\[")
_CLOSED = re.compile(rb"\]\s*>(?=\s*<HealthData[\s/>])")


def is_health(path: Path, member: zipfile.ZipInfo | None) -> bool:
    """Whether the XML, in the archive where `member` is given, has the root element of Apple Health."""
    with closing(_chunks(path, member)) as chunks:
        first = next(chunks, b"")
    reading = _begin(path, first)
    if reading.root == _ROOT or _NAMED.search(first):
        reading.raise_trouble()
    return reading.root == _ROOT


def rows_of(path: Path, member: zipfile.ZipInfo | None, meter: Meter) -> Iterator[Row]:
    """The rows of all records that are taken; those that wait for the name of their meal come last."""
    with closing(_chunks(path, member, meter)) as chunks:
        reading = _begin(path, next(chunks, b""))
        yield from reading.taken()
        for chunk in chunks:
            reading.feed(chunk)
            yield from reading.taken()
        reading.feed(b"", final=True)
        reading.raise_trouble()
        yield from reading.named()


def _begin(path: Path, first: bytes) -> "_Reading":
    """A reading that has got the first piece; broken declarations are left out, for nothing here needs them."""
    reading = _Reading(path)
    reading.feed(first)
    if reading.root or not isinstance(reading.trouble, expat.ExpatError):
        return reading
    opened = _OPENED.search(first)
    closed = _CLOSED.search(first, opened.end()) if opened else None
    if opened is None or closed is None:
        return reading
    cut = first[opened.start() : closed.end()]
    if b"<!entity" in cut.lower():
        _refuse_entity(path)
    mended = _Reading(path)
    mended.feed(first[: opened.start()] + b"\n" * cut.count(b"\n") + first[closed.end() :])
    return mended


def _refuse_entity(path: Path) -> NoReturn:
    refuse(path, "it declares entities or asks for another file, which no export of Apple Health does")


class _Reading:
    """One pass through the XML, fed piece by piece.

    Attributes
    ----------
    root : str
        Name of the root element, "" before it has come.
    trouble : Exception or None
        What stopped it.
    """

    def __init__(self, path: Path) -> None:
        self.root = ""
        self.trouble: expat.ExpatError | InputError | None = None
        self._path = path
        self._depth = 0
        self._number = 0  # of the record, over all of them
        self._rows: list[Row] = []
        self._fed = 0
        self._names: dict[str, str] = {}
        self._food: Row | None = None  # of a nutrient, while its own names may still come
        self._unnamed: list[tuple[_Key, Row]] = []
        self._meal: list[_Key] | None = None
        self._called = ""
        self._meals: dict[_Key, str] = {}
        # UTF-8 whatever the file says of itself: no other codec is ever asked for.
        parser = expat.ParserCreate("utf-8", None, self._names)
        parser.ordered_attributes = True
        parser.specified_attributes = True  # a declared default can make a small file a huge one
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        for name in ("EntityDecl", "UnparsedEntityDecl", "ExternalEntityRef", "SkippedEntity"):
            setattr(parser, f"{name}Handler", self._entity)
        self._parser = parser

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Read on. What was found before trouble can still be taken; the next call raises it."""
        self.raise_trouble()
        parser = self._parser
        try:
            parser.Parse(chunk.translate(_MENDED), final)
            self._fed += len(chunk)
            if self._fed - parser.CurrentByteIndex > MAX_TOKEN or len(self._names) > MAX_NAMES:
                refuse(self._path, f"its XML near line {parser.CurrentLineNumber} is not what Apple Health writes")
        except (expat.ExpatError, InputError) as trouble:
            self.trouble = trouble

    def raise_trouble(self) -> None:
        """Tell what stopped the reading, if anything did.

        Raises
        ------
        InputError
            If something did.
        """
        if isinstance(self.trouble, expat.ExpatError):
            what = expat.ErrorString(self.trouble.code)
            raise InputError(
                f"{self._path}, line {self.trouble.lineno}: the XML is damaged or was cut off ({what}). "
                "Nothing was taken; export it again."
            )
        if self.trouble is not None:
            raise self.trouble

    def taken(self) -> list[Row]:
        """The rows found since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def named(self) -> Iterator[Row]:
        """The rows that waited for their names, which meals at the end of the file give them."""
        for key, row in self._unnamed:
            yield _named_row(row, self._meals.get(key, ""))

    def _doctype(self, name: str, system: str | None, public: str | None, internal: bool) -> None:
        if system is not None or public is not None:
            _refuse_entity(self._path)

    def _entity(self, *_: object) -> NoReturn:
        _refuse_entity(self._path)

    def _end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == 2:
            if self._food is not None:
                self._keep(self._food)
                self._food = None
            elif self._meal is not None:
                if self._called and len(self._meals) < MAX_HELD:
                    self._meals |= dict.fromkeys(self._meal, self._called)
                self._meal, self._called = None, ""

    def _keep(self, row: Row) -> None:
        """A nutrient's row: taken as it stands where it has a name, else it waits for one."""
        if row.cells[PLACES[FOOD]] or len(self._unnamed) >= MAX_HELD:
            self._rows.append(row)
        else:
            self._unnamed.append((self._key, row))

    def _start(self, name: str, attributes: list[str]) -> None:
        depth = self._depth = self._depth + 1
        if name == "Record":
            self._number += 1
            # A record inside a Correlation stands at the top level as well (Apple's own remark in the declarations).
            # The type comes first in real files; where it does not, the long way finds it.
            if depth == 2 and attributes and (attributes[0] != "type" or attributes[1] in KNOWN):
                found = dict(zip(attributes[::2], attributes[1::2], strict=True))
                row = record_row(self._number, found)
                if row is None:
                    pass
                elif found["type"] in HELD_BY_FOOD:
                    self._food, self._key = row, _key_of(found)
                else:
                    self._rows.append(row)
            elif depth == 3 and self._meal is not None:
                found = dict(zip(attributes[::2], attributes[1::2], strict=True))
                if found.get("type") in HELD_BY_FOOD:
                    self._meal.append(_key_of(found))
        elif name == "MetadataEntry":
            if depth == 3 and (self._food is not None or self._meal is not None):
                self._tell(dict(zip(attributes[::2], attributes[1::2], strict=True)))
        elif depth == 2 and name == "Correlation":
            self._meal = [] if MEAL in attributes else None
        elif depth == 1:
            self.root = name
        if depth > MAX_DEPTH:
            refuse(self._path, f"its XML is nested more than {MAX_DEPTH} deep")

    def _tell(self, entry: Mapping[str, str]) -> None:
        """What a record or a meal was called."""
        if entry.get("key") != FOOD:
            return
        called = sys.intern(entry.get("value", "").strip()[: MAX_CELL + 1])
        if self._food is not None:
            self._food = _named_row(self._food, called)
        else:
            self._called = called


def _named_row(row: Row, name: str) -> Row:
    """The same with the name of the food, which stands in the last column."""
    return Row(row.line, [*row.cells[:-1], name])


_Key = tuple[str, ...]


def _key_of(attributes: Mapping[str, str]) -> _Key:
    """What a record at the top level has in common with the same record in its meal."""
    return tuple(attributes.get(name, "") for name in ("type", "startDate", "endDate", "value", "sourceName"))
