"""Both engines on the same nights. NUTS compiles for seconds, so each compiled model serves as many trials as it can."""

from datetime import date

import numpy as np
import pytest
from families import with_outcome
from known import OVER_NIGHTS, SAMPLE, TARGETS, melatonin, silent

from nof1 import Protocol, Trial, draw_order
from nof1.analyze.checks.computation import cross_check
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.nuts import compile_nuts, mcse, sample_nuts
from nof1.analyze.engines.pair_effects import both_estimands, drawn_rows, mixture_rows
from nof1.analyze.fit import fit
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import TAILS
from nof1.analyze.model.standardize import standardize
from nof1.analyze.simulation.simulate import Truth, simulate

SIMULATED = 8  # of each of two designs


# One of them in `make test`: each compiles a model anew.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "independent" else pytest.mark.slow) for name in TARGETS]
)
def test_nuts_meets_the_exact_targets(name):
    make, expected, known_to = TARGETS[name]
    result = fit(make(), seed=3)
    effect = result.lead[0].full
    assert result.record.checks.sampling.passed
    got = [effect.mean, effect.sd, *effect.interval]
    errors = [effect.mcse_mean, effect.mcse_sd, *effect.mcse_interval]
    for value, target, error in zip(got, expected, errors, strict=True):
        assert abs(value - target) < known_to + 4 * error


@pytest.mark.slow
@pytest.mark.parametrize("name", ["second", "second-no-carryover"])
def test_nuts_meets_the_second_edition_s_targets_over_these_nights_too(name):
    make, *of_full = TARGETS[name]
    targets = of_full, OVER_NIGHTS.get(name, of_full)  # without carryover both effects are one
    data = build_model_data(make())
    fitted = sample_nuts(compile_nuts(data, progress=silent), seed=3, progress=silent)
    assert fitted.settled
    posterior = fitted.tree["posterior"].to_dataset()
    assert {"start_up", "block_offset", "period_offset"} <= set(posterior.data_vars)
    told = standardize(data, draws_of(data, posterior))
    shape = (posterior.sizes["chain"], posterior.sizes["draw"])
    for values, (target, known_to) in zip((told.full, told.over_nights), targets, strict=True):
        draws = values[:, 0].reshape(shape)
        got = [draws.mean(), draws.std(), *np.quantile(draws, TAILS)]
        errors = [mcse(draws, "mean", None), mcse(draws, "sd", None), *(mcse(draws, "quantile", p) for p in TAILS)]
        for value, wanted, error in zip(got, target, errors, strict=True):
            assert abs(value - wanted) < known_to + 3 * error


@pytest.mark.slow
def test_nuts_meets_the_melatonin_target_and_tries_harder_for_it():
    result = fit(melatonin(), seed=3)
    effect = result.lead[0].full
    assert result.record.checks.sampling.passed
    assert abs(effect.mean - 1.199) < 0.01 + 4 * effect.mcse_mean
    assert abs(effect.sd - 1.268) < 0.01 + 4 * effect.mcse_sd
    assert abs(effect.p_better - 0.832) < 0.03


def design(*, arms, blocks, period_nights, seed):
    names = ["off", "citrate", "oxide"][:arms]
    return Protocol.build(
        {
            "title": "Simulated",
            "simulated": True,
            "reference": "off",
            "outcome": {"name": "severity", "low": 0, "high": 10, "better": "lower", "threshold": 1},
            "arms": [{"name": name, "dose_mg": 0 if name == "off" else 200} for name in names],
            "design": {
                "kind": "randomized-blocks",
                "start": date(2026, 1, 5),
                "blocks": blocks,
                "period_nights": period_nights,
                "run_in_nights": 5,
                "seed": seed,
            },
            "analysis": {},
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "protocol",
    [design(arms=2, blocks=6, period_nights=7, seed=1), design(arms=3, blocks=4, period_nights=5, seed=2)],
    ids=["two arms, weeks", "three arms, five nights"],
)
def test_engines_agree_on_simulated_trials(protocol):
    """|difference| of means, sds and interval ends below 0.05 posterior sd plus Monte Carlo error, on every trial."""
    rng = np.random.default_rng(protocol.design.seed)
    order = draw_order(protocol)
    absent = rng.random(protocol.nights) < 0.1
    compiled, seen = None, set()
    for i in range(SIMULATED):
        truth = Truth(
            level=rng.uniform(2, 8),
            effects={arm.name: rng.normal(0, 2) for arm in protocol.active_arms},
            trend=rng.normal(0, 1),
            sigma=rng.uniform(0.7, 2.5),
            phi=rng.uniform(-0.2, 0.8),
            omega=rng.uniform(0, 0.8),
            half_life=rng.uniform(0.5, 6),
        )
        trial = simulate(protocol, order, truth, seed=i)
        trial = Trial(
            protocol, order, tuple(entry for entry, gone in zip(trial.entries, absent, strict=True) if not gone)
        )
        data = build_model_data(trial)
        compiled = compile_nuts(data, progress=silent) if compiled is None else with_outcome(compiled, data)
        fitted = sample_nuts(compiled, seed=i + 1, progress=silent)
        marginal = fit_marginal(data, seed=1)
        quick = mixture_rows(protocol, marginal)
        rows = drawn_rows(protocol, data, fitted.tree["posterior"].to_dataset(), mcse=mcse, seed=1)
        check = cross_check(both_estimands(rows), both_estimands(quick))
        assert check.passed, (i, check)
        seen.add(round(rows[0].full.mean, 6))
    assert len(seen) == SIMULATED  # every trial was another one


@pytest.mark.slow
@pytest.mark.parametrize("name", ["helps", "worsens", "cant-tell"])
def test_engines_agree_on_the_sample_trials(name):
    result = fit(Trial.load(SAMPLE / name), seed=5)
    assert result.record.checks.cross_check.passed, result.record.checks
    assert result.record.checks.sampling.passed, result.record.checks
    assert {entry.engine: entry.verdict for entry in result.record.effects} == dict.fromkeys(
        ("nuts", "marginal"), {"helps": "helps", "worsens": "worsens", "cant-tell": "can't tell yet"}[name]
    )
    assert set(result.posterior.children) == {
        "posterior",
        "sample_stats",
        "log_prior",
        "log_likelihood",
        "posterior_predictive",
        "observed_data",
        "constant_data",
    }
