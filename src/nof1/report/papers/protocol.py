"""The words of protocol.pdf: who, why, what is compared, when.

What is taken, how the order is drawn, recording and analysis stand beside it (`treatment`, `randomization`, `method`). Holds the protocol's items of SPENT 2019 by content, not by number.
Of a concealed order it knows nothing but the nights of its packs.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from nof1._version import __version__
from nof1.language import phrase, say, say_some, sentences
from nof1.plan.design.kinds import Adopted, Alternating, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.concerns import timing_findings
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.answers import LOW, UNKNOWN, Answer, Question, questions
from nof1.plan.protocol.safety.screen import finding_line, given, screen, unanswered
from nof1.report.papers.parts import MANY, Room, item, lines, stated
from nof1.report.papers.timeline import (
    pause_words,
    period_list,
    takes_words,
    timeline,
)
from nof1.report.papers.treatment import UNKNOWN_HERE
from nof1.report.words.changes import amendment_sentence
from nof1.report.words.facts import reviewed
from nof1.report.words.measure import known_of_question, why_one_person
from nof1.report.words.phrases import (
    BETTER,
    NO_ADVICE,
    SIMULATED,
    clip,
    day,
    nights,
    points,
    sentence,
    some,
    span,
)
from nof1.report.words.unscreened import banner, marked_foot


def head(protocol: Protocol, order: Order, room: Room) -> dict[str, Any]:
    """Title, abstract, and what stands at the foot of every page."""
    return {
        "title": say("N-of-1 trial protocol: {title}", title=clip(ours(protocol.title), min(room.text, 140))),
        "simulated": banner(protocol, SIMULATED),
        "abstract": _abstract(protocol, room),
        "foot": marked_foot(protocol, say("nof1 protocol, hash {hash}", hash=protocol.sha256()[:16])),
        "no_advice": sentences([say(NO_ADVICE), reviewed()]),
    }


def identity(protocol: Protocol, room: Room) -> dict[str, Any]:
    """What identifies the protocol: registration, version, hash."""
    version = say(
        "Schema {schema} of protocol.toml, written by nof1 {version}.",
        schema=str(protocol.schema_version),
        version=__version__,
    )
    return {
        "heading": say("What identifies this protocol"),
        "parts": [
            item(say("Registration"), stated(protocol.conduct.registration, room, _NOT_REGISTERED)),
            item(say("Version"), version),
            item(say("Content hash"), protocol.sha256()),
        ],
    }


_NOT_REGISTERED = phrase("none; this trial is not registered")


def _abstract(protocol: Protocol, room: Room) -> str:
    outcome = protocol.outcome
    compared = say_some(
        protocol.nights,
        "One person compares {arms} with {reference} on {count} night, in {periods} periods whose order is left to chance.",
        "One person compares {arms} with {reference} on {count:,} nights, in {periods} periods whose order is left to chance.",
        arms=some([clip(arm.title, room.label) for arm in protocol.active_arms], MANY),
        reference=clip(protocol.arm(protocol.reference).title, room.label),
        periods=protocol.periods,
    )
    rated = say(
        "Each morning they rate {outcome} of the night before from {low:g} to {high:g}; {better}.",
        outcome=clip(outcome.title, room.label),
        low=outcome.low,
        high=outcome.high,
        better=say(BETTER[outcome.better]),
    )
    matters = say(
        "A difference of {points} or more was said beforehand to matter. A Bayesian model estimates the difference and how "
        "certain it is.",
        points=points(protocol.threshold),
    )
    secret = say(_SECRET[protocol.concealed]) if protocol.concealed in _SECRET else ""
    return sentences([compared, secret, rated, matters])


_SECRET = {
    "helper": phrase("A helper keeps the order secret until the last night."),
    "alone": phrase("Nobody knows the order until the last night."),
}


def why(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Background, comparator, question, threshold."""
    outcome = protocol.outcome
    return {
        "heading": say("Why this trial"),
        "parts": [
            item(say("Why one person"), stated(why_one_person(protocol), room)),
            item(say("Why compare so"), stated(protocol.conduct.why_comparator, room)),
            lines(say("Known so far"), known_of_question(protocol, brief=room.tight), room),
            item(say("Question"), stated(protocol.question, room)),
            item(
                say("Threshold"),
                say(
                    "A difference of at least {points} in {outcome} is worth having. The person set this before the first night.",
                    points=points(protocol.threshold),
                    outcome=clip(outcome.title, room.label),
                ),
            ),
        ],
    }


def calendar(protocol: Protocol, order: Order, room: Room) -> dict[str, Any]:
    """When: first and last evening, the picture of the periods, the evenings of each."""
    evenings = say("{nights}; the first evening is {day}.", nights=span(order.start, order.end), day=day(order.start))
    return {
        "heading": say("The calendar"),
        "parts": [
            item(say("Nights"), evenings, takes_words(protocol, order), pause_words(order)),
            {"timeline": timeline(protocol, order)},
            {"calendar": period_list(protocol, order, most=room.rows)},
        ],
    }


def design(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Kind and number of the periods, run-in, washout."""
    plan = protocol.design
    assert not isinstance(plan, Adopted)  # refused before
    run_in = (
        say(
            "{nights} on {arm} before period 1.",
            nights=nights(plan.run_in_nights),
            arm=clip(protocol.arm(protocol.reference).title, room.label),
        )
        if plan.run_in_nights
        else say("None.")
    )
    washout = (
        say("{nights} without any dose after every period but the last.", nights=nights(plan.washout_nights))
        if plan.washout_nights
        else say("None. What is left over from the period before is in the model (see Carryover).")
    )
    return {
        "heading": say("Design"),
        "parts": [
            item(say("Kind of design"), _kind(protocol)),
            item(say("Periods"), _lengths(protocol, room)),
            item(say("Run-in"), run_in),
            item(say("Washout"), washout),
            item(say("Made to fit"), stated(protocol.conduct.tailored, room, _NOT_TAILORED)),
        ],
    }


_NOT_TAILORED = phrase("nothing beyond the choices on these pages")


def _kind(protocol: Protocol) -> str:
    arms = len(protocol.arms)
    match protocol.design:
        case RandomizedBlocks(blocks=blocks):
            return say(
                "Randomized blocks: {blocks} blocks, each with every arm once, in an order drawn anew for each block.",
                blocks=blocks,
            )
        case Balanced(periods=periods, max_run=run):
            shared = (
                say("equally often") if periods % arms == 0 else say("equally often, or once more where that cannot be")
            )
            return say_some(
                run,
                "Balanced: any order in which every arm comes {shared} and at most {count} time in a row.",
                "Balanced: any order in which every arm comes {shared} and at most {count:,} times in a row.",
                shared=shared,
            )
        case MirroredPairs(pairs=pairs):
            return say_some(
                pairs,
                "Mirrored pairs: {count} pair of blocks with every arm once; the second block of a pair is the first in reverse, "
                "and the order is drawn anew for each pair.",
                "Mirrored pairs: {count:,} pairs of blocks with every arm once; the second block of a pair is the first in reverse, "
                "and the order is drawn anew for each pair.",
            )
        case Alternating(blocks=blocks):
            return say(
                "Alternating: {blocks} blocks with every arm once, all in the same order, which is drawn once.",
                blocks=blocks,
            )
        case Listed(orders=orders):
            return say_some(
                len(orders),
                "One of {count} order listed in protocol.toml, each with the same chance.",
                "One of {count:,} orders listed in protocol.toml, each with the same chance.",
            )
        case _:
            raise AssertionError("an adopted trial has no plan")


def _lengths(protocol: Protocol, room: Room) -> str:
    by_arm = {arm: protocol.period_nights(arm.name) for arm in protocol.arms}
    if len(set(by_arm.values())) == 1:
        return say_some(
            next(iter(by_arm.values())),
            "{periods} periods of {count} night each; {total} in all.",
            "{periods} periods of {count:,} nights each; {total} in all.",
            periods=protocol.periods,
            total=nights(protocol.nights),
        )
    each: list[str] = [
        say("{nights} on {arm}", nights=nights(count), arm=clip(arm.title, room.label)) for arm, count in by_arm.items()
    ]
    return say(
        "{periods} periods: {each}; {total} in all.",
        periods=protocol.periods,
        each=some(each, MANY),
        total=nights(protocol.nights),
    )


def screened(protocol: Protocol, room: Room) -> dict[str, Any]:
    """What the safety screen found, for the first page: never cut; and a clinician's agreement."""
    return {
        "heading": say("What the safety screen found"),
        "parts": [
            lines(say("What follows"), screen_lines(protocol), room),
            item(say("Doctor agreed"), agreement(protocol, room)),
        ],
    }


def person(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Setting, diagnosis, the answers to the safety screen; what they led to stands on the first page."""
    conduct = protocol.conduct
    return {
        "heading": say("The person and the answers to the safety screen"),
        "parts": [
            item(say("Setting"), stated(conduct.setting, room)),
            item(say("Diagnosis"), stated(conduct.diagnosis, room)),
            item(say("Other conditions"), stated(conduct.conditions, room)),
            item(say("Other medicines"), _medicines(protocol, room)),
            *_answers(protocol, room),
        ],
    }


def _medicines(protocol: Protocol, room: Room) -> str:
    """The medicines of the screen with their times, or what was said of them in the person's own words."""
    safety = protocol.safety
    if safety is None or not safety.medicines:
        return stated(protocol.conduct.medicines, room)
    each: list[str] = [
        say("{medicine} at {times}", medicine=clip(one.name, room.label), times=", ".join(one.times))
        if one.times
        else say("{medicine}, no time said", medicine=clip(one.name, room.label))
        for one in safety.medicines
    ]
    return sentence(some(each, MANY))


def medicine_times(protocol: Protocol, room: Room) -> list[list[str]]:
    """The medicines of the screen, each with its clock times."""
    medicines = protocol.safety.medicines if protocol.safety is not None else ()
    return [[clip(one.name, room.label), ", ".join(one.times) or say("no time said")] for one in medicines]


def _answers(protocol: Protocol, room: Room) -> list[dict[str, Any]]:
    """The questions grouped by their answer."""
    left = unanswered(protocol.safety)
    told = given(protocol.safety)
    if not told and not protocol.of_magnesium:
        return [item(say("Safety screen"), say(UNKNOWN_HERE))]
    if not told:
        text = say("Not answered: nobody was asked its {questions} questions.", questions=len(left))
        return [item(say("Safety screen"), text)]
    asked = [one for one in questions() if one.id in told]
    yes = [say(one.text) for one in asked if told[one.id] is True]
    yes += [
        say("{question} {answer}", question=say(one.text), answer=_value(one, told[one.id]))
        for one in asked
        if told[one.id] != UNKNOWN and not isinstance(told[one.id], bool)
    ]
    no = [say(one.text) for one in asked if told[one.id] is False]
    unknown = [say(one.text) for one in asked if told[one.id] == UNKNOWN]
    groups = (
        (say("Screen: yes"), yes),
        (say("Screen: no"), [" ".join(no)] if no else []),
        (say("Not known"), unknown),
        (say("Not answered"), [say(one.text) for one in left]),
    )
    return [lines(label, texts, room) for label, texts in groups if texts]


def _value(question: Question, answer: Answer) -> str:
    if answer == LOW:
        return say("Low, without the number.")
    if question.kind == "day":
        return say("{day}.", day=day(date.fromisoformat(str(answer))))
    return say("{amount:g}.", amount=float(answer))


def screen_lines(protocol: Protocol) -> list[str]:
    """What the safety screen found, a line each; that nothing was asked or found where it is so."""
    found = (*screen(protocol.safety), *timing_findings(protocol))
    if found:
        return [finding_line(finding) for finding in found]
    if not given(protocol.safety):
        nothing = phrase("Nothing was found, because nothing was asked.")
        return [say(nothing if protocol.of_magnesium else UNKNOWN_HERE)]
    return [say("The answers led to nothing.")]


def agreement(protocol: Protocol, room: Room) -> str:
    """The clinician's agreement on record, or that there is none."""
    agreed = protocol.safety.agreement if protocol.safety is not None else None
    if agreed is None:
        return say("No doctor's agreement is recorded.")
    who = {"clinician": clip(agreed.clinician, room.label), "day": day(agreed.date)}
    if not agreed.words:
        return sentence(say("{clinician} agreed on {day}", **who))
    return sentence(say("{clinician} agreed on {day}: {words}", words=clip(agreed.words, room.text), **who))


def amendments_words(amendments: Sequence[Amendment], room: Room) -> str:
    """The log of changes after the draw, the latest ones if there are many."""
    if not amendments:
        return say("None so far. Every change after the draw is entered with its date and reason and never removed.")
    most = max(2, room.rows // 6)
    shown = [clip(amendment_sentence(amendment), room.text) for amendment in amendments[-most:]]
    left = len(amendments) - len(shown)
    earlier = (
        say_some(left, "{count} earlier change in amendments.csv.", "{count:,} earlier changes in amendments.csv.")
        if left
        else ""
    )
    return sentences([earlier, *shown])
