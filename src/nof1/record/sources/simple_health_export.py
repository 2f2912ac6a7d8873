"""Simple Health Export CSV's files of Apple Health: one file a kind of record, one row a record, under a line "sep=,".

Formats seen: GitHub, neiltron/apple-health-mcp, src/test-helpers/csv-fixtures.ts (the columns of quantities and of categories, moments of
UTC); ksdisch/personal-health-elt, ingest/loaders (stages of sleep written "asleepCore", further columns such as "HKTimeZone").
What a record says is known from Apple Health itself.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from nof1.errors import InputError
from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.apple_health import NOTES as HEALTH_NOTES
from nof1.record.sources.apple_health_records import COLUMNS as HEALTH_COLUMNS
from nof1.record.sources.apple_health_records import places_of, record_row
from nof1.record.sources.plain import plain_export
from nof1.record.sources.source import Export

KEY = "simple_health_export"
TITLE = "an export of the app Simple Health Export CSV"

_NEEDED = ("type", "sourceName", "startDate", "endDate", "value")
_STAGE = "HKCategoryValueSleepAnalysis"
_SHOWN = 80  # letters of a kind, in a message


def recognize(file: Opened) -> Export | None:
    """By the columns of a record, in the first row or under the line that names the mark between cells.

    Raises
    ------
    InputError
        If it holds a kind of record that is not taken.
    """
    if file.kind != "table":
        return None
    place = next((place for place, row in enumerate(file.head[:2]) if set(_NEEDED) <= set(row.cells)), None)
    if place is None:
        return None
    export = plain_export(file, place, KEY, TITLE)
    at = {name: export.header.index(name) for name in ("unit", *_NEEDED) if name in export.header}
    kinds = [row.cells[at["type"]] for row in file.head[place + 1 :] if at["type"] < len(row.cells)]
    taken = [kept for kind in kinds if (kept := places_of(kind))]
    if not taken:
        raise InputError(
            f"{file.name} holds {(kinds or ['records'])[0][:_SHOWN]!r}, of which nothing is taken. Choose other data in the app: steps, "
            "exercise, sleep, resting heart rate, caffeine, energy or drinks."
        )
    kept = (*range(3), *taken[0])
    return replace(
        export,
        columns=tuple(HEALTH_COLUMNS[place] for place in kept),
        when="start",
        clock="",
        rows=_records(export, at, kept),
        dated_by="evening",
        date_order="ymd",
        decimal_comma=False,
        until="end",
        device="device",
        notes=(
            "The app writes its moments in UTC. Say in which zone you were, such as zone='Europe/Berlin'.",
            *HEALTH_NOTES[:4],
        ),
    )


def _records(export: Export, at: Mapping[str, int], kept: tuple[int, ...]) -> Callable[[], Iterator[Row]]:
    """The records as Apple Health's own export gives them; one of another kind is blank, and counts as such."""

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = row.cells
            told = {name: cells[place] if place < len(cells) else "" for name, place in at.items()}
            told["value"] = _stage(told["value"])
            record = record_row(row.line, told)
            if record is None:
                yield Row(row.line, [told["startDate"], *[""] * (len(kept) - 1)])
                continue
            if any(cell for place, cell in enumerate(record.cells) if place not in kept):
                raise InputError(
                    f"{export.name}, line {row.line}: there are several kinds of records in the file. Import the app's files one by one."
                )
            surplus = cells[len(export.columns) :]
            yield Row(row.line, [*(record.cells[place] for place in kept), *surplus])

    return rows


def _stage(value: str) -> str:
    """A stage of sleep as Apple writes it."""
    return f"{_STAGE}{value[0].upper()}{value[1:]}" if value[:2] in ("as", "aw", "in") else value
