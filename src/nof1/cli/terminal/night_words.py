"""Nights in words, for log and status: by both their days, by what they belong to; and the notes that both print."""

import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from nof1.cli.terminal.console import console, show
from nof1.cli.terminal.options import HERE
from nof1.language import say
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.copies import conflict_copies, copied_from
from nof1.record.diary.entry import Entry, dose_column, row_of
from nof1.record.diary.question import Question
from nof1.record.diary.questions import shown
from nof1.record.diary.table import DIARY_FILE


def belongs_to(protocol: Protocol, period: Period) -> str:
    """What a night belongs to, in words that tell no secret."""
    if period.arm is None:
        return f"pack {period.number}"
    if not period.on_trial:
        return period.arm.strip("()")
    title = protocol.arm(period.arm).title
    return f"run-in, {title}" if period.number == RUN_IN else title


def evening_dose(protocol: Protocol, asked: Sequence[Question], entry: Entry | None) -> str:
    """What is recorded of an evening's dose, in the words in which it is asked; "" if nothing is."""
    name = dose_column(protocol)
    text = "" if entry is None else row_of(protocol, entry)[name]
    if not text:
        return ""
    question = next((one for one in asked if one.field == name), None)
    return say("nothing") if not float(text) else shown(question, text) if question is not None else text


def planned_nights(order: Order) -> list[date]:
    """The nights to be recorded: all but those that do not count, such as pauses."""
    return [night for period in order.periods if period.counts for night in period.dates]


def command(name: str, folder: Path, *words: object) -> str:
    """A command to paste; the folder is left out where it is the one the person is in."""
    place = [] if folder == HERE else [shlex.quote(str(folder))]
    return " ".join(["nof1", name, *place, *map(str, words)])


def tell_copies(folder: Path, *, aside: bool = False) -> None:
    """Name conflict copies that a synced drive left in the folder; `aside` keeps them off the standard output."""
    copies = conflict_copies(folder)
    if not copies:
        return
    names = ", ".join(path.name for path in copies)
    one = len(copies) == 1
    text = (
        f"Note: {names} {'looks like a conflict copy' if one else 'look like conflict copies'} that a synced drive made. "
        f"Look at {'it' if one else 'them'}"
    )
    diaries = [path for path in copies if copied_from(path.name) == DIARY_FILE]
    if diaries:
        text += f"; {command('import', folder, shlex.quote(str(diaries[0])))} takes nights that only it has"
    text += f". Then move {'it' if one else 'them'} out of the folder."
    if aside:
        console(stderr=True).print(text)
    else:
        show(text, style="yellow")
