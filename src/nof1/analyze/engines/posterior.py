"""Draws of the marginal engine under the names the PyMC model uses, and what is reported of every parameter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import MarginalFit, draw_coefficients
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import TAILS
from nof1.analyze.model.prior import priors_of

if TYPE_CHECKING:
    import xarray as xr

DRAWS = 4000
UNINFORMED = 0.9  # a posterior at least this wide compared with its prior says that the nights told little


@dataclass(frozen=True)
class Parameter:
    """A parameter's posterior beside the sd of its prior; `informed` says whether the nights told something about it."""

    mean: float
    sd: float
    interval: tuple[float, float]
    prior_sd: float
    informed: bool


def marginal_draws(data: ModelData, fit: MarginalFit, *, seed: int, draws: int = DRAWS) -> "xr.Dataset":
    """Draws of all parameters as a dataset with one chain."""
    import xarray as xr

    chosen, coefficients, offsets, block_offsets = draw_coefficients(fit, draws, np.random.default_rng(seed))
    columns = iter(coefficients.T)
    values: dict[str, tuple[tuple[str, ...], Array]] = {"level": ((), next(columns) + data.priors.level_mean)}
    coords: dict[str, Any] = {"chain": [0], "draw": np.arange(draws), "arm": list(data.arms)}
    if data.trend:
        values["trend"] = ((), next(columns))
    if data.start_up:
        values["start_up"] = ((), next(columns))
    if data.covariate_names:
        values["covariate_effect"] = (("covariate",), np.column_stack([next(columns) for _ in data.covariate_names]))
        coords["covariate"] = list(data.covariate_names)
    if data.period_effects:
        values["period_offset"] = (("period",), offsets)
        values["omega"] = ((), fit.omega[chosen])
        coords["period"] = list(data.period_numbers)
    if data.block_numbers:
        values["block_offset"] = (("block",), block_offsets)
        coords["block"] = list(data.block_numbers)
    values["effect"] = (("arm",), coefficients[:, fit.model.n_fixed :])
    values["sigma"] = ((), fit.sigma[chosen])
    if data.autocorrelation:
        values["phi"] = ((), fit.phi[chosen])
    if data.exponential:
        values["half_life"] = ((), fit.half_life[chosen])
    return xr.Dataset(
        {name: (("chain", "draw", *dims), array[None]) for name, (dims, array) in values.items()}, coords=coords
    )


def describe_parameters(data: ModelData, posterior: "xr.Dataset") -> dict[str, Parameter]:
    """Mean, sd and interval of every parameter but what single nights and periods have, next to the sd of its prior."""
    out: dict[str, Parameter] = {}
    names = {"effect": data.arms, "covariate_effect": data.covariate_names}
    for name, prior in priors_of(data).items():
        draws = posterior[name].transpose("chain", "draw", ...).to_numpy()
        if not prior.shape:
            out[name] = _row(draws, float(prior.sd))
            continue
        labels = names.get(name) or [str(i + 1) for i in range(prior.shape[0])]
        sds = np.broadcast_to(prior.sd, prior.shape)
        for i, label in enumerate(labels):
            out[f"{name}[{label}]"] = _row(draws[..., i], float(sds[i]))
    order = ("level", "trend", "start_up", "sigma", "phi", "omega", "half_life")
    return {name: out[name] for name in order if name in out} | out


def _row(draws: Array, prior_sd: float) -> Parameter:
    sd = float(draws.std(ddof=1))
    low, high = (float(np.quantile(draws, tail)) for tail in TAILS)
    return Parameter(float(draws.mean()), sd, (low, high), prior_sd, sd < UNINFORMED * prior_sd)
