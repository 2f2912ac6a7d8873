"""Pictures of what was recorded: every night, and the mean of every period. Know no result."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nof1.analyze.model.standardize import MEASURES
from nof1.errors import takes
from nof1.language import phrase, say
from nof1.plan.design.fields import NO_ARM, PAUSE, WASHOUT
from nof1.plan.design.order import Period
from nof1.plan.protocol.own_words import called
from nof1.plan.protocol.parts import Outcome
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial
from nof1.report.figures.style import (
    BAND,
    GREY,
    INCHES_A_LETTER,
    NARROW,
    REFERENCE_COLOUR,
    arm_styles,
    finish,
    new_axes,
    shorten,
    size_of,
    upright,
)
from nof1.report.words.effect import amount, unit_of_nights
from nof1.report.words.gaps import stretch_name
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STRIP = 0.12  # of the scale's height: the place of missing nights below it
_WHOLE_SCALE = 0.4  # the axis shows the whole scale if the nights use at least this share of it
_MAX_LABEL = 16
_OF_A_MARK = 9  # letters' worth of room for the mark beside a name in a legend
_BELOW = -0.14  # of the axes' height: words under the axis, beside its label


@takes(Trial)
@spoken_of
def nights(trial: Trial, *, ax: "Axes | None" = None) -> "Axes":
    """Every night's outcome by period: dots, period means, missing nights as crosses in a strip of their own below the scale.

    The grey band holds what is too near to the reference's own nights to matter: within the threshold of their mean (of their
    median for durations, whose effects are differences of medians).

    Parameters
    ----------
    trial : Trial
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Examples
    --------
    >>> nof1.plots.nights(trial).get_xlabel()
    'night of the trial'
    """
    ax = ax or new_axes(8.0, 3.0)
    protocol, frame = trial.protocol, trial.frame
    low, high = _limits(protocol.outcome, frame[protocol.outcome.name].dropna().to_numpy())
    if protocol.simulated:
        high += 0.08 * (high - low)  # for the word
    stretches = _stretches(trial)
    named = _that_fit(stretches, inches_per_night=0.88 * size_of(ax)[0] / len(frame))
    band = _threshold_band(ax, trial, foot=low)
    _draw_periods(ax, trial)
    for name, start, end in named:
        ax.text(
            (start + end) / 2,
            1.02,
            shorten(name, _MAX_LABEL),
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=8,
        )
    strip = _STRIP * (high - low)
    missing, narrow = _mark_missing(ax, trial, at=low - strip / 2), size_of(ax)[0] < NARROW
    if not named:
        _arm_legend(ax, protocol, [arm.name for arm in protocol.arms])
    elif missing and not narrow:
        ax.text(1.0, _BELOW, say("× missing night"), transform=ax.transAxes, ha="right", va="top", fontsize=8)
    below = say("night of the trial (× missing)") if narrow and named and missing else say("night of the trial")
    if band and not narrow:
        _say_band(ax, band, below)
    ax.set(xlim=(0.5, len(frame) + 0.5), ylim=(low - strip if missing else low, high), xlabel=below)
    label_outcome(ax, protocol)
    round_steps(ax)
    finish(ax, protocol)
    if missing:
        _end_scale(ax, low, high)
    return ax


def _say_band(ax: "Axes", band: str, below: str) -> None:
    """What the band is, left of the label of the axis; under it, where there is no room beside it."""
    half, letters = 0.88 * size_of(ax)[0] / 2, len(band) + len(below) / 2 + 2
    if half > INCHES_A_LETTER * letters:
        ax.text(0.0, _BELOW, band, transform=ax.transAxes, ha="left", va="top", fontsize=8)
    else:
        ax.annotate(
            band, (0.0, -0.2), xycoords=(ax.transAxes, ax.xaxis.label), ha="left", va="top", fontsize=8, in_layout=True
        )


def _end_scale(ax: "Axes", low: float, high: float) -> None:
    """Let the scale end above the strip of the missing nights, so that none of them looks like a rating."""
    ax.axhline(low, color=GREY, lw=0.6, zorder=1)
    ax.spines["left"].set_bounds(low, high)
    ax.set_yticks([tick for tick in ax.yaxis.get_major_locator().tick_values(low, high) if low <= tick <= high])


def _threshold_band(ax: "Axes", trial: Trial, *, foot: float) -> str:
    """Shade what is within the threshold of the reference; what the band is, in words, or "" where there is none."""
    protocol, frame = trial.protocol, trial.frame
    nights_off = frame.loc[(frame["arm"] == protocol.reference) & (frame["period"] > 0), protocol.outcome.name].dropna()
    if nights_off.empty or protocol.outcome.threshold is None:
        return ""
    of_medians = protocol.analysis.family == "duration"
    middle = float(nights_off.median() if of_medians else nights_off.mean())
    threshold = protocol.threshold
    ax.axhspan(max(middle - threshold, foot), middle + threshold, color=BAND, lw=0, zorder=0)
    told = {
        "amount": amount(MEASURES[protocol.analysis.family], protocol.outcome),
        "arm": shorten(called(protocol.reference), _MAX_LABEL),
    }
    if of_medians:
        return say("grey: within {amount} of the median on {arm}", **told)
    return say("grey: within {amount} of the mean on {arm}", **told)


def _draw_periods(ax: "Axes", trial: Trial) -> None:
    """Dots, mean and shade of every period; dots alone of nights on no arm."""
    protocol, frame, column = trial.protocol, trial.frame, trial.protocol.outcome.name
    off_trial = [period for period in trial.order.periods if not period.on_trial]
    first_off = next((one for one in off_trial if _rated(frame, one, column)), next(iter(off_trial), None))
    styles, size = arm_styles(protocol), _mark_size(ax, len(frame))
    for period in trial.order.periods:
        rows = frame.loc[str(period.start) : str(period.end)]
        arm = str(period.arm)
        if not period.on_trial:
            label = _off_trial_label(period) if period is first_off else "_nolegend_"
            ax.plot(
                rows["day"], rows[column], ".", color=REFERENCE_COLOUR, ms=0.8 * size, ls="none", zorder=3, label=label
            )
            continue
        colour, marker = styles[arm]
        start, end = rows["day"].iloc[0] - 0.5, rows["day"].iloc[-1] + 0.5
        if arm != protocol.reference:
            ax.axvspan(start, end, color=colour, alpha=0.13, linewidth=0)
        seen = rows[column]
        face = "white" if arm == protocol.reference else colour
        ax.plot(rows["day"], seen, marker, ms=size, mfc=face, mec=colour, mew=0.24 * size, ls="none", zorder=3)
        if seen.notna().any():
            ax.plot([start, end], [seen.mean()] * 2, color=colour, lw=1.8, zorder=2)


def _mark_size(ax: "Axes", nights: int) -> float:
    """Points of a mark: in a narrow picture neighbouring nights are to stay apart."""
    return float(np.clip(72 * 0.88 * size_of(ax)[0] / nights, 2.2, 4.5))


def _rated(frame: pd.DataFrame, period: Period, column: str) -> bool:
    return bool(frame.loc[str(period.start) : str(period.end), column].notna().any())


def _off_trial_label(period: Period) -> str:
    """What nights on no arm are called in the legend: those of adopted tables, or of a plan."""
    return say("washout or pause") if period.arm in (WASHOUT, PAUSE) else stretch_name(period.arm)


def _mark_missing(ax: "Axes", trial: Trial, *, at: float) -> int:
    """A cross at this height for every night without a rating; how many there are."""
    missing = trial.frame["day"].loc[pd.DatetimeIndex(trial.missing_nights)]
    if missing.empty:
        return 0
    ax.plot(
        missing,
        np.full(len(missing), at),
        "x",
        color="black",
        ms=_mark_size(ax, len(trial.frame)),
        mew=1.0,
        zorder=3,
        label=say("missing night"),
        clip_on=False,
    )
    return len(missing)


def _stretches(trial: Trial) -> list[tuple[str, float, float]]:
    """What to write above the periods: neighbouring periods on one arm share a label."""
    out: list[tuple[str, float, float]] = []
    end = 0.5
    for period in trial.order.periods:
        name = say("run-in") if period.number == 0 and period.on_trial else stretch_name(period.arm)
        start, end = end, end + period.nights
        if period.arm == NO_ARM:  # days between rows need no name
            continue
        if out and out[-1][0] == name:
            start = out.pop()[1]
        out.append((name, start, end))
    return out


def _that_fit(
    stretches: Sequence[tuple[str, float, float]], *, inches_per_night: float
) -> list[tuple[str, float, float]]:
    """The stretches whose labels, centred above them, leave a gap between neighbours; none if a name would have no place.

    The longest stretch of every name comes first, then all others from the longest on.
    """
    longest = sorted(stretches, key=lambda stretch: stretch[1] - stretch[2])
    firsts = {name: (name, start, end) for name, start, end in reversed(longest)}
    chosen: list[tuple[str, float, float]] = []
    for stretch in [*firsts.values(), *(stretch for stretch in longest if stretch != firsts[stretch[0]])]:
        if all(_apart(stretch, other, inches_per_night) for other in chosen):
            chosen.append(stretch)
    return chosen if firsts.keys() == {name for name, _, _ in chosen} else []


def _apart(one: tuple[str, float, float], other: tuple[str, float, float], inches_per_night: float) -> bool:
    middles = abs(one[1] + one[2] - other[1] - other[2]) / 2 * inches_per_night
    letters = (min(len(one[0]), _MAX_LABEL) + min(len(other[0]), _MAX_LABEL)) / 2
    return middles > INCHES_A_LETTER * (letters + 1)


@takes(Trial)
@spoken_of
def period_means(trial: Trial, *, ax: "Axes | None" = None) -> "Axes":
    """Mean of every period by arm; lines join the periods of one block, thick bars are the arms' means.

    Examples
    --------
    >>> axes = nof1.plots.period_means(trial)
    >>> [label.get_text() for label in axes.get_xticklabels()]
    ['off', 'magnesium']
    """
    ax = ax or new_axes(4.0, 3.0)
    protocol = trial.protocol
    column = protocol.outcome.name
    names = [arm.name for arm in protocol.arms]
    place = {name: i for i, name in enumerate(names)}
    means = (
        trial.frame[trial.frame["period"] > 0]
        .groupby(["period", "block", "arm"], sort=False)[column]
        .mean()
        .dropna()
        .reset_index()
    )
    means = means[means["arm"].isin(names)]
    for block, rows in means[means["block"] > 0].groupby("block"):
        ordered = rows.sort_values("arm", key=lambda arms: arms.map(place))
        ax.plot(
            ordered["arm"].map(place),
            ordered[column],
            color="#B5B5B5",
            lw=1.0,
            zorder=1,
            label=say("block {block}", block=block),
        )
    for name in names:
        colour, marker = arm_styles(protocol)[name]
        of_arm = means[means["arm"] == name]
        spread = np.zeros(len(of_arm)) if (means["block"] > 0).all() else np.linspace(-0.12, 0.12, max(len(of_arm), 1))
        face = "white" if name == protocol.reference else colour
        ax.plot(place[name] + spread, of_arm[column], marker, ms=6, mfc=face, mec=colour, mew=1.2, ls="none", zorder=3)
        if len(of_arm):
            ax.plot(
                [place[name] - 0.22, place[name] + 0.22], [of_arm[column].mean()] * 2, color="black", lw=2.2, zorder=4
            )
    low, high = _limits(protocol.outcome, means[column].to_numpy())
    ax.set_xticks(range(len(names)), [shorten(called(name), 16) for name in names])
    ax.set(xlim=(-0.5, len(names) - 0.5), ylim=(low, high))
    label_outcome(ax, protocol, mean=True)
    round_steps(ax)
    finish(ax, protocol)
    return ax


def _limits(outcome: Outcome, values: np.ndarray) -> tuple[float, float]:
    """Ends of the outcome axis: the whole scale, or the used part of a long one."""
    span = outcome.high - outcome.low
    if len(values) == 0 or np.ptp(values) >= _WHOLE_SCALE * span:
        return outcome.low - 0.05 * span, outcome.high + 0.05 * span
    pad = max(0.2 * float(np.ptp(values)), 0.05 * span)
    return max(outcome.low - 0.05 * span, float(values.min()) - pad), min(
        outcome.high + 0.05 * span, float(values.max()) + pad
    )


def label_outcome(ax: "Axes", protocol: Protocol, *, mean: bool = False) -> None:
    """Name, unit, scale and which way is better, on the outcome axis."""
    outcome, family = protocol.outcome, protocol.analysis.family
    title = shorten(outcome.title, 26)
    title = say("mean {outcome}", outcome=title) if mean else title
    scale = (
        say("0 no, 1 yes")
        if family == "binary"
        else say("{unit} {low:g}–{high:g}", unit=unit_of_nights(family, outcome), low=outcome.low, high=outcome.high)
    )
    template = (
        phrase("{outcome}\n({scale}, ↑ better)")
        if outcome.better == "higher"
        else phrase("{outcome}\n({scale}, ↓ better)")
    )
    told = say(template, outcome=title, scale=scale)
    ax.set_ylabel("\n".join(upright(line, ax) for line in told.split("\n")))


def round_steps(ax: "Axes") -> None:
    """Steps of 1, 2, 5 and so on: nights are rated in whole numbers."""
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(nbins="auto", steps=[1, 2, 5, 10]))


def _arm_legend(ax: "Axes", protocol: Protocol, names: Sequence[str]) -> None:
    shown = [shorten(called(name), 20) for name in names]
    room = INCHES_A_LETTER * (max(map(len, shown)) + _OF_A_MARK)
    for name, label in zip(names, shown, strict=True):
        colour, marker = arm_styles(protocol)[name]
        face = "white" if name == protocol.reference else colour
        ax.plot([], [], marker, mfc=face, mec=colour, ls="none", label=label)
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=max(1, min(len(names) + 2, int(0.85 * size_of(ax)[0] / room))),
        frameon=False,
        fontsize=8,
        handletextpad=0.2,
    )
