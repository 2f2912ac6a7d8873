"""Cells of a spreadsheet are what it shows: percentages, durations, units in a format."""

from datetime import date, time, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.importing.taking import import_file
from nof1.record.opening.opened import open_file
from nof1.record.opening.sheet import cell_text

from ..conftest import NOW


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A function that gives the text of a cell with a value and a number format."""
    path = tmp_path_factory.mktemp("sheet") / "one.xlsx"

    def text_of(value, number_format):
        book = openpyxl.Workbook()
        book.active.append(["x", "y"])
        book.active.append([1, value])
        book.active.cell(2, 2).number_format = number_format
        book.save(path)
        return list(open_file(path).rows())[1].cells[1]

    return text_of


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.65, "0%", "65%"),
        (1, "0%", "100%"),
        (0.07, "0.0%", "7%"),
        (0.6543, "0%", "65.43%"),
        (-0.05, "0 %;[Red]-0 %", "-5%"),
        (0.65, "General", "0.65"),
        (0.65, '0.0"%"', "0.65 %"),
        (0.65, '0.00" of 100 %"', "0.65"),
        (7.5, '0.0" h"', "7.5 h"),
        (200, '0" mg"', "200 mg"),
        (200, '#,##0\\ "EUR"', "200"),
        (4, "0.00", "4"),
        (7.9 / 24, "[h]:mm", "7:54:00"),
        (25.5 / 24, "[h]:mm", "25:30:00"),
        (timedelta(hours=7, minutes=54, seconds=30), "[h]:mm:ss", "7:54:30"),
        (time(7, 54), "h:mm", "7:54"),
        (time(7, 54), "h:mm:ss", "07:54:00"),
        (time(19, 54), "h:mm AM/PM", "19:54:00"),
        (10 / 1440, "mm:ss", "00:10:00"),
        ("65%", "@", "65%"),
    ],
)
def test_a_cell_is_what_the_spreadsheet_shows(shown, value, number_format, text):
    assert shown(value, number_format) == text


@given(st.integers(-(10**6), 10**6), st.integers(0, 6))
def test_a_percent_cell_has_the_digits_of_its_number(shown, digits, places):
    value = digits / 10**places
    text = shown(value, "0.00%")
    assert text.endswith("%")
    assert float(text[:-1]) == pytest.approx(100 * value, rel=1e-12)


def test_a_duration_is_hours_minutes_and_seconds_whatever_it_is_longer_than():
    assert cell_text(timedelta(days=1, hours=1, seconds=5)) == "25:00:05"
    assert cell_text(timedelta(0)) == "0:00:00"
    assert cell_text(timedelta(hours=-1)) == "-1:00:00"


def test_percentages_and_durations_of_a_spreadsheet_are_imported(tmp_path, make_protocol):
    from nof1.plan.orders.draw import draw_order
    from nof1.record.trial import Trial

    protocol = make_protocol(outcome={"high": 100})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    book = openpyxl.Workbook()
    book.active.append(["Date", "Severity", "Sleep", "Exercise"])
    for row, (severity, sleep, exercise) in enumerate(
        [(0.65, 7.9 / 24, 1.5), (0.4, 25 / 72, 1), (1, 6 / 24, 0)], start=2
    ):
        book.active.append([date(2026, 1, 10 + row), severity, sleep, exercise])
        for column, number_format in ((2, "0%"), (3, "[h]:mm"), (4, '0.0" h"')):
            book.active.cell(row, column).number_format = number_format
    book.save(tmp_path / "diary.xlsx")
    found = import_file(tmp_path / "trial", tmp_path / "diary.xlsx", now=NOW)
    assert [dict(change.cells) for change in found.changes] == [
        {"severity": "65", "sleep_minutes": "474", "exercise": "90"},
        {"severity": "40", "sleep_minutes": "500", "exercise": "60"},
        {"severity": "100", "sleep_minutes": "360", "exercise": "0"},
    ]
