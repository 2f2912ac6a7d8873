"""What all pictures share: colours, fresh axes, text that fits, densities. Knows no result."""

from typing import TYPE_CHECKING

import numpy as np

from nof1.plan.protocol import Protocol
from nof1.report.letters import showable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito's colour-blind-safe palette, ordered so that neighbours differ in grey too; the reference is grey.
REFERENCE_COLOUR = "#6E6E6E"
ARM_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
BAND = "#EFEFEF"
_GREY = "#555555"


def arm_styles(protocol: Protocol) -> dict[str, tuple[str, str]]:
    """Colour and marker of every arm."""
    styles = {protocol.reference: (REFERENCE_COLOUR, MARKERS[0])}
    for i, arm in enumerate(protocol.active_arms):
        styles[arm.name] = (ARM_COLOURS[i % len(ARM_COLOURS)], MARKERS[i % len(MARKERS)])
    return styles


def new_axes(width: float, height: float) -> "Axes":
    """Axes of a figure of their own, in inches."""
    from matplotlib import pyplot as plt

    _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def shorten(text: str, width: int) -> str:
    """Text that fits and can be shown."""
    text = showable(text)
    return harmless(text if len(text) <= width else text[: width - 1] + "…")


def harmless(text: str) -> str:
    """Text that can be shown, with $ made harmless: matplotlib would read it as mathematics."""
    return showable(text).replace("$", r"\$")


def density(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A smooth density over the middle 99.8 % of draws."""
    from scipy.stats import gaussian_kde

    low, high = np.quantile(values, [0.001, 0.999])
    pad = 0.05 * (high - low)
    grid = np.linspace(low - pad, high + pad, 256)
    return grid, gaussian_kde(values)(grid)


def finish(ax: "Axes", protocol: Protocol) -> None:
    """Two spines fewer, and the word "simulated" where the nights are made up."""
    ax.spines[["top", "right"]].set_visible(False)
    if protocol.simulated:
        ax.text(
            0.995,
            0.99,
            "simulated",
            transform=ax.transAxes,
            ha="right",
            va="top",
            fontsize=8,
            style="italic",
            color=_GREY,
        )
