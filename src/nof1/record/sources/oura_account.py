"""Oura's account export, sleepmodel.csv: one row a period of sleep, with naps and false alarms among them.

Formats seen: GitHub, reyals1111-ux/ZIGoals, test files of its importer (semicolons, the columns, the values of "type", a cell
of JSON). Oura, API documentation, "sleep": durations are in seconds, "long_sleep" has three hours at least, "rest" and
"deleted" are no sleep. The export follows that API.
"""

from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, known_columns
from nof1.record.sources.sleeps import Kind, SleepTable, sleep_export
from nof1.record.sources.source import Column, Export

KEY = "oura_account"
TITLE = "sleep of an Oura account export"

_NEEDED = ("day", "bedtime_start", "bedtime_end", "total_sleep_duration", "type")
_KNOWN = (
    Column("total_sleep_duration", "sleep_minutes", "s", "sum"),
    Column("time_in_bed", "time_in_bed_minutes", "s", "sum"),
    Column("awake_time", "awake_minutes", "s", "sum"),
    Column("latency", "sleep_latency_minutes", "s"),
    Column("deep_sleep_duration", "deep_sleep_minutes", "s", "sum"),
    Column("rem_sleep_duration", "rem_sleep_minutes", "s", "sum"),
    Column("light_sleep_duration", unit="s", merge="sum"),
    Column("lowest_heart_rate", "resting_heart_rate", "bpm", "min"),
    Column("day", role="text", dated_by="morning"),
    Column("bedtime_end", role="text", dated_by="morning"),
)
_TEXT = ("id", "bedtime_start", "type")
_KINDS: dict[str, Kind] = {"long_sleep": "night", "late_nap": "nap", "rest": "none", "deleted": "none"}
_NOTES = (
    "Durations are in seconds, as in Oura's API; they are turned into minutes.",
    "A row is taken for the evening of its bedtime, not by its day, which is that of waking up.",
    "Rest and deleted periods are no sleep, and nothing is taken of them. Periods of a night are added up.",
)


def recognize(file: Opened) -> Export | None:
    """By the columns of a period of sleep."""
    if not has_columns(file, *_NEEDED):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    export = replace(export, when="bedtime_start", dated_by="evening", date_order="ymd", decimal_comma=False)
    table = SleepTable("bedtime_start", "bedtime_end", "total_sleep_duration", "s", kind=_kind)
    return sleep_export(export, table, known_columns(export.header, _KNOWN, _TEXT), _NOTES)


def _kind(cells: Cells) -> Kind | None:
    return _KINDS.get(cells.get("type", "").casefold())
