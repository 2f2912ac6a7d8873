"""The orders: how many there are, that each is drawn equally often, and that order.csv is held against the protocol."""

import itertools
import math
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import PCG64
from scipy.stats import chisquare

from nof1.errors import InputError
from nof1.plan.design import MAX_NIGHTS
from nof1.plan.order import (
    Order,
    Period,
    build_order,
    count_orders,
    draw_order,
    enumerate_orders,
    order_from_arms,
    order_number,
)
from nof1.plan.protocol import Protocol

ARM_NAMES = ("off", "citrate", "glycinate", "oxide")


@pytest.fixture(scope="session")
def design(make_protocol):
    """A function that makes a protocol with so many arms, blocks and nights."""

    def make(arms=2, blocks=2, period_nights=1, run_in_nights=0, seed=1):
        return make_protocol(
            arms=[{"name": name} for name in ARM_NAMES[:arms]],
            design={
                "blocks": blocks,
                "period_nights": period_nights,
                "run_in_nights": run_in_nights,
                "seed": seed,
            },
        )

    return make


@pytest.fixture(scope="session")
def adopted(make_protocol):
    design = {"kind": "adopted", "start": date(2026, 1, 5), "nights": 4}
    return Protocol.build(make_protocol().to_dict() | {"design": design})


def arms_of(order):
    return tuple(period.arm for period in order.periods if period.number)


SMALL = [(2, 2), (2, 3), (2, 5), (3, 2), (3, 3), (4, 2)]


@pytest.mark.parametrize(("arms", "blocks"), SMALL, ids=str)
def test_the_count_is_that_of_a_search_through_all_sequences(design, arms, blocks):
    protocol = design(arms, blocks)
    names = ARM_NAMES[:arms]
    one_block = [block for block in itertools.product(names, repeat=arms) if set(block) == set(names)]
    found = {sum(blocks_, ()) for blocks_ in itertools.product(one_block, repeat=blocks)}
    assert count_orders(protocol) == len(found)
    assert {arms_of(order) for order in enumerate_orders(protocol)} == found


@pytest.mark.parametrize(("arms", "blocks"), SMALL, ids=str)
def test_the_enumeration_holds_each_order_once(design, arms, blocks):
    protocol = design(arms, blocks)
    orders = list(enumerate_orders(protocol))
    assert len(orders) == len(set(orders)) == count_orders(protocol)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_number_and_order_are_each_others_inverse(design, data):
    protocol = design(
        data.draw(st.integers(2, 4)),
        data.draw(st.integers(2, 30)),
        data.draw(st.integers(1, 5)),
        data.draw(st.integers(0, 5)),
    )
    number = data.draw(st.integers(0, count_orders(protocol) - 1))
    order = build_order(protocol, number)
    assert order_number(protocol, order) == number
    assert build_order(protocol, order_number(protocol, order)) == order


@settings(max_examples=60, deadline=None)
@given(
    arms=st.integers(2, 4),
    blocks=st.integers(2, 12),
    period_nights=st.integers(1, 30),
    run_in_nights=st.integers(0, 20),
    seed=st.integers(0, 2**63 - 1),
)
def test_a_drawn_order_fits_its_design(design, arms, blocks, period_nights, run_in_nights, seed):
    protocol = design(arms, blocks, period_nights, run_in_nights, seed)
    order = draw_order(protocol)
    drawn = [period for period in order.periods if period.number]
    assert all(period.nights == period_nights for period in drawn)
    for number, block in enumerate(itertools.batched(drawn, arms), start=1):
        assert {period.block for period in block} == {number}
        assert sorted(period.arm for period in block) == sorted(ARM_NAMES[:arms])
    run_in = [period for period in order.periods if not period.number]
    assert [(period.arm, period.block, period.nights) for period in run_in] == (
        [("off", 0, run_in_nights)] if run_in_nights else []
    )
    nights = [night for period in order.periods for night in period.dates]
    assert nights == [protocol.start + timedelta(days=i) for i in range(protocol.nights)]
    assert order.nights == protocol.nights
    order.check(protocol)


def test_the_run_in_is_on_the_reference_wherever_it_stands(make_protocol):
    protocol = make_protocol(reference="magnesium")
    assert draw_order(protocol).periods[0].arm == "magnesium"


# Orders in the enumeration, and draws for each of them.
DESIGNS = {
    "2 arms, 2 blocks": (2, 2, 400),
    "2 arms, 4 blocks": (2, 4, 100),
    "3 arms, 2 blocks": (3, 2, 60),
    "4 arms, 2 blocks": (4, 2, 10),
}


@pytest.mark.parametrize(("arms", "blocks", "each"), DESIGNS.values(), ids=DESIGNS)
def test_every_order_is_drawn_equally_often(design, arms, blocks, each):
    protocol = design(arms, blocks)
    count = count_orders(protocol)
    drawn = Counter(order_number(protocol, draw_order(protocol, seed=seed)) for seed in range(each * count))
    assert chisquare([drawn[number] for number in range(count)]).pvalue > 0.001


def test_each_arm_comes_first_equally_often_in_every_block(design):
    protocol = design(3, 4)
    draws = [arms_of(draw_order(protocol, seed=seed)) for seed in range(1500)]
    for block in range(4):
        firsts = Counter(draw[block * 3] for draw in draws)
        assert chisquare([firsts[name] for name in ARM_NAMES[:3]]).pvalue > 0.001


def test_neighbouring_seeds_give_unrelated_orders(design):
    protocol = design(2, 8)  # 256 orders
    numbers = [order_number(protocol, draw_order(protocol, seed=seed)) for seed in range(2000)]
    same_sign = Counter((a < 128, b < 128) for a, b in itertools.pairwise(numbers))
    assert chisquare(list(same_sign.values())).pvalue > 0.001
    assert len(same_sign) == 4


def test_the_same_seed_gives_the_same_order(design):
    assert draw_order(design(3, 6, 7, 2, seed=5)) == draw_order(design(3, 6, 7, 2, seed=5))
    assert draw_order(design(3, 6, seed=5)) == draw_order(design(3, 6, seed=9), seed=5)
    assert len({draw_order(design(3, 6), seed=seed) for seed in range(20)}) > 15


@pytest.mark.parametrize("seed", [0, 1, 7, 2026, 2**63 - 1])
def test_the_draw_can_be_repeated_from_its_description(design, seed):
    """16 orders are 4 bits: with a power of two the first bits of the stream are the number."""
    protocol = design(2, 4)
    assert order_number(protocol, draw_order(protocol, seed=seed)) == int(PCG64(seed).random_raw()) >> 60


@pytest.mark.parametrize("arms", [2, 3, 4])
def test_a_thousand_blocks_can_be_drawn(design, arms):
    protocol = design(arms, min(1000, MAX_NIGHTS // arms))
    order = draw_order(protocol)
    assert count_orders(protocol) == math.factorial(arms) ** protocol.design.blocks
    assert len(order.periods) == arms * protocol.design.blocks
    assert build_order(protocol, order_number(protocol, order)) == order


def test_adopted_nights_have_no_set_of_orders(adopted):
    for ask in (count_orders, draw_order, enumerate_orders):
        with pytest.raises(InputError, match="not drawn by nof1"):
            list(ask(adopted)) if ask is enumerate_orders else ask(adopted)


@pytest.mark.parametrize("number", [-1, 4, 10**30])
def test_a_number_outside_the_set_is_refused(design, number):
    with pytest.raises(InputError, match=str(number)):
        build_order(design(2, 2), number)


@pytest.mark.parametrize("seed", [-1, -(2**70)])
def test_a_seed_below_zero_is_refused(design, seed):
    with pytest.raises(InputError, match=str(seed)):
        draw_order(design(), seed=seed)


def test_period_of_finds_first_and_last_night_and_refuses_the_others(protocol):
    order = draw_order(protocol)
    assert order.period_of(date(2026, 1, 5)).number == 0
    assert order.period_of(date(2026, 1, 7)).number == 1
    assert order.period_of(date(2026, 1, 18)).number == 4
    for outside in (date(2026, 1, 4), date(2026, 1, 19)):
        with pytest.raises(InputError, match=f"{outside} is not a night of this trial.*2026-01-05 to 2026-01-18"):
            order.period_of(outside)


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        ((), "at least one period"),
        ((Period(1, 0, "a", date(2026, 1, 1), 2), Period(2, 0, "b", date(2026, 1, 4), 2)), "starts on 2026-01-04"),
        ((Period(1, 0, "a", date(2026, 1, 1), 2), Period(2, 0, "b", date(2026, 1, 2), 2)), "starts on 2026-01-02"),
        ((Period(1, 0, "a", date(2026, 1, 1), 2), Period(3, 0, "b", date(2026, 1, 3), 2)), "followed by period 3"),
    ],
    ids=["no period", "a gap", "an overlap", "a number left out"],
)
def test_an_order_with_gaps_is_no_order(periods, words):
    with pytest.raises(InputError, match=words):
        Order(periods)


def test_an_order_cannot_be_changed(protocol):
    order = draw_order(protocol)
    with pytest.raises(AttributeError):
        order.periods[0].arm = "magnesium"
    with pytest.raises(AttributeError):
        order.periods = ()


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_order_csv_loses_nothing(design, tmp_path_factory, data):
    protocol = design(
        data.draw(st.integers(2, 4)),
        data.draw(st.integers(2, 8)),
        data.draw(st.integers(1, 9)),
        data.draw(st.integers(0, 9)),
        data.draw(st.integers(0, 999)),
    )
    folder = tmp_path_factory.mktemp("order")
    draw_order(protocol).save(folder / "order.csv")
    assert Order.load(folder, protocol) == draw_order(protocol)


def test_order_csv_has_one_row_a_night(protocol):
    lines = draw_order(protocol).to_csv().splitlines()
    assert lines[:3] == ["date,period,block,arm", "2026-01-05,0,0,off", "2026-01-06,0,0,off"]
    assert len(lines) == 1 + protocol.nights


def rows_changed(change):
    return lambda text: "\n".join(change(text.splitlines())) + "\n"


def other_arm(line):
    return line.replace("off", "magnesium") if line.endswith("off") else line.replace("magnesium", "off")


# Line 0 is the header, lines 1 and 2 the run-in, 3 to 5 the first period.
DAMAGED = {
    "empty": lambda text: "",
    "header only": rows_changed(lambda lines: lines[:1]),
    "another header": lambda text: text.replace("date,", "day,", 1),
    "last night missing": rows_changed(lambda lines: lines[:-1]),
    "a night missing": rows_changed(lambda lines: lines[:6] + lines[7:]),
    "a night twice": rows_changed(lambda lines: [*lines[:6], *lines[5:]]),
    "one night more": rows_changed(lambda lines: [*lines, lines[-1].replace("2026-01-18", "2026-01-19")]),
    "nights in another order": rows_changed(lambda lines: [lines[0], lines[2], lines[1], *lines[3:]]),
    "other dates": lambda text: text.replace("2026-01-", "2026-02-"),
    "unknown arm": lambda text: text.replace("magnesium", "zinc"),
    "an arm twice in a block": rows_changed(lambda lines: [*lines[:3], *map(other_arm, lines[3:6]), *lines[6:]]),
    "one night on the other arm": rows_changed(lambda lines: [*lines[:4], other_arm(lines[4]), *lines[5:]]),
    "run-in on the active arm": rows_changed(lambda lines: [lines[0], *map(other_arm, lines[1:3]), *lines[3:]]),
    "a period one night longer": rows_changed(
        lambda lines: [*lines[:6], lines[6][:10] + lines[5][10:], *lines[7:]],
    ),
    "no run-in": rows_changed(lambda lines: [lines[0], *lines[3:]]),
    "another block number": lambda text: text.replace(",1,1,", ",1,2,"),
    "another period number": lambda text: text.replace(",4,2,", ",5,2,"),
    "unreadable date": lambda text: text.replace("2026-01-09", "9 January"),
    "impossible date": lambda text: text.replace("2026-01-09", "2026-01-32"),
    "unreadable number": lambda text: text.replace(",1,1,", ",one,1,"),
    "a value missing": rows_changed(lambda lines: [*lines[:5], lines[5].rpartition(",")[0], *lines[6:]]),
    "a value too many": rows_changed(lambda lines: [*lines[:5], lines[5] + ",more", *lines[6:]]),
    "an open quote": lambda text: text.replace("2026-01-09", '"2026-01-09'),
    "not UTF-8": lambda text: text.encode("utf-16"),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_order_is_refused_with_the_name_of_its_file(tmp_path, protocol, damage):
    sound = draw_order(protocol).to_csv()
    damaged = damage(sound)
    assert damaged != sound
    (tmp_path / "order.csv").write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
    with pytest.raises(InputError, match=r"order\.csv"):
        Order.load(tmp_path, protocol)


def test_a_missing_order_is_refused(tmp_path, protocol):
    with pytest.raises(InputError, match=r"There is no file .*order\.csv"):
        Order.load(tmp_path, protocol)


def test_the_order_of_another_protocol_is_refused(tmp_path, make_protocol, protocol):
    draw_order(make_protocol(design={"blocks": 3})).save(tmp_path / "order.csv")
    with pytest.raises(InputError, match=r"holds 20 nights from 2026-01-05; the protocol plans 14"):
        Order.load(tmp_path, protocol)


def test_adopted_arms_become_periods_without_blocks():
    order = order_from_arms(date(2026, 1, 1), ["a", "a", "b", "a", "a", "a"])
    assert order.periods == (
        Period(1, 0, "a", date(2026, 1, 1), 2),
        Period(2, 0, "b", date(2026, 1, 3), 1),
        Period(3, 0, "a", date(2026, 1, 4), 3),
    )


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
def test_adopted_periods_give_the_arms_back(arms):
    order = order_from_arms(date(2024, 2, 20), arms)
    assert [period.arm for period in order.periods for _ in period.dates] == arms
    assert all(earlier.arm != later.arm for earlier, later in itertools.pairwise(order.periods))


def test_no_adopted_nights_are_refused():
    with pytest.raises(InputError):
        order_from_arms(date(2026, 1, 1), [])
