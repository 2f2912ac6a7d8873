"""What was recorded, counted without a model: periods, adherence, side effects by arm, with intervals for small counts.

Nights are counted as if independent. They resemble each other, so that the intervals may be too narrow; who tells them says so.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nof1._version import __version__
from nof1.analyze.arrays import Array
from nof1.analyze.checks.blinding import describe_blinding
from nof1.analyze.checks.rates import rate_difference, rate_interval
from nof1.analyze.model.data import Terms
from nof1.analyze.results import SCHEMA
from nof1.plan.design.order import RUN_IN
from nof1.plan.orders.evening_dose import has_dose
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.side_effects import NO_WORDS, is_denial, stops
from nof1.record.trial import Trial

WITHIN_MG = 1.0  # a dose this close to the planned one is the planned one


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
    """By arm: nights planned, nights with an outcome, nights with a logged dose, and what the doses were.

    Shares are of all nights with a planned dose, so that somebody who stopped early is not counted as adherent. Of an open trial a
    planned dose may be 0, and what counts is the elemental dose, give or take 1 mg; of a concealed one it is the share of
    the pack, and nights without a pack are none of them.

    Returns
    -------
    dict
        By arm: `nights`; `recorded` (with an outcome); `planned_doses`, which is the sum of `as_planned`, `partly`, `more`, `missed` and
        `not_recorded`; `dose_recorded`; `share_as_planned` and `share_recorded` of the planned doses, each with an interval
        (`interval_as_planned`, `interval_recorded`); `of_recorded`: `share` and `interval` of doses as planned among the recorded ones;
        `mean_share_taken`: mean of dose / planned dose over recorded nights; `contamination`: nights of a reference without
        magnesium on which some was taken. What needs a planned dose is None where the protocol names none, and `contamination`
        where it cannot be known: a reference with a dose, or packs.
    """
    return {arm.name: _adherence(trial, arm.name) for arm in trial.protocol.arms}


def _adherence(trial: Trial, arm: str) -> dict[str, Any]:
    protocol = trial.protocol
    nights = trial.frame[trial.frame["arm"] == arm]
    if protocol.concealed == "open":
        planned, within = _planned_dose(protocol, arm), WITHIN_MG
        amounts = nights["dose_mg"].to_numpy(dtype=float)
    else:
        planned, within = 1.0, 0.0
        amounts = _shares_of_packs(trial, arm)
    n, noted = len(amounts), int(np.isfinite(amounts).sum())
    kinds = _kinds_of_dose(amounts, planned, within)
    as_planned = kinds["as_planned"]
    clean = protocol.concealed == "open" and arm == protocol.reference and planned == 0
    return {
        "nights": len(nights),
        "recorded": int(nights[protocol.outcome.name].notna().sum()),
        "dose_recorded": noted,
        "as_planned": as_planned,
        "share_as_planned": None if as_planned is None or not n else as_planned / n,
        "planned_doses": n,
        "partly": kinds["partly"],
        "more": kinds["more"],
        "missed": kinds["missed"],
        "not_recorded": n - noted,
        "interval_as_planned": _interval(as_planned, n),
        "share_recorded": noted / n if n else None,
        "interval_recorded": _interval(noted, n),
        "of_recorded": None
        if as_planned is None or not noted
        else {"share": as_planned / noted, "interval": _interval(as_planned, noted)},
        "mean_share_taken": float(np.nanmean(amounts / planned)) if planned and noted else None,
        "contamination": kinds["more"] if clean else None,
    }


def _planned_dose(protocol: Protocol, arm: str) -> float | None:
    dose = protocol.arm(arm).dose_mg
    return 0.0 if dose is None and arm == protocol.reference and any(other.dose_mg for other in protocol.arms) else dose


def _shares_of_packs(trial: Trial, arm: str) -> Array:
    """What was taken of each night's pack, nan where it was not recorded; nights without a pack are left out."""
    taken = {entry.night: entry.taken for entry in trial.entries}
    shares = [
        taken.get(night)
        for period in trial.order.periods
        if period.arm == arm and (period.number != RUN_IN or _run_in_has_pack(trial.protocol))
        for night in period.dates
    ]
    return np.array(shares, dtype=float)


def _run_in_has_pack(protocol: Protocol) -> bool:
    return has_dose(protocol, protocol.arm(protocol.reference))


def _kinds_of_dose(amounts: Array, planned: float | None, within: float) -> dict[str, int | None]:
    """Nights by what was taken of the plan; None each where the plan names no dose. A night without a record is none of them."""
    if planned is None:
        return dict.fromkeys(("as_planned", "partly", "more", "missed"))
    as_planned = np.abs(amounts - planned) <= within
    missed = ~as_planned & (amounts == 0)
    return {
        "as_planned": int(as_planned.sum()),
        "partly": int((~as_planned & ~missed & (amounts < planned)).sum()),
        "more": int((~as_planned & (amounts > planned)).sum()),
        "missed": int(missed.sum()),
    }


def describe_harms(trial: Trial) -> dict[str, dict[str, Any]]:
    """By arm: nights in the diary, which asks for side effects each night, and nights with any and with each, those to stop for first.

    What only says that there was none ("no headache") is no side effect. Spellings that differ in capitals are one.

    Returns
    -------
    dict
        By arm: `nights`; `with_side_effects`; `side_effects` (name to nights); `rate` and `interval` of nights with any; `kinds`: name to
        `nights`, `rate`, `interval` and `stop`, the words of the stop rule it meets or None; `against_reference`, None for the
        reference: `reference`, `any` and `kinds`, each with `difference` (of rates, arm less reference), `interval` and
        `p_higher`, the chance that the rate is higher on the arm. All but `nights` are None where nobody asked: an adopted table has
        no side effects in it. Rates are None on an arm without a night in the diary.
    """
    protocol = trial.protocol
    arms = [arm.name for arm in protocol.arms]
    nights = {arm: _harms_by_night(trial, arm) for arm in arms}
    if not (protocol.randomized or any(entry.side_effects for entry in trial.entries)):
        return {arm: {"nights": len(nights[arm]), **dict.fromkeys(_NOT_ASKED)} for arm in arms}
    written = _spellings(effect for entry in trial.entries for effect in entry.side_effects)
    rules = {key: next((stop.rule.text for stop in stops([name])), None) for key, name in written.items()}
    felt = {
        arm: _Felt(len(rows), sum(map(bool, rows)), Counter(effect for night in rows for effect in night))
        for arm, rows in nights.items()
    }
    reference = felt[protocol.reference]
    return {
        arm: _harms(felt[arm], written, rules)
        | {
            "against_reference": None
            if arm == protocol.reference
            else {"reference": protocol.reference} | _differences(felt[arm], reference, written, rules)
        }
        for arm in arms
    }


_NOT_ASKED = ("with_side_effects", "side_effects", "rate", "interval", "kinds", "against_reference")


@dataclass(frozen=True)
class _Felt:
    """Nights in the diary, those with any side effect, and those with each."""

    n: int
    any: int
    kinds: Counter[str]


def _harms(felt: _Felt, written: Mapping[str, str], rules: Mapping[str, str | None]) -> dict[str, Any]:
    """One arm; `written` and `rules` are the spelling and the stop rule of each side effect."""
    ordered = sorted(felt.kinds, key=lambda key: (rules[key] is None, -felt.kinds[key], written[key]))
    kinds = {
        written[key]: {
            "nights": felt.kinds[key],
            "rate": felt.kinds[key] / felt.n,
            "interval": _interval(felt.kinds[key], felt.n),
            "stop": rules[key],
        }
        for key in ordered
    }
    return {
        "nights": felt.n,
        "with_side_effects": felt.any,
        "side_effects": {name: kind["nights"] for name, kind in kinds.items()},
        "rate": felt.any / felt.n if felt.n else None,
        "interval": _interval(felt.any, felt.n),
        "kinds": kinds,
    }


def _differences(
    felt: _Felt, reference: _Felt, written: Mapping[str, str], rules: Mapping[str, str | None]
) -> dict[str, Any]:
    both = sorted(felt.kinds | reference.kinds, key=lambda key: (rules[key] is None, written[key]))
    return {
        "any": _difference(felt.any, felt.n, reference.any, reference.n),
        "kinds": {
            written[key]: _difference(felt.kinds[key], felt.n, reference.kinds[key], reference.n) for key in both
        },
    }


def _harms_by_night(trial: Trial, arm: str) -> list[set[str]]:
    """The side effects of each night in the diary, in small letters."""
    recorded = {entry.night: entry for entry in trial.entries}
    nights = (night for period in trial.order.periods if period.arm == arm for night in period.dates)
    return [set(_spellings(recorded[night].side_effects)) for night in nights if night in recorded]


def _spellings(effects: Iterable[str]) -> dict[str, str]:
    """Side effects in small letters and as they were first written, without what says that there was none."""
    out: dict[str, str] = {}
    for effect in effects:
        key = effect.casefold()
        if key not in out and key not in NO_WORDS and not is_denial(effect):
            out[key] = effect
    return out


def _interval(count: int | None, n: int) -> Sequence[float] | None:
    return None if count is None or not n else list(rate_interval(count, n))


def _difference(count: int, n: int, other_count: int, other_n: int) -> dict[str, Any] | None:
    if not n or not other_n:
        return None
    found = rate_difference(count, n, other_count, other_n)
    return {"difference": found.difference, "interval": list(found.interval), "p_higher": found.p_higher}


def describe_trial(trial: Trial, data: Terms, seed: int) -> dict[str, Any]:
    """Protocol, nights, periods, adherence, harms, blinding as plain values."""
    protocol = trial.protocol
    return {
        "schema": SCHEMA,
        "nof1": __version__,
        "protocol_sha256": protocol.sha256(),
        "diary_sha256": trial.diary_sha256,
        "simulated": protocol.simulated,
        "randomized": protocol.randomized,
        "family": protocol.analysis.family,
        "seed": seed,
        "priors": protocol.priors.model_dump(exclude_none=True),
        "nights": {
            "planned": protocol.nights,
            "recorded": protocol.nights - len(trial.missing_nights),
            "after_last": _after_last(trial),
            "analyzed": data.n,
        },
        "amendments": [amendment.sentence() for amendment in trial.amendments],
        "unsealing": None if trial.unsealing is None else trial.unsealing.model_dump(mode="json", by_alias=True),
        "periods": describe_periods(trial),
        "adherence": describe_adherence(trial),
        "harms": describe_harms(trial),
        "blinding": describe_blinding(trial),
    }


def _after_last(trial: Trial) -> int:
    """Planned nights after the last entry: still to come, or given up."""
    last = max(entry.night for entry in trial.entries)
    return sum(night > last for night in trial.missing_nights)
