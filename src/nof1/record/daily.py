"""A trial's nights as a table, one row a calendar day, recorded or not. Must not know a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from nof1.plan.design.order import Order, Period
from nof1.plan.protocol.nightly import beside
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry

if TYPE_CHECKING:
    import pandas as pd


def daily(
    protocol: Protocol,
    order: Order,
    entries: Sequence[Entry],
    measures: Mapping[tuple[date, str], float],
    *,
    instead: Mapping[date, Period] = MappingProxyType({}),
) -> "pd.DataFrame":
    """What `Trial.frame` holds; `instead` names other stretches than those of the order for some nights."""
    import pandas as pd

    by_night = {entry.night: entry for entry in entries}
    names = sorted({name for _, name in measures})
    rows: list[dict[str, Any]] = []
    for planned in order.periods:
        for night in planned.dates:
            period = instead.get(night, planned)
            entry = by_night.get(night, Entry(night))
            rows.append(
                {
                    "night": night,
                    "day": len(rows) + 1,
                    "period": period.number,
                    "block": period.block,
                    "arm": period.arm,
                }
                | _values(protocol, entry, period)
                | {name: measures.get((night, name)) for name in names}
            )
    frame = pd.DataFrame(rows)
    frame["night"] = pd.to_datetime(frame["night"])
    numbers = [protocol.outcome.name, "dose_mg", "confidence", *protocol.analysis.covariates, *names]
    frame[numbers] = frame[numbers].astype(float)
    return frame.set_index("night")


def _values(protocol: Protocol, entry: Entry, period: Period) -> dict[str, Any]:
    return {
        protocol.outcome.name: entry.outcome,
        "dose_mg": _dose_from_pack(protocol, entry, period) if protocol.by_share else entry.dose_mg,
        "side_effects": "; ".join(entry.side_effects),
        "guess": entry.guess,
        "confidence": entry.confidence,
        **{name: entry.covariates.get(name) for name in protocol.analysis.covariates},
        **{one.name: entry.recorded.get(one.name, "") for one in beside(protocol)},
        "note": entry.note,
    }


def _dose_from_pack(protocol: Protocol, entry: Entry, period: Period) -> float | None:
    """Elemental mg in the part of the pack that was taken; nights without a pack have no dose, and a bath has none in mg."""
    of_arm = next((one.dose_mg for one in protocol.arms if one.name == period.arm), 0.0)
    planned = of_arm if period.dose_mg is None else period.dose_mg
    if entry.taken is None or planned is None:
        return None
    if entry.taken and not planned and protocol.concealed == "open":
        return None  # a bath or a tablet on an evening that was to have none: nobody knows how many mg
    return entry.taken * planned
