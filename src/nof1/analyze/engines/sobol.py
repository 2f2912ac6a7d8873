"""Sobol points in a few dimensions: quasi-random numbers that fill the unit cube evenly.

scipy.stats has them, too, and the tests hold these against it; loading scipy.stats takes longer than a whole quick answer.
Direction numbers by Joe & Kuo (2008); points are shifted at random by exclusive or, which keeps them as even as they are.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array

_BITS = 30
# Of dimensions 2 to 6: degree and coefficients of the primitive polynomial, and the first direction numbers.
_POLYNOMIALS = ((1, 0, (1,)), (2, 1, (1, 3)), (3, 1, (1, 3, 1)), (3, 2, (1, 1, 1)), (4, 1, (1, 1, 3, 3)))
MOST_DIMENSIONS = 1 + len(_POLYNOMIALS)


def sobol(d: int, count: int, rng: np.random.Generator | None = None) -> Array:
    """The first points of the sequence, shape (count, d), strictly between 0 and 1.

    Parameters
    ----------
    d : int
        From 1 to `MOST_DIMENSIONS`.
    count : int
        Most even for powers of two.
    rng : Generator, optional
        Of the random shift; the points as they are if not given.
    """
    index = np.arange(count, dtype=np.int64)
    gray = index ^ (index >> 1)
    directions = _directions(d)
    points = np.zeros((count, d), dtype=np.int64)
    for bit in range(max(int(count - 1).bit_length(), 1)):
        points[(gray >> bit) & 1 == 1] ^= directions[:, bit]
    if rng is not None:
        points ^= rng.integers(2**_BITS, size=d)
    out: Array = (points + 0.5) / 2**_BITS
    return out


@lru_cache(maxsize=8)
def _directions(d: int) -> NDArray[np.int64]:
    """Direction numbers as whole numbers of `_BITS` bits, shape (d, bits)."""
    out = np.zeros((d, _BITS), dtype=np.int64)
    out[0] = [1 << (_BITS - 1 - j) for j in range(_BITS)]
    for row, (degree, coefficients, first) in enumerate(_POLYNOMIALS[: d - 1], start=1):
        v = [m << (_BITS - 1 - j) for j, m in enumerate(first)]
        for j in range(degree, _BITS):
            new = v[j - degree] ^ (v[j - degree] >> degree)
            for k in range(1, degree):
                new ^= ((coefficients >> (degree - 1 - k)) & 1) * v[j - k]
            v.append(new)
        out[row] = v
    return out
