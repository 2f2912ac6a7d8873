"""The journal's mark: the checksum of its last line, noted elsewhere on the way, shows later that it is the same journal.

Somebody who recomputes every checksum, sets the clock ahead or goes on with a copy from before makes a journal without that mark, or with
another date beside it. Knows no protocol.
"""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from nof1.errors import InputError
from nof1.record.checking.findings import Finding
from nof1.record.diary.journal import COLUMNS, JOURNAL_FILE, journal_bytes

DIGITS = 16


@dataclass(frozen=True)
class Mark:
    """The checksum of a line of the journal, the number of the line, and the day on which it was written, by the clock of the machine."""

    text: str
    line: int
    day: date | None

    @property
    def spaced(self) -> str:
        """In groups of four, to be copied by hand."""
        return " ".join(self.text[at : at + 4] for at in range(0, DIGITS, 4))


def marks(folder: str | Path) -> Iterator[Mark]:
    """The mark of every line, as far as the journal can be read."""
    rows = csv.reader(io.StringIO(journal_bytes(folder).decode("utf-8-sig", errors="replace"), newline=""))
    begin = 1
    with suppress(csv.Error):
        for row in rows:
            if len(row) == len(COLUMNS) and tuple(row) != COLUMNS:
                yield Mark(row[-1], begin, _day(row[0]))
            begin = rows.line_num + 1


def _day(entered: str) -> date | None:
    with suppress(ValueError):
        return datetime.fromisoformat(entered).date()
    return None


def read_mark(text: str) -> str:
    """A mark as it was noted: capitals, blanks and hyphens do not matter.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> read_mark("0A1B 2c3d-4e5f 6789")
    '0a1b2c3d4e5f6789'
    """
    mark = re.sub(r"[\s-]", "", text).casefold()
    if not re.fullmatch(rf"[0-9a-f]{{{DIGITS}}}", mark):
        raise InputError(f"{text[:60]!r} is no mark of a journal: it has {DIGITS} digits, 0 to 9 and a to f.")
    return mark


def check_mark(folder: Path, noted: str | None) -> Iterator[Finding]:
    """The journal's mark to be noted, or whether the journal has one that was."""
    known = list(marks(folder))
    if noted is None:
        if known:
            yield Finding(
                "ok", "mark", f"The journal's mark is {known[-1].spaced} (its line {known[-1].line}).", JOURNAL_FILE
            )
        return
    mark = read_mark(noted)
    found = next((one for one in known if one.text == mark), None)
    if found is None:
        text = (
            f"No line of {JOURNAL_FILE} has the mark {noted[:60]}: this journal is not the one that it was noted from, or was written anew since. "
            "Compare the note letter by letter first."
        )
        yield Finding("problem", "mark", text, JOURNAL_FILE)
        return
    text = (
        f"{JOURNAL_FILE} has the mark {found.spaced}: line {found.line}, written on {found.day} by the clock of the machine. It was noted no "
        "earlier than that day, or the clock was wrong; what stands up to that line was there when it was noted."
    )
    yield Finding("ok", "mark", text, JOURNAL_FILE, found.line)
