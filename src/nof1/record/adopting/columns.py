"""What an adopted table's columns hold: the rows of each night, its arm, its numbers, and the entry that they make."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from nof1.errors import InputError
from nof1.plan.design.fields import RESERVED_NAMES
from nof1.plan.protocol.protocol import Protocol
from nof1.record.adopting.calendar import RowNights
from nof1.record.adopting.doses import dose_reader
from nof1.record.adopting.guesses import confidence_reader, guess_reader
from nof1.record.adopting.steps import step
from nof1.record.diary.entry import Entry, check_entry
from nof1.record.importing.aggregate import one_of_several
from nof1.record.opening.opened import Row
from nof1.record.sources.plain import clock_column
from nof1.record.sources.source import OFFERED, Merge
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.amounts import numbers_in, parse_amount
from nof1.record.values.missing import is_missing
from nof1.record.values.numbers import number_reader, settle_decimal

_Number = Callable[[Row, str], float | None]


def clock_of(table: Table, date: str, others: Iterable[str | None]) -> str:
    """The column with the times of the dates in another one; "" where there is none, or it holds something else."""
    found = clock_column(table.header, table.rows, date)
    return "" if found in others else found


@step("rows")
def rows_by_night(table: Table, found: RowNights, several: Merge | None) -> dict[date, list[Row]]:
    """The rows of each night.

    Raises
    ------
    AmbiguousInput
        If a night has more than one, and nobody said how they become one.
    """
    groups: dict[date, list[Row]] = {}
    for night, row in zip(found.nights, table.rows, strict=True):
        if night in groups and several is None:
            raise AmbiguousInput(
                f"{table.name} has two rows for {found.called(night)}: lines {groups[night][0].line} and {row.line}. "
                "Keep one row a night, or say how several ratings become one: several='mean' (or last, max, min, first, sum).",
                option="several",
                choices=OFFERED,
            )
        groups.setdefault(night, []).append(row)
    return groups


@step("arms")
def arms_by_night(
    table: Table, groups: Mapping[date, Sequence[Row]], column: str, known: Collection[str]
) -> dict[date, str]:
    """The arm of each night that has a row; "" where none of its rows names one (`is_missing`, but for the arms that are known).

    Raises
    ------
    InputError
        If the rows of a night name two arms.
    """
    place = table.place(column)
    return {night: _arm_of(table, rows, place, known) for night, rows in groups.items()}


def names_no_arm(text: str, known: Collection[str]) -> bool:
    """Whether a cell of the column of arms is empty or says that there is none; not where it is the name of a known arm."""
    return is_missing(text, words=True, values=known)


class EntryColumns(NamedTuple):
    """The columns whose values go into the diary."""

    outcome: str
    covariates: Sequence[str]
    guess: str | None
    confidence: str | None
    dose: str | None
    dose_unit: str | None

    @property
    def numbers(self) -> list[str]:
        """Those whose values are numbers, which are all written alike."""
        there = (self.outcome, *self.covariates, self.confidence, self.dose)
        return [column for column in there if column is not None]


@step("values")
def entries_of(
    table: Table,
    groups: Mapping[date, Sequence[Row]],
    protocol: Protocol,
    columns: EntryColumns,
    *,
    armless: Collection[date],
    several: Merge | None,
    decimal_comma: bool | None,
) -> tuple[Entry, ...]:
    """One entry for each night that has a row, checked against the protocol.

    Nights without an arm (`armless`) on which nothing was recorded have none: nobody planned them.
    """
    comma = settle_comma(table, columns.numbers, decimal_comma)
    of_hundred = (protocol.outcome.low, protocol.outcome.high) == (0, 100)
    percents = {*columns.covariates, *([columns.outcome] if of_hundred else [])}
    number = _number_reader(table, (columns.outcome, *columns.covariates), comma, percents)
    guess = guess_reader(table, columns.guess, protocol) if columns.guess is not None else None
    sure = confidence_reader(table, columns.confidence, decimal_comma=comma) if columns.confidence is not None else None
    dose = (
        dose_reader(table, columns.dose, columns.dose_unit, decimal_comma=comma) if columns.dose is not None else None
    )

    def one(night: date, rows: Sequence[Row]) -> Entry:
        entry = Entry(
            night=night,
            outcome=_united(rows, columns.outcome, several, number),
            dose_mg=dose(rows) if dose is not None else None,
            guess=guess(rows) if guess is not None else "",
            confidence=sure(rows) if sure is not None else None,
            covariates={slug(name): _united(rows, name, several, number) for name in columns.covariates},
        )
        check_entry(protocol, entry, where=f"{table.name}, line {rows[0].line}")
        return entry

    entries = (one(night, rows) for night, rows in sorted(groups.items()))
    return tuple(entry for entry in entries if entry.night not in armless or _holds_something(entry))


def _holds_something(entry: Entry) -> bool:
    numbers = (entry.outcome, entry.dose_mg, *entry.covariates.values())
    return bool(entry.guess) or any(value is not None for value in numbers)


def slug(column: str) -> str:
    """A column's name in the diary."""
    name = re.sub(r"[^\w-]+", "_", column).strip("_-")[:40].rstrip("_-") or "outcome"
    if not name[0].isalpha():
        name = f"x_{name}"[:40].rstrip("_-")
    return f"{name}_column" if name in RESERVED_NAMES else name


def _arm_of(table: Table, rows: Sequence[Row], place: int, known: Collection[str]) -> str:
    named = {arm: row for row in rows if not names_no_arm(arm := row.cells[place], known)}
    if len(named) > 1:
        first, second = sorted(named)[:2]
        one, other = sorted(named[arm].line for arm in (first, second))
        raise InputError(
            f"{table.name}: lines {one} and {other} are of one night and name two arms, {first} and {second}. Mend one."
        )
    return next(iter(named), "")


def _united(rows: Sequence[Row], column: str, several: Merge | None, number: _Number) -> float | None:
    """The value of a night, from all its rows that have one."""
    found = [number(row, column) for row in rows]
    values = [value for value in found if value is not None]
    if len(values) < 2:
        return values[0] if values else None
    return one_of_several(values, several or "mean")


def settle_comma(table: Table, columns: Sequence[str], decimal_comma: bool | None) -> bool:
    """Whether the numbers of these columns, which are all written alike, have a decimal comma; `decimal_comma` is what was said."""
    texts = numbers_in(text for column in columns for text in table.column(column))
    return settle_decimal(texts, decimal_comma, hint=table.decimal_hint)


def _number_reader(table: Table, columns: Sequence[str], decimal_comma: bool, percents: Collection[str]) -> _Number:
    """A reader of the numbers of these columns, as in an import; of `percents` 65 % is 65."""
    read = number_reader(decimal_comma)
    places = {column: table.place(column) for column in columns}
    for column in sorted(percents):
        _refuse_mixed_percents(table, column, read)

    def number(row: Row, column: str) -> float | None:
        text = row.cells[places[column]]
        try:
            return read(text)
        except ValueError as problem:
            amount = parse_amount(text, read)
            if amount is not None and amount[1].name == "%" and column in percents:
                return amount[0]
            raise InputError(f"{table.name}, line {row.line}: {column} {problem}, or leave it empty.") from None

    return number


def _refuse_mixed_percents(table: Table, column: str, read: Callable[[str], float | None]) -> None:
    """Refuse a column of percentages with fractions among them: 0.4 can be 40 % or 0.4 %."""
    texts = table.column(column)
    if not any(text.endswith("%") for text in texts):
        return
    for text, row in zip(texts, table.rows, strict=True):
        try:
            number = read(text)
        except ValueError:
            continue
        if number is not None and 0 < number < 1:
            raise InputError(
                f"{table.name}, line {row.line}: {column} holds percentages, and {text} without a sign among them. Write all of them one way."
            )
