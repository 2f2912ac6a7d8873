"""The arms compared block by block, in words."""

from nof1.analyze.checks.paired_cycles import PairedCycles
from nof1.analyze.model.standardize import MEASURES
from nof1.language import say
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words import ranges
from nof1.report.words.effect import number, units
from nof1.report.words.reasons import reason_sentence


def cycles_sentence(protocol: Protocol, told: PairedCycles) -> str:
    """The mean of the blocks' differences with its t interval, or why there is none."""
    if told.refused is not None or told.mean is None or told.interval is None:
        return "" if told.refused is None else reason_sentence(told.refused)
    counted = units(MEASURES[protocol.analysis.family], protocol.outcome)
    return say(
        "Compared within each of the {blocks} blocks and without a model, {arm} minus {reference} is {mean} {unit} on average, "
        "with a {level:g} % t interval {span}. It takes the blocks as independent of each other.",
        blocks=told.blocks,
        arm=protocol.arm(told.arm).title,
        reference=protocol.arm(told.reference).title,
        mean=number(counted.factor * told.mean),
        unit=counted.axis,
        level=100 * told.level,
        span=ranges.between(*(counted.factor * end for end in told.interval)),
    )
