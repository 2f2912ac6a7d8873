from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from families import FAMILIES, make_protocol, make_terms, make_trial, prior_nights
from fitted import fitted
from records import NUTS, changed, with_exposure

from nof1 import Protocol, fit
from nof1.analyze.engines.pair_effects import FurtherMeasure
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.schema import Engines
from nof1.plan.protocol.parts import Outcome
from nof1.report.words import sentences as words
from nof1.report.words.effect import (
    MODEL_SCALES,
    MODELS,
    amount,
    change,
    further_sentence,
    scale_sentence,
    span,
    unit_of,
    unit_of_nights,
)

INTERVAL = "the 95 % equal-tailed interval is "


def made(
    family,
    *,
    label="",
    better="lower",
    mean=-0.25,
    interval=(-0.5, 0.1),
    carryover="none",
    highest=1.0,
    further=(),
    estimand="full",
    first_edition=False,
):
    """A result made by hand, with these numbers once fully built up, and half of them over these nights."""
    content = make_protocol(family, better=better, carryover=carryover).to_dict()
    if first_edition:
        content = {name: value for name, value in content.items() if name != "priors"} | {"schema": 1}
        second = ("start_up", "block_effects", "certainty_full", "priors")
        kept = {name: value for name, value in content["analysis"].items() if name not in second}
        content["analysis"] = kept | {"estimand": "full"}
    if label:
        content["outcome"]["label"] = label
    protocol = Protocol.build(content)

    base = fitted("helps")

    def numbers(share):
        chances = dict.fromkeys(("p_better", "p_benefit", "p_small", "p_harm", "p_night_better"), 0.5)
        ends = tuple(share * end for end in interval)
        effect = base.record.effects[0].full
        return replace(effect, mean=share * mean, interval=ends, **chances)

    entry = replace(
        base.record.effects[0],
        engine="nuts",
        estimand=estimand,
        verdict="leans better",
        measure=MEASURES[family],
        full=numbers(1.0),
        over_nights=numbers(0.5),
        further=further,
        forecast=None,
    )
    told = changed(base, effects=(entry,), engines=Engines(nuts=NUTS), edition=1 if first_edition else 2)
    return replace(with_exposure(told, magnesium=highest), trial=SimpleNamespace(protocol=protocol))


FULL = {
    "normal": (
        "Severity is estimated to be 0.25 points lower on magnesium than on off; "
        f"{INTERVAL}between 0.50 lower and 0.10 higher. The scale goes from 0 to 10, and lower is better."
    ),
    "ordinal": (
        "The average level of severity is estimated to be 0.25 levels lower on magnesium than on off; "
        f"{INTERVAL}between 0.50 lower and 0.10 higher. The levels go from 0 to 4, and lower is better."
    ),
    "count": (
        "The average count of severity is estimated to be 0.25 lower on magnesium than on off; "
        f"{INTERVAL}between 0.50 lower and 0.10 higher. Counts go from 0 to 60, and lower is better."
    ),
    "binary": (
        "Of 100 nights on magnesium, severity is estimated to be a yes on 25 fewer than of 100 nights on off; "
        f"{INTERVAL}between 50 fewer and 10 more. Fewer is better."
    ),
    "duration": (
        "The median of severity is estimated to be 0.25 units lower on magnesium than on off; "
        f"{INTERVAL}between 0.50 lower and 0.10 higher. It can be from 0 to 600 units, and lower is better."
    ),
}
FULL |= {"student": FULL["normal"], "rating": FULL["normal"]}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_tells_its_effect_in_its_own_units(family):
    assert words.effect_sentence(made(family)) == FULL[family]
    assert words.effect_sentence(made(family), scale=False) + " " == FULL[family][: FULL[family].index(". ") + 2]


LIVED = {
    "rating": "On the nights on magnesium, severity is estimated to have been 0.12 points lower than the same nights would have been on off",
    "count": "On the nights on magnesium, the average count of severity is estimated to have been 0.12 lower than it would have been on the same nights on off",
    "binary": "Of 100 nights such as those on magnesium, severity is estimated to have been a yes on 12 fewer than had they been on off",
}


@pytest.mark.parametrize("family", LIVED)
def test_an_effect_over_nights_is_told_as_such(family):
    told = words.effect_sentence(made(family, carryover="exponential", estimand="over-nights"))
    assert told.startswith(LIVED[family] + "; ")


def test_what_these_nights_showed_stands_beside_the_full_effect_in_the_same_units():
    told = words.over_nights_sentence(made("binary", carryover="exponential", mean=-0.24, interval=(-0.4, 0.2)))
    assert told.endswith("is estimated at 12 fewer nights in 100 (between 20 fewer and 10 more).")
    told = words.over_nights_sentence(
        made("duration", carryover="exponential", label="Time awake (min)", mean=30, interval=(10, 50))
    )
    assert "estimated at 15.0 minutes higher" in told


THRESHOLDS = {
    "normal": "better by 1 point or more",
    "student": "better by 1 point or more",
    "rating": "better by 1 point or more",
    "ordinal": "better by 0.5 levels or more",
    "count": "better by 1 or more",
    "binary": "better by 10 nights in 100 or more",
    "duration": "better by 10 units or more",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_chances_name_the_threshold_in_the_same_units(family):
    rows = [what for what, _, _ in words.chances(made(family))]
    assert rows[0] == "better at all"
    assert rows[1] == THRESHOLDS[family]
    size = THRESHOLDS[family].removeprefix("better by ").removesuffix(" or more")
    assert rows[2:] == [f"a change smaller than {size}", f"worse by {size} or more"]


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("Time awake (min)", "minutes"),
        ("minutes awake", "minutes"),
        ("Sleep (h)", "hours"),
        ("Hours of sleep", "hours"),
        ("reaction time (s)", "seconds"),
        ("vitamin h", "units"),
        ("dominance", "units"),
        ("severity", "units"),
    ],
)
def test_the_unit_of_a_duration_is_the_one_its_label_tells(label, unit):
    outcome = Outcome(name="x", label=label, low=0, high=600, better="lower", threshold=1)
    assert unit_of(outcome) == unit
    assert amount("difference of medians", outcome) == f"1 {unit.removesuffix('s')}"
    assert unit_of_nights("duration", outcome) == unit


RISK = Outcome(name="x", low=0, high=1, better="higher", threshold=0.01, whole=True)


@pytest.mark.parametrize(
    ("value", "told"), [(0.12, "12 more"), (-0.004, "0.4 fewer"), (0.0, "0 more"), (-0.996, "100 fewer")]
)
def test_risks_are_nights_in_a_hundred(value, told):
    assert change("difference of risks", RISK, value) == told


def test_one_night_in_a_hundred_is_singular_and_more_can_be_better():
    assert amount("difference of risks", RISK) == "1 night in 100"
    assert span("difference of risks", RISK, -0.2, 0.05) == "between 20 fewer and 5 more"
    assert scale_sentence("difference of risks", RISK) == "More is better."


ODDS = FurtherMeasure("odds ratio", 0.4, (0.2, 0.9))


def test_further_measures_stand_with_their_interval():
    assert further_sentence([ODDS], full=False) == "Also: odds ratio 0.40 (0.20 to 0.90)."
    assert further_sentence([ODDS], full=True).startswith("Also, once fully built up: odds ratio")
    assert further_sentence([], full=True) == ""


def test_chances_of_levels_are_nights_in_a_hundred_and_a_long_list_is_cut():
    rows = [
        FurtherMeasure(f"difference in the chance of at least {level}", -0.12, (-0.3, 0.01)) for level in range(1, 5)
    ]
    told = further_sentence([*rows, ODDS], full=False)
    assert told.startswith("Also: at least 1 on 12 fewer nights in 100 (between 30 fewer and 1 more); at least 2 ")
    assert told.endswith("; 2 more in results.json.")
    assert "at least 4" not in told


def test_full_effects_that_would_be_a_guess_are_not_told():
    result = made("binary", carryover="exponential", highest=0.5, further=(ODDS,), first_edition=True)
    assert words.further_measures_sentence(result) == ""
    result = made("binary", further=(ODDS,))
    assert words.further_measures_sentence(result) == "Also: odds ratio 0.40 (0.20 to 0.90)."


@pytest.mark.parametrize("family", FAMILIES)
def test_the_method_names_the_family(family):
    told = words.method_sentence(made(family))
    assert told.startswith(f"Bayesian model of {MODELS[family]}, allowing for a trend over time")
    assert MODEL_SCALES[family]
    assert ("half are counted" in words.night_sentence(made(family))) == (
        family in ("rating", "ordinal", "count", "binary")
    )


def test_a_duration_is_told_from_its_nights():
    protocol = make_protocol("duration", carryover="none")
    _, (nights,) = prior_nights(make_terms(protocol, missing=0), seed=4)
    result = fit(make_trial(protocol, np.clip(nights.outcome, 1, 600)), engine="marginal")
    (entry,) = result.lead
    told = words.effect_sentence(result)
    assert told.startswith("The median of severity is estimated to be ")
    assert f"{words.number(abs(entry.over_nights.mean))} units" in told
    assert "ratio of medians " + words.number(entry.further[0].median) in words.further_measures_sentence(result)
    assert "logarithms of the nightly durations" in words.method_sentence(result)
