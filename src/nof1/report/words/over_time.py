"""Sentences on the effect over time: whether it was the same on the first days as on the last. Numbers come from `nof1.analyze`."""

from nof1.analyze.checks.over_time import Course, OverTime, PairOverTime
from nof1.analyze.checks.sensitivity import of_pair
from nof1.analyze.model.standardize import MEASURES
from nof1.language import phrase, say, sentences
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.effect import change, number, span, units
from nof1.report.words.phrases import sentence, verdict_words
from nof1.report.words.reasons import reason_sentence
from nof1.report.words.sentences import compared, level_words

_SENTENCES: dict[Course, str] = {
    "steady": phrase("The effect of {arm} was about the same from the first days to the last."),
    "better later": phrase(
        "The effect of {arm} was not the same throughout: it was better on the last days than on the first."
    ),
    "worse later": phrase(
        "The effect of {arm} was not the same throughout: it was worse on the last days than on the first."
    ),
    "can't tell yet": phrase(
        "These nights can't tell yet whether the effect of {arm} changed between the first days and the last."
    ),
}
# The effect at both ends of the trial, at full exposure and as lived.
_FULL = phrase(
    "The effect of {arm} against {reference} on {title} is estimated at {first} on the first planned day and {last} on the "
    "last: a change of {by} {unit}; the {interval} of the change runs from {low} to {high}."
)
_AS_LIVED = phrase(
    "The effect of {arm} against {reference} as lived on {title} is estimated at {first} on the first planned day and {last} on "
    "the last: a change of {by} {unit}; the {interval} of the change runs from {low} to {high}."
)


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
            sentences(
                [
                    say("Whether the effect changed over the trial could not be computed."),
                    sentence(reason_sentence(told.refused)),
                ]
            )
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
    return [course_sentence(protocol, row), size]


def course_sentence(protocol: Protocol, row: PairOverTime) -> str:
    """What the course was, and whether the ends alone would lead to different verdicts."""
    early, late = row.leading.early, row.leading.late
    told = [say(_SENTENCES[row.course], arm=compared(protocol, row))]
    if row.crosses and early.p_better > late.p_better:
        told.append(say("Early benefit and later harm can cancel: the effect over all nights hides both."))
    elif row.crosses:
        told.append(say("Early harm and later benefit can cancel: the effect over all nights hides both."))
    first, last = verdict_words(early.verdict), verdict_words(late.verdict)
    if not row.verdicts_differ:
        template = phrase('The verdict would be the same on the first days and on the last: "{first}".')
    elif row.course == "can't tell yet":
        template = phrase(
            'The verdict on the first days alone would be "{first}", on the last days "{last}", which may be chance.'
        )
    else:
        template = phrase('The verdict on the first days alone would be "{first}", on the last days "{last}".')
    return sentences([*told, say(template, first=first, last=last)])
