"""What is recorded beside the model: asked, kept and taken over alike by log, phone, sheet and import; in no model."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

import numpy as np
import pytest
from openpyxl import load_workbook

from nof1.analyze.model.data import build_model_data
from nof1.bedside.content import page_content
from nof1.errors import InputError
from nof1.language import speaking
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.recorded import find_recorded
from nof1.record import import_file
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry, columns
from nof1.record.diary.night import log
from nof1.record.diary.questions import applies, cell, questions, shown
from nof1.record.sharing.share import shared
from nof1.record.trial import Trial
from nof1.report.papers.spreadsheet import diary_xlsx

AFTER = datetime(2026, 6, 1, 9, tzinfo=UTC)
NAMES = ("onset", "where", "rescue", "rescue_what")
ANSWERS = {"onset": "00:15", "where": "legs and arms", "rescue": "yes", "rescue_what": "=ibuprofen, 1 am"}


@pytest.fixture
def asking(make_protocol):
    return make_protocol(recorded=["onset", "where", "rescue"])


@pytest.fixture
def folder(asking, tmp_path):
    Trial(asking, draw_order(asking), ()).write(tmp_path / "asking")
    return tmp_path / "asking"


def asked(protocol):
    period = draw_order(protocol).periods[0]
    return {one.field: one for one in questions(protocol, period, ends_period=False)}


def first(folder):
    return Trial.load(folder).entries[0]


def test_each_is_a_question_with_its_kind_and_a_column_before_the_note(asking, protocol):
    found = asked(asking)
    assert [found[name].kind for name in NAMES] == ["clock", "choice", "choice", "text"]
    assert columns(asking) == (*columns(protocol)[:-1], *NAMES, "note")
    assert not set(NAMES) & set(asked(protocol))


def test_what_and_when_is_asked_only_after_a_yes(asking):
    what = asked(asking)["rescue_what"]
    assert [applies(what, {"rescue": text}) for text in ("yes", "no", "")] == [True, False, False]


def test_answers_of_a_terminal_become_cells(asking):
    found = asked(asking)
    assert [cell(found["onset"], text) for text in ("10:30 pm", "n", "-", "0.15")] == ["22:30", "none", "", "00:15"]
    assert [cell(found["where"], text) for text in ("2", "Arms")] == ["legs", "arms"]
    assert [cell(found["rescue"], text) for text in ("y", "n", "1")] == ["yes", "no", "yes"]
    with pytest.raises(InputError, match="no time of day"):
        cell(found["onset"], "late")
    assert shown(found["onset"], "10:30") == "10:30, by day"  # perhaps half past ten in the evening was meant
    assert shown(found["onset"], "22:30") == "22:30"


def test_a_night_holds_them_and_the_file_reads_as_it_was_written(folder):
    log(folder, {"severity": 4, **ANSWERS}, night=date(2026, 1, 5), now=AFTER)
    assert dict(first(folder).recorded) == ANSWERS
    assert Trial.load(folder).frame.loc["2026-01-05", list(NAMES)].tolist() == list(ANSWERS.values())
    assert "'=ibuprofen" in (folder / "diary.csv").read_text()  # no formula for a spreadsheet program


def test_a_no_takes_what_hung_on_the_yes_with_it(folder):
    log(folder, {"severity": 4, **ANSWERS}, night=date(2026, 1, 5), now=AFTER)
    log(folder, {"rescue": "no"}, night=date(2026, 1, 5), now=AFTER, correct=True)
    assert (first(folder).recorded["rescue"], first(folder).recorded["rescue_what"]) == ("no", "")
    with pytest.raises(InputError, match="goes with rescue yes"):
        log(folder, {"rescue_what": "tea"}, night=date(2026, 1, 5), now=AFTER)


def test_a_damaged_cell_is_named(folder):
    log(folder, {"severity": 4, **ANSWERS}, night=date(2026, 1, 5), now=AFTER)
    path = folder / "diary.csv"
    path.write_text(path.read_text().replace("00:15", "27:15"))
    with pytest.raises(InputError, match=r"line 2: onset '27:15' is no time of day"):
        Trial.load(folder)
    assert any("27:15" in finding.text for finding in check(folder))


def test_the_phone_asks_the_same_in_every_language(asking):
    content = page_content(asking, draw_order(asking))
    by_field = {one["en"]["field"]: one for one in content["questions"]}
    assert by_field["onset"]["de"]["kind"] == "clock"
    assert by_field["rescue_what"]["en"]["only_if"] == {"field": "rescue", "values": ("yes",)}
    for language, question in by_field["where"].items():
        with speaking(language):
            assert question["asks"] == find_recorded("where")[0].asks
    assert set(NAMES) < set(content["columns"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sheet_filled_in_comes_back(folder, asking, tmp_path, language):
    with speaking(language):
        book = load_workbook(io.BytesIO(diary_xlsx(asking, draw_order(asking))))
    sheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, at["onset"]).number_format == "@"
    lists = {
        check.formula1: str(check.sqref) for check in sheet.data_validations.dataValidation if check.type == "list"
    }
    word = {"en": "arms", "de": "Arme"}[language]
    assert any(word in choices.split('"')[1].split(",") for choices in lists)
    for name, text in {
        "severity": 5,
        "onset": "23:05",
        "where": word,
        "rescue": {"en": "yes", "de": "ja"}[language],
    }.items():
        sheet.cell(2, at[name]).value = text
    book.save(tmp_path / "diary.xlsx")
    import_file(folder, tmp_path / "diary.xlsx", now=AFTER)
    assert dict(first(folder).recorded) == {"onset": "23:05", "where": "arms", "rescue": "yes", "rescue_what": ""}


def test_another_programs_file_is_taken_by_name_or_question_and_what_does_not_fit_is_named(folder, tmp_path):
    (tmp_path / "app.csv").write_text(
        "date,severity,When did the restlessness begin?,Where,Rescue medicine\n"
        "2026-01-05,4,11:50 pm,legs,no\n"
        "2026-01-06,5,none,arms,yes\n"
        "2026-01-07,6,soon,tail,\n"
    )
    import_file(folder, tmp_path / "app.csv", now=AFTER)
    rows = [tuple(entry.recorded[name] for name in NAMES[:3]) for entry in Trial.load(folder).entries]
    assert rows == [("23:50", "legs", "no"), ("none", "arms", "yes"), ("", "", "")]
    told = (folder / "rejected.csv").read_text()
    assert "onset 'soon' is no time of day" in told
    assert "where 'tail' is not one of" in told


def test_no_model_sees_them(asking, protocol):
    nights = [night for period in draw_order(asking).periods for night in period.dates]
    bare = [Entry(night, float(place % 7)) for place, night in enumerate(nights)]
    full = [replace(entry, recorded=MappingProxyType(ANSWERS)) for entry in bare]
    with_them = Trial(asking, draw_order(asking), tuple(full))
    plain = Trial(protocol, draw_order(protocol), tuple(bare))
    one, other = build_model_data(with_them), build_model_data(plain)
    assert one.covariates.shape[1] == other.covariates.shape[1] == 0
    np.testing.assert_array_equal(one.y, other.y)


def test_an_own_number_in_the_model_is_held_to_its_ends(make_protocol, tmp_path):
    wine = {"name": "wine", "title": "glasses of wine", "kind": "number", "low": 0, "high": 20}
    nap = {"name": "nap", "title": "a nap", "kind": "yes-no"}
    protocol = make_protocol(recorded=[wine, nap], analysis={"covariates": ["wine", "nap"]})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "own")
    logged = log(tmp_path / "own", {"wine": "2", "nap": "y"}, night=date(2026, 1, 5), now=AFTER)
    assert dict(logged.entry.covariates) == {"wine": 2.0, "nap": 1.0}
    assert asked(protocol)["wine"].asks == "glasses of wine"
    for name, text in {"wine": "21", "nap": "2"}.items():
        with pytest.raises(InputError, match=name):
            log(tmp_path / "own", {name: text}, night=date(2026, 1, 6), now=AFTER)


def test_a_shared_copy_has_none_of_them(folder):
    log(folder, {"severity": 4, **ANSWERS}, night=date(2026, 1, 5), now=AFTER)
    copy = shared(Trial.load(folder), "P1")
    assert copy.protocol.recorded is None
    assert not copy.entries[0].recorded
