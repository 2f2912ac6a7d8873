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
from nof1.cli.wizard.safety import STEP_IDS, key
from nof1.cli.wizard.step import proposal, told
from nof1.cli.wizard.steps import STEPS
from nof1.plan.orders.concerns import findings
from nof1.plan.protocol.protocol import Protocol
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
    found = name in ("everything at once", "nothing known")  # so many findings that they take more than a screen
    assert found or not [shown for shown in person.screens if "Enter shows more" in shown]


@pytest.mark.slow
def test_questions_are_short(folder):
    """Six lines with its keys and the prompt; choices, flags, prices and summaries take what they need."""
    for branch in BRANCHES.values():
        for step, _, talk in walk(branch):
            assert len(told(step.question, talk)) <= 130, step.id
            assert len(told(step.choices, talk)) <= 11, step.id


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
    assert all(question.help in helps[key(question)] for question in questions())


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
    # In mg, of a form that is not listed, and of a bath in one's own words.
    amounts = ("each evening, in mg, as on the label?", "of magnesium itself, as", "how much of it each evening?")
    asked = [shown for shown in person.screens if any(one in " ".join(shown.split()) for one in amounts)]
    assert asked
    assert all(shown.split("\n")[-1] == "> " for shown in asked)


@pytest.mark.parametrize(("dose", "flags"), [("250", []), ("300", ["250 mg"]), ("351", ["250 mg", "350 mg"])])
def test_doses_above_an_upper_level_are_flagged_with_the_source(folder, dose, flags):
    person = Person(lines_of({"amount-first": f"{dose} elemental"}))
    person.plan(folder)
    for row in facts.load("dose"):
        told_so = f"is above {row['mg_per_day']} mg" in person.seen
        assert told_so == (f"{row['mg_per_day']} mg" in flags)
        assert (row["source"] in person.seen) == told_so


def test_a_flagged_dose_can_be_taken_back(folder):
    lines = lines_of({"amount-first": "400 elemental"})
    place = lines.index("400 elemental") + 1
    person = Person([*lines[:place], "n", "200 elemental", *lines[place + 1 :]])
    assert person.plan(folder)["arms"][1]["dose_mg"] == 200


def test_other_products_count_towards_the_upper_levels(folder):
    person = Person(lines_of({"safety-known": "3", "safety-other_magnesium_mg": "200"}))
    person.plan(folder)
    assert "400 mg elemental magnesium a day (200 mg and 200 mg from other products) is above 350 mg" in person.seen


YES_NO = [one for one in questions() if one.kind == "yes-no"]
# What another answer has to be for a question to be asked.
ASKED_WITH = {
    "augmentation": {"safety-state": "dopamine"},
    "pulse_symptoms": {"safety-state": "pulse_low"},
    "kidney_measured": {"safety-age": "70"},
}


@pytest.mark.parametrize("typed", ["yes", "not known"])
@pytest.mark.parametrize("question", YES_NO, ids=lambda one: one.id)
def test_an_answer_shows_its_finding_at_once(folder, question, typed):
    step = key(question)
    alone = step == f"safety-{question.id}"
    leads = "n" if question.id == "kidney_measured" else "y"
    marked = {"yes": leads if alone else question.id, "not known": "d" if alone else f"?{question.id}"}
    named = {"safety-medicines": "insulin"} if step in ("safety-apart", "safety-more") else {}
    branch = named | ASKED_WITH.get(question.id, {}) | {step: marked[typed]}
    asked = road(branch)
    place = [one.id for one, _ in asked].index(step)
    person = Person([text for _, text in asked[: place + 1]])
    person.plan(folder)
    found = screen(protocol_of(answers_from(given_by(branch))).safety)
    (finding,) = [one for one in found if one.id == question.id]
    assert " ".join(finding_line(finding).split()) in " ".join(" ".join(person.screens[-2:]).split())


def test_medicines_are_asked_once(folder):
    person = Person(
        lines_of({"safety-medicines": "digoxin 8:00, furosemide 40 mg", "safety-apart": "", "safety-more": ""})
    )
    answers = person.plan(folder)
    assert "Read: digoxin, at 08:00. (digoxin (heart))" in person.seen
    assert "Read: furosemide 40 mg, no time: it cannot be held against the dose's." in person.seen
    yes = {id_ for id_, answer in answers["safety"]["answers"].items() if answer is True}
    assert yes == {"digoxin", "losing_medicines"}
    assert answers["safety"]["medicines"] == [
        {"name": "digoxin", "times": ["08:00"]},
        {"name": "furosemide 40 mg", "times": []},
    ]
    assert len([shown for shown in person.screens if "Which" in shown and "medicine" in shown]) == 1


def test_what_was_named_cannot_be_left_out(folder):
    lines = lines_of({"safety-medicines": "digoxin 8:00", "safety-apart": ""})
    steps = [step.id for step, _ in road({"safety-medicines": "digoxin 8:00", "safety-apart": ""})]
    place = steps.index("safety-apart")
    person = Person([*lines[:place], "0", "", *lines[place + 1 :]])
    answers = person.plan(folder)
    assert (
        "3 (digoxin (heart)) is named among your medicines. Type it too, or < to correct the medicines." in person.seen
    )
    assert answers["safety"]["answers"]["digoxin"] is True


def test_a_dose_time_that_is_free_is_proposed(folder):
    answers = planned("gabapentin at a time that is free")[1]
    assert answers["conduct"]["dose_time"] == "19:30"
    assert "acknowledge" not in answers


def test_a_collision_is_told_with_times_that_are_free_and_kept_or_changed(folder):
    branch = BRANCHES["gabapentin at the dose's time"]
    person, answers = planned("gabapentin at the dose's time")
    assert (
        "gabapentin 600 mg at 21:30 and the dose at 21:30 are taken together; 2 hours apart are needed" in person.seen
    )
    assert "Far enough from all medicines named, the nearest first: 19:30, 23:30, 19:00." in person.seen
    assert answers["acknowledge"] is True
    steps = [step.id for step, _ in road(branch)]
    lines = lines_of(branch)
    place = steps.index("collides")
    other = Person([*lines[:place], "n", "19:00", *lines[place + 1 :]])
    answers = other.plan(folder)
    assert answers["conduct"]["dose_time"] == "19:00"
    assert "acknowledge" not in answers


def test_a_stop_without_agreement_ends_without_a_plan(folder):
    asked = road(STOP)
    place = [step.id for step, _ in asked].index("agreed")
    lines = [text for _, text in asked]
    person = Person([*lines[:place], "n", "must not be asked"])
    told = []
    assert person.plan(folder, unagreed=lambda answers: told.append(answers) or "A page is in here.") is None
    assert person.lines == ["must not be asked"]
    (answers,) = told
    assert answers["safety"]["answers"]["kidney_severe"] is True
    assert "agreement" not in answers["safety"]
    assert {"dose_time", "entry_time"} <= set(answers["conduct"])
    assert "A page is in here. So nothing is planned now." in person.seen
    assert "Show the lines above to the doctor who treats you" in person.seen
    assert draft_path(folder).is_file()
    again = Person(["", *lines[place:]])
    answers = again.plan(folder)
    assert answers["safety"]["agreement"] == {"clinician": "Dr Amara", "date": date(2026, 11, 22)}


def test_agreement_is_asked_right_after_the_last_stop_question():
    ids = [step.id for step in STEPS]
    stops = {row["id"] for row in facts.load("safety") if row["level"] == "stop"}
    places = [ids.index(key(question)) for question in questions() if question.id in stops]
    assert ids.index("agreed") > max(places)
    assert not [one for one in ids[max(places) + 1 : ids.index("agreed")] if not one.startswith("safety-")]


def test_another_stop_asks_for_agreement_again(folder):
    branch = {"safety-kidney_severe": "y"}
    lines = lines_of(branch)
    safety_row = [step.id for step, _ in road(branch) if step.id in STEP_IDS]
    again = ["" for _ in safety_row]
    again[safety_row.index("safety-myasthenia")] = "y"
    person = Person([*lines[:-2], "4", *again])
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


def on_a_terminal(folder):
    """A function that types lines into the command on a pseudo-terminal of 80 x 24, and gives its status and what was shown."""
    pty, fcntl, termios = (pytest.importorskip(name) for name in ("pty", "fcntl", "termios"))

    def run(typed):
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        command = [sys.executable, "-c", "from nof1.cli import main; main()", "plan", "trial"]
        env = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | {"TERM": "xterm"}
        with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=folder, env=env) as process:
            os.close(slave)
            os.write(master, typed.encode())
            shown = b""
            with suppress(OSError):  # the other end is closed when the command is over
                while part := os.read(master, 4096):
                    shown += part
        os.close(master)
        return process.returncode, shown.decode()

    return run


@pytest.mark.slow
@pytest.mark.clock
def test_on_a_real_terminal_one_can_leave_and_go_on(tmp_path):
    """The command itself, on a pseudo-terminal of 80 x 24."""
    run = on_a_terminal(tmp_path)
    status, shown = run("4\n?\nq\n")
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert status == 0
    assert shown != plain
    assert "Which form is the first?" in plain
    assert "formula and atomic masses" in plain
    assert max(map(cell_len, plain.replace("\r", "").split("\n"))) <= 80
    assert tomllib.loads((tmp_path / "trial.draft.toml").read_text()) == {"compare": "forms"}
    status, shown = run("1\nq\n")
    assert status == 0
    assert "go on where I stopped" in shown
    assert "Which form is the first?" in shown


@pytest.mark.slow
@pytest.mark.clock
def test_on_a_real_terminal_the_short_road_ends_with_tonight_and_one_next_step(tmp_path):
    run = on_a_terminal(tmp_path)
    lines = [text or "" for _, text in road({})]
    status, shown = run("\n".join(lines) + "\n")
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).replace("\r", "")
    assert status == 0
    assert Protocol.load(tmp_path / "trial").nights == 84
    last = plain[plain.rindex("> ") :]  # since the last answer
    assert len(last.split("\n")) <= 24
    flat = " ".join(last.split())
    assert re.search(
        r"First evening \(\w+ \d+ \w+\): take .+ Next: each morning, nof1 log trial, or diary.html on your phone\.$",
        flat,
    )


@pytest.mark.slow
@pytest.mark.clock
def test_on_a_real_terminal_a_no_to_the_agreement_leaves_the_page_for_the_doctor(tmp_path):
    steps = [step.id for step, _ in road(STOP)]
    lines = [*lines_of(STOP)[: steps.index("agreed")], "n"]
    status, shown = on_a_terminal(tmp_path)("\n".join(lines) + "\n")
    assert status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trial.draft.toml", "trial.pre-visit.pdf"]
    assert "A page to take to the doctor is in" in " ".join(shown.split())
