"""What an engine found as the record has it; the answer without covariates that follow an arm, and with nights that were taken out."""

import warnings
from collections.abc import Sequence
from dataclasses import replace

from nof1.analyze.checks.covariate_by_arm import covariates_by_arm
from nof1.analyze.engines.choose import EngineName, estimate
from nof1.analyze.engines.pair_effects import FurtherMeasure
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.effects import INTERVAL_KIND, LEVEL, pairs
from nof1.analyze.model.judgement import JudgedPair
from nof1.analyze.model.other_analysis import with_analysis
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.reasons import Reason, reason_of
from nof1.analyze.schema import Covariates, PairEffect, TakenOut
from nof1.errors import InputError, Nof1Warning, RefusalError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial


def pair_effects(
    protocol: Protocol,
    engine: EngineName,
    rows: Sequence[JudgedPair],
    further: Sequence[tuple[FurtherMeasure, ...]] | None = None,
) -> tuple[PairEffect, ...]:
    """What an engine found, with what the numbers are."""
    compared = pairs(protocol)
    return tuple(
        PairEffect(
            arm=pair.arm,
            reference=pair.reference,
            engine=engine,
            measure=MEASURES[protocol.analysis.family],
            interval_kind=INTERVAL_KIND,
            level=LEVEL,
            threshold=protocol.outcome.threshold,
            better=protocol.outcome.better,
            further=others,
            **vars(row),
        )
        for pair, row, others in zip(compared, rows, further or [()] * len(compared), strict=True)
    )


def covariates_and_answer(trial: Trial, *, seed: int) -> Covariates | None:
    """Whether covariates follow the arms; where one does, the answer without it, too."""
    rows = covariates_by_arm(trial, seed=seed)
    if not rows:
        return None
    found = Covariates(rows)
    if not found.following:
        return found
    fixed = trial.protocol.analysis
    kept = tuple(name for name in fixed.covariates if name not in found.following)
    other = with_analysis(trial, fixed.model_copy(update={"covariates": kept}))
    without = _answered(other, seed)
    return replace(found, refused=without) if isinstance(without, Reason) else replace(found, without=without)


def with_nights_taken_out(trial: Trial, *, seed: int) -> TakenOut | None:
    """The answer with the nights that a pause took out after they had been recorded; None where there are none."""
    nights = len(trial.taken_out)
    if not nights:
        return None
    kept = _answered(trial.with_taken_out(), seed)
    return TakenOut(nights, refused=kept) if isinstance(kept, Reason) else TakenOut(nights, kept)


def _answered(trial: Trial, seed: int) -> tuple[PairEffect, ...] | Reason:
    """Every pair of arms by the quick engine of the family, or why there is no answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Nof1Warning)  # the main analysis has said it
            solved = estimate(trial.protocol, build_model_data(trial), seed=seed)
    except (RefusalError, InputError) as refusal:
        return reason_of(refusal)
    return pair_effects(trial.protocol, solved.engine, solved.rows)
