"""`record.log`: a night in Python, typed values in, what changed out; the same refusals as on the terminal, named by argument."""

from datetime import UTC, date, datetime

import pytest

from nof1 import InputError, record
from nof1.record.diary.journal import audited
from nof1.record.diary.night import find_night
from nof1.record.diary.writing import ConflictError

NIGHT = date(2026, 1, 11)
MORNING = datetime(2026, 1, 12, 9, tzinfo=UTC)


def test_values_of_every_kind_are_kept(trial_folder):
    values = {"severity": 4, "dose_mg": 200.0, "side_effects": ["a rash", "itch"], "note": "calm", "guess": None}
    logged = record.log(trial_folder, values, night=NIGHT, now=MORNING)
    entry = logged.entry
    assert (entry.night, entry.outcome, entry.dose_mg, entry.note) == (NIGHT, 4, 200, "calm")
    assert entry.side_effects == ("a rash", "itch")
    assert [line.column for line in logged.changed] == ["severity", "dose_mg", "side_effects", "note"]
    assert {line.by for line, _, sound in audited(trial_folder) if sound and line.night == str(NIGHT)} == {"log"}
    assert logged.entries[-1] == entry
    assert record.log(trial_folder, values, night=NIGHT, now=MORNING).changed == ()


def test_last_night_is_meant_where_none_is_named(trial_folder):
    assert record.log(trial_folder, {"severity": 4}, now=MORNING).entry.night == NIGHT


def test_a_recorded_value_gives_way_only_to_a_correction(trial_folder):
    record.log(trial_folder, {"severity": 4}, night=NIGHT, now=MORNING)
    with pytest.raises(ConflictError, match=r"severity 4; given was 5.*Nothing was changed.*correct=True") as caught:
        record.log(trial_folder, {"severity": 5}, night=NIGHT, now=MORNING)
    assert (caught.value.recorded, caught.value.given) == ({"severity": "4"}, {"severity": "5"})
    logged = record.log(trial_folder, {"severity": 5}, night=NIGHT, correct=True, reason="a typo", now=MORNING)
    assert [(line.old, line.new, line.reason) for line in logged.changed] == [("4", "5", "a typo")]


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        ({"legs": 4}, {}, "'legs' is nothing that a night holds. There are: severity, dose_mg"),
        ({"severity": 40}, {}, "severity"),
        ({"severity": None, "note": ""}, {}, "Nothing to record"),
        ({"severity": 4}, {"night": date(2026, 1, 12)}, "is not over yet"),
        ({"severity": 4}, {"night": date(2026, 3, 1)}, "not a night of this trial"),
        ({"severity": 4}, {"now": datetime(2026, 3, 1, 9, tzinfo=UTC)}, "The trial is over.*night=2026-01-18"),
        ({"severity": 4}, {"now": datetime(2026, 1, 1, 9, tzinfo=UTC)}, "The trial has not begun"),
        ({"severity": 4}, {"reason": "x" * 501}, "The reason"),
    ],
)
def test_a_refusal_names_the_argument_and_changes_nothing(trial_folder, bytes_in, values, options, words):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=words):
        record.log(trial_folder, values, **{"now": MORNING} | options)
    assert bytes_in(trial_folder) == before


EVENINGS = {
    "in the evening": datetime(2026, 1, 12, 21, 40, tzinfo=UTC),
    "after midnight": datetime(2026, 1, 13, 0, 40, tzinfo=UTC),
}


@pytest.mark.parametrize("now", EVENINGS.values(), ids=EVENINGS)
def test_of_tonight_the_dose_is_asked_and_kept_and_nothing_else(trial_folder, now, bytes_in):
    tonight = date(2026, 1, 12)
    here = find_night(trial_folder, tonight, now=now)
    assert (here.over, [one.field for one in here.asked]) == (False, ["dose_mg"])
    logged = record.log(trial_folder, {"dose_mg": 200}, night=tonight, now=now)
    assert (logged.entry.dose_mg, logged.entry.outcome) == (200, None)
    before = bytes_in(trial_folder)
    for values, night in (
        ({"severity": 4}, tonight),
        ({"dose_mg": 0, "note": "calm"}, tonight),
        ({"dose_mg": 0}, date(2026, 1, 13)),
    ):
        with pytest.raises(InputError, match="is not over yet"):
            record.log(trial_folder, values, night=night, correct=True, now=now)
    assert bytes_in(trial_folder) == before
    morning = record.log(trial_folder, {"severity": 4}, night=tonight, now=datetime(2026, 1, 13, 8, tzinfo=UTC))
    assert (morning.entry.dose_mg, morning.entry.outcome) == (200, 4)


def test_on_the_first_evening_it_is_said_what_can_be_recorded(trial_folder):
    now = datetime(2026, 1, 5, 21, 40, tzinfo=UTC)
    with pytest.raises(InputError, match=r"The trial begins tonight.*night=2026-01-05"):
        record.log(trial_folder, {"severity": 4}, now=now)
    assert record.log(trial_folder, {"dose_mg": 0}, night=date(2026, 1, 5), correct=True, now=now).entry.dose_mg == 0
