"""The families' likelihoods against PyMC's own and against integrals, night by night."""

from dataclasses import replace

import numpy as np
import pytest
from families import FAMILIES
from pymc_density import one_of, pymc_log_density
from scipy.integrate import quad
from scipy.special import logsumexp

from nof1.analyze.engines.pymc_model import build_model, latent_ratings
from nof1.analyze.model.draws import linear_predictor
from nof1.analyze.model.pointwise import left_out, log_likelihood
from nof1.analyze.model.prior import priors_of
from nof1.analyze.model.response import log_chance


@pytest.mark.parametrize(
    "parts", [{}, {"autocorrelation": False, "trend": False, "carryover": "none"}], ids=["all", "few"]
)
@pytest.mark.parametrize("family", FAMILIES)
def test_likelihood_and_priors_equal_pymc_s(family, parts):
    data, draws, values = one_of(family, **parts)
    model = build_model(data)
    got = log_likelihood(data, draws).sum()
    expected = pymc_log_density(model, model.observed_RVs, values)
    if family == "duration":
        expected -= data.y.sum()  # PyMC has the logarithm; the density of minutes is that over minutes
    if family != "rating":  # PyMC has the density of latent ratings there, not the chance of recorded ones
        assert got == pytest.approx(expected, rel=1e-9)
    top = [
        variable for variable in model.free_RVs if variable.name not in ("block_offset", "period_raw", "place", "step")
    ]
    own = 0.0
    for name, prior in priors_of(data).items():
        value = values["gap"] if name == "gap" else getattr(draws, name)[0]
        own += float(np.sum(prior.log_density(np.asarray(value))))
    stretched = np.log(2) if "phi" in priors_of(data) else 0.0  # phi_unit has half the range of phi
    assert own + stretched == pytest.approx(pymc_log_density(model, top, values), rel=1e-6)


def test_the_latent_ratings_follow_the_normal_model_and_lie_in_their_cells():
    data, draws, values = one_of("rating")
    model = build_model(data)
    latent = latent_ratings(data, values["place"])
    recorded = np.clip(np.rint(latent), data.low, data.high)
    assert np.array_equal(recorded, data.y)
    as_normal = replace(data, family="normal", y=latent)
    stretched = np.where(
        (data.y <= data.low) | (data.y >= data.high), np.log(data.priors.noise_scale / 2) - np.log(values["place"]), 0.0
    )
    expected = log_likelihood(as_normal, draws).sum() + stretched.sum()
    assert pymc_log_density(model, model.observed_RVs, values) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("family", ["normal", "student", "duration"])
def test_a_night_left_out_is_the_joint_density_over_its_integral(family):
    data, draws, _ = one_of(family)
    told = left_out(data, draws, np.random.default_rng(0)).log_likelihood[0]
    base = log_likelihood(data, draws).sum()
    for i in (0, data.n // 2, data.n - 1):

        def joint(value, i=i):
            y = data.y.copy()
            y[i] = value
            jacobian = value if family == "duration" else 0.0  # the integral is over the logarithm
            return float(np.exp(log_likelihood(replace(data, y=y), draws).sum() + jacobian - base))

        middle, reach = linear_predictor(data, draws)[0, i], 60 * draws.sigma[0]
        integral = quad(joint, middle - reach, middle + reach, points=[data.y[i], middle], limit=800)[0]
        assert told[i] == pytest.approx(-np.log(integral), abs=0.02 if family == "student" else 1e-6)


@pytest.mark.parametrize("family", ["ordinal", "count", "binary"])
def test_a_night_left_out_integrates_over_its_own_state(family):
    """By brute force: the night's state from the joint normal of all states given the others, its outcome's chance averaged."""
    data, draws, _ = one_of(family)
    told = left_out(data, draws, np.random.default_rng(0)).log_likelihood[0]
    lag = np.abs(data.day[:, None] - data.day)
    covariance = draws.sigma[0] ** 2 * draws.phi[0] ** lag
    rng = np.random.default_rng(1)
    for i in (0, data.n // 2, data.n - 1):
        others = np.arange(data.n) != i
        gain = np.linalg.solve(covariance[np.ix_(others, others)], covariance[others, i])
        mean, sd = gain @ draws.state[0, others], np.sqrt(covariance[i, i] - gain @ covariance[others, i])
        location = linear_predictor(data, draws)[0, i] + mean + sd * rng.standard_normal(200_000)
        many = draws.part(np.zeros(200_000, dtype=int))
        y = np.full((200_000, 1), data.y[i])
        brute = logsumexp(log_chance(data, many, location[:, None], y)) - np.log(200_000)
        assert told[i] == pytest.approx(float(brute), abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_foretold_nights_look_like_the_density_says(family):
    """Mean of the predicted nights against the mean under their own log likelihood, on a grid of possible outcomes."""
    data, draws, _ = one_of(family, seed=8)
    many = draws.part(np.zeros(4000, dtype=int))
    told = left_out(data, many, np.random.default_rng(0))
    i = data.n // 2
    predicted = told.predicted[:, i]
    if family in ("normal", "student"):
        grid = np.linspace(np.quantile(predicted, 0.001), np.quantile(predicted, 0.999), 400)
    elif family == "duration":
        grid = np.exp(np.linspace(*np.log(np.quantile(predicted, [0.001, 0.999])), 400))
    else:
        grid = np.arange(data.low, min(data.high, predicted.max() + 5) + 1)
    density = []
    for value in grid:
        y = data.y.copy()
        y[i] = np.log(value) if family == "duration" else value
        # The neighbours' states stay where they are: only the night itself is asked about.
        density.append(
            float(np.exp(left_out(replace(data, y=y), draws, np.random.default_rng(0)).log_likelihood[0, i]))
        )
    weights = np.array(density) * np.gradient(grid)
    assert weights.sum() == pytest.approx(1, abs=0.05)
    inside = predicted[(predicted >= grid[0]) & (predicted <= grid[-1])]
    error = inside.std() / np.sqrt(len(inside))
    assert inside.mean() == pytest.approx(grid @ weights / weights.sum(), abs=5 * error + 0.02 * inside.std())
