"""WHOOP: naps among the nights, the newest row first, and a journal of questions and answers."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.whoop import MAX_QUESTIONS, recognize

SLEEPS = (
    "Cycle start time,Cycle end time,Cycle timezone,Sleep onset,Wake onset,Sleep performance %,Respiratory rate (rpm),Asleep duration (min),"
    "In bed duration (min),Light sleep duration (min),Deep (SWS) duration (min),REM duration (min),Awake duration (min),Sleep need (min),"
    "Sleep debt (min),Sleep efficiency %,Sleep consistency %,Nap\n"
)
SPANISH = (
    "Hora de inicio del ciclo,Hora de finalización del ciclo,Zona horaria del ciclo,Inicio del sueño,Inicio de la vigilia,"
    "Calificación del sueño (%),Frecuencia respiratoria (rpm),Duración del sueño (min),Tiempo en la cama (min),Duración de sueño ligero (min),"
    "Duración de sueño profundo (SWS) (min),Duración de sueño REM (min),Tempo despierto/a (min),Sueño necesario (min),Deuda de sueño (min),"
    "Eficiencia del sueño %,Regularidad del sueño %,Siesta\n"
)
NIGHT = "2026-01-13 01:23:00,,UTC+01:00,2026-01-13 01:23:00,2026-01-13 09:00:00,76,16.9,410,457,250,90,70,47,480,30,90,76,false\n"
NAP = "2026-01-13 01:23:00,,UTC+01:00,2026-01-13 19:40:00,2026-01-13 20:20:00,,15.2,38,40,38,0,0,2,,,95,,true\n"
TAKEN = {
    "sleep_minutes": 410,
    "time_in_bed_minutes": 457,
    "deep_sleep_minutes": 90,
    "rem_sleep_minutes": 70,
    "awake_minutes": 47,
    "sleep_score": 76,
}


@pytest.mark.parametrize("header", [SLEEPS, SPANISH])
def test_a_night_and_a_nap_in_either_language(opened, nights, header):
    assert nights(recognize(opened(header + NAP + NIGHT))) == {12: TAKEN, 13: {"nap_minutes": 38}}


def test_cycles_have_the_resting_heart_rate_and_no_naps(opened, nights):
    text = (
        "Cycle start time,Cycle end time,Cycle timezone,Recovery score %,Resting heart rate (bpm),Heart rate variability (ms),Day Strain,Sleep onset,"
        "Wake onset,Asleep duration (min)\n"
        "2026-01-13 22:10:00,,UTC+01:00,66,52,61,8.4,2026-01-13 22:10:00,2026-01-14 06:00:00,440\n"
        "2026-01-12 13:00:00,2026-01-13 22:10:00,UTC+01:00,50,54,60,8.0,2026-01-12 13:00:00,2026-01-12 15:00:00,110\n"
    )
    assert nights(recognize(opened(text))) == {
        12: {"sleep_minutes": 110, "resting_heart_rate": 54},
        13: {"sleep_minutes": 440, "resting_heart_rate": 52},
    }


JOURNAL = "Cycle start time,Cycle end time,Cycle timezone,Question text,Answered yes,Notes\n"
ANSWERS = (
    ",,,Menstruating?,true,\n"
    "2026-01-12 23:14:09,,UTC+01:00,Consumed caffeine?,true,late\n"
    "2026-01-12 23:14:09,,UTC+01:00,Have any alcoholic drinks?,false,\n"
    "2026-01-14 00:14:09,,UTC+01:00,Consumed caffeine?,false,\n"
)


def test_each_question_becomes_a_column_and_none_is_suggested(opened, measures, plan):
    export = recognize(opened(JOURNAL + ANSWERS))
    assert export.header == (
        "Cycle start time",
        "Notes",
        "Menstruating?",
        "Consumed caffeine?",
        "Have any alcoholic drinks?",
    )
    assert measures(export) == {}
    made = plan(
        export,
        "alcohol=Have any alcoholic drinks?",
        measures=("caffeinated=Consumed caffeine?", "bleeding=Menstruating?"),
    )
    assert {change.night.day: dict(change.cells) for change in made.changes} == {
        12: {"alcohol": "0", "caffeinated": "1"},
        13: {"caffeinated": "0"},
    }
    assert [row.reason for row in made.rejected] == ["there is no date"]  # an answer without a cycle
    assert any(note.startswith("CAREFUL: WHOOP does not say") for note in export.notes)


def test_a_yes_is_no_number_of_drinks(opened, plan):
    made = plan(
        recognize(opened(JOURNAL + ANSWERS.replace("drinks?,false", "drinks?,true"))),
        "alcohol=Have any alcoholic drinks?",
    )
    assert made.taken == 0
    assert "'true' is no plain number" in made.rejected[0].reason


def test_a_question_about_the_treatment_stays_in_the_file(opened, roles):
    text = JOURNAL + "2026-01-12 23:14:09,,UTC+01:00,Treatment,true,\n"
    assert roles(recognize(opened(text)), "treatment") == ["Treatment"]


def test_questions_called_like_the_tables_own_columns_are_kept_apart(opened):
    text = JOURNAL + "2026-01-12 23:14:09,,UTC+01:00,Notes,true,x\n2026-01-12 23:14:09,,UTC+01:00,,true,x\n"
    export = recognize(opened(text))
    assert export.header == ("Cycle start time", "Notes", "Notes (question)", " (question)")
    assert [row.cells[1:] for row in export.rows()] == [["x", "true", ""], ["x", "", "true"]]


def test_the_number_of_questions_has_a_bound(opened):
    text = JOURNAL + "".join(
        f"2026-01-12 23:14:09,,UTC+01:00,Question {number}?,true,\n" for number in range(MAX_QUESTIONS + 2)
    )
    export = recognize(opened(text))
    assert len(export.columns) == MAX_QUESTIONS + 2
    assert len(list(export.rows())) == MAX_QUESTIONS + 2
    assert any("more than" in note for note in export.notes)


def test_a_header_alone_is_refused(opened):
    with pytest.raises(InputError, match="no rows"):
        recognize(opened(JOURNAL))
