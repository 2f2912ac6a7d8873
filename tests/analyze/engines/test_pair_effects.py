"""From an engine's posterior to the entries of results.json: exact and drawn answers agree, and each estimand is its own."""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from families import make_protocol, make_terms, make_trial
from fitted import fitted
from records import NUTS, with_exposure
from scipy import stats

from nof1.analyze.engines.inference_data import thinned
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.pair_effects import (
    FurtherMeasure,
    both_estimands,
    drawn_rows,
    further_rows,
    highest_exposure,
    mixture_rows,
)
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.fit import pair_effects, with_forecasts
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import pairs
from nof1.analyze.model.prior import draw_prior
from nof1.analyze.model.standardize import standardize
from nof1.analyze.results import Result
from nof1.analyze.schema import Engines, MarginalRun
from nof1.analyze.simulation.forecast import forecast, forecast_normal
from nof1.plan.orders.draw import draw_order

ARMS = ("off", "citrate", "oxide")
CHANCES = ("p_better", "p_benefit", "p_small", "p_harm", "p_night_better")


def no_error(draws, kind, probability):
    return 0.0


def nights(protocol, *, taken, effects=(0.0, -3.0, -0.6), seed=5):
    """A trial of three arms with these shares of every planned dose, the nights of an arm taking turns through them."""
    order = draw_order(protocol)
    arms = [period.arm for period in order.periods for _ in period.dates]
    turns = dict.fromkeys(ARMS, 0)
    outcome, doses = [], []
    rng = np.random.default_rng(seed)
    for arm in arms:
        share = taken.get(arm, (1.0,))[turns[arm] % len(taken.get(arm, (1.0,)))]
        turns[arm] += 1
        doses.append(0.0 if arm == "off" else 200.0 * share)
        outcome.append(6 + share * effects[ARMS.index(arm)] + rng.normal(0, 1.6))
    return make_trial(protocol, np.clip(outcome, 0, 10), dose_mg=doses)


@pytest.fixture(scope="module")
def partly():
    """Citrate is taken to a half on every second night, oxide always; the dose itself counts, and nothing builds up."""
    protocol = make_protocol("normal", arms=ARMS, carryover="none", dose="taken")
    data = build_model_data(nights(protocol, taken={"citrate": (1.0, 0.5)}))
    return SimpleNamespace(protocol=protocol, data=data, fit=fit_marginal(data, seed=1))


@pytest.fixture(scope="module")
def building_up():
    """Exposure builds up over days, so that no night is one of full exposure."""
    protocol = make_protocol("normal", arms=ARMS, carryover="exponential")
    trial = nights(protocol, taken={})
    data = build_model_data(trial)
    return SimpleNamespace(protocol=protocol, trial=trial, data=data, fit=fit_marginal(data, seed=1))


@pytest.mark.parametrize("which", ["partly", "building_up"])
def test_exact_answers_are_those_of_the_draws(request, which):
    one = request.getfixturevalue(which)
    exact = mixture_rows(one.protocol, one.fit)
    drawn = drawn_rows(one.protocol, one.data, marginal_draws(one.data, one.fit, seed=2), mcse=no_error, seed=1)
    assert len(exact) == len(drawn) == 3
    for row, other in zip(exact, drawn, strict=True):
        assert set(row) == set(other) == {"full", "as-lived"}
        for estimand, effect in row.items():
            told = other[estimand]
            assert told.mean == pytest.approx(effect.mean, abs=0.08 * effect.sd)
            assert told.sd == pytest.approx(effect.sd, rel=0.08)
            assert told.interval == pytest.approx(effect.interval, abs=0.25 * effect.sd)
            for chance in CHANCES:
                assert getattr(told, chance) == pytest.approx(getattr(effect, chance), abs=0.03)


def test_a_better_night_of_the_normal_family_is_computed_and_not_drawn_again(partly):
    """Its noise has a closed form: no seed can move the chance."""
    posterior = marginal_draws(partly.data, partly.fit, seed=2)
    one, other = (drawn_rows(partly.protocol, partly.data, posterior, mcse=no_error, seed=seed) for seed in (1, 2))
    assert [row["full"].p_night_better for row in one] == [row["full"].p_night_better for row in other]


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_the_chance_of_a_better_night_is_that_of_two_observed_nights(better):
    """Each with a period and an error of its own; noise, periods and the doubt of the effect unlike each other."""
    protocol = make_protocol("normal", better=better)
    rng = np.random.default_rng(3)
    weights = np.array([0.5, 0.3, 0.2])
    sigma, omega = np.array([0.9, 1.5, 3.0]), np.array([0.3, 2.5, 1.0])
    mean, sd = np.array([-1.0, -2.0, 0.4]), np.array([0.5, 0.8, 0.3])
    stated = SimpleNamespace(
        weights=weights,
        sigma=sigma,
        omega=omega,
        treated_exposure=np.ones((3, 1)),
        contrast=lambda vector, as_lived=False: (mean, sd),
    )
    which = rng.choice(3, 400_000, p=weights)
    effect = rng.normal(mean[which], sd[which])

    def night():
        return rng.normal(0, omega[which]) + rng.normal(0, sigma[which])

    gain = effect + night() - night() if better == "higher" else -(effect + night() - night())
    (row,) = mixture_rows(protocol, stated)
    assert row["full"].p_night_better == pytest.approx(np.mean(gain > 0), abs=0.004)
    posterior = xr.Dataset(
        {
            name: (("chain", "draw", *dims), values.reshape(4, -1, *values.shape[1:]))
            for name, dims, values in (
                ("effect", ("arm",), effect[:40_000, None]),
                ("sigma", (), sigma[which[:40_000]]),
                ("omega", (), omega[which[:40_000]]),
                ("half_life", (), np.full(40_000, 1.0)),
            )
        }
    )
    (drawn,) = drawn_rows(protocol, make_terms(protocol), posterior, mcse=no_error, seed=1)
    assert drawn["full"].p_night_better == pytest.approx(np.mean(gain > 0), abs=0.01)


def test_as_lived_is_the_share_that_was_taken(partly):
    """Citrate to three quarters, oxide whole: each pair by its own arms."""
    citrate, oxide, between = mixture_rows(partly.protocol, partly.fit)
    assert citrate["as-lived"].mean == pytest.approx(0.75 * citrate["full"].mean)
    assert citrate["as-lived"].sd == pytest.approx(0.75 * citrate["full"].sd)
    assert oxide["as-lived"] == oxide["full"]
    assert between["full"].mean == pytest.approx(oxide["full"].mean - citrate["full"].mean)
    assert between["as-lived"].mean == pytest.approx(oxide["full"].mean - 0.75 * citrate["full"].mean)


def test_every_effect_of_every_pair_is_among_both_estimands(partly):
    rows = mixture_rows(partly.protocol, partly.fit)
    told = both_estimands(rows)
    assert len(told) == 6
    assert all(row[estimand] in told for row in rows for estimand in ("full", "as-lived"))


@pytest.mark.parametrize("estimand", ["full", "as-lived"])
def test_the_estimand_that_the_protocol_names_stands_on_top(partly, estimand):
    protocol = make_protocol("normal", arms=ARMS, carryover="none", dose="taken", estimand=estimand)
    rows = mixture_rows(partly.protocol, partly.fit)
    told = pair_effects(protocol, "marginal", rows)
    assert [(one.arm, one.reference) for one in told] == [(pair.arm, pair.reference) for pair in pairs(protocol)]
    for one, row in zip(told, rows, strict=True):
        assert (one.estimand, one.engine, one.further) == (estimand, "marginal", ())
        assert (one.full, one.as_lived, one.named) == (row["full"], row["as-lived"], row[estimand])


def test_what_else_is_said_of_a_pair_is_in_its_own_entry(partly):
    rows = mixture_rows(partly.protocol, partly.fit)
    further = [(FurtherMeasure(name, 1.0, (0.5, 2.0)),) for name in "abc"]
    told = pair_effects(partly.protocol, "nuts", rows, further)
    assert [[other.measure for other in one.further] for one in told] == [["a"], ["b"], ["c"]]


def test_the_highest_exposure_is_that_of_the_half_lives(partly, building_up):
    for one in (partly, building_up):
        posterior = marginal_draws(one.data, one.fit, seed=2)
        assert highest_exposure(one.data, posterior) == pytest.approx(one.fit.highest_exposure, abs=0.01)
    np.testing.assert_allclose(partly.fit.highest_exposure, 1)
    assert np.all((building_up.fit.highest_exposure > 0.5) & (building_up.fit.highest_exposure < 1))


# --- other families, by draws from their priors


def posterior_of(draws, chains=4):
    """Draws as a dataset with named dimensions, which is how the engines give them."""
    shapes = {"effect": ("arm",), "covariate_effect": ("covariate",), "period_offset": ("period",), "state": ("night",)}
    values = {field.name: getattr(draws, field.name) for field in fields(draws)}
    return xr.Dataset(
        {
            name: (("chain", "draw", *shapes.get(name, ())), of.reshape(chains, -1, *of.shape[1:]))
            for name, of in values.items()
            if of is not None and of.size and name != "cuts"
        }
    )


@pytest.fixture(scope="module")
def counted():
    """Counts on three arms, with draws in which the arms differ."""
    protocol = make_protocol("count", arms=ARMS)
    data = make_terms(protocol)
    return SimpleNamespace(
        protocol=protocol, data=data, posterior=posterior_of(draw_prior(data, 400, np.random.default_rng(1)))
    )


def test_a_ratio_is_told_with_its_median_and_interval(counted):
    told = further_rows(counted.protocol, counted.data, counted.posterior)
    levels = standardize(counted.data, thinned(draws_of(counted.data, counted.posterior))).levels
    for (one,), (on, other) in zip(told, ((1, 0), (2, 0), (2, 1)), strict=True):
        ratio = levels[:, on] / levels[:, other]
        assert one.measure == "ratio of expected counts"
        assert one.median == pytest.approx(np.median(ratio))
        assert one.interval == pytest.approx([np.quantile(ratio, 0.025), np.quantile(ratio, 0.975)])


def test_points_need_no_ratio(building_up):
    posterior = marginal_draws(building_up.data, building_up.fit, seed=2)
    assert further_rows(building_up.protocol, building_up.data, posterior) == [(), (), ()]


def test_a_night_of_counts_is_better_as_often_as_a_smaller_count_is_drawn(counted):
    """Poisson nights around 5 without, around 2.5 on citrate and 5 on oxide; equal counts are shared."""
    still = replace(
        draw_prior(counted.data, 4000, np.random.default_rng(2)),
        level=np.full(4000, np.log(5)),
        effect=np.tile(np.log([0.5, 1.0]), (4000, 1)),
        **dict.fromkeys(("trend", "sigma", "phi", "omega", "overdispersion"), np.zeros(4000)),
    )
    still = replace(still, period_offset=np.zeros_like(still.period_offset))
    rows = drawn_rows(counted.protocol, counted.data, posterior_of(still), mcse=no_error, seed=1)
    counts = np.arange(40)
    fewer, usual = (stats.poisson.pmf(counts, mean) for mean in (2.5, 5))
    joint = np.outer(fewer, usual)
    better = np.triu(joint, 1).sum() + 0.5 * np.trace(joint)
    found = [row["full"].p_night_better for row in rows]
    assert found == pytest.approx([better, 0.5, 1 - better], abs=0.02)


# --- forecasts


def result_of(one, trial, rows, engine, verdicts, tree=None, highest=1.0):
    """A result with these verdicts on both estimands."""
    entries = tuple(
        replace(
            entry,
            full=replace(entry.full, verdict=verdict),
            as_lived=replace(entry.as_lived, verdict=verdict),
        )
        for entry, verdict in zip(pair_effects(one.protocol, engine, rows), verdicts, strict=True)
    )
    engines = Engines(nuts=NUTS) if engine == "nuts" else Engines(marginal=MarginalRun(0.1, 0.1, 4000.0))
    record = replace(fitted("helps").record, effects=entries, engines=engines)
    return with_exposure(Result(trial, record, tree), **dict.fromkeys(ARMS[1:], highest))


def test_only_what_is_not_settled_has_a_forecast(building_up):
    rows = mixture_rows(building_up.protocol, building_up.fit)
    verdicts = ["helps", *["can't tell yet"] * (len(rows) - 1)]
    result = result_of(building_up, building_up.trial, rows, "marginal", verdicts)
    settled, *others = with_forecasts(result, building_up.data, building_up.fit, seed=1).lead
    assert settled.forecast is None
    for pair, entry in zip(pairs(building_up.protocol)[1:], others, strict=True):
        assert entry.forecast == forecast(
            building_up.protocol,
            building_up.data,
            building_up.fit,
            order=building_up.trial.order,
            estimand="full",
            vector=pair.vector,
            seed=1,
        )


@pytest.mark.parametrize(("highest", "estimand"), [(1.0, "full"), (0.3, "as-lived")])
def test_a_forecast_is_of_the_effect_that_the_page_leads_with(counted, highest, estimand):
    """Where exposure never came near to full that is the effect as lived."""
    order = draw_order(counted.protocol)
    trial = SimpleNamespace(protocol=counted.protocol, order=order)
    rows = drawn_rows(counted.protocol, counted.data, counted.posterior, mcse=no_error, seed=1)
    tree = xr.DataTree.from_dict({"posterior": counted.posterior})
    result = result_of(counted, trial, rows, "nuts", ["leans better"] * len(rows), tree, highest)
    found = standardize(counted.data, thinned(draws_of(counted.data, counted.posterior)))
    values = found.full if estimand == "full" else found.as_lived
    foretold = with_forecasts(result, counted.data, None, seed=1)
    for pair, entry in zip(pairs(counted.protocol), foretold.lead, strict=True):
        draws = values @ np.array(pair.vector)
        assert entry.forecast == forecast_normal(counted.protocol, counted.data, draws, order=order, estimand=estimand)
        assert entry.forecast.method == "approximate"
