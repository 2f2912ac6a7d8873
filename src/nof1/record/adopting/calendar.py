"""Which night each row of an adopted table is of, by its date or by a day number.

Knows no arm, no outcome and no protocol.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from nof1.errors import InputError
from nof1.plan.design.kinds import MAX_NIGHTS
from nof1.record.adopting.steps import step
from nof1.record.diary.entry import parse_number
from nof1.record.importing.reading import Trust
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.nights import DatedBy, DateOrder, night_of, parse_moment, settle_order

UNDATED_START = date(2000, 1, 1)  # stands in where only day numbers are known
_LARGEST = 100_000  # of day numbers; a date written as one number, 20260105, is larger


class RowNights(NamedTuple):
    """The night of each row, whether these are real dates, and the day number of the first of them."""

    nights: Sequence[date]
    dated: bool
    first_number: int = 1

    @property
    def start(self) -> date:
        """The first night that has a row."""
        return min(self.nights)

    @property
    def last(self) -> date:
        """The last night that has a row."""
        return max(self.nights)

    def called(self, night: date) -> str:
        """A night as the table counts it, for messages."""
        number = self.first_number + (night - self.start).days
        return f"the night {night}" if self.dated else f"day {number}"

    @property
    def day_1(self) -> date:
        """The night whose day number is 1, whether it has a row or not."""
        return self.start - timedelta(days=self.first_number - 1)


@step("dates")
def nights_of_rows(
    table: Table,
    *,
    date: str | None,
    day: str | None,
    clock: str,
    trust: Trust | None,
    dated_by: DatedBy,
    date_order: DateOrder | None,
    zone: str | None,
) -> RowNights:
    """The night of each row, by its date or by its day number; with both, each is held against the other.

    Day numbers count from wherever they begin (0, 1, 301, 1995): the first row is the first night.

    Parameters
    ----------
    date, day, clock : str or None
        Columns of dates, of day numbers, and of times beside the dates ("" where there is none).

    Raises
    ------
    AmbiguousInput
        If dates and day numbers disagree and `trust` does not say which to go by.
    InputError
        If a date or a number cannot be read, or the rows run over more nights than a trial may have.
    """
    if date is None:
        found = _numbered(_day_numbers(table, str(day)))
    else:
        if date in table.mixed:
            raise InputError(
                f"{table.name}: the column {date!r} holds both dates and dates as text. A spreadsheet program may have swapped day and "
                "month where it could: adopt the file that it was opened from, or make the whole column one of the two."
            )
        nights = _nights_by_date(table, date, clock, dated_by, settle_order(table.column(date), date_order), zone)
        found = RowNights(nights, dated=True)
        if day is not None:
            found = _held_against_days(table, found, day, trust)
    if (found.last - found.start).days >= MAX_NIGHTS:
        first, last = (
            (str(found.start), str(found.last))
            if found.dated
            else (f"day {found.first_number}", f"day {found.first_number + (found.last - found.start).days}")
        )
        raise InputError(
            f"{table.name} runs from {first} to {last}, which is more than {MAX_NIGHTS} nights. "
            f"Check the {'dates' if found.dated else 'day numbers'}."
        )
    return found


def _held_against_days(table: Table, by_date: RowNights, column: str, trust: Trust | None) -> RowNights:
    """The rows' nights by what the person goes by; all rows must agree on the date of day 1 unless they say so."""
    numbers = _day_numbers(table, column)
    lags = [night.toordinal() - number for night, number in zip(by_date.nights, numbers, strict=True)]
    other = next((place for place, lag in enumerate(lags) if lag != lags[0]), None)
    if other is not None and trust is None:
        expected = by_date.nights[0] + timedelta(days=numbers[other] - numbers[0])
        raise AmbiguousInput(
            f"{table.name}: the day numbers of {column!r} and the dates part at line {table.rows[other].line}: day {numbers[other]} would be "
            f"{expected}, and the row has {by_date.nights[other]} ({sum(lag != lags[0] for lag in lags)} of {len(lags)} rows "
            "disagree). Say which to go by: trust='day' or trust='date'.",
            option="trust",
            choices=("day", "date"),
        )
    if trust == "day":
        return _numbered(numbers)
    return by_date if trust == "date" else by_date._replace(first_number=min(numbers))


def _nights_by_date(
    table: Table, column: str, clock: str, dated_by: DatedBy, order: DateOrder, zone: str | None
) -> list[date]:
    clocks = table.column(clock) if clock else [""] * len(table.rows)
    return [
        night_of(parse_moment(text, order, zone, clock=at, where=f"{table.name}, line {row.line}"), dated_by)
        for text, at, row in zip(table.column(column), clocks, table.rows, strict=True)
    ]


def _numbered(numbers: Sequence[int]) -> RowNights:
    """Nights without dates, from the first row on."""
    first = min(numbers)
    nights = [UNDATED_START + timedelta(days=number - first) for number in numbers]
    return RowNights(nights, dated=False, first_number=first)


def _day_numbers(table: Table, column: str) -> list[int]:
    numbers = []
    for text, row in zip(table.column(column), table.rows, strict=True):
        number = parse_number(text, column, where=f"{table.name}, line {row.line}")
        if number is None or number != int(number) or abs(number) > _LARGEST:
            raise InputError(
                f"{table.name}, line {row.line}: {text[:40]!r} is no day number: a whole number, such as 1. "
                "A column of dates is named with date=."
            )
        numbers.append(int(number))
    return numbers
