"""The effect over time: whether it was the same on the first nights on an arm as on the last.

One more fit of the marginal engine, with an interaction beta_k g_t: the mean of a night holds x_{k,t} (effect_k + change_k g_t),
g from -1/2 on the first planned day to +1/2 on the last. A constant effect can hide early benefit and later harm.

The line is told from the first to the last night on which the arm was taken, and no further: of days on which it never was, the
nights say nothing. Where two arms changed places only once, no line is told at all.

It must not import PyMC, and knows nothing of pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nof1.analyze.engines.marginal import MarginalFit, fit_marginal
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import INTERVAL_KIND, LEVEL, Effect, Estimand, Pair, effect_from_mixture, pairs
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import InputError, RefusalError
from nof1.plan.protocol.protocol import Protocol

# Whether the effect was the same throughout, by the certainty that the protocol fixed for verdicts.
Course = Literal["steady", "better later", "worse later", "can't tell yet"]
ESTIMANDS: tuple[Estimand, ...] = ("full", "over-nights")
_LEAST_CHANGES = 2  # of place between two arms; with fewer, what the arm did and what time did cannot be told apart


@dataclass(frozen=True)
class Change:
    """Effect on the last of the told nights minus that on the first. Of a change no verdict is given: it is no effect."""

    mean: float
    sd: float
    interval: tuple[float, float]
    p_better: float
    p_benefit: float | None
    p_small: float | None
    p_harm: float | None
    p_positive: float
    mcse_mean: float
    mcse_sd: float


@dataclass(frozen=True)
class Ends:
    """Effects on the first and on the last of the told nights, and the change between them."""

    change: Change
    early: Effect
    late: Effect


@dataclass(frozen=True)
class PairOverTime:
    """One pair of arms over time.

    Attributes
    ----------
    estimand : {"full", "over-nights"}
        The one that pages lead with. Over these nights takes the mean exposure of an arm's nights for both ends.
    nights : (int, int) or None
        The first and the last night of the trial, counted from 1, of which this is told: those between which the arm was taken
        (of two active arms: both). None in files of before, which told it from the first planned night to the last.
    crosses : bool
        Whether there is benefit at one end and harm at the other, each as certain as the protocol asks.
    """

    arm: str
    reference: str
    estimand: Estimand
    course: Course
    crosses: bool
    full: Ends
    over_nights: Ends
    nights: tuple[int, int] | None = None

    @property
    def leading(self) -> Ends:
        """Those of the estimand that pages lead with."""
        return self.full if self.estimand == "full" else self.over_nights


@dataclass(frozen=True)
class NotOverTime:
    """A pair of arms of which no course is told, and the reason."""

    arm: str
    reference: str
    refused: Reason


@dataclass(frozen=True)
class OverTime:
    """How each effect changed while it was taken; `refused` says why the engine could not answer.

    `untold` are the pairs of arms of which nothing can be told, each with its reason.
    """

    certainty: float
    interval_kind: str
    level: float
    rows: tuple[PairOverTime, ...] = ()
    pareto_k: float | None = None
    refused: Reason | None = None
    untold: tuple[NotOverTime, ...] = ()


def effect_over_time(protocol: Protocol, data: ModelData, *, seed: int, leading: Sequence[Estimand]) -> OverTime:
    """How each effect changed from the first night on which it was taken to the last.

    Parameters
    ----------
    protocol : Protocol
    data : ModelData
        Of the trial as planned.
    seed : int
        Of the marginal engine.
    leading : sequence of {"full", "over-nights"}
        The estimand that pages lead with, one for each of `pairs(protocol)`.
    """
    told = OverTime(protocol.analysis.certainty, INTERVAL_KIND, LEVEL)
    if data.family != "normal":
        return replace(told, refused=Reason("not over time", {"family": data.family}))
    compared = pairs(protocol)
    days = [_days_told(data, pair) for pair in compared]
    untold = tuple(
        NotOverTime(pair.arm, pair.reference, one)
        for pair, one in zip(compared, days, strict=True)
        if isinstance(one, Reason)
    )
    if len(untold) == len(days):
        return replace(told, untold=untold)
    try:
        fitted = fit_marginal(replace(data, over_time=True), seed=seed)
    except RefusalError as refusal:
        return replace(told, refused=reason_of(refusal))
    rows = (
        _row(protocol, fitted, pair, estimand, one)
        for pair, estimand, one in zip(compared, leading, days, strict=True)
        if not isinstance(one, Reason)
    )
    return replace(told, pareto_k=fitted.pareto_k, rows=tuple(rows), untold=untold)


def course_of_pair(told: OverTime, pair: tuple[str, str]) -> PairOverTime | Reason:
    """What is told of one pair (arm, reference), or why nothing is.

    Raises
    ------
    InputError
        If there is no such pair.
    """
    if told.refused is not None:
        return told.refused
    both: list[PairOverTime | NotOverTime] = [*told.rows, *told.untold]
    entries = {(one.arm, one.reference): one for one in both}
    if pair not in entries:
        names = sorted(f"{arm} against {reference}" for arm, reference in entries)
        raise InputError(f"There is no row for {pair!r}. Choose one of: {', '.join(names)}.")
    found = entries[pair]
    return found.refused if isinstance(found, NotOverTime) else found


def _days_told(data: ModelData, pair: Pair) -> tuple[int, int] | Reason:
    """First and last day of which the course of a pair is told, counted from 0; or why none is.

    Those between the first and the last dose of the arm; of two active arms, those on which both had begun and neither had ended.
    """
    own = np.flatnonzero(pair.vector)
    nights = data.treated[data.dose_day]
    # Whose night it was: 1 the arm's, 0 that of what it is compared with; nights of other arms are neither.
    on_arm = nights[:, np.argmax(pair.vector)]
    compared = on_arm | (nights[:, np.argmin(pair.vector)] if len(own) > 1 else ~nights.any(axis=1))
    if np.count_nonzero(np.diff(on_arm[compared].astype(int))) < _LEAST_CHANGES:
        return Reason("arm and time", {"arm": pair.arm, "reference": pair.reference})
    taken = [data.day_of_dose[data.treated[:, k] & (data.doses[:, k] > 0)] for k in own]
    first, last = max(int(days[0]) for days in taken), min(int(days[-1]) for days in taken)
    return (first, last) if first < last else Reason("no stretch", {"arm": pair.arm, "reference": pair.reference})


def _row(
    protocol: Protocol, fitted: MarginalFit, pair: Pair, estimand: Estimand, days: tuple[int, int]
) -> PairOverTime:
    effects = {name: _by_time(protocol, fitted, pair, days, over_nights=name == "over-nights") for name in ESTIMANDS}
    change, early, late = effects[estimand]
    course = _course(protocol.analysis.certainty, change)
    crosses = any(
        one.p_better >= protocol.analysis.certainty and 1 - other.p_better >= protocol.analysis.certainty
        for one, other in ((early, late), (late, early))
    )
    return PairOverTime(
        arm=pair.arm,
        reference=pair.reference,
        estimand=estimand,
        course=course,
        crosses=crosses,
        full=_ends(protocol, *effects["full"]),
        over_nights=_ends(protocol, *effects["over-nights"]),
        nights=(days[0] + 1, days[1] + 1),
    )


def _by_time(
    protocol: Protocol, fitted: MarginalFit, pair: Pair, days: tuple[int, int], *, over_nights: bool
) -> tuple[Effect, Effect, Effect]:
    """Change between two days, effect on the first of them, effect on the last."""
    data = fitted.model.data
    per_day = float(np.ptp(data.time) / np.ptp(data.day))
    first, last = (float(data.time[0] + per_day * (day - data.day[0])) for day in days)
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))
    unit = np.array(pair.vector)
    change, early, late = (
        effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector, over_nights=over_nights), spread)
        for vector in (np.r_[0 * unit, (last - first) * unit], np.r_[unit, first * unit], np.r_[unit, last * unit])
    )
    return change, early, late


def _course(certainty: float, change: Effect) -> Course:
    if change.p_small is not None and change.p_small >= certainty:
        return "steady"
    if change.p_better >= certainty:
        return "better later"
    if 1 - change.p_better >= certainty:
        return "worse later"
    return "can't tell yet"


def _ends(protocol: Protocol, change: Effect, early: Effect, late: Effect) -> Ends:
    of_change = Change(
        mean=change.mean,
        sd=change.sd,
        interval=change.interval,
        p_better=change.p_better,
        p_benefit=change.p_benefit,
        p_small=change.p_small,
        p_harm=change.p_harm,
        p_positive=change.p_better if protocol.outcome.better == "higher" else 1 - change.p_better,
        mcse_mean=change.mcse_mean,
        mcse_sd=change.mcse_sd,
    )
    return Ends(of_change, early, late)
