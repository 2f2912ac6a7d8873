"""How much the priors weigh: in what is known about the full effect, and in a verdict that is settled.

Scaling all priors together would call out most sound trials. Two questions are asked instead. How wide is the full effect still,
beside its prior? And would a settled verdict change if the prior of the effect, or that of the half-life, each alone, counted a
little less or more (power-scaling, Kallioinen et al. 2024)? Knows no pages; what an engine says under other priors is asked of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.checks.model_checks import ModelCheck
from nof1.analyze.engines.choose import estimate_all
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, draws_of
from nof1.analyze.model.effects import SETTLED, Effect, Pair, Verdict, effect_from_draws, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import Beforehand, JudgedPair, enough_for, judge
from nof1.analyze.model.prior import priors_of
from nof1.analyze.model.prior_chances import PriorChances, counted_chances, prior_chances, prior_draws
from nof1.analyze.model.standardize import LINEAR, standardize
from nof1.errors import RefusalError
from nof1.plan.protocol.protocol import Protocol

if TYPE_CHECKING:
    import xarray as xr

LARGEST_SHARE = 1 / 3
POWERS = (0.8, 1.25)  # a prior to the power of less than 1 counts for less
ScaledName = Literal["effect", "half-life"]
# The prior's sd that a power divides by its root: for normal priors that is the whole of power-scaling.
_SD: dict[ScaledName, str] = {"effect": "effect_sd", "half-life": "half_life_log_sd"}
_PARAMETER: dict[ScaledName, str] = {"effect": "effect", "half-life": "half_life"}

Again = Callable[[Sequence[ModelData]], list[list[JudgedPair] | None]]  # None where the answer cannot be trusted


@dataclass(frozen=True)
class PriorShare:
    """Of one pair of arms: posterior variance of the full effect, on the model's own scale, over its prior variance."""

    arm: str
    reference: str
    share: float

    @property
    def large(self) -> bool:
        """Whether more than a third of what is known about the full effect is the prior."""
        return self.share > LARGEST_SHARE


@dataclass(frozen=True)
class ScaledPrior:
    """A settled verdict, and what it is with one prior to the power of `power`; None where there was no answer.

    The prior is that of all arms' effects, or of the half-life.
    """

    arm: str
    reference: str
    prior: ScaledName
    power: float
    planned: Verdict
    verdict: Verdict | None

    @property
    def changed(self) -> bool:
        """Whether the verdict is another one."""
        return self.verdict is not None and self.verdict != self.planned


@dataclass(frozen=True)
class PriorWeight(ModelCheck):
    """How much the priors weigh.

    Attributes
    ----------
    shares : tuple of PriorShare
        One for each pair of arms.
    scaled : tuple of ScaledPrior
        Four for each pair whose verdict is settled, two without a half-life; none where nothing is settled.
    """

    shares: tuple[PriorShare, ...]
    scaled: tuple[ScaledPrior, ...]

    @property
    def mostly_prior(self) -> tuple[PriorShare, ...]:
        """Pairs of whose full effect more than a third is the prior."""
        return tuple(one for one in self.shares if one.large)

    @property
    def resting(self) -> tuple[tuple[str, str], ...]:
        """Pairs (arm, reference) whose verdict rests on a prior: one of the scaled ones changes it."""
        return tuple(dict.fromkeys((one.arm, one.reference) for one in self.scaled if one.changed))


def prior_weight_check(
    protocol: Protocol,
    data: ModelData,
    rows: Sequence[JudgedPair],
    posterior: "xr.Dataset",
    *,
    refit: bool,
    seed: int,
) -> PriorWeight:
    """How much the priors weigh in an answer.

    Parameters
    ----------
    protocol : Protocol
    data : ModelData
    rows : sequence of JudgedPair
        The answer, one for each pair.
    posterior : xarray.Dataset
        Draws of its parameters.
    refit : bool
        Whether `rows` are the marginal engine's: then it fits the nights anew with each scaled prior. The draws of other engines
        are weighted anew. So two computations are never mistaken for two priors.
    seed : int

    Examples
    --------
    >>> from nof1.analyze.checks.prior_weight import prior_weight_check
    >>> data, draws = build_model_data(trial), result.posterior["posterior"].to_dataset()
    >>> found = prior_weight_check(trial.protocol, data, result.lead, draws, refit=True, seed=1)
    >>> [round(one.share, 1) for one in found.shares], found.resting
    ([0.3], ())
    """
    draws = draws_of(data, posterior)
    again: Again = _fitted_anew(protocol, seed) if refit else _weighted_anew(protocol, data, draws, seed)
    compared = pairs(protocol)
    shares, scaled = _shares(data, compared, rows, draws), _scaled(data, compared, rows, again)
    passed = not any(one.large for one in shares) and not any(one.changed for one in scaled)
    return PriorWeight(passed, shares, scaled)


def _shares(
    data: ModelData, compared: Sequence[Pair], rows: Sequence[JudgedPair], draws: Draws
) -> tuple[PriorShare, ...]:
    def of(vector: Array, row: JudgedPair) -> float:
        # In points the effect is what the answer tells; on other scales it is known from draws alone.
        after = row.full.sd**2 if data.family in LINEAR else float(np.var(draws.effect @ vector, ddof=1))
        return after / (data.priors.effect_sd**2 * float(np.sum(vector**2)))

    return tuple(
        PriorShare(pair.arm, pair.reference, of(np.array(pair.vector), row))
        for pair, row in zip(compared, rows, strict=True)
    )


def _scaled(
    data: ModelData, compared: Sequence[Pair], rows: Sequence[JudgedPair], again: Again
) -> tuple[ScaledPrior, ...]:
    settled = [i for i, row in enumerate(rows) if row.verdict in SETTLED]
    if not settled:
        return ()
    names: list[ScaledName] = ["effect", "half-life"] if data.exponential else ["effect"]
    tried = [(name, power) for name in names for power in POWERS]
    answers = again([with_power(data, name, power) for name, power in tried])
    verdicts_of = [None if answer is None else [row.verdict for row in answer] for answer in answers]
    found = dict(zip(tried, verdicts_of, strict=True))
    return tuple(
        ScaledPrior(
            compared[i].arm,
            compared[i].reference,
            name,
            power,
            rows[i].verdict,
            None if verdicts is None else verdicts[i],
        )
        for i in settled
        for (name, power), verdicts in found.items()
    )


def with_power(data: ModelData, name: ScaledName, power: float) -> ModelData:
    """The same model with one prior to the power of `power`: normal in the effects, or in the logarithm of the half-life.

    Normal(m, sd) to the power a is, up to a constant, Normal(m, sd / sqrt(a)).
    """
    sd = getattr(data.priors, _SD[name]) / np.sqrt(power)
    return replace(data, priors=data.priors.model_copy(update={_SD[name]: float(sd)}))


def _fitted_anew(protocol: Protocol, seed: int) -> Again:
    def again(others: Sequence[ModelData]) -> list[list[JudgedPair] | None]:
        found = estimate_all(protocol, others, seed=seed)
        return [None if isinstance(one, RefusalError) else one.rows for one in found]

    return again


def _weighted_anew(protocol: Protocol, data: ModelData, draws: Draws, seed: int) -> Again:
    """Verdicts from the same draws under other priors. Effects on the outcome's own scale are worked out once, when first asked for.

    Draws of the priors are weighted anew, too, for the chances that the rule starts from.
    """
    compared = pairs(protocol)
    vectors = [np.array(pair.vector) for pair in compared]
    before = beforehand_of(protocol, data, vectors)
    after = cache(lambda: standardize(data, draws))

    def weighted(other: ModelData) -> list[JudgedPair]:
        chosen = resampled(prior_ratio(data, other, draws), np.random.default_rng(seed))
        effects = after()

        def summed(values: Array, vector: Array) -> Effect:
            return effect_from_draws(protocol, (values @ vector)[chosen][None], np.nan, _no_mcse)

        half_life = None if draws.half_life is None else draws.half_life[chosen]
        return judge(
            protocol,
            Beforehand(before(other), [enough_for(data, pair) for pair in compared]),
            compared,
            [(summed(effects.full, vector), summed(effects.over_nights, vector)) for vector in vectors],
            highest=exposure_summary(data.doses, data.treated, half_life)[1],
            build_up=[None] * len(compared),
            draws=len(draws),
        )

    return lambda others: [weighted(other) for other in others]


def beforehand_of(
    protocol: Protocol, data: ModelData, vectors: Sequence[Array]
) -> Callable[[ModelData], list[PriorChances] | None]:
    """Prior chances of combinations of arms under other priors of effect and half-life, from one set of draws; None without a rule."""
    drawn = cache(lambda: prior_draws(data))
    effects = cache(lambda: standardize(data, drawn()))

    def chances(other: ModelData) -> list[PriorChances] | None:
        if protocol.schema_version == 1 or protocol.outcome.threshold is None:
            return None
        if data.family in LINEAR:
            return prior_chances(protocol, other)
        return counted_chances(protocol, effects(), vectors, prior_ratio(data, other, drawn()))

    return chances


def prior_ratio(data: ModelData, other: ModelData, draws: Draws) -> Array:
    """Prior density of each draw's effects and half-life in the model `other`, over that in `data`: its weight, shape (S,)."""
    log_ratio = np.zeros(len(draws))
    before, after = priors_of(data), priors_of(other)
    for name in _PARAMETER.values():
        values = getattr(draws, name)
        if name in before and values is not None:
            ratio = after[name].log_density(values) - before[name].log_density(values)
            log_ratio += ratio.reshape(len(draws), -1).sum(axis=1)
    out: Array = np.exp(log_ratio - log_ratio.max())
    return out


def resampled(weights: Array, rng: np.random.Generator) -> NDArray[np.intp]:
    """As many draws as there are, taken by their weights (systematic resampling): their places, in order."""
    ticks = (rng.random() + np.arange(len(weights))) / len(weights)
    return np.searchsorted(np.cumsum(weights) / weights.sum(), ticks).clip(max=len(weights) - 1)


def _no_mcse(draws: Array, of: str, probability: float | None) -> float:
    """Nobody reads how exactly the numbers behind a verdict are known here."""
    return 0.0
