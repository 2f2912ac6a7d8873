"""Looks before the last night in plain words: the rule, its false-alarm rate, what it says now, what was looked at without it.

Says what was fixed and what was done; never that somebody must not look.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
    from nof1.analyze.simulation.interim import InterimLooks

_CHANCES = ("p_better", "p_benefit", "p_small", "p_harm")
_STOPS = {
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
                    "Any look before the last night is put on record ({file}) and told with the results.",
                    file=LOOKS_FILE,
                ),
            ]
        )
    return sentences(
        [
            say("Planned {times}.", times=_times(rule, protocol)),
            say(
                "The trial may stop there if the chance of helps, of worsens or of no difference that matters is at least "
                "{certainty:g} % (after the last night {last:g} % is asked for).",
                certainty=100 * rule.certainty,
                last=100 * protocol.analysis.certainty,
            ),
            say(
                "Any other look before the last night is put on record ({file}) and told with the results.",
                file=LOOKS_FILE,
            ),
        ]
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
    """What the rule says at a planned look, about the main comparison on the estimand that the protocol names."""
    from nof1.analyze.simulation.interim import rule_of, stopping_verdict

    protocol, effect = result.trial.protocol, result.lead[0]
    rule = rule_of(protocol)
    template = (
        phrase("This look, after {after} of {whole} periods, was planned.")
        if rule.unit == "period"
        else phrase("This look, after {after} of {whole} blocks, was planned.")
    )
    when = say(template, after=planned.after, whole=_whole(rule, protocol))
    verdict = stopping_verdict(protocol, **{name: getattr(effect.named, name) for name in _CHANCES})
    arm, least = protocol.arm(effect.arm).title, 100 * rule.certainty
    if verdict is None:
        return sentences(
            [
                when,
                say("The rule fixed beforehand says: go on."),
                say(
                    "It asks for a chance of at least {least:g} in 100 that {arm} helps, makes it worse, or makes no difference "
                    "that matters, and none of these is so sure yet.",
                    least=least,
                    arm=arm,
                ),
            ]
        )
    chance, words = _STOPS[verdict]
    return sentences(
        [
            when,
            say("The rule fixed beforehand says: stop."),
            say(
                "The chance that {claim} is {chance}; it asks for at least {least:g} in 100.",
                claim=say(words, arm=arm, threshold=points(protocol.outcome.threshold)),
                chance=about_in_100(getattr(effect.named, chance)),
                least=least,
            ),
        ]
    )
