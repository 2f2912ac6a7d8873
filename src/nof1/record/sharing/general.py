"""Names and doses of shared trials in general terms: arms and outcomes as the templates call them, doses rounded.

Takes copies that `share.shared` made ready, all of them together, so that what was called alike is called alike still.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from nof1.plan.design.order import Order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, template_names
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial

STEP_MG = 50.0  # of planned doses from TWO_STEPS_MG up; below it one digit is left
TWO_STEPS_MG = 100.0
SHARES = 4  # of a planned dose: what was taken is told in quarters
Names = Mapping[str, str]


def rounded_dose(mg: float) -> float:
    """A planned dose as it is told: to the nearest 50 mg from 100 mg up, to one digit below.

    >>> [rounded_dose(mg) for mg in (0, 0.37, 62.5, 98, 120, 365, 400)]
    [0.0, 0.4, 60.0, 100.0, 100.0, 350.0, 400.0]
    """
    if mg >= TWO_STEPS_MG:
        return STEP_MG * round(mg / STEP_MG)
    return float(f"{mg:.1g}")


def general_names(trials: Iterable[Trial]) -> tuple[Names, Names]:
    """What outcomes and arms are called instead, by their names; those that a template has stay as they are.

    What no template has is called by its part in the trial: "outcome", "off" for what is compared with, "magnesium" for a known form of
    it, "on" for another arm; with a number where several have it, in the order of the trials, which tells nothing.
    """
    outcomes: dict[str, None] = {}
    parts: dict[str, dict[str, None]] = {"off": {}, "magnesium": {}, "on": {}}
    taken: set[str] = set()
    known_outcomes, known_arms = _of_templates()
    compared: dict[str, str] = {}
    for trial in trials:
        protocol = trial.protocol
        outcomes[protocol.outcome.name] = None
        for arm in protocol.arms:
            part = "off" if arm.name == protocol.reference else "magnesium" if arm.form else "on"
            # An arm is called by one part, whatever it is in another trial.
            compared.setdefault(arm.name, part)
    for name, part in compared.items():
        if name in known_arms:
            taken.add(name)
        else:
            parts[part][name] = None
    arms = {name: name for name in taken}
    for part, names in parts.items():
        arms |= _numbered(part, names, taken)
    kept = {name for name in outcomes if name in known_outcomes}
    own = dict.fromkeys(name for name in outcomes if name not in kept)
    return {name: name for name in kept} | _numbered("outcome", own, kept), arms


def _numbered(called: str, names: Iterable[str], taken: set[str]) -> dict[str, str]:
    """One name for each, with a number where there are several or the name is taken."""
    names = list(names)
    if len(names) == 1 and called not in taken:
        return {names[0]: called}
    return {name: f"{called}_{number}" for number, name in enumerate(names, start=1)}


@cache
def _of_templates() -> tuple[frozenset[str], frozenset[str]]:
    """Names of outcomes and of arms that templates have."""
    templates = [load_template(name) for name in template_names()]
    return (
        frozenset(one["outcome"]["name"] for one in templates),
        frozenset(arm["name"] for one in templates for arm in one["arms"]),
    )


def renamed(trial: Trial, outcomes: Names, arms: Names) -> Trial:
    """A copy with other names of outcome and arms, wherever they stand."""
    content = trial.protocol.to_dict()
    content["outcome"]["name"] = outcomes[content["outcome"]["name"]]
    content["reference"] = arms[content["reference"]]
    for arm in content["arms"]:
        arm["name"] = arms[arm["name"]]
    stated = content["design"].get("drawn")
    if stated is not None:
        content["design"]["drawn"] = {name: _elsewhere(name, value, arms) for name, value in stated.items()}
    order = trial.order
    periods = tuple(replace(one, arm=arms.get(one.arm or "", one.arm)) for one in order.periods)
    entries = tuple(replace(entry, guess=arms.get(entry.guess, entry.guess)) for entry in trial.entries)
    amendments = tuple(
        one if one.arm is None else one.model_copy(update={"arm": arms[one.arm]}) for one in trial.amendments
    )
    return replace(
        trial,
        protocol=_built(content, trial.protocol),
        order=Order(periods, left=order.left),
        entries=entries,
        amendments=amendments,
    )


_NO_ARMS = ("kind", "period_nights", "unknown")  # fields of a stated order that name none


def _elsewhere(field: str, value: Any, arms: Names) -> Any:
    """What was stated of orders drawn elsewhere, with the other names of arms in it."""
    if field in _NO_ARMS:
        return value
    if isinstance(value, str):
        return arms.get(value, value)
    if isinstance(value, list | tuple):
        return [_elsewhere("", one, arms) for one in value]
    return value


def rounded(trial: Trial) -> Trial:
    """A copy with planned doses rounded, and each dose that was taken as the nearest quarter of the one that was planned.

    A dose that was planned later on is told in quarters of the arm's first one. What was planned and taken of it is what an analysis
    needs; quarters and whole doses give the same estimate.
    """
    content = trial.protocol.to_dict()
    first = {arm.name: arm.dose_mg for arm in trial.protocol.arms if arm.dose_mg}
    for arm in content["arms"]:
        if arm.get("dose_mg"):
            arm["dose_mg"] = rounded_dose(float(arm["dose_mg"]))
    usual = next(iter(first.values()), None)

    def later(mg: float, arm: str | None) -> float:
        return _in_quarters(mg, first.get(arm or "", usual), least=1)

    # Of each night, what was planned and how that is told.
    planned: dict[date, tuple[float | None, float]] = {}
    for period in trial.order.periods:
        full = first.get(period.arm or "", usual)
        known = (
            (full, rounded_dose(full or 0))
            if period.dose_mg is None
            else (period.dose_mg, later(period.dose_mg, period.arm))
        )
        planned |= dict.fromkeys(period.dates, known)

    def told(entry: Entry) -> Entry:
        if not entry.dose_mg:
            return entry
        full, so = planned[entry.night]
        return replace(entry, dose_mg=_in_quarters(entry.dose_mg, full, so))

    periods = tuple(
        one if one.dose_mg is None else replace(one, dose_mg=later(one.dose_mg, one.arm)) for one in trial.order.periods
    )
    amendments = tuple(
        one if one.dose_mg is None else one.model_copy(update={"dose_mg": later(one.dose_mg, one.arm)})
        for one in trial.amendments
    )
    return replace(
        trial,
        protocol=_built(content, trial.protocol),
        order=Order(periods, left=trial.order.left),
        entries=tuple(map(told, trial.entries)),
        amendments=amendments,
    )


def _in_quarters(mg: float, full: float | None, told: float | None = None, *, least: int = 0) -> float:
    """A dose as quarters of a full one, which is told rounded, or as `told`."""
    if not full:
        return rounded_dose(mg)
    return max(least, round(mg / full * SHARES)) / SHARES * (rounded_dose(full) if told is None else told)


def _built(content: dict[str, Any], before: Protocol) -> Protocol:
    return Protocol.build(content, where=f"the shared trial {before.title}")
