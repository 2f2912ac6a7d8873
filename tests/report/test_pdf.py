import random
import re
from dataclasses import replace

import pypdf
import pytest
from known import SAMPLE, two_arms

from nof1 import Trial, fit, report
from nof1.analyze.blinding import describe_blinding
from nof1.plan.draw import draw_order
from nof1.plan.protocol import Protocol
from nof1.record.entry import Entry

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


def words_of(path):
    reader = pypdf.PdfReader(path)
    return len(reader.pages), re.sub(r"\s+", " ", "".join(page.extract_text() for page in reader.pages))


def sealed(protocol):
    """Nights of a concealed trial, opened, with side effects of many kinds on every arm but the first, and all guesses right."""
    order, chance = draw_order(protocol, seed=3), random.Random(1)
    kinds = ("soft stools", "diarrhoea", "a headache after a long day at the office", "itch", "vivid dreams")
    entries = tuple(
        Entry(
            night,
            outcome=chance.choice((2, 3, 4, 5)),
            taken=chance.choice((1, 1, 1, 0.5, 0)),
            side_effects=() if period.arm == "off" else tuple(chance.sample(kinds, k=chance.choice((0, 0, 2)))),
            guess=str(period.arm) if night == period.end else "",
        )
        for period in order.periods
        for night in period.dates
    )
    result = fit(Trial(protocol, order, entries), engine="marginal")
    return replace(result, record=result.record | {"blinding": describe_blinding(result.trial)})


def test_side_effects_doses_and_guesses_of_a_sealed_trial_are_on_the_page(planned, tmp_path):
    result = sealed(planned("randomized-blocks", concealed="helper", blocks=6, period_nights=4))
    pages, text = words_of(report.summary(result, tmp_path / "summary.pdf"))
    assert pages == 1
    harms, doses = (result.record[key]["citrate"] for key in ("harms", "adherence"))
    assert f"on {harms['with_side_effects']} of 24 nights ({100 * harms['rate']:.0f} in 100; from " in text
    assert f"{doses['as_planned']} of 24 ({100 * doses['share_as_planned']:.0f} in 100; from " in text
    assert "The stop rules name some of what was recorded: diarrhoea. Talk to a doctor or pharmacist" in text
    assert "more had side effects on citrate than on off" in text
    assert "they resemble each other, so it may be too narrow" in text
    assert "the guess was right 6 of 6 on off and 6 of 6 on citrate" in text
    assert "may have been noticed" in text


def test_three_arms_with_long_names_fit_on_the_page_with_what_was_recorded(planned, tmp_path):
    protocol = planned("randomized-blocks", 3, concealed="helper", blocks=4, period_nights=4)
    content = protocol.to_dict()
    for arm in content["arms"]:
        arm["label"] = f"{arm['name']} capsules of the pharmacy round the corner"
    pages, text = words_of(report.summary(sealed(Protocol.build(content)), tmp_path / "summary.pdf"))
    assert pages == 1
    assert "more had side effects on citrate capsules of the pharmacy round the corner" in text
    assert "a blind one is right once in 3" in text
