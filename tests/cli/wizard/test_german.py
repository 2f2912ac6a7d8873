"""The wizard in German: every question, help, refusal and summary, and what is typed in German."""

import re
from pathlib import Path

import pytest
from wizard_person import BRANCHES, STOP, Person, fits, lines_of, talk_at, walk

from nof1.cli.wizard.parse import clock, column, day, new_place, number, several, whole, words, yes_no_unknown
from nof1.cli.wizard.step import told, worded
from nof1.errors import InputError
from nof1.language import speaking


@pytest.fixture(autouse=True)
def german(monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    with speaking("de") as spoken:
        before = set(spoken.missing)
        yield spoken
        assert spoken.missing == before  # nothing was told in English for want of a translation


ENGLISH = re.compile(r"\b(the|and|which|night|nights|evening|doctor|type|type a)\b", re.IGNORECASE)


# Together they ask every question.
HELPED = (
    "two doses by the salt",
    "a scale of one's own",
    "alone with a dummy",
    "mirrored pairs",
    "research",
    "everything at once",
)


@pytest.mark.parametrize("name", HELPED)
def test_every_screen_and_every_help_is_german_and_fits(name):
    person = Person(word for text in lines_of(BRANCHES[name]) for word in ("?", text))
    assert person.plan(Path("trial")) is not None
    fits(person)
    assert not ENGLISH.search(re.sub(r"Institute of Medicine.{0,60}", "", person.seen))


# With every finding at once, German ones are longer than a screen.
@pytest.mark.parametrize("name", [name for name in BRANCHES if name not in ("everything at once", "nothing known")])
def test_no_screen_of_a_question_or_summary_has_to_be_paged(name):
    person = Person(lines_of(BRANCHES[name]))
    person.plan(Path("trial"))
    assert not [shown for shown in person.screens if "Eingabetaste zeigt mehr" in shown]


def test_every_text_of_a_question_is_another_one_in_german():
    for step, _, talk in walk(STOP):
        german = [worded(text, talk) for text in (step.part, step.question, step.help, step.keys, step.body)]
        with speaking("en"):
            english = [worded(text, talk) for text in (step.part, step.question, step.help, step.keys, step.body)]
        assert not [text for text in set(german) & set(english) if text], step.id
        assert len(told(step.question, talk)) <= 150


def test_answers_in_german_are_understood():
    typed = lines_of(
        {
            "form-first": "Magnesiumcitrat",
            "amount-first": "200 elementar",
            "safety-kidney_severe": "n",
            "safety-myasthenia": "w",
            "safety-state": "w3",
            "lately": "w",
            "start": "morgen",
            "draw": "auslosen",
        }
    )
    typed = ["j" if text == "y" else text for text in typed]
    answers = Person(typed).plan(Path("trial"))
    assert answers["arms"][1]["form"] == "citrate"
    assert answers["safety"]["answers"]["kidney_severe"] is False
    assert answers["safety"]["answers"]["myasthenia"] == answers["safety"]["answers"]["pulse_low"] == "unknown"
    assert answers["arms"][1]["dose_mg"] == 200
    assert str(answers["design"]["start"]) == "2026-11-24"
    assert answers["title"] == "Does magnesium calm my legs at night?"  # told in German on German pages


def test_the_proposals_are_german():
    person = Person(lines_of({"concealed": "2", "more": ""}))
    person.plan(Path("trial"))
    for offer in ("[Beruhigt Magnesium nachts meine Beine?]", "[weiter]", "[leer lassen]", "[nein]"):
        assert offer in person.seen


def test_a_draft_is_gone_on_with_in_german():
    Person(lines_of({})[:5]).plan(Path("trial"))
    person = Person(["1"])
    assert person.plan(Path("trial")) is None
    assert "dort weitermachen, wo ich aufgehört habe" in person.seen
    assert "nof1 plan trial --language de" in person.seen


REFUSALS = [
    (whole(1, 9), "x", "'x' passt nicht. Bitte eine ganze Zahl von 1 bis 9."),
    (number(0, 2.5, above=True), "9", "'9' passt nicht. Bitte eine Zahl über 0 und bis 2,5."),
    (number(0, 2), "x", "'x' ist keine Zahl. Bitte eine Zahl von 0 bis 2."),
    (number(0, 2), "1.234", "'1.234' lässt sich auf zwei Arten lesen."),
    (words(3), "abcd", "Das hat 4 Zeichen; höchstens 3 passen."),
    (words(9), "a\x07", "Dieser Text enthält das unsichtbare Zeichen U+0007; bitte entfernen."),
    (words(9, needed=True), "", "Diese Antwort wird gebraucht."),
    (column, "note", "'note' ist ein Name, den das Tagebuch selbst benutzt"),
    (column, "1st", "'1st' muss mit einem Buchstaben beginnen."),
    (several((), "severity"), "severity", "'severity' bewerten Sie schon jede Nacht."),
    (
        day(lambda talk: talk.today, lambda talk: talk.today),
        "gestern",
        "'gestern' passt nicht. Bitte ein Datum von 2026-11-23",
    ),
    (clock, "25:00", "'25:00' ist keine Uhrzeit. Bitte so: 21:30 oder 21 Uhr."),
    (yes_no_unknown, "vielleicht", "'vielleicht' ist weder Ja noch Nein. Bitte j, n oder w"),
    (new_place, "trial/in", "Er muss außerhalb des Ordners der Studie (trial) liegen"),
    (whole(1, 9), "", "Eine leere Zeile passt nicht."),
]


@pytest.mark.parametrize(("parse", "text", "said"), REFUSALS, ids=[said for _, _, said in REFUSALS])
def test_refusals_are_german(parse, text, said):
    with pytest.raises(InputError) as refusal:
        parse(text, talk_at(Path("trial")))
    assert said in str(refusal.value)
