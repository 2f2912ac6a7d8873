"""Taking nights from a table into the diary: map the columns, match rows to nights, take all or nothing.

A row is taken, merged (the same night with the same values is there already), or the whole file is refused with the
rows that do not fit. The file itself is kept byte for byte, named by its hash, with a line in the ledger.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from nof1.errors import InputError
from nof1.files import locked, read_bytes, sha256_bytes, write_atomic
from nof1.plan.protocol import Protocol
from nof1.record.diary import DIARY_FILE, Entry, columns, parse_entry, read_diary, refuse_if_locked, to_csv
from nof1.record.nights import DatedBy, DateOrder, night_of, parse_moment, settle_order
from nof1.record.sources.table import Table

IMPORTS_FOLDER = "imports"
LEDGER_FILE = "ledger.csv"
LEDGER_COLUMNS = ("imported", "file", "sha256", "rows", "taken", "merged", "rejected", "map")
MAX_SHOWN = 8  # problems listed in one message
_NIGHT_NAMES = ("night", "date", "day", "datum", "tag", "timestamp", "datetime")


@dataclass(frozen=True)
class Import:
    """What taking a table would do.

    Attributes
    ----------
    table : Table
    column_map : dict
        Diary column to the table's column.
    new : tuple of Entry
        Nights to take.
    merged : int
        Rows that say what the diary says already.
    shifted : bool
        Whether the table is dated by the morning, so that nights lie one day earlier.
    """

    table: Table
    column_map: dict[str, str]
    new: tuple[Entry, ...]
    merged: int
    shifted: bool

    @property
    def unused(self) -> tuple[str, ...]:
        """The table's columns that nothing is taken from."""
        used = set(self.column_map.values())
        return tuple(column for column in self.table.header if column and column not in used)


def parse_map(pairs: Sequence[str], protocol: Protocol) -> dict[str, str]:
    """Column map from texts like ``severity=How bad?``.

    Raises
    ------
    InputError
        If a text has no "=" or names a column that the diary does not have.
    """
    chosen = {}
    for pair in pairs:
        field, found, column = pair.partition("=")
        field = field.strip()
        if not found or not column.strip():
            raise InputError(
                f"--map {pair!r} must look like {protocol.outcome.name}='How bad?' (diary column = column of the file)."
            )
        if field not in columns(protocol):
            raise InputError(
                f"--map {pair!r}: the diary has no {field!r}. Its columns are: {', '.join(columns(protocol))}."
            )
        if field in chosen:
            raise InputError(f"--map names {field!r} twice. Name it once.")
        chosen[field] = column.strip()
    return chosen


def complete_map(table: Table, protocol: Protocol, chosen: Mapping[str, str]) -> dict[str, str]:
    """The chosen column map, completed by columns with the diary's own names.

    Raises
    ------
    InputError
        If a chosen column is not in the table, or no column gives the night or the outcome.
    """
    for column in chosen.values():
        table.place(column)
    by_name = {_plain(column): column for column in reversed(table.header) if column}
    found = dict(chosen)
    for field in columns(protocol):
        if field in found:
            continue
        names: tuple[str, ...]
        if field == "night":
            names = _NIGHT_NAMES
        else:
            names = (field, protocol.outcome.label) if field == protocol.outcome.name else (field,)
        match = next((by_name[_plain(name)] for name in names if _plain(name) in by_name), None)
        if match is not None and match not in found.values():
            found[field] = match
    for field, example in (("night", "Date"), (protocol.outcome.name, "How bad?")):
        if field not in found:
            raise InputError(
                f"{table.name}: it is not clear which column holds {field!r}. Say it with --map {field}={example!r}. "
                f"Its columns are: {', '.join(table.header)}."
            )
    return {field: found[field] for field in columns(protocol) if field in found}


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def plan_import(
    table: Table,
    protocol: Protocol,
    recorded: Sequence[Entry],
    column_map: Mapping[str, str],
    *,
    dated_by: DatedBy = "evening",
    date_order: DateOrder | None = None,
    latest: date | None = None,
    until: date | None = None,
) -> Import:
    """What would be taken from a table. Nothing is written.

    A row that holds a date and nothing else says nothing new and counts as merged. Nights after `latest` are refused.
    `until` is the last evening of the trial, where pauses have moved it beyond the protocol's.

    Raises
    ------
    InputError
        If any row does not fit; the message lists the rows.
    """
    places = {field: table.place(column) for field, column in column_map.items()}
    order = settle_order((row.cells[places["night"]] for row in table.rows), date_order)
    known = {entry.night: entry for entry in recorded}
    lines: dict[date, int] = {}
    new: list[Entry] = []
    merged = 0
    problems: list[str] = []
    for row in table.rows:
        where = f"line {row.line}"
        try:
            values = {field: _cell(table, field, row.cells[place]) for field, place in places.items()}
            night = night_of(parse_moment(values["night"], order, where=where), dated_by)
            entry = parse_entry(protocol, values | {"night": night.isoformat()}, where=where, until=until)
            if night in lines:
                raise InputError(f"{where}: the night {night} is on line {lines[night]} too. Keep one row a night.")
            lines[night] = row.line
            if not any(text.strip() for field, text in values.items() if field != "night"):
                merged += 1  # a prepared table has a row for nights to come
            elif latest is not None and night > latest:
                raise InputError(f"{where}: the night {night} is not over yet. Check the dates.")
            elif night not in known:
                new.append(entry)
            elif _says_the_same(entry, known[night], places, protocol):
                merged += 1
            else:
                raise InputError(f"{where}: the diary has other values for the night {night}. Correct one of them.")
        except InputError as problem:
            text = str(problem)
            problems.append(text if text.startswith(where) else f"{where}: {text}")
    if problems:
        more = f"\n  and {len(problems) - MAX_SHOWN} more" if len(problems) > MAX_SHOWN else ""
        listed = "".join(f"\n  {problem}" for problem in problems[:MAX_SHOWN])
        raise InputError(
            f"{table.name}: {len(problems)} of {len(table.rows)} rows do not fit, so nothing was taken.{listed}{more}"
        )
    return Import(table, dict(column_map), tuple(new), merged, dated_by == "morning")


def _cell(table: Table, field: str, text: str) -> str:
    numeric = field not in ("night", "side_effects", "guess", "note")
    return text.replace(",", ".") if table.decimal_comma and numeric else text


def _says_the_same(entry: Entry, known: Entry, fields: Mapping[str, int], protocol: Protocol) -> bool:
    """Whether the mapped columns of a row equal what the diary holds."""
    one = next(csv.DictReader(io.StringIO(to_csv(protocol, [entry]))))
    other = next(csv.DictReader(io.StringIO(to_csv(protocol, [known]))))
    return all(one[field] == other[field] for field in fields)


def take_import(folder: Path, protocol: Protocol, plan: Import, *, now: datetime) -> None:
    """Write a planned import: the verbatim file, then the diary, then the ledger.

    Stopped anywhere in between, the same import can be run again: nights that are there already are merged.

    Raises
    ------
    InputError
        If the diary has got one of the nights in the meantime; it is then unchanged.
    """
    with locked(folder):
        refuse_if_locked(folder)
        recorded = {entry.night: entry for entry in read_diary(folder, protocol)}
        twice = [entry.night for entry in plan.new if entry.night in recorded]
        if twice:
            raise InputError(
                f"The night {twice[0]} was recorded in the meantime. Nothing was taken; import the file again."
            )
        keep_verbatim(folder, plan.table.name, plan.table.content)
        write_atomic(folder / DIARY_FILE, to_csv(protocol, [*recorded.values(), *plan.new]))
        add_to_ledger(folder, plan.table, plan.column_map, taken=len(plan.new), merged=plan.merged, now=now)


def keep_verbatim(folder: Path, name: str, content: bytes) -> None:
    """Keep an imported file byte for byte, named by its hash."""
    path = folder / IMPORTS_FOLDER / f"{sha256_bytes(content)}{Path(name).suffix.lower()}"
    if not path.exists():
        write_atomic(path, content)


def add_to_ledger(
    folder: Path, table: Table, column_map: Mapping[str, str], *, taken: int, merged: int, now: datetime
) -> None:
    """Add a line to the ledger of imports; rows = taken + merged + rejected."""
    path = folder / IMPORTS_FOLDER / LEDGER_FILE
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    if path.is_file():
        stream.write(read_bytes(path).decode("utf-8"))
    else:
        writer.writerow(LEDGER_COLUMNS)
    rejected = len(table.rows) - taken - merged
    counts = (len(table.rows), taken, merged, rejected)
    mapped = json.dumps(dict(column_map), ensure_ascii=False)
    writer.writerow((now.isoformat(timespec="seconds"), table.name, sha256_bytes(table.content), *counts, mapped))
    write_atomic(path, stream.getvalue())
