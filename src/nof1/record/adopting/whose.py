"""Whose rows of an adopted table are meant, where it holds several people's. Knows no arm, no outcome's value and no folder."""

import shlex
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from nof1.errors import InputError
from nof1.record.importing.persons import NO_PEOPLE, People, find_people, person_key, settle_person, whose_rows
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput


def rows_of_person(
    table: Table, nights: Sequence[date], *, person: str | None, person_column: str | None, others: Collection[str]
) -> Table:
    """The table with the rows of one person.

    Parameters
    ----------
    nights : sequence of date
        Of each row; people are known by rows of the same nights, too.
    person, person_column : str, optional
        What was said: whose rows, and which column tells; "none" where no column does.
    others : collection of str
        Columns that are known to hold something else.

    Raises
    ------
    AmbiguousInput
        If there are rows of several people, or there may be, and nobody said whose are meant.
    InputError
        If the person or the column is not there.
    """
    if person_column == NO_PEOPLE and person_column not in table.header:
        if person is not None:
            raise InputError(f"person={person!r} needs a column that tells people apart: name it with person_column=.")
        return table
    if person_column is not None:
        table.place(person_column)  # refuses one that is not there
    cells = [(row.cells, night) for row, night in zip(table.rows, nights, strict=True)]
    least = 1 if person is not None or person_column is not None else 2
    found = find_people(table.header, cells, other=others, column=person_column, least=least)
    try:
        settled = _settled(found, person, said=person_column is not None, where=table.name)
    except AmbiguousInput as question:
        if question.option == "person":
            each = f"nof1 adopt FILE --person-column {shlex.quote(found[0].column)} --out DIR"
            raise AmbiguousInput(
                f"{question} Keep the rows of one, or make a trial of each: {each} (in Python nof1.record.adopt_people).",
                option=question.option,
                choices=question.choices,
            ) from None
        raise
    if settled is None:
        return table
    column, name = settled
    place = table.place(column)
    own = tuple(row for row in table.rows if person_key(row.cells[place]) == person_key(name))
    return replace(table, rows=own)


def _settled(found: Sequence[People], person: str | None, *, said: bool, where: str) -> tuple[str, str] | None:
    """Column and person; a column that was named is one of people, whatever its name says."""
    if said and person is None and found and len(found[0].rows) > 1:
        raise whose_rows(found[0], None, where=where)
    return settle_person(found, person, where=where)
