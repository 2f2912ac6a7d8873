"""Fitbit from Takeout: JSON with main sleeps and others, scores by the moment of waking up, and the newer table."""

import json

import pytest

from nof1.errors import InputError
from nof1.record.sources.fitbit_takeout import recognize
from nof1.record.values.ambiguous import AmbiguousInput


def sleep(begin, end, asleep, *, main=True, deep=None, number=1):
    summary = (
        {}
        if deep is None
        else {"deep": {"count": 3, "minutes": deep}, "rem": {"minutes": 90}, "light": {"minutes": 200}}
    )
    return {
        "logId": number,
        "dateOfSleep": end[:10],
        "startTime": f"{begin}:00.000",
        "endTime": f"{end}:00.000",
        "minutesToFallAsleep": 0,
        "minutesAsleep": asleep,
        "minutesAwake": 30,
        "timeInBed": asleep + 30,
        "levels": {"summary": summary, "data": [{"dateTime": begin, "level": "deep", "seconds": 60}]},
        "mainSleep": main,
    }


NIGHT = sleep("2026-01-12T22:40", "2026-01-13T07:40", 470, deep=64)


def test_a_night_is_taken_with_its_stages(opened, nights):
    export = recognize(opened(json.dumps([NIGHT]), "sleep-2026-01-01.json"))
    assert nights(export) == {
        12: {
            "sleep_minutes": 470,
            "time_in_bed_minutes": 500,
            "awake_minutes": 30,
            "deep_sleep_minutes": 64,
            "rem_sleep_minutes": 90,
        }
    }


def test_what_a_program_has_asked_of_fitbits_servers_is_read_too(opened, nights):
    record = {**NIGHT, "isMainSleep": True}
    del record["mainSleep"]
    assert (
        nights(recognize(opened(json.dumps({"sleep": [record], "summary": {}}, indent=1))))[12]["sleep_minutes"] == 470
    )


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-01-13T08:10", "2026-01-13T08:50", {12: {"sleep_minutes": 510}}),  # the night went on
        ("2026-01-13T15:10", "2026-01-13T15:50", {12: {"sleep_minutes": 470}, 13: {"nap_minutes": 40}}),
    ],
)
def test_what_is_no_main_sleep_goes_by_the_clock(opened, nights, begin, end, expected):
    text = json.dumps([NIGHT, sleep(begin, end, 40, main=False, number=2)])
    taken = nights(recognize(opened(text)))
    names = {"sleep_minutes", "nap_minutes"}
    assert {
        day: {name: value for name, value in cells.items() if name in names} for day, cells in taken.items()
    } == expected


def test_a_main_sleep_in_the_day_is_a_night_all_the_same(opened, nights):
    assert list(nights(recognize(opened(json.dumps([sleep("2026-01-13T10:10", "2026-01-13T12:00", 100)]))))) == [12]


def test_a_record_that_is_there_twice_counts_once(opened, nights):
    assert nights(recognize(opened(json.dumps([NIGHT, NIGHT]))))[12]["sleep_minutes"] == 470


def test_an_odd_value_is_rejected_alone_and_an_odd_moment_with_its_record(opened, plan):
    odd = {
        **NIGHT,
        "minutesAsleep": "much",
        "startTime": "2026-01-13T22:00:00.000",
        "endTime": "2026-01-14T06:00:00.000",
    }
    when = {**NIGHT, "startTime": "at night"}
    made = plan(recognize(opened(json.dumps([odd, NIGHT, when, {"dateOfSleep": None}]))))
    assert (made.taken, made.values_rejected, made.rows_rejected, made.blank) == (2, 1, 1, 1)
    assert "sleep_minutes" not in made.changes[1].cells
    assert any("'at night' is no date" in row.reason for row in made.rejected)


def test_damaged_json_is_refused_at_once(opened):
    with pytest.raises(InputError, match="damaged or was cut off"):
        recognize(opened(json.dumps([NIGHT])[:-9], "sleep.json"))


def test_other_json_is_left_to_others(opened):
    assert recognize(opened('[{"dateTime": "2026-01-12", "value": 1}]')) is None


SCORES = "sleep_log_entry_id,timestamp,overall_score,composition_score,revitalization_score,duration_score,deep_sleep_in_minutes,resting_heart_rate,restlessness\n"


def test_a_score_is_of_the_night_before_the_morning(opened, nights):
    text = SCORES + "36,2026-01-14T00:30:30Z,70,20,22,28,35,52,0.07\n35,2026-01-13T06:12:30Z,81,,22,28,64,50,0.06\n"
    assert nights(recognize(opened(text))) == {
        12: {"sleep_score": 81, "deep_sleep_minutes": 64, "resting_heart_rate": 50},
        13: {"sleep_score": 70, "deep_sleep_minutes": 35, "resting_heart_rate": 52},
    }


def test_the_zone_moves_no_score_to_another_day(opened, nights):
    export = recognize(opened(SCORES + "36,2026-01-13T06:12:30Z,70,20,22,28,35,52,0.07\n"))
    for zone in (None, "America/Los_Angeles", "Pacific/Auckland"):
        assert list(nights(export, zone=zone)) == [12]


def test_two_scores_of_a_night_are_asked_about(opened, nights):
    text = SCORES + "36,2026-01-13T06:12:30Z,70,,,,35,52,\n37,2026-01-13T16:37:30Z,66,,,,22,52,\n"
    with pytest.raises(AmbiguousInput, match="several different values"):
        nights(recognize(opened(text)))


USER_SLEEPS = "sleep_id,sleep_type,minutes_in_sleep_period,minutes_after_wake_up,minutes_to_fall_asleep,minutes_asleep,minutes_awake,start_utc_offset,sleep_start,end_utc_offset,sleep_end,data_source\n"


def test_the_newer_table_has_times_in_utc_and_their_offset(opened, nights):
    text = (
        USER_SLEEPS
        + "7,STAGES,480,5,12,420,48,-08:00,2026-01-13 07:30:00+0000,-08:00,2026-01-13 15:30:00+0000,X\n"
        + "8,CLASSIC,45,0,0,40,5,-08:00,2026-01-13 22:00:00+0000,-08:00,2026-01-13 22:45:00+0000,X\n"
    )
    assert nights(recognize(opened(text))) == {
        12: {"sleep_minutes": 420, "time_in_bed_minutes": 480, "awake_minutes": 48},
        13: {"nap_minutes": 40},
    }
