"""From a posterior to what is said of an effect: mean, interval, chances.

The sign is the outcome's own (negative = lower rating); "better" follows the protocol.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr, ndtri

from nof1.analyze.arrays import Array
from nof1.plan.protocol.protocol import Protocol

# The one place that says which interval is reported: 95 %, equal tails.
LEVEL = 0.95
INTERVAL_KIND = "eti"
TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)

# At full exposure; and averaged over the nights that were spent on the arm.
Estimand = Literal["full", "over-nights"]
Verdict = Literal[
    "helps",
    "worsens",
    "no difference that matters",
    "no quick difference",
    "leans better",
    "leans worse",
    "can't tell yet",
]
SETTLED: tuple[Verdict, ...] = ("helps", "worsens", "no difference that matters", "no quick difference")


@dataclass(frozen=True)
class Pair:
    """Two arms to compare, and the combination of the K active arms' effects that does it."""

    arm: str
    reference: str
    vector: tuple[float, ...]


@dataclass(frozen=True)
class Effect:
    """One effect as it is reported; numbers in outcome points, chances from 0 to 1.

    `mcse_mean`, `mcse_sd` and `mcse_interval` are Monte Carlo standard errors. `p_benefit` is the chance of a change
    for the better by at least the threshold, `p_harm` for the worse, `p_small` of one smaller than it; None where no threshold was
    stated. `p_night_better` is the chance that a random night on is better than a random night off.
    """

    mean: float
    sd: float
    interval: tuple[float, float]
    p_better: float
    p_benefit: float | None
    p_small: float | None
    p_harm: float | None
    p_night_better: float
    mcse_mean: float
    mcse_sd: float
    mcse_interval: tuple[float, float]

    @property
    def by_threshold(self) -> tuple[float, float, float]:
        """The three chances that need a threshold, of a trial that has one: better by it or more, smaller, worse by it or more."""
        assert self.p_benefit is not None
        assert self.p_small is not None
        assert self.p_harm is not None
        return self.p_benefit, self.p_small, self.p_harm

    def to_dict(self) -> dict[str, Any]:
        """Plain values for results.json."""
        fields = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}


def pairs(protocol: Protocol) -> tuple[Pair, ...]:
    """Every active arm against the reference, then the active arms against each other."""
    active = [arm.name for arm in protocol.active_arms]
    unit = np.eye(len(active))
    against = [Pair(name, protocol.reference, tuple(unit[i])) for i, name in enumerate(active)]
    among = [Pair(active[j], active[i], tuple(unit[j] - unit[i])) for i, j in combinations(range(len(active)), 2)]
    return (*against, *among)


def effect_from_draws(
    protocol: Protocol, draws: Array, p_night_better: float, mcse: Callable[[Array, str, float | None], float]
) -> Effect:
    """Sum up draws of an effect.

    Parameters
    ----------
    draws : array, shape (chains, draws)
        Of the effect, in points.
    p_night_better : float
        Chance that a random night on is better than one off.
    mcse : callable
        Monte Carlo standard error of "mean", "sd" or the "quantile" at a probability.
    """
    gains = gain(protocol, draws)
    threshold = protocol.outcome.threshold
    low, high = (float(np.quantile(draws, tail)) for tail in TAILS)
    return _effect(
        mean=float(draws.mean()),
        sd=float(draws.std(ddof=1)),
        interval=(low, high),
        p_better=float(np.mean(gains > 0)),
        p_benefit=None if threshold is None else float(np.mean(gains >= threshold)),
        p_harm=None if threshold is None else float(np.mean(gains <= -threshold)),
        p_night_better=p_night_better,
        mcse_mean=mcse(draws, "mean", None),
        mcse_sd=mcse(draws, "sd", None),
        mcse_interval=(mcse(draws, "quantile", TAILS[0]), mcse(draws, "quantile", TAILS[1])),
    )


def effect_from_mixture(
    protocol: Protocol, weights: Array, mean: Array, sd: Array, night_spread: Array, *, ends: bool = True
) -> Effect:
    """Sum up an effect that is a weighted mixture of normals, without drawing.

    Parameters
    ----------
    weights, mean, sd, night_spread : arrays, shape (S,)
    ends : bool
        Whether to find the interval, which takes longer than all else; nan if not.
    """
    centre = float(weights @ mean)
    total_sd = float(np.sqrt(weights @ (sd**2 + (mean - centre) ** 2)))

    low, high = (mixture_quantile(weights, mean, sd, tail) if ends else np.nan for tail in TAILS)
    sign = gain(protocol, 1.0)
    threshold = protocol.outcome.threshold
    second = sd**2 + (mean - centre) ** 2
    return _effect(
        mean=centre,
        sd=total_sd,
        interval=(low, high),
        p_better=float(weights @ ndtr(sign * mean / sd)),
        p_benefit=None if threshold is None else float(weights @ ndtr((sign * mean - threshold) / sd)),
        p_harm=None if threshold is None else float(weights @ ndtr((-sign * mean - threshold) / sd)),
        p_night_better=float(weights @ ndtr(sign * mean / np.hypot(sd, night_spread))),
        mcse_mean=float(np.sqrt(np.sum(weights**2 * (mean - centre) ** 2))),
        mcse_sd=float(np.sqrt(np.sum(weights**2 * (second - total_sd**2) ** 2)) / (2 * total_sd)),
        mcse_interval=(
            _mcse_end(weights, mean, sd, low, TAILS[0]) if ends else np.nan,
            _mcse_end(weights, mean, sd, high, TAILS[1]) if ends else np.nan,
        ),
    )


def mixture_quantile(weights: Array, mean: Array, sd: Array, probability: float) -> float:
    """The point below which a mixture of normals has this probability.

    Newton's steps on the logarithm of the distribution function, which is nearly straight far out; the bracket is halved
    wherever such a step would leave it or would not be shorter than half the one before. The bracket is known beforehand:
    the quantile of a mixture lies between the lowest and the highest of its parts' own.

    Parameters
    ----------
    weights, mean, sd : arrays, shape (S,)
        Of the parts; the weights add up to 1, the sds are above 0.
    probability : float
        Above 0 and below 1.

    Examples
    --------
    >>> round(mixture_quantile(np.array([0.5, 0.5]), np.array([-1.0, 1.0]), np.ones(2), 0.5), 12)
    0.0
    """
    if probability > 0.5:  # a small probability is known to more digits than one close to 1
        return -mixture_quantile(weights, -mean, sd, 1 - probability)
    own = mean + sd * float(ndtri(probability))
    low, high = float(own.min()), float(own.max())
    # Not finer than numbers of this size are apart: where all parts' quantiles are nearly one, the bracket could not shrink.
    tolerance = max(1e-12 * (high - low), 4 * float(np.spacing(max(abs(low), abs(high)))))
    point, step = float(np.clip(weights @ own, low, high)), high - low
    while high - low > tolerance and abs(step) > tolerance:
        below, density = _below(weights, mean, sd, point)
        low, high = (low, point) if below > probability else (point, high)
        room = min(abs(step) / 2, high - low)
        distance = below * float(np.log(below / probability)) if below > 0 else -np.inf
        # Compared before it is divided: where the density underflows, the quotient overflows.
        if abs(distance) < density * room and low <= point - distance / density <= high:
            step = distance / density
            point -= step
        else:
            step = (high - low) / 2
            point = low + step
    return float(point)


def _below(weights: Array, mean: Array, sd: Array, point: float) -> tuple[float, float]:
    """Probability below a point and density there, of a mixture of normals."""
    z = np.clip((point - mean) / sd, -40, 40)  # beyond it both are 0 or 1 in double precision
    return float(weights @ ndtr(z)), float(weights @ (np.exp(-0.5 * z**2) / sd)) / np.sqrt(2 * np.pi)


def _mcse_end(weights: Array, mean: Array, sd: Array, end: float, probability: float) -> float:
    """Monte Carlo standard error of a quantile: delta method for self-normalized importance sampling.

    Where there is next to no density it would grow without end: the quantile is between those of the parts in any case.
    """
    error = float(np.sqrt(np.sum(weights**2 * (ndtr((end - mean) / sd) - probability) ** 2)))
    density = _below(weights, mean, sd, end)[1]
    apart = float(np.ptp(mean + sd * float(ndtri(probability))))
    return error / density if error < density * apart else apart


def gain[T: (float, Array)](protocol: Protocol, effect: T) -> T:
    """The effect turned so that positive is better."""
    return effect if protocol.outcome.better == "higher" else -effect


def _effect(*, p_benefit: float | None, p_harm: float | None, **rest: Any) -> Effect:
    small = None if p_benefit is None or p_harm is None else max(0.0, 1.0 - p_benefit - p_harm)
    return Effect(p_benefit=p_benefit, p_small=small, p_harm=p_harm, **rest)
