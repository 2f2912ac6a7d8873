"""How a file is to be read: what each mapped column is taken into, in which unit, and how its dates and decimals are written.

Knows the protocol's columns; must not know a night or a recorded value.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import text_columns
from nof1.record.diary.events import is_event_name
from nof1.record.importing.column_units import NO_UNIT, ColumnUnit, column_unit, refuse_stray_units, said_unit
from nof1.record.sources.source import Export, Merge
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.amounts import numbers_in
from nof1.record.values.measures import find_measure
from nof1.record.values.nights import Belongs, DatedBy, DateOrder, Nights, settle_order, telling_dates
from nof1.record.values.numbers import settle_decimal, telling_numbers

# What to go by where a file's dates and its count of days disagree; rows that disagree are rejected by "neither".
Trust = Literal["date", "day", "neither"]
_DIFFERENT = 20_000  # different texts of a column that are kept at a time


@dataclass(frozen=True)
class Reading:
    """How a file is to be read, where it does not say so itself. None: as the source says, or to be found out.

    Attributes
    ----------
    several : Merge or None
        How several values of one night become one, where the source has no rule of its own.
    zone : str or None
        IANA name of the zone that moments are turned into, such as "Europe/Berlin".
    units : mapping of str to str
        Unit of a column, where it does not say so or misleads, by the diary's column or the measure.
    day_number : str or None
        Column that counts the days from 1, to be held against the calendar; "" for none.
    trust : Trust or None
        What to go by where the two disagree.
    person, person_column : str or None
        Whose rows are meant where a file holds those of several people, and the column that tells; "none" where none does.
    scales : mapping of str to mapping
        By the diary's column or the measure, which number each word of it stands for; "" for every column of words.
    usual_order : DateOrder or None
        What was said of the order of dates in an earlier file like this one; it serves where this file leaves it open.
    usual_units : mapping of str to str
        What was said of the units of an earlier file like this one; likewise, and values can put it in doubt.
    supplement, food : tuple of str
        Names of a food log's rows that are supplements (or the trial's own treatment), and of those that are food.
    """

    dated_by: DatedBy | None = None
    date_order: DateOrder | None = None
    several: Merge | None = None
    zone: str | None = None
    decimal_comma: bool | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    day_number: str | None = None
    trust: Trust | None = None
    person: str | None = None
    person_column: str | None = None
    scales: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    usual_order: DateOrder | None = None
    usual_units: Mapping[str, str] = field(default_factory=dict)
    supplement: tuple[str, ...] = ()
    food: tuple[str, ...] = ()


@dataclass(frozen=True)
class Target:
    """What a column of the file is taken into: a column of the diary, or a measure; `whole` on a scale of whole numbers.

    `factor` turns its plain numbers into the unit kept; None where nothing says in which unit they are.
    """

    field: str
    column: str
    place: int
    merge: Merge | None
    belongs: Belongs
    factor: float | None
    text: bool
    whole: bool = False
    unit: ColumnUnit = NO_UNIT


def targets(export: Export, column_map: Mapping[str, str], protocol: Protocol, reading: Reading) -> tuple[Target, ...]:
    """What each mapped column is taken into.

    Raises
    ------
    InputError
        If a column does not exist, must not be taken, or is in a unit that cannot be turned into the one kept.
    """
    made = []
    fields = [name for name in column_map if name != "night"]
    worded = text_columns(protocol)
    refuse_stray_units(reading.units, fields)
    # Where the clock tells the night, what is known to be of a day goes by the day; elsewhere it was said what a date means.
    clocked = (reading.dated_by or export.dated_by or "evening") == "evening" and not export.answers
    for name, chosen in column_map.items():
        place = export.place(chosen)
        column = export.columns[place]
        if column.role == "private":
            raise InputError(
                f"The column {chosen!r} names a person or a device; it stays in the file and goes no further. Map another one."
            )
        if column.role == "treatment" and protocol.concealed != "open":
            raise InputError(
                f"The column {chosen!r} names the treatment, and the order of this trial is concealed. Leave it out."
            )
        if name == "night":
            continue
        measure = find_measure(name) or find_measure(column.measure)
        of_day = column.belongs == "night" and clocked and measure is not None and measure.belongs == "day"
        said, usual = said_unit(reading.units, name), said_unit(reading.usual_units, name)
        text = name in worded or is_event_name(name)
        unit = NO_UNIT if text else column_unit(name, column, protocol, said, usual)
        made.append(
            Target(
                field=name,
                column=chosen,
                place=place,
                merge=column.merge,
                belongs="day" if of_day else column.belongs,
                factor=unit.factor,
                text=text,
                whole=name == protocol.outcome.name and protocol.outcome.whole,
                unit=unit,
            )
        )
    _ask_dating(export, made, reading)
    return tuple(made)


def _ask_dating(export: Export, made: Iterable[Target], reading: Reading) -> None:
    if export.asks_dating and reading.dated_by is None and any(target.belongs == "night" for target in made):
        raise AmbiguousInput(
            f"The makers of {export.title} do not say whether a night has the date of its evening or of the morning after. "
            "Look at a night that you remember, then say it: dated_by='evening' or dated_by='morning'.",
            option="dated-by",
            choices=("evening", "morning"),
        )


def settled(
    export: Export, made: Iterable[Target], reading: Reading, when: str, near: Nights
) -> tuple[DateOrder, bool]:
    """How dates and decimals are written in this file; `near` are the nights that its dates are about.

    Raises
    ------
    AmbiguousInput
        If they can be read two ways.
    """
    order = reading.date_order or export.date_order
    comma = export.decimal_comma if reading.decimal_comma is None else reading.decimal_comma
    if order is None or comma is None:
        at = export.place(when)
        places = [target.place for target in made if not target.text]
        dates: set[str] = set()
        numbers: set[str] = set()
        # Each different text is looked at once; what tells the same as another makes room, so that memory stays bounded.
        for row in export.rows():
            if len(dates) > _DIFFERENT:
                dates = telling_dates(dates, near=near)
            if len(numbers) > _DIFFERENT:
                numbers = telling_numbers(numbers_in(numbers))
            cells = row.cells
            width = len(cells)
            if at < width:
                dates.add(cells[at].partition(":")[0])
            for place in places:
                if place < width and ("," in cells[place] or "." in cells[place]):
                    numbers.add(cells[place])
        order = order or settle_order(dates, None, usual=reading.usual_order, near=near)
        comma = settle_decimal(numbers_in(numbers), comma, hint=export.decimal_hint)
    return order, comma
