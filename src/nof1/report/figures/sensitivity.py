"""The picture of other choices: one line for each, the main analysis on top, against changes too small to matter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nof1.analyze.checks.sensitivity import Choice, of_pair
from nof1.analyze.model.effects import LEVEL
from nof1.analyze.model.standardize import MEASURES
from nof1.analyze.results import Result
from nof1.errors import InputError
from nof1.language import clauses, say
from nof1.plan.protocol.protocol import Protocol
from nof1.report.figures.style import (
    ARM_COLOURS,
    BAND,
    INCHES_A_LETTER,
    NARROW,
    finish,
    harmless,
    head_room,
    new_axes,
    shorten,
    sides,
    size_of,
    too_small,
    wrapped,
)
from nof1.report.words.effect import units
from nof1.report.words.phrases import verdict_words
from nof1.report.words.sensitivity import bayes_factor_words, choice_name
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABEL = 38  # letters of a choice's name
_OF_ROW = 62.0  # points of letters in an inch of row
_PAD = 0.04  # of the axis, beyond the longest interval
_FACTORS = 50.0  # points of the column of Bayes factors
_AGAINST = "#9A9A9A"  # of a choice that the nights speak against


@spoken_of
def sensitivity(
    source: Result | Sequence[Choice],
    *,
    protocol: Protocol | None = None,
    pair: tuple[str, str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """One line for each choice: mean and interval, the verdict in words at the right.

    The analysis as planned is on top, filled and in bold; other choices are hollow. A verdict that differs from the
    planned one is in bold, with a diamond for its mark. Where the nights of two models can be compared, each choice has its Bayes
    factor against the plan; one that the nights speak against is grey. The band holds changes too small to matter.

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
    'change in RLS severity over these nights (points), magnesium against no magnesium'
    """
    rows, protocol = rows_of(source, protocol, pair)
    told = units(MEASURES[protocol.analysis.family], protocol.outcome)
    main = rows[0]
    ax = ax or new_axes(7.5, 1.25 + 0.25 * len(rows))
    threshold = too_small(protocol, told.factor)
    if threshold:
        ax.axvspan(-threshold, threshold, color=BAND, lw=0, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    if main.leading is not None:
        ax.axvline(told.factor * main.leading.mean, color="#6E6E6E", lw=0.9, ls=(0, (2, 2)), zorder=1)
    size = min(8.5, _OF_ROW * (size_of(ax)[1] - 1.0) / (len(rows) + 1.3))
    narrow = size_of(ax)[0] < NARROW
    factors = _FACTORS if any(row.log_bayes_factor is not None for row in rows) and not narrow else 0.0
    for place, row in enumerate(rows):
        _line(ax, place, row, main, size, told.factor)
        if narrow:
            _above(ax, place, row, main)
        else:
            _beside(ax, place, row, main, size, factors)
    if len(rows) > 1 and not narrow:
        ax.axhline(0.5, color="#B5B5B5", lw=0.7, zorder=1)
    ax.set_yticks([] if narrow else range(len(rows)), [] if narrow else [_label(row, main) for row in rows])
    if not narrow:
        ax.get_yticklabels()[0].set_fontweight("bold")
    ax.tick_params(axis="y", length=0, labelsize=size)
    # The word "simulated" stands in the upper corner, where the longest interval may be.
    room = head_room(ax, len(rows), protocol) + (0.3 if narrow else 0.0)
    ax.set(xlim=_limits(rows, threshold, told.factor), ylim=(len(rows) - (0.7 if narrow else 0.4), -room))
    bracketed = narrow and any(row.log_bayes_factor is not None for row in rows)
    _words_around(ax, protocol, main, factors, bracketed=bracketed)
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


def _changed(row: Choice, main: Choice) -> bool:
    """Whether a rival of the plan has another verdict."""
    return main.verdict is not None and row.verdict != main.verdict and not row.spoken_against


def _line(ax: "Axes", place: int, row: Choice, main: Choice, size: float, factor: float) -> None:
    """Interval and mark of one choice; one without an answer has none."""
    effect = row.leading
    if effect is None or row.verdict is None:
        return
    planned = row is main
    colour = "black" if planned else _AGAINST if row.spoken_against else ARM_COLOURS[0]
    ends = [factor * end for end in effect.interval]
    ax.plot(ends, [place] * 2, color=colour, lw=2.6 if planned else 1.4, solid_capstyle="butt", zorder=3)
    ax.plot(
        [factor * effect.mean],
        [place],
        "D" if _changed(row, main) else "o",
        ms=7 if planned else 5.5,
        color=colour,
        mfc=colour if planned else "white",
        mew=1.3,
        ls="none",
        zorder=4,
        label=harmless(choice_name(row)),
    )


def _beside(ax: "Axes", place: int, row: Choice, main: Choice, size: float, factors: float) -> None:
    """At the right of a line: the verdict, and before it the Bayes factor where there is a column of them."""
    style: dict[str, Any] = {"fontweight": "bold" if row is main or _changed(row, main) else "normal"}
    words = "" if row.verdict is None else verdict_words(row.verdict)
    if row.leading is None or row.verdict is None:
        words, style = say("no answer"), {"style": "italic", "color": "#555555"}
    elif row.spoken_against:
        style["color"] = "#6E6E6E"
    _at_the_right(ax, place, words, factors, fontsize=size, **style)
    if factors and row is not main:
        style.pop("fontweight", None)
        _at_the_right(ax, place, bayes_factor_words(row), 0.0, fontsize=size, **style)


def _above(ax: "Axes", place: int, row: Choice, main: Choice) -> None:
    """In a picture too narrow for columns: the choice in a line above its interval, with its verdict where that differs."""
    from matplotlib.patheffects import withStroke

    bold = row is main or _changed(row, main)
    style: dict[str, Any] = {
        "fontweight": "bold" if bold else "normal",
        "color": "#555555" if row.spoken_against else "black",
    }
    room = int((0.87 if bold else 0.97) * size_of(ax)[0] / INCHES_A_LETTER)
    ax.text(
        0.0,
        place - 0.18,
        words_of_choice(row, main, room),
        transform=ax.get_yaxis_transform(),
        ha="left",
        va="bottom",
        fontsize=8,
        path_effects=[withStroke(linewidth=2, foreground="white")],  # the lines of the axis go behind it
        **style,
    )


def words_of_choice(row: Choice, main: Choice, room: int) -> str:
    """The choice, its verdict if it is the planned one or another than that, its Bayes factor if there is room for it.

    Where there is no room for all, the name of the choice is cut and never the verdict.
    """
    answered = row.leading is not None and row.verdict is not None
    verdict = verdict_words(row.verdict) if answered and row.verdict is not None else say("no answer")
    told = _label(row, main)
    if row is main or row.verdict != main.verdict or not answered:
        left = room - len(say("{choice}: {verdict}", choice="", verdict=verdict))
        told = say("{choice}: {verdict}", choice=shorten(told, max(left, 8)), verdict=verdict)
    if row.log_bayes_factor is not None and row is not main:
        with_factor = say("{told} ({factor})", told=told, factor=bayes_factor_words(row))
        told = with_factor if len(with_factor) <= room else told
    return shorten(told, room)


def _at_the_right(ax: "Axes", place: float, words: str, offset: float, **style: Any) -> None:
    """Words beside the axes, so many points behind where words begin there."""
    from matplotlib.transforms import ScaledTranslation

    figure = ax.get_figure(root=True)
    assert figure is not None
    transform = ax.get_yaxis_transform() + ScaledTranslation(offset / 72, 0, figure.dpi_scale_trans)
    ax.text(1.02, place, words, transform=transform, ha="left", va="center", **style)


def _label(row: Choice, main: Choice) -> str:
    """The choice's name, and that it shows the effect over these nights where the main analysis does not."""
    choice = choice_name(row)
    if row.estimand == main.estimand:
        return shorten(choice, _LABEL)
    room = _LABEL - len(say("{choice} (over these nights)", choice=""))
    return say("{choice} (over these nights)", choice=shorten(choice, room))


def _limits(rows: Sequence[Choice], threshold: float, factor: float) -> tuple[float, float]:
    """Ends of the axis: everything that is drawn, the band of small changes among it."""
    intervals = [row.leading.interval for row in rows if row.leading is not None]
    ends = [factor * end for interval in intervals for end in interval] + [-1.15 * threshold, 1.15 * threshold]
    low, high = min(ends), max(ends)
    pad = _PAD * (high - low)
    return low - pad, high + pad


def _words_around(ax: "Axes", protocol: Protocol, main: Choice, factors: float, *, bracketed: bool) -> None:
    """Which side is better, the band, what the columns are.

    `factors` is how wide the column of the Bayes factors is, 0 without it; `bracketed` is whether they stand in brackets.
    """
    left, right = sides(protocol)
    heading = "" if size_of(ax)[0] < NARROW else say("verdict")
    small = say("too small to matter")
    if too_small(protocol):
        ax.text(0, 1.01, small, transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=7.5)
    columns = [(0.0, "left", left, 0.0), (1.0, "right", right, 0.0), (1.02, "left", heading, factors)]
    if factors and heading:
        columns.append((1.02, "left", say("Bayes\nfactor"), 0.0))
    for x, side, words, offset in columns:
        # A line above, since zero may lie near either end of the axis.
        above: dict[str, Any] = {"xytext": (offset, 15), "textcoords": "offset points", "va": "bottom", "fontsize": 8.5}
        ax.annotate(words, (x, 1.0), xycoords="axes fraction", ha=side, **above)
    title = shorten(protocol.outcome.title, 32)
    of = say("{outcome} over these nights", outcome=title) if main.estimand == "over-nights" else title
    change = say(
        "change in {outcome} ({unit}), {arm} against {reference}",
        outcome=of,
        unit=units(MEASURES[protocol.analysis.family], protocol.outcome).axis,
        arm=shorten(protocol.arm(main.arm).title, 18),
        reference=shorten(protocol.arm(main.reference).title, 18),
    )
    key = say("dots: mean; bars: {level:g} % interval; diamonds: another verdict than planned", level=100 * LEVEL)
    if factors:
        against = say(
            "Bayes factor: how well a choice predicts these nights, against the plan; \N{EN DASH}: cannot be compared"
        )
        key = f"{key}\n{against}; {say('grey: the nights speak against it')}"
    if size_of(ax)[0] < NARROW:
        keys = [say("without a verdict: the same as planned")]
        key = clauses([*keys, say("in brackets: Bayes factor against the plan")] if bracketed else keys)
    ax.set_xlabel(wrapped(f"{change}\n{key}".rstrip(), ax), fontsize=8.5)
