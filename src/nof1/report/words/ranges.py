"""From one number to another, in words: "between 1.0 and 4.4 points lower", "1.0 to 4.4". Both ends have digits alike.

Knows numbers and templates, no outcome and no result.
"""

from dataclasses import dataclass

from nof1.language import say, spoken


@dataclass(frozen=True)
class Sides:
    """Templates for a range of differences, each with the places {low} and {high}, and {unit} where there is one.

    Attributes
    ----------
    less, more : str
        Both ends are less than the reference's, or both are more: {low} is the smaller size.
    across : str
        One end is less ({low}), the other more ({high}).
    """

    less: str
    more: str
    across: str


def ends(low: float, high: float) -> tuple[str, str]:
    """Both ends with a sign and as many digits as the larger needs.

    Examples
    --------
    >>> ends(0.5, 12.3)
    ('0.5', '12.3')
    """
    one, other = (f"{value:.{_digits(low, high)}f}" for value in (low, high))
    return _written(one), _written(other)


def plain(low: float, high: float) -> str:
    """A range in a table or in brackets.

    Examples
    --------
    >>> plain(0.5, 12.3)
    '0.5 to 12.3'
    """
    one, other = ends(low, high)
    return say("{low} to {high}", low=one, high=other)


def between(low: float, high: float) -> str:
    """A range of numbers that have a sign, in a sentence.

    Examples
    --------
    >>> between(0.5, 12.3)
    'between 0.5 and 12.3'
    """
    one, other = ends(low, high)
    return say("between {low} and {high}", low=one, high=other)


def differences(low: float, high: float, sides: Sides, *, unit: str = "", whole: bool = False) -> str:
    """A range of differences, in a sentence.

    Parameters
    ----------
    low, high : float
        In the unit that is said; low is at most high.
    sides : Sides
    unit : str
        Such as "minutes", for templates that have a place for it.
    whole : bool
        Whether whole numbers do, unless both ends are below 1.

    Examples
    --------
    >>> sides = Sides("between {low} and {high} lower", "between {low} and {high} higher", "between {low} lower and {high} higher")
    >>> differences(-4.4, -1.0, sides)
    'between 1.0 and 4.4 lower'
    >>> differences(-0.3, 1.23, sides)
    'between 0.3 lower and 1.2 higher'
    """
    digits = _digits_of_wholes(low, high) if whole else _digits(low, high)
    one, other = (f"{abs(value):.{digits}f}" for value in (low, high))
    # An end that is written as 0 is neither less nor more.
    less, more = low < 0 and float(one) != 0, high > 0 and float(other) != 0
    if less and more:
        return say(sides.across, low=spoken().number(one), high=spoken().number(other), unit=unit)
    smaller, larger = (other, one) if less else (one, other)
    return say(
        sides.less if less else sides.more, low=spoken().number(smaller), high=spoken().number(larger), unit=unit
    )


def size(value: float, low: float, high: float, *, whole: bool = False) -> str:
    """How large a number is, without its sign, with the digits of the range that it stands beside.

    Examples
    --------
    >>> size(-0.32, -1.9, 1.26)
    '0.3'
    """
    digits = _digits_of_wholes(low, high) if whole else _digits(low, high)
    return spoken().number(f"{abs(value):.{digits}f}")


def _digits(low: float, high: float) -> int:
    """Digits after the point that the larger end needs; see `nof1.language.number`."""
    size = max(abs(low), abs(high))
    return 2 if size < 1 else 1 if size < 100 else 0


def _digits_of_wholes(low: float, high: float) -> int:
    return 1 if max(abs(low), abs(high)) < 0.95 else 0


def _written(text: str) -> str:
    text = text.replace("-", "\N{MINUS SIGN}") if float(text) != 0 else text.lstrip("-")
    return spoken().number(text)
