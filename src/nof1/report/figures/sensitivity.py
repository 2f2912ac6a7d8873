"""The picture of other choices: one line for each, the main analysis on top, against changes too small to matter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nof1.analyze.checks.sensitivity import Choice, of_pair
from nof1.analyze.model.effects import LEVEL
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.results import Result
from nof1.errors import InputError
from nof1.language import say
from nof1.plan.protocol.protocol import Protocol
from nof1.report.figures.style import (
    ARM_COLOURS,
    BAND,
    NARROW,
    finish,
    harmless,
    head_room,
    new_axes,
    shorten,
    sides,
    size_of,
    wrapped,
)
from nof1.report.words.effect import units
from nof1.report.words.phrases import verdict_words
from nof1.report.words.sensitivity import choice_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABEL = 38  # letters of a choice's name
_OF_ROW = 62.0  # points of letters in an inch of row
_PAD = 0.04  # of the axis, beyond the longest interval


def sensitivity(
    source: Result | Sequence[Choice],
    *,
    protocol: Protocol | None = None,
    pair: tuple[str, str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """One line for each choice: mean and interval, the verdict in words at the right.

    The analysis as planned is on top, filled and in bold; other choices are hollow. A verdict that differs from the
    planned one is in bold, with a diamond for its mark. The band holds changes too small to matter.

    Parameters
    ----------
    source : Result, or rows of `nof1.analyze.checks.sensitivity.sensitivity`
    protocol : Protocol, optional
        Of the rows; a result brings its own.
    pair : (arm, reference), optional
        The main comparison if not given.
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If there are no rows, or rows without their protocol.

    Examples
    --------
    >>> nof1.plots.sensitivity(result).get_xlabel().splitlines()[0]
    'change in RLS severity (points), magnesium against no magnesium'
    """
    rows, protocol = rows_of(source, protocol, pair)
    told = units(MEASURES[protocol.analysis.family], protocol.outcome)
    main = rows[0]
    ax = ax or new_axes(7.5, 1.25 + 0.25 * len(rows))
    threshold = told.factor * protocol.outcome.threshold
    ax.axvspan(-threshold, threshold, color=BAND, lw=0, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    if main.leading is not None:
        ax.axvline(told.factor * main.leading.mean, color="#6E6E6E", lw=0.9, ls=(0, (2, 2)), zorder=1)
    size = min(8.5, _OF_ROW * (size_of(ax)[1] - 1.0) / (len(rows) + 1.3))
    for place, row in enumerate(rows):
        _line(ax, place, row, main, size, told.factor)
    if len(rows) > 1:
        ax.axhline(0.5, color="#B5B5B5", lw=0.7, zorder=1)
    ax.set_yticks(range(len(rows)), [_label(row, main) for row in rows])
    ax.get_yticklabels()[0].set_fontweight("bold")
    ax.tick_params(axis="y", length=0, labelsize=size)
    # The word "simulated" stands in the upper corner, where the longest interval may be.
    ax.set(xlim=_limits(rows, threshold, told.factor), ylim=(len(rows) - 0.4, -head_room(ax, len(rows), protocol)))
    _words_around(ax, protocol, main)
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def rows_of(
    source: Result | Sequence[Choice], protocol: Protocol | None, pair: tuple[str, str] | None
) -> tuple[list[Choice], Protocol]:
    """The rows of the pair, and their protocol."""
    rows: Sequence[Choice]
    if isinstance(source, Result):
        rows, protocol = source.record.sensitivity or (), source.trial.protocol
    else:
        rows = source
    if protocol is None:
        raise InputError(
            say("Rows alone do not say the scale and the threshold. Pass protocol= with them, or pass a result.")
        )
    if not rows:
        raise InputError(say("There are no other choices to show: this result has none. Analyze the trial again."))
    return of_pair(rows, pair), protocol


def _line(ax: "Axes", place: int, row: Choice, main: Choice, size: float, factor: float) -> None:
    """Interval, mark and verdict of one choice; a choice without an answer has the words alone."""
    beside: dict[str, Any] = {
        "transform": ax.get_yaxis_transform(),
        "ha": "left",
        "va": "center",
        "fontsize": size,
    }
    effect = row.leading
    if effect is None:
        ax.text(1.02, place, say("no answer"), style="italic", color="#555555", **beside)
        return
    planned, changed = row is main, main.leading is not None and effect.verdict != main.leading.verdict
    colour = "black" if planned else ARM_COLOURS[0]
    ends = [factor * end for end in effect.interval]
    ax.plot(ends, [place] * 2, color=colour, lw=2.6 if planned else 1.4, solid_capstyle="butt", zorder=3)
    ax.plot(
        [factor * effect.mean],
        [place],
        "D" if changed else "o",
        ms=7 if planned else 5.5,
        color=colour,
        mfc=colour if planned else "white",
        mew=1.3,
        ls="none",
        zorder=4,
        label=harmless(choice_name(row)),
    )
    ax.text(1.02, place, verdict_words(effect.verdict), fontweight="bold" if planned or changed else "normal", **beside)


def _label(row: Choice, main: Choice) -> str:
    """The choice's name, and that it shows the effect as lived where the main analysis does not."""
    choice = choice_name(row)
    if row.estimand == main.estimand:
        return shorten(choice, _LABEL)
    room = _LABEL - len(say("{choice} (as lived)", choice=""))
    return say("{choice} (as lived)", choice=shorten(choice, room))


def _limits(rows: Sequence[Choice], threshold: float, factor: float) -> tuple[float, float]:
    """Ends of the axis: everything that is drawn, the band of small changes among it."""
    intervals = [row.leading.interval for row in rows if row.leading is not None]
    ends = [factor * end for interval in intervals for end in interval] + [-1.15 * threshold, 1.15 * threshold]
    low, high = min(ends), max(ends)
    pad = _PAD * (high - low)
    return low - pad, high + pad


def _words_around(ax: "Axes", protocol: Protocol, main: Choice) -> None:
    """Which side is better, the band, what the columns are."""
    left, right = sides(protocol)
    heading = "" if size_of(ax)[0] < NARROW else say("verdict")
    small = say("too small to matter")
    ax.text(0, 1.01, small, transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=7.5)
    for x, side, words in ((0.0, "left", left), (1.0, "right", right), (1.02, "left", heading)):
        # A line above, since zero may lie near either end of the axis.
        above: dict[str, Any] = {"xytext": (0, 15), "textcoords": "offset points", "va": "bottom", "fontsize": 8.5}
        ax.annotate(words, (x, 1.0), xycoords="axes fraction", ha=side, **above)
    title = shorten(protocol.outcome.title, 32)
    of = say("{outcome} as lived", outcome=title) if main.estimand == "as-lived" else title
    change = say(
        "change in {outcome} ({unit}), {arm} against {reference}",
        outcome=of,
        unit=units(MEASURES[protocol.analysis.family], protocol.outcome).axis,
        arm=shorten(protocol.arm(main.arm).title, 18),
        reference=shorten(protocol.arm(main.reference).title, 18),
    )
    key = say("dots: mean; bars: {level:g} % interval; diamonds: another verdict than planned", level=100 * LEVEL)
    ax.set_xlabel(wrapped(change if size_of(ax)[0] < NARROW else f"{change}\n{key}", ax), fontsize=8.5)
