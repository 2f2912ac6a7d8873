"""The posterior as ArviZ takes it: one DataTree with every group its functions ask for, from either engine's draws.

Two trees, because two questions need two log likelihoods (`nof1.analyze.model.pointwise`): `complete_tree` has the one that adds
up to the likelihood of all nights, and whole new series of nights; `leave_one_out_tree` has each night as the others
foretell it, which is what LOO and LOO-PIT are about.
"""

from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, draws_of
from nof1.analyze.model.pointwise import left_out, log_likelihood, replicate_series
from nof1.analyze.model.prior import priors_of

if TYPE_CHECKING:
    import xarray as xr

MOST_DRAWS = 4000  # in groups by night: more would only make files larger


def complete_tree(
    data: ModelData, posterior: "xr.Dataset", sample_stats: "xr.Dataset | None", *, seed: int
) -> "xr.DataTree":
    """posterior, log_prior, log_likelihood, posterior_predictive, observed_data, constant_data, and sample_stats if given."""
    import xarray as xr

    draws = draws_of(data, posterior)
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    series = np.concatenate([log_likelihood(data, part) for part in draws.in_parts()])
    replicated = replicate_series(data, draws, np.random.default_rng(seed))
    groups = {
        "posterior": posterior,
        "log_prior": log_prior(data, posterior),
        "log_likelihood": _by_night(data, series, shape),
        "posterior_predictive": _by_night(data, replicated, shape),
        "observed_data": xr.Dataset({"outcome": ("day", data.outcome)}, coords={"day": data.day + 1}),
        "constant_data": xr.Dataset(
            {"time": ("day", data.time), "dose": (("day", "arm"), data.doses[data.dose_day])},
            coords={"day": data.day + 1, "arm": list(data.arms)},
        ),
    }
    if sample_stats is not None:
        groups["sample_stats"] = sample_stats
    return xr.DataTree.from_dict(groups)


def log_prior(data: ModelData, posterior: "xr.Dataset") -> "xr.Dataset":
    """Log prior density of every parameter, in its own dims."""
    import xarray as xr

    out = {}
    for name, prior in priors_of(data).items():
        values = posterior[name].transpose("chain", "draw", ...)
        out[name] = (values.dims, prior.log_density(values.to_numpy()))
    return xr.Dataset(out, coords={name: posterior[name] for name in posterior.coords if name != "day"})


def leave_one_out_tree(data: ModelData, posterior: "xr.Dataset", *, seed: int) -> "xr.DataTree":
    """posterior, log_likelihood, posterior_predictive and observed_data, for az.loo, az.loo_pit and what goes with them."""
    import xarray as xr

    thin = max(1, -(-posterior.sizes["chain"] * posterior.sizes["draw"] // MOST_DRAWS))
    posterior = posterior.isel(draw=slice(None, None, thin))
    posterior = posterior.assign_coords(draw=np.arange(posterior.sizes["draw"]))  # as every other group counts them
    told = left_out(data, draws_of(data, posterior), np.random.default_rng(seed))
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    return xr.DataTree.from_dict(
        {
            "posterior": posterior,
            "log_likelihood": _by_night(data, told.log_likelihood, shape),
            "posterior_predictive": _by_night(data, told.predicted, shape),
            "observed_data": xr.Dataset({"outcome": ("day", data.outcome)}, coords={"day": data.day + 1}),
        }
    )


def _by_night(data: ModelData, values: Array, shape: tuple[int, int]) -> "xr.Dataset":
    import xarray as xr

    return xr.Dataset(
        {"outcome": (("chain", "draw", "day"), values.reshape(*shape, data.n))},
        coords={"chain": np.arange(shape[0]), "draw": np.arange(shape[1]), "day": data.day + 1},
    )


def states(data: ModelData, posterior: "xr.Dataset", latent: Array) -> Array:
    """Deviation of every night's latent rating from its mean, for draws of latent ratings of shape (chain, draw, n)."""
    from nof1.analyze.model.draws import linear_predictor

    draws = draws_of(data, posterior)
    mean = np.concatenate([linear_predictor(data, part) for part in draws.in_parts()])
    out: Array = latent - mean.reshape(latent.shape)
    return out


def latent_states(data: ModelData, sigma: Array, phi: Array, steps: Array) -> Array:
    """Latent AR(1) states from their independent steps, (..., n) to (..., n): what the PyMC model adds up by doubling."""
    gaps = np.diff(data.day)
    out = np.empty(steps.shape)
    out[..., 0] = sigma * steps[..., 0]
    for i, gap in enumerate(gaps, start=1):
        share = phi**gap
        out[..., i] = share * out[..., i - 1] + sigma * np.sqrt(1 - share**2) * steps[..., i]
    return out


def thinned(draws: Draws) -> Draws:
    """At most `MOST_DRAWS` of the draws, evenly spaced."""
    return draws.part(slice(None, None, max(1, -(-len(draws) // MOST_DRAWS))))
