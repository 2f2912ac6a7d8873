"""A trial that can be shown to others: days counted from the start, and nothing that somebody wrote in their own words.

What is left is what the analysis needs, so that the copy gives the same estimate. Knows no other person.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import REASON_LEFT_OUT, Amendment
from nof1.plan.protocol.conduct import Conduct
from nof1.plan.protocol.dose import find_form
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import grouping_answers
from nof1.record.adopting.calendar import UNDATED_START
from nof1.record.diary.entry import Entry
from nof1.record.diary.side_effects import short_list
from nof1.record.trial import Trial
from nof1.record.values.measures import find_measure

# Amendments that the answer rests on; others are own words, or tell of an order that was concealed.
KEPT_AMENDMENTS = ("pause", "stopped", "dose", "missed")
# Answers to the safety screen that groups are formed by; all others may tell who somebody is.
KEPT_ANSWERS = ("iron_unknown",)


def shared(trial: Trial, study_id: str) -> Trial:
    """The trial as it may be shown, under a study id.

    Dates become days from 2000-01-01 on, the design "adopted" (so that neither seed nor draw is told, but what the person of
    adopted nights stated of it), and of texts only the
    names of outcome, unit and arms, known forms of magnesium and side effects of the known short list, with their grades, are left. Side
    effects in own words, notes, title, question, labels, products, covariates' own names, what is recorded beside the model, measures
    beside the outcome and the safety screen are not. Of amendments those that the answer rests on stay, with their days and without their
    reasons: pauses, with the nights that were taken out, other doses, missed nights, and a stop.
    """
    names = _covariates(trial.protocol)
    moved = UNDATED_START - trial.order.start
    # Of a trial that was stopped, the nights until then.
    order = Order(tuple(replace(period, start=period.start + moved) for period in trial.order.periods))
    # In mg, also where the diary of a concealed trial holds the share of a pack.
    told = trial.frame["dose_mg"]
    nights = [night for period in trial.order.periods for night in period.dates]
    doses = {night: None if dose != dose else float(dose) for night, dose in zip(nights, told, strict=True)}
    entries = tuple(_entry(entry, moved, names, doses[entry.night]) for entry in trial.entries)
    # Grades are codes; the words of a side effect are told where they are on the known list, as in the diary.
    left = {(entry.night, what) for entry in entries for what in entry.side_effects}
    known = {one.text.casefold(): one.text for one in short_list()}
    events = tuple(
        replace(event, night=event.night + moved, what=known.get(event.what.casefold(), "")) for event in trial.events
    )
    told_events = tuple(event for event in events if (event.night, event.what) in left)
    amendments = tuple(_amendment(one, moved) for one in trial.amendments if one.kind in KEPT_AMENDMENTS)
    return Trial(_protocol(trial, study_id, names), order, entries, amendments, events=told_events)


def _amendment(amendment: Amendment, moved: timedelta) -> Amendment:
    """An amendment by its days, without what was written of it and without the hour."""
    entered = datetime.combine(max(amendment.entered.date() + moved, UNDATED_START), time())
    return amendment.model_copy(
        update={
            "entered": entered,
            "start": None if amendment.start is None else amendment.start + moved,
            "excluded": tuple(night + moved for night in amendment.excluded),
            "reason": REASON_LEFT_OUT if amendment.reason else "",
        }
    )


def _protocol(trial: Trial, study_id: str, names: dict[str, str]) -> Protocol:
    protocol = trial.protocol
    content = protocol.to_dict()
    content["title"] = study_id
    content.pop("question", None)
    content.pop("safety", None)
    answers = grouping_answers(protocol.safety)
    kept = {name: answers[name] for name in KEPT_ANSWERS if name in answers}
    if kept:
        content["safety"] = {"answers": kept}
    content["outcome"].pop("label", None)
    content["conduct"] = {
        name: "" if field.default is not None else None  # as it is where nobody said
        for name, field in Conduct.model_fields.items()
        if name not in _NOT_OWN_WORDS
    }
    content["arms"] = [_arm(arm) for arm in content["arms"]]
    content["design"] = {
        "kind": "adopted",
        "start": UNDATED_START,
        "dated": False,
        "nights": Order(trial.order.periods).without_pauses().nights,
        **({} if protocol.gaps is None else {"gaps": protocol.gaps}),
        **_blocks(protocol),
        **({} if protocol.stated is None else {"drawn": content["design"]["drawn"]}),
        **({"nights_are": "days"} if protocol.nights_are == "days" else {}),
    }
    content["analysis"].pop("interim", None)
    content["analysis"]["covariates"] = list(names.values())
    content.pop("recorded", None)  # their names and words may tell who somebody is
    return Protocol.build(content, where=f"the shared trial {study_id}")


def _blocks(protocol: Protocol) -> dict[str, int]:
    """How many periods make a block, where the model has block offsets: periods keep their numbers."""
    size = protocol.block_periods
    return {"block_periods": size} if protocol.analysis.block_effects and size is not None else {}


_NOT_OWN_WORDS = ("purpose", "dose_time", "entry_time")  # a choice, and times of day that have a default


def _arm(content: dict[str, Any]) -> dict[str, Any]:
    """An arm by its name, its dose, and its form where that is a known one."""
    form = find_form(content.get("form", ""))
    kept = {name: content[name] for name in ("name", "dose_mg", "placebo") if name in content}
    return kept | ({"form": form.id} if form is not None else {})


def _covariates(protocol: Protocol) -> dict[str, str]:
    """Names of covariates: those that are known to nof1 as they are, others by number."""
    return {
        name: name if find_measure(name) is not None else f"covariate_{number}"
        for number, name in enumerate(protocol.analysis.covariates, start=1)
    }


def _entry(entry: Entry, moved: timedelta, names: dict[str, str], dose: float | None) -> Entry:
    known = {one.text.casefold(): one.text for one in short_list()}
    return Entry(
        night=entry.night + moved,
        outcome=entry.outcome,
        dose_mg=dose,
        side_effects=tuple(known[text.casefold()] for text in entry.side_effects if text.casefold() in known),
        guess=entry.guess,
        confidence=entry.confidence,
        covariates=MappingProxyType({names[name]: value for name, value in entry.covariates.items() if name in names}),
    )


def day_of(night: date) -> int:
    """The number of a night of a shared trial, from 1."""
    return (night - UNDATED_START).days + 1


def typed_names(trials: Iterable[Trial]) -> tuple[str, ...]:
    """The names that people typed themselves and that are told all the same: of outcomes, their units and arms."""
    found = {
        name
        for trial in trials
        for name in (
            trial.protocol.outcome.name,
            trial.protocol.outcome.unit or "",
            *(arm.name for arm in trial.protocol.arms),
        )
        if name
    }
    return tuple(sorted(found))
