"""From a trial to the numbers of the model: which nights, doses and covariates it is given, and what is refused."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from families import FAMILIES, arms_of, make_protocol, make_terms, make_trial
from known import two_arms

from nof1 import InputError, Nof1Warning, RefusalError, Trial, fit
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.days import night_of_period
from nof1.plan.protocol.protocol import Protocol


def trial(y, arm=None, dose=None, **options):
    frame = pd.DataFrame({"day": np.arange(1, len(y) + 1), "arm": arm or ["off", "on"] * (len(y) // 2), "y": y})
    for name in options.get("covariates", ()):
        frame[name] = options["values"]
    options.pop("values", None)
    return Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower", **options
    )


def test_missing_nights_keep_their_calendar_gap():
    data = build_model_data(trial([1, None, None, 4, 6, 5, 7, 8]))
    np.testing.assert_array_equal(data.day, [0, 3, 4, 5, 6, 7])
    assert data.time[0] == -0.5
    assert data.time[-1] == 0.5


def test_time_runs_over_planned_days_not_recorded_ones():
    data = build_model_data(trial([None, 2, 3, 5, 4, 6, 7, None]))
    assert data.time[0] == pytest.approx(1 / 7 - 0.5)
    assert data.time[-1] == pytest.approx(6 / 7 - 0.5)


def test_discarding_drops_planned_nights_of_every_period():
    arms = ["off"] * 3 + ["on"] * 3 + ["off"] * 3
    data = build_model_data(trial([1, 2, 3, None, 5, 6, 7, 8, 4], arms, carryover="discard:1"))
    np.testing.assert_array_equal(data.day, [1, 2, 4, 5, 7, 8])
    assert not data.exponential


def test_a_missing_night_stays_missing_where_nights_are_discarded():
    arms = ["off"] * 3 + ["on"] * 3 + ["off"] * 3
    data = build_model_data(trial([1, 2, 3, 4, 5, None, 7, 8, 4], arms, carryover="discard:1"))
    np.testing.assert_array_equal(data.day, [1, 2, 4, 7, 8])
    np.testing.assert_array_equal(data.y, [2, 3, 5, 8, 4])


def test_a_washout_within_a_period_begins_a_new_stretch():
    period = np.array([1, 1, 1, 1, 2, 2, 3])
    arm = np.array(["on", "on", "washout", "on", "on", "on", "off"])
    np.testing.assert_array_equal(night_of_period(period, arm), [0, 1, 0, 0, 0, 1, 0])


def test_every_night_has_the_number_of_its_period_and_periods_without_a_night_have_none():
    protocol = make_protocol("normal")
    arm, number = arms_of(protocol)
    y = np.where(number == 3, np.nan, np.arange(len(arm)) % 7)
    data = build_model_data(make_trial(protocol, y))
    np.testing.assert_array_equal(np.array(data.period_numbers)[data.period], number[number != 3])
    assert 3 not in data.period_numbers


def test_without_a_night_the_others_stay_as_they_are():
    protocol = make_protocol("normal", covariates=("stress",))
    arm, number = arms_of(protocol)
    y = np.where(number == 3, np.nan, np.arange(len(arm)) % 7)
    y[np.flatnonzero(number == 3)[1]] = 5  # the only night of its period
    data = build_model_data(make_trial(protocol, y, stress=list(np.arange(len(arm)) % 5)))
    alone = int(np.flatnonzero(np.array(data.period_numbers)[data.period] == 3)[0])
    for i in (0, alone, data.n - 1):
        fewer = data.without(i)
        for name in ("y", "day", "time"):
            np.testing.assert_array_equal(getattr(fewer, name), np.delete(getattr(data, name), i))
        np.testing.assert_array_equal(fewer.covariates, np.delete(data.covariates, i, axis=0))
        numbers = np.delete(np.array(data.period_numbers)[data.period], i)
        np.testing.assert_array_equal(np.array(fewer.period_numbers)[fewer.period], numbers)
        assert set(fewer.period_numbers) == set(numbers)
        np.testing.assert_array_equal(fewer.doses, data.doses)


def test_nights_have_a_spread_of_their_own_unless_their_likelihood_gives_them_one():
    for family in FAMILIES:
        own = family not in ("binary", "ordinal", "count")
        for autocorrelation in (True, False):
            data = make_terms(make_protocol(family, autocorrelation=autocorrelation))
            assert data.has_spread == (own or autocorrelation)


def test_an_effect_is_constant_over_the_trial_if_nothing_else_was_said():
    assert not build_model_data(two_arms()).over_time


# --- doses


def arms_with(dose_mg, *others):
    """The small protocol with the doses that were taken, a reference of this dose, and further arms."""
    names = ("magnesium", *others)
    made = make_protocol("normal", arms=("off", *names), dose="taken").to_dict()
    made["arms"][0]["dose_mg"] = dose_mg
    return Protocol.build(made)


def with_doses(protocol, doses):
    """A trial of it with these doses by the number of the night, and random ratings."""
    rng = np.random.default_rng(1)
    outcome = rng.integers(1, 9, protocol.nights) + rng.random(protocol.nights)
    return make_trial(protocol, outcome, dose_mg=[doses.get(i) for i in range(protocol.nights)])


def test_the_dose_taken_counts_where_it_was_logged_and_the_planned_one_elsewhere():
    protocol = arms_with(0)
    arm, _ = arms_of(protocol)
    on, off = np.flatnonzero(arm == "magnesium"), np.flatnonzero(arm == "off")
    logged = {on[0]: 100.0, on[2]: 300.0, on[3]: 0.0, off[0]: 0.0, off[1]: 50.0}
    expected = (arm == "magnesium").astype(float)
    expected[[on[0], on[2], on[3], off[1]]] = 0.5, 1.5, 0.0, 0.25
    data = build_model_data(with_doses(protocol, logged))
    np.testing.assert_array_equal(data.doses[:, 0], expected)
    np.testing.assert_array_equal(data.treated[:, 0], arm == "magnesium")
    assigned = Protocol.build(protocol.to_dict() | {"analysis": {"dose": "assigned"}})
    np.testing.assert_array_equal(build_model_data(with_doses(assigned, logged)).doses[:, 0], arm == "magnesium")


def test_a_dose_on_the_reference_arm_is_of_no_arm_if_there_are_several():
    protocol = arms_with(0, "oxide")
    arm, _ = arms_of(protocol)
    off, on = np.flatnonzero(arm == "off"), np.flatnonzero(arm == "oxide")
    data = build_model_data(with_doses(protocol, {off[0]: 0.0, on[0]: 100.0}))
    np.testing.assert_array_equal(data.doses[on[0]], [0, 0.5])
    night = date(2026, 1, 5).toordinal() + int(off[3])
    with pytest.raises(InputError, match=rf"^On {date.fromordinal(night)} a dose was logged on the reference arm"):
        build_model_data(with_doses(protocol, {off[0]: 0.0, off[3]: 200.0}))


@pytest.mark.parametrize("others", [(), ("oxide",)], ids=["one arm", "two arms"])
def test_the_reference_s_own_dose_is_no_dose_of_an_active_arm(others):
    protocol = arms_with(50, *others)
    arm, _ = arms_of(protocol)
    logged = {i: 50.0 if arm[i] == "off" else 200.0 for i in range(len(arm))}
    data = build_model_data(with_doses(protocol, logged))
    for k, name in enumerate(data.arms):
        np.testing.assert_array_equal(data.doses[:, k], arm == name)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "No dose of 'magnesium' was taken"), (0.9, "'magnesium' less than one full dose"), (1.0, "")],
)
def test_an_arm_of_less_than_one_dose_in_all_is_refused(share, words):
    protocol = arms_with(0)
    on = np.flatnonzero(arms_of(protocol)[0] == "magnesium")
    lived = with_doses(protocol, dict.fromkeys(on, 0.0) | {on[1]: 200.0 * share})
    if not words:
        assert build_model_data(lived).doses.sum() == 1
        return
    with pytest.raises(RefusalError, match=words):
        build_model_data(lived)


def test_nights_after_the_last_recorded_one_have_had_no_exposure():
    y = [1.0, 2, 3, 5, 4, 6, None, None]
    data = build_model_data(trial(y))
    assert data.doses.shape == data.treated.shape == (6, 1)
    np.testing.assert_array_equal(data.doses[:, 0], [0, 1, 0, 1, 0, 1])


# --- what cannot be answered


def test_a_duration_is_taken_by_its_logarithm_and_one_of_0_is_refused():
    protocol = make_protocol("duration")
    minutes = 10.0 + np.arange(protocol.nights) ** 2 % 23
    data = build_model_data(make_trial(protocol, minutes))
    np.testing.assert_allclose(data.y, np.log(minutes))
    np.testing.assert_allclose(data.outcome, minutes)
    minutes[[4, 9]] = 0
    with pytest.raises(RefusalError, match=r"^2 nights have a severity of 0,"):
        build_model_data(make_trial(protocol, minutes))


@pytest.mark.parametrize("trend", [True, False])
@pytest.mark.parametrize("period_effects", [True, False])
def test_nights_that_the_parts_of_the_model_meet_exactly_are_refused_and_no_others(trend, period_effects):
    protocol = make_protocol("normal", trend=trend, period_effects=period_effects, autocorrelation=False)
    _, number = arms_of(protocol)
    line = np.arange(len(number)) / 5
    for outcome, needed in ((1 + line, {"trend"}), (1 + line / 2 + number % 3, {"trend", "period_effects"})):
        lived = make_trial(protocol, outcome)
        has = {name for name, there in (("trend", trend), ("period_effects", period_effects)) if there}
        if needed <= has:
            with pytest.raises(RefusalError):
                build_model_data(lived)
        else:
            assert build_model_data(lived).n == protocol.nights


@pytest.mark.parametrize(
    ("y", "arms", "words"),
    [
        ([5] * 8, None, "no variation"),
        ([1, None, 3, None, 5, None, 7, None], None, "'on'"),
        ([1, 2, None, None], None, "at least 4"),
    ],
    ids=["constant", "arm never recorded", "too few"],
)
def test_hopeless_nights_are_refused(y, arms, words):
    with pytest.raises(RefusalError, match=words):
        fit(trial(y, arms), engine="marginal")


def test_covariates_are_centred_and_gaps_take_the_average():
    with pytest.warns(Nof1Warning, match="1 nights have no 'coffee'"):
        data = build_model_data(trial([1, 2, 4, 3], covariates=["coffee"], values=[0, 2, None, 4]))
    np.testing.assert_allclose(data.covariates[:, 0], [-2, 0, 0, 2])
    assert data.covariate_sd[0] == pytest.approx(2)


def test_covariates_that_are_all_there_are_taken_without_a_word():
    data = build_model_data(trial([1, 2, 3, 4], covariates=["coffee"], values=[0, 2, 3, 3]))
    np.testing.assert_allclose(data.covariates[:, 0], [-2, 0, 1, 1])
    np.testing.assert_allclose(data.covariate_sd, [np.sqrt(2)])
    assert data.covariate_names == ("coffee",)


def test_several_covariates_are_centred_each_by_itself():
    protocol = make_protocol("normal", covariates=("stress", "coffee"))
    stress, coffee = np.arange(protocol.nights) % 4.0, 100 + np.arange(protocol.nights) % 7.0
    y = 1 + np.arange(protocol.nights) ** 2 % 8
    data = build_model_data(make_trial(protocol, y, stress=list(stress), coffee=list(coffee)))
    both = np.column_stack([stress, coffee])
    np.testing.assert_allclose(data.covariates, both - both.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(data.covariate_sd, both.std(axis=0, ddof=1))


def test_without_covariates_there_are_columns_of_none():
    data = build_model_data(trial([1, 2, 4, 3]))
    assert (data.covariates.shape, data.covariate_sd.shape, data.covariate_names) == ((4, 0), (0,), ())


def test_a_constant_covariate_is_refused_by_name():
    with pytest.raises(InputError, match="'coffee' does not vary"):
        build_model_data(trial([1, 2, 3, 4], covariates=["coffee"], values=[2, 2, 2, 2]))
