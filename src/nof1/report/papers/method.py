"""The words of protocol.pdf: what is measured and recorded, why so many nights, when to stop, who sees it.

The other sections are in `protocol`, `treatment`, `randomization` and `analysis`. Every number comes from the protocol or from the sourced facts.
"""

from collections.abc import Sequence
from typing import Any

from nof1 import facts
from nof1.language import commas, phrase, say
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.concerns import concerns
from nof1.plan.orders.draw import smallest_p
from nof1.plan.protocol.anchors import ends as meanings
from nof1.plan.protocol.anchors import rated_hours
from nof1.plan.protocol.nightly import beside, beside_words, column_title, recorded_words
from nof1.plan.protocol.period_ends import asks_impression, form_words, scale_words
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.stop_rules import stop_action
from nof1.report.papers.parts import MANY, Room, item, stated
from nof1.report.papers.protocol import amendments_words
from nof1.report.words.declarations import declarations
from nof1.report.words.guidelines import followed
from nof1.report.words.looks import rule_sentence
from nof1.report.words.measure import known_of_rating
from nof1.report.words.period_ends import note_lines
from nof1.report.words.phrases import BETTER, cited, clip, large, sentence, some

_OWN = 500  # letters of a concern, which may name arms


def measures(protocol: Protocol, room: Room) -> dict[str, Any]:
    """The outcome, what is known of it, and how and when it is recorded."""
    outcome = protocol.outcome
    ends = {"low": outcome.low, "high": outcome.high, "better": say(BETTER[outcome.better])}
    scale = (
        say("Scale: {low:g} to {high:g}, whole numbers only; {better}.", **ends)
        if outcome.whole
        else say("Scale: {low:g} to {high:g}; {better}.", **ends)
    )
    said, hours = meanings(protocol), rated_hours(protocol)
    rated = say("Last night only, rated the next morning at {time}.", time=protocol.conduct.entry_time)
    return {
        "heading": say("What is measured and recorded"),
        "parts": [
            item(
                say("Outcome"),
                sentence(clip(outcome.title, room.text)),
                scale,
                sentence(clip(said, room.text)),
                say("It is the person's own rating; no device measures it."),
            ),
            item(
                say("Recall"),
                rated,
                say("Hours rated: {hours}.", hours=clip(hours, room.text)) if hours else "",
            ),
            item(say("Known of it"), known_of_rating(protocol)),
            *_beside(protocol, room),
            *_instruments(protocol, room),
            item(say("Each morning"), _each_morning(protocol, room), cited("sleep-diary")),
            item(
                say("Missed nights"),
                say(
                    "A night without a rating stays missing. It is never filled in from memory, and the model sees a gap in the "
                    "calendar."
                ),
            ),
            item(
                say("Date of a night"),
                say(
                    "A night has the local calendar date of the evening on which it begins. Time zones and daylight saving never "
                    "move it."
                ),
            ),
            item(
                say("Keeping the data"),
                say(
                    "In one folder of plain files on the person's own machine; nothing is sent anywhere. Imported files are kept byte "
                    "for byte with their hash. How long they are kept, and copies, are up to the person."
                ),
            ),
        ],
    }


def _each_morning(protocol: Protocol, room: Room) -> str:
    asked: list[str] = [
        say("The rating"),
        say("the dose taken"),
        say("side effects in the person's own words"),
        say("a note"),
    ]
    if protocol.concealed != "open":
        asked.append(say("the guess at the end of a period with how sure the person is"))
    if asks_impression(protocol):
        asked.append(say("at the end of a period how its nights were, compared with before the trial, in seven steps"))
    told = commas(asked)
    names = (*protocol.analysis.covariates, *(one.name for one in beside(protocol)))
    if covariates := [clip(column_title(protocol, name), room.label) for name in names]:
        told = say("{asked}, and {covariates}", asked=told, covariates=some(covariates, MANY))
    return say(
        "{asked}. Entered with nof1 log, or on paper (booklet.pdf) or a sheet (diary.xlsx) and taken over from there.",
        asked=told,
    )


def _beside(protocol: Protocol, room: Room) -> list[dict[str, Any]]:
    """What is written down beside the model, and why no model takes it."""
    found = beside(protocol)
    if not found:
        return []
    return [
        item(
            say("Recorded beside the model"),
            *(clip(recorded_words(one), room.text) for one in found),
            beside_words(),
        )
    ]


def _instruments(protocol: Protocol, room: Room) -> list[dict[str, Any]]:
    """Scores taken at the end of each period: form, who may use it, which change is published; what several share is said once."""
    items, said = [], set[str]()
    for one in protocol.instruments or ():
        told = [form_words(one), *note_lines(one), say("It enters no model.")]
        items.append(
            item(
                clip(say(one.title), room.label),
                say("Taken once at the end of each period, as a score alone: {scale}.", scale=scale_words(one)),
                *(line for line in told if line not in said),
            )
        )
        said |= set(told)
    return items


def size(protocol: Protocol, precision: Sequence[str], orders: int, room: Room) -> dict[str, Any]:
    """Why this many periods and nights: precision, possible orders, smallest p, what the design cannot show."""
    told = [clip(text, room.text) for text in precision[: room.rows // 6]]
    return {
        "heading": say("Why this many periods and nights"),
        "parts": [
            item(say("Precision"), *(told or [say("It was not computed for this page; nof1 power simulates it.")])),
            item(
                say("Possible orders"),
                say(
                    "{orders}. The least p that a randomization test of an arm against the reference could reach is {p}.",
                    orders=large(orders),
                    p=_small(smallest_p(protocol)),
                ),
            ),
            item(
                say("Limits"),
                *[clip(text, _OWN) for text in concerns(protocol)]
                or [say("No further limit of the design was found.")],
            ),
            *([item(say("Slow effects"), *_slow_effects())] if protocol.of_magnesium else []),
        ],
    }


def _slow_effects() -> list[str]:
    """What is known of how slowly magnesium comes and goes, and what short periods therefore cannot say."""
    late = facts.fact("slow-effects")
    return [
        cited("fast-pool", "fast-half-times", "slow-pool", "washout-limit"),
        say(
            "Short periods therefore say nothing about slow effects: {text} ({source}).",
            text=say(late["text"]),
            source=say(late["source"]),
        ),
    ]


def _small(p: float) -> str:
    return say("{p:.2g}", p=p) if p >= 0.0001 else say("below {p}", p=0.0001)


def harms(protocol: Protocol, looks: Sequence[str] = ()) -> dict[str, Any]:
    """Interim looks, stopping, how harms are recorded; `looks` are sentences on what the rule would do, where it was simulated."""
    return {
        "heading": say("Looks on the way, stopping, harms"),
        "parts": [
            item(say("Interim look"), rule_sentence(protocol), *looks),
            item(
                say("Stopping early"),
                say(
                    "The person may stop at any time without a reason. With a sign of the stop rules: {action}. With an emergency "
                    "sign: {urgent}. nof1 stop puts it on record: the nights until then are kept and analysed as the trial, and the results say "
                    "who stopped it and why.",
                    action=say(stop_action("stop")),
                    urgent=say(stop_action("emergency")),
                ),
            ),
            item(
                say("Harms"),
                say(
                    "Side effects are asked about every morning, in the person's own words, on every arm alike; of each can be said how severe and how "
                    "serious it was, what was done, how it ended and from what (adverse-events.pdf). The results list them by arm, whatever "
                    "the answer is."
                ),
            ),
        ],
    }


def ethics(protocol: Protocol, amendments: Sequence[Amendment], room: Room) -> dict[str, Any]:
    """Purpose, consent, privacy, access, amendments, results, the guideline."""
    conduct = protocol.conduct
    privacy = say(
        "The files lie on the person's machine, without an account and without any transfer. They hold health data."
    )
    return {
        "heading": say("Consent, privacy, changes, results"),
        "parts": [
            item(say("Purpose"), say(PURPOSE[conduct.purpose])),
            item(say("Consent"), stated(conduct.consent, room, _NO_CONSENT[conduct.purpose])),
            item(say("Privacy"), privacy),
            item(say("Who sees them"), stated(conduct.access, room)),
            item(say("Changes"), amendments_words(amendments, room)),
            item(say("Results go to"), stated(conduct.results_to, room)),
            item(say("Declarations"), *declarations(conduct, room.text)),
            item(say("Guideline"), followed("protocol")),
        ],
    }


PURPOSE = {
    "research": phrase("Research: what is learnt is meant for others too, so an ethics committee has to be asked."),
    "self-care": phrase(
        "Self-care: it answers a question of this one person and is not meant to say anything about others."
    ),
}
_NO_CONSENT = {
    "research": phrase("not stated; research needs the person's written consent"),
    "self-care": phrase("not stated; the person plans and carries out the trial themselves"),
}
