"""StudyU: the intervention stays hidden, one person's rows, a day count that is not the calendar's."""

import pytest

from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize as recognize_any
from nof1.record.sources.studyu import recognize
from nof1.record.values.ambiguous import AmbiguousInput

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


def test_rows_of_two_people_are_asked_about(export, plan):
    text = EXPORT.replace("Legs,p1,2026-01-05 08:00:00.000Z,,0", "Legs,p2,2026-01-05 08:00:00.000Z,,0")
    table = export(text.replace("2026-01-05 20:03", "2026-01-12 20:03"))
    options = ("severity=survey1_question1_response",), {"zone": "Europe/Berlin"}
    with pytest.raises(
        AmbiguousInput, match=r"'participant_id' has 2 people: p1 \(1 row\) and p2 \(1 row\); whose rows"
    ):
        plan(table, *options[0], **options[1])
    found = plan(table, *options[0], **options[1], person="p2")
    assert [(change.night.day, change.cells["severity"]) for change in found.changes] == [(12, "4")]
    assert (found.others, found.counts()["merged"]) == ({"p1": 1}, 1)


QUESTIONS = (
    "measurement_time,measurement_name,participant_id,current_day_of_study,current_intervention_name,"
    "survey1_question1_text,survey1_question1_response,survey2_question1_text,survey2_question1_response\n"
)


def answers(rows, rating="How restless were your legs last night?", coffee="How many cups of coffee yesterday?"):
    """Rows of (moment, rating, coffee), one survey each."""
    lines = (f"{at},Survey,u1,2,off,{rating},{legs},{coffee},{cups}\n" for at, legs, cups in rows)
    return QUESTIONS + "".join(lines)


def taken(found):
    return {change.night.day: dict(change.cells) for change in found.changes}


MAP = ("severity=survey1_question1_response", "caffeine=survey2_question1_response")


def test_coffee_of_yesterday_stands_at_the_night_of_its_rating(export, plan):
    table = export(answers([("2026-01-13 07:10:00.000Z", "4", ""), ("2026-01-13 07:12:00.000Z", "", "3")]))
    assert taken(plan(table, *MAP, zone="Europe/Berlin")) == {12: {"severity": "4", "caffeine": "3"}}


@pytest.mark.parametrize(
    ("question", "clock", "day"),
    [
        ("How many cups of coffee yesterday?", "07:12", 12),
        ("How many cups of coffee yesterday?", "20:00", 12),
        ("Wie viele Tassen Kaffee gestern?", "20:00", 12),
        ("How many cups of coffee?", "07:12", 12),
        ("How many cups of coffee?", "20:00", 13),
        ("How many cups of coffee today?", "07:12", 13),
        ("Wie viele Tassen Kaffee heute?", "20:00", 13),
        ("Wie viele Tassen Kaffee heute?", "01:00", 12),
        ("More coffee today than yesterday?", "07:12", 12),
    ],
)
def test_the_words_of_a_question_tell_its_day_and_the_clock_where_they_do_not(export, plan, question, clock, day):
    table = export(answers([(f"2026-01-13 {clock}:00.000", "", "3")], coffee=question))
    assert list(taken(plan(table, *MAP))) == [day]


@pytest.mark.parametrize(("clock", "day"), [("00:35", 12), ("07:10", 12), ("14:00", 12), ("23:00", 12)])
def test_a_rating_of_last_night_is_one_at_any_hour(export, plan, clock, day):
    table = export(answers([(f"2026-01-13 {clock}:00.000", "4", "2")]))
    assert taken(plan(table, *MAP)) == {day: {"severity": "4", "caffeine": "2"}}


def test_coffee_of_yesterday_beside_a_rating_of_tonight_is_kept_for_its_own_night(
    export, plan, take, trial_folder, nights
):
    content = answers([("2026-01-13 20:00:00.000", "4", "2")], rating="How restless are your legs now?")
    found = take(export(content), *MAP)
    assert taken(found) == {13: {"severity": "4"}}
    (left,) = found.rejected
    assert (left.rows, left.night, left.values["caffeine"]) == (0, "2026-01-12", "2")
    assert "caffeine: speaks of the day before, and its row is of the night 2026-01-13" in left.reason
    mended = take(recognize_any(open_file(trial_folder / "rejected.csv")))
    assert taken(mended) == {12: {"caffeine": "2"}}
