"""Concerns: a plan that could never answer is told so once, in plain words, with the nearest plan that really can."""

import re

import pytest
from brute import ARM_NAMES, SMALL, name_of

from nof1.plan.orders.concerns import TEST_LEVEL, concerns
from nof1.plan.orders.draw import smallest_p
from nof1.plan.protocol.protocol import Protocol

# What a named way changes in the design.
WAYS = {
    r"(\d+) blocks instead of (\d+)": ("randomized-blocks", "blocks"),
    r"(\d+) mirrored pairs instead of (\d+)": ("mirrored-pairs", "pairs"),
    r"(\d+) periods instead of (\d+)": ("balanced", "periods"),
    r"(\d+) randomized blocks": ("randomized-blocks", "blocks"),
}
SHARED = ("start", "period_nights", "washout_nights", "run_in_nights", "concealed", "seed")


def with_design(protocol, design):
    content = protocol.to_dict()
    analysis = {name: value for name, value in content["analysis"].items() if name not in ("start_up", "block_effects")}
    return Protocol.build(content | {"analysis": analysis, "design": design})


def named_ways(protocol, sentence):
    """The designs that a concern names as the nearest that can, and for those with a number the one just short of it."""
    now = protocol.to_dict()["design"]
    shared = {name: now[name] for name in SHARED if name in now}
    ways = []
    for text in sentence.partition("The nearest that can: ")[2].removesuffix(".").split(" or "):
        same = re.fullmatch(r"the same (\d+) periods as a balanced order \(at most 3 alike in a row\)", text)
        if same:
            ways.append((shared | {"kind": "balanced", "periods": int(same[1]), "max_run": 3}, None))
            continue
        kind, field, number = next(
            (kind, field, int(found[1])) for way, (kind, field) in WAYS.items() if (found := re.match(way, text))
        )
        named = (now if now["kind"] == kind else shared | {"kind": kind}) | {field: number}
        ways.append((named, named | {field: number - 1}))
    return ways


FEW = [
    ("randomized-blocks", 2, {"blocks": 2}),
    ("randomized-blocks", 2, {"blocks": 5}),
    ("randomized-blocks", 2, {"blocks": 4, "concealed": "helper"}),
    ("randomized-blocks", 2, {"blocks": 4, "period_nights": {"off": 2, "citrate": 3}}),
    ("balanced", 2, {"periods": 4}),
    ("balanced", 2, {"periods": 7, "max_run": 2}),
    ("balanced", 3, {"periods": 6, "max_run": 1}),
    ("mirrored-pairs", 2, {"pairs": 1}),
    ("mirrored-pairs", 2, {"pairs": 4, "washout_nights": 2, "run_in_nights": 3}),
    ("mirrored-pairs", 3, {"pairs": 1, "concealed": "helper"}),
    ("alternating", 2, {"blocks": 2}),
    ("alternating", 2, {"blocks": 8}),
    ("alternating", 2, {"blocks": 8, "concealed": "alone"}),
    ("alternating", 3, {"blocks": 2}),
    ("alternating", 3, {"blocks": 2, "period_nights": {"off": 2, "citrate": 3, "glycinate": 4}}),
    ("listed", 2, {"orders": [["off", "citrate", "citrate", "off"]]}),
    ("listed", 2, {"orders": [["off", "citrate"] * 5, ["citrate", "off"] * 5]}),
    ("listed", 3, {"orders": [[*ARM_NAMES[:3]] * 2, [*ARM_NAMES[2::-1]] * 2]}),
]


@pytest.mark.parametrize(("kind", "arms", "design"), FEW, ids=name_of)
def test_the_nearest_that_can_really_can_and_one_less_cannot(planned, kind, arms, design):
    protocol = planned(kind, arms, **design)
    assert smallest_p(protocol) > TEST_LEVEL
    (concern,) = [sentence for sentence in concerns(protocol) if "randomization test" in sentence]
    ways = named_ways(protocol, concern)
    assert ways
    for named, short in ways:
        assert smallest_p(with_design(protocol, named)) <= TEST_LEVEL
        if short is not None:
            assert smallest_p(with_design(protocol, short)) > TEST_LEVEL


def test_too_few_orders_are_told_with_their_number_and_their_p(planned):
    (concern,) = concerns(planned("randomized-blocks", blocks=5))
    assert concern == (
        "With this design only 32 orders are possible, so a randomization test can reach p = 0.062 at best, whatever the nights "
        "say: the check that needs no model could never answer. The nearest that can: 6 blocks instead of 5 or the same 10 "
        "periods as a balanced order (at most 3 alike in a row)."
    )


@pytest.mark.parametrize("periods", [7, 8, 12, 40])
def test_a_balanced_order_that_only_alternates_is_told_what_could(planned, periods):
    """With a run limit of 1 two arms have two orders however many periods there are."""
    protocol = planned("balanced", 2, periods=periods, max_run=1)
    (concern,) = concerns(protocol)
    assert "only 2 orders are possible" in concern
    named = re.search(r"The nearest that can: .*?(\d+) periods alike in a row", concern)
    assert named
    longer = protocol.to_dict()["design"] | {"max_run": int(named[1])}
    assert smallest_p(with_design(protocol, longer)) <= TEST_LEVEL


@pytest.mark.parametrize(("kind", "arms", "design"), SMALL, ids=name_of)
def test_a_design_that_can_answer_raises_no_concern_and_one_that_cannot_does(planned, kind, arms, design):
    protocol = planned(kind, arms, **design)
    said = [sentence for sentence in concerns(protocol) if "randomization test" in sentence]
    assert len(said) == (smallest_p(protocol) > TEST_LEVEL)


def test_a_listed_order_with_one_period_of_an_arm_is_told(planned):
    orders = [["off", "citrate", "off"], ["citrate", "off", "off"]]
    single = [sentence for sentence in concerns(planned("listed", 2, orders=orders)) if "one period only" in sentence]
    assert len(single) == 1
    assert "citrate comes in one period only" in single[0]
    assert "two periods of each arm in every order" in single[0]
    twice = [["off", "citrate", "off", "citrate"], ["citrate", "off", "off", "citrate"]]
    assert not [text for text in concerns(planned("listed", 2, orders=twice)) if "one period only" in text]


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_concealed_order_without_a_dummy_is_told_who_is_blind(planned, concealed):
    protocol = planned("randomized-blocks", blocks=8, concealed=concealed)
    (concern,) = concerns(protocol)
    assert "off has no dummy (placebo = true)" in concern
    assert "nobody is blind on the night" in concern
    content = protocol.to_dict()
    content["arms"][0]["placebo"] = True
    assert concerns(Protocol.build(content)) == ()
    assert concerns(planned("randomized-blocks", blocks=8)) == ()


def test_two_active_arms_need_no_dummy(planned):
    protocol = planned("randomized-blocks", ("citrate", "oxide"), reference="citrate", blocks=8, concealed="helper")
    assert concerns(protocol) == ()


def test_lived_nights_raise_no_concern(make_protocol):
    design = {"kind": "adopted", "start": "2026-01-05", "nights": 4}
    assert concerns(with_design(make_protocol(), design)) == ()


def test_a_concern_is_plain_text(planned):
    for kind, arms, design in FEW:
        for sentence in concerns(planned(kind, arms, **design)):
            assert sentence.endswith(".")
            assert not re.search(r"[{}\[\]_\n]|None|significan", sentence)
