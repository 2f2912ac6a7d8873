"""Designs: how nights are divided into periods, and which orders of the arms are allowed.

States and checks the numbers; the set of orders is in `nof1.plan.sequences`.
"""

from typing import Annotated, Literal

from pydantic import Field

from nof1.plan.fields import Day, Frozen, Whole

MAX_NIGHTS = 3660


class RandomizedBlocks(Frozen):
    """Blocks that hold each arm once, in an order drawn for each block.

    `seed` makes the draw repeatable; `run_in_nights` come first, on the reference arm.
    """

    kind: Literal["randomized-blocks"] = "randomized-blocks"
    start: Day
    blocks: Annotated[Whole, Field(ge=2, le=1000)]
    period_nights: Annotated[Whole, Field(ge=1, le=365)]
    run_in_nights: Annotated[Whole, Field(ge=0, le=365)] = 0
    seed: Annotated[Whole, Field(ge=0, lt=2**63)]


class Adopted(Frozen):
    """Nights that were lived before nof1 was there: the order is known, how it was drawn is not.

    `dated` is False where only day numbers were known; the dates are then placeholders and shown nowhere.
    """

    kind: Literal["adopted"] = "adopted"
    start: Day
    dated: bool = True
    nights: Annotated[Whole, Field(ge=2, le=MAX_NIGHTS)]


Design = Annotated[RandomizedBlocks | Adopted, Field(discriminator="kind")]
