"""What can be said is found for translators, and every translation keeps the places of its sentence."""

import importlib.util
import re
import shutil
import string
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from known import SAMPLE

from nof1 import Trial, facts, fit
from nof1.language import Language, speaking
from nof1.report.words import blinding as words_blinding
from nof1.report.words import forecast as words_forecast
from nof1.report.words import looks as words_looks
from nof1.report.words import over_time as words_over_time
from nof1.report.words import record as words_record
from nof1.report.words import sensitivity as words_sensitivity
from nof1.report.words import sentences as report

ROOT = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("extract_words", ROOT / "scripts" / "extract_words.py")
words = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(words)
FILES = sorted(words.LANGUAGES.glob("*.po"))


@pytest.fixture(scope="module")
def found():
    """Every sentence in the source."""
    return words.extract()


def forms(message):
    """The texts of a message or of its translation."""
    return (message,) if isinstance(message, str) else tuple(message)


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_templates_have_plain_places_alone(found):
    texts = [text for message in found if message.id for text in forms(message.id)]
    assert len(texts) > 300
    for text in texts:
        for _, name, spec, conversion in string.Formatter().parse(text):
            assert name is None or name.isidentifier(), text
            assert not conversion, text
            assert "{" not in (spec or ""), text


# One thing, one name; and what was once translated word by word. What stands behind it may be said all the same.
AWKWARD = {
    "Studie, not Versuch": r"\bVersuch(?:e|en|s)?\b(?! auf einmal)",
    "Zwischenauswertung, not a look": r"Zwischenblick|\bBlicke?\b(?! verborgen)",
    "Phase, not Abschnitt": r"Abschnitt(?:e|en|s)?\b(?! beginnt)",
    "von Bedeutung": r"zu klein,\s+um zu zählen",
    "mit PyMC berechnet": r"gezogen \((?:PyMC|Stichproben)",
    "vorhersagen": r"Gegeben alle|so überraschend, wie",
    "Aussagekraft": r"wie weit (?:dies|das) trägt",
    "durchgeführt": r"\bgelebt",
    "Sie": r"\b(?:[Dd]u|[Dd]ein(?:e[nmrs]?)?|[Dd]ir|[Dd]ich)\b",
}


@pytest.mark.parametrize("better", AWKWARD)
def test_german_reads_as_if_written_in_german(better):
    with (words.LANGUAGES / "de.po").open("rb") as stream:
        said = [text for one in read_po(stream, locale="de") if one.id for text in forms(one.string)]
    assert [text for text in said if re.search(AWKWARD[better], text)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_translation_has_the_places_of_its_sentence(path):
    with path.open("rb") as stream:
        translated = [one for one in read_po(stream, locale=path.stem) if one.id and all(forms(one.string))]
    assert translated
    for message in translated:
        wanted = [places(text) for text in forms(message.id)]
        for text in forms(message.string):
            if len(wanted) == 1:
                assert places(text) == wanted[0], text
            else:  # a count may be a word, such as "one night"
                assert wanted[0] - {"count"} <= places(text) <= wanted[0] | wanted[1], text


@pytest.fixture
def asked(monkeypatch):
    """Every template that is filled, in whatever language."""
    templates, template = set(), Language.template

    def remember(language, one, many, count):
        templates.add(one)
        return template(language, one, many, count)

    monkeypatch.setattr(Language, "template", remember)
    return templates


def test_whatever_is_said_of_a_result_can_be_translated_and_has_the_numbers_of_the_language(found, asked):
    result = fit(Trial.load(SAMPLE / "cant-tell"), engine="marginal")
    protocol, record = result.trial.protocol, result.record
    with speaking("de"):
        lines = [
            report.headline(result),
            report.effect_sentence(result),
            report.over_nights_sentence(result),
            report.night_sentence(result),
            report.nights_sentence(result),
            report.order_sentence(protocol),
            report.method_sentence(result),
            *(text for row in report.chances(result) for text in row),
            *words_sensitivity.sensitivity_sentences(record.sensitivity),
            *words_over_time.over_time_sentences(protocol, record.over_time),
            words_forecast.forecast_sentence(result.lead[0].forecast),
            words_looks.rule_sentence(protocol),
            words_blinding.blinding_sentence(protocol, record.blinding),
            words_record.record_note(result),
        ]
        for arm in protocol.arms:
            lines += [words_record.harms_line(result, arm.name), words_record.adherence_line(result, arm.name)]
            lines.append(words_record.harms_difference(result, arm.name))
    assert asked <= {forms(message.id)[0] for message in found}
    assert len(asked) > 60
    for line in lines:
        assert not re.search(r"\b0\.\d|\d\.(?!\d{3}\b)\d", line), line  # 1.000 is a thousand
    assert any(re.search(r"\d,\d", line) for line in lines)


SOURCE = """
from nof1.language import phrase, say as tell, say_some
TABLE = {"key": phrase("in a table {a}")}
def f(row, say):
    say("what a command says")
    tell(TABLE[row["verdict"]], a=[tell("within {b}", b=row["measure"])])
    say_some(row["count"], "{count} {c}", "{count} {c}s", c=tell("deep" " and split"))
"""


def test_facts_are_found_by_their_id(tmp_path):
    (tmp_path / "module.py").write_text(
        "cited('slow-pool', 'rating-change')\nfacts.fact('aasm-2025')\nfacts.fact(name)\n"
    )
    found = {forms(message.id)[0] for message in words.extract(tmp_path) if message.id}
    rows = [facts.fact(one) for one in ("slow-pool", "rating-change", "aasm-2025")]
    assert found == {row[key] for row in rows for key in ("text", "source")}


def test_calls_within_calls_are_found_and_nothing_else(tmp_path):
    (tmp_path / "module.py").write_text(SOURCE)
    found = {forms(message.id) for message in words.extract(tmp_path) if message.id}
    assert found == {("in a table {a}",), ("within {b}",), ("{count} {c}", "{count} {c}s"), ("deep and split",)}


def test_collecting_keeps_translations_and_drops_what_nobody_says(found, tmp_path):
    path = tmp_path / "de.po"
    shutil.copy(words.LANGUAGES / "de.po", path)
    with path.open("a", encoding="utf-8") as stream:
        stream.write('\nmsgid "nobody says this any more"\nmsgstr "weg"\n')
    words.update(path, found)
    first = path.read_bytes()
    words.update(path, found)
    assert path.read_bytes() == first
    with path.open("rb") as stream:
        catalog = read_po(stream, locale="de")
    assert catalog["{first} and {last}"].string == "{first} und {last}"
    assert "On these nights, {arm} helped." in catalog
    assert b"nobody says this any more" not in first


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_is_there_in_every_language(found, path):
    with path.open("rb") as stream:
        told = {one.id: one for one in read_po(stream, locale=path.stem) if all(forms(one.string)) and not one.fuzzy}
    assert [message.id for message in found if message.id and message.id not in told] == []


# Where a room to the left of `report` has words: data with words that languages know, and who shows them. Everything else is said in
# `report`, `bedside` and `cli`.
DATA = {
    "analyze/reasons.py",  # why something could not be answered: the text of an error, too
    "analyze/simulation/alternatives.py",  # a fact, asked for by its name
    "plan/orders/concerns.py",  # what a design can never show: the planner, its papers and nof1 power say it
    "plan/orders/dose_times.py",  # what collides with the evening's dose: the refusal, the wizard, the papers
    "plan/orders/evening_dose.py",  # what there is to take, on papers, calendar and phone
    "plan/protocol/anchors.py",  # what the ends of the rating mean: phone, paper, spreadsheet and terminal say it
    "plan/protocol/dose.py",  # what a form is called
    "plan/protocol/nightly.py",  # what the diary asks besides rating and dose, and its answers
    "plan/protocol/period_ends.py",  # the steps of the impression of change
    "plan/protocol/noticed.py",  # what gave a pack away
    "plan/protocol/own_words.py",  # the words of nof1's own templates
    "plan/protocol/recorded.py",  # what is known to be recorded beside the model, with its question
    "plan/protocol/safety/guards.py",  # limits of nof1's own, which are no facts
    "plan/protocol/safety/answers.py",  # why a question is asked, as the facts file has it
    "plan/protocol/safety/screen.py",  # what an answer leads to, as the facts file has it
    "plan/protocol/safety/stop_rules.py",  # when to stop, as the facts file has it
    "plan/protocol/safety/upper_levels.py",  # that a dose is above an upper level
    "record/amended_doses.py",  # why a dose may not be planned: what a doctor agreed to
    "record/diary/event_questions.py",  # what is asked of a side effect that is graded, on a terminal and on paper
    "record/diary/events.py",  # the words of each grade
    "record/diary/period_ends.py",  # what the diary asks at the end of a period
    "record/diary/questions.py",  # what the diary asks, on a terminal and on a phone
    "record/diary/side_effects.py",  # the stop rule that an entry meets
    "record/dose_limits.py",  # why a dose is not planned: what the wizard says of it, with the way out
    "record/screening.py",  # why no order is drawn: the text of an error
    "record/unagreed.py",  # where the page for the doctor is: part of the refusal
    "record/values/answers.py",  # what an answer of each kind may be
    "record/values/measures.py",  # what can be recorded, with its units
}


def test_sentences_are_made_in_the_room_for_words_alone():
    said = {
        path.relative_to(words.SOURCE).as_posix()
        for room in ("plan", "record", "analyze")
        for path in (words.SOURCE / room).rglob("*.py")
        if [*words.read_python(BytesIO(path.read_bytes()), words.KEYWORDS, (), {})]
    }
    assert said == DATA
