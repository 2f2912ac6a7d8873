"""Zepp, Mi Fit and Amazfit: SLEEP.csv of the account's data, one row a day of waking up, stages in minutes.

Formats seen: GitHub, G4m4rnic/infovis (2020, with lastSyncTime and seconds since 1970), myildirgann/CS_210 (REMTime, naps, times
in UTC) and michel8195/healthdatabase, README (both together). In all of them deep, shallow and REM sleep with the
time awake make up the time from start to stop, the date is that of stop, and a day without a recording has noughts.
"""

from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, known_columns, number_in, reworked, total, without_zeros
from nof1.record.sources.source import Column, Export

KEY = "zepp"
TITLE = "sleep of Zepp, Mi Fit or Amazfit"

_DEEP, _SHALLOW, _REM, _AWAKE = "deepSleepTime", "shallowSleepTime", "REMTime", "wakeTime"
_ASLEEP = "deep, shallow and REM sleep"
_KNOWN = (
    Column(_DEEP, "deep_sleep_minutes", "min", "sum"),
    Column(_SHALLOW, unit="min", merge="sum"),
    Column(_REM, "rem_sleep_minutes", "min", "sum"),
    Column(_AWAKE, "awake_minutes", "min", "sum"),
    Column("start", role="text", dated_by="evening"),
    Column("stop", role="text", dated_by="morning"),
)
_TEXT = ("date", "lastSyncTime", "naps")
_NOTES = (
    "A date is the day of waking up; a row is taken for the evening before.",
    f"Stages are in minutes. The time asleep is made of {_ASLEEP}; REM sleep is no part of the shallow one.",
    "A row without deep and shallow sleep was not recorded, and REM sleep of 0 was not measured; nothing is taken of them.",
    "Start and stop are in UTC and are not needed. Naps stand in a column of their own and are not taken.",
)


def recognize(file: Opened) -> Export | None:
    """By the date and the two stages that every version has."""
    if not has_columns(file, "date", _DEEP, _SHALLOW):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    columns = (*known_columns(export.header, _KNOWN, _TEXT), Column(_ASLEEP, "sleep_minutes", "min", "sum"))
    export = reworked(export, columns, _work)
    return replace(export, when="date", dated_by="morning", date_order="ymd", decimal_comma=False, notes=_NOTES)


def _work(_: int, cells: Cells) -> None:
    if all(number_in(cells.get(name, "")) in (0, None) for name in (_DEEP, _SHALLOW)):
        without_zeros(cells, (_DEEP, _SHALLOW, _REM, _AWAKE))
    without_zeros(cells, (_REM,))
    cells[_ASLEEP] = total(cells.get(name, "") for name in (_DEEP, _SHALLOW, _REM))
