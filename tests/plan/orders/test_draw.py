"""The draw: each allowed order equally likely whoever lists the arms how, repeatable from its description, and laid out in nights."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from math import comb

import known
import numpy as np
import pytest
from brute import ARM_NAMES, SMALL, build_order, classes, contrasts, least_p, name_of, search
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import PCG64
from scipy.stats import chi2_contingency, chisquare

from nof1.errors import InputError
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.order import Order, Pause
from nof1.plan.orders.draw import (
    balance,
    check_order,
    count_orders,
    draw_order,
    enumerate_orders,
    order_of_arms,
    schedule,
    smallest_p,
)

ENOUGH = (
    0.001  # with fixed seeds the draws are always the same ones; a fair draw gives a smaller p once in a thousand tests
)


def drawn_arms(protocol, draws):
    return [draw_order(protocol, seed=seed).arms() for seed in range(draws)]


@pytest.mark.parametrize(("kind", "arms", "design"), SMALL, ids=name_of)
def test_all_orders_are_those_of_a_search(planned, kind, arms, design):
    protocol = planned(kind, arms, **design)
    found = {tuple(ARM_NAMES[arm] for arm in row) for row in search(kind, arms, **design)}
    orders = list(enumerate_orders(protocol))
    assert len(orders) == len(found) == count_orders(protocol)
    assert {order.arms() for order in orders} == found
    assert {build_order(protocol, number) for number in range(len(found))} == set(orders)
    assert {order_of_arms(protocol, row) for row in found} == set(orders)


# Few enough orders for each to be drawn seven times or more.
FAIR = [
    ("randomized-blocks", 2, {"blocks": 4}),
    ("randomized-blocks", 3, {"blocks": 2}),
    ("randomized-blocks", 4, {"blocks": 2}),
    ("balanced", 2, {"periods": 6, "max_run": 2}),
    ("balanced", 2, {"periods": 5, "max_run": 2}),
    ("balanced", 3, {"periods": 6, "max_run": 1}),
    ("balanced", 3, {"periods": 7, "max_run": 1}),
    ("mirrored-pairs", 2, {"pairs": 3}),
    ("mirrored-pairs", 3, {"pairs": 2}),
    ("alternating", 2, {"blocks": 3}),
    ("alternating", 4, {"blocks": 2}),
    next(one for one in SMALL if one[0] == "listed"),
]


@pytest.mark.parametrize(("kind", "arms", "design"), FAIR, ids=name_of)
def test_every_order_is_drawn_equally_often(planned, kind, arms, design):
    protocol = planned(kind, arms, **design)
    every = [order.arms() for order in enumerate_orders(protocol)]
    drawn = Counter(drawn_arms(protocol, 4000))
    assert set(drawn) <= set(every)
    assert chisquare([drawn[order] for order in every]).pvalue > ENOUGH


@pytest.mark.parametrize(("kind", "arms", "design"), FAIR, ids=name_of)
def test_the_draw_does_not_follow_the_list_of_the_arms(planned, kind, arms, design):
    """Listed the other way round, the same orders are allowed and the first pair comes as often."""
    names = ARM_NAMES[:arms]
    one, other = (planned(kind, listed, **design) for listed in (names, names[::-1]))
    assert {order.arms() for order in enumerate_orders(one)} == {order.arms() for order in enumerate_orders(other)}
    pairs = [Counter(row[:2] for row in drawn_arms(protocol, 1200)) for protocol in (one, other)]
    table = [[counter[pair] for pair in sorted(set(pairs[0]) | set(pairs[1]))] for counter in pairs]
    assert chi2_contingency(table).pvalue > ENOUGH


@pytest.mark.parametrize("kind", ["randomized-blocks", "balanced", "mirrored-pairs", "alternating"])
def test_each_arm_comes_first_equally_often(planned, kind):
    shape = {"balanced": {"periods": 9}, "mirrored-pairs": {"pairs": 2}}.get(kind, {"blocks": 3})
    firsts = Counter(row[0] for row in drawn_arms(planned(kind, 3, **shape), 1500))
    assert chisquare([firsts[name] for name in ARM_NAMES[:3]]).pvalue > ENOUGH


@pytest.mark.parametrize(("arms", "periods"), [(2, 5), (2, 9), (3, 7), (3, 8), (4, 9)], ids=str)
def test_the_odd_period_goes_to_every_arm_equally_often(planned, arms, periods):
    protocol = planned("balanced", arms, periods=periods)
    least = periods // arms
    more = Counter(
        name for row in drawn_arms(protocol, 1500) for name, times in Counter(row).items() if times == least + 1
    )
    assert sum(more.values()) == 1500 * (periods % arms)
    assert chisquare([more[name] for name in ARM_NAMES[:arms]]).pvalue > ENOUGH


@settings(max_examples=60)
@given(
    arms=st.integers(2, 5),
    more=st.integers(0, 30),
    max_run=st.integers(1, 5),
    seed=st.integers(0, 2**63 - 1),
)
def test_a_balanced_order_keeps_its_promises(planned, arms, more, max_run, seed):
    row = draw_order(planned("balanced", arms, periods=2 * arms + more, max_run=max_run, seed=seed)).arms()
    assert len(row) == 2 * arms + more
    times = Counter(row)
    assert len(times) == arms
    assert max(times.values()) - min(times.values()) <= 1
    assert max(len(list(run)) for _, run in itertools.groupby(row)) <= max_run


def test_both_starts_of_an_alternating_order_occur(planned):
    rows = drawn_arms(planned("alternating", 2, blocks=4), 40)
    assert set(rows) == {("off", "citrate") * 4, ("citrate", "off") * 4}


@pytest.mark.parametrize("arms", [2, *(pytest.param(arms, marks=pytest.mark.slow) for arms in (3, 5))])
def test_a_thousand_periods_are_allowed_and_drawn(planned, arms):
    protocol = planned("balanced", arms, periods=1000, period_nights=3)
    row = draw_order(protocol).arms()
    assert (protocol.nights, len(row)) == (3000, 1000)
    assert max(Counter(row).values()) - min(Counter(row).values()) <= 1
    assert max(len(list(run)) for _, run in itertools.groupby(row)) == 2


@pytest.mark.parametrize(
    ("kind", "design"),
    [
        ("randomized-blocks", {"blocks": 500}),
        ("mirrored-pairs", {"pairs": 250}),
        ("alternating", {"blocks": 500}),
        ("balanced", {"periods": 1000, "max_run": 1000}),
    ],
    ids=name_of,
)
def test_a_thousand_periods_of_every_kind_can_be_drawn_and_enumerated(planned, kind, design):
    protocol = planned(kind, 2, **design)
    assert len(draw_order(protocol).periods) == 1000
    assert len(list(itertools.islice(enumerate_orders(protocol), 2))) == 2


@pytest.mark.parametrize("seed", [0, 1, 7, 2026, 2**63 - 1])
def test_the_draw_can_be_repeated_from_its_description(planned, seed):
    """Of each word of PCG64 the first bits are the number, and the next word is taken where it is not below the count."""
    for blocks, arms, bits in ((4, 2, 4), (2, 3, 6), (32, 2, 32)):
        protocol = planned("randomized-blocks", arms, blocks=blocks)
        words = PCG64(seed)
        numbers = (int(words.random_raw()) >> (64 - bits) for _ in itertools.count())
        expected = next(number for number in numbers if number < count_orders(protocol))
        assert draw_order(protocol, seed=seed) == build_order(protocol, expected)


@pytest.mark.parametrize(("blocks", "words"), [(63, 1), (64, 1), (65, 2), (100, 2), (128, 2), (129, 3)])
def test_a_long_draw_takes_as_many_words_as_it_needs(planned, blocks, words):
    """2 to the power of `blocks` orders: as many bits, the first ones of as many words of 64."""
    protocol = planned("randomized-blocks", 2, blocks=blocks)
    generator = PCG64(5)
    whole = 0
    for _ in range(words):
        whole = whole << 64 | int(generator.random_raw())
    assert draw_order(protocol, seed=5) == build_order(protocol, whole >> (64 * words - blocks))


def test_the_same_seed_gives_the_same_order_and_another_one_another(planned):
    protocol = planned("balanced", 3, periods=12, seed=5)
    assert draw_order(protocol) == draw_order(protocol) == draw_order(planned("balanced", 3, periods=12), seed=5)
    assert len({draw_order(protocol, seed=seed) for seed in range(20)}) == 20


def test_neighbouring_seeds_give_unrelated_orders(planned):
    firsts = [row[0] for row in drawn_arms(planned("randomized-blocks", 2, blocks=8), 2000)]
    pairs = Counter(itertools.pairwise(firsts))
    assert len(pairs) == 4
    assert chisquare(list(pairs.values())).pvalue > ENOUGH


LENGTHS = st.integers(1, 30) | st.fixed_dictionaries({name: st.integers(1, 30) for name in ARM_NAMES[:3]})


@settings(max_examples=80)
@given(
    shape=st.sampled_from(
        [one for one in SMALL if one[1] == 3 and one[2].get("periods", 6) % 3 == 0 and one[0] != "listed"]
    ),
    lengths=LENGTHS,
    run_in=st.integers(0, 20),
    washout=st.integers(0, 9),
    seed=st.integers(0, 2**63 - 1),
    reference=st.sampled_from(ARM_NAMES[:3]),
)
def test_every_night_has_its_place(planned, shape, lengths, run_in, washout, seed, reference):
    """Run-in on the reference, then each period with its arm's length, washout after every one but the last."""
    kind, arms, fields = shape
    washout = washout if reference == "off" else 0  # a reference with a dose has no nights without one
    design = fields | {"period_nights": lengths, "run_in_nights": run_in, "washout_nights": washout, "seed": seed}
    protocol = planned(kind, arms, reference=reference, **design)
    order = draw_order(protocol)
    expected = [(0, reference)] * run_in
    for number, arm in enumerate(order.arms(), start=1):
        nights = lengths if isinstance(lengths, int) else lengths[arm]
        expected += [(number, arm)] * nights
        expected += [(number, WASHOUT)] * (washout if number < protocol.periods else 0)
    lived = [(period.number, period.arm) for period in order.periods for _ in period.dates]
    assert lived == expected
    assert order.nights == protocol.nights == len(expected)
    assert [night for period in order.periods for night in period.dates] == [
        protocol.start + timedelta(days=i) for i in range(protocol.nights)
    ]
    check_order(protocol, order)


def test_washout_stands_between_two_periods_of_one_arm_too(planned):
    order = draw_order(planned("listed", 2, orders=[["off", "off", "citrate", "citrate"]], washout_nights=2))
    assert [(period.number, period.arm, period.nights) for period in order.periods] == [
        (1, "off", 1), (1, WASHOUT, 2), (2, "off", 1), (2, WASHOUT, 2), (3, "citrate", 1), (3, WASHOUT, 2), (4, "citrate", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "arms", "design"), SMALL, ids=name_of)
def test_the_nights_without_arms_are_the_same_for_every_order(planned, kind, arms, design):
    protocol = planned(kind, arms, concealed="helper", run_in_nights=2, washout_nights=1, **design)
    assert {order.hidden() for order in enumerate_orders(protocol)} == {schedule(protocol)}
    assert schedule(protocol).sealed
    check_order(protocol, schedule(protocol))


@pytest.fixture(scope="module")
def adopted(make_protocol):
    return known.adopted(make_protocol())


@pytest.mark.parametrize("ask", [count_orders, draw_order, enumerate_orders, schedule])
def test_adopted_nights_have_no_set_of_orders(adopted, ask):
    with pytest.raises(InputError, match="not drawn by nof1"):
        ask(adopted)


@pytest.mark.parametrize("seed", [-1, -(2**70)])
def test_a_seed_below_zero_is_refused(planned, seed):
    with pytest.raises(InputError, match=str(seed)):
        draw_order(planned("randomized-blocks", blocks=2), seed=seed)


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_concealed_order_cannot_be_drawn_from_its_protocol(planned, concealed):
    with pytest.raises(InputError, match="concealed, so its protocol has no seed"):
        draw_order(planned("randomized-blocks", blocks=2, concealed=concealed))


@pytest.mark.parametrize(
    ("arms", "words"),
    [
        (["off", "citrate", "citrate"], "off, citrate, citrate is not an order that the design allows"),
        (["off", "off", "citrate", "citrate"], "not an order that the design allows"),
        ([], "not an order that the design allows"),
        (["off", "zinc", "citrate", "off"], "'zinc' is not one of the arms: off, citrate"),
    ],
    ids=str,
)
def test_arms_that_the_design_does_not_allow_are_refused(planned, arms, words):
    with pytest.raises(InputError, match=words):
        order_of_arms(planned("randomized-blocks", blocks=2), arms)


def replaced(order, place, **changes):
    """The order with one stretch changed, and what follows moved."""
    periods, start = [], order.start
    for i, period in enumerate(order.periods):
        new = replace(period, start=start, **(changes if i == place else {}))
        periods.append(new)
        start += timedelta(days=new.nights)
    return Order(tuple(periods))


def of_a_day_later(order):
    return Order(tuple(replace(period, start=period.start + timedelta(days=1)) for period in order.periods))


# What is done to an order of run-in, period 1, washout and so on, then what is said.
WRONG = {
    "longer": (lambda order: replaced(order, 1, nights=4), "holds 20 nights from 2026-01-05; the protocol plans 19"),
    "a day later": (of_a_day_later, "holds 19 nights from 2026-01-06; the protocol plans 19 from 2026-01-05"),
    "unknown arm": (lambda order: replaced(order, 1, arm="zinc"), "names the arm 'zinc'"),
    "an arm twice in a block": (lambda order: replaced(order, 1, arm=order.arms()[1]), "that the design allows"),
    "a washout night more": (lambda order: replaced(replaced(order, 1, nights=2), 2, nights=3), "period lengths"),
    "run-in on the active arm": (lambda order: replaced(order, 0, arm="citrate"), "period lengths"),
    "another block": (lambda order: replaced(order, 1, block=2), "period lengths"),
    "one period sealed": (lambda order: replaced(order, 1, arm=None), "period lengths"),
}


@pytest.mark.parametrize(("change", "words"), WRONG.values(), ids=WRONG)
def test_an_order_that_the_protocol_does_not_plan_is_refused(planned, change, words):
    protocol = planned("randomized-blocks", blocks=2, period_nights=3, run_in_nights=1, washout_nights=2)
    order = draw_order(protocol)
    check_order(protocol, order)
    check_order(protocol, order.with_pauses([Pause(date(2026, 1, 8), 5)]))
    with pytest.raises(InputError, match=words):
        check_order(protocol, change(order))


@pytest.mark.parametrize(
    ("kind", "arms", "design"),
    [*SMALL[:4], *SMALL[6:8], ("mirrored-pairs", 3, {"pairs": 2}), ("alternating", 4, {"blocks": 2})],
    ids=name_of,
)
@pytest.mark.parametrize("pauses", [(), (Pause(date(2026, 1, 8), 4), Pause(date(2026, 1, 6), 1))], ids=["", "paused"])
def test_the_balance_is_that_of_a_count_night_by_night(planned, kind, arms, design, pauses):
    protocol = planned(kind, arms, period_nights=2, run_in_nights=3, washout_nights=1, **design)
    for seed in range(20):
        order = draw_order(protocol, seed=seed).with_pauses(pauses)
        nights = [(period.number, period.arm) for period in order.periods for _ in period.dates]
        rows = {row.arm: row for row in balance(order)}
        assert set(rows) == set(ARM_NAMES[:arms])
        for name, row in rows.items():
            own = [day for day, (number, arm) in enumerate(nights, start=1) if number and arm == name]
            assert (row.periods, row.nights) == (order.arms().count(name), len(own))
            assert row.mean_night == pytest.approx(np.mean(own))
            assert "x" * row.longest_run in "".join("x" if arm == name else "." for arm in order.arms())
            assert "x" * (row.longest_run + 1) not in "".join("x" if arm == name else "." for arm in order.arms())


def test_the_balance_of_a_sealed_order_is_a_secret(planned):
    with pytest.raises(InputError, match="sealed"):
        balance(schedule(planned("randomized-blocks", blocks=2, concealed="helper")))


# As equal periods; then with lengths of each arm, for designs in which each comes equally often.
LENGTHS_OF = {2: [(1, 3)], 3: [(1, 1, 2), (2, 1, 2), (1, 2, 3)], 4: [(1, 1, 1, 2), (1, 2, 2, 1), (1, 2, 3, 4)]}
SHAPES = [(*one, 1) for one in SMALL] + [
    (kind, arms, design, dict(zip(ARM_NAMES, lengths, strict=False)))
    for kind, arms, design in SMALL
    for lengths in LENGTHS_OF[arms]
    if kind != "listed" and design.get("periods", 0) % arms == 0
]


@pytest.mark.parametrize(("kind", "arms", "design", "lengths"), SHAPES, ids=name_of)
def test_no_result_reaches_a_smaller_p_and_some_result_reaches_it(planned, kind, arms, design, lengths):
    """Every order's own contrast as the results, a large effect in it, random results, and random ratings with ties.

    An order is compared with those that leave the nights of the other arms where they are.
    """
    protocol = planned(kind, arms, period_nights=lengths, run_in_nights=1, washout_nights=1, **design)
    orders = list(enumerate_orders(protocol))
    random = np.random.default_rng(1)
    nights = orders[0].nights
    chance = np.hstack([random.normal(size=(nights, 50)), random.integers(0, 11, (nights, 50))])
    least = []
    for arm in protocol.active_arms:
        found = []
        for alike in classes(orders, arm.name, protocol.reference):
            weights = contrasts(alike, arm.name, protocol.reference)
            large = 1e4 * (weights > 0) + weights
            found.append(least_p(weights, np.hstack([weights.T, large.T, chance])))
        least.append(min(found))
    assert smallest_p(protocol) == pytest.approx(max(least))


def test_the_least_p_of_a_large_design_is_known_at_once(planned):
    assert smallest_p(planned("randomized-blocks", blocks=500)) == pytest.approx(2 / 2**500)
    assert smallest_p(planned("balanced", 4, periods=80)) == pytest.approx(2 / comb(40, 20))


@pytest.mark.parametrize(
    ("kind", "design", "least"),
    [
        ("alternating", {"blocks": 9}, 1),
        ("randomized-blocks", {"blocks": 6}, 2 / 2**6),
        ("mirrored-pairs", {"pairs": 5}, 2 / 2**5),
        ("balanced", {"periods": 9}, 2 / comb(6, 3)),
    ],
    ids=str,
)
def test_with_a_third_arm_the_least_p_counts_only_what_leaves_its_nights_alone(planned, kind, design, least):
    """A comparison of two arms must not assume that the third makes no difference."""
    assert smallest_p(planned(kind, 3, **design)) == pytest.approx(least)
