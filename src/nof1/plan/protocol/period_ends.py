"""What is asked once at the end of each period, beside the nightly rating: a global impression of change, scores of instruments.

It is kept with the secondary outcomes (measures.csv) on the last night of the period, and no model takes it. Knows no order.
"""

from nof1.language import phrase, say, say_some, sentences
from nof1.plan.protocol.instruments import IMPRESSION, Instrument, known_instruments
from nof1.plan.protocol.protocol import Protocol

# Seven steps as they are kept, 1 to 7. Trials are running on these words: another wording is another question.
STEPS = (
    phrase("much better"),
    phrase("better"),
    phrase("a little better"),
    phrase("no different"),
    phrase("a little worse"),
    phrase("worse"),
    phrase("much worse"),
)


def asks_impression(protocol: Protocol) -> bool:
    """Whether the impression of change is asked: in every trial that nof1 planned, from the second edition on.

    Of a period of one night the rating of that night says it already.

    Examples
    --------
    >>> asks_impression(trial.protocol)
    True
    """
    own = (protocol.outcome.name, *protocol.analysis.covariates)
    if not protocol.randomized or protocol.schema_version < 2 or IMPRESSION in own:
        return False
    return min(protocol.period_nights(arm.name) for arm in protocol.arms) > 1


def period_measures(protocol: Protocol) -> tuple[str, ...]:
    """Names of all that is asked at the end of a period and kept in measures.csv, in the order in which it is asked.

    Examples
    --------
    >>> period_measures(trial.protocol)
    ('impression_of_change',)
    """
    impression = (IMPRESSION,) if asks_impression(protocol) else ()
    return (*impression, *(one.name for one in protocol.instruments or ()))


def step_words(value: float) -> str:
    """What a step of the impression means, in the spoken language; a mean lies between two steps.

    Examples
    --------
    >>> step_words(1), step_words(4)
    ('much better', 'no different')
    """
    return say(STEPS[round(value) - 1])


def instrument_names(protocol: Protocol) -> tuple[str, ...]:
    """Names under which a trial may hold values of instruments: those that are asked, and any that came by an import.

    Examples
    --------
    >>> instrument_names(trial.protocol)[:2]
    ('impression_of_change', 'irls')
    """
    asked = (IMPRESSION, *(one.name for one in protocol.instruments or ()))
    return tuple(dict.fromkeys((*asked, *(one.name for one in known_instruments()))))


def instrument_of(protocol: Protocol, name: str) -> Instrument | None:
    """The instrument of this name, of the protocol or one that nof1 knows; None of anything else.

    Examples
    --------
    >>> instrument_of(trial.protocol, "irls").high
    40.0
    """
    of_trial = (*(protocol.instruments or ()), *known_instruments())
    return next((one for one in of_trial if one.name == name), None)


def scale_words(instrument: Instrument) -> str:
    """The ends of a score and which of them is better."""
    ends = {"low": instrument.low, "high": instrument.high}
    if instrument.better == "lower":
        return say("{low:g} to {high:g}, lower is better", **ends)
    return say("{low:g} to {high:g}, higher is better", **ends)


def form_words(instrument: Instrument) -> str:
    """Where a score comes from and how far back it looks."""
    form = say("Fill in its own form first; nof1 has none of its questions and keeps the score alone.")
    days = instrument.recall_days
    if days is None:
        return form
    told = say_some(days, "It asks about the last {count} day.", "It asks about the last {count:,} days.")
    return sentences([form, told])
