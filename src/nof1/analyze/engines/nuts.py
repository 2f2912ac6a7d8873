"""Sampling the PyMC model: compile, draw with nutpie, judge the draws. Imports PyMC, so import this late."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.engines.inference_data import complete_tree, latent_states, states
from nof1.analyze.model.data import ModelData
from nof1.analyze.parallel.processes import Progress

if TYPE_CHECKING:
    import nutpie
    import xarray as xr

CHAINS = 4


@dataclass(frozen=True)
class Effort:
    """How hard to try: warm-up and kept draws of each chain, and the acceptance aimed at."""

    tune: int
    draws: int
    target_accept: float


# The one second try takes smaller steps and, since periods of a night or two make noise and period spread hard to
# tell apart, more of them.
EFFORTS = (Effort(1000, 1000, 0.95), Effort(2000, 4000, 0.99))
_RAW = ("phi_unit", "period_raw", "place", "step")  # what the sampler moves; the rest follows from it
MAX_RHAT = 1.01
MIN_ESS = 400.0


@dataclass(frozen=True)
class NutsFit:
    """Draws and how far they can be trusted.

    Attributes
    ----------
    tree : xarray.DataTree
        posterior, sample_stats, log_prior, log_likelihood, posterior_predictive, observed_data, constant_data.
    rhat_max, ess_min : float
        Worst over all parameters; ESS is the smaller of bulk and tail.
    divergences : int
    target_accept : float
        The one that was used in the end.
    seconds : dict
        Wall time of imports, compiling, sampling.
    """

    tree: "xr.DataTree"
    rhat_max: float
    ess_min: float
    divergences: int
    target_accept: float
    seconds: dict[str, float]

    @property
    def settled(self) -> bool:
        """Whether the draws pass every limit."""
        return self.rhat_max <= MAX_RHAT and self.ess_min >= MIN_ESS and self.divergences == 0


@dataclass(frozen=True)
class CompiledModel:
    """The model of one trial's nights, compiled; it serves any outcomes on the same nights."""

    data: ModelData
    code: "nutpie.compiled_pyfunc.CompiledModel"
    seconds: dict[str, float]


def compile_nuts(data: ModelData, *, progress: Progress) -> CompiledModel:
    """Compile the model of a trial."""
    clock = time.perf_counter()
    progress("starting", 0, 0)
    import nutpie

    from nof1.analyze.engines.pymc_model import build_model

    seconds = {"imports": time.perf_counter() - clock}
    progress("compiling", 0, 0)
    clock = time.perf_counter()
    model = build_model(data)
    # Only the free variables leave the compiled code: what derives from them is cheaper to add than to compile.
    compiled = nutpie.compile_pymc_model(model, var_names=[variable.name for variable in model.free_RVs])
    return CompiledModel(data, compiled, seconds | {"compiling": time.perf_counter() - clock})


def efforts_with(draws: int | None, target_accept: float | None) -> tuple[Effort, ...]:
    """The usual efforts with the draws of each chain and the acceptance that somebody chose, which hold in every try."""
    return tuple(
        replace(effort, draws=draws or effort.draws, target_accept=target_accept or effort.target_accept)
        for effort in EFFORTS
    )


def sample_nuts(
    model: CompiledModel,
    *,
    seed: int,
    progress: Progress,
    efforts: Sequence[Effort] = EFFORTS,
    chains: int = CHAINS,
) -> NutsFit:
    """Sample the posterior with NUTS, trying harder if the draws did not settle.

    Parameters
    ----------
    model : CompiledModel
    seed : int
    progress : callable
        Told of "sampling", the draws done and the draws in all.
    efforts : sequence of Effort
        Tried in turn until the draws settle.
    chains : int
        At least 2, or nothing can be said of how they agree.
    """
    import nutpie

    clock = time.perf_counter()
    for effort in efforts:
        total = chains * (effort.draws + effort.tune)
        progress("sampling", 0, total)
        tree = nutpie.sample(
            model.code,
            draws=effort.draws,
            tune=effort.tune,
            chains=chains,
            seed=seed,
            target_accept=effort.target_accept,
            save_warmup=False,
            progress_bar=False,
            progress_rate=100,
            progress_callback=lambda states, total=total: progress(
                "sampling", sum(s.finished_draws for s in states), total
            ),
        )
        progress("sampling", total, total)
        fit = _judge(
            _complete(tree, model.data), effort.target_accept, model.seconds | {"sampling": time.perf_counter() - clock}
        )
        if fit.settled:
            break
    return fit


def _complete(tree: "xr.DataTree", data: ModelData) -> "xr.DataTree":
    """Add what follows from the free variables, and every other group, under the names of the model."""
    posterior = tree["posterior"].to_dataset()
    if data.autocorrelation:
        posterior["phi"] = 2 * posterior["phi_unit"] - 1
    if data.period_effects:
        posterior["period_offset"] = posterior["omega"] * posterior["period_raw"]
    dims = ("chain", "draw", "day")
    if "place" in posterior:
        from nof1.analyze.engines.pymc_model import latent_ratings

        latent = latent_ratings(data, posterior["place"].transpose(*dims).to_numpy())
        posterior["state"] = (dims, states(data, posterior, latent))
    if "step" in posterior:
        steps = posterior["step"].transpose(*dims).to_numpy()
        posterior["state"] = (
            dims,
            latent_states(data, posterior["sigma"].to_numpy(), posterior["phi"].to_numpy(), steps),
        )
    posterior = posterior.drop_vars([name for name in _RAW if name in posterior])
    stats = tree["sample_stats"].to_dataset()[["diverging", "energy", "depth", "n_steps", "step_size", "logp"]]
    return complete_tree(data, posterior, stats, seed=len(data.y))


def _judge(tree: "xr.DataTree", target_accept: float, seconds: dict[str, float]) -> NutsFit:
    import arviz as az

    posterior = tree["posterior"].to_dataset()
    rhat = az.rhat(posterior)
    ess = [az.ess(posterior, method=method) for method in ("bulk", "tail")]
    return NutsFit(
        tree=tree,
        rhat_max=max(float(np.max(values)) for values in rhat.data_vars.values()),
        ess_min=min(float(np.min(values)) for table in ess for values in table.data_vars.values()),
        divergences=int(tree["sample_stats"]["diverging"].sum()),
        target_accept=target_accept,
        seconds=seconds,
    )


def mcse(draws: np.ndarray, kind: str, probability: float | None) -> float:
    """Monte Carlo standard error of the "mean", the "sd" or a "quantile" of draws, shape (chains, draws)."""
    from arviz_stats.base import array_stats

    extra = {} if probability is None else {"prob": probability}
    return float(array_stats.mcse(draws, chain_axis=0, draw_axis=1, method=kind, **extra))
