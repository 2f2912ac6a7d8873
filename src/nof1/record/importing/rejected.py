"""rejected.csv: every row that was not taken, with file, line and reason. Mended there, it can be imported like any file.

Knows no protocol; must not know how rows are matched.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from nof1.cells import csv_text, shielded, unshielded
from nof1.errors import InputError
from nof1.record.opening.opened import open_file
from nof1.record.sources.rejected_rows import COLUMNS

REJECTED_FILE = "rejected.csv"
# Before a night, it says that the row as it is shown is not the row as it was, or that the night is in doubt. Such a row is
# never taken before the person has taken the mark away.
NEEDS_REVIEW = "?"
_EARLY_LISTED = 3  # rows of a night that is not over, told one by one
LISTED = 5000  # rejected rows kept one by one; further ones of one kind are kept as a run


@dataclass
class Rejected:
    """Rows that were not taken, with one reason. `lines` is "17", "2-513" or several of these.

    Of a row that was taken but for some of its values, `rows` is 0 and `values` are those.
    """

    lines: str
    rows: int
    reason: str
    night: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """A rejected row's cells, and what is to be done before they may be taken as they stand, "" if nothing."""

    night: str
    values: Mapping[str, str]
    doubt: str = ""


@dataclass
class Book:
    """Keeps the rejected rows of a file: one by one, and runs of rows outside the trial as one."""

    rejected: list[Rejected]
    fields: list[str]
    runs: bool = True
    early_rows: int = 0
    run: Rejected | None = None
    run_from: int = 0
    run_to: int = 0
    run_nights: tuple[date, date] | None = None
    further: dict[str, list[int]] = field(
        default_factory=dict
    )  # of values beyond those that are kept: how many, first and last line

    @property
    def further_values(self) -> int:
        """How many values were not kept one by one."""
        return sum(count for count, _, _ in self.further.values())

    def values(self, line: int, reasons: Mapping[str, str], shown: Shown) -> None:
        """Values of a row that is taken without them, with the reason of each."""
        if self.runs and len(self.rejected) >= LISTED:
            for name in reasons:
                count = self.further.setdefault(name, [0, line, line])
                count[0] += 1
                count[2] = line
            return
        night, reason = shown.night, "; ".join(reasons.values())
        if shown.doubt:
            night, reason = f"{NEEDS_REVIEW} {night}".rstrip(), f"{reason}; {shown.doubt}"
        values = {name: shown.values.get(name, "") if name in reasons else "" for name in self.fields}
        self.rejected.append(Rejected(str(line), 0, reason, night, values))

    def outside(self, line: int, night: date, first: date, last: date, shown: Callable[[], Shown]) -> None:
        """A row of a night that is not in the trial."""
        side = "before the first night" if night < first else "after the last night"
        reason = f"{side} of the trial, {first if night < first else last}"
        if not self.runs:
            self.reject(line, reason, shown())
            return
        self._extend(line, reason)
        low, high = self.run_nights or (night, night)
        self.run_nights = min(low, night), max(high, night)

    def early(self, line: int, night: date, latest: date, shown: Callable[[], Shown]) -> None:
        """A row of a night that is not over; a file that is read today may have thousands of them."""
        self.early_rows += 1
        if self.early_rows <= _EARLY_LISTED or not self.runs:
            self.reject(line, f"the night {night} is not over yet; check the date", shown())
        else:
            self._extend(line, f"after the last night that is over, {latest}")

    def reject(self, line: int, reason: str, shown: Shown, doubt: str = "") -> None:
        """A row with its reason; `doubt` as in `Shown`."""
        if self.runs and len(self.rejected) >= LISTED:
            self._extend(line, "like the rejected rows before it; mend those and import the file again")
            return
        self._close_run()
        night, doubt = shown.night, doubt or shown.doubt
        if doubt:
            night, reason = f"{NEEDS_REVIEW} {night}".rstrip(), f"{reason}; {doubt}"
        values = {name: shown.values.get(name, "") for name in self.fields}
        self.rejected.append(Rejected(str(line), 1, reason, night, values))

    def _extend(self, line: int, reason: str) -> None:
        if self.run is None or self.run.reason != reason:
            self._close_run()
            self.run = Rejected("", 0, reason, "", {})
            self.run_from, self.run_nights = line, None
        self.run.rows += 1
        self.run_to = line

    def _close_run(self) -> None:
        if self.run is None:
            return
        self.run.lines = str(self.run_from) if self.run_from == self.run_to else f"{self.run_from}-{self.run_to}"
        if self.run_nights is not None:
            low, high = self.run_nights
            self.run.night = str(low) if low == high else f"{low} to {high}"
        self.rejected.append(self.run)
        self.run = None

    def close(self) -> None:
        """Keep the run that was begun last, and tell of the values that were not kept one by one."""
        self._close_run()
        for name, (count, first, last) in self.further.items():
            lines = str(first) if first == last else f"{first}-{last}"
            reason = f"{name}: {count:,} more values like those before; mend those and import the file again"
            self.rejected.append(Rejected(lines, 0, reason, "", {}))


@dataclass(frozen=True)
class RejectedRow:
    """One row, or a run of rows with the same reason.

    `lines` are those of the file, such as "17" or "2-513" (after the sheet's name where there are several, "Diary!17"), and `rows` how many rows are meant,
    0 where a row was taken but for some of its values. `values` are those that would
    have been taken, by column of the diary or name of a measure, as far as they could be read; a run has none.
    """

    file: str
    sha256: str
    lines: str
    rows: int
    reason: str
    night: str
    values: Mapping[str, str]

    @property
    def sheet(self) -> str:
        """The sheet of a spreadsheet that has several; "" elsewhere."""
        return self.lines.rpartition("!")[0]


def read_rejected(folder: str | Path) -> tuple[RejectedRow, ...]:
    """All rejected rows of a trial folder; none if there is no such file.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = Path(folder) / REJECTED_FILE
    return tuple(parse_rejected(path)) if path.is_file() else ()


def parse_rejected(path: Path) -> Iterator[RejectedRow]:
    """The rows of a rejected.csv, as nof1 wrote it or as a spreadsheet program has saved it.

    Raises
    ------
    InputError
        If it is damaged.
    """
    file = open_file(path)
    header = file.header
    if header[: len(COLUMNS)] != COLUMNS or len(set(header)) < len(header):
        raise InputError(
            f"{path} must begin with the columns {', '.join(COLUMNS)}. Restore it from a copy, or remove it and import the files again."
        )
    for row in file.rows():
        if row.line == file.head[0].line:
            continue
        if len(row.cells) < len(COLUMNS) or any(row.cells[len(header) :]):
            raise InputError(
                f"{path}, line {row.line}: there are {len(row.cells)} values instead of {len(header)}. Mend that line."
            )
        cells = [unshielded(cell) for cell in (*row.cells, *[""] * len(header))]
        name, sha256, lines, rows, reason, night = cells[: len(COLUMNS)]
        if not (rows.isascii() and rows.isdecimal() and len(rows) < 12):
            raise InputError(f"{path}, line {row.line}: rows {rows[:20]!r} is no count. Restore it.")
        values = dict(zip(header[len(COLUMNS) :], cells[len(COLUMNS) :], strict=False))
        yield RejectedRow(name, sha256, lines, int(rows), reason, night, values)


def rejected_csv(rows: Iterable[RejectedRow]) -> str:
    """rejected.csv with these rows."""
    rows = list(rows)
    fields = list(dict.fromkeys(name for row in rows for name in row.values))
    written: list[tuple[str, ...]] = [(*COLUMNS, *fields)]
    for row in rows:
        cells = (row.file, row.sha256, row.lines, str(row.rows), row.reason, row.night)
        written.append(tuple(shielded(cell) for cell in (*cells, *(row.values.get(name, "") for name in fields))))
    return csv_text(written)


def after_import(
    rows: Iterable[RejectedRow], sha256: str, new: Iterable[RejectedRow], sheet: str = ""
) -> list[RejectedRow]:
    """The rows after a file was imported: what was rejected of it now stands in for what was rejected of it before."""
    return [row for row in rows if (row.sha256, row.sheet) != (sha256, sheet)] + list(new)


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
            left.append(
                replace(row, rows=min(row.rows, now.rows), reason=now.reason, night=now.night, values=now.values)
            )
        elif key not in settled:
            left.append(row)
    return left
