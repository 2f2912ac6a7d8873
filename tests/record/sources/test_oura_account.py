"""Oura's account export: seconds, semicolons, and what is no night."""

import pytest

from nof1.record.sources.oura_account import recognize
from nof1.record.sources.sleeps import NAP

HEADER = (
    "id;average_heart_rate;awake_time;bedtime_end;bedtime_start;day;deep_sleep_duration;heart_rate;latency;light_sleep_duration;"
    "lowest_heart_rate;rem_sleep_duration;time_in_bed;total_sleep_duration;type\n"
)
NIGHT = 'a;58.5;3000;2026-01-13T06:40:00.000+01:00;2026-01-12T22:40:00.000+01:00;2026-01-13;4800;{"interval":300.0,"items":[60.0,null]};600;15000;52;5400;28800;25200;long_sleep\n'


def row(begin, end, asleep, kind):
    return f"b;;;{end}:00+01:00;{begin}:00+01:00;{end[:10]};;{{}};300;;60;;;{asleep};{kind}\n"


NAP_AT_TWO = row("2026-01-13T14:00", "2026-01-13T14:40", 1200, "late_nap")


def test_durations_are_seconds_and_become_minutes(opened, nights):
    assert nights(recognize(opened(HEADER + NIGHT))) == {
        12: {
            "sleep_minutes": 420,
            "time_in_bed_minutes": 480,
            "awake_minutes": 50,
            "sleep_latency_minutes": 10,
            "deep_sleep_minutes": 80,
            "rem_sleep_minutes": 90,
            "resting_heart_rate": 52,
        }
    }


def test_a_nap_is_no_night_whatever_is_said_of_several(opened, nights):
    for several in (None, "first", "sum", "max"):
        taken = nights(
            recognize(opened(HEADER + NIGHT + NAP_AT_TWO)),
            "night=bedtime_start",
            "sleep=total_sleep_duration",
            several=several,
        )
        assert taken[12]["sleep_minutes"] == 420
        assert taken[13] == {"nap_minutes": 20}


@pytest.mark.parametrize("kind", ["rest", "deleted", "REST"])
def test_false_alarms_are_no_sleep(opened, nights, kind):
    text = HEADER + NIGHT + row("2026-01-13T22:00", "2026-01-13T23:00", 3000, kind)
    assert list(nights(recognize(opened(text)))) == [12]


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("2026-01-13T03:10", "2026-01-13T05:40", {12: {"sleep_minutes": 130}}),  # a short night, with restless legs
        ("2026-01-12T23:10", "2026-01-13T01:40", {12: {"sleep_minutes": 130}}),
        ("2026-01-13T13:10", "2026-01-13T15:40", {13: {"nap_minutes": 130}}),
    ],
)
def test_a_short_sleep_is_of_the_night_by_the_clock(opened, nights, begin, end, expected):
    taken = nights(recognize(opened(HEADER + row(begin, end, 7800, "sleep"))))
    names = {"sleep_minutes", "nap_minutes"}
    assert {
        day: {name: value for name, value in cells.items() if name in names} for day, cells in taken.items()
    } == expected


def test_two_parts_of_a_night_are_added_up(opened, nights):
    later = row("2026-01-13T07:10", "2026-01-13T08:10", 3000, "sleep")
    assert nights(recognize(opened(HEADER + NIGHT + later)), several="first")[12]["sleep_minutes"] == 470


def test_an_odd_row_is_given_for_the_importer_to_refuse(opened, table):
    export = recognize(
        opened(
            HEADER + NIGHT + NIGHT.replace("25200", "soon").replace("2026-01-1", "2026-01-2") + NIGHT.rstrip() + ";7\n"
        )
    )
    rows = list(export.rows())
    assert rows[1].cells[export.place("total_sleep_duration")] == "soon"
    assert rows[2].cells[len(export.columns) :] == ["7"]
    assert table(export)[0]["total_sleep_duration"] == "25200"
    assert NAP in export.header
