"""Fit a trial: the marginal engine for the answer at once, NUTS for the reference, one held against the other."""

import platform
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from nof1._version import __version__
from nof1.analyze.answers import Row, both_estimands, drawn_rows, entries, further_rows, highest_exposure, mixture_rows
from nof1.analyze.blinding import describe_blinding
from nof1.analyze.checks import cross_check, not_cross_checked, sampling_check, weights_check
from nof1.analyze.describe import describe_adherence, describe_harms, describe_periods
from nof1.analyze.exposure import Array
from nof1.analyze.marginal import MarginalFit, fit_marginal
from nof1.analyze.nuts import NutsFit, Progress, compile_nuts, mcse, sample_nuts
from nof1.analyze.posterior import describe_parameters, marginal_draws
from nof1.analyze.results import SCHEMA, Result
from nof1.analyze.terms import Terms, terms
from nof1.analyze.tree import complete_tree
from nof1.errors import InputError, RefusalError
from nof1.plan.protocol import Protocol
from nof1.record.trial import Trial

if TYPE_CHECKING:
    import xarray as xr

Engine = Literal["nuts", "marginal"]
ENGINES: tuple[Engine, ...] = ("nuts", "marginal")
NEARLY_FULL = 0.8  # below it the effect at full exposure is an extrapolation
_VERSIONED = ("numpy", "scipy", "pandas", "pymc", "nutpie", "arviz", "arviz-stats")


def fit(trial: Trial, *, seed: int = 1, engine: Engine = "nuts", progress: Progress | None = None) -> Result:
    """Estimate this person's own effect.

    Parameters
    ----------
    trial : Trial
    seed : int
        Of both engines' random numbers.
    engine : {"nuts", "marginal"}
        "nuts" samples the PyMC model and holds it against the marginal engine; "marginal" stops after the latter,
        which takes milliseconds.
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
    progress = progress or _silent
    data = terms(trial)
    protocol = trial.protocol
    engines: dict[str, Any] = {}
    effects: list[dict[str, Any]] = []
    checks: dict[str, Any] = {}
    marginal: MarginalFit | None = None
    quick: list[Row] = []
    posterior: xr.Dataset | None = None

    clock = time.perf_counter()
    try:
        marginal = fit_marginal(data, seed=seed)
        quick, posterior = _quick_rows(protocol, data, marginal, seed)
    except RefusalError as refusal:
        if engine == "marginal":
            raise
        checks["cross_check"] = not_cross_checked(str(refusal))
    if marginal is not None:
        engines["marginal"] = {
            "seconds": time.perf_counter() - clock,
            "pareto_k": marginal.pareto_k,
            "ess": marginal.ess,
        }
        checks["weights"] = weights_check(marginal)

    if engine == "nuts":
        sampled = sample_nuts(compile_nuts(data, progress=progress), seed=seed, progress=progress)
        tree = sampled.tree
        sampled_draws = tree["posterior"].to_dataset()
        rows = drawn_rows(protocol, data, sampled_draws, mcse=mcse, seed=seed)
        engines["nuts"] = _describe_sampling(sampled)
        effects += entries(protocol, "nuts", rows, further_rows(protocol, data, sampled_draws))
        checks["sampling"] = sampling_check(sampled)
        if quick:
            checks["cross_check"] = cross_check(both_estimands(rows), both_estimands(quick))
    else:
        assert marginal is not None  # otherwise the refusal was raised above
        posterior = marginal_draws(data, marginal, seed=seed) if posterior is None else posterior
        tree = complete_tree(data, posterior, None, seed=seed)
    if quick:
        further = None if posterior is None else further_rows(protocol, data, posterior)
        effects += entries(protocol, "marginal", quick, further)

    tree.attrs.update(
        {
            "nof1": __version__,
            "protocol_sha256": protocol.sha256(),
            "diary_sha256": trial.diary_sha256,
            "engine": engine,
        }
    )
    draws = tree["posterior"].to_dataset()
    computed = {
        "engines": engines,
        "effects": effects,
        "checks": checks,
        "exposure": _describe_exposure(data, highest_exposure(data, draws)),
        "parameters": describe_parameters(data, draws),
    }
    return Result(trial, _describe(trial, data, seed) | computed, tree)


def _quick_rows(
    protocol: Protocol, data: Terms, fitted: MarginalFit, seed: int
) -> "tuple[list[Row], xr.Dataset | None]":
    """Effects from the marginal engine, and the draws where they are needed for them: only durations are not linear."""
    if data.family == "normal":
        return mixture_rows(protocol, fitted), None
    posterior = marginal_draws(data, fitted, seed=seed)
    return drawn_rows(protocol, data, posterior, mcse=mcse, seed=seed), posterior


def _describe(trial: Trial, data: Terms, seed: int) -> dict[str, Any]:
    """The part of results.json that no engine computes: what was analyzed, with what, and what was recorded."""
    protocol = trial.protocol
    return {
        "schema": SCHEMA,
        "nof1": __version__,
        "protocol_sha256": protocol.sha256(),
        "diary_sha256": trial.diary_sha256,
        "simulated": protocol.simulated,
        "randomized": protocol.randomized,
        "family": protocol.analysis.family,
        "seed": seed,
        "priors": protocol.priors.model_dump(exclude_none=True),
        "nights": {
            "planned": protocol.nights,
            "recorded": protocol.nights - len(trial.missing_nights),
            "after_last": _after_last(trial),
            "analyzed": data.n,
        },
        "amendments": [amendment.sentence() for amendment in trial.amendments],
        "unsealing": None if trial.unsealing is None else trial.unsealing.model_dump(mode="json", by_alias=True),
        "randomization_test": None,
        "sensitivity": None,
        "periods": describe_periods(trial),
        "adherence": describe_adherence(trial),
        "harms": describe_harms(trial),
        "blinding": describe_blinding(trial),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in _VERSIONED},
    }


def _describe_sampling(fitted: NutsFit) -> dict[str, Any]:
    return {
        "seconds": sum(fitted.seconds.values()),
        "parts": fitted.seconds,
        "rhat_max": fitted.rhat_max,
        "ess_min": fitted.ess_min,
        "divergences": fitted.divergences,
        "target_accept": fitted.target_accept,
    }


def _after_last(trial: Trial) -> int:
    """Planned nights after the last entry: still to come, or given up."""
    last = max(entry.night for entry in trial.entries)
    return sum(night > last for night in trial.missing_nights)


def _silent(stage: str, done: int, whole: int) -> None:
    """No progress shown."""


def _describe_exposure(data: Terms, highest: Array) -> dict[str, Any]:
    """The largest exposure of any night, by arm, and what counts as nearly full."""
    return {
        "highest": {arm: float(value) for arm, value in zip(data.arms, highest, strict=True)},
        "nearly_full": NEARLY_FULL,
    }
