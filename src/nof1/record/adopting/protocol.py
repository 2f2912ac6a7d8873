"""The protocol of adopted nights: what the person says of them, in the form of a plan that nobody drew."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from nof1.errors import InputError
from nof1.plan.design.fields import NOT_COMPARED, PAUSE, WASHOUT
from nof1.plan.design.kinds import Gaps
from nof1.plan.design.order import Order
from nof1.plan.protocol.family import WHOLE_NUMBERS
from nof1.plan.protocol.protocol import Protocol
from nof1.record.adopting.columns import slug
from nof1.record.adopting.naming import labels_of_arms, outcome_label
from nof1.record.adopting.steps import step
from nof1.record.values.ambiguous import AmbiguousInput

_SHORT = 2  # recorded nights of a period that has no effect of its own beside those of its nights


def adopted_protocol(
    *,
    arms: Sequence[str],
    start: date,
    dated: bool,
    nights: int,
    gaps: Gaps | None,
    not_compared: Sequence[str],
    outcome: str,
    reference: str,
    low: float,
    high: float,
    better: Literal["lower", "higher"],
    threshold: float | None,
    unit: str | None,
    labels: Mapping[str, str],
    nights_are: Literal["days"] | None,
    blocks: int | None,
    start_up: bool,
    drawn: Mapping[str, Any] | None,
    covariates: Sequence[str],
    title: str,
    simulated: bool,
    analysis: Mapping[str, Any],
) -> Protocol:
    """The protocol, with one clear message where what was said does not fit; see `adopted_nights`."""
    named = labels_of_arms(labels, arms)
    return Protocol.build(
        {
            "title": title,
            "simulated": simulated,
            "reference": reference,
            "outcome": {
                "name": slug(outcome),
                "label": outcome_label(outcome, unit),
                "low": low,
                "high": high,
                "better": better,
                **({} if threshold is None else {"threshold": threshold}),
                "whole": analysis.get("family") in WHOLE_NUMBERS,
                **({} if unit is None else {"unit": unit}),
            },
            "arms": [{"name": name, "label": named.get(name, "")} for name in arms],
            "design": {
                "kind": "adopted",
                "start": start,
                "dated": dated,
                "nights": nights,
                **({} if gaps is None else {"gaps": gaps}),
                **({} if not not_compared else {"not_compared": list(not_compared)}),
                **({} if blocks is None else {"block_periods": blocks}),
                **({} if drawn is None else {"drawn": drawn}),
                **({} if nights_are is None else {"nights_are": nights_are}),
            },
            "analysis": {
                "start_up": start_up,
                "covariates": [slug(name) for name in covariates],
                **analysis,
            },
        },
        where="the adopted trial",
    )


def periods_are_short(order: Order, recorded: Collection[date]) -> bool:
    """Whether no period has more than two recorded nights: the arm changes every night, or is drawn in pairs of nights."""
    periods = [
        period.number for period in order.periods if period.on_trial for night in period.dates if night in recorded
    ]
    return max(Counter(periods).values(), default=0) <= _SHORT


@step("arms")
def set_apart(arms: Mapping[date, str], not_compared: Sequence[str], column: str, reference: str) -> dict[date, str]:
    """The arm of each night, with "(not compared)" on those that are compared with nothing.

    Raises
    ------
    AmbiguousInput
        If an arm is called washout or pause, and nobody said that it is not compared.
    InputError
        If one is not there, or is the reference.
    """
    there = dict.fromkeys(arms.values())
    for name in not_compared:
        if name not in there:
            raise InputError(
                f"not_compared {name!r} is not among the arms of column {column!r}: {', '.join(filter(None, there))}."
            )
        if name == reference:
            raise InputError(f"not_compared {name!r} is the reference, with which every arm is compared. Name another.")
    for name in there:
        if name.casefold() in (WASHOUT, PAUSE) and name not in not_compared:
            raise AmbiguousInput(
                f"Column {column!r} calls nights {name!r}. If they belong to no arm, say not_compared={name!r}: they are kept, and compared "
                "with nothing. If they are an arm, give it another name in the table.",
                option="not-compared",
                choices=(name,),
            )
    return {night: NOT_COMPARED if arm in not_compared else arm for night, arm in arms.items()}


@step("one arm")
def distinct_arms(names: Iterable[str], column: str, reference: str) -> list[str]:
    """The arms, the reference first.

    Raises
    ------
    InputError
        If the reference is not among them, or alone.
    """
    distinct = [name for name in dict.fromkeys(names) if name and name != NOT_COMPARED]
    if reference not in distinct:
        raise InputError(
            f"The reference {reference!r} is not among the arms of column {column!r}: {', '.join(distinct)}."
        )
    if len(distinct) < 2:
        raise InputError(f"Column {column!r} holds only {reference!r}. A comparison needs nights on at least two arms.")
    return sorted(distinct, key=lambda name: name != reference)


@step("order")
def refuse_other_blocks(order: Order, size: int, arms: Sequence[str]) -> None:
    """Refuse blocks that do not hold every arm: their offsets would take part of the effect with them. The last one may be unfinished."""
    periods = list({period.number: period for period in order.periods if period.on_trial}.values())
    whole = [periods[i : i + size] for i in range(0, len(periods) - size + 1, size)]
    if not whole:
        raise InputError(
            f"blocks = {size} is more than the {len(periods)} periods there are; a period is a stretch on one arm. Leave blocks out."
        )
    for block in whole:
        absent = [name for name in arms if name not in {period.arm for period in block}]
        if absent:
            raise InputError(
                f"With blocks = {size} the block of periods {block[0].number} to {block[-1].number} has no night on {absent[0]!r}; a "
                "period is a stretch on one arm, and every block needs each arm. Choose another number, or leave blocks out."
            )
