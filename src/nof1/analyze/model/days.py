"""What each calendar day of a trial is to a model: treated, on the trial, planned, or one on which exposure stands still.

Knows arms and periods; no outcome.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nof1.plan.design.fields import NO_ARM
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial


def treated_days(protocol: Protocol, arm: NDArray[Any]) -> NDArray[np.bool_]:
    """Days assigned to each active arm, shape (days, K); `arm` holds the arm's name of every planned day."""
    out: NDArray[np.bool_] = np.column_stack([arm == active.name for active in protocol.active_arms])
    return out


def on_trial_days(protocol: Protocol, arm: NDArray[Any], period: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Days on one of the arms after the run-in, shape (days,): no washout, no pause."""
    out: NDArray[np.bool_] = np.isin(arm, [known.name for known in protocol.arms]) & (period != RUN_IN)
    return out


def still_days(protocol: Protocol, arm: NDArray[Any]) -> NDArray[np.bool_]:
    """Days on which exposure stands still, shape (days,): gaps of an adopted table that the person called pauses."""
    out: NDArray[np.bool_] = (arm == NO_ARM) & (protocol.gaps == "pause")
    return out


def planned_shares(trial: Trial) -> NDArray[np.float64]:
    """Planned dose of every day as a share of the first planned dose of its arm, shape (days, K): 1 on the days of an arm whose dose nobody changed.

    An effect is taken to be in proportion to the dose: with half of it, half the effect.
    """
    protocol, order = trial.protocol, trial.order
    shares = [1.0 if period.dose_mg is None else period.dose_mg for period in order.periods]
    first = [
        1.0 if period.dose_mg is None else float(protocol.arm(str(period.arm)).dose_mg or period.dose_mg)
        for period in order.periods
    ]
    share = np.repeat(np.array(shares) / np.array(first), [period.nights for period in order.periods])
    out: NDArray[np.float64] = treated_days(protocol, trial.frame["arm"].to_numpy()) * share[:, None]
    return out


def planned_days(trial: Trial) -> NDArray[np.bool_]:
    """Days that were to have an outcome, shape (days,); see `Trial.planned_nights`."""
    out: NDArray[np.bool_] = trial.frame.index.isin(pd.DatetimeIndex(trial.planned_nights))
    return out


def night_of_period(
    period: NDArray[np.int64], arm: NDArray[Any], still: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """How many nights of its stretch came before each day; a pause or washout within a period begins a new stretch.

    `period` and `arm` hold the period's number and the arm of every planned day. Days on which exposure stands still begin none, and
    are counted as the day before them.
    """
    if still is not None and still.any():
        moving = ~still
        within = night_of_period(period[moving], arm[moving])
        return within[np.maximum(np.cumsum(moving) - 1, 0)]
    starts = np.flatnonzero(np.r_[True, (period[1:] != period[:-1]) | (arm[1:] != arm[:-1])])
    return np.arange(len(period)) - np.repeat(starts, np.diff(starts, append=len(period)))
