"""R's write.table: each row has one cell more than the header, and the first counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.opening.row_names import has_row_names
from nof1.record.sources import recognize
from nof1.record.sources.table import read_table

NIGHTS = ['"2026-01-12"', '"2026-01-13"', '"2026-01-14"']


def r_table(mark, counts=("1", "2", "3"), quoted=True):
    header = mark.join(['"date"', '"severity"', '"note"'])
    rows = [mark.join([f'"{count}"', night, "4", '"so so"']) for count, night in zip(counts, NIGHTS, strict=False)]
    text = "\n".join([header, *rows]) + "\n"
    return text if quoted else text.replace('"', "").replace("so so", "so")


@pytest.mark.parametrize("mark", [",", ";", "\t", " ", "|"])
@pytest.mark.parametrize("counts", [("1", "2", "3"), ("2", "7", "11"), ("3", "1", "2"), ("1",)])
@pytest.mark.parametrize("quoted", [True, False])
def test_a_table_of_r_is_read_without_its_counts(opened, mark, counts, quoted):
    file = opened(r_table(mark, counts, quoted=quoted))
    assert (file.delimiter, file.row_names) == (mark, True)
    export = recognize(file)
    assert export.header == ("", "date", "severity", "note")
    assert [row.cells[export.place("severity")] for row in export.rows()] == ["4"] * len(counts)
    assert [row.line for row in export.rows()] == list(range(2, 2 + len(counts)))
    assert any("R's write.table" in note for note in export.notes)
    assert read_table(file.path).column("date") == [night.strip('"') for night in NIGHTS[: len(counts)]]


@pytest.mark.parametrize(
    "text",
    [
        "date,severity\n1,2026-01-12,4\n1,2026-01-13,5\n",
        "date,severity\n2026-01-12,4,x\n2026-01-13,5,y\n",
        "date,severity\n20260112,4,x\n20260113,5,y\n",
        "date,severity\n46034,4,x\n46035,5,y\n",
        "date,severity\n1,2026-01-12,\n2,2026-01-13,\n",
        "date,severity\n1,2026-01-12,4\n2,2026-01-13\n",
        "date,,severity\n1,2026-01-12,,4\n2,2026-01-13,,5\n",
        "Datum / Schwere\n12.03.2026 / 4\n",
        "date,severity\n",
        "date,severity\na,2026-01-12,4\nb,2026-01-13,5\n",
    ],
)
def test_other_tables_keep_their_cells(opened, text):
    file = opened(text)
    assert not file.row_names
    assert file.header == tuple(text.split("\n", 1)[0].split(","))


@given(st.lists(st.lists(st.sampled_from(["1", "2", "3", "date", "", "x", "46034"]), max_size=4), max_size=5))
def test_rows_have_names_only_where_each_has_one_cell_more(rows):
    if has_row_names(rows):
        assert {len(row) for row in rows[1:]} == {len(rows[0]) + 1}
        assert len({row[0] for row in rows[1:]}) == len(rows) - 1
