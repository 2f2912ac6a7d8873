"""How far a trial is: what each night is, what is due, what was taken, what harmed. Never the arm of a sealed trial.

Adherence and harms are told in total only, and worked out from the diary and what the person may know of the order.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from nof1.cells import brief
from nof1.clock import local_now
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import Order, Period
from nof1.plan.orders.amendments import Amendment, load_amendments, stop_of
from nof1.plan.orders.evening_dose import evening_line
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.copies import conflict_copies
from nof1.record.diary.doses import counts_doses, dose_kind
from nof1.record.diary.entry import Entry
from nof1.record.diary.events import Event, events_of, read_events
from nof1.record.diary.missed import missed_together, told_of
from nof1.record.diary.on_record import is_locked
from nof1.record.diary.planned import nights_to_rate
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.side_effects import Stop, spellings, stops
from nof1.record.diary.table import read_diary
from nof1.record.values.nights import last_night
from nof1.shown import as_text

State = Literal["recorded", "missing", "to come", "pause", "not planned"]


@dataclass(frozen=True)
class Adherence:
    """Nights on which there was something to take or to leave, all of them over: taken as planned, otherwise, not recorded."""

    nights: int
    as_planned: int
    otherwise: int
    not_recorded: int


@dataclass(frozen=True)
class Harm:
    """A side effect and on how many nights it was recorded, over the whole trial."""

    name: str
    nights: int
    stop: Stop | None


@dataclass(frozen=True)
class Due:
    """Something that waits for the person: last night or a guess to record, tonight's dose, the first evening, or what comes after the last."""

    what: Literal["log", "guess", "dose", "begin", "unseal", "analyze"]
    night: date | None = None
    period: Period | None = None


@dataclass(frozen=True, repr=False)
class Status:
    """How far a trial is.

    Attributes
    ----------
    folder : Path
    protocol : Protocol
    order : Order
        As it is lived, without arms while it is sealed.
    entries : tuple of Entry
    latest : date
        Last night.
    measures : mapping of str to int
        Nights of each secondary outcome.
    conflict_copies : tuple of Path
        What a synced drive seems to have left in the folder.
    events : tuple of Event
        Side effects that were graded.
    amendments : tuple of Amendment
    """

    folder: Path
    protocol: Protocol
    order: Order
    entries: tuple[Entry, ...]
    latest: date
    measures: Mapping[str, int]
    conflict_copies: tuple[Path, ...]
    events: tuple[Event, ...] = ()
    amendments: tuple[Amendment, ...] = ()

    @property
    def stopped(self) -> Amendment | None:
        """By what the trial was stopped; its nights end there."""
        return stop_of(self.amendments)

    @property
    def missed_together(self) -> tuple[date, ...]:
        """Nights in a row without anything recorded that can be told of in one entry, lately and before last night."""
        if not self.protocol.randomized or is_locked(self.folder):
            return ()
        return missed_together(self.order, self.entries, self.amendments, self.latest)

    def __repr__(self) -> str:
        states = Counter(self.nights.values())
        rows = [
            (self.protocol.nights_are, ", ".join(f"{count} {state}" for state, count in states.items())),
            ("due", ", ".join(one.what for one in self.due)),
        ]
        return as_text(f"Status of {brief(self.protocol.title)!r}", rows)

    @cached_property
    def nights(self) -> Mapping[date, State]:
        """What each night of the trial is, in calendar order."""
        rated = {entry.night for entry in self.entries if entry.outcome is not None}
        planned = set(nights_to_rate(self.protocol, self.order, self.entries))
        found: dict[date, State] = {}
        for period in self.order.periods:
            for night in period.dates:
                if night not in planned:
                    found[night] = "pause" if period.arm == PAUSE else "not planned"
                else:
                    found[night] = "recorded" if night in rated else "missing" if night <= self.latest else "to come"
        return found

    @property
    def missing(self) -> tuple[date, ...]:
        """Nights that are over and have no outcome."""
        return tuple(night for night, state in self.nights.items() if state == "missing")

    @property
    def tonight(self) -> Period | None:
        """The period of this evening, None before and after the trial."""
        evening = self.latest + timedelta(days=1)
        return self.order.period_of(evening) if self.order.start <= evening <= self.order.end else None

    @property
    def evening(self) -> str:
        """What there is to take tonight, or on the first evening while that is to come; "" after the last, and of a trial taken over."""
        if not (self.protocol.randomized and self.protocol.dated):
            return ""
        return evening_line(self.protocol, self.order, self.latest + timedelta(days=1))

    @property
    def adherence(self) -> Adherence:
        """What was taken of the plan so far."""
        return adherence(self.protocol, self.order, self.entries, self.latest)

    @property
    def harms(self) -> tuple[Harm, ...]:
        """Side effects so far, those with which to stop first."""
        return harms(self.entries)

    @property
    def ungraded(self) -> tuple[tuple[date, str], ...]:
        """Side effects of which nobody has said how bad they were, each with the first night that has it; none once the diary is locked."""
        if not self.protocol.randomized or is_locked(self.folder):
            return ()
        known = {event.what.casefold() for event in self.events}
        found: dict[str, tuple[date, str]] = {}
        for entry in sorted(self.entries, key=lambda entry: entry.night):
            for key, what in spellings(entry.side_effects).items():
                if key not in known:
                    found.setdefault(key, (entry.night, what))
        return tuple(found.values())

    @property
    def guesses_missing(self) -> Mapping[int, date]:
        """Concealed periods that are over without a guess, with their last night."""
        if self.protocol.concealed == "open":
            return {}
        guessed = {self.order.period_of(entry.night).number for entry in self.entries if entry.guess}
        return {
            period.number: period.end
            for period in self.order.periods
            if period.end <= self.latest and self.order.ends_period(period.end) and period.number not in guessed
        }

    @property
    def due(self) -> tuple[Due, ...]:
        """What waits for the person."""
        after = Due("unseal" if self.order.sealed else "analyze")
        locked = is_locked(self.folder)
        if not self.protocol.dated or (locked and self.order.sealed):
            return (after,)
        found = []
        if not locked:
            if self.nights.get(self.latest) == "missing" and self.latest not in told_of(self.amendments):
                found.append(Due("log", self.latest))
            found += [Due("guess", night, self.order.period_of(night)) for night in self.guesses_missing.values()]
        evening = self.latest + timedelta(days=1)
        if evening < self.order.start:
            found.append(Due("begin", self.order.start))
        elif self.tonight is None:
            found.append(after)
        else:
            found.append(Due("dose", evening, self.tonight))
        return tuple(found)


def status(folder: str | Path, *, now: datetime | None = None) -> Status:
    """How far a trial is; of a sealed one never an arm.

    Parameters
    ----------
    now : datetime, optional
        Aware, local. The clock's if not given.

    Raises
    ------
    InputError
        If the folder is no trial folder, or a file in it is missing or damaged.

    Examples
    --------
    >>> import nof1
    >>> so_far = nof1.record.status(folder)
    >>> [due.what for due in so_far.due]
    ['begin']
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    return Status(
        folder,
        protocol,
        load_schedule(folder, protocol),
        read_diary(folder, protocol),
        last_night(now or local_now()),
        dict(sorted(Counter(name for _, name in read_measures(folder)).items())),
        conflict_copies(folder),
        events_of(read_events(folder)),
        load_amendments(folder),
    )


def adherence(protocol: Protocol, order: Order, entries: Iterable[Entry], latest: date) -> Adherence:
    """How often was taken what was planned, over all nights up to `latest`; washout and pauses are left out.

    A night without an entry counts among them, so that who stops does not look as if all had been taken. Of a concealed trial
    only nights with a pack count. What is as planned the results count by the same rule.
    """
    by_night = {entry.night: entry for entry in entries}
    kinds = Counter(
        dose_kind(protocol, period.arm, by_night.get(night), amended_mg=period.dose_mg)
        for period in order.periods
        if period.on_trial and counts_doses(protocol, period)
        for night in period.dates
        if night <= latest
    )
    del kinds[None]
    total, taken, unknown = kinds.total(), kinds["as_planned"], kinds["not_recorded"]
    return Adherence(total, taken, total - taken - unknown, unknown)


def harms(entries: tuple[Entry, ...]) -> tuple[Harm, ...]:
    """Side effects by number of nights, those for the emergency number first, then those with which to stop."""
    written = spellings(effect for entry in entries for effect in entry.side_effects)
    nights = Counter(key for entry in entries for key in spellings(entry.side_effects))
    found = [Harm(name, nights[key], next(iter(stops([name])), None)) for key, name in written.items()]
    return tuple(sorted(found, key=lambda harm: (_rank(harm.stop), -harm.nights, harm.name)))


def _rank(stop: Stop | None) -> int:
    return 2 if stop is None else int(stop.rule.level != "emergency")
