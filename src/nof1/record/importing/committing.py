"""A planned import written together: the verbatim copy, nights, measures, journal, ledger, rejected rows and the map."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from nof1.commit import Content, Copy, CopyError
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.journal import stamp
from nof1.record.diary.missed import log_missed
from nof1.record.diary.writing import ConflictError, record
from nof1.record.importing.importer import Import, StaleError, changed_file, trial_state
from nof1.record.importing.ledger import (
    IMPORTS_FOLDER,
    LEDGER_FILE,
    MAPS_FILE,
    MENDED,
    Imported,
    ledger_csv,
    map_key,
    maps_json,
    read_ledger,
    read_maps,
    sheet_of,
    verbatim_name,
)
from nof1.record.importing.reading import Reading
from nof1.record.importing.rejected import (
    NEEDS_REVIEW,
    REJECTED_FILE,
    RejectedRow,
    after_import,
    after_mending,
    read_rejected,
    rejected_csv,
)
from nof1.record.sources.source import Export


def nothing_new(folder: str | Path, plan: Import) -> bool:
    """Whether taking the file would change nothing: all of it was imported before."""
    ledger = read_ledger(folder)
    same = (plan.sha256, plan.export.sheet)
    place = max((i for i, line in enumerate(ledger) if (line.sha256, sheet_of(line)) == same), default=None)
    if plan.changes or plan.missed or place is None:
        return False
    before = [row for row in read_rejected(folder) if (row.sha256, row.sheet) == same]
    if _size(before) == _size(plan.rejected) or plan.export.source == MENDED:
        return True
    # Its rejected rows may have been mended since, and are not rejected once more.
    mended = any(line.source == MENDED for line in ledger[place + 1 :])
    line = ledger[place]
    same_counts = (line.rejected, line.values_rejected) == (plan.rows_rejected, plan.values_rejected)
    return mended and (Path(folder) / REJECTED_FILE).is_file() and same_counts


def _size(rejected: Sequence[RejectedRow]) -> tuple[int, int]:
    """How many rows were not taken, and how many were taken without some of their values."""
    return sum(row.rows for row in rejected), sum(row.rows == 0 for row in rejected)


def take_import(folder: str | Path, protocol: Protocol, plan: Import, *, now: datetime) -> None:
    """Write a planned import together: the verbatim copy, diary, measures, journal, ledger, rejected.csv and the map.

    Stopped anywhere in between, the trial is as it was or has all of it, but for nights that are told together to have been missed, which
    follow one entry after the other. The same import can be run again.

    Raises
    ------
    StaleError
        If the trial has changed since it was planned. Nothing is taken then.
    InputError
        If the file has changed; nothing is taken then. Or if missed nights no longer fit, of which the message says so.
    """
    folder = Path(folder)
    if nothing_new(folder, plan):
        return

    by = f"import {plan.sha256[:12]}"

    def also() -> dict[str, Content]:
        if trial_state(folder) != plan.state:
            raise StaleError(f"{folder} was changed in the meantime. Nothing was taken; import the file again.")
        line = Imported(
            imported=stamp(now),
            file=plan.export.name,
            sha256=plan.sha256,
            source=plan.export.source,
            **plan.counts(),
            values_rejected=plan.values_rejected,
            map=plan.column_map,
            options=_on_record(plan),
        )
        contents: dict[str, Content] = {
            verbatim_name(plan.sha256, plan.export.path): Copy(plan.export.path, plan.sha256),
            f"{IMPORTS_FOLDER}/{LEDGER_FILE}": ledger_csv((*read_ledger(folder), line)),
        }
        rows = _rejected_after(folder, plan)
        if rows or (folder / REJECTED_FILE).is_file():
            contents[REJECTED_FILE] = rejected_csv(rows)
        if plan.export.source != MENDED:
            saved = {"map": dict(plan.column_map), "options": options_of(_to_keep(plan)), "saved": stamp(now)}
            maps = read_maps(folder) | {map_key(plan.export.source, plan.export.header): saved}
            contents[f"{IMPORTS_FOLDER}/{MAPS_FILE}"] = maps_json(maps)
        return contents

    try:
        record(folder, protocol, plan.changes, by=by, now=now, also=also)
    except ConflictError as problem:
        text = f"The night {problem.night} was recorded in the meantime. Nothing was taken; import the file again."
        raise StaleError(text) from None
    except CopyError:
        raise changed_file(plan.export) from None
    for one in plan.missed:  # after the nights, each a commit of its own: an amendment is one line of the journal
        try:
            log_missed(folder, one.taken, since=one.start, until=one.end, beside=plan.beside, by=by, now=now)
        except InputError as problem:
            raise InputError(f"{problem} The rest was taken; import the file again.") from None


def _rejected_after(folder: Path, plan: Import) -> list[RejectedRow]:
    present = read_rejected(folder)
    if plan.export.source != MENDED:
        return after_import(present, plan.sha256, plan.rejected, plan.export.sheet)
    when = plan.export.place(plan.export.when)
    whole = [(row.line, [*row.cells, *[""] * len(plan.export.columns)]) for row in plan.export.rows()]
    whole = [(line, cells) for line, cells in whole if not cells[when].startswith(NEEDS_REVIEW)]
    keys = {line: (cells[1], cells[2]) for line, cells in whole}
    still: dict[tuple[str, str], RejectedRow] = {}
    for rejected in plan.rejected:
        if (line := int(rejected.lines.rpartition("!")[2])) in keys:
            still[keys[line]] = rejected
    names = set(plan.column_map) - {"night"}
    places = [plan.export.place(column) for field, column in plan.column_map.items() if field in names]
    blank = {keys[line] for line, cells in whole if not any(cells[place] for place in places)}
    return after_mending(present, set(keys.values()) - set(still) - blank, still)


def _to_keep(plan: Import) -> Reading:
    """What is kept for the next file of the kind: no order of dates that this one has contradicted, and all units that were said."""
    reading = plan.reading
    reading = replace(reading, units={**reading.usual_units, **reading.units}, usual_units={})
    if reading.date_order or plan.order in ("ymd", reading.usual_order):
        return reading
    return replace(reading, usual_order=None)


def _on_record(plan: Import) -> dict[str, Any]:
    """What the ledger says of how the file was read, with the rows that were taken for no food."""
    apart = {told.name: told.rows for told in plan.apart}
    found = (("sheet", plan.export.sheet), ("others", dict(plan.others)), ("told_apart", apart))
    return options_of(plan.reading) | {name: told for name, told in found if told}


def options_of(reading: Reading) -> dict[str, Any]:
    """What the person said of the reading, for the ledger and the saved map."""
    return {
        entry.name: value
        for entry in fields(reading)
        if (value := getattr(reading, entry.name)) not in (None, {}, ()) and value is not None
    }


def remembered(folder: str | Path, export: Export) -> tuple[dict[str, str], Reading, str] | None:
    """Map, reading and date of the last import of a file with these columns; None if there was none."""
    saved = read_maps(folder).get(map_key(export.source, export.header))
    if not isinstance(saved, dict) or not isinstance(saved.get("map"), dict):
        return None
    try:
        reading = TypeAdapter(Reading).validate_python(saved.get("options"))
    except ValidationError:  # changed by hand; what it said is asked again
        reading = Reading()
    column_map = {str(name): str(column) for name, column in saved["map"].items() if column in export.header}
    return column_map, reading, str(saved.get("saved", ""))[:10]
