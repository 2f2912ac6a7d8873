"""What is known of the rating as a measure: the published change that matters, and the threshold the person set."""

from nof1.language import say, sentences
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import cited, points


def known_of_rating(protocol: Protocol) -> str:
    """What is published on a scale like this one, with its source, and whose the threshold is.

    Examples
    --------
    >>> known_of_rating(trial.protocol)[-61:]
    'The person set the threshold of 1 point or more beforehand.'
    """
    own = say("The person set the threshold of {points} beforehand.", points=points(protocol.threshold))
    if (protocol.outcome.low, protocol.outcome.high) != (0, 10):
        return sentences([say("nof1 knows of no published change that matters on this scale."), own])
    return sentences([cited("rls-6", "rating-change"), own])
