"""What is known of the rating and of the question, as far as the trial is about what nof1 knows: magnesium, and restless legs."""

from nof1.language import say, sentences
from nof1.plan.protocol.conduct import WHY_ANYTHING, Conduct
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.facts import known_so_far
from nof1.report.words.phrases import cited, points


def known_of_rating(protocol: Protocol) -> str:
    """What is published on a scale like this one, with its source, and whose the threshold is.

    Examples
    --------
    >>> known_of_rating(trial.protocol)[-61:]
    'The person set the threshold of 1 point or more beforehand.'
    """
    own = say("The person set the threshold of {points} beforehand.", points=points(protocol.threshold))
    if (protocol.outcome.low, protocol.outcome.high) != (0, 10) or not protocol.of_legs:
        return sentences([say("nof1 knows of no published change that matters on this scale."), own])
    return sentences([cited("rls-6", "rating-change"), own])


def known_of_question(protocol: Protocol, *, brief: bool = False) -> list[str]:
    """What studies found on this question, a line for each side; that nof1 holds none where it is about something else.

    Examples
    --------
    >>> known_of_question(trial.protocol, brief=True)[-1]
    'In full: nof1 facts studies.'
    """
    if protocol.of_magnesium and protocol.of_legs:
        return known_so_far(brief=brief)
    return [say("nof1 holds studies of other questions, and none of this question.")]


def why_one_person(protocol: Protocol) -> str:
    """Why a trial in one person, in the person's words; what stands there by itself is worded for magnesium and restless legs.

    Examples
    --------
    >>> why_one_person(trial.protocol)[:30]
    'Whether magnesium calms or wor'
    """
    if protocol.conduct.why == Conduct().why and not (protocol.of_magnesium and protocol.of_legs):
        return say(WHY_ANYTHING)
    return protocol.conduct.why
