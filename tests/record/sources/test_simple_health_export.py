"""Simple Health Export CSV: the records of Apple Health, one kind a file, read as Apple's own export is."""

import pytest

from nof1.errors import InputError
from nof1.record.sources.simple_health_export import recognize

QUANTITY = "sep=,\r\ntype,sourceName,sourceVersion,productType,device,startDate,endDate,unit,value\r\n"
CATEGORY = "sep=,\r\ntype,sourceName,sourceVersion,productType,device,startDate,endDate,value,HKTimeZone\r\n"


def record(kind, value, begin="21:00:00", end="21:10:00", unit="count"):
    at = f"2026-01-05 {begin} +0000,2026-01-05 {end} +0000"
    return f"HK{kind},Watch,26.2,Watch7,,{at},{unit},{value}\r\n"


def stage(name, begin, end):
    return f"HKCategoryTypeIdentifierSleepAnalysis,Watch,26.2,Watch7,,2026-01-05 {begin} +0000,2026-01-05 {end} +0000,{name},Europe/Berlin\r\n"


def test_steps_are_steps_of_the_device_with_the_most(opened, table, measures):
    export = recognize(opened(QUANTITY + record("QuantityTypeIdentifierStepCount", "640")))
    assert measures(export) == {"StepCount": ("steps", "count", "device", "day")}
    assert table(export) == [
        {
            "start": "2026-01-05 21:00:00 +0000",
            "end": "2026-01-05 21:10:00 +0000",
            "device": "Watch",
            "StepCount": "640",
        }
    ]
    assert (export.device, export.until) == ("device", "end")


def test_a_value_is_turned_into_the_unit_that_is_kept(opened, table):
    export = recognize(opened(QUANTITY + record("QuantityTypeIdentifierDietaryCaffeine", "0.12", unit="g")))
    assert table(export)[0]["DietaryCaffeine"] == "120"


@pytest.mark.parametrize("written", ["HKCategoryValueSleepAnalysisAsleepDeep", "asleepDeep"])
def test_stages_of_sleep_are_read_in_both_ways_of_writing(opened, table, written):
    export = recognize(
        opened(CATEGORY + stage(written, "22:00:00", "23:00:00") + stage("inBed", "21:30:00", "23:30:00"))
    )
    assert [sorted(set(row) - {"start", "end", "device"}) for row in table(export)] == [
        ["SleepAnalysis Asleep", "SleepAnalysis AsleepDeep"],
        ["SleepAnalysis InBed"],
    ]


def test_an_unknown_stage_is_given_without_a_value(opened, table):
    rows = table(
        recognize(opened(CATEGORY + stage("asleepCore", "22:00:00", "23:00:00") + stage("5", "22:00:00", "23:00:00")))
    )
    assert [set(row) for row in rows][1] == {"start"}


def test_a_kind_of_record_that_is_not_taken_is_refused(opened):
    with pytest.raises(InputError, match="'HKQuantityTypeIdentifierHeight', of which nothing is taken"):
        recognize(opened(QUANTITY + record("QuantityTypeIdentifierHeight", "1.8", unit="m")))


def test_several_kinds_in_a_file_are_refused(opened):
    both = record("QuantityTypeIdentifierStepCount", "640") + record(
        "QuantityTypeIdentifierDietaryCaffeine", "80", unit="mg"
    )
    with pytest.raises(InputError, match=r"line 4: there are several kinds of records.*one by one"):
        list(recognize(opened(QUANTITY + both)).rows())


def test_moments_are_of_utc_and_the_zone_is_asked_for(opened):
    notes = recognize(opened(QUANTITY + record("QuantityTypeIdentifierStepCount", "640"))).notes
    assert "UTC" in notes[0]


def test_surplus_cells_stay_surplus(opened):
    export = recognize(opened(QUANTITY + record("QuantityTypeIdentifierStepCount", "640").replace("640", "640,more")))
    (row,) = export.rows()
    assert row.cells[len(export.columns) :] == ["more"]
