"""Guesses that stand in an adopted table: which arm the person believed a night was on, and how sure they were.

Knows rows, arms and no outcome.
"""

from collections.abc import Callable, Sequence

from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import NO_GUESS, guesses
from nof1.record.opening.opened import Row
from nof1.record.sources.table import Table
from nof1.record.values.missing import is_missing
from nof1.record.values.numbers import number_reader

# How people write that they could not tell; not "none" or "unknown", which may be an arm.
_NO_GUESS = frozenset(
    {NO_GUESS, "cannot tell", "don't know", "dont know", "dk", "?", "unsure", "not sure", "weiß nicht"}
)


def guess_reader(table: Table, column: str, protocol: Protocol) -> Callable[[Sequence[Row]], str]:
    """Make the reader of a night's guess: the last one that its rows have, "" where none has one.

    A guess is an arm by its name or label, in capitals or not, or "can't tell" in other words. An arm that is a number may be written
    with a decimal point (1.0).
    """
    place = table.place(column)
    names = [arm.name for arm in protocol.arms]
    known = {arm.label.casefold(): arm.name for arm in protocol.arms if arm.label}
    known |= {name.casefold(): name for name in names}
    known |= {f"{name}.0": name for name in names if name.isdecimal()}

    def read(rows: Sequence[Row]) -> str:
        told = [row for row in rows if not is_missing(row.cells[place], words=True, values=names)]
        if not told:
            return ""
        text = told[-1].cells[place].strip()
        written = text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        if written not in known and written not in _NO_GUESS:
            raise InputError(
                f"{table.name}, line {told[-1].line}: the guess {text[:40]!r} is not one of: {', '.join(guesses(protocol))}. "
                "Leave it empty where nobody guessed."
            )
        return known.get(written, NO_GUESS)

    return read


def confidence_reader(table: Table, column: str, *, decimal_comma: bool) -> Callable[[Sequence[Row]], float | None]:
    """Make the reader of how sure the person was of a night's guess, from 0 to 100: the last value that its rows have.

    Raises
    ------
    InputError
        If a value is no number, or all of them lie between 0 and 1: shares rather than hundredths.
    """
    place = table.place(column)
    number = number_reader(decimal_comma)

    def value(row: Row) -> float | None:
        try:
            return number(row.cells[place].strip().removesuffix("%"))
        except ValueError as problem:
            raise InputError(f"{table.name}, line {row.line}: {column} {problem}, or leave it empty.") from None

    values = [found for row in table.rows if (found := value(row)) is not None]
    if values and max(values) <= 1 and any(0 < one < 1 for one in values):
        raise InputError(
            f"{table.name}: every value of {column!r} is from 0 to 1, and confidence goes from 0 (a blind guess) to 100 (certain). "
            "Write 80 for 0.8 in the table, or leave the column out."
        )

    def read(rows: Sequence[Row]) -> float | None:
        return next((found for row in reversed(rows) if (found := value(row)) is not None), None)

    return read
