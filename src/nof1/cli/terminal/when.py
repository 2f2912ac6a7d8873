"""Days and times of day as people say them: tonight, tomorrow, Friday, 5 Dec; 9pm, 21.30, 21 Uhr.

What could be two days or two times is none here, so that it is asked for again. Knows no question and prints nothing.
"""

import re
from contextlib import suppress
from datetime import date, time, timedelta
from functools import cache

from nof1.language import languages, phrase, say, speaking, spoken
from nof1.record.values.moments import DateOrder, UnreadableError, numeric_readings, read_clock, read_day

# What a day is called, and how many days from today that is.
_NEAR = {
    phrase("today"): 0,
    phrase("tonight"): 0,
    phrase("this evening"): 0,
    phrase("tomorrow"): 1,
    phrase("tomorrow evening"): 1,
    phrase("the day after tomorrow"): 2,
    phrase("yesterday"): -1,
    phrase("last night"): -1,
}
_WEEKDAYS = (
    ("monday", "mon", "montag", "mo"),
    ("tuesday", "tue", "tues", "dienstag", "di"),
    ("wednesday", "wed", "mittwoch", "mi"),
    ("thursday", "thu", "thur", "thurs", "donnerstag", "do"),
    ("friday", "fri", "freitag", "fr"),
    ("saturday", "sat", "samstag", "sonnabend", "sa"),
    ("sunday", "sun", "sonntag", "so"),
)
_WEEK = 7
_YEAR = timedelta(days=364)
_IN_FULL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"([0-9]{1,2})(?: ?([ap])\.?m\.?| ?(?:uhr|h))", re.IGNORECASE)
_POINT = re.compile(r"([0-9]{1,2})\.([0-9]{2})(?: ?uhr)?", re.IGNORECASE)


def said_day(text: str, today: date, first: date, last: date) -> date | None:
    """The day that somebody means, who can mean one from `first` to `last`; None if it is none, or could be two.

    A year that is not said, and a weekday, are those of the one day that fits.

    Examples
    --------
    >>> today = date(2026, 11, 30)
    >>> str(said_day("tomorrow", today, today, date(2027, 11, 30))), str(said_day("fri", today, today, date(2027, 11, 30)))
    ('2026-12-01', '2026-12-04')
    >>> said_day("4/5/2026", today, today, date(2027, 11, 30)) is None
    True
    """
    plain = " ".join(text.casefold().split())
    if (days := _near_words(spoken().code).get(plain)) is not None:
        return today + timedelta(days=days)
    for number, names in enumerate(_WEEKDAYS):
        if plain.removesuffix(".") in names:
            return _weekday(number, today, first, last)
    if "/" in plain and all(numeric_readings(plain)):
        return None
    if _IN_FULL.fullmatch(plain):
        return date_in_full(plain)
    with suppress(UnreadableError):
        return read_day(plain, _order(plain), _year_around(today, first, last))
    # Who speaks one language may type another; looked up last, since a catalogue takes a moment to read.
    words = [found for code in languages() if (found := _near_words(code).get(plain)) is not None]
    return today + timedelta(days=words[0]) if words else None


def date_in_full(text: str) -> date | None:
    """A date of any year, written as 2026-11-23, for which nobody has to know what day it is; None for any other text.

    Examples
    --------
    >>> str(date_in_full("2026-11-23")), date_in_full("2026-02-30")
    ('2026-11-23', None)
    """
    with suppress(ValueError):
        return date.fromisoformat(text) if _IN_FULL.fullmatch(text) else None
    return None


@cache
def _near_words(code: str) -> dict[str, int]:
    """The words of a language, by how many days from today they are."""
    with speaking(code):
        return {str(say(words)).casefold(): days for words, days in _NEAR.items()}


def _order(plain: str) -> DateOrder:
    """Day first, as with points, unless slashes can be read with the month first alone."""
    return "mdy" if "/" in plain and not numeric_readings(plain)[0] else "dmy"


def _year_around(today: date, first: date, last: date) -> tuple[date, date]:
    """The days that a date without a year can be: a year ahead, a year back, or half a year either way."""
    if first >= today:
        return first, min(last, first + _YEAR)
    if last <= today:
        return max(first, last - _YEAR), last
    return max(first, today - _YEAR / 2), min(last, today + _YEAR / 2)


def _weekday(number: int, today: date, first: date, last: date) -> date | None:
    """The next one, or the last one where only that can be meant; of today's own name nobody can tell which week."""
    ahead = (number - today.weekday()) % _WEEK
    if ahead == 0:
        return None
    near = [today + timedelta(days=ahead), today + timedelta(days=ahead - _WEEK)]
    return next((day for day in near if first <= day <= last), None)


def said_clock(text: str) -> str | None:
    """The time of day that somebody means, such as "21:30"; None if it is none, or could be two: 9 is morning and evening.

    Examples
    --------
    >>> said_clock("9pm"), said_clock("21.30"), said_clock("9:15 pm"), said_clock("9")
    ('21:00', '21:30', '21:15', None)
    """
    plain = " ".join(text.split())
    if found := _POINT.fullmatch(plain):
        plain = f"{found[1]}:{found[2]}"
    elif found := _HOUR.fullmatch(plain):
        plain = f"{found[1]}:00" + (f" {found[2]}m" if found[2] else "")
    elif re.fullmatch(r"1[3-9]|2[0-3]", plain):
        plain = f"{plain}:00"
    try:
        clock, zone = read_clock(plain)
    except UnreadableError:
        return None
    return None if zone is not None or clock.second else f"{time(clock.hour, clock.minute):%H:%M}"
