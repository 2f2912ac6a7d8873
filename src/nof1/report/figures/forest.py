"""The picture of many people's effects, alone and pooled: named rows, sorted lines, or ribbons, by how many there are.

Takes a `Cohort`; computes nothing but places.
"""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.model.effects import LEVEL
from nof1.errors import InputError
from nof1.language import phrase, say
from nof1.report.figures.style import ARM_COLOURS, BAND, GREY, finish, new_axes, shorten, wrapped
from nof1.report.words import ranges
from nof1.report.words.cohort import called_in, in_unit
from nof1.shown import in_hundred
from nof1.subject import spoken_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from nof1.analyze.cohort.cohort import Cohort

NAMED, SORTED = 40, 400  # up to so many people have a row with a name; up to so many a line
_LABEL = 26
_APART = 0.17  # of a row: alone above, pooled below
_BINS = 100  # of people in a row, for ribbons
_COLOUR = ARM_COLOURS[0]


@spoken_of
def forest(cohort: "Cohort", *, ax: "Axes | None" = None) -> "Axes":
    """Everybody's effect from their own nights alone and pooled, the best on top, with the mean and the next person below.

    Up to 40 people have a row with a name and two intervals. Up to 400 are sorted lines without names. Beyond, ribbons show where
    the sorted means and the ends of their intervals lie.

    Parameters
    ----------
    cohort : Cohort
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If there is nobody in it.

    Examples
    --------
    >>> nof1.plots.forest(cohort).get_xlabel()
    'change in points, magnesium against off; bars: 95 % interval'
    """
    people = _sorted(cohort)
    count = len(people)
    if not count:
        raise InputError(say("There is nobody to show. Pass at least one person's trial."))
    ax = ax or new_axes(*size(count))
    if cohort.threshold is not None:
        ax.axvspan(-cohort.threshold, cohort.threshold, color=BAND, lw=0, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    if count <= NAMED:
        _rows(ax, people, any_change=cohort.threshold is None)
    elif count <= SORTED:
        _lines(ax, people)
    else:
        _ribbons(ax, people)
    _group(ax, cohort, count)
    _limits(ax, cohort, people)
    _words(ax, cohort, count)
    finish(ax, None)
    if cohort.people["simulated"].any():
        note: dict[str, Any] = {"ha": "right", "va": "top", "fontsize": 8, "style": "italic", "color": GREY}
        ax.text(0.995, 0.99, say("simulated"), transform=ax.transAxes, **note)
    ax.spines["left"].set_visible(count > NAMED)
    return ax


def size(count: int) -> tuple[float, float]:
    """Width and height in inches at which so many people can be read."""
    return 7.0, min(2.0 + 0.24 * count, 7.2) if count <= NAMED else 5.6 if count <= SORTED else 4.4


def _sorted(cohort: "Cohort") -> "pd.DataFrame":
    """The people, the best pooled change first."""
    ascending = cohort.better == "lower"
    return cohort.people.sort_values("pooled_mean", ascending=ascending, kind="stable").reset_index(drop=True)


def _rows(ax: "Axes", people: "pd.DataFrame", *, any_change: bool) -> None:
    """A row for each: alone grey and hollow, pooled blue and full."""
    place = np.arange(len(people), dtype=float)
    ax.hlines(place - _APART, people["lower"], people["upper"], color=GREY, lw=1.1, zorder=2)
    ax.plot(people["mean"], place - _APART, "o", mfc="white", mec=GREY, ms=3.8, ls="none", zorder=3, label=_alone())
    ax.hlines(place + _APART, people["pooled_lower"], people["pooled_upper"], color=_COLOUR, lw=2.0, zorder=4)
    ax.plot(people["pooled_mean"], place + _APART, "o", color=_COLOUR, ms=4.6, ls="none", zorder=5, label=_pooled())
    beside: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "ha": "center", "va": "center", "fontsize": 8}
    for row, (benefit, harm) in enumerate(zip(people["pooled_p_benefit"], people["pooled_p_harm"], strict=True)):
        ax.text(1.04, row, _in_hundred(benefit), **beside)
        ax.text(1.15, row, _in_hundred(harm), **beside)
    above: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "bottom", "fontsize": 7.5}
    ax.text(1.04, 1.01, say("better,\nin 100") if any_change else say("helped,\nin 100"), **above)
    ax.text(1.15, 1.01, say("worse,\nin 100") if any_change else say("harmed,\nin 100"), **above)


def _in_hundred(chance: float) -> str:
    """A dash for a person who did not state which change matters, beside others who did."""
    return "\N{EN DASH}" if chance != chance else in_hundred(chance)


def _lines(ax: "Axes", people: "pd.DataFrame") -> None:
    """A thin line for each pooled interval, dots for both means."""
    place = np.arange(len(people), dtype=float)
    ax.hlines(place, people["pooled_lower"], people["pooled_upper"], color=_COLOUR, lw=0.7, alpha=0.55, zorder=2)
    ax.plot(people["mean"], place, "o", mfc="none", mec=GREY, ms=2.6, mew=0.6, ls="none", zorder=3, label=_alone())
    ax.plot(people["pooled_mean"], place, "o", color=_COLOUR, ms=2.6, ls="none", zorder=4, label=_pooled())


def _ribbons(ax: "Axes", people: "pd.DataFrame") -> None:
    """Where the sorted means lie, and between which ends half of the intervals at that place."""
    count = len(people)
    edges = np.linspace(0, count, _BINS + 1).astype(int)
    place = (edges[:-1] + edges[1:]) / 2
    alone = people["mean"].sort_values().to_numpy()
    if people["pooled_mean"].iloc[0] > people["pooled_mean"].iloc[-1]:
        alone = alone[::-1]
    columns = ("pooled_lower", "pooled_mean", "pooled_upper")
    low, mean, high = (_medians(people[name].to_numpy(), edges) for name in columns)
    ax.fill_betweenx(place, low, high, color=_COLOUR, alpha=0.3, lw=0, zorder=2)
    ax.plot(_medians(alone, edges), place, color=GREY, lw=1.3, ls="--", zorder=3, label=_alone())
    ax.plot(mean, place, color=_COLOUR, lw=2.0, zorder=4, label=_pooled())


def _medians(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.array([np.median(values[start:end]) for start, end in itertools.pairwise(edges)])


def _group(ax: "Axes", cohort: "Cohort", count: int) -> None:
    """The mean of all and the next person, below everybody."""
    row = 1.0 if count <= NAMED else count / 15
    rows = ((count + 0.4 * row, cohort.mean, "D", 3.2), (count + 1.4 * row, cohort.next_person, "s", 1.6))
    for place, told, marker, width in rows:
        ax.plot(told["interval"], [place] * 2, color="black", lw=width, solid_capstyle="butt", zorder=5)
        ax.plot([told["mean"]], [place], marker, color="black", ms=5.5, zorder=6)
    ax.axhline(count - 0.5 + 0.1 * row, color=GREY, lw=0.6)
    names = [say("mean of all"), say("next person")]
    places = [place for place, *_ in rows]
    if count <= NAMED:
        named = _sorted(cohort)["name"]
        ax.set_yticks([*range(count), *places], [*(shorten(str(name), _LABEL) for name in named), *names])
    else:
        shares = (0, 25, 50, 75)
        at = [share * (count - 1) / 100 for share in shares]
        ax.set_yticks([*at, *places], [*(f"{share} %" for share in shares), *names])
        ax.set_ylabel(say("{count:,} people, in the order of their effects", count=count), fontsize=8.5)
    ax.tick_params(axis="y", length=0 if count <= NAMED else 2, labelsize=8)
    ax.set_ylim(count + 2.0 * row, -max(1.7 * row, 0.055 * count))


def _limits(ax: "Axes", cohort: "Cohort", people: "pd.DataFrame") -> None:
    """Wide enough for all intervals that are shown; one odd person among hundreds does not press the others together."""
    ends = [
        -1.15 * (cohort.threshold or 0.0),
        1.15 * (cohort.threshold or 0.0),
        *cohort.next_person["interval"],
        *cohort.mean["interval"],
    ]
    if len(people) <= NAMED:
        ends += [people["lower"].min(), people["upper"].max()]
    else:
        ends += [people["pooled_lower"].quantile(0.005), people["pooled_upper"].quantile(0.995)]
        ends += list(people["mean"].quantile([0.005, 0.995]))
    pad = 0.03 * (max(ends) - min(ends))
    ax.set_xlim(min(ends) - pad, max(ends) + pad)


def _words(ax: "Axes", cohort: "Cohort", count: int) -> None:
    left, right = (say("← better"), say("worse →")) if cohort.better == "lower" else (say("← worse"), say("better →"))
    for x, side, words in ((0.0, "left", left), (1.0, "right", right)):
        above: dict[str, Any] = {"xytext": (0, 15), "textcoords": "offset points", "va": "bottom", "fontsize": 8.5}
        ax.annotate(words, (x, 1.0), xycoords="axes fraction", ha=side, **above)
    small: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "ha": "center", "va": "bottom", "fontsize": 7.5}
    if cohort.threshold is not None:
        ax.text(0, 1.01, say("too small to matter"), **small)
    words = (
        in_unit(
            cohort,
            phrase("change in points, {arm} against {reference}; bars: {level:g} % interval"),
            phrase("change in {unit}, {arm} against {reference}; bars: {level:g} % interval"),
            **_places(cohort),
        )
        if count <= SORTED
        else in_unit(
            cohort,
            phrase(
                "change in points, {arm} against {reference}\nlines: everybody's mean; shade: the usual {level:g} % interval there"
            ),
            phrase(
                "change in {unit}, {arm} against {reference}\nlines: everybody's mean; shade: the usual {level:g} % interval there"
            ),
            **_places(cohort),
        )
    )
    ax.set_xlabel(wrapped(words, ax), fontsize=8.5)
    looks: dict[str, Any] = {"fontsize": 7.5, "frameon": False, "ncols": 2, "borderaxespad": 0.3, "columnspacing": 1.2}
    ax.legend(loc="upper left", **looks)  # in the strip above the first person


def _places(cohort: "Cohort") -> dict[str, Any]:
    arm, reference = (shorten(name, 24) for name in called_in(cohort))
    return {"arm": arm, "reference": reference, "level": 100 * LEVEL}


def _alone() -> str:
    return say("own nights alone")


def _pooled() -> str:
    return say("with the help of the others")


@spoken_of
def described(cohort: "Cohort") -> str:
    """The picture for readers who do not see it."""
    places = {
        "count": len(cohort.people),
        "mean": cohort.mean["mean"],
        "span": ranges.plain(*cohort.mean["interval"]),
        "next_span": ranges.plain(*cohort.next_person["interval"]),
    }
    told = in_unit(
        cohort,
        phrase(
            "Effects of {count:,} people, each from their own nights alone and with the help of the others. Mean of all {mean:number} points "
            "({span}); next person {next_span}"
        ),
        phrase(
            "Effects of {count:,} people, each from their own nights alone and with the help of the others. Mean of all {mean:number} {unit} "
            "({span}); next person {next_span}"
        ),
        **places,
    )
    if cohort.threshold is None:
        return say("{clause}.", clause=told)
    return say(
        "{clause}; changes within {threshold:g} are too small to matter.", clause=told, threshold=cohort.threshold
    )
