"""Days and times as people say them; what could be two is none."""

from datetime import date, timedelta

import pytest

from nof1.cli.terminal.when import said_clock, said_day
from nof1.language import speaking

MONDAY = date(2026, 11, 30)
AHEAD = (MONDAY, MONDAY + timedelta(days=730))
BEFORE = (MONDAY - timedelta(days=7300), MONDAY)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("tonight", 0),
        ("Today", 0),
        ("this evening", 0),
        ("TOMORROW", 1),
        ("the day after tomorrow", 2),
        ("heute Abend", 0),
        ("morgen", 1),
        ("übermorgen", 2),
        ("fri", 4),
        ("Friday", 4),
        ("Freitag", 4),
        ("Fr.", 4),
        ("5 Dec", 5),
        ("Dec 5", 5),
        ("5. Dezember", 5),
        ("5.12.", 5),
        ("5.12.2026", 5),
        ("2026-12-05", 5),
        ("13/12/2026", 13),
        ("12/13/2026", 13),
    ],
)
def test_a_day_ahead(text, days):
    assert said_day(text, MONDAY, *AHEAD) == MONDAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "days"), [("yesterday", 1), ("gestern", 1), ("last night", 1), ("fri", 3), ("20 Nov", 10), ("5 Dec", 360)]
)
def test_a_day_before(text, days):
    assert said_day(text, MONDAY, *BEFORE) == MONDAY - timedelta(days=days)


@pytest.mark.parametrize(
    "text", ["", "5", "12/11/2026", "monday", "soon", "31.2.2027", "2026-13-01", "21:30", "d", "²"]
)
def test_what_is_no_day_or_could_be_two_is_none(text):
    assert said_day(text, MONDAY, *AHEAD) is None


def test_a_language_that_is_not_spoken_is_understood_all_the_same():
    with speaking("de"):
        assert said_day("tonight", MONDAY, *AHEAD) == MONDAY
    assert said_day("morgen abend", MONDAY, *AHEAD) == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("9pm", "21:00"),
        ("9 PM", "21:00"),
        ("9 p.m.", "21:00"),
        ("9:15pm", "21:15"),
        ("12am", "00:00"),
        ("12pm", "12:00"),
        ("21", "21:00"),
        ("21 Uhr", "21:00"),
        ("21:30 Uhr", "21:30"),
        ("21.30", "21:30"),
        ("7:05", "07:05"),
    ],
)
def test_a_time_of_day(text, clock):
    assert said_clock(text) == clock
    assert said_clock(clock) == clock


@pytest.mark.parametrize(
    "text", ["", "9", "0", "25:00", "13pm", "21:60", "21:30:15", "21:30Z", "half past nine", "٩pm"]
)
def test_what_is_no_time_or_could_be_two_is_none(text):
    assert said_clock(text) is None
