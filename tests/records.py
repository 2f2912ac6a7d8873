"""Results that say something else: a record with other parts, as if it had been sampled, too, or checked otherwise."""

from dataclasses import replace

import numpy as np

from nof1.analyze.checks.computation import CrossCheck
from nof1.analyze.checks.model_checks import InfluentialNight, LeftOut, Predictive, PriorSensitivity, Statistic
from nof1.analyze.checks.prior_weight import PriorShare, PriorWeight, ScaledPrior
from nof1.analyze.schema import NutsRun

NUTS = NutsRun(seconds=1.0, parts={}, rhat_max=1.0, ess_min=4000.0, divergences=0, target_accept=0.9)


def changed(result, **parts):
    """The result with other parts of its record."""
    return replace(result, record=replace(result.record, **parts))


def with_numbers(result, **numbers):
    """The result with other numbers in every effect, on both estimands."""
    return with_effects(result, full=numbers, over_nights=numbers)


def with_effects(result, full=None, over_nights=None):
    """The result with other numbers in every effect."""
    effects = tuple(
        replace(
            entry,
            full=replace(entry.full, **(full or {})),
            over_nights=replace(entry.over_nights, **(over_nights or {})),
        )
        for entry in result.record.effects
    )
    return changed(result, effects=effects)


def with_main(result, **parts):
    """The result with other parts of its main comparison."""
    main, *others = result.record.effects
    return changed(result, effects=(replace(main, **parts), *others))


def with_exposure(result, **highest):
    """The result with another highest exposure by arm."""
    return changed(result, exposure=replace(result.record.exposure, highest=highest))


def with_checks(result, **checks):
    """The result with other checks."""
    return changed(result, checks=replace(result.record.checks, **checks))


def sampled(result, shift=0.0, **checks):
    """The result as if it had been sampled, too: means moved by `shift`, and checks of the model."""
    entries = tuple(
        replace(
            entry,
            engine="nuts",
            full=replace(entry.full, mean=entry.full.mean + shift),
            over_nights=replace(entry.over_nights, mean=entry.over_nights.mean + shift),
        )
        for entry in result.record.effects
    )
    both = changed(
        result,
        effects=(*result.record.effects, *entries),
        engines=replace(result.record.engines, nuts=NUTS),
    )
    return with_checks(both, **checks)


def agreeing(sd=0.02):
    return CrossCheck(True, sd, 0.06)


def statistic(name, observed, predicted, interval, p, arm=None):
    return Statistic(name, arm, observed, predicted, interval, p)


def predictive(*statistics):
    return Predictive(not any(one.odd for one in statistics), statistics)


def left_out(pit, *nights):
    """`nights`: date or number, outcome, shift and probability of each that is named."""
    influential = tuple(InfluentialNight(night, outcome, shift, of, 0.3) for night, outcome, shift, of in nights)
    return LeftOut(
        not any(one.strong for one in influential),
        p_uniform=0.5,
        elpd=-150.0,
        elpd_se=7.0,
        p_loo=5.0,
        pareto_k_max=0.3,
        nights_above_limit=0,
        pit=tuple(map(float, np.asarray(pit))),
        influential=influential,
    )


def prior_weight(shares, **changes):
    """`shares` by pair (arm, reference); `changes` is the verdict with a scaled prior, such as effect=(0.8, "leans better")."""
    pair = next(iter(shares))
    scaled = tuple(
        ScaledPrior(*pair, name.replace("_", "-"), power, "helps", verdict)
        for name, (power, verdict) in changes.items()
    )
    told = tuple(PriorShare(*of, share) for of, share in shares.items())
    return PriorWeight(not any(one.large for one in told) and not any(one.changed for one in scaled), told, scaled)


def prior(arms, to_prior=0.14, to_nights=0.09):
    return PriorSensitivity(to_prior <= 0.05, dict.fromkeys(arms, to_prior), dict.fromkeys(arms, to_nights), 0.05)
