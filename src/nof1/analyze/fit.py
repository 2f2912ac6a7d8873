"""Fit a trial: the marginal engine for the answer at once, NUTS for the reference, one held against the other."""

import platform
import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Literal

import numpy as np

from nof1._version import __version__
from nof1.analyze.checks import cross_check, not_cross_checked, sampling_check, weights_check
from nof1.analyze.describe import describe_adherence, describe_harms, describe_periods
from nof1.analyze.effects import INTERVAL_KIND, LEVEL, Effect, Pair, effect_from_draws, effect_from_mixture, pairs
from nof1.analyze.exposure import Array, exposure_summary
from nof1.analyze.marginal import MarginalFit, fit_marginal
from nof1.analyze.nuts import NutsFit, Progress, compile_nuts, mcse, sample_nuts
from nof1.analyze.posterior import describe_parameters, marginal_tree
from nof1.analyze.results import SCHEMA, Result
from nof1.analyze.terms import Terms, terms
from nof1.errors import InputError, RefusalError
from nof1.plan.protocol import Protocol
from nof1.record.trial import Trial

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

    clock = time.perf_counter()
    marginal: MarginalFit | None = None
    try:
        marginal = fit_marginal(data, seed=seed)
    except RefusalError as refusal:
        if engine == "marginal":
            raise
        checks["cross_check"] = not_cross_checked(str(refusal))
    quick: list[dict[str, Effect]] = []
    if marginal is not None:
        quick = [_marginal_effects(protocol, marginal, pair) for pair in pairs(protocol)]
        engines["marginal"] = {
            "seconds": time.perf_counter() - clock,
            "pareto_k": marginal.pareto_k,
            "ess": marginal.ess,
        }
        effects += _entries(protocol, "marginal", quick)
        checks["weights"] = weights_check(marginal)

    if engine == "nuts":
        sampled = sample_nuts(compile_nuts(data, progress=progress), seed=seed, progress=progress)
        rows, highest = _nuts_effects(protocol, data, sampled)
        engines["nuts"] = _describe_sampling(sampled)
        effects = _entries(protocol, "nuts", rows) + effects
        checks["sampling"] = sampling_check(sampled)
        if quick:
            checks["cross_check"] = cross_check(_both(rows), _both(quick))
        tree = sampled.tree
    else:
        assert marginal is not None  # otherwise the refusal was raised above
        tree, highest = marginal_tree(data, marginal, seed=seed), marginal.highest_exposure

    tree.attrs.update(
        {
            "nof1": __version__,
            "protocol_sha256": protocol.sha256(),
            "diary_sha256": trial.diary_sha256,
            "engine": engine,
        }
    )
    computed = {
        "engines": engines,
        "effects": effects,
        "checks": checks,
        "exposure": _describe_exposure(data, highest),
        "parameters": describe_parameters(data, tree["posterior"].to_dataset()),
    }
    return Result(trial, _describe(trial, data, seed) | computed, tree)


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
        "priors": protocol.priors.model_dump(),
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
        "blinding": None,
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


def _both(rows: Sequence[dict[str, Effect]]) -> list[Effect]:
    """The effects of all pairs on both estimands."""
    return [effect for row in rows for effect in row.values()]


def _entries(protocol: Protocol, engine: Engine, rows: Sequence[dict[str, Effect]]) -> list[dict[str, Any]]:
    """Entries of results.json: the named estimand at the top, and both of them below it."""
    estimand = protocol.analysis.estimand
    return [
        {
            "arm": pair.arm,
            "reference": pair.reference,
            "engine": engine,
            "estimand": estimand,
            "interval_kind": INTERVAL_KIND,
            "level": LEVEL,
            "threshold": protocol.outcome.threshold,
            "better": protocol.outcome.better,
            **row[estimand].to_dict(),
            "full": row["full"].to_dict(),
            "as_lived": row["as-lived"].to_dict(),
        }
        for pair, row in zip(pairs(protocol), rows, strict=True)
    ]


def _marginal_effects(protocol: Protocol, fitted: MarginalFit, pair: Pair) -> dict[str, Effect]:
    spread = np.sqrt(2 * (fitted.sigma**2 + fitted.omega**2))
    out = {}
    for estimand in ("full", "as-lived"):
        mean, sd = fitted.contrast(np.array(pair.vector), as_lived=estimand == "as-lived")
        out[estimand] = effect_from_mixture(protocol, fitted.weights, mean, sd, spread)
    return out


def _nuts_effects(protocol: Protocol, data: Terms, fitted: NutsFit) -> tuple[list[dict[str, Effect]], Array]:
    posterior = fitted.tree["posterior"].to_dataset()
    effect = posterior["effect"].transpose("chain", "draw", "arm").to_numpy()
    shape = effect.shape[:2]
    half_life = posterior["half_life"].to_numpy().ravel() if data.exponential else None
    on_treated, highest = exposure_summary(data.doses, data.treated, half_life)
    lived = effect * np.broadcast_to(on_treated, (effect.shape[0] * effect.shape[1], effect.shape[2])).reshape(
        effect.shape
    )
    omega = posterior["omega"].to_numpy() if data.period_effects else np.zeros(shape)
    spread = np.sqrt(2 * (posterior["sigma"].to_numpy() ** 2 + omega**2))
    rows = [
        {
            "full": effect_from_draws(protocol, effect @ np.array(pair.vector), spread, mcse),
            "as-lived": effect_from_draws(protocol, lived @ np.array(pair.vector), spread, mcse),
        }
        for pair in pairs(protocol)
    ]
    return rows, highest


def _describe_exposure(data: Terms, highest: Array) -> dict[str, Any]:
    """The largest exposure of any night, by arm, and what counts as nearly full."""
    return {
        "highest": {arm: float(value) for arm, value in zip(data.arms, highest, strict=True)},
        "nearly_full": NEARLY_FULL,
    }
