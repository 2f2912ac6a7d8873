"""Stage two of a cohort: mean and spread of the people's effects by quadrature, and each effect given all the others.

    log L_i(mu, zeta) = log of the integral of L_i(beta) N(beta; mu + gamma x_i, zeta) over beta

is one product of matrices for many people at a time, on a grid of effects that is common to all. Where zeta is smaller than the
grid's step the normal density is put on the grid by nine Gauss-Hermite points, each interpolated (Lagrange, sixth order).
Cost and memory grow linearly with the number of people. Knows numbers only: no trial, no arm, no words.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.special import ndtr, ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.nodes import MEAN_SD, Approximation, Nodes
from nof1.analyze.model.effects import TAILS

_CHUNK, _FEW = 512, 32  # people at a time: in a product of matrices, and in a core's own cache
_LEAST, _MOST = 400, 3200  # points of the common grid
_EDGE = 1e-6  # weight that may stand at the edge of the nodes
_TRIES = 6
_FINER = {1: (6, 2), 2: (4, 3)}  # points for each node, along the spread and along coefficients, for quantiles
_SMALLER_STEPS = 3
_HERMITE = np.polynomial.hermite_e.hermegauss(9)
_TINY = 1e-290


@dataclass(frozen=True, eq=False)
class Likelihoods:
    """What stage two knows of each person.

    Attributes
    ----------
    grids, logs : array, shape (N, G)
        Effects in points and log likelihoods there.
    design : array, shape (N, C)
        What each person's mean effect is made of, times the coefficients.
    prior_precision : array, shape (C, C)
        Of the coefficients.
    span : float
        R, in points.
    """

    grids: Array
    logs: Array
    design: Array
    prior_precision: Array
    span: float

    @classmethod
    def from_grids(
        cls, grids: Array, logs: Array, span: float, design: Array | None = None, prior_precision: Array | None = None
    ) -> "Likelihoods":
        """Without a design people have one mean, whose prior is Normal(0, R/5)."""
        if design is None or prior_precision is None:
            design, prior_precision = np.ones((len(grids), 1)), np.array([[(MEAN_SD * span) ** -2]])
        return cls(grids, logs, design, prior_precision, span)

    def __len__(self) -> int:
        return len(self.grids)


@dataclass(frozen=True, eq=False)
class Population:
    """The posterior of coefficients and spread, as weighted points close enough together for quantiles.

    Attributes
    ----------
    coefficients : array, shape (C, P)
        Of the design.
    spread, weight : array, shape (P,)
        zeta; weights sum to one.
    """

    coefficients: Array
    spread: Array
    weight: Array

    def mean(self, row: Array) -> Array:
        """The mean effect of people with this row of the design, shape (P,)."""
        return np.asarray(row @ self.coefficients)


@dataclass(frozen=True, eq=False)
class Pooled:
    """Each person's effect given all people.

    Attributes
    ----------
    mean, sd, lower, upper : array, shape (N,)
    above, below : array, shape (N,)
        Chance of an effect above +threshold, below -threshold, with each person's own threshold.
    """

    mean: Array
    sd: Array
    lower: Array
    upper: Array
    above: Array
    below: Array


def pool_likelihoods(people: Likelihoods, threshold: Array) -> tuple[Population, Pooled]:
    """The population, and each person's effect given all people: by quadrature, for one or two coefficients.

    Parameters
    ----------
    people : Likelihoods
    threshold : array, shape (N,)
        Each person's own, in points.
    """
    nodes = Nodes.around(approximate(people))
    for _ in range(_TRIES):
        coefficients, zeta, _ = nodes.natural(*_axes(nodes))
        grid = common_grid(people, nodes.approximation, coefficients.reshape(len(coefficients), -1), nodes.high)
        log_posterior = _log_posterior(people, nodes, grid)
        weight = np.exp(log_posterior - log_posterior.max())
        weight /= weight.sum()
        edges = _edges(nodes, weight)
        if not any(edges.values()):
            break
        nodes = nodes.wider(**edges)
    if (
        nodes.columns == 1
    ):  # where people hardly differ, each effect's distribution is that of mu, and needs it in small steps
        nodes, log_posterior = _finer(nodes, log_posterior)
    weight = np.exp(log_posterior - log_posterior.max())
    coefficients, zeta, _ = nodes.natural(*_axes(nodes))
    points = coefficients.reshape(len(coefficients), -1), zeta.ravel()
    pooled = pooled_effects(people, *points, grid, (weight / weight.sum()).ravel(), threshold)
    return _population(nodes, log_posterior), pooled


def _axes(nodes: Nodes) -> tuple[Array, Array]:
    return nodes.spread_at(np.arange(float(nodes.spreads))), nodes.standard_at(np.arange(float(nodes.steps)))


def _edges(nodes: Nodes, weight: Array) -> dict[str, bool]:
    ends = [np.take(weight, end, axis=axis + 1).sum() for axis in range(nodes.columns) for end in (0, -1)]
    return {
        "coefficients": max(ends) > _EDGE,
        "top": weight[-1].sum() > _EDGE,
        "bottom": nodes.low > 0 and weight[0].sum() > _EDGE,
    }


def approximate(people: Likelihoods) -> Approximation:
    """Normal shapes with the moments that each likelihood has under a wide normal density."""
    wide = people.span / 2
    log_mass = people.logs - 0.5 * (people.grids / wide) ** 2
    mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True)) * np.gradient(people.grids, axis=1)
    mass /= mass.sum(axis=1, keepdims=True)
    mean = np.sum(mass * people.grids, axis=1)
    variance = np.sum(mass * (people.grids - mean[:, None]) ** 2, axis=1)
    precision, slope = np.maximum(1 / variance - 1 / wide**2, 0.0), mean / variance
    return Approximation(precision, slope, people.design, people.prior_precision, people.span)


def common_grid(people: Likelihoods, approximation: Approximation, coefficients: Array, widest: float) -> Array:
    """Evenly spaced effects that hold every person's effect and are close enough for the sharpest likelihood.

    Parameters
    ----------
    coefficients : array, shape (C, M)
        All that are looked at.
    widest : float
        The largest spread that is.
    """
    reach = 8 * widest
    # A mean is linear in the design: its ends are at the ends of the columns.
    ends = np.unique([people.design.argmin(axis=0), people.design.argmax(axis=0)])
    centres = people.design[ends] @ coefficients
    # How far the sharpest evidence pulls somebody away from the others where the spread is widest.
    pulled = approximation.slope / (approximation.precision + 1 / widest**2)
    low = min(float(centres.min()), float(pulled.min())) - reach
    high = max(float(centres.max()), float(pulled.max())) + reach
    sharpest = float(approximation.precision.max(initial=0.0)) ** -0.5 if approximation.precision.any() else people.span
    step = min((high - low) / _LEAST, sharpest / 8)
    return np.linspace(low, high, int(np.clip(np.ceil((high - low) / step), _LEAST, _MOST)) + 1)


def normal_on_grid(grid: Array, mean: Array, sd: Array) -> Array:
    """Weights that integrate a smooth function of the grid against Normal(mean, sd).

    Parameters
    ----------
    grid : array, shape (G,)
        Evenly spaced.
    mean, sd : array, shape (M,)

    Returns
    -------
    array, shape (G, M)
    """
    step = grid[1] - grid[0]
    out = np.zeros((len(grid), len(mean)))
    broad = sd >= step
    z = (grid[:, None] - mean[broad]) / sd[broad]
    out[:, broad] = np.exp(-0.5 * z**2) * (step / (np.sqrt(2 * np.pi) * sd[broad]))
    narrow = np.flatnonzero(~broad)
    points, weights = _HERMITE
    for point, share in zip(points, weights / weights.sum(), strict=True):
        place = (mean[narrow] + point * sd[narrow] - grid[0]) / step
        first = np.clip(np.floor(place).astype(int) - 2, 0, len(grid) - 6)
        offset = place - first
        for j in range(6):
            others = [k for k in range(6) if k != j]
            out[first + j, narrow] += share * np.prod([(offset - k) / (j - k) for k in others], axis=0)
    return out


def _parts(
    people: Likelihoods, coefficients: Array, zeta: Array, grid: Array
) -> Iterator[tuple[NDArray[np.int64], Array, Array, Array]]:
    """People who share a row of the design, in chunks: who, their likelihoods on the grid, the densities there, and their centres.

    Likelihoods are shape (n, G) with largest value 1, densities (G, M), centres of the densities (M,).
    """
    rows, place = np.unique(people.design, axis=0, return_inverse=True)
    for i, row in enumerate(rows):
        members = np.flatnonzero(place.ravel() == i)
        centre = row @ coefficients
        density = normal_on_grid(grid, centre, zeta)
        for start in range(0, len(members), _CHUNK):
            chosen = members[start : start + _CHUNK]
            yield chosen, _on_grid(people, chosen, grid), density, centre


def _on_grid(people: Likelihoods, chosen: NDArray[np.int64], grid: Array) -> Array:
    """Likelihoods on the common grid, largest value 1: a cubic through four points of the logarithm, few people at a time."""
    out = np.empty((len(chosen), len(grid)))
    for start in range(0, len(chosen), _FEW):
        own, logs = people.grids[chosen[start : start + _FEW]], people.logs[chosen[start : start + _FEW]]
        first = np.clip(np.stack([np.searchsorted(row, grid) for row in own]) - 2, 0, own.shape[1] - 4)
        x = [np.take_along_axis(own, first + j, axis=1) for j in range(4)]
        at = np.clip(grid, own[:, :1], own[:, -1:])
        away = [at - of for of in x]
        rows = out[start : start + _FEW]
        rows[:] = 0.0
        for j in range(4):
            a, b, c = (k for k in range(4) if k != j)
            share = away[a] * away[b] * away[c] / ((x[j] - x[a]) * (x[j] - x[b]) * (x[j] - x[c]))
            rows += share * np.take_along_axis(logs, first + j, axis=1)
    out -= out.max(axis=1, keepdims=True)
    return np.exp(out, out=out)


def _log_posterior(people: Likelihoods, nodes: Nodes, grid: Array) -> Array:
    """Log posterior of the nodes, times what their cells are stretched by; shape of the nodes."""
    coefficients, zeta, stretch = nodes.natural(*_axes(nodes))
    total = log_likelihood(people, nodes.approximation, coefficients.reshape(len(coefficients), -1), zeta.ravel(), grid)
    out: Array = total.reshape(zeta.shape) + stretch + nodes.log_prior(coefficients, zeta)
    return out


def log_likelihood(
    people: Likelihoods, approximation: Approximation, coefficients: Array, zeta: Array, grid: Array
) -> Array:
    """Log of the product over people of the integral of L_i(beta) Normal(beta; mean_i, zeta): shape (M,).

    Parameters
    ----------
    coefficients : array, shape (C, M)
    zeta : array, shape (M,)
    grid : array, shape (G,)
    """
    total = np.zeros(len(zeta))
    for chosen, likelihood, density, centre in _parts(people, coefficients, zeta, grid):
        marginal = likelihood @ density
        dark = marginal < _TINY
        logs = np.log(np.where(dark, 1.0, marginal))
        if dark.any():  # no number so small: as the normal shape has it, which falls as it must
            logs = np.where(dark, _far(approximation, chosen, centre, zeta), logs)
        total += logs.sum(axis=0)
    return total


def _far(approximation: Approximation, chosen: NDArray[np.int64], centre: Array, zeta: Array) -> Array:
    """Log of the same integral for normal shapes, shape (n, M)."""
    precision = np.maximum(approximation.precision[chosen], 1e-12)[:, None]
    peak = approximation.slope[chosen][:, None] / precision
    variance = 1 / precision + zeta**2
    out: Array = -0.5 * (centre - peak) ** 2 / variance - 0.5 * np.log(precision * variance)
    return out


def _between(nodes: Nodes, log_posterior: Array, along_spread: Array, along_mean: Array) -> Array:
    """The log posterior between its nodes: a cubic spline, which is even in the spread at 0."""
    logs = np.maximum(log_posterior - log_posterior.max(), -200.0)
    places = np.meshgrid(along_spread, *[along_mean] * nodes.columns, indexing="ij")
    return np.asarray(map_coordinates(logs, places, order=3, mode="reflect"))


def _finer(nodes: Nodes, log_posterior: Array) -> tuple[Nodes, Array]:
    """Smaller steps along mu."""
    finer = replace(nodes, steps=_SMALLER_STEPS * (nodes.steps - 1) + 1)
    along_mean = np.linspace(0, nodes.steps - 1, finer.steps)
    return finer, _between(nodes, log_posterior, np.arange(float(nodes.spreads)), along_mean)


def _population(nodes: Nodes, log_posterior: Array) -> Population:
    """The posterior as many points: its logarithm between nodes."""
    in_spread, in_mean = _FINER[nodes.columns]
    along_spread = np.arange(0.5 / in_spread - 0.5, nodes.spreads - 0.5, 1 / in_spread)
    along_mean = np.linspace(0, nodes.steps - 1, in_mean * (nodes.steps - 1) + 1)
    fine = _between(nodes, log_posterior, along_spread, along_mean)
    weight = np.exp(fine - fine.max()).ravel()
    coefficients, zeta, _ = nodes.natural(nodes.spread_at(along_spread), nodes.standard_at(along_mean))
    held = weight > 1e-12
    points = coefficients.reshape(len(coefficients), -1)[:, held]
    return Population(points, zeta.ravel()[held], weight[held] / weight[held].sum())


def pooled_effects(
    people: Likelihoods, coefficients: Array, zeta: Array, grid: Array, weight: Array, threshold: Array
) -> Pooled:
    """Sum over weighted points of L_i(beta) N(beta; mean_i, zeta) / L_i(mean_i, zeta), on the grid.

    Parameters
    ----------
    coefficients : array, shape (C, M)
    zeta, weight : array, shape (M,)
    grid : array, shape (G,)
    threshold : array, shape (N,)
    """
    out = np.empty((6, len(people)))
    step = grid[1] - grid[0]
    held = weight > 1e-12
    for chosen, likelihood, density, _ in _parts(people, coefficients[:, held], zeta[held], grid):
        marginal = likelihood @ density
        share = np.divide(weight[held], marginal, out=np.zeros_like(marginal), where=marginal > _TINY)
        mass = likelihood * (share @ density.T)
        mass /= mass.sum(axis=1, keepdims=True)
        mean = mass @ grid
        sd = np.sqrt(np.maximum(mass @ grid**2 - mean**2, 0.0))
        # The chance below each cell's upper edge: midpoint rule and its first correction.
        below = np.cumsum(mass, axis=1) + np.diff(mass, axis=1, append=0.0) / 24
        z = ndtri(np.clip(below, 1e-15, 1 - 1e-15))  # nearly straight, so that few points are enough
        np.maximum.accumulate(z, axis=1, out=z)
        edges = grid[0] + step / 2
        ends = [edges + step * _place_of(z, float(target)) for target in ndtri(TAILS)]
        at = [ndtr(_value_at(z, (sign * threshold[chosen] - edges) / step)) for sign in (-1, 1)]
        out[:, chosen] = mean, sd, *ends, 1 - at[1], at[0]
    return Pooled(*out)


def _value_at(rows: Array, place: Array) -> Array:
    """Each row at a place counted in its points, by the cubic through four of them, shape (n,)."""
    first = np.clip(np.floor(place).astype(int) - 1, 0, rows.shape[1] - 4)
    offset = np.clip(place, 0, rows.shape[1] - 1) - first
    around = np.take_along_axis(rows, first[:, None] + np.arange(4), axis=1)
    share = [np.prod([(offset - k) / (j - k) for k in range(4) if k != j], axis=0) for j in range(4)]
    return np.asarray(np.sum(around.T * share, axis=0))


def _place_of(rows: Array, target: float) -> Array:
    """Where each increasing row reaches a value: a line first, then two steps with the cubic."""
    first = np.clip(np.sum(rows < target, axis=1) - 1, 0, rows.shape[1] - 2)
    left, right = (np.take_along_axis(rows, (first + k)[:, None], axis=1)[:, 0] for k in (0, 1))
    slope = np.maximum(right - left, 1e-9)
    place = first + np.clip((target - left) / slope, 0, 1)
    for _ in range(2):
        place = np.clip(place - (_value_at(rows, place) - target) / slope, first, first + 1)
    return place
