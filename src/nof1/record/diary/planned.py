"""Which nights are to have a rating, so that one without it is missing.

Knows protocol, order and diary; no model.
"""

from collections.abc import Iterable
from datetime import date

from nof1.plan.design.order import Order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry


def nights_to_rate(protocol: Protocol, order: Order, entries: Iterable[Entry]) -> tuple[date, ...]:
    """The nights that were planned, in calendar order: all but those that do not count, such as pauses.

    Of an adopted table whose gaps a person explained, only nights with a row: nobody planned the others.
    """
    rows = None if protocol.gaps is None else {entry.night for entry in entries}
    return tuple(
        night for period in order.periods if period.counts for night in period.dates if rows is None or night in rows
    )
