"""Questions on what is rated each morning: the ready-made rating or a scale of one's own, and the change worth having."""

import re
from collections.abc import Callable
from typing import Any

from nof1.cli.wizard.parse import (
    SHORT,
    UNKNOWN,
    YES,
    column,
    is_unknown,
    number,
    one_of,
    quoted,
    spelled,
    whole,
    words,
    yes_no,
)
from nof1.cli.wizard.step import Choice, Raw, Step, Talk, at, at_if_any
from nof1.errors import InputError
from nof1.language import phrase, say, spoken
from nof1.plan.protocol.anchors import NIGHT, NONE, WORST, end_words
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.parts import Outcome
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, load_template
from nof1.plan.protocol.topic import rates_legs
from nof1.report.words.phrases import cited

PART = phrase("What you rate each morning")
_OWN = "own"
_RATINGS = (
    Choice("keep", phrase("how bad your legs were last night, 0 (not at all) to 10 (worst)")),
    Choice(_OWN, phrase("a scale of my own")),
    # By the names of the templates that have them.
    Choice("sleep-quality", phrase("how well you slept, 0 to 10 (best)")),
    Choice("migraine", phrase("headache of the last 24 hours, 0 (none) to 10 (worst)")),
    Choice("pain", phrase("pain of the last 24 hours, 0 (none) to 10 (worst)")),
    Choice("mood", phrase("mood of the last 24 hours, 0 to 10 (best)")),
)
_BETTER = (Choice("lower", phrase("lower is better")), Choice("higher", phrase("higher is better")))
_SCALE_ENDS = 100_000
_MOST_NIGHTS = 14  # that anybody remembers
_SHARE_AT_END = 0.25


def _own(raw: Raw) -> bool:
    return raw.get("rating") == _OWN


def _tenth(talk: Talk) -> str:
    """A tenth of the scale, as in the template."""
    if not _own(talk.raw):
        return f"{load_template(DEFAULT_TEMPLATE)['outcome']['threshold']:g}"
    low, high = float(talk.raw.get("low", 0)), float(talk.raw.get("high", 10))
    return f"{max((high - low) / 10, 0.01):.2f}".removesuffix("0").removesuffix(".0")


def _below(talk: Talk) -> str:
    return say("What is its highest number? (above {low})", low=spoken().number(talk.raw.get("low", "0")))


def _parse_high(text: str, talk: Talk) -> str:
    return number(float(talk.raw.get("low", 0)), _SCALE_ENDS, above=True)(text, talk)


def _parse_threshold(text: str, talk: Talk) -> str:
    low, high = (float(talk.raw.get("low", 0)), float(talk.raw.get("high", 10))) if _own(talk.raw) else (0.0, 10.0)
    return number(0, round((high - low) * 0.99, 2), above=True)(text, talk)


def _of_template(answer: str) -> dict[str, Any] | None:
    """The outcome of the template that has the rating, but for the change worth having."""
    if answer in ("keep", _OWN):
        return None
    template = load_template(answer)
    outcome = {name: value for name, value in template["outcome"].items() if name != "threshold"}
    return {"outcome": outcome} | ({"analysis": template["analysis"]} if template["analysis"] else {})


def _ready_made(answer: str, _: Talk) -> list[str]:
    """What the ends of a ready-made rating mean and which hours it is of, once it is chosen."""
    if answer == _OWN:
        return []
    if (given := _of_template(answer)) is not None:
        outcome = Outcome(**given["outcome"], threshold=1)
        return [
            say("{meanings}.", meanings=end_words(outcome)),
            say("Rate these hours: {hours}.", hours=ours(str(outcome.hours))),
        ]
    meanings = say("{low:g} = {best}, {high:g} = {worst}", low=0.0, best=ours(NONE), high=10.0, worst=ours(WORST))
    return [
        say("{meanings}.", meanings=meanings),
        say("Rate these hours: {hours}.", hours=ours(NIGHT)),
    ]


# --- how bad lately


def _ends(raw: Raw) -> tuple[float, float]:
    return (float(raw.get("low", 0)), float(raw.get("high", 10))) if _own(raw) else (0.0, 10.0)


def _only_whole(raw: Raw) -> bool:
    return not _own(raw) or raw.get("whole", YES) == YES


def _before_lately(talk: Talk) -> str:
    """What the numbers of the ready-made rating mean, where nobody chose a scale."""
    return "" if _own(talk.raw) else "\n".join(_ready_made(talk.raw.get("rating", "keep"), talk))


def _lately(talk: Talk) -> str:
    if talk.raw.get("rating", "keep") == "keep":
        return say("How bad were your last nights, 0 to 10? One number a night, such as 4 0 6 5")
    low, high = _ends(talk.raw)
    return say(
        "{label}: what were your last nights, {low:g} to {high:g}? One number a night, with spaces.",
        label=outcome_label(talk),
        low=low,
        high=high,
    )


def _parse_lately(text: str, talk: Talk) -> str:
    if is_unknown(text) or text.strip() == "-":
        return UNKNOWN
    marks = r"[\s;,]+" if _only_whole(talk.raw) else r"[\s;]+|,\s+"  # 4,5 may be one number
    parts = [part for part in re.split(marks, text.strip()) if part]
    if not 1 <= len(parts) <= _MOST_NIGHTS:
        raise InputError(
            say(
                "{typed} does not fit. Type from 1 to {most} numbers with spaces between, or d if you do not know.",
                typed=quoted(text),
                most=_MOST_NIGHTS,
            )
        )
    low, high = _ends(talk.raw)
    read = whole(int(low), int(high)) if _only_whole(talk.raw) else number(low, high)
    return " ".join(read(part, talk) for part in parts)


def at_an_end(raw: Raw) -> tuple[int, int]:
    """How many of the nights that were told lie at an end of the scale, and how many there are."""
    told = raw.get("lately", UNKNOWN)
    nights = [] if told == UNKNOWN else [float(part) for part in told.split()]
    low, high = _ends(raw)
    return max(nights.count(low), nights.count(high)), len(nights)


def _floored(raw: Raw) -> bool:
    """Whether so many nights lie at an end of the scale that the model has to know of it: a quarter, and two at least."""
    there, nights = at_an_end(raw)
    return _only_whole(raw) and there >= max(2, _SHARE_AT_END * nights)


def _from_lately(raw: Raw) -> dict[str, Any] | None:
    told = raw.get("lately", UNKNOWN)
    if told == UNKNOWN:
        return None
    kept = {"conduct": {"tailored": say("Ratings of nights before the trial: {numbers}.", numbers=told)}}
    return kept | ({"analysis": {"family": "rating"}} if _floored(raw) else {})


def _after_lately(_: str, talk: Talk) -> list[str]:
    if not _floored(talk.raw):
        return []
    there, nights = at_an_end(talk.raw)
    return [
        say(
            "{there} of {nights} lie at an end of the scale, so the analysis counts ratings as steps with a floor and a ceiling (family: rating).",
            there=there,
            nights=nights,
        )
    ]


def _after_threshold(answer: str, talk: Talk) -> list[str]:
    """Whether nights as they were lately can get better by so much."""
    told = talk.raw.get("lately", UNKNOWN)
    if told == UNKNOWN:
        return []
    nights = [float(part) for part in told.split()]
    mean = sum(nights) / len(nights)
    low, high = _ends(talk.raw)
    room = high - mean if _better(talk.raw) == "higher" else mean - low
    if room >= float(answer):
        return []
    return [
        say(
            "Your last nights were about {mean:.1f}: they cannot get better by {change:g}. < lets you change that.",
            mean=mean,
            change=float(answer),
        )
    ]


def _end(which: str) -> Callable[[Talk], str]:
    return lambda talk: say("What does {number} mean, in words?", number=spoken().number(talk.raw.get(which, "0")))


_MEANS = phrase(
    "It stands beside the scale each morning, so that a number means the same in the last week as in the first: for minutes awake 0 may be "
    "slept through. For counts and minutes the number often says it all."
)

_STEPS = (
    Step(
        id="rating",
        part=PART,
        question=phrase("What will you rate?"),
        help=lambda _: say(
            "One number for last night, each morning. A whole number from 0 to 10 is quick and easy to keep up. Choose your own scale if "
            "something else counts for you, such as minutes awake. {known}",
            known=cited("diary-bias"),
        ),
        parse=one_of(_RATINGS),
        choices=_RATINGS,
        default="keep",
        after=_ready_made,
        gives=_of_template,
        later=True,
    ),
    Step(
        id="label",
        part=PART,
        question=phrase("What is it called? (a short name, such as minutes awake)"),
        help=phrase("The name of the column in your diary and of the axis in the pictures."),
        parse=column,
        condition=_own,
        gives=lambda text: {"outcome": {"name": spelled(text).casefold(), "label": text}},
    ),
    Step(
        id="low",
        part=PART,
        question=phrase("What is its lowest number?"),
        help=phrase(
            "The ends of the scale tell the analysis how much your nights can differ. Answers outside are refused."
        ),
        parse=number(-_SCALE_ENDS, _SCALE_ENDS),
        condition=_own,
        gives=at("outcome.low", float),
    ),
    Step(
        id="high",
        part=PART,
        question=_below,
        help=phrase(
            "The ends of the scale tell the analysis how much your nights can differ. Answers outside are refused."
        ),
        parse=_parse_high,
        condition=_own,
        rests_on=("low",),
        gives=at("outcome.high", float),
    ),
    *(
        Step(
            id=f"{which}_means",
            part=PART,
            question=_end(which),
            help=_MEANS,
            parse=words(SHORT),
            default="",
            condition=_own,
            rests_on=(which,),
            gives=at_if_any(f"outcome.{which}_means"),
        )
        for which in ("low", "high")
    ),
    Step(
        id="hours",
        part=PART,
        question=phrase("Which hours is the number about?"),
        help=phrase(
            "Ratings of the same hours can be compared. The evening before bed, or naps, belong to it only if your words say so."
        ),
        parse=words(SHORT),
        default=NIGHT,
        condition=_own,
        gives=at_if_any("outcome.hours"),
    ),
    Step(
        id="better",
        part=PART,
        question=phrase("Which way is better?"),
        help=phrase("For minutes awake lower is better, for hours of sleep higher."),
        parse=one_of(_BETTER),
        choices=_BETTER,
        condition=_own,
        gives=at("outcome.better"),
    ),
    Step(
        id="whole",
        part=PART,
        question=phrase("Whole numbers only?"),
        help=phrase("With y, 4.5 is refused in the diary."),
        parse=yes_no,
        default="yes",
        condition=_own,
        gives=at("outcome.whole", "yes".__eq__),
        keys=phrase("y yes   n no"),
    ),
    Step(
        id="lately",
        part=PART,
        body=_before_lately,
        question=_lately,
        help=phrase(
            "As many nights as you remember, the order does not matter; they are kept in the protocol and enter no result. Where many nights lie at an end "
            "of the scale, such as nights without any trouble, the analysis counts ratings as steps between a floor and a ceiling (family: "
            "rating); otherwise as numbers that can go either way (family: normal). - or d where you do not know."
        ),
        parse=_parse_lately,
        rests_on=("rating", "low", "high", "whole"),
        gives_of=_from_lately,
        after=_after_lately,
        keys=phrase("d don't know"),
    ),
    Step(
        id="threshold",
        part=PART,
        question=phrase("How much better would be worth it to you? (in points of the scale)"),
        help=lambda talk: say(
            "Smaller changes are then called too small to matter. {known} So it is yours to set, and it is fixed before the first "
            "night.",
            known=cited("rls-6", "rating-change")
            if legs_are_rated(talk.raw)
            else say("nof1 knows of no published change that matters on this scale."),
        ),
        parse=_parse_threshold,
        default=_tenth,
        rests_on=("rating", "low", "high"),
        gives=at("outcome.threshold", float),
        after=_after_threshold,
    ),
)


def outcome_name(talk: Talk) -> str:
    """Name of what is rated, as the diary calls it."""
    own = spelled(talk.raw.get("label", "")).casefold() if _own(talk.raw) else ""
    return own or str(_template_of(talk.raw)["outcome"]["name"])


def outcome_label(talk: Talk) -> str:
    """What people call it."""
    return (talk.raw.get("label", "") if _own(talk.raw) else "") or ours(_template_of(talk.raw)["outcome"]["label"])


def legs_are_rated(raw: Raw) -> bool:
    """Whether the rating is that of restless legs, or one's own whose name says so."""
    if not _own(raw):
        return raw.get("rating", "keep") == "keep"
    return rates_legs("", "", Outcome(name="rating", label=raw.get("label", ""), low=0, high=1, better="lower"))


def _better(raw: Raw) -> str:
    return raw.get("better", "lower") if _own(raw) else str(_template_of(raw)["outcome"]["better"])


def _template_of(raw: Raw) -> dict[str, Any]:
    rating = raw.get("rating", "keep")
    return load_template(DEFAULT_TEMPLATE if rating in ("keep", _OWN) else rating)


def rating_steps() -> tuple[Step, ...]:
    """The questions in their order."""
    return _STEPS
