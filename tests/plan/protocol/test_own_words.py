"""Words of nof1's own are told in the spoken language, and a person's as they wrote them."""

import pytest

from nof1.cli.wizard.answers import FORMS_ONLY, ONE_FORM, TWO_DOSES, arms
from nof1.language import say, speaking
from nof1.plan.protocol.conduct import Conduct
from nof1.plan.protocol.dose import forms
from nof1.plan.protocol.own_words import ours
from nof1.plan.protocol.template import load_template, template_names


def own_texts():
    """Every text that a protocol holds although nobody typed it."""
    for name in template_names():
        template = load_template(name)
        yield from (template["title"], template["question"], template["outcome"]["label"])
        yield from (arm.get("label") or arm["name"] for arm in template["arms"])
    yield from (form.name for form in forms())
    yield from (form.name.removeprefix("magnesium ") for form in forms())
    yield from (field.default for name, field in Conduct.model_fields.items() if isinstance(field.default, str))
    for raw in ({"compare": ONE_FORM}, {"compare": TWO_DOSES}, {"concealed": "alone", "dummy": "yes"}):
        yield from (arm.get("label") or arm["name"] for arm in arms(raw))
    assert arms({"compare": FORMS_ONLY, "form-first": "citrate"})[0]["name"] in own_forms()


def own_forms():
    return [form.name.removeprefix("magnesium ") for form in forms()]


CODES = {"self-care", "21:30", "08:00", ""}  # values, not words


@pytest.mark.parametrize("text", sorted(set(own_texts()) - CODES))
def test_whatever_nobody_typed_is_translated(text):
    assert ours(text) == text
    with speaking("de") as german:
        assert ours(text) != text
        assert text not in german.missing


@pytest.mark.parametrize("text", ["No magnesium", "no magnesium ", "my legs", "", "kein Bier"])
def test_a_persons_own_words_stay(text):
    with speaking("de"):
        assert ours(text) is text


def test_titles_of_arms_and_outcome_both_ways(make_protocol):
    protocol = make_protocol()
    own = make_protocol(
        outcome={"label": "My legs"},
        arms=[{"name": "off", "label": "tea", "dose_mg": 0}, {"name": "magnesium", "label": "caps", "dose_mg": 100}],
    )
    titles = [protocol.outcome.title, *(arm.title for arm in protocol.arms)]
    with speaking("de"):
        assert protocol.outcome.title == "RLS-Stärke"
        assert [arm.title for arm in protocol.arms] != titles[1:]
        assert [own.outcome.title, *(arm.title for arm in own.arms)] == ["My legs", "tea", "caps"]
    assert [protocol.outcome.title, *(arm.title for arm in protocol.arms)] == titles


def test_german_joins_the_preposition_and_the_arm_without():
    with speaking("de"):
        told = say("{nights} on {arm}", nights="7 Nächte", arm=ours("no magnesium"))
        assert told == "7 Nächte ohne Magnesium"
        assert say("{nights} on {arm}", nights="7 Nächte", arm=ours("magnesium")) == "7 Nächte mit Magnesium"
