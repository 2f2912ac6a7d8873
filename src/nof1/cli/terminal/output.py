"""An answer on a terminal: the answer first, then how far to trust it, then what else was recorded. Only prints.

Every sentence is made by `nof1.report`. On a terminal lines are wrapped and go on under their own first word; elsewhere a
sentence is one line, for programs that look for it.
"""

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nof1.cli.terminal.console import console, show
from nof1.cli.terminal.text import COLUMNS, wrap
from nof1.plan.orders.amendments import stop_of
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from nof1.analyze.checks.computation import Check
    from nof1.analyze.results import Result
    from nof1.analyze.schema import PairEffect

Line = tuple[str, str, str | None]  # what stands before a sentence, the sentence, its style
_NUMBERS = re.compile(r" \([^()]*\)")  # what a check that passed need not say on a screen
_BAD = "bold red"
_CARE = "bold yellow"
# Mark and style of a check; the worst first.
_MARKS = {"failed": ("FAILED", _BAD), "look": ("look", _CARE), "ok": ("ok", None)}
_MOST_PAIRS = 5  # of arms; all are in results.json


@spoken_of
def tell_quick(result: "Result", *, heading: str = "") -> None:
    """The answer alone, while the other computation is still to come."""
    if heading:
        show(heading, style="bold")
    _simulated(result)
    _answer(result, result.lead[0])
    explained(result)
    tell_follows(result)
    _others(result)
    show()


@spoken_of
def tell(result: "Result", *, heading: str = "") -> None:
    """Everything that a person should see of an analysis, most important first."""
    if heading:
        show(heading, style="bold")
    _simulated(result)
    _failures_first(result)
    main = result.lead[0]
    _answer(result, main)
    explained(result)
    tell_follows(result)
    _chances(result, main)
    for sentence in _about(result, main):
        paragraph(sentence)
    _others(result)
    _section("How far to trust it", _trust(result))
    _section("What else was recorded", _recorded(result))


@spoken_of
def tell_follows(result: "Result") -> None:
    """That a covariate goes with the arm, and the answer without it beside the one with it. For whoever shows an answer."""
    from nof1.report.words.covariates import follows_sentences

    for place, sentence in enumerate(follows_sentences(result)):
        paragraph(sentence, style=None if place else _CARE)


def paragraph(text: str, *, lead: str = "", style: str | None = None) -> None:
    """A sentence, behind a short word where there is one: its lines go on under its own first word."""
    room = _columns() - len(lead)
    lines = wrap(text, room) if room > 0 and sys.stdout.isatty() else [text]
    for number, line in enumerate(lines):
        show(f"{lead if number == 0 else ' ' * len(lead)}{line}".rstrip(), style=style)


def _columns() -> int:
    return min(COLUMNS, console().width - 1)


def _simulated(result: "Result") -> None:
    from nof1.report.words import sentences as words

    if result.trial.protocol.simulated:
        paragraph(words.SIMULATED)


def _failures_first(result: "Result") -> None:
    """A result that is not to be relied on says so before it says anything."""
    from nof1.report.words import sentences as words
    from nof1.report.words.taken_out import taken_out_sentences

    for sentence in (*words.failed_checks(result), *taken_out_sentences(result)):
        paragraph(sentence, style=_BAD)


def _answer(result: "Result", effect: "PairEffect", *, scale: bool = True) -> None:
    from nof1.report.words import sentences as words

    paragraph(words.headline(result, effect), style="bold")
    paragraph(words.effect_sentence(result, effect, scale=scale))


@spoken_of
def explained(result: "Result") -> None:
    """What else could explain an answer for the worse, and whom to ask; nothing beside any other answer."""
    from nof1.report.words.other_explanations import sentences_of

    lines = sentences_of(result)
    for place, sentence in enumerate(lines):
        inside = 0 < place < len(lines) - 1
        paragraph(sentence, lead="  " if inside else "", style=None if place else _CARE)


def _chances(result: "Result", effect: "PairEffect") -> None:
    from nof1.report.words import sentences as words

    rows = words.chances(result, effect)
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for what, in_words, frequency in rows:
        show(f"  {what:{widths[0]}}  {in_words:{widths[1]}}  {frequency}")


def _about(result: "Result", effect: "PairEffect") -> Iterator[str]:
    """What belongs to one comparison: the other effect, how sure it is, what it leans on, what further blocks would probably say."""
    from nof1.report.words import answer
    from nof1.report.words import sentences as words
    from nof1.report.words.rule import ask_threshold_sentence
    from nof1.report.words.stopped import further_nights_sentence

    yield from _there(
        words.exposure_sentence(result, effect),
        answer.plain_means_sentence(result, effect),
        answer.full_sentence(result, effect),
        words.over_nights_sentence(result, effect),
        *answer.sure_sentences(result, effect),
        *answer.leans_sentences(result, effect, checks=False),
        answer.bet_sentence(result, effect),
        ask_threshold_sentence(result.trial.protocol),
        words.further_measures_sentence(result, effect),
        further_nights_sentence(result, effect),
    )


def _there(*sentences: str) -> Iterator[str]:
    return (sentence for sentence in sentences if sentence)


def _others(result: "Result") -> None:
    """The other pairs of arms in short."""
    from nof1.report.words import sentences as words

    for effect in result.lead[1:_MOST_PAIRS]:
        _answer(result, effect, scale=False)
    for sentence in words.further_comparisons(len(result.lead) - _MOST_PAIRS):
        paragraph(sentence)


def mark_of(check: "Check") -> str:
    """The word "failed" where a result is not to be relied on, "look" where it is to be taken with care, else "ok"."""
    from nof1.analyze.checks.model_checks import ModelCheck

    if check.passed is False:
        return "look" if isinstance(check, ModelCheck) else "failed"
    return "look" if check.passed is None else "ok"


def _trust(result: "Result") -> list[Line]:
    """Lead, sentence and style of each check, those that matter first; then what needs no model, and the effect over time."""
    from nof1.report.words.checks import check_sentence
    from nof1.report.words.over_time import over_time_sentences
    from nof1.report.words.randomization import randomization_of_trial

    record = result.record
    checks = sorted(record.checks.made().values(), key=lambda check: list(_MARKS).index(mark_of(check)))
    lines: list[Line] = []
    for check in checks:
        (mark, style), fine = _MARKS[mark_of(check)], mark_of(check) == "ok"
        sentence = check_sentence(record.engines, check, record.sensitivity)
        lines.append((_lead(mark), _NUMBERS.sub("", sentence) if fine else sentence, style))
    further = (
        ("orders", randomization_of_trial(result.trial, record.randomization_tests[0])),
        ("time", over_time_sentences(result.trial.protocol, record.over_time)[0]),
    )
    return lines + [(_lead(word), sentence, None) for word, sentence in further if sentence]


def _lead(word: str) -> str:
    return f"{word:7} "


def _recorded(result: "Result") -> list[Line]:
    """Nights, then doses and side effects of every arm, what the stop rules name, and how well the order stayed hidden."""
    from nof1.report.words import record as words_record
    from nof1.report.words import sentences as words
    from nof1.report.words.amended_doses import dose_sentences
    from nof1.report.words.blinding import blinding_sentence
    from nof1.report.words.changes import amendment_sentence

    lines: list[Line] = [("", words.nights_sentence(result), None)]
    if (stopped := stop_of(result.record.amendments)) is not None:
        lines.append(("", amendment_sentence(stopped, dated=result.trial.protocol.dated), None))
    lines += [("", sentence, None) for sentence in dose_sentences(result)]
    bare = words_record.nothing_but_nights_sentence(result)
    if bare:
        lines.append(("", bare, None))
    for arm in () if bare else result.trial.protocol.arms:
        if arm.name in result.record.harms and arm.name in result.record.adherence:
            doses = words_record.adherence_line(result, arm.name, interval=False)
            harms = words_record.harms_line(result, arm.name, interval=False)
            lines.append(("", f"On {arm.title}, doses as planned: {doses}; side effects: {harms}.", None))
    lines += [("", sentence, "bold") for sentence in _there(words_record.stop_sentence(result))]
    return lines + [
        ("", sentence, None) for sentence in _there(blinding_sentence(result.trial.protocol, result.record.blinding))
    ]


def _section(heading: str, lines: list[Line]) -> None:
    if not lines:
        return
    show()
    show(heading, style="bold")
    for lead, sentence, style in lines:
        paragraph(sentence, lead=lead, style=style)
