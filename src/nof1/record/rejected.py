"""rejected.csv: every row that was not taken, with file, line and reason. Mended there, it can be imported like any file.

Knows no protocol; must not know how rows are matched.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nof1.cells import shielded, unshielded
from nof1.errors import InputError
from nof1.files import read_bytes

REJECTED_FILE = "rejected.csv"
COLUMNS = ("file", "sha256", "lines", "rows", "reason", "night")


@dataclass(frozen=True)
class RejectedRow:
    """One row, or a run of rows with the same reason.

    `lines` are those of the file, such as "17" or "2-513", and `rows` how many rows are meant. `values` are those that would
    have been taken, by column of the diary or name of a measure, as far as they could be read; a run has none.
    """

    file: str
    sha256: str
    lines: str
    rows: int
    reason: str
    night: str
    values: Mapping[str, str]


def read_rejected(folder: str | Path) -> tuple[RejectedRow, ...]:
    """All rejected rows of a trial folder; none if there is no such file.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = Path(folder) / REJECTED_FILE
    return tuple(parse_rejected(read_bytes(path), str(path))) if path.is_file() else ()


def parse_rejected(content: bytes, where: str) -> Iterator[RejectedRow]:
    """The rows in the bytes of a rejected.csv.

    Raises
    ------
    InputError
        If they are damaged.
    """
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = tuple(next(reader, ()))
        if header[: len(COLUMNS)] != COLUMNS or len(set(header)) < len(header):
            raise InputError(
                f"{where} must begin with the columns {', '.join(COLUMNS)}. Restore it from a copy, or remove it and import the files again."
            )
        for row in reader:
            if len(row) != len(header):
                raise InputError(
                    f"{where}, line {reader.line_num}: there are {len(row)} values instead of {len(header)}. Mend that line."
                )
            file, sha256, lines, rows, reason, night, *cells = (unshielded(cell) for cell in row)
            if not (rows.isascii() and rows.isdecimal() and len(rows) < 12):
                raise InputError(f"{where}, line {reader.line_num}: rows {rows[:20]!r} is no count. Restore it.")
            values = dict(zip(header[len(COLUMNS) :], cells, strict=True))
            yield RejectedRow(file, sha256, lines, int(rows), reason, night, values)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{where} is damaged ({error}). Restore it from a copy.") from None


def rejected_csv(rows: Iterable[RejectedRow]) -> str:
    """rejected.csv with these rows."""
    rows = list(rows)
    fields = list(dict.fromkeys(name for row in rows for name in row.values))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((*COLUMNS, *fields))
    for row in rows:
        cells = (row.file, row.sha256, row.lines, str(row.rows), row.reason, row.night)
        writer.writerow([shielded(cell) for cell in (*cells, *(row.values.get(name, "") for name in fields))])
    return stream.getvalue()


def after_import(rows: Iterable[RejectedRow], sha256: str, new: Iterable[RejectedRow]) -> list[RejectedRow]:
    """The rows after a file was imported: what was rejected of it now stands in for what was rejected of it before."""
    return [row for row in rows if row.sha256 != sha256] + list(new)


def after_mending(
    rows: Iterable[RejectedRow], settled: Collection[tuple[str, str]], reasons: Mapping[tuple[str, str], RejectedRow]
) -> list[RejectedRow]:
    """The rows after a mended rejected.csv was imported.

    Parameters
    ----------
    settled : collection of (sha256, lines)
        Rows that are in the diary now.
    reasons : mapping of (sha256, lines) to RejectedRow
        Rows that still do not fit, as they were written and with the reason of today.
    """
    left = []
    for row in rows:
        key = (row.sha256, row.lines)
        if key in reasons:
            now = reasons[key]
            left.append(replace(row, reason=now.reason, night=now.night, values=now.values))
        elif key not in settled:
            left.append(row)
    return left
