"""What the wizard shows on a terminal of 80 x 24: questions, help, findings, doses, prices."""

import os
import re
import struct
import subprocess
import sys
import tomllib
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len
from wizard_person import (
    BRANCHES,
    STOP,
    Person,
    fits,
    given_by,
    lines_of,
    planned,
    protocol_of,
    road,
    talk_at,
    walk,
)

from nof1 import facts
from nof1.cli.wizard.conversation import answers_from
from nof1.cli.wizard.draft import draft_path
from nof1.cli.wizard.step import proposal, told
from nof1.cli.wizard.steps import STEPS
from nof1.plan.orders.concerns import findings
from nof1.plan.protocol.safety.screen import finding_line, questions, screen


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    return Path("trial")


# --- the screen


@pytest.mark.parametrize("branch", BRANCHES.values(), ids=BRANCHES)
def test_every_screen_and_every_help_fits_80_by_24(folder, branch):
    person = Person(word for text in lines_of(branch) for word in ("?", text))
    assert person.plan(folder) is not None
    fits(person)


@pytest.mark.parametrize("name", BRANCHES)
def test_no_screen_of_a_question_or_summary_has_to_be_paged(name):
    person, _ = planned(name)
    fits(person)
    assert not [shown for shown in person.screens if "Enter shows more" in shown]


@pytest.mark.slow
def test_questions_are_short(folder):
    """Six lines with its keys and the prompt; choices, flags, prices and summaries take what they need."""
    for branch in BRANCHES.values():
        for step, _, talk in walk(branch):
            assert len(told(step.question, talk)) <= 130, step.id
            assert len(told(step.choices, talk)) <= 7, step.id


@pytest.mark.slow
def test_every_step_has_help_and_every_default_is_allowed(folder):
    met = set()
    for branch in BRANCHES.values():
        for step, text, talk in walk(branch):
            met.add(step.id)
            assert len(told(step.help, talk)) > 30, step.id
            default = told(step.default, talk)
            if default is not None:
                step.parse(default, talk)
            value = step.parse(text.strip() or proposal(step, talk), talk)
            assert step.parse(value, talk) == value, step.id
    assert met == {step.id for step in STEPS}


def test_help_names_its_sources(folder):
    helps = {step.id: told(step.help, talk_at(folder)) for step in STEPS if step.id not in ("summary", "draw")}
    assert "Farrar 2001" in helps["threshold"]
    assert "Avioli & Berman 1966" in helps["period_nights"]
    assert "Avioli & Berman 1966" in helps["washout_nights"]
    assert "formula and atomic masses" in helps["form-first"]
    assert all(question.help in helps[f"safety-{question.id}"] for question in questions())


def test_no_colour_off_a_terminal_and_a_narrow_one_is_kept(folder, monkeypatch):
    monkeypatch.setenv("COLUMNS", "44")
    person = Person(lines_of({}))
    person.plan(folder)
    assert "\x1b" not in person.seen
    assert max(cell_len(line) for shown in person.screens for line in shown.split("\n")[:-1]) <= 44


def test_the_start_says_what_this_is_not(folder):
    person = Person([])
    person.plan(folder)
    assert "no medical device, gives no advice and proposes no dose" in person.seen


# --- safety and dose


@pytest.mark.parametrize("name", BRANCHES)
def test_no_dose_is_ever_proposed(name):
    person, _ = planned(name)
    amounts = ("in the evening?", "how much of it each evening?")  # in mg, and of a bath in one's own words
    asked = [shown for shown in person.screens if any(one in " ".join(shown.split()) for one in amounts)]
    assert asked
    assert all(shown.split("\n")[-1] == "> " for shown in asked)


@pytest.mark.parametrize(("dose", "flags"), [("250", []), ("300", ["250 mg"]), ("351", ["250 mg", "350 mg"])])
def test_doses_above_an_upper_level_are_flagged_with_the_source(folder, dose, flags):
    person = Person(lines_of({"amount-first": dose}))
    person.plan(folder)
    for row in facts.load("dose"):
        told_so = f"is above {row['mg_per_day']} mg" in person.seen
        assert told_so == (f"{row['mg_per_day']} mg" in flags)
        assert (row["source"] in person.seen) == told_so


def test_a_flagged_dose_can_be_taken_back(folder):
    lines = lines_of({"amount-first": "400"})
    place = lines.index("400") + 1
    person = Person([*lines[:place], "n", "200", *lines[place + 1 :]])
    assert person.plan(folder)["arms"][1]["dose_mg"] == 200


def test_other_products_count_towards_the_upper_levels(folder):
    person = Person(lines_of({"safety-other_magnesium_mg": "200"}))
    person.plan(folder)
    assert "400 mg elemental magnesium a day (200 mg and 200 mg from other products) is above 350 mg" in person.seen


@pytest.mark.parametrize("question", [one for one in questions() if one.kind == "yes-no"], ids=lambda one: one.id)
def test_a_yes_shows_its_finding_at_once(folder, question):
    branch = {f"safety-{question.id}": "y"}
    asked = road(branch)
    place = [step.id for step, _ in asked].index(f"safety-{question.id}")
    person = Person([text for _, text in asked[: place + 1]])
    person.plan(folder)
    (finding,) = screen(protocol_of(answers_from(given_by(branch))).safety)
    assert " ".join(finding_line(finding).split()) in " ".join(person.screens[-2].split())


def test_a_stop_without_agreement_ends_without_a_plan(folder):
    asked = road(STOP)
    place = [step.id for step, _ in asked].index("agreed")
    lines = [text for _, text in asked]
    person = Person([*lines[:place], "n", "must not be asked"])
    assert person.plan(folder) is None
    assert person.lines == ["must not be asked"]
    assert "Show the lines above to the doctor who treats you" in person.seen
    assert draft_path(folder).is_file()
    again = Person(["", *lines[place:]])
    answers = again.plan(folder)
    assert answers["safety"]["agreement"] == {"clinician": "Dr Amara", "date": date(2026, 11, 22)}


def test_agreement_is_asked_right_after_the_last_stop_question():
    ids = [step.id for step in STEPS]
    stops = [f"safety-{row['id']}" for row in facts.load("safety") if row["level"] == "stop"]
    assert ids.index("agreed") == ids.index(stops[-1]) + 1


def test_another_stop_asks_for_agreement_again(folder):
    lines = lines_of({"safety-kidney_severe": "y"})
    person = Person([*lines[:-2], "4", "", "y"])
    assert person.plan(folder) is None
    assert "agreed" not in tomllib.loads(draft_path(folder).read_text())


@pytest.mark.slow
def test_what_is_cut_in_the_summary_stands_in_its_help(folder):
    branch = BRANCHES["everything at once"]
    person = Person([*lines_of(branch)[:-1], "?"])
    person.plan(folder)
    last = next(shown for shown in person.screens if "Before the order is drawn" in shown)
    assert "Stop: The product information" in last
    assert re.search(r"And \d+ more. Type \? to read all of it in full.", last)
    after = person.screens.index(last)
    in_full = " ".join(" ".join(person.screens[after + 1 :]).replace("Enter shows more > ", "").split())
    for finding in findings(protocol_of(answers_from(given_by(branch)))):
        assert " ".join(finding_line(finding).split()) in in_full


@pytest.mark.slow
@pytest.mark.clock
def test_on_a_real_terminal_one_can_leave_and_go_on(tmp_path):
    """The command itself, on a pseudo-terminal of 80 x 24."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))

    def run(typed):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        command = [sys.executable, "-c", "from nof1.cli import main; main()", "plan", "trial"]
        env = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | {"TERM": "xterm"}
        with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=tmp_path, env=env) as process:
            os.close(slave)
            os.write(master, typed.encode())
            shown = b""
            with suppress(OSError):  # the other end is closed when the command is over
                while part := os.read(master, 4096):
                    shown += part
        os.close(master)
        return process.returncode, shown.decode()

    status, shown = run("4\nMy legs\n?\nq\n")
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert status == 0
    assert shown != plain
    assert "Which form is the first?" in plain
    assert "formula and atomic masses" in plain
    assert max(map(cell_len, plain.replace("\r", "").split("\n"))) <= 80
    assert tomllib.loads((tmp_path / "trial.draft.toml").read_text()) == {"compare": "forms", "title": "My legs"}
    status, shown = run("1\nq\n")
    assert status == 0
    assert "go on where I stopped" in shown
    assert "Which form is the first?" in shown
