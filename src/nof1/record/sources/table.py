"""A plain table held in memory: the header and all rows, for taking over a whole trial, and DataFrames in the same form.

Knows nothing of nights, scales or trials.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nof1.cells import doubled, listed, trimmed
from nof1.errors import InputError
from nof1.record.opening.opened import Opened, Row, open_file
from nof1.record.opening.sheet import cell_text
from nof1.record.sources import which_member
from nof1.record.sources.plain import header_place, rows_after

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Table:
    """A header and rows as wide as it.

    `decimal_hint` is what is likely where the numbers do not tell how they are written; `mixed` are the columns of a spreadsheet
    that hold both dates and dates as text.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    path: Path | None = None
    decimal_hint: bool | None = None
    mixed: tuple[str, ...] = ()

    def place(self, column: str) -> int:
        """Index of a column.

        Raises
        ------
        InputError
            If there is no such column; the message lists those there are.
        """
        if column not in self.header:
            raise InputError(f"{self.name} has no column {column!r}. Its columns are: {listed(self.header)}.")
        return self.header.index(column)

    def column(self, column: str) -> list[str]:
        """All cells of a column."""
        place = self.place(column)
        return [row.cells[place] for row in self.rows]


def read_table(path: str | Path, sheet: str | None = None) -> Table:
    """Read a .csv, .tsv, .txt, .xlsx or .ods file, or a table in an archive.

    Parameters
    ----------
    sheet : str, optional
        The sheet of a spreadsheet to read, where several hold rows, or the table in an archive.

    Raises
    ------
    AmbiguousInput
        If there are several sheets with rows, or tables in an archive, and none was named.
    InputError
        If the file is missing, of another kind, damaged or empty.
    """
    file = open_file(path, sheet)
    if len(file.members) == 1:
        file = open_file(path, file.members[0])
    if file.members:
        raise which_member(file, file.members)
    if file.kind != "table":
        raise InputError(f"{file.name} is no table that can be read. Save it as .csv or .xlsx and import that.")
    header = sound_header(file)
    rows = []
    for row in rows_after(file, header_place(file))():
        if any(row.cells[len(header) :]):
            raise InputError(f"{file.name}, line {row.line}: there are more values than columns. Mend that line.")
        rows.append(Row(row.line, (*row.cells, *[""] * len(header))[: len(header)]))
    mixed = tuple(header[place] for place in file.mixed if place < len(header))
    return Table(file.name, header, tuple(rows), file.path, file.delimiter == ";" or None, mixed)


def sound_header(file: Opened) -> tuple[str, ...]:
    """The names of the columns.

    Raises
    ------
    InputError
        If there is nothing under them, or two are alike.
    """
    place = header_place(file)
    header = trimmed(file.head[place].cells) if file.head else ()
    return _sound(file.name, header, rows=len(file.head) - 1 - place)


def _sound(name: str, header: tuple[str, ...], *, rows: int) -> tuple[str, ...]:
    if rows < 1:
        raise InputError(f"{name} holds no rows under its header. Check that it is the right file.")
    if alike := doubled(header):
        raise InputError(f"{name} has two columns called {alike[0]!r}. Rename one of them.")
    return header


def table_from_frame(frame: "pd.DataFrame") -> Table:
    """A DataFrame as a table of text; the index is not a column."""
    import pandas as pd

    rows = tuple(
        Row(
            number,
            tuple(
                "" if pd.api.types.is_scalar(value) and pd.isna(value) else cell_text(_plain(value)) for value in values
            ),
        )
        for number, values in enumerate(frame.itertuples(index=False, name=None), start=1)
    )
    header = _sound("the table", tuple(str(name) for name in frame.columns), rows=len(rows))
    return Table("the table", header, rows, decimal_hint=False)  # numbers of a frame became text with a point


def with_dates(frame: "pd.DataFrame") -> "tuple[pd.DataFrame, str]":
    """The frame with its index of dates as a column, and that column's name.

    Raises
    ------
    InputError
        If its index holds no dates.
    """
    import pandas as pd

    if not isinstance(frame.index, pd.DatetimeIndex):
        raise InputError(
            "Name the column of dates (date=) or of day numbers (day=), or give the frame an index of dates."
        )
    name = str(frame.index.name or "date")
    return frame.reset_index(names=name), name


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
