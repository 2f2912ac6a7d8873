"""The helper's sheet proves outside the folder what the folder cannot; and it says how nothing tells what is inside."""

import io
import json
from datetime import UTC, datetime

import pytest
from boxes import smallest
from pypdf import PdfReader

import nof1
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.loading import load_schedule
from nof1.record.checking.folder import check
from nof1.record.diary.journal import beginning
from nof1.report.papers.packs import packing_words, recipe_words
from nof1.report.papers.unnoticed import in_groups

NOW = datetime(2026, 1, 4, 12, tzinfo=UTC)


@pytest.fixture
def sealed(make_protocol):
    """The small protocol, sealed with a helper or shuffled, with a dummy or with nothing to take."""

    def make(concealed="helper", *, dummy=True):
        content = make_protocol().to_dict()
        content["design"] = {name: value for name, value in content["design"].items() if name != "seed"}
        content["design"]["concealed"] = concealed
        content["arms"][0] |= {"placebo": True} if dummy else {}
        return nof1.Protocol.build(content)

    return make


def test_the_commitment_and_the_first_mark_are_with_the_helper(sealed, tmp_path):
    folder, helper = tmp_path / "trial", tmp_path / "helper"
    nof1.Trial.plan(sealed(), folder, helper=helper, now=NOW, unscreened=True)
    pages = PdfReader(io.BytesIO((helper / "packing-sheet.pdf").read_bytes())).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    commitment = json.loads((folder / "seal.json").read_text())["commitment"]
    assert in_groups(commitment) in text
    assert f"On the day of planning, Sun 4 Jan 2026, it was {text.partition('it was ')[2][:19]}." in text
    mark = text.partition("it was ")[2][:19]
    assert [one.level for one in check(folder, mark=mark) if one.what == "mark"] == ["ok"]
    assert "mark of the journal" in text


def pages_of(path):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(path.read_bytes())).pages]


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ({}, "On the day of planning, Sun 4 Jan 2026, it was"),
        ({"language": "de", "paper": "letter", "large_print": True}, "Am Tag der Planung"),
    ],
    ids=["as it is", "German, Letter, large"],
)
def test_the_sheet_of_new_packs_has_what_the_first_one_has(sealed, tmp_path, printed, words):
    """With the new sheet in hand the helper looks no more at the first one; and it is printed as that one is."""
    folder, helper = tmp_path / "trial", tmp_path / "helper"
    protocol = sealed()
    nof1.Trial.plan(protocol, folder, helper=helper, now=NOW, unscreened=True, **printed)
    second_pack = next(period.start for period in load_schedule(folder, protocol).periods if period.number == 2)
    nof1.record.amend(folder, dose=150, since=second_pack, helper=helper, now=NOW)
    first, new = (helper / "packing-sheet.pdf", helper / f"packing-sheet-from-{second_pack}.pdf")
    commitment = json.loads((folder / "seal.json").read_text())["commitment"]
    mark = in_groups(beginning((folder / "journal.csv").read_bytes()))
    for path in (first, new):
        text = " ".join(pages_of(path))
        assert in_groups(commitment) in text
        assert mark in text
        assert words in text
    assert PdfReader(first).pages[0].mediabox == PdfReader(new).pages[0].mediabox
    assert (smallest(first.read_bytes()) >= 15.5) == (smallest(new.read_bytes()) >= 15.5) == ("large_print" in printed)


def test_without_a_commitment_there_is_no_place_for_marks(sealed):
    protocol = sealed()
    words = str(packing_words(protocol, draw_order(protocol, seed=3).arms()))
    assert "mark of the journal" not in words
    assert "Proof" not in words


@pytest.mark.parametrize("dummy", [True, False])
def test_both_ways_of_packing_say_how_nothing_tells(sealed, dummy):
    helper, alone = sealed(dummy=dummy), sealed("alone", dummy=dummy)
    for words in (packing_words(helper, draw_order(helper, seed=3).arms()), recipe_words(alone)):
        (steps,) = [
            one["steps"] for one in words["sections"] if one["heading"] == "So that nothing gives the packs away"
        ]
        told = " ".join(steps)
        assert "kitchen scale" in told
        assert "rattle" in told
        assert ("can be tasted" in told) == dummy  # a note to take nothing has no taste
    assert "Give it now and then to somebody else" in str(recipe_words(sealed("alone")))
