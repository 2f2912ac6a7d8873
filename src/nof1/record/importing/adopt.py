"""A trial from a table that already holds the outcome, and the arm of each night: nights lived before nof1 was there."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple, Required, TypedDict

from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.design.fields import RESERVED_NAMES, as_number
from nof1.plan.design.kinds import MAX_NIGHTS
from nof1.plan.design.order import Order, order_from_arms
from nof1.plan.protocol.family import WHOLE_NUMBERS
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry, check_entry, parse_number
from nof1.record.importing.aggregate import one_of_several, refuse_no_rule
from nof1.record.importing.reading import Trust
from nof1.record.sources.opened import Row
from nof1.record.sources.plain import clock_column
from nof1.record.sources.sheet import cell_text
from nof1.record.sources.source import OFFERED, Merge
from nof1.record.sources.table import Table
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.nights import DatedBy, DateOrder, night_of, parse_moment, settle_order
from nof1.record.values.numbers import number_reader, settle_decimal

UNDATED_START = date(2000, 1, 1)  # stands in where only day numbers are known
_Number = Callable[[Row, str], float | None]


class AdoptOptions(TypedDict, total=False):
    """The options of `adopted_nights`, all but the schedule."""

    outcome: Required[str]
    reference: Required[str]
    low: Required[float]
    high: Required[float]
    arm: str | None
    date: str | None
    day: str | None
    trust: Trust | None
    several: Merge | None
    better: Literal["lower", "higher"]
    threshold: float | None
    carryover: str
    blocks: int | None
    start_up: bool
    covariates: Sequence[str]
    title: str | None
    simulated: bool
    dated_by: DatedBy
    date_order: DateOrder | None
    zone: str | None
    decimal_comma: bool | None
    analysis: Mapping[str, Any] | None


class AdoptedNights(NamedTuple):
    """What a trial is made of."""

    protocol: Protocol
    order: Order
    entries: tuple[Entry, ...]


def adopted_nights(
    table: Table,
    *,
    outcome: str,
    reference: str,
    low: float,
    high: float,
    arm: str | None = None,
    schedule: Mapping[int, str] | None = None,
    date: str | None = None,
    day: str | None = None,
    trust: Trust | None = None,
    several: Merge | None = None,
    better: Literal["lower", "higher"] = "lower",
    threshold: float | None = None,
    carryover: str = "none",
    blocks: int | None = None,
    start_up: bool = False,
    covariates: Sequence[str] = (),
    title: str | None = None,
    simulated: bool = False,
    dated_by: DatedBy = "evening",
    date_order: DateOrder | None = None,
    zone: str | None = None,
    decimal_comma: bool | None = None,
    analysis: Mapping[str, Any] | None = None,
) -> AdoptedNights:
    """Protocol, order and entries from a table of nights, or of several ratings a night.

    Days without a row become missing nights on the arm of the night before, or on the scheduled one.

    Parameters
    ----------
    outcome : str
        Name of a column.
    reference : str
        The arm to compare with, as the table writes it (or the schedule, where there is no column of arms).
    low, high : float
        Ends of the outcome's scale; a value outside is refused.
    arm : str, optional
        Name of the column with the arm of each night.
    schedule : mapping of int to str, optional
        The arm of each day, by its number from 1, where the table has no column of arms; where it has one, it is held against
        this, and the column's names are kept.
    date, day : str
        Name of the column with dates, or with day numbers from 1. With both, each day number is held against the calendar.
    trust : {"date", "day"}, optional
        What to go by where dates and day numbers disagree. By day numbers the trial has no dates.
    several : Merge, optional
        How several ratings of a night become one: "mean", "last", "first", "max", "min" or "sum".
    better : {"lower", "higher"}
    threshold : float, optional
        Smallest change worth having, in points. Without it nothing is said of changes that matter.
    carryover : str
        As in `Analysis`.
    blocks : int, optional
        How many periods in a row make a block that holds every arm; the model has block offsets then. A period is a stretch on one arm.
    start_up : bool
        Whether the model has a start that fades.
    covariates : sequence of str
        Columns of numbers that enter the model.
    zone : str, optional
        IANA name of the zone that times with an offset are turned into, such as "Europe/Berlin".
    decimal_comma : bool, optional
        Whether numbers are written 4,5; found out if not given.
    analysis : mapping, optional
        Further fields of `Analysis`, such as ``{"trend": False}``.

    Raises
    ------
    InputError
        If a column is missing, a value does not fit, a night is there twice and `several` is not given, days and dates or arms and
        schedule contradict each other, there is only one arm, or a block does not hold every arm.

    Notes
    -----
    Where the clock times stand in a column beside the dates (`clock_of`), they count as in a date with its time.
    """
    if date is None and day is None:
        raise InputError("Name the column of dates (date=) or the column of day numbers (day=).")
    if arm is None and schedule is None:
        raise InputError("Name the column with the arm of each night (arm=), or give the schedule (schedule=).")
    if trust not in (None, "date", "day"):
        raise InputError(f"trust {trust!r} must be 'date' or 'day'.")
    refuse_no_rule(several)
    if isinstance(covariates, str):
        raise InputError(f"covariates must be a list of columns, such as [{covariates!r}].")
    reference = cell_text(reference)
    for end in (low, high):
        if not isinstance(as_number(end), float):
            raise InputError(f"The scale needs two numbers; {end!r} is none.")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"The scale runs from {low:g} to {high:g}; its low end must be below its high end.")
    dated = date is not None
    if date is not None:
        if date in table.mixed:
            raise InputError(
                f"{table.name}: the column {date!r} holds both dates and dates as text. A spreadsheet program may have swapped day and "
                "month where it could: adopt the file that it was opened from, or make the whole column one of the two."
            )
        clock = clock_of(table, date, (outcome, arm, day, *covariates))
        nights = _nights_by_date(table, date, clock, dated_by, settle_order(table.column(date), date_order), zone)
        start = min(nights)
        if day is not None:
            numbered = _nights_by_day(table, day)
            start = _hold_days(table, nights, numbered, day, trust)
            if trust == "day":
                nights, start, dated = numbered, UNDATED_START, False
    else:
        nights, start = _nights_by_day(table, str(day)), UNDATED_START
    last = max(nights)
    if (last - start).days >= MAX_NIGHTS:
        raise InputError(
            f"{table.name} runs from {start} to {last}, which is more than {MAX_NIGHTS} nights. Check the dates."
        )
    groups = _grouped(table, nights, several)
    by_night = {night: _arm_of(table, rows, arm) for night, rows in groups.items()} if arm is not None else {}
    if schedule is not None:
        by_night = _hold_schedule(
            table, schedule, start, by_night, max(last, start + timedelta(days=max(schedule) - 1))
        )
        last = max(last, *by_night)
    days = (last - start).days + 1
    if days > MAX_NIGHTS:
        raise InputError(f"The schedule runs over more than {MAX_NIGHTS} nights. Check its day numbers.")
    distinct = _distinct_arms(list(by_night.values()), arm or "of the schedule", reference)
    protocol = Protocol.build(
        {
            "title": title or f"{outcome} by {arm or 'schedule'}",
            "simulated": simulated,
            "reference": reference,
            "outcome": {
                "name": _slug(outcome),
                "label": outcome,
                "low": low,
                "high": high,
                "better": better,
                **({} if threshold is None else {"threshold": threshold}),
                "whole": (analysis or {}).get("family") in WHOLE_NUMBERS,
            },
            "arms": [{"name": name} for name in distinct],
            "design": {
                "kind": "adopted",
                "start": start,
                "dated": dated,
                "nights": days,
                **({} if blocks is None else {"block_periods": blocks}),
            },
            "analysis": {
                "carryover": carryover,
                "start_up": start_up,
                "covariates": [_slug(name) for name in covariates],
                **(analysis or {}),
            },
        },
        where="the adopted trial",
    )
    order = order_from_arms(start, _every_day(start, days, by_night))
    if blocks is not None:
        _refuse_other_blocks(order, blocks, distinct)
    number = _number_reader(table, (outcome, *covariates), decimal_comma)
    entries = tuple(
        _entry(table, rows, night, protocol, outcome, covariates, several, number)
        for night, rows in sorted(groups.items())
    )
    return AdoptedNights(protocol, order, entries)


def clock_of(table: Table, date: str, others: Iterable[str | None]) -> str:
    """The column with the times of the dates in another one; "" where there is none, or it holds something else."""
    found = clock_column(table.header, table.rows, date)
    return "" if found in others else found


def read_schedule(path: str | Path) -> dict[int, str]:
    """A schedule from JSON: {"1": 0, "2": 1, …}, day number to arm.

    Raises
    ------
    InputError
        If it is not of that form.
    """
    raw = read_bytes(Path(path))
    try:
        content = json.loads(raw.decode("utf-8-sig"))
        if not isinstance(content, dict) or not content:
            raise ValueError
        schedule = {int(number): cell_text(arm) for number, arm in content.items()}
    except (ValueError, RecursionError):
        raise InputError(f'{path} is no schedule. It must look like {{"1": 0, "2": 1}}: day number and arm.') from None
    if min(schedule) < 1 or max(schedule) > MAX_NIGHTS or not all(schedule.values()):
        raise InputError(f"{path}: day numbers must be from 1 to {MAX_NIGHTS}, each with an arm.")
    return schedule


def _hold_days(
    table: Table, nights: Sequence[date], numbered: Sequence[date], column: str, trust: Trust | None
) -> date:
    """The date of day 1, on which all rows must agree unless the person says which column to go by."""
    lags = [(night - number).days for night, number in zip(nights, numbered, strict=True)]
    start = UNDATED_START + timedelta(days=lags[0])
    other = next((place for place, lag in enumerate(lags) if lag != lags[0]), None)
    if other is not None and trust is None:
        number = (numbered[other] - UNDATED_START).days + 1
        raise AmbiguousInput(
            f"{table.name}: the day numbers of {column!r} and the dates part at line {table.rows[other].line}: day {number} would be "
            f"{start + timedelta(days=number - 1)}, and the row has {nights[other]} ({sum(lag != lags[0] for lag in lags)} of {len(lags)} rows "
            "disagree). Say which to go by: trust='day' or trust='date'.",
            option="trust",
            choices=("day", "date"),
        )
    return min(nights) if trust == "date" else start


def _grouped(table: Table, nights: Sequence[date], several: Merge | None) -> dict[date, list[Row]]:
    groups: dict[date, list[Row]] = {}
    for night, row in zip(nights, table.rows, strict=True):
        if night in groups and several is None:
            raise AmbiguousInput(
                f"{table.name} has two rows for the night {night}: lines {groups[night][0].line} and {row.line}. "
                "Keep one row a night, or say how several ratings become one: several='mean' (or last, max, min, first, sum).",
                option="several",
                choices=OFFERED,
            )
        groups.setdefault(night, []).append(row)
    return groups


def _arm_of(table: Table, rows: Sequence[Row], column: str) -> str:
    arms = [_arm(table, row, column) for row in rows]
    if len(set(arms)) > 1:
        raise InputError(
            f"{table.name}: lines {rows[0].line} and {rows[-1].line} are of one night and name two arms, {' and '.join(sorted(set(arms)))}. Mend one."
        )
    return arms[0]


def _hold_schedule(
    table: Table, schedule: Mapping[int, str], start: date, by_night: Mapping[date, str], last: date
) -> dict[date, str]:
    """The arm of every scheduled day, by the names of the column of arms where there is one."""
    names: dict[str, str] = {}
    for night, arm in sorted(by_night.items()):
        number = (night - start).days + 1
        if number not in schedule:
            raise InputError(f"{table.name} has the night {night}, day {number}, which the schedule does not have.")
        known = names.setdefault(schedule[number], arm)
        if known != arm:
            raise InputError(
                f"{table.name} contradicts the schedule on {night}, day {number}: the schedule says {schedule[number]!r}, which was {known!r} before; the table says {arm!r}."
            )
    if len(set(names.values())) < len(names):
        raise InputError(f"{table.name} contradicts the schedule: {' and '.join(sorted(names))} have the same arm.")
    missing = [day for day in range(1, (last - start).days + 2) if day not in schedule]
    if missing:
        raise InputError(f"The schedule has no day {missing[0]}, and the nights run to day {(last - start).days + 1}.")
    return {start + timedelta(days=number - 1): names.get(arm, arm) for number, arm in schedule.items()}


def _distinct_arms(names: Sequence[str], column: str, reference: str) -> list[str]:
    """The arms, the reference first."""
    distinct = list(dict.fromkeys(names))
    if reference not in distinct:
        raise InputError(
            f"The reference {reference!r} is not among the arms of column {column!r}: {', '.join(distinct)}."
        )
    if len(distinct) < 2:
        raise InputError(f"Column {column!r} holds only {reference!r}. A comparison needs nights on at least two arms.")
    return sorted(distinct, key=lambda name: name != reference)


def _refuse_other_blocks(order: Order, size: int, arms: Sequence[str]) -> None:
    """Refuse blocks that do not hold every arm: their offsets would take part of the effect with them. The last one may be unfinished."""
    periods = order.periods
    whole = [periods[i : i + size] for i in range(0, len(periods) - size + 1, size)]
    if not whole:
        raise InputError(
            f"blocks = {size} is more than the {len(periods)} periods there are; a period is a stretch on one arm. Leave blocks out."
        )
    for block in whole:
        absent = [name for name in arms if name not in {period.arm for period in block}]
        if absent:
            raise InputError(
                f"With blocks = {size} the block of periods {block[0].number} to {block[-1].number} has no night on {absent[0]!r}; a "
                "period is a stretch on one arm, and every block needs each arm. Choose another number, or leave blocks out."
            )


def _entry(
    table: Table,
    rows: Sequence[Row],
    night: date,
    protocol: Protocol,
    outcome: str,
    covariates: Sequence[str],
    several: Merge | None,
    number: _Number,
) -> Entry:
    where = f"{table.name}, line {rows[0].line}"
    entry = Entry(
        night=night,
        outcome=_united(table, rows, outcome, several, number),
        covariates={_slug(name): _united(table, rows, name, several, number) for name in covariates},
    )
    check_entry(protocol, entry, where=where)
    return entry


def _united(table: Table, rows: Sequence[Row], column: str, several: Merge | None, number: _Number) -> float | None:
    """The value of a night, from all its rows that have one."""
    found = [number(row, column) for row in rows]
    values = [value for value in found if value is not None]
    if len(values) < 2:
        return values[0] if values else None
    return one_of_several(values, several or "mean")


def _every_day(start: date, days: int, by_night: Mapping[date, str]) -> list[str]:
    """The arm of every calendar day; a day without a row has that of the day before."""
    out: list[str] = []
    for i in range(days):
        out.append(by_night.get(start + timedelta(days=i)) or (out[-1] if out else next(iter(by_night.values()))))
    return out


def _nights_by_date(
    table: Table, column: str, clock: str, dated_by: DatedBy, order: DateOrder, zone: str | None
) -> list[date]:
    clocks = table.column(clock) if clock else [""] * len(table.rows)
    return [
        night_of(parse_moment(text, order, zone, clock=at, where=f"{table.name}, line {row.line}"), dated_by)
        for text, at, row in zip(table.column(column), clocks, table.rows, strict=True)
    ]


def _nights_by_day(table: Table, column: str) -> list[date]:
    nights = []
    for text, row in zip(table.column(column), table.rows, strict=True):
        number = parse_number(text, column, where=f"{table.name}, line {row.line}")
        if number is None or number != int(number) or not 1 <= number <= MAX_NIGHTS:
            raise InputError(f"{table.name}, line {row.line}: {text[:40]!r} is no day number from 1 to {MAX_NIGHTS}.")
        nights.append(UNDATED_START + timedelta(days=int(number) - 1))
    return nights


def _arm(table: Table, row: Row, column: str) -> str:
    value = row.cells[table.place(column)]
    if not value:
        raise InputError(f"{table.name}, line {row.line}: the column {column!r} is empty. Every row needs its arm.")
    return value


def _number_reader(table: Table, columns: Sequence[str], decimal_comma: bool | None) -> _Number:
    """A reader of the numbers of these columns, which are all written alike, as in an import."""
    texts = (text for column in columns for text in table.column(column))
    read = number_reader(settle_decimal(texts, decimal_comma, hint=table.decimal_hint))
    places = {column: table.place(column) for column in columns}

    def number(row: Row, column: str) -> float | None:
        try:
            return read(row.cells[places[column]])
        except ValueError as problem:
            raise InputError(f"{table.name}, line {row.line}: {column} {problem}, or leave it empty.") from None

    return number


def _slug(column: str) -> str:
    """A column's name in the diary."""
    name = re.sub(r"[^\w-]+", "_", column).strip("_-")[:40].rstrip("_-") or "outcome"
    if not name[0].isalpha():
        name = f"x_{name}"[:40].rstrip("_-")
    return f"{name}_column" if name in RESERVED_NAMES else name
