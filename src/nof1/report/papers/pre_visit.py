"""The words of pre-visit.pdf: one page for the doctor before the first evening, which comes back as the agreement that protocol.toml keeps.

Of the order it knows the first and the last night alone.
"""

from typing import Any

from nof1.language import phrase, say, say_some, sentences
from nof1.plan.design.order import Order
from nof1.plan.orders.evening_dose import has_dose, takes_any
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.answers import LOW, UNKNOWN
from nof1.plan.protocol.safety.screen import given
from nof1.report.papers.parts import NOT_STATED, Room
from nof1.report.papers.protocol import agreement, medicine_times, screen_lines
from nof1.report.papers.timeline import letters
from nof1.report.papers.treatment import dose_lines, form_and_dose
from nof1.report.words.facts import reviewed
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip, sentence, span
from nof1.report.words.unscreened import banner, marked_foot

PRE_VISIT = "pre-visit.pdf"
_ROOM = Room(text=300, label=60, rows=60)
_BOX = "☐"
# Name, unit, which answer of the screen holds it, and what it is asked for: iron in restless legs, magnesium where it is taken. No range stands beside them: a laboratory prints its own.
_VALUES = (
    (phrase("ferritin"), "µg/L", "ferritin", "iron"),
    (phrase("transferrin saturation"), "%", "transferrin_saturation", "iron"),
    (phrase("eGFR"), "mL/min", None, "kidney"),
    (phrase("creatinine"), "", None, "kidney"),
    (phrase("magnesium in the blood"), "", None, "magnesium"),
)
_ASKED = (
    phrase("Is anything here that speaks against this trial for me?"),
    phrase("Which blood values are to be measured before it, and which during it?"),
    phrase("Do dose, form and time suit me? Which medicines are to be kept apart from it, and by how long?"),
    phrase("With what am I to stop, and whom do I call then?"),
)


def pre_visit_words(protocol: Protocol, order: Order, *, planned: bool = True) -> dict[str, Any]:
    """The sheet for the doctor: what is planned, what the screen found, values, medicines, questions, the agreement."""
    foot = (
        say("nof1 sheet for the doctor, protocol {hash}", hash=protocol.sha256()[:16])
        if planned
        else say("nof1 sheet for the doctor; nothing is planned yet")
    )
    return {
        "title": say("Before an N-of-1 trial: for the doctor"),
        "warning": "",
        "simulated": banner(protocol, SIMULATED),
        "no_advice": sentences([say(NO_ADVICE), reviewed()]),
        "foot": marked_foot(protocol, foot),
        "sections": [
            _planned(protocol, order),
            {"heading": say("What the safety screen found"), "paragraphs": screen_lines(protocol)},
            _values(protocol),
            _medicines(protocol),
            {"heading": say("What I want to ask"), "paragraphs": [f"{_BOX} {say(one)}" for one in _ASKED]},
            _agreed(protocol),
        ],
    }


def _planned(protocol: Protocol, order: Order) -> dict[str, Any]:
    rows = [
        [_arm(protocol, arm), *form_and_dose(protocol, arm, _ROOM), _product(protocol, arm.name)]
        for arm in protocol.arms
    ]
    lasts = say_some(
        protocol.periods,
        "{evenings}, in {count} period; what is taken in which is left to chance.",
        "{evenings}, in {count:,} periods; what is taken in which is left to chance.",
        evenings=span(order.start, order.end),
    )
    when = say("Once a day, in the evening at {time}.", time=protocol.conduct.dose_time) if takes_any(protocol) else ""
    header, widths = (
        [say("arm"), say("form"), say("elemental magnesium"), say("product")],
        ["1.4fr", "1fr", "1fr", "1.6fr"],
    )
    if not protocol.of_magnesium:
        header, widths = [say("arm"), say("dose"), say("product")], ["1.4fr", "1fr", "1.6fr"]
        rows = [[arm, dose, product] for arm, _, dose, product in rows]
    return {
        "heading": say("What is planned"),
        "table": {"header": header, "widths": widths, "rows": rows},
        "paragraphs": [
            sentences([_question(protocol), lasts, when]),
            *filter(None, [sentences(dose_lines(protocol, _ROOM))]),
        ],
    }


def _arm(protocol: Protocol, arm: Arm) -> str:
    """With the letter that doses above an upper level are told by."""
    return say("{arm} ({letter})", arm=clip(arm.title, _ROOM.label), letter=letters(protocol)[arm.name])


def _question(protocol: Protocol) -> str:
    return sentence(clip(ours(protocol.question), _ROOM.text)) if protocol.question else ""


def _product(protocol: Protocol, name: str) -> str:
    arm = protocol.arm(name)
    return clip(ours(arm.product), _ROOM.label) or (
        say(NOT_STATED) if has_dose(protocol, arm) or arm.placebo else say("none")
    )


def _values(protocol: Protocol) -> dict[str, Any]:
    told = given(protocol.safety)

    def said(question: str | None) -> str:
        answer = told.get(question) if question else None
        if answer in (None, UNKNOWN):
            return say(phrase("not known") if answer == UNKNOWN else NOT_STATED)
        return say("low, without the number") if answer == LOW else say("{amount:g}", amount=float(answer))

    about = {"iron": protocol.of_legs, "magnesium": protocol.of_magnesium, "kidney": True}
    values = [(name, unit, question) for name, unit, question, of in _VALUES if about[of]]
    return {
        "heading": say("Blood values"),
        "table": {
            "header": [say("value"), say("unit"), say("what I said"), say("measured"), say("on (date)")],
            "widths": ["1.6fr", "1fr", "1.4fr", "1fr", "1fr"],
            "rows": [[say(name), unit, said(question), "", ""] for name, unit, question in values],
        },
    }


def _medicines(protocol: Protocol) -> dict[str, Any]:
    heading = say("Other medicines and their times")
    rows = medicine_times(protocol, _ROOM)
    if not rows:
        own = protocol.conduct.medicines
        said = sentence(clip(ours(own), _ROOM.text)) if own else say("None was named.")
        return {"heading": heading, "paragraphs": [said]}
    return {
        "heading": heading,
        "table": {
            "header": [say("medicine"), say("taken at"), say("to be taken at (doctor or pharmacist)")],
            "widths": ["1.4fr", "1fr", "1.4fr"],
            "rows": [[*row, ""] for row in rows],
        },
    }


def _agreed(protocol: Protocol) -> dict[str, Any]:
    choices = [
        say("I agree to this trial as planned"),
        say("I agree with these changes or limits"),
        say("I do not agree"),
    ]
    return {
        "heading": say("The doctor's agreement"),
        "table": {
            "header": [say("name"), say("date"), say("signature")],
            "widths": ["1.4fr", "1fr", "1.6fr"],
            "rows": [["", "", ""]],
            "tall": True,
        },
        "before": [
            "   ".join(f"{_BOX} {one}" for one in choices),
            f"{say('Changes, limits, what is to be measured:')} {'_' * 30}",
        ],
        "paragraphs": [
            sentences([agreement(protocol, _ROOM), say(_HOW)]),
        ],
    }


_HOW = phrase(
    "How it goes on record: before the draw in the answers file of 'nof1 plan', as [safety.agreement] with clinician, date and words; "
    "after it with nof1 amend DIR --note TEXT. A lower dose goes on record with nof1 amend --dose; another form or time needs a plan of its own. The signed sheet stays with the "
    "person."
)
