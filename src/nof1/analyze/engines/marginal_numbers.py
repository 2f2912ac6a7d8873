"""The normal model of one trial with its coefficients integrated out: its numbers, and the coordinates of theta.

Theta = (phi, sigma, omega, h) are the parameters that stay. It must not import PyMC, and does not know how theta is sampled.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.engines.factors import PeriodPrior
from nof1.analyze.engines.sobol import sobol
from nof1.analyze.model.data import NO_BLOCK, ModelData


class TrialNumbers:
    """The numbers of one trial's model, and the coordinates of theta.

    Coordinates of theta, each present only if the model has the part: logit((phi + 1) / 2); with period effects log r and
    w, where sigma = r / cosh w and omega = r |tanh w|; without them log sigma; log h. Noise and period spread trade places
    along w while r stays, and the sign of w does not count, which keeps a mode at omega = 0 an ordinary one.

    With `data.over_time` the mean of a night has x_{k,t} (effect_k + change_k g_t) for arm k: each arm has a second column
    x_{k,t} g_t, whose coefficient is the change from the first planned day to the last, Normal(0, effect_sd).
    """

    def __init__(self, data: ModelData) -> None:
        self.data = data
        priors = data.priors
        spreads = ("scale", "share") if data.period_effects else ("sigma",)
        self.names = (
            *(("phi",) if data.autocorrelation else ()),
            *spreads,
            *(("half_life",) if data.exponential else ()),
        )
        fixed = [np.ones(data.n)]
        precision = [priors.level_sd**-2]
        if data.trend:
            fixed.append(data.time)
            precision.append(priors.trend_sd**-2)
        if data.start_up:
            fixed.append(data.fading)
            precision.append(_stated(priors.start_up_sd, "start_up_sd") ** -2)
        for column, sd in zip(data.covariates.T, data.covariate_sd, strict=True):
            fixed.append(column)
            precision.append((priors.covariate_sd / sd) ** -2)
        self.first_block = len(fixed)
        self.block_sd = _stated(priors.block_sd, "block_sd") if data.block_numbers else 0.0
        self.period_block = _blocks_of_periods(data)
        if self.period_block is None:  # columns of their own, which always works, but costs more
            for number in range(len(data.block_numbers)):
                fixed.append((data.block == number).astype(float))
                precision.append(self.block_sd**-2)
        self.k = len(data.arms) * (2 if data.over_time else 1)  # columns made of exposures: effects, then their changes
        self.n_fixed = len(fixed)
        self.n_periods = len(data.period_numbers) if data.period_effects else 0
        # Columns of the rest: level, trend, start-up, covariates, blocks | effects, changes | y. Effects stand last among the
        # coefficients, so that the last rows of the Cholesky factor hold all there is to know of them.
        self.c = self.n_fixed + self.k
        self.fixed = np.column_stack([*fixed, data.y - priors.level_mean])
        self.precision = np.array([*precision, *[priors.effect_sd**-2] * self.k])
        self.period_prior = self._prior_of_periods()
        self.period_starts = np.flatnonzero(np.diff(data.period, prepend=-1))
        self.period_rows = np.arange(self.n_periods)[:, None] == data.period  # which nights are of which period
        self._prepare_sums()
        self.constant_exposure = None if data.exponential else self._constant_exposure()

    def _prior_of_periods(self) -> PeriodPrior:
        size = np.zeros(self.n_periods, dtype=np.int64)
        tied = np.zeros(max(self.n_periods - 1, 0), dtype=bool)
        if self.n_periods and self.period_block is not None:
            block = self.period_block
            inside = block != NO_BLOCK
            size[inside] = np.bincount(block[inside])[block[inside]]
            tied = inside[1:] & (block[1:] == block[:-1])
        return PeriodPrior(size, tied, np.asarray(self.block_sd**2))

    def part_offsets(
        self, coefficients: Array, offsets: Array, omega: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """The periods' own offsets u, shape (P, S), and the blocks' offsets v, shape (B, S).

        Where each period's offset is w = u + v, v is drawn given it: with a = omega^2, b = block_sd^2 and k periods in the
        block it is normal with mean b sum(w) / (a + k b) and variance a b / (a + k b).

        Parameters
        ----------
        coefficients, offsets : arrays, shape (c, S) and (P, S)
            As `Factors.draw` gives them.
        omega : array, shape (S,)
        rng : numpy.random.Generator
        """
        count = len(self.data.block_numbers)
        if self.period_block is None or not count:
            return offsets, coefficients[self.first_block : self.first_block + count]
        members = (np.arange(count)[:, None] == self.period_block).astype(float)  # (B, P)
        a, b = omega**2, self.block_sd**2
        whole = a + members.sum(axis=1)[:, None] * b
        blocks = b * (members @ offsets) / whole + np.sqrt(a * b / whole) * rng.standard_normal(whole.shape)
        return offsets - members.T @ blocks, blocks

    @property
    def shape(self) -> tuple[Any, ...]:
        """The parts of the model: trials with the same ones can be evaluated together."""
        data = self.data
        return self.names, self.k, self.n_fixed, data.over_time, len(data.arms)

    def _prepare_sums(self) -> None:
        """Sums over nights for each distinct gap: of these the products with Lambda(phi) are linear combinations.

        Lambda is the precision of a stationary AR(1) of unit variance over calendar days: with r = phi^gap and
        q = 1 / (1 - r^2), the quadratic form is e_1^2 + sum q_i (e_i - r_i e_{i-1})^2.
        """
        self.distinct_gaps, self.gap_index = np.unique(np.diff(self.data.day), return_inverse=True)
        here, before = self.fixed[1:], self.fixed[:-1]
        period, previous = self.data.period[1:], self.data.period[:-1]
        of_here, of_before = self.period_rows[:, 1:].astype(float), self.period_rows[:, :-1].astype(float)
        p = self.n_periods
        first = np.zeros((p, self.fixed.shape[1]))
        first_diagonal = np.zeros(p)
        if p:
            first[0], first_diagonal[0] = self.fixed[0], 1.0
        among: list[Array] = [np.outer(self.fixed[0], self.fixed[0])]
        with_periods: list[Array] = [first]
        diagonal: list[NDArray[Any]] = [first_diagonal]
        beside: list[NDArray[Any]] = [np.zeros(max(p - 1, 0))]
        for i in range(len(self.distinct_gaps)):
            of_gap = self.gap_index == i
            a, b = here[of_gap], before[of_gap]
            cross = a.T @ b
            among += [a.T @ a, b.T @ b, -(cross + cross.T)]
            if p:
                at, was = period[of_gap], previous[of_gap]
                at_rows, was_rows = of_here[:, of_gap], of_before[:, of_gap]
                with_periods += [at_rows @ a, was_rows @ b, -(at_rows @ b + was_rows @ a)]
                same = np.bincount(at[at == was], minlength=p)
                diagonal += [np.bincount(at, minlength=p), np.bincount(was, minlength=p), -2 * same]
                beside += [np.zeros(p - 1), np.zeros(p - 1), -np.bincount(was[at != was], minlength=p)[: p - 1]]
        # One column for each row of `linear`, so that a product with it adds up the linear combinations.
        self.among = np.stack(among).reshape(len(among), -1).T
        self.gap_counts = np.bincount(self.gap_index, minlength=len(self.distinct_gaps)).astype(float)
        self._prepare_diagonal()
        if p:
            self.with_periods = np.stack(with_periods).reshape(len(among), -1).T
            self.period_diagonal = np.stack(diagonal).astype(float).T
            self.period_beside = np.stack(beside).astype(float).T

    def _prepare_diagonal(self) -> None:
        """The few different diagonal elements of Lambda: the gap before a night and the one after it make one.

        1 before the first night and q before any other; q r^2 before the next night and nothing after the last.
        """
        count = len(self.distinct_gaps)
        before, after = np.r_[-1, self.gap_index], np.r_[self.gap_index, -1]
        kinds, self.diagonal_index = np.unique(np.stack([before, after]), axis=1, return_inverse=True)
        self.diagonal_kinds = np.zeros((kinds.shape[1], 1 + 3 * count))
        rows = np.arange(kinds.shape[1])
        self.diagonal_kinds[rows, np.where(kinds[0] < 0, 0, 1 + 3 * kinds[0])] += 1.0
        followed = kinds[1] >= 0
        self.diagonal_kinds[rows[followed], 2 + 3 * kinds[1][followed]] += 1.0

    def columns(self, theta: Array) -> dict[str, Array]:
        """The coordinates of theta, shape (..., d), by their names, each (...,)."""
        return {name: theta[..., i] for i, name in enumerate(self.names)}

    def split(self, theta: Array) -> dict[str, Array]:
        """Natural parameters of theta, shape (..., d): phi, sigma, omega, half_life, each (...,)."""
        column = self.columns(theta)
        count = theta.shape[:-1]
        if "scale" in column:
            scale, share = _exp(column["scale"]), _within(column["share"], 25)
            sigma, omega = scale / np.cosh(share), scale * np.maximum(np.abs(np.tanh(share)), 1e-9)
        else:
            sigma, omega = _exp(column["sigma"]), np.zeros(count)
        return {
            "phi": _within(np.tanh(column["phi"] / 2), 1 - 1e-9) if "phi" in column else np.zeros(count),
            "sigma": sigma,
            "omega": omega,
            "half_life": _exp(column["half_life"]) if "half_life" in column else np.full(count, np.nan),
        }

    def coordinates(self, natural: Mapping[str, Array]) -> Array:
        """Theta, shape (S, d), of natural parameters, each (S,): the inverse of `split`."""
        phi, sigma, omega = natural["phi"], natural["sigma"], natural["omega"]
        columns = {
            "phi": lambda: np.log((1 + phi) / (1 - phi)),
            "sigma": lambda: np.log(sigma),
            "scale": lambda: np.log(np.hypot(sigma, omega)),
            "share": lambda: np.arcsinh(omega / sigma),
            "half_life": lambda: np.log(natural["half_life"]),
        }
        return np.column_stack([columns[name]() for name in self.names])

    def _constant_exposure(self) -> Array:
        """Exposures that are the doses, shape (n, K), and with `over_time` their products with time beside them."""
        doses = self.data.doses[self.data.dose_day]
        return np.hstack([doses, doses * self.data.time[:, None]]) if self.data.over_time else doses

    def start(self) -> Array:
        """A box of theta to look for the mode in, shape (64, d)."""
        priors = self.data.priors
        unit = _box(len(self.names))
        spread = np.log(self.data.y.std())
        columns = {
            "phi": lambda u: np.log(u / (1 - u)),
            "sigma": lambda u: spread + 2.5 * (u - 0.7),
            "scale": lambda u: spread + 2.5 * (u - 0.7),
            "share": lambda u: 2.5 * u**2,
            "half_life": lambda u: np.log(priors.half_life_median) + priors.half_life_log_sd * ndtri(u),
        }
        return np.column_stack([columns[name](unit[:, i]) for i, name in enumerate(self.names)])


def _blocks_of_periods(data: ModelData) -> NDArray[np.int64] | None:
    """Block of each period, shape (P,), with `NO_BLOCK`; None where blocks' offsets cannot be added to those of the periods.

    They can if a night's period tells its block, and a block has at most two periods, one after the other: then the
    periods' precision stays tridiagonal.
    """
    blocks = np.full(len(data.period_numbers), NO_BLOCK)
    if not data.block_numbers:
        return blocks
    if not data.period_effects:
        return None
    blocks[data.period] = data.block
    if np.any(blocks[data.period] != data.block):
        return None
    for number in range(len(data.block_numbers)):
        there = np.flatnonzero(blocks == number)
        if there[-1] - there[0] > 1:
            return None
    return blocks


def _stated(value: float | None, name: str) -> float:
    """A prior of the second edition that a model with its term cannot be without."""
    assert value is not None, f"the model has a term whose prior, {name}, the protocol does not have"
    return value


@lru_cache(maxsize=8)
def _box(d: int) -> Array:
    """Quasi-random points of the unit cube, shape (64, d), none of them on its walls."""
    points: Array = sobol(d, 64) * (63 / 64) + 1 / 128
    return points


def _within(value: Array, limit: float) -> Array:
    """Cut off at plus and minus the limit; a proposal's far tail must not overflow."""
    out: Array = np.minimum(np.maximum(value, -limit), limit)
    return out


def _exp(value: Array) -> Array:
    out: Array = np.exp(_within(value, 30))
    return out
