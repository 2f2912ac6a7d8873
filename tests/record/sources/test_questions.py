"""Of which day a question speaks: its words say so, in both languages."""

import pytest

from nof1.record.sources.questions import asked_of

BEFORE = (
    "How restless were your legs last night?", "Coffee yesterday (cups)", "coffee_yesterday", "Wie war die letzte Nacht?",
    "Kaffee gestern", "Schlaf in der vergangenen Nacht", "Beschwerden in der letzten Nacht", "The evening before", "Previous night",
    "Yesterday's drinks", "Am Vortag", "Gestern Abend", "Gesternabend",
)  # fmt: skip
TODAY = ("Coffee today", "Kaffee heute?", "How much did you drink today?", "Heute Sport gemacht")
CLOCK = (
    "How bad were your legs?", "Wie schlimm?", "Last coffee", "Heute Nacht", "this morning", "How do you feel today, compared with yesterday?",
    "Nacht", "today night", "heute früh", "", "RLS tonight",
)  # fmt: skip


@pytest.mark.parametrize("question", BEFORE)
def test_yesterday_and_last_night_are_the_day_before(question):
    assert asked_of(question) == asked_of(question.upper()) == "day before"


@pytest.mark.parametrize("question", TODAY)
def test_today_is_the_day_of_the_answer(question):
    assert asked_of(question) == "day"


@pytest.mark.parametrize("question", CLOCK)
def test_without_such_a_word_the_clock_tells(question):
    assert asked_of(question) == "night"
