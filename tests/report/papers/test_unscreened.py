"""Where the screen was left out every page says so, and a collision that was acknowledged stands in the protocol."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from known import SAMPLE
from people import HEALTHY, SCREENED
from pypdf import PdfReader

from nof1 import Trial, fit
from nof1.language import speaking
from nof1.plan.protocol.safety.screen import Safety, went_without
from nof1.plan.protocol.template import load_template, merge, with_dose
from nof1.report import results_pages

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
SAID = {"en": "Planned without the safety screen", "de": "Ohne die Sicherheitsfragen geplant"}
GABAPENTIN = {"name": "gabapentin 600 mg", "times": ["21:30"]}


def pages(path):
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def content(**design):
    return with_dose(
        merge(load_template("magnesium-rls"), {"design": {"blocks": 2, "period_nights": 3} | design}), {"dose_mg": 100}
    )


@pytest.mark.clock
@pytest.mark.parametrize("language", SAID)
def test_every_page_of_a_plan_says_that_nobody_was_screened(tmp_path, nof1, language):
    folder, helper = tmp_path / "trial", tmp_path / "helper"
    Trial.plan(content(concealed="helper"), folder, helper=helper, now=NOW, unscreened=True, language=language)
    papers = [*folder.glob("*.pdf"), *helper.glob("*.pdf")]
    assert {path.name for path in papers} == {
        "protocol.pdf",
        "pre-visit.pdf",
        "consent.pdf",
        "data-sheet.pdf",
        "adverse-events.pdf",
        "booklet.pdf",
        "packing-sheet.pdf",
    }
    for path in papers:
        assert [page for page in pages(path) if SAID[language] not in page] == [], path.name
    assert '"unscreened":true' in (folder / "diary.html").read_text(encoding="utf-8").replace(" ", "")
    status, out, _ = nof1("status", folder)
    assert status == 0
    assert SAID["en"] in " ".join(out.split())
    assert json.loads(nof1("status", folder, "--json")[1])["unscreened"] is True


@pytest.mark.clock
def test_no_page_says_so_where_the_screen_was_answered(tmp_path, nof1):
    folder = tmp_path / "trial"
    Trial.plan(merge(content(), SCREENED), folder, now=NOW)
    for path in folder.glob("*.pdf"):
        assert [page for page in pages(path) if SAID["en"] in page] == []
    assert '"unscreened":false' in (folder / "diary.html").read_text(encoding="utf-8").replace(" ", "")
    assert SAID["en"] not in " ".join(nof1("status", folder)[1].split())
    assert not went_without(None)


@pytest.mark.clock
def test_every_page_of_the_results_says_so(tmp_path):
    sample = Trial.load(SAMPLE / "helps")
    protocol = sample.protocol.model_copy(update={"simulated": False, "safety": Safety(unscreened=True)})
    replace(sample, protocol=protocol).write(tmp_path / "trial")
    fit(Trial.load(tmp_path / "trial"), engine="marginal", sensitivity=False).save(tmp_path / "trial")
    results_pages(tmp_path / "trial")
    found = pages(tmp_path / "trial" / "results" / "summary.pdf")
    assert found
    assert [page for page in found if SAID["en"] not in page] == []


@pytest.mark.parametrize("language", SAID)
def test_the_protocol_says_what_collides_and_that_the_person_knows(tmp_path, language):
    screened = {"answers": HEALTHY | {"absorption_medicines": True}, "medicines": [GABAPENTIN]}
    plan = Trial.plan(
        merge(content(), {"safety": screened}), tmp_path / "trial", now=NOW, acknowledge=True, language=language
    )
    whole = " ".join(pages(plan.folder / "protocol.pdf")).replace("- ", "")
    with speaking(language):
        words = {
            "en": (
                "gabapentin 600 mg at 21:30",
                "taken together; 2 hours apart are needed",
                "The person knows, and goes on.",
            ),
            "de": (
                "gabapentin 600 mg um 21:30",
                "nötig sind 2 Stunden Abstand",
                "Die Person weiß das und bleibt dabei.",
            ),
        }[language]
    for one in words:
        assert one.casefold() in whole.casefold()


def test_not_known_and_values_stand_in_the_protocol(tmp_path):
    told = HEALTHY | {"kidney_severe": "unknown", "ferritin": "low", "age": 70}
    plan = Trial.plan(merge(content(), {"safety": {"answers": told, "medicines": []}}), tmp_path / "trial", now=NOW)
    whole = " ".join(pages(plan.folder / "protocol.pdf"))
    for words in (
        "Not known",
        "How old are you? 70.",
        "Low, without the number.",
        "transferrin saturation, in percent? 30.",
    ):
        assert words in whole
