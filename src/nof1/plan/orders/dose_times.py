"""The evening's dose against the clock times of other medicines: what collides, and which evening times do not."""

import math

from nof1 import facts
from nof1.language import say
from nof1.plan.design.fields import Clock
from nof1.plan.orders.evening_dose import swallows_any
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.collisions import Collision, collisions_of
from nof1.plan.protocol.safety.screen import Safety

_EVENING = tuple(f"{hour:02}:{minute:02}" for hour in range(17, 24) for minute in (0, 30))


def collisions(protocol: Protocol) -> tuple[Collision, ...]:
    """Medicines whose times are too near to the dose; none where no arm has anything to take.

    Examples
    --------
    >>> collisions(trial.protocol)
    ()
    """
    if not swallows_any(protocol) or (protocol.randomized and not protocol.of_magnesium):  # the hours are magnesium's
        return ()
    return collisions_of(protocol.safety, protocol.conduct.dose_time)


def proposed_times(protocol: Protocol) -> tuple[Clock, ...]:
    """Evening times without a collision, the nearest to the planned one first.

    Examples
    --------
    >>> proposed_times(trial.protocol)[:2]
    ('21:30', '21:00')
    """
    return free_times(protocol.safety, protocol.conduct.dose_time)


def free_times(safety: Safety | None, near: Clock) -> tuple[Clock, ...]:
    """Times of the evening that collide with no medicine, those near to a time first.

    Examples
    --------
    >>> free_times(Safety(medicines=(Medicine(name="gabapentin", times=("21:30",)),)), "21:30")[:2]
    ('19:30', '23:30')
    """
    planned = _minutes(near)
    free = [time for time in _EVENING if not collisions_of(safety, time)]
    return tuple(sorted(free, key=lambda time: (abs(_minutes(time) - planned), time)))


def collision_sentence(found: Collision, *, sourced: bool = True) -> str:
    """What collides, by how much, and on whose word unless that stands beside it."""
    told = {
        "medicine": found.medicine.name,
        "time": found.time,
        "dose": found.dose_time,
        "hours": _hours_short(found),
        "needed": found.needed,
    }
    if not found.hours:
        text = say(
            "{medicine} at {time} and the dose at {dose} are taken together; {needed:g} hours apart are needed", **told
        )
    elif found.before:
        text = say("{medicine} at {time} is {hours:g} hours before the dose at {dose}; {needed:g} are needed", **told)
    else:
        text = say("{medicine} at {time} is {hours:g} hours after the dose at {dose}; {needed:g} are needed", **told)
    if not sourced:
        return say("{text}.", text=text)
    return say("{text} ({source}).", text=text, source=say(facts.fact(found.fact)["source"]))


def _hours_short(found: Collision) -> float:
    """To a tenth, and rounded down: 119 minutes are not the 2 hours that are needed."""
    return math.floor(found.hours * 10) / 10


def times_sentence(safety: Safety | None, dose_time: Clock) -> str:
    """Evening times that do not collide; they are proposed, the hour is the person's choice."""
    free = free_times(safety, dose_time)[:_PROPOSED]
    if not free:
        return say("No time of the evening is far enough from all of them. Ask a pharmacist how to time them.")
    return say("Far enough from all medicines named, the nearest first: {times}.", times=", ".join(free))


_PROPOSED = 3


def _minutes(time: Clock) -> int:
    hour, minute = time.split(":")
    return 60 * int(hour) + int(minute)
