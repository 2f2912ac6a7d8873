from dataclasses import replace

import numpy as np
import pytest
from known import SAMPLE

from nof1 import InputError, Protocol, Trial, draw_order
from nof1.analyze.simulation.simulate import Calendar, Truth, simulate, unbounded_nights

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


def added(protocol, **term):
    """What a term adds to every night of the same simulated trial, and its days."""
    calendar = Calendar.from_order(protocol, draw_order(protocol))
    without = Truth(level=5, effects={"magnesium": -1}, missing=0.1)
    one, two = (
        unbounded_nights(protocol, calendar, truth, np.random.default_rng(7))
        for truth in (without, replace(without, **term))
    )
    np.testing.assert_array_equal(one.absent, two.absent)
    return two.outcome - one.outcome, calendar


def test_a_start_fades_by_half_in_five_nights_from_the_first_planned_one(make_protocol):
    extra, calendar = added(make_protocol(design={"run_in_nights": 3}), start_up=2.0)
    np.testing.assert_allclose(extra[[0, 5, 10]], [2.0, 1.0, 0.5])
    np.testing.assert_allclose(extra, 2.0 * 0.5 ** (np.arange(len(calendar.arm)) / 5))


@pytest.mark.parametrize("kind", ["randomized-blocks", "mirrored-pairs", "alternating"])
def test_every_block_has_an_offset_of_its_own_and_no_night_outside_has_one(planned, kind):
    counts = {"pairs": 150} if kind == "mirrored-pairs" else {"blocks": 300}
    protocol = planned(kind, period_nights=2, washout_nights=1, run_in_nights=4, **counts)
    extra, calendar = added(protocol, block_sd=0.7)
    lived = np.isin(calendar.arm, ["off", "citrate"]) & (calendar.period > 0)
    np.testing.assert_allclose(extra[~lived], 0, atol=1e-12)
    each = extra[lived].reshape(-1, 4)  # two periods of two nights
    np.testing.assert_allclose(each - each[:, [0]], 0, atol=1e-9)
    assert len(np.unique(np.round(each[:, 0], 9))) == 300
    assert each[:, 0].std() == pytest.approx(0.7, rel=0.15)


def test_a_design_without_blocks_has_no_block_offsets(planned):
    extra, _ = added(planned("balanced", periods=6, max_run=2, period_nights=3), block_sd=0.7)
    assert not extra.any()
