"""Night by night: log likelihoods, new series, and each night as the others foretell it.

Two log likelihoods of a night are not the same in a series. Given the nights before it, they add up to the likelihood of all
nights. Given all other nights, they are what leave-one-out needs: Buerkner, Gabry & Vehtari (2021), "Efficient leave-one-out
cross-validation for Bayesian non-factorized normal and Student-t models". A state that is not observed is integrated out of
the latter, so that no night is foretold by a parameter of its own (Vehtari et al. 2016).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, logsumexp, stdtrit

from nof1.analyze.arrays import Array
from nof1.analyze.model.autoregression import carried, given_the_others, innovation_sd, paths
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, linear_predictor
from nof1.analyze.model.response import log_cell, log_chance, normal_nodes, outcomes

_BINS = 32  # of the quadrature over one night with Student innovations
_LOG_2PI = float(np.log(2 * np.pi))


def log_likelihood(data: ModelData, draws: Draws) -> Array:
    """Of each night given those before it, shape (S, n); over the nights they add up to the log likelihood of all.

    On the scale of the recorded outcome. Where the nights' states are parameters (ordinal, count, binary) it is given the
    state; of a rating it is given the latent rating of the night before.
    """
    mean = linear_predictor(data, draws)
    if data.family in ("ordinal", "count", "binary"):
        return log_chance(data, draws, mean + _state(draws, mean), data.y)
    state = _state(draws, mean) if data.family == "rating" else data.y - mean
    share, sd = carried(data, draws), innovation_sd(data, draws)
    centre = mean.copy()
    centre[:, 1:] += share[:, 1:] * state[:, :-1]
    if data.family == "rating":
        return log_cell(data, centre, sd, data.y)
    if data.family == "student":
        return _log_t((data.y - centre) / sd, draws.degrees) - np.log(sd)
    return _log_normal((data.y - centre) / sd) - np.log(sd) - _log_jacobian(data)


@dataclass(frozen=True)
class LeftOut:
    """Each night as all other nights foretell it.

    Attributes
    ----------
    log_likelihood : array, shape (S, n)
        Log density (or probability) of the recorded outcome given the other nights and the parameters.
    predicted : array, shape (S, n)
        Outcomes drawn from that distribution.
    """

    log_likelihood: Array
    predicted: Array


def left_out(data: ModelData, draws: Draws, rng: np.random.Generator) -> LeftOut:
    """Foretell every night from the others, for all draws."""
    parts = [_left_out(data, part, rng) for part in draws.in_parts()]
    return LeftOut(
        np.concatenate([part.log_likelihood for part in parts]), np.concatenate([part.predicted for part in parts])
    )


def _left_out(data: ModelData, draws: Draws, rng: np.random.Generator) -> LeftOut:
    mean = linear_predictor(data, draws)
    if data.family == "student":
        return _left_out_student(data, draws, mean, rng)
    observed = data.family in ("normal", "duration")
    state = data.y - mean if observed else _state(draws, mean)
    shift, sd = given_the_others(data, draws, state)
    centre = mean + shift
    predicted = outcomes(data, draws, centre + sd * rng.standard_normal(sd.shape), rng)
    if observed:
        density = _log_normal((data.y - centre) / sd) - np.log(sd) - _log_jacobian(data)
    elif data.family == "rating":
        density = log_cell(data, centre, sd, data.y)
    elif not sd.any():
        density = log_chance(data, draws, centre, data.y)
    else:
        nodes, weights = normal_nodes()
        density = logsumexp(
            [
                log_chance(data, draws, centre + sd * node, data.y) + np.log(weight)
                for node, weight in zip(nodes, weights, strict=True)
            ],
            axis=0,
        )
    return LeftOut(np.asarray(density), predicted)


def _left_out_student(data: ModelData, draws: Draws, mean: Array, rng: np.random.Generator) -> LeftOut:
    """With Student innovations: p(y_i | others) is proportional to p(y_i | before) p(y_after | y_i).

    Its integral over y_i is a mean over equally likely values of y_i given the night before, one from the middle of each of
    `_BINS` parts; a value is drawn from one of the parts by its weight.
    """
    assert draws.degrees is not None
    share, sd = carried(data, draws), innovation_sd(data, draws)
    state = data.y - mean
    degrees = draws.degrees
    standard = stdtrit(degrees[:, None], (np.arange(_BINS) + 0.5) / _BINS)  # (S, bins)
    density, predicted = np.empty(state.shape), np.empty(state.shape)
    for i in range(data.n):
        before = share[:, i] * state[:, i - 1] if i else np.zeros(len(draws))
        own = _log_t((state[:, i] - before) / sd[:, i], degrees) - np.log(sd[:, i])
        if i + 1 == data.n or not data.autocorrelation:
            density[:, i] = own
            predicted[:, i] = mean[:, i] + before + sd[:, i] * rng.standard_t(degrees)
            continue
        after, ratio, after_sd = state[:, i + 1], share[:, i + 1], sd[:, i + 1]
        values = before[:, None] + sd[:, i, None] * standard
        weights = _log_t((after[:, None] - ratio[:, None] * values) / after_sd[:, None], degrees)
        told = _log_t((after - ratio * state[:, i]) / after_sd, degrees)
        density[:, i] = own + told - logsumexp(weights, axis=1) + np.log(_BINS)
        chances = np.cumsum(np.exp(weights - weights.max(axis=1, keepdims=True)), axis=1)
        place = np.sum(chances < rng.random((len(draws), 1)) * chances[:, -1:], axis=1)
        within = np.clip((place + rng.random(len(draws))) / _BINS, 1e-6, 1 - 1e-6)
        predicted[:, i] = mean[:, i] + before + sd[:, i] * stdtrit(degrees, within)
    return LeftOut(density, predicted)


def replicate_series(data: ModelData, draws: Draws, rng: np.random.Generator) -> Array:
    """A new series of outcomes on the recorded nights for every draw, shape (S, n): same periods, new nights."""
    parts = [
        outcomes(data, part, linear_predictor(data, part) + paths(data, part, rng), rng) for part in draws.in_parts()
    ]
    return np.concatenate(parts)


def _state(draws: Draws, mean: Array) -> Array:
    return np.zeros_like(mean) if draws.state is None else draws.state


def _log_jacobian(data: ModelData) -> Array | float:
    """Of a duration the model has the logarithm: its density on the recorded scale is divided by the duration."""
    return data.y if data.family == "duration" else 0.0


def _log_normal(z: Array) -> Array:
    return -0.5 * z**2 - 0.5 * _LOG_2PI


def _log_t(z: Array, degrees: Array | None) -> Array:
    assert degrees is not None
    nu = degrees.reshape(-1, *(1 for _ in range(z.ndim - 1)))
    out: Array = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu * np.pi) - (nu + 1) / 2 * np.log1p(z**2 / nu)
    return out
