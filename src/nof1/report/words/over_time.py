"""Sentences on the effect over time: whether it was the same on the first days as on the last. Numbers come from `nof1.analyze`."""

from nof1.analyze.checks.over_time import Course, OverTime, PairOverTime, course_of_pair
from nof1.analyze.model.effects import pairs
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.reasons import Reason
from nof1.language import phrase, say, sentences
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words import ranges
from nof1.report.words.effect import change, number, span, units
from nof1.report.words.phrases import sentence
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
# The effect at both ends of the nights on which it was taken, once fully built up and over these nights.
_FULL = phrase(
    "The effect of {arm} against {reference} on {title}, once fully built up, is estimated at {first} {start} and {last} {end}: a "
    "change of {by} {unit}; the {interval} of the change is {span}."
)
_OVER_NIGHTS = phrase(
    "The effect of {arm} against {reference} on {title}, as it had built up over these nights, is estimated at {first} {start} and {last} "
    "{end}: a change of {by} {unit}; the {interval} of the change is {span}."
)


def over_time_sentences(protocol: Protocol, told: OverTime, pair: tuple[str, str] | None = None) -> list[str]:
    """Whether the effect was the same throughout, and its size at both ends.

    Parameters
    ----------
    protocol : Protocol
    told : OverTime
    pair : (arm, reference), optional
        The main comparison if not given.
    """
    main = pairs(protocol)[0]
    row = course_of_pair(told, pair or (main.arm, main.reference))
    if isinstance(row, Reason):
        return [
            sentences(
                [
                    say("Whether the effect changed over the trial could not be computed."),
                    sentence(reason_sentence(row)),
                ]
            )
        ]
    measure, outcome = MEASURES[protocol.analysis.family], protocol.outcome
    first, last = (
        say(
            "{size} ({span})",
            size=change(measure, outcome, end.mean, end.interval),
            span=span(measure, outcome, *end.interval),
        )
        for end in (row.leading.early, row.leading.late)
    )
    told_in = units(measure, outcome)
    change_of = row.leading.change
    start, end = (
        (say("on the first planned day"), say("on the last"))  # of a file of before
        if row.nights is None
        else (say("on night {night}", night=night) for night in row.nights)
    )
    size = say(
        _OVER_NIGHTS if row.estimand == "over-nights" else _FULL,
        arm=protocol.arm(row.arm).title,
        reference=protocol.arm(row.reference).title,
        title=outcome.title,
        first=first,
        last=last,
        start=start,
        end=end,
        by=number(told_in.factor * change_of.mean),
        unit=told_in.axis,
        interval=level_words(),
        span=ranges.between(*(told_in.factor * end for end in change_of.interval)),
    )
    return [course_sentence(protocol, row), size]


def course_sentence(protocol: Protocol, row: PairOverTime) -> str:
    """What the course was, and whether its ends can cancel."""
    early, late = row.leading.early, row.leading.late
    told = [say(_SENTENCES[row.course], arm=compared(protocol, row))]
    if row.crosses and early.p_better > late.p_better:
        told.append(say("Early benefit and later harm can cancel: the effect over all nights hides both."))
    elif row.crosses:
        told.append(say("Early harm and later benefit can cancel: the effect over all nights hides both."))
    return sentences(told)
