"""An opened seal stays opened and a look stays a look, whichever files of the folder are gone: the journal decides."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from journals import begin_journal, read_journal

import nof1
from nof1.errors import InputError, RefusalError
from nof1.plan.orders.loading import load_unsealing
from nof1.plan.orders.seal import load_seal
from nof1.record import unsealing
from nof1.record.amending import add_note, add_pause
from nof1.record.checking.folder import check
from nof1.record.diary.entry import Entry
from nof1.record.diary.journal import HEAD_FILE, JOURNAL_FILE
from nof1.record.diary.on_record import doubts, is_locked
from nof1.record.diary.table import refuse_if_locked
from nof1.record.diary.writing import add_entries
from nof1.record.looks import LOOKS_FILE, load_looks, looks_on_record, record_look
from nof1.record.so_far import status
from nof1.record.trial import Trial
from nof1.record.unsealing import open_period, unseal
from nof1.report.words.changes import changed_diary

NOW = datetime(2026, 1, 19, 8, tzinfo=UTC)  # the morning after the last night
PACKS = ["off", "citrate", "citrate", "off"]
OPENED = ("unsealing.json", "order.csv", "sealed-order.json")


@pytest.fixture
def lived(sealed_trial):
    """A function that makes a sealed trial with a journal that holds its nights."""

    def make(concealed="helper", nights=range(5, 19)):
        trial = sealed_trial(concealed, ratings="")
        begin_journal(trial.folder, trial.protocol, NOW - timedelta(days=20))
        entries = [Entry(date(2026, 1, day), outcome=float(3 + day % 4), note="=1+1") for day in nights]
        add_entries(trial.folder, trial.protocol, entries, now=NOW)
        return trial

    return make


def opening(trial, now=NOW, packs=PACKS):
    how = {"packs": packs} if trial.protocol.concealed == "alone" else {"helper": trial.helper}
    return unseal(trial.folder, now=now, **how)


def take_away(trial, names=OPENED):
    for name in names:
        (trial.folder / name).unlink(missing_ok=True)


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_taking_the_files_away_does_not_make_the_diary_writable_again(lived, bytes_in, concealed):
    """It once did, and the page said nothing."""
    trial = lived(concealed, nights=range(5, 12))
    opening(trial)
    take_away(trial)
    before = bytes_in(trial.folder)
    words = "was opened on 2026-01-19, as journal.csv says, although unsealing.json is gone"
    with pytest.raises(InputError, match=words):
        nof1.record.log(trial.folder, {"severity": 1}, night=date(2026, 1, 12), now=NOW)
    with pytest.raises(InputError, match=words):
        add_entries(trial.folder, trial.protocol, [Entry(date(2026, 1, 12), outcome=1)], now=NOW)
    with pytest.raises(InputError, match=words):
        add_pause(trial.folder, date(2026, 1, 13), 2, "flu", now=NOW)
    with pytest.raises(InputError, match=words):
        Trial.load(trial.folder)
    with pytest.raises(InputError, match="is open already"):
        open_period(trial.folder, 1, "a rash", trial.helper, now=NOW)
    assert is_locked(trial.folder)
    assert bytes_in(trial.folder) == before


@pytest.mark.parametrize("concealed", ["helper", "alone"])
@pytest.mark.parametrize("gone", [OPENED, ("unsealing.json",), ("order.csv",)], ids=str)
def test_opening_it_again_puts_back_what_went_on_record(lived, bytes_in, concealed, gone):
    """An hour later and as if nothing had been: the same moment, the same bytes, no line more in the journal."""
    trial = lived(concealed, nights=range(5, 12))
    add_pause(trial.folder, date(2026, 1, 12), 3, "away", now=NOW - timedelta(days=7))
    early = datetime(2026, 1, 17, 23, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    order = opening(trial, now=early)
    before, lines = bytes_in(trial.folder), read_journal(trial.folder)
    take_away(trial, gone)
    assert opening(trial, now=NOW + timedelta(hours=1)) == order
    assert bytes_in(trial.folder) == before
    assert read_journal(trial.folder) == lines
    assert load_unsealing(trial.folder).nights_left == 5
    assert not [one for one in check(trial.folder) if one.level == "problem"]


@pytest.mark.parametrize("step", range(2))
def test_putting_back_that_was_stopped_goes_on(lived, bytes_in, monkeypatch, step):
    trial = lived(nights=range(5, 12))
    opening(trial)
    before = bytes_in(trial.folder)
    take_away(trial)
    real, calls = unsealing.commit, []

    def failing(folder, contents):
        calls.append(contents)
        if len(calls) > step:
            raise KeyboardInterrupt
        real(folder, contents)

    with monkeypatch.context() as patch:
        patch.setattr(unsealing, "commit", failing)
        with pytest.raises(KeyboardInterrupt):
            opening(trial)
    assert not (trial.folder / "order.csv").exists()
    assert is_locked(trial.folder)
    opening(trial)
    assert bytes_in(trial.folder) == before


def test_other_packs_are_not_taken_for_those_that_were_opened(lived, bytes_in):
    trial = lived("alone")
    opening(trial)
    take_away(trial)
    before = bytes_in(trial.folder)
    with pytest.raises(
        RefusalError, match=r"other packs were named then, or journal.csv or amendments.csv was changed"
    ):
        opening(trial, packs=["citrate", "off", "off", "citrate"])
    assert bytes_in(trial.folder) == before


@pytest.mark.parametrize("gone", [OPENED, ("order.csv",)], ids=str)
def test_nights_put_into_the_diary_meanwhile_are_told(lived, gone):
    """As they could be before the journal decided: what was locked comes back, and the results say that the diary is another one."""
    trial = lived(nights=range(5, 12))
    opening(trial)
    locked = load_unsealing(trial.folder)
    take_away(trial, gone)
    with (trial.folder / "diary.csv").open("a") as file:
        file.write("2026-01-12,1,,,,,\n")
    opening(trial, now=NOW + timedelta(days=1))
    assert load_unsealing(trial.folder) == locked
    loaded = Trial.load(trial.folder)
    assert len(loaded.entries) == 8
    assert loaded.changed_after_unsealing


def test_a_record_of_the_opening_that_was_rewritten_is_refused(lived):
    trial = lived()
    opening(trial)
    path = trial.folder / "unsealing.json"
    path.write_text(path.read_text().replace("\n", " "))  # another layout says the same
    Trial.load(trial.folder)
    path.write_text(path.read_text().replace('"nights_left": 0', '"nights_left": 1'))
    with pytest.raises(InputError, match="is not the one that went on record on 2026-01-19"):
        Trial.load(trial.folder)
    path.unlink()
    opening(trial)
    assert load_unsealing(trial.folder) == Trial.load(trial.folder).unsealing


def test_status_of_an_opened_order_asks_for_no_night(lived):
    trial = lived(nights=range(5, 12))
    now = datetime(2026, 1, 13, 8, tzinfo=UTC)
    assert {due.what for due in status(trial.folder, now=now).due} == {"log", "guess", "dose"}
    opening(trial, now=now)
    take_away(trial)
    assert [due.what for due in status(trial.folder, now=now).due] == ["unseal"]


def test_an_emergency_opening_is_not_taken_back_either(lived):
    trial = lived(nights=range(5, 12))
    open_period(trial.folder, 1, "a rash", trial.helper, now=NOW)
    add_note(trial.folder, "better again", now=NOW)
    opening(trial)
    path = trial.folder / "amendments.csv"
    content = path.read_text()
    path.write_text("".join(content.splitlines(keepends=True)[:2]))
    with pytest.raises(InputError, match=r"holds 1 changes after the draw, and journal.csv says that 2 were entered"):
        Trial.load(trial.folder)
    path.unlink()
    with pytest.raises(InputError, match="holds 0 changes"):
        Trial.load(trial.folder)
    path.write_text(content)
    assert [one.kind for one in Trial.load(trial.folder).amendments] == ["unblinded", "note"]


# How the journal is spoilt, and what cannot be known then.
def _cut(folder):
    path = folder / JOURNAL_FILE
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-3]))


def _changed(folder):
    path = folder / JOURNAL_FILE
    path.write_text(path.read_text().replace(",severity,,3,", ",severity,,2,", 1))


def _replaced(folder):
    (folder / HEAD_FILE).unlink()
    lines = (folder / JOURNAL_FILE).read_text().splitlines(keepends=True)
    (folder / JOURNAL_FILE).write_text("".join([lines[0], *lines[2:]]))


SPOILT = {
    "gone": (lambda folder: (folder / JOURNAL_FILE).unlink(), "journal gone"),
    "cut": (_cut, "journal cut"),
    "changed": (_changed, "journal changed"),
    "without its beginning": (_replaced, "journal changed"),
}


@pytest.mark.parametrize(("spoil", "doubt"), SPOILT.values(), ids=SPOILT)
def test_a_journal_that_cannot_say_is_told_on_the_first_page(lived, spoil, doubt):
    trial = lived()
    opening(trial)
    assert doubts(trial.folder, trial.protocol) == Trial.load(trial.folder).doubts == ()
    spoil(trial.folder)
    loaded = Trial.load(trial.folder)
    assert loaded.doubts == (doubt,)
    result = nof1.fit(loaded, engine="marginal", sensitivity=False)
    assert result.record.doubts == (doubt,)
    (told,) = changed_diary(result)
    assert told.endswith("cannot be known.")


def test_a_trial_of_a_time_before_the_journal_is_not_doubted(sealed_trial):
    trial = sealed_trial()
    assert not load_seal(trial.folder).checksum
    assert doubts(trial.folder, trial.protocol) == ()
    refuse_if_locked(trial.folder)  # nor locked


def test_of_an_open_trial_nothing_is_doubted(trial_folder, protocol):
    begin_journal(trial_folder, protocol, NOW)
    (trial_folder / JOURNAL_FILE).unlink()
    assert Trial.load(trial_folder).doubts == ()


# --- looks


@pytest.fixture
def looked(trial_folder, protocol):
    """A trial that was looked at twice before its end, the nights as they were logged, and its looks."""
    (trial_folder / "diary.csv").write_text((trial_folder / "diary.csv").read_text().splitlines(keepends=True)[0])
    begin_journal(trial_folder, protocol, datetime(2026, 1, 4, 8, tzinfo=UTC))
    for number, verdict in ((12, "leans better"), (15, "can't tell yet")):
        moment = datetime(2026, 1, number, 9, 30, tzinfo=UTC)
        days = range(5, 12) if number == 12 else range(12, 15)
        entries = [Entry(date(2026, 1, day), outcome=float(day % 5)) for day in days]
        add_entries(trial_folder, protocol, entries, now=moment)
        trial = Trial.load(trial_folder)
        record_look(trial_folder, trial, engine="marginal", verdict=verdict, now=moment + timedelta(minutes=5))
    return trial_folder, load_looks(trial_folder)


def unknown(look):
    return look.model_copy(update={"engine": "not-known", "verdict": "not known"})


def _emptied(path):
    path.write_text(path.read_text().splitlines(keepends=True)[0])


def _first_taken_out(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([lines[0], lines[2]]))


@pytest.mark.parametrize(
    ("spoil", "kept"),
    [(lambda path: path.unlink(), ()), (_emptied, ()), (_first_taken_out, (1,))],
    ids=["gone", "empty", "one"],
)
def test_looks_that_were_taken_away_are_told_all_the_same(looked, spoil, kept):
    folder, looks = looked
    assert len(looks) == 2
    spoil(folder / LOOKS_FILE)
    expected = tuple(look if at in kept else unknown(look) for at, look in enumerate(looks))
    assert looks_on_record(folder, Trial.load(folder)) == expected
    later = datetime(2026, 3, 1, tzinfo=UTC)
    assert record_look(folder, Trial.load(folder), engine="nuts", verdict="helps", now=later)[0] == expected


def test_a_look_made_to_seem_planned_is_not(looked):
    folder, looks = looked
    path = folder / LOOKS_FILE
    path.write_text(path.read_text().replace(",no,", ",yes,"))
    assert [look.planned for look in load_looks(folder)] == [True, True]
    assert looks_on_record(folder, Trial.load(folder)) == looks


def test_the_next_look_puts_back_those_that_were_taken_away(looked):
    folder, looks = looked
    (folder / LOOKS_FILE).unlink()
    moment = datetime(2026, 1, 16, 9, tzinfo=UTC)
    add_entries(folder, Trial.load(folder).protocol, [Entry(date(2026, 1, 15), outcome=2)], now=moment)
    found, new = record_look(folder, Trial.load(folder), engine="marginal", verdict="helps", now=moment)
    assert found == load_looks(folder) == looks_on_record(folder, Trial.load(folder))
    assert found == (*map(unknown, looks), new)


def test_the_same_nights_looked_at_again_are_no_new_look_though_the_file_is_gone(looked):
    folder, looks = looked
    (folder / LOOKS_FILE).unlink()
    moment = datetime(2026, 1, 16, 9, tzinfo=UTC)
    _, again = record_look(folder, Trial.load(folder), engine="marginal", verdict="helps", now=moment)
    assert again == unknown(looks[1])
