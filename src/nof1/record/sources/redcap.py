"""REDCap's export of records, with the names of fields as columns: one row a record, an event or a repeated form.

Formats seen: GitHub, redcap-tools/PyCap, redcap/methods/records.py (the columns that REDCap puts beside the fields, and those of a
checkbox); public code that reads such files ("redcap_survey_identifier", "<form>_timestamp", "[not completed]" where a survey
was not finished, "<form>_complete"). An export with labels in place of names was not seen and is not recognized.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import plain_export
from nof1.record.sources.source import Column, Export

KEY = "redcap"
TITLE = "an export of REDCap"

# What REDCap puts beside the fields of a form. The name of an event tells the arm of the project ("day_1_arm_2").
_ADDED = {
    "redcap_event_name": Column("redcap_event_name", role="treatment"),
    "redcap_repeat_instrument": Column("redcap_repeat_instrument", role="text"),
    "redcap_repeat_instance": Column("redcap_repeat_instance", role="text"),
    "redcap_data_access_group": Column("redcap_data_access_group", role="private"),
    "redcap_survey_identifier": Column("redcap_survey_identifier", role="private"),
}
_COMPLETE = re.compile(r"\w+_complete", re.ASCII)
_TIMESTAMP = re.compile(r"\w+_timestamp", re.ASCII)
_NOT_COMPLETED = "[not completed]"


def recognize(file: Opened) -> Export | None:
    """By a column that only REDCap writes, or by "record_id" first and the state of a form."""
    header = file.header
    if file.kind != "table" or len(header) < 2:
        return None
    complete = [name for name in header if _COMPLETE.fullmatch(name)]
    if not set(_ADDED) & set(header) and not (header[0] == "record_id" and complete):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    stamps = [name for name in header if _TIMESTAMP.fullmatch(name)]
    own = {header[0], *complete, *stamps}
    when = stamps[0] if len(stamps) == 1 else export.when
    notes = []
    if len(stamps) > 1:
        when = ""
        notes.append(f"There are several moments of answering: {', '.join(stamps)}. Say which one is the night's.")
    elif stamps:
        notes.append(
            f"{when!r} is when the survey was sent; one sent before noon is taken for the night that ended then."
        )
        notes.append(f"A survey that was begun and not sent has {_NOT_COMPLETED!r} there: no date, so it is not taken.")
    if "redcap_repeat_instrument" in header or "redcap_event_name" in header:
        notes.append("Rows of other forms and events hold nothing in the columns that are taken, and count as such.")
    notes.append("Choices are numbers or words as the project exports them. Check that the scale is the trial's.")
    return replace(
        export,
        columns=tuple(_column(column, own) for column in export.columns),
        rows=_blanked(export, stamps),
        when=when,
        notes=tuple(notes),
    )


def _column(column: Column, own: set[str]) -> Column:
    if column.name in own and column.role != "treatment":
        return replace(column, measure="", unit="", role="text")
    return _ADDED.get(column.name, column)


def _blanked(export: Export, stamps: list[str]) -> Callable[[], Iterator[Row]]:
    """The rows with nothing where a moment says that there is none."""
    places = [export.place(name) for name in stamps]
    if not places:
        return export.rows

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = row.cells
            if any(place < len(cells) and cells[place] == _NOT_COMPLETED for place in places):
                blank = ["" if place in places and cell == _NOT_COMPLETED else cell for place, cell in enumerate(cells)]
                row = Row(row.line, blank)
            yield row

    return rows
