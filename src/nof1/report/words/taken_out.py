"""Nights that a pause took out after they had been recorded: which, why, and the answer with them. It stands before everything else."""

from collections.abc import Sequence
from datetime import date, timedelta

from nof1.analyze.results import Result
from nof1.analyze.schema import TakenOut
from nof1.language import say, say_some, sentences
from nof1.plan.orders.amendments import REASON_LEFT_OUT, Amendment
from nof1.report.words.changes import day_called, reason_of
from nof1.report.words.phrases import clip, some
from nof1.report.words.phrases import day as day_words
from nof1.report.words.phrases import span as days
from nof1.report.words.reasons import reason_sentence
from nof1.report.words.sentences import headline, size_clause

_ARM = 60
_REASON = 160
_NAMED = 4  # stretches of nights that are named; all are in the diary


def taken_out_sentences(result: Result) -> list[str]:
    """Which nights were taken out and why, and the answer with them; empty where none was.

    Examples
    --------
    >>> taken_out_sentences(result)
    []
    """
    told = result.record.taken_out
    if told is None:
        return []
    rated = set(result.trial.taken_out)
    pauses = [one for one in result.trial.amendments if rated & set(one.excluded)]
    dated = result.trial.protocol.dated
    return [sentences([*(_pause(one, rated, dated=dated) for one in pauses), *_both_ways(result, told)])]


def _pause(pause: Amendment, rated: set[date], *, dated: bool) -> str:
    nights = [night for night in pause.excluded if night in rated]
    entered = pause.entered.date()
    told = say_some(
        len(nights),
        "{count} rated night was taken out afterwards ({nights}), by a pause that was entered on {day}.",
        "{count:,} rated nights were taken out afterwards ({nights}), by a pause that was entered on {day}.",
        nights=some(_stretches(nights, dated=dated), _NAMED),
        day=day_words(entered) if dated else day_called(entered, dated=False),
    )
    if pause.reason == REASON_LEFT_OUT:
        return sentences([told, reason_of(pause)])
    return sentences([told, say("The reason given: {reason}", reason=_stopped(clip(pause.reason, _REASON)))])


def _stretches(nights: Sequence[date], *, dated: bool) -> list[str]:
    """Nights in a row as one, in words."""
    runs: list[list[date]] = []
    for night in nights:
        if runs and night == runs[-1][-1] + timedelta(days=1):
            runs[-1].append(night)
        else:
            runs.append([night])
    if dated:
        return [days(run[0], run[-1]) for run in runs]
    return [
        day_called(run[0], dated=False)
        if len(run) == 1
        else say("{first} to {last}", first=day_called(run[0], dated=False), last=day_called(run[-1], dated=False))
        for run in runs
    ]


def _stopped(text: str) -> str:
    return text if text[-1] in ".!?…" else f"{text}."


def _both_ways(result: Result, told: TakenOut) -> list[str]:
    """The answer with those nights, and whether it is the one that stands below."""
    if told.refused is not None:
        reason = reason_sentence(told.refused, remedy=False)
        return [say("With them there is no answer: {reason}", reason=reason)]
    effect = told.kept[0]
    same = effect.verdict == result.lead[0].verdict
    return [
        say(
            "With them the answer would be: {answer} {size}.",
            answer=headline(result, effect),
            size=size_clause(result, effect, letters=_ARM),
        ),
        say("Without them it is the same answer, with the numbers below.")
        if same
        else say("That is another answer than the one below, which is without them."),
    ]
