"""How a trial shows itself in a terminal and in a notebook: nights and arms as they were recorded, nothing estimated.

A `Trial` has an open order, so that naming arms tells nobody what was sealed; a sealed one cannot be loaded as a trial.
"""

from typing import TYPE_CHECKING

from nof1.plan.display import SIMULATED
from nof1.shown import Row, Table, as_html, as_text, brief

if TYPE_CHECKING:
    from nof1.record.trial import Trial


def trial_text(trial: "Trial") -> str:
    """A few lines: nights, then each arm with its nights and mean."""
    arms = [
        (f"on {arm}", f"{recorded} of {nights} nights, mean {mean}") for arm, nights, recorded, mean, _ in _arms(trial)
    ]
    return as_text(f"Trial {brief(trial.protocol.title)!r}", [*_rows(trial), *arms])


def trial_html(trial: "Trial") -> str:
    """The same as a table, one row for each arm."""
    label = trial.protocol.outcome.title
    table = Table(("arm", "nights", "recorded", f"mean {label}", "sd"), _arms(trial))
    return as_html(f"Trial: {trial.protocol.title}", _rows(trial), table)


def _rows(trial: "Trial") -> list[Row]:
    protocol = trial.protocol
    missing = len(trial.missing_nights)
    ahead = _still_to_come(trial)
    told = f"{protocol.nights - missing} of {protocol.nights} recorded, {missing - ahead} missing"
    rows = [("nights", f"{told}, {ahead} after the last entry" if ahead else told)]
    if protocol.dated:
        rows.append(("dates", f"{trial.order.start} to {trial.order.end}"))
    if trial.amendments:
        rows.append(("amended", f"{len(trial.amendments)} after the draw"))
    if trial.unsealing is not None:
        early = f", with {trial.unsealing.nights_left} nights still to come" if trial.unsealing.early else ""
        rows.append(("opened", f"{trial.unsealing.opened:%Y-%m-%d}{early}"))
    return [*rows, ("data", SIMULATED)] if protocol.simulated else rows


def _still_to_come(trial: "Trial") -> int:
    """Missing nights after the last one with an outcome: not lived yet, or given up."""
    rated = [entry.night for entry in trial.entries if entry.outcome is not None]
    return sum(not rated or night > max(rated) for night in trial.missing_nights)


def _arms(trial: "Trial") -> list[tuple[str, str, str, str, str]]:
    """Name, nights, nights with an outcome, mean and sd of each arm; run-in nights are nights of the reference."""
    outcomes = {
        arm.name: trial.frame.loc[trial.frame["arm"] == arm.name, trial.protocol.outcome.name]
        for arm in trial.protocol.arms
    }
    return [
        (name, str(len(nights)), str(nights.count()), _number(nights.mean()), _number(nights.std()))
        for name, nights in outcomes.items()
    ]


def _number(value: float) -> str:
    return "–" if value != value else f"{value:.2f}"  # nan: no night, or for an sd a single one
