"""Nights that leave a model with a spread of its own without a posterior: they are refused, whichever engine is asked.

Where the model can meet every night exactly, its density grows without bound as the spread goes to zero, and any interval
would be an artefact of the computation. It concerns the families whose nights are continuous: normal, student, duration.

It knows arrays alone, no trial and no engine.
"""

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.reasons import refused
from nof1.errors import RefusalError

_EXACT = 1e-10  # of the largest outcome: what is left over by rounding


def refuse_flat_periods(name: str, y: Array, period: NDArray[np.int64]) -> None:
    """Refuse outcomes that are the same on all nights of every period, where the model has period effects.

    Period effects then explain every night exactly. It is a case of `refuse_exact` with a reason that says more.

    Parameters
    ----------
    y, period : arrays, shape (n,)
        Outcome, and index of the period.

    Raises
    ------
    RefusalError
        If they are.
    """
    firsts = np.flatnonzero(np.diff(period, prepend=-1))
    if len(y) > len(firsts) and np.array_equal(y, y[firsts][period]):
        raise refused(RefusalError, "flat periods", outcome=name)


def refuse_exact(
    name: str, y: Array, columns: Array, period: NDArray[np.int64] | None, day: NDArray[np.int64], a: float | None
) -> None:
    """Refuse outcomes that level, arms, trend, start-up, covariates, blocks and periods explain without anything left over.

    With r the rank of these the density goes as sigma^(r - n) when sigma goes to zero about such an exact fit, and has no
    finite integral if n > r. Doses stand for exposures, too: as the half-life goes to zero the one becomes the other, and
    what is left over vanishes faster than any prior of the half-life.

    With an AR(1) a strict alternation from day to day is a second way: as phi goes to -1 all but one of the innovations'
    variances vanish, the density goes as (1 + phi)^((r - n) / 2), and the prior, (1 + phi)^(a - 1), outweighs that only if
    n - r < 2 a.

    Parameters
    ----------
    name : str
        Of the outcome.
    y : array, shape (n,)
        On the family's scale.
    columns : array, shape (n, c)
        What explains a night linearly; a level is added.
    period : int array, shape (n,), or None
        Index of the period; None without period effects.
    day : int array, shape (n,)
    a : float or None
        First parameter of the Beta prior of (phi + 1) / 2; None without an AR(1).

    Raises
    ------
    RefusalError
        If they do, and there are more nights than it takes to do so.
    """
    group = np.zeros(len(y), dtype=np.int64) if period is None else period
    exact, rank = _explained(y, columns, group)
    if exact and len(y) > rank:
        raise refused(RefusalError, "nothing left over", outcome=name)
    if a is None:
        return
    exact, rank = _explained(y, np.column_stack([columns, 1.0 - 2.0 * (day % 2)]), group)
    if exact and len(y) - rank >= 2 * a:
        raise refused(RefusalError, "strict turn", outcome=name)


def _explained(y: Array, columns: Array, group: NDArray[np.int64]) -> tuple[bool, int]:
    """Whether levels of groups and the columns meet y exactly, and the rank of these together."""
    size = np.bincount(group)
    both = np.column_stack([columns, y])
    sums = np.zeros((len(size), both.shape[1]))
    np.add.at(sums, group, both)
    within = both - (sums / size[:, None])[group]
    # Beside each column's own size what rounding leaves of a constant one is nothing.
    scale = np.maximum(np.abs(both[:, :-1]).max(axis=0, initial=0.0), np.finfo(float).tiny)
    coefficients, _, rank, _ = np.linalg.lstsq(within[:, :-1] / scale, within[:, -1], rcond=1e-9)
    left = within[:, -1] - within[:, :-1] / scale @ coefficients
    return bool(np.abs(left).max() <= _EXACT * np.abs(y).max()), len(size) + int(rank)
