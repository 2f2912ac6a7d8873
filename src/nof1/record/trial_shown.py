"""How a trial shows itself, as lines and in a notebook: nights, then each arm with its nights and mean. Must not know a file."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from nof1.cells import brief
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.loading import Unsealing
from nof1.plan.protocol import protocol as frozen
from nof1.plan.protocol.protocol_shown import SIMULATED
from nof1.record.diary.entry import Entry
from nof1.shown import Row, Table, as_html, as_text

if TYPE_CHECKING:
    import pandas as pd


class Shown(Protocol):
    """What is shown of a trial."""

    @property
    def protocol(self) -> frozen.Protocol:
        """The protocol."""
        ...

    @property
    def order(self) -> Order:
        """The order that was drawn."""
        ...

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The diary's nights."""
        ...

    @property
    def amendments(self) -> tuple[Amendment, ...]:
        """Changes after the draw."""
        ...

    @property
    def unsealing(self) -> Unsealing | None:
        """When a concealed order was opened."""
        ...

    @property
    def planned_nights(self) -> Sequence[date]:
        """Nights that are to be rated."""
        ...

    @property
    def missing_nights(self) -> Sequence[date]:
        """Those of them without an outcome."""
        ...

    @property
    def frame(self) -> "pd.DataFrame":
        """One row a day."""
        ...


def trial_text(trial: Shown) -> str:
    """A few lines: nights, then each arm with its nights and mean."""
    word = trial.protocol.nights_are
    arms = [
        (f"on {arm}", f"{recorded} of {nights} {word}, mean {mean}") for arm, nights, recorded, mean, _ in _arms(trial)
    ]
    return as_text(f"Trial {brief(trial.protocol.title, 100)!r}", [*_rows(trial), *arms])


def trial_html(trial: Shown) -> str:
    """The same as a table, one row for each arm."""
    label = trial.protocol.outcome.title
    table = Table(("arm", trial.protocol.nights_are, "recorded", f"mean {label}", "sd"), _arms(trial))
    return as_html(f"Trial: {trial.protocol.title}", _rows(trial), table)


def _rows(trial: Shown) -> list[Row]:
    protocol = trial.protocol
    planned, missing = len(trial.planned_nights), len(trial.missing_nights)
    ahead = _still_to_come(trial)
    told = f"{planned - missing} of {planned} recorded, {missing - ahead} missing"
    rows: list[Row] = [(protocol.nights_are, f"{told}, {ahead} after the last entry" if ahead else told)]
    if protocol.dated:
        rows.append(("dates", f"{trial.order.start} to {trial.order.end}"))
    if trial.amendments:
        rows.append(("amended", f"{len(trial.amendments)} after the draw"))
    if trial.unsealing is not None:
        early = f", with {trial.unsealing.nights_left} nights still to come" if trial.unsealing.early else ""
        rows.append(("opened", f"{trial.unsealing.opened:%Y-%m-%d}{early}"))
    return [*rows, ("data", SIMULATED)] if protocol.simulated else rows


def _still_to_come(trial: Shown) -> int:
    """Missing nights after the last one with an outcome: not lived yet, or given up."""
    rated = [entry.night for entry in trial.entries if entry.outcome is not None]
    return sum(not rated or night > max(rated) for night in trial.missing_nights)


def _arms(trial: Shown) -> list[tuple[str, str, str, str, str]]:
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
