"""nof1 plan --seal and --alone, unseal, amend, and what log and status say of a concealed trial."""

import csv
import json
import re
import shutil
import stat
from datetime import UTC, date, datetime, timedelta

import pytest

from nof1.plan.orders import seal as sealing
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import load_schedule
from nof1.plan.orders.seal import load_sealed_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record import planning
from nof1.record.diary.entry import Entry
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import add_entries
from nof1.record.trial import Trial

pytestmark = pytest.mark.clock

ANSWERS = """
title = "Sealed"
unscreened = true
reference = "placebo"
arms = [
  { name = "placebo", label = "dummy capsules", dose_mg = 0, placebo = true },
  { name = "magnesium", label = "real capsules", form = "citrate", dose_mg = 150 },
]
[design]
blocks = 2
period_nights = 3
washout_nights = 1
run_in_nights = 2
start = 2026-01-05
"""
NIGHTS = 2 + 4 * 3 + 3
ARMS = ("placebo", "magnesium", "dummy", "real capsules")


@pytest.fixture
def sealed(nof1, tmp_path, write):
    """A function that plans a sealed trial: trial folder, helper's folder, what was printed."""

    def make(name="trial", *flags):
        folder, helper = tmp_path / name, tmp_path / f"{name}-helper"
        status, out, err = nof1("plan", folder, "--answers", write(ANSWERS, "answers.toml"), "--seal", helper, *flags)
        assert (status, err) == (0, "")
        return folder, helper, out

    return make


def fill(folder, *, until=NIGHTS, guess_on=()):
    protocol = Protocol.load(folder)
    nights = [protocol.start + timedelta(days=i) for i in range(until)]
    add_entries(
        folder,
        protocol,
        [
            Entry(night, outcome=float(3 + (i * i + i // 3) % 5), taken=1.0, guess="magnesium" if i in guess_on else "")
            for i, night in enumerate(nights)
        ],
    )


@pytest.mark.slow
def test_nothing_but_the_commitment_depends_on_the_order(sealed, bytes_in, monkeypatch):
    seeds = iter(range(1000))
    monkeypatch.setattr(sealing.secrets, "randbits", lambda bits: next(seeds))
    monkeypatch.setattr(planning, "local_now", lambda: datetime(2026, 1, 1, tzinfo=UTC))  # the journal says when
    found, contents, printed = {}, set(), set()
    for i in range(40):
        folder, helper, out = sealed(f"trial{i:02}")
        found[load_sealed_order(helper).arms] = (helper / "packing-sheet.pdf").read_bytes()
        content = bytes_in(folder)
        assert len(re.findall("[0-9a-f]{64}", content.pop("seal.json").decode())) == 1
        unfolded = content["calendar.ics"].replace(b"\r\n ", b"")
        content["calendar.ics"] = unfolded.replace(
            f"trial{i:02}".encode(), b"trial"
        )  # its entries lead to the folder's page
        contents.add(tuple(content.items()))
        printed.add(out.replace(f"trial{i:02}", "trial"))
        shutil.rmtree(folder)
        if len(found) == 4:
            break
    assert len(found) == 4  # every order that two blocks of two arms allow
    assert len(set(found.values())) == 4  # the helper's sheet says which
    assert len(contents) == 1
    assert len(printed) == 1


def test_the_folder_of_a_sealed_trial_names_no_arm_where_nights_are(sealed):
    folder, helper, out = sealed()
    assert {path.name for path in folder.iterdir()} == {
        "protocol.toml", "seal.json", "diary.csv", "journal.csv", "journal.head", "protocol.pdf", "pre-visit.pdf", "consent.pdf", "data-sheet.pdf", "adverse-events.pdf", "booklet.pdf", "calendar.ics", "diary.xlsx",
        "diary.html",
    }  # fmt: skip
    assert {path.name for path in helper.iterdir()} == {"sealed-order.json", "packing-sheet.pdf"}
    calendar = (folder / "calendar.ics").read_text()
    assert "pack 3" in calendar
    assert not any(arm in calendar for arm in ARMS)
    assert "seed" not in (folder / "protocol.toml").read_text()
    assert "pack 1" in out
    assert "magnesium 2" not in out
    assert stat.S_IMODE((helper / "sealed-order.json").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--seal", "trial/helper"), "must not be inside"),
        (("--seal", "."), "must not be inside"),
        (("--seal", "helper", "--alone"), "Choose one"),
        (("--seal", "helper", "--seed", "3"), "gives the order away"),
        (("--seal", "helper", "--kind", "balanced", "--periods", "3"), "design.periods"),
    ],
)
def test_a_bad_seal_is_refused(refused, tmp_path, write, monkeypatch, flags, words):
    monkeypatch.chdir(tmp_path)
    assert words in refused("plan", "trial", "--answers", write(ANSWERS, "answers.toml"), *flags)


def test_a_helper_without_a_folder_is_refused(refused, tmp_path, write):
    answers = write(ANSWERS + 'concealed = "helper"\n', "answers.toml")
    assert "--seal HELPER_DIR" in refused("plan", tmp_path / "trial", "--answers", answers)


def test_an_answers_file_can_name_the_helpers_folder(nof1, tmp_path, write, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answers = write('seal = "packet"\n' + ANSWERS + 'concealed = "helper"\n', "answers.toml")
    status, _, err = nof1("plan", "trial", "--answers", answers)
    assert (status, err) == (0, "")
    assert (tmp_path / "packet" / "sealed-order.json").is_file()


def test_status_and_log_never_name_the_arm(nof1, sealed):
    folder, _, _ = sealed()
    fill(folder, until=4)
    night = "2026-01-09"  # the last of period 1
    status, out, err = nof1("log", folder, "--night", night, "--set", "severity=4", "--set", "taken=1", "--json")
    assert (status, err) == (0, "")
    said = out
    for words in (("status", folder), ("status", folder, "--json")):
        status, out, err = nof1(*words)
        assert (status, err) == (0, "")
        said += out
    assert not any(arm in said for arm in ARMS)
    assert json.loads(out)["sealed"] is True
    assert 1 in json.loads(out)["guesses_missing"]


def test_the_guess_goes_into_the_diary_with_its_confidence(nof1, sealed, refused):
    folder, _, _ = sealed()
    base = ("log", folder, "--night", "2026-01-09", "--set", "severity=4")
    assert "not one of: placebo, magnesium, can't tell" in refused(*base, "--set", "guess=sugar")
    assert "goes with a guess" in refused(*base, "--set", "confidence=50")
    assert "from 0" in refused(*base, "--set", "guess=magnesium", "--set", "confidence=101")
    status, _, _ = nof1(*base, "--set", "guess=Dummy capsules", "--set", "confidence=80")
    assert status == 0
    (entry,) = read_diary(folder, Protocol.load(folder))
    assert (entry.guess, entry.confidence) == ("placebo", 80)


def test_the_dose_of_a_sealed_night_is_a_share_of_its_pack(refused, sealed):
    folder, _, _ = sealed()
    assert "taken" in refused("log", folder, "--night", "2026-01-09", "--set", "severity=4", "--set", "dose_mg=150")


@pytest.mark.slow
def test_a_sealed_trial_is_analyzed_only_after_it_was_opened(nof1, refused, sealed):
    folder, helper, _ = sealed()
    fill(folder)
    assert "unseal" in refused("analyze", folder, "--engine", "marginal")
    status, out, err = nof1("unseal", folder, helper, "--yes")
    assert (status, err) == (0, "")
    assert "fits the commitment" in out
    assert "17 of 17 nights" in out
    assert "early" not in out
    arms = load_sealed_order(helper).arms
    assert all(f"period {i}: {arm}" in out for i, arm in enumerate(arms, 1))
    trial = Trial.load(folder)
    assert trial.order.arms() == arms
    own = trial.frame[trial.frame["arm"] == "magnesium"]
    assert set(own["dose_mg"]) == {150.0}
    status, out, err = nof1("analyze", folder, "--engine", "marginal")
    assert (status, err) == (0, "")
    status, _, err = nof1("report", folder)
    assert (status, err) == (0, "")


def test_after_opening_the_diary_is_locked(nof1, refused, sealed, write):
    folder, helper, _ = sealed()
    fill(folder, until=10)
    status, _out, _ = nof1("unseal", folder, helper, "--yes")
    assert status == 0
    words = ("--night", "2026-01-20", "--set", "severity=4")
    assert "locked" in refused("log", folder, *words)
    table = write("night,severity\n2026-01-20,4\n")
    assert "locked" in refused("import", folder, table, "--yes")
    assert "open already" in refused("unseal", folder, helper, "--yes")
    assert "locked" in refused("amend", folder, "--pause", "2026-01-20", "--nights", "2", "--reason", "ill")


@pytest.mark.slow
def test_opening_early_is_said_on_the_page(nof1, sealed, monkeypatch):
    folder, helper, _ = sealed()
    fill(folder)
    import nof1.record.unsealing as opening

    monkeypatch.setattr(opening, "last_night", lambda now: date(2026, 1, 16))
    status, out, _ = nof1("unseal", folder, helper, "--yes", "--json")
    content = json.loads(out)
    assert status == 0
    assert content["unsealing"]["nights_left"] == 5
    nof1("analyze", folder, "--engine", "marginal")
    from nof1.analyze.results import Result
    from nof1.report.words.changes import changes

    (sentence,) = changes(Result.load(folder))
    assert "opened early" in sentence
    assert "5 nights still to come" in sentence


def test_an_altered_or_foreign_order_opens_nothing(refused, sealed):
    folder, helper, _ = sealed()
    _, other, _ = sealed("other")
    path = helper / "sealed-order.json"
    content = json.loads(path.read_text())
    path.write_text(
        json.dumps(
            content | {"arms": [{"placebo": "magnesium", "magnesium": "placebo"}[arm] for arm in content["arms"]]}
        )
    )
    assert "does not fit the commitment" in refused("unseal", folder, helper, "--yes")
    # Same protocol, other draw or other salt.
    assert "does not fit the commitment" in refused("unseal", folder, other, "--yes")
    assert "sealed-order.json" in refused("unseal", folder, "--yes")


def test_one_period_can_be_opened_in_an_emergency(nof1, refused, sealed):
    folder, helper, _ = sealed()
    assert "--reason" in refused("unseal", folder, helper, "--period", "2")
    assert "periods 1 to 4" in refused("unseal", folder, helper, "--period", "5", "--reason", "rash")
    status, out, err = nof1("unseal", folder, helper, "--period", "2", "--reason", "rash")
    assert (status, err) == (0, "")
    arm = load_sealed_order(helper).arms[1]
    assert {"placebo": "dummy capsules", "magnesium": "real capsules"}[arm] in out
    assert load_schedule(folder, Protocol.load(folder)).sealed
    with (folder / "amendments.csv").open() as stream:
        (row,) = csv.DictReader(stream)
    assert (row["kind"], row["period"], row["reason"]) == ("unblinded", "2", "rash")


def test_packs_shuffled_alone_are_opened_by_what_was_in_them(nof1, refused, tmp_path, write):
    folder = tmp_path / "trial"
    status, _out, err = nof1("plan", folder, "--answers", write(ANSWERS, "answers.toml"), "--alone")
    assert (status, err) == (0, "")
    assert (folder / "shuffling-recipe.pdf").stat().st_size > 5000
    assert not (folder / "order.csv").exists()
    assert not (folder / "seal.json").exists()
    fill(folder)
    assert "--packs" in refused("unseal", folder, "--yes")
    assert "4" in refused("unseal", folder, "--yes", "--packs", "placebo,magnesium")
    assert "not an order" in refused("unseal", folder, "--yes", "--packs", "placebo,placebo,magnesium,magnesium")
    assert "not one of the arms" in refused("unseal", folder, "--yes", "--packs", "a,b,c,d")
    status, _, err = nof1("unseal", folder, "--yes", "--packs", "magnesium, placebo, placebo, magnesium")
    assert (status, err) == (0, "")
    assert Trial.load(folder).order.arms() == ("magnesium", "placebo", "placebo", "magnesium")


# --- amend


def test_a_pause_over_recorded_nights_needs_to_be_told_so(nof1, trial_folder):
    """Five of the six recorded nights are in it; the last one has no night after it."""
    words = ("--pause", "2026-01-06", "--nights", "5", "--reason", "flu")
    status, out, err = nof1("amend", trial_folder, *words)
    assert (status, out) == (1, "")
    assert "recorded already: 2026-01-06, 2026-01-07, 2026-01-08, 2026-01-09, 2026-01-10." in err.replace("\n", " ")
    assert "--exclude" in err
    status, out, err = nof1("amend", trial_folder, *words, "--exclude")
    assert (status, err) == (0, "")
    assert "5 nights of it had been recorded already and were taken out." in out.replace("\n", " ")
    status, _, err = nof1("amend", trial_folder, "--note", "a", "--exclude")
    assert status == 1
    assert "--exclude goes with --pause DATE" in err


def test_a_pause_moves_what_follows_and_renews_the_paperwork(nof1, trial_folder):
    before = Trial.load(trial_folder).order
    words = ("--pause", "2026-01-12", "--nights", "3", "--reason", "away, with family")
    status, out, err = nof1("amend", trial_folder, *words)
    assert (status, err) == (0, "")
    assert "a pause of 3 nights" in out
    trial = Trial.load(trial_folder)
    assert trial.order.end == before.end + timedelta(days=3)
    assert trial.order.without_pauses() == before == draw_order(trial.protocol)
    assert (
        "2026-01-12,3,2,pause" in (trial_folder / "order.csv").read_text()
        or ",pause" in (trial_folder / "order.csv").read_text()
    )
    assert "SEQUENCE:1" in (trial_folder / "calendar.ics").read_text()
    status, out, _ = nof1("log", trial_folder, "--night", "2026-01-21", "--set", "severity=4")
    assert status == 0  # the last night has moved there


def test_another_medicine_goes_on_record_with_its_day(nof1, trial_folder):
    words = ("--medicine", "sertraline 50 mg started", "--since", "2026-01-10")
    status, out, err = nof1("amend", trial_folder, *words)
    assert (status, err) == (0, "")
    assert "another medicine, from 2026-01-10 on. sertraline 50 mg started." in out
    (one,) = Trial.load(trial_folder).amendments
    assert (one.kind, str(one.start)) == ("medicine", "2026-01-10")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "--pause DATE"),
        (("--pause", "2026-01-12"), "--nights N"),
        (("--pause", "2026-01-12", "--nights", "0", "--reason", "x"), "nights"),
        (("--pause", "2026-03-12", "--nights", "2", "--reason", "x"), "not a night of this trial"),
        (("--pause", "2026-01-06", "--nights", "2", "--reason", "x"), "recorded already"),
        (("--note", ""), "reason"),
        (("--note", "a", "--nights", "2"), "--nights N goes with --pause DATE"),
        (("--note", "a", "--pause", "2026-01-12"), "Say what changed"),
        (("--note", "a", "--medicine", "b"), "--medicine TEXT"),
        (("--note", "a", "--since", "2026-01-12"), "--since DATE goes with --medicine TEXT"),
        (("--medicine", "b", "--since", "2999-01-12"), "still to come"),
    ],
)
def test_a_bad_amendment_changes_nothing(refused, trial_folder, words, told):
    assert told in refused("amend", trial_folder, *words)


@pytest.mark.slow
def test_amendments_stand_with_the_results(nof1, trial_folder):
    nof1("amend", trial_folder, "--note", "Dose lowered to 100 mg: =1+1 #loose $stools")
    nof1("analyze", trial_folder, "--engine", "marginal")
    record = json.loads((trial_folder / "results" / "results.json").read_text())
    assert any("=1+1 #loose $stools" in amendment["reason"] for amendment in record["amendments"])
    status, _, err = nof1("report", trial_folder)
    assert (status, err) == (0, "")


def test_another_medicine_is_screened_and_held_against_the_dose(nof1, trial_folder):
    _, out, _ = nof1("amend", trial_folder, "--medicine", "gabapentin 600 mg started, at 21:30", "--from", "2026-01-07")
    assert "Keep apart: Taken together, magnesium oxide lowered the gabapentin" in out
    assert (
        "gabapentin 600 mg started at 21:30 and the dose at 21:30 are taken together; 2 hours apart are needed" in out
    )
