"""Pictures along the nights: the effect from the first planned day to the last, and what the body had of each arm."""

from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.checks.over_time import PairOverTime, course_of_pair
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import LEVEL, TAILS, pairs
from nof1.analyze.model.exposure import NEARLY_FULL, exposure_by_day
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.reasons import Reason
from nof1.analyze.results import Result
from nof1.errors import InputError, takes
from nof1.language import say
from nof1.plan.protocol.own_words import called
from nof1.report.figures.style import (
    BAND,
    GREY,
    NARROW,
    arm_styles,
    finish,
    new_axes,
    shorten,
    size_of,
    too_small,
    upright,
)
from nof1.report.words import ranges
from nof1.report.words.effect import Units, units
from nof1.report.words.reasons import reason_sentence
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DRAWS = 400  # half-lives, evenly spaced: enough for a band
_STYLES = ("-", (0, (5, 2)), (0, (1, 1)), "-.")
_BESIDE = 0.75  # inches for the words beside the line
_DOSES = 0.13  # height of a row of doses below the curves, as a share of full exposure


@takes(Result)
@spoken_of
def over_time(result: Result, *, pair: tuple[str, str] | None = None, ax: "Axes | None" = None) -> "Axes":
    """The effect on the first night on the arm and on the last with their intervals, against changes too small to matter.

    The line between them is the model's: an effect that changes by the same amount every day. Of nights before and after nothing is
    drawn.

    Parameters
    ----------
    result : Result
    pair : (arm, reference), optional
        The main comparison if not given.
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If it was not computed or could not be, with the reason.

    Examples
    --------
    >>> nof1.plots.over_time(result).get_xlabel()
    'night of the trial'
    """
    row, told = course_of(result, pair)
    ax = ax or new_axes(5.0, 3.0)
    protocol = result.trial.protocol
    threshold = too_small(protocol, told.factor)
    colour = arm_styles(protocol)[row.arm][0]
    nights = result.trial.order.nights  # pauses are nights of the trial, too
    days = row.nights or (1, nights)
    ends = [row.leading.early, row.leading.late]
    means = [told.factor * end.mean for end in ends]
    ax.axhspan(-threshold, threshold, color=BAND, lw=0, zorder=0)
    ax.plot(days, [0, 0], color="black", lw=0.9, zorder=1)
    ax.plot(days, means, color=colour, lw=1.8, zorder=2)
    reach = [-threshold, threshold]
    for day, end, mean, name in zip(days, ends, means, (say("first night"), say("last night")), strict=True):
        low, high = (told.factor * limit for limit in end.interval)
        ax.plot([day, day], [low, high], color="black", lw=2.6, solid_capstyle="butt", zorder=3)
        ax.plot([day], [mean], "o", color="black", ms=6, zorder=4)
        side = "right" if day == days[0] else "left"
        words = say("{when}\n{mean:number}", when=name, mean=mean)
        offset = (-7 if day == days[0] else 7, 0)
        ax.annotate(words, (day, mean), offset, textcoords="offset points", ha=side, va="center", fontsize=8)
        reach += [low, high]
    pad = nights * _BESIDE / max(size_of(ax)[0] - 2 * _BESIDE - 0.6, 0.6)
    edge = 0.08 * (max(reach) - min(reach))
    # In the half of the band that the line leaves free.
    place, va = (-0.95 * threshold, "bottom") if sum(means) > 0 else (0.95 * threshold, "top")
    small = say("too small to matter") if threshold else ""
    ax.text(0.5, place, small, transform=ax.get_yaxis_transform(), ha="center", va=va, fontsize=7.5, color=GREY)
    ax.set(
        xlim=(1 - pad, nights + pad),
        ylim=(min(reach) - edge, max(reach) + (2.2 if protocol.simulated else 1.0) * edge),
        xlabel=say("night of the trial"),
        xticks=sorted({1, *days, nights}),
    )
    change = row.leading.change
    ax.set_title(
        say(
            "from first to last: {change:number} ({span})",
            change=told.factor * change.mean,
            span=ranges.plain(*(told.factor * end for end in change.interval)),
        ),
        fontsize=8.5,
    )
    outcome = shorten(protocol.outcome.title, 24)
    if protocol.outcome.better == "lower":
        label = say("change in {outcome}\n({unit}, ↓ better)", outcome=outcome, unit=told.axis)
    else:
        label = say("change in {outcome}\n({unit}, ↑ better)", outcome=outcome, unit=told.axis)
    ax.set_ylabel(label)
    finish(ax, protocol)
    return ax


def course_of(result: Result, pair: tuple[str, str] | None = None) -> tuple[PairOverTime, Units]:
    """The row of the record on the effect over time, and its units.

    Raises
    ------
    InputError
        If there is none, with the reason.
    """
    protocol = result.trial.protocol
    main = pairs(protocol)[0]
    row = course_of_pair(result.record.over_time, pair or (main.arm, main.reference))
    if isinstance(row, Reason):
        raise InputError(reason_sentence(row))
    return row, units(MEASURES[protocol.analysis.family], protocol.outcome)


@takes(Result)
@spoken_of
def exposure(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """What the body had of every active arm on each day, as a share of full: posterior mean and interval; doses below.

    Where the model has no carryover, exposure is the dose itself, drawn as steps.

    Parameters
    ----------
    result : Result
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Examples
    --------
    >>> nof1.plots.exposure(result).get_ylabel()
    'share of full exposure'
    """
    ax = ax or new_axes(7.0, 2.6)
    narrow = size_of(ax)[0] < NARROW
    protocol = result.trial.protocol
    data = build_model_data(result.trial)
    nights = np.arange(1.0, data.days + 1)
    curves, half_life = exposure_curves(result, data)
    highest = max(1.0, float(data.doses.max()), float(curves.max()))
    styles = arm_styles(protocol)
    for k, name in enumerate(data.arms):
        colour = styles[name][0]
        line: dict[str, Any] = {"color": colour, "lw": 1.6, "ls": _STYLES[k % len(_STYLES)], "zorder": 3, "label": name}
        if half_life is None:
            ax.step(nights, curves[1][:, k], where="mid", **line)
        else:
            low, mean, high = (curve[:, k] for curve in curves)
            ax.fill_between(nights, low, high, color=colour, alpha=0.25, lw=0, zorder=2)
            ax.plot(nights, mean, **line)
        if len(data.arms) > 1 and not narrow:
            peak = _first_peak(curves[1][:, k])
            words: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 8, "color": colour}
            ax.annotate(
                shorten(called(name), 14),
                (nights[peak], curves[1][peak, k]),
                (0, 3),
                textcoords="offset points",
                **words,
            )
    rows = _doses_below(ax, data, nights, [styles[name][0] for name in data.arms]) if half_life is not None else {}
    if half_life is not None and not narrow:
        ax.axhline(NEARLY_FULL, color=GREY, lw=0.8, ls=(0, (2, 2)), zorder=1)
    shares = [0.0, 0.5, 1.0]
    ax.set_yticks(
        [*rows, *shares], [*rows.values(), *(say("{percent:g} %", percent=100 * share) for share in shares)], fontsize=8
    )
    ax.set(
        xlim=(0.5, len(nights) + 0.5),
        ylim=(min(rows, default=0) - 0.1, 1.08 * highest + 0.1),
        xlabel=say("night of the trial"),
    )
    share = say("share of full exposure") if half_life is not None else say("share of planned dose")
    ax.set_ylabel(upright(share, ax))
    if half_life is not None:
        ax.set_title(_heading(half_life, narrow=narrow), fontsize=8.5)
    finish(ax, protocol)
    return ax


def _first_peak(curve: Array) -> int:
    """The day after which exposure falls for the first time: arms have theirs at different times."""
    falls = np.flatnonzero(np.diff(curve) < 0)
    return int(falls[0]) if len(falls) else int(np.argmax(curve))


def _heading(half_life: Array, *, narrow: bool) -> str:
    span = ranges.plain(*(float(end) for end in np.quantile(half_life, TAILS)))
    numbers = {"mean": float(half_life.mean()), "span": span}
    if narrow:
        return say("half-life {mean:number} days ({span})", **numbers)
    return say(
        "half-life {mean:number} days ({span}); band: {level:g} % interval; dashed: nearly full",
        level=100 * LEVEL,
        **numbers,
    )


def exposure_curves(result: Result, data: ModelData) -> tuple[Array, Array | None]:
    """Lower end, mean and upper end of every day's exposure, shape (3, days, K), and the half-lives in days, shape (S,).

    The half-lives are None where exposure is the dose, which is then all three.
    """
    if not data.exponential:
        return np.stack([data.doses_by_day] * 3), None
    half_life = draws_of(data, result.posterior["posterior"].to_dataset()).half_life
    assert half_life is not None
    thin = half_life[:: max(1, -(-len(half_life) // _DRAWS))]
    days = exposure_by_day(data.doses, thin)[data.row_of_day]
    low, high = np.quantile(days, TAILS, axis=-1)
    return np.stack([low, days.mean(axis=-1), high]), half_life


def _doses_below(ax: "Axes", data: ModelData, nights: Array, colours: list[str]) -> dict[float, str]:
    """A row of doses for every arm; where the rows are, with their names."""
    rows = {}
    for k, (name, colour) in enumerate(zip(data.arms, colours, strict=True)):
        foot = -(k + 1) * 1.7 * _DOSES - 0.02
        share = np.minimum(data.doses_by_day[:, k], 1.5)
        edges = np.column_stack([nights - 0.5, nights + 0.5]).ravel()
        ax.fill_between(edges, foot, foot + _DOSES * np.repeat(share, 2), color=colour, lw=0, zorder=2)
        rows[foot + _DOSES / 2] = say("doses") if len(data.arms) == 1 else shorten(called(name), 12)
    return rows
