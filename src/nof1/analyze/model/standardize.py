"""Effects on the outcome's own scale, for every family: predicted nights with and without, averaged over the trial's nights.

On the family's scale an effect is a number; on the outcome's scale it depends on where a night stands. So every recorded
night is predicted twice, all else of it being the same, and the difference is averaged (standardization, also called
g-computation: Robins 1986). It must not import PyMC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.model.autoregression import stationary
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, exposures, linear_predictor, without_treatment
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.response import at_least, expected, outcomes

LINEAR = ("normal", "student")  # families in which an effect is the same on every night
_NIGHTS = 8  # pairs of random nights for each draw

MEASURES = {
    "normal": "difference in points",
    "student": "difference in points",
    "rating": "difference of expected ratings",
    "ordinal": "difference of expected levels",
    "count": "difference of expected counts",
    "binary": "difference of risks",
    "duration": "difference of medians",
}


@dataclass(frozen=True)
class Standardized:
    """Effects of one trial on the outcome's own scale, draw by draw.

    Attributes
    ----------
    full : array, shape (S, K)
        Of each active arm at full exposure against none, in points of the outcome.
    over_nights : array, shape (S, K)
        Mean over each arm's recorded nights of predicted minus predicted-had-it-been-off; in the families `LINEAR` over all
        its nights, since there exposure alone makes a difference and is known of nights without an outcome, too.
    levels : array, shape (S, K + 1)
        Expected outcome at full exposure, of no exposure first.
    """

    full: Array
    over_nights: Array
    levels: Array


def standardize(data: ModelData, draws: Draws) -> Standardized:
    """Effects of every arm on the outcome's own scale."""
    if data.family in LINEAR:
        on_treated, _ = exposure_summary(data.doses, data.treated, draws.half_life)
        off = np.concatenate([without_treatment(data, part).mean(axis=1) for part in draws.in_parts()])
        levels = np.column_stack([off, off[:, None] + draws.effect])
        return Standardized(draws.effect, draws.effect * on_treated, levels)
    parts = [_standardize(data, part) for part in draws.in_parts()]
    full, realised, levels = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("full", "over_nights", "levels")
    )
    return Standardized(full, realised, levels)


def _standardize(data: ModelData, draws: Draws) -> Standardized:
    base = without_treatment(data, draws)
    off = expected(data, draws, base).mean(axis=1)
    on = [expected(data, draws, base + effect[:, None]).mean(axis=1) for effect in draws.effect.T]
    realised = np.empty((len(draws), len(data.arms)))
    exposed = exposures(data, draws)
    actual = linear_predictor(data, draws)
    as_predicted = expected(data, draws, actual)
    for k in range(len(data.arms)):
        nights = data.treated[data.dose_day, k]
        without = actual[:, nights] - exposed[:, nights, k] * draws.effect[:, k, None]
        difference = as_predicted[:, nights] - expected(data, draws, without)
        realised[:, k] = difference.mean(axis=1)
    levels = np.column_stack([off, *on])
    return Standardized(levels[:, 1:] - off[:, None], realised, levels)


def night_better(
    data: ModelData, draws: Draws, vectors: Sequence[Array], *, better: str, full: bool, rng: np.random.Generator
) -> list[float]:
    """Chance that a random night on an arm is better than a random night on the other, ties shared equally.

    Two nights with periods and states of their own are drawn for each draw and each pair of arms, at the trial's average level,
    trend, start, blocks and covariates: two nights of one block share it, so that it does not set them apart.

    Parameters
    ----------
    vectors : sequence of arrays, shape (K,)
        1 for the arm, -1 for an active arm that it is compared with.
    full : bool
        At full exposure, else at each arm's mean exposure over its own nights.
    """
    exposed = np.ones((1, len(data.arms)))
    if not full:
        exposed, _ = exposure_summary(data.doses, data.treated, draws.half_life)
    base = np.concatenate(
        [(without_treatment(data, part) - _period_offsets(data, part)).mean(axis=1) for part in draws.in_parts()]
    )
    arm_level = base[:, None] + draws.effect * exposed  # (S, K)

    def nights(level: Array) -> Array:
        offset = draws.omega[:, None] * rng.standard_normal((len(draws), _NIGHTS))
        location = level[:, None] + offset + stationary(data, draws, _NIGHTS, rng)
        return outcomes(data, draws, location, rng)

    out = []
    for vector in vectors:
        on, other = (int(np.argmax(np.asarray(vector) == sign)) for sign in (1, -1))
        one = nights(arm_level[:, on])
        two = nights(arm_level[:, other] if np.any(np.asarray(vector) == -1) else base)
        gain = one - two if better == "higher" else two - one
        out.append(float(np.mean((gain > 0) + 0.5 * (gain == 0))))
    return out


def _period_offsets(data: ModelData, draws: Draws) -> Array | float:
    return draws.period_offset[:, data.period] if data.period_effects else 0.0


def further_measures(data: ModelData, draws: Draws, standardized: Standardized, vector: Array) -> dict[str, Array]:
    """What else is said of an effect at full exposure, draw by draw: ratios, and the chance of at least each level."""
    on = 1 + int(np.argmax(np.asarray(vector) == 1))
    other = 1 + int(np.argmax(np.asarray(vector) == -1)) if np.any(np.asarray(vector) == -1) else 0
    one, two = standardized.levels[:, on], standardized.levels[:, other]
    match data.family:
        case "count":
            return {"ratio of expected counts": one / two}
        case "duration":
            return {"ratio of medians": one / two}
        case "binary":
            return {"odds ratio": _odds(one) / _odds(two)}
        case "ordinal":
            by_level = _by_level(data, draws, on, other)
            names = [
                f"difference in the chance of at least {level:g}" for level in np.arange(data.low + 1, data.high + 1)
            ]
            return dict(zip(names, by_level, strict=True)) | {"log odds ratio": draws.effect @ np.asarray(vector)}
        case _:
            return {}


def _odds(risk: Array) -> Array:
    """Odds that stay finite where a risk is 0 or 1 to the last digit."""
    risk = np.clip(risk, 1e-12, 1 - 1e-12)
    return risk / (1 - risk)


def _by_level(data: ModelData, draws: Draws, on: int, other: int) -> Array:
    """Difference between two arms in the chance of at least each level, shape (levels - 1, S)."""

    def chances(part: Draws, arm: int) -> Array:
        base = without_treatment(data, part)
        shift: Array | float = part.effect[:, arm - 1, None] if arm else 0.0
        return at_least(part, base + shift).mean(axis=2)

    return np.concatenate([chances(part, on) - chances(part, other) for part in draws.in_parts()], axis=1)
