"""Designs: how nights are divided into periods, and which orders of the arms are allowed.

States and checks the numbers; the set of orders is in `nof1.plan.design.sequences`.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from nof1.plan.design.fields import Day, Frozen, Name, Text, Whole, as_whole
from nof1.plan.design.stated import StatedOrders

MAX_NIGHTS = 3660
MAX_PERIODS = 1000

MAX_PERIOD_NIGHTS = 365


def _period_nights(value: Any) -> Any:
    """One number, or a table with one for each arm; refused with one message rather than one for each kind."""
    numbers = list(value.values()) if isinstance(value, dict) else [value]
    if not all(type(as_whole(number)) is int and 1 <= number <= MAX_PERIOD_NIGHTS for number in numbers):
        raise ValueError(
            f"{value!r} must be a whole number of nights from 1 to {MAX_PERIOD_NIGHTS}, or a table with one for each arm"
        )
    return {name: as_whole(number) for name, number in value.items()} if isinstance(value, dict) else as_whole(value)


Seed = Annotated[Whole, Field(ge=0, lt=2**63)]
Concealment = Literal["open", "helper", "alone"]
Gaps = Literal["untreated", "as-before", "pause", "not-stated"]


class Drawn(Frozen):
    """What all drawn designs share.

    Attributes
    ----------
    start : date
        Of the first evening.
    period_nights : int or dict of int
        Nights of a period: one number, or one for each arm.
    washout_nights : int
        Nights without any dose after every period but the last.
    run_in_nights : int
        Nights on the reference arm before the first period.
    concealed : str
        Who knows the order: "open" (everybody), "helper" (somebody else, who packs), "alone" (nobody: shuffled packs).
    seed : int
        Makes the draw repeatable. A concealed order has none here, since the order follows from it.
    """

    start: Day
    period_nights: Annotated[int | dict[str, int], BeforeValidator(_period_nights)]
    washout_nights: Annotated[Whole, Field(ge=0, le=60)] = 0
    run_in_nights: Annotated[Whole, Field(ge=0, le=365)] = 0
    concealed: Concealment = "open"
    seed: Seed | None = None

    @model_validator(mode="after")
    def _seed_is_where_it_may_be(self) -> "Drawn":
        if self.concealed == "open" and self.seed is None:
            raise ValueError("seed is missing; add it")
        if self.concealed != "open" and self.seed is not None:
            raise ValueError("a concealed order must have no seed here: whoever reads it can work out the order")
        if (
            self.concealed != "open"
            and isinstance(self.period_nights, dict)
            and len({*self.period_nights.values()}) > 1
        ):
            raise ValueError(
                "a concealed order needs periods of one length for all arms: a period's length would tell its arm"
            )
        return self


class RandomizedBlocks(Drawn):
    """Blocks that hold each arm once, in an order drawn for each block."""

    kind: Literal["randomized-blocks"] = "randomized-blocks"
    blocks: Annotated[Whole, Field(ge=2, le=MAX_PERIODS)]


class Balanced(Drawn):
    """Any order in which every arm comes equally often and at most `max_run` times in a row.

    Where `periods` cannot be shared out equally, the arms that get one more are drawn too.
    """

    kind: Literal["balanced"] = "balanced"
    periods: Annotated[Whole, Field(ge=4, le=MAX_PERIODS)]
    max_run: Annotated[Whole, Field(ge=1, le=MAX_PERIODS)] = 2


class MirroredPairs(Drawn):
    """Blocks in pairs, the second in the reverse order of the first (ABBA or BAAB), drawn for each pair."""

    kind: Literal["mirrored-pairs"] = "mirrored-pairs"
    pairs: Annotated[Whole, Field(ge=1, le=MAX_PERIODS // 2)]


class Alternating(Drawn):
    """The same order in every block, drawn once: for two arms ABAB… or BABA…."""

    kind: Literal["alternating"] = "alternating"
    blocks: Annotated[Whole, Field(ge=2, le=MAX_PERIODS)]


class Listed(Drawn):
    """One of the orders listed by name of arm, each with the same chance."""

    kind: Literal["listed"] = "listed"
    orders: Annotated[tuple[tuple[Name, ...], ...], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="before")
    @classmethod
    def _lists_become_tuples(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("orders"), list):
            orders = [tuple(order) if isinstance(order, list) else order for order in data["orders"]]
            return data | {"orders": tuple(orders)}
        return data

    @model_validator(mode="after")
    def _orders_differ(self) -> "Listed":
        if len(set(self.orders)) < len(self.orders):
            raise ValueError("orders: an order is listed twice; list each once")
        lengths = {len(order) for order in self.orders}
        if len(lengths) > 1 or not 2 <= max(lengths) <= MAX_PERIODS:
            raise ValueError(f"orders: all must have the same number of periods, from 2 to {MAX_PERIODS}")
        return self


class Adopted(Frozen):
    """Nights that were lived before nof1 was there: the order is known, how it was drawn is not, unless the person states it.

    `dated` is False where only day numbers were known; the dates are then placeholders and shown nowhere.
    `block_periods` is how many periods in a row make a block, and `drawn` which orders could have been drawn, where the person
    says so. `nights_are` is "days" where a row of the table is one, which every page says then.

    Attributes
    ----------
    gaps : {"untreated", "as-before", "pause", "not-stated"}, optional
        What days without a row, or whose row has no arm, were: without a dose; dosed like the day before; outside the trial, so that
        exposure stands still; or nobody said, which no model with carryover can do without. None where there is none, or where they
        are few and short and nobody said: then they are on the arm of the day before, nights whose rating is missing.
    not_compared : tuple of str, optional
        What the table calls nights that belong to no arm, such as a baseline.
    """

    kind: Literal["adopted"] = "adopted"
    start: Day
    dated: bool = True
    nights: Annotated[Whole, Field(ge=2, le=MAX_NIGHTS)]
    gaps: Gaps | None = None
    not_compared: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None
    block_periods: Annotated[Whole, Field(ge=2, le=MAX_PERIODS)] | None = None
    drawn: StatedOrders | None = None
    nights_are: Literal["days"] | None = None


AnyDrawn = RandomizedBlocks | Balanced | MirroredPairs | Alternating | Listed
Design = Annotated[AnyDrawn | Adopted, Field(discriminator="kind")]
KINDS = ("randomized-blocks", "balanced", "mirrored-pairs", "alternating", "listed", "adopted")
