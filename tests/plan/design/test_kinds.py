"""Designs: numbers that cannot be a plan are refused with the value and a way out, never halfway accepted."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known import adopted

from nof1.errors import InputError
from nof1.plan.design.kinds import MAX_NIGHTS, MAX_PERIODS
from nof1.plan.orders.draw import draw_order, enumerate_orders

OPEN = {"kind": "randomized-blocks", "blocks": 2}
# Arms, design, then what the message must hold.
REFUSED = {
    "one block": (2, OPEN | {"blocks": 1}, ["blocks", "2", "1"]),
    "half a block": (2, OPEN | {"blocks": 2.5}, ["blocks", "2.5"]),
    "blocks in words": (2, OPEN | {"blocks": "many"}, ["blocks", "'many'"]),
    "blocks true": (2, OPEN | {"blocks": True}, ["blocks", "True"]),
    "too many blocks": (2, OPEN | {"blocks": 1001}, ["blocks", "1000", "1001"]),
    "no nights": (2, OPEN | {"period_nights": 0}, ["period_nights: 0", "from 1 to 365"]),
    "endless period": (2, OPEN | {"period_nights": 366}, ["period_nights: 366", "from 1 to 365"]),
    "half a night": (2, OPEN | {"period_nights": 1.5}, ["period_nights: 1.5", "whole number"]),
    "nights in words": (2, OPEN | {"period_nights": "seven"}, ["period_nights: 'seven'", "whole number"]),
    "nights true": (2, OPEN | {"period_nights": True}, ["period_nights: True", "whole number"]),
    "a list of nights": (2, OPEN | {"period_nights": [7, 7]}, ["[7, 7]", "table with one for each arm"]),
    "an arm without nights": (2, OPEN | {"period_nights": {"off": 7}}, ["one number for each arm: off, citrate"]),
    "nights of no arm": (2, OPEN | {"period_nights": {}}, ["one number for each arm: off, citrate"]),
    "nights of an unknown arm": (
        2, OPEN | {"period_nights": {"off": 7, "citrate": 7, "zinc": 7}}, ["one number for each arm: off, citrate"],
    ),
    "an arm with no nights": (2, OPEN | {"period_nights": {"off": 7, "citrate": 0}}, ["'citrate': 0", "from 1 to 365"]),
    "washout below zero": (2, OPEN | {"washout_nights": -1}, ["washout_nights", "-1"]),
    "endless washout": (2, OPEN | {"washout_nights": 61}, ["washout_nights", "60", "61"]),
    "run-in below zero": (2, OPEN | {"run_in_nights": -1}, ["run_in_nights", "-1"]),
    "no seed": (2, OPEN | {"seed": None}, ["seed is missing; add it"]),
    "seed below zero": (2, OPEN | {"seed": -1}, ["seed", "-1"]),
    "seed too large for TOML": (2, OPEN | {"seed": 2**63}, ["seed", str(2**63)]),
    "seed in a sealed plan": (2, OPEN | {"concealed": "helper", "seed": 1}, ["must have no seed", "work out the order"]),
    "seed in a plan of packs": (2, OPEN | {"concealed": "alone", "seed": 1}, ["must have no seed", "work out the order"]),
    "concealed from whom": (2, OPEN | {"concealed": "yes"}, ["concealed", "'open', 'helper' or 'alone'", "'yes'"]),
    "lengths that tell the arm": (
        2, OPEN | {"concealed": "helper", "period_nights": {"off": 3, "citrate": 4}}, ["a period's length would tell its arm"],
    ),
    "packs of a balanced order": (
        2, {"kind": "balanced", "periods": 8, "concealed": "alone"}, ["shuffled by hand", '"randomized-blocks"'],
    ),
    "packs of a listed order": (
        2, {"kind": "listed", "orders": [["off", "citrate", "off"]], "concealed": "alone"}, ["shuffled by hand", '"randomized-blocks"'],
    ),
    "three periods": (2, {"kind": "balanced", "periods": 3}, ["periods", "4", "3"]),
    "one period an arm": (4, {"kind": "balanced", "periods": 7}, ["7 periods are too few for 4 arms", "plan at least 8"]),
    "no run": (2, {"kind": "balanced", "periods": 6, "max_run": 0}, ["max_run", "1", "0"]),
    "too many periods": (2, {"kind": "balanced", "periods": 1001}, ["periods", "1000", "1001"]),
    "no pair": (2, {"kind": "mirrored-pairs", "pairs": 0}, ["pairs", "1", "0"]),
    "one alternation": (2, {"kind": "alternating", "blocks": 1}, ["blocks", "2", "1"]),
    "no orders": (2, {"kind": "listed", "orders": []}, ["orders"]),
    "orders in words": (2, {"kind": "listed", "orders": "ABBA"}, ["orders", "'ABBA'"]),
    "an order in words": (2, {"kind": "listed", "orders": ["ABBA"]}, ["orders", "'ABBA'"]),
    "an order twice": (2, {"kind": "listed", "orders": [["off", "citrate", "off"]] * 2}, ["listed twice", "list each once"]),
    "orders of two lengths": (
        2, {"kind": "listed", "orders": [["off", "citrate", "off"], ["off", "citrate"]]}, ["same number of periods"],
    ),
    "an order of one period": (2, {"kind": "listed", "orders": [["off"]]}, ["from 2 to 1000"]),
    "an unknown arm": (2, {"kind": "listed", "orders": [["off", "zinc", "off"]]}, ["'zinc'", "the arms are: off, citrate"]),
    "an arm left out": (2, {"kind": "listed", "orders": [["off", "off", "off"]]}, ["no period on 'citrate'", "needs each arm"]),
    "each arm once": (
        2, {"kind": "listed", "orders": [["off", "citrate"]]},
        ["one period an arm", "a good or a bad week", "the nearest that can: off, citrate, citrate, off"],
    ),
    "a field of another kind": (2, OPEN | {"periods": 4}, ["periods", "check the spelling or remove it"]),
    "longer than ten years": (2, OPEN | {"blocks": 1000, "period_nights": 2}, ["4000", str(MAX_NIGHTS)]),
    "washout beyond ten years": (2, OPEN | {"blocks": 500, "period_nights": 1, "washout_nights": 3}, ["3997", str(MAX_NIGHTS)]),
    "nights past the calendar's end": (2, OPEN | {"start": date(9999, 12, 30)}, ["9999-12-30"]),
    "start is no date": (2, OPEN | {"start": "soon"}, ["start", "'soon'", "date"]),
    "start is a number": (2, OPEN | {"start": 20260105}, ["start", "20260105", "date"]),
}  # fmt: skip


@pytest.mark.parametrize(("arms", "design", "words"), REFUSED.values(), ids=REFUSED)
def test_a_design_that_is_no_plan_is_refused_in_one_message(planned, arms, design, words):
    with pytest.raises(InputError) as refusal:
        planned(design["kind"], arms, **{name: value for name, value in design.items() if name != "kind"})
    message = str(refusal.value)
    assert "\n" not in message
    assert [word for word in words if word not in message] == []


def test_washout_nights_need_a_reference_without_a_dose(planned):
    with pytest.raises(InputError, match="add an arm without a dose as the reference, or leave washout_nights out"):
        planned("randomized-blocks", ("citrate", "oxide"), reference="citrate", blocks=2, washout_nights=2)
    assert planned("randomized-blocks", ("citrate", "oxide"), reference="citrate", blocks=2).nights == 4


def test_a_whole_short_period_cannot_be_discarded(planned):
    lengths = {"off": 7, "citrate": 3}
    with pytest.raises(InputError, match=r"discard:3.*leaves no night of a 3-night period"):
        planned("randomized-blocks", blocks=2, period_nights=lengths, analysis={"carryover": "discard:3"})
    planned("randomized-blocks", blocks=2, period_nights=lengths, analysis={"carryover": "discard:2"})


# Designs whose orders would last longer or shorter, depending on the draw.
UNEVEN = {
    "an odd period of two lengths": (2, {"kind": "balanced", "periods": 5, "period_nights": {"off": 2, "citrate": 3}}),
    "the middle arm is longer": (
        3, {"kind": "balanced", "periods": 7, "period_nights": {"off": 2, "citrate": 3, "glycinate": 2}},
    ),
    "every second arm is longer": (
        4, {"kind": "balanced", "periods": 10, "period_nights": {"off": 2, "citrate": 3, "glycinate": 3, "oxide": 2}},
    ),
    "the middle arm is shorter": (
        3, {"kind": "balanced", "periods": 8, "period_nights": {"off": 9, "citrate": 8, "glycinate": 9}},
    ),
    "listed orders": (
        2, {"kind": "listed", "orders": [["off", "off", "citrate"], ["off", "citrate", "citrate"]], "period_nights": {"off": 2, "citrate": 3}},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arms", "design"), UNEVEN.values(), ids=UNEVEN)
def test_a_trial_whose_length_would_depend_on_the_draw_is_refused(planned, arms, design):
    with pytest.raises(InputError, match="every order must hold each arm equally often"):
        planned(design["kind"], arms, **{name: value for name, value in design.items() if name != "kind"})


@settings(max_examples=60)
@given(
    arms=st.integers(2, 4),
    periods=st.integers(4, 12),
    lengths=st.lists(st.integers(1, 3), min_size=4, max_size=4),
    seed=st.integers(0, 999),
)
def test_a_plan_lasts_as_long_as_it_says_or_is_refused(planned, arms, periods, lengths, seed):
    nights = dict(zip(("off", "citrate", "glycinate", "oxide")[:arms], lengths, strict=False))
    try:
        protocol = planned("balanced", arms, periods=periods, period_nights=nights, washout_nights=1)
    except InputError:
        return
    order = draw_order(protocol, seed=seed)
    assert (order.nights, order.end) == (protocol.nights, protocol.end)


def test_lengths_that_are_all_alike_are_one_length(planned):
    lengths = {"off": 3, "citrate": 3}
    protocol = planned("balanced", periods=5, period_nights=lengths, concealed="helper")
    assert protocol.nights == 15
    assert {order.nights for order in enumerate_orders(protocol)} == {15}


@pytest.mark.parametrize(
    ("kind", "arms", "design", "periods", "nights"),
    [
        ("randomized-blocks", 3, {"blocks": 4, "period_nights": 7}, 12, 84),
        ("randomized-blocks", 2, {"blocks": 2, "period_nights": 3, "run_in_nights": 5, "washout_nights": 2}, 4, 5 + 12 + 6),
        ("balanced", 2, {"periods": 5, "period_nights": 4, "washout_nights": 1}, 5, 24),
        ("mirrored-pairs", 2, {"pairs": 2, "period_nights": {"off": 3, "citrate": 5}}, 8, 32),
        ("alternating", 3, {"blocks": 2, "run_in_nights": 1}, 6, 7),
        ("listed", 2, {"orders": [["off", "citrate", "citrate"]], "period_nights": {"off": 2, "citrate": 3}}, 3, 8),
    ],
    ids=str,
)  # fmt: skip
def test_periods_and_nights_are_counted_before_the_draw(planned, kind, arms, design, periods, nights):
    protocol = planned(kind, arms, **design)
    assert (protocol.periods, protocol.nights) == (periods, nights)
    assert draw_order(protocol, seed=1).nights == nights


def test_the_length_of_a_period_is_that_of_its_arm(planned):
    protocol = planned("randomized-blocks", blocks=2, period_nights={"off": 3, "citrate": 5})
    assert [protocol.period_nights(name) for name in ("off", "citrate")] == [3, 5]
    assert planned("randomized-blocks", blocks=2, period_nights=4).period_nights("citrate") == 4


@pytest.mark.parametrize("concealed", ["open", "helper", "alone"])
def test_who_knows_the_order_is_asked_of_the_protocol(planned, make_protocol, concealed):
    assert planned("randomized-blocks", blocks=2, concealed=concealed).concealed == concealed
    assert adopted(make_protocol()).concealed == "open"


def test_a_thousand_listed_periods_are_allowed(planned):
    protocol = planned(
        "listed", orders=[["off", "citrate"] * (MAX_PERIODS // 2), ["citrate", "off"] * (MAX_PERIODS // 2)]
    )
    assert protocol.periods == MAX_PERIODS
