"""What would help to know more, in a few sentences: of this trial what it left open, and what kind of nights would tell.

Says what the numbers of a result imply about further nights; never what the person should take.
"""

from nof1.analyze.model.effects import SETTLED
from nof1.analyze.results import Result
from nof1.language import say, say_some
from nof1.report.words.stopped import further_nights_sentence, stopped_for_good

_MANY_MISSING = 0.1  # of the planned nights


def more_sentences(result: Result, *, most: int) -> list[str]:
    """At most so many sentences, what matters most first."""
    return [sentence for sentence in _all(result) if sentence][:most]


def _all(result: Result) -> list[str]:
    if stopped_for_good(result):  # nothing that another trial would show
        return [further_nights_sentence(result), _missing(result)]
    return [
        further_nights_sentence(result),
        _exposure(result),
        _blind(result),
        _missing(result),
        _drawn(result),
        _again(result),
    ]


def _exposure(result: Result) -> str:
    if not result.short_of_full(result.lead[0]):
        return ""
    return say("The dose had no time to build up in full: longer periods would show more of its effect.")


def _blind(result: Result) -> str:
    protocol = result.trial.protocol
    if protocol.concealed != "open" or not protocol.randomized:
        return ""
    return say(
        "The order was known, so hopes and fears can have acted on the ratings. A trial with a hidden order would tell them apart."
    )


def _missing(result: Result) -> str:
    if not result.trial.protocol.randomized:  # of a table nobody knows which nights were to be rated
        return ""
    nights = result.record.nights
    missing = nights.planned - nights.recorded - nights.after_last
    if missing < _MANY_MISSING * nights.planned:
        return ""
    return say_some(
        missing,
        "One night is missing; a full diary would tell more.",
        "{count} nights are missing; a full diary would tell more.",
    )


def _drawn(result: Result) -> str:
    if result.trial.protocol.randomized or result.trial.protocol.stated is not None:
        return ""
    return say("The order was not left to chance by nof1. A trial with a drawn order rules out more other reasons.")


def _again(result: Result) -> str:
    if result.lead[0].verdict not in SETTLED:
        return ""
    return say("This is one trial of one person. The same answer from a second one would make it surer.")
