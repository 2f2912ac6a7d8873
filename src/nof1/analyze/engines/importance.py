"""Importance sampling in a few dimensions: mode, heavy-tailed proposals, Pareto-smoothed weights, for several densities at once.

Knows log densities that take many points at once, and nothing of trials. D densities of the same number of dimensions d go
side by side; each is treated as if it were alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, gammaln, ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.engines.sobol import sobol

Some = NDArray[np.intp]  # which of the densities
# Takes points, shape (D', S, d), of some densities; gives their log densities, shape (D', S).
LogDensity = Callable[[Array, Some], Array]

_DEGREES = 3.0  # of the multivariate t: heavy tails keep k-hat low
_STEP = 1e-3  # of the finite differences
_GAIN = 1e-3  # of a last step: a proposal need not stand on the very peak
_LEAST = 25  # weights that can be smoothed at all
_LEAST_TAIL = 4  # of them in the tail


def find_modes(log_density: LogDensity, points: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Modes of log densities and minus their Hessians there, by damped Newton on finite differences in one batch.

    Parameters
    ----------
    log_density : callable
    points : array, shape (D, S, d)
        Where to look first; each search starts from its best point.

    Returns
    -------
    modes : array, shape (D, d)
    curvatures : array, shape (D, d, d)
        Positive definite.
    found : bool array, shape (D,)
        False where the search ended at a point about which the density is not finite.
    """
    count, _, d = points.shape
    everyone = np.arange(count)
    point = points[everyone, np.argmax(log_density(points, everyone), axis=1)]
    offsets = _stencil(d) * _STEP
    around = log_density(point[:, None] + offsets, everyone)
    curvature = np.full((count, d, d), np.nan)
    found = np.ones(count, dtype=bool)
    searching = everyone
    for _ in range(40):
        finite = np.isfinite(around[searching]).all(axis=1)
        found[searching[~finite]] = False
        searching = searching[finite]
        if not len(searching):
            break
        gradient, hessian = _derivatives(around[searching], d, _STEP)
        eigenvalues, vectors = np.linalg.eigh(-hessian)
        here = (vectors * np.clip(np.abs(eigenvalues), 1e-2, None)[:, None]) @ vectors.transpose(0, 2, 1)
        curvature[searching] = here
        direction = np.linalg.solve(here, gradient[..., None])[..., 0]
        there, around_there = _step(log_density, point[searching], direction, around[searching, 0], offsets, searching)
        gain = np.where(np.isfinite(around_there[:, 0]), around_there[:, 0] - around[searching, 0], -np.inf)
        better = gain > 0
        point[searching[better]], around[searching[better]] = there[better], around_there[better]
        searching = searching[gain > _GAIN]
    return point, curvature, found


def _step(
    log_density: LogDensity, point: Array, direction: Array, value: Array, offsets: Array, some: Some
) -> tuple[Array, Array]:
    """Where a step leads, and the density about it.

    The whole step nearly always gains, so its surroundings are computed at once; shorter ones only where it does not.
    """
    there = point + direction
    around = log_density(there[:, None] + offsets, some)
    short = ~(around[:, 0] > value)
    if short.any():
        steps = point[short, None] + 2.0 ** -np.arange(1, 12)[:, None] * direction[short, None]
        best = np.argmax(log_density(steps, some[short]), axis=1)
        there[short] = steps[np.arange(len(steps)), best]
        around[short] = log_density(there[short, None] + offsets, some[short])
    return there, around


@lru_cache(maxsize=16)
def _stencil(d: int) -> Array:
    """Offsets for first and second differences: centre, +-e_i, and one corner of every pair."""
    unit = np.eye(d)
    return np.array([np.zeros(d), *unit, *-unit, *(unit[i] + unit[j] for i in range(d) for j in range(i))])


def _derivatives(values: Array, d: int, step: float) -> tuple[Array, Array]:
    """Gradients, shape (D, d), and Hessians, shape (D, d, d), from the values on the stencil, shape (D, points)."""
    middle, up, down = values[:, :1], values[:, 1 : d + 1], values[:, d + 1 : 2 * d + 1]
    gradient = (up - down) / (2 * step)
    hessian = np.zeros((len(values), d, d))
    hessian[:, np.arange(d), np.arange(d)] = (up - 2 * middle + down) / step**2
    corners = iter(values[:, 2 * d + 1 :].T)
    for i in range(d):
        for j in range(i):
            hessian[:, i, j] = hessian[:, j, i] = (next(corners) - up[:, i] - up[:, j] + middle[:, 0]) / step**2
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
    """A multivariate t for each density: centre, shape (D, d), and lower Cholesky factor of its scale matrix, shape (D, d, d)."""

    centre: Array
    root: Array

    def draw(self, standard: Array) -> Array:
        """Move draws of a standard t, shape (S, d), here: shape (D, S, d)."""
        return self.centre[:, None] + standard @ self.root.transpose(0, 2, 1)

    def log_density(self, theta: Array) -> Array:
        """Log density at points, shape (D, S, d): shape (D, S)."""
        d = self.centre.shape[1]
        z = (theta - self.centre[:, None]) @ np.linalg.inv(self.root).transpose(0, 2, 1)
        scale = np.sum(np.log(np.diagonal(self.root, axis1=1, axis2=2)), axis=1)
        constant = gammaln((_DEGREES + d) / 2) - gammaln(_DEGREES / 2) - 0.5 * d * np.log(_DEGREES * np.pi) - scale
        out: Array = constant[:, None] - 0.5 * (_DEGREES + d) * np.log1p(np.einsum("...i,...i", z, z) / _DEGREES)
        return out


@dataclass(frozen=True)
class Sample:
    """Weighted points of each density.

    Attributes
    ----------
    theta : array, shape (D, S, d)
    weights : array, shape (D, S)
        Of each density they sum to one; zero where the target is.
    extra : array, shape (D, S, ...)
        What the log density gave beside its values.
    pareto_k : array, shape (D,)
    log_integral, log_integral_mcse : arrays, shape (D,)
        Log of the density's integral, and its Monte Carlo standard error.
    """

    theta: Array
    weights: Array
    extra: Array
    pareto_k: Array
    log_integral: Array
    log_integral_mcse: Array


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
        Takes points, shape (D, S, d), gives the log densities, shape (D, S), and something else for each.
    scouts : sequence of Proposal
        Of the first round, each with as many draws.
    scout_draws, draws : int
        Numbers of proposals of each scout and of the second round, powers of two.
    mirror : int, optional
        A coordinate whose sign does not count: the density is the same at plus and minus.
    """
    counts = (*(scout_draws for _ in scouts), draws)
    standard = _standard_draws(scouts[0].centre.shape[1], counts, seed)
    firsts = [scout.draw(standard[i * scout_draws :][:scout_draws]) for i, scout in enumerate(scouts)]
    first = np.concatenate(firsts, axis=1)
    first_target, first_extra = evaluate(first)
    of_scouts = [_folded(scout, first, mirror) for scout in scouts]
    fitted = _fit_moments(first, first_target - _mixture(of_scouts, counts[:-1]), scouts[0], mirror)
    second = fitted.draw(standard[-draws:])
    second_target, second_extra = evaluate(second)

    theta = np.concatenate([first, second], axis=1)
    of_all = [
        np.concatenate([known, _folded(scout, second, mirror)], axis=1)
        for scout, known in zip(scouts, of_scouts, strict=True)
    ]
    ratios = np.concatenate([first_target, second_target], axis=1)
    ratios -= _mixture([*of_all, _folded(fitted, theta, mirror)], counts)
    smoothed = [pareto_weights(row) for row in ratios]
    log_integral, log_integral_mcse = _log_mean(ratios)
    return Sample(
        theta=theta,
        weights=np.stack([weights for weights, _ in smoothed]),
        extra=np.concatenate([first_extra, second_extra], axis=1),
        pareto_k=np.array([pareto_k for _, pareto_k in smoothed]),
        log_integral=log_integral,
        log_integral_mcse=log_integral_mcse,
    )


def _log_mean(log_ratios: Array) -> tuple[Array, Array]:
    """Log of the mean of raw ratios of target to proposal, shape (D, S) to (D,), and its standard error as if they were independent.

    Quasi-random draws from a mixture scatter less than that.
    """
    log_ratios = np.where(np.isfinite(log_ratios), log_ratios, -np.inf)
    highest = log_ratios.max(axis=1, keepdims=True)
    highest = np.where(np.isfinite(highest), highest, 0.0)
    ratios = np.exp(log_ratios - highest)
    mean = ratios.mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing but zeros has no logarithm, and is refused elsewhere
        return highest[:, 0] + np.log(mean), ratios.std(axis=1, ddof=1) / mean / np.sqrt(ratios.shape[1])


def _mixture(densities: Sequence[Array], counts: Sequence[int]) -> Array:
    """Log density of all proposals together, each with its share of the draws (balance heuristic)."""
    whole = sum(counts)
    parts = [np.log(count / whole) + density for density, count in zip(densities, counts, strict=True)]
    out: Array = parts[0] if len(parts) == 1 else np.logaddexp.reduce(parts)
    return out


def _folded(proposal: Proposal, theta: Array, mirror: int | None) -> Array:
    """Log density of the proposal where a sign does not count: each sign has half of it."""
    straight = proposal.log_density(theta)
    if mirror is None:
        return straight
    mirrored = theta.copy()
    mirrored[..., mirror] *= -1
    out: Array = np.logaddexp(straight, proposal.log_density(mirrored)) - np.log(2)
    return out


def _fit_moments(theta: Array, log_weights: Array, scout: Proposal, mirror: int | None) -> Proposal:
    """A t with the weighted mean and covariance of the first round; the scout itself where those are too few to trust."""
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    d = theta.shape[2]
    if mirror is not None:
        # Reflect, so that mean and spread describe a shape about zero where the mode is at zero, and a one-sided one
        # where it is not.
        side = scout.centre[:, mirror]
        one_sided = np.abs(side) > 1e-6
        theta = theta.copy()
        theta[..., mirror] *= np.where(one_sided[:, None] & (theta[..., mirror] * side[:, None] < 0), -1.0, 1.0)
    mean = np.einsum("ds,dsi->di", weights, theta)
    if mirror is not None:
        mean[~one_sided, mirror] = 0.0
    centred = theta - mean[:, None]
    covariance = (weights[..., None] * centred).transpose(0, 2, 1) @ centred
    if mirror is not None:  # as if each point were there with both signs
        variance = covariance[:, mirror, mirror].copy()
        covariance[~one_sided, mirror] = covariance[~one_sided, :, mirror] = 0.0
        covariance[:, mirror, mirror] = variance
    covariance += 1e-10 * np.eye(d)
    enough = (1 / np.sum(weights**2, axis=1) >= 20 * d) & np.isfinite(covariance).all(axis=(1, 2))
    enough[enough] = np.linalg.eigvalsh(covariance[enough])[:, 0] > 0
    centre, root = scout.centre.copy(), scout.root.copy()
    centre[enough], root[enough] = mean[enough], np.linalg.cholesky(covariance[enough])
    return Proposal(centre, root)


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
