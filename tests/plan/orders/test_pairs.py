"""Reference sets of two arms: exactly the allowed orders that leave the others alone, each with a number of its own."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from brute import ARM_NAMES, SMALL, classes, name_of
from known import adopted
from scipy.stats import chisquare

from nof1.errors import InputError
from nof1.plan.orders.draw import allowed_sequences, enumerate_orders
from nof1.plan.orders.pairs import drawn_numbers, first_nights, orders_between, signs_of

LENGTHS = {2: [(1, 3)], 3: [(1, 1, 2), (2, 1, 2), (1, 2, 3)], 4: [(1, 1, 2, 2), (1, 2, 3, 4)]}
SHAPES = [(*one, 1, 1) for one in SMALL] + [
    (kind, arms, design, dict(zip(ARM_NAMES, lengths, strict=False)), washout)
    for kind, arms, design in SMALL
    if kind != "listed" and design.get("periods", 0) % arms == 0 and design.get("max_run") != 8
    for lengths in LENGTHS[arms]
    for washout in (0, 2)
]
SHAPES.append(("listed", 3, {"orders": SMALL[-2][2]["orders"]}, {"off": 2, "citrate": 1, "glycinate": 1}, 0))


@pytest.mark.parametrize(("kind", "arms", "design", "lengths", "washout"), SHAPES, ids=name_of)
def test_the_set_is_that_of_a_search_through_all_orders(planned, kind, arms, design, lengths, washout):
    protocol = planned(kind, arms, period_nights=lengths, run_in_nights=1, washout_nights=washout, **design)
    orders = list(enumerate_orders(protocol))
    names = ARM_NAMES[:arms]
    for arm, reference in combinations(names, 2):
        one, other = names.index(arm), names.index(reference)
        free = ("washout",) if protocol.reference in (arm, reference) else ()
        for some in classes(orders, arm, reference, free)[:40]:
            rows = {tuple(row) for row in signs_of([[names.index(a) for a in o.arms()] for o in some], one, other)}
            found = orders_between(protocol, [names.index(name) for name in some[-1].arms()], one, other)
            every = found.rows(np.arange(found.count))
            assert found.count == len(some)
            assert {tuple(row) for row in every} == rows


def test_nights_of_periods_are_those_of_the_order(planned):
    protocol = planned(
        "balanced",
        3,
        periods=9,
        period_nights={"off": 2, "citrate": 3, "glycinate": 1},
        run_in_nights=4,
        washout_nights=2,
    )
    for order, sequence in zip(enumerate_orders(protocol), allowed_sequences(protocol), strict=True):
        lived = [period for period in order.periods if period.number and period.arm in ARM_NAMES]
        first, end = first_nights(protocol, sequence, signs_of([sequence], 1, 0), 1, 0)[:, 0]
        assert [(period.start - order.start).days for period in lived] == list(first)
        assert [(period.end - order.start).days + 1 for period in lived] == list(end)


# Too many to write out; numbers beyond 64 bits among them.
LARGE = [
    ("randomized-blocks", 2, {"blocks": 42}),
    ("randomized-blocks", 3, {"blocks": 90}),
    ("mirrored-pairs", 4, {"pairs": 30}),
    ("balanced", 2, {"periods": 84, "max_run": 2}),
    ("balanced", 2, {"periods": 85, "max_run": 4}),
    ("balanced", 3, {"periods": 100, "max_run": 3}),
    ("balanced", 5, {"periods": 203, "max_run": 2}),
]


@pytest.mark.parametrize(("kind", "arms", "design"), LARGE, ids=name_of)
def test_orders_of_a_large_set_are_allowed_and_differ(planned, kind, arms, design):
    protocol = planned(kind, arms, **design)
    allowed = allowed_sequences(protocol)
    lived = allowed.unrank(allowed.count // 3)
    found = orders_between(protocol, lived, 1, 0)
    numbers = np.append(drawn_numbers(found.count, 200, seed=4), [0, found.count - 1])
    rows = found.rows(numbers)
    assert len({tuple(row) for row in rows}) == len(set(numbers.tolist()))
    for row in rows:
        assert tuple(np.where(row > 0, 1, np.where(row < 0, 0, lived))) in allowed


@pytest.mark.parametrize(("arms", "design"), [(2, {"periods": 84}), (2, {"periods": 41, "max_run": 5})], ids=str)
def test_of_two_arms_the_set_is_the_whole_design(planned, arms, design):
    protocol = planned("balanced", arms, **design)
    allowed = allowed_sequences(protocol)
    assert orders_between(protocol, allowed.unrank(5), 1, 0).count == allowed.count


def test_drawn_orders_come_equally_often(planned):
    protocol = planned("balanced", 3, periods=8, max_run=1)
    sets = (orders_between(protocol, lived, 1, 0) for lived in allowed_sequences(protocol))
    found = max(sets, key=lambda one: one.count)
    times = Counter(drawn_numbers(found.count, 3000, seed=2).tolist())
    assert chisquare([times[number] for number in range(found.count)]).pvalue > 0.001
    assert np.array_equal(drawn_numbers(found.count, 50, seed=2), drawn_numbers(found.count, 50, seed=2))


def test_lived_nights_have_no_set(make_protocol):
    with pytest.raises(InputError, match="not drawn by nof1"):
        orders_between(adopted(make_protocol()), [0, 1], 1, 0)
