"""What was recorded of instruments and of the impression of change, by period. Counts nothing and compares nothing."""

from dataclasses import dataclass

from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.period_ends import instrument_names
from nof1.record.trial import Trial


@dataclass(frozen=True)
class AtPeriodEnd:
    """One measure of one period: the last value of its nights, and how many there were.

    `arm` is None while an order is sealed; `value` is as in measures.csv.
    """

    period: int
    arm: str | None
    measure: str
    value: float
    values: int


def at_period_ends(trial: Trial) -> tuple[AtPeriodEnd, ...]:
    """Every period's last value of every instrument that has one, in the order of the periods.

    Washout and pauses belong to no arm and have none; nor has the run-in, which is no period.

    Examples
    --------
    >>> at_period_ends(trial)
    ()
    """
    names = instrument_names(trial.protocol)
    found: list[AtPeriodEnd] = []
    numbers = dict.fromkeys(
        period.number for period in trial.order.periods if period.on_trial and period.number != RUN_IN
    )
    for number in numbers:
        stretches = [period for period in trial.order.periods if period.number == number and period.on_trial]
        nights = [night for period in stretches for night in period.dates]
        for name in names:
            values = [trial.measures[night, name] for night in nights if (night, name) in trial.measures]
            if values:
                found.append(AtPeriodEnd(number, stretches[-1].arm, name, values[-1], len(values)))
    return tuple(found)
