"""Fit a trial: the marginal engine for the answer at once, NUTS for the reference, one held against the other."""

import platform
import time
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.checks.computation import cross_check, not_cross_checked, sampling_check, weights_check
from nof1.analyze.checks.model_checks import left_out_check, predictive_check, prior_check
from nof1.analyze.checks.over_time import effect_over_time
from nof1.analyze.checks.randomization_test import describe_randomization
from nof1.analyze.checks.sensitivity import sensitivity as other_choices
from nof1.analyze.describe import describe_trial
from nof1.analyze.engines.augmented.nights import refuse_without_posterior
from nof1.analyze.engines.choose import AUGMENTED_FAMILIES, Solved, from_augmented, from_marginal, in_background
from nof1.analyze.engines.inference_data import complete_tree, leave_one_out_tree, thinned
from nof1.analyze.engines.marginal import MarginalFit, fit_marginal
from nof1.analyze.engines.nuts import NutsFit, Progress, compile_nuts, mcse, sample_nuts
from nof1.analyze.engines.pair_effects import (
    Row,
    both_estimands,
    drawn_rows,
    entries,
    further_rows,
    highest_exposure,
)
from nof1.analyze.engines.posterior import describe_parameters, marginal_draws
from nof1.analyze.model.data import Terms, terms
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import SETTLED, pairs
from nof1.analyze.model.exposure import NEARLY_FULL
from nof1.analyze.model.standardize import standardize
from nof1.analyze.results import Result
from nof1.analyze.simulation.forecast import Roots, forecast, forecast_normal
from nof1.errors import InputError, RefusalError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

Engine = Literal["nuts", "marginal"]
ENGINES: tuple[Engine, ...] = ("nuts", "marginal")
_VERSIONED = ("numpy", "scipy", "pandas", "pymc", "nutpie", "arviz", "arviz-stats")


def fit(
    trial: Trial,
    *,
    seed: int = 1,
    engine: Engine = "nuts",
    sensitivity: bool = True,
    progress: Progress | None = None,
) -> Result:
    """Estimate this person's own effect.

    Parameters
    ----------
    trial : Trial
    seed : int
        Of both engines' random numbers.
    engine : {"nuts", "marginal"}
        "nuts" samples the PyMC model and holds it against the marginal engine; "marginal" stops after the latter,
        which takes milliseconds and knows the families normal and duration.
    sensitivity : bool
        Whether to ask the same question under other choices, too. For the families ordinal, count and binary that takes a
        minute, since each choice is sampled.
    progress : callable, optional
        Told the stage, the part done and the whole, such as ``("sampling", 2000, 8000)``.

    Returns
    -------
    Result

    Raises
    ------
    RefusalError
        If the nights cannot answer: one arm never recorded, too few nights, no variation.
    InputError
        If an option is unknown.
    """
    if engine not in ENGINES:
        raise InputError(f"There is no engine {engine!r}. Choose one of: {', '.join(ENGINES)}.")
    if not 0 <= seed < 2**32:
        raise InputError(f"The seed {seed} must be a whole number from 0 to {2**32 - 1}.")
    data = terms(trial)
    if engine == "marginal":
        return _from_marginal(trial, data, seed, sensitivity=sensitivity)
    return _from_nuts(trial, data, seed, progress or _silent, sensitivity=sensitivity)


@dataclass(frozen=True)
class _Quick:
    """What the marginal engine found, and the draws where they are needed for it: only durations are not linear."""

    fit: MarginalFit
    solved: Solved
    posterior: "xr.Dataset | None"
    seconds: float

    @property
    def rows(self) -> list[Row]:
        return self.solved.rows

    def described(self) -> dict[str, Any]:
        return {"seconds": self.seconds, "pareto_k": self.fit.pareto_k, "ess": self.fit.ess}


def _quick(protocol: Protocol, data: Terms, seed: int) -> _Quick:
    clock = time.perf_counter()
    fitted = fit_marginal(data, seed=seed)
    posterior = None if data.family == "normal" else marginal_draws(data, fitted, seed=seed)
    solved = from_marginal(protocol, data, fitted, seed=seed)
    return _Quick(fitted, solved, posterior, time.perf_counter() - clock)


def _from_marginal(trial: Trial, data: Terms, seed: int, *, sensitivity: bool) -> Result:
    protocol = trial.protocol
    quick = _quick(protocol, data, seed)
    posterior = quick.posterior
    further = None if posterior is None else further_rows(protocol, data, posterior)
    tree = complete_tree(
        data, marginal_draws(data, quick.fit, seed=seed) if posterior is None else posterior, None, seed=seed
    )
    parts = {
        "engines": {"marginal": quick.described()},
        "effects": entries(protocol, "marginal", quick.rows, further),
        "checks": {"weights": weights_check(quick.fit)},
        "sensitivity": other_choices(trial, seed=seed, planned=quick.solved, quick=True) if sensitivity else None,
    }
    return _result(trial, data, seed, tree, parts, quick)


def _from_nuts(trial: Trial, data: Terms, seed: int, progress: Progress, *, sensitivity: bool) -> Result:
    protocol = trial.protocol
    if data.family == "student":
        refuse_without_posterior(data)
    quick: _Quick | None = None
    refused = ""
    try:
        quick = _quick(protocol, data, seed)
    except RefusalError as refusal:
        refused = refusal.told
    second = None if quick is None else quick.solved
    aside = in_background(_aside, trial, seed, second, sensitivity=sensitivity)
    sampled = sample_nuts(compile_nuts(data, progress=progress), seed=seed, progress=progress)
    tree = sampled.tree
    posterior = tree["posterior"].to_dataset()
    rows = drawn_rows(protocol, data, posterior, mcse=mcse, seed=seed)
    effects = entries(protocol, "nuts", rows, further_rows(protocol, data, posterior))
    engines: dict[str, Any] = {"nuts": _describe_sampling(sampled)}
    progress("checking", 0, 0)
    checks = {"sampling": sampling_check(sampled, tree)} | _criticized(trial, data, tree, seed)
    progress("comparing", 0, 0)
    second, choices = aside()
    if second is None:
        checks["cross_check"] = not_cross_checked(data.family, refused)
    else:
        checks["cross_check"] = cross_check(both_estimands(rows), both_estimands(second.rows))
        further = None if quick is None or quick.posterior is None else further_rows(protocol, data, quick.posterior)
        effects += entries(protocol, second.engine, second.rows, further)
    if quick is not None:
        engines["marginal"] = quick.described()
        checks["weights"] = weights_check(quick.fit)
    parts = {"engines": engines, "effects": effects, "checks": checks, "sensitivity": choices}
    return _result(trial, data, seed, tree, parts, quick)


def _aside(
    trial: Trial, seed: int, second: Solved | None, *, sensitivity: bool
) -> tuple[Solved | None, list[dict[str, Any]] | None]:
    """What is computed beside the sampling, in a process of its own: a second opinion, and other choices."""
    data = terms(trial)
    if second is None and data.family in AUGMENTED_FAMILIES:
        try:
            second = from_augmented(trial.protocol, data, seed=seed)
        except RefusalError:
            second = None
    return second, other_choices(trial, seed=seed, planned=second) if sensitivity else None


def _criticized(trial: Trial, data: Terms, tree: "xr.DataTree", seed: int) -> dict[str, Any]:
    protocol = trial.protocol
    one_out = leave_one_out_tree(data, tree["posterior"].to_dataset(), seed=seed)
    start = trial.order.start

    def night(day: int) -> date:
        return start + timedelta(days=day)

    return {
        "predictive": predictive_check(data, tree, whole=protocol.outcome.whole),
        "left_out": left_out_check(data, one_out, night if protocol.dated else None),
        "prior": prior_check(tree),
    }


def _result(
    trial: Trial, data: Terms, seed: int, tree: "xr.DataTree", parts: dict[str, Any], quick: _Quick | None
) -> Result:
    """Everything that is said, in one record."""
    draws = tree["posterior"].to_dataset()
    exposure = _describe_exposure(data, highest_exposure(data, draws))
    engine = "nuts" if "nuts" in parts["engines"] else "marginal"
    record = describe_trial(trial, data, seed) | parts
    record |= {
        "exposure": exposure,
        "over_time": effect_over_time(trial.protocol, data, seed=seed),
        "parameters": describe_parameters(data, draws),
        "randomization_test": describe_randomization(trial, seed=seed),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _VERSIONED},
    }
    tree.attrs.update({name: record[name] for name in ("nof1", "protocol_sha256", "diary_sha256")} | {"engine": engine})
    return with_forecasts(Result(trial, record, tree), data, None if quick is None else quick.fit, seed=seed)


def _describe_sampling(fitted: NutsFit) -> dict[str, Any]:
    return {
        "seconds": sum(fitted.seconds.values()),
        "parts": fitted.seconds,
        "rhat_max": fitted.rhat_max,
        "ess_min": fitted.ess_min,
        "divergences": fitted.divergences,
        "target_accept": fitted.target_accept,
    }


def _silent(stage: str, done: int, whole: int) -> None:
    """No progress shown."""


def _describe_exposure(data: Terms, highest: Array) -> dict[str, Any]:
    """The largest exposure of any night, by arm, and what counts as nearly full."""
    return {
        "highest": {arm: float(value) for arm, value in zip(data.arms, highest, strict=True)},
        "nearly_full": NEARLY_FULL,
    }


def with_forecasts(result: Result, data: Terms, fitted: MarginalFit | None, *, seed: int) -> Result:
    """The same with what more blocks would probably say, in the entry of every leading pair that is not settled."""
    protocol, trial = result.trial.protocol, result.trial
    roots: Roots = {}
    for pair, entry in zip(pairs(protocol), result.lead, strict=True):
        estimand, numbers = result.leading(entry)
        entry["forecast"] = None
        if numbers["verdict"] in SETTLED:
            continue
        if fitted is not None and data.family == "normal":
            told = forecast(
                protocol,
                data,
                fitted,
                order=trial.order,
                estimand=estimand,
                vector=pair.vector,
                seed=seed,
                roots=roots,
            )
        else:
            standardized = standardize(data, thinned(draws_of(data, result.posterior["posterior"].to_dataset())))
            values = standardized.full if estimand == "full" else standardized.as_lived
            told = forecast_normal(protocol, data, values @ np.array(pair.vector), order=trial.order, estimand=estimand)
        entry["forecast"] = told.to_dict()
    return result
