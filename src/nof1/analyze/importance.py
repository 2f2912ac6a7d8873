"""Importance sampling in a few dimensions: mode, heavy-tailed proposals, Pareto-smoothed weights.

Knows a log density that takes many points at once, and nothing of trials.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, gammaln, ndtri
from scipy.stats import qmc

from nof1.analyze.exposure import Array

_DEGREES = 3.0  # of the multivariate t: heavy tails keep k-hat low
_STEP = 1e-3  # of the finite differences


def find_mode(log_density: Callable[[Array], Array], points: Array) -> tuple[Array, Array]:
    """Mode of a log density and minus its Hessian there, by damped Newton on finite differences in one batch.

    Parameters
    ----------
    log_density : callable
        Takes points, shape (S, d), gives values, shape (S,).
    points : array, shape (S, d)
        Where to look first; the search starts from the best.
    """
    values = log_density(points)
    point, best = points[np.argmax(values)], float(values.max())
    d = len(point)
    offsets = _stencil(d) * _STEP
    curvature = np.eye(d)
    for _ in range(40):
        around = log_density(point + offsets)
        gradient, hessian = _derivatives(around, d, _STEP)
        eigenvalues, vectors = np.linalg.eigh(-hessian)
        curvature = (vectors * np.clip(np.abs(eigenvalues), 1e-2, None)) @ vectors.T
        direction = np.linalg.solve(curvature, gradient)
        sizes = 2.0 ** -np.arange(12)
        tried = log_density(point + sizes[:, None] * direction)
        gain = tried.max() - best
        if gain > 0:
            point, best = point + sizes[np.argmax(tried)] * direction, float(tried.max())
        if gain < 1e-6:
            break
    return point, curvature


def _stencil(d: int) -> Array:
    """Offsets for central first and second differences: centre, +-e_i, and the four corners of every pair."""
    unit = np.eye(d)
    rows = [np.zeros(d), *unit, *-unit]
    for i in range(d):
        for j in range(i):
            rows += [unit[i] + unit[j], unit[i] - unit[j], unit[j] - unit[i], -unit[i] - unit[j]]
    return np.array(rows)


def _derivatives(values: Array, d: int, step: float) -> tuple[Array, Array]:
    """Gradient and Hessian from the values on the stencil."""
    up, down = values[1 : d + 1], values[d + 1 : 2 * d + 1]
    gradient = (up - down) / (2 * step)
    hessian = np.diag((up - 2 * values[0] + down) / step**2)
    corners = values[2 * d + 1 :].reshape(-1, 4)
    row = 0
    for i in range(d):
        for j in range(i):
            a, b, c, e = corners[row]
            hessian[i, j] = hessian[j, i] = (a - b - c + e) / (4 * step**2)
            row += 1
    return gradient, hessian


@dataclass(frozen=True)
class Proposal:
    """A multivariate t; `root` is the lower Cholesky factor of its scale matrix."""

    centre: Array
    root: Array

    def draw(self, unit: Array) -> Array:
        """Map points of the unit cube, shape (S, d + 1), to draws, shape (S, d)."""
        normal = ndtri(unit[:, :-1])
        # A t variable with nu degrees is a normal over sqrt(chi2 / nu); chi2 by inverting its distribution.
        chi = chdtri(_DEGREES, unit[:, -1])
        return self.centre + (normal * np.sqrt(_DEGREES / chi)[:, None]) @ self.root.T

    def log_density(self, theta: Array) -> Array:
        """Log density at points, shape (S, d)."""
        d = len(self.centre)
        z = np.linalg.solve(self.root, (theta - self.centre).T)
        constant = (
            gammaln((_DEGREES + d) / 2)
            - gammaln(_DEGREES / 2)
            - 0.5 * d * np.log(_DEGREES * np.pi)
            - np.sum(np.log(np.diag(self.root)))
        )
        out: Array = constant - 0.5 * (_DEGREES + d) * np.log1p(np.sum(z**2, axis=0) / _DEGREES)
        return out


@dataclass(frozen=True)
class Sample:
    """Weighted points.

    Attributes
    ----------
    theta : array, shape (S, d)
    weights : array, shape (S,)
        Sum to one; zero where the target is.
    extra : array, shape (S, ...)
        What the log density gave beside its values.
    pareto_k : float
    """

    theta: Array
    weights: Array
    extra: Array
    pareto_k: float


def importance_sample(
    evaluate: Callable[[Array], tuple[Array, Array]],
    scout: Proposal,
    *,
    seed: int,
    scout_draws: int,
    draws: int,
    mirror: int | None = None,
) -> Sample:
    """Two rounds of quasi-random proposals, the second fitted to the first, weighted against their mixture.

    Parameters
    ----------
    evaluate : callable
        Takes points, shape (S, d), gives the log density, shape (S,), and something else for each.
    scout : Proposal
        Of the first round.
    scout_draws, draws : int
        Numbers of proposals, powers of two.
    mirror : int, optional
        A coordinate whose sign does not count: the density is the same at plus and minus.
    """
    points = qmc.Sobol(len(scout.centre) + 1, rng=np.random.default_rng(seed))
    first = scout.draw(_inside(points.random(scout_draws)))
    first_target, first_extra = evaluate(first)
    fitted = _fit_moments(first, first_target - _folded(scout, first, mirror), scout, mirror)
    second = fitted.draw(_inside(points.random(draws)))
    second_target, second_extra = evaluate(second)

    theta = np.concatenate([first, second])
    share = scout_draws / (scout_draws + draws)
    mixture = np.logaddexp(
        np.log(share) + _folded(scout, theta, mirror), np.log1p(-share) + _folded(fitted, theta, mirror)
    )
    weights, pareto_k = pareto_weights(np.concatenate([first_target, second_target]) - mixture)
    return Sample(theta, weights, np.concatenate([first_extra, second_extra]), pareto_k)


def _inside(unit: Array) -> Array:
    """Keep quasi-random points off the walls of the cube."""
    return np.clip(unit, 1e-7, 1 - 1e-7)


def _folded(proposal: Proposal, theta: Array, mirror: int | None) -> Array:
    """Log density of the proposal where a sign does not count: each sign has half of it."""
    straight = proposal.log_density(theta)
    if mirror is None:
        return straight
    mirrored = theta.copy()
    mirrored[:, mirror] *= -1
    out: Array = np.logaddexp(straight, proposal.log_density(mirrored)) - np.log(2)
    return out


def _fit_moments(theta: Array, log_weights: Array, scout: Proposal, mirror: int | None) -> Proposal:
    """A t with the weighted mean and covariance of the first round; the scout itself if those are too few to trust."""
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    if 1 / np.sum(weights**2) < 20 * theta.shape[1]:
        return scout
    if mirror is not None:
        # Reflect, so that mean and spread describe a shape about zero where the mode is at zero, and a one-sided one
        # where it is not.
        sign = np.where(np.arange(theta.shape[1]) == mirror, -1.0, 1.0)
        if abs(scout.centre[mirror]) > 1e-6:
            wrong_side = theta[:, mirror] * scout.centre[mirror] < 0
            theta = np.where(wrong_side[:, None], theta * sign, theta)
        else:
            theta, weights = np.concatenate([theta, theta * sign]), np.concatenate([weights, weights]) / 2
    mean = weights @ theta
    centred = theta - mean
    covariance = (weights[:, None] * centred).T @ centred
    try:
        return Proposal(mean, np.linalg.cholesky(covariance + 1e-10 * np.eye(len(mean))))
    except np.linalg.LinAlgError:
        return scout


def pareto_weights(log_weights: Array) -> tuple[Array, float]:
    """Pareto-smoothed weights that sum to one, and k-hat (Vehtari et al. 2024).

    Parameters
    ----------
    log_weights : array, shape (S,)
        Log of target over proposal.
    """
    from arviz_stats.base import array_stats  # late: a second of imports

    finite = np.isfinite(log_weights)
    smoothed, pareto_k = array_stats.psislw(-log_weights[finite])  # takes minus the log of the ratios, as LOO has them
    weights = np.zeros(len(log_weights))
    weights[finite] = np.exp(smoothed - smoothed.max())
    return weights / weights.sum(), float(pareto_k)
