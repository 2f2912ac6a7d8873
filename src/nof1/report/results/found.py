"""The words of the pages behind the first: how it was computed, what was found, other choices, checks.

Items 12 and 17 to 19 of what CENT 2015 asks of a report (`guidelines.toml`), by content, not by number. Every number is in the
record of results.json.
"""

from nof1.analyze.checks.computation import Check, Sampling
from nof1.analyze.checks.model_checks import ModelCheck
from nof1.analyze.checks.paired_cycles import PairedCycles
from nof1.analyze.checks.randomization_test import RandomizationTest
from nof1.analyze.engines.posterior import Parameter
from nof1.analyze.model.effects import LEVEL, Estimand
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.language import phrase, say, sentences
from nof1.plan.protocol.own_words import called, ours
from nof1.plan.protocol.protocol import Protocol
from nof1.report.results.parts import Part, Section, beside, item, pictures, section, table, text
from nof1.report.words import answer, ranges
from nof1.report.words import sentences as words
from nof1.report.words.checks import check_sentence
from nof1.report.words.covariates import by_arm_sentence
from nof1.report.words.cycles import cycles_sentence
from nof1.report.words.effect import number, units
from nof1.report.words.over_time import over_time_sentences
from nof1.report.words.phrases import clip
from nof1.report.words.randomization import randomization_of_trial
from nof1.report.words.sensitivity import sensitivity_sentences
from nof1.report.words.tipping import tipping_sentence
from nof1.shown import signed

_ARM = 24
_MOST_PAIRS = 6
_MOST_COVARIATES = 4
_ENGINES = {
    "nuts": phrase("PyMC (NUTS)"),
    "marginal": phrase("marginal engine"),
    "augmented": phrase("data augmentation"),
}
_ESTIMANDS: dict[Estimand, str] = {"full": phrase("at full exposure"), "over-nights": phrase("over these nights")}


def found(result: Result) -> Section:
    """The effect by both computations, beside the randomization test; relative size; a single night; the effect over time."""
    return section(
        say("The effect: two computations, and a test without a model"),
        _effects(result),
        text(_intervals()),
        item(say("Randomization test"), _randomization(result)),
        item(say("Block by block"), _cycles(result)),
        item(say("What would change it"), _tipping(result)),
        item(say("Relative size"), _relative(result), words.further_measures_sentence(result)),
        item(say("Plain means"), answer.plain_means_sentence(result)),
        item(say("Once fully built up"), answer.full_sentence(result)),
        item(say("Over these nights"), words.over_nights_sentence(result)),
        item(say("A single night"), words.night_sentence(result)),
        item(say("Over the trial"), _over_time(result)),
    )


def _intervals() -> str:
    return say("Intervals are {level:g} % equal-tailed credible intervals; chances are from 0 to 1.", level=100 * LEVEL)


def _effects(result: Result) -> Part | None:
    """A row for each engine, pair of arms and estimand; of the main pair one for the randomization test and one block by block."""
    record, protocol = result.record, result.trial.protocol
    told = units(result.lead[0].measure, protocol.outcome)
    rows = [
        _effect_row(protocol, entry, estimand, told.factor)
        for entry in record.effects[: 2 * _MOST_PAIRS]
        for estimand in _ESTIMANDS
    ]
    by_threshold = (
        [] if protocol.outcome.threshold is None else [say("… by threshold"), say("small"), say("worse by threshold")]
    )
    test = record.randomization_tests[0]
    if isinstance(test, RandomizationTest):
        low, high = test.interval
        rows.append(
            [
                say("randomization test")
                if protocol.stated is None
                else say("randomization test (orders as stated by the person)"),
                _pair(protocol, test),
                say("difference of means"),
                number(told.factor * test.statistic),
                "\N{EN DASH}" if low is None or high is None else ranges.plain(told.factor * low, told.factor * high),
                say("p = {p:.2g}", p=test.p),
                *([""] * len(by_threshold)),
            ]
        )
    for cycles in record.paired_cycles[:1]:
        if cycles.mean is not None and cycles.interval is not None:
            low, high = (told.factor * end for end in cycles.interval)
            mean = number(told.factor * cycles.mean)
            rows.append(
                [
                    say("block by block"),
                    _pair(protocol, cycles),
                    say("difference of means"),
                    mean,
                    ranges.plain(low, high),
                    *([""] * len(by_threshold)),
                ]
            )
    header = [
        say("computed by"),
        say("arms"),
        say("effect"),
        say("mean ({unit})", unit=told.axis),
        say("interval"),
        say("better"),
        *by_threshold,
    ]
    return table(header, rows, columns=["auto"] * len(header))


def _effect_row(protocol: Protocol, entry: PairEffect, estimand: Estimand, factor: float) -> list[str]:
    numbers = entry.on(estimand)
    low, high = numbers.interval
    chances = (numbers.p_better, *(() if entry.threshold is None else numbers.by_threshold))
    return [
        say(_ENGINES[entry.engine]),
        _pair(protocol, entry),
        say(_ESTIMANDS[estimand]),
        number(factor * numbers.mean),
        ranges.plain(factor * low, factor * high),
        *(say("{chance:.2f}", chance=chance) for chance in chances),
    ]


def _pair(protocol: Protocol, entry: PairEffect | RandomizationTest | PairedCycles) -> str:
    return say(
        "{arm} against {reference}",
        arm=clip(called(entry.arm), _ARM),
        reference=clip(called(entry.reference), _ARM),
    )


def _randomization(result: Result) -> str:
    return randomization_of_trial(result.trial, result.record.randomization_tests[0])


def _cycles(result: Result) -> str:
    told = result.record.paired_cycles
    return cycles_sentence(result.trial.protocol, told[0]) if told else ""


def _tipping(result: Result) -> str:
    told = result.record.tipping
    return tipping_sentence(result.trial.protocol, told[0]) if told else ""


def _relative(result: Result) -> str:
    """The effect as a share of the reference's own mean, where both are points from a natural zero."""
    main = result.lead[0]
    protocol = result.trial.protocol
    nights = result.trial.frame
    mean = float(nights.loc[nights["arm"] == main.reference, protocol.outcome.name].mean())
    if protocol.outcome.low != 0 or not mean > 0 or protocol.analysis.family == "binary":
        return ""
    over_nights = main.over_nights
    low, high = (100 * end / mean for end in over_nights.interval)
    return say(
        "Over these nights {share} % ({low} to {high} %) of the mean of all nights recorded on {reference}, {mean:number}.",
        share=signed(100 * over_nights.mean / mean, 0),
        low=signed(low, 0),
        high=signed(high, 0),
        reference=clip(protocol.arm(main.reference).title, _ARM),
        mean=mean,
    )


def _over_time(result: Result) -> str:
    return sentences(over_time_sentences(result.trial.protocol, result.record.over_time))


def method(result: Result, drawn: set[str]) -> Section:
    """The model, its priors, what was done with missing nights."""
    return section(
        say("How this was computed"),
        text(
            words.method_sentence(result),
            say(
                "Missing nights are gaps in time; nothing was filled in. The reference has no exposure; positive and negative effects were "
                "equally likely beforehand. docs/statistics.md gives the formulas and their sources."
            ),
        ),
        beside(_parameters(result), "exposure") if "exposure" in drawn else _parameters(result),
    )


# What a parameter is, and its prior as the protocol holds it.
_PARAMETERS = {
    "level": (phrase("level on the reference"), phrase("Normal({level_mean:g}, {level_sd:g})")),
    "trend": (phrase("trend, first to last night"), phrase("Normal(0, {trend_sd:g})")),
    "start_up": (phrase("start that fades, first night"), phrase("Normal(0, {start_up_sd:g})")),
    "sigma": (phrase("spread of nights (sd)"), phrase("HalfNormal({noise_scale:g})")),
    "phi": (
        phrase("likeness of neighbouring nights (phi)"),
        phrase("(phi + 1)/2 ~ Beta({autocorrelation_a:g}, {autocorrelation_b:g})"),
    ),
    "omega": (phrase("spread of periods (sd)"), phrase("HalfNormal({period_scale:g})")),
    "half_life": (
        phrase("half-life of build-up and wash-out (days)"),
        phrase("LogNormal(ln {half_life_median:g}, {half_life_log_sd:g})"),
    ),
}


_EFFECT_PRIOR = phrase("Normal(0, {effect_sd:g})")


def _parameters(result: Result) -> Part | None:
    """Effects, carryover, trend, correlation within the person: what was found, beside the prior."""
    rows = []
    for name, row in result.record.parameters.items():
        low, high = row.interval
        rows.append([_parameter(name), _prior(result, name, row), number(row.mean), ranges.plain(low, high)])
    return table([say("parameter"), say("prior"), say("found: mean"), say("interval")], rows, columns=["auto"] * 4)


def _parameter(name: str) -> str:
    if name in _PARAMETERS:
        return say(_PARAMETERS[name][0])
    kind, _, arm = name.removesuffix("]").partition("[")
    if kind == "covariate_effect" and arm:
        return say("effect of the covariate {name}", name=clip(ours(arm), _ARM))
    return say("effect of {arm}", arm=clip(called(arm), _ARM)) if kind == "effect" and arm else name


def _prior(result: Result, name: str, row: Parameter) -> str:
    """The prior with the numbers that were used."""
    template = _PARAMETERS[name][1] if name in _PARAMETERS else _EFFECT_PRIOR if name.startswith("effect[") else ""
    if template:
        return say(template, **result.record.priors)
    return say("sd {sd:number}", sd=row.prior_sd) if row.prior_sd else ""


def other_choices(result: Result, drawn: set[str]) -> Section:
    """The same question under other choices."""
    rows = result.record.sensitivity
    told = sentences(sensitivity_sentences(rows)) if rows else say("They were not computed.")
    return section(say("Other choices"), text(told), pictures("sensitivity") if "sensitivity" in drawn else None)


_CHECKS = {
    "sampling": phrase("sampling"),
    "cross_check": phrase("second computation"),
    "weights": phrase("weights"),
    "predictive": phrase("new nights from the model"),
    "left_out": phrase("each night from all others"),
    "patterns": phrase("what else is unusual"),
    "prior": phrase("weight of the priors"),
    "prior_weight": phrase("weight of the priors"),
}


def _mark(check: Check) -> str:
    if check.passed is None:
        return say("not made")
    if check.passed is False and not isinstance(check, ModelCheck):
        return say("FAILED")
    trouble = isinstance(check, Sampling) and check.trouble
    return say("passed") if check.passed and not trouble else say("look")


def checks(result: Result) -> Section:
    """Every check with its sentence."""
    rows = [
        [say(_CHECKS[name]), _mark(check), check_sentence(result.record.engines, check, result.record.sensitivity)]
        for name, check in result.record.checks.made().items()
    ]
    rows += [
        [
            say("covariate and arm"),
            say("look") if row.follows else say("not made") if row.by is None else say("passed"),
            by_arm_sentence(result.trial.protocol, row),
        ]
        for row in (result.record.covariates.rows if result.record.covariates else ())[:_MOST_COVARIATES]
    ]
    return section(
        say("Checks"),
        table([say("check"), say("result"), say("in words")], rows, columns=("auto", "auto", "1fr")),
    )
