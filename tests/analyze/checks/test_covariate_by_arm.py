"""Whether a covariate follows the arm: by the orders where they suffice, by period means where not; sound ones hardly ever."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from families import arms_of, make_protocol, make_trial

from nof1 import Trial, fit, randomization_test
from nof1.analyze import answers
from nof1.analyze.checks.covariate_by_arm import CHANCE, as_outcome, covariates_by_arm, period_comparison
from nof1.analyze.reasons import refused
from nof1.analyze.schema import from_dict, plain
from nof1.errors import RefusalError


def trial_of(values, *, blocks=6, period_nights=4, arms=("off", "magnesium"), outcome=None, **analysis):
    """A trial with the covariate "food": `values` takes the arm of every planned night and a random generator."""
    protocol = make_protocol(
        "normal", arms=arms, blocks=blocks, period_nights=period_nights, covariates=["food"], **analysis
    )
    arm, _ = arms_of(protocol)
    rng = np.random.default_rng(blocks)
    food = [None if np.isnan(value) else float(value) for value in values(arm, rng)]
    outcome = 5 - 2.0 * (arm == "magnesium") + rng.normal(0, 1, len(arm)) if outcome is None else outcome
    return make_trial(protocol, np.clip(outcome, 0, 10), food=food)


def food(arm, rng):
    return rng.normal(300, 40, len(arm))


def food_and_capsule(arm, rng):
    return food(arm, rng) + 200.0 * (arm == "magnesium")


@pytest.mark.parametrize(("blocks", "by"), [(4, "orders and periods"), (6, "orders and periods"), (8, "orders")])
def test_a_capsule_in_the_covariate_is_found(blocks, by):
    (found,) = covariates_by_arm(trial_of(food_and_capsule, blocks=blocks))
    assert (found.covariate, found.arm, found.reference) == ("food", "magnesium", "off")
    assert (found.follows, found.by, found.orders) == (True, by, 2**blocks)
    assert found.p == found.p_smallest == 2 / 2**blocks
    assert found.means[0] - found.means[1] == pytest.approx(200, abs=45)
    (sound,) = covariates_by_arm(trial_of(food, blocks=blocks))
    assert (sound.follows, sound.by) == (False, by)


def test_it_is_the_randomization_test_of_the_covariate():
    trial = trial_of(food, blocks=5)
    (found,) = covariates_by_arm(trial)
    values = np.array([entry.covariates["food"] for entry in trial.entries]) / 100
    (same,) = [randomization_test(make_trial(trial.protocol, values, food=[1.0] * len(values)))]
    assert (found.p, found.p_smallest, found.orders) == (same.p, same.p_smallest, same.orders)
    assert trial.frame["severity"].max() < 11  # the trial itself is left as it was
    assert as_outcome(trial, "food").frame["severity"].min() > 100


def test_the_most_extreme_order_alone_is_not_enough_where_orders_are_few():
    # Of 16 orders 2 are this extreme in every eighth trial of any covariate.
    def hardly(arm, _):
        block = np.maximum(np.arange(len(arm)) - 2, 0) // 8
        return np.array([0.2, 6, 0.2, 0.2])[block] * (arm == "magnesium")

    (found,) = covariates_by_arm(trial_of(hardly, blocks=4))
    assert found.p == found.p_smallest
    assert (found.follows, found.p_periods > CHANCE) == (False, True)


def test_the_comparison_of_periods_by_another_road():
    trial = trial_of(food, blocks=3)
    frame = trial.frame[trial.frame["period"] > 0].reset_index()
    frame["at"] = frame.index + 2.0
    frame = frame.groupby("period").agg(food=("food", "mean"), at=("at", "mean"), arm=("arm", "first"))
    design = np.column_stack([frame["arm"] == "magnesium", np.ones(len(frame)), frame["at"]]).astype(float)
    inverse = np.linalg.inv(design.T @ design)
    slope = inverse @ design.T @ frame["food"]
    rest = frame["food"] - design @ slope
    error = np.sqrt(rest @ rest / (len(frame) - 3) * inverse[0, 0])
    from scipy import stats

    expected = 2 * stats.t.sf(abs(slope[0] / error), len(frame) - 3)
    assert period_comparison(trial, "food", "magnesium", "off") == pytest.approx(expected)


def test_what_is_the_same_in_every_period_of_an_arm_follows_it_and_what_never_differs_does_not():
    trial = trial_of(lambda arm, _: np.where(arm == "magnesium", 200.0, 0.0))
    assert period_comparison(trial, "food", "magnesium", "off") == 0
    assert covariates_by_arm(trial)[0].follows
    weekly = trial_of(lambda arm, _: np.arange(len(arm)) % 2.0, period_nights=4)
    assert not covariates_by_arm(weekly)[0].follows


def adopted(values, nights=7, periods=8):
    rng = np.random.default_rng(1)
    arm = np.repeat(np.arange(periods) % 2, nights)
    table = {"day": range(1, len(arm) + 1), "arm": np.where(arm > 0, "on", "off"), "y": rng.integers(2, 9, len(arm))}
    frame = pd.DataFrame(table | {"steps": values(arm, rng)})
    scale = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10}
    return Trial.from_frame(frame, **scale, better="lower", covariates=["steps"])


def test_adopted_nights_are_compared_by_their_periods():
    (found,) = covariates_by_arm(adopted(lambda arm, rng: rng.normal(0, 1, len(arm)) + 3 * arm))
    assert (found.follows, found.by, found.p, found.orders) == (True, "periods", None, None)
    (sound,) = covariates_by_arm(adopted(lambda arm, rng: rng.normal(0, 1, len(arm))))
    assert (sound.follows, sound.by) == (False, "periods")


def test_of_too_few_periods_nothing_is_said():
    (found,) = covariates_by_arm(adopted(lambda arm, _: 3.0 * arm, periods=4))
    assert (found.follows, found.by, found.p_periods) == (False, None, None)
    assert found.refused.code == "order not drawn"
    (drawn,) = covariates_by_arm(trial_of(food_and_capsule, blocks=2))
    assert (drawn.follows, drawn.by, drawn.p) == (False, None, 0.5)


def test_a_trend_over_the_trial_is_no_link_to_the_arms():
    assert not covariates_by_arm(adopted(lambda arm, rng: 2.0 * np.arange(len(arm)) + rng.normal(0, 1, len(arm))))[
        0
    ].follows


def test_only_nights_with_a_value_count_and_one_arm_alone_tells_nothing():
    trial = trial_of(lambda arm, rng: np.where(rng.random(len(arm)) < 0.5, np.nan, food_and_capsule(arm, rng)))
    (found,) = covariates_by_arm(trial)
    known = trial.frame[(trial.frame["period"] > 0) & trial.frame["food"].notna()]
    assert found.nights == tuple(int((known["arm"] == name).sum()) for name in ("magnesium", "off"))
    assert found.means[0] == pytest.approx(known.loc[known["arm"] == "magnesium", "food"].mean())
    assert found.follows
    (one,) = covariates_by_arm(trial_of(lambda arm, _: np.where(arm == "magnesium", 200.0, np.nan)))
    assert (one.follows, one.by, one.means[1], one.refused.code) == (False, None, None, "no night of an arm")


def test_the_chance_is_shared_between_pairs_of_arms():
    arms = ("off", "magnesium", "oxide")
    rows = covariates_by_arm(trial_of(food_and_capsule, arms=arms, blocks=8))
    assert [(row.arm, row.reference) for row in rows] == [
        ("magnesium", "off"),
        ("oxide", "off"),
        ("oxide", "magnesium"),
    ]
    assert [row.follows for row in rows] == [True, False, True]


def test_a_trial_without_covariates_has_none_to_look_at():
    trial = make_trial(make_protocol("normal"), np.tile([4.0, 5, 6], 9)[:26])
    assert covariates_by_arm(trial) == ()
    assert answers.covariates_and_answer(trial, seed=1) is None


# --- beside the answer


def test_the_answer_without_is_that_of_the_same_trial_planned_without():
    trial = trial_of(food_and_capsule)
    result = fit(trial, engine="marginal", sensitivity=False, seed=3)
    told = result.record.covariates
    assert told.following == ("food",)
    alone = replace(trial, protocol=trial.protocol.model_copy(update={"analysis": trial.protocol.analysis.model_copy(update={"covariates": ()})}),
                    entries=tuple(replace(entry, covariates={}) for entry in trial.entries))  # fmt: skip
    expected = fit(alone, engine="marginal", sensitivity=False, seed=3).lead[0]
    (without,) = told.without
    assert (without.over_nights, without.full, without.verdict) == (
        expected.over_nights,
        expected.full,
        expected.verdict,
    )
    assert without.over_nights.mean < result.lead[0].over_nights.mean - 0.2  # the covariate had taken part of it


def test_sound_covariates_stay_in_and_there_is_no_other_answer():
    told = fit(trial_of(food), engine="marginal", sensitivity=False).record.covariates
    assert (told.following, told.without, told.refused, len(told.rows)) == ((), (), None, 1)


def test_why_there_is_no_answer_without_goes_on_record(monkeypatch):
    def refuse(*_, **__):
        raise refused(RefusalError, "no peak")

    monkeypatch.setattr(answers, "estimate", refuse)
    told = answers.covariates_and_answer(trial_of(food_and_capsule), seed=1)
    assert (told.without, told.refused.code) == ((), "no peak")


def test_it_is_saved_and_read_and_files_without_it_are_read_too(tmp_path):
    trial = trial_of(food_and_capsule)
    result = fit(trial, engine="marginal", sensitivity=False)
    content = plain(result.record)
    assert from_dict(content).covariates == result.record.covariates
    del content["covariates"]
    assert from_dict(content).covariates is None
    from nof1 import Result

    trial.write(tmp_path / "trial")
    result.save(tmp_path / "trial", now=datetime(2026, 6, 1, tzinfo=UTC))
    assert Result.load(tmp_path / "trial").record.covariates == result.record.covariates


@pytest.mark.slow
def test_sound_covariates_are_called_out_in_about_one_of_a_hundred_trials_at_most():
    """Weather, of which neighbouring days are alike, in 300 trials with orders of their own."""

    def weather(rng, nights):
        out = np.empty(nights)
        state = rng.normal()
        for i in range(nights):
            state = 0.8 * state + 0.6 * rng.normal()
            out[i] = state
        return 15 + 5 * out

    rng = np.random.default_rng(5)
    called = 0
    for seed in range(300):
        base = make_protocol("normal", blocks=6, period_nights=4, covariates=["food"])
        protocol = base.model_copy(update={"design": base.design.model_copy(update={"seed": seed})})
        nights = len(arms_of(protocol)[0])
        trial = make_trial(protocol, np.full(nights, np.nan), food=[*map(float, weather(rng, nights))])
        called += covariates_by_arm(trial)[0].follows
    assert called <= 8  # of 3 expected at most: more has a chance of 0.4 %
