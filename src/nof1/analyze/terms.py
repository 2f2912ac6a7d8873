"""The numbers of the model: everything both engines need, taken from a trial once.

Its names: outcome y, day, time g, doses d, covariates z, period p(t).
"""

import warnings
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.exposure import Array
from nof1.errors import InputError, Nof1Warning, RefusalError
from nof1.plan.analysis import Priors
from nof1.record.trial import Trial

MIN_NIGHTS = 4  # with an outcome; fewer cannot hold two arms and a spread


@dataclass(frozen=True)
class Terms:
    """The model's data for one trial.

    Attributes
    ----------
    y : array, shape (n,)
        Outcome of the nights that have one and are not discarded, in points.
    day : int array, shape (n,)
        Calendar day of each, from 0.
    time : array, shape (n,)
        -1/2 on the first planned day, +1/2 on the last.
    doses : array, shape (days, K)
        Dose of each active arm on every calendar day up to the last recorded night, as a share of the planned one.
    treated : bool array, shape (days, K)
        Days assigned to each active arm.
    covariates : array, shape (n, J)
        Centred.
    covariate_sd : array, shape (J,)
    period : int array, shape (n,)
        Index into `period_numbers`.
    period_numbers : tuple of int
        Numbers of the periods that hold at least one of the nights.
    arms, covariate_names : tuple of str
        Names of the K active arms and the J covariates.
    priors : Priors
    exponential, trend, period_effects, autocorrelation : bool
        Which parts the model has.
    """

    y: Array
    day: NDArray[np.int64]
    time: Array
    doses: Array
    treated: NDArray[np.bool_]
    covariates: Array
    covariate_sd: Array
    period: NDArray[np.int64]
    period_numbers: tuple[int, ...]
    arms: tuple[str, ...]
    covariate_names: tuple[str, ...]
    priors: Priors
    exponential: bool
    trend: bool
    period_effects: bool
    autocorrelation: bool

    @property
    def n(self) -> int:
        """Number of nights that inform the model."""
        return len(self.y)

    def same_nights(self, other: "Terms") -> bool:
        """Whether another trial differs in nothing but the outcomes."""
        names = [field.name for field in fields(self) if field.name != "y"]
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in names)


def terms(trial: Trial) -> Terms:
    """Take the model's numbers from a trial.

    Raises
    ------
    RefusalError
        If the nights cannot answer: too few, no variation, an arm that was never recorded.
    InputError
        If a covariate cannot be used.
    """
    protocol, analysis, frame = trial.protocol, trial.protocol.analysis, trial.frame
    outcome = frame[protocol.outcome.name].to_numpy(dtype=float)
    used = ~np.isnan(outcome)
    if analysis.discarded_nights:
        used &= frame.groupby("period").cumcount().to_numpy() >= analysis.discarded_nights
    _refuse_hopeless(trial, outcome, used)

    active = [arm.name for arm in protocol.active_arms]
    assigned = frame["arm"].to_numpy()
    treated = np.column_stack([assigned == name for name in active])
    doses = treated.astype(float) if analysis.dose == "assigned" else _doses_taken(trial, treated)
    for name, until_last in zip(active, doses[: np.flatnonzero(used)[-1] + 1].T, strict=True):
        if not until_last.any():
            raise RefusalError(
                f"No dose of {name!r} was taken before the last recorded night, so its effect cannot be seen."
            )
    numbers, period = np.unique(frame["period"].to_numpy(dtype=int)[used], return_inverse=True)
    covariates, sd = _covariates(trial, used)
    day = np.flatnonzero(used)
    lived = slice(0, day[-1] + 1)  # nights after the last recorded one have had no exposure yet
    return Terms(
        y=outcome[used],
        day=day,
        time=day / (len(frame) - 1) - 0.5,
        doses=doses[lived],
        treated=treated[lived],
        covariates=covariates,
        covariate_sd=sd,
        period=period,
        period_numbers=tuple(int(number) for number in numbers),
        arms=tuple(active),
        covariate_names=analysis.covariates,
        priors=protocol.priors,
        exponential=analysis.carryover == "exponential",
        trend=analysis.trend,
        period_effects=analysis.period_effects,
        autocorrelation=analysis.autocorrelation,
    )


def _refuse_hopeless(trial: Trial, outcome: Array, used: NDArray[np.bool_]) -> None:
    name = trial.protocol.outcome.name
    arms = trial.frame["arm"].to_numpy()
    for arm in trial.protocol.arms:
        if not np.any(used & (arms == arm.name)):
            raise RefusalError(
                f"No night on {arm.name!r} has a recorded {name}, so nothing can be compared with it. "
                "Record nights on every arm first ('nof1 status' shows what is missing)."
            )
    if used.sum() < MIN_NIGHTS:
        raise RefusalError(
            f"Only {int(used.sum())} nights have a recorded {name}; at least {MIN_NIGHTS} are needed. Record more nights, then analyze again."
        )
    if np.ptp(outcome[used]) == 0:
        raise RefusalError(
            f"Every recorded {name} is {outcome[used][0]:g}: with no variation at all there is no spread to measure an effect "
            "against, and any interval would be invented. Check that the right column was recorded."
        )


def _doses_taken(trial: Trial, treated: NDArray[np.bool_]) -> Array:
    """Logged dose divided by the planned one; as assigned where no dose was logged."""
    taken = trial.frame["dose_mg"].to_numpy(dtype=float)
    planned = np.array([arm.dose_mg or np.nan for arm in trial.protocol.active_arms])
    known = ~np.isnan(taken)
    doses = treated.astype(float)
    doses[known] = np.where(treated[known], taken[known, None] / planned, 0.0)
    elsewhere = known & ~treated.any(axis=1) & (taken > 0)
    if elsewhere.any():
        if treated.shape[1] > 1:
            night = trial.frame.index[elsewhere][0].date()
            raise InputError(
                f"On {night} a dose was logged on the reference arm, and with several arms it is not known of which. "
                'Correct the diary, or analyze with dose = "assigned".'
            )
        doses[elsewhere, 0] = taken[elsewhere] / planned[0]
    return doses


def _covariates(trial: Trial, used: NDArray[np.bool_]) -> tuple[Array, Array]:
    names = trial.protocol.analysis.covariates
    values = trial.frame[list(names)].to_numpy(dtype=float)[used] if names else np.empty((int(used.sum()), 0))
    for name, column in zip(names, values.T, strict=True):
        known = column[~np.isnan(column)]
        if len(known) < 2 or np.ptp(known) == 0:
            raise InputError(
                f"The covariate {name!r} does not vary over the recorded nights; take it out of the analysis."
            )
        if len(known) < len(column):
            warnings.warn(
                f"{len(column) - len(known)} nights have no {name!r}; the model takes its average there.",
                Nof1Warning,
                stacklevel=3,
            )
    centred = values - np.nanmean(values, axis=0) if names else values
    sd = np.nanstd(values, axis=0, ddof=1) if names else np.empty(0)
    return np.nan_to_num(centred), sd
