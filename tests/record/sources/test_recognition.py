"""Every sample is recognized by its own source and by no other, whatever the file is called."""

import re
from datetime import date
from importlib import import_module

import pytest

from nof1.errors import InputError
from nof1.record.opening.opened import open_file
from nof1.record.values.measures import find_measure, unit_factor
from nof1.record.values.nights import moment_reader, night_of

# A source that knows several tables has a sample of each, with the table's name behind a colon.
SAMPLES = {
    "bearable": "date,weekday,time of day,category,rating/amount,detail,notes\n8th Dec 2026,Tuesday,pm,Symptom,2,Restless legs,\n",
    "cronometer": "Date,Energy (kcal),Caffeine (mg),Iron (mg),Magnesium (mg),Completed\n2026-01-05,2100,90,11,310,true\n",
    "daylio": "full_date,date,weekday,time,mood,activities,note_title,note\n2026-01-05,January 5,Monday,21:30,meh,walk | tea,,\n",
    "fitbit": "Sleep\nStart Time,End Time,Minutes Asleep,Minutes Awake\n2026-01-05 11:12PM,2026-01-06 7:02AM,401,69\n",
    "fitbit_takeout: scores": "sleep_log_entry_id,timestamp,overall_score,resting_heart_rate\n36,2026-01-06T07:12:30Z,79,52\n",
    "fitbit_takeout: sleeps": "sleep_id,sleep_type,minutes_asleep,start_utc_offset,sleep_start,end_utc_offset,sleep_end\n7,STAGES,420,+01:00,2026-01-05 22:20:00+0000,+01:00,2026-01-06 06:00:00+0000\n",
    "garmin": "Sleep Score 4 Weeks,Score,Resting Heart Rate,Quality,Duration,Sleep Need,Bedtime,Wake Time\n2026-01-06,81,52,Good,7h 5min,8h 0min,11:20 PM,6:40 AM\n",
    "google_forms": "Timestamp,Email Address,How bad were your legs?\n2026/01/05 9:00:00 PM GMT+1,a@example.org,6\n",
    "health_auto_export": "Date/Time,Active Energy (kJ),Apple Exercise Time (min),Step Count (count)\n2026-01-05 00:00:00,1500.2,20,8500\n",
    "macrofactor": "Date,Time,Food Name,Serving Size,Calories (kcal),Magnesium (mg)\n2026-01-05,08:10,Porridge,1 bowl,310,71\n",
    "microsoft_forms": "ID,Start time,Completion time,Email,Name,How bad were your legs?\n1,2026-01-05 21:00:00,2026-01-05 21:02:00,anonymous,,6\n",
    "myfitnesspal": "Date,Meal,Calories,Fat (g),Sodium (mg),Iron,Note\n2026-01-05,Breakfast,518.0,29.0,574.5,8.0,\n",
    "nof1kit": "datetime,date,study_day,mood,tea,condition,mood_daily_mean\n2026-01-05 10:06:00,2026-01-05,1.0,65.0,0,water,\n",
    "oura": "date,Sleep Score,Total Sleep Score,Total Sleep Duration,Bedtime Start\n2026-01-06,80,71,25200,2026-01-05T23:30:00+01:00\n",
    "oura_account": "id,day,bedtime_start,bedtime_end,total_sleep_duration,type\na,2026-01-06,2026-01-05T23:30:00+01:00,2026-01-06T07:00:00+01:00,25200,long_sleep\n",
    "qs_access": "Start,Finish,Active Calories (kcal),Distance (mi),Steps (count)\n05-Jan-2026 00:00,06-Jan-2026 00:00,0.0,5.7,12320.0\n",
    "qualtrics": 'StartDate,EndDate,Status,IPAddress,Progress,Finished,RecordedDate,ResponseId,Q1\nStart Date,End Date,Response Type,IP Address,Progress,Finished,Recorded Date,Response ID,How bad?\n"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}",,,,,,"{""ImportId"":""QID1""}"\n2026-01-05 21:00:00,2026-01-05 21:03:00,IP Address,*,100,True,2026-01-05 21:03:01,R_1,6\n',
    "redcap": "record_id,redcap_repeat_instrument,redcap_repeat_instance,diary_timestamp,severity,diary_complete\n1,diary,1,2026-01-05 22:10:00,6,2\n",
    "samsung_health": "com.samsung.shealth.sleep,7006003,11\ncom.samsung.health.sleep.start_time,com.samsung.health.sleep.end_time,com.samsung.health.sleep.time_offset,sleep_score\n2026-01-05 22:20:00.000,2026-01-06 06:10:00.000,UTC+0100,80,\n",
    "samsung_health: steps": "com.samsung.shealth.stress,7006003,4\nscore,start_time,time_offset\n31,2026-01-05 19:20:00.000,UTC+0100,\n",
    "simple_health_export": "sep=,\ntype,sourceName,sourceVersion,productType,device,startDate,endDate,unit,value\nHKQuantityTypeIdentifierStepCount,Phone,18,iPhone,,2026-01-05 21:10:00 +0000,2026-01-05 21:20:00 +0000,count,640\n",
    "sleep_as_android": "Id,Tz,From,To,Sched,Hours,Rating,Comment\n1,Europe/Berlin,05. 01. 2026 23:10,06. 01. 2026 6:40,,7.500,3.0,\n",
    "sleep_cycle": "Start;End;Sleep quality;Time in bed;Wake up;Sleep Notes\n2026-01-05 23:20:00;2026-01-06 07:10:00;81%;7:50;:);tea\n",
    "sleep_cycle: seconds": "Start;End;Sleep Quality;Regularity;Awake (seconds);City;Time in bed (seconds);Time asleep (seconds)\n2026-01-05 23:20:00;2026-01-06 07:10:00;81%;70%;1200;Ulm;28200;27000\n",
    "studyu": "measurement_time,participant_id,current_day_of_study,current_intervention_id\n2026-01-05 20:00:00.000Z,p,0,a\n",
    "whoop": "Cycle start time,Sleep onset,Wake onset,Asleep duration (min),Nap\n2026-01-05 23:20:11,2026-01-05 23:20:11,2026-01-06 07:12:40,431,false\n",
    "whoop: Spanish": "Hora de inicio del ciclo,Inicio del sueño,Inicio de la vigilia,Duración del sueño (min),Siesta\n2026-01-05 23:20:11,2026-01-05 23:20:11,2026-01-06 07:12:40,431,false\n",
    "whoop: journal": "Cycle start time,Cycle end time,Cycle timezone,Question text,Answered yes,Notes\n2026-01-05 23:20:11,,UTC+01:00,Consumed caffeine?,true,\n",
    "withings": "from,to,light (s),deep (s),rem (s),awake (s),wake up,Duration to sleep (s),Duration to wake up (s)\n2026-01-05T23:20:00+01:00,2026-01-06T07:02:00+01:00,12000,9000,4200,900,1,120,60\n",
    "withings: German": "von,bis,leicht (s),tief (s),rem (s),wach (s),Aufwachen,Duration to sleep (s),Duration to wake up (s)\n2026-01-05T23:20:00+01:00,2026-01-06T07:02:00+01:00,12000,9000,4200,900,1,120,60\n",
    "zepp": "date,deepSleepTime,shallowSleepTime,wakeTime,start,stop,REMTime,naps\n2026-01-06,88,310,4,2026-01-05 22:20:00+0000,2026-01-06 06:10:00+0000,70,\n",
}
KEYS = tuple(dict.fromkeys(key.partition(":")[0] for key in SAMPLES))
JSON_SAMPLES = {
    "fitbit_takeout": '[{"logId": 1, "dateOfSleep": "2026-01-06", "startTime": "2026-01-05T23:20:00.000", "minutesAsleep": 431}]',
    "": '[{"a": 1}]',
}
OTHERS = {
    "a diary": "night,severity,dose_mg\n2026-01-05,4,200\n",
    "a list of days": "Date,How bad?\n2026-01-05,4\n",
    "a list of meals": "Date,Meal,Calories\n2026-01-05,Lunch,700\n",
    "a list of sleeps": "date,sleep score\n2026-01-05,70\n",
    "one column": "Sleep\n7\n8\n",
    "a timestamp alone": "Timestamp\n2026-01-05 20:00\n",
    "a machine's log": "timestamp,value\n2026-01-05 20:00,1\n",
    "a diary with steps": "Date,Step Count (count),How bad?\n2026-01-05,8000,4\n",
    "meals with their fat": "Date,Food Name,Meal,Calories,Fat (g)\n2026-01-05,Soup,Lunch,310,4\n",
    "a list of starts": "Start,Finish,Task (h)\n2026-01-05 20:00,2026-01-05 21:00,1\n",
    "records of one's own": "record_id,date,severity\n1,2026-01-05,4\n",
    "an ID and a time": "ID,Start time,End time,How bad?\n1,2026-01-05 20:00,2026-01-05 20:01,4\n",
}


def source(key):
    return import_module(f"nof1.record.sources.{key.partition(':')[0]}")


def found(file):
    return [key for key in KEYS if source(key).recognize(file) is not None]


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_is_recognized_by_its_own_source_alone(opened, key):
    file = opened(SAMPLES[key], "something-else.txt")
    assert found(file) == [key.partition(":")[0]]
    export = source(key).recognize(file)
    assert (export.source, export.title, export.path) == (source(key).KEY, source(key).TITLE, file.path)
    assert len(list(export.rows())) == 1
    assert list(export.rows()) == list(export.rows())


@pytest.mark.parametrize("key", SAMPLES)
@pytest.mark.parametrize("change", ["byte order mark", "semicolons", "tabs", "empty columns", "UTF-16", "CRLF"])
def test_a_sample_is_recognized_however_it_was_saved(opened, key, change):
    text = SAMPLES[key]
    if change == "semicolons" and key == "fitbit":
        text = text.replace("Sleep\n", "Sleep,,,\n")  # as a spreadsheet program saves it
    if change == "tabs" and key == "fitbit":
        text = text.replace("Sleep\n", "Sleep,,,\n")
    content = {
        "byte order mark": b"\xef\xbb\xbf" + text.encode(),
        "semicolons": text.replace(",", ";").encode(),
        "tabs": text.replace(",", "\t").encode(),
        "empty columns": text.replace("\n", ",,\n").encode(),
        "UTF-16": text.encode("utf-16"),
        "CRLF": text.replace("\n", "\r\n").encode(),
    }[change]
    file = opened(content)
    assert found(file) == [key.partition(":")[0]]
    assert len(list(source(key).recognize(file).rows())) == 1


@pytest.mark.parametrize("key", JSON_SAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_recognized_by_its_own_source_alone(opened, key, encoding):
    file = opened(JSON_SAMPLES[key].encode(encoding), "sleep.txt")
    assert file.kind == "json"
    assert found(file) == [key] * bool(key)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_none_of_these_is_not_recognized(opened, name):
    assert found(opened(OTHERS[name])) == []


def test_a_file_that_is_no_table_is_not_recognized(opened, tmp_path):
    assert found(opened("<?xml version='1.0'?><HealthData/>", "export.xml")) == []
    (tmp_path / "empty.csv").write_bytes(b"")
    assert found(open_file(tmp_path / "empty.csv")) == []


@pytest.mark.parametrize("key", SAMPLES)
def test_columns_stand_for_measures_that_exist_in_units_that_are_known(opened, key):
    export = source(key).recognize(opened(SAMPLES[key]))
    assert len(set(export.header)) == len(export.header)
    for column in export.columns:
        if column.measure:
            measure = find_measure(column.measure)
            assert measure is not None
            assert measure.name == column.measure
            assert column.unit == "?" or unit_factor(measure, column.unit) > 0
            assert column.role == "value"
    for name in filter(None, (export.when, export.day_number, export.zone_column, export.until, export.device)):
        export.place(name)
    for name in export.suggested.values():
        assert export.column(name).role in ("value", "text")


@pytest.mark.parametrize("key", SAMPLES)
def test_the_row_of_a_sample_belongs_to_its_night(opened, key):
    export = source(key).recognize(opened(SAMPLES[key]))
    (row,) = export.rows()
    zone = row.cells[export.place(export.zone_column)] if export.zone_column else ""
    moment = moment_reader(export.date_order or "dmy", "Europe/Berlin")(row.cells[export.place(export.when)], zone)
    evening = date(2026, 12, 8) if key == "bearable" else date(2026, 1, 5)
    assert night_of(moment, export.dated_by or "evening", "night") == evening


@pytest.mark.parametrize("key", SAMPLES)
def test_notes_are_sentences(opened, key):
    for note in source(key).recognize(opened(SAMPLES[key])).notes:
        assert re.match(r"[A-Z'0-9].*[.?a-z]$", note), note


@pytest.mark.parametrize("key", SAMPLES)
def test_a_header_alone_is_refused_or_gives_no_rows(opened, key):
    text = SAMPLES[key]
    file = opened("".join(text.splitlines(keepends=True)[:-1]))
    try:
        export = source(key).recognize(file)
    except InputError as problem:
        assert "no rows" in str(problem)  # noqa: PT017
    else:
        assert export is None or list(export.rows()) == []
