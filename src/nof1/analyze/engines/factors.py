"""The linear algebra that both NumPy engines share: the coefficients' precision, period offsets eliminated first.

An AR(1) lets only neighbouring periods touch, so their block is tridiagonal and its factor bidiagonal. Trials and draws of theta
stand on the last axes of every array, so that one step serves them all.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array


@dataclass(frozen=True)
class Factors:
    """Cholesky factors of the coefficients' precision, of c coefficients and P periods.

    Attributes
    ----------
    root : array, shape (c + 1, c + 1, ...)
        Of level, trend, covariates, effects (with `over_time` their changes, too) and the outcome, with the periods
        integrated out.
    diagonal, subdiagonal : arrays, shape (P, ...) and (P - 1, ...)
        Bidiagonal factor of the periods' block.
    period_products : array, shape (P, c + 1, ...)
        That factor solved for the periods' products with the other columns.
    """

    root: Array
    diagonal: Array
    subdiagonal: Array
    period_products: Array

    def take(self, where: int | NDArray[np.int64]) -> "Factors":
        """Those of some of what stands on the axis after the coefficients': one trial, or some draws of theta."""
        return Factors(
            self.root[:, :, where],
            self.diagonal[:, where],
            self.subdiagonal[:, where],
            self.period_products[:, :, where],
        )

    def draw(self, noise: Array, period_noise: Array) -> tuple[Array, Array]:
        """Coefficients, shape (c, ...), and period offsets, shape (P, ...), from standard normal noise of their shapes."""
        c = len(self.root) - 1
        # The factor's last row is L^-1 X' Lambda y, so L' b = that + noise.
        coefficients = self.root[c, :c] + noise
        for i in range(c - 1, -1, -1):
            coefficients[i] -= np.sum(self.root[i + 1 : c, i] * coefficients[i + 1 :], axis=0)
            coefficients[i] /= self.root[i, i]
        products = self.period_products
        offsets = products[:, c] - np.einsum("pc...,c...->p...", products[:, :c], coefficients) + period_noise
        for i in range(len(offsets) - 1, -1, -1):
            if i + 1 < len(offsets):
                offsets[i] -= self.subdiagonal[i] * offsets[i + 1]
            offsets[i] /= self.diagonal[i]
        return coefficients, offsets


def eliminate_periods(diagonal: Array, subdiagonal: Array, products: Array) -> None:
    """Turn the periods' precision into its bidiagonal factor, and their products into what it solves them to: in place.

    Parameters
    ----------
    diagonal, subdiagonal : arrays, shape (P, ..., S) and (P - 1, ..., S)
        Of the tridiagonal precision.
    products : array, shape (P, ..., c + 1, S)
        Of the periods with the other columns.
    """
    for i in range(len(diagonal)):
        if i:
            subdiagonal[i - 1] /= diagonal[i - 1]
            diagonal[i] -= subdiagonal[i - 1] ** 2
            products[i] -= subdiagonal[i - 1][..., None, :] * products[i - 1]
        np.sqrt(diagonal[i], out=diagonal[i])
        products[i] /= diagonal[i][..., None, :]


def cholesky(matrices: Array) -> Array:
    """Lower Cholesky factors of matrices, shape (m, m, ...); nan where one is not positive definite in floating point."""
    out = np.zeros_like(matrices)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i in range(len(matrices)):
            left = matrices[i:, i] - np.einsum("ij...,j...->i...", out[i:, :i], out[i, :i])
            root = np.sqrt(left[0])
            out[i, i] = root
            out[i + 1 :, i] = left[1:] / root
    return out
