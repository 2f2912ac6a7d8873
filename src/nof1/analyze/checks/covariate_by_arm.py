"""Whether a covariate follows the arm: then it may hold the treatment, and the model would take part of the effect for the covariate's.

The covariate's values take the place of the outcome in the randomization test. Few periods have few orders, of which none can be
rare; and of adopted nights it is often not known which orders there were. There the means of the covariate's periods are compared
with each other, beside a trend. Knows no model and no engine.
"""

import copy
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from nof1.analyze.arrays import Array
from nof1.analyze.checks.randomization_test import randomization_test
from nof1.analyze.model.arm_nights import counted_nights
from nof1.analyze.model.effects import Pair, pairs
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import RefusalError
from nof1.plan.design.sequences import TIE
from nof1.record.trial import Trial

CHANCE = 0.01  # that a covariate without any link to the arms is said to follow one of them; shared between the pairs of arms
LEAST_PERIODS = 3  # of each arm, for a comparison of period means
_DRAWS = 2_000  # of orders that are too many to look at: enough for chances of 1 in 100

# By the orders alone; by the orders, of which none can be that rare, together with the periods; by the periods alone.
By = Literal["orders", "orders and periods", "periods"]


@dataclass(frozen=True)
class CovariateByArm:
    """A covariate on the nights of two arms.

    Attributes
    ----------
    covariate, arm, reference : str
    means : tuple of (float or None)
        On the nights of the arm and of its reference, of those with a value.
    nights : tuple of int
        Nights with a value.
    p : float or None
        Two-sided, by the orders that could have been drawn.
    p_smallest : float or None
        Least p that any values on the same nights could have given.
    orders : int or None
        That could have been drawn, for these two arms.
    p_periods : float or None
        Two-sided, by Student's t for the difference of period means beside a linear trend.
    by : str or None
        What `follows` rests on; None where nothing can be told.
    follows : bool
        Whether it goes with the arm by more than chance does in 1 of 100 trials.
    refused : Reason or None
        Why nothing can be told.
    """

    covariate: str
    arm: str
    reference: str
    means: tuple[float | None, float | None]
    nights: tuple[int, int]
    p: float | None = None
    p_smallest: float | None = None
    orders: int | None = None
    p_periods: float | None = None
    by: By | None = None
    follows: bool = False
    refused: Reason | None = None


def covariates_by_arm(trial: Trial, *, seed: int = 1) -> tuple[CovariateByArm, ...]:
    """Every covariate of the analysis against every pair of arms, the main comparison first.

    Parameters
    ----------
    trial : Trial
    seed : int
        Of orders that are drawn, where they are too many.

    Examples
    --------
    >>> covariates_by_arm(trial)  # without a covariate
    ()
    """
    compared = pairs(trial.protocol)
    return tuple(
        _judged(_against(trial, name, pair, seed), CHANCE / len(compared))
        for name in trial.protocol.analysis.covariates
        for pair in compared
    )


def _against(trial: Trial, name: str, pair: Pair, seed: int) -> CovariateByArm:
    means, nights = zip(*(_mean(trial, name, arm) for arm in (pair.arm, pair.reference)), strict=True)
    found = CovariateByArm(name, pair.arm, pair.reference, (means[0], means[1]), (nights[0], nights[1]))
    if None in means:
        return replace(found, refused=Reason("no night of an arm"))
    found = replace(found, p_periods=period_comparison(trial, name, pair.arm, pair.reference))
    try:
        test = randomization_test(as_outcome(trial, name), pair.arm, pair.reference, seed=seed, draws=_DRAWS)
    except RefusalError as refusal:
        return replace(found, refused=None if found.p_periods is not None else reason_of(refusal))
    return replace(found, p=test.p, p_smallest=test.p_smallest, orders=test.orders)


def _judged(found: CovariateByArm, chance: float) -> CovariateByArm:
    """Whether it follows the arm, and by what that is said."""
    if found.p is None or found.p_smallest is None:
        if found.p_periods is None:
            return found
        return replace(found, by="periods", follows=found.p_periods < chance)
    if found.p_smallest < chance:
        return replace(found, by="orders", follows=found.p < chance)
    if found.p_periods is None:
        return found
    extreme = found.p <= found.p_smallest * (1 + TIE)
    return replace(found, by="orders and periods", follows=extreme and found.p_periods < chance)


def as_outcome(trial: Trial, name: str) -> Trial:
    """The trial with a covariate's values where its outcome was: not built anew, since a covariate has no scale to be held to."""
    entries = tuple(replace(entry, outcome=entry.covariates.get(name)) for entry in trial.entries)
    other = copy.copy(trial)
    object.__setattr__(other, "entries", entries)
    other.__dict__.pop("frame", None)  # the table of the nights as they are
    return other


def _values(trial: Trial, name: str, arm: str) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Values, periods and days of the nights that count for an arm and have one."""
    frame = trial.frame
    values, period = frame[name].to_numpy(dtype=float), frame["period"].to_numpy(dtype=int)
    arms = frame["arm"].to_numpy()
    known = counted_nights(trial.protocol, arms, period) & (arms == arm) & ~np.isnan(values)
    return values[known], period[known].astype(float), np.flatnonzero(known).astype(float)


def _mean(trial: Trial, name: str, arm: str) -> tuple[float | None, int]:
    values, _, _ = _values(trial, name, arm)
    return (float(values.mean()) if len(values) else None), len(values)


def period_comparison(trial: Trial, name: str, arm: str, reference: str) -> float | None:
    """Two-sided p of the difference of a covariate's period means between two arms, beside a linear trend; None of too few periods.

    Ordinary least squares on one value a period, so that neighbouring nights that are alike do not count as many.
    """
    means: list[float] = []
    on: list[float] = []
    day: list[float] = []
    for which, name_of in ((1.0, arm), (0.0, reference)):
        values, period, days = _values(trial, name, name_of)
        numbers = np.unique(period)
        if len(numbers) < LEAST_PERIODS:
            return None
        means += [float(values[period == number].mean()) for number in numbers]
        day += [float(days[period == number].mean()) for number in numbers]
        on += [which] * len(numbers)
    return _slope_p(np.array(means), np.column_stack([on, np.ones(len(on)), np.array(day) - np.mean(day)]))


def _slope_p(y: Array, design: Array) -> float | None:
    """Two-sided p of the first column's coefficient, by Student's t; None where the columns cannot be told apart."""
    q, r = np.linalg.qr(design)
    if np.abs(np.diag(r)).min() < TIE * np.abs(np.diag(r)).max():
        return None
    y = y - y.mean()
    scale = float(np.abs(y).max())
    if scale == 0:
        return 1.0
    coefficient = np.linalg.solve(r, q.T @ y)
    rest = y - design @ coefficient
    freedom = len(y) - design.shape[1]
    error = np.sqrt(rest @ rest / freedom) * np.linalg.norm(np.linalg.inv(r)[0])
    if error < TIE * scale:
        return 0.0 if abs(coefficient[0]) > TIE * scale else 1.0
    return float(2 * stdtr(freedom, -abs(coefficient[0]) / error))
