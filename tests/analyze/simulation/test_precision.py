import numpy as np
import pytest
from known import two_arms
from scipy import stats

from nof1 import InputError
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.precision import expected_width
from nof1.analyze.simulation.replicate import Batch, replicate

WEEKS = {"blocks": 4, "period_nights": 7, "run_in_nights": 0}


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"design": WEEKS | {"blocks": 12}},
        {"design": WEEKS | {"period_nights": 3, "blocks": 6}},
        {"analysis": {"estimand": "as-lived"}},
        {"analysis": {"carryover": "none"}},
        {"arms": [{"name": "off"}, {"name": "citrate"}, {"name": "oxide"}]},
    ],
    ids=["56 nights", "168 nights", "short periods", "as lived", "no carryover", "three arms"],
)
def test_is_near_the_width_of_simulated_trials(make_protocol, changes):
    protocol = make_protocol(**({"design": WEEKS} | changes))
    batches = [Batch(protocol, Nuisance(protocol), effect, range(75), 1, 0.05, 0.0) for effect in (-2.0, 2.0)]
    rows = np.concatenate(replicate(batches, workers=1))
    assert expected_width(protocol) == pytest.approx(np.nanmean(rows[:, 3] - rows[:, 2]), rel=0.15)


@pytest.mark.parametrize("nights", [3, 7])
def test_with_independent_nights_it_is_that_of_two_means(make_protocol, nights):
    """2 z sigma sqrt(1 / n + 1 / n), sigma averaged over its half-normal prior; priors of level and effect say nothing."""
    protocol = make_protocol(
        design=WEEKS | {"period_nights": nights},
        analysis={
            "carryover": "none",
            "trend": False,
            "period_effects": False,
            "autocorrelation": False,
            "priors": {"level_sd": 1e4, "effect_sd": 1e4},
        },
    )
    of_an_arm = 4 * nights
    scale = protocol.priors.noise_scale
    width = 2 * stats.norm.ppf(0.975) * scale * np.sqrt(2 / np.pi) * np.sqrt(2 / of_an_arm)
    assert expected_width(protocol, missing=0, draws=4000) == pytest.approx(width, rel=0.02)


def test_more_nights_are_narrower_and_missing_ones_wider(make_protocol):
    widths = [expected_width(make_protocol(design=WEEKS | {"blocks": blocks})) for blocks in (2, 4, 8, 16)]
    assert widths == sorted(widths, reverse=True)
    protocol = make_protocol(design=WEEKS)
    assert expected_width(protocol, missing=0.4) > expected_width(protocol, missing=0)


def test_is_repeatable_and_steady(make_protocol):
    protocol = make_protocol(design=WEEKS)
    assert expected_width(protocol) == expected_width(protocol)
    widths = [expected_width(protocol, seed=seed) for seed in range(8)]
    assert np.std(widths) < 0.05 * np.mean(widths)


def test_grows_with_the_scale(make_protocol):
    """Priors are shares of the range, so a scale ten times as long gives an interval ten times as wide."""
    short, long = (
        expected_width(make_protocol(design=WEEKS, outcome={"high": high, "threshold": high / 10}))
        for high in (10, 100)
    )
    assert long == pytest.approx(10 * short)


@pytest.mark.parametrize(("option", "value"), [("missing", 1.0), ("missing", -0.1), ("draws", 0)])
def test_options_are_refused_by_name(make_protocol, option, value):
    with pytest.raises(InputError, match=f"{option} is {value}"):
        expected_width(make_protocol(), **{option: value})


def test_an_order_that_was_not_drawn_is_refused():
    with pytest.raises(InputError, match="not drawn by nof1"):
        expected_width(two_arms().protocol)
