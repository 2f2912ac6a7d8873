"""Looks at the terminal: planned with answers, priced by power, told by analyze and put on record."""

import json
from datetime import timedelta

import clock
import pytest

from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry
from nof1.record.looks import load_looks
from nof1.record.trial import Trial

RULE = {"after_blocks": [1], "certainty": 0.95}


@pytest.fixture
def begun(tmp_path, make_protocol):
    """A function that makes a trial that began a week ago, with so many nights rated; block 1 has six nights."""

    def make(nights, rule=RULE):
        start = clock.today() - timedelta(days=nights + 1)
        analysis = {"carryover": "none"} | ({} if rule is None else {"interim": rule})
        protocol = make_protocol(design={"start": start, "blocks": 4, "run_in_nights": 0}, analysis=analysis)
        entries = tuple(Entry(start + timedelta(days=i), outcome=float(i * 3 % 7)) for i in range(nights))
        Trial(protocol, draw_order(protocol), entries).write(tmp_path / "trial")
        return tmp_path / "trial"

    return make


@pytest.mark.clock
def test_a_planned_look_says_what_the_rule_says(nof1, begun):
    folder = begun(6)
    status, out, _ = nof1("analyze", folder, "--engine", "marginal")
    assert status == 0
    assert "after 1 of 4 blocks, was planned. The rule fixed beforehand says: go on." in " ".join(out.split())
    (look,) = load_looks(folder)
    assert look.planned
    _, again, _ = nof1("analyze", folder, "--engine", "marginal")
    assert "says: go on." in " ".join(again.split())
    assert load_looks(folder) == (look,)


@pytest.mark.clock
def test_a_look_without_a_rule_is_told_and_on_record(nof1, begun):
    folder = begun(7, rule=None)
    status, out, _ = nof1("analyze", folder, "--engine", "marginal")
    assert status == 0
    assert "a chance finding more likely" in " ".join(out.split())
    assert [look.planned for look in load_looks(folder)] == [False]


@pytest.mark.slow
@pytest.mark.clock
def test_the_second_look_is_told_with_the_first(nof1, begun):
    folder = begun(7)
    nof1("analyze", folder, "--engine", "marginal")
    protocol = Protocol.load(folder)
    nof1("log", folder, "--night", protocol.start + timedelta(days=6), "--correct", "--set", "note=a slip")
    _, out, _ = nof1("analyze", folder, "--engine", "marginal")
    assert "looked at 2 times before the end, without a rule" in " ".join(out.split())


@pytest.mark.clock
def test_json_has_the_looks_as_the_file_does(nof1, begun):
    folder = begun(6)
    status, out, _ = nof1("analyze", folder, "--engine", "marginal", "--json")
    content = json.loads(out)
    assert status == 0
    assert content["looks"] == [look.to_dict() for look in load_looks(folder)]
    assert content["looks"] == json.loads((folder / "results" / "results.json").read_text())["looks"]


@pytest.mark.clock
def test_the_quick_answer_of_a_look_is_on_record_before_it_is_seen(nof1, begun, monkeypatch):
    """Whoever stops the sampling has seen the quick answer all the same."""
    from nof1.analyze import fit

    def stopped(trial, *, real=fit.fit, engine="nuts", **options):
        if engine == "nuts":
            raise KeyboardInterrupt
        return real(trial, engine=engine, **options)

    monkeypatch.setattr(fit, "fit", stopped)
    folder = begun(6)
    status, _, _ = nof1("analyze", folder)
    assert status != 0
    assert [look.engine for look in load_looks(folder)] == ["marginal"]
    assert not (folder / "results").exists()


@pytest.mark.slow
@pytest.mark.clock
def test_a_finished_trial_says_nothing_of_looks(nof1, rated_folder):
    folder = rated_folder(lambda i, period: i * 3 % 7)
    _, out, _ = nof1("analyze", folder, "--engine", "marginal")
    assert "look" not in out.replace("\nlook    ", "\n")  # as a check is marked that is worth a look
    assert load_looks(folder) == ()


@pytest.mark.slow
@pytest.mark.clock
def test_answers_may_hold_the_rule_and_power_prints_its_false_alarms(nof1, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answers = tmp_path / "answers.toml"
    answers.write_text(
        "[design]\nblocks = 3\nperiod_nights = 3\nseed = 5\n[analysis.interim]\nafter_blocks = [1, 2]\ncertainty = 0.95\n"
    )
    folder = tmp_path / "trial"
    status, _, _ = nof1("plan", folder, "--answers", answers, "--unscreened", "--dose-mg", 100, "--form", "citrate")
    assert status == 0
    assert Protocol.load(folder).analysis.interim.after == (1, 2)
    few = ("power", folder, "--trials", 20, "--workers", 1, "--no-neighbours")
    status, out, err = nof1(*few)
    assert (status, err) == (0, "")
    tables = out[out.index("Looks before the last night") : out.index("False alarms:")]
    assert max(map(len, tables.splitlines())) <= 80
    for words in ("by the rule", "without looks", "same looks, no stricter", "How often the rule stops"):
        assert words in tables
    assert [line.split()[:2] for line in tables.splitlines() if line.strip()[:2] in ("1 ", "2 ")] == [
        ["1", "6"],
        ["2", "12"],
    ]
    assert "of 100 simulated trials without any effect" in out
    content = json.loads(nof1(*few, "--json")[1])["interim"]
    assert content["settings"]["certainty"] == 0.95
    assert set(content["false_alarm"]) == {"by the rule", "without looks", "same looks, no stricter"}


@pytest.mark.clock
def test_a_rule_that_does_not_fit_makes_no_plan(refused, tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text("[design]\nblocks = 3\n[analysis.interim]\nafter_blocks = [3]\ncertainty = 0.95\n")
    message = refused(
        "plan", tmp_path / "trial", "--answers", answers, "--unscreened", "--dose-mg", 100, "--form", "citrate"
    )
    assert "after 3 of 3 blocks the trial is over" in message


def test_power_of_a_plan_without_a_rule_has_none(nof1, trial_folder):
    few = ("power", trial_folder, "--trials", 20, "--workers", 1, "--no-neighbours")
    assert "False alarms" not in nof1(*few)[1]
    assert json.loads(nof1(*few, "--json")[1])["interim"] is None
