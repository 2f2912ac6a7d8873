"""The check: a trial as nof1 left it is clean, each change by hand is named, and nothing said tells a sealed arm."""

import csv
import io
import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journals import begin_journal

import nof1.record.checking.folder as room
from nof1.commit import STAGE, commit, locked
from nof1.errors import InputError, Nof1Error
from nof1.files import sha256_bytes, write_atomic
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import load_order
from nof1.plan.orders.seal import load_seal, seal_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import add_note, add_pause
from nof1.record.checking.folder import accept, check
from nof1.record.diary.journal import with_files
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record
from nof1.record.importing.ledger import Imported, ledger_csv
from nof1.record.importing.rejected import RejectedRow, rejected_csv
from nof1.record.result_files import results_sha256
from nof1.record.trial import Trial
from nof1.record.unsealing import unblind_period, unseal

NOW = datetime(2026, 1, 11, 9, 30, tzinfo=UTC)
EXPORT = b"Date,How bad?\n2026-01-05,4\n"
SHA = sha256_bytes(EXPORT)


def nights(folder, protocol, count=6):
    for i in range(count):
        cells = {"severity": str(3 + i % 4), "note": f"=calm, {i}\nand dark"} | ({"guess": "off"} if i == 2 else {})
        cells |= {"steps": str(4000 + i), "sleep_score": "70.5"} if i < 3 else {}
        record(folder, protocol, [Change(date(2026, 1, 5 + i), cells)], by="log", now=NOW)


def imported(folder, *, rejected=2):
    line = Imported("2026-01-11T09:30:00+00:00", "=My.csv", SHA, "plain", 9, 4, 3, 2, {"night": "Date"}, {})
    row = RejectedRow("=My.csv", SHA, "17, 20", rejected, "what?", "", {"severity": "x"})
    ledger = {"imports/ledger.csv": ledger_csv((line,))}
    write_atomic(folder / "imports" / f"{SHA}.csv", EXPORT)
    write_atomic(folder / "imports" / "maps.json", json.dumps({"plain:1": {"map": {}}}))
    with locked(folder):
        commit(folder, with_files(folder, ledger, by="import", now=NOW) | {"rejected.csv": rejected_csv([row])})


def results(folder):
    trial = Trial.load(folder)
    write_atomic(folder / "results" / "posterior.nc", b"draws")
    hashes = {"protocol": trial.protocol.sha256(), "diary": trial.diary_sha256, "posterior": sha256_bytes(b"draws")}
    record = {f"{k}_sha256": v for k, v in hashes.items()} | {"effects": [{"verdict": "helps"}]}
    write_atomic(folder / "results" / "results.json", json.dumps(record | {"results_sha256": results_sha256(record)}))


@pytest.fixture(scope="module")
def whole(tmp_path_factory, make_protocol):
    """An open trial with all there is: nights, measures, a correction, a pause, a note, an import, results."""
    folder = tmp_path_factory.mktemp("home") / "trial"
    protocol = make_protocol()
    Trial(protocol, draw_order(protocol), ()).write(folder)
    begin_journal(folder, protocol, NOW)
    nights(folder, protocol)
    change = Change(date(2026, 1, 6), {"severity": "9", "note": ""})
    record(folder, protocol, [change], by="log", now=NOW, reason="a slip", correct=True)
    add_pause(folder, date(2026, 1, 12), 2, "flu", now=NOW)
    add_note(folder, "half a dose", now=NOW)
    imported(folder)
    results(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "trial")
    return tmp_path / "trial"


@pytest.fixture
def sealed(sealed_trial):
    """A function that makes a sealed trial with a journal from the plan on."""

    def make(concealed="helper", count=6):
        trial = sealed_trial(concealed, ratings="")
        trial.folder.chmod(0o700)
        begin_journal(trial.folder, trial.protocol, NOW)
        nights(trial.folder, trial.protocol, count)
        return trial

    return make


def problems(folder):
    return [finding.text for finding in check(folder) if finding.level == "problem"]


def notes(folder):
    return [finding.text for finding in check(folder) if finding.level == "note"]


def edit(folder, name, old, new, count=1):
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, count))


def test_a_trial_as_it_was_left_is_clean(folder):
    findings = check(folder)
    assert [finding.level for finding in findings] == ["ok"] * len(findings)
    assert findings[-1].text == "All is as it was left: 6 nights, 18 values, 1 imports verified."


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_a_sealed_trial_is_clean_on_its_whole_way(sealed, concealed):
    trial = sealed(concealed)
    assert problems(trial.folder) == notes(trial.folder) == []
    add_pause(trial.folder, date(2026, 1, 12), 2, "flu", now=NOW)
    unblind_period(trial.folder, 1, "fell", trial.helper if concealed == "helper" else None, now=NOW)
    assert problems(trial.folder) == notes(trial.folder) == []
    if concealed == "helper":
        unseal(trial.folder, trial.helper, now=NOW + timedelta(days=20))
    else:
        unseal(trial.folder, packs=["off", "citrate", "citrate", "off"], now=NOW + timedelta(days=20))
    assert problems(trial.folder) == notes(trial.folder) == []
    results(trial.folder)
    assert problems(trial.folder) == notes(trial.folder) == []


# What is done to the whole trial, and what is said of it.
def write(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def swap(name, old, new):
    return lambda folder: edit(folder, name, old, new)


def gone(name):
    return lambda folder: (folder / name).unlink()


def without_line(name, number):
    def change(folder):
        lines = (folder / name).read_text().splitlines(keepends=True)
        (folder / name).write_text("".join(lines[: number - 1] + lines[number:]))

    return change


def twice(name, number):
    def change(folder):
        lines = (folder / name).read_text().splitlines(keepends=True)
        (folder / name).write_text("".join([*lines, lines[number - 1]]))

    return change


TAMPERING = {
    "protocol changed": (swap("protocol.toml", "threshold = 1", "threshold = 2"), "protocol.toml is not the one of the day of planning"),
    "protocol and results": (swap("protocol.toml", "threshold = 1", "threshold = 2"), "results/results.json is of another protocol"),
    "protocol damaged": (write("protocol.toml", b"no"), "protocol.toml"),
    "protocol gone": (gone("protocol.toml"), "protocol.toml is gone"),
    "a value changed": (swap("diary.csv", "2026-01-05,3,", "2026-01-05,4,"), "diary.csv, night 2026-01-05: severity is 4, nof1 wrote 3: changed by hand"),
    "a value added": (swap("diary.csv", "2026-01-05,3,,", "2026-01-05,3,200,"), "night 2026-01-05: dose_mg 200 is in no line of journal.csv: added by hand"),
    "a value removed": (swap("diary.csv", "2026-01-05,3,", "2026-01-05,,"), "night 2026-01-05: severity is gone, nof1 wrote 3: removed by hand"),
    "a night added": (lambda folder: edit(folder, "diary.csv", "2026-01-10,", "2026-01-11,5,,,,,\n2026-01-10,"), "night 2026-01-11: severity 5 is in no line of journal.csv: added by hand"),
    "a night removed": (lambda folder: edit(folder, "diary.csv", "2026-01-07,", "2026-01-13,"), "diary.csv, night 2026-01-07 is gone; nof1 wrote "),
    "a night twice": (swap("diary.csv", "2026-01-06,", "2026-01-05,"), "line 4: the night 2026-01-05 is there twice, first on line 2"),
    "off the scale": (swap("diary.csv", "2026-01-05,3,", "2026-01-05,33,"), "diary.csv, line 2: severity 33 is outside its scale"),
    "outside the trial": (swap("diary.csv", "2026-01-05,", "2026-03-05,"), "2026-03-05 is not a night of this trial"),
    "a cell too many": (swap("diary.csv", "2026-01-05,3,", "2026-01-05,3,,"), "diary.csv, line 2: there are 8 values instead of 7"),
    "the columns": (swap("diary.csv", "severity", "pain"), "diary.csv must have the columns"),
    "no table": (write("diary.csv", b"\xff"), "diary.csv is damaged"),
    "the diary gone": (gone("diary.csv"), "diary.csv"),
    "a measure changed": (swap("measures.csv", "4001", "4002"), "measures.csv, night 2026-01-06: steps is 4002, nof1 wrote 4001: changed by hand"),
    "a unit changed": (swap("measures.csv", "steps,4001,", "steps,4001,km"), "measures.csv, line 5: the unit of steps is 'km', nof1 wrote ''"),
    "a measure added": (swap("measures.csv", "2026-01-05,steps", "2026-01-05,mood,3,\n2026-01-05,steps"), "mood 3 is in no line of journal.csv: added by hand"),
    "a measure removed": (without_line("measures.csv", 3), "steps is gone, nof1 wrote 4000: removed by hand"),
    "a measure twice": (twice("measures.csv", 3), "steps of the night 2026-01-05 is there twice"),
    "measures gone": (gone("measures.csv"), "measures.csv, night 2026-01-05 is gone"),
    "a line of the journal changed": (swap("journal.csv", "a slip", "a slap"), "journal.csv, line 28 does not fit"),
    "the first line changed": (swap("journal.csv", ",plan,", ",plam,"), "journal.csv, line 2 does not fit"),
    "a line of the journal removed": (without_line("journal.csv", 2), "journal.csv, line 2 does not fit"),
    "a line of the journal put in": (twice("journal.csv", 3), "journal.csv, line "),
    "a line cut short": (swap("journal.csv", ",log,", ","), "the row does not have 8 values"),
    "the end of the journal cut off": (lambda folder: without_line("journal.csv", (folder / "journal.csv").read_bytes().count(b"\n"))(folder), "journal.csv does not end with the line that nof1 wrote last"),
    "the journal gone": (gone("journal.csv"), "journal.csv is gone: removed by hand"),
    "a seal where there is none": (write("seal.json", b"{}"), "seal.json was not written by nof1"),
    "the journal emptied": (write("journal.csv", b""), "journal.csv holds no line"),
    "an amendment changed": (swap("amendments.csv", "half a dose", "no dose"), "amendments.csv is not as nof1 wrote it: changed by hand"),
    "amendments damaged": (write("amendments.csv", b"no"), "amendments.csv must have the columns"),
    "amendments gone": (gone("amendments.csv"), "amendments.csv is gone: removed by hand"),
    "an unsealing made up": (write("unsealing.json", b"{}"), "unsealing.json was not written by nof1: put there by hand"),
    "a sealed order put there": (write("sealed-order.json", b"{}"), "sealed-order.json was not written by nof1: put there by hand. Take it out of the folder, unopened"),
    "the order changed": (lambda folder: (folder / "order.csv").write_text((folder / "order.csv").read_text().replace("magnesium", "x").replace("off", "magnesium").replace("x", "off")), "order.csv"),
    "the order of before the pause": (lambda folder: draw_order(Protocol.load(folder)).save(folder / "order.csv"), "order.csv is not as nof1 wrote it: changed by hand"),
    "the order gone": (gone("order.csv"), "order.csv is gone"),
    "a copy changed": (lambda folder: edit(folder, f"imports/{SHA}.csv", "4", "5"), f"imports/{SHA}.csv is not the file that was imported"),
    "a copy gone": (gone(f"imports/{SHA}.csv"), f"its file {SHA[:12]}… is not in imports"),
    "ledger counts": (swap("imports/ledger.csv", ",9,4,3,2,", ",9,5,3,2,"), "import 1: 9 rows are not 5 taken and 3 merged and 2 rejected"),
    "ledger below 0": (swap("imports/ledger.csv", ",9,4,3,2,", ",9,-4,11,2,"), "a count is below 0"),
    "ledger file": (swap("imports/ledger.csv", "'=My.csv", "'=Your.csv"), "imports/ledger.csv is not as nof1 wrote it"),
    "ledger moment": (swap("imports/ledger.csv", "2026-01-11T", "2026-99-11T"), "is no date and time"),
    "ledger damaged": (write("imports/ledger.csv", b"no"), "ledger.csv must have the columns"),
    "ledger gone": (gone("imports/ledger.csv"), "imports/ledger.csv is gone: removed by hand"),
    "maps damaged": (write("imports/maps.json", b"[1]"), "imports/maps.json is damaged"),
    "too many rejected": (swap("rejected.csv", '"17, 20",2', "17-20,4"), "rejected.csv holds 4 rows"),
    "rows that cannot be": (swap("rejected.csv", '"17, 20",2', "20-17,2"), "lines '20-17' cannot be 2 rows"),
    "rejected damaged": (write("rejected.csv", b"no"), "rejected.csv must begin with the columns"),
    "posterior": (write("results/posterior.nc", b"other"), "results/posterior.nc is missing or not the one"),
    "posterior gone": (gone("results/posterior.nc"), "results/posterior.nc is missing"),
    "the answer": (swap("results/results.json", '"helps"', '"harms"'), "results/results.json is not as nof1 wrote it"),
    "the answer's hash gone": (lambda folder: write("results/results.json", json.dumps({k: v for k, v in json.loads((folder / "results" / "results.json").read_bytes()).items() if k != "results_sha256"}).encode())(folder), "results/results.json is not as nof1 wrote it"),
    "results damaged": (write("results/results.json", b"[]"), "results/results.json is damaged"),
    "results gone": (gone("results/results.json"), "results/results.json is gone"),
    "half a commit": (lambda folder: ((folder / STAGE).mkdir(), (folder / STAGE / "list.json").write_text("{")), ".nof1-commit/list.json is damaged"),
    "a commit nested deeply": (lambda folder: ((folder / STAGE).mkdir(), (folder / STAGE / "list.json").write_text("[" * 100_000)), ".nof1-commit/list.json is damaged"),
    "a commit of no files": (lambda folder: ((folder / STAGE).mkdir(), (folder / STAGE / "list.json").write_text("[7]")), ".nof1-commit/list.json is damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), TAMPERING.values(), ids=TAMPERING)
def test_a_change_by_hand_is_named(folder, change, words):
    change(folder)
    found = problems(folder)
    assert any(words in text for text in found), found


def test_every_bad_row_is_named_and_the_rest_is_checked(folder):
    edit(folder, "diary.csv", "2026-01-05,3,", "2026-01-05,33,")
    edit(folder, "diary.csv", "2026-01-08,6,", "2026-01-08,six,")
    (folder / "amendments.csv").write_text("no")
    (folder / "imports" / "maps.json").write_text("no")
    found = "\n".join(problems(folder))
    for words in ("line 2: severity 33", "severity 'six' is no number", "nof1 wrote 3", "amendments.csv", "maps.json"):
        assert words in found


def test_rewritten_layout_is_a_note(folder):
    for name in ("diary.csv", "measures.csv", "order.csv", "amendments.csv"):
        path = folder / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert problems(folder) == []
    names = {"diary.csv", "measures.csv", "order.csv", "amendments.csv"}
    assert {text.split()[0] for text in notes(folder)} == names
    assert all("saved by another program; what it says is the same" in text for text in notes(folder))


def test_a_value_changed_before_a_correction_is_named_and_can_be_accepted(folder):
    edit(folder, "diary.csv", "2026-01-05,3,", "2026-01-05,4,")
    change = Change(date(2026, 1, 5), {"severity": "5"})
    record(folder, Protocol.load(folder), [change], by="log", now=NOW, correct=True)
    (text,) = problems(folder)
    assert "night 2026-01-05: severity was 4, which nof1 had not written: changed by hand before 2026-01-11" in text
    assert len(accept(folder, "a typo", now=NOW)) == 1
    assert problems(folder) == []
    assert accept(folder, "a typo", now=NOW) == ()


NOTES = {
    "results of an earlier diary": (lambda folder: record(folder, Protocol.load(folder), [Change(date(2026, 1, 11), {"severity": "2"})], by="log", now=NOW), "The results are of an earlier diary"),
    "a stray copy": (lambda folder: (folder / "imports" / f"{sha256_bytes(b'x')}.csv").write_bytes(b"x"), "has no line in the ledger: an import was stopped"),
    "a stray file": (lambda folder: (folder / "imports" / "my.txt").write_bytes(b"x"), "imports/my.txt is no file of nof1"),
    "a temporary file": (lambda folder: (folder / ".diary.csv.ab12cd_9").write_bytes(b"x"), ".diary.csv.ab12cd_9 is left"),
    "a copy cut short": (lambda folder: (folder / "imports" / ".copy-ab12cd_9").write_bytes(b"x"), "imports/.copy-ab12cd_9 is left"),
    "kept beside": (lambda folder: (folder / "unfinished-diary.csv").write_bytes(b"x"), "unfinished-diary.csv is what nof1 was about to write"),
    "a commit that did not count": (lambda folder: (folder / STAGE).mkdir(), "stopped before it counted"),
    "a conflict copy": (lambda folder: shutil.copy(folder / "diary.csv", folder / "diary (conflicted copy 2026-01-11).csv"), "a synced drive made"),
    "no journal": (lambda folder: (gone("journal.csv")(folder), gone("journal.head")(folder)), "There is no journal.csv"),
    "rejected rows taken out": (gone("rejected.csv"), "rejected.csv holds 0 of the 2 rows"),
    "no head": (gone("journal.head"), "journal.head is not there"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), NOTES.values(), ids=NOTES)
def test_what_is_no_change_by_hand_is_a_note(folder, change, words):
    change(folder)
    findings = check(folder)
    assert not [finding for finding in findings if finding.level == "problem"]
    assert any(words in finding.text for finding in findings if finding.level == "note"), findings


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_files_open_to_others_are_a_note_with_the_command(folder):
    folder.chmod(0o755)
    (folder / "diary.csv").chmod(0o644)
    (text,) = notes(folder)
    assert "may read diary.csv" in text
    assert text.endswith(f"chmod -R go= {folder}")
    folder.chmod(0o700)
    assert notes(folder) == []


def stopped(folder, monkeypatch):
    """A recording stopped after it counts and before its files are in place."""

    def die(*_):
        raise SystemError

    change = Change(date(2026, 1, 11), {"severity": "2"})
    with monkeypatch.context() as patch:
        patch.setattr("nof1.commit._put_in_place", die)
        with pytest.raises(SystemError):
            record(folder, Protocol.load(folder), [change], by="log", now=NOW)


def test_a_stopped_recording_is_finished(folder, monkeypatch):
    stopped(folder, monkeypatch)
    assert problems(folder) == []
    assert "2026-01-11,2" in (folder / "diary.csv").read_text()
    assert not (folder / STAGE).exists()


def test_a_file_changed_while_a_recording_was_stopped_is_a_problem(folder, monkeypatch):
    stopped(folder, monkeypatch)
    edit(folder, "diary.csv", "2026-01-05,3,", "2026-01-05,4,")
    assert any("was changed by hand while nof1 had not finished writing it" in text for text in problems(folder))


@pytest.mark.parametrize("how", ["no access", "read-only drive"])
def test_a_folder_that_cannot_be_written_to_is_read(folder, monkeypatch, bytes_in, how):
    stopped(folder, monkeypatch)
    before = bytes_in(folder)
    with monkeypatch.context() as patch:
        if how == "no access":
            patch.setattr(room.os, "access", lambda *_: False)
        else:

            def refuse(*_, **__):
                raise OSError(30, "Read-only file system")

            patch.setattr("nof1.commit.FileLock.acquire", refuse)
        assert problems(folder) == []
        assert any("waits to be finished" in text for text in notes(folder))
        edit(folder, "protocol.toml", "threshold = 1", "threshold = 2")
        assert any("day of planning" in text for text in problems(folder))
        edit(folder, "protocol.toml", "threshold = 2", "threshold = 1")
        assert bytes_in(folder) == before
    check(folder)
    with monkeypatch.context() as patch:
        patch.setattr(room.os, "access", lambda *_: False)
        edit(folder, "diary.csv", "2026-01-05,3,", "2026-01-05,4,")
        assert any("severity is 4, nof1 wrote 3" in text for text in problems(folder))


def test_another_nof1_at_work_is_said(folder, monkeypatch):
    monkeypatch.setattr("nof1.commit.LOCK_SECONDS", 0.05)
    with locked(folder), pytest.raises(Nof1Error, match="Another nof1"):
        check(folder)


def test_only_a_trial_folder_is_checked(tmp_path):
    with pytest.raises(InputError, match="is no trial folder"):
        check(tmp_path)


def test_an_older_trial_without_a_journal_is_read(trial_folder):
    trial_folder.chmod(0o700)
    assert problems(trial_folder) == []
    assert [text[:25] for text in notes(trial_folder)] == ["There is no journal.csv, "]
    record(trial_folder, Protocol.load(trial_folder), [Change(date(2026, 1, 11), {"severity": "2"})], by="log", now=NOW)
    assert problems(trial_folder) == []
    (text,) = notes(trial_folder)
    assert "begins on 2026-01-11; what was changed before" in text
    edit(trial_folder, "diary.csv", "2026-01-05,4,", "2026-01-05,5,")
    assert any("severity is 5, nof1 wrote 4" in text for text in problems(trial_folder))


def test_an_import_that_the_ledger_lost_is_named(folder):
    change = Change(date(2026, 1, 11), {"severity": "2"})
    record(folder, Protocol.load(folder), [change], by="import abcdef012345", now=NOW)
    assert any("has no line for the import abcdef012345" in text for text in problems(folder))
    record(
        folder, Protocol.load(folder), [Change(date(2026, 1, 14), {"severity": "2"})], by=f"import {SHA[:12]}", now=NOW
    )
    assert not any(SHA[:12] in text for text in problems(folder))


def test_a_ledger_without_its_hash_on_record_is_said_to_be_verified_in_part(folder):
    other = folder.parent / "other"
    protocol = Protocol.load(folder)
    Trial(protocol, draw_order(protocol), ()).write(other)
    begin_journal(other, protocol, NOW)
    shutil.copytree(folder / "imports", other / "imports")
    shutil.copy(folder / "rejected.csv", other)
    assert problems(other) == []
    (text,) = notes(other)
    assert "imports/ledger.csv is not in journal.csv with its hash" in text
    edit(other, "imports/ledger.csv", ",9,4,3,2,", ",9,5,3,2,")
    assert any("9 rows are not 5 taken" in text for text in problems(other))


# --- sealed trials

SEALED = {
    "an order put there": (lambda trial: (trial.folder / "order.csv").write_text("date,period,block,arm\n2026-01-05,1,1,citrate\n"), "order.csv lies in the folder"),
    "the helper's file": (lambda trial: shutil.copy(trial.helper / "sealed-order.json", trial.folder), "sealed-order.json lies in the folder"),
    "no seal": (lambda trial: (trial.folder / "seal.json").unlink(), "seal.json"),
    "seal damaged": (lambda trial: (trial.folder / "seal.json").write_text("{}"), "seal.json is damaged"),
    "a commitment changed": (lambda trial: edit(trial.folder, "seal.json", load_seal(trial.folder).commitment, "0" * 64), "seal.json is not the one that was written when this trial was planned"),
    "a seal of another trial": (lambda trial: (trial.folder / "seal.json").write_text(seal_order(trial.protocol)[1].bound("ab").to_json()), "seal.json is not the one that was written when this trial was planned"),
    "another seal": (lambda trial: (trial.folder / "seal.json").write_text('{"commitment": "0"}'), "no commitment of 64"),
    "a pause that cannot be": (lambda trial: (trial.folder / "amendments.csv").write_text("entered,kind,start,nights,period,reason\n2026-01-01,pause,2027-01-01,2,,x\n"), "not a night of this trial"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), SEALED.values(), ids=SEALED)
def test_what_is_done_to_a_sealed_trial_is_named_without_an_arm(sealed, change, words):
    trial = sealed(count=2)
    change(trial)
    findings = check(trial.folder)
    assert any(words in finding.text for finding in findings if finding.level == "problem"), findings
    assert not any("citrate" in finding.text for finding in findings)


def test_nothing_said_of_a_sealed_trial_depends_on_its_order(sealed_trial, tmp_path):
    said = set()
    for seed in range(6):
        trial = sealed_trial(seed=seed, name=f"trial{seed}", ratings="")
        begin_journal(trial.folder, trial.protocol, NOW)
        nights(trial.folder, trial.protocol, 2)
        edit(trial.folder, "diary.csv", "2026-01-05,3,", "2026-01-05,4,")
        said.add(str(check(trial.folder)).replace(f"trial{seed}", "trial"))
    assert len(said) == 1


OPENED = {
    "the diary": (swap("diary.csv", "2026-01-05,3,", "2026-01-05,4,"), "diary.csv is not the one that was locked on 2026-01-31"),
    "the lock": (lambda folder: edit(folder, "unsealing.json", '"nights_left": 0', '"nights_left": 1'), "unsealing.json is not as nof1 wrote it"),
    "the lock gone": (gone("unsealing.json"), "unsealing.json is gone: removed by hand"),
    "the lock damaged": (write("unsealing.json", b"no"), "unsealing.json is damaged"),
    "the proof": (lambda folder: edit(folder, "sealed-order.json", '"seed": 3', '"seed": 4'), "sealed-order.json is not as nof1 wrote it"),
    "the proof gone": (gone("sealed-order.json"), "sealed-order.json is gone"),
    "the commitment": (lambda folder: (folder / "seal.json").write_text(json.dumps({"commitment": "0" * 64})), "does not fit the commitment"),
    "the order": (lambda folder: edit(folder, "order.csv", ",off", ",citrate"), "order.csv"),
    "the order gone": (gone("order.csv"), "order.csv is gone: removed by hand"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), OPENED.values(), ids=OPENED)
def test_a_change_after_opening_is_named(sealed, change, words):
    trial = sealed()
    unseal(trial.folder, trial.helper, now=NOW + timedelta(days=20))
    change(trial.folder)
    assert any(words in text for text in problems(trial.folder)), problems(trial.folder)


def test_an_opening_that_was_stopped_is_a_note(sealed, monkeypatch):
    trial = sealed()
    import nof1.record.unsealing as opening

    def once(folder, contents):
        commit(folder, contents)
        raise SystemError

    monkeypatch.setattr(opening, "commit", once)
    with pytest.raises(SystemError):
        unseal(trial.folder, trial.helper, now=NOW)
    assert problems(trial.folder) == []
    assert notes(trial.folder) == ["The order was being opened and that was stopped. Run 'nof1 unseal' again."]


# --- accepting


def test_what_was_changed_on_purpose_is_put_on_record(folder):
    edit(folder, "diary.csv", "2026-01-05,3,,", "2026-01-05,4,200,")
    edit(folder, "measures.csv", "steps,4001", "steps,4002")
    diary = (folder / "diary.csv").read_bytes()
    lines = accept(folder, "I mended a typo", now=NOW)
    told = {(line.by, line.night, line.column, line.old, line.new, line.reason) for line in lines}
    assert told == {
        ("by hand", "2026-01-05", "severity", "3", "4", "I mended a typo"),
        ("by hand", "2026-01-05", "dose_mg", "", "200", "I mended a typo"),
        ("by hand", "2026-01-06", "steps", "4001", "4002", "I mended a typo"),
    }
    assert (folder / "diary.csv").read_bytes() == diary
    assert problems(folder) == []
    assert any("3 values were changed by hand and put on record" in finding.text for finding in check(folder))
    assert accept(folder, "again", now=NOW) == ()
    edit(folder, "diary.csv", "2026-01-05,4,", "2026-01-05,3,")
    assert len(problems(folder)) == 1


KEPT = {
    "protocol": (swap("protocol.toml", "threshold = 1", "threshold = 2"), "day of planning"),
    "checksum": (swap("journal.csv", "a slip", "a slap"), "journal.csv, line 28 does not fit"),
    "order": (swap("order.csv", "2026-01-05,0,0", "2026-01-05,1,1"), "order.csv"),
    "amendments": (swap("amendments.csv", "half a dose", "no dose"), "amendments.csv is not as nof1"),
    "a bad row": (swap("diary.csv", "2026-01-05,3,", "2026-01-05,33,"), "outside its scale"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), KEPT.values(), ids=KEPT)
def test_what_cannot_be_accepted_stays_a_problem(folder, change, words):
    change(folder)
    accept(folder, "please", now=NOW)
    assert any(words in text for text in problems(folder)), problems(folder)


@pytest.mark.parametrize("reason", ["", " \n", "x" * 501], ids=["empty", "blank", "long"])
def test_a_reason_is_needed(folder, bytes_in, reason):
    before = bytes_in(folder)
    with pytest.raises(InputError, match="1 to 500 characters why"):
        accept(folder, reason, now=NOW)
    assert bytes_in(folder) == before


UNACCEPTABLE = {
    "no journal": (gone("journal.csv"), "has no journal.csv yet"),
    "journal damaged": (write("journal.csv", b"no"), "journal.csv must have the columns"),
    "diary damaged": (write("diary.csv", b"no"), "diary.csv must have the columns.*Nothing was put on record"),
    "diary gone": (gone("diary.csv"), "There is no file.*Nothing was put on record"),
}


@pytest.mark.parametrize(("change", "words"), UNACCEPTABLE.values(), ids=UNACCEPTABLE)
def test_where_nothing_can_be_compared_nothing_is_accepted(folder, bytes_in, change, words):
    change(folder)
    before = bytes_in(folder)
    with pytest.raises(InputError, match=words):
        accept(folder, "please", now=NOW)
    assert bytes_in(folder) == before


def test_a_locked_diary_is_not_accepted(sealed, bytes_in):
    trial = sealed()
    unseal(trial.folder, trial.helper, now=NOW + timedelta(days=20))
    edit(trial.folder, "diary.csv", "2026-01-05,3,", "2026-01-05,4,")
    before = bytes_in(trial.folder)
    with pytest.raises(InputError, match="was locked"):
        accept(trial.folder, "please", now=NOW)
    assert bytes_in(trial.folder) == before


# --- any one cell

READERS = {
    "diary.csv": lambda folder: read_diary(folder, Protocol.load(folder)),
    "measures.csv": read_measures,
    "order.csv": lambda folder: (load_order(folder, Protocol.load(folder)), (folder / "order.csv").read_text().count("pause")),
    "amendments.csv": load_amendments,
    "journal.csv": None,
    "imports/ledger.csv": None,
}  # fmt: skip


def same(folder, name, before):
    """Whether nof1's own reader says that the file means what it meant."""
    reader = READERS[name]
    try:
        return reader is not None and reader(folder) == before
    except Nof1Error:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_one_cell_that_is_changed_is_named_or_means_the_same(folder, name, data):
    path = folder / name
    sound = path.read_bytes()
    before = READERS[name](folder) if READERS[name] else None
    rows = list(csv.reader(io.StringIO(sound.decode(), newline="")))
    row = data.draw(st.sampled_from(rows), label="row")
    place = data.draw(st.integers(0, len(row) - 1), label="column")
    cell = row[place]
    at = data.draw(st.integers(0, len(cell)), label="at")
    more = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=2) | st.sampled_from("0123456789")
    put = data.draw(more, label="put")
    row[place] = cell[:at] + put + cell[at + data.draw(st.integers(0, 2)) :]
    if row[place] == cell:
        return
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    path.write_bytes(stream.getvalue().encode())
    try:
        if not problems(folder):
            assert same(folder, name, before), f"{cell!r} became {row[place]!r} unseen"
            if name == "measures.csv":
                assert row is not rows[0] and place != 3  # noqa: PT018 - the unit is no part of what is read
    finally:
        path.write_bytes(sound)


def test_rejected_rows_that_a_spreadsheet_program_has_saved_can_be_read(trial_folder):
    imported(trial_folder)
    path = trial_folder / "rejected.csv"
    rows = list(csv.reader(io.StringIO(path.read_text(), newline="")))
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows(rows)
    path.write_bytes(stream.getvalue().encode("cp1252"))
    told = [finding for finding in check(trial_folder) if finding.what == "rejected"]
    assert [(finding.level, finding.text) for finding in told] == [
        ("ok", "2 rows of imported files were not taken; rejected.csv says why.")
    ]
