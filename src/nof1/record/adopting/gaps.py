"""Days of an adopted table without a row, or whose row has no arm: what they were, which only the person can say.

Knows the calendar and the arms of the rows; no outcome and no protocol.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from nof1.errors import InputError
from nof1.plan.design.fields import NO_ARM
from nof1.plan.design.kinds import Gaps
from nof1.record.adopting.steps import step
from nof1.record.values.ambiguous import AmbiguousInput

SaidGaps = Literal["untreated", "as-before", "pause"]
GAPS: tuple[SaidGaps, ...] = ("untreated", "as-before", "pause")
FORGOTTEN_DAYS = 2  # a stretch of so many days without a row is one that somebody forgot to write
_FORGOTTEN_SHARE = 0.25  # of all days; where more are without a row nobody forgot them,
_FORGOTTEN_LEAST = 5  # unless they are fewer than this


@step("gaps")
def settle_gaps(
    name: str, arms: Mapping[date, str], start: date, last: date, *, said: SaidGaps | None, carryover: str, dated: bool
) -> Gaps | None:
    """What the days without an arm were, as the protocol keeps it.

    Single days that are few were on the arm of the day before, if nobody says otherwise (None): rows that somebody forgot. Where there
    are more, or rows that have no arm, it matters to every model with carryover.

    Parameters
    ----------
    name : str
        Of the table, for messages.
    arms : mapping of date to str
        The arm of each night that has a row, "" where the row has none.
    start, last : date
        First and last night of the trial.
    said : {"untreated", "as-before", "pause"}, optional
    carryover : str
        As in `Analysis`.
    dated : bool
        Whether the dates are real.

    Raises
    ------
    AmbiguousInput
        If it matters and was not said.
    """
    lengths = [length for _, length in _stretches(arms, start, last)]
    if not lengths or said is not None:
        return said if lengths else None
    unnamed = sum(not arm for arm in arms.values())
    days = (last - start).days + 1
    many = sum(lengths) >= _FORGOTTEN_LEAST and sum(lengths) > _FORGOTTEN_SHARE * days
    if not (unnamed or many or max(lengths) > FORGOTTEN_DAYS):
        return None
    if carryover == "none":
        return "not-stated"
    first, longest = max(_stretches(arms, start, last), key=lambda one: one[1])
    where = f"from {first} on" if dated else f"from day {(first - start).days + 1} on"
    raise AmbiguousInput(
        f"{name}: {sum(lengths)} of {days} days have no row, or a row without an arm; the longest stretch is of "
        f"{longest} {'day' if longest == 1 else 'days'}, {where}. What was taken on them decides what carries over into the days after "
        "them (carryover). Say what they were: gaps='untreated' (nothing was taken, so that what had built up fades), "
        "gaps='as-before' (as on the day before) or gaps='pause' (the trial stood still, and goes on where it had stopped).",
        option="gaps",
        choices=GAPS,
    )


def every_day(start: date, last: date, arms: Mapping[date, str], gaps: Gaps | None) -> list[str]:
    """The arm of every calendar day; of a day without one that of the day before, or "(no arm)", as `gaps` says.

    Before the first arm there is no day before: "(no arm)" whatever `gaps` says.
    """
    out: list[str] = []
    for night in _days(start, last):
        before = out[-1] if out and gaps in (None, "as-before") else NO_ARM
        out.append(arms.get(night) or before)
    return out


def refuse_unknown(said: str | None, *, schedule: bool) -> None:
    """Refuse what is no meaning of a gap, and any where a schedule gives the arm of each day."""
    if said not in (None, *GAPS):
        raise InputError(f"gaps {said!r} must be 'untreated', 'as-before' or 'pause'.")
    if said is not None and schedule:
        raise InputError(
            "The schedule says the arm of every day, so there are no gaps: leave gaps out, or the schedule."
        )


def gap_lengths(nights: Sequence[date], start: date, last: date) -> list[int]:
    """How long each stretch of days is that is not among these nights."""
    return [length for _, length in _stretches(dict.fromkeys(nights, "there"), start, last)]


def _stretches(arms: Mapping[date, str], start: date, last: date) -> Iterator[tuple[date, int]]:
    """First day and length of each stretch of days without an arm."""
    for there, days in itertools.groupby(_days(start, last), key=lambda night: bool(arms.get(night))):
        stretch = list(days)
        if not there:
            yield stretch[0], len(stretch)


def _days(start: date, last: date) -> Iterator[date]:
    return (start + timedelta(days=i) for i in range((last - start).days + 1))
