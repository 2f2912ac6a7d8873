"""The safety screen: each question, what a yes leads to, and who has to be asked. The table is the fact sheet's."""

import hashlib
import math
import pickle
import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nof1 import facts
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import (
    LEVELS,
    Agreement,
    Finding,
    Medicine,
    Safety,
    finding_line,
    grouping_answers,
    missing,
    needs_agreement,
    questions,
    required,
    screen,
    unanswered,
)
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.plan.protocol.safety.upper_levels import dose_findings

# Each rule of the screen: what a yes leads to, a part of its source, and what it leads to where nobody knows.
RULES = {
    "age": ("stop", "NCT04462796", "ask"),
    "kidney_severe": ("stop", "Magnaspartate SmPC; Medscape", "ask"),
    "kidney_measured": ("ask", "Yamaguchi 2019", "ask"),
    "heart_conduction": ("stop", "Magnaspartate SmPC", "ask"),
    "myasthenia": ("stop", "BMJ Best Practice", "ask"),
    "chronic_diarrhoea": ("stop", "NCT04462796", "ask"),
    "magnesium_allergy": ("stop", "Magnaspartate SmPC", "ask"),
    "heart_failure": ("ask", "NCT04462796", "ask"),
    "kidney_any": ("ask", "NCT04462796", "ask"),
    "pulse_low": ("note", "NCT04462796", "note"),
    "pulse_symptoms": ("ask", "Magnaspartate SmPC", "ask"),
    "pressure_low": ("ask", "NCT04462796", "ask"),
    "pressure_medicines": ("ask", "Zhang 2016", "ask"),
    "pregnant": ("ask", "NCT04462796", "ask"),
    "breastfeeding": ("ask", "magnesium hydroxide", "ask"),
    "sleep_apnoea": ("ask", "AASM 2025", "ask"),
    "recent_magnesium": ("ask", "NCT04462796", "ask"),
    "absorption_medicines": ("apart", "emc 4841", "ask"),
    "levothyroxine": ("apart", "Synthroid label", "ask"),
    "digoxin": ("apart", "emc 4841", "ask"),
    "binding_medicines": ("apart", "emc 2678", "ask"),
    "tetracyclines": ("apart", "emc 2678", "ask"),
    "quinolones": ("apart", "monographs on quinolones", "ask"),
    "integrase_inhibitors": ("apart", "table 18d", "ask"),
    "mycophenolate": ("apart", "emc 4841", "ask"),
    "quinidine": ("apart", "emc 2678", "ask"),
    "chloroquine": ("apart", "emc 2678", "ask"),
    "fluoride": ("apart", "emc 2678", "ask"),
    "losing_medicines": ("note", "emc 2678", "note"),
    "acid_blockers": ("note", "emc 2678", "note"),
    "sparing_diuretics": ("ask", "Davies and Fraser 1993", "ask"),
    "provoking_medicines": ("ask", "AASM 2025", "ask"),
    "dopamine": ("ask", "Kohnen 2007", "ask"),
    "augmentation": ("stop", "Restless Legs Syndrome Foundation", "ask"),
    "other_medicines": ("apart", "emc 2678", "ask"),
    "ferritin": ("ask", "AASM 2025; AAN 2016", "ask"),
    "ferritin_on": (None, "", None),
    "transferrin_saturation": ("ask", "AASM 2025", "note"),
    "transferrin_saturation_on": (None, "", None),
    "other_magnesium_mg": ("note", "upper levels", "ask"),
}
HOURS = {
    "absorption_medicines": ["2 to 4 hours apart"],
    "levothyroxine": ["at least 4 hours apart"],
    "digoxin": ["2 to 4 hours apart"],
    "binding_medicines": ["3 to 4 hours apart"],
    "tetracyclines": ["2 to 3 hours apart"],
    "quinolones": ["2 hours before the magnesium", "4 to 6 hours after"],
    "integrase_inhibitors": ["at least 2 hours before magnesium", "at least 6 hours after"],
    "mycophenolate": ["2 to 4 hours apart"],
    "quinidine": ["3 to 4 hours apart"],
    "chloroquine": ["3 to 4 hours apart"],
    "fluoride": ["2 to 3 hours apart"],
    "other_medicines": ["2 to 3 hours apart"],
}
NAMED = {
    "absorption_medicines": ["gabapentin", "pregabalin", "phenytoin"],
    "binding_medicines": ["bisphosphonate", "iron", "nitrofurantoin", "penicillamine", "eltrombopag"],
    "losing_medicines": ["thiazide", "loop diuretic"],
    "provoking_medicines": ["antihistamine", "antidepressant", "antipsychotic", "metoclopramide"],
    "dopamine": ["dopamine agonist", "levodopa"],
    "pulse_low": ["60"],
    "pressure_low": ["90"],
    "kidney_severe": ["dialysis", "30"],
}
# What leads to the row of each question, and what does not.
YES = {one.id: True for one in questions() if one.kind == "yes-no"} | {
    "age": 12.0,
    "kidney_measured": False,
    "ferritin": 20.0,
    "ferritin_on": "2025-10-30",
    "transferrin_saturation": 12.0,
    "transferrin_saturation_on": "2025-10-30",
    "other_magnesium_mg": 100.0,
}
NO = {one.id: False for one in questions() if one.kind == "yes-no"} | {
    "age": 45.0,
    "kidney_measured": True,
    "ferritin": 110.0,
    "ferritin_on": "2025-10-30",
    "transferrin_saturation": 30.0,
    "transferrin_saturation_on": "2025-10-30",
    "other_magnesium_mg": 0.0,
}
# Without which a question is not asked.
FOR = {"kidney_measured": {"age": 70.0}, "pulse_symptoms": {"pulse_low": True}, "augmentation": {"dopamine": True}}
LEADING = [question for question, rule in RULES.items() if rule[0] is not None]


def test_there_is_one_question_for_every_rule():
    assert [question.id for question in questions()] == list(RULES)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.id)
def test_a_question_is_short_and_its_help_gives_the_source(question):
    assert len(question.text) <= 76
    assert 0 < len(question.short) <= 40
    assert question.text.endswith("?")
    assert question.help.endswith(f"Source: {facts.fact(question.id)['source']}.")
    assert bool(question.unit) is (question.kind != "yes-no")


def test_every_row_has_a_source_that_was_read_and_when():
    for name in ("safety", "medicines"):
        for row in facts.load(name):
            assert row["certainty"] in ("S", "D"), row["id"]
            assert isinstance(row["read"], date), row["id"]
            assert row["source"].strip()
            assert row["certainty"] == "D" or re.match(r"(https://|doi:10\.)\S+", row["where"]), row["id"]
            assert not re.search(r"not checked|from memory", " ".join(str(value) for value in row.values()))


@pytest.mark.parametrize("question", NAMED)
def test_a_question_and_its_finding_name_what_the_rule_names(question):
    asked = next(one for one in questions() if one.id == question).text.casefold()
    found = screen(Safety(answers={question: True}))[0].text.casefold()
    for word in NAMED[question]:
        assert word in asked
        assert word in found


@pytest.mark.parametrize("question", LEADING)
def test_a_yes_leads_to_the_rule_of_its_question_alone(question):
    found = screen(Safety(answers=NO | FOR.get(question, {}) | {question: YES[question]}))
    (finding,) = [one for one in found if one.id not in FOR.get(question, {})]
    level, source, _ = RULES[question]
    assert (finding.id, finding.level) == (question, level)
    assert source in finding.source
    assert re.search(r"\b(doctor|pharmacist|clinic)\b", finding.text)


@pytest.mark.parametrize("question", LEADING)
def test_not_known_leads_to_asking_first(question):
    found = screen(Safety(answers=NO | FOR.get(question, {}) | {question: "unknown"}))
    (finding,) = [one for one in found if one.id not in FOR.get(question, {})]
    assert (finding.id, finding.level) == (question, RULES[question][2])
    assert re.search(r"\b(doctor|pharmacist)\b", finding.text)
    assert "not known" in finding.text.casefold() or "without an age" in finding.text or question == "kidney_measured"


def answers_strategy():
    kinds = {
        "yes-no": st.sampled_from([True, False, "unknown"]),
        "number": st.one_of(st.floats(0, 130), st.just("unknown")),
        "lab": st.one_of(st.floats(0, 300), st.sampled_from(["low", "unknown"])),
        "day": st.sampled_from(["2026-01-05", "unknown"]),
    }
    return st.fixed_dictionaries({}, optional={one.id: kinds[one.kind] for one in questions()})


def highest(answers):
    found = screen(Safety(answers=answers))
    return LEVELS.index(found[0].level) if found else len(LEVELS)


@given(answers_strategy())
def test_the_findings_are_those_of_the_rows_and_the_weightiest_comes_first(answers):
    found = screen(Safety(answers=answers))
    assert [LEVELS.index(one.level) for one in found] == sorted(LEVELS.index(one.level) for one in found)
    assert len({one.id for one in found}) == len(found)
    without = {one.id for one in found} - set(answers)
    assert without <= {"heart_failure_with"}
    for one in found:
        if one.id in answers:
            level, _, unknown = RULES[one.id]
            assert one.level == (unknown if answers[one.id] == "unknown" else level)


@given(answers_strategy(), st.sampled_from(LEADING))
def test_not_known_never_lowers_a_level_against_no(answers, question):
    """Nor does leaving a question out raise it: what is not known weighs at least as much as no, and as no answer."""
    assert highest(answers | {question: "unknown"}) <= highest(answers | {question: NO[question]})
    rest = {id_: answer for id_, answer in answers.items() if id_ != question}
    assert highest(answers | {question: "unknown"}) <= highest(rest)


def test_heart_failure_with_digoxin_or_a_diuretic_says_stop():
    for other in ("digoxin", "losing_medicines", "sparing_diuretics"):
        (first, *_) = screen(Safety(answers=NO | {"heart_failure": True, other: True}))
        assert (first.id, first.level) == ("heart_failure_with", "stop")
    assert "heart_failure_with" not in {one.id for one in screen(Safety(answers=NO | {"heart_failure": True}))}


@pytest.mark.parametrize(("ferritin", "low"), [(0, True), (75, True), (75.1, False), ("low", True), ("unknown", True)])
def test_iron_is_asked_in_three_ways(ferritin, low):
    safety = Safety(answers=NO | {"ferritin": ferritin})
    assert ("ferritin" in {one.id for one in screen(safety) if one.level == "ask"}) is low
    assert grouping_answers(safety)["iron_unknown"] is low


def test_what_may_lead_to_stop_must_be_answered():
    needed = {one.id for one in missing(None)}
    stops = {row["id"] for row in facts.load("safety") if row["level"] == "stop" and "question" in row}
    assert stops - {"augmentation"} <= needed
    assert {"dopamine", "heart_failure", "digoxin"} <= needed
    assert {one.id for one in required({"age": 70.0, "dopamine": "unknown"})} == needed | {
        "kidney_measured",
        "augmentation",
    }
    assert missing(Safety(answers=NO)) == ()
    assert {one.id for one in missing(Safety(answers={"age": "unknown"}))} == needed - {"age"} | {"kidney_measured"}


def test_no_answer_leads_to_no_finding():
    assert screen(Safety(answers=NO)) == ()
    assert screen(Safety()) == ()
    assert screen(None) == ()


def test_findings_come_in_order_of_weight():
    levels = [finding.level for finding in screen(Safety(answers=YES | {"age": 70.0}))]
    assert len(levels) == len(LEADING)  # all but age, and heart failure with a diuretic
    assert levels == sorted(levels, key=LEVELS.index)
    assert LEVELS == ("stop", "ask", "apart", "note")


@pytest.mark.parametrize("question", [question for question, rule in RULES.items() if rule[0] == "apart"])
def test_hours_apart_are_those_of_the_fact_sheet(question):
    (finding,) = screen(Safety(answers={question: True}))
    assert all(hours in finding.text for hours in HOURS[question])


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
    assert unanswered(None) == unanswered(Safety())
    assert unanswered(Safety(answers=NO)) == ()
    left = unanswered(Safety(answers={"pregnant": False, "other_magnesium_mg": 0}))
    asked_then = {*FOR, "ferritin_on", "transferrin_saturation_on"}
    assert {question.id for question in left} == set(RULES) - {"pregnant", "other_magnesium_mg"} - asked_then


def test_what_protocols_of_before_did_not_have_is_left_out_while_it_is_not_there():
    assert set(Safety(answers={"pregnant": False}).model_dump(mode="json")) == {"answers", "agreement"}
    there = Safety(medicines=(Medicine(name="iron", times=("08:00",)),), unscreened=True)
    assert set(there.model_dump(mode="json")) == {"answers", "medicines", "agreement", "unscreened"}


BEFORE = """
schema = 2
title = "Legs"
reference = "off"
[outcome]
name = "severity"
low = 0
high = 10
better = "lower"
threshold = 1
whole = true
[[arms]]
name = "off"
dose_mg = 0
[[arms]]
name = "magnesium"
form = "citrate"
dose_mg = 200
[design]
kind = "randomized-blocks"
start = 2026-01-05
blocks = 2
period_nights = 3
seed = 7
[analysis]
[safety.answers]
kidney_severe = true
absorption_medicines = true
pulse_low = true
iron_unknown = true
losing_medicines = false
other_magnesium_mg = 100
[safety.agreement]
clinician = "Dr A"
date = 2026-01-01
"""


def test_a_protocol_of_before_keeps_its_hash_and_its_file():
    """Both as they were before the screen asked more."""
    protocol = Protocol.parse(BEFORE)
    assert protocol.sha256() == "8baaed4b935256dcc29191e82258d1a0b790fc61f06ec6fd54d3ee66ddfdd8d4"
    written = hashlib.sha256(protocol.to_toml().encode()).hexdigest()
    assert written == "36f20ef7961b240b0b5218a12c42899637302a8668d2070c12e7cd30dde497d0"


@pytest.mark.parametrize("answer", ["tomorrow", 20261030, True, "30.10.2026"])
def test_a_day_is_a_date(answer):
    with pytest.raises(ValueError, match="ferritin_on must be a date such as 2026-11-23"):
        Safety(answers={"ferritin": 20, "ferritin_on": answer})


def test_a_retired_question_keeps_its_answer_and_is_asked_no_more():
    assert Safety(answers={"iron_unknown": True}).answers["iron_unknown"] is True
    assert "iron_unknown" not in {one.id for one in questions()}


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
    assert list(Safety(answers=backwards).answers) == [question.id for question in questions()]
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
    with pytest.raises(ValueError, match=r"is no question of the safety screen; allowed are: age, .*_mg"):
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


@pytest.mark.parametrize("question", LEADING)
def test_only_a_stop_needs_an_agreement(question):
    findings = screen(Safety(answers=FOR.get(question, {}) | {question: YES[question]}))
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


@pytest.mark.parametrize("answers", [{}, {"other_magnesium_mg": 0}])
def test_the_amount_of_a_magnesium_product_that_is_named_is_not_known_until_it_is_said(answers):
    taken = Safety(answers=answers, medicines=(Medicine(name="Magnesiumcitrat"),))
    assert "other_magnesium_mg" in {one.id for one in screen(taken) if one.level == "ask"}
    said = Safety(answers={"other_magnesium_mg": 150}, medicines=taken.medicines)
    assert [one.level for one in screen(said) if one.id == "other_magnesium_mg"] == ["note"]
