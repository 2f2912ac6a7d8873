"""The posterior of each effect, against the band of changes too small to matter."""

from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.engines.inference_data import thinned
from nof1.analyze.model.data import build_model_data
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.effects import pairs
from nof1.analyze.model.standardize import LINEAR, standardize
from nof1.analyze.results import Result
from nof1.errors import takes
from nof1.language import say
from nof1.plan.protocol.own_words import ours
from nof1.report.figures.style import BAND, arm_styles, density, finish, new_axes, shorten, sides, wrapped
from nof1.report.words.effect import units

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_PAIRS = 6


@takes(Result)
def effect(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Posterior of each effect with its interval, against the band of changes too small to matter.

    Of many pairs of arms it shows the first few, those with the reference before others; `result.effects` has all.

    Examples
    --------
    >>> nof1.plots.effect(result).get_xlabel()
    'change in RLS severity (points)'
    """
    ax = ax or new_axes(5.0, 3.0)
    protocol = result.trial.protocol
    told = units(result.lead[0].measure, protocol.outcome)
    threshold = told.factor * protocol.outcome.threshold
    draws = [told.factor * values for values in _effect_draws(result)]
    ax.axvspan(-threshold, threshold, color=BAND, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    reach = [threshold * 1.15]
    for row, (entry, values) in enumerate(zip(result.lead, draws, strict=False)):
        colour = arm_styles(protocol)[entry.arm][0]
        base = float(len(draws) - 1 - row)
        grid, height = density(values)
        ax.fill_between(grid, base, base + 0.8 * height / height.max(), color=colour, alpha=0.45, lw=0, zorder=2)
        numbers = result.leading(entry)
        low, high = (told.factor * end for end in numbers.interval)
        ax.plot([low, high], [base, base], color="black", lw=2.6, solid_capstyle="butt", zorder=4)
        ax.plot([told.factor * numbers.mean], [base], "o", color="black", ms=6, zorder=5)
        reach += [abs(grid[0]), abs(grid[-1])]
        if len(draws) > 1:
            label = say("{arm} against {reference}", arm=ours(entry.arm), reference=ours(entry.reference))
            ax.text(0.01, base + 0.45, shorten(label, 40), transform=ax.get_yaxis_transform(), fontsize=8)
    span = max(reach)
    left, right = sides(protocol)
    ax.text(0.02, 1.02, left, transform=ax.transAxes, ha="left", va="bottom", fontsize=9)
    ax.text(0.98, 1.02, right, transform=ax.transAxes, ha="right", va="bottom", fontsize=9)
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
        ylim=(-0.15, len(draws)),
        yticks=[],
        xlabel=wrapped(words, ax, size=10),
    )
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def _effect_draws(result: Result) -> list[np.ndarray]:
    """Draws of each pair's effect, on the estimand that leads."""
    data = build_model_data(result.trial)
    draws = draws_of(data, result.posterior["posterior"].to_dataset())
    told = standardize(data, draws if data.family in LINEAR else thinned(draws))
    return [
        (told.as_lived if result.leading_estimand(entry) == "as-lived" else told.full) @ np.array(pair.vector)
        for entry, pair in zip(result.lead[:_MOST_PAIRS], pairs(result.trial.protocol), strict=False)
    ]
