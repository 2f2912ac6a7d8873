"""The set of arm sequences a design allows: how many, the one with a given number, all of them, the smallest p.

A sequence names the arm of every period by its place among the protocol's arms. Knows no dates.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol as Interface

import numpy as np

from nof1.plan.design.kinds import Alternating, AnyDrawn, Balanced, Listed, MirroredPairs, RandomizedBlocks
from nof1.plan.design.runs import Runs

MAX_COMPARED = 5_000  # sequences looked at one by one for the smallest p
TIE = 1e-9  # statistics are equal if they differ by less than this share, which is rounding
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

    def unrank(self, number: int) -> Arms:
        """The one with this number; each number gives another one."""

    def __contains__(self, sequence: Sequence[int]) -> bool:
        """Whether the design allows it."""

    def __iter__(self) -> Iterator[Arms]:
        """All of them."""

    def blocks(self) -> Arms:
        """Number of the block of each period, from 1; 0 where the design has none."""

    def smallest_p(self, arm: int, reference: int, *, alike: bool = True) -> float:
        """Least two-sided p that a randomization test of two arms can reach, or a bound below it.

        The test keeps the periods of all other arms where they are. `alike` says that the two arms' periods are of one
        length; where they are not, their mirror image falls on other nights.
        """


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

    def unrank(self, number: int) -> Arms:
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
        return (self.unrank(number) for number in range(self.count))

    def bundles(self) -> tuple[tuple[Arms, ...], ...]:
        """For each unit, the numbers of the periods that get the same arm: what to shuffle by hand."""
        return tuple(tuple(tuple(place + 1 for place in group) for group in unit) for unit in self.units)

    def blocks(self) -> Arms:
        """Each arm once to a block."""
        return tuple(place // self.arms + 1 for place in range(self.periods))

    def smallest_p(self, arm: int, reference: int, *, alike: bool = True) -> float:
        """The two arms change places in each unit or do not, and of two mirror images the test sees no difference."""
        return (2 if alike else 1) / int(2 ** len(self.units))


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

    def unrank(self, number: int) -> Arms:
        """Which arms come once more, then the sequence."""
        # Arms that come equally often are alike, so one table of numbers serves all choices of them.
        ways = self._runs(range(self._more))
        which, number = divmod(number, ways.count)
        more = next(itertools.islice(itertools.combinations(range(self.arms), self._more), which, None))
        names = [*more, *(arm for arm in range(self.arms) if arm not in more)]
        return tuple(names[arm] for arm in ways.unrank(number))

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

    def smallest_p(self, arm: int, reference: int, *, alike: bool = True) -> float:
        """Exact where the arms' periods are alike; else, with more than two arms, the bound that has no run limit."""
        if self.arms == 2:
            return (2 if alike else 1) / self.count
        least = self.periods // self.arms
        if not alike:
            return 1 / math.comb(2 * least, least)
        return 2 / max(self._most_fillings(least, odd) for odd in self._odd())

    def _odd(self) -> set[int]:
        """How many of two arms can be among those that come once more."""
        return {odd for odd in range(3) if odd <= self._more <= self.arms - 2 + odd}

    def _most_fillings(self, least: int, odd: int) -> int:
        """Of the places of two arms, the most ways to share them out between the two, wherever the others stand."""
        places = 2 * least + odd
        if self.arms > 3 or self.limit > 1:  # others can stand so that the run limit forbids no way
            return math.comb(places, places // 2) * (1 + places % 2)
        return _most_alternating(places, self.periods - places)


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

    def unrank(self, number: int) -> Arms:
        """In the order of the list."""
        return self.sequences[number]

    def __contains__(self, sequence: Sequence[int]) -> bool:
        return tuple(sequence) in self.sequences

    def __iter__(self) -> Iterator[Arms]:
        return iter(self.sequences)

    def blocks(self) -> Arms:
        """None."""
        return (0,) * self.periods

    def smallest_p(self, arm: int, reference: int, *, alike: bool = True) -> float:
        """By looking at all of them, or where the arms' periods differ in length, the bound that none ties."""
        return smallest_p_of(self.sequences, arm, reference) if alike else 1 / self.count


def others_of(sequence: Sequence[int], arm: int, reference: int) -> Arms:
    """The sequence with -1 in the places of two arms: what a comparison of the two leaves as it is."""
    return tuple(-1 if place in (arm, reference) else place for place in sequence)


def smallest_p_of(sequences: Iterable[Arms], arm: int, reference: int) -> float:
    """Least two-sided p over all results a trial could have, for sequences that are equally likely.

    The test compares a sequence with those that have the other arms in the same places.
    """
    classes: dict[Arms, list[Arms]] = {}
    for sequence in sequences:
        row = tuple((place == arm) - (place == reference) for place in sequence)
        classes.setdefault(others_of(sequence, arm, reference), []).append(row)
    return min(smallest_p_within(rows) for rows in classes.values())


def smallest_p_within(rows: Sequence[Arms]) -> float:
    """Least two-sided p of a test among these sequences: 1 for the arm, -1 for its reference, 0 for what is neither.

    The statistic, the difference of the two arms' means, is a product of the results with a contrast vector c. Results with a
    large enough effect favour the sequence that was lived most: only those tie that have every place of the arm, and none
    of the reference, among its places of the arm, or all the other way round; a small share of its own c in the results parts
    these again. Sequences without one of the arms have no statistic and count as ties (after Edgington & Onghena 2007).
    """
    times = Counter(rows)
    signs = np.array(list(times), dtype=float)
    counts = np.array(list(times.values()))
    on, off = np.maximum(signs, 0), np.maximum(-signs, 0)
    known = on.any(axis=1) & off.any(axis=1)
    unknown = int(counts[~known].sum())
    on, off, counts = on[known], off[known], counts[known]
    contrasts = on / on.sum(axis=1, keepdims=True) - off / off.sum(axis=1, keepdims=True)
    own = np.sum(contrasts**2, axis=1)
    least = 1.0
    for start in range(0, len(contrasts), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        pull = on[some] @ contrasts.T
        likeness = np.sign(pull) * (contrasts[some] @ contrasts.T)
        ties = (np.abs(pull) >= 1 - TIE) & (likeness >= own[some, None] * (1 - TIE))
        least = min(least, float((ties @ counts).min() + unknown) / len(rows))
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


def _most_alternating(places: int, others: int) -> int:
    """The same with one other arm and a run limit of 1: each stretch of the two arms only begins with the one or the other.

    Of `odd` stretches of odd length half give one arm a place more, and half the other; each of the `even` ones can
    be turned round. Between any two periods of the other arm stands a stretch.
    """
    return max(
        int(2**even) * math.comb(odd, odd // 2) * (1 + odd % 2)
        for odd in range(places % 2, places + 1, 2)
        for even in range((places - odd) // 2 + 1)
        if others - 1 <= odd + even <= others + 1
    )


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
