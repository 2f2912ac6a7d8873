"""What else could explain an answer for the worse, in words: every kind that was found has its line, and no other."""

import pytest
from explained import GABAPENTIN, result_of
from hypothesis import given
from hypothesis import strategies as st

from nof1 import report
from nof1.analyze.checks.other_explanations import explain
from nof1.language import speaking
from nof1.report.results import first_page
from nof1.report.words import other_explanations as words

FITS = {
    "interaction": ({"absorption_medicines": True}, "Interaction with another medicine:"),
    "augmentation": ({"dopamine": True, "augmentation": False}, "Augmentation by a dopamine medicine:"),
    "iron": ({"ferritin": 40.0}, "Low iron:"),
    "provoking medicine": ({"provoking_medicines": True}, "A medicine that can bring restless legs on:"),
}
FINE = {
    "interaction": {"absorption_medicines": False},
    "augmentation": {"dopamine": False},
    "iron": {"ferritin": 140.0},
    "provoking medicine": {"provoking_medicines": False},
}
LOOSE = "Loose stools:"


@given(
    fits=st.sets(st.sampled_from(sorted(FITS))),
    asked=st.sets(st.sampled_from(sorted(FITS))),
    soft=st.sampled_from([0, 6]),
    verdict=st.sampled_from(
        ["worsens", "leans worse", "helps", "leans better", "can't tell yet", "no quick difference"]
    ),
    brief=st.booleans(),
)
def test_the_first_page_names_all_that_fits_and_nothing_that_does_not(fits, asked, soft, verdict, brief):
    answers = {}
    for kind in asked | fits:
        answers |= FITS[kind][0] if kind in fits else FINE[kind]
    result = result_of("worsens", {"answers": answers}, soft={"magnesium": soft}, verdict=verdict)
    rows = first_page.answer(result, brief=brief)["explanations"]["rows"]
    if verdict not in ("worsens", "leans worse"):
        assert rows == []
        return
    labels = [row["label"] for row in rows]
    expected = {FITS[kind][1] for kind in fits} | ({LOOSE} if soft else set())
    others = {label for _, label in FITS.values()} | {LOOSE}
    assert set(labels) & others == expected
    assert ("Asked about, and none of it fits:" in labels) is (not expected)
    if not expected:
        (nothing,) = (row["text"] for row in rows if row["label"] == "Asked about, and none of it fits:")
        assert ("ferritin" in nothing) is ("iron" in asked)
        assert ("gabapentin" in nothing) is ("interaction" in asked)
    (missing,) = (row["text"] for row in rows if row["label"].startswith("Nobody asked about"))
    for kind, words_of in (("iron", "ferritin"), ("augmentation", "levodopa"), ("interaction", "gabapentin")):
        assert (words_of in missing) is (kind not in asked | fits)


@pytest.mark.parametrize("sample", ["helps", "cant-tell"])
def test_no_other_answer_has_such_a_list(sample):
    assert words.told(result_of(sample, GABAPENTIN)) == []
    assert words.sentences_of(result_of(sample, GABAPENTIN)) == []


def test_every_claim_has_its_source():
    answers = {key: value for told, _ in FITS.values() for key, value in told.items()}
    result = result_of("worsens", {"answers": answers} | {"medicines": GABAPENTIN["medicines"]}, soft={"magnesium": 5})
    text = " ".join(text for _, text in words.told(result))
    for source in (
        "Yagi 2012",
        "emc 4841",
        "AASM 2025",
        "García-Borreguero 2007",
        "Rottach 2008",
        "Institute of Medicine 1997",
    ):
        assert source in text
    assert "43 % less" in text
    assert ".." not in text
    assert ". (" not in text


def test_a_name_in_the_person_s_own_words_is_cut_where_it_is_endless():
    medicine = {"name": "gabapentin " + "x" * 400, "times": ["21:00"]}
    rows = dict(words.told(result_of("worsens", {"medicines": [medicine]})))
    told = rows["Interaction with another medicine:"]
    assert "gabapentin x" in told
    assert "x" * 80 not in told
    assert "at 21:00, the dose at 21:30; at least 2 hours apart are asked for" in told


def test_without_a_screen_it_says_that_nobody_asked_and_what_to_ask():
    rows = dict(words.told(result_of("worsens")))
    told = rows["Nobody asked about, since there is no safety screen on record:"]
    for what in ("gabapentin", "levodopa", "ferritin", "antihistamines", "started, stopped or changed"):
        assert what in told


def test_a_part_of_the_record_has_its_sentence():
    result = result_of("worsens", GABAPENTIN)
    (part,) = explain(result.trial, result.lead)
    told = report.sentence(result, part)
    assert told.startswith("What else could explain magnesium against no magnesium: Interaction with another medicine:")
    assert told.endswith("Show this to a doctor or pharmacist before you stop or change any medicine.")


def test_it_is_told_in_german():
    result = result_of("worsens", GABAPENTIN | {"answers": FITS["iron"][0]}, soft={"magnesium": 5})
    english = [words.heading(), words.ask(), *(part for row in words.told(result) for part in row)]
    with speaking("de"):
        german = [words.heading(), words.ask(), *(part for row in words.told(result) for part in row)]
    assert len(german) == len(english)
    assert not set(german) & set(english)
    assert "43 % weniger" in " ".join(german)
