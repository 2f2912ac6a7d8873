"""What is unusual about the nights, one sentence each with what to do about it. Numbers come from the record of results.json."""

from collections.abc import Sequence

import numpy as np

from nof1.analyze.checks.quantities import Pattern, Patterns
from nof1.analyze.checks.sensitivity import MET_BY, Choice
from nof1.language import phrase, say, sentences
from nof1.plan.protocol.own_words import called
from nof1.report.words.effect import number
from nof1.subject import subject

# A difference on the family's scale; in points what is larger, and what is smaller than other nights.
_POINTS = (phrase("{size} points higher"), phrase("{size} points lower"))
_UNITS = (phrase("{size} {unit} higher"), phrase("{size} {unit} lower"))
_RATIOS = {"log": phrase("{size} times as high"), "logit": phrase("odds {size} times as large")}
# What another sentence says already: a weekly rhythm where weekends differ, and a shape that an end of the scale makes.
_SAID_BY = {
    "correlation a week apart": ("nights before free days",),
    "skewed nights": ("share at the lowest", "share at the highest"),
    "outlying nights": ("share at the lowest", "share at the highest"),
}


def patterns_sentence(check: Patterns, choices: Sequence[Choice] | None = None) -> str:
    """Everything that is called out; `choices` are those of the same record, for the answer of one that fits better."""
    return sentences(pattern_sentences(check, choices)) or say(
        "Nothing else about the nights is unusual: ends of the scale, first week, weekends, spread over time and by arm, "
        "single far nights, and which nights are missing."
    )


def pattern_sentences(check: Patterns, choices: Sequence[Choice] | None = None) -> list[str]:
    """A sentence or two for each quantity that is called out, with what to do about it."""
    named = {row.name for row in check.odd}
    told = [row for row in check.odd if not named.intersection(_SAID_BY.get(row.name, ()))]
    return [sentences([_said(row, check.scale), _met(row, choices or ())]) for row in told]


def _said(row: Pattern, scale: str) -> str:
    match row.name:
        case "share at the lowest" | "share at the highest":
            return _at_an_end(row)
        case "spread of earlier to later nights" | "spread on the arm to other nights":
            return _spread(row)
        case "first week" | "nights before free days":
            return _difference(row, scale)
        case "missing after bad nights":
            return _missing(row)
        case _:
            return _shape(row)


def _at_an_end(row: Pattern) -> str:
    percent = 100 * row.observed
    if row.name == "share at the lowest":
        return say(
            "{percent:.0f} of 100 nights have the lowest value of the scale. This model knows of no lowest value and can show "
            "an effect too large or too small; the family `rating` knows it.",
            percent=percent,
        )
    return say(
        "{percent:.0f} of 100 nights have the highest value of the scale. This model knows of no highest value and can show "
        "an effect too large or too small; the family `rating` knows it.",
        percent=percent,
    )


def _spread(row: Pattern) -> str:
    more, factor = row.observed > 1, max(row.observed, 1 / row.observed)
    if row.name == "spread of earlier to later nights":
        template = (
            phrase(
                "Nights vary {factor:.1f} times as much in the first half of the trial as in the second. The answer holds; it "
                "is only less exact, since calm nights could count for more."
            )
            if more
            else phrase(
                "Nights vary {factor:.1f} times as much in the second half of the trial as in the first. The answer holds; it "
                "is only less exact, since calm nights could count for more."
            )
        )
        return say(template, factor=factor)
    if row.arm is None:
        template = (
            phrase("Nights without treatment vary {factor:.1f} times as much as other nights.")
            if more
            else phrase("Nights without treatment vary less than other nights, by a factor of {factor:.1f}.")
        )
        return sentences([say(template, factor=factor), _steadier()])
    template = (
        phrase("On {arm}, nights vary {factor:.1f} times as much as other nights.")
        if more
        else phrase("On {arm}, nights vary less than other nights, by a factor of {factor:.1f}.")
    )
    return sentences([say(template, arm=called(row.arm), factor=factor), _steadier()])


def _steadier() -> str:
    return say("How steady nights are is an effect of its own; the answer about the average holds, but is less exact.")


def _difference(row: Pattern, scale: str) -> str:
    if scale == "points":
        unit = subject().unit
        size = say((_UNITS if unit else _POINTS)[int(row.observed < 0)], size=number(abs(row.observed)), unit=unit)
    else:
        size = say(_RATIOS[scale], size=number(float(np.exp(row.observed))))
    if row.name == "first week":
        return say(
            "The first week differs from what the model expects of it: {size}. Compare the answer without the first nights; "
            "in a next trial, plan a week of run-in.",
            size=size,
        )
    return say(
        "Friday and Saturday nights differ from the others: {size}. The answer holds; it is only less exact. In a next trial, "
        "log what is different about them.",
        size=size,
    )


def _missing(row: Pattern) -> str:
    shares = {"after_worse": 100 * row.observed, "after_better": 100 * row.predicted}
    if row.observed > row.predicted:
        return say(
            "Nights are missing more often after worse nights ({after_worse:.0f} of 100) than after better ones "
            "({after_better:.0f} of 100). If bad nights are the missing ones, the true effect is likely to be larger than it "
            "looks; log every night from now on, and see how bad they would have to be to change the answer.",
            **shares,
        )
    return say(
        "Nights are missing more often after better nights ({after_better:.0f} of 100) than after worse ones "
        "({after_worse:.0f} of 100). If good nights are the missing ones, the true effect is likely to be larger than it "
        "looks; log every night from now on, and see how good they would have to be to change the answer.",
        **shares,
    )


def _shape(row: Pattern) -> str:
    match row.name:
        case "correlation a week apart":
            return say(
                "Nights a week apart resemble each other (correlation {observed:.2f}): a weekly rhythm. Where every period "
                "is a whole number of weeks the answer holds; it is only less exact.",
                observed=row.observed,
            )
        case "outlying nights":
            return say(
                "A few nights lie far from all others (kurtosis {observed:.1f}; about {predicted:.1f} expected). The family "
                "`student` counts such nights less.",
                observed=row.observed,
                predicted=row.predicted,
            )
        case _:
            template = (
                phrase(
                    "Nights reach farther up than down (skewness {observed:.1f}). The answer about the average holds; chances "
                    "of a single night are less exact."
                )
                if row.observed > 0
                else phrase(
                    "Nights reach farther down than up (skewness {observed:.1f}). The answer about the average holds; chances "
                    "of a single night are less exact."
                )
            )
            return say(template, observed=row.observed)


def _met(row: Pattern, choices: Sequence[Choice]) -> str:
    """The answer of the choice that fits better, over these nights, of the main pair of arms; empty where there is none."""
    wanted = MET_BY.get(row.name)
    effect = next((one.over_nights for one in choices if one.choice == wanted and one.over_nights is not None), None)
    if effect is None:
        return ""
    values = {"mean": number(effect.mean), "low": number(effect.interval[0]), "high": number(effect.interval[1])}
    if wanted == "nights dropped":
        return say(
            "Without the first nights of each period the effect over these nights is {mean} ({low} to {high}).",
            **values,
        )
    return say("By it the effect over these nights is {mean} ({low} to {high}).", **values)
