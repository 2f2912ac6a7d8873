"""How large an effect is, in words: points, levels, counts, nights in 100, minutes. One place for the units of all families.

Knows an outcome and what is measured (`nof1.analyze.standardize.MEASURES`), no result.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nof1.analyze.standardize import MEASURES
from nof1.plan.family import Family
from nof1.plan.protocol import Outcome

# What the model is of, by family.
MODELS: dict[Family, str] = {
    "normal": "the nightly ratings",
    "student": "the nightly ratings in which single odd nights weigh less",
    "rating": "the nightly ratings as rounded whole numbers with a floor and a ceiling",
    "ordinal": "the nightly levels as ordered steps whose widths are not known",
    "count": "the nightly counts, which may vary more than chance alone would make them",
    "binary": "the chance of a yes on each night",
    "duration": "the logarithms of the nightly durations, so that effects are ratios",
}
# The scale on which the model adds up effects, for axes, by family.
MODEL_SCALES: dict[Family, str] = {
    "normal": "points",
    "student": "points",
    "rating": "points",
    "ordinal": "log odds",
    "count": "log ratio",
    "binary": "log odds",
    "duration": "log ratio",
}
# Written alone or in brackets in a label, such as "Time awake (min)".
_UNITS = {
    "minutes": ("minutes", "minute", "mins", "min"),
    "hours": ("hours", "hour", "hrs", "h"),
    "seconds": ("seconds", "second", "secs", "sec", "s"),
    "days": ("days", "day"),
}
_AT_LEAST = "difference in the chance of at least "
_MOST_FURTHER = 3


def number(value: float) -> str:
    """A number with the digits a reader needs: two after the point below 1, one below 100."""
    size = abs(value)
    text = f"{value:.2f}" if size < 1 else f"{value:.1f}" if size < 100 else f"{value:.0f}"
    return text.replace("-", "\N{MINUS SIGN}") if float(text) != 0 else text.lstrip("-")


def measure_of(effect: Mapping[str, Any]) -> str:
    """What an entry of results.json measures; points in results of an earlier version."""
    return str(effect.get("measure", MEASURES["normal"]))


def unit_of(outcome: Outcome) -> str:
    """The unit of time that a label tells, else "units"."""
    for unit, written in _UNITS.items():
        bare = [word for word in written if len(word) > 2]  # "min", not "h" or "s", which may be anything
        if re.search(rf"\b({'|'.join(bare)})\b|\(({'|'.join(written)})\)", outcome.title, re.IGNORECASE):
            return unit
    return "units"


def unit_of_nights(family: Family, outcome: Outcome) -> str:
    """The unit of the nights themselves and of their means, for axes."""
    match family:
        case "binary":
            return "share of nights"
        case "count":
            return "count"
        case _:
            return units(MEASURES[family], outcome).axis


@dataclass(frozen=True)
class Units:
    """What an effect is counted in.

    Attributes
    ----------
    factor : float
        From the numbers of results.json to those that are told: 100 for chances, else 1.
    axis : str
        The unit on an axis.
    one, many : str
        Behind a number, such as "point" and "points"; empty where the number says it all.
    subject : str
        What is estimated, with the place of the outcome's title.
    scale : str
        The ends of the scale, with the places of both and of the unit; empty where they say nothing.
    less, more : str
        Than the reference.
    """

    factor: float
    axis: str
    one: str
    many: str
    subject: str
    scale: str
    less: str = "lower"
    more: str = "higher"


def units(measure: str, outcome: Outcome) -> Units:
    """The units of a measure of results.json."""
    match measure:
        case "difference of risks":
            return Units(100.0, "nights in 100", "night in 100", "nights in 100", "{title}", "", "fewer", "more")
        case "difference of expected counts":
            return Units(1.0, "average count", "", "", "the average count of {title}", "Counts go from {low} to {high}")
        case "difference of expected levels":
            return Units(
                1.0, "levels", "level", "levels", "the average level of {title}", "The levels go from {low} to {high}"
            )
        case "difference of medians":
            unit = unit_of(outcome)
            scale = f"It can be from {{low}} to {{high}} {unit}"
            return Units(1.0, unit, unit.removesuffix("s"), unit, "the median of {title}", scale)
        case _:
            return Units(1.0, "points", "point", "points", "{title}", "The scale goes from {low} to {high}")


def estimate_sentence(
    measure: str,
    outcome: Outcome,
    *,
    arm: str,
    reference: str,
    lived: bool,
    full: str,
    mean: float,
    interval: str,
) -> str:
    """How large an effect is, with its interval; without a full stop.

    `full` says what exposure it is at, with a space before it, or is empty; `interval` is a clause.
    """
    size = change(measure, outcome, mean)
    subject = units(measure, outcome).subject.format(title=outcome.title)
    if measure == "difference of risks" and lived:
        sentence = (
            f"Of 100 nights such as those on {arm}, {outcome.title} is estimated to have been a yes on {size} than had they "
            f"been on {reference}"
        )
    elif measure == "difference of risks":
        sentence = f"Of 100 nights on {arm}{full}, {outcome.title} is estimated to be a yes on {size} than of 100 nights on {reference}"
    elif lived:
        points = subject == outcome.title
        would = "the same nights would have been on" if points else "it would have been on the same nights on"
        sentence = f"On the nights on {arm}, {subject} is estimated to have been {size} than {would} {reference}"
    else:
        sentence = f"{subject[:1].upper()}{subject[1:]} is estimated to be {size} on {arm}{full} than on {reference}"
    return f"{sentence}; {interval}"


def scale_sentence(measure: str, outcome: Outcome) -> str:
    """The ends of the scale, and which way is better."""
    scale = units(measure, outcome).scale.format(low=f"{outcome.low:g}", high=f"{outcome.high:g}")
    if not scale:
        return f"{'Fewer' if outcome.better == 'lower' else 'More'} is better."
    return f"{scale}, and {outcome.better} is better."


def change(measure: str, outcome: Outcome, value: float) -> str:
    """A difference in words, such as "2.1 points lower" or "12 fewer"."""
    told = units(measure, outcome)
    unit = f" {told.many}" if told.many and told.factor == 1 else ""
    return f"{_size(told, value)}{unit} {told.less if value < 0 else told.more}"


def span(measure: str, outcome: Outcome, low: float, high: float) -> str:
    """An interval in words, such as "from 2.1 lower to 0.3 higher"."""
    told = units(measure, outcome)
    ends = [f"{_size(told, end)} {told.less if end < 0 else told.more}" for end in (low, high)]
    return f"from {ends[0]} to {ends[1]}"


def amount(measure: str, outcome: Outcome) -> str:
    """The smallest change that matters, such as "1 point" or "10 nights in 100"."""
    told = units(measure, outcome)
    value = told.factor * outcome.threshold
    return f"{value:g} {told.one if value == 1 else told.many}".rstrip()


def further_sentence(further: Sequence[Mapping[str, Any]], *, full: bool) -> str:
    """The other measures of an effect, such as "odds ratio 0.40 (0.20 to 0.90)"; empty where there are none.

    `full` says whether they are at an exposure that is built up first.
    """
    if not further:
        return ""
    told = [_further(row) for row in further[:_MOST_FURTHER]]
    rest = len(further) - len(told)
    others = f"; {rest} more in results.json" if rest else ""
    return f"{'Also, at full effect' if full else 'Also'}: {'; '.join(told)}{others}."


def _further(row: Mapping[str, Any]) -> str:
    if not row["measure"].startswith(_AT_LEAST):
        low, high = row["interval"]
        return f"{row['measure']} {number(row['median'])} ({number(low)} to {number(high)})"

    def nights(value: float) -> str:
        return f"{_hundredths(abs(value))} {'fewer' if value < 0 else 'more'}"

    low, high = (nights(end) for end in row["interval"])
    level = row["measure"].removeprefix(_AT_LEAST)
    return f"at least {level} on {nights(row['median'])} nights in 100 ({low} to {high})"


def _size(told: Units, value: float) -> str:
    write: Callable[[float], str] = number if told.factor == 1 else _hundredths
    return write(abs(value))


def _hundredths(share: float) -> str:
    """Nights in a hundred: whole ones, or with one digit below 1."""
    nights = 100 * share
    return f"{nights:.1f}" if 0.05 <= nights < 0.95 else f"{nights:.0f}"
