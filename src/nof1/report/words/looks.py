"""Looks before the last night in plain words: the rule, its false-alarm rate, what it says now, what was looked at without it.

Says what was fixed and what was done; never that somebody must not look.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nof1.analyze.model.judgement import certainty_of
from nof1.analyze.results import Result
from nof1.language import listed, phrase, say, say_some, sentences
from nof1.plan.design.interim import Interim, PlannedLook
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.sequences import sequences_of
from nof1.plan.protocol.protocol import Protocol
from nof1.record.looks import LOOKS_FILE, Look, reached_look
from nof1.report.words.effect import points
from nof1.report.words.sentences import about_in_100

if TYPE_CHECKING:
    from nof1.analyze.model.effects import Verdict
    from nof1.analyze.schema import PairEffect
    from nof1.analyze.simulation.interim import InterimLooks

_STOPS: "dict[Verdict, tuple[str, str]]" = {
    "helps": ("p_benefit", phrase("{arm} helps by {threshold} or more")),
    "worsens": ("p_harm", phrase("{arm} makes it worse by {threshold} or more")),
    "no difference that matters": ("p_small", phrase("{arm} makes no difference that matters")),
}


def rule_sentence(protocol: Protocol) -> str:
    """The protocol's rule for looks before the last night, or that there is none."""
    rule = protocol.analysis.interim
    if rule is None:
        return sentences(
            [
                say("None is planned: the arms are compared after the last night."),
                say(
                    "Any look before the last night is put on record ({file}) and reported with the results.",
                    file=LOOKS_FILE,
                ),
            ]
        )
    return sentences(
        [
            say("Planned {times}.", times=_times(rule, protocol)),
            _may_stop(protocol, rule),
            say(
                "Any other look before the last night is put on record ({file}) and reported with the results.",
                file=LOOKS_FILE,
            ),
        ]
    )


def _may_stop(protocol: Protocol, rule: Interim) -> str:
    if protocol.schema_version == 1:
        return say(
            "The trial may stop there if the chance of helps, of worsens or of no difference that matters is at least "
            "{certainty:g} % (after the last night {last:g} % is asked for).",
            certainty=100 * rule.certainty,
            last=100 * protocol.analysis.certainty,
        )
    asked, last = certainty_of(protocol, rule.certainty), certainty_of(protocol)
    return say(
        "The trial may stop there if the decision rule settles it with {certainty:g} % in place of {last:g} % and, for the effect "
        "once fully built up being too small to matter, {full:g} % in place of {full_last:g} %.",
        certainty=100 * asked.claim,
        last=100 * last.claim,
        full=100 * asked.full,
        full_last=100 * last.full,
    )


def _times(rule: Interim, protocol: Protocol) -> str:
    """When the looks are, such as "after blocks 2 and 4 of 6"."""
    values: dict[str, Any] = {"numbers": listed([*map(str, rule.after)]), "whole": _whole(rule, protocol)}
    if rule.unit == "period":
        return say_some(
            len(rule.after), "after period {numbers} of {whole}", "after periods {numbers} of {whole}", **values
        )
    return say_some(len(rule.after), "after block {numbers} of {whole}", "after blocks {numbers} of {whole}", **values)


def _whole(rule: Interim, protocol: Protocol) -> int:
    """Number of blocks or periods of the plan."""
    if rule.unit == "period" or isinstance(protocol.design, Adopted):
        return protocol.periods
    return max(sequences_of(protocol.design, [arm.name for arm in protocol.arms]).blocks())


def false_alarm_sentence(looks: "InterimLooks") -> str:
    """How often the rule would claim something that is not there, beside no looks and looks without a stricter rule."""
    from nof1.analyze.simulation.interim import CARELESS, NO_LOOKS, RULE

    rule, none, careless = (looks.false_alarm(way) for way in (RULE, NO_LOOKS, CARELESS))
    error = max(error for _, error in (rule, none, careless))
    return say(
        "False alarms: of 100 simulated trials without any effect, {rule:.1f} say helps or worsens at a look or at the end by "
        "this rule, {none:.1f} without looks, {careless:.1f} with the same looks at the certainty of the end "
        "(Monte Carlo error at most {error:.1f}).",
        rule=100 * rule[0],
        none=100 * none[0],
        careless=100 * careless[0],
        error=100 * error,
    )


def looks_sentence(looks: Sequence[Look]) -> str:
    """How often the nights were looked at before the end, "" if never."""
    count, planned = len(looks), sum(look.planned for look in looks)
    if not count:
        return ""
    if planned == count:
        return say_some(
            count,
            "The nights were looked at once before the end, as the rule of the protocol had planned.",
            "The nights were looked at {count} times before the end, as the rule of the protocol had planned.",
        )
    if not planned:
        return say_some(
            count,
            "The nights were looked at once before the end, without a rule; such a look makes a chance finding more likely.",
            "The nights were looked at {count} times before the end, without a rule; such looks make a chance finding more "
            "likely.",
        )
    return say(
        "The nights were looked at {times} times before the end, {planned} of them as planned; looks without a rule make a "
        "chance finding more likely.",
        times=count,
        planned=planned,
    )


def look_sentence(result: Result, look: Look) -> str:
    """What is said at a look before the last night: whether the rule says stop or go on, or that the look was not planned.

    Parameters
    ----------
    look : Look
        The one at the result's own nights.
    """
    protocol = result.trial.protocol
    planned = reached_look(result.trial, look)
    if planned is not None:
        return _planned(result, planned)
    rule = protocol.analysis.interim
    if rule is None:
        return sentences(
            [
                say("This is a look before the last night."),
                say(
                    "Looking early without a rule makes a chance finding more likely, so the look is on record in {file} and told "
                    "with the results.",
                    file=LOOKS_FILE,
                ),
                say(
                    "Looks can be planned beforehand, with a rule that says when to stop: [analysis.interim] in the answers of "
                    "'nof1 plan'."
                ),
            ]
        )
    return sentences(
        [
            say("This is none of the planned looks ({times}).", times=_times(rule, protocol)),
            say(
                "Looking at other times makes a chance finding more likely, so the look is on record in {file} and told with the "
                "results.",
                file=LOOKS_FILE,
            ),
        ]
    )


def _planned(result: Result, planned: PlannedLook) -> str:
    """What the rule says at a planned look, about the main comparison."""
    from nof1.analyze.simulation.interim import rule_of, stopping_verdict

    protocol, effect = result.trial.protocol, result.lead[0]
    rule = rule_of(protocol)
    template = (
        phrase("This look, after {after} of {whole} periods, was planned.")
        if rule.unit == "period"
        else phrase("This look, after {after} of {whole} blocks, was planned.")
    )
    when = say(template, after=planned.after, whole=_whole(rule, protocol))
    verdict = stopping_verdict(protocol, effect)
    if verdict is None:
        return sentences([when, say("The rule fixed beforehand says: go on."), _not_yet(protocol, effect, rule)])
    stops = _first_edition_stops if protocol.schema_version == 1 else _stops
    how = say("To end the trial there: nof1 stop DIR --by rule --reason TEXT.")
    return sentences([when, say("The rule fixed beforehand says: stop."), stops(protocol, effect, verdict, rule), how])


def _not_yet(protocol: Protocol, effect: "PairEffect", rule: Interim) -> str:
    words = (
        phrase(
            "It asks for a chance of at least {least:g} in 100 that {arm} helps, makes it worse, or makes no difference "
            "that matters, and none of these is so sure yet."
        )
        if protocol.schema_version == 1
        else phrase(
            "It asks for a chance of at least {least:g} in 100 that {arm} helps, makes it worse, or makes no difference "
            "that matters, and for nights that would have convinced somebody undecided as much; none of these is so sure yet."
        )
    )
    return say(words, least=100 * rule.certainty, arm=protocol.arm(effect.arm).title)


def _first_edition_stops(protocol: Protocol, effect: "PairEffect", verdict: "Verdict", rule: Interim) -> str:
    chance, words = _STOPS[verdict]
    return say(
        "The chance that {claim} is {chance}; it asks for at least {least:g} in 100.",
        claim=say(words, arm=protocol.arm(effect.arm).title, threshold=points(protocol.threshold)),
        chance=about_in_100(getattr(effect.leading, chance)),
        least=100 * rule.certainty,
    )


def _stops(protocol: Protocol, effect: "PairEffect", verdict: "Verdict", rule: Interim) -> str:
    """The chances that the rule looked at: of a claim once fully built up, of no difference over the nights, too."""
    asked = certainty_of(protocol, rule.certainty)
    arm, threshold = protocol.arm(effect.arm).title, points(protocol.threshold)
    benefit, full_small, harm = effect.full.by_threshold
    claims: dict[Verdict, tuple[str, float]] = {
        "helps": (
            phrase(
                "Once fully built up, {arm} helps by {threshold} or more with a chance of {chance}; {least:g} in 100 is asked for."
            ),
            benefit,
        ),
        "worsens": (
            phrase(
                "Once fully built up, {arm} makes it worse by {threshold} or more with a chance of {chance}; {least:g} in 100 is asked for."
            ),
            harm,
        ),
    }
    if verdict in claims:
        words, chance = claims[verdict]
        return say(words, arm=arm, threshold=threshold, chance=about_in_100(chance), least=100 * asked.claim)
    small = say(
        "Over these nights, {arm} made less than {threshold} of difference with a chance of {chance}; {least:g} in 100 is asked for.",
        arm=arm,
        threshold=threshold,
        chance=about_in_100(effect.over_nights.by_threshold[1]),
        least=100 * asked.claim,
    )
    built = (
        phrase("Once fully built up, it makes less than that with a chance of {chance}; {least:g} in 100 is asked for.")
        if verdict == "no difference that matters"
        else phrase(
            "Once fully built up, it makes less than that with a chance of {chance}, where {least:g} in 100 is asked for: more time on one arm is open."
        )
    )
    return sentences([small, say(built, chance=about_in_100(full_small), least=100 * asked.full)])
