"""The model in PyMC: the reference that everything else is held against. One function for each family's likelihood.

On the family's scale: mean_t = level + trend g_t + start_up 2^(-(t - 1) / 5) + sum_k effect_k x_kt
+ sum_j covariate_effect_j z_jt + block_offset_b(t) + period_offset_p(t).
Nights deviate from it by a stationary AR(1) over calendar days with sd sigma and correlation phi between neighbouring days:
observed in the normal, student and duration family, a latent rating that is rounded in the rating family, a latent state
in the ordinal, count and binary family.

It must not sample: `fit.py` does.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorVariable as Tensor

from nof1.analyze.model.data import NO_BLOCK, ModelData
from nof1.analyze.model.exposure import dose_changes
from nof1.analyze.model.prior import LEAST_DEGREES

_FAR = 100.0  # log odds that stand for certainty


def build_model(data: ModelData) -> pm.Model:
    """The model for one trial.

    The outcome is `pm.Data` ("observed_outcome"), so one compilation serves many data sets on the same nights.

    Parameters
    ----------
    data : ModelData

    Returns
    -------
    pm.Model
        Dims: day (nights with an outcome, numbered from 1), arm (active arms), block, period, covariate.
    """
    coords = {"day": data.day + 1, "arm": list(data.arms)}
    if data.block_numbers:
        coords["block"] = list(data.block_numbers)
    if data.period_effects:
        coords["period"] = list(data.period_numbers)
    if data.covariate_names:
        coords["covariate"] = list(data.covariate_names)

    with pm.Model(coords=coords) as model:
        outcome = pm.Data("observed_outcome", data.y, dims="day")
        mean = _mean(data)
        _LIKELIHOODS[data.family](data, outcome, mean)
    return model


def _mean(data: ModelData) -> Tensor:
    """Mean of the observed nights on the family's scale, shape (n,)."""
    priors = data.priors
    level = pm.Normal("level", priors.level_mean, priors.level_sd)
    effect = pm.Normal("effect", 0, priors.effect_sd, dims="arm")
    mean = level + pt.dot(_exposure(data), effect)
    if data.trend:
        mean = mean + pm.Normal("trend", 0, priors.trend_sd) * data.time
    if data.start_up:
        mean = mean + pm.Normal("start_up", 0, priors.own("start_up_sd")) * data.fading
    if data.covariate_names:
        gamma = pm.Normal("covariate_effect", 0, priors.covariate_sd / data.covariate_sd, dims="covariate")
        mean = mean + pt.dot(data.covariates, gamma)
    if data.block_numbers:
        # Their sd is known, so that there is no funnel: centred or not is the same to the sampler.
        offset = pm.Normal("block_offset", 0, priors.own("block_sd"), dims="block")
        mean = mean + pt.where(data.block == NO_BLOCK, 0.0, offset[np.maximum(data.block, 0)])
    if data.period_effects:
        omega = pm.HalfNormal("omega", priors.period_scale)
        raw = pm.Normal("period_raw", 0, 1, dims="period")  # non-centred: no funnel where omega is small
        mean = mean + pm.Deterministic("period_offset", omega * raw, dims="period")[data.period]
    return mean


def _exposure(data: ModelData) -> Tensor | np.ndarray:
    """Exposure of the observed nights, shape (n, K).

    Before stretch p of constant dose d_p it is x_p = sum over dose changes c < p of change_c (1 - 2^(-(days since c)/h)), and on
    the k-th day of the stretch d_p + (x_p - d_p) 2^(-k/h). With C stretches that takes C^2 / 2 + n powers; one sum for every
    night would take n C.
    """
    if not data.exponential:
        return data.doses[data.dose_day]
    half_life = pm.LogNormal("half_life", np.log(data.priors.half_life_median), data.priors.half_life_log_sd)
    stretches = dose_changes(data.doses)
    starts = np.array([start for start, _, _ in stretches])
    levels = np.array([dose for _, _, dose in stretches])  # (C, K)
    steps = np.diff(levels, axis=0, prepend=0)
    stretch = np.searchsorted(starts, data.dose_day, side="right") - 1
    since = np.clip(starts[:, None] - starts, 0, None).astype(float)  # days of each earlier dose before each stretch
    rate = -np.log(2) / half_life
    gone = 1 - pt.exp(rate * since)
    left = pt.exp(rate * (data.dose_day - starts[stretch] + 1.0))
    # Sums, not products of matrices: these take longer to compile than all the rest.
    exposures = [
        levels[stretch, arm] + (pt.sum(gone * steps[:, arm], axis=1) - levels[:, arm])[stretch] * left
        for arm in range(levels.shape[1])
    ]
    return pt.stack(exposures, axis=1)


@dataclass(frozen=True)
class _Spread:
    """How nights deviate from their mean: sd sigma, and what is carried into each from the recorded one before it."""

    sigma: Tensor
    phi: Tensor | None
    day: np.ndarray

    @property
    def carried(self) -> Tensor | np.ndarray:
        """phi^gap, shape (n,), gap in days; 0 on the first night, which is stationary, and where nights are independent."""
        if self.phi is None:
            return np.zeros(len(self.day))
        gaps = np.diff(self.day, prepend=self.day[0] - 1)
        return np.r_[0.0, np.ones(len(self.day) - 1)] * _powers(self.phi, gaps)

    def given_the_night_before(self, value: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and sd of each night given the recorded one before it: the AR(1), whitened."""
        if self.phi is None:
            return mean, self.sigma
        carried = self.carried
        before = np.r_[0, np.arange(len(self.day) - 1)]
        return mean + carried * (value - mean)[before], self.sigma * pt.sqrt(1 - carried**2)


def _powers(phi: Tensor, gaps: np.ndarray) -> Tensor:
    """phi^gap for every gap: there are few different ones, and powers are what the gradient spends its time on."""
    distinct, index = np.unique(gaps, return_inverse=True)
    return (phi ** distinct.astype(float))[index]


def _spread(data: ModelData) -> _Spread:
    sigma = pm.HalfNormal("sigma", data.priors.noise_scale)
    phi = None
    if data.autocorrelation:
        unit = pm.Beta("phi_unit", data.priors.autocorrelation_a, data.priors.autocorrelation_b)
        phi = pm.Deterministic("phi", 2 * unit - 1)
    return _Spread(sigma, phi, data.day)


def _normal(data: ModelData, outcome: Tensor, mean: Tensor) -> None:
    mean, sd = _spread(data).given_the_night_before(outcome, mean)
    pm.Normal("outcome", mean, sd, observed=outcome, dims="day")


def _student(data: ModelData, outcome: Tensor, mean: Tensor) -> None:
    mean, scale = _spread(data).given_the_night_before(outcome, mean)
    gamma = pm.Gamma.dist(alpha=data.priors.own("degrees_shape"), beta=data.priors.own("degrees_rate"))
    degrees = pm.Truncated("degrees", gamma, lower=LEAST_DEGREES)
    pm.StudentT("outcome", nu=degrees, mu=mean, sigma=scale, observed=outcome, dims="day")


def _rating(data: ModelData, outcome: Tensor, mean: Tensor) -> None:
    """Each night's latent rating lies in the cell that is rounded to the recorded one; `place` says where in it.

    Within an inner cell it is uniform; beyond an end of the scale the distance is exponential, with the scale `tail`. The
    likelihood is the AR(1) density of the latent ratings, times what `place` stretches.
    """
    spread = _spread(data)
    place = pm.Uniform("place", 0, 1, dims="day")
    tail = data.priors.noise_scale / 2
    floor, ceiling = pt.le(outcome, data.low), pt.ge(outcome, data.high)
    distance = -tail * pt.log(place)
    latent = pt.switch(
        floor, data.low + 0.5 - distance, pt.switch(ceiling, data.high - 0.5 + distance, outcome - 0.5 + place)
    )
    stretch = pt.switch(floor | ceiling, pt.log(tail) - pt.log(place), 0.0)
    centre, sd = spread.given_the_night_before(latent, mean)

    def log_density(value: Tensor, latent: Tensor, centre: Tensor, sd: Tensor, stretch: Tensor) -> Tensor:
        return -0.5 * ((latent - centre) / sd) ** 2 - pt.log(sd) - 0.5 * np.log(2 * np.pi) + stretch + 0.0 * value

    sd = sd * pt.ones_like(latent)
    pm.CustomDist("outcome", latent, centre, sd, stretch, logp=log_density, observed=outcome, dims="day")


def latent_ratings(data: ModelData, place: np.ndarray) -> np.ndarray:
    """The latent ratings of draws of `place`, shape (..., n): the same as in the model."""
    tail = data.priors.noise_scale / 2
    distance = -tail * np.log(place)
    inner = data.y - 0.5 + place
    at_floor, at_ceiling = data.y <= data.low, data.y >= data.high
    return np.where(at_floor, data.low + 0.5 - distance, np.where(at_ceiling, data.high - 0.5 + distance, inner))


def _state(data: ModelData) -> Tensor | float:
    """Latent AR(1) of the nights, shape (n,), from independent steps; 0 where nights are independent given their mean.

    e_i = r_i e_{i-1} + w_i is added up by doubling: after the step with shift s, night i holds the w of its last 2s nights.
    """
    if not data.autocorrelation:
        return 0.0
    spread = _spread(data)
    assert spread.phi is not None
    step = pm.Normal("step", 0, 1, dims="day")
    state = spread.sigma * pt.sqrt(1 - spread.carried**2) * step
    shift = 1
    while shift < data.n:
        gaps = data.day[shift:] - data.day[:-shift]
        state = pt.concatenate([state[:shift], state[shift:] + _powers(spread.phi, gaps) * state[:-shift]])
        shift *= 2
    return state


def _binary(data: ModelData, outcome: Tensor, mean: Tensor) -> None:
    pm.Bernoulli("outcome", logit_p=mean + _state(data), observed=outcome, dims="day")


def _count(data: ModelData, outcome: Tensor, mean: Tensor) -> None:
    overdispersion = pm.HalfNormal("overdispersion", data.priors.own("overdispersion_scale"))
    rate = pt.exp(mean + _state(data))
    pm.NegativeBinomial("outcome", mu=rate, alpha=1 / overdispersion, observed=outcome, dims="day")


def _ordinal(data: ModelData, outcome: Tensor, mean: Tensor) -> None:
    """Cumulative logit: P(at least level k) = logit^-1(mean + state - cut_k), cut_1 = 0."""
    levels = int(data.high - data.low) + 1
    gap = pm.LogNormal("gap", np.log(data.priors.own("gap_median")), data.priors.own("gap_log_sd"), shape=levels - 2)
    cuts = pt.concatenate([[-_FAR, 0.0], pt.cumsum(gap), [_FAR]])
    location = mean + _state(data)
    level = pt.cast(outcome - data.low, "int64")

    def log_chance(value: Tensor, above: Tensor, below: Tensor) -> Tensor:
        """log(logit^-1(above) - logit^-1(below)), without taking a difference of two numbers near 1."""
        return -pt.softplus(-above) - pt.softplus(below) + pt.log1mexp(below - above) + 0.0 * value

    pm.CustomDist(
        "outcome", location - cuts[level], location - cuts[level + 1], logp=log_chance, observed=outcome, dims="day"
    )


_LIKELIHOODS: dict[str, Callable[[ModelData, Tensor, Tensor], None]] = {
    "normal": _normal,
    "duration": _normal,
    "student": _student,
    "rating": _rating,
    "ordinal": _ordinal,
    "count": _count,
    "binary": _binary,
}
