"""The safety screen: each question, what a yes leads to, and who has to be asked. The table is the fact sheet's."""

import math
import pickle
import re
from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from nof1 import facts
from nof1.plan.protocol.safety.screen import (
    LEVELS,
    Agreement,
    Finding,
    Safety,
    finding_line,
    needs_agreement,
    questions,
    screen,
    unanswered,
)
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.plan.protocol.safety.upper_levels import dose_findings

# Each rule of the screen: level, a part of its source, certainty.
RULES = {
    "kidney_severe": ("stop", "Magnaspartate SmPC; Medscape", "S"),
    "heart_conduction": ("stop", "Magnaspartate SmPC", "S"),
    "myasthenia": ("stop", "not checked", "M"),
    "kidney_any": ("ask", "NCT04462796", "S"),
    "pulse_low": ("ask", "NCT04462796", "S"),
    "pressure_low": ("ask", "NCT04462796", "S"),
    "pregnant": ("ask", "NCT04462796", "S"),
    "absorption_medicines": ("apart", "emc 4841", "S"),
    "binding_medicines": ("apart", "emc 2678", "S"),
    "tetracyclines": ("apart", "emc 2678", "S"),
    "quinolones": ("apart", "monograph on magnesium", "S"),
    "other_medicines": ("apart", "emc 2678", "S"),
    "losing_medicines": ("note", "emc 2678", "S"),
    "sparing_diuretics": ("ask", "secondary", "S"),
    "dopamine": ("ask", "Kohnen 2007", "S"),
    "iron_unknown": ("note", "AASM 2025; AAN 2016", "S"),
    "other_magnesium_mg": ("note", "upper levels", "D"),
}
HOURS = {
    "absorption_medicines": ["2 to 4 hours apart"],
    "binding_medicines": ["3 to 4 hours apart"],
    "tetracyclines": ["2 to 3 hours apart"],
    "quinolones": ["2 hours before the magnesium", "4 to 6 hours after"],
    "other_medicines": ["2 to 3 hours apart"],
}
NAMED = {
    "absorption_medicines": ["gabapentin", "pregabalin", "levothyroxine", "phenytoin", "digoxin"],
    "binding_medicines": ["bisphosphonate", "iron", "nitrofurantoin", "penicillamine", "eltrombopag"],
    "losing_medicines": ["thiazide", "loop diuretic"],
    "dopamine": ["dopamine agonist", "levodopa"],
    "pulse_low": ["60"],
    "pressure_low": ["90"],
    "kidney_severe": ["dialysis", "30"],
    "iron_unknown": ["ferritin", "transferrin saturation"],
}
YES = {question.id: True if question.kind == "yes-no" else 100.0 for question in questions()}
NO = {question.id: False if question.kind == "yes-no" else 0.0 for question in questions()}


def test_there_is_one_question_for_every_rule():
    assert [question.id for question in questions()] == list(RULES)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.id)
def test_a_question_is_short_and_its_help_gives_the_source(question):
    assert len(question.text) <= 76
    assert question.text.endswith("?")
    assert question.help.endswith(f"Source: {facts.fact(question.id)['source']}.")
    assert question.unit == ("mg elemental magnesium a day" if question.kind == "number" else "")


@pytest.mark.parametrize("question", NAMED)
def test_a_question_and_its_finding_name_what_the_rule_names(question):
    asked = next(one for one in questions() if one.id == question).text.casefold()
    found = screen(Safety(answers={question: True}))[0].text.casefold()
    for word in NAMED[question]:
        assert word in asked
        assert word in found


@pytest.mark.parametrize("question", RULES)
def test_a_yes_leads_to_the_rule_of_its_question_alone(question):
    (finding,) = screen(Safety(answers=NO | {question: YES[question]}))
    level, source, certainty = RULES[question]
    assert (finding.id, finding.level, finding.certainty) == (question, level, certainty)
    assert source in finding.source
    assert re.search(r"\b(doctor|pharmacist)\b", finding.text)


def test_no_answer_leads_to_no_finding():
    assert screen(Safety(answers=NO)) == ()
    assert screen(Safety()) == ()
    assert screen(None) == ()


def test_findings_come_in_order_of_weight():
    levels = [finding.level for finding in screen(Safety(answers=YES))]
    assert len(levels) == len(RULES)
    assert levels == sorted(levels, key=LEVELS.index)
    assert LEVELS == ("stop", "ask", "apart", "note")


@pytest.mark.parametrize("question", [question for question, rule in RULES.items() if rule[0] == "apart"])
def test_hours_apart_are_those_of_the_fact_sheet(question):
    (finding,) = screen(Safety(answers={question: True}))
    assert all(hours in finding.text for hours in HOURS[question])


@pytest.mark.parametrize("question", [question for question, rule in RULES.items() if rule[2] == "M"])
def test_what_was_not_checked_is_no_fact_and_sends_to_a_pharmacist(question):
    (finding,) = screen(Safety(answers={question: True}))
    assert "ask a pharmacist" in finding.text
    assert "not checked" in finding.text
    assert re.search(r"\bmay\b", finding.text)


def test_nothing_is_recommended():
    said = [finding.text for finding in screen(Safety(answers=YES))]
    said += [text for question in questions() for text in (question.text, question.help)]
    said += [finding.text for finding in dose_findings({"on": 400})]
    said.append(stop_rule_sentence())
    advice = re.compile(
        r"recommend|you should|take (it|magnesium)|is safe|harmless|good for|lower the dose|instead", re.I
    )
    assert [text for text in said if advice.search(text)] == []


def test_a_missing_answer_is_visible():
    assert unanswered(None) == questions()
    assert unanswered(Safety()) == questions()
    assert unanswered(Safety(answers=NO)) == ()
    left = unanswered(Safety(answers={"pregnant": False, "other_magnesium_mg": 0}))
    assert {question.id for question in left} == set(RULES) - {"pregnant", "other_magnesium_mg"}


def test_answers_survive_json_and_python():
    safety = Safety(answers=YES, agreement=Agreement(clinician="Dr A", date=date(2026, 1, 5), words="go on"))
    assert Safety.model_validate(safety.model_dump(mode="json")) == safety
    assert Safety.model_validate(safety.model_dump()) == safety
    assert Safety.model_validate_json(safety.model_dump_json()) == safety
    assert pickle.loads(pickle.dumps(safety)) == safety
    assert safety.model_copy(deep=True) == safety
    assert safety.model_dump(mode="json")["answers"] == YES
    assert safety.model_dump(mode="json")["agreement"] == {"clinician": "Dr A", "date": "2026-01-05", "words": "go on"}


def test_answers_keep_their_kind_in_json():
    answers = Safety(answers={"other_magnesium_mg": 1, "pregnant": True}).model_dump(mode="json")["answers"]
    assert answers["pregnant"] is True
    assert answers["other_magnesium_mg"] == 1.0
    assert isinstance(answers["other_magnesium_mg"], float)


def test_the_order_in_which_answers_were_given_does_not_count():
    backwards = dict(reversed(YES.items()))
    assert Safety(answers=backwards) == Safety(answers=YES)
    assert list(Safety(answers=backwards).answers) == list(YES)
    assert hash(Safety(answers=backwards)) == hash(Safety(answers=YES))


def test_answers_cannot_be_changed():
    given = dict(NO)
    safety = Safety(answers=given)
    given["pregnant"] = True
    assert safety.answers["pregnant"] is False
    with pytest.raises(TypeError):
        safety.answers["pregnant"] = True
    with pytest.raises(ValidationError):
        safety.answers = YES
    with pytest.raises(ValidationError):
        safety.agreement = Agreement(clinician="Dr A", date=date(2026, 1, 5))


@pytest.mark.parametrize("answers", [{"kidneys": True}, {"pregnant": False, "zzz": 1}, {1: True}])
def test_an_unknown_question_is_refused_with_those_there_are(answers):
    with pytest.raises(ValueError, match=r"is no question of the safety screen; allowed are: kidney_severe, .*_mg"):
        Safety(answers=answers)


@pytest.mark.parametrize("answer", [1, 0, 1.0, "yes", "true", None, []])
def test_a_yes_or_no_is_not_guessed(answer):
    with pytest.raises(ValueError, match="pregnant must be true or false"):
        Safety(answers={"pregnant": answer})


@pytest.mark.parametrize("answer", [True, False, -1, -0.001, math.nan, math.inf, "100", None, 10**400])
def test_a_number_is_a_number_of_0_or_more(answer):
    with pytest.raises(ValueError, match=r"other_magnesium_mg must be a number of 0 or more|too large"):
        Safety(answers={"other_magnesium_mg": answer})


@pytest.mark.parametrize("answer", [0, 100, 99.5, np.float64(50), np.int64(3)])
def test_any_real_number_is_taken(answer):
    assert Safety(answers={"other_magnesium_mg": answer}).answers["other_magnesium_mg"] == float(answer)


@pytest.mark.parametrize("answers", [None, [], "pregnant", 1])
def test_answers_that_are_no_table_are_refused(answers):
    with pytest.raises(ValueError, match="must be a table"):
        Safety(answers=answers)


@pytest.mark.parametrize(
    "fields",
    [
        {"clinician": ""},
        {"clinician": "  "},
        {"clinician": "a\u202eb"},
        {"date": 20260105},
        {"date": "soon"},
        {"phone": "1"},
    ],
)
def test_an_agreement_names_someone_and_a_day(fields):
    sound = {"clinician": "Dr A", "date": "2026-01-05"}
    assert Agreement.model_validate(sound).words == ""
    with pytest.raises(ValidationError):
        Agreement.model_validate(sound | fields)
    for key in sound:
        with pytest.raises(ValidationError):
            Agreement.model_validate({other: value for other, value in sound.items() if other != key})


@pytest.mark.parametrize("question", RULES)
def test_only_a_stop_needs_an_agreement(question):
    findings = screen(Safety(answers={question: YES[question]}))
    assert needs_agreement(findings) is (RULES[question][0] == "stop")
    assert needs_agreement(()) is False


def test_a_stop_among_others_needs_an_agreement():
    assert needs_agreement(reversed(screen(Safety(answers=YES))))
    assert not needs_agreement(dose_findings({"on": 500}))


LEVEL_WORDS = {"stop": "Stop", "ask": "Ask first", "apart": "Keep apart", "note": "Note"}


@pytest.mark.parametrize(("level", "words"), LEVEL_WORDS.items())
def test_a_finding_on_a_line_has_its_level_and_source(level, words):
    line = finding_line(Finding(id="x", level=level, text="Some text.", source="Some source", certainty="S"))
    assert line == f"{words}: Some text. (Some source)"


def test_every_level_is_said_in_plain_words():
    assert list(LEVEL_WORDS) == list(LEVELS)
