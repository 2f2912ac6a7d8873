"""The journal: what is written is read back, and a line changed, removed or put in by hand breaks its chain."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journals import read_journal

from nof1.errors import InputError
from nof1.files import sha256_bytes
from nof1.record.diary.journal import (
    Line,
    audited,
    beginning,
    begun,
    ends_as_written,
    extended,
    replayed,
    stamp,
    with_files,
)

NOW = datetime(2026, 1, 11, 9, 30, 15, 123, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8) | st.sampled_from(
    ["=1+1", "'=1", "-4", "a\nb", 'a"b,c']
)
LINES = st.lists(st.builds(Line, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=5)


def journal(folder, *groups):
    content = b""
    for group in groups:
        content = extended(content, group)
    (folder / "journal.csv").write_bytes(content)
    return content


@given(LINES, LINES)
def test_lines_are_read_back_as_they_were_written(tmp_path_factory, first, more):
    folder = tmp_path_factory.mktemp("journal")
    journal(folder, first, more)
    assert read_journal(folder) == (*first, *more)
    assert all(sound for _, _, sound in audited(folder))


@given(LINES, st.data())
def test_a_removed_or_doubled_line_breaks_the_chain(tmp_path_factory, lines, data):
    folder = tmp_path_factory.mktemp("journal")
    content = journal(folder, lines, [Line("e", "log", "n", "c", "", "1")])
    records = _records(lines)
    which = data.draw(st.integers(0, len(lines) - 1))
    head = extended(b"", [])
    last = content[len(head) + sum(map(len, records)) :]
    assert content == head + b"".join(records) + last
    removed = head + b"".join(records[:which] + records[which + 1 :]) + last
    doubled = head + b"".join(records[: which + 1] + records[which:]) + last
    for damaged in (removed, doubled):
        (folder / "journal.csv").write_bytes(damaged)
        assert not all(sound for _, _, sound in audited(folder))


def _records(lines):
    """The bytes of each line, as they stand in the chain."""
    content, out = b"", []
    for line in lines:
        longer = extended(content, [line])
        out.append(longer[len(content) or len(extended(b"", [])) :])
        content = longer
    return out


def test_a_line_has_the_number_at_which_it_begins(tmp_path):
    journal(tmp_path, [Line("e", "log", "n", "note", "", text) for text in ("a\nb\nc", "d", "e\nf", "g")])
    assert [number for _, number, _ in audited(tmp_path)] == [2, 5, 6, 8]


def test_the_plan_begins_it_with_the_hash_of_the_protocol(tmp_path):
    (tmp_path / "journal.csv").write_bytes(begun("ab" * 32, NOW))
    assert read_journal(tmp_path) == (Line("2026-01-11T09:30:15+00:00", "plan", "", "protocol.toml", "", "ab" * 32),)


def test_files_about_to_be_written_are_told_with_both_hashes(tmp_path):
    assert with_files(tmp_path, {"a.csv": "1"}, by="amend", now=NOW) == {"a.csv": "1"}  # no journal to add to
    (tmp_path / "journal.csv").write_bytes(begun("ab" * 32, NOW))
    (tmp_path / "a.csv").write_text("0")
    (tmp_path / "same.csv").write_text("0")
    contents = with_files(tmp_path, {"a.csv": "1", "b.csv": b"2", "same.csv": "0"}, by="amend", now=NOW)
    assert list(contents) == ["a.csv", "b.csv", "same.csv", "journal.csv", "journal.head"]
    (tmp_path / "journal.csv").write_bytes(contents["journal.csv"])
    zero, one, two = (sha256_bytes(text) for text in (b"0", b"1", b"2"))
    assert [(line.by, line.night, line.column, line.old, line.new) for line in read_journal(tmp_path)[1:]] == [
        ("amend", "", "a.csv", zero, one),
        ("amend", "", "b.csv", "", two),
    ]
    first = Line("e", "log", "n", "c", "", "1")
    contents = with_files(tmp_path, {"b.csv": b"2"}, by="import", now=NOW, first=[first])
    assert contents["journal.csv"].startswith(extended((tmp_path / "journal.csv").read_bytes(), [first]))


def test_what_was_cut_off_the_end_stays_missing(tmp_path):
    def write(**more):
        for name, content in with_files(tmp_path, {}, by="log", now=NOW, **more).items():
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    assert ends_as_written(tmp_path)
    write(first=[Line("e", "log", "n", "c", "", "1"), Line("e", "log", "n", "c", "1", "2")])
    assert ends_as_written(tmp_path)
    whole = (tmp_path / "journal.csv").read_bytes()
    for cut in (b"\n".join(whole.split(b"\n")[:-2]) + b"\n", extended(whole, [Line("e", "log", "n", "d", "", "3")])):
        (tmp_path / "journal.csv").write_bytes(cut)
        assert not ends_as_written(tmp_path)
    (tmp_path / "journal.csv").write_bytes(b"\n".join(whole.split(b"\n")[:-2]) + b"\n")
    write(first=[Line("e", "log", "m", "c", "", "5")])
    assert ends_as_written(tmp_path)
    assert [sound for _, _, sound in audited(tmp_path)] == [True, False]  # the line after the gap does not fit


def test_the_beginning_is_the_line_of_the_plan(tmp_path):
    journal = begun("ab" * 32, NOW)
    assert beginning(journal) == journal.decode().rstrip().rpartition(",")[2]
    assert beginning(extended(journal, [Line("e", "log", "n", "c", "", "1")])) == beginning(journal)
    for other in (b"", b"no", b"\xff", extended(b"", [Line("e", "found", "n", "c", "", "1")])):
        assert beginning(other) == ""


def test_the_lines_leave_what_was_written_last():
    lines = [Line("e", "log", "n", *cell) for cell in (("a", "", "1"), ("b", "", "2"), ("a", "1", "3"), ("b", "2", ""))]
    assert replayed(lines) == {("n", "a"): "3"}


def test_a_moment_has_its_offset():
    assert stamp(datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=13)))) == "2026-01-05T08:00:00+13:00"


@pytest.mark.parametrize("content", [b"\xff", b"no", b"entered,by\n", b'"'], ids=str)
def test_a_damaged_journal_is_refused(tmp_path, content):
    (tmp_path / "journal.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"journal\.csv"):
        read_journal(tmp_path)


def test_a_line_cut_short_is_named(tmp_path):
    content = journal(tmp_path, [Line("e", "log", "n", "note", "", "a\nb"), Line("e", "log", "n", "c", "", "1")])
    (tmp_path / "journal.csv").write_bytes(content.replace(b"e,log,n,c", b"e,n,c"))
    with pytest.raises(InputError, match="line 4: the row does not have 8 values"):
        read_journal(tmp_path)
