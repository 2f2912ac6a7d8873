"""Oura's table of trends from the web: one row a day, with the sleep that ended on it.

Formats seen: Oura, API Documentation, "Sleep" (the apps show a sleep under the day on which it ended); GitHub,
jonbrick/calendar-sleep-sync, README (the night of an Oura date is the one before it); tests of other people's importers
with headers of "Total Sleep Duration" and "Bedtime Start". The unit of the durations is not in the file: other programs
take it for seconds, the maker does not say.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.source import Column, Export

KEY = "oura"
TITLE = "an export of Oura"

_SURE = ("Total Sleep Score", "Total Sleep Time", "Total Sleep Duration", "Bedtime Start", "Readiness Score")
_BEDTIME = "Bedtime Start"
_DURATIONS = {
    "Total Sleep": "sleep_minutes",
    "Total Bedtime": "time_in_bed_minutes",
    "Time in Bed": "time_in_bed_minutes",
    "Awake": "awake_minutes",
    "Sleep Latency": "sleep_latency_minutes",
    "Latency": "sleep_latency_minutes",
    "Deep Sleep": "deep_sleep_minutes",
    "REM Sleep": "rem_sleep_minutes",
    "Light Sleep": "",
}
# What is counted from morning to night; the row's own night is over by then.
_OF_THE_DAY = (
    "step",
    "activit",
    "calor",
    "burn",
    "walking",
    "training",
    "met ",
    "inactive",
    "non-wear",
    "move",
    "rest time",
)
_LATER = ("Previous Day Activity Score", "Previous Night Score", "Activity Balance Score")


def recognize(file: Opened) -> Export | None:
    """By "date", "Sleep Score" and one more column that Oura writes."""
    if not has_columns(file, "date", "Sleep Score") or not set(_SURE) & set(file.header):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    kept = [place for place, name in enumerate(export.header) if not _of_the_day(name)]
    columns = tuple(_column(export.header[place]) for place in kept)
    notes = ["Durations have no unit in this file and Oura does not state one. Other programs take them for seconds."]
    if _BEDTIME in export.header:
        notes.append("A row is taken for the evening of its bedtime, not by its date, which is that of waking up.")
    else:
        notes.append(
            "A date is the morning of waking up, as Oura's apps show it; a row is taken for the evening before."
        )
    if len(kept) < len(export.header):
        notes.append(
            "Steps and activity are left out: those of a row belong to the day after its night. Take them from the phone."
        )
    return replace(
        export,
        columns=columns,
        rows=_narrowed(export, kept),
        when=_BEDTIME if _BEDTIME in export.header else "date",
        dated_by="evening" if _BEDTIME in export.header else "morning",
        date_order="ymd",
        notes=tuple(notes),
    )


def _of_the_day(name: str) -> bool:
    return name not in _LATER and any(word in f"{name.casefold()} " for word in _OF_THE_DAY)


def _column(name: str) -> Column:
    if name == "Sleep Score":
        return Column(name, "sleep_score")
    if name == "Average Resting Heart Rate":
        return Column(name, "resting_heart_rate", "bpm")
    bare = name.removesuffix(" Time").removesuffix(" Duration")
    if bare in _DURATIONS:
        return Column(name, _DURATIONS[bare], "?")
    if name in ("date", "Bedtime End"):
        return Column(name, role="text", dated_by="morning")
    return Column(name, role="text" if name == _BEDTIME else "value")


def _narrowed(export: Export, kept: list[int]) -> Callable[[], Iterator[Row]]:
    """The rows with the kept columns; a row longer than the header keeps its surplus, for the importer to refuse."""
    width = len(export.columns)

    def rows() -> Iterator[Row]:
        for row in export.rows():
            cells = row.cells
            yield Row(row.line, [*(cells[place] if place < len(cells) else "" for place in kept), *cells[width:]])

    return rows
