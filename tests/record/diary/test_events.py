"""Side effects that are graded: through the same door as the diary, never overwritten unseen, gone with their side effect."""

from datetime import date

import pytest
from journals import read_journal

import nof1
from nof1.errors import InputError
from nof1.language import languages, speaking
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.diary.event_questions import event_questions, grading_words, still_open, to_grade
from nof1.record.diary.events import (
    EVENTS_FILE,
    GRADES,
    Event,
    can_be_graded,
    events_csv,
    events_of,
    is_event_name,
    read_events,
)
from nof1.record.diary.questions import cell
from nof1.record.diary.writing import Change, ConflictError, record
from nof1.record.folders import TrialFolder
from nof1.record.trial import Trial

from ..conftest import NOW

NIGHT, LATER = date(2026, 1, 5), date(2026, 1, 7)
SAID = {"severity": "moderate", "serious": "no", "action": "none", "outcome": "not over", "cause": "possible"}
pytestmark = pytest.mark.clock


@pytest.fixture
def log(trial_folder):
    """A function that records values of a night."""
    return lambda values, night=NIGHT, **options: nof1.record.log(trial_folder, values, night=night, now=NOW, **options)


def grades(what, **said):
    return {f"{what}: {field}": code for field, code in said.items()}


def texts(findings):
    return [finding.text for finding in findings if finding.level == "problem"]


def test_what_is_said_of_a_side_effect_stands_in_events_csv_in_the_trial_and_in_the_journal(log, trial_folder):
    logged = log({"side_effects": "headache; =1+1"} | grades("Headache", **SAID) | grades("=1+1", severity="mild"))
    expected = (Event(NIGHT, "=1+1", severity="mild"), Event(NIGHT, "headache", **SAID))
    assert logged.events == Trial.load(trial_folder).events == expected
    assert (trial_folder / EVENTS_FILE).read_text(encoding="utf-8") == events_csv(expected)
    assert logged.graded["headache: cause"] == "possible"
    assert logged.to_grade == ()
    lines = {(line.column, line.old, line.new) for line in read_journal(trial_folder) if is_event_name(line.column)}
    assert lines == {(f"headache: {field}", "", code) for field, code in SAID.items()} | {
        ("=1+1: severity", "", "mild")
    }
    assert texts(check(trial_folder)) == []


def test_nothing_graded_is_no_file(log, trial_folder):
    logged = log({"side_effects": "headache"})
    assert not (trial_folder / EVENTS_FILE).exists()
    assert (logged.events, logged.to_grade) == ((), ("headache",))


def test_a_grade_is_replaced_only_in_a_correction_and_only_as_it_was_shown(log, trial_folder):
    log({"side_effects": "headache"} | grades("headache", severity="mild"))
    with pytest.raises(ConflictError, match="headache: severity mild; given was severe"):
        log(grades("headache", severity="severe"))
    with pytest.raises(ConflictError, match="headache: severity"):
        log(grades("headache", severity="severe"), correct=True, seen={"headache: severity": "moderate"})
    assert log(grades("headache", severity="severe"), correct=True).graded == {"headache: severity": "severe"}
    assert log(grades("headache", severity=""), correct=True).events == ()
    assert [(line.old, line.new) for line in read_journal(trial_folder) if is_event_name(line.column)] == [
        ("", "mild"),
        ("mild", "severe"),
        ("severe", ""),
    ]
    assert texts(check(trial_folder)) == []


def test_a_grade_goes_with_its_side_effect_and_the_journal_keeps_it(log, trial_folder):
    log({"side_effects": "headache; itch"} | grades("headache", **SAID) | grades("itch", severity="mild"))
    logged = log({"side_effects": "itch"}, correct=True)
    assert logged.events == (Event(NIGHT, "itch", severity="mild"),)
    assert {(line.column, line.new) for line in logged.changed} >= {(f"headache: {field}", "") for field in SAID}
    assert texts(check(trial_folder)) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (grades("itch", severity="mild"), "'itch' is no side effect of this night. There are: headache"),
        (grades("headache", severity="awful"), "severity 'awful' is not one of: mild, moderate, severe"),
        (grades("headache", grade="1"), "is nothing that a night holds"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changes(log, trial_folder, bytes_in, values, words):
    log({"side_effects": "headache"})
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=words):
        log(values)
    assert bytes_in(trial_folder) == before


def test_a_sign_in_the_note_can_be_graded(log):
    logged = log({"note": "Slept badly. Chest pain at 3!"})
    assert logged.to_grade == ("Chest pain at 3!",)
    assert log(grades("chest pain at 3!", serious="hospital")).events == (
        Event(NIGHT, "Chest pain at 3!", serious="hospital"),
    )


def test_what_goes_on_is_not_asked_again_until_it_was_over(log):
    log({"side_effects": "headache"} | grades("headache", severity="mild", outcome="better"))
    later = log({"side_effects": "Headache; itch"}, LATER)
    assert later.to_grade == ("itch",)
    assert [one.what for one in still_open(later.events, before=LATER)] == ["headache"]
    log(grades("headache", outcome="over"), correct=True)
    assert to_grade(later.entry, later.events) == ("Headache", "itch")
    assert still_open(later.events, before=LATER) == ()


def test_after_the_order_was_opened_nothing_is_graded(log, trial_folder, bytes_in):
    from nof1.plan.orders.loading import UNSEALING_FILE

    log({"side_effects": "headache"})
    (trial_folder / UNSEALING_FILE).write_text("{}", encoding="utf-8")
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="locked"):
        log(grades("headache", cause="likely"))
    assert bytes_in(trial_folder) == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("night,what\n", "must have the columns night, what, severity"),
        ("HEAD\n2026-01-05,headache,awful,,,,,\n", "line 2: severity 'awful' is not one of"),
        ("HEAD\n2026-01-05,headache,,,,,,\n", "nothing is said of 'headache'"),
        ("HEAD\n2026-01-05,headache,mild\n", "3 values instead of 8"),
        ("HEAD\n2026-01-05,,mild,,,,,\n", "side effect is missing"),
        ("HEAD\n5.1.,headache,mild,,,,,\n", "is no date"),
        ("HEAD\n2026-01-05,headache,mild,,,,,\n2026-01-05,headache,,no,,,,\n", "there twice"),
        ("HEAD\n2026-01-05,itch,mild,,,,,\n", "'itch' is no side effect of this night"),
    ],
)
def test_a_damaged_file_is_refused_and_check_names_the_same(log, trial_folder, content, words):
    log({"side_effects": "headache"})
    head = "night,what,severity,serious,action,outcome,cause,doctor"
    (trial_folder / EVENTS_FILE).write_text(content.replace("HEAD", head), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        Trial.load(trial_folder)
    assert any(words in text for text in texts(check(trial_folder)))


def test_a_change_by_hand_is_found_and_can_be_accepted(log, trial_folder):
    log({"side_effects": "headache"} | grades("headache", severity="severe", cause="likely"))
    path = trial_folder / EVENTS_FILE
    path.write_text(path.read_text(encoding="utf-8").replace("severe,", "mild,", 1), encoding="utf-8")
    (found,) = texts(check(trial_folder))
    assert "headache: severity is mild, nof1 wrote severe: changed by hand" in found
    nof1.record.accept(trial_folder, "typo", now=NOW)
    assert texts(check(trial_folder)) == []
    path.unlink()
    assert "events.csv, night 2026-01-05 is gone" in texts(check(trial_folder))[0]


def test_the_answer_of_a_cohort_depends_on_the_file(log, trial_folder):
    log({"side_effects": "headache"})
    before = TrialFolder("a", trial_folder).key(seed=1)
    log(grades("headache", severity="mild"))
    assert TrialFolder("a", trial_folder).key(seed=1) != before


def test_a_trial_that_is_written_and_read_is_the_same(log, trial_folder, tmp_path):
    log({"side_effects": "headache"} | grades("headache", **SAID))
    trial = Trial.load(trial_folder)
    trial.write(tmp_path / "copy")
    assert Trial.load(tmp_path / "copy") == trial


def test_a_journal_that_begins_later_tells_the_grades_that_it_found(trial_folder, protocol, log):
    log({"side_effects": "headache"} | grades("headache", severity="mild"))
    for name in ("journal.csv", "journal.head"):
        (trial_folder / name).unlink()
    record(trial_folder, protocol, [Change(LATER, {"note": "calm"})], by="log", now=NOW, correct=True)
    assert ("headache: severity", "mild") in [(line.column, line.new) for line in read_journal(trial_folder)]


@pytest.mark.parametrize("language", languages())
def test_each_question_takes_its_codes_its_words_and_its_numbers(language):
    with speaking(language):
        for question in event_questions("headache"):
            field = question.field.rpartition(": ")[2]
            assert "headache" in question.asks
            for number, (code, choice) in enumerate(zip(GRADES[field], question.choices, strict=True), start=1):
                assert [cell(question, answer) for answer in (code, choice.text, str(number))] == [code] * 3
        assert "ROAM" in grading_words("severity")[0]
        assert "EUPATI" in " ".join(grading_words("serious"))
        assert grading_words("cause") == []


def test_what_can_be_graded_is_named_once_as_it_was_first_written():
    entry = Entry(NIGHT, side_effects=("Headache", "itch", "headache"))
    assert can_be_graded(entry) == ("Headache", "itch")


def test_names_that_are_no_grades_are_none():
    assert not any(map(is_event_name, ("severity", ": severity", "steps", "headache: colour", "headache:severity")))
    assert events_of({}) == ()
    assert read_events("nowhere") == {}
