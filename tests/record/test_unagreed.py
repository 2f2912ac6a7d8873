"""A plan that lacks a doctor's agreement alone leaves a page to take to them, and nothing else."""

import io
from datetime import UTC, date, datetime

import pytest
from people import SCREENED
from pypdf import PdfReader

from nof1 import InputError, Trial
from nof1.plan.protocol.template import load_template, merge, with_dose
from nof1.record.planning import page_for_doctor
from nof1.record.unagreed import Printed

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
KIDNEYS = merge(SCREENED, {"safety": {"answers": {"kidney_severe": True}}})
AGREED = {"safety": {"agreement": {"clinician": "Dr. Weiss", "date": date(2025, 12, 1)}}}


def content(mg, *more):
    made = with_dose(
        merge(load_template("magnesium-rls"), {"design": {"blocks": 2, "period_nights": 3}}), {"dose_mg": mg}
    )
    for one in more:
        made = merge(made, one)
    return made


def refused(made, folder, **given):
    with pytest.raises(InputError) as error:
        Trial.plan(made, folder, now=NOW, **given)
    return str(error.value)


@pytest.mark.parametrize(("mg", "screen"), [(100, KIDNEYS), (600, SCREENED)], ids=["the screen", "the dose"])
def test_what_lacks_the_agreement_alone_leaves_the_page_for_the_doctor(tmp_path, mg, screen):
    told = refused(content(mg, screen), tmp_path / "trial")
    sheet = tmp_path / "trial.pre-visit.pdf"
    assert list(tmp_path.iterdir()) == [sheet]
    assert str(sheet) in told
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet.read_bytes())).pages).split())
    assert f"{mg} mg" in text
    assert "No doctor's agreement is recorded." in text
    assert "nothing is planned yet" in text
    assert "somebody" not in text
    Trial.plan(content(mg, screen, AGREED), tmp_path / "trial", now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [content(2000, SCREENED), content(100, KIDNEYS, {"reference": "nobody"}), content(2, KIDNEYS)],
    ids=["too much", "a mistake", "a slip"],
)
def test_what_is_wrong_for_another_reason_leaves_nothing(tmp_path, wrong):
    assert "pre-visit" not in refused(wrong, tmp_path / "trial")
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_in_the_language_and_print_that_was_asked_for(tmp_path):
    refused(content(100, KIDNEYS), tmp_path / "trial", language="de", paper="letter", large_print=True)
    reader = PdfReader(tmp_path / "trial.pre-visit.pdf")
    assert reader.trailer["/Root"]["/Lang"] == "de"
    assert round(float(reader.pages[0].mediabox[2])) == 612


def test_where_the_page_cannot_be_written_the_refusal_is_what_it_was(tmp_path):
    (tmp_path / "file").write_text("no folder")
    told = refused(content(100, KIDNEYS), tmp_path / "file" / "trial")
    assert "clinician's agreement" in told
    assert "pre-visit" not in told


def test_the_page_alone_can_be_asked_for(tmp_path):
    """As the wizard does, where the answer to the doctor's agreement is no."""
    printed = Printed("en", "a4", large_print=False)
    sheet = tmp_path / "trial.pre-visit.pdf"
    told = page_for_doctor(content(100, KIDNEYS), tmp_path / "trial", helper=None, printed=printed, now=NOW)
    assert str(sheet) in told
    assert list(tmp_path.iterdir()) == [sheet]
    sheet.unlink()
    for other in (content(100, KIDNEYS, AGREED), content(2000, KIDNEYS)):
        assert page_for_doctor(other, tmp_path / "trial", helper=None, printed=printed, now=NOW) == ""
    assert list(tmp_path.iterdir()) == []
