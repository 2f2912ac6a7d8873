"""Whose rows of an export are taken, where it holds those of several people.

Columns whose names say so are looked at before anything is read; others, while rows go by, for rows that rate one night side by
side. Must not know how values are read.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from nof1.cells import brief
from nof1.errors import InputError
from nof1.record.importing.ledger import OWN_COLUMNS
from nof1.record.importing.persons import NO_PEOPLE, Watch, may_tell_people, person_key, settle_person
from nof1.record.importing.reading import Reading
from nof1.record.opening.opened import Row
from nof1.record.sources.source import Export
from nof1.record.values.missing import is_missing


class WhoseError(Exception):
    """A row does not say whose it is."""


@dataclass
class Whose:
    """Tells the rows of the person who is meant from those of others, which are counted by name."""

    column: str = ""
    person: str = ""
    place: int = -1
    others: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._key = person_key(self.person)
        self._shown: dict[str, str] = {}

    def takes(self, cells: Sequence[str]) -> bool:
        """Whether a row is of the person who is meant.

        Raises
        ------
        WhoseError
            If it does not say whose it is.
        """
        text = cells[self.place] if self.place < len(cells) else ""
        if is_missing(text, words=True, values=(self.person,)):
            raise WhoseError(f"{brief(self.column)!r} does not say whose row it is")
        key = person_key(text)
        if key == self._key:
            return True
        self.others[self._shown.setdefault(key, brief(text))] += 1
        return False

    def rows(self, export: Export) -> Iterator[Row]:
        """The rows of the person who is meant; those of others are not counted here."""
        for row in export.rows():
            if self.place < 0 or (self.place < len(row.cells) and person_key(row.cells[self.place]) == self._key):
                yield row

    def settled(self, reading: Reading) -> Reading:
        """The reading with what was found out, for the ledger and the next file."""
        return replace(reading, person=self.person, person_column=self.column) if self.place >= 0 else reading


def whose(export: Export, reading: Reading, when: str, night_of: Callable[[Row], date | None]) -> Whose:
    """Whose rows are taken, as far as columns whose names say so, or the person, can tell.

    Parameters
    ----------
    when : str
        The column with the dates.
    night_of : callable
        The night of a row, None where it has none.

    Raises
    ------
    AmbiguousInput
        If only the person can say it.
    InputError
        If what was said does not fit the file.
    """
    person, column = reading.person, reading.person_column
    if column == NO_PEOPLE:
        if person is not None:
            raise InputError(
                f"person={person!r} names whose rows are meant, and person_column={NO_PEOPLE!r} says that no column tells. Leave one of the two out."
            )
        return Whose()
    if column is not None:
        column = export.column(column).name
    elif person is None and not may_tell_people(export.header):
        return Whose()
    watch = Watch(export.header, other=(when,), column=column, content=person is not None)
    for row in export.rows():
        watch.add(row.cells, night_of(row) if watch.asks_nights else None)
    found = settle_person(watch.people(1 if person is not None else 2), person, where=export.name)
    return Whose() if found is None else Whose(*found, export.place(found[0]))


def watch_of(export: Export, reading: Reading, known: Whose, used: Collection[str]) -> Watch | None:
    """What looks for people by content while rows go by; None where there is no need or no column for it.

    A program's export is of one account, and several columns of it have their own reasons to differ within a night.
    """
    if known.place >= 0 or reading.person_column is not None or export.source not in OWN_COLUMNS:
        return None
    treatment = (column.name for column in export.columns if column.role == "treatment")
    watch = Watch(export.header, other={*used, *treatment}, named=False)
    return None if watch.idle else watch
