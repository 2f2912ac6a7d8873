"""The normal model of several trials at once, with the coefficients integrated out: log densities, and the factors behind them.

Given theta = (phi, sigma, omega, h) the outcome is jointly normal. Period offsets go first: an AR(1) lets only
neighbouring periods touch, so their precision is tridiagonal and costs no more than their number; the offsets of blocks of
two periods go with them. The other coefficients follow with one small Cholesky factor. Trials may differ in nights, orders, doses and priors as long
as their models have the same parts: what one has fewer of is filled up with what has no weight. So many small trials take as long
rows of numbers as one big trial does, and one trial is a batch of one.

It must not import PyMC, and does not know how theta is sampled.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln

from nof1.analyze.arrays import Array
from nof1.analyze.engines.factors import Factors, PeriodPrior, Ties, cholesky, eliminate_periods
from nof1.analyze.engines.marginal_numbers import TrialNumbers
from nof1.analyze.model.exposure import exposure_by_day

if TYPE_CHECKING:
    from nof1.plan.protocol.analysis import Priors

Trials = NDArray[np.intp] | slice  # which trials of a batch, all of them without copying as a slice
_MAX_NUMBERS = 96_000  # of the largest array at a time: 768 kB stay in a core's own cache, and memory is bounded
_MOST_THETA = 2048
ALL_TRIALS = slice(None)
_LOG_2PI = float(np.log(2 * np.pi))


class ModelBatch:
    """Log density of theta for D trials, for S theta of each.

    Parameters
    ----------
    models : sequence of TrialNumbers
        With the same `shape`.
    """

    def __init__(self, models: Sequence[TrialNumbers]) -> None:
        first = models[0]
        assert all(model.shape == first.shape for model in models)
        self.first, self.k, self.n_fixed, self.c = first, first.k, first.n_fixed, first.c
        self.n_periods = max(model.n_periods for model in models)
        nights = max(model.data.n for model in models)
        widest = max(self.n_periods * (self.c + 1), nights * self.k, self.c**2)
        self.chunk = int(
            np.clip(_MAX_NUMBERS // widest, 32, _MOST_THETA)
        )  # how many theta of all trials to evaluate at a time
        gaps = max(len(model.distinct_gaps) for model in models)
        self._prepare_nights(models, nights, gaps)
        self._prepare_sums(models, 1 + 3 * gaps)
        self._prepare_exposure(models, nights)
        self._prepare_priors(models)

    def _prepare_nights(self, models: Sequence[TrialNumbers], nights: int, gaps: int) -> None:
        """What stands for a night: its fixed columns and its period, the gaps beside it; none of it where there is no night."""
        rows = [np.vstack([model.fixed.T, model.period_rows]) for model in models]
        self.rows = _filled(rows, (self.n_fixed + 1 + self.n_periods, nights))
        self.gaps = _filled([model.distinct_gaps for model in models], (gaps,), with_=1)
        self.gap_counts = _filled([model.gap_counts for model in models], (gaps,))
        self.gap_index = _filled([model.gap_index for model in models], (nights - 1,), with_=gaps).astype(np.intp)
        kinds = max(len(model.diagonal_kinds) for model in models)
        self.diagonal_kinds = _filled([model.diagonal_kinds for model in models], (kinds + 1, 1 + 3 * gaps))
        index = [model.diagonal_index for model in models]
        self.diagonal_index = _filled(index, (nights,), with_=kinds).astype(np.intp)
        self.n = np.array([float(model.data.n) for model in models])[:, None]

    def _prepare_sums(self, models: Sequence[TrialNumbers], combined: int) -> None:
        width, p = self.n_fixed + 1, self.n_periods
        self.among = _filled([model.among for model in models], (width**2, combined))
        if p:
            self.with_periods = _filled([model.with_periods for model in models], (p * width, combined))
            self.period_diagonal = _filled([model.period_diagonal for model in models], (p, combined))
            self.period_beside = _filled([model.period_beside for model in models], (p - 1, combined))

    def _prepare_exposure(self, models: Sequence[TrialNumbers], nights: int) -> None:
        self.time = _filled([model.data.time for model in models], (nights,))
        if self.first.constant_exposure is not None:
            constant = [model.constant_exposure for model in models]
            self.constant = _filled(constant, (nights, self.k))
            return
        days = max(len(model.data.doses) for model in models)
        doses = _filled([model.data.doses for model in models], (days, len(self.first.data.arms)))
        self.doses = np.ascontiguousarray(doses.transpose(1, 0, 2))  # (days, D, arms)
        self.changed = np.any(np.diff(doses, axis=1) != 0, axis=2)
        self.dose_day = _filled([model.data.dose_day for model in models], (nights,)).astype(np.intp)

    def _prepare_priors(self, models: Sequence[TrialNumbers]) -> None:
        def column(of: "Callable[[Priors], float | None]") -> Array:
            return np.array([of(model.data.priors) for model in models], dtype=float)[:, None]

        self.precision = np.stack([model.precision for model in models])
        self.noise_scale = column(lambda priors: priors.noise_scale)
        self.period_scale = column(lambda priors: priors.period_scale)
        of_periods = [model.period_prior for model in models]
        self.period_prior = PeriodPrior(
            _filled([one.size for one in of_periods], (self.n_periods,)).T.astype(int),
            _filled([one.tied for one in of_periods], (max(self.n_periods - 1, 0),)).T.astype(bool),
            np.array([one.variance for one in of_periods]),
        )
        self.autocorrelation = (
            column(lambda priors: priors.autocorrelation_a),
            column(lambda priors: priors.autocorrelation_b),
        )
        self.half_life = (
            column(lambda priors: priors.half_life_median),
            column(lambda priors: priors.half_life_log_sd),
        )

    def __len__(self) -> int:
        return len(self.n)

    def log_density(self, theta: Array, which: Trials) -> Array:
        """Log density of the nights and each theta, with all its constants; see `density_and_root`."""
        return self.density_and_root(theta, which)[0]

    def density_and_root(self, theta: Array, which: Trials) -> tuple[Array, Array]:
        """Log density of nights and theta, and the root of `Factors`, which is all that the effects need; shape (D', S, c + 1, c + 1).

        Parameters
        ----------
        theta : array, shape (D', S, d)
        which : int array, shape (D',), or slice
            The trials that these are of, in increasing order; `ALL_TRIALS` for all.
        """
        if not isinstance(which, slice) and len(which) == len(self):
            which = ALL_TRIALS  # nothing needs to be copied
        value = np.empty(theta.shape[:2])
        root = np.empty((*theta.shape[:2], self.c + 1, self.c + 1))
        for some, part in self._parts(*theta.shape[:2]):
            trials = some if isinstance(which, slice) else which[some]
            found, factors = self.evaluate(theta[some, part], trials)
            value[some, part], root[some, part] = found, factors.root.transpose(2, 3, 0, 1)
        return value, root

    def _parts(self, trials: int, count: int) -> Iterator[tuple[slice, slice]]:
        """Slices of trials and of theta that are evaluated together: several trials only where each has few theta."""
        together, at_a_time = max(self.chunk // count, 1), min(self.chunk, count)
        for trial in range(0, trials, together):
            for start in range(0, count, at_a_time):
                yield slice(trial, trial + together), slice(start, start + at_a_time)

    def evaluate(self, theta: Array, which: Trials) -> tuple[Array, Factors]:
        """Log density of nights and theta, shape (D', S, d), and the factors that lead to the coefficients."""
        natural = self.first.split(theta)
        noise_precision = natural["sigma"] ** -2
        ratio = natural["phi"][:, None] ** self.gaps[which][..., None]  # (D, G, S)
        q = 1.0 / ((1.0 - ratio) * (1.0 + ratio))
        linear = np.empty((len(theta), self.among.shape[2], theta.shape[1]))
        linear[:, 0] = 1.0
        linear[:, 1::3], linear[:, 2::3], linear[:, 3::3] = q, q * ratio**2, q * ratio

        effects = self._exposure(natural["half_life"], which)  # (D, n, K, S or 1)
        weighted = self._times_precision(effects, linear, which)  # (D, n, K, S)
        products = self._with_effects(weighted, which)  # (D, w + P, K, S)
        rest = self._rest(linear, effects, weighted, products, which)
        rest *= noise_precision[:, None, None]
        inner = np.arange(self.c)
        rest[:, inner, inner] += self.precision[which][..., None]
        log_periods = np.zeros(theta.shape[:2])
        if self.n_periods:
            prior = self.period_prior.take(which).evaluate(natural["omega"])
            diagonal, subdiagonal, period_products = self._eliminate_periods(
                linear, products, prior, noise_precision, which
            )
            for i in range(self.c + 1):  # the lower triangle, which is all that `cholesky` looks at
                rest[:, i, : i + 1] -= np.einsum(
                    "pds,pdbs->dbs", period_products[:, :, i], period_products[:, :, : i + 1]
                )
            with np.errstate(invalid="ignore", divide="ignore"):
                log_periods = -prior[2] - np.sum(np.log(diagonal), axis=0)
        else:
            diagonal = subdiagonal = np.empty((0, *theta.shape[:2]))
            period_products = np.empty((0, len(theta), self.c + 1, theta.shape[1]))
        root = cholesky(rest.transpose(1, 2, 0, 3))
        roots = root[np.arange(self.c + 1), np.arange(self.c + 1)].swapaxes(0, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = (
                -0.5 * self.n[which] * _LOG_2PI
                - self.n[which] * np.log(natural["sigma"])
                + 0.5 * np.einsum("dg,dgs->ds", self.gap_counts[which], np.log(q))
                + 0.5 * np.sum(np.log(self.precision[which]), axis=1)[:, None]
                + log_periods
                - np.sum(np.log(roots[:, :-1]), axis=1)
                - 0.5 * roots[:, -1] ** 2
                + self.log_prior(theta, natural, which)
            )
        value = np.where(np.isfinite(value), value, -np.inf)
        factors = Factors(root, diagonal, subdiagonal, period_products.swapaxes(1, 2))
        return value, factors

    def log_prior(self, theta: Array, natural: dict[str, Array], which: Trials) -> Array:
        """Log prior density of theta, shape (D', S, d), in its own coordinates."""
        column = self.first.columns(theta)
        sigma, omega = natural["sigma"], natural["omega"]
        total = _log_half_normal(sigma, self.noise_scale[which]) + np.log(sigma)
        if "scale" in column:
            # d(sigma, omega) / d(log r, w) = r sigma; half of it for each sign of w.
            total += _log_half_normal(omega, self.period_scale[which]) + np.log(np.hypot(sigma, omega)) - np.log(2)
        if "phi" in column:
            a, b = (values[which] for values in self.autocorrelation)
            total += -a * np.logaddexp(0, -column["phi"]) - b * np.logaddexp(0, column["phi"]) - betaln(a, b)
        if "half_life" in column:
            median, log_sd = (values[which] for values in self.half_life)
            z = (np.log(natural["half_life"]) - np.log(median)) / log_sd
            total += -0.5 * z**2 - np.log(log_sd) - 0.5 * _LOG_2PI
        return total

    def _exposure(self, half_life: Array, which: Trials) -> Array:
        """Exposure of the recorded nights, and with `over_time` its product with time: shape (D, n, K, S or 1)."""
        if self.first.constant_exposure is not None:
            return self.constant[which][..., None]
        starts = np.concatenate([[0], 1 + np.flatnonzero(self.changed[which].any(axis=0))])
        exposures = exposure_by_day(self.doses[:, which], half_life, starts)
        effects: Array = exposures[self.dose_day[which], np.arange(len(half_life))[:, None]]
        if not self.first.data.over_time:
            return effects
        return np.concatenate([effects, effects * self.time[which][..., None, None]], axis=2)

    def _times_precision(self, x: Array, linear: Array, which: Trials) -> Array:
        """Lambda x for the tridiagonal AR(1) precision; x (D, n, K, S or 1), out (D, n, K, S)."""
        # A night's diagonal element is that of the gap before it plus that of the gap after it.
        trial = np.arange(len(x))[:, None]
        diagonal = (self.diagonal_kinds[which] @ linear)[trial, self.diagonal_index[which]]
        if self.gap_index.any():
            beside = np.concatenate([linear[:, 3::3], np.zeros((len(x), 1, linear.shape[2]))], axis=1)
            side = beside[trial, self.gap_index[which]][:, :, None]
        else:  # each night has the same one
            side = linear[:, 3, None, None]
        out: Array = diagonal[:, :, None]
        out = np.multiply(out, x, out=out) if x.shape[2] == 1 else out * x  # large arrays cost more to get than to fill
        carried = side * x[:, :-1]
        out[:, 1:] -= carried
        out[:, :-1] -= np.multiply(side, x[:, 1:], out=carried)
        return out

    def _with_effects(self, weighted: Array, which: Trials) -> Array:
        """Products of the fixed columns, of the outcome and of each period's nights with Lambda X_effects: (D, w + P, K, S)."""
        d, n, k, s = weighted.shape
        return (self.rows[which] @ weighted.reshape(d, n, k * s)).reshape(d, self.rows.shape[1], k, s)

    def _rest(self, linear: Array, effects: Array, weighted: Array, products: Array, which: Trials) -> Array:
        """Lower triangle of [X y]' Lambda [X y] of everything but the periods, without sigma; shape (D, c + 1, c + 1, S)."""
        d, width, count = len(linear), self.n_fixed + 1, linear.shape[2]
        among = (self.among[which] @ linear).reshape(d, width, width, count)
        ahead, last, y = slice(0, self.n_fixed), slice(self.n_fixed, self.c), self.c
        out = np.zeros((d, self.c + 1, self.c + 1, count))
        out[:, ahead, ahead] = among[:, :-1, :-1]
        out[:, y, ahead] = among[:, -1, :-1]
        out[:, y, y] = among[:, -1, -1]
        out[:, last, ahead] = products[:, : self.n_fixed].transpose(0, 2, 1, 3)
        out[:, y, last] = products[:, self.n_fixed]
        out[:, last, last] = np.einsum("dnks,dnls->dkls", np.broadcast_to(effects, weighted.shape), weighted)
        return out

    def _eliminate_periods(
        self, linear: Array, products: Array, prior: tuple[Array, Ties, Array], noise: Array, which: Trials
    ) -> tuple[Array, Array, Array]:
        """Cholesky factor of the periods' tridiagonal precision, and it solved for their products with the rest.

        Shapes (P, D, S), (P - 1, D, S) and (P, D, c + 1, S); the prior as `PeriodPrior.evaluate` gives it, `noise` the precision of a night. A period that a trial
        does not have touches nothing, and what it adds to the determinants is the same.
        """
        d, width, p, count = len(linear), self.n_fixed + 1, self.n_periods, linear.shape[2]
        with_fixed = (self.with_periods[which] @ linear).reshape(d, p, width, count).transpose(1, 0, 2, 3)
        period_products = np.empty((p, d, self.c + 1, count))
        period_products[:, :, : self.n_fixed] = with_fixed[:, :, :-1]
        period_products[:, :, self.n_fixed : self.c] = products[:, width:].transpose(1, 0, 2, 3)
        period_products[:, :, self.c] = with_fixed[:, :, -1]
        period_products *= noise[:, None]
        diagonal = (self.period_diagonal[which] @ linear).transpose(1, 0, 2) * noise + prior[0]
        subdiagonal = (self.period_beside[which] @ linear).transpose(1, 0, 2) * noise
        with np.errstate(invalid="ignore"):
            eliminate_periods(diagonal, subdiagonal, period_products, prior[1])
        return diagonal, subdiagonal, period_products


def _filled(arrays: Sequence[NDArray[Any] | None], shape: tuple[int, ...], *, with_: float = 0.0) -> Array:
    """Arrays of different sizes as one, shape (D, *shape), filled up at their ends."""
    out = np.full((len(arrays), *shape), with_)
    for row, array in zip(out, arrays, strict=True):
        assert array is not None
        row[tuple(slice(0, size) for size in array.shape)] = array
    return out


def _log_half_normal(value: Array, scale: Array) -> Array:
    out: Array = 0.5 * np.log(2 / np.pi) - np.log(scale) - 0.5 * (value / scale) ** 2
    return out
