"""When to stop: the symptoms of the fact sheet in one sentence."""

from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence, stop_rules


def test_the_stop_rules_are_those_of_the_fact_sheet():
    assert [rule.text for rule in stop_rules()] == [
        "diarrhoea that lasts",
        "fainting",
        "a slow or irregular heartbeat",
        "weakness",
        "breathlessness",
    ]
    for rule in stop_rules():
        assert rule.action == "stop the supplement, call a doctor, and record it"
        assert rule.certainty == "S"
        assert "SmPC" in rule.source
    symptoms = [symptom for rule in stop_rules() for symptom in rule.symptoms]
    assert {"diarrhoea", "diarrhea", "fainting", "slow heartbeat", "irregular heartbeat", "weakness"} < set(symptoms)
    assert len(symptoms) == len(set(symptoms))
    assert all(symptom == symptom.casefold() for symptom in symptoms)


def test_the_stop_rules_make_one_sentence():
    assert stop_rule_sentence() == (
        "If you notice diarrhoea that lasts, fainting, a slow or irregular heartbeat, weakness or breathlessness: "
        "stop the supplement, call a doctor, and record it (SmPCs of magnesium medicines)."
    )
