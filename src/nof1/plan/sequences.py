"""The set of arm sequences a design allows: how many, the one with a given number, all of them, the smallest p.

A sequence names the arm of every period by its place among the protocol's arms. Knows no dates.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol as Interface

import numpy as np

from nof1.plan.design import Alternating, AnyDrawn, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.runs import Runs

MAX_COMPARED = 5_000  # sequences looked at one by one for the smallest p
_AT_A_TIME = 500

Arms = tuple[int, ...]


class Sequences(Interface):
    """All sequences that a design allows, numbered from 0."""

    @property
    def count(self) -> int:
        """Exactly how many there are."""

    @property
    def periods(self) -> int:
        """Length of each."""

    def at(self, number: int) -> Arms:
        """The one with this number; each number gives another one."""

    def __contains__(self, sequence: Sequence[int]) -> bool:
        """Whether the design allows it."""

    def __iter__(self) -> Iterator[Arms]:
        """All of them."""

    def blocks(self) -> Arms:
        """Number of the block of each period, from 1; 0 where the design has none."""

    def smallest_p(self, arm: int, reference: int) -> float:
        """Least two-sided p that a randomization test of two arms can reach, periods being of one length."""


@dataclass(frozen=True)
class Permuted:
    """Sequences made of units, in each of which the arms are permuted.

    Each unit has one group of periods for every arm. `units` holds the places of the periods:
    [[(0,), (1,)], [(2,), (3,)]] are blocks of two, [[(0, 3), (1, 2)]] is a mirrored pair.
    """

    arms: int
    units: tuple[tuple[Arms, ...], ...]

    @property
    def count(self) -> int:
        """(number of arms)! to the power of the number of units."""
        return int(math.factorial(self.arms) ** len(self.units))

    @property
    def periods(self) -> int:
        """Length of each sequence."""
        return sum(len(group) for unit in self.units for group in unit)

    def at(self, number: int) -> Arms:
        """In the number system with base (arms)!, each digit is the permutation of one unit, first unit first."""
        out = [0] * self.periods
        for unit in reversed(self.units):
            number, digit = divmod(number, math.factorial(self.arms))
            for group, arm in zip(unit, _permutation(self.arms, digit), strict=True):
                for place in group:
                    out[place] = arm
        return tuple(out)

    def __contains__(self, sequence: Sequence[int]) -> bool:
        return len(sequence) == self.periods and all(self._unit_holds(unit, sequence) for unit in self.units)

    def _unit_holds(self, unit: tuple[Arms, ...], sequence: Sequence[int]) -> bool:
        seen = [{sequence[place] for place in group} for group in unit]
        return all(len(arms) == 1 for arms in seen) and set().union(*seen) == set(range(self.arms))

    def __iter__(self) -> Iterator[Arms]:
        return (self.at(number) for number in range(self.count))

    def bundles(self) -> tuple[tuple[Arms, ...], ...]:
        """For each unit, the numbers of the periods that get the same arm: what to shuffle by hand."""
        return tuple(tuple(tuple(place + 1 for place in group) for group in unit) for unit in self.units)

    def blocks(self) -> Arms:
        """Each arm once to a block."""
        return tuple(place // self.arms + 1 for place in range(self.periods))

    def smallest_p(self, arm: int, reference: int) -> float:
        """Of two mirror images, and of what only moves the other arms, the test sees no difference."""
        alike = int(2 * math.factorial(self.arms - 2) ** len(self.units))
        return alike / self.count


@lru_cache(maxsize=16)
def _runs(counts: Arms, limit: int) -> Runs:
    """Kept, since one design is drawn from again and again while it is simulated."""
    return Runs(counts, limit)


@dataclass(frozen=True)
class BalancedRuns:
    """Every arm equally often, or once more where that cannot be, and never more than `limit` times in a row."""

    arms: int
    periods: int
    limit: int

    @property
    def _more(self) -> int:
        return self.periods % self.arms

    def _runs(self, more: Sequence[int]) -> Runs:
        least = self.periods // self.arms
        return _runs(tuple(least + (arm in more) for arm in range(self.arms)), self.limit)

    @property
    def count(self) -> int:
        """Whichever arms come once more, there are equally many sequences."""
        return math.comb(self.arms, self._more) * self._runs(range(self._more)).count

    def at(self, number: int) -> Arms:
        """Which arms come once more, then the sequence."""
        # Arms that come equally often are alike, so one table of numbers serves all choices of them.
        ways = self._runs(range(self._more))
        which, number = divmod(number, ways.count)
        more = next(itertools.islice(itertools.combinations(range(self.arms), self._more), which, None))
        names = [*more, *(arm for arm in range(self.arms) if arm not in more)]
        return tuple(names[arm] for arm in ways.at(number))

    def __contains__(self, sequence: Sequence[int]) -> bool:
        times = Counter(sequence)
        least = self.periods // self.arms
        more = [arm for arm in range(self.arms) if times[arm] == least + 1]
        return len(more) == self._more and sequence in self._runs(more)

    def __iter__(self) -> Iterator[Arms]:
        for more in itertools.combinations(range(self.arms), self._more):
            yield from self._runs(more)

    def blocks(self) -> Arms:
        """None."""
        return (0,) * self.periods

    def smallest_p(self, arm: int, reference: int) -> float:
        """Exact for up to three arms, where two arms leave nothing open; else by looking, or the bound that is so small."""
        count = self.count
        if self.arms <= 3 or count > MAX_COMPARED:
            return 2 * math.factorial(max(self.arms - 2, 1)) / count
        return smallest_p_of(list(self), arm, reference)


@dataclass(frozen=True)
class Choice:
    """One of a list."""

    sequences: tuple[Arms, ...]

    @property
    def count(self) -> int:
        """Length of the list."""
        return len(self.sequences)

    @property
    def periods(self) -> int:
        """Length of each sequence."""
        return len(self.sequences[0])

    def at(self, number: int) -> Arms:
        """In the order of the list."""
        return self.sequences[number]

    def __contains__(self, sequence: Sequence[int]) -> bool:
        return tuple(sequence) in self.sequences

    def __iter__(self) -> Iterator[Arms]:
        return iter(self.sequences)

    def blocks(self) -> Arms:
        """None."""
        return (0,) * self.periods

    def smallest_p(self, arm: int, reference: int) -> float:
        """By looking at all of them."""
        return smallest_p_of(self.sequences, arm, reference)


def smallest_p_of(sequences: Sequence[Arms], arm: int, reference: int) -> float:
    """Least two-sided p over all results a trial could have, for sequences that are equally likely.

    The statistic, the difference of the two arms' means, is a product of the results with a contrast vector c. Two
    sequences tie whatever the results if c is the same or turned round. Results that follow the c of one sequence favour
    it most, and p is then the share of sequences with at least its statistic (Edgington & Onghena 2007). Exact where all
    sequences hold the arms equally often; else other results may reach a slightly smaller p than is said here.
    """
    times = Counter(tuple((place == arm) - (place == reference) for place in sequence) for sequence in sequences)
    signs = np.array(list(times), dtype=float)
    counts = np.array(list(times.values()))
    on, off = (signs > 0).sum(axis=1, keepdims=True), (signs < 0).sum(axis=1, keepdims=True)
    signs = signs[((on > 0) & (off > 0)).ravel()]
    counts = counts[((on > 0) & (off > 0)).ravel()]
    if not len(signs):
        return 1.0
    contrasts = np.where(signs > 0, signs / (signs > 0).sum(axis=1, keepdims=True), 0.0)
    contrasts += np.where(signs < 0, signs / (signs < 0).sum(axis=1, keepdims=True), 0.0)
    least = 1.0
    for start in range(0, len(contrasts), _AT_A_TIME):
        rows = contrasts[start : start + _AT_A_TIME]
        own = np.sum(rows**2, axis=1, keepdims=True)
        as_large = np.abs(rows @ contrasts.T) >= own * (1 - 1e-9)
        least = min(least, float((as_large @ counts).min()) / len(sequences))
    return least


def sequences_of(design: AnyDrawn, names: Sequence[str]) -> Sequences:
    """The sequences that a design allows for arms of these names.

    Raises
    ------
    ValueError
        If a listed order names another arm.
    """
    arms = len(names)
    match design:
        case RandomizedBlocks(blocks=blocks):
            return Permuted(arms, tuple(_in_a_row(range(i * arms, (i + 1) * arms)) for i in range(blocks)))
        case MirroredPairs(pairs=pairs):
            width = 2 * arms
            return Permuted(
                arms,
                tuple(tuple((i * width + j, (i + 1) * width - 1 - j) for j in range(arms)) for i in range(pairs)),
            )
        case Alternating(blocks=blocks):
            return Permuted(arms, (tuple(tuple(range(j, blocks * arms, arms)) for j in range(arms)),))
        case Balanced(periods=periods, max_run=limit):
            return BalancedRuns(arms, periods, limit)
        case Listed(orders=orders):
            place = {name: i for i, name in enumerate(names)}
            unknown = sorted({name for order in orders for name in order if name not in place})
            if unknown:
                raise ValueError(f"orders name the arm {unknown[0]!r}; the arms are: {', '.join(names)}")
            return Choice(tuple(tuple(place[name] for name in order) for order in orders))


def _in_a_row(places: Sequence[int]) -> tuple[Arms, ...]:
    return tuple((place,) for place in places)


def _permutation(size: int, number: int) -> list[int]:
    """Permutation number `number` of 0..size-1 in lexicographic order."""
    left = list(range(size))
    chosen = []
    for rest in range(size - 1, -1, -1):
        place, number = divmod(number, math.factorial(rest))
        chosen.append(left.pop(place))
    return chosen
