"""Readers of other programs' files, one small file each, behind the interface of `source.py`; `recognize` finds the right one."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import cast

from nof1.cells import brief, listed
from nof1.errors import InputError
from nof1.record.sources.opened import Opened
from nof1.record.sources.plain import header_place
from nof1.record.sources.source import Export, Source

# In the order in which they are asked; the plain table, which takes every table, comes last.
NAMES = (
    "apple_health",
    "bearable",
    "cronometer",
    "daylio",
    "diary_page",
    "fitbit",
    "google_forms",
    "macrofactor",
    "nof1_diary",
    "nof1kit",
    "oura",
    "rejected_rows",
    "sleep_as_android",
    "studyu",
    "plain",
)


def sources() -> tuple[Source, ...]:
    """All sources."""
    return tuple(cast("Source", import_module(f"{__name__}.{name}")) for name in NAMES)


def recognize(file: Opened, key: str | None = None) -> Export:
    """The export that a file is, found by its header.

    Parameters
    ----------
    key : str, optional
        The one source to ask, such as "plain" for a table of one's own that looks like another's.

    Raises
    ------
    InputError
        If no source knows the file, or there is no source of that name.
    """
    known = {source.KEY: source for source in sources()}
    if key is not None and key not in known:
        raise InputError(f"There is no source {key!r}. Known are: {', '.join(known)}.")
    for source in [known[key]] if key else known.values():
        export = source.recognize(file)
        if export is not None:
            return replace(export, sheet=file.sheet, notes=(*_sheet_notes(file), *export.notes))
    what = f"no {known[key].TITLE}" if key else "of no kind that is known"
    titles = ", ".join(source.TITLE for source in known.values())
    raise InputError(f"{file.name} is {what}. Known are: {titles}.")


def _sheet_notes(file: Opened) -> Iterator[str]:
    """What a person should know of the spreadsheet itself."""
    if file.other_sheets:
        yield f"The sheet {listed([file.sheet])} is read. Left out, with all their rows: {listed(file.other_sheets)}."
    names = file.head[header_place(file)].cells if file.mixed else ()
    for place, text in file.mixed.items():
        name = names[place] if place < len(names) else ""
        yield (
            f"CAREFUL: {brief(name)!r} holds both dates and dates as text (such as {brief(text)!r}). A spreadsheet program may have "
            "swapped day and month where it could. Import the file that it was opened from, or check each date."
        )
