"""What an export says of its dates holds for its own column, and not for another one that a person takes for the night."""

import pytest

from nof1.errors import InputError
from nof1.record.sources import recognize
from nof1.record.sources.source import Column, Export

OURA = "date,Sleep Score,Total Sleep Score,Total Sleep Duration,Bedtime Start,Bedtime End\n2026-01-13,80,71,25200,2026-01-12T23:30:00+01:00,2026-01-13T07:00:00+01:00\n"
ACCOUNT = "day;bedtime_start;bedtime_end;total_sleep_duration;type\n2026-01-13;2026-01-13T00:30:00+01:00;2026-01-13T07:00:00+01:00;23400;long_sleep\n"
ZEPP = "date,deepSleepTime,shallowSleepTime,wakeTime,start,stop\n2026-01-13,76,206,4,2026-01-12 23:13:00,2026-01-13 06:06:00\n"
WITHINGS = "from,to,light (s),deep (s),rem (s),awake (s),wake up,Duration to sleep (s),Duration to wake up (s)\n2026-01-12T23:20:00+01:00,2026-01-13T07:02:00+01:00,12000,9000,4200,900,1,120,60\n"
SLEEP_CYCLE = "Start;End;Sleep quality;Time in bed\n2026-01-13 00:20:00;2026-01-13 07:10:00;81%;7:50\n"
WHOOP = "Cycle start time,Sleep onset,Wake onset,Asleep duration (min),Nap\n2026-01-12 23:20:11,2026-01-12 23:20:11,2026-01-13 07:12:40,431,false\n"
SAMSUNG = "com.samsung.shealth.sleep,7006003,11\nstart_time,end_time,time_offset,sleep_score\n2026-01-12 22:20:00.000,2026-01-13 06:10:00.000,UTC+0100,80,\n"
GOOGLE = "sleep_id,minutes_asleep,start_utc_offset,sleep_start,end_utc_offset,sleep_end\n7,420,+01:00,2026-01-12 22:20:00+0000,+01:00,2026-01-13 06:00:00+0000\n"
FITBIT = "Sleep\nStart Time,End Time,Minutes Asleep\n2026-01-12 11:12PM,2026-01-13 7:02AM,401\n"
ANDROID = "Id,Tz,From,To,Sched,Hours,Rating\n1,Europe/Berlin,12. 01. 2026 23:10,13. 01. 2026 6:40,,7.500,3.0\n"
JSON = '[{"dateOfSleep": "2026-01-13", "startTime": "2026-01-12T23:20:00.000", "endTime": "2026-01-13T07:00:00.000", "minutesAsleep": 431}]'


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (OURA, ("Bedtime Start", "date", "Bedtime End")),
        (ACCOUNT, ("bedtime_start", "day", "bedtime_end")),
        (ZEPP, ("date", "start", "stop")),
        (WITHINGS, ("from", "to")),
        (SLEEP_CYCLE, ("Start", "End")),
        (WHOOP, ("Sleep onset", "Cycle start time", "Wake onset")),
        (SAMSUNG, ("start_time", "end_time")),
        (GOOGLE, ("sleep_start", "sleep_end")),
        (FITBIT, ("Start Time", "End Time")),
        (ANDROID, ("From", "To")),
        (JSON, ("startTime", "dateOfSleep", "endTime")),
    ],
)
def test_the_night_is_the_same_whichever_date_of_it_is_taken(opened, nights, text, columns):
    export = recognize(opened(text))
    assert export.when == columns[0]
    for column in columns:
        assert list(nights(export, f"night={column}", units={"sleep_minutes": "s"} if text == OURA else {})) == [12]


def test_what_the_person_says_of_the_dates_goes_before_it(opened, nights):
    assert list(nights(recognize(opened(ACCOUNT)), "night=day", dated_by="day")) == [13]


def test_the_preview_tells_what_the_dates_are(opened, plan):
    export = recognize(opened(ACCOUNT))
    assert plan(export).export.dated_by == "evening"
    assert plan(export, "night=day").export.dated_by == "morning"


def test_another_columns_dates_have_no_clock_beside_them(tmp_path):
    columns = (Column("date"), Column("time"), Column("other"), Column("end", dated_by="morning"))
    export = Export("key", "a title", tmp_path, columns, "date", lambda: iter(()), "morning", clock="time")
    assert export.dated_from("date") is export
    assert [(made.when, made.dated_by, made.clock) for made in map(export.dated_from, ("other", "end"))] == [
        ("other", None, ""),
        ("end", "morning", ""),
    ]
    with pytest.raises(InputError, match="no column 'more'"):
        export.dated_from("more")
