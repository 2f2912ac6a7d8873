import numpy as np
import pytest
from known import SAMPLE

from nof1 import InputError, Trial
from nof1.analyze.simulation.simulate import Truth, simulate

TRIAL = Trial.load(SAMPLE / "helps")


def test_same_seed_same_nights():
    truth = Truth(level=5, missing=0.1, skipped=0.1)
    one, again = (simulate(TRIAL.protocol, TRIAL.order, truth, seed=3).entries for _ in range(2))
    assert one == again
    assert simulate(TRIAL.protocol, TRIAL.order, truth, seed=4).entries != one


def test_nights_have_the_spread_and_the_autocorrelation_of_the_truth():
    content = TRIAL.protocol.to_dict()
    content["outcome"] |= {"low": -1000, "high": 1000, "whole": False}
    content["design"] |= {"blocks": 200, "run_in_nights": 0}
    from nof1 import Protocol, draw_order

    protocol = Protocol.build(content)
    trial = simulate(protocol, draw_order(protocol), Truth(level=0, sigma=2, phi=0.6, omega=0), seed=1)
    y = np.array([entry.outcome for entry in trial.entries])
    assert y.std() == pytest.approx(2, rel=0.08)
    assert np.corrcoef(y[1:], y[:-1])[0, 1] == pytest.approx(0.6, abs=0.06)


def test_ratings_are_whole_and_on_the_scale_and_some_nights_are_absent():
    trial = simulate(TRIAL.protocol, TRIAL.order, Truth(level=1, sigma=3, missing=0.2), seed=2)
    y = [entry.outcome for entry in trial.entries]
    assert set(y) <= set(range(11))
    assert min(y) == 0
    assert 0.15 < len(trial.missing_nights) / trial.protocol.nights < 0.25


def test_unknown_arms_are_refused():
    with pytest.raises(InputError, match="'zinc'"):
        simulate(TRIAL.protocol, TRIAL.order, Truth(level=1, effects={"zinc": 1}), seed=1)
