"""The posterior of each effect, against the band of changes too small to matter: over these nights, and once fully built up."""

from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.inference_data import thinned
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import Estimand, pairs
from nof1.analyze.model.standardize import LINEAR, standardize
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.errors import takes
from nof1.language import phrase, say
from nof1.plan.protocol.own_words import called
from nof1.report.figures.style import (
    BAND,
    GREY,
    arm_styles,
    density,
    finish,
    new_axes,
    shorten,
    sides,
    too_small,
    wrapped,
)
from nof1.report.words.effect import units
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PAIRS, _BOTH = 6, 3  # pairs that are shown; pairs that are shown with both effects
_ABOVE = 0.5  # height of a curve below the words of its row
NAMES: dict[Estimand, str] = {"over-nights": phrase("over these nights"), "full": phrase("once fully built up")}


@takes(Result)
@spoken_of
def effect(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Posterior of each effect over these nights and once fully built up, each with its interval, against the band of small changes.

    The one that leads is filled and has the thicker interval. Where nothing builds up there is one. Of many pairs of arms the first
    few are shown, those with the reference before others, and each with its leading effect alone; `result.effects` has all.

    Examples
    --------
    >>> nof1.plots.effect(result).get_xlabel()
    'change in RLS severity (points)'
    """
    ax = ax or new_axes(5.0, 3.0)
    protocol = result.trial.protocol
    told = units(result.lead[0].measure, protocol.outcome)
    threshold = too_small(protocol, told.factor)
    rows = _rows(result)
    ax.axvspan(-threshold, threshold, color=BAND, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    left, right = sides(protocol)
    ax.text(0.02, 1.02, left, transform=ax.transAxes, ha="left", va="bottom", fontsize=9)
    ax.text(0.98, 1.02, right, transform=ax.transAxes, ha="right", va="bottom", fontsize=9)
    reach, several = [threshold * 1.15], len(result.lead) > 1
    peak = _ABOVE if several else 0.8  # of several pairs the words stand above the curves, which may be anywhere
    for row, (entry, estimand, values) in enumerate(rows):
        base, leads = float(len(rows) - 1 - row), estimand == entry.estimand
        grid, height = density(told.factor * values)
        low, high = (told.factor * end for end in entry.on(estimand).interval)
        curve = base + peak * height / height.max()
        if leads:
            colour = arm_styles(protocol)[entry.arm][0]
            ax.fill_between(grid, base, curve, color=colour, alpha=0.45, lw=0, zorder=2)
        else:
            ax.plot(grid, curve, color=GREY, lw=0.9, ls=(0, (3, 2)), zorder=2)
        ax.plot([low, high], [base, base], color="black", lw=2.6 if leads else 1.3, solid_capstyle="butt", zorder=4)
        mean = told.factor * entry.on(estimand).mean
        ax.plot([mean], [base], "o", color="black", mfc="black" if leads else "white", ms=6, zorder=5)
        reach += [abs(grid[0]), abs(grid[-1])]
        label = _label(result, entry, estimand)
        if label:
            at_left = several or mean > 0  # where the picture is empty
            ax.text(
                0.01 if at_left else 0.99,
                base + (_ABOVE + 0.04 if several else 0.4),
                shorten(label, 44),
                transform=ax.get_yaxis_transform(),
                ha="left" if at_left else "right",
                fontsize=7.5,
            )
    span = max(reach)
    if threshold:
        ax.text(
            0,
            1.02,
            say("too small\nto matter"),
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=7.5,
            linespacing=0.95,
        )
    words = say("change in {outcome} ({unit})", outcome=shorten(protocol.outcome.title, 40), unit=told.axis)
    ax.set(
        xlim=(-span, span),
        ylim=(-0.15, len(rows)),
        yticks=[],
        xlabel=wrapped(words, ax, size=10),
    )
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def shows_both(result: Result) -> bool:
    """Whether the effect once fully built up differs from that over these nights, and is no guess beyond them."""
    return result.trial.protocol.analysis.carryover == "exponential" and not result.short_of_full(result.lead[0])


def rows_of(result: Result) -> int:
    """How many curves there are, of which each needs its height."""
    pairs_shown = min(len(result.lead), _MOST_PAIRS)
    return pairs_shown * (2 if shows_both(result) and len(result.lead) <= _BOTH else 1)


def _label(result: Result, entry: PairEffect, estimand: Estimand) -> str:
    """Which pair of several, and which effect of two."""
    name = say(NAMES[estimand]) if shows_both(result) else ""
    if len(result.lead) == 1:
        return name
    if estimand != entry.estimand:
        return name
    told = say("{arm} against {reference}", arm=called(entry.arm), reference=called(entry.reference))
    return say("{pair}, {name}", pair=told, name=name) if name else told


def _rows(result: Result) -> list[tuple[PairEffect, Estimand, Array]]:
    """What is shown, from the top: pair of arms, which effect, and its draws in the record's units."""
    data = build_model_data(result.trial)
    draws = draws_of(data, result.posterior["posterior"].to_dataset())
    told = standardize(data, draws if data.family in LINEAR else thinned(draws))
    out: list[tuple[PairEffect, Estimand, Array]] = []
    for entry, pair in zip(result.lead[:_MOST_PAIRS], pairs(result.trial.protocol), strict=False):
        vector = np.array(pair.vector)
        both: dict[Estimand, Array] = {"over-nights": told.over_nights @ vector, "full": told.full @ vector}
        beside = shows_both(result) and len(result.lead) <= _BOTH
        shown = [entry.estimand] + [name for name in both if name != entry.estimand and beside]
        out += [(entry, name, both[name]) for name in shown]
    return out
