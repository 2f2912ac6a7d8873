"""Checks on an analysis, each with one plain sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.engines.marginal import MAX_PARETO_K, MarginalFit
from nof1.analyze.engines.nuts import MAX_RHAT, MIN_ESS, NutsFit
from nof1.analyze.model.effects import Effect
from nof1.language import Said, Sentence, say

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE_SD = 0.05  # difference between the engines that does not matter, in posterior sd
ERRORS = 4.0  # Monte Carlo standard errors allowed on top: an analysis makes eight comparisons a pair of arms


@dataclass(frozen=True)
class Check:
    """A check of the computation: whether it was passed (None where it could not be made), and one plain sentence."""

    passed: bool | None
    sentence: Sentence


@dataclass(frozen=True)
class CrossCheck(Check):
    """Two computations compared: the largest difference in posterior sd, and what is allowed there; None where there was one alone."""

    largest_difference_sd: float | None = None
    allowed_sd: float | None = None


@dataclass(frozen=True)
class Sampling(Check):
    """The sampler; `trouble` is ArviZ's own diagnosis."""

    trouble: bool


def cross_check(nuts: Sequence[Effect], marginal: Sequence[Effect]) -> CrossCheck:
    """Hold the two computations against each other: mean, sd and both interval ends of every pair of arms."""
    worst, allowed_at_worst, agree = 0.0, TOLERANCE_SD, True
    for one, other in zip(nuts, marginal, strict=True):
        for difference, error in _differences(one, other):
            size = abs(difference) / one.sd
            allowed = TOLERANCE_SD + ERRORS * error / one.sd
            agree &= size <= allowed
            if size >= worst:
                worst, allowed_at_worst = size, allowed
    sentence = (
        say("Two separate computations gave the same answer (largest difference {sd:.2f} posterior sd).", sd=worst)
        if agree
        else say(
            "Two separate computations differ by {sd:.2f} posterior sd, more than chance explains. Do not rely on this result.",
            sd=worst,
        )
    )
    return CrossCheck(bool(agree), sentence, worst, allowed_at_worst)


def _differences(one: Effect, other: Effect) -> list[tuple[float, float]]:
    return [
        (one.mean - other.mean, float(np.hypot(one.mcse_mean, other.mcse_mean))),
        (one.sd - other.sd, float(np.hypot(one.mcse_sd, other.mcse_sd))),
        *(
            (one.interval[i] - other.interval[i], float(np.hypot(one.mcse_interval[i], other.mcse_interval[i])))
            for i in (0, 1)
        ),
    ]


def not_cross_checked(family: str, reason: str) -> CrossCheck:
    """What stands in the place of the cross-check where only one computation could be done.

    `reason` is a refusal of the quick engine; its first sentence is told, since the next step it names has been done.
    """
    why = (
        say('For the family "{family}" there is one computation only.', family=family)
        if family in ("ordinal", "count", "binary")
        else _first(reason)
    )
    return CrossCheck(None, say("There was no second computation to hold this against. {why}", why=why))


def _first(text: str) -> str:
    """The first sentence: as it was said, where `sentences` put it before others."""
    while isinstance(text, Said) and text.template == "{some} {next}":
        text = text.values["some"]
    first = f"{text.split('. ')[0].rstrip('.')}."
    return text if text == first else first


def weights_check(fit: MarginalFit) -> Check:
    """Whether the weights of the marginal engine can be trusted; it refuses by itself where they cannot."""
    return Check(
        fit.pareto_k <= MAX_PARETO_K,
        say(
            "The quick computation's weights are sound (Pareto k {k:.2f}, below {limit}).",
            k=max(fit.pareto_k, 0),
            limit=MAX_PARETO_K,
        ),
    )


def sampling_check(fit: NutsFit, tree: "xr.DataTree") -> Sampling:
    """Whether the sampler explored the posterior: R-hat, effective draws, divergences, and ArviZ's own diagnosis."""
    import arviz as az

    # Period offsets and states are many: what matters of them is judged with what they add up to.
    names = [str(name) for name in tree["posterior"].data_vars if name not in ("state", "period_offset")]
    trouble = bool(az.diagnose(tree, var_names=names, ess_threshold=MIN_ESS, show_diagnostics=False))
    if fit.settled and trouble:
        sentence = say(
            "The sampler moved slowly between regions (ArviZ's diagnosis, E-BFMI). Take the interval with care."
        )
    elif fit.settled:
        sentence = say(
            "The sampler settled (R-hat at most {rhat:.3f}, at least {draws:.0f} effective draws, no divergence).",
            rhat=fit.rhat_max,
            draws=fit.ess_min,
        )
    else:
        sentence = say(
            "The sampler did not settle, even with smaller steps (R-hat {rhat:.3f}, at most {most} wanted; "
            "{draws:.0f} effective draws, at least {least:.0f} wanted; {divergences} divergences). "
            "Do not rely on this result.",
            rhat=fit.rhat_max,
            most=MAX_RHAT,
            draws=fit.ess_min,
            least=MIN_ESS,
            divergences=fit.divergences,
        )
    return Sampling(fit.settled, sentence, trouble)
