"""The normal model with its coefficients integrated out: log density of theta, and the factors behind it.

Given theta = (phi, sigma, omega, h) the outcome is jointly normal. Period offsets go first: an AR(1) lets only
neighbouring periods touch, so their precision is tridiagonal and costs no more than their number. Level, trend,
covariates and effects follow with one small Cholesky factor. All theta are evaluated as one batch of arrays, and theta
is the last axis of every array inside: loops over periods then work on long rows that lie together in memory.

It must not import PyMC, and does not know how theta is sampled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, ndtri

from nof1.analyze.exposure import Array, dose_changes, exposure_by_day
from nof1.analyze.sobol import sobol
from nof1.analyze.terms import Terms

_MAX_NUMBERS = 24_000  # of the largest array at a time: 192 kB stay in a core's own cache, and memory is bounded
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Factors:
    """Cholesky factors of the coefficients' precision for S theta; period offsets are eliminated first.

    Attributes
    ----------
    root : array, shape (S, c + 1, c + 1)
        Of level, trend, covariates, effects (with `over_time` their changes, too) and the outcome, with the periods
        integrated out.
    diagonal, below : arrays, shape (S, P) and (S, P - 1)
        Bidiagonal factor of the periods' block: neighbouring periods alone touch in an AR(1).
    carried : array, shape (S, P, c + 1)
        That factor solved for the periods' products with the other columns.
    """

    root: Array
    diagonal: Array
    below: Array
    carried: Array


class MarginalModel:
    """Log density of theta for one trial, for many theta at once.

    Coordinates of theta, each present only if the model has the part: logit((phi + 1) / 2); with period effects log r and
    w, where sigma = r / cosh w and omega = r |tanh w|; without them log sigma; log h. Noise and period spread trade places
    along w while r stays, and the sign of w does not count, which keeps a mode at omega = 0 an ordinary one.

    With `data.over_time` the mean of a night has x_{k,t} (effect_k + change_k g_t) for arm k: each arm has a second column
    x_{k,t} g_t, whose coefficient is the change from the first planned day to the last, Normal(0, effect_sd).
    """

    def __init__(self, data: Terms) -> None:
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
        for column, sd in zip(data.covariates.T, data.covariate_sd, strict=True):
            fixed.append(column)
            precision.append((priors.covariate_sd / sd) ** -2)
        self.k = len(data.arms) * (2 if data.over_time else 1)  # columns made of exposures: effects, then their changes
        self.n_fixed = len(fixed)
        self.n_periods = len(data.period_numbers) if data.period_effects else 0
        # Columns of the rest: level, trend, covariates | effects, changes | y. Effects stand last among the coefficients, so
        # that the last rows of the Cholesky factor hold all there is to know of them.
        self.c = self.n_fixed + self.k
        self.fixed = np.column_stack([*fixed, data.y - priors.level_mean])
        self.precision = np.array([*precision, *[priors.effect_sd**-2] * self.k])
        self.period_starts = np.flatnonzero(np.diff(data.period, prepend=-1))
        widest = max(self.n_periods * (self.c + 1), data.n * self.k, self.c**2)
        self.chunk = int(np.clip(_MAX_NUMBERS // widest, 32, 512))  # how many theta to evaluate at a time
        self._prepare_sums()
        self.dose_changes = dose_changes(data.doses)
        self.constant_exposure = None if data.exponential else self._with_changes(data.doses[data.day])

    def _prepare_sums(self) -> None:
        """Sums over nights for each distinct gap: of these the products with Lambda(phi) are linear combinations.

        Lambda is the precision of a stationary AR(1) of unit variance over calendar days: with r = phi^gap and
        q = 1 / (1 - r^2), the quadratic form is e_1^2 + sum q_i (e_i - r_i e_{i-1})^2.
        """
        self.distinct_gaps, self.gap_index = np.unique(np.diff(self.data.day), return_inverse=True)
        here, before = self.fixed[1:], self.fixed[:-1]
        period, previous = self.data.period[1:], self.data.period[:-1]
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
                with_periods += [_sum_by(at, a, p), _sum_by(was, b, p), -(_sum_by(at, b, p) + _sum_by(was, a, p))]
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

    def split(self, theta: Array) -> dict[str, Array]:
        """Natural parameters of theta, shape (S, d): phi, sigma, omega, half_life, each (S,)."""
        column = dict(zip(self.names, theta.T, strict=True))
        count = len(theta)
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

    def log_prior(self, theta: Array, natural: dict[str, Array]) -> Array:
        """Log prior density of theta in its own coordinates."""
        priors = self.data.priors
        column = dict(zip(self.names, theta.T, strict=True))
        sigma, omega = natural["sigma"], natural["omega"]
        total = _log_half_normal(sigma, priors.noise_scale) + np.log(sigma)
        if "scale" in column:
            # d(sigma, omega) / d(log r, w) = r sigma; half of it for each sign of w.
            total += _log_half_normal(omega, priors.period_scale) + np.log(np.hypot(sigma, omega)) - np.log(2)
        if "phi" in column:
            a, b = priors.autocorrelation_a, priors.autocorrelation_b
            total += -a * np.logaddexp(0, -column["phi"]) - b * np.logaddexp(0, column["phi"]) - betaln(a, b)
        if "half_life" in column:
            z = (np.log(natural["half_life"]) - np.log(priors.half_life_median)) / priors.half_life_log_sd
            total += -0.5 * z**2 - np.log(priors.half_life_log_sd) - 0.5 * _LOG_2PI
        return total

    def log_density(self, theta: Array) -> Array:
        """Log posterior density of each theta, up to the evidence: (S, d) to (S,)."""
        return self.density_and_root(theta)[0]

    def density_and_root(self, theta: Array) -> tuple[Array, Array]:
        """Log posterior density, and the root of `Factors`, which is all that the effects need."""
        parts = [self.evaluate(theta[i : i + self.chunk]) for i in range(0, len(theta), self.chunk)]
        return np.concatenate([value for value, _ in parts]), np.concatenate([factors.root for _, factors in parts])

    def evaluate(self, theta: Array) -> tuple[Array, Factors]:
        """Log posterior density of each theta, shape (S, d), and the factors that lead to the coefficients."""
        natural = self.split(theta)
        variance = natural["sigma"] ** 2
        ratio = natural["phi"] ** self.distinct_gaps[:, None]  # (G, S)
        q = 1.0 / ((1.0 - ratio) * (1.0 + ratio))
        linear = np.empty((1 + 3 * len(self.distinct_gaps), len(theta)))
        linear[0] = 1.0
        linear[1::3], linear[2::3], linear[3::3] = q, q * ratio**2, q * ratio

        effects = self._exposure(natural["half_life"])  # (n, K, S or 1)
        weighted = self._times_precision(effects, linear)  # (n, K, S)
        rest = self._rest(linear, effects, weighted) / variance
        inner = np.arange(self.c)
        rest[inner, inner] += self.precision[:, None]
        log_periods = np.zeros(len(theta))
        if self.n_periods:
            diagonal, below, carried = self._eliminate_periods(linear, weighted, natural["omega"], variance)
            rest -= np.einsum("pas,pbs->abs", carried, carried)
            with np.errstate(invalid="ignore", divide="ignore"):
                log_periods = -self.n_periods * np.log(natural["omega"]) - np.sum(np.log(diagonal), axis=0)
        else:
            diagonal, below, carried = (np.empty((0, len(theta))),) * 2 + (np.empty((0, self.c + 1, len(theta))),)
        root = _cholesky(np.ascontiguousarray(rest.transpose(2, 0, 1)))
        roots = np.diagonal(root, axis1=1, axis2=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (
                -0.5 * self.data.n * _LOG_2PI
                - self.data.n * np.log(natural["sigma"])
                + 0.5 * self.gap_counts @ np.log(q)
                + 0.5 * np.sum(np.log(self.precision))
                + log_periods
                - np.sum(np.log(roots[:, :-1]), axis=1)
                - 0.5 * roots[:, -1] ** 2
                + self.log_prior(theta, natural)
            )
        value = np.where(np.isfinite(value), value, -np.inf)
        return value, Factors(root, diagonal.T, below.T, carried.transpose(2, 0, 1))

    def _times_precision(self, x: Array, linear: Array) -> Array:
        """Lambda x for the tridiagonal AR(1) precision; x (n, K, S or 1), out (n, K, S)."""
        # A night's diagonal element is that of the gap before it plus that of the gap after it.
        diagonal = (self.diagonal_kinds @ linear)[self.diagonal_index]
        side = linear[3::3][self.gap_index, None]
        out = diagonal[:, None] * x
        out[1:] -= side * x[:-1]
        out[:-1] -= side * x[1:]
        return out

    def _rest(self, linear: Array, effects: Array, weighted: Array) -> Array:
        """[X y]' Lambda [X y] of everything but the periods, without sigma; shape (c + 1, c + 1, S)."""
        width, count = self.fixed.shape[1], linear.shape[1]
        among = (self.among @ linear).reshape(width, width, count)
        with_effects = (self.fixed.T @ weighted.reshape(self.data.n, -1)).reshape(width, self.k, count)
        ahead, last = slice(0, self.n_fixed), slice(self.n_fixed, self.c)
        out = np.empty((self.c + 1, self.c + 1, count))
        out[ahead, ahead] = among[:-1, :-1]
        out[ahead, self.c] = out[self.c, ahead] = among[:-1, -1]
        out[self.c, self.c] = among[-1, -1]
        out[ahead, last] = with_effects[:-1]
        out[last, ahead] = with_effects[:-1].transpose(1, 0, 2)
        out[self.c, last] = out[last, self.c] = with_effects[-1]
        out[last, last] = np.einsum("nks,nls->kls", np.broadcast_to(effects, weighted.shape), weighted)
        return out

    def _eliminate_periods(
        self, linear: Array, weighted: Array, omega: Array, variance: Array
    ) -> tuple[Array, Array, Array]:
        """Cholesky factor of the periods' tridiagonal precision, and it solved for their products with the rest."""
        width, count = self.fixed.shape[1], linear.shape[1]
        with_fixed = (self.with_periods @ linear).reshape(self.n_periods, width, count)
        carried = np.empty((self.n_periods, self.c + 1, count))
        carried[:, : self.n_fixed] = with_fixed[:, :-1]
        carried[:, self.n_fixed : self.c] = np.add.reduceat(weighted, self.period_starts, axis=0)
        carried[:, self.c] = with_fixed[:, -1]
        carried /= variance
        diagonal = self.period_diagonal @ linear / variance + omega**-2
        below = self.period_beside @ linear / variance
        with np.errstate(invalid="ignore"):
            for i in range(self.n_periods):
                if i:
                    below[i - 1] /= diagonal[i - 1]
                    diagonal[i] -= below[i - 1] ** 2
                    carried[i] -= below[i - 1] * carried[i - 1]
                np.sqrt(diagonal[i], out=diagonal[i])
                carried[i] /= diagonal[i]
        return diagonal, below, carried

    def _exposure(self, half_life: Array) -> Array:
        """Exposure of the recorded nights, and with `over_time` its product with time: shape (n, k, S or 1)."""
        if self.constant_exposure is not None:
            return self.constant_exposure[..., None]
        return self._with_changes(exposure_by_day(self.data.doses, half_life, self.dose_changes)[self.data.day])

    def _with_changes(self, exposures: Array) -> Array:
        """Exposures, shape (n, K, ...), followed by their products with time where effects may change."""
        if not self.data.over_time:
            return exposures
        time = self.data.time.reshape(-1, *[1] * (exposures.ndim - 1))
        return np.concatenate([exposures, exposures * time], axis=1)

    def start(self) -> Array:
        """A box of theta to look for the mode in, shape (256, d)."""
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


@lru_cache(maxsize=8)
def _box(d: int) -> Array:
    """Quasi-random points of the unit cube, shape (256, d), none of them on its walls."""
    points: Array = sobol(d, 256) * (255 / 256) + 1 / 512
    return points


def _sum_by(index: NDArray[np.int64], rows: Array, size: int) -> Array:
    """Rows added up by index, shape (size, columns)."""
    out = np.zeros((size, rows.shape[1]))
    np.add.at(out, index, rows)
    return out


def _within(value: Array, limit: float) -> Array:
    """Cut off at plus and minus the limit; a proposal's far tail must not overflow."""
    out: Array = np.minimum(np.maximum(value, -limit), limit)
    return out


def _exp(value: Array) -> Array:
    out: Array = np.exp(_within(value, 30))
    return out


def _log_half_normal(value: Array, scale: float) -> Array:
    out: Array = 0.5 * np.log(2 / np.pi) - np.log(scale) - 0.5 * (value / scale) ** 2
    return out


def _cholesky(matrices: Array) -> Array:
    """Lower Cholesky factors; nan where a matrix is not positive definite in floating point."""
    try:
        return np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        out = np.full_like(matrices, np.nan)
        for i, matrix in enumerate(matrices):
            try:
                out[i] = np.linalg.cholesky(matrix)
            except np.linalg.LinAlgError:
                continue
        return out
