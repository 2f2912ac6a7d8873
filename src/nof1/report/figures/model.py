"""Pictures of how the model meets the nights: new nights, nights left out, before and after the nights.

They compute nothing that a result does not hold; where it has not what a picture shows, the function refuses with the reason.
"""

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.checks.model_checks import InfluentialNight
from nof1.analyze.model.effects import LEVEL
from nof1.analyze.results import Result
from nof1.errors import InputError, takes
from nof1.language import say
from nof1.plan.protocol.own_words import called
from nof1.report.figures.style import (
    ARM_COLOURS,
    MARKERS,
    NARROW,
    arm_styles,
    density,
    finish,
    new_axes,
    shorten,
    size_of,
    wrapped,
)
from nof1.report.words import ranges
from nof1.report.words.checks import night_name, quantity
from nof1.report.words.effect import model_scale
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIMULATIONS = 1000  # of the simultaneous band
_NO_LENGTH = 0.12  # of a bar whose new nights are all alike, where others are 1
# How a test quantity of results.json begins, and how it is told of an arm and of nights without treatment.


@takes(Result)
@spoken_of
def predictive(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Each test quantity on a line of its own: the interval of new nights from the model, and the recorded value.

    The lines are scaled so that all intervals are of one length. A value outside is a filled diamond, at the edge where it is
    far outside.

    Raises
    ------
    InputError
        If the check was not made.

    Examples
    --------
    >>> axes = nof1.plots.predictive(sampled)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['spread without treatment']
    """
    statistics = made(result.record.checks.predictive).statistics
    ax = ax or new_axes(7.0, 1.0 + 0.32 * len(statistics))
    reach = 2.4 if size_of(ax)[0] < NARROW else 1.9
    for place, row in enumerate(statistics):
        low, high = row.interval
        length = 1.0 if high > low else _NO_LENGTH
        ax.plot([-length, length], [place] * 2, color="#9A9A9A", lw=6, solid_capstyle="butt", zorder=2)
        ax.plot([_scaled(row.predicted, low, high)], [place], "|", color="white", ms=8, mew=1.6, zorder=3)
        ax.plot(
            [np.clip(_scaled(row.observed, low, high), -1.75, 1.75)],
            [place],
            "D" if row.odd else "o",
            color="black",
            mfc="black" if row.odd else "white",
            ms=6,
            mew=1.3,
            zorder=4,
        )
        text = say("{observed:number} ({span})", observed=row.observed, span=ranges.plain(low, high))
        _beside(ax, place, text, bold=row.odd)
    ax.text(
        1.02,
        1.01,
        say("recorded (new nights)"),
        transform=ax.transAxes,
        ha="left",
        va="bottom",
        fontsize=7.5,
        color="#444444",
    )
    ax.set_yticks(range(len(statistics)), [shorten(quantity(row), 40) for row in statistics])
    ax.tick_params(axis="y", length=0, labelsize=8)
    ax.set(xlim=(-reach, reach), ylim=(len(statistics) - 0.4, -0.6), xticks=[])
    ax.set_xlabel(
        wrapped(
            say(
                "bars: {level:g} % of new nights, each line on its own scale\ndots: recorded; filled diamonds: odd",
                level=100 * LEVEL,
            ),
            ax,
        ),
        fontsize=8,
    )
    ax.spines[["left", "bottom", "top", "right"]].set_visible(False)
    return ax


def _scaled(value: float, low: float, high: float) -> float:
    """Where a value lies when the interval goes from -1 to 1; an interval without length is its middle."""
    if high <= low:
        return float(1.75 * np.sign(value - low))
    return 2 * (value - low) / (high - low) - 1


def _beside(ax: "Axes", place: float, text: str, *, bold: bool = False) -> None:
    weight = "bold" if bold else "normal"
    ax.text(
        1.02, place, text, transform=ax.get_yaxis_transform(), ha="left", va="center", fontsize=8, fontweight=weight
    )


@takes(Result)
@spoken_of
def left_out(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Share of nights at or below each probability, less that probability, with the band of a model that fits.

    A night's probability (LOO-PIT) is that of an outcome at or below its own, as all other nights foretell it. The band holds
    all of the line in 95 of 100 trials (Saeilynoja, Buerkner & Vehtari 2022). The nights that move the answer most are named.

    Raises
    ------
    InputError
        If the check was not made.

    Examples
    --------
    >>> nof1.plots.left_out(sampled).get_xlabel()
    "probability of an outcome at or below the night's own"
    """
    from arviz_stats.ecdf_utils import ecdf_pit

    check = made(result.record.checks.left_out)
    ax = ax or new_axes(5.5, 3.4)
    narrow = size_of(ax)[0] < NARROW
    pit = np.array(check.pit)
    points, share, low, high = ecdf_pit(pit, LEVEL, _SIMULATIONS)
    ax.fill_between(
        points,
        low - points,
        high - points,
        color="#DADADA",
        lw=0,
        zorder=1,
        label=say("{level:g} % band", level=100 * LEVEL),
    )
    ax.axhline(0, color="black", lw=0.8, zorder=2)
    ax.plot(points, share - points, color=ARM_COLOURS[0], lw=1.6, drawstyle="steps-post", zorder=3)
    for row, marker in zip(check.influential, MARKERS[1:], strict=False):
        ax.plot(
            [row.pit],
            [np.mean(pit <= row.pit) - row.pit],
            marker,
            color="black",
            mfc="white",
            ms=6,
            mew=1.2,
            ls="none",
            zorder=4,
            clip_on=False,
            label=row.night if narrow else _named(row),
        )
    ax.set(
        xlim=(0, 1),
        xlabel=wrapped(say("probability of an outcome at or below the night's own"), ax, size=10),
        ylabel=say("share of nights\nminus probability"),
    )
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.5, -0.5 if narrow else -0.24),
        ncols=3 if narrow else 2,
        frameon=False,
        fontsize=7.5,
        handletextpad=0.3,
    )
    finish(ax, result.trial.protocol)
    return ax


def _named(row: InfluentialNight) -> str:
    """A night that moves the answer, and by how much where that is known."""
    if row.shift_sd is None:
        return say("{night}: {outcome:.4g} (moves the answer)", night=night_name(row), outcome=row.outcome)
    return say(
        "{night}: {outcome:.4g} (moves the answer {shift:.2f} sd)",
        night=night_name(row),
        outcome=row.outcome,
        shift=row.shift_sd,
    )


@takes(Result)
@spoken_of
def prior_posterior(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """What was believed of every active arm's effect before the first night, and after the last, on the model's scale.

    At the right stands how much of what is known about the full effect is the prior, where the check was made: posterior variance over
    prior variance. Results of older versions have the power-scaling numbers of prior and nights there.

    Examples
    --------
    >>> nof1.plots.prior_posterior(result).get_xlabel().splitlines()[0]
    "effect on the model's scale (points)"
    """
    protocol = result.trial.protocol
    sd = result.record.priors["effect_sd"]
    effect = result.posterior["posterior"].to_dataset()["effect"]
    check, weight = result.record.checks.prior, result.record.checks.prior_weight
    shares = {one.arm: one.share for one in weight.shares if one.reference == protocol.reference} if weight else {}
    arms = protocol.active_arms
    ax = ax or new_axes(6.0, 1.3 + 0.9 * len(arms))
    reach = 2.5 * sd
    for row, arm in enumerate(arms):
        base, colour = float(len(arms) - 1 - row), arm_styles(protocol)[arm.name][0]
        grid, after = density(effect.sel(arm=arm.name).to_numpy().ravel())
        reach = max(reach, 1.05 * float(np.abs(grid).max()))
        wide = np.linspace(-2 * reach, 2 * reach, 801)
        before = np.exp(-0.5 * (wide / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        height = 0.8 / max(float(after.max()), float(before.max()))
        first = row == 0
        ax.fill_between(
            grid,
            base,
            base + height * after,
            color=colour,
            alpha=0.5,
            lw=0,
            zorder=2,
            label=say("after") if first else None,
        )
        ax.plot(
            wide,
            base + height * before,
            color="black",
            lw=1.3,
            ls=(0, (4, 2)),
            zorder=3,
            label=say("before") if first else None,
        )
        ax.axhline(base, color="#B5B5B5", lw=0.7, zorder=1)
        if arm.name in shares:
            _beside(ax, base + 0.35, say("prior\n{share:.0f} %", share=100 * shares[arm.name]))
        elif check is not None:
            scaled = {"prior": check.prior[arm.name], "nights": check.likelihood[arm.name]}
            _beside(ax, base + 0.35, say("prior {prior:.2f}\nnights {nights:.2f}", **scaled))
    ax.axvline(0, color="black", lw=0.8, zorder=1)
    ax.set(xlim=(-reach, reach), ylim=(-0.08, len(arms)), yticks=[])
    if len(arms) > 1:
        names = [textwrap.fill(shorten(called(arm.name), 34), 18) for arm in arms]
        ax.set_yticks([len(arms) - 1 - row + 0.35 for row in range(len(arms))], names)
        ax.tick_params(axis="y", length=0, labelsize=8)
    label = say("effect on the model's scale ({scale})", scale=model_scale(protocol.analysis.family, protocol.outcome))
    if shares:
        label = say("{scale}\nat the right: how much of what is known about it is the prior", scale=label)
    elif check is not None:
        label = say(
            "{scale}\nat the right: power-scaling, how much the answer follows each (limit of the prior {limit:g})",
            scale=label,
            limit=check.limit,
        )
    ax.set_xlabel(wrapped(label, ax, share=0.72 if size_of(ax)[0] < NARROW else 0.92), fontsize=8.5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=8)
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def made[T](check: T | None) -> T:
    """A check of the record.

    Raises
    ------
    InputError
        If it was not made.
    """
    if check is None:
        raise InputError(say("Not computed by the quick engine."))
    return check
