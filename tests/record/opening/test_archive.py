"""Tables in an archive: read one by one, by their names alone, with nothing unpacked to disk and bounds on what is read."""

import csv
import io
import struct
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.opening import archive
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.sources.table import read_table
from nof1.record.values.ambiguous import AmbiguousInput

NIGHTS = "date,severity\n2026-01-05,4\n2026-01-06,5\n"
MEALS = "Date,Meal,Calories,Fat (g)\n2026-01-05,Lunch,600,20\n"


@pytest.fixture
def packed(tmp_path):
    """A function that writes an archive with these members and gives its path."""

    def write(members, name="export.zip", packing=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", packing) as target:
            for member, content in members.items():
                target.writestr(member, content)
        return path

    return write


def cells(file):
    return [tuple(row.cells) for row in file.rows()]


def test_a_table_is_read_by_its_name(packed, tmp_path):
    path = packed({"a/nights.csv": NIGHTS, "b.tsv": "x\ty\n1\t2\n", "readme.txt": "hello"})
    file = open_file(path, "a/nights.csv")
    assert cells(file) == [("date", "severity"), ("2026-01-05", "4"), ("2026-01-06", "5")]
    assert cells(file) == cells(file)
    assert (file.sheet, file.other_sheets, file.kind) == ("a/nights.csv", ("b.tsv",), "table")
    assert open_file(path, "b.tsv").delimiter == "\t"
    assert [found.name for found in tmp_path.iterdir()] == ["export.zip"]


def test_what_is_left_out_is_told(packed):
    export = recognize(
        open_file(packed({"meals.csv": MEALS, "weight.csv": "Date,Weight\n2026-01-05,70\n"}), "meals.csv")
    )
    assert export.notes[0] == "Of the archive, the file meals.csv is read. Left out, with all their rows: weight.csv."
    assert export.sheet == "meals.csv"


def test_without_a_name_the_tables_are_listed(packed):
    file = open_file(
        packed({"meals.csv": MEALS, "__MACOSX/._meals.csv": "x", "d/.hidden.csv": "x", "nights.csv": NIGHTS})
    )
    assert (file.kind, file.members) == ("zip", ("meals.csv", "nights.csv"))
    with pytest.raises(
        AmbiguousInput, match=r"several tables: meals\.csv, nights\.csv\. Say which one to read: sheet='meals\.csv'"
    ) as asked:
        recognize(file)
    assert (asked.value.option, asked.value.choices) == ("sheet", ("meals.csv", "nights.csv"))


def test_very_many_tables_are_no_question(packed):
    file = open_file(packed({f"{number}.csv": NIGHTS for number in range(60)}))
    with pytest.raises(InputError, match=r"an archive with 60 tables: 0\.csv.* and 30 more") as refused:
        recognize(file)
    assert not isinstance(refused.value, AmbiguousInput)


@pytest.mark.parametrize("name", ["nowhere.csv", "", "../export.zip", "/etc/passwd"])
def test_a_name_that_is_no_table_is_refused(packed, name):
    with pytest.raises(InputError, match=r"has no table .* Those that it has are: nights\.csv"):
        open_file(packed({"nights.csv": NIGHTS}), name)


def test_two_files_of_one_name_are_refused(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("nights.csv", NIGHTS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            target.writestr("nights.csv", MEALS)
    with pytest.raises(InputError, match=r"several files 'nights\.csv'"):
        open_file(path, "nights.csv")


def test_a_name_that_leads_elsewhere_writes_nothing(packed, tmp_path):
    path = packed({"nights.csv": NIGHTS, "../../evil.csv": NIGHTS})
    with pytest.raises(InputError, match="points outside the archive"):
        recognize(open_file(path))
    assert cells(open_file(path, "nights.csv"))[0] == ("date", "severity")
    assert [found.name for found in tmp_path.iterdir()] == ["export.zip"]


def test_a_bomb_is_refused_before_it_is_read(packed, monkeypatch):
    path = packed({"nights.csv": NIGHTS + "," * 60_000_000})

    def never(*_, **__):
        raise AssertionError("something was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    with pytest.raises(InputError, match=r"would unpack to 60 MB.*Nothing was unpacked"):
        open_file(path, "nights.csv")


def test_an_archive_that_lies_about_its_size_is_refused(packed):
    path = packed({"nights.csv": NIGHTS + "2026-01-07,4\n" * 3_000_000})
    size = len(NIGHTS) + 13 * 3_000_000
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 2000)))
    with pytest.raises(InputError, match="is a damaged archive"):
        list(open_file(path, "nights.csv").rows())


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_way_of_packing_is_refused(packed, packing):
    with pytest.raises(InputError, match="packed in an unusual way"):
        open_file(packed({"nights.csv": NIGHTS}, packing=packing), "nights.csv")


def test_an_encrypted_table_is_refused(packed):
    path = packed({"nights.csv": NIGHTS})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[bytes(content).index(mark) + offset] |= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="is encrypted"):
        open_file(path, "nights.csv")


def test_a_damage_far_down_is_told_when_it_is_reached(packed):
    path = packed({"nights.csv": NIGHTS + "2026-01-07,4\n" * 20_000}, packing=zipfile.ZIP_STORED)
    content = path.read_bytes()
    path.write_bytes(content.replace(b"2026-01-07,4\n2026", b"2026-01-07,9\n2026", 1))
    with pytest.raises(InputError, match="is a damaged archive"):
        list(open_file(path, "nights.csv").rows())


def test_a_large_honest_table_is_read(packed):
    rows = "".join(f"2026-01-{1 + number % 28:02},{number % 11}\n" for number in range(50_000))
    assert len(cells(open_file(packed({"nights.csv": f"date,severity\n{rows}"}), "nights.csv"))) == 50_001
    assert archive.MAX_RATIO > 100


def test_a_damaged_table_is_told_by_its_name_and_line(packed):
    path = packed({"a/nights.csv": 'date,severity\n2026-01-05,"4\n', "b.csv": NIGHTS})
    with pytest.raises(InputError, match=r"a/nights\.csv in .*export\.zip, line 2: the row cannot be read"):
        open_file(path, "a/nights.csv")
    with pytest.raises(InputError, match=r"c\.csv in .*export\.zip is not a text table"):
        open_file(packed({"c.csv": "a,b\n1,\0\n"}), "c.csv")


def test_a_table_to_adopt_may_be_in_an_archive(packed):
    assert read_table(packed({"nights.csv": NIGHTS, "readme.txt": "x"})).header == ("date", "severity")
    path = packed({"nights.csv": NIGHTS, "meals.csv": MEALS})
    assert read_table(path, "meals.csv").header == ("Date", "Meal", "Calories", "Fat (g)")
    with pytest.raises(AmbiguousInput, match="several tables"):
        read_table(path)


def test_an_archive_without_a_table_says_so():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("notes.txt", "calm")
    assert archive.table_names(zipfile.ZipFile(stream).infolist()) == ()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(alphabet="abc äß;,\t\"'=\n0123456789.", max_size=8), min_size=2, max_size=4), min_size=1, max_size=8),
       st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))  # fmt: skip
def test_a_table_in_an_archive_is_read_as_it_is_alone(rows, mark, encoding):
    stream = io.StringIO()
    csv.writer(stream, delimiter=mark).writerows([["date", "severity"], *rows])
    content = stream.getvalue().encode(encoding)
    with TemporaryDirectory() as folder:
        alone, together = Path(folder) / "a.csv", Path(folder) / "a.zip"
        alone.write_bytes(content)
        with zipfile.ZipFile(together, "w", zipfile.ZIP_DEFLATED) as target:
            target.writestr("a.csv", content)
        assert read_or_told(alone) == read_or_told(together, "a.csv")


def read_or_told(path, name=None):
    """All that is read of a table; or where, and why, it cannot be."""
    try:
        file = open_file(path, name)
        return list(file.rows()), file.head, file.delimiter, file.kind
    except InputError as problem:
        return str(problem).replace(f"{name} in {path}" if name else str(path), "it")
