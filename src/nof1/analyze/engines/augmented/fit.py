"""Ratings and outlying nights without compiling: many chains at once, in NumPy.

Two families become the normal model once something is put behind each night (`augmented_nights.py`). Chains start from
draws of the normal model's posterior and take turns: what is behind the nights given the rest, theta with all
coefficients integrated out, the coefficients. Their agreement is judged; where they do not agree there is no answer.

It must not import PyMC, and is its second opinion for these families.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.augmented.model import AugmentedModel
from nof1.analyze.engines.augmented.moves import ProposalScale, State, move_collapsed
from nof1.analyze.engines.augmented.nights import RatedNights, StudentNights
from nof1.analyze.engines.marginal import draw_coefficients, fit_marginal
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import TAILS
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError

CHAINS = 16
SWEEPS = (300, 600, 1200, 2400)  # after which the later half is judged; the first that passes is the answer
MAX_RHAT = 1.02
MIN_ESS = 400.0
_REFITS = (4, 8, 16, 32)  # parts of the first half's end after which the steps are scaled anew
_MAX_DRAWS = 500  # of each chain that are handed on
_FIRST = 256  # draws of the normal posterior that scale the first steps
_NOTHING = np.empty((0, 0))


@dataclass(frozen=True)
class AugmentedFit:
    """Draws of all parameters, and how far they can be trusted.

    Attributes
    ----------
    phi, sigma, omega, half_life : arrays, shape (chains, draws)
        Zero (phi, omega) or nan (half_life) where the model has no such part; sigma is the innovations' scale, that of a
        whole night in the family "rating".
    nu : array, shape (chains, draws)
        Degrees of freedom; nan in the family "rating".
    level, trend, start_up : arrays, shape (chains, draws)
        In points; trend and start-up are zero where the model has none.
    covariate_effect : array, shape (chains, draws, J)
    effect : array, shape (chains, draws, K)
        At full exposure, in points; of the unrounded outcome in the family "rating".
    period_offset : array, shape (chains, draws, P)
    block_offset : array, shape (chains, draws, B)
    rhat_max, ess_min : float
        Worst over all parameters; ESS is the smaller of bulk and tail.
    seconds : float
        Wall time.
    """

    phi: Array
    sigma: Array
    omega: Array
    half_life: Array
    nu: Array
    level: Array
    trend: Array
    start_up: Array
    covariate_effect: Array
    effect: Array
    period_offset: Array
    block_offset: Array
    rhat_max: float
    ess_min: float
    seconds: float

    @property
    def settled(self) -> bool:
        """Whether the chains agree."""
        return self.rhat_max <= MAX_RHAT and self.ess_min >= MIN_ESS


def fit_augmented(
    data: ModelData,
    family: Literal["student", "rating"],
    *,
    low: float,
    high: float,
    seed: int,
    nu_shape: float = 2.0,
    nu_rate: float = 0.1,
    sweeps: Sequence[int] = SWEEPS,
) -> AugmentedFit:
    """Fit one of the two families.

    Parameters
    ----------
    data : ModelData
        Its outcomes are the ratings in the family "rating".
    family : {"student", "rating"}
    low, high : float
        Ends of the scale; without meaning for "student".
    seed : int
    nu_shape, nu_rate : float
        Gamma prior of the degrees of freedom; without meaning for "rating".
    sweeps : sequence of int
        Numbers of sweeps to try in turn, each twice the one before; the later half of them is kept.

    Raises
    ------
    InputError
        If a rating is not a whole number on the scale.
    RefusalError
        If the chains do not agree even after the last try, or most nights have one outcome ("student").
    """
    clock = time.perf_counter()
    rng = np.random.default_rng(seed)
    nights = (
        RatedNights.from_data(data, low, high)
        if family == "rating"
        else StudentNights.from_data(data, nu_shape, nu_rate)
    )
    model = AugmentedModel(data)
    chains = _start(model, nights, seed, rng)
    states: list[State] = []
    # Steps are scaled anew only where a later half begins, or before the first one: within a half the moves stay as they are.
    refits = {sweeps[0] // (2 * part) for part in _REFITS} | {total // 2 for total in sweeps}
    for i in range(1, sweeps[-1] + 1):
        chains = chains.gibbs_sweep(rng)
        states.append(chains.parameters)
        if i in sweeps:
            draws = _by_name(model, states[i // 2 :][:: max(1, i // (2 * _MAX_DRAWS))], rng)
            rhat, ess = _judge(draws)
            fit = AugmentedFit(**draws, rhat_max=rhat, ess_min=ess, seconds=time.perf_counter() - clock)
            if fit.settled:
                return fit
        if i in refits:
            chains = chains.scaled(states[i // 2 :])
    raise refused(RefusalError, "chains apart", rhat=fit.rhat_max, most=MAX_RHAT, draws=fit.ess_min, least=MIN_ESS)


@dataclass(frozen=True)
class _Chains:
    """The chains, and the clouds that scale their steps: of theta, and of theta with log nu where there is one."""

    model: AugmentedModel
    nights: RatedNights | StudentNights
    state: State
    cloud: ProposalScale
    joint: ProposalScale

    def gibbs_sweep(self, rng: np.random.Generator) -> "_Chains":
        """After one sweep: what is behind the nights, then everything else."""
        state = self.nights.sweep(self.model, self.state, self.joint, rng)
        return replace(self, state=move_collapsed(self.model, state, self.cloud, rng))

    @property
    def parameters(self) -> State:
        """The state without what is behind the nights, which would fill memory."""
        return replace(self.state, outcome=_NOTHING, weight=None)

    def scaled(self, states: Sequence[State]) -> "_Chains":
        """With clouds fitted to states that the chains passed."""
        theta = np.concatenate([state.theta for state in states])
        cloud = ProposalScale.from_points(theta)
        if isinstance(self.nights, RatedNights):
            return replace(self, cloud=cloud, joint=cloud)
        log_nu = np.log(np.concatenate([state.nu for state in states]))
        return replace(self, cloud=cloud, joint=ProposalScale.from_points(np.column_stack([theta, log_nu])))


def _start(model: AugmentedModel, nights: RatedNights | StudentNights, seed: int, rng: np.random.Generator) -> _Chains:
    """Chains at draws of the normal model's posterior.

    Where the normal model gives no answer, they start from the better half of a wide box: warming up is for that.
    """
    try:
        normal = fit_marginal(model.data, seed=seed)
        theta = normal.theta[draw_coefficients(normal, _FIRST, rng)[0]]
    except RefusalError:
        box = model.base.start()
        theta = rng.permutation(box[np.argsort(model.base.log_density(box))[len(box) // 2 :]])
    theta = model.fold(theta)
    outcome = np.repeat(model.base.fixed[:, -1:], CHAINS, axis=1)
    _, given = model.evaluate(theta[:CHAINS], outcome, None)
    state = State(theta[:CHAINS], outcome, None, np.full(CHAINS, np.nan), *model.draw(given, rng))
    state = nights.begin(model, state, rng)
    cloud = ProposalScale.from_points(theta)
    if isinstance(nights, StudentNights):
        joint = ProposalScale.from_points(
            np.column_stack([theta, rng.standard_normal(len(theta))])
        )  # of log nu nothing is known yet
    else:
        joint = cloud
    return _Chains(model, nights, state, cloud, joint)


def _by_name(model: AugmentedModel, states: Sequence[State], rng: np.random.Generator) -> dict[str, Array]:
    data, base = model.data, model.base
    shape = (CHAINS, len(states))
    theta = np.stack([state.theta for state in states], axis=1)
    natural = {name: values.reshape(shape) for name, values in base.split(theta.reshape(-1, theta.shape[-1])).items()}
    coefficients = np.stack([state.coefficients.T for state in states], axis=1)
    rows = iter(np.moveaxis(coefficients[..., : base.n_fixed], -1, 0))
    level = next(rows) + data.priors.level_mean
    trend = next(rows) if data.trend else np.zeros(shape)
    start_up = next(rows) if data.start_up else np.zeros(shape)
    offsets = np.stack([state.offsets.T for state in states], axis=1)
    flat, flat_offsets = (values.reshape(shape[0] * shape[1], values.shape[-1]).T for values in (coefficients, offsets))
    apart = base.part_offsets(flat, flat_offsets, natural["omega"].ravel(), rng)
    of_periods, of_blocks = (values.T.reshape(*shape, len(values)) for values in apart)
    return natural | {
        "nu": np.stack([state.nu for state in states], axis=1),
        "level": level,
        "trend": trend,
        "start_up": start_up,
        "covariate_effect": coefficients[..., base.first_block - len(data.covariate_names) : base.first_block],
        "effect": coefficients[..., base.n_fixed :],
        "period_offset": of_periods,
        "block_offset": of_blocks,
    }


def _judge(draws: dict[str, Array]) -> tuple[float, float]:
    """Worst rank-normalized split R-hat and worst ESS, bulk or tail, over all parameters that the model has."""
    from arviz_stats.base import array_stats  # late: a second of imports

    columns = np.concatenate([values.reshape(*values.shape[:2], -1) for values in draws.values()], axis=2)
    present = columns[..., ~np.all(np.isnan(columns) | (columns == columns[0, 0]), axis=(0, 1))]
    axes = {"chain_axis": 0, "draw_axis": 1}
    rhat = array_stats.rhat(present, **axes)
    bulk = array_stats.ess(present, method="bulk", **axes)
    tail = array_stats.ess(present, method="tail", prob=TAILS, **axes)
    return float(np.max(rhat)), float(min(np.min(bulk), np.min(tail)))
