"""What all pictures share: colours, fresh axes, text that fits, numbers as the language writes them, densities. Knows no result."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from nof1.language import say, spoken
from nof1.plan.protocol.protocol import Protocol
from nof1.report.typesetting.letters import showable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito's colour-blind-safe palette, ordered so that neighbours differ in grey too; the reference is grey.
REFERENCE_COLOUR = "#6E6E6E"
ARM_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
BAND = "#EFEFEF"
INCHES_A_LETTER = 0.062  # at 8 points
GREY = "#555555"
NARROW = 5.0  # inches; in a narrower picture words are few
_ALONG = 0.74  # of a picture's height: how long words beside an axis may be
_WORD, _AROUND = 0.16, 0.9  # inches: a line of small letters; what stands above and below the rows of a picture


def arm_styles(protocol: Protocol) -> dict[str, tuple[str, str]]:
    """Colour and marker of every arm.

    Examples
    --------
    >>> nof1.plots.arm_styles(trial.protocol)
    {'off': ('#6E6E6E', 'o'), 'magnesium': ('#0072B2', 'o')}
    """
    styles = {protocol.reference: (REFERENCE_COLOUR, MARKERS[0])}
    for i, arm in enumerate(protocol.active_arms):
        styles[arm.name] = (ARM_COLOURS[i % len(ARM_COLOURS)], MARKERS[i % len(MARKERS)])
    return styles


def new_axes(width: float, height: float) -> "Axes":
    """Axes of a figure of their own, in inches."""
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def size_of(ax: "Axes") -> tuple[float, float]:
    """Width and height that the picture has on its page, in inches: all of its figure, or its share of it."""
    box, dpi, place = ax.figure.bbox, ax.figure.dpi, ax.get_subplotspec()
    wide, high = float(box.width / dpi), float(box.height / dpi)
    if place is None:
        return wide, high
    rows, columns = place.get_gridspec().get_geometry()
    return wide * len(place.colspan) / columns, high * len(place.rowspan) / rows


def shorten(text: str, width: int) -> str:
    """Text that fits and can be shown."""
    text = showable(text)
    return harmless(text if len(text) <= width else text[: width - 1] + "…")


def harmless(text: str) -> str:
    """Text that can be shown, with $ made harmless: matplotlib would read it as mathematics."""
    return showable(text).replace("$", r"\$")


def wrapped(text: str, ax: "Axes", *, size: float = 8.5, share: float = 0.8) -> str:
    """The text in lines that fit into a share of the picture's width, at a font size in points."""
    letters = int(share * size_of(ax)[0] / (INCHES_A_LETTER * size / 8))
    return "\n".join(textwrap.fill(line, max(letters, 12), break_on_hyphens=False) for line in text.split("\n"))


def upright(text: str, ax: "Axes") -> str:
    """Words beside the axis, in lines that are not longer than the picture is high, less what stands below the axis."""
    letters = int(_ALONG * size_of(ax)[1] / INCHES_A_LETTER * 8 / 9)
    return textwrap.fill(text, max(letters, 12), break_on_hyphens=False)


def head_room(ax: "Axes", rows: int, protocol: Protocol | None) -> float:
    """Rows to leave above the first of so many, so that the word "simulated" stands clear of it."""
    if protocol is None or not protocol.simulated:
        return 0.7
    return 0.6 + _WORD * (rows + 1.5) / max(size_of(ax)[1] - _AROUND, 0.5)


def too_small(protocol: Protocol, factor: float = 1.0) -> float:
    """The smallest change that matters, on an axis whose numbers are `factor` times those of the record; 0 where none was stated."""
    return factor * (protocol.outcome.threshold or 0.0)


def sides(protocol: Protocol) -> tuple[str, str]:
    """What stands at the left end and at the right end of an axis of changes."""
    if protocol.outcome.better == "lower":
        return say("← better"), say("worse →")
    return say("← worse"), say("better →")


def density(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A smooth density over the middle 99.8 % of draws."""
    from scipy.stats import gaussian_kde

    low, high = np.quantile(values, [0.001, 0.999])
    pad = 0.05 * (high - low)
    grid = np.linspace(low - pad, high + pad, 256)
    return grid, gaussian_kde(values)(grid)


def on_colour(colour: str) -> str:
    """Black or white, whichever can be read on a colour (relative luminance: WCAG 2.2)."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return "black" if 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179 else "white"


def finish(ax: "Axes", protocol: Protocol | None) -> None:
    """Two spines fewer, numbers as they are spoken, and the word "simulated" where the nights are made up."""
    ax.spines[["top", "right"]].set_visible(False)
    _spoken_numbers(ax)
    if protocol is not None and protocol.simulated:
        ax.text(
            0.995,
            0.99,
            say("simulated"),
            transform=ax.transAxes,
            ha="right",
            va="top",
            fontsize=8,
            style="italic",
            color=GREY,
        )


def _spoken_numbers(ax: "Axes") -> None:
    """Decimal marks of the spoken language on both axes; labels that were set by hand stay."""
    from matplotlib.ticker import ScalarFormatter

    language = spoken()  # that of the moment: the picture may be drawn after it

    class Spoken(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            return language.number(super().__call__(x, pos))

    if language.code == "en":
        return
    for axis in (ax.xaxis, ax.yaxis):
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(Spoken())
