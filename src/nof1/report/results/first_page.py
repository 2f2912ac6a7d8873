"""The words of the first page: question, answer, how sure it is, side effects, what would help to know more.

For a reader without statistics and with one minute. Everything else is on the pages behind it (`planned`, `recorded`, `found`). Says what was observed and how sure that is; never what to do, other than whom to ask.
"""

from typing import Any

from nof1.analyze.model.effects import LEVEL
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.language import say, sentences
from nof1.plan.protocol.own_words import ours
from nof1.report.results.further import more_sentences
from nof1.report.words import answer as answers
from nof1.report.words import graded as words_graded
from nof1.report.words import other_explanations
from nof1.report.words import record as words_record
from nof1.report.words import sentences as words
from nof1.report.words.amended_doses import dose_sentences
from nof1.report.words.changes import changes as changes_of
from nof1.report.words.covariates import follows_sentences
from nof1.report.words.effect import amount, estimate_sentence, scale_sentence, span
from nof1.report.words.facts import reviewed
from nof1.report.words.phrases import clip
from nof1.report.words.record import nothing_but_nights
from nof1.report.words.rule import ask_threshold_sentence
from nof1.report.words.taken_out import taken_out_sentences
from nof1.report.words.unscreened import banner

MAX_TITLE = 140
_MAX_ARM = 60
_MAX_OTHERS = 3  # further comparisons on the first page; all of them are behind it


def answer(result: Result, *, brief: bool = False) -> dict[str, Any]:
    """Every word of the first page.

    Parameters
    ----------
    result : Result
    brief : bool
        Whether to leave what can be read on the pages behind, since the page has no room.
    """
    protocol = result.trial.protocol
    main = result.lead[0]
    return {
        "heading": say("N-of-1 trial: {title}", title=clip(ours(protocol.title), MAX_TITLE)),
        "question": clip(ours(protocol.question), MAX_TITLE),
        "simulated": banner(protocol, words.SIMULATED),
        "failed": [*words.failed_checks(result), *taken_out_sentences(result)],
        "headline": words.headline(result),
        "explanations": explained(result, brief=brief),
        "follows": follows_sentences(result),
        "answer": _answer(result, main),
        "others": _others(result, 1 if brief else _MAX_OTHERS),
        "nights": _nights(result, brief=brief),
        "chances": _chances(result, main),
        "compared": say(
            "{arm} against {reference}",
            arm=clip(protocol.arm(main.arm).title, _MAX_ARM),
            reference=clip(protocol.arm(main.reference).title, _MAX_ARM),
        ),
        "side_effects": _side_effects(result, brief=brief),
        "more": more_sentences(result, most=2 if brief else 4),
        "headings": {
            "nights": say("The nights"),
            "effect": say("How big the difference is"),
            "chances": say("How likely each answer is"),
            "side_effects": say("Nights by arm") if nothing_but_nights(result) else say("Doses and side effects"),
            "more": say("What would help to know more"),
        },
        "no_advice": sentences([say(words.NO_ADVICE), reviewed() if protocol.randomized else ""]),
        "behind": say(
            "The next pages say how the trial was planned and carried out, how this was computed, and how far it can be trusted."
        ),
    }


def explained(result: Result, *, brief: bool) -> dict[str, Any]:
    """What else could explain an answer for the worse, and whom to ask; no rows for any other answer."""
    return {
        "heading": other_explanations.heading(),
        "rows": [{"label": label, "text": text} for label, text in other_explanations.told(result, brief=brief)],
        "ask": other_explanations.ask(),
    }


def _answer(result: Result, main: PairEffect) -> list[dict[str, str]]:
    """How big, how sure, what it leans on, and the bet: each with the words before it. What is empty is left out."""
    parts = (
        (
            say("How big:"),
            [
                _plain(result, main),
                words.exposure_sentence(result),
                answers.plain_means_sentence(result),
                answers.full_sentence(result),
            ],
        ),
        (
            say("How sure:"),
            [
                words.chance_sentence(result),
                *answers.sure_sentences(result),
                ask_threshold_sentence(result.trial.protocol),
            ],
        ),
        (say("What it leans on:"), answers.leans_sentences(result)),
        (say("The better bet:"), [answers.bet_sentence(result)]),
    )
    return [{"label": label, "text": sentences(told)} for label, told in parts if any(told)]


def _chances(result: Result, main: PairEffect) -> dict[str, Any]:
    """Every chance in words and as a frequency; beside those over these nights, those once fully built up."""
    rows = [list(row) for row in words.chances(result)]
    if main.estimand == "full" or result.trial.protocol.analysis.carryover != "exponential":
        return {"header": [say("what"), say("in words"), say("chance")], "rows": rows}
    built_up = words.chances(result, main, on="full")
    return {
        "header": [say("what"), say("in words"), say("over these nights"), say("once fully built up")],
        "rows": [[*row, often] for row, (_, _, often) in zip(rows, built_up, strict=True)],
    }


def _plain(result: Result, effect: PairEffect) -> str:
    """The size of the effect, its interval as a chance, and what was said beforehand to matter."""
    protocol = result.trial.protocol
    numbers, measure = effect.leading, effect.measure
    told = estimate_sentence(
        measure,
        protocol.outcome,
        arm=clip(protocol.arm(effect.arm).title, _MAX_ARM),
        reference=clip(protocol.arm(effect.reference).title, _MAX_ARM),
        over_nights=words.is_of_these_nights(result.trial, effect),
        full=protocol.analysis.carryover == "exponential",
        mean=numbers.mean,
        beside=numbers.interval,
        interval=say(
            "with a chance of {sure:g} in 100 it is {span}",
            sure=100 * LEVEL,
            span=span(measure, protocol.outcome, *numbers.interval),
        ),
    )
    matters = (
        ""
        if effect.threshold is None
        else say(
            "A change of {amount} or more was said beforehand to matter.", amount=amount(measure, protocol.outcome)
        )
    )
    return sentences([say("{clause}.", clause=told), scale_sentence(measure, protocol.outcome), matters])


def _others(result: Result, most: int) -> list[str]:
    """The answers of the other pairs of arms, and how many more there are behind."""
    told = [words.headline(result, effect) for effect in result.lead[1 : 1 + most]]
    return told + words.further_comparisons(len(result.lead) - 1 - most)


def _nights(result: Result, *, brief: bool) -> list[str]:
    protocol = result.trial.protocol
    dates = words.dates_sentence(result) if protocol.dated else ""
    beside = other_explanations.told(result, brief=True)  # names the medicines that changed
    changes = [
        clip(change, 200) for change in changes_of(result, medicines=not (brief and beside))[: 1 if brief else 3]
    ]
    return [words.nights_sentence(result), words.order_sentence(protocol), dates, *changes, *dose_sentences(result)]


def _side_effects(result: Result, *, brief: bool) -> dict[str, Any]:
    """Doses and side effects by arm, what they come to, what the stop rules name."""
    protocol, record = result.trial.protocol, result.record
    bare = nothing_but_nights(result)
    rows = [
        [
            clip(protocol.arm(name).title, _MAX_ARM),
            say("{recorded} of {nights}", recorded=row.recorded, nights=row.nights),
            *([] if bare else _doses_and_harms(result, name, interval=not brief)),
        ]
        for name, row in record.adherence.items()
    ]
    columns = [] if bare else [say("dose as planned"), say("side effects")]
    told = [words_record.harms_difference(result, arm.name) for arm in protocol.active_arms]
    signs = (words_record.stop_sentence(result), words_graded.serious_sentence(result))
    return {
        "header": [say("arm"), say("nights rated"), *columns],
        "rows": rows,
        "told": [sentence for sentence in (*signs, *told[: 0 if brief else 1]) if sentence],
    }


def _doses_and_harms(result: Result, arm: str, *, interval: bool) -> list[str]:
    return [
        words_record.adherence_line(result, arm, interval=False),
        words_record.harms_line(result, arm, interval=interval),
    ]
