"""From an engine's posterior to the entries of results.json: exact and drawn answers agree, and each estimand is its own."""

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from families import make_protocol, make_terms, make_trial
from fitted import fitted
from records import NUTS
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
from nof1.analyze.model.effects import SETTLED, pairs
from nof1.analyze.model.prior import draw_prior
from nof1.analyze.model.standardize import standardize
from nof1.analyze.results import Result
from nof1.analyze.schema import Engines, MarginalRun
from nof1.analyze.simulation.forecast import forecast, forecast_normal
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol

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
        assert (row.estimand, row.enough) == (other.estimand, other.enough) == ("over-nights", True)
        for estimand in ("full", "over-nights"):
            effect, told = row.on(estimand), other.on(estimand)
            assert told.mean == pytest.approx(effect.mean, abs=0.08 * effect.sd)
            assert told.sd == pytest.approx(effect.sd, rel=0.08)
            assert told.interval == pytest.approx(effect.interval, abs=0.25 * effect.sd)
            for chance in CHANCES:
                assert getattr(told, chance) == pytest.approx(getattr(effect, chance), abs=0.03)


def test_a_better_night_of_the_normal_family_is_computed_and_not_drawn_again(partly):
    """Its noise has a closed form: no seed can move the chance."""
    posterior = marginal_draws(partly.data, partly.fit, seed=2)
    one, other = (drawn_rows(partly.protocol, partly.data, posterior, mcse=no_error, seed=seed) for seed in (1, 2))
    assert [row.full.p_night_better for row in one] == [row.full.p_night_better for row in other]


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
        highest_exposure=np.ones(1),
        model=SimpleNamespace(data=make_terms(protocol)),
        contrast=lambda vector, over_nights=False: (mean, sd),
    )
    which = rng.choice(3, 400_000, p=weights)
    effect = rng.normal(mean[which], sd[which])

    def night():
        return rng.normal(0, omega[which]) + rng.normal(0, sigma[which])

    gain = effect + night() - night() if better == "higher" else -(effect + night() - night())
    (row,) = mixture_rows(protocol, stated)
    assert row.full.p_night_better == pytest.approx(np.mean(gain > 0), abs=0.004)
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
    assert drawn.full.p_night_better == pytest.approx(np.mean(gain > 0), abs=0.01)


def test_over_nights_is_the_share_that_was_taken(partly):
    """Citrate to three quarters, oxide whole: each pair by its own arms."""
    citrate, oxide, between = mixture_rows(partly.protocol, partly.fit)
    assert citrate.over_nights.mean == pytest.approx(0.75 * citrate.full.mean)
    assert citrate.over_nights.sd == pytest.approx(0.75 * citrate.full.sd)
    assert oxide.over_nights == oxide.full
    assert between.full.mean == pytest.approx(oxide.full.mean - citrate.full.mean)
    assert between.over_nights.mean == pytest.approx(oxide.full.mean - 0.75 * citrate.full.mean)


def test_every_effect_of_every_pair_is_among_both_estimands(partly):
    rows = mixture_rows(partly.protocol, partly.fit)
    told = both_estimands(rows)
    assert len(told) == 6
    assert all(row.on(estimand) in told for row in rows for estimand in ("full", "over-nights"))


def first_edition(protocol, estimand):
    """The protocol as if it had been planned by the first edition, which named the effect that leads."""
    content = protocol.to_dict() | {"schema": 1}
    for name in ("priors", "certainty_full", "start_up", "block_effects"):
        content["analysis"].pop(name, None)
    content["analysis"]["estimand"] = "full" if estimand == "full" else "as-lived"  # as that edition called it
    return Protocol.build(content)


@pytest.mark.parametrize(("edition", "estimand"), [(2, "over-nights"), (1, "full"), (1, "over-nights")])
def test_the_effect_over_these_nights_leads_and_in_the_first_edition_the_one_it_named(partly, edition, estimand):
    protocol = partly.protocol if edition == 2 else first_edition(partly.protocol, estimand)
    rows = mixture_rows(protocol, partly.fit)
    told = pair_effects(protocol, "marginal", rows)
    assert [(one.arm, one.reference) for one in told] == [(pair.arm, pair.reference) for pair in pairs(protocol)]
    for one, row in zip(told, rows, strict=True):
        assert (one.estimand, one.engine, one.further) == (estimand, "marginal", ())
        assert (one.full, one.over_nights, one.leading) == (row.full, row.over_nights, row.on(estimand))


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
    shapes = {
        "effect": ("arm",),
        "covariate_effect": ("covariate",),
        "period_offset": ("period",),
        "block_offset": ("block",),
        "state": ("night",),
    }
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
    protocol = make_protocol("count", arms=ARMS, carryover="none")
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
    found = [row.full.p_night_better for row in rows]
    assert found == pytest.approx([better, 0.5, 1 - better], abs=0.02)


# --- forecasts


def result_of(protocol, trial, rows, engine, verdicts, tree=None):
    """A result with these verdicts."""
    entries = tuple(
        replace(entry, verdict=verdict)
        for entry, verdict in zip(pair_effects(protocol, engine, rows), verdicts, strict=True)
    )
    engines = Engines(nuts=NUTS) if engine == "nuts" else Engines(marginal=MarginalRun(0.1, 0.1, 4000.0))
    return Result(trial, replace(fitted("helps").record, effects=entries, engines=engines), tree)


@pytest.mark.parametrize("verdict", SETTLED)
def test_only_what_is_not_settled_has_a_forecast(building_up, verdict):
    rows = mixture_rows(building_up.protocol, building_up.fit)
    verdicts = [verdict, "can't tell yet", "leans better"]
    result = result_of(building_up.protocol, building_up.trial, rows, "marginal", verdicts)
    settled, *others = with_forecasts(result, building_up.data, building_up.fit, seed=1).lead
    assert settled.forecast is None
    for pair, entry in zip(pairs(building_up.protocol)[1:], others, strict=True):
        assert entry.forecast == forecast(
            building_up.protocol,
            building_up.data,
            building_up.fit,
            order=building_up.trial.order,
            estimand="over-nights",
            vector=pair.vector,
            seed=1,
        )


@pytest.mark.parametrize(("edition", "estimand"), [(2, "over-nights"), (1, "full"), (1, "over-nights")])
def test_a_forecast_is_of_the_effect_that_the_page_leads_with(counted, edition, estimand):
    """Nothing builds up here, so that the first edition leads with what its protocol names."""
    protocol = counted.protocol if edition == 2 else first_edition(counted.protocol, estimand)
    order = draw_order(protocol)
    trial = SimpleNamespace(protocol=protocol, order=order)
    rows = drawn_rows(protocol, counted.data, counted.posterior, mcse=no_error, seed=1)
    tree = xr.DataTree.from_dict({"posterior": counted.posterior})
    result = result_of(protocol, trial, rows, "nuts", ["leans better"] * len(rows), tree)
    found = standardize(counted.data, thinned(draws_of(counted.data, counted.posterior)))
    foretold = with_forecasts(result, counted.data, None, seed=1)
    for pair, entry in zip(pairs(protocol), foretold.lead, strict=True):
        full, nights = (values @ np.array(pair.vector) for values in (found.full, found.over_nights))
        assert entry.forecast == forecast_normal(
            protocol,
            counted.data,
            full,
            nights,
            order=order,
            estimand=estimand,
            regions=entry.regions,
            vector=pair.vector,
            seed=1,
        )
        assert (entry.forecast.estimand, entry.forecast.method) == (estimand, "approximate")
