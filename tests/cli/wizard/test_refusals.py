"""What the wizard does with answers that do not fit, and with hostile ones."""

import tempfile
import tomllib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from wizard_person import (
    BRANCHES,
    KNOWN,
    PLAINEST,
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

from nof1.cli.wizard.conversation import discard_draft
from nof1.cli.wizard.draft import draft_path
from nof1.cli.wizard.step import proposal
from nof1.cli.wizard.steps import STEPS
from nof1.errors import InputError


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path):
    return Path("trial")


# --- bad and hostile answers


@pytest.mark.parametrize(
    ("step", "text", "sentence"),
    [
        ("compare", "7", "Type a number from 1 to 4."),
        ("compare", "²", "Type a number from 1 to 4."),
        ("form-first", "", "An empty line is none of the choices."),
        ("form-first", "8", "Type a number from 1 to 7."),
        ("amount-first", "200", "Type 200 elemental (the magnesium itself) or 200 salt (the whole salt)"),
        ("amount-first", "200 mg", "Type 200 elemental (the magnesium itself) or 200 salt (the whole salt)"),
        ("amount-first", "", "An empty line is no number."),
        ("amount-first", "1.230", "can be read two ways"),
        ("amount-first", "1,230", "can be read two ways"),
        ("amount-first", "0 elemental", "Type a number above 0 and up to 5000."),
        ("amount-first", "-5 elemental", "Type a number above 0 and up to 5000."),
        ("amount-first", "60000 salt", "Type a number above 0 and up to 50000."),
        ("amount-first", "nan", "is no number"),
        ("amount-first", "1e3", "is no number"),
        ("amount-first", "٣", "is no number"),
        ("amount-first", "9" * 400, "is no number"),
        ("safety-age", "old", "Or d if you do not know."),
        ("safety-age", "", "Or d if you do not know."),
        ("safety-age", "200", "Type a number from 0 to 120."),
        ("safety-medicines", "", "or - if you take none"),
        ("safety-medicines", "21:30", "a time before any medicine"),
        ("safety-medicines", "iron 25:00", "is no time of day"),
        ("safety-medicines", "iron 13:00 pm", "is no time of day"),
        ("safety-state", "", "Type numbers from 1 to 10"),
        ("safety-state", "11", "Type numbers from 1 to 10"),
        ("safety-state", "1, x", "Type numbers from 1 to 10"),
        ("safety-state", "yes", "0 for none, or d and a number where you do not know, such as 1, d3"),
        ("safety-known", "4", "Type numbers from 1 to 3"),
        ("safety-myasthenia", "", "is neither yes nor no"),
        ("lately", "", "Type from 1 to 14 numbers"),
        ("lately", "4 11", "Type a whole number from 0 to 10."),
        ("lately", "4 bad", "Type a whole number from 0 to 10."),
        ("lately", "4.5", "Type a whole number from 0 to 10."),
        ("lately", "1 " * 15, "Type from 1 to 14 numbers"),
        ("threshold", "10", "Type a number above 0 and up to 9.9."),
        ("concealed", "0", "Type a number from 1 to 3."),
        ("start", "2026-11-22", "Type a date from 2026-11-23"),
        ("start", "2026-02-30", "is no date"),
        ("start", "12/11/2026", "is no date"),
        ("start", "soon", "is no date"),
        ("price", "3", "type a number of weeks from 4 to 104"),
        ("price", "105", "type a number of weeks from 4 to 104"),
        ("price", "long", "type a number of weeks from 4 to 104"),
        ("summary", "99", "Press Enter, or type a number from 1 to 14"),
        ("draw", "", "Type draw, or type a number from 1 to 14"),
        ("draw", "yes", "Type draw, or type a number from 1 to 14"),
    ],
)
def test_a_bad_answer_gets_one_sentence_and_the_question_again(folder, step, text, sentence):
    asked = road({})
    place = [one.id for one, _ in asked].index(step)
    lines = [typed for _, typed in asked]
    if not text and proposal(asked[place][0], talk_at(folder)) is not None:
        text = " "
    person = Person([*lines[:place], text, *lines[place:]])
    answers = person.plan(folder)
    assert sentence in person.seen
    assert answers == planned(PLAINEST)[1]


@pytest.mark.parametrize(
    ("step", "text", "sentence"),
    [
        ("title", "a" * 10_000, "That has 10000 letters; at most 120 fit."),
        ("title", "a\x1b[31mb", "invisible character U+001B"),
        ("title", "\udcff", "holds a letter that cannot be read"),
        ("period_nights", "0", "Type a whole number from 1 to 90."),
        ("period_nights", "7.5", "Type a whole number from 1 to 90."),
        ("blocks", "1", "Type a whole number from 2 to 200."),
        ("designs", "9", "is no row of the table"),
        ("dose_time", "25:00", "is no time of day"),
        ("dose_time", "9", "is no time of day"),
        ("covariates", "night", "cannot be recorded"),
        ("covariates", "Severity", "is what you rate each night already"),
        ("covariates", "a,b,c,d,e,f,g", "at most 6"),
    ],
)
def test_a_bad_answer_behind_more_choices_gets_one_sentence_and_the_question_again(folder, step, text, sentence):
    asked = road({"more": ""})
    opened = [typed for _, typed in asked].index("m")
    place = [one.id for one, _ in asked].index(step, opened)
    lines = [typed for _, typed in asked]
    person = Person([*lines[:place], text, *lines[place:]])
    assert person.plan(folder) == planned(PLAINEST)[1]
    assert sentence in person.seen


@pytest.mark.slow
def test_bad_answers_that_only_some_branches_ask_for(folder):
    cases = [
        (BRANCHES["two doses"], "amount-second", "150", "is not above the lower dose (200 mg)"),
        (BRANCHES["two forms"], "form-second", "Citrate", "is the first form already"),
        (BRANCHES["a helper"], "packet", "trial", "must lie outside the trial folder"),
        (BRANCHES["a helper"], "packet", "trial/packet", "must lie outside the trial folder"),
        (BRANCHES["a helper"], "packet", ".", "must lie outside the trial folder"),
        (BRANCHES["a helper"], "packet", "full", "is already there and not empty"),
        (BRANCHES["a helper"], "packet", "~nobody-at-all/x", "is no name that a folder can have"),
        (BRANCHES["a helper"], "helper", "", "This one is needed."),
        (BRANCHES["stop, with agreement"], "agreed-on", "tomorrow", "Type a date from"),
        (BRANCHES["stop, with agreement"], "clinician", "-", "This one is needed."),
        (BRANCHES["a scale of one's own"], "label", "night", "is a name the diary uses itself"),
        (BRANCHES["a scale of one's own"], "label", "!!!", "Use other words"),
        (BRANCHES["a scale of one's own"], "high", "0", "Type a number above 0"),
        (BRANCHES["balanced"], "periods", "3", "Type a whole number from 4 to 400."),
        (BRANCHES["two forms"] | {"kind": "2"}, "periods", "5", "5 periods are too few for 3 arms"),
        (NAMED, "safety-apart", "", "Type numbers from 1 to 11"),
        (NAMED, "safety-apart", "12", "Type numbers from 1 to 11"),
        (KNOWN, "safety-ferritin", "normal", "Or l for low, d if you do not know."),
        (KNOWN, "safety-ferritin_on", "2027-01-01", "Or d if you do not know."),
        (KNOWN, "safety-other_magnesium_mg", "lots", "Or d if you do not know."),
        ({"period_nights": "90"}, "blocks", "150", "at most 3660 are allowed"),
    ]
    Path("full").mkdir()
    Path("full", "file").write_text("")
    for branch, step, text, sentence in cases:
        asked = road(branch)
        place = [one.id for one, _ in asked].index(step)
        lines = [typed for _, typed in asked]
        person = Person([*lines[:place], text, *lines[place:]])
        assert person.plan(folder) is not None
        assert sentence in person.seen, step
        discard_draft(folder)


def test_markup_and_emoji_are_data(folder):
    words = "[bold]warm[/bold] :smile: \U0001f9b5 <b>"
    person = Person(lines_of({"title": words, "product-first": words, "covariates": "1"}))
    answers = person.plan(folder)
    assert answers["title"] == words
    assert protocol_of(answers).title == words
    assert words in person.seen


NAMED = {"safety-medicines": "insulin"}
GIVEN = given_by({})
NEAR = st.sampled_from(
    [
        *[""] * 6,
        *"1234ynyn<<?-s",
        "7",
        "12",
        "200 elemental",
        "400 salt",
        "m",
        "t",
        "draw",
        "2027-01-04",
        "21:30",
        "citrate",
        "own",
        "a" * 10_000,
    ]
)
HOSTILE = st.one_of(NEAR, NEAR, NEAR, st.text(max_size=40))


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(HOSTILE, max_size=80), st.integers(0, 60))
def test_whatever_is_typed_ends_in_a_valid_plan_or_a_draft(lines, start):
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "trial"
        begun = dict(list(GIVEN.items())[: start + 1])
        draft_path(folder).write_text(tomli_w.dumps(begun))
        person = Person(["1", *lines])
        answers = person.plan(folder)
        fits(person)
        if answers is not None:
            assert tomllib.loads(tomli_w.dumps(answers)) == answers
            protocol_of(answers)
        raw = tomllib.loads(draft_path(folder).read_text())
        rest = [text for _, text, _ in walk({}, raw)]
        protocol_of(Person(["", *rest]).plan(folder))


@settings(max_examples=200)
@given(st.sampled_from(STEPS), st.text(max_size=30) | NEAR)
def test_reading_an_answer_twice_gives_the_same_answer(step, text):
    talk = replace(talk_at(Path("nowhere")), raw=GIVEN)
    with suppress(InputError):
        answer = step.parse(text, talk)
        assert step.parse(answer, talk) == answer
