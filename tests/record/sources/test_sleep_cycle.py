"""Sleep Cycle: percentages and clock times in the old form, seconds in the newer ones."""

import pytest

from nof1.record.sources.sleep_cycle import recognize

OLD = "Start;End;Sleep quality;Time in bed;Wake up;Sleep Notes;Heart rate;Activity (steps)\n"
NEW = (
    "Start;End;Sleep Quality;Regularity;Awake (seconds);Dream (seconds);Light (seconds);Deep (seconds);Mood;Heart rate (bpm);Steps;Alarm mode;"
    "Air Pressure (Pa);City;Movements per hour;Time in bed (seconds);Time asleep (seconds);Time before sleep (seconds);Window start;Window stop;"
    "Did snore;Snore time (seconds);Weather temperature (°F);Weather type;Notes\n"
)
NIGHT = "2026-01-12 22:50:00;2026-01-13 06:50:00;82%;75%;1200;3600;10800.6;7200;Good;58;4012;Normal;98.1;Ulm;65.19114;28800.0;25200;600;;;true;300;64;Clear;Tea\n"


def test_the_old_form(opened, nights, table, measures):
    export = recognize(opened(OLD + "2026-01-12 22:52:48;2026-01-13 06:47:35;93%;7:54;:);Worked out:Ate late;0;812\n"))
    assert nights(export) == {12: {"sleep_score": 93, "time_in_bed_minutes": 474}}
    assert set(measures(export)) == {"Sleep quality", "Time in bed", "length of a nap"}
    assert table(export)[0]["Sleep Notes"] == "Worked out:Ate late"


def test_the_newer_form_is_in_seconds(opened, nights):
    assert nights(recognize(opened(NEW + NIGHT))) == {
        12: {
            "sleep_score": 82,
            "time_in_bed_minutes": 480,
            "sleep_minutes": 420,
            "sleep_latency_minutes": 10,
            "awake_minutes": 20,
            "rem_sleep_minutes": 60,
            "deep_sleep_minutes": 120,
        }
    }


def test_the_form_between_them(opened, nights):
    text = "Start;End;Sleep Quality;Time in bed(seconds);Notes\n2026-01-12 22:52:48;2026-01-13 05:22:38;67%;23391;\n"
    assert nights(recognize(opened(text))) == {12: {"sleep_score": 67, "time_in_bed_minutes": pytest.approx(389.85)}}


def test_a_point_is_a_decimal_point_between_semicolons_too(opened, nights):
    text = NEW + NIGHT.replace(";1200;", ";1.200;")
    assert nights(recognize(opened(text)))[12]["awake_minutes"] == pytest.approx(0.02)


def test_where_the_person_was_stays_in_the_file(opened, roles):
    assert roles(recognize(opened(NEW + NIGHT)), "private") == ["City"]


def test_naps_are_apart(opened, nights):
    nap = "2026-01-13 13:00:00;2026-01-13 14:00:00;20%;1:00;;;0;0\n"
    assert nights(recognize(opened(OLD + nap))) == {13: {"nap_minutes": 60}}
    new = NIGHT.replace("2026-01-12 22:50", "2026-01-13 13:00").replace("06:50", "13:50").replace("25200", "2400")
    assert nights(recognize(opened(NEW + new))) == {13: {"nap_minutes": 40}}


@pytest.mark.parametrize(
    ("column", "odd"),
    [("Time in bed", "long"), ("Time in bed", "7:5"), ("Sleep quality", "good"), ("Sleep quality", "930%")],
)
def test_an_odd_value_is_rejected_alone(opened, plan, column, odd):
    good = "2026-01-12 22:52:48;2026-01-13 06:47:35;93%;7:54;;;0;0\n"
    text = good.replace("7:54" if column == "Time in bed" else "93%", odd)
    made = plan(recognize(opened(OLD + text)))
    assert (made.taken, made.values_rejected, made.rows_rejected) == (1, 1, 0)


def test_another_table_with_start_and_end_is_left_to_others(opened):
    assert recognize(opened("Start;End;Sleep quality\n2026-01-12;2026-01-13;93%\n")) is None
