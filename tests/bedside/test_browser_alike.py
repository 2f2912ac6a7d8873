"""What the page works out for itself is what Python works out: symptoms, denials, numbers, shares, shielded cells."""

import json
import random
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from nof1.bedside.content import page_content
from nof1.cells import shielded
from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.safety.stop_rules import stop_rules
from nof1.record.diary.entry import Entry
from nof1.record.diary.events import can_be_graded, is_event_name
from nof1.record.diary.questions import cell, questions
from nof1.record.diary.side_effects import HARMS, is_denial, parse_side_effects, stops

SAID = Path(__file__).parents[1] / "record" / "diary"
PAGE = files("nof1.bedside") / "page"
BEFORE = (
    *[""] * 12,
    "no ",
    "not ",
    "no more ",
    "without ",
    "didn't feel ",
    "kein ",
    "keine ",
    "nicht mehr ",
    "ohne ",
    "a bit of ",
    "never ",
    "no sleep, ",
    "weder Übelkeit noch ",
)
AFTER = (
    "",
    " today",
    " at all.",
    " and no headache",
    " or nausea",
    ", nausea",
    " heute",
    " und keine Übelkeit",
    " aber müde",
    " but tired",
    "!",
)
WHOLE = (
    "irregular heart beat", "heart beat was a bit iregular", "diahrrea", "dyarrhea", "weekness in the legs", "not slow but irregular heartbeat",
    "regular heartbeat", "couldn’t breathe", "no strength", "not enough air", "NO WEAKNESS", "Herzstolpern", "kein Herzstolpern", "Durchfal",
    "keine Luft bekommen", "Unregelmäßiger Puls", "UNREGELMÄSSIGER PULS", "no sleep", "faintly sweet", "keine Kraft", "außer Atem", "kurzatmig",
    "nicht nur schwach", "no headache but nausea", "no trouble breathing", "naïve_weak", "1 weak2", "Straße", "", "  ", "…", "no", "none", "keine",
)  # fmt: skip


def phrases():
    """Symptoms as people write them, whole and misspelt, with words before and after."""
    chance = random.Random(8)
    symptoms = [(*rule.symptoms, *rule.misspelt) for rule in stop_rules()]
    texts = list(WHOLE) + [before + harm for harm in sorted(HARMS) for before in ("no ", "kein ", "keine ")]
    for name in ("said.toml", "said_later.toml"):
        said = tomllib.loads((SAID / name).read_text(encoding="utf-8"))
        texts += [text for rows in (*said["signs"].values(), *said["harmless"].values()) for text in rows]
    texts += [
        "blood pressure 120/80",
        "bp 78/50",
        "Blutdruck 85 zu 50",
        "bp 120 over 80",
        "chest pain: none",
        "chest pain (no)",
    ]
    for _ in range(1500):
        slots = chance.choice(chance.choice(symptoms)).split()
        words = [chance.choice(slot.split("|")).rstrip("*") for slot in slots]
        if chance.random() < 0.5:
            at = chance.randrange(len(words))
            letters = list(words[at])
            letters[chance.randrange(len(letters))] = chance.choice("aehiorstß ")
            words[at] = "".join(letters)
        if chance.random() < 0.2:
            chance.shuffle(words)
        between = chance.choice(("", "", "", "", "very", "a bit", "or", "war sehr", "x y z u v"))
        middle = f" {between} ".join(words)
        texts.append(chance.choice(BEFORE) + middle + chance.choice(AFTER))
    return texts


@pytest.fixture(scope="module")
def program(browser):
    """A function that evaluates an expression with parts of the page's program, given plain values."""
    page = browser.new_page()

    def run(expression, value, *names, first=""):
        source = "\n".join((PAGE / name).read_text(encoding="utf-8") for name in names)
        return page.evaluate(f"(value) => {{ {first}\n{source}\nreturn {expression}; }}", value)

    yield run
    page.close()


@pytest.fixture(scope="module")
def content(make_protocol):
    protocol = make_protocol()
    return json.loads(json.dumps(page_content(protocol, draw_order(protocol))))


def test_stop_rules_are_met_by_the_same_words(program, content):
    texts = phrases()
    found = program(
        "value.texts.map((text) => rulesMet(value.stop, text).map((rule) => rule.id))",
        {"stop": content["stop"], "texts": texts},
        "symptoms.js",
    )
    wanted = [[stop.rule.id for stop in stops([text])] for text in texts]
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, wanted, strict=True))
    met = sum(map(bool, wanted))
    assert 300 < met < len(texts) - 300


def test_the_same_words_say_that_there_was_nothing(program, content):
    texts = phrases()
    listed = next(one["en"] for one in content["questions"] if one["en"]["kind"] == "side_effects")["choices"]
    value = {"stop": content["stop"], "texts": texts, "listed": [one["value"] for one in listed]}
    found = program("value.texts.map((text) => isDenial(value.stop, value.listed, text))", value, "symptoms.js")
    wanted = [is_denial(text) for text in texts]
    assert dict(zip(texts, found, strict=True)) == dict(zip(texts, wanted, strict=True))
    assert 150 < sum(wanted) < len(texts) - 300
    cells = program(
        "value.texts.map((text) => sideEffectsCell(value.stop, value.listed, [], text))", value, "symptoms.js"
    )
    numbered = [text for text in texts if any(part.strip().isdecimal() for part in text.split(","))]
    assert {text: cell for text, cell in zip(texts, cells, strict=True) if text not in numbered} == {
        text: parse_side_effects(text) for text in texts if text not in numbered
    }


AMOUNTS = (
    "4", "4.0", "4,0", " 4 ", "04", "+4", "-4", "-0", "4.5", "4,5", ".5", "5.", "1e2", "1,230", "0,125", "-0,125", "12,50", "1.230", "1,2,3", "1.2,3",
    "200 mg", "200mg", "200 MG", "62,5 mg", "mg", "4 cups", "nan", "inf", "0x10", "4_0", "٤", "five", "5000", "5001", "10", "11", "1/2", "3/4", "1/0",
    "50%", "50 %", "150%", "250%", "0.75", "2", "2.1", "--4", "4 4", "1e400", "1e-7", "0.1", "0.30000000000000004",
)  # fmt: skip


def test_what_of_a_night_can_be_graded_is_the_same(program, content):
    nights = [
        {"side_effects": "Headache; itching; headache", "note": ""},
        {"side_effects": "", "note": "Chest pain at 3! Slept badly. No fainting; I felt faint."},
        {"side_effects": "pain: knee; diarrhoea", "note": "Diarrhoea\nwas passing out. nothing else"},
        {"side_effects": "chest pain", "note": "Chest pain. chest pain"},
        {},
    ]
    value = {"content": content, "nights": nights}
    found = program(
        "value.nights.map(gradable)", value, "symptoms.js", "grades.js", first="const content = value.content;"
    )
    wanted = []
    for cells in nights:
        words = tuple(part.strip() for part in cells.get("side_effects", "").split(";") if part.strip())
        wanted.append(list(can_be_graded(Entry(date(2026, 1, 5), side_effects=words, note=cells.get("note", "")))))
    assert found == wanted
    assert sum(map(len, wanted)) > 6
    names = ["pain: knee: severity", "headache: doctor", ": severity", "severity", "at 3: pain", "headache: ache"]
    told = program(
        "value.names.map(isGrade)", value | {"names": names}, "grades.js", first="const content = value.content;"
    )
    assert told == [is_event_name(name) for name in names]


def test_numbers_and_shares_become_the_same_cells(program, make_protocol, planned):
    protocol = make_protocol(analysis={"covariates": ["caffeine", "mood", "other_medicines"]})
    sealed = planned("randomized-blocks", concealed="helper", blocks=2)
    period = next(period for period in draw_order(protocol).periods if period.arm == "magnesium")
    asked = [one for one in questions(protocol, period, ends_period=False) if one.kind in ("rating", "dose", "number")]
    asked += [one for one in questions(sealed, schedule(sealed).periods[0], ends_period=False) if one.kind == "dose"]
    assert len(asked) == 6
    value = {"questions": [one.to_json() for one in asked], "amounts": AMOUNTS}
    found = program(
        "value.questions.map((question) => value.amounts.map((text) => numberAnswer(question, text)))",
        value,
        "cells.js",
        first="const say = (key) => key;",
    )
    for question, answers in zip(asked, found, strict=True):
        for text, answer in zip(AMOUNTS, answers, strict=True):
            try:
                wanted = cell(question, text)
            except InputError:
                wanted = None
            if wanted is None:
                assert answer["problem"], (question.field, text)
            else:
                assert answer["problem"] == "", (question.field, text)
                assert float(answer["cell"]) == float(wanted), (question.field, text)
                assert answer["cell"] == wanted or "e" in wanted, (question.field, text)


def test_cells_are_shielded_as_the_tables_of_nof1_are(program):
    texts = [
        "=1+1",
        "-4.5",
        "+4",
        "@x",
        "'=x",
        "'tis",
        "calm; -1 at times",
        'a;"=b',
        "a\n=b",
        "\tx",
        "＝1",
        "－1",
        "1e5",
        "-1e-5",
        "x",
        "",
        "''=",
        "a;' +b",
        "-",
    ]
    found = program(
        "value.map((text) => shielded(text))", texts, "files.js", first="const content = { served: false };"
    )
    assert dict(zip(texts, found, strict=True)) == {text: shielded(text) for text in texts}
