import numpy as np
import pytest
from families import make_protocol, make_terms
from known import TARGETS, in_blocks, nightly, two_arms
from scipy import stats

from nof1.analyze.engines.pymc_model import build_model
from nof1.analyze.model.data import build_model_data


def beside_the_arms(data, at):
    """Trend, start-up, blocks and periods of every night, one night after the other from the numbers of its day."""
    out = []
    for i, day in enumerate(data.day):
        night = at.get("trend", 0.0) * data.time[i] + at.get("start_up", 0.0) * 0.5 ** (day / 5)
        number = data.period_numbers[data.period[i]]
        if data.block_numbers and number > 0:  # a run-in is period 0
            night += at["block_offset"][data.block_numbers.index((number - 1) // (1 + len(data.arms)) + 1)]
        if data.period_effects:
            night += at["omega"] * at["period_raw"][data.period[i]]
        out.append(float(night))
    return np.array(out)


def natural_point(model, rng):
    """Values of the free variables on their own scale, and the same as PyMC wants them: transformed."""
    start = {"phi_unit": 0.8, "sigma": 1.7, "omega": 0.6, "half_life": 2.5, "degrees": 5.0}
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
    [
        lambda: two_arms("exponential"),
        nightly,
        TARGETS["independent"][0],
        lambda: in_blocks(two_arms("exponential")),
        lambda: in_blocks(two_arms(), period_effects=False, trend=False),
    ],
    ids=["gaps and carryover", "nightly", "independent", "start-up and blocks", "blocks without periods"],
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
    mean = at["level"] + x @ at["effect"] + beside_the_arms(data, at)
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


def test_student_nights_with_run_in_start_up_and_blocks_of_three_arms():
    """The innovations of a series, one after the other, each a t about what the night before carries over."""
    data = make_terms(make_protocol("student", arms=("off", "citrate", "oxide"), carryover="none"))
    assert (data.block == -1).any()
    assert data.block_numbers == (1, 2, 3)
    model = build_model(data)
    at, point = natural_point(model, np.random.default_rng(4))
    got = model.compile_logp(vars=model.observed_RVs, jacobian=False)(point)
    mean = at["level"] + data.doses[data.day] @ at["effect"] + beside_the_arms(data, at)
    phi = float(2 * at["phi_unit"] - 1)
    expected, before = 0.0, None
    for i, day in enumerate(data.day):
        share = 0.0 if before is None else phi ** (day - data.day[i - 1])
        centre = mean[i] + share * (0.0 if before is None else before)
        before = data.y[i] - mean[i]
        expected += stats.t.logpdf(data.y[i], at["degrees"], centre, at["sigma"] * np.sqrt(1 - share**2))
    assert got == pytest.approx(expected, rel=1e-9)


def test_priors_of_the_start_up_and_the_blocks_are_those_of_the_protocol():
    data = build_model_data(in_blocks(two_arms("exponential")))
    model = build_model(data)
    at, point = natural_point(model, np.random.default_rng(5))
    for name, sd in (("start_up", 12 / 5), ("block_offset", 12 / 10)):
        got = model.compile_logp(vars=[model[name]], jacobian=False)(point)
        assert got == pytest.approx(stats.norm.logpdf(at[name], 0, sd).sum(), rel=1e-9)
    assert model.named_vars_to_dims["block_offset"] == ("block",)
    assert model.coords["block"] == (1, 2)


def test_a_model_of_the_first_edition_has_neither_start_up_nor_blocks():
    names = set(build_model(build_model_data(two_arms("exponential"))).named_vars)
    assert not names & {"start_up", "block_offset"}
