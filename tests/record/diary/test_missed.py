"""Skipping back in: two missed weeks are one entry, with what was taken; ratings stay missing, and results say that it was told afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest
from journals import begin_journal, read_journal

from nof1 import Trial, record
from nof1.errors import InputError
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import load_schedule
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.diary.writing import add_entries
from nof1.report.words.changes import amendment_sentence

pytestmark = pytest.mark.clock
MG = 200.0


def day(number):
    return date(2026, 1, 1) + timedelta(days=number - 1)


NOW = datetime(2026, 1, 23, 9, tzinfo=UTC)  # last night is that of the 22nd


@pytest.fixture
def skipped(make_protocol, tmp_path):
    """Nights from 5 January on in periods of 4; the first three are recorded, the fourteen from the 8th to the 21st are not."""

    def make(**changes):
        design = {"blocks": 4, "period_nights": 4, "run_in_nights": 0, "washout_nights": 0} | changes
        arms = [{"name": "off", "dose_mg": 0.0}, {"name": "on", "dose_mg": MG}]
        protocol = make_protocol(design=design, arms=arms)
        folder = tmp_path / "trial"
        Trial(protocol, draw_order(protocol), ()).write(folder)
        begin_journal(folder, protocol, datetime(2026, 1, 4, 9, tzinfo=UTC))
        add_entries(folder, protocol, [Entry(day(5 + i), outcome=4 + i) for i in range(3)])
        return folder

    return make


def doses(folder):
    return {entry.night: entry.dose_mg for entry in Trial.load(folder).entries}


PLANNED = {"planned": MG, "none": 0.0}


@pytest.mark.parametrize("taken", ["planned", "none"])
def test_two_missed_weeks_are_one_entry(skipped, taken):
    folder = skipped()
    before = record.status(folder, now=NOW)
    assert before.missed_together == tuple(day(n) for n in range(8, 22))
    told = record.log_missed(folder, taken, now=NOW)
    assert load_amendments(folder) == (told,)
    assert (told.kind, told.start, told.nights, told.taken) == ("missed", day(8), 14, taken)
    trial = Trial.load(folder)
    for entry in trial.entries[3:]:
        assert entry.outcome is None
        on = trial.order.period_of(entry.night).arm == "on"
        assert entry.dose_mg == (PLANNED[taken] if on else 0)
    assert [entry.night for entry in trial.entries[3:]] == [day(n) for n in range(8, 22)]
    so_far = record.status(folder, now=NOW)
    assert so_far.missed_together == ()
    assert so_far.missing == before.missing  # a rating that was not given stays missing
    assert [one.what for one in so_far.due] == ["log", "dose"]  # last night can still be rated
    lines = [line for line in read_journal(folder) if line.by == "log"]
    assert {line.reason for line in lines if line.night} == {"14 missed nights, told in one entry"}
    assert sum(line.column == "amendments.csv" for line in lines) == 1
    assert [one for one in check(folder) if one.level == "problem"] == []


def test_what_is_not_known_is_said_and_nothing_is_filled_in(skipped):
    folder = skipped()
    before = doses(folder)
    told = record.log_missed(folder, "unknown", now=NOW)
    assert doses(folder) == before
    assert record.status(folder, now=NOW).missed_together == ()
    assert record.status(folder, now=NOW).adherence.not_recorded == 18
    assert amendment_sentence(told) == (
        "Entered on 2026-01-23: on 14 nights, 2026-01-08 to 2026-01-21, nothing was recorded; what was taken is not known."
    )


def test_a_dose_that_was_amended_is_what_was_planned(skipped):
    folder = skipped()
    record.amend(folder, dose=100, since=day(12), now=NOW)
    record.log_missed(folder, "planned", now=NOW)
    order = load_schedule(folder, Trial.load(folder).protocol)
    found = doses(folder)
    for night in (day(n) for n in range(8, 22)):
        on = order.period_of(night).arm == "on"
        assert found[night] == (0 if not on else MG if night < day(12) else 100)


def test_nights_of_a_pause_are_left_out(skipped):
    folder = skipped()
    record.amend(folder, pause=day(10), nights=5, reason="away", now=NOW)
    told = record.log_missed(folder, "planned", since=day(8), until=day(21), now=NOW)
    assert told.nights == 14
    assert sorted(doses(folder))[3:] == [day(n) for n in (8, 9, *range(15, 22))]


def test_of_packs_the_share_is_told(sealed_trial):
    trial = sealed_trial(ratings="46")  # two run-in nights, in which there is no pack
    record.log_missed(trial.folder, "planned", since=day(7), until=day(12), now=datetime(2026, 1, 13, 9, tzinfo=UTC))
    rows = (trial.folder / "diary.csv").read_text().splitlines()
    assert [row.split(",")[2] for row in rows[3:]] == ["1"] * 6
    assert record.status(trial.folder).order.sealed


REFUSED = {
    "recorded nights": ({"since": day(6), "until": day(9)}, "Something is recorded of 2026-01-06, 2026-01-07"),
    "nights to come": ({"since": day(20), "until": day(25)}, "2026-01-25 is not over yet"),
    "outside": ({"since": day(2), "until": day(9)}, "not a night of this trial"),
    "the wrong way round": ({"since": day(12), "until": day(9)}, "before the first one"),
    "one end": ({"since": day(12)}, "go together"),
}


@pytest.mark.parametrize(("span", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_told_changes_nothing(skipped, bytes_in, span, words):
    folder = skipped()
    before = bytes_in(folder)
    with pytest.raises(InputError, match=words):
        record.log_missed(folder, "planned", **span, now=NOW)
    with pytest.raises(InputError, match="is not one of"):
        record.log_missed(folder, "perhaps", now=NOW)
    assert bytes_in(folder) == before


def test_without_missed_nights_there_is_nothing_to_tell(trial_folder):
    with pytest.raises(InputError, match="nothing to tell together"):
        record.log_missed(trial_folder, "planned", now=datetime(2026, 1, 11, 9, tzinfo=UTC))


def test_the_same_answer_from_the_command(nof1, skipped):
    folder = skipped()
    code, out, _ = nof1("log", folder, "--missed", "none", "--from", "2026-01-08", "--to", "2026-01-21")
    assert code == 0
    assert (
        "on 14 nights, 2026-01-08 to 2026-01-21, nothing was recorded; no dose was taken, as reported afterwards."
        in out
    )
    assert doses(folder)[day(21)] == 0
    assert nof1("log", folder, "--missed", "none", "--set", "severity=3")[0] != 0
    assert nof1("log", folder, "--from", "2026-01-08")[0] != 0
