"""What the diary asks that is kept in measures.csv, at the end of a period or of a dose from a pack, and what is recorded of it.

Prints nothing and reads no clock.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from nof1.language import say
from nof1.plan.protocol.instruments import IMPRESSION, Instrument
from nof1.plan.protocol.noticed import NOTICED, SIGNS, asks_noticed
from nof1.plan.protocol.period_ends import STEPS, asks_impression, form_words, period_measures, scale_words
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import columns, number_text
from nof1.record.diary.question import Choice, Question


def period_questions(protocol: Protocol, number: str) -> list[Question]:
    """The questions of the last night of a period; `number` is what the period is called."""
    impression = [_impression(number)] if asks_impression(protocol) else []
    scores = [_score(one) for one in protocol.instruments or ()]
    told = [one.about for one in scores]
    # What one score has said already, the next does not say again.
    return [*impression, *(replace(one, about="") if one.about in told[:at] else one for at, one in enumerate(scores))]


def _score(instrument: Instrument) -> Question:
    ends = {"low": instrument.low, "high": instrument.high}
    title = say(instrument.title)
    return Question(
        field=instrument.name,
        text=say("{title} ({low:g} to {high:g}, from its own form)", title=title, **ends),
        asks=title,
        kind="number",
        help=say("The score from {low:g} to {high:g}; Enter to leave it open.", **ends),
        scale=scale_words(instrument),
        about=form_words(instrument),
        low=instrument.low,
        high=instrument.high,
        whole=instrument.whole,
    )


def _impression(number: str) -> Question:
    asks = say("Period {number} is over. How were its nights, compared with before the trial?", number=number)
    return Question(
        field=IMPRESSION,
        text=asks,
        asks=asks,
        kind="choice",
        help=say(
            "A number of the list; Enter to leave it open. It is one look back over the whole period, beside the rating of each night."
        ),
        choices=tuple(Choice(str(step), say(words)) for step, words in enumerate(STEPS, start=1)),
    )


def noticed_question() -> Question:
    """Whether something told what was in the pack; on most nights there is nothing to answer."""
    asks = say("Did something give away what it was?")
    return Question(
        field=NOTICED,
        text=asks,
        asks=asks,
        kind="choice",
        help=say("A number of the list if something gave away what was in the pack; Enter if nothing did."),
        choices=tuple(Choice(str(sign), say(words)) for sign, words in enumerate(SIGNS, start=1)),
        empty="none",
    )


def kept_measures(protocol: Protocol) -> tuple[str, ...]:
    """Names of all that the diary asks and keeps in measures.csv, in the order in which it is asked."""
    return (*((NOTICED,) if asks_noticed(protocol) else ()), *period_measures(protocol))


def recorded_columns(protocol: Protocol) -> tuple[str, ...]:
    """Columns of the diary with what is kept in measures.csv before the note, for tables that hold both."""
    *before, note = columns(protocol)
    return (*before, *kept_measures(protocol), note)


def period_cells(protocol: Protocol, measures: Mapping[tuple[date, str], float], night: date) -> dict[str, str]:
    """What is recorded of a night's questions that are kept in measures.csv, as text by name; those without a value are left out."""
    found = {name: measures.get((night, name)) for name in kept_measures(protocol)}
    return {name: number_text(value) for name, value in found.items() if value is not None}
