"""Files made to do harm, and damaged ones: told in one sentence, in bounded time and memory, with nothing unpacked or run."""

import io
import re
import struct
import zipfile
from datetime import date

import openpyxl
import pytest

from nof1.errors import InputError
from nof1.record.sources import opened, recognize
from nof1.record.sources.opened import HEAD_ROWS, open_file


@pytest.fixture
def open_bytes(tmp_path):
    """A function that writes content to a file and opens it."""

    def write_and_open(content, name="export.xlsx"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return open_file(path)

    return write_and_open


def sheet_bytes(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_sheet(change):
    """A spreadsheet whose sheet was changed as bytes."""
    stream = io.BytesIO()
    sound = sheet_bytes(["date", "severity"], ["2026-01-05", 4])
    with zipfile.ZipFile(io.BytesIO(sound)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return stream.getvalue()


def cells(file):
    return [tuple(row.cells) for row in file.rows()]


# --- archives that are too large unpacked


def test_a_zip_bomb_is_refused_before_anything_is_unpacked(open_bytes, monkeypatch):
    bomb = with_sheet(lambda content: content + b" " * 60_000_000)
    assert len(bomb) < 100_000

    def never(*_, **__):
        raise AssertionError("something was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", never)
    monkeypatch.setattr(zipfile.ZipFile, "read", never)
    with pytest.raises(InputError, match=r"would unpack to \d+ MB.*Nothing was unpacked"):
        open_bytes(bomb)


def test_a_spreadsheet_that_lies_about_its_size_is_refused(open_bytes):
    """The sizes in the archive's directory are made small; reading must not go beyond them."""
    bomb = bytearray(with_sheet(lambda content: content + b" " * 60_000_000))
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        size = next(member.file_size for member in archive.infolist() if member.filename.endswith("sheet1.xml"))
    wrong = bytes(bomb).replace(struct.pack("<L", size), struct.pack("<L", 2000))
    assert wrong != bytes(bomb)
    with pytest.raises(InputError, match=r"export\.xlsx"):
        list(open_bytes(wrong).rows())


def test_a_large_honest_spreadsheet_is_no_bomb(open_bytes):
    rows = [[f"2026-01-{1 + i % 28:02}", i % 11, f"note {i * 7919 % 1000}"] for i in range(300)]
    assert len(cells(open_bytes(sheet_bytes(["date", "severity", "note"], *rows)))) == 301


@pytest.mark.parametrize(
    ("member", "words"), [("notes.csv", "of no kind that is known"), ("../../evil.csv", "points outside the archive")]
)
def test_an_archive_of_another_kind_is_refused_and_never_unpacked(open_bytes, tmp_path, member, words):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, "date,severity\n2026-01-12,4\n")
    with pytest.raises(InputError, match=words):
        recognize(open_bytes(stream.getvalue(), "export.zip"))
    assert [path.name for path in tmp_path.iterdir()] == ["export.zip"]


# --- spreadsheets that are encrypted, damaged or hostile inside


@pytest.mark.parametrize("name", ["export.xlsx", "export.csv"])
def test_an_encrypted_spreadsheet_is_refused(open_bytes, name):
    """Spreadsheet programs encrypt by wrapping the sheet in an OLE container."""
    with pytest.raises(InputError, match=r"Save it as \.csv"):
        open_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40, name)


def test_a_spreadsheet_with_encrypted_parts_is_refused(open_bytes):
    sound = bytearray(sheet_bytes(["date"], ["2026-01-05"]))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(mark), bytes(sound)):
            sound[match.start() + offset] |= 1
    with pytest.raises(InputError, match=r"is no spreadsheet that can be read \(.*Save it again"):
        open_bytes(bytes(sound))


HOSTILE = {
    "entities": b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "a file from outside": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
}


@pytest.mark.parametrize("head", HOSTILE.values(), ids=HOSTILE)
def test_a_sheet_with_declarations_is_refused(open_bytes, head):
    def change(content):
        content = re.sub(rb"^<\?xml[^>]*\?>", b"", content)
        return head + content.replace(b"<v>4</v>", b"<v>&a;</v>")

    with pytest.raises(InputError, match="is no spreadsheet that can be read"):
        open_bytes(with_sheet(change))


def test_a_sheet_cut_off_is_refused(open_bytes):
    with pytest.raises(InputError, match="is no spreadsheet that can be read"):
        open_bytes(with_sheet(lambda content: content[: len(content) // 2]))


def test_a_computed_formula_gives_its_value_and_one_never_computed_is_refused(open_bytes):
    computed = with_sheet(
        lambda content: re.sub(rb'<c r="B2"[^>]*>.*?</c>', b'<c r="B2"><f>1+2</f><v>3</v></c>', content)
    )
    assert cells(open_bytes(computed)) == [("date", "severity"), ("2026-01-05", "3")]
    never = with_sheet(lambda content: re.sub(rb'<c r="B2"[^>]*>.*?</c>', b'<c r="B2"><f>1+2</f></c>', content))
    with pytest.raises(InputError, match="line 2: a formula has no computed value"):
        open_bytes(never)


def test_text_that_looks_like_a_formula_stays_text(open_bytes):
    table = open_bytes("date,note\n2026-01-05,\"=cmd|' /C calc'!A0\"\n", "export.csv")
    assert cells(table)[1] == ("2026-01-05", "=cmd|' /C calc'!A0")
    text = b'<c r="B2" t="inlineStr"><is><t>=1+1</t></is></c>'
    sheet = with_sheet(lambda content: re.sub(rb'<c r="B2"[^>]*>.*?</c>', text, content))
    assert cells(open_bytes(sheet))[1] == ("2026-01-05", "=1+1")


def test_one_byte_changed_anywhere_is_read_or_told(open_bytes):
    sound = sheet_bytes(["Date", "Severity"], *([date(2026, 1, day), day / 2] for day in range(1, 20)))
    untold = []
    for place in range(4, len(sound), len(sound) // 60):
        damaged = bytearray(sound)
        damaged[place] ^= 0xFF
        try:
            list(open_bytes(bytes(damaged)).rows())
        except InputError:
            continue
        except Exception as error:
            untold.append((place, repr(error)))
    assert untold == []


# --- text tables


def test_one_huge_cell_is_read_and_costs_no_other_row(open_bytes):
    file = open_bytes(f"date,note\n2026-01-05,{'x' * 10_000_000}\n2026-01-06,calm\n", "export.csv")
    assert [len(row.cells[1]) for row in file.rows()] == [4, 10_000_000, 4]


def test_a_quote_never_closed_is_told_with_the_line_it_begins_on(open_bytes):
    with pytest.raises(InputError, match=r"line 3: the row cannot be read .*Mend that line"):
        open_bytes('a,b\n1,2\n3,"4\n' + "5,6\n" * 1000, "export.csv")


def test_a_damage_far_down_is_told_when_it_is_reached(open_bytes):
    rows = "".join(f"{number},x\n" for number in range(HEAD_ROWS * 2))
    file = open_bytes(f'a,b\n{rows}1,"2\n', "export.csv")
    assert len(file.head) == HEAD_ROWS
    with pytest.raises(InputError, match=f"line {HEAD_ROWS * 2 + 2}: the row cannot be read"):
        list(file.rows())


def test_no_more_than_the_beginning_is_read_to_find_out(open_bytes):
    file = open_bytes("a,b\n" + "1,2\n" * 100_000, "export.csv")
    rows = file.rows()
    assert [next(rows).line for _ in range(3)] == [1, 2, 3]
    rows.close()
    assert (file.header, len(file.head)) == (("a", "b"), HEAD_ROWS)


def test_each_pass_begins_anew_and_the_meter_knows_how_far_it_is(open_bytes):
    file = open_bytes("a,b\n" + "1,2\n" * 20_000, "export.csv")
    assert cells(file) == cells(file)
    assert 0 < file.meter.done <= file.meter.total == file.path.stat().st_size


@pytest.mark.parametrize(
    "content",
    [b"\0\0\0\0", b"a,b\n1,\0\n", b"a,b\n" + b"1,2\n" * 50_000 + b"\0\n"],
    ids=["zeros", "one zero", "far down"],
)
def test_a_file_with_zeros_is_no_text(open_bytes, content):
    with pytest.raises(InputError, match="is not a text table"):
        open_bytes(content, "export.csv")


@pytest.mark.parametrize(
    "content", ["<?xml version='1.0'?><HealthData/>", "\n <!DOCTYPE html><html></html>", "\ufeff<?XML?>"]
)
def test_xml_is_known_by_its_content(open_bytes, content):
    assert open_bytes(content, "export.csv").kind == "xml"


def test_the_limits_are_far_above_what_people_have():
    assert opened.MAX_SHEET_BYTES >= 100_000_000
    assert opened.MAX_CELL >= 10_000


def test_a_file_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"There is no file .*nowhere\.csv"):
        open_file(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="cannot be read"):
        open_file(tmp_path)


def test_a_sheet_that_claims_to_be_huge_is_read_by_what_is_in_it(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["date", "severity"])
    book.active.append(["2026-01-05", 4])
    book.active["XFD900000"] = 1
    book.save(tmp_path / "far.xlsx")
    rows = list(open_file(tmp_path / "far.xlsx").rows())
    assert [(row.line, row.cells[:2]) for row in rows[:2]] == [(1, ["date", "severity"]), (2, ["2026-01-05", "4"])]
    assert (rows[2].line, len(rows)) == (900_000, 3)
