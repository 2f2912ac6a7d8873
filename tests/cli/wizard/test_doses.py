"""Doses in the wizard: slips are asked about, limits of nof1's own hold, and the rule is that of a plan from anywhere."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wizard_person import Person, given_by, lines_of, protocol_of, road

from nof1.cli.wizard.answers import BY_MOUTH, arms, needs_doctor, slip, too_much
from nof1.cli.wizard.conversation import answers_from
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge
from nof1.record.dose_limits import refuse_doses
from nof1.record.values.ambiguous import AmbiguousInput


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder():
    return Path("trial")


def after(branch, step):
    """The lines of a branch, and the place of a step's answer in them."""
    return lines_of(branch), [one.id for one, _ in road(branch)].index(step)


def test_a_slip_is_asked_about_and_can_be_taken_back(folder):
    lines, place = after({"amount-first": "2 elemental"}, "meant-first")
    person = Person([*lines[:place], "n", "200 elemental", *lines[place + 1 :]])
    assert person.plan(folder)["arms"][1]["dose_mg"] == 200
    assert "Were grams meant (2 g are 2,000 mg), or tablets? Is this amount meant?" in person.seen


def test_a_slip_that_is_meant_says_so_in_the_arm(folder):
    person = Person(lines_of({"amount-first": "2 elemental"}))
    assert person.plan(folder)["arms"][1] == {"name": "magnesium", "form": "citrate", "dose_mg": 2, "dose_meant": True}


def test_more_than_nof1_plans_is_refused_with_what_it_may_be(folder):
    lines, place = after({}, "amount-first")
    person = Person([*lines[:place], "2000 elemental", *lines[place:]])
    assert person.plan(folder)["arms"][1]["dose_mg"] == 200
    assert "above 1,000 mg: nof1 plans no trial with so much" in person.seen
    assert "2,000 mg of it hold 324 mg of magnesium" in person.seen


def test_above_the_limit_a_doctor_is_asked_for(folder):
    answers = Person(lines_of({"amount-first": "600 elemental"})).plan(folder)
    assert answers["safety"]["agreement"]["clinician"] == "Dr Amara"
    assert "agreement" not in Person(lines_of({"amount-first": "500 elemental"})).plan(Path("other"))["safety"]


def test_other_products_can_make_a_doctor_necessary(folder):
    answers = Person(lines_of({"safety-known": "3", "safety-other_magnesium_mg": "400"})).plan(folder)
    assert answers["safety"]["agreement"]["clinician"] == "Dr Amara"


def test_with_other_products_more_than_nof1_plans_cannot_be_agreed_to(folder):
    lines, place = after({"safety-known": "3", "safety-other_magnesium_mg": "700"}, "total-agreed")
    lines[lines.index("700")] = "900"
    again = ["50 elemental", "y", "Dr Amara", "yesterday", ""]  # the amount, and the agreement to it
    person = Person([*lines[:place], "y", "n", *again, "y", *lines[place + 1 :]])
    answers = person.plan(folder)
    assert answers["arms"][1]["dose_mg"] == 50
    assert "nof1 plans no trial with so much: that is a limit of its own" in person.seen
    refuse_doses(protocol_of(answers))


def test_a_bath_has_words_instead_of_mg(folder):
    branch = {"form-first": "sulfate", "route-first": "2", "product-first": "two cups"}
    assert "amount-first" not in given_by(branch)
    answers = Person(lines_of(branch)).plan(folder)
    assert answers["arms"][1] == {"name": "magnesium", "form": "sulfate", "product": "two cups", "route": "bath"}


def refused(content):
    try:
        refuse_doses(Protocol.build(content))
    except AmbiguousInput:
        return "asked"
    except InputError as problem:
        return "most" if "nof1 plans no trial" in str(problem) else "doctor"
    return ""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([BY_MOUTH, "bath", "skin"]),
    st.sampled_from(["salt", "elemental"]),
    st.floats(1, 3000).map(lambda mg: round(mg, 1)),
    st.one_of(st.just(0.0), st.floats(0, 1500).map(lambda mg: round(mg, 1))),
)
def test_the_wizard_an_answers_file_and_python_have_one_rule(route, label, amount, other):
    raw = {"compare": "off-form", "form-first": "citrate", "route-first": route}
    raw |= {"product-first": "two cups"} if route != BY_MOUTH else {"amount-first": f"{amount} {label}"}
    wizard = (
        "asked"
        if slip(raw, "first")
        else "most"
        if too_much(raw, other)
        else "doctor"
        if needs_doctor(raw, other)
        else ""
    )
    content = merge(load_template("magnesium-rls"), {"design": {"start": "2026-01-05", "seed": 1}, "arms": arms(raw)})
    content = merge(content, {"reference": "off", "safety": {"answers": {"other_magnesium_mg": other}}})
    assert refused(content) == wizard
    assert refused(Protocol.build(content).to_dict()) == wizard


def test_what_the_wizard_lets_through_is_planned():
    for branch in (
        {"amount-first": "600 elemental"},
        {"amount-first": "4 elemental"},
        {"safety-known": "3", "safety-other_magnesium_mg": "400"},
    ):
        refuse_doses(protocol_of(answers_from(given_by(branch))))
