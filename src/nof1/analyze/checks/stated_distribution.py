"""What every order that could have been drawn elsewhere would have given, where the person states that set.

What was drawn at once keeps its nights in every order; missing nights stay missing. Knows nothing of p.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.checks.order_statistics import Differences, Statistic, contrasts, size_of
from nof1.analyze.checks.permutation_distribution import CELLS, differences_of_means, numbers_of, totals_of_arms
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError
from nof1.plan.orders.pairs import PairOrders, Signs, signs_of
from nof1.plan.orders.stated_orders import Shuffles
from nof1.plan.orders.stated_periods import NOWHERE, DrawnPeriods
from nof1.record.trial import Trial


@dataclass(frozen=True, eq=False)
class Nights:
    """The calendar nights of a trial, for the comparison of two of its arms.

    Attributes
    ----------
    outcome : array, shape (nights,)
        Less the mean of the two arms' nights, in points; 0 where there is none.
    recorded : bool array, shape (nights,)
    period : int array, shape (nights,)
        What each was drawn with; `NOWHERE` where it was on no arm.
    discarded : int
        First nights of each stretch that are left out.
    """

    outcome: Array
    recorded: NDArray[np.bool_]
    period: NDArray[np.int64]
    discarded: int

    def signs(self, rows: Signs) -> Signs:
        """Orders night by night, shape (orders, nights): 1 for the arm, -1 for its reference, 0 for neither."""
        with_none = np.concatenate([rows, np.zeros((len(rows), 1), dtype=np.int8)], axis=1)
        out: Signs = with_none[:, np.where(self.period == NOWHERE, rows.shape[1], self.period)]
        return out

    def used(self, signs: Signs) -> NDArray[np.bool_]:
        """Which nights count in each order: a stretch on one arm loses its first nights, and begins anew after a pause."""
        recorded = np.broadcast_to(self.recorded, signs.shape)
        if not self.discarded:
            return recorded
        night = np.arange(signs.shape[1])
        begins = np.diff(signs, axis=1, prepend=2) != 0
        return recorded & (night - np.maximum.accumulate(np.where(begins, night, 0), axis=1) >= self.discarded)

    def weights(self, rows: Signs, statistic: Statistic) -> Array:
        """Of every night in the difference of each order, shape (orders, nights); nan where an arm has no recorded night."""
        signs = self.signs(rows)
        used = self.used(signs)
        stretch = np.cumsum(np.diff(rows, axis=1, prepend=rows[:, :1]) != 0, axis=1)
        return contrasts((signs > 0) & used, (signs < 0) & used, stretch[:, self.period], statistic)


def stated_differences_of(
    trial: Trial,
    periods: DrawnPeriods,
    places: tuple[int, int],
    allowed: PairOrders | Shuffles,
    statistic: Statistic,
    *,
    draws: int | None,
    seed: int,
) -> Differences:
    """The statistic of every order that is stated, or of so many drawn ones.

    Parameters
    ----------
    periods : DrawnPeriods
    places : tuple of int
        Of the arm and its reference among the protocol's arms.
    allowed : PairOrders or Shuffles
        The reference set.
    statistic : {"periods", "nights"}
        Of means of stretches on one arm, or of nights.
    draws, seed : int
        How many are drawn; all are taken if None.

    Raises
    ------
    RefusalError
        If one of the arms has no recorded night.
    """
    here = signs_of([periods.arms], *places)
    nights, size = _nights(trial, periods, here)
    own = nights.weights(here, statistic)[0]
    if np.isnan(own).any():
        raise refused(RefusalError, "no night of an arm")
    on = (nights.signs(here)[0] > 0).astype(float)
    columns = np.array([nights.outcome, on, own])

    def found(rows: Signs) -> Array:
        if statistic == "nights" and not nights.discarded:  # sums over what was drawn at once serve all orders
            return differences_of_means(totals_of_arms(rows, sums[:, None], statistic))
        out: Array = (nights.weights(rows, statistic) @ columns.T).T
        return out

    counted = nights.recorded & (nights.period != NOWHERE)
    sums = np.array(
        [
            np.bincount(nights.period[counted], column[counted], minlength=here.shape[1])
            for column in (np.ones(len(on)), *columns)
        ]
    )
    at_once = max(1, CELLS // len(on))
    value, pull, likeness = np.concatenate([found(rows) for rows in _rows(allowed, draws, seed, at_once)], axis=1)
    return Differences(
        value, pull, likeness, float(own @ nights.outcome), float(own @ own), size, drawn=draws is not None
    )


def _nights(trial: Trial, periods: DrawnPeriods, here: Signs) -> tuple[Nights, float]:
    """The nights, and the size of their outcomes: what rounding is measured by."""
    rated = {entry.night: entry.outcome for entry in trial.entries}
    outcome = np.array([rated.get(night) for period in trial.order.periods for night in period.dates], dtype=float)
    recorded = ~np.isnan(outcome)
    nights = Nights(outcome, recorded, periods.of_night, trial.protocol.analysis.discarded_nights)
    compared = recorded & (nights.signs(here)[0] != 0)
    centre = outcome[compared].mean() if compared.any() else 0.0
    size = size_of(outcome[compared]) if compared.any() else 0.0
    return Nights(np.where(recorded, outcome - centre, 0.0), recorded, nights.period, nights.discarded), size


def _rows(allowed: PairOrders | Shuffles, draws: int | None, seed: int, at_once: int) -> Iterator[Signs]:
    """All orders, or random ones, some at a time."""
    if draws is not None and isinstance(allowed, Shuffles):
        return allowed.drawn(draws, seed=seed)
    return (allowed.rows(numbers) for numbers in numbers_of(allowed.count, draws, seed, at_once=at_once))
