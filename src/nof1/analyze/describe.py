"""What was recorded, counted without a model: periods, adherence, side effects by arm, with intervals for small counts.

Nights are counted as if independent. They resemble each other, so that the intervals may be too narrow; who tells them says so.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.checks.rates import Interval, RateDifference, rate_difference, rate_interval
from nof1.analyze.model.data import ModelData
from nof1.plan.design.order import Period
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.stop_rules import is_emergency
from nof1.record.diary.doses import counts_doses, dose_kind, planned_dose, planned_share
from nof1.record.diary.side_effects import spellings, stops
from nof1.record.trial import Trial

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Nights:
    """Planned nights; those with an outcome; planned ones after the last entry; those that the model has."""

    planned: int
    recorded: int
    after_last: int
    analyzed: int


@dataclass(frozen=True)
class PeriodSummary:
    """A stretch of nights: its arm, or "washout" or "pause"; dates, None where they are not real; mean and sd in points."""

    period: int
    block: int
    arm: str | None
    start: date | None
    end: date | None
    nights: int
    recorded: int
    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class Share:
    """A share of nights and its interval."""

    share: float
    interval: Interval


@dataclass(frozen=True)
class Adherence:
    """What was taken of one arm's plan.

    Shares are of all nights with a planned dose, so that somebody who stopped early is not counted as adherent. What needs a planned
    dose is None where the protocol names none.

    Attributes
    ----------
    nights, recorded : int
        Nights on the arm; those with an outcome.
    planned_doses : int
        The sum of `as_planned`, `partly`, `more`, `missed` and `not_recorded`.
    share_as_planned, share_recorded : float or None
        Of the planned doses, each with an interval (`interval_as_planned`, `interval_recorded`).
    of_recorded : Share or None
        Doses as planned among the recorded ones.
    mean_share_taken : float or None
        Mean of dose / planned dose over recorded nights.
    contamination : int or None
        Nights of a reference without magnesium on which some was taken; None where it cannot be known: a reference with a
        dose, or packs.
    """

    nights: int
    recorded: int
    dose_recorded: int
    as_planned: int | None
    share_as_planned: float | None
    planned_doses: int
    partly: int | None
    more: int | None
    missed: int | None
    not_recorded: int
    interval_as_planned: Interval | None
    share_recorded: float | None
    interval_recorded: Interval | None
    of_recorded: Share | None
    mean_share_taken: float | None
    contamination: int | None


@dataclass(frozen=True)
class SideEffect:
    """Nights with one side effect; `stop` is the words of the stop rule that it meets, or None."""

    nights: int
    rate: float
    interval: Interval
    stop: str | None


@dataclass(frozen=True)
class AgainstReference:
    """Rates of side effects on an arm less those on the reference, of any and of each; None where an arm has no night in the diary."""

    reference: str
    any: RateDifference | None
    kinds: dict[str, RateDifference | None]


@dataclass(frozen=True)
class Harms:
    """Side effects on one arm.

    `nights` are those in the diary, which asks each night. All else is None where nobody asked: an adopted table has no side effects in
    it. Rates are None on an arm without a night in the diary. `kinds` has each side effect by its name, those to stop for first.
    """

    nights: int
    with_side_effects: int | None = None
    rate: float | None = None
    interval: Interval | None = None
    kinds: dict[str, SideEffect] | None = None
    against_reference: AgainstReference | None = None


def describe_nights(trial: Trial, data: ModelData) -> Nights:
    """How many nights there were, and how many of them count."""
    last = max(entry.night for entry in trial.entries)
    return Nights(
        planned=len(trial.planned_nights),
        recorded=len(trial.planned_nights) - len(trial.missing_nights),
        after_last=sum(night > last for night in trial.missing_nights),
        analyzed=data.n,
    )


def describe_periods(trial: Trial) -> tuple[PeriodSummary, ...]:
    """One row a stretch. Washout and pauses have rows of their own, with these words in the place of an arm."""
    outcome = trial.frame[trial.protocol.outcome.name]
    return tuple(_period(trial, period, outcome) for period in trial.order.periods)


def _period(trial: Trial, period: Period, outcome: "pd.Series[float]") -> PeriodSummary:
    values = outcome.loc[str(period.start) : str(period.end)].dropna().to_numpy()
    dated = trial.protocol.dated
    return PeriodSummary(
        period=period.number,
        block=period.block,
        arm=period.arm,
        start=period.start if dated else None,
        end=period.end if dated else None,
        nights=period.nights,
        recorded=len(values),
        mean=float(np.mean(values)) if len(values) else None,
        sd=float(np.std(values, ddof=1)) if len(values) > 1 else None,
    )


def describe_adherence(trial: Trial) -> dict[str, Adherence]:
    """By arm: nights planned, nights with an outcome, nights with a logged dose, and what the doses were (`dose_kind`).

    Of a concealed trial nights without a pack are none of them.
    """
    return {arm.name: _adherence(trial, arm.name) for arm in trial.protocol.arms}


def _adherence(trial: Trial, arm: str) -> Adherence:
    protocol = trial.protocol
    entries = {entry.night: entry for entry in trial.entries}
    planned_nights = set(trial.planned_nights)
    nights = [
        night
        for period in trial.order.periods
        if period.arm == arm
        for night in period.dates
        if night in planned_nights
    ]
    with_dose = {
        night: period.dose_mg
        for period in trial.order.periods
        if period.arm == arm and counts_doses(protocol, period)
        for night in period.dates
        if night in planned_nights
    }
    kinds = Counter(
        dose_kind(protocol, arm, entries.get(night), amended_mg=amended) for night, amended in with_dose.items()
    )
    n = len(with_dose)
    planned = planned_share(protocol, arm) if protocol.by_share else planned_dose(protocol, arm)
    taken = {
        night: entries[night].taken if protocol.by_share else entries[night].dose_mg
        for night in with_dose
        if night in entries
    }
    known = [amount for amount in taken.values() if amount is not None]
    counted = planned is not None or protocol.randomized
    as_planned = kinds["as_planned"] if counted else None
    clean = protocol.concealed == "open" and arm == protocol.reference and planned == 0
    return Adherence(
        nights=len(nights),
        recorded=sum(night in entries and entries[night].outcome is not None for night in nights),
        dose_recorded=len(known),
        as_planned=as_planned,
        share_as_planned=None if as_planned is None or not n else as_planned / n,
        planned_doses=n,
        partly=kinds["partly"] if counted else None,
        more=kinds["more"] if counted else None,
        missed=kinds["missed"] if counted else None,
        not_recorded=n - len(known),
        interval_as_planned=_interval(as_planned, n),
        share_recorded=len(known) / n if n else None,
        interval_recorded=_interval(len(known), n),
        of_recorded=None
        if as_planned is None or not known
        else Share(as_planned / len(known), rate_interval(as_planned, len(known))),
        mean_share_taken=float(np.mean(_of_first(protocol, planned, taken, with_dose)) / planned)
        if planned and known
        else None,
        contamination=kinds["more"] if clean else None,
    )


def _of_first(
    protocol: Protocol, planned: float, taken: dict[date, float | None], amended: dict[date, float | None]
) -> list[float]:
    """What was taken each night, in mg of the first planned dose where an amendment planned another; shares of a pack are shares of that night's."""
    return [
        amount if protocol.by_share else amount * planned / (amended[night] or planned)
        for night, amount in taken.items()
        if amount is not None
    ]


def describe_harms(trial: Trial) -> dict[str, Harms]:
    """By arm: nights in the diary, which asks for side effects each night, and nights with any and with each.

    What only says that there was none ("no headache") is no side effect. Spellings that differ in capitals are one.
    """
    protocol = trial.protocol
    arms = [arm.name for arm in protocol.arms]
    nights = {arm: _harms_by_night(trial, arm) for arm in arms}
    if not (protocol.randomized or any(entry.side_effects for entry in trial.entries)):
        return {arm: Harms(len(nights[arm])) for arm in arms}
    written = spellings(effect for entry in trial.entries for effect in entry.side_effects)
    rules = {key: next((stop.rule.text for stop in stops([name])), None) for key, name in written.items()}
    felt = {
        arm: _Felt(len(rows), sum(map(bool, rows)), Counter(effect for night in rows for effect in night))
        for arm, rows in nights.items()
    }
    reference = felt[protocol.reference]
    return {
        arm: _harms(
            felt[arm],
            written,
            rules,
            None if arm == protocol.reference else _against(protocol.reference, felt[arm], reference, written, rules),
        )
        for arm in arms
    }


@dataclass(frozen=True)
class _Felt:
    """Nights in the diary, those with any side effect, and those with each."""

    n: int
    any: int
    kinds: Counter[str]


def _harms(
    felt: _Felt, written: Mapping[str, str], rules: Mapping[str, str | None], against: AgainstReference | None
) -> Harms:
    """One arm; `written` and `rules` are the spelling and the stop rule of each side effect."""
    ordered = sorted(felt.kinds, key=lambda key: (_rank(rules[key]), -felt.kinds[key], written[key]))
    return Harms(
        nights=felt.n,
        with_side_effects=felt.any,
        rate=felt.any / felt.n if felt.n else None,
        interval=_interval(felt.any, felt.n),
        kinds={
            written[key]: SideEffect(
                nights=felt.kinds[key],
                rate=felt.kinds[key] / felt.n,
                interval=rate_interval(felt.kinds[key], felt.n),
                stop=rules[key],
            )
            for key in ordered
        },
        against_reference=against,
    )


def _against(
    name: str, felt: _Felt, reference: _Felt, written: Mapping[str, str], rules: Mapping[str, str | None]
) -> AgainstReference:
    both = sorted(felt.kinds | reference.kinds, key=lambda key: (_rank(rules[key]), written[key]))
    return AgainstReference(
        reference=name,
        any=_difference(felt.any, felt.n, reference.any, reference.n),
        kinds={written[key]: _difference(felt.kinds[key], felt.n, reference.kinds[key], reference.n) for key in both},
    )


def _rank(rule: str | None) -> int:
    """Signs for the emergency number come first, then those with which to stop."""
    return 2 if rule is None else int(not is_emergency(rule))


def _harms_by_night(trial: Trial, arm: str) -> list[set[str]]:
    """The side effects of each night in the diary, in small letters."""
    recorded = {entry.night: entry for entry in trial.entries}
    nights = (night for period in trial.order.periods if period.arm == arm for night in period.dates)
    return [set(spellings(recorded[night].side_effects)) for night in nights if night in recorded]


def _interval(count: int | None, n: int) -> Interval | None:
    return None if count is None or not n else rate_interval(count, n)


def _difference(count: int, n: int, other_count: int, other_n: int) -> RateDifference | None:
    return rate_difference(count, n, other_count, other_n) if n and other_n else None
