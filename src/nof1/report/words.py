"""Numbers to sentences: plain words, the verdict rule, chances as "about N in 100".

Says what was observed and how sure it is; never what to do, other than whom to ask.
"""

from typing import Any

from nof1.analyze.effects import LEVEL
from nof1.analyze.results import Result
from nof1.analyze.standardize import MEASURES
from nof1.plan.protocol import Protocol
from nof1.report.words_effect import (
    MODELS,
    amount,
    change,
    estimate_sentence,
    further_sentence,
    measure_of,
    scale_sentence,
    span,
)
from nof1.report.words_effect import number as number

NO_ADVICE = (
    "This page reports what one person recorded. It is no medical advice and nof1 is no medical device. "
    "Talk to a doctor or pharmacist before you start, change or stop anything."
)
SIMULATED = "Simulated data: made up by a program, no person recorded these nights."

# The one table of probability words; each holds from its number up. After the scale of the IPCC (Mastrandrea 2010).
_PROBABILITY_WORDS = (
    (0.99, "almost certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "almost ruled out"),
)

_WITH_TIES = ("rating", "ordinal", "count", "binary")
_HEADLINES = {
    "helps": "On these nights, {arm} helped.",
    "worsens": "On these nights, {arm} made it worse.",
    "no difference that matters": "On these nights, {arm} made no difference that matters.",
    "leans better": "The nights lean towards {arm} helping, but this is not settled.",
    "leans worse": "The nights lean towards {arm} making it worse, but this is not settled.",
    "can't tell yet": "These nights can't tell yet whether {arm} helps or harms.",
}


def chance_words(probability: float) -> str:
    """A probability in words."""
    return next(words for least, words in _PROBABILITY_WORDS if probability >= least)


def about_in_100(probability: float) -> str:
    """A probability as a natural frequency."""
    if probability < 0.01:
        return "fewer than 1 in 100"
    if probability > 0.99:
        return "more than 99 in 100"
    return f"about {round(100 * probability)} in 100"


def level_words() -> str:
    """The name of the interval, the same everywhere."""
    return f"{100 * LEVEL:g} % equal-tailed interval"


def headline(result: Result, effect: dict[str, Any] | None = None) -> str:
    """The answer in one plain sentence."""
    effect = effect or result.lead[0]
    _, numbers = result.leading(effect)
    return _HEADLINES[numbers["verdict"]].format(arm=_compared(result.trial.protocol, effect))


def _compared(protocol: Protocol, effect: dict[str, Any]) -> str:
    arm = protocol.arm(effect["arm"]).title
    return (
        arm
        if effect["reference"] == protocol.reference
        else f"{arm} instead of {protocol.arm(effect['reference']).title}"
    )


def effect_sentence(result: Result, effect: dict[str, Any] | None = None, *, scale: bool = True) -> str:
    """The size of the effect with its interval, and what the scale is unless it was said before."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    estimand, numbers = result.leading(effect)
    measure = measure_of(effect)
    told = estimate_sentence(
        measure,
        protocol.outcome,
        arm=protocol.arm(effect["arm"]).title,
        reference=protocol.arm(effect["reference"]).title,
        lived=estimand == "as-lived",
        full=" at its full effect" if protocol.analysis.carryover == "exponential" else "",
        mean=numbers["mean"],
        interval=f"the {level_words()} runs {span(measure, protocol.outcome, *numbers['interval'])}",
    )
    return f"{told}. {scale_sentence(measure, protocol.outcome)}" if scale else f"{told}."


def further_measures_sentence(result: Result, effect: dict[str, Any] | None = None) -> str:
    """Ratios and the like at full exposure; empty where the family has none, or where full exposure would be a guess."""
    effect = effect or result.lead[0]
    if result.short_of_full(effect):
        return ""
    full = result.trial.protocol.analysis.carryover == "exponential"
    return further_sentence(effect.get("further") or [], full=full)


def lived_sentence(result: Result, effect: dict[str, Any] | None = None) -> str:
    """The effect over the nights as they were, where the page leads with the one at full exposure; else empty."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    if result.leading(effect)[0] != "full" or protocol.analysis.carryover != "exponential":
        return ""
    lived, measure = effect["as_lived"], measure_of(effect)
    size = change(measure, protocol.outcome, lived["mean"])
    if measure == MEASURES["binary"]:
        size += " nights in 100"
    return (
        f"Over the nights as they were lived, while it built up, the difference it made is estimated at {size} "
        f"({span(measure, protocol.outcome, *lived['interval'])})."
    )


def exposure_sentence(result: Result, effect: dict[str, Any] | None = None) -> str:
    """What must be said where the body never came near to full exposure; empty otherwise."""
    effect = effect or result.lead[0]
    short = result.short_of_full(effect)
    if not short:
        return ""
    protocol = result.trial.protocol
    highest = result.record["exposure"]["highest"]
    named = " and ".join(f"{100 * highest[arm]:.0f} % on {protocol.arm(arm).title}" for arm in short)
    if protocol.analysis.carryover == "exponential":
        reason = f"Build-up reached at most {named} of full"
    else:
        reason = f"Of the planned dose at most {named} was taken"
    return f"{reason}, so this leads with the effect as it was lived. The full effect would be a guess beyond these nights."


def chances(result: Result, effect: dict[str, Any] | None = None) -> list[tuple[str, str, str]]:
    """Rows of the table of chances: what, in words, as a frequency."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    _, numbers = result.leading(effect)
    threshold = amount(measure_of(effect), protocol.outcome)
    rows = (
        ("better at all", numbers["p_better"]),
        (f"better by {threshold} or more", numbers["p_benefit"]),
        (f"a change smaller than {threshold}", numbers["p_small"]),
        (f"worse by {threshold} or more", numbers["p_harm"]),
    )
    return [(what, chance_words(chance), about_in_100(chance)) for what, chance in rows]


def night_sentence(result: Result, effect: dict[str, Any] | None = None) -> str:
    """What a single night is likely to be."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    estimand, numbers = result.leading(effect)
    arm, reference = protocol.arm(effect["arm"]).title, protocol.arm(effect["reference"]).title
    ties = "; of nights that are alike, half are counted" if protocol.analysis.family in _WITH_TIES else ""
    full = ", once at full effect" if estimand == "full" and protocol.analysis.carryover == "exponential" else ""
    return (
        f"Of 100 random nights on {arm}, each beside a random night on {reference}, {_frequency(numbers['p_night_better'])} "
        f"would be the better one{full}{ties}."
    )


def _frequency(probability: float) -> str:
    return about_in_100(probability).removesuffix(" in 100")


def nights_sentence(result: Result) -> str:
    """How many nights there were."""
    nights = result.record["nights"]
    ahead = nights["after_last"]
    missing = nights["planned"] - nights["recorded"] - ahead
    planned = "planned nights" if result.trial.protocol.randomized else "nights"
    text = f"{nights['recorded']} of {nights['planned']} {planned} were recorded"
    if missing:
        text += f"; {missing} missing {'night is' if missing == 1 else 'nights are'} left as missing"
    if ahead:
        text += f"; the {ahead} after the last entry are not in"
    if nights["analyzed"] < nights["recorded"]:
        text += f"; {nights['recorded'] - nights['analyzed']} at the start of periods were left out, as planned"
    return text + "."


_DRAWN = {
    "open": "drawn at random before the first night, and known from then on",
    "helper": "drawn at random before the first night and sealed with a helper",
    "alone": "left to chance by shuffled packs, and nobody knew it",
}


def changes(result: Result) -> list[str]:
    """What changed after the draw, each with its reason, and when a concealed order was opened."""
    out = list(result.record.get("amendments") or [])
    unsealing = result.trial.unsealing
    if unsealing is not None:
        told = f"{unsealing.nights_recorded} of {unsealing.nights_planned} nights recorded"
        if unsealing.early:
            out.append(
                f"The order was opened early, on {unsealing.opened:%Y-%m-%d}, with {told} and {unsealing.nights_left} nights still "
                "to come: the choice of that moment can favour an answer."
            )
        else:
            out.append(f"The order was opened on {unsealing.opened:%Y-%m-%d}, after the last night, with {told}.")
    return out


def changed_diary(result: Result) -> list[str]:
    """A sentence where the diary is not the one that was locked when the order was opened."""
    if not result.trial.changed_after_unsealing:
        return []
    return ["The diary was changed after the order was opened: it is not the one whose hash went on record then."]


def order_sentence(protocol: Protocol) -> str:
    """Where the order of the periods came from."""
    if protocol.randomized:
        return f"The order of the periods was {_DRAWN[protocol.concealed]}."
    return "The order of the periods was not drawn by nof1; it was taken over from a table."


def method_sentence(result: Result) -> str:
    """The model in one sentence, with only the parts that it had."""
    analysis = result.trial.protocol.analysis
    parts = [
        part
        for part, there in (
            ("a trend over time", analysis.trend),
            ("differences between periods", analysis.period_effects),
            ("similar neighbouring nights (AR(1) over calendar days)", analysis.autocorrelation),
            ("gradual build-up and wash-out", analysis.carryover == "exponential"),
            (f"the covariates {', '.join(analysis.covariates)}", bool(analysis.covariates)),
        )
        if there
    ]
    allowing = f", allowing for {', '.join(parts)}" if parts else ""
    engine = "sampled with PyMC" if result.engine == "nuts" else "computed by the marginal engine alone, not sampled"
    return (
        f"Bayesian model of {MODELS[analysis.family]}{allowing}, {engine}. Priors and all numbers are in results.json."
    )


def further_comparisons(count: int) -> list[str]:
    """A sentence on the comparisons that a page has no room for, if there are any."""
    if count <= 0:
        return []
    return [f"{count} further {'comparison is' if count == 1 else 'comparisons are'} in results.json."]


def failed_checks(result: Result) -> list[str]:
    """Sentences of the checks that failed; they stand at the head of every page."""
    return [
        *changed_diary(result),
        *(check["sentence"] for check in result.failures),
    ]
