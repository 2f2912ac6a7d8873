"""What the ends of the rating mean, in words, and which hours are rated: one place for phone, paper, spreadsheet and terminal.

The words that a person gave stand in protocol.toml. Those of the ready-made rating are here and in no file, so that protocols
written before them keep their hash. A scale of somebody's own has no words unless they are given: "the worst you can imagine"
would be wrong for minutes and counts.
"""

from nof1.language import say, sentences
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Outcome
from nof1.plan.protocol.protocol import Protocol

# The rating that nof1 made ready, by its label. Trials are running on these words: another wording is another rating.
READY_MADE = "RLS severity"
NONE, WORST = "no restless legs at all", "the worst you can imagine"
NIGHT = "from lying down in the evening until getting up in the morning"


def anchors(outcome: Outcome, *, planned: bool = True) -> tuple[str | None, str | None, str | None]:
    """What the lowest and the highest number mean and which hours are rated, in the protocol's words; None where nothing is said.

    Parameters
    ----------
    planned : bool
        Whether nof1 planned the trial. Of an adopted table nothing is known but what the person says of it.

    Examples
    --------
    >>> from nof1.plan.protocol.parts import Outcome
    >>> anchors(Outcome(name="awake", low=0, high=480, better="lower", low_means="slept through"))
    ('slept through', None, None)
    """
    ready_made = planned and outcome.label == READY_MADE and outcome.better == "lower"
    low, high, hours = (NONE, WORST, NIGHT) if ready_made else (None, None, None)
    return outcome.low_means or low, outcome.high_means or high, outcome.hours or hours


def ends(protocol: Protocol) -> str:
    """What the two ends mean, such as "0 = no restless legs at all, 10 = the worst ..."; "" where nothing is said.

    Examples
    --------
    >>> ends(trial.protocol)
    '0 = no restless legs at all, 10 = the worst you can imagine'
    """
    return end_words(protocol.outcome, planned=protocol.randomized)


def end_words(outcome: Outcome, *, planned: bool = True) -> str:
    """The same of an outcome alone.

    Examples
    --------
    >>> end_words(trial.protocol.outcome)
    '0 = no restless legs at all, 10 = the worst you can imagine'
    """
    low, high, _ = anchors(outcome, planned=planned)
    if low and high:
        return say(
            "{low:g} = {best}, {high:g} = {worst}", low=outcome.low, best=ours(low), high=outcome.high, worst=ours(high)
        )
    number, meaning = (outcome.low, low) if low else (outcome.high, high)
    return say("{number:g} = {meaning}", number=number, meaning=ours(meaning)) if meaning else ""


def rated_hours(protocol: Protocol) -> str:
    """Which hours are rated, in words; "" where nothing is said.

    Examples
    --------
    >>> rated_hours(trial.protocol)
    'from lying down in the evening until getting up in the morning'
    """
    return ours(anchors(protocol.outcome, planned=protocol.randomized)[2] or "")


def rating_words(protocol: Protocol) -> str:
    """Ends and hours as sentences, to stand beside the rating wherever it is asked; "" where nothing is said.

    Examples
    --------
    >>> print(rating_words(trial.protocol))
    0 = no restless legs at all, 10 = the worst you can imagine. Rate these hours: from lying down in the evening until getting up in the morning.
    """
    meanings, hours = (text.rstrip(".") for text in (ends(protocol), rated_hours(protocol)))
    return sentences(
        [
            say("{meanings}.", meanings=meanings) if meanings else "",
            say("Rate these hours: {hours}.", hours=hours) if hours else "",
        ]
    )
