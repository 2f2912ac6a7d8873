import math

import numpy as np
import pytest

from nof1 import InputError, RefusalError, Trial
from nof1.analyze.simulation.nuisance import NAMES, Nuisance, nuisance_from_diary, nuisance_from_nights
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.orders.draw import draw_order


@pytest.fixture(scope="module")
def month(make_protocol):
    """28 nights in periods of a week."""
    return make_protocol(design={"blocks": 2, "period_nights": 7, "run_in_nights": 0})


def test_priors_are_inverted_right(month):
    priors = month.priors
    values = Nuisance(month).from_unit(np.random.default_rng(0).random((40_000, len(NAMES))))
    assert values["level"].mean() == pytest.approx(priors.level_mean, abs=0.05)
    assert values["trend"].std() == pytest.approx(priors.trend_sd, rel=0.02)
    assert values["start_up"].std() == pytest.approx(priors.start_up_sd, rel=0.02)
    assert abs(np.corrcoef(values["start_up"], values["trend"])[0, 1]) < 0.02
    assert set(values["block_sd"]) == {priors.block_sd}
    assert values["sigma"].mean() == pytest.approx(priors.noise_scale * math.sqrt(2 / math.pi), rel=0.02)
    assert values["omega"].mean() == pytest.approx(priors.period_scale * math.sqrt(2 / math.pi), rel=0.02)
    assert values["phi"].mean() == pytest.approx(1 / 3, abs=0.01)
    assert np.median(values["half_life"]) == pytest.approx(priors.half_life_median, rel=0.02)


def test_parts_that_the_model_lacks_are_zero(make_protocol):
    lacking = {
        "start_up": False,
        "block_effects": False,
        "trend": False,
        "period_effects": False,
        "autocorrelation": False,
        "carryover": "none",
    }
    values = Nuisance(make_protocol(analysis=lacking)).from_unit(np.full((1, len(NAMES)), 0.3))
    assert all(values[name] == 0 for name in ("trend", "phi", "omega", "half_life", "start_up", "block_sd"))


def test_a_protocol_of_the_first_edition_has_neither_start_up_nor_blocks(make_protocol):
    values = Nuisance(make_protocol(schema=1)).from_unit(np.full((3, len(NAMES)), 0.3))
    assert not values["start_up"].any()
    assert not values["block_sd"].any()


def test_what_is_known_can_be_fixed_as_what_is_drawn(month):
    fixed = Nuisance(month, fixed={"start_up": 2.0, "block_sd": 0.0}).draw(np.random.default_rng(0))
    assert (fixed["start_up"], fixed["block_sd"]) == (2.0, 0.0)


def test_own_nights_give_level_spread_and_autocorrelation(make_protocol):
    protocol = make_protocol(design={"run_in_nights": 200}, outcome={"low": -100, "high": 100, "whole": False})
    order = draw_order(protocol)
    trial = simulate(protocol, order, Truth(level=20, sigma=6, phi=0.6, omega=0, effects={"magnesium": -50}), seed=3)
    own = nuisance_from_nights(trial)
    assert own.source == "200 recorded run-in nights"
    level, sigma, phi = own.nights.mean(axis=0)
    y = trial.frame["severity"].to_numpy()[:200]
    assert level == pytest.approx(y.mean(), abs=0.5)
    assert sigma == pytest.approx(6, rel=0.25)
    assert phi == pytest.approx(0.6, abs=0.15)
    drawn = own.from_unit(np.random.default_rng(1).random((4000, len(NAMES))))
    assert drawn["level"].mean() == pytest.approx(level, abs=0.1)
    assert drawn["trend"].std() == pytest.approx(protocol.priors.trend_sd, rel=0.1)


def test_nights_on_the_active_arm_are_not_looked_at(make_protocol):
    protocol = make_protocol(design={"run_in_nights": 0, "blocks": 2, "period_nights": 5})
    order = draw_order(protocol)
    low, high = (
        nuisance_from_nights(
            simulate(protocol, order, Truth(level=5, effects={"magnesium": effect}, half_life=0), seed=3)
        )
        for effect in (0, 4)
    )
    np.testing.assert_array_equal(low.nights, high.nights)
    assert low.source == "10 recorded nights on off"


def test_too_few_own_nights_are_refused(trial_folder):
    with pytest.raises(RefusalError, match="at least 7 are needed"):
        nuisance_from_nights(Trial.load(trial_folder))


def test_of_a_sealed_order_only_the_run_in_is_used(make_protocol):
    protocol = make_protocol(design={"run_in_nights": 8})
    order = draw_order(protocol)
    trial = simulate(protocol, order, Truth(level=5, sigma=2), seed=3)
    own = nuisance_from_diary(protocol, order.hidden(), trial.entries)
    assert own.source == "8 recorded run-in nights"
    with pytest.raises(RefusalError, match="While the order is sealed"):
        nuisance_from_diary(protocol, order.hidden(), trial.entries[3:])


def test_what_cannot_be_fixed_is_refused_by_name(month):
    with pytest.raises(InputError, match="'sigmas'"):
        Nuisance(month, fixed={"sigmas": 1})
