"""The words of consent.pdf: what somebody reads and signs before the first evening. Of research and of self-care each in its own words.

Knows the protocol alone. What it says of magnesium are rows of the facts, each with its source.
"""

from typing import Any

from nof1 import facts
from nof1.language import listed, phrase, say, say_some, sentences
from nof1.plan.orders.evening_dose import takes_any
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.report.papers.method import PURPOSE
from nof1.report.papers.parts import Room, stated
from nof1.report.papers.protocol import screen_lines
from nof1.report.papers.treatment import dose_lines
from nof1.report.words.facts import reviewed
from nof1.report.words.measure import known_of_question
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip, nights, sentence
from nof1.report.words.unscreened import banner, marked_foot

CONSENT = "consent.pdf"
_ROOM = Room(text=700, label=60, rows=60)
_TITLES = {
    "research": phrase("Consent to an N-of-1 trial"),
    "self-care": phrase("My own decision on an N-of-1 trial"),
}
_WHAT = {
    "research": phrase("You are asked to take part in a trial in one person, yourself. Take your time, and ask."),
    "self-care": phrase(
        "You plan this trial yourself and carry it out on yourself. Nobody needs your signature: this page is there so that you think of "
        "all of it before the first evening."
    ),
}
_SECRET = {
    "helper": phrase("You do not know in which period you take what, until the last night; a helper does."),
    "alone": phrase("Nobody knows in which period you take what, until the last night."),
    "open": phrase("You know in which period you take what."),
}
_LEAVING = {
    "research": phrase(
        "You may stop at any time, without a reason. Ask before you sign what becomes of the nights until then, and whether stopping changes "
        "anything in your treatment."
    ),
    "self-care": phrase(
        "You may stop at any time, without a reason. The nights until then stay in the folder unless you delete it."
    ),
}
_SIGNED = {
    "research": (
        phrase("I have read this, could ask what I wanted to ask, and have answers."),
        phrase("I take part of my own free will, and know that I may stop at any time."),
        phrase("I know which data are kept, where, and who sees them."),
    ),
    "self-care": (
        phrase("I have read this, and asked a doctor or pharmacist what I was not sure of."),
        phrase("I do this of my own free will, and stop whenever I want to."),
        phrase("I know with which signs I stop, and whom I call then."),
    ),
}
_WHO = {
    "research": (phrase("who takes part"), phrase("who has informed them")),
    "self-care": (phrase("myself"), phrase("somebody who knows of it (if wanted)")),
}
_LEGAL = {
    "research": phrase(
        "This page is a draft and no legal advice. What a consent form must hold is said by the law of the country and by the ethics "
        "committee: show it to them before anybody signs it."
    ),
    "self-care": phrase("This page is no legal advice, and no consent to research by others."),
}
_BOX = "☐"


def consent_words(protocol: Protocol) -> dict[str, Any]:
    """What it is about, what speaks for it, risks, alternatives, leaving, data, signatures."""
    purpose = protocol.conduct.purpose
    foot = say("nof1 consent, protocol {hash}", hash=protocol.sha256()[:16])
    return {
        "title": say(_TITLES[purpose]),
        "warning": stop_rule_sentence(),
        "simulated": banner(protocol, SIMULATED),
        "no_advice": sentences([say(_LEGAL[purpose]), say(NO_ADVICE), reviewed()]),
        "foot": marked_foot(protocol, foot),
        "sections": [
            {"heading": say("What it is about"), "paragraphs": _about(protocol)},
            {"heading": say("What is known of its use"), "paragraphs": _known(protocol)},
            {"heading": say("Risks and burdens"), "paragraphs": _risks(protocol)},
            {
                "heading": say("What there is instead"),
                "paragraphs": [say(_INSTEAD if protocol.of_magnesium and protocol.of_legs else _INSTEAD_OF_ELSE)],
            },
            {"heading": say("Stopping"), "paragraphs": [say(_LEAVING[purpose])]},
            {"heading": say("Data and results"), "paragraphs": _data(protocol)},
            _signatures(protocol),
        ],
    }


_NO_PROMISE = phrase(
    "Whether it helps you is what the trial asks: nothing is promised. Studies in other people found this:"
)
_NOTHING_PROMISED = phrase("Whether it helps you is what the trial asks: nothing is promised.")
_INSTEAD = phrase(
    "You need not do this trial. You can leave everything as it is, or ask a doctor what else there is for restless legs, and whether "
    "something is to be sorted out first. Taking magnesium without a plan is no trial: then nobody can tell its effect from chance."
)


_INSTEAD_OF_ELSE = phrase(
    "You need not do this trial. You can leave everything as it is, or ask a doctor what else there is, and whether something is to be "
    "sorted out first."
)


def _known(protocol: Protocol) -> list[str]:
    """What studies found; that there are none here of a question about something else."""
    told = known_of_question(protocol)
    return [say(_NO_PROMISE), *told] if len(told) > 1 else [say(_NOTHING_PROMISED), *told]


def _about(protocol: Protocol) -> list[str]:
    question = sentence(clip(ours(protocol.question), _ROOM.text)) if protocol.question else ""
    arms: list[str] = [clip(arm.title, _ROOM.label) for arm in protocol.arms]
    compared = say_some(
        protocol.periods,
        "Compared are {arms}, on {nights} in {count} period, in an order left to chance.",
        "Compared are {arms}, on {nights} in {count:,} periods, in an order left to chance.",
        arms=listed(arms),
        nights=nights(protocol.nights),
    )
    secret = say(_SECRET[protocol.concealed])
    purpose = protocol.conduct.purpose
    return [sentences([say(_WHAT[purpose]), say(PURPOSE[purpose])]), sentences([question, compared, secret])]


def _risks(protocol: Protocol) -> list[str]:
    rows = [row for row in facts.load("side_effects") if facts.shown_as_fact(row)]
    sources = list(dict.fromkeys(say(row["source"]) for row in rows))
    effects = say(
        "Side effects that the diary asks about: {effects} ({sources}). Others are possible; they are written down in your own words.",
        effects=listed([say(row["text"]) for row in rows]),
        sources=listed(sources),
    )
    burden = say(
        phrase(
            "Some periods may bring worse nights than others. Each evening takes a dose or none, each morning an entry."
        )
        if takes_any(protocol)
        else phrase("Some periods may bring worse nights than others. Each morning takes an entry.")
    )
    return [
        effects
        if protocol.of_magnesium
        else say("Side effects are asked about every morning, and written down in your own words."),
        *dose_lines(protocol, _ROOM),
        *screen_lines(protocol),
        burden,
    ]


def _data(protocol: Protocol) -> list[str]:
    conduct = protocol.conduct
    return [
        say("Who sees the data: {who}", who=stated(conduct.access, _ROOM)),
        say("Results: {who}", who=stated(conduct.results_to, _ROOM)),
        say("data-sheet.pdf says what is kept where, and how it is deleted."),
    ]


def _signatures(protocol: Protocol) -> dict[str, Any]:
    purpose = protocol.conduct.purpose
    consent = protocol.conduct.consent
    own = [say("On consent, in the words of the plan: {words}", words=stated(consent, _ROOM))] if consent else []
    return {
        "heading": say("Signatures"),
        "before": [
            *own,
            *(f"{_BOX} {say(one)}" for one in _SIGNED[purpose]),
            f"{say('Whom to ask, with telephone:')} {'_' * 30}",
        ],
        "table": {
            "header": [say("who"), say("name"), say("date"), say("signature")],
            "widths": ["1.4fr", "1.4fr", "1fr", "1.6fr"],
            "rows": [[say(who), "", "", ""] for who in _WHO[purpose]],
            "tall": True,
        },
    }
