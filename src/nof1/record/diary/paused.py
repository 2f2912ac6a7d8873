"""Amendments held against the journal: none of them is taken back, and of each pause it tells what had been recorded before.

A pause could once be entered over recorded nights without a word, so that amendments.csv does not say which it took out.
"""

from collections.abc import Sequence
from pathlib import Path

from nof1.errors import InputError
from nof1.plan.orders.amendments import AMENDMENTS_FILE, Amendment
from nof1.record.diary.journal import JOURNAL_FILE, audited, replayed
from nof1.record.diary.on_record import lines_on_record


def as_journal_tells(folder: str | Path, amendments: Sequence[Amendment]) -> tuple[Amendment, ...]:
    """The amendments, each pause with those of its nights that were recorded before it was entered.

    Where the journal was begun after a pause, or there is none, what amendments.csv says is all that is known.

    Raises
    ------
    InputError
        If the journal is damaged, or knows of more amendments than there are.
    """
    out = list(amendments)
    entered = [line for line in lines_on_record(folder) if not line.night and line.column == AMENDMENTS_FILE]
    if len(entered) > len(out):
        raise InputError(
            f"{AMENDMENTS_FILE} of {folder} holds {len(out)} changes after the draw, and {JOURNAL_FILE} says that {len(entered)} were entered, "
            f"the last on {entered[-1].entered[:10]}: removed by hand. Restore it from a copy."
        )
    if not any(one.kind == "pause" and not one.excluded for one in out):
        return tuple(out)
    lines = [line for line, _, _ in audited(folder)]
    # Each amendment is one line of the journal, in the same order; a journal that was begun late lacks the first of them.
    places = [at for at, line in enumerate(lines) if not line.night and line.column == AMENDMENTS_FILE]
    for back in range(1, min(len(places), len(out)) + 1):
        amendment = out[-back]
        if amendment.kind == "pause" and not amendment.excluded:
            recorded = {night for night, _ in replayed(line for line in lines[: places[-back]] if line.night)}
            nights = tuple(night for night in amendment.evenings if night.isoformat() in recorded)
            out[-back] = amendment.model_copy(update={"excluded": nights})
    return tuple(out)
