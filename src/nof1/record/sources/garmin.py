"""Garmin Connect's Sleep.csv of four weeks: one row a day of waking up, under a header whose first cell is the report's title.

Formats seen: the header and rows in the tests of other people's importers on GitHub ("Sleep Score 4 Weeks", "7h 55min", "--"; dates
as 2025-11-07, Jun 26, 2026 and Nov 7; the report of a year, with averages of weeks such as "Nov 1-7"). That the date is
the one of waking up: GitHub, MasaHaruLab/garmin-sleep-attribution, convert_web_sleep.py.
"""

import re
from dataclasses import replace

from nof1.errors import InputError
from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, known_columns, reworked
from nof1.record.sources.source import Column, Export

KEY = "garmin"
TITLE = "sleep of Garmin Connect"

_TITLE = re.compile(r"Sleep Score \d{1,2} (Day|Week)s?")
_LENGTHS = ("Duration", "Sleep Need")
_LENGTH = re.compile(r"(?:(?P<hours>\d{1,2}) ?h)?\s*(?:(?P<minutes>\d{1,2}) ?m(?:in)?)?")
_KNOWN = (
    Column("Score", "sleep_score"),
    Column("Duration", "sleep_minutes", "min", "sum"),
    Column("Sleep Need", unit="min"),
    Column("Resting Heart Rate", "resting_heart_rate", "bpm"),
)
_TEXT = ("Quality", "Bedtime", "Wake Time", "HRV Status")
_NOTES = (
    "A date is the day of waking up; a row is taken for the evening before.",
    "Body Battery, Pulse Ox, respiration and HRV are not suggested. A nap has no row of its own here.",
)


def recognize(file: Opened) -> Export | None:
    """By the title above the dates, the score and the duration.

    Raises
    ------
    InputError
        If it is the report with averages of weeks.
    """
    if has_columns(file, "Date", "Avg Score", "Avg Duration"):
        raise InputError(
            f"{file.name} holds averages of several nights of Garmin Connect, and a trial needs each night. "
            "Export the report of four weeks instead."
        )
    when = next((name for name in file.header if _TITLE.fullmatch(name)), None)
    if when is None or not has_columns(file, "Score", "Duration"):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    export = reworked(export, known_columns(export.header, _KNOWN, (when, *_TEXT)), _work)
    return replace(export, when=when, dated_by="morning", decimal_comma=False, notes=_NOTES)


def _work(_: int, cells: Cells) -> None:
    for name in _LENGTHS:
        match = _LENGTH.fullmatch(cells.get(name, ""))
        if match and match[0].strip():
            cells[name] = str(60 * int(match["hours"] or 0) + int(match["minutes"] or 0))
