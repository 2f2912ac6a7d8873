"""The words of the packing sheet for a helper, and of the shuffling recipe for somebody without one.

The packing sheet is the one paper that knows a concealed order; it goes to the helper and never into the trial folder.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from nof1.errors import InputError
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.order import RUN_IN
from nof1.plan.design.sequences import Permuted
from nof1.plan.orders.draw import allowed_sequences, order_of_arms, schedule
from nof1.plan.orders.evening_dose import contents, has_dose
from nof1.plan.protocol.parts import Arm
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, clip, counted, listed, numbers, span

_LABEL = 60
_TEXT = 200
_BOX = "☐"


def packing_words(protocol: Protocol, arms: Sequence[str]) -> dict[str, Any]:
    """The packing sheet: what goes into every pack.

    Raises
    ------
    InputError
        If the order is not with a helper, or `arms` is not one that the design allows.
    """
    if protocol.concealed != "helper":
        raise InputError('A packing sheet is for a helper; this protocol has no concealed = "helper".')
    order = order_of_arms(protocol, arms)
    packs = [period for period in order.periods if period.on_trial and period.number != RUN_IN]
    rows = [
        [
            str(pack.number),
            span(pack.start, pack.end),
            _content(protocol, protocol.arm(str(pack.arm))),
            *_doses(protocol, str(pack.arm), pack.nights),
            _BOX,
            "",
        ]
        for pack in packs
    ]
    return _common(protocol, "Packing sheet") | {
        "title": "Packing sheet of an N-of-1 trial: for the helper only",
        "warning": "The person on trial must not see this sheet: it says what is in every pack. Keep it where they do not look.",
        "sections": [
            {
                "heading": "What this is",
                "paragraphs": [
                    f"{clip(protocol.title, _TEXT)}",
                    f"One person compares {listed([clip(arm.title, _LABEL) for arm in protocol.arms])} without knowing which is which. "
                    f"You prepare {counted(len(packs), 'pack')}, one for each period, with only a number on it. Please tell nobody what is "
                    "in them until the last night is over.",
                ],
            },
            {"heading": "What you need", "table": _needs(protocol, Counter(arms))},
            {
                "heading": "What goes in",
                "table": {
                    "header": [
                        "pack",
                        "evenings",
                        "what goes in, one for each evening",
                        "doses",
                        "packed",
                        "initials",
                    ],
                    "widths": ["auto", "auto", "1fr", "auto", "auto", "16mm"],
                    "rows": rows,
                },
                "paragraphs": _run_in(protocol),
            },
            {
                "heading": "How to pack and label",
                "steps": [
                    "Use containers that look, weigh and sound alike and that nobody can see through.",
                    "Fill one pack, write its number on it, tick and initial it, and only then begin the next.",
                    "Write nothing but the number and the evenings on the outside: no name, no mark, no other colour.",
                    *_alike(protocol),
                    "If a pause moves the dates, the number on the pack counts.",
                    "Put what is left over, and every product label, where the person does not see it.",
                ],
            },
            {
                "heading": "In an emergency",
                "paragraphs": [
                    "Safety comes before the secret: tell the doctor or the person at once what is in the pack of that period. Then put it "
                    "on record: nof1 unseal DIR HELPER_DIR --period N --reason TEXT. It opens that period only, and nobody hears of the others.",
                ],
            },
            {
                "heading": "Until the end",
                "paragraphs": [
                    "Keep this sheet and the file sealed-order.json as they are; a changed file is noticed and refused. After the last "
                    "night is recorded, give both to the person, who opens the order with nof1 unseal DIR HELPER_DIR.",
                ],
            },
        ],
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
    return _common(protocol, "Shuffling recipe") | {
        "title": "Shuffling recipe of an N-of-1 trial: packs that nobody can tell apart",
        "warning": "Do all of it before the first evening, alone and without a break in a round. Keep no notes. What is in a pack "
        "stays a secret, from you too, until the last night is over.",
        "sections": [
            {
                "heading": "What you need",
                "table": _needs(protocol, needs),
                "paragraphs": [*_tools(protocol), *_run_in(protocol)],
            },
            {"heading": "Each round, step by step", "steps": _round_steps(protocol, alike, len(units))},
            {"heading": "The rounds", "table": _rounds(units)},
            {
                "heading": "Until the end",
                "steps": [
                    "Open a pack on the first evening of its period. Its slip stays taped shut in it.",
                    "Keep empty packs with their slips. If a pause moves the dates, the number on the pack counts.",
                    "In an emergency open the slip of the pack of that period, and tell the doctor. Safety comes before the secret. "
                    "Then put it on record: nof1 unseal DIR --period N --reason TEXT. Leave the other slips shut.",
                    "After the last night is recorded, open the slips in the order of the pack numbers and enter them: nof1 unseal DIR "
                    f"--packs {','.join((names * 2)[:3])},… with one name for each of the {protocol.periods} packs.",
                ],
            },
        ],
    }


def _common(protocol: Protocol, what: str) -> dict[str, Any]:
    return {
        "simulated": SIMULATED if protocol.simulated else "",
        "no_advice": NO_ADVICE,
        "foot": f"nof1 {what.lower()}, protocol {protocol.sha256()[:16]}",
    }


def _content(protocol: Protocol, arm: Arm) -> str:
    return f"{clip(arm.title, _LABEL)}: {clip(contents(protocol, arm), _TEXT)}"


def _doses(protocol: Protocol, arm: str, nights: int) -> list[str]:
    """Doses of a pack: one for each of its nights."""
    return [str(nights) if has_dose(protocol, protocol.arm(arm)) else "none"]


def _needs(protocol: Protocol, packs: Counter[str]) -> dict[str, Any]:
    rows = []
    for arm in protocol.arms:
        nights = packs[arm.name] * protocol.period_nights(arm.name)
        rows.append([_content(protocol, arm), str(packs[arm.name]), *_doses(protocol, arm.name, nights)])
    return {
        "header": ["content of an evening", "packs", "doses in all"],
        "widths": ["1fr", "auto", "auto"],
        "rows": rows,
    }


def _run_in(protocol: Protocol) -> list[str]:
    design, arm = protocol.design, protocol.arm(protocol.reference)
    if isinstance(design, Adopted) or not design.run_in_nights or not has_dose(protocol, arm):
        return []
    first = schedule(protocol).periods[0]
    return [
        f"Besides, for the run-in ({span(first.start, first.end)}), a pack marked run-in with {counted(first.nights, 'dose')} of "
        f"{_content(protocol, arm)}. It is no secret and is not mixed with the others."
    ]


def _alike(protocol: Protocol) -> list[str]:
    """What to do where arms can be told apart."""
    bare = [clip(arm.title, _LABEL) for arm in protocol.arms if not has_dose(protocol, arm)]
    if bare:
        return [
            f"A pack of {listed(bare)} holds no dose but a note in plain sight that says to take nothing. Make it as heavy and as loud "
            "as the others."
        ]
    return ["One evening's doses must look, smell and taste alike. If you are not sure, ask a pharmacist."]


def _tools(protocol: Protocol) -> list[str]:
    return [
        f"{counted(protocol.periods, 'container')} that look, weigh and sound alike and that nobody can see through; as many slips of paper "
        "of one size; tape; a pen; a bag that nobody can see into and that holds the packs of one round.",
        *_alike(protocol),
    ]


def _round_steps(protocol: Protocol, alike: int, rounds: int) -> list[str]:
    names = listed([f"“{arm.name}”" for arm in protocol.arms], "or")
    nights = protocol.period_nights(protocol.reference)
    bare = any(not has_dose(protocol, arm) for arm in protocol.arms)
    many = counted(alike, "pack")
    bundle = "bundle" if alike > 1 else "pack"
    steps = [
        f"Fill {many} of each content, with {counted(nights, 'dose')} in a pack{', or the note that says to take nothing' if bare else ''}.",
        f"For each pack write its content on a slip, exactly as {names}. Fold the slip twice, tape it shut, put it in, close the pack. "
        "Tick “filled”.",
        *([f"Tie the {many} of one content together: that is a bundle."] if alike > 1 else []),
        f"Put the {len(protocol.arms)} {bundle}s into the bag. Close your eyes and turn the bag over at least twenty times. Tick “mixed”.",
        f"Draw one {bundle} without looking in. Write what the table has under “1st drawn” on the outside"
        f"{', one number on each of its packs' if alike > 1 else ''}. Go on with the next until the bag is empty. Tick “numbered”.",
    ]
    return [*steps, "Only now begin the next round."] if rounds > 1 else steps


def _rounds(units: Sequence[Sequence[Sequence[int]]]) -> dict[str, Any]:
    """The numbers for every round, in the order in which its packs or bundles are drawn."""
    drawn = [f"{_nth(place)} drawn" for place in range(1, len(units[0]) + 1)]
    rows = [
        [str(number), _BOX, _BOX, *(numbers(group) for group in unit), _BOX]
        for number, unit in enumerate(units, start=1)
    ]
    return {
        "header": ["round", "filled", "mixed", *drawn, "numbered"],
        "widths": ["auto", "auto", "auto", *["1fr"] * len(drawn), "auto"],
        "rows": rows,
    }


def _nth(place: int) -> str:
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place, 'th') }"
