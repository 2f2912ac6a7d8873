"""A question of the diary as plain data: what is asked, what an answer may be, when it is asked. Asks nothing itself."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["rating", "dose", "side_effects", "number", "guess", "choice", "confidence", "clock", "text"]


@dataclass(frozen=True)
class Choice:
    """One of the numbered choices: the text of the cell, and what a person reads."""

    value: str
    text: str


@dataclass(frozen=True)
class Condition:
    """Asked only if the answer to another field is one of these cells."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question of the diary.

    Attributes
    ----------
    field : str
        Column of the diary.
    text : str
        The question, in a few words, with what can be typed.
    asks : str
        The question alone, for a page that has buttons.
    kind : str
        "rating", "dose", "side_effects", "number", "guess", "choice", "confidence", "clock" or "text".
    help : str
        What an answer may be, in a sentence or two.
    scale : str
        What the ends of a scale mean; "" where that goes without saying.
    about : str
        What to have read before answering, in whole sentences; "" where there is nothing.
    low, high : float or None
        Bounds of a number.
    whole : bool
        Whether only whole numbers are taken.
    unit : str
        Of the number; "" if there is none.
    choices : tuple of Choice
        To be chosen from by number or by name; beside a clock time what stands in place of one.
    yes, no : str or None
        The cell that "yes" and "no" stand for; None where they are no answer.
    only_if : Condition or None
    empty : str
        What an empty answer says: "not known", or "none".
    """

    field: str
    text: str
    asks: str
    kind: Kind
    help: str
    scale: str = ""
    about: str = ""
    low: float | None = None
    high: float | None = None
    whole: bool = False
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    yes: str | None = None
    no: str | None = None
    only_if: Condition | None = None
    empty: Literal["not known", "none"] = "not known"

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)
