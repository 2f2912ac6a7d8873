"""What more nights would probably say: the chance that the verdict would then be settled (preposterior analysis).

Given theta = (phi, sigma, omega, half-life) the posterior of an effect is normal, and its variance V does not depend on
outcomes. So before a further night is lived, the mean that will be found is known to be normal about today's with variance
V - F, F being the variance that is left on the longer trial (Raiffa & Schlaifer 1961, chapter 5).

It must not import PyMC, knows no words for people, and decides by the protocol's rule alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import MarginalFit, contrast_sd
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import pairs
from nof1.analyze.model.exposure import exposure_summary
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

Estimand = Literal["full", "as-lived"]


# By number of further blocks and number of the continuation: roots of the effects' precision, shape (S, K, K).
Roots = dict[tuple[int, int], Array]


@dataclass(frozen=True)
class ForecastRow:
    """What a number of further blocks would probably say.

    Attributes
    ----------
    blocks, nights : int
        That many more, after the nights that are planned.
    chance_settled : float
        Chance that the verdict would then be one of the three below, from 0 to 1; it is their sum.
    helps, worsens, no_difference : float
        Chance of each verdict.
    """

    blocks: int
    nights: int
    chance_settled: float
    helps: float
    worsens: float
    no_difference: float


@dataclass(frozen=True)
class Forecast:
    """How many more blocks would probably settle the verdict.

    Attributes
    ----------
    estimand : {"full", "as-lived"}
    method : {"marginal", "approximate"}
        The second knows only draws of the effect, see `forecast_normal`.
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

    What will be known is taken for normal. Its variance counts that theta will still be in doubt: see `_look_ahead`. Held
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
    estimand : {"full", "as-lived"}
        The effect that the verdict is about. As lived, exposure is averaged over the treated nights so far and to come.
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
    contrast = _check(protocol, data, estimand, vector, more_blocks)
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
        longer = [lengthen(data, future, there, until) for future, there in zip(futures, recorded, strict=True)]
        parts = []
        for i, (terms, part) in enumerate(zip(longer, np.split(chosen, _CONTINUATIONS), strict=True)):
            if (blocks, i) not in known:
                known[blocks, i] = _effect_root(terms, fit.theta[part])
            parts.append(_variances(terms, fit, part, contrast, estimand, known[blocks, i]))
        mean, now, then = np.concatenate(parts, axis=1)
        doubt = Doubt.after(float(np.mean([terms.n for terms in longer])) - data.n, data, fit)
        found = _look_ahead(mean, now, then, fit.half_life[chosen], doubt, normal)
        return _row(protocol, blocks, blocks * each, *found)

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
    draws: Array,
    *,
    order: Order,
    estimand: Estimand,
    more_blocks: Sequence[int] = MORE_BLOCKS,
) -> Forecast:
    """The same from posterior draws of an effect alone: crude, for families that the marginal engine does not know.

    The variance is taken to shrink as nights so far / (nights so far + nights to come), that is as blocks / (blocks + k),
    and what will be known for normal. What the prior says and how nights resemble each other is not looked at.

    Parameters
    ----------
    draws : array, any shape
        Of the comparison, on the scale of the threshold.

    Raises
    ------
    InputError
        As `forecast`, or if the draws are not at least two different numbers.
    """
    _check(protocol, data, estimand, None, more_blocks)
    flat = np.sort(np.asarray(draws, dtype=float).ravel())
    if flat.size < 2 or not np.all(np.isfinite(flat)) or flat[0] == flat[-1]:
        raise InputError("A forecast needs posterior draws of the effect: at least two different numbers.")
    planned = planned_nights(protocol, data, order)
    so_far = len(data.doses)
    left = nights_left(data, planned)
    each = block_nights(protocol, order)

    def row(blocks: int) -> ForecastRow:
        rest = so_far / (so_far + left + blocks * each)
        future = flat.mean() + np.sqrt(1 - rest) * (flat - flat.mean())
        return _row(protocol, blocks, blocks * each, future, np.full(len(flat), flat.std() * np.sqrt(rest)))

    return Forecast(
        estimand=estimand,
        method="approximate",
        planned_left=left,
        finishing=row(0) if left else None,
        rows=tuple(row(blocks) for blocks in more_blocks),
    )


def _check(
    protocol: Protocol, data: ModelData, estimand: str, vector: Sequence[float] | None, more_blocks: Sequence[int]
) -> Array:
    """The comparison as an array, once all options are what they must be."""
    if estimand not in ("full", "as-lived"):
        raise InputError(f"There is no estimand {estimand!r}. Choose one of: full, as-lived.")
    if not more_blocks or any(blocks != int(blocks) or blocks < 1 for blocks in more_blocks):
        raise InputError(
            f"more_blocks is {tuple(more_blocks)!r}; it must be whole numbers from 1, such as (1, 2, 4, 8)."
        )
    contrast = np.array(pairs(protocol)[0].vector if vector is None else vector, dtype=float)
    if contrast.shape != (len(data.arms),):
        raise InputError(f"vector has the shape {contrast.shape}; it must have one number for each active arm.")
    return contrast


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
    if estimand == "as-lived":
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


def _row(protocol: Protocol, blocks: int, nights: int, mean: Array, sd: Array) -> ForecastRow:
    """How often the protocol's rule settles it, where the posterior is normal with each mean and sd."""
    certainty, threshold = protocol.analysis.certainty, protocol.outcome.threshold
    gain = mean if protocol.outcome.better == "higher" else -mean
    benefit, harm = ndtr((gain - threshold) / sd), ndtr((-gain - threshold) / sd)
    helps, worsens = float(np.mean(benefit >= certainty)), float(np.mean(harm >= certainty))
    small = float(np.mean(1 - benefit - harm >= certainty))
    return ForecastRow(blocks, nights, helps + worsens + small, helps, worsens, small)
