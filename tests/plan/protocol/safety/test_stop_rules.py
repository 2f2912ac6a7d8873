"""When to stop and when to call: the signs of the facts file, each with a source that was read, in one sentence."""

from datetime import date

import pytest

from nof1 import facts
from nof1.plan.protocol.safety.stop_rules import is_emergency, stop_action, stop_rule_sentence, stop_rules

EMERGENCY = [
    "fainting",
    "breathlessness",
    "chest pain",
    "swelling of the face or throat",
    "trouble swallowing",
    "slurred speech",
]
STOP = [
    "diarrhoea that lasts", "a slow or irregular heartbeat", "weakness", "flushing", "great thirst", "very low blood pressure",
    "unusual drowsiness", "confusion", "drooping eyelids", "a widespread rash", "black stools", "vomiting that does not stop",
]  # fmt: skip


def test_there_are_two_levels_and_each_says_what_to_do():
    assert [rule.text for rule in stop_rules()] == EMERGENCY + STOP
    assert [rule.level for rule in stop_rules()] == ["emergency"] * len(EMERGENCY) + ["stop"] * len(STOP)
    assert {rule.action for rule in stop_rules() if rule.text in EMERGENCY} == {
        "call the emergency number now (112, 911, 999 or that of your country) and take no more of the supplement"
    }
    assert {rule.action for rule in stop_rules() if rule.text in STOP} == {
        "stop the supplement, call a doctor, and record it"
    }
    assert [text for text in (*EMERGENCY, *STOP, "") if is_emergency(text)] == EMERGENCY


@pytest.mark.parametrize("rule", stop_rules(), ids=lambda rule: rule.id)
def test_every_sign_has_a_source_that_was_read_and_words_in_small_letters(rule):
    assert rule.certainty == "S"
    assert rule.source
    assert "." in rule.where  # an address
    assert rule.read >= date(2026, 11, 29)
    written = (*rule.symptoms, *rule.misspelt, *rule.others, *rule.harmless)
    assert all(word == " ".join(word.casefold().split()) for word in written)
    assert len(rule.symptoms) == len(set(rule.symptoms))
    assert all(part for symptom in rule.symptoms for slot in symptom.split() for part in slot.split("|"))


def test_what_to_do_at_a_level_is_a_fact():
    assert stop_action("emergency") == facts.fact("emergency-action")["text"]


def test_the_stop_rules_make_one_sentence():
    told = stop_rule_sentence()
    first, second = told.split("If you notice ")[1:]
    assert first == (
        "fainting, breathlessness, chest pain, swelling of the face or throat, trouble swallowing or slurred speech: "
        "call the emergency number now (112, 911, 999 or that of your country) and take no more of the supplement. "
    )
    assert all(text in second for text in STOP)
    assert ": stop the supplement, call a doctor, and record it. Sources: NHS; Stroke Association; SmPCs" in second
