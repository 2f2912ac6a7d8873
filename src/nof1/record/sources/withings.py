"""Withings: sleep.csv of the account's data, one row a sleep, stages in seconds, times with their offset.

Formats seen: GitHub, mohdasti/Wearable-comparative-analysis, sleep.csv (the columns, the same night twice, noughts for REM sleep
from devices that know none); mad-lab-fau/BioPsyKit, sleep_analyzer.py (the German names); a course's exercises (the Spanish ones).
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.reworked import Cells, known_columns, total, without_zeros
from nof1.record.sources.sleeps import Kind, SleepTable, sleep_export
from nof1.record.sources.source import Column, Export

KEY = "withings"
TITLE = "sleep of Withings"

_ENGLISH = ("from", "to", "light (s)", "deep (s)", "rem (s)", "awake (s)", "wake up")
_LANGUAGES = (
    _ENGLISH,
    ("von", "bis", "leicht (s)", "tief (s)", "rem (s)", "wach (s)", "Aufwachen"),
    ("de", "a", "ligero (s)", "profundo (s)", "rem (s)", "despierto (s)", "despertar"),
)
# These stay English in every language that was seen.
_LATENCY, _OUT_OF_BED = "Duration to sleep (s)", "Duration to wake up (s)"
_ASLEEP = "light, deep and REM sleep (s)"
_MEASURES: Mapping[str, Column] = MappingProxyType(
    {
        "light (s)": Column("", unit="s", merge="sum"),
        "deep (s)": Column("", "deep_sleep_minutes", "s", "sum"),
        "rem (s)": Column("", "rem_sleep_minutes", "s", "sum"),
        "awake (s)": Column("", "awake_minutes", "s", "sum"),
        "wake up": Column("", "awakenings", merge="sum"),
    }
)
_TEXT = ("Night events", "Notes")
_NOTES = (
    "Durations are in seconds; they are turned into minutes. The time asleep is made of light, deep and REM sleep.",
    "Deep or REM sleep of 0 was not measured, and a row without any sleep was no night; nothing is taken of them.",
    "A row is taken for the evening on which it began. Sleeps of one night are added up.",
)


def recognize(file: Opened) -> Export | None:
    """By the names of one of the languages that were seen, and two that are the same in all of them."""
    if not has_columns(file, _LATENCY, _OUT_OF_BED):
        return None
    names = next((names for names in _LANGUAGES if {*names[:4], *names[5:6]} <= set(file.header)), None)
    if names is None:
        return None
    own = dict(zip(_ENGLISH, names, strict=True))
    export = plain_export(file, 0, KEY, TITLE)
    known = [replace(column, name=own[name]) for name, column in _MEASURES.items()]
    known += [Column(_LATENCY, "sleep_latency_minutes", "s"), Column(_OUT_OF_BED, unit="s")]
    known.append(Column(own["to"], role="text", dated_by="morning"))
    text = (own["from"], *_TEXT)
    columns = (*known_columns(export.header, known, text), Column(_ASLEEP, "sleep_minutes", "s", "sum"))

    def prepare(cells: Cells) -> None:
        stages = (own["deep (s)"], own["rem (s)"])
        cells[_ASLEEP] = total(cells.get(name, "") for name in (own["light (s)"], *stages))
        without_zeros(cells, (*stages, _ASLEEP))

    def kind(cells: Cells) -> Kind | None:
        return None if cells[_ASLEEP] else "none"

    table = SleepTable(own["from"], own["to"], _ASLEEP, "s", kind=kind, prepare=prepare)
    export = replace(export, when=own["from"], dated_by="evening", date_order="ymd", decimal_comma=False)
    return sleep_export(export, table, columns, _NOTES)
