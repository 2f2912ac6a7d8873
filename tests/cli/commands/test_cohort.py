import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import clock
import pandas as pd
import pypdf
import pytest
from cohorts import MEAN, write_people

from nof1.analyze.cohort import run as many
from nof1.analyze.cohort.fit import pool
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.orders.draw import draw_order
from nof1.record.folders import find_trials
from nof1.record.looks import load_looks

COUNT = 6


@pytest.fixture(scope="module")
def people(tmp_path_factory, make_protocol):
    return write_people(tmp_path_factory.mktemp("cohort") / "people", make_protocol, COUNT)


@pytest.fixture
def own_people(people, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(people, tmp_path / "people")


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.mark.slow
@pytest.mark.clock
def test_from_a_folder_of_folders_to_a_pdf_in_one_command(nof1, people, tmp_path):
    out = tmp_path / "out"
    status, said, complained = nof1("cohort", people, "--out", out)
    assert (status, complained) == (0, "")
    for words in (
        f"Over {COUNT} people, ",
        "Mean effect:",
        "People differ:",
        "For the next person",
        "Moved most by pooling:",
    ):
        assert words in said
    assert "Simulated data" in said
    assert "Could not be analysed" not in said
    record = json.loads((out / "cohort.json").read_text())
    low, high = record["mean"]["interval"]
    assert low < MEAN < high
    table = rows(out / "people.csv")
    assert [row["name"] for row in table] == [f"p{i:02}" for i in range(COUNT)]
    assert [float(row["pooled_mean"]) for row in table] == pytest.approx(
        [one["pooled_mean"] for one in record["people"]]
    )
    frame = pd.read_parquet(out / "people.parquet")
    assert list(frame["name"]) == [row["name"] for row in table]
    assert list(frame["pooled_mean"]) == pytest.approx([float(row["pooled_mean"]) for row in table])
    assert rows(out / "problems.csv") == []
    assert "magnesium against off" in pypdf.PdfReader(out / "cohort.pdf").pages[0].extract_text()
    assert (out / "cohort.svg").read_text().startswith("<?xml")


@pytest.mark.clock
def test_json_holds_what_the_file_holds(nof1, people, tmp_path):
    status, said, _ = nof1("cohort", people, "--out", tmp_path / "out", "--json")
    assert status == 0
    assert json.loads(said) == json.loads((tmp_path / "out" / "cohort.json").read_text())


@pytest.mark.slow
@pytest.mark.clock
def test_damaged_and_half_finished_trials_are_listed_and_the_others_analysed(nof1, own_people, tmp_path):
    (own_people / "p00" / "diary.csv").write_bytes(b"\xff\xfe broken")
    (own_people / "p01" / "protocol.toml").unlink()
    diary = own_people / "p02" / "diary.csv"
    diary.write_text(diary.read_text().splitlines()[0] + "\n")
    (own_people / "empty").mkdir()
    shutil.copytree(own_people / "p03", own_people / "p03-again")
    out = tmp_path / "out"
    status, said, complained = nof1("cohort", own_people, "--out", out)
    assert (status, complained) == (1, "")
    reasons = {row["name"]: row["reason"] for row in rows(out / "problems.csv")}
    assert list(reasons) == ["empty", "p00", "p01", "p02", "p03-again"]
    assert "holds no protocol.toml" in reasons["p01"]
    assert "damaged" in reasons["p00"]
    assert "same protocol, order and diary as p03, so it is counted once" in reasons["p03-again"]
    assert [row["name"] for row in rows(out / "people.csv")] == ["p03", "p04", "p05"]
    assert "Could not be analysed: 5" in said
    for name, reason in reasons.items():
        assert f"{name}: {reason}" in said
    pages = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(out / "cohort.pdf").pages)
    assert [name for name in reasons if name not in pages] == []
    assert "in these numbers 3" in pages


@pytest.mark.clock
def test_a_fault_with_one_person_s_nights_stops_nobody(nof1, people, tmp_path, monkeypatch):
    first = many.people

    def stumbles(trials, *, seed):
        if "p02" in trials:
            raise ZeroDivisionError("float division by zero")
        return first(trials, seed=seed)

    monkeypatch.setattr(many, "people", stumbles)
    status, said, _ = nof1("cohort", people, "--out", tmp_path / "out", "--workers", "1")
    assert status == 1
    assert "p02: nof1 stumbled over these nights (ZeroDivisionError" in said
    assert len(rows(tmp_path / "out" / "people.csv")) == COUNT - 1


@pytest.mark.slow
@pytest.mark.clock
def test_a_look_before_somebody_s_last_night_is_on_record_once(nof1, people, make_protocol, tmp_path, bytes_in):
    """Trials that began a while ago and still run, beside one that is over."""
    own = tmp_path / "people"
    shutil.copytree(people / "p00", own / "over")
    for number in range(2):
        start = clock.today() - timedelta(days=20)
        protocol = make_protocol(design={"start": start, "blocks": 3, "period_nights": 4, "seed": number})
        order = draw_order(protocol)
        whole = simulate(protocol, order, Truth(level=6.0, effects={"magnesium": -2.0}), seed=number)
        until = start + timedelta(days=18)
        entries = tuple(entry for entry in whole.entries if entry.night < until)
        replace(whole, entries=entries).write(own / f"runs{number}")
    before = bytes_in(own / "over")
    for _ in range(2):
        status, said, _ = nof1("cohort", own, "--out", tmp_path / "out", "--workers", "1")
        assert status == 0
        assert "The last night of 2 trials is still to come, and this look at each is on record" in " ".join(
            said.split()
        )
    for number in range(2):
        (look,) = load_looks(own / f"runs{number}")
        assert (look.engine, look.nights_recorded, look.planned) == ("marginal", 18, False)
    assert bytes_in(own / "over") == before
    assert "still to come" in " ".join(
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(tmp_path / "out" / "cohort.pdf").pages
    )


@pytest.mark.clock
def test_where_nobody_can_be_analysed_it_is_refused(nof1, tmp_path):
    (tmp_path / "people" / "a").mkdir(parents=True)
    status, said, complained = nof1("cohort", tmp_path / "people", "--out", tmp_path / "out")
    assert (status, said) == (1, "")
    assert "Of 1 trials none could be analysed" in complained
    assert [row["name"] for row in rows(tmp_path / "out" / "problems.csv")] == ["a"]


@pytest.mark.parametrize("inside", ["p00", "p00/results", "p00/new/deep"])
def test_never_into_a_trial_folder(nof1, own_people, bytes_in, inside):
    before = bytes_in(own_people)
    status, _, complained = nof1("cohort", own_people, "--out", own_people / inside)
    assert status == 1
    assert "is in a trial folder" in complained
    assert bytes_in(own_people) == before


def test_never_over_a_folder_of_something_else(refused, people, tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "cohort.json").write_text("dear")
    assert "not from 'nof1 cohort'" in refused("cohort", people, "--out", tmp_path / "letters")


@pytest.mark.clock
def test_wrong_workers_and_an_unknown_field_are_refused(nof1, people, tmp_path):
    assert "workers is 0" in nof1("cohort", people, "--out", tmp_path / "out", "--workers", "0")[2]
    assert not (tmp_path / "out").exists()
    assert (
        "Nobody has the field 'colour'" in nof1("cohort", people, "--out", tmp_path / "out", "--moderator", "colour")[2]
    )


@pytest.mark.slow
@pytest.mark.clock
def test_who_was_analysed_before_is_not_again(nof1, own_people, tmp_path, monkeypatch):
    out, seen, first = tmp_path / "out", [], many.people

    def counted(trials, *, seed):
        seen.extend(trials)
        return first(trials, seed=seed)

    monkeypatch.setattr(many, "people", counted)
    assert nof1("cohort", own_people, "--out", out, "--workers", "1")[0] == 0
    first_record = json.loads((out / "cohort.json").read_text())
    assert seen == [f"p{i:02}" for i in range(COUNT)]
    seen.clear()
    (own_people / "p01").rename(own_people / "renamed")
    diary = own_people / "p02" / "diary.csv"
    lines = diary.read_text().splitlines()
    diary.write_text("\n".join(lines[:-1]) + "\n")
    status, said, _ = nof1("cohort", own_people, "--out", out, "--workers", "1")
    assert (status, seen) == (0, ["p02"])
    assert f"{COUNT - 1} people were analysed before, 1 now." in said
    assert "renamed" in [row["name"] for row in rows(out / "people.csv")]
    seen.clear()
    diary.write_text("\n".join(lines) + "\n")
    (own_people / "renamed").rename(own_people / "p01")
    assert nof1("cohort", own_people, "--out", out, "--workers", "1")[0] == 0
    again = json.loads((out / "cohort.json").read_text())
    assert seen == []
    assert (again["taken_over"], again["computed"]) == (COUNT, 0)
    assert again["people"] == first_record["people"]
    assert again["mean"] == first_record["mean"]


def test_files_that_change_meanwhile_are_not_kept_as_others(people, tmp_path):
    (one,) = find_trials([people / "p00"])
    assert many.answer_all([("0" * 64, one, 1)]) == [("0" * 64, None, many.Why(many._CHANGED, "as told"))]


# Slow enough to be killed in the middle; counts whom it analyses.
SLOW = """
import sys, time
from nof1.analyze.cohort import run as many
first = many.people
def slow(trials, *, seed):
    with open({log!r}, "a") as log:
        log.write("".join(name + "\\n" for name in trials))
    time.sleep({pause})
    return first(trials, seed=seed)
many.people, many.CHUNK = slow, 1
from nof1.cli import main
main()
"""


@pytest.mark.slow
@pytest.mark.road
@pytest.mark.clock
@pytest.mark.skipif(os.name != "posix", reason="kills a process by a signal")
def test_a_run_that_is_killed_goes_on_where_it_stopped(people, tmp_path, nof1):
    out, log = tmp_path / "out", tmp_path / "log"

    def code(pause):
        return [
            sys.executable,
            "-c",
            SLOW.format(log=str(log), pause=pause),
            "cohort",
            str(people),
            "--out",
            str(out),
            "--workers",
            "1",
        ]

    running = subprocess.Popen(code(0.4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = time.monotonic() + 60
    while time.monotonic() < limit and not (log.exists() and len(log.read_text().split()) >= 3):
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    begun = log.read_text().split()
    database = sqlite3.connect(out / "finished.sqlite")
    (kept,) = database.execute("SELECT count(*) FROM finished").fetchone()
    database.close()
    assert 2 <= kept < COUNT
    assert kept >= len(begun) - 1  # no more than the one at work is lost
    assert not (out / "cohort.json").exists()
    log.unlink()
    done = subprocess.run(code(0), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(log.read_text().split()) == COUNT - kept
    assert nof1("cohort", people, "--out", tmp_path / "whole")[0] == 0
    # To rounding: sums of floating-point numbers may end differently in another process.
    tables = [pd.read_csv(folder / "people.csv") for folder in (out, tmp_path / "whole")]
    pd.testing.assert_frame_equal(*tables, rtol=1e-6)
    assert (out / "cohort.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.slow
@pytest.mark.clock
def test_processes_give_what_one_gives(people, tmp_path, monkeypatch):
    monkeypatch.setattr(many, "_ALONE", 1)
    monkeypatch.setattr(many, "CHUNK", 2)
    from nof1.analyze.cohort.cache import ResultsCache

    found = []
    for workers in (1, 2):
        with ResultsCache(tmp_path / f"{workers}.sqlite") as finished:
            told = []
            studied = many.analyze_people(
                find_trials([people]), finished, workers=workers, progress=lambda *now, told=told: told.append(now)
            )
        assert told[-1] == ("people", COUNT, COUNT)
        assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
        found.append(pool(studied.people).people)
    pd.testing.assert_frame_equal(*found, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.clock
def test_without_the_extra_the_table_is_missed_in_plain_words(nof1, people, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    status, said, _ = nof1("cohort", people, "--out", tmp_path / "out")
    assert status == 0
    assert "people.parquet was not written" in said
    assert not (tmp_path / "out" / "people.parquet").exists()
    assert (tmp_path / "out" / "cohort.pdf").exists()
