"""A diary.csv of nof1 itself, such as the second copy that a synced drive has left."""

from collections.abc import Callable, Iterator

from nof1.cells import unshielded
from nof1.record.diary.entry import TEXT_COLUMNS
from nof1.record.diary.events import is_event_name
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import plain_column, rows_after
from nof1.record.sources.source import Column, Export
from nof1.record.values.measures import find_measure

KEY = "nof1"
TITLE = "a diary of nof1"
TO_TAKE = "to take"  # what is planned for an evening, in diary.xlsx; no covariate has a space in its name


def recognize(file: Opened) -> Export | None:
    """By the columns that every diary has: the night first, the note last."""
    header = file.header
    own = {"side_effects", "guess"} <= set(header) and bool({"dose_mg", "taken"} & set(header))
    if file.kind != "table" or len(header) < 5 or header[0] != "night" or header[-1] != "note" or not own:
        return None
    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=tuple(diary_column(name) for name in header),
        when="night",
        rows=unshielded_rows(rows_after(file, 0)),
        dated_by="evening",
        date_order="ymd",
        decimal_comma=file.delimiter == ";",  # saved again by a spreadsheet program
        day_number="",
    )


def diary_column(name: str) -> Column:
    """A column of a diary or a side effect's grade, in the unit in which its measure is kept; its texts are no measures, and what was planned is none, either."""
    if name == TO_TAKE:
        return Column(name, role="treatment")
    if is_event_name(name):
        return Column(name, role="grade")
    column = plain_column(name)
    if column.role == "treatment":
        return column
    measure = None if name in TEXT_COLUMNS else find_measure(name)
    return Column(name, measure.name if measure else "", measure.unit if measure else "")


def unshielded_rows(rows: Callable[[], Iterator[Row]]) -> Callable[[], Iterator[Row]]:
    """The rows of a table that nof1 wrote, with their texts as they were."""
    return lambda: (Row(row.line, [unshielded(cell) for cell in row.cells]) for row in rows())
