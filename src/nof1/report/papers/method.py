"""The words of protocol.pdf: what is measured and recorded, why so many nights, how it is analysed, who sees it.

The other sections are in `paper_protocol`. Every number comes from the protocol or from the sourced facts.
"""

from collections.abc import Sequence
from importlib.resources import files
from tomllib import loads
from typing import Any

from nof1 import facts
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.concerns import concerns
from nof1.plan.orders.draw import smallest_p
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety import stop_rules
from nof1.report.papers.protocol import Room, amendments_words, item, lines, points, stated
from nof1.report.words.looks import rule_sentence
from nof1.report.words.phrases import clip, large, listed, sentence, some

_MANY = 5  # names in a sentence
_OWN = 500  # letters of a concern, which may name arms


def measures(protocol: Protocol, room: Room) -> dict[str, Any]:
    """The outcome, what is known of it, and how and when it is recorded."""
    outcome, conduct = protocol.outcome, protocol.conduct
    whole = ", whole numbers only" if outcome.whole else ""
    covariates = [clip(name, room.label) for name in protocol.analysis.covariates]
    also = f", and {some(covariates, _MANY)}" if covariates else ""
    guess = "" if protocol.concealed == "open" else ", the guess at the end of a period with how sure the person is"
    diary = facts.fact("sleep-diary")
    return {
        "heading": "What is measured and recorded",
        "parts": [
            item(
                "Outcome",
                f"{sentence(clip(outcome.title, room.text))} Scale: {outcome.low:g} to {outcome.high:g}{whole}; {outcome.better} "
                "is better. It is the person's own rating; no device measures it.",
            ),
            item(
                "Recall",
                f"Last night only, rated the next morning at {conduct.entry_time}.",
            ),
            item("Known of it", _known(protocol)),
            item(
                "Each morning",
                f"The rating, the dose taken, side effects in the person's own words, a note{guess}"
                f"{also}. Entered with nof1 log, or on paper (booklet.pdf) or a sheet "
                "(diary.xlsx) and taken over from there.",
                sentence(f"{diary['text']} ({diary['source']})"),
            ),
            item(
                "Missed nights",
                "A night without a rating stays missing. It is never filled in from memory, and the model sees a gap in the calendar.",
            ),
            item(
                "Dates",
                "A night has the local calendar date of the evening on which it begins. Time zones and daylight saving never move it.",
            ),
            item(
                "Keeping the data",
                "In one folder of plain files on the person's own machine; nothing is sent anywhere. Imported files are kept byte "
                "for byte with their hash. How long they are kept, and copies, are up to the person.",
            ),
        ],
    }


def _known(protocol: Protocol) -> str:
    own = f"The person set the threshold of {points(protocol.outcome.threshold)} beforehand."
    if (protocol.outcome.low, protocol.outcome.high) != (0, 10):
        return f"nof1 knows of no published change that matters on this scale. {own}"
    row = facts.fact("rating-change")
    return f"{sentence(row['text'])} ({row['source']}). {own}"


def size(protocol: Protocol, precision: Sequence[str], orders: int, room: Room) -> dict[str, Any]:
    """Why this many periods and nights: precision, possible orders, smallest p, what the design cannot show."""
    slow, fast, limit, late = (facts.fact(name) for name in ("slow-pool", "fast-pool", "washout-limit", "slow-effects"))
    sentences = [clip(text, room.text) for text in precision[: room.rows // 6]]
    return {
        "heading": "Why this many periods and nights",
        "parts": [
            item("Precision", *(sentences or ["It was not computed for this page; nof1 power simulates it."])),
            item(
                "Possible orders",
                f"{large(orders)}. The least p that a randomization test of an arm against the reference could reach is "
                f"{_small(smallest_p(protocol))}.",
            ),
            item(
                "Limits",
                *[clip(text, _OWN) for text in concerns(protocol)] or ["No further limit of the design was found."],
            ),
            item(
                "Slow effects",
                f"{sentence(fast['text'])} {sentence(slow['text'])} {sentence(limit['text'])} ({slow['source']})",
                f"Short periods therefore say nothing about slow effects: {late['text']} ({late['source']}).",
            ),
        ],
    }


def _small(p: float) -> str:
    return f"{p:.2g}" if p >= 0.0001 else "below 0.0001"


def analysis(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Model, priors, correlation, carryover, trend, missing data, decision rule."""
    fixed = protocol.analysis
    estimand = (
        "the effect at full exposure, after build-up"
        if fixed.estimand == "full"
        else "the effect as lived: its mean over the nights on the arm"
    )
    dose = (
        "Every night counts as on the arm it was assigned to, whatever was taken."
        if fixed.dose == "assigned"
        else "Each night counts by the share of the planned dose that was taken."
    )
    covariates = f"Covariates, each centred: {some(fixed.covariates, _MANY)}." if fixed.covariates else "No covariates."
    return {
        "heading": "How it is analysed",
        "parts": [
            item(
                "Model",
                f"A Bayesian model of the nightly outcome: level, one effect for each arm but the reference{_parts(protocol)}. "
                f"{_NIGHTS[fixed.family]} It estimates {estimand}. {dose} {covariates} {_engines(fixed.family)} Intervals are 95 %, equal-tailed.",
            ),
            item("Priors", _priors(protocol)),
            item("Neighbouring nights", _autocorrelation(protocol)),
            item("Carryover", _carryover(protocol)),
            item(
                "Trend",
                "A straight line from the first to the last planned night."
                if fixed.trend
                else "None is in the model: a steady drift is taken not to exist.",
            ),
            item(
                "Missing data",
                "Missing nights are left out of the likelihood and kept as gaps in time; nothing is imputed.",
            ),
            lines("Decision rule", _rule(protocol), room),
        ],
    }


# What a night's outcome is taken for, by family.
_NIGHTS = {
    "normal": "Nights scatter about that as a normal distribution does.",
    "rating": "Nights scatter about that on a hidden scale, which is rounded to whole numbers and cut at the ends.",
    "student": "Nights scatter about that as Student's t does, so that single outlying nights count for less.",
    "ordinal": "The log odds of at least each level are that sum, beside a hidden state of each night.",
    "count": "The logarithm of the expected count is that sum, beside a hidden state of each night; counts are negative binomial.",
    "binary": "The log odds of a yes are that sum, beside a hidden state of each night.",
    "duration": "The logarithm of the duration scatters about that as a normal distribution does.",
}
_UNITS = {"points": "All in points of the rating", "log": "All on the scale of logarithms", "logit": "All in log odds"}


def _engines(family: str) -> str:
    if family in ("ordinal", "count", "binary"):
        return "It is computed by PyMC (NUTS)."
    return "It is computed twice, by PyMC (NUTS) and by a second, independent engine."


def _own_priors(protocol: Protocol) -> str:
    prior = protocol.priors
    match protocol.analysis.family:
        case "student":
            return (
                f"; degrees of freedom ~ Gamma({prior.own('degrees_shape'):g}, {prior.own('degrees_rate'):g}) from 1 on"
            )
        case "count":
            return f"; overdispersion ~ HalfNormal({prior.own('overdispersion_scale'):g})"
        case "ordinal":
            return f"; distance of cut points ~ LogNormal(ln {prior.own('gap_median'):g}, {prior.own('gap_log_sd'):g})"
        case _:
            return ""


def _rule(protocol: Protocol) -> list[str]:
    certainty, threshold = f"{100 * protocol.analysis.certainty:g} %", points(protocol.outcome.threshold)
    return [
        f"The first of these that reaches a chance of {certainty} is what is said; otherwise these nights can't tell yet.",
        f"Helps: better by {threshold} or more. Worsens: worse by {threshold} or more. No difference that matters: a change "
        f"smaller than {threshold}. Leans better, leans worse: any change in that direction.",
    ]


def _parts(protocol: Protocol) -> str:
    fixed = protocol.analysis
    there = [
        name
        for name, has in (
            ("trend", fixed.trend),
            ("differences between periods", fixed.period_effects),
            ("gradual build-up and wash-out", fixed.carryover == "exponential"),
        )
        if has
    ]
    return f", {', '.join(there)}" if there else ""


def _priors(protocol: Protocol) -> str:
    prior = protocol.priors
    unused = [
        name
        for name, used in (
            ("trend", protocol.analysis.trend),
            ("covariates", bool(protocol.analysis.covariates)),
            ("periods", protocol.analysis.period_effects),
            ("phi", protocol.analysis.autocorrelation),
            ("half-life", protocol.analysis.carryover == "exponential"),
        )
        if not used
    ]
    text = (
        f"Level ~ Normal({prior.level_mean:g}, {prior.level_sd:g}); each effect ~ Normal(0, {prior.effect_sd:g}), help and harm alike; "
        f"trend ~ Normal(0, {prior.trend_sd:g}); a covariate's sd ~ Normal(0, {prior.covariate_sd:g}); spread of periods ~ "
        f"HalfNormal({prior.period_scale:g}); spread of nights ~ HalfNormal({prior.noise_scale:g}); (phi + 1)/2 ~ "
        f"Beta({prior.autocorrelation_a:g}, {prior.autocorrelation_b:g}); half-life ~ LogNormal(ln {prior.half_life_median:g}, "
        f"{prior.half_life_log_sd:g}) days{_own_priors(protocol)}. {_UNITS[protocol.analysis.scale]}."
    )
    return f"{text} Not in this model: {listed(unused)}." if unused else text


def _autocorrelation(protocol: Protocol) -> str:
    if protocol.analysis.autocorrelation:
        return "May resemble each other: AR(1) errors over calendar days, correlation phi, with missing nights as gaps."
    return "Are taken as independent of each other."


def _carryover(protocol: Protocol) -> str:
    kind = protocol.analysis.carryover
    if kind == "exponential":
        return (
            "Exposure builds up and washes out with a half-life that is estimated, so that nights after a change of arm count for "
            "the mixture they are."
        )
    if kind == "none":
        return (
            "Taken not to exist: an arm acts fully from its first night and is gone with the first night of the next."
        )
    return f"The first {protocol.analysis.discarded_nights} nights of every period are left out of the analysis."


def harms(protocol: Protocol, looks: Sequence[str] = ()) -> dict[str, Any]:
    """Interim looks, stopping, how harms are recorded; `looks` are sentences on what the rule would do, where it was simulated."""
    action = stop_rules()[0].action
    return {
        "heading": "Looks on the way, stopping, harms",
        "parts": [
            item("Interim look", rule_sentence(protocol), *looks),
            item(
                "Stopping early",
                f"The person may stop at any time without a reason. With a symptom of the stop rules: {action}. The nights until then "
                "are kept and analysed, and the results say that planned nights are missing.",
            ),
            item(
                "Harms",
                "Side effects are asked about every morning, in the person's own words, on every arm alike. The results list them by "
                "arm, whatever the answer is.",
            ),
        ],
    }


def ethics(protocol: Protocol, amendments: Sequence[Amendment], room: Room) -> dict[str, Any]:
    """Purpose, consent, privacy, access, amendments, results, the guideline."""
    conduct = protocol.conduct
    if conduct.purpose == "research":
        purpose = "Research: what is learnt is meant for others too, so an ethics committee has to be asked."
        consent = "not stated; research needs the person's written consent"
    else:
        purpose = "Self-care: it answers a question of this one person and is not meant to say anything about others."
        consent = "not stated; the person plans and carries out the trial themselves"
    return {
        "heading": "Consent, privacy, changes, results",
        "parts": [
            item("Purpose", purpose),
            item("Consent", stated(conduct.consent, room, consent)),
            item(
                "Privacy",
                "The files lie on the person's machine, without an account and without any transfer. They hold health data.",
            ),
            item("Who sees them", stated(conduct.access, room)),
            item("Changes", amendments_words(amendments, room)),
            item("Results go to", stated(conduct.results_to, room)),
            item("Guideline", _guideline()),
        ],
    }


def _guideline() -> str:
    row = loads((files("nof1.report") / "guidelines.toml").read_text(encoding="utf-8"))["spent-2019"]
    return sentence(f"{row['text']} ({row['source']})")
