"""The nights and raw means of each arm, counted by hand."""

import numpy as np
import pandas as pd
import pytest
from families import arms_of, make_protocol
from known import two_arms

from nof1 import Trial
from nof1.analyze.model.arm_nights import ArmNights, arm_nights, arm_nights_from


def test_the_plain_means_of_the_known_series():
    found = arm_nights(two_arms())
    assert list(found) == ["1", "2"]
    assert found["1"] == ArmNights(2, 14, pytest.approx(112 / 14))
    assert found["2"] == ArmNights(2, 12, pytest.approx(72 / 12))
    assert all(type(value) in (int, float) for one in found.values() for value in vars(one).values())


def test_run_in_washout_and_pause_belong_to_no_arm():
    protocol = make_protocol("normal")
    arm = np.array(["off", "off", "off", "washout", "magnesium", "pause", "magnesium", "off"], dtype=object)
    period = np.array([0, 1, 1, 1, 2, 2, 2, 3])
    outcome = np.array([9.0, 4.0, 6.0, 9.0, 1.0, 9.0, 3.0, 8.0])
    found = arm_nights_from(protocol, outcome, arm, period)
    assert found["off"] == ArmNights(2, 3, 6.0)
    assert found["magnesium"] == ArmNights(1, 2, 2.0)  # a pause does not make two periods of one


def test_two_periods_on_one_arm_in_a_row_are_two_as_drawn():
    protocol = make_protocol("normal")
    arm = np.repeat(["off", "magnesium", "magnesium"], 2)
    period = np.repeat([1, 2, 3], 2)
    outcome = np.array([4.0, np.nan, 1.0, 2.0, 3.0, np.nan])
    found = arm_nights_from(protocol, outcome, arm, period)
    assert found == {"off": ArmNights(1, 1, 4.0), "magnesium": ArmNights(2, 3, 2.0)}


def test_a_period_without_a_rating_and_discarded_nights_do_not_count():
    days = {"day": np.arange(1, 13), "arm": np.repeat(["off", "on", "off", "on"], 3)}
    frame = pd.DataFrame(days | {"y": [9, 1, 2, 9, 3, 5, 9, None, None, 9, 4, None]})
    trial = Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower", carryover="discard:1"
    )
    assert arm_nights(trial) == {"off": ArmNights(1, 2, 1.5), "on": ArmNights(2, 3, 4.0)}


def test_an_arm_without_a_rating_has_no_mean():
    protocol = make_protocol("normal")
    arm, period = arms_of(protocol)
    outcome = np.where(arm == "off", 5.0, np.nan)
    assert arm_nights_from(protocol, outcome, arm, period)["magnesium"] == ArmNights(0, 0, None)
