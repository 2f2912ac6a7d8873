"""The words of protocol.pdf on how the nights are analysed: model, priors, correlation, carryover, trend, missing data, decision rule."""

from typing import Any

from nof1.language import clauses, commas, listed, phrase, say
from nof1.plan.protocol.nightly import beside, beside_words, column_title
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.parts import MANY, Room, item, lines
from nof1.report.words.phrases import some
from nof1.report.words.rule import estimand_sentence, rule_sentences


def analysis(protocol: Protocol, room: Room) -> dict[str, Any]:
    """Model, priors, correlation, carryover, trend, missing data, decision rule."""
    trend = (
        say("A straight line from the first to the last planned night.")
        if protocol.analysis.trend
        else say("None is in the model: a steady drift is taken not to exist.")
    )
    missing = say("Missing nights are left out of the likelihood and kept as gaps in time; nothing is imputed.")
    return {
        "heading": say("How it is analysed"),
        "parts": [
            item(say("Model"), *_model(protocol)),
            item(say("Priors"), *_priors(protocol)),
            item(say("Neighbouring nights"), _autocorrelation(protocol)),
            item(say("Carryover"), _carryover(protocol)),
            item(say("Trend"), trend),
            item(say("Missing data"), missing),
            lines(say("Decision rule"), rule_sentences(protocol), room),
        ],
    }


def _model(protocol: Protocol) -> list[str]:
    """What the model holds, what it estimates, how nights count, who computes it."""
    fixed = protocol.analysis
    return [
        say(
            "A Bayesian model of the nightly outcome: {parts}.",
            parts=commas([say("level"), say("one effect for each arm but the reference"), *_parts(protocol)]),
        ),
        say(_NIGHTS[fixed.family]),
        estimand_sentence(protocol),
        say("Every night counts as on the arm it was assigned to, whatever was taken.")
        if fixed.dose == "assigned"
        else say("Each night counts by the share of the planned dose that was taken."),
        say(
            "Covariates, each centred: {names}.",
            names=some([column_title(protocol, name) for name in fixed.covariates], MANY),
        )
        if fixed.covariates
        else say("No covariates."),
        *(
            [
                say("Recorded beside the model: {names}.", names=some([one.called for one in beside(protocol)], MANY)),
                beside_words(),
            ]
            if beside(protocol)
            else []
        ),
        say("It is computed by PyMC (NUTS).")
        if fixed.family in ("ordinal", "count", "binary")
        else say("It is computed twice, by PyMC (NUTS) and by a second, independent engine."),
        say("Intervals are 95 %, equal-tailed."),
    ]


# What a night's outcome is taken for, by family.
_NIGHTS = {
    "normal": phrase("Nights scatter about that as a normal distribution does."),
    "rating": phrase(
        "Nights scatter about that on a hidden scale, which is rounded to whole numbers and cut at the ends."
    ),
    "student": phrase("Nights scatter about that as Student's t does, so that single outlying nights count for less."),
    "ordinal": phrase("The log odds of at least each level are that sum, beside a hidden state of each night."),
    "count": phrase(
        "The logarithm of the expected count is that sum, beside a hidden state of each night; counts are negative binomial."
    ),
    "binary": phrase("The log odds of a yes are that sum, beside a hidden state of each night."),
    "duration": phrase("The logarithm of the duration scatters about that as a normal distribution does."),
}
_UNITS = {
    "points": phrase("All in points of the rating"),
    "log": phrase("All on the scale of logarithms"),
    "logit": phrase("All in log odds"),
}


def _own_priors(protocol: Protocol) -> list[str]:
    prior = protocol.priors
    match protocol.analysis.family:
        case "student":
            shape, rate = prior.own("degrees_shape"), prior.own("degrees_rate")
            return [say("degrees of freedom ~ Gamma({shape:g}, {rate:g}) from 1 on", shape=shape, rate=rate)]
        case "count":
            return [say("overdispersion ~ HalfNormal({scale:g})", scale=prior.own("overdispersion_scale"))]
        case "ordinal":
            median, sd = prior.own("gap_median"), prior.own("gap_log_sd")
            return [say("distance of cut points ~ LogNormal(ln {median:g}, {sd:g})", median=median, sd=sd)]
        case _:
            return []


def _parts(protocol: Protocol) -> list[str]:
    fixed = protocol.analysis
    parts: list[tuple[str, bool]] = [
        (say("trend"), fixed.trend),
        (say("a start that fades"), bool(fixed.start_up)),
        (say("differences between blocks"), bool(fixed.block_effects)),
        (say("differences between periods"), fixed.period_effects),
        (say("gradual build-up and wash-out"), fixed.carryover == "exponential"),
    ]
    return [name for name, has in parts if has]


def _priors(protocol: Protocol) -> list[str]:
    prior, fixed = protocol.priors, protocol.analysis
    parts: list[tuple[str, bool]] = [
        (say("trend"), fixed.trend),
        (say("covariates"), bool(fixed.covariates)),
        (say("periods"), fixed.period_effects),
        ("phi", fixed.autocorrelation),
        (say("half-life"), fixed.carryover == "exponential"),
    ]
    unused = [name for name, used in parts if not used]
    if protocol.schema_version > 1:
        unused += [
            name
            for name, used in (
                (say("a start that fades"), fixed.start_up),
                (say("differences between blocks"), fixed.block_effects),
            )
            if not used
        ]
    shared = say(
        "Level ~ Normal({level_mean:g}, {level_sd:g}); each effect ~ Normal(0, {effect_sd:g}), help and harm alike; trend ~ "
        "Normal(0, {trend_sd:g}); a covariate's sd ~ Normal(0, {covariate_sd:g}); spread of periods ~ HalfNormal({period_scale:g}); "
        "spread of nights ~ HalfNormal({noise_scale:g}); (phi + 1)/2 ~ Beta({autocorrelation_a:g}, {autocorrelation_b:g}); half-life ~ "
        "LogNormal(ln {half_life_median:g}, {half_life_log_sd:g}) days",
        **prior.model_dump(),
    )
    second = (
        []
        if prior.start_up_sd is None or prior.block_sd is None
        else [
            say(
                "a start that fades with a half-life of five nights ~ Normal(0, {start_up_sd:g}); each block ~ Normal(0, {block_sd:g})",
                start_up_sd=prior.start_up_sd,
                block_sd=prior.block_sd,
            )
        ]
    )
    return [
        say("{priors}.", priors=clauses([shared, *second, *_own_priors(protocol)])),
        say("{unit}.", unit=say(_UNITS[fixed.scale])),
        say("Not in this model: {parts}.", parts=listed(unused)) if unused else "",
    ]


def _autocorrelation(protocol: Protocol) -> str:
    if protocol.analysis.autocorrelation:
        return say(
            "May resemble each other: AR(1) errors over calendar days, correlation phi, with missing nights as gaps."
        )
    return say("Are taken as independent of each other.")


def _carryover(protocol: Protocol) -> str:
    kind = protocol.analysis.carryover
    if kind == "exponential":
        return say(
            "Exposure builds up and washes out with a half-life that is estimated, so that nights after a change of arm count for "
            "the mixture they are."
        )
    if kind == "none":
        return say(
            "Taken not to exist: an arm acts fully from its first night and is gone with the first night of the next."
        )
    return say(
        "The first {nights} nights of every period are left out of the analysis.",
        nights=protocol.analysis.discarded_nights,
    )
