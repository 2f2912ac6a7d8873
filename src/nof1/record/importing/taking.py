"""Taking a file into a trial in one call: open it, find out what it is, plan the import with what was chosen before, take it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nof1.clock import local_now
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.table import refuse_if_locked
from nof1.record.importing.aggregate import refuse_no_rule
from nof1.record.importing.importer import Import, StaleError, plan_import, remembered, take_import
from nof1.record.importing.mapping import chosen_map, complete_map
from nof1.record.importing.reading import Reading, Trust
from nof1.record.sources import recognize
from nof1.record.sources.opened import Opened, open_file
from nof1.record.sources.source import Export, Merge
from nof1.record.values.nights import DatedBy, DateOrder, last_night

# What a person says of one file and means of the next, too.
_KEPT = ("dated_by", "several", "zone", "decimal_comma", "day_number", "trust")


@dataclass(frozen=True)
class Request:
    """A file that is to be taken, and how it is to be read.

    Attributes
    ----------
    folder : Path
    protocol : Protocol
    export : Export
    column_map : mapping of str to str
        What was chosen of where columns go; the rest is found out.
    reading : Reading
    since : str
        The day on which the map was saved, "" if it was not.
    """

    folder: Path
    protocol: Protocol
    export: Export
    column_map: Mapping[str, str]
    reading: Reading
    since: str

    def plan(self, *, latest: date) -> Import:
        """What would be taken; `latest` is the last night that is over.

        Raises
        ------
        AmbiguousInput
            If only the person can say how the file is to be read.
        InputError
            If the file is damaged or of another trial, or a column names the treatment of a concealed trial.
        """
        full = complete_map(self.export, self.protocol, self.column_map)
        return plan_import(self.folder, self.protocol, self.export, full, self.reading, latest=latest)


def request_import(
    folder: str | Path,
    opened: Opened,
    reading: Reading,
    column_map: Mapping[str, str],
    measures: Mapping[str, str] | None = None,
    *,
    source: str | None = None,
) -> Request:
    """What is to be taken, from what was chosen now and, where nothing was, for the last file of this kind.

    Raises
    ------
    InputError
        If the diary is locked, no source knows the file, or something is chosen that cannot be.
    """
    folder = Path(folder)
    protocol = Protocol.load(folder)
    refuse_if_locked(folder)
    refuse_no_rule(reading.several)
    export = recognize(opened, source)
    chosen = chosen_map(column_map, protocol, measures)
    earlier = remembered(folder, export)
    if earlier is None:
        return Request(folder, protocol, export, chosen, reading, "")
    known, before, since = earlier
    kept = {field: column for field, column in known.items() if field not in chosen and column not in chosen.values()}
    fill: dict[str, Any] = {name: getattr(before, name) for name in _KEPT if getattr(reading, name) is None}
    usual = before.date_order or before.usual_order
    reading = replace(reading, **fill, usual_order=usual, units={**before.units, **reading.units})
    return Request(folder, protocol, export, kept | chosen, reading, since)


def import_file(
    folder: str | Path,
    file: str | Path,
    *,
    column_map: Mapping[str, str] | None = None,
    measures: Mapping[str, str] | None = None,
    sheet: str | None = None,
    source: str | None = None,
    dated_by: DatedBy | None = None,
    date_order: DateOrder | None = None,
    several: Merge | None = None,
    zone: str | None = None,
    decimal_comma: bool | None = None,
    units: Mapping[str, str] | None = None,
    day_number: str | None = None,
    trust: Trust | None = None,
    now: datetime | None = None,
) -> Import:
    r"""Take nights from another program's export or a table into the diary, without a preview.

    Parameters
    ----------
    column_map : mapping of str to str, optional
        Column of the diary, or a measure that nof1 knows, to the file's column. What is not said is found out.
    measures : mapping of str to str, optional
        A name of one's own for a secondary outcome, to the file's column.
    sheet : str, optional
        Sheet of a spreadsheet, where several hold tables.
    source : str, optional
        Whose export it is, where the header misleads.
    dated_by : {"evening", "morning", "day"}, optional
        What a date in the file means.
    date_order : {"dmy", "mdy", "ymd"}, optional
        How dates are written, where it is not clear.
    several : {"mean", "last", "first", "max", "min", "sum"}, optional
        How several values of a night become one.
    zone : str, optional
        Time zone to turn times into, such as "Europe/Berlin".
    decimal_comma : bool, optional
        Whether numbers are written 4,5; found out if not given.
    units : mapping of str to str, optional
        Unit of a column, where it is not known, by the diary's column or the measure.
    day_number : str, optional
        Column that counts the days from 1.
    trust : {"date", "day", "neither"}, optional
        What to go by where the dates and the count of days disagree.
    now : datetime, optional
        Aware, local; goes on record. The clock's if not given.

    Returns
    -------
    Import
        What was taken, merged and rejected. What was not taken stands in rejected.csv, with its reason.

    Raises
    ------
    AmbiguousInput
        If only the person can say how the file is to be read; the message names the argument that says it.
    InputError
        If the file is damaged or of another trial, or the diary is locked. Nothing is taken then.

    Examples
    --------
    >>> import nof1
    >>> _ = table.write_text("Date,How bad?\n2026-01-05,4\n")
    >>> nof1.record.import_file(running, table, column_map={"severity": "How bad?"}).taken
    1
    """
    now = now or local_now()
    reading = Reading(
        dated_by, date_order, several, zone, decimal_comma, dict(units or {}), day_number=day_number, trust=trust
    )
    request = request_import(folder, open_file(file, sheet), reading, column_map or {}, measures, source=source)
    while True:
        plan = request.plan(latest=last_night(now))
        try:
            take_import(request.folder, request.protocol, plan, now=now)  # nothing, where nothing is new
        except StaleError:
            continue  # the trial was changed in the meantime: what is new is worked out again
        return plan
