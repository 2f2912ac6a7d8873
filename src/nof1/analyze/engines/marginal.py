"""The marginal engine: the fast answer and the second opinion.

What the model leaves after integrating its coefficients has at most four dimensions: its mode is found, a multivariate
t with the curvature there proposes, a second one is fitted to the first one's weighted draws, and all draws are
weighted against the mixture of the two (Veach & Guibas 1995, balance heuristic) with Pareto-smoothed weights (Vehtari
et al. 2024). Effects are then summed up exactly as a weighted mixture of normals.

It must not import PyMC.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.engines.importance import Proposal, Sample, Some, find_modes, importance_sample
from nof1.analyze.engines.marginal_batch import ModelBatch
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError

# Proposals from the mode's curvature and from the fitted moments; the next pair is tried where one is not trusted.
ROUNDS = ((512, 1024), (2048, 8192))
QUICK_ROUNDS = ((256, 512), *ROUNDS)  # for many simulated trials, where one trial's last digit does not count
MAX_PARETO_K = 0.7
MARGINAL_FAMILIES = ("normal", "duration")  # a duration is the normal family of its logarithm
_TOGETHER = 32  # trials that are fitted at a time: enough to share the work, few enough for the memory
_WIDTHS = {"phi": 1.5, "scale": 0.4, "sigma": 0.4, "share": 2.5, "half_life": 1.0}  # as wide as what is plausible


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
        Mean of the K effects at full exposure given theta, in points. With `over_time` 2 K of them: the effects halfway
        through the trial, then their changes from the first planned day to the last.
    effect_root : array, shape (S, K, K), with `over_time` (S, 2 K, 2 K)
        Lower triangular R with covariance (R R')^-1.
    model : MarginalModel
    theta : array, shape (S, d)
        From these two the coefficients can be drawn.
    pareto_k : float
        Pareto k-hat of the weights; below 0.7 they can be trusted.
    log_evidence, log_evidence_mcse : float
        Log of the nights' density with everything integrated out (of durations: of their logarithms), and its Monte Carlo
        standard error. Two models of the same nights have a log Bayes factor of the difference.
    """

    weights: Array
    phi: Array
    sigma: Array
    omega: Array
    half_life: Array
    effect_mean: Array
    effect_root: Array
    model: MarginalModel
    theta: Array
    pareto_k: float
    log_evidence: float
    log_evidence_mcse: float

    @cached_property
    def _exposures(self) -> tuple[Array, Array]:
        data = self.model.data
        half_life = self.half_life if data.exponential else None
        return exposure_summary(data.doses, data.treated, half_life, self.weights)

    @property
    def treated_exposure(self) -> Array:
        """Mean exposure over the nights assigned to each arm, shape (S, K)."""
        return np.broadcast_to(self._exposures[0], (len(self.weights), len(self.model.data.arms)))

    @property
    def highest_exposure(self) -> Array:
        """Largest mean exposure of any night, shape (K,)."""
        return self._exposures[1]

    @property
    def ess(self) -> float:
        """Effective number of draws of theta."""
        return float(1.0 / np.sum(self.weights**2))

    def contrast(self, vector: Array, *, over_nights: bool = False) -> tuple[Array, Array]:
        """Mean and sd of a combination of effects given each theta.

        Parameters
        ----------
        vector : array, shape (K,), with `over_time` (2 K,)
            Weight of each arm's effect, then of its change.
        over_nights : bool
            Multiply each effect, and each change, by its arm's mean exposure on its own nights.

        Returns
        -------
        mean, sd : arrays, shape (S,)
        """
        if over_nights:
            scaled = vector * np.tile(self.treated_exposure, len(vector) // self.treated_exposure.shape[1])
        else:
            scaled = np.broadcast_to(vector, self.effect_mean.shape)
        return np.sum(self.effect_mean * scaled, axis=1), contrast_sd(self.effect_root, scaled)


def contrast_sd(effect_root: Array, vector: Array) -> Array:
    """Posterior sd of a combination of effects given each theta.

    Parameters
    ----------
    effect_root : array, shape (S, K, K)
        Lower triangular R with covariance (R R')^-1.
    vector : array, shape (S, K)
    """
    half = np.linalg.solve(effect_root, vector[..., None])[..., 0]  # R^-1 c, so that var = |R^-1 c|^2
    out: Array = np.sqrt(np.sum(half**2, axis=1))
    return out


def fit_marginal(data: ModelData, *, seed: int, rounds: Sequence[tuple[int, int]] = ROUNDS) -> MarginalFit:
    """Fit the normal model of one trial by the marginal engine.

    Parameters
    ----------
    data : ModelData
    seed : int
        Scrambles the Sobol points that make the proposals.
    rounds : sequence of (int, int)
        Numbers of proposals to try in turn, each a power of two.

    Raises
    ------
    RefusalError
        If the family is another one, or Pareto k-hat exceeds 0.7 even with the most proposals: the weights cannot be trusted, NUTS can.
    """
    (found,) = fit_marginals([data], seed=seed, rounds=rounds)
    if isinstance(found, RefusalError):
        raise found
    return found


def fit_marginals(
    trials: Sequence[ModelData], *, seed: int, rounds: Sequence[tuple[int, int]] = ROUNDS
) -> list[MarginalFit | RefusalError]:
    """Fit several trials together, which is quicker; each gets the answer that it would get alone, but for rounding.

    Parameters
    ----------
    trials : sequence of ModelData
    seed, rounds
        As in `fit_marginal`.

    Returns
    -------
    list of MarginalFit or RefusalError
        In the order of the trials.
    """
    out: dict[int, MarginalFit | RefusalError] = {}
    groups: dict[tuple[Any, ...], dict[int, MarginalModel]] = {}
    for i, data in enumerate(trials):
        if data.family not in MARGINAL_FAMILIES:
            out[i] = refused(RefusalError, "not for the quick engine", families=MARGINAL_FAMILIES, family=data.family)
            continue
        model = MarginalModel(data)
        groups.setdefault(model.shape, {})[i] = model
    for group in groups.values():
        places = list(group)
        for start in range(0, len(places), _TOGETHER):
            some = places[start : start + _TOGETHER]
            out |= dict(zip(some, _fit_alike([group[i] for i in some], seed, rounds), strict=True))
    return [out[i] for i in range(len(trials))]


def _fit_alike(
    models: Sequence[MarginalModel], seed: int, rounds: Sequence[tuple[int, int]]
) -> list[MarginalFit | RefusalError]:
    """The same for trials whose models have the same parts."""
    batch, names = ModelBatch(models), models[0].names
    mirror = names.index("share") if "share" in names else None
    modes, curvatures, found = find_modes(batch.log_density, np.stack([model.start() for model in models]))
    out: list[MarginalFit | RefusalError] = [_not_trusted(np.inf) for _ in models]
    left = np.flatnonzero(found)
    for i, (scout_draws, draws) in enumerate(rounds):
        if not len(left):
            break
        centre, inverse = modes[left], np.linalg.inv(curvatures[left])
        scouts = [Proposal(centre, np.linalg.cholesky(inverse))]
        # What the mode's curvature did not reach, a wide proposal may: nights that switch arms daily leave noise and
        # period spread hard to tell apart, and the density has long arms.
        scouts += [_wide(names, centre, inverse)] if i else []

        def evaluate(theta: Array, some: Some = left) -> tuple[Array, Array]:
            return batch.density_and_root(theta, some)

        sample = importance_sample(evaluate, scouts, seed=seed, scout_draws=scout_draws, draws=draws, mirror=mirror)
        trusted = sample.pareto_k <= MAX_PARETO_K
        for row, place in enumerate(left.tolist()):
            out[place] = _collect(models[place], sample, row) if trusted[row] else _not_trusted(sample.pareto_k[row])
        left = left[~trusted]
    return out


def _not_trusted(pareto_k: float) -> RefusalError:
    if not np.isfinite(pareto_k):
        return refused(RefusalError, "no peak")
    return refused(RefusalError, "weights not trusted", k=float(pareto_k), limit=MAX_PARETO_K)


def _wide(names: Sequence[str], centre: Array, inverse: Array) -> Proposal:
    """A proposal about the mode that is wide in every direction: twice the curvature's, and at least `_WIDTHS`."""
    sd = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
    wide = np.maximum(2 * sd, [_WIDTHS[name] for name in names])
    return Proposal(centre, wide[:, None] * np.eye(len(names)))


def _collect(model: MarginalModel, sample: Sample, row: int) -> MarginalFit:
    """What is reported of each theta of one trial, without those that have no weight."""
    keep = sample.weights[row] > 0
    weights, theta, root = sample.weights[row, keep], sample.theta[row, keep], sample.extra[row, keep]
    natural = model.split(theta)
    last = slice(model.n_fixed, model.c)
    effect_root = root[:, last, last]
    # The factor's last row is L^-1 X' Lambda y; solving L' b = that gives the mean, and effects come last.
    effect_mean = np.linalg.solve(effect_root.transpose(0, 2, 1), root[:, model.c, last, None])[..., 0]
    return MarginalFit(
        weights=weights,
        phi=natural["phi"],
        sigma=natural["sigma"],
        omega=natural["omega"],
        half_life=natural["half_life"],
        effect_mean=effect_mean,
        effect_root=effect_root,
        model=model,
        theta=theta,
        pareto_k=float(sample.pareto_k[row]),
        log_evidence=float(sample.log_integral[row]),
        log_evidence_mcse=float(sample.log_integral_mcse[row]),
    )


class DrawnCoefficients(NamedTuple):
    """Draws of theta by its weights and of the coefficients given theta.

    Attributes
    ----------
    chosen : int array, shape (draws,)
        Index of the theta of each draw.
    coefficients : array, shape (draws, c)
        Level (minus its prior mean), trend, start-up, covariates, effects; blocks' offsets stand before the effects where
        they are columns of their own.
    period_offset, block_offset : arrays, shape (draws, P) and (draws, B)
        Apart, whether or not they were one in the model.
    """

    chosen: NDArray[np.int64]
    coefficients: Array
    period_offset: Array
    block_offset: Array


def draw_coefficients(fit: MarginalFit, draws: int, rng: np.random.Generator) -> DrawnCoefficients:
    """Draw theta by its weights and the coefficients given theta."""
    ticks = (rng.random() + np.arange(draws)) / draws  # systematic resampling
    chosen = np.searchsorted(np.cumsum(fit.weights), ticks).clip(max=len(fit.weights) - 1)
    rng.shuffle(chosen)
    model = fit.model
    coefficients, offsets = np.empty((draws, model.c)), np.empty((draws, model.n_periods))
    blocks = np.empty((draws, len(model.data.block_numbers)))
    for start in range(0, draws, model.chunk):
        part = slice(start, start + model.chunk)
        _, factors = model.evaluate(fit.theta[chosen[part]])
        noise, period_noise = (rng.standard_normal((len(chosen[part]), size)) for size in (model.c, model.n_periods))
        drawn, apart = factors.draw(noise.T, period_noise.T)
        of_periods, of_blocks = model.part_offsets(drawn, apart, fit.omega[chosen[part]], rng)
        coefficients[part], offsets[part], blocks[part] = drawn.T, of_periods.T, of_blocks.T
    return DrawnCoefficients(chosen, coefficients, offsets, blocks)
