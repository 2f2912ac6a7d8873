import re
from dataclasses import replace
from typing import get_args

import pytest
from fitted import fitted
from known import SAMPLE, two_arms

from nof1 import InputError, Trial
from nof1.analyze.checks.sensitivity import Choice, ChoiceName, rows_of_refusal, sensitivity
from nof1.analyze.reasons import as_told
from nof1.language import speaking
from nof1.report.words.sensitivity import choice_name, choice_sentence, sensitivity_sentences

PROTOCOL = two_arms().protocol


def row(choice, mean, verdict, estimand="full"):
    effect = replace(fitted("helps").record.effects[0].full, mean=mean, verdict=verdict)
    return Choice(choice, "2", "1", estimand, "marginal", effect, effect)


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


def test_many_changes_are_counted_and_lived_ones_are_called_so():
    others = ("no carryover", "no trend", "no period effect", "dose as taken", "normal nights", "Student-t nights")
    rows = [
        row("as planned", -2.0, "helps"),
        *(row(choice, -1.0 - i / 10, "leans better") for i, choice in enumerate(others)),
    ]
    told = sensitivity_sentences(rows)[0]
    assert told.startswith("6 of 6 other choices change the verdict")
    assert '“dose as taken” ("leans better") and 2 more.' in told
    lived = [rows[0], row("carryover", -1.0, "helps", estimand="as-lived")]
    assert "“carryover”, as lived: from −2.0 to −1.0" in sensitivity_sentences(lived)[0]


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
    trial = Trial.load(SAMPLE / "cant-tell")
    rows = sensitivity(trial, seed=1, quick=True)
    told = sensitivity_sentences(rows)[0]
    assert {one.leading.verdict for one in rows} == {"can't tell yet"}
    assert told.startswith('None of 8 other choices changes the verdict, "can\'t tell yet".')
    with pytest.raises(InputError, match="magnesium against off"):
        sensitivity_sentences(rows, ("off", "magnesium"))


# Every choice as it is called and in plain words, in both languages.
CHOICES = [
    (choice, None)
    for choice in get_args(ChoiceName)
    if choice not in ("nights dropped", "prior twice as wide", "prior half as wide")
] + [("nights dropped", 1), ("nights dropped", 2), ("prior twice as wide", 4.0), ("prior half as wide", 0.5)]


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
