"""Columns known by name, cells made of others, and JSON as rows: nothing is lost on the way."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.opening.opened import open_file
from nof1.record.sources.plain import plain_export
from nof1.record.sources.reworked import (
    json_cell,
    json_records,
    known_columns,
    number_in,
    reworked,
    total,
    without_zeros,
)
from nof1.record.sources.source import Column

TABLE = "date,a,b\n2026-01-05,1,2\n2026-01-06,3\n2026-01-07,4,5,surplus\n"


def test_cells_can_be_changed_and_made_and_surplus_ones_stay(opened):
    def work(number, cells):
        cells["a"] = cells.get("a", "") + "!"
        cells["sum"] = f"{number}"

    export = plain_export(opened(TABLE), 0, "key", "a title")
    columns = (Column("b"), Column("a"), Column("sum"))
    made = reworked(export, columns, work)
    assert made.columns == columns
    assert [row.cells for row in made.rows()] == [
        ["2", "1!", "0"],
        ["", "3!", "1"],
        ["5", "4!", "2", "surplus"],
    ]
    assert [row.line for row in made.rows()] == [2, 3, 4]


def test_a_column_that_a_person_has_added_is_still_told_by_its_name():
    columns = known_columns(
        ("date", "Sleep", "Study arm", "E-mail", "Steps"), [Column("Sleep", "sleep_minutes", "s")], ["date"]
    )
    assert [(column.role, column.measure, column.unit) for column in columns] == [
        ("text", "", ""),
        ("value", "sleep_minutes", "s"),
        ("treatment", "", ""),
        ("private", "", ""),
        ("value", "", ""),
    ]


@given(
    st.lists(
        st.one_of(st.just(""), st.integers(0, 10**6).map(str), st.decimals(0, 1000, places=2).map(str)), max_size=5
    )
)
def test_a_total_is_the_sum_of_what_is_there(texts):
    given_numbers = [float(text) for text in texts if text]
    assert total(texts) == "" if not given_numbers else float(total(texts)) == pytest.approx(sum(given_numbers))


def test_what_is_no_number_stays_for_the_importer_to_refuse():
    assert total(["90", "much", "5"]) == "much"
    assert number_in("much") is None
    assert number_in("N/A") is None
    assert total(["90", "N/A"]) == "N/A"


def test_noughts_are_blanked_where_they_mean_nothing_was_measured():
    cells = {"a": "0", "b": "0.0", "c": "10", "d": "none", "e": ""}
    without_zeros(cells, ("a", "b", "c", "d", "e", "f"))
    assert cells == {"a": "", "b": "", "c": "10", "d": "none", "e": ""}


def opened_json(tmp_path, content, name="sleep.json"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_file(path)


def test_records_are_read_from_a_list_or_from_one_in_an_object(tmp_path):
    records = [{"a": 1}, {"a": 2.50}]
    for whole in (records, {"sleep": records, "more": []}):
        found = json_records(opened_json(tmp_path, json.dumps(whole)), "sleep")
        assert [json_cell(record, "a") for record in found] == ["1", "2.5"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"a": 1}, {"a"', "line 1: the JSON is damaged or was cut off"),
        ('[{"a": 1}, 7]', "number 2 in its list is '7' and no record"),
        ('{"sleep": {"a": 1}}', "no list of records"),
        ('{"other": [{"a": 1}]}', "no list of records"),
        ('[{"a": ' + "[" * 100_000, "damaged or was cut off"),
        ('[{"a": 1}]\xff', "damaged or was cut off"),
    ],
)
def test_damage_is_told_in_one_message(tmp_path, content, message):
    file = opened_json(tmp_path, content.encode("latin-1"))
    with pytest.raises(InputError, match=message):
        json_records(file, "sleep")


def test_a_value_of_json_is_a_cell_whatever_it_is():
    record = {"a": None, "b": True, "c": {"d": [1, "x"]}, "e": " tea ", "f": "half \ud83d"}
    assert [json_cell(record, path) for path in ("a", "b", "c.d", "c.d.e", "e", "missing")] == [
        "",
        "true",
        '[1, "x"]',
        "",
        "tea",
        "",
    ]
    assert json_cell(record, "f").encode() == b"half ?"
