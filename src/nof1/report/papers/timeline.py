"""The picture of the periods and the compact calendar: where each stretch stands and what is written on it.

Of a concealed order it knows pack numbers only, because that is all that the order it is given holds.
"""

import string
from datetime import date
from typing import Any

from nof1.language import clauses, listed, say, say_some, spoken
from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.orders.evening_dose import takes, takes_any
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.phrases import clip, sentence, span

_FEW = 5  # arms that the legend names
_LIGHTEST, _DARKEST = 88, 35  # per cent by which the arms' colour is lightened


def letters(protocol: Protocol) -> dict[str, str]:
    """A capital letter for each arm, by its name."""
    return {arm.name: string.ascii_uppercase[i] for i, arm in enumerate(protocol.arms)}


def timeline(protocol: Protocol, order: Order) -> dict[str, Any]:
    """Stretches and dates as shares of the width, with a text alternative and a legend.

    What there is room for is measured by the template, which knows the width and the letters.
    """
    segments = [_segment(protocol, order, period) for period in order.periods]
    return {
        "segments": segments,
        "ticks": _ticks(order),
        "alt": _described(protocol, order),
        "legend": _legend(protocol, order),
        "unnumbered": _legend(protocol, order, numbered=False),
    }


def _segment(protocol: Protocol, order: Order, period: Period) -> dict[str, Any]:
    share = period.nights / order.nights
    letter = "" if period.arm is None else letters(protocol).get(period.arm, "")
    off = "washout" if period.arm == WASHOUT else "pause" if period.arm == PAUSE else ""
    run_in = period.number == RUN_IN
    return {
        "at": (period.start - order.start).days / order.nights,
        "share": share,
        "number": "" if off or run_in else str(period.number),
        "letter": "" if run_in else letter,
        "off": off,
        "run_in": run_in,
        "lighten": _lightened(protocol, period),
    }


def _lightened(protocol: Protocol, period: Period) -> int:
    """How far the colour is lightened: the reference is white, packs are all alike, other arms get darker one by one."""
    if period.arm is None:
        return _LIGHTEST
    active = [arm.name for arm in protocol.active_arms]
    if period.arm not in active:
        return 100
    if len(active) == 1:
        return 60
    place = active.index(period.arm) / (len(active) - 1)
    return round(_LIGHTEST - place * (_LIGHTEST - _DARKEST))


def _ticks(order: Order) -> list[dict[str, Any]]:
    """Dates of the beginnings of stretches, and of the last night."""
    ticks: list[dict[str, Any]] = [
        {"at": (period.start - order.start).days / order.nights, "text": _short(period.start)}
        for period in order.periods
    ]
    return [*ticks, {"at": 1.0, "text": say("to {day}", day=_short(order.end))}]


def _short(when: date) -> str:
    return spoken().day(when, year=False, weekday=False)


def _described(protocol: Protocol, order: Order) -> str:
    """The picture in words."""
    parts: list[str] = []
    for period in order.periods[:40]:
        what = say("pack {number}", number=period.number) if period.arm is None else _arm_words(protocol, period)
        parts.append(say("{dates} {what}", dates=span(period.start, period.end, year=False), what=what))
    if len(order.periods) > 40:
        parts.append(say("and {count} more stretches", count=len(order.periods) - 40))
    stretches = "; ".join(parts)
    return say("Bar of the {nights} nights from left to right: {stretches}.", nights=order.nights, stretches=stretches)


def _arm_words(protocol: Protocol, period: Period) -> str:
    if period.arm in (WASHOUT, PAUSE):
        return say("washout") if period.arm == WASHOUT else say("pause")
    if period.number == RUN_IN:
        return say("run-in")
    return say("period {number} on {arm}", number=period.number, arm=clip(protocol.arm(str(period.arm)).title, 40))


def _legend(protocol: Protocol, order: Order, *, numbered: bool = True) -> str:
    parts: list[str] = []
    if numbered:
        parts.append(say("Numbers are those of the packs") if order.sealed else say("Numbers are those of the periods"))
    if not order.sealed and len(protocol.arms) > _FEW:
        parts.append(say("letters are those of the arms (see What is taken)"))
    elif not order.sealed:
        parts += [
            say("{letter} = {arm}", letter=letter, arm=clip(protocol.arm(name).title, 40))
            for name, letter in letters(protocol).items()
        ]
    if any(period.number == RUN_IN for period in order.periods):
        parts.append(say("dashed = run-in"))
    if any(period.arm == WASHOUT for period in order.periods):
        parts.append(say("hatched = washout, take nothing"))
    if any(period.arm == PAUSE for period in order.periods):
        parts.append(say("dotted = pause, does not count"))
    return sentence(clauses(parts)) if parts else ""


def period_list(protocol: Protocol, order: Order, *, most: int) -> dict[str, Any]:
    """The compact calendar: the evenings of every period with its arm or pack, and pauses; at most `most` of them."""
    known = letters(protocol)
    long = order.start.year != order.end.year
    rows = []
    for period in order.periods:
        if period.arm == WASHOUT:
            continue
        run_in = period.number == RUN_IN
        name = say("pause") if period.arm == PAUSE else say("run-in") if run_in else str(period.number)
        rows.append([name, span(period.start, period.end, year=long), known.get(period.arm or "", "")])
    left = len(rows) - most
    heads = [say("pack"), say("evenings")] if order.sealed else [say("period"), say("evenings"), say("arm")]
    return {
        "header": heads,
        "rows": [row[: len(heads)] for row in rows[:most]],
        "more": say("{count:,} more: see the booklet or calendar.ics.", count=left) if left > 0 else "",
    }


def order_in_letters(protocol: Protocol, order: Order) -> str:
    """An open order as one letter a period."""
    known = letters(protocol)
    return "".join(known[arm] for arm in order.arms())


def takes_words(protocol: Protocol, order: Order) -> str:
    """On how many evenings there is something to take."""
    if not takes_any(protocol):
        return ""
    doses = sum(period.nights for period in order.periods if takes(protocol, period))
    planned = sum(period.nights for period in order.periods if period.arm != PAUSE)
    return say_some(
        planned,
        "There is something to take on {doses} of {count} evening.",
        "There is something to take on {doses} of {count:,} evenings.",
        doses=doses,
    )


def pause_words(order: Order) -> str:
    """Pauses that were entered, in words; empty if there are none."""
    paused = [span(period.start, period.end) for period in order.periods if period.arm == PAUSE]
    return say("Pauses, whose nights do not count: {pauses}.", pauses=listed(paused)) if paused else ""
