"""The one place where recorded values change: filled in, never overwritten unseen, each with a line in the journal."""

from datetime import date, datetime

import clock
import pytest
from journals import read_journal

from nof1.errors import InputError
from nof1.plan.orders.loading import UNSEALING_FILE
from nof1.record.checking.folder import accept
from nof1.record.diary.entry import Entry
from nof1.record.diary.journal import FOUND, Line, audited, replayed
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.table import DIARY_FILE, read_diary
from nof1.record.diary.writing import Change, ConflictError, add_entries, merged, record

from ..conftest import NOW

NEW, OLD, BLANK = date(2026, 1, 12), date(2026, 1, 5), date(2026, 1, 8)  # BLANK is recorded without a rating


@pytest.fixture
def put(trial_folder, protocol):
    """A function that records values of one night, or of several given as (night, cells)."""

    def write(*changes, by="log", **options):
        made = [Change(night, cells) for night, cells in changes]
        return record(trial_folder, protocol, made, by=by, now=NOW, **options)

    return write


def told(lines):
    return [(line.night, line.column, line.old, line.new) for line in lines]


def test_values_are_filled_in_with_a_line_each(put, nights, trial_folder):
    lines = put((NEW, {"severity": "4", "dose_mg": "200", "note": " calm ", "steps": "900"}))
    assert nights()[12] == Entry(NEW, outcome=4, dose_mg=200, note="calm")
    assert read_measures(trial_folder) == {(NEW, "steps"): 900}
    assert told(lines) == [
        ("2026-01-12", "severity", "", "4"),
        ("2026-01-12", "dose_mg", "", "200"),
        ("2026-01-12", "note", "", "calm"),
        ("2026-01-12", "steps", "", "900"),
    ]
    assert {(line.entered, line.by, line.reason) for line in lines} == {("2026-02-01T09:30:00+00:00", "log", "")}


def test_the_journal_first_tells_what_it_found_and_then_each_change(put, trial_folder, nights):
    put((NEW, {"severity": "4"}))
    put((NEW, {"note": "late"}))
    lines = read_journal(trial_folder)
    assert [line.by for line in lines] == [FOUND] * 5 + ["log", "log"]
    assert told(lines)[:2] == [("2026-01-05", "severity", "", "4"), ("2026-01-06", "severity", "", "6")]
    assert all(sound for _, _, sound in audited(trial_folder))
    assert replayed(lines) == {
        **{(f"2026-01-{day:02}", "severity"): f"{entry.outcome:g}" for day, entry in nights().items() if entry.outcome},
        ("2026-01-12", "note"): "late",
    }


def test_a_blank_value_is_filled_and_the_same_value_again_changes_no_byte(put, nights, trial_folder, bytes_in):
    put((BLANK, {"severity": "2"}))
    assert nights()[8].outcome == 2
    before = bytes_in(trial_folder)
    assert put((BLANK, {"severity": "2.0"}), (OLD, {"severity": " 4 ", "note": ""})) == ()
    assert bytes_in(trial_folder) == before


@pytest.mark.parametrize("given", ["9", ""])
def test_another_value_is_a_conflict_and_nothing_of_all_is_written(put, trial_folder, bytes_in, given):
    before = bytes_in(trial_folder)
    with pytest.raises(ConflictError, match="recorded already is severity 4") as conflict:
        put((NEW, {"severity": "1"}), (OLD, {"severity": given}))
    assert (conflict.value.night, conflict.value.recorded, conflict.value.given) == (
        OLD,
        {"severity": "4"},
        {"severity": given},
    )
    assert bytes_in(trial_folder) == before


def test_a_correction_keeps_the_old_value_and_the_reason_in_the_journal(put, nights, trial_folder):
    lines = put((OLD, {"severity": "9"}), correct=True, reason="typed wrong")
    assert nights()[5].outcome == 9
    assert lines == (Line("2026-02-01T09:30:00+00:00", "log", "2026-01-05", "severity", "4", "9", "typed wrong"),)
    assert read_journal(trial_folder)[-1] == lines[0]


def test_a_reason_has_at_most_500_letters(put, trial_folder):
    put((NEW, {"severity": "4"}))
    diary = trial_folder / DIARY_FILE
    diary.write_text(diary.read_text().replace("2026-01-12,4", "2026-01-12,5"))
    for reason in ("x" * 501, " "):
        with pytest.raises(InputError, match="Say in 1 to 500 characters why it was changed"):
            accept(trial_folder, reason, now=NOW)
    (line,) = accept(trial_folder, "x" * 500, now=NOW)
    assert (line.old, line.new, line.reason) == ("4", "5", "x" * 500)


def test_a_correction_replaces_only_what_the_person_saw(trial_folder, protocol, nights, bytes_in):
    def correct(cells, seen):
        return record(trial_folder, protocol, [Change(OLD, cells, seen=seen)], by="log", now=NOW, correct=True)

    correct({"note": "other", "steps": "900"}, {})
    before = bytes_in(trial_folder)
    for cells, recorded in (
        ({"severity": "6", "note": "mine"}, {"note": "other"}),
        ({"severity": ""}, {"severity": "4"}),
        ({"steps": "1"}, {"steps": "900"}),
    ):
        with pytest.raises(ConflictError) as conflict:
            correct(cells, {"severity": "4"} if "note" in recorded else {"severity": "5"})
        assert conflict.value.recorded == recorded
        assert bytes_in(trial_folder) == before
    correct({"severity": "6", "steps": "1", "note": "mine"}, {"severity": "4", "steps": "900", "note": "other"})
    assert (nights()[5].outcome, nights()[5].note) == (6, "mine")
    assert read_measures(trial_folder) == {(OLD, "steps"): 1}


@pytest.mark.clock
def test_without_a_time_the_lines_have_the_one_when_they_are_written(trial_folder, protocol):
    before = clock.now().replace(microsecond=0)
    (line,) = record(trial_folder, protocol, [Change(NEW, {"severity": "4"})], by="log")
    assert before <= datetime.fromisoformat(line.entered) <= clock.now()


def test_a_value_is_cleared_only_as_a_correction(put, nights):
    put((NEW, {"guess": "off", "confidence": "80"}))
    lines = put((NEW, {"guess": ""}), correct=True)
    assert (nights()[12].guess, nights()[12].confidence) == ("", None)
    assert told(lines) == [("2026-01-12", "guess", "off", ""), ("2026-01-12", "confidence", "80", "")]


@pytest.mark.parametrize(
    ("night", "cells", "words"),
    [
        (NEW, {"severity": "11"}, "severity 11 is outside its scale"),
        (NEW, {"severity": "x"}, "severity 'x' is no number"),
        (NEW, {"severity": "yes"}, "severity 'yes' is no number"),
        (NEW, {"confidence": "50"}, "goes with a guess"),
        (NEW, {"steps": "-1"}, "steps -1 is not between"),
        (NEW, {"=1+1": "1"}, "a measure cannot be called so"),
        (date(2026, 1, 4), {"severity": "1"}, "is not a night of this trial"),
        (date(2026, 1, 19), {"severity": "1"}, "is not a night of this trial"),
    ],
)
def test_one_value_that_does_not_fit_stops_all(put, trial_folder, bytes_in, night, cells, words):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=words):
        put((date(2026, 1, 13), {"severity": "1"}), (night, cells))
    assert bytes_in(trial_folder) == before


def test_an_opened_order_locks_the_diary(put, trial_folder, bytes_in):
    (trial_folder / UNSEALING_FILE).write_text("{}")
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="was locked when the order was opened"):
        put((OLD, {"severity": "9"}), correct=True)
    assert bytes_in(trial_folder) == before


def test_further_files_are_written_together_with_the_values(put, trial_folder, bytes_in):
    put((NEW, {"severity": "4"}), also=lambda: {"rejected.csv": "x\n"})
    assert (trial_folder / "rejected.csv").read_text() == "x\n"
    before = bytes_in(trial_folder)
    with pytest.raises(ConflictError):
        put((NEW, {"severity": "5"}), also=lambda: {"rejected.csv": "y\n"})
    assert bytes_in(trial_folder) == before


def test_changes_of_one_night_build_on_each_other(put, nights):
    put((NEW, {"severity": "4"}), (NEW, {"note": "calm"}))
    assert (nights()[12].outcome, nights()[12].note) == (4, "calm")
    with pytest.raises(ConflictError):
        put((date(2026, 1, 13), {"severity": "4"}), (date(2026, 1, 13), {"severity": "5"}))


def test_every_change_has_its_lines_in_the_order_given(put):
    other = date(2026, 1, 13)
    lines = put(
        (NEW, {"severity": "4", "steps": "900", "coffee": "2"}), (other, {"steps": "0"}), (NEW, {"note": "late"})
    )
    assert told(lines) == [
        ("2026-01-12", "severity", "", "4"),
        ("2026-01-12", "steps", "", "900"),
        ("2026-01-12", "coffee", "", "2"),
        ("2026-01-13", "steps", "", "0"),
        ("2026-01-12", "note", "", "late"),
    ]


def test_a_measure_is_changed_or_taken_away_only_as_a_correction(put, trial_folder, bytes_in):
    put((NEW, {"steps": "900", "coffee": "2"}))
    before = bytes_in(trial_folder)
    assert put((NEW, {"steps": "900.0"})) == ()
    for given in ("800", ""):
        with pytest.raises(
            ConflictError, match=f"recorded already is steps 900; given was {given or 'nothing'}"
        ) as conflict:
            put((NEW, {"steps": given}))
        assert (conflict.value.recorded, conflict.value.given) == ({"steps": "900"}, {"steps": given})
    assert bytes_in(trial_folder) == before
    assert told(put((NEW, {"steps": "800"}), correct=True)) == [("2026-01-12", "steps", "900", "800")]
    assert told(put((NEW, {"steps": ""}), correct=True)) == [("2026-01-12", "steps", "800", "")]
    assert read_measures(trial_folder) == {(NEW, "coffee"): 2}


def test_values_are_added_to_a_known_night_and_replace_none(protocol):
    known = Entry(NEW, outcome=4)
    assert merged(protocol, known, NEW, {"night": "2026-01-13", "note": "calm"}) == Entry(NEW, outcome=4, note="calm")
    assert merged(protocol, None, NEW, {"severity": "5"}) == Entry(NEW, outcome=5)
    assert merged(protocol, known, NEW, {"severity": "4.0"}) == known
    for given in ("5", ""):
        with pytest.raises(ConflictError, match="night 2026-01-12: recorded already is severity 4"):
            merged(protocol, known, NEW, {"severity": given})


def test_a_guess_is_corrected_with_the_confidence_that_goes_with_it(put, nights):
    put((NEW, {"guess": "off", "confidence": "80"}))
    put((NEW, {"confidence": "60"}), correct=True)
    assert (nights()[12].guess, nights()[12].confidence) == ("off", 60)
    put((NEW, {"guess": "magnesium"}), correct=True)
    assert (nights()[12].guess, nights()[12].confidence) == ("magnesium", 60)


def test_whole_nights_are_added_with_all_they_hold(trial_folder, protocol, nights):
    whole = Entry(NEW, outcome=4, dose_mg=200, guess="off", confidence=70, side_effects=("dizzy",), note="calm")
    add_entries(trial_folder, protocol, [whole, Entry(date(2026, 1, 13), outcome=0)], now=NOW)
    assert (nights()[12], nights()[13]) == (whole, Entry(date(2026, 1, 13), outcome=0))
    assert {line.by for line in read_journal(trial_folder)} == {FOUND, "python"}


def test_whole_nights_are_added_once(trial_folder, protocol, bytes_in):
    add_entries(trial_folder, protocol, [Entry(NEW, outcome=4)], now=NOW)
    assert {entry.night: entry.outcome for entry in read_diary(trial_folder, protocol)}[NEW] == 4
    before = bytes_in(trial_folder)
    for again in ([Entry(NEW, outcome=4)], [Entry(date(2026, 1, 13)), Entry(date(2026, 1, 13))]):
        with pytest.raises(InputError, match=r"is recorded already\. Nothing was changed"):
            add_entries(trial_folder, protocol, again)
    assert bytes_in(trial_folder) == before


def test_a_note_typed_by_hand_is_cleaned_like_an_imported_one(put, nights):
    put((NEW, {"note": "a\x1b[2Jb\u202ec", "side_effects": "dizzy\x07; sick\u2066"}))
    assert (nights()[12].note, nights()[12].side_effects) == ("a[2Jbc", ("dizzy", "sick"))
