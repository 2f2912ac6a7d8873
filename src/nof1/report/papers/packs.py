"""The words of the packing sheet for a helper, and of the shuffling recipe for somebody without one.

The packing sheet is the one paper that knows a concealed order; it goes to the helper and never into the trial folder.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from nof1.errors import InputError
from nof1.language import listed, phrase, say, say_some
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.design.sequences import Permuted
from nof1.plan.orders.draw import allowed_sequences, order_of_arms, schedule
from nof1.plan.orders.evening_dose import contents, has_dose, planned_arm
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.unnoticed import anchor, kept_elsewhere, unnoticed
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip, day, either, numbers, span
from nof1.report.words.unscreened import banner, marked_foot

_LABEL = 60
_TEXT = 200
_BOX = "☐"


def packing_words(
    protocol: Protocol,
    arms: Sequence[str],
    *,
    commitment: str = "",
    mark: str = "",
    planned: date | None = None,
    anew: Order | None = None,
) -> dict[str, Any]:
    """The packing sheet: what goes into every pack, or into those that are made anew with another dose.

    With a commitment, the proof that order and record are as they were.

    Raises
    ------
    InputError
        If the order is not with a helper, or `arms` is not one that the design allows.
    """
    if protocol.concealed != "helper":
        raise InputError('A packing sheet is for a helper; this protocol has no concealed = "helper".')
    order = order_of_arms(protocol, arms) if anew is None else anew
    foot = say("nof1 packing sheet, protocol {hash}", hash=_hash(protocol))
    if anew is not None:
        changed = {str(one.arm): planned_arm(protocol, one) for one in anew.periods if one.on_trial}
        protocol = protocol.model_copy(update={"arms": tuple(changed.get(arm.name, arm) for arm in protocol.arms)})
    packs = [period for period in order.periods if period.on_trial and period.number != RUN_IN]
    rows = [
        [
            str(pack.number),
            span(pack.start, pack.end),
            _content(protocol, protocol.arm(str(pack.arm))),
            *_doses(protocol, str(pack.arm), pack.nights),
            _BOX,
            "",
            "",
        ]
        for pack in packs
    ]
    return _common(protocol, foot) | {
        "title": say("Packing sheet of an N-of-1 trial: for the helper only"),
        "warning": say(
            "The person on trial must not see this sheet: it says what is in every pack. Keep it where they do not look."
        ),
        "sections": [
            {
                "heading": say("What this is"),
                "paragraphs": [
                    clip(ours(protocol.title), _TEXT),
                    say_some(
                        len(packs),
                        "One person compares {arms} without knowing which is which. You prepare {count} pack, one for each period, "
                        "with only a number on it. Please tell nobody what is in them until the last night is over.",
                        "One person compares {arms} without knowing which is which. You prepare {count:,} packs, one for each period, "
                        "with only a number on it. Please tell nobody what is in them until the last night is over.",
                        arms=listed([clip(arm.title, _LABEL) for arm in protocol.arms]),
                    ),
                    *([] if anew is None else [_made_anew([pack.number for pack in packs])]),
                ],
            },
            _people(protocol),
            {"heading": say("What you need"), "table": _needs(protocol, Counter(str(pack.arm) for pack in packs))},
            *_products(protocol),
            {
                "heading": say("What goes in"),
                "table": {
                    "header": [
                        say("pack"),
                        say("evenings"),
                        say("what goes in, one for each evening"),
                        say("doses"),
                        say("packed"),
                        say("initials"),
                        say("second person"),
                    ],
                    "widths": ["auto", "1fr", "1.8fr", "auto", "auto", "16mm", "16mm"],
                    "rows": rows,
                },
                "paragraphs": _run_in(protocol) if anew is None else [],
            },
            {
                "heading": say("How to pack and label"),
                "steps": [
                    say("Use containers that look, weigh and sound alike and that nobody can see through."),
                    say("Fill one pack, write its number on it, tick and initial it, and only then begin the next."),
                    say(
                        "Write nothing but the number and the evenings on the outside: no name, no mark, no other colour."
                    ),
                    _alike(protocol),
                    say(
                        "A second person, who tells nobody either, compares each pack with this sheet and signs. Without one leave the column "
                        "empty."
                    ),
                    say("If a pause moves the dates, the number on the pack counts."),
                    say("Put what is left over, and every product label, where the person does not see it."),
                ],
            },
            unnoticed(protocol),
            {
                "heading": say("In an emergency"),
                "paragraphs": [
                    say(
                        "Safety comes before the secret: tell the doctor or the person at once what is in the pack of that period. "
                        "Then put it on record: nof1 unseal DIR HELPER_DIR --period N --reason TEXT. It opens that period only, and "
                        "nobody hears of the others."
                    ),
                ],
            },
            _returns([str(pack.number) for pack in packs], marked=bool(commitment)),
            *([anchor(commitment, mark, planned)] if commitment else []),
            {
                "heading": say("Until the end"),
                "paragraphs": [
                    say(
                        "Keep this sheet and the file sealed-order.json as they are; a changed file is noticed and refused. After the "
                        "last night is recorded, give both to the person, who opens the order with nof1 unseal DIR HELPER_DIR."
                    ),
                ],
            },
        ],
    }


def _made_anew(packs: Sequence[int]) -> str:
    """Which packs are made again, and what becomes of those that were made before."""
    return say_some(
        len(packs),
        "The planned dose has changed: pack {numbers} is made anew. Take back the one with that number, unopened, before you hand out the new one, "
        "and keep it apart.",
        "The planned dose has changed: packs {numbers} are made anew. Take back those with these numbers, unopened, before you hand out the new "
        "ones, and keep them apart.",
        numbers=numbers(packs),
    )


def _people(protocol: Protocol) -> dict[str, Any]:
    """Who packs and who checks, with their telephones: the person on trial has the helper's in the booklet."""
    helper = clip(protocol.conduct.helper, _LABEL)
    return {
        "heading": say("Who packs, who checks"),
        "table": {
            "header": [say("who"), say("name"), say("telephone")],
            "widths": ["1fr", "1.6fr", "1.2fr"],
            "rows": [[say("helper"), helper, ""], [say("second person"), "", ""]],
        },
    }


def _products(protocol: Protocol) -> list[dict[str, Any]]:
    """What was bought of each content, to be found again when a product is recalled or a dose is lost; none where no arm has a dose."""
    stocked = [arm for arm in protocol.arms if has_dose(protocol, arm)]
    rows = [[_content(protocol, arm), clip(ours(arm.product), _LABEL), "", "", ""] for arm in stocked]
    if not rows:
        return []
    section = {
        "heading": say("Products and spare doses"),
        "table": {
            "header": [say("content"), say("product"), say("lot"), say("expiry"), say("spare doses")],
            "widths": ["1.4fr", "1.6fr", "20mm", "20mm", "20mm"],
            "rows": rows,
        },
        "paragraphs": [
            say(
                "Copy lot and expiry from the label before anything is filled; it must last beyond the last evening, {day}. Keep spare doses "
                "with you, for a pack that is lost or spoilt, and write down which pack got one among the remarks below.",
                day=day(schedule(protocol).end),
            )
        ],
    }
    return [section]


def _returns(packs: Sequence[str], *, marked: bool) -> dict[str, Any]:
    """What is left of each pack; with a place for the journal's mark of that day where it can be held against something."""
    mark = [say("mark of the journal")] if marked else []
    return {
        "heading": say("What comes back"),
        "before": [
            say(
                "Ask for each pack after its last evening, with what is left in it. Count it, and say nothing of what it was."
            )
        ],
        "table": {
            "header": [say("pack"), say("doses left"), say("date"), *mark, say("initials"), say("remark")],
            "widths": ["auto", "24mm", "24mm", *(["44mm"] if mark else []), "20mm", "1fr"],
            "rows": [[pack, "", "", *([""] if mark else []), "", ""] for pack in packs],
        },
    }


def recipe_words(protocol: Protocol) -> dict[str, Any]:
    """The shuffling recipe: packs that nobody can tell apart, not even who filled them.

    Raises
    ------
    InputError
        If the order is not left to shuffled packs.
    """
    if protocol.concealed != "alone":
        raise InputError(
            'A shuffling recipe is for a trial without a helper; this protocol has no concealed = "alone".'
        )
    sequences = allowed_sequences(protocol)
    assert isinstance(sequences, Permuted)  # the protocol allows no other kind here
    units = sequences.bundles()
    alike = max(len(group) for unit in units for group in unit)
    names = [arm.name for arm in protocol.arms]
    needs = Counter({name: protocol.periods // len(names) for name in names})
    return _common(protocol, say("nof1 shuffling recipe, protocol {hash}", hash=_hash(protocol))) | {
        "title": say("Shuffling recipe of an N-of-1 trial: packs that nobody can tell apart"),
        "warning": say(
            "Do all of it before the first evening, alone and without a break in a round. Keep no notes. What is in a pack "
            "stays a secret, from you too, until the last night is over."
        ),
        "sections": [
            {
                "heading": say("What you need"),
                "table": _needs(protocol, needs),
                "paragraphs": [_tools(protocol), _alike(protocol), *_run_in(protocol)],
            },
            unnoticed(protocol),
            {"heading": say("Each round, step by step"), "steps": _round_steps(protocol, alike, len(units))},
            {"heading": say("The rounds"), "table": _rounds(units)},
            {
                "heading": say("Until the end"),
                "steps": [
                    say("Open a pack on the first evening of its period. Its slip stays taped shut in it."),
                    say(
                        "Keep empty packs with their slips. If a pause moves the dates, the number on the pack counts."
                    ),
                    say(
                        "In an emergency open the slip of the pack of that period, and tell the doctor. Safety comes before the "
                        "secret. Then put it on record: nof1 unseal DIR --period N --reason TEXT. Leave the other slips shut."
                    ),
                    *kept_elsewhere(),
                    say(
                        "After the last night is recorded, open the slips in the order of the pack numbers and enter them: "
                        "nof1 unseal DIR --packs {names},… with one name for each of the {packs} packs.",
                        names=",".join((names * 2)[:3]),
                        packs=protocol.periods,
                    ),
                ],
            },
        ],
    }


def _common(protocol: Protocol, foot: str) -> dict[str, Any]:
    return {
        "simulated": banner(protocol, SIMULATED),
        "no_advice": say(NO_ADVICE),
        "foot": marked_foot(protocol, foot),
    }


def _hash(protocol: Protocol) -> str:
    return protocol.sha256()[:16]


def _content(protocol: Protocol, arm: Arm) -> str:
    return say("{arm}: {contents}", arm=clip(arm.title, _LABEL), contents=clip(contents(protocol, arm), _TEXT))


def _doses(protocol: Protocol, arm: str, nights: int) -> list[str]:
    """Doses of a pack: one for each of its nights."""
    return [str(nights) if has_dose(protocol, protocol.arm(arm)) else say("none")]


def _needs(protocol: Protocol, packs: Counter[str]) -> dict[str, Any]:
    rows = []
    for arm in protocol.arms:
        nights = packs[arm.name] * protocol.period_nights(arm.name)
        rows.append([_content(protocol, arm), str(packs[arm.name]), *_doses(protocol, arm.name, nights)])
    return {
        "header": [say("content of an evening"), say("packs"), say("doses in all")],
        "widths": ["1fr", "auto", "auto"],
        "rows": rows,
    }


def _run_in(protocol: Protocol) -> list[str]:
    design, arm = protocol.design, protocol.arm(protocol.reference)
    if isinstance(design, Adopted) or not design.run_in_nights or not has_dose(protocol, arm):
        return []
    first = schedule(protocol).periods[0]
    return [
        say(
            "Besides, for the run-in ({evenings}), a pack marked run-in with {doses} of {content}. It is no secret and is not "
            "mixed with the others.",
            evenings=span(first.start, first.end),
            doses=_dose_count(first.nights),
            content=_content(protocol, arm),
        )
    ]


def _dose_count(count: int) -> str:
    return say_some(count, "{count} dose", "{count:,} doses")


def _alike(protocol: Protocol) -> str:
    """What to do where arms can be told apart."""
    bare = [clip(arm.title, _LABEL) for arm in protocol.arms if not has_dose(protocol, arm)]
    if bare:
        return say(
            "A pack of {arms} holds no dose but a note in plain sight that says to take nothing. Make it as heavy and as loud "
            "as the others.",
            arms=listed(bare),
        )
    return say("One evening's doses must look, smell and taste alike. If you are not sure, ask a pharmacist.")


def _tools(protocol: Protocol) -> str:
    return say_some(
        protocol.periods,
        "{count} container that look, weigh and sound alike and that nobody can see through; as many slips of paper of one size; "
        "tape; a pen; a bag that nobody can see into and that holds the packs of one round.",
        "{count:,} containers that look, weigh and sound alike and that nobody can see through; as many slips of paper of one size; "
        "tape; a pen; a bag that nobody can see into and that holds the packs of one round.",
    )


def _round_steps(protocol: Protocol, alike: int, rounds: int) -> list[str]:
    bare = any(not has_dose(protocol, arm) for arm in protocol.arms)
    doses = _dose_count(protocol.period_nights(protocol.reference))
    told = say("{doses} in a pack, or the note that says to take nothing", doses=doses) if bare else ""
    steps: list[str] = [
        say_some(
            alike,
            "Fill {count} pack of each content, with {doses}.",
            "Fill {count:,} packs of each content, with {doses}.",
            doses=told or say("{doses} in a pack", doses=doses),
        ),
        say(
            "For each pack write its content on a slip, exactly as {names}. Fold the slip twice, tape it shut, put it in, close "
            "the pack. Tick “filled”.",
            names=either([say("“{name}”", name=arm.name) for arm in protocol.arms]),
        ),
        *(_bundle_steps(alike, len(protocol.arms)) if alike > 1 else _pack_steps(len(protocol.arms))),
    ]
    return [*steps, say("Only now begin the next round.")] if rounds > 1 else steps


def _bundle_steps(alike: int, arms: int) -> list[str]:
    return [
        say("Tie the {packs} packs of one content together: that is a bundle.", packs=alike),
        say(
            "Put the {bundles} bundles into the bag. Close your eyes and turn the bag over at least twenty times. Tick “mixed”.",
            bundles=arms,
        ),
        say(
            "Draw one bundle without looking in. Write what the table has under “1st drawn” on the outside, one number on each of "
            "its packs. Go on with the next until the bag is empty. Tick “numbered”."
        ),
    ]


def _pack_steps(arms: int) -> list[str]:
    return [
        say(
            "Put the {packs} packs into the bag. Close your eyes and turn the bag over at least twenty times. Tick “mixed”.",
            packs=arms,
        ),
        say(
            "Draw one pack without looking in. Write what the table has under “1st drawn” on the outside. Go on with the next "
            "until the bag is empty. Tick “numbered”."
        ),
    ]


def _rounds(units: Sequence[Sequence[Sequence[int]]]) -> dict[str, Any]:
    """The numbers for every round, in the order in which its packs or bundles are drawn."""
    drawn = [say("{place} drawn", place=_nth(place)) for place in range(1, len(units[0]) + 1)]
    rows = [
        [str(number), _BOX, _BOX, *(numbers(group) for group in unit), _BOX]
        for number, unit in enumerate(units, start=1)
    ]
    return {
        "header": [say("round"), say("filled"), say("mixed"), *drawn, say("numbered")],
        "widths": ["auto", "auto", "auto", *["1fr"] * len(drawn), "auto"],
        "rows": rows,
    }


_PLACES = (phrase("{place}st"), phrase("{place}nd"), phrase("{place}rd"), phrase("{place}th"))


def _nth(place: int) -> str:
    return say(_PLACES[min(place, 4) - 1], place=place)
