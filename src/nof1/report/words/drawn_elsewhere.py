"""Orders that were drawn elsewhere, in words: which ones the person states could have been drawn."""

from nof1.language import commas, say, say_some
from nof1.plan.design.stated import (
    AnyOrder,
    InBlocks,
    InPairs,
    InTurn,
    LimitedRuns,
    Mirrored,
    OneOf,
    Phases,
    StatedOrders,
)
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import clip

_ARM = 40


def stated_sentence(protocol: Protocol) -> str:
    """Which orders could have been drawn, as stated by the person; empty where nothing was stated."""
    stated = protocol.stated
    if stated is None:
        return ""
    return say(
        "Which orders could have been drawn is as stated by the person: {orders}.", orders=_orders(protocol, stated)
    )


def _orders(protocol: Protocol, stated: StatedOrders) -> str:
    nights = stated.period_nights
    what = say("single nights") if nights == 1 else say("periods of {nights} nights", nights=nights)
    match stated:
        case AnyOrder():
            return say("{what} in any order, with each arm as often as it came", what=what)
        case LimitedRuns(max_run=run):
            return say(
                "{what} in any order, with each arm as often as it came and at most {run} in a row on one arm",
                what=what,
                run=run,
            )
        case InBlocks(size=size):
            return say(
                "{what} in blocks of {size}, each with every arm equally often, in an order drawn for each block",
                what=what,
                size=size,
            )
        case InPairs():
            return say("{what} in pairs, one on each arm, in an order drawn for each pair", what=what)
        case Mirrored():
            return say("{what} on every arm once and then in the reverse order, drawn for each such row", what=what)
        case InTurn():
            return say("{what} on the arms in turn, always in the same order, which was drawn once", what=what)
        case Phases(phases=phases, least=least):
            return say(
                "the phases {phases}, each of at least {least}, with the changes between them drawn",
                phases=commas([clip(protocol.arm(name).title, _ARM) for name in phases]),
                least=say_some(least, "{count} night", "{count} nights")
                if nights == 1
                else say_some(
                    least, "{count} period of {nights} nights", "{count} periods of {nights} nights", nights=nights
                ),
            )
        case OneOf(orders=orders):
            return say_some(len(orders), "the one order listed", "one of {count} listed orders")
