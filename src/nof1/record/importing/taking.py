"""Taking a file into a trial in one call: open it, find out what it is, plan the import with what was chosen before, take it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nof1.clock import local_now
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.table import refuse_if_locked
from nof1.record.importing.aggregate import refuse_no_rule
from nof1.record.importing.archives import fitting_table
from nof1.record.importing.committing import remembered, take_import
from nof1.record.importing.food_log import names_of, said_before
from nof1.record.importing.importer import Import, StaleError, plan_import
from nof1.record.importing.mapping import chosen_map, complete_map
from nof1.record.importing.persons import NO_PEOPLE
from nof1.record.importing.reading import Reading, Trust, targets
from nof1.record.importing.scales import Given, read_scales, refuse_stray_scales
from nof1.record.opening.opened import Opened, open_file
from nof1.record.sources import recognize
from nof1.record.sources.source import Export, Merge
from nof1.record.values.nights import DatedBy, DateOrder, last_night

# What a person says of one file and means of the next, too.
_KEPT = ("dated_by", "several", "zone", "decimal_comma", "day_number", "trust")
_OF_PEOPLE = ("person", "person_column")


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
    named : tuple of str
        Rows that were called a supplement or a food now, not for an earlier file: they must be there.
    scaled : tuple of str
        Fields whose words were given numbers now, not for an earlier file: something must be taken into them.
    """

    folder: Path
    protocol: Protocol
    export: Export
    column_map: Mapping[str, str]
    reading: Reading
    since: str
    asked: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    scaled: tuple[str, ...] = ()

    def plan(self, *, latest: date) -> Import:
        """What would be taken; `latest` is the last night that is over.

        Raises
        ------
        AmbiguousInput
            If only the person can say how the file is to be read.
        InputError
            If the file is damaged or of another trial, or a column names the treatment of a concealed trial.
        """
        units = {**self.reading.usual_units, **self.reading.units}
        full = complete_map(self.export, self.protocol, self.column_map, units)
        export = self.export.dated_from(full["night"])
        made = targets(export, full, self.protocol, self.reading)
        refuse_stray_scales(self.scaled, [target.field for target in made if not target.text])
        plan = plan_import(
            self.folder, self.protocol, self.export, full, self.reading, latest=latest, asked=self.asked, ask_words=True
        )
        if missing := [name for name in plan.unknown if name in self.named]:
            raise InputError(
                f"{self.export.name} has no row called {missing[0]!r} that holds what may be of food or of a supplement. "
                "Write the name as the file does, or leave it out."
            )
        return plan


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
    named, scaled = (*reading.supplement, *reading.food), tuple(reading.scales)
    earlier = remembered(folder, export)
    if earlier is None:
        return Request(folder, protocol, export, chosen, reading, "", frozenset(chosen), named, scaled)
    known, before, since = earlier
    kept = {field: column for field, column in known.items() if field not in chosen and column not in chosen.values()}
    again = _KEPT + (_OF_PEOPLE if before.person_column in (None, NO_PEOPLE, *export.header) else ())
    fill: dict[str, Any] = {name: getattr(before, name) for name in again if getattr(reading, name) is None}
    usual = before.date_order or before.usual_order
    reading = replace(
        reading,
        **fill,
        usual_order=usual,
        usual_units={**before.usual_units, **before.units},
        supplement=said_before(before.supplement, reading.supplement, reading.food),
        food=said_before(before.food, reading.food, reading.supplement),
        scales={**before.scales, **reading.scales},
    )
    return Request(folder, protocol, export, kept | chosen, reading, since, frozenset(chosen), named, scaled)


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
    person: str | None = None,
    person_column: str | None = None,
    supplement: str | Sequence[str] = (),
    food: str | Sequence[str] = (),
    scales: Given | None = None,
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
        Sheet of a spreadsheet, where several hold tables, or the table in an archive.
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
        Unit of a column, where it does not say so or misleads, by the diary's column or the measure.
    day_number : str, optional
        Column that counts the days from 1.
    trust : {"date", "day", "neither"}, optional
        What to go by where the dates and the count of days disagree.
    person : str, optional
        Whose rows are meant, where the file holds those of several people.
    person_column : str, optional
        The column that tells people apart, where its name does not say so; "none" where none does.
    supplement, food : str or sequence of str, optional
        Rows of a food log, by their name: what is a supplement or the trial's own treatment, and what is food all the same.
    scales : mapping of str to mapping or str, optional
        Which number each word of a column stands for, by the diary's column or the measure, such as
        ``{"mood": "good=4, bad=2"}`` or ``{"mood": {"good": 4, "bad": 2}}``; a text alone is for every column of words.
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
        dated_by,
        date_order,
        several,
        zone,
        decimal_comma,
        dict(units or {}),
        day_number=day_number,
        trust=trust,
        person=person,
        person_column=person_column,
        supplement=names_of(supplement),
        food=names_of(food),
        scales=read_scales(scales),
    )
    opened = fitting_table(folder, open_file(file, sheet), column_map or {}, measures, source=source)
    request = request_import(folder, opened, reading, column_map or {}, measures, source=source)
    while True:
        plan = request.plan(latest=last_night(now))
        try:
            take_import(request.folder, request.protocol, plan, now=now)  # nothing, where nothing is new
        except StaleError:
            continue  # the trial was changed in the meantime: what is new is worked out again
        return plan
