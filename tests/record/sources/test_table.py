"""Plain tables in the dialects that people's programs write."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.opening.sheet import cell_text
from nof1.record.sources.table import read_table, table_from_frame


@pytest.fixture
def read(tmp_path):
    """A function that writes content to a file and reads it as a table."""

    def write_and_read(content, name="export.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(path)

    return write_and_read


def cells(table):
    return [row.cells for row in table.rows]


def sheet_bytes(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_the_delimiter_is_found(read, mark, end):
    table = read(end.join(mark.join(row) for row in (("Date", "How bad?"), ("2026-01-05", "4"), ("2026-01-06", "5"))))
    assert table.header == ("Date", "How bad?")
    assert cells(table) == [("2026-01-05", "4"), ("2026-01-06", "5")]
    assert [row.line for row in table.rows] == [2, 3]


@pytest.mark.parametrize(
    "header",
    ['Date;"Severity, from 0, to 10"', 'Date,"bad; worse; worst"', '"a, b, c"\tDate', '"one; two","Date"'],
)
def test_a_delimiter_inside_quotes_is_text(read, header):
    mark = next(mark for mark in ";,\t" if f'"{mark}' in header or f'{mark}"' in header or f"{mark}Date" in header)
    table = read(f"{header}\nx{mark}y\n")
    assert len(table.header) == 2
    assert cells(table) == [("x", "y")]


FOUND = {
    "commas in the header": (
        "Datum;Schwere (0 = keine, 10 = unerträglich);Bemerkung, falls nötig\n12.03.2026;4,5;kalt\n13.03.2026;5;\n",
        ("Datum", "Schwere (0 = keine, 10 = unerträglich)", "Bemerkung, falls nötig"),
    ),
    "commas in the header of tabs": (
        "Date\tSide effects, if any, and which\n2026-03-12\tnone, really\n2026-03-13\t\n",
        ("Date", "Side effects, if any, and which"),
    ),
    "a title above": (
        "My diary, winter 2026\nDatum;Schwere;Note\n12.03.2026;4;a\n13.03.2026;5;b\n",
        ("Datum", "Schwere", "Note"),
    ),
    "a title with the mark": (
        "Tagebuch; Winter\nDatum;Schwere;Note\n12.03.2026;4;a\n13.03.2026;5;\n",
        ("Datum", "Schwere", "Note"),
    ),
    "a question of two lines": (
        'Timestamp,"How bad were the legs; tonight;\nfrom 0 to 10?",Email Address\n2026-03-12 22:00,4,a@example.org\n',
        ("Timestamp", "How bad were the legs; tonight;\nfrom 0 to 10?", "Email Address"),
    ),
    "decimal commas in every row": ("Datum;Schwere\n12.03.2026;4,5\n13.03.2026;3,5\n", ("Datum", "Schwere")),
    "a comma in every row, the header's too": ("Datum;Schwere, abends\n12.03.2026;4,5\n", ("Datum", "Schwere, abends")),
    "blank cells at the end": ("date,severity,note\n2026-03-12,4,\n2026-03-13,5,\n", ("date", "severity", "note")),
    "a mark too many in the rows": ("date,severity\n2026-03-12,4,\n2026-03-13,5,\n", ("date", "severity")),
}


@pytest.mark.parametrize(("text", "header"), FOUND.values(), ids=FOUND)
def test_delimiter_and_header_are_found_over_the_first_rows(read, text, header):
    table = read(text)
    assert table.header == header
    assert table.rows[0].cells[0].startswith(("12.03.2026", "2026-03-12"))


def test_rows_wider_than_the_header_do_not_become_the_header(read):
    with pytest.raises(InputError, match="line 2: there are more values than columns"):
        read("date,severity\n2026-03-12,4,x\n2026-03-13,5,y\n")


def test_a_single_column_is_a_table(read):
    assert cells(read("severity\n4\n5\n")) == [("4",), ("5",)]


@pytest.mark.parametrize(
    ("text", "hint"), [("a;b\n4,5;1\n", True), ("a,b\n4.5,1\n", None), ('a,b\n"4,5",1\n', None)], ids=repr
)
def test_a_semicolon_table_hints_at_decimal_commas(read, text, hint):
    assert read(text).decimal_hint is hint


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "cp1252"], ids=str
)
def test_the_encoding_is_found(read, encoding):
    text = "Gefühl,Größe\n„müde“,4 €\n"
    content = {
        "utf-16-le-bom": b"\xff\xfe" + text.encode("utf-16-le"),
        "utf-16-be-bom": b"\xfe\xff" + text.encode("utf-16-be"),
    }.get(encoding) or text.encode(encoding)
    table = read(content)
    assert table.header == ("Gefühl", "Größe")
    assert cells(table) == [("„müde“", "4 €")]


def test_line_numbers_are_those_of_an_editor(read):
    table = read('a,b\n"one\ntwo\nthree",1\n\nx,2\n,\n"y\r\nz",3\nlast,4\n')
    assert [(row.line, row.cells[1]) for row in table.rows] == [(2, "1"), (6, "2"), (8, "3"), (10, "4")]
    assert table.rows[0].cells[0] == "one\ntwo\nthree"


def test_quotes_inside_quotes_are_kept(read):
    assert cells(read('note,b\n"he said ""no"", then",1\n')) == [('he said "no", then', "1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b,c\n1\n", [("1", "", "")]),
        ("a,b\n1,2,\n", [("1", "2")]),
        ("a,b,,\n1,2,,\n", [("1", "2")]),
        ("\n\na,b\n1,2\n\n", [("1", "2")]),
        (" a , b \n 1 , 2 \n", [("1", "2")]),
    ],
    ids=["short row", "empty cell too many", "empty columns at the end", "empty lines", "spaces around"],
)
def test_ragged_rows_are_filled_to_the_header(read, text, expected):
    assert cells(read(text)) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "export.csv holds no rows"),
        (b"\xef\xbb\xbf", "export.csv holds no rows"),
        (b"\n\n  \n,,\n", "export.csv holds no rows"),
        (b"date,severity\n", "holds no rows under its header"),
        (b"a,b,a\n1,2,3\n", "two columns called 'a'. Rename one"),
        (b"a,b\n1,2\n1,2,3\n", "line 3: there are more values than columns"),
        (b'a,b\n1,2\n1,"2\n3,4\n', r"line 3: the row cannot be read \(.*Mend that line"),
        (b'a,b\n"1"2,3\n', "line 2: the row cannot be read"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is a picture, no table that can be read"),
        (b"a,b\n1,\x81\n", "is not a text table"),
        ("a,b\n1,2\n".encode("utf-16-le"), "is not a text table"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "is not a text table"),
    ],
    ids=[
        "empty",
        "only a byte order mark",
        "only blanks",
        "header alone",
        "two columns of one name",
        "too many values",
        "open quote",
        "text after a quote",
        "a picture",
        "no code page",
        "UTF-16 without its mark",
        "UTF-16 cut off",
    ],
)
def test_a_bad_table_is_refused(read, content, words):
    with pytest.raises(InputError, match=words):
        read(content)


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.pdf", "a.zip", "A.XLSX"])
def test_a_file_of_another_kind_is_refused(read, name):
    with pytest.raises(InputError, match=r"is no table that can be read. Save it as \.csv or \.xlsx"):
        read(b"date,severity\n2026-01-05,4\n", name)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path)


def test_a_file_of_another_kind_is_no_table(read):
    with pytest.raises(InputError, match="is no table that can be read"):
        read("<?xml version='1.0'?><HealthData/>")


def test_a_spreadsheet_gives_dates_and_numbers_as_text(read):
    content = sheet_bytes(
        ["Date", "Severity", "Taken", "Note", None],
        [datetime(2026, 1, 5), 4.0, 200, "fine, thanks", None],  # noqa: DTZ001
        [date(2026, 1, 6), 4.5, None, "ä 😴", None],
        [None, None, None, None, None],
        [datetime(2026, 1, 7, 22, 15), 0, True, "  ", None],  # noqa: DTZ001
    )
    table = read(content, "export.xlsx")
    assert table.header == ("Date", "Severity", "Taken", "Note")
    assert cells(table) == [
        ("2026-01-05 00:00:00", "4", "200", "fine, thanks"),
        ("2026-01-06", "4.5", "", "ä 😴"),
        ("2026-01-07 22:15:00", "0", "TRUE", ""),
    ]
    assert [row.line for row in table.rows] == [2, 3, 5]
    assert table.decimal_hint is None


def test_a_spreadsheet_is_known_by_its_content_not_its_name(read):
    assert cells(read(sheet_bytes(["a"], ["b"]), "export.csv")) == [("b",)]


def test_a_damaged_spreadsheet_is_read_or_refused(read):
    """One byte is changed, at a hundred places in turn; whatever breaks must be told in one sentence."""
    sound = sheet_bytes(["Date", "Severity"], *([date(2026, 1, day), day / 2] for day in range(1, 20)))
    untold = []
    for place in range(4, len(sound), len(sound) // 100):
        damaged = bytearray(sound)
        damaged[place] ^= 0x55
        try:
            read(bytes(damaged), "export.xlsx")
        except InputError:
            continue
        except Exception as error:
            untold.append((place, repr(error)))
    assert untold == []


def test_a_spreadsheet_cut_off_is_refused(read):
    sound = sheet_bytes(["Date", "Severity"], ["2026-01-05", 4])
    for kept in range(4, len(sound) - 1, 400):
        with pytest.raises(InputError, match=r"export\.xlsx is (a damaged archive|no spreadsheet that can be read)"):
            read(sound[:kept], "export.xlsx")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (4, "4"),
        (4.0, "4"),
        (4.25, "4.25"),
        (1e16, "1e+16"),
        (-0.5, "-0.5"),
        (float("nan"), ""),
        (True, "1"),
        (" x ", "x"),
        (date(2026, 1, 5), "2026-01-05"),
        (datetime(2026, 1, 5), "2026-01-05"),  # noqa: DTZ001
        (datetime(2026, 1, 5, 7, 30), "2026-01-05 07:30:00"),  # noqa: DTZ001
    ],
    ids=repr,
)
def test_a_cell_becomes_text(value, text):
    assert cell_text(value) == text


def test_a_frame_is_a_table_without_its_index():
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-01-05", "2026-01-06"]),
            "severity": [4.0, None],
            "day": [1, 2],
            "arm": pd.Categorical(["off", "on"]),
            "note": ["x", None],
        },
        index=[7, 9],
    )
    table = table_from_frame(frame)
    assert table.header == ("date", "severity", "day", "arm", "note")
    assert cells(table) == [("2026-01-05", "4", "1", "off", "x"), ("2026-01-06", "", "2", "on", "")]
    assert [row.line for row in table.rows] == [1, 2]


def test_an_empty_frame_is_refused():
    with pytest.raises(InputError, match="holds no rows"):
        table_from_frame(pd.DataFrame({"a": []}))


def test_a_column_that_is_not_there_is_named_with_those_that_are(read):
    with pytest.raises(InputError, match=r"export\.csv has no column 'mood'\. Its columns are: a, b"):
        read("a,b\n1,2\n").column("mood")


words = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=100)
@given(st.data())
def test_any_table_that_csv_writes_is_read_back(tmp_path_factory, data):
    width = data.draw(st.integers(2, 5))
    rows = data.draw(
        st.lists(st.lists(words, min_size=width, max_size=width).filter(lambda row: "".join(row).strip()), min_size=1)
    )
    delimiter = data.draw(st.sampled_from([",", ";", "\t", "|"]))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(f"column {i}" for i in range(width))
    writer.writerows(rows)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(stream.getvalue().encode(encoding))
    assert cells(read_table(path)) == [tuple(cell.strip() for cell in row) for row in rows]


@pytest.mark.parametrize(
    ("cell", "refused"), [("<c r='B2'><f>1+2</f></c>", True), ("<c r='B2' t='str'><f>\"\"</f><v></v></c>", False)]
)
def test_a_formula_never_computed_is_refused_and_one_of_empty_text_is_not(tmp_path, cell, refused):
    plain, changed = tmp_path / "plain.xlsx", tmp_path / "changed.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["night", "severity"])
    book.active.append(["2026-01-05", 7])
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content, count = re.subn(rb'<c r="B2"[^>]*>.*?</c>', cell.encode(), content)
                assert count == 1
            target.writestr(name, content)
    if refused:
        with pytest.raises(InputError, match="line 2: a formula has no computed value"):
            read_table(changed)
    else:
        assert read_table(changed).rows[0].cells == ("2026-01-05", "")
