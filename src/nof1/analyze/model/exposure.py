"""Exposure: how build-up and wash-out turn doses into what the body has.

x_t = lambda x_{t-1} + (1 - lambda) d_t, x_0 = 0, lambda = 2^(-1/h), h the half-life in days: a
one-compartment model that is observed once a day.
Knows doses and half-lives only.
"""

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array

NEARLY_FULL = 0.8  # of full exposure; below it the effect at full exposure is an extrapolation


def dose_changes(doses: Array) -> list[tuple[int, int, Array]]:
    """Stretches of constant dose: first day, day after the last, dose of each arm.

    Parameters
    ----------
    doses : array, shape (days, arms)
        Dose of each day as a share of the planned dose.
    """
    starts = np.flatnonzero(np.r_[True, np.any(doses[1:] != doses[:-1], axis=1)])
    ends = np.r_[starts[1:], len(doses)]
    return [(int(start), int(end), doses[start]) for start, end in zip(starts, ends, strict=True)]


def exposure(doses: Array, half_life: Array) -> Array:
    """Exposure of every day for many half-lives at once.

    Within a stretch of constant dose d that follows an exposure x, the recursion has the closed form
    x_n = d + (x - d) lambda^n on the n-th day of the stretch; so the only loop is over changes of dose.

    Parameters
    ----------
    doses : array, shape (days, arms)
    half_life : array, shape (S,)
        In days.

    Returns
    -------
    array, shape (S, days, arms)
    """
    return np.moveaxis(exposure_by_day(doses, half_life), -1, 0)


def exposure_by_day(doses: Array, half_life: Array, starts: NDArray[np.intp] | None = None) -> Array:
    """The same with days first and half-lives last: quicker, since a day's values lie together.

    Parameters
    ----------
    doses : array, shape (days, ..., arms)
        Of one trial, or of several along the axes between.
    half_life : array, shape (..., S)
        In days.
    starts : int array, optional
        Days on which a stretch of constant doses begins, the first day among them, for callers that know them.

    Returns
    -------
    array, shape (days, ..., arms, S)
    """
    days = len(doses)
    if starts is None:
        changed = np.any(doses[1:] != doses[:-1], axis=tuple(range(1, doses.ndim)))
        starts = np.concatenate([[0], 1 + np.flatnonzero(changed)])
    ends = np.append(starts[1:], days)
    rate = (-np.log(2.0) / half_life)[..., None, :]
    steps = np.arange(1, np.max(ends - starts) + 1).reshape(-1, *[1] * rate.ndim)
    decay = np.exp(steps * rate)  # lambda^n, (longest, ..., 1, S)
    out = np.empty((*doses.shape, half_life.shape[-1]))
    before = np.zeros(out.shape[1:])
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        planned = doses[start][..., None]
        np.multiply(before - planned, decay[: end - start], out=out[start:end])
        out[start:end] += planned
        before = out[end - 1]
    return out


def exposure_summary(
    doses: Array, treated: NDArray[np.bool_], half_life: Array | None, weights: Array | None = None
) -> tuple[Array, Array]:
    """What the treated nights had of full exposure, and the most that any night is likely to have had.

    Parameters
    ----------
    doses : array, shape (days, K)
    treated : bool array, shape (days, K)
        Days assigned to each arm.
    half_life : array, shape (S,), or None
        None where exposure is the dose itself.
    weights : array, shape (S,), optional
        Of the half-lives; equal if not given.

    Returns
    -------
    on_treated : array, shape (S, K), or (1, K) where exposure is the dose
        Mean exposure over each arm's days, for every half-life.
    highest : array, shape (K,)
        Largest posterior-mean exposure of any day.
    """
    exposures = doses[..., None] if half_life is None else exposure_by_day(doses, half_life)  # (days, K, S or 1)
    on_treated = np.sum(exposures * treated[..., None], axis=0) / treated.sum(axis=0)[:, None]
    equal = np.ones(exposures.shape[-1])
    share = equal if half_life is None or weights is None else weights
    highest = (exposures @ (share / share.sum())).max(axis=0)
    return on_treated.T, highest
