"""Other choices of the analysis by their names, and sentences on the same question under them. Numbers come from `nof1.analyze`."""

from collections.abc import Sequence
from math import exp, log

from nof1.analyze.checks.sensitivity import Choice, ChoiceName, Comparison, compare, of_pair
from nof1.language import phrase, say, say_some, sentences
from nof1.report.words.effect import number
from nof1.report.words.phrases import sentence, some, verdict_words
from nof1.report.words.reasons import reason_sentence
from nof1.subject import subject

_NAMED = 4  # choices that one sentence lists
_MOST_TIMES = 1000  # odds beyond it are told as more than it
# Each as a name, and in plain words.
_CHOICES: dict[ChoiceName, tuple[str, str]] = {
    "as planned": (phrase("as planned"), phrase("the analysis as planned")),
    "no carryover": (phrase("no carryover"), phrase("full effect from the first dose, none after the last")),
    "carryover": (phrase("carryover"), phrase("gradual build-up and wash-out")),
    "no trend": (phrase("no trend"), phrase("no drift over the whole trial")),
    "with a trend": (phrase("with a trend"), phrase("a drift over the whole trial")),
    "no period effect": (phrase("no period effect"), phrase("no differences between periods for other reasons")),
    "with a period effect": (phrase("with a period effect"), phrase("differences between periods for other reasons")),
    "independent errors": (phrase("independent errors"), phrase("neighbouring nights no more alike than others")),
    "similar neighbours": (phrase("similar neighbours"), phrase("neighbouring nights may be alike (AR(1))")),
    "dose as taken": (phrase("dose as taken"), phrase("each night counts with the dose logged")),
    "dose as assigned": (phrase("dose as assigned"), phrase("each night counts with the dose planned")),
    "every dose as the first": (
        phrase("every dose as the first"),
        phrase("each night counts as one with the first planned dose"),
    ),
    "prior twice as wide": (
        phrase("prior twice as wide"),
        phrase("effects expected twice as large, sd {sd:g} points"),
    ),
    "prior half as wide": (
        phrase("prior half as wide"),
        phrase("effects expected half as large, sd {sd:g} points"),
    ),
    "half-life prior halved": (
        phrase("half-life prior halved"),
        phrase("build-up and wash-out expected twice as fast, half-life in days about {days:g}"),
    ),
    "half-life prior doubled": (
        phrase("half-life prior doubled"),
        phrase("build-up and wash-out expected half as fast, half-life in days about {days:g}"),
    ),
    "no start-up": (phrase("no start-up"), phrase("no bad or good start that fades")),
    "with a start-up": (phrase("with a start-up"), phrase("a bad or good start that fades within the first nights")),
    "no blocks": (phrase("no blocks"), phrase("no differences between blocks for other reasons")),
    "with blocks": (phrase("with blocks"), phrase("differences between blocks for other reasons")),
    "normal nights": (phrase("normal nights"), phrase("nights scatter as a normal distribution does")),
    "Student-t nights": (phrase("Student-t nights"), phrase("single outlying nights count for less")),
    "rounded ratings": (phrase("rounded ratings"), phrase("ratings are rounded and cut at the ends of the scale")),
}
# The same where the outcome has a unit of its own.
_IN_UNITS: dict[ChoiceName, str] = {
    "prior twice as wide": phrase("effects expected twice as large, sd {sd:g} {unit}"),
    "prior half as wide": phrase("effects expected half as large, sd {sd:g} {unit}"),
}


def choice_name(row: Choice) -> str:
    """What a choice is called."""
    if row.choice == "nights dropped":
        return say_some(int(row.value or 0), "first night dropped", "first {count} nights dropped")
    return say(_CHOICES[row.choice][0])


def choice_sentence(row: Choice) -> str:
    """What a choice changes, in plain words."""
    if row.choice == "nights dropped":
        return say_some(
            int(row.value or 0),
            "without the first night of every period, and with no carryover after them",
            "without the first {count} nights of every period, and with no carryover after them",
        )
    unit = subject().unit
    if unit and row.choice in _IN_UNITS:
        return say(_IN_UNITS[row.choice], sd=row.value, unit=unit)
    return say(_CHOICES[row.choice][1], sd=row.value, days=row.value)


def bayes_factor_words(row: Choice) -> str:
    """How well the nights agree with a choice, against the plan, such as "1.6" or "1/11"; a dash where that cannot be said."""
    if row.log_bayes_factor is None:
        return "\N{EN DASH}"
    favours = row.log_bayes_factor >= 0
    if abs(row.log_bayes_factor) > log(_MOST_TIMES):
        return say("> {most:,}", most=_MOST_TIMES) if favours else say("< 1/{most:,}", most=_MOST_TIMES)
    times = _odds(row.log_bayes_factor)
    return times if favours or times == _odds(0.0) else say("1/{times}", times=times)


def _odds(log_odds: float) -> str:
    """How many to one, whichever is more likely, with as many digits as one reads."""
    odds = exp(abs(log_odds))
    return say("{odds:.1f}", odds=odds) if odds < 9.95 else say("{odds:.0f}", odds=odds)


def _against_odds(log_odds: float) -> str:
    """The same in a sentence."""
    return _odds(log_odds) if abs(log_odds) <= log(_MOST_TIMES) else say("over {most:,}", most=_MOST_TIMES)


def robust_sentence(rows: Sequence[Choice], pair: tuple[str, str] | None = None) -> str:
    """Whether the verdict holds under every other choice that the nights do not speak against: for beside the headline.

    Empty where there is no other choice to compare with, or none was asked for.

    Parameters
    ----------
    rows : sequence of Choice
        Of `nof1.analyze.checks.sensitivity.sensitivity`.
    pair : (arm, reference), optional
        The first of the rows if not given.
    """
    if not rows:
        return ""
    if not rows:
        return ""
    own = of_pair(rows, pair)
    told = compare(own)
    if told.robust is None:
        return ""
    if told.robust:
        main = say_some(
            told.others,
            "Robust: the one other way to work it out gives the same verdict.",
            "Robust: all {count} other ways to work it out give the same verdict.",
        )
    else:
        main = say_some(
            len(told.changed),
            "Not robust: of {others} other ways to work it out, one gives another verdict: {choices}.",
            "Not robust: of {others} other ways to work it out, {count} give another verdict: {choices}.",
            others=told.others,
            choices=_changes(own[0], told),
        )
    if not told.spoken_against:
        return main
    apart = say_some(
        len(told.spoken_against),
        "One more does not count, since the nights speak against it.",
        "{count} more do not count, since the nights speak against them.",
    )
    return sentences([main, apart])


def sensitivity_sentences(rows: Sequence[Choice], pair: tuple[str, str] | None = None) -> list[str]:
    """Whether any choice changes the verdict, which moves the estimate most, and which the nights speak against, in one piece.

    Then what they can hardly speak against, where they were asked; then each choice without an answer.

    Parameters
    ----------
    rows : sequence of Choice
        Of `nof1.analyze.checks.sensitivity.sensitivity`.
    pair : (arm, reference), optional
        The first of the rows if not given.
    """
    own = of_pair(rows, pair)
    told = compare(own)
    refused = [
        say(
            "No answer with “{choice}”: {reason}",
            choice=choice_name(row),
            reason=sentence(reason_sentence(row.refused)),
        )
        for row in told.refused
        if row.refused is not None
    ]
    if own[0].refused is not None:
        none = say("The analysis as planned has no quick answer that other choices could be compared with.")
        return [sentences([none, sentence(reason_sentence(own[0].refused))]), *refused]
    against = _against(told.spoken_against)
    asked = [say(_HARDLY)] if any(row.log_bayes_factor is not None for row in own) else []
    if told.most is None or told.verdict is None:
        none = "" if against else say("No other choice could be computed.")
        return [sentences([none, against]), *asked, *refused]
    main = [_verdicts(own[0], told, verdict_words(told.verdict)), _shift(own[0], told.most), against]
    return [sentences(main), *asked, *refused]


_HARDLY = phrase(
    "Differences between periods, the half-life and a bad start leave so little trace that nights can hardly ever speak against "
    "a choice about them: that these do not says little."
)


def _against(choices: Sequence[Choice]) -> str:
    """Choices that the nights speak against, each with the odds."""
    if not choices:
        return ""
    told = [
        say("“{choice}” (by {times} to 1)", choice=choice_name(row), times=_against_odds(row.log_bayes_factor))
        for row in choices
        if row.log_bayes_factor is not None
    ]
    return say_some(
        len(choices),
        "The nights speak against this choice, which does not count: {choices}.",
        "The nights speak against these choices, which do not count: {choices}.",
        choices=some(told, _NAMED),
    )


def _verdicts(main: Choice, told: Comparison, verdict: str) -> str:
    others, changed = told.others, told.changed
    if not changed:
        return say_some(
            others,
            'The one other choice does not change the verdict, "{verdict}".',
            'None of {count:,} other choices changes the verdict, "{verdict}".',
            verdict=verdict,
        )
    choices = _changes(main, told)
    if len(changed) == 1:
        return say_some(
            others,
            '1 of {count:,} other choice changes the verdict, "{verdict}": {choices}.',
            '1 of {count:,} other choices changes the verdict, "{verdict}": {choices}.',
            verdict=verdict,
            choices=choices,
        )
    return say(
        '{changed} of {others:,} other choices change the verdict, "{verdict}": {choices}.',
        changed=len(changed),
        others=others,
        verdict=verdict,
        choices=choices,
    )


def _changes(main: Choice, told: Comparison) -> str:
    """The choices that change the verdict, each with its own."""
    return some(
        [
            say('{choice} ("{verdict}")', choice=_quoted(row, main), verdict=verdict_words(row.verdict))
            for row in told.changed
            if row.verdict is not None
        ],
        _NAMED,
    )


def _shift(main: Choice, most: Choice) -> str:
    assert main.leading is not None  # there would be no shift
    assert most.leading is not None
    before, after = number(main.leading.mean), number(most.leading.mean)
    if before == after:
        return say("The estimate stays at {before} with all of them.", before=before)
    return say(
        "The estimate moves most with {choice}: from {before} to {after}.",
        choice=_quoted(most, main),
        before=before,
        after=after,
    )


def _quoted(row: Choice, main: Choice) -> str:
    """The choice's name, and that it speaks of the effect over these nights where the main analysis does not."""
    if row.estimand != main.estimand:
        return say("“{choice}”, over these nights", choice=choice_name(row))
    return say("“{choice}”", choice=choice_name(row))
