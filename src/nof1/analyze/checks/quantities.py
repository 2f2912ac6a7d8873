"""What a check of spread and neighbouring nights does not see, one quantity each: ends of the scale, weekends, falling noise.

Each is taken of what the model leaves of the nights (`nof1.analyze.checks.residuals`), where it does not depend on what was
estimated, and compared with the same of nights that the model makes up. A posterior predictive p-value of the nights
themselves would be conservative (Bayarri & Berger 2000, "P values for composite null models"); these are not: each quantity
is called out at `CALLED` in sound trials. Knows no sentence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from nof1.analyze.arrays import Array
from nof1.analyze.checks.model_checks import ModelCheck, as_recorded
from nof1.analyze.checks.residuals import Residuals, residuals
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.days import planned_days
from nof1.analyze.model.draws import Draws
from nof1.plan.protocol.family import SCALES, Scale
from nof1.record.trial import Trial

CALLED = 0.018  # p below which a quantity is called out: eight of them together in at most 12 % of sound trials
ENDS = (
    0.15  # share of nights at an end of the scale from which a model without ends tells effects too large or too small
)
WEEK = 7
FREE = (4, 5)  # Friday and Saturday, counted from Monday: evenings before a day that is free for most
_GROUP = 4  # nights that a group must have, for its spread or its mean
_FEW = 20  # nights, below which nothing but the ends is asked for
_MOST = 4000  # made-up series
_LAG_PAIRS = 14  # pairs of nights a week apart
# Families whose nights have a shape that can be wrong: the others' follows from the mean.
_CONTINUOUS = ("normal", "student", "duration")

PatternName = Literal[
    "share at the lowest",
    "share at the highest",
    "spread of earlier to later nights",
    "spread on the arm to other nights",
    "first week",
    "nights before free days",
    "correlation a week apart",
    "outlying nights",
    "skewed nights",
    "missing after bad nights",
]


@dataclass(frozen=True)
class Pattern:
    """One quantity of the nights beside what the model expects of it.

    Attributes
    ----------
    name : str
    observed, predicted : float
        As recorded; the median of made-up nights. Shares of nights; ratios of sd; of "first week" and "nights before free
        days" the difference from other nights on the family's scale (points, logarithm or log odds); correlation; kurtosis
        (3 in a normal distribution) and skewness (0) of innovations; of "missing after bad nights" the share of nights after
        worse nights that have no outcome, and, as predicted, after better ones.
    interval : (float, float) or None
        The middle 95 % of made-up nights, of a difference its own 95 % interval; None where neither is meant.
    p : float or None
        How rare a value so far off is where the model is right; None for a share at an end, which has a limit instead.
    arm : str or None
        Whose spread it is; None for nights without treatment, and for quantities of all nights.
    """

    name: PatternName
    observed: float
    predicted: float
    interval: tuple[float, float] | None
    p: float | None
    arm: str | None = None

    @property
    def odd(self) -> bool:
        """Whether it is called out."""
        return self.observed >= ENDS if self.p is None else self.p < CALLED


@dataclass(frozen=True)
class Patterns(ModelCheck):
    """Quantities of the nights that a right model would seldom show.

    Attributes
    ----------
    rows : tuple of Pattern
        Those that these nights can tell.
    scale : {"points", "log", "logit"}
        The family's, that differences are on.
    """

    rows: tuple[Pattern, ...]
    scale: Scale

    @property
    def odd(self) -> tuple[Pattern, ...]:
        """Those that are called out."""
        return tuple(row for row in self.rows if row.odd)


@dataclass(frozen=True)
class Circumstances:
    """What is known of nights beside the model's numbers.

    Attributes
    ----------
    weekday : int or None
        Of the first planned night, 0 for Monday; None where nights have no dates.
    missing : bool array, shape (days,)
        Planned nights without an outcome that come before the last one with an outcome; no pauses.
    better : {"lower", "higher"}
    whole : bool
        Whether only whole numbers are recorded.
    """

    weekday: int | None
    missing: NDArray[np.bool_]
    better: str
    whole: bool


def circumstances(trial: Trial) -> Circumstances:
    """Taken from a trial."""
    protocol, frame = trial.protocol, trial.frame
    outcome = frame[protocol.outcome.name].to_numpy(dtype=float)
    missing = np.isnan(outcome) & planned_days(trial)
    missing[np.flatnonzero(~np.isnan(outcome))[-1] :] = False
    weekday = trial.order.start.weekday() if protocol.dated else None
    return Circumstances(weekday, missing, protocol.outcome.better, protocol.outcome.whole)


def find_patterns(data: ModelData, draws: Draws, replicated: Array, known: Circumstances) -> Patterns:
    """Take every quantity that these nights can tell, and compare it with made-up nights.

    Parameters
    ----------
    data : ModelData
    draws : Draws
        Of the posterior of either engine, S of them.
    replicated : array, shape (S, n)
        A series of outcomes for each draw, as `nof1.analyze.model.pointwise.replicate_series` makes them.
    known : Circumstances
    """
    rows = list(_ends(data))
    if data.n >= _FEW:
        thin = slice(None, None, max(1, -(-len(replicated) // _MOST)))
        series = as_recorded(data, replicated[thin], whole=known.whole)
        left = residuals(data, draws, replicated[thin])
        recorded, made = left.innovations(data.outcome), left.innovations(series)
        rows += [
            *differences(data, left, recorded, known),
            *shapes(data, recorded, made),
            *missing(data, left, recorded, known),
        ]
    return Patterns(not any(row.odd for row in rows), tuple(rows), SCALES[data.family])


def _ends(data: ModelData) -> Iterator[Pattern]:
    """Shares of nights at the ends of a scale, in families that know of no ends."""
    if data.family not in ("normal", "student"):
        return
    for name, there in (
        ("share at the lowest", data.outcome <= data.low),
        ("share at the highest", data.outcome >= data.high),
    ):
        yield Pattern(name, float(np.mean(there)), 0.0, None, None)  # type: ignore[arg-type]


def differences(data: ModelData, left: Residuals, innovations: Array, known: Circumstances) -> Iterator[Pattern]:
    """Groups of nights whose mean may differ from the others': a column that the model has not, by a t test."""
    groups: dict[PatternName, NDArray[np.bool_]] = {"first week": data.day < WEEK}
    if known.weekday is not None:
        groups["nights before free days"] = np.isin((data.day + known.weekday) % WEEK, FREE)
    for name, group in groups.items():
        if min(group.sum(), np.sum(~group)) < _GROUP:
            continue
        mean, error = left.added(group.astype(float), innovations)
        if not np.isfinite(error):
            continue
        half = float(stdtrit(left.degrees - 1, 0.975)) * error
        yield Pattern(name, mean, 0.0, (mean - half, mean + half), _two_sided(mean / error, left.degrees - 1))


def shapes(data: ModelData, recorded: Array, made: Array) -> Iterator[Pattern]:
    """Quantities of innovations, of shape (n,), whose distribution is that of made-up ones, of shape (S, n)."""
    half = data.n // 2
    yield _ratio("spread of earlier to later nights", recorded, made, np.arange(data.n) < half)
    yield from _by_arm(data, recorded, made)
    pairs = np.flatnonzero(np.isin(data.day + WEEK, data.day))
    if len(pairs) >= _LAG_PAIRS:
        later = np.searchsorted(data.day, data.day[pairs] + WEEK)

        def a_week_apart(e: Array) -> Array:
            product: Array = np.mean(e[..., pairs] * e[..., later], axis=-1) / np.mean(e**2, axis=-1)
            return product

        yield _compared("correlation a week apart", a_week_apart, recorded, made, tail="high")
    if data.family in _CONTINUOUS:
        yield _compared("outlying nights", lambda e: _moment(e, 4), recorded, made, tail="high")
        yield _compared("skewed nights", lambda e: _moment(e, 3), recorded, made)


def _by_arm(data: ModelData, recorded: Array, made: Array) -> Iterator[Pattern]:
    """The arm whose spread differs most from that of all other nights, by the rank of that among made-up nights."""
    arm = np.where(data.treated[data.dose_day].any(axis=1), data.treated[data.dose_day].argmax(axis=1), -1)
    groups = [arm == k for k in range(len(data.arms))]
    if len(groups) > 1:
        groups.append(arm == -1)
    rows = [
        _ratio("spread on the arm to other nights", recorded, made, group, arm=name)
        for group, name in zip(groups, (*data.arms, None), strict=False)
        if min(group.sum(), np.sum(~group)) >= _GROUP
    ]
    for row in rows:
        # Bonferroni: groups are few, and at most one more than the arms.
        assert row.p is not None
        yield Pattern(row.name, row.observed, row.predicted, row.interval, min(1.0, row.p * len(rows)), row.arm)


def _ratio(
    name: PatternName, recorded: Array, made: Array, group: NDArray[np.bool_], *, arm: str | None = None
) -> Pattern:
    """Sd of a group of nights divided by that of all others."""

    def ratio(e: Array) -> Array:
        squares = np.maximum(e**2, 1e-18)
        out: Array = np.sqrt(np.mean(squares[..., group], axis=-1) / np.mean(squares[..., ~group], axis=-1))
        return out

    return _compared(name, ratio, recorded, made, arm=arm)


def _moment(e: Array, power: Literal[3, 4]) -> Array:
    """Skewness (3) or kurtosis (4) along the last axis."""
    centred = e - e.mean(axis=-1, keepdims=True)
    squares = centred * centred  # multiplied, since powers of arrays are ten times slower
    variance = np.maximum(squares.mean(axis=-1), 1e-24)
    out: Array = np.mean(squares * (centred if power == 3 else squares), axis=-1) / variance ** (power / 2)
    return out


def missing(data: ModelData, left: Residuals, innovations: Array, known: Circumstances) -> Iterator[Pattern]:
    """Whether nights without an outcome come after nights that were worse than expected, or better.

    By a t test of the mean state before a missing night less that before a recorded one, given which nights are missing.
    """
    inside = data.day + 1 < len(known.missing)
    next_missing = np.zeros(data.n, dtype=bool)
    next_missing[inside] = known.missing[data.day[inside] + 1]
    next_recorded = np.isin(data.day + 1, data.day)
    if min(next_missing.sum(), next_recorded.sum()) < _GROUP:
        return
    worse = 1.0 if known.better == "lower" else -1.0
    weights = next_missing / next_missing.sum() - next_recorded / next_recorded.sum()
    mean, error = left.summed(weights, innovations)
    p = _two_sided(mean / error, left.degrees - 1)
    bad, counted = worse * left.states(innovations) > 0, next_missing | next_recorded

    def share(nights: NDArray[np.bool_]) -> float:
        return float(np.mean(next_missing[nights & counted])) if np.any(nights & counted) else 0.0

    yield Pattern("missing after bad nights", share(bad), share(~bad), None, p)


def _two_sided(t: float, degrees: float) -> float:
    return float(2 * stdtr(degrees, -abs(t)))


def _compared(
    name: PatternName,
    quantity: Callable[[Array], Array],
    recorded: Array,
    made: Array,
    *,
    tail: Literal["both", "high"] = "both",
    arm: str | None = None,
) -> Pattern:
    """A quantity of the recorded nights beside that of made-up ones; p counts the recorded series as one of these."""
    observed, new = float(quantity(recorded)), quantity(made)
    above = (1 + np.sum(new >= observed)) / (len(new) + 1)
    below = (1 + np.sum(new <= observed)) / (len(new) + 1)
    p = above if tail == "high" else min(1.0, 2 * min(above, below))
    low, high = np.quantile(new, [0.025, 0.975])
    return Pattern(name, observed, float(np.median(new)), (float(low), float(high)), float(p), arm)
