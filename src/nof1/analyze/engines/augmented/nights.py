"""What stands behind the nights: weights of Student-t innovations, and the unrounded outcomes of ratings.

Given these the model is normal. Both are drawn night by night for all chains at once.

It does not know how theta moves with the coefficients integrated out.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, log_ndtr, ndtr, ndtri, ndtri_exp

from nof1.analyze.arrays import Array
from nof1.analyze.engines.augmented.model import ARTransition, AugmentedModel
from nof1.analyze.engines.augmented.moves import ProposalScale, State, choose
from nof1.analyze.model.data import ModelData
from nof1.analyze.reasons import refused
from nof1.errors import InputError, RefusalError

_FAR = -37.0  # below this many sds the normal's distribution function underflows
_LEAST_NU = (
    1.0  # of the prior Gamma(2, 0.1) 0.5 % lie below; there whole numbers have no posterior, see `StudentNights.of`
)
_MOST_LOG_NU = 16.0  # as far as nu is followed; the prior has nothing beyond
_NEAR = 2  # proposals of theta and nu together, for each chain
_FRESH_NU = 5  # proposals of nu alone
_ROUNDS = 2  # through the ratings' nights in a sweep


def truncated_normal(low: Array, high: Array, rng: np.random.Generator) -> Array:
    """Draws of a standard normal between low and high, which may be infinite; exact however far in the tail.

    The interval is turned into the lower tail, where the distribution function keeps its relative accuracy down to
    37 sds; beyond that its logarithm is used. Inverse of the distribution function throughout.
    """
    turned = low + high > 0
    a, b = np.where(turned, -high, low), np.where(turned, -low, high)
    unit = rng.random(a.shape) + 2.0**-54  # never 0 or 1
    below = ndtr(a)
    z = ndtri(below + unit * (ndtr(b) - below))
    far = b < _FAR
    if far.any():
        log_a, log_b = log_ndtr(a[far]), log_ndtr(b[far])
        z[far] = ndtri_exp(log_b + np.log(unit[far] + (1 - unit[far]) * np.exp(log_a - log_b)))
    z = np.clip(z, a, b)
    out: Array = np.where(turned, -z, z)
    return out


@dataclass(frozen=True)
class RatedNights:
    """Ratings: the outcome behind each lies in its cell.

    Attributes
    ----------
    lower, upper : arrays, shape (n, 1)
        Ends of the cells, minus the level's prior mean; infinite at the ends of the scale.
    """

    lower: Array
    upper: Array

    @classmethod
    def from_data(cls, data: ModelData, low: float, high: float) -> "RatedNights":
        """The cells of a trial's ratings.

        Raises
        ------
        InputError
            If a rating is not a whole number or lies off the scale.
        """
        if not low < high:
            raise InputError(f"The scale must have low < high; it has {low:g} and {high:g}.")
        uneven, outside = data.y != np.rint(data.y), (data.y < low) | (data.y > high)
        if uneven.any():
            raise refused(InputError, "rating not whole", rating=float(data.y[uneven][0]))
        if outside.any():
            raise refused(
                InputError, "rating off the scale", rating=float(data.y[outside][0]), low=float(low), high=float(high)
            )
        middle = data.y - data.priors.level_mean
        lower = np.where(data.y <= low, -np.inf, middle - 0.5)
        upper = np.where(data.y >= high, np.inf, middle + 0.5)
        return cls(lower[:, None], upper[:, None])

    def begin(self, model: AugmentedModel, state: State, rng: np.random.Generator) -> State:
        """Put an outcome behind every rating: first anywhere in its cell, then as its neighbours have it."""
        natural = model.base.split(state.theta)
        mean = model.mean(state.coefficients, state.offsets, natural["half_life"])
        outcome = self._within(mean, natural["sigma"], rng)
        return self._rounds(model, replace(state, outcome=outcome), 10, rng)

    def sweep(self, model: AugmentedModel, state: State, cloud: ProposalScale, rng: np.random.Generator) -> State:
        """Draw the outcomes behind the ratings given everything else."""
        return self._rounds(model, state, _ROUNDS, rng)

    def _rounds(self, model: AugmentedModel, state: State, rounds: int, rng: np.random.Generator) -> State:
        """Odd and even nights in turn: given one half of them, the others are independent."""
        natural = model.base.split(state.theta)
        mean = model.mean(state.coefficients, state.offsets, natural["half_life"])
        between = _Between.from_transition(model.ar_transition(natural))
        outcome = state.outcome
        for _ in range(rounds):
            for start in (0, 1):
                outcome = self._draw(slice(start, None, 2), outcome, mean, between, rng)
        return replace(state, outcome=outcome)

    def _draw(self, mine: slice, outcome: Array, mean: Array, between: "_Between", rng: np.random.Generator) -> Array:
        """Outcomes with some nights drawn anew given the others."""
        out = outcome.copy()
        centre = between.centre(outcome - mean, mine) + mean[mine]
        out[mine] = RatedNights(self.lower[mine], self.upper[mine])._within(centre, between.sd[mine], rng)
        return out

    def _within(self, centre: Array, sd: Array, rng: np.random.Generator) -> Array:
        """Normal draws within the cells."""
        z = truncated_normal((self.lower - centre) / sd, (self.upper - centre) / sd, rng)
        return np.clip(centre + sd * z, self.lower, self.upper)


@dataclass(frozen=True)
class _Between:
    """A night given the one before and the one after it: weights of the two, and the sd; each shape (n, S)."""

    before: Array
    after: Array
    sd: Array

    @classmethod
    def from_transition(cls, transition: ARTransition) -> "_Between":
        square = transition.scale**2
        before, after = transition.ratio * square, np.zeros_like(square)
        after[:-1] = before[1:]
        precision = square
        precision[:-1] += after[:-1] * transition.ratio[1:]
        return cls(before / precision, after / precision, 1.0 / np.sqrt(precision))

    def centre(self, residual: Array, mine: slice) -> Array:
        """Expected residuals of every other night from those of the nights between."""
        padded = np.zeros((len(residual) + 2, residual.shape[1]))
        padded[1:-1] = residual
        before, after = padded[:-2][mine], padded[2:][mine]
        out: Array = self.before[mine] * before + self.after[mine] * after
        return out


@dataclass(frozen=True)
class StudentNights:
    """Student-t innovations: normal ones, each with its variance divided by a Gamma(nu/2, nu/2) weight.

    Attributes
    ----------
    nu_shape, nu_rate : float
        Of nu's Gamma prior (Juárez & Steel 2010: 2 and 0.1), cut off below 1.
    """

    nu_shape: float
    nu_rate: float

    @classmethod
    def from_data(cls, data: ModelData, nu_shape: float, nu_rate: float) -> "StudentNights":
        """For the nights of a trial.

        Raises
        ------
        RefusalError
            If so many outcomes are the very same number that no posterior exists.
        """
        refuse_without_posterior(data)
        return cls(nu_shape, nu_rate)

    def begin(self, model: AugmentedModel, state: State, rng: np.random.Generator) -> State:
        """Draw nu from its prior; weights follow from it."""
        nu = np.clip(rng.gamma(self.nu_shape, 1 / self.nu_rate, state.chains), 2 * _LEAST_NU, np.exp(_MOST_LOG_NU - 1))
        z2, _ = self._squares(model, state, model.base.split(state.theta), 1)
        return self._weigh(replace(state, nu=nu), z2, rng)

    def sweep(self, model: AugmentedModel, state: State, cloud: ProposalScale, rng: np.random.Generator) -> State:
        """Move theta and nu given the coefficients, weights integrated out; then draw the weights.

        With the weights integrated out an innovation is a plain t: nu and sigma are not held back by them.
        """
        columns = np.arange(state.chains)
        here = np.column_stack([state.theta, np.log(state.nu)])
        points = np.concatenate([here[None], cloud.near(here, _NEAR, rng)])
        value, z2 = self._log_density(model, state, points)
        chosen = choose(value, rng)
        theta, z2 = points[chosen, columns, :-1], z2[:, chosen * state.chains + columns]
        log_nu = self._move_nu(z2, points[chosen, columns, -1], cloud.last(), rng)
        return self._weigh(replace(state, theta=model.fold(theta), nu=np.exp(log_nu)), z2, rng)

    def _move_nu(self, z2: Array, log_nu: Array, cloud: ProposalScale, rng: np.random.Generator) -> Array:
        """Move log nu alone, to fresh points: a t's degrees of freedom are slow to change together with its scale."""
        points = np.concatenate([log_nu[None, :, None], cloud.fresh((_FRESH_NU, len(log_nu)), rng)])
        proposed, points = cloud.log_density(points), points[..., 0]
        value = self._log_likelihood(z2[:, None], points)
        return points[choose(value - proposed, rng), np.arange(len(log_nu))]

    def _log_likelihood(self, z2: Array, log_nu: Array) -> Array:
        """Of nu, with its prior, from squared standardized innovations, shape (n, ...); without their scale."""
        nu = np.exp(np.clip(log_nu, np.log(_LEAST_NU), _MOST_LOG_NU))
        value = self.nu_shape * log_nu - self.nu_rate * nu
        value += len(z2) * (gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu))
        value -= 0.5 * (nu + 1) * np.sum(np.log1p(z2 / nu), axis=0)
        return np.where((log_nu > np.log(_LEAST_NU)) & (log_nu < _MOST_LOG_NU), value, -np.inf)

    def _log_density(self, model: AugmentedModel, state: State, points: Array) -> tuple[Array, Array]:
        """Log density of theta and log nu, shape (J, S, d + 1), given the coefficients; squared innovations, (n, J S)."""
        copies, s, _ = points.shape
        flat = points.reshape(copies * s, -1)
        natural = model.base.split(flat[:, :-1])
        z2, log_scale = self._squares(model, state, natural, copies)
        value = (
            log_scale + model.log_prior(state.offsets, flat[:, :-1], natural) + self._log_likelihood(z2, flat[:, -1])
        )
        return np.where(np.isfinite(value), value, -np.inf).reshape(copies, s), z2

    def _squares(
        self, model: AugmentedModel, state: State, natural: dict[str, Array], copies: int
    ) -> tuple[Array, Array]:
        """Squared standardized innovations, shape (n, J S), and the sum of their log scales."""
        coefficients, offsets = np.tile(state.coefficients, copies), np.tile(state.offsets, copies)
        residual = np.tile(state.outcome, copies) - model.mean(coefficients, offsets, natural["half_life"])
        transition = model.ar_transition(natural)
        return transition.innovations(residual) ** 2, transition.log_scale

    def _weigh(self, state: State, z2: Array, rng: np.random.Generator) -> State:
        """Draw the weights given everything else: Gamma((nu + 1) / 2, rate (nu + z^2) / 2)."""
        shape = np.broadcast_to((state.nu + 1) / 2, z2.shape)
        return replace(state, weight=2 * rng.standard_gamma(shape) / (state.nu + z2))


def refuse_without_posterior(data: ModelData) -> None:
    """Refuse nights that leave the student family without a posterior.

    Where m of n nights are met exactly by some choice of p coefficients, the density of a t with nu degrees of freedom
    goes as sigma^(nu (n - m) - m) when sigma goes to zero about them, over a volume of sigma^p: the integral over
    sigma is finite only if m < p + 1 + nu (n - m) (after Fernández & Steel 1999). With continuous outcomes no such m
    exists; whole numbers on a short scale have one.

    Raises
    ------
    RefusalError
        If so many outcomes are the very same number.
    """
    p, same = _met_exactly(data)
    if same >= p + 1 + _LEAST_NU * (data.n - same):
        raise refused(RefusalError, "same outcome", same=same, nights=data.n)


def _met_exactly(data: ModelData) -> tuple[int, int]:
    """How many coefficients must be pinned down to meet the most frequent outcomes exactly, and how many nights they meet.

    Level and effects meet one outcome on each arm; under carryover, where exposure is nowhere the same, the level meets
    one alone; where blocks differ, level and offset meet it in each of them. Everything else must vanish.
    """
    levels = len(np.unique(data.block))
    p = levels + len(data.arms) + len(data.covariate_names) + data.trend + data.start_up + data.period_effects
    _, arm = np.unique(data.doses[data.dose_day], axis=0, return_inverse=True)
    groups = np.zeros_like(arm) if data.exponential else arm
    counts = np.unique(np.column_stack([groups.ravel(), data.y]), axis=0, return_counts=True)
    return p, sum(int(counts[1][counts[0][:, 0] == group].max()) for group in np.unique(groups))
