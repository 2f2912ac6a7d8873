"""Answers of every kind that a person gives each morning, read from text: clock times, choices, yes or no, numbers, words.

One reading for every place that takes an answer: a terminal, the page, a sheet, a file of another program. Knows no trial.
"""

import re
from collections.abc import Collection
from functools import cache

from nof1.language import languages, phrase, say, speaking
from nof1.plan.protocol.recorded import NO, NONE, YES, Recorded
from nof1.record.values.missing import MISSING_NUMBERS
from nof1.record.values.numbers import flag_or_number, number_reader

NOON = 12 * 60
_DAY = 24 * 60
_MORNING, _EVENING = 4 * 60, 16 * 60  # a time between them may be meant for the other half of the day: it is told back
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2})(?::[0-9]{2})?)? ?(?P<half>[ap]\.?m\.?)?(?: ?(?:uhr|h))?",
    re.IGNORECASE,
)
_NUMBER = number_reader(decimal_comma=False)
NO_TIME = phrase("none that night")  # in place of a clock time
_NO_TIME = ("no", "n", "nein", "not at all", "0", "keine", "keiner", "gar nicht")


def read_recorded(asked: Recorded, text: str) -> str:
    """The text of the cell for an answer; "" for a missing one. What it gives is read as itself again.

    Raises
    ------
    ValueError
        If the answer does not fit; the message continues the name of what was asked.

    Examples
    --------
    >>> from nof1.plan.protocol.recorded import find_recorded
    >>> onset, where = find_recorded("onset")[0], find_recorded("where")[0]
    >>> [read_recorded(onset, text) for text in ("10:30 pm", "0.15 Uhr", "no", "")]
    ['22:30', '00:15', 'none', '']
    >>> read_recorded(where, "4"), read_recorded(where, "Beine")
    ('legs and arms', 'legs')
    """
    plain = " ".join(text.split())
    if plain in MISSING_NUMBERS and not (plain.casefold() == NONE and asked.kind in ("clock", "words")):
        return ""
    match asked.kind:
        case "clock":
            return read_clock_answer(plain)
        case "choice":
            return _choice(asked.choices or (), plain)
        case "yes-no":
            return _yes_no(plain)
        case "number":
            return _number(asked, plain)
        case "words":
            return text.strip()


def read_clock_answer(text: str) -> str:
    """A clock time as a cell has it, or that there was none.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> read_clock_answer("9 pm"), read_clock_answer("n")
    ('21:00', 'none')
    """
    plain = " ".join(text.split())
    if plain.casefold() in (NONE, *_NO_TIME, *_in_every_language(NO_TIME)):
        return NONE
    found = _CLOCK.fullmatch(plain)
    hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (99, 0)
    if found and found["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found["half"][0].lower() == "p" else 0)
    elif found and (found["half"] or (found["minute"] is None and plain == found["hour"])):
        hour = 99  # 15 pm, or a bare number, which may be anything
    if hour > 23 or minute > 59:
        raise ValueError(f"{plain[:40]!r} is no time of day. Write it like 22:30 or 10:30 pm, or {NONE}")
    return f"{hour:02}:{minute:02}"


@cache
def _in_every_language(text: str) -> Collection[str]:
    """A text of nof1's own in every language: a sheet may have been filled in in another one than is spoken now."""
    told = set()
    for code in languages():
        with speaking(code):
            told.add(say(text).casefold())
    return frozenset(told)


def _choice(choices: tuple[str, ...], plain: str) -> str:
    said = plain.casefold()
    for choice in choices:
        if said == choice.casefold():
            return choice
    found = [choice for choice in choices if said in _in_every_language(choice)]
    if len(found) == 1:
        return found[0]
    if plain.isascii() and plain.isdecimal() and len(plain) <= 2 and 1 <= int(plain) <= len(choices):
        return choices[int(plain) - 1]
    raise ValueError(f"{plain[:40]!r} is not one of: {', '.join(choices)}")


def _yes_no(plain: str) -> str:
    try:
        value = flag_or_number(plain)
    except ValueError:
        value = None
    if value not in (0, 1):
        raise ValueError(f"{plain[:40]!r} is neither yes nor no")
    return YES if value else NO


def _number(asked: Recorded, plain: str) -> str:
    bare = plain.removesuffix(asked.unit).strip() if asked.unit else plain
    try:
        value = _NUMBER(bare)
    except ValueError:
        value = None
    if value is None:
        raise ValueError(f"{plain[:40]!r} is no number. Write it like 4 or 4.5")
    outside = (asked.low is not None and value < asked.low) or (asked.high is not None and value > asked.high)
    if outside:
        raise ValueError(f"{value:g} is outside of what it can be, {_ends(asked)}")
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _ends(asked: Recorded) -> str:
    if asked.low is None:
        return f"at most {asked.high:g}"
    return f"at least {asked.low:g}" if asked.high is None else f"{asked.low:g} to {asked.high:g}"


def by_day(clock: str) -> bool:
    """Whether a clock time lies in the hours between morning and afternoon: perhaps another half of the day was meant.

    Examples
    --------
    >>> [by_day(text) for text in ("22:30", "10:30", "00:15", "none")]
    [False, True, False, False]
    """
    return clock not in ("", NONE) and _MORNING <= _minute(clock) < _EVENING


def minutes_from_noon(clock: str) -> int:
    """Minutes after the noon before the night, so that 23:50 and 00:10 are neighbours.

    Examples
    --------
    >>> minutes_from_noon("23:50"), minutes_from_noon("00:10")
    (710, 730)
    """
    return (_minute(clock) - NOON) % _DAY


def clock_from_noon(minutes: float) -> str:
    """The clock time of so many minutes after noon, to the minute.

    Examples
    --------
    >>> clock_from_noon(720)
    '00:00'
    """
    hour, minute = divmod((round(minutes) + NOON) % _DAY, 60)
    return f"{hour:02}:{minute:02}"


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
