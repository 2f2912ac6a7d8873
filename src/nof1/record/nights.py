"""Dates as people and exports write them, and the night a moment belongs to.

A night is the calendar date of the evening on which it begins. Local dates throughout: no zone moves a night.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from nof1.errors import InputError

DateOrder = Literal["dmy", "mdy", "ymd"]
DatedBy = Literal["evening", "morning"]
# Somebody who logs at half past midnight has not slept yet: the new day begins at four.
DAY_BEGINS = time(4)

_PARTS = re.compile(
    r"(?P<a>\d{1,4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,4})"
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?\s*(?P<half>[AaPp][Mm])?)?"
)


@dataclass(frozen=True)
class Moment:
    """A date, and the local clock time where one was given."""

    day: date
    clock: time | None = None


def last_night(now: datetime) -> date:
    """The night that a person means by "last night" at this moment.

    >>> last_night(datetime(2026, 11, 23, 7, 0)), last_night(datetime(2026, 11, 23, 0, 30))
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 21))
    """
    return (now - timedelta(hours=DAY_BEGINS.hour)).date() - timedelta(days=1)


def night_of(moment: Moment, dated_by: DatedBy) -> date:
    """The night that a row dated by this moment belongs to.

    A table dated by the morning is shifted by one day. In one dated by the evening a clock time before noon belongs
    to the evening before: 00:35 and 03:30 are still that night.
    """
    if dated_by == "morning" or (moment.clock is not None and moment.clock < time(12)):
        if moment.day == date.min:
            raise InputError(f"{moment.day} has no evening before it. Check the dates.")
        return moment.day - timedelta(days=1)
    return moment.day


def settle_order(texts: Iterable[str], chosen: DateOrder | None) -> DateOrder:
    """How day, month and year are ordered in a column of dates.

    Raises
    ------
    InputError
        If the column can be read two ways, or contradicts itself, and no order was chosen.
    """
    if chosen is not None:
        return chosen
    first_above = second_above = False
    example = ""
    for text in texts:
        match = _PARTS.match(text.strip())
        if match is None or len(match["a"]) == 4:
            continue
        example = example or text.strip()
        first_above |= int(match["a"]) > 12
        second_above |= int(match["b"]) > 12
    if not example:
        return "ymd"
    if first_above == second_above:
        reason = "contradict each other" if first_above else "can be read two ways"
        raise InputError(
            f"The dates {reason} (such as {example[:30]!r}). Say how they are written: --date-order dmy (day first) or mdy (month first)."
        )
    return "dmy" if first_above else "mdy"


def parse_moment(text: str, order: DateOrder, *, where: str) -> Moment:
    """A date with or without a clock time.

    Raises
    ------
    InputError
        If the text is no date in this order.
    """
    match = _PARTS.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        a, b, c = match["a"], match["b"], match["c"]
        year, month, day = {"dmy": (c, b, a), "mdy": (c, a, b), "ymd": (a, b, c)}["ymd" if len(a) == 4 else order]
        if len(year) != 4:
            raise ValueError
        return Moment(date(int(year), int(month), int(day)), _clock(match))
    except ValueError:
        raise InputError(
            f"{where}: {text.strip()[:40]!r} is no date that can be read, such as 2026-11-23 or 23.11.2026."
        ) from None


def _clock(match: re.Match[str]) -> time | None:
    if match["hour"] is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    return time(hour, int(match["minute"]), int(match["second"] or 0))
