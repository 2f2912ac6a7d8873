"""A plan for many people: formulas of the trial's own model, whole studies made up, and both together."""

import json
import math

import numpy as np
import pytest

from nof1 import InputError, RefusalError, power_people
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.studies.closed_form import mean_power, spread_power
from nof1.analyze.studies.own_errors import own_variances
from nof1.analyze.studies.simulated import StudyBatch

PLAIN = {
    "carryover": "none", "trend": False, "period_effects": False, "autocorrelation": False, "start_up": False, "block_effects": False,
}  # fmt: skip
KNOWN = {"level": 50.0, "sigma": 2.0}


@pytest.fixture(scope="module")
def month(make_protocol):
    return make_protocol(design={"blocks": 2, "period_nights": 7, "run_in_nights": 0})


@pytest.fixture(scope="module")
def plain(make_protocol):
    """Independent nights on a wide scale that is not whole: two means, nothing else."""
    return make_protocol(
        outcome={"low": 0.0, "high": 100.0, "whole": False, "threshold": 1.0},
        analysis=PLAIN,
        design={"blocks": 4, "period_nights": 5, "run_in_nights": 0},
    )


@pytest.fixture(scope="module")
def formulas(month):
    return power_people(month, people=20, trials=0)


@pytest.fixture(scope="module")
def simulated(month):
    return power_people(month, people=3, trials=30, workers=1)


# --- by formulas


def test_the_error_of_independent_nights_is_that_of_two_means(plain):
    found = own_variances(plain, Nuisance(plain, fixed=KNOWN), missing=0.0, seed=1)
    np.testing.assert_allclose(found, 2 * 2.0**2 / 20, rtol=1e-3)  # the prior of the level is wide, but there


def test_autocorrelation_and_wash_out_and_missing_nights_make_errors_larger(make_protocol, plain):
    rich = make_protocol(
        outcome=plain.outcome.model_dump(exclude_none=True),
        design={"blocks": 4, "period_nights": 5, "run_in_nights": 0},
    )
    base = {"level": 50.0, "sigma": 2.0, "omega": 0.0, "phi": 0.0, "half_life": 0.05, "trend": 0.0}
    own = [
        np.median(own_variances(rich, Nuisance(rich, fixed=base | change), missing=missing, seed=1))
        for change, missing in (
            ({}, 0.0),
            ({"phi": 0.5}, 0.0),
            ({"half_life": 4.0}, 0.0),
            ({"omega": 1.0}, 0.0),
            ({}, 0.4),
        )
    ]
    assert all(own[0] < other for other in own[1:])


def test_more_blocks_and_longer_periods_ask_for_fewer_people(month):
    found = power_people(month, people=20, trials=0, blocks=(2, 4, 8), nights=(7, 3)).designs
    assert found["change"].tolist() == ["this design", *[""] * 5]
    assert found[["count", "period_nights"]].to_numpy().tolist() == [
        [2, "7"], [4, "7"], [8, "7"], [2, "3"], [4, "3"], [8, "3"],
    ]  # fmt: skip
    for name in ("people_mean", "people_spread", "own_sd", "width"):
        assert found[name][:3].is_monotonic_decreasing
        assert (found[name][:3].to_numpy() < found[name][3:].to_numpy()).all()
    assert found["told"][:3].is_monotonic_increasing


def test_the_people_of_each_design_are_those_of_its_curve(formulas):
    for place, row in formulas.designs.iterrows():
        line = formulas.curve[formulas.curve["design"] == place]
        assert line["mean_power"].is_monotonic_increasing
        assert line["differ"].is_monotonic_increasing
        reaching = line[line["mean_power"] >= 0.8]["people"]
        assert reaching.min() >= row["people_mean"] > line[line["mean_power"] < 0.8]["people"].max()


def test_half_and_twice_the_blocks_are_tried_and_a_half_that_cannot_be_is_not(formulas, planned):
    assert formulas.designs["count"].tolist() == [2, 4]  # one block cannot be
    pairs = planned("mirrored-pairs", pairs=4, period_nights=3)
    assert power_people(pairs, people=9, trials=0).designs["count"].tolist() == [4, 2, 8]
    assert len(power_people(pairs, people=9, trials=0, blocks=()).designs) == 1


def test_what_was_assumed_is_known(month):
    assumed = power_people(month, people=20, trials=0).settings
    assert (assumed["mean_assumed"], assumed["spread_assumed"], assumed["mean"]) == (True, True, month.threshold)
    said = power_people(month, people=20, trials=0, mean=2.0, spread_between=0.5).settings
    assert (said["mean_assumed"], said["spread_assumed"], said["mean"], said["spread"]) == (False, False, 2.0, 0.5)


# --- who must start, and what that costs


def test_costs_are_of_all_who_start_with_all_of_their_nights(month):
    found = power_people(month, people=20, trials=0, finish=0.7, cost_person=50, cost_night=1.5, currency="$ & more")
    (row,) = found.recruits.to_dict("records")
    assert (row["finish"], row["average"]) == (0.7, 29)
    assert row["starts"] > 29
    assert row["nights"] == row["starts"] * month.nights
    assert row["cost"] == row["starts"] * (50 + 1.5 * month.nights)
    first = found.designs.iloc[0]
    assert first["cost_mean"] == first["starts_mean"] * (50 + 1.5 * month.nights)
    assert first["starts_mean"] > first["people_mean"]


def test_several_shares_are_shown_where_nobody_says_how_many_finish(formulas):
    assert formulas.recruits["finish"].tolist() == [1.0, 0.8, 0.6, 0.4, 0.2]
    assert formulas.recruits["starts"].iloc[0] == 20
    assert formulas.recruits["starts"].is_monotonic_increasing
    assert formulas.recruits["cost"].isna().all()


# --- whole studies


def test_a_study_is_the_same_however_the_work_is_shared_out(month, simulated):
    batch = StudyBatch(month, Nuisance(month), -1.0, range(2, 4), 1, 0.05, 0.05, 3, month.threshold)
    rows = simulated.studies.set_index("study")
    np.testing.assert_allclose(batch.results()[:, 1], -rows.loc[[2, 3], "mean"])  # a lower rating is better


def test_figures_are_those_of_the_studies(simulated):
    studies, checked = simulated.studies, simulated.checked.set_index("figure")
    assert len(studies) == simulated.settings["studies"] == 10
    assert checked["simulated"]["mean_power"] == (studies["mean_lower"] > 0).mean()
    assert checked["simulated"]["width"] == pytest.approx(studies["width"].mean())
    assert checked["mcse"]["width"] == pytest.approx(studies["width"].std() / math.sqrt(10))
    assert checked["formula"]["mean_power"] == simulated.designs["mean_power"].iloc[0]
    assert studies["mean"].mean() > 0  # for the better
    assert (checked["mcse"] >= 0).all()


def test_plain_values_are_json(simulated, formulas):
    for found in (simulated, formulas):
        assert (
            json.loads(json.dumps(found.to_dict(), allow_nan=False))["settings"]["people"] == found.settings["people"]
        )
    assert formulas.to_dict()["studies"] == []


@pytest.mark.slow
def test_whole_studies_find_what_the_formulas_say_where_the_model_is_theirs(plain):
    """Independent nights of a known spread on a wide scale; noise is learned from so many nights that it is nearly known."""
    found = power_people(
        plain,
        people=12,
        mean=0.8,
        spread_between=1.0,
        trials=12 * 200,
        missing=0.0,
        skipped=0.0,
        blocks=(),
        nuisance=Nuisance(plain, fixed=KNOWN),
        workers=2,
    )
    checked = found.checked.set_index("figure")
    variance = np.array([2 * 2.0**2 / 20])
    assert checked["formula"]["mean_power"] == pytest.approx(mean_power(12, 0.8, math.sqrt(1 + variance[0])), abs=0.002)
    assert checked["formula"]["differ"] == pytest.approx(spread_power(12, variance, 1.0), abs=0.002)
    for name in ("mean_power", "mean_estimate", "differ", "told", "told_alone", "wrong", "width", "width_alone"):
        formula, simulated, error = checked.loc[name]
        room = 0.04 * formula if name.startswith("width") else 0.02  # the spread and the noise are learned, too
        assert abs(simulated - formula) < 3 * error + room, name
    assert checked["simulated"]["mean_held"] > 0.9
    low, high = found.people_simulated
    assert low - 2 <= found.designs["people_mean"].iloc[0] <= high + 2


# --- what is refused


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("people", 1), ("people", 2.5), ("people", 10_000), ("goal", 1.0), ("mean", 0), ("mean", math.nan), ("spread_between", -1),
        ("finish", 0), ("finish", 1.2), ("cost_person", -1), ("cost_night", math.inf), ("trials", 5), ("missing", 1.0), ("seed", -1),
        ("blocks", (0,)), ("blocks", (1,)), ("nights", (2.5,)), ("nights", (400,)),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_is_named(month, option, value):
    named = {"blocks": "blocks", "nights": "nights"}.get(option, option)
    with pytest.raises(InputError, match=named):
        power_people(month, **{"people": 20, "trials": 0, option: value})


def test_an_order_that_was_not_drawn_is_refused():
    from known import two_arms

    with pytest.raises(InputError, match="not drawn by nof1"):
        power_people(two_arms().protocol, people=20, trials=0)


def test_a_design_that_counts_nothing_has_no_blocks_to_change(planned):
    listed = planned("listed", orders=[["off", "citrate", "off", "citrate"], ["citrate", "off", "citrate", "off"]])
    assert len(power_people(listed, people=20, trials=0).designs) == 1
    with pytest.raises(InputError, match="no number of blocks"):
        power_people(listed, people=20, trials=0, blocks=(4,))


def test_nights_that_say_nothing_are_no_answer(make_protocol):
    short = make_protocol(design={"blocks": 4, "period_nights": 1, "run_in_nights": 0})
    found = own_variances(short, Nuisance(short), missing=0.5, seed=1)
    assert 0 < np.isinf(found).sum() < len(found)  # in some orders too little of an arm is recorded
    chances = [
        power_people(short, people=20, trials=0, missing=share).designs["mean_power"].iloc[0] for share in (0.0, 0.5)
    ]
    assert chances[1] < chances[0]
    with pytest.raises(RefusalError, match="too short, or too many of its nights are missing"):
        power_people(short, people=20, trials=0, missing=0.8, blocks=())
