"""The randomization test on numbers: from the difference that every order would have given to p and an interval.

Under the hypothesis that two arms differ by a constant delta, a night's outcome less delta on the nights that were on the
arm is the same in whatever order the arms came. The statistic of order j is a product with a contrast vector c_j,
T_j(delta) = c_j.y - delta c_j.x, where x is 1 on those nights; for the observed order it is T_0 - delta. p(delta)
is the probability of the orders with |T_j(delta)| >= |T_0(delta)| (Edgington & Onghena 2007; the inversion: Garthwaite 1996).
As -1 <= c_j.x <= 1, the deltas where an order is such a hit are one interval around T_0, so that p falls to both sides and the
inversion is exact and needs no search. Knows neither a trial nor a design.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.effects import LEVEL
from nof1.analyze.reasons import refused
from nof1.errors import InputError, RefusalError
from nof1.plan.design.sequences import TIE

Statistic = Literal["periods", "nights"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Differences:
    """What every order of the reference set would have given.

    Attributes
    ----------
    value : array, shape (orders,)
        Difference of the arms' means, c_j.y, in points; nan where an arm has no recorded night.
    pull : array, shape (orders,)
        c_j.x: how much of a constant effect the difference would hold.
    likeness : array, shape (orders,)
        c_j.c_0, with the contrast of the observed order.
    observed, own : float
        c_0.y and c_0.c_0.
    size : float
        Of the outcomes, as `size_of` gives it: what rounding is measured by.
    probability : array, shape (orders,), or None
        Of each order; None if all are equally likely.
    drawn : bool
        Whether these are random draws from the set, so that the observed order counts as one more.
    """

    value: Array
    pull: Array
    likeness: Array
    observed: float
    own: float
    size: float
    probability: Array | None = None
    drawn: bool = False


@dataclass(frozen=True)
class Tested:
    """The test of one difference; chances from 0 to 1.

    `p_greater` and `p_less` are one-sided. `p_smallest` is the least two-sided p that any outcomes of the same recorded nights
    could have given. An end of `interval` is None where no difference, however large, is unlikely enough.
    """

    statistic: float
    p: float
    p_greater: float
    p_less: float
    p_smallest: float
    interval: tuple[float | None, float | None]


def judge(differences: Differences, *, level: float = LEVEL) -> Tested:
    """Find p and the interval. An order without a statistic counts as at least as extreme as the observed one, which is conservative."""
    known = ~np.isnan(differences.value)
    value, observed = np.where(known, differences.value, np.inf), differences.observed
    slack = TIE * differences.size
    # A large enough effect is favoured most: only orders with the same nights on the arm, or turned round, tie with it.
    same = (np.abs(differences.pull) >= 1 - TIE) & (
        np.sign(differences.pull) * differences.likeness >= differences.own * (1 - TIE)
    )
    p = _share(differences, np.abs(value) >= abs(observed) - slack)
    limits = hit_limits(differences)
    without_end = [_share(differences, ~np.isfinite(ends)) for ends in limits]  # p of effects beyond all bounds
    return Tested(
        statistic=observed,
        p=p,
        p_greater=_share(differences, value >= observed - slack),
        p_less=_share(differences, (value <= observed + slack) | ~known),
        p_smallest=min(p, _share(differences, same | ~known), *without_end),
        interval=_invert(differences, limits, level),
    )


def _share(differences: Differences, hits: Bools) -> float:
    if differences.drawn:
        return (1 + int(np.count_nonzero(hits))) / (1 + len(hits))
    if differences.probability is None:
        return int(np.count_nonzero(hits)) / len(hits)
    return min(1.0, float(differences.probability @ hits))


def _invert(differences: Differences, limits: tuple[Array, Array], level: float) -> tuple[float | None, float | None]:
    """The smallest interval with every delta of p >= 1 - level."""
    low, high = limits
    if differences.drawn:
        low, high = np.append(low, -np.inf), np.append(high, np.inf)
    weight = np.full(len(low), 1 / len(low)) if differences.probability is None else differences.probability
    ends = []
    for limit in (low, -high):
        order = np.argsort(limit)
        reached = np.cumsum(weight[order]) >= (1 - level) * (1 - TIE)
        ends.append(float(limit[order[np.argmax(reached)]]))
    return (ends[0] if np.isfinite(ends[0]) else None, -ends[1] if np.isfinite(ends[1]) else None)


def hit_limits(differences: Differences) -> tuple[Array, Array]:
    """The least and the greatest delta at which each order's difference is at least as large as that of the observed one.

    With a = c_j.y and b = c_j.x, |a - delta b| >= |T_0 - delta| holds between delta = (T_0 - a) / (1 - b) and delta = (T_0 +
    a) / (1 + b); where b is 1 or -1 only one of them is there, and the other end is open.

    Returns
    -------
    two arrays, shape (orders,)
        Infinite where there is no end.
    """
    observed, slack = differences.observed, TIE * differences.size
    known = ~np.isnan(differences.value)
    value, pull = np.where(known, differences.value, 0.0), np.where(known, differences.pull, 0.0)
    alike, turned = 1 - pull <= TIE, 1 + pull <= TIE
    one = (observed - value) / np.where(alike, 1.0, 1 - pull)
    two = (observed + value) / np.where(turned, 1.0, 1 + pull)
    low, high = np.minimum(one, two), np.maximum(one, two)
    for open_ended, gap, end in ((alike, observed - value, two), (turned, observed + value, one)):
        # With one end open, the other is on the far side of T_0, which is always a hit; what ties throughout has none.
        upward, both = observed >= end, np.abs(gap) <= slack
        low = np.where(open_ended, np.where(upward & ~both, end, -np.inf), low)
        high = np.where(open_ended, np.where(upward | both, np.inf, end), high)
    return np.where(known, np.minimum(low, observed), -np.inf), np.where(known, np.maximum(high, observed), np.inf)


def size_of(outcome: Array) -> float:
    """Largest distance of an outcome from the mean, in points, and a little for the rounding of equal large ones."""
    return float(np.abs(outcome - outcome.mean()).max() + 1e-4 * np.abs(outcome).max())


def contrasts(on: Bools, off: Bools, period: NDArray[np.int64], statistic: Statistic = "periods") -> Array:
    """The weights of nights in the difference of means; a row of nan where an arm has no night.

    Parameters
    ----------
    on, off : bool arrays, shape (orders, n)
        Recorded nights on the arm and on its reference.
    period : int array, shape (orders, n)
        Number of the period that holds each night, from 0. Not used for the difference of nights.
    statistic : {"periods", "nights"}
        Each period counts alike, or each night.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return _means(on, period, statistic) - _means(off, period, statistic)


def _means(chosen: Bools, period: NDArray[np.int64], statistic: Statistic) -> Array:
    weights = chosen.astype(float)
    if statistic == "periods":
        rows, width = len(chosen), int(period.max()) + 1
        cell = period + width * np.arange(rows)[:, None]
        nights = np.bincount(cell[chosen], minlength=rows * width)
        weights /= np.maximum(nights[cell], 1)
    out: Array = weights / weights.sum(axis=1, keepdims=True)
    return out


def compare_orders(
    outcome: Array,
    arms: NDArray[np.int64],
    observed: int,
    *,
    probability: Array | None = None,
    period: NDArray[np.int64] | None = None,
    arm: int = 1,
    reference: int = 0,
    statistic: Statistic = "periods",
    level: float = LEVEL,
) -> Tested:
    """The randomization test over any set of orders that is written out.

    Parameters
    ----------
    outcome : array, shape (n,)
        Of each night, in points; nan where missing, which it stays in every order.
    arms : int array, shape (orders, n)
        The arm of each night in each order.
    observed : int
        Which of the orders was observed.
    probability : array, shape (orders,), optional
        Of each order; equal if not given.
    period : int array, shape (orders, n), optional
        Number of the period that holds each night, from 0; each stretch on one arm if not given.
    arm, reference : int
        The two arms to compare.
    statistic : {"periods", "nights"}
        Difference of the arms' means of period means, or of their means of nights.

    Raises
    ------
    InputError
        If the statistic is unknown or the probabilities do not add up to 1.
    RefusalError
        If an arm has no recorded night in the observed order.
    """
    check_statistic(statistic)
    if probability is not None and (np.any(probability < 0) or not np.isclose(probability.sum(), 1)):
        raise InputError("The orders' probabilities must be 0 or more and add up to 1.")
    if period is None:
        period = np.cumsum(np.diff(arms, axis=1, prepend=arms[:, :1]) != 0, axis=1)
    recorded = ~np.isnan(outcome)
    weights = contrasts((arms == arm) & recorded, (arms == reference) & recorded, period, statistic)
    own = weights[observed]
    if np.isnan(own).any():
        raise refused(RefusalError, "no night of an arm")
    centred = np.where(recorded, outcome - np.nanmean(outcome), 0.0)
    value, pull, likeness = (weights @ np.array([centred, arms[observed] == arm, own]).T).T
    return judge(
        Differences(
            value, pull, likeness, float(value[observed]), float(own @ own), size_of(outcome[recorded]), probability
        ),
        level=level,
    )


def check_statistic(statistic: str) -> None:
    """Refuse one that is not known."""
    if statistic not in STATISTICS:
        raise InputError(f"There is no statistic {statistic!r}. Choose one of: {', '.join(STATISTICS)}.")
