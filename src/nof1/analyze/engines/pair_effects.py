"""From an engine's posterior to the effects of every pair of arms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from nof1.analyze.arrays import Array
from nof1.analyze.engines.inference_data import thinned
from nof1.analyze.engines.marginal import MarginalFit
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, draws_of
from nof1.analyze.model.effects import (
    TAILS,
    Effect,
    Estimand,
    Pair,
    effect_from_draws,
    effect_from_mixture,
    gain,
    pairs,
)
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import JudgedPair, beforehand, build_ups, judge
from nof1.analyze.model.standardize import Standardized, further_measures, night_better, standardize
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    import xarray as xr

Mcse = Callable[[Array, str, float | None], float]


@dataclass(frozen=True)
class FurtherMeasure:
    """A ratio or the like: what it is, median and 95 % interval."""

    measure: str
    median: float
    interval: tuple[float, float]


def mixture_rows(
    protocol: Protocol, fitted: MarginalFit, compared: Sequence[Pair] | None = None, *, full_ends: bool = True
) -> list[JudgedPair]:
    """Every pair, or those that are named, from the marginal engine, effects exact mixtures of normals: the normal family.

    Without `full_ends` the effect once fully built up gets no interval where it does not lead: for many simulated trials.
    """
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))
    data, compared = fitted.model.data, compared or pairs(protocol)

    def both(pair: Pair) -> tuple[Effect, Effect]:
        vector = np.array(pair.vector)
        ends = full_ends or protocol.schema_version == 1
        if np.all(fitted.treated_exposure[:, vector != 0] == 1.0):  # every dose taken, nothing builds up: one effect
            full = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector), spread)
            return full, full
        full = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector), spread, ends=ends)
        realised = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector, over_nights=True), spread)
        return full, realised

    return judge(
        protocol,
        beforehand(protocol, data, compared),
        compared,
        [both(pair) for pair in compared],
        highest=fitted.highest_exposure,
        build_up=build_ups(data, compared, fitted.treated_exposure, fitted.weights),
    )


def drawn_rows(
    protocol: Protocol, data: ModelData, posterior: "xr.Dataset", *, mcse: Mcse, seed: int
) -> list[JudgedPair]:
    """Every pair from draws, on the outcome's own scale: any family."""
    return rows_of(protocol, data, draws_of(data, posterior), _shape(posterior), mcse, seed)


def _shape(posterior: "xr.Dataset") -> tuple[int, int]:
    return posterior.sizes["chain"], posterior.sizes["draw"]


def rows_of(
    protocol: Protocol, data: ModelData, draws: Draws, shape: tuple[int, int], mcse: Mcse, seed: int
) -> list[JudgedPair]:
    """The same from draws of (chains, draws) in a row, chain after chain."""
    standardized = standardize(data, draws)
    all_pairs = pairs(protocol)
    of_estimand: dict[Estimand, Array] = {"full": standardized.full, "over-nights": standardized.over_nights}
    better = {
        estimand: _night_better(protocol, data, draws, values, full=estimand == "full", seed=seed)
        for estimand, values in of_estimand.items()
    }

    def of(i: int, estimand: Estimand) -> Effect:
        draws_of_pair = (of_estimand[estimand] @ np.array(all_pairs[i].vector)).reshape(shape)
        return effect_from_draws(protocol, draws_of_pair, better[estimand][i], mcse)

    on_treated, highest = exposure_summary(data.doses, data.treated, draws.half_life if data.exponential else None)
    return judge(
        protocol,
        beforehand(protocol, data),
        all_pairs,
        [(of(i, "full"), of(i, "over-nights")) for i in range(len(all_pairs))],
        highest=highest,
        build_up=build_ups(data, all_pairs, on_treated),
        draws=len(draws),
    )


def _night_better(
    protocol: Protocol, data: ModelData, draws: Draws, effects: Array, *, full: bool, seed: int
) -> list[float]:
    vectors = [np.array(pair.vector) for pair in pairs(protocol)]
    if data.family == "normal":
        spread = np.sqrt(2 * (draws.sigma**2 + draws.omega**2))
        return [float(np.mean(ndtr(gain(protocol, effects @ vector) / spread))) for vector in vectors]
    few = thinned(draws)
    return night_better(data, few, vectors, better=protocol.outcome.better, full=full, rng=np.random.default_rng(seed))


def further_rows(protocol: Protocol, data: ModelData, posterior: "xr.Dataset") -> list[tuple[FurtherMeasure, ...]]:
    """Ratios and the like of every pair at full exposure: measure, median and interval; empty for points."""
    if data.family in ("normal", "student", "rating"):
        return [() for _ in pairs(protocol)]
    draws = thinned(draws_of(data, posterior))
    standardized: Standardized = standardize(data, draws)

    def measure(name: str, values: Array) -> FurtherMeasure:
        low, high = (float(np.quantile(values, tail)) for tail in TAILS)
        return FurtherMeasure(name, float(np.median(values)), (low, high))

    return [
        tuple(
            measure(name, values)
            for name, values in further_measures(data, draws, standardized, np.array(pair.vector)).items()
        )
        for pair in pairs(protocol)
    ]


def both_estimands(rows: Sequence[JudgedPair]) -> list[Effect]:
    """The effects of all pairs on both estimands."""
    return [effect for row in rows for effect in (row.full, row.over_nights)]


def highest_exposure(data: ModelData, posterior: "xr.Dataset") -> Array:
    """Largest mean exposure of any night to each arm, shape (K,)."""
    half_life = posterior["half_life"].to_numpy().ravel() if data.exponential else None
    return exposure_summary(data.doses, data.treated, half_life)[1]
