import numpy as np
import pytest
from known import two_arms
from scipy import stats

from nof1 import InputError
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.precision import _posterior_sd, expected_width, some_nights
from nof1.analyze.simulation.replicate import Batch, replicate

WEEKS = {"blocks": 4, "period_nights": 7, "run_in_nights": 0}


@pytest.mark.slow
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"design": WEEKS | {"blocks": 12}},
        {"design": WEEKS | {"period_nights": 3, "blocks": 6}},
        {"schema": 1, "analysis": {"estimand": "full"}},
        {"analysis": {"carryover": "none"}},
        {"arms": [{"name": "off"}, {"name": "citrate"}, {"name": "oxide"}]},
    ],
    ids=["56 nights", "168 nights", "short periods", "first edition", "no carryover", "three arms"],
)
def test_is_near_the_width_of_simulated_trials(make_protocol, changes):
    protocol = make_protocol(**({"design": WEEKS} | changes))
    batches = [Batch(protocol, Nuisance(protocol), effect, range(75), 1, 0.05, 0.0) for effect in (-2.0, 2.0)]
    rows = np.concatenate(replicate(batches, workers=1))
    # Simulated ratings are cut at the ends of the scale, so that they vary less: a tenth narrower, in either edition.
    assert expected_width(protocol) == pytest.approx(np.nanmean(rows[:, 3] - rows[:, 2]), rel=0.2)


@pytest.mark.parametrize("nights", [3, 7])
def test_with_independent_nights_it_is_that_of_two_means(make_protocol, nights):
    """2 z sigma sqrt(1 / n + 1 / n), sigma averaged over its half-normal prior; priors of level and effect say nothing."""
    protocol = make_protocol(
        design=WEEKS | {"period_nights": nights},
        analysis={
            "carryover": "none",
            "trend": False,
            "start_up": False,
            "block_effects": False,
            "period_effects": False,
            "autocorrelation": False,
            "priors": {"level_sd": 1e4, "effect_sd": 1e4},
        },
    )
    of_an_arm = 4 * nights
    scale = protocol.priors.noise_scale
    width = 2 * stats.norm.ppf(0.975) * scale * np.sqrt(2 / np.pi) * np.sqrt(2 / of_an_arm)
    assert expected_width(protocol, missing=0, draws=4000) == pytest.approx(width, rel=0.02)


@pytest.mark.parametrize("arms", [2, 3], ids=["two arms", "three arms"])
def test_given_theta_the_spread_is_that_of_the_dense_matrices(make_protocol, arms):
    """Over these nights, from prior covariances of level, trend, start-up, blocks, periods and further arms beside the AR(1)."""
    names = ["off", "citrate", "oxide"][:arms]
    protocol = make_protocol(
        arms=[{"name": name} for name in names], design=WEEKS | {"run_in_nights": 3, "washout_nights": 1}
    )
    data, priors = some_nights(protocol, 0.2, np.random.default_rng(3)), protocol.priors
    theta = {"phi": 0.4, "sigma": 1.3, "omega": 0.3, "half_life": 1.6}
    exposure, before = np.zeros(data.doses.shape), 0.0
    for day, dose in enumerate(data.doses):
        before = exposure[day] = dose + (before - dose) * 2 ** (-1 / theta["half_life"])
    x, *others = exposure[data.day].T
    lag = np.abs(data.day[:, None] - data.day)
    fading = 0.5 ** (data.day / 5)
    of_block = (data.block[:, None] == data.block) & (data.block >= 0)
    assert (data.block < 0).any()
    covariance = (
        theta["sigma"] ** 2 * theta["phi"] ** lag
        + priors.level_sd**2
        + priors.trend_sd**2 * np.outer(data.time, data.time)
        + priors.start_up_sd**2 * np.outer(fading, fading)
        + priors.block_sd**2 * of_block
        + theta["omega"] ** 2 * (data.period[:, None] == data.period)
        + sum(priors.effect_sd**2 * np.outer(other, other) for other in others)
    )
    sd = (priors.effect_sd**-2 + x @ np.linalg.solve(covariance, x)) ** -0.5
    expected = sd * exposure[data.treated[:, 0], 0].mean()
    got = _posterior_sd(protocol, data, {name: np.array([value]) for name, value in theta.items()})
    assert got[0] == pytest.approx(expected, rel=1e-9)


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
