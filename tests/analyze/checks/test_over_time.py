from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known import two_arms
from scipy import stats

from nof1 import RefusalError, Trial, fit
from nof1.analyze.checks import over_time
from nof1.analyze.checks.over_time import effect_over_time
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import TAILS
from nof1.analyze.model.exposure import exposure
from nof1.analyze.reasons import as_told
from nof1.report.words.over_time import course_sentence

LOW, HIGH = 0, 10


def trial(y, *, nights=4, arms=("off", "on"), **options):
    arm = np.tile(np.repeat(arms, nights), len(y) // (nights * len(arms)))
    frame = pd.DataFrame({"day": np.arange(1, len(y) + 1), "arm": arm, "y": y})
    options = {"low": LOW, "high": HIGH, "threshold": 1.0, "carryover": "none"} | options
    return Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference=arms[0], **options)


def fading(first, last, *, n=96, noise=0.7, seed=1, **options):
    """A trial whose effect at no carryover goes in a straight line from `first` to `last`."""
    rng = np.random.default_rng(seed)
    on = np.tile(np.repeat([0, 1], 4), n // 8)
    y = 6 + on * np.linspace(first, last, n) + rng.normal(0, noise, n)
    return trial(np.clip(y, LOW, HIGH), **options)


def answer(of):
    return effect_over_time(of.protocol, build_model_data(of), seed=1)


def test_a_fading_effect_is_found():
    of = fading(-4.0, 0.0)
    row = answer(of).rows[0]
    change = row.leading.change
    assert change.interval[0] < 4 < change.interval[1]
    assert change.interval[0] > 1
    assert change.p_positive > 0.99
    assert row.leading.early.mean == pytest.approx(-4, abs=1)
    assert row.leading.late.mean == pytest.approx(0, abs=1)
    assert (row.course, row.leading.early.verdict, row.verdicts_differ) == ("worse later", "helps", True)
    told = course_sentence(of.protocol, row)
    assert "worse on the last days than on the first" in told
    assert f'on the last days "{row.leading.late.verdict}"' in told


def test_change_is_late_minus_early():
    row = answer(fading(-2.0, -1.0, noise=1.5)).rows[0]
    assert row.leading.change.mean == pytest.approx(row.leading.late.mean - row.leading.early.mean)
    assert row.leading.change.p_positive + row.leading.change.p_better == pytest.approx(1)


def test_early_benefit_and_later_harm_that_cancel_are_told():
    of = fading(-3.0, 3.0)
    row = answer(of).rows[0]
    assert row.crosses
    assert (row.leading.early.verdict, row.leading.late.verdict) == ("helps", "worsens")
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


def test_a_constant_effect_measured_well_is_steady_with_one_verdict():
    of = fading(-2.5, -2.5, n=320, noise=0.4)
    row = answer(of).rows[0]
    assert row.course == "steady"
    assert abs(row.leading.change.mean) < 0.6
    assert not row.crosses
    assert not row.verdicts_differ
    told = course_sentence(of.protocol, row)
    assert "about the same" in told
    assert 'The verdict would be the same on the first days and on the last: "helps".' in told


def test_verdicts_that_differ_without_a_sign_of_change_may_be_chance():
    of = fading(-2.4, -1.5, n=64, noise=0.8, threshold=1.2)
    row = answer(of).rows[0]
    assert row.course == "can't tell yet"
    assert row.verdicts_differ
    assert course_sentence(of.protocol, row).endswith(", which may be chance.")


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
    for part in ("change", "early", "late"):
        assert getattr(between.leading, part).mean == pytest.approx(
            getattr(b.leading, part).mean - getattr(a.leading, part).mean
        )
    assert "b instead of a" in course_sentence(of.protocol, between)


def test_the_leading_estimand_is_at_the_top_and_both_are_below():
    of = two_arms("exponential")
    told = effect_over_time(of.protocol, build_model_data(of), seed=1, leading=["as-lived"]).rows[0]
    assert told.estimand == "as-lived"
    assert told.leading.early == told.as_lived.early != told.full.early
    assert told.as_lived.early.sd < told.full.early.sd
    assert answer(of).rows[0].leading.early == told.full.early


@pytest.mark.slow
def test_short_exposure_leads_with_the_effect_as_lived():
    nightly = trial(np.random.default_rng(1).normal(5, 1, 40), nights=1, carryover="exponential")
    row, result = answer(nightly).rows[0], fit(nightly, engine="marginal")
    assert row.estimand == result.leading_estimand(result.lead[0]) == "as-lived"
    assert row.leading.change == row.as_lived.change


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
        told = effect_over_time(protocol, replace(base, y=y), seed=i)
        if told.refused:
            continue
        found = told.rows[0].full.change  # the truth is the effect at full exposure
        low, high = found.interval
        inside.append(low < change < high)
        positions.append(stats.norm.cdf((change - found.mean) / found.sd))
    assert len(inside) >= 0.97 * count
    expected = TAILS[1] - TAILS[0]
    error = np.sqrt(expected * (1 - expected) / len(inside))
    assert np.mean(inside) == pytest.approx(expected, abs=3 * error)
    assert stats.kstest(positions, "uniform").pvalue > 0.001
