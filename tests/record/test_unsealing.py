"""Opening a concealed order: the diary is locked first, the wrong order changes nothing, and a stop in between does no harm."""

import hashlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from journals import begin_journal, read_journal

from nof1 import commit as committing
from nof1.errors import InputError, Nof1Error, RefusalError
from nof1.files import sha256_file
from nof1.plan.design.order import Pause
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order, enumerate_orders, schedule
from nof1.plan.orders.loading import load_unsealing
from nof1.record.amending import add_note, add_pause
from nof1.record.diary.entry import Entry
from nof1.record.diary.journal import audited
from nof1.record.diary.writing import add_entries
from nof1.record.importing.committing import take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.record.trial import Trial
from nof1.record.unsealing import unblind_period, unseal

NOW = datetime(2026, 1, 19, 8, tzinfo=UTC)  # the morning after the last night
PACKS = ["off", "citrate", "citrate", "off"]


def opening(trial, **options):
    """Open a trial as its kind needs."""
    if trial.protocol.concealed == "alone":
        return unseal(trial.folder, packs=options.pop("packs", PACKS), now=NOW, **options)
    return unseal(trial.folder, options.pop("helper", trial.helper), now=NOW, **options)


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_sealed_trial_is_loaded_only_after_it_was_opened(sealed_trial, concealed):
    trial = sealed_trial(concealed)
    with pytest.raises(InputError, match="is sealed, and without it nothing can be compared"):
        Trial.load(trial.folder)
    order = opening(trial)
    loaded = Trial.load(trial.folder)
    assert loaded.order == order
    assert order.hidden() == schedule(trial.protocol)
    assert len(loaded.entries) == 14
    assert loaded.unsealing == load_unsealing(trial.folder)
    if concealed == "helper":
        assert order == draw_order(trial.protocol, seed=3)
        assert (trial.folder / "sealed-order.json").read_bytes() == (trial.helper / "sealed-order.json").read_bytes()
    else:
        assert list(order.arms()) == PACKS
        assert loaded.unsealing.arms == tuple(PACKS)


def test_the_right_order_is_opened_whichever_was_drawn(sealed_trial):
    for seed in range(12):
        trial = sealed_trial(seed=seed, name=f"trial{seed}")
        assert opening(trial).arms() == draw_order(trial.protocol, seed=seed).arms()


def test_the_diarys_hash_is_on_record_before_anything_of_the_order_is_on_the_disk(sealed_trial, monkeypatch):
    trial = sealed_trial()
    begin_journal(trial.folder, trial.protocol, NOW)
    seen = []
    write = committing.write_atomic

    def watched(path, content):
        text = content if isinstance(content, str) else content.decode()
        seen.append(((trial.folder / "unsealing.json").is_file(), "citrate" in text))
        write(path, content)

    monkeypatch.setattr(committing, "write_atomic", watched)
    diary = (trial.folder / "diary.csv").read_bytes()
    opening(trial)
    assert (False, True) not in seen
    assert {(False, False), (True, True)} <= set(seen)
    record = json.loads((trial.folder / "unsealing.json").read_text())
    assert record["diary_sha256"] == hashlib.sha256(diary).hexdigest() == Trial.load(trial.folder).diary_sha256
    assert record["opened"] == "2026-01-19T08:00:00Z"
    lines = read_journal(trial.folder)[1:]
    assert [(line.by, line.night, line.column, line.old) for line in lines] == [
        ("unseal", "", name, "") for name in ("unsealing.json", "sealed-order.json", "order.csv")
    ]
    assert all(line.new == sha256_file(trial.folder / line.column) for line in lines)


# The moment of opening and how many nights were left; nights run from 5 to 18 January.
MOMENTS = {
    "the morning after the last night": (datetime(2026, 1, 19, 8, tzinfo=UTC), 0),
    "a year later": (datetime(2027, 1, 19, 8, tzinfo=UTC), 0),
    "just after midnight of the last night": (datetime(2026, 1, 19, 0, 30, tzinfo=UTC), 1),
    "the last evening": (datetime(2026, 1, 18, 20, tzinfo=UTC), 1),
    "half way": (datetime(2026, 1, 12, 8, tzinfo=UTC), 7),
    "before the first evening": (datetime(2026, 1, 5, 12, tzinfo=UTC), 14),
    "a morning far from Greenwich": (datetime(2026, 1, 19, 8, tzinfo=timezone(timedelta(hours=13))), 0),
}


@pytest.mark.parametrize(("now", "left"), MOMENTS.values(), ids=MOMENTS)
def test_opening_before_the_last_night_is_on_record(sealed_trial, now, left):
    trial = sealed_trial()
    unseal(trial.folder, trial.helper, now=now)
    record = load_unsealing(trial.folder)
    assert (record.nights_left, record.early) == (left, left > 0)
    assert (record.nights_planned, record.nights_recorded) == (14, 14)


def test_pauses_are_lived_and_not_counted(sealed_trial):
    trial = sealed_trial(ratings="465")
    add_pause(trial.folder, date(2026, 1, 9), 10, "flu", now=NOW)
    order = unseal(trial.folder, trial.helper, now=NOW + timedelta(days=7))
    assert order.end == date(2026, 1, 28)
    assert order == draw_order(trial.protocol, seed=3).with_pauses([Pause(date(2026, 1, 9), 10)])
    record = load_unsealing(trial.folder)
    assert (record.nights_planned, record.nights_recorded, record.nights_left) == (14, 3, 3)
    assert Trial.load(trial.folder).order == order


def test_another_trials_seal_opens_nothing(sealed_trial, bytes_in):
    """The same answers drawn twice: the other seal and its helper fit each other and the protocol, but not this trial."""
    one, other = sealed_trial(name="one"), sealed_trial(name="other", seed=4)
    begin_journal(one.folder, one.protocol, NOW)
    begin_journal(other.folder, other.protocol, NOW.replace(second=NOW.second + 1))
    shutil.copy(other.folder / "seal.json", one.folder / "seal.json")
    before = bytes_in(one.folder)
    with pytest.raises(RefusalError, match="not the one that was written when this trial was planned"):
        unseal(one.folder, other.helper, now=NOW)
    assert bytes_in(one.folder) == before


class Stopped(Exception):  # noqa: N818 - a power cut, not an error of ours
    pass


# Whose order, with or without a journal, and how many files are laid aside, listed or put in place when the power fails.
STOPS = [(concealed, journal, step) for concealed, journal, steps in (("helper", True, 12), ("helper", False, 8), ("alone", True, 10)) for step in range(steps)]  # fmt: skip


@pytest.mark.parametrize(("concealed", "journal", "step"), STOPS, ids=str)
def test_stopped_anywhere_the_same_call_goes_on(sealed_trial, bytes_in, monkeypatch, concealed, journal, step):
    trial = sealed_trial(concealed)
    if journal:
        begin_journal(trial.folder, trial.protocol, NOW)
    sync, steps = committing.sync_folder, []

    def failing(folder):
        steps.append(folder)
        if len(steps) > step:
            raise Stopped
        sync(folder)

    before = bytes_in(trial.folder)
    with monkeypatch.context() as patch:
        patch.setattr(committing, "sync_folder", failing)  # after each file that is put in place
        patch.setattr("nof1.files.sync_folder", failing)  # and after each that is written
        with pytest.raises(Stopped):
            opening(trial)
    try:
        opening(trial)
    except InputError as problem:  # it was finished when the folder was opened
        assert "is open already" in str(problem)  # noqa: PT017
    assert list(Trial.load(trial.folder).order.arms()) == (
        PACKS if concealed == "alone" else list(draw_order(trial.protocol, seed=3).arms())
    )
    more = {"unsealing.json", "order.csv"} | ({"sealed-order.json"} if concealed == "helper" else set())
    after = bytes_in(trial.folder)
    assert set(after) == set(before) | more
    before = {name: content for name, content in before.items() if not name.startswith("journal.")}
    assert before.items() <= after.items()
    if journal:
        assert [line.column for line in read_journal(trial.folder)].count("order.csv") == 1
        assert all(sound for _, _, sound in audited(trial.folder))


@pytest.fixture
def stopped_after_the_lock(sealed_trial):
    """A function that makes a sealed trial whose opening was stopped when only the lock was written."""

    def make(concealed="helper", **options):
        trial = sealed_trial(concealed, **options)
        opening(trial)
        for name in ("order.csv", "sealed-order.json"):
            (trial.folder / name).unlink(missing_ok=True)
        return trial

    return make


def test_a_diary_changed_after_the_lock_opens_nothing(stopped_after_the_lock, bytes_in):
    trial = stopped_after_the_lock()
    diary = trial.folder / "diary.csv"
    sound = diary.read_text()
    diary.write_text(sound.replace("2026-01-06,6", "2026-01-06,1"))
    before = bytes_in(trial.folder)
    with pytest.raises(InputError, match=r"changed after it was locked on 2026-01-19.*nothing was opened"):
        opening(trial)
    assert bytes_in(trial.folder) == before
    diary.write_text(sound)
    assert opening(trial) == draw_order(trial.protocol, seed=3)


def test_other_packs_than_those_on_record_are_refused(stopped_after_the_lock):
    """What was said of the packs first is on record; the order must not become another one."""
    trial = stopped_after_the_lock("alone")
    try:
        opening(trial, packs=["citrate", "off", "off", "citrate"])
    except Nof1Error:
        assert list(opening(trial).arms()) == PACKS
    loaded = Trial.load(trial.folder)
    assert loaded.order.arms() == loaded.unsealing.arms


@pytest.mark.clock
@pytest.mark.parametrize("concealed", ["helper", "alone"])
@pytest.mark.parametrize("when", ["opened", "stopped"])
def test_the_diary_is_locked(sealed_trial, stopped_after_the_lock, bytes_in, tmp_path, concealed, when):
    options = {"ratings": "4657354"}
    trial = stopped_after_the_lock(concealed, **options) if when == "stopped" else sealed_trial(concealed, **options)
    if when == "opened":
        opening(trial)
    path = tmp_path / "more.csv"
    path.write_text("date,severity\n2026-01-13,3\n")
    export = recognize(open_file(path))
    columns = complete_map(export, trial.protocol, {})
    plan = plan_import(trial.folder, trial.protocol, export, columns, latest=date(2026, 1, 18))
    assert plan.taken == 1
    take_import_now = lambda: take_import(trial.folder, trial.protocol, plan, now=NOW)  # noqa: E731
    before = bytes_in(trial.folder)
    for change in (
        lambda: add_entries(trial.folder, trial.protocol, [Entry(date(2026, 1, 13), outcome=3)]),
        take_import_now,
        lambda: add_pause(trial.folder, date(2026, 1, 15), 3, "flu", now=NOW),
    ):
        with pytest.raises(InputError, match=r"was locked when the order was opened.*Nothing was changed"):
            change()
        assert bytes_in(trial.folder) == before


def test_a_diary_changed_by_hand_after_opening_is_noticed(sealed_trial):
    trial = sealed_trial()
    opening(trial)
    assert not Trial.load(trial.folder).changed_after_unsealing
    diary = trial.folder / "diary.csv"
    diary.write_text(diary.read_text().replace("2026-01-06,6", "2026-01-06,1"))
    assert Trial.load(trial.folder).changed_after_unsealing


def test_a_note_can_be_put_on_record_after_opening(sealed_trial):
    trial = sealed_trial()
    opening(trial)
    add_note(trial.folder, "the scale was broken in week one", now=NOW)
    assert [one.kind for one in Trial.load(trial.folder).amendments] == ["note"]


def altered(trial, **changes):
    path = trial.helper / "sealed-order.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def of_another_trial(trial, other):
    shutil.copy(other.helper / "sealed-order.json", trial.helper)


WRONG = {
    "another order": lambda trial, other: altered(trial, arms=["off"] * 4),
    "another seed": lambda trial, other: altered(trial, seed=4),
    "another salt": lambda trial, other: altered(trial, salt="0" * 64),
    "another protocol": lambda trial, other: altered(trial, protocol_sha256="0" * 64),
    "the next version": lambda trial, other: altered(trial, schema=2),
    "no salt": lambda trial, other: altered(trial, salt=None),
    "of another trial": of_another_trial,
    "no file": lambda trial, other: (trial.helper / "sealed-order.json").unlink(),
    "no JSON": lambda trial, other: (trial.helper / "sealed-order.json").write_bytes(b"\xff{"),
    "seal altered": lambda trial, other: (trial.folder / "seal.json").write_text('{"commitment": "0"}'),
    "no seal": lambda trial, other: (trial.folder / "seal.json").unlink(),
    "seal of another trial": lambda trial, other: shutil.copy(other.folder / "seal.json", trial.folder),
    "protocol changed": lambda trial, other: shutil.copy(other.folder / "protocol.toml", trial.folder),
    "diary damaged": lambda trial, other: (trial.folder / "diary.csv").write_text("nothing"),
    "amendments damaged": lambda trial, other: (trial.folder / "amendments.csv").write_text("nothing"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_fit_opens_nothing_and_changes_nothing(sealed_trial, tmp_path, bytes_in, wrong):
    trial, other = sealed_trial(), sealed_trial(name="other", run_in_nights=3)
    WRONG[wrong](trial, other)
    before = bytes_in(tmp_path)
    with pytest.raises((InputError, RefusalError)):
        opening(trial)
    assert bytes_in(tmp_path) == before
    if wrong != "diary damaged":  # which does not matter in an emergency
        with pytest.raises((InputError, RefusalError)):
            unblind_period(trial.folder, 1, "fell", trial.helper, now=NOW)
        assert bytes_in(tmp_path) == before


@pytest.mark.parametrize(
    ("packs", "words"),
    [
        (None, "Open the packs and say what was in each, in the order of their numbers 1 to 4"),
        (PACKS[:3], "3 packs are named; there are 4"),
        ([*PACKS, "off"], "5 packs are named; there are 4"),
        ([], "0 packs are named; there are 4"),
        (["off", "off", "citrate", "citrate"], "is not an order that the design allows"),
        (["off", "citrate", "zinc", "off"], "'zinc' is not one of the arms: off, citrate"),
        (["Off", "citrate", "citrate", "off"], "'Off' is not one of the arms"),
    ],
    ids=str,
)
def test_packs_that_cannot_be_are_refused(sealed_trial, bytes_in, packs, words):
    trial = sealed_trial("alone")
    before = bytes_in(trial.folder)
    with pytest.raises(InputError, match=words):
        opening(trial, packs=packs)
    assert bytes_in(trial.folder) == before


def test_every_allowed_order_of_packs_is_opened(sealed_trial):
    for number, order in enumerate(enumerate_orders(sealed_trial("alone").protocol)):
        trial = sealed_trial("alone", name=f"trial{number}")
        assert opening(trial, packs=list(order.arms())) == order
        assert Trial.load(trial.folder).order == order


def test_helper_and_packs_are_not_mixed_up(sealed_trial, tmp_path, bytes_in):
    helped, alone = sealed_trial(), sealed_trial("alone", name="alone")
    before = bytes_in(tmp_path)
    for folder, helper, packs, words in (
        (helped.folder, None, PACKS, "is with a helper. Give the helper's folder instead"),
        (helped.folder, None, None, r"Give the helper's folder, which holds sealed-order\.json"),
        (alone.folder, helped.helper, PACKS, "has no helper: its packs were shuffled"),
    ):
        with pytest.raises(InputError, match=words):
            unseal(folder, helper, packs=packs, now=NOW)
    assert bytes_in(tmp_path) == before


def test_an_open_trial_has_nothing_to_open(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=r"never sealed; it is in order\.csv"):
        unseal(trial_folder, trial_folder, now=NOW)
    with pytest.raises(InputError, match=r"never sealed; it is in order\.csv"):
        unblind_period(trial_folder, 1, "fell", now=NOW)
    assert bytes_in(trial_folder) == before


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_trial_is_opened_once(sealed_trial, bytes_in, concealed):
    trial = sealed_trial(concealed)
    opening(trial)
    before = bytes_in(trial.folder)
    for again in (lambda: opening(trial), lambda: unblind_period(trial.folder, 1, "fell", trial.helper, now=NOW)):
        with pytest.raises(InputError, match=r"is open already; it is in order\.csv"):
            again()
    assert bytes_in(trial.folder) == before


@pytest.mark.parametrize("period", [1, 2, 3, 4])
def test_one_period_is_opened_in_an_emergency_and_only_that_it_was_is_recorded(sealed_trial, bytes_in, period):
    trial = sealed_trial()
    before = bytes_in(trial.folder)
    arm = unblind_period(trial.folder, period, "fell down the stairs", trial.helper, now=NOW)
    assert arm == draw_order(trial.protocol, seed=3).arms()[period - 1]
    after = bytes_in(trial.folder)
    assert {name for name in after if after[name] != before.get(name)} == {"amendments.csv"}
    (amendment,) = load_amendments(trial.folder)
    assert (amendment.kind, amendment.period, amendment.reason) == ("unblinded", period, "fell down the stairs")
    assert arm.encode() not in after["amendments.csv"]
    assert opening(trial) == draw_order(trial.protocol, seed=3)
    assert Trial.load(trial.folder).amendments == (amendment,)


def test_alone_the_slip_in_the_pack_is_read_and_that_is_recorded(sealed_trial):
    trial = sealed_trial("alone")
    assert unblind_period(trial.folder, 2, "fell", now=NOW) is None
    (amendment,) = load_amendments(trial.folder)
    assert (amendment.kind, amendment.period) == ("unblinded", 2)


@pytest.mark.parametrize(
    ("period", "reason", "words"),
    [(0, "fell", "no period 0"), (5, "fell", "periods 1 to 4"), (-1, "fell", "no period -1"), (1, "", "reason"), (1, " ", "reason"), (1, "a\nb", "reason")],
    ids=str,
)  # fmt: skip
def test_a_period_is_not_opened_without_a_number_and_a_reason(sealed_trial, bytes_in, period, reason, words):
    trial = sealed_trial()
    before = bytes_in(trial.folder)
    with pytest.raises(InputError, match=words):
        unblind_period(trial.folder, period, reason, trial.helper, now=NOW)
    assert bytes_in(trial.folder) == before
