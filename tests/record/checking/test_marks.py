"""The journal's mark, noted elsewhere: found in the same journal however long it grew, and in no other."""

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from journals import begin_journal

from nof1.errors import InputError
from nof1.record.checking.folder import check
from nof1.record.checking.marks import marks, read_mark
from nof1.record.diary.entry import Entry
from nof1.record.diary.journal import read_head
from nof1.record.diary.writing import add_entries

NOW = datetime(2026, 1, 11, 9, tzinfo=UTC)


@pytest.fixture
def folder(trial_folder, protocol):
    begin_journal(trial_folder, protocol, datetime(2026, 1, 4, 9, tzinfo=UTC))
    add_entries(trial_folder, protocol, [Entry(date(2026, 1, 11), outcome=3, note="two\nlines")], now=NOW)
    return trial_folder


def found(folder, mark=None):
    return next(one for one in check(folder, mark=mark) if one.what == "mark")


def test_the_mark_is_the_head_in_groups_of_four(folder):
    head = read_head(folder)
    *_, last = marks(folder)
    assert last.text == head
    told = found(folder)
    assert (told.level, told.text) == ("ok", f"The journal's mark is {last.spaced} (its line {last.line}).")
    assert last.spaced.replace(" ", "") == head
    assert (folder / "journal.csv").read_text().splitlines()[last.line - 1].startswith("2026-01-11T09:00:00+00:00,")


def test_a_mark_that_was_noted_is_found_as_the_journal_grows(folder, protocol):
    noted = found(folder).text.partition(" is ")[2].partition(" (")[0].upper()
    add_entries(folder, protocol, [Entry(date(2026, 1, 12), outcome=4)], now=NOW + timedelta(days=1))
    told = found(folder, noted)
    assert told.level == "ok"
    assert "written on 2026-01-11" in told.text
    assert read_mark(noted) != read_head(folder)


def test_going_on_with_a_copy_from_before_makes_another_journal(folder, protocol, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    for at, rating in ((folder, 4), (tmp_path / "copy", 5)):
        add_entries(at, protocol, [Entry(date(2026, 1, 12), outcome=rating)], now=NOW + timedelta(days=1))
    noted = read_head(folder)
    assert found(folder, noted).level == "ok"
    told = found(tmp_path / "copy", noted)
    assert (told.level, told.file) == ("problem", "journal.csv")
    assert "No line of journal.csv has the mark" in told.text


def test_a_clock_set_ahead_shows_beside_the_mark(folder, protocol):
    """The helper's note has the day on which it was made."""
    add_entries(folder, protocol, [Entry(date(2026, 1, 12), outcome=4)], now=NOW + timedelta(days=30))
    assert "written on 2026-02-10" in found(folder, read_head(folder)).text


@pytest.mark.parametrize("text", ["", "0123", "0123456789abcdeg", "0123456789abcdef0", "x" * 500])
def test_what_is_no_mark_is_refused(folder, text):
    with pytest.raises(InputError, match="is no mark of a journal"):
        check(folder, mark=text)


def test_without_a_journal_there_is_no_mark(trial_folder):
    assert not [one for one in check(trial_folder) if one.what == "mark"]


def test_the_command_shows_it_where_somebody_may_keep_it(nof1, folder, sealed_trial):
    assert "mark" not in nof1("check", folder)[1]
    assert "written on 2026-01-11" in " ".join(nof1("check", folder, "--mark", read_head(folder))[1].split())
    sealed = sealed_trial("alone", name="sealed")
    begin_journal(sealed.folder, sealed.protocol, NOW)
    assert found(sealed.folder).text in " ".join(nof1("check", sealed.folder)[1].split())
    status, out, _ = nof1("check", folder, "--mark", "0123 4567 89ab cdef")
    assert status == 1
    assert "No line of journal.csv has the mark 0123" in " ".join(out.split())
