"""The order of the periods: how many a design allows, one drawn uniformly, and order.csv.

A period is one stretch on one arm; a block is a set of periods that holds each arm once.
It must not know the diary.
"""

import csv
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from numpy.random import PCG64

from nof1.errors import InputError
from nof1.files import read_bytes, write_atomic
from nof1.plan.design import RandomizedBlocks
from nof1.plan.protocol import Protocol

ORDER_FILE = "order.csv"
COLUMNS = ("date", "period", "block", "arm")
RUN_IN = 0  # number of the run-in period and of its block


@dataclass(frozen=True)
class Period:
    """One stretch of nights on one arm.

    `number` counts from 1 (the run-in is 0); `block` is 0 for nights that belong to no block.
    """

    number: int
    block: int
    arm: str
    start: date
    nights: int

    @property
    def dates(self) -> tuple[date, ...]:
        """The evenings of the period."""
        return tuple(self.start + timedelta(days=i) for i in range(self.nights))

    @property
    def end(self) -> date:
        """Its last evening."""
        return self.start + timedelta(days=self.nights - 1)


@dataclass(frozen=True)
class Order:
    """Every night of the trial with its period, block and arm: periods in calendar order, without gaps."""

    periods: tuple[Period, ...]

    def __post_init__(self) -> None:
        if not self.periods:
            raise InputError("An order needs at least one period.")
        for earlier, later in itertools.pairwise(self.periods):
            if later.start != earlier.end + timedelta(days=1):
                raise InputError(
                    f"Period {later.number} starts on {later.start}, but period {earlier.number} ends on {earlier.end}."
                )
            if later.number != earlier.number + 1:
                raise InputError(
                    f"Period {earlier.number} is followed by period {later.number}; periods are numbered in a row."
                )

    @property
    def nights(self) -> int:
        """Number of nights."""
        return sum(period.nights for period in self.periods)

    def period_of(self, night: date) -> Period:
        """The period that holds `night`.

        Raises
        ------
        InputError
            If the night is outside the trial.
        """
        for period in self.periods:
            if period.start <= night <= period.end:
                return period
        raise InputError(
            f"{night} is not a night of this trial, which runs from {self.periods[0].start} to {self.periods[-1].end}."
        )

    def to_csv(self) -> str:
        """order.csv: one row a night."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for period in self.periods:
            writer.writerows((night.isoformat(), period.number, period.block, period.arm) for night in period.dates)
        return stream.getvalue()

    def save(self, path: Path) -> None:
        """Write order.csv, whole or not at all."""
        write_atomic(path, self.to_csv())

    @classmethod
    def load(cls, folder: str | Path, protocol: Protocol) -> "Order":
        """Read order.csv of a trial folder and hold it against the protocol.

        Raises
        ------
        InputError
            If the file is missing, damaged, or does not fit the protocol.
        """
        path = Path(folder) / ORDER_FILE
        rows = _rows(read_bytes(path), path)
        periods = tuple(
            Period(number, block, arm, nights[0][0], len(nights))
            for (number, block, arm), group in itertools.groupby(rows, key=lambda row: row[1:])
            for nights in [list(group)]
        )
        if rows and [row[0] for row in rows] != [rows[0][0] + timedelta(days=i) for i in range(len(rows))]:
            raise InputError(f"{path} has a night missing or twice. Restore it from a copy.")
        try:
            order = cls(periods)
        except InputError as problem:
            raise InputError(f"{path} is damaged: {problem} Restore it from a copy.") from None
        order.check(protocol, where=str(path))
        if protocol.randomized and order != draw_order(protocol):
            raise InputError(
                f"{path} is not the order that was drawn with the protocol's seed. Restore it from a copy."
            )
        return order

    def check(self, protocol: Protocol, *, where: str = "The order") -> None:
        """Hold the order against the protocol.

        Raises
        ------
        InputError
            If dates, arms or the design's restriction do not match.
        """
        if self.periods[0].start != protocol.start or self.nights != protocol.nights:
            raise InputError(
                f"{where} holds {self.nights} nights from {self.periods[0].start}; the protocol plans "
                f"{protocol.nights} from {protocol.start}. Restore the file from a copy."
            )
        known = {arm.name for arm in protocol.arms}
        for period in self.periods:
            if period.arm not in known:
                raise InputError(f"{where} names the arm {period.arm!r}, which the protocol does not know.")
        if isinstance(protocol.design, RandomizedBlocks):
            try:
                number = order_number(protocol, self)
            except ValueError:
                raise InputError(f"{where} is not an order that the design allows. Restore it from a copy.") from None
            if build_order(protocol, number) != self:
                raise InputError(f"{where} does not have the period lengths of the protocol. Restore it from a copy.")


def _rows(content: bytes, path: Path) -> list[tuple[date, int, int, str]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(f"{path} must have the columns {', '.join(COLUMNS)}. Restore it from a copy.")
        rows = list(reader)
        if any(None in row or None in row.values() for row in rows):
            raise InputError(f"{path} is damaged: a row does not have {len(COLUMNS)} values. Restore it from a copy.")
        return [(date.fromisoformat(row["date"]), int(row["period"]), int(row["block"]), row["arm"]) for row in rows]
    except (UnicodeDecodeError, csv.Error, ValueError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is damaged ({error}). Restore it from a copy.") from None


def count_orders(protocol: Protocol) -> int:
    """Exact number of orders the design allows: (number of arms)! to the power of the number of blocks.

    Raises
    ------
    InputError
        If the order was not drawn by nof1.
    """
    count: int = math.factorial(len(protocol.arms)) ** _blocks(protocol).blocks
    return count


def draw_order(protocol: Protocol, *, seed: int | None = None) -> Order:
    """Draw one of the allowed orders, each with the same probability.

    The order's number is the first value below the count in the stream of words that PCG64 gives for the seed; NumPy
    guarantees that stream, so that the draw can be repeated and checked on any machine.

    Parameters
    ----------
    seed : int, optional
        Instead of the protocol's own.
    """
    if seed is not None and seed < 0:
        raise InputError(f"The seed {seed} must be a whole number from 0.")
    generator = PCG64(_blocks(protocol).seed if seed is None else seed)
    return build_order(protocol, _uniform_below(count_orders(protocol), generator))


def _uniform_below(count: int, generator: PCG64) -> int:
    """A whole number from 0 to count - 1, exactly uniform: bits are drawn until the value is below `count`.

    Each try succeeds with a probability above one half.
    """
    bits: int = (count - 1).bit_length()
    words = -(-bits // 64)
    value = count
    while value >= count:
        value = 0
        for _ in range(words):
            value = value << 64 | int(generator.random_raw())
        value >>= 64 * words - bits
    return value


def enumerate_orders(protocol: Protocol) -> Iterator[Order]:
    """All allowed orders, by their number."""
    return (build_order(protocol, number) for number in range(count_orders(protocol)))


def build_order(protocol: Protocol, number: int) -> Order:
    """The allowed order with this number, 0 to count - 1.

    In the number system with base (arms)!, each digit is the permutation of one block, first block first.
    """
    design = _blocks(protocol)
    if not 0 <= number < count_orders(protocol):
        raise InputError(f"There is no order {number}; the design allows 0 to {count_orders(protocol) - 1}.")
    names = tuple(arm.name for arm in protocol.arms)
    choices = math.factorial(len(names))
    digits = []
    for _ in range(design.blocks):
        number, digit = divmod(number, choices)
        digits.append(digit)
    sequence = [name for digit in reversed(digits) for name in _permutation(names, digit)]
    periods = []
    start = design.start
    if design.run_in_nights:
        periods.append(Period(RUN_IN, RUN_IN, protocol.reference, start, design.run_in_nights))
        start += timedelta(days=design.run_in_nights)
    for i, arm in enumerate(sequence):
        periods.append(Period(i + 1, i // len(names) + 1, arm, start, design.period_nights))
        start += timedelta(days=design.period_nights)
    return Order(tuple(periods))


def order_number(protocol: Protocol, order: Order) -> int:
    """Number of an order, the inverse of `build_order`.

    Raises
    ------
    ValueError
        If some block does not hold each arm once.
    """
    names = tuple(arm.name for arm in protocol.arms)
    sequence = [period.arm for period in order.periods if period.number != RUN_IN]
    number = 0
    for block in itertools.batched(sequence, len(names)):
        left = list(names)
        digit = 0
        for arm in block:
            place = left.index(arm)
            digit = digit * len(left) + place
            left.pop(place)
        if left:
            raise ValueError("a block is not complete")
        number = number * math.factorial(len(names)) + digit
    return number


def _permutation(names: Sequence[str], digit: int) -> list[str]:
    """Permutation number `digit` in lexicographic order of positions."""
    left = list(names)
    chosen = []
    for size in range(len(left), 0, -1):
        place, digit = divmod(digit, math.factorial(size - 1))
        chosen.append(left.pop(place))
    return chosen


def _blocks(protocol: Protocol) -> RandomizedBlocks:
    if not isinstance(protocol.design, RandomizedBlocks):
        raise InputError("The order of this trial was not drawn by nof1, so there is no set of orders to draw from.")
    return protocol.design


def order_from_arms(start: date, arms: Sequence[str]) -> Order:
    """The order of adopted nights: each stretch on one arm is a period, and there are no blocks.

    Parameters
    ----------
    arms : sequence of str
        One name for each calendar day from `start` on.
    """
    periods = []
    for number, (arm, stretch) in enumerate(itertools.groupby(arms), start=1):
        nights = len(list(stretch))
        periods.append(Period(number, 0, arm, start, nights))
        start += timedelta(days=nights)
    return Order(tuple(periods))
