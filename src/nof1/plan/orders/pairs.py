"""The orders that differ from a given one only in where two of its arms stand: the reference set of a randomization test.

To compare two arms without assuming anything of the others, the test keeps to the allowed orders that leave the periods
and the nights of all other arms where they are. Those orders fall into classes, and within a class each is as likely
as any other, so that a test within the class is exact (Edgington & Onghena 2007, on restricted sets). Where the two arms have
periods of different lengths, washout nights stay, too, unless the reference is one of the two: they are nights without a
dose, as the reference's are. For two arms the set is all orders of the design.

An order is a row of signs, one for each period: 1 for the arm, -1 for its reference, 0 for the others. Rows are made for many
numbers at once. Knows no diary.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from typing import Protocol as Interface

import numpy as np
from numpy.random import PCG64
from numpy.typing import NDArray

from nof1.plan.design.kinds import Adopted
from nof1.plan.design.sequences import BalancedRuns, Permuted, others_of
from nof1.plan.orders.draw import allowed_sequences, uniform_below
from nof1.plan.protocol.protocol import Protocol

Signs = NDArray[np.int8]
Numbers = NDArray[Any]  # whole numbers: int64 where they fit, Python's own where they do not
_FITS = 2**62


class PairOrders(Interface):
    """Orders that differ in where two arms stand, numbered from 0; each is equally likely."""

    @property
    def count(self) -> int:
        """Exactly how many there are."""

    def rows(self, numbers: Numbers) -> Signs:
        """Those with these numbers, shape (numbers, periods)."""


@dataclass(frozen=True, eq=False)
class Swaps:
    """In each unit the two arms stand as they do, or the other way round."""

    signs: Signs
    units: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        """2 to the power of the number of units."""
        return int(2 ** len(self.units))

    def turned(self, numbers: Numbers) -> NDArray[np.uint8]:
        """Whether each unit is turned round, which is a bit of the number; shape (numbers, units)."""
        if numbers.dtype == object:
            width = max(1, -(-len(self.units) // 8))
            packed = b"".join(int(number).to_bytes(width, "little") for number in numbers)
        else:
            width = 8
            packed = numbers.astype("<i8").tobytes()
        bytes_of = np.frombuffer(packed, np.uint8).reshape(-1, width)
        return np.unpackbits(bytes_of, axis=1, bitorder="little")[:, : len(self.units)]

    def rows(self, numbers: Numbers) -> Signs:
        """Number 0 is the given order."""
        out = np.repeat(self.signs[None], len(numbers), axis=0)
        turned = 1 - 2 * self.turned(numbers).astype(np.int8)
        for i, unit in enumerate(self.units):
            out[:, list(unit)] *= turned[:, i, None]
        return out


@dataclass(frozen=True, eq=False)
class Rows:
    """Orders written out."""

    signs: Signs

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.signs)

    def rows(self, numbers: Numbers) -> Signs:
        """In the order of the rows."""
        out: Signs = self.signs[numbers]
        return out


@dataclass(frozen=True, eq=False)
class Fillings:
    """Every way to give the places of the two arms to them, never more than `limit` alike in a row.

    `gaps` are the stretches of places between periods of other arms; `shares` the numbers of places that the arm may get in each,
    and `totals` those that it may get in all.
    """

    periods: int
    gaps: tuple[tuple[int, ...], ...]
    limit: int
    shares: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]

    @cached_property
    def _table(self) -> Numbers:
        """ways[x, z]: to go on where a run of one arm begins, x of it and z of the other being left.

        The run takes 1 to `limit` of them, then the other arm begins: ways[x, z] is the sum over k of ways[z, x - k].
        """
        size = 1 + max((max(max(some), len(gap) - min(some)) for gap, some in self._gaps), default=0)
        ways = np.zeros((size, size), dtype=object)
        sums = np.zeros((size, size + 1), dtype=object)  # sums[z, m] of ways[z, 0..m-1]
        ways[0, 0] = 1
        longest = max((len(gap) for gap in self.gaps), default=0)
        for total in range(2 * size - 1):
            for x in range(max(0, total - size + 1), min(total, size - 1) + 1):
                z = total - x
                if x and total <= longest:
                    ways[x, z] = sums[z, x] - sums[z, max(x - self.limit, 0)]
                sums[x, z + 1] = sums[x, z] + ways[x, z]
        return ways

    @property
    def _gaps(self) -> Iterable[tuple[tuple[int, ...], tuple[int, ...]]]:
        return zip(self.gaps, self.shares, strict=True)

    def _of_gap(self, share: int, size: int) -> int:
        other = size - share
        return int(self._table[share, other] + self._table[other, share])

    @cached_property
    def _later(self) -> list[dict[int, int]]:
        """For each gap, ways to fill it and those after it, by the number of places that the arm has before it."""
        after = dict.fromkeys(self.totals, 1)
        out = [after]
        for gap, some in reversed(list(self._gaps)):
            before: dict[int, int] = {}
            for share in some:
                ways = self._of_gap(share, len(gap))
                for total, rest in after.items():
                    if ways and total >= share:
                        before[total - share] = before.get(total - share, 0) + ways * rest
            out.append(before)
            after = before
        return out[::-1]

    @cached_property
    def count(self) -> int:
        """Of all gaps together."""
        return self._later[0].get(0, 0)

    def rows(self, numbers: Numbers) -> Signs:
        """The number is taken apart: the arm's share of each gap, then how that gap is filled."""
        exact = np.int64 if self.count < _FITS else object
        left = numbers.astype(exact)
        out = np.zeros((len(numbers), self.periods), dtype=np.int8)
        used = np.zeros(len(numbers), dtype=np.int64)
        for i, (gap, some) in enumerate(self._gaps):
            share = np.full(len(numbers), -1)
            within = left.copy()
            later = np.zeros(len(gap) + max(self.totals) + 1, dtype=exact)
            for total, ways in self._later[i + 1].items():
                later[total] = ways
            for one in some:
                rest = later[used + one]
                weight = rest * self._of_gap(one, len(gap))
                here = (share < 0) & (left < weight)
                share[here] = one
                within[here], left[here] = left[here] // rest[here], left[here] % rest[here]
                left[share < 0] -= weight[share < 0]
            out[:, list(gap)] = self._fill(share, len(gap), within)
            used += share
        return out

    def _fill(self, share: NDArray[np.int64], size: int, number: Numbers) -> Signs:
        """Filling `number` of a gap of which the arm gets `share` places: whose run comes first, then each run's length."""
        # What does not fit is never reached, as no number is so large.
        ways = self._table if number.dtype == object else np.minimum(self._table, _FITS).astype(np.int64)
        own, other = share.copy(), size - share
        second = number >= ways[own, other]
        number = np.where(second, number - ways[own, other], number)
        own, other = np.where(second, other, own), np.where(second, own, other)
        sign = np.where(second, -1, 1).astype(np.int8)
        out = np.zeros((len(share), size), dtype=np.int8)
        for place in range(size):
            out[:, place] = sign
            own = own - 1
            rest = ways[other, own]  # ways where the run ends here
            ends = number < rest
            number = np.where(ends, number, number - rest)
            own, other = np.where(ends, other, own), np.where(ends, own, other)
            sign = np.where(ends, -sign, sign)
        return out


def orders_between(protocol: Protocol, sequence: Sequence[int], arm: int, reference: int) -> PairOrders:
    """The allowed orders that leave all other arms' nights where they are in `sequence`.

    Parameters
    ----------
    sequence : sequence of int
        The arm of every period, by its place among the protocol's arms; one that the design allows.
    arm, reference : int
        The two arms, by their place.

    Raises
    ------
    InputError
        If the order was not drawn by nof1.
    """
    signs = signs_of([sequence], arm, reference)[0]
    allowed = allowed_sequences(protocol)
    assert not isinstance(protocol.design, Adopted)  # allowed_sequences refuses it
    names = [one.name for one in protocol.arms]
    alike = protocol.period_nights(names[arm]) == protocol.period_nights(names[reference])
    if not alike and protocol.design.washout_nights and protocol.reference not in (names[arm], names[reference]):
        return Rows(signs[None])
    match allowed:
        case Permuted(units=units):
            turned = []
            for unit in units:
                two = tuple(place for group in unit for place in group if signs[place])
                swapped = signs.copy()
                swapped[list(two)] *= -1
                if alike or _leaves_others(protocol, sequence, swapped, arm, reference):
                    turned.append(two)
            return Swaps(signs, tuple(turned))
        case BalancedRuns(limit=limit):
            gaps = _gaps(signs)
            least, odd = divmod(int(np.count_nonzero(signs)), 2)
            shares = [range(len(gap) + 1) if alike else [int((signs[list(gap)] > 0).sum())] for gap in gaps]
            return Fillings(len(signs), gaps, limit, tuple(map(tuple, shares)), tuple({least, least + odd}))
        case _:
            here = others_of(sequence, arm, reference)
            rows = signs_of([one for one in allowed if others_of(one, arm, reference) == here], arm, reference)
            if not alike:
                rows = rows[[_leaves_others(protocol, sequence, row, arm, reference) for row in rows]]
            return Rows(rows)


def signs_of(sequences: Sequence[Sequence[int]], arm: int, reference: int) -> Signs:
    """1 for the arm, -1 for its reference, 0 for the others; shape (sequences, periods)."""
    places = np.array(sequences)
    out: Signs = (places == arm).astype(np.int8) - (places == reference).astype(np.int8)
    return out


def first_nights(
    protocol: Protocol, sequence: Sequence[int], signs: Signs, arm: int, reference: int
) -> NDArray[np.int64]:
    """Number of the first night of each period and after the last, pauses left out, run-in and washout counted.

    Parameters
    ----------
    sequence : sequence of int
        Says which arms stand where `signs` has 0.
    signs : array, shape (orders, periods)

    Returns
    -------
    int array, shape (2, orders, periods)
        First nights, then the nights after the last.
    """
    design = protocol.design
    assert not isinstance(design, Adopted)
    nights = np.array([protocol.period_nights(one.name) for one in protocol.arms])
    lengths = np.where(signs > 0, nights[arm], np.where(signs < 0, nights[reference], nights[list(sequence)]))
    ends = design.run_in_nights + np.cumsum(lengths, axis=1) + design.washout_nights * np.arange(signs.shape[1])
    return np.array([ends - lengths, ends])


def _leaves_others(protocol: Protocol, sequence: Sequence[int], signs: Signs, arm: int, reference: int) -> bool:
    before = signs_of([sequence], arm, reference)
    starts = [first_nights(protocol, sequence, one, arm, reference)[0, 0] for one in (before, signs[None])]
    return bool(np.array_equal(starts[0][before[0] == 0], starts[1][before[0] == 0]))


def _gaps(signs: Signs) -> tuple[tuple[int, ...], ...]:
    """Stretches of places of the two arms, between those of others."""
    places = np.flatnonzero(signs)
    cuts = np.flatnonzero(np.diff(places) > 1) + 1
    return tuple(tuple(int(place) for place in stretch) for stretch in np.split(places, cuts))


def drawn_numbers(count: int, draws: int, *, seed: int) -> Numbers:
    """So many whole numbers below `count`, each uniform, by the generator of the draw itself; shape (draws,)."""
    generator = PCG64(seed)
    numbers = [uniform_below(count, generator) for _ in range(draws)]
    return np.array(numbers, dtype=np.int64 if count < _FITS else object)
