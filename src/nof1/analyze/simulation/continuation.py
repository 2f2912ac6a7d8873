"""A trial as it would go on: the planned nights that are left, and further blocks after them.

Knows calendars and terms; neither outcomes to come nor what is concluded from them.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.model.data import ModelData, arm_places, blocks_of
from nof1.analyze.model.days import night_of_period, still_days
from nof1.analyze.simulation.simulate import Calendar
from nof1.errors import InputError
from nof1.plan.design.fields import UNCOUNTED, WASHOUT
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.protocol.protocol import Protocol

_MOST_MISSING = 0.9


def planned_nights(protocol: Protocol, data: ModelData, order: Order) -> Calendar:
    """All planned days; of an adopted trial those so far, since nobody planned others.

    Raises
    ------
    InputError
        If the order is not that of these nights.
    """
    calendar = Calendar.from_order(protocol, order)
    so_far = data.days
    if so_far > len(calendar.arm) or not np.array_equal(calendar.treated[data.day_of_dose], data.treated):
        raise InputError("The order is not that of the analyzed nights. Give the trial's own order, with its pauses.")
    if isinstance(protocol.design, Adopted):
        return Calendar.from_days(protocol, calendar.arm[:so_far], calendar.period[:so_far])
    return calendar


def nights_left(data: ModelData, planned: Calendar) -> int:
    """Nights that are planned after the last recorded one; pauses do not count."""
    return int(np.sum(~np.isin(planned.arm[data.days :], UNCOUNTED)))


def _period_nights(protocol: Protocol, order: Order) -> tuple[list[int], int]:
    """Nights of a period on each arm, and of a washout."""
    design = protocol.design
    if isinstance(design, Adopted):
        stretches: list[int] = [
            period.nights for period in order.periods if period.on_trial and period.number != RUN_IN
        ]
        return [max(1, int(np.median(stretches)))] * len(protocol.arms), 0
    return [protocol.period_nights(arm.name) for arm in protocol.arms], design.washout_nights


def block_nights(protocol: Protocol, order: Order) -> int:
    """Nights of one further block, a washout before each of its periods included."""
    lengths, washout = _period_nights(protocol, order)
    return sum(lengths) + washout * len(lengths)


def continued(protocol: Protocol, order: Order, planned: Calendar, blocks: int, rng: np.random.Generator) -> Calendar:
    """The planned days and after them a number of blocks, each with every arm once in random order.

    A washout goes with the period that it follows, as in every order. In an adopted trial a stretch on one arm is one
    period, also where two blocks meet.
    """
    lengths, washout = _period_nights(protocol, order)
    names = [arm.name for arm in protocol.arms]
    arms, numbers = [planned.arm], [planned.period]
    number, before = int(planned.period[-1]), planned.arm[-1]
    for place in np.concatenate([rng.permutation(len(names)) for _ in range(blocks)]) if blocks else ():
        if washout:
            arms.append(np.full(washout, WASHOUT, dtype=object))
            numbers.append(np.full(washout, number))
        number += not (isinstance(protocol.design, Adopted) and names[place] == before)
        before = names[place]
        arms.append(np.full(lengths[place], before, dtype=object))
        numbers.append(np.full(lengths[place], number))
    arm = np.concatenate(arms)
    return Calendar.from_days(protocol, arm, np.concatenate(numbers))


def missing_share(protocol: Protocol, data: ModelData, planned: Calendar) -> float:
    """Share of the nights so far that should inform the model and do not."""
    could = informing(protocol, planned)[: data.days]
    return float(np.clip(1 - data.n / max(1, int(could.sum())), 0, _MOST_MISSING))


def informing(protocol: Protocol, calendar: Calendar) -> NDArray[np.bool_]:
    """Days that inform the model where an outcome is recorded."""
    still = still_days(protocol, calendar.arm)
    first = night_of_period(calendar.period, calendar.arm, still) >= protocol.analysis.discarded_nights
    out: NDArray[np.bool_] = ~np.isin(calendar.arm, UNCOUNTED) & first
    return out


def lengthen(
    protocol: Protocol, data: ModelData, future: Calendar, recorded: NDArray[np.bool_], until: int
) -> ModelData:
    """The terms of the trial as it would be on the day before `until`; outcomes still to come stand at today's mean.

    Parameters
    ----------
    future : Calendar
        Of the planned days and those after them.
    recorded : bool array, shape (days,)
        Days that inform the model; those so far are not looked at.
    """
    so_far = data.days
    new = np.flatnonzero(recorded[so_far:until]) + so_far
    if not len(new):
        return data
    last = new[-1] + 1
    treated = future.treated[so_far:last]
    numbers = np.r_[np.array(data.period_numbers)[data.period], future.period[new]]
    known, index = np.unique(numbers, return_inverse=True)
    block, block_numbers = blocks_of(protocol, numbers, future.on_trial[np.r_[data.day, new]])
    slope = float(data.time[-1] - data.time[0]) / int(data.day[-1] - data.day[0])  # of time over days
    return replace(
        data,
        y=np.r_[data.y, np.full(len(new), data.y.mean())],
        day=np.r_[data.day, new],
        time=np.r_[data.time, data.time[-1] + slope * (new - data.day[-1])],
        doses=np.vstack([data.doses, treated * np.array(data.share_now or 1.0)]),
        treated=np.vstack([data.treated, treated]),
        covariates=np.vstack([data.covariates, np.zeros((len(new), data.covariates.shape[1]))]),
        arm=np.r_[data.arm, arm_places(future.treated[new], future.on_trial[new])],
        period=index,
        period_numbers=tuple(int(number) for number in known),
        block=block,
        block_numbers=block_numbers,
    )
