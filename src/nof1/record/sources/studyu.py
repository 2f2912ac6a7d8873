"""StudyU's table of measurements: one row an answered survey, newest first, with the intervention of that day.

Formats seen: GitHub, hpi-studyu/studyu, designer_v2/lib/domain/study_export.dart (columns and how each is made). Its
current_day_of_study counts whole 24 hours from the moment of enrolling, from 0, so it is no number of a calendar day and
is not held against one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from nof1.errors import InputError
from nof1.record.sources.opened import Opened, Row
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.source import Column, Export

KEY = "studyu"
TITLE = "an export of StudyU"

_TREATMENT = ("current_intervention_id", "current_intervention_name")
_PRIVATE = ("participant_id", "user_id", "invite_code", "participant_started_at")
_RESPONSE = re.compile(r"survey\d+_question\d+_response")


def recognize(file: Opened) -> Export | None:
    """By the time of the measurement, the day of the study and the intervention."""
    if not has_columns(file, "measurement_time", "current_day_of_study"):
        return None
    if not set(_TREATMENT) & set(file.header):
        return None
    export = plain_export(file, 0, KEY, TITLE)
    return replace(
        export,
        columns=tuple(_column(name) for name in export.header),
        when="measurement_time",
        rows=_one_person(export),
        date_order="ymd",
        notes=(
            "Times that end in Z are of the zone UTC. Say which zone you were in, such as zone='Europe/Berlin'.",
            "A survey answered before noon is taken for the night that ended that morning.",
            "Days without an answer are not in the file.",
            *_questions(file),
        ),
    )


def _column(name: str) -> Column:
    if name in _TREATMENT or name.startswith("current_intervention"):
        return Column(name, role="treatment")
    if name in _PRIVATE or name.endswith("_id"):
        return Column(name, role="private")
    return Column(name, role="value" if _RESPONSE.fullmatch(name) or name == "current_day_of_study" else "text")


def _questions(file: Opened) -> Iterator[str]:
    """What was asked, for the columns' names do not tell."""
    for place, name in enumerate(file.header):
        if _RESPONSE.fullmatch(name):
            asked = name.replace("_response", "_text")
            at = file.header.index(asked) if asked in file.header else len(file.header)
            text = next((row.cells[at] for row in file.head[1:] if at < len(row.cells) and row.cells[at]), "")
            if text:
                yield f"{file.header[place]} answers: {text[:100]}"


def _one_person(export: Export) -> Callable[[], Iterator[Row]]:
    place = export.place("participant_id") if "participant_id" in export.header else -1

    def rows() -> Iterator[Row]:
        person = ""
        for row in export.rows():
            if 0 <= place < len(row.cells) and row.cells[place]:
                if person not in ("", row.cells[place]):
                    raise InputError(
                        f"{export.name}, line {row.line}: there is more than one participant in the file. Keep the rows of one."
                    )
                person = row.cells[place]
            yield row

    return rows
