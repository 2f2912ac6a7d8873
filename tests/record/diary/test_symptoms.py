"""What people write of signs is heard, what is harmless raises no alarm: counted, on lists of phrases."""

import tomllib
from pathlib import Path

import pytest

from nof1.plan.protocol.safety.stop_rules import stop_rules
from nof1.record.diary.side_effects import note_sentences, stops

HERE = Path(__file__).parent
# What is known to be missed and to alarm for nothing, on the list that the words were improved on.
MISSED = {"lips twice their size", "pulse only 40"}
FALSE_ALARMS = {"thirsty Thursday quiz", "rash on left elbow gone"}


def phrases(name):
    content = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return content["signs"], content["harmless"]["words"]


def ids(entered):
    return [stop.rule.id for stop in stops([entered])]


def missed_and_false(name):
    signs, harmless = phrases(name)
    missed = {text for rule, texts in signs.items() for text in texts if rule not in ids(text)}
    return missed, {text for text in harmless if ids(text)}, sum(map(len, signs.values())), len(harmless)


def test_the_lists_are_long_and_have_every_sign_and_no_phrase_twice():
    both = [phrases(name) for name in ("said.toml", "said_later.toml")]
    for signs, harmless in both:
        assert set(signs) == {rule.id for rule in stop_rules()}
        assert len(harmless) >= 100
        assert sum(map(len, signs.values())) >= 100
    every = [text for signs, harmless in both for texts in (*signs.values(), harmless) for text in texts]
    assert len(set(every)) > 800


def test_what_people_write_is_heard_and_harmless_words_are_not():
    missed, alarms, signs, harmless = missed_and_false("said.toml")
    assert (missed, alarms) == (MISSED, FALSE_ALARMS), f"of {signs} signs and {harmless} harmless phrases"


def test_phrases_that_the_words_were_not_improved_on_are_heard_nearly_as_well():
    """Measured once when the matcher was finished: 120 of 128 heard, 5 false alarms of 165."""
    missed, alarms, signs, harmless = missed_and_false("said_later.toml")
    assert (signs, harmless) == (128, 165)
    assert len(missed) <= 8, missed
    assert len(alarms) <= 5, alarms


@pytest.mark.parametrize(
    ("entered", "rules"),
    [
        ("no chest pain", []),
        ("chest pain, no nausea", ["stop-chest-pain"]),
        ("chest pain not gone", ["stop-chest-pain"]),
        ("chest pain? no", []),
        ("chest pain: none at all", []),
        ("no relief from chest pain", ["stop-chest-pain"]),
        ("no sleep or chest pain", ["stop-chest-pain"]),  # want of sleep is a harm itself
        ("haven't had any chest pain", []),
        ("haven't had chest pain like this for years", ["stop-chest-pain"]),
        ("never passed out before", ["stop-fainting"]),
        ("heart was not racing", []),
        ("heart not slow but irregular", ["stop-heartbeat"]),
        ("could not sleep because my breath smelled", []),
        ("could not stand", ["stop-weakness"]),
        ("could not stand the light", []),
        ("weak tea, then weak legs", ["stop-weakness"]),
        ("blood pressure 120/80", []),
        ("blood pressure 120 over 80", []),
        ("blood pressure 78/50", ["stop-low-pressure"]),
        ("chest pain and slurred speech", ["stop-chest-pain", "stop-speech"]),
        ("bin nicht ohnmächtig geworden", []),
        ("ohnmächtig bin ich nicht geworden", []),
        ("Atemnot geht nicht weg", ["stop-breathlessness"]),
        ("weder Brustschmerzen noch Atemnot", []),
    ],
)
def test_a_denial_denies_what_it_is_about_and_no_more(entered, rules):
    assert ids(entered) == rules


@pytest.mark.parametrize(
    "entered",
    [
        "my husband fainted",
        "mein Mann wurde ohnmächtig",
        "wife has a rash",
        "my mother had chest pain",
        "Sohn hatte Durchfall",
    ],
)
def test_what_befell_somebody_else_is_no_sign(entered):
    assert ids(entered) == []


@pytest.mark.parametrize(
    ("entered", "rule"),
    [
        ("my husband saw me faint", "stop-fainting"),
        ("husband found me unconscious", "stop-fainting"),
        ("my wife said my speech was slurred", "stop-speech"),
        ("meine Frau sagt ich lalle", "stop-speech"),
        ("argument with husband chest pain", "stop-chest-pain"),
        ("after helping my son had chest pain", "stop-chest-pain"),
        ("my mother had chest pain and so did I", "stop-chest-pain"),
        ("Frau hatte Atemnot, ich auch", "stop-breathlessness"),
        ("kids had diarrhoea too", "stop-diarrhoea"),
        ("she fainted", "stop-fainting"),  # perhaps written by whoever keeps the diary
        ("my husband fainted, then I had chest pain", "stop-chest-pain"),
    ],
)
def test_words_on_somebody_else_hide_no_sign_of_ones_own(entered, rule):
    assert ids(entered) == [rule]


def test_emergencies_are_told_first():
    assert [stop.rule.level for stop in stops(["weak legs", "chest pain"])] == ["emergency", "stop"]


def test_a_note_is_looked_through_by_sentences():
    assert note_sentences("Slept well. No, chest pain at 3!\nok") == ("Slept well.", "No, chest pain at 3!", "ok")
    assert note_sentences("") == ()
