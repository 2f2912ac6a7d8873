"""What more nights would probably say: the chance that the verdict would then be settled (preposterior analysis).

Given theta = (phi, sigma, omega, half-life) the posterior of an effect is normal, and its variance V does not depend on
outcomes. So before a further night is lived, the mean that will be found is known to be normal about today's with variance
V - F, F being the variance that is left on the longer trial (Raiffa & Schlaifer 1961, chapter 5).

It must not import PyMC, knows no words for people, and decides by the protocol's rule alone.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import MarginalFit, contrast_sd
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import Estimand, Pair, gain, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import beforehand, enough_for, least_chances
from nof1.analyze.model.prior_chances import PriorChances
from nof1.analyze.model.verdict import Regions
from nof1.analyze.simulation.continuation import (
    block_nights,
    continued,
    informing,
    lengthen,
    missing_share,
    nights_left,
    planned_nights,
)
from nof1.analyze.simulation.simulate import absent_nights
from nof1.errors import InputError
from nof1.plan.design.order import Order
from nof1.plan.protocol.protocol import Protocol

MORE_BLOCKS = (1, 2, 4, 8)
_THETA = 192  # draws of theta, shared out among the continuations
_CONTINUATIONS = 2
_MEANS = 32  # future means for each theta


# By number of further blocks and number of the continuation: roots of the effects' precision, shape (S, K, K).
Roots = dict[tuple[int, int], Array]
ESTIMANDS: tuple[Estimand, ...] = ("full", "over-nights")


@dataclass(frozen=True)
class ForecastRow:
    """What a number of further blocks would probably say.

    Attributes
    ----------
    blocks, nights : int
        That many more, after the nights that are planned.
    chance_settled : float
        Chance that the verdict would then be one of those below, from 0 to 1; it is their sum.
    helps, worsens, no_difference, no_quick : float
        Chance of each verdict; the last is *no quick difference*, which the first edition did not have.
    """

    blocks: int
    nights: int
    chance_settled: float
    helps: float
    worsens: float
    no_difference: float
    no_quick: float


@dataclass(frozen=True)
class Forecast:
    """How many more blocks would probably settle the verdict.

    Attributes
    ----------
    estimand : {"full", "over-nights"}
        The effect that leads; in the first edition the one that the verdict is about.
    method : {"marginal", "approximate"}
        The second knows only draws of the effects, see `forecast_normal`.
    planned_left : int
        Nights that are planned after the last recorded one. They come before any further block.
    finishing : ForecastRow or None
        What these nights would probably say, with no further block; None where none are left.
    rows : tuple of ForecastRow
        One for each number of further blocks.
    """

    estimand: Estimand
    method: Literal["marginal", "approximate"]
    planned_left: int
    finishing: ForecastRow | None
    rows: tuple[ForecastRow, ...]


def forecast(
    protocol: Protocol,
    data: ModelData,
    fit: MarginalFit,
    *,
    order: Order,
    estimand: Estimand,
    vector: Sequence[float] | None = None,
    more_blocks: Sequence[int] = MORE_BLOCKS,
    seed: int,
    roots: Roots | None = None,
) -> Forecast:
    """The chance that more blocks would settle the verdict, from the marginal engine's posterior.

    A block is each arm once, in random order, with the protocol's period lengths and washout; a few continuations are
    drawn. Designs that are not made of random blocks (balanced, listed, mirrored, alternating) go on in such blocks all
    the same, and an adopted trial does with its median stretch as the length of a period. Nights that are planned and not
    yet recorded come first, on the arms that the order says. Nights go missing as often as they did so far; doses are
    taken as planned; covariates stay at their average; a trend goes on at the same slope beyond the last planned night.
    What the priors alone say, and whether each arm has nights enough, are those of the longer trial.

    What will be known is taken for normal, and for both effects to go up and down together: given theta that is so of an arm
    against the reference, and nearly so of two active arms. Its variance counts that theta will still be in doubt: see `_look_ahead`. Held
    against trials that were lived on, it was off by about 0.06 at most, hardly more than chance (benchmarks/forecast.md).

    Parameters
    ----------
    protocol : Protocol
    data : ModelData
        Of the nights so far.
    fit : MarginalFit
        Of `data`.
    order : Order
        Of the trial, with its pauses.
    estimand : {"full", "over-nights"}
        The effect that leads. The second edition's rule looks at both, the first edition's at this one. Over the nights, exposure
        is averaged over the treated nights so far and to come.
    vector : sequence of float, shape (K,), optional
        The comparison, as in `Pair`; the first pair if not given.
    more_blocks : sequence of int
        Numbers of further blocks, each at least 1.
    seed : int
    roots : dict, optional
        Keeps what does not depend on the comparison, for further ones of the same trial, fit and seed.

    Raises
    ------
    InputError
        If an option is not what it must be, or the order is not that of these nights.
    """
    pair = _check(protocol, data, estimand, vector, more_blocks)
    known = {} if roots is None else roots
    rng = np.random.default_rng(seed)
    planned = planned_nights(protocol, data, order)
    left = nights_left(data, planned)
    each = block_nights(protocol, order)
    longest = max(more_blocks)
    futures = [continued(protocol, order, planned, longest, rng) for _ in range(_CONTINUATIONS)]
    lost = missing_share(protocol, data, planned)
    recorded = [informing(protocol, future) & ~absent_nights(len(future.arm), lost, rng) for future in futures]
    ticks = (rng.random() + np.arange(_THETA)) / _THETA  # systematic resampling
    chosen = rng.permutation(np.searchsorted(np.cumsum(fit.weights), ticks).clip(max=len(fit.weights) - 1))
    normal = ndtri((np.arange(_MEANS) + rng.random((_THETA, _MEANS))) / _MEANS)  # one in each of equal parts

    def row(blocks: int) -> ForecastRow:
        until = len(planned.arm) + blocks * each
        longer = [
            lengthen(protocol, data, future, there, until) for future, there in zip(futures, recorded, strict=True)
        ]
        parts = np.split(chosen, _CONTINUATIONS)
        for i, (terms, part) in enumerate(zip(longer, parts, strict=True)):
            if (blocks, i) not in known:
                known[blocks, i] = _effect_root(terms, fit.theta[part])
        doubt = Doubt.after(float(np.mean([terms.n for terms in longer])) - data.n, data, fit)

        def found(of: Estimand) -> Found:
            variances = [
                _variances(terms, fit, part, np.array(pair.vector), of, known[blocks, i])
                for i, (terms, part) in enumerate(zip(longer, parts, strict=True))
            ]
            mean, now, then = np.concatenate(variances, axis=1)
            return Found(*_look_ahead(mean, now, then, fit.half_life[chosen], doubt, normal))

        if protocol.schema_version == 1:
            return _first_edition_row(protocol, blocks, blocks * each, found(estimand))
        asked = np.concatenate(
            [
                np.repeat(_asked_of(protocol, terms, pair), len(part) * _MEANS, axis=1)
                for terms, part in zip(longer, parts, strict=True)
            ],
            axis=1,
        )
        return row_of(protocol, blocks, blocks * each, found("full"), found("over-nights"), asked)

    return Forecast(
        estimand=estimand,
        method="marginal",
        planned_left=left,
        finishing=row(0) if left else None,
        rows=tuple(row(blocks) for blocks in more_blocks),
    )


def forecast_normal(
    protocol: Protocol,
    data: ModelData,
    full: Array,
    over_nights: Array,
    *,
    order: Order,
    estimand: Estimand,
    regions: Regions | None,
    vector: Sequence[float] | None = None,
    more_blocks: Sequence[int] = MORE_BLOCKS,
    seed: int,
) -> Forecast:
    """The same from posterior draws of both effects alone: crude, for families that the marginal engine does not know.

    The variance is taken to shrink as nights so far / (nights so far + nights to come), that is as blocks / (blocks + k),
    and what will be known for normal. What the priors alone say is taken from today's nights, and how nights resemble each other
    is not looked at.

    Parameters
    ----------
    full, over_nights : arrays, shape (S,)
        Draws of the comparison on the scale of the threshold, a pair of numbers from each draw.
    regions : Regions or None
        Of today's answer, for what the priors alone say; None in the first edition.

    Raises
    ------
    InputError
        As `forecast`, or if the draws are not at least two different numbers.
    """
    pair = _check(protocol, data, estimand, vector, more_blocks)
    by_estimand = {
        name: np.asarray(draws, dtype=float).ravel() for name, draws in zip(ESTIMANDS, (full, over_nights), strict=True)
    }
    for draws in by_estimand.values():
        if draws.size < 2 or not np.all(np.isfinite(draws)) or np.ptp(draws) == 0:
            raise InputError("A forecast needs posterior draws of the effect: at least two different numbers.")
    rng = np.random.default_rng(seed)
    planned = planned_nights(protocol, data, order)
    so_far = data.days
    left = nights_left(data, planned)
    each = block_nights(protocol, order)
    future = continued(protocol, order, planned, max(more_blocks), rng)
    lost = missing_share(protocol, data, planned)
    recorded = informing(protocol, future) & ~absent_nights(len(future.arm), lost, rng)

    def row(blocks: int) -> ForecastRow:
        rest = so_far / (so_far + left + blocks * each)

        def found(of: Estimand) -> Found:
            draws = by_estimand[of]
            mean = draws.mean() + np.sqrt(1 - rest) * (draws - draws.mean())
            return Found(mean, np.full(len(draws), draws.std() * np.sqrt(rest)))

        if regions is None:
            return _first_edition_row(protocol, blocks, blocks * each, found(estimand))
        longer = lengthen(protocol, data, future, recorded, len(planned.arm) + blocks * each)
        prior = PriorChances(
            full_benefit=regions.full_benefit.prior,
            full_harm=regions.full_harm.prior,
            full_small=regions.full_small.prior,
            nights_small=regions.nights_small.prior,
        )
        asked = _asked(protocol, prior, longer, pair)
        return row_of(protocol, blocks, blocks * each, found("full"), found("over-nights"), asked)

    return Forecast(
        estimand=estimand,
        method="approximate",
        planned_left=left,
        finishing=row(0) if left else None,
        rows=tuple(row(blocks) for blocks in more_blocks),
    )


def _check(
    protocol: Protocol, data: ModelData, estimand: str, vector: Sequence[float] | None, more_blocks: Sequence[int]
) -> Pair:
    """The comparison, once all options are what they must be."""
    if estimand not in ("full", "over-nights"):
        raise InputError(f"There is no estimand {estimand!r}. Choose one of: full, over-nights.")
    if not more_blocks or any(blocks != int(blocks) or blocks < 1 for blocks in more_blocks):
        raise InputError(
            f"more_blocks is {tuple(more_blocks)!r}; it must be whole numbers from 1, such as (1, 2, 4, 8)."
        )
    contrast = np.array(pairs(protocol)[0].vector if vector is None else vector, dtype=float)
    if contrast.shape != (len(data.arms),):
        raise InputError(f"vector has the shape {contrast.shape}; it must have one number for each active arm.")
    return Pair("", "", tuple(contrast.tolist()))


def _effect_root(longer: ModelData, theta: Array) -> Array:
    """Triangular R with (R R')^-1 the covariance of the effects on the longer trial given each theta."""
    model = MarginalModel(longer)
    last = slice(model.n_fixed, model.c)
    return model.density_and_root(theta)[1][:, last, last]


def _variances(
    longer: ModelData, fit: MarginalFit, chosen: NDArray[np.int64], contrast: Array, estimand: Estimand, root: Array
) -> Array:
    """Given each chosen theta: the effect's mean and variance today, and its variance on the longer trial, shape (3, S)."""
    vector = np.broadcast_to(contrast, (len(chosen), root.shape[1]))
    if estimand == "over-nights":
        half_life = fit.half_life[chosen] if longer.exponential else None
        vector = vector * exposure_summary(longer.doses, longer.treated, half_life)[0]
    mean = np.sum(fit.effect_mean[chosen] * vector, axis=1)
    now, then = contrast_sd(fit.effect_root[chosen], vector) ** 2, contrast_sd(root, vector) ** 2
    return np.stack([mean, now, np.minimum(then, now)])


@dataclass(frozen=True)
class Doubt:
    """Shares of today's variance that further nights will leave: of a half-life's logarithm, and of the rest of theta."""

    half_life: float
    rest: float

    @classmethod
    def after(cls, nights: float, data: ModelData, fit: MarginalFit) -> "Doubt":
        """What that many more nights with an outcome will leave.

        Precision grows in proportion to the nights. Of a half-life only the part of it that is not the prior's does:
        where no effect is seen, nothing is learned of how it builds up.
        """
        rest = data.n / (data.n + nights)
        if not data.exponential:
            return cls(rest, rest)
        logs = np.log(fit.half_life)
        now = 1 / max(float(fit.weights @ (logs - fit.weights @ logs) ** 2), 1e-12)
        prior = min(now, data.priors.half_life_log_sd**-2)
        return cls(now / (prior + (now - prior) / rest), rest)


def _look_ahead(
    mean: Array, now: Array, then: Array, half_life: Array, doubt: Doubt, normal: Array
) -> tuple[Array, Array]:
    """Mean and sd that will be found, for each true theta and each quantile of what it will say, flattened.

    Whoever decides then will not know theta either, so the sd is that of a mixture over what is left of its doubt. A
    quantity of which a share r of the variance is left will be found, on average, with a scatter of 1 - r of it about
    today's mean; so is log F. Of B, the spread between thetas of today's means, r V_after / V_now is left, since further
    nights correct a mean whatever theta is; and the mean to come scatters with the rest of B and all of V - F: what is
    found and what is left add up to today's variance. Both B and log F are split into what goes with the half-life and
    what does not. Held against trials that were lived on in benchmarks/forecast.md.

    Parameters
    ----------
    mean, now, then : arrays, shape (S,)
        The effect's mean and variance V today given each theta, and its variance F with the further nights.
    half_life : array, shape (S,)
        nan where the model has none.
    doubt : Doubt
    normal : array, shape (S, Z)
        Standard normal quantiles.

    Returns
    -------
    mean, sd : arrays, shape (S Z,)
    """
    kept = float(then.mean() / now.mean())
    centre, variance, logs = np.full(len(mean), mean.mean()), np.zeros(len(mean)), np.zeros(len(mean))
    shares = (doubt.half_life, doubt.rest)
    for share, means, spreads in zip(
        shares, _by_half_life(mean, half_life), _by_half_life(np.log(then), half_life), strict=True
    ):
        centre += np.sqrt(1 - share * kept) * means
        variance += share * kept * means.var()
        logs += np.sqrt(1 - share) * spreads
    found = np.exp(logs)
    variance += found * (then.mean() / found.mean())
    future = centre[:, None] + np.sqrt(now - then)[:, None] * normal
    return future.ravel(), np.repeat(np.sqrt(variance), normal.shape[1])


def _by_half_life(values: Array, half_life: Array) -> tuple[Array, Array]:
    """What of the values goes with the half-life (a parabola in its logarithm) and what does not; both have mean zero."""
    centred = values - values.mean()
    logs = np.log(half_life)
    if not np.ptp(logs) > 0:  # also where the model has none: nan
        return np.zeros(len(values)), centred
    z = (logs - logs.mean()) / logs.std()
    columns = np.column_stack([np.ones(len(z)), z, z**2])
    along = columns @ np.linalg.lstsq(columns, centred, rcond=None)[0]
    return along, centred - along


@dataclass(frozen=True)
class Found:
    """Mean and sd that will be found for an effect, for many futures; shape (S,)."""

    mean: Array
    sd: Array

    def chances(self, protocol: Protocol) -> tuple[Array, Array, Array]:
        """Better by the threshold or more, smaller than it, worse by it or more, where the posterior is normal."""
        better, threshold = gain(protocol, self.mean), protocol.threshold
        benefit, harm = ndtr((better - threshold) / self.sd), ndtr((-better - threshold) / self.sd)
        return benefit, 1 - benefit - harm, harm


def _asked_of(protocol: Protocol, longer: ModelData, pair: Pair) -> Array:
    """What the rule asks for on the longer trial: shape (4, 1)."""
    known = beforehand(protocol, longer, [pair])
    assert known.chances is not None  # a forecast has a threshold
    return _asked(protocol, known.chances[0], longer, pair)


def _asked(protocol: Protocol, prior: PriorChances, longer: ModelData, pair: Pair) -> Array:
    asked = least_chances(protocol, prior, enough=enough_for(longer, pair))
    return np.array(astuple(asked))[:, None]


def row_of(protocol: Protocol, blocks: int, nights: int, full: Found, over_nights: Found, asked: Array) -> ForecastRow:
    """How often the protocol's rule settles it; `asked` holds `LeastChances` for every future or one for all, shape (4, S or 1)."""
    benefit, small, harm = full.chances(protocol)
    _, nights_small, _ = over_nights.chances(protocol)
    helps = benefit >= asked[0]
    worsens = ~helps & (harm >= asked[1])
    quick = ~(helps | worsens) & (nights_small >= asked[3])
    neither = quick & (small >= asked[2])
    return _chances(blocks, nights, helps, worsens, neither, quick & ~neither)


def _first_edition_row(protocol: Protocol, blocks: int, nights: int, found: Found) -> ForecastRow:
    certainty = protocol.analysis.certainty
    benefit, small, harm = (chance >= certainty for chance in found.chances(protocol))
    return _chances(blocks, nights, benefit, harm, small, np.zeros(1, dtype=bool))


def _chances(blocks: int, nights: int, *verdicts: NDArray[np.bool_]) -> ForecastRow:
    shares = [float(np.mean(verdict)) for verdict in verdicts]
    return ForecastRow(blocks, nights, sum(shares), *shares)
