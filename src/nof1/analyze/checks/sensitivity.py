"""The same question under other choices: each part of the protocol's analysis changed by itself, and the answer beside it.

Every choice is the trial as it was recorded with another `protocol.analysis`, answered by the engine of its family
(`nof1.analyze.engines.choose`): those of the marginal engine together take a fraction of a second. Knows nothing of pages.
"""

import typing
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.choose import EffectEstimates, EngineName, estimate
from nof1.analyze.engines.marginal import MARGINAL_FAMILIES
from nof1.analyze.model.data import build_model_data, night_of_period
from nof1.analyze.model.effects import Effect, Verdict, pairs
from nof1.analyze.model.exposure import NEARLY_FULL
from nof1.analyze.model.other_analysis import with_analysis
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import InputError, Nof1Warning, RefusalError
from nof1.plan.design.fields import PAUSE
from nof1.plan.protocol.analysis import Analysis, Estimand
from nof1.plan.protocol.family import Ends, Family, family_refusal
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial

# What is changed of the analysis as planned, by itself.
ChoiceName = Literal[
    "as planned",
    "no carryover",
    "carryover",
    "nights dropped",
    "no trend",
    "with a trend",
    "no period effect",
    "with a period effect",
    "independent errors",
    "similar neighbours",
    "dose as taken",
    "dose as assigned",
    "prior twice as wide",
    "prior half as wide",
    "normal nights",
    "Student-t nights",
    "rounded ratings",
]
DROPPED_NIGHTS = 2  # at the start of every period; fewer where periods are short
_FAMILIES: dict[Family, ChoiceName] = {  # of one scale, so that they share their priors
    "normal": "normal nights",
    "student": "Student-t nights",
    "rating": "rounded ratings",
}
_PARTS: dict[str, tuple[ChoiceName, ChoiceName]] = {  # of the model, by their field: without and with it
    "trend": ("no trend", "with a trend"),
    "period_effects": ("no period effect", "with a period effect"),
    "autocorrelation": ("independent errors", "similar neighbours"),
}
WIDER: dict[ChoiceName, float] = {"prior twice as wide": 2.0, "prior half as wide": 0.5}


@dataclass(frozen=True)
class Choice:
    """One pair of arms under one choice.

    Attributes
    ----------
    choice : str
        What is changed; `nof1.report.sentence` says it in plain words.
    estimand : {"full", "as-lived"}
        The one that pages lead with. Where a choice's own exposure stays short of full this is the effect as lived, since its
        full effect is an extrapolation.
    engine : str
    full, as_lived : Effect or None
        None where the choice was refused; `refused` is the reason.
    value : number or None
        How many nights of every period are dropped; the sd of effects with another prior.
    """

    choice: ChoiceName
    arm: str
    reference: str
    estimand: Estimand
    engine: EngineName
    full: Effect | None = None
    as_lived: Effect | None = None
    refused: Reason | None = None
    value: int | float | None = None

    @property
    def leading(self) -> Effect | None:
        """The effect on the leading estimand; None where the choice was refused."""
        return self.full if self.estimand == "full" else self.as_lived


@dataclass(frozen=True)
class Comparison:
    """Which choices change the verdict of one pair of arms, and which moves the estimate most.

    Attributes
    ----------
    verdict : str or None
        As planned; None if that was refused.
    others : int
        Other choices that gave an answer.
    changed, refused : tuple of Choice
        Those with another verdict, those without an answer.
    most : Choice or None
        The one with the largest shift of the mean; `shift` is that, in points.
    """

    verdict: Verdict | None
    others: int
    refused: tuple[Choice, ...]
    changed: tuple[Choice, ...] = ()
    most: Choice | None = None
    shift: float | None = None


@dataclass(frozen=True)
class Alternative:
    """Another choice for one part of the analysis: its name and its number as in `Choice`, and the analysis itself."""

    choice: ChoiceName
    analysis: Analysis
    value: int | float | None = None


def sensitivity(
    trial: Trial,
    *,
    seed: int,
    leading: Sequence[Estimand] | None = None,
    planned: EffectEstimates | None = None,
    quick: bool = False,
) -> tuple[Choice, ...]:
    """The main analysis and every alternative to it, for every pair of arms.

    Parameters
    ----------
    trial : Trial
    seed : int
    leading : sequence of {"full", "as-lived"}, optional
        The estimand that pages lead with, one for each of `pairs(trial.protocol)`. If not given: the one that the protocol
        names, and as lived where exposure stayed short of full.
    planned : EffectEstimates, optional
        The main analysis, if it was done already.
    quick : bool
        Only the choices that the marginal engine answers.

    Returns
    -------
    tuple of Choice
        The analysis as planned first, then one choice after the other, each with one row for each pair of arms.
    """
    protocol = trial.protocol
    first = Alternative("as planned", protocol.analysis)
    others = [one for one in alternatives(trial) if not quick or one.analysis.family in MARGINAL_FAMILIES]
    tried: list[tuple[Alternative, EffectEstimates | Reason]] = [(first, planned or _solved(trial, first, seed))]
    tried += [(alternative, _solved(trial, alternative, seed)) for alternative in others]
    main = tried[0][1]
    if leading is None:
        leading = _named(protocol) if isinstance(main, Reason) else leading_estimands(protocol, main.highest)
    rows: list[Choice] = []
    for alternative, solved in tried:
        if isinstance(solved, Reason):
            rows += rows_of_refusal(protocol, alternative.choice, solved, leading=leading, value=alternative.value)
            continue
        own = leading_estimands(protocol, solved.highest, leading)
        rows += _rows(protocol, alternative, solved, own)
    return tuple(rows)


def alternatives(trial: Trial) -> tuple[Alternative, ...]:
    """The other choices for a trial, each with one part of the analysis changed; parts that are off are put in."""
    analysis, priors = trial.protocol.analysis, trial.protocol.priors
    found: list[tuple[ChoiceName, dict[str, Any], int | float | None]] = []
    if analysis.carryover != "none":
        found.append(("no carryover", {"carryover": "none"}, None))
    if analysis.carryover != "exponential":
        found.append(("carryover", {"carryover": "exponential"}, None))
    dropped = 0 if analysis.discarded_nights else _nights_to_drop(trial)
    if dropped:
        found.append(("nights dropped", {"carryover": f"discard:{dropped}"}, dropped))
    for part, (without, within) in _PARTS.items():
        there = getattr(analysis, part)
        found.append((without if there else within, {part: not there}, None))
    if _doses_differ(trial):
        other: tuple[ChoiceName, str] = (
            ("dose as taken", "taken") if analysis.dose == "assigned" else ("dose as assigned", "assigned")
        )
        found.append((other[0], {"dose": other[1]}, None))
    for name, factor in WIDER.items():
        sd = factor * priors.effect_sd
        found.append((name, {"priors": priors.model_copy(update={"effect_sd": sd})}, sd))
    found += [
        (name, {"family": family}, None)
        for family, name in _FAMILIES.items()
        if analysis.family in _FAMILIES and family != analysis.family and (family != "rating" or _is_whole(trial))
    ]
    return tuple(Alternative(name, analysis.model_copy(update=update), value) for name, update, value in found)


def _is_whole(trial: Trial) -> bool:
    scale = trial.protocol.outcome
    return family_refusal("rating", Ends(scale.low, scale.high, scale.whole)) is None


def leading_estimands(protocol: Protocol, highest: Array, named: Sequence[Estimand] | None = None) -> list[Estimand]:
    """What pages lead with for each pair of arms: what the protocol names, or as lived where exposure stayed short of full.

    The rule of `Result.leading`.

    Parameters
    ----------
    highest : array, shape (K,)
        Largest mean exposure of any night to each active arm.
    named : sequence of {"full", "as-lived"}, optional
        For each pair; the one that the protocol names if not given.
    """
    short = highest < NEARLY_FULL
    return [
        "as-lived" if np.any(short[np.array(pair.vector) != 0]) else estimand
        for pair, estimand in zip(pairs(protocol), named or _named(protocol), strict=True)
    ]


def rows_of_refusal(
    protocol: Protocol,
    choice: ChoiceName,
    reason: Reason,
    *,
    engine: EngineName = "marginal",
    leading: Sequence[Estimand] | None = None,
    value: float | None = None,
) -> list[Choice]:
    """Rows of `sensitivity` for a choice that cannot be computed, with the reason; one for each pair of arms."""
    return [
        Choice(choice, pair.arm, pair.reference, estimand, engine, refused=reason, value=value)
        for pair, estimand in zip(pairs(protocol), leading or _named(protocol), strict=True)
    ]


def compare(rows: Sequence[Choice]) -> Comparison:
    """Which choices change the verdict of one pair of arms, and which moves the estimate most.

    Parameters
    ----------
    rows : sequence of Choice
        Of `sensitivity`, for one pair; the first is the analysis as planned.
    """
    main, *others = rows
    planned = main.leading
    answered = [(row, row.leading) for row in others if row.leading is not None]
    refused = tuple(row for row in others if row.refused is not None)
    if planned is None or not answered:
        return Comparison(None if planned is None else planned.verdict, len(answered), refused)
    most, moved = max(answered, key=lambda one: abs(one[1].mean - planned.mean))
    changed = tuple(row for row, effect in answered if effect.verdict != planned.verdict)
    return Comparison(planned.verdict, len(answered), refused, changed, most, moved.mean - planned.mean)


class _OfPair(typing.Protocol):
    @property
    def arm(self) -> str: ...
    @property
    def reference(self) -> str: ...


def of_pair[T: _OfPair](rows: Sequence[T], pair: tuple[str, str] | None = None) -> list[T]:
    """The rows of one pair (arm, reference), in their order; of the first pair if none is named.

    Raises
    ------
    InputError
        If there is no row of that pair.
    """
    wanted = pair or ((rows[0].arm, rows[0].reference) if rows else None)
    found = [row for row in rows if (row.arm, row.reference) == wanted]
    if not found:
        told = sorted({f"{row.arm} against {row.reference}" for row in rows})
        raise InputError(
            f"There is no row for {wanted!r}. Choose one of: {', '.join(told) or 'none, the list is empty'}."
        )
    return found


def _solved(trial: Trial, alternative: Alternative, seed: int) -> EffectEstimates | Reason:
    """The answer under an alternative, or why there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Nof1Warning)  # the main analysis has said it
            return estimate(trial.protocol, build_model_data(with_analysis(trial, alternative.analysis)), seed=seed)
    except (RefusalError, InputError) as refusal:
        return reason_of(refusal)


def _rows(
    protocol: Protocol, alternative: Alternative, solved: EffectEstimates, estimands: Sequence[Estimand]
) -> list[Choice]:
    return [
        Choice(
            alternative.choice,
            pair.arm,
            pair.reference,
            estimand,
            solved.engine,
            effects["full"],
            effects["as-lived"],
            value=alternative.value,
        )
        for pair, effects, estimand in zip(pairs(protocol), solved.rows, estimands, strict=True)
    ]


def _named(protocol: Protocol) -> list[Estimand]:
    return [protocol.analysis.estimand] * len(pairs(protocol))


def _nights_to_drop(trial: Trial) -> int:
    """How many nights can be dropped at the start of every period so that none of them is left empty."""
    frame = trial.frame
    period, arm = frame["period"].to_numpy(dtype=int), frame["arm"].to_numpy()
    night = night_of_period(period, arm)
    on_trial = np.isin(arm, [known.name for known in trial.protocol.arms]) & (period > 0)
    longest = [int(night[on_trial & (period == number)].max()) for number in np.unique(period[on_trial])]
    return min(DROPPED_NIGHTS, *longest) if longest else 0


def _doses_differ(trial: Trial) -> bool:
    """Whether doses were logged, all arms have one to compare with, and some night was not as planned."""
    protocol = trial.protocol
    if any(not arm.dose_mg for arm in protocol.active_arms) or protocol.arm(protocol.reference).dose_mg:
        return False
    planned_doses = {arm.name: arm.dose_mg or 0.0 for arm in protocol.arms}
    frame = trial.frame
    taken, arm = frame["dose_mg"].to_numpy(dtype=float), frame["arm"].to_numpy()
    planned = np.array([planned_doses.get(name, 0.0) for name in arm])
    known = ~np.isnan(taken) & (arm != PAUSE)
    return bool(np.any(taken[known] != planned[known]))
