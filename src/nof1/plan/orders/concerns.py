"""What to heed before the first night: findings of the safety screen and the doses, and what a plan can never show, with the nearest that can."""

from collections.abc import Iterator
from typing import Any

from nof1 import facts
from nof1.errors import InputError
from nof1.language import commas, phrase, say, say_some, sentences
from nof1.plan.design.kinds import Adopted, Alternating, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.orders.dose_times import collision_sentence, collisions
from nof1.plan.orders.draw import count_orders, smallest_p
from nof1.plan.orders.evening_dose import swallows_any
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.collisions import rules_of
from nof1.plan.protocol.safety.screen import LEVELS, Finding, finding_of, other_magnesium_mg, screen
from nof1.plan.protocol.safety.upper_levels import by_mouth, dose_findings, route_findings

TEST_LEVEL = 0.05  # a randomization test that cannot reach this p has nothing to say
_MOST_TRIED = 40  # of blocks, pairs or periods more


def findings(protocol: Protocol) -> tuple[Finding, ...]:
    """What the safety screen and the doses lead to, the weightiest first."""
    found = (
        *screen(protocol.safety),
        *(dose_findings(by_mouth(protocol.arms), other_magnesium_mg(protocol.safety)) if protocol.of_magnesium else ()),
        *(route_findings(protocol.arms) if protocol.of_magnesium else ()),
        *timing_findings(protocol),
    )
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def timing_findings(protocol: Protocol) -> Iterator[Finding]:
    """Collisions of clock times, and medicines of whose times nothing was said."""
    for found in collisions(protocol):
        text = collision_sentence(found, sourced=False)
        if found.acknowledged:
            text = sentences([text, say("The person knows, and goes on.")])
        yield finding_of(facts.fact(found.fact), "apart", text)
    if protocol.safety is None or not swallows_any(protocol) or not protocol.of_magnesium:
        return
    for medicine in protocol.safety.medicines:
        if not medicine.times and (rules := rules_of(medicine)):
            text = say(
                "{medicine}: no time of day was said, so nobody can say whether it is far enough from the dose at {dose}. "
                "Ask a pharmacist how to time them.",
                medicine=medicine.name,
                dose=protocol.conduct.dose_time,
            )
            yield finding_of(facts.fact(rules[0].fact), "apart", text)


def concerns(protocol: Protocol) -> tuple[str, ...]:
    """Sentences on what this design cannot show; none for an adopted trial, whose nights are lived."""
    design = protocol.design
    if isinstance(design, Adopted):
        return ()
    out: list[str] = []
    least = smallest_p(protocol)
    if least > TEST_LEVEL:
        ways = _nearest(protocol)
        never = say(
            "With this design {few}, so a randomization test can reach p = {p:.2g} at best, whatever the nights say: the check that "
            "needs no model could never answer.",
            few=_too_few(protocol),
            p=least,
        )
        out.append(sentences([never, say("The nearest that can: {ways}.", ways=_either(ways)) if ways else ""]))
    if isinstance(design, Listed):
        single = sorted({name for order in design.orders for name in order if order.count(name) == 1})
        if single:
            out.append(
                say(
                    "In some of the listed orders {arms} comes in one period only: its effect cannot be told from a good or a bad "
                    "week. The nearest that can has two periods of each arm in every order.",
                    arms=commas(single),
                )
            )
    shortest = min(protocol.period_nights(arm.name) for arm in protocol.arms)
    out += [
        say_some(
            shortest,
            "{title} asks about the last {days} days, and a period lasts {count} night: its score also looks at what was taken before.",
            "{title} asks about the last {days} days, and a period lasts {count:,} nights: its score also looks at what was taken before.",
            title=say(one.title),
            days=one.recall_days,
        )
        for one in protocol.instruments or ()
        if one.recall_days is not None and one.recall_days > shortest
    ]
    if protocol.concealed != "open":
        bare = [arm.title for arm in protocol.arms if not arm.dose_mg and not arm.placebo]
        if bare:
            out.append(
                say(
                    "{arms} has no dummy (placebo = true) that looks and tastes the same. The order is then a secret only until a pack "
                    "is opened: nobody can work it out before, but nobody is blind on the night.",
                    arms=commas(bare),
                )
            )
    return tuple(out)


def _either(ways: list[str]) -> str:
    first, *others = ways
    return say("{first} or {last}", first=first, last=_either(others)) if others else first


def _too_few(protocol: Protocol) -> str:
    """What keeps the test from answering; with more than two arms it is not the number of all orders."""
    if len(protocol.arms) > 2:
        return say(
            "an arm and the reference can trade nights in too few ways that leave the other arms' nights where they are"
        )
    return say_some(count_orders(protocol), "only {count} order is possible", "only {count} orders are possible")


def _nearest(protocol: Protocol) -> list[str]:
    """The nearest designs that reach the level: the same kind with more periods, and the balanced kind with as many."""
    design = protocol.design
    ways: list[str | None] = []
    match design:
        case RandomizedBlocks(blocks=now):
            ways.append(_least_more(protocol, "blocks", now, phrase("{more} blocks instead of {now}")))
        case MirroredPairs(pairs=now):
            ways.append(_least_more(protocol, "pairs", now, phrase("{more} mirrored pairs instead of {now}")))
        case Balanced(periods=now):
            ways.append(_least_more(protocol, "periods", now, phrase("{more} periods instead of {now}")))
            if (
                not ways[0]
                and design.max_run < 3
                and _reaches(protocol, design.model_dump(mode="json") | {"max_run": 3})
            ):
                ways.append(say("up to 3 periods alike in a row"))
            elif not ways[0]:
                words = phrase("{more} periods, at most 2 alike in a row, instead of {now}")
                ways.append(_least_more(protocol, "periods", now, words, max_run=2))
        case _:
            pass
    if isinstance(design, Alternating | MirroredPairs | RandomizedBlocks | Listed):
        # Of as many periods, the balanced kind with a run limit of 3 has the most orders that still spread the arms.
        balanced = {"kind": "balanced", "periods": protocol.periods, "max_run": 3}
        shared = {name: value for name, value in design.model_dump(mode="json").items() if name in _SHARED}
        if _reaches(protocol, balanced | shared):
            ways.append(
                say(
                    "the same {periods} periods as a balanced order (at most 3 alike in a row)",
                    periods=protocol.periods,
                )
            )
        elif isinstance(design, Alternating | Listed):
            ways.append(_least_blocks(protocol, shared))
    return [way for way in ways if way]


_SHARED = ("start", "period_nights", "washout_nights", "run_in_nights", "concealed", "seed")


def _least_more(protocol: Protocol, field: str, now: int, words: str, **others: int) -> str | None:
    design = protocol.design.model_dump(mode="json") | others
    if len(protocol.arms) == 2 and design.get("max_run") == 1:
        return None  # two orders, however many periods
    for more in range(now + 1, now + _MOST_TRIED):
        if _reaches(protocol, design | {field: more}):
            return say(words, more=more, now=now)
    return None


def _least_blocks(protocol: Protocol, shared: dict[str, Any]) -> str | None:
    for blocks in range(2, _MOST_TRIED):
        if _reaches(protocol, shared | {"kind": "randomized-blocks", "blocks": blocks}):
            return say("{blocks} randomized blocks", blocks=blocks)
    return None


def _reaches(protocol: Protocol, design: dict[str, Any]) -> bool:
    content = protocol.to_dict()
    analysis = {
        name: value for name, value in content["analysis"].items() if name != "block_effects"
    }  # other kinds have none
    try:
        other = Protocol.build(
            content | {"analysis": analysis, "design": {k: v for k, v in design.items() if v is not None}}
        )
    except InputError:
        return False
    return smallest_p(other) <= TEST_LEVEL
