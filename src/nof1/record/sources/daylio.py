"""Daylio's CSV export: one row an entry, with the mood as a word and the activities in one cell.

Formats seen: GitHub, MichaelCurrin/daylio-csv-parser, docs/csv-format.md and dayliopy/sample.csv (columns, activities parted
by "|", 12 hours); tests of other people's importers (24 hours, a column "scales"). The words of the moods are the person's
own, so a number is made of them only by a scale that the person gives.
"""

from collections.abc import Iterator

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.plain import has_columns
from nof1.record.sources.source import Column, Export

KEY = "daylio"
TITLE = "an export of Daylio"

MAX_ACTIVITIES = 500
_PREFIX = "activity: "


def recognize(file: Opened) -> Export | None:
    """By the date in full, the time, the mood and the activities. Reads the file once, for the activities' names."""
    if not has_columns(file, "full_date", "time", "mood", "activities"):
        return None
    header = file.header
    at = {name: place for place, name in enumerate(header)}
    activities: dict[str, int] = {}
    left_out = False
    for row in _entries(file):
        for name in _listed(row, at["activities"]):
            if name not in activities and len(activities) == MAX_ACTIVITIES:
                left_out = True
            else:
                activities.setdefault(name, len(activities))
    notes = [
        "The mood is a word; no number is made of it unless you map it and say which number each word is, such as "
        "scales={'mood': 'awful=1, bad=2, meh=3, good=4, rad=5'} where these are your words.",
        "Each activity is a column with 1 where an entry of the day lists it and 0 where entries list others only.",
    ]
    if left_out:
        notes.append(f"There are more than {MAX_ACTIVITIES} activities; the first {MAX_ACTIVITIES} can be taken.")

    def rows() -> Iterator[Row]:
        for row in _entries(file):
            cells = [*row.cells, *[""] * (len(header) - len(row.cells))]
            time = cells[at["time"]]
            if cells[at["full_date"]] and time:
                cells[at["full_date"]] += f" {time}"
            listed = _listed(row, at["activities"])
            marks = ["0" if listed else ""] * len(activities)
            for name in listed:
                if name in activities:
                    marks[activities[name]] = "1"
            yield Row(row.line, [*cells[: len(header)], *marks, *cells[len(header) :]])

    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=(
            *(Column(name, role="text") for name in header),
            *(Column(f"{_PREFIX}{name}", merge="max", belongs="day") for name in activities),
        ),
        when="full_date",
        rows=rows,
        date_order="ymd",
        notes=tuple(notes),
        suggested={"note": "note"} if "note" in at else {},
    )


def _entries(file: Opened) -> Iterator[Row]:
    rows = file.rows()
    next(rows, None)
    return rows


def _listed(row: Row, place: int) -> list[str]:
    text = row.cells[place] if place < len(row.cells) else ""
    return [name.strip() for name in text.split("|") if name.strip()]
