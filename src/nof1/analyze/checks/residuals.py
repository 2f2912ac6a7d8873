"""What a model leaves of the nights: independent innovations, and states, as linear functions of the outcomes.

At the posterior means of spread, correlation and half-life a normal model's coefficients are linear in the nights (ridge
regression, the priors being the ridges), and so is what is left. So the very same is done to recorded nights and to nights
that the model makes up, and no fit is needed for the latter. Other families are taken as linear about what they foretell:
each night divided by its sd, each column by how much that night would follow it. Knows no quantity and no page.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws, linear_predictor
from nof1.analyze.model.exposure import exposure_by_day
from nof1.analyze.model.response import expected

_WIDE = 10.0  # prior sd of the level, in sd of nights: nothing that is asked for here is about the level
_STEP = 0.05  # of the family's scale, over which the response to it is taken as a line
_MOST_CORRELATED = 0.98


@dataclass(frozen=True)
class Residuals:
    """How innovations and states follow from outcomes.

    Attributes
    ----------
    centre, sd : arrays, shape (n,)
        Taken off each outcome, and what the rest is divided by.
    slope : array, shape (n,)
        By how many of its sd a night moves with one unit of the family's scale.
    whitening : array, shape (n, n)
        From the states of an AR(1) with gaps and sd 1 to independent innovations.
    kept : array, shape (n, n)
        I - P, with P the ridge projection onto the whitened columns: also the covariance of the innovations.
    log : bool
        Whether outcomes are taken by their logarithm.
    """

    centre: Array
    sd: Array
    slope: Array
    whitening: Array
    kept: Array
    log: bool

    def innovations(self, outcome: Array) -> Array:
        """Independent innovations of nights, with sd of about 1, (..., n) to (..., n)."""
        values = np.log(np.maximum(outcome, 1e-300)) if self.log else outcome
        standard = (values - self.centre) / self.sd
        out: Array = standard @ (self.kept @ self.whitening).T
        return out

    def states(self, innovations: Array) -> Array:
        """The AR(1) states that these innovations make, (..., n) to (..., n)."""
        out: Array = innovations @ np.linalg.inv(self.whitening).T
        return out

    @property
    def degrees(self) -> float:
        """Nights less what the columns take of them."""
        return float(np.trace(self.kept))

    def added(self, column: Array, innovations: Array) -> tuple[float, float]:
        """A column that the model has not: its coefficient on the family's scale and the standard error, by least squares.

        Parameters
        ----------
        column, innovations : arrays, shape (n,)
        """
        whitened = self.whitening @ (self.slope * column)
        information = float(whitened @ self.kept @ whitened)
        spread = float(np.sqrt(np.sum(innovations**2) / self.degrees))
        if information < 1e-9:
            return 0.0, np.inf
        return float(whitened @ innovations) / information, spread / np.sqrt(information)

    def summed(self, weights: Array, innovations: Array) -> tuple[float, float]:
        """A weighted sum of the states, and its standard error.

        Parameters
        ----------
        weights, innovations : arrays, shape (n,)
        """
        of_innovations = np.linalg.solve(self.whitening.T, weights)
        variance = float(of_innovations @ self.kept @ of_innovations)
        spread = float(np.sqrt(np.sum(innovations**2) / self.degrees))
        return float(of_innovations @ innovations), spread * float(np.sqrt(max(variance, 1e-12)))


def residuals(data: ModelData, draws: Draws, replicated: Array) -> Residuals:
    """Residuals of a model that has been fitted.

    Parameters
    ----------
    data : ModelData
    draws : Draws
        Of the posterior, S of them.
    replicated : array, shape (S, n)
        Outcomes that the model makes up for the recorded nights.
    """
    if data.family in ("normal", "student", "duration"):
        sd = np.full(data.n, _typical_sd(data, draws))
        phi, slope, centre = float(draws.phi.mean()), 1 / sd, np.full(data.n, data.priors.level_mean)
    else:
        mean, sd = replicated.mean(axis=0), np.maximum(replicated.std(axis=0), 1e-6)
        phi, slope = _neighbours(data, (replicated - mean) / sd), _response(data, draws) / sd
        centre = np.full(data.n, float(mean.mean()))
    whitening = ar_whitening(data.day, phi)
    columns, prior_sd = _columns(data, draws)
    scaled = whitening @ (slope[:, None] * columns)
    # A column's prior sd in units of a night's sd is in the column already; P = X (X'X + D)^-1 X' with D = 1 / prior sd^2.
    projection = scaled @ np.linalg.solve(scaled.T @ scaled + np.diag(prior_sd**-2), scaled.T)
    return Residuals(centre, sd, slope, whitening, np.eye(data.n) - projection, data.family == "duration")


def _typical_sd(data: ModelData, draws: Draws) -> float:
    return max(float(draws.sigma.mean()), 1e-6)


def _neighbours(data: ModelData, standard: Array) -> float:
    """Correlation of neighbouring nights that the model makes up."""
    pairs = np.flatnonzero(np.diff(data.day) == 1)
    if not len(pairs):
        return 0.0
    return float(np.clip(np.mean(standard[:, pairs] * standard[:, pairs + 1]), 0.0, _MOST_CORRELATED))


def _response(data: ModelData, draws: Draws) -> Array:
    """By how many points each night's expected outcome moves with one unit of the family's scale, shape (n,)."""
    some = draws.part(slice(None, None, max(1, len(draws) // 200)))
    location = linear_predictor(data, some)
    rise = expected(data, some, location + _STEP) - expected(data, some, location - _STEP)
    out: Array = rise.mean(axis=0) / (2 * _STEP)
    return out


def ar_whitening(day: NDArray[np.int64], phi: float) -> Array:
    """e_i = (s_i - r s_{i-1}) / sqrt(1 - r^2) with r = phi^gap, as a matrix of shape (n, n), for nights on these days."""
    ratio = phi ** np.diff(day)
    scale = 1 / np.sqrt(1 - ratio**2)
    out = np.diag(np.r_[1.0, scale])
    later = np.arange(1, len(day))
    out[later, later - 1] = -ratio * scale
    return out


def _columns(data: ModelData, draws: Draws) -> tuple[Array, Array]:
    """Everything that the model may set a night's mean by, shape (n, p), and the prior sd of its coefficient, shape (p,)."""
    priors = data.priors
    parts: list[tuple[Array, float]] = [(np.ones(data.n), _WIDE * priors.level_sd)]
    if data.trend:
        parts.append((data.time, priors.trend_sd))
    if data.start_up:
        parts.append((data.fading, priors.own("start_up_sd")))
    parts += [
        (column, priors.covariate_sd / sd) for column, sd in zip(data.covariates.T, data.covariate_sd, strict=True)
    ]
    exposures = data.doses[data.dose_day]
    if draws.half_life is not None:
        half_life = np.array([np.exp(np.log(draws.half_life).mean())])
        exposures = exposure_by_day(data.doses, half_life)[data.dose_day][..., 0]
    parts += [(column, priors.effect_sd) for column in exposures.T]
    if data.block_numbers:
        sd = priors.own("block_sd")
        parts += [((data.block == i).astype(float), sd) for i in range(len(data.block_numbers))]
    if data.period_effects:
        omega = max(float(np.sqrt(np.mean(draws.omega**2))), 1e-6)
        parts += [((data.period == i).astype(float), omega) for i in range(len(data.period_numbers))]
    return np.column_stack([column for column, _ in parts]), np.array([sd for _, sd in parts])
