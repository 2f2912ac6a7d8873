"""What was recorded each morning beside the model, by arm: counts and medians. Adjusts for nothing and tests nothing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from nof1.analyze.model.arm_nights import counted_nights
from nof1.plan.protocol.nightly import beside
from nof1.plan.protocol.recorded import NONE, Kind, Recorded
from nof1.record.trial import Trial
from nof1.record.values.answers import minutes_from_noon


@dataclass(frozen=True)
class BesideByArm:
    """Answers to one question on the nights of one arm.

    Attributes
    ----------
    name, kind : str
        As in the protocol.
    arm : str
    nights : int
        Nights that count for the arm; `answered` of them have an answer.
    answered : int
    median, low, high : float or None
        Of numbers, and of clock times in minutes after the noon before the night, so that midnight parts no neighbours; the least
        and the greatest. None without any.
    counts : dict of str to int
        How often each choice, "yes" or "no"; of clock times how often "none".
    """

    name: str
    kind: Kind
    arm: str
    nights: int
    answered: int
    median: float | None = None
    low: float | None = None
    high: float | None = None
    counts: dict[str, int] = field(default_factory=dict)


def beside_by_arm(trial: Trial) -> tuple[BesideByArm, ...]:
    """Every question beside the model with every arm, in the order of the protocol; own words are only counted.

    Run-in, washout, pauses and discarded nights belong to no arm here, as in `nof1.analyze.model.arm_nights`.

    Examples
    --------
    >>> beside_by_arm(trial)
    ()
    """
    return tuple(_rows(trial))


def _rows(trial: Trial) -> Iterator[BesideByArm]:
    asked = beside(trial.protocol)
    if not asked:
        return
    frame = trial.frame
    arm = frame["arm"].to_numpy()
    counted = counted_nights(trial.protocol, arm, frame["period"].to_numpy(dtype=int))
    for one in asked:
        for known in trial.protocol.arms:
            cells = frame.loc[counted & (arm == known.name), one.name]
            yield _row(one, known.name, len(cells), [str(cell) for cell in cells if cell])


def _row(one: Recorded, arm: str, nights: int, cells: list[str]) -> BesideByArm:
    values: list[float] = []
    counts: dict[str, int] = {}
    match one.kind:
        case "clock":
            values = [float(minutes_from_noon(cell)) for cell in cells if cell != NONE]
            counts = {NONE: cells.count(NONE)} if NONE in cells else {}
        case "number":
            values = [float(cell) for cell in cells]
        case "choice" | "yes-no":
            counts = dict(Counter(cells))
        case "words":
            pass
    if not values:
        return BesideByArm(one.name, one.kind, arm, nights, len(cells), counts=counts)
    return BesideByArm(
        one.name, one.kind, arm, nights, len(cells), float(median(values)), min(values), max(values), counts
    )
