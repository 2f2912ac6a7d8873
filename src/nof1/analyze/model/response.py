"""From the family's scale to the outcome: what is expected of a night, how likely each outcome is, drawn outcomes.

Families whose nights deviate on a scale of their own (rating, ordinal, count, binary) are integrated over that deviation by
Gauss-Hermite quadrature where no closed form exists. It must not import PyMC, and knows no neighbouring nights.
"""

from functools import lru_cache

import numpy as np
from scipy.special import expit, gammaln, log_expit, ndtr

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws

_NODES = 15
_FEW_LEVELS = 24  # scales with more levels are integrated as if they had no steps
_LEAST = 1e-300


@lru_cache(maxsize=4)
def normal_nodes(count: int = _NODES) -> tuple[Array, Array]:
    """Nodes and weights of an expectation over a standard normal variable."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


def expected(data: ModelData, draws: Draws, location: Array) -> Array:
    """Expected outcome (of a duration the median) of nights with these means on the family's scale, (S, n) to (S, n)."""
    match data.family:
        case "normal" | "student":
            return location
        case "duration":
            return np.asarray(np.exp(location))
        case "count":
            return np.asarray(np.exp(location + 0.5 * draws.sigma[:, None] ** 2))
        case "rating":
            return _expected_rating(data, draws.sigma[:, None], location)
        case "binary":
            return over_states(draws.sigma, location, expit)
        case "ordinal":
            return data.low + np.sum(at_least(draws, location), axis=0)


def _expected_rating(data: ModelData, sigma: Array, location: Array) -> Array:
    """E y = low + sum over k > low of P(y >= k), and P(y >= k) = Phi((location - k + 1/2) / sigma)."""
    if data.high - data.low > _FEW_LEVELS:
        # The same sum by the midpoint rule: the integral of Phi over the scale, x Phi(x) + phi(x) between its ends.
        ends = [(location - end) / sigma for end in (data.low, data.high)]
        inside = [x * ndtr(x) + np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi) for x in ends]
        return np.asarray(data.low + sigma * (inside[0] - inside[1]))
    out = np.full(location.shape, data.low)
    for level in np.arange(data.low + 1, data.high + 1):
        out += ndtr((location - level + 0.5) / sigma)
    return out


def at_least(draws: Draws, location: Array) -> Array:
    """Chance of at least each level above the lowest one, (S, n) to (levels - 1, S, n): the ordinal family."""
    assert draws.cuts is not None
    return np.array([over_states(draws.sigma, location - cut[:, None], expit) for cut in draws.cuts.T])


def over_states(sigma: Array, location: Array, function: "np.ufunc") -> Array:
    """Expectation of a function of location + sigma z, z standard normal, (S, n) to (S, n)."""
    if not sigma.any():
        return np.asarray(function(location))
    out = np.zeros(location.shape)
    for node, weight in zip(*normal_nodes(), strict=True):
        out += weight * function(location + sigma[:, None] * node)
    return out


def log_chance(data: ModelData, draws: Draws, location: Array, y: Array) -> Array:
    """Log probability of outcomes where the night's own state is in the location: ordinal, count, binary; (S, n)."""
    match data.family:
        case "binary":
            return np.asarray(log_expit(np.where(y > 0.5, location, -location)))
        case "count":
            assert draws.overdispersion is not None
            shape = 1.0 / np.maximum(draws.overdispersion, 1e-9)[:, None]
            mean = np.exp(np.minimum(location, 50.0))
            out: Array = (
                gammaln(y + shape)
                - gammaln(shape)
                - gammaln(y + 1)
                - shape * np.log1p(mean / shape)
                + y * (np.log(mean) - np.log(mean + shape))
            )
            return out
        case _:
            assert draws.cuts is not None
            size = len(draws)
            cuts = np.concatenate([np.full((size, 1), -np.inf), draws.cuts, np.full((size, 1), np.inf)], axis=1)
            level = (y - data.low).astype(int)
            level = np.broadcast_to(level, location.shape)
            lower = np.take_along_axis(cuts, level, axis=1)
            upper = np.take_along_axis(cuts, level + 1, axis=1)
            return np.asarray(np.log(np.maximum(expit(location - lower) - expit(location - upper), _LEAST)))


def log_cell(data: ModelData, mean: Array, sd: Array, y: Array) -> Array:
    """Log mass of a normal variable in the cell that is rounded to y, open at the ends of the scale: the rating family."""
    lower = np.where(y <= data.low, -np.inf, y - 0.5)
    upper = np.where(y >= data.high, np.inf, y + 0.5)
    below, above = (lower - mean) / sd, (upper - mean) / sd
    flip = below > 0  # both tails of a normal are known best on the left
    mass = ndtr(np.where(flip, -below, above)) - ndtr(np.where(flip, -above, below))
    return np.asarray(np.log(np.maximum(mass, _LEAST)))


def outcomes(data: ModelData, draws: Draws, location: Array, rng: np.random.Generator) -> Array:
    """Outcomes drawn for nights whose own state is in the location, (S, n) to (S, n), as they would be recorded."""
    match data.family:
        case "normal" | "student":
            return location
        case "duration":
            return np.asarray(np.exp(location))
        case "rating":
            return np.clip(np.rint(location), data.low, data.high)
        case "binary":
            return (rng.random(location.shape) < expit(location)).astype(float)
        case "count":
            assert draws.overdispersion is not None
            shape = 1.0 / np.maximum(draws.overdispersion, 1e-9)[:, None]
            rate = rng.gamma(np.broadcast_to(shape, location.shape)) / shape * np.exp(np.minimum(location, 20.0))
            return rng.poisson(np.minimum(rate, 1e15)).astype(float)
        case "ordinal":
            assert draws.cuts is not None
            noisy = location + rng.logistic(size=location.shape)
            return data.low + np.sum(noisy[..., None] > draws.cuts[:, None, :], axis=-1).astype(float)
