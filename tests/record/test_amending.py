"""Entering amendments: a pause moves the nights to come, never nights that were lived, and what it holds is kept but not analyzed."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from journals import begin_journal, read_journal
from known import adopted

from nof1 import commit as commit_room
from nof1.analyze.model.data import build_model_data
from nof1.commit import locked
from nof1.errors import InputError
from nof1.files import sha256_bytes
from nof1.plan.design.fields import PAUSE
from nof1.plan.design.order import Pause, order_from_arms
from nof1.plan.orders.amendments import amendments_csv, load_amendments
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.orders.loading import load_order, load_schedule
from nof1.record.amending import add_medicine, add_note, add_pause, amend
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import add_entries
from nof1.record.trial import Trial

NOW = datetime(2026, 1, 11, 9, 30, 15, 123, tzinfo=UTC)


def day(number):
    """A day of January 2026. Six nights are in the fixture's diary, from 5 to 10 January."""
    return date(2026, 1, number)


def test_a_pause_is_on_record_and_in_the_order(trial_folder, protocol):
    order = add_pause(trial_folder, day(11), 7, "flu", now=NOW)
    assert order == draw_order(protocol).with_pauses([Pause(day(11), 7)])
    assert load_order(trial_folder, protocol) == load_schedule(trial_folder, protocol) == order
    (amendment,) = load_amendments(trial_folder)
    assert (amendment.kind, amendment.start, amendment.nights, amendment.reason) == ("pause", day(11), 7, "flu")
    assert amendment.entered == NOW.replace(microsecond=0)
    trial = Trial.load(trial_folder)
    assert trial.amendments == (amendment,)
    assert trial.order.end == day(25)


def test_several_pauses_are_entered_one_after_the_other(trial_folder, protocol):
    add_pause(trial_folder, day(14), 2, "away", now=NOW)
    add_pause(trial_folder, day(11), 3, "flu", now=NOW)
    order = add_pause(trial_folder, day(12), 1, "flu went on", now=NOW)
    assert order == draw_order(protocol).with_pauses([Pause(day(14), 2), Pause(day(11), 3), Pause(day(12), 1)])
    assert load_order(trial_folder, protocol) == order
    assert [one.reason for one in load_amendments(trial_folder)] == ["away", "flu", "flu went on"]
    assert len(Trial.load(trial_folder).missing_nights) == 9


@pytest.mark.clock
def test_nights_after_the_planned_end_can_be_recorded_once_a_pause_moved_it(trial_folder, protocol):
    late = Entry(day(20), outcome=4)
    with pytest.raises(
        InputError, match="2026-01-20 is not a night of this trial, which runs from 2026-01-05 to 2026-01-18"
    ):
        add_entries(trial_folder, protocol, [late])
    add_pause(trial_folder, day(11), 7, "flu", now=NOW)
    add_entries(trial_folder, protocol, [late, Entry(day(25), outcome=5)])
    assert late in Trial.load(trial_folder).entries
    with pytest.raises(
        InputError, match="2026-01-26 is not a night of this trial, which runs from 2026-01-05 to 2026-01-25"
    ):
        add_entries(trial_folder, protocol, [Entry(day(26), outcome=5)])


@pytest.mark.parametrize(("start", "nights"), [(5, 5), (8, 2), (9, 1), (10, 1), (11, 1), (18, 365)], ids=str)
def test_a_pause_is_taken_if_no_night_after_it_is_recorded(trial_folder, start, nights):
    (trial_folder / "diary.csv").write_text(
        "".join((trial_folder / "diary.csv").read_text().splitlines(keepends=True)[:6])
    )
    order = add_pause(trial_folder, day(start), nights, "flu", exclude=start < 10, now=NOW)
    assert order.nights == 14 + nights
    trial = Trial.load(trial_folder)
    assert len(trial.entries) == 5
    assert [night for one in trial.amendments for night in one.excluded] == [day(number) for number in range(start, 10)]


@pytest.mark.parametrize(
    ("start", "nights", "named"),
    [
        (10, 1, ["2026-01-10"]),
        (9, 9, ["2026-01-09", "2026-01-10"]),
        (5, 300, [f"2026-01-{n:02}" for n in range(5, 11)]),
    ],
    ids=str,
)
def test_a_pause_over_recorded_nights_is_refused_by_their_dates(trial_folder, bytes_in, start, nights, named):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=rf"recorded already: {', '.join(named)}\. .*begin after them, on 2026-01-11"):
        add_pause(trial_folder, day(start), nights, "flu", now=NOW)
    assert bytes_in(trial_folder) == before


def test_a_finished_trial_loses_no_night_to_a_pause(trial_folder, protocol):
    """Ten ratings once went out without a word."""
    add_entries(trial_folder, protocol, [Entry(day(number), outcome=5) for number in range(11, 19)], now=NOW)
    with pytest.raises(InputError, match="These 10 nights of the pause are recorded already: 2026-01-09, ") as refused:
        add_pause(trial_folder, day(9), 10, "flu", now=NOW)
    assert "begin after them" not in str(refused.value)  # there is no night after them
    assert len(Trial.load(trial_folder).frame["severity"].dropna()) == 13  # one of the fixture has no rating


def test_nights_are_taken_out_with_their_dates_on_record(trial_folder, protocol):
    begin_journal(trial_folder, protocol, NOW)
    amendment = amend(trial_folder, pause=day(9), nights=4, exclude=True, reason="flu", now=NOW)
    assert amendment.excluded == (day(9), day(10))
    assert load_amendments(trial_folder) == (amendment,)
    trial = Trial.load(trial_folder)
    assert trial.taken_out == (day(9), day(10))
    assert list(trial.frame["arm"][4:8]) == [PAUSE] * 4
    assert len(trial.entries) == 6  # all of them stay in the diary
    assert not [finding for finding in check(trial_folder) if finding.level == "problem" and finding.what != "diary"]


def test_there_must_be_something_to_exclude(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="there is nothing to exclude"):
        add_pause(trial_folder, day(11), 4, "flu", exclude=True, now=NOW)
    with pytest.raises(InputError, match="exclude= goes with pause="):
        amend(trial_folder, note="half a dose", exclude=True, now=NOW)
    assert bytes_in(trial_folder) == before


def test_nights_that_were_taken_out_come_back_on_the_arms_they_were_lived_on(trial_folder, protocol):
    before = Trial.load(trial_folder).frame
    add_pause(trial_folder, day(8), 3, "flu", exclude=True, now=NOW)
    add_entries(trial_folder, protocol, [Entry(day(11), outcome=5)], now=NOW)
    add_pause(trial_folder, day(12), 2, "away", now=NOW)
    trial = Trial.load(trial_folder)
    back = trial.with_taken_out().frame
    columns = ["period", "block", "arm", "severity", "dose_mg"]
    assert back[columns][:6].equals(before[columns][:6])
    assert back[6:].equals(trial.frame[6:])
    assert list(trial.frame["arm"][3:6]) == [PAUSE] * 3
    assert trial.frame["arm"].iloc[6] == before["arm"].iloc[3]  # what was to come on the 8th came on the 11th


def test_a_pause_of_an_earlier_version_is_read_with_what_the_journal_tells(trial_folder, protocol):
    """It was entered over recorded nights without saying so; nights that were recorded in it later were known to be in it."""
    begin_journal(trial_folder, protocol, NOW)
    add_entries(trial_folder, protocol, [Entry(day(11), outcome=5), Entry(day(12), outcome=6)], now=NOW)
    add_pause(trial_folder, day(12), 3, "flu", exclude=True, now=NOW)
    saying_nothing = [one.model_copy(update={"excluded": ()}) for one in load_amendments(trial_folder)]
    (trial_folder / "amendments.csv").write_text(amendments_csv(saying_nothing))
    add_entries(trial_folder, protocol, [Entry(day(13), outcome=5)], now=NOW)
    assert load_amendments(trial_folder)[0].excluded == ()
    assert Trial.load(trial_folder).taken_out == (day(12),)
    (trial_folder / "journal.csv").unlink()
    assert Trial.load(trial_folder).taken_out == ()  # nobody knows


@pytest.mark.parametrize(
    ("start", "nights", "later"), [(5, 1, 6), (8, 1, 9), (9, 1, 10), (5, 5, 10), (7, 2, 9)], ids=str
)
def test_a_pause_that_would_move_recorded_nights_is_refused(trial_folder, bytes_in, start, nights, later):
    """They would come under another arm than they were lived on."""
    before = bytes_in(trial_folder)
    with pytest.raises(
        InputError, match=rf"The night of {day(later)} is recorded already.*Enter a pause that ends before"
    ):
        add_pause(trial_folder, day(start), nights, "flu", now=NOW)
    assert bytes_in(trial_folder) == before


# First night, number of nights and reason, then what is said.
REFUSED = {
    "before the first night": (date(2026, 1, 4), 9, "flu", "2026-01-04 is not a night of this trial"),
    "after the last night": (date(2026, 1, 19), 3, "flu", "2026-01-19 is not a night of this trial"),
    "no nights": (date(2026, 1, 12), 0, "flu", "nights"),
    "less than none": (date(2026, 1, 12), -3, "flu", "nights"),
    "more than a year": (date(2026, 1, 12), 366, "flu", "365"),
    "half a night": (date(2026, 1, 12), 1.5, "flu", "nights"),
    "no reason": (date(2026, 1, 12), 3, "", "reason"),
    "two lines": (date(2026, 1, 12), 3, "a\nb", "U\\+000A"),
    "endless reason": (date(2026, 1, 12), 3, "x" * 501, "500"),
    "no date": ("soon", 3, "flu", "start"),
}


@pytest.mark.parametrize(("start", "nights", "reason", "words"), REFUSED.values(), ids=REFUSED)
def test_a_pause_that_cannot_be_changes_nothing(trial_folder, bytes_in, start, nights, reason, words):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=words):
        add_pause(trial_folder, start, nights, reason, now=NOW)
    assert bytes_in(trial_folder) == before


def test_a_pause_that_would_run_past_the_calendar_is_refused(planned, tmp_path, bytes_in):
    protocol = planned("randomized-blocks", blocks=2, start=date(9999, 12, 1))
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "late")
    before = bytes_in(tmp_path)
    with pytest.raises(InputError):
        add_pause(tmp_path / "late", date(9999, 12, 2), 90, "sleep", now=NOW)
    assert bytes_in(tmp_path) == before


@pytest.mark.clock
def test_nights_of_a_pause_are_kept_and_not_analyzed(make_protocol, tmp_path):
    protocol = make_protocol()
    folder = tmp_path / "whole"
    order = draw_order(protocol)
    nights = [night for period in order.periods for night in period.dates]
    Trial(protocol, order, tuple(Entry(night, outcome=i % 5) for i, night in enumerate(nights[:9]))).write(folder)
    add_pause(folder, day(11), 3, "flu", exclude=True, now=NOW)
    add_entries(folder, protocol, [Entry(day(14 + i), outcome=(i * 3) % 7) for i in range(8)])
    trial = Trial.load(folder)
    assert len(trial.entries) == len(read_diary(folder, protocol)) == 17
    data = build_model_data(trial)
    assert data.n == 14  # all but the three of the pause
    assert not set(data.day) & {6, 7, 8}
    assert list(trial.frame.index[[6, 7, 8]]) == list(trial.frame.index[trial.frame["arm"] == PAUSE])
    assert trial.frame["severity"].notna().sum() == 17
    assert trial.missing_nights == ()


@pytest.mark.clock
def test_the_first_lived_night_of_a_period_is_discarded_after_a_pause_too(make_protocol, tmp_path):
    """Carryover does not know that the pause came first: 12 January is the first night off magnesium."""
    protocol = make_protocol(analysis={"carryover": "discard:1"})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "paused")
    order = add_pause(tmp_path / "paused", day(10), 2, "flu", now=NOW)
    nights = [night for period in order.periods if period.arm != PAUSE for night in period.dates]
    add_entries(tmp_path / "paused", protocol, [Entry(night, outcome=i * 7 % 10) for i, night in enumerate(nights)])
    trial = Trial.load(tmp_path / "paused")
    used = {trial.frame.index[number].date() for number in build_model_data(trial).day}
    firsts = {period.start for period in draw_order(protocol).with_pauses([Pause(day(10), 2)]).periods}
    assert day(12) in firsts
    assert not used & firsts


def test_the_arm_of_every_other_night_is_the_one_it_was_lived_on(trial_folder, protocol):
    before = Trial.load(trial_folder).frame["arm"]
    add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    after = Trial.load(trial_folder).frame["arm"]
    assert list(after[:6]) == list(before[:6])
    assert list(after[6:10]) == [PAUSE] * 4
    assert list(after[10:]) == list(before[6:])


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_pause_in_a_sealed_trial_tells_no_arm(sealed_trial, bytes_in, concealed):
    trial = sealed_trial(concealed, ratings="465")
    before = bytes_in(trial.folder)
    order = add_pause(trial.folder, day(9), 4, "flu", now=NOW)
    assert order == schedule(trial.protocol).with_pauses([Pause(day(9), 4)])
    assert order.sealed
    assert set(bytes_in(trial.folder)) == set(before) | {"amendments.csv"}
    assert load_schedule(trial.folder, trial.protocol) == order


class Stopped(Exception):  # noqa: N818 - a power cut, not an error of ours
    pass


@pytest.mark.parametrize("step", range(4))
def test_a_pause_stopped_anywhere_counts_whole_or_not_at_all(trial_folder, protocol, monkeypatch, step):
    """Three files are laid aside with a list of them, then put in place one by one."""
    begin_journal(trial_folder, protocol, NOW)
    planned, lived = draw_order(protocol), draw_order(protocol).with_pauses([Pause(day(11), 4)])
    replace, steps = Path.replace, []

    def failing(path, target):
        steps.append(target)
        if len(steps) > step:
            raise Stopped
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(Stopped):
            add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    with locked(trial_folder):  # which finishes what counts
        pass
    assert load_order(trial_folder, protocol) == planned
    assert load_amendments(trial_folder) == ()
    add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    assert load_order(trial_folder, protocol) == Trial.load(trial_folder).order == lived


@pytest.mark.parametrize("step", range(3))
def test_a_pause_stopped_while_its_files_are_put_in_place_counts(trial_folder, protocol, monkeypatch, step):
    begin_journal(trial_folder, protocol, NOW)
    lived = draw_order(protocol).with_pauses([Pause(day(11), 4)])
    sync, steps = commit_room.sync_folder, []

    def failing(folder):
        steps.append(folder)
        if len(steps) > step:
            raise Stopped
        sync(folder)

    with monkeypatch.context() as patch:
        patch.setattr(commit_room, "sync_folder", failing)
        with pytest.raises(Stopped):
            add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    assert load_order(trial_folder, protocol) == lived  # at once, whether or not the order is there already
    order = add_pause(trial_folder, day(16), 1, "away", now=NOW)
    assert order == lived.with_pauses([Pause(day(16), 1)])
    assert Trial.load(trial_folder).order == order
    assert not [
        finding for finding in check(trial_folder) if finding.what in ("order", "files") and finding.level != "ok"
    ]


def test_an_order_that_does_not_have_the_pause_yet_counts_with_it(trial_folder, protocol):
    """As versions before the journal left it when they were stopped."""
    stale = (trial_folder / "order.csv").read_bytes()
    order = add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    (trial_folder / "order.csv").write_bytes(stale)
    assert load_order(trial_folder, protocol) == order


def test_what_is_amended_is_in_the_journal_by_its_hash(trial_folder, protocol, bytes_in):
    begin_journal(trial_folder, protocol, NOW)
    before = bytes_in(trial_folder)
    add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    between = bytes_in(trial_folder)
    add_note(trial_folder, "half a dose", now=NOW)
    hashes = [
        {name: sha256_bytes(content) for name, content in one.items()}
        for one in (before, between, bytes_in(trial_folder))
    ]
    lines = [
        (line.by, line.night, line.column, line.old, line.new, line.reason) for line in read_journal(trial_folder)[1:]
    ]
    assert lines == [
        ("amend", "", "amendments.csv", "", hashes[1]["amendments.csv"], ""),
        ("amend", "", "order.csv", hashes[0]["order.csv"], hashes[1]["order.csv"], ""),
        ("amend", "", "amendments.csv", hashes[1]["amendments.csv"], hashes[2]["amendments.csv"], ""),
    ]


def test_a_pause_that_cannot_be_written_changes_nothing(trial_folder, bytes_in, monkeypatch):
    before = bytes_in(trial_folder)
    with monkeypatch.context() as patch:
        patch.setattr(
            "nof1.files.os.fsync", lambda _handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
        )
        with pytest.raises(Exception, match="No space left on device"):
            add_pause(trial_folder, day(11), 4, "flu", now=NOW)
    assert bytes_in(trial_folder) == before


def test_nights_taken_over_from_a_table_have_no_plan_to_change(tmp_path, make_protocol, bytes_in):
    protocol = adopted(make_protocol(), day(5))
    Trial(protocol, order_from_arms(day(5), ["off", "off", "magnesium", "off"]), ()).write(tmp_path / "adopted")
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="there is no plan to change"):
        add_pause(tmp_path / "adopted", day(6), 1, "flu", now=NOW)
    assert bytes_in(tmp_path) == before


def test_any_other_change_is_a_note(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    add_note(trial_folder, "half a dose from today, =1+1", now=NOW)
    add_note(trial_folder, "the other legs chart", now=NOW + timedelta(days=1))
    assert [one.reason for one in load_amendments(trial_folder)] == [
        "half a dose from today, =1+1",
        "the other legs chart",
    ]
    assert [one.kind for one in Trial.load(trial_folder).amendments] == ["note", "note"]
    after = bytes_in(trial_folder)
    assert {name for name in after if after[name] != before.get(name)} == {"amendments.csv"}


def test_another_medicine_is_on_record_with_the_day_from_which_it_was_another(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    add_medicine(trial_folder, "sertraline 50 mg started", day(9), now=NOW)
    (one,) = Trial.load(trial_folder).amendments
    assert (one.kind, one.start, one.reason) == ("medicine", day(9), "sertraline 50 mg started")
    after = bytes_in(trial_folder)
    assert {name for name in after if after[name] != before.get(name)} == {"amendments.csv"}


def test_a_medicine_that_is_still_to_change_is_refused(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="still to come"):
        add_medicine(trial_folder, "sertraline 50 mg started", NOW.date() + timedelta(days=1), now=NOW)
    assert bytes_in(trial_folder) == before


def test_one_change_at_a_time_and_a_day_for_medicines_alone(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    for values, told in (
        ({"medicine": "x", "note": "y"}, "Say what changed"),
        ({}, "Say what changed"),
        ({"note": "y", "since": day(9)}, "since= goes with medicine="),
        ({"medicine": "x", "nights": 2}, "nights= goes with pause="),
    ):
        with pytest.raises(InputError, match=told):
            amend(trial_folder, now=NOW, **values)
    assert bytes_in(trial_folder) == before


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "x" * 501], ids=lambda reason: repr(reason[:6]))
def test_a_note_without_words_is_refused(trial_folder, bytes_in, reason):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="The note has a mistake: reason"):
        add_note(trial_folder, reason, now=NOW)
    assert bytes_in(trial_folder) == before


def test_only_a_trial_folder_is_amended(tmp_path):
    for change in (lambda: add_note(tmp_path, "x", now=NOW), lambda: add_pause(tmp_path, day(11), 1, "x", now=NOW)):
        with pytest.raises(InputError, match="is no trial folder"):
            change()
    assert list(tmp_path.iterdir()) == []
