"""nof1 log from scripts, and nof1 status."""

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta

import clock
import pytest
from journals import read_journal
from rich.cells import cell_len

from nof1 import facts
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.evening_dose import evening_line
from nof1.plan.orders.seal import SEALED_ORDER_FILE
from nof1.record.diary.entry import Entry
from nof1.record.diary.secondary import MEASURES_FILE, read_measures
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial

pytestmark = pytest.mark.clock

START = "from nof1.cli import main; main()"
NIGHT = ("--night", "2026-01-12")


@pytest.fixture
def at():
    """A function that sets the clock."""
    return lambda *moment: clock.move_to(datetime(*moment))  # noqa: DTZ001 - local


def night_of(folder, protocol, day):
    return {entry.night: entry for entry in read_diary(folder, protocol)}[date(2026, 1, day)]


def sets(*values):
    return [word for value in values for word in ("--set", value)]


def told(text):
    return " ".join(text.split())


# --- log: a night that is not recorded


def test_log_records_a_night(nof1, trial_folder, protocol):
    values = sets("severity=3", "dose_mg=200", "side_effects=nausea; headache", "guess=off", "note=a = b")
    status, out, err = nof1("log", trial_folder, *NIGHT, *values)
    assert (status, err) == (0, "")
    assert "6 of 14 nights" in out
    entry = night_of(trial_folder, protocol, 12)
    assert entry == Entry(entry.night, 3, 200, side_effects=("nausea", "headache"), guess="off", note="a = b")


@pytest.mark.parametrize(("said", "dose"), [("yes", 200), ("no", 0), ("150", 150)])
def test_set_takes_the_dose_in_the_words_of_the_questions(nof1, trial_folder, protocol, said, dose):
    day = next(p for p in draw_order(protocol).periods if p.arm == "magnesium" and p.start.day > 8).start
    assert nof1("log", trial_folder, "--night", day, *sets(f"dose_mg={said}"))[0] == 0
    assert night_of(trial_folder, protocol, day.day).dose_mg == dose


def test_log_prints_typed_json_and_nothing_else(nof1, trial_folder):
    values = sets("severity=3", "dose_mg=62.5", "side_effects=nausea; headache")
    status, out, err = nof1("log", trial_folder, *NIGHT, *values, "--json")
    content = json.loads(out)
    assert (status, err) == (0, "")
    assert content["night"] == "2026-01-12"
    assert content["recorded"] == {
        "severity": 3,
        "dose_mg": 62.5,
        "side_effects": ["nausea", "headache"],
        "guess": None,
        "confidence": None,
        "note": None,
    }
    assert {"column": "severity", "old": None, "new": 3} in content["changed"]
    assert len(content["changed"]) == 3
    assert (content["stop_rules"], content["findings"]) == ([], [])


def test_log_with_json_asks_nothing(refused, trial_folder, monkeypatch):
    monkeypatch.setattr("nof1.cli.commands.log.is_terminal", lambda: True)
    assert "Nobody can be asked here" in refused("log", trial_folder, *NIGHT, "--json")


def test_log_names_both_days_of_the_night(nof1, trial_folder):
    assert "Monday 12 to Tuesday 13 January 2026" in nof1("log", trial_folder, *NIGHT, *sets("severity=3"))[1]


@pytest.mark.parametrize(
    ("evening", "named"),
    [
        (date(2026, 11, 30), "Monday 30 November to Tuesday 1 December 2026"),
        (date(2026, 12, 31), "Thursday 31 December 2026 to Friday 1 January 2027"),
    ],
)
def test_both_days_are_clear_across_months_and_years(evening, named):
    from nof1.record.diary.night import both_days

    assert both_days(evening) == named


AFTER_MIDNIGHT = {
    "in the morning": ((2026, 1, 13, 7, 0), 12),
    "late in the evening": ((2026, 1, 13, 23, 59), 12),
    "half past midnight": ((2026, 1, 14, 0, 30), 12),
    "before four": ((2026, 1, 14, 3, 59), 12),
    "at four": ((2026, 1, 14, 4, 0), 13),
}


@pytest.mark.parametrize(("moment", "day"), AFTER_MIDNIGHT.values(), ids=AFTER_MIDNIGHT)
def test_last_night_is_the_one_that_was_slept(nof1, trial_folder, protocol, at, moment, day):
    at(*moment)
    assert nof1("log", trial_folder, *sets("severity=3"))[0] == 0
    assert night_of(trial_folder, protocol, day).outcome == 3


def test_a_night_that_is_not_over_is_refused(refused, trial_folder, at):
    at(2026, 1, 13, 0, 30)
    for day in (12, 13, 18):
        message = refused("log", trial_folder, "--night", f"2026-01-{day}", *sets("severity=3"))
        assert "is not over yet" in message


TONIGHT = {"in the evening": (2026, 1, 12, 21, 40), "half past midnight": (2026, 1, 13, 0, 30)}


@pytest.mark.parametrize("moment", TONIGHT.values(), ids=TONIGHT)
def test_what_was_taken_tonight_is_recorded_in_the_evening(nof1, refused, trial_folder, protocol, at, moment):
    at(*moment)
    status = ("status", trial_folder)
    on = draw_order(protocol).period_of(date(2026, 1, 12)).arm == "magnesium"
    assert ("Once it is taken: nof1 log" in told(nof1(*status)[1])) == on
    assert "is not over yet" in refused("log", trial_folder, "--night", "tonight", *sets("severity=3"))
    _, out, err = nof1("log", trial_folder, "--night", "tonight", *sets("dose_mg=150"))
    assert (told(out).startswith("Recorded for tonight: 150 mg"), err) == (True, "")
    assert night_of(trial_folder, protocol, 12) == Entry(date(2026, 1, 12), dose_mg=150)
    assert "Recorded for tonight: 150 mg" in told(nof1(*status)[1])
    assert "already" in refused("log", trial_folder, "--night", "tonight", *sets("dose_mg=200"))
    assert nof1("log", trial_folder, "--night", "tonight", "--correct", *sets("dose_mg="))[1].startswith(
        "Nothing is recorded"
    )


def test_before_and_after_the_trial_it_is_said_which_nights_there_are(refused, trial_folder, at):
    at(2026, 1, 4, 9)
    message = refused("log", trial_folder, *sets("severity=3"))
    assert "has not begun: its first night is that of Monday 5 to Tuesday 6 January 2026." in message
    assert "from the morning of 2026-01-06 on" in message
    assert "--night" not in message
    at(2026, 2, 1, 9)
    assert "--night 2026-01-18" in refused("log", trial_folder, *sets("severity=3"))


def test_log_names_recent_missing_nights_with_the_command(nof1, trial_folder, at):
    at(2026, 1, 14, 9)
    out = told(nof1("log", trial_folder, *sets("severity=3"))[1])
    assert f"3 recent nights are missing: nof1 log {trial_folder} --night 2026-01-12" in out


def test_a_night_without_a_rating_is_said_and_not_named_as_missing_at_once(nof1, trial_folder, at):
    at(2026, 1, 13, 9)
    out = told(nof1("log", trial_folder, *sets("side_effects=itch"))[1])
    assert (
        "Recorded the night of Monday 12 to Tuesday 13 January 2026, without a rating; 5 of 14 nights have one." in out
    )
    assert f"2 recent nights are missing: nof1 log {trial_folder} --night 2026-01-11" in out


def test_the_folder_can_be_left_out(nof1, trial_folder, monkeypatch, protocol):
    monkeypatch.chdir(trial_folder)
    assert nof1("log", *NIGHT, *sets("severity=3"))[0] == 0
    assert night_of(trial_folder, protocol, 12).outcome == 3
    assert "Next: nof1 analyze\n" in nof1("status")[1]


@pytest.mark.parametrize("command", ["log", "status"])
def test_outside_a_trial_folder_it_is_said_what_to_do(refused, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    assert f"nof1 {command} DIR" in refused(command)


BAD_LOGS = {
    "off the scale": ((*NIGHT, "--set", "severity=11"), "severity: '11' is outside its scale, 0 to 10"),
    "below the scale": ((*NIGHT, "--set", "severity=-1"), "outside its scale, 0 to 10"),
    "no number": ((*NIGHT, "--set", "severity=bad"), "severity: 'bad' is no answer here"),
    "recorded already": (("--night", "2026-01-05", "--set", "severity=5"), "recorded already is severity 4"),
    "before the trial": (("--night", "2026-01-04", "--set", "severity=4"), "is not a night of this trial"),
    "after the trial": (("--night", "2026-01-19", "--set", "severity=4"), "is not a night of this trial"),
    "unknown name": ((*NIGHT, "--set", "mood=4"), "NAME=VALUE with one of: severity"),
    "the night itself": ((*NIGHT, "--set", "night=2026-01-13"), "NAME=VALUE with one of"),
    "no equals sign": ((*NIGHT, "--set", "severity"), "NAME=VALUE with one of: severity"),
    "a name twice": ((*NIGHT, "--set", "severity=4", "--set", "severity=5"), "'severity' twice"),
    "nothing at all": ((*NIGHT, "--set", "severity="), "Nothing to record"),
    "half a character": ((*NIGHT, "--set", "note=a\udcff"), "unreadable character"),
    "nobody to ask": (NIGHT, "--set severity=4"),
    "last night of a trial that is over": (("--set", "severity=4"), "is not a night of this trial"),
    "a long reason": ((*NIGHT, "--set", "severity=4", "--reason", "x" * 501), "at most 500"),
}


@pytest.mark.parametrize(("words", "message"), BAD_LOGS.values(), ids=BAD_LOGS)
def test_a_bad_night_is_refused(refused, trial_folder, words, message):
    assert message in refused("log", trial_folder, *words)


# --- log: corrections


def test_filling_what_is_empty_needs_no_correct(nof1, trial_folder, protocol):
    assert nof1("log", trial_folder, "--night", "2026-01-05", *sets("dose_mg=0"))[0] == 0
    entry = night_of(trial_folder, protocol, 5)
    assert (entry.outcome, entry.dose_mg) == (4, 0)


def test_a_correction_keeps_the_old_value_in_the_journal(nof1, refused, trial_folder, protocol):
    words = ("log", trial_folder, "--night", "2026-01-05", *sets("severity=7"))
    assert "add --correct" in refused(*words)
    status, out, err = nof1(*words, "--correct", "--reason", "[b]misread[/b] my note", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["changed"] == [{"column": "severity", "old": 4, "new": 7}]
    assert night_of(trial_folder, protocol, 5).outcome == 7
    line = read_journal(trial_folder)[-1]
    assert (line.by, line.night, line.column, line.old, line.new) == ("log", "2026-01-05", "severity", "4", "7")
    assert line.reason == "[b]misread[/b] my note"


def test_a_reason_is_kept_on_one_line_without_what_nobody_can_see(nof1, refused, trial_folder):
    words = ("log", trial_folder, "--night", "2026-01-05", *sets("severity=7"), "--correct", "--reason")
    assert refused(*words, "gr\udcfcn") == "The reason holds an unreadable character. Remove it."
    assert nof1(*words, "mixed\u202e up\r\ntwo\x1b nights ")[0] == 0
    assert read_journal(trial_folder)[-1].reason == "mixed up two nights"


def test_a_value_can_be_cleared(nof1, refused, trial_folder, protocol):
    words = ("log", trial_folder, "--night", "2026-01-05", *sets("severity="))
    assert "recorded already" in refused(*words)
    assert nof1(*words, "--correct")[0] == 0
    assert night_of(trial_folder, protocol, 5).outcome is None
    assert (read_journal(trial_folder)[-1].old, read_journal(trial_folder)[-1].new) == ("4", "")


def test_the_same_again_changes_nothing(nof1, trial_folder, bytes_in):
    before = bytes_in(trial_folder)
    status, out, _ = nof1("log", trial_folder, "--night", "2026-01-05", *sets("severity=4"))
    assert status == 0
    assert "stands as it was" in told(out)
    assert bytes_in(trial_folder) == before


def test_a_measure_beside_the_diary_can_be_corrected(nof1, refused, trial_folder):
    (trial_folder / MEASURES_FILE).write_text("night,measure,value,unit\n2026-01-05,steps,5000,\n")
    words = ("log", trial_folder, "--night", "2026-01-05", *sets("steps=6000"))
    assert "--correct" in refused(*words)
    assert nof1(*words, "--correct")[0] == 0
    assert read_measures(trial_folder) == {(date(2026, 1, 5), "steps"): 6000}


# --- log: harms


@pytest.mark.parametrize("entered", ["diarrhoea", "nausea; bad DIARRHEA all day"])
def test_a_stop_rule_is_told_at_once(nof1, trial_folder, entered):
    status, out, _ = nof1("log", trial_folder, *NIGHT, *sets("severity=3", f"side_effects={entered}"))
    rule = facts.fact("stop-diarrhoea")
    assert status == 0
    for part in (entered.split("; ")[-1], rule["text"], facts.fact("stop-action")["text"], rule["source"]):
        assert part in told(out)
    assert "no medical advice" in told(out)


def test_a_stop_rule_stands_in_the_json(nof1, trial_folder):
    _, out, _ = nof1("log", trial_folder, *NIGHT, *sets("side_effects=felt faint; nausea"), "--json")
    (rule,) = json.loads(out)["stop_rules"]
    assert (rule["id"], rule["entered"]) == ("stop-fainting", "felt faint")
    assert rule["source"] == facts.fact("stop-fainting")["source"]


@pytest.mark.parametrize(
    ("entered", "kept", "rules"),
    [
        ("2", ["diarrhoea"], ["stop-diarrhoea"]),
        ("nausea, no headache", ["nausea"], []),
        ("1 5, itch", ["soft stools", "slow or irregular heartbeat", "itch"], ["stop-heartbeat"]),
        ("none", [], []),
        ("no weakness", [], []),
    ],
)
def test_set_takes_side_effects_as_the_questions_do(nof1, trial_folder, entered, kept, rules):
    _, out, _ = nof1("log", trial_folder, *NIGHT, *sets("severity=3", f"side_effects={entered}"), "--json")
    content = json.loads(out)
    assert content["recorded"]["side_effects"] == kept
    assert [rule["id"] for rule in content["stop_rules"]] == rules


def test_set_refuses_a_side_effect_that_is_not_on_the_list(refused, trial_folder):
    message = refused("log", trial_folder, *NIGHT, *sets("side_effects=9"))
    assert message.startswith("side_effects: 9 is not on the list, which runs from 1 to 6")


@pytest.mark.parametrize("entered", ["nausea", "no diarrhoea"])
def test_other_side_effects_bring_no_stop_rule(nof1, trial_folder, entered):
    _, out, _ = nof1("log", trial_folder, *NIGHT, *sets(f"side_effects={entered}"))
    assert "stop rule" not in out


def test_a_high_dose_is_told(nof1, trial_folder):
    words = ("log", trial_folder, *NIGHT, *sets("dose_mg=400"))
    assert "350 mg" in nof1(*words)[1]
    (low, *_) = json.loads(nof1(*words, "--json")[1])["findings"]
    assert low["level"] == "ask"


# --- status


def test_status_tells_how_far_and_what_is_missing(nof1, trial_folder):
    status, out, err = nof1("status", trial_folder)
    assert (status, err) == (0, "")
    assert "5 of 14 nights recorded (36 %)" in out
    assert "9 missing: 2026-01-08, 2026-01-11 to 2026-01-18." in out
    assert "nof1 analyze" in out


def test_status_has_a_mark_for_every_night(nof1, trial_folder, at):
    at(2026, 1, 13, 9)
    out = nof1("status", trial_folder)[1]
    (line,) = [line for line in out.splitlines() if line.startswith("2026-01-05  ")]
    assert line.split(maxsplit=1)[1].replace(" ", "") == "■■■□■■□□······"
    assert "■ 5 recorded  □ 3 missing  · 6 to come" in out


@pytest.mark.parametrize("width", [40, 80])
def test_status_fits_the_terminal(nof1, trial_folder, monkeypatch, width, at):
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    at(2026, 1, 13, 9)
    out = nof1("status", trial_folder)[1]
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert len(re.findall("[■□·]", "".join(line for line in lines if line.startswith("2026-")))) == 14


def test_status_can_be_read_where_there_is_only_ascii(trial_folder):
    command = [sys.executable, "-c", START, "status", str(trial_folder)]
    done = subprocess.run(command, capture_output=True, check=True, env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert "###o##o ooooooo" in done.stdout.decode("ascii")


def test_status_prints_typed_json(nof1, trial_folder):
    content = json.loads(nof1("status", trial_folder, "--json")[1])
    assert (content["planned"], content["due"], content["recorded"]) == (14, 14, 5)
    assert content["missing"][0] == "2026-01-08"
    assert len(content["missing"]) == 9
    assert content["tonight"] is None
    assert content["nights"][0] == {"night": "2026-01-05", "state": "recorded"}
    assert [night["state"] for night in content["nights"]].count("missing") == 9
    assert [due["what"] for due in content["to_do"]] == ["analyze"]
    assert content["adherence"] == {
        "nights": 14, "as_planned": 0, "not_as_planned": 0, "not_recorded": 14, "share": 0.0
    }  # fmt: skip
    assert (content["harms"], content["measures"], content["conflict_copies"]) == ([], {}, [])


def taken(folder, protocol, days):
    """As planned on the first nights."""
    order = draw_order(protocol)
    nights = [order.start + timedelta(days=i) for i in range(days)]
    arms = [protocol.arm(order.period_of(night).arm) for night in nights]
    entries = tuple(Entry(night, dose_mg=arm.dose_mg) for night, arm in zip(nights, arms, strict=True))
    Trial(protocol, order, entries).write(folder)


def test_who_stopped_early_did_not_take_all_of_it(nof1, tmp_path, make_protocol, at):
    protocol = make_protocol(design={"blocks": 5, "period_nights": 7, "run_in_nights": 0})
    taken(tmp_path / "trial", protocol, 10)
    at(2026, 1, 15, 9)
    assert "Taken as planned on 10 of 10 nights so far (100 %)." in told(nof1("status", tmp_path / "trial")[1])
    at(2026, 6, 1, 9)
    out = told(nof1("status", tmp_path / "trial")[1])
    assert "Taken as planned on 10 of 70 nights so far (14 %); 60 not recorded." in out


def test_another_dose_is_not_as_planned(nof1, trial_folder, protocol, at):
    order = draw_order(protocol)
    on = next(p.start for p in order.periods if p.arm == "magnesium" and p.start.day > 10)
    off = next(p.start for p in order.periods if p.arm == "off" and p.start.day > 10)
    at(2026, 2, 1, 9)
    doses = {on: (100, 201, 198.9), off: (200, 1, 1.1)}  # give or take 1 mg, and not a tenth more
    for start, of_period in doses.items():
        for i, dose in enumerate(of_period):
            nof1("log", trial_folder, "--night", start + timedelta(i), *sets(f"dose_mg={dose}"))
    adherence = json.loads(nof1("status", trial_folder, "--json")[1])["adherence"]
    assert (adherence["as_planned"], adherence["not_as_planned"], adherence["not_recorded"]) == (2, 4, 8)


def test_where_the_planned_dose_is_not_known_any_dose_is_as_planned(nof1, tmp_path, make_protocol, at):
    protocol = make_protocol(arms=[{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate"}])
    order = draw_order(protocol)
    on = next(p for p in order.periods if p.arm == "magnesium")
    entries = tuple(Entry(night, dose_mg=dose) for night, dose in zip(on.dates, (150, 0, None), strict=True))
    Trial(protocol, order, entries).write(tmp_path / "trial")
    adherence = json.loads(nof1("status", tmp_path / "trial", "--json")[1])["adherence"]
    assert (adherence["as_planned"], adherence["not_as_planned"]) == (1, 1)


def test_pauses_count_nowhere(nof1, trial_folder, at):
    nof1("amend", trial_folder, "--pause", "2026-01-11", "--nights", "2", "--reason", "ill")
    at(2026, 1, 14, 9)
    content = json.loads(nof1("status", trial_folder, "--json")[1])
    assert (content["planned"], content["due"], content["adherence"]["nights"]) == (14, 7, 7)
    assert [night["night"] for night in content["nights"] if night["state"] == "pause"] == ["2026-01-11", "2026-01-12"]
    assert "2026-01-11" not in content["missing"]
    assert "– 2 in a pause" in nof1("status", trial_folder)[1]


def test_washout_nights_are_no_nights_of_adherence(nof1, tmp_path, make_protocol):
    protocol = make_protocol(design={"washout_nights": 2})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    content = json.loads(nof1("status", tmp_path / "trial", "--json")[1])
    assert (content["planned"], content["adherence"]["nights"]) == (20, 14)


def test_a_sign_in_the_note_is_told_and_an_emergency_comes_first(nof1, trial_folder):
    told_now = sets("side_effects=weak legs", "note=Bad night. Throat was swollen; I rang my sister.")
    out = told(nof1("log", trial_folder, *NIGHT, *told_now)[1])
    assert "You entered 'Throat was swollen;'. This is an emergency sign" in out
    assert out.index("call the emergency number now") < out.index("The stop rule for weakness")
    content = json.loads(nof1("log", trial_folder, *NIGHT, *sets("note=all well"), "--correct", "--json")[1])
    assert [(rule["id"], rule["level"]) for rule in content["stop_rules"]] == [("stop-weakness", "stop")]
    findings = json.loads(nof1("check", trial_folder, "--json")[1])["findings"]
    assert [one["text"] for one in findings if one["what"] == "signs"] == [
        f"Night {NIGHT[1]}: 'weak legs' is a stop rule (weakness). Talk to a doctor about it. "
        "If it is there now: stop the supplement, call a doctor, and record it."
    ]


def test_harms_are_counted_by_night_and_stop_symptoms_marked(nof1, trial_folder):
    for day, words in ((12, "Nausea; nausea"), (13, "nausea; weak legs; chest hurts"), (14, "none")):
        nof1("log", trial_folder, "--night", f"2026-01-{day}", *sets("severity=3", f"side_effects={words}"))
    content = json.loads(nof1("status", trial_folder, "--json")[1])
    assert content["harms"] == [
        {"name": "chest hurts", "nights": 1, "stop_rule": "stop-chest-pain", "level": "emergency"},
        {"name": "weak legs", "nights": 1, "stop_rule": "stop-weakness", "level": "stop"},
        {"name": "Nausea", "nights": 2, "stop_rule": None, "level": None},
    ]
    out = told(nof1("status", trial_folder)[1])
    assert "chest hurts on 1 night, weak legs on 1 night, Nausea on 2 nights" in out
    assert "Emergency sign: chest hurts. With chest pain, call the emergency number now" in out
    assert "Stop rule: weak legs. With weakness, stop the supplement" in out


def test_measures_beside_the_diary_are_counted(nof1, trial_folder):
    (trial_folder / MEASURES_FILE).write_text(
        "night,measure,value,unit\n2026-01-05,steps,5000,\n2026-01-06,steps,1,\n2026-01-06,mood,1,\n"
    )
    assert "Also recorded: mood on 1 night, steps on 2 nights." in nof1("status", trial_folder)[1]
    assert json.loads(nof1("status", trial_folder, "--json")[1])["measures"] == {"mood": 1, "steps": 2}


def test_status_of_a_running_trial_tells_what_is_due_and_no_future_night(nof1, trial_folder, protocol, at):
    at(2026, 1, 11, 9)
    content = json.loads(nof1("status", trial_folder, "--json")[1])
    assert content["tonight"] in {"off", "magnesium"}
    assert (content["due"], content["missing"]) == (6, ["2026-01-08"])
    assert [due["what"] for due in content["to_do"]] == ["dose"]
    at(2026, 1, 12, 9)
    log, dose = json.loads(nof1("status", trial_folder, "--json")[1])["to_do"]
    assert (log["what"], log["night"], log["command"]) == ("log", "2026-01-11", f"nof1 log {trial_folder}")
    assert (dose["what"], dose["night"]) == ("dose", "2026-01-12")
    out = told(nof1("status", trial_folder)[1])
    assert "Last night (Sunday 11 to Monday 12 January 2026) is not recorded" in out
    line = evening_line(protocol, draw_order(protocol), date(2026, 1, 12))
    assert out.startswith(line)
    assert line.startswith("Tonight (Mon 12 Jan): take ")
    assert dose["text"] == content["evening"].replace("Sun 11", "Mon 12") == line


def test_status_before_the_first_evening(nof1, trial_folder, at):
    at(2026, 1, 1, 9)
    status, out, _ = nof1("status", trial_folder)
    assert status == 0
    assert out.startswith("First evening (Mon 5 Jan): take nothing")
    assert "No night is missing" in out
    assert "Taken as planned" not in out


# --- sealed


@pytest.mark.slow
def test_nothing_that_log_and_status_say_of_a_sealed_trial_depends_on_the_order(nof1, sealed_trial, monkeypatch, at):
    """Every order that was drawn gives the same bytes, with nights, doses, guesses and side effects recorded."""
    at(2026, 1, 12, 9)
    said, orders = set(), set()
    for seed in range(12):
        trial = sealed_trial(seed=seed, name=f"trial{seed}", ratings="465735")
        sealed = json.loads((trial.helper / SEALED_ORDER_FILE).read_text())
        orders.add(tuple(sealed["arms"]))
        monkeypatch.chdir(trial.folder)
        parts = []
        for words in (
            (
                "log",
                "--night",
                "2026-01-09",
                *sets("taken=1", "guess=citrate", "confidence=60", "side_effects=weakness"),
            ),
            ("log", "--night", "2026-01-10", *sets("taken=half"), "--json"),
            ("log", "--night", "2026-01-11", *sets("severity=3", "taken=no")),
            ("status",),
            ("status", "--json"),
        ):
            status, out, err = nof1(*words)
            assert (status, err) == (0, "")
            parts.append(out)
        said.add("".join(parts))
    assert len(orders) > 2
    assert len(said) == 1


def test_adherence_of_a_sealed_trial_is_by_share_of_its_packs(nof1, sealed_trial, at):
    trial = sealed_trial(ratings="")
    at(2026, 1, 12, 9)
    for day, share in ((7, "1"), (8, "half"), (9, "no"), (10, "yes")):
        nof1("log", trial.folder, "--night", f"2026-01-{day:02}", *sets(f"taken={share}"))
    out = told(nof1("status", trial.folder)[1])
    # The two run-in nights have no pack.
    assert "Taken as planned on 2 of 5 nights so far (40 %); 2 otherwise, 1 not recorded." in out


def test_a_guess_that_is_due_is_named_with_its_command(nof1, sealed_trial, at):
    trial = sealed_trial(ratings="46573")
    at(2026, 1, 10, 9)
    out = told(nof1("status", trial.folder)[1])
    command = f"nof1 log {trial.folder} --night 2026-01-09"
    assert f"Your guess of period 1 is not recorded. {command}" in out
    assert nof1("log", trial.folder, "--night", "2026-01-09", *sets("guess=can't tell"))[0] == 0
    assert json.loads(nof1("status", trial.folder, "--json")[1])["guesses_missing"] == []


def test_a_sealed_trial_that_is_over_is_to_be_unsealed(nof1, sealed_trial):
    trial = sealed_trial()
    assert f"Next: nof1 unseal {trial.folder}" in told(nof1("status", trial.folder)[1])


def test_after_opening_adherence_goes_by_packs_still_and_nothing_is_asked_for(nof1, sealed_trial):
    trial = sealed_trial()

    nof1("unseal", trial.folder, trial.helper, "--yes")
    content = json.loads(nof1("status", trial.folder, "--json")[1])
    assert content["adherence"]["nights"] == 12
    assert [due["what"] for due in content["to_do"]] == ["analyze"]


# --- conflict copies


@pytest.mark.parametrize("words", [("log", *NIGHT, "--set", "severity=3"), ("status",)])
def test_a_conflict_copy_is_named_with_what_to_do(nof1, trial_folder, words):
    (trial_folder / "diary (conflicted copy 2026-10-01).csv").write_text("x")
    status, out, err = nof1(words[0], trial_folder, *words[1:])
    assert (status, err) == (0, "")
    assert told(out).count("diary (conflicted copy 2026-10-01).csv looks like a conflict copy") == 1
    assert f"nof1 import {trial_folder}" in told(out)


def test_a_conflict_copy_does_not_get_between_the_json(nof1, trial_folder):
    (trial_folder / "journal 2.csv").write_text("x")
    status, out, err = nof1("log", trial_folder, *NIGHT, *sets("severity=3"), "--json")
    assert (status, json.loads(out)["night"]) == (0, "2026-01-12")
    assert "journal 2.csv" in err
    assert json.loads(nof1("status", trial_folder, "--json")[1])["conflict_copies"] == ["journal 2.csv"]


# --- side effects that are graded


def test_a_side_effect_is_graded_with_set_and_a_serious_one_says_whom_to_tell(nof1, trial_folder):
    status, out, err = nof1(
        "log", trial_folder, *NIGHT, *sets("severity=3", "side_effects=headache", "headache: severity=mild")
    )
    assert (status, err) == (0, "")
    assert "serious" not in out
    status, out, _ = nof1("log", trial_folder, *NIGHT, *sets("headache: serious=hospital"))
    assert status == 0
    assert "'headache' is recorded as serious. Tell a doctor about it now" in told(out)
    found = json.loads(nof1("log", trial_folder, *NIGHT, *sets("headache: outcome=better"), "--json")[1])
    assert found["recorded"]["headache: severity"] == "mild"
    assert found["changed"] == [{"column": "headache: outcome", "old": None, "new": "better"}]
    later = nof1("log", trial_folder, "--night", "2026-01-13", *sets("severity=3"))[1]
    assert "Not over when it was entered: headache, night of 2026-01-12." in told(later)
    assert "has not been said" not in nof1("status", trial_folder)[1]
    assert (
        nof1("log", trial_folder, "--night", "2026-01-14", *sets("severity=3", "side_effects=itch; Headache"))[0] == 0
    )
    assert "How bad it was has not been said of 'itch'. If you want to: nof1 log" in told(
        nof1("status", trial_folder)[1]
    )
    ungraded = json.loads(nof1("status", trial_folder, "--json")[1])["ungraded"]
    assert ungraded == [{"night": "2026-01-14", "name": "itch"}]
    status, _, err = nof1("log", trial_folder, *NIGHT, *sets("itch: severity=mild"))
    assert status != 0
    assert "'itch' is no side effect of this night" in told(err)
