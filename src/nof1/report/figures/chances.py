"""The picture of chances: a hundred icons for what an effect may be, in shapes that differ in grey, too."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nof1.analyze.results import Result
from nof1.analyze.schema import PairEffect
from nof1.errors import InputError, takes
from nof1.language import phrase, say
from nof1.plan.protocol.own_words import called
from nof1.report.figures.style import (
    ARM_COLOURS,
    INCHES_A_LETTER,
    finish,
    harmless,
    new_axes,
    shorten,
    size_of,
    wrapped,
)
from nof1.report.words.sentences import chances
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIDE = 10  # icons in a row, and rows
_WORDS = 1.45  # inches for the words beside the icons, at least
_LONG = 40  # letters that most labels need in one line
_APART = 2.7  # rows between the words of two groups, at least
_STYLES: tuple[dict[str, Any], ...] = (
    {"marker": "o", "mfc": ARM_COLOURS[0], "mec": ARM_COLOURS[0], "mew": 0.8},
    {"marker": "o", "mfc": "white", "mec": "#6E6E6E", "mew": 1.0},
    {"marker": "X", "mfc": ARM_COLOURS[1], "mec": "black", "mew": 0.6},
)


@takes(Result)
@spoken_of
def probabilities(result: Result, *, effect: PairEffect | None = None, ax: "Axes | None" = None) -> "Axes":
    """A hundred icons: better by the threshold or more, a change too small to matter, worse by the threshold or more.

    Parameters
    ----------
    result : Result
    effect : PairEffect, optional
        One of `result.lead`; the main comparison if not given. The chances are those of the estimand that pages lead with.
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If no smallest change that matters was stated.

    Examples
    --------
    >>> axes = nof1.plots.probabilities(result)
    >>> len(axes.texts) > 0
    True
    """
    effect = effect or result.lead[0]
    numbers = effect.leading
    if effect.threshold is None:
        raise InputError(say("No smallest change that matters was stated, so there are no chances by it."))
    counts = in_hundred(list(numbers.by_threshold))
    ax = ax or new_axes(3.9, 2.3)
    wide, high = size_of(ax)
    inch = min(high / (_SIDE + 1.9), (wide - _WORDS) / (_SIDE + 1.4))  # of an icon and the space around it
    size = 72 * 0.66 * inch
    places = [(i % _SIDE, i // _SIDE) for i in range(sum(counts))]
    middles, first = [], 0
    for count, style in zip(counts, _STYLES, strict=True):
        own = places[first : first + count]
        if own:
            ax.plot([x for x, _ in own], [y for _, y in own], ls="none", ms=size, zorder=3, **style)
        middles.append(np.mean([y for _, y in own]) if own else (first - 0.5) / _SIDE)
        first += count
    letters = int((wide - (_SIDE + 2.0) * inch) / INCHES_A_LETTER)
    rows = _apart(middles)
    for text, row, style in zip(labels(result, effect, lines=letters < _LONG), rows, _STYLES, strict=True):
        ax.plot([_SIDE + 0.5], [row], ls="none", ms=size, zorder=3, **style)
        lines = "\n".join(textwrap.fill(harmless(line), max(letters, 14)) for line in text.split("\n"))
        ax.text(_SIDE + 1.3, row, lines, ha="left", va="center", fontsize=8, linespacing=1.05)
    template = (
        phrase("chances in 100: {arm} against {reference}, over these nights")
        if effect.estimand == "over-nights"
        else phrase("chances in 100: {arm} against {reference}")
    )
    heading = say(template, arm=_name(effect.arm), reference=_name(effect.reference))
    ax.set_title(wrapped(heading, ax, size=8, share=0.92), loc="left", fontsize=8)
    ax.set(xlim=(-0.7, wide / inch - 0.7), ylim=(_SIDE - 0.3, -0.7), xticks=[], yticks=[])
    ax.set_aspect("equal", anchor="W")
    ax.spines[:].set_visible(False)
    if result.trial.protocol.simulated:
        ax.set_ylim(_SIDE - 0.3, -1.6)
    finish(ax, result.trial.protocol)
    return ax


def in_hundred(chances: Sequence[float]) -> list[int]:
    """Chances as whole numbers that add up to 100, by the largest remainders (Hamilton's method).

    Parameters
    ----------
    chances : sequence of float
        That add up to 1.
    """
    shares = 100 * np.array(chances) / np.sum(chances)
    counts = np.floor(shares + 1e-9).astype(int)
    for i in np.argsort(counts - shares, kind="stable")[: 100 - counts.sum()]:
        counts[i] += 1
    return [int(count) for count in counts]


def labels(result: Result, effect: PairEffect, *, lines: bool = False) -> list[str]:
    """What each group of icons stands for, such as "about 93 in 100: better by 1 point or more"; in two lines if wanted.

    The numbers are those of the table of chances: of three rounded ones that do not add up to 100, one differs by 1 from its icons.
    """
    template = phrase("{often}:\n{what}") if lines else phrase("{often}: {what}")
    return [say(template, often=often, what=what) for what, _, often in chances(result, effect)[1:]]


def _name(arm: str) -> str:
    return shorten(called(arm), 14)


def _apart(rows: Sequence[float]) -> list[float]:
    """The same rows in the same order, moved as far as their words need, and all of them beside the icons."""
    out = [float(row) for row in rows]
    for _ in range(100):
        for i in range(len(out) - 1):
            lack = _APART - (out[i + 1] - out[i])
            if lack > 0:
                out[i] -= lack / 2
                out[i + 1] += lack / 2
        out[0], out[-1] = max(out[0], 0.6), min(out[-1], _SIDE - 1.6)
    return out
