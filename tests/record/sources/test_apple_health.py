"""Apple Health's export: what is taken from one, and that a hostile or damaged one does no harm. All content is made up."""

import importlib.util
import random
import subprocess
import sys
import tempfile
import tracemalloc
import warnings
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.opening.opened import MAX_CELL, Opened, open_file
from nof1.record.sources import apple_health, apple_health_records, apple_health_xml
from nof1.record.values.measures import find_measure, unit_factor
from nof1.record.values.nights import moment_reader, night_of

ROOT = Path(__file__).parents[3]
FOLDER = "apple_health_export/"
DECLARATIONS = """<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 13 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry)*)>
<!ATTLIST Record
  type CDATA #REQUIRED
  value CDATA #IMPLIED
>
]>
"""
CLINICAL = (
    b'<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"><title>HealthData</title></ClinicalDocument>'
)
LAUGHS = (
    '<!DOCTYPE HealthData [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>\n"
)


def record(kind, value, start="2024-01-01 08:00:00 -0800", end=None, unit="", source="Watch", inner="", number=True):
    full = f"HKQuantityTypeIdentifier{kind}" if number else kind
    unit = f' unit="{unit}"' if unit else ""
    close = f">{inner}</Record>" if inner else "/>"
    return (
        f' <Record type="{full}" sourceName="{source}" sourceVersion="10.1" device="&lt;&lt;HKDevice: 0x28&gt;, '
        f'name:Apple Watch&gt;"{unit} creationDate="{start}" startDate="{start}" endDate="{end or start}" value="{value}"{close}\n'
    )


def sleep(stage, start="2024-01-01 23:00:00 -0800", end="2024-01-02 06:00:00 -0800", source="Watch"):
    kind = "HKCategoryTypeIdentifierSleepAnalysis"
    return record(kind, f"HKCategoryValueSleepAnalysis{stage}", start, end, source=source, number=False)


def document(*records, declarations=DECLARATIONS, tail="</HealthData>\n"):
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{declarations}<HealthData locale="en_US">\n'
    return (head + ' <ExportDate value="2024-02-01 08:00:00 -0800"/>\n <Me/>\n' + "".join(records) + tail).encode()


SAMPLE = document(
    record("HeartRate", 61, unit="count/min", inner='<MetadataEntry key="HKMotion" value="0"/>'),
    record("StepCount", 512, unit="count"),
    record("DietaryCaffeine", 80, unit="mg", source="Diary"),
    sleep("AsleepDeep"),
)


def archive_bytes(members, method=zipfile.ZIP_DEFLATED):
    with tempfile.TemporaryFile() as stream:
        with zipfile.ZipFile(stream, "w", method) as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        stream.seek(0)
        return stream.read()


@pytest.fixture
def write(tmp_path):
    """A function that writes an export, as XML or as an archive of named members, and gives its path."""

    def written(content, name=None):
        packed = isinstance(content, dict)
        path = tmp_path / (name or ("export.zip" if packed else "export.xml"))
        path.write_bytes(archive_bytes(content) if packed else content)
        return path

    return written


@pytest.fixture
def recognized(write):
    return lambda content: apple_health.recognize(open_file(write(content)))


@pytest.fixture
def values(recognized):
    """A function that reads an export into (line, {column: cell}) without the empty cells."""
    return lambda content: named(recognized(content))


def named(export):
    return [
        (row.line, {name: c for name, c in zip(export.header, row.cells, strict=True) if c}) for row in export.rows()
    ]


def cells_of(rows):
    return [{k: v for k, v in cells.items() if k not in ("start", "end", "device")} for _, cells in rows]


# What is taken -----------------------------------------------------------------------------------------------------


def entry(key, value):
    return f'<MetadataEntry key="{key}" value="{value}"/>'


def meal(name, *records):
    return (
        ' <Correlation type="HKCorrelationTypeIdentifierFood" sourceName="Diary" startDate="2024-01-01 08:00:00 -0800">'
        f"{entry('HKFoodType', name)}{''.join(records)}</Correlation>\n"
    )


def test_a_food_has_the_name_that_its_record_or_its_meal_gives_it(values):
    named_itself = record("DietaryMagnesium", 200, unit="mg", inner=entry("HKFoodType", "Magnesium citrate"))
    of_a_meal = record("DietaryMagnesium", 110, unit="mg", source="Diary")
    unnamed = record("DietaryIron", 3, unit="mg", inner=entry("HKFoodMeal", "Lunch"))
    other = ' <Correlation type="HKCorrelationTypeIdentifierBloodPressure">' + entry("HKFoodType", "x") + of_a_meal
    found = values(document(of_a_meal, named_itself, unnamed, meal("Lentils", of_a_meal), other + "</Correlation>\n"))
    names = {line: cells.get("HKFoodType", "") for line, cells in found}
    assert names == {1: "Lentils", 2: "Magnesium citrate", 3: ""}
    assert [cells["DietaryMagnesium"] for line, cells in sorted(found) if line < 3] == ["110", "200"]


def test_what_waits_for_a_name_is_bounded_and_still_given(values, monkeypatch):
    monkeypatch.setattr(apple_health_xml, "MAX_HELD", 2)
    foods = [record("DietaryMagnesium", 100 + number, unit="mg", source="Diary") for number in range(5)]
    found = values(document(*foods, meal("Lentils", *foods)))
    assert sorted(cells["DietaryMagnesium"] for _, cells in found) == ["100", "101", "102", "103", "104"]
    assert [line for line, _ in found] == [3, 4, 5, 1, 2]


def test_every_kind_goes_to_its_column_with_the_number_of_its_record(values):
    found = sorted(values(SAMPLE))  # what may still get a name from a meal comes last
    assert [line for line, _ in found] == [2, 3, 4]
    at = "2024-01-01 08:00:00 -0800"
    assert found[0][1] == {"start": at, "end": at, "device": "Watch", "StepCount": "512"}
    assert found[1][1]["DietaryCaffeine"] == "80"
    assert found[2][1] == {
        "start": "2024-01-01 23:00:00 -0800",
        "end": "2024-01-02 06:00:00 -0800",
        "device": "Watch",
        "SleepAnalysis Asleep": "1",
        "SleepAnalysis AsleepDeep": "1",
    }


def test_the_export_says_what_its_columns_mean(recognized):
    export = recognized(SAMPLE)
    assert (export.source, export.when, export.until, export.device) == ("apple_health", "start", "end", "device")
    assert export.dated_by == "evening"
    assert export.column("device").role == "private"
    taken = {column.measure: (column.merge, column.belongs) for column in export.columns if column.measure}
    assert taken["steps"] == taken["exercise"] == ("device", "day")
    assert taken["caffeine_mg"] == taken["alcohol"] == taken["energy_kcal"] == ("sum", "day")
    assert taken["resting_heart_rate"] == ("mean", "day")
    for name in ("sleep_minutes", "time_in_bed_minutes", "awake_minutes", "deep_sleep_minutes", "rem_sleep_minutes"):
        assert taken[name] == ("union", "night")
    assert any("twice" in note for note in export.notes)
    assert any("None of that is taken" in note for note in export.notes)


def test_every_column_is_a_known_measure_in_its_own_unit():
    for column in apple_health_records.COLUMNS:
        if column.measure:
            assert unit_factor(find_measure(column.measure), column.unit) == 1.0


@pytest.mark.parametrize(
    ("stage", "columns"),
    [
        ("InBed", ["SleepAnalysis InBed"]),
        ("Awake", ["SleepAnalysis Awake"]),
        ("Asleep", ["SleepAnalysis Asleep"]),
        ("AsleepUnspecified", ["SleepAnalysis Asleep"]),
        ("AsleepCore", ["SleepAnalysis Asleep"]),
        ("AsleepDeep", ["SleepAnalysis Asleep", "SleepAnalysis AsleepDeep"]),
        ("AsleepREM", ["SleepAnalysis Asleep", "SleepAnalysis AsleepREM"]),
    ],
)
def test_a_stage_counts_for_its_columns(values, stage, columns):
    assert cells_of(values(document(sleep(stage)))) == [dict.fromkeys(columns, "1")]


@pytest.mark.parametrize(
    ("kind", "value", "unit", "cell"),
    [
        ("DietaryCaffeine", "80", "mg", "80"),
        ("DietaryCaffeine", "0.08", "g", "80"),
        ("DietaryMagnesium", "80000", "mcg", "80"),
        ("DietaryIron", "8.5", "mg", "8.5"),
        ("DietaryEnergyConsumed", "500", "Cal", "500"),
        ("DietaryEnergyConsumed", "500", "kcal", "500"),
        ("DietaryEnergyConsumed", "418.4", "kJ", "100"),
        ("DietaryEnergyConsumed", "500000", "cal", "500"),
        ("AppleExerciseTime", "90", "s", "1.5"),
        ("NumberOfAlcoholicBeverages", "2", "count", "2"),
        ("RestingHeartRate", "58", "count/min", "58"),
    ],
)
def test_the_unit_of_a_record_is_turned_into_the_column_s(values, kind, value, unit, cell):
    assert cells_of(values(document(record(kind, value, unit=unit)))) == [{kind: cell}]


@pytest.mark.parametrize(("value", "unit"), [("3", "oz"), ("3", ""), ("much", "g"), ("3", "MG")])
def test_an_unknown_unit_leaves_no_number_behind(values, value, unit):
    (cells,) = cells_of(values(document(record("DietaryCaffeine", value, unit=unit))))
    with pytest.raises(ValueError):
        float(cells["DietaryCaffeine"])


def test_both_of_two_overlapping_sources_are_passed_on_with_their_names(values):
    found = values(document(record("StepCount", 5, source="Alex’s iPhone"), record("StepCount", 6, source="Watch")))
    assert [cells["device"] for _, cells in found] == ["Alex’s iPhone", "Watch"]


def test_times_keep_their_offset(values):
    starts = ["2024-03-10 01:59:00 -0800", "2024-03-10 03:01:00 -0700", "2024-07-01 23:00:00 +0530"]
    found = values(document(*(record("StepCount", 1, start=start, unit="count") for start in starts)))
    assert [cells["start"] for _, cells in found] == starts


@pytest.mark.parametrize(
    ("start", "end", "moment"),
    [
        ("2026-03-12 00:00:00", "2026-03-12 23:59:59", "2026-03-12 11:59:59"),
        ("2026-03-12 00:00:00", "2026-03-13 00:00:00", "2026-03-12 12:00:00"),
        ("2026-03-12 00:02:11", "2026-03-12 21:40:00", "2026-03-12 10:51:05"),
        ("2026-03-12 00:00:00", "2026-03-12 00:00:00", "2026-03-12"),
        ("2026-03-12 00:35:00", "2026-03-12 00:35:00", "2026-03-12 00:35:00"),
        ("2026-03-12 00:30:00", "2026-03-12 00:40:00", "2026-03-12 00:35:00"),
        ("2026-03-11 23:50:00", "2026-03-12 00:10:00", "2026-03-12 00:00:00"),
        ("2026-03-12 09:00:00", "2026-03-12 09:30:00", "2026-03-12 09:00:00"),
        ("2026-03-12 01:00:00", "2026-03-11 23:00:00", "2026-03-12 01:00:00"),
        ("soon", "later", "soon"),
    ],
)
def test_what_belongs_to_a_day_goes_by_the_middle_of_its_interval(values, start, end, moment):
    start, end = (f"{text} +0100" if ":" in text else text for text in (start, end))
    rows = (record("StepCount", 5, start, end, unit="count"), sleep("Asleep", start, end))
    steps, asleep = (cells["start"] for _, cells in values(document(*rows)))
    assert steps.removesuffix("+01:00").removesuffix("+0100").strip()[:19] == moment
    assert asleep == start


def test_the_values_of_a_whole_day_land_on_that_day(values):
    read = moment_reader("ymd")
    whole = ("2026-03-12 00:00:00 +0100", "2026-03-12 23:59:59 +0100")
    beating = ("2026-03-12 00:02:11 +0100", "2026-03-12 21:40:00 +0100")
    found = values(
        document(
            record("StepCount", 9000, *whole, unit="count"),
            record("RestingHeartRate", 58, *beating, unit="count/min"),
            record("DietaryMagnesium", 300, "2026-03-12 00:00:00 +0100", unit="mg"),
        )
    )
    assert {night_of(read(cells["start"]), "evening", "day") for _, cells in found} == {date(2026, 3, 12)}


def test_unknown_kinds_are_passed_over_and_counted(values):
    unknown = (
        record("BodyMass", 70, unit="kg"),
        sleep("Dreaming"),
        ' <Record value="1"/>\n <Record/>\n',
        " <Workout/>\n",
    )
    assert [line for line, _ in values(document(*unknown, record("StepCount", 5, unit="count")))] == [5]


def test_a_record_in_a_correlation_is_not_counted_twice(values):
    # Apple's declarations say that it stands at the top level as well.
    meal = record("DietaryCaffeine", 80, unit="mg")
    found = values(document(f' <Correlation type="Food">\n{meal} </Correlation>\n', meal))
    assert [line for line, _ in found] == [2]


def test_the_order_of_attributes_does_not_matter(values):
    text = ' <Record value="7" startDate="2024-01-01 08:00:00 +0000" unit="count" type="HKQuantityTypeIdentifierStepCount"/>\n'
    assert cells_of(values(document(text))) == [{"StepCount": "7"}]


@pytest.mark.parametrize("declarations", ["", "<!DOCTYPE HealthData>\n", DECLARATIONS], ids=["none", "bare", "real"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no BOM", "BOM"])
def test_declarations_without_entities_and_a_byte_order_mark_are_fine(values, declarations, mark):
    assert len(values(mark + document(record("StepCount", 5), declarations=declarations))) == 1


def test_the_broken_declarations_of_ios_16_are_left_out(values):
    broken = DECLARATIONS.replace("#IMPLIED\n>", "#IMPLIED")
    assert len(values(document(record("StepCount", 5), declarations=broken))) == 1


def test_control_characters_in_an_app_s_name_do_no_harm(values):
    assert values(document(record("StepCount", 5, source="My\x0bapp")))[0][1]["device"] == "My?app"


def test_the_export_can_be_read_again_and_left_half_read(recognized):
    for content in (SAMPLE, {FOLDER + "export.xml": SAMPLE}):
        export = recognized(content)
        with closing(export.rows()) as half:
            next(half)
        assert named(export) == named(export)


def test_a_file_of_two_chunks_is_counted_through(values, monkeypatch):
    whole = values(SAMPLE)
    monkeypatch.setattr(apple_health_xml, "CHUNK", 1000)
    assert values(SAMPLE) == whole


# Finding it in the archive -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["export.xml", "Export.xml", "Exportación.xml", "导出.xml", "書き出したデータ.xml"])
def test_the_name_of_the_file_does_not_count(values, name):
    members = {
        FOLDER + "export_cda.xml": CLINICAL + b" " * 9000,
        FOLDER + name: SAMPLE,
        FOLDER + "route.gpx": b"<gpx/>",
    }
    assert values(members) == values(SAMPLE)


@pytest.mark.parametrize(
    "content",
    [
        CLINICAL,
        b'<?xml version="1.0"?><gpx/>',
        b'<?xml version="1.0"?>',
        b"<?xml",
        {"export_cda.xml": CLINICAL},
        {"a.csv": b"HealthData"},
        {"__MACOSX/._export.xml": b"\0\5\x16\7HealthData"},
        {"x.xml": b'<!DOCTYPE gpx [<!ENTITY a "b">]><gpx>&a;</gpx>'},
    ],
)
def test_other_files_are_somebody_else_s(recognized, content):
    assert recognized(content) is None


def test_a_table_is_somebody_else_s(tmp_path):
    assert apple_health.recognize(Opened(tmp_path / "a.csv", "table", lambda: iter(()))) is None


def test_two_exports_in_one_archive_are_refused(recognized):
    with pytest.raises(InputError, match="more than one export"):
        recognized({"a/export.xml": SAMPLE, "b/export.xml": SAMPLE})


# Attacks and damage ------------------------------------------------------------------------------------------------


def refusal(recognized, content):
    with pytest.raises(InputError) as told:
        list(recognized(content).rows())
    text = str(told.value)
    assert "Nothing was taken" in text
    return text


@pytest.fixture(params=["xml", "zip"])
def hostile(request, recognized):
    """A function that reads hostile XML, alone and in an archive, and gives the text of the refusal."""
    return lambda xml: refusal(recognized, {FOLDER + "export.xml": xml} if request.param == "zip" else xml)


@pytest.mark.parametrize(
    "declarations",
    [
        LAUGHS,
        '<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE HealthData [<!ENTITY % x \"<!ENTITY y 'z'>\"> %x;]>",
        '<!DOCTYPE HealthData [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]>',
        '<!DOCTYPE HealthData [<!NOTATION n SYSTEM "n"><!ENTITY x SYSTEM "x.gif" NDATA n>]>',
        '<!DOCTYPE HealthData SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE HealthData PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE HealthData [<!ATTLIST Record\n  type CDATA #REQUIRED\n<!ENTITY x "y">]>\n',
    ],
    ids=["laughs", "external", "parameter", "external parameter", "unparsed", "system", "public", "in broken ones"],
)
def test_entities_and_other_files_are_refused(hostile, declarations):
    text = hostile(document(record("StepCount", "&x;"), declarations=declarations))
    assert "declares entities or asks for another file" in text
    assert "root:" not in text


def test_an_entity_that_nobody_declared_is_refused(hostile):
    hostile(document(record("StepCount", "&x;"), declarations=""))
    hostile(document("&x;", declarations="<!DOCTYPE HealthData [%y;]>"))


def test_declared_defaults_are_not_taken(values):
    default = f'<!DOCTYPE HealthData [<!ATTLIST Record unit CDATA "{"g" * 5000}">]>\n'
    (cells,) = cells_of(values(document(record("DietaryCaffeine", 1), declarations=default)))
    assert cells == {"DietaryCaffeine": "1 without a unit"}


def test_deep_nesting_is_refused(hostile):
    assert "nested" in hostile(document("<Record>" * 64 + "</Record>" * 64))


def test_nesting_that_is_not_so_deep_is_fine(values):
    assert values(document("<Workout>" * 63 + "</Workout>" * 63)) == []


@pytest.mark.parametrize("xml", ['<Record type="{}"/>', "<!--{}-->", "<{}/>"], ids=["attribute", "comment", "name"])
def test_a_tag_without_end_is_refused_before_it_fills_the_memory(hostile, xml):
    assert "not what Apple Health writes" in hostile(document(xml.format("a" * 12_000_000)))


def test_very_many_beginnings_of_declarations_take_no_time(recognized):
    refusal(recognized, b"<?xml version='1.0'?>" + b"<!DOCTYPE HealthData [" * 40_000)  # minutes, if each were tried


def test_very_many_names_are_refused(hostile):
    assert "not what Apple Health writes" in hostile(document(*(f"<a{number}/>" for number in range(6000))))


def test_a_value_of_very_many_letters_is_cut_off_beyond_what_is_taken(values):
    (_, cells), *_ = values(document(record("StepCount", "1" * 150_000, source="W" * 150_000, unit="count")))
    assert {len(cells["StepCount"]), len(cells["device"])} == {MAX_CELL + 1}


@pytest.mark.parametrize("cut", [2, 15, 100, 300])
def test_truncated_xml_is_refused_with_its_line(hostile, cut):
    assert ", line " in hostile(SAMPLE[:-cut])


def test_malformed_xml_is_refused_with_its_line(hostile):
    good = document(declarations="").count(b"\n")
    assert f", line {good}: " in hostile(document("<Record type=1/>\n", declarations=""))


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "unicode_escape", "idna"])
def test_the_encoding_that_the_file_names_is_not_asked_for(values, encoding):
    named_so = SAMPLE.replace(b'encoding="UTF-8"', f'encoding="{encoding}"'.encode())
    assert values(named_so) == values(SAMPLE)


def test_letters_that_are_not_utf_8_are_refused(hostile):
    assert "damaged" in hostile(SAMPLE.replace(b"Watch", b"W\xe4tch"))


@pytest.mark.parametrize(
    "name", ["../evil.xml", "/etc/passwd", "a/../../b.xml", "..\\evil.xml", "C:\\evil.xml", "\\\\host\\evil.xml"]
)
def test_a_name_that_points_outside_is_refused(recognized, name):
    assert "outside the archive" in refusal(recognized, {FOLDER + "export.xml": SAMPLE, name: b"x"})


@pytest.mark.parametrize("content", [b"\0", b" ", SAMPLE[:-14] + b" "], ids=["zeros", "spaces", "spaces in an export"])
def test_a_compression_bomb_is_refused(recognized, content):
    bomb = content[:-1] + content[-1:] * 70_000_000
    assert len(archive_bytes({"export.xml": bomb})) < 100_000
    assert "unpack to far more" in refusal(recognized, {"export.xml": bomb, "z.txt": b"x"})


@pytest.mark.slow
def test_a_bomb_that_lies_about_its_size_is_stopped_on_the_way(write, monkeypatch):
    # As if the archive had told a harmless size: only what comes out of it is counted.
    path = write({"export.xml": SAMPLE[:-14] + b" " * 70_000_000 + b"</HealthData>"})
    monkeypatch.setattr(apple_health_xml, "_refuse_bomb", lambda *_: None)
    export = apple_health.recognize(open_file(path))
    monkeypatch.undo()
    with pytest.raises(InputError, match="unpack to far more"):
        list(export.rows())


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_zipfile_unpacks_without_bound_is_refused(tmp_path, method):
    path = tmp_path / "export.zip"
    path.write_bytes(archive_bytes({"export.xml": SAMPLE}, method))
    with pytest.raises(InputError, match="packed in a way"):
        apple_health.recognize(open_file(path))


def test_an_encrypted_member_is_refused(tmp_path):
    content = bytearray(archive_bytes({"export.xml": SAMPLE}))
    for mark, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(mark) + place] |= 1
    path = tmp_path / "export.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match="encrypted"):
        apple_health.recognize(open_file(path))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_archive_is_refused(tmp_path, part):
    content = archive_bytes({"export.xml": SAMPLE})
    path = tmp_path / "export.zip"
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(InputError):
        apple_health.recognize(open_file(path))


def test_damage_inside_the_archive_is_found_on_the_way(write):
    noise = random.Random(1)
    many = document(*(record("StepCount", noise.getrandbits(64), unit="count") for _ in range(20_000)))
    path = write({"export.xml": many})
    content = bytearray(path.read_bytes())
    content[-200] ^= 0xFF
    path.write_bytes(content)
    export = apple_health.recognize(open_file(path))
    with pytest.raises(InputError, match="Nothing was taken"):
        list(export.rows())


def test_a_file_that_goes_away_is_told(write):
    for content in (SAMPLE, {"export.xml": SAMPLE}):
        path = write(content)
        export = apple_health.recognize(open_file(path))
        path.unlink()
        with pytest.raises(InputError, match="Nothing was taken"):
            list(export.rows())


SMALL_ARCHIVE = archive_bytes({"export.xml": SAMPLE, "export_cda.xml": CLINICAL})


@pytest.mark.slow
@settings(max_examples=300)
@given(
    st.sampled_from(["xml", "zip"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8),
    st.one_of(st.none(), st.integers(0, 10_000)),
)
def test_whatever_bytes_are_changed_there_are_rows_or_a_refusal(kind, changes, cut):
    content = bytearray(SMALL_ARCHIVE if kind == "zip" else SAMPLE)
    for place, byte in changes:
        content[place % len(content)] = byte
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / f"export.{kind}"
        path.write_bytes(content[: cut % len(content)] if cut is not None else content)
        try:
            export = apple_health.recognize(Opened(path, kind, lambda: iter(())))
            for row in export.rows() if export else ():
                assert len(row.cells) == len(apple_health_records.COLUMNS)
        except InputError:
            pass


# Size --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(write):
    short = ' <Record type="HKQuantityTypeIdentifierStepCount" startDate="2024-01-01 08:00:00 -0800" unit="count" value="1"/>\n'

    export = apple_health.recognize(open_file(write({"export.xml": document(short * 50_000)})))
    tracemalloc.start()
    try:
        for number, _ in enumerate(export.rows(), start=1):
            if number == 20_000:
                early = tracemalloc.get_traced_memory()[1]
        late = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert number == 50_000
    assert late < 1.2 * early


@pytest.fixture
def maker():
    spec = importlib.util.spec_from_file_location("make_apple_health", ROOT / "benchmarks" / "make_apple_health.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_made_up_export_is_the_same_each_time_and_can_be_read(maker, tmp_path):
    for zipped in (False, True):
        one, two = tmp_path / "one", tmp_path / "two"
        for path in (one, two):
            maker.write_export(path, 0.5, seed=3, zipped=zipped, nights=5)
        assert one.read_bytes() == two.read_bytes()
        found = named(apple_health.recognize(open_file(one)))
        assert {name for _, cells in found for name in cells} >= {
            "StepCount",
            "SleepAnalysis AsleepREM",
            "DietaryCaffeine",
        }
        assert len({cells["start"][:10] for _, cells in found if "SleepAnalysis InBed" in cells}) == 5


@pytest.mark.slow
def test_a_large_export_needs_little_memory(maker, tmp_path):
    path = tmp_path / "export.zip"
    maker.write_export(path, 20, zipped=True)
    command = [sys.executable, str(ROOT / "benchmarks" / "make_apple_health.py"), "--read", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert float(done[2]) < 300  # MB, of which Python itself takes most
