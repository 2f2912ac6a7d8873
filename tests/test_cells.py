"""Cells of the tables that nof1 writes: no formula for a spreadsheet program, and the same text when read back."""

import csv
import io
import re
import unicodedata
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nof1.cells import cleaned, csv_text, shielded, unshielded
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import add_pause
from nof1.record.diary.entry import Entry
from nof1.record.diary.journal import Line, extended
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record
from nof1.record.importing.committing import take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial

NOW = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)
STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text() | st.text(alphabet="';\"=+-@\t\r\n4.5e\uff1d a")


def is_formula(cell):
    """What a spreadsheet program may take for a formula; a negative number is none."""
    return cell[:1] in tuple(STARTS) and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", cell)


def read_at_semicolons(line):
    """The cells that a program sees which splits at semicolons, as in countries with a decimal comma, and strips quotes."""
    return [cell.lstrip('" ') for cell in re.split("[;\t\r\n]", line)]


@given(TEXTS)
@example("'=1+1")
@example("''-4")
@example("-4.5")
@example("-4\n")
@example("x;'=1")
@example("\n=1")
def test_a_shielded_text_is_read_back_and_is_never_a_formula(text):
    assert unshielded(shielded(text)) == text
    assert not is_formula(shielded(text))


@given(TEXTS, TEXTS)
def test_two_texts_never_become_the_same_cell(one, other):
    assert (shielded(one) == shielded(other)) == (one == other)


@given(TEXTS)
@example("x;=1+1")
@example('x; "=1+1"')
@example("first\n=1+1")
def test_a_program_that_splits_at_semicolons_sees_no_formula_either(text):
    stream = io.StringIO()
    csv.writer(stream).writerow(["2026-01-05", shielded(text)])
    assert not [cell for cell in read_at_semicolons(stream.getvalue()) if is_formula(cell)]


@given(TEXTS)
@example("calm; better\nthan before")
def test_only_what_has_to_be_is_shielded(text):
    starts = [text.lstrip("'")[:1], *(piece.lstrip("' \"")[:1] for piece in re.split("[;\t\r\n]", text))]
    if not any(start and start in STARTS for start in starts):
        assert shielded(text) == text == unshielded(text)


@given(TEXTS)
def test_shielding_survives_csv(text):
    stream = io.StringIO()
    csv.writer(stream).writerow([shielded(text)])
    (row,) = csv.reader(io.StringIO(stream.getvalue(), newline=""), strict=True)
    assert unshielded(row[0]) == text


@pytest.mark.parametrize("number", ["-4", "-4.5", "-1e-09", "0", "4"])
def test_numbers_stay_numbers(number):
    assert shielded(number) == number


@given(st.text())
def test_cleaned_text_holds_no_control_character_and_no_mark_of_direction(text):
    clean = cleaned(text)
    assert not any(unicodedata.category(character) == "Cc" and character not in "\n\t" for character in clean)
    assert not set(clean) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert cleaned(clean) == clean


@pytest.mark.parametrize("text", ["Größe, naïve: שלום مرحبا 😴👩‍👩‍👧", "a\nb\tc"])
def test_plain_words_of_any_language_stay(text):
    assert cleaned(text) == text


# --- every file of a trial


@pytest.fixture
def poisoned(tmp_path, make_protocol):
    """A trial into which formulas were put wherever text can be put."""
    protocol = make_protocol()
    folder = tmp_path / "trial"
    bad = SimpleNamespace(note="=1+1", effect="@SUM(1)", reason="+cmd|calc", column="-2+3", file="=evil.csv")
    Trial(protocol, draw_order(protocol), (Entry(date(2026, 1, 5), 4, note=bad.note),)).write(folder)
    night = date(2026, 1, 6)
    record(folder, protocol, [Change(night, {"severity": "4", "side_effects": bad.effect})], by="=log", now=NOW)
    record(folder, protocol, [Change(night, {"severity": "5"})], by="log", now=NOW, correct=True, reason=bad.reason)
    path = tmp_path / bad.file
    path.write_text(f"date,{bad.column},note,=name\n2026-01-12,4,{bad.note},x\n=soon,=1,\t=2,x\n\uff1dlater,4,+3,x\n")
    export = recognize(open_file(path))
    chosen = complete_map(export, protocol, {"severity": bad.column})
    take_import(
        folder,
        protocol,
        plan_import(folder, protocol, export, chosen, Reading(), latest=night.replace(day=31)),
        now=NOW,
    )
    add_pause(folder, date(2026, 1, 14), 2, bad.reason, now=NOW)
    return folder


def test_no_table_that_is_written_holds_a_formula(poisoned):
    tables = [path for path in poisoned.rglob("*.csv") if len(path.stem) < 60]  # the verbatim copy is the person's own
    assert {path.name for path in tables} >= {"diary.csv", "journal.csv", "ledger.csv", "rejected.csv", "order.csv"}
    for path in tables:
        rows = list(csv.reader(io.StringIO(path.read_text(), newline="")))
        assert [(path.name, cell) for row in rows for cell in row if is_formula(cell)] == []
    words = "\n".join(path.read_text() for path in tables)
    for text in ("'=1+1", "'@SUM(1)", "'+cmd|calc", "'=soon", "'\uff1dlater", "'=evil.csv", "'=log"):
        assert text in words


def test_what_was_shielded_is_read_back_as_it_was(poisoned):
    found = {entry.night.day: entry for entry in read_diary(poisoned, Protocol.load(poisoned))}
    assert [found[day].note for day in (5, 12)] == ["=1+1", "=1+1"]
    assert found[6].side_effects == ("@SUM(1)",)


class Python312Writer:
    """The csv module's writer as Python 3.12 has it: it quotes a CR only where the CR is part of how rows end."""

    def __init__(self, stream, *, lineterminator):
        self.stream, self.end = stream, lineterminator

    def writerow(self, cells):
        quoted = [f'"{cell}"' if any(mark in cell for mark in f",\n{self.end}") else cell for cell in cells]
        self.stream.write(",".join(quoted) + self.end)


def test_a_lone_carriage_return_is_quoted_by_every_python_in_every_table(monkeypatch):
    monkeypatch.setattr(csv, "writer", Python312Writer)
    assert csv_text([("a\rb", "c"), ("", "d")]) == '"a\rb",c\n,d\n'
    line = Line("2026-01-05T09:00:00", "log", "2026-01-05", "note", "", "a\rb")
    assert b',"a\rb",' in extended(b"", [line])


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_a_table_is_read_back_as_it_was_written(rows):
    assert list(csv.reader(io.StringIO(csv_text(rows), newline=""), strict=True)) == rows
