"""Samsung Health's tables: a line with the table's name above the header, and a comma behind every row but the header.

Formats seen: GitHub, reyals1111-ux/ZIGoals and Jonathan-A-White/night-stack, test files of their importers (the first line, the
prefix of the columns, times in UTC beside the offset of the place, latency in milliseconds). Others report a byte order mark in
the middle, no sleep_duration before 2024, and 0 where a score or an efficiency is missing. sleep_duration is as long as the
whole of the sleep from its start to its end there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.local_times import local_time
from nof1.record.sources.plain import plain_export
from nof1.record.sources.reworked import Cells, known_columns, reworked, without_zeros
from nof1.record.sources.sleeps import SleepTable, minutes_between, sleep_export
from nof1.record.sources.source import Column, Export

KEY = "samsung_health"
TITLE = "a table of Samsung Health"

_TABLE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", re.IGNORECASE)
_START, _END, _OFFSET = "start_time", "end_time", "time_offset"
_IN_BED = "minutes from start to end"
_PRIVATE = frozenset(
    {"deviceuuid", "device_uuid", "datauuid", "pkg_name", "source_pkg_name", "client_data_id", "location_id"}
)
_TEXT = frozenset({_START, _OFFSET, "day_time", "create_time", "update_time", "comment", "custom", "extra_data"})
_SLEEP = (
    Column("sleep_score", "sleep_score"),
    Column("sleep_duration", unit="min", merge="sum"),
    Column("total_rem_duration", "rem_sleep_minutes", "min", "sum"),
    Column("total_deep_duration", "deep_sleep_minutes", "min", "sum"),
    Column("total_light_duration", unit="min", merge="sum"),
    Column("end_time", role="text", dated_by="morning"),
)
_NO_ZERO = ("sleep_score", "efficiency", "original_efficiency")
_SLEEP_NOTES = (
    "The time in bed is the time from start to end. sleep_duration is just as long and holds what was spent awake, so it is not "
    "taken for the time asleep.",
    "Sleep and its stages are in minutes. A score of 0 is none.",
    "Sleeps of one night are added up.",
)


def recognize(file: Opened) -> Export | None:
    """By the first line, a table's name and two whole numbers, and a header with a start and its offset."""
    if file.kind != "table" or len(file.head) < 2:
        return None
    name, *numbers = _without_blanks(file.head[0].cells)
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers) or _TABLE.fullmatch(name) is None:
        return None
    names = {_bare(cell): cell for cell in _without_blanks(file.head[1].cells)}
    if _START not in names or _OFFSET not in names:
        return None
    export = plain_export(file, 1, KEY, TITLE)
    export = replace(export, when=names[_START], dated_by="evening", date_order="ymd", decimal_comma=False)
    return _sleep(export, names) if name.endswith((".sleep", ".sleep_combined")) else _other(export, names)


def _without_blanks(cells: Sequence[str]) -> list[str]:
    """The cells without empty ones at the end, the first one left where there is no other."""
    found = list(cells)
    while len(found) > 1 and not found[-1]:
        found.pop()
    return found


def _bare(name: str) -> str:
    """A column's name without the prefix of its table."""
    return name.rpartition(".")[2]


def _columns(export: Export, known: Sequence[Column]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in known}
    private = [Column(name, role="private") for name in export.header if _bare(name) in _PRIVATE]
    named = [replace(by_name[_bare(name)], name=name) for name in export.header if _bare(name) in by_name]
    return known_columns(export.header, (*private, *named), [name for name in export.header if _bare(name) in _TEXT])


def _to_local(cells: Cells, names: dict[str, str]) -> None:
    for column in filter(None, (names[_START], names.get(_END))):
        cells[column] = local_time(cells.get(column, ""), cells.get(names[_OFFSET], ""))


def _sleep(export: Export, names: dict[str, str]) -> Export:
    zeros = [names[name] for name in _NO_ZERO if name in names]

    def prepare(cells: Cells) -> None:
        _to_local(cells, names)
        without_zeros(cells, zeros)
        cells[_IN_BED] = minutes_between(cells[names[_START]], cells.get(names.get(_END, ""), ""))

    table = SleepTable(names[_START], names.get(_END, ""), _IN_BED, "min", prepare=prepare)
    columns = (*_columns(export, _SLEEP), Column(_IN_BED, "time_in_bed_minutes", "min", "sum"))
    return sleep_export(export, table, columns, (*_times(export, names), *_SLEEP_NOTES))


def _other(export: Export, names: dict[str, str]) -> Export:
    """A table of something else than sleep: what the person maps."""
    notes = (*_times(export, names), "What the columns of this table mean is not known here; map those that you want.")
    return replace(
        reworked(export, _columns(export, (Column(_END, role="text"),)), lambda _, cells: _to_local(cells, names)),
        notes=notes,
    )


def _times(export: Export, names: dict[str, str]) -> Iterator[str]:
    """What is made of the times, by the first row, so that a person can see whether it is right."""
    row = next(iter(export.rows()), None)
    cells = dict(zip(export.header, row.cells, strict=False)) if row else {}
    _to_local(cells, names)
    shown = cells.get(names[_START], "")[:40]
    yield (
        "Times are in UTC and are moved by the row's own offset to the clock of the place; "
        f"the first row begins at {shown or 'no time'!r}. If your clock said another time, do not take the file."
    )
