"""The normal model in PyMC: the reference that everything else is held against.

y_t = level + trend g_t + sum_k effect_k x_kt + sum_j covariate_effect_j z_jt + period_offset_p(t) + e_t,
e_t a stationary AR(1) over calendar days with sd sigma and correlation phi between neighbouring days.

It must not sample: `fit.py` does.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from nof1.analyze.exposure import dose_changes
from nof1.analyze.terms import Terms


def build_model(data: Terms) -> pm.Model:
    """The model for one trial.

    The outcome is `pm.Data` ("observed_outcome"), so one compilation serves many data sets on the same nights.

    Parameters
    ----------
    data : Terms

    Returns
    -------
    pm.Model
        Dims: day (nights with an outcome, numbered from 1), arm (active arms), period, covariate.
    """
    priors = data.priors
    coords = {"day": data.day + 1, "arm": list(data.arms)}
    if data.period_effects:
        coords["period"] = list(data.period_numbers)
    if data.covariate_names:
        coords["covariate"] = list(data.covariate_names)

    with pm.Model(coords=coords) as model:
        outcome = pm.Data("observed_outcome", data.y, dims="day")

        level = pm.Normal("level", priors.level_mean, priors.level_sd)
        effect = pm.Normal("effect", 0, priors.effect_sd, dims="arm")
        mean = level + pt.dot(_exposure(data), effect)
        if data.trend:
            mean = mean + pm.Normal("trend", 0, priors.trend_sd) * data.time
        if data.covariate_names:
            gamma = pm.Normal("covariate_effect", 0, priors.covariate_sd / data.covariate_sd, dims="covariate")
            mean = mean + pt.dot(data.covariates, gamma)
        if data.period_effects:
            omega = pm.HalfNormal("omega", priors.period_scale)
            raw = pm.Normal("period_raw", 0, 1, dims="period")  # non-centred: no funnel where omega is small
            mean = mean + pm.Deterministic("period_offset", omega * raw, dims="period")[data.period]

        sigma = pm.HalfNormal("sigma", priors.noise_scale)
        if data.autocorrelation:
            unit = pm.Beta("phi_unit", priors.autocorrelation_a, priors.autocorrelation_b)
            phi = pm.Deterministic("phi", 2 * unit - 1)
            mean, sd = _given_the_night_before(outcome, mean, sigma, phi, data.day)
        else:
            sd = sigma
        pm.Normal("outcome", mean, sd, observed=outcome, dims="day")
    return model


def _exposure(data: Terms) -> pt.TensorVariable | np.ndarray:
    """Exposure of the observed nights, shape (n, K): x_t = sum over dose changes c <= t of change_c (1 - 2^(-(t-c+1)/h))."""
    if not data.exponential:
        return data.doses[data.day]
    half_life = pm.LogNormal("half_life", np.log(data.priors.half_life_median), data.priors.half_life_log_sd)
    stretches = dose_changes(data.doses)
    levels = np.vstack([np.zeros(data.doses.shape[1]), *(dose for _, _, dose in stretches)])
    steps = np.diff(levels, axis=0)  # (changes, K)
    changed = np.any(steps != 0, axis=1)
    starts = np.array([start for start, _, _ in stretches])
    since = np.clip(data.day[:, None] - starts[changed] + 1, 0, None)  # days of the new dose so far
    return pt.dot(1 - pt.exp(-np.log(2) / half_life * since), steps[changed])


def _given_the_night_before(
    outcome: pt.TensorVariable,
    mean: pt.TensorVariable,
    sigma: pt.TensorVariable,
    phi: pt.TensorVariable,
    day: np.ndarray,
) -> tuple[pt.TensorVariable, pt.TensorVariable]:
    """Mean and sd of each night given the recorded one before it: the AR(1), whitened.

    E = mean_i + phi^gap (y_{i-1} - mean_{i-1}), sd = sigma sqrt(1 - phi^(2 gap)), gap in days; the first night is
    stationary: nothing is carried into it.
    """
    gaps = np.diff(day, prepend=day[0] - 1).astype(float)
    has_before = np.r_[0.0, np.ones(len(day) - 1)]
    before = np.r_[0, np.arange(len(day) - 1)]
    carried = has_before * phi**gaps
    return mean + carried * (outcome - mean)[before], sigma * pt.sqrt(1 - carried**2)
