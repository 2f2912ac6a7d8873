"""Moves of many chains at once: theta with the coefficients integrated out, by several proposals at a time.

Each move draws some proposals for every chain, evaluates all of them as one batch, and takes one of them or the present
point with the probabilities that leave the posterior as it is: fresh ones by their importance weights (Andrieu, Lee &
Vihola 2018, iterated sampling importance resampling), near ones, scattered about a point that is itself scattered
about the present one, by their densities (Tjelmeland 2004).

It does not know what the nights' augmentation is.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.engines.augmented.model import AugmentedModel
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError

PROPOSALS = 6  # of a move, for each chain
FRESH = 0.8  # share of moves to fresh points
_DEGREES = 5.0  # of the multivariate t: heavier tails than the posterior's
_WIDER = 1.2  # than the spread it is fitted to
_LEAP = 1.7  # length of a near step, in posterior sds, over the square root of their number


@dataclass(frozen=True)
class State:
    """Where S chains are.

    Attributes
    ----------
    theta : array, shape (S, d)
    outcome : array, shape (n, S)
        Minus the level's prior mean.
    weight : array, shape (n, S), or None
        What divides each innovation's variance; None where nothing does.
    nu : array, shape (S,)
        Degrees of freedom; nan where the innovations are normal.
    coefficients, offsets : arrays, shape (c, S) and (P, S)
        As `AugmentedModel.draw` gives them; `TrialNumbers.part_offsets` takes the blocks out of the periods.
    """

    theta: Array
    outcome: Array
    weight: Array | None
    nu: Array
    coefficients: Array
    offsets: Array

    @property
    def chains(self) -> int:
        """Number of chains."""
        return len(self.theta)


@dataclass(frozen=True)
class ProposalScale:
    """A normal-like cloud of points: where they lie, and the lower Cholesky factor of their covariance."""

    centre: Array
    root: Array

    @classmethod
    def from_points(cls, points: Array, weights: Array | None = None) -> "ProposalScale":
        """The cloud of points, shape (N, d)."""
        centre = np.average(points, axis=0, weights=weights)
        covariance = np.atleast_2d(np.cov(points.T, aweights=weights))
        return cls(centre, np.linalg.cholesky(covariance + 1e-6 * np.eye(len(centre))))

    def last(self) -> "ProposalScale":
        """The last coordinate's own cloud."""
        return ProposalScale(self.centre[-1:], np.linalg.norm(self.root[-1:], axis=1, keepdims=True))

    def near(self, points: Array, proposals: int, rng: np.random.Generator) -> Array:
        """Points scattered about one point near each; shape (proposals, S, d)."""
        step = _LEAP / np.sqrt(2 * len(self.centre)) * self.root.T
        middle = points + rng.standard_normal(points.shape) @ step
        out: Array = middle + rng.standard_normal((proposals, *points.shape)) @ step
        return out

    def fresh(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Draws of a wide multivariate t here; shape (*shape, d)."""
        d = len(self.centre)
        tail = np.sqrt(_DEGREES / rng.chisquare(_DEGREES, shape))[..., None]
        out: Array = self.centre + _WIDER * tail * (rng.standard_normal((*shape, d)) @ self.root.T)
        return out

    def log_density(self, points: Array) -> Array:
        """Log density of `fresh`, up to a constant that is the same for all points."""
        d = len(self.centre)
        z = (points - self.centre) @ np.linalg.inv(self.root).T / _WIDER
        out: Array = -0.5 * (_DEGREES + d) * np.log1p(np.sum(z**2, axis=-1) / _DEGREES)
        return out


def choose(log_weights: Array, rng: np.random.Generator) -> NDArray[np.int64]:
    """One of the rows for every column, with probabilities proportional to the weights; shape (J, S) to (S,)."""
    total = np.cumsum(np.exp(log_weights - log_weights.max(axis=0)), axis=0)
    chosen: NDArray[np.int64] = np.sum(rng.random(log_weights.shape[1]) * total[-1] >= total, axis=0)
    return chosen


def move_collapsed(model: AugmentedModel, state: State, cloud: ProposalScale, rng: np.random.Generator) -> State:
    """Move theta with the coefficients integrated out, then draw the coefficients given it.

    Raises
    ------
    RefusalError
        If a chain's own point cannot be evaluated in floating point any more.
    """
    s, d = state.theta.shape
    fresh = rng.random() < FRESH
    proposals = cloud.fresh((PROPOSALS, s), rng) if fresh else cloud.near(state.theta, PROPOSALS, rng)
    points = model.fold(np.concatenate([state.theta[None], proposals]))
    copies = len(points)
    root_weight = None if state.weight is None else np.tile(np.sqrt(state.weight), (1, copies))
    value, given = model.evaluate(points.reshape(-1, d), np.tile(state.outcome, (1, copies)), root_weight)
    weights = value.reshape(copies, s)
    if np.any(np.isneginf(weights.max(axis=0))):
        raise refused(RefusalError, "out of precision")
    if fresh:
        proposed = cloud.log_density(points)
        if model.mirror is not None:  # a folded t has what falls on either side of zero
            turned = points.copy()
            turned[..., model.mirror] *= -1
            proposed = np.logaddexp(proposed, cloud.log_density(turned))
        weights = weights - proposed
    columns = choose(weights, rng) * s + np.arange(s)
    coefficients, offsets = model.draw(given.take(columns), rng)
    return replace(state, theta=points.reshape(-1, d)[columns], coefficients=coefficients, offsets=offsets)
