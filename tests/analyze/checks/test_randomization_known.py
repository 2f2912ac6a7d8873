"""The randomization test on series whose answer is known: two classics, phases counted in whole numbers, examples of others."""

import csv
from fractions import Fraction

import numpy as np
import pytest
from brute import every_half, lived
from known import data_of_others

from nof1.analyze.checks.order_statistics import compare_orders
from nof1.analyze.checks.randomization_test import randomization_test
from nof1.plan.orders.draw import order_of_arms, smallest_p
from nof1.report.words.randomization import randomization_sentence

# Heights of 15 pairs of maize plants in eighths of an inch, crossed and self-fertilized (Darwin, C., 1876, The effects of cross
# and self fertilisation in the vegetable kingdom, table XCVII). Fisher, R. A., 1935, The design of experiments, section 21,
# counts the 2^15 ways to give signs to the differences: 863 have a sum as great as was found, and as many one as far below.
CROSSED = (188, 96, 168, 176, 153, 172, 177, 163, 146, 173, 186, 168, 177, 184, 96)
SELFED = (139, 163, 160, 160, 147, 149, 149, 122, 132, 144, 130, 144, 102, 124, 144)

# Hours of sleep that 10 patients gained on two hypnotics, in tenths (Student, 1908, The probable error of a mean, Biometrika 6,
# section IX).
DEXTRO = (7, -16, -2, -12, -1, 34, 37, 8, 0, 20)
LAEVO = (19, 8, 11, 1, -1, 44, 55, 16, 46, 34)


def of_pairs(make_protocol, first, second, **outcome):
    """A trial in blocks of two nights, `first` on magnesium, then `second` off it."""
    design = {"blocks": len(first), "period_nights": 1, "run_in_nights": 0}
    protocol = make_protocol(design=design, outcome={"low": -100, "high": 200} | outcome)
    order = order_of_arms(protocol, ["magnesium", "off"] * len(first))
    return lived(protocol, order, np.column_stack([first, second]).ravel())


def test_darwin_s_maize_has_the_p_that_fisher_counted(make_protocol):
    trial = of_pairs(make_protocol, CROSSED, SELFED, better="higher")
    for statistic in ("periods", "nights"):
        found = randomization_test(trial, statistic=statistic)
        assert (found.orders, found.exact) == (32768, True)
        assert found.statistic == pytest.approx(314 / 15)
        assert found.p == 1726 / 32768
        assert found.p_one_sided == 863 / 32768
        assert found.p_smallest == 2 / 32768
        assert found.interval[0] < 0 < found.interval[1]  # 5.3 in 100, more than 5


def test_student_s_sleep_data_are_beaten_by_their_mirror_image_alone(make_protocol):
    """Nobody slept less on the second drug and one patient as long: of the 1024 orders two are as lived, two their opposites."""
    found = randomization_test(of_pairs(make_protocol, LAEVO, DEXTRO, better="higher"))
    assert (found.orders, found.statistic) == (1024, pytest.approx(15.8))
    assert found.p == 4 / 1024
    assert found.p_one_sided == 2 / 1024
    assert found.interval[0] > 0


def test_student_s_sleep_data_as_two_groups():
    """How many of the 184,756 ways to choose ten have a sum as far off: counted in whole tenths, sum by sum."""
    ways = {(0, 0): 1}
    for value in (*LAEVO, *DEXTRO):
        for (count, total), number in list(ways.items()):
            ways[count + 1, total + value] = ways.get((count + 1, total + value), 0) + number
    whole = sum(LAEVO) + sum(DEXTRO)
    of_ten = {total: number for (count, total), number in ways.items() if count == 10}
    hits = sum(number for total, number in of_ten.items() if abs(2 * total - whole) >= 2 * sum(LAEVO) - whole)
    assert sum(of_ten.values()) == 184_756
    orders = every_half(20, 10)
    found = compare_orders(np.array((*LAEVO, *DEXTRO)) / 10, orders, 0, statistic="nights")
    assert orders[0].tolist() == [1] * 10 + [0] * 10
    assert found.p == hits / 184_756
    assert found.p == pytest.approx(0.08145, abs=5e-6)


def phases():
    """24 nights in four phases of 4 and more, off, on, off, on: what each of the 165 ways to place the changes makes of them."""
    starts = [(a, b, c) for a in range(4, 25) for b in range(a + 4, 25) for c in range(b + 4, 21)]
    return starts, np.array([[(i >= a) + (i >= b) + (i >= c) for i in range(24)] for a, b, c in starts]) % 2


def mean(values):
    return Fraction(sum(values), len(values))


def by_nights(y, a, b, c):
    return mean([*y[a:b], *y[c:]]) - mean([*y[:a], *y[b:c]])


def by_periods(y, a, b, c):
    return (mean(y[a:b]) + mean(y[c:]) - mean(y[:a]) - mean(y[b:c])) / 2


@pytest.mark.parametrize(("statistic", "difference"), [("nights", by_nights), ("periods", by_periods)])
def test_phases_whose_changes_were_drawn_are_counted_in_fractions(statistic, difference):
    """A series of our own, and fractions, in which ties are ties."""
    y = [5, 6, 2, 6, 5, 3, 4, 6, 1, 3, 5, 5, 2, 6, 4, 5, 3, 6, 2, 3, 5, 4, 2, 3]
    starts, orders = phases()
    differences = [difference(y, *changes) for changes in starts]
    for number in range(0, 165, 8):
        hits = sum(abs(other) >= abs(differences[number]) for other in differences)
        found = compare_orders(np.array(y, dtype=float), orders, number, statistic=statistic)
        assert found.statistic == pytest.approx(float(differences[number]))
        assert found.p == pytest.approx(hits / 165)


# Examples of others.


def read(name):
    with data_of_others(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_sleeping_pills_in_any_order():
    data = read("sleeping_pills.csv")
    arm = np.array([row["treatment"] == "E" for row in data]).astype(int)
    orders = every_half(14, 7)
    number = int(np.flatnonzero((orders == arm).all(axis=1))[0])
    for statistic in ("periods", "nights"):
        period = np.tile(np.arange(14), (len(orders), 1))
        found = compare_orders(
            np.array([float(row["sever_compl"]) for row in data]), orders, number, period=period, statistic=statistic
        )
        assert found.statistic == pytest.approx(1.2857, abs=5e-5)
        assert found.p == pytest.approx(0.04487, abs=5e-6)
        assert found.p_greater == pytest.approx(0.02244, abs=5e-6)
        assert found.p_smallest == pytest.approx(2 / 3432)


def test_sleeping_pills_as_a_trial(planned):
    data = read("sleeping_pills.csv")
    protocol = planned("balanced", 2, periods=14, max_run=14)
    order = order_of_arms(protocol, ["citrate" if row["treatment"] == "E" else "off" for row in data])
    found = randomization_test(lived(protocol, order, [float(row["sever_compl"]) for row in data]))
    assert (found.orders, found.exact, found.draws) == (3432, True, None)
    assert found.statistic == pytest.approx(1.2857, abs=5e-5)
    assert found.p == pytest.approx(0.04487, abs=5e-6)
    assert found.p == 154 / 3432
    assert found.p_one_sided == pytest.approx(1 - (77 - ties(data)) / 3432)  # fewer complaints would be better
    assert found.p_smallest == smallest_p(protocol) == 2 / 3432
    assert found.interval[0] > 0
    told = randomization_sentence(protocol, found)
    assert "3432 orders were possible" in told
    assert "154 of the 3432 orders (about 4 in 100)" in told


def ties(data):
    """Orders with exactly the difference that was lived, by whole numbers."""
    y = np.array([int(row["sever_compl"]) for row in data])
    sums = every_half(14, 7) @ y
    return int((sums == sum(y[i] for i, row in enumerate(data) if row["treatment"] == "E")).sum())


def test_an_abab_design_whose_changes_were_drawn():
    data = read("abab.csv")
    y = np.array([float(row["value"]) for row in data])
    starts, orders = phases()
    assert len(orders) == 165
    phase = [row["phase"] for row in data]
    number = starts.index(tuple(phase.index(name) for name in ("B1", "A2", "B2")))
    found = compare_orders(y, orders, number)
    assert found.statistic == pytest.approx(-2)
    assert found.p == pytest.approx(0.02424, abs=5e-6)
