"""Amounts as people write them into a cell: with their unit ("7h 25min", "200mg", "2 cups", "65 %"), or as a duration "7:54".

Must not know columns, measures or nights. What a plain number means is not decided here.
"""

import re
from collections.abc import Callable, Iterable

from nof1.record.values.units import Unit, added_up, read_unit, scaled

_LONGEST = 60  # letters of a text that can be an amount
_MINUTES = Unit("minutes", "duration", 1.0)
# A number with whatever marks, and the word or sign behind it. What the number is, the column's own reader says.
_PART = re.compile(
    r"\s*(?P<number>[+-]?[0-9.,](?:[0-9.,'\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{RIGHT SINGLE QUOTATION MARK}]*[0-9])?)"
    r"\s?(?P<unit>%|[^\W\d_]+(?:/min)?)?\.?\s*(?:,|and\b|und\b)?"
)
_CLOCK = re.compile(
    r"(?P<first>[0-9]{1,3}):(?P<second>[0-5][0-9])(?::(?P<third>[0-5][0-9])(?:[.,][0-9]{1,9})?)?(?:\s?(?P<unit>[^\W\d_]+)\.?)?"
)
_ISO = re.compile(r"PT(?=[0-9])(?:([0-9]{1,4})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,6})(?:\.[0-9]+)?S)?")
_MARKED = re.compile(
    r"[0-9.,'\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{RIGHT SINGLE QUOTATION MARK}]+"
)


def parse_amount(text: str, number: Callable[[str], float | None]) -> tuple[float, Unit] | None:
    """The amount that a text is, in a unit that it names itself; None if it names none that is known.

    Parameters
    ----------
    number : callable
        Reads a plain number of the column; see `number_reader`. It raises ValueError for anything else.

    Examples
    --------
    >>> for text in ("7h 25min", "200mg", "7:54:30", "7:54"):
    ...     found = parse_amount(text, float)
    ...     print(None if found is None else (found[0], found[1].name))
    (445.0, 'minutes')
    (200.0, 'mg')
    (474.5, 'minutes')
    None
    """
    plain = text.strip()
    if not plain or len(plain) > _LONGEST:
        return None
    if match := _ISO.fullmatch(plain):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return (hours * 3600 + minutes * 60 + seconds) / 60, _MINUTES
    if match := _CLOCK.fullmatch(plain):
        return _of_clock(match)
    parts: list[tuple[float, Unit | None]] = []
    place = 0
    while place < len(plain):
        part = _PART.match(plain, place)
        if part is None:
            return None
        unit = _unit_of(part["unit"], parts[-1][1] if parts else None)
        if part["unit"] and unit is None:
            return None
        try:
            value = number(part["number"])
        except ValueError:
            return None
        if value is None:
            return None
        parts.append((value, unit))
        place = part.end()
    return _of_parts(parts)


def parse_clock(text: str, unit: Unit) -> float | None:
    """Minutes of a duration such as 7:54, in hours and minutes or in minutes and seconds as `unit.clock` says; None if it is none.

    >>> parse_clock("7:54", read_unit("h:mm")), parse_clock("7:54", read_unit("m:ss"))
    (474.0, 7.9)
    """
    match = _CLOCK.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None or match["third"] or match["unit"] or not unit.clock:
        return None
    first, second = int(match["first"]), int(match["second"])
    return float(first * 60 + second) if unit.clock == "hours" else (first * 60 + second) / 60


def is_clock(text: str) -> bool:
    """Whether a text is a duration of two numbers, which does not say itself whether they are hours or minutes.

    >>> is_clock("7:54"), is_clock("7:54:00"), is_clock("7:54 h")
    (True, False, False)
    """
    match = _CLOCK.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    return match is not None and not match["third"] and not match["unit"]


def numbers_in(texts: Iterable[str]) -> set[str]:
    """The numbers in texts such as "7,5 h", for finding out how they are written; a text without a unit as it is.

    >>> sorted(numbers_in(["7,5 h", "1h 30,5min", "4.5", "so, so"]))
    ['1', '30,5', '4.5', '7,5', 'so, so']
    """
    found: set[str] = set()
    for text in texts:
        plain = text.strip()
        parts = [part for part in _MARKED.findall(plain) if part.strip(".,")] if len(plain) <= _LONGEST else []
        # A text that is nothing but marks and digits is a number itself, or none.
        found.update(parts if _with_units(plain) else [text])
    return found


def _with_units(text: str) -> bool:
    place = 0
    named = False
    while place < len(text):
        part = _PART.match(text, place)
        if part is None or (part["unit"] and part["unit"] != "m" and read_unit(part["unit"]) is None):
            return False
        named = named or bool(part["unit"])
        place = part.end()
    return named


def _unit_of(word: str | None, before: Unit | None) -> Unit | None:
    """The unit of a part; an m is minutes behind hours, and elsewhere it could be metres."""
    if word is None:
        return None
    return _MINUTES if word.casefold() == "m" and before is not None and before.name == "hours" else read_unit(word)


def _of_clock(match: re.Match[str]) -> tuple[float, Unit] | None:
    first, second, third = int(match["first"]), int(match["second"]), match["third"]
    unit = read_unit(match["unit"]) if match["unit"] else None
    if match["unit"] and (unit is None or unit.name not in ("hours", "minutes")):
        return None
    if third is not None:
        return (
            ((first * 3600 + second * 60 + int(third)) / 60, _MINUTES) if unit is None or unit.name == "hours" else None
        )
    if unit is None:
        return None
    return float(first * 60 + second) if unit.name == "hours" else (first * 60 + second) / 60, _MINUTES


def _of_parts(parts: list[tuple[float, Unit | None]]) -> tuple[float, Unit] | None:
    """One amount, or hours, minutes and seconds one after another; "7h 25" ends in minutes."""
    first, unit = parts[0]
    if unit is None:
        return None
    if len(parts) == 1:
        return first, unit
    seconds, before = [], unit
    for number, (value, named) in enumerate(parts):
        smaller = named or (_MINUTES if before.name == "hours" and number == len(parts) - 1 else None)
        if smaller is None or smaller.kind != "duration" or value < 0:
            return None
        if number and (smaller.factor >= before.factor or value >= 60):
            return None
        if number < len(parts) - 1 and value != int(value):
            return None
        seconds.append(scaled(value, 60 * smaller.factor))  # of which hours, minutes and seconds have whole ones
        before = smaller
    return scaled(added_up(seconds), 1 / 60), _MINUTES
