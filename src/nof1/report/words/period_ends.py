"""What was recorded at the end of each period, in sentences: the impression of change and scores of instruments.

Says what was recorded and that no model has judged it. Knows the record of results.json and the protocol's names, no night.
"""

from collections import Counter
from collections.abc import Sequence

from nof1.analyze.at_period_ends import AtPeriodEnd
from nof1.analyze.results import Result
from nof1.language import commas, phrase, say, say_some, spoken
from nof1.plan.design.order import RUN_IN
from nof1.plan.protocol.instruments import IMPRESSION, Instrument
from nof1.plan.protocol.period_ends import instrument_of, scale_words, step_words
from nof1.report.words.phrases import clip

_ARM = 40


def title(result: Result, name: str) -> str:
    """What a measure is called above its column."""
    instrument = instrument_of(result.trial.protocol, name)
    return say("Impression of change") if instrument is None else say(instrument.title)


def value_words(row: AtPeriodEnd) -> str:
    """A period's value: a step of the impression in words, a score as it is."""
    return step_words(row.value) if row.measure == IMPRESSION else say("{value:g}", value=row.value)


def by_arm(result: Result, name: str) -> list[str]:
    """How the periods of each arm were told, in the order of the protocol's arms."""
    rows = [row for row in result.record.at_period_ends if row.measure == name]
    told = []
    for arm in result.trial.protocol.arms:
        of_arm = [row for row in rows if row.arm == arm.name]
        if of_arm:
            told.append(
                say(
                    "{arm}: {told}.",
                    arm=clip(arm.title, _ARM),
                    told=commas([_together(name, of_arm), *_without(result, of_arm)]),
                )
            )
    return told


def _together(name: str, rows: list[AtPeriodEnd]) -> str:
    """The answers of one arm's periods: how often each step, or the mean of a score."""
    if name == IMPRESSION:
        return _steps(rows)
    mean = sum(row.value for row in rows) / len(rows)
    return say_some(len(rows), "{mean:.1f} in {count} period", "{mean:.1f} on average in {count:,} periods", mean=mean)


def about(result: Result, names: Sequence[str]) -> dict[str, list[str]]:
    """What each score's ends are and which change is published, each with its source; what several share is said once."""
    told: dict[str, list[str]] = {}
    for name in names:
        instrument = instrument_of(result.trial.protocol, name)
        if instrument is None:
            told[name] = []
            continue
        published = note_lines(instrument, kinds=("change",))
        said = {line for lines in told.values() for line in lines}
        told[name] = [
            say("{scale}.", scale=_capital(scale_words(instrument))),
            *(line for line in published if line not in said),
            *([] if published else [say("nof1 knows of no published change that matters on this scale.")]),
        ]
    return told


def note_lines(instrument: Instrument, kinds: Sequence[str] = ("form", "licence", "change")) -> list[str]:
    """What is known of an instrument, each with its source and the day on which that was read."""
    return [
        say(
            _NOTES[note.kind],
            told=say(note.text),
            source=say(note.source),
            day=spoken().day(note.read),
        )
        for note in instrument.notes
        if note.kind in kinds
    ]


_NOTES = {
    "form": phrase("Its form: {told} ({source}, read {day})."),
    "licence": phrase("Who may use it: {told} ({source}, read {day})."),
    "change": phrase("Published: {told} ({source}, read {day})."),
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _steps(rows: list[AtPeriodEnd]) -> str:
    """How often each step was chosen, from better to worse."""
    counts = sorted(Counter(row.value for row in rows).items())
    return commas(
        [
            say_some(count, "{step} in {count} period", "{step} in {count:,} periods", step=step_words(value))
            for value, count in counts
        ]
    )


def _without(result: Result, rows: list[AtPeriodEnd]) -> list[str]:
    """How many periods of the same arm have no answer."""
    arm = rows[0].arm
    of_arm = {row.period for row in result.record.periods if row.arm == arm and row.period != RUN_IN}
    left = len(of_arm - {row.period for row in rows})
    return [say_some(left, "none in {count} period", "none in {count:,} periods")] if left else []


def caution() -> str:
    """What such values can say, and what they cannot."""
    return say(
        "One answer a period, as it was given, looking back over its nights. No model takes it, and with so few answers a difference "
        "between arms can easily be chance."
    )
