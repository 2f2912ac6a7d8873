import re
from dataclasses import replace
from math import log
from typing import get_args

import pytest
from fitted import fitted
from known import SAMPLE, of_edition, two_arms

from nof1 import InputError, Trial
from nof1.analyze.checks.sensitivity import Choice, ChoiceName, rows_of_refusal, sensitivity
from nof1.analyze.reasons import as_told
from nof1.language import speaking
from nof1.report.words.sensitivity import (
    bayes_factor_words,
    choice_name,
    choice_sentence,
    robust_sentence,
    sensitivity_sentences,
)

PROTOCOL = two_arms().protocol


def row(choice, mean, verdict, estimand="full", odds=None):
    """`odds` are the Bayes factor against the plan."""
    effect = replace(fitted("helps").record.effects[0].full, mean=mean)
    factor = None if odds is None else log(odds)
    return Choice(choice, "2", "1", estimand, "marginal", effect, effect, verdict, log_bayes_factor=factor)


def refusal(choice):
    return rows_of_refusal(PROTOCOL, choice, as_told("The quick engine cannot be trusted"))[0]


def test_choices_that_change_the_verdict_are_named():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.4, "helps"), row("no carryover", -0.9, "leans better")]
    assert sensitivity_sentences(rows) == [
        '1 of 2 other choices changes the verdict, "helps": “no carryover” ("leans better"). '
        "The estimate moves most with “no carryover”: from −2.0 to −0.90."
    ]


def test_no_change_is_told_with_the_largest_shift():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.4, "helps"), row("independent errors", -2.1, "helps")]
    assert sensitivity_sentences(rows)[0] == (
        'None of 2 other choices changes the verdict, "helps". '
        "The estimate moves most with “no trend”: from −2.0 to −2.4."
    )
    assert sensitivity_sentences(rows[:2])[0].startswith('The one other choice does not change the verdict, "helps".')


def test_many_changes_are_counted_and_those_over_these_nights_are_called_so():
    others = ("no carryover", "no trend", "no period effect", "dose as taken", "normal nights", "Student-t nights")
    rows = [
        row("as planned", -2.0, "helps"),
        *(row(choice, -1.0 - i / 10, "leans better") for i, choice in enumerate(others)),
    ]
    told = sensitivity_sentences(rows)[0]
    assert told.startswith("6 of 6 other choices change the verdict")
    assert '“dose as taken” ("leans better") and 2 more.' in told
    over_nights = [rows[0], row("carryover", -1.0, "helps", estimand="over-nights")]
    assert "“carryover”, over these nights: from −2.0 to −1.0" in sensitivity_sentences(over_nights)[0]


def test_an_estimate_that_stays_is_told():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.001, "helps")]
    assert "The estimate stays at −2.0" in sensitivity_sentences(rows)[0]


def test_refusals_are_told_each_with_its_reason():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.4, "helps"), refusal("rounded ratings")]
    assert sensitivity_sentences(rows)[1:] == ["No answer with “rounded ratings”: The quick engine cannot be trusted."]
    assert sensitivity_sentences([rows[0], refusal("rounded ratings")])[0] == "No other choice could be computed."
    told = sensitivity_sentences([refusal("as planned"), rows[1]])
    assert len(told) == 1
    assert "has no quick answer" in told[0]


def test_the_sample_trial_reads_as_its_rows_say():
    trial = of_edition(Trial.load(SAMPLE / "cant-tell"), 1)
    rows = sensitivity(trial, seed=1, quick=True)
    told = sensitivity_sentences(rows)[0]
    assert {one.verdict for one in rows} == {"can't tell yet"}
    assert told.startswith('None of 10 other choices changes the verdict, "can\'t tell yet".')
    with pytest.raises(InputError, match="magnesium against off"):
        sensitivity_sentences(rows, ("off", "magnesium"))


WITH_NUMBER = {
    "prior twice as wide": 4.0,
    "prior half as wide": 0.5,
    "half-life prior halved": 1.0,
    "half-life prior doubled": 4.0,
}
# Every choice as it is called and in plain words, in both languages.
CHOICES = [
    (choice, None)
    for choice in get_args(ChoiceName)
    if choice not in ("nights dropped", "prior twice as wide", "prior half as wide") and "half-life" not in choice
] + [
    ("nights dropped", 1),
    ("nights dropped", 2),
    ("prior twice as wide", 4.0),
    ("prior half as wide", 0.5),
    ("half-life prior halved", 1.0),
    ("half-life prior doubled", 4.0),
]


RIVALS = [
    row("as planned", -2.0, "helps"),
    row("no trend", -2.4, "helps", odds=1.6),
    row("no carryover", -0.9, "leans better", odds=1 / 11.4),
]


def test_what_the_nights_speak_against_is_told_apart():
    told = sensitivity_sentences(RIVALS)
    assert told[0] == (
        'The one other choice does not change the verdict, "helps". '
        "The estimate moves most with “no trend”: from −2.0 to −2.4. "
        "The nights speak against this choice, which does not count: “no carryover” (by 11 to 1)."
    )
    assert "can hardly ever speak against" in told[1]
    assert len(told) == 2
    far = sensitivity_sentences([*RIVALS, row("independent errors", -2.0, "helps", odds=1e-9)])[0]
    assert far.endswith("not count: “no carryover” (by 11 to 1) and “independent errors” (by over 1,000 to 1).")
    alone = sensitivity_sentences([RIVALS[0], RIVALS[2]])
    assert alone[0].startswith("The nights speak against this choice")


def test_robust_or_not_is_said_beside_the_headline():
    assert robust_sentence(RIVALS[:2]) == "Robust: the one other way to work it out gives the same verdict."
    assert robust_sentence(RIVALS) == (
        "Robust: the one other way to work it out gives the same verdict. "
        "One more does not count, since the nights speak against it."
    )
    rival = replace(RIVALS[2], log_bayes_factor=log(1 / 9))
    assert robust_sentence([*RIVALS[:2], rival]) == (
        'Not robust: of 2 other ways to work it out, one gives another verdict: “no carryover” ("leans better").'
    )
    assert robust_sentence(RIVALS[:1]) == robust_sentence([]) == ""


@pytest.mark.parametrize("told", [sensitivity_sentences, lambda rows: [robust_sentence(rows)]])
def test_they_are_told_in_german(told):
    with speaking("de") as german:
        german.missing.clear()
        words = told([*RIVALS, row("no blocks", -1.0, "can't tell yet", odds=1.0)])
        assert not german.missing
    assert "11" in words[0] or "robust" in words[0]


FACTORS = {1.0: "1.0", 1.04: "1.0", 1 / 1.04: "1.0", 1.6: "1.6", 1 / 1.9: "1/1.9", 12.3: "12", 1 / 31.4: "1/31"}


@pytest.mark.parametrize(("odds", "words"), [*FACTORS.items(), (1e9, "> 1,000"), (1e-9, "< 1/1,000")])
def test_bayes_factors_are_written_as_one_says_odds(odds, words):
    assert bayes_factor_words(row("no trend", -2.0, "helps", odds=odds)) == words


def test_a_bayes_factor_that_cannot_be_is_a_dash():
    assert bayes_factor_words(row("nights dropped", -2.0, "helps")) == "\N{EN DASH}"


@pytest.mark.parametrize(("choice", "value"), CHOICES)
def test_every_choice_has_a_name_and_plain_words_in_both_languages(choice, value):
    of = replace(row("as planned", -2.0, "helps"), choice=choice, value=value)
    english = choice_name(of), choice_sentence(of)
    with speaking("de") as german:
        german.missing.clear()
        told = choice_name(of), choice_sentence(of)
        assert not german.missing
    assert not set(english) & set(told)
    assert len({*english, *told}) == 4
    assert not re.search(r"\d\.\d", " ".join(told))


def test_a_choice_says_its_number():
    of = replace(row("nights dropped", -2.0, "helps"), value=1)
    assert choice_name(of) == "first night dropped"
    assert choice_name(replace(of, value=2)) == "first 2 nights dropped"
    assert choice_sentence(replace(of, value=2)).startswith("without the first 2 nights of every period")
    assert (
        choice_sentence(replace(of, choice="prior half as wide", value=0.5))
        == "effects expected half as large, sd 0.5 points"
    )
