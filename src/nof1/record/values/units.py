"""Units as people and programs write them, alone or in the name of a column, whatever stands before them there.

A text that is no unit for certain is none: what it leaves open is asked. Must not know measures, files or nights.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["duration", "mass", "energy", "rate", "servings", "count", "percent", "volume"]

# Of these no number is taken without its unit: 7.5 can be hours or minutes, 120 mg or cups.
NEEDED: frozenset[Kind] = frozenset({"duration", "mass", "energy"})

_LONGEST = 2000  # letters of a name in which units are looked for


@dataclass(frozen=True)
class Unit:
    """A unit.

    Attributes
    ----------
    name : str
        As nof1 writes it, such as "hours".
    kind : Kind
        What it measures; only units of one kind can be turned into each other.
    factor : float
        How many of the first unit of its kind it is: minutes, mg, kcal.
    clock : str
        "hours" or "minutes" of a notation such as 7:54, after what stands before the colon; a plain number has no meaning in it.
    """

    name: str
    kind: Kind
    factor: float
    clock: str = ""


class Header(NamedTuple):
    """A column's name without its units, and the different units in it: none, one, or several that contradict each other."""

    bare: str
    units: tuple[Unit, ...]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_UNITS: tuple[tuple[Unit, str], ...] = (
    (Unit("minutes", "duration", 1.0), "min mins minute minutes minuten minuti minutos minuut minuter"),
    (Unit("hours", "duration", 60.0), "h hr hrs hour hours std stunde stunden heures horas ore uur uren timer timmar"),
    (
        Unit("seconds", "duration", 1 / 60),
        "s sec secs second seconds sek sekunde sekunden secondes segundos secondi seconden",
    ),
    (Unit("milliseconds", "duration", 1 / 60_000), "ms msec msecs millisecond milliseconds millisekunden"),
    (Unit("mg", "mass", 1.0), "mg milligram milligrams milligramm milligrammes miligramos"),
    (Unit("g", "mass", 1000.0), "g gram grams gramm grammes gramos"),
    (Unit("kg", "mass", 1_000_000.0), "kg kilogram kilograms kilogramm"),
    (Unit("lb", "mass", 453_592.37), "lb lbs pounds"),
    (
        Unit("µg", "mass", 0.001),
        "\N{MICRO SIGN}g \N{GREEK SMALL LETTER MU}g ug mcg microgram micrograms mikrogramm",
    ),
    (Unit("kcal", "energy", 1.0), "kcal kcals kilocalorie kilocalories kilokalorien"),
    (Unit("kJ", "energy", 1 / 4.184), "kj kilojoule kilojoules"),
    (Unit("beats a minute", "rate", 1.0), "bpm count/min beats/min 1/min"),
    (Unit("cups", "servings", 1.0), "cup cups tasse tassen tasses tazas tazze"),
    (Unit("drinks", "servings", 1.0), "drink drinks glass glasses serving servings getränk getränke"),
    (Unit("", "count", 1.0), "count counts steps times points point schritte punkte"),
    (Unit("%", "percent", 1.0), "% percent pct prozent"),
    (Unit("share", "percent", 100.0), "share fraction anteil"),
    (Unit("ml", "volume", 1.0), "ml milliliter milliliters millilitres"),
    (Unit("l", "volume", 1000.0), "l liter liters litre litres"),
    (Unit("oz", "volume", 29.5735), "oz floz"),
)
_CLOCKS = (
    (Unit("h:mm", "duration", 60.0, "hours"), "h:mm hh:mm h:m h:min hh:min hours:minutes hrs:min hrs:mins std:min"),
    (Unit("h:mm", "duration", 60.0, "hours"), "h:mm:ss hh:mm:ss hours:minutes:seconds"),
    (Unit("m:ss", "duration", 1.0, "minutes"), "m:ss mm:ss min:s min:sec min:sek minutes:seconds"),
)
_BY_TEXT = MappingProxyType(
    {word.casefold(): unit for unit, words in (*_UNITS, *_CLOCKS) for word in words.split()}
    | {name: unit for unit, _ in _UNITS for name in ("beats a minute", "beats per minute") if unit.kind == "rate"}
)


def read_unit(text: str) -> Unit | None:
    """The unit that a text is, or None.

    >>> read_unit("Hrs."), read_unit("Mg")
    (Unit(name='hours', kind='duration', factor=60.0, clock=''), None)
    """
    plain = " ".join(unicodedata.normalize("NFKC", text[:_LONGEST]).split())
    # With this capital it stands for magnesium as often as for a unit.
    if plain == "Mg":
        return None
    plain = plain.casefold()
    return _BY_TEXT.get(plain) or _BY_TEXT.get(plain.removesuffix("."))


def unit_names(kind: Kind) -> tuple[str, ...]:
    """The units of a kind by their names, the notations of durations among them.

    >>> unit_names("energy")
    ('kcal', 'kJ')
    """
    return tuple(dict.fromkeys(unit.name for unit, _ in (*_UNITS, *_CLOCKS) if unit.kind == kind and unit.name))


# Numbers in other units --------------------------------------------------------------------------------------------

_EXACT = Context(prec=50)  # far beyond the 17 digits of a float, which is rounded to once, at the end


def scaled(number: float, factor: float) -> float:
    """A number in another unit: as decimals multiply, so that 5.93 hours are 355.8 minutes and not 355.79999999999995.

    Parameters
    ----------
    number : float
        Taken for the shortest decimal that it is written as.
    factor : float
        Of a `Unit`, or one over another.

    Examples
    --------
    >>> 5.93 * 60, scaled(5.93, 60.0), scaled(5.3, 1 / 60)
    (355.79999999999995, 355.8, 0.08833333333333333)
    """
    over, under = _ratio(factor)
    return float(_EXACT.divide(_EXACT.multiply(Decimal(repr(number)), over), under))


def factor_over(factor: float, kept: float) -> float:
    """One factor over another, as the fractions that they stand for: seconds are 1000 milliseconds, not 999.9999999999999.

    >>> (1 / 60) / (1 / 60_000), factor_over(1 / 60, 1 / 60_000)
    (999.9999999999999, 1000.0)
    """
    (over, under), (kept_over, kept_under) = _ratio(factor), _ratio(kept)
    return float(_EXACT.divide(_EXACT.multiply(over, kept_under), _EXACT.multiply(under, kept_over)))


def added_up(numbers: Iterable[float]) -> float:
    """The sum of numbers, as decimals add up.

    >>> 0.1 + 0.2, added_up([0.1, 0.2])
    (0.30000000000000004, 0.3)
    """
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, Decimal(repr(number)))
    return float(total)


@cache
def _ratio(factor: float) -> tuple[Decimal, Decimal]:
    """The fraction that a factor stands for, such as 1 over 60: the simplest of which the nearest float is this one."""
    for most in (10**3, 10**5, 10**7, 10**9):
        simple = Fraction(factor).limit_denominator(most)
        if float(simple) == factor:
            return Decimal(simple.numerator), Decimal(simple.denominator)
    return Decimal(repr(factor)), Decimal(1)


# Units in the name of a column -------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"[(\[{<]([^()\[\]{}<>]{1,60})[)\]}>]")
# "mg a day" is mg of that day, which is what is kept.
_PER_DAY = re.compile(r"\s*(?:/|\bper\b|\ba\b|\beach\b|\bpro\b|\bje\b)\s*(?:day|night|d|24 ?h|tag|nacht)$")
# Words that may stand beside a unit without changing it.
_BESIDE = _words(
    "in total approx ca about est estimated rounded decimal of the insgesamt gesamt dezimal gerundet etwa geschätzt "
    "self-reported"
)
# After these a unit is part of what is described: "in the last hours", "exercise after hours".
_FUNCTION_WORDS = _words(
    "a an the this these last past first next few of per each every after before within during until since for from to "
    "by at and or early late small business working school office peak quiet und oder der die das den dem letzten ersten "
    "pro je vor nach seit bis von"
)
_AFTER_LEADING = _words("and or after before since from until till past to ago und oder nach vor seit bis")
# Units that are nothing else at the beginning of a name, or as the whole of it.
_CLEAR = _words(
    "hours hrs minutes mins seconds secs milliseconds milligrams grams micrograms mg mcg kcal kj kilojoules cups drinks "
    "stunden minuten sekunden milligramm tassen heures horas uren"
)
_LEADING = re.compile(
    r"(?:(?:how many|total number of|number of|no\. of|total|wie viele|anzahl der|anzahl) )?"
    r"(?P<unit>[^\W\d_]+) (?:of |spent |von )?(?P<rest>\S.*)",
    re.IGNORECASE,
)
_ATTACHED_PERCENT = re.compile(r"(?P<before>.*[^\s\d])\s*%")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2})")
_IN = re.compile(r"(?:[\s_]in|(?<=[a-z])In)$")
_MARKS = " ,:;|_-\N{EN DASH}"
# Units in brackets alone: elsewhere they are what is counted, or another word.
_BRACKETED = _words("count counts steps times points point schritte punkte share fraction anteil timer ore")


def read_header(name: str) -> Header:
    """Take the units out of the name of a column.

    They count in brackets anywhere, at the end behind a mark, an underscore or "in", and where the name begins with them. A number
    before a unit makes a stretch of time of it ("in 24 h"), no unit of the column.

    Examples
    --------
    >>> [(found.bare, [unit.name for unit in found.units]) for found in map(read_header, ("Slept (h)", "Weight, kg", "Hours of sleep"))]
    [('Slept', ['hours']), ('Weight', ['kg']), ('sleep', ['hours'])]
    >>> read_header("Steps in 24 h").units
    ()
    """
    text = unicodedata.normalize("NFKC", name[:_LONGEST])
    if not re.search(r"[\s_]", text):
        text = _CAMEL.sub("_", text)
    text = " ".join(text.split())
    found: list[Unit] = []

    def bracket(match: re.Match[str]) -> str:
        units = _in_brackets(match[1])
        found.extend(units)
        return " " if units else match[0]

    bare = " ".join(_BRACKETS.sub(bracket, text).split())
    if bare.casefold() in _CLEAR and (whole := read_unit(bare)) is not None:
        return Header("", _different([*found, whole]))
    bare, trailing = _trailing(bare)
    bare, leading = _leading(bare)
    return Header(bare, _different([*found, *trailing, *leading]))


def _different(units: list[Unit]) -> tuple[Unit, ...]:
    """Each unit once; hours go before their notation h:mm, which can be read in them."""
    by_size = {
        (unit.kind, unit.factor): unit for unit in sorted(units, key=lambda unit: bool(unit.clock), reverse=True)
    }
    return tuple(by_size.values())


def _in_brackets(text: str) -> tuple[Unit, ...]:
    """The units that brackets hold; a text that says something else as well is none."""
    plain = " ".join(text.split())
    unit = read_unit(plain) or read_unit(_PER_DAY.sub("", plain))
    if unit is not None:
        return (unit,)
    found: list[Unit] = []
    if "max" in plain.casefold():  # beside it, min is the smallest
        return ()
    for part in re.split(r"[,;]", plain):
        units = [unit for word in part.split() if (unit := read_unit(word)) is not None]
        others = [word for word in part.split() if read_unit(word) is None and word.casefold() not in _BESIDE]
        if units and not others:
            found += units
    return tuple(found)


def _trailing(text: str) -> tuple[str, tuple[Unit, ...]]:
    """The name without the unit at its end, and that unit."""
    if percent := _ATTACHED_PERCENT.fullmatch(text):
        return percent["before"].rstrip(_MARKS), (_BY_TEXT["%"],)
    place = len(text)
    while place and text[place - 1] not in _MARKS:
        place -= 1
    before, word = text[:place].rstrip(_MARKS), text[place:]
    if not before or not word or before[-1].isdigit() or word.casefold() in _BRACKETED:
        return text, ()
    unit = read_unit(word)
    named = _IN.search(before)
    # Behind nothing but a space a single letter is part of the name, but for the h of hours.
    loose = not text[len(before) : place].strip() and len(word) == 1 and word != "h" and not named
    if unit is None or loose or re.split(r"[\s_]", before)[-1].casefold() in _FUNCTION_WORDS:
        return text, ()
    return (before[: named.start()] if named else before).rstrip(_MARKS), (unit,)


def _leading(text: str) -> tuple[str, tuple[Unit, ...]]:
    """The name without the unit that it begins with, and that unit."""
    match = _LEADING.fullmatch(text.replace("_", " "))
    if match is None or match["unit"].casefold() not in _CLEAR or match["rest"].split()[0].casefold() in _AFTER_LEADING:
        return text, ()
    unit = read_unit(match["unit"])
    return (match["rest"], (unit,)) if unit is not None else (text, ())
