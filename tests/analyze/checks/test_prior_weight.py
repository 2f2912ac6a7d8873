"""How much the priors weigh: against the definition, and against fits with other priors."""

import json
from dataclasses import replace

import numpy as np
import pytest
from families import make_protocol, make_terms, make_trial, prior_nights
from known import SAMPLE, of_edition, planned_with, two_arms
from records import prior_weight

from nof1 import Trial, fit
from nof1.analyze.checks.prior_weight import (
    POWERS,
    beforehand_of,
    prior_ratio,
    prior_weight_check,
    resampled,
    with_power,
)
from nof1.analyze.engines.augmented.fit import fit_augmented
from nof1.analyze.engines.choose import augmented_draws, estimate
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import SETTLED, pairs
from nof1.analyze.model.prior import draw_prior, priors_of
from nof1.analyze.model.prior_chances import prior_chances
from nof1.analyze.schema import plain


@pytest.fixture(scope="module")
def helps():
    return of_edition(Trial.load(SAMPLE / "helps"), 2)


@pytest.fixture(scope="module")
def result(helps):
    return fit(helps, engine="marginal", sensitivity=False)


def test_the_share_is_posterior_over_prior_variance(helps, result):
    (share,) = result.record.checks.prior_weight.shares
    assert share.share == pytest.approx((result.lead[0].full.sd / helps.protocol.priors.effect_sd) ** 2)
    assert not share.large
    narrow = fit(helps, engine="marginal", sensitivity=False, priors={"effect_sd": 0.5}).record.checks.prior_weight
    assert narrow.shares[0].large
    assert narrow.mostly_prior == narrow.shares
    assert not narrow.passed


def test_each_prior_alone_is_scaled_and_the_verdict_is_that_of_a_trial_planned_so(helps, result):
    scaled = result.record.checks.prior_weight.scaled
    assert [(one.prior, one.power) for one in scaled] == [
        (name, power) for name in ("effect", "half-life") for power in POWERS
    ]
    fields = {"effect": "effect_sd", "half-life": "half_life_log_sd"}
    for one in scaled:
        field = fields[one.prior]
        sd = getattr(helps.protocol.priors, field) / np.sqrt(one.power)
        direct = fit(planned_with(helps, {"priors": {field: sd}}), engine="marginal", sensitivity=False)
        assert one.verdict == direct.lead[0].verdict
        assert one.planned == result.lead[0].verdict
    assert result.record.checks.prior_weight.resting == ()


def test_power_scaling_is_what_its_name_says(helps):
    """The scaled prior's log density differs from the power of the prior's by a constant."""
    data = build_model_data(helps)
    points = np.array([-3.0, -0.4, 0.1, 2.0])
    scaled = with_power(data, "effect", 0.8)
    apart = priors_of(scaled)["effect"].log_density(points) - 0.8 * priors_of(data)["effect"].log_density(points)
    assert np.ptp(apart) < 1e-12
    days = np.array([0.3, 1.0, 6.0])
    scaled = with_power(data, "half-life", 1.25)
    of_log = [priors_of(one)["half_life"].log_density(days) + np.log(days) for one in (scaled, data)]
    assert np.ptp(of_log[0] - 1.25 * of_log[1]) < 1e-12


def test_a_verdict_that_only_just_holds_rests_on_the_prior(helps):
    """The certainty is put just below the chance that decides: a prior of help and harm alike that counts more takes it away."""
    chance = fit(helps, engine="marginal", sensitivity=False).lead[0].full.p_benefit
    certainty = round(chance - 0.002, 4)
    near = planned_with(helps, {"certainty": certainty, "certainty_full": min(0.8, certainty)})
    found = fit(near, engine="marginal", sensitivity=False).record.checks.prior_weight
    assert {one.planned for one in found.scaled} == {"helps"}
    assert ("effect", 1.25) in [(one.prior, one.power) for one in found.scaled if one.changed]
    assert found.resting == (("magnesium", "off"),)
    assert not found.passed


def test_nothing_settled_is_nothing_scaled_and_without_carryover_there_is_no_half_life(helps):
    open_ = fit(of_edition(Trial.load(SAMPLE / "cant-tell"), 2), engine="marginal", sensitivity=False)
    assert open_.lead[0].verdict not in SETTLED
    assert open_.record.checks.prior_weight.scaled == ()
    plainer = planned_with(of_edition(Trial.load(SAMPLE / "worsens"), 2), {"carryover": "none"})
    found = fit(plainer, engine="marginal", sensitivity=False)
    assert found.lead[0].verdict in SETTLED
    assert {one.prior for one in found.record.checks.prior_weight.scaled} == {"effect"}


def test_a_trial_of_the_first_edition_has_the_check_with_its_own_rule():
    first = of_edition(Trial.load(SAMPLE / "helps"), 1)
    result = fit(first, engine="marginal", sensitivity=False)
    found = result.record.checks.prior_weight
    assert {one.planned for one in found.scaled} == {result.lead[0].verdict} == {"helps"}
    assert len(found.scaled) == 4


def test_draws_weighted_anew_are_those_of_a_fit_with_the_other_prior(helps):
    data = build_model_data(helps)
    draws = draws_of(data, marginal_draws(data, fit_marginal(data, seed=1), seed=1, draws=40_000))
    for name, power in (("effect", 0.8), ("effect", 1.25), ("half-life", 0.8), ("half-life", 1.25)):
        other = with_power(data, name, power)
        exact = estimate(helps.protocol, other, seed=1).rows[0].full
        weighted = draws.effect[resampled(prior_ratio(data, other, draws), np.random.default_rng(2)), 0]
        moved = abs(exact.mean - draws.effect[:, 0].mean())
        assert weighted.mean() == pytest.approx(exact.mean, abs=max(0.02 * exact.sd, 0.2 * moved))
        assert weighted.std() == pytest.approx(exact.sd, rel=0.02)


def test_weighing_a_prior_anew_gives_the_other_prior():
    """Draws of the priors alone: what was drawn with one sd becomes what is drawn with the other."""
    data = make_terms(make_protocol("count"))
    draws = draw_prior(data, 100_000, np.random.default_rng(1))
    for power in POWERS:
        other = with_power(data, "half-life", power)
        logs = np.log(draws.half_life[resampled(prior_ratio(data, other, draws), np.random.default_rng(2))])
        assert logs.std() == pytest.approx(other.priors.half_life_log_sd, rel=0.01)
        assert logs.mean() == pytest.approx(np.log(other.priors.half_life_median), abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["effect", "half-life"])
def test_chances_before_the_nights_are_those_of_the_other_prior(name):
    """Counted from draws that are weighted anew, as from draws of their own."""
    protocol = make_protocol("count")
    data = make_terms(protocol)
    (vector,) = (np.array(pair.vector) for pair in pairs(protocol))
    other = with_power(data, name, 0.8)
    (weighted,), (direct,) = beforehand_of(protocol, data, [vector])(other), prior_chances(protocol, other)
    for chance in ("full_benefit", "full_harm", "full_small", "nights_small"):
        assert getattr(weighted, chance) == pytest.approx(getattr(direct, chance), abs=0.008)


@pytest.mark.slow
def test_other_families_are_judged_by_draws_weighted_anew():
    """Ratings that an arm brings down by far: settled, and no prior changes it. Shares are those of the model's own scale."""
    protocol = make_protocol("rating", blocks=6, period_nights=5)
    nights = make_terms(protocol, missing=0)
    rng = np.random.default_rng(3)
    on = nights.treated[:, 0]
    trial = make_trial(protocol, np.clip(np.rint(7 - 4.5 * on + rng.normal(0, 0.8, len(on))), 0, 10))
    data = build_model_data(trial)
    fitted = fit_augmented(replace(data, family="normal"), "rating", low=data.low, high=data.high, seed=1)
    draws = augmented_draws(data, fitted)
    rows = estimate(protocol, data, seed=1).rows
    assert rows[0].verdict == "helps"
    found = prior_weight_check(protocol, data, rows, as_posterior(draws, fitted.phi.shape), refit=False, seed=1)
    assert [one.verdict for one in found.scaled] == ["helps"] * 4
    assert found.shares[0].share == pytest.approx(np.var(draws.effect) / protocol.priors.effect_sd**2, rel=1e-3)


def as_posterior(draws, shape):
    """The draws as an engine of PyMC would have them."""
    import xarray as xr

    extra = {"effect": "arm", "period_offset": "period", "block_offset": "block", "covariate_effect": "covariate"}
    return xr.Dataset(
        {
            name: (
                ("chain", "draw", *([extra[name]] if name in extra else [])),
                values.reshape(*shape, *values.shape[1:]),
            )
            for name, values in vars(draws).items()
            if values is not None and values.size
        }
    )


def test_every_pair_of_arms_has_a_share():
    protocol = make_protocol("normal", arms=("off", "a", "b"), blocks=4)
    _, (nights,) = prior_nights(make_terms(protocol, missing=0), seed=2)
    result = fit(make_trial(protocol, np.clip(nights.y, 0, 10)), engine="marginal", sensitivity=False)
    found = result.record.checks.prior_weight
    assert [(one.arm, one.reference) for one in found.shares] == [(row.arm, row.reference) for row in result.lead]
    sd = protocol.priors.effect_sd
    expected = [(row.full.sd / sd) ** 2 / (1 if row.reference == "off" else 2) for row in result.lead]
    assert [one.share for one in found.shares] == pytest.approx(expected)


def test_it_is_written_as_plain_values(result):
    told = json.loads(json.dumps(plain(result.record.checks.prior_weight)))
    assert told["scaled"][0]["prior"] == "effect"
    assert type(result.record.checks.prior_weight.shares[0].share) is float
    assert type(result.record.checks.prior_weight.passed) is bool


def test_what_is_called_out():
    assert prior_weight({("a", "off"): 0.3}, effect=(0.8, "helps")).passed
    assert not prior_weight({("a", "off"): 0.34}).passed
    resting = prior_weight({("a", "off"): 0.3}, half_life=(1.25, "leans better"))
    assert (resting.passed, resting.resting) == (False, (("a", "off"),))
    assert prior_weight({("a", "off"): 0.3}, effect=(0.8, None)).passed  # no answer is no other verdict


def test_after_one_switch_more_than_a_third_is_the_prior():
    of = two_arms("exponential", days=14)
    found = fit(of, engine="marginal", sensitivity=False).record.checks.prior_weight
    assert found.shares[0].large
