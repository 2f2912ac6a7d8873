"""Whether day, month or year comes first in a column of dates: the column tells, or only the person can.

Must not know clock times or zones.
"""

from collections.abc import Hashable, Iterable, Mapping, Set

from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.moments import LONGEST, DateOrder, numeric_readings, serial_number, short_readings
from nof1.record.values.years import Nights, in_reach

_QUARTER = 92  # days
_FIRST: dict[DateOrder, str] = {"dmy": "day", "mdy": "month", "ymd": "year"}


def telling_dates(texts: Iterable[str], *, near: Nights | None = None) -> set[str]:
    """A few of the texts from which `settle_order` learns what it learns from all of them."""
    kinds: dict[Hashable, str] = {}
    for text in texts:
        plain = " ".join(text[:LONGEST].split())
        kinds.setdefault((not plain, serial_number(plain) is not None, _orders(plain, near)), text)
    return set(kinds.values())


def settle_order(
    texts: Iterable[str],
    chosen: DateOrder | None,
    *,
    usual: DateOrder | None = None,
    near: Nights | None = None,
) -> DateOrder:
    """How day, month and year are ordered in a column of dates.

    Parameters
    ----------
    texts : iterable of str
        The column, or its different values; a clock time may be cut off. Texts that are no dates say nothing.
    chosen : DateOrder or None
        What the person said; it is returned as it is.
    usual : DateOrder, optional
        What to go by where the column can be read two ways, such as what was said of an earlier file like it.
    near : (date, date), optional
        The first and the last night that the dates are about. Without it years of two digits say nothing; with it, the year
        is not taken to come first, or is, where only so a date is among these nights or within a quarter of a year of them.

    Returns
    -------
    DateOrder
        "ymd" also where nothing has to be settled: no dates, or months by their names. "serial" if every text that is not
        blank is a plain number from 20000 to 80000.

    Raises
    ------
    AmbiguousInput
        If the column can be read two ways, or contradicts itself, and no order was chosen; its option is "date-order".
    """
    if chosen is not None:
        return chosen
    told: dict[frozenset[DateOrder], str] = {}
    reached: set[DateOrder] = set()
    serial = others = False
    for text in texts:
        plain = " ".join(text[:LONGEST].split())
        if not plain:
            continue
        if not others and serial_number(plain) is not None:
            serial = True
            continue
        others = True
        orders, near_orders = _orders(plain, near)
        if orders:
            told.setdefault(orders, plain)
            reached |= near_orders
    if serial and not others:
        return "serial"
    if not told:
        return "ymd"
    left = _within_reach(frozenset.intersection(*told), reached)
    if not left:
        offered = _within_reach(frozenset.union(*told), reached)
        raise _unsettled_order(f"contradict each other (such as {_contradiction(told)})", offered)
    if len(left) > 1 and usual not in left:
        raise _unsettled_order(f"can be read two ways (such as {next(iter(told.values()))[:30]!r})", left)
    return usual if usual in left else next(iter(left))


def _orders(text: str, near: Nights | None) -> tuple[frozenset[DateOrder], frozenset[DateOrder]]:
    """The orders in which a text begins with a date of three numbers, a year of four digits not first.

    Besides, those of them in which a year of two digits makes it a date near the nights.
    """
    as_dmy, as_mdy = numeric_readings(text)
    readings: list[tuple[DateOrder, object]] = [("dmy", as_dmy), ("mdy", as_mdy)]
    found = [order for order, reading in readings if reading]
    if found or near is None:
        return frozenset(found), frozenset()
    short = short_readings(text, near)
    return frozenset(short), frozenset(order for order, day in short.items() if in_reach(day, near, _QUARTER))


def _contradiction(told: Mapping[frozenset[DateOrder], str]) -> str:
    """Two texts that have no order together, the one with the day first before the other, where there are such two."""
    ranked = sorted(told, key=lambda orders: ("dmy" not in orders, len(orders)))
    pairs = ((one, other) for place, one in enumerate(ranked) for other in ranked[place + 1 :])
    one, other = next(((a, b) for a, b in pairs if not a & b), (ranked[0], ranked[-1]))
    return f"{told[one][:30]!r} and {told[other][:30]!r}"


def _within_reach(orders: frozenset[DateOrder], reached: Set[DateOrder]) -> frozenset[DateOrder]:
    """The orders without the year first, or only that one, where only so a date was near the nights."""
    if len(orders) < 2 or ("ymd" in reached) == bool(reached - {"ymd"}):
        return orders
    return orders & {"ymd"} if "ymd" in reached else orders - {"ymd"}


def _unsettled_order(reason: str, orders: frozenset[DateOrder]) -> AmbiguousInput:
    choices = tuple(order for order in _FIRST if order in orders)
    ways = " or ".join(f"date_order={order!r} ({_FIRST[order]} first)" for order in choices)
    return AmbiguousInput(
        f"The dates {reason}. Say how they are written: {ways}.", option="date-order", choices=choices
    )
