"""Formulas for studies of many people, held against published sizes and against draws of the same model."""

import math

import numpy as np
import pytest
from scipy.stats import binom, ncf

from nof1.analyze.studies.closed_form import (
    critical_sum,
    mean_power,
    mean_wrong,
    own_answer,
    people_by_quantiles,
    people_for,
    spread_interval,
    spread_power,
    starts_for,
    typical_variance,
)

ONE, MIXED = np.array([2.0]), np.array([0.3, 2.0, 8.0])
STUDIES = 20_000


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def drawn(rng, people, variance, *, mean=1.0, spread=1.0):
    """True effects, errors' variances and estimates of many studies, shape (STUDIES, people)."""
    true = mean + spread * rng.standard_normal((STUDIES, people))
    v = rng.choice(variance, size=true.shape)
    return true, v, true + np.sqrt(v) * rng.standard_normal(true.shape)


# psi 1, sigma 2 (of the difference within one cycle), delta 1, power 0.8, two-sided 5 %: Senn 2019 and the R program nof1.pwr.t.
@pytest.mark.parametrize(("cycles", "published", "exact"), [(1, 42, 42), (2, 26, 26), (3, 21, 21), (6, 15, 16)])
def test_people_by_cycles_are_those_of_the_published_program(cycles, published, exact):
    sd = math.sqrt(1 + 4 / cycles)
    assert people_by_quantiles(0.8, 1.0, sd) == published
    assert people_for(0.8, lambda people: mean_power(people, 1.0, sd)) == exact


def test_the_sum_of_two_quantiles_ends_whatever_is_asked():
    for ratio in np.geomspace(0.01, 20, 300):
        for goal in (0.5, 0.8, 0.99):
            found = people_by_quantiles(goal, 1.0, float(ratio))
            exact = people_for(goal, lambda people, sd=float(ratio): mean_power(people, 1.0, sd))
            assert found >= 2
            assert exact < 8 or abs(found - exact) <= 1, (ratio, goal)


def test_the_t_test_is_the_noncentral_f_of_one_degree():
    for people in (2, 7, 40):
        noncentral = people * 0.7**2 / 1.5**2
        limit = ncf.isf(0.05, 1, people - 1, 0)
        both = ncf.sf(limit, 1, people - 1, noncentral)
        assert mean_power(people, 0.7, 1.5) + mean_wrong(people, 0.7, 1.5) == pytest.approx(both, abs=1e-9)
    assert mean_power(9, 0.7, 1.5) == mean_power(9, -0.7, 1.5)


@pytest.mark.parametrize("goal", [0.5, 0.8, 0.95])
def test_the_fewest_people_reach_the_goal_and_one_fewer_do_not(goal):
    people = people_for(goal, lambda count: mean_power(count, 1.0, 3.0))
    assert mean_power(people, 1.0, 3.0) >= goal > mean_power(people - 1, 1.0, 3.0)
    assert people_for(0.8, lambda count: 0.5) is None


def test_one_variance_for_all_is_as_sharp_as_variances_that_differ():
    typical = typical_variance(MIXED, 1.0)
    assert 1 / (1 + typical) == pytest.approx(np.mean(1 / (1 + MIXED)))
    assert typical_variance(np.array([2.0, np.inf]), 1.0) == pytest.approx(2 * 3 - 1)  # half of the people say nothing


@pytest.mark.parametrize("variance", [ONE, MIXED], ids=["alike", "mixed"])
@pytest.mark.parametrize("people", [8, 26])
def test_the_test_of_spread_has_its_size_and_its_power(rng, variance, people):
    found = []
    for spread in (0.0, 1.0):
        _, v, estimate = drawn(rng, people, variance, spread=spread)
        weight = 1 / (1 + v)
        centre = (weight * estimate).sum(1) / weight.sum(1)
        total = (weight * (estimate - centre[:, None]) ** 2).sum(1)
        limits = {tuple(row): critical_sum(people, row, 1.0) for row in np.unique(np.sort(v, axis=1), axis=0)}
        found.append(np.mean(total > [limits[tuple(row)] for row in np.sort(v, axis=1)]))
    assert found[0] == pytest.approx(0.05, abs=0.008)
    assert found[1] == pytest.approx(spread_power(people, variance, 1.0), abs=0.01 if len(variance) == 1 else 0.025)


def test_people_whose_nights_say_nothing_are_as_people_who_are_not_there():
    half = np.array([2.0, np.inf])
    assert spread_power(40, half, 1.0) == pytest.approx(spread_power(20, ONE, 1.0))
    assert spread_power(2, half, 1.0) == pytest.approx(0.05)
    assert own_answer(40, half, 1.0, 1.0).told == pytest.approx(own_answer(20, ONE, 1.0, 1.0).told / 2, rel=0.05)


@pytest.mark.parametrize("prior_sd", [math.inf, 2.0])
def test_own_answers_are_those_of_drawn_people(rng, prior_sd):
    people = 12
    true, v, estimate = drawn(rng, people, ONE)
    found = own_answer(people, ONE, 1.0, 1.0, prior_sd=prior_sd)
    weight, centre = 1 / (1 + v), estimate.mean(1, keepdims=True)
    pooled = centre + weight * (estimate - centre)
    sd = np.sqrt(weight * v + (1 - weight) ** 2 * (1 + v) / people)
    kept = 1 / (1 + v / prior_sd**2)
    for middle, error, told, wrong, width in (
        (pooled, sd, found.told, found.wrong, found.width),
        (kept * estimate, np.sqrt(kept * v), found.told_alone, found.wrong_alone, found.width_alone),
    ):
        beyond = np.abs(middle) > 1.959964 * error
        assert told == pytest.approx(np.mean(beyond & (middle * true > 0)), abs=0.004)
        assert wrong == pytest.approx(np.mean(beyond & (middle * true < 0)), abs=0.001)
        assert width == pytest.approx(np.mean(2 * 1.959964 * error))


def test_the_limits_of_the_spread_hold_it_and_close_in():
    wide, narrow = (spread_interval(people, ONE, 1.0) for people in (10, 400))
    assert wide[0] <= narrow[0] < 1 < narrow[1] < wide[1]
    assert narrow[1] - narrow[0] < 0.5


@pytest.mark.parametrize(("people", "finish"), [(20, 0.15), (20, 0.72), (3, 1.0), (1, 0.5)])
def test_the_fewest_starts_with_which_enough_finish(people, finish):
    starts = starts_for(people, finish, certainty=0.9)
    assert binom.cdf(people - 1, starts, finish) <= 0.1
    assert starts == people or binom.cdf(people - 1, starts - 1, finish) > 0.1
