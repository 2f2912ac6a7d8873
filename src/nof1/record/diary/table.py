"""The diary of a trial folder: diary.csv, one row per night. Reading it; `nof1.record.diary.writing` is what changes it.

Knows the protocol; must not know the arms' order or any result.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from nof1.cells import csv_rows, unshielded
from nof1.commit import locked, unsettled
from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.orders.amendments import load_amendments, pauses, stopped_after
from nof1.plan.orders.loading import UNSEALING_FILE
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry, columns, parse_entry, text_columns
from nof1.record.diary.on_record import lost_opening, opening_on_record

DIARY_FILE = "diary.csv"


def read_diary(folder: str | Path, protocol: Protocol) -> tuple[Entry, ...]:
    """All recorded nights of a trial folder, in calendar order.

    Raises
    ------
    InputError
        If the file is missing or damaged, a value does not fit, or a night is there twice.
    """
    path = Path(folder) / DIARY_FILE
    if unsettled(path.parent):
        with locked(path.parent):
            pass  # which finishes what was stopped
    return parse_diary(read_bytes(path), protocol, where=str(path), until=last_evening(folder, protocol))


def last_evening(folder: str | Path, protocol: Protocol) -> date:
    """The last evening of the trial, pauses included; of one that was stopped the one before the stop."""
    amendments = load_amendments(folder)
    planned = protocol.end + timedelta(days=sum(pause.nights for pause in pauses(amendments)))
    return stopped_after(amendments) or planned


def refuse_if_locked(folder: Path) -> None:
    """Refuse a change after a concealed order was opened, which the journal knows where unsealing.json is gone.

    Raises
    ------
    InputError
        If it was.
    """
    if (folder / UNSEALING_FILE).is_file():
        raise InputError(
            f"The diary of {folder} was locked when the order was opened, so that nobody can change nights in the light of it. "
            "Nothing was changed."
        )
    line = opening_on_record(folder)
    if line is not None:
        raise InputError(f"{lost_opening(folder, line)} Its diary is locked; nothing was changed.")


def entries_of(protocol: Protocol, values: Mapping[tuple[str, str], str], *, until: date) -> tuple[Entry, ...]:
    """The nights of recorded values by night and column, as a journal leaves them standing; measures are left out.

    Raises
    ------
    InputError
        If a value does not fit.
    """
    _, *known = columns(protocol)
    nights = sorted({night for night, column in values if column in known})
    rows = ({"night": night} | {name: values.get((night, name), "") for name in known} for night in nights)
    return tuple(parse_entry(protocol, row, where=f"night {row['night']}", until=until) for row in rows)


def parse_diary(content: bytes, protocol: Protocol, *, where: str, until: date | None = None) -> tuple[Entry, ...]:
    """The nights in the bytes of a diary.csv; see `read_diary`."""
    known, texts = columns(protocol), text_columns(protocol)
    earlier = tuple(name for name in known if name != "confidence")  # from before guesses had one
    entries: dict[date, Entry] = {}
    for line, row in csv_rows(content, known, earlier, where=where):
        values = {name: unshielded(cell) if name in texts else cell for name, cell in row.items()}
        entry = parse_entry(protocol, values, where=line, until=until)
        if entry.night in entries:
            raise InputError(
                f"{line}: the night {entry.night} is there twice. Keep the right row and remove the other."
            )
        entries[entry.night] = entry
    return tuple(sorted(entries.values(), key=lambda entry: entry.night))
