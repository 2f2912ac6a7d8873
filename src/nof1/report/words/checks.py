"""The checks of computation and model, each in one sentence. Numbers come from the record of results.json."""

from collections.abc import Sequence

from nof1.analyze.checks.computation import Check, CrossCheck, Sampling
from nof1.analyze.checks.model_checks import (
    InfluentialNight,
    LeftOut,
    Predictive,
    PriorSensitivity,
    Quantity,
    Statistic,
)
from nof1.analyze.checks.prior_weight import PriorShare, PriorWeight, ScaledName, ScaledPrior
from nof1.analyze.checks.quantities import Patterns
from nof1.analyze.checks.sensitivity import Choice
from nof1.analyze.engines.marginal import MAX_PARETO_K
from nof1.analyze.engines.nuts import MAX_RHAT, MIN_ESS
from nof1.analyze.schema import Engines
from nof1.language import clauses, commas, phrase, say, say_some, sentences
from nof1.plan.protocol.own_words import called
from nof1.report.words.patterns import patterns_sentence
from nof1.report.words.phrases import clip, some, verdict_words
from nof1.report.words.reasons import reason_sentence

_MOST = 3  # test quantities, or pairs of arms, that one sentence lists
_ARM = 24
# Test quantities: of nights without treatment, or of all; and of nights on an arm.
_QUANTITIES: dict[Quantity, tuple[str, str]] = {
    "spread": (phrase("spread without treatment"), phrase("spread on {arm}")),
    "share at the floor": (phrase("share at the floor without treatment"), phrase("share at the floor on {arm}")),
    "share at the ceiling": (
        phrase("share at the ceiling without treatment"),
        phrase("share at the ceiling on {arm}"),
    ),
    "correlation of neighbouring nights": (phrase("correlation of neighbouring nights"), ""),
    "largest jump between nights": (phrase("largest jump between nights"), ""),
}


def check_sentence(engines: Engines, check: Check, choices: Sequence[Choice] | None = None) -> str:
    """What a check found; `engines` and `choices` are those of its record."""
    match check:
        case Sampling():
            return _sampling(engines, check)
        case CrossCheck():
            return _cross_check(check)
        case Predictive():
            return _predictive(check)
        case Patterns():
            return patterns_sentence(check, choices)
        case LeftOut():
            return _left_out(check)
        case PriorWeight():
            return _prior_weight(check)
        case PriorSensitivity():
            return _prior(check)
        case _:
            return _weights(engines)


def _sampling(engines: Engines, check: Sampling) -> str:
    fit = engines.nuts
    assert fit is not None  # there would be no such check
    if check.passed and check.trouble:
        return say("The sampler moved slowly between regions (ArviZ's diagnosis, E-BFMI). Take the interval with care.")
    if check.passed:
        return say(
            "The sampler settled (R-hat at most {rhat:.3f}, at least {draws:.0f} effective draws, no divergence).",
            rhat=fit.rhat_max,
            draws=fit.ess_min,
        )
    return say(
        "The sampler did not settle, even with smaller steps (R-hat {rhat:.3f}, at most {most} wanted; "
        "{draws:.0f} effective draws, at least {least:.0f} wanted; {divergences} divergences). "
        "Do not rely on this result.",
        rhat=fit.rhat_max,
        most=MAX_RHAT,
        draws=fit.ess_min,
        least=MIN_ESS,
        divergences=fit.divergences,
    )


def _cross_check(check: CrossCheck) -> str:
    if check.refused is not None:
        # The next step that the quick engine names has been done.
        why = reason_sentence(check.refused, remedy=False)
        return say("There was no second computation to hold this against. {why}", why=why)
    if check.passed:
        return say(
            "Two separate computations gave the same answer (largest difference {sd:.2f} posterior sd).",
            sd=check.largest_difference_sd,
        )
    return say(
        "Two separate computations differ by {sd:.2f} posterior sd, more than chance explains. Do not rely on this result.",
        sd=check.largest_difference_sd,
    )


def _weights(engines: Engines) -> str:
    assert engines.marginal is not None  # there would be no such check
    return say(
        "The quick computation's weights are sound (Pareto k {k:.2f}, below {limit}).",
        k=max(engines.marginal.pareto_k, 0),
        limit=MAX_PARETO_K,
    )


def _predictive(check: Predictive) -> str:
    odd = [row for row in check.statistics if row.odd]
    if not odd:
        return say(
            "New nights made up by the model look like the recorded ones (spread, ends of the scale, neighbouring nights, jumps)."
        )
    return say_some(
        len(odd),
        "New nights made up by the model differ from the recorded ones in one respect ({told}). Take the interval with care.",
        "New nights made up by the model differ from the recorded ones in {count} respects ({told}). Take the interval with care.",
        told=clauses([_odd(row) for row in odd[:_MOST]]),
    )


def _odd(row: Statistic) -> str:
    low, high = row.interval
    return say(
        "{name}: recorded {observed:.2g}, from the model {low:.2g} to {high:.2g}",
        name=quantity(row),
        observed=row.observed,
        low=low,
        high=high,
    )


def quantity(row: Statistic) -> str:
    """The name of a test quantity."""
    of_all, of_arm = _QUANTITIES[row.name]
    return say(of_all) if row.arm is None else say(of_arm, arm=called(row.arm))


def _left_out(check: LeftOut) -> str:
    shape = (
        say("Given all others, the nights are as surprising as they should be")
        if check.uniform
        else say(
            "Given all others, the nights are not as surprising as they should be: the model's nights have another shape"
        )
    )
    strong = [row for row in check.influential if row.strong]
    if not strong:
        return say("{shape}; no single night carries the answer.", shape=shape)
    return say_some(
        len(strong),
        "{shape}; the answer leans on one night: {nights}.",
        "{shape}; the answer leans on {count} nights: {nights}.",
        shape=shape,
        nights=commas([say("{night} ({outcome:g})", night=night_name(row), outcome=row.outcome) for row in strong]),
    )


def night_name(row: InfluentialNight) -> str:
    """A night by its date, or by its number where nights have no dates."""
    return say("night {number}", number=row.night) if isinstance(row.night, int) else row.night.isoformat()


# A prior that counts for less (to a power below 1), and one that counts for more.
_LIGHTER: dict[ScaledName, str] = {
    "effect": phrase("the effect's prior counting a fifth less"),
    "half-life": phrase("the half-life's prior counting a fifth less"),
}
_HEAVIER: dict[ScaledName, str] = {
    "effect": phrase("the effect's prior counting a quarter more"),
    "half-life": phrase("the half-life's prior counting a quarter more"),
}


def _prior_weight(check: PriorWeight) -> str:
    return sentences([_share(check), _rest(check)])


def _share(check: PriorWeight) -> str:
    """How much of what is known about the full effect is the prior."""
    large = check.mostly_prior
    if not large:
        share = max(one.share for one in check.shares)
        return say(
            "At most a third of what is known about the full effect is the prior ({share:.0f} %).",
            share=100 * share,
        )
    if len(check.shares) == 1:
        return say(
            "More than a third of what is known about the full effect is the prior ({share:.0f} %).",
            share=100 * large[0].share,
        )
    told = [say("{pair} ({share:.0f} %)", pair=_pair(one), share=100 * one.share) for one in large]
    return say(
        "More than a third of what is known about the full effect is the prior: {pairs}.", pairs=some(told, _MOST)
    )


def _rest(check: PriorWeight) -> str:
    """Whether a settled verdict rests on a prior."""
    if not check.scaled:
        return ""
    if not check.resting:
        return say_some(
            len({(one.arm, one.reference) for one in check.scaled}),
            "The verdict stays as it is with the prior of the effect, or of the half-life, counting a little less or more.",
            "The settled verdicts stay as they are with the prior of the effect, or of the half-life, counting a little less or more.",
        )
    told = []
    for arm, reference in check.resting[:_MOST]:
        changes = [one for one in check.scaled if one.changed and (one.arm, one.reference) == (arm, reference)]
        cases = commas([_case(one) for one in changes])
        if len(check.shares) == 1:
            told.append(say("This verdict rests on the prior: it is another with {cases}.", cases=cases))
        else:
            pair = _pair(changes[0])
            told.append(
                say("The verdict on {pair} rests on the prior: it is another with {cases}.", pair=pair, cases=cases)
            )
    return sentences(told)


def _case(one: ScaledPrior) -> str:
    assert one.verdict is not None  # it has changed
    scaled = (_LIGHTER if one.power < 1 else _HEAVIER)[one.prior]
    return say('{prior} ("{verdict}")', prior=say(scaled), verdict=verdict_words(one.verdict))


def _pair(one: PriorShare | ScaledPrior) -> str:
    return say(
        "{arm} against {reference}", arm=clip(called(one.arm), _ARM), reference=clip(called(one.reference), _ARM)
    )


def _prior(check: PriorSensitivity) -> str:
    if check.sensitive and check.weak:
        return say("The priors weigh more in this answer than the nights do: the nights say little about the effect.")
    if check.sensitive:
        return say(
            "Priors a little stronger or weaker would move this answer noticeably; the prior of the effect and the nights pull in "
            "different directions, or the nights are few."
        )
    return say("Priors a little stronger or weaker would leave this answer as it is.")
