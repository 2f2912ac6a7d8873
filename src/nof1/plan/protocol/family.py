"""Families: for which outcomes each likelihood is, its default priors, and which priors it has. Knows no model.

Priors follow one rule for each scale of the model, so that they say the same about every outcome:

- points (normal, rating, student): shares of the range R = high - low, see `_points`;
- log (count, duration): ratios, so that no range is needed but for the level; an effect's 95 % is a factor of 1/7 to 7;
- logit (binary, ordinal): log odds; an effect's 95 % is an odds ratio of 1/19 to 19.
"""

import math
from dataclasses import dataclass
from typing import Literal, get_args

Family = Literal["normal", "rating", "student", "ordinal", "count", "binary", "duration"]
FAMILIES: tuple[Family, ...] = get_args(Family)
Scale = Literal["points", "log", "logit"]

SCALES: dict[Family, Scale] = {
    "normal": "points",
    "rating": "points",
    "student": "points",
    "ordinal": "logit",
    "count": "log",
    "binary": "logit",
    "duration": "log",
}
WHOLE_NUMBERS: tuple[Family, ...] = ("rating", "ordinal", "count", "binary")
# Priors that one family alone has.
OWN_PRIORS: dict[Family, dict[str, float]] = {
    "student": {"degrees_shape": 2.0, "degrees_rate": 0.1},  # Juarez & Steel 2010
    "count": {"overdispersion_scale": 0.5},
    "ordinal": {"gap_median": 1.0, "gap_log_sd": 0.75},
}
# Families whose outcome has no unit, and what it has instead.
WITHOUT_UNIT: dict[Family, str] = {"ordinal": "it has levels", "binary": "it is yes or no"}
_MOST_LEVELS = 12


@dataclass(frozen=True)
class Ends:
    """What a family must know of the outcome: the ends of its scale, and whether only whole numbers are used."""

    low: float
    high: float
    whole: bool


def default_priors(family: Family, low: float, high: float, *, edition: int = 2) -> dict[str, float]:
    """Default priors of a family for an outcome from `low` to `high`, by name; of the first or the second edition."""
    match SCALES[family]:
        case "points":
            shared = _points(low, high)
        case "log":
            shared = _log(low, high, latent=family == "count")
        case "logit":
            shared = _logit(math.log(max(high - low, 1.0)) if family == "ordinal" else 0.0)
    if edition > 1:
        shared |= _second_edition(shared, log=SCALES[family] == "log")
    return shared | OWN_PRIORS.get(family, {})


def _second_edition(first: dict[str, float], *, log: bool) -> dict[str, float]:
    """What the second edition has otherwise, on every scale by one rule.

    A start-up is as large as a drift; blocks differ by half of what effects have; periods by half of what they had, since blocks
    take the slow part. Effects on the logarithm have sd 1: 0.7 excluded a published ratio of 0.039.
    """
    return {
        "effect_sd": 1.0 if log else first["effect_sd"],
        "start_up_sd": first["trend_sd"],
        "block_sd": first["effect_sd"] / 2,
        "period_scale": first["period_scale"] / 2,
    }


def _points(low: float, high: float) -> dict[str, float]:
    """A quarter of R for level and noise, a fifth for effects; a twentieth for periods, which the second edition halves."""
    span = high - low
    return {
        "level_mean": (low + high) / 2,
        "level_sd": span / 4,
        "effect_sd": span / 5,
        "trend_sd": span / 5,
        "covariate_sd": span / 5,
        "period_scale": span / 20,
        "noise_scale": span / 4,
    }


def _log(low: float, high: float, *, latent: bool) -> dict[str, float]:
    """A level about a quarter up the scale, within a factor of e; everything else is a ratio."""
    return {
        "level_mean": round(math.log(max(low + (high - low) / 4, 1e-6)), 6),
        "level_sd": 1.0,
        "effect_sd": 0.7,
        "trend_sd": 0.7,
        "covariate_sd": 0.7,
        "period_scale": 0.2,
        "noise_scale": 0.5 if latent else 0.7,
    }


def _logit(level_mean: float) -> dict[str, float]:
    return {
        "level_mean": round(level_mean, 6),
        "level_sd": 1.5,
        "effect_sd": 1.5,
        "trend_sd": 1.5,
        "covariate_sd": 1.5,
        "period_scale": 0.5,
        "noise_scale": 1.0,
    }


def family_refusal(family: Family, ends: Ends) -> str | None:
    """Why an outcome cannot be of a family, or None if it can."""
    if family in WHOLE_NUMBERS and not ends.whole:
        return (
            f'family "{family}" is for whole numbers; set whole = true in the outcome, or choose "normal" or "student"'
        )
    if family in WHOLE_NUMBERS and (ends.low % 1 or ends.high % 1):
        return f'family "{family}" needs low and high to be whole numbers'
    if family == "binary" and (ends.low, ends.high) != (0, 1):
        return 'family "binary" is for yes or no: low must be 0 and high 1'
    if family == "ordinal" and not 2 <= ends.high - ends.low < _MOST_LEVELS:
        return f'family "ordinal" is for 3 to {_MOST_LEVELS} ordered levels, numbered without gaps from low to high; choose "rating" for more'
    if family in ("count", "duration") and ends.low < 0:
        return f'family "{family}" cannot be below 0; low is {ends.low:g}'
    return None
