"""OpenDocument spreadsheets: what cells show, sheets, repeated cells, and documents that are made to do harm."""

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reliability.open_document import Xml, cell, ods

from nof1.errors import InputError
from nof1.record.opening import ods as reader
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.values.ambiguous import AmbiguousInput

HEADER = ["date", "severity"]
NIGHT = [date(2026, 1, 5), 4]


@pytest.fixture
def opened(tmp_path):
    def write(content, sheet=None):
        path = tmp_path / "diary.ods"
        path.write_bytes(content)
        return open_file(path, sheet)

    return write


def cells(file):
    return [(row.line, *row.cells) for row in file.rows()]


def test_cells_show_what_is_kept_of_them(opened):
    evening, midnight = datetime(2026, 1, 5, 22, 15), datetime(2026, 1, 5)  # noqa: DTZ001 - as a sheet has them
    values = [
        date(2026, 1, 5), evening, midnight, time(7, 30), timedelta(hours=31, minutes=15),
        4, 4.5, True, "calm", "=1+1", None, "last",
    ]  # fmt: skip
    file = opened(ods({"Nights": [["a"] * len(values), values]}))
    assert cells(file)[1] == (
        2, "2026-01-05", "2026-01-05 22:15:00", "2026-01-05 00:00:00", "07:30:00", "31:15:00", "4", "4.5", "TRUE", "calm", "=1+1", "", "last",
    )  # fmt: skip


def test_a_percent_is_what_the_sheet_shows(opened):
    percent = '<table:table-cell office:value-type="percentage" office:value="{}"><text:p>x</text:p></table:table-cell>'
    file = opened(
        ods({"a": [HEADER, ["2026-01-05", Xml(percent.format(0.65))], ["2026-01-06", Xml(percent.format(0.07))]]})
    )
    assert [row[2] for row in cells(file)] == ["severity", "65", "7"]


def test_text_is_put_together_and_comments_are_not_in_it(opened):
    text = Xml(
        '<table:table-cell office:value-type="string"><office:annotation><text:p>a comment</text:p></office:annotation>'
        '<text:p>first <text:span>line</text:span><text:s text:c="2"/>end</text:p><text:p>second<text:tab/>x</text:p></table:table-cell>'
    )
    assert cells(opened(ods({"a": [HEADER, ["2026-01-05", text]]})))[1][2] == "first line  end\nsecond\tx"


def test_repeated_rows_and_cells_are_repeated_and_blank_ones_cost_nothing(opened):
    rows = [
        HEADER,
        Xml(
            '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        ),
        Xml(f'<table:table-row table:number-rows-repeated="2">{cell(date(2026, 1, 5))}{cell(4)}</table:table-row>'),
        [
            Xml(
                '<table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
            ),
            8,
        ],
        Xml(
            '<table:table-row table:number-rows-repeated="1047000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        ),
    ]
    assert cells(opened(ods({"a": rows}))) == [
        (1, "date", "severity"),
        (1002, "2026-01-05", "4"),
        (1003, "2026-01-05", "4"),
        (1004, "7", "7", "7", "8"),
    ]


def test_merged_cells_are_blank_but_for_the_first(opened):
    covered = Xml(
        '<table:covered-table-cell office:value-type="string"><text:p>old</text:p></table:covered-table-cell>'
    )
    assert cells(opened(ods({"a": [HEADER, ["2026-01-05", covered, 5]]})))[1] == (2, "2026-01-05", "", "5")


def test_rows_in_groups_are_rows(opened):
    grouped = Xml(
        f"<table:table-header-rows><table:table-row>{cell('date')}{cell('severity')}</table:table-row></table:table-header-rows>"
    )
    inner = Xml(
        f"<table:table-row-group><table:table-row>{cell('2026-01-05')}{cell(4)}</table:table-row></table:table-row-group>"
    )
    assert cells(opened(ods({"a": [grouped, inner]}))) == [(1, "date", "severity"), (2, "2026-01-05", "4")]


def test_of_several_sheets_the_person_says_which(opened):
    content = ods(
        {
            "Nights": [HEADER, NIGHT],
            "Cover": [["My diary"]],
            "Weight": [["date", "kg"], [date(2026, 1, 5), 70]],
            "Empty": [],
        }
    )
    with pytest.raises(AmbiguousInput, match="several sheets with rows: Nights, Weight") as asked:
        opened(content)
    assert (asked.value.option, asked.value.choices) == ("sheet", ("Nights", "Weight"))
    file = opened(content, "Weight")
    assert cells(file)[1] == (2, "2026-01-05", "70")
    assert (file.sheet, file.other_sheets) == ("Weight", ("Nights", "Cover"))
    with pytest.raises(InputError, match="has no sheet 'Empty' with rows"):
        opened(content, "Empty")


def test_dates_beside_dates_as_text_are_pointed_out(opened):
    export = recognize(opened(ods({"a": [HEADER, NIGHT, ["13/01/2026", 5]]})))
    assert any(
        note.startswith("CAREFUL: 'date' holds both dates and dates as text (such as '13/01/2026')")
        for note in export.notes
    )


def test_a_formula_gives_its_value_and_one_never_computed_is_refused(opened):
    formula = '<table:table-cell table:formula="of:=1+2" {}/>'
    value = formula.format('office:value-type="float" office:value="3"')
    assert cells(opened(ods({"a": [HEADER, ["2026-01-05", Xml(value)]]})))[1][2] == "3"
    with pytest.raises(InputError, match="line 2: a formula has no computed value"):
        opened(ods({"a": [HEADER, ["2026-01-05", Xml(formula.format(""))]]}))
    empty = formula.format('office:value-type="string"')
    assert cells(opened(ods({"a": [HEADER, ["2026-01-05", Xml(empty), 1]]})))[1][2:] == ("", "1")


def test_a_table_within_a_cell_is_no_row(opened):
    inner = Xml(
        f'<table:table-cell office:value-type="string"><table:table><table:table-row>{cell(9)}</table:table-row></table:table><text:p>x</text:p></table:table-cell>'
    )
    assert cells(opened(ods({"a": [HEADER, ["2026-01-05", inner]]}))) == [
        (1, "date", "severity"),
        (2, "2026-01-05", "x"),
    ]


@pytest.mark.parametrize("value", ["", "NaN", "inf", "1e999", "x" * 50])
@pytest.mark.parametrize("kind", ["float", "percentage", "date", "time", "boolean", "void"])
def test_an_odd_value_is_given_as_it_is_shown(opened, kind, value):
    odd = Xml(
        f'<table:table-cell office:value-type="{kind}" office:value="{value}" office:date-value="{value}" office:time-value="{value}"><text:p>seen</text:p></table:table-cell>'
    )
    rows = cells(opened(ods({"a": [HEADER, ["2026-01-05", odd]]})))
    assert len(rows) == 2
    assert all(isinstance(text, str) for text in rows[1][1:])


# --- made to do harm

HOSTILE = {
    "entities": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "a file from outside": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "a document type": '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
}


@pytest.mark.parametrize("head", HOSTILE.values(), ids=HOSTILE)
def test_a_document_with_declarations_is_refused(opened, head):
    with pytest.raises(InputError, match="declares things of its own"):
        opened(ods({"a": [HEADER, NIGHT]}, head=head))


def repeated(rows, columns):
    return Xml(
        f'<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}" office:value-type="float" office:value="1"/></table:table-row>'
    )


@pytest.mark.parametrize(("rows", "columns", "words"), [
    ("2000000", "1", "more than 1,048,576 rows"), ("100000", "1000", "more than 50,000,000 cells"), ("1", "99999", "more than 16,384 cells"),
    ("1", "999999999", "more than 16,384 cells"),
])  # fmt: skip
def test_repetitions_have_an_end(opened, rows, columns, words):
    with pytest.raises(InputError, match=words):
        opened(ods({"a": [HEADER, repeated(rows, columns)]}))


@pytest.mark.parametrize("count", ["-5", "0", "x", "1e9", "9" * 30])
def test_an_odd_count_is_one_or_refused(opened, count):
    try:
        assert len(cells(opened(ods({"a": [HEADER, repeated(count, "2"), NIGHT]})))) in (2, 3)
    except InputError as refused:
        assert "more than" in str(refused)  # noqa: PT017


def test_nesting_has_an_end(opened):
    deep = Xml("<x>" * 5000 + "</x>" * 5000)
    with pytest.raises(InputError, match="nested too deep"):
        opened(ods({"a": [HEADER, deep]}))


def test_spaces_and_text_have_an_end(opened):
    text = Xml(
        '<table:table-cell office:value-type="string"><text:p>a'
        + '<text:s text:c="999999999"/>' * 50
        + "b</text:p></table:table-cell>"
    )
    (_, (_, _, found)) = cells(opened(ods({"a": [HEADER, ["2026-01-05", text]]})))
    assert len(found) < 60_000
    long = Xml(f'<table:table-cell office:value-type="string"><text:p>{"x" * 3_000_000}</text:p></table:table-cell>')
    (_, (_, _, found)) = cells(opened(ods({"a": [HEADER, ["2026-01-05", long]]})))
    assert len(found) < reader.MAX_TEXT + (1 << 20)


def test_a_bomb_is_refused_before_it_is_read(opened):
    with pytest.raises(InputError, match=r"would unpack to \d+ MB.*Nothing was unpacked"):
        opened(ods({"a": [HEADER, NIGHT]}, more={"Pictures/x.png": b" " * 60_000_000}))


@pytest.mark.parametrize("cut", [20, 200, 400])
def test_a_document_cut_off_is_refused(opened, tmp_path, cut):
    content = ods({"a": [HEADER, NIGHT]})
    with zipfile.ZipFile(tmp_path / "cut.ods", "w") as target:
        target.writestr("mimetype", reader.MIME)
        target.writestr("content.xml", zipfile.ZipFile(_written(tmp_path, content)).read("content.xml")[:-cut])
    with pytest.raises(InputError, match="is no spreadsheet that can be read"):
        open_file(tmp_path / "cut.ods")


def _written(tmp_path, content):
    path = tmp_path / "whole.ods"
    path.write_bytes(content)
    return path


def test_a_text_document_is_no_spreadsheet(opened):
    with pytest.raises(InputError, match="an archive of no kind that is known"):
        recognize(opened(ods({"a": [HEADER, NIGHT]}, mime="application/vnd.oasis.opendocument.text")))


@pytest.mark.slow
def test_one_byte_changed_anywhere_is_read_or_told(opened):
    sound = ods({"a": [HEADER, *([date(2026, 1, day), day / 2] for day in range(1, 20))]})
    for place in range(4, len(sound)):
        damaged = bytearray(sound)
        damaged[place] ^= 0xFF
        try:
            list(opened(bytes(damaged)).rows())
        except InputError:
            continue


# --- held against the other kinds of file

words = st.text(alphabet="abc äß;,\"'=&<>", max_size=8).map(str.strip)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001
values = st.one_of(
    st.none(), words, st.integers(-1000, 1000), st.integers(-9999, 9999).map(lambda tenths: tenths / 10), st.booleans(),
    st.dates(date(2026, 1, 1), date(2026, 3, 1)), moments.filter(lambda moment: moment.time() != time(0)),
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(values, min_size=2, max_size=5), min_size=1, max_size=6))
def test_a_sheet_is_read_as_the_same_sheet_in_the_other_kind_of_file(rows):
    import openpyxl

    book = openpyxl.Workbook()
    for number, row in enumerate([["date", "severity"], *rows], start=1):
        for place, value in enumerate(row, start=1):
            book.active.cell(number, place).value = value or None if isinstance(value, str) else value
            if isinstance(value, str):
                book.active.cell(number, place).data_type = "s"
    with TemporaryDirectory() as folder:
        one, other = Path(folder) / "a.xlsx", Path(folder) / "a.ods"
        book.save(one)
        other.write_bytes(
            ods(
                {
                    "Sheet": [
                        ["date", "severity"],
                        *[[value or None if isinstance(value, str) else value for value in row] for row in rows],
                    ]
                }
            )
        )
        as_xlsx, as_ods = (
            [(line, *trimmed) for line, *trimmed in map(_trimmed, cells(open_file(path)))] for path in (one, other)
        )
    assert as_ods == as_xlsx


def _trimmed(row):
    """Without empty cells at its end, of which each kind of file has its own number."""
    row = list(row)
    while row and row[-1] == "":
        row.pop()
    return row
