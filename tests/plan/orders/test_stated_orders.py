"""The orders of a statement by their numbers: each number another one, and random ones equally often."""

from collections import Counter

import numpy as np
import pytest
from elsewhere import every_row, stated_trial

from nof1.plan.orders.stated_orders import Shuffles, orders_as_stated, whole_set
from nof1.plan.orders.stated_periods import drawn_periods

SETS = [
    ("any", (0, 1, 1, 0, 1, 0, 1)),
    ("any", (0, 1, 2, 1, 0, 2, 1)),
    ("max-run:2", (0, 1, 1, 0, 1, 0, 0)),
    ("blocks:2", (0, 1, 1, 0, 1, 0, 1)),
    ("blocks:4", (0, 1, 1, 0, 1, 1, 0, 0)),
    ("blocks:6", (0, 1, 2, 2, 1, 0, 0, 2)),
    ("mirrored", (0, 1, 1, 0, 1, 0)),
    ("alternating", (0, 1, 2, 0, 1, 2, 0)),
    ("phases:ABAB,min=2", (0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1)),
    ("phases:ABACBA,min=1", (0, 1, 1, 0, 0, 2, 1, 1, 1, 0)),
]


def orders_of(drawn, own):
    trial = stated_trial(own, np.zeros(len(own)), drawn)
    stated = trial.protocol.stated
    return orders_as_stated(trial.protocol, stated, drawn_periods(trial.protocol, stated, trial.order), 1, 0)


@pytest.mark.parametrize(("drawn", "own"), SETS)
def test_each_number_is_another_order_and_all_of_them_are_there(drawn, own):
    found = orders_of(drawn, own)
    rows = {tuple(row) for row in found.rows(np.arange(found.count)).tolist()}
    wanted = {tuple((arm == 1) - (arm == 0) for arm in row) for row in every_row(drawn, own, 1, 0)}
    assert rows == wanted
    assert found.count == len(rows)
    large = found.rows(np.arange(found.count).astype(object))  # as where numbers do not fit 64 bits
    assert {tuple(row) for row in large.tolist()} == wanted


@pytest.mark.parametrize(("drawn", "own"), [(drawn, own) for drawn, own in SETS if drawn[:3] in ("any", "blo")])
def test_shuffled_orders_come_equally_often(drawn, own):
    found = orders_of(drawn, own)
    assert isinstance(found, Shuffles)
    draws = 500 * found.count
    times = Counter(tuple(row) for rows in found.drawn(draws, seed=5) for row in rows.tolist())
    assert len(times) == found.count
    assert sum(times.values()) == draws
    assert max(abs(number - 500) for number in times.values()) < 5.5 * np.sqrt(500)


def test_large_sets_are_counted_exactly():
    assert orders_of("any", (0, 1) * 25).count == 126_410_606_437_752
    assert orders_of("phases:ABAB,min=4", (0,) * 6 + (1,) * 6 + (0,) * 6 + (1,) * 6).count == 165
    assert orders_of("pairs:1", (0, 1) * 100).count == 2**100


def test_the_whole_set_is_told_of_two_arms_alone():
    def whole(drawn, own):
        trial = stated_trial(own, np.zeros(len(own)), drawn)
        return whole_set(trial.protocol, trial.protocol.stated, trial.order)

    assert whole("any", (0, 1) * 7) == 3432
    assert whole("any", (0, 1, 2)) is None
