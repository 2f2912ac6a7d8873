"""The picture of a plan: every period as a bar on a calendar. Of a sealed trial it has no arms to show."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nof1.language import say, say_some, spoken
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED, PAUSE, WASHOUT
from nof1.plan.design.order import OFF_TRIAL, RUN_IN, Order, Period
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.draw import schedule as sealed_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial
from nof1.report.figures.style import (
    ARM_COLOURS,
    GREY,
    INCHES_A_LETTER,
    arm_styles,
    finish,
    head_room,
    new_axes,
    on_colour,
    shorten,
    size_of,
    wrapped,
)
from nof1.report.words.gaps import stretch_name
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OFF = {"run-in": "#D8D8D8", WASHOUT: "#EFEFEF", PAUSE: "white", NO_ARM: "white", NOT_COMPARED: "#EFEFEF"}
_HATCHES = {WASHOUT: "....", PAUSE: "////", NO_ARM: "////", NOT_COMPARED: "...."}
_SEALED = "#9A9A9A"
_REFERENCE = "#BDBDBD"  # lighter than in other pictures: a fill has to differ from the arms' in grey, too
_OF_ARMS = ("", "///", "...", "xxx", "---", "+++")  # hatches of active arms, whose colours are alike in grey
_LABEL = 18
_AXES = 0.8  # share of the width that the nights have beside the names


@spoken_of
def schedule(source: Trial | Order | Protocol, *, ax: "Axes | None" = None) -> "Axes":
    """Every period as a bar in the row of its arm; run-in, washout and pauses in rows of their own; nights counted below.

    Parameters
    ----------
    source : Trial, Order or Protocol
        Of a protocol the order that its seed draws; where the order is concealed, the periods without their arms.
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If the order of a protocol was not drawn by nof1: an adopted trial shows its own.

    Examples
    --------
    >>> nof1.plots.schedule(trial.protocol).get_xlabel()
    'night of the trial and its date, 91 nights in all'
    """
    order, protocol = _order(source)
    rows = _rows(order, protocol)
    ax = ax or new_axes(8.0, 1.0 + 0.4 * len(rows))
    per_night = _AXES * size_of(ax)[0] / order.nights
    colours = _colours(order, protocol)
    active = [key for key in colours if key not in _OFF and colours[key] != _REFERENCE]
    hatches = _HATCHES | {key: _OF_ARMS[i % len(_OF_ARMS)] for i, key in enumerate(active)}
    night = 0.5
    blocks: dict[int, tuple[float, float]] = {}
    for period in order.periods:
        key = _key(period)
        colour = colours.get(key, _SEALED)
        hatch = hatches.get(key, "")
        words: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "fontsize": 8,
            "fontweight": "bold" if hatch else "normal",
        }
        if hatch:
            words["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        bar: dict[str, Any] = {"left": night, "height": 0.78, "align": "center"}
        ax.barh(
            rows.index(key),
            period.nights,
            color=colour,
            ec="#444444" if key in _HATCHES else "white",
            lw=0.8,
            hatch=hatch,
            **bar,
        )
        if period.on_trial and period.number != RUN_IN:
            number = str(period.number)
            if period.nights * per_night > INCHES_A_LETTER * (len(number) + 0.6):
                middle = night + period.nights / 2
                ax.text(middle, rows.index(key), number, color="black" if hatch else on_colour(colour), **words)
        if period.block:
            first, _ = blocks.get(period.block, (night, night))
            blocks[period.block] = (first, night + period.nights)
        night += period.nights
    _mark_blocks(ax, blocks, len(rows), per_night)
    ax.set_yticks(range(len(rows)), [_row_label(key) for key in rows])
    ax.tick_params(axis="y", length=0, labelsize=8.5)
    ax.tick_params(axis="x", labelsize=8)
    ax.set(xlim=(0.5, order.nights + 0.5), ylim=(len(rows) - 0.45, -0.4 - head_room(ax, len(rows), protocol)))
    dated = protocol is None or protocol.dated
    _count_nights(ax, order, per_night, dated=dated)
    ax.set_xlabel(wrapped(_axis_label(order.nights, dated=dated), ax, share=0.7), fontsize=8.5)
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def _mark_blocks(ax: "Axes", blocks: dict[int, tuple[float, float]], rows: int, per_night: float) -> None:
    """Lines between blocks, and their names above where they fit."""
    if len(blocks) < 2:
        return
    ends = [end for _, end in blocks.values()][:-1]
    ax.vlines(ends, -0.6, rows - 0.45, color="#B5B5B5", lw=0.8, ls=(0, (3, 3)), zorder=0)
    names = [say("block {block}", block=block) for block in blocks]
    shortest = min(end - first for first, end in blocks.values()) * per_night
    if max(len(name) for name in names) * INCHES_A_LETTER > shortest:
        return
    for name, (first, end) in zip(names, blocks.values(), strict=True):
        ax.text((first + end) / 2, -0.5, name, ha="center", va="bottom", fontsize=7.5, color=GREY)


def _axis_label(nights: int, *, dated: bool) -> str:
    if dated:
        return say_some(
            nights,
            "night of the trial and its date, {count} night in all",
            "night of the trial and its date, {count} nights in all",
        )
    return say_some(nights, "night of the trial, {count} night in all", "night of the trial, {count} nights in all")


def _order(source: Trial | Order | Protocol) -> tuple[Order, Protocol | None]:
    if isinstance(source, Order):
        return source, None
    if isinstance(source, Trial):
        return source.order, source.protocol
    if source.randomized and source.concealed != "open":
        return sealed_schedule(source), source
    return draw_order(source), source


def _key(period: Period) -> str:
    """The row of a period: its arm, or what it is instead."""
    if period.number == RUN_IN and period.on_trial:
        return "run-in"
    return "sealed" if period.arm is None else period.arm


def _rows(order: Order, protocol: Protocol | None) -> list[str]:
    """Rows from the top: run-in, arms as the protocol names them, washout, pauses."""
    there = list(dict.fromkeys(_key(period) for period in order.periods))
    arms = [arm.name for arm in protocol.arms] if protocol is not None else [key for key in there if key not in _OFF]
    wanted = ["run-in", *arms, "sealed", *OFF_TRIAL]
    return [key for key in dict.fromkeys(wanted) if key in there]


def _colours(order: Order, protocol: Protocol | None) -> dict[str, str]:
    if protocol is not None:
        styles = {name: colour for name, (colour, _) in arm_styles(protocol).items()}
        return styles | {protocol.reference: _REFERENCE} | _OFF
    arms = list(dict.fromkeys(period.arm for period in order.periods if period.on_trial and period.arm is not None))
    palette = [_REFERENCE, *ARM_COLOURS]
    return {name: palette[i % len(palette)] for i, name in enumerate(arms)} | _OFF


def _row_label(key: str) -> str:
    match key:
        case "run-in":
            return say("run-in")
        case "sealed":
            return say("sealed:\narm not known")
        case _:
            return shorten(stretch_name(key), _LABEL)


def _count_nights(ax: "Axes", order: Order, per_night: float, *, dated: bool) -> None:
    """Number and date of the first night of as many periods as have room for it."""
    starts = [(1, order.periods[0])]
    night = 1
    for period in order.periods[:-1]:
        night += period.nights
        starts.append((night, order.periods[len(starts)]))
    labels = [_tick(number, period, dated=dated) for number, period in starts]
    room = INCHES_A_LETTER * (1 + max(len(line) for label in labels for line in label.split("\n")))
    shown = _spaced([number for number, _ in starts], room / per_night)
    ax.set_xticks([starts[i][0] for i in shown], [labels[i] for i in shown])


def _tick(number: int, period: Period, *, dated: bool) -> str:
    if not dated:
        return say("{night}", night=number)
    return say("{night}\n{date}", night=number, date=spoken().day(period.start, year=False))


def _spaced(places: Sequence[int], least: float) -> list[int]:
    """Indices of places that are at least so far apart: every one, or every second, and so on."""
    for step in range(1, len(places)):
        chosen = list(range(0, len(places), step))
        if all(places[j] - places[i] >= least for i, j in itertools.pairwise(chosen)):
            return chosen
    return [0]
