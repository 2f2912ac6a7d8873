"""A trial from a table that already holds outcome and arm: nights that were lived before nof1 was there."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal

from nof1.errors import InputError
from nof1.plan.design import MAX_NIGHTS
from nof1.plan.fields import RESERVED_NAMES, as_number
from nof1.plan.order import order_from_arms
from nof1.plan.protocol import Protocol
from nof1.record.diary import Entry, check_entry, parse_number
from nof1.record.nights import DatedBy, DateOrder, night_of, parse_moment, settle_order
from nof1.record.sources.table import Row, Table, cell_text
from nof1.record.trial import Trial

UNDATED_START = date(2000, 1, 1)  # stands in where only day numbers are known
THRESHOLD_SHARE = 0.1  # of the scale, where the person names none


def adopt(
    table: Table,
    *,
    outcome: str,
    arm: str,
    reference: str,
    low: float,
    high: float,
    date: str | None = None,
    day: str | None = None,
    better: Literal["lower", "higher"] = "lower",
    threshold: float | None = None,
    carryover: str = "none",
    covariates: Sequence[str] = (),
    title: str | None = None,
    simulated: bool = False,
    dated_by: DatedBy = "evening",
    date_order: DateOrder | None = None,
    analysis: Mapping[str, Any] | None = None,
) -> Trial:
    """Make a trial from a table with one row a night.

    Days without a row become missing nights on the arm of the night before.

    Parameters
    ----------
    outcome, arm : str
        Names of columns.
    reference : str
        The arm to compare with, as the table writes it.
    low, high : float
        Ends of the outcome's scale; a value outside is refused.
    date, day : str
        Name of the column with dates, or with day numbers from 1. Exactly one of them.
    better : {"lower", "higher"}
    threshold : float, optional
        Smallest change worth having, in points; a tenth of the scale if not given.
    carryover : str
        As in `Analysis`.
    covariates : sequence of str
        Columns of numbers that enter the model.
    analysis : mapping, optional
        Further fields of `Analysis`, such as ``{"trend": False}``.

    Raises
    ------
    InputError
        If a column is missing, a value does not fit, a night is there twice, or there is only one arm.
    """
    if (date is None) == (day is None):
        raise InputError("Name either the column of dates (--date) or the column of day numbers (--day).")
    if isinstance(covariates, str):
        raise InputError(f"covariates must be a list of columns, such as [{covariates!r}].")
    reference = cell_text(reference)
    for end in (low, high):
        if not isinstance(as_number(end), float):
            raise InputError(f"The scale needs two numbers; {end!r} is none.")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"The scale runs from {low:g} to {high:g}; its low end must be below its high end.")
    nights = _nights_by_date(table, date, dated_by, date_order) if date is not None else _nights_by_day(table, str(day))
    _refuse_doubles(table, nights)
    start, last = min(nights), max(nights)
    if (last - start).days >= MAX_NIGHTS:
        raise InputError(
            f"{table.name} runs from {start} to {last}, which is more than {MAX_NIGHTS} nights. Check the dates."
        )

    arm_names = [_arm(table, row, arm) for row in table.rows]
    distinct = _distinct_arms(arm_names, arm, reference)
    protocol = Protocol.build(
        {
            "title": title or f"{outcome} by {arm}",
            "simulated": simulated,
            "reference": reference,
            "outcome": {
                "name": _slug(outcome),
                "label": outcome,
                "low": low,
                "high": high,
                "better": better,
                "threshold": (high - low) * THRESHOLD_SHARE if threshold is None else threshold,
            },
            "arms": [{"name": name} for name in distinct],
            "design": {"kind": "adopted", "start": start, "dated": date is not None, "nights": (last - start).days + 1},
            "analysis": {
                "carryover": carryover,
                "covariates": [_slug(name) for name in covariates],
                **(analysis or {}),
            },
        },
        where="the adopted trial",
    )
    entries = tuple(
        _entry(table, row, night, protocol, outcome, covariates) for night, row in zip(nights, table.rows, strict=True)
    )
    return Trial(protocol, order_from_arms(start, _every_day(start, protocol.nights, nights, arm_names)), entries)


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


def _entry(table: Table, row: Row, night: date, protocol: Protocol, outcome: str, covariates: Sequence[str]) -> Entry:
    where = f"{table.name}, line {row.line}"
    entry = Entry(
        night=night,
        outcome=parse_number(_number(table, row, outcome), outcome, where=where),
        covariates={_slug(name): parse_number(_number(table, row, name), name, where=where) for name in covariates},
    )
    check_entry(protocol, entry, where=where)
    return entry


def _every_day(start: date, days: int, nights: Sequence[date], arms: Sequence[str]) -> list[str]:
    """The arm of every calendar day; a day without a row has that of the day before."""
    by_night = dict(zip(nights, arms, strict=True))
    out: list[str] = []
    for i in range(days):
        out.append(by_night.get(start + timedelta(days=i)) or out[-1])
    return out


def _nights_by_date(table: Table, column: str, dated_by: DatedBy, date_order: DateOrder | None) -> list[date]:
    texts = table.column(column)
    order = settle_order(texts, date_order)
    return [
        night_of(parse_moment(text, order, where=f"{table.name}, line {row.line}"), dated_by)
        for text, row in zip(texts, table.rows, strict=True)
    ]


def _nights_by_day(table: Table, column: str) -> list[date]:
    nights = []
    for text, row in zip(table.column(column), table.rows, strict=True):
        number = parse_number(text, column, where=f"{table.name}, line {row.line}")
        if number is None or number != int(number) or not 1 <= number <= MAX_NIGHTS:
            raise InputError(f"{table.name}, line {row.line}: {text[:40]!r} is no day number from 1 to {MAX_NIGHTS}.")
        nights.append(UNDATED_START + timedelta(days=int(number) - 1))
    return nights


def _refuse_doubles(table: Table, nights: Sequence[date]) -> None:
    seen: dict[date, Row] = {}
    for night, row in zip(nights, table.rows, strict=True):
        if night in seen:
            raise InputError(
                f"{table.name} has two rows for the night {night}: lines {seen[night].line} and {row.line}. "
                "Keep one row a night (for several ratings a day, their mean)."
            )
        seen[night] = row


def _arm(table: Table, row: Row, column: str) -> str:
    value = row.cells[table.place(column)]
    if not value:
        raise InputError(f"{table.name}, line {row.line}: the column {column!r} is empty. Every row needs its arm.")
    return value


def _number(table: Table, row: Row, column: str) -> str:
    text = row.cells[table.place(column)]
    return text.replace(",", ".") if table.decimal_comma else text


def _slug(column: str) -> str:
    """A column's name in the diary."""
    name = re.sub(r"[^\w-]+", "_", column).strip("_-")[:40].rstrip("_-") or "outcome"
    if not name[0].isalpha():
        name = f"x_{name}"[:40].rstrip("_-")
    return f"{name}_column" if name in RESERVED_NAMES else name
