from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known import two_arms
from scipy import stats

from nof1 import InputError, RefusalError, Trial
from nof1.analyze.checks import over_time
from nof1.analyze.checks.over_time import course_of_pair, effect_over_time
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import TAILS, pairs
from nof1.analyze.model.exposure import exposure
from nof1.analyze.reasons import as_told
from nof1.report.words.over_time import course_sentence, over_time_sentences

LOW, HIGH = 0, 10


def trial(y, *, nights=4, arms=("off", "on"), **options):
    arm = np.tile(np.repeat(arms, nights), len(y) // (nights * len(arms)))
    frame = pd.DataFrame({"day": np.arange(1, len(y) + 1), "arm": arm, "y": y})
    options = {"low": LOW, "high": HIGH, "better": "lower", "threshold": 1.0, "carryover": "none"} | options
    return Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference=arms[0], **options)


def fading(first, last, *, n=96, noise=0.7, seed=1, **options):
    """A trial whose effect at no carryover goes in a straight line from `first` to `last`."""
    rng = np.random.default_rng(seed)
    on = np.tile(np.repeat([0, 1], 4), n // 8)
    y = 6 + on * np.linspace(first, last, n) + rng.normal(0, noise, n)
    return trial(np.clip(y, LOW, HIGH), **options)


def slope(row):
    """The change a night."""
    return row.leading.change.mean / (row.nights[1] - row.nights[0])


def answer(of, estimand="full"):
    leading = [estimand] * len(pairs(of.protocol))
    return effect_over_time(of.protocol, build_model_data(of), seed=1, leading=leading)


def test_a_fading_effect_is_found():
    of = fading(-4.0, 0.0)
    row = answer(of).rows[0]
    change = row.leading.change
    true = 4 * (96 - 5) / 95  # from the first night on the arm to the last
    assert row.nights == (5, 96)
    assert change.interval[0] < true < change.interval[1]
    assert change.interval[0] > 1
    assert change.p_positive > 0.99
    assert row.leading.early.mean == pytest.approx(-4, abs=1)
    assert row.leading.late.mean == pytest.approx(0, abs=1)
    assert row.course == "worse later"
    assert "worse on the last days than on the first" in course_sentence(of.protocol, row)


def test_change_is_late_minus_early():
    row = answer(fading(-2.0, -1.0, noise=1.5)).rows[0]
    assert row.leading.change.mean == pytest.approx(row.leading.late.mean - row.leading.early.mean)
    assert row.leading.change.p_positive + row.leading.change.p_better == pytest.approx(1)


def test_early_benefit_and_later_harm_that_cancel_are_told():
    of = fading(-3.0, 3.0)
    row = answer(of).rows[0]
    assert row.crosses
    assert row.leading.early.p_better > 0.99 > 0.01 > row.leading.late.p_better
    assert "Early benefit and later harm can cancel" in course_sentence(of.protocol, row)
    mirrored = answer(fading(3.0, -3.0)).rows[0]
    assert "Early harm and later benefit can cancel" in course_sentence(of.protocol, mirrored)


def test_which_way_is_better_follows_the_protocol():
    of = fading(3.0, -3.0, better="higher")
    up = answer(of).rows[0]
    assert up.course == "worse later"
    assert up.leading.change.p_positive < 0.01
    assert up.leading.change.p_better < 0.01
    assert "Early benefit and later harm" in course_sentence(of.protocol, up)


def test_a_constant_effect_measured_well_is_steady():
    of = fading(-2.5, -2.5, n=320, noise=0.4)
    row = answer(of).rows[0]
    assert row.course == "steady"
    assert abs(row.leading.change.mean) < 0.6
    assert not row.crosses
    assert "about the same" in course_sentence(of.protocol, row)


def test_few_nights_can_not_tell():
    of = two_arms()
    row = answer(of).rows[0]
    assert row.course == "can't tell yet"
    assert "can't tell yet whether the effect of 2 changed" in course_sentence(of.protocol, row)


def test_every_pair_of_arms_has_a_row_and_pairs_fit_together():
    rng = np.random.default_rng(5)
    of = trial(rng.normal(5, 1, 72), arms=("off", "a", "b"))
    told = answer(of)
    assert [(row.arm, row.reference) for row in told.rows] == [("a", "off"), ("b", "off"), ("b", "a")]
    a, b, between = told.rows
    assert slope(between) == pytest.approx(slope(b) - slope(a))
    assert between.nights == (max(a.nights[0], b.nights[0]), min(a.nights[1], b.nights[1]))
    assert "b instead of a" in course_sentence(of.protocol, between)


def test_the_leading_estimand_is_at_the_top_and_both_are_below():
    of = two_arms("exponential")
    told = answer(of, "over-nights").rows[0]
    assert told.estimand == "over-nights"
    assert told.leading.early == told.over_nights.early != told.full.early
    assert told.over_nights.early.sd < told.full.early.sd
    assert answer(of).rows[0].leading.early == told.full.early


# --- of which nights


def in_order(arms, *, nights=6, seed=3, reference="off", missing=(), **options):
    """A trial of these periods in a row, with random nights about 5."""
    y = np.random.default_rng(seed).normal(5, 1, nights * len(arms))
    y[list(missing)] = np.nan
    frame = pd.DataFrame({"day": np.arange(1, len(y) + 1), "arm": np.repeat(arms, nights), "y": y})
    options = {"low": LOW, "high": HIGH, "better": "lower", "threshold": 1.0, "carryover": "none"} | options
    return Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference=reference, **options)


def test_the_course_goes_from_the_first_night_on_the_arm_to_the_last():
    assert answer(in_order(["off", "on", "off", "on", "off"])).rows[0].nights == (7, 24)
    assert answer(in_order(["on", "off", "on"])).rows[0].nights == (1, 18)


def test_nights_that_are_still_to_come_are_not_told():
    """The last period has no rated night yet: it says nothing of the effect then."""
    told = answer(in_order(["off", "on", "off", "on", "off", "on"], missing=range(24, 36)))
    assert told.rows[0].nights == (7, 24)


def test_of_two_active_arms_the_course_is_told_while_both_are_compared():
    told = answer(in_order(["off", "a", "b", "off", "a", "b", "off", "a"]))
    assert {(row.arm, row.reference): row.nights for row in told.rows} == {
        ("a", "off"): (7, 48),
        ("b", "off"): (13, 36),
        ("b", "a"): (13, 36),
    }


def test_the_ends_are_those_of_the_line_at_these_nights():
    """The line through the effect halfway: at the ends it is where the time of these nights puts it."""
    of = in_order(["off", "on", "off", "on", "off"])
    data, row = build_model_data(of), answer(of).rows[0]
    fitted = over_time.fit_marginal(replace(data, over_time=True), seed=1)
    halfway, change = fitted.weights @ fitted.effect_mean
    time = [(night - 1) / (len(data.doses) - 1) - 0.5 for night in row.nights]
    assert row.full.early.mean == pytest.approx(halfway + change * time[0])
    assert row.full.late.mean == pytest.approx(halfway + change * time[1])
    assert row.full.change.mean == pytest.approx(change * (time[1] - time[0]))


@pytest.mark.parametrize("arms", [["off", "on"], ["on", "off"]])
def test_one_switch_cannot_tell_the_arm_from_time(arms):
    of = in_order(arms, nights=14)
    told = answer(of)
    assert (told.rows, told.refused) == ((), None)
    (untold,) = told.untold
    assert (untold.arm, untold.reference, untold.refused.code) == ("on", "off", "arm and time")
    why = course_of_pair(told, ("on", "off"))
    assert "cannot be told apart" in str(why)
    (sentence,) = over_time_sentences(of.protocol, told)
    assert "changed places only once" in sentence


def test_one_pair_may_be_told_where_another_is_not():
    told = answer(in_order(["off", "a", "off", "a", "b"]))
    assert [(row.arm, row.reference) for row in told.rows] == [("a", "off")]
    assert [(row.arm, row.reference) for row in told.untold] == [("b", "off"), ("b", "a")]
    with pytest.raises(InputError, match="There is no row for"):
        course_of_pair(told, ("a", "b"))


def test_a_single_night_on_the_arm_has_no_course():
    frame = pd.DataFrame(
        {"day": range(1, 10), "arm": ["off"] * 4 + ["on"] + ["off"] * 4, "y": [5, 4, 6, 5, 2, 5, 6, 4, 5]}
    )
    of = Trial.from_frame(
        frame,
        outcome="y",
        arm="arm",
        day="day",
        reference="off",
        low=0,
        high=10,
        better="lower",
        threshold=1.0,
        carryover="none",
    )
    assert [one.refused.code for one in answer(of).untold] == ["no stretch"]


def test_a_refusal_is_told(monkeypatch):
    def refuse(*arguments, **options):
        raise RefusalError("The quick engine cannot be trusted.")

    monkeypatch.setattr(over_time, "fit_marginal", refuse)
    told = answer(two_arms())
    assert told.refused == as_told("The quick engine cannot be trusted.")
    assert told.rows == ()


@pytest.mark.slow
def test_intervals_of_the_change_are_calibrated():
    """Truths from the priors, nights from the model: the interval holds 95 in 100, and the chances are uniform."""
    count, nights = 200, 36
    base = build_model_data(trial(np.random.default_rng(0).normal(5, 1, nights), nights=3, carryover="exponential"))
    protocol = trial(np.arange(nights) % 7, nights=3, carryover="exponential").protocol
    priors, rng = base.priors, np.random.default_rng(2)
    lag = np.abs(np.subtract.outer(base.day, base.day))
    inside, positions = [], []
    for i in range(count):
        effect, change = rng.normal(0, priors.effect_sd, 2)
        half_life = priors.half_life_median * np.exp(priors.half_life_log_sd * rng.standard_normal())
        phi = 2 * rng.beta(priors.autocorrelation_a, priors.autocorrelation_b) - 1
        sigma, omega = np.abs(rng.normal(0, (priors.noise_scale, priors.period_scale)))
        x = exposure(base.doses, np.array([half_life]))[0, base.day, 0]
        y = (
            rng.normal(priors.level_mean, priors.level_sd)
            + rng.normal(0, priors.trend_sd) * base.time
            + x * (effect + change * base.time)
            + rng.normal(0, omega, len(base.period_numbers))[base.period]
            + sigma * np.linalg.cholesky(phi**lag + 1e-12 * np.eye(base.n)) @ rng.standard_normal(base.n)
        )
        told = effect_over_time(protocol, replace(base, y=y), seed=i, leading=["full"])
        if told.refused:
            continue
        found = told.rows[0].full.change  # the truth is the effect at full exposure
        first, last = told.rows[0].nights
        low, high = found.interval
        true = change * (last - first) / (nights - 1)
        inside.append(low < true < high)
        positions.append(stats.norm.cdf((true - found.mean) / found.sd))
    assert len(inside) >= 0.97 * count
    expected = TAILS[1] - TAILS[0]
    error = np.sqrt(expected * (1 - expected) / len(inside))
    assert np.mean(inside) == pytest.approx(expected, abs=3 * error)
    assert stats.kstest(positions, "uniform").pvalue > 0.001
