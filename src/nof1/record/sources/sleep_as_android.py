"""Sleep as Android's sleep-export.csv: every record has its own header above it, and sometimes a line of noise below.

Formats seen: docs.sleep.urbandroid.org, "CSV file documentation" (columns, two or three lines a record, the scale of the
rating); GitHub, sleepdiary/core, src/SleepAsAndroid/README.md (day first, LenAdjust, a record entered by hand has the
LenAdjust -1.0). Neither says what a rating of 0 means.
"""

from collections.abc import Iterator

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.source import Column, Export

KEY = "sleep_as_android"
TITLE = "an export of Sleep as Android"

_BEGIN = ("Id", "Tz", "From", "To", "Sched", "Hours")
_ASLEEP = "Hours with LenAdjust"
_COLUMNS = (
    Column("Id", role="private"),
    Column("Tz", role="text"),
    Column("From", role="text"),
    Column("To", role="text", dated_by="morning"),
    Column("Sched", role="text"),
    Column("Hours", "time_in_bed_minutes", "h", "sum"),
    Column("Rating"),
    Column("Comment", role="text"),
    Column("Snore"),
    Column("Noise"),
    Column("Cycles"),
    Column("DeepSleep"),
    Column("LenAdjust"),
    Column("Geo", role="private"),
    Column(_ASLEEP, "sleep_minutes", "h", "sum"),
)
_NOTES = (
    f"Hours is the length of a record; {_ASLEEP!r} is made from it by taking off the minutes awake (LenAdjust), as the app does.",
    "A rating of 0 may mean that no rating was given; the makers do not say. It is not taken unless you map it.",
    "In Snore, Noise, Cycles and DeepSleep, -1 and -2 mean that nothing was measured.",
    "Sleeps of one night are added up. A nap in the afternoon is added to the night after it.",
)


def recognize(file: Opened) -> Export | None:
    """By the columns with which every record's header begins."""
    if file.kind != "table" or file.header[: len(_BEGIN)] != _BEGIN:
        return None
    hours = next((row.cells[5] for row in file.head if len(row.cells) > 5 and row.cells[0] not in ("", "Id")), "")

    def rows() -> Iterator[Row]:
        places: dict[str, int] = {}
        for row in file.rows():
            if row.cells[0] == "Id":
                places = {name: place for place, name in reversed(tuple(enumerate(row.cells)))}
            elif row.cells[0]:
                yield _fixed(row, places)

    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=_COLUMNS,
        when="From",
        rows=rows,
        dated_by="evening",
        date_order="dmy",
        decimal_comma="," in hours if hours else None,
        zone_column="Tz",
        notes=_NOTES,
        suggested={"note": "Comment"},
    )


def _fixed(row: Row, places: dict[str, int]) -> Row:
    """The cells of the columns that every record has, whatever times and events stand behind them."""
    cells = [
        row.cells[places[column.name]] if places.get(column.name, len(row.cells)) < len(row.cells) else ""
        for column in _COLUMNS[:-1]
    ]
    return Row(row.line, [*cells, _asleep(cells[5], cells[12])])


def _asleep(hours: str, adjust: str) -> str:
    """Hours without the minutes awake; as it stands where it is no number or nothing was measured."""
    if adjust in ("", "0", "-1.0", "-1,0"):
        return hours
    try:
        asleep = float(hours.replace(",", ".")) + float(adjust.replace(",", ".")) / 60
    except ValueError:
        return hours
    text = f"{asleep:.4f}"
    return text.replace(".", ",") if "," in hours else text
