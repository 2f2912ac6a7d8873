"""Fit a trial: the marginal engine for the answer at once, NUTS for the reference, one held against the other."""

import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.metadata import version
from numbers import Integral, Real
from typing import TYPE_CHECKING, Literal

import numpy as np

from nof1._version import __version__
from nof1.analyze.answers import covariates_and_answer, pair_effects, with_nights_taken_out
from nof1.analyze.arrays import Array
from nof1.analyze.at_period_ends import at_period_ends
from nof1.analyze.checks.beside_by_arm import beside_by_arm
from nof1.analyze.checks.blinding import describe_blinding
from nof1.analyze.checks.computation import CrossCheck, cross_check, not_cross_checked, sampling_check, weights_check
from nof1.analyze.checks.model_checks import left_out_check, predictive_check
from nof1.analyze.checks.other_explanations import explain
from nof1.analyze.checks.over_time import effect_over_time
from nof1.analyze.checks.paired_cycles import paired_cycles
from nof1.analyze.checks.prior_weight import prior_weight_check
from nof1.analyze.checks.quantities import Patterns, circumstances, find_patterns
from nof1.analyze.checks.randomization_test import randomization_tests
from nof1.analyze.checks.sensitivity import MET_BY, Choice
from nof1.analyze.checks.sensitivity import sensitivity as other_choices
from nof1.analyze.checks.tipping import tipping_points
from nof1.analyze.describe import describe_adherence, describe_harms, describe_nights, describe_periods
from nof1.analyze.engines.augmented.nights import refuse_without_posterior
from nof1.analyze.engines.choose import (
    AUGMENTED_FAMILIES,
    EffectEstimates,
    from_augmented,
    from_marginal,
    in_background,
)
from nof1.analyze.engines.inference_data import complete_tree, leave_one_out_tree, thinned
from nof1.analyze.engines.marginal import MarginalFit, fit_marginal
from nof1.analyze.engines.nuts import CHAINS, Effort, NutsFit, compile_nuts, efforts_with, mcse, sample_nuts
from nof1.analyze.engines.pair_effects import (
    both_estimands,
    drawn_rows,
    further_rows,
    highest_exposure,
)
from nof1.analyze.engines.posterior import DRAWS, describe_parameters, marginal_draws
from nof1.analyze.graded import graded_side_effects
from nof1.analyze.model.arm_nights import arm_nights
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import SETTLED, Pair, pairs
from nof1.analyze.model.exposure import NEARLY_FULL
from nof1.analyze.model.judgement import JudgedPair
from nof1.analyze.model.other_analysis import with_priors
from nof1.analyze.model.standardize import standardize
from nof1.analyze.parallel.processes import Progress
from nof1.analyze.reasons import reason_of
from nof1.analyze.results import Result
from nof1.analyze.schema import Checks, Engines, Exposure, MarginalRun, NutsRun, PairEffect, ResultsRecord
from nof1.analyze.simulation.forecast import Roots, forecast, forecast_normal
from nof1.errors import InputError, RefusalError, takes
from nof1.plan.protocol.analysis import Priors
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial
from nof1.subject import spoken_of

if TYPE_CHECKING:
    import xarray as xr

Engine = Literal["nuts", "marginal"]
ENGINES: tuple[Engine, ...] = ("nuts", "marginal")
MIN_DRAWS, MIN_CHAINS = 100, 2  # fewer have no tails to tell an interval from, or nothing to agree with
_VERSIONED = ("numpy", "scipy", "pandas", "pymc", "nutpie", "arviz", "arviz-stats")


@takes(Trial)
@spoken_of
def fit(
    trial: Trial,
    *,
    seed: int = 1,
    engine: Engine = "nuts",
    sensitivity: bool = True,
    draws: int | None = None,
    chains: int | None = None,
    target_accept: float | None = None,
    priors: Priors | Mapping[str, float] | None = None,
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
    draws : int, optional
        Of the posterior, at least 100: of each chain of NUTS (1,000 if not given), or in all of the marginal engine (4,000).
    chains : int, optional
        Of NUTS, at least 2; 4 if not given. The marginal engine has none: its draws are independent.
    target_accept : float, optional
        Of NUTS, between 0 and 1: nearer to 1 is slower and more careful; 0.95 if not given.
        Where draws do not settle, NUTS tries once more, with more and smaller steps but for what is given here.
    priors : Priors or mapping of str to float, optional
        Other priors than the protocol's, on the scale of the family; those that are not named stay. The result says so
        wherever it is shown, and is not saved as the trial's own.
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
        If an option is unknown, not possible, or not one of the engine.

    Examples
    --------
    >>> result = nof1.fit(trial, engine="marginal", priors={"effect_sd": 0.5})
    >>> result.record.planned_priors
    {'effect_sd': 2.0}
    """
    if engine not in ENGINES:
        raise InputError(f"There is no engine {engine!r}. Choose one of: {', '.join(ENGINES)}.")
    if not 0 <= seed < 2**32:
        raise InputError(f"The seed {seed} must be a whole number from 0 to {2**32 - 1}.")
    if engine == "marginal":
        _refuse_options_of_nuts(chains=chains, target_accept=target_accept)
    _refuse_impossible(draws, chains, target_accept)
    answered = trial if priors is None else with_priors(trial, priors)
    data = build_model_data(answered)
    if engine == "marginal":
        result = _from_marginal(answered, data, seed, sensitivity=sensitivity, draws=draws or DRAWS)
    else:
        nuts = _Sampling(efforts_with(draws, target_accept), chains or CHAINS, progress or _silent)
        result = _from_nuts(answered, data, seed, nuts, sensitivity=sensitivity)
    return result if priors is None else _with_other_priors(result, trial)


def _refuse_options_of_nuts(**given: float | None) -> None:
    for name, value in given.items():
        if value is not None:
            raise InputError(
                f"The marginal engine has no {name}: it does not sample in steps. Leave {name} out, or take engine='nuts'."
            )


def _refuse_impossible(draws: object, chains: object, target_accept: object) -> None:
    for name, value, least in (("draws", draws, MIN_DRAWS), ("chains", chains, MIN_CHAINS)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least):
            raise InputError(f"{name} must be a whole number from {least} up, not {value!r}.")
    if target_accept is not None and not (isinstance(target_accept, Real) and 0 < float(target_accept) < 1):
        raise InputError(f"target_accept must be a number between 0 and 1, such as 0.95, not {target_accept!r}.")


def _with_other_priors(result: Result, trial: Trial) -> Result:
    """The result as one of the trial as planned, with those of its protocol's priors that others were used in place of."""
    planned, used = trial.protocol.priors.model_dump(exclude_none=True), result.record.priors
    sha256 = trial.protocol.sha256()
    result.posterior.attrs["protocol_sha256"] = sha256
    replaced = {name: value for name, value in planned.items() if used[name] != value}
    return replace(result, trial=trial, record=replace(result.record, protocol_sha256=sha256, planned_priors=replaced))


@dataclass(frozen=True)
class _Sampling:
    """How NUTS is to sample, and whom to tell of it."""

    efforts: tuple[Effort, ...]
    chains: int
    progress: Progress


@dataclass(frozen=True)
class _Quick:
    """What the marginal engine found, and the draws where they are needed for it: only durations are not linear."""

    fit: MarginalFit
    solved: EffectEstimates
    posterior: "xr.Dataset | None"
    draws: int
    seconds: float

    @property
    def rows(self) -> list[JudgedPair]:
        return self.solved.rows

    def described(self) -> MarginalRun:
        return MarginalRun(self.seconds, self.fit.pareto_k, self.fit.ess, self.draws)


def _quick(protocol: Protocol, data: ModelData, seed: int, draws: int = DRAWS) -> _Quick:
    clock = time.perf_counter()
    fitted = fit_marginal(data, seed=seed)
    posterior = None if data.family == "normal" else marginal_draws(data, fitted, seed=seed, draws=draws)
    solved = from_marginal(protocol, data, fitted, seed=seed, draws=draws)
    return _Quick(fitted, solved, posterior, draws, time.perf_counter() - clock)


def _from_marginal(trial: Trial, data: ModelData, seed: int, *, sensitivity: bool, draws: int) -> Result:
    protocol = trial.protocol
    quick = _quick(protocol, data, seed, draws)
    posterior = quick.posterior
    further = None if posterior is None else further_rows(protocol, data, posterior)
    if posterior is None:
        posterior = marginal_draws(data, quick.fit, seed=seed, draws=draws)
    tree = complete_tree(data, posterior, None, seed=seed)
    patterns = _patterns(trial, data, tree)
    # What was called out has its answer beside it, although that takes a second or two.
    met = {MET_BY[row.name] for row in patterns.odd if row.name in MET_BY}
    choices = other_choices(trial, seed=seed, planned=quick.solved, quick=True, also=met) if sensitivity else None
    parts = _Parts(
        engines=Engines(marginal=quick.described()),
        effects=pair_effects(protocol, "marginal", quick.rows, further),
        checks=Checks(
            patterns=patterns,
            prior_weight=prior_weight_check(protocol, data, quick.rows, posterior, refit=True, seed=seed),
            weights=weights_check(quick.fit),
        ),
        sensitivity=choices,
    )
    return _result(trial, data, seed, tree, parts, quick)


def _from_nuts(trial: Trial, data: ModelData, seed: int, nuts: _Sampling, *, sensitivity: bool) -> Result:
    protocol, progress = trial.protocol, nuts.progress
    if data.family == "student":
        refuse_without_posterior(data)
    quick: _Quick | None = None
    alone = CrossCheck(None)
    try:
        quick = _quick(protocol, data, seed)
    except RefusalError as refusal:
        alone = not_cross_checked(data.family, reason_of(refusal))
    second = None if quick is None else quick.solved
    aside = in_background(_aside, trial, seed, second, sensitivity=sensitivity)
    compiled = compile_nuts(data, progress=progress)
    sampled = sample_nuts(compiled, seed=seed, progress=progress, efforts=nuts.efforts, chains=nuts.chains)
    tree = sampled.tree
    posterior = tree["posterior"].to_dataset()
    rows = drawn_rows(protocol, data, posterior, mcse=mcse, seed=seed)
    effects = pair_effects(protocol, "nuts", rows, further_rows(protocol, data, posterior))
    progress("checking", 0, 0)
    checks = replace(_model_checks(trial, data, tree, seed), sampling=sampling_check(sampled, tree))
    progress("comparing", 0, 0)
    second, choices = aside()
    if second is None:
        checks = replace(checks, cross_check=alone)
    else:
        checks = replace(checks, cross_check=cross_check(both_estimands(rows), both_estimands(second.rows)))
        further = None if quick is None or quick.posterior is None else further_rows(protocol, data, quick.posterior)
        effects += pair_effects(protocol, second.engine, second.rows, further)
    known = rows if quick is None else quick.rows
    weight = prior_weight_check(protocol, data, known, posterior, refit=quick is not None, seed=seed)
    checks = replace(checks, prior_weight=weight)
    if quick is not None:
        checks = replace(checks, weights=weights_check(quick.fit))
    engines = Engines(_nuts_run(sampled), None if quick is None else quick.described())
    return _result(trial, data, seed, tree, _Parts(engines, effects, checks, choices), quick)


def _aside(
    trial: Trial, seed: int, second: EffectEstimates | None, *, sensitivity: bool
) -> tuple[EffectEstimates | None, tuple[Choice, ...] | None]:
    """What is computed beside the sampling, in a process of its own: a second opinion, and other choices."""
    data = build_model_data(trial)
    if second is None and data.family in AUGMENTED_FAMILIES:
        try:
            second = from_augmented(trial.protocol, data, seed=seed)
        except RefusalError:
            second = None
    return second, other_choices(trial, seed=seed, planned=second) if sensitivity else None


def _model_checks(trial: Trial, data: ModelData, tree: "xr.DataTree", seed: int) -> Checks:
    protocol = trial.protocol
    one_out = leave_one_out_tree(data, tree["posterior"].to_dataset(), seed=seed)
    start = trial.order.start

    def night(day: int) -> date:
        return start + timedelta(days=day)

    return Checks(
        predictive=predictive_check(data, tree, whole=protocol.outcome.whole),
        patterns=_patterns(trial, data, tree),
        left_out=left_out_check(data, one_out, night if protocol.dated else None),
    )


def _patterns(trial: Trial, data: ModelData, tree: "xr.DataTree") -> Patterns:
    made_up = tree["posterior_predictive"]["outcome"].stack(sample=("chain", "draw")).transpose("sample", "day")
    draws = draws_of(data, tree["posterior"].to_dataset())
    return find_patterns(data, draws, made_up.to_numpy(), circumstances(trial))


@dataclass(frozen=True)
class _Parts:
    """What depends on which engines ran."""

    engines: Engines
    effects: tuple[PairEffect, ...]
    checks: Checks
    sensitivity: tuple[Choice, ...] | None


def _result(
    trial: Trial, data: ModelData, seed: int, tree: "xr.DataTree", parts: _Parts, quick: _Quick | None
) -> Result:
    """Everything that is said, in one record."""
    protocol = trial.protocol
    draws = tree["posterior"].to_dataset()
    record = ResultsRecord(
        nof1=__version__,
        protocol_sha256=protocol.sha256(),
        diary_sha256=trial.diary_sha256,
        simulated=protocol.simulated,
        randomized=protocol.randomized,
        family=protocol.analysis.family,
        edition=protocol.schema_version,
        seed=seed,
        priors=protocol.priors.model_dump(exclude_none=True),
        nights=describe_nights(trial, data),
        amendments=tuple(trial.amendments),
        unsealing=trial.unsealing,
        periods=describe_periods(trial),
        adherence=describe_adherence(trial),
        harms=describe_harms(trial),
        blinding=describe_blinding(trial),
        engines=parts.engines,
        effects=parts.effects,
        checks=parts.checks,
        sensitivity=parts.sensitivity,
        exposure=_exposure(data, highest_exposure(data, draws)),
        over_time=effect_over_time(
            protocol, data, seed=seed, leading=[entry.estimand for entry in parts.effects[: len(pairs(protocol))]]
        ),
        parameters=describe_parameters(data, draws),
        randomization_tests=randomization_tests(trial, seed=seed),
        versions={"python": platform.python_version()} | {name: version(name) for name in _VERSIONED},
        tipping=tipping_points(
            trial,
            data,
            [entry.over_nights for entry in parts.effects[: len(pairs(protocol))]],
            seed=seed,
            fitted=None if quick is None else quick.fit,
        ),
        paired_cycles=paired_cycles(trial),
        arms=arm_nights(trial),
        covariates=covariates_and_answer(trial, seed=seed),
        other_explanations=explain(trial, parts.effects[: len(pairs(protocol))]),
        at_period_ends=at_period_ends(trial),
        graded=graded_side_effects(trial),
        beside_by_arm=beside_by_arm(trial),
        taken_out=with_nights_taken_out(trial, seed=seed),
        doubts=trial.doubts,
    )
    tree.attrs.update(
        nof1=record.nof1,
        protocol_sha256=record.protocol_sha256,
        diary_sha256=record.diary_sha256,
        engine="nuts" if record.engines.nuts else "marginal",
    )
    return with_forecasts(Result(trial, record, tree), data, None if quick is None else quick.fit, seed=seed)


def _nuts_run(fitted: NutsFit) -> NutsRun:
    sizes = fitted.tree["posterior"].sizes
    return NutsRun(
        seconds=sum(fitted.seconds.values()),
        parts=fitted.seconds,
        rhat_max=fitted.rhat_max,
        ess_min=fitted.ess_min,
        divergences=fitted.divergences,
        target_accept=fitted.target_accept,
        chains=sizes["chain"],
        draws=sizes["draw"],
    )


def _silent(stage: str, done: int, whole: int) -> None:
    """No progress shown."""


def _exposure(data: ModelData, highest: Array) -> Exposure:
    return Exposure({arm: float(value) for arm, value in zip(data.arms, highest, strict=True)}, NEARLY_FULL)


def with_forecasts(result: Result, data: ModelData, fitted: MarginalFit | None, *, seed: int) -> Result:
    """The same with what more blocks would probably say, in the entry of every leading pair that is not settled."""
    protocol, trial = result.trial.protocol, result.trial
    roots: Roots = {}

    def foretold(pair: Pair, entry: PairEffect) -> PairEffect:
        estimand = entry.estimand
        if entry.verdict in SETTLED or entry.threshold is None:
            return entry
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
            vector = np.array(pair.vector)
            told = forecast_normal(
                protocol,
                data,
                standardized.full @ vector,
                standardized.over_nights @ vector,
                order=trial.order,
                estimand=estimand,
                regions=entry.regions,
                vector=pair.vector,
                seed=seed,
            )
        return replace(entry, forecast=told)

    lead = result.lead
    foretelling = tuple(foretold(pair, entry) for pair, entry in zip(pairs(protocol), lead, strict=True))
    others = tuple(entry for entry in result.record.effects if entry not in lead)
    return replace(result, record=replace(result.record, effects=(*foretelling, *others)))
