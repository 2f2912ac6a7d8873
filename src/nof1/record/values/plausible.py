"""What values of a measure usually are. Far from it, the unit of a column is in doubt: a night of 7.5 minutes was one of 7.5 hours.

These are no bounds of what can be recorded: a doubt is a question, and what the person answers is taken. Knows no file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from nof1.record.values.measures import Measure


@dataclass(frozen=True)
class Usual:
    """In the unit that is kept. `least` and `most` hold for each value but zero; `peak` for the largest of a column, `middle` for half of them."""

    least: float = 0.0
    most: float = float("inf")
    peak: float = 0.0
    middle: float = float("inf")


# Each bound lies between what people record in the unit kept and what the same would be in the next one.
_USUAL = MappingProxyType(
    {
        "sleep_minutes": Usual(least=20, middle=1200),
        "time_in_bed_minutes": Usual(least=20, middle=1300),
        "awake_minutes": Usual(peak=2, middle=600),
        "sleep_latency_minutes": Usual(peak=1, middle=240),
        "deep_sleep_minutes": Usual(peak=5, middle=400),
        "rem_sleep_minutes": Usual(peak=5, middle=400),
        "exercise": Usual(peak=5, middle=600),
        "caffeine_mg": Usual(peak=5, middle=2000),
        "caffeine": Usual(most=20),
        "alcohol": Usual(most=30),
        "iron_mg": Usual(peak=0.5, middle=500),
        "dietary_iron_mg": Usual(peak=0.5, middle=500),
        "dietary_magnesium_mg": Usual(peak=5, middle=2000),
        "energy_kcal": Usual(peak=30, middle=6500),
    }
)


def doubtful(measure: Measure, values: Sequence[float]) -> float | None:
    """The value for which the unit of a column is in doubt; None where nothing speaks against it. `values` are in the unit kept.

    Examples
    --------
    >>> from nof1.record.values.measures import find_measure
    >>> doubtful(find_measure("sleep"), [7.5, 6]), doubtful(find_measure("sleep"), [450, 0, 390])
    (7.5, None)
    """
    usual = _USUAL.get(measure.name)
    if usual is None:
        return None
    given = [value for value in values if value]
    if not given:
        return None
    smallest, largest = min(given), max(given)
    if smallest < usual.least:
        return smallest
    if largest > usual.most or largest < usual.peak:
        return largest
    beyond = largest > usual.middle and sum(value > usual.middle for value in given)
    return largest if 2 * beyond > len(given) else None
