"""The normal model given its augmentation: every chain has outcomes of its own, or a weight for every night.

Given those, all coefficients and period offsets integrate out as in `marginal_model.py`, from which
priors and coordinates come; but the sums over nights differ from chain to chain, so they are taken anew each time, in
O(n). Chains are the last axis of every array.

It does not know how chains move, nor of which family the augmentation is.
"""

from dataclasses import dataclass

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.factors import Factors, Ties, cholesky, eliminate_periods
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.exposure import exposure_by_day


@dataclass(frozen=True)
class ARTransition:
    """How each night hangs on the recorded one before it, in an AR(1) over calendar days.

    Attributes
    ----------
    ratio : array, shape (n, S)
        phi^gap; 0 on the first night, into which nothing is carried.
    scale : array, shape (n, S)
        One over the innovation's sd, sigma sqrt(1 - ratio^2).
    log_scale : array, shape (S,)
        Sum over nights of its logarithm.
    """

    ratio: Array
    scale: Array
    log_scale: Array

    def innovations(self, residual: Array) -> Array:
        """Standardized innovations of residuals, shape (n, S)."""
        out = residual.copy()
        out[1:] -= self.ratio[1:] * residual[:-1]
        out *= self.scale
        return out


class AugmentedModel:
    """Log density of theta, and the coefficients, for chains with outcomes and weights of their own.

    Attributes
    ----------
    base : MarginalModel
        Coordinates and priors of theta.
    mirror : int or None
        The coordinate of theta whose sign does not count.
    """

    def __init__(self, data: ModelData) -> None:
        self.data = data
        self.base = MarginalModel(data)
        self.mirror = self.base.names.index("share") if "share" in self.base.names else None
        self.fixed = self.base.fixed[:, :-1]  # without the outcome
        self.starts = self.base.period_starts if self.base.n_periods else np.empty(0, dtype=np.int64)
        self.same = np.r_[0.0, data.period[1:] == data.period[:-1]][:, None]
        self.gap = np.r_[0, self.base.gap_index + 1]  # 0 stands for the first night, which has no gap

    def fold(self, theta: Array) -> Array:
        """Theta, shape (..., d), with the coordinate whose sign does not count turned positive."""
        if self.mirror is None:
            return theta
        out = theta.copy()
        out[..., self.mirror] = np.abs(out[..., self.mirror])
        return out

    def ar_transition(self, natural: dict[str, Array]) -> ARTransition:
        """The AR(1) of each theta."""
        ratio = natural["phi"] ** self.base.distinct_gaps[:, None]
        rest = (1.0 - ratio) * (1.0 + ratio)
        sigma = natural["sigma"]
        scale = np.concatenate([1.0 / sigma[None], 1.0 / (sigma * np.sqrt(rest))])
        ratio = np.concatenate([np.zeros((1, len(sigma))), ratio])
        log_scale = -self.data.n * np.log(sigma) - 0.5 * self.base.gap_counts @ np.log(rest)
        return ARTransition(ratio[self.gap], scale[self.gap], log_scale)

    def exposure(self, half_life: Array) -> Array:
        """Exposure of the recorded nights, shape (n, K, S or 1)."""
        if self.base.constant_exposure is not None:
            return self.base.constant_exposure[..., None]
        return exposure_by_day(self.data.doses, half_life)[self.data.dose_day]

    def mean(self, coefficients: Array, offsets: Array, half_life: Array) -> Array:
        """Expected outcome minus the level's prior mean, shape (n, S), from coefficients (c, S) and offsets (P, S), as drawn."""
        at = self.base.n_fixed
        out = self.fixed @ coefficients[:at]
        exposure = self.exposure(half_life)
        for i in range(self.base.k):
            out += exposure[:, i] * coefficients[at + i]
        if self.base.n_periods:
            out += offsets[self.data.period]
        return out

    def log_prior(self, offsets: Array, theta: Array, natural: dict[str, Array]) -> Array:
        """Log prior density of J S theta and of period offsets, shape (P, S), the same for each J."""
        value = self.base.log_prior(theta, natural)
        if self.base.n_periods:
            copies = np.tile(offsets, len(theta) // offsets.shape[1])
            value = value + self.base.period_prior.log_density(copies, natural["omega"])
        return value

    def evaluate(self, theta: Array, outcome: Array, root_weight: Array | None) -> tuple[Array, Factors]:
        """Log density of each theta given outcomes and weights, up to a constant, and the factors behind it.

        Parameters
        ----------
        theta : array, shape (S, d)
        outcome : array, shape (n, S) or (n, 1)
            Minus the level's prior mean.
        root_weight : array, shape (n, S), optional
            Square root of what divides each innovation's variance.
        """
        base = self.base
        natural = base.split(theta)
        transition = self.ar_transition(natural)
        scale = transition.scale if root_weight is None else transition.scale * root_weight
        whitened = self._whiten(natural["half_life"], outcome, transition.ratio, scale)
        rest = np.einsum("nas,nbs->abs", whitened, whitened)
        inner = np.arange(base.c)
        rest[inner, inner] += base.precision[:, None]
        value = transition.log_scale + base.log_prior(theta, natural)
        with np.errstate(invalid="ignore", divide="ignore"):
            if base.n_periods:
                own, ties, log_root = base.period_prior.evaluate(natural["omega"])
                diagonal, subdiagonal, period_products = self._eliminate_periods(
                    whitened, transition.ratio, scale, own, ties
                )
                rest -= np.einsum("pas,pbs->abs", period_products, period_products)
                value = value - log_root - np.sum(np.log(diagonal), axis=0)
            else:
                s = len(theta)
                diagonal, subdiagonal, period_products = (
                    np.empty((0, s)),
                    np.empty((0, s)),
                    np.empty((0, base.c + 1, s)),
                )
            root = cholesky(rest)
            roots = root[np.arange(base.c + 1), np.arange(base.c + 1)]
            value = value - np.sum(np.log(roots[:-1]), axis=0) - 0.5 * roots[-1] ** 2
        return np.where(np.isfinite(value), value, -np.inf), Factors(root, diagonal, subdiagonal, period_products)

    def _whiten(self, half_life: Array, outcome: Array, ratio: Array, scale: Array) -> Array:
        """Columns of the design and the outcome, each night minus what it has of the one before; (n, c + 1, S)."""
        base = self.base
        out = np.empty((len(scale), base.c + 1, scale.shape[1]))
        fixed, effects = slice(0, base.n_fixed), slice(base.n_fixed, base.c)
        for columns, values in ((fixed, self.fixed[..., None]), (effects, self.exposure(half_life)), (base.c, outcome)):
            carried = ratio if values.ndim == 2 else ratio[:, None]
            out[0, columns] = values[0]
            out[1:, columns] = values[1:] - carried[1:] * values[:-1]
        out *= scale[:, None]
        return out

    def _eliminate_periods(
        self, whitened: Array, ratio: Array, scale: Array, prior: Array, ties: Ties
    ) -> tuple[Array, Array, Array]:
        """Cholesky factor of the periods' tridiagonal precision, and it solved for their products with the rest.

        The prior's precision and its ties are as `PeriodPrior` gives them.
        """
        own = scale * (1.0 - self.same * ratio)  # a period's whitened column on its own nights
        later = self.starts[1:]
        spill = -scale[later] * ratio[later]  # and on the first night of the next
        diagonal = np.add.reduceat(own**2, self.starts, axis=0) + prior
        diagonal[:-1] += spill**2
        subdiagonal = own[later] * spill
        period_products = np.add.reduceat(own[:, None] * whitened, self.starts, axis=0)
        period_products[:-1] += spill[:, None] * whitened[later]
        eliminate_periods(diagonal, subdiagonal, period_products, ties)
        return diagonal, subdiagonal, period_products

    def draw(self, given: Factors, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw coefficients, shape (c, S), and period offsets, shape (P, S), to which those of their blocks may be added."""
        chains = given.root.shape[-1]
        noise = rng.standard_normal((self.base.c, chains))
        return given.draw(noise, rng.standard_normal((self.base.n_periods, chains)))
