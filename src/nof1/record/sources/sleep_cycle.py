"""Sleep Cycle's sleepdata.csv: one row a sleep, cells between semicolons, in an old form and a newer one.

Formats seen: GitHub, mbrav/archive, sleepdata.js (the old form: the time in bed as 7:54, the quality as 93%), geocoug/vitalog,
the tests of its reader (the newer form, in seconds). A third one, between them, has "Time in bed(seconds)" and a decimal point.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, known_columns
from nof1.record.sources.sleeps import SleepTable, minutes_between, sleep_export
from nof1.record.sources.source import Column, Export, Merge

KEY = "sleep_cycle"
TITLE = "an export of Sleep Cycle"

_QUALITIES = ("Sleep quality", "Sleep Quality")
_IN_BED, _ASLEEP = "Time in bed", "Time asleep"
_LENGTH = "minutes from start to end"
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_SECONDS = re.compile(r"(?P<name>.*\S) ?\(seconds\)")
_MEASURES: Mapping[str, tuple[str, Merge | None]] = {
    _IN_BED: ("time_in_bed_minutes", "sum"),
    _ASLEEP: ("sleep_minutes", "sum"),
    "Time before sleep": ("sleep_latency_minutes", None),
    "Awake": ("awake_minutes", "sum"),
    "Dream": ("rem_sleep_minutes", "sum"),
    "Deep": ("deep_sleep_minutes", "sum"),
    "Light": ("", "sum"),
}
_TEXT = ("Start", "Wake up", "Mood", "Sleep Notes", "Notes", "Alarm mode", "Window start", "Window stop", "Did snore", "Weather type")  # fmt: skip
_NOTES = (
    "The quality is a percentage; it is taken as the score of the device, without the sign.",
    "A row is taken for the evening on which it began. Sleeps of one night are added up.",
    "Steps and the heart rate are not suggested: the file does not say for which day, and when, they were measured.",
)


def recognize(file: Opened) -> Export | None:
    """By start, end, the quality and a time in bed, in one of its ways of writing it."""
    quality = next((name for name in _QUALITIES if has_columns(file, "Start", "End", name)), None)
    if quality is None or not any(_named(name) == _IN_BED for name in file.header):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    export = replace(export, when="Start", dated_by="evening", date_order="ymd", decimal_comma=False)
    asleep = next((name for name in export.header if _named(name) == _ASLEEP), "")

    def prepare(cells: Cells) -> None:
        cells[quality] = cells.get(quality, "").removesuffix("%").strip()
        clock = _CLOCK.fullmatch(cells.get(_IN_BED, ""))
        if clock:
            cells[_IN_BED] = str(60 * int(clock[1]) + int(clock[2]))
        cells[_LENGTH] = minutes_between(cells.get("Start", ""), cells.get("End", ""))

    known = [
        Column(quality, "sleep_score"),
        Column("City", role="private"),
        Column("End", role="text", dated_by="morning"),
        *map(_column, export.header),
    ]
    columns = known_columns(export.header, [column for column in known if column is not None], _TEXT)
    length: tuple[str, Literal["min", "s"]] = (asleep, "s") if asleep else (_LENGTH, "min")
    return sleep_export(export, SleepTable("Start", "End", *length, prepare=prepare), columns, _NOTES)


def _named(name: str) -> str:
    """What a column holds, without the unit behind it: seconds, where the file writes it, else hours and minutes."""
    seconds = _SECONDS.fullmatch(name)
    return seconds["name"] if seconds else name if name == _IN_BED else ""


def _column(name: str) -> Column | None:
    measure, merge = _MEASURES.get(_named(name), (None, None))
    return None if measure is None else Column(name, measure, "min" if name == _IN_BED else "s", merge)
