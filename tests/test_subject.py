"""Sentences as they are said of nights and days, of what was planned and of what was taken over."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from known import two_arms

from nof1.language import say, say_some, speaking
from nof1.subject import Subject, about, spoken_of, subject, subject_of, worded

DAYS = Subject(days=True, adopted=True)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{recorded} of {nights} nights", "{recorded} of {nights} days"),
        ("Nights with a rating, as planned", "Days with a value, as stated"),
        ("nightly ratings; the family `rating`", "daily values; the family `rating`"),
        ('Use family = "rating" on each night.', 'Use family = "rating" on each day.'),
        ("overnight, knight, rated nights", "overnight, knight, recorded days"),
        ("equally likely beforehand.", "equally likely."),
        ("Friday and Saturday nights differ", "Fridays and Saturdays differ"),
        ("the night's own", "the day's own"),
    ],
)
def test_words_of_a_table(template, told):
    assert worded(template, DAYS) == told
    assert worded(template, Subject()) == template


@given(st.text(string.ascii_letters + " .,-{}", max_size=40))
def test_what_a_person_wrote_is_never_worded_anew(text):
    with about(DAYS):
        assert say("{title} on {count} nights", title=text, count=2) == f"{text} on 2 days"
        assert say_some(1, "{count} night: {title}", "{count} nights: {title}", title=text) == f"1 day: {text}"


@given(st.text(max_size=60))
def test_wording_twice_changes_nothing_more(template):
    once = worded(template, DAYS)
    assert worded(once, DAYS) == once
    assert worded(template, Subject(adopted=True)) == worded(
        worded(template, Subject(adopted=True)), Subject(adopted=True)
    )


def test_a_function_speaks_of_its_trial_and_no_longer():
    trial = two_arms()

    @spoken_of
    def told(of, *, protocol=None):
        return subject()

    assert told(trial) == told(trial.protocol) == told([trial, trial]) == Subject(adopted=True)
    assert told(None, protocol=trial.protocol) == Subject(adopted=True)
    assert told("nothing") == subject() == Subject()


def test_of_several_it_is_what_all_of_them_are():
    trial = two_arms()
    days = trial.protocol.model_copy(update={"design": trial.protocol.design.model_copy(update={"nights_are": "days"})})
    assert subject_of(days).days
    assert not subject_of([days, trial]).days
    assert subject_of({"one": days, "two": days}).days
    assert subject_of([]) == Subject()


def test_words_of_a_table_are_translated_as_sentences_of_their_own():
    with speaking("de") as german, about(DAYS):
        german.missing.clear()
        assert say("{such} nights of no sentence", such=3) == "3 days of no sentence"
        assert german.missing == {"{such} days of no sentence"}
