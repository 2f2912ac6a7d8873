"""What a trial is about: magnesium, restless legs, both or neither."""

import pytest

from nof1.plan.protocol.parts import Arm, Outcome
from nof1.plan.protocol.topic import rates_legs, tries_magnesium

OFF = Arm(name="off", dose_mg=0)


@pytest.mark.parametrize(
    ("arm", "said"),
    [
        ({"name": "magnesium"}, True),
        ({"name": "citrate", "dose_mg": 200}, True),
        ({"name": "on", "dose_mg": 200}, True),  # nobody says what it is: it is held against the limits
        ({"name": "higher dose", "dose_mg": 200}, True),
        ({"name": "on", "form": "taurate", "dose_mg": 100}, True),
        ({"name": "salts", "route": "bath", "product": "two cups"}, True),
        ({"name": "on", "product": "Magnesium 400, one capsule"}, True),
        ({"name": "melatonin", "dose_mg": 2}, False),
        ({"name": "on", "label": "melatonin", "dose_mg": 2}, False),
        ({"name": "on", "product": "melatonin, one tablet", "dose_mg": 2}, False),
        ({"name": "walk", "route": "other"}, False),
    ],
)
def test_what_says_magnesium(arm, said):
    assert tries_magnesium("Do I sleep better?", "", [OFF, Arm(**arm)]) is said


def test_a_title_can_say_it():
    assert tries_magnesium("Hilft mir Magnesium?", "", [OFF, Arm(name="kapsel")])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("RLS severity", True),
        ("leg restlessness", True),
        ("wie unruhig waren die Beine", True),
        ("sleep quality", False),
        ("a legend of pain", False),
        ("Schmerz im Bein", True),
        ("Gebeine", False),
    ],
)
def test_what_says_legs(text, said):
    outcome = Outcome(name="rating", label=text, low=0, high=10, better="lower")
    assert rates_legs("My nights", "", outcome) is said


def test_a_score_of_restless_legs_says_it():
    assert rates_legs("My nights", "", Outcome(name="x", low=0, high=10, better="lower"), ["rls6_1"])
