"""The AR(1) over calendar days, for draws of its parameters: whole series, one night given those around it.

With r = phi^gap for the gap in days to the recorded night before, a state e has e_i = r_i e_{i-1} + sigma sqrt(1 - r_i^2)
times a standard innovation. Its precision is tridiagonal, so that a night given all others needs its two neighbours alone.
Knows no outcome.
"""

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import Draws

_SETTLING = 60  # innovations that make a stationary state where they are not normal


def carried(data: ModelData, draws: Draws) -> Array:
    """Share of the state of the recorded night before that is still there, shape (S, n); 0 on the first night."""
    gaps = np.diff(data.day)
    out = np.zeros((len(draws), data.n))
    if data.autocorrelation:
        out[:, 1:] = draws.phi[:, None] ** gaps
    return out


def innovation_sd(data: ModelData, draws: Draws) -> Array:
    """Sd (scale, of Student innovations) of every night given the recorded one before it, shape (S, n)."""
    out: Array = draws.sigma[:, None] * np.sqrt(1 - carried(data, draws) ** 2)
    return out


def paths(data: ModelData, draws: Draws, rng: np.random.Generator) -> Array:
    """A new series of states for every draw, shape (S, n)."""
    innovations = _innovations(draws, (data.n,), rng)
    share, sd = carried(data, draws), innovation_sd(data, draws)
    out = np.empty((len(draws), data.n))
    before = np.zeros(len(draws))
    for i in range(data.n):  # a night needs the one before
        before = share[:, i] * before + sd[:, i] * innovations[:, i]
        out[:, i] = before
    return out


def stationary(data: ModelData, draws: Draws, count: int, rng: np.random.Generator) -> Array:
    """States of single random nights, shape (S, count)."""
    if draws.degrees is None or not data.autocorrelation:
        return draws.sigma[:, None] * _innovations(draws, (count,), rng)
    phi = draws.phi[:, None]
    out = np.zeros((len(draws), count))
    for _ in range(_SETTLING):
        out = phi * out + np.sqrt(1 - phi**2) * _innovations(draws, (count,), rng)
    return draws.sigma[:, None] * out


def _innovations(draws: Draws, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    whole = (len(draws), *shape)
    if draws.degrees is None:
        return rng.standard_normal(whole)
    degrees = draws.degrees.reshape(-1, *(1 for _ in shape))
    return rng.standard_t(np.broadcast_to(degrees, whole))


def given_the_others(data: ModelData, draws: Draws, state: Array) -> tuple[Array, Array]:
    """Mean and sd of each night's state given those of all other nights, for normal innovations; each (S, n).

    With the precision matrix L of the series, they are -sum_j L_ij e_j / L_ii over j other than i, and 1 / sqrt(L_ii)
    (Buerkner, Gabry & Vehtari 2021, section 2.2).
    """
    ratio = carried(data, draws)
    q = 1.0 / (1.0 - ratio**2)
    diagonal = q.copy()
    diagonal[:, :-1] += q[:, 1:] * ratio[:, 1:] ** 2
    beside = q[:, 1:] * ratio[:, 1:]  # minus the elements next to the diagonal
    pulled = np.zeros_like(state)
    pulled[:, 1:] += beside * state[:, :-1]
    pulled[:, :-1] += beside * state[:, 1:]
    return pulled / diagonal, draws.sigma[:, None] / np.sqrt(diagonal)
