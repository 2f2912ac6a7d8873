import numpy as np
import pytest
from known import TARGETS, nightly, two_arms
from scipy import stats

from nof1.analyze.engines.pymc_model import build_model
from nof1.analyze.model.data import build_model_data


def natural_point(model, rng):
    """Values of the free variables on their own scale, and the same as PyMC wants them: transformed."""
    start = {"phi_unit": 0.8, "sigma": 1.7, "omega": 0.6, "half_life": 2.5}
    natural, transformed = {}, {}
    for variable in model.free_RVs:
        shape = variable.shape.eval()
        value = np.asarray(start.get(variable.name, rng.normal(0.3, 0.5, shape)))
        natural[variable.name] = value
        transform = model.rvs_to_transforms[variable]
        name = model.rvs_to_values[variable].name
        inputs = variable.owner.inputs
        transformed[name] = value if transform is None else transform.forward(value, *inputs).eval()
    return natural, transformed


@pytest.mark.parametrize(
    "make",
    [lambda: two_arms("exponential"), nightly, TARGETS["independent"][0]],
    ids=["gaps and carryover", "nightly", "independent"],
)
def test_likelihood_equals_the_dense_normal(make):
    """log p(y | parameters) of the whitened series against the full AR(1) covariance matrix."""
    data = build_model_data(make())
    model = build_model(data)
    at, point = natural_point(model, np.random.default_rng(3))
    got = model.compile_logp(vars=model.observed_RVs, jacobian=False)(point)

    x = data.doses[data.day]
    if data.exponential:
        decay, before, rows = 2 ** (-1 / at["half_life"]), 0.0, []
        for dose in data.doses:
            before = decay * before + (1 - decay) * dose
            rows.append(before)
        x = np.array(rows)[data.day]
    mean = at["level"] + x @ at["effect"]
    if data.trend:
        mean = mean + at["trend"] * data.time
    if data.period_effects:
        mean = mean + at["omega"] * at["period_raw"][data.period]
    lag = np.abs(data.day[:, None] - data.day)
    phi = 2 * at["phi_unit"] - 1 if data.autocorrelation else 0.0
    covariance = at["sigma"] ** 2 * np.where(lag == 0, 1.0, float(phi) ** lag)
    assert got == pytest.approx(stats.multivariate_normal.logpdf(data.y, mean, covariance), rel=1e-9)


def test_dims_and_coords_name_what_they_hold():
    data = build_model_data(two_arms("exponential"))
    model = build_model(data)
    assert model.named_vars_to_dims["effect"] == ("arm",)
    assert model.named_vars_to_dims["period_offset"] == ("period",)
    assert model.coords["arm"] == ("2",)
    assert model.coords["period"] == (1, 2, 3, 4)
    assert model.coords["day"] == tuple(data.day + 1)
