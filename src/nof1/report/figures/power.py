"""The picture of a planned trial: designs in the order of their nights against the chance of a right answer."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from nof1.analyze.model.effects import LEVEL
from nof1.analyze.simulation.alternatives import THIS
from nof1.analyze.simulation.power import GOAL_EFFECT, Power
from nof1.errors import takes
from nof1.language import say
from nof1.report.figures.style import ARM_COLOURS, finish, new_axes, shorten, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ERRORS = 2.0  # Monte Carlo standard errors that a bar reaches to each side


@takes(Power)
def power(result: Power, *, ax: "Axes | None" = None) -> "Axes":
    """A row for each design, the shortest on top: chance of a right answer at twice the threshold, against the goal.

    The design asked about is filled, its neighbours are hollow; bars are two Monte Carlo standard errors. The expected
    width of the interval stands at the right.

    Parameters
    ----------
    result : Power
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Examples
    --------
    >>> nof1.plots.power(found).get_xlabel().splitlines()[0]
    'chance of a right answer where magnesium truly changes'
    """
    designs = result.designs.sort_values(["nights", "periods"], kind="stable").reset_index(drop=True)
    ax = ax or new_axes(7.0, 1.3 + 0.3 * len(designs))
    goal, colour = float(result.settings["goal"]), ARM_COLOURS[0]
    for place, (_, row) in enumerate(designs.iterrows()):
        mine = row["change"] == THIS
        ax.errorbar(
            row["right"],
            place,
            xerr=_ERRORS * row["right_mcse"],
            fmt="o",
            ms=9 if mine else 6,
            color=colour,
            mfc=colour if mine else "white",
            mew=1.3,
            elinewidth=2.0 if mine else 1.0,
            label=row["design"],
        )
        width = "–" if np.isnan(row["width"]) else say("{width:.1f}", width=row["width"])
        ax.text(1.02, place, width, transform=ax.get_yaxis_transform(), ha="left", va="center", fontsize=9)
    ax.axvline(goal, color="black", lw=1.0, ls=(0, (4, 3)), zorder=0)
    ax.text(
        goal,
        1.02,
        say("goal {percent:g} %", percent=100 * goal),
        transform=ax.get_xaxis_transform(),
        ha="center",
        fontsize=8,
    )
    ax.text(-0.015, 1.02, say("in all: periods × nights of each"), transform=ax.transAxes, ha="right", fontsize=8)
    ax.text(
        1.02,
        1.02,
        say("{level:g} % interval,\npoints wide", level=100 * LEVEL),
        transform=ax.transAxes,
        va="bottom",
        fontsize=8,
    )
    ax.set_yticks(range(len(designs)), [_label(row) for _, row in designs.iterrows()])
    for tick, change in zip(ax.get_yticklabels(), designs["change"], strict=True):
        tick.set_fontweight("bold" if change == THIS else "normal")
    ax.set(xlim=_limits(designs, goal), ylim=(len(designs) - 0.5, -0.6))
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    ax.tick_params(axis="y", length=0, labelsize=9)
    arm, outcome = result.protocol.active_arms[0], result.protocol.outcome
    ax.set_xlabel(
        wrapped(
            say(
                "chance of a right answer where {arm} truly changes\n{outcome} by {change:g} points (bars: two Monte Carlo errors)",
                arm=shorten(arm.title, 16),
                outcome=shorten(outcome.title, 24),
                change=GOAL_EFFECT * result.protocol.threshold,
            ),
            ax,
            size=10,
        )
    )
    finish(ax, result.protocol)
    return ax


def _label(row: "pd.Series[Any]") -> str:
    places = {"nights": row["nights"], "periods": row["periods"], "each": row["period_nights"]}
    if row["change"] == THIS:
        return say("{nights} nights: {periods} × {each} (this design)", **places)
    return say("{nights} nights: {periods} × {each}", **places)


def _limits(designs: pd.DataFrame, goal: float) -> tuple[float, float]:
    """Ends of the axis: tens of percent around everything that is drawn, and never beyond what a chance can be."""
    error = _ERRORS * designs["right_mcse"]
    low = min(float((designs["right"] - error).min()), goal)
    high = max(float((designs["right"] + error).max()), goal)
    return max(0.0, float(np.floor(10 * low - 0.2)) / 10), min(1.0, float(np.ceil(10 * high + 0.2)) / 10)
