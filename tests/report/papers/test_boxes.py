"""No words of a paper lie over each other, leave the page or are crossed by a line, whatever is planned and however it is printed."""

import itertools
import random
from datetime import date, timedelta

import pymupdf
import pytest
from boxes import FOOT, almost_empty, overprinted, pages_ending_early, smallest, words_of

from nof1.language import languages, say, speaking
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import questions, screen
from nof1.report.papers.consent import consent_words
from nof1.report.papers.plan_papers import (
    MAX_PROTOCOL_PAGES,
    booklet_pdf,
    consent_pdf,
    data_sheet_pdf,
    packing_sheet_pdf,
    pre_visit_pdf,
    protocol_pdf,
    shuffling_recipe_pdf,
)
from nof1.report.words.phrases import both_days

FIRST = date(2026, 10, 19)
STARTS = [
    FIRST + timedelta(days=19 * step) for step in range(20)
]  # a year: New Year falls into many of them, at any place
BLOCKS = range(2, 13)
ARMS = range(2, 5)
PRINTS = list(itertools.product(("a4", "letter"), (False, True), languages()))
NAMES = ("off", "citrate", "glycinate", "a long name of an arm")
GRID = list(itertools.product(STARTS, BLOCKS, ARMS, PRINTS))


def planned(make_protocol, start, blocks, arms, **changes):
    """A protocol of so many blocks and arms, with all that its first page may hold."""
    design = {
        "kind": "randomized-blocks",
        "blocks": blocks,
        "period_nights": 7,
        "start": start,
        "run_in_nights": 2,
        "seed": 1,
    }
    content = make_protocol(
        safety={
            "answers": {
                "kidney_severe": False,
                "binding_medicines": True,
                "iron_unknown": True,
                "other_magnesium_mg": 100,
            }
        },
    ).to_dict()
    content["arms"] = [
        {"name": name, "dose_mg": 100 * place} | ({"form": "citrate"} if place else {})
        for place, name in enumerate(NAMES[:arms])
    ]
    return Protocol.build(content | {"design": design} | changes)


def faults(content, *, large_print):
    found = overprinted(content) + pages_ending_early(content)
    if large_print and smallest(content) < 15.9:
        found.append(f"letters of {smallest(content)} points in large print")
    return found


def tell(protocol, order, paper, large_print, language, *, makes=(protocol_pdf, pre_visit_pdf, booklet_pdf)):
    """What is wrong with protocol, sheet for the doctor and booklet."""
    printed = {"paper": paper, "large_print": large_print}
    with speaking(language):
        papers = [make(protocol, order, **printed) for make in makes]
    return [fault for content in papers for fault in faults(content, large_print=large_print)]


# A few of the grid at every change, all of it among the slow ones. New Year in a calendar of three columns was printed over.
SOME = [
    (date(2026, 12, 7), 6, 2, PRINTS[0]),
    (date(2026, 11, 2), 12, 4, PRINTS[-1]),
    *random.Random(20).sample(GRID, 10),
]


@pytest.mark.parametrize(("start", "blocks", "arms", "printed"), SOME)
def test_no_words_of_protocol_and_booklet_overlap(make_protocol, start, blocks, arms, printed):
    protocol = planned(make_protocol, start, blocks, arms)
    assert tell(protocol, draw_order(protocol), *printed) == []


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS, ids=str)
def test_no_words_overlap_on_any_start_with_any_blocks_and_arms(make_protocol, start):
    """Every number of blocks and arms on every start, each time in two prints: in turn, so that each number meets each of them."""
    found = {}
    for blocks, arms in itertools.product(BLOCKS, ARMS):
        protocol = planned(make_protocol, start, blocks, arms)
        turn = STARTS.index(start) + blocks + 3 * arms
        for printed in (PRINTS[turn % len(PRINTS)], PRINTS[(turn + 3) % len(PRINTS)]):
            makes = (protocol_pdf, booklet_pdf) if blocks in (2, 5) else (protocol_pdf,)  # long ones are more of it
            if told := tell(protocol, draw_order(protocol), *printed, makes=makes):
                found[blocks, arms, printed] = told[:3]
    assert found == {}


CONCEALED = {
    "helper": {
        "kind": "balanced",
        "periods": 8,
        "max_run": 2,
        "concealed": "helper",
        "run_in_nights": 2,
        "washout_nights": 1,
    },
    "alone": {"kind": "mirrored-pairs", "pairs": 3, "concealed": "alone"},
}
PACKED = [
    {"name": "off", "label": "dummy without magnesium", "dose_mg": 0, "placebo": True},
    {"name": "magnesium", "form": "oxide", "salt_mg": 400, "product": "Magnesium from the chemist's at the corner"},
]


@pytest.mark.parametrize("printed", PRINTS, ids=str)
@pytest.mark.parametrize("concealed", CONCEALED)
def test_no_words_of_what_is_packed_overlap(make_protocol, concealed, printed):
    paper, large_print, language = printed
    design = CONCEALED[concealed] | {"start": date(2026, 12, 21), "period_nights": 5}
    content = make_protocol().to_dict() | {
        "arms": PACKED,
        "design": design,
        "analysis": {},
        "conduct": {"helper": "Ann Baker-Featherstonehaugh, 555 0123"},
    }
    protocol = Protocol.build(content)
    given = {"paper": paper, "large_print": large_print}
    with speaking(language):
        sheet = (
            packing_sheet_pdf(protocol, draw_order(protocol, seed=3).arms(), **given)
            if concealed == "helper"
            else shuffling_recipe_pdf(protocol, **given)
        )
        booklet = booklet_pdf(protocol, schedule(protocol), **given)
        assert say("Noticed") in {word.text for page in words_of(booklet) for word in page}, "a heading is parted"
    assert [fault for one in (sheet, booklet) for fault in faults(one, large_print=large_print)] == []


@pytest.mark.parametrize("printed", PRINTS, ids=str)
def test_a_concealed_booklet_has_room_for_what_else_is_asked(make_protocol, printed):
    """One more column on an upright page, beside packs, signs and what is ticked, which is long in German."""
    paper, large_print, language = printed
    content = make_protocol(analysis={"covariates": ["caffeine"]}).to_dict() | {
        "arms": PACKED,
        "design": CONCEALED["alone"] | {"start": date(2026, 12, 21), "period_nights": 5, "pairs": 6},
    }
    protocol = Protocol.build(content)
    with speaking(language):
        booklet = booklet_pdf(protocol, schedule(protocol), paper=paper, large_print=large_print)
        heading = say("Side effects").split()[0][:4]
    assert faults(booklet, large_print=large_print) == []
    nights = words_of(booklet)[-1]
    assert any(word.text.startswith(heading) for word in nights)
    assert any(word.text.startswith(("caff", "Koff", "Caff", "kof")) for word in nights), "a heading is parted"


@pytest.mark.parametrize("printed", PRINTS, ids=str)
@pytest.mark.parametrize("plan", ["open", "four arms", "helper"])
def test_no_page_of_a_booklet_is_almost_empty(make_protocol, plan, printed):
    """What comes before the nights runs over a page in large print, and what is asked at a period's end may just not fit."""
    paper, large_print, language = printed
    protocol = planned(make_protocol, date(2026, 12, 7), 2, 4 if plan == "four arms" else 2)
    if plan == "helper":
        design = {
            "kind": "randomized-blocks",
            "blocks": 6,
            "period_nights": 7,
            "run_in_nights": 2,
            "concealed": "helper",
        }
        changes = {"design": design | {"start": date(2026, 12, 7)}, "arms": PACKED}
        protocol = Protocol.build(protocol.to_dict() | changes)
    order = draw_order(protocol) if protocol.concealed == "open" else schedule(protocol)
    with speaking(language):
        content = booklet_pdf(protocol, order, paper=paper, large_print=large_print)
        nights = both_days(order.end)
    assert almost_empty(content) + faults(content, large_print=large_print) == []
    assert nights in " ".join(
        word.text for word in words_of(content)[-1]
    )  # the last question stands with the last night


@pytest.mark.parametrize("printed", PRINTS, ids=str)
def test_no_words_overlap_with_pauses_covariates_and_long_words(make_protocol, printed):
    """What a person may have typed: six covariates, words without a space, pauses, periods of a night."""
    protocol = make_protocol(
        title="Magnesiumcitrateveryeveningathalfpastnine " * 2,
        outcome={"label": "Unruhe der Beine beim Einschlafen abends"},
        analysis={"covariates": ["caffeine_after_noon", "alcohol", "steps", "naps", "screen_time", "exercise"]},
        design={"blocks": 12, "period_nights": 1, "start": date(2026, 12, 20)},
    )
    order = draw_order(protocol).with_pauses([Pause(date(2026, 12, 30), 4)])
    assert tell(protocol, order, *printed) == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("start", [date(2026, 12, 7), date(2026, 1, 5)], ids=str)
def test_the_first_page_has_what_a_person_looks_for(make_protocol, start, paper, language):
    protocol = planned(make_protocol, start, 6, 2)
    with speaking(language):
        first, *behind = words_of(protocol_pdf(protocol, draw_order(protocol), paper=paper))
    text, later = (" ".join(word.text for word in page) for page in (first, [word for page in behind for word in page]))
    found = {
        "en": ("100 mg", "citrate", "at 21:30", "fainting", "Keep apart", "Doctor agreed", "12"),
        "de": ("100 mg", "Citrat", "21:30", "Ohnmacht", "Abstand halten", "Zustimmung", "12"),
    }
    assert [words for words in found[language] if words not in text] == []
    for period in draw_order(protocol).periods:
        assert f" {period.start.day} " in text.replace(".", " ")
    assert protocol.sha256() in later
    assert protocol.sha256() not in text


def test_where_the_findings_need_more_than_a_page_none_is_cut(make_protocol):
    usual = {"yes-no": True, "number": 300, "lab": "low", "day": "2026-01-02"}
    answers = {question.id: usual[question.kind] for question in questions() if not question.retired}
    agreed = {"clinician": "Dr. Weiss", "date": date(2025, 12, 1)}
    arms = [{"name": f"dose {step}", "dose_mg": 50 * step} for step in range(12)]
    protocol = make_protocol(
        safety={"answers": answers, "agreement": agreed}, arms=arms, reference="dose 0", design={"blocks": 12}
    )
    content = protocol_pdf(protocol, draw_order(protocol))
    assert overprinted(content) == []
    text = " ".join(word.text for page in words_of(content) for word in page)
    for finding in screen(protocol.safety):
        # The foot of a page may stand between two lines of one.
        assert finding.text[:50] in text
        assert finding.text[-50:] in text
    assert len(words_of(content)) <= MAX_PROTOCOL_PAGES + 1


# The finder finds: two words in one place, one beyond the edge, one under a line, letters that are too small, a page that ends early.


def page_with(*placed, line=None, size=12):
    with pymupdf.open() as document:
        page = document.new_page()
        for at, text in placed:
            page.insert_text(at, text, fontsize=size)
        if line:
            page.draw_line((line, 0), (line, 800))
        return document.tobytes()


def test_the_finder_finds_what_a_reader_would():
    assert overprinted(page_with(((100, 100), "evening"), ((100, 114), "below"), ((160, 100), "beside"))) == []
    assert "lies over" in overprinted(page_with(((100, 100), "evening"), ((130, 101), "arm")))[0]
    assert "cut by the edge" in overprinted(page_with(((560, 100), "evening")))[0]
    assert "crossed by a line" in overprinted(page_with(((100, 100), "evening"), line=120))[0]
    assert overprinted(page_with(((100, 100), "evening"), line=160)) == []
    assert smallest(page_with(((100, 100), "evening"), size=7)) == pytest.approx(7)
    assert almost_empty(page_with(((100, 100), "evening"))) == ["page 1 of 1 is filled to 13 %"]
    assert almost_empty(page_with(((100, 100), "evening"), ((100, 700), "later"))) == []


@pytest.mark.parametrize("arms", ARMS)
@pytest.mark.parametrize("printed", PRINTS, ids=str)
def test_no_paper_ends_with_a_page_of_its_last_sentences_alone(make_protocol, printed, arms):
    """What is said at the end of each paper stands with what comes before it, and nothing is said twice below one heading."""
    paper, large_print, language = printed
    protocol = planned(make_protocol, FIRST, 4, arms)
    given = {"paper": paper, "large_print": large_print}
    with speaking(language):
        order = draw_order(protocol)
        for content in (
            protocol_pdf(protocol, order, **given),
            pre_visit_pdf(protocol, order, **given),
            consent_pdf(protocol, **given),
            data_sheet_pdf(protocol, **given),
        ):
            with pymupdf.open(stream=content) as document:
                foot = document[-1].rect.height - FOOT
            last = [word for word in words_of(content)[-1] if word.bottom < foot]
            assert any("bold" not in word.font.lower() for word in last), f"page {last[0].page} has nothing else"
        told = [text for section in consent_words(protocol)["sections"] for text in section.get("paragraphs", ())]
    assert len(told) == len(set(told))
    assert not [text for text in told if any(other != text and text.startswith(other) for other in told)]
