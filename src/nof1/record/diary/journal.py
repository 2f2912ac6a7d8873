"""The audit trail: every value that nof1 has written into a trial, with the one it replaced, in journal.csv.

Lines are only added. Each carries a checksum over itself and the line before, so that a line changed, removed or put in
between by hand is found; journal.head keeps the last checksum, so that lines cut off the end are found, too. Whoever recomputes all
checksums is not. Knows no protocol and no scale.
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from nof1.cells import csv_text, shielded, unshielded
from nof1.errors import InputError
from nof1.files import read_bytes, sha256_bytes, sha256_file

JOURNAL_FILE = "journal.csv"
HEAD_FILE = "journal.head"
COLUMNS = ("entered", "by", "night", "column", "old", "new", "reason", "checksum")
FOUND = "found"  # stood in the diary before there was a journal
BY_HAND = "by hand"  # changed in the file itself, put on record afterwards
PLAN = "plan"  # the trial was planned, and the journal begun
_START = "0" * 16


@dataclass(frozen=True)
class Line:
    """One value written.

    `by` is what wrote it: "log", "import" with the first letters of the file's hash, "found", "by hand", "plan", "amend", "stop",
    "unseal". `night` is an ISO date; for what is not of a night it is "", and `column` is the name of a file, `old` and `new`
    its hashes (of the protocol that of its canonical form), "" where there is none.
    """

    entered: str
    by: str
    night: str
    column: str
    old: str
    new: str
    reason: str = ""

    def _cells(self) -> tuple[str, ...]:
        return (self.entered, self.by, self.night, self.column, self.old, self.new, self.reason)


def stamp(now: datetime) -> str:
    """A moment as the journal writes it: local time with its offset, to the second."""
    return now.isoformat(timespec="seconds")


def begun(protocol_sha256: str, now: datetime) -> bytes:
    """journal.csv of a trial that was just planned. It says nothing of the order."""
    return extended(b"", [Line(stamp(now), PLAN, "", "protocol.toml", "", protocol_sha256)])


def beginning(content: bytes) -> str:
    """The checksum of the line with which the trial was planned, "" where the journal was begun later or not at all."""
    first = _first_line(content)
    return first[-1] if first else ""


def begun_on(content: bytes) -> date | None:
    """The day on which the trial was planned, None where the journal was begun later or not at all."""
    first = _first_line(content)
    with suppress(ValueError):
        return datetime.fromisoformat(first[0]).date() if first else None
    return None


def _first_line(content: bytes) -> list[str]:
    """The cells of the line with which the trial was planned, none where there is no such line."""
    with suppress(UnicodeDecodeError, csv.Error):
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        header, first = next(rows, []), next(rows, [])
        if tuple(header) == COLUMNS and len(first) == len(COLUMNS) and first[1] == PLAN:
            return first
    return []


def with_files(
    folder: Path, contents: Mapping[str, bytes | str], *, by: str, now: datetime, first: Sequence[Line] = ()
) -> dict[str, bytes | str]:
    """The contents of files about to be written, and the journal with `first` and a line for each file that changes.

    Where there is no journal yet it is left to the first recorded night to begin it, which tells what was found. Call it
    with the folder locked.
    """
    journal = journal_bytes(folder)
    if not journal and not first:
        return dict(contents)
    lines = list(first)
    for name, content in contents.items():
        path = folder / name
        old = sha256_file(path) if path.is_file() else ""
        new = _sha256(content)
        if old != new:
            lines.append(Line(stamp(now), by, "", name, old, new))
    return {**contents, **(written(extended(journal, lines, last=read_head(folder))) if lines else {})}


def _sha256(content: bytes | str) -> str:
    return sha256_bytes(content.encode() if isinstance(content, str) else content)


def written(journal: bytes) -> dict[str, bytes | str]:
    """The journal and its head, which are written together."""
    return {JOURNAL_FILE: journal, HEAD_FILE: f"{_end_of(journal)}\n"}


def read_head(folder: str | Path) -> str:
    """The checksum of the line that nof1 wrote last, "" where there is none on record."""
    path = Path(folder) / HEAD_FILE
    return read_bytes(path).decode(errors="replace").strip() if path.is_file() else ""


def ends_as_written(folder: str | Path) -> bool:
    """Whether the journal ends with the line that nof1 wrote last, as far as that is on record."""
    head = read_head(folder)
    return not head or head == _end_of(journal_bytes(folder))


def extended(content: bytes, lines: Iterable[Line], *, last: str = "") -> bytes:
    """journal.csv with lines added; `content` is what it holds, b"" where there is none yet.

    `last` is the checksum that the first of them goes on from, if not that of the content's own end: what was cut off then
    stays missing for good.
    """
    rows: list[Sequence[str]] = [] if content else [COLUMNS]
    if content and not content.endswith(b"\n"):
        content += b"\n"
    last = last or _end_of(content)
    for line in lines:
        cells = [shielded(cell) for cell in line._cells()]
        last = _checksum(last, cells)
        rows.append([*cells, last])
    return content + csv_text(rows).encode()


def _end_of(content: bytes) -> str:
    """The checksum at the end. It is never quoted, so it is what stands after the last comma, whatever else a line holds."""
    return _begins_with(content.rstrip().rpartition(b",")[2].decode(errors="replace")) if content else _START


def _begins_with(checksum: str) -> str:
    """What the checksum of the next line is worked out with; a line that was cut off has none."""
    return checksum if len(checksum) == len(_START) else _START


def _checksum(last: str, cells: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join((last, *cells)).encode()).hexdigest()[: len(_START)]


def journal_bytes(folder: str | Path) -> bytes:
    """What journal.csv holds; b"" if there is none, as in trials of an earlier version."""
    path = Path(folder) / JOURNAL_FILE
    return read_bytes(path) if path.is_file() else b""


def audited(folder: str | Path) -> Iterator[tuple[Line, int, bool]]:
    """Each line, the number in the file at which it begins, and whether its checksum is the one that nof1 wrote there.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    content = journal_bytes(folder)
    if not content:
        return
    path = Path(folder) / JOURNAL_FILE
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        if tuple(next(reader, ())) != COLUMNS:
            raise InputError(f"{path} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        last, begin = _START, reader.line_num + 1
        for row in reader:
            if len(row) != len(COLUMNS):
                raise InputError(
                    f"{path}, line {begin}: the row does not have {len(COLUMNS)} values. Restore it from a copy."
                )
            *cells, checksum = row
            yield Line(*(unshielded(cell) for cell in cells)), begin, checksum == _checksum(last, cells)
            last, begin = _begins_with(checksum), reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is damaged ({error}). Restore it from a copy.") from None


def revisions(folder: str | Path) -> dict[str, dict[str, int]]:
    """How often each cell was changed, by night and column, as far as the journal tells: a number that never goes back.

    What was found when the journal was begun is no change.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    changed: dict[str, dict[str, int]] = {}
    for line, _, _ in audited(folder):
        if line.night and line.by != FOUND:
            times = changed.setdefault(line.night, {})
            times[line.column] = times.get(line.column, 0) + 1
    return changed


def replayed(lines: Iterable[Line]) -> dict[tuple[str, str], str]:
    """The values that the lines leave standing, by night and column; cleared ones are left out."""
    values: dict[tuple[str, str], str] = {}
    for line in lines:
        if line.new:
            values[line.night, line.column] = line.new
        else:
            values.pop((line.night, line.column), None)
    return values
