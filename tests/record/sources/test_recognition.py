"""Every sample is recognized by its own source and by no other, whatever the file is called."""

import re
from datetime import date
from importlib import import_module

import pytest

from nof1.errors import InputError
from nof1.record.sources.opened import open_file
from nof1.record.values.measures import find_measure, unit_factor
from nof1.record.values.nights import moment_reader, night_of

SAMPLES = {
    "bearable": "date,weekday,time of day,category,rating/amount,detail,notes\n8th Dec 2026,Tuesday,pm,Symptom,2,Restless legs,\n",
    "cronometer": "Date,Energy (kcal),Caffeine (mg),Iron (mg),Magnesium (mg),Completed\n2026-01-05,2100,90,11,310,true\n",
    "daylio": "full_date,date,weekday,time,mood,activities,note_title,note\n2026-01-05,January 5,Monday,21:30,meh,walk | tea,,\n",
    "fitbit": "Sleep\nStart Time,End Time,Minutes Asleep,Minutes Awake\n2026-01-05 11:12PM,2026-01-06 7:02AM,401,69\n",
    "google_forms": "Timestamp,Email Address,How bad were your legs?\n2026/01/05 9:00:00 PM GMT+1,a@example.org,6\n",
    "macrofactor": "Date,Time,Food Name,Serving Size,Calories (kcal),Magnesium (mg)\n2026-01-05,08:10,Porridge,1 bowl,310,71\n",
    "nof1kit": "datetime,date,study_day,mood,tea,condition,mood_daily_mean\n2026-01-05 10:06:00,2026-01-05,1.0,65.0,0,water,\n",
    "oura": "date,Sleep Score,Total Sleep Score,Total Sleep Duration,Bedtime Start\n2026-01-06,80,71,25200,2026-01-05T23:30:00+01:00\n",
    "sleep_as_android": "Id,Tz,From,To,Sched,Hours,Rating,Comment\n1,Europe/Berlin,05. 01. 2026 23:10,06. 01. 2026 6:40,,7.500,3.0,\n",
    "studyu": "measurement_time,participant_id,current_day_of_study,current_intervention_id\n2026-01-05 20:00:00.000Z,p,0,a\n",
}
OTHERS = {
    "a diary": "night,severity,dose_mg\n2026-01-05,4,200\n",
    "a list of days": "Date,How bad?\n2026-01-05,4\n",
    "a list of meals": "Date,Meal,Calories\n2026-01-05,Lunch,700\n",
    "a list of sleeps": "date,sleep score\n2026-01-05,70\n",
    "one column": "Sleep\n7\n8\n",
    "a timestamp alone": "Timestamp\n2026-01-05 20:00\n",
    "a machine's log": "timestamp,value\n2026-01-05 20:00,1\n",
}


def source(key):
    return import_module(f"nof1.record.sources.{key}")


def found(file):
    return [key for key in SAMPLES if source(key).recognize(file) is not None]


@pytest.mark.parametrize("key", SAMPLES)
def test_a_sample_is_recognized_by_its_own_source_alone(opened, key):
    file = opened(SAMPLES[key], "something-else.txt")
    assert found(file) == [key]
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
    assert found(file) == [key]
    assert len(list(source(key).recognize(file).rows())) == 1


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
