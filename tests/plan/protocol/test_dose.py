"""Doses: shares against the atomic masses, and every name a label may have."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1 import facts
from nof1.errors import InputError
from nof1.plan.protocol.dose import both, elemental_mg, find_form, forms, salt_mg

# Standard atomic masses, IUPAC 2021 abridged.
MASS = {"H": 1.008, "C": 12.011, "N": 14.007, "O": 15.999, "Mg": 24.305, "S": 32.06, "Cl": 35.45}
# Atoms of each salt, counted by hand from its structure, and the percentage on the fact sheet.
SALTS = {
    "citrate": ({"Mg": 3, "C": 12, "H": 10, "O": 14}, 16.2),
    "citrate-nonahydrate": ({"Mg": 3, "C": 12, "H": 28, "O": 23}, 11.9),
    "oxide": ({"Mg": 1, "O": 1}, 60.3),
    "glycinate": ({"Mg": 1, "C": 4, "H": 8, "N": 2, "O": 4}, 14.1),
    "chloride": ({"Mg": 1, "Cl": 2, "H": 12, "O": 6}, 12.0),
    "sulfate": ({"Mg": 1, "S": 1, "H": 14, "O": 11}, 9.9),
    "threonate": ({"Mg": 1, "C": 8, "H": 14, "O": 10}, 8.3),
}
UNKNOWN = [
    "",
    " ",
    "magnesium",
    "taurate",
    "citrate malate",
    "oxide citrate",
    "anhydrous chloride",
    "citrate oxide",
    "%",
]


def _atoms(formula):
    """Counts of a formula with one level of brackets."""
    counts = {}
    for group, times, element, number in re.findall(r"\(([^)]*)\)(\d*)|([A-Z][a-z]?)(\d*)", formula):
        inside = _atoms(group) if group else {element: int(number or 1)}
        for atom, count in inside.items():
            counts[atom] = counts.get(atom, 0) + count * (int(times or 1) if group else 1)
    return counts


def test_the_forms_are_those_of_the_fact_sheet():
    assert [form.id for form in forms()] == list(SALTS)
    assert {form.certainty for form in forms()} == {"D"}
    assert all(form.source for form in forms())


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.id)
def test_a_share_follows_from_the_atomic_masses(form):
    atoms, percent = SALTS[form.id]
    share = atoms["Mg"] * MASS["Mg"] / sum(MASS[atom] * count for atom, count in atoms.items())
    assert round(share * 100, 1) == percent
    assert form.elemental_share == round(share, 3)
    assert _atoms(facts.fact(form.id)["formula"]) == atoms


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("citrate", "citrate"),
        ("Magnesium Citrate", "citrate"),
        ("magnesium citrate (anhydrous)", "citrate"),
        ("as magnesium citrate", "citrate"),
        ("trimagnesium dicitrate, anhydrous", "citrate"),
        ("citrate nonahydrate", "citrate-nonahydrate"),
        ("MAGNESIUM CITRATE NONAHYDRATE", "citrate-nonahydrate"),
        ("oxide", "oxide"),
        ("glycinate", "glycinate"),
        ("magnesium bisglycinate", "glycinate"),
        ("Magnesium glycinate (bisglycinate)", "glycinate"),
        ("diglycinate", "glycinate"),
        ("chloride", "chloride"),
        ("chloride hexahydrate", "chloride"),
        ("sulfate", "sulfate"),
        ("magnesium sulphate heptahydrate", "sulfate"),
        ("Epsom salt", "sulfate"),
        ("L-threonate", "threonate"),
        ("magnesium l-threonate", "threonate"),
        ("threonate", "threonate"),
    ],
)
def test_a_form_is_found_by_what_labels_call_it(text, form):
    assert find_form(text).id == form


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_no_form_is_not_guessed(text):
    assert find_form(text) is None


def test_every_form_is_found_by_its_own_name_and_by_no_other():
    for form in forms():
        assert all(find_form(name) == form for name in (form.id, form.name, *form.names))


@pytest.mark.parametrize(
    ("form", "salt", "elemental"),
    [("citrate", 1000, 162), ("oxide", 500, 301.5), ("bisglycinate", 1000, 141), ("citrate", 0, 0)],
)
def test_known_amounts(form, salt, elemental):
    assert elemental_mg(form, salt) == pytest.approx(elemental)
    assert salt_mg(form, elemental) == pytest.approx(salt)


@given(st.sampled_from(forms()), st.floats(0, 5000))
def test_there_and_back_is_the_same_amount(form, mg):
    assert elemental_mg(form, salt_mg(form, mg)) == pytest.approx(mg)
    assert salt_mg(form, mg) >= mg


@pytest.mark.parametrize(
    ("form", "mg", "sentence"),
    [
        ("citrate", 200, "200 mg elemental magnesium, that is about 1230 mg of magnesium citrate (16.2 % magnesium)"),
        ("oxide", 250, "250 mg elemental magnesium, that is about 415 mg of magnesium oxide (60.3 % magnesium)"),
        ("oxide", 2.5, "2.5 mg elemental magnesium, that is about 4.15 mg of magnesium oxide (60.3 % magnesium)"),
        (
            "chloride",
            1200,
            "1200 mg elemental magnesium, that is about 10000 mg of magnesium chloride hexahydrate (12.0 % magnesium)",
        ),
        ("oxide", 0, "0 mg elemental magnesium, that is about 0 mg of magnesium oxide (60.3 % magnesium)"),
    ],
)
def test_both_weights_are_said(form, mg, sentence):
    assert both(form, mg) == sentence


@pytest.mark.parametrize("convert", [elemental_mg, salt_mg, both])
@pytest.mark.parametrize("text", ["taurate", ""])
def test_an_unknown_form_is_refused_with_those_there_are(convert, text):
    with pytest.raises(InputError, match=f"form {text!r} is not known.*magnesium citrate, .*magnesium L-threonate"):
        convert(text, 100)


@pytest.mark.parametrize("convert", [elemental_mg, salt_mg, both])
@pytest.mark.parametrize("mg", [-1, math.nan, math.inf, "200", True, None, 10**400])
def test_what_is_no_amount_is_refused(convert, mg):
    with pytest.raises(InputError, match="number of 0 or more"):
        convert("citrate", mg)
