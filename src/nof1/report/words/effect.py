"""How large an effect is, in words: points, levels, counts, nights in 100, minutes. One place for the units of all families.

Knows an outcome and what is measured (`nof1.analyze.model.standardize.MEASURES`), no result.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nof1.analyze.engines.pair_effects import FurtherMeasure
from nof1.analyze.model.standardize import MEASURES
from nof1.language import clauses, phrase, say, spoken
from nof1.language import number as number
from nof1.plan.protocol.family import Family
from nof1.plan.protocol.parts import Outcome
from nof1.report.words import ranges
from nof1.report.words.ranges import Sides

# What the model is of, by family.
MODELS: dict[Family, str] = {
    "normal": phrase("the nightly ratings"),
    "student": phrase("the nightly ratings in which single odd nights weigh less"),
    "rating": phrase("the nightly ratings as rounded whole numbers with a floor and a ceiling"),
    "ordinal": phrase("the nightly levels as ordered steps whose widths are not known"),
    "count": phrase("the nightly counts, which may vary more than chance alone would make them"),
    "binary": phrase("the chance of a yes on each night"),
    "duration": phrase("the logarithms of the nightly durations, so that effects are ratios"),
}
# The scale on which the model adds up effects, for axes, by family.
MODEL_SCALES: dict[Family, str] = {
    "normal": phrase("points"),
    "student": phrase("points"),
    "rating": phrase("points"),
    "ordinal": phrase("log odds"),
    "count": phrase("log ratio"),
    "binary": phrase("log odds"),
    "duration": phrase("log ratio"),
}
# Written alone or in brackets in a label, such as "Time awake (min)".
_UNITS = {
    "minutes": ("minutes", "minute", "mins", "min"),
    "hours": ("hours", "hour", "hrs", "h"),
    "seconds": ("seconds", "second", "secs", "sec", "s"),
    "days": ("days", "day"),
}
_NO_UNIT = "units"
# The same in words: of one, and of any other number.
_TIMES = {
    "minutes": (phrase("minute"), phrase("minutes")),
    "hours": (phrase("hour"), phrase("hours")),
    "seconds": (phrase("second"), phrase("seconds")),
    "days": (phrase("day"), phrase("days")),
    _NO_UNIT: (phrase("unit"), phrase("units")),
}
# Other measures of an effect, by their names in results.json.
_FURTHER = {
    "ratio of expected counts": phrase("ratio of expected counts"),
    "ratio of medians": phrase("ratio of medians"),
    "odds ratio": phrase("odds ratio"),
    "log odds ratio": phrase("log odds ratio"),
}
_AT_LEAST = "difference in the chance of at least "
_MOST_FURTHER = 3


def model_scale(family: Family, outcome: Outcome) -> str:
    """The scale on which the model adds up effects, with the outcome's own unit where it has one."""
    scale = MODEL_SCALES[family]
    return outcome.unit if outcome.unit and scale == "points" else say(scale)


def unit_of(outcome: Outcome) -> str:
    """The unit of time that a label tells, else "units"; in English, as a key."""
    for unit, written in _UNITS.items():
        bare = [word for word in written if len(word) > 2]  # "min", not "h" or "s", which may be anything
        if re.search(rf"\b({'|'.join(bare)})\b|\(({'|'.join(written)})\)", outcome.title, re.IGNORECASE):
            return unit
    return _NO_UNIT


def unit_of_nights(family: Family, outcome: Outcome) -> str:
    """The unit of the nights themselves and of their means, for axes."""
    match family:
        case "binary":
            return say("share of nights")
        case "count":
            return outcome.unit or say("count")
        case _:
            return units(MEASURES[family], outcome).axis


@dataclass(frozen=True)
class Units:
    """What an effect is counted in, and the templates of what is said of it.

    Attributes
    ----------
    factor : float
        From the numbers of results.json to those that are told: 100 for chances, else 1.
    axis : str
        The unit on an axis, said.
    unit : str
        What stands behind a number in a sentence, said: that of the axis if not given.
    amounts : pair of str
        A size with its unit: of exactly one, and of any other number.
    changes : pair of str
        A size that is less than the reference's, and one that is more.
    sides : Sides
        A range of such sizes.
    scale : str
        The ends of the scale; empty where they say nothing.
    plain, full, over_nights : str
        The effect with its interval: without build-up, once fully built up where there is one, and over these nights.
    """

    factor: float
    axis: str
    amounts: tuple[str, str]
    changes: tuple[str, str]
    sides: Sides
    scale: str
    plain: str
    full: str
    over_nights: str
    unit: str = ""


_POINTS = (phrase("{size:g} point"), phrase("{size:g} points"))
_LOWER_HIGHER = (phrase("{size} lower"), phrase("{size} higher"))
_FEWER_MORE = (phrase("{size} fewer"), phrase("{size} more"))
_ACROSS = phrase("between {low} lower and {high} higher")
FEWER_MORE = Sides(
    phrase("between {low} and {high} fewer"),
    phrase("between {low} and {high} more"),
    phrase("between {low} fewer and {high} more"),
)


# In a unit of time, or in one that the person gave.
_AMOUNTS = (phrase("{size:g} {unit}"), phrase("{size:g} {unit}"))
_CHANGES = (phrase("{size} {unit} lower"), phrase("{size} {unit} higher"))
_SIDES = Sides(
    phrase("between {low} and {high} {unit} lower"), phrase("between {low} and {high} {unit} higher"), _ACROSS
)


def units(measure: str, outcome: Outcome) -> Units:
    """The units of a measure of results.json; those that the outcome names itself where it does."""
    usual = _usual_units(measure, outcome)
    if not outcome.unit or usual.factor != 1:
        return usual
    own = replace(usual, axis=outcome.unit, unit=outcome.unit, amounts=_AMOUNTS, changes=_CHANGES, sides=_SIDES)
    match measure:
        case "difference of expected counts":
            return replace(own, axis=say("average count, {unit}", unit=outcome.unit))
        case "difference of medians":
            return own
        case _:
            return replace(own, scale=phrase("The scale goes from {low:g} to {high:g} {unit}"))


def _usual_units(measure: str, outcome: Outcome) -> Units:
    """The units of a measure, where the outcome has none of its own."""
    match measure:
        case "difference of risks":
            return Units(
                100.0,
                say("nights in 100"),
                amounts=(phrase("{size:g} night in 100"), phrase("{size:g} nights in 100")),
                changes=_FEWER_MORE,
                sides=FEWER_MORE,
                scale="",
                plain=phrase(
                    "Of 100 nights on {arm}, {title} is estimated to be a yes on {size} than of 100 nights on {reference}; "
                    "{interval}"
                ),
                full=phrase(
                    "Of 100 nights on {arm} once fully built up, {title} is estimated to be a yes on {size} than of 100 nights on "
                    "{reference}; {interval}"
                ),
                over_nights=phrase(
                    "Of 100 nights such as those on {arm}, {title} is estimated to have been a yes on {size} than had they been on "
                    "{reference}; {interval}"
                ),
            )
        case "difference of expected counts":
            return Units(
                1.0,
                say("average count"),
                amounts=(phrase("{size:g}"), phrase("{size:g}")),
                changes=_LOWER_HIGHER,
                sides=Sides(
                    phrase("between {low} and {high} lower"), phrase("between {low} and {high} higher"), _ACROSS
                ),
                scale=phrase("Counts go from {low:g} to {high:g}"),
                plain=phrase(
                    "The average count of {title} is estimated to be {size} on {arm} than on {reference}; {interval}"
                ),
                full=phrase(
                    "The average count of {title} is estimated to be {size} on {arm} once fully built up than on {reference}; "
                    "{interval}"
                ),
                over_nights=phrase(
                    "On the nights on {arm}, the average count of {title} is estimated to have been {size} than it would have been "
                    "on the same nights on {reference}; {interval}"
                ),
            )
        case "difference of expected levels":
            return Units(
                1.0,
                say("levels"),
                amounts=(phrase("{size:g} level"), phrase("{size:g} levels")),
                changes=(phrase("{size} levels lower"), phrase("{size} levels higher")),
                sides=Sides(
                    phrase("between {low} and {high} levels lower"),
                    phrase("between {low} and {high} levels higher"),
                    _ACROSS,
                ),
                scale=phrase("The levels go from {low:g} to {high:g}"),
                plain=phrase(
                    "The average level of {title} is estimated to be {size} on {arm} than on {reference}; {interval}"
                ),
                full=phrase(
                    "The average level of {title} is estimated to be {size} on {arm} once fully built up than on {reference}; "
                    "{interval}"
                ),
                over_nights=phrase(
                    "On the nights on {arm}, the average level of {title} is estimated to have been {size} than it would have been "
                    "on the same nights on {reference}; {interval}"
                ),
            )
        case "difference of medians":
            return Units(
                1.0,
                say(_TIMES[unit_of(outcome)][1]),
                amounts=_AMOUNTS,
                changes=_CHANGES,
                sides=_SIDES,
                scale=phrase("It can be from {low:g} to {high:g} {unit}"),
                plain=phrase(
                    "The median of {title} is estimated to be {size} on {arm} than on {reference}; {interval}"
                ),
                full=phrase(
                    "The median of {title} is estimated to be {size} on {arm} once fully built up than on {reference}; {interval}"
                ),
                over_nights=phrase(
                    "On the nights on {arm}, the median of {title} is estimated to have been {size} than it would have been on the "
                    "same nights on {reference}; {interval}"
                ),
            )
        case _:
            return Units(
                1.0,
                say("points"),
                amounts=_POINTS,
                changes=(phrase("{size} points lower"), phrase("{size} points higher")),
                sides=Sides(
                    phrase("between {low} and {high} points lower"),
                    phrase("between {low} and {high} points higher"),
                    _ACROSS,
                ),
                scale=phrase("The scale goes from {low:g} to {high:g}"),
                plain=phrase("{Title} is estimated to be {size} on {arm} than on {reference}; {interval}"),
                full=phrase(
                    "{Title} is estimated to be {size} on {arm} once fully built up than on {reference}; {interval}"
                ),
                over_nights=phrase(
                    "On the nights on {arm}, {title} is estimated to have been {size} than the same nights would have been on "
                    "{reference}; {interval}"
                ),
            )


def points(value: float) -> str:
    """A number of outcome points."""
    return say(_POINTS[value != 1], size=value)


def estimate_sentence(
    measure: str,
    outcome: Outcome,
    *,
    arm: str,
    reference: str,
    over_nights: bool,
    full: str | bool,
    mean: float,
    beside: tuple[float, float],
    interval: str,
) -> str:
    """How large an effect is, with its interval; without a full stop.

    `full` says whether it is at an exposure that is built up first, which is not said of an effect over these nights;
    `interval` is a clause, and `beside` are its ends.
    """
    told, title = units(measure, outcome), outcome.title
    return say(
        told.over_nights if over_nights else told.full if full else told.plain,
        arm=arm,
        reference=reference,
        title=title,
        Title=title[:1].upper() + title[1:],
        size=change(measure, outcome, mean, beside),
        interval=interval,
    )


def scale_sentence(measure: str, outcome: Outcome) -> str:
    """The ends of the scale, and which way is better."""
    told, fewer = units(measure, outcome), outcome.better == "lower"
    if not told.scale:
        return say("Fewer is better.") if fewer else say("More is better.")
    scale = say(told.scale, low=outcome.low, high=outcome.high, unit=told.unit or told.axis)
    return (
        say("{scale}, and lower is better.", scale=scale)
        if fewer
        else say("{scale}, and higher is better.", scale=scale)
    )


def change(measure: str, outcome: Outcome, value: float, beside: Sequence[float] = ()) -> str:
    """A difference in words, such as "2.1 points lower" or "12 fewer"; with the digits of the interval that it stands beside."""
    told = units(measure, outcome)
    if not beside:
        size = _size(told, value)
    else:
        size = ranges.size(told.factor * value, *(told.factor * end for end in beside), whole=told.factor != 1)
    return say(told.changes[not value < 0], size=size, unit=told.unit or told.axis)


def span(measure: str, outcome: Outcome, low: float, high: float) -> str:
    """An interval in words, such as "between 2.1 lower and 0.3 higher"."""
    told = units(measure, outcome)
    unit = told.unit or told.axis
    return ranges.differences(told.factor * low, told.factor * high, told.sides, unit=unit, whole=told.factor != 1)


def amount(measure: str, outcome: Outcome) -> str:
    """The smallest change that matters, such as "1 point" or "10 nights in 100"."""
    told = units(measure, outcome)
    assert outcome.threshold is not None  # where none was stated, nothing is said of it
    value = told.factor * outcome.threshold
    unit = outcome.unit or say(_TIMES[unit_of(outcome)][value != 1])
    return say(told.amounts[value != 1], size=value, unit=unit)


def further_sentence(further: Sequence[FurtherMeasure], *, full: bool) -> str:
    """The other measures of an effect, such as "odds ratio 0.40 (0.20 to 0.90)"; empty where there are none.

    `full` says whether they are at an exposure that is built up first.
    """
    if not further:
        return ""
    told = clauses([_further(row) for row in further[:_MOST_FURTHER]])
    rest = len(further) - _MOST_FURTHER
    if rest > 0:
        told = say("{measures}; {rest} more in results.json", measures=told, rest=rest)
    if full:
        return say("Also, once fully built up: {measures}.", measures=told)
    return say("Also: {measures}.", measures=told)


def _further(row: FurtherMeasure) -> str:
    if not row.measure.startswith(_AT_LEAST):
        return say(
            "{measure} {median:number} ({span})",
            measure=say(_FURTHER[row.measure]) if row.measure in _FURTHER else row.measure,
            median=row.median,
            span=ranges.plain(*row.interval),
        )
    low, high = row.interval
    return say(
        "at least {level} on {median} nights in 100 ({span})",
        level=row.measure.removeprefix(_AT_LEAST),
        median=say(_FEWER_MORE[not row.median < 0], size=_hundredths(abs(row.median))),
        span=ranges.differences(100 * low, 100 * high, FEWER_MORE, whole=True),
    )


def _size(told: Units, value: float) -> str:
    return number(abs(value)) if told.factor == 1 else _hundredths(abs(value))


def _hundredths(share: float) -> str:
    """Nights in a hundred: whole ones, or with one digit below 1."""
    nights = 100 * share
    return spoken().number(f"{nights:.1f}" if 0.05 <= nights < 0.95 else f"{nights:.0f}")
