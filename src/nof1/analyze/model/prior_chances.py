"""What the priors alone say of each pair of arms, for the same design and the same nights: the chances that the rule starts from.

In points an effect's prior is a normal and its mean over the nights a mixture of normals, over half-lives: closed forms. In the other
families the chances are counted from draws of all parameters from their priors, through the functions that give an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws
from nof1.analyze.model.effects import Pair, gain, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.prior import draw_prior
from nof1.analyze.model.standardize import LINEAR, Standardized, standardize
from nof1.plan.protocol.protocol import Protocol

DRAWS = 20_000
_SEED = 1  # of those draws: the same priors give the same chances, whoever asks
_HALF_LIVES = 48  # nodes; the mean exposure is smooth in the logarithm of the half-life


@dataclass(frozen=True)
class PriorChances:
    """Of one pair of arms, before any night: chances at full exposure, and of a small effect over these nights."""

    full_benefit: float
    full_harm: float
    full_small: float
    nights_small: float


def is_vast(protocol: Protocol) -> bool:
    """Whether the threshold is more than half the scale: hardly any change reaches it, so that "smaller" is no question for nights.

    Examples
    --------
    >>> is_vast(trial.protocol)
    False
    """
    outcome = protocol.outcome
    return protocol.threshold > (outcome.high - outcome.low) / 2


def prior_chances(protocol: Protocol, data: ModelData, compared: Sequence[Pair] | None = None) -> list[PriorChances]:
    """The chances that the priors give to each region, for every pair of arms.

    Parameters
    ----------
    protocol : Protocol
        With a threshold.
    data : ModelData
        Its priors, doses and assigned nights count; of other families than those in points its other nights, too. Outcomes do not.
    compared : sequence of Pair, optional
        Every pair if not given.

    Examples
    --------
    >>> before = prior_chances(trial.protocol, build_model_data(trial))[0]
    >>> round(before.full_small, 3), round(before.nights_small, 2)
    (0.383, 0.6)
    """
    vectors = [np.array(pair.vector) for pair in compared or pairs(protocol)]
    if data.family in LINEAR:
        return _closed_form(protocol, data, vectors)
    return counted_chances(protocol, standardize(data, prior_draws(data)), vectors)


def prior_draws(data: ModelData) -> Draws:
    """The draws of all parameters from their priors that chances are counted from: the same for whoever asks."""
    return draw_prior(data, DRAWS, np.random.default_rng(_SEED))


def counted_chances(
    protocol: Protocol, standardized: Standardized, vectors: Sequence[Array], weights: Array | None = None
) -> list[PriorChances]:
    """Chances counted from effects of S draws, for each combination of arms.

    Parameters
    ----------
    protocol : Protocol
        With a threshold.
    standardized : Standardized
    vectors : sequence of arrays, shape (K,)
    weights : array, shape (S,), optional
        Of the draws, where they are to count as draws from other priors; equal if not given.
    """
    threshold, size = protocol.threshold, len(standardized.full)
    shares = np.full(size, 1 / size) if weights is None else weights / weights.sum()

    def counted(hits: NDArray[np.bool_]) -> float:
        return float((size * (shares @ hits) + 0.5) / (size + 1))

    def of(vector: Array) -> PriorChances:
        full = gain(protocol, standardized.full @ vector)
        benefit, harm, small = (
            counted(hits) for hits in (full >= threshold, full <= -threshold, np.abs(full) < threshold)
        )
        return PriorChances(benefit, harm, small, counted(np.abs(standardized.over_nights @ vector) < threshold))

    return [of(vector) for vector in vectors]


def _closed_form(protocol: Protocol, data: ModelData, vectors: Sequence[Array]) -> list[PriorChances]:
    weights, exposed = _mean_exposures(data)
    threshold, sd = protocol.threshold, data.priors.effect_sd

    def of(vector: Array) -> PriorChances:
        full_sd = sd * float(np.sqrt(np.sum(vector**2)))
        nights_sd = sd * np.sqrt(np.sum((vector * exposed) ** 2, axis=1))
        tail = float(ndtr(-threshold / full_sd))
        return PriorChances(tail, tail, 1 - 2 * tail, float(weights @ (1 - 2 * ndtr(-threshold / nights_sd))))

    return [of(vector) for vector in vectors]


@cache
def _nodes() -> tuple[Array, Array]:
    """Of a standard normal; finding them takes longer than all that is done with them."""
    return np.polynomial.hermite_e.hermegauss(_HALF_LIVES)


def _mean_exposures(data: ModelData) -> tuple[Array, Array]:
    """Half-lives from their prior as nodes: weights, shape (S,), and each arm's mean exposure over its nights, shape (S, K)."""
    if not data.exponential:
        return np.ones(1), exposure_summary(data.doses, data.treated, None)[0]
    nodes, weights = _nodes()
    half_life = data.priors.half_life_median * np.exp(data.priors.half_life_log_sd * nodes)
    return weights / weights.sum(), exposure_summary(data.doses, data.treated, half_life)[0]
