"""The two editions of the toolkit: what each fills in where a protocol does not say it, and what the second alone has.

Takes plain values as they stand in a protocol; knows no protocol.
"""

from typing import Any

from nof1.plan.design.fields import as_number
from nof1.plan.design.kinds import Alternating, MirroredPairs, RandomizedBlocks
from nof1.plan.protocol.analysis import Priors
from nof1.plan.protocol.family import FAMILIES, default_priors
from nof1.plan.protocol.parts import Outcome

# What the second edition alone has, of the analysis and of its priors.
SECOND_ALONE = ("certainty_full", "start_up", "block_effects")
SECOND_PRIORS = ("start_up_sd", "block_sd")
WITH_BLOCKS = (RandomizedBlocks, MirroredPairs, Alternating)
_CERTAINTY_FULL = 0.80  # or the certainty, where that is lower
_KINDS_WITH_BLOCKS = [design.model_fields["kind"].default for design in WITH_BLOCKS]


def priors_filled(outcome: Any, fields: dict[str, Any], edition: int) -> dict[str, Any] | None:
    """The priors with the edition's defaults; None where what was given is refused elsewhere."""
    if not isinstance(outcome, dict | Outcome):
        return None
    ends = (outcome.low, outcome.high) if isinstance(outcome, Outcome) else (outcome.get("low"), outcome.get("high"))
    try:
        low, high = (as_number(end) for end in ends)
    except ValueError:
        return None
    chosen = fields.get("priors")
    chosen = {} if chosen is None else chosen.model_dump() if isinstance(chosen, Priors) else chosen
    family = fields.get("family", "normal")
    if not (isinstance(low, float) and isinstance(high, float) and low < high):
        return None
    if not isinstance(chosen, dict) or family not in FAMILIES:
        return None
    return default_priors(family, low, high, edition=edition) | {
        name: of for name, of in chosen.items() if of is not None
    }


def edition_filled(design: Any, fields: dict[str, Any], edition: int) -> dict[str, Any]:
    """Fields of the analysis that depend on the edition, where they were not given."""
    if edition == 1:
        return {"estimand": fields.get("estimand") or "full"}
    own = {name: of for name in SECOND_ALONE if (of := fields.get(name)) is not None}
    certainty = fields.get("certainty", 0.90)
    kind = design.get("kind") if isinstance(design, dict) else getattr(design, "kind", None)
    blocks = design.get("block_periods") if isinstance(design, dict) else getattr(design, "block_periods", None)
    has_blocks = blocks is not None if kind == "adopted" else kind in _KINDS_WITH_BLOCKS
    return {
        "certainty_full": min(_CERTAINTY_FULL, certainty) if isinstance(certainty, int | float) else _CERTAINTY_FULL,
        "start_up": kind != "adopted",
        "block_effects": has_blocks,
    } | own
