"""Tipping points: what they are by their definition, and against multiple imputation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from families import arms_of, make_protocol, make_trial

from nof1 import Trial
from nof1.analyze.checks.tipping import MissingNights, TippingPoint, impute, near_zero, tipping_points
from nof1.analyze.engines.choose import from_marginal
from nof1.analyze.engines.marginal import QUICK_ROUNDS, fit_marginal, fit_marginals
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import draws_of, linear_predictor
from nof1.analyze.model.effects import TAILS, mixture_quantile

VECTOR = np.array([1.0])


def trial(effect, *, seed=1, missing=0.2, nights=84, high=10, gone=None, better="lower", **analysis):
    rng = np.random.default_rng(seed)
    on = np.arange(nights) // 7 % 2 == 1
    y = np.clip(6 + effect * on + rng.normal(0, 1.2, nights), 0.1, high)
    y[rng.random(nights) < missing] = np.nan
    if gone is not None:
        y[gone] = np.nan
    frame = pd.DataFrame({"day": np.arange(1, nights + 1), "arm": np.where(on, "on", "off"), "y": y})
    options = {
        "low": 0,
        "high": high,
        "threshold": 1.0,
        "carryover": analysis.pop("carryover", "none"),
    }
    return Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="off", better=better, analysis=analysis, **options
    )


def effects(of):
    data = build_model_data(of)
    rows = from_marginal(of.protocol, data, fit_marginal(data, seed=1), seed=1).rows
    return data, [row["over-nights"] if isinstance(row, dict) else row.over_nights for row in rows]


def answer(of):
    data, leading = effects(of)
    return tipping_points(of, data, leading, seed=1)[0], leading[0]


@pytest.mark.parametrize(("effect", "directions"), [(-0.9, (1, -1)), (1.2, (-1, 1))], ids=["better", "worse"])
def test_missing_nights_would_have_to_be_against_the_answer(effect, directions):
    found, _ = answer(trial(effect))
    assert found.sure == ("better" if effect < 0 else "worse")
    assert [one.arm for one in found.missing] == ["on", "off"]
    assert tuple(np.sign(one.delta) for one in found.missing) == directions


def test_with_the_nights_shifted_so_far_the_interval_of_a_new_fit_just_reaches_0():
    of = trial(-0.9)
    found, effect = answer(of)
    data = build_model_data(of)
    imputed = impute(of, data, fit_marginal(data, seed=1), seed=1)
    for one in found.missing:
        shifted, expected = (
            near_zero(fit_marginal(imputed.shifted(one.arm, delta), seed=5), VECTOR) for delta in (one.delta, 0.0)
        )
        assert effect.interval[1] + shifted - expected == pytest.approx(0, abs=0.04)


def test_more_missing_nights_tip_sooner():
    few, many = (answer(trial(-1.5, missing=0, gone=slice(7, 7 + count)))[0].missing[0] for count in (3, 7))
    assert (few.nights, many.nights, few.planned) == (3, 7, 42)
    assert few.delta is None or many.delta < few.delta


def test_a_wide_interval_has_nothing_to_lose():
    found, effect = answer(trial(-0.2, nights=42))
    assert effect.interval[0] < 0 < effect.interval[1]
    assert found == TippingPoint("on", "off", 0.95, None)


def test_a_full_diary_has_no_missing_nights_and_the_last_night_ends_it():
    found, _ = answer(trial(-2.0, missing=0, gone=slice(80, 84)))
    assert found.missing == ()
    assert found.sure == "better"


def test_nights_at_the_end_of_the_scale_that_change_nothing_have_no_tipping_point():
    found, _ = answer(trial(-2.5, missing=0, gone=[10]))
    (one,) = found.missing
    assert (one.nights, one.delta) == (1, None)
    assert one.expected == pytest.approx(3.5, abs=0.8)


def test_hope_is_what_would_bring_the_interval_to_0_and_is_asked_of_open_trials_alone(monkeypatch):
    of = trial(-0.9)
    found, effect = answer(of)
    assert found.hope.to_zero == pytest.approx(-effect.interval[1])
    assert found.hope.whole == pytest.approx(-effect.mean)
    data, leading = effects(of)
    monkeypatch.setattr(type(of.protocol), "concealed", property(lambda protocol: "helper"))
    assert tipping_points(of, data, leading, seed=1)[0].hope is None


def test_durations_are_multiplied():
    found, effect = answer(trial(-0.9, high=60, family="duration"))
    on, off = found.missing
    assert {on.kind, off.kind} == {"ratio"}
    assert on.delta > 1 > off.delta > 0
    assert on.expected == pytest.approx(4.9, abs=0.8)
    assert effect.interval[1] < 0


def test_other_families_are_refused_but_hope_is_told():
    of = trial(-2.0, family="student")
    _, (effect,) = effects(trial(-2.0))
    (found,) = tipping_points(of, build_model_data(of), [effect], seed=1)
    assert (found.refused.code, found.missing) == ("no shift", ())
    assert found.hope.whole == pytest.approx(abs(effect.mean))
    assert '"student"' in str(found.refused)


def test_numbers_are_python_s_own_and_which_way_is_better_follows_the_protocol():
    found, _ = answer(trial(-0.9, better="higher"))
    assert found.sure == "worse"
    for one in found.missing:
        assert isinstance(one, MissingNights)
        assert {type(one.delta), type(one.expected)} <= {float, type(None)}
        assert {type(one.nights), type(one.planned)} == {int}
    assert {type(found.hope.to_zero), type(found.hope.whole)} == {float}


def test_every_pair_of_three_arms_has_its_own():
    rng = np.random.default_rng(5)
    arm = np.tile(np.repeat(["off", "a", "b"], 4), 7)
    y = 6 - 2.0 * (arm == "a") - 2.1 * (arm == "b") + rng.normal(0, 0.8, len(arm))
    y[rng.random(len(arm)) < 0.15] = np.nan
    frame = pd.DataFrame({"day": np.arange(1, len(arm) + 1), "arm": arm, "y": y})
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
    data, leading = effects(of)
    found = tipping_points(of, data, leading, seed=1)
    assert [(one.arm, one.reference, one.sure) for one in found] == [
        ("a", "off", "better"),
        ("b", "off", "better"),
        ("b", "a", None),
    ]
    assert [one.arm for one in found[1].missing] == ["b", "off"]


def test_a_night_between_two_others_is_expected_between_their_deviations():
    """With neighbours alike, a missing night in a high stretch is expected above the model's mean."""
    rng = np.random.default_rng(2)
    nights = 84
    on = np.arange(nights) // 7 % 2 == 1
    state = np.zeros(nights)
    for i in range(1, nights):
        state[i] = 0.95 * state[i - 1] + rng.normal(0, 0.6)
    y = np.clip(5 - 1.0 * on + state, 0, 10)
    gone = int(np.argmax(state[1:-1])) + 1
    y[gone] = np.nan
    frame = pd.DataFrame({"day": np.arange(1, nights + 1), "arm": np.where(on, "on", "off"), "y": y})
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
    data = build_model_data(of)
    fitted = fit_marginal(data, seed=1)
    imputed = impute(of, data, fitted, seed=1)
    (place,) = np.flatnonzero(imputed.missing >= 0)
    assert imputed.data.day[place] == gone
    around = (y[gone - 1] + y[gone + 1]) / 2
    independent = replace(data, autocorrelation=False)
    alone = impute(of, independent, fit_marginal(independent, seed=1), seed=1)
    assert abs(imputed.data.y[place] - around) < 0.8
    assert alone.data.y[place] < imputed.data.y[place]


@pytest.mark.slow
def test_shifts_agree_with_multiple_imputation():
    """Imputations that are drawn, not expected, and pooled as one mixture: at the tipping point their interval reaches 0, too."""
    of = trial(-0.9)
    found, _ = answer(of)
    data = build_model_data(of)
    fitted = fit_marginal(data, seed=1)
    imputed = impute(of, data, fitted, seed=1)
    count, rng = 60, np.random.default_rng(8)
    draws = draws_of(imputed.data, marginal_draws(data, fitted, seed=3, draws=count))
    mean = linear_predictor(imputed.data, draws)
    rated = imputed.missing < 0
    lag = np.abs(np.subtract.outer(imputed.data.day, imputed.data.day))
    one = found.missing[0]
    own = imputed.missing == imputed.names.index(one.arm)
    completed = []
    for s in range(count):
        covariance = draws.sigma[s] ** 2 * draws.phi[s] ** lag
        gain = covariance[np.ix_(~rated, rated)] @ np.linalg.inv(covariance[np.ix_(rated, rated)])
        left = covariance[np.ix_(~rated, ~rated)] - gain @ covariance[np.ix_(rated, ~rated)]
        y = imputed.data.y.copy()
        y[~rated] = mean[s, ~rated] + gain @ (y[rated] - mean[s, rated])
        y[~rated] += np.linalg.cholesky(left + 1e-9 * np.eye(len(left))) @ rng.standard_normal(len(left))
        y[own] += one.delta
        whole = replace(imputed.data, y=y)
        for i in np.flatnonzero(~rated & ~own)[::-1]:
            whole = whole.without(int(i))
        completed.append(whole)
    fits = fit_marginals(completed, seed=2, rounds=QUICK_ROUNDS)
    parts = [(each.weights / count, *each.contrast(VECTOR, over_nights=True)) for each in fits]
    end = mixture_quantile(*(np.concatenate(part) for part in zip(*parts, strict=True)), TAILS[1])
    assert end == pytest.approx(0, abs=0.08)


def test_a_period_without_a_rated_night_is_expected_at_the_other_periods_level():
    """The second edition's terms are there, too; where nothing was rated a period has no offset of its own, and a block none."""
    protocol = make_protocol("normal", blocks=6, period_nights=6, carryover="none")
    arm, period = arms_of(protocol)
    rng = np.random.default_rng(7)
    y = np.clip(6 - 2.0 * (arm == "magnesium") + rng.normal(0, 0.8, len(arm)), 0, 10)
    block = (period - 1) // 2
    y[block == 2] = np.nan  # one whole block
    of = make_trial(protocol, y)
    data, leading = effects(of)
    assert len(data.block_numbers) == 5
    (found,) = tipping_points(of, data, leading, seed=1)
    on, off = found.missing
    assert (on.arm, on.nights, off.nights) == ("magnesium", 6, 6)
    assert on.expected == pytest.approx(4, abs=0.7)
    assert off.expected == pytest.approx(6, abs=0.7)
    assert on.delta is None or on.delta > 0
