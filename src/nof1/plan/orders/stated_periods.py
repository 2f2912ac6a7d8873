"""Adopted nights, cut into what was drawn elsewhere one after the other, and held against what the person states of the draw.

Knows neither how many orders there were nor the diary.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from nof1.errors import InputError
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.design.stated import (
    LETTERS,
    AnyOrder,
    InBlocks,
    InPairs,
    InTurn,
    LimitedRuns,
    Mirrored,
    OneOf,
    Phases,
    Stated,
)
from nof1.plan.protocol.protocol import Protocol

_FEW = 2  # stretches whose lengths tell nothing
NOWHERE = -1  # of nights that were on no arm


@dataclass(frozen=True, eq=False)
class DrawnPeriods:
    """What was drawn, one after the other: single nights, or periods of several.

    Attributes
    ----------
    arms : tuple of int
        Of each period, by its place among the protocol's arms.
    first : tuple of int
        Number of the first night of each, from 0, and after the last one.
    of_night : int array, shape (nights,)
        The period of each night, which its arm follows in every order; `NOWHERE` on nights that were on no arm.
    """

    arms: tuple[int, ...]
    first: tuple[int, ...]
    of_night: NDArray[np.int64]


def drawn_periods(protocol: Protocol, stated: Stated, order: Order) -> DrawnPeriods:
    """Cut the nights that were on an arm into what was drawn at once.

    A night without a row belongs to the period that its place gives it; a period that has none but such nights was drawn, too,
    but nobody knows what: it is left out of `any`, since the others are then in any order all the same, goes on as a phase,
    and is refused elsewhere.

    Raises
    ------
    InputError
        If a period holds two arms, or it is not known which one.
    """
    names = [arm.name for arm in protocol.arms]
    by_night = [
        names.index(period.arm) if period.arm in names and period.number != RUN_IN else NOWHERE
        for period in order.periods
        for _ in range(period.nights)
    ]
    on = [night for night, arm in enumerate(by_night) if arm != NOWHERE]
    unknown = {number - 1 for number in stated.unknown}
    arms: list[int] = []
    first: list[int] = []
    of_night = np.full(len(by_night), NOWHERE)
    for number, nights in enumerate(itertools.batched(on, stated.period_nights), start=1):
        known = [night for night in nights if night not in unknown]
        found = list(dict.fromkeys(by_night[night] for night in known)) or _unknown(protocol, stated, by_night, nights)
        if len(found) > 1:
            other = next(night for night in known if by_night[night] == found[1])
            raise InputError(
                f"period {number} ({_nights(protocol, nights[0], nights[-1])}) holds both {names[found[0]]!r} and {names[found[1]]!r}, "
                f"on {_night(protocol, other)}"
            )
        if found:
            arms.append(found[0])
            first.append(nights[0])
        of_night[list(nights)] = len(arms) - 1  # a period that is left out stays on the arm before it
    return DrawnPeriods(tuple(arms), (*first, len(by_night)), of_night)


def _unknown(protocol: Protocol, stated: Stated, by_night: Sequence[int], nights: Sequence[int]) -> list[int]:
    """The arm of a period without a row."""
    if isinstance(stated, AnyOrder):
        return []
    if isinstance(stated, Phases):
        return [by_night[nights[0]]]
    where = _nights(protocol, nights[0], nights[-1])
    raise InputError(
        f"the table has no row for {where}, so which arm was drawn there is not known; add a row with its arm and an empty outcome"
    )


def refuse_unstated(protocol: Protocol, stated: Stated, order: Order) -> None:
    """Hold an order against the statement of which ones could have been drawn.

    Raises
    ------
    InputError
        If it is not among them, with the first contradiction.
    """
    try:
        periods = drawn_periods(protocol, stated, order)
        wrong = _first_wrong(protocol, stated, periods)
        if wrong:
            raise InputError(wrong)
    except InputError as problem:
        raise InputError(
            f"The order of these nights is none of those stated ({stated}): {problem}.{_nearest(protocol, stated, order)}"
        ) from None


# What contradicts a statement first, in words; None if nothing does.

_Where = Callable[[int, int], str]


def _first_wrong(protocol: Protocol, stated: Stated, periods: DrawnPeriods) -> str | None:
    names = [arm.name for arm in protocol.arms]
    sequence = periods.arms

    def where(start: int, end: int) -> str:
        """The nights of these periods, the last one included."""
        return _nights(protocol, periods.first[start], periods.first[end + 1] - 1)

    def found() -> Iterator[str | None]:
        match stated:
            case LimitedRuns(max_run=limit):
                yield _too_long(sequence, limit, names, where)
            case InBlocks(size=size):
                yield _uneven(sequence, size, names, where)
            case InPairs(size=size):
                yield _uneven(sequence, size, names, where, kind="pair")
            case Mirrored():
                yield _unmirrored(sequence, names, where)
            case InTurn():
                yield _uneven(sequence[: len(names)], len(names), names, where)
                yield _out_of_turn(sequence, names, where)
            case Phases():
                yield _other_phases(stated, sequence, names, where)
            case OneOf(orders=orders):
                yield _unlisted(orders, sequence, names, where)
            case _:
                pass

    return next((wrong for wrong in found() if wrong), None)


def _too_long(sequence: Sequence[int], limit: int, names: Sequence[str], where: _Where) -> str | None:
    start = 0
    for arm, run in itertools.groupby(sequence):
        length = len(list(run))
        if length > limit:
            return f"{names[arm]!r} comes {length} times in a row ({where(start, start + length - 1)}), and at most {limit} are stated"
        start += length
    return None


def _uneven(
    sequence: Sequence[int], size: int, names: Sequence[str], where: _Where, *, kind: str = "block"
) -> str | None:
    for number, block in enumerate(itertools.batched(sequence, size)):
        start = number * size
        wrong = _too_often(block, size // len(names), names, kind)
        if wrong:
            return f"{kind} {number + 1} ({where(start, start + len(block) - 1)}) {wrong}"
    return None


def _too_often(block: Sequence[int], each: int, names: Sequence[str], kind: str = "block") -> str | None:
    """What a block holds too often; a whole one that holds an arm too seldom holds another one so."""
    arm, times = Counter(block).most_common(1)[0]
    if times <= each:
        return None
    return (
        f"holds {names[arm]!r} {times} times, and each arm comes {'once' if each == 1 else f'{each} times'} to a {kind}"
    )


def _unmirrored(sequence: Sequence[int], names: Sequence[str], where: _Where) -> str | None:
    half = len(names)
    for number, row in enumerate(itertools.batched(sequence, 2 * half)):
        start = 2 * half * number
        wrong = _too_often(row[:half], 1, names)
        if wrong:
            return f"the block of {where(start, start + len(row[:half]) - 1)} {wrong}"
        for place, arm in enumerate(row[half:], start=half):
            mirrored = row[2 * half - 1 - place]
            if arm != mirrored:
                here = where(start + place, start + place)
                return f"in the mirror of the periods before it {here} would be on {names[mirrored]!r}, and is on {names[arm]!r}"
    return None


def _out_of_turn(sequence: Sequence[int], names: Sequence[str], where: _Where) -> str | None:
    for place, arm in enumerate(sequence[len(names) :]):
        if arm != sequence[place]:
            here = place + len(names)
            return f"{where(here, here)} would be on {names[sequence[place]]!r} in turn, and is on {names[arm]!r}"
    return None


def _other_phases(stated: Phases, sequence: Sequence[int], names: Sequence[str], where: _Where) -> str | None:
    runs = [(names[arm], len(list(run))) for arm, run in itertools.groupby(sequence)]
    start = 0
    for number, ((name, length), planned) in enumerate(zip(runs, stated.phases, strict=False), start=1):
        told = f"phase {number} ({where(start, start + length - 1)})"
        if name != planned:
            return f"{told} is on {name!r}, and {planned!r} is stated"
        if length < stated.least:
            return f"{told} is {length} long, and at least {stated.least} is stated"
        start += length
    if len(runs) != len(stated.phases):
        return f"there are {len(runs)} phases, and {len(stated.phases)} are stated"
    return None


def _unlisted(orders: Sequence[str], sequence: Sequence[int], names: Sequence[str], where: _Where) -> str | None:
    if len(orders[0]) != len(sequence):
        return f"the listed orders have {len(orders[0])} periods, and there are {len(sequence)}"
    own = "".join(LETTERS[arm] for arm in sequence)
    if own in orders:
        return None

    def differ(order: str) -> list[int]:
        return [place for place, (one, other) in enumerate(zip(own, order, strict=True)) if one != other]

    number = min(range(len(orders)), key=lambda i: len(differ(orders[i])))
    place = differ(orders[number])[0]
    other = names[LETTERS.index(orders[number][place])]
    return f"it is not listed; the nearest, number {number + 1}, has {other!r} on {where(place, place)}, and there it was {names[sequence[place]]!r}"


def _nearest(protocol: Protocol, stated: Stated, order: Order) -> str:
    """The same statement with another length of a period, where that fits: the number that is forgotten most easily."""
    names = {arm.name for arm in protocol.arms}
    nights = _common_length([period.arm for period in order.periods if period.arm in names for _ in period.dates])
    other = stated.model_copy(update={"period_nights": nights})
    if nights in (1, stated.period_nights) or isinstance(stated, OneOf | Phases):
        return ""
    try:
        fits = not _first_wrong(protocol, other, drawn_periods(protocol, other, order))
    except InputError:
        return ""
    return f" If periods of {nights} nights were drawn, say {other}." if fits else ""


def _night(protocol: Protocol, night: int) -> str:
    return f"{protocol.start + timedelta(days=night)}" if protocol.dated else f"day {night + 1}"


def _nights(protocol: Protocol, first: int, last: int) -> str:
    if first == last:
        return _night(protocol, first)
    if protocol.dated:
        return f"{_night(protocol, first)} to {_night(protocol, last)}"
    return f"days {first + 1} to {last + 1}"


def seems_longer(protocol: Protocol, stated: Stated, order: Order) -> int | None:
    """Nights that the length of every stretch but the last is a multiple of, where single nights are stated to have been drawn."""
    if stated.period_nights > 1 or isinstance(stated, Phases | OneOf):
        return None
    nights = _common_length(drawn_periods(protocol, stated, order).arms)
    return nights if nights > 1 else None


def _common_length(arms: Sequence[object]) -> int:
    """What the length of every stretch on one arm is a multiple of; the last may be unfinished. 1 where there are too few to tell."""
    lengths = [len(list(run)) for _, run in itertools.groupby(arms)]
    return math.gcd(*lengths[:-1]) if len(lengths) > _FEW else 1
