"""The randomization test: a second computation order by order, exact validity, the interval by search."""

from datetime import date
from itertools import combinations

import numpy as np
import pytest
from brute import ARM_NAMES, SMALL, classes, every_half, lived, name_of
from hypothesis import given, settings
from hypothesis import strategies as st
from known import two_arms

from nof1.analyze.checks import randomization_test as permutation
from nof1.analyze.checks.order_statistics import compare_orders
from nof1.analyze.checks.randomization_test import NotTested, randomization_test, randomization_tests
from nof1.analyze.reasons import Reason
from nof1.errors import InputError, RefusalError
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order, enumerate_orders, order_of_arms, smallest_p
from nof1.report.words.randomization import randomization_sentence


def test_each_period_counts_alike_or_each_night():
    orders = np.array([[1, 1, 1, 0, 1, 0], [0, 1, 1, 1, 0, 1]])
    y = np.array([6.0, 6, 3, 1, 9, 2])
    by_periods = compare_orders(y, orders, 0)
    assert by_periods.statistic == pytest.approx((5 + 9) / 2 - (1 + 2) / 2)
    assert compare_orders(y, orders, 0, statistic="periods") == by_periods
    assert compare_orders(y, orders, 0, statistic="nights").statistic == pytest.approx(24 / 4 - 3 / 2)
    y[1] = np.nan
    assert compare_orders(y, orders, 0).statistic == pytest.approx((4.5 + 9) / 2 - (1 + 2) / 2)


def test_the_least_p_is_one_that_some_outcomes_of_these_nights_give():
    """One night on the arm in all orders, against any of three: whatever came, another three outcomes could tell them apart."""
    orders = np.array([[1, 0, -1, -1], [1, -1, 0, -1], [1, -1, -1, 0]])
    alike, apart = (compare_orders(np.array(y), orders, 0) for y in ([5.0, 1, 1, 1], [0.0, 9, 1, 2]))
    assert (alike.p, apart.p) == (1, 1 / 3)
    assert alike.p_smallest == apart.p_smallest == 1 / 3


# A second computation: every order laid out, night by night.


def difference(outcome, order, arm, reference, *, discarded, statistic):
    """By the words of the definition; None where an arm has no recorded night."""
    of_arm = {arm: {}, reference: {}}
    nights = iter(outcome)
    for period in order.periods:  # a pause or a washout divides a period into two stretches
        for place, y in enumerate([next(nights) for _ in period.dates]):
            if period.number and period.arm in of_arm and place >= discarded and not np.isnan(y):
                of_arm[period.arm].setdefault(period.number, []).append(y)
    if not all(of_arm.values()):
        return None
    means = [
        np.mean([np.mean(own) for own in by_period.values()])
        if statistic == "periods"
        else np.mean([y for own in by_period.values() for y in own])
        for by_period in of_arm.values()
    ]
    return means[0] - means[1]


def p_of(values, own):
    """Two-sided p, orders without a statistic counting as hits."""
    return np.mean([value is None or abs(value) >= abs(own) - 1e-9 for value in values])


SEVERAL = [
    ("randomized-blocks", 2, {"blocks": 4}, {}),
    ("randomized-blocks", 2, {"blocks": 3, "period_nights": {"off": 2, "citrate": 4}, "washout_nights": 1}, {}),
    ("randomized-blocks", 3, {"blocks": 3, "period_nights": 3, "run_in_nights": 2}, {"carryover": "discard:1"}),
    ("randomized-blocks", 3, {"blocks": 3, "period_nights": {"off": 2, "citrate": 3, "glycinate": 3}}, {"carryover": "discard:1"}),
    ("balanced", 2, {"periods": 7, "period_nights": 2}, {}),
    ("balanced", 2, {"periods": 6, "period_nights": {"off": 3, "citrate": 2}}, {"carryover": "discard:1"}),
    ("balanced", 3, {"periods": 7, "max_run": 1, "run_in_nights": 3}, {}),
    ("mirrored-pairs", 2, {"pairs": 3, "period_nights": {"off": 2, "citrate": 3}}, {"carryover": "discard:1"}),
    ("mirrored-pairs", 3, {"pairs": 2, "period_nights": 2, "washout_nights": 1}, {}),
    ("alternating", 2, {"blocks": 4, "period_nights": 2}, {}),
    ("alternating", 3, {"blocks": 3}, {}),
    *[(kind, arms, design, {}) for kind, arms, design in SMALL if kind == "listed"],
]  # fmt: skip
PAUSED = (Pause(date(2026, 1, 8), 3), Pause(date(2026, 1, 15), 1))


@pytest.mark.parametrize("pauses", [(), PAUSED], ids=["", "paused"])
@pytest.mark.parametrize("statistic", ["periods", "nights"])
@pytest.mark.parametrize(("kind", "arms", "design", "analysis"), SEVERAL, ids=name_of)
def test_p_and_interval_are_those_of_all_orders_laid_out(planned, kind, arms, design, analysis, statistic, pauses):
    protocol = planned(kind, arms, analysis=analysis, **design)
    discarded = protocol.analysis.discarded_nights
    random = np.random.default_rng(5)
    pauses = pauses if protocol.nights > 13 else pauses[:1]
    orders = [order.with_pauses(pauses) for order in enumerate_orders(protocol)]
    for arm, reference in combinations(ARM_NAMES[:arms], 2):
        free = ("washout",) if protocol.reference in (arm, reference) else ()
        (*_, some) = classes(enumerate_orders(protocol), arm, reference, free)
        alike = [order.with_pauses(pauses) for order in some]
        order = alike[int(random.integers(len(alike)))]
        assert order in orders
        y = random.integers(0, 11, order.nights).astype(float)
        y[random.random(order.nights) < 0.15] = np.nan
        options = {"discarded": discarded, "statistic": statistic}
        own = difference(y, order, arm, reference, **options)
        if own is None:
            continue
        found = randomization_test(lived(protocol, order, y), arm, reference, statistic=statistic)
        values = [difference(y, other, arm, reference, **options) for other in alike]
        assert found.orders == len(alike)
        assert found.statistic == pytest.approx(own)
        assert found.p == pytest.approx(p_of(values, own))
        better = [value is None or value <= own + 1e-9 for value in values]
        assert found.p_one_sided == pytest.approx(np.mean(better))
        assert found.p_smallest <= found.p + 1e-12
        on = np.array([period.arm == arm and period.number > 0 for period in order.periods for _ in period.dates])
        for delta in [*random.uniform(-25, 25, 12), -1e6, 1e6]:
            less = y - delta * on
            p = p_of([difference(less, other, arm, reference, **options) for other in alike], own - delta)
            low, high = (np.inf if end is None else end for end in found.interval)
            inside = (-np.inf if low == np.inf else low) <= delta <= high
            assert inside == (p >= 0.05 - 1e-9), (delta, p, found)
            assert p >= found.p_smallest - 1e-9


# Ends of the interval, by a search over delta.


@settings(max_examples=60)
@given(data=st.data())
def test_the_interval_holds_every_difference_that_is_not_unlikely_and_no_other(data):
    """Random sets of orders of any kind, with probabilities, missing nights, and nights on neither arm."""
    n = data.draw(st.integers(4, 9))
    random = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    orders = random.integers(-1 if data.draw(st.booleans()) else 0, 2, (data.draw(st.integers(1, 60)), n))
    orders[0, :2] = (0, 1)
    y = 100 + random.integers(0, 5, n).astype(float)
    y[2:][random.random(n - 2) < 0.2] = np.nan
    weights = random.random(len(orders)) if data.draw(st.booleans()) else np.ones(len(orders))
    probability = weights / weights.sum()
    level = data.draw(st.sampled_from([0.5, 0.8, 0.95]))
    statistic = data.draw(st.sampled_from(["periods", "nights"]))
    found = compare_orders(y, orders, 0, probability=probability, statistic=statistic, level=level)

    def p_at(delta):
        less = np.where(orders[0] == 1, y - delta, y)
        return compare_orders(less, orders, 0, probability=probability, statistic=statistic).p

    low, high = found.interval
    assert found.p == pytest.approx(p_at(0))
    for end, outward in ((low, -1), (high, 1)):
        if end is None:
            assert p_at(outward * 1e5) >= 1 - level - 1e-9
        else:
            within = end - outward * min(1e-9, abs(end - found.statistic))  # an end is known up to rounding
            assert p_at(within) >= 1 - level - 1e-9
            assert p_at(end + outward * 1e-6) < 1 - level
    for delta in random.uniform(-8, 8, 10):
        inside = (low is None or delta >= low) and (high is None or delta <= high)
        assert inside == (p_at(delta) >= 1 - level - 1e-9)
    assert found.p_smallest <= min(p_at(1e5), p_at(-1e5)) + 1e-9


rows = st.lists(st.integers(0, 100), min_size=10, max_size=10)


@settings(max_examples=60)
@given(rows, st.integers(-50, 50), st.integers(-30, 30), st.integers(0, 251))
def test_what_is_added_to_all_nights_changes_nothing_and_on_the_arm_moves_the_interval(values, shift, effect, number):
    orders = every_half(10, 5)
    y = np.array(values) / 10
    before = compare_orders(y, orders, number)
    after = compare_orders(y + shift / 10, orders, number)
    assert after.p == before.p
    assert (after.p_greater, after.p_less) == (before.p_greater, before.p_less)
    assert after.interval == pytest.approx(before.interval)
    moved = compare_orders(y + effect / 10 * orders[number], orders, number)
    assert moved.statistic == pytest.approx(before.statistic + effect / 10)
    assert moved.interval == pytest.approx(tuple(end + effect / 10 for end in before.interval))


@pytest.mark.parametrize("scale", [1, 0.1, 1 / 3, 1e-7, 1e7])
@pytest.mark.parametrize("shift", [0, 0.7, 1000.1])
def test_ties_are_ties_in_whatever_unit(scale, shift):
    """In whole numbers nothing is rounded; the same outcomes in other units must give the same p."""
    orders = every_half(12, 6)
    whole = np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    sums = orders @ whole
    for number in (0, 100, 500, 923):
        distance = np.abs(2 * sums - whole.sum())
        found = compare_orders((whole + shift) * scale, orders, number, statistic="nights")
        assert found.p == (distance >= distance[number]).mean()


def test_outcomes_that_are_all_alike_tell_nothing():
    """Their mean is rounded, and nothing must be made of that."""
    for value in (0.0, 0.1, 7.3, 1e6 + 0.1):
        found = compare_orders(np.full(11, value), np.delete(every_half(12, 6), 0, axis=1), 3)
        assert (found.p, found.p_greater, found.p_less) == (1, 1, 1)


# Validity: over all orders that could have been drawn, a p of alpha or less comes up at most alpha of the time.

LATE = [["off"] * start + ["citrate"] * 3 + ["off"] * (24 - start) for start in range(1, 24)]
EXACT = [
    ("randomized-blocks", 2, {"blocks": 6}),
    ("randomized-blocks", 2, {"blocks": 5, "period_nights": {"off": 1, "citrate": 2}}),
    ("randomized-blocks", 3, {"blocks": 3}),
    ("balanced", 2, {"periods": 8, "max_run": 3}),
    ("balanced", 3, {"periods": 6, "max_run": 2}),
    ("mirrored-pairs", 2, {"pairs": 6}),
    ("mirrored-pairs", 3, {"pairs": 2}),
    ("alternating", 3, {"blocks": 3}),
    ("listed", 2, {"orders": [["off", "citrate", "off"], ["citrate", "off", "off"], ["off", "off", "citrate"]]}),
    ("listed", 2, {"orders": LATE}),
]
ALPHAS = (0.02, 0.05, 0.1, 0.2, 0.5)


@pytest.mark.parametrize(("kind", "arms", "design"), EXACT, ids=name_of)
def test_over_all_orders_a_small_p_is_as_rare_as_it_says_and_the_interval_covers(planned, kind, arms, design):
    """The two arms differ by a constant; a third arm may do whatever it likes, and nights are missing."""
    protocol = planned(kind, arms, **design)
    random = np.random.default_rng(3)
    nights = protocol.nights
    base = random.integers(3, 9, nights).astype(float)
    base[random.random(nights) < 0.1] = np.nan
    results = []
    for order in enumerate_orders(protocol):
        names = np.array([period.arm for period in order.periods for _ in period.dates])
        y = base + 2 * (names == "citrate") - 3 * (names == "glycinate")
        results.append(_p_without_effect(protocol, order, y, names))
    found = np.array([p for p, _ in results])
    for alpha in ALPHAS:
        assert np.mean(found <= alpha + 1e-12) <= alpha + 1e-12
    assert np.mean([covers for _, covers in results]) >= 0.95


def _p_without_effect(protocol, order, y, names):
    """p of the nights with the effect taken off, and whether the interval with it on holds it; 1 where it is refused."""
    try:
        null = randomization_test(lived(protocol, order, y - 2 * (names == "citrate")))
        low, high = randomization_test(lived(protocol, order, y)).interval
    except RefusalError:
        return 1.0, True
    return null.p, (low is None or low <= 2 + 1e-9) and (high is None or high >= 2 - 1e-9)


@pytest.mark.parametrize(("kind", "arms", "design"), [one for one in SMALL if one[2].get("max_run") != 8], ids=name_of)
def test_the_planner_told_the_least_p_of_this_very_test(planned, kind, arms, design):
    protocol = planned(kind, arms, **design)
    orders = list(enumerate_orders(protocol))
    random = np.random.default_rng(2)
    least = []
    for arm in protocol.active_arms[:2]:
        alike = sorted(classes(orders, arm.name, protocol.reference), key=len)
        # Of a class of equal counts one order tells all; a list has what it has.
        chosen = [order for some in alike[-25:] for order in (some if kind == "listed" else some[:1])]
        trials = [lived(protocol, order, random.integers(0, 11, order.nights)) for order in chosen]
        least.append(min(randomization_test(trial, arm.name).p_smallest for trial in trials))
    assert smallest_p(protocol) == pytest.approx(max(least))


# Draws in place of all orders.


@pytest.mark.parametrize(
    ("kind", "arms", "design"),
    [
        ("randomized-blocks", 2, {"blocks": 12}),
        ("randomized-blocks", 3, {"blocks": 10, "period_nights": {"off": 2, "citrate": 2, "glycinate": 1}}),
        ("balanced", 2, {"periods": 14, "max_run": 3}),
        ("balanced", 3, {"periods": 15, "max_run": 2}),
        ("balanced", 2, {"periods": 10, "period_nights": {"off": 1, "citrate": 2}}),
    ],
    ids=name_of,
)
def test_drawn_orders_tell_what_all_orders_tell(planned, monkeypatch, kind, arms, design):
    protocol = planned(kind, arms, **design)
    order = draw_order(protocol)
    random = np.random.default_rng(8)
    on = np.array([period.arm == "citrate" for period in order.periods for _ in period.dates])
    trial = lived(protocol, order, random.integers(2, 8, order.nights) + 1.0 * on)
    exact = randomization_test(trial)
    monkeypatch.setattr(permutation, "MAX_ENUMERATED", 10)
    drawn = randomization_test(trial, seed=4)
    assert (exact.exact, exact.draws, drawn.exact, drawn.draws) == (True, None, False, 10_000)
    assert drawn.orders == exact.orders
    assert drawn.statistic == pytest.approx(exact.statistic)
    error = 4 * np.sqrt(exact.p * (1 - exact.p) / 10_000) + 1e-4
    assert drawn.p == pytest.approx(exact.p, abs=error)
    assert drawn.interval == pytest.approx(exact.interval, abs=0.3)
    assert randomization_test(trial, seed=4) == drawn
    few = randomization_test(trial, seed=4, draws=99)
    assert few.p_smallest >= 0.01
    assert (few.p * 100) == pytest.approx(round(few.p * 100))


def test_a_design_of_many_orders_is_drawn_from_and_a_clear_effect_found(planned):
    protocol = planned("balanced", 2, periods=84, max_run=3)
    order = draw_order(protocol)
    on = np.array([period.arm == "citrate" for period in order.periods for _ in period.dates])
    random = np.random.default_rng(8)
    found = randomization_test(lived(protocol, order, np.clip(5 + random.normal(size=84) - 2.0 * on, 0, 10).round()))
    told = randomization_sentence(protocol, found)
    assert not found.exact
    assert found.p == 1 / 10_001
    assert found.p_one_sided == 1 / 10_001
    assert found.interval[0] < -2 < found.interval[1] < 0
    assert "More than 10^21 orders were possible" in told
    assert "10000 of them were drawn at random" in told
    assert "fewer than 1 in 100" in told


def test_a_drawn_p_counts_the_lived_order_and_few_draws_rule_nothing_out(planned, monkeypatch):
    protocol = planned("balanced", 2, periods=24, max_run=24)
    order = draw_order(protocol)
    on = np.array([period.arm == "citrate" for period in order.periods for _ in period.dates])
    trial = lived(protocol, order, 5 - 3.0 * on + np.arange(24) % 3)
    found = randomization_test(trial, draws=99)
    assert (found.p, found.p_one_sided, found.p_smallest) == (1 / 100, 1 / 100, 1 / 100)
    told = randomization_sentence(protocol, found)
    assert "about 1 in 100" in told
    assert "of the 2704156 orders" not in told
    assert "More than 10^6 orders were possible, each as likely" in told
    assert "99 of them were drawn at random" in told
    one = randomization_test(trial, draws=1)
    assert one.p in (0.5, 1.0)
    assert one.interval == randomization_test(trial, draws=19).interval == (None, None)  # each is 1 of 20 at least


# What is written down, and refused.


def test_the_sentence_says_which_means_and_only_what_is_so(planned):
    trial = nightly(planned)
    periods, of_nights = (randomization_test(trial, statistic=kind) for kind in ("periods", "nights"))
    told = [randomization_sentence(trial.protocol, found) for found in (periods, of_nights)]
    assert "a difference of period means at least" in told[0]
    assert "a difference of means of nights at least" in told[1]
    for found, sentence in zip((periods, of_nights), told, strict=True):
        assert sentence.startswith("64 orders were possible, each as likely as the actual one. If ")
        assert f"{round(64 * found.p)} of the 64 orders" in sentence
        assert None not in found.interval
        assert "no difference is unlikely enough" not in sentence


def nightly(planned, arms=2, blocks=6, **design):
    protocol = planned("randomized-blocks", arms, blocks=blocks, **design)
    order = draw_order(protocol)
    return lived(protocol, order, np.random.default_rng(1).integers(0, 11, order.nights))


def test_every_pair_has_its_test(planned):
    trial = nightly(planned, arms=3)
    every = randomization_tests(trial, seed=1)
    assert [(one.arm, one.reference) for one in every] == [
        ("citrate", "off"),
        ("glycinate", "off"),
        ("glycinate", "citrate"),
    ]
    for one in every:
        assert one.orders == 2**6
        assert one.p_smallest == 2 / 2**6
        assert one.interval[0] <= one.statistic <= one.interval[1]
        sentence = randomization_sentence(trial.protocol, one)
        assert "the nights on the other arms left where they were" in sentence
        assert "significan" not in sentence
    assert len(randomization_tests(nightly(planned), seed=1)) == 1


def test_a_design_that_could_never_show_a_difference_says_so(planned):
    few, many = (nightly(planned, blocks=blocks) for blocks in (4, 6))
    found = randomization_test(few)
    assert found.interval == (None, None)
    assert found.p_smallest == 2 / 2**4
    told = randomization_sentence(few.protocol, found)
    assert "could never have shown one at the mark of 5 in 100" in told
    assert "the interval has no ends" in told
    assert "could never" not in randomization_sentence(many.protocol, randomization_test(many))


def test_where_only_the_lived_order_was_possible_it_is_said(planned):
    protocol = planned("alternating", 3, blocks=3, period_nights={"off": 1, "citrate": 1, "glycinate": 2})
    trial = lived(protocol, order_of_arms(protocol, ["off", "citrate", "glycinate"] * 3), np.arange(12) % 11)
    told = randomization_tests(trial, seed=1)
    only = next(one for one in told if one.orders == 1)
    assert (only.p, only.p_smallest, only.interval) == (1, 1, (None, None))
    one, other = (protocol.arm(name).title for name in (only.arm, only.reference))
    sentence = randomization_sentence(protocol, only)
    assert f"this check cannot tell {one} from {other}." in sentence
    assert "the nights on the other arms left where they were" in sentence


def test_a_long_trial_has_fewer_orders_drawn(planned):
    protocol = planned("balanced", 2, periods=200, max_run=3)
    order = draw_order(protocol)
    found = randomization_test(lived(protocol, order, np.arange(200) % 7))
    assert (found.exact, found.draws) == (False, 5000)


def test_adopted_nights_are_refused_with_the_reason():
    trial = two_arms()
    with pytest.raises(RefusalError, match="not drawn by nof1"):
        randomization_test(trial)
    (told,) = randomization_tests(trial, seed=1)
    assert isinstance(told, NotTested)
    assert told.refused == Reason("order not drawn")


def test_an_arm_that_was_never_recorded_is_refused(planned):
    protocol = planned("randomized-blocks", 3, blocks=4)
    order = draw_order(protocol)
    names = np.array([period.arm for period in order.periods])
    trial = lived(protocol, order, np.where(names == "glycinate", np.nan, np.arange(12) % 7))
    with pytest.raises(RefusalError, match="no recorded night"):
        randomization_test(trial, "glycinate")
    told = randomization_tests(trial, seed=1)
    assert told[0].p <= 1
    assert [isinstance(one, NotTested) for one in told] == [False, True, True]


def test_an_order_without_a_statistic_counts_as_extreme(planned):
    """Two nights recorded: in half of the orders both are on one arm."""
    protocol = planned("randomized-blocks", 2, blocks=6)
    order = order_of_arms(protocol, ["off", "citrate"] * 6)
    trial = lived(protocol, order, [np.nan] * 3 + [2.0, 7.0] + [np.nan] * 7)
    assert randomization_test(trial).p == 1


@pytest.mark.parametrize(
    ("arms", "options", "words"),
    [
        (("zinc",), {}, "no arm 'zinc'. Choose from: off, citrate"),
        (("off", "off"), {}, "cannot be compared with itself"),
        ((), {"statistic": "medians"}, "no statistic 'medians'"),
        ((), {"draws": 0}, "number of draws 0 must be 1 or more"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(planned, arms, options, words):
    with pytest.raises(InputError, match=words):
        randomization_test(nightly(planned), *arms, **options)


def test_probabilities_must_add_up():
    with pytest.raises(InputError, match="add up to 1"):
        compare_orders(np.arange(4.0), every_half(4, 2), 0, probability=np.ones(6))
