"""What a study of many people finds, by formulas: the mean effect, the spread between people, each person's own answer.

Each person's nights give an estimate, Normal(own effect, v) with a variance v that is known; own effects are Normal(mean, spread^2).
Where people differ in v, an array holds the v of people of all kinds. Knows no trial and simulates nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import binom, chi2, nct, t

from nof1.analyze.arrays import Array
from nof1.analyze.model.effects import TAILS

ALPHA = 2 * TAILS[0]  # two-sided, of the 95 % interval
LEAST = 2  # people: one person's estimates say nothing of the spread
MOST = 100_000
_GRID = np.linspace(-8.5, 8.5, 1201)  # standard deviations that the sums over people's estimates reach to either side


def typical_variance(variance: Array, spread: float) -> float:
    """The v that everybody would need for a weighted mean as sharp as that of people of all these kinds.

    Parameters
    ----------
    variance : array, shape (S,)
        In squared points; infinite where the nights say nothing.
    spread : float
        Sd of the effects between people, in points.
    """
    return float(1 / np.mean(1 / (spread**2 + variance)) - spread**2)


def mean_power(people: int, mean: float, sd: float) -> float:
    """Chance that the 95 % interval of the mean effect lies on the right side of zero: one-sample t-test.

    Parameters
    ----------
    people : int
        From 2.
    mean : float
        True mean effect, in points; its sign does not count.
    sd : float
        Of the estimates of one person among others, sqrt(spread^2 + v), in points.
    """
    critical = t.isf(ALPHA / 2, people - 1)
    return float(nct.sf(critical, people - 1, abs(mean) * math.sqrt(people) / sd))


def people_by_quantiles(goal: float, mean: float, sd: float) -> int:
    """People for `mean_power` as the programs of Senn (2019) and Araujo work them out: the sum of two quantiles of t.

    One fewer than the noncentral t asks for, now and then, and too many where it does not settle, as with a handful of people; to
    compare with other programs.
    """
    unit = (sd / mean) ** 2
    people = max(LEAST, math.ceil(unit * (ndtri(1 - ALPHA / 2) + ndtri(goal)) ** 2))
    seen: set[int] = set()
    while people not in seen:
        seen.add(people)
        df = people - 1
        found = max(LEAST, math.ceil(unit * (t.isf(ALPHA / 2, df) + t.ppf(goal, df)) ** 2))
        if abs(found - people) <= 1:  # as they do: it can go back and forth between two neighbours
            return found
        people = found
    # With very few people it goes back and forth between numbers far apart, for ever; they give no answer then.
    return max(seen)


def mean_wrong(people: int, mean: float, sd: float) -> float:
    """Chance that the 95 % interval of the mean effect lies on the wrong side of zero; as `mean_power`."""
    critical = t.isf(ALPHA / 2, people - 1)
    return float(nct.cdf(-critical, people - 1, abs(mean) * math.sqrt(people) / sd))


def spread_power(people: int, variance: Array, spread: float) -> float:
    """Chance that a test at 5 % says that people differ at all: of sum_i a_i (estimate_i - mean)^2 with a = 1 / (spread^2 + v).

    Where effects do spread so, that sum is a chi-square with n - 1 degrees of freedom. Its limit where they do not is exact if all have
    the same v (Cochran's Q then); else `critical_sum`.

    Parameters
    ----------
    people : int
    variance : array, shape (S,)
        People whose nights say nothing take no part.
    spread : float
    """
    known = variance[np.isfinite(variance)]
    taking_part = people * len(known) / len(variance)
    if taking_part <= 1:
        return ALPHA
    return float(chi2.sf(critical_sum(taking_part, known, spread), taking_part - 1))


def critical_sum(people: float, variance: Array, spread: float) -> float:
    """What the sum of `spread_power` exceeds in 5 of 100 studies in which all have the same effect.

    A scaled chi-square with the mean and the variance that the sum has then.

    Parameters
    ----------
    people : float
    variance : array, shape (S,)
        Finite.
    spread : float
    """
    weight = 1 / (spread**2 + variance)
    share = weight * variance
    whole = people * float(np.mean(weight))
    both = people * float(np.mean(weight * share))
    expected = people * float(np.mean(share)) - both / whole
    varies = 2 * (
        people * float(np.mean(share**2)) - 2 * people * float(np.mean(weight * share**2)) / whole + (both / whole) ** 2
    )
    scale = varies / (2 * expected)
    return scale * float(chi2.isf(ALPHA, expected / scale))


def spread_interval(people: int, variance: Array, spread: float) -> tuple[float, float]:
    """95 % limits of the spread where the estimates scatter just as much as is true, in points.

    From those of the variance of normal numbers, spread^2 + v, less v.
    """
    total = float(np.mean((spread**2 + variance) ** -2.0)) ** -0.5
    error, df = total - spread**2, people - 1
    low, high = (total * df / chi2.isf(tail, df) - error for tail in TAILS)
    return math.sqrt(max(low, 0.0)), math.sqrt(max(high, 0.0))


@dataclass(frozen=True)
class OwnAnswer:
    """What a study says of each person in it, over all people.

    Attributes
    ----------
    told, wrong : float
        Chance that the 95 % interval of the person's own effect, with the help of the others, lies on the right side of zero, and on
        the wrong one.
    width : float
        Mean width of that interval, in points.
    told_alone, wrong_alone, width_alone : float
        The same from the person's own nights alone.
    """

    told: float
    wrong: float
    width: float
    told_alone: float
    wrong_alone: float
    width_alone: float


def own_answer(people: int, variance: Array, mean: float, spread: float, *, prior_sd: float = math.inf) -> OwnAnswer:
    """Each person's own answer: an estimate that is drawn towards the mean by as much as the others make it likely.

    Parameters
    ----------
    people : int
    variance : array, shape (S,)
    mean, spread : float
        True ones, in points; the spread is taken as known, the mean as estimated.
    prior_sd : float
        Of the prior, about zero, that a person's own analysis has of the effect.
    """
    square, z = spread**2, float(ndtri(TAILS[1]))
    known = variance[np.isfinite(variance)]
    of_mean = (square + typical_variance(variance, spread)) / people  # variance of the estimated mean
    weight = square / (square + known)
    sd = np.sqrt(weight * known + (1 - weight) ** 2 * of_mean)
    scatter = weight**2 * (square + known) * (1 - 1 / people) + of_mean
    told, wrong = _sides(mean, mean, spread, scatter, square * (weight + (1 - weight) / people), z * sd)
    kept = 1 / (1 + known / prior_sd**2)  # of a person's estimate, where the prior draws it towards zero
    alone = np.sqrt(kept * known)
    told_alone, wrong_alone = _sides(mean, kept * mean, spread, kept**2 * (square + known), kept * square, z * alone)
    seen = len(known) / len(variance)  # of the others no night says anything
    return OwnAnswer(
        told=seen * told,
        wrong=seen * wrong,
        width=2 * z * float(np.mean(sd)),
        told_alone=seen * told_alone,
        wrong_alone=seen * wrong_alone,
        width_alone=2 * z * float(np.mean(alone)),
    )


def _sides(
    mean: float, centre: Array | float, spread: float, scatter: Array, shared: Array, margin: Array
) -> tuple[float, float]:
    """Chances that an estimate is beyond the margin on the side of the true effect, and on the other.

    The truth is Normal(mean, spread^2), the estimate Normal(centre, scatter), their covariance `shared`.
    """
    away = np.sqrt(scatter)[:, None] * _GRID
    estimate = np.reshape(centre, (-1, 1)) + away
    density = np.exp(-0.5 * _GRID**2)
    density /= density.sum()
    slope = (shared / scatter)[:, None]
    left = np.sqrt(np.maximum(spread**2 - slope[:, 0] * shared, 1e-300))[:, None]
    positive = ndtr((mean + slope * away) / left)  # chance of a true effect above zero, given the estimate
    above, below = estimate > margin[:, None], estimate < -margin[:, None]
    told = np.where(above, positive, 0.0) + np.where(below, 1 - positive, 0.0)
    wrong = np.where(above, 1 - positive, 0.0) + np.where(below, positive, 0.0)
    return float(np.mean(told @ density)), float(np.mean(wrong @ density))


def people_for(goal: float, chance: Callable[[int], float]) -> int | None:
    """The fewest people with whom a chance that grows with them reaches the goal; None where MOST do not.

    Examples
    --------
    >>> people_for(0.8, lambda people: mean_power(people, 1.0, 3.0))
    73
    """
    most = LEAST
    while chance(most) < goal:
        if most >= MOST:
            return None
        most = min(2 * most, MOST)
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if chance(middle) >= goal else (middle, most)
    return most


def starts_for(finishers: int, finish: float, *, certainty: float) -> int:
    """The fewest who must start so that so many finish, with this certainty; each finishes with the same chance, on their own."""
    return _starts(finishers, lambda starts: float(binom.sf(finishers - 1, starts, finish)) >= certainty)


def _starts(finishers: int, enough: Callable[[int], bool]) -> int:
    most = finishers
    while not enough(most):
        most *= 2
    least = finishers - 1
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if enough(middle) else (middle, most)
    return most
