"""Orders that could have been drawn elsewhere, as the person states them of nights that were lived before nof1 was there.

Holds what was said and its text; the orders themselves are in `nof1.plan.orders.stated_orders`. What is drawn at once is a
period: one night, or `period_nights` of them in a row. Knows no dates.
"""

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from nof1.plan.design.fields import Frozen, Name, Whole

LETTERS = "ABCDEFGHIJKL"  # of the arms, in the protocol's order: as many as it may have
MAX_ORDERS = 10_000
_Night = Annotated[Whole, Field(ge=1)]


class Stated(Frozen, ABC):
    """What all statements share.

    Attributes
    ----------
    period_nights : int
        Nights of a period, which is what one draw was for; the last period may be shorter.
    unknown : tuple of int
        Numbers of the nights, from 1, that had no row in the table, so that nobody can say what was drawn for them.
    """

    period_nights: Annotated[Whole, Field(ge=1)] = 1
    unknown: tuple[_Night, ...] = ()

    @property
    def by_phase(self) -> bool:
        """Whether the test compares means of phases instead of means of nights."""
        return False

    def __str__(self) -> str:
        """As the person writes it."""
        return self._said() + (f",nights={self.period_nights}" if self.period_nights > 1 else "")

    @abstractmethod
    def _said(self) -> str:
        """The kind with its numbers."""


class AnyOrder(Stated):
    """Any order in which every arm comes as often as it did."""

    kind: Literal["any"] = "any"

    def _said(self) -> str:
        return self.kind


class LimitedRuns(Stated):
    """Any order in which every arm comes as often as it did, at most `max_run` times in a row."""

    kind: Literal["max-run"] = "max-run"
    max_run: Annotated[Whole, Field(ge=1)]

    def _said(self) -> str:
        return f"{self.kind}:{self.max_run}"


class InBlocks(Stated):
    """Blocks of `size` periods, each with every arm equally often, in an order drawn for each block; the last may be unfinished."""

    kind: Literal["blocks"] = "blocks"
    size: Annotated[Whole, Field(ge=2)]

    def _said(self) -> str:
        return f"{self.kind}:{self.size}"


class InPairs(Stated):
    """Pairs of periods, one on each of two arms; which of them came first was drawn for each pair. The last may be unfinished."""

    kind: Literal["pairs"] = "pairs"

    @property
    def size(self) -> int:
        """Periods of a pair."""
        return 2

    def __str__(self) -> str:
        """As the person writes it; the nights of a period stand in it already."""
        return self._said()

    def _said(self) -> str:
        return f"{self.kind}:{self.period_nights}"


class Mirrored(Stated):
    """Every arm once, then the same in reverse (ABBA or BAAB), drawn for each such row of periods; the last may be unfinished."""

    kind: Literal["mirrored"] = "mirrored"

    def _said(self) -> str:
        return self.kind


class InTurn(Stated):
    """The arms in turn, always in the same order, which was drawn once: for two arms ABAB… or BABA…."""

    kind: Literal["alternating"] = "alternating"

    def _said(self) -> str:
        return self.kind


class Phases(Stated):
    """These phases in this order, each of at least `least` periods; when the arms changed was drawn."""

    kind: Literal["phases"] = "phases"
    phases: Annotated[tuple[Name, ...], Field(min_length=2, max_length=1000)]
    least: Annotated[Whole, Field(ge=1)]

    @property
    def by_phase(self) -> bool:
        """Each phase counts alike, however long it came to be."""
        return True

    def _said(self) -> str:
        letters = dict(zip(dict.fromkeys(self.phases), LETTERS, strict=False))
        return f"{self.kind}:{''.join(letters[name] for name in self.phases)},min={self.least}"

    @model_validator(mode="after")
    def _changes_can_be_seen(self) -> "Phases":
        same = next((a for a, b in itertools.pairwise(self.phases) if a == b), None)
        if same is not None:
            raise ValueError(f"two phases on {same!r} follow each other, which are one phase; write it once")
        return self


class OneOf(Stated):
    """One of these orders, each as likely as the others: a letter for each period, A for the protocol's first arm, B for its second."""

    kind: Literal["orders"] = "orders"
    orders: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_ORDERS)]

    def _said(self) -> str:
        return f"one of {len(self.orders)} listed orders"

    @model_validator(mode="after")
    def _orders_differ(self) -> "OneOf":
        if len(set(self.orders)) < len(self.orders):
            raise ValueError("an order is listed twice; list each once")
        if len({len(order) for order in self.orders}) > 1:
            raise ValueError("all orders must have the same number of periods")
        return self


StatedOrders = Annotated[
    AnyOrder | LimitedRuns | InBlocks | InPairs | Mirrored | InTurn | Phases | OneOf, Field(discriminator="kind")
]
STATED_KINDS = ("any", "max-run", "blocks", "pairs", "mirrored", "alternating", "phases", "orders")


def refuse_other_arms(stated: Stated, names: Sequence[str], nights: int) -> None:
    """Hold a statement against the arms and the number of nights.

    Raises
    ------
    ValueError
        If it cannot be of these arms.
    """
    late = next((night for night in stated.unknown if night > nights), None)
    if late is not None:
        raise ValueError(f"drawn: there is no night {late}; the trial has {nights}")
    match stated:
        case Phases(phases=phases):
            other = next((name for name in phases if name not in names), None)
            if other is not None:
                raise ValueError(f"drawn: phases name the arm {other!r}; the arms are: {', '.join(names)}")
        case OneOf(orders=orders):
            letters = LETTERS[: len(names)]
            if not re.fullmatch(f"[{letters}]+", "".join(orders)):
                raise ValueError(f"drawn: orders are written with the letters {', '.join(letters)}, one for each arm")
        case InBlocks(size=size) if size % len(names):
            raise ValueError(
                f"drawn: a block of {size} cannot hold {len(names)} arms equally often; its size is a multiple of {len(names)}"
            )
        case InPairs() if len(names) != 2:
            raise ValueError(
                f"drawn: a pair holds two arms, and there are {len(names)}; say blocks:{len(names)} for blocks that hold each once"
            )
        case _:
            pass


# How a statement is written.

FORMS = (
    "any, max-run:2, blocks:2, pairs:3, mirrored, alternating, phases:ABAB,min=4 or orders:FILE, "
    "each but pairs with ,nights=7 behind it where whole periods of 7 nights were drawn"
)
_NUMBERED = {"max-run": "max_run", "blocks": "size", "pairs": "period_nights"}
_PLAIN = ("any", "mirrored", "alternating")


@dataclass(frozen=True)
class Words:
    """A statement as it was written, before the arms are known: its kind, what stands behind the colon, and its numbers."""

    text: str
    kind: str
    said: str
    numbers: dict[str, int]


def parse_words(text: str) -> Words:
    """Take a statement apart.

    Raises
    ------
    ValueError
        If it is none, with what is wrong.

    Examples
    --------
    >>> words = parse_words("phases:ABAB,min=4")
    >>> words.kind, words.said, words.numbers
    ('phases', 'ABAB', {'min': 4})
    """
    body, numbers = _numbers_behind(text.strip())
    kind, colon, said = (part.strip() for part in body.partition(":"))
    kind = kind.casefold().replace("_", "-")
    if kind not in STATED_KINDS:
        raise ValueError(f"it is no set of orders. Say {FORMS}.")
    known = {"nights": kind != "pairs", "min": kind == "phases"}
    other = next((name for name in numbers if not known.get(name, False)), None)
    if other is not None:
        raise ValueError(f"{kind} takes no {other}=. Say {FORMS}.")
    if kind in _PLAIN and colon:
        raise ValueError(f"{kind} takes nothing behind a colon, not {said[:40]!r}. Say {FORMS}.")
    if kind in _NUMBERED:
        if not re.fullmatch(r"[1-9]\d{0,3}", said):
            raise ValueError(f"{kind} needs a whole number from 1, such as {kind}:2, not {said[:40]!r}.")
        numbers = {**numbers, _NUMBERED[kind]: int(said)}
    if kind == "phases" and not re.fullmatch(f"[{LETTERS}]{{2,1000}}", said.upper()):
        raise ValueError(
            f"phases needs a letter for each phase, such as phases:ABAB,min=4, not {said[:40]!r}: A for the arm that came first."
        )
    if kind == "phases" and "min" not in numbers:
        raise ValueError(
            f"phases:{said[:40]} needs the least length that a phase could have: phases:{said[:40]},min=4 (min=1 if there was none)."
        )
    if kind == "orders" and not said:
        raise ValueError("orders needs the name of a file: orders:FILE.")
    return Words(text, kind, said, numbers)


def _numbers_behind(text: str) -> tuple[str, dict[str, int]]:
    """What stands before, and the numbers of the form ,name=4 at the end."""
    numbers: dict[str, int] = {}
    while found := re.fullmatch(r"(.*?),\s*(nights|min)\s*=\s*(\d{1,4})\s*", text, re.DOTALL):
        text, name, number = found[1], found[2], int(found[3])
        if name in numbers or not number:
            raise ValueError(f"{name} must be there once, as a whole number from 1.")
        numbers[name] = number
    return text, numbers


def statement(
    words: Words, came: Sequence[str], *, orders: Sequence[str] = (), unknown: Sequence[int] = ()
) -> dict[str, Any]:
    """The plain values of a statement, for `Adopted.drawn`.

    Parameters
    ----------
    words : Words
    came : sequence of str
        The arms in the order in which they came first: A, B, … of phases, unless all letters are names of arms.
    orders : sequence of str
        Those of the file, where there is one.
    unknown : sequence of int
        Numbers of the nights without a row.

    Raises
    ------
    ValueError
        If phases have more letters than there are arms.
    """
    numbers = dict(words.numbers)
    out: dict[str, Any] = {"kind": words.kind, "period_nights": numbers.pop("nights", 1), "unknown": list(unknown)}
    if words.kind == "phases":
        letters = words.said.upper()
        named = {name.upper(): name for name in came}
        by_letter = named if set(letters) <= set(named) else dict(zip(LETTERS, came, strict=False))
        other = next((letter for letter in letters if letter not in by_letter), None)
        if other is not None:
            raise ValueError(
                f"phases:{words.said} has the letter {other}, and there are {len(came)} arms: {', '.join(came)}."
            )
        return out | {"phases": [by_letter[letter] for letter in letters], "least": numbers["min"]}
    return out | numbers | ({"orders": list(orders)} if words.kind == "orders" else {})
