"""Stopping a trial: the nights so far are the trial, nothing recorded is lost, and what chance alone brings is told as it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from nof1 import Trial, fit, record
from nof1.analyze.checks.permutation_distribution import finished_until
from nof1.analyze.checks.randomization_test import NotTested, randomization_tests
from nof1.bedside.content import page_content
from nof1.errors import InputError
from nof1.plan.orders.amendments import COLUMNS, load_amendments
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import load_unsealing
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.looks import is_early
from nof1.report.words.randomization import randomization_of_trial

NOW = datetime(2026, 1, 11, 9, 30, tzinfo=UTC)


def day(number):
    return date(2026, 1, 1) + timedelta(days=number - 1)


@pytest.fixture
def half_way(make_protocol, tmp_path):
    """Six blocks of two periods of 4 nights from 5 January on; of 48 nights the first `recorded` have a rating."""

    def make(recorded, name="trial", **changes):
        design = {"blocks": 6, "period_nights": 4, "run_in_nights": 0, "washout_nights": 0}
        protocol = make_protocol(design=design, **changes)
        order = draw_order(protocol)
        nights = [night for period in order.periods for night in period.dates]
        ratings = [6 + i % 3 - 2 * (order.period_of(night).arm != "off") for i, night in enumerate(nights)]
        entries = tuple(Entry(night, outcome=rating) for night, rating in zip(nights, ratings, strict=True))
        Trial(protocol, order, entries[:recorded]).write(tmp_path / name)
        return tmp_path / name

    return make


def morning_after(night):
    return datetime.combine(night + timedelta(days=1), datetime.min.time(), tzinfo=UTC) + timedelta(hours=9)


@pytest.mark.clock
def test_the_nights_so_far_are_the_trial(trial_folder):
    """Six nights, the fourth without a rating: it is missing, and the eight to come are not."""
    stop = record.stop(trial_folder, reason="Loose stools.", by="clinician", now=NOW)
    assert (stop.kind, stop.start, stop.by, stop.unrelated) == ("stopped", day(11), "clinician", None)
    assert load_amendments(trial_folder) == (stop,)
    trial = Trial.load(trial_folder)
    assert (trial.order.end, trial.order.nights, len(trial.planned_nights)) == (day(10), 6, 6)
    assert trial.missing_nights == (day(8),)
    assert trial.order.whole == draw_order(trial.protocol)
    assert not is_early(trial, NOW)
    so_far = record.status(trial_folder, now=NOW)
    assert set(so_far.nights.values()) == {"recorded", "missing"}
    assert [one.what for one in so_far.due] == ["analyze"]
    assert so_far.stopped == stop
    with pytest.raises(
        InputError, match="2026-01-12 is not a night of this trial, which runs from 2026-01-05 to 2026-01-10"
    ):
        record.log(trial_folder, {"severity": 4}, night=day(12), now=NOW + timedelta(days=9))
    record.log(trial_folder, {"severity": 4}, night=day(8), now=NOW)  # a night of the trial is still recorded
    assert Trial.load(trial_folder).missing_nights == ()
    assert [one for one in check(trial_folder) if one.level == "problem"] == []


@pytest.mark.clock
def test_a_trial_stopped_at_night_or_with_a_night_ahead_ends_after_what_is_recorded(trial_folder):
    early = datetime(2026, 1, 10, 2, tzinfo=UTC)  # still the night of the 9th; that of the 10th stands in the diary
    assert record.stop(trial_folder, reason="moved", now=early).start == day(11)


REFUSED = {
    "over recorded nights": (
        day(9),
        NOW,
        "Recorded from 2026-01-09 on: 2026-01-09, 2026-01-10.*from 2026-01-11 on at the earliest",
    ),
    "to come": (day(12), NOW, "2026-01-12 is still to come"),
    "over": (None, datetime(2026, 2, 11, tzinfo=UTC), "over after the night of 2026-01-18"),
}


@pytest.mark.parametrize(("since", "now", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_stopped_changes_nothing(trial_folder, bytes_in, since, now, words):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=words):
        record.stop(trial_folder, reason="flu", since=since, now=now)
    assert bytes_in(trial_folder) == before


@pytest.mark.clock
def test_a_stop_is_the_last_word(trial_folder, bytes_in):
    record.stop(trial_folder, reason="flu", now=NOW)
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="was stopped: its nights end before 2026-01-11"):
        record.stop(trial_folder, reason="flu", now=NOW)
    with pytest.raises(InputError, match="was stopped"):
        record.amend(trial_folder, pause=day(9), nights=3, reason="flu", now=NOW)
    assert bytes_in(trial_folder) == before
    record.amend(trial_folder, note="The rash is gone.", now=NOW)
    assert [one.kind for one in Trial.load(trial_folder).amendments] == ["stopped", "note"]


@pytest.mark.clock
def test_before_the_first_night_there_is_nothing_to_stop(half_way):
    with pytest.raises(InputError, match="nothing to stop yet"):
        record.stop(half_way(0), reason="no wish", now=datetime(2026, 1, 5, 9, tzinfo=UTC))


def test_files_without_a_stop_stay_as_they_were(trial_folder):
    record.amend(trial_folder, note="half a tablet", now=NOW)
    assert (trial_folder / "amendments.csv").read_text().splitlines()[0] == ",".join(COLUMNS)


@pytest.mark.clock
@pytest.mark.parametrize("recorded", [20, 33])
def test_stopping_changes_nothing_of_the_answer_but_what_chance_is_said_to_bring(half_way, recorded):
    """The same nights under the same model, stopped or going on: time goes by the plan."""
    folder = half_way(recorded)
    going_on = fit(Trial.load(folder), engine="marginal", sensitivity=False)
    last = going_on.trial.entries[-1].night
    record.stop(folder, reason="moved house", now=morning_after(last))
    stopped = fit(Trial.load(folder), engine="marginal", sensitivity=False)
    assert [entry.leading for entry in stopped.record.effects] == [entry.leading for entry in going_on.record.effects]
    assert stopped.record.nights.planned == stopped.record.nights.recorded == recorded
    assert stopped.record.nights.after_last == 0
    assert going_on.record.nights.planned == 48


@pytest.mark.clock
@pytest.mark.parametrize(("recorded", "blocks"), [(33, 4), (32, 4), (31, 3), (8, 1)])
def test_the_randomization_test_keeps_to_finished_blocks(half_way, recorded, blocks):
    """As that of a trial planned with so many blocks and no more, whose orders are counted by hand: 2 a block."""
    folder = half_way(recorded)
    trial = Trial.load(folder)
    record.stop(folder, reason="flu", now=morning_after(trial.entries[-1].night))
    stopped = Trial.load(folder)
    assert finished_until(stopped.order) == day(5) + timedelta(days=8 * blocks - 1)
    (test,) = randomization_tests(stopped)
    assert (test.orders, test.exact, test.p_smallest) == (2**blocks, True, 2 / 2**blocks)
    by_arm = {"off": [], "on": []}
    for period in trial.order.periods[: 2 * blocks]:
        rated = [entry.outcome for entry in trial.entries if period.start <= entry.night <= period.end]
        by_arm["off" if period.arm == "off" else "on"].append(sum(rated) / 4)
    assert test.statistic == pytest.approx(sum(by_arm["on"]) / blocks - sum(by_arm["off"]) / blocks)


@pytest.mark.clock
def test_before_a_finished_block_there_is_no_such_test(half_way):
    folder = half_way(6)
    record.stop(folder, reason="flu", now=morning_after(day(10)))
    (test,) = randomization_tests(Trial.load(folder))
    assert isinstance(test, NotTested)
    assert test.refused.code == "no block finished"


@pytest.mark.clock
@pytest.mark.parametrize(
    ("unrelated", "words"),
    [
        (True, "had nothing to do with the ratings"),
        (False, "had to do with the stopping, and that is not"),
        (None, "Nobody said"),
    ],
)
def test_the_page_says_what_stopping_means_for_chance(half_way, unrelated, words):
    folder = half_way(20)
    record.stop(folder, reason="flu", unrelated=unrelated, now=morning_after(day(24)))
    trial = Trial.load(folder)
    told = randomization_of_trial(trial, randomization_tests(trial)[0])
    assert words in told
    assert "finished, the last on Tue 20 Jan 2026" in told


@pytest.mark.clock
def test_a_sealed_trial_that_was_stopped_is_opened_as_after_its_last_night(sealed_trial):
    trial = sealed_trial(ratings="46573546")
    stop = record.stop(trial.folder, reason="A rash.", by="clinician", now=datetime(2026, 1, 13, 9, tzinfo=UTC))
    assert stop.start == day(13)
    so_far = record.status(trial.folder, now=datetime(2026, 1, 13, 9, tzinfo=UTC))
    assert so_far.order.sealed
    assert "unseal" in [one.what for one in so_far.due]
    opened = record.unseal(trial.folder, trial.helper, now=datetime(2026, 1, 13, 10, tzinfo=UTC))
    assert opened.end == day(12)
    unsealing = load_unsealing(trial.folder)
    assert (unsealing.early, unsealing.nights_planned, unsealing.nights_recorded) == (False, 8, 8)
    assert Trial.load(trial.folder).order == opened
    with pytest.raises(InputError, match="locked when the order was opened"):
        record.stop(trial.folder, reason="again", now=datetime(2026, 1, 13, 11, tzinfo=UTC))


@pytest.mark.clock
def test_a_sealed_trial_stopped_in_its_run_in_stays_sealed(sealed_trial):
    trial = sealed_trial(ratings="4")
    record.stop(trial.folder, reason="A rash.", now=datetime(2026, 1, 6, 9, tzinfo=UTC))
    assert record.status(trial.folder).order.sealed


@pytest.mark.clock
def test_papers_end_there_and_calendars_call_off_what_is_left(half_way):
    folder = half_way(20)
    record.amend(folder, note="begun", now=NOW)  # writes them
    before = {
        event["UID"]: event for event in Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT")
    }
    record.stop(folder, reason="flu", now=morning_after(day(24)))
    after = {event["UID"]: event for event in Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT")}
    assert before.keys() <= after.keys()  # none is left standing in a calendar that has it
    off = {uid for uid, event in after.items() if event.get("STATUS") == "CANCELLED"}
    assert {event["DTSTART"].dt.date() for uid, event in after.items() if uid in off} >= {day(25 + 4)}
    assert not any(event.walk("VALARM") for uid, event in after.items() if uid in off)
    for uid in after.keys() - off:
        event = after[uid]
        count = event["RRULE"]["COUNT"][0] if "RRULE" in event else 1
        assert event["DTSTART"].dt.date() + timedelta(days=count - 1) <= day(25)
        assert uid not in before or event["SEQUENCE"] > before[uid]["SEQUENCE"]
    assert page_content(Trial.load(folder).protocol, Trial.load(folder).order)["stretches"][-1][1] == 5
