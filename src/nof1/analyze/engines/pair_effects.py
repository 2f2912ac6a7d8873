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
    Pair,
    effect_from_draws,
    effect_from_mixture,
    gain,
    pairs,
)
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.standardize import Standardized, further_measures, night_better, standardize
from nof1.plan.protocol.analysis import Estimand
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    import xarray as xr

Row = dict[Estimand, Effect]  # "full" and "as-lived"
Mcse = Callable[[Array, str, float | None], float]


@dataclass(frozen=True)
class FurtherMeasure:
    """A ratio or the like: what it is, median and 95 % interval."""

    measure: str
    median: float
    interval: tuple[float, float]


def mixture_rows(protocol: Protocol, fitted: MarginalFit) -> list[Row]:
    """Effects of every pair from the marginal engine, as exact mixtures of normals: the normal family."""
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))

    def both(pair: Pair) -> Row:
        vector = np.array(pair.vector)
        full = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector), spread)
        if np.all(fitted.treated_exposure[:, vector != 0] == 1.0):  # every dose taken, nothing builds up: one estimand
            return {"full": full, "as-lived": full}
        realised = effect_from_mixture(protocol, fitted.weights, *fitted.contrast(vector, as_lived=True), spread)
        return {"full": full, "as-lived": realised}

    return [both(pair) for pair in pairs(protocol)]


def drawn_rows(protocol: Protocol, data: ModelData, posterior: "xr.Dataset", *, mcse: Mcse, seed: int) -> list[Row]:
    """Effects of every pair from draws, on the outcome's own scale: any family."""
    return rows_of(protocol, data, draws_of(data, posterior), _shape(posterior), mcse, seed)


def _shape(posterior: "xr.Dataset") -> tuple[int, int]:
    return posterior.sizes["chain"], posterior.sizes["draw"]


def rows_of(
    protocol: Protocol, data: ModelData, draws: Draws, shape: tuple[int, int], mcse: Mcse, seed: int
) -> list[Row]:
    """The same from draws of (chains, draws) in a row, chain after chain."""
    standardized = standardize(data, draws)
    all_pairs = pairs(protocol)
    of_estimand: dict[Estimand, Array] = {"full": standardized.full, "as-lived": standardized.as_lived}
    better = {
        estimand: _night_better(protocol, data, draws, values, full=estimand == "full", seed=seed)
        for estimand, values in of_estimand.items()
    }
    return [
        {
            estimand: effect_from_draws(
                protocol, (values @ np.array(pair.vector)).reshape(shape), better[estimand][i], mcse
            )
            for estimand, values in of_estimand.items()
        }
        for i, pair in enumerate(all_pairs)
    ]


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


def both_estimands(rows: Sequence[Row]) -> list[Effect]:
    """The effects of all pairs on both estimands."""
    return [effect for row in rows for effect in row.values()]


def highest_exposure(data: ModelData, posterior: "xr.Dataset") -> Array:
    """Largest mean exposure of any night to each arm, shape (K,)."""
    half_life = posterior["half_life"].to_numpy().ravel() if data.exponential else None
    return exposure_summary(data.doses, data.treated, half_life)[1]
