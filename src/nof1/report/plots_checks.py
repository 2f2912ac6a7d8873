"""Pictures of the checks, one for each, and the sheet that has them all. Computes nothing that a result does not hold.

Where a result has not what a picture shows, the function refuses with the reason, and the sheet writes it in its place.
"""

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.effects import LEVEL
from nof1.analyze.results import Result
from nof1.errors import InputError
from nof1.report.plots_orders import randomization
from nof1.report.plots_sensitivity import sensitivity
from nof1.report.plots_style import ARM_COLOURS, BAND, MARKERS, arm_styles, density, finish, harmless, new_axes, shorten
from nof1.report.words_effect import MODEL_SCALES, measure_of, number, units
from nof1.report.words_sensitivity import sensitivity_sentences

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GREY = "#6E6E6E"
_SIMULATIONS = 1000  # of the simultaneous band
_ENGINES = {"nuts": ("sampled (PyMC)", "o", "black"), "marginal": ("quick (marginal engine)", "s", ARM_COLOURS[1])}
_MOST_PAIRS = 6
_NO_LENGTH = 0.12  # of a bar whose new nights are all alike, where others are 1
_SENTENCE = 88  # letters in a line of the sheet


def engines(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Means and intervals of the two computations beside each other: every pair of arms, at full exposure and as lived.

    Parameters
    ----------
    result : Result
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If there was only one computation.
    """
    by_engine = {
        name: [entry for entry in result.record["effects"] if entry["engine"] == name][:_MOST_PAIRS]
        for name in _ENGINES
    }
    if not all(by_engine.values()):
        check = result.record["checks"].get("cross_check")
        raise InputError(check["sentence"] if check else "Not computed: only the quick engine ran.")
    protocol = result.trial.protocol
    told = units(measure_of(by_engine["nuts"][0]), protocol.outcome)
    rows = [(place, key) for place in range(len(by_engine["nuts"])) for key in ("full", "as_lived")]
    ax = ax or new_axes(6.5, 1.2 + 0.45 * len(rows))
    threshold = told.factor * protocol.outcome.threshold
    ax.axvspan(-threshold, threshold, color=BAND, lw=0, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    for (name, (label, marker, colour)), offset in zip(_ENGINES.items(), (-0.15, 0.15), strict=True):
        for row, (place, key) in enumerate(rows):
            numbers = by_engine[name][place][key]
            ends = [told.factor * end for end in numbers["interval"]]
            ax.plot(ends, [row + offset] * 2, color=colour, lw=2.0, solid_capstyle="butt", zorder=3)
            ax.plot(
                [told.factor * numbers["mean"]],
                [row + offset],
                marker,
                color=colour,
                mfc="white" if name == "marginal" else colour,
                ms=5.5,
                mew=1.3,
                ls="none",
                zorder=4,
                label=label if row == 0 else "_nolegend_",
            )
    ax.set_yticks(range(len(rows)), [_of_pair(by_engine["nuts"][place], key) for place, key in rows])
    ax.tick_params(axis="y", length=0, labelsize=8)
    ax.set_ylim(len(rows) - 0.4, -0.9 if protocol.simulated else -0.6)
    ax.set_xlabel(f"change in {shorten(protocol.outcome.title, 32)} ({told.axis}); bars: {100 * LEVEL:g} % interval")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=8)
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def _of_pair(entry: dict[str, Any], key: str) -> str:
    which = "full effect" if key == "full" else "as lived"
    return f"{shorten(entry['arm'], 16)} against\n{shorten(entry['reference'], 16)}, {which}"


def predictive(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Each test quantity on a line of its own: the interval of new nights from the model, and the recorded value.

    The lines are scaled so that all intervals are of one length. A value outside is a filled diamond, at the edge where it is
    far outside.

    Raises
    ------
    InputError
        If the check was not made.
    """
    from nof1.analyze.criticism import EXTREME

    statistics = _check(result, "predictive")["statistics"]
    ax = ax or new_axes(7.0, 1.0 + 0.32 * len(statistics))
    for place, row in enumerate(statistics.values()):
        low, high = row["interval"]
        odd = not EXTREME <= row["p"] <= 1 - EXTREME
        length = 1.0 if high > low else _NO_LENGTH
        ax.plot([-length, length], [place] * 2, color="#9A9A9A", lw=6, solid_capstyle="butt", zorder=2)
        ax.plot([_scaled(row["predicted"], low, high)], [place], "|", color="white", ms=8, mew=1.6, zorder=3)
        ax.plot(
            [np.clip(_scaled(row["observed"], low, high), -1.75, 1.75)],
            [place],
            "D" if odd else "o",
            color="black",
            mfc="black" if odd else "white",
            ms=6,
            mew=1.3,
            zorder=4,
        )
        text = f"{number(row['observed'])} ({number(low)} to {number(high)})"
        _beside(ax, place, text, bold=odd)
    ax.text(
        1.02,
        1.01,
        "recorded (new nights)",
        transform=ax.transAxes,
        ha="left",
        va="bottom",
        fontsize=7.5,
        color="#444444",
    )
    ax.set_yticks(range(len(statistics)), [shorten(name, 40) for name in statistics])
    ax.tick_params(axis="y", length=0, labelsize=8)
    ax.set(xlim=(-1.9, 1.9), ylim=(len(statistics) - 0.4, -0.6), xticks=[])
    ax.set_xlabel(
        f"bars: {100 * LEVEL:g} % of new nights, each line on its own scale\ndots: recorded; filled diamonds: odd",
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


def left_out(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Share of nights at or below each probability, less that probability, with the band of a model that fits.

    A night's probability (LOO-PIT) is that of an outcome at or below its own, as all other nights foretell it. The band holds
    all of the line in 95 of 100 trials (Saeilynoja, Buerkner & Vehtari 2022). The nights that move the answer most are named.

    Raises
    ------
    InputError
        If the check was not made.
    """
    from arviz_stats.ecdf_utils import ecdf_pit

    check = _check(result, "left_out")
    ax = ax or new_axes(5.5, 3.4)
    pit = np.array(check["pit"])
    points, share, low, high = ecdf_pit(pit, LEVEL, _SIMULATIONS)
    ax.fill_between(
        points, low - points, high - points, color="#DADADA", lw=0, zorder=1, label=f"{100 * LEVEL:g} % band"
    )
    ax.axhline(0, color="black", lw=0.8, zorder=2)
    ax.plot(points, share - points, color=ARM_COLOURS[0], lw=1.6, drawstyle="steps-post", zorder=3)
    for row, marker in zip(check["influential"], MARKERS[1:], strict=False):
        ax.plot(
            [row["pit"]],
            [np.mean(pit <= row["pit"]) - row["pit"]],
            marker,
            color="black",
            mfc="white",
            ms=6,
            mew=1.2,
            ls="none",
            zorder=4,
            clip_on=False,
            label=f"{row['night']}: {row['outcome']:.4g} (moves the answer {row['shift_sd']:.2f} sd)",
        )
    ax.set(
        xlim=(0, 1),
        xlabel="probability of an outcome at or below the night's own",
        ylabel="share of nights\nminus probability",
    )
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.24), ncols=2, frameon=False, fontsize=7.5, handletextpad=0.3)
    finish(ax, result.trial.protocol)
    return ax


def prior_posterior(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """What was believed of every active arm's effect before the first night, and after the last, on the model's scale.

    At the right stand the power-scaling numbers of prior and nights where the check was made: how far the answer moves when either weighs
    a little more (Kallioinen et al. 2024).
    """
    protocol = result.trial.protocol
    sd = float(protocol.priors.effect_sd)
    effect = result.posterior["posterior"].to_dataset()["effect"]
    check = result.record["checks"].get("prior")
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
            grid, base, base + height * after, color=colour, alpha=0.5, lw=0, zorder=2, label="after" if first else None
        )
        ax.plot(
            wide,
            base + height * before,
            color="black",
            lw=1.3,
            ls=(0, (4, 2)),
            zorder=3,
            label="before" if first else None,
        )
        ax.axhline(base, color="#B5B5B5", lw=0.7, zorder=1)
        if check is not None:
            _beside(
                ax, base + 0.35, f"prior {check['prior'][arm.name]:.2f}\nnights {check['likelihood'][arm.name]:.2f}"
            )
    ax.axvline(0, color="black", lw=0.8, zorder=1)
    ax.set(xlim=(-reach, reach), ylim=(-0.08, len(arms)), yticks=[])
    if len(arms) > 1:
        names = [textwrap.fill(shorten(arm.name, 34), 18) for arm in arms]
        ax.set_yticks([len(arms) - 1 - row + 0.35 for row in range(len(arms))], names)
        ax.tick_params(axis="y", length=0, labelsize=8)
    scaling = (
        ""
        if check is None
        else f"\nat the right: power-scaling, how much the answer follows each (limit of the prior {check['limit']:g})"
    )
    ax.set_xlabel(f"effect on the model's scale ({MODEL_SCALES[protocol.analysis.family]}){scaling}", fontsize=8.5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False, fontsize=8)
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def _check(result: Result, name: str) -> dict[str, Any]:
    check: dict[str, Any] | None = result.record["checks"].get(name)
    if check is None:
        raise InputError("Not computed by the quick engine.")
    return check


def _sensitivity_sentence(record: dict[str, Any]) -> str:
    rows = record.get("sensitivity")
    return sensitivity_sentences(rows)[0] if rows else ""


def _sentence_of(*names: str) -> Callable[[dict[str, Any]], str]:
    """The first of these checks that was made, in its sentence."""
    return lambda record: next(
        (record["checks"][name]["sentence"] for name in names if name in record["checks"]),
        "",
    )


# Heading, picture, sentence.
_SHEET: tuple[tuple[str, Callable[..., "Axes"], Callable[[dict[str, Any]], str]], ...] = (
    ("Two computations", engines, _sentence_of("cross_check", "weights")),
    ("Other choices", sensitivity, _sensitivity_sentence),
    (
        "The orders that could have been drawn",
        randomization,
        lambda record: str((record.get("randomization_test") or {}).get("sentence", "")),
    ),
    ("Before and after the nights", prior_posterior, _sentence_of("prior")),
    ("New nights from the model", predictive, _sentence_of("predictive")),
    ("Each night, given all others", left_out, _sentence_of("left_out")),
)


def checks(result: Result) -> "Figure":
    """All checks on one sheet, each with its sentence; where a picture cannot be, the reason stands in its place."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 13.0), layout="constrained")
    figure.suptitle(shorten(result.trial.protocol.title, 100), x=0.01, ha="left", fontsize=12)
    parts: np.ndarray = np.asarray(figure.subfigures(3, 2, hspace=0.04, wspace=0.02))
    for part, (heading, draw, sentence) in zip(parts.flat, _SHEET, strict=True):
        part.suptitle(heading, x=0.02, ha="left", fontsize=11, fontweight="bold")
        told, ax = sentence(result.record), part.add_subplot()
        try:
            draw(result, ax=ax)
        except InputError as refusal:
            reason = str(refusal)
            told = "" if told == reason else told
            _in_words(ax, reason)
        if told:
            lines = textwrap.fill(harmless(told), _SENTENCE)
            part.supxlabel(lines, x=0.02, ha="left", fontsize=8.5, linespacing=1.3)
    return figure


def _in_words(ax: "Axes", reason: str) -> None:
    """Why there is no picture, in its place."""
    ax.set_axis_off()
    lines = textwrap.fill(harmless(reason), 60)
    ax.text(0.5, 0.5, lines, transform=ax.transAxes, ha="center", va="center", fontsize=9, color=_GREY)
