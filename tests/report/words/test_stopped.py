"""A trial that was stopped is not told how to go on where the reason forbids it: on the page, in a browser, on a terminal."""

import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fitted import fitted
from records import with_main

from nof1.cli.terminal.output import tell
from nof1.language import languages, speaking
from nof1.plan.orders.amendments import Amendment
from nof1.record.diary.side_effects import names_harm
from nof1.report.results.first_page import answer
from nof1.report.results.web import web_page
from nof1.report.words.forecast import forecast_sentence
from nof1.report.words.stopped import further_nights_sentence

FORBIDS = [
    ("person", "Loose stools every day."),
    ("person", "Fainted twice"),
    ("person", "Übelkeit, jeden Abend"),
    ("clinician", "As agreed"),
    ("rule", "As planned"),
]
LEAVES_OPEN = ["moved house", "No time any more, no side effects."]


def stopped(by, reason):
    """The open sample trial, stopped after its last night; with a bet, as an open answer may name one."""
    result = with_main(fitted("cant-tell"), best_bet=True)
    end = result.trial.order.end + timedelta(days=1)
    entered = datetime(end.year, end.month, end.day, 9, tzinfo=UTC)
    stop = Amendment.make(kind="stopped", start=end, by=by, reason=reason, entered=entered)
    return replace(result, trial=replace(result.trial, amendments=(stop,)))


def everywhere(result, capsys):
    """What a reader meets on a terminal and on the first page, as one text each."""
    tell(result)
    page = answer(result)
    return [capsys.readouterr().out, " ".join([*page["more"], *(part["text"] for part in page["answer"])])]


def test_the_sample_is_open_and_foretold(capsys):
    result = with_main(fitted("cant-tell"), best_bet=True)
    told = forecast_sentence(result.lead[0].forecast)
    assert further_nights_sentence(result) == told
    for text in everywhere(result, capsys):
        assert told in text
        assert "the better bet would be" in text


@pytest.mark.parametrize(("by", "reason"), FORBIDS)
def test_where_the_reason_forbids_it_nothing_is_said_of_going_on(by, reason, capsys):
    result = stopped(by, reason)
    for text in everywhere(result, capsys):
        assert "would settle it with a chance" not in text
        assert "the better bet would be" not in text
        assert "is a question for a doctor or pharmacist" in text
    for code in languages():
        with speaking(code):
            assert forecast_sentence(result.lead[0].forecast) not in " ".join(answer(result)["more"])


@pytest.mark.slow
def test_in_a_browser_it_stands_as_on_the_first_page():
    forbidden, open_ = (html.unescape(web_page(stopped("person", reason))) for reason in ("Loose stools", "moved"))
    assert "would settle it with a chance" not in forbidden
    assert "is a question for a doctor or pharmacist" in forbidden
    assert "so more nights would be a new trial" in open_


@pytest.mark.parametrize("reason", LEAVES_OPEN)
def test_where_it_does_not_more_nights_are_those_of_a_new_trial(reason, capsys):
    result = stopped("person", reason)
    for text in everywhere(result, capsys):
        assert "The trial was stopped, so more nights would be a new trial." in text
        assert forecast_sentence(result.lead[0].forecast) in text
        assert "ask a doctor or pharmacist before you plan one" in text


def test_a_sign_on_record_forbids_it_whatever_the_reason_says():
    result = stopped("person", "moved house")
    harms = {
        arm: replace(row, kinds={name: replace(kind, stop="diarrhoea") for name, kind in row.kinds.items()})
        for arm, row in result.record.harms.items()
    }
    told = further_nights_sentence(replace(result, record=replace(result.record, harms=harms)))
    assert "comes before any answer" in told


def test_of_a_settled_answer_it_is_not_said_what_would_settle_it():
    told = further_nights_sentence(with_main(stopped("clinician", "As agreed"), verdict="helps"))
    assert "comes before any answer" in told
    assert "settle" not in told


@pytest.mark.parametrize(
    ("words", "harm"),
    [
        ("I felt dizzy", True),
        ("Nebenwirkungen", True),
        ("moved; my stomach cramps came back", True),
        ("no headache but nausea", True),
        ("keine Nebenwirkungen, Umzug", False),
        ("the gasman came", False),
        ("holiday", False),
    ],
)
def test_own_words_name_a_harm(words, harm):
    assert names_harm(words) == harm
