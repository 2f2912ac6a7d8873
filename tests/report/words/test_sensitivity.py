from dataclasses import replace

import pytest
from fitted import fitted
from known import SAMPLE, two_arms

from nof1 import InputError, Trial
from nof1.analyze.checks.over_time import OverTime, effect_over_time
from nof1.analyze.checks.sensitivity import Choice, rows_of_refusal, sensitivity
from nof1.analyze.model.data import build_model_data
from nof1.report.words.sensitivity import over_time_sentences, sensitivity_sentences

PROTOCOL = two_arms().protocol


def row(choice, mean, verdict, estimand="full"):
    effect = replace(fitted("helps").record.effects[0].full, mean=mean, verdict=verdict)
    return Choice(choice, choice, "2", "1", estimand, "marginal", effect, effect)


def refusal(choice):
    return rows_of_refusal(PROTOCOL, choice, choice, "The quick engine cannot be trusted")[0]


def test_choices_that_change_the_verdict_are_named():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.4, "helps"), row("no carryover", -0.9, "leans better")]
    assert sensitivity_sentences(rows) == [
        '1 of 2 other choices changes the verdict, "helps": “no carryover” ("leans better"). '
        "The estimate moves most with “no carryover”: from −2.0 to −0.90."
    ]


def test_no_change_is_told_with_the_largest_shift():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.4, "helps"), row("x", -2.1, "helps")]
    assert sensitivity_sentences(rows)[0] == (
        'None of 2 other choices changes the verdict, "helps". '
        "The estimate moves most with “no trend”: from −2.0 to −2.4."
    )
    assert sensitivity_sentences(rows[:2])[0].startswith('The one other choice does not change the verdict, "helps".')


def test_many_changes_are_counted_and_lived_ones_are_called_so():
    rows = [row("as planned", -2.0, "helps"), *(row(f"c{i}", -1.0 - i / 10, "leans better") for i in range(6))]
    told = sensitivity_sentences(rows)[0]
    assert told.startswith("6 of 6 other choices change the verdict")
    assert '“c3” ("leans better") and 2 more.' in told
    lived = [rows[0], row("carryover", -1.0, "helps", estimand="as-lived")]
    assert "“carryover”, as lived: from −2.0 to −1.0" in sensitivity_sentences(lived)[0]


def test_an_estimate_that_stays_is_told():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.001, "helps")]
    assert "The estimate stays at −2.0" in sensitivity_sentences(rows)[0]


def test_refusals_are_told_each_with_its_reason():
    rows = [row("as planned", -2.0, "helps"), row("no trend", -2.4, "helps"), refusal("rating")]
    assert sensitivity_sentences(rows)[1:] == ["No answer with “rating”: The quick engine cannot be trusted."]
    assert sensitivity_sentences([rows[0], refusal("rating")])[0] == "No other choice could be computed."
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


def test_the_effect_at_both_ends_is_told_with_the_change():
    trial = Trial.load(SAMPLE / "worsens")
    told = effect_over_time(trial.protocol, build_model_data(trial), seed=1)
    first, size = over_time_sentences(trial.protocol, told)
    assert first == told.rows[0].sentence
    assert size.startswith(
        "The effect of magnesium against no magnesium on RLS severity is estimated at 2.1 points higher (from"
    )
    assert "on the first planned day and 3.1 points higher (from" in size
    assert "a change of 1.0 points; the 95 % equal-tailed interval of the change runs from −1.8 to 3.8." in size


def test_an_effect_over_time_that_was_refused_is_told():
    told = OverTime(0.9, "eti", 0.95, refused="The quick engine cannot be trusted.")
    assert over_time_sentences(PROTOCOL, told) == [
        "Whether the effect changed over the trial could not be computed. The quick engine cannot be trusted."
    ]
