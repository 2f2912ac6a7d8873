"""What a source is: a file of some program's making, read row by row as text.

A source knows one program's file: how to recognize it, where its columns are, what they mean and in which unit. It must not
know a trial, a protocol or a night; matching to nights is done once for all of them, in `nof1.record.importing.matching`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from nof1.cells import listed, path_text
from nof1.errors import InputError
from nof1.plan.orders.amendments import Taken
from nof1.record.opening.opened import Row
from nof1.record.values.nights import Belongs, DatedBy, DateOrder

if TYPE_CHECKING:
    from nof1.record.opening.opened import Opened

# How several values of one night become one. The last two are for sources alone: "union" counts the minutes from `when` to
# `until`, overlaps once, and "device" adds up each device's values and takes the device with the most.
Merge = Literal["mean", "sum", "last", "first", "max", "min", "union", "device"]
OFFERED: tuple[Merge, ...] = ("mean", "sum", "last", "first", "max", "min")
Role = Literal["value", "text", "grade", "treatment", "private"]


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes
    ----------
    name : str
        As the file writes it.
    measure : str
        Name of the measure it holds (`nof1.record.values.measures`), or "" where the file does not say.
    unit : str
        Unit of the numbers in the file, where the maker says it; "" where it is looked for in the column's name, "?" where the
        person has to say it.
    merge : Merge or None
        How several values of one night become one; None where the person has to say.
    belongs : Belongs
        "night" for a night's own data (a rating, sleep), "day" for what was done or eaten on the day before it, "day before" for
        an answer about yesterday or last night (`nof1.record.sources.questions` tells by its words).
    role : Role
        "value" and "text" can be taken. "grade" says more of a side effect and is taken under its own name. "treatment" names what was taken that night and never reaches a sealed trial's
        diary. "private" (e-mail addresses, names, devices) can never be taken.
    dated_by : DatedBy or None
        What a date in it means, where it is another column than the export's `when` and a person may take it for the night.
    asks : str
        The question whose answers it holds, where its name does not tell.
    """

    name: str
    measure: str = ""
    unit: str = ""
    merge: Merge | None = None
    belongs: Belongs = "night"
    role: Role = "value"
    dated_by: DatedBy | None = None
    asks: str = ""

    @property
    def told(self) -> str:
        """Its name for messages, with the question where it has one."""
        return f"{self.name} ({self.asks})" if self.asks else self.name


@dataclass(frozen=True)
class Missed:
    """Nights, by the dates of their first and last evening, of which a file tells in one entry that nothing was recorded, and what was taken."""

    start: date
    end: date
    taken: Taken


@dataclass(frozen=True)
class Export:
    """A file that a source has recognized, ready to be read as often as needed.

    Attributes
    ----------
    source : str
        Key of the source, such as "oura".
    title : str
        What it is, for people.
    path : Path
    columns : tuple of Column
        In the order of the cells of a row.
    when : str
        The column with the date or the moment; "" where the file has none that is known.
    clock : str
        The column with the clock time of the date in `when`, where the two stand apart, or "".
    dated_by : DatedBy or None
        What a date in the file means; None where the file does not say.
    rows : callable
        Each call yields all rows from the start. It streams: memory does not grow with the file. May raise InputError.
    date_order : DateOrder or None
        How dates are written; None where it has to be found out.
    decimal_comma : bool or None
        Whether numbers are written 4,5; None where it has to be found out.
    decimal_hint : bool or None
        What is likely where the numbers do not tell.
    day_number : str
        The column that counts the days of a study from 1, or "".
    zone_column : str
        The column that names a time zone for each row, or "".
    until, device : str
        The columns with the end of an interval, and with the device that made the record, or "".
    reason : str
        The column that says why a row was rejected before, or "".
    notes : tuple of str
        Sentences that a person should read before saying yes.
    sheet : str
        The sheet of a spreadsheet that has several; set when the file is recognized.
    suggested : mapping of str to str
        Diary field to column, where the source knows (such as "note").
    asks_dating : bool
        Whether only the person can say if a night's date is its evening or the morning after; asked where a night's column is taken.
    answers : bool
        Whether rows are answers to a survey, so that the clock tells the night of what was done on a day as well as that of a
        rating: before noon it is the night that ended and the day before it.
    trial : str
        Hash of the protocol that the file was made for, where it says so: it is of no use to another trial. Else "".
    foods : tuple of str
        The columns of a food log that say what a row is: its name first, then group, amount, unit, category. Supplements are
        told apart by them.
    missed : tuple of Missed
        What the file tells of nights without a record, besides its rows.
    """

    source: str
    title: str
    path: Path
    columns: tuple[Column, ...]
    when: str
    rows: Callable[[], Iterator[Row]]
    dated_by: DatedBy | None = None
    date_order: DateOrder | None = None
    decimal_comma: bool | None = None
    decimal_hint: bool | None = None
    day_number: str = ""
    clock: str = ""
    zone_column: str = ""
    until: str = ""
    device: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()
    sheet: str = ""
    suggested: Mapping[str, str] = field(default_factory=dict)
    asks_dating: bool = False
    trial: str = ""
    answers: bool = False
    foods: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()

    @property
    def name(self) -> str:
        """The file's name for messages and tables."""
        return path_text(self.path.name)

    @property
    def header(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def dated_from(self, name: str) -> "Export":
        """The export with the dates of this column, of which its own `dated_by` and `clock` say nothing.

        Raises
        ------
        InputError
            If there is no such column.
        """
        column = self.column(name)
        if column.name == self.when:
            return self
        # A date of a morning beside a moment of the evening, or the other way round, is what a source declares.
        usual = None if self.dated_by == "morning" else self.dated_by
        return replace(self, when=column.name, clock="" if self.when else self.clock, dated_by=column.dated_by or usual)

    def clock_beside(self, column_map: Mapping[str, str]) -> str:
        """The column whose times belong to the dates of this map; "" if it is taken as something else, or the dates are others."""
        other = bool(self.when) and column_map.get("night") != self.when
        return "" if other or self.clock in column_map.values() else self.clock

    def place(self, name: str) -> int:
        """Index of a column, by its name or by what a message shows of it.

        Raises
        ------
        InputError
            If there is no such column, or several look like it; the message lists those there are.
        """
        if name in self.header:
            return self.header.index(name)
        alike = [place for place, column in enumerate(self.columns) if column.name and listed([column.name]) == name]
        if len(alike) == 1:
            return alike[0]
        raise InputError(f"{self.name} has no column {name!r}. Its columns are: {listed(self.header)}.")

    def column(self, name: str) -> Column:
        """A column by its name; see `place`."""
        return self.columns[self.place(name)]


class Source(Protocol):
    """One program's export. A module of this package, one small file each; see docs/adding-a-source.md."""

    KEY: str
    TITLE: str

    def recognize(self, file: "Opened") -> Export | None:
        """The export, or None if the file is of another kind. Looks at no more than the file's beginning.

        Raises
        ------
        InputError
            If the file is of this kind and damaged.
        """
