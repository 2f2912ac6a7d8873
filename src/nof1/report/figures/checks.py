"""The picture of two computations, and the sheet that has the pictures of all checks. Computes nothing that a result does not hold.

Where a result has not what a picture shows, the function refuses with the reason, and the sheet writes it in its place.
"""

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from nof1.analyze.checks.randomization_test import NotTested
from nof1.analyze.model.effects import LEVEL, Estimand
from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.errors import InputError, takes
from nof1.language import phrase, say
from nof1.plan.protocol.own_words import called, ours
from nof1.report.figures.model import left_out, predictive, prior_posterior
from nof1.report.figures.orders import randomization
from nof1.report.figures.sensitivity import sensitivity
from nof1.report.figures.style import (
    ARM_COLOURS,
    BAND,
    NARROW,
    REFERENCE_COLOUR,
    finish,
    harmless,
    head_room,
    new_axes,
    shorten,
    size_of,
    too_small,
    wrapped,
)
from nof1.report.words.checks import check_sentence
from nof1.report.words.effect import units
from nof1.report.words.randomization import randomization_of_trial
from nof1.report.words.sensitivity import sensitivity_sentences
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ENGINES = {
    "nuts": (phrase("sampled (PyMC)"), "o", "black"),
    "marginal": (phrase("quick (marginal engine)"), "s", ARM_COLOURS[1]),
}
_BOTH: tuple[Estimand, ...] = ("full", "over-nights")
_MOST_PAIRS = 6
_SENTENCE = 88  # letters in a line of the sheet


@takes(Result)
@spoken_of
def engines(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """Means and intervals of the two computations beside each other: every pair of arms, once fully built up and over these nights.

    Parameters
    ----------
    result : Result
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If there was only one computation.

    Examples
    --------
    >>> nof1.plots.engines(sampled).get_xlabel()
    'change in RLS severity (points); bars: 95 % interval'
    """
    by_engine = both_engines(result)
    protocol = result.trial.protocol
    told = units(by_engine["nuts"][0].measure, protocol.outcome)
    rows = [(place, key) for place in range(len(by_engine["nuts"])) for key in _BOTH]
    ax = ax or new_axes(6.5, 1.2 + 0.45 * len(rows))
    threshold = too_small(protocol, told.factor)
    ax.axvspan(-threshold, threshold, color=BAND, lw=0, zorder=0)
    ax.axvline(0, color="black", lw=0.9, zorder=1)
    for (name, (label, marker, colour)), offset in zip(_ENGINES.items(), (-0.15, 0.15), strict=True):
        for row, (place, key) in enumerate(rows):
            numbers = by_engine[name][place].on(key)
            ends = [told.factor * end for end in numbers.interval]
            ax.plot(ends, [row + offset] * 2, color=colour, lw=2.0, solid_capstyle="butt", zorder=3)
            ax.plot(
                [told.factor * numbers.mean],
                [row + offset],
                marker,
                color=colour,
                mfc="white" if name == "marginal" else colour,
                ms=5.5,
                mew=1.3,
                ls="none",
                zorder=4,
                label=say(label) if row == 0 else "_nolegend_",
            )
    ax.set_yticks(range(len(rows)), [_of_pair(by_engine["nuts"][place], key) for place, key in rows])
    ax.tick_params(axis="y", length=0, labelsize=8)
    ax.set_ylim(len(rows) - 0.4, -head_room(ax, len(rows), protocol))
    ax.set_xlabel(
        wrapped(
            say(
                "change in {outcome} ({unit}); bars: {level:g} % interval",
                outcome=shorten(protocol.outcome.title, 32),
                unit=told.axis,
                level=100 * LEVEL,
            ),
            ax,
            size=10,
        )
    )
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=1 if size_of(ax)[0] < NARROW else 2,
        frameon=False,
        fontsize=8,
    )
    ax.spines["left"].set_visible(False)
    finish(ax, protocol)
    return ax


def both_engines(result: Result) -> dict[str, list[PairEffect]]:
    """The first effects of both computations, by engine.

    Raises
    ------
    InputError
        If there was only one.
    """
    by_engine = {
        name: [entry for entry in result.record.effects if entry.engine == name][:_MOST_PAIRS] for name in _ENGINES
    }
    if not all(by_engine.values()):
        check = result.record.checks.cross_check
        raise InputError(
            check_sentence(result.record.engines, check) if check else say("Not computed: only the quick engine ran.")
        )
    return by_engine


def _of_pair(entry: PairEffect, key: Estimand) -> str:
    arm, reference = shorten(called(entry.arm), 16), shorten(called(entry.reference), 16)
    if key == "full":
        return say("{arm} against\n{reference}, fully built up", arm=arm, reference=reference)
    return say("{arm} against\n{reference}, over these nights", arm=arm, reference=reference)


def _sensitivity_sentence(result: Result) -> str:
    rows = result.record.sensitivity
    return sensitivity_sentences(rows)[0] if rows else ""


def _randomization_sentence(result: Result) -> str:
    test = result.record.randomization_tests[0]
    return "" if isinstance(test, NotTested) else randomization_of_trial(result.trial, test)


def _sentence_of(*names: str) -> Callable[[Result], str]:
    """The first of these checks that was made, in its sentence."""

    def told(result: Result) -> str:
        made = result.record.checks.made()
        return next((check_sentence(result.record.engines, made[name]) for name in names if name in made), "")

    return told


# Heading, picture, sentence.
_SHEET: tuple[tuple[str, Callable[..., "Axes"], Callable[[Result], str]], ...] = (
    (phrase("Two computations"), engines, _sentence_of("cross_check", "weights")),
    (phrase("Other choices"), sensitivity, _sensitivity_sentence),
    (
        phrase("The orders that could have been drawn"),
        randomization,
        _randomization_sentence,
    ),
    (phrase("Before and after the nights"), prior_posterior, _sentence_of("prior_weight", "prior")),
    (phrase("New nights from the model"), predictive, _sentence_of("predictive")),
    (phrase("Each night, given all others"), left_out, _sentence_of("left_out")),
)


@takes(Result)
@spoken_of
def checks(result: Result) -> "Figure":
    """All checks on one sheet, each with its sentence; where a picture cannot be, the reason stands in its place.

    Examples
    --------
    >>> figure = nof1.plots.checks(result)
    >>> len(figure.subfigs)
    6
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 13.0), layout="constrained")
    figure.suptitle(shorten(ours(result.trial.protocol.title), 100), x=0.01, ha="left", fontsize=12)
    parts: np.ndarray = np.asarray(figure.subfigures(3, 2, hspace=0.04, wspace=0.02))
    for part, (heading, draw, sentence) in zip(parts.flat, _SHEET, strict=True):
        part.suptitle(say(heading), x=0.02, ha="left", fontsize=11, fontweight="bold")
        told, ax = sentence(result), part.add_subplot()
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
    ax.text(0.5, 0.5, lines, transform=ax.transAxes, ha="center", va="center", fontsize=9, color=REFERENCE_COLOUR)
