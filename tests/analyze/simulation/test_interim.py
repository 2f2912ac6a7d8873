"""Looks before the last night: the rule, and its simulated false-alarm rate held against `power`, `fit` and plain counting."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from nof1 import InputError, fit
from nof1.analyze.model.effects import SETTLED
from nof1.analyze.model.judgement import JudgedPair
from nof1.analyze.model.verdict import Regions, region
from nof1.analyze.simulation.alternatives import neighbours
from nof1.analyze.simulation.interim import (
    CARELESS,
    NO_LOOKS,
    RULE,
    WAYS,
    LookBatch,
    simulate_looks,
    stopping_verdict,
)
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import power, without_looks
from nof1.analyze.simulation.replicate import VERDICTS
from nof1.analyze.simulation.simulate import simulate
from nof1.plan.design.interim import planned_looks

DESIGN = {"blocks": 4, "period_nights": 4, "run_in_nights": 0}
# Quiet nights and an effect at once, so that looks of a few nights do stop.
QUIET = {"level": 5.0, "trend": 0.0, "sigma": 0.7, "phi": 0.0, "omega": 0.1, "half_life": 0.5}
QUIET |= {"start_up": 0.0, "block_sd": 0.0}


@pytest.fixture(scope="module")
def ruled(make_protocol):
    """A function that makes four blocks of eight nights with looks after some of them."""

    def make(*after, certainty=0.95, **analysis):
        rule = {"interim": {"after_blocks": list(after), "certainty": certainty}} if after else {}
        return make_protocol(design=DESIGN, analysis={"carryover": "none"} | rule | analysis)

    return make


@pytest.fixture(scope="module")
def found(ruled):
    protocol = ruled(1, 3)
    return simulate_looks(protocol, trials=60, nuisance=Nuisance(protocol, fixed=QUIET), workers=1)


def row(looks, effect, way):
    table = looks.table
    return table[(table["effect"] == effect) & (table["way"] == way)].iloc[0]


# --- the false-alarm rate


def test_without_looks_the_rates_are_those_of_power_on_the_same_trials(ruled, found):
    protocol = ruled(1, 3)
    nuisance = Nuisance(protocol, fixed=QUIET)
    beside = power(protocol, trials=60, effects=(0,), nuisance=nuisance, neighbours=False, workers=1)
    for effect in (-2, 0, 2):
        mine = row(found, effect, NO_LOOKS)
        theirs = beside.table[beside.table["effect"] == effect].iloc[0]
        for name in ("helps", "worsens", "no_difference", "no_quick", "helps_mcse", "trials"):
            assert mine[name] == theirs[name]
        assert mine["claimed"] == pytest.approx(theirs["helps"] + theirs["worsens"])
    verdicts = beside.simulated.sort_values(["effect", "trial"])["verdict"]
    assert list(found.simulated[NO_LOOKS]) == list(verdicts)
    assert verdicts.nunique() > 2
    assert found.false_alarm(NO_LOOKS)[0] == row(found, 0, NO_LOOKS)["claimed"]


def test_the_rates_are_counted_from_the_simulated_trials(found):
    for effect, trials in found.simulated.groupby("effect"):
        for way in WAYS:
            told = row(found, effect, way)
            assert told["claimed"] == trials[way].isin(["helps", "worsens"]).mean()
            assert told["no_difference"] == (trials[way] == "no difference that matters").mean()
            assert told["no_quick"] == (trials[way] == "no quick difference").mean()
        early = trials[trials["stopped_after"] > 0]
        assert set(early[RULE]) <= set(SETTLED)
        assert row(found, effect, RULE)["stopped"] == len(early) / len(trials)
        late = trials[trials["stopped_after"] == 0]
        assert list(late[RULE]) == list(late[NO_LOOKS])


def test_expected_nights_follow_from_where_the_rule_stops(found):
    for effect, stops in found.stops.groupby("effect"):
        assert list(stops["nights"]) == [8, 24]
        expected = (stops["stops"] * stops["nights"]).sum() + (1 - stops["stops"].sum()) * 32
        assert row(found, effect, RULE)["nights"] == pytest.approx(expected)
        assert row(found, effect, NO_LOOKS)["nights"] == 32
    assert row(found, -2, RULE)["nights"] < 32  # it does stop somewhere


def test_who_looks_with_the_certainty_of_the_end_stops_no_more_rarely(found):
    for effect in (-2, 0, 2):
        careless, strict = row(found, effect, CARELESS), row(found, effect, RULE)
        assert careless["stopped"] >= strict["stopped"]
        assert careless["nights"] <= strict["nights"]
    assert row(found, -2, CARELESS)["nights"] < row(found, -2, RULE)["nights"]


def test_a_rule_as_sure_as_the_end_is_the_careless_way(ruled):
    protocol = ruled(3, certainty=0.9)
    looks = simulate_looks(protocol, trials=20, nuisance=Nuisance(protocol, fixed=QUIET), workers=1)
    assert list(looks.simulated[RULE]) == list(looks.simulated[CARELESS])
    assert (looks.simulated["stopped_after"] == 3).any()


@pytest.mark.slow
def test_more_looks_never_stop_more_rarely(ruled):
    before = None
    for after in ((2,), (2, 3), (1, 2, 3)):
        protocol = ruled(*after)
        looks = simulate_looks(protocol, trials=20, nuisance=Nuisance(protocol, fixed=QUIET), effects=(-2,), workers=1)
        stopped = looks.simulated["stopped_after"] > 0
        if before is not None:
            assert not (before & ~stopped).any()  # trial by trial
        before = stopped
    assert before.any()


@pytest.mark.slow
def test_each_look_sees_what_fit_says_of_the_nights_until_then(ruled):
    """The verdicts of a batch against a diary that ends with the look."""
    protocol = ruled(1, 2, carryover="exponential")
    batch = LookBatch(protocol, Nuisance(protocol, fixed=QUIET), -2.0, range(3), 5, 0.1, 0.1)
    rule = protocol.analysis.interim
    compared = 0
    for trial, told in zip(batch.trials, batch.results(), strict=True):
        truth, order, seed = batch.truth(trial)
        whole = simulate(protocol, order, truth, seed=seed)
        for i, look in enumerate(planned_looks(rule, order)):
            then = replace(whole, entries=tuple(entry for entry in whole.entries if entry.night <= look.end))
            judged = fit(then, engine="marginal").lead[0]
            regions = judged.regions
            chances = [judged.over_nights.p_better, *(one.posterior for one in vars(regions).values())]
            factors = [one.bayes_factor for one in vars(regions).values()]
            near = min(abs(p - c) for p in chances for c in (0.8, 0.85, 0.9, 0.95, 0.1)) < 0.01
            if near or min(abs(np.log(f / asked)) for f in factors for asked in (4, 0.85 / 0.15, 9, 19)) < 0.15:
                continue  # too near to call: the quick rounds have another Monte Carlo error
            compared += 1
            assert VERDICTS[int(told[2 + i])] == judged.verdict
            said = VERDICTS[int(told[i])]
            assert (said if said in SETTLED else None) == stopping_verdict(protocol, judged)
    assert compared > 2


@pytest.mark.slow
def test_workers_do_not_change_the_result(ruled):
    protocol = ruled(2)
    one, two = (simulate_looks(protocol, trials=40, effects=(), workers=workers) for workers in (1, 2))
    for name in ("table", "stops", "simulated"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)


def test_the_lengths_of_periods_may_differ_by_arm(planned):
    rule = {"interim": {"after_periods": [3], "certainty": 0.95}}
    protocol = planned(
        "balanced", periods=6, period_nights={"off": 3, "citrate": 6}, max_run=2, analysis=rule, run_in_nights=2
    )
    looks = simulate_looks(protocol, trials=20, workers=1)
    assert 2 + 12 <= looks.stops["nights"].min() <= looks.stops["nights"].max() <= 2 + 15
    assert (looks.table["nights"] <= protocol.nights).all()


def test_everything_can_be_written_as_json(found):
    content = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert set(content["false_alarm"]) == set(WAYS)
    assert content["false_alarm"][RULE]["rate"] == found.false_alarm()[0]
    assert content["settings"]["after"] == [1, 3]
    assert len(content["table"]) == 9
    assert "<table" in found._repr_html_()


# --- what the rule says


UNDECIDED = {"full_benefit": (0.1, 0.3), "full_harm": (0.1, 0.3), "full_small": (0.5, 0.4), "nights_small": (0.6, 0.6)}


def judged_by(better, **changed):
    """What a look judges: chances with the nights and before them."""
    effect = SimpleNamespace(p_better=better)
    regions = Regions(**{name: region(*both) for name, both in (UNDECIDED | changed).items()})
    return JudgedPair(effect, effect, "over-nights", "can't tell yet", enough=True, regions=regions)


@pytest.mark.parametrize(
    ("better", "changed", "verdict"),
    [
        (0.99, {"full_benefit": (0.951, 0.3)}, "helps"),
        (0.99, {"full_benefit": (0.94, 0.3)}, None),  # the final rule would say "helps"
        (0.99, {"full_benefit": (0.951, 0.6)}, None),  # so sure, but half of it was the prior
        (0.01, {"full_harm": (0.96, 0.3)}, "worsens"),
        (0.60, {"nights_small": (0.98, 0.6), "full_small": (0.86, 0.4)}, "no difference that matters"),
        (0.60, {"nights_small": (0.98, 0.6), "full_small": (0.84, 0.4)}, "no quick difference"),  # 0.85 is asked for
        (0.99, {}, None),  # leaning does not stop a trial
    ],
)
def test_the_rule_stops_at_its_own_certainty(ruled, better, changed, verdict):
    assert stopping_verdict(ruled(1), judged_by(better, **changed)) == verdict


def test_without_a_rule_nothing_can_be_said(ruled):
    with pytest.raises(InputError, match="no rule for looks before the last night"):
        stopping_verdict(ruled(), judged_by(0.5))
    with pytest.raises(InputError, match="no rule for looks before the last night"):
        simulate_looks(ruled(), trials=20)


def test_a_family_that_is_not_in_points_is_refused_by_name(ruled):
    of = ruled(1)
    counts = of.model_copy(update={"analysis": of.analysis.model_copy(update={"family": "count"})})
    with pytest.raises(InputError, match='family "count" cannot be simulated'):
        simulate_looks(counts, trials=20)


def test_ratings_are_simulated_as_normal(ruled):
    as_ratings = simulate_looks(ruled(1, family="rating"), trials=20, workers=1)
    as_normal = simulate_looks(ruled(1), trials=20, workers=1)
    assert as_ratings.table.equals(as_normal.table)


@pytest.mark.parametrize(
    ("option", "value"),
    [("trials", 5), ("seed", -1), ("missing", 1.0), ("skipped", np.nan), ("workers", 0), ("effects", ("two",))],
)
def test_options_are_refused_by_name(ruled, option, value):
    with pytest.raises(InputError, match=f"{option} (is|holds) "):
        simulate_looks(ruled(1), **{option: value})


# --- and power


def test_a_design_with_looks_has_the_neighbours_of_one_without(ruled):
    with_rule, without = (neighbours(without_looks(protocol)) for protocol in (ruled(1, 3), ruled()))
    assert [one.change for one in with_rule] == [one.change for one in without]
    assert [one.protocol.sha256() for one in with_rule] == [one.protocol.sha256() for one in without]
