"""The words of protocol.pdf on how the order is drawn, who keeps it, who packs, who is blind, and what happens in an emergency."""

from typing import Any

from nof1.language import phrase, say, sentences
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.order import Order
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.parts import MANY, Room, item
from nof1.report.papers.timeline import order_in_letters
from nof1.report.words.phrases import (
    clip,
    large,
    sentence,
    some,
)


def drawing(protocol: Protocol, order: Order, room: Room, orders: int) -> dict[str, Any]:
    """How the order is drawn, who keeps it, who packs, who is blind, what happens in an emergency; the order where it is open."""
    drawn = []
    if not order.sealed:
        letters = clip(order_in_letters(protocol, order), 3 * room.text)
        drawn = [item(say("The drawn order"), say("One letter a period: {letters}", letters=letters))]
    return {
        "heading": say("How the order is drawn and who knows it"),
        "parts": [
            item(say("The draw"), _draw(protocol, orders)),
            *drawn,
            item(say("Who keeps it"), _keeper(protocol, room)),
            item(say("Who packs"), say(_PACKER[protocol.concealed])),
            item(say("Who is blind"), _blind(protocol, room)),
            item(say("In an emergency"), say(EMERGENCY[protocol.concealed])),
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
            arms=some(bare, MANY),
        )
    return say(
        "The person, until the order is opened after the last night. At the end of each period they put down which arm they "
        "believe it was and how sure they are, since loose stools or taste can give an arm away."
    )


EMERGENCY = {
    "open": phrase("The person can say at once what they took."),
    "alone": phrase(
        "The slip in the pack of that period is read. The rest stays closed; that it was opened goes on record with its reason and is "
        "reported with the results."
    ),
    "helper": phrase(
        "The helper says what is in the pack, or opens that period with nof1 unseal --period. The rest stays closed; that it was opened "
        "goes on record with its reason and is reported with the results."
    ),
}
