"""Tables with one row a sleep: naps apart from the nights, and each sleep once.

A nap's length stands in a column of its own, for the day on which it was, and its row holds nothing for a night. A sleep that
overlaps a longer one was recorded twice, and its row holds nothing at all. Knows the clock in a text, and no night.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Literal, NamedTuple

from nof1.record.sources.reworked import Cells, number_in, reworked
from nof1.record.sources.source import Column, Export
from nof1.record.values.moments import UnreadableError, read_clock, split

NAP = "length of a nap"
_DAY_FROM, _DAY_TO = time(9), time(19)
_NAP_BELOW = 180.0  # minutes
_MAX_SLEEPS = 100_000  # that are looked at for naps and overlaps; three a day for ninety years
_LINES_SHOWN = 8

Kind = Literal["night", "nap", "none"]


class _Period(NamedTuple):
    begin: datetime
    end: datetime
    minutes: float
    number: int
    line: int


class _Nap(NamedTuple):
    line: int
    said: bool  # by the file


@dataclass(frozen=True)
class SleepTable:
    """Where a table of sleeps says what, by the names of its columns and of those that `prepare` makes.

    Attributes
    ----------
    start, end : str
        When a sleep began and ended.
    length : str
        How long it was.
    unit : {"min", "s"}
        Of the length.
    kind : callable
        Whether a row is a night, a nap or no sleep; None where the file does not say, and the clock decides.
    prepare : callable
        Changes the cells of a row before anything else, and makes those of new columns.
    """

    start: str
    end: str
    length: str
    unit: Literal["min", "s"]
    kind: Callable[[Cells], Kind | None] = lambda cells: None
    prepare: Callable[[Cells], None] = lambda cells: None

    def minutes(self, cells: Cells) -> float | None:
        """Length of a row's sleep."""
        number = number_in(cells.get(self.length, ""))
        return None if number is None else number / 60 if self.unit == "s" else number

    def kind_of(self, cells: Cells) -> Kind:
        """What a row is, by the file's word or by the clock."""
        said = self.kind(cells)
        if said is not None:
            return said
        return "nap" if in_the_day(cells.get(self.start, ""), self.minutes(cells)) else "night"


def sleep_export(export: Export, table: SleepTable, columns: Sequence[Column], notes: Iterable[str] = ()) -> Export:
    """The export with these columns and one for naps. Reads the file once, to tell what is a nap and what overlaps."""
    every = (*columns, Column(NAP, "nap_minutes", table.unit, "sum", belongs="day"))
    periods, naps = _looked_at(export, table)
    twice = _recorded_twice(periods)
    left_out = frozenset(period.number for period in twice)

    def work(number: int, cells: Cells) -> None:
        table.prepare(cells)
        kind = "none" if number in left_out else table.kind_of(cells)
        if kind == "night":
            return
        length = cells.get(table.length, "")
        for column in columns:
            if column.role == "value":
                cells[column.name] = ""
        if kind == "nap":
            cells[NAP] = length

    kept = [nap for number, nap in naps.items() if number not in left_out]
    return replace(reworked(export, every, work), notes=(*notes, *_apart(kept), *_overlaps(twice)))


def in_the_day(start: str, minutes: float | None) -> bool:
    """Whether a sleep looks like a nap, by the clock time at which it began and by its length. What cannot be read does not.

    >>> in_the_day("2026-11-23 14:10", 40), in_the_day("2026-11-23 23:10", 40), in_the_day("2026-11-23 14:10", 400)
    (True, False, False)
    """
    if minutes is None or minutes >= _NAP_BELOW:
        return False
    with suppress(UnreadableError):
        clock, _ = read_clock(split(" ".join(start.split()))[1])
        return _DAY_FROM <= clock < _DAY_TO
    return False


def minutes_between(start: str, end: str) -> str:
    """Minutes from one local time to another as a cell; "" where one cannot be read, or comes before the other.

    >>> minutes_between("2026-11-23 23:10:00", "2026-11-24T06:40:30")
    '450.5'
    """
    begin, until = _moment(start), _moment(end)
    if begin is None or until is None or until < begin:
        return ""
    return f"{(until - begin).total_seconds() / 60:.12g}"


def _moment(text: str) -> datetime | None:
    """A local time as the makers' own files write it; in a file that a spreadsheet program has saved it may be none."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).replace(tzinfo=None)
    return None


def _looked_at(export: Export, table: SleepTable) -> tuple[list[_Period], dict[int, _Nap]]:
    """The periods of sleep in a file, and which of its rows are naps."""
    periods: list[_Period] = []
    naps: dict[int, _Nap] = {}
    for number, row in zip(range(_MAX_SLEEPS), export.rows(), strict=False):
        cells = dict(zip(export.header, row.cells, strict=False))
        table.prepare(cells)
        kind, minutes = table.kind_of(cells), table.minutes(cells)
        if kind == "none" or minutes is None:
            continue
        if kind == "nap":
            naps[number] = _Nap(row.line, table.kind(cells) is not None)
        begin, end = _moment(cells.get(table.start, "")), _moment(cells.get(table.end, ""))
        if begin is not None and end is not None and begin < end:
            periods.append(_Period(begin, end, minutes, number, row.line))
    return periods, naps


def _recorded_twice(periods: Iterable[_Period]) -> list[_Period]:
    """The shorter one of two sleeps that share more than half of its time, as two devices or two copies of a row make them."""
    dropped: list[_Period] = []
    last: _Period | None = None
    for period in sorted(periods):
        if last is None or not _same(last, period):
            last = period
        elif period.minutes > last.minutes:
            dropped.append(last)
            last = period
        else:
            dropped.append(period)
    return sorted(dropped, key=lambda period: period.number)


def _same(one: _Period, other: _Period) -> bool:
    shared = min(one.end, other.end) - max(one.begin, other.begin)
    return 2 * shared > min(one.end - one.begin, other.end - other.begin)


def _apart(naps: Sequence[_Nap]) -> Iterator[str]:
    """What is made of the naps, and which of them are taken for such by the clock alone."""
    if naps:
        count = "A nap is" if len(naps) == 1 else f"{len(naps)} naps are"
        yield (
            f"{count} kept apart from the nights ({_lines([nap.line for nap in naps])}): the length goes to nap_minutes, for the day on "
            "which it was. A day without one has no value there."
        )
    by_the_clock = [nap.line for nap in naps if not nap.said]
    if by_the_clock:
        yield (
            f"Not called a nap by the file: {_lines(by_the_clock)}. A sleep is taken for one if it began from 09:00 to 19:00 and was "
            "shorter than 3 hours."
        )


def _overlaps(twice: Sequence[_Period]) -> Iterator[str]:
    if twice:
        count = "A sleep overlaps" if len(twice) == 1 else f"{len(twice)} sleeps overlap"
        yield (
            f"{count} a longer one, as where two devices record a night, and nothing is taken of it: "
            f"{_lines([period.line for period in twice])}."
        )


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:_LINES_SHOWN]))
    more = f" and {len(lines) - _LINES_SHOWN} more" if len(lines) > _LINES_SHOWN else ""
    return f"line{'' if len(lines) == 1 else 's'} {shown}{more}"
