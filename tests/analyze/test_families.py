"""Every family from the nights to the answer, held against brute force: nights simulated in great number, probabilities on grids."""

from dataclasses import replace

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pytest
from families import FAMILIES, OUTCOMES, arms_of, make_protocol, make_terms, make_trial, sampled
from fitted import fitted
from pymc_density import one_of, pymc_log_density
from scipy import stats
from scipy.special import expit

from nof1 import Result, fit
from nof1.analyze.engines.choose import estimate
from nof1.analyze.engines.nuts import mcse
from nof1.analyze.engines.pair_effects import drawn_rows, further_rows, rows_of
from nof1.analyze.engines.pymc_model import build_model
from nof1.analyze.fit import pair_effects
from nof1.analyze.model.autoregression import paths
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import Draws, exposures, linear_predictor, without_treatment
from nof1.analyze.model.effects import pairs
from nof1.analyze.model.pointwise import left_out, log_likelihood, replicate_series
from nof1.analyze.model.prior import draw_prior
from nof1.analyze.model.response import outcomes
from nof1.analyze.model.standardize import LINEAR, MEASURES, further_measures, night_better, standardize

SAMPLED = ("ordinal", "count", "binary")
# Level, effect and spread between nights on the family's scale: an effect that nobody would miss.
PERSONS = {
    "normal": (6.0, -3.0, 1.0),
    "student": (6.0, -3.0, 0.7),
    "rating": (5.5, -3.5, 1.2),
    "ordinal": (2.0, -3.0, 0.5),
    "count": (2.3, -1.5, 0.3),
    "binary": (1.5, -3.0, 0.5),
    "duration": (4.5, -1.0, 0.4),
}
SEEDS = {"binary": 1, "student": 12}  # of nights that do not happen to differ more than 19 in 20 do
FURTHER = {
    "count": {"ratio of expected counts"},
    "duration": {"ratio of medians"},
    "binary": {"odds ratio"},
    "ordinal": {f"difference in the chance of at least {level}" for level in (1, 2, 3, 4)} | {"log odds ratio"},
}


def person(data, *, count=1):
    """The same parameters `count` times: periods that differ a little, a slow drift, build-up within a day or so."""
    level, effect, sigma = PERSONS[data.family]
    k, ones = len(data.arms), np.ones(count)
    offset = 0.1 * np.sin(np.arange(len(data.period_numbers)))
    return Draws(
        level=level * ones,
        sigma=sigma * ones,
        phi=0.3 * ones,
        omega=0.1 * ones,
        half_life=0.7 * ones,
        trend=0.2 * ones,
        start_up=0.4 * ones,
        covariate_effect=np.zeros((count, 0)),
        effect=np.tile(effect * np.array([1.0, 0.4])[:k], (count, 1)),
        period_offset=np.tile(offset, (count, 1)),
        block_offset=np.tile(0.1 * np.cos(np.arange(len(data.block_numbers))), (count, 1)),
        degrees=4.0 * ones if data.family == "student" else None,
        overdispersion=0.2 * ones if data.family == "count" else None,
        cuts=np.tile([0.0, 1.0, 2.0, 3.0], (count, 1)) if data.family == "ordinal" else None,
    )


def brute(data, count=8000, seed=0):
    """Expected outcomes (medians, of a duration) of every night from simulated ones, shape (ways, batches, n).

    Ways: no treatment; each arm at full exposure; as it was; as it was without each arm. Eight batches tell the error.
    """
    many = person(data, count=count)
    rng = np.random.default_rng(seed)
    off, actual, exposed = without_treatment(data, many), linear_predictor(data, many), exposures(data, many)
    arms = range(len(data.arms))
    ways = [
        off,
        *(off + many.effect[:, [k]] for k in arms),
        actual,
        *(actual - exposed[:, :, k] * many.effect[:, [k]] for k in arms),
    ]
    middle = np.median if data.family == "duration" else np.mean
    drawn = (outcomes(data, many, way + paths(data, many, rng), rng) for way in ways)
    return np.array([middle(one.reshape(8, -1, data.n), axis=1) for one in drawn])


def mean_of(batches):
    """Mean of eight batches, and what its error may be."""
    return batches.mean(), 5 * batches.std(ddof=1) / np.sqrt(8) + 1e-9


def truths(data):
    """Effect of each arm at full exposure and as lived, with the error allowed."""
    ways, k = brute(data), len(data.arms)
    full = [mean_of((ways[1 + i] - ways[0]).mean(axis=1)) for i in range(k)]
    nights = [data.treated[data.day, i] for i in range(k)]
    lived = [mean_of((ways[1 + k] - ways[2 + k + i])[:, nights[i]].mean(axis=1)) for i in range(k)]
    return full, lived


@pytest.mark.parametrize("family", FAMILIES)
def test_effects_on_the_outcomes_own_scale_equal_simulated_nights(family):
    # "As lived" is a mean over recorded nights, but over all nights of an arm where the effect is the same on each.
    missing = 0.0 if family in LINEAR else 0.2
    data = make_terms(make_protocol(family, arms=("off", "citrate", "oxide")), missing=missing, seed=3)
    got = standardize(data, person(data))
    for told, expected in zip((got.full[0], got.over_nights[0]), truths(data), strict=True):
        for value, (truth, error) in zip(told, expected, strict=True):
            assert value == pytest.approx(truth, abs=error)
            assert abs(truth) > 2 * error  # or nothing was held against anything
    np.testing.assert_allclose(got.levels[:, 1:] - got.levels[:, :1], got.full)


def chances(family, values, location, sd):
    """Probability of each outcome of a night about this location: its state averaged over a fine grid."""
    states = location + sd * np.linspace(-8, 8, 1601)
    weights = stats.norm.pdf(np.linspace(-8, 8, 1601))
    weights /= weights.sum()
    match family:
        case "binary":
            each = stats.bernoulli.pmf(values[:, None], expit(states))
        case "count":
            each = stats.nbinom.pmf(values[:, None], 5, 5 / (5 + np.exp(states)))  # overdispersion 0.2
        case "ordinal":
            above = np.array([np.ones_like(states), *(expit(states - cut) for cut in range(4)), np.zeros_like(states)])
            each = above[:-1] - above[1:]
        case _:
            edges = np.r_[-np.inf, np.arange(0.5, 10), np.inf]
            return np.diff(stats.norm.cdf(edges, location, sd))
    return each @ weights


@pytest.mark.parametrize("family", FAMILIES)
def test_a_random_night_on_is_better_as_often_as_probabilities_say(family):
    data = make_terms(make_protocol(family), seed=3)
    few = person(data)
    blocks = [0.1 * np.cos(number) if number >= 0 else 0.0 for number in data.block]
    level = few.level[0] + 0.2 * data.time.mean() + 0.4 * np.mean(0.5 ** (data.day / 5)) + np.mean(blocks)
    effect = 0.3 * PERSONS[family][1]  # a smaller one, that nights overlap
    many = replace(person(data, count=5000), effect=np.full((5000, 1), effect))
    told = night_better(data, many, [np.ones(1)], better="lower", full=True, rng=np.random.default_rng(1))[0]
    sd = np.hypot(PERSONS[family][2], 0.1)
    if family in ("normal", "duration"):
        expected = stats.norm.cdf(-effect / (np.sqrt(2) * sd))
    elif family == "student":
        rng = np.random.default_rng(2)  # a long series: its AR(1) settles, and every tenth night is nearly a new one
        steps = rng.standard_t(4, size=(60, 20_000)) * np.sqrt(1 - 0.3**2) * PERSONS[family][2]
        state = np.zeros(20_000)
        for step in steps:
            state = 0.3 * state + step
        off, on = state.reshape(2, -1) + 0.1 * rng.standard_normal((2, 10_000))
        expected = np.mean(on + effect < off)
    else:
        values = np.arange(OUTCOMES[family][1] * (4 if family == "count" else 1) + 1)
        off, on = (chances(family, values, place, sd) for place in (level, level + effect))
        joint = on[:, None] * off
        expected = np.triu(joint, 1).sum() + 0.5 * np.trace(joint)
    assert told == pytest.approx(expected, abs=0.02 if family == "student" else 0.01)
    assert 0.55 < told < 0.98


def test_a_random_night_is_in_the_trials_average_block():
    """Of risks, where it counts: blocks that all lie higher are a higher level on the share of nights in blocks."""
    data = make_terms(make_protocol("binary"), seed=2)
    many = person(data, count=200)
    inside = np.mean(data.block >= 0)
    assert inside < 1
    one = replace(many, block_offset=many.block_offset + 1.5)
    two = replace(many, level=many.level + 1.5 * inside)
    told = [
        night_better(data, draws, [np.ones(1)], better="lower", full=True, rng=np.random.default_rng(1))[0]
        for draws in (one, two, many)
    ]
    assert told[0] == told[1] != told[2]


@pytest.mark.parametrize("family", FAMILIES)
def test_new_series_and_nights_left_out_have_a_number_for_every_night_on_the_scale(family):
    data = make_terms(make_protocol(family), seed=4)
    many = person(data, count=7)
    rng = np.random.default_rng(0)
    if family in ("rating", *SAMPLED):
        many = replace(many, state=paths(data, many, rng))
    data = replace(data, y=replicate_series(data, many, rng)[0])
    if family == "duration":
        data = replace(data, y=np.log(data.y))
    told = left_out(data, many, rng)
    new = replicate_series(data, many, rng)
    for values in (new, told.predicted, told.log_likelihood, log_likelihood(data, many)):
        assert values.shape == (7, data.n)
        assert np.all(np.isfinite(values))
    assert len(np.unique(new, axis=0)) == 7
    for values in (new, told.predicted):
        if family in ("rating", *SAMPLED):
            assert np.array_equal(values, np.rint(values))
            assert values.min() >= data.low
            assert family == "count" or values.max() <= data.high
        if family == "duration":
            assert values.min() > 0


@pytest.mark.parametrize("family", FAMILIES)
def test_three_arms_are_compared_with_each_other_as_with_the_reference(family):
    protocol = make_protocol(family, arms=("off", "citrate", "oxide"))
    data = make_terms(protocol)
    draws = draw_prior(data, 400, np.random.default_rng(1))
    rows = rows_of(protocol, data, draws, (4, 100), mcse, 1)
    assert [(pair.arm, pair.reference) for pair in pairs(protocol)] == [
        ("citrate", "off"),
        ("oxide", "off"),
        ("oxide", "citrate"),
    ]
    for name in ("full", "over_nights"):
        citrate, oxide, between = (getattr(row, name) for row in rows)
        assert between.mean == pytest.approx(oxide.mean - citrate.mean)
        assert between.sd > 0
    told = pair_effects(protocol, "nuts", rows)
    assert {one.measure for one in told} == {MEASURES[family]}
    standardized = standardize(data, draws)
    for pair in pairs(protocol):
        vector = np.array(pair.vector)
        further = further_measures(data, draws, standardized, vector)
        assert set(further) == FURTHER.get(family, set())
        on, other = (standardized.levels[:, 1 + int(np.argmax(vector == 1))], standardized.levels[:, 0])
        if np.any(vector == -1):
            other = standardized.levels[:, 1 + int(np.argmax(vector == -1))]
        if family in ("count", "duration"):
            np.testing.assert_allclose(next(iter(further.values())), on / other)
        elif family == "binary":
            np.testing.assert_allclose(further["odds ratio"], on * (1 - other) / (other * (1 - on)), rtol=1e-6)
            assert np.all((further["odds ratio"] > 1) == (on > other))
        elif family == "ordinal":
            steps = sum(values for name, values in further.items() if name.startswith("difference"))
            np.testing.assert_allclose(steps, on - other, atol=1e-9)
            np.testing.assert_allclose(further["log odds ratio"], draws.effect @ vector)


@pytest.mark.parametrize("parts", [{"dose": "taken"}, {"period_effects": False, "autocorrelation": False}], ids=str)
@pytest.mark.parametrize("family", FAMILIES)
def test_doses_covariates_and_fewer_parts_are_taken_by_every_family(family, parts):
    """The model is made of them, and PyMC and NumPy have the same likelihood."""
    protocol = make_protocol(family, covariates=("stress",), trend=False, **parts)
    arm, _ = arms_of(protocol)
    rng = np.random.default_rng(2)
    low, high = OUTCOMES[family][:2]
    outcome = np.where(rng.random(len(arm)) < 0.5, low + 1, min(high, low + 3)) - (family == "binary") * (
        rng.random(len(arm)) < 0.5
    )
    taken = np.where(arm == "off", 0.0, rng.choice([0.0, 100.0, 200.0], len(arm)))
    data = build_model_data(make_trial(protocol, outcome, dose_mg=list(taken), stress=list(rng.normal(3, 1, len(arm)))))
    assert data.covariate_names == ("stress",)
    assert set(np.unique(data.doses)) == ({0.0, 0.5, 1.0} if "dose" in parts else {0.0, 1.0})
    data, draws, values = one_of(family, data=data)
    model = build_model(data)
    named = {variable.name for variable in model.free_RVs}
    assert "covariate_effect" in named
    assert "trend" not in named
    assert ("omega" in named) == ("dose" in parts) == ("phi_unit" in named)
    if family == "rating":  # PyMC has the density of latent ratings there, see test_pointwise
        assert np.isfinite(pymc_log_density(model, model.observed_RVs, values))
        return
    expected = pymc_log_density(model, model.observed_RVs, values) - (data.y.sum() if family == "duration" else 0)
    assert log_likelihood(data, draws).sum() == pytest.approx(expected, rel=1e-9)


def nights_of(family, *, seed):
    """A trial of the small design with a clear effect, its numbers."""
    protocol = make_protocol(family)
    data = make_terms(protocol, missing=0)
    rng = np.random.default_rng(seed)
    outcome = replicate_series(data, person(data), rng)[0]
    return protocol, make_trial(protocol, np.clip(outcome, *OUTCOMES[family][:2]))


def answered(protocol, data):
    """Effects of the only pair, and what else is said of it, by the engine of the family."""
    if data.family not in SAMPLED:
        return estimate(protocol, data, seed=1).rows[0], []
    posterior = sampled(data).tree["posterior"].to_dataset()
    return drawn_rows(protocol, data, posterior, mcse=mcse, seed=1)[0], further_rows(protocol, data, posterior)[0]


@pytest.mark.parametrize(
    "family", [pytest.param(name, marks=pytest.mark.slow if name in SAMPLED else ()) for name in FAMILIES]
)
def test_a_clear_effect_is_found_and_its_interval_holds_the_truth(family):
    protocol, trial = nights_of(family, seed=SEEDS.get(family, 11))
    data = build_model_data(trial)
    row, further = answered(protocol, data)
    for effect, (truth,) in zip((row.full, row.over_nights), truths(data), strict=True):
        assert effect.interval[0] < truth[0] < effect.interval[1]
        assert effect.interval[1] - effect.interval[0] > 0.2 * abs(truth[0])  # 12 nights on each arm
        assert effect.p_better > 0.9
    assert row.verdict in ("helps", "leans better")
    for one in further:
        assert one.interval[0] <= one.median <= one.interval[1]
    assert {one.measure for one in further} == (FURTHER[family] if family in SAMPLED else set())


def whole_result(kind):
    """The result of a quick analysis, or of a sampled one."""
    if kind == "marginal":
        return fit(nights_of("normal", seed=3)[1], engine="marginal", sensitivity=False)
    _, trial = nights_of("count", seed=11)
    return Result(trial, replace(fitted("helps").record, seed=1), sampled(build_model_data(trial)).tree)


def test_odds_stay_finite_where_every_draw_is_certain():
    data = make_terms(make_protocol("binary"))
    sure = replace(person(data, count=20), level=np.full(20, -80.0), effect=np.full((20, 1), 160.0))
    odds = further_measures(data, sure, standardize(data, sure), np.ones(1))["odds ratio"]
    assert np.all(np.isfinite(odds))
    assert np.all(odds > 1e20)


@pytest.mark.filterwarnings("ignore:Estimated shape parameter")  # what ArviZ says of one night is its answer, too
@pytest.mark.parametrize("kind", ["marginal", pytest.param("sampled", marks=pytest.mark.slow)])
def test_arviz_takes_a_result_as_it_is(kind):
    result = whole_result(kind)
    table = az.summary(result.posterior, var_names=["effect", "level"])
    assert list(table.index) == ["effect[magnesium]", "level"]
    loo = az.loo(result.leave_one_out)
    assert np.isfinite(loo.elpd)
    assert loo.n_data_points == 26
    pit = az.loo_pit(result.leave_one_out)["outcome"].to_numpy()
    assert pit.shape == (26,)
    assert np.all((pit >= 0) & (pit <= 1))
    assert float(az.psense(result.posterior, var_names=["effect"])["effect"].squeeze()) >= 0
    trouble = az.diagnose(result.posterior, var_names=["effect", "level"], show_diagnostics=False)
    assert isinstance(trouble, bool) or trouble is not None
    for plot in (az.plot_forest, az.plot_ppc_dist):
        drawn = plot(result.posterior, var_names=["effect"]) if plot is az.plot_forest else plot(result.posterior)
        assert drawn is not None
        plt.close("all")
