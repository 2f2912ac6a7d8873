"""The same question under other choices: each part of the protocol's analysis changed by itself, and the answer beside it.

Every choice is the trial as it was recorded with another `protocol.analysis`, answered by the engine of its family
(`nof1.analyze.engines.choose`): those of the marginal engine together take a fraction of a second. That engine also says how well
a choice foretells the nights, so that a choice that they speak against is not counted as a rival. Knows nothing of pages.
"""

import typing
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import log
from typing import Any, Literal

import numpy as np

from nof1.analyze.engines.choose import EffectEstimates, EngineName, estimate_all
from nof1.analyze.engines.marginal import MARGINAL_FAMILIES
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.model.days import night_of_period, planned_shares, still_days
from nof1.analyze.model.effects import Effect, Estimand, Verdict, pairs
from nof1.analyze.model.judgement import first_edition_on, named_estimand
from nof1.analyze.model.other_analysis import at_first_doses, with_analysis
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import InputError, Nof1Warning, RefusalError
from nof1.plan.design.fields import UNCOUNTED
from nof1.plan.protocol.analysis import Analysis
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
    "every dose as the first",
    "prior twice as wide",
    "prior half as wide",
    "half-life prior halved",
    "half-life prior doubled",
    "no start-up",
    "with a start-up",
    "no blocks",
    "with blocks",
    "normal nights",
    "Student-t nights",
    "rounded ratings",
]
# A choice that meets what `find_patterns` calls out, by the quantity's name.
MET_BY: dict[str, ChoiceName] = {
    "share at the lowest": "rounded ratings",
    "share at the highest": "rounded ratings",
    "outlying nights": "Student-t nights",
    "first week": "nights dropped",
}
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
    "start_up": ("no start-up", "with a start-up"),
    "block_effects": ("no blocks", "with blocks"),
}
WIDER: dict[ChoiceName, float] = {"prior twice as wide": 2.0, "prior half as wide": 0.5}
_HALF_LIVES: dict[ChoiceName, float] = {"half-life prior halved": 0.5, "half-life prior doubled": 2.0}
# Odds by which the nights must prefer the plan. Where the plan is true, a choice is wrongly spoken against in at most 1.5 % of
# trials at these odds, and in up to 6 % at 3 to 1.
AGAINST = 10.0


@dataclass(frozen=True)
class Choice:
    """One pair of arms under one choice.

    Attributes
    ----------
    choice : str
        What is changed; `nof1.report.sentence` says it in plain words.
    estimand : {"full", "over-nights"}
        The one that leads, as in `JudgedPair`.
    engine : str
    full, over_nights : Effect or None
    verdict : str or None
        By the protocol's rule. These three are None where the choice was refused; `refused` is the reason.
    value : number or None
        How many nights of every period are dropped; the sd of effects, or the median half-life in days, with another prior.
    log_bayes_factor : float or None
        Log of the nights' density under this choice over that as planned: below 0 the nights prefer the plan. None as planned, and
        where the two cannot be compared: other nights, or a family without a marginal likelihood on either side.
    """

    choice: ChoiceName
    arm: str
    reference: str
    estimand: Estimand
    engine: EngineName
    full: Effect | None = None
    over_nights: Effect | None = None
    verdict: Verdict | None = None
    refused: Reason | None = None
    value: int | float | None = None
    log_bayes_factor: float | None = None

    @property
    def leading(self) -> Effect | None:
        """The effect on the leading estimand; None where the choice was refused."""
        return self.full if self.estimand == "full" else self.over_nights

    @property
    def spoken_against(self) -> bool:
        """Whether the nights prefer the plan by more than `AGAINST` to 1, so that this choice is no rival of it."""
        return self.log_bayes_factor is not None and self.log_bayes_factor < -log(AGAINST)


@dataclass(frozen=True)
class Comparison:
    """Which choices change the verdict of one pair of arms, and which moves the estimate most.

    Attributes
    ----------
    verdict : str or None
        As planned; None if that was refused.
    others : int
        Other choices that gave an answer and that the nights do not speak against: the rivals of the plan.
    changed : tuple of Choice
        Rivals with another verdict.
    refused, spoken_against : tuple of Choice
        Choices without an answer, and those that the nights speak against.
    most : Choice or None
        The rival with the largest shift of the mean; `shift` is that, in points.
    """

    verdict: Verdict | None
    others: int
    refused: tuple[Choice, ...]
    changed: tuple[Choice, ...] = ()
    most: Choice | None = None
    shift: float | None = None
    spoken_against: tuple[Choice, ...] = ()

    @property
    def robust(self) -> bool | None:
        """Whether no rival changes the verdict; None where there is none to compare with."""
        return None if self.most is None else not self.changed


@dataclass(frozen=True)
class Alternative:
    """Another choice for one part of the analysis: its name and its number as in `Choice`, and the analysis itself.

    With `first_doses` a dose that an amendment changed counts as the first one: 1, whatever was planned later.
    """

    choice: ChoiceName
    analysis: Analysis
    value: int | float | None = None
    first_doses: bool = False


@dataclass(frozen=True)
class _Solved:
    """The answer under an alternative, and the nights that it is of."""

    data: ModelData
    found: EffectEstimates


def sensitivity(
    trial: Trial,
    *,
    seed: int,
    planned: EffectEstimates | None = None,
    quick: bool = False,
    also: Collection[ChoiceName] = (),
) -> tuple[Choice, ...]:
    """The main analysis and every alternative to it, for every pair of arms.

    Parameters
    ----------
    trial : Trial
    seed : int
    planned : EffectEstimates, optional
        The main analysis, if it was done already.
    quick : bool
        Only the choices that the marginal engine answers.
    also : collection of ChoiceName
        Choices that are answered although `quick` would leave them out.

    Returns
    -------
    tuple of Choice
        The analysis as planned first, then one choice after the other, each with one row for each pair of arms.
    """
    protocol = trial.protocol
    first = Alternative("as planned", protocol.analysis)
    others = [
        one
        for one in alternatives(trial)
        if not quick or one.choice in also or one.analysis.family in MARGINAL_FAMILIES
    ]
    everything = [first, *others]
    tried = list(zip(everything, _solved(trial, everything, seed, planned), strict=True))
    main = tried[0][1]
    named = named_estimand(protocol)
    leading = [named] * len(pairs(protocol)) if isinstance(main, Reason) else [row.estimand for row in main.found.rows]
    rows: list[Choice] = []
    for alternative, solved in tried:
        if isinstance(solved, Reason):
            rows += rows_of_refusal(protocol, alternative.choice, solved, leading=leading, value=alternative.value)
        else:
            compared = None if alternative is first else _log_bayes_factor(protocol, solved, main)
            rows += _rows(protocol, alternative, solved.found, leading, compared)
    return tuple(rows)


def _log_bayes_factor(protocol: Protocol, solved: _Solved, main: _Solved | Reason) -> float | None:
    """Of a choice against the plan, where both foretell the same nights by densities that can be compared.

    None in the first edition: what counts as robust there stays as it was planned, with every choice a rival.
    """
    if protocol.schema_version == 1 or isinstance(main, Reason):
        return None
    one, other = solved.found.log_evidence, main.found.log_evidence
    if one is None or other is None or solved.data.family != main.data.family:
        return None
    return one - other if np.array_equal(solved.data.day, main.data.day) else None


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
        if there is not None and (part != "block_effects" or trial.protocol.block_periods is not None):
            found.append((without if there else within, {part: not there}, None))
    if _doses_differ(trial):
        other: tuple[ChoiceName, str] = (
            ("dose as taken", "taken") if analysis.dose == "assigned" else ("dose as assigned", "assigned")
        )
        found.append((other[0], {"dose": other[1]}, None))
    for name, factor in WIDER.items():
        sd = factor * priors.effect_sd
        found.append((name, {"priors": priors.model_copy(update={"effect_sd": sd})}, sd))
    for name, factor in _HALF_LIVES.items() if analysis.carryover == "exponential" else ():
        days = factor * priors.half_life_median
        found.append((name, {"priors": priors.model_copy(update={"half_life_median": days})}, days))
    found += [
        (name, {"family": family}, None)
        for family, name in _FAMILIES.items()
        if analysis.family in _FAMILIES and family != analysis.family and (family != "rating" or _is_whole(trial))
    ]
    told = [Alternative(name, analysis.model_copy(update=update), value) for name, update, value in found]
    if trial.doses_changed and analysis.dose == "assigned":
        told.append(Alternative("every dose as the first", analysis, first_doses=True))
    return tuple(told)


def _is_whole(trial: Trial) -> bool:
    scale = trial.protocol.outcome
    return family_refusal("rating", Ends(scale.low, scale.high, scale.whole)) is None


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
        for pair, estimand in zip(
            pairs(protocol), leading or [named_estimand(protocol)] * len(pairs(protocol)), strict=True
        )
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
    against = tuple(row for row in others if row.spoken_against)
    rivals = [(row, row.leading) for row in others if row.leading is not None and not row.spoken_against]
    refused = tuple(row for row in others if row.refused is not None)
    if planned is None or not rivals:
        return Comparison(main.verdict, len(rivals), refused, spoken_against=against)
    most, moved = max(rivals, key=lambda one: abs(one[1].mean - planned.mean))
    changed = tuple(row for row, _ in rivals if row.verdict != main.verdict)
    return Comparison(main.verdict, len(rivals), refused, changed, most, moved.mean - planned.mean, against)


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


def _solved(
    trial: Trial, choices: Sequence[Alternative], seed: int, known: EffectEstimates | None
) -> list[_Solved | Reason]:
    """The answer under each choice, or why there is none; that under the first may be known already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Nof1Warning)  # the main analysis has said it
        built = [_built(trial, choice) for choice in choices]
        asked = [data for i, data in enumerate(built) if isinstance(data, ModelData) and (i or known is None)]
        answers = iter(estimate_all(trial.protocol, asked, seed=seed))
    out: list[_Solved | Reason] = []
    for i, data in enumerate(built):
        if not isinstance(data, ModelData):
            out.append(reason_of(data))
            continue
        found = known if known is not None and not i else next(answers)
        out.append(reason_of(found) if isinstance(found, RefusalError) else _Solved(data, found))
    return out


def _built(trial: Trial, choice: Alternative) -> ModelData | RefusalError | InputError:
    try:
        other = with_analysis(trial, choice.analysis)
        return build_model_data(at_first_doses(other) if choice.first_doses else other)
    except (RefusalError, InputError) as refusal:
        return refusal


def _rows(
    protocol: Protocol,
    alternative: Alternative,
    solved: EffectEstimates,
    leading: Sequence[Estimand],
    log_bayes_factor: float | None,
) -> list[Choice]:
    """Rows of one choice. In the first edition the effect over these nights leads where it leads as planned, or by itself."""
    out = []
    for pair, row, estimand in zip(pairs(protocol), solved.rows, leading, strict=True):
        judged = row if row.estimand == estimand or estimand == "full" else first_edition_on(protocol, row, estimand)
        out.append(
            Choice(
                alternative.choice,
                pair.arm,
                pair.reference,
                judged.estimand,
                solved.engine,
                judged.full,
                judged.over_nights,
                judged.verdict,
                value=alternative.value,
                log_bayes_factor=log_bayes_factor,
            )
        )
    return out


def _nights_to_drop(trial: Trial) -> int:
    """How many nights can be dropped at the start of every period so that none of them is left empty."""
    frame = trial.frame
    period, arm = frame["period"].to_numpy(dtype=int), frame["arm"].to_numpy()
    night = night_of_period(period, arm, still_days(trial.protocol, arm))
    on_trial = np.isin(arm, [known.name for known in trial.protocol.arms]) & (period > 0)
    longest = [int(night[on_trial & (period == number)].max()) for number in np.unique(period[on_trial])]
    return min(DROPPED_NIGHTS, *longest) if longest else 0


def _doses_differ(trial: Trial) -> bool:
    """Whether doses were logged, all arms have one to compare with, and some night was not as planned."""
    protocol = trial.protocol
    if any(not arm.dose_mg for arm in protocol.active_arms) or protocol.arm(protocol.reference).dose_mg:
        return False
    frame = trial.frame
    taken, arm = frame["dose_mg"].to_numpy(dtype=float), frame["arm"].to_numpy()
    first = np.array([active.dose_mg or 0.0 for active in protocol.active_arms])
    planned = planned_shares(trial) @ first
    known = ~np.isnan(taken) & ~np.isin(arm, UNCOUNTED)
    return bool(np.any(np.abs(taken[known] - planned[known]) > 1e-9))
