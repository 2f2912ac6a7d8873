"""Times in UTC with the offset of the place in a cell of its own, as local times."""

import re
from datetime import datetime, timedelta

_OFFSET = re.compile(r"(?:UTC|GMT)? ?(?P<sign>[+-])(?P<hours>[0-9]{1,2}):?(?P<minutes>[0-9]{2})?", re.IGNORECASE)
_FARTHEST = timedelta(hours=14)


def local_time(utc: str, offset: str) -> str:
    """The local time of a moment in UTC.

    Where the offset or the moment cannot be read, the text says that it is in UTC, and the importer asks for the zone or refuses it.

    >>> local_time("2026-09-04 02:50:00.000", "UTC-0400"), local_time("2026-09-04 02:50:00.000", "")
    ('2026-09-03 22:50:00', '2026-09-04 02:50:00.000 UTC')
    """
    if not utc:
        return ""
    place = _OFFSET.fullmatch(offset)
    try:
        moment = datetime.fromisoformat(utc)
        zone = moment.utcoffset()
    except ValueError:
        return f"{utc} UTC"
    if zone:
        return utc  # it has an offset of its own
    if place is None or len(utc) < 16:
        return utc if zone is not None else f"{utc} UTC"
    ahead = timedelta(hours=int(place["hours"]), minutes=int(place["minutes"] or 0))
    try:
        local = moment.replace(tzinfo=None) + (ahead if place["sign"] == "+" else -ahead)
    except OverflowError:
        return f"{utc} UTC"
    return str(local.replace(microsecond=0)) if ahead <= _FARTHEST else f"{utc} UTC"
