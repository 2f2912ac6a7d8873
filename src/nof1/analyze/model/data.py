"""The numbers of the model: everything both engines need, taken from a trial or from simulated nights once.

Its names: outcome y, day, time g, doses d, covariates z, period p(t).
"""

import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.days import night_of_period, on_trial_days, planned_shares, still_days, treated_days
from nof1.analyze.model.degenerate import refuse_exact, refuse_flat_periods
from nof1.analyze.reasons import refused
from nof1.errors import InputError, Nof1Warning, RefusalError
from nof1.plan.design.fields import UNCOUNTED
from nof1.plan.protocol.analysis import Priors
from nof1.plan.protocol.family import Family
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial

START_UP_NIGHTS = 5.0  # half-life of a start that fades
REFERENCE, OFF_TRIAL = 0, -1  # in `ModelData.arm`
NO_BLOCK = -1  # of nights outside every block
MIN_NIGHTS = 4  # with an outcome; fewer cannot hold two arms and a spread


@dataclass(frozen=True)
class ModelData:
    """The model's data for one trial.

    Attributes
    ----------
    y : array, shape (n,)
        Outcome of the nights that have one and are not discarded; of a duration its logarithm.
    day : int array, shape (n,)
        Calendar day of each, from 0.
    time : array, shape (n,)
        -1/2 on the first planned day, +1/2 on the last.
    doses : array, shape (days, K)
        Dose of each active arm on every day up to the last recorded night, as a share of the first planned one: calendar days, but for
        those on which exposure stands still (`still`).
    treated : bool array, shape (days, K)
        Days assigned to each active arm; the same days.
    covariates : array, shape (n, J)
        Centred.
    covariate_sd : array, shape (J,)
    arm : int array, shape (n,)
        Whose nights they are: `REFERENCE`, 1 to K for the active arms, `OFF_TRIAL` in run-in and washout.
    period : int array, shape (n,)
        Index into `period_numbers`.
    period_numbers : tuple of int
        Numbers of the periods that hold at least one of the nights.
    block : int array, shape (n,)
        Index into `block_numbers`; `NO_BLOCK` on nights outside every block, and everywhere in a model without block offsets.
    block_numbers : tuple of int
        Numbers of the blocks that hold at least one of the nights, from 1; empty in a model without block offsets.
    arms, covariate_names : tuple of str
        Names of the K active arms and the J covariates.
    priors : Priors
    exponential, trend, start_up, period_effects, autocorrelation : bool
        Which parts the model has.
    family : str
        As in the protocol.
    low, high : float
        Ends of the outcome's scale.
    over_time : bool
        Whether each effect may change linearly over the trial; the marginal engine alone has this part.
    still : tuple of int
        Calendar days that are left out of `doses` and `treated`, since exposure is the same after them as before: pauses of an
        adopted table. Trend and likeness of neighbouring nights go by the calendar all the same.
    share_now : tuple of float
        Of each active arm the latest planned dose as a share of the first; empty where no dose was changed.
    """

    y: Array
    day: NDArray[np.int64]
    time: Array
    doses: Array
    treated: NDArray[np.bool_]
    covariates: Array
    covariate_sd: Array
    arm: NDArray[np.int64]
    period: NDArray[np.int64]
    period_numbers: tuple[int, ...]
    block: NDArray[np.int64]
    block_numbers: tuple[int, ...]
    arms: tuple[str, ...]
    covariate_names: tuple[str, ...]
    priors: Priors
    exponential: bool
    trend: bool
    start_up: bool
    period_effects: bool
    autocorrelation: bool
    family: Family = "normal"
    low: float = -np.inf
    high: float = np.inf
    over_time: bool = False
    still: tuple[int, ...] = ()
    share_now: tuple[float, ...] = ()

    @cached_property
    def dose_day(self) -> NDArray[np.int64]:
        """Row of each recorded night in `doses` and `treated`, shape (n,): its calendar day, where exposure never stands still."""
        out: NDArray[np.int64] = self.day - np.searchsorted(self.still, self.day)
        return out

    @property
    def day_of_dose(self) -> NDArray[np.int64]:
        """Calendar day of each row of `doses` and `treated`, from 0."""
        return np.delete(np.arange(self.days), np.array(self.still, dtype=int))

    @property
    def row_of_day(self) -> NDArray[np.int64]:
        """Row of `doses` that tells each calendar day's exposure, shape (days,): where it stands still, that of the day before."""
        return np.searchsorted(self.day_of_dose, np.arange(self.days), side="right") - 1

    @property
    def doses_by_day(self) -> Array:
        """Doses of every calendar day, shape (days, K): none on days on which exposure stands still."""
        out = np.zeros((self.days, self.doses.shape[1]))
        out[self.day_of_dose] = self.doses
        return out

    @property
    def days(self) -> int:
        """Calendar days up to the last recorded night."""
        return len(self.doses) + len(self.still)

    @property
    def outcome(self) -> Array:
        """The outcome as it was recorded, shape (n,)."""
        return np.exp(self.y) if self.family == "duration" else self.y

    @property
    def has_spread(self) -> bool:
        """Whether nights have a spread of their own (sigma) beside what the family's likelihood gives them."""
        return self.autocorrelation or self.family not in ("binary", "ordinal", "count")

    @property
    def fading(self) -> Array:
        """What is left of the start on each night, shape (n,): 1 on the first planned night, half of it five nights later."""
        return fading(self.day)

    @property
    def n(self) -> int:
        """Number of nights that inform the model."""
        return len(self.y)

    def without(self, i: int) -> "ModelData":
        """The same without the i-th recorded night."""
        keep = np.arange(self.n) != i
        kept, period = np.unique(self.period[keep], return_inverse=True)
        block, block_numbers = _blocks_there(self.block[keep], self.block_numbers)
        return replace(
            self,
            y=self.y[keep],
            day=self.day[keep],
            time=self.time[keep],
            covariates=self.covariates[keep],
            arm=self.arm[keep],
            period=period,
            period_numbers=tuple(self.period_numbers[number] for number in kept),
            block=block,
            block_numbers=block_numbers,
        )


def build_model_data(trial: Trial) -> ModelData:
    """Take the model's numbers from a trial.

    Raises
    ------
    RefusalError
        If the nights cannot answer: too few, no variation, an arm that was never recorded.
    InputError
        If a covariate cannot be used.
    """
    protocol, frame = trial.protocol, trial.frame
    if protocol.gaps == "not-stated" and protocol.analysis.carryover != "none":
        raise refused(RefusalError, "gaps not stated")
    arm, period = frame["arm"].to_numpy(), frame["period"].to_numpy(dtype=int)
    outcome = frame[protocol.outcome.name].to_numpy(dtype=float)
    used = used_nights(protocol, outcome, arm, period)
    treated = treated_days(protocol, arm)
    planned = planned_shares(trial)
    doses = planned if protocol.analysis.dose == "assigned" else _doses_taken(trial, treated, planned)
    covariates, sd = _covariates(trial, used)
    data = assemble(
        protocol,
        outcome,
        used,
        treated,
        doses,
        period,
        on_trial_days(protocol, arm, period),
        covariates=covariates,
        covariate_sd=sd,
        covariate_names=protocol.analysis.covariates,
        still=still_days(protocol, arm),
        planned_days=trial.order.whole.nights,
    )
    return replace(data, share_now=latest_shares(planned, treated)) if trial.doses_changed else data


def latest_shares(planned: Array, treated: NDArray[np.bool_]) -> tuple[float, ...]:
    """The planned share of each arm's last day, shape (K,)."""
    return tuple(float(own[days][-1]) if days.any() else 1.0 for own, days in zip(planned.T, treated.T, strict=True))


def fading(day: NDArray[np.int64]) -> Array:
    """What is left of the start on days counted from 0: 1 on the first one, half of it five nights later."""
    out: Array = 2.0 ** (-day / START_UP_NIGHTS)
    return out


def used_nights(protocol: Protocol, outcome: Array, arm: NDArray[Any], period: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Planned nights that inform the model: those with an outcome that are not discarded.

    Parameters
    ----------
    outcome, arm, period : arrays, shape (days,)
        Outcome (nan where missing), name of the arm and number of the period of every planned day.

    Raises
    ------
    RefusalError
        If they cannot answer: too few, no variation, an arm that was never recorded.
    """
    used: NDArray[np.bool_] = ~np.isnan(outcome) & ~np.isin(arm, UNCOUNTED)
    if protocol.analysis.discarded_nights:
        used &= night_of_period(period, arm, still_days(protocol, arm)) >= protocol.analysis.discarded_nights
    _refuse_hopeless(protocol, outcome, arm, used)
    return used


def assemble(
    protocol: Protocol,
    outcome: Array,
    used: NDArray[np.bool_],
    treated: NDArray[np.bool_],
    doses: Array,
    period: NDArray[np.int64],
    on_trial: NDArray[np.bool_],
    *,
    covariates: Array | None = None,
    covariate_sd: Array | None = None,
    covariate_names: tuple[str, ...] = (),
    still: NDArray[np.bool_] | None = None,
    planned_days: int | None = None,
) -> ModelData:
    """The model's numbers from arrays of every planned day; see `ModelData` for their meaning.

    Parameters
    ----------
    outcome, used, period, on_trial : arrays, shape (days,)
    treated, doses : arrays, shape (days, K)
    covariates : array, shape (n, J), optional
        Centred, of the used nights; with their sd and names.
    still : bool array, shape (days,), optional
        Days on which exposure stands still.
    planned_days : int, optional
        How many days were planned, where the arrays end with the day on which the trial was stopped: time goes by the plan, so
        that stopping changes nothing of the model.

    Raises
    ------
    RefusalError
        If less than one dose of an arm was taken before the last used night, or nights have no spread of their own.
    """
    analysis = protocol.analysis
    day = np.flatnonzero(used)
    so_far = slice(0, day[-1] + 1)  # nights after the last recorded one have had no exposure yet
    stands = np.flatnonzero(still[so_far]) if still is not None else np.empty(0, dtype=int)
    doses_so_far, treated_so_far = doses[so_far], treated[so_far]
    if len(stands):
        doses_so_far, treated_so_far = (
            np.delete(doses_so_far, stands, axis=0),
            np.delete(treated_so_far, stands, axis=0),
        )
    active = tuple(arm.name for arm in protocol.active_arms)
    for name, until_last, own in zip(active, doses_so_far.T, treated_so_far.T, strict=True):
        if not until_last.any():
            raise refused(RefusalError, "no dose taken", arm=repr(name))
        if until_last[own].sum() < 1:  # an effect over these nights would be next to nothing, and its interval invented
            raise refused(RefusalError, "less than one dose", arm=repr(name))
    numbers, index = np.unique(period[used], return_inverse=True)
    block, block_numbers = blocks_of(protocol, period[used], on_trial[used])
    family = analysis.family
    if family == "duration":
        _refuse_no_time(protocol.outcome.name, outcome[used])
    data = ModelData(
        y=np.log(outcome[used]) if family == "duration" else outcome[used],
        day=day,
        time=day / ((planned_days or len(outcome)) - 1) - 0.5,
        doses=doses_so_far,
        treated=treated_so_far,
        covariates=np.empty((len(day), 0)) if covariates is None else covariates,
        covariate_sd=np.empty(0) if covariate_sd is None else covariate_sd,
        arm=arm_places(treated[used], on_trial[used]),
        period=index,
        period_numbers=tuple(int(number) for number in numbers),
        block=block,
        block_numbers=block_numbers,
        arms=active,
        covariate_names=covariate_names,
        priors=protocol.priors,
        exponential=analysis.carryover == "exponential",
        trend=analysis.trend,
        start_up=bool(analysis.start_up),
        period_effects=analysis.period_effects,
        autocorrelation=analysis.autocorrelation,
        family=family,
        low=protocol.outcome.low,
        high=protocol.outcome.high,
        still=tuple(stands.tolist()),
    )
    if family in ("normal", "student", "duration"):
        _refuse_without_spread(protocol.outcome.name, data)
    return data


def arm_places(treated: NDArray[np.bool_], on_trial: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Place of the arm of each night; each is assigned to one at most."""
    active = np.where(treated.any(axis=1), REFERENCE + 1 + treated.argmax(axis=1), REFERENCE)
    return np.where(on_trial, active, OFF_TRIAL)


def block_of(period: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Number of the block that each period is in, from 1, with `size` periods a block."""
    return (period - 1) // size + 1


def blocks_of(
    protocol: Protocol, period: NDArray[np.int64], on_trial: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    """Block of each night, as its place among the blocks' numbers, and these; none in a model without block offsets.

    Parameters
    ----------
    period, on_trial : arrays, shape (n,)
        Number of each night's period, and whether it is on an arm after the run-in.
    """
    size = protocol.block_periods
    if not protocol.analysis.block_effects or size is None:
        return np.full(len(period), NO_BLOCK), ()
    number = np.where(on_trial, block_of(period, size), 0)
    numbers = np.unique(number[number > 0])
    index = np.where(number > 0, np.searchsorted(numbers, number), NO_BLOCK)
    return index, tuple(int(one) for one in numbers)


def _blocks_there(block: NDArray[np.int64], numbers: tuple[int, ...]) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    """The same with the blocks that still hold a night."""
    there = np.unique(block[block != NO_BLOCK])
    return np.where(block == NO_BLOCK, NO_BLOCK, np.searchsorted(there, block)), tuple(numbers[i] for i in there)


def _refuse_without_spread(name: str, data: ModelData) -> None:
    """Refuse continuous outcomes that the model meets exactly: no posterior exists."""
    if data.period_effects:
        refuse_flat_periods(name, data.y, data.period)
    columns = [data.doses[data.dose_day], data.covariates]
    if data.trend:
        columns.append(data.time[:, None])
    if data.start_up:
        columns.append(data.fading[:, None])
    if data.block_numbers:
        columns.append((data.block[:, None] == np.arange(len(data.block_numbers))).astype(float))
    refuse_exact(
        name,
        data.y,
        np.hstack(columns),
        data.period if data.period_effects else None,
        data.day,
        data.priors.autocorrelation_a if data.autocorrelation else None,
    )


def _refuse_hopeless(protocol: Protocol, outcome: Array, arm: NDArray[Any], used: NDArray[np.bool_]) -> None:
    name = protocol.outcome.name
    for known in protocol.arms:
        if not np.any(used & (arm == known.name)):
            raise refused(RefusalError, "arm never recorded", arm=repr(known.name), outcome=name)
    if used.sum() < MIN_NIGHTS:
        raise refused(RefusalError, "too few nights", nights=int(used.sum()), outcome=name, least=MIN_NIGHTS)
    if np.ptp(outcome[used]) == 0:
        raise refused(RefusalError, "no variation", outcome=name, value=float(outcome[used][0]))


def _refuse_no_time(name: str, y: Array) -> None:
    """Refuse durations of 0, which have no logarithm."""
    if np.any(y <= 0):
        raise refused(RefusalError, "duration of 0", nights=int(np.sum(y <= 0)), outcome=name)


def _doses_taken(trial: Trial, treated: NDArray[np.bool_], shares: Array) -> Array:
    """Logged dose divided by the first planned one; as planned where no dose was logged."""
    taken = trial.frame["dose_mg"].to_numpy(dtype=float)
    planned = np.array([arm.dose_mg or np.nan for arm in trial.protocol.active_arms])
    known = ~np.isnan(taken)
    doses = shares.copy()
    doses[known] = np.where(treated[known], taken[known, None] / planned, 0.0)
    elsewhere = known & ~treated.any(axis=1) & (taken > 0)
    if trial.protocol.arm(trial.protocol.reference).dose_mg:  # its own dose, taken as planned
        elsewhere &= trial.frame["arm"].to_numpy() != trial.protocol.reference
    if elsewhere.any():
        if treated.shape[1] > 1:
            night = trial.frame.index[elsewhere][0].date()
            raise refused(InputError, "dose on reference", night=str(night))
        doses[elsewhere, 0] = taken[elsewhere] / planned[0]
    return doses


def _covariates(trial: Trial, used: NDArray[np.bool_]) -> tuple[Array, Array]:
    names = trial.protocol.analysis.covariates
    values = trial.frame[list(names)].to_numpy(dtype=float)[used] if names else np.empty((int(used.sum()), 0))
    for name, column in zip(names, values.T, strict=True):
        known = column[~np.isnan(column)]
        if len(known) < 2 or np.ptp(known) == 0:
            raise refused(InputError, "constant covariate", covariate=repr(name))
        if len(known) < len(column):
            warnings.warn(
                f"{len(column) - len(known)} nights have no {name!r}; the model takes its average there.",
                Nof1Warning,
                stacklevel=3,
            )
    centred = values - np.nanmean(values, axis=0) if names else values
    sd = np.nanstd(values, axis=0, ddof=1) if names else np.empty(0)
    return np.nan_to_num(centred), sd
