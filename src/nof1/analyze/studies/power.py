"""How many people a study needs, of which design, and what so many would find: by formulas, and by whole studies made up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nof1.analyze.parallel.processes import Progress, Spread, run_local
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import records, without_looks
from nof1.analyze.simulation.replicate import check_options, is_number, is_whole, replicate
from nof1.analyze.simulation.simulate import as_simulated
from nof1.analyze.studies import closed_form
from nof1.analyze.studies.designs import counted, designs_of
from nof1.analyze.studies.own_errors import own_variances
from nof1.analyze.studies.simulated import COLUMNS, StudyBatch
from nof1.analyze.studies.tables import (
    LEAST_STUDIES,
    Costs,
    checked_table,
    curve_table,
    design_row,
    people_simulated,
    recruits_table,
)
from nof1.errors import InputError, RefusalError
from nof1.plan.protocol.protocol import Protocol

MOST_PEOPLE = 2000
_FEW = 40  # simulated people that are done here; starting workers would take longer


@dataclass(frozen=True, eq=False)
class PeoplePower:
    """What a study of many people would find, and how many it needs; effects in points, chances and shares from 0 to 1.

    Attributes
    ----------
    designs : DataFrame
        By formulas: one row a design, this one first. `change`, `count` (blocks, pairs or periods), `period_nights`, `nights`; `own_sd`,
        the standard error that one person's nights alone give their effect; with `people` people `mean_power`, the chance that the
        interval of the mean effect lies on the right side of zero, `differ`, that a test says that people differ, `spread_lower` and
        `spread_upper`, limits of the spread, `told`, `wrong` and `width`, of each person's own interval, the same `_alone`; and what
        reaches the goal: `people_mean`, `people_spread`, `starts_mean` and `cost_mean` for it, nan where nothing does; `people_quantiles`
        as other programs work `people_mean` out.
    recruits : DataFrame
        One row a share that finishes: `finish`, `average` starts, and `starts` with which `people` finish in 9 of 10 such studies;
        `nights` of all who start and `cost`.
    curve : DataFrame
        For each design and number of `people`: `mean_power`, `differ`.
    checked : DataFrame
        This design with `people` people: one row a figure, `formula` beside `simulated` with its Monte Carlo error `mcse`. Empty
        without simulated studies.
    studies : DataFrame
        One row a simulated study.
    people_simulated : (float, float) or None
        People for the mean effect by the simulated studies, two Monte Carlo errors to either side; None where they do not tell.
    protocol : Protocol
    settings : dict
        people, mean, spread, goal, studies, seed, missing, skipped, nuisance, finish, cost_person, cost_night, currency, alpha.

    Examples
    --------
    >>> study.designs["change"].iloc[0]
    'this design'
    """

    designs: pd.DataFrame
    recruits: pd.DataFrame
    curve: pd.DataFrame
    checked: pd.DataFrame
    studies: pd.DataFrame
    people_simulated: tuple[float, float] | None
    protocol: Protocol
    settings: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for --json; None where there is no number.

        Examples
        --------
        >>> sorted(study.to_dict())
        ['checked', 'curve', 'designs', 'people_simulated', 'recruits', 'settings', 'studies']
        """
        tables = {name: records(getattr(self, name)) for name in ("designs", "recruits", "curve", "checked", "studies")}
        for row in tables["designs"]:  # no number is infinite in JSON
            row |= {name: None for name, value in row.items() if isinstance(value, float) and math.isinf(value)}
        simulated = None if self.people_simulated is None else list(self.people_simulated)
        return tables | {"people_simulated": simulated, "settings": dict(self.settings)}

    def _repr_html_(self) -> str:
        """The tables, for notebooks."""
        frames = (self.designs, self.recruits, self.checked)
        return "".join(frame.to_html(index=False, float_format=lambda x: f"{x:.3g}", border=0) for frame in frames)


def power_people(
    protocol: Protocol,
    *,
    people: int,
    mean: float | None = None,
    spread_between: float | None = None,
    goal: float = 0.8,
    blocks: Sequence[int] | None = None,
    nights: Sequence[int] | None = None,
    finish: float | None = None,
    cost_person: float | None = None,
    cost_night: float | None = None,
    currency: str = "",
    trials: int = 1000,
    seed: int = 1,
    missing: float = 0.05,
    skipped: float = 0.05,
    nuisance: Nuisance | None = None,
    workers: int | None = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> PeoplePower:
    """What a study finds in which many people do this trial, and how many people it needs.

    Parameters
    ----------
    protocol : Protocol
        What each of them does, with a design that nof1 draws; everybody gets an order of their own.
    people : int
        Who finish, from 2 to 2000.
    mean, spread_between : float, optional
        True mean effect, in points for the better, and true sd of the effects between people. Each the threshold if not given: that is
        an assumption, and the page says so.
    goal : float
        Chance that is wanted, for the mean effect and for a test of whether people differ.
    blocks, nights : sequence of int, optional
        Other numbers of blocks (or pairs, or periods) and lengths of periods to try. By default half and twice the blocks.
    finish : float, optional
        Share of those who start that finishes, of whom alone anything is known. Several shares are shown if not given.
    cost_person, cost_night : float, optional
        Of everybody who starts, and of each of their planned nights.
    currency : str
        What these are counted in; any text.
    trials : int
        Simulated people in all, shared out to whole studies of `people` people, at least ten; 0 for formulas alone.
    seed : int
        The same seed gives the same result, whatever the number of workers.
    missing, skipped : float
        Shares of nights without an entry, and of doses not taken.
    nuisance : Nuisance, optional
        Level, noise and the like of people; from the protocol's priors if not given.
    workers, spread, progress
        As in `power`; `progress` counts studies.

    Returns
    -------
    PeoplePower

    Raises
    ------
    InputError
        If an option is not what it must be, or the order is not one that nof1 draws.
    RefusalError
        If no trial of this design can answer: it is too short, or too many nights are missing.

    Examples
    --------
    >>> study = nof1.power_people(trial.protocol, people=20, trials=0)
    >>> study.designs[["count", "people_mean"]].shape
    (3, 2)
    """
    check_options(trials=trials or 20, seed=seed, missing=missing, skipped=skipped, workers=workers)
    _check(people, goal, mean, spread_between, finish, cost_person, cost_night)
    if not protocol.randomized:
        raise InputError(
            "The order of this trial was not drawn by nof1, so there is no design to simulate. Make one with 'nof1 plan'."
        )
    planned, protocol = protocol, without_looks(as_simulated(protocol))
    persons = nuisance or Nuisance(protocol)
    effect = float(protocol.threshold if mean is None else mean)
    between = float(protocol.threshold if spread_between is None else spread_between)
    found = designs_of(protocol, blocks, nights)
    variances = [own_variances(one.protocol, persons, missing=missing, seed=seed) for one in found]
    if not any(np.isfinite(one).any() for one in variances):
        raise RefusalError(
            "No trial of this design can answer, in no order that was drawn: it is too short, or too many of its nights are missing."
        )
    costs = Costs(finish, cost_person, cost_night)
    designs = pd.DataFrame(
        [design_row(one, v, people, effect, between, goal, costs) for one, v in zip(found, variances, strict=True)]
    )
    studies = _simulate(
        protocol, persons, people, effect, between, trials, seed, missing, skipped, workers, spread, progress
    )
    return PeoplePower(
        designs=designs,
        recruits=recruits_table(protocol, people, costs),
        curve=curve_table(designs, variances, people, effect, between),
        checked=checked_table(designs.iloc[0], studies, effect, between),
        studies=studies,
        people_simulated=people_simulated(studies, people, effect, goal),
        protocol=planned,
        settings={
            "people": people,
            "mean": effect,
            "mean_assumed": mean is None,
            "spread": between,
            "spread_assumed": spread_between is None,
            "goal": goal,
            "alpha": closed_form.ALPHA,
            "studies": len(studies),
            "seed": seed,
            "missing": missing,
            "skipped": skipped,
            "nuisance": persons.source,
            "counts": (counted(protocol) or ("",))[0],
            "finish": finish,
            "cost_person": cost_person,
            "cost_night": cost_night,
            "currency": currency,
            "arm": protocol.active_arms[0].name,
            "reference": protocol.reference,
            "threshold": protocol.threshold,
        },
    )


def _check(
    people: int,
    goal: float,
    mean: float | None,
    between: float | None,
    finish: float | None,
    cost_person: float | None,
    cost_night: float | None,
) -> None:
    if not is_whole(people) or not closed_form.LEAST <= people <= MOST_PEOPLE:
        raise InputError(f"people is {people!r}; it must be a whole number from {closed_form.LEAST} to {MOST_PEOPLE}.")
    if not is_number(goal) or not 0 < goal < 1:
        raise InputError(f"goal is {goal!r}; it must be a chance between 0 and 1, such as 0.8.")
    for name, value in (("mean", mean), ("spread_between", between)):
        if value is not None and (not is_number(value) or value <= 0):
            raise InputError(f"{name} is {value!r}; it must be a number of points above 0, such as 1.")
    if finish is not None and (not is_number(finish) or not 0.001 <= finish <= 1):
        raise InputError(f"finish is {finish!r}; it must be a share from 0.001 to 1, such as 0.7.")
    for name, value in (("cost_person", cost_person), ("cost_night", cost_night)):
        if value is not None and (not is_number(value) or value < 0):
            raise InputError(f"{name} is {value!r}; it must be a number from 0.")


def _simulate(
    protocol: Protocol,
    persons: Nuisance,
    people: int,
    mean: float,
    between: float,
    trials: int,
    seed: int,
    missing: float,
    skipped: float,
    workers: int | None,
    spread: Spread | None,
    progress: Progress | None,
) -> pd.DataFrame:
    """One row a simulated study of this design, of effects for the better told as such."""
    if trials == 0:
        return pd.DataFrame(columns=["study", *COLUMNS])
    number = max(LEAST_STUDIES, math.ceil(trials / people))
    better = 1.0 if protocol.outcome.better == "higher" else -1.0
    batch = StudyBatch(
        protocol, persons, better * mean / protocol.threshold, range(number), seed, missing, skipped, people, between
    )
    here = spread or run_local(workers, few=number * people < _FEW)
    (rows,) = replicate([batch], spread=here, progress=progress)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    if better < 0:
        frame["mean"] = -frame["mean"]
        frame["mean_lower"], frame["mean_upper"] = -frame["mean_upper"], -frame["mean_lower"]
    frame.insert(0, "study", np.arange(number))
    return frame
