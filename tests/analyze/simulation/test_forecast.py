import importlib.util
from dataclasses import astuple, replace

import numpy as np
import pytest
from families import same_nights
from known import ROOT, SAMPLE, nightly, two_arms
from scipy.special import ndtr, ndtri

from nof1 import InputError, Trial
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import SETTLED, pairs
from nof1.analyze.model.judgement import least_chances
from nof1.analyze.model.prior_chances import PriorChances
from nof1.analyze.model.verdict import Certainty, Regions, decide, region
from nof1.analyze.simulation.continuation import (
    block_nights,
    continued,
    informing,
    lengthen,
    nights_left,
    planned_nights,
)
from nof1.analyze.simulation.forecast import Doubt, Found, forecast, forecast_normal, row_of
from nof1.analyze.simulation.simulate import Calendar, Truth, simulate
from nof1.plan.orders.draw import draw_order

_PATH = ROOT / "benchmarks" / "forecast_check.py"
_SPEC = importlib.util.spec_from_file_location("forecast_check", _PATH)
check = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(check)

USUAL = Truth(level=5, effects={"magnesium": -1.5}, sigma=1.2, phi=0.3, omega=0.2, half_life=1.5)
WEEKS = {"blocks": 3, "period_nights": 5, "run_in_nights": 2}


def simulated(protocol, truth=USUAL, seed=1):
    return simulate(protocol, draw_order(protocol), truth, seed=seed)


def ask(trial, fit=None, **options):
    data = build_model_data(trial)
    options = {"order": trial.order, "estimand": "over-nights", "seed": 1} | options
    return forecast(trial.protocol, data, fit or fit_marginal(data, seed=1), **options)


def chances(row):
    return row.helps, row.worsens, row.no_difference, row.no_quick


def from_draws(trial, full, over_nights=None, **options):
    """With the regions of today's answer by the marginal engine."""
    data = build_model_data(trial)
    regions = mixture_rows(trial.protocol, fit_marginal(data, seed=1))[0].regions
    nights = full if over_nights is None else over_nights
    options = {"order": trial.order, "estimand": "over-nights", "regions": regions, "seed": 1} | options
    return forecast_normal(trial.protocol, data, full, nights, **options)


@pytest.fixture(scope="module")
def short(make_protocol):
    return simulated(make_protocol(design=WEEKS))


@pytest.fixture(scope="module")
def three(make_protocol):
    arms = [{"name": "off", "dose_mg": 0}, {"name": "citrate", "dose_mg": 200}, {"name": "oxide", "dose_mg": 200}]
    protocol = make_protocol(arms=arms, design=WEEKS)
    return simulated(protocol, replace(USUAL, effects={"citrate": -1.7, "oxide": -0.4}))


# Second computation: the further nights lived by truths drawn from the posterior. The benchmark has it with more draws.


@pytest.mark.slow
@pytest.mark.parametrize("name", ["short, effect near the threshold", "three arms", "no effect, quiet nights"])
def test_agrees_with_trials_that_were_lived_on(name):
    trial = check.trials()[name]
    data = build_model_data(trial)
    fit = fit_marginal(data, seed=1)
    lived = check.live_on(trial, data, fit, blocks=2, draws=30, seed=2)
    row = ask(trial, fit, more_blocks=(2,)).rows[0]
    assert row.chance_settled == pytest.approx(lived.settled, abs=check.TOLERANCE + 2 * lived.error)


def dense_variance(data, phi, sigma, omega, half_life):
    """Posterior variance of the first effect given theta, with the full covariance matrix of the nights."""
    exposure = np.zeros((len(data.doses), len(data.arms)))
    before = 0.0
    for day, dose in enumerate(data.doses):
        before = exposure[day] = dose + (before - dose) * 2 ** (-1 / half_life)
    columns = np.column_stack([np.ones(data.n), data.time, 0.5 ** (data.day / 5), exposure[data.day]])
    covariance = sigma**2 * phi ** np.abs(data.day[:, None] - data.day) + omega**2 * (
        data.period[:, None] == data.period
    )
    priors = data.priors
    in_one_block = (data.block[:, None] == data.block) & (data.block >= 0)
    covariance = covariance + priors.block_sd**2 * in_one_block
    always = [priors.level_sd**-2, priors.trend_sd**-2, priors.start_up_sd**-2]
    precision = np.diag([*always, *[priors.effect_sd**-2] * len(data.arms)])
    return np.linalg.inv(columns.T @ np.linalg.solve(covariance, columns) + precision)[3, 3]


def test_with_theta_known_it_is_the_closed_form(short):
    """Then the mean to come is normal with variance V - F, and the rule asks for 1.28 sd beyond the threshold."""
    data = build_model_data(short)
    whole = fit_marginal(data, seed=1)
    one = int(np.argmax(whole.weights))
    pick = {name: getattr(whole, name)[[one]] for name in ("phi", "sigma", "omega", "half_life", "effect_mean")}
    fit = replace(
        whole,
        weights=np.ones(1),
        theta=whole.theta[[one]],
        effect_root=whole.effect_root[[one]],
        **pick,
    )
    theta = [float(pick[name][0]) for name in ("phi", "sigma", "omega", "half_life")]
    mean, now = float(fit.effect_mean[0, 0]), dense_variance(data, *theta)
    planned = planned_nights(short.protocol, data, short.order)
    expected = []
    for arms in (("off", "magnesium"), ("magnesium", "off")):
        arm = np.r_[planned.arm, np.repeat(np.array(arms, dtype=object), 5)]
        period = np.r_[planned.period, np.repeat(planned.period[-1] + [1, 2], 5)]
        future = Calendar.from_days(short.protocol, arm, period)
        then = dense_variance(lengthen(short.protocol, data, future, np.ones(len(arm), bool), len(arm)), *theta)
        expected.append(ndtr((-mean - 1 - ndtri(0.9) * np.sqrt(then)) / np.sqrt(now - then)))
    told = [ask(short, fit, more_blocks=(1,), seed=seed).rows[0].helps for seed in range(6)]
    assert min(expected) - 0.01 < min(told)
    assert max(told) < max(expected) + 0.01


# The trial as it goes on.


def test_the_planned_nights_that_are_left_come_first_and_are_those_of_the_order(make_protocol):
    trial = simulated(make_protocol(design=WEEKS | {"washout_nights": 1}))
    part = check.unfinished(trial, 17)
    data = build_model_data(part)
    planned = planned_nights(part.protocol, data, part.order)
    assert nights_left(data, planned) == trial.order.nights - 17
    longer = lengthen(trial.protocol, data, planned, np.ones(len(planned.arm), bool), len(planned.arm))
    whole = build_model_data(trial)
    assert same_nights(longer, replace(whole, y=longer.y, time=longer.time))
    np.testing.assert_allclose(longer.time, whole.time, atol=1e-12)
    np.testing.assert_array_equal(longer.y[: data.n], whole.y[: data.n])


def test_further_blocks_hold_each_arm_once_with_the_design_s_lengths(make_protocol):
    design = WEEKS | {"period_nights": {"off": 3, "magnesium": 5}, "washout_nights": 2}
    trial = simulated(make_protocol(design=design))
    data = build_model_data(trial)
    planned = planned_nights(trial.protocol, data, trial.order)
    each = block_nights(trial.protocol, trial.order)
    assert each == 3 + 5 + 2 * 2
    future = continued(trial.protocol, trial.order, planned, 4, np.random.default_rng(1))
    days = len(planned.arm)
    assert len(future.arm) == days + 4 * each
    for start in range(days, len(future.arm), each):
        names, counts = np.unique(future.arm[start : start + each].astype(str), return_counts=True)
        assert dict(zip(names, counts, strict=True)) == {"off": 3, "magnesium": 5, "washout": 4}
    assert list(np.unique(future.period)) == list(range(planned.period[-1] + 9))
    longer = lengthen(trial.protocol, data, future, informing(trial.protocol, future), len(future.arm))
    assert longer.time[-1] == pytest.approx((len(future.arm) - 1) / (days - 1) - 0.5)  # the same slope beyond +1/2
    assert not longer.doses[future.arm == "washout"].any()
    assert longer.n == data.n + 4 * each


def test_nights_at_the_start_of_periods_stay_discarded(make_protocol):
    trial = simulated(make_protocol(design=WEEKS, analysis={"carryover": "discard:2"}))
    data = build_model_data(trial)
    planned = planned_nights(trial.protocol, data, trial.order)
    future = continued(trial.protocol, trial.order, planned, 2, np.random.default_rng(1))
    longer = lengthen(trial.protocol, data, future, informing(trial.protocol, future), len(future.arm))
    assert longer.n - data.n == 4 * (5 - 2)


def test_an_adopted_trial_goes_on_with_its_median_stretch():
    trial = two_arms()
    told = ask(trial, more_blocks=(1, 3))
    assert [row.nights for row in told.rows] == [14, 42]
    assert told.planned_left == 0
    assert told.finishing is None


def test_in_an_adopted_trial_blocks_that_meet_on_one_arm_make_one_period():
    trial = nightly()
    data = build_model_data(trial)
    planned = planned_nights(trial.protocol, data, trial.order)
    future = continued(trial.protocol, trial.order, planned, 30, np.random.default_rng(1))
    changes = future.arm[1:] != future.arm[:-1]
    np.testing.assert_array_equal(changes, future.period[1:] != future.period[:-1])


# What is told.


def test_finishing_as_planned_is_told_where_nights_are_left(short):
    told = ask(check.unfinished(short, 20))
    assert told.planned_left == 12
    assert told.finishing.blocks == told.finishing.nights == 0


def test_the_chance_is_that_of_a_settled_verdict(short):
    told = ask(short)
    row = told.rows[1]
    assert row.chance_settled == pytest.approx(sum(chances(row)))
    assert (row.blocks, row.nights, told.method) == (2, 20, "marginal")


def test_very_many_blocks_settle_nearly_everything():
    few, many = ask(check.trials()["short, effect near the threshold"], more_blocks=(1, 60)).rows
    assert few.chance_settled < 0.3
    assert many.chance_settled > 0.6  # the rest are effects near the threshold, which take still longer


def test_turning_the_scale_round_changes_nothing(make_protocol):
    lower = make_protocol(design=WEEKS)
    higher = make_protocol(design=WEEKS, outcome={"better": "higher"})
    trial = simulated(lower)
    entries = tuple(replace(entry, outcome=10 - entry.outcome) for entry in trial.entries)
    for row, turned in zip(ask(trial).rows, ask(Trial(higher, trial.order, entries)).rows, strict=True):
        assert chances(turned) == pytest.approx(chances(row), abs=0.03)


def test_the_other_way_round_help_is_harm(three):
    vector = np.array(pairs(three.protocol)[2].vector)
    assert sorted(vector) == [-1, 1]
    there, back = ask(three, vector=vector).rows[-1], ask(three, vector=-vector).rows[-1]
    assert there.worsens > 0.1  # oxide instead of citrate
    turned = (there.worsens, there.helps, there.no_difference, there.no_quick)
    assert chances(back) == pytest.approx(turned, abs=0.02)


def test_without_carryover_no_difference_is_never_a_quick_one_alone(make_protocol):
    quiet = replace(USUAL, effects={}, sigma=0.5, half_life=0.0)
    trial = simulated(make_protocol(design=WEEKS, analysis={"carryover": "none"}), quiet)
    row = ask(trial).rows[-1]
    assert row.no_difference > 0.3
    assert row.no_quick == 0


def test_where_the_nights_leave_the_full_effect_open_it_is_no_quick_difference(make_protocol):
    """Nights by turns: small over the nights is soon known, small once built up is not."""
    quiet = replace(USUAL, effects={}, sigma=0.5)
    row = ask(simulated(make_protocol(design=WEEKS | {"period_nights": 2, "blocks": 8}), quiet)).rows[-1]
    assert row.no_quick > row.no_difference


def test_nothing_is_foretold_to_be_settled_before_each_arm_has_enough_nights(make_protocol):
    """Four nights on each arm settle nothing, whatever they will be; with a further block there are six."""
    helped = replace(USUAL, effects={"magnesium": -4.0}, sigma=0.5, half_life=0.0)
    protocol = make_protocol(design=WEEKS | {"blocks": 2, "period_nights": 2}, analysis={"carryover": "none"})
    told = ask(check.unfinished(simulated(protocol, helped), 9), more_blocks=(1,))
    assert chances(told.finishing) == (0, 0, 0, 0)
    assert told.rows[0].helps > 0.1


def test_a_threshold_that_the_prior_settles_alone_is_never_settled_by_nights(make_protocol):
    wide = simulated(make_protocol(design=WEEKS, outcome={"threshold": 7.0}), replace(USUAL, effects={}))
    assert chances(ask(wide).rows[-1]) == (0, 0, 0, 0)


def test_the_rule_in_bulk_is_the_rule_itself(make_protocol):
    """For many futures at once it says what `decide` says of each."""
    rng = np.random.default_rng(1)
    protocol = make_protocol(design=WEEKS)
    prior = PriorChances(0.31, 0.31, 0.38, 0.6)
    asked = np.array(astuple(least_chances(protocol, prior, enough=True)))[:, None]
    full = Found(rng.normal(0, 2.5, 4000), rng.uniform(0.05, 1.5, 4000))
    share = rng.uniform(0.3, 1, 4000)
    nights = Found(full.mean * share, full.sd * share)
    said = []
    for i in range(4000):
        benefit, small, harm = (chance[i] for chance in full.chances(protocol))
        over = nights.chances(protocol)[1][i]
        regions = Regions(
            full_benefit=region(benefit, prior.full_benefit),
            full_harm=region(harm, prior.full_harm),
            full_small=region(small, prior.full_small),
            nights_small=region(over, prior.nights_small),
        )
        said.append(decide(Certainty(0.9, 0.8), enough=True, p_better=0.5, regions=regions))
    row = row_of(protocol, 1, 10, full, nights, asked)
    assert chances(row) == tuple(said.count(verdict) / 4000 for verdict in SETTLED)
    assert min(chances(row)) > 0.01


def test_a_trial_of_the_first_edition_is_foretold_by_its_rule(make_protocol):
    first = simulated(make_protocol(schema=1, design=WEEKS, analysis={"estimand": "full"}))
    told = ask(first, estimand="full")
    assert all(row.no_quick == 0 for row in told.rows)
    assert told.rows[-1].helps != ask(first, estimand="over-nights").rows[-1].helps


def test_is_repeatable_and_steady():
    trial = Trial.load(SAMPLE / "cant-tell")
    fit = fit_marginal(build_model_data(trial), seed=1)
    assert ask(trial, fit) == ask(trial, fit)
    told = [ask(trial, fit, more_blocks=(8,), seed=seed).rows[0] for seed in range(10)]
    assert np.std([row.chance_settled for row in told]) < 0.03


def test_nothing_is_learned_of_a_half_life_where_no_effect_is_seen(make_protocol):
    design = WEEKS | {"blocks": 6}
    doubts = []
    for effect in (0.0, -4.0):
        data = build_model_data(simulated(make_protocol(design=design), replace(USUAL, effects={"magnesium": effect})))
        doubts.append(Doubt.after(data.n, data, fit_marginal(data, seed=1)))
    assert doubts[0].rest == doubts[1].rest == 0.5
    assert doubts[0].half_life > 0.82
    assert 0.5 < doubts[1].half_life < 0.8


# From draws alone.


def test_from_draws_the_variance_shrinks_with_the_nights(short):
    """Normal draws, as many nights again: V / 2 is left, and as much is found."""
    data = build_model_data(short)
    sd, mean = 1.0, -1.5
    draws = mean + sd * ndtri((np.arange(4000) + 0.5) / 4000)
    row = from_draws(short, draws, more_blocks=(16,)).rows[0]
    left = len(data.doses) / (len(data.doses) + 160)
    certain = ndtri(0.9) * sd * np.sqrt(left)
    assert row.helps == pytest.approx(ndtr((-mean - 1 - certain) / (sd * np.sqrt(1 - left))), abs=0.002)
    assert row.worsens == pytest.approx(ndtr((mean - 1 - certain) / (sd * np.sqrt(1 - left))), abs=0.002)


def test_from_draws_it_says_that_it_is_approximate(short):
    told = from_draws(short, np.arange(9.0))
    assert told.method == "approximate"
    assert [row.blocks for row in told.rows] == [1, 2, 4, 8]


@pytest.mark.parametrize("draws", [[1.0], [2.0, 2.0], [1.0, np.nan]], ids=str)
def test_draws_that_tell_nothing_are_refused(short, draws):
    with pytest.raises(InputError, match="two different numbers"):
        from_draws(short, np.array([1.0, 2.0]), np.array(draws))


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"estimand": "half"}, "'half'.*full, over-nights"),
        ({"more_blocks": ()}, "more_blocks is"),
        ({"more_blocks": (1, 0)}, "whole numbers from 1"),
        ({"vector": (1.0, 0.0)}, "one number for each active arm"),
    ],
    ids=str,
)
def test_options_are_refused_by_name(short, option, message):
    with pytest.raises(InputError, match=message):
        ask(short, **option)


def test_another_trial_s_order_is_refused(short, make_protocol):
    other = draw_order(make_protocol(design=WEEKS), seed=2)
    assert other.arms() != short.order.arms()
    with pytest.raises(InputError, match="order is not that of the analyzed nights"):
        ask(short, order=other)
