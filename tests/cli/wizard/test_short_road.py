"""The short road: ten questions and those on safety; everything else has a default and waits behind more choices."""

import re
import shlex
from datetime import date, time
from pathlib import Path

import pytest
from wizard_person import PLAINEST, Person, lines_of, planned, protocol_of, road

from nof1 import facts
from nof1.cli.wizard.conversation import discard_draft
from nof1.cli.wizard.safety import LISTS
from nof1.cli.wizard.steps import STEPS
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, template_names


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    return Path("trial")


def test_a_healthy_person_answers_ten_questions_and_those_on_safety(folder):
    asked = [step.id for step, _ in road({})]
    safety = [id_ for id_ in asked if id_.startswith("safety-")]
    assert [id_ for id_ in asked if id_ not in safety] == [
        "compare",
        "form-first",
        "amount-first",
        "lately",
        "threshold",
        "start",
        "concealed",
        "price",
        "summary",
        "draw",
    ]
    assert len(safety) == 9
    person = Person(lines_of({}))
    person.plan(folder)
    assert "There are about 19 short questions." in person.seen


def test_what_leads_to_stop_is_asked_by_itself_and_the_rest_in_lists():
    alone = {row["id"] for row in facts.load("safety") if row["level"] == "stop" and row.get("kind") == "yes-no"}
    in_lists = {question.id for listed in LISTS.values() for question in listed}
    assert alone
    assert not alone & in_lists
    assert {f"safety-{id_}" for id_ in alone} <= {step.id for step in STEPS}


def test_more_choices_asks_everything_that_was_left_at_its_default(folder):
    lines = [text for _, text in road({"more": ""})]
    person = Person(lines)
    assert person.plan(folder) == planned(PLAINEST)[1]
    for question in ("How may the order be drawn?", "How will you use your citrate?", "What will you rate?"):
        assert question in person.seen
    plain, _ = planned(PLAINEST)
    assert "How may the order be drawn?" not in plain.seen


def test_many_nights_at_the_floor_choose_the_family_and_say_so():
    person, answers = planned("nights at the floor")
    assert answers["analysis"] == {"family": "rating"}
    assert protocol_of(answers).analysis.family == "rating"
    assert "3 of 5 lie at an end of the scale" in person.seen
    assert "lately 0 0 3 0 5 (family: rating)" in person.seen
    assert protocol_of(planned(PLAINEST)[1]).analysis.family == "normal"


@pytest.mark.parametrize(
    ("lately", "family"), [("0 5", "normal"), ("0 0 5 5 5 5 5 5", "rating"), ("10 10 4", "rating"), ("d", "normal")]
)
def test_the_family_follows_from_nights_at_either_end(folder, lately, family):
    assert protocol_of(Person(lines_of({"lately": lately})).plan(folder)).analysis.family == family


def test_a_change_that_is_larger_than_the_nights_are_bad_is_said(folder):
    person = Person(lines_of({"lately": "1 2 1", "threshold": "2"}))
    person.plan(folder)
    assert "Your last nights were about 1.3: they cannot get better by 2." in person.seen


def test_tonight_is_possible_until_the_dose_is_due(folder):
    answers = Person(lines_of({"start": "tonight"})).plan(folder, now=time(21, 29))
    assert answers["design"]["start"] == date(2026, 11, 23)
    discard_draft(folder)
    lines = lines_of({"start": "tonight"})
    place = lines.index("tonight")
    person = Person([*lines[: place + 1], "friday", *lines[place + 1 :]])
    answers = person.plan(folder, now=time(21, 30))
    assert answers["design"]["start"] == date(2026, 11, 27)
    assert "It is 21:30; the dose's time, 21:30, is over for tonight. Type tomorrow" in person.seen
    assert "The first evening is Fri 27 Nov 2026." in person.seen


def test_medicines_that_move_the_dose_before_now_ask_for_the_start_again(folder):
    branch = {"start": "tonight", "safety-medicines": "gabapentin 600 mg 21:30", "safety-apart": ""}
    lines = lines_of(branch)
    steps = [step.id for step, _ in road(branch)]
    place = steps.index("safety-medicines") + 1
    person = Person([*lines[:place], "tomorrow", *lines[place:]])
    answers = person.plan(folder, now=time(20, 0))
    assert answers["conduct"]["dose_time"] == "19:30"
    assert answers["design"]["start"] == date(2026, 11, 24)
    assert "It is 20:00; the dose's time, 19:30, is over for tonight." in person.seen


@pytest.mark.clock
def test_whoever_has_another_substance_hears_the_way_before_the_first_question_and_it_leads_there(folder, nof1):
    """The command as it stands on the screen, with each of the names that it offers."""
    person = Person(["q"])
    person.plan(folder)
    told = " ".join(person.seen.split())
    before = told[: told.index("What do you want to compare?")]
    found = re.search(r"leave with q and type: nof1 (plan trial .+?), with NAME one of ([a-z, -]+)\.", before)
    names = found[2].split(", ")
    assert sorted([*names, DEFAULT_TEMPLATE]) == sorted(template_names())
    for name in names:
        words = shlex.split(found[1].replace("NAME", name).replace("plan trial", f"plan {name}"))
        status, _, err = nof1(*words)
        assert (status, err) == (0, "")
        assert Protocol.load(name).arm("on").label == "a walk before bed"
