"""What was recorded, counted without a model: periods, adherence, side effects by arm."""

from collections import Counter
from typing import Any

import numpy as np

from nof1.plan.protocol import Protocol
from nof1.record.trial import Trial


def describe_periods(trial: Trial) -> list[dict[str, Any]]:
    """One row a stretch: its arm and dates, nights planned and recorded, mean and sd of the outcome in points.

    Washout and pauses have rows of their own, with these words in the place of an arm.
    """
    rows = []
    dated = trial.protocol.dated
    outcome = trial.frame[trial.protocol.outcome.name]
    for period in trial.order.periods:
        nights = outcome.loc[str(period.start) : str(period.end)]
        values = nights.dropna().to_numpy()
        rows.append(
            {
                "period": period.number,
                "block": period.block,
                "arm": period.arm,
                "start": period.start.isoformat() if dated else None,
                "end": period.end.isoformat() if dated else None,
                "nights": period.nights,
                "recorded": len(values),
                "mean": float(np.mean(values)) if len(values) else None,
                "sd": float(np.std(values, ddof=1)) if len(values) > 1 else None,
            }
        )
    return rows


def describe_adherence(trial: Trial) -> dict[str, dict[str, Any]]:
    """By arm: nights planned, nights with an outcome, nights with a logged dose, nights with the planned dose.

    Shares are of all planned nights, so that somebody who stopped early is not counted as adherent. `as_planned` is
    None where the protocol names no dose.
    """
    out = {}
    for arm in trial.protocol.arms:
        nights = trial.frame[trial.frame["arm"] == arm.name]
        dose = nights["dose_mg"]
        planned_dose = _planned_dose(trial.protocol, arm.name)
        as_planned = None if planned_dose is None else int(np.isclose(dose.to_numpy(dtype=float), planned_dose).sum())
        out[arm.name] = {
            "nights": len(nights),
            "recorded": int(nights[trial.protocol.outcome.name].notna().sum()),
            "dose_recorded": int(dose.notna().sum()),
            "as_planned": as_planned,
            "share_as_planned": None if as_planned is None else as_planned / len(nights),
        }
    return out


def _planned_dose(protocol: Protocol, arm: str) -> float | None:
    dose = protocol.arm(arm).dose_mg
    return 0.0 if dose is None and arm == protocol.reference and any(other.dose_mg for other in protocol.arms) else dose


def describe_harms(trial: Trial) -> dict[str, dict[str, Any]]:
    """By arm: nights in the diary, nights with any side effect, and nights with each.

    Both are None where nobody asked: an adopted table has no side effects in it.
    """
    asked = trial.protocol.randomized or any(entry.side_effects for entry in trial.entries)
    recorded = {entry.night: entry for entry in trial.entries}
    out: dict[str, dict[str, Any]] = {}
    for arm in trial.protocol.arms:
        entries = [
            recorded[night]
            for period in trial.order.periods
            if period.arm == arm.name
            for night in period.dates
            if night in recorded
        ]
        counts = Counter(effect for entry in entries for effect in set(entry.side_effects))
        out[arm.name] = {
            "nights": len(entries),
            "with_side_effects": sum(bool(entry.side_effects) for entry in entries) if asked else None,
            "side_effects": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))) if asked else None,
        }
    return out
