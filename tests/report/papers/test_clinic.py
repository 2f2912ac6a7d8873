"""Papers of a clinic: what a doctor, a participant or a helper finds on them, and that they say what is so."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from nof1.language import languages, speaking
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.safety.screen import screen
from nof1.report.papers.plan_papers import pre_visit_pdf

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
