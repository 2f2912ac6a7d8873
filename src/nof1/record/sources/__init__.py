"""Readers of other programs' files, one small file each, behind the interface of `source.py`; `recognize` finds the right one."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import cast

from nof1.cells import brief, listed
from nof1.errors import InputError
from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import header_place
from nof1.record.sources.source import Export, Source
from nof1.record.values.ambiguous import AmbiguousInput

# In the order in which they are asked; the plain table, which takes every table, comes last.
NAMES = (
    "apple_health",
    "bearable",
    "cronometer",
    "daylio",
    "diary_page",
    "fitbit",
    "fitbit_takeout",
    "garmin",
    "google_forms",
    "health_auto_export",
    "macrofactor",
    "microsoft_forms",
    "myfitnesspal",
    "nof1_diary",
    "nof1kit",
    "oura",
    "oura_account",
    "qs_access",
    "qualtrics",
    "redcap",
    "rejected_rows",
    "samsung_health",
    "simple_health_export",
    "sleep_as_android",
    "sleep_cycle",
    "studyu",
    "whoop",
    "withings",
    "zepp",
    "plain",
)


PLAIN = "plain"
_OF_JSON = ("diary_page", "fitbit_takeout")  # those that read JSON
_JSON_NAME = re.compile(r'"([^"\\]{1,40})"\s*:')
_NAMES_SHOWN = 5  # of JSON that is not known
MAX_CHOICES = 30  # tables of an archive that a person is asked to choose from


def sources() -> tuple[Source, ...]:
    """All sources of nof1's own."""
    return tuple(cast("Source", import_module(f"{__name__}.{name}")) for name in NAMES)


def recognize(file: Opened, key: str | None = None) -> Export:
    """The export that a file is, found by its header.

    Parameters
    ----------
    key : str, optional
        The one source to ask, such as "plain" for a table of one's own that looks like another's.

    Raises
    ------
    AmbiguousInput
        If it is an archive, and none of the tables in it was named.
    InputError
        If no source knows the file, or there is no source of that name.
    """
    found = find_export(file, key)
    if found is not None:
        return found
    if file.members:
        raise which_member(file, file.members)
    if file.kind == "zip" and key is None:
        raise InputError(
            f"{file.name} is an archive of no kind that is known, and there is no table (.csv, .tsv) in it. Unpack it and import the file "
            "that you need."
        )
    known = _known(key)
    if file.kind == "json" and not key:
        raise InputError(_unknown_json(file, known))
    titles = ", ".join(source.TITLE for source in known.values())
    what = f"no {known[key].TITLE}" if key else f"{'XML ' if file.kind == 'xml' else ''}of no kind that is known"
    raise InputError(f"{file.name} is {what}. Known are: {titles}.")


def _unknown_json(file: Opened, known: Mapping[str, Source]) -> str:
    """What is said of JSON that nobody knows; its first names tell a person what it is."""
    names = list(dict.fromkeys(_JSON_NAME.findall(file.start)))[:_NAMES_SHOWN]
    begins = f" (it begins with {listed(names)})" if names else ""
    titles = ", ".join(source.TITLE for key, source in known.items() if key in _OF_JSON or key not in NAMES)
    return (
        f"{file.name} is JSON that is not known{begins}. Known are: {titles}. "
        "If the program can export a table, such as .csv, import that."
    )


def find_export(file: Opened, key: str | None = None) -> Export | None:
    """The export that a file is, or None if no source knows it. Sources of other packages are asked before the plain table.

    Raises
    ------
    InputError
        If there is no source of that name, or the file is of a kind that is known and damaged.
    """
    asked = [_known(key)[key]] if key else _asked()
    for source in asked:
        export = source.recognize(file)
        if export is not None:
            return replace(export, sheet=file.sheet, notes=(*_sheet_notes(file), *export.notes))
    return None


def _asked() -> Iterator[Source]:
    """All sources in their order. Code of other packages is run only where none of nof1's own has known the file."""
    own = sources()
    yield from (source for source in own if source.KEY != PLAIN)
    yield from _plugins(own)
    yield from (source for source in own if source.KEY == PLAIN)


def _known(key: str | None) -> dict[str, Source]:
    """Sources by their names, those of other packages only where they are needed.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    own = sources()
    known = {source.KEY: source for source in own}
    if key not in known:
        known |= {plugin.KEY: plugin for plugin in _plugins(own)}
    if key is not None and key not in known:
        raise InputError(f"There is no source {key!r}. Known are: {', '.join(known)}.")
    return known


def _plugins(own: Iterable[Source]) -> tuple[Source, ...]:
    from nof1.record.sources.plugins import load_plugins

    return load_plugins({*NAMES, *(source.KEY for source in own)})


def which_member(file: Opened, members: Sequence[str]) -> InputError:
    """The question which of the tables in an archive is meant; where they are too many to choose from, how it is said."""
    say = f"Say which one to read: sheet={members[0]!r}"
    if len(members) > MAX_CHOICES:
        return InputError(
            f"{file.name} is an archive with {len(members):,} tables: {listed(members, MAX_CHOICES)}. {say}"
        )
    return AmbiguousInput(
        f"{file.name} is an archive with {'a table' if len(members) == 1 else 'several tables'}: {listed(members)}. {say}",
        option="sheet",
        choices=tuple(members),
    )


def _sheet_notes(file: Opened) -> Iterator[str]:
    """What a person should know of the spreadsheet itself."""
    if file.packed and file.other_sheets:
        yield f"Of the archive, the file {listed([file.sheet])} is read. Left out, with all their rows: {listed(file.other_sheets)}."
    elif file.other_sheets:
        yield f"The sheet {listed([file.sheet])} is read. Left out, with all their rows: {listed(file.other_sheets)}."
    if file.row_names:
        yield "Each row begins with a count for which the header has no name, as R's write.table writes it; the count is left out."
    names = file.head[header_place(file)].cells if file.mixed else ()
    for place, text in file.mixed.items():
        name = names[place] if place < len(names) else ""
        yield (
            f"CAREFUL: {brief(name)!r} holds both dates and dates as text (such as {brief(text)!r}). A spreadsheet program may have "
            "swapped day and month where it could. Import the file that it was opened from, or check each date."
        )
