"""Checks on the computation of an analysis."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.engines.marginal import MAX_PARETO_K, MarginalFit
from nof1.analyze.engines.nuts import MIN_ESS, NutsFit
from nof1.analyze.model.effects import Effect
from nof1.analyze.reasons import Reason
from nof1.plan.protocol.family import Family

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE_SD = 0.05  # difference between the engines that does not matter, in posterior sd
ERRORS = 4.0  # Monte Carlo standard errors allowed on top: an analysis makes eight comparisons a pair of arms


@dataclass(frozen=True)
class Check:
    """A check of the computation: whether it was passed; None where it could not be made. `nof1.report.sentence` says it in words."""

    passed: bool | None


@dataclass(frozen=True)
class CrossCheck(Check):
    """Two computations compared: the largest difference in posterior sd, and what is allowed there; or why there was one alone."""

    largest_difference_sd: float | None = None
    allowed_sd: float | None = None
    refused: Reason | None = None


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
    return CrossCheck(bool(agree), worst, allowed_at_worst)


def _differences(one: Effect, other: Effect) -> list[tuple[float, float]]:
    return [
        (one.mean - other.mean, float(np.hypot(one.mcse_mean, other.mcse_mean))),
        (one.sd - other.sd, float(np.hypot(one.mcse_sd, other.mcse_sd))),
        *(
            (one.interval[i] - other.interval[i], float(np.hypot(one.mcse_interval[i], other.mcse_interval[i])))
            for i in (0, 1)
        ),
    ]


def not_cross_checked(family: Family, refusal: Reason) -> CrossCheck:
    """What stands in the place of the cross-check where only one computation could be done; `refusal` is the quick engine's."""
    alone = family in ("ordinal", "count", "binary")
    return CrossCheck(None, refused=Reason("one computation", {"family": family}) if alone else refusal)


def weights_check(fit: MarginalFit) -> Check:
    """Whether the weights of the marginal engine can be trusted; it refuses by itself where they cannot."""
    return Check(fit.pareto_k <= MAX_PARETO_K)


def sampling_check(fit: NutsFit, tree: "xr.DataTree") -> Sampling:
    """Whether the sampler explored the posterior: R-hat, effective draws, divergences, and ArviZ's own diagnosis."""
    import arviz as az

    # Period offsets and states are many: what matters of them is judged with what they add up to.
    names = [str(name) for name in tree["posterior"].data_vars if name not in ("state", "period_offset")]
    trouble = bool(az.diagnose(tree, var_names=names, ess_threshold=MIN_ESS, show_diagnostics=False))
    return Sampling(fit.settled, trouble)
