"""diary.xlsx: one checked row a night, no secret and no formula in it, and it comes back in."""

import io
import time

import openpyxl
import pytest

from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.orders.evening_dose import to_take
from nof1.record.diary.entry import columns
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.sources.nof1_diary import TO_TAKE
from nof1.report.papers.spreadsheet import diary_xlsx


@pytest.fixture
def concealed(make_protocol):
    content = make_protocol(title='=HYPERLINK("x")').to_dict()
    del content["design"]["seed"]
    content["design"]["concealed"] = "helper"
    content["arms"][1]["label"] = "+the real one"
    return type(make_protocol()).build(content)


def book(protocol, order):
    return openpyxl.load_workbook(io.BytesIO(diary_xlsx(protocol, order)))


def test_one_row_a_night_with_the_diarys_columns(protocol):
    sheet = book(protocol, draw_order(protocol))["diary"]
    night, *others = recorded_columns(protocol)
    assert [cell.value for cell in sheet[1]] == [night, TO_TAKE, *others]
    dates = [row[0].value.date() for row in sheet.iter_rows(min_row=2)]
    assert dates == [night for period in draw_order(protocol).periods for night in period.dates]
    assert all(row[0].number_format == "yyyy-mm-dd" for row in sheet.iter_rows(min_row=2))


def test_cells_are_checked(protocol):
    sheet = book(protocol, draw_order(protocol))["diary"]
    checks = {str(check.sqref).split(":")[0]: check for check in sheet.data_validations.dataValidation}
    assert (checks["C2"].type, checks["C2"].formula1, checks["C2"].formula2) == ("whole", "0", "10")
    assert (checks["D2"].type, checks["D2"].formula2) == ("decimal", "5000")
    assert checks["F2"].formula1 == '"off,magnesium,can\'t tell"'
    assert checks["G2"].formula2 == "100"
    assert "B2" not in checks  # what is planned is to be read


@pytest.mark.slow
def test_the_same_bytes_whenever_it_is_made(protocol):
    first = diary_xlsx(protocol, draw_order(protocol))
    time.sleep(2.1)  # a zip entry counts two seconds
    assert diary_xlsx(protocol, draw_order(protocol)) == first


def test_a_concealed_sheet_names_packs(concealed):
    made = book(concealed, schedule(concealed))
    words = [str(cell.value) for row in made["how to"].iter_rows() for cell in row]
    words += [cell.comment.text for row in made["diary"].iter_rows() for cell in row if cell.comment]
    assert any("pack 2" in text for text in words)
    assert not any("the real one" in text for text in words)
    assert columns(concealed)[2] == "taken"


def test_text_is_never_a_formula(concealed):
    for sheet in book(concealed, schedule(concealed)):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert book(concealed, schedule(concealed))["how to"]["A1"].value == '=HYPERLINK("x")'


def test_what_is_filled_in_comes_into_the_diary(protocol, trial_folder, tmp_path):
    made = book(protocol, draw_order(protocol))
    sheet = made["diary"]
    sheet["C8"], sheet["D8"], sheet["E8"] = 6, 200, "loose stools"  # the seventh night; six are recorded
    made.save(tmp_path / "diary.xlsx")
    export = recognize(open_file(tmp_path / "diary.xlsx"))
    plan = plan_import(trial_folder, protocol, export, complete_map(export, protocol, {}), latest=protocol.end)
    (change,) = plan.changes
    assert str(change.night) == "2026-01-11"
    assert change.cells == {"severity": "6", "dose_mg": "200", "side_effects": "loose stools"}
    assert plan.counts() == {"rows": protocol.nights, "taken": 1, "merged": protocol.nights - 1, "rejected": 0}


@pytest.mark.parametrize("concealed", ["open", "helper"])
def test_what_there_is_to_take_stands_beside_each_night_and_is_not_taken_in(tmp_path, planned, concealed):
    protocol = planned("randomized-blocks", concealed=concealed, blocks=2, period_nights=3)
    order = draw_order(protocol) if concealed == "open" else schedule(protocol)
    path = tmp_path / "diary.xlsx"
    path.write_bytes(diary_xlsx(protocol, order))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    column = [cell.value for cell in sheet[1]].index("to take") + 1
    told = [sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)]
    assert told == [to_take(protocol, period) for period in order.periods for _ in period.dates]
    export = recognize(open_file(path))
    assert export.column("to take").role == "treatment"
    assert export.column("note").role != "treatment"
