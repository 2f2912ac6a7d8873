"""What every order that nof1 could have drawn would have given: the difference of two arms' means, order by order.

Each order has the same run-in, washout, pauses and missing nights. Of orders drawn elsewhere `stated_distribution` tells
the same. Knows nothing of p.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.checks.order_statistics import Differences, Statistic, size_of
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.orders.pairs import PairOrders, Signs, Swaps, drawn_numbers, first_nights, signs_of
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial

CELLS = 100_000  # orders times periods looked at together: they fit a core's own cache


@dataclass(frozen=True, eq=False)
class ObservedNights:
    """The planned nights in calendar order, pauses left out.

    Attributes
    ----------
    outcome : array, shape (nights,)
        Less the mean of the two arms' nights, in points; 0 where not used.
    used : bool array, shape (nights,)
        With an outcome, and not soon after a pause where first nights are discarded.
    on : bool array, shape (nights,)
        On the arm.
    discarded : int
        First nights of each period that are left out.
    size : float
        Of the outcomes: what rounding is measured by.
    """

    outcome: Array
    used: NDArray[np.bool_]
    on: NDArray[np.bool_]
    discarded: int
    size: float


def finished_until(order: Order) -> date | None:
    """The last evening of the last finished block, in designs without blocks of the last finished period; None where none is.

    The order's last evening where the trial was not stopped.
    """
    if not order.left:
        return order.end
    places = [period for period in order.whole.periods if period.on_trial and period.number != RUN_IN]
    ends = {period.block or -period.number: period.end for period in places}
    return max((end for end in ends.values() if end <= order.end), default=None)


def observed_nights(trial: Trial, arm: str, reference: str) -> ObservedNights:
    """The nights of a trial, for the comparison of two of its arms; of one that was stopped, those of finished blocks."""
    last = finished_until(trial.order)
    rated = {entry.night: entry.outcome for entry in trial.entries if last is not None and entry.night <= last}
    outcome: list[float | None] = []
    arms: list[str | None] = []
    pauses: list[int] = []
    for period in trial.order.whole.periods:
        if period.arm == PAUSE:
            pauses.append(len(outcome))
        else:
            outcome += [rated.get(night) for night in period.dates]
            arms += [period.arm if period.number != RUN_IN else None] * period.nights
    values = np.array(outcome, dtype=float)
    name = np.array(arms, dtype=object)
    used = ~np.isnan(values)
    discarded = trial.protocol.analysis.discarded_nights
    for night in pauses:  # a period goes on after a pause as it began: in every order, as the pause has its dates
        used[night : night + discarded] = False
    compared = used & ((name == arm) | (name == reference))
    centre = values[compared].mean() if compared.any() else 0.0
    size = size_of(values[used]) if used.any() else 0.0
    return ObservedNights(np.where(used, values - centre, 0.0), used, name == arm, discarded, size)


def differences_of(
    protocol: Protocol,
    sequence: list[int],
    places: tuple[int, int],
    nights: ObservedNights,
    allowed: PairOrders,
    statistic: Statistic,
    *,
    draws: int | None,
    seed: int,
) -> Differences:
    """The statistic of every order, or of so many drawn ones.

    Sums over the nights before each night give those of any period, so that no order is laid out night by night.

    Parameters
    ----------
    sequence : list of int
        The observed order: the arm of each period by its place.
    places : tuple of int
        Of the arm and its reference among the protocol's arms.
    nights : ObservedNights
    allowed : PairOrders
        The reference set.
    statistic : {"periods", "nights"}
    draws, seed : int
        How many are drawn; all are taken if None.

    Raises
    ------
    RefusalError
        If one of the arms has no recorded night.
    """

    def nights_of(signs: Signs) -> NDArray[np.int64]:
        first, end = first_nights(protocol, sequence, signs, *places)
        return np.array([np.minimum(first + nights.discarded, end), end])

    here = signs_of([sequence], *places)
    spans = nights_of(here)
    contrast = _contrast(here[0], spans[:, 0], nights.used, statistic)
    columns = np.array([nights.used, nights.outcome, nights.used & nights.on, contrast], dtype=float)
    sums = np.concatenate([np.zeros((4, 1)), np.cumsum(columns, axis=1)], axis=1)  # of all nights before each
    own = differences_of_means(totals_of_arms(here, sums[:, spans[1]] - sums[:, spans[0]], statistic))[:, 0]
    alike = len({protocol.period_nights(protocol.arms[place].name) for place in places}) == 1

    def totals_of(signs: Signs) -> Array:
        # Periods of one length hold the same nights in every order.
        first, end = spans if alike else nights_of(signs)
        return totals_of_arms(signs, sums[:, end] - sums[:, first], statistic)

    units = len(allowed.units) if isinstance(allowed, Swaps) else 0
    singly = np.array([0, *(1 << i for i in range(units))], dtype=object)
    base = totals_of(allowed.rows(singly)) if isinstance(allowed, Swaps) else np.empty(0)
    parts = []
    for numbers in numbers_of(allowed.count, draws, seed, at_once=max(1, CELLS // len(sequence))):
        if isinstance(allowed, Swaps):  # each unit adds its own part, whatever the others do
            steps = base[..., 1:] - base[..., :1]
            totals = base[..., :1] + steps @ allowed.turned(numbers).T.astype(float)
        else:
            totals = totals_of(allowed.rows(numbers))
        parts.append(differences_of_means(totals))
    value, pull, likeness = np.concatenate(parts, axis=1)
    return Differences(value, pull, likeness, float(own[0]), float(own[2]), nights.size, drawn=draws is not None)


def numbers_of(count: int, draws: int | None, seed: int, *, at_once: int) -> Iterator[NDArray[Any]]:
    """Of all orders, or of random ones, some at a time."""
    numbers = np.arange(count) if draws is None else drawn_numbers(count, draws, seed=seed)
    return (numbers[start : start + at_once] for start in range(0, len(numbers), at_once))


def _contrast(signs: Signs, spans: NDArray[np.int64], used: NDArray[np.bool_], statistic: Statistic) -> Array:
    """The weight of each night in the observed difference, shape (nights,).

    Raises
    ------
    RefusalError
        If one of the arms has no recorded night.
    """
    nights = [np.flatnonzero(used[first:end]) + first for first, end in spans.T]
    weights = np.zeros(len(used))
    for sign in (1, -1):
        own = [some for some, of in zip(nights, signs, strict=True) if of == sign and len(some)]
        if not own:
            raise refused(RefusalError, "no night of an arm")
        total = sum(len(some) for some in own)
        for some in own:
            weights[some] = sign / (len(own) * len(some) if statistic == "periods" else total)
    return weights


def totals_of_arms(signs: Signs, sums: Array, statistic: Statistic) -> Array:
    """Weights of the periods on the arm and on its reference, and what they add up to, for each order.

    Parameters
    ----------
    signs : array, shape (orders, periods)
    sums : array, shape (1 + columns, orders or 1, periods)
        Number of used nights of each period, and sums over them; one row if they are the same in all orders.

    Returns
    -------
    array, shape (2, 1 + columns, orders)
    """
    if statistic == "periods":
        sums = np.concatenate([sums[:1] > 0, sums[1:] / np.maximum(sums[:1], 1)])
    arms = [(signs == sign).astype(float) for sign in (1, -1)]
    if sums.shape[1] == 1:
        return np.array([sums[:, 0] @ arm.T for arm in arms])
    return np.array([np.sum(arm * sums, axis=2) for arm in arms])


def differences_of_means(totals: Array) -> Array:
    """Difference of means, reference from arm, of each order, shape (columns, orders); nan where an arm has no recorded night."""
    weight = totals[:, 0]
    known = np.all(weight > 0.5, axis=0)  # whole numbers, up to rounding
    out: Array = np.full((totals.shape[1] - 1, totals.shape[2]), np.nan)
    on, off = totals[:, 1:, known] / weight[:, None, known]
    out[:, known] = on - off
    return out
