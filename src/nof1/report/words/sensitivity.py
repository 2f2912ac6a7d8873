"""Sentences on the same question under other choices, and on the effect over time. Numbers come from `nof1.analyze`."""

from collections.abc import Sequence

from nof1.analyze.checks.over_time import OverTime
from nof1.analyze.checks.sensitivity import Choice, Comparison, compare, of_pair
from nof1.analyze.model.effects import verdict_words
from nof1.analyze.model.standardize import MEASURES
from nof1.language import Said, again, phrase, say, say_some, sentences
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.effect import change, number, span, units
from nof1.report.words.phrases import sentence, some
from nof1.report.words.sentences import level_words

_NAMED = 4  # choices that one sentence lists
# The effect at both ends of the trial, at full exposure and as lived.
_FULL = phrase(
    "The effect of {arm} against {reference} on {title} is estimated at {first} on the first planned day and {last} on the "
    "last: a change of {by} {unit}; the {interval} of the change runs from {low} to {high}."
)
_AS_LIVED = phrase(
    "The effect of {arm} against {reference} as lived on {title} is estimated at {first} on the first planned day and {last} on "
    "the last: a change of {by} {unit}; the {interval} of the change runs from {low} to {high}."
)


def sensitivity_sentences(rows: Sequence[Choice], pair: tuple[str, str] | None = None) -> list[str]:
    """Whether any choice changes the verdict, and which moves the estimate most; then each choice without an answer.

    Parameters
    ----------
    rows : sequence of Choice
        Of `nof1.analyze.checks.sensitivity.sensitivity`.
    pair : (arm, reference), optional
        The first of the rows if not given.
    """
    own = of_pair(rows, pair)
    told = compare(own)
    refused = [
        say("No answer with “{choice}”: {reason}", choice=row.choice, reason=sentence(row.refused or ""))
        for row in told.refused
    ]
    if own[0].refused is not None:
        none = say("The analysis as planned has no quick answer that other choices could be held against.")
        return [sentences([none, sentence(own[0].refused)]), *refused]
    if told.most is None or told.verdict is None:
        return [say("No other choice could be computed."), *refused]
    return [sentences([_verdicts(own[0], told, verdict_words(told.verdict)), _shift(own[0], told.most)]), *refused]


def _verdicts(main: Choice, told: Comparison, verdict: Said) -> Said:
    others, changed = told.others, told.changed
    if not changed:
        return say_some(
            others,
            'The one other choice does not change the verdict, "{verdict}".',
            'None of {count:,} other choices changes the verdict, "{verdict}".',
            verdict=verdict,
        )
    choices = some(
        [
            say('{choice} ("{verdict}")', choice=_quoted(row, main), verdict=verdict_words(row.leading.verdict))
            for row in changed
            if row.leading is not None
        ],
        _NAMED,
    )
    if len(changed) == 1:
        return say_some(
            others,
            '1 of {count:,} other choice changes the verdict, "{verdict}": {choices}.',
            '1 of {count:,} other choices changes the verdict, "{verdict}": {choices}.',
            verdict=verdict,
            choices=choices,
        )
    return say(
        '{changed} of {others:,} other choices change the verdict, "{verdict}": {choices}.',
        changed=len(changed),
        others=others,
        verdict=verdict,
        choices=choices,
    )


def _shift(main: Choice, most: Choice) -> Said:
    assert main.leading is not None  # there would be no shift
    assert most.leading is not None
    before, after = number(main.leading.mean), number(most.leading.mean)
    if before == after:
        return say("The estimate stays at {before} with all of them.", before=before)
    return say(
        "The estimate moves most with {choice}: from {before} to {after}.",
        choice=_quoted(most, main),
        before=before,
        after=after,
    )


def _quoted(row: Choice, main: Choice) -> Said:
    """The choice's name, and that it speaks of the effect as lived where the main analysis does not."""
    if row.estimand != main.estimand:
        return say("“{choice}”, as lived", choice=row.choice)
    return say("“{choice}”", choice=row.choice)


def over_time_sentences(protocol: Protocol, told: OverTime, pair: tuple[str, str] | None = None) -> list[str]:
    """Whether the effect was the same throughout, and its size at both ends.

    Parameters
    ----------
    protocol : Protocol
    told : OverTime
    pair : (arm, reference), optional
        The first of the rows if not given.
    """
    if told.refused is not None:
        return [
            sentences([say("Whether the effect changed over the trial could not be computed."), sentence(told.refused)])
        ]
    row = of_pair(told.rows, pair)[0]
    measure, outcome = MEASURES[protocol.analysis.family], protocol.outcome
    first, last = (
        say(
            "{size} ({span})",
            size=change(measure, outcome, end.mean),
            span=span(measure, outcome, *end.interval),
        )
        for end in (row.leading.early, row.leading.late)
    )
    told_in = units(measure, outcome)
    by, low, high = (
        number(told_in.factor * value) for value in (row.leading.change.mean, *row.leading.change.interval)
    )
    size = say(
        _AS_LIVED if row.estimand == "as-lived" else _FULL,
        arm=protocol.arm(row.arm).title,
        reference=protocol.arm(row.reference).title,
        title=outcome.title,
        first=first,
        last=last,
        by=by,
        unit=told_in.axis,
        interval=level_words(),
        low=low,
        high=high,
    )
    return [again(row.sentence), size]
