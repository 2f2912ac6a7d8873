"""Sentences on the same question under other choices, and on the effect over time. Numbers come from `nof1.analyze`."""

from collections.abc import Mapping, Sequence
from typing import Any

from nof1.analyze.sensitivity import compare, of_pair
from nof1.analyze.standardize import MEASURES
from nof1.plan.protocol import Protocol
from nof1.report.phrases import counted, sentence, some
from nof1.report.words import level_words
from nof1.report.words_effect import change, number, span, units

_NAMED = 4  # choices that one sentence lists


def sensitivity_sentences(rows: Sequence[Mapping[str, Any]], pair: tuple[str, str] | None = None) -> list[str]:
    """Whether any choice changes the verdict, and which moves the estimate most; then each choice without an answer.

    Parameters
    ----------
    rows : sequence of mappings
        Of `nof1.analyze.sensitivity.sensitivity`.
    pair : (arm, reference), optional
        The first of the rows if not given.
    """
    own = of_pair(rows, pair)
    told = compare(own)
    refused = [f"No answer with “{row['choice']}”: {sentence(row['refused'])}" for row in told["refused"]]
    if own[0]["refused"] is not None:
        reason = sentence(own[0]["refused"])
        return [
            f"The analysis as planned has no quick answer that other choices could be held against. {reason}",
            *refused,
        ]
    if told["most"] is None:
        return ["No other choice could be computed.", *refused]
    return [f"{_verdicts(own[0], told)} {_shift(own[0], told['most'])}", *refused]


def _verdicts(main: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    verdict, others, changed = told["verdict"], told["others"], told["changed"]
    choices = counted(others, "other choice")
    if not changed:
        none = "The one other choice does not change" if others == 1 else f"None of {choices} changes"
        return f'{none} the verdict, "{verdict}".'
    parts = [f'{_quoted(row, main)} ("{row["verdict"]}")' for row in changed]
    return f'{len(changed)} of {choices} {"changes" if len(changed) == 1 else "change"} the verdict, "{verdict}": {some(parts, _NAMED)}.'


def _shift(main: Mapping[str, Any], most: Mapping[str, Any]) -> str:
    before, after = number(main["mean"]), number(most["mean"])
    if before == after:
        return f"The estimate stays at {before} with all of them."
    return f"The estimate moves most with {_quoted(most, main)}: from {before} to {after}."


def _quoted(row: Mapping[str, Any], main: Mapping[str, Any]) -> str:
    """The choice's name, and that it speaks of the effect as lived where the main analysis does not."""
    lived = ", as lived" if row["estimand"] != main["estimand"] else ""
    return f"“{row['choice']}”{lived}"


def over_time_sentences(protocol: Protocol, told: Mapping[str, Any], pair: tuple[str, str] | None = None) -> list[str]:
    """Whether the effect was the same throughout, and its size at both ends.

    Parameters
    ----------
    protocol : Protocol
    told : mapping
        Of `nof1.analyze.over_time.effect_over_time`.
    pair : (arm, reference), optional
        The first of the rows if not given.
    """
    if told["refused"] is not None:
        return [f"Whether the effect changed over the trial could not be computed. {sentence(told['refused'])}"]
    row = of_pair(told["rows"], pair)[0]
    arm, reference = protocol.arm(row["arm"]).title, protocol.arm(row["reference"]).title
    lived = " as lived" if row["estimand"] == "as-lived" else ""
    measure, outcome = MEASURES[protocol.analysis.family], protocol.outcome
    ends = [
        f"{change(measure, outcome, row[end]['mean'])} ({span(measure, outcome, *row[end]['interval'])})"
        for end in ("early", "late")
    ]
    told_in = units(measure, outcome)
    by, low, high = (number(told_in.factor * value) for value in (row["change"]["mean"], *row["change"]["interval"]))
    size = (
        f"The effect of {arm} against {reference}{lived} on {protocol.outcome.title} is estimated at {ends[0]} on the first "
        f"planned day and {ends[1]} on the last: a change of {by} {told_in.axis}; the {level_words()} of the "
        f"change runs from {low} to {high}."
    )
    return [row["sentence"], size]
