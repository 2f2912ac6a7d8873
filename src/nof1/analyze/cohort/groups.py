"""Mean effects of three groups of people or more, and each effect given all others: by importance sampling.

    beta_i ~ Normal(m_g(i), zeta),  m_g ~ Normal(M, R/5 / sqrt 2),  M ~ Normal(0, R/5),  zeta ~ HalfNormal(R/10)

One mean a group and the spread are too many dimensions for a grid. The normal approximations of people's likelihoods propose:
spreads from their own density, somewhat widened, and means given each, with heavier tails. What is computed at the proposals is
exact, by the same products of matrices as in `pool.py`, and linear in people; the weights are Pareto-smoothed.
"""

from dataclasses import dataclass

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.nodes import SPREAD_SCALE, Approximation
from nof1.analyze.cohort.pool import (
    Likelihoods,
    Pooled,
    Population,
    approximate,
    common_grid,
    log_likelihood,
    pooled_effects,
)
from nof1.analyze.engines.importance import pareto_weights
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError

_POINTS = (12, 14)  # binary logarithms of how many proposals to try in turn
_MOST_K = 0.7  # Pareto k-hat
_DEGREES = 5.0  # of the multivariate t of the means
_WIDER = 0.6  # power of the spread's density, which widens it
_SPREADS = 240
_SEED = 1


@dataclass(frozen=True, eq=False)
class _Proposals:
    """Weighted by nothing yet: means of groups, shape (C, M), spreads and log densities of both together, shape (M,)."""

    coefficients: Array
    zeta: Array
    log_density: Array


def pool_groups(people: Likelihoods, threshold: Array) -> tuple[Population, Pooled]:
    """The population, and each person's effect given all people; see `cohort_pool.pool_likelihoods`.

    Raises
    ------
    RefusalError
        If the weights cannot be trusted.
    """
    approximation = approximate(people)
    pareto_k = np.inf
    for power in _POINTS:
        proposed = _propose(approximation, power)
        grid = common_grid(people, approximation, proposed.coefficients, float(proposed.zeta.max()))
        target = log_likelihood(people, approximation, proposed.coefficients, proposed.zeta, grid)
        target += approximation.log_prior(proposed.coefficients, proposed.zeta)
        weights, pareto_k = pareto_weights(target - proposed.log_density)
        if pareto_k <= _MOST_K:
            held = weights > 1e-12
            population = Population(
                proposed.coefficients[:, held], proposed.zeta[held], weights[held] / weights[held].sum()
            )
            return population, pooled_effects(people, proposed.coefficients, proposed.zeta, grid, weights, threshold)
    raise refused(RefusalError, "groups alike", k=float(pareto_k), limit=_MOST_K)


def _propose(approximation: Approximation, power: int) -> _Proposals:
    """Quasi-random proposals, 2^power of them."""
    from scipy.special import gammaln, ndtri
    from scipy.stats import chi2, qmc

    columns = approximation.design.shape[1]
    unit = qmc.Sobol(columns + 2, rng=np.random.default_rng(_SEED)).random_base2(power)
    unit = np.clip(unit, 1e-9, 1 - 1e-9)
    edges = _spreads(approximation)
    middles = (edges[1:] + edges[:-1]) / 2
    log_density, mean, root = approximation.given_spread(middles)
    share = np.exp(_WIDER * (log_density - log_density.max())) * np.diff(edges)
    share /= share.sum()
    # A cell by its share, a place within it evenly.
    below = np.concatenate([[0.0], np.cumsum(share)])
    cell = np.clip(np.searchsorted(below, unit[:, 0], side="right") - 1, 0, len(share) - 1)
    zeta = edges[cell] + (unit[:, 0] - below[cell]) / share[cell] * np.diff(edges)[cell]
    standard = ndtri(unit[:, 1:-1]) * np.sqrt(_DEGREES / chi2(_DEGREES).ppf(unit[:, -1]))[:, None]
    coefficients = mean[cell] + np.einsum("mcd,md->mc", root[cell], standard)
    constant = gammaln((_DEGREES + columns) / 2) - gammaln(_DEGREES / 2) - 0.5 * columns * np.log(_DEGREES * np.pi)
    stretch = np.log(np.abs(np.diagonal(root, axis1=1, axis2=2))).sum(axis=1)
    of_means = constant - stretch[cell] - 0.5 * (_DEGREES + columns) * np.log1p(np.sum(standard**2, axis=1) / _DEGREES)
    of_spread = np.log(share[cell] / np.diff(edges)[cell])
    return _Proposals(coefficients.T, zeta, of_means + of_spread)


def _spreads(approximation: Approximation) -> Array:
    """Edges of cells that hold all spreads that count, closer together near zero."""
    top = 8 * SPREAD_SCALE * approximation.span
    scanned = np.geomspace(1e-5 * approximation.span, top, 400)
    density, _, _ = approximation.given_spread(scanned)
    held = scanned[_WIDER * (density - density.max()) > -20.0]
    high = min(1.3 * float(held[-1]), top)
    low = 0.0 if held[0] < 0.3 * high else 0.7 * float(held[0])
    out: Array = np.linspace(low, high, _SPREADS + 1)
    return out
