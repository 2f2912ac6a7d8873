"""StudyU's table of measurements: one row an answered survey, newest first, with the intervention of that day.

Formats seen: GitHub, hpi-studyu/studyu, designer_v2/lib/domain/study_export.dart (columns and how each is made). Its
current_day_of_study counts whole 24 hours from the moment of enrolling, from 0, so it is no number of a calendar day and
is not held against one.
"""

import re
from dataclasses import replace

from nof1.record.opening.opened import Opened
from nof1.record.sources.plain import has_columns, plain_export
from nof1.record.sources.questions import asked_of
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
    asked = _questions(file)
    return replace(
        export,
        columns=tuple(_column(name, asked.get(name, "")) for name in export.header),
        when="measurement_time",
        date_order="ymd",
        answers=True,
        notes=(
            "Times that end in Z are of the zone UTC. Say which zone you were in, such as zone='Europe/Berlin'.",
            "A survey answered before noon is taken for the night that ended that morning, and for the day before it; one that asks "
            "about last night or yesterday is so at any hour, and one that asks about today is taken for its own day.",
            "Days without an answer are not in the file.",
            *(f"{name} answers: {text[:100]}" for name, text in asked.items()),
        ),
    )


def _column(name: str, question: str) -> Column:
    if name in _TREATMENT or name.startswith("current_intervention"):
        return Column(name, role="treatment")
    if name in _PRIVATE or name.endswith("_id"):
        return Column(name, role="private")
    value = _RESPONSE.fullmatch(name) or name == "current_day_of_study"
    return Column(name, belongs=asked_of(question), role="value" if value else "text")


def _questions(file: Opened) -> dict[str, str]:
    """What was asked, by the column of its answers, whose name does not tell."""
    header, found = file.header, {}
    places = {name: place for place, name in enumerate(header)}
    for name in filter(_RESPONSE.fullmatch, header):
        at = places.get(name.replace("_response", "_text"), len(header))
        text = next((row.cells[at] for row in file.head[1:] if at < len(row.cells) and row.cells[at]), "")
        if text:
            found[name] = text
    return found
