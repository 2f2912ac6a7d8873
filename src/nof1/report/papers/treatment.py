"""The words of protocol.pdf on what is taken: arms, doses above an upper level, stop rules, adherence, co-treatment."""

from collections.abc import Sequence
from typing import Any

from nof1 import facts
from nof1.language import listed, say, say_some, sentences
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.dose import find_form, salt_mg
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import Finding, finding_line
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.plan.protocol.safety.upper_levels import dose_findings
from nof1.record.diary.questions import NO_ANSWER
from nof1.report.papers.parts import NOT_STATED, Room, item, lines, stated
from nof1.report.papers.timeline import (
    letters,
)
from nof1.report.words.phrases import (
    cited,
    clip,
)

_FEW = 4  # findings on doses that are told one by one


def taken(protocol: Protocol, room: Room) -> dict[str, Any]:
    """The arms, doses above an upper level, stop rules, adherence, co-treatment."""
    heads = [say("arm"), say("salt"), say("elemental"), say("salt weight"), say("product"), say("placebo")]
    return {
        "heading": say("What is taken"),
        "parts": [
            {
                "table": {
                    "header": ["", *heads],
                    "widths": ["auto", "2fr", "1.2fr", "auto", "auto", "2.4fr", "auto"],
                    "rows": [_arm_row(protocol, arm, room) for arm in protocol.arms],
                }
            },
            item(
                say("Time of day"),
                say(
                    "In the evening at {time}, once a day. Doses are elemental magnesium.",
                    time=protocol.conduct.dose_time,
                ),
            ),
            lines(say("Upper levels"), _dose_lines(protocol, room), room),
            item(say("When to stop"), stop_rule_sentence()),
            item(
                say("Lowering a dose"),
                say(
                    "No change of dose is planned. Who takes less or nothing on an evening writes down what was taken; a lasting "
                    "change is entered as an amendment with its reason. Ask a doctor or pharmacist about any change."
                ),
            ),
            item(say("Doses taken"), _adherence(protocol)),
            item(say("Other treatment"), stated(protocol.conduct.co_treatment, room)),
        ],
    }


def _arm_row(protocol: Protocol, arm: Arm, room: Room) -> list[str]:
    title = clip(arm.title, room.label)
    nothing = say(NOT_STATED) if has_dose(protocol, arm) and not arm.placebo else say("none")
    return [
        letters(protocol)[arm.name],
        say("{arm} (reference)", arm=title) if arm.name == protocol.reference else title,
        clip(ours(arm.form), room.label) or nothing,
        say(NOT_STATED) if arm.dose_mg is None else say("{mg:g} mg", mg=arm.dose_mg),
        _salt(arm),
        clip(arm.product, room.label) or nothing,
        say("yes") if arm.placebo else say(NO_ANSWER, end=""),
    ]


def _salt(arm: Arm) -> str:
    """Weight of the salt, as given or worked out from the form."""
    if arm.salt_mg is not None:
        return say("{mg:g} mg", mg=arm.salt_mg)
    if not arm.dose_mg:
        return say("none") if arm.dose_mg == 0 else say(NOT_STATED)
    form = find_form(arm.form)
    return say("about {mg:.0f} mg", mg=salt_mg(form, arm.dose_mg)) if form else say("not known")


def _dose_lines(protocol: Protocol, room: Room) -> list[str]:
    """Doses above an upper level, with the source; one by one, or by level where there are many."""
    known = letters(protocol)  # since two arms may have the same title
    doses = {
        str(say("{arm} ({letter})", arm=clip(arm.title, room.label), letter=known[arm.name])): arm.dose_mg
        for arm in protocol.arms
        if arm.dose_mg is not None
    }
    answers = protocol.safety.answers if protocol.safety is not None else {}
    found = dose_findings(doses, float(answers.get("other_magnesium_mg", 0.0)))
    if not found:
        levels: list[str] = [
            say("{mg:g} mg ({source})", mg=row["mg_per_day"], source=say(row["source"])) for row in facts.load("dose")
        ]
        return [
            say(
                "No stated dose is above the upper levels for magnesium from supplements, {levels}.",
                levels=listed(levels),
            ),
            cited("upper-level-eu-intakes"),
        ]
    if len(found) <= _FEW:
        return [finding_line(finding) for finding in found]
    return [_together(row, found) for row in facts.load("dose") if any(one.id == row["id"] for one in found)]


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
    if protocol.concealed == "open":
        how = say(
            "Each morning the person writes down how many mg of elemental magnesium they took the evening before."
        )
    else:
        how = say(
            "Each morning the person writes down how much of the evening's pack they took: all (1), part (such as {half}) or "
            "none (0).",
            half=0.5,
        )
    return sentences([how, say("Evenings off plan are kept as they were, and counted for each arm in the results.")])
