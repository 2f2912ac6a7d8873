"""StudyU: the intervention stays hidden, one person's rows, a day count that is not the calendar's."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.studyu import recognize

HEADER = (
    "measurement_time,measurement_id,measurement_name,participant_id,participant_started_at,invite_code,current_day_of_study,"
    "current_intervention_id,current_intervention_name,survey1_id,survey1_name,is_survey1,survey1_question1_id,"
    "survey1_question1_text,survey1_question1_response\n"
)
EXPORT = (
    HEADER
    + "2026-01-07 20:03:11.000Z,m,Legs,p1,2026-01-05 08:00:00.000Z,,2,b,Tea,s,Legs,true,q,How bad were your legs?,6\n"
    + "2026-01-05 20:03:11.000Z,m,Legs,p1,2026-01-05 08:00:00.000Z,,0,a,Water,s,Legs,true,q,How bad were your legs?,4\n"
)


def test_newest_first_is_kept(opened, table):
    export = recognize(opened(EXPORT))
    assert export.when == "measurement_time"
    assert [row["measurement_time"][:10] for row in table(export)] == ["2026-01-07", "2026-01-05"]
    assert [row["survey1_question1_response"] for row in table(export)] == ["6", "4"]
    assert export.column("survey1_question1_response").merge is None


def test_the_intervention_is_the_treatment_and_ids_are_private(opened, roles):
    export = recognize(opened(EXPORT))
    assert roles(export, "treatment") == ["current_intervention_id", "current_intervention_name"]
    assert set(roles(export, "private")) == {
        "measurement_id",
        "participant_id",
        "participant_started_at",
        "invite_code",
        "survey1_id",
        "survey1_question1_id",
    }
    assert roles(export, "value") == ["current_day_of_study", "survey1_question1_response"]


def test_its_count_of_days_is_not_held_against_the_calendar(opened):
    assert recognize(opened(EXPORT)).day_number == ""


def test_the_questions_and_the_zone_are_said(opened):
    notes = recognize(opened(EXPORT)).notes
    assert "survey1_question1_response answers: How bad were your legs?" in notes
    assert any("zone='Europe/Berlin'" in note for note in notes)


def test_rows_of_two_people_are_refused(opened):
    export = recognize(
        opened(EXPORT.replace("Legs,p1,2026-01-05 08:00:00.000Z,,0", "Legs,p2,2026-01-05 08:00:00.000Z,,0"))
    )
    with pytest.raises(InputError, match="line 3: there is more than one participant"):
        list(export.rows())
