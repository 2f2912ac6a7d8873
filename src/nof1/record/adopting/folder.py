"""Taking nights over from a table into a new trial folder: what was read is kept as it was, ledger and journal tell it."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

from nof1.cells import csv_text, path_text
from nof1.clock import local_now
from nof1.files import read_bytes, sha256_bytes, write_atomic
from nof1.new_folders import new_folder
from nof1.plan.design.order import ORDER_FILE
from nof1.plan.design.stated import OneOf
from nof1.plan.protocol.protocol import PROTOCOL_FILE
from nof1.record.adopting.adopt import AdoptedNights, AdoptOptions, adopted_nights, own_rows
from nof1.record.adopting.columns import clock_of, names_no_arm
from nof1.record.adopting.drawn import words_of
from nof1.record.adopting.schedule import read_schedule
from nof1.record.diary.entry import to_csv
from nof1.record.diary.journal import Line, begun, extended, stamp, written
from nof1.record.diary.table import DIARY_FILE
from nof1.record.diary.writing import lines_of
from nof1.record.importing.ledger import IMPORTS_FOLDER, LEDGER_FILE, Imported, keep_verbatim, ledger_csv
from nof1.record.importing.persons import NO_PEOPLE
from nof1.record.sources.table import Table, read_table, table_from_frame, with_dates

if TYPE_CHECKING:
    import pandas as pd

_LEDGER = f"{IMPORTS_FOLDER}/{LEDGER_FILE}"
# Options that say how the file was read; the ledger keeps those that were given.
_READING = ("several", "trust", "zone", "gaps", "person", "person_column", "dose_unit")


def adopt(
    table: "pd.DataFrame | str | Path",
    folder: str | Path,
    *,
    schedule: str | Path | None = None,
    sheet: str | None = None,
    now: datetime | None = None,
    **options: Unpack[AdoptOptions],
) -> AdoptedNights:
    """Write the folder of a trial whose nights were lived before; see `Trial.adopt`."""
    read = read_any(table, sheet, options)
    with new_folder(Path(folder), last=PROTOCOL_FILE) as staging:
        return write_trial(
            read, staging, schedule=schedule, sheet=sheet, now=now or local_now(), told={}, options=options
        )


def read_any(table: "pd.DataFrame | str | Path", sheet: str | None, options: AdoptOptions) -> Table:
    """A file or a frame as a table; of a frame whose index holds the dates, `options` learns their column."""
    if isinstance(table, str | Path):
        return read_table(table, sheet)
    if options.get("date") is None and options.get("day") is None:
        table, options["date"] = with_dates(table)
    return table_from_frame(table)


def write_trial(
    read: Table,
    folder: Path,
    *,
    schedule: str | Path | None,
    sheet: str | None,
    now: datetime,
    told: Mapping[str, Any],
    options: AdoptOptions,
) -> AdoptedNights:
    """Write the trial of a table into an empty folder; `told` is what else was said of how to read it, for the ledger."""
    days = read_schedule(schedule) if schedule is not None else None
    own = own_rows(read, options)
    of_one = cast("AdoptOptions", {**options, "person": None, "person_column": NO_PEOPLE})
    adopted = adopted_nights(own, schedule=days, **of_one)
    adopted.protocol.save(folder / PROTOCOL_FILE)
    adopted.order.save(folder / ORDER_FILE)
    write_atomic(folder / DIARY_FILE, to_csv(adopted.protocol, adopted.entries))
    ledger: tuple[Imported, ...] = ()
    if schedule is not None and days is not None:  # compared with the nights; nothing of it is taken but the arms
        name, sha256 = path_text(Path(schedule).name), keep_verbatim(folder, Path(schedule))
        ledger = (Imported(stamp(now), name, sha256, "schedule", len(days), 0, len(days), 0, {}, {}),)
    ledger += _orders_kept(folder, adopted, options.get("drawn"), now)
    sha256 = _kept(folder, read)
    line = Imported(
        imported=stamp(now),
        file=read.name,
        sha256=sha256,
        source="plain",
        rows=len(own.rows),
        taken=len(adopted.entries),
        merged=len(own.rows) - len(adopted.entries),
        rejected=0,
        map=_map(adopted, options),
        options={**_how(own, sheet, options), **told},
    )
    write_atomic(folder / _LEDGER, ledger_csv((*ledger, line)))
    _begin_journal(folder, adopted, by=f"import {sha256[:12]}", now=now)
    return adopted


def _orders_kept(folder: Path, adopted: AdoptedNights, drawn: str | None, now: datetime) -> tuple[Imported, ...]:
    """The line of a file of orders that could have been drawn, which is kept as it was; nothing of it is taken as a night."""
    stated = adopted.protocol.stated
    if drawn is None or not isinstance(stated, OneOf):
        return ()
    path = Path(words_of(drawn).said)
    count = len(stated.orders)
    return (
        Imported(stamp(now), path_text(path.name), keep_verbatim(folder, path), "orders", count, 0, count, 0, {}, {}),
    )


def _kept(folder: Path, table: Table) -> str:
    """The hash of the copy of what was read; a frame is kept as a table of its own."""
    if table.path is not None:
        return keep_verbatim(folder, table.path)
    with tempfile.TemporaryDirectory() as aside:
        written_out = Path(aside) / "table.csv"
        write_atomic(written_out, csv_text([table.header, *(row.cells for row in table.rows)]))
        return keep_verbatim(folder, written_out)


def _map(adopted: AdoptedNights, options: AdoptOptions) -> dict[str, str]:
    night = options.get("date") or options.get("day") or ""
    given: Mapping[str, Any] = options
    return {
        "night": night,
        adopted.protocol.outcome.name: options["outcome"],
        "arm": options.get("arm") or "schedule",
        **{name: given[name] for name in ("guess", "confidence", "dose") if given.get(name)},
    }


def _how(table: Table, sheet: str | None, options: AdoptOptions) -> dict[str, Any]:
    """What the person said of the reading, and what was found beside the dates."""
    given: Mapping[str, Any] = options
    comma = options.get("decimal_comma")
    told = {name: given.get(name) for name in _READING}
    told |= {"decimal": None if comma is None else "comma" if comma else "point"}
    told |= {
        "clock": clock_beside(table, options),
        "sheet": sheet,
        "rows_without_arm": rows_without_arm(table, options),
    }
    return {name: value for name, value in told.items() if value}


def clock_beside(table: Table, options: AdoptOptions) -> str:
    """The column with the times of the dates, "" where there is none."""
    date = options.get("date")
    others: Sequence[str | None] = (
        options["outcome"], options.get("arm"), options.get("day"), options.get("guess"), options.get("confidence"), options.get("dose"),
        *options.get("covariates", ()),
    )  # fmt: skip
    return clock_of(table, date, others) if date is not None else ""


def rows_without_arm(table: Table, options: AdoptOptions) -> int:
    """How many rows name no arm, where a column of arms is to."""
    arm = options.get("arm")
    known = (options["reference"], *options.get("not_compared", ()))
    return 0 if arm is None else sum(names_no_arm(text, known) for text in table.column(arm))


def _begin_journal(folder: Path, adopted: AdoptedNights, *, by: str, now: datetime) -> None:
    """Write the journal: every value, and order and ledger as they were made."""
    lines = lines_of(adopted.protocol, adopted.entries, {}, {}, by=by, now=now)
    for name in (ORDER_FILE, _LEDGER):
        lines.append(Line(stamp(now), by, "", name, "", sha256_bytes(read_bytes(folder / name))))
    journal = extended(begun(adopted.protocol.sha256(), now), lines)
    for name, content in written(journal).items():
        write_atomic(folder / name, content)
