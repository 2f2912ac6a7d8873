"""What the journal says was written, whatever lies in the folder now: an order that was opened stays opened, a look stays a look.

A file that is gone or was changed by hand does not undo what went on record. Who takes the journal's own lines out as well is found
by its checksums (`nof1 check`); whoever recomputes all of them is not. Knows no protocol; reads, writes nothing.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from nof1.errors import InputError, Nof1Error
from nof1.files import sha256_bytes, sha256_file
from nof1.plan.orders.amendments import AMENDMENTS_FILE, Amendment
from nof1.plan.orders.loading import UNSEALING_FILE, Unsealing, load_unsealing
from nof1.plan.orders.seal import SEAL_FILE, load_seal
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.journal import (
    COLUMNS,
    HEAD_FILE,
    JOURNAL_FILE,
    Line,
    audited,
    beginning,
    ends_as_written,
    journal_bytes,
    replayed,
)

# Why the journal of a concealed trial cannot say whether its order was opened before.
Doubt = Literal["journal gone", "journal cut", "journal changed"]


def lines_on_record(folder: str | Path) -> Iterator[Line]:
    """The journal's lines as far as they can be read: damage in one of them hides nothing of the others."""
    rows = csv.reader(io.StringIO(journal_bytes(folder).decode("utf-8-sig", errors="replace"), newline=""))
    with suppress(csv.Error):
        for row in rows:
            if len(row) == len(COLUMNS) and tuple(row) != COLUMNS:
                yield Line(*row[:-1])


def opening_on_record(folder: str | Path) -> Line | None:
    """The line with which the order was opened and the diary locked; None if the journal has none."""
    found = None
    for line in lines_on_record(folder):
        if (line.by, line.night, line.column) == ("unseal", "", UNSEALING_FILE) and line.new:
            found = line
    return found


def is_locked(folder: str | Path) -> bool:
    """Whether the order was opened, which locks the diary: as unsealing.json says, or the journal where that is gone."""
    return (Path(folder) / UNSEALING_FILE).is_file() or opening_on_record(folder) is not None


def load_opening(folder: str | Path, protocol: Protocol) -> Unsealing | None:
    """What was recorded when the order was opened, held against the journal; None if it was not.

    Raises
    ------
    InputError
        If unsealing.json is damaged, or gone or another one although the journal says that the order was opened.
    """
    if protocol.concealed == "open":
        return load_unsealing(folder)
    line = opening_on_record(folder)
    if line is None:
        return load_unsealing(folder)
    path = Path(folder) / UNSEALING_FILE
    if not path.is_file():
        raise InputError(f"{lost_opening(folder, line)} Nothing is told until it is back.")
    unsealing = load_unsealing(folder)
    assert unsealing is not None  # there is such a file
    if line.new not in (sha256_file(path), sha256_bytes(unsealing.to_json().encode())):
        raise InputError(
            f"{path} is not the one that went on record on {line.entered[:10]}, when the order was opened: changed by hand. "
            "Restore it from a copy, or remove it and open the order again with 'nof1 unseal', which puts the right one back."
        )
    return unsealing


def lost_opening(folder: str | Path, line: Line) -> str:
    """That the order was opened although the file that says so is gone, and the way out."""
    return (
        f"The order of {folder} was opened on {line.entered[:10]}, as {JOURNAL_FILE} says, although {UNSEALING_FILE} is gone: removed by "
        "hand. It stays opened. Put the file back with 'nof1 unseal', as when it was opened, or from a copy."
    )


def values_before(folder: str | Path, line: Line) -> dict[tuple[str, str], str]:
    """The recorded values, by night and column, as they stood when the journal got this line.

    Raises
    ------
    InputError
        If the journal is damaged.
    """
    before = []
    for one, _, _ in audited(folder):
        if one == line:
            break
        before.append(one)
    return {key: text for key, text in replayed(before).items() if key[0]}


def amendments_before(folder: str | Path, line: Line, amendments: Sequence[Amendment]) -> Sequence[Amendment]:
    """The amendments that had been entered when the journal got this line; each of them is one line of it."""
    after, since = 0, False
    for one in lines_on_record(folder):
        after += since and not one.night and one.column == AMENDMENTS_FILE
        since = since or one == line
    return amendments[: len(amendments) - after]


def doubts(folder: str | Path, protocol: Protocol) -> tuple[Doubt, ...]:
    """Why it cannot be known of a concealed trial whether its order was opened before; nothing of an open one.

    A trial of a time before there was a journal, or copied without one, has none of these.
    """
    if protocol.concealed == "open":
        return ()
    folder = Path(folder)
    begin = beginning(journal_bytes(folder))
    if not (folder / JOURNAL_FILE).is_file():
        return ("journal gone",) if (folder / HEAD_FILE).is_file() or _bound(folder) else ()
    if _bound(folder) and not begin:
        return ("journal changed",)
    if not ends_as_written(folder):
        return ("journal cut",)
    try:
        return () if all(sound for _, _, sound in audited(folder)) else ("journal changed",)
    except Nof1Error:
        return ("journal changed",)


def _bound(folder: Path) -> bool:
    """Whether there is a seal that was bound to a journal when the trial was planned."""
    return (folder / SEAL_FILE).is_file() and bool(load_seal(folder).checksum)
