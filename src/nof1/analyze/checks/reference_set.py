"""The reference set of a randomization test: the orders that could have been drawn, by nof1 or as the person states it.

Knows nothing of p.
"""

from dataclasses import dataclass

from nof1.analyze.checks.order_statistics import Differences, Statistic
from nof1.analyze.checks.permutation_distribution import differences_of, finished_until, observed_nights
from nof1.analyze.checks.stated_distribution import stated_differences_of
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError
from nof1.plan.design.kinds import MAX_PERIODS
from nof1.plan.design.order import RUN_IN
from nof1.plan.orders.pairs import PairOrders, Swaps, orders_between
from nof1.plan.orders.stated_orders import Shuffles, can_be_counted, orders_as_stated
from nof1.plan.orders.stated_periods import DrawnPeriods, drawn_periods
from nof1.record.trial import Trial

DRAWS = 10_000
SHUFFLED = 100_000  # where an order is drawn by shuffling, which is quick
_FULL_DRAWS_UP_TO = 100  # periods; of a longer trial fewer are drawn, so that one of a thousand takes about a second
_FEWEST_DRAWS = 1_000


@dataclass(frozen=True, eq=False)
class ReferenceSet:
    """Orders that differ from the one of a trial only in where two of its arms stand; each is equally likely.

    Attributes
    ----------
    trial : Trial
    arm, reference : str
    statistic : {"periods", "nights"}
        What is compared if nobody says otherwise: of orders that nof1 drew means of periods; of others means of nights, or of
        phases where it was drawn when phases change.
    allowed : PairOrders or Shuffles
    periods : DrawnPeriods or None
        What was drawn elsewhere; None where nof1 drew.
    """

    trial: Trial
    arm: str
    reference: str
    statistic: Statistic
    allowed: PairOrders | Shuffles
    periods: DrawnPeriods | None

    @property
    def count(self) -> int:
        """How many orders there are."""
        return self.allowed.count

    @property
    def draws(self) -> int:
        """How many are looked at where they are too many: fewer in a long trial, so that it is no matter of minutes."""
        length = self.trial.protocol.periods if self.periods is None else len(self.periods.arms)
        most = SHUFFLED if isinstance(self.allowed, Shuffles) else DRAWS
        return max(_FEWEST_DRAWS, min(most, most * _FULL_DRAWS_UP_TO // length))

    def differences(self, statistic: Statistic, *, draws: int | None, seed: int) -> Differences:
        """What each order would have given, or so many drawn ones.

        Raises
        ------
        RefusalError
            If one of the arms has no recorded night.
        """
        trial = self.trial
        names = [one.name for one in trial.protocol.arms]
        places = names.index(self.arm), names.index(self.reference)
        if self.periods is not None:
            return stated_differences_of(trial, self.periods, places, self.allowed, statistic, draws=draws, seed=seed)
        assert not isinstance(self.allowed, Shuffles)  # which only orders drawn elsewhere are
        sequence = [names.index(name) for name in trial.order.whole.arms()]
        nights = observed_nights(trial, self.arm, self.reference)
        return differences_of(trial.protocol, sequence, places, nights, self.allowed, statistic, draws=draws, seed=seed)


def reference_set(trial: Trial, arm: str, reference: str) -> ReferenceSet:
    """The orders that could have been drawn, for two arms.

    Raises
    ------
    RefusalError
        If nof1 did not draw the order and the person stated nothing of how it was drawn, or there are too many orders to count.
    """
    protocol = trial.protocol
    names = [one.name for one in protocol.arms]
    places = names.index(arm), names.index(reference)
    if protocol.randomized:
        sequence = [names.index(name) for name in trial.order.whole.arms()]
        if finished_until(trial.order) is None:
            raise refused(RefusalError, "no block finished")
        allowed = _that_differ(trial, orders_between(protocol, sequence, *places))
        return ReferenceSet(trial, arm, reference, "periods", allowed, None)
    stated = protocol.stated
    if stated is None:
        raise refused(RefusalError, "order not drawn")
    periods = drawn_periods(protocol, stated, trial.order)
    if not can_be_counted(stated, periods):
        raise refused(RefusalError, "too many periods", periods=len(periods.arms), most=MAX_PERIODS)
    shuffled = orders_as_stated(protocol, stated, periods, *places)
    return ReferenceSet(trial, arm, reference, "periods" if stated.by_phase else "nights", shuffled, periods)


def _that_differ(trial: Trial, allowed: PairOrders) -> PairOrders:
    """The orders that differ on the nights that are compared: what was drawn behind a stop makes no difference."""
    last = finished_until(trial.order)
    if not trial.order.left or last is None or not isinstance(allowed, Swaps):
        return allowed
    there = [period for period in trial.order.periods if period.on_trial and period.number != RUN_IN]
    seen = {period.number - 1 for period in there if period.end <= last}
    return Swaps(allowed.signs, tuple(unit for unit in allowed.units if seen & set(unit)))
