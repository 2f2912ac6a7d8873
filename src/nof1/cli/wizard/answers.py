"""From the answers as they were given to arms, doses, the form of an answers file, and a protocol to look ahead with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from nof1.cli.wizard.parse import YES, spelled
from nof1.cli.wizard.recorded import own_kinds
from nof1.cli.wizard.step import ANYTHING, Raw, Step, Talk, proposal
from nof1.errors import InputError
from nof1.language import say, sentences
from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.protocol.dose import both, elemental_mg, find_form
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import doubt, perhaps_salt, route_words
from nof1.plan.protocol.safety.screen import Finding, needs_agreement, screen
from nof1.plan.protocol.safety.screen import Safety as Answered
from nof1.plan.protocol.safety.upper_levels import dose_findings, dose_lines
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, answered, load_template, merge

ONE_FORM, TWO_DOSES, TWO_FORMS, FORMS_ONLY = "off-form", "off-doses", "off-forms", "forms"
OFF = "off"
SLOTS = ("first", "second")
SALT, ELEMENTAL = "salt", "elemental"
BY_MOUTH = "mouth"
_SCALE = ("name", "low", "high", "better", "whole")


# --- arms and doses


def slots(raw: Raw) -> tuple[str, ...]:
    """The doses that are compared, "first" and perhaps "second"."""
    return SLOTS[:1] if raw.get("compare", ONE_FORM) == ONE_FORM else SLOTS


def with_off(raw: Raw) -> bool:
    """Whether one arm is without magnesium."""
    return raw.get("compare") != FORMS_ONLY


def form_of(raw: Raw, slot: str) -> str:
    """The form of a dose; two doses of one form share it."""
    return raw.get("form-first" if raw.get("compare") == TWO_DOSES else f"form-{slot}", "")


def by_salt(raw: Raw, slot: str) -> bool:
    """Whether an amount is the weight of the salt, as its label states it."""
    return raw.get(f"amount-{slot}", "").endswith(SALT) and find_form(form_of(raw, slot)) is not None


def milligrams_of(raw: Raw, slot: str) -> float | None:
    """The number of an amount such as "1200 salt"; None where there is none."""
    found = re.match(r"[0-9]+(\.[0-9]+)?", raw.get(f"amount-{slot}", ""))
    return float(found[0]) if found else None


def route_of(raw: Raw, slot: str) -> str:
    """How a dose is used, such as "bath"; two doses of one form share it."""
    return raw.get("route-first" if raw.get("compare") == TWO_DOSES else f"route-{slot}", BY_MOUTH)


def swallowed(raw: Raw, slot: str) -> bool:
    """Whether a dose is by mouth; nothing else has mg."""
    return route_of(raw, slot) == BY_MOUTH


def elemental(raw: Raw, slot: str) -> float | None:
    """Elemental mg of a dose by mouth; None before it is known."""
    if not swallowed(raw, slot):
        return None
    if (amount := milligrams_of(raw, slot)) is None:
        return None
    return round(elemental_mg(form_of(raw, slot), amount), 1) if by_salt(raw, slot) else amount


def dose_words(raw: Raw, slot: str) -> str:
    """A dose as magnesium and as salt."""
    dose, form = elemental(raw, slot), form_of(raw, slot)
    if not swallowed(raw, slot):
        arm = _arm(raw, slot)
        return say("{form}, {route}", form=ours(form), route=route_words(arm) if arm is not None else "")
    if dose is None:
        return ""
    if find_form(form) is None:
        return say(
            "{mg:g} mg elemental magnesium ({form}; how much salt that is is not known here)", mg=dose, form=form
        )
    return both(form, dose)


def arm_names(raw: Raw) -> dict[str, str]:
    """The name of the arm with each dose."""
    compare = raw.get("compare", ONE_FORM)
    if compare == ONE_FORM:
        return {"first": "magnesium"}
    if compare == TWO_DOSES:
        return {"first": "lower dose", "second": "higher dose"}
    names: dict[str, str] = {}
    for slot, spare in zip(SLOTS, ("form 1", "form 2"), strict=True):
        known = find_form(form_of(raw, slot))
        name = known.id if known else spelled(form_of(raw, slot))
        taken = {OFF, WASHOUT, PAUSE, *(one.casefold() for one in names.values())}
        names[slot] = spare if name.casefold() in taken or not re.fullmatch(r"\w([\w-]*\w)?", name) else name
    return names


def arms(raw: Raw) -> list[dict[str, Any]]:
    """The arms as they stand in an answers file."""
    dummy = with_off(raw) and raw.get("concealed", "open") != "open" and raw.get("dummy") == "yes"
    off = {"name": OFF, "label": "dummy without magnesium" if dummy else "no magnesium", "dose_mg": 0}
    out: list[dict[str, Any]] = [off | ({"placebo": True} if dummy else {})] if with_off(raw) else []
    return [*out, *(_content(raw, slot) for slot in arm_names(raw))]


def _content(raw: Raw, slot: str) -> dict[str, Any]:
    """The arm of a dose, what was not said left out."""
    arm: dict[str, Any] = {"name": arm_names(raw)[slot], "form": form_of(raw, slot)}
    arm["product"] = raw.get(f"product-{slot}", "")
    if not swallowed(raw, slot):
        arm["route"] = route_of(raw, slot)
    elif (amount := milligrams_of(raw, slot)) is not None:
        arm["salt_mg" if by_salt(raw, slot) else "dose_mg"] = amount
        if raw.get(f"meant-{slot}") == YES:
            arm["dose_meant"] = True
    return {key: value for key, value in arm.items() if value != ""}


def _arm(raw: Raw, slot: str) -> Arm | None:
    """The arm of a dose; None of a draft whose answers do not fit, which are asked again."""
    try:
        return Arm(**_content(raw, slot))
    except ValidationError:
        return None


def slip(raw: Raw, slot: str) -> str:
    """What is to be asked about an amount that looks like a slip; empty where nothing is."""
    without = {id_: answer for id_, answer in raw.items() if id_ != f"meant-{slot}"}
    arm = _arm(without, slot) if slot in slots(raw) and elemental(raw, slot) is not None else None
    return doubt(arm) if arm is not None else ""


def salt_hint(raw: Raw) -> str:
    """What high amounts would be if they were weights of the salt; empty where nothing is to be said."""
    stated = [_arm(raw, slot) for slot in slots(raw) if elemental(raw, slot) is not None]
    return sentences([perhaps_salt(arm) for arm in stated if arm is not None])


def over_the_limit(raw: Raw, other_mg: float = 0.0) -> tuple[Finding, ...]:
    """What the doses lead to, alone or with magnesium from other products."""
    return dose_findings(_doses(raw), other_mg)


def limit_lines(raw: Raw, other_mg: float = 0.0) -> tuple[str, ...]:
    """The same in words, short where there are many."""
    return dose_lines(_doses(raw), other_mg)


def _doses(raw: Raw) -> dict[str, float]:
    names = arm_names(raw)
    doses = {ours(names[slot]): elemental(raw, slot) for slot in slots(raw)}
    doses |= {ours(names[slot]): 0.0 for slot in slots(raw) if not swallowed(raw, slot)}
    return {title: dose for title, dose in doses.items() if dose is not None}


def needs_doctor(raw: Raw, other_mg: float = 0.0) -> bool:
    """Whether the doses are planned only with a doctor's agreement on record."""
    return needs_agreement(over_the_limit(raw, other_mg))


def too_much(raw: Raw, other_mg: float = 0.0) -> bool:
    """Whether the doses are above what nof1 plans at all."""
    return any(finding.id == "own-limit-most" for finding in over_the_limit(raw, other_mg))


# --- the form of an answers file


def answers(steps: Iterable[Step], raw: Raw) -> dict[str, Any]:
    """What these answers say, in the form of an answers file; steps that are not asked say nothing."""
    content: dict[str, Any] = {}
    for step in steps:
        if step.id in raw and step.condition(raw):
            content = merge(content, step.gives(raw[step.id]) or {})
            content = merge(content, step.gives_of(raw) or {})
    content["arms"] = arms(raw)
    content["reference"] = content["arms"][0]["name"]
    if not with_off(raw):
        text = "The same person's nights on one form are the fairest comparison for those on the other."
        content = merge(content, {"conduct": {"why_comparator": text}})
    return own_kinds(content, raw)


def preview(talk: Talk) -> Protocol:
    """The protocol that the answers so far lead to, with defaults for what is still open.

    Raises
    ------
    InputError
        If the answers do not go together.
    """
    raw = dict(talk.raw)
    for step in talk.steps:
        if step.id not in raw and step.condition(raw):
            value = proposal(step, replace(talk, raw=raw))
            raw |= {} if value is None else {step.id: value}
    content = answers(talk.steps, raw)
    content.pop("seal", None)
    content.pop("acknowledge", None)
    if content["design"].get("concealed", "open") == "open":
        content = merge(content, {"design": {"seed": 1}})  # stands for the one that is not drawn yet
    if not _all_there(content.get("safety", {}).get("agreement", {}), ("clinician", "date")) and _stopped(content):
        content.pop("safety", None)
    if "name" in (outcome := content.get("outcome", {})) and not _all_there(outcome, _SCALE):
        del content["outcome"]
    return Protocol.build(answered(load_template(DEFAULT_TEMPLATE), content), where="That")


def _all_there(table: Mapping[str, Any], keys: Iterable[str]) -> bool:
    return all(key in table for key in keys)


def _stopped(content: Mapping[str, Any]) -> bool:
    given = content.get("safety", {})
    screened = Answered(answers=given.get("answers", {}), medicines=given.get("medicines", ()))
    return "agreement" in given or needs_agreement(screen(screened))


# --- changing answers


def changed(talk: Talk, changes: Mapping[str, str | None]) -> Talk:
    """The conversation with some answers changed.

    Answers that rest on them are taken back, and so are later ones that no longer fit.

    Raises
    ------
    InputError
        If a change does not go together with the answers before it; the sentence says why.
    """
    raw = dict(talk.raw)
    for id_, value in changes.items():
        if raw.get(id_) != value:
            _take_back(talk.steps, raw, id_)
    raw |= {id_: value for id_, value in changes.items() if value is not None}
    whole = replace(talk, raw=raw)
    return whole if _fits(whole) else _one_by_one(whole, changes)


def _take_back(steps: tuple[Step, ...], raw: dict[str, str], id_: str) -> None:
    """Remove an answer and all that rest on it."""
    raw.pop(id_, None)
    for step in steps:
        if step.id in raw and (id_ in step.rests_on or step.rests_on == ANYTHING):
            _take_back(steps, raw, step.id)


def _fits(talk: Talk) -> bool:
    try:
        for step in talk.asked:
            if step.id in talk.raw:
                step.parse(talk.raw[step.id], talk)
        preview(talk)
    except InputError:
        return False
    return True


def _one_by_one(talk: Talk, changes: Mapping[str, str | None]) -> Talk:
    """Add the answers in their order and leave out those that do not fit; answers of other branches wait unread."""
    kept = replace(talk, raw={})
    for step in talk.steps:
        if step.id not in talk.raw:
            continue
        more = replace(talk, raw={**kept.raw, step.id: talk.raw[step.id]})
        if step.condition(more.raw):
            try:
                step.parse(talk.raw[step.id], more)
                preview(more)
            except InputError:
                if step.id in changes:
                    raise
                continue
        kept = more
    return _without_those_that_no_longer_fit(kept)


def _without_those_that_no_longer_fit(talk: Talk) -> Talk:
    """Without earlier answers that a later one rules out, such as tonight for a dose that has to be taken earlier."""
    raw = dict(talk.raw)
    for step in talk.asked:
        if step.id in raw:
            try:
                step.parse(raw[step.id], replace(talk, raw=raw))
            except InputError:
                _take_back(talk.steps, raw, step.id)
    return replace(talk, raw=raw)
