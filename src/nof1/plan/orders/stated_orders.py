"""The orders that could have been drawn elsewhere, of adopted nights of which the person states that set.

Numbers those that differ from the order as it was only in where two arms stand, as `nof1.plan.orders.pairs` does for orders
that nof1 drew. Knows no diary.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import PCG64
from numpy.typing import NDArray

from nof1.plan.design.kinds import MAX_PERIODS
from nof1.plan.design.order import Order
from nof1.plan.design.sequences import others_of
from nof1.plan.design.stated import LETTERS, AnyOrder, InBlocks, InPairs, LimitedRuns, Mirrored, OneOf, Phases, Stated
from nof1.plan.orders.pairs import Fillings, Numbers, PairOrders, Rows, Signs, Swaps, signs_of
from nof1.plan.orders.stated_periods import DrawnPeriods, drawn_periods
from nof1.plan.protocol.protocol import Protocol

_FITS = 2**62
_CELLS = 100_000  # orders times periods shuffled together


@dataclass(frozen=True, eq=False)
class Changes:
    """Every way to place the changes between phases that follow each other on the two arms, each of at least `least` periods.

    Attributes
    ----------
    signs : array, shape (periods,)
        The order as it was.
    spans : tuple of (first period, number of periods, signs of the phases)
        One for each row of phases between phases on other arms.
    least : int
    """

    signs: Signs
    spans: tuple[tuple[int, int, tuple[int, ...]], ...]
    least: int

    def _places(self, span: tuple[int, int, tuple[int, ...]]) -> int:
        """A span's changes are some of so many places: what is left over beside the least lengths, and the changes themselves."""
        _, periods, phases = span
        return periods - len(phases) * self.least + len(phases) - 1

    @cached_property
    def count(self) -> int:
        """Of all spans together."""
        return math.prod(math.comb(self._places(span), len(span[2]) - 1) for span in self.spans)

    def rows(self, numbers: Numbers) -> Signs:
        """The number is taken apart by span; within one, it says which places the changes are at."""
        out = np.repeat(self.signs[None], len(numbers), axis=0)
        left = numbers
        for span in self.spans:
            first, periods, phases = span
            changes = len(phases) - 1
            left, within = _taken_apart(left, math.comb(self._places(span), changes))
            phase = np.zeros((len(numbers), periods), dtype=np.int64)
            for number, place in enumerate(_subsets(within, self._places(span), changes), start=1):
                phase += np.arange(periods) >= (place - (number - 1) + number * self.least)[:, None]
            out[:, first : first + periods] = np.array(phases, dtype=np.int8)[phase]
        return out


@dataclass(frozen=True, eq=False)
class Shuffles:
    """The two arms in any order within each group of places."""

    signs: Signs
    groups: tuple[tuple[int, ...], ...]

    def _rarer(self, group: tuple[int, ...]) -> tuple[int, int]:
        """The sign that comes less often in a group, and how often."""
        on = int((self.signs[list(group)] > 0).sum())
        return (1, on) if 2 * on <= len(group) else (-1, len(group) - on)

    @cached_property
    def count(self) -> int:
        """Of all groups together."""
        return math.prod(math.comb(len(group), self._rarer(group)[1]) for group in self.groups)

    def rows(self, numbers: Numbers) -> Signs:
        """The number is taken apart by group; within one, it says which places the rarer arm has."""
        out = np.repeat(self.signs[None], len(numbers), axis=0)
        left = numbers
        for group in self.groups:
            sign, times = self._rarer(group)
            left, within = _taken_apart(left, math.comb(len(group), times))
            out[:, list(group)] = -sign
            for place in _subsets(within, len(group), times):
                out[np.arange(len(out)), np.array(group)[place]] = sign
        return out

    def drawn(self, draws: int, *, seed: int) -> Iterator[Signs]:
        """So many random ones, some at a time, by shuffling: as uniform, and quicker than by number where there are very many."""
        generator = np.random.Generator(PCG64(seed))
        at_once = max(1, _CELLS // len(self.signs))
        for start in range(0, draws, at_once):
            out = np.repeat(self.signs[None], min(at_once, draws - start), axis=0)
            for group in self.groups:
                out[:, list(group)] = generator.permuted(out[:, list(group)], axis=1)
            yield out


def _taken_apart(numbers: Numbers, count: int) -> tuple[Numbers, Numbers]:
    """What is left of the numbers, and the digits of a place that has so many of them."""
    return (numbers // count, numbers % count) if count > 1 else (numbers, numbers * 0)


def _subsets(numbers: Numbers, places: int, size: int) -> Iterator[NDArray[np.int64]]:
    """Subsets of so many places by their numbers: their members, the lowest ones first (combinatorial number system)."""
    members: list[NDArray[np.int64]] = []
    left = numbers
    for member in range(size, 0, -1):
        ways = [math.comb(place, member) for place in range(places)]
        table = np.array(ways, dtype=np.int64 if ways[-1] < _FITS else object)
        members.append(np.searchsorted(table, left, side="right") - 1)
        left = left - table[members[-1]]
    return reversed(members)


def orders_as_stated(protocol: Protocol, stated: Stated, periods: DrawnPeriods, arm: int, reference: int) -> PairOrders:
    """The stated orders that leave all other arms where they are; each is equally likely.

    Parameters
    ----------
    periods : DrawnPeriods
        One of the orders stated.
    arm, reference : int
        The two arms, by their place.
    """
    sequence = periods.arms
    signs = signs_of([sequence], arm, reference)[0]
    places = tuple(int(place) for place in np.flatnonzero(signs))
    match stated:
        case AnyOrder():
            return Shuffles(signs, (places,))
        case LimitedRuns(max_run=limit):
            gaps = _stretches(places)
            shares = tuple(tuple(range(len(gap) + 1)) for gap in gaps)
            return Fillings(len(signs), gaps, limit, shares, (int((signs > 0).sum()),))
        case InBlocks() | InPairs():
            return Shuffles(signs, _in_groups(places, stated.size))
        case Mirrored():
            return Swaps(signs, _in_groups(places, 2 * len(protocol.arms)))
        case Phases(least=least):
            return Changes(signs, _spans(signs), least)
        case OneOf(orders=orders):
            here = others_of(sequence, arm, reference)
            there = [one for one in map(_places_of, orders) if others_of(one, arm, reference) == here]
            return Rows(signs_of(there, arm, reference))
        case _:
            return Swaps(signs, (places,))  # in turn: all the same in every row


def _in_groups(places: Sequence[int], width: int) -> tuple[tuple[int, ...], ...]:
    """The places of each row of so many periods."""
    return tuple(tuple(row) for _, row in itertools.groupby(places, key=lambda place: place // width))


def _stretches(places: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Places in a row, between those of other arms."""
    rows = itertools.groupby(enumerate(places), key=lambda numbered: numbered[1] - numbered[0])
    return tuple(tuple(place for _, place in row) for _, row in rows)


def _spans(signs: Signs) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
    """Rows of phases on the two arms, between those on others."""
    spans = []
    for stretch in _stretches([int(place) for place in np.flatnonzero(signs)]):
        phases = tuple(sign for sign, _ in itertools.groupby(int(signs[place]) for place in stretch))
        spans.append((stretch[0], len(stretch), phases))
    return tuple(spans)


def _places_of(order: str) -> tuple[int, ...]:
    return tuple(LETTERS.index(letter) for letter in order)


def can_be_counted(stated: Stated, periods: DrawnPeriods) -> bool:
    """Whether the orders can be: the table that numbers those with a run limit takes gigabytes for some thousands of periods."""
    return not isinstance(stated, LimitedRuns) or len(periods.arms) <= MAX_PERIODS


def whole_set(protocol: Protocol, stated: Stated, order: Order) -> int | None:
    """How many orders are stated in all; None with more than two arms, of which two at a time are compared, or if there are too many."""
    periods = drawn_periods(protocol, stated, order)
    if len(protocol.arms) > 2 or not can_be_counted(stated, periods):
        return None
    return orders_as_stated(protocol, stated, periods, 1, 0).count
