"""Answers to a Google form, as its sheet is downloaded: a timestamp, then one column for each question.

Formats seen: other people's code that reads such sheets, with "Timestamp", "Zeitstempel" and "Marca temporal" first. The
other languages here are as Google Sheets names the column there and were not checked against a file. How the timestamp is
written follows the sheet's locale, so it is found out or asked.
"""

from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import WHEN_NAMES, plain_export
from nof1.record.sources.source import Export

KEY = "google_forms"
TITLE = "answers to a Google form"

_TIMESTAMPS = (
    "Timestamp",
    "Zeitstempel",
    "Horodateur",
    "Marca temporal",
    "Carimbo de data/hora",
    "Informazioni cronologiche",
    "Tijdstempel",
    "Tidsstämpel",
    "Sygnatura czasowa",
    "Отметка времени",
    "タイムスタンプ",
)


def recognize(file: Opened) -> Export | None:
    """By the timestamp in the first column, in the languages above, and at least one question."""
    header = file.header
    if file.kind != "table" or len(header) < 2 or header[0] not in _TIMESTAMPS:
        return None
    export = plain_export(file, 0, KEY, TITLE)
    notes = [
        f"{header[0]!r} is when the form was filled in; an answer given before noon is taken for the night that ended that morning."
    ]
    if any(column.role == "private" for column in export.columns):
        names = ", ".join(repr(column.name) for column in export.columns if column.role == "private")
        notes.append(f"Left behind, because they name a person: {names}.")
    own = next((name for name in header[1:] if name.casefold() in WHEN_NAMES), None)
    if own is not None:
        notes.append(f"The form asks for a date itself. To go by that one: column_map={{'night': {own!r}}}.")
    return replace(export, when=header[0], notes=tuple(notes))
