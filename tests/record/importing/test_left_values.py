"""A value that does not fit never costs the rating beside it: it is left out with its reason, named, and can be mended."""

import shutil
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.folder import check
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.table import read_diary
from nof1.record.importing.committing import nothing_new, take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.importing.rejected import LISTED, read_rejected
from nof1.record.importing.taking import import_file
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

from ..conftest import LATEST, NOW

MIXED = (
    "date,severity,mood,steps\n2026-01-12,4,3,900\n2026-01-13,5,tired,800\n2026-01-14,6,sad,many\n2026-01-15,99,2,700\n"
)


def taken(plan):
    return {change.night.day: dict(change.cells) for change in plan.changes}


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


def test_words_in_a_secondary_column_reject_the_value_and_not_the_row(export, plan, rejections):
    found = plan(export(MIXED))
    assert taken(found) == {
        12: {"severity": "4", "mood": "3", "steps": "900"},
        13: {"severity": "5", "steps": "800"},
        14: {"severity": "6"},
    }
    assert [(lines, rows) for lines, rows, _ in rejections(found)] == [("3", 0), ("4", 0), ("5", 1)]
    assert "mood: 'tired' is no plain number" in rejections(found)[0][2]
    assert "mood: 'sad' is no plain number" in rejections(found)[1][2]
    assert "steps: 'many' is no plain number" in rejections(found)[1][2]
    assert dict(found.rejected[1].values) == {"severity": "", "mood": "sad", "steps": "many"}
    assert (found.values_rejected, found.rows_rejected) == (3, 1)


def test_a_rating_that_cannot_be_read_keeps_its_row_together(export, plan):
    found = plan(export("date,severity,mood\n2026-01-12,bad,tired\n2026-01-13,bad,3\n"))
    assert taken(found) == {}
    assert [dict(row.values) for row in found.rejected] == [
        {"severity": "bad", "mood": "tired"},
        {"severity": "bad", "mood": "3"},
    ]


def test_a_column_that_nobody_asked_for_and_that_holds_words_is_left_out(trial_folder, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("Date,Severity,Mood,Sleep\n2026-01-12,4,tired,good\n2026-01-13,,fine,poor\n")
    found = import_file(trial_folder, path, now=NOW)
    assert taken(found) == {12: {"severity": "4"}}
    assert found.words == {"Mood": "tired", "Sleep": "good"}
    assert found.column_map == {"night": "Date", "severity": "Severity"}
    assert (found.counts(), found.values_rejected) == ({"rows": 2, "taken": 1, "merged": 1, "rejected": 0}, 0)
    with pytest.raises(AmbiguousInput, match="'Mood' holds words, not numbers: tired, fine"):
        import_file(trial_folder, path, column_map={"mood": "Mood"}, now=NOW)
    asked = import_file(trial_folder, path, column_map={"mood": "Mood"}, scales={"mood": "good=4"}, now=NOW)
    assert [(row.lines, row.rows, row.values["mood"]) for row in asked.rejected] == [
        ("2", 0, "tired"),
        ("3", 1, "fine"),
    ]
    assert asked.words == {}


def test_a_column_of_numbers_keeps_its_words_as_values_left_out(trial_folder, tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("Date,Severity,Mood\n2026-01-12,4,tired\n2026-01-13,5,3\n")
    found = import_file(trial_folder, path, now=NOW)
    assert (found.words, found.values_rejected) == ({}, 1)


def test_what_the_diary_refuses_of_a_night_is_left_out_of_it(export, take, nights, rejections):
    table = export(
        "date,severity,guess,confidence,note\n"
        "2026-01-12,4,sugar,80,calm\n2026-01-13,5,magnesium,800,calm\n" + f"2026-01-14,6,off,50,{'x' * 2001}\n"
    )
    found = take(table)
    assert {day: nights()[day].outcome for day in (12, 13, 14)} == {12: 4, 13: 5, 14: 6}
    assert (nights()[12].note, nights()[13].guess, nights()[14].confidence) == ("calm", "magnesium", 50)
    assert [(lines, rows) for lines, rows, _ in rejections(found)] == [("2", 0), ("3", 0), ("4", 0)]
    assert "guess 'sugar' is not one of" in rejections(found)[0][2]
    assert "confidence 80 goes with the guess of its row" in rejections(found)[0][2]


def test_confidence_goes_with_its_own_guess(export, take, nights, rejections):
    take(export("date,guess\n2026-01-12,magnesium\n", "one.csv"), "guess=guess")
    found = take(export("date,severity,guess,confidence\n2026-01-12,4,off,80\n", "two.csv"))
    assert (nights()[12].outcome, nights()[12].guess, nights()[12].confidence) == (4, "magnesium", None)
    ((_, _, reason),) = rejections(found)
    assert "recorded already is guess magnesium; given was off" in reason
    assert "confidence 80 goes with the guess of its row" in reason


def test_signs_that_nobody_can_see_are_told_by_their_names(export, plan):
    (row,) = plan(export("date,severity,mood\n2026-01-12,4,\x7f\n2026-01-13,4,1\n")).rejected
    assert (row.rows, row.values["mood"]) == (0, "'\\x7f'")
    # Without the sign it would be a number, which it was not.
    (row,) = plan(export("date,severity,mood\n2026-01-12,4,7\u200f\n2026-01-13,4,1\n")).rejected
    assert (row.rows, row.values["mood"], row.night) == (0, "7", "? 2026-01-12")


def test_a_value_that_is_recorded_otherwise_costs_nothing_else(export, take, trial_folder, rejections):
    take(export("date,steps\n2026-01-12,900\n", "one.csv"), "steps=steps")
    found = take(export("date,severity,steps\n2026-01-12,4,800\n", "two.csv"))
    assert taken(found) == {12: {"severity": "4"}}
    assert rejections(found) == [("2", 0, "recorded already is steps 900; given was 800")]
    assert read_measures(trial_folder) == {(date(2026, 1, 12), "steps"): 900}


def test_several_rows_of_a_night_are_told_each_with_its_own_value(export, take, rejections):
    found = take(
        export("date,severity,steps\n2026-01-12 20:00,4,150000\n2026-01-12 22:00,4,160000\n2026-01-12 23:00,4,\n"),
        several="sum",
    )
    assert taken(found) == {}  # the sum of the ratings is off the scale
    found = take(
        export(
            "date,severity,steps\n2026-01-12 20:00,2,150000\n2026-01-12 22:00,2,160000\n2026-01-12 23:00,2,\n", "b.csv"
        ),
        several="sum",
    )
    assert taken(found) == {12: {"severity": "6"}}
    assert [(lines, rows) for lines, rows, _ in rejections(found)] == [("2", 0), ("3", 0)]
    assert [row.values["steps"] for row in found.rejected] == ["150000", "160000"]


def test_the_same_file_twice_changes_no_byte_and_a_wider_map_brings_what_was_left(
    export, take, plan, trial_folder, bytes_in
):
    made = export(MIXED)
    take(made, "severity=severity", "steps=steps")
    before = bytes_in(trial_folder)
    assert nothing_new(trial_folder, plan(made, "severity=severity", "steps=steps"))
    take(made, "severity=severity", "steps=steps")
    assert bytes_in(trial_folder) == before
    # The words of another column were not told yet.
    wide = plan(made, "severity=severity", "steps=steps", "mood=mood")
    assert not nothing_new(trial_folder, wide)
    take(made, "severity=severity", "steps=steps", "mood=mood")
    assert [row.values["mood"] for row in read_rejected(trial_folder)] == ["tired", "sad", "2"]


def test_ledger_and_check_tell_of_values_left_out(export, take, trial_folder):
    take(export(MIXED))
    (line,) = read_ledger(trial_folder)
    assert (line.rows, line.taken, line.rejected, line.values_rejected) == (4, 3, 1, 3)
    findings = check(trial_folder)
    assert not [finding for finding in findings if finding.level == "problem"]
    assert any(
        "1 rows of imported files were not taken, 2 were taken without some of their values" in finding.text
        for finding in findings
    )


def test_values_are_mended_like_rows(export, take, mend, trial_folder, nights):
    take(export(MIXED))
    take(mend((",tired,", ",2,"), (",sad,", ",1,")))
    assert read_measures(trial_folder)[date(2026, 1, 13), "mood"] == 2
    assert [(row.lines, row.rows, dict(row.values)) for row in read_rejected(trial_folder)] == [
        ("4", 0, {"severity": "", "mood": "", "steps": "many"}),
        ("5", 1, {"severity": "99", "mood": "2", "steps": "700"}),
    ]
    before = (trial_folder / "rejected.csv").read_bytes()
    take(mend())
    assert (trial_folder / "rejected.csv").read_bytes() == before
    take(mend((",99,", ",9,"), (",many", ",1000")))
    assert (nights()[15].outcome, read_rejected(trial_folder)) == (9, ())
    before = {path: path.read_bytes() for path in trial_folder.glob("*.csv")}
    take(export(MIXED))  # what was mended is not rejected once more
    assert {path: path.read_bytes() for path in trial_folder.glob("*.csv")} == before


def test_a_row_that_is_mended_but_for_a_value_is_taken_without_it(export, take, mend, trial_folder, nights):
    take(export("date,severity,mood\n2026-01-12,99,tired\n2026-01-13,4,1\n"))
    take(mend((",99,", ",9,")))
    assert nights()[12].outcome == 9
    assert [(row.rows, row.values["mood"]) for row in read_rejected(trial_folder)] == [(0, "tired")]
    assert not [finding for finding in check(trial_folder) if finding.level == "problem"]


def test_a_number_of_another_notation_waits_until_its_mark_is_taken_away(export, take, mend, trial_folder):
    take(export('date,severity,mood\n2026-01-12,4,"3,5"\n2026-01-13,4,3.5\n'), decimal_comma=True)
    (row,) = read_rejected(trial_folder)
    assert (row.night, row.rows, row.values["mood"]) == ("? 2026-01-13", 0, "3.5")
    take(mend())
    assert (date(2026, 1, 13), "mood") not in read_measures(trial_folder)
    take(mend(("? 2026-01-13", "2026-01-13")))
    assert read_measures(trial_folder)[date(2026, 1, 13), "mood"] == 3.5


def test_very_many_values_left_out_are_counted(export, plan):
    rows = "".join(f"2026-01-12,4,{'x' if number else 1}\n" for number in range(LISTED + 101))
    found = plan(export(f"date,severity,mood\n{rows}"))
    assert len(found.rejected) == LISTED + 1
    assert (found.rejected[-1].lines, found.rejected[-1].rows) == ("5003-5102", 0)
    assert "mood: 100 more values like those before" in found.rejected[-1].reason
    assert (found.values_rejected, found.rows_rejected) == (LISTED + 100, 0)


def test_arms_that_are_rejected_as_values_are_refused_in_a_concealed_trial(export, plan, sealed_trial):
    trial = sealed_trial(ratings="46", name="sealed")
    made = export("date,severity,Which\n2026-01-12,3,Citrate\n2026-01-13,4,off\n")
    with pytest.raises(InputError, match="names the treatment"):
        plan(made, "mood=Which", folder=trial.folder)


@pytest.fixture(scope="module")
def planned_folder(tmp_path_factory, make_protocol):
    protocol = make_protocol()
    folder = tmp_path_factory.mktemp("values") / "trial"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    return folder


CELLS = st.sampled_from(["", "3", "4.5", "tired", "N/A", "yes", "7h", "200 mg", "1e9", "-1", "=1+1", "65 %", "7:54"])
ROWS = st.lists(
    st.tuples(st.integers(5, 18), st.sampled_from(["", "4", "5", "x", "11"]), CELLS, CELLS), min_size=1, max_size=12
)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_no_cell_costs_a_rating_and_none_is_lost(tmp_path_factory, planned_folder, rows):
    """Every rating on the scale is in the diary; every cell of a secondary column is taken, told, or blank; two imports are one."""
    home = tmp_path_factory.mktemp("any")
    folder = shutil.copytree(planned_folder, home / "trial")
    protocol = Protocol.load(folder)
    rows = list({row[0]: row for row in rows}.values())
    path = home / "any.csv"
    lines = [f'2026-01-{day:02},{rating},"{mood}","{steps}"\n' for day, rating, mood, steps in rows]
    path.write_text("date,severity,mood,steps\n" + "".join(lines))
    export = recognize(open_file(path))
    full = complete_map(export, protocol, {})
    found = plan_import(folder, protocol, export, full, Reading(), latest=LATEST)
    take_import(folder, protocol, found, now=NOW)
    diary = {entry.night.day: entry.outcome for entry in read_diary(folder, protocol) if entry.outcome is not None}
    assert diary == {day: float(rating) for day, rating, _, _ in rows if rating in ("4", "5")}
    told = {int(row.lines): row for row in read_rejected(folder)}
    kept = read_measures(folder)
    for line, (day, rating, mood, steps) in enumerate(rows, start=2):
        for name, text in (("mood", mood), ("steps", steps)):
            taken_over = (date(2026, 1, day), name) in kept
            blank = text in ("", "N/A")
            named = line in told and told[line].values[name] not in ("",)
            assert taken_over + named == (0 if blank else 1) or (blank and rating in ("x", "11") and not taken_over)
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    take_import(folder, protocol, plan_import(folder, protocol, export, full, Reading(), latest=LATEST), now=NOW)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
