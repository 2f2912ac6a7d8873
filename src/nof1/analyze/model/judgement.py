"""From the effects of a pair of arms to what is said of it: which effect leads, and the verdict by the protocol's rule.

Knows no engine: an engine's effects go in, and how many draws they were counted from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import REFERENCE, ModelData
from nof1.analyze.model.effects import TAILS, Effect, Estimand, Pair, Verdict, gain, pairs
from nof1.analyze.model.exposure import NEARLY_FULL
from nof1.analyze.model.prior_chances import PriorChances, is_vast, prior_chances
from nof1.analyze.model.standardize import LINEAR
from nof1.analyze.model.verdict import (
    LOOK_MARGIN,
    Certainty,
    Regions,
    decide,
    decide_first_edition,
    enough_nights,
    least_chance,
    region,
)
from nof1.plan.protocol.protocol import Protocol


@dataclass(frozen=True)
class BuildUp:
    """By how much an arm's effect once fully built up exceeds that over these nights: median and 95 % interval.

    One over the mean exposure of the arm's nights, which follows from the half-life alone.
    """

    factor: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class JudgedPair:
    """The effects of one pair of arms, and what is said of them.

    Attributes
    ----------
    full, over_nights : Effect
    estimand : {"full", "over-nights"}
        The one that leads: over these nights in the second edition. In the first the one that the protocol names, and over these
        nights where exposure never came near to full.
    verdict : Verdict
    enough : bool
        Whether both arms have nights enough for anything to be settled; always True in the first edition, which did not ask.
    regions : Regions or None
        What the rule looked at; None in the first edition, and without a threshold.
    build_up : BuildUp or None
        None where nothing builds up, between two active arms, and in families in which an effect differs from night to night.
    best_bet : bool or None
        Whether the arm is the better bet today: its effect once fully built up is expected to be better by half the threshold or
        more. No claim. None without a threshold.
    """

    full: Effect
    over_nights: Effect
    estimand: Estimand
    verdict: Verdict
    enough: bool = True
    regions: Regions | None = None
    build_up: BuildUp | None = None
    best_bet: bool | None = None

    def on(self, estimand: Estimand) -> Effect:
        """The effect on one of both estimands."""
        return self.full if estimand == "full" else self.over_nights

    @property
    def leading(self) -> Effect:
        """The effect that leads."""
        return self.on(self.estimand)


@dataclass(frozen=True)
class Beforehand:
    """What is known of a trial's nights before their outcomes: for every pair the prior chances, and whether nights suffice.

    Attributes
    ----------
    chances : list of PriorChances, or None
        One for each pair; None in the first edition, and without a threshold.
    enough : list of bool
        Whether nights suffice, for each pair.
    """

    chances: list[PriorChances] | None
    enough: list[bool]


def beforehand(protocol: Protocol, data: ModelData, compared: Sequence[Pair] | None = None) -> Beforehand:
    """What the rule needs beside the effects, of every pair or of those that are named."""
    ruled = protocol.schema_version > 1 and protocol.outcome.threshold is not None
    chances = prior_chances(protocol, data, compared) if ruled else None
    return Beforehand(chances, [enough_for(data, pair) for pair in compared or pairs(protocol)])


def enough_for(data: ModelData, pair: Pair) -> bool:
    """Whether a pair's arms have nights enough for anything to be settled: run-in, washout and discarded nights do not count."""
    both = [data.arm == arm for arm in arms_of(pair)]
    counted = [(len(np.unique(data.period[nights])), int(nights.sum())) for nights in both]
    on_first = both[0][both[0] | both[1]]
    return enough_nights(counted, int(np.count_nonzero(on_first[1:] != on_first[:-1])))


def arms_of(pair: Pair) -> tuple[int, int]:
    """The places of a pair's two arms, `REFERENCE` for the reference."""
    vector = np.array(pair.vector)
    other = REFERENCE + 1 + int(np.argmin(vector)) if vector.min() < 0 else REFERENCE
    return REFERENCE + 1 + int(np.argmax(vector)), other


def judge(
    protocol: Protocol,
    known: Beforehand,
    compared: Sequence[Pair],
    effects: Sequence[tuple[Effect, Effect]],
    *,
    highest: Array,
    build_up: Sequence[BuildUp | None],
    draws: int | None = None,
) -> list[JudgedPair]:
    """What is said of every pair of arms.

    Parameters
    ----------
    protocol : Protocol
    known : Beforehand
    compared : sequence of Pair
    effects : sequence of (Effect, Effect)
        At full exposure, and over these nights.
    highest : array, shape (K,)
        Largest mean exposure of any night to each active arm.
    build_up : sequence of BuildUp or None
    draws : int, optional
        That chances were counted from; None where they are exact.
    """
    if protocol.schema_version == 1:
        short = highest < NEARLY_FULL
        return [
            _first_edition(protocol, full, nights, bool(np.any(short[np.array(pair.vector) != 0])))
            for pair, (full, nights) in zip(compared, effects, strict=True)
        ]
    out = []
    for i, ((full, nights), factor, enough) in enumerate(zip(effects, build_up, known.enough, strict=True)):
        regions = None if known.chances is None else _regions(protocol, full, nights, known.chances[i], draws)
        verdict = decide(certainty_of(protocol), enough=enough, p_better=nights.p_better, regions=regions)
        bet = None if regions is None else gain(protocol, full.mean) >= protocol.threshold / 2
        out.append(JudgedPair(full, nights, "over-nights", verdict, enough, regions, factor, bet))
    return out


def certainty_of(protocol: Protocol, look: float | None = None) -> Certainty:
    """What verdicts ask for; `look` is the certainty of a planned look, which takes the place of the final one."""
    analysis = protocol.analysis
    full = analysis.certainty if analysis.certainty_full is None else analysis.certainty_full
    return Certainty(analysis.certainty, full) if look is None else Certainty(look, max(full, look - LOOK_MARGIN))


@dataclass(frozen=True)
class LeastChances:
    """The least chances with which a trial's rule settles something, as in `Regions`; infinite where it never does."""

    full_benefit: float
    full_harm: float
    full_small: float
    nights_small: float


def least_chances(protocol: Protocol, prior: PriorChances, *, enough: bool) -> LeastChances:
    """What the second edition's rule asks for where the priors say this and nights are enough or not.

    Holding chances against these is what `decide` does, for many trials at once.
    """
    if not enough:
        return LeastChances(np.inf, np.inf, np.inf, np.inf)
    asked, vast = certainty_of(protocol), is_vast(protocol)
    return LeastChances(
        full_benefit=least_chance(prior.full_benefit, asked.claim),
        full_harm=least_chance(prior.full_harm, asked.claim),
        full_small=np.inf if vast else least_chance(prior.full_small, asked.full),
        nights_small=np.inf if vast else least_chance(prior.nights_small, asked.claim),
    )


def verdict_at(protocol: Protocol, judged: JudgedPair, certainty: float | None) -> Verdict:
    """The verdict with the certainty of a planned look; None for the final one."""
    if protocol.schema_version == 1:
        return _first_verdict(protocol, judged.on(named_estimand(protocol)), certainty or protocol.analysis.certainty)
    asked = certainty_of(protocol, certainty)
    return decide(asked, enough=judged.enough, p_better=judged.over_nights.p_better, regions=judged.regions)


def named_estimand(protocol: Protocol) -> Estimand:
    """The estimand that a protocol of the first edition names; over these nights in the second."""
    return "full" if protocol.analysis.estimand == "full" else "over-nights"


def first_edition_on(protocol: Protocol, judged: JudgedPair, estimand: Estimand) -> JudgedPair:
    """The same of a protocol of the first edition with another effect in the lead, which decides there."""
    effect = judged.on(estimand)
    verdict = _first_verdict(protocol, effect, protocol.analysis.certainty)
    return JudgedPair(judged.full, judged.over_nights, estimand, verdict)


def _first_edition(protocol: Protocol, full: Effect, nights: Effect, short: bool) -> JudgedPair:
    estimand: Estimand = "over-nights" if short else named_estimand(protocol)
    effect = full if estimand == "full" else nights
    return JudgedPair(full, nights, estimand, _first_verdict(protocol, effect, protocol.analysis.certainty))


def _first_verdict(protocol: Protocol, effect: Effect, certainty: float) -> Verdict:
    benefit, small, harm = effect.by_threshold
    return decide_first_edition(certainty, p_better=effect.p_better, p_benefit=benefit, p_small=small, p_harm=harm)


def _regions(protocol: Protocol, full: Effect, nights: Effect, prior: PriorChances, draws: int | None) -> Regions:
    benefit, small, harm = full.by_threshold
    question = not is_vast(protocol)
    return Regions(
        full_benefit=region(benefit, prior.full_benefit, draws),
        full_harm=region(harm, prior.full_harm, draws),
        full_small=region(small, prior.full_small, draws, question=question),
        nights_small=region(nights.by_threshold[1], prior.nights_small, draws, question=question),
    )


def build_ups(
    data: ModelData, compared: Sequence[Pair], on_treated: Array, weights: Array | None = None
) -> list[BuildUp | None]:
    """How the effect of each pair builds up.

    Parameters
    ----------
    on_treated : array, shape (S, K)
        Draws of each arm's mean exposure over its nights.
    weights : array, shape (S,), optional
        Of the draws; equal if not given.
    """
    if not data.exponential or data.family not in LINEAR:
        return [None for _ in compared]
    share = np.full(len(on_treated), 1 / len(on_treated)) if weights is None else weights

    def of(pair: Pair) -> BuildUp | None:
        alone = [i for i, part in enumerate(pair.vector) if part]
        if len(alone) > 1:
            return None
        factor = 1 / on_treated[:, alone[0]]
        order = np.argsort(factor)
        ends = [_weighted_quantile(factor[order], share[order], at) for at in (TAILS[0], 0.5, TAILS[1])]
        return BuildUp(ends[1], (ends[0], ends[2]))

    return [of(pair) for pair in compared]


def _weighted_quantile(values: Array, weights: Array, probability: float) -> float:
    """Of sorted values."""
    middle: NDArray[np.float64] = np.cumsum(weights) - weights / 2
    return float(np.interp(probability * weights.sum(), middle, values))
