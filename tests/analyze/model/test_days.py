"""Pauses of an adopted table: exposure stands still on them, in every engine, while the calendar goes on."""

import numpy as np
import pandas as pd
import pymc as pm
import pytensor
import pytest
from pymc_density import PLAIN

from nof1.analyze.checks.over_time import effect_over_time
from nof1.analyze.engines.choose import estimate
from nof1.analyze.engines.pymc_model import _exposure
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.days import night_of_period, planned_days, still_days
from nof1.analyze.model.exposure import exposure_by_day
from nof1.plan.design.fields import NO_ARM
from nof1.record.trial import Trial

ARMS = ["off", "off", "on", "on", "other", "on", "off", "other", "on", "on", "off", "other", "on", "off", "off", "on"]
DAYS = [1, 2, 3, 8, 9, 10, 14, 15, 16, 17, 30, 31, 32, 33, 40, 41]
Y = [4, 5, 7, 6, 3, 7, 4, 4, 8, 7, 5, 4, 6, 3, 5, 7]


def table(days, **options):
    """A trial of these arms and outcomes on these days."""
    frame = pd.DataFrame({"day": days, "arm": ARMS, "y": Y})
    return Trial.from_frame(
        frame,
        outcome="y",
        arm="arm",
        day="day",
        reference="off",
        low=0,
        high=10,
        better="lower",
        carryover="exponential",
        **options,
    )


@pytest.fixture
def paused():
    """Sixteen nights on 41 days, with pauses between."""
    return table(DAYS, gaps="pause")


def test_a_pause_leaves_the_calendar_as_it_is_and_stops_the_doses(paused):
    data = build_model_data(paused)
    assert list(data.day + 1) == DAYS
    assert list(data.dose_day) == list(range(16))
    assert (data.days, len(data.doses), len(data.still)) == (41, 16, 25)
    assert [day + 1 for day in data.day_of_dose] == DAYS
    assert list(data.doses_by_day[data.day].ravel()) == list(data.doses.ravel())
    assert data.doses_by_day.sum() == data.doses.sum()
    for i in (0, 5, 15):
        rest = data.without(i)
        assert list(rest.dose_day) == [place for place in range(16) if place != i]


@pytest.mark.parametrize("family", ["normal", "student", "ordinal"])
def test_without_what_goes_by_the_calendar_a_pause_is_no_time_at_all(family):
    """With neither trend nor likeness of neighbours the same rows on days in a row have the same answer."""
    analysis = {"trend": False, "autocorrelation": False, "family": family}
    paused, close = (
        table(days, gaps=gaps, analysis=analysis) for days, gaps in ((DAYS, "pause"), (range(1, 17), None))
    )
    one, other = (estimate(trial.protocol, build_model_data(trial), seed=3) for trial in (paused, close))
    assert one.log_evidence == other.log_evidence
    for row, same in zip(one.rows, other.rows, strict=True):
        assert row.full == same.full
        assert row.over_nights == same.over_nights
    assert np.array_equal(one.highest, other.highest)


def test_the_other_engine_has_the_same_exposure(paused):
    data = build_model_data(paused)
    with pm.Model() as model:
        exposure = _exposure(data)
    found = pytensor.function([model["half_life"]], exposure, mode=PLAIN, on_unused_input="ignore")
    for half_life in (0.4, 2.0, 15.0):
        expected = exposure_by_day(data.doses, np.array([half_life]))[data.dose_day][..., 0]
        assert found(half_life) == pytest.approx(expected, abs=1e-9)


def test_the_course_of_an_effect_is_told_in_days_of_the_calendar(paused):
    """From the first dose to the last one."""
    data = build_model_data(paused)
    told = effect_over_time(paused.protocol, data, seed=1, leading=["full"] * 3)
    first, last = (DAYS[i] for i in (2, 15))
    assert told.rows[0].nights == (first, last)


def test_nights_of_a_stretch_are_counted_across_a_pause():
    arm = np.array(["a", "a", NO_ARM, NO_ARM, "a", "b", NO_ARM, "b"], dtype=object)
    period = np.array([1, 1, 1, 1, 1, 2, 2, 2])
    assert list(night_of_period(period, arm)) == [0, 1, 0, 1, 0, 0, 0, 0]
    assert list(night_of_period(period, arm, arm == NO_ARM)) == [0, 1, 1, 1, 2, 0, 0, 1]
    assert list(night_of_period(period[2:], arm[2:], arm[2:] == NO_ARM)) == [0, 0, 0, 0, 0, 1]


def test_days_stand_still_where_the_person_said_so_alone(paused):
    arm = paused.frame["arm"].to_numpy()
    assert still_days(paused.protocol, arm).sum() == 25
    assert planned_days(paused).sum() == 16
    untreated = table(DAYS, gaps="untreated")
    assert not still_days(untreated.protocol, untreated.frame["arm"].to_numpy()).any()
