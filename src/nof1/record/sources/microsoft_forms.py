"""Answers to a Microsoft form, as Forms or Excel saves them: an ID, two moments, the person, then one column a question.

Formats seen: GitHub, acl-org/acl-anthology, bin/add_attachments.py ("ID,Start time,Completion time,Email,Name" and the
questions); public code that reads such files, whose columns are in the language of whoever made the form: German
("Startzeit", "Fertigstellungszeit"), French, Spanish, Portuguese and Dutch. The order of day and month follows the reader's
own settings, so it is found out or asked.
"""

from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import WHEN_NAMES, plain_export
from nof1.record.sources.source import Column, Export

KEY = "microsoft_forms"
TITLE = "answers to a Microsoft form"

# When it was begun and when it was sent, in the languages in which such a header was seen.
_MOMENTS = {
    "Start time": "Completion time",
    "Startzeit": "Fertigstellungszeit",
    "Heure de début": "Heure de fin",
    "Hora de inicio": "Hora de finalización",
    "Hora de início": "Hora de conclusão",
    "Begintijd": "Tijd van voltooien",
}
_PRIVATE = frozenset(
    {
        "Email",
        "E-Mail",
        "E-mail",
        "Name",
        "Adresse de messagerie",
        "Nom",
        "Correo electrónico",
        "Nombre",
        "Nome",
        "Naam",
    }
)
# What Forms adds to every answer; none of it was asked of the person.
_ADDED = frozenset({"Id", "ID", "Last modified time", "Language", "Heure de la dernière modification"})


def recognize(file: Opened) -> Export | None:
    """By the ID and the two moments with which every row begins."""
    header = file.header
    if file.kind != "table" or len(header) < 4 or header[0] not in ("Id", "ID"):
        return None
    begun, sent = header[1:3]
    if _MOMENTS.get(begun) != sent:
        return None
    export = plain_export(file, 0, KEY, TITLE)
    columns = tuple(_column(column, begun, sent) for column in export.columns)
    notes = [
        f"{sent!r} is when the form was sent; an answer sent before noon is taken for the night that ended that morning."
    ]
    names = ", ".join(repr(column.name) for column in columns if column.role == "private")
    if names:
        notes.append(f"Left behind, because they name a person: {names}.")
    own = next((name for name in header[3:] if name.casefold() in WHEN_NAMES), None)
    if own is not None:
        notes.append(f"The form asks for a date itself. To go by that one: column_map={{'night': {own!r}}}.")
    return replace(export, columns=columns, when=sent, clock="", notes=tuple(notes))


def _column(column: Column, begun: str, sent: str) -> Column:
    if column.name in _PRIVATE:
        return replace(column, measure="", unit="", role="private")
    if column.name in (begun, sent) or column.name in _ADDED:
        return replace(column, measure="", unit="", role="text")
    return column
