"""Numbers as people and programs write them, read strictly: 1,234 is never guessed to be one or the other.

Must not know columns, scales or nights.
"""

import math
import re
from collections.abc import Callable, Iterable

from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.missing import MISSING_NUMBERS

_LONGEST = 60  # letters of a text that can be a number
_KEPT = 1 << 16  # texts remembered at once
_FLAGS = {"yes": 1.0, "y": 1.0, "true": 1.0, "ja": 1.0, "no": 0.0, "n": 0.0, "false": 0.0, "nein": 0.0}
# Marks between thousands, besides the point or comma: no-break, thin and narrow spaces, and apostrophes.
_MARKS = "\N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}'\N{RIGHT SINGLE QUOTATION MARK}"


def _grammar(thousands: str, decimal: str) -> re.Pattern[str]:
    whole = rf"[0-9]+|[1-9][0-9]{{0,2}}(?:(?P<mark>[{re.escape(thousands)}{_MARKS}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)"
    power = "(?:[eE][+-]?[0-9]{1,3})?"
    return re.compile(rf"[+-]?(?:(?:{whole})(?:\{decimal}[0-9]+)?(?(mark)|{power})|\{decimal}[0-9]+{power})")


_POINT = _grammar(",", ".")
_COMMA = _grammar(".", ",")


def settle_decimal(texts: Iterable[str], chosen: bool | None, *, hint: bool | None = None) -> bool:
    """Whether a column of numbers has a decimal comma.

    A text that is a number with only one of the two marks settles it: 4,5 and 1.234,5 have a comma, 4.5 and 1,234.5 a point.

    Parameters
    ----------
    texts : iterable of str
        The column, or its different values. Texts that are no numbers say nothing.
    chosen : bool or None
        What the person said; it is returned as it is.
    hint : bool, optional
        What to believe where the texts do not settle it; a file with semicolons between its cells hints a comma.

    Returns
    -------
    bool
        True for a comma.

    Raises
    ------
    AmbiguousInput
        If the texts contradict each other, or can be read two ways (1,234) and there is no hint; its option is "decimal".
    """
    if chosen is not None:
        return chosen
    with_comma = with_point = ambiguous = ""
    for text in texts:
        as_point, as_comma = _readings(text)
        if as_point and as_comma:
            ambiguous = ambiguous or _plain(text)
        elif as_point:
            with_point = with_point or _plain(text)
        elif as_comma:
            with_comma = with_comma or _plain(text)
    if with_comma and with_point:
        raise _unsettled(f"contradict each other ({with_comma[:20]!r} and {with_point[:20]!r})")
    if with_comma or with_point:
        return bool(with_comma)
    if ambiguous and hint is None:
        raise _unsettled(f"can be read two ways (such as {ambiguous[:20]!r})")
    return bool(hint)


def telling_numbers(texts: Iterable[str]) -> set[str]:
    """A few of the texts from which `settle_decimal` learns what it learns from all of them."""
    kinds: dict[tuple[bool, bool], str] = {}
    for text in texts:
        kinds.setdefault(_readings(text), text)
    return set(kinds.values())


def _readings(text: str) -> tuple[bool, bool]:
    """Whether a text with a point or comma is a number with a decimal point, and with a decimal comma; else it tells nothing."""
    if ("," not in text and "." not in text) or len(text) > _LONGEST:
        return False, False
    plain = _plain(text)
    return _POINT.fullmatch(plain) is not None, _COMMA.fullmatch(plain) is not None


def number_reader(decimal_comma: bool) -> Callable[[str], float | None]:
    """Make the reader of a column of numbers.

    Parameters
    ----------
    decimal_comma : bool
        Whether numbers are written 4,5 rather than 4.5.

    Returns
    -------
    callable
        ``read(text) -> float | None``: a finite number in the file's own unit, or None for a blank and what else is missing
        (`nof1.record.values.missing`). Thousands may be marked by the other one of point and comma, by no-break, thin or
        narrow spaces or by apostrophes, in groups of three. It raises ValueError, with words to which the caller adds the
        place, for anything else, such as 4 h, inf, 0x1F, 1_000 or digits of another script.

    Examples
    --------
    >>> read = number_reader(decimal_comma=True)
    >>> read("1.234,5"), read("N/A")
    (1234.5, None)
    """
    known: dict[str, float | None] = {}

    def read(text: str) -> float | None:
        if text in known:
            return known[text]
        simple = text.isascii() and text[-1:] != "." and len(text) <= _LONGEST and text.replace(".", "", 1).isdigit()
        number = float(text) if simple and not (decimal_comma and "." in text) else _number(text, decimal_comma)
        if len(known) >= _KEPT:
            known.clear()
        known[text] = number
        return number

    return read


def flag_or_number(text: str, *, decimal_comma: bool = False) -> float | None:
    """A number as `number_reader` reads it, or 1 for yes, y, true, ja and 0 for no, n, false, nein.

    Raises
    ------
    ValueError
        If the text is none of these.
    """
    flag = _FLAGS.get(text.strip().casefold())
    return _number(text, decimal_comma) if flag is None else flag


def _plain(text: str) -> str:
    return text.strip().replace("\N{MINUS SIGN}", "-")


def _number(text: str, decimal_comma: bool) -> float | None:
    plain = _plain(text)
    if plain in MISSING_NUMBERS:
        return None
    match = (_COMMA if decimal_comma else _POINT).fullmatch(plain) if len(plain) <= _LONGEST else None
    if match is not None:
        if match["mark"]:
            plain = plain.replace(match["mark"], "")
        number = float(plain.replace(",", ".") if decimal_comma else plain)
        if math.isfinite(number):
            return number + 0.0  # no minus zero
    example = "4 or 4,5" if decimal_comma else "4 or 4.5"
    raise ValueError(
        f"{text.strip()[:40]!r} is no plain number with a decimal {'comma' if decimal_comma else 'point'}, such as {example}"
    )


def _unsettled(reason: str) -> AmbiguousInput:
    return AmbiguousInput(
        f"The numbers {reason}. Say how they are written: decimal_comma=True (4,5) or decimal_comma=False (4.5).",
        option="decimal",
        choices=("comma", "point"),
    )
