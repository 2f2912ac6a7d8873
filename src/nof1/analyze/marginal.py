"""The marginal engine: the normal model with its coefficients integrated in closed form.

Given theta = (phi, sigma, omega, h) the outcome is jointly normal, so level, trend, effects, covariates and period
offsets integrate out with one Cholesky factor of a p x p matrix. What remains has at most four dimensions: its mode
is found, a multivariate t with the curvature there proposes, a second one is fitted to the first one's weighted
draws, and all draws are weighted against the mixture of the two (Veach & Guibas 1995, balance heuristic) with
Pareto-smoothed weights (Vehtari et al. 2024). Effects are then summed up exactly as a weighted mixture of normals.

It must not import PyMC: it is the fast answer and the second opinion.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, ndtri
from scipy.stats import qmc

from nof1.analyze.exposure import Array, exposure, exposure_summary
from nof1.analyze.importance import Proposal, Sample, find_mode, importance_sample
from nof1.analyze.terms import Terms
from nof1.errors import RefusalError

# Proposals from the mode's curvature and from the fitted moments; the second pair is tried where the first is not trusted.
ROUNDS = ((512, 1024), (2048, 8192))
MAX_PARETO_K = 0.7
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class MarginalFit:
    """Weighted draws of theta, and the normal posterior of the coefficients given each.

    Attributes
    ----------
    weights : array, shape (S,)
        Sum to one.
    phi, sigma, omega, half_life : array, shape (S,)
        Zero (phi, omega) or nan (half_life) where the model has no such part.
    effect_mean : array, shape (S, K)
        Mean of the K effects at full exposure given theta, in points.
    effect_root : array, shape (S, K, K)
        Lower triangular R with covariance (R R')^-1.
    treated_exposure : array, shape (S, K)
        Mean exposure over the nights assigned to each arm.
    highest_exposure : array, shape (K,)
        Largest mean exposure of any night.
    root : array, shape (S, p + 1, p + 1)
        Cholesky factors of the augmented precision; used to draw coefficients.
    pareto_k : float
        Pareto k-hat of the weights; below 0.7 they can be trusted.
    """

    weights: Array
    phi: Array
    sigma: Array
    omega: Array
    half_life: Array
    effect_mean: Array
    effect_root: Array
    treated_exposure: Array
    highest_exposure: Array
    root: Array
    pareto_k: float

    @property
    def ess(self) -> float:
        """Effective number of draws of theta."""
        return float(1.0 / np.sum(self.weights**2))

    def contrast(self, vector: Array, *, as_lived: bool = False) -> tuple[Array, Array]:
        """Mean and sd of a combination of effects given each theta.

        Parameters
        ----------
        vector : array, shape (K,)
            Weight of each arm's effect.
        as_lived : bool
            Multiply each effect by its arm's mean exposure on its own nights.

        Returns
        -------
        mean, sd : arrays, shape (S,)
        """
        scaled = vector * self.treated_exposure if as_lived else np.broadcast_to(vector, self.effect_mean.shape)
        half = np.linalg.solve(self.effect_root, scaled[..., None])[..., 0]  # R^-1 c, so that var = |R^-1 c|^2
        return np.sum(self.effect_mean * scaled, axis=1), np.sqrt(np.sum(half**2, axis=1))


class MarginalModel:
    """Log density of theta for one trial, for many theta at once.

    Coordinates of theta, each present only if the model has the part: logit((phi + 1) / 2), log sigma, omega with a
    sign (only its size counts, which keeps the mode at zero an ordinary one), log h.
    """

    def __init__(self, data: Terms) -> None:
        self.data = data
        priors = data.priors
        self.names = tuple(
            name
            for name, there in (
                ("phi", data.autocorrelation),
                ("sigma", True),
                ("omega", data.period_effects),
                ("half_life", data.exponential),
            )
            if there
        )
        fixed = [np.ones(data.n)]
        precision = [priors.level_sd**-2]
        if data.trend:
            fixed.append(data.time)
            precision.append(priors.trend_sd**-2)
        for column, sd in zip(data.covariates.T, data.covariate_sd, strict=True):
            fixed.append(column)
            precision.append((priors.covariate_sd / sd) ** -2)
        self.n_fixed = len(fixed)
        self.n_periods = len(data.period_numbers) if data.period_effects else 0
        fixed += [(data.period == i).astype(float) for i in range(self.n_periods)]
        # Columns: level, trend, covariates, periods | effects | y. Effects stand last among the coefficients, so that
        # the last rows of the Cholesky factor hold all there is to know of them.
        self.fixed = np.column_stack([*fixed, data.y - priors.level_mean])
        self.fixed_precision = np.array(precision)
        self.k = len(data.arms)
        self.p = self.n_fixed + self.n_periods + self.k
        self.gaps = np.diff(data.day)
        self._prepare_gram()
        self.constant_exposure = None if data.exponential else data.doses[data.day]

    def _prepare_gram(self) -> None:
        """Sums over nights for each distinct gap, of which F' Lambda(phi) F is a linear combination."""
        self.distinct_gaps, self.gap_index = np.unique(self.gaps, return_inverse=True)
        here, before = self.fixed[1:], self.fixed[:-1]
        parts = [np.outer(self.fixed[0], self.fixed[0])]
        for i in range(len(self.distinct_gaps)):
            a, b = here[self.gap_index == i], before[self.gap_index == i]
            cross = a.T @ b
            parts += [a.T @ a, b.T @ b, -(cross + cross.T)]
        self.gram_parts = np.stack(parts).reshape(len(parts), -1)

    def split(self, theta: Array) -> dict[str, Array]:
        """Natural parameters of theta, shape (S, d): phi, sigma, omega, half_life, each (S,)."""
        out = {
            "phi": np.zeros(len(theta)),
            "sigma": np.ones(len(theta)),
            "omega": np.zeros(len(theta)),
            "half_life": np.full(len(theta), np.nan),
        }
        for i, name in enumerate(self.names):
            column = theta[:, i]
            if name == "phi":
                out[name] = np.clip(np.tanh(column / 2), -1 + 1e-9, 1 - 1e-9)
            elif name == "omega":
                out[name] = np.maximum(np.abs(column), 1e-9)
            else:
                out[name] = np.exp(np.clip(column, -30, 30))
        return out

    def log_prior(self, theta: Array, natural: dict[str, Array]) -> Array:
        """Log prior density of theta in its own coordinates."""
        priors = self.data.priors
        total = np.zeros(len(theta))
        for i, name in enumerate(self.names):
            value = natural[name]
            if name == "phi":
                a, b = priors.autocorrelation_a, priors.autocorrelation_b
                total += -a * np.logaddexp(0, -theta[:, i]) - b * np.logaddexp(0, theta[:, i]) - betaln(a, b)
            elif name == "sigma":
                total += _log_half_normal(value, priors.noise_scale) + np.log(value)
            elif name == "omega":
                total += _log_half_normal(value, priors.period_scale) - np.log(2)
            else:
                z = (np.log(value) - np.log(priors.half_life_median)) / priors.half_life_log_sd
                total += -0.5 * z**2 - np.log(priors.half_life_log_sd) - 0.5 * _LOG_2PI
        return total

    def evaluate(self, theta: Array) -> tuple[Array, Array]:
        """Log posterior density of each theta, up to the evidence, and the Cholesky factors.

        Parameters
        ----------
        theta : array, shape (S, d)

        Returns
        -------
        log_density : array, shape (S,)
        root : array, shape (S, p + 1, p + 1)
        """
        natural = self.split(theta)
        gram, log_scale = self._gram(natural)
        precision = np.empty((len(theta), self.p))
        precision[:, : self.n_fixed] = self.fixed_precision
        if self.n_periods:
            precision[:, self.n_fixed : self.p - self.k] = natural["omega"][:, None] ** -2
        precision[:, self.p - self.k :] = self.data.priors.effect_sd**-2
        system = gram / natural["sigma"][:, None, None] ** 2
        diagonal = np.arange(self.p)
        system[:, diagonal, diagonal] += precision
        root = _cholesky(system)
        diagonals = np.diagonal(root, axis1=1, axis2=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            log_likelihood = (
                -0.5 * self.data.n * _LOG_2PI
                - self.data.n * np.log(natural["sigma"])
                + log_scale
                + 0.5 * np.sum(np.log(precision), axis=1)
                - np.sum(np.log(diagonals[:, :-1]), axis=1)
                - 0.5 * diagonals[:, -1] ** 2
            )
        value = log_likelihood + self.log_prior(theta, natural)
        return np.where(np.isfinite(value), value, -np.inf), root

    def _gram(self, natural: dict[str, Array]) -> tuple[Array, Array]:
        """[X y]' Lambda [X y] without sigma, and half the log determinant of Lambda, for every phi and h.

        Lambda is the precision of a stationary AR(1) of unit variance over calendar days: with r = phi^gap and
        q = 1 / (1 - r^2), the quadratic form is e_1^2 + sum q_i (e_i - r_i e_{i-1})^2.
        """
        ratio = natural["phi"][:, None] ** self.distinct_gaps  # (S, G)
        q = 1.0 / ((1.0 - ratio) * (1.0 + ratio))
        coefficients = np.empty((len(ratio), 1 + 3 * len(self.distinct_gaps)))
        coefficients[:, 0] = 1.0
        coefficients[:, 1::3], coefficients[:, 2::3], coefficients[:, 3::3] = q, q * ratio**2, q * ratio
        width = self.fixed.shape[1]
        among_fixed = (coefficients @ self.gram_parts).reshape(-1, width, width)
        counts = np.bincount(self.gap_index, minlength=len(self.distinct_gaps))
        log_scale = 0.5 * np.log(q) @ counts

        effects = self._exposure(natural["half_life"])  # (S or 1, n, K)
        weighted = _times_precision(effects, ratio[:, self.gap_index], q[:, self.gap_index])  # (S, n, K)
        with_fixed = np.matmul(self.fixed.T, weighted)  # (S, width, K)
        last = slice(self.p - self.k, self.p)
        ahead = slice(0, self.p - self.k)
        gram = np.empty((len(ratio), self.p + 1, self.p + 1))
        gram[:, ahead, ahead] = among_fixed[:, :-1, :-1]
        gram[:, ahead, self.p] = gram[:, self.p, ahead] = among_fixed[:, :-1, -1]
        gram[:, self.p, self.p] = among_fixed[:, -1, -1]
        gram[:, ahead, last] = with_fixed[:, :-1]
        gram[:, last, ahead] = with_fixed[:, :-1].transpose(0, 2, 1)
        gram[:, self.p, last] = gram[:, last, self.p] = with_fixed[:, -1]
        gram[:, last, last] = np.matmul(effects.transpose(0, 2, 1), weighted)
        return gram, log_scale

    def _exposure(self, half_life: Array) -> Array:
        if self.constant_exposure is not None:
            return self.constant_exposure[None]
        return exposure(self.data.doses, half_life)[:, self.data.day]

    def start(self) -> Array:
        """A box of theta to look for the mode in, shape (256, d)."""
        priors = self.data.priors
        unit = qmc.Sobol(len(self.names), scramble=False).random_base2(8) * (255 / 256) + 1 / 512
        columns = {
            "phi": lambda u: np.log(u / (1 - u)),
            "sigma": lambda u: np.log(self.data.y.std()) + 2.5 * (u - 0.7),
            "omega": lambda u: priors.period_scale * 3 * u**2,
            "half_life": lambda u: np.log(priors.half_life_median) + priors.half_life_log_sd * ndtri(u),
        }
        return np.column_stack([columns[name](unit[:, i]) for i, name in enumerate(self.names)])


def _log_half_normal(value: Array, scale: float) -> Array:
    out: Array = 0.5 * np.log(2 / np.pi) - np.log(scale) - 0.5 * (value / scale) ** 2
    return out


def _times_precision(x: Array, ratio: Array, q: Array) -> Array:
    """Lambda x for the tridiagonal AR(1) precision; x (S or 1, n, K), ratio and q (S, n - 1)."""
    diagonal = np.ones((len(q), x.shape[1]))
    diagonal[:, 1:] = q
    diagonal[:, :-1] += q * ratio**2
    side = (q * ratio)[..., None]
    out = diagonal[..., None] * x
    out[:, 1:] -= side * x[:, :-1]
    out[:, :-1] -= side * x[:, 1:]
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


def fit_marginal(data: Terms, *, seed: int) -> MarginalFit:
    """Fit the normal model by the marginal engine.

    Parameters
    ----------
    data : Terms
    seed : int
        Scrambles the Sobol points that make the proposals.

    Raises
    ------
    RefusalError
        If Pareto k-hat exceeds 0.7 even with eight times the proposals: the weights cannot be trusted, NUTS can.
    """
    model = MarginalModel(data)
    centre, curvature = find_mode(lambda theta: model.evaluate(theta)[0], model.start())
    scout = Proposal(centre, np.linalg.cholesky(np.linalg.inv(curvature)))
    mirror = model.names.index("omega") if "omega" in model.names else None
    for scout_draws, draws in ROUNDS:
        sample = importance_sample(
            model.evaluate, scout, seed=seed, scout_draws=scout_draws, draws=draws, mirror=mirror
        )
        if sample.pareto_k <= MAX_PARETO_K:
            return _collect(model, sample)
    raise RefusalError(
        f"The quick engine cannot be trusted on these nights (Pareto k {sample.pareto_k:.2f}, at most {MAX_PARETO_K}). "
        "Sample instead: 'nof1 analyze' without --engine marginal."
    )


def _collect(model: MarginalModel, sample: Sample) -> MarginalFit:
    """What is reported of each theta, without those that have no weight."""
    keep = sample.weights > 0
    weights, root = sample.weights[keep], sample.extra[keep]
    natural = {name: values[keep] for name, values in model.split(sample.theta).items()}
    k, p = model.k, model.p
    effect_root = root[:, p - k : p, p - k : p]
    # The factor's last row is L^-1 X' Lambda y; solving L' b = that gives the mean, and effects come last.
    right = root[:, p, p - k : p]
    effect_mean = np.linalg.solve(effect_root.transpose(0, 2, 1), right[..., None])[..., 0]
    data = model.data
    half_life = natural["half_life"] if data.exponential else None
    on_treated, highest = exposure_summary(data.doses, data.treated, half_life, weights)
    return MarginalFit(
        weights=weights,
        phi=natural["phi"],
        sigma=natural["sigma"],
        omega=natural["omega"],
        half_life=natural["half_life"],
        effect_mean=effect_mean,
        effect_root=effect_root,
        treated_exposure=np.broadcast_to(on_treated, effect_mean.shape),
        highest_exposure=highest,
        root=root,
        pareto_k=sample.pareto_k,
    )


def draw_coefficients(fit: MarginalFit, draws: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """Draw theta by its weights and the coefficients given theta.

    Returns
    -------
    chosen : int array, shape (draws,)
        Index of the theta of each draw.
    coefficients : array, shape (draws, p)
        Level (minus its prior mean), trend, covariates, periods, effects.
    """
    ticks = (rng.random() + np.arange(draws)) / draws  # systematic resampling
    chosen = np.searchsorted(np.cumsum(fit.weights), ticks).clip(max=len(fit.weights) - 1)
    rng.shuffle(chosen)
    p = fit.root.shape[1] - 1
    right = fit.root[chosen, p, :p] + rng.standard_normal((draws, p))
    out = np.empty((draws, p))
    for i in range(p - 1, -1, -1):  # backward substitution, all draws at once
        below = fit.root[chosen, i + 1 : p, i]
        out[:, i] = (right[:, i] - np.sum(below * out[:, i + 1 :], axis=1)) / fit.root[chosen, i, i]
    return chosen, out
