"""A schedule beside an adopted table: the arm of each day, by its number from 1."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

from nof1.errors import InputError
from nof1.files import read_bytes
from nof1.plan.design.kinds import MAX_NIGHTS
from nof1.record.adopting.calendar import RowNights
from nof1.record.adopting.steps import step
from nof1.record.opening.sheet import cell_text
from nof1.record.sources.table import Table


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


@step("arms")
def hold_schedule(
    table: Table, schedule: Mapping[int, str], rows: RowNights, by_night: Mapping[date, str]
) -> dict[date, str]:
    """The arm of every scheduled day, by the names of the column of arms where there is one; rows without an arm tell nothing.

    Raises
    ------
    InputError
        If the schedule has a gap, or the column contradicts it.
    """
    start = rows.day_1
    last = max(rows.last, start + timedelta(days=max(schedule) - 1))
    if rows.first_number < 1:
        raise InputError(
            f"{table.name} has day {rows.first_number}, which the schedule does not have: a schedule counts days from 1."
        )
    if (last - start).days >= MAX_NIGHTS:
        raise InputError(f"The schedule runs over more than {MAX_NIGHTS} nights. Check its day numbers.")
    names: dict[str, str] = {}
    for night, arm in sorted((night, arm) for night, arm in by_night.items() if arm):
        number = (night - start).days + 1
        where = f"{night}, day {number}" if rows.dated else f"day {number}"
        if number not in schedule:
            raise InputError(f"{table.name} has {where}, which the schedule does not have.")
        known = names.setdefault(schedule[number], arm)
        if known != arm:
            raise InputError(
                f"{table.name} contradicts the schedule on {where}: the schedule says {schedule[number]!r}, which was {known!r} before; the table says {arm!r}."
            )
    if len(set(names.values())) < len(names):
        raise InputError(f"{table.name} contradicts the schedule: {' and '.join(sorted(names))} have the same arm.")
    missing = [day for day in range(1, (last - start).days + 2) if day not in schedule]
    if missing:
        raise InputError(f"The schedule has no day {missing[0]}, and the nights run to day {(last - start).days + 1}.")
    return {start + timedelta(days=number - 1): names.get(arm, arm) for number, arm in schedule.items()}
