"""The picture of neighbouring nights: how alike nights are that lie some days apart, and what the model expects of that."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.model.draws import Draws, draws_of, linear_predictor
from nof1.analyze.model.effects import LEVEL, TAILS
from nof1.analyze.model.pointwise import replicate_series
from nof1.analyze.model.response import expected
from nof1.analyze.results import Result
from nof1.errors import InputError, takes
from nof1.language import say
from nof1.report.figures.style import GREY, finish, new_axes, wrapped
from nof1.subject import spoken_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DRAWS = 400
_MOST_LAGS = 14
_LEAST_PAIRS = 8  # of nights, for a lag to be shown


@dataclass(frozen=True)
class Lags:
    """Autocorrelation of the nights' deviations from the fit.

    Attributes
    ----------
    days : int array, shape (L,)
        Apart.
    pairs : int array, shape (L,)
        Of recorded nights that are exactly so far apart.
    found : array, shape (L,)
        Of the recorded nights.
    low, middle, high : array, shape (L,)
        Of new nights from the model: the interval of level `LEVEL` and its median.
    """

    days: NDArray[np.int64]
    pairs: NDArray[np.int64]
    found: Array
    low: Array
    middle: Array
    high: Array


@takes(Result)
@spoken_of
def autocorrelation(result: Result, *, ax: "Axes | None" = None) -> "Axes":
    """How alike nights are that lie 1, 2, 3 days apart once the fit is taken out, with the band of new nights from the model.

    Parameters
    ----------
    result : Result
    ax : Axes, optional
        Drawn into; a new figure if not given.

    Raises
    ------
    InputError
        If too few nights lie any number of days apart.

    Examples
    --------
    >>> nof1.plots.autocorrelation(result).get_xlabel()
    'days apart (dots: recorded nights; filled: outside the band)'
    """
    found = lags(result)
    ax = ax or new_axes(5.0, 2.8)
    odd = (found.found < found.low) | (found.found > found.high)
    band = say("band: {level:g} % of new nights\nfrom the model; white: the middle", level=100 * LEVEL)
    edges = np.column_stack([found.days - 0.5, found.days + 0.5]).ravel()
    ax.fill_between(edges, np.repeat(found.low, 2), np.repeat(found.high, 2), color="#DADADA", lw=0, zorder=1)
    ax.hlines(found.middle, found.days - 0.5, found.days + 0.5, color="white", lw=1.6, zorder=2)
    ax.axhline(0, color="black", lw=0.8, zorder=2)
    ax.vlines(found.days, 0, found.found, color="black", lw=1.1, zorder=3)
    for outside, face in ((False, "white"), (True, "black")):
        here = odd == outside
        marker = "D" if outside else "o"
        ax.plot(
            found.days[here], found.found[here], marker, color="black", mfc=face, ms=5.5, mew=1.2, ls="none", zorder=4
        )
    top = max(1.0, 1.25 * float(np.max([found.high, found.found])))
    low = min(-0.5, 1.15 * float(np.min([found.low, found.found])))
    ax.set(xlim=(0.4, found.days[-1] + 0.6), ylim=(low, top), xticks=found.days[:: 1 if len(found.days) <= 8 else 2])
    ax.text(0.98, 0.86, band, transform=ax.transAxes, ha="right", va="top", fontsize=8, color=GREY)
    words = say("days apart (dots: recorded nights; filled: outside the band)")
    ax.set_xlabel(wrapped(words, ax), fontsize=8.5)
    ax.set_ylabel(say("autocorrelation\n(1: all alike)"))
    finish(ax, result.trial.protocol)
    return ax


def lags(result: Result) -> Lags:
    """Autocorrelation of the recorded nights about each draw's fit, averaged over draws; and of new nights about the same fits.

    A posterior predictive check with a discrepancy that depends on the parameters (Gelman, Meng & Stern 1996), on the same
    calendar days. Both are held against one fit, since a fit made from the recorded nights follows them and leaves less.

    Raises
    ------
    InputError
        If no number of days has enough pairs of nights.
    """
    data = build_model_data(result.trial)
    draws = draws_of(data, result.posterior["posterior"].to_dataset())
    draws = draws.part(slice(None, None, max(1, -(-len(draws) // _DRAWS))))
    fitted = _fitted(data, draws)
    pairs = {lag: pairs_apart(data.day, lag) for lag in range(1, _MOST_LAGS + 1)}
    pairs = {lag: rows for lag, rows in pairs.items() if len(rows) >= _LEAST_PAIRS}
    if not pairs:
        raise InputError(say("Too few nights lie the same number of days apart to say how alike they are."))
    new = replicate_series(data, draws, np.random.default_rng(result.record.seed))
    new = (np.log(new) if data.family == "duration" else new) - fitted
    recorded = data.y - fitted
    by_lag = np.array([correlation_apart(new, rows) for rows in pairs.values()])
    low, middle, high = np.quantile(by_lag, [TAILS[0], 0.5, TAILS[1]], axis=1)
    return Lags(
        days=np.array(list(pairs)),
        pairs=np.array([len(rows) for rows in pairs.values()]),
        found=np.array([correlation_apart(recorded, rows).mean() for rows in pairs.values()]),
        low=low,
        middle=middle,
        high=high,
    )


def _fitted(data: ModelData, draws: Draws) -> Array:
    """What each draw expects of each recorded night, shape (S, n): of a duration its logarithm."""
    location = linear_predictor(data, draws)
    return location if data.family == "duration" else expected(data, draws, location)


def pairs_apart(day: NDArray[np.int64], lag: int) -> NDArray[np.int64]:
    """Pairs of nights that are exactly `lag` calendar days apart, as indices, shape (pairs, 2)."""
    later = np.searchsorted(day, day + lag)
    there = later < len(day)
    there[there] = day[later[there]] == day[there] + lag
    return np.column_stack([np.flatnonzero(there), later[there]])


def correlation_apart(residual: Array, pairs: NDArray[np.int64]) -> Array:
    """Mean product of the pairs over the mean square of all nights, (..., n) to (...); residuals are about zero already."""
    together = (residual[..., pairs[:, 0]] * residual[..., pairs[:, 1]]).mean(axis=-1)
    out: Array = together / np.maximum((residual**2).mean(axis=-1), 1e-12)
    return out
