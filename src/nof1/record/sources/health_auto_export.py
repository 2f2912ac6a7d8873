"""Health Auto Export's table of Apple Health: one row a day, an hour or a minute, with one column for each measure.

Formats seen: GitHub, Lybron/health-auto-export, issue 18 (the columns of sleep, in hours); smuskal/ShareHealth, which writes the same
header on purpose (all columns and their units); public tests that hold such files ("Date/Time" with 00:00:00 for a day, energy in kJ
or kcal, steps as "count" or "steps", 0 hours of sleep where nothing was recorded). By which day a night's sleep is dated is not
told, so it is asked. A line holds both what was done on its day and a night's sleep; each is a row of its own here, for the two need
not be of one night.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import plain_export, split_unit
from nof1.record.sources.source import Column, Export, Merge

KEY = "health_auto_export"
TITLE = "an export of the app Health Auto Export"

_WHEN = ("Date/Time", "Date")
_SLEEP = "Sleep Analysis ["
# One of these is enough beside "Date/Time"; two beside "Date", which many tables have.
_SURE = ("Step Count", "Active Energy", "Apple Exercise Time", "Apple Stand Time", "Resting Energy", _SLEEP)
_NIGHT = {
    "Total": "sleep_minutes",
    "In Bed": "time_in_bed_minutes",
    "Awake": "awake_minutes",
    "Deep": "deep_sleep_minutes",
    "REM": "rem_sleep_minutes",
}
_DAY: dict[str, tuple[str, Merge]] = {
    "Step Count": ("steps", "sum"),
    "Apple Exercise Time": ("exercise", "sum"),
    "Caffeine": ("caffeine_mg", "sum"),
    "Dietary Energy": ("energy_kcal", "sum"),
    "Alcohol Consumption": ("alcohol", "sum"),
    "Resting Heart Rate": ("resting_heart_rate", "mean"),
}
# A capsule that an app wrote down is in these sums like food; they are taken only where somebody maps them.
_WITH_SUPPLEMENTS = frozenset({"Magnesium", "Iron"})
_UNITS = {"steps": "count", "alcohol": "drinks"}
_STAGED = ("Core", "Deep", "REM")
_MIDNIGHT = "00:00:00"
_NOON = "12:00"


def recognize(file: Opened) -> Export | None:
    """By the moment first and the names that the app gives its columns."""
    header = file.header
    if file.kind != "table" or not header or header[0] not in _WHEN:
        return None
    bare = [split_unit(name)[0] for name in header if split_unit(name)[1]]
    found = {sure for sure in _SURE for name in bare if name.startswith(sure)}
    if len(found) < (1 if header[0] == "Date/Time" else 2) or "Food Name" in header:
        return None
    export = plain_export(file, 0, KEY, TITLE)
    total = any(name.startswith(f"{_SLEEP}Total]") for name in header)
    columns = (Column(header[0], role="text"), *(_column(name, total) for name in header[1:]))
    slept = [place for place, column in enumerate(columns) if column.name.startswith(_SLEEP)]
    daily = _daily(file)
    notes = ["What was done or eaten on a day is added up, and goes to the night that begins that evening."]
    if slept:
        notes.append(
            "A line holds a day's sums and a night's sleep: they are read as two rows. 0 hours mean that nothing was recorded, "
            "but for minutes awake and stages beside other stages."
        )
    if any(split_unit(name)[0] in _WITH_SUPPLEMENTS for name in header):
        notes.append(
            "Magnesium and iron count what any app wrote down, supplements and the trial's own capsule too. They are not taken unless you map them."
        )
    if daily and _far_apart(file):
        notes.append(
            "CAREFUL: the rows are a week or more apart. Sums of weeks or months are no day's: export it by day."
        )
    return replace(
        export,
        columns=columns,
        when=header[0],
        clock="",
        rows=_parted(export, slept, daily),
        dated_by=None if slept else "day",
        asks_dating=bool(slept),
        notes=tuple(notes),
    )


def _column(name: str, total: bool) -> Column:
    bare, unit = split_unit(name)
    if name.startswith(_SLEEP):
        stage = "Total" if _stage(name) == "Asleep" and not total else _stage(name)
        return Column(name, _NIGHT.get(stage, ""), unit or "?", "sum")
    measure, merge = _DAY.get(bare, ("", None))
    if bare in _WITH_SUPPLEMENTS:
        return Column(name, unit=unit, merge="sum", belongs="day")
    if name == "Source":
        return Column(name, role="private")
    return Column(name, measure, _UNITS.get(measure, unit or ("?" if measure else "")), merge, "day")


def _daily(file: Opened) -> bool:
    """Whether the first rows are whole days: all of them at midnight sharp, or without a clock time."""
    return all(_clock(row.cells[0]) in ("", _MIDNIGHT) for row in file.head[1:] if row.cells[0])


def _clock(text: str) -> str:
    return text[11:19] if ":" in text else ""


def _far_apart(file: Opened) -> bool:
    """Whether no two of the first rows, which are in order, are less than a week apart."""
    days = []
    for row in file.head[1:]:
        try:
            days.append(date.fromisoformat(row.cells[0][:10]))
        except ValueError:
            return False
    return len(days) > 1 and all(abs((after - before).days) >= 7 for before, after in pairwise(days))


def _parted(export: Export, slept: Sequence[int], daily: bool) -> Callable[[], Iterator[Row]]:
    """The rows, a day's and a night's apart; the day of a daily file at noon, so that it is that day whatever a night's date means."""
    header = export.header
    stages = {place: _stage(header[place]) for place in slept}

    def rows() -> Iterator[Row]:
        for row in export.rows():
            day = list(row.cells)
            when = day[0]
            date_alone = daily and _clock(when) in ("", _MIDNIGHT)
            if date_alone:
                when = when[:10]
            night = [when, *[""] * (len(header) - 1)]
            for place, text in _recorded({place: day[place] for place in stages if place < len(day)}, stages).items():
                night[place] = text
            day = ["" if place in stages else cell for place, cell in enumerate(day)]
            day[0] = f"{when} {_NOON}" if date_alone and len(when) == 10 else when
            if any(day[1:]) or not any(night[1:]):
                yield Row(row.line, day)
            if any(night[1:]):
                yield Row(row.line, night)

    return rows


def _stage(name: str) -> str:
    return split_unit(name)[0].removeprefix(_SLEEP).removesuffix("]")


def _recorded(cells: Mapping[int, str], stages: Mapping[int, str]) -> dict[int, str]:
    """A night's cells without the zeros that the app writes where nothing was recorded.

    No night lasts 0 hours; 0 hours of a stage, or awake, are known where another stage was recorded, and else are not.
    """
    zero = {place for place, text in cells.items() if not text.strip("0.,")}
    staged = any(stages[place] in _STAGED and place not in zero for place in cells)
    kept = {place for place in cells if place not in zero or (staged and stages[place] in (*_STAGED, "Awake"))}
    return {place: text if place in kept else "" for place, text in cells.items()}
