"""The trial's own rejected.csv, mended by the person: its rows are imported like any others."""

from nof1.errors import InputError
from nof1.record.diary.entry import TEXT_COLUMNS
from nof1.record.diary.secondary import measure_name
from nof1.record.opening.opened import Opened
from nof1.record.sources.nof1_diary import diary_column, unshielded_rows
from nof1.record.sources.plain import rows_after
from nof1.record.sources.source import Column, Export

KEY = "rejected"
COLUMNS = ("file", "sha256", "lines", "rows", "reason", "night")
TITLE = "nof1's rejected.csv, mended"


def recognize(file: Opened) -> Export | None:
    """By the columns that rejected.csv begins with."""
    header = file.header
    if file.kind != "table" or header[: len(COLUMNS)] != COLUMNS:
        return None
    own = [Column(name, role="private") for name in COLUMNS[:-1]]
    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=(*own, Column("night"), *(_column(name) for name in header[len(COLUMNS) :])),
        when="night",
        rows=unshielded_rows(rows_after(file, 0)),
        dated_by="evening",
        # nof1 writes 2026-03-14 and 4.5; a spreadsheet program may have put its own notation instead.
        decimal_comma=None if file.delimiter == ";" else False,
        decimal_hint=file.delimiter == ";",
        day_number="",
        reason="reason",
    )


def _column(name: str) -> Column:
    """Under the name of a measure stands what is kept of it, in its own unit."""
    column = diary_column(name)
    if column.role in ("treatment", "grade") or column.measure or name in TEXT_COLUMNS:
        return column
    return Column(name, _own(name))


def _own(name: str) -> str:
    """The name, if a measure can have it: a column may have been added by hand."""
    try:
        return measure_name(name, where=KEY)
    except InputError:
        return ""
