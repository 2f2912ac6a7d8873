"""Does the model fit these nights? Predictive checks and leave-one-out.

Thresholds: p below 0.005 or above 0.995 counts as a misfit, since about ten test quantities are looked at; a Pareto k above
0.7 (Vehtari et al. 2024). Loads ArviZ when called.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.checks.computation import Check
from nof1.analyze.engines.marginal import MARGINAL_FAMILIES, QUICK_ROUNDS, fit_marginal
from nof1.analyze.model.data import ModelData
from nof1.errors import RefusalError

if TYPE_CHECKING:
    import xarray as xr

EXTREME = 0.005
UNIFORM = 0.01  # p of the LOO-PIT values being uniform, below which the shape of the nights is not met
_SHIFT = 0.5  # posterior sd by which leaving out one night moves the effect, to be told
_TOLD = 3
_SAMPLES = ("chain", "draw")
# Test quantities: the first three by arm.
Quantity = Literal[
    "spread",
    "share at the floor",
    "share at the ceiling",
    "correlation of neighbouring nights",
    "largest jump between nights",
]


@dataclass(frozen=True)
class ModelCheck(Check):
    """A check of the model: it says with how much care to take the answer, not that the computation failed."""


@dataclass(frozen=True)
class Statistic:
    """A test quantity: as recorded, median and 95 % interval of new nights, chance that these exceed it (half of ties).

    One that is counted by arm has the arm's name, None for nights without treatment.
    """

    name: Quantity
    arm: str | None
    observed: float
    predicted: float
    interval: tuple[float, float]
    p: float

    @property
    def odd(self) -> bool:
        """Whether the recorded nights have a value that the model's hardly have."""
        return not EXTREME <= self.p <= 1 - EXTREME


@dataclass(frozen=True)
class Predictive(ModelCheck):
    """New nights from the model beside the recorded ones."""

    statistics: tuple[Statistic, ...]


@dataclass(frozen=True)
class InfluentialNight:
    """A night that may carry the answer: by how many posterior sd the effect moves without it, None where that is not known.

    `night` is its date, or its number where nights have none.
    """

    night: date | int
    outcome: float
    shift_sd: float | None
    pit: float
    pareto_k: float

    @property
    def strong(self) -> bool:
        """Whether the answer leans on it."""
        return self.shift_sd is None or self.shift_sd > _SHIFT


@dataclass(frozen=True)
class LeftOut(ModelCheck):
    """Each night as all others foretell it. `pit` has one value a night; the p-value is that of their being uniform."""

    p_uniform: float
    elpd: float
    elpd_se: float
    p_loo: float
    pareto_k_max: float
    nights_above_limit: int
    pit: tuple[float, ...]
    influential: tuple[InfluentialNight, ...]

    @property
    def uniform(self) -> bool:
        """Whether the nights are as surprising as they should be."""
        return self.p_uniform >= UNIFORM


@dataclass(frozen=True)
class PriorSensitivity(ModelCheck):
    """Power-scaling sensitivity of each arm's effect to the priors and to the nights, and the limit above which it counts.

    Of older versions alone, whose results are read; `prior_weight` has taken its place.
    """

    prior: dict[str, float]
    likelihood: dict[str, float]
    limit: float

    @property
    def sensitive(self) -> bool:
        """Whether the answer follows its priors."""
        return max(self.prior.values()) > self.limit

    @property
    def weak(self) -> bool:
        """Whether it hardly follows the nights."""
        return min(self.likelihood.values()) < self.limit


def statistics(data: ModelData, *, whole: bool) -> dict[tuple[Quantity, str | None], Callable[[Array], Array]]:
    """Test quantities of nights, each from outcomes of shape (..., n) to (...); by arm where an arm has enough nights.

    Spread, correlation of neighbouring nights, share of nights at the floor and at the ceiling, largest jump between
    neighbouring nights.
    """
    next_day = np.flatnonzero(np.diff(data.day) == 1)
    arm = np.where(data.treated[data.dose_day].any(axis=1), data.treated[data.dose_day].argmax(axis=1), -1)
    out: dict[tuple[Quantity, str | None], Callable[[Array], Array]] = {}
    for k, name in ((-1, None), *enumerate(data.arms)):
        nights = np.flatnonzero(arm == k)
        if len(nights) < 3:
            continue
        out["spread", name] = lambda y, nights=nights: y[..., nights].std(axis=-1)  # type: ignore[misc]
        if whole or data.family in ("rating", "ordinal"):
            out["share at the floor", name] = lambda y, nights=nights: (y[..., nights] <= data.low).mean(axis=-1)  # type: ignore[misc]
            out["share at the ceiling", name] = lambda y, nights=nights: (y[..., nights] >= data.high).mean(axis=-1)  # type: ignore[misc]
    if len(next_day) >= 5:
        out["correlation of neighbouring nights", None] = lambda y: _correlation(y[..., next_day], y[..., next_day + 1])
        out["largest jump between nights", None] = lambda y: np.abs(y[..., next_day + 1] - y[..., next_day]).max(
            axis=-1
        )
    return out


def _correlation(one: Array, other: Array) -> Array:
    one = one - one.mean(axis=-1, keepdims=True)
    other = other - other.mean(axis=-1, keepdims=True)
    scale = np.sqrt((one**2).sum(axis=-1) * (other**2).sum(axis=-1))
    out: Array = (one * other).sum(axis=-1) / np.maximum(scale, 1e-12)
    return out


def as_recorded(data: ModelData, outcome: Array, *, whole: bool) -> Array:
    """Nights of the model as the diary would hold them: whole numbers where only these are used, within the scale."""
    return np.clip(np.rint(outcome), data.low, data.high) if whole else outcome


def predictive_check(data: ModelData, tree: "xr.DataTree", *, whole: bool) -> Predictive:
    """Whether new nights from the model look like the recorded ones (Gelman, Meng & Stern 1996)."""
    replicated = tree["posterior_predictive"]["outcome"].stack(sample=_SAMPLES).transpose("sample", "day").to_numpy()
    replicated = as_recorded(data, replicated, whole=whole)
    rows: list[Statistic] = []
    for (name, arm), statistic in statistics(data, whole=whole).items():
        observed, new = float(statistic(data.outcome)), statistic(replicated)
        rows.append(
            Statistic(
                name=name,
                arm=arm,
                observed=observed,
                predicted=float(np.median(new)),
                interval=(float(np.quantile(new, 0.025)), float(np.quantile(new, 0.975))),
                p=float(np.mean(new > observed) + 0.5 * np.mean(new == observed)),
            )
        )
    return Predictive(not any(row.odd for row in rows), tuple(rows))


def left_out_check(data: ModelData, leave_one_out: "xr.DataTree", night: Callable[[int], date] | None) -> LeftOut:
    """Whether each night is as surprising as it should be given the others (LOO-PIT), and which nights carry the answer.

    `night` gives the date of a day counted from 0; None where only numbers are known.
    """
    import arviz as az
    from scipy.stats import kstest

    loo = _quietly(lambda: az.loo(leave_one_out, pointwise=True))
    pit = _quietly(lambda: az.loo_pit(leave_one_out, random_state=1))["outcome"].to_numpy()
    shift, _ = _quietly(lambda: az.loo_influence(leave_one_out, var_names="effect", group="posterior"))
    values = shift["effect"] if "effect" in getattr(shift, "data_vars", {}) else shift
    moved = values.max("arm").to_numpy() if "arm" in values.dims else values.to_numpy()
    k = loo.pareto_k.to_numpy()
    unsure = np.flatnonzero(k > loo.good_k)
    refitted = _refitted(data, leave_one_out, unsure)
    for i, value in refitted.items():
        moved[i] = value
    unknown = [int(i) for i in unsure if int(i) not in refitted]
    p_uniform = float(kstest(pit, "uniform").pvalue)
    order = [*unknown, *(int(i) for i in np.argsort(-moved) if int(i) not in unknown)][:_TOLD]
    influential = tuple(
        InfluentialNight(
            night=_name(data, i, night),
            outcome=float(data.outcome[i]),
            shift_sd=None if i in unknown else float(moved[i]),
            pit=float(pit[i]),
            pareto_k=float(k[i]),
        )
        for i in order
    )
    return LeftOut(
        passed=p_uniform >= UNIFORM and not any(row.strong for row in influential),
        p_uniform=p_uniform,
        elpd=float(loo.elpd),
        elpd_se=float(loo.se),
        p_loo=float(loo.p),
        pareto_k_max=float(k.max()),
        nights_above_limit=len(unsure),
        pit=tuple(float(value) for value in pit),
        influential=influential,
    )


def _refitted(data: ModelData, leave_one_out: "xr.DataTree", unsure: NDArray[np.int64]) -> dict[int, float]:
    """By how many posterior sd the effect moves without each of these nights, fitted anew where the quick engine can.

    Weights cannot tell it of a night that surprises so much that hardly any draw foretells it (Pareto k above the limit).
    """
    if data.family not in MARGINAL_FAMILIES:
        return {}
    effect = leave_one_out["posterior"]["effect"]
    mean, sd = effect.mean(_SAMPLES).to_numpy(), effect.std(_SAMPLES).to_numpy()
    out = {}
    for i in unsure.tolist():
        try:
            fitted = fit_marginal(data.without(i), seed=i, rounds=QUICK_ROUNDS)
        except RefusalError:
            continue
        out[i] = float(np.max(np.abs(fitted.weights @ fitted.effect_mean - mean) / sd))
    return out


def _name(data: ModelData, i: int, night: Callable[[int], date] | None) -> date | int:
    day = int(data.day[i])
    return day + 1 if night is None else night(day)


def _quietly[T](call: Callable[[], T]) -> T:
    """ArviZ warns of what the check says anyway."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()
