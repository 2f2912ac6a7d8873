"""Fitbit in Google's Takeout: sleep-*.json, sleep_score.csv and the newer UserSleeps_*.csv; one record a sleep, in minutes.

Formats seen: GitHub, ashrobertsdragon/fitbit2oscar (the JSON; local times without an offset), amyyynguyen/Fitbit-Sleep-Score-Prediction
(sleep_score.csv, whose moments end in Z and are the same as the local ends of the same sleeps beside it),
reyals1111-ux/ZIGoals, test files of its importer (UserSleeps: times in UTC, the offset in a column). "mainSleep" is the longest
sleep of a date: another one may be the second half of the night, so the clock decides whether it was a nap.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.local_times import local_time
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, json_cell, json_records, known_columns, reworked
from nof1.record.sources.sleeps import Kind, SleepTable, sleep_export
from nof1.record.sources.source import Column, Export

KEY = "fitbit_takeout"
TITLE = "sleep of Fitbit from Google Takeout"

_JSON_NAMES = re.compile(r'"dateOfSleep"\s*:')
_STAGES = "levels.summary"
_MAIN = ("mainSleep", "isMainSleep")  # in Takeout, and in what Fitbit's servers answer to programs
_JSON_COLUMNS = (
    Column("dateOfSleep", role="text", dated_by="morning"),
    Column("startTime", role="text"),
    Column("endTime", role="text", dated_by="morning"),
    Column("type", role="text"),
    Column("mainSleep", role="text"),
    Column("minutesAsleep", "sleep_minutes", "min", "sum"),
    Column("timeInBed", "time_in_bed_minutes", "min", "sum"),
    Column("minutesAwake", "awake_minutes", "min", "sum"),
    Column("minutesToFallAsleep", unit="min"),
    Column("efficiency"),
    Column(f"{_STAGES}.deep.minutes", "deep_sleep_minutes", "min", "sum"),
    Column(f"{_STAGES}.rem.minutes", "rem_sleep_minutes", "min", "sum"),
    Column(f"{_STAGES}.light.minutes", unit="min", merge="sum"),
)
_NIGHTS = "A row is taken for the evening on which it began; sleeps of one night are added up."
_JSON_NOTES = (
    _NIGHTS,
    "The time to fall asleep is not suggested; map minutesToFallAsleep if you want it.",
)

_SCORE = ("sleep_log_entry_id", "timestamp", "overall_score")
_SCORES = (
    Column("overall_score", "sleep_score"),
    Column("deep_sleep_in_minutes", "deep_sleep_minutes", "min"),
    Column("resting_heart_rate", "resting_heart_rate", "bpm"),
)
_SCORE_NOTES = (
    "A timestamp is the moment of waking up; a row is taken for the evening before. Its Z is left out: in files that were seen "
    "it is the clock at the place all the same.",
    "A long sleep in the day has a score of its own; two different scores of a night are asked about.",
)

_SLEEPS = ("sleep_start", "start_utc_offset", "sleep_end", "end_utc_offset", "minutes_asleep")
_USER_SLEEPS = (
    Column("minutes_asleep", "sleep_minutes", "min", "sum"),
    Column("minutes_in_sleep_period", "time_in_bed_minutes", "min", "sum"),
    Column("minutes_awake", "awake_minutes", "min", "sum"),
    Column("minutes_to_fall_asleep", unit="min"),
    Column("minutes_longest_awakening", unit="min"),
    Column("sleep_end", role="text", dated_by="morning"),
)
_SLEEPS_TEXT = (
    "sleep_id",
    "sleep_type",
    "sleep_start",
    "start_utc_offset",
    "end_utc_offset",
    "data_source",
    "algorithm_version",
    "sleep_created",
    "sleep_last_updated",
)
_SLEEPS_NOTES = (f"Times are in UTC and are moved by the row's own offset to the clock of the place. {_NIGHTS}",)


def recognize(file: Opened) -> Export | None:
    """By the names in the first record, or the columns of one of the two tables."""
    if file.kind == "json":
        return _from_json(file) if _JSON_NAMES.search(file.start) else None
    if has_columns(file, *_SCORE):
        return _scores(file)
    return _user_sleeps(file) if has_columns(file, *_SLEEPS) else None


def _from_json(file: Opened) -> Export:
    json_records(file, "sleep")  # damage is told now

    def rows() -> Iterator[Row]:
        for number, record in enumerate(json_records(file, "sleep"), start=1):
            cells = [json_cell(record, column.name) for column in _JSON_COLUMNS]
            cells[4] = next((text for name in _MAIN if (text := json_cell(record, name))), "")
            yield Row(number, cells)

    export = Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=_JSON_COLUMNS,
        when="startTime",
        rows=rows,
        dated_by="evening",
        date_order="ymd",
        decimal_comma=False,
    )
    return sleep_export(
        export, SleepTable("startTime", "endTime", "minutesAsleep", "min", kind=_kind), _JSON_COLUMNS, _JSON_NOTES
    )


def _kind(cells: Cells) -> Kind | None:
    return "night" if cells.get("mainSleep", "") == "true" else None


def _scores(file: Opened) -> Export:
    export = plain_export(file, 0, KEY, TITLE)
    export = reworked(export, known_columns(export.header, _SCORES, _SCORE[:2]), _at_the_place)
    export = replace(export, when="timestamp", dated_by="morning", date_order="ymd", decimal_comma=False)
    return replace(export, notes=_SCORE_NOTES)


def _at_the_place(_: int, cells: Cells) -> None:
    cells["timestamp"] = cells.get("timestamp", "").removesuffix("Z")


def _user_sleeps(file: Opened) -> Export:
    def prepare(cells: Cells) -> None:
        for end in ("start", "end"):
            cells[f"sleep_{end}"] = local_time(cells.get(f"sleep_{end}", ""), cells.get(f"{end}_utc_offset", ""))

    export = plain_export(file, 0, KEY, TITLE)
    export = replace(export, when="sleep_start", dated_by="evening", date_order="ymd", decimal_comma=False)
    table = SleepTable("sleep_start", "sleep_end", "minutes_asleep", "min", prepare=prepare)
    return sleep_export(export, table, known_columns(export.header, _USER_SLEEPS, _SLEEPS_TEXT), _SLEEPS_NOTES)
