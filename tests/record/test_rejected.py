"""rejected.csv: every row not taken with its file, line and reason; mended there, it is imported like any file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.rejected import COLUMNS, RejectedRow, read_rejected, rejected_csv
from nof1.record.sources import recognize
from nof1.record.sources.opened import open_file

BAD = "date,severity,note\n2026-01-12,3,calm\nsoon,4,first\n2026-01-14,40,second\n2025-01-01,4,\n2025-01-02,5,\n2026-01-05,9,other\n"


@pytest.fixture
def mend(trial_folder):
    """A function that changes rejected.csv of the trial as a person does and recognizes it."""

    def change(*replacements):
        path = trial_folder / "rejected.csv"
        content = path.read_text()
        for old, new in replacements:
            assert content.count(old) == 1, old
            content = content.replace(old, new)
        path.write_text(content)
        return recognize(open_file(path))

    return change


def test_a_row_is_told_with_its_file_line_reason_and_values(export, take, trial_folder, rows_of):
    plan = take(export(BAD, "bad.csv"))
    assert tuple(rows_of("rejected.csv")[0])[: len(COLUMNS)] == COLUMNS
    assert [(row.lines, row.rows, row.night, dict(row.values)) for row in read_rejected(trial_folder)] == [
        ("3", 1, "soon", {"severity": "4", "note": "first"}),
        ("4", 1, "2026-01-14", {"severity": "40", "note": "second"}),
        ("5-6", 2, "2025-01-01 to 2025-01-02", {"severity": "", "note": ""}),
        ("7", 1, "2026-01-05", {"severity": "9", "note": "other"}),
    ]
    assert {(row.file, row.sha256) for row in read_rejected(trial_folder)} == {("bad.csv", plan.sha256)}
    assert all(row.reason for row in read_rejected(trial_folder))


def test_mended_rows_are_taken_and_leave_and_the_others_stay_with_the_new_reason(
    export, take, mend, trial_folder, nights
):
    take(export(BAD, "bad.csv"))
    found = take(mend((",soon,", ",2026-01-13,"), (",40,", ",11,")))
    assert found.export.source == "rejected"
    assert (nights()[13].outcome, nights()[13].note) == (4, "first")
    left = read_rejected(trial_folder)
    assert [(row.file, row.lines, row.rows) for row in left] == [
        ("bad.csv", "4", 1),
        ("bad.csv", "5-6", 2),
        ("bad.csv", "7", 1),
    ]
    assert left[0].reason == "severity 11 is outside its scale, 0 to 10"
    assert left[0].values == {"severity": "11", "note": "second"}
    assert "recorded already is severity 4" in left[2].reason
    take(mend((",11,", ",1,")))
    assert nights()[14].outcome == 1
    assert [row.lines for row in read_rejected(trial_folder)] == ["5-6", "7"]


def test_importing_rejected_rows_again_unmended_changes_no_byte(export, take, mend, trial_folder, bytes_in):
    take(export(BAD, "bad.csv"))
    take(mend())
    before = bytes_in(trial_folder)
    take(mend())
    assert bytes_in(trial_folder) == before


def test_a_mended_row_that_is_outside_the_trial_keeps_its_values(export, take, mend, trial_folder, nights):
    take(export("date,severity,note\nsoon,4,a\nlater,5,b\nonce,6,c\n", "bad.csv"))
    take(mend((",soon,", ",2025-01-01,"), (",later,", ",2026-01-13,"), (",once,", ",2025-01-02,")))
    assert nights()[13].outcome == 5
    assert [(row.lines, row.night, dict(row.values)) for row in read_rejected(trial_folder)] == [
        ("2", "2025-01-01", {"severity": "4", "note": "a"}),
        ("4", "2025-01-02", {"severity": "6", "note": "c"}),
    ]


def test_a_mended_row_that_says_what_is_recorded_already_leaves(export, take, mend, trial_folder):
    take(export("date,severity\n2026-01-05,9\n"))
    take(mend((",2026-01-05,9", ",2026-01-05,4")))
    assert read_rejected(trial_folder) == ()


def test_a_row_that_was_emptied_stays(export, take, mend, trial_folder):
    take(export("date,severity\nsoon,9\n2026-01-12,40\n"))
    take(mend((",soon,9", ",soon,"), (",40", ",4")))
    assert [row.lines for row in read_rejected(trial_folder)] == ["2"]


@pytest.mark.parametrize("note", ["=1+1", "'=1+1", "+4", "@x", "''x", "-", "\t=1", "a\nb"])
def test_a_note_goes_through_rejection_and_mending_as_it_was(export, take, mend, nights, note):
    stream = io.StringIO()
    csv.writer(stream).writerows([("date", "severity", "note"), ("soon", 4, f"{note}!")])
    take(export(stream.getvalue()))
    take(mend())
    take(mend((",soon,", ",2026-01-13,")))
    assert nights()[13].note == f"{note}!".strip()


def test_the_same_file_with_a_better_map_has_its_rejected_rows_replaced(export, take, trial_folder, nights):
    other = export("date,severity\nnever,4\n", "other.csv")
    take(other)
    made = export("date,severity,legs\n2026-01-12,bad,4\n2026-01-13,worse,5\n2026-01-14,5,x\n", "made.csv")
    take(made)
    assert [(row.file, row.lines) for row in read_rejected(trial_folder)] == [
        ("other.csv", "2"),
        ("made.csv", "2"),
        ("made.csv", "3"),
    ]
    take(made, "severity=legs")
    assert (nights()[12].outcome, nights()[13].outcome, nights()[14].outcome) == (4, 5, 5)
    assert [(row.file, row.lines) for row in read_rejected(trial_folder)] == [("other.csv", "2"), ("made.csv", "4")]


def test_a_file_mended_itself_is_another_file(export, take, trial_folder):
    take(export("date,severity\nsoon,4\n", "a.csv"))
    take(export("date,severity\n2026-01-13,4\n", "a.csv"))
    assert [row.night for row in read_rejected(trial_folder)] == ["soon"]


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=15)


@given(
    st.lists(
        st.builds(
            RejectedRow,
            texts,
            texts,
            texts,
            st.integers(1, 99),
            texts,
            texts,
            st.fixed_dictionaries({"severity": texts, "note": texts}),
        )
    )
)
def test_any_rows_are_read_back(tmp_path_factory, rows):
    folder = tmp_path_factory.getbasetemp() / "rejected"
    folder.mkdir(exist_ok=True)
    (folder / "rejected.csv").write_bytes(rejected_csv(rows).encode())
    assert list(read_rejected(folder)) == rows


DAMAGED = {
    "another header": ("a,b\n1,2\n", "must begin with the columns file, sha256"),
    "two columns of one name": ("file,sha256,lines,rows,reason,night,x,x\n", "must begin with"),
    "a short line": ("file,sha256,lines,rows,reason,night\na,b\n", "line 2: there are 2 values instead of 6"),
    "no count": ("file,sha256,lines,rows,reason,night\na,b,2,x,why,n\n", "line 2: rows 'x' is no count"),
    "a huge count": ("file,sha256,lines,rows,reason,night\na,b,2,999999999999999,why,n\n", "is no count"),
    "no text": (b"\xff\xfe\x81", "is damaged"),
}


@pytest.mark.parametrize(("content", "words"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_told_and_nothing_is_taken(export, take, trial_folder, bytes_in, content, words):
    (trial_folder / "rejected.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=words):
        read_rejected(trial_folder)
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=words):
        take(export("date,severity\n2026-01-12,4\n"))
    assert bytes_in(trial_folder) == before
