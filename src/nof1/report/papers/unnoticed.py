"""What the papers of a concealed trial say so that nobody notices what is in a pack, and that a record changed afterwards is found out.

Knows no order.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from nof1.language import say, sentences
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import day

_GROUP = 4  # digits that stand together


def unnoticed(protocol: Protocol) -> dict[str, Any]:
    """How packs and doses tell what they are, and what to do about each of these."""
    dosed = [arm for arm in protocol.arms if has_dose(protocol, arm)]
    doses = [
        say("As many pieces for an evening in one pack as in every other: the number would give them away."),
        say("Take out what is cracked, sticky or burst, and wipe dust off: what leaks can be tasted and smelled."),
        say("Compare two evenings' doses from different packs in daylight: colour, gloss, letters, seam, smell."),
    ]
    packs = [
        say("Weigh every closed pack on a kitchen scale and fill up the light ones with paper."),
        say("Shake every closed pack: paper or cotton wool stops a rattle, and all must sound alike."),
    ]
    hands = [
        say(
            "Each morning the diary asks whether something gave away what was taken: weight, rattle, taste, a burst capsule. Such a night is no failure; it is counted and reported with the results."
        ),
    ]
    return {
        "heading": say("So that nothing gives the packs away"),
        "steps": [*packs, *(doses if len(dosed) > 1 else []), *hands],
    }


def anchor(commitment: str, mark: str, planned: date | None) -> dict[str, Any]:
    """The commitment to the order and the journal's first mark, outside the folder that they are of; the others go into the table of packs."""
    begun = (
        say("On the day of planning, {day}, it was {mark}.", day=day(planned), mark=in_groups(mark))
        if mark and planned
        else ""
    )
    return {
        "heading": say("Proof that nothing was changed"),
        "paragraphs": [
            say(
                "The order was fixed by this number, which fits no other order and stands in seal.json of the trial folder, too: {number}.",
                number=in_groups(commitment),
            ),
            sentences(
                [
                    say("The journal of the trial has a mark that changes with every entry: nof1 check DIR shows it."),
                    begun,
                    say(
                        "Ask for it with each pack that comes back and write it beside the date. At the end nof1 check DIR --mark MARK says "
                        "whether it is still the same journal, and of which day that mark is. A record that was rewritten, a copy from before "
                        "and a clock that was set ahead show nowhere else."
                    ),
                ]
            ),
        ],
    }


def in_groups(digits: str) -> str:
    """Digits in groups of four, to be compared by eye."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def kept_elsewhere() -> Sequence[str]:
    """What somebody who has no helper can do for the same proof."""
    return [
        say(
            "The journal has a mark that changes with every entry: nof1 check DIR shows it. Give it now and then to somebody else, who writes it "
            "down with the day: a record that was rewritten, a copy from before and a clock that was set ahead show nowhere else."
        )
    ]
