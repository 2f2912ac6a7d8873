"""rejected.csv: every row not taken with its file, line and reason; mended there, it is imported like any file."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.importing.rejected import RejectedRow, read_rejected, rejected_csv
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.sources.rejected_rows import COLUMNS

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


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=15).map(str.strip)


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
    "no text": (b"\xff\xfe\x81", "is not a text table"),
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


# --- rows that are not shown as they were


DOUBTFUL = {
    "more values than columns": ("date,severity,note\n2026-01-13,3,5,80,windy\n2026-01-14,40,\n", {}, "? 2026-01-13"),
    "a cut note": ("date,severity,note\n2026-02-30,3," + "x" * 2500 + "\n2026-01-14,40,\n", {}, "? 2026-02-30"),
    "a count of days that contradicts": (
        "date,count,severity\n2026-01-13,7,3\n2026-01-14,10,40\n",
        {"day_number": "count", "trust": "neither"},
        "? 2026-01-13",
    ),
    "a date of another order": ("date,severity\n01/13/2026,3\n14/01/2026,40\n", {"date_order": "dmy"}, "? 01/13/2026"),
    "a number of another notation": (
        "date,severity\n2026-01-13,3.0\n2026-01-14,40\n",
        {"decimal_comma": True},
        "? 2026-01-13",
    ),
}


@pytest.mark.parametrize(("content", "said", "night"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_row_that_is_not_shown_as_it_was_waits_until_its_mark_is_taken_away(
    export, take, mend, trial_folder, nights, content, said, night
):
    take(export(content), **said)
    before = read_rejected(trial_folder)[0]
    assert before.night == night
    take(mend((",40", ",4")))
    assert nights()[14].outcome == 4
    assert 13 not in nights()
    assert read_rejected(trial_folder) == (before,)
    assert "take the ? before its night away" in before.reason
    take(mend((f",{before.night},", ",2026-01-13,")))
    assert nights()[13].outcome == 3
    assert read_rejected(trial_folder) == ()


def test_an_interval_that_cannot_be_is_never_taken_for_a_minute(tmp_path, take, mend, trial_folder, nights):
    record = '<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="W" startDate="{}" endDate="{}" value="HKCategoryValueSleepAnalysisInBed"/>'
    records = record.format("2026-01-12 23:00:00 +0100", "2026-01-12 22:00:00 +0100")
    path = tmp_path / "export.xml"
    path.write_text(f"<?xml version='1.0'?><HealthData>{records}</HealthData>")
    take(recognize(open_file(path)))
    (row,) = read_rejected(trial_folder)
    assert row.night == "? 2026-01-12"
    assert row.values["time_in_bed_minutes"] == "2026-01-12 23:00:00 +0100 to 2026-01-12 22:00:00 +0100"
    take(mend())
    assert read_rejected(trial_folder) == (row,)


def test_in_a_file_of_mornings_an_unreadable_date_is_marked_and_the_evening_asked_for(
    export, take, mend, trial_folder, nights
):
    take(export("date,severity\n2026-01-32,4\n2026-01-13,40\n,5\n"), dated_by="morning")
    rows = read_rejected(trial_folder)
    assert [row.night for row in rows] == ["? 2026-01-32", "2026-01-12", "?"]
    assert "put the date of the evening there, not of the morning after" in rows[0].reason
    take(mend((",40", ",4")))
    assert [row.night for row in read_rejected(trial_folder)] == ["? 2026-01-32", "?"]
    take(mend((",? 2026-01-32,", ",2026-01-14,")))
    assert (nights()[12].outcome, nights()[14].outcome) == (4, 4)


# --- saved again by a spreadsheet program


def saved_again(path, *, delimiter=";", encoding="utf-8-sig", dates=True):
    rows = list(csv.reader(io.StringIO(path.read_text(), newline="")))
    if dates:
        rows = [[f"{cell[8:]}.{cell[5:7]}.{cell[:4]}" if cell[:5] == "2026-" else cell for cell in row] for row in rows]
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(";", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), (",", "utf-8")]
)
def test_a_file_saved_by_a_spreadsheet_program_is_read_mended_and_stops_no_import(
    export, take, mend, trial_folder, nights, delimiter, encoding
):
    take(export("date,severity,note\n2026-01-13,40,müde\nsoon,5,x\n2026-01-15,60,\n", "bad.csv"))
    path = trial_folder / "rejected.csv"
    saved_again(path, delimiter=delimiter, encoding=encoding)
    take(export("date,severity\n2026-01-12,3\n", "other.csv"))
    assert [row.night for row in read_rejected(trial_folder)] == ["13.01.2026", "soon", "15.01.2026"]
    saved_again(path, delimiter=delimiter, encoding=encoding, dates=False)
    path.write_bytes(
        path.read_bytes()
        .decode(encoding)
        .replace("13.01.2026" + delimiter + "40", "13.01.2026" + delimiter + "4")
        .encode(encoding)
    )
    take(recognize(open_file(path)))
    assert (nights()[13].outcome, nights()[13].note) == (4, "müde")
    assert [(row.lines, row.night) for row in read_rejected(trial_folder)] == [("3", "soon"), ("4", "2026-01-15")]
    assert path.read_text().startswith("file,sha256,lines")


def test_a_date_that_the_message_calls_readable_is_readable_there(export, take, mend, nights):
    take(export("date,severity\nsoon,4\n"))
    take(mend((",soon,", ",13.01.2026,")))
    assert nights()[13].outcome == 4
