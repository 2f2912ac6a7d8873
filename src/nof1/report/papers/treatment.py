"""The words of protocol.pdf on what is taken: arms, doses above an upper level, stop rules; adherence, co-treatment."""

from collections.abc import Mapping, Sequence
from typing import Any

from nof1 import facts
from nof1.language import listed, phrase, say, say_some, sentences
from nof1.plan.orders.amendments import Amendment, dose_changes
from nof1.plan.orders.evening_dose import has_dose, takes_any
from nof1.plan.protocol.dose import find_form, salt_mg
from nof1.plan.protocol.nightly import NO_ANSWER
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.guards import OWN, doubt, own_rule, route_words
from nof1.plan.protocol.safety.screen import LEVELS, Finding, finding_line, other_magnesium_mg
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.plan.protocol.safety.upper_levels import dose_findings, route_findings
from nof1.report.papers.parts import NOT_STATED, Room, item, lines, stated
from nof1.report.papers.timeline import (
    letters,
)
from nof1.report.words.changes import amendment_sentence
from nof1.report.words.phrases import (
    cited,
    clip,
)

# Of what nof1 has no facts: neither a screen nor a limit.
UNKNOWN_HERE = phrase(
    "nof1 knows nothing of how safe this is: it has no limits and no questions for it. Ask a doctor or pharmacist before the first evening."
)
_FEW = 4  # findings on doses that are told one by one


def taken(protocol: Protocol, room: Room, amendments: Sequence[Amendment] = ()) -> dict[str, Any]:
    """For the first page: the arms with form and dose, when to take them, doses that changed, doses above an upper level."""
    if not protocol.of_magnesium:
        return _something_else(protocol, room)
    changed = [amendment_sentence(one) for one in amendments if one.kind == "dose"]
    heads = [say("arm"), say("salt"), say("elemental"), say("salt weight"), say("product"), say("placebo")]
    when = say(
        phrase("In the evening at {time}, once a day. Doses are elemental magnesium.")
        if all(arm.route == "mouth" for arm in protocol.arms)
        else phrase(
            "In the evening at {time}, once a day. Doses by mouth are elemental magnesium; a bath, or what goes on the skin, has no mg by mouth."
        ),
        time=protocol.conduct.dose_time,
    )
    return {
        "heading": say("What is taken, and when"),
        "parts": [
            {
                "table": {
                    "header": ["", *heads],
                    "widths": ["auto", "2fr", "1.2fr", "auto", "auto", "2.4fr", "auto"],
                    "rows": [_arm_row(protocol, arm, room) for arm in protocol.arms],
                }
            },
            item(say("Time of day"), when),
            *([lines(say("Another dose"), changed, room)] if changed else []),
            lines(say("Upper levels"), dose_lines(protocol, room, amendments), room),
        ],
    }


def _something_else(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Of arms without magnesium: no forms, no weights, no upper levels, of which nothing is known for anything else."""
    rows = [
        [letter, name, dose, product, placebo]
        for letter, name, _, dose, _, product, placebo in (_arm_row(protocol, arm, room) for arm in protocol.arms)
    ]
    when = say("Once a day, in the evening at {time}.", time=protocol.conduct.dose_time)
    return {
        "heading": say("What is taken, and when"),
        "parts": [
            {
                "table": {
                    "header": ["", say("arm"), say("dose"), say("product"), say("placebo")],
                    "widths": ["auto", "2fr", "auto", "2.4fr", "auto"],
                    "rows": rows,
                }
            },
            item(say("Time of day"), when if takes_any(protocol) else say("There is nothing to take.")),
            item(say("Safety"), say(UNKNOWN_HERE)),
        ],
    }


def stopping() -> dict[str, Any]:
    """For the first page: when to stop, in a frame."""
    return {"heading": say("When to stop"), "parts": [{"warning": stop_rule_sentence()}]}


def adhering(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Lowering a dose, what is written down of doses, co-treatment."""
    return {
        "heading": say("Doses during the trial"),
        "parts": [
            *([item(say("Lowering a dose"), say(_LOWERING))] if takes_any(protocol) else []),
            item(say("Doses taken"), _adherence(protocol)),
            item(say("Other treatment"), stated(protocol.conduct.co_treatment, room)),
        ],
    }


_LOWERING = phrase(
    "No change of dose is planned. Who takes less or nothing on an evening writes down what was taken; a lasting change is "
    "entered with nof1 amend --dose and planned from then on. Ask a doctor or pharmacist about any change."
)


def _arm_row(protocol: Protocol, arm: Arm, room: Room) -> list[str]:
    title = clip(arm.title, room.label)
    nothing = say(NOT_STATED) if has_dose(protocol, arm) and not arm.placebo else say("none")
    return [
        letters(protocol)[arm.name],
        say("{arm} (reference)", arm=title) if arm.name == protocol.reference else title,
        *form_and_dose(protocol, arm, room),
        _salt(arm),
        clip(arm.product, room.label) or nothing,
        say("yes") if arm.placebo else say(NO_ANSWER, end=""),
    ]


def form_and_dose(protocol: Protocol, arm: Arm, room: Room) -> tuple[str, str]:
    """The form of an arm and its elemental dose, or how it is given where that is not by mouth."""
    nothing = say(NOT_STATED) if has_dose(protocol, arm) and not arm.placebo else say("none")
    dose = say(NOT_STATED) if arm.dose_mg is None else say("{mg:g} mg", mg=arm.dose_mg)
    if arm.route == "other":
        dose = "\N{EN DASH}"
    elif not arm.dose_mg and not has_dose(protocol, arm) and not protocol.of_magnesium:
        dose = say("none")
    return clip(ours(arm.form), room.label) or nothing, route_words(arm) or dose


def _salt(arm: Arm) -> str:
    """Weight of the salt, as given or worked out from the form; of a bath it stands in the product, in the person's words."""
    if arm.route != "mouth":
        return "\N{EN DASH}"
    if arm.salt_mg is not None:
        return say("{mg:g} mg", mg=arm.salt_mg)
    if not arm.dose_mg:
        return say("none") if arm.dose_mg == 0 else say(NOT_STATED)
    form = find_form(arm.form)
    return say("about {mg:.0f} mg", mg=salt_mg(form, arm.dose_mg)) if form else say("not known")


def dose_lines(protocol: Protocol, room: Room, amendments: Sequence[Amendment] = ()) -> list[str]:
    """Doses above an upper level, those that were changed among them, with the source; one by one, or by level where there are many."""
    if not protocol.of_magnesium:
        return []
    known = letters(protocol)  # since two arms may have the same title
    doses = {
        str(say("{arm} ({letter})", arm=clip(arm.title, room.label), letter=known[arm.name])): arm.mouth_mg
        for arm in protocol.arms
        if arm.mouth_mg is not None
    }
    for arm, mg, start in dose_changes(amendments):
        title = clip(protocol.arm(arm).title, room.label)
        doses[str(say("{arm} ({letter}) from {day} on", arm=title, letter=known[arm], day=str(start)))] = mg
    found = sorted(dose_findings(doses, other_magnesium_mg(protocol.safety)), key=lambda one: LEVELS.index(one.level))
    other_routes = _route_lines(protocol)
    if not found and not any(doses.values()) and other_routes:
        return other_routes
    return [*_level_lines(doses, found), *_slips(protocol), *other_routes]


def _route_lines(protocol: Protocol) -> list[str]:
    """That upper levels are of what is swallowed, and what is known of other routes; none where every arm is by mouth."""
    if all(arm.route == "mouth" for arm in protocol.arms):
        return []
    first = say(
        "Upper levels are of magnesium that is swallowed: they are not applied to baths or to what goes on the skin."
    )
    return [first, *map(finding_line, route_findings(protocol.arms))]


def _slips(protocol: Protocol) -> list[str]:
    """Doses that looked like a slip, and were said to be meant."""
    asked = [arm for arm in protocol.arms if arm.dose_meant and doubt(arm.model_copy(update={"dose_meant": False}))]
    return [
        say(
            "{arm}: {mg:g} mg is little; asked about it, the person said that it is meant.",
            arm=arm.title,
            mg=arm.dose_mg,
        )
        for arm in asked
    ]


def _level_lines(doses: Mapping[str, float | None], found: Sequence[Finding]) -> list[str]:
    once = say("Here a day's dose is taken at once, in the evening; a pharmacist can say whether to divide it.")
    if not found:
        levels: list[str] = [
            say("{mg:g} mg ({source})", mg=row["mg_per_day"], source=say(row["source"])) for row in facts.load("dose")
        ]
        return [
            say(
                "No stated dose is above the upper levels for magnesium from supplements, {levels}.",
                levels=listed(levels),
            ),
            *([sentences([cited("upper-level-eu-intakes"), once])] if any(doses.values()) else []),
        ]
    stops = sorted({one.id: one for one in found if one.certainty == "own"}.items())
    if len(found) <= _FEW:
        lines = [finding_line(finding) for finding in found]
    else:
        lines = [_own_together(id_, one, found) for id_, one in stops]
        lines += [_together(row, found) for row in facts.load("dose") if any(one.id == row["id"] for one in found)]
    return [*lines, sentences([cited("upper-level-eu-intakes"), once])]


def _own_together(id_: str, one: Finding, found: Sequence[Finding]) -> str:
    return say_some(
        sum(finding.id == id_ for finding in found),
        "Stop: {count} arm is {rule} ({own}).",
        "Stop: {count:,} arms are {rule} ({own}).",
        rule=own_rule(one),
        own=say(OWN),
    )


def _together(row: dict[str, Any], found: Sequence[Finding]) -> str:
    return say_some(
        sum(finding.id == row["id"] for finding in found),
        "Ask first: {count} arm is above {mg:g} mg a day, the {text} ({source}). Ask a doctor first.",
        "Ask first: {count:,} arms are above {mg:g} mg a day, the {text} ({source}). Ask a doctor first.",
        mg=row["mg_per_day"],
        text=say(row["text"]),
        source=say(row["source"]),
    )


def _adherence(protocol: Protocol) -> str:
    if not takes_any(protocol):
        return say("There is nothing to take.")
    if not protocol.by_share:
        how = say(
            "Each morning the person writes down how many mg of elemental magnesium they took the evening before."
        )
    elif protocol.concealed == "open":
        how = say(
            "Each morning the person writes down how much of what the plan says they used the evening before: all (1), part (such as {half}) "
            "or none (0).",
            half=0.5,
        )
    else:
        how = say(
            "Each morning the person writes down how much of the evening's pack they took: all (1), part (such as {half}) or "
            "none (0).",
            half=0.5,
        )
    return sentences([how, say("Evenings off plan are kept as they were, and counted for each arm in the results.")])
