import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.analyze.model.exposure import NEARLY_FULL, dose_changes, exposure, exposure_by_day, exposure_summary

doses = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=1, max_size=60)


def recursion(doses, half_life):
    decay = 2 ** (-1 / half_life)
    out, x = [], 0.0
    for dose in doses:
        x = decay * x + (1 - decay) * dose
        out.append(x)
    return np.array(out)


@given(doses, st.floats(0.1, 30))
def test_closed_form_equals_the_recursion(days, half_life):
    got = exposure(np.array(days)[:, None], np.array([half_life]))[0, :, 0]
    np.testing.assert_allclose(got, recursion(days, half_life), atol=1e-12)


def test_arms_and_half_lives_do_not_mix():
    days = np.array([[1, 0], [1, 0], [0, 1], [0, 0]], dtype=float)
    got = exposure(days, np.array([1.0, 3.0]))
    assert got.shape == (2, 4, 2)
    for s, half_life in enumerate((1.0, 3.0)):
        for k in range(2):
            np.testing.assert_allclose(got[s, :, k], recursion(days[:, k], half_life))


def test_one_half_life_builds_up_to_one_half():
    assert exposure(np.ones((3, 1)), np.array([3.0]))[0, 2, 0] == np.float64(0.5)


@given(doses)
def test_changes_rebuild_the_doses(days):
    rebuilt = np.concatenate(
        [np.full(end - start, dose[0]) for start, end, dose in dose_changes(np.array(days)[:, None])]
    )
    np.testing.assert_array_equal(rebuilt, days)


def test_a_change_of_one_arm_s_dose_begins_a_stretch():
    days = np.array([[1, 0], [1, 0], [1, 0.5], [0, 0.5], [0, 0.5]])
    assert [(start, end, tuple(dose)) for start, end, dose in dose_changes(days)] == [
        (0, 2, (1, 0)),
        (2, 3, (1, 0.5)),
        (3, 5, (0, 0.5)),
    ]


def test_several_trials_side_by_side_have_the_exposure_that_each_has_alone():
    random = np.random.default_rng(4)
    days = random.integers(0, 3, (12, 3, 2)) / 2  # day, trial, arm
    half_life = random.uniform(0.2, 6, (3, 5))
    together = exposure_by_day(days, half_life)
    assert together.shape == (12, 3, 2, 5)
    for trial, arm, s in np.ndindex(3, 2, 5):
        np.testing.assert_allclose(together[:, trial, arm, s], recursion(days[:, trial, arm], half_life[trial, s]))
    every_day = np.arange(12)
    np.testing.assert_allclose(exposure_by_day(days, half_life, every_day), together)


def test_without_build_up_exposure_is_the_dose_itself_whatever_the_weights():
    days = np.array([[0, 0], [0.5, 0], [1, 0], [0, 0.25]])
    treated = days > 0
    for weights in (None, np.array([0.25, 0.75])):
        on_treated, highest = exposure_summary(days, treated, None, weights)
        np.testing.assert_allclose(on_treated, [[0.75, 0.25]])
        np.testing.assert_allclose(highest, [1, 0.25])


def test_half_lives_count_alike_without_weights_and_weights_count_by_their_shares():
    days = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    half_life = np.array([0.5, 4.0])
    each = exposure(days, half_life)
    for weights, share in ((None, [0.5, 0.5]), (np.array([1.0, 3.0]), [0.25, 0.75])):
        on_treated, highest = exposure_summary(days, days > 0, half_life, weights)
        np.testing.assert_allclose(highest, np.tensordot(share, each, 1).max(axis=0))
        np.testing.assert_allclose(on_treated[:, 0], each[:, 1:, 0].mean(axis=1))
        np.testing.assert_allclose(on_treated[:, 1], each[:, 0, 1])


def test_summary_weights_the_half_lives():
    days = np.array([[0.0], [1.0], [1.0]])
    treated = days > 0
    half_life, weights = np.array([0.5, 4.0]), np.array([0.25, 0.75])
    on_treated, highest = exposure_summary(days, treated, half_life, weights)
    each = np.array([recursion(days[:, 0], value) for value in half_life])
    np.testing.assert_allclose(on_treated[:, 0], each[:, 1:].mean(axis=1))
    np.testing.assert_allclose(highest, (weights @ each).max())


def test_three_half_lives_are_nearly_full_and_two_are_not():
    two, three = exposure(np.ones((7, 1)), np.array([2.0]))[0, [3, 5], 0]
    assert (two, three) == pytest.approx((1 - 2**-2, 1 - 2**-3))
    assert two < NEARLY_FULL < three
