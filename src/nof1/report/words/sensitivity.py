"""Other choices of the analysis by their names, and sentences on the same question under them. Numbers come from `nof1.analyze`."""

from collections.abc import Sequence

from nof1.analyze.checks.sensitivity import Choice, ChoiceName, Comparison, compare, of_pair
from nof1.language import phrase, say, say_some, sentences
from nof1.report.words.effect import number
from nof1.report.words.phrases import sentence, some, verdict_words
from nof1.report.words.reasons import reason_sentence

_NAMED = 4  # choices that one sentence lists
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
    "prior twice as wide": (
        phrase("prior twice as wide"),
        phrase("effects expected twice as large, sd {sd:g} points"),
    ),
    "prior half as wide": (
        phrase("prior half as wide"),
        phrase("effects expected half as large, sd {sd:g} points"),
    ),
    "normal nights": (phrase("normal nights"), phrase("nights scatter as a normal distribution does")),
    "Student-t nights": (phrase("Student-t nights"), phrase("single outlying nights count for less")),
    "rounded ratings": (phrase("rounded ratings"), phrase("ratings are rounded and cut at the ends of the scale")),
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
    return say(_CHOICES[row.choice][1], sd=row.value)


def sensitivity_sentences(rows: Sequence[Choice], pair: tuple[str, str] | None = None) -> list[str]:
    """Whether any choice changes the verdict, and which moves the estimate most; then each choice without an answer.

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
        none = say("The analysis as planned has no quick answer that other choices could be held against.")
        return [sentences([none, sentence(reason_sentence(own[0].refused))]), *refused]
    if told.most is None or told.verdict is None:
        return [say("No other choice could be computed."), *refused]
    return [sentences([_verdicts(own[0], told, verdict_words(told.verdict)), _shift(own[0], told.most)]), *refused]


def _verdicts(main: Choice, told: Comparison, verdict: str) -> str:
    others, changed = told.others, told.changed
    if not changed:
        return say_some(
            others,
            'The one other choice does not change the verdict, "{verdict}".',
            'None of {count:,} other choices changes the verdict, "{verdict}".',
            verdict=verdict,
        )
    choices = some(
        [
            say('{choice} ("{verdict}")', choice=_quoted(row, main), verdict=verdict_words(row.leading.verdict))
            for row in changed
            if row.leading is not None
        ],
        _NAMED,
    )
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
    """The choice's name, and that it speaks of the effect as lived where the main analysis does not."""
    if row.estimand != main.estimand:
        return say("“{choice}”, as lived", choice=choice_name(row))
    return say("“{choice}”", choice=choice_name(row))
