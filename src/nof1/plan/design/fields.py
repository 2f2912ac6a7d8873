"""The kinds of value a protocol is made of: numbers, names, dates, text that a person can see."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time
from numbers import Integral, Real
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from nof1.errors import InputError

# Columns of the diary and of tables that a name may not take.
RESERVED_NAMES = frozenset(
    [
        "night",
        "day",
        "date",
        "period",
        "block",
        "arm",
        "phase",
        "dose_mg",
        "taken",
        "side_effects",
        "guess",
        "confidence",
        "note",
    ]
)
# What stands in the column of the arm on nights that belong to none.
WASHOUT = "washout"  # no dose, after a period
PAUSE = "pause"  # does not count
# The same in adopted tables; no arm can have such a name. Doses are none on them, unless a person said otherwise.
NO_ARM = "(no arm)"  # no row, or one without its arm
NOT_COMPARED = "(not compared)"  # a baseline or a washout in the person's own words
UNCOUNTED = (PAUSE, NO_ARM, NOT_COMPARED)  # inform no model, whatever was recorded


def as_number(value: Any) -> Any:
    """Any real number as float, NumPy's included; text and truth values are left for the check to refuse."""
    if not isinstance(value, bool) and isinstance(value, Real):
        try:
            return float(value)
        except OverflowError:
            raise ValueError("is too large for a number") from None
    return value


def as_whole(value: Any) -> Any:
    """Any whole number as int, NumPy's included."""
    return int(value) if not isinstance(value, bool) and isinstance(value, Integral) else value


Finite = Annotated[float, BeforeValidator(as_number), Field(strict=True, allow_inf_nan=False)]
Positive = Annotated[Finite, Field(gt=0)]
Whole = Annotated[int, BeforeValidator(as_whole), Field(strict=True)]


def _plain(value: str) -> str:
    """Refuse characters that a person cannot see: control characters and marks that change the writing direction."""
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cf", "Cs") and character != "\u200d":
            raise ValueError(f"holds the invisible character U+{ord(character):04X}; remove it")
    return value.strip()


def _name(value: str) -> str:
    if not re.fullmatch(r"\w([\w -]{0,38}\w)?", value):
        raise ValueError(f"{value!r} must hold 1 to 40 letters, digits, - or _, with spaces only inside")
    return value


def _arm_name(value: str) -> str:
    if value.casefold() in (WASHOUT, PAUSE):
        raise ValueError(f"{value!r} is what nights without an arm are called; choose another name")
    return _name(value)


def spelled_out(find: Callable[[str], Iterable[Any]]) -> Callable[[Any], Any]:
    """A validator for lists in which names stand for what nof1 knows: `find` gives what a name stands for, or refuses it."""

    def in_full(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return value
        found: list[Any] = []
        for one in value:
            try:
                found += find(one) if isinstance(one, str) else [one]
            except InputError as problem:
                raise ValueError(str(problem)) from None
        return tuple(found)

    return in_full


def column_name(value: str) -> str:
    """Refuse names that a column of the diary cannot have."""
    if value in RESERVED_NAMES:
        raise ValueError(f"{value!r} is a name the diary uses itself; choose another")
    if value[:1].isdecimal():
        raise ValueError(f"{value!r} must start with a letter")
    return _name(value)


Text = Annotated[str, Field(max_length=5000), AfterValidator(_plain)]
Name = Annotated[str, AfterValidator(_name)]
ArmName = Annotated[str, AfterValidator(_arm_name)]
Column = Annotated[str, AfterValidator(column_name)]


def _day(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError(f"{value!r} is no date of the form 2026-11-23")
    return value


Day = Annotated[date, BeforeValidator(_day)]


def _clock(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"{value!r} is no time of day such as 21:30")
    return value


def _clock_text(value: Any) -> Any:
    """A time of TOML, 21:30:00 without quotes, as the protocol writes it."""
    whole = isinstance(value, time) and value.tzinfo is None and not value.second and not value.microsecond
    return f"{value:%H:%M}" if whole else value


Clock = Annotated[str, BeforeValidator(_clock_text), AfterValidator(_clock)]


class Frozen(BaseModel):
    """A value object: checked when it is made, never changed, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
