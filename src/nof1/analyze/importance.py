"""Importance sampling in a few dimensions: mode, heavy-tailed proposals, Pareto-smoothed weights.

Knows a log density that takes many points at once, and nothing of trials.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, gammaln, ndtri

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
