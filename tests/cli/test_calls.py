"""A library call under every command: what both leave behind is the same, file by file and byte by byte.

Both work in the same place, one after the other: the calendar names the folder it is in. Clocks stand still, that of the seconds a
fit took, too, and what is drawn by chance (seeds, salts, study ids) is drawn alike.
"""

import random
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from cohorts import write_people
from known import SAMPLE

import nof1.clock
from nof1 import Trial, fit, record, report
from nof1.cli.app import COMMANDS
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, load_template, merge, with_dose

MOMENT = datetime(2026, 9, 17, 9, 30).astimezone()
START, NIGHT, LINK = date(2026, 9, 1), date(2026, 9, 3), "http://192.168.1.2:8427/"
TABLE = "Date,How bad?,Coffee\n2026-09-02,4,2\n2026-09-04,twelve,1\n"
NIGHTS = "day,arm,sleep\n1,home,50\n2,walk,60\n3,walk,55\n4,home,45\n"
PEOPLE = (
    "who,day,arm,sleep,guess,sure,taken\nAnn,301,rest,50,,,0\nAnn,302,walk,55,walk,80,200\nAnn,309,home,45,?,0,0\nAnn,310,walk,60,home,10,100\n"
    "Ben,1,home,40,,,\nBen,2,NA,41,,,\nBen,3,walk,42,,,\n"
)
STUDY = "who,day,arm,y\n" + "".join(
    f"{who},{day},{arm},{5 + (day * 7 + ord(who)) % 3 - (arm == 'on')}\n"
    for who in "ABC"
    for day, arm in enumerate(["off", "on", "on", "off"] * (1 if who == "C" else 2), start=1)
)
MANY = [
    "--outcome", "sleep", "--arm", "arm", "--reference", "home", "--day", "day", "--low", 0, "--high", 100, "--better", "higher",
    "--not-compared", "rest",
    "--guess", "guess", "--confidence", "sure", "--dose", "taken", "--dose-unit", "mg",
]  # fmt: skip
OF_MANY = {
    "outcome": "sleep", "arm": "arm", "reference": "home", "day": "day", "low": 0, "high": 100, "better": "higher", "not_compared": ["rest"],
    "guess": "guess", "confidence": "sure", "dose": "taken", "dose_unit": "mg",
}  # fmt: skip
# Commands that write nothing of a trial, and one that runs others.
NOTHING_LEFT = {
    "demo": "plans with a sample trial, then calls analyze and report",
    "facts": "prints what report.facts gives",
    "power": "prints what nof1.power, nof1.simulate_looks and nof1.power_people give",
    "serve": "answers until it is stopped",
    "status": "prints what record.status gives",
}


@dataclass(frozen=True)
class Case:
    """What there is beforehand, what is typed, and what is called; both are given the working folder."""

    given: str
    words: Callable
    call: Callable


def answers(**design):
    content = merge(
        load_template(DEFAULT_TEMPLATE), {"design": {"start": START, "blocks": 2, "period_nights": 3} | design}
    )
    return with_dose(content, {"dose_mg": 100}) | {"unscreened": True}


PLAN = ["--unscreened", "--dose-mg", 100, "--start", START, "--blocks", 2, "--period-nights", 3]
CASES = {
    "plan": Case("nothing", lambda at: ["plan", at / "new", *PLAN], lambda at: Trial.plan(answers(), at / "new")),
    "plan, on letter in large print": Case(
        "nothing",
        lambda at: ["plan", at / "new", *PLAN, "--paper", "letter", "--large-print"],
        lambda at: Trial.plan(answers(), at / "new", paper="letter", large_print=True),
    ),
    "plan, sealed": Case(
        "nothing",
        lambda at: ["plan", at / "new", *PLAN, "--seal", at / "helper"],
        lambda at: Trial.plan(answers(concealed="helper"), at / "new", helper=at / "helper"),
    ),
    "plan, shuffled": Case(
        "nothing",
        lambda at: ["plan", at / "new", *PLAN, "--alone"],
        lambda at: Trial.plan(answers(concealed="alone"), at / "new"),
    ),
    "log": Case(
        "planned",
        lambda at: ["log", at / "trial", "--night", NIGHT, "--set", "severity=4", "--set", "side_effects=2; a rash"],
        lambda at: record.log(at / "trial", {"severity": 4, "side_effects": ["2", "a rash"]}, night=NIGHT),
    ),
    "log, missed nights": Case(
        "planned",
        lambda at: ["log", at / "trial", "--missed", "planned", "--from", date(2026, 9, 3), "--to", date(2026, 9, 8)],
        lambda at: record.log_missed(at / "trial", "planned", since=date(2026, 9, 3), until=date(2026, 9, 8)),
    ),
    "import": Case(
        "planned",
        lambda at: ["import", at / "trial", at / "table.csv", "--map", "severity=How bad?", "--measure", "cups=Coffee", "--yes"],
        lambda at: record.import_file(
            at / "trial", at / "table.csv", column_map={"severity": "How bad?"}, measures={"cups": "Coffee"}
        ),
    ),
    "adopt": Case(
        "nothing",
        lambda at: [
            "adopt", at / "new", at / "nights.csv", "--outcome", "sleep", "--arm", "arm", "--reference", "home", "--day", "day",
            "--low", 0, "--high", 100, "--better", "higher", "--several", "mean", "--decimal", "point", "--threshold", 5,
            "--blocks", 2, "--start-up", "--unit", "h", "--label", "home=at home", "--nights", "days",
        ],
        lambda at: Trial.adopt(
            at / "nights.csv", at / "new", outcome="sleep", arm="arm", reference="home", day="day", low=0, high=100,
            better="higher", several="mean", decimal_comma=False, threshold=5, blocks=2, start_up=True,
            unit="h", labels={"home": "at home"}, nights="days",
        ),
    ),
    "adopt, drawn elsewhere": Case(
        "nothing",
        lambda at: [
            "adopt", at / "new", at / "nights.csv", "--outcome", "sleep", "--arm", "arm", "--reference", "home", "--day", "day",
            "--low", 0, "--high", 100, "--better", "lower", "--drawn", "mirrored",
        ],
        lambda at: Trial.adopt(
            at / "nights.csv", at / "new", outcome="sleep", arm="arm", reference="home", day="day", low=0, high=100, better="lower",
            drawn="mirrored",
        ),
    ),
    "adopt, one of several people": Case(
        "nothing",
        lambda at: [
            "adopt", at / "new", at / "many.csv", *MANY, "--person-column", "who", "--person", "Ann", "--carryover", "exponential",
            "--gaps", "pause",
        ],
        lambda at: Trial.adopt(
            at / "many.csv", at / "new", person_column="who", person="Ann", carryover="exponential", gaps="pause", **OF_MANY
        ),
    ),
    "adopt, each of several people": Case(
        "nothing",
        lambda at: ["adopt", at / "many.csv", *MANY, "--person-column", "who", "--out", at / "new"],
        lambda at: record.adopt_people(at / "many.csv", at / "new", person_column="who", **OF_MANY),
    ),
    "amend": Case(
        "planned",
        lambda at: ["amend", at / "trial", "--pause", date(2026, 9, 5), "--nights", 2, "--reason", "flu"],
        lambda at: record.amend(at / "trial", pause=date(2026, 9, 5), nights=2, reason="flu"),
    ),
    "amend, a dose": Case(
        "planned",
        lambda at: ["amend", at / "trial", "--dose", 50, "--from", date(2026, 9, 5), "--reason", "loose stools"],
        lambda at: record.amend(at / "trial", dose=50, since=date(2026, 9, 5), reason="loose stools"),
    ),
    "amend, a dose in sealed packs": Case(
        "sealed",
        lambda at: ["amend", at / "trial", "--dose", 50, "--from", date(2026, 9, 4), "--helper", at / "helper"],
        lambda at: record.amend(at / "trial", dose=50, since=date(2026, 9, 4), helper=at / "helper"),
    ),
    "amend, a note": Case(
        "planned",
        lambda at: ["amend", at / "trial", "--note", "half a tablet"],
        lambda at: record.amend(at / "trial", note="half a tablet"),
    ),
    "amend, another medicine": Case(
        "planned",
        lambda at: ["amend", at / "trial", "--medicine", "sertraline 50 mg started", "--since", date(2026, 9, 1)],
        lambda at: record.amend(at / "trial", medicine="sertraline 50 mg started", since=date(2026, 9, 1)),
    ),
    "stop": Case(
        "planned",
        lambda at: ["stop", at / "trial", "--reason", "a rash", "--by", "doctor", "--from", date(2026, 9, 5), "--related"],
        lambda at: record.stop(at / "trial", reason="a rash", by="clinician", since=date(2026, 9, 5), unrelated=False),
    ),
    "unseal": Case(
        "sealed",
        lambda at: ["unseal", at / "trial", at / "helper", "--yes"],
        lambda at: record.unseal(at / "trial", at / "helper"),
    ),
    "unseal, one period": Case(
        "sealed",
        lambda at: ["unseal", at / "trial", at / "helper", "--period", 1, "--reason", "a rash"],
        lambda at: record.open_period(at / "trial", 1, "a rash", at / "helper"),
    ),
    "diary-page": Case(
        "planned",
        lambda at: ["diary-page", at / "trial", "--link", LINK],
        lambda at: record.diary_page(at / "trial", link=LINK),
    ),
    "check": Case(
        "changed by hand",
        lambda at: ["check", at / "trial", "--accept", "a typo"],
        lambda at: (record.accept(at / "trial", "a typo"), record.check(at / "trial")),
    ),
    "analyze": Case(
        "recorded",
        lambda at: ["analyze", at / "trial", "--engine", "marginal"],
        lambda at: fit(Trial.load(at / "trial"), engine="marginal").save(at / "trial"),
    ),
    "report": Case(
        "analyzed",
        lambda at: ["report", at / "trial", "--language", "de", "--paper", "letter"],
        lambda at: report.results_pages(at / "trial", language="de", paper="letter"),
    ),
    "report --papers": Case(
        "planned",
        lambda at: ["report", at / "trial", "--papers", "--language", "de", "--large-print"],
        lambda at: report.print_papers(at / "trial", language="de", large_print=True),
    ),
    "report --html": Case(
        "analyzed",
        lambda at: ["report", at / "trial", "--language", "de", "--html"],
        lambda at: report.results_pages(at / "trial", language="de", html=True),
    ),
    "report --checklist": Case(
        "analyzed",
        lambda at: ["report", at / "trial", "--checklist", "--language", "de"],
        lambda at: report.checklist(at / "trial", language="de"),
    ),
    "cohort": Case(
        "people",
        lambda at: ["cohort", at / "people", "--out", at / "new", "--seed", 2],
        lambda at: report.cohort([at / "people"], at / "new", seed=2),
    ),
    "cohort, from one file": Case(
        "nothing",
        lambda at: [
            "cohort", at / "study.csv", "--out", at / "new", "--trials", at / "trials", "--outcome", "y", "--arm", "arm", "--reference", "off",
            "--day", "day", "--low", 0, "--high", 10, "--better", "lower", "--person-column", "who", "--leave-out", "several",
            "--planned-nights", 8,
        ],
        lambda at: report.cohort_from_table(
            at / "study.csv", at / "new", trials=at / "trials", outcome="y", arm="arm", reference="off", day="day", low=0, high=10,
            better="lower", person_column="who", leave_out=["several"], planned=8,
        ),
    ),
    "share": Case(
        "people",
        lambda at: ["share", at / "people", "--out", at / "new"],
        lambda at: record.share([at / "people"], at / "new"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def given(tmp_path_factory, make_protocol):
    """A function that makes what there is beforehand, each once: a folder to copy."""
    home = tmp_path_factory.mktemp("given")

    def make(what):
        made = home / what
        if made.exists():
            return made
        made.mkdir()
        (made / "table.csv").write_text(TABLE)
        (made / "nights.csv").write_text(NIGHTS)
        (made / "many.csv").write_text(PEOPLE)
        (made / "study.csv").write_text(STUDY)
        if what in ("planned", "changed by hand"):
            Trial.plan(answers(), made / "trial", now=MOMENT)
        if what == "changed by hand":
            record.log(made / "trial", {"severity": 4}, night=NIGHT, now=MOMENT)
            diary = made / "trial" / "diary.csv"
            diary.write_text(diary.read_text().replace("2026-09-03,4", "2026-09-03,5"))
        if what == "sealed":
            Trial.plan(answers(concealed="helper"), made / "trial", helper=made / "helper", now=MOMENT)
            record.log(made / "trial", {"severity": 4}, night=NIGHT, now=MOMENT)
        if what in ("recorded", "analyzed"):
            Trial.load(SAMPLE / "helps").write(made / "trial")
        if what == "analyzed":
            fit(Trial.load(made / "trial"), engine="marginal", sensitivity=False).save(made / "trial", now=MOMENT)
        if what == "people":
            write_people(made / "people", make_protocol, 3)
        return made

    return make


@pytest.fixture
def same_chance(monkeypatch):
    """A function that makes the clock stand still, and chance begin anew."""

    class Still(datetime):
        @classmethod
        def now(cls, tz=None):
            return MOMENT

    monkeypatch.setattr(nof1.clock, "datetime", Still)
    monkeypatch.setattr(time, "perf_counter", lambda: 0.0)

    def begin():
        chance = random.Random(1)
        monkeypatch.setattr(secrets, "randbits", chance.getrandbits)
        monkeypatch.setattr(secrets, "token_hex", lambda count: chance.randbytes(count).hex())

    return begin


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_command_and_its_call_leave_the_same_files(nof1, given, same_chance, bytes_in, tmp_path, case):
    at, before = tmp_path / "work", given(case.given)
    left = []
    for run in ("command", "call"):
        shutil.copytree(before, at)
        same_chance()
        if run == "command":
            assert nof1(*case.words(at))[::2] == (0, "")
        else:
            case.call(at)
        left.append(bytes_in(at))
        shutil.rmtree(at)
    commanded, called = left
    assert sorted(commanded) == sorted(called)
    assert [name for name in called if called[name] != commanded[name]] == []
    assert commanded != bytes_in(before)


def test_every_command_that_leaves_something_has_its_call():
    compared = {case.words(SAMPLE)[0] for case in CASES.values()}
    assert compared | set(NOTHING_LEFT) == set(COMMANDS)
    assert not compared & set(NOTHING_LEFT)
