import numpy as np
import pandas as pd
import pytest

from nof1 import InputError, Nof1Warning, RefusalError, Trial, fit
from nof1.analyze.terms import terms


def trial(y, arm=None, dose=None, **options):
    frame = pd.DataFrame({"day": np.arange(1, len(y) + 1), "arm": arm or ["off", "on"] * (len(y) // 2), "y": y})
    for name in options.get("covariates", ()):
        frame[name] = options["values"]
    options.pop("values", None)
    return Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, **options)


def test_missing_nights_keep_their_calendar_gap():
    data = terms(trial([1, None, None, 4, 5, 6, 7, 8]))
    np.testing.assert_array_equal(data.day, [0, 3, 4, 5, 6, 7])
    assert data.time[0] == -0.5
    assert data.time[-1] == 0.5


def test_time_runs_over_planned_days_not_recorded_ones():
    data = terms(trial([None, 2, 3, 4, 5, 6, 7, None]))
    assert data.time[0] == pytest.approx(1 / 7 - 0.5)
    assert data.time[-1] == pytest.approx(6 / 7 - 0.5)


def test_discarding_drops_planned_nights_of_every_period():
    arms = ["off"] * 3 + ["on"] * 3 + ["off"] * 3
    data = terms(trial([1, 2, 3, None, 5, 6, 7, 8, 4], arms, carryover="discard:1"))
    np.testing.assert_array_equal(data.day, [1, 2, 4, 5, 7, 8])
    assert not data.exponential


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
        data = terms(trial([1, 2, 3, 4], covariates=["coffee"], values=[0, 2, None, 4]))
    np.testing.assert_allclose(data.covariates[:, 0], [-2, 0, 0, 2])
    assert data.covariate_sd[0] == pytest.approx(2)


def test_a_constant_covariate_is_refused_by_name():
    with pytest.raises(InputError, match="'coffee' does not vary"):
        terms(trial([1, 2, 3, 4], covariates=["coffee"], values=[2, 2, 2, 2]))
