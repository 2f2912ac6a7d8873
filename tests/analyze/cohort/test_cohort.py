"""Many people: each formula of the two stages against a second computation, and what may be pooled with what.

The PyMC model over all nights compiles for seconds, so it is sampled once.
"""

import json
import pickle
import time
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import ndtr

from nof1 import Cohort, InputError, Protocol, RefusalError, Trial, draw_order, fit, fit_cohort
from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.likelihood import Person, PersonPair, effect_grid, effect_likelihood, fields_of, person
from nof1.analyze.cohort.people import Moderator, unique_names
from nof1.analyze.cohort.pool import Likelihoods, normal_on_grid, pool_likelihoods
from nof1.analyze.cohort.pymc_reference import build_cohort_model, stack
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.pymc_model import build_model
from nof1.analyze.model.data import build_model_data
from nof1.analyze.reasons import Reason
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.report.words.cohort import edition_sentence

SPAN = 10.0
MEAN, SPREAD = -1.5, 0.8


def protocol(
    seed,
    *,
    arms=("off", "magnesium"),
    blocks=2,
    form="citrate",
    dose_mg=200.0,
    analysis=None,
    title="",
    schema=2,
    **outcome,
):
    return Protocol.build(
        {
            "schema": schema,
            "title": title or f"Simulated {seed}",
            "simulated": True,
            "reference": "off",
            "outcome": {"name": "severity", "low": 0, "high": 10, "better": "lower", "threshold": 1} | outcome,
            "arms": [
                {"name": name, "dose_mg": 0} if name == "off" else {"name": name, "form": form, "dose_mg": dose_mg}
                for name in arms
            ],
            "design": {
                "kind": "randomized-blocks",
                "start": date(2026, 1, 5),
                "blocks": blocks,
                "period_nights": 7,
                "seed": seed,
            },
            "analysis": analysis or {},
        }
    )


def trial(seed, effect=MEAN, **options):
    made = protocol(seed, **options)
    effects = {arm.name: effect for arm in made.active_arms}
    truth = Truth(level=5, effects=effects, sigma=1, phi=0.3, omega=0.2, half_life=1.0)
    return simulate(made, draw_order(made), truth, seed=seed)


def planned_by_the_first(made):
    """The same trial as if it had been planned by the first edition, with its defaults."""
    content = made.protocol.to_dict() | {"schema": 1, "analysis": {}}
    return Trial(Protocol.build(content), made.order, made.entries)


def adopted(lived, nights):
    """The same nights as if nof1 had not planned them, the first few of them left out."""
    frame = lived.frame.reset_index(drop=True).iloc[nights:]
    options = {
        "outcome": "severity",
        "arm": "arm",
        "day": "day",
        "reference": "off",
        "low": 0,
        "high": 10,
        "better": "lower",
    }
    return Trial.from_frame(frame[["day", "arm", "severity"]], **options, threshold=1, carryover="exponential")


def made_up(name, mean, sd, **options):
    """A person whose likelihood is Normal(mean, sd)."""
    grid = effect_grid(mean, sd, options.get("span", SPAN))
    fields = options.pop("fields", {})
    values = {
        "arm": "magnesium",
        "reference": "off",
        "outcome": "severity",
        "measure": "difference in points",
        "better": "lower",
        "scale": (0.0, options.pop("span", SPAN)),
        "threshold": 1.0,
        "estimand": "full",
        "effect_sd": 2.0,
    }
    alone = {"mean": mean, "sd": sd, "interval": (mean - 1.96 * sd, mean + 1.96 * sd)}
    alone |= {"p_better": 0.5, "p_benefit": 0.3, "p_small": 0.4, "p_harm": 0.3, "verdict": "can't tell yet"}
    pair = PersonPair(
        **values | options, grid=grid, log_likelihood=-0.5 * ((grid - mean) / sd) ** 2, alone=alone, fields=fields
    )
    return Person(name, (pair,), "protocol", "diary", 56, simulated=True)


def crowd(count, *, seed=1, mean=MEAN, spread=SPREAD, **options):
    rng = np.random.default_rng(seed)
    sd = rng.uniform(0.3, 1.5, count)
    peaks = rng.normal(mean, spread, count) + sd * rng.standard_normal(count)
    return [made_up(f"p{i}", peak, s, **options) for i, (peak, s) in enumerate(zip(peaks, sd, strict=True))], peaks, sd


def exact(peaks, sd, span=SPAN):
    """The normal-normal model with known variances: mu in closed form given zeta, zeta on a fine grid."""
    zeta = (np.arange(6000) + 0.5) * 0.8 * span / 6000
    variance = sd[:, None] ** 2 + zeta**2
    precision = (1 / variance).sum(axis=0) + (5 / span) ** 2
    mu = (peaks[:, None] / variance).sum(axis=0) / precision
    logs = -0.5 * np.log(variance).sum(axis=0) - 0.5 * (peaks[:, None] ** 2 / variance).sum(axis=0)
    logs += 0.5 * mu**2 * precision - 0.5 * np.log(precision) - 0.5 * (zeta / (span / 10)) ** 2
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    keep = zeta**2 / variance  # share of the own peak in each person's mean
    centre = keep * peaks[:, None] + (1 - keep) * mu
    own_sd = np.sqrt(keep * sd[:, None] ** 2 + (1 - keep) ** 2 / precision)
    return weight, zeta, mu, precision**-0.5, centre, own_sd


def test_the_likelihood_without_the_prior_is_that_of_the_nights():
    """Independent errors, everything but the effect and sigma fixed by narrow priors: least squares by hand, sigma by quadrature."""
    priors = {"level_mean": 5.0, "level_sd": 1e-4, "effect_sd": 0.7}
    analysis = {
        "carryover": "none",
        "trend": False,
        "start_up": False,
        "block_effects": False,
        "period_effects": False,
        "autocorrelation": False,
        "priors": priors,
    }
    data = build_model_data(trial(3, analysis=analysis))
    grid, logs = effect_likelihood(fit_marginal(data, seed=1), 0, 0.7, SPAN)
    x = data.doses[data.day, 0]

    def brute(beta):
        residual = data.y - 5.0 - beta * x
        return quad(
            lambda sigma: np.exp(
                stats.norm.logpdf(residual, 0, sigma).sum() + stats.halfnorm.logpdf(sigma, scale=2.5) + 40
            ),
            0.3,
            6,
            epsabs=0,
            epsrel=1e-9,
            limit=200,
        )[0]

    near = np.flatnonzero(logs > -12)[::6]
    expected = np.log([brute(beta) for beta in grid[near]])
    got = logs[near] - logs[near].max()
    assert len(near) > 5
    np.testing.assert_allclose(got, expected - expected.max(), atol=0.02)


def test_the_prior_times_the_likelihood_gives_the_posterior_back():
    data = trial(5)
    one = person(data, name="one").pairs[0]
    mass = np.exp(one.log_likelihood - 0.5 * (one.grid / one.effect_sd) ** 2) * np.gradient(one.grid)
    mass /= mass.sum()
    mean = mass @ one.grid
    assert mean == pytest.approx(one.alone["mean"], abs=2e-3)
    assert np.sqrt(mass @ (one.grid - mean) ** 2) == pytest.approx(one.alone["sd"], rel=2e-3)


@pytest.mark.parametrize(("spread", "count"), [(0.8, 30), (0.0, 12), (3.0, 5)])
def test_pooling_equals_the_normal_normal_model(spread, count):
    people, peaks, sd = crowd(count, spread=spread)
    cohort = pool(people)
    weight, zeta, mu, mu_sd, centre, own_sd = exact(peaks, sd)
    mean = weight @ mu
    assert cohort.mean["mean"] == pytest.approx(mean, abs=1e-3)
    assert cohort.mean["sd"] == pytest.approx(np.sqrt(weight @ (mu_sd**2 + mu**2) - mean**2), abs=1e-3)
    assert cohort.spread["mean"] == pytest.approx(weight @ zeta, abs=1e-3)
    assert cohort.spread["sd"] == pytest.approx(np.sqrt(weight @ zeta**2 - (weight @ zeta) ** 2), abs=1e-3)
    for tail, end in zip((0.025, 0.975), cohort.mean["interval"], strict=True):
        assert weight @ ndtr((end - mu) / mu_sd) == pytest.approx(tail, abs=1e-3)
    for tail, end in zip((0.025, 0.975), cohort.spread["interval"], strict=True):
        assert np.interp(end, zeta, np.cumsum(weight) - weight / 2) == pytest.approx(tail, abs=1e-3)
    pooled = centre @ weight
    np.testing.assert_allclose(cohort.people["pooled_mean"], pooled, atol=1e-3)
    second = (own_sd**2 + centre**2) @ weight
    np.testing.assert_allclose(cohort.people["pooled_sd"], np.sqrt(second - pooled**2), atol=1e-3)
    for column, tail in (("pooled_lower", 0.025), ("pooled_upper", 0.975)):
        chance = ndtr((cohort.people[column].to_numpy()[:, None] - centre) / own_sd) @ weight
        np.testing.assert_allclose(chance, tail, atol=1e-3)
    benefit = ndtr((-1 - centre) / own_sd) @ weight  # lower is better, by a point or more
    np.testing.assert_allclose(cohort.people["pooled_p_benefit"], benefit, atol=1e-3)
    shares = {"share_benefit": ndtr, "share_harmed": lambda z: 1 - ndtr(z)}
    for name, side in shares.items():
        edge = -1.0 if name == "share_benefit" else 1.0
        nodes = mu[:, None] + mu_sd[:, None] * np.linspace(-6, 6, 121)
        heights = weight[:, None] * stats.norm.pdf(np.linspace(-6, 6, 121)) * 0.1
        value = np.sum(heights * side((edge - nodes) / zeta[:, None]))
        assert getattr(cohort, name)["mean"] == pytest.approx(value, abs=2e-3)


@pytest.mark.slow
def test_pooling_equals_a_gibbs_sampler():
    """The same model by a sampler that shares nothing with it: mu and each beta in turn, zeta on a grid."""
    people, peaks, sd = crowd(20, seed=4)
    rng = np.random.default_rng(2)
    zetas = np.linspace(0.01, 4, 400)
    mu, zeta, kept = 0.0, 1.0, []
    for step in range(12_000):
        precision = 1 / sd**2 + 1 / zeta**2
        beta = (peaks / sd**2 + mu / zeta**2) / precision + rng.standard_normal(20) / np.sqrt(precision)
        own = 20 / zeta**2 + 0.25
        mu = beta.sum() / zeta**2 / own + rng.standard_normal() / np.sqrt(own)
        logs = -20 * np.log(zetas) - 0.5 * np.sum((beta - mu) ** 2) / zetas**2 - 0.5 * zetas**2
        chances = np.cumsum(np.exp(logs - logs.max()))
        zeta = zetas[np.searchsorted(chances, rng.random() * chances[-1])]
        if step >= 1000:
            kept.append((mu, zeta, beta[0]))
    got = np.mean(kept, axis=0)
    cohort = pool(people)
    np.testing.assert_allclose(
        [cohort.mean["mean"], cohort.spread["mean"], cohort.people["pooled_mean"].iloc[0]], got, atol=0.03
    )


@pytest.mark.parametrize("sd", [0.002, 0.05, 1.0, 30.0])
def test_the_normal_density_on_the_grid_integrates_smooth_functions(sd):
    """However narrow or wide it is against the step of the grid, 0.05."""
    grid = np.linspace(-200, 200, 8001) if sd > 1 else np.linspace(-10, 10, 401)
    weights = normal_on_grid(grid, np.array([0.3137]), np.array([sd]))[:, 0]
    for width in (0.4, 3.0):
        total = np.hypot(width, sd)
        expected = width / total * np.exp(-0.5 * ((0.3137 - 1) / total) ** 2)
        assert weights @ np.exp(-0.5 * ((grid - 1) / width) ** 2) == pytest.approx(expected, rel=2e-5)


@pytest.mark.slow
def test_one_person_is_only_held_by_the_population():
    """With mu and zeta integrated over, one person's own posterior comes back under the population's prior."""
    one = person(trial(7), name="one")
    pair = one.pairs[0]
    cohort = pool([one])
    beta = np.linspace(-30, 30, 6001)
    zeta = (np.arange(400) + 0.5) * 8 / 400
    total = np.sqrt(2.0**2 + zeta**2)
    prior = stats.norm.pdf(beta[:, None] / total) / total @ stats.halfnorm.pdf(zeta)
    mass = prior * np.exp(np.interp(beta, pair.grid, pair.log_likelihood))
    mass /= mass.sum()
    mean = mass @ beta
    row = cohort.people.iloc[0]
    assert row["pooled_mean"] == pytest.approx(mean, abs=0.01)
    assert row["pooled_sd"] == pytest.approx(np.sqrt(mass @ (beta - mean) ** 2), abs=0.01)


def test_the_own_prior_as_population_gives_the_own_posterior():
    """mu = 0 and zeta = tau fixed: L(beta) N(beta; 0, tau) on the grid of stage two."""
    one = person(trial(7), name="one")
    pair = one.pairs[0]
    grid = np.linspace(-25, 25, 2001)
    from scipy.interpolate import CubicSpline

    mass = (
        np.exp(CubicSpline(pair.grid, pair.log_likelihood)(grid))
        * normal_on_grid(grid, np.zeros(1), np.array([2.0]))[:, 0]
    )
    mass /= mass.sum()
    below = np.cumsum(mass)
    assert mass @ grid == pytest.approx(pair.alone["mean"], abs=2e-3)
    for tail, end in zip((0.025, 0.975), pair.alone["interval"], strict=True):
        assert np.interp(end, grid + 0.0125, below) == pytest.approx(tail, abs=2e-3)


@pytest.fixture(scope="module")
def effects():
    return np.random.default_rng(3).normal(MEAN, SPREAD, 30)


@pytest.mark.slow
def test_the_prior_never_counts_twice(effects):
    """Three times as wide a prior for everybody: alone they move, the population does not."""
    cohorts = [
        fit_cohort([trial(i, effects[i], analysis={"priors": {"effect_sd": sd}}) for i in range(12)])
        for sd in (2.0, 6.0)
    ]
    first, wide = cohorts
    assert wide.mean["mean"] == pytest.approx(first.mean["mean"], abs=0.03 * first.mean["sd"])
    assert wide.mean["sd"] == pytest.approx(first.mean["sd"], rel=0.03)
    assert wide.spread["mean"] == pytest.approx(first.spread["mean"], rel=0.03)
    moved = np.abs(wide.people["pooled_mean"] - first.people["pooled_mean"]) / first.people["pooled_sd"]
    assert moved.max() < 0.2  # of one who stands far from all others: there the likelihood is a tail
    assert moved.median() < 0.01
    assert np.abs(wide.people["mean"] - first.people["mean"]).max() > 0.1


@pytest.fixture(scope="module")
def thirty(effects):
    return fit_cohort({f"p{i}": trial(i, effects[i], blocks=4) for i in range(30)})


def test_it_recovers_the_known_population(thirty, effects):
    assert abs(thirty.mean["mean"] - MEAN) < 3 * thirty.mean["sd"]
    assert thirty.mean["sd"] < 0.35
    assert thirty.spread["interval"][0] < SPREAD < thirty.spread["interval"][1]
    benefit, harmed = ndtr((-1 - MEAN) / SPREAD), 1 - ndtr((1 - MEAN) / SPREAD)
    assert thirty.share_benefit["interval"][0] < benefit < thirty.share_benefit["interval"][1]
    assert thirty.share_harmed["interval"][0] < harmed < thirty.share_harmed["interval"][1]
    held = (thirty.people["pooled_lower"] < effects) & (effects < thirty.people["pooled_upper"])
    assert held.sum() >= 26


def test_pooling_brings_people_nearer_to_the_truth():
    rng = np.random.default_rng(6)
    truth, sd = rng.normal(MEAN, SPREAD, 200), rng.uniform(0.3, 1.5, 200)
    peaks = truth + sd * rng.standard_normal(200)
    cohort = pool([made_up(f"p{i}", peaks[i], sd[i]) for i in range(200)])
    alone, pooled = (np.mean((values - truth) ** 2) for values in (peaks, cohort.people["pooled_mean"]))
    assert pooled < 0.6 * alone
    held = (cohort.people["pooled_lower"] < truth) & (truth < cohort.people["pooled_upper"])
    assert 0.9 < held.mean() < 0.99


def test_what_is_told_of_the_next_person_adds_up(thirty):
    told = thirty.next_person
    assert told["p_benefit"] == pytest.approx(thirty.share_benefit["mean"])
    assert told["p_benefit"] + told["p_small"] + told["p_harm"] == pytest.approx(1)
    assert told["mean"] == pytest.approx(thirty.mean["mean"])
    variance = thirty.mean["sd"] ** 2 + thirty.spread["mean"] ** 2 + thirty.spread["sd"] ** 2
    assert told["sd"] ** 2 == pytest.approx(variance, rel=1e-6)


def test_the_most_changed_come_first(thirty):
    moved = thirty.most_changed(4)["shrinkage"].abs().to_numpy()
    assert len(moved) == 4
    assert (np.diff(moved) <= 0).all()
    assert moved[0] == thirty.people["shrinkage"].abs().max()


def test_a_cohort_can_be_written(thirty):
    told = json.loads(json.dumps(thirty.to_dict()))
    assert [row["name"] for row in told["people"]] == [f"p{i}" for i in range(30)]
    assert told["mean"]["mean"] == thirty.mean["mean"]
    assert isinstance(thirty, Cohort)
    assert "30 people" in repr(thirty)


def test_a_person_comes_back_from_plain_values():
    one = person(trial(4, arms=("off", "magnesium", "oxide")), name="one")
    back = Person.from_dict(json.loads(json.dumps(one.to_dict())))
    assert [pair.arm for pair in back.pairs] == ["magnesium", "oxide"]
    assert json.dumps(back.to_dict()) == json.dumps(pickle.loads(pickle.dumps(one)).to_dict())
    short = one.to_dict() | {"pairs": [one.pairs[0].to_dict() | {"grid": [0.0, 1.0]}]}
    for broken in ({}, one.to_dict() | {"nights": "x"}, one.to_dict() | {"pairs": [{}]}, short):
        with pytest.raises(InputError, match="no person"):
            Person.from_dict(broken)


def test_who_asks_something_else_is_left_out_by_name():
    people, _, _ = crowd(5)
    others = {
        "another outcome": ({"outcome": "mood"}, "outcome is mood, not severity"),
        "other direction": ({"better": "higher"}, "higher is better"),
        "other scale": ({"span": 100.0}, "100 points, not 10"),
        "other arm": ({"arm": "oxide"}, "does not compare magnesium with off"),
    }
    odd = [made_up(name, 0.0, 1.0, **options) for name, (options, _) in others.items()]
    cohort = pool([odd[0], *people, *odd[1:]])
    reasons = dict(cohort.left_out)
    assert set(reasons) == set(others)
    for name, (_, reason) in others.items():
        assert reason in str(reasons[name])
    np.testing.assert_allclose(cohort.people["pooled_mean"], pool(people).people["pooled_mean"], atol=1e-9)


def test_a_scale_that_is_only_moved_can_be_pooled():
    people, _, _ = crowd(3)
    moved = made_up("moved", 0.0, 1.0)
    moved = replace(moved, pairs=(replace(moved.pairs[0], scale=(1.0, 11.0)),))
    assert len(pool([*people, moved]).people) == 4


def test_verdicts_are_by_the_rule_of_each_person_s_own_protocol():
    """Twice the same nights, by both editions: each as alone, and pooled by what the nights say without either's prior."""
    second = trial(2, blocks=3)
    first = planned_by_the_first(second)
    cohort = fit_cohort({"first": first, "second": second, "third": trial(9)})
    people = cohort.people.set_index("name")
    assert list(people["edition"]) == [1, 2, 2]
    for name, one in (("first", first), ("second", second)):
        lead = fit(one, engine="marginal", sensitivity=False).lead[0]
        assert people.loc[name, "verdict"] == lead.verdict
        assert people.loc[name, "mean"] == pytest.approx(lead.full.mean, abs=1e-9)
    told = edition_sentence(cohort)
    assert told.startswith("1 of these trials was planned by the rule of the first edition")
    assert edition_sentence(fit_cohort({"second": second})) == ""


def test_arms_can_be_chosen():
    three = [person(trial(i, arms=("off", "magnesium", "oxide")), name=f"p{i}") for i in range(2)]
    assert pool(three, arm="oxide").arm == "oxide"
    with pytest.raises(RefusalError, match="Nobody compares tea"):
        pool(three, arm="tea")


def test_what_cannot_be_analyzed_is_left_out_by_name(effects):
    empty = trial(1)
    trials = {"fine": trial(2), "few": replace(empty, entries=empty.entries[:2])}
    trials["rated"] = trial(3, whole=True, analysis={"family": "rating"})
    cohort = fit_cohort(trials)
    assert list(cohort.people["name"]) == ["fine"]
    assert set(dict(cohort.left_out)) == {"few", "rated"}
    assert dict(cohort.left_out)["rated"] == Reason("family not pooled", {"family": "rating"})


def without_threshold(of, **outcome):
    content = of.protocol.to_dict()
    del content["outcome"]["threshold"]
    content["outcome"] |= outcome
    return Trial(Protocol.build(content), of.order, of.entries)


def test_without_a_threshold_people_are_pooled_alike_and_nothing_is_counted_by_one():
    stated = {f"p{i}": adopted(trial(i), i) for i in range(4)}
    nobody = fit_cohort({name: without_threshold(of) for name, of in stated.items()})
    usual = fit_cohort(stated)
    assert (nobody.mean, nobody.spread) == (usual.mean, usual.spread)
    assert nobody.threshold is None
    assert nobody.share_benefit["mean"] + nobody.share_harmed["mean"] == pytest.approx(1)  # any change at all
    assert set(nobody.people["verdict"]) <= {"leans better", "leans worse", "can't tell yet"}
    assert (nobody.people["pooled_p_benefit"] + nobody.people["pooled_p_harm"]).to_numpy() == pytest.approx(1)
    assert "none stated" in repr(nobody)
    assert "helped" not in repr(nobody)
    assert json.loads(json.dumps(nobody.to_dict()))["threshold"] is None


def test_who_states_no_threshold_beside_others_counts_for_none():
    mixed = {f"p{i}": adopted(trial(i), i) for i in range(3)}
    mixed["none"] = without_threshold(mixed["p0"])
    cohort = fit_cohort(mixed)
    assert cohort.threshold == 1.0
    alone = cohort.people.set_index("name").loc["none"]
    assert np.isnan(alone[["threshold", "pooled_p_benefit", "pooled_p_harm"]].to_numpy(dtype=float)).all()
    assert cohort.people["pooled_p_benefit"].notna().sum() == 3
    row = next(row for row in cohort.to_dict()["people"] if row["name"] == "none")
    assert (row["threshold"], row["pooled_p_benefit"]) == (None, None)


def test_one_unit_and_the_words_that_all_have():
    own = {f"p{i}": without_threshold(adopted(trial(i), i), unit="mm") for i in range(3)}
    own["other"] = without_threshold(adopted(trial(3), 3), unit="cm")
    cohort = fit_cohort(own)
    assert (cohort.unit, cohort.adopted, cohort.days) == ("mm", True, False)
    assert dict(cohort.left_out) == {"other": Reason("other unit", {"own": "cm", "usual": "mm"})}
    one = person(own["p0"], name="p0")
    assert Person.from_dict(json.loads(json.dumps(one.to_dict()))).to_dict() == one.to_dict()


def test_nobody_is_refused():
    with pytest.raises(RefusalError, match="nobody"):
        pool([])
    people, _, _ = crowd(2)
    with pytest.raises(InputError, match="Two people"):
        pool([people[0], people[0]])
    with pytest.raises(InputError, match="engine"):
        fit_cohort([trial(1)], engine="gibbs")
    with pytest.raises(InputError, match="at most 60"):
        fit_cohort({str(i): None for i in range(61)}, engine="nuts")


def test_names_are_made_unique():
    assert unique_names(["a", "a", "b", "a"]) == ["a", "a (2)", "b", "a (3)"]
    assert len(set(unique_names(["a", "a (2)", "a"]))) == 3


@pytest.mark.slow
def test_groups_are_compared():
    citrate, _, _ = crowd(40, seed=5, mean=-2.0, spread=0.3, fields={"form": "citrate"})
    oxide, _, _ = crowd(40, seed=6, mean=-0.5, spread=0.3, fields={"form": "oxide"})
    oxide = [replace(one, name="o" + one.name) for one in oxide]
    silent, _, _ = crowd(1, seed=7)
    silent = [replace(silent[0], name="silent")]
    cohort = pool([*citrate, *oxide, *silent], moderator="form")
    told = cohort.moderator["coefficient"]
    assert told["interval"][0] < 1.5 < told["interval"][1]
    assert told["interval"][0] > 0.7
    assert told["p_above_zero"] > 0.999
    assert [group["value"] for group in cohort.moderator["groups"]] == ["citrate", "oxide"]
    assert cohort.moderator["groups"][0]["mean"] == pytest.approx(-2.0, abs=0.35)
    assert cohort.moderator["rows"][0]["group"] == "oxide"
    assert cohort.spread["mean"] < pool([*citrate, *oxide]).spread["mean"]
    assert {name: str(reason) for name, reason in cohort.left_out} == {"silent": "It does not say form."}


@pytest.mark.slow
def test_a_number_is_a_slope():
    """Against generalized least squares with the spread on a fine grid."""
    rng = np.random.default_rng(8)
    dose = rng.choice([100.0, 200.0, 300.0, 400.0], 50)
    sd = rng.uniform(0.4, 1.0, 50)
    peaks = -0.005 * dose + rng.normal(0, np.hypot(0.4, sd))
    people = [made_up(f"p{i}", peaks[i], sd[i], fields={"dose_mg": dose[i]}) for i in range(50)]
    cohort = pool(people, moderator="dose_mg")
    x = np.column_stack([np.ones(50), dose - dose.mean()])
    prior = np.diag([1 / 4.0, (dose.std() / 2.0) ** 2])
    zetas = (np.arange(800) + 0.5) * 4 / 800
    logs, slopes = [], []
    for zeta in zetas:
        weights = 1 / (sd**2 + zeta**2)
        information = x.T @ (x * weights[:, None]) + prior
        right = x.T @ (weights * peaks)
        at = np.linalg.solve(information, right)
        fit = 0.5 * np.log(weights).sum() - 0.5 * weights @ peaks**2 + 0.5 * right @ at - 0.5 * zeta**2
        logs.append(fit - 0.5 * np.linalg.slogdet(information)[1])
        slopes.append(at[1])
    weight = np.exp(np.array(logs) - max(logs))
    weight /= weight.sum()
    assert cohort.moderator["coefficient"]["mean"] == pytest.approx(weight @ slopes, rel=1e-3)
    assert cohort.spread["mean"] == pytest.approx(weight @ zetas, rel=2e-3)


def test_fields_are_of_the_protocol_and_hold_no_free_text():
    made = protocol(1, form="oxide", dose_mg=300.0).to_dict()
    made["safety"] = {"answers": {"iron_unknown": True, "other_magnesium_mg": 100}}
    made["conduct"] = made.get("conduct", {}) | {"diagnosis": "by Dr. Somebody"}
    fields = fields_of(Protocol.build(made), "magnesium")
    expected = {
        "form": "oxide",
        "dose_mg": 300.0,
        "iron_unknown": True,
        "other_magnesium_mg": 100.0,
        "period_nights": 7.0,
    }
    assert expected.items() <= fields.items()
    assert "Somebody" not in json.dumps(fields)


@pytest.mark.slow
def test_real_trials_are_compared_by_a_field(effects):
    trials = {f"p{i}": trial(i, effects[i], dose_mg=100.0 if i % 2 else 200.0) for i in range(6)}
    told = fit_cohort(trials, moderator="dose_mg").moderator
    assert told["kind"] == "number"
    assert [(group["value"], group["people"]) for group in told["groups"]] == [(100.0, 3), (200.0, 3)]
    low, high = (group["mean"] for group in told["groups"])
    assert high - low == pytest.approx(100 * told["coefficient"]["mean"], abs=1e-9)


def test_moderators_that_say_nothing_are_refused():
    people, _, _ = crowd(3, fields={"form": "citrate", "dose_mg": 200.0})
    with pytest.raises(InputError, match=r"Choose from: dose_mg, form"):
        pool(people, moderator="colour")
    with pytest.raises(InputError, match="citrate for everybody"):
        pool(people, moderator="form")
    with pytest.raises(InputError, match="200 for everybody"):
        pool(people, moderator="dose_mg")
    many = [made_up(name, 0.0, 1.0, fields={"form": name}) for name in "abc"]
    with pytest.raises(InputError, match="3 values"):
        pool(many, moderator="form")


@pytest.mark.slow
def test_time_grows_no_faster_than_the_number_of_people():
    people, _, _ = crowd(2000, seed=9)
    seconds = []
    for count in (500, 2000):
        clock = time.perf_counter()
        pool(people[:count])
        seconds.append(time.perf_counter() - clock)
    assert seconds[1] < 6 * seconds[0]
    assert seconds[1] < 6


def test_an_outlier_that_no_number_can_hold():
    """Everybody else alike and sharp, one far away: its likelihood underflows at small spreads and must still be heard."""
    peaks, sd = np.r_[np.zeros(40), 6.0], np.r_[np.full(40, 0.1), 0.05]
    grids = np.array([effect_grid(peak, s, SPAN) for peak, s in zip(peaks, sd, strict=True)])
    logs = -0.5 * ((grids - peaks[:, None]) / sd[:, None]) ** 2
    population, pooled = pool_likelihoods(Likelihoods.from_grids(grids, logs, SPAN), np.ones(41))
    weight, zeta, mu, *_ = exact(peaks, sd)
    assert population.weight @ population.spread == pytest.approx(weight @ zeta, rel=1e-3)
    assert population.weight @ population.mean(np.ones(1)) == pytest.approx(weight @ mu, abs=1e-3)
    assert pooled.mean[-1] == pytest.approx(6.0, abs=0.05)


@pytest.mark.slow
def test_the_two_ways_agree(effects):
    """One PyMC model over all nights of seven people against likelihoods and quadrature."""
    trials = {f"p{i}": trial(i, effects[i]) for i in range(5)}
    trials["first edition"] = trial(6, schema=1)
    trials["three arms, no trend"] = trial(5, arms=("off", "oxide", "magnesium"), analysis={"trend": False})
    two = fit_cohort(trials, arm="magnesium")
    one = fit_cohort(trials, arm="magnesium", engine="nuts", seed=2)
    assert one.diagnostics["divergences"] == 0
    assert one.diagnostics["rhat_max"] < 1.02
    error = 4 / np.sqrt(one.diagnostics["ess_min"])
    for name in ("mean", "spread"):
        told, sampled = getattr(two, name), getattr(one, name)
        assert abs(told["mean"] - sampled["mean"]) < (0.1 + error) * told["sd"]
        assert sampled["sd"] == pytest.approx(told["sd"], rel=0.1 + error)
    allowed = (0.1 + error) * two.people["pooled_sd"]
    for column in ("pooled_mean", "pooled_sd"):
        assert (np.abs(two.people[column] - one.people[column]) < allowed).all()
    for column in ("pooled_p_benefit", "pooled_p_harm"):
        np.testing.assert_allclose(one.people[column], two.people[column], atol=0.06)


@pytest.mark.slow
def test_groups_in_pymc_move_each_person_s_mean(effects):
    """The density at deltas of the groups is that without groups, of effects moved by as much, times the deltas' prior."""
    import pytensor

    stacked = stack([build_model_data(trial(i, effects[i])) for i in range(3)], "magnesium")
    moderator = Moderator("form", ("a", "b", "c"), np.array([2.0, 0.0, 1.0]))
    delta, zeta = np.array([0.3, -0.2, 0.5]), 0.7
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        grouped, plain = build_cohort_model(stacked, SPAN, moderator), build_cohort_model(stacked, SPAN)
        point = grouped.initial_point() | {"delta": delta, "zeta_log__": np.log(zeta)}
        got = grouped.compile_logp()(point)
        moved = {name: value for name, value in point.items() if name != "delta"}
        moved["raw"] = point["raw"] + delta[[2, 0, 1]] / zeta
        expected = plain.compile_logp()(moved)
    prior = stats.norm.logpdf(delta, 0, 0.2 * SPAN / np.sqrt(2)).sum()
    raw = stats.norm.logpdf(point["raw"]).sum() - stats.norm.logpdf(moved["raw"]).sum()
    assert got == pytest.approx(expected + prior + raw, rel=1e-9)


@pytest.mark.slow
def test_everybody_s_nights_have_the_density_of_their_own_models():
    """The nights of four people in one model against each person's own model, at the same parameters."""
    import pytensor
    from pymc_density import as_pymc_wants

    plans = [{}, {"arms": ("off", "oxide", "magnesium")}, {"analysis": {"start_up": False, "block_effects": False}}]
    plans.append({"schema": 1})
    everybody = [build_model_data(trial(i, **plan)) for i, plan in enumerate(plans)]
    assert [len(data.block_numbers) for data in everybody] == [2, 2, 0, 0]
    stacked, rng = stack(everybody, "magnesium"), np.random.default_rng(3)
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        together = build_cohort_model(stacked, SPAN)
        values = {variable.name: rng.uniform(0.2, 0.9, variable.shape.eval()) for variable in together.free_RVs}
        got = together.compile_logp(vars=together.observed_RVs, jacobian=False)(as_pymc_wants(together, values))
        expected = 0.0
        for i, data in enumerate(everybody):
            names = ("level", "trend", "start_up", "omega", "sigma", "phi_unit", "half_life")
            own = {name: values[name][i] for name in names}
            own["period_raw"] = values["period_raw"][stacked.period_person == i]
            own["block_offset"] = values["block_offset"][stacked.block_person == i]
            effect = values["mu"] + values["zeta"] * values["raw"][i]
            own["effect"] = [effect if arm == "magnesium" else values["other_effect"][i, 0] for arm in data.arms]
            alone = build_model(data)
            expected += alone.compile_logp(vars=alone.observed_RVs, jacobian=False)(as_pymc_wants(alone, own))
    assert got == pytest.approx(expected, rel=1e-9)
