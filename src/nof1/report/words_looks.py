"""Looks before the last night in plain words: the rule, its false-alarm rate, what it says now, what was looked at without it.

Says what was fixed and what was done; never that somebody must not look.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nof1.analyze.results import Result
from nof1.plan.design import Adopted
from nof1.plan.interim import Interim, PlannedLook
from nof1.plan.protocol import Protocol
from nof1.plan.sequences import sequences_of
from nof1.record.looks import LOOKS_FILE, Look, reached_look
from nof1.report.paper_protocol import points
from nof1.report.phrases import listed
from nof1.report.words import about_in_100

if TYPE_CHECKING:
    from nof1.analyze.interim import InterimLooks

_CHANCES = ("p_better", "p_benefit", "p_small", "p_harm")
_STOPS = {
    "helps": ("p_benefit", "{arm} helps by {threshold} or more"),
    "worsens": ("p_harm", "{arm} makes it worse by {threshold} or more"),
    "no difference that matters": ("p_small", "{arm} makes no difference that matters"),
}
_NEXT_TIME = "Looks can be planned beforehand, with a rule that says when to stop: [analysis.interim] in the answers of 'nof1 plan'."


def rule_sentence(protocol: Protocol) -> str:
    """The protocol's rule for looks before the last night, or that there is none."""
    told = f"Any other look before the last night is put on record ({LOOKS_FILE}) and told with the results."
    rule = protocol.analysis.interim
    if rule is None:
        return f"None is planned: the arms are compared after the last night. {told.replace('Any other', 'Any')}"
    return (
        f"Planned {_times(rule, protocol)}. The trial may stop there if the chance of helps, of worsens or of no difference that "
        f"matters is at least {100 * rule.certainty:g} % (after the last night {100 * protocol.analysis.certainty:g} % is asked "
        f"for). {told}"
    )


def _times(rule: Interim, protocol: Protocol) -> str:
    """When the looks are, such as "after blocks 2 and 4 of 6"."""
    return f"after {rule.unit}{'s' if len(rule.after) > 1 else ''} {listed([*map(str, rule.after)])} of {_whole(rule, protocol)}"


def _whole(rule: Interim, protocol: Protocol) -> int:
    """Number of blocks or periods of the plan."""
    if rule.unit == "period" or isinstance(protocol.design, Adopted):
        return protocol.periods
    return max(sequences_of(protocol.design, [arm.name for arm in protocol.arms]).blocks())


def false_alarm_sentence(looks: "InterimLooks") -> str:
    """How often the rule would claim something that is not there, beside no looks and looks without a stricter rule."""
    from nof1.analyze.interim import CARELESS, NO_LOOKS, RULE

    rule, none, careless = (looks.false_alarm(way) for way in (RULE, NO_LOOKS, CARELESS))
    error = max(error for _, error in (rule, none, careless))
    return (
        f"False alarms: of 100 simulated trials without any effect, {_in_100(rule[0])} say helps or worsens at a look or at the end by "
        f"this rule, {_in_100(none[0])} without looks, {_in_100(careless[0])} with the same looks at the certainty of the end "
        f"(Monte Carlo error at most {_in_100(error)})."
    )


def _in_100(share: float) -> str:
    return f"{100 * share:.1f}"


def looks_sentence(looks: Sequence[Mapping[str, Any]]) -> str:
    """How often the nights were looked at before the end, from the rows of `looks` in results.json; "" if never."""
    count, planned = len(looks), sum(bool(look["planned"]) for look in looks)
    if not count:
        return ""
    times = "once" if count == 1 else f"{count} times"
    if planned == count:
        return f"The nights were looked at {times} before the end, as the rule of the protocol had planned."
    if not planned:
        which = "such a look makes" if count == 1 else "such looks make"
        return (
            f"The nights were looked at {times} before the end, without a rule; {which} a chance finding more likely."
        )
    return (
        f"The nights were looked at {times} before the end, {planned} of them as planned; looks without a rule make a chance "
        "finding more likely."
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
        return (
            "This is a look before the last night. Looking early without a rule makes a chance finding more likely, so the look is on "
            f"record in {LOOKS_FILE} and told with the results. {_NEXT_TIME}"
        )
    return (
        f"This is none of the planned looks ({_times(rule, protocol)}). Looking at other times makes a chance finding more likely, so "
        f"the look is on record in {LOOKS_FILE} and told with the results."
    )


def _planned(result: Result, planned: PlannedLook) -> str:
    """What the rule says at a planned look, about the main comparison on the estimand that the protocol names."""
    from nof1.analyze.interim import rule_of, stopping_verdict

    protocol, effect = result.trial.protocol, result.lead[0]
    rule = rule_of(protocol)
    least = f"{100 * rule.certainty:g} in 100"
    when = f"This look, after {planned.after} of {_whole(rule, protocol)} {rule.unit}s, was planned."
    verdict = stopping_verdict(protocol, **{name: effect[name] for name in _CHANCES})
    arm = protocol.arm(effect["arm"]).title
    if verdict is None:
        return (
            f"{when} The rule fixed beforehand says: go on. It asks for a chance of at least {least} that {arm} helps, makes it worse, or "
            "makes no difference that matters, and none of these is so sure yet."
        )
    chance, words = _STOPS[verdict]
    told = words.format(arm=arm, threshold=points(protocol.outcome.threshold))
    return (
        f"{when} The rule fixed beforehand says: stop. The chance that {told} is {about_in_100(effect[chance])}; it asks for at least "
        f"{least}."
    )
