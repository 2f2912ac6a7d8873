"""What a trial estimates and by which rule, as its protocol says it."""

import pytest

from nof1 import Protocol
from nof1.language import speaking
from nof1.report.words.rule import estimand_sentence, rule_sentences


def first_edition(protocol, estimand="full"):
    content = protocol.to_dict() | {"schema": 1}
    second = ("start_up", "block_effects", "certainty_full", "priors")
    analysis = {name: value for name, value in content["analysis"].items() if name not in second}
    return Protocol.build(content | {"analysis": analysis | {"estimand": estimand}})


def told(protocol):
    return " ".join(rule_sentences(protocol))


def test_the_estimand_names_contrast_nights_and_schedule(make_protocol):
    sentence = estimand_sentence(make_protocol())
    assert (
        "between the nights on magnesium under this trial's schedule and the same nights had every night been on"
        in sentence
    )
    assert sentence.endswith("second, the same once magnesium is fully built up.")


def test_without_build_up_there_is_one_effect(make_protocol):
    sentence = estimand_sentence(make_protocol(analysis={"carryover": "none"}))
    assert sentence.startswith("Estimated is the mean difference")
    assert "built up" not in sentence


@pytest.mark.parametrize(("estimand", "words"), [("full", "at full exposure"), ("as-lived", "over these nights")])
def test_the_first_edition_says_which_effect_it_named(make_protocol, estimand, words):
    assert words in estimand_sentence(first_edition(make_protocol(), estimand))


def test_the_rule_says_both_certainties_their_bayes_factors_and_the_gate(make_protocol):
    rule = told(make_protocol())
    for words in (
        "a chance of at least 90 in 100",
        "Bayes factor at least 9)",
        "with a chance of 80 in 100 (Bayes factor at least 4) once fully built up, too",
        "No quick difference: the first without the second.",
        "2 periods with a rated night and 6 rated nights",
    ):
        assert words in rule


def test_the_first_edition_keeps_its_rule(make_protocol):
    rule = told(first_edition(make_protocol()))
    assert "Bayes factor" not in rule
    assert "reaches a chance of 90 %" in rule


def test_without_build_up_the_rule_does_not_speak_of_it(make_protocol):
    rule = told(make_protocol(analysis={"carryover": "none"}))
    assert "built up" not in rule
    assert "quick" not in rule


def test_it_is_said_in_german(make_protocol):
    with speaking("de") as german:
        german.missing.clear()
        for protocol in (
            make_protocol(),
            make_protocol(analysis={"carryover": "none"}),
            first_edition(make_protocol()),
        ):
            assert estimand_sentence(protocol)
            assert rule_sentences(protocol)
        assert german.missing == set()
