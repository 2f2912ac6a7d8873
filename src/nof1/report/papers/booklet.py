"""The words of booklet.pdf: how to fill it in, when to stop, whom to call, and a row for every night.

Of a concealed order it knows nothing but the numbers of the packs.
"""

from typing import Any

from nof1.language import commas, phrase, say, sentences
from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.evening_dose import contents, evening_words, takes, to_take
from nof1.plan.protocol.anchors import rating_words
from nof1.plan.protocol.nightly import answers, beside, column_title
from nof1.plan.protocol.noticed import SIGNS, asks_noticed
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.period_ends import STEPS, asks_impression, period_measures, scale_words
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.recorded import Recorded
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, both_days, clip, nights, scale, some, span
from nof1.report.words.unscreened import banner, marked_foot

MAX_COVARIATES = 6  # columns that paper has room for
_MAX_IN_LARGE_PRINT = 2
_UPRIGHT = 2  # more of them than that turn the page
_LABEL = 40
_TITLE = 120
_DOSE = phrase("☐ all   ☐ part   ☐ none")
_NO_DOSE = phrase("☐ nothing   ☐ some")


def booklet_words(protocol: Protocol, order: Order, *, large_print: bool = False) -> dict[str, Any]:
    """Everything the template of the booklet needs but the size of its text."""
    most = (_MAX_IN_LARGE_PRINT if large_print else MAX_COVARIATES) - asks_noticed(protocol)
    count = sum(period.nights for period in order.periods if period.counts)
    return {
        "title": say("Diary of an N-of-1 trial: {title}", title=clip(ours(protocol.title), _TITLE)),
        "simulated": banner(protocol, SIMULATED),
        "nights": say("{nights}: {evenings}.", nights=nights(count), evenings=span(order.start, order.end)),
        "headings": {
            "stop": say("When to stop"),
            "call": say("Whom to call"),
            "steps": say("How to fill it in"),
            "compared": say("What is compared")
            if protocol.concealed == "open"
            else say("What is compared; which pack holds which is secret"),
            "nights": say("The nights"),
        },
        "stop": stop_rule_sentence(),
        "call": _call(protocol),
        "emergency": _emergency(protocol),
        "steps": _steps(protocol, most),
        "compared": [
            say("{arm}: {contents}", arm=clip(arm.title, _LABEL), contents=clip(contents(protocol, arm), _TITLE))
            for arm in protocol.arms
        ],
        "flipped": large_print or len(_asked(protocol)) + asks_noticed(protocol) > _UPRIGHT,
        "columns": _columns(protocol, most),
        "rating": _rating(protocol),
        "stretches": [_stretch(protocol, order, period) for period in order.periods],
        "guesses": [*(clip(arm.title, _LABEL) for arm in protocol.arms), say("can't tell")],
        "believed": say("I believe it was:"),
        "how_sure": say("How sure I am, from 0 (a blind guess) to 100 (certain):"),
        "no_advice": say(NO_ADVICE),
        "foot": marked_foot(protocol, say("nof1 booklet, protocol {hash}", hash=protocol.sha256()[:16])),
    }


def _call(protocol: Protocol) -> list[list[str]]:
    """Who to call, each with what is known of them; the rest is for the pen."""
    people: list[list[str]] = [[say("Doctor"), ""], [say("Pharmacist"), ""], [say("Emergency number"), ""]]
    if protocol.concealed == "helper":
        people.append([say("Helper"), clip(protocol.conduct.helper, _TITLE)])
    return people


def _emergency(protocol: Protocol) -> str:
    if protocol.concealed == "open":
        return say("In an emergency, show this booklet: it says what was planned for each night and what you took.")
    if protocol.concealed == "helper":
        return say(
            "In an emergency, show this page. The helper knows what is in every pack and can open a single period with "
            "nof1 unseal --period; the others stay secret. Safety comes before the secret."
        )
    return say(
        "In an emergency, show this page and open the pack of that period: the slip in it says what it holds. The others stay "
        "closed. Put it on record with nof1 unseal --period. Safety comes before the secret."
    )


def _steps(protocol: Protocol, most: int) -> list[str]:
    outcome, conduct = protocol.outcome, protocol.conduct
    best, worst = (outcome.low, outcome.high) if outcome.better == "lower" else (outcome.high, outcome.low)
    known = protocol.concealed == "open"
    left = [column_title(protocol, name) for name in _asked(protocol)[most:]]
    told = [_how(one) for one in protocol.recorded or () if one.name in _asked(protocol)[:most]]
    evening = _EVENING_OPEN if known else _EVENING_CONCEALED
    steps: list[str] = [
        say(evening, time=conduct.dose_time),
        say(
            _MORNING_WHOLE if outcome.whole else _MORNING,
            time=conduct.entry_time,
            outcome=clip(outcome.title, _TITLE),
            low=outcome.low,
            high=outcome.high,
            best=best,
            worst=worst,
        ),
        say("Tick what you took the evening before. For a part, write down how much, in mg of elemental magnesium.")
        if not protocol.by_share and (protocol.of_magnesium or any(arm.dose_mg for arm in protocol.arms))
        else say("Tick what you took the evening before. For a part, write down how much, such as half."),
        say(
            "Side effects in your own words, on every night alike, with or without a dose. Nothing to say: leave it blank."
        ),
        say("Missed a morning? Leave the line empty. Never fill it in from memory later."),
    ]
    if any(told):
        steps.append(sentences([line for line in told if line]))
    if asks_noticed(protocol):
        signs = [say("{step} {words}", step=sign, words=say(words)) for sign, words in enumerate(SIGNS, start=1)]
        steps.append(
            say(
                "Only if something gave away what was in the pack, write its number under “noticed”: {signs}. Do not look for it.",
                signs=commas(signs),
            )
        )
    if asks_impression(protocol):
        steps.append(say("At the end of each period tick how its nights were, compared with before the trial."))
    if not known:
        steps.append(
            say(
                "At the end of each period tick the arm you believe it was, or that you can't tell, and how sure you are. "
                "Do it before you hear anything about the order."
            )
        )
    taken_over = say(
        "To take it over: nof1 log asks for a night at a time; or type the lines into diary.xlsx and use nof1 import."
    )
    no_room = say("No room on paper for {names}: put them there.", names=some(left, MAX_COVARIATES)) if left else ""
    return [*steps, sentences([taken_over, no_room])]


_EVENING_OPEN = phrase(
    "Evening, {time}: take what the line of the period says. Where it says to take nothing, take nothing."
)
_EVENING_CONCEALED = phrase(
    "Evening, {time}: take that evening's part of the pack with the number. Where it says to take nothing, take nothing."
)
_MORNING = phrase(
    "Morning, {time}: rate the night before. {outcome}, from {low:g} to {high:g}: {best:g} is best, {worst:g} is worst. "
    "A line belongs to one night and names both its days."
)
_MORNING_WHOLE = phrase(
    "Morning, {time}: rate the night before. {outcome}, from {low:g} to {high:g}, whole numbers: {best:g} is best, {worst:g} is "
    "worst. A line belongs to one night and names both its days."
)


def _asked(protocol: Protocol) -> tuple[str, ...]:
    """What is asked beside rating, dose and side effects: covariates, then what is beside the model."""
    return (*protocol.analysis.covariates, *(one.name for one in beside(protocol)))


def _how(one: Recorded) -> str:
    """How a column with a kind of answer of its own is filled in; "" where its heading says it."""
    asked = {"column": one.called, "question": _question(one)}
    match one.kind:
        case "choice":
            numbered = [
                say("{number} {choice}", number=str(at), choice=told) for at, told in enumerate(answers(one), 1)
            ]
            return say("{column}: {question} Write the number: {choices}.", choices=commas(numbered), **asked)
        case "words":
            return ""
        case "clock":
            return say("{column}: {question} Write the time such as 22:30, or \u201cnone\u201d.", **asked)
        case _:
            return say("{column}: {question}", **asked)


def _question(one: Recorded) -> str:
    return one.asks if one.asks[-1:] in "?.!" else f"{one.asks}."


def _under(one: Recorded | None) -> str:
    """What goes into a column, below its heading."""
    if one is None:
        return ""
    match one.kind:
        case "clock":
            return say("time")
        case "choice":
            return say("{low} to {high}", low="1", high=str(len(one.choices or ())))
        case "yes-no":
            return say("yes or no")
        case _:
            return one.unit or ""


def _rating(protocol: Protocol) -> str:
    """What the numbers of the rating mean and which hours it is of, to stand above the nights on every page."""
    words = rating_words(protocol)
    return say("{outcome}: {words}", outcome=clip(protocol.outcome.title, _LABEL), words=words) if words else ""


def _columns(protocol: Protocol, most: int) -> list[dict[str, str]]:
    """Heading and kind of each column; the template knows how wide a kind is."""
    outcome, asked = protocol.outcome, _asked(protocol)[:most]
    own = {one.name: one for one in protocol.recorded or ()}
    return [
        {"kind": "night", "head": say("Night"), "under": ""},
        {"kind": "take", "head": say("Take"), "under": ""},
        {"kind": "number", "head": clip(outcome.title, _LABEL), "under": scale(outcome)},
        {"kind": "taken", "head": say("Taken"), "under": say("the evening before")},
        *(
            [{"kind": "sign", "head": say("Noticed"), "under": say("1 to {most}", most=len(SIGNS))}]
            if asks_noticed(protocol)
            else []
        ),
        {"kind": "text", "head": say("Side effects"), "under": ""},
        *(
            {
                "kind": "text" if name in own and own[name].kind == "words" else "small",
                "head": column_title(protocol, name),
                "under": _under(own.get(name)),
            }
            for name in asked
        ),
        {"kind": "text", "head": say("Note"), "under": ""},
    ]


def _stretch(protocol: Protocol, order: Order, period: Period) -> dict[str, Any]:
    return {
        "head": _heading(protocol, order, period),
        "dates": say("{dates}, {nights}", dates=span(period.start, period.end), nights=nights(period.nights)),
        "paused": period.arm == PAUSE,
        "take": to_take(protocol, period, short=True),
        "taken": say(_DOSE) if takes(protocol, period) else say(_NO_DOSE),
        "nights": [] if period.arm == PAUSE else [both_days(night) for night in period.dates],
        "end": _end(protocol, order, period),
        "scores": _scores(protocol) if order.ends_period(period.end) else [],
        "guess": say("End of period {number}.", number=period.number) if _asks_guess(protocol, order, period) else "",
    }


def _end(protocol: Protocol, order: Order, period: Period) -> list[str]:
    """What is asked at the end of a period: the question, then its boxes; nothing where none is."""
    if not (period_measures(protocol) and order.ends_period(period.end)):
        return []
    if not asks_impression(protocol):
        return [say("End of period {number}.", number=period.number)]
    asked = say("End of period {number}. Compared with before the trial, my nights in it were:", number=period.number)
    return [asked, *map(say, STEPS)]


def _scores(protocol: Protocol) -> list[str]:
    """The scores that are written down at the end of a period, each to have a line for the pen."""
    return [
        say("{title}, from its own form ({scale}):", title=clip(say(one.title), _LABEL), scale=scale_words(one))
        for one in protocol.instruments or ()
    ]


def _asks_guess(protocol: Protocol, order: Order, period: Period) -> bool:
    return protocol.concealed != "open" and order.ends_period(period.end)


def _heading(protocol: Protocol, order: Order, period: Period) -> str:
    if period.arm == PAUSE:
        return say("Pause: these nights do not count, nothing to fill in")
    if period.arm == WASHOUT:
        return say("Washout after period {number}: take nothing", number=period.number)
    return say("{stretch}: {what}", stretch=_stretch_name(order, period), what=_heading_words(protocol, period))


def _stretch_name(order: Order, period: Period) -> str:
    if period.number == RUN_IN:
        return say("Run-in")
    before = [one for one in order.periods if one.number == period.number and one.start < period.start]
    if before and before[-1].on_trial:
        return say("Period {number}, other dose", number=period.number)
    if any(one.on_trial for one in before):
        return say("Period {number}, after the pause", number=period.number)
    return say("Period {number}", number=period.number)


def _heading_words(protocol: Protocol, period: Period) -> str:
    """What its evenings hold, and what that arm is called where everybody may know."""
    what = evening_words(protocol, period, timed=False)
    if period.arm is None or protocol.concealed != "open":
        return what
    title = clip(protocol.arm(period.arm).title, _LABEL)
    return what if title == what else say("{arm}, {contents}", arm=title, contents=what)
