from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from brute import lived
from known import FIRST, OVER_NIGHTS, TARGETS, in_blocks, melatonin, nightly, two_arms
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq

from nof1 import Protocol, Trial, draw_order, fit
from nof1.analyze.engines.importance import pareto_weights
from nof1.analyze.engines.marginal import draw_coefficients, fit_marginal, fit_marginals
from nof1.analyze.engines.marginal_batch import ModelBatch
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.data import NO_BLOCK, build_model_data
from nof1.analyze.model.exposure import exposure
from nof1.errors import RefusalError
from nof1.plan.protocol.template import load_template, merge


def dense_log_posterior(data, phi, sigma, omega, half_life):
    """The same density from the full covariance matrix: no whitening, no shared sums, no Cholesky of the coefficients."""
    priors = data.priors
    decay = 2 ** (-1 / half_life)
    x = np.zeros(data.doses.shape)
    for t in range(len(x)):
        x[t] = decay * (x[t - 1] if t else 0) + (1 - decay) * data.doses[t]
    x = (x if data.exponential else data.doses)[data.day]
    if data.over_time:
        x = np.hstack([x, x * data.time[:, None]])
    lag = np.abs(data.day[:, None] - data.day)
    covariance = sigma**2 * phi**lag + priors.level_sd**2 + priors.effect_sd**2 * x @ x.T
    if data.trend:
        covariance += priors.trend_sd**2 * np.outer(data.time, data.time)
    if data.start_up:
        fading = 2.0 ** (-data.day / 5)
        covariance += priors.start_up_sd**2 * np.outer(fading, fading)
    if data.block_numbers:
        covariance += priors.block_sd**2 * ((data.block[:, None] == data.block) & (data.block >= 0))
    if data.period_effects:
        covariance += omega**2 * (data.period[:, None] == data.period)
    for column, sd in zip(data.covariates.T, data.covariate_sd, strict=True):
        covariance += (priors.covariate_sd / sd) ** 2 * np.outer(column, column)
    likelihood = stats.multivariate_normal.logpdf(data.y, np.full(data.n, priors.level_mean), covariance)
    beta = stats.beta.logpdf((phi + 1) / 2, priors.autocorrelation_a, priors.autocorrelation_b)
    spread_of_periods = (
        stats.halfnorm.logpdf(omega, scale=priors.period_scale) + np.log(np.hypot(sigma, omega)) - np.log(2)
    )
    return (
        likelihood
        + beta
        + np.log((1 + phi) / 2 * (1 - phi) / 2)
        + stats.halfnorm.logpdf(sigma, scale=priors.noise_scale)
        + np.log(sigma)
        + (data.period_effects and spread_of_periods)
        + stats.norm.logpdf(np.log(half_life), np.log(priors.half_life_median), priors.half_life_log_sd)
    )


@pytest.mark.parametrize("over_time", [False, True], ids=["constant effect", "changing effect"])
@pytest.mark.parametrize("make", [lambda: two_arms("exponential"), nightly], ids=["gaps", "nightly"])
def test_log_density_equals_the_dense_one(make, over_time):
    trial = make()
    if trial.protocol.analysis.carryover != "exponential":
        trial = with_carryover(trial)
    data = replace(build_model_data(trial), over_time=over_time)
    model = MarginalModel(data)
    assert model.names == ("phi", "scale", "share", "half_life")
    rng = np.random.default_rng(4)
    phi, sigma = rng.uniform(-0.9, 0.95, 12), rng.uniform(0.5, 5, 12)
    omega, half_life = rng.uniform(0.05, 2, 12), rng.uniform(0.3, 9, 12)
    share = np.arcsinh(omega / sigma) * rng.choice([-1, 1], 12)
    theta = np.column_stack([np.log((1 + phi) / (1 - phi)), np.log(np.hypot(sigma, omega)), share, np.log(half_life)])
    got, _ = model.evaluate(theta)
    expected = [dense_log_posterior(data, *values) for values in zip(phi, sigma, omega, half_life, strict=True)]
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def planned(arms=2, *, gone=(), until=None, analysis=None, **design):
    """A planned trial of the second edition in three randomized blocks; some nights without an outcome."""
    names = [("off", 0), ("citrate", 200), ("oxide", 200)][:arms]
    plan = {
        "simulated": True,
        "arms": [{"name": name, "form": name, "dose_mg": dose} for name, dose in names],
        "analysis": analysis or {},
        "design": {"start": date(2026, 1, 5), "blocks": 3, "period_nights": 4, "run_in_nights": 0, "seed": 1} | design,
    }
    protocol = Protocol.build(merge(load_template("magnesium-rls"), plan))
    order = draw_order(protocol)
    days = sum(len(list(period.dates)) for period in order.periods)
    y = np.clip(np.rint(np.random.default_rng(1).normal(5, 1.5, days)), 0, 10)
    y[list(gone)] = np.nan
    y[days if until is None else until :] = np.nan
    return build_model_data(lived(protocol, order, y))


NO_PERIODS = {"period_effects": False}
# name: nights with blocks and a start-up, and whether the blocks' offsets can join those of the periods.
WITH_BLOCKS = {
    "two arms": (lambda: planned(gone=(2, 9)), True),
    "run-in, and no night of a period": (lambda: planned(gone=range(9, 13), run_in_nights=5), True),
    "unfinished block": (lambda: planned(until=19), True),
    "alternating": (lambda: planned(kind="alternating"), True),
    "three arms": (lambda: planned(3), False),
    "three arms, two periods of a block apart": (lambda: planned(3, gone=range(16, 20)), False),
    "three arms, two periods of each block": (lambda: planned(3, gone=[*range(4), *range(20, 28)]), True),
    "washout": (lambda: planned(washout_nights=2), False),
    "no period effects": (lambda: planned(analysis=NO_PERIODS), False),
    "adopted": (lambda: build_model_data(in_blocks(two_arms("exponential"))), True),
}


def theta_of(data, count=12):
    """Theta for a model with all its parts, and what it stands for."""
    rng = np.random.default_rng(4)
    phi, sigma = rng.uniform(-0.9, 0.95, count), rng.uniform(0.5, 5, count)
    omega, half_life = rng.uniform(0.01, 2, count), rng.uniform(0.3, 9, count)
    natural = {"phi": phi, "sigma": sigma, "omega": omega, "half_life": half_life}
    return MarginalModel(data).coordinates(natural), natural


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_log_density_with_blocks_and_start_up_equals_the_dense_one(name, monkeypatch):
    """Both as columns of their own and, where that can be, as a part of the periods' offsets."""
    make, joins = WITH_BLOCKS[name]
    data = make()
    assert data.start_up
    assert len(data.block_numbers) > 1
    theta, natural = theta_of(data)
    model = MarginalModel(data)
    assert (model.period_block is not None) == joins
    got, root = model.density_and_root(theta)
    expected = [dense_log_posterior(data, *values) for values in zip(*natural.values(), strict=True)]
    np.testing.assert_allclose(got, expected, rtol=1e-9)
    monkeypatch.setattr("nof1.analyze.engines.marginal_numbers._blocks_of_periods", lambda data: None)
    plain = MarginalModel(data)
    assert plain.n_fixed == 3 + len(data.block_numbers)
    again, other = plain.density_and_root(theta)
    np.testing.assert_allclose(again, expected, rtol=1e-9)
    arms = len(data.arms)
    for mine, theirs in zip(root, other, strict=True):  # the effects' posterior, too
        mine, theirs = mine[-arms - 1 : -1, -arms - 1 : -1], theirs[-arms - 1 : -1, -arms - 1 : -1]
        np.testing.assert_allclose(mine @ mine.T, theirs @ theirs.T, rtol=1e-8)


def test_periods_without_spread_leave_their_blocks_offsets():
    """Where omega is nearly zero two periods of a block are one: nothing is lost however firmly they are tied."""
    data = planned()
    model = MarginalModel(data)
    theta = np.tile([0.4, 0.3, 0.0, 0.7], (5, 1))
    theta[:, 2] = [0, 1e-8, 1e-6, 1e-4, 1e-3]
    got = model.log_density(theta)
    np.testing.assert_allclose(got, got[0], rtol=1e-6)
    np.testing.assert_allclose(got[:3], got[0], rtol=1e-12)


def test_trials_with_and_without_blocks_are_evaluated_together():
    """A batch holds pairs in different places, single periods of a block, blocks of no trial; absent periods weigh nothing."""
    trials = [planned(), planned(until=19), planned(gone=range(9, 13), run_in_nights=5), planned(blocks=4)]
    trials[-1] = replace(trials[-1], block=np.full(trials[-1].n, NO_BLOCK), block_numbers=())
    models = [MarginalModel(data) for data in trials]
    assert len({model.n_periods for model in models}) > 2
    theta, natural = theta_of(trials[0])
    together = np.broadcast_to(theta, (len(models), *theta.shape)).copy()
    got, _ = ModelBatch(models).density_and_root(together, np.arange(len(models)))
    some, _ = ModelBatch(models).density_and_root(together[1:3], np.array([1, 3]))
    np.testing.assert_allclose(some, got[[1, 3]], rtol=1e-12)
    for data, values in zip(trials, got, strict=True):
        expected = [dense_log_posterior(data, *one) for one in zip(*natural.values(), strict=True)]
        np.testing.assert_allclose(values, expected, rtol=1e-9)


@pytest.mark.parametrize("name", ["two arms", "unfinished block", "washout", "no period effects"])
def test_offsets_of_periods_and_blocks_are_drawn_apart(name):
    """Means and sds of both, given theta, from the joint normal of nights and offsets."""
    data = WITH_BLOCKS[name][0]()
    fitted = fit_marginal(data, seed=1)
    best = int(np.argmax(fitted.weights))
    one = replace(fitted, weights=np.ones(1), theta=fitted.theta[[best]], omega=fitted.omega[[best]])
    drawn = draw_coefficients(one, 40_000, np.random.default_rng(3))
    values = {name: getattr(fitted, name)[best] for name in ("phi", "sigma", "omega", "half_life")}
    covariance, of_period, of_block, fading = joint_covariance(data, **values)
    for got, across in (
        (drawn.period_offset, of_period),
        (drawn.block_offset, of_block),
        (drawn.coefficients[:, 2:3], fading),
    ):
        if not across.shape[0]:
            assert got.shape == (40_000, 0)
            continue
        prior = {id(of_period): values["omega"], id(of_block): data.priors.block_sd}.get(
            id(across), data.priors.start_up_sd
        )
        gain = np.linalg.solve(covariance, across.T).T
        mean = gain @ (data.y - data.priors.level_mean)
        posterior = prior**2 * np.eye(len(across)) - gain @ across.T
        sd = np.sqrt(np.diagonal(posterior))
        np.testing.assert_allclose((got.mean(axis=0) - mean) / sd, 0, atol=4.5 / 200)
        np.testing.assert_allclose(np.cov(got.T).reshape(posterior.shape), posterior, atol=0.03 * sd.max() ** 2)
    if data.period_effects:
        both = np.mean(drawn.period_offset[:, 0] * drawn.block_offset[:, 0])
        apart = drawn.period_offset[:, 0].mean() * drawn.block_offset[:, 0].mean()
        gain = np.linalg.solve(covariance, of_block[0])
        assert both - apart == pytest.approx(-gain @ of_period[0], abs=0.03 * values["omega"] * data.priors.block_sd)


def joint_covariance(data, phi, sigma, omega, half_life):
    """Covariance of the nights given theta, and theirs with the periods' offsets, the blocks' and the start-up."""
    priors, x = data.priors, exposure(data.doses, np.array([half_life]))[0][data.day]
    fading = 2.0 ** (-data.day / 5)
    fixed = [(np.ones(data.n), priors.level_sd), (data.time, priors.trend_sd), (fading, priors.start_up_sd)]
    fixed += [(column, priors.effect_sd) for column in x.T]
    covariance = sigma**2 * phi ** np.abs(data.day[:, None] - data.day)
    covariance += sum(sd**2 * np.outer(column, column) for column, sd in fixed)
    periods = omega**2 * (np.arange(len(data.period_numbers) if data.period_effects else 0)[:, None] == data.period)
    blocks = priors.block_sd**2 * (np.arange(len(data.block_numbers))[:, None] == data.block)
    if data.period_effects:
        covariance += omega**2 * (data.period[:, None] == data.period)
    covariance += priors.block_sd**2 * ((data.block[:, None] == data.block) & (data.block >= 0))
    return covariance, periods, blocks, priors.start_up_sd**2 * fading[None]


def test_draws_of_every_parameter_have_their_names():
    data = WITH_BLOCKS["washout"][0]()
    posterior = marginal_draws(data, fit_marginal(data, seed=1), seed=2, draws=500)
    sizes = {"level": (), "trend": (), "start_up": (), "effect": (1,), "period_offset": (6,), "block_offset": (3,)}
    for name, shape in sizes.items():
        assert posterior[name].shape == (1, 500, *shape), name
    assert posterior["block"].to_numpy().tolist() == [1, 2, 3]


@pytest.fixture(scope="module")
def evidence():
    """Log evidence by a number of proposals whose own error does not count."""
    return lambda data: fit_marginal(data, seed=5, rounds=((2048, 8192),)).log_evidence


def test_log_bayes_factors_of_the_second_edition(evidence):
    data = build_model_data(in_blocks(two_arms("exponential")))
    others = {
        "carryover": (replace(data, exponential=False), -0.703),
        "start-up": (replace(data, start_up=False), -0.341),
        "blocks": (replace(data, block=np.full(data.n, NO_BLOCK), block_numbers=()), -0.080),
        "trend": (replace(data, trend=False), 0.208),
        "omega": (replace(data, priors=data.priors.model_copy(update=FIRST)), -0.173),
    }
    whole = evidence(data)
    for name, (other, factor) in others.items():
        assert evidence(other) - whole == pytest.approx(factor, abs=0.03), name


def test_log_bayes_factor_of_the_first_edition(evidence):
    first, without = (build_model_data(TARGETS[name][0]()) for name in ("default", "no-carryover"))
    assert evidence(first) - evidence(without) == pytest.approx(0.516, abs=0.03)


def test_log_evidence_equals_quadrature_within_its_error():
    data = build_model_data(two_arms(autocorrelation=False, trend=False, period_effects=False))
    model = MarginalModel(data)
    whole = quad(lambda at: float(np.exp(model.log_density(np.array([[at]]))[0] + 60)), -2, 4, epsabs=0, epsrel=1e-8)[0]
    found = [fit_marginal(data, seed=seed) for seed in range(5)]
    for fitted in found:
        assert 0 < fitted.log_evidence_mcse < 0.02
        assert fitted.log_evidence == pytest.approx(np.log(whole) - 60, abs=4 * fitted.log_evidence_mcse)
    assert len({fitted.log_evidence for fitted in found}) == 5


def with_carryover(trial):
    content = trial.protocol.to_dict()
    content["analysis"]["carryover"] = "exponential"
    return type(trial)(type(trial.protocol).build(content), trial.order, trial.entries)


def answer(data, *, over_nights=False, seed=7):
    """Mean, sd and 95 % interval of the first effect, from the mixture of normals."""
    fitted = fit_marginal(data, seed=seed)
    means, sds = fitted.contrast(np.ones(1), over_nights=over_nights)
    mean = fitted.weights @ means
    sd = np.sqrt(fitted.weights @ (sds**2 + (means - mean) ** 2))

    def end(p):
        return brentq(lambda at: fitted.weights @ stats.norm.cdf(at, means, sds) - p, mean - 9 * sd, mean + 9 * sd)

    return mean, sd, end(0.025), end(0.975)


@pytest.mark.parametrize("name", TARGETS)
def test_meets_the_exact_targets(name):
    make, expected, known_to = TARGETS[name]
    np.testing.assert_allclose(answer(build_model_data(make())), expected, atol=known_to + 0.02 * expected[1])


@pytest.mark.parametrize("name", OVER_NIGHTS)
def test_meets_the_exact_targets_over_these_nights(name):
    expected, known_to = OVER_NIGHTS[name]
    got = answer(build_model_data(TARGETS[name][0]()), over_nights=True)
    np.testing.assert_allclose(got, expected, atol=known_to + 0.01 * expected[1])


def dense_answer(data, points):
    """Mean, sd and 95 % interval of the effect without carryover, from full covariance matrices on a grid of phi, sigma, omega.

    Given these three, level, trend, effect, period offsets and errors are normal together: the effect given the nights is one
    regression. Nothing of the engine is used but the nights as it was given them.
    """
    priors, x, e = data.priors, data.doses[data.day, 0], data.y - data.priors.level_mean
    lag = np.abs(data.day[:, None] - data.day).astype(float)
    fixed = priors.level_sd**2 + priors.effect_sd**2 * np.outer(x, x)
    fixed = fixed + data.trend * priors.trend_sd**2 * np.outer(data.time, data.time)
    if data.start_up:
        fading = 2.0 ** (-data.day / 5)
        fixed = fixed + priors.start_up_sd**2 * np.outer(fading, fading)
    if data.block_numbers:
        fixed = fixed + priors.block_sd**2 * (data.block[:, None] == data.block)
    alike = data.period[:, None] == data.period
    phi = np.tanh(middles(-1.5, 4, points)) if data.autocorrelation else np.zeros(1)
    log_sigma = middles(np.log(data.y.std() / 3), np.log(data.y.std() * 6), points)
    omega = middles(0, 4 * priors.period_scale, points) if data.period_effects else np.zeros(1)
    found = []
    for phi_, log_sigma_ in product(phi, log_sigma):
        sigma = np.exp(log_sigma_)
        covariance = sigma**2 * phi_**lag + fixed + omega[:, None, None] ** 2 * alike
        solved = np.linalg.solve(covariance, np.column_stack([e, x])[None])
        log_weight = -0.5 * (solved[..., 0] @ e + np.linalg.slogdet(covariance)[1])
        log_weight += stats.halfnorm.logpdf(sigma, scale=priors.noise_scale) + log_sigma_
        log_weight += stats.halfnorm.logpdf(omega, scale=priors.period_scale)
        if data.autocorrelation:
            log_weight += stats.beta.logpdf((phi_ + 1) / 2, priors.autocorrelation_a, priors.autocorrelation_b)
            log_weight += np.log(1 - phi_**2)  # the grid is even in artanh phi
        variance = priors.effect_sd**2 - priors.effect_sd**4 * (solved[..., 1] @ x)
        found += zip(log_weight, priors.effect_sd**2 * (solved[..., 0] @ x), variance, strict=True)
    log_weights, means, variances = np.array(found).T
    weights = np.exp(log_weights - log_weights.max())
    weights /= weights.sum()
    mean = weights @ means
    sd = np.sqrt(weights @ (variances + (means - mean) ** 2))

    def end(p):
        return brentq(
            lambda at: weights @ stats.norm.cdf(at, means, np.sqrt(variances)) - p, mean - 9 * sd, mean + 9 * sd
        )

    return mean, sd, end(0.025), end(0.975)


def middles(low, high, count):
    """The middles of `count` equal stretches from low to high."""
    return low + (high - low) * (np.arange(count) + 0.5) / count


@pytest.mark.parametrize("name", ["independent", "ar1", "no-carryover", "nightly", "second-no-carryover"])
def test_the_exact_targets_are_those_of_the_dense_matrices(name):
    make, expected, known_to = TARGETS[name]
    np.testing.assert_allclose(dense_answer(build_model_data(make()), 24), expected, atol=known_to)


def test_trials_fitted_together_meet_their_exact_targets():
    found = fit_marginals([build_model_data(make()) for make, *_ in TARGETS.values()], seed=7)
    for fitted, (_, (mean, sd, *ends), known_to) in zip(found, TARGETS.values(), strict=True):
        means, sds = fitted.contrast(np.ones(1))
        centre = fitted.weights @ means
        assert centre == pytest.approx(mean, abs=known_to + 0.02 * sd)
        assert np.sqrt(fitted.weights @ (sds**2 + (means - centre) ** 2)) == pytest.approx(sd, abs=known_to + 0.02 * sd)
        for end, p in zip(ends, (0.025, 0.975), strict=True):
            assert fitted.weights @ stats.norm.cdf(end, means, sds) == pytest.approx(p, abs=0.003)


def test_melatonin_meets_its_target():
    effect = fit(melatonin(), engine="marginal").effects.iloc[0]
    got = effect[["mean", "sd", "lower", "upper", "p_better"]].to_numpy(dtype=float)
    np.testing.assert_allclose(got, [1.199, 1.268, -1.29, 3.72, 0.832], atol=0.01 + 0.02 * 1.268)


def test_autocorrelation_of_the_ar1_target():
    fitted = fit_marginal(build_model_data(TARGETS["ar1"][0]()), seed=1)
    assert fitted.weights @ fitted.phi == pytest.approx(0.7144, abs=0.003)


def test_one_parameter_left_equals_quadrature():
    """Independent errors: only sigma is left, and one integral gives the answer."""
    data = build_model_data(two_arms(autocorrelation=False, trend=False, period_effects=False))
    model = MarginalModel(data)

    def moment(power):
        def integrand(log_sigma):
            value, root = model.density_and_root(np.array([[log_sigma]]))
            mean = root[0, -1, -2] / root[0, -2, -2]
            second = root[0, -2, -2] ** -2 + mean**2
            return float(np.exp(value[0] + 60) * (1, mean, second)[power])

        return quad(integrand, -2, 4, epsabs=0, epsrel=1e-8)[0]

    mean, second = moment(1) / moment(0), moment(2) / moment(0)
    got = answer(data)
    assert got[0] == pytest.approx(mean, abs=1e-3)
    assert got[1] == pytest.approx(np.sqrt(second - mean**2), abs=1e-3)


def test_draws_of_the_coefficients_have_the_mixture_s_moments():
    fitted = fit_marginal(build_model_data(two_arms("exponential")), seed=2)
    mean, sd = fitted.contrast(np.ones(1))
    centre = fitted.weights @ mean
    spread = np.sqrt(fitted.weights @ (sd**2 + (mean - centre) ** 2))
    _, drawn, *_ = draw_coefficients(fitted, 40_000, np.random.default_rng(0))
    assert drawn[:, -1].mean() == pytest.approx(centre, abs=4 * spread / 200)
    assert drawn[:, -1].std() == pytest.approx(spread, rel=0.03)


def three_arms(carryover):
    rng = np.random.default_rng(3)
    arm = np.tile(np.repeat(["off", "a", "b"], 4), 3)
    frame = pd.DataFrame({"day": np.arange(1, 37), "arm": arm, "y": rng.normal(6, 1, 36) - (arm == "a")})
    return Trial.from_frame(
        frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=12, better="lower", carryover=carryover
    )


@pytest.mark.parametrize("carryover", ["none", "exponential"])
def test_a_changing_effect_is_a_covariate_made_of_exposure_and_time(carryover):
    """The same model by another road: the products with time enter as covariates whose prior is that of the effects."""
    data = build_model_data(three_arms(carryover))
    exponential = carryover == "exponential"
    half_life = np.array([1.7])
    x = (exposure(data.doses, half_life)[0] if exponential else data.doses)[data.day]
    sd = np.full(2, data.priors.covariate_sd / data.priors.effect_sd)
    by_hand = replace(data, covariates=x * data.time[:, None], covariate_sd=sd, covariate_names=("a g", "b g"))
    theta = np.array([[0.4, 0.1, 0.6] + ([np.log(1.7)] if exponential else [])])
    models = MarginalModel(replace(data, over_time=True)), MarginalModel(by_hand)
    (got, root), (expected, other) = (model.density_and_root(theta) for model in models)
    np.testing.assert_allclose(got, expected, rtol=1e-10)

    def coefficients(root):
        return np.linalg.solve(root[0, :-1, :-1].T, root[0, -1, :-1])

    level, trend, *rest = coefficients(root)
    np.testing.assert_allclose([level, trend, *rest[2:], *rest[:2]], coefficients(other), rtol=1e-8)


@pytest.mark.parametrize("over_nights", [False, True])
def test_contrasts_with_changes_have_the_moments_of_the_draws(over_nights):
    fitted = fit_marginal(replace(build_model_data(three_arms("exponential")), over_time=True), seed=2)
    vector = np.array([-1.0, 1.0, 0.5, -0.5])  # b against a on the first planned day
    mean, sd = fitted.contrast(vector, over_nights=over_nights)
    centre = fitted.weights @ mean
    spread = np.sqrt(fitted.weights @ (sd**2 + (mean - centre) ** 2))
    chosen, drawn, *_ = draw_coefficients(fitted, 40_000, np.random.default_rng(0))
    scale = np.tile(fitted.treated_exposure[chosen], 2) if over_nights else 1.0
    values = (drawn[:, -4:] * scale) @ vector
    assert values.mean() == pytest.approx(centre, abs=4 * spread / 200)
    assert values.std() == pytest.approx(spread, rel=0.03)


def test_same_seed_same_answer_and_seeds_agree():
    data = build_model_data(two_arms("exponential"))
    one, again, other = (answer(data, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one[0] != other[0]
    assert abs(one[0] - other[0]) < 0.02 * one[1]


def test_pareto_weights_know_good_from_bad():
    """Trap: the library takes minus the log ratios. A light-tailed ratio must look good, a heavy one bad."""
    rng = np.random.default_rng(0)
    x = rng.standard_t(3, 4000)
    good = stats.norm.logpdf(x) - stats.t.logpdf(x, 3)
    z = rng.standard_normal(4000)
    bad = stats.norm.logpdf(z, scale=6) - stats.norm.logpdf(z)
    weights, k = pareto_weights(good)
    assert k < 0.5
    assert weights.sum() == pytest.approx(1)
    assert np.corrcoef(weights, np.exp(good))[0, 1] > 0.99
    assert pareto_weights(bad)[1] > 0.7


def some_trials():
    """Trials that differ in nights, orders, doses, periods and priors, and one whose model has other parts."""
    rng = np.random.default_rng(8)
    ours = [two_arms("exponential"), with_carryover(nightly()), two_arms(), three_arms("exponential")]
    out = [build_model_data(trial) for trial in ours]
    gone = rng.permutation(out[0].n)[:6]
    out += [out[0].without(int(gone[0])), replace(out[1], priors=out[1].priors.model_copy(update={"effect_sd": 0.7}))]
    return [*out, replace(out[0], over_time=True)]


def test_trials_fitted_together_get_the_answer_that_each_gets_alone():
    trials = some_trials()
    together = fit_marginals(trials, seed=3)
    for data, got in zip(trials, together, strict=True):
        alone = fit_marginal(data, seed=3)
        assert got.pareto_k == pytest.approx(alone.pareto_k, abs=1e-4)
        # Effects at points far out are large, and the last digits of large ones depend on the machine's linear algebra.
        np.testing.assert_allclose(got.theta, alone.theta, atol=1e-5)
        np.testing.assert_allclose(got.weights, alone.weights, atol=1e-6)
        np.testing.assert_allclose(got.effect_mean, alone.effect_mean, rtol=1e-6, atol=1e-5)
        np.testing.assert_allclose(got.treated_exposure, alone.treated_exposure, rtol=1e-6, atol=1e-5)


def test_together_log_densities_equal_the_dense_ones():
    """Of trials with different nights, gaps, periods and priors, in one batch."""
    trials = [data for data in some_trials() if data.exponential and not data.over_time and len(data.arms) == 1]
    assert len({data.n for data in trials}) > 2
    models = [MarginalModel(data) for data in trials]
    rng = np.random.default_rng(5)
    theta = rng.normal([0.4, 0.3, 0.5, 0.6], 0.5, (len(models), 40, 4))
    got, _ = ModelBatch(models).density_and_root(theta, np.arange(len(models)))
    for data, model, points, values in zip(trials, models, theta, got, strict=True):
        natural = model.split(points)
        expected = [
            dense_log_posterior(data, *(natural[name][i] for name in ("phi", "sigma", "omega", "half_life")))
            for i in range(len(points))
        ]
        np.testing.assert_allclose(values, expected, rtol=1e-9)


def test_one_that_cannot_be_answered_stops_no_other():
    flat = replace(build_model_data(two_arms("exponential")), family="rating")
    good = build_model_data(two_arms("exponential"))
    refused, found = fit_marginals([flat, good], seed=1)
    assert isinstance(refused, RefusalError)
    assert "rating" in str(refused)
    assert found.ess > 100
