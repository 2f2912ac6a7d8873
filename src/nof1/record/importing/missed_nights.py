"""Nights of which a file tells in one entry that nothing was recorded: which of these entries would be taken. Writes nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nof1.errors import InputError
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.missed import refuse_span, told_already
from nof1.record.diary.table import read_diary
from nof1.record.importing.rejected import Rejected
from nof1.record.sources.source import Export, Missed


@dataclass(frozen=True)
class ToldMissed:
    """Entries that bring something new, how many the trial has already, and those that do not fit, as rows of the file."""

    new: tuple[Missed, ...] = ()
    same: int = 0
    rejected: tuple[Rejected, ...] = ()


def told_missed(
    folder: str | Path, protocol: Protocol, export: Export, beside: Collection[date], *, latest: date, after: int
) -> ToldMissed:
    """What becomes of a file's missed nights.

    Parameters
    ----------
    beside : collection of date
        Nights of which the file has a row of its own: somebody came back to one of them later.
    latest : date
        The last night that is over.
    after : int
        Rows of the file; these entries are counted behind them.
    """
    if not (export.missed and protocol.randomized):
        return ToldMissed()
    order, entries, amendments = load_schedule(folder, protocol), read_diary(folder, protocol), load_amendments(folder)
    new: list[Missed] = []
    rejected: list[Rejected] = []
    same = 0
    for line, one in enumerate(export.missed, start=after + 1):
        try:
            if told_already(amendments, one.start, one.end, one.taken):
                same += 1
                continue
            refuse_span(order, entries, one.start, one.end, latest, beside=beside)
            if any(one.start <= other.end and other.start <= one.end for other in new):
                raise InputError("The file tells of some of these nights twice.")
        except InputError as problem:
            reason = f"missed nights {one.start} to {one.end}: {problem}".rstrip(".")
            rejected.append(Rejected(str(line), 1, reason, str(one.start), {}))
        else:
            new.append(one)
    return ToldMissed(tuple(new), same, tuple(rejected))
