import numpy as np
import pytest

from nof1.analyze.simulation.alternatives import THIS, half_life_table, neighbours, slow_half_life, slow_pool_sentence
from nof1.plan.orders.draw import enumerate_orders


def test_neighbours_change_one_thing_or_divide_the_same_nights(make_protocol):
    protocol = make_protocol(design={"blocks": 6, "period_nights": 8, "run_in_nights": 0})
    got = {neighbour.change: neighbour.protocol.design for neighbour in neighbours(protocol)}
    assert got[THIS] == protocol.design
    assert (got["shorter periods"].period_nights, got["shorter periods"].blocks) == (6, 6)
    assert (got["longer periods"].period_nights, got["longer periods"].blocks) == (12, 6)
    assert (got["fewer blocks"].period_nights, got["fewer blocks"].blocks) == (8, 4)
    assert (got["more blocks"].period_nights, got["more blocks"].blocks) == (8, 8)
    assert (got["same nights, shorter periods"].period_nights, got["same nights, shorter periods"].blocks) == (4, 12)
    assert (got["same nights, longer periods"].period_nights, got["same nights, longer periods"].blocks) == (16, 3)


def test_neighbours_stay_valid_and_within_a_year(make_protocol):
    short = make_protocol(design={"blocks": 2, "period_nights": 1, "run_in_nights": 0})
    assert all(neighbour.protocol.nights >= 4 for neighbour in neighbours(short))
    year = make_protocol(design={"blocks": 26, "period_nights": 7, "run_in_nights": 0})
    assert max(neighbour.protocol.nights for neighbour in neighbours(year)) <= 366
    discarding = make_protocol(design={"blocks": 4, "period_nights": 4}, analysis={"carryover": "discard:3"})
    assert all(neighbour.protocol.design.period_nights > 3 for neighbour in neighbours(discarding))


def recursion(doses, half_life):
    decay, x, out = 2 ** (-1 / half_life), 0.0, []
    for dose in doses:
        x = decay * x + (1 - decay) * dose
        out.append(x)
    return np.array(out)


def test_half_lives_against_the_recursion_over_all_orders(make_protocol):
    protocol = make_protocol(design={"blocks": 3, "period_nights": 5, "run_in_nights": 4})
    table = half_life_table(protocol, seed=1).set_index("half_life_days")["share"]
    assert list(table.index) == [0.5, 1, 2, 4, 8, 16, 32, 42]
    for half_life in (0.5, 4, 42):
        shares = []
        for order in enumerate_orders(protocol):
            on = np.repeat(
                [period.arm == "magnesium" for period in order.periods], [period.nights for period in order.periods]
            )
            x = recursion(on, half_life)
            shares.append(x[on].mean() - x[~on].mean())
        assert table[half_life] == pytest.approx(np.mean(shares), abs=0.02)
    assert table.is_monotonic_decreasing


def test_short_periods_say_that_slow_effects_stay_unseen(make_protocol):
    protocol = make_protocol(design={"blocks": 6, "period_nights": 7, "run_in_nights": 0})
    table = half_life_table(protocol, seed=1)
    assert table["seen"].iloc[0]
    assert not table["seen"].iloc[-1]
    sentence = slow_pool_sentence(protocol, table)
    assert "would not speak about slow effects" in sentence
    assert f"about {100 * table['share'].iloc[-1]:.0f} %" in sentence
    assert "42 days" in sentence
    assert "would not speak" not in slow_pool_sentence(protocol, table.assign(seen=True, share=0.7))


def test_the_slow_pool_is_the_sourced_fact():
    assert slow_half_life() == 42
