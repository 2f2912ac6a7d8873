"""Zepp: the date is that of waking up, REM sleep stands beside the shallow one, and noughts are days without the watch."""

import pytest

from nof1.record.sources.zepp import recognize

HEADER = "date,deepSleepTime,shallowSleepTime,wakeTime,start,stop,REMTime,naps\n"
NIGHT = "2026-01-13,76,206,4,2026-01-12 22:13:00+0000,2026-01-13 04:06:00+0000,67,\n"


def test_the_time_asleep_is_made_of_three_stages(opened, nights):
    export = recognize(opened("\ufeff" + HEADER + NIGHT))
    assert (export.when, export.dated_by) == ("date", "morning")
    assert nights(export) == {
        12: {"sleep_minutes": 349, "deep_sleep_minutes": 76, "rem_sleep_minutes": 67, "awake_minutes": 4}
    }


def test_times_in_utc_ask_nothing(opened, nights):
    for zone in (None, "Asia/Tokyo"):
        assert list(nights(recognize(opened(HEADER + NIGHT)), zone=zone)) == [12]


def test_the_older_form_has_no_rem_sleep_and_seconds_since_1970(opened, nights):
    text = "date,lastSyncTime,deepSleepTime,shallowSleepTime,wakeTime,start,stop\n2026-01-13,1768300000,46,542,0,1768250000,1768285280\n"
    assert nights(recognize(opened(text))) == {12: {"sleep_minutes": 588, "deep_sleep_minutes": 46, "awake_minutes": 0}}


@pytest.mark.parametrize("awake", ["0", "12"])
def test_a_day_without_the_watch_holds_nothing(opened, plan, awake):
    text = f"2026-01-13,0,0,{awake},2026-01-12 22:00:00+0000,2026-01-12 22:00:00+0000,0,\n"
    made = plan(recognize(opened(HEADER + text + NIGHT.replace("-13", "-14"))))
    assert [change.night.day for change in made.changes] == ([13] if awake == "0" else [12, 13])
    assert "sleep_minutes" not in made.changes[0].cells or awake == "0"
    assert made.blank == (awake == "0")


def test_no_rem_sleep_is_none_measured(opened, nights):
    taken = nights(recognize(opened(HEADER + NIGHT.replace(",67,", ",0,"))))
    assert taken == {12: {"sleep_minutes": 282, "deep_sleep_minutes": 76, "awake_minutes": 4}}


def test_naps_are_not_added_to_a_night(opened, nights):
    text = HEADER + NIGHT.rstrip("\n") + '"[{""start"":""14:00"",""duration"":40}]"\n'
    assert nights(recognize(opened(text)))[12]["sleep_minutes"] == 349


def test_what_is_odd_is_given_for_the_importer_to_refuse(opened, plan):
    made = plan(recognize(opened(HEADER + NIGHT.replace("206", "long") + "Total,1,2,3,,,,\n")))
    assert (made.taken, made.values_rejected, made.rows_rejected) == (1, 1, 1)
    assert "sleep_minutes" not in made.changes[0].cells
