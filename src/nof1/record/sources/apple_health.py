"""Apple Health's export: the archive that the phone makes, or the XML in it.

How it is read is in apple_health_xml.py, what of it is taken in apple_health_records.py.
"""

import zipfile
from collections.abc import Iterator

from nof1.record.opening.opened import Opened, Row
from nof1.record.sources.apple_health_records import COLUMNS, FOOD
from nof1.record.sources.apple_health_xml import is_health, members_of, refuse, rows_of
from nof1.record.sources.source import Export

KEY = "apple_health"
TITLE = "an export of Apple Health"

NOTES = (
    "Steps and exercise minutes are added up for each device and the device with the most that day counts, so a phone "
    "and a watch worn together are not counted twice.",
    "What belongs to a day (steps, food, resting heart rate) goes by the middle of its interval; before 04:00 it is still the "
    "day before.",
    "Sleep is counted in minutes from start to end; where several devices or apps recorded the same minutes, they "
    "count once.",
    "Food, caffeine and drinks are added up over all apps: if two apps wrote down the same meal, it counts twice.",
    "Supplements are told from food by the name that the app gave them; where an app gave none, only an amount that is one of the trial's "
    "doses is asked about.",
    "The export holds much more (heart rate, workouts, routes, clinical records, names of devices). None of that is taken.",
)


def recognize(file: Opened) -> Export | None:
    """The export, if the XML's root element is HealthData; file names are in the phone's language and do not count."""
    if file.kind == "xml":
        return _export(file, None) if is_health(file.path, None) else None
    if file.kind != "zip":
        return None
    members = [member for member in members_of(file.path) if is_health(file.path, member)]
    if len(members) > 1:
        names = " and ".join(member.filename[:80] for member in members[:2])
        refuse(file.path, f"it holds more than one export of Apple Health ({names}); import one of them")
    return _export(file, members[0]) if members else None


def _export(file: Opened, member: zipfile.ZipInfo | None) -> Export:
    def rows() -> Iterator[Row]:
        return rows_of(file.path, member, file.meter)

    return Export(
        source=KEY,
        title=TITLE,
        path=file.path,
        columns=COLUMNS,
        when="start",
        rows=rows,
        dated_by="evening",
        date_order="ymd",
        decimal_comma=False,
        until="end",
        device="device",
        notes=NOTES,
        foods=(FOOD,),
    )
