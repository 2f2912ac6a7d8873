"""Papers of a trial of something else: nothing of magnesium and of restless legs, of which alone nof1 holds facts."""

import re
from datetime import date

import pymupdf
import pytest

from nof1.language import speaking
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.stop_rules import stop_rule_sentence
from nof1.report.papers.plan_papers import booklet_pdf, consent_pdf, pre_visit_pdf, protocol_pdf
from nof1.report.words.measure import known_of_question, known_of_rating, why_one_person

BED = {
    "title": "Does going to bed earlier lessen my migraine?",
    "question": "Are there fewer hours of migraine when I go to bed at ten?",
    "reference": "late",
    "arms": [
        {"name": "late", "label": "bed at midnight", "dose_mg": 0},
        {"name": "early", "label": "bed at ten", "dose_mg": 0},
    ],
    "outcome": {"name": "migraine", "low": 0, "high": 10, "better": "lower", "threshold": 1, "whole": True},
    "design": {"kind": "randomized-blocks", "blocks": 4, "period_nights": 7, "start": date(2026, 12, 7), "seed": 1},
}
OF_OURS = re.compile(r"magnesi|restless|\brls\b|\bbeine?\b|\blegs?\b|elementa", re.IGNORECASE)


@pytest.fixture(scope="module")
def bed():
    return Protocol.build(BED)


@pytest.mark.parametrize("language", ["en", "de"])
def test_papers_of_something_else_tell_nothing_of_magnesium_and_legs(bed, language):
    order = draw_order(bed)
    with speaking(language):
        papers = [
            protocol_pdf(bed, order),
            booklet_pdf(bed, order),
            pre_visit_pdf(bed, order),
            consent_pdf(bed),
        ]
        # The stop rules stand on every paper, and name the leaflets that they are from; and it is said that nothing is known.
        expected = " ".join([stop_rule_sentence(), *known_of_question(bed)])
    for content in papers:
        with pymupdf.open(stream=content) as document:
            text = " ".join(" ".join(page.get_text() for page in document).replace("\u00ad\n", "").split())
        found = [word.lower() for word in OF_OURS.findall(text)]
        allowed = [word.lower() for word in OF_OURS.findall(expected)]
        for word in allowed:
            if word in found:
                found.remove(word)
        assert found == []


def test_facts_are_told_of_what_they_are_about(bed, make_protocol):
    ours = make_protocol()
    assert ours.of_magnesium
    assert ours.of_legs
    assert "Hornyak" in " ".join(known_of_question(ours))
    assert why_one_person(ours).startswith("Whether magnesium calms")
    assert "RLS-6" in known_of_rating(ours)
    assert not bed.of_magnesium
    assert not bed.of_legs
    assert "none of this question" in " ".join(known_of_question(bed))
    assert "RLS-6" not in known_of_rating(bed)
    assert "magnesium" not in why_one_person(bed)


@pytest.mark.parametrize(
    ("arm", "is_one"),
    [
        ({"dose_mg": 100}, False),  # its name says what it is
        ({"name": "on", "dose_mg": 100}, True),  # nobody says what it is
        ({"dose_mg": 0, "form": "citrate"}, True),
        ({"route": "bath", "product": "a cup of flakes"}, True),
        ({"product": "Magnesiumcitrat, one sachet"}, True),
        ({"product": "riboflavin, one tablet"}, False),
        ({"dose_mg": 0}, False),
    ],
)
def test_a_trial_is_of_magnesium_where_an_arm_is(arm, is_one):
    arms = [BED["arms"][0], {"name": "early"} | arm]
    assert Protocol.build(BED | {"arms": arms}).of_magnesium is is_one


@pytest.mark.parametrize(
    ("words", "are"),
    [
        ({"title": "Meine unruhigen Beine"}, True),
        ({"question": "Does RLS wake me less?"}, True),
        ({"conduct": {"diagnosis": "Willis-Ekbom disease"}}, True),
        ({"title": "A legal question of Beineberg"}, False),
    ],
)
def test_a_trial_is_of_legs_where_its_words_are(words, are):
    assert Protocol.build(BED | words).of_legs is are
