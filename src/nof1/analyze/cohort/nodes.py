"""Where mean and spread of a population are looked at: nodes of a quadrature that follow the posterior, and its prior.

    beta_i ~ Normal(mu + gamma x_i, zeta),  mu ~ Normal(0, R/5),  zeta ~ HalfNormal(R/10)

The nodes come from normal approximations of each person's likelihood; what is computed at them is exact
(`pool.py`). Given zeta, mu and gamma are laid out along their own covariance.
"""

from dataclasses import dataclass, replace

import numpy as np

from nof1.analyze.arrays import Array

MEAN_SD, SPREAD_SCALE = 1 / 5, 1 / 10  # of the priors, as shares of the scale's range
_SPREADS = 32
_PER_AXIS = {1: 25, 2: 15}  # by the number of coefficients: trapezoid steps of less than a standard deviation
_HALF_WIDTH = 6.5  # in conditional standard deviations
_FAR = 25.0  # log density below its largest value from which on a spread does not count
_SCANNED = 400


@dataclass(frozen=True, eq=False)
class Approximation:
    """Each person's likelihood as a normal shape, and what stands beside the effect.

    Attributes
    ----------
    precision, slope : array, shape (N,)
        The likelihood is about exp(slope beta - precision beta^2 / 2).
    design : array, shape (N, C)
        What each person's mean effect is made of, times the coefficients: ones; ones and a centred moderator; or one column a
        group.
    prior_precision : array, shape (C, C)
        Of the coefficients.
    span : float
        R, in points.
    """

    precision: Array
    slope: Array
    design: Array
    prior_precision: Array
    span: float

    def given_spread(self, spread: Array) -> tuple[Array, Array, Array]:
        """Log density of each spread, and mean and root of the covariance of (mu, gamma) given it.

        Parameters
        ----------
        spread : array, shape (Z,)

        Returns
        -------
        log_density : array, shape (Z,)
            Up to a constant, with the prior.
        mean : array, shape (Z, C)
        root : array, shape (Z, C, C)
            Triangular; the covariance is root root'.
        """
        columns = self.design.shape[1]
        log_density, mean = np.empty(len(spread)), np.empty((len(spread), columns))
        root = np.empty((len(spread), columns, columns))
        square = np.divide(self.slope**2, self.precision, out=np.zeros_like(self.slope), where=self.precision > 0)
        for k, zeta in enumerate(spread):
            shrink = 1 / (1 + self.precision * zeta**2)
            information = (self.design.T * (self.precision * shrink)) @ self.design + self.prior_precision
            right = self.design.T @ (self.slope * shrink)
            factor = np.linalg.cholesky(information)
            half = np.linalg.solve(factor, right)
            mean[k] = np.linalg.solve(factor.T, half)
            root[k] = np.linalg.inv(factor).T
            fit = 0.5 * half @ half - np.log(np.diag(factor)).sum()
            # square (1 - shrink) is what is lost by not standing at the own peak, up to what does not depend on zeta
            log_density[k] = 0.5 * np.sum(np.log(shrink)) + 0.5 * np.sum(square * (1 - shrink)) + fit
        return log_density - 0.5 * (spread / (SPREAD_SCALE * self.span)) ** 2, mean, root

    def log_prior(self, coefficients: Array, zeta: Array) -> Array:
        """Of coefficients, shape (C, ...), and spreads, shape (...), up to a constant."""
        square = np.einsum("c...,cd,d...", coefficients, self.prior_precision, coefficients)
        out: Array = -0.5 * square - 0.5 * (zeta / (SPREAD_SCALE * self.span)) ** 2
        return out


@dataclass(frozen=True, eq=False)
class Nodes:
    """A grid of (coefficients, zeta): evenly spaced in each axis once coefficients are standardized given zeta.

    Attributes
    ----------
    approximation : Approximation
    low, high : float
        Ends of the spreads; their cells have equal width, nodes stand in the middle.
    half_width : float
        How far coefficients go, in standard deviations given zeta.
    """

    approximation: Approximation
    low: float
    high: float
    half_width: float = _HALF_WIDTH
    spreads: int = _SPREADS
    steps: int = 0

    @classmethod
    def around(cls, approximation: Approximation) -> "Nodes":
        """Nodes that hold the posterior as the approximation has it."""
        span = approximation.span
        scanned = np.geomspace(1e-5 * span, 8 * SPREAD_SCALE * span, _SCANNED)
        density, _, _ = approximation.given_spread(scanned)
        held = scanned[density > density.max() - _FAR]
        low, high = float(held[0]), float(min(1.15 * held[-1], 8 * SPREAD_SCALE * span))
        low = 0.0 if low < 0.3 * high else 0.87 * low
        return cls(approximation, low, high, steps=_PER_AXIS[approximation.design.shape[1]])

    def wider(self, *, coefficients: bool, top: bool, bottom: bool) -> "Nodes":
        """The same with more room where it was too narrow."""
        width = self.high - self.low
        grow = 1.5 if coefficients else 1.0
        return replace(
            self,
            half_width=self.half_width * grow,
            steps=int(np.ceil(self.steps * grow)),
            high=min(self.high + 0.5 * width, 10 * SPREAD_SCALE * self.approximation.span) if top else self.high,
            low=max(0.0, self.low - 0.5 * width) if bottom else self.low,
            spreads=int(self.spreads * 1.5) if top or bottom else self.spreads,
        )

    @property
    def columns(self) -> int:
        """Number of coefficients: mu, and gamma where there is a moderator."""
        return int(self.approximation.design.shape[1])

    def natural(self, spread: Array, standard: Array) -> tuple[Array, Array, Array]:
        """Coefficients, spreads and what the grid's cells are stretched by.

        Parameters
        ----------
        spread : array, shape (Z,)
        standard : array, shape (T,)
            Of each coefficient, in standard deviations given the spread.

        Returns
        -------
        coefficients : array, shape (C, Z, T) or (C, Z, T, T)
        zeta : array, shape (Z, T) or (Z, T, T)
        log_stretch : the same shape
            Log determinant of the root.
        """
        _, mean, root = self.approximation.given_spread(spread)
        axes = np.meshgrid(*[standard] * self.columns, indexing="ij")
        shape = (len(spread), *axes[0].shape)
        ones = (...,) + (None,) * self.columns
        coefficients = np.stack(
            [
                mean[:, c][ones] + sum(root[:, c, k][ones] * axes[k] for k in range(self.columns))
                for c in range(self.columns)
            ]
        )
        stretch = np.log(np.abs(np.diagonal(root, axis1=1, axis2=2))).sum(axis=1)
        return coefficients, np.broadcast_to(spread[ones], shape), np.broadcast_to(stretch[ones], shape)

    def spread_at(self, place: Array) -> Array:
        """Spreads at places counted in nodes, the first node being 0."""
        out: Array = self.low + (place + 0.5) * (self.high - self.low) / self.spreads
        return out

    def standard_at(self, place: Array) -> Array:
        """Standardized coefficients at places counted in nodes."""
        out: Array = -self.half_width + place * 2 * self.half_width / (self.steps - 1)
        return out

    def log_prior(self, coefficients: Array, zeta: Array) -> Array:
        """Of (mu, gamma) and zeta, up to a constant."""
        return self.approximation.log_prior(coefficients, zeta)
