"""nof1 log and status as a person meets them, on a terminal too."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest

from nof1.plan.draw import draw_order
from nof1.record.diary import Entry, read_diary
from nof1.record.trial import Trial

TODAY = datetime.now().astimezone().date()
END_OF_INPUT = "\x04"  # what Ctrl-D sends
START = "from nof1.cli import main; main()"


# --- log


def test_log_records_a_night(nof1, trial_folder, protocol):
    values = ("severity=3", "dose_mg=200", "side_effects=nausea; headache", "guess=off", "note=a = b")
    words = [word for value in values for word in ("--set", value)]
    status, out, err = nof1("log", trial_folder, "--night", "2026-01-12", *words)
    assert (status, err) == (0, "")
    assert "7 of 14 nights" in out
    entry = {entry.night: entry for entry in read_diary(trial_folder, protocol)}[date(2026, 1, 12)]
    assert entry == Entry(entry.night, 3, 200, side_effects=("nausea", "headache"), guess="off", note="a = b")


def test_log_prints_json(nof1, trial_folder):
    status, out, _ = nof1("log", trial_folder, "--night", "2026-01-12", "--set", "severity=3", "--json")
    content = json.loads(out)
    assert status == 0
    assert (content["night"], content["recorded"]["severity"]) == ("2026-01-12", "3")


def test_log_names_both_days_of_the_night(nof1, trial_folder):
    _, out, _ = nof1("log", trial_folder, "--night", "2026-01-12", "--set", "severity=3")
    assert "Monday 12 to Tuesday 13 January 2026" in out


def test_log_without_a_night_means_last_night(nof1, tmp_path, make_protocol):
    protocol = make_protocol(design={"start": TODAY - timedelta(days=4)})
    Trial(protocol, draw_order(protocol), ()).create(tmp_path / "trial")
    status, _, _ = nof1("log", tmp_path / "trial", "--set", "severity=3")
    (entry,) = read_diary(tmp_path / "trial", protocol)
    assert status == 0
    assert 1 <= (datetime.now().astimezone().date() - entry.night).days <= 2


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_log_refuses_a_night_that_is_not_over(refused, tmp_path, make_protocol, ahead):
    protocol = make_protocol(design={"start": TODAY - timedelta(days=2)})
    Trial(protocol, draw_order(protocol), ()).create(tmp_path / "trial")
    night = TODAY + timedelta(days=ahead)
    assert "is not over yet" in refused("log", tmp_path / "trial", "--night", night, "--set", "severity=3")


BAD_LOGS = {
    "off the scale": (("--night", "2026-01-12", "--set", "severity=11"), "outside its scale, 0 to 10"),
    "below the scale": (("--night", "2026-01-12", "--set", "severity=-1"), "outside its scale, 0 to 10"),
    "no number": (("--night", "2026-01-12", "--set", "severity=bad"), "'bad' is no number"),
    "recorded already": (("--night", "2026-01-05", "--set", "severity=4"), "recorded already (severity 4)"),
    "before the trial": (("--night", "2026-01-04", "--set", "severity=4"), "is not a night of this trial"),
    "after the trial": (("--night", "2026-01-19", "--set", "severity=4"), "is not a night of this trial"),
    "unknown name": (("--night", "2026-01-12", "--set", "mood=4"), "NAME=VALUE with one of: severity"),
    "the night itself": (("--night", "2026-01-12", "--set", "night=2026-01-13"), "NAME=VALUE with one of"),
    "no equals sign": (("--night", "2026-01-12", "--set", "severity"), "NAME=VALUE with one of: severity"),
    "a name twice": (("--night", "2026-01-12", "--set", "severity=4", "--set", "severity=5"), "'severity' twice"),
    "nothing at all": (("--night", "2026-01-12", "--set", "severity="), "Nothing to record"),
    "half a character": (("--night", "2026-01-12", "--set", "note=a\udcff"), "unreadable character"),
    "nobody to ask": (("--night", "2026-01-12"), "--set severity=4"),
    "last night of a trial that is over": (("--set", "severity=4"), "is not a night of this trial"),
}


@pytest.mark.parametrize(("words", "message"), BAD_LOGS.values(), ids=BAD_LOGS)
def test_a_bad_night_is_refused(refused, trial_folder, words, message):
    assert message in refused("log", trial_folder, *words)


def talk(words, *answers):
    """Run a command on a terminal and give each answer once its question is there; a signal is sent instead of text."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "200"}
    command = [sys.executable, "-c", START, *map(str, words)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        said, waiting, start, answer, silences = "", list(answers), 0, "", 0
        while True:
            ready, _, _ = select.select([ours], [], [], 3)
            if not ready:
                silences += 1
                if silences > 20:
                    process.kill()
                    break
                if isinstance(answer, signal.Signals):  # it may have come just before the question waits for keys
                    process.send_signal(answer)
                continue
            try:
                said += os.read(ours, 4096).decode()
            except OSError:  # the other end is closed: the command is done
                break
            if waiting and waiting[0][0] in said[start:]:
                start = len(said)
                answer = waiting.pop(0)[1]
                if isinstance(answer, signal.Signals):
                    process.send_signal(answer)
                else:
                    os.write(ours, answer.encode() + b"\n" * (answer != END_OF_INPUT))
        status = process.wait()
    os.close(ours)
    return status, said, [question for question, _ in waiting]


def test_log_asks_on_a_terminal_until_the_answer_fits(trial_folder, protocol):
    status, said, unasked = talk(
        ("log", trial_folder, "--night", "2026-01-12"),
        ("RLS severity (0 to 10, lower is better)", "14"),
        ("outside its scale", "3"),
        ("dose taken that evening", "200"),
        ("side effects", ""),
        ("note", "[bold]so so[/bold] :smile:"),
    )
    assert unasked == []
    assert status == 0, said
    entry = {entry.night: entry for entry in read_diary(trial_folder, protocol)}[date(2026, 1, 12)]
    assert entry == Entry(entry.night, 3, 200, note="[bold]so so[/bold] :smile:")


def test_log_with_no_answer_records_nothing(trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    questions = ("RLS severity", "dose taken", "side effects", "note")
    status, said, unasked = talk(
        ("log", trial_folder, "--night", "2026-01-12"), *((question, "") for question in questions)
    )
    assert (status, unasked) == (1, [])
    assert "nothing was recorded" in said
    assert bytes_in(trial_folder) == before


@pytest.mark.parametrize("stop", [signal.SIGINT, END_OF_INPUT], ids=["Ctrl-C", "Ctrl-D"])
def test_log_stopped_by_the_person_records_nothing(trial_folder, bytes_in, stop):
    before = bytes_in(trial_folder)
    status, said, unasked = talk(("log", trial_folder, "--night", "2026-01-12"), ("RLS severity", "3"), ("dose", stop))
    assert (status, unasked) == (1, [])
    assert "Traceback" not in said
    assert bytes_in(trial_folder) == before


# --- status


def test_status_tells_how_far_and_what_is_missing(nof1, trial_folder):
    status, out, err = nof1("status", trial_folder)
    assert (status, err) == (0, "")
    assert "5 of 14 nights recorded (36 %)" in out
    assert "9 missing" in out
    assert "2026-01-08" in out
    assert "nof1 analyze" in out


def test_status_prints_json(nof1, trial_folder):
    content = json.loads(nof1("status", trial_folder, "--json")[1])
    assert (content["planned"], content["due"], content["recorded"]) == (14, 14, 5)
    assert content["missing"][0] == "2026-01-08"
    assert len(content["missing"]) == 9
    assert content["tonight"] is None


def test_status_of_a_running_trial_names_tonights_arm_and_no_future_night(nof1, tmp_path, make_protocol):
    protocol = make_protocol(design={"start": TODAY - timedelta(days=5)})
    Trial(protocol, draw_order(protocol), ()).create(tmp_path / "trial")
    content = json.loads(nof1("status", tmp_path / "trial", "--json")[1])
    assert content["tonight"] in {"off", "magnesium"}
    assert content["due"] == len(content["missing"]) < 7
    assert max(content["missing"]) < str(datetime.now().astimezone().date())


def test_status_before_the_first_evening(nof1, tmp_path, make_protocol):
    protocol = make_protocol(design={"start": TODAY + timedelta(days=9)})
    Trial(protocol, draw_order(protocol), ()).create(tmp_path / "trial")
    status, out, _ = nof1("status", tmp_path / "trial")
    assert status == 0
    assert f"The first evening is {protocol.start}" in out
    assert "No night is missing" in out
