"""Papers of a clinic: what a doctor, a participant or a helper finds on them, and that they say what is so."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from boxes import overprinted, pages_ending_early, smallest
from pypdf import PdfReader

from nof1 import Trial, facts
from nof1.language import languages, say, speaking
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import screen
from nof1.record.diary.events import GRADES
from nof1.report.papers.plan_papers import (
    adverse_events_pdf,
    booklet_pdf,
    consent_pdf,
    data_sheet_pdf,
    packing_sheet_pdf,
    pre_visit_pdf,
    protocol_pdf,
)
from nof1.report.words.phrases import NO_ADVICE

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
SAFETY = {
    "answers": {"kidney_severe": False, "binding_medicines": True, "ferritin": 42, "transferrin_saturation": "low"},
    "medicines": [{"name": "gabapentin 600 mg", "times": ["08:00", "14:00"]}, {"name": "vitamin D"}],
}


def pages_of(content):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def told(content):
    return " ".join(pages_of(content))


def sealed(protocol):
    content = protocol.to_dict()
    design = {name: value for name, value in content["design"].items() if name != "seed"}
    arms = [arm | {"placebo": arm["dose_mg"] == 0} for arm in content["arms"]]
    return Protocol.build(content | {"arms": arms, "design": design | {"concealed": "helper"}})


# --- for the doctor


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_sheet_for_the_doctor_is_one_page(make_protocol, paper, language):
    protocol = make_protocol(safety=SAFETY)
    with speaking(language):
        assert len(pages_of(pre_visit_pdf(protocol, draw_order(protocol), paper=paper))) == 1


def test_the_doctor_reads_what_is_planned_found_said_and_taken(make_protocol):
    protocol = make_protocol(safety=SAFETY)
    text = told(pre_visit_pdf(protocol, draw_order(protocol)))
    for words in (
        "citrate",
        "at 21:30",
        "ferritin µg/L 42",
        "low, without the number",
        "creatinine",
        "eGFR",
        "signature",
    ):
        assert words in text
    assert "gabapentin 600 mg 08:00, 14:00" in text
    assert "vitamin D no time said" in text
    for finding in screen(protocol.safety):
        assert finding.text in text
    assert "No doctor's agreement is recorded." in text
    assert "[safety.agreement]" in text


def test_what_was_not_said_is_not_said_of_it(make_protocol):
    text = told(
        pre_visit_pdf(protocol := make_protocol(safety={"answers": {"ferritin": "unknown"}}), draw_order(protocol))
    )
    assert "ferritin µg/L not known" in text
    assert "transferrin saturation % not stated" in text
    assert "None was named." in text


def test_the_agreement_that_came_back_stands_on_the_sheet(make_protocol):
    agreed = {"clinician": "Dr. Weiss", "date": date(2025, 12, 1), "words": "kidney values first"}
    protocol = make_protocol(safety={"answers": {"kidney_severe": True}, "agreement": agreed})
    text = told(pre_visit_pdf(protocol, draw_order(protocol)))
    assert "Dr. Weiss agreed on Mon 1 Dec 2025: kidney values first." in text
    assert "No doctor's agreement" not in text


def test_the_sheet_for_the_doctor_knows_no_concealed_order(make_protocol):
    protocol = sealed(make_protocol(safety=SAFETY))
    papers = {pre_visit_pdf(protocol, draw_order(protocol, seed=seed)) for seed in range(6)}
    assert papers == {pre_visit_pdf(protocol, schedule(protocol))}


# --- to read and sign


@pytest.mark.parametrize("purpose", ["self-care", "research"])
def test_who_signs_reads_of_risks_alternatives_and_stopping(make_protocol, purpose):
    protocol = make_protocol(safety=SAFETY, conduct={"purpose": purpose, "consent": "Asked by Dr. Weiss."})
    text = told(consent_pdf(protocol))
    for words in (
        "soft stools",
        "SmPCs of magnesium medicines",
        "You need not do this trial",
        "You may stop at any time",
    ):
        assert words in text
    for words in ("Gorantla 2024", "no recommendation on magnesium was located", "fainting", "Asked by Dr. Weiss."):
        assert words in text
    for finding in screen(protocol.safety):
        assert finding.text in text
    assert "signature" in text
    assert "no legal advice" in text


def test_research_and_self_care_are_worded_for_what_they_are(make_protocol):
    own, research = (told(consent_pdf(make_protocol(conduct={"purpose": one}))) for one in ("self-care", "research"))
    assert "ethics committee" in research
    assert "who has informed them" in research
    assert "ethics committee" not in own
    assert "Nobody needs your signature" in own
    assert "Nobody needs your signature" not in research


def test_a_side_effect_without_a_source_that_was_read_is_not_named(make_protocol, monkeypatch):
    row = {"id": "x", "text": "hiccups", "source": "somebody", "certainty": "M"}
    load = facts.load
    monkeypatch.setattr(facts, "load", lambda name: [*load(name), row] if name == "side_effects" else load(name))
    assert "hiccups" not in told(consent_pdf(make_protocol()))
    row["certainty"] = "D"
    assert "hiccups" in told(consent_pdf(make_protocol()))


# --- where the data are


def test_the_data_sheet_names_every_file_of_a_plan(make_protocol, tmp_path):
    plan = Trial.plan(make_protocol(safety=SAFETY), tmp_path / "trial", unscreened=True, now=NOW)
    text = told((plan.folder / "data-sheet.pdf").read_bytes())
    named = {path.name for path in plan.folder.iterdir() if path.suffix != ".pdf" and path.name in text}
    assert {path.name for path in plan.folder.iterdir() if path.suffix != ".pdf"} - named == {"journal.head"}
    assert "--lan" in text
    assert "not encrypted" in text


def test_the_data_sheet_says_who_holds_the_order(make_protocol):
    protocol = make_protocol()
    assert "order.csv" in told(data_sheet_pdf(protocol))
    text = told(data_sheet_pdf(sealed(protocol)))
    assert "order.csv" not in text
    assert "sealed-order.json" in text
    assert "Ask the helper to delete" in text


# --- adverse events


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_form_for_adverse_events_is_one_page_that_asks_all_that_is_kept(make_protocol, paper, language):
    for protocol in (make_protocol(), sealed(make_protocol(conduct={"purpose": "research"}))):
        with speaking(language):
            (page,) = pages_of(adverse_events_pdf(protocol, paper=paper))
            asked = {say(words) for codes in GRADES.values() for words in codes.values()}
            bare = page.replace("\N{SOFT HYPHEN}", "").replace("- ", "").replace("-", "").replace(" ", "")
            assert [words for words in asked if words.replace("-", "").replace(" ", "") not in bare] == []
            assert page.count("\N{BALLOT BOX}") == sum(map(len, GRADES.values()))
            sources = [say(row["source"]).replace("-", "").replace(" ", "") for row in facts.load("grading")]
            assert [source for source in sources if source not in bare] == []


def test_the_form_tells_nobody_to_open_an_order_that_is_sealed(make_protocol):
    assert "without opening the order" not in told(adverse_events_pdf(make_protocol()))
    text = told(adverse_events_pdf(sealed(make_protocol())))
    assert "without opening the order" in text
    assert "The helper says what is in the pack" in text


# --- on every kind of paper


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("purpose", ["self-care", "research"])
def test_no_words_overlap_on_what_is_signed_and_on_the_data_sheet(make_protocol, purpose, paper, large_print, language):
    protocol = sealed(make_protocol(safety=SAFETY, conduct={"purpose": purpose}))
    with speaking(language):
        made = [
            make(protocol, paper=paper, large_print=large_print)
            for make in (consent_pdf, data_sheet_pdf, adverse_events_pdf)
        ]
    for content in made:
        assert overprinted(content) + pages_ending_early(content) == []
        assert smallest(content) > (15.9 if large_print else 8.4)


HOSTILE = "# $x$ \\evil{} \" ' *b* @ref <l> #panic() \N{SLEEPING SYMBOL} =1+1"


@pytest.mark.parametrize("text", [HOSTILE, "Z" * 4999, "word " * 999], ids=["markup", "one word", "many words"])
def test_what_a_person_writes_breaks_none_of_them(make_protocol, text):
    conduct = dict.fromkeys(("medicines", "consent", "access", "results_to"), text)
    protocol = make_protocol(title=text, question=text, conduct=conduct)
    made = (pre_visit_pdf(protocol, draw_order(protocol)), consent_pdf(protocol), data_sheet_pdf(protocol))
    assert [overprinted(content) for content in made] == [[], [], []]


# --- for the helper


def test_the_packing_sheet_has_lot_second_person_spare_doses_and_returns(make_protocol):
    protocol = sealed(make_protocol(conduct={"helper": "Ann Baker, 555 0123"}))
    text = told(packing_sheet_pdf(protocol, draw_order(protocol, seed=3).arms()))
    for words in (
        "lot expiry",
        "spare doses",
        "second person",
        "helper Ann Baker, 555 0123",
        "doses left date initials",
    ):
        assert words in text
    assert "it must last beyond the last evening, Sun 18 Jan 2026" in text


def test_where_no_arm_has_a_dose_no_product_is_asked_for(make_protocol):
    content = sealed(make_protocol()).to_dict() | {"analysis": {}}
    bare = [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "dose_mg": 0}]
    protocol = Protocol.build(content | {"arms": bare})
    text = told(packing_sheet_pdf(protocol, draw_order(protocol, seed=3).arms()))
    assert "spare doses" not in text
    assert "second person" in text


# --- what nof1 is meant for


def test_the_pages_say_what_the_statement_of_purpose_says_of_them(make_protocol):
    protocol = make_protocol(safety=SAFETY)
    order = draw_order(protocol)
    stated = (Path(__file__).parents[3] / "docs" / "intended-purpose.md").read_text(encoding="utf-8")
    assert NO_ADVICE in " ".join(stated.replace("\n> ", " ").split())
    made = [make(protocol, order) for make in (protocol_pdf, pre_visit_pdf, booklet_pdf)]
    for content in (*made, consent_pdf(protocol), data_sheet_pdf(protocol)):
        assert NO_ADVICE in told(content)
