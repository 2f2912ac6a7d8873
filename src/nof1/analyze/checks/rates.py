"""Intervals of shares, of the difference of two shares, and of one share less another among the same answers.

Counts of one person's nights are small, so nothing here leans on a normal approximation: every interval is the equal-tailed
one of Jeffreys' posterior, worked out by quadrature, the same on every machine. Knows counts only: no trial, no arm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import betainc, betaincinv, betaln

from nof1.analyze.arrays import Array
from nof1.analyze.model.effects import TAILS
from nof1.errors import InputError

Interval = tuple[float, float]
PRECISION = 1e-7  # of the end of an interval
_NODES = 64  # a piece; against 400 nodes no end moves by more than 1e-9, with counts from 0 to 10,000
_BEYOND = 1e-13  # what is left out of a posterior at either end
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(_NODES)
_ANGLES = (_POINTS + 1) * np.pi / 4


@dataclass(frozen=True)
class RateDifference:
    """How much higher a share is than another: the observed difference, its interval, and the chance that it is above 0.

    `p_higher` is about the shares behind the counts; it is 0.5 where both are as likely to be the higher one.
    """

    difference: float
    interval: Interval
    p_higher: float


def rate_interval(count: int, n: int) -> Interval:
    """Equal-tailed interval of a share, from Jeffreys' posterior Beta(count + 1/2, n - count + 1/2).

    With no event the lower end is 0, with nothing but events the upper end is 1 (Brown, Cai & DasGupta 2001, Statistical
    Science 16:101), so that the interval always holds the share that was seen.

    Parameters
    ----------
    count, n : int
        Events, and how many there could have been; n is 1 or more.

    Raises
    ------
    InputError
        If these are no such counts.
    """
    _refuse_counts((count,), n)
    low, high = (float(betaincinv(count + 0.5, n - count + 0.5, tail)) for tail in TAILS)
    return (0.0 if count == 0 else low, 1.0 if count == n else high)


@lru_cache(maxsize=1024)  # a person with many kinds of side effect has most of them on one night each
def rate_difference(count: int, n: int, other_count: int, other_n: int) -> RateDifference:
    """The share `count` of `n` less the share `other_count` of `other_n`, as two independent Jeffreys posteriors have it.

    The interval has equal tails and is widened, where it must be, to hold the difference that was seen: the rule of
    `rate_interval` for counts at an end.

    Raises
    ------
    InputError
        If these are no counts of 1 or more.
    """
    _refuse_counts((count,), n)
    _refuse_counts((other_count,), other_n)
    one, other = _Beta(count + 0.5, n - count + 0.5), _Beta(other_count + 0.5, other_n - other_count + 0.5)

    def below(x: float) -> float:
        # P(p - q <= x) = E_q F_p(q + x); F_p leaves 0 and reaches 1 where q + x passes the ends of p.
        return other.expectation(lambda q: one.below(q + x), [one.low - x, one.high - x])

    observed = count / n - other_count / other_n
    return RateDifference(observed, _interval(below, -1.0, observed, 1.0), 1.0 - below(0.0))


def balance_interval(yes: int, no: int, neither: int, *, weight: float = 1.0, no_prior: float = 0.5) -> Interval:
    """Interval of the share of `yes` less `weight` times the share of `no`, both among all answers.

    The posterior is Dirichlet(yes + 1/2, no + `no_prior`, neither + 1/2). It splits into s, the share of yes and no together, and
    r, the share of yes among these, two independent beta variables; yes - weight * no = s ((1 + weight) r - weight).
    The interval has equal tails and is widened, where it must be, to hold the balance that was seen.

    Parameters
    ----------
    yes, no, neither : int
        Counts; 1 or more together.
    weight : float
        What a no weighs against a yes; above 0.
    no_prior : float
        Prior count of no: 1/2 for each kind of answer that counts as one.

    Raises
    ------
    InputError
        If these are no such numbers.
    """
    n = yes + no + neither
    _refuse_counts((yes, no, neither), n)
    if not (weight > 0 and no_prior > 0):
        raise InputError(f"weight ({weight:g}) and no_prior ({no_prior:g}) must be above 0.")
    share = _Beta(yes + no + 0.5 + no_prior, neither + 0.5)
    right = _Beta(yes + 0.5, no + no_prior)

    def below(x: float) -> float:
        # P(s ((1 + w) r - w) <= x) = E_s F_r((x / s + w) / (1 + w))
        ends = [(1 + weight) * end - weight for end in (right.low, right.high)]
        return share.expectation(
            lambda s: right.below((x / s + weight) / (1 + weight)), [x / end for end in ends if end]
        )

    return _interval(below, -weight, (yes - weight * no) / n, 1.0)


class _Beta:
    """A beta variable that can be averaged over; outside `low` and `high` there is next to nothing of it."""

    def __init__(self, a: float, b: float) -> None:
        self.a, self.b = a, b
        self.low = float(betaincinv(a, b, _BEYOND))
        self.above = float(betaincinv(b, a, _BEYOND))  # 1 - high, which keeps its digits where high is close to 1
        self.high = 1.0 - self.above

    def below(self, x: Array) -> Array:
        return np.asarray(betainc(self.a, self.b, np.clip(x, 0.0, 1.0)), dtype=float)

    def expectation(self, function: Callable[[Array], Array], kinks: Sequence[float]) -> float:
        """Mean of a function of the variable that is smooth but at the `kinks`.

        Gauss-Legendre quadrature, piece by piece. With p = sin^2(u) the density is 2 sin(u)^(2a - 1) cos(u)^(2b - 1) / B(a, b), smooth
        for the half-integer a and b of Jeffreys' posteriors; within a piece u = left + width sin^2(angle), so that the square
        root of the distance to a kink is smooth, too.
        """
        inside = sorted(kink for kink in kinks if self.low < kink < self.high)
        edges = np.r_[np.arcsin(np.sqrt([self.low, *inside])), np.pi / 2 - np.arcsin(np.sqrt(self.above))]
        left, width = edges[:-1, None], np.diff(edges)[:, None]
        u = left + width * np.sin(_ANGLES) ** 2
        log_density = (
            np.log(2)
            + (2 * self.a - 1) * np.log(np.sin(u))
            + (2 * self.b - 1) * np.log(np.cos(u))
            - betaln(self.a, self.b)
        )
        weights = _WEIGHTS * np.pi / 4 * np.sin(2 * _ANGLES) * width * np.exp(log_density)
        return float(np.sum(weights * function(np.sin(u) ** 2)))


def _interval(below: Callable[[float], float], least: float, observed: float, most: float) -> Interval:
    low, high = (
        _root(lambda x, tail=tail: below(x) - tail, least, most)  # type: ignore[misc]
        for tail in TAILS
    )
    return min(low, observed), max(high, observed)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where an increasing function crosses zero between two points, by halving.

    scipy.optimize has better ones; loading it would take longer than everything that is asked of this.
    """
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def _refuse_counts(counts: Sequence[int], n: int) -> None:
    if n < 1 or any(count < 0 or count > n for count in counts):
        told = ", ".join(str(count) for count in counts)
        raise InputError(f"{told} of {n} is no share: counts go from 0 to n, and n is 1 or more.")
