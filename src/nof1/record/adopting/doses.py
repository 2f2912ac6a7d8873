"""Doses that stand in an adopted table: what was taken each night, in mg.

Knows rows and units; no arm and no outcome.
"""

from collections.abc import Callable, Sequence

from nof1.cells import listed
from nof1.errors import InputError
from nof1.record.opening.opened import Row
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.amounts import parse_amount
from nof1.record.values.numbers import number_reader
from nof1.record.values.units import Unit, read_header, read_unit, scaled, unit_names

_CHOICES = ("mg", "g", "µg")


def dose_reader(
    table: Table, column: str, unit: str | None, *, decimal_comma: bool
) -> Callable[[Sequence[Row]], float | None]:
    """Make the reader of a night's dose in mg, None where its rows have none.

    A unit in a cell (200 mg) goes before the one of the column, which its name has (Dose (mg)) or the person says.

    Parameters
    ----------
    unit : str or None
        What was said.

    Raises
    ------
    AmbiguousInput
        If a cell is a number alone, and neither the column's name nor the person says its unit.
    InputError
        If the unit is none of mass, or a cell is no dose.
    """
    place = table.place(column)
    number = number_reader(decimal_comma)
    of_column = _unit_of_column(column, unit)

    def value(row: Row) -> float | None:
        text = row.cells[place]
        amount = parse_amount(text, number)
        if amount is not None:
            if amount[1].kind != "mass":
                raise InputError(
                    f"{table.name}, line {row.line}: {text[:40]!r} is no dose in mg, and doses are kept in mg."
                )
            return scaled(amount[0], amount[1].factor)
        try:
            found = number(text)
        except ValueError as problem:
            raise InputError(f"{table.name}, line {row.line}: {column} {problem}, or leave it empty.") from None
        if found is None or found == 0:
            return found
        if of_column is None:
            raise AmbiguousInput(
                f"{table.name}: nothing says in which unit the doses of {column!r} are, such as {text[:40]!r} in line {row.line}. Say it with "
                "dose_unit='mg' (or g, µg). Doses are kept in mg: leave the column out where they are in another unit, such as IU.",
                option="dose-unit",
                choices=_CHOICES,
            )
        return scaled(found, of_column.factor)

    def read(rows: Sequence[Row]) -> float | None:
        told = {found: row for row in rows if (found := value(row)) is not None}
        if len(told) > 1:
            first, second = sorted(row.line for row in told.values())[:2]
            raise InputError(
                f"{table.name}: lines {first} and {second} are of one night and have different doses. Write the night's whole dose in one."
            )
        return next(iter(told), None)

    return read


def _unit_of_column(column: str, said: str | None) -> Unit | None:
    """The unit of the numbers of a column, None where nothing says it."""
    if said is not None:
        unit = read_unit(said)
        if unit is None or unit.kind != "mass":
            raise InputError(
                f"dose_unit {said!r} is no unit of a dose. Choose one of: {', '.join(unit_names('mass'))}."
            )
        return unit
    units = read_header(column).units
    if len(units) > 1:
        raise AmbiguousInput(
            f"The name of the column {column!r} has several units: {listed(unit.name for unit in units)}. Say the one of the doses with "
            "dose_unit='mg' (or g, µg).",
            option="dose-unit",
            choices=_CHOICES,
        )
    if units and units[0].kind != "mass":
        raise InputError(f"{column!r} is in {units[0].name}, and doses are kept in mg. Leave the column out.")
    return units[0] if units else None
