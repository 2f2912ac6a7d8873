"""What a model leaves of the nights, held against dense linear algebra."""

from dataclasses import replace

import numpy as np
import pytest
from families import make_protocol, make_terms

from nof1.analyze.checks.residuals import ar_whitening, residuals
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.draws import draws_of, exposures
from nof1.analyze.model.pointwise import replicate_series


@pytest.fixture(scope="module")
def fitted():
    data = make_terms(make_protocol("normal", blocks=4, period_nights=5), missing=0.2)
    data = replace(data, y=5 + np.random.default_rng(1).normal(0, 1.3, data.n))
    draws = draws_of(data, marginal_draws(data, fit_marginal(data, seed=1), seed=1, draws=400))
    return data, draws, residuals(data, draws, replicate_series(data, draws, np.random.default_rng(1)))


def dense(data, draws):
    """Mean and covariance of the nights before any of them is known, sd and correlation taken as found."""
    priors = data.priors
    distance = np.abs(data.day[:, None] - data.day)
    own = draws.sigma.mean() ** 2 * draws.phi.mean() ** distance
    half_life = np.exp(np.log(draws.half_life).mean())
    exposed = exposures(data, replace(draws, half_life=np.array([half_life])))[0]
    parts = [(np.ones((data.n, 1)), 10 * priors.level_sd), (data.time[:, None], priors.trend_sd)]
    parts += [(data.fading[:, None], priors.start_up_sd), (exposed, priors.effect_sd)]
    parts += [(data.block[:, None] == np.arange(len(data.block_numbers)), priors.block_sd)]
    parts += [(data.period[:, None] == np.arange(len(data.period_numbers)), np.sqrt(np.mean(draws.omega**2)))]
    return own, own + sum(sd**2 * (columns @ columns.T.astype(float)) for columns, sd in parts)


def test_whitening_takes_away_the_correlation_over_gaps():
    day = np.array([0, 1, 2, 5, 6, 20])
    for phi in (0.0, 0.6, -0.4):
        whitening = ar_whitening(day, phi)
        apart = np.abs(day[:, None] - day)
        covariance = np.where(apart == 0, 1.0, phi**apart)
        assert whitening @ covariance @ whitening.T == pytest.approx(np.eye(6), abs=1e-12)


def test_innovations_are_those_of_the_posterior_mean(fitted):
    data, draws, left = fitted
    own, whole = dense(data, draws)
    off = data.y - data.priors.level_mean
    state = own @ np.linalg.solve(whole, off)  # what the posterior mean of all coefficients leaves
    sd = draws.sigma.mean()
    assert left.innovations(data.y) == pytest.approx(ar_whitening(data.day, draws.phi.mean()) @ state / sd, abs=1e-7)
    assert left.states(left.innovations(data.y)) == pytest.approx(state / sd, abs=1e-7)


def test_the_part_that_is_kept_is_the_covariance_of_innovations(fitted):
    data, draws, left = fitted
    _, whole = dense(data, draws)
    each = (left.kept @ left.whitening) / left.sd
    assert each @ whole @ each.T == pytest.approx(left.kept, abs=1e-6)
    assert 0 < left.degrees < data.n


def test_a_column_that_the_model_has_not_gets_its_generalized_least_squares_estimate(fitted):
    data, draws, left = fitted
    _, whole = dense(data, draws)
    column = np.sin(data.day)
    innovations = left.innovations(data.y)
    mean, error = left.added(column, innovations)
    information = column @ np.linalg.solve(whole, column)
    assert mean == pytest.approx(
        column @ np.linalg.solve(whole, data.y - data.priors.level_mean) / information, abs=1e-6
    )
    spread = np.sqrt(np.sum(innovations**2) / left.degrees)
    assert error == pytest.approx(spread / np.sqrt(information), rel=1e-6)


def test_a_sum_of_states_has_the_error_that_nights_of_the_model_show(fitted):
    data, draws, left = fitted
    _, whole = dense(data, draws)
    weights = np.where(np.arange(data.n) % 3 == 0, 1.0, -0.5)
    nights = data.priors.level_mean + np.random.default_rng(2).multivariate_normal(np.zeros(data.n), whole, size=4000)
    innovations = left.innovations(nights)
    sums = [left.summed(weights, one) for one in innovations]
    z = np.array([total / error for total, error in sums])
    assert np.std(z) == pytest.approx(1, abs=0.05)
    assert np.mean(left.states(innovations) @ weights) == pytest.approx(np.mean([total for total, _ in sums]))
