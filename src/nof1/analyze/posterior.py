"""Draws of the marginal engine under the names the PyMC model uses, and what is reported of every parameter."""

from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.effects import TAILS
from nof1.analyze.exposure import Array
from nof1.analyze.marginal import MarginalFit, draw_coefficients
from nof1.analyze.terms import Terms
from nof1.plan.analysis import Priors

if TYPE_CHECKING:
    import xarray as xr

DRAWS = 4000
UNINFORMED = 0.9  # a posterior at least this wide compared with its prior says that the nights told little


def marginal_tree(data: Terms, fit: MarginalFit, *, seed: int) -> "xr.DataTree":
    """Draws of all parameters as an ArviZ DataTree with one chain."""
    import xarray as xr

    chosen, coefficients, offsets = draw_coefficients(fit, DRAWS, np.random.default_rng(seed))
    columns = iter(coefficients.T)
    values: dict[str, tuple[tuple[str, ...], Array]] = {"level": ((), next(columns) + data.priors.level_mean)}
    coords: dict[str, Any] = {"chain": [0], "draw": np.arange(DRAWS), "arm": list(data.arms)}
    if data.trend:
        values["trend"] = ((), next(columns))
    if data.covariate_names:
        values["covariate_effect"] = (("covariate",), np.column_stack([next(columns) for _ in data.covariate_names]))
        coords["covariate"] = list(data.covariate_names)
    if data.period_effects:
        values["period_offset"] = (("period",), offsets)
        values["omega"] = ((), fit.omega[chosen])
        coords["period"] = list(data.period_numbers)
    values["effect"] = (("arm",), np.column_stack(list(columns)))
    values["sigma"] = ((), fit.sigma[chosen])
    if data.autocorrelation:
        values["phi"] = ((), fit.phi[chosen])
    if data.exponential:
        values["half_life"] = ((), fit.half_life[chosen])
    posterior = xr.Dataset(
        {name: (("chain", "draw", *dims), array[None]) for name, (dims, array) in values.items()}, coords=coords
    )
    observed = xr.Dataset({"outcome": ("day", data.y)}, coords={"day": data.day + 1})
    return xr.DataTree.from_dict({"posterior": posterior, "observed_data": observed})


def describe_parameters(data: Terms, posterior: "xr.Dataset") -> dict[str, dict[str, Any]]:
    """Mean, sd and interval of every parameter but the period offsets, next to the sd of its prior."""
    priors = data.priors
    prior_sd = _prior_sds(priors)
    out: dict[str, dict[str, Any]] = {}
    for name in ("level", "trend", "sigma", "phi", "omega", "half_life"):
        if name in posterior:
            out[name] = _row(posterior[name].to_numpy(), prior_sd[name])
    for i, arm in enumerate(data.arms):
        out[f"effect[{arm}]"] = _row(posterior["effect"].to_numpy()[..., i], priors.effect_sd)
    for i, name in enumerate(data.covariate_names):
        draws = posterior["covariate_effect"].to_numpy()[..., i]
        out[f"covariate_effect[{name}]"] = _row(draws, priors.covariate_sd / float(data.covariate_sd[i]))
    return out


def _row(draws: Array, prior_sd: float) -> dict[str, Any]:
    sd = float(draws.std(ddof=1))
    return {
        "mean": float(draws.mean()),
        "sd": sd,
        "interval": [float(np.quantile(draws, tail)) for tail in TAILS],
        "prior_sd": prior_sd,
        "informed": sd < UNINFORMED * prior_sd,
    }


def _prior_sds(priors: Priors) -> dict[str, float]:
    """Standard deviations of the priors, in closed form."""
    a, b = priors.autocorrelation_a, priors.autocorrelation_b
    half_normal = float(np.sqrt(1 - 2 / np.pi))
    spread = priors.half_life_log_sd**2
    return {
        "level": priors.level_sd,
        "trend": priors.trend_sd,
        "sigma": priors.noise_scale * half_normal,
        "omega": priors.period_scale * half_normal,
        "phi": 2 * float(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))),
        "half_life": priors.half_life_median * float(np.sqrt((np.exp(spread) - 1) * np.exp(spread))),
    }
