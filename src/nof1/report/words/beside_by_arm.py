"""What was recorded each morning beside the model, by arm, in words: when it began, where it was, what else was taken."""

from nof1.analyze.checks.beside_by_arm import BesideByArm
from nof1.analyze.results import Result
from nof1.language import commas, say, say_some, sentences, spoken
from nof1.plan.protocol.nightly import answers, beside, beside_words, recorded_of
from nof1.plan.protocol.recorded import NO, NONE, RESCUE, YES, Recorded
from nof1.record.values.answers import clock_from_noon
from nof1.report.words.phrases import clip

_MOST_WORDS = 20  # nights whose own words are told; all of them are in diary.csv
_WORDS = 120


def asked(result: Result) -> tuple[Recorded, ...]:
    """What has an answer on any night, but for own words, which are told by night."""
    with_answers = {row.name for row in result.record.beside_by_arm if row.answered}
    return tuple(one for one in beside(result.trial.protocol) if one.name in with_answers and one.kind != "words")


def cell(result: Result, name: str, arm: str) -> str:
    """The answers of one arm's nights, for a table; a dash where there are none."""
    row = next((row for row in result.record.beside_by_arm if (row.name, row.arm) == (name, arm)), None)
    one = recorded_of(result.trial.protocol, name)
    if row is None or one is None or not row.answered:
        return "\N{EN DASH}"
    told = _values(one, row) if row.kind in ("clock", "number") else _counts(one, row)
    return commas([*told, *_unanswered(row)])


def _values(one: Recorded, row: BesideByArm) -> list[str]:
    """Median with the least and the greatest; nights without a clock time are counted apart."""
    told: list[str] = []
    if row.median is not None and row.low is not None and row.high is not None:
        if row.kind == "clock":
            middle, low, high = (clock_from_noon(value) for value in (row.median, row.low, row.high))
        else:
            unit = f" {one.unit}" if one.unit else ""
            middle, low, high = (f"{say('{value:g}', value=value)}{unit}" for value in (row.median, row.low, row.high))
        count = row.answered - row.counts.get(NONE, 0)
        told.append(
            say_some(
                count,
                "{middle} in {count} night",
                "median {middle} ({low} to {high}) of {count:,} nights",
                middle=middle,
                low=low,
                high=high,
            )
        )
    none = row.counts.get(NONE, 0)
    return [*told, *([say_some(none, "none on {count} night", "none on {count:,} nights")] if none else [])]


def _counts(one: Recorded, row: BesideByArm) -> list[str]:
    values = (YES, NO) if one.kind == "yes-no" else (one.choices or ())
    named = dict(zip(values, answers(one), strict=True))
    return [
        say_some(
            row.counts[value],
            "{answer} on {count} night ({percent:.0f} %)",
            "{answer} on {count:,} nights ({percent:.0f} %)",
            answer=named[value],
            percent=100 * row.counts[value] / row.answered,
        )
        for value in values
        if row.counts.get(value)
    ]


def _unanswered(row: BesideByArm) -> list[str]:
    left = row.nights - row.answered
    return [say_some(left, "not answered on {count} night", "not answered on {count:,} nights")] if left else []


def own_words(result: Result) -> list[tuple[str, str]]:
    """What was written in own words, by night, as label and text."""
    told: list[tuple[str, str]] = []
    for one in beside(result.trial.protocol):
        if one.kind != "words":
            continue
        found = [
            (entry.night, entry.recorded[one.name]) for entry in result.trial.entries if entry.recorded.get(one.name)
        ]
        lines = [
            say("{day}: {words}.", day=spoken().day(night), words=clip(words, _WORDS).rstrip("."))
            for night, words in found[:_MOST_WORDS]
        ]
        left = len(found) - len(lines)
        more = say_some(left, "{count} further night is in diary.csv.", "{count:,} further nights are in diary.csv.")
        if lines:
            told.append((one.called, sentences([*lines, *([more] if left > 0 else [])])))
    return told


def caution(result: Result) -> str:
    """What such counts can say, and what they cannot."""
    rescue = any(one.name == RESCUE for one in asked(result))
    return sentences(
        [
            beside_words(),
            say("Counted as it was answered; a difference between arms can be chance."),
            *(
                [
                    say(
                        "A night with a rescue medicine counts as it was rated. The medicine itself can have made that rating better or "
                        "worse, so where one arm has more such nights, part of the difference between the arms may be due to it."
                    )
                ]
                if rescue
                else []
            ),
        ]
    )
