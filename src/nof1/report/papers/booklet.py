"""The words of booklet.pdf: how to fill it in, when to stop, whom to call, and a row for every night.

Of a concealed order it knows nothing but the numbers of the packs.
"""

from typing import Any

from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.evening_dose import contents, takes
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety import stop_rule_sentence
from nof1.report.words.phrases import NO_ADVICE, SIMULATED, both_days, clip, counted, some, span

MAX_COVARIATES = 6  # columns that paper has room for
_UPRIGHT = 2  # more covariates than that turn the page
_LABEL = 40
_TITLE = 120
_DOSE = "☐ all   ☐ part   ☐ none"
_NO_DOSE = "☐ nothing   ☐ some"


def booklet_words(protocol: Protocol, order: Order) -> dict[str, Any]:
    """Everything the template of the booklet needs but the size of its text."""
    covariates = protocol.analysis.covariates
    return {
        "title": f"Diary of an N-of-1 trial: {clip(protocol.title, _TITLE)}",
        "simulated": SIMULATED if protocol.simulated else "",
        "nights": f"{counted(protocol.nights, 'night')}: {span(order.start, order.end)}.",
        "stop": stop_rule_sentence(),
        "call": _call(protocol),
        "emergency": _emergency(protocol),
        "steps": _steps(protocol),
        "compared": [f"{clip(arm.title, _LABEL)}: {clip(contents(protocol, arm), _TITLE)}" for arm in protocol.arms],
        "compared_heading": "What is compared"
        if protocol.concealed == "open"
        else "What is compared; which pack holds which is secret",
        "flipped": len(covariates) > _UPRIGHT,
        "columns": _columns(protocol),
        "stretches": [_stretch(protocol, order, period) for period in order.periods],
        "guesses": [clip(arm.title, _LABEL) for arm in protocol.arms],
        "no_advice": NO_ADVICE,
        "foot": f"nof1 booklet, protocol {protocol.sha256()[:16]}",
    }


def _call(protocol: Protocol) -> list[list[str]]:
    """Who to call, each with what is known of them; the rest is for the pen."""
    people = [["Doctor", ""], ["Pharmacist", ""], ["Emergency number", ""]]
    if protocol.concealed == "helper":
        people.append(["Helper", clip(protocol.conduct.helper, _TITLE)])
    return people


def _emergency(protocol: Protocol) -> str:
    if protocol.concealed == "open":
        return "In an emergency, show this booklet: it says what was planned for each night and what you took."
    if protocol.concealed == "helper":
        return (
            "In an emergency, show this page. The helper knows what is in every pack and can open a single period with "
            "nof1 unseal --period; the others stay secret. Safety comes before the secret."
        )
    return (
        "In an emergency, show this page and open the pack of that period: the slip in it says what it holds. The others stay "
        "closed. Put it on record with nof1 unseal --period. Safety comes before the secret."
    )


def _steps(protocol: Protocol) -> list[str]:
    outcome, conduct = protocol.outcome, protocol.conduct
    whole = ", whole numbers" if outcome.whole else ""
    best, worst = (outcome.low, outcome.high) if outcome.better == "lower" else (outcome.high, outcome.low)
    what = (
        "what the line of the period says"
        if protocol.concealed == "open"
        else "that evening's part of the pack with the number"
    )
    left = protocol.analysis.covariates[MAX_COVARIATES:]
    steps = [
        f"Evening, {conduct.dose_time}: take {what}. Where it says to take nothing, take nothing.",
        f"Morning, {conduct.entry_time}: rate the night before. {clip(outcome.title, _TITLE)}, from {outcome.low:g} to "
        f"{outcome.high:g}{whole}: {best:g} is best, {worst:g} is worst. A line belongs to one night and names both its days.",
        f"Tick what you took the evening before. For a part, write down how much{_unit(protocol)}.",
        "Side effects in your own words, on every night alike, with or without a dose. Nothing to say: leave it blank.",
        "Missed a morning? Leave the line empty. Never fill it in from memory later.",
    ]
    if protocol.concealed != "open":
        steps.append(
            "At the end of each period tick the arm you believe it was, or that you can't tell, and how sure you are. "
            "Do it before you hear anything about the order."
        )
    steps.append(
        "To take it over: nof1 log asks for a night at a time; or type the lines into diary.xlsx and use nof1 import."
        f"{f' No room on paper for {some(left, MAX_COVARIATES)}: put them there.' if left else ''}"
    )
    return steps


def _unit(protocol: Protocol) -> str:
    return ", in mg of elemental magnesium" if protocol.concealed == "open" else ", such as half"


def _columns(protocol: Protocol) -> list[dict[str, str]]:
    """Heading and kind of each column; the template knows how wide a kind is."""
    outcome = protocol.outcome
    scale = f"{outcome.low:g} to {outcome.high:g} ({outcome.better} is better)"
    return [
        {"kind": "night", "head": "Night", "under": ""},
        {"kind": "number", "head": clip(outcome.title, _LABEL), "under": scale},
        {"kind": "taken", "head": "Taken", "under": "the evening before"},
        {"kind": "text", "head": "Side effects", "under": ""},
        *({"kind": "small", "head": name, "under": ""} for name in protocol.analysis.covariates[:MAX_COVARIATES]),
        {"kind": "text", "head": "Note", "under": ""},
    ]


def _stretch(protocol: Protocol, order: Order, period: Period) -> dict[str, Any]:
    return {
        "head": _heading(protocol, order, period),
        "dates": f"{span(period.start, period.end)}, {counted(period.nights, 'night')}",
        "paused": period.arm == PAUSE,
        "taken": _DOSE if takes(protocol, period) else _NO_DOSE,
        "nights": [] if period.arm == PAUSE else [both_days(night) for night in period.dates],
        "guess": f"End of period {period.number}" if _asks_guess(protocol, order, period) else "",
    }


def _asks_guess(protocol: Protocol, order: Order, period: Period) -> bool:
    return protocol.concealed != "open" and order.ends_period(period.end)


def _heading(protocol: Protocol, order: Order, period: Period) -> str:
    if period.arm == PAUSE:
        return "Pause: these nights do not count, nothing to fill in"
    if period.arm == WASHOUT:
        return f"Washout after period {period.number}: take nothing"
    again = any(
        other.on_trial and other.number == period.number and other.start < period.start for other in order.periods
    )
    name = "Run-in" if period.number == RUN_IN else f"Period {period.number}{', after the pause' if again else ''}"
    if period.arm is None:
        return f"{name}: pack {period.number}"
    arm = protocol.arm(period.arm)
    if protocol.concealed != "open":
        return f"{name}: {'take the pack marked run-in' if takes(protocol, period) else 'take nothing'}"
    if not takes(protocol, period):
        return f"{name}: {clip(arm.title, _LABEL)}, take nothing"
    return f"{name}: {clip(arm.title, _LABEL)}, {clip(contents(protocol, arm), _TITLE)}"
