"""Moments as people and programs write them: dates, clock times and offsets from UTC, read strictly.

A text that is no moment, or could be two, is refused and never guessed at. Must not know nights, zones of places or questions.
"""

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

from nof1.record.values.years import Nights, fitting_years, short_year

# "serial": a spreadsheet's day numbers, days since 1899-12-30.
DateOrder = Literal["dmy", "mdy", "ymd", "serial"]

LONGEST = 80  # letters of a text that can be a moment

_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954-10-03 to 2119-01-10
_SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - local time
_FARTHEST = timedelta(hours=14)  # from UTC

_NUMERIC = re.compile(
    r"(?P<a>[0-9]{1,4})(?:(?P<mark>[-/])|\. ?)(?P<b>[0-9]{1,2})(?(mark)(?P=mark)|\. ?)(?P<c>[0-9]{1,4})(?=$|[ ,Tt])"
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?[ /-]?(?P<name>[^\W\d_]+)(?:\.|,)?[ /-]?(?P<year>[0-9]{2,4})", re.IGNORECASE
)
_MONTH_FIRST = re.compile(
    r"(?P<name>[^\W\d_]+)\.?[ /-]?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:, ?|[ /-])(?P<year>[0-9]{2,4})", re.IGNORECASE
)
_YEAR_FIRST = re.compile(
    r"(?P<year>[0-9]{4})(?:, ?|[. /-])?(?P<name>[^\W\d_]+)\.?[ /-]?(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?",
    re.IGNORECASE,
)
# Without a year. "Sep-23" is no day: spreadsheet programs write a month and its year so.
_DAY_MONTH = re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?[ /-]?(?P<name>[^\W\d_]+)\.?", re.IGNORECASE)
_MONTH_DAY = re.compile(r"(?P<name>[^\W\d_]+)\.? ?(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?", re.IGNORECASE)
_DAY_DOT_MONTH = re.compile(r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\.")
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]{1,20})?")
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?| Uhr)?"
    r"(?P<zone> ?(?:Z|UTC|GMT)| ?(?:UTC|GMT) ?(?P<named>[+-][0-9]{1,2}(?::?[0-9]{2})?)| ?(?P<bare>[+-][0-9]{2}(?::?[0-9]{2})?))?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed|thu(?:rs?)?|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)(?![^\W_])\.?,? ?",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jän jänner jaenner",
            "feb february februar",
            "mar march mär mrz märz maerz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}


class UnreadableError(Exception):
    """Why a text is no moment; the words follow "is no date that can be read"."""

    def __init__(self, why: str = ", such as 2026-11-23 or 23.11.2026") -> None:
        super().__init__(why)


def written_in_full(text: str) -> tuple[date, time, tzinfo | None] | None:
    """Date, time and zone of 2026-11-23T22:15:00 and its like, the quick way. None: it has to be looked at more closely."""
    if len(text) < 19 or text[4] != "-" or text[7] != "-" or text[13] != ":" or text[16] != ":":
        return None
    # Newer Pythons read 24:00 as the next day.
    if text[10] not in "T " or text[11:13] == "24" or len(text) > LONGEST or not text.isascii():
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    zone = found.tzinfo
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR or (zone is not None and not _is_near(zone)):
        return None
    clock = found.time()
    return found.date(), clock.replace(microsecond=0) if clock.microsecond else clock, zone


def split(text: str) -> tuple[str, str]:
    """The date and the clock time of a text; the second is empty where there is none.

    Raises
    ------
    UnreadableError
        If there is a clock time without a date.
    """
    colon = text.find(":")
    if colon < 0:
        return text, ""
    cut = text.rfind(" ", 0, colon)
    if cut >= 0:
        return text[:cut].removesuffix(" at").removesuffix(" um").removesuffix(","), text[cut + 1 :]
    cut = text.upper().rfind("T", 0, colon)
    if cut < 0:
        raise UnreadableError
    return text[:cut], text[cut + 1 :]


def read_day(text: str, order: DateOrder, near: Nights | None = None) -> date:
    """The date that a text without clock time is. A weekday before it is left out of account.

    Parameters
    ----------
    near : (date, date), optional
        The nights that tell the century of a year of two digits, and the year of a date without one.

    Raises
    ------
    UnreadableError
        If it is none in this order, or several years fit.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = without_weekday(text)
    if match := _COMPACT.fullmatch(text):
        # With a year from 1900 to 2200, eight digits that are a date in this order are none in another one.
        return _date(match[1], int(match[2]), match[3], near)
    if match := _NUMERIC.fullmatch(text):
        a, b, c = match["a"], match["b"], match["c"]
        if len(a) > 2:
            return _date(a, int(b), c, near)
        if order in ("ymd", "serial"):
            if len(c) > 2:
                raise UnreadableError
            return _date(a, int(b), c, near)
        return _date(c, int(b), a, near) if order == "dmy" else _date(c, int(a), b, near)
    for form in (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST, _DAY_MONTH, _MONTH_DAY):
        match = form.fullmatch(text)
        if match is not None and (month := _MONTHS.get(match["name"].casefold())) is not None:
            year = match.groupdict().get("year")
            return _without_year(month, match["day"], near) if year is None else _date(year, month, match["day"], near)
    if match := _DAY_DOT_MONTH.fullmatch(text):
        return _without_year(int(match["month"]), match["day"], near)
    raise UnreadableError


def leaves_year_open(text: str) -> bool:
    """Whether a text that is a date does not write all four digits of its year."""
    return re.search(r"[0-9]{4}", split(" ".join(text.split()))[0]) is None


def read_clock(text: str) -> tuple[time, tzinfo | None]:
    """Clock time, and the offset from UTC where one is written. Fractions of a second are dropped.

    Raises
    ------
    UnreadableError
        If it is none.
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise UnreadableError
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise UnreadableError
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    try:
        clock = time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        raise UnreadableError from None
    return clock, _offset(match["named"] or match["bare"] or "+0") if match["zone"] else None


def with_clock(day: str, clock: str) -> str:
    """A date with the clock time that stands in a cell of its own; as it is where that is blank, or the date has a time itself.

    Raises
    ------
    UnreadableError
        If the clock time is none.
    """
    plain = " ".join(clock[:LONGEST].split())
    if not plain or not day or ":" in day:
        return day
    read_clock(plain)
    return f"{day} {plain}"


def numeric_readings(text: str) -> tuple[bool, bool]:
    """Whether the text begins with a date of three numbers, the year last, by day first, and by month first."""
    match = _NUMERIC.match(without_weekday(text))
    if match is None or len(match["a"]) > 2 or len(match["c"]) != 4:
        return False, False
    return _exists(match["c"], match["b"], match["a"]), _exists(match["c"], match["a"], match["b"])


def short_readings(text: str, near: Nights) -> dict[DateOrder, date]:
    """The date with which the text begins, three numbers with a year of two digits, in each order in which it is one."""
    match = _NUMERIC.match(without_weekday(text))
    if match is None or len(match["a"]) > 2 or len(match["c"]) > 2:
        return {}
    a, b, c = match["a"], match["b"], match["c"]
    found: dict[DateOrder, date] = {}
    readings: tuple[tuple[DateOrder, str, str, str], ...] = (("dmy", c, b, a), ("mdy", c, a, b), ("ymd", a, b, c))
    for order, year, month, day in readings:
        with suppress(UnreadableError):
            found[order] = _date(year, int(month), day, near)
    return found


def serial_number(text: str) -> float | None:
    """A spreadsheet's day number, or None if the text is none from 20000 to 80000."""
    if _SERIAL.fullmatch(text) is None:
        return None
    number = float(text.replace(",", "."))
    return number if _FIRST_SERIAL <= number <= _LAST_SERIAL else None


def of_serial(number: float) -> tuple[date, time | None]:
    """Date, and clock time to the second where the day number has a fraction."""
    moment = _SERIAL_EPOCH + timedelta(days=int(number), seconds=round(number % 1 * 86_400))
    return moment.date(), moment.time() if number % 1 else None


def without_weekday(text: str) -> str:
    """The text without the name of a weekday before it."""
    match = _WEEKDAY.match(text)
    return text[match.end() :] if match else text


def _date(year: str, month: int, day: str, near: Nights | None = None) -> date:
    if len(year) <= 2:
        return _of_short_year(year, month, day, near)
    if len(year) != 4 or len(day) > 2:
        raise UnreadableError
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise UnreadableError(f", such as 2026-11-23: its year is not from {_FIRST_YEAR} to {_LAST_YEAR}")
    try:
        return date(int(year), month, int(day))
    except ValueError:
        raise UnreadableError from None


def _of_short_year(year: str, month: int, day: str, near: Nights | None) -> date:
    if len(day) > 2:
        raise UnreadableError
    found = short_year(year, month, int(day), near) if len(year) == 2 else None
    if found is None:
        raise UnreadableError(": its year has two digits. Write all four, such as 2026-11-23")
    return date(found, month, int(day))


def _without_year(month: int, day: str, near: Nights | None) -> date:
    if near is None:
        raise UnreadableError(": it has no year. Write it with its year, such as 2026-11-23")
    years = fitting_years(month, int(day), near)
    if len(years) != 1:
        fits = "several years fit" if years else "in no year is it one of the trial's nights"
        raise UnreadableError(f": it has no year, and {fits}. Write it with its year, such as 2026-11-23")
    return date(years[0], month, int(day))


def _exists(year: str, month: str, day: str) -> bool:
    try:
        _date(year, int(month), day)
    except UnreadableError:
        return False
    return True


def _is_near(zone: tzinfo) -> bool:
    return abs(zone.utcoffset(None) or timedelta(0)) <= _FARTHEST


def _offset(text: str) -> tzinfo:
    digits = text[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or offset > _FARTHEST:
        raise UnreadableError
    return timezone(-offset if text[0] == "-" else offset)
