import re

import pypdf
import pytest
from known import SAMPLE, two_arms

from nof1 import Trial, fit, report
from nof1.plan.protocol import Protocol

RESULT = fit(Trial.load(SAMPLE / "helps"), engine="marginal")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "summary.pdf"
    report.summary(RESULT, path)
    return path


def test_one_a4_page_with_the_answer_on_it(page):
    reader = pypdf.PdfReader(page)
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    text = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    for words in (
        "N-of-1 trial",
        "magnesium helped",
        "equal-tailed interval",
        "Simulated data",
        "no medical advice",
        "loose stools",
    ):
        assert words in text
    assert RESULT.record["protocol_sha256"][:16] in text


def test_it_says_it_is_pdf_ua_1_and_is_tagged(page):
    reader = pypdf.PdfReader(page)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part>1<" in root["/Metadata"].get_data().decode().replace('pdfuaid:part="1"', "pdfuaid:part>1<")
    assert reader.metadata.title == "N-of-1 trial: Simulated example: magnesium helps"


def figures(element):
    element = element.get_object()
    if isinstance(element, pypdf.generic.ArrayObject):
        for part in element:
            yield from figures(part)
    elif isinstance(element, pypdf.generic.DictionaryObject):
        if element.get("/S") == "/Figure":
            yield element
        elif "/K" in element:
            yield from figures(element["/K"])


def test_three_figures_are_vectors_with_text_alternatives(page):
    reader = pypdf.PdfReader(page)
    alternatives = [str(figure["/Alt"]) for figure in figures(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])]
    assert len(alternatives) == 3
    assert "8 nights missing" in alternatives[0]
    assert "Posterior" in alternatives[1]
    assert not list(reader.pages[0].images)


def test_same_result_same_bytes(page, tmp_path):
    report.summary(RESULT, tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    "title",
    [
        '#set page(fill: red) $x$ \\ "q" @a <b> *c* _d_ `e` //f',
        "emoji 😀 and 夜 and \u05d0",
        "long " * 900,
        "=HYPERLINK(1)",
    ],
    ids=["markup", "letters no font has", "very long", "formula"],
)
def test_user_text_is_only_text(title, tmp_path):
    trial = two_arms()
    content = trial.protocol.to_dict() | {"title": title.strip(), "question": title.strip()}
    content["arms"][1]["label"] = title.strip()[:60]
    changed = Trial(Protocol.build(content), trial.order, trial.entries)
    report.summary(fit(changed, engine="marginal"), tmp_path / "summary.pdf")
    reader = pypdf.PdfReader(tmp_path / "summary.pdf")
    assert len(reader.pages) == 1
    shown = re.sub(r"\s+", "", reader.pages[0].extract_text())
    expected = re.sub(r"\s+", "", title.replace("夜", "□"))
    assert expected[:10] in shown
