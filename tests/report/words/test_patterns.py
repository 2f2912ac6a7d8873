"""What is unusual about the nights, in both languages, with what to do about it."""

from dataclasses import replace

import pytest
from fitted import fitted

from nof1.analyze.checks.quantities import Pattern, Patterns
from nof1.analyze.schema import Engines
from nof1.language import speaking
from nof1.report.words.checks import check_sentence
from nof1.report.words.patterns import pattern_sentences

RARE = 0.001
SAID = {
    "floor": (Pattern("share at the lowest", 0.21, 0.0, None, None), "21 of 100 nights have the lowest value"),
    "ceiling": (Pattern("share at the highest", 0.3, 0.0, None, None), "30 of 100 nights have the highest value"),
    "falls": (Pattern("spread of earlier to later nights", 2.04, 1.0, (0.7, 1.4), RARE), "vary 2.0 times as much in the first half"),
    "rises": (Pattern("spread of earlier to later nights", 0.4, 1.0, (0.7, 1.4), RARE), "vary 2.5 times as much in the second half"),
    "wild arm": (Pattern("spread on the arm to other nights", 3.0, 1.0, (0.7, 1.4), RARE, "magnesium"), "On magnesium, nights vary 3.0 times as much"),
    "calm arm": (Pattern("spread on the arm to other nights", 0.25, 1.0, (0.7, 1.4), RARE, "magnesium"), "vary less than other nights, by a factor of 4.0"),
    "wild without": (Pattern("spread on the arm to other nights", 3.0, 1.0, (0.7, 1.4), RARE), "Nights without treatment vary 3.0 times"),
    "calm without": (Pattern("spread on the arm to other nights", 0.5, 1.0, (0.7, 1.4), RARE), "Nights without treatment vary less"),
    "first week": (Pattern("first week", 1.26, 0.0, (0.5, 2.0), RARE), "1.3 points higher"),
    "weekend": (Pattern("nights before free days", -1.5, 0.0, (-2.0, -1.0), RARE), "Friday and Saturday nights differ from the others: 1.5 points lower. The answer holds; it is only less exact."),
    "weekly": (Pattern("correlation a week apart", 0.31, 0.0, (-0.2, 0.2), RARE), "(correlation 0.31): a weekly rhythm"),
    "far": (Pattern("outlying nights", 7.21, 2.9, (2.2, 4.1), RARE), "(kurtosis 7.2; about 2.9 expected)"),
    "up": (Pattern("skewed nights", 1.2, 0.0, (-0.5, 0.5), RARE), "reach farther up than down (skewness 1.2)"),
    "down": (Pattern("skewed nights", -1.2, 0.0, (-0.5, 0.5), RARE), "reach farther down than up"),
    "bad missing": (Pattern("missing after bad nights", 0.4, 0.12, None, RARE), "after worse nights (40 of 100) than after better ones (12 of 100)"),
    "good missing": (Pattern("missing after bad nights", 0.1, 0.3, None, RARE), "after better nights (30 of 100) than after worse ones (10 of 100)"),
}  # fmt: skip
EVEN = Pattern("nights before free days", 0.1, 0.0, (-0.5, 0.7), 0.6)


def patterns(*rows, scale="points"):
    return Patterns(not any(row.odd for row in rows), rows, scale)


@pytest.mark.parametrize(("row", "words"), SAID.values(), ids=SAID)
def test_what_is_unusual_is_said_in_both_languages(row, words):
    check = patterns(EVEN, row)
    english = check_sentence(Engines(), check)
    assert words in english
    assert not check.passed
    with speaking("de") as german:
        german.missing.clear()
        told = check_sentence(Engines(), check)
        assert not german.missing
    assert told != english


def test_nothing_unusual_is_said_once():
    assert check_sentence(Engines(), patterns(EVEN)).startswith("Nothing else about the nights is unusual")
    assert pattern_sentences(patterns(EVEN)) == []


def test_differences_on_other_scales_are_ratios():
    row = Pattern("nights before free days", -0.693147, 0.0, (-1.0, -0.3), RARE)
    assert "0.50 times as high" in check_sentence(Engines(), patterns(row, scale="log"))
    assert "odds 0.50 times as large" in check_sentence(Engines(), patterns(row, scale="logit"))


def test_what_another_sentence_says_already_is_not_said_again():
    said = {name: row for name, (row, _) in SAID.items()}
    (weekend,) = pattern_sentences(patterns(said["weekly"], said["weekend"]))
    assert weekend.startswith("Friday")
    (floor,) = pattern_sentences(patterns(said["floor"], said["up"], said["far"]))
    assert floor.startswith("21 of 100")
    assert len(pattern_sentences(patterns(said["weekly"], said["far"]))) == 2


def test_the_answer_of_a_family_that_fits_better_stands_beside():
    """The row of the sensitivity analysis, over these nights, and none where that family was refused or not asked."""
    result = fitted("helps")
    row = next(one for one in result.record.sensitivity if one.over_nights is not None)
    effect = replace(row.over_nights, mean=-1.04, interval=(-1.96, -0.12))
    rating = replace(row, choice="rounded ratings", over_nights=effect)
    floor = patterns(SAID["floor"][0])
    told = check_sentence(Engines(), floor, (replace(row, choice="no trend"), rating))
    assert told.endswith(
        "By it the effect over these nights is \N{MINUS SIGN}1.0 (\N{MINUS SIGN}2.0 to \N{MINUS SIGN}0.12)."
    )
    assert "By it" not in check_sentence(Engines(), floor, (replace(rating, full=None, over_nights=None),))
    assert "By it" not in check_sentence(Engines(), floor)
    week = patterns(SAID["first week"][0])
    assert "Without the first nights of each period" in check_sentence(
        Engines(), week, (replace(rating, choice="nights dropped", value=2),)
    )
