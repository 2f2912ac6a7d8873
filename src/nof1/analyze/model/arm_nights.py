"""What was rated on each arm, counted without a model: the nights that the verdict's gate asks for, and their raw means.

A period is one as it was drawn (of adopted nights: a stretch on one arm). Run-in, washout, pauses and discarded nights do not
count. Knows no effect and no engine.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.days import night_of_period, on_trial_days, still_days
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial


@dataclass(frozen=True)
class ArmNights:
    """What was rated on one arm.

    Attributes
    ----------
    periods : int
        Periods of the arm with at least one rated night.
    nights : int
        Rated nights in them.
    mean : float or None
        Their plain mean, in units of the outcome; None without a night.
    """

    periods: int
    nights: int
    mean: float | None


def arm_nights(trial: Trial) -> dict[str, ArmNights]:
    """What was rated on each arm of a trial, by the arm's name, in the protocol's order.

    Examples
    --------
    >>> arm_nights(trial)["magnesium"].periods
    6
    """
    frame = trial.frame
    return arm_nights_from(
        trial.protocol,
        frame[trial.protocol.outcome.name].to_numpy(dtype=float),
        frame["arm"].to_numpy(),
        frame["period"].to_numpy(dtype=int),
    )


def arm_nights_from(
    protocol: Protocol, outcome: Array, arm: NDArray[Any], period: NDArray[np.int64]
) -> dict[str, ArmNights]:
    """The same from arrays of every calendar day, as a simulation has them.

    Parameters
    ----------
    protocol : Protocol
    outcome, arm, period : arrays, shape (days,)
        Outcome (nan where missing), name of the arm and number of the period of every planned day.

    Examples
    --------
    >>> outcome = trial.frame["severity"].to_numpy()
    >>> arm, period = trial.frame["arm"].to_numpy(), trial.frame["period"].to_numpy()
    >>> arm_nights_from(trial.protocol, outcome, arm, period)["off"].periods
    6
    """
    rated = counted_nights(protocol, arm, period) & ~np.isnan(outcome)
    out = {}
    for known in protocol.arms:
        own = rated & (arm == known.name)
        nights = int(own.sum())
        mean = float(outcome[own].mean()) if nights else None
        out[known.name] = ArmNights(len(np.unique(period[own])), nights, mean)
    return out


def counted_nights(protocol: Protocol, arm: NDArray[Any], period: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Nights that count for an arm, rated or not, shape (days,): in a period as drawn, not among its discarded first ones.

    Parameters
    ----------
    arm, period : arrays, shape (days,)
        As in `arm_nights_from`.
    """
    counts = on_trial_days(protocol, arm, period)
    first = protocol.analysis.discarded_nights
    return counts & (night_of_period(period, arm, still_days(protocol, arm)) >= first) if first else counts
