"""Quantities of the nights: quiet where the model made them, each called out where that one thing is otherwise."""

from dataclasses import replace

import numpy as np
import pytest
from families import make_protocol, make_terms, make_trial

import nof1
from nof1.analyze.checks.quantities import CALLED, ENDS, Circumstances, circumstances, find_patterns
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.pointwise import replicate_series
from nof1.analyze.model.prior import draw_prior

DAYS = 86  # 2 of run-in, 6 blocks of 2 periods of a week


def known(data, weekday=0, missing=None, better="lower", whole=False):
    missing = np.zeros(DAYS, dtype=bool) if missing is None else missing
    missing[data.day[-1] :] = False
    return Circumstances(weekday, missing, better, whole)


def nights(y, *, absent=None, **circumstances):
    """Patterns of a trial with these outcomes: `y` takes days and whether treated, and a generator."""
    data = make_terms(make_protocol("normal", blocks=6, period_nights=7), missing=0)
    day, treated = data.day, data.treated[data.day, 0]
    outcome = y(day, treated, np.random.default_rng(5))
    data = replace(data, y=outcome)
    missing = np.zeros(DAYS, dtype=bool)
    if absent is not None:
        for i in np.flatnonzero(absent(outcome))[::-1]:
            missing[data.day[i]] = True
            data = data.without(int(i))
    draws = draws_of(data, marginal_draws(data, fit_marginal(data, seed=1), seed=1, draws=1000))
    made = replicate_series(data, draws, np.random.default_rng(1))
    return find_patterns(data, draws, made, known(data, missing=missing, **circumstances))


def plain(day, treated, rng):
    return 5 - 1.0 * treated + rng.normal(0, 1.2, len(day))


def row(patterns, name):
    return next(one for one in patterns.rows if one.name == name)


def odd(patterns):
    return [one.name for one in patterns.odd]


def test_nights_of_the_model_are_not_called_out():
    patterns = nights(plain)
    assert patterns.passed, patterns
    assert patterns.odd == ()
    assert {one.name for one in patterns.rows} == {
        "share at the lowest", "share at the highest", "first week", "nights before free days",
        "spread of earlier to later nights", "spread on the arm to other nights", "correlation a week apart",
        "outlying nights", "skewed nights",
    }  # fmt: skip
    assert all(one.p is None or CALLED <= one.p <= 1 for one in patterns.rows)


def test_weekends_that_differ_are_measured():
    """Friday and Saturday by the weekday of the first night, with the size and its interval."""
    for weekday in (0, 3):
        patterns = nights(
            lambda day, treated, rng, weekday=weekday: (
                plain(day, treated, rng) + 2 * np.isin((day + weekday) % 7, (4, 5))
            ),
            weekday=weekday,
        )
        found = row(patterns, "nights before free days")
        assert found.odd
        low, high = found.interval
        assert low < 2 < high
        assert found.observed == pytest.approx((low + high) / 2)
    other = nights(lambda day, treated, rng: plain(day, treated, rng) + 2 * np.isin(day % 7, (4, 5)), weekday=3)
    assert not row(other, "nights before free days").odd


def test_nights_without_dates_have_no_weekends():
    patterns = nights(plain, weekday=None)
    assert "nights before free days" not in [one.name for one in patterns.rows]


def test_falling_noise_is_called_out():
    patterns = nights(lambda day, treated, rng: 5 - treated + 2 * 4.0 ** (-day / DAYS) * rng.normal(0, 1.2, len(day)))
    found = row(patterns, "spread of earlier to later nights")
    assert found.odd
    assert 1.4 < found.observed < 3
    assert found.interval[1] < found.observed


def test_the_arm_whose_nights_scatter_is_named():
    patterns = nights(lambda day, treated, rng: 5 - treated + np.where(treated, 0.5, 1.5) * rng.normal(size=len(day)))
    found = row(patterns, "spread on the arm to other nights")
    assert found.odd
    assert found.arm == "magnesium"
    assert 0.2 < found.observed < 0.55
    assert row(nights(plain), "spread on the arm to other nights").arm == "magnesium"


def test_far_nights_and_lopsided_ones_are_called_out():
    far = nights(
        lambda day, treated, rng: plain(day, treated, rng) + np.where(day % 20 == 3, 6 * (-1.0) ** (day // 20), 0)
    )
    assert row(far, "outlying nights").odd
    assert row(far, "outlying nights").observed > 5
    assert not row(far, "skewed nights").odd
    lopsided = nights(lambda day, treated, rng: 5 - treated + rng.exponential(1.2, len(day)))
    assert row(lopsided, "skewed nights").odd
    assert row(lopsided, "skewed nights").observed > row(lopsided, "skewed nights").interval[1] > 0


def test_a_weekly_rhythm_of_any_days_is_seen_by_nights_a_week_apart():
    patterns = nights(lambda day, treated, rng: plain(day, treated, rng) + 2 * np.isin(day % 7, (0, 2, 3)))
    assert "correlation a week apart" in odd(patterns)
    assert row(patterns, "correlation a week apart").observed > 0.25


def test_a_share_at_an_end_has_a_limit_and_no_chance():
    def rated(low):
        return lambda day, treated, rng: np.clip(np.rint(low + plain(day, treated, rng)), 0, 10)

    floor, middle = nights(rated(-4), whole=True), nights(rated(0), whole=True)
    found = row(floor, "share at the lowest")
    assert found.p is None
    assert found.odd
    assert found.observed >= ENDS
    assert not row(middle, "share at the lowest").odd
    assert row(nights(rated(5), whole=True), "share at the highest").odd


def test_nights_missing_after_bad_ones_are_counted():
    def drifting(day, treated, rng):
        out = np.zeros(len(day))
        for i in range(1, len(day)):
            out[i] = 0.8 * out[i - 1] + rng.normal(0, 0.8)
        return 5 + out

    def after_bad(outcome):
        worst = outcome > np.quantile(outcome, 0.75)
        return np.r_[False, worst[:-1] & (np.arange(len(outcome) - 1) % 4 > 0)]

    patterns = nights(drifting, absent=after_bad)
    found = row(patterns, "missing after bad nights")
    assert found.odd
    assert found.observed > found.predicted
    better = row(nights(drifting, absent=after_bad, better="higher"), "missing after bad nights")
    assert better.p == pytest.approx(found.p)
    assert better.observed == pytest.approx(found.predicted)
    by_chance = nights(drifting, absent=lambda outcome: np.arange(len(outcome)) % 9 == 4)
    assert not row(by_chance, "missing after bad nights").odd


def test_few_nights_are_asked_for_nothing_but_the_ends():
    data = make_terms(make_protocol("normal", blocks=2, period_nights=4), missing=0)
    data = replace(data, y=5 + np.random.default_rng(1).normal(size=data.n))
    draws = draws_of(data, marginal_draws(data, fit_marginal(data, seed=1), seed=1, draws=200))
    made = replicate_series(data, draws, np.random.default_rng(1))
    assert {one.name for one in find_patterns(data, draws, made, known(data)).rows} == {
        "share at the lowest", "share at the highest",
    }  # fmt: skip


@pytest.mark.parametrize("family", ["rating", "ordinal", "count", "binary", "duration", "student"])
def test_every_family_is_asked_what_can_be_wrong_with_it(family):
    """By draws from the prior near to what made the nights: all chances are defined, a weekend is seen on the family's scale."""
    data = make_terms(make_protocol(family, blocks=6, period_nights=7), missing=0)
    draws = draw_prior(data, 300, np.random.default_rng(2))
    made = replicate_series(data, draws, np.random.default_rng(3))
    outcome = made[7]
    data = replace(data, y=np.log(outcome) if family == "duration" else outcome)
    patterns = find_patterns(data, draws, made, known(data, whole=family not in ("duration", "student")))
    assert patterns.scale == {"ordinal": "logit", "binary": "logit", "count": "log", "duration": "log"}.get(
        family, "points"
    )
    names = [one.name for one in patterns.rows]
    assert ("share at the lowest" in names) == (family == "student")
    assert ("skewed nights" in names) == (family in ("student", "duration"))
    assert "nights before free days" in names
    assert all(np.isfinite([one.observed, one.predicted]).all() for one in patterns.rows)
    assert all(one.p is None or 0 < one.p <= 1 for one in patterns.rows)


def test_what_is_known_of_a_trial_leaves_out_nights_after_the_last_and_weekdays_of_undated_ones():
    protocol = make_protocol("normal", blocks=3, period_nights=4)
    outcome = np.full(26, 5.0) + np.arange(26) % 3
    outcome[[3, 4, 24, 25]] = np.nan
    of = circumstances(make_trial(protocol, outcome))
    assert np.flatnonzero(of.missing).tolist() == [3, 4]
    assert of.weekday == protocol.start.weekday()
    assert (of.better, of.whole) == ("lower", False)


def test_a_fit_says_what_is_unusual():
    protocol = make_protocol("normal", blocks=3, period_nights=7)
    day = np.arange(44)
    outcome = 5 + np.random.default_rng(4).normal(0, 1, 44) + 4 * np.isin((day + protocol.start.weekday()) % 7, (4, 5))
    result = nof1.fit(make_trial(protocol, np.clip(outcome, 0, 10)), engine="marginal", sensitivity=False)
    patterns = result.record.checks.patterns
    assert "nights before free days" in odd(patterns)
    assert not patterns.passed
