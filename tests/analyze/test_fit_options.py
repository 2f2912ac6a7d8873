"""Draws, chains, acceptance and priors of somebody's own: they count, are on record, or are refused by name."""

import json
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
from fitted import fitted
from known import SAMPLE, nightly, planned_with, two_arms

from nof1 import InputError, Result, Trial, fit
from nof1.analyze.checks.prior_weight import PriorWeight
from nof1.analyze.engines.nuts import EFFORTS, efforts_with
from nof1.analyze.model.other_analysis import with_priors
from nof1.language import speaking
from nof1.report.results.first_page import answer
from nof1.report.words.sentences import other_priors

OVER = datetime(2026, 5, 1, 8, tzinfo=UTC)  # the trial is
NARROW = {"effect_sd": 0.5}


@pytest.fixture(scope="module")
def trial():
    return Trial.load(SAMPLE / "helps")


@pytest.fixture(scope="module")
def narrow(trial):
    return fit(trial, engine="marginal", sensitivity=False, priors=NARROW)


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(SAMPLE / "helps", tmp_path / "trial")
    return tmp_path / "trial"


def numbers(result):
    return [(entry.full, entry.over_nights, entry.forecast) for entry in result.record.effects]


# --- priors


def test_a_narrower_prior_draws_the_effect_towards_zero(narrow):
    usual = fitted("helps", sensitivity=False).lead[0].full
    drawn = narrow.lead[0].full
    assert usual.mean < drawn.mean < 0
    assert drawn.sd < usual.sd


def test_other_priors_give_what_a_protocol_with_those_priors_gives(trial, narrow):
    planned = fit(planned_with(trial, {"priors": NARROW}), engine="marginal", sensitivity=False)
    assert numbers(narrow) == numbers(planned)
    assert narrow.record.priors == planned.record.priors
    assert narrow.record.parameters == planned.record.parameters
    assert planned.record.planned_priors == {}


def test_the_other_choices_have_the_other_priors_too(trial):
    given = fit(two_arms(), engine="marginal", priors={"noise_scale": 0.3}).record.sensitivity
    planned = fit(planned_with(two_arms(), {"priors": {"noise_scale": 0.3}}), engine="marginal").record.sensitivity
    assert given == planned


def test_priors_may_be_the_protocols_with_some_changed(trial, narrow):
    priors = trial.protocol.priors.model_copy(update=NARROW)
    given = fit(trial, engine="marginal", sensitivity=False, priors=priors)
    assert numbers(given) == numbers(narrow)
    assert given.record.planned_priors == {"effect_sd": 2.0}


def test_the_record_says_which_priors_are_not_the_protocols(trial, narrow):
    assert narrow.record.planned_priors == {"effect_sd": 2.0}
    assert narrow.record.priors["effect_sd"] == 0.5
    assert narrow.trial is trial
    assert narrow.record.protocol_sha256 == narrow.posterior.attrs["protocol_sha256"] == trial.protocol.sha256()


def test_priors_that_are_the_protocols_are_no_others(trial, tmp_path):
    same = fit(trial, engine="marginal", sensitivity=False, priors={"effect_sd": 2.0})
    assert same.record.planned_priors == {}
    assert numbers(same) == numbers(fitted("helps", sensitivity=False))
    assert other_priors(same) == []
    assert "With other priors" not in repr(same)


@pytest.mark.parametrize(
    ("spoken", "sentence"),
    [
        ("en", "With other priors than the protocol's: effect_sd 0.50 instead of 2.0."),
        ("de", "Mit anderen Prior-Verteilungen als im Protokoll: effect_sd 0,50 statt 2,0."),
    ],
)
def test_the_first_page_says_so(narrow, spoken, sentence):
    with speaking(spoken):
        assert answer(narrow)["failed"] == [sentence]
        assert answer(fitted("helps"))["failed"] == []


def test_it_shows_itself_with_its_priors(narrow):
    for shown in (repr(narrow), narrow._repr_html_()):
        assert "effect_sd 0.5 instead of 2" in shown


def test_it_is_not_saved_as_the_trials_own(folder, narrow):
    for results in ("results", "./results", folder / "results"):
        with pytest.raises(InputError, match=r"protocol's priors.*save\(folder, results='other-priors'\)"):
            narrow.save(folder, results=results, now=OVER)
    assert not (folder / "results").exists()
    usual = fitted("helps", sensitivity=False)
    usual.save(folder, now=OVER)
    before = (folder / "results" / "results.json").read_bytes()
    assert narrow.save(folder, results="other-priors", now=OVER) == folder / "other-priors"
    assert (folder / "results" / "results.json").read_bytes() == before
    assert json.loads((folder / "other-priors" / "results.json").read_text())["planned_priors"] == {"effect_sd": 2.0}


def test_saved_beside_it_comes_back_with_its_priors(folder, narrow):
    narrow.save(folder, results="other-priors", now=OVER)
    again = Result.load(folder, results="other-priors")
    assert again.record.planned_priors == {"effect_sd": 2.0}
    assert other_priors(again) == other_priors(narrow)
    assert numbers(again) == numbers(narrow)
    with pytest.raises(InputError, match="no results yet"):
        Result.load(folder)


def test_a_folder_that_is_no_trial_has_no_results_to_overwrite(tmp_path, narrow):
    assert (narrow.save(tmp_path, now=OVER) / "results.json").is_file()


@pytest.mark.parametrize(
    ("priors", "told"),
    [
        ({"effect": 1.0}, r"no prior 'effect' in the family \"normal\"\. Choose from: level_mean, .*effect_sd"),
        ({"degrees_shape": 2.0}, "no prior 'degrees_shape'"),
        ({"effect_sd": -1.0}, r"effect_sd: must be greater than 0 \(it is -1\.0\)"),
        ({"effect_sd": "wide"}, "effect_sd: must be a number"),
        ({"effect_sd": None}, "effect_sd: must be a number"),
        (0.5, "priors takes a mapping of names to numbers, not a float"),
    ],
    ids=str,
)
def test_priors_that_cannot_be_are_refused(priors, told):
    with pytest.raises(InputError, match=told):
        fit(two_arms(), engine="marginal", priors=priors)


def test_a_family_of_its_own_keeps_the_priors_that_are_not_named():
    other = with_priors(nightly(analysis={"family": "student"}), {"degrees_rate": 0.2}).protocol
    assert (other.priors.degrees_shape, other.priors.degrees_rate) == (2.0, 0.2)


# --- draws, chains, acceptance


def test_the_marginal_engine_draws_as_many_as_asked(narrow):
    result = fit(two_arms(), engine="marginal", sensitivity=False, draws=250)
    usual = fit(two_arms(), engine="marginal", sensitivity=False)
    assert dict(result.posterior["posterior"].sizes)["draw"] == 250
    assert (result.record.engines.marginal.draws, usual.record.engines.marginal.draws) == (250, 4000)
    assert numbers(result) == numbers(usual)  # exact: no draws in them


def test_durations_are_summed_up_from_the_draws_asked_for():
    frame = two_arms().frame[["arm"]].assign(minutes=np.random.default_rng(3).lognormal(3, 0.5, 28))
    columns = {"outcome": "minutes", "arm": "arm", "reference": "1"}
    trial = Trial.from_frame(frame, **columns, low=0, high=500, better="lower", analysis={"family": "duration"})
    few, many = (fit(trial, engine="marginal", sensitivity=False, draws=draws) for draws in (200, 4000))
    assert few.lead[0].full.mean != many.lead[0].full.mean
    assert few.lead[0].full.mean == pytest.approx(many.lead[0].full.mean, abs=5 * many.lead[0].full.sd / np.sqrt(200))


@pytest.mark.parametrize(("name", "value"), [("chains", 4), ("target_accept", 0.9)])
def test_what_the_marginal_engine_has_not_is_refused_by_name(name, value):
    with pytest.raises(InputError, match=rf"marginal engine has no {name}.*Leave {name} out, or take engine='nuts'"):
        fit(two_arms(), engine="marginal", **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("draws", 99), ("draws", 1000.0), ("draws", True), ("draws", "many"), ("chains", 1), ("chains", 0),
        ("target_accept", 0.0), ("target_accept", 1), ("target_accept", float("nan")), ("target_accept", "high"),
    ],
)  # fmt: skip
def test_what_is_not_possible_is_refused_by_name(name, value):
    with pytest.raises(InputError, match=f"{name} must"):
        fit(two_arms(), **{name: value})


def test_what_was_chosen_holds_in_the_second_try_too():
    assert efforts_with(None, None) == EFFORTS
    first, second = efforts_with(300, None)
    assert (first.draws, second.draws) == (300, 300)
    assert (first.target_accept, second.target_accept) == (0.95, 0.99)
    assert second.tune > first.tune
    assert [effort.target_accept for effort in efforts_with(None, 0.8)] == [0.8, 0.8]


@pytest.mark.slow
def test_nuts_samples_as_asked_with_the_priors_asked_for(trial, narrow):
    result = fit(trial, sensitivity=False, draws=1500, chains=3, target_accept=0.9, priors=NARROW)
    sizes = result.posterior["posterior"].sizes
    assert (sizes["chain"], sizes["draw"]) == (3, 1500)
    run = result.record.engines.nuts
    assert (run.chains, run.draws, run.target_accept) == (3, 1500, 0.9)
    assert result.engine == "nuts"
    assert result.record.planned_priors == {"effect_sd": 2.0}
    assert isinstance(result.record.checks.prior_weight, PriorWeight)
    sampled, exact = result.lead[0].full, narrow.lead[0].full
    assert sampled.mean == pytest.approx(exact.mean, abs=0.1 * exact.sd)
    assert result.record.checks.cross_check.passed
