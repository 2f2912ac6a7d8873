"""The paired-cycle interval: differences of block means, and Student's t interval of their mean. No model but that.

Each block holds both arms once, so that what a block has of its own (season, stress) is the same on both sides of its difference.
With three or four blocks it is the only interval without a model; it takes the blocks' differences as independent and about normal.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from nof1.analyze.arrays import Array
from nof1.analyze.model.arm_nights import counted_nights
from nof1.analyze.model.effects import LEVEL, pairs
from nof1.analyze.reasons import Reason
from nof1.record.trial import Trial

_ARMS = 2
LEAST_BLOCKS = 2  # one difference has no spread


@dataclass(frozen=True)
class PairedCycles:
    """Two arms compared block by block; numbers are in units of the outcome, the arm's mean minus the reference's.

    Attributes
    ----------
    arm, reference : str
    level : float
        Of the interval.
    blocks : int
        Complete blocks with a rated night on both arms.
    differences : tuple of float
        One for each of these blocks, in their order.
    mean : float or None
        Of the differences.
    interval : (float, float) or None
        Student's t, with `blocks` - 1 degrees of freedom.
    refused : Reason or None
        Why there is no interval.
    """

    arm: str
    reference: str
    level: float
    blocks: int = 0
    differences: tuple[float, ...] = ()
    mean: float | None = None
    interval: tuple[float, float] | None = None
    refused: Reason | None = None


def paired_cycles(trial: Trial) -> tuple[PairedCycles, ...]:
    """The arms compared block by block: one entry for each pair of arms, the main comparison first.

    Plans in blocks of two arms alone have such an interval; elsewhere the entry has the reason.

    Examples
    --------
    >>> paired_cycles(trial)[0].blocks
    6
    """
    protocol = trial.protocol
    if len(protocol.arms) != _ARMS or protocol.block_periods != _ARMS:
        why = Reason("no blocks of two")
        return tuple(PairedCycles(pair.arm, pair.reference, LEVEL, refused=why) for pair in pairs(protocol))
    (pair,) = pairs(protocol)
    return (_compared(trial, PairedCycles(pair.arm, pair.reference, LEVEL)),)


def _compared(trial: Trial, told: PairedCycles) -> PairedCycles:
    differences = block_differences(trial, told.arm, told.reference)
    blocks = len(differences)
    found = PairedCycles(told.arm, told.reference, told.level, blocks, tuple(float(one) for one in differences))
    if blocks < LEAST_BLOCKS:
        return _refused(found, Reason("too few blocks", {"blocks": blocks, "least": LEAST_BLOCKS}))
    mean, error = float(differences.mean()), float(differences.std(ddof=1) / np.sqrt(blocks))
    if np.ptp(differences) == 0:
        return _refused(found, Reason("blocks alike"))
    reach = float(stdtrit(blocks - 1, (1 + told.level) / 2)) * error
    return PairedCycles(
        told.arm, told.reference, told.level, blocks, found.differences, mean, (mean - reach, mean + reach)
    )


def _refused(found: PairedCycles, why: Reason) -> PairedCycles:
    mean = sum(found.differences) / found.blocks if found.blocks else None
    return PairedCycles(
        found.arm, found.reference, found.level, found.blocks, found.differences, mean=mean, refused=why
    )


def block_differences(trial: Trial, arm: str, reference: str) -> Array:
    """The arm's mean minus the reference's within each block of two periods, shape (blocks,).

    Only blocks with a rated night on both arms; run-in, washout, pauses and discarded nights are left out.
    """
    frame, protocol = trial.frame, trial.protocol
    outcome = frame[protocol.outcome.name].to_numpy(dtype=float)
    names, period = frame["arm"].to_numpy(), frame["period"].to_numpy(dtype=int)
    rated = counted_nights(protocol, names, period) & ~np.isnan(outcome)
    block = (period - 1) // _ARMS
    out = []
    for number in np.unique(block[rated]):
        one, other = (outcome[rated & (block == number) & (names == name)] for name in (arm, reference))
        if len(one) and len(other):
            out.append(one.mean() - other.mean())
    return np.array(out)
