"""The stopping rule: at which blocks or periods the nights may be looked at before the last one, and how sure they must be.

Fixed with the protocol. Knows designs and orders, no night and no result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from nof1.plan.design.fields import Finite, Frozen, Whole
from nof1.plan.design.kinds import Adopted, Design
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.design.sequences import sequences_of

Counts = Annotated[tuple[Annotated[Whole, Field(ge=1)], ...], Field(min_length=1)]


class Interim(Frozen):
    """Looks before the last night, and the rule that says whether to stop there.

    The trial may stop at a look whose verdict, by the protocol's rule with this `certainty` in the place of the final one, is
    "helps", "worsens" or "no difference that matters".

    Attributes
    ----------
    after_blocks : tuple of int or None
        Numbers of completed blocks, increasing.
    after_periods : tuple of int or None
        Numbers of completed periods, for designs without blocks.
    certainty : float
        Probability at which to stop, at least that of the final verdict and below 1.
    """

    after_blocks: Counts | None = None
    after_periods: Counts | None = None
    certainty: Annotated[Finite, Field(lt=1)]

    @field_validator("after_blocks", "after_periods")
    @classmethod
    def _increase(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if value is not None and list(value) != sorted(set(value)):
            raise ValueError(f"{list(value)} must increase; write {sorted(set(value))}")
        return value

    @model_validator(mode="after")
    def _counts_blocks_or_periods(self) -> "Interim":
        if (self.after_blocks is None) == (self.after_periods is None):
            raise ValueError("give either after_blocks or, for a design without blocks, after_periods")
        return self

    @property
    def after(self) -> tuple[int, ...]:
        """After how many blocks or periods."""
        return self.after_blocks or self.after_periods or ()

    @property
    def unit(self) -> str:
        """What is counted: "block" or "period"."""
        return "block" if self.after_blocks is not None else "period"


@dataclass(frozen=True)
class PlannedLook:
    """One look of the rule in the calendar.

    Attributes
    ----------
    after : int
        Completed blocks or periods.
    end : date
        The last night that must have passed.
    until : date
        The last night that may be recorded by then: washout and pauses that follow still belong to it.
    """

    after: int
    end: date
    until: date


def check_interim(interim: Interim, design: Design, names: Sequence[str], certainty: float) -> None:
    """Hold a rule against the design, the arms and the final certainty.

    Raises
    ------
    ValueError
        If it does not fit, with the way out.
    """
    if isinstance(design, Adopted):
        raise ValueError(
            "analysis.interim: the nights of this trial were taken over from a table, so no look can come before the last; take it out"
        )
    if design.concealed != "open":
        raise ValueError(
            "analysis.interim: a look needs the order, and once a concealed order is open the nights that follow are not concealed; "
            "take the looks out, or plan an open trial"
        )
    if interim.certainty < certainty:
        raise ValueError(
            f"analysis.interim.certainty ({interim.certainty:g}) must be at least the certainty of the final verdict ({certainty:g}), "
            "or an early look would claim more easily than the end"
        )
    sequences = sequences_of(design, names)
    blocks = max(sequences.blocks(), default=0)
    if blocks and interim.after_blocks is None:
        raise ValueError(f"analysis.interim: this design has {blocks} blocks; give after_blocks, not after_periods")
    if not blocks and interim.after_periods is None:
        raise ValueError(f'analysis.interim: a design of kind "{design.kind}" has no blocks; give after_periods')
    whole = blocks or sequences.periods
    if interim.after[-1] >= whole:
        raise ValueError(
            f"analysis.interim: after {interim.after[-1]} of {whole} {interim.unit}s the trial is over, so that is no interim look; "
            f"the last can be after {whole - 1}"
        )
    if not blocks and interim.after[0] < len(names):
        raise ValueError(
            f"analysis.interim: after {interim.after[0]} period{'s' if interim.after[0] > 1 else ''} not every one of {len(names)} "
            f"arms has been there; the first look can be after {len(names)}"
        )


def planned_looks(interim: Interim, order: Order) -> tuple[PlannedLook, ...]:
    """The looks of a rule in the calendar of an order, pauses included."""
    order = order.whole  # of a trial that was stopped, those that were planned behind the stop, too
    on = [period for period in order.periods if period.on_trial and period.number != RUN_IN]
    looks = []
    for after in interim.after:
        place = [(period.block if interim.unit == "block" else period.number) for period in on]
        last = max(i for i, number in enumerate(place) if number <= after)
        later = [period for period in order.periods if period.start > on[last].end and period.on_trial]
        until = date.fromordinal(later[0].start.toordinal() - 1) if later else order.end
        looks.append(PlannedLook(after, on[last].end, until))
    return tuple(looks)
