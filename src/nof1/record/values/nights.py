"""The night that a moment belongs to.

A night is the calendar date of the evening on which it begins. Local dates throughout: no zone and no daylight saving
moves a night. How they are written is known in `nof1.record.values.moments`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from nof1.errors import InputError
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.date_order import settle_order, telling_dates
from nof1.record.values.moments import (
    LONGEST,
    DateOrder,
    UnreadableError,
    of_serial,
    read_clock,
    read_day,
    serial_number,
    split,
    with_clock,
    written_in_full,
)
from nof1.record.values.years import Nights

__all__ = [
    "DAY_BEGINS",
    "Belongs",
    "DateOrder",
    "DatedBy",
    "Moment",
    "Nights",
    "joined",
    "last_night",
    "moment_reader",
    "night_of",
    "parse_moment",
    "settle_order",
    "telling_dates",
]

DatedBy = Literal["evening", "morning", "day"]
# "night": a rating or sleep. "day": what was done or eaten on the calendar day before the night that begins that evening. "day
# before": an answer that speaks of yesterday or of last night, whenever it is given.
Belongs = Literal["night", "day", "day before"]
# Somebody who logs at half past midnight has not slept yet: the new day begins at four.
DAY_BEGINS = time(4)

_NOON = time(12)
_ONE_DAY = timedelta(days=1)
_KEPT = 1 << 17  # texts remembered at once: more than a day has seconds
_UTC_NAMES = frozenset({"utc", "gmt", "z", "zulu", "etc/utc", "etc/gmt", "etc/uct", "uct", "universal", "greenwich"})
# Names that a system's folder of zones may hold although they are no place: what they mean depends on the machine.
_NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})

Reader = Callable[..., "Moment"]


class Moment(NamedTuple):
    """A local date, the clock time where one was given, and how far that clock was ahead of UTC where the text told it."""

    day: date
    clock: time | None = None
    offset: timedelta | None = None


def last_night(now: datetime) -> date:
    """The night that a person means by "last night" at this moment.

    >>> last_night(datetime(2026, 11, 23, 7, 0)), last_night(datetime(2026, 11, 23, 0, 30))
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 21))
    """
    return (now - timedelta(hours=DAY_BEGINS.hour)).date() - _ONE_DAY


def tonight(now: datetime) -> date:
    """The night whose evening it is, or that has begun: after midnight it is still that of the evening before.

    >>> tonight(datetime(2026, 12, 7, 1, 30)), tonight(datetime(2026, 12, 7, 7, 0))
    (datetime.date(2026, 12, 6), datetime.date(2026, 12, 7))
    """
    return last_night(now) + _ONE_DAY


def night_of(moment: Moment, dated_by: DatedBy, belongs: Belongs = "night") -> date:
    """The night that a row dated by this moment belongs to.

    Parameters
    ----------
    moment : Moment
        Local date, and local clock time where there is one.
    dated_by : {"evening", "morning", "day"}
        What the date means. "evening": a clock time before noon belongs to the evening before, so 00:35 and 03:30 are
        still that night. "morning": the date is the one after the night, with any clock time. "day": the date is the
        night's own, with any clock time.
    belongs : {"night", "day", "day before"}
        With "day", a clock time before 04:00 belongs to the day before, any later one to its date; without a clock time
        the date is the day's own, and the day after it where the file is dated by the morning. With "day before", any clock
        time belongs to the night that begins on the evening before, unless the file is dated by the day.

    Returns
    -------
    date
        The evening on which the night begins.

    Raises
    ------
    InputError
        If that is the evening before the first day that there is.

    Examples
    --------
    >>> half_past_midnight = Moment(date(2026, 11, 23), time(0, 30))
    >>> night_of(half_past_midnight, "evening"), night_of(half_past_midnight, "day")
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 23))
    """
    clock = moment.clock
    if clock is None or (belongs != "day" and dated_by != "evening"):
        before = dated_by == "morning"
    elif belongs == "day before":
        before = True
    else:
        before = clock < (DAY_BEGINS if belongs == "day" else _NOON)
    if not before:
        return moment.day
    if moment.day == date.min:
        raise InputError(f"{moment.day} has no evening before it. Check the dates.")
    return moment.day - _ONE_DAY


def joined(day: str, clock: str) -> str:
    """The text of a moment whose date and clock time stand in two cells; a blank clock time leaves the date alone.

    Raises
    ------
    ValueError
        If the clock time is none, with words to which the caller adds the place.

    Examples
    --------
    >>> joined("23.11.2026", "00:35"), joined("23.11.2026", "")
    ('23.11.2026 00:35', '23.11.2026')
    """
    try:
        return with_clock(day, clock)
    except UnreadableError:
        raise ValueError(f"{clock.strip()[:40]!r} is no time that can be read, such as 22:15 or 10:15 PM") from None


def moment_reader(
    order: DateOrder, zone: str | None = None, *, zone_of_row: bool = False, near: Nights | None = None
) -> Reader:
    """Make the reader of a column of moments.

    Parameters
    ----------
    order : DateOrder
        How dates of three numbers are written. Dates that begin with the year, and months by their names, are read in any
        order.
    zone : str, optional
        IANA name of the zone that moments with an offset or a zone are turned into, such as "Europe/Berlin". Without it
        they keep the clock time that is written. A time with neither is local and stays as it is.
    zone_of_row : bool
        Whether the zone that a row names is also where the person was: a time in UTC is turned into it where no `zone` is
        given.
    near : (date, date), optional
        The first and the last night that the moments are about. It tells the century of a year of two digits, and the year of
        a date without one (Sep 23) where a single year makes it one of these nights.

    Returns
    -------
    callable
        ``read(text, zone_name="") -> Moment``; `zone_name` is what the row says of the zone of a time without an offset.
        It drops fractions of a second. A spreadsheet's day number without a fraction has no clock time. It raises
        ValueError, with words (and no full stop) to which the caller adds the place, if the text is no date, or if
        `zone_name` is needed and no zone; and AmbiguousInput, with the option "zone", if the time is in UTC and nobody said where the person was.

    Raises
    ------
    InputError
        If there is no such zone.

    Examples
    --------
    >>> moment_reader("ymd", "Europe/Berlin")("2026-11-23T22:30:00Z")
    Moment(day=datetime.date(2026, 11, 23), clock=datetime.time(23, 30), offset=datetime.timedelta(seconds=3600))
    """
    target = None if zone is None else _asked_zone(zone)
    # Whole texts are remembered only without a clock time: with one, they hardly ever come again.
    dates: dict[str, Moment] = {}
    days: dict[str, date] = {}
    clocks: dict[str, tuple[time, tzinfo | None]] = {}

    def parts(text: str) -> tuple[date, time | None, tzinfo | None]:
        if len(text) > LONGEST:
            raise UnreadableError
        plain = " ".join(text.split())
        head, rest = split(plain)
        if order == "serial" and (number := serial_number(head)) is not None:
            date_of, clock = of_serial(number)
            return (date_of, *read_clock(rest)) if rest else (date_of, clock, None)
        day = days.get(head)
        if day is None:
            day = _remember(days, head, read_day(head, order, near))
        if not rest:
            return day, None, None
        return day, *(clocks.get(rest) or _remember(clocks, rest, read_clock(rest)))

    def read(text: str, zone_name: str = "") -> Moment:
        known = dates.get(text)
        if known is not None:
            return known
        try:
            day, clock, offset = written_in_full(text) or parts(text)
        except UnreadableError as problem:
            raise ValueError(f"{text.strip()[:40]!r} is no date that can be read{problem}") from None
        if clock is None:
            return _remember(dates, text, Moment(day))
        if offset is None and not zone_name:
            return Moment(day, clock)
        return _placed(text, day, clock, offset, zone_name.strip(), target, zone_of_row)

    return read


def parse_moment(
    text: str, order: DateOrder, zone: str | None = None, *, clock: str = "", near: Nights | None = None, where: str
) -> Moment:
    """A date with or without a clock time, which may stand in a cell of its own; see `moment_reader`.

    Raises
    ------
    AmbiguousInput
        If the time is in UTC and no zone is given.
    InputError
        If the text is no date in this order. The message begins with `where`.
    """
    try:
        return _plain_reader(order, zone, near)(joined(text, clock))
    except AmbiguousInput as question:
        raise AmbiguousInput(f"{where}: {question}", option=question.option, choices=question.choices) from None
    except ValueError as problem:
        raise InputError(f"{where}: {problem}.") from None


@lru_cache(maxsize=4)
def _plain_reader(order: DateOrder, zone: str | None, near: Nights | None) -> Reader:
    return moment_reader(order, zone, near=near)


def _remember[K, V](known: dict[K, V], key: K, value: V) -> V:
    if len(known) >= _KEPT:
        known.clear()
    known[key] = value
    return value


def _placed(
    text: str, day: date, clock: time, offset: tzinfo | None, zone_name: str, target: tzinfo | None, zone_of_row: bool
) -> Moment:
    """The local moment of one that is written with an offset, or in a row that names its zone."""
    if target is None:
        in_utc = zone_name.casefold() in _UTC_NAMES if offset is None else not offset.utcoffset(None)
        if not in_utc:
            return Moment(day, clock, None if offset is None else offset.utcoffset(None))
        if not zone_of_row or not zone_name or zone_name.casefold() in _UTC_NAMES:
            raise AmbiguousInput(
                f"The times are in UTC (such as {text.strip()[:40]!r}), which need not be your own clock. "
                "Say in which zone you were: zone='Europe/Berlin'",
                option="zone",
                choices=(),
            )
        target = _zone_of_row(zone_name)
    if offset is None:
        if not zone_name:
            return Moment(day, clock)
        offset = _zone_of_row(zone_name)
    local = datetime.combine(day, clock, offset).astimezone(target)
    return Moment(local.date(), local.time(), local.utcoffset())


def _asked_zone(name: str) -> tzinfo:
    found = _zone(name)
    if found is None:
        raise InputError(
            f"{name[:40]!r} is no time zone that is known. Name one by its place, such as zone='Europe/Berlin' or zone='America/New_York'."
        )
    return found


def _zone_of_row(name: str) -> tzinfo:
    if name.casefold() in _UTC_NAMES:
        return UTC
    found = _zone(name)
    if found is None:
        raise ValueError(f"{name[:40]!r} is no time zone that is known, such as Europe/Berlin")
    return found


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo | None:
    if not name or name in _NO_PLACES:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
