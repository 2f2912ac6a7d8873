"""A night goes into the diary, or what stands there is corrected; the old value stays in the journal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from nof1.cells import brief
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.plan.design.order import Order, Period
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import Finding, other_magnesium_mg
from nof1.plan.protocol.safety.upper_levels import agreed_mg, taken_findings
from nof1.record.diary.entry import SIDE_EFFECT_SEPARATOR, Entry, columns, dose_column, kept_text, number_text, row_of
from nof1.record.diary.event_questions import to_grade
from nof1.record.diary.events import (
    GRADES,
    Event,
    cells_of,
    events_of,
    is_event_name,
    read_events,
)
from nof1.record.diary.journal import Line
from nof1.record.diary.period_ends import kept_measures, period_cells
from nof1.record.diary.question import Question
from nof1.record.diary.questions import cell, questions
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.side_effects import Stop, note_sentences, stops
from nof1.record.diary.table import read_diary, refuse_if_locked
from nof1.record.diary.writing import MAX_REASON, Change, ConflictError, record
from nof1.record.values.nights import last_night, tonight
from nof1.shown import as_text

Value = str | float | Sequence[str] | None
_OR_GRADES = f", and of a side effect, such as 'headache: severity': {', '.join(GRADES)}"
# Not strftime: names must not depend on the machine's language.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Night:
    """A night that may be recorded, and what is known of it beforehand.

    Attributes
    ----------
    folder : Path
    protocol : Protocol
    order : Order
        Without arms while it is sealed.
    date : date
        Of the evening.
    period : Period
    known : mapping of str to str
        What is recorded already, by column.
    asked : tuple of Question
        Of tonight the dose alone.
    over : bool
        Whether the night is over; of one that has begun only what was taken in the evening can be recorded.
    """

    folder: Path
    protocol: Protocol
    order: Order
    date: date
    period: Period
    known: Mapping[str, str]
    asked: tuple[Question, ...]
    over: bool = True

    def __repr__(self) -> str:
        return as_text(
            f"Night of {self.date}",
            [("recorded", _told(self.known)), ("asked", ", ".join(one.field for one in self.asked))],
        )

    @property
    def names(self) -> tuple[str, ...]:
        """What can be recorded: the columns of the diary, and measures that the trial has beside it."""
        kept = {*kept_measures(self.protocol), *(name for _, name in read_measures(self.folder))}
        return (*columns(self.protocol)[1:], *sorted(kept))

    def holds(self, name: str) -> bool:
        """Whether a value of that name can be recorded: one of `names`, or a side effect's grade such as "headache: severity"."""
        return is_event_name(name) or name in self.names


@dataclass(frozen=True, repr=False)
class Logged:
    """A night as it is recorded now.

    Attributes
    ----------
    night : Night
        As it was before.
    entry : Entry
    entries : tuple of Entry
        All recorded nights.
    changed : tuple of Line
        The journal's new lines; none if nothing changed.
    """

    night: Night
    entry: Entry
    entries: tuple[Entry, ...]
    changed: tuple[Line, ...]

    def __repr__(self) -> str:
        new = {line.column: line.new for line in self.changed}
        return as_text(f"Night of {self.night.date}", [("changed", _told(new))])

    @property
    def period_cells(self) -> dict[str, str]:
        """What is recorded now of the questions at the end of a period, as text by name."""
        here = self.night
        return period_cells(here.protocol, read_measures(here.folder), here.date)

    @property
    def events(self) -> tuple[Event, ...]:
        """All side effects of the trial that were graded, in calendar order."""
        return events_of(read_events(self.night.folder))

    @property
    def graded(self) -> dict[str, str]:
        """What is recorded now of the night's side effects beyond their words, by name, such as "headache: severity"."""
        own = [event for event in self.events if event.night == self.night.date]
        return {name: text for (_, name), text in cells_of(own).items()}

    @property
    def to_grade(self) -> tuple[str, ...]:
        """Side effects of the night that can be graded and of which nothing is said yet, here or on an earlier night on which they began."""
        events = self.events
        known = {event.what.casefold() for event in events if event.night == self.night.date}
        return tuple(what for what in to_grade(self.entry, events) if what.casefold() not in known)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Side effects of the night with which to stop, and sentences of its note that tell of such; emergencies first."""
        return stops((*self.entry.side_effects, *note_sentences(self.entry.note)))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Upper levels, and limits of nof1's own, that the night's dose goes above with what other products hold."""
        protocol = self.night.protocol
        if not self.entry.dose_mg or protocol.subject.other:  # the limits are of magnesium
            return ()
        return taken_findings(
            self.entry.dose_mg,
            other_magnesium_mg(protocol.safety),
            agreed=agreed_mg(protocol.safety, protocol.arms),
        )


def _told(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {brief(value)!r}" for name, value in values.items()) or "nothing"


def log(
    folder: str | Path,
    values: Mapping[str, Value],
    *,
    night: date | None = None,
    correct: bool = False,
    seen: Mapping[str, str] | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> Logged:
    """Record a night, or correct one: rating, dose, side effects, covariates, a note.

    Parameters
    ----------
    values : mapping of str to str, float or sequence of str
        By column of the diary, name of a measure, or side effect and what is said of it, such as "headache: severity"; "" or None
        for nothing.
    night : date, optional
        Of the evening; last night if not given. Of tonight only what was taken can be recorded.
    correct : bool
        Whether a recorded value may be replaced or cleared; the old one stays in the journal.
    seen : mapping of str to str, optional
        Recorded values that the person was shown; of a correction only these are replaced.
    reason : str
        Why; it stands in the journal.
    now : datetime, optional
        Aware, local. The clock's if not given.

    Raises
    ------
    ConflictError
        If another value is recorded and must not be replaced.
    InputError
        If the night is not one of the trial or not over, a value does not fit, or the diary is locked. Nothing is changed then.

    Examples
    --------
    >>> import nof1
    >>> from datetime import date
    >>> nof1.record.log(running, {"severity": 4, "note": "calm"}, night=date(2026, 1, 5)).entry.outcome
    4.0
    """
    reason = checked_reason(reason)
    now = now or local_now()
    here = find_night(folder, night, now=now)
    cells = _cells(here, values)
    refuse_not_over(here.protocol, here.date, cells, now=now)
    if not here.known and not any(cells.values()) and all(map(here.holds, cells)):
        raise InputError("Nothing to record: every value is empty.")
    change = Change(here.date, cells, seen)
    try:
        changed = record(here.folder, here.protocol, [change], by="log", now=now, reason=reason, correct=correct)
    except ConflictError as problem:
        raise ConflictError(
            f"{problem} Nothing was changed. To replace it, add correct=True.",
            problem.night,
            problem.recorded,
            problem.given,
        ) from None
    entries = read_diary(here.folder, here.protocol)
    entry = next((one for one in entries if one.night == here.date), Entry(here.date))
    return Logged(here, entry, entries, changed)


def checked_reason(reason: str) -> str:
    """A reason as the journal keeps it, on one line.

    Raises
    ------
    InputError
        If it is too long.
    """
    return " ".join(kept_text(reason, what="The reason", most=MAX_REASON).split())


def find_night(folder: str | Path, night: date | None = None, *, now: datetime | None = None) -> Night:
    """The night that may be recorded, last night if none is named; of tonight, of which the dose can be, the dose alone is asked.

    Raises
    ------
    InputError
        If it is not one of the trial or neither over nor tonight's, or the diary is locked.
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    order = load_schedule(folder, protocol)
    refuse_if_locked(folder)
    now = now or local_now()
    latest = last_night(now)
    which = night or latest
    if night is None and which < order.start:
        morning = order.start + timedelta(days=1)
        told = (
            f"its first night is that of {both_days(order.start)}. It can be recorded from the morning of {morning} on."
        )
        if tonight(now) < order.start:
            raise InputError(f"The trial has not begun: {told}")
        raise InputError(
            f"The trial begins tonight: {told} What is taken this evening can be recorded tonight: night={order.start}"
        )
    if night is None and which > order.end:
        raise InputError(
            f"The trial {'was stopped' if order.left else 'is over'}: last night, {both_days(which)}, is not a night of this trial, which runs from {order.start} to {order.end}. "
            f"To name another night: night={order.end}"
        )
    period = order.period_of(which)
    refuse_not_over(protocol, which, (), now=now)
    entry = next((one for one in read_diary(folder, protocol) if one.night == which), None)
    known = {name: text for name, text in row_of(protocol, entry).items() if name != "night" and text} if entry else {}
    known |= period_cells(protocol, read_measures(folder), which)
    known |= {name: text for (night, name), text in read_events(folder).items() if night == which}
    asked = questions(protocol, period, ends_period=order.ends_period(which))
    over = which <= latest
    if not over:
        asked = tuple(one for one in asked if one.field == dose_column(protocol))
    return Night(folder, protocol, order, which, period, known, asked, over)


def refuse_not_over(protocol: Protocol, night: date, names: Iterable[str], *, now: datetime) -> None:
    """Refuse what nobody can know yet: all of a night to come, and of tonight all but what was taken in the evening.

    Raises
    ------
    InputError
        If the night is not over and one of `names` is such a value.
    """
    if night <= last_night(now):
        return
    begun = night == tonight(now)
    if not begun or not set(names) <= {dose_column(protocol)}:
        early = f" What was taken this evening can be recorded now, as {dose_column(protocol)}." if begun else ""
        raise InputError(f"The night of {both_days(night)} is not over yet. Record it in the morning.{early}")


def _cells(here: Night, values: Mapping[str, Value]) -> dict[str, str]:
    """The values as text, those that the diary asks for as it asks for them."""
    by_field, names = {question.field: question for question in here.asked}, here.names
    cells: dict[str, str] = {}
    for name, value in values.items():
        if not here.holds(name):
            raise InputError(f"{name!r} is nothing that a night holds. There are: {', '.join(names)}{_OR_GRADES}.")
        text = _text(value)
        try:
            cells[name] = cell(by_field[name], text) if name in by_field else text.strip()
        except InputError as problem:
            raise InputError(f"{name}: {problem}") from None
    return cells


def _text(value: Value) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{SIDE_EFFECT_SEPARATOR} ".join(value) if isinstance(value, Sequence) else number_text(value)


def both_days(night: date) -> str:
    """A night by its evening and its morning, such as "Monday 23 to Tuesday 24 November 2026"."""
    morning = night + timedelta(days=1)
    evening = f"{_WEEKDAYS[night.weekday()]} {night.day}"
    if night.month != morning.month:
        evening += f" {_MONTHS[night.month - 1]}"
    if night.year != morning.year:
        evening += f" {night.year}"
    return f"{evening} to {_WEEKDAYS[morning.weekday()]} {morning.day} {_MONTHS[morning.month - 1]} {morning.year}"
