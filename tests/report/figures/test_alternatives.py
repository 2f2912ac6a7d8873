import re

import pytest
import records
from fitted import fitted
from known import two_arms

from nof1 import fit, plots
from nof1.language import speaking

ALWAYS = {"nights", "effect", "periods", "probabilities", "schedule", "exposure", "prior_posterior"}


def test_every_picture_of_a_quick_result_is_described():
    told = plots.describe(fitted("helps").trial, fitted("helps"))
    assert set(told) == ALWAYS | {"over_time", "sensitivity", "randomization", "autocorrelation"}
    assert "8 nights missing" in told["nights"]
    assert "3.5 on off and 2.0 on magnesium" in told["periods"]
    assert "About 94 in 100: better by 1 point or more" in told["probabilities"]
    assert "1: off, 2: magnesium" in told["schedule"]
    assert "7 run-in nights" in told["schedule"]
    assert (
        "no carryover: \N{MINUS SIGN}1.2, leans better, in grey, Bayes factor 1/11: the nights speak against it"
        in told["sensitivity"]
    )
    assert "first 2 nights dropped: \N{MINUS SIGN}1.8, helps;" in told["sensitivity"]
    assert "64 possible orders" in told["randomization"]


def test_a_picture_that_cannot_be_drawn_has_no_description():
    trial = two_arms()
    told = plots.describe(trial, fit(trial, engine="marginal", sensitivity=False))
    assert set(told) >= ALWAYS
    assert not {"sensitivity", "randomization", "engines", "predictive", "left_out"} & set(told)


def test_the_pictures_of_a_sampled_result_are_described_too():
    result = records.sampled(
        fitted("helps"),
        predictive=records.predictive(
            records.statistic("share at the floor", 0.9, 0.2, (0.1, 0.3), 0.001, arm="magnesium")
        ),
        left_out=records.left_out([0.1, 0.5, 0.9]),
    )
    told = plots.describe(result.trial, result)
    assert "share at the floor on magnesium: recorded 0.90, new nights 0.10 to 0.30" in told["predictive"]
    assert told["left_out"].endswith("no single night carries the answer.")
    (both,) = {re.sub(r"^quick: | points$", "", one) for one in re.findall(r"quick: .*? points", told["engines"])}
    assert re.fullmatch("\N{MINUS SIGN}2\\.5 \\(\N{MINUS SIGN}4\\.\\d to \N{MINUS SIGN}[01]\\.\\d+\\)", both)
    assert f"sampled: {both}; quick: {both} points" in told["engines"]


def test_numbers_are_told_as_the_language_writes_them():
    with speaking("de"):
        told = plots.describe(fitted("helps").trial, fitted("helps"))
    assert "\N{MINUS SIGN}1,8" in told["effect"]
    assert not any("1.8" in text for text in told.values())


@pytest.mark.parametrize("name", ["nights", "effect", "over_time", "autocorrelation"])
def test_descriptions_are_plain_text(name):
    assert type(plots.describe(fitted("helps").trial, fitted("helps"))[name]) is str
