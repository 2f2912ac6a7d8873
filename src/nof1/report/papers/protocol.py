"""The words of protocol.pdf: who, why, what is compared, when, how it is drawn and kept secret.

Recording, analysis and the rest are in `paper_method`. Holds the protocol's items of SPENT 2019 by content, not by number.
Of a concealed order it knows nothing but the nights of its packs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nof1 import facts
from nof1._version import __version__
from nof1.plan.design.kinds import Adopted, Alternating, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.design.order import Order
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.dose import find_form, salt_mg
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
from nof1.report.papers.timeline import (
    letters,
    order_in_letters,
    pause_words,
    period_list,
    takes_words,
    timeline,
)
from nof1.report.words.changes import amendment_sentence
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip, counted, day, large, listed, sentence, some, span

NOT_STATED = "not stated"
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
    """A person's own text as a sentence, or what is said where there is none."""
    return sentence(clip(text or otherwise, room.text))


def head(protocol: Protocol, order: Order, room: Room) -> dict[str, Any]:
    """Title, abstract and what identifies the protocol."""
    return {
        "title": f"N-of-1 trial protocol: {clip(protocol.title, min(room.text, 140))}",
        "simulated": SIMULATED if protocol.simulated else "",
        "abstract": _abstract(protocol, room),
        "facts": [
            ["Registration", stated(protocol.conduct.registration, room, "none; this trial is not registered")],
            ["Nights", f"{span(order.start, order.end)}; the first evening is {day(order.start)}."],
            ["Version", f"Schema {protocol.schema_version} of protocol.toml, written by nof1 {__version__}."],
            ["Content hash", protocol.sha256()],
        ],
        "foot": f"nof1 protocol, hash {protocol.sha256()[:16]}",
        "no_advice": NO_ADVICE,
    }


def _abstract(protocol: Protocol, room: Room) -> str:
    outcome = protocol.outcome
    reference = clip(protocol.arm(protocol.reference).title, room.label)
    arms = f"{some([clip(arm.title, room.label) for arm in protocol.active_arms], _MANY)} with {reference}"
    secret = ""
    if protocol.concealed == "helper":
        secret = " A helper keeps the order secret until the last night."
    elif protocol.concealed == "alone":
        secret = " Nobody knows the order until the last night."
    return (
        f"One person compares {arms} on {counted(protocol.nights, 'night')}, in {protocol.periods} periods whose order is left to "
        f"chance.{secret} Each morning they rate {clip(outcome.title, room.label)} of the night before from {outcome.low:g} to "
        f"{outcome.high:g}; {outcome.better} is better. A difference of {points(outcome.threshold)} or more was said beforehand to "
        "matter. A Bayesian model estimates the difference and how certain it is."
    )


def points(value: float) -> str:
    """A number of outcome points."""
    return f"{value:g} {'point' if value == 1 else 'points'}"


def why(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Background, comparator, question, threshold."""
    outcome = protocol.outcome
    guideline = facts.fact("aasm-2025")
    review = facts.fact("marshall-2019")
    return {
        "heading": "Why this trial",
        "parts": [
            item("Why one person", stated(protocol.conduct.why, room)),
            item("Why compare so", stated(protocol.conduct.why_comparator, room)),
            item("Known so far", f"{guideline['text']}. {review['source']}: {review['text']}."),
            item("Question", stated(protocol.question, room)),
            item(
                "Threshold",
                f"A difference of at least {points(outcome.threshold)} in {clip(outcome.title, room.label)} is worth having. "
                "The person set this before the first night.",
            ),
        ],
    }


def design(protocol: Protocol, order: Order, room: Room) -> dict[str, Any]:
    """Kind and number of the periods, run-in, washout, picture, calendar."""
    plan = protocol.design
    assert not isinstance(plan, Adopted)  # refused before
    reference = clip(protocol.arm(protocol.reference).title, room.label)
    run_in = (
        f"{counted(plan.run_in_nights, 'night')} on {reference} before period 1." if plan.run_in_nights else "None."
    )
    washout = (
        f"{counted(plan.washout_nights, 'night')} without any dose after every period but the last."
        if plan.washout_nights
        else "None. What is left over from the period before is in the model (see Carryover)."
    )
    parts: list[dict[str, Any]] = [
        item("Kind of design", _kind(protocol)),
        item("Periods", _lengths(protocol, room), takes_words(protocol, order), pause_words(order)),
        item("Run-in", run_in),
        item("Washout", washout),
        item("Made to fit", stated(protocol.conduct.tailored, room, "nothing beyond the choices on these pages")),
        {"timeline": timeline(protocol, order)},
        {"calendar": period_list(protocol, order, most=room.rows)},
    ]
    if not order.sealed and len(order.periods) > room.rows:
        sequence = clip(order_in_letters(protocol, order), 3 * room.text)
        parts.append(item("The drawn order", f"One letter a period: {sequence}"))
    return {"heading": "Design", "parts": parts}


def _kind(protocol: Protocol) -> str:
    arms = len(protocol.arms)
    match protocol.design:
        case RandomizedBlocks(blocks=blocks):
            return (
                f"Randomized blocks: {blocks} blocks, each with every arm once, in an order drawn anew for each block."
            )
        case Balanced(periods=periods, max_run=run):
            shared = "equally often" if periods % arms == 0 else "equally often, or once more where that cannot be"
            return f"Balanced: any order in which every arm comes {shared} and at most {counted(run, 'time')} in a row."
        case MirroredPairs(pairs=pairs):
            return (
                f"Mirrored pairs: {counted(pairs, 'pair')} of blocks with every arm once; the second block of a pair is the first in "
                "reverse, and the order is drawn anew for each pair."
            )
        case Alternating(blocks=blocks):
            return f"Alternating: {blocks} blocks with every arm once, all in the same order, which is drawn once."
        case Listed(orders=orders):
            return f"One of {counted(len(orders), 'order')} listed in protocol.toml, each with the same chance."
        case _:
            raise AssertionError("an adopted trial has no plan")


def _lengths(protocol: Protocol, room: Room) -> str:
    by_arm = {arm: protocol.period_nights(arm.name) for arm in protocol.arms}
    total = f"{counted(protocol.nights, 'night')} in all."
    if len(set(by_arm.values())) == 1:
        return f"{protocol.periods} periods of {counted(next(iter(by_arm.values())), 'night')} each; {total}"
    each = some(
        [f"{counted(nights, 'night')} on {clip(arm.title, room.label)}" for arm, nights in by_arm.items()], _MANY
    )
    return f"{protocol.periods} periods: {each}; {total}"


def person(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Setting, diagnosis, the safety screen with its answers, what it led to, a clinician's agreement."""
    conduct = protocol.conduct
    return {
        "heading": "The person and the safety screen",
        "parts": [
            item("Setting", stated(conduct.setting, room)),
            item("Diagnosis", stated(conduct.diagnosis, room)),
            item("Other conditions", stated(conduct.conditions, room)),
            item("Other medicines", stated(conduct.medicines, room)),
            *_answers(protocol, room),
            lines("What follows", _screen_lines(protocol), room),
            item("Doctor agreed", _agreement(protocol, room)),
        ],
    }


def _answers(protocol: Protocol, room: Room) -> list[dict[str, Any]]:
    """The questions grouped by their answer."""
    left = unanswered(protocol.safety)
    if protocol.safety is None or len(left) == len(questions()):
        return [item("Safety screen", f"Not answered: nobody was asked its {len(left)} questions.")]
    given = protocol.safety.answers
    yes = [question.text for question in questions() if given.get(question.id) is True]
    yes += [f"{one.text} {given[one.id]:g}." for one in questions() if one.unit and given.get(one.id)]
    no = [question.text for question in questions() if question.id in given and not given[question.id]]
    groups = {"Screen: yes": yes, "Screen: no": [" ".join(no)] if no else [], "Not answered": [q.text for q in left]}
    return [lines(label, texts, room) for label, texts in groups.items() if texts]


def _screen_lines(protocol: Protocol) -> list[str]:
    found = screen(protocol.safety)
    if found:
        return [finding_line(finding) for finding in found]
    return (
        ["Nothing was found, because nothing was asked."]
        if protocol.safety is None
        else ["The answers led to nothing."]
    )


def _agreement(protocol: Protocol, room: Room) -> str:
    agreement = protocol.safety.agreement if protocol.safety is not None else None
    if agreement is None:
        return "No doctor's agreement is recorded."
    words = f": {clip(agreement.words, room.text)}" if agreement.words else ""
    return sentence(f"{clip(agreement.clinician, room.label)} agreed on {day(agreement.date)}{words}")


def taken(protocol: Protocol, room: Room) -> dict[str, Any]:
    """The arms, doses above an upper level, stop rules, adherence, co-treatment."""
    known = letters(protocol)
    nothing = {arm.name: NOT_STATED if has_dose(protocol, arm) and not arm.placebo else "none" for arm in protocol.arms}
    rows = [
        [
            known[arm.name],
            f"{clip(arm.title, room.label)}{' (reference)' if arm.name == protocol.reference else ''}",
            clip(arm.form, room.label) or nothing[arm.name],
            "not stated" if arm.dose_mg is None else f"{arm.dose_mg:g} mg",
            _salt(arm),
            clip(arm.product, room.label) or nothing[arm.name],
            "yes" if arm.placebo else "no",
        ]
        for arm in protocol.arms
    ]
    return {
        "heading": "What is taken",
        "parts": [
            {
                "table": {
                    "header": ["", "arm", "salt", "elemental", "salt weight", "product", "placebo"],
                    "widths": ["auto", "2fr", "1.2fr", "auto", "auto", "2.4fr", "auto"],
                    "rows": rows,
                }
            },
            item(
                "Time of day",
                f"In the evening at {protocol.conduct.dose_time}, once a day. Doses are elemental magnesium.",
            ),
            lines("Upper levels", _dose_lines(protocol, room), room),
            item("When to stop", stop_rule_sentence()),
            item(
                "Lowering a dose",
                "No change of dose is planned. Who takes less or nothing on an evening writes down what was taken; a lasting "
                "change is entered as an amendment with its reason. Ask a doctor or pharmacist about any change.",
            ),
            item("Doses taken", _adherence(protocol)),
            item("Other treatment", stated(protocol.conduct.co_treatment, room)),
        ],
    }


def _salt(arm: Arm) -> str:
    """Weight of the salt, as given or worked out from the form."""
    if arm.salt_mg is not None:
        return f"{arm.salt_mg:g} mg"
    if not arm.dose_mg:
        return "none" if arm.dose_mg == 0 else "not stated"
    form = find_form(arm.form)
    return f"about {salt_mg(form, arm.dose_mg):.0f} mg" if form else "not known"


def _dose_lines(protocol: Protocol, room: Room) -> list[str]:
    """Doses above an upper level, with the source; one by one, or by level where there are many."""
    known = letters(protocol)  # since two arms may have the same title
    doses = {
        f"{clip(arm.title, room.label)} ({known[arm.name]})": arm.dose_mg
        for arm in protocol.arms
        if arm.dose_mg is not None
    }
    answers = protocol.safety.answers if protocol.safety is not None else {}
    found = dose_findings(doses, float(answers.get("other_magnesium_mg", 0.0)))
    if not found:
        levels = listed([f"{row['mg_per_day']:g} mg ({row['source']})" for row in facts.load("dose")])
        intakes = facts.fact("upper-level-eu-intakes")
        return [
            f"No stated dose is above the upper levels for magnesium from supplements, {levels}.",
            sentence(f"{intakes['text']} ({intakes['source']})"),
        ]
    if len(found) <= _FEW:
        return [finding_line(finding) for finding in found]
    return [_together(row, found) for row in facts.load("dose") if any(one.id == row["id"] for one in found)]


def _together(row: dict[str, Any], found: Sequence[Finding]) -> str:
    above = sum(finding.id == row["id"] for finding in found)
    return (
        f"Ask first: {counted(above, 'arm')} {'is' if above == 1 else 'are'} above {row['mg_per_day']:g} mg a day, the {row['text']} "
        f"({row['source']}). Ask a doctor first."
    )


def _adherence(protocol: Protocol) -> str:
    if protocol.concealed == "open":
        how = "Each morning the person writes down how many mg of elemental magnesium they took the evening before."
    else:
        how = "Each morning the person writes down how much of the evening's pack they took: all (1), part (such as 0.5) or none (0)."
    return f"{how} Evenings off plan are kept as they were, and counted for each arm in the results."


def drawing(protocol: Protocol, room: Room, orders: int) -> dict[str, Any]:
    """How the order is drawn, who keeps it, who packs, who is blind, what happens in an emergency."""
    return {
        "heading": "How the order is drawn and who knows it",
        "parts": [
            item("The draw", _draw(protocol, orders)),
            item("Who keeps it", _keeper(protocol, room)),
            item("Who packs", _packer(protocol, room)),
            item("Who is blind", _blind(protocol, room)),
            item("In an emergency", _emergency(protocol)),
        ],
    }


def _draw(protocol: Protocol, orders: int) -> str:
    among = f"one of the {large(orders)} orders that the design allows, each with the same chance"
    if protocol.concealed == "alone":
        return f"The person prepares packs that look alike and shuffles them by a written recipe; that makes {among}."
    plan = protocol.design
    assert not isinstance(plan, Adopted)
    how = f"The program takes {among}: its number comes from the generator PCG64, started with a seed"
    if protocol.concealed == "helper":
        return f"{how} that only the helper's file holds."
    return f"{how}, {plan.seed}, that stands in protocol.toml, so that anyone can repeat the draw."


def _keeper(protocol: Protocol, room: Room) -> str:
    if protocol.concealed == "open":
        return "Everybody may know the order; it was drawn after everything else on these pages was fixed."
    if protocol.concealed == "alone":
        return "Nobody. A slip in each closed pack says what is in it; the packs stay closed to the eye until the last night."
    helper = clip(protocol.conduct.helper, room.text) or "a helper (name not stated)"
    return (
        f"{sentence(helper)} The helper's file holds the order; the person's folder holds a commitment (a hash over the order and a "
        "secret), so that a changed order would be noticed when it is opened."
    )


def _packer(protocol: Protocol, room: Room) -> str:
    if protocol.concealed == "open":
        return "The person takes what the plan says for the evening; nothing is packed in secret."
    if protocol.concealed == "alone":
        return "The person, before the packs are shuffled. After that each pack has only a number."
    return "The helper, by a packing sheet that the person does not see. Each pack has only the number of its period."


def _blind(protocol: Protocol, room: Room) -> str:
    if protocol.concealed == "open":
        return "Nobody: the person knows each evening what they take, and that can sway how they rate."
    bare = [clip(arm.title, room.label) for arm in protocol.arms if not has_dose(protocol, arm)]
    if bare:
        return (
            f"Nobody on the night itself, since {some(bare, _MANY)} has no dummy: the order is a secret until a pack is opened. "
            "At the end of each period the person still puts down which arm they believe it was."
        )
    return (
        "The person, until the order is opened after the last night. At the end of each period they put down which arm they "
        "believe it was and how sure they are, since loose stools or taste can give an arm away."
    )


def _emergency(protocol: Protocol) -> str:
    if protocol.concealed == "open":
        return "The person can say at once what they took."
    how = (
        "The slip in the pack of that period is read"
        if protocol.concealed == "alone"
        else "The helper says what is in the pack, or opens that period with nof1 unseal --period"
    )
    return (
        f"{how}. The rest stays closed; that it was opened goes on record with its reason and is told with the results."
    )


def amendments_words(amendments: Sequence[Amendment], room: Room) -> str:
    """The log of changes after the draw, the latest ones if there are many."""
    if not amendments:
        return "None so far. Every change after the draw is entered with its date and reason and never removed."
    most = max(2, room.rows // 6)
    shown = [clip(amendment_sentence(amendment), room.text) for amendment in amendments[-most:]]
    left = len(amendments) - len(shown)
    earlier = f"{counted(left, 'earlier change')} in amendments.csv. " if left else ""
    return f"{earlier}{' '.join(shown)}"
