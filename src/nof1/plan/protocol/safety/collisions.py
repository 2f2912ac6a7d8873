"""Clock times that are too near: a medicine that is kept apart from magnesium, and the evening's dose.

The hours stand in `facts/safety.toml`; of a range, less than its least is a collision. Knows no protocol.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from nof1 import facts
from nof1.plan.design.fields import Clock
from nof1.plan.protocol.safety.medicines import OTHER, by_mouth, groups_of
from nof1.plan.protocol.safety.screen import Medicine, Safety

_DAY = 24 * 60
# 21:30, 9:30 pm, 9 pm, 21 Uhr, and the word before it.
_TIME = re.compile(
    r"[\s,;(]*(?:\b(?:at|um)\s+)?(?<![\d:.,])([01]?\d|2[0-3])(?::([0-5]\d)(?![\d:])(?:\s*([ap])\.?m\b\.?)?|\s*([ap])\.?m\b\.?|(?=\s*uhr\b))"
    r"(?:\s*uhr\b)?\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Collision:
    """A medicine too near to the dose.

    Attributes
    ----------
    medicine : Medicine
    time, dose_time : str
    hours : float
        Between the two.
    needed : float
        Hours that are needed on that side.
    before : bool
        Whether the medicine comes before the magnesium; at the same time counts as before.
    fact : str
        Id of the row of safety.toml that it rests on.
    acknowledged : bool
        Whether the person goes on with it, knowing.
    """

    medicine: Medicine
    time: Clock
    dose_time: Clock
    hours: float
    needed: float
    before: bool
    fact: str
    acknowledged: bool


@dataclass(frozen=True)
class Apart:
    """Hours between a kind of medicine and magnesium: medicine first, and magnesium first."""

    fact: str
    before: float
    after: float


@cache
def hours_apart() -> dict[str, Apart]:
    """What is kept apart, by the question's id."""
    return {
        row["id"]: Apart(
            row["id"],
            before=float(row["hours_before"] if "hours_before" in row else row["hours_apart_min"]),
            after=float(row["hours_after_min"] if "hours_after_min" in row else row["hours_apart_min"]),
        )
        for row in facts.load("safety")
        if row["level"] == "apart"
    }


def collisions_of(safety: Safety | None, dose_time: Clock) -> tuple[Collision, ...]:
    """Each time of each medicine that is too near to a dose at `dose_time`, the strictest rule of each.

    Examples
    --------
    >>> safety = Safety(medicines=(Medicine(name="gabapentin", times=("21:30", "17:00")),))
    >>> [(one.time, one.hours, one.needed) for one in collisions_of(safety, "22:00")]
    [('21:30', 0.5, 2.0)]
    """
    return tuple(_collisions(safety, dose_time)) if safety is not None else ()


def in_words(words: str) -> Medicine:
    """A medicine that is told in a sentence, with the clock times that stand in it.

    Examples
    --------
    >>> in_words("gabapentin 600 mg started, at 9:30 pm")
    Medicine(name='gabapentin 600 mg started', times=('21:30',))
    """
    times = dict.fromkeys(_clock(hour, minute, one or other) for hour, minute, one, other in _TIME.findall(words))
    return Medicine(name=_TIME.sub("", words).strip() or words, times=tuple(times))


def _clock(hour: str, minute: str, half: str) -> Clock:
    whole = int(hour) % 12 + 12 * (half in "pP") if half and 1 <= int(hour) <= 12 else int(hour)
    return f"{whole:02}:{minute or '00'}"


def rules_of(medicine: Medicine) -> tuple[Apart, ...]:
    """What keeps a medicine apart from magnesium; any medicine by mouth has a rule.

    Examples
    --------
    >>> [rule.fact for rule in rules_of(Medicine(name="sertraline"))]
    ['other_medicines']
    """
    apart = tuple(hours_apart()[id_] for id_ in groups_of(medicine.name) if id_ in hours_apart())
    return apart or (
        (hours_apart()[OTHER],) if by_mouth(medicine.name) and groups_of(medicine.name) != _MAGNESIUM else ()
    )


_MAGNESIUM = ("recent_magnesium",)  # more of the same is no collision; its amount is asked


def _collisions(safety: Safety, dose_time: Clock) -> Iterator[Collision]:
    known = {(one.medicine, one.time, one.dose_time) for one in safety.acknowledged}
    for medicine in safety.medicines:
        for time in medicine.times:
            near = [found for rule in rules_of(medicine) if (found := _near(rule, time, dose_time)) is not None]
            if near:
                hours, needed, before, fact = max(near, key=lambda one: one[1])
                acknowledged = (medicine.name, time, dose_time) in known
                yield Collision(medicine, time, dose_time, hours, needed, before, fact, acknowledged)


def _near(rule: Apart, time: Clock, dose_time: Clock) -> tuple[float, float, bool, str] | None:
    """Hours between, hours needed, whether the medicine is first, and the fact; None if they are far enough apart."""
    first = (_minutes(dose_time) - _minutes(time)) % _DAY
    sides = [(first / 60, rule.before, True), (-first % _DAY / 60, rule.after, False)]
    short = [side for side in sides if side[0] < side[1]]
    if not short:
        return None
    hours, needed, before = min(short, key=lambda side: side[0])
    return hours, needed, before, rule.fact


def _minutes(time: Clock) -> int:
    hour, minute = time.split(":")
    return 60 * int(hour) + int(minute)
