"""Skipping back in: nights on which nothing was recorded, told in one entry, with what was taken on them. Ratings are never filled in afterwards."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from nof1.clock import local_now
from nof1.errors import InputError
from nof1.plan.design.order import Order, Period
from nof1.plan.orders.amendments import AMENDMENTS_FILE, Amendment, Taken, amendments_csv, load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry, dose_column
from nof1.record.diary.questions import questions, takes_something
from nof1.record.diary.table import read_diary, refuse_if_locked
from nof1.record.diary.writing import Change, record
from nof1.record.values.nights import last_night

TOGETHER = 3  # nights in a row from which on it is worth telling them in one entry
LATELY = timedelta(days=7)  # they end no longer ago before last night
MOST_NIGHTS = 365  # of one amendment
TAKEN: tuple[Taken, ...] = ("planned", "none", "unknown")


def log_missed(
    folder: str | Path,
    taken: Taken,
    *,
    since: date | None = None,
    until: date | None = None,
    beside: Collection[date] = (),
    by: str = "log",
    now: datetime | None = None,
) -> Amendment:
    """Record in one entry that nothing was recorded on some nights, and what was taken on them; they stay without a rating.

    Parameters
    ----------
    taken : {"planned", "none", "unknown"}
        As planned on each evening, which is nothing where nothing was planned; nothing on any; or not known.
    since, until : date, optional
        First and last evening. The latest nights in a row without anything recorded if not given, before last night, which can
        still be rated.
    beside : collection of date, optional
        Nights among them of which the same source says more, and on which something may be recorded by now: they are left as they are.
    by : str, optional
        What tells of it; it stands in the journal.
    now : datetime, optional
        Aware; goes on record. The clock's if not given.

    Returns
    -------
    Amendment
        As it is on record: results say that this was told afterwards.

    Raises
    ------
    InputError
        If there are no such nights, something is recorded on one of them, one is not over or of another trial, or the diary is
        locked. Nothing is changed then.

    Examples
    --------
    >>> import nof1
    >>> from datetime import date, datetime, timezone
    >>> told = nof1.record.log_missed(running, "planned", since=date(2026, 1, 5), until=date(2026, 1, 9))
    >>> told.nights, nof1.record.status(running).adherence.as_planned
    (5, 5)
    """
    folder, now = Path(folder), now or local_now()
    if taken not in TAKEN:
        raise InputError(f"taken={taken!r} is not one of: {', '.join(TAKEN)}.")
    protocol = Protocol.load(folder)
    if not protocol.randomized:
        raise InputError("The nights of this trial were taken over from a table, so none is left to tell of.")
    refuse_if_locked(folder)
    order, entries, amendments = load_schedule(folder, protocol), read_diary(folder, protocol), load_amendments(folder)
    if since is None and until is None:
        found = missed_nights(order, entries, amendments, last_night(now))
        if not found:
            raise InputError(
                "Before last night there is no night without anything recorded, so there is nothing to tell together. For others: since= and until="
            )
        since, until = found[0], found[-1]
    elif since is None or until is None:
        raise InputError("since= and until= go together.")
    refuse_span(order, entries, since, until, last_night(now), beside=beside)
    amendment = Amendment.make(
        where="The missed nights",
        entered=now.replace(microsecond=0),
        kind="missed",
        start=since,
        nights=(until - since).days + 1,
        taken=taken,
        reason="",
    )
    nights = [night for night in _days(since, until) if order.period_of(night).counts]
    cells = {night: told_dose(protocol, order.period_of(night), taken) for night in nights if night not in beside}
    changes = [Change(night, {dose_column(protocol): text}) for night, text in cells.items() if text]

    def on_record() -> Mapping[str, str]:  # with the folder locked: what was recorded since then counts
        refuse_span(order, read_diary(folder, protocol), since, until, last_night(now), beside=beside)
        return {AMENDMENTS_FILE: amendments_csv([*load_amendments(folder), amendment])}

    why = f"{len(nights)} missed nights, told in one entry"
    record(folder, protocol, changes, by=by, now=now, reason=why, also=on_record)
    return amendment


def missed_nights(
    order: Order, entries: Iterable[Entry], amendments: Iterable[Amendment], latest: date
) -> tuple[date, ...]:
    """The latest planned nights in a row before last night, `latest`, on which nothing is recorded and of which nothing was told."""
    known = {entry.night for entry in entries} | told_of(amendments)
    planned = [night for period in order.periods if period.counts for night in period.dates if night < latest]
    while planned and planned[-1] in known:
        planned.pop()
    found: list[date] = []
    while planned and planned[-1] not in known:
        found.insert(0, planned.pop())
    return tuple(found)


def missed_together(
    order: Order, entries: Iterable[Entry], amendments: Iterable[Amendment], latest: date
) -> tuple[date, ...]:
    """The same where they are enough for one entry, and ended but lately."""
    found = missed_nights(order, entries, amendments, latest)
    return found if len(found) >= TOGETHER and latest - found[-1] <= LATELY else ()


def told_of(amendments: Iterable[Amendment]) -> set[date]:
    """The nights of which was told in one entry that nothing was recorded."""
    return {
        night
        for one in amendments
        if one.taken is not None and one.start is not None and one.nights is not None
        for night in _days(one.start, one.start + timedelta(days=one.nights - 1))
    }


def told_already(amendments: Iterable[Amendment], since: date, until: date, taken: Taken) -> bool:
    """Whether just this was told before, such as by a request of which the answer was lost.

    Raises
    ------
    InputError
        If something else was told of one of these nights.
    """
    nights = set(_days(since, until))
    found = [(one, told_of([one])) for one in amendments if one.taken is not None]
    if any(one.taken == taken and told == nights for one, told in found):
        return True
    for one, told in found:
        if told & nights:
            raise InputError(
                f"Of the night of {min(told & nights)} it was told already, on {one.entered:%Y-%m-%d}, that nothing was recorded. "
                f"To change single nights: night={min(told & nights)}"
            )
    return False


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=i) for i in range((last - first).days + 1)]


def told_dose(protocol: Protocol, period: Period, taken: Taken) -> str:
    """What the diary holds of the dose of an evening that was told of afterwards; "" where nobody can say."""
    asked = [one for one in questions(protocol, period, ends_period=False) if one.field == dose_column(protocol)]
    if taken == "unknown" or not asked:
        return ""
    if taken == "none" or not takes_something(protocol, period):
        return "0"
    return asked[0].yes or ""


def refuse_span(
    order: Order, entries: Sequence[Entry], since: date, until: date, latest: date, *, beside: Collection[date] = ()
) -> None:
    """Refuse nights of which cannot be told in one entry; `beside` as in `log_missed`.

    Raises
    ------
    InputError
        If they are not all over and of the trial, or something is recorded on one of them.
    """
    if until < since:
        raise InputError(f"The last evening {until} is before the first one, {since}.")
    if (until - since).days >= MOST_NIGHTS:
        raise InputError(f"More than {MOST_NIGHTS} nights cannot be told of in one entry. Tell of them in parts.")
    for night in (since, until):
        order.period_of(night)  # which says from when to when the trial runs
    if until > latest:
        raise InputError(f"The night of {until} is not over yet. Tell of nights that are over.")
    recorded = [str(entry.night) for entry in entries if since <= entry.night <= until and entry.night not in beside]
    if recorded:
        named = ", ".join(recorded[:5]) + (f" and {len(recorded) - 5} more" if len(recorded) > 5 else "")
        raise InputError(
            f"Something is recorded of {named}. Leave those nights out; what is missing of one is filled in by itself: night={recorded[0]}"
        )
