"""Questions on what is rated each morning: the ready-made rating or a scale of one's own, and the change worth having."""

from collections.abc import Callable

from nof1.cli.wizard.parse import SHORT, column, number, one_of, spelled, words, yes_no
from nof1.cli.wizard.step import Choice, Raw, Step, Talk, at, at_if_any
from nof1.language import phrase, say, spoken
from nof1.plan.protocol.anchors import NIGHT, NONE, WORST
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, load_template
from nof1.report.words.phrases import cited

PART = phrase("What you rate each morning")
_OWN = "own"
_RATINGS = (
    Choice("keep", phrase("how bad your legs were last night, 0 (not at all) to 10 (worst)")),
    Choice(_OWN, phrase("a scale of my own")),
)
_BETTER = (Choice("lower", phrase("lower is better")), Choice("higher", phrase("higher is better")))
_SCALE_ENDS = 100_000


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


def _ready_made(answer: str, _: Talk) -> list[str]:
    """What the ends of the ready-made rating mean and which hours it is of, once it is chosen."""
    if answer == _OWN:
        return []
    meanings = say("{low:g} = {best}, {high:g} = {worst}", low=0.0, best=ours(NONE), high=10.0, worst=ours(WORST))
    return [
        say("{meanings}.", meanings=meanings),
        say("Rate these hours: {hours}.", hours=ours(NIGHT)),
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
        id="threshold",
        part=PART,
        question=phrase("How much better would be worth it to you? (in points of the scale)"),
        help=lambda _: say(
            "Smaller changes are then called too small to matter. {known} So it is yours to set, and it is fixed before the first "
            "night.",
            known=cited("rls-6", "rating-change"),
        ),
        parse=_parse_threshold,
        default=_tenth,
        rests_on=("rating", "low", "high"),
        gives=at("outcome.threshold", float),
    ),
)


def outcome_name(talk: Talk) -> str:
    """Name of what is rated, as the diary calls it."""
    own = spelled(talk.raw.get("label", "")).casefold() if _own(talk.raw) else ""
    return own or str(load_template(DEFAULT_TEMPLATE)["outcome"]["name"])


def rating_steps() -> tuple[Step, ...]:
    """The questions in their order."""
    return _STEPS
