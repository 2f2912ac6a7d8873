"""Importance sampling in a few dimensions: mode, heavy-tailed proposals, Pareto-smoothed weights.

Knows a log density that takes many points at once, and nothing of trials.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import chdtri, gammaln, ndtri

from nof1.analyze.exposure import Array
from nof1.analyze.sobol import sobol

_DEGREES = 3.0  # of the multivariate t: heavy tails keep k-hat low
_STEP = 1e-3  # of the finite differences
_LEAST = 25  # weights that can be smoothed at all
_LEAST_TAIL = 4  # of them in the tail


def find_mode(log_density: Callable[[Array], Array], points: Array) -> tuple[Array, Array]:
    """Mode of a log density and minus its Hessian there, by damped Newton on finite differences in one batch.

    Parameters
    ----------
    log_density : callable
        Takes points, shape (S, d), gives values, shape (S,).
    points : array, shape (S, d)
        Where to look first; the search starts from the best.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the search ends where the density is not finite.
    """
    values = log_density(points)
    point = points[np.argmax(values)]
    d = len(point)
    offsets = _stencil(d) * _STEP
    around = log_density(point + offsets)
    for _ in range(40):
        gradient, hessian = _derivatives(around, d, _STEP)
        eigenvalues, vectors = np.linalg.eigh(-hessian)
        curvature = (vectors * np.clip(np.abs(eigenvalues), 1e-2, None)) @ vectors.T
        direction = np.linalg.solve(curvature, gradient)
        # The whole step nearly always gains, so its surroundings are computed at once; shorter ones only if it does not.
        there, around_there = point + direction, log_density(point + direction + offsets)
        if not around_there[0] > around[0]:
            steps = point + 2.0 ** -np.arange(1, 12)[:, None] * direction
            there = steps[np.argmax(log_density(steps))]
            around_there = log_density(there + offsets)
        gain = around_there[0] - around[0] if np.isfinite(around_there[0]) else -np.inf
        if gain > 0:
            point, around = there, around_there
        if not gain > 1e-6:
            break
    return point, curvature


@lru_cache(maxsize=16)
def _stencil(d: int) -> Array:
    """Offsets for central first and second differences: centre, +-e_i, and the four corners of every pair."""
    unit = np.eye(d)
    rows = [np.zeros(d), *unit, *-unit]
    for i in range(d):
        for j in range(i):
            rows += [unit[i] + unit[j], unit[i] - unit[j], unit[j] - unit[i], -unit[i] - unit[j]]
    return np.array(rows)


def _derivatives(values: Array, d: int, step: float) -> tuple[Array, Array]:
    """Gradient and Hessian from the values on the stencil.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a value is not finite: there is no curvature.
    """
    if not np.all(np.isfinite(values)):
        raise np.linalg.LinAlgError("The density is not finite about the point.")
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


@lru_cache(maxsize=16)
def _standard_draws(d: int, counts: tuple[int, ...], seed: int) -> Array:
    """Quasi-random draws of a multivariate t about zero with unit scale, for several rounds: shape (sum of counts, d).

    Kept, because many fits with one seed need the same ones.
    """
    unit = sobol(d + 1, sum(counts), np.random.default_rng(seed))
    unit = np.clip(unit, 1e-7, 1 - 1e-7)  # off the walls of the cube
    # A t variable with nu degrees is a normal over sqrt(chi2 / nu); chi2 by inverting its distribution.
    draws: Array = ndtri(unit[:, :-1]) * np.sqrt(_DEGREES / chdtri(_DEGREES, unit[:, -1]))[:, None]
    draws.flags.writeable = False
    return draws


@dataclass(frozen=True)
class Proposal:
    """A multivariate t; `root` is the lower Cholesky factor of its scale matrix."""

    centre: Array
    root: Array

    def draw(self, standard: Array) -> Array:
        """Move draws of a standard t, shape (S, d), here."""
        return self.centre + standard @ self.root.T

    def log_density(self, theta: Array) -> Array:
        """Log density at points, shape (S, d)."""
        d = len(self.centre)
        z = np.linalg.inv(self.root) @ (theta - self.centre).T
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
    scouts: Sequence[Proposal],
    *,
    seed: int,
    scout_draws: int,
    draws: int,
    mirror: int | None = None,
) -> Sample:
    """Two rounds of quasi-random proposals, the second fitted to the first, weighted against the mixture of all.

    Parameters
    ----------
    evaluate : callable
        Takes points, shape (S, d), gives the log density, shape (S,), and something else for each.
    scouts : sequence of Proposal
        Of the first round, each with as many draws.
    scout_draws, draws : int
        Numbers of proposals of each scout and of the second round, powers of two.
    mirror : int, optional
        A coordinate whose sign does not count: the density is the same at plus and minus.
    """
    counts = (*(scout_draws for _ in scouts), draws)
    standard = _standard_draws(len(scouts[0].centre), counts, seed)
    firsts = [scout.draw(standard[i * scout_draws :][:scout_draws]) for i, scout in enumerate(scouts)]
    first = np.concatenate(firsts)
    first_target, first_extra = evaluate(first)
    ratio = first_target - _mixture(scouts, counts[:-1], first, mirror)
    fitted = _fit_moments(first, ratio, scouts[0], mirror)
    second = fitted.draw(standard[-draws:])
    second_target, second_extra = evaluate(second)

    theta = np.concatenate([first, second])
    target = np.concatenate([first_target, second_target])
    weights, pareto_k = pareto_weights(target - _mixture([*scouts, fitted], counts, theta, mirror))
    return Sample(theta, weights, np.concatenate([first_extra, second_extra]), pareto_k)


def _mixture(proposals: Sequence[Proposal], counts: Sequence[int], theta: Array, mirror: int | None) -> Array:
    """Log density of all proposals together, each with its share of the draws (balance heuristic)."""
    whole = sum(counts)
    out: Array = np.logaddexp.reduce(
        [
            np.log(count / whole) + _folded(proposal, theta, mirror)
            for proposal, count in zip(proposals, counts, strict=True)
        ]
    )
    return out


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
    """Pareto-smoothed weights that sum to one, and k-hat (Vehtari et al. 2024, algorithm 1).

    ArviZ has the same, and the tests hold this against it; loading ArviZ would take longer than the whole quick answer.

    Parameters
    ----------
    log_weights : array, shape (S,)
        Log of target over proposal.

    Returns
    -------
    weights : array, shape (S,)
    pareto_k : float
        Infinite where nearly all weights are zero or not a number.
    """
    finite = np.isfinite(log_weights)
    count = int(finite.sum())
    weights = np.zeros(len(log_weights))
    if count < _LEAST:
        return weights, np.inf
    ratios = np.exp(log_weights[finite] - log_weights[finite].max())
    order = np.argsort(ratios)
    tail = order[-int(min(0.2 * count, 3 * np.sqrt(count))) :]
    cutoff = max(float(ratios[order[-len(tail) - 1]]), np.finfo(float).tiny)
    tail = tail[ratios[tail] > cutoff]
    pareto_k = np.inf
    if len(tail) > _LEAST_TAIL:
        pareto_k, scale = _fit_pareto(ratios[tail] - cutoff)
        middle = (np.arange(len(tail)) + 0.5) / len(tail)
        ratios[tail] = np.minimum(cutoff + _pareto_quantile(middle, pareto_k, scale), 1.0)
    weights[finite] = ratios / ratios.sum()
    return weights, pareto_k


def _fit_pareto(excess: Array) -> tuple[float, float]:
    """Shape k and scale of a generalized Pareto distribution (Zhang & Stephens 2009), k drawn a little towards 1/2.

    With b = -k / scale the likelihood of b has k as the mean of log(1 - b x); b is averaged over a grid by it. The weak prior
    of ten observations at k = 1/2 is that of Vehtari et al. (2024, appendix C).

    Parameters
    ----------
    excess : array, shape (M,)
        Positive, in increasing order.
    """
    n = len(excess)
    size = 30 + int(np.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    b = 1 / excess[-1] + (1 - np.sqrt(size / (np.arange(1, size + 1) - 0.5))) / (3 * quartile)
    k = np.mean(np.log1p(-b[:, None] * excess), axis=1)
    profile = n * (np.log(-b / k) - k - 1)
    share = np.exp(profile - profile.max())
    mean_b = float(share @ b / share.sum())
    shape = float(np.mean(np.log1p(-mean_b * excess)))
    return (n * shape + 5) / (n + 10), -shape / mean_b


def _pareto_quantile(probability: Array, shape: float, scale: float) -> Array:
    """Quantiles of the generalized Pareto distribution with location 0."""
    if abs(shape) < 1e-12:
        return np.asarray(-scale * np.log1p(-probability))
    return np.asarray(scale * np.expm1(-shape * np.log1p(-probability)) / shape)
