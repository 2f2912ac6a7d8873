"""`record.status`: what it counts is what the results count; what is due, by code."""

from datetime import UTC, datetime, time, timedelta

import pytest
from known import SAMPLE

from nof1 import Trial, record
from nof1.analyze.describe import describe_adherence, describe_harms
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.entry import Entry

AFTER = datetime(2027, 1, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("name", ["helps", "worsens", "cant-tell"])
def test_status_and_results_count_the_same(name):
    """Over the whole trial, where every planned night is over."""
    so_far, trial = record.status(SAMPLE / name, now=AFTER), Trial.load(SAMPLE / name)
    arms = describe_adherence(trial).values()
    taken = so_far.adherence
    assert taken.nights == sum(arm.planned_doses for arm in arms)
    assert taken.as_planned == sum(arm.as_planned for arm in arms)
    assert taken.not_recorded == sum(arm.not_recorded for arm in arms)
    assert taken.otherwise == sum(arm.partly + arm.more + arm.missed for arm in arms)
    by_name = {}
    for arm in describe_harms(trial).values():
        for effect, found in arm.kinds.items():
            by_name[effect] = by_name.get(effect, 0) + found.nights
    assert {harm.name: harm.nights for harm in so_far.harms} == by_name
    assert by_name


@pytest.mark.parametrize(
    ("day", "due"),
    [(1, ["begin"]), (8, ["log", "dose"]), (6, ["dose"]), (25, ["analyze"])],
)
def test_what_is_due_is_told_by_code(trial_folder, day, due):
    """The fourth night, that of 8 January, has no rating."""
    morning = datetime(2026, 1, day + (day == 8), 9, tzinfo=UTC)
    assert [one.what for one in record.status(trial_folder, now=morning).due] == due


def test_of_a_sealed_trial_no_arm_is_told(sealed_trial):
    trial = sealed_trial(ratings="4657")
    so_far = record.status(trial.folder, now=datetime(2026, 1, 12, 9, tzinfo=UTC))
    assert so_far.order.sealed
    assert so_far.tonight.arm is None
    assert [one.what for one in so_far.due] == ["log", "guess", "dose"]
    assert so_far.guesses_missing == {1: so_far.order.periods[1].end}


@pytest.mark.parametrize("form", ["", "citrate"])
def test_a_dummy_that_names_no_dose_holds_none_in_status_and_results(make_protocol, tmp_path, form):
    """0 mg on the dummy's nights and the planned dose on all others: every night as planned, in one number."""
    arms = [{"name": "off", "placebo": True}, {"name": "on", "form": form, "dose_mg": 200}]
    protocol = make_protocol(
        arms=arms, design={"blocks": 2, "period_nights": 7, "run_in_nights": 0, "washout_nights": 0}
    )
    order = draw_order(protocol)
    entries = tuple(
        Entry(night, outcome=3, dose_mg=0 if period.arm == "off" else 200)
        for period in order.periods[:2]
        for night in period.dates
    )
    trial = Trial(protocol, order, entries)
    trial.write(tmp_path / "trial")
    latest = datetime.combine(entries[-1].night, time(9), UTC) + timedelta(days=1)
    taken = record.status(tmp_path / "trial", now=latest).adherence
    assert (taken.as_planned, taken.nights, taken.otherwise, taken.not_recorded) == (14, 14, 0, 0)
    arms_of_results = describe_adherence(trial).values()
    assert sum(arm.as_planned for arm in arms_of_results) == 14
    assert [arm.contamination for arm in arms_of_results] == [0, None]
    assert {arm.more or 0 for arm in arms_of_results} == {0}
