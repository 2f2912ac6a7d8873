"""What a design can say at best: held against the engine's own answers to nights without any effect, and against counting."""

import json
from dataclasses import replace

import numpy as np
import pytest

from nof1 import Protocol
from nof1.analyze.model.verdict import least_chance
from nof1.analyze.simulation.alternatives import seen_share
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.reach import reach, seen_half_life
from nof1.analyze.simulation.replicate import VERDICTS, Batch

WEEKS = {"blocks": 6, "period_nights": 7, "run_in_nights": 0}


@pytest.fixture(scope="module")
def design(make_protocol):
    def make(threshold=1.0, **changes):
        return make_protocol(design=WEEKS | changes, outcome={"threshold": threshold})

    return make


def test_weeks_can_say_it_of_usual_nights(design):
    found = reach(design())
    assert found.obstacle is None
    assert found.usual
    assert found.quick
    assert found.nearest is None
    assert all(chance >= asked for chance, asked in zip(found.chances, found.asked, strict=True))


def test_what_is_asked_follows_from_the_prior(design):
    found = reach(design(threshold=2.0))
    assert found.prior[0] == pytest.approx(0.6827, abs=1e-4)  # within one sd of the effect's prior
    assert found.asked[0] == pytest.approx(least_chance(found.prior[0], 0.8))
    assert found.asked[1] == pytest.approx(least_chance(found.prior[1], 0.9), abs=0.005)  # the mean of a few orders


def test_few_blocks_can_say_it_of_quiet_nights_alone_and_the_nearest_can_of_usual_ones(design):
    found = reach(design(blocks=2))
    assert found.obstacle is None
    assert not found.usual
    assert 2 < found.nearest.design.blocks <= 8
    assert reach(found.nearest).usual
    assert not reach(design(blocks=found.nearest.design.blocks - 2)).usual


def test_a_small_threshold_is_beyond_any_year(design):
    found = reach(design(threshold=0.1))
    assert found.obstacle == "too wide"
    assert found.nearest is None
    assert not found.quick


def test_a_threshold_that_the_prior_settles_alone(design):
    found = reach(design(threshold=7.0))
    assert found.obstacle == "prior alone"
    assert found.largest_threshold <= 5  # half the scale
    assert found.nearest is None
    below, above = (reach(design(threshold=share * found.largest_threshold)) for share in (0.97, 1.03))
    assert below.obstacle != "prior alone" == above.obstacle


def test_too_few_nights_settle_nothing_whatever_they_are(design):
    found = reach(design(blocks=2, period_nights=2))
    assert found.obstacle == "too few nights"
    assert found.nearest.design.blocks == 3  # six nights on each arm


def test_what_is_out_of_reach_is_never_said_of_simulated_trials(design):
    """Quiet nights without any effect, analyzed by the engine: where the design cannot say it, no trial does."""
    no, yes = design(threshold=0.25, blocks=2), design(threshold=1.0, blocks=6)
    assert reach(no).obstacle == "too wide"
    said = []
    for protocol in (no, yes):
        quiet = {"sigma": 0.35, "omega": 0.03, "phi": 0.3, "trend": 0.0, "start_up": 0.0, "block_sd": 0.0}
        rows = Batch(protocol, Nuisance(protocol, fixed=quiet), 0.0, range(12), 1, 0.0, 0.0).results()
        said.append(np.mean(rows[:, 0] == VERDICTS.index("no difference that matters")))
    assert said[0] == 0
    assert said[1] > 0.5


def test_own_nights_take_the_place_of_the_priors(design):
    protocol = design(blocks=3)
    steady, noisy = (
        replace(Nuisance(protocol), nights=np.column_stack([np.full(50, 5.0), np.full(50, sigma), np.full(50, 0.2)]))
        for sigma in (0.5, 4.0)
    )
    assert reach(protocol, nuisance=steady).usual
    assert not reach(protocol, nuisance=noisy).usual


@pytest.mark.parametrize("nights", [2, 7])
def test_half_of_an_effect_of_the_longest_half_life_is_seen(design, nights):
    protocol = design(period_nights=nights)
    longest = seen_half_life(protocol)
    at, beyond = seen_share(protocol, np.array([longest, 1.1 * longest]), seed=1)
    assert at >= 0.5 > beyond


def test_weeks_see_what_builds_up_in_about_two_days(design):
    """STATISTICS: of a half-life of 2 days, 0.57 lies between on and off; of 5 days, 0.24."""
    assert 2.0 < reach(design()).half_life < 3.0


def test_without_build_up_there_is_no_half_life(make_protocol):
    assert reach(make_protocol(design=WEEKS, analysis={"carryover": "none"})).half_life is None


@pytest.mark.parametrize("threshold", [1.0, 7.0])
def test_everything_can_be_written_as_json(design, threshold):
    content = json.loads(json.dumps(reach(design(threshold=threshold, blocks=2)).to_dict(), allow_nan=False))
    assert content["nearest"] is None or content["nearest"]["kind"] == "randomized-blocks"


def test_nothing_is_said_where_it_cannot_be_worked_out(make_protocol):
    content = make_protocol(design=WEEKS).to_dict()
    assert reach(make_protocol(schema=1, design=WEEKS)) is None
    counted = content | {"analysis": {"family": "count"}, "outcome": content["outcome"] | {"whole": True}}
    assert reach(Protocol.build(counted)) is None
