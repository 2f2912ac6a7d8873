"""The words of adverse-events.pdf: a form for one adverse event, to fill in with a doctor; what it asks is what events.csv keeps.

Knows the protocol alone, and nothing that an order could be guessed from.
"""

from typing import Any

from nof1.language import phrase, say, sentences
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.record.diary.event_questions import grading_words
from nof1.record.diary.events import GRADES
from nof1.report.papers.parts import Room
from nof1.report.papers.randomization import EMERGENCY
from nof1.report.words.facts import reviewed
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip
from nof1.report.words.unscreened import banner, marked_foot

ADVERSE_EVENTS = "adverse-events.pdf"
_ROOM = Room(text=140, label=60, rows=60)
_BOX = "☐\N{NO-BREAK SPACE}"
# What a line asks, by column of events.csv.
_ASKED = {
    "severity": phrase("how bad, at its worst"),
    "serious": phrase("serious?"),
    "action": phrase("what was done"),
    "outcome": phrase("how it ended"),
    "cause": phrase("from what was taken? The person says"),
    "doctor": phrase("from what was taken? The doctor or pharmacist says"),
}
_FOR = phrase(
    "For everything unwanted that happens during the trial, whether or not it seems to come from what is taken; one sheet for each."
)
_KNOWN = phrase(
    "Answer both questions about the cause without opening the order; not knowing what was taken is what keeps them fair."
)
_DUTY = {
    "research": phrase(
        "Of a serious event tell at once who is responsible for the trial. To whom it is reported, and by when, is said by the law of the country "
        "and by the ethics committee."
    ),
    "self-care": phrase(
        "With a serious event call a doctor at once, and take no further dose before. Ask whether it is to be reported, and to whom."
    ),
}
_RECORD = phrase(
    "How it goes on record: 'nof1 log DIR --night DATE' asks the same of each side effect that was entered. The filled-in sheet stays with the person."
)


def adverse_events_words(protocol: Protocol) -> dict[str, Any]:
    """The form: what it is for, the event with boxes for every grade, what the grades mean, signatures."""
    foot = say("nof1 adverse event form, protocol {hash}", hash=protocol.sha256()[:16])
    return {
        "title": say("Form for an adverse event"),
        "warning": stop_rule_sentence(),
        "simulated": banner(protocol, SIMULATED),
        "no_advice": sentences([say(NO_ADVICE), reviewed()]),
        "foot": marked_foot(protocol, foot),
        "sections": [
            _event(protocol),
            {"heading": say("How it is graded"), "table": _grades(), "paragraphs": _meanings()},
            {
                "heading": say("What comes next"),
                "paragraphs": _next(protocol),
            },
            _signatures(),
        ],
    }


def _event(protocol: Protocol) -> dict[str, Any]:
    return {
        "heading": say("The event"),
        "before": [clip(ours(protocol.title), _ROOM.text), say(_FOR)],
        "table": {
            "header": [
                say("what happened"),
                say("began on (date, time)"),
                say("over on (date, time)"),
                say("last dose before it (date, time)"),
            ],
            "widths": ["2fr", "1fr", "1fr", "1fr"],
            "rows": [[""] * 4],
            "tall": True,
        },
        "paragraphs": [f"{say('Other medicines, illnesses, anything else that could be the reason:')} {'_' * 30}"],
    }


def _grades() -> dict[str, Any]:
    return {
        "header": [say("question"), say("answer")],
        "widths": ["1fr", "2.6fr"],
        "rows": [
            [say(asked), "   ".join(f"{_BOX}{say(words)}" for words in GRADES[field].values())]
            for field, asked in _ASKED.items()
        ],
    }


def _next(protocol: Protocol) -> list[str]:
    blind = sentences([say(_KNOWN), say(EMERGENCY[protocol.concealed])])
    duty, record = say(_DUTY[protocol.conduct.purpose]), say(_RECORD)
    return [duty, record] if protocol.concealed == "open" else [duty, blind, record]


def _meanings() -> list[str]:
    return [sentences(grading_words("severity")), sentences(grading_words("serious"))]


def _signatures() -> dict[str, Any]:
    return {
        "heading": say("Signatures"),
        "table": {
            "header": [say("who"), say("name"), say("date"), say("signature")],
            "widths": ["1.4fr", "1.4fr", "1fr", "1.6fr"],
            "rows": [[say(who), "", "", ""] for who in (phrase("who takes part"), phrase("doctor or pharmacist"))],
            "tall": True,
        },
    }
