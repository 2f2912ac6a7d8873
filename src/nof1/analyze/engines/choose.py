"""One question, the engine that answers its family soonest: effects of every pair of arms for other choices of the analysis.

normal and duration: the marginal engine, milliseconds. rating and student: augmented chains in NumPy, a second or two.
ordinal, count and binary: PyMC with NUTS, several seconds each for compiling.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import MARGINAL_FAMILIES, MarginalFit, fit_marginal, fit_marginals
from nof1.analyze.engines.pair_effects import drawn_rows, highest_exposure, mixture_rows, rows_of
from nof1.analyze.engines.posterior import DRAWS, marginal_draws
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import JudgedPair
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError
from nof1.plan.protocol.family import OWN_PRIORS
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    from nof1.analyze.engines.augmented.fit import AugmentedFit

EngineName = Literal["nuts", "marginal", "augmented"]
AUGMENTED_FAMILIES = ("rating", "student")
_WORST_RHAT = 1.05  # for a choice beside the main analysis, which is held to more


@dataclass(frozen=True)
class EffectEstimates:
    """Effects of every pair of arms, the largest mean exposure of any night to each arm, shape (K,), and by which engine.

    `log_evidence` is the log of the nights' density with everything integrated out, of the marginal engine alone (of durations: of
    their logarithms).
    """

    rows: list[JudgedPair]
    highest: Array
    engine: EngineName
    log_evidence: float | None = None


def estimate(protocol: Protocol, data: ModelData, *, seed: int) -> EffectEstimates:
    """Effects by the engine of the family.

    Raises
    ------
    RefusalError
        If that engine cannot be trusted on these nights.
    """
    if data.family in MARGINAL_FAMILIES:
        return from_marginal(protocol, data, fit_marginal(data, seed=seed), seed=seed)
    if data.family in AUGMENTED_FAMILIES:
        return from_augmented(protocol, data, seed=seed)
    return _sampled(protocol, data, seed=seed)


def estimate_all(protocol: Protocol, trials: Sequence[ModelData], *, seed: int) -> list[EffectEstimates | RefusalError]:
    """The same for several models, in their order; those of the marginal engine are fitted together, which is quicker."""
    together = [data for data in trials if data.family in MARGINAL_FAMILIES]
    fitted = iter(fit_marginals(together, seed=seed))

    def one(data: ModelData) -> EffectEstimates | RefusalError:
        try:
            if data.family not in MARGINAL_FAMILIES:
                return estimate(protocol, data, seed=seed)
            fit = next(fitted)
            return fit if isinstance(fit, RefusalError) else from_marginal(protocol, data, fit, seed=seed)
        except RefusalError as refusal:
            return refusal

    return [one(data) for data in trials]


def from_marginal(
    protocol: Protocol, data: ModelData, fitted: MarginalFit, *, seed: int, draws: int = DRAWS
) -> EffectEstimates:
    """Effects from a fit of the marginal engine; `draws` count where the effect is not linear, of durations."""
    if data.family == "normal":
        rows = mixture_rows(protocol, fitted)
        return EffectEstimates(rows, fitted.highest_exposure, "marginal", fitted.log_evidence)
    from nof1.analyze.engines.nuts import mcse

    posterior = marginal_draws(data, fitted, seed=seed, draws=draws)
    rows = drawn_rows(protocol, data, posterior, mcse=mcse, seed=seed)
    return EffectEstimates(rows, fitted.highest_exposure, "marginal", fitted.log_evidence)


def from_augmented(protocol: Protocol, data: ModelData, *, seed: int) -> EffectEstimates:
    """Effects of the rating and the student family without PyMC."""
    from nof1.analyze.engines.augmented.fit import fit_augmented
    from nof1.analyze.engines.nuts import mcse

    assert data.family in ("rating", "student")
    defaults = OWN_PRIORS["student"]
    shape, rate = (getattr(data.priors, name) or defaults[name] for name in ("degrees_shape", "degrees_rate"))
    as_normal = replace(data, family="normal")  # where its chains begin
    fitted = fit_augmented(
        as_normal, data.family, low=data.low, high=data.high, seed=seed, nu_shape=shape, nu_rate=rate
    )
    draws = augmented_draws(data, fitted)
    rows = rows_of(protocol, data, draws, fitted.phi.shape, mcse, seed)
    return EffectEstimates(rows, exposure_summary(data.doses, data.treated, draws.half_life)[1], "augmented")


def augmented_draws(data: ModelData, fitted: "AugmentedFit") -> Draws:
    """Its draws as arrays, chain after chain."""

    def flat(values: Array) -> Array:
        return values.reshape(values.shape[0] * values.shape[1], *values.shape[2:])

    return Draws(
        level=flat(fitted.level),
        sigma=flat(fitted.sigma),
        phi=flat(fitted.phi),
        omega=flat(fitted.omega),
        half_life=flat(fitted.half_life) if data.exponential else None,
        trend=flat(fitted.trend),
        start_up=flat(fitted.start_up),
        covariate_effect=flat(fitted.covariate_effect),
        effect=flat(fitted.effect),
        period_offset=flat(fitted.period_offset),
        block_offset=flat(fitted.block_offset),
        degrees=flat(fitted.nu) if data.family == "student" else None,
    )


def _sampled(protocol: Protocol, data: ModelData, *, seed: int) -> EffectEstimates:
    from nof1.analyze.engines.nuts import EFFORTS, compile_nuts, mcse, sample_nuts

    sampled = sample_nuts(compile_nuts(data, progress=_silent), seed=seed, progress=_silent, efforts=EFFORTS[:1])
    if sampled.rhat_max > _WORST_RHAT:
        raise refused(RefusalError, "not settled", rhat=sampled.rhat_max)
    posterior = sampled.tree["posterior"].to_dataset()
    rows = drawn_rows(protocol, data, posterior, mcse=mcse, seed=seed)
    return EffectEstimates(rows, highest_exposure(data, posterior), "nuts")


def _silent(stage: str, done: int, whole: int) -> None:
    """No progress shown."""


def in_background[T](call: Callable[..., T], *arguments: object, **options: object) -> Callable[[], T]:
    """Start a call in another process and give a function that waits for its result.

    Where there is one core, or no process can be started, the call is made when the result is asked for.
    """
    import joblib

    if joblib.cpu_count() < 2:
        return lambda: call(*arguments, **options)
    # An executor of its own: joblib keeps one to use again, and takes a plain one of loky's for it.
    from joblib.externals.loky import ProcessPoolExecutor

    executor = ProcessPoolExecutor(max_workers=1)
    future = executor.submit(call, *arguments, **options)

    def wait() -> T:
        try:
            out: T = future.result()
            return out
        finally:
            executor.shutdown(wait=False)

    return wait
