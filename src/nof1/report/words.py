"""Numbers to sentences: plain words, the verdict rule, chances as "about N in 100".

Says what was observed and how sure it is; never what to do, other than whom to ask.
"""

from typing import Any

from nof1.analyze.effects import LEVEL
from nof1.analyze.results import Result
from nof1.plan.protocol import Protocol

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


def number(value: float) -> str:
    """A number with the digits a reader needs: two after the point below 1, one below 100."""
    size = abs(value)
    text = f"{value:.2f}" if size < 1 else f"{value:.1f}" if size < 100 else f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) != 0 else text.lstrip("-")


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


def effect_sentence(result: Result, effect: dict[str, Any] | None = None) -> str:
    """The size of the effect with its interval."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    estimand, numbers = result.leading(effect)
    low, high = numbers["interval"]
    arm, reference = protocol.arm(effect["arm"]).title, protocol.arm(effect["reference"]).title
    scale = f"The scale goes from {protocol.outcome.low:g} to {protocol.outcome.high:g}, and {protocol.outcome.better} is better."
    interval = f"the {level_words()} runs {_span(low, high)}"
    size = _direction(numbers["mean"])
    if estimand == "as-lived":
        return (
            f"On the nights on {arm}, {protocol.outcome.title} is estimated to have been {size} than the same nights would have been "
            f"on {reference}; {interval}. {scale}"
        )
    full = " at its full effect" if protocol.analysis.carryover == "exponential" else ""
    return f"{_capital(protocol.outcome.title)} is estimated to be {size} on {arm}{full} than on {reference}; {interval}. {scale}"


def lived_sentence(result: Result, effect: dict[str, Any] | None = None) -> str:
    """The effect over the nights as they were, where the page leads with the one at full exposure; else empty."""
    effect = effect or result.lead[0]
    protocol = result.trial.protocol
    if result.leading(effect)[0] != "full" or protocol.analysis.carryover != "exponential":
        return ""
    lived = effect["as_lived"]
    return (
        f"Over the nights as they were lived, while it built up, the difference it made is estimated at "
        f"{number(abs(lived['mean']))} points {'lower' if lived['mean'] < 0 else 'higher'} ({_span(*lived['interval'])})."
    )


def _direction(value: float) -> str:
    return f"{number(abs(value))} points {'lower' if value < 0 else 'higher'}"


def _span(low: float, high: float) -> str:
    """An interval in words, such as "from 2.1 lower to 0.3 higher"."""
    ends = [f"{number(abs(end))} {'lower' if end < 0 else 'higher'}" for end in (low, high)]
    return f"from {ends[0]} to {ends[1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
    threshold = f"{protocol.outcome.threshold:g} {'point' if protocol.outcome.threshold == 1 else 'points'}"
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
    full = ", once at full effect" if estimand == "full" and protocol.analysis.carryover == "exponential" else ""
    return (
        f"Of 100 random nights on {arm}, each beside a random night on {reference}, {_frequency(numbers['p_night_better'])} "
        f"would be the better one{full}."
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
    return f"Bayesian model of the nightly ratings{allowing}, {engine}. Priors and all numbers are in results.json."


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
