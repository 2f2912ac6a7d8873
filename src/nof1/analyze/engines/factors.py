"""The linear algebra that both NumPy engines share: the coefficients' precision, period offsets eliminated first.

An AR(1) lets only neighbouring periods touch, so their block is tridiagonal and its factor bidiagonal. Trials and draws of theta
stand on the last axes of every array, so that one step serves them all.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array

Ties = tuple[Array | None, ...]  # for each period but the last, shape (..., S): how firmly it is tied to the next one


@dataclass(frozen=True)
class Factors:
    """Cholesky factors of the coefficients' precision, of c coefficients and P periods.

    Attributes
    ----------
    root : array, shape (c + 1, c + 1, ...)
        Of the fixed columns (`TrialNumbers`), effects (with `over_time` their changes, too) and the outcome, with the
        periods integrated out.
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


@dataclass(frozen=True)
class PeriodPrior:
    """Prior of the periods' offsets w = u + v, each with that of its block: no more than two periods, neighbours, make one.

    With a = omega^2 and b = block_sd^2 the k periods of a block have the covariance a I + b 11', whose determinant is
    a^(k - 1) (a + k b). Its inverse says w' Q w = sum w_i^2 / (a + k b), and for two of a block tie (w_1 - w_2)^2 more, with
    tie = b / (a (a + 2 b)). The two parts stay apart, since the tie has no end as omega goes to zero. A period outside
    blocks has k = 0.

    Attributes
    ----------
    size : array, shape (P, ...)
        How many periods its block has, k of each.
    tied : bool array, shape (P - 1, ...)
        Whether a period and the next one are of one block.
    variance : array, shape (...)
        Of the blocks' offsets.
    """

    size: NDArray[np.int64]
    tied: NDArray[np.bool_]
    variance: Array

    @cached_property
    def blocks(self) -> bool:
        """Whether any period is in a block at all."""
        return bool(self.size.any())

    @cached_property
    def _taken(self) -> dict[tuple[int, int], "PeriodPrior"]:
        return {}

    @cached_property
    def _counts(self) -> Array:
        """How many factors a, a + b and a + 2 b the determinant has, shape (3, ..., 1): one of each two for two tied periods."""
        pairs = self.tied.sum(axis=0)
        alone, single = (self.size == 0).sum(axis=0), (self.size == 1).sum(axis=0)
        return np.stack([alone + pairs, single, pairs])[..., None].astype(float)

    @cached_property
    def _size_variance(self) -> Array:
        """Variance k b of each period, shape (P, ..., 1), or of them all, (1, ..., 1), where they are the same."""
        alike = bool(np.all(self.size == self.size[:1]))
        return ((self.size[:1] if alike else self.size) * self.variance)[..., None]

    @cached_property
    def _links(self) -> tuple[Array | bool, ...]:
        """Whether each period but the last is tied to the next one: always, never, or in some trials, 1 or 0, shape (..., 1)."""
        beside = tuple(range(1, self.tied.ndim))
        every, some = self.tied.all(axis=beside).tolist(), self.tied.any(axis=beside).tolist()
        return tuple(
            always if always or not ever else row[..., None].astype(float)
            for always, ever, row in zip(every, some, self.tied, strict=True)
        )

    def take(self, where: NDArray[np.intp] | slice) -> "PeriodPrior":
        """That of some of the trials on the axis after the periods'."""
        if not isinstance(where, slice):
            return PeriodPrior(self.size[:, where], self.tied[:, where], self.variance[where])
        start, stop, _ = where.indices(len(self.variance))
        if (start, stop) not in self._taken:  # the same parts are asked for again and again
            some = slice(start, stop)
            self._taken[start, stop] = PeriodPrior(self.size[:, some], self.tied[:, some], self.variance[some])
        return self._taken[start, stop]

    def evaluate(self, omega: Array) -> tuple[Array, Ties, Array]:
        """Precision without the ties, shape (P or 1, ..., S); the ties; and log root of the determinant, shape (..., S).

        Parameters
        ----------
        omega : array, shape (..., S)
        """
        a = omega**2
        if not self.blocks:
            return (1 / a)[None], (None,) * len(self.tied), len(self.size) * np.log(omega)
        b = self.variance[..., None]
        counts = self._counts
        with_two = a + 2 * b
        log_root = counts[0] * np.log(omega) + 0.5 * counts[2] * np.log(with_two)
        if counts[1].any():
            log_root += 0.5 * counts[1] * np.log(a + b)
        tie = b / (a * with_two)
        ties = tuple((tie if link else None) if isinstance(link, bool) else link * tie for link in self._links)
        return 1 / (a + self._size_variance), ties, log_root

    def log_density(self, offsets: Array, omega: Array) -> Array:
        """Of offsets, shape (P, ..., S), but for the constant."""
        own, ties, log_root = self.evaluate(omega)
        squares = np.sum(own * offsets**2, axis=0)
        for i, tie in enumerate(ties):
            if tie is not None:
                squares += tie * (offsets[i] - offsets[i + 1]) ** 2
        out: Array = -log_root - 0.5 * squares
        return out


def eliminate_periods(diagonal: Array, subdiagonal: Array, products: Array, ties: Ties) -> None:
    """Turn the periods' precision into its bidiagonal factor, and their products into what it solves them to: in place.

    Parameters
    ----------
    diagonal, subdiagonal : arrays, shape (P, ..., S) and (P - 1, ..., S)
        Of the tridiagonal precision, without the ties.
    products : array, shape (P, ..., c + 1, S)
        Of the periods with the other columns.
    ties : tuple of array or None
        Each adds tie_i (w_i - w_{i+1})^2 to the quadratic form, however much that is.
    """
    for i, tie in enumerate((*ties, None)):
        if i:
            products[i] -= subdiagonal[i - 1][..., None, :] * products[i - 1]
        here = diagonal[i]
        if tie is not None:
            # Of d + t, s - t and d' + t the Schur complement is d' + (t (d + 2 s) - s^2) / (d + t): in this form a t without
            # end cancels with nothing.
            beside = subdiagonal[i]
            added = tie * (here + 2 * beside) - beside**2
            here += tie
            diagonal[i + 1] += added / here
            beside -= tie
        np.sqrt(here, out=here)
        inverse = 1 / here  # one division and many products are quicker than many divisions
        if i < len(ties):
            subdiagonal[i] *= inverse
            if tie is None:
                diagonal[i + 1] -= subdiagonal[i] ** 2
        products[i] *= inverse[..., None, :]


def cholesky(matrices: Array) -> Array:
    """Lower Cholesky factors of matrices, shape (m, m, ...); nan where one is not positive definite in floating point."""
    out = np.zeros_like(matrices)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i in range(len(matrices)):
            left = matrices[i:, i] - np.einsum("ij...,j...->i...", out[i:, :i], out[i, :i])
            root = np.sqrt(left[0])
            out[i, i] = root
            out[i + 1 :, i] = left[1:] * (1 / root)
    return out
