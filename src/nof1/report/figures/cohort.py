"""The picture of several people. Of results: each one's own effect, nothing is pooled. Of a `Cohort`: alone and pooled (`forest`)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nof1.analyze.cohort.cohort import Cohort
from nof1.analyze.model.effects import LEVEL, Effect
from nof1.analyze.results import Result
from nof1.errors import InputError
from nof1.language import say
from nof1.report.figures.forest import forest
from nof1.report.figures.style import (
    ARM_COLOURS,
    BAND,
    NARROW,
    finish,
    head_room,
    new_axes,
    shorten,
    sides,
    size_of,
    too_small,
    wrapped,
)
from nof1.report.words.effect import amount, units
from nof1.report.words.phrases import verdict_words
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABEL = 30
_PAD = 0.04


@spoken_of
def cohort(results: Sequence[Result] | Mapping[str, Result] | Cohort, *, ax: "Axes | None" = None) -> "Axes":
    """A line for each person: mean and interval of the main comparison, the verdict in words; the best change on top.

    Of a `Cohort` alone and pooled side by side, with the mean of all, at any number of people (`forest.forest`). Of
    results each line comes from that person's own nights alone: effects are not pooled, no mean of all people is drawn, and an order
    of lines is no ranking of people.

    Parameters
    ----------
    results : sequence of Result, mapping of names to Result, or Cohort
        Without names the titles of the trials are the names.
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If there is none, or if outcomes, thresholds or directions differ, with the name of the trial that does.

    Examples
    --------
    >>> nof1.plots.cohort({"Ada": result, "Ben": result}).get_xlabel().splitlines()[0]
    'change in RLS severity (points), each from their own nights alone'
    """
    if isinstance(results, Cohort):
        return forest(results, ax=ax)
    named = _named(results)
    _refuse_unlike(named)
    rows = sorted(((name, result, *_told(result)) for name, result in named), key=_better_first)
    ax = ax or new_axes(7.0, 1.4 + 0.3 * len(rows))
    first = named[0][1]
    protocol, told = first.trial.protocol, units(first.lead[0].measure, first.trial.protocol.outcome)
    threshold = too_small(protocol, told.factor)
    if threshold:
        ax.axvspan(-threshold, threshold, color=BAND, lw=0, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    ends = [-1.15 * threshold, 1.15 * threshold]
    for place, (_, result, _, numbers) in enumerate(rows):
        low, high = (told.factor * end for end in numbers.interval)
        ax.plot([low, high], [place] * 2, color=ARM_COLOURS[0], lw=2.0, solid_capstyle="butt", zorder=3)
        ax.plot([told.factor * numbers.mean], [place], "o", color="black", ms=6, ls="none", zorder=4)
        beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "ha": "left", "va": "center", "fontsize": 8.5}
        ax.text(1.02, place, verdict_words(result.lead[0].verdict), **beside)
        ends += [low, high]
    differ = len({estimand for _, _, estimand, _ in rows}) > 1
    labels = [_row_label(name, over_nights=differ and estimand == "over-nights") for name, _, estimand, _ in rows]
    ax.set_yticks(range(len(rows)), labels)
    ax.tick_params(axis="y", length=0, labelsize=8.5)
    simulated = next((one.trial.protocol for _, one in named if one.trial.protocol.simulated), None)
    pad = _PAD * (max(ends) - min(ends))
    ax.set(
        xlim=(min(ends) - pad, max(ends) + pad),
        ylim=(len(rows) - 0.4, -head_room(ax, len(rows), simulated)),
    )
    _words_around(ax, first)
    ax.spines["left"].set_visible(False)
    finish(ax, simulated or protocol)
    return ax


def _named(results: Sequence[Result] | Mapping[str, Result]) -> list[tuple[str, Result]]:
    """Results with names that differ."""
    if isinstance(results, Mapping):
        named = [(str(name), result) for name, result in results.items()]
    else:
        titles = [result.trial.protocol.title for result in results]
        twice = len(set(titles)) < len(titles)
        named = [
            (say("{number}: {title}", number=i, title=title) if twice else title, result)
            for i, (title, result) in enumerate(zip(titles, results, strict=True), start=1)
        ]
    if not named:
        raise InputError(say("There are no results to show. Pass at least one."))
    return named


def _refuse_unlike(named: Sequence[tuple[str, Result]]) -> None:
    """Effects on one axis need one scale, one threshold and one direction."""
    name, first = named[0]
    wanted = _kind(first)
    for other, result in named[1:]:
        for what, found in _kind(result).items():
            if found != wanted[what]:
                raise InputError(
                    say(
                        "“{other}” cannot stand beside “{first}”: {what} differs ({found}, not {wanted}). "
                        "Leave it out, or show it in a picture of its own.",
                        other=other,
                        first=name,
                        what=what,
                        found=found,
                        wanted=wanted[what],
                    )
                )


def _kind(result: Result) -> dict[str, str]:
    """What must be the same in all trials on one axis, in words."""
    outcome, measure = result.trial.protocol.outcome, result.lead[0].measure
    return {
        say("what is measured"): str(units(measure, outcome).axis),
        say("the scale"): say("{low:g} to {high:g}", low=outcome.low, high=outcome.high),
        say("the smallest change that matters"): say("not stated")
        if outcome.threshold is None
        else str(amount(measure, outcome)),
        say("the better direction"): str(say("lower") if outcome.better == "lower" else say("higher")),
    }


def _told(result: Result) -> tuple[str, Effect]:
    """Estimand and numbers of the main comparison, as the person's own page leads with."""
    main = result.lead[0]
    return main.estimand, main.leading


def _better_first(row: tuple[str, Result, str, Effect]) -> float:
    _, result, _, numbers = row
    mean = numbers.mean
    return mean if result.trial.protocol.outcome.better == "lower" else -mean


def _row_label(name: str, *, over_nights: bool) -> str:
    """The name, and that the effect is the one over these nights where others' is the full one, by the first edition's rule."""
    if over_nights:
        room = _LABEL - len(say("{name} (over these nights)", name=""))
        return say("{name} (over these nights)", name=shorten(name, room))
    return shorten(name, _LABEL)


def _words_around(ax: "Axes", first: Result) -> None:
    protocol = first.trial.protocol
    left, right = sides(protocol)
    heading = "" if size_of(ax)[0] < NARROW else say("verdict")
    if protocol.outcome.threshold is not None:
        small = say("too small to matter")
        ax.text(0, 1.01, small, transform=ax.get_xaxis_transform(), ha="center", va="bottom", fontsize=7.5)
    for x, side, words in ((0.0, "left", left), (1.0, "right", right), (1.02, "left", heading)):
        above: dict[str, Any] = {"xytext": (0, 15), "textcoords": "offset points", "va": "bottom", "fontsize": 8.5}
        ax.annotate(words, (x, 1.0), xycoords="axes fraction", ha=side, **above)
    ax.set_xlabel(
        wrapped(
            say(
                "change in {outcome} ({unit}), each from their own nights alone\ndots: mean; bars: {level:g} % interval",
                outcome=shorten(protocol.outcome.title, 32),
                unit=units(first.lead[0].measure, protocol.outcome).axis,
                level=100 * LEVEL,
            ),
            ax,
        ),
        fontsize=8.5,
    )
