"""The words of protocol.pdf: who, why, what is compared, when, how it is drawn and kept secret.

Recording, analysis and the rest are in `paper_method`. Holds the protocol's items of SPENT 2019 by content, not by number.
Of a concealed order it knows nothing but the nights of its packs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nof1 import facts
from nof1._version import __version__
from nof1.language import listed, phrase, say, say_some, sentences
from nof1.plan.design.kinds import Adopted, Alternating, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.dose import find_form, salt_mg
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety import (
    Finding,
    dose_findings,
    finding_line,
    questions,
    screen,
    stop_rule_sentence,
    unanswered,
)
from nof1.record.diary.questions import NO_ANSWER
from nof1.report.papers.timeline import (
    letters,
    order_in_letters,
    pause_words,
    period_list,
    takes_words,
    timeline,
)
from nof1.report.words.changes import amendment_sentence
from nof1.report.words.phrases import (
    BETTER,
    NO_ADVICE,
    SIMULATED,
    cited,
    clip,
    day,
    large,
    nights,
    points,
    sentence,
    some,
    span,
)

NOT_STATED = phrase("not stated")
_FEW = 4  # findings on doses that are told one by one
_MANY = 5  # names in a sentence


@dataclass(frozen=True)
class Room:
    """How much is told: letters of a person's text and of a label, rows of a list; whether lines are run together."""

    text: int
    label: int
    rows: int
    tight: bool = False


def item(label: str, *texts: str) -> dict[str, Any]:
    """A labelled paragraph; empty texts are left out."""
    return {"label": label, "lines": [" ".join(text for text in texts if text)]}


def lines(label: str, texts: Sequence[str], room: Room) -> dict[str, Any]:
    """A label with one line for each text, run together where there is little room."""
    return item(label, *texts) if room.tight else {"label": label, "lines": list(texts)}


def stated(text: str, room: Room, otherwise: str = NOT_STATED) -> str:
    """A person's own text as a sentence, or the template of what is said where there is none."""
    return sentence(clip(ours(text) if text else say(otherwise), room.text))


def head(protocol: Protocol, order: Order, room: Room) -> dict[str, Any]:
    """Title, abstract and what identifies the protocol."""
    return {
        "title": say("N-of-1 trial protocol: {title}", title=clip(ours(protocol.title), min(room.text, 140))),
        "simulated": say(SIMULATED) if protocol.simulated else "",
        "abstract": _abstract(protocol, room),
        "facts": [
            [say("Registration"), stated(protocol.conduct.registration, room, _NOT_REGISTERED)],
            [
                say("Nights"),
                say("{nights}; the first evening is {day}.", nights=span(order.start, order.end), day=day(order.start)),
            ],
            [
                say("Version"),
                say(
                    "Schema {schema} of protocol.toml, written by nof1 {version}.",
                    schema=str(protocol.schema_version),
                    version=__version__,
                ),
            ],
            [say("Content hash"), protocol.sha256()],
        ],
        "foot": say("nof1 protocol, hash {hash}", hash=protocol.sha256()[:16]),
        "no_advice": say(NO_ADVICE),
    }


_NOT_REGISTERED = phrase("none; this trial is not registered")


def _abstract(protocol: Protocol, room: Room) -> str:
    outcome = protocol.outcome
    compared = say_some(
        protocol.nights,
        "One person compares {arms} with {reference} on {count} night, in {periods} periods whose order is left to chance.",
        "One person compares {arms} with {reference} on {count:,} nights, in {periods} periods whose order is left to chance.",
        arms=some([clip(arm.title, room.label) for arm in protocol.active_arms], _MANY),
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
        points=points(outcome.threshold),
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
    guideline = facts.fact("aasm-2025")
    review = facts.fact("marshall-2019")
    return {
        "heading": say("Why this trial"),
        "parts": [
            item(say("Why one person"), stated(protocol.conduct.why, room)),
            item(say("Why compare so"), stated(protocol.conduct.why_comparator, room)),
            item(
                say("Known so far"),
                say(
                    "{guideline}. {source}: {review}.",
                    guideline=say(guideline["text"]),
                    source=say(review["source"]),
                    review=say(review["text"]),
                ),
            ),
            item(say("Question"), stated(protocol.question, room)),
            item(
                say("Threshold"),
                say(
                    "A difference of at least {points} in {outcome} is worth having. The person set this before the first night.",
                    points=points(outcome.threshold),
                    outcome=clip(outcome.title, room.label),
                ),
            ),
        ],
    }


def design(protocol: Protocol, order: Order, room: Room) -> dict[str, Any]:
    """Kind and number of the periods, run-in, washout, picture, calendar."""
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
    parts: list[dict[str, Any]] = [
        item(say("Kind of design"), _kind(protocol)),
        item(say("Periods"), _lengths(protocol, room), takes_words(protocol, order), pause_words(order)),
        item(say("Run-in"), run_in),
        item(say("Washout"), washout),
        item(say("Made to fit"), stated(protocol.conduct.tailored, room, _NOT_TAILORED)),
        {"timeline": timeline(protocol, order)},
        {"calendar": period_list(protocol, order, most=room.rows)},
    ]
    if not order.sealed and len(order.periods) > room.rows:
        sequence = clip(order_in_letters(protocol, order), 3 * room.text)
        parts.append(item(say("The drawn order"), say("One letter a period: {letters}", letters=sequence)))
    return {"heading": say("Design"), "parts": parts}


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
        each=some(each, _MANY),
        total=nights(protocol.nights),
    )


def person(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Setting, diagnosis, the safety screen with its answers, what it led to, a clinician's agreement."""
    conduct = protocol.conduct
    return {
        "heading": say("The person and the safety screen"),
        "parts": [
            item(say("Setting"), stated(conduct.setting, room)),
            item(say("Diagnosis"), stated(conduct.diagnosis, room)),
            item(say("Other conditions"), stated(conduct.conditions, room)),
            item(say("Other medicines"), stated(conduct.medicines, room)),
            *_answers(protocol, room),
            lines(say("What follows"), _screen_lines(protocol), room),
            item(say("Doctor agreed"), _agreement(protocol, room)),
        ],
    }


def _answers(protocol: Protocol, room: Room) -> list[dict[str, Any]]:
    """The questions grouped by their answer."""
    left = unanswered(protocol.safety)
    if protocol.safety is None or len(left) == len(questions()):
        told = say("Not answered: nobody was asked its {questions} questions.", questions=len(left))
        return [item(say("Safety screen"), told)]
    given = protocol.safety.answers
    yes = [say(question.text) for question in questions() if given.get(question.id) is True]
    yes += [
        say("{question} {amount:g}.", question=say(one.text), amount=float(given[one.id]))
        for one in questions()
        if one.unit and given.get(one.id)
    ]
    no = [say(question.text) for question in questions() if question.id in given and not given[question.id]]
    groups = (
        (say("Screen: yes"), yes),
        (say("Screen: no"), [" ".join(no)] if no else []),
        (say("Not answered"), [say(question.text) for question in left]),
    )
    return [lines(label, texts, room) for label, texts in groups if texts]


def _screen_lines(protocol: Protocol) -> list[str]:
    found = screen(protocol.safety)
    if found:
        return [finding_line(finding) for finding in found]
    if protocol.safety is None:
        return [say("Nothing was found, because nothing was asked.")]
    return [say("The answers led to nothing.")]


def _agreement(protocol: Protocol, room: Room) -> str:
    agreement = protocol.safety.agreement if protocol.safety is not None else None
    if agreement is None:
        return say("No doctor's agreement is recorded.")
    who = {"clinician": clip(agreement.clinician, room.label), "day": day(agreement.date)}
    if not agreement.words:
        return sentence(say("{clinician} agreed on {day}", **who))
    return sentence(say("{clinician} agreed on {day}: {words}", words=clip(agreement.words, room.text), **who))


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


def drawing(protocol: Protocol, room: Room, orders: int) -> dict[str, Any]:
    """How the order is drawn, who keeps it, who packs, who is blind, what happens in an emergency."""
    return {
        "heading": say("How the order is drawn and who knows it"),
        "parts": [
            item(say("The draw"), _draw(protocol, orders)),
            item(say("Who keeps it"), _keeper(protocol, room)),
            item(say("Who packs"), say(_PACKER[protocol.concealed])),
            item(say("Who is blind"), _blind(protocol, room)),
            item(say("In an emergency"), say(_EMERGENCY[protocol.concealed])),
        ],
    }


def _draw(protocol: Protocol, orders: int) -> str:
    if protocol.concealed == "alone":
        return say(
            "The person prepares packs that look alike and shuffles them by a written recipe; that makes one of the {orders} orders "
            "that the design allows, each with the same chance.",
            orders=large(orders),
        )
    plan = protocol.design
    assert not isinstance(plan, Adopted)
    if protocol.concealed == "helper":
        return say(
            "The program takes one of the {orders} orders that the design allows, each with the same chance: its number comes from "
            "the generator PCG64, started with a seed that only the helper's file holds.",
            orders=large(orders),
        )
    return say(
        "The program takes one of the {orders} orders that the design allows, each with the same chance: its number comes from the "
        "generator PCG64, started with a seed, {seed}, that stands in protocol.toml, so that anyone can repeat the draw.",
        orders=large(orders),
        seed=str(plan.seed),
    )


def _keeper(protocol: Protocol, room: Room) -> str:
    if protocol.concealed == "open":
        return say("Everybody may know the order; it was drawn after everything else on these pages was fixed.")
    if protocol.concealed == "alone":
        return say(
            "Nobody. A slip in each closed pack says what is in it; the packs stay closed to the eye until the last night."
        )
    helper = clip(protocol.conduct.helper, room.text) or say("a helper (name not stated)")
    holds = say(
        "The helper's file holds the order; the person's folder holds a commitment (a hash over the order and a secret), so that a "
        "changed order would be noticed when it is opened."
    )
    return sentences([sentence(helper), holds])


_PACKER = {
    "open": phrase("The person takes what the plan says for the evening; nothing is packed in secret."),
    "alone": phrase("The person, before the packs are shuffled. After that each pack has only a number."),
    "helper": phrase(
        "The helper, by a packing sheet that the person does not see. Each pack has only the number of its period."
    ),
}


def _blind(protocol: Protocol, room: Room) -> str:
    if protocol.concealed == "open":
        return say("Nobody: the person knows each evening what they take, and that can sway how they rate.")
    bare = [clip(arm.title, room.label) for arm in protocol.arms if not has_dose(protocol, arm)]
    if bare:
        return say(
            "Nobody on the night itself, since {arms} has no dummy: the order is a secret until a pack is opened. At the end of each "
            "period the person still puts down which arm they believe it was.",
            arms=some(bare, _MANY),
        )
    return say(
        "The person, until the order is opened after the last night. At the end of each period they put down which arm they "
        "believe it was and how sure they are, since loose stools or taste can give an arm away."
    )


_EMERGENCY = {
    "open": phrase("The person can say at once what they took."),
    "alone": phrase(
        "The slip in the pack of that period is read. The rest stays closed; that it was opened goes on record with its reason and is "
        "told with the results."
    ),
    "helper": phrase(
        "The helper says what is in the pack, or opens that period with nof1 unseal --period. The rest stays closed; that it was opened "
        "goes on record with its reason and is told with the results."
    ),
}


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
