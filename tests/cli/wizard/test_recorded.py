"""What is written down each morning: what is offered, one's own words, and the kind of answer of each."""

from pathlib import Path

import pytest
from wizard_person import talk_at

from nof1.cli.wizard.answers import own_kinds
from nof1.cli.wizard.parse import several
from nof1.cli.wizard.rating import legs_are_rated
from nof1.cli.wizard.recorded import recorded_steps
from nof1.cli.wizard.step import told
from nof1.plan.protocol.recorded import with_recorded


def _what(raw):
    return recorded_steps("part")[0], talk_at(Path("trial"), **raw)


@pytest.mark.parametrize(
    ("raw", "legs"),
    [
        ({}, True),
        ({"rating": "sleep-quality"}, False),
        ({"rating": "own", "label": "minutes awake"}, False),
        ({"rating": "own", "label": "leg restlessness"}, True),
    ],
)
def test_what_is_worded_for_legs_is_offered_where_they_are_rated(raw, legs):
    step, talk = _what(raw)
    assert legs_are_rated(raw) is legs
    assert ("rescue" in {choice.value for choice in told(step.choices, talk)}) is legs


def test_own_words_stay_as_they_were_typed():
    parse = several((), "severity")
    assert parse("Glasses of wine,  caffeine, glasses of WINE", talk_at(Path("trial"))) == "Glasses of wine, caffeine"


def test_each_of_ones_own_has_its_kind_of_answer():
    raw = {
        "covariates": "caffeine, glasses of wine, nap, last coffee",
        "covariate-kind-2": "yes-no",
        "covariate-kind-3": "clock",
    }
    content = own_kinds(with_recorded({}, raw["covariates"].split(", ")), raw)
    assert content["analysis"]["covariates"] == ["caffeine", "glasses of wine", "nap"]
    assert content["recorded"] == [
        {"name": "nap", "title": "nap", "kind": "yes-no"},
        {"name": "last coffee", "title": "last coffee", "kind": "clock"},
    ]
    asked = [step.id for step in recorded_steps("part")[1:] if step.condition(raw)]
    assert asked == ["covariate-kind-1", "covariate-kind-2", "covariate-kind-3"]
