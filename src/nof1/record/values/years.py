"""The year that a date leaves out or cuts short: the one that fits the nights that it can be of, and none where several do.

Must not know how dates are written.
"""

from collections.abc import Iterator
from datetime import date, timedelta

# The first and the last night that the dates of a file are about: those of the trial that it is imported into.
Nights = tuple[date, date]

_CENTURIES = (1900, 2000, 2100)
_FARTHEST = timedelta(days=20 * 365.25)  # a date of this much before or after can still be of the same diary
_NEXT_MORNING = timedelta(days=1)


def short_year(digits: str, month: int, day: int, near: Nights | None) -> int | None:
    """The whole year of two digits: of the century in which the date is nearest to the nights; None where none is near.

    >>> short_year("26", 9, 1, (date(2026, 9, 1), date(2026, 11, 23)))
    2026
    """
    if near is None:
        return None
    found = sorted((_away(when, near), when.year) for when in _dates((c + int(digits) for c in _CENTURIES), month, day))
    return found[0][1] if found and found[0][0] <= _FARTHEST else None


def fitting_years(month: int, day: int, near: Nights) -> list[int]:
    """The years in which a day and month are a night, or the morning after the last one.

    >>> fitting_years(9, 23, (date(2026, 9, 1), date(2026, 11, 23)))
    [2026]
    """
    first, last = near
    dates = _dates(range(first.year, (last + _NEXT_MORNING).year + 1), month, day)
    return [when.year for when in dates if first <= when <= last + _NEXT_MORNING]


def in_reach(when: date, near: Nights, days: int) -> bool:
    """Whether a date is among the nights, or so many days before or after them."""
    return _away(when, near) <= timedelta(days=days)


def _dates(years: "Iterator[int] | range", month: int, day: int) -> Iterator[date]:
    for year in years:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _away(when: date, near: Nights) -> timedelta:
    first, last = near
    return max(first - when, when - last, timedelta(0))
