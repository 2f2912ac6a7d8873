"""Files made to do harm, and damaged ones: told in one sentence, in bounded time and memory, with nothing unpacked or run."""

import csv
import io
import os
import re
import struct
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.opening import opened
from nof1.record.opening.opened import HEAD_ROWS, open_file
from nof1.record.sources import recognize
from nof1.record.values.ambiguous import AmbiguousInput


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


# --- the mark between cells

MARKS = "\t|;,"
QUOTED_CELLS = st.text(st.sampled_from([*MARKS, *MARKS, "a", "4", " ", '"', "\n"]), max_size=8)


def _table(draw_cells, width):
    return st.lists(st.lists(draw_cells, min_size=width, max_size=width), min_size=2, max_size=8)


@given(st.sampled_from(MARKS), st.integers(2, 4).flatmap(lambda width: _table(QUOTED_CELLS, width)), st.integers(0, 3))
def test_marks_inside_of_quoted_cells_never_part_them(mark, rows, plain):
    """Tabs, semicolons and commas in quotes mislead nobody, in the header neither, and whatever stands unquoted beside them."""
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    for number, row in enumerate(quoted):
        row[plain % len(row)] = f"cell {number}"
    text = "\n".join(mark.join(row) for row in quoted) + "\n"
    assert opened._delimiter(text) == mark


def test_a_tab_in_every_cell_of_a_table_of_two_columns_is_text(open_bytes):
    file = open_bytes('date,"my\tnote"\n2026-01-05,"a\tb"\n2026-01-06,"c\td"\n', "table.csv")
    assert file.delimiter == ","
    assert cells(file)[1] == ("2026-01-05", "a\tb")


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
    ("member", "words"), [("notes.txt", "of no kind that is known"), ("../../evil.csv", "points outside the archive")]
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


@pytest.mark.slow
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
    "content", ["<?xml version='1.0'?><HealthData/>", "\n <!DOCTYPE HealthData><HealthData/>", "\ufeff<?XML?>"]
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


def book_bytes(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


DIARY = [["date", "severity"], ["2026-01-05", 4]]
BOOK = book_bytes(Cover=[["My diary"], ["of", "winter"]], Empty=[], Diary=DIARY)


def test_which_of_several_sheets_is_meant_is_asked_and_never_guessed(open_bytes, tmp_path):
    with pytest.raises(AmbiguousInput, match=r"several sheets with rows: Cover, Diary.*sheet='Cover'") as question:
        open_bytes(BOOK)
    assert (question.value.option, question.value.choices) == ("sheet", ("Cover", "Diary"))
    file = open_file(tmp_path / "export.xlsx", "Diary")
    assert cells(file) == [("date", "severity"), ("2026-01-05", "4")]
    export = recognize(file)
    assert (export.sheet, export.notes) == (
        "Diary",
        ("The sheet Diary is read. Left out, with all their rows: Cover.",),
    )
    for name in ("Empty", "diary"):
        with pytest.raises(
            InputError, match=f"has no sheet '{name}' with rows in it. Those with rows are: Cover, Diary"
        ):
            open_file(tmp_path / "export.xlsx", name)


def test_a_cover_is_not_asked_about_and_is_told(open_bytes):
    export = recognize(open_bytes(book_bytes(Cover=[["My diary"], ["of winter"]], Diary=DIARY)))
    assert (export.header, export.notes) == (
        ("date", "severity"),
        ("The sheet Diary is read. Left out, with all their rows: Cover.",),
    )


def test_a_sheet_with_nothing_is_not_asked_about_and_may_come_first(open_bytes):
    export = recognize(open_bytes(book_bytes(Empty=[], Diary=DIARY, Blank=[[""], [None, ""]])))
    assert (export.sheet, export.notes, len(list(export.rows()))) == ("", (), 1)


def test_a_sheet_of_a_text_table_is_refused(open_bytes, tmp_path):
    open_bytes("a,b\n1,2\n", "export.csv")
    with pytest.raises(InputError, match=r"is no spreadsheet and has no sheet 'Diary'. Leave sheet= out"):
        open_file(tmp_path / "export.csv", "Diary")


@pytest.mark.parametrize(
    ("moments", "form", "texts"),
    [
        (["22:15", "00:00"], "dd.mm.yyyy hh:mm", ["2026-03-14 22:15:00", "2026-03-15 00:00:00"]),
        (["22:15", "00:00"], "dd.mm.yyyy", ["2026-03-14 22:15:00", "2026-03-15"]),
        (["22:15", "00:00"], 'dd.mm.yyyy "h"', ["2026-03-14 22:15:00", "2026-03-15"]),
        (["00:00", "00:00"], "yyyy-mm-dd hh:mm:ss", ["2026-03-14", "2026-03-15"]),  # as other programs write dates
    ],
)
def test_midnight_is_a_time_where_the_cell_shows_hours_and_the_column_has_times(open_bytes, moments, form, texts):
    book = openpyxl.Workbook()
    for day, clock in enumerate(moments, start=14):
        book.active.append([datetime.fromisoformat(f"2026-03-{day} {clock}")])
        book.active.cell(day - 13, 1).number_format = form
    stream = io.BytesIO()
    book.save(stream)
    assert [text for (text,) in cells(open_bytes(stream.getvalue()))] == texts


def test_a_column_of_dates_and_of_dates_as_text_is_told(open_bytes):
    swapped = [["Date", "severity"], [date(2026, 5, 3), 4], ["13/03/2026", 5]]
    (note,) = recognize(open_bytes(sheet_bytes(*swapped))).notes
    for words in ("'Date' holds both dates and dates as text", "13/03/2026", "may have swapped day and month"):
        assert words in note
    for sound in ([date(2026, 5, 3), "none"], ["03/05/2026", "13/03/2026"], [date(2026, 5, 3), "2026-03-13"]):
        assert not recognize(open_bytes(sheet_bytes(["Date", "x"], *([cell, 1] for cell in sound)))).notes


def test_a_yes_of_a_spreadsheet_is_no_number(open_bytes):
    assert cells(open_bytes(sheet_bytes(["a", "b"], [True, False])))[1] == ("TRUE", "FALSE")


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b'<row r="2"', b'<row r="999999999999"'),
        pytest.param(
            lambda content: content.replace(b"</sheetData>", b'<row><c r="XFD3"/></row>' * 4000 + b"</sheetData>"),
            marks=pytest.mark.slow,
        ),
    ],
    ids=["a row far away", "rows of blank cells"],
)
def test_a_sheet_of_more_than_a_sheet_can_hold_is_refused(open_bytes, change):
    harmful = with_sheet(change)
    assert len(harmful) < 10_000
    with pytest.raises(InputError, match=r"more than 1,048,576 rows or 50,000,000 cells.*Save the rows"):
        open_bytes(harmful)


def test_a_pipe_is_refused_before_it_is_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(InputError, match=r"it is a pipe or a device. Save what it gives as a file first"):
        open_file(tmp_path / "pipe.csv")


@pytest.mark.parametrize("name", [b"\xff.csv", b"a\x1b[2Jb.\xff", b"two\nlines.csv"])
def test_the_name_of_a_file_is_written_without_what_cannot_be(tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    path.write_text("date,severity\n2026-01-05,4\n")
    export = recognize(open_file(path))
    assert export.name.isprintable()
    path.write_text("a,b\n")
    with pytest.raises(InputError) as problem:
        recognize(open_file(path))
    assert str(problem.value).isprintable()


@pytest.mark.parametrize("content", ['{"a": 1}', '[{"a": 1}]', ' [ {\n"a": [1, 2]}]', "[[1, 2]]", "[]", "{}", "[1, 2]"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_that_is_not_known_says_so(open_bytes, content, encoding):
    file = open_bytes(content.encode(encoding), "export.json")
    assert file.kind == "json"
    with pytest.raises(InputError, match=r"export.json is JSON that is not known.*import that") as problem:
        recognize(file)
    assert ("it begins with a)" in str(problem.value)) == ('"a"' in content)


def test_json_is_known_by_what_it_is_and_a_table_is_no_json(open_bytes):
    assert open_bytes('[{"a": 1}]', "export.csv").kind == "json"
    for table in ("[[2026-01-05]],4\n[[2026-01-06]],5\n", '["a"],b\n1,2\n', "{date},b\n1,2\n"):
        assert open_bytes(table, "export.csv").kind == "table"


def test_names_in_json_do_not_steer_the_terminal(open_bytes):
    with pytest.raises(InputError) as problem:
        recognize(open_bytes('{"\x1b[2J\u202egone": 1, "' + "x" * 5000 + '": 2}', "export.json"))
    assert str(problem.value).isprintable()
    assert len(str(problem.value)) < 500


CELLS = st.lists(
    st.lists(st.text(st.sampled_from('ab1," é'), max_size=4), min_size=2, max_size=3), min_size=1, max_size=5
)


@given(CELLS, st.lists(st.booleans(), min_size=5, max_size=5), st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)))
def test_a_byte_order_mark_before_any_line_changes_nothing(tmp_path_factory, grid, marked, quoting):
    lines = []
    for cells in grid:
        stream = io.StringIO()
        csv.writer(stream, quoting=quoting, lineterminator="\n").writerow(["row", *cells])
        lines.append(stream.getvalue())
    path = tmp_path_factory.getbasetemp() / "marked.csv"
    found = []
    for marks in ((False,) * 5, marked):
        text = "".join("\ufeff" * mark + line for line, mark in zip(lines, marks, strict=False))
        path.write_text(text, encoding="utf-8")
        found.append(list(open_file(path).rows()))
    assert found[0] == found[1]


@pytest.mark.slow
def test_a_sheet_that_claims_to_be_huge_is_read_by_what_is_in_it(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["date", "severity"])
    book.active.append(["2026-01-05", 4])
    book.active["XFD900000"] = 1
    book.save(tmp_path / "far.xlsx")
    rows = list(open_file(tmp_path / "far.xlsx").rows())
    assert [(row.line, row.cells[:2]) for row in rows[:2]] == [(1, ["date", "severity"]), (2, ["2026-01-05", "4"])]
    assert (rows[2].line, len(rows)) == (900_000, 3)
