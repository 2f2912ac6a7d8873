"""The randomization test of orders drawn elsewhere: every order laid out by the words of the statement, and none by nof1's code."""

import itertools

import numpy as np
import pytest
from elsewhere import NAMES, allows, difference, every_row, p_of, runs, stated_trial
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.analyze.checks.randomization_test import randomization_test, randomization_tests
from nof1.analyze.reasons import Reason
from nof1.errors import InputError, RefusalError
from nof1.plan.orders.stated_orders import whole_set

WORDS = (
    "any",
    "max-run:1",
    "max-run:2",
    "max-run:3",
    "blocks:2",
    "blocks:3",
    "blocks:4",
    "blocks:6",
    "pairs:1",
    "mirrored",
    "alternating",
    "phases:AB,min=2",
    "phases:ABA,min=1",
    "phases:ABAB,min=2",
    "phases:ABAC,min=1",
    "phases:ABCAB,min=1",
)


def fits(drawn, arms):
    """Whether a statement can be of so many arms at all."""
    kind, _, said = drawn.partition(":")
    return not (
        (kind == "blocks" and int(said) % arms)
        or (kind == "pairs" and arms != 2)
        or (kind == "phases" and len(set(said.partition(",")[0])) != arms)
    )


def rows_of(drawn, arms, n):
    """All rows that the words allow, whatever was lived."""
    every = itertools.product(range(arms), repeat=n)
    return [row for row in every if set(row) == set(range(arms)) and allows(drawn, list(row), list(row))]


@pytest.mark.parametrize("discarded", [0, 1])
@pytest.mark.parametrize("arms", [2, 3])
@pytest.mark.parametrize("drawn", WORDS)
def test_p_and_interval_are_those_of_all_orders_laid_out(drawn, arms, discarded):
    if not fits(drawn, arms):
        with pytest.raises((InputError, ValueError)):
            stated_trial((0, 1, 2, 1, 0, 2) if arms == 3 else (0, 1) * 3, [1.0] * 6, drawn)
        return
    random = np.random.default_rng(7)
    for n in (6, 7, 8):
        rows = rows_of(drawn, arms, n)
        for _ in range(2 if rows else 0):
            own = rows[int(random.integers(len(rows)))]
            y = random.integers(0, 8, n).astype(float)
            y[random.random(n) < 0.15] = np.nan
            check(drawn, own, y, discarded)


def check(drawn, own, y, discarded=0):
    analysis = {"carryover": f"discard:{discarded}"} if discarded else {}
    trial = stated_trial(own, y, drawn, analysis=analysis)
    options = {"phases": drawn.startswith("phases"), "discarded": discarded}
    for arm, reference in itertools.permutations(range(max(own) + 1), 2):
        observed = difference(own, y, arm, reference, **options)
        if observed is None:
            continue
        found = randomization_test(trial, NAMES[arm], NAMES[reference])
        alike = every_row(drawn, own, arm, reference)
        values = [difference(row, y, arm, reference, **options) for row in alike]
        assert (found.orders, found.exact) == (len(alike), True)
        assert found.of == ("periods" if options["phases"] else "nights")
        assert found.statistic == pytest.approx(observed)
        assert found.p == pytest.approx(p_of(values, observed))
        lower = [value is None or value <= observed + 1e-9 for value in values]
        assert found.p_one_sided == pytest.approx(np.mean(lower))
        on = np.array([place == arm for place in own])
        for delta in (-30.0, -2.3, 0.4, 3.1, 1e5):
            less = np.where(on, y - delta, y)
            p = p_of([difference(row, less, arm, reference, **options) for row in alike], observed - delta)
            low, high = found.interval
            inside = (low is None or low <= delta) and (high is None or delta <= high)
            assert inside == (p >= 0.05 - 1e-9)


@settings(max_examples=80)
@given(data=st.data())
def test_any_series_and_any_statement_is_answered_by_its_own_words_or_refused(data):
    """Either the order is among those that the words allow, and p is theirs, or it is refused; nothing in between."""
    arms = data.draw(st.integers(2, 3))
    n = data.draw(st.integers(arms, 8))
    own = tuple(data.draw(st.permutations([*range(arms), *data.draw(st.lists(st.integers(0, arms - 1), min_size=n - arms, max_size=n - arms))])))  # fmt: skip
    drawn = data.draw(st.sampled_from([word for word in WORDS if fits(word, arms)]))
    y = np.array(data.draw(st.lists(st.integers(-9, 9) | st.just(np.nan), min_size=n, max_size=n)), dtype=float)
    if not allows(drawn, list(own), list(own)):
        with pytest.raises(InputError, match="none of those stated"):
            stated_trial(own, y, drawn)
        return
    check(drawn, own, y)


@settings(max_examples=60)
@given(data=st.data())
def test_whole_periods_keep_their_nights(data):
    """Periods of several nights, the last one shorter: the rows of periods are searched, and each is laid out in nights."""
    nights = data.draw(st.integers(2, 4))
    drawn = data.draw(st.sampled_from(["any", "max-run:2", "blocks:2", "pairs", "mirrored", "alternating"]))
    rows = rows_of(drawn, 2, data.draw(st.integers(4, 7)))
    own = data.draw(st.sampled_from(rows))
    short = data.draw(st.integers(0, nights - 1))

    def laid_out(row):
        return tuple(itertools.chain.from_iterable([arm] * nights for arm in row))[: nights * len(row) - short]

    y = np.array(data.draw(st.lists(st.integers(0, 9) | st.just(np.nan), min_size=28, max_size=28)), dtype=float)
    y = y[: len(laid_out(own))]
    said = f"pairs:{nights}" if drawn == "pairs" else f"{drawn},nights={nights}"
    trial = stated_trial(laid_out(own), y, said)
    observed = difference(laid_out(own), y, 1, 0)
    if observed is None:
        return
    found = randomization_test(trial)
    alike = every_row(drawn, own, 1, 0)
    assert found.orders == len(alike)
    assert found.p == pytest.approx(p_of([difference(laid_out(row), y, 1, 0) for row in alike], observed))


def test_listed_orders_are_each_as_likely():
    own = (0, 1, 1, 0, 1, 0)
    rows = [own, (1, 0, 0, 1, 0, 1), (0, 0, 1, 1, 1, 0), (1, 1, 1, 0, 0, 0), (0, 0, 0, 0, 1, 1)]
    y = np.array([4.0, 2, 1, 5, 3, 6])
    orders = ["".join("AB"[arm] for arm in row) for row in rows]
    found = randomization_test(stated_trial(own, y, "orders:x", orders=orders))
    assert found.orders == 5
    assert found.p == p_of([difference(row, y, 1, 0) for row in rows], difference(own, y, 1, 0))


def test_nights_without_a_row_are_left_out_of_any_order_and_go_on_as_a_phase():
    """Nobody knows what was drawn for them; the others stand in any order all the same."""
    own, y = [0, 1, 1, 1, 0, 1, 0], np.array([4.0, 2, np.nan, 1, 5, 3, 6])
    rest = [night for night in range(7) if night != 2]
    there = tuple(own[night] for night in rest)
    found = randomization_test(stated_trial(own, y, "any", unknown=[2]))
    rows = every_row("any", there, 1, 0)
    assert found.orders == len(rows) == 20
    assert found.p == p_of([difference(row, y[rest], 1, 0) for row in rows], difference(there, y[rest], 1, 0))
    phases = randomization_test(stated_trial([0, 0, 0, 0, 1, 1, 1, 1], [3.0, 4, np.nan, 5, 1, 2, 1, 2], "phases:AB,min=2", unknown=[2]))  # fmt: skip
    assert phases.orders == 5
    with pytest.raises(InputError, match="no row for 2026-03-04, so which arm was drawn there is not known; add a row"):
        stated_trial(own, y, "max-run:3", unknown=[2])
    whole = stated_trial([0, 0, 0, 0, 1, 1], [1.0, 2, np.nan, np.nan, 3, 4], "blocks:2,nights=3", unknown=[3])
    assert randomization_test(whole).statistic == pytest.approx(
        3.5 - 1.5
    )  # the fourth night was filled with the arm before
    with pytest.raises(InputError, match=r"no row for 2026-03-05 to 2026-03-07"):
        stated_trial([0, 0, 0, 1, 1, 1], [1.0] * 6, "pairs:3", unknown=[3, 4, 5])


def every_row_of_phases(n, phases, least):
    cuts = itertools.combinations(range(1, n), phases - 1)
    for cut in cuts:
        lengths = np.diff([0, *cut, n])
        if lengths.min() >= least:
            yield tuple(itertools.chain.from_iterable([i % 2] * length for i, length in enumerate(lengths)))


@pytest.mark.parametrize(("n", "phases", "least", "count"), [(24, 4, 4, 165), (14, 3, 2, 45), (10, 2, 1, 9)])
def test_phases_are_counted_and_each_comes_once(n, phases, least, count):
    own = next(every_row_of_phases(n, phases, least))
    y = np.random.default_rng(n).integers(0, 9, n).astype(float)
    found = randomization_test(stated_trial(own, y, f"phases:{'ABAB'[:phases]},min={least}"))
    rows = list(every_row_of_phases(n, phases, least))
    observed = difference(own, y, 1, 0, phases=True)
    assert found.orders == len(rows) == count
    assert found.p == pytest.approx(p_of([difference(row, y, 1, 0, phases=True) for row in rows], observed))
    assert len(runs(own)) == phases


# Draws in place of all orders.


def blinded_doses():
    """50 doses, 25 and 25 in any order, simulated."""
    random = np.random.default_rng(12)
    arms = random.permutation([0, 1] * 25)
    return arms, (3 + 0.17 * arms + random.normal(0, 0.28, 50)).round(2)


def test_fifty_doses_in_any_order_are_as_a_second_computation_says():
    """Sums in whole hundredths, counted sum by sum over all 10^14 orders: no draw is needed there."""
    arms, y = blinded_doses()
    whole = np.round(100 * y).astype(int) - 250
    ways = [{} for _ in range(26)]
    ways[0][0] = 1
    for value in whole:
        for count in range(24, -1, -1):
            for total, number in ways[count].items():
                ways[count + 1][total + value] = ways[count + 1].get(total + value, 0) + number
    own, both = int(whole[arms == 1].sum()), int(whole.sum())
    of_half = ways[25]
    exact = sum(number for total, number in of_half.items() if abs(2 * total - both) >= abs(2 * own - both))
    exact /= sum(of_half.values())
    found = randomization_test(stated_trial(arms, y, "any"))
    assert (found.orders, found.exact, found.draws) == (126_410_606_437_752, False, 100_000)
    assert found.statistic == pytest.approx((2 * own - both) / 2500)
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact / 100_000))
    assert 0.001 < exact < 0.2


@pytest.mark.parametrize("drawn", ["any", "max-run:3", "blocks:2", "blocks:4", "mirrored", "phases:ABAB,min=2"])
def test_drawn_orders_tell_what_all_orders_tell(monkeypatch, drawn):
    random = np.random.default_rng(3)
    row = {"mirrored": (0, 1, 1, 0, 1, 0, 0, 1) * 2, "phases:ABAB,min=2": (0,) * 5 + (1,) * 4 + (0,) * 6 + (1,) * 3}
    own = row.get(drawn, (0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1))
    trial = stated_trial(own, random.integers(2, 8, len(own)) + 1.0 * np.array(own), drawn)
    exact = randomization_test(trial)
    monkeypatch.setattr("nof1.analyze.checks.randomization_test.MAX_ENUMERATED", 10)
    found = randomization_test(trial, seed=4)
    assert (exact.exact, found.exact, found.orders) == (True, False, exact.orders)
    assert found.p == pytest.approx(exact.p, abs=4 * np.sqrt(0.25 / found.draws) + 1e-4)
    assert found.p_one_sided == pytest.approx(exact.p_one_sided, abs=0.02)
    assert randomization_test(trial, seed=4) == found


def test_a_year_of_nights_in_any_order_is_drawn_from():
    arms = np.random.default_rng(1).permutation([0, 1] * 183)
    found = randomization_test(stated_trial(arms, np.arange(366) % 7 - 2.0 * arms, "any"))
    assert (found.exact, found.draws) == (False, 27_322)
    assert found.p < 0.001


def test_orders_with_a_run_limit_that_are_too_many_to_number_are_refused_with_the_reason():
    arms = [0, 1] * 501
    trial = stated_trial(arms, np.arange(1002) % 7, "max-run:2")
    with pytest.raises(RefusalError, match="counted for up to 1000 periods or single nights, and there are 1002"):
        randomization_test(trial)
    assert whole_set(trial.protocol, trial.protocol.stated, trial.order) is None
    (none,) = randomization_tests(trial)
    assert none.refused == Reason("too many periods", {"periods": 1002, "most": 1000})


def test_an_arm_without_a_night_is_refused_and_unknown_arms_are_named():
    trial = stated_trial((0, 1, 1, 0), [1.0, np.nan, np.nan, 2], "any")
    with pytest.raises(RefusalError, match="no recorded night"):
        randomization_test(trial)
    with pytest.raises(InputError, match="There is no arm 'oxide'"):
        randomization_test(trial, "oxide")
    with pytest.raises(InputError, match="There is no statistic"):
        randomization_test(trial, statistic="medians")
