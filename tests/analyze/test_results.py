import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import arviz as az
import numpy as np
import pytest
from known import SAMPLE, of_edition, planned_with, two_arms
from records import with_exposure

from nof1 import InputError, Result, Trial, fit
from nof1.analyze.model.effects import SETTLED
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import parse_entry
from nof1.record.diary.writing import add_entries

# What other programs rely on.
CONTRACT = {
    "schema", "nof1", "protocol_sha256", "diary_sha256", "randomized", "family", "priors", "engines", "effects",
    "parameters", "randomization_tests", "checks", "sensitivity", "periods", "adherence", "harms", "blinding", "versions",
}  # fmt: skip
EFFECT = {
    "arm",
    "reference",
    "engine",
    "estimand",
    "interval_kind",
    "level",
    "threshold",
    "better",
    "full",
    "over_nights",
    "verdict",
    "best_bet",
    "build_up",
}
NUMBERS = {"mean", "sd", "interval", "p_better", "p_benefit", "p_small", "p_harm"}


OVER = datetime(2026, 5, 1, 8, tzinfo=UTC)  # the trial is


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SAMPLE / "helps", tmp_path / "trial")
    return tmp_path / "trial"


@pytest.mark.slow
def test_results_json_keeps_its_contract(folder):
    result = fit(Trial.load(folder), engine="marginal")
    result.save(folder, now=OVER)
    record = json.loads((folder / "results" / "results.json").read_text())
    assert set(record) >= CONTRACT
    assert all(set(effect) >= EFFECT for effect in record["effects"])
    assert all(set(effect[estimand]) >= NUMBERS for effect in record["effects"] for estimand in ("full", "over_nights"))
    assert record["effects"][0]["interval_kind"] == "eti"
    assert record["effects"][0]["level"] == 0.95
    assert record["protocol_sha256"] == Trial.load(folder).protocol.sha256()
    assert set(record["engines"]["marginal"]) >= {"seconds", "pareto_k"}


@pytest.mark.slow
def test_a_saved_result_comes_back(folder):
    result = fit(Trial.load(folder), engine="marginal")
    result.save(folder, now=OVER)
    again = Result.load(folder)
    assert again.effects.equals(result.effects)
    np.testing.assert_array_equal(again.posterior["posterior"]["effect"], result.posterior["posterior"]["effect"])
    assert set(again.posterior["posterior"].data_vars) == {
        "level", "trend", "start_up", "effect", "period_offset", "block_offset", "omega", "sigma", "phi", "half_life",
    }  # fmt: skip


def test_the_posterior_goes_into_arviz_as_it_is(folder):
    result = fit(Trial.load(folder), engine="marginal")
    table = az.summary(result.posterior, var_names=["effect"], ci_prob=0.95, ci_kind="eti", round_to="none")
    effect = result.lead[0].full
    assert table["mean"].iloc[0] == pytest.approx(effect.mean, abs=0.05 * effect.sd)
    assert table["eti95_lb"].iloc[0] == pytest.approx(effect.interval[0], abs=0.1 * effect.sd)


@pytest.mark.parametrize("changed", ["diary", "protocol", "posterior", "record"])
def test_a_result_of_other_data_is_refused(folder, changed):
    trial = Trial.load(folder)
    fit(trial, engine="marginal").save(folder, now=OVER)
    if changed == "diary":
        night = trial.missing_nights[0].isoformat()
        add_entries(
            folder, trial.protocol, [parse_entry(trial.protocol, {"night": night, "severity": "3"}, where="")], now=OVER
        )
    elif changed == "protocol":
        path = folder / "protocol.toml"
        path.write_text(path.read_text().replace("threshold = 1.0", "threshold = 1.5"))
    elif changed == "posterior":
        (folder / "results" / "posterior.nc").write_bytes(b"other")
    else:
        (folder / "results" / "results.json").write_text("{")
    with pytest.raises(InputError, match="again"):
        Result.load(folder)


def test_no_results_yet(folder):
    with pytest.raises(InputError, match="no results yet"):
        Result.load(folder)


def test_unknown_engine_and_seed_are_refused():
    with pytest.raises(InputError, match="nuts, marginal"):
        fit(two_arms(), engine="stan")
    with pytest.raises(InputError, match="seed"):
        fit(two_arms(), seed=-1)


def test_effect_over_nights_is_the_effect_times_the_exposure_lived():
    lived = fit(two_arms("exponential"), engine="marginal").lead[0]
    assert abs(lived.over_nights.mean) < abs(lived.full.mean)
    same = fit(two_arms(), engine="marginal").lead[0]
    assert same.over_nights.mean == pytest.approx(same.full.mean)


@pytest.mark.parametrize("edition", [1, 2])
def test_short_periods_lead_with_the_effect_over_nights(edition):
    """As everything does in the second edition; in the first, which names the full effect, since exposure stays short of full."""
    arms = ["off", "on", "on", "off"] * 8
    import pandas as pd

    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"day": range(1, 33), "arm": arms, "y": rng.normal(5, 1, 32)})
    columns = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off"}
    trial = Trial.from_frame(frame, **columns, low=0, high=10, better="lower", threshold=1, carryover="exponential")
    result = fit(of_edition(trial, edition), engine="marginal")
    assert result.short_of_full(result.lead[0]) == (["on"] if edition == 1 else [])
    assert result.lead[0].estimand == "over-nights"
    assert result.lead[0].leading == result.lead[0].over_nights


@pytest.mark.slow
def test_dose_as_taken_enters_the_exposure(folder):
    trial = Trial.load(folder)
    content = trial.protocol.to_dict()
    content["analysis"]["dose"] = "taken"
    taken = Trial(Protocol.build(content), trial.order, trial.entries)
    skipped = sum(
        entry.dose_mg == 0 and trial.order.period_of(entry.night).arm == "magnesium" for entry in trial.entries
    )
    assert skipped > 0
    one, other = (fit(each, engine="marginal").lead[0] for each in (trial, taken))
    assert one.leading.mean != other.leading.mean
    half = [entry if not entry.dose_mg else type(entry)(entry.night, entry.outcome, 100.0) for entry in trial.entries]
    halved = fit(Trial(taken.protocol, trial.order, tuple(half)), engine="marginal").lead[0]
    assert abs(halved.full.mean) > abs(other.full.mean)  # half the dose did the same, so the full dose would do more
    assert abs(halved.over_nights.mean) < 0.75 * abs(halved.full.mean)  # and half of it at most was ever taken


def test_counts_of_adherence_and_harms_are_of_the_diary(folder):
    trial = Trial.load(folder)
    record = fit(trial, engine="marginal").record
    on = record.adherence["magnesium"]
    assert on.nights == 42
    assert on.as_planned == sum(entry.dose_mg == 200 for entry in trial.entries)
    assert on.share_as_planned == on.as_planned / 42  # of all planned nights, not of the recorded ones
    felt = sum("loose stools" in entry.side_effects for entry in trial.entries)
    assert (
        sum(row.kinds["loose stools"].nights for row in record.harms.values() if "loose stools" in row.kinds)
        == felt
        > 0
    )
    assert sum(row.recorded for row in record.periods) == len(trial.entries)


@pytest.mark.slow
def test_a_strong_simulated_effect_is_found_on_either_side():
    trial = Trial.load(SAMPLE / "helps")
    for sign, verdict in ((-1, "helps"), (1, "worsens")):
        truth = Truth(level=5, effects={"magnesium": 3.5 * sign}, sigma=0.8)
        strong = simulate(trial.protocol, trial.order, truth, seed=1)
        assert fit(strong, engine="marginal").lead[0].verdict == verdict


@pytest.mark.parametrize("edition", [1, 2])
def test_nights_that_have_not_been_lived_count_for_nothing(folder, edition):
    """A trial stopped in its second period: two nights of a long period on magnesium, the rest never lived."""
    trial = of_edition(Trial.load(folder), edition)
    last = [i for i, arm in enumerate(trial.frame["arm"]) if arm == "magnesium"][1]
    nights = {night.date() for night in trial.frame.index[: last + 1]}
    stopped = Trial(trial.protocol, trial.order, tuple(entry for entry in trial.entries if entry.night in nights))
    result = fit(stopped, engine="marginal")
    assert result.record.exposure.highest["magnesium"] < 0.8
    assert result.lead[0].estimand == "over-nights"
    assert result.lead[0].verdict not in SETTLED
    assert result.record.nights.after_last == trial.protocol.nights - last - 1


def test_arms_are_short_of_full_one_by_one():
    """In the first edition; the second leads with the effect over these nights in any case."""
    result = with_exposure(fit(of_edition(two_arms("exponential"), 1), engine="marginal"), a=0.97, b=0.61)
    entry = replace(result.lead[0], reference="off")
    assert result.short_of_full(replace(entry, arm="a")) == []
    assert result.short_of_full(replace(entry, arm="b")) == ["b"]
    nights = planned_with(result.trial, {"estimand": "as-lived"})
    assert replace(result, trial=nights).short_of_full(replace(entry, arm="b", reference="a")) == []
    second = with_exposure(fit(two_arms("exponential"), engine="marginal"), a=0.97, b=0.61)
    assert second.short_of_full(replace(entry, arm="b")) == []


def test_a_refusal_of_the_only_engine_is_passed_on(monkeypatch):
    from nof1 import RefusalError
    from nof1.analyze import fit as fit_module

    def refuse(data, *, seed):
        raise RefusalError("The quick engine cannot be trusted on these nights.")

    monkeypatch.setattr(fit_module, "fit_marginal", refuse)
    with pytest.raises(RefusalError):
        fit(two_arms(), engine="marginal")


@pytest.mark.slow
def test_a_result_that_is_to_lie_elsewhere_is_written_there_and_one_behind_a_link_too(folder, tmp_path):
    result = fit(Trial.load(folder), engine="marginal", sensitivity=False)
    result.save(folder, results=tmp_path / "elsewhere", now=OVER)
    (tmp_path / "far").mkdir()
    (folder / "near").symlink_to(tmp_path / "far")
    result.save(folder, results="near", now=OVER)
    for home in ("elsewhere", "far"):
        assert {path.name for path in (tmp_path / home).iterdir()} == {"posterior.nc", "results.json"}
    assert Result.load(folder, results="near").record.seed == result.record.seed
