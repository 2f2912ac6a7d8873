"""Numbers to sentences: plain words, the verdict rule, chances as "about N in 100".

Says what was observed and how sure it is; never what to do, other than whom to ask.
"""

from nof1.analyze.checks.over_time import PairOverTime
from nof1.analyze.model.effects import LEVEL, Estimand
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.language import clauses, commas, listed, phrase, say, say_some, sentences, spoken
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial
from nof1.report.words.changes import changed_diary
from nof1.report.words.checks import check_sentence
from nof1.report.words.effect import (
    MODELS,
    amount,
    change,
    estimate_sentence,
    further_sentence,
    scale_sentence,
    span,
)
from nof1.report.words.effect import number as number
from nof1.report.words.phrases import clip
from nof1.subject import spoken_of

# Templates, to be said.
NO_ADVICE = phrase(
    "This page reports what one person recorded. It is no medical advice and nof1 is no medical device. "
    "Talk to a doctor or pharmacist before you start, change or stop anything."
)
SIMULATED = phrase("Simulated data: made up by a program, no person recorded these nights.")

# The one table of probability words; each holds from its number up. After the scale of the IPCC (Mastrandrea 2010).
_PROBABILITY_WORDS = (
    (0.99, phrase("almost certain")),
    (0.90, phrase("very likely")),
    (0.66, phrase("likely")),
    (0.33, phrase("about as likely as not")),
    (0.10, phrase("unlikely")),
    (0.01, phrase("very unlikely")),
    (0.0, phrase("almost ruled out")),
)

_WITH_TIES = ("rating", "ordinal", "count", "binary")
_HEADLINES = {
    "helps": phrase("On these nights, {arm} helped."),
    "worsens": phrase("On these nights, {arm} made it worse."),
    "no difference that matters": phrase("On these nights, {arm} made no difference that matters."),
    "no quick difference": phrase("As taken, {arm} made no difference that matters; more time on one arm is open."),
    "leans better": phrase("The nights lean towards {arm} helping, but this is not settled."),
    "leans worse": phrase("The nights lean towards {arm} making it worse, but this is not settled."),
    "can't tell yet": phrase("These nights can't tell yet whether {arm} helps or harms."),
}


def chance_words(probability: float) -> str:
    """A probability in words."""
    return say(next(words for least, words in _PROBABILITY_WORDS if probability >= least))


def about_in_100(probability: float) -> str:
    """A probability as a natural frequency."""
    if probability < 0.01:
        return say("fewer than 1 in 100")
    if probability > 0.99:
        return say("more than 99 in 100")
    return say("about {n} in 100", n=round(100 * probability))


def of_100(share: float) -> str:
    """A share as a number of 100, such as "12"; never 0 or 100, as in `about_in_100`."""
    if share < 0.01:
        return say("fewer than 1")
    if share > 0.99:
        return say("more than 99")
    return str(round(100 * share))


def between_of_100(low: float, high: float) -> str:
    """Two ends of a share, such as "3 to 12"; one where both are told alike."""
    first, last = of_100(low), of_100(high)
    return first if first == last else say("{first} to {last}", first=first, last=last)


def level_words() -> str:
    """The name of the interval, the same everywhere."""
    return say("{level:g} % equal-tailed interval", level=100 * LEVEL)


@spoken_of
def headline(result: Result, effect: PairEffect | None = None) -> str:
    """The answer in one plain sentence."""
    effect = effect or result.lead[0]
    return say(_HEADLINES[effect.verdict], arm=compared(result.trial.protocol, effect))


def compared(protocol: Protocol, effect: PairEffect | PairOverTime) -> str:
    """The arm, and what it is compared with where that is not the trial's reference."""
    arm = protocol.arm(effect.arm).title
    if effect.reference == protocol.reference:
        return arm
    return say("{arm} instead of {reference}", arm=arm, reference=protocol.arm(effect.reference).title)


def effect_sentence(result: Result, effect: PairEffect | None = None, *, scale: bool = True) -> str:
    """The size of the effect with its interval, and what the scale is unless it was said before."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    told = size_clause(result, effect)
    return sentences([say("{clause}.", clause=told), scale_sentence(effect.measure, protocol.outcome) if scale else ""])


def size_clause(result: Result, effect: PairEffect, *, letters: int | None = None) -> str:
    """How large an effect is, with its interval, without a full stop; names of arms have at most so many letters."""
    protocol, numbers = result.trial.protocol, effect.leading
    arm, reference = (protocol.arm(name).title for name in (effect.arm, effect.reference))
    ends = span(effect.measure, protocol.outcome, *numbers.interval)
    return estimate_sentence(
        effect.measure,
        protocol.outcome,
        arm=arm if letters is None else clip(arm, letters),
        reference=reference if letters is None else clip(reference, letters),
        over_nights=is_of_these_nights(result.trial, effect),
        full=protocol.analysis.carryover == "exponential",
        mean=numbers.mean,
        beside=numbers.interval,
        interval=say("the {interval} is {span}", interval=level_words(), span=ends),
    )


def is_of_these_nights(trial: Trial, effect: PairEffect) -> bool:
    """Whether the effect that leads is one of these nights alone: not where every night on the arm has all of it."""
    builds_up = trial.protocol.analysis.carryover == "exponential"
    return effect.estimand == "over-nights" and (builds_up or trial.doses_vary)


def further_measures_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """Ratios and the like at full exposure; empty where the family has none, or where full exposure would be a guess."""
    effect = effect or result.lead[0]
    if result.short_of_full(effect):
        return ""
    full = result.trial.protocol.analysis.carryover == "exponential"
    return further_sentence(effect.further, full=full)


def over_nights_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """The effect over the nights as they were, where the page leads with the one at full exposure; else empty."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    if effect.estimand != "full" or protocol.analysis.carryover != "exponential":
        return ""
    over_nights, measure = effect.over_nights, effect.measure
    if measure == MEASURES["binary"]:
        template = phrase(
            "Over these nights, while it built up, the difference it made is estimated at {size} nights in 100 "
            "({span})."
        )
    else:
        template = phrase(
            "Over these nights, while it built up, the difference it made is estimated at {size} ({span})."
        )
    return say(
        template,
        size=change(measure, protocol.outcome, over_nights.mean, over_nights.interval),
        span=span(measure, protocol.outcome, *over_nights.interval),
    )


def exposure_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """What must be said where the body never came near to full exposure; empty otherwise."""
    effect = effect or result.lead[0]
    short = result.short_of_full(effect)
    if not short:
        return ""
    protocol = result.trial.protocol
    highest = result.record.exposure.highest
    named = listed(
        [say("{percent:.0f} % on {arm}", percent=100 * highest[arm], arm=protocol.arm(arm).title) for arm in short]
    )
    if protocol.analysis.carryover == "exponential":
        template = phrase(
            "Build-up reached at most {named} of full, so this leads with the effect over these nights. The full effect would be a "
            "guess beyond them."
        )
    else:
        template = phrase(
            "Of the planned dose at most {named} was taken, so this leads with the effect over these nights. The full effect would "
            "be a guess beyond them."
        )
    return say(template, named=named)


def chances(
    result: Result, effect: PairEffect | None = None, *, on: Estimand | None = None
) -> list[tuple[str, str, str]]:
    """Rows of the table of chances: what, in words, as a frequency; of the effect that leads, or on the one that is named."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    numbers = effect.leading if on is None else effect.on(on)
    rows = [(say("better at all"), numbers.p_better)]
    if effect.threshold is not None:
        threshold = amount(effect.measure, protocol.outcome)
        benefit, small, harm = numbers.by_threshold
        rows += [
            (say("better by {threshold} or more", threshold=threshold), benefit),
            (say("a change smaller than {threshold}", threshold=threshold), small),
            (say("worse by {threshold} or more", threshold=threshold), harm),
        ]
    return [(what, chance_words(chance), about_in_100(chance)) for what, chance in rows]


def chance_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """How sure the direction of the effect that leads is."""
    effect = effect or result.lead[0]
    arm, better = compared(result.trial.protocol, effect), effect.leading.p_better
    if better < 0.5:
        return say(
            "The chance that it was worse at all with {arm} is {chance}.", arm=arm, chance=about_in_100(1 - better)
        )
    return say("The chance that it was better at all with {arm} is {chance}.", arm=arm, chance=about_in_100(better))


def night_sentence(result: Result, effect: PairEffect | None = None) -> str:
    """What a single night is likely to be."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    estimand, numbers = effect.estimand, effect.leading
    if estimand == "full" and protocol.analysis.carryover == "exponential":
        template = phrase(
            "Of 100 random nights on {arm}, each beside a random night on {reference}, {frequency} would be the better one, once "
            "fully built up"
        )
    else:
        template = phrase(
            "Of 100 random nights on {arm}, each beside a random night on {reference}, {frequency} would be the better one"
        )
    told = say(
        template,
        arm=protocol.arm(effect.arm).title,
        reference=protocol.arm(effect.reference).title,
        frequency=_frequency(numbers.p_night_better),
    )
    if protocol.analysis.family in _WITH_TIES:
        return say("{clause}; of nights that are alike, half are counted.", clause=told)
    return say("{clause}.", clause=told)


def _frequency(probability: float) -> str:
    """As `about_in_100`, where the hundred was said before."""
    if probability < 0.01:
        return say("fewer than 1")
    if probability > 0.99:
        return say("more than 99")
    return say("about {n}", n=round(100 * probability))


def nights_sentence(result: Result) -> str:
    """How many nights there were."""
    nights = result.record.nights
    ahead = nights.after_last
    missing = nights.planned - nights.recorded - ahead
    order = result.trial.order
    start = (
        phrase("{recorded} of the {planned} nights until the trial was stopped were recorded ({whole} were planned)")
        if order.left
        else phrase("{recorded} of {planned} planned nights were recorded")
        if result.trial.protocol.randomized
        else phrase("{recorded} of {planned} nights were recorded")
    )
    whole = sum(period.nights for period in order.whole.periods if period.counts)
    told: list[str] = [
        say(start, recorded=nights.recorded, planned=nights.planned, **({"whole": whole} if order.left else {}))
    ]
    if missing:
        told.append(
            say_some(
                missing,
                "{count} missing night is left as missing",
                "{count} missing nights are left as missing",
            )
        )
    if ahead:
        told.append(say("the {ahead} after the last entry are not in", ahead=ahead))
    if nights.analyzed < nights.recorded:
        left_out = nights.recorded - nights.analyzed
        told.append(say("{nights} at the start of periods were left out, as planned", nights=left_out))
    return say("{clause}.", clause=clauses(told))


def dates_sentence(result: Result) -> str:
    """The first and the last date; a table does not say what part of a day its dates are of."""
    order, adopted = result.trial.order, not result.trial.protocol.randomized
    template = phrase("From {first} to {last}.") if adopted else phrase("Evenings of {first} to {last}.")
    return say(template, first=spoken().day(order.start), last=spoken().day(order.end))


_DRAWN = {
    "open": phrase("The order of the periods was drawn at random before the first night, and known from then on."),
    "helper": phrase("The order of the periods was drawn at random before the first night and sealed with a helper."),
    "alone": phrase("The order of the periods was left to chance by shuffled packs, and nobody knew it."),
}


def order_sentence(protocol: Protocol) -> str:
    """Where the order of the periods came from."""
    if protocol.randomized:
        return say(_DRAWN[protocol.concealed])
    if protocol.stated is not None:
        return say(
            "The order of the periods was drawn elsewhere, as stated by the person; it was taken over from a table."
        )
    return say("The order of the periods was not drawn by nof1; it was taken over from a table.")


def method_sentence(result: Result) -> str:
    """The model in one sentence, with only the parts that it had."""
    analysis = result.trial.protocol.analysis
    parts: list[str] = [
        part
        for part, there in (
            (say("a trend over time"), analysis.trend),
            (say("a start that fades"), bool(analysis.start_up)),
            (say("differences between blocks"), bool(analysis.block_effects)),
            (say("differences between periods"), analysis.period_effects),
            (say("similar neighbouring nights (AR(1) over calendar days)"), analysis.autocorrelation),
            (say("gradual build-up and wash-out"), analysis.carryover == "exponential"),
            (say("the covariates {names}", names=", ".join(analysis.covariates)), bool(analysis.covariates)),
        )
        if there
    ]
    model: str = say(MODELS[analysis.family])
    if parts:
        model = say("{model}, allowing for {parts}", model=model, parts=commas(parts))
    told = (
        say("Bayesian model of {model}, sampled with PyMC.", model=model)
        if result.engine == "nuts"
        else say("Bayesian model of {model}, computed by the marginal engine alone, not sampled.", model=model)
    )
    return sentences([told, say("Priors and all numbers are in results.json.")])


def further_comparisons(count: int) -> list[str]:
    """A sentence on the comparisons that a page has no room for, if there are any."""
    if count <= 0:
        return []
    return [
        say_some(
            count,
            "{count} further comparison is in results.json.",
            "{count} further comparisons are in results.json.",
        )
    ]


def other_priors(result: Result) -> list[str]:
    """A sentence where other priors than the protocol's were used: which, and what the protocol has."""
    record = result.record
    told: list[str] = [
        say("{name} {used:number} instead of {planned:number}", name=name, used=record.priors[name], planned=planned)
        for name, planned in record.planned_priors.items()
    ]
    return [say("With other priors than the protocol's: {priors}.", priors=listed(told))] if told else []


def failed_checks(result: Result) -> list[str]:
    """What must be known before anything else, at the head of every page: other data, other priors, checks that failed."""
    return [
        *changed_diary(result),
        *other_priors(result),
        *(check_sentence(result.record.engines, check) for check in result.failures),
    ]
