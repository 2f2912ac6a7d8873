"""All nights of some dozens of people in one PyMC model: the reference of the two stages. Imports PyMC, so import this late.

Each person has the model of `model.py` with parameters and priors of their own; the effects of the arm in question are
Normal(mu + gamma x_i, zeta). People's nights stand in one row of arrays and their parameters in vectors, so that there is one
compilation and its time hardly grows with the number of people. Where a person's model lacks a part (trend, start-up,
carryover ...), the part is there and multiplied by 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor import TensorVariable as Tensor

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.nodes import MEAN_SD, SPREAD_SCALE
from nof1.analyze.cohort.people import Moderator
from nof1.analyze.cohort.pool import Pooled, Population
from nof1.analyze.engines.nuts import CHAINS, MAX_RHAT, MIN_ESS, Effort
from nof1.analyze.model.data import NO_BLOCK, ModelData, build_model_data
from nof1.analyze.model.effects import TAILS
from nof1.analyze.model.exposure import dose_changes
from nof1.errors import RefusalError
from nof1.record.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

# The second try is for cohorts with a few divergences or slow spread.
_EFFORTS = (Effort(1000, 2000, 0.95), Effort(1500, 3000, 0.99))
_WORST_RHAT = 1.05  # beyond it there is no answer


@dataclass(frozen=True, eq=False)
class Stacked:
    """Everybody's nights in a row, n in all; N people, C stretches of constant dose at most, K active arms at most.

    Attributes
    ----------
    data : tuple of ModelData
    person, period : int array, shape (n,)
        Whose night it is, and its period among everybody's.
    period_person : int array, shape (P,)
    block : int array, shape (n,)
        The night's block among everybody's; `NO_BLOCK` outside blocks.
    block_person : int array, shape (B,)
    stretch : int array, shape (n,)
        Number of the night's stretch of constant dose among the person's.
    days_in : array, shape (n,)
        Days since that stretch began, its first day being 1.
    since : array, shape (N, C, C)
        Days from each change of dose to each later stretch, 0 where it is not later.
    steps, levels : array, shape (N, C, K)
        Changes of dose, and doses; the arm in question first.
    doses : array, shape (n, K)
    covariates : array, shape (n, J)
    gap : array, shape (n,)
        Days since the recorded night before; 0 on a person's first night.
    """

    data: tuple[ModelData, ...]
    person: NDArray[np.int64]
    period: NDArray[np.int64]
    period_person: NDArray[np.int64]
    block: NDArray[np.int64]
    block_person: NDArray[np.int64]
    stretch: NDArray[np.int64]
    days_in: Array
    since: Array
    steps: Array
    levels: Array
    doses: Array
    covariates: Array
    gap: Array

    def prior(self, name: str) -> Array:
        """A number of everybody's own priors, shape (N,); 1 where the person's edition has no such part."""
        return np.array([1.0 if (of := getattr(one.priors, name)) is None else of for one in self.data])

    def has(self, part: str) -> Array:
        """Whether everybody's model has a part, as 1 or 0, shape (N,)."""
        return np.array([getattr(one, part) for one in self.data], dtype=float)


def stack(everybody: Sequence[ModelData], arm: str) -> Stacked:
    """Put everybody's nights in a row.

    Parameters
    ----------
    everybody : sequence of ModelData
    arm : str
        The arm in question; all of them have it.
    """
    changes = [dose_changes(data.doses) for data in everybody]
    longest = max(len(found) for found in changes)
    arms = max(len(data.arms) for data in everybody)
    most = max(len(data.covariate_names) for data in everybody)
    since = np.zeros((len(everybody), longest, longest))
    steps, levels = np.zeros((2, len(everybody), longest, arms))
    nights: list[tuple[NDArray[Any], ...]] = []
    periods = blocks = 0
    for i, (data, found) in enumerate(zip(everybody, changes, strict=True)):
        order = [data.arms.index(arm), *(k for k, name in enumerate(data.arms) if name != arm)]
        starts = np.array([start for start, _, _ in found])
        dose = np.array([dose for _, _, dose in found])[:, order]
        count = len(found)
        since[i, :count, :count] = np.clip(starts[:, None] - starts, 0, None)
        levels[i, :count, : len(order)] = dose
        steps[i, :count, : len(order)] = np.diff(dose, axis=0, prepend=0)
        stretch = np.searchsorted(starts, data.dose_day, side="right") - 1
        wide = np.zeros((data.n, arms))
        wide[:, : len(order)] = data.doses[data.dose_day][:, order]
        covariates = np.zeros((data.n, most))
        covariates[:, : len(data.covariate_names)] = data.covariates
        gap = np.diff(data.day, prepend=data.day[0]).astype(float)
        whose = np.full(data.n, i)
        block = np.where(data.block == NO_BLOCK, NO_BLOCK, data.block + blocks)
        days_in = data.dose_day - starts[stretch] + 1.0
        nights.append((whose, data.period + periods, block, stretch, days_in, wide, covariates, gap))
        periods += len(data.period_numbers)
        blocks += len(data.block_numbers)
    person, period, block, stretch, days_in, doses, covariates, gap = (
        np.concatenate(column) for column in zip(*nights, strict=True)
    )
    people = np.arange(len(everybody))
    return Stacked(
        data=tuple(everybody),
        person=person,
        period=period,
        period_person=np.repeat(people, [len(data.period_numbers) for data in everybody]),
        block=block,
        block_person=np.repeat(people, [len(data.block_numbers) for data in everybody]),
        stretch=stretch,
        days_in=days_in,
        since=since,
        steps=steps,
        levels=levels,
        doses=doses,
        covariates=covariates,
        gap=gap,
    )


def build_cohort_model(stacked: Stacked, span: float, moderator: Moderator | None = None) -> pm.Model:
    """The hierarchical model over all nights.

    Parameters
    ----------
    stacked : Stacked
    span : float
        R, in points.
    moderator : Moderator, optional
    """
    count = len(stacked.data)
    mean_sd = MEAN_SD * span
    with pm.Model(coords={"person": np.arange(count)}) as model:
        mu = pm.Normal("mu", 0, mean_sd)
        zeta = pm.HalfNormal("zeta", SPREAD_SCALE * span)
        if moderator is None:
            centre = mu
        elif moderator.many:  # each group's mean is about mu
            delta = pm.Normal("delta", 0, mean_sd / np.sqrt(2), shape=len(moderator.groups))
            centre = mu + delta[moderator.values.astype(int)]
        else:
            centre = mu + pm.Normal("gamma", 0, moderator.slope_sd(mean_sd)) * moderator.design[:, 1]
        raw = pm.Normal("raw", 0, 1, dims="person")  # non-centred: no funnel where people hardly differ
        mean = _mean(stacked, centre + zeta * raw)
        sigma = pm.HalfNormal("sigma", stacked.prior("noise_scale"), dims="person")[stacked.person]
        unit = pm.Beta(
            "phi_unit", stacked.prior("autocorrelation_a"), stacked.prior("autocorrelation_b"), dims="person"
        )
        carried = _carried(stacked, 2 * unit - 1)
        y = np.concatenate([data.y for data in stacked.data])
        before = np.maximum(np.arange(len(y)) - 1, 0)
        centre_of_night = mean + carried * (y - mean)[before]
        pm.Normal("outcome", centre_of_night, sigma * pt.sqrt(1 - carried**2), observed=y)
    return model


def _mean(stacked: Stacked, effect: Tensor) -> Tensor:
    """Mean of every night, shape (n,)."""
    person = stacked.person
    level = pm.Normal("level", stacked.prior("level_mean"), stacked.prior("level_sd"), dims="person")
    exposure = _exposure(stacked)
    mean = level[person] + effect[person] * exposure[:, 0]
    others = stacked.doses.shape[1] - 1
    if others:
        sd = np.repeat(stacked.prior("effect_sd")[:, None], others, axis=1)
        other = pm.Normal("other_effect", 0, sd, shape=sd.shape)
        mean = mean + pt.sum(exposure[:, 1:] * other[person], axis=1)
    if stacked.has("trend").any():
        time = np.concatenate([data.time * data.trend for data in stacked.data])
        mean = mean + pm.Normal("trend", 0, stacked.prior("trend_sd"), dims="person")[person] * time
    if stacked.has("start_up").any():
        fading = np.concatenate([data.fading * data.start_up for data in stacked.data])
        mean = mean + pm.Normal("start_up", 0, stacked.prior("start_up_sd"), dims="person")[person] * fading
    if stacked.covariates.shape[1]:
        sd = np.ones((len(stacked.data), stacked.covariates.shape[1]))
        for row, data in zip(sd, stacked.data, strict=True):
            row[: len(data.covariate_sd)] = data.priors.covariate_sd / data.covariate_sd
        gamma = pm.Normal("covariate_effect", 0, sd, shape=sd.shape)
        mean = mean + pt.sum(gamma[person] * stacked.covariates, axis=1)
    if len(stacked.block_person):
        sd = stacked.prior("block_sd")[stacked.block_person]
        offset = pm.Normal("block_offset", 0, sd, shape=len(sd))
        mean = mean + pt.where(stacked.block == NO_BLOCK, 0.0, offset[np.maximum(stacked.block, 0)])
    if stacked.has("period_effects").any():
        omega = pm.HalfNormal("omega", stacked.prior("period_scale"), dims="person")
        raw = pm.Normal("period_raw", 0, 1, shape=len(stacked.period_person))
        mean = mean + ((omega * stacked.has("period_effects"))[stacked.period_person] * raw)[stacked.period]
    return mean


def _exposure(stacked: Stacked) -> Tensor | Array:
    """Exposure of every night, shape (n, K): the sum over earlier changes of dose, as in `model.py`."""
    builds = stacked.has("exponential")
    if not builds.any():
        return stacked.doses
    median, log_sd = stacked.prior("half_life_median"), stacked.prior("half_life_log_sd")
    half_life = pm.LogNormal("half_life", np.log(median), log_sd, dims="person")
    rate = -np.log(2) / half_life
    gone = 1 - pt.exp(rate[:, None, None] * stacked.since)
    person, stretch = stacked.person, stacked.stretch
    left = pt.exp(rate[person] * stacked.days_in)
    columns = []
    for k in range(stacked.doses.shape[1]):
        before = pt.sum(gone * stacked.steps[:, None, :, k], axis=2)  # exposure with which each stretch begins
        built = stacked.doses[:, k] + (before - stacked.levels[:, :, k])[person, stretch] * left
        columns.append(pt.switch(builds[person] > 0, built, stacked.doses[:, k]))
    return pt.stack(columns, axis=1)


def _carried(stacked: Stacked, phi: Tensor) -> Tensor:
    """phi^gap of every night, 0 on a person's first one and where nights are independent."""
    chained = (stacked.gap > 0) * stacked.has("autocorrelation")[stacked.person]
    pairs = np.stack([stacked.person, np.maximum(stacked.gap, 1).astype(int)], axis=1)
    distinct, index = np.unique(pairs, axis=0, return_inverse=True)
    return (phi[distinct[:, 0]] ** distinct[:, 1].astype(float))[index.ravel()] * chained


def sample_cohort(
    trials: Sequence[Trial], arm: str, moderator: Moderator | None, threshold: Array, span: float, *, seed: int
) -> tuple[Population, Pooled, dict[str, float]]:
    """Draws of the hierarchical model, as the two stages tell the same.

    Parameters
    ----------
    trials : sequence of Trial
        Of people who can be pooled.
    arm : str
        The arm in question.
    moderator : Moderator or None
    threshold : array, shape (N,)
        Each person's own, in points.
    span : float
        R, in points.
    seed : int

    Raises
    ------
    RefusalError
        If the sampler does not settle.
    """
    import nutpie

    stacked = stack([build_model_data(trial) for trial in trials], arm)
    model = build_cohort_model(stacked, span, moderator)
    compiled = nutpie.compile_pymc_model(model, var_names=[variable.name for variable in model.free_RVs])
    for effort in _EFFORTS:
        tree = nutpie.sample(
            compiled,
            draws=effort.draws,
            tune=effort.tune,
            chains=CHAINS,
            seed=seed,
            target_accept=effort.target_accept,
            save_warmup=False,
            progress_bar=False,
        )
        diagnostics = _judge(tree)
        if diagnostics["rhat_max"] <= MAX_RHAT and diagnostics["ess_min"] >= MIN_ESS and not diagnostics["divergences"]:
            break
    if diagnostics["rhat_max"] > _WORST_RHAT:
        raise RefusalError(
            f'The sampler did not settle on this cohort (R-hat {diagnostics["rhat_max"]:.2f}). Use engine="two-stage".'
        )
    return (*_told(tree["posterior"].to_dataset(), moderator, threshold), diagnostics)


def _judge(tree: "xr.DataTree") -> dict[str, float]:
    import arviz as az

    posterior = tree["posterior"].to_dataset()
    ess = [az.ess(posterior, method=method) for method in ("bulk", "tail")]
    return {
        "rhat_max": max(float(values.max()) for values in az.rhat(posterior).data_vars.values()),
        "ess_min": min(float(values.min()) for table in ess for values in table.data_vars.values()),
        "divergences": float(tree["sample_stats"]["diverging"].sum()),
    }


def _told(posterior: "xr.Dataset", moderator: Moderator | None, threshold: Array) -> tuple[Population, Pooled]:
    """The population's draws, and each person's effect summed up."""
    mu, zeta = (posterior[name].to_numpy().ravel() for name in ("mu", "zeta"))
    raw = posterior["raw"].transpose("chain", "draw", "person").to_numpy().reshape(len(mu), -1)
    if moderator is None:
        design, coefficients = np.ones((raw.shape[1], 1)), mu[None]
    elif moderator.many:
        design, coefficients = moderator.design, mu + posterior["delta"].to_numpy().reshape(len(mu), -1).T
    else:
        design, coefficients = moderator.design, np.stack([mu, posterior["gamma"].to_numpy().ravel()])
    effect = (design @ coefficients).T + zeta[:, None] * raw
    lower, upper = np.quantile(effect, TAILS, axis=0)
    pooled = Pooled(
        mean=effect.mean(axis=0),
        sd=effect.std(axis=0, ddof=1),
        lower=lower,
        upper=upper,
        above=(effect >= threshold).mean(axis=0),
        below=(effect <= -threshold).mean(axis=0),
    )
    return Population(coefficients, zeta, np.full(len(mu), 1 / len(mu))), pooled
