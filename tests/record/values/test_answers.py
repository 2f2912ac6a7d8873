"""Answers of every kind from text: what people and programs write is read, what can mean anything is refused, cells stay what they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.language import languages, speaking
from nof1.plan.protocol.nightly import answers
from nof1.plan.protocol.recorded import Recorded, find_recorded
from nof1.record.values.answers import clock_from_noon, minutes_from_noon, read_recorded

ONSET, WHERE, RESCUE, WHAT = (*find_recorded("onset"), *find_recorded("where"), *find_recorded("rescue"))
WINE = Recorded(name="wine", title="Wine", kind="number", low=0, high=20, unit="glasses")
CLOCKS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


@pytest.mark.parametrize(
    ("asked", "text", "wanted"),
    [
        (ONSET, "22:30", "22:30"),
        (ONSET, "22.30 Uhr", "22:30"),
        (ONSET, "22:30:00", "22:30"),
        (ONSET, "10:30 PM", "22:30"),
        (ONSET, "12:05 a.m.", "00:05"),
        (ONSET, "12 pm", "12:00"),
        (ONSET, "9:05", "09:05"),
        (ONSET, "22h15", "22:15"),
        (ONSET, "22 Uhr", "22:00"),
        (ONSET, "None", "none"),
        (ONSET, "nein", "none"),
        (ONSET, "-", ""),
        (ONSET, "", ""),
        (WHERE, "Legs and Arms", "legs and arms"),
        (WHERE, "4", "legs and arms"),
        (WHERE, "Beine", "legs"),
        (WHERE, "n/a", ""),
        (RESCUE, "ja", "yes"),
        (RESCUE, "0", "no"),
        (RESCUE, "FALSE", "no"),
        (WHAT, " none ", "none"),
        (WHAT, "ibuprofen; 23:10", "ibuprofen; 23:10"),
        (WINE, "2 glasses", "2"),
        (WINE, "2.50", "2.5"),
    ],
)
def test_answers_are_read_as_they_are_meant(asked, text, wanted):
    assert read_recorded(asked, text) == wanted
    assert read_recorded(asked, wanted) == wanted


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (ONSET, "22"),  # an hour, or minutes, or a slip
        (ONSET, "24:00"),
        (ONSET, "22:75"),
        (ONSET, "15:30 pm"),
        (ONSET, "0 am"),
        (ONSET, "0.9375"),
        (ONSET, "2230"),
        (ONSET, "late"),
        (WHERE, "6"),
        (WHERE, "0"),
        (WHERE, "leg"),
        (RESCUE, "2"),
        (RESCUE, "perhaps"),
        (WINE, "-1"),
        (WINE, "21"),
        (WINE, "two"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_text(asked, text):
    with pytest.raises(ValueError, match=text.replace(".", r"\.")[:4]):
        read_recorded(asked, text)


@given(CLOCKS)
def test_a_clock_time_stays_what_it_is(clock):
    assert read_recorded(ONSET, clock) == clock
    assert clock_from_noon(minutes_from_noon(clock)) == clock


@given(CLOCKS, st.integers(-300, 300))
def test_the_clock_goes_on_over_midnight(clock, later):
    """Two times within some hours of an evening are as far apart as they are, on whichever day each of them is."""
    evening = 8 * 60 + minutes_from_noon(clock) % 240  # from eight in the evening to midnight
    other = clock_from_noon(evening + later)
    assert minutes_from_noon(other) - minutes_from_noon(clock_from_noon(evening)) == later


@pytest.mark.parametrize("language", languages())
def test_choices_are_understood_in_the_language_in_which_they_were_read(language):
    with speaking(language):
        told = answers(WHERE)
    assert [read_recorded(WHERE, text) for text in told] == list(WHERE.choices)
