"""The draw: the orders that a design allows, one of them drawn uniformly and laid out in nights, and what they can show.

It must not know the diary.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from numpy.random import PCG64

from nof1.errors import InputError
from nof1.plan.design.fields import WASHOUT
from nof1.plan.design.kinds import Adopted, AnyDrawn
from nof1.plan.design.order import RUN_IN, Order, Period
from nof1.plan.design.sequences import MAX_COMPARED, Sequences, others_of, sequences_of, smallest_p_within
from nof1.plan.orders.stated_periods import refuse_unstated
from nof1.plan.protocol.protocol import Protocol


def allowed_sequences(protocol: Protocol) -> Sequences:
    """The sequences of arms that the design allows.

    Raises
    ------
    InputError
        If the order was not drawn by nof1.
    """
    return sequences_of(_drawn(protocol), [arm.name for arm in protocol.arms])


def count_orders(protocol: Protocol) -> int:
    """Exact number of orders the design allows.

    Raises
    ------
    InputError
        If the order was not drawn by nof1.

    Examples
    --------
    >>> nof1.count_orders(trial.protocol)
    64
    """
    return allowed_sequences(protocol).count


def draw_order(protocol: Protocol, *, seed: int | None = None) -> Order:
    """Draw one of the allowed orders, each with the same probability.

    The order's number is the first value below the count in the stream of words that PCG64 gives for the seed; NumPy
    guarantees that stream, so that the draw can be repeated and checked on any machine.

    Parameters
    ----------
    seed : int, optional
        Instead of the protocol's own; needed where the order is concealed, since the protocol then has none.

    Raises
    ------
    InputError
        If there is no seed, or the order was not drawn by nof1.

    Examples
    --------
    >>> nof1.draw_order(trial.protocol, seed=1).arms()[:4]
    ('magnesium', 'off', 'off', 'magnesium')
    """
    seed = _drawn(protocol).seed if seed is None else seed
    if seed is None:
        raise InputError("The order of this trial is concealed, so its protocol has no seed to draw it with.")
    if seed < 0:
        raise InputError(f"The seed {seed} must be a whole number from 0.")
    sequences = allowed_sequences(protocol)
    return lay_out(protocol, sequences.unrank(uniform_below(sequences.count, PCG64(seed))))


def uniform_below(count: int, generator: PCG64) -> int:
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
    """All allowed orders, one at a time.

    Examples
    --------
    >>> first = next(nof1.enumerate_orders(trial.protocol))
    >>> first.arms()[:4]
    ('off', 'magnesium', 'off', 'magnesium')
    """
    return (lay_out(protocol, sequence) for sequence in allowed_sequences(protocol))


def order_of_arms(protocol: Protocol, arms: Sequence[str]) -> Order:
    """The order with these arms, one for each period.

    Raises
    ------
    InputError
        If the design does not allow it.
    """
    names = [arm.name for arm in protocol.arms]
    for arm in arms:
        if arm not in names:
            raise InputError(f"{arm!r} is not one of the arms: {', '.join(names)}.")
    sequence = tuple(names.index(arm) for arm in arms)
    if sequence not in allowed_sequences(protocol):
        raise InputError(f"{', '.join(arms)} is not an order that the design allows.")
    return lay_out(protocol, sequence)


def schedule(protocol: Protocol) -> Order:
    """The nights of every period without their arms, the same whichever order was drawn."""
    return lay_out(protocol, allowed_sequences(protocol).unrank(0)).hidden()


def lay_out(protocol: Protocol, sequence: Sequence[int]) -> Order:
    """Give every period of a sequence its nights, with run-in and washout."""
    design = _drawn(protocol)
    blocks = allowed_sequences(protocol).blocks()
    periods = []
    start = design.start

    def add(number: int, block: int, arm: str, nights: int) -> None:
        nonlocal start
        if nights:
            periods.append(Period(number, block, arm, start, nights))
            start += timedelta(days=nights)

    add(RUN_IN, RUN_IN, protocol.reference, design.run_in_nights)
    for number, (place, block) in enumerate(zip(sequence, blocks, strict=True), start=1):
        arm = protocol.arms[place].name
        add(number, block, arm, protocol.period_nights(arm))
        if number < len(sequence):
            add(number, block, WASHOUT, design.washout_nights)
    return Order(tuple(periods))


def check_order(protocol: Protocol, order: Order, *, where: str = "The order") -> None:
    """Hold an order, sealed or not, with pauses or not, against the protocol.

    Raises
    ------
    InputError
        If dates, arms or the design's restriction do not match, or what the person stated of an order drawn elsewhere.
    """
    planned = order.without_pauses()
    if planned.start != protocol.start or planned.nights != protocol.nights:
        raise InputError(
            f"{where} holds {planned.nights} nights from {planned.start}; the protocol plans "
            f"{protocol.nights} from {protocol.start}. Restore the file from a copy."
        )
    known = {arm.name for arm in protocol.arms}
    for period in order.periods:
        if period.on_trial and period.arm is not None and period.arm not in known:
            raise InputError(f"{where} names the arm {period.arm!r}, which the protocol does not know.")
    if isinstance(protocol.design, Adopted):
        if protocol.stated is not None:
            refuse_unstated(protocol, protocol.stated, order)
        return
    try:
        allowed = schedule(protocol) if order.sealed else order_of_arms(protocol, planned.arms())
    except InputError:
        raise InputError(f"{where} is not an order that the design allows. Restore it from a copy.") from None
    if allowed != planned:
        raise InputError(f"{where} does not have the period lengths of the protocol. Restore it from a copy.")


@dataclass(frozen=True)
class Balance:
    """How one order treats an arm.

    `mean_night` is the mean place of its nights, the first night of the trial being 1: arms with equal ones are not
    confounded with a steady trend. `longest_run` counts periods in a row.

    Examples
    --------
    >>> off, magnesium = nof1.balance(trial.order)
    >>> off.arm, off.periods, off.longest_run
    ('off', 6, 2)
    """

    arm: str
    periods: int
    nights: int
    mean_night: float
    longest_run: int


def balance(order: Order) -> tuple[Balance, ...]:
    """The balance of an order: one row an arm, run-in, washout and pauses left out.

    Raises
    ------
    InputError
        If the order is sealed.

    Examples
    --------
    >>> [(row.arm, row.periods, row.nights) for row in nof1.balance(trial.order)]
    [('off', 6, 42), ('magnesium', 6, 42)]
    """
    arms = order.arms()
    runs = [(arm, len(list(run))) for arm, run in itertools.groupby(arms)]
    rows = []
    for arm in dict.fromkeys(arms):
        own = [period for period in order.periods if period.arm == arm and period.number != RUN_IN]
        places = [(night - order.start).days + 1 for period in own for night in period.dates]
        longest = max(length for name, length in runs if name == arm)
        rows.append(Balance(arm, arms.count(arm), len(places), sum(places) / len(places), longest))
    return tuple(rows)


def smallest_p(protocol: Protocol) -> float:
    """Least two-sided p that a randomization test of an active arm against the reference could reach.

    The test leaves the nights of all other arms where they are. With several active arms this is the largest of theirs. It is
    known before the first night: where it is above 0.05, no result whatever can be surprising enough for such a test.
    Exact but for designs of more than 5000 orders with arms of different lengths, where it is a bound below.

    Examples
    --------
    >>> nof1.smallest_p(trial.protocol)
    0.03125
    """
    names = [arm.name for arm in protocol.arms]
    sequences = allowed_sequences(protocol)
    reference = names.index(protocol.reference)
    lengths = [protocol.period_nights(name) for name in names]
    few = len(set(lengths)) > 1 and sequences.count <= MAX_COMPARED
    by_night = [(one, tuple(_by_night(protocol, lay_out(protocol, one), names))) for one in sequences] if few else []
    least = []
    for arm in (names.index(active.name) for active in protocol.active_arms):
        alike = lengths[arm] == lengths[reference]
        if alike or not few:
            least.append(sequences.smallest_p(arm, reference, alike=alike))
        else:  # the two fall on different nights, so that what ties is seen night by night
            least.append(min(smallest_p_within(rows) for rows in _classes(by_night, arm, reference)))
    return max(least)


def _classes(
    by_night: Sequence[tuple[Sequence[int], Sequence[int]]], arm: int, reference: int
) -> Iterable[list[tuple[int, ...]]]:
    """Orders night by night (1, -1 or 0), those together that leave the periods and nights of all other arms where they are."""
    found: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for sequence, nights in by_night:
        others = (-1 if place in (-1, arm, reference) else place for place in nights)
        row = tuple((place == arm) - (place == reference) for place in nights)
        found.setdefault((*others_of(sequence, arm, reference), *others), []).append(row)
    return found.values()


def _by_night(protocol: Protocol, order: Order, names: Sequence[str]) -> Iterator[int]:
    for period in order.periods:
        place = names.index(period.arm) if period.arm in names and period.number != RUN_IN else -1
        yield from itertools.repeat(place, period.nights)


def _drawn(protocol: Protocol) -> AnyDrawn:
    if isinstance(protocol.design, Adopted):
        raise InputError("The order of this trial was not drawn by nof1, so there is no set of orders to draw from.")
    return protocol.design
