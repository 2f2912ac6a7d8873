"""The effect over time: whether it was the same on the first days as on the last.

One more fit of the marginal engine, with an interaction beta_k g_t: the mean of a night holds x_{k,t} (effect_k + change_k g_t),
g from -1/2 on the first planned day to +1/2 on the last. A constant effect can hide early benefit and later harm.

It must not import PyMC, and knows nothing of pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nof1.analyze.checks.sensitivity import leading_estimands
from nof1.analyze.engines.marginal import MarginalFit, fit_marginal
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import INTERVAL_KIND, LEVEL, Effect, Pair, effect_from_mixture, pairs
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import RefusalError
from nof1.plan.protocol.analysis import Estimand
from nof1.plan.protocol.protocol import Protocol

# Whether the effect was the same throughout, by the certainty that the protocol fixed for verdicts.
Course = Literal["steady", "better later", "worse later", "can't tell yet"]
ESTIMANDS: tuple[Estimand, ...] = ("full", "as-lived")
_FIRST, _LAST = -0.5, 0.5  # time g on the first and the last planned day


@dataclass(frozen=True)
class Change:
    """Effect on the last planned day minus that on the first. Of a change no verdict is given: it is no effect."""

    mean: float
    sd: float
    interval: tuple[float, float]
    p_better: float
    p_benefit: float
    p_small: float
    p_harm: float
    p_positive: float
    mcse_mean: float
    mcse_sd: float


@dataclass(frozen=True)
class Ends:
    """Effects on the first and on the last planned day, and the change between them."""

    change: Change
    early: Effect
    late: Effect


@dataclass(frozen=True)
class PairOverTime:
    """One pair of arms over time.

    Attributes
    ----------
    estimand : {"full", "as-lived"}
        The one that pages lead with. As lived takes the mean exposure of an arm's nights for both ends.
    crosses : bool
        Whether there is benefit at one end and harm at the other, each as certain as the protocol asks.
    """

    arm: str
    reference: str
    estimand: Estimand
    course: Course
    crosses: bool
    verdicts_differ: bool
    full: Ends
    as_lived: Ends

    @property
    def leading(self) -> Ends:
        """Those of the estimand that pages lead with."""
        return self.full if self.estimand == "full" else self.as_lived


@dataclass(frozen=True)
class OverTime:
    """How each effect changed from the first planned day to the last; `refused` says why the engine could not answer."""

    certainty: float
    interval_kind: str
    level: float
    rows: tuple[PairOverTime, ...] = ()
    pareto_k: float | None = None
    refused: Reason | None = None


def effect_over_time(
    protocol: Protocol, data: ModelData, *, seed: int, leading: Sequence[Estimand] | None = None
) -> OverTime:
    """How each effect changed from the first planned day to the last.

    Parameters
    ----------
    protocol : Protocol
    data : ModelData
        Of the trial as planned.
    seed : int
        Of the marginal engine.
    leading : sequence of {"full", "as-lived"}, optional
        The estimand that pages lead with, one for each of `pairs(protocol)`. If not given: the one that the protocol
        names, and as lived where exposure stayed short of full.
    """
    told = OverTime(protocol.analysis.certainty, INTERVAL_KIND, LEVEL)
    if data.family != "normal":
        return replace(told, refused=Reason("not over time", {"family": data.family}))
    try:
        fitted = fit_marginal(replace(data, over_time=True), seed=seed)
    except RefusalError as refusal:
        return replace(told, refused=reason_of(refusal))
    compared = pairs(protocol)
    leads = leading or leading_estimands(protocol, fitted.highest_exposure)
    rows = (_row(protocol, fitted, pair, estimand) for pair, estimand in zip(compared, leads, strict=True))
    return replace(told, pareto_k=fitted.pareto_k, rows=tuple(rows))


def _row(protocol: Protocol, fitted: MarginalFit, pair: Pair, estimand: Estimand) -> PairOverTime:
    effects = {name: _by_time(protocol, fitted, pair, as_lived=name == "as-lived") for name in ESTIMANDS}
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
        verdicts_differ=early.verdict != late.verdict,
        full=_ends(protocol, *effects["full"]),
        as_lived=_ends(protocol, *effects["as-lived"]),
    )


def _by_time(protocol: Protocol, fitted: MarginalFit, pair: Pair, *, as_lived: bool) -> tuple[Effect, Effect, Effect]:
    """Change over the trial, effect on the first planned day, effect on the last."""
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))
    unit = np.array(pair.vector)
    change, early, late = (
        effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector, as_lived=as_lived), spread)
        for vector in (np.r_[0 * unit, unit], np.r_[unit, _FIRST * unit], np.r_[unit, _LAST * unit])
    )
    return change, early, late


def _course(certainty: float, change: Effect) -> Course:
    if change.p_small >= certainty:
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
