import itertools
import random
import re
from collections import Counter

import outloud
import pypdf
import pytest
from boxes import overprinted, pages_ending_early, smallest
from boxes import words_of as boxes_of
from fitted import fitted
from known import two_arms
from records import sampled

from nof1 import Trial, fit, report
from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("pdf") / "summary.pdf"
    report.summary(fitted("helps"), path)
    return path


def on_pages(path):
    """The text of every page, spaces made single."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pypdf.PdfReader(path).pages]


@pytest.mark.slow
def test_four_pages_and_the_first_has_the_answer(page):
    reader = pypdf.PdfReader(page)
    assert len(reader.pages) == 4
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    first = on_pages(page)[0]
    for words in (
        "N-of-1 trial",
        "Are my nights calmer on magnesium than off it?",
        "On these nights, magnesium helped.",
        "with a chance of 95 in 100 it is between 0.8 and 2.9 points lower",
        "better by 1 point or more",
        "in 100",
        "Simulated data",
        "loose stools",
        "What would help to know more",
        "no medical advice",
        "are not reviewed by a clinician",
    ):
        assert words in first
    assert fitted("helps").record.protocol_sha256[:16] in first


PRINTS = list(itertools.product(("helps", "cant-tell", "worsens"), ("a4", "letter"), (False, True), ("en", "de")))


def faults(path, *, large_print):
    content = path.read_bytes()
    small = [smallest(content)] if large_print and smallest(content) < 15.9 else []
    return overprinted(content) + pages_ending_early(content) + small


@pytest.mark.parametrize(("name", "paper", "large_print", "language"), [PRINTS[1], PRINTS[6]])
def test_no_words_lie_over_each_other_and_no_page_ends_early(tmp_path, name, paper, large_print, language):
    path = tmp_path / "summary.pdf"
    report.summary(fitted(name), path, paper=paper, large_print=large_print, language=language)
    assert faults(path, large_print=large_print) == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "paper", "large_print", "language"), PRINTS)
def test_no_words_lie_over_each_other_however_it_is_printed(tmp_path, name, paper, large_print, language):
    test_no_words_lie_over_each_other_and_no_page_ends_early(tmp_path, name, paper, large_print, language)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", ["helps", "cant-tell", "worsens"])
def test_the_first_page_of_letter_holds_what_that_of_a4_holds(tmp_path, name, language):
    words = []
    for paper in ("a4", "letter"):
        path = report.summary(fitted(name), tmp_path / f"{paper}.pdf", paper=paper, language=language)
        words.append(
            Counter(word.text.rstrip("-") for word in boxes_of(path.read_bytes())[0] if "\u00ad" not in word.text)
        )
    assert sum(((words[0] - words[1]) + (words[1] - words[0])).values()) <= 6  # words cut at the end of another line


# What CENT 2015 asks for, by words that stand for it; where each item stands: tests/report/test_checklists.py.
ITEMS = {
    "1": ("N-of-1 trial: Simulated example", "In short On these nights, magnesium helped."),
    "2-3": (
        "Question Are my nights calmer",
        "Why one person",
        "Known so far Speaks for an effect",
        "12 periods of 7 nights",
        "Run-in: 7 nights",
        "No washout",
        "Changes after the draw None.",
    ),
    "4-5": (
        "Diagnosis, other conditions and other medicines",
        "Other treatment stays",
        "At home",
        "mg taken",
        "200 mg of elemental magnesium",
    ),
    "6-7": ("Outcome RLS severity, from 0 to 10; lower is better", "12 periods", "Looks before the end None."),
    "8-11": (
        "Randomized blocks: 6 blocks",
        "one of 64 orders",
        "PCG64",
        "Whole order run-in on off 7, off 7, magnesium 7",
        "Nobody was blind",
    ),
    "12": (
        "Bayesian model of the nightly ratings",
        "gradual build-up and wash-out",
        "differences between periods",
        "AR(1)",
        "Normal(0, 2)",
    ),
    "13-16": (
        "83 of 91 planned nights were recorded",
        "8 missing nights",
        "Mon 5 Jan 2026",
        "run-in off",
        "magnesium 41 of 42",
    ),
    "17": (
        "12 magnesium Mon 30 Mar",
        "over these nights",
        "at full exposure",
        "Relative size",
        "%) of the mean of all nights recorded on no magnesium",
    ),
    "18-19": (
        "half-life of build-up and wash-out",
        "trend, first to last night",
        "likeness of neighbouring nights",
        "loose stools",
        "Severity, cause Side effects were asked about every morning",
    ),
    "20-25": (
        "Limits, and how far this carries",
        "says nothing about other people",
        "Funding: not stated.",
        "Conflicts of interest: not stated.",
        "17c70e18d82c383cda870e0437d64a86d374093a227217c23f918fa852536fff",
    ),
}


def test_every_item_of_the_guideline_is_on_the_pages(page):
    text = " ".join(on_pages(page))
    missing = [(number, words) for number, told in ITEMS.items() for words in told if words not in text]
    assert not missing


@pytest.mark.slow
def test_every_period_stands_with_what_was_recorded(page):
    text = " ".join(on_pages(page))
    for period in fitted("helps").record.periods[1:]:
        row = f"{period.period} {period.arm} "
        assert row in text
        assert f"{period.recorded} of {period.nights}" in text[text.index(row) :][:80]


@pytest.mark.slow
def test_two_computations_and_the_test_without_a_model_stand_beside_each_other(tmp_path):
    result = sampled(fitted("helps"))
    text = " ".join(on_pages(report.summary(result, tmp_path / "both.pdf")))
    for words in (
        "PyMC (NUTS) magnesium against off at full exposure",
        "marginal engine magnesium against off over these nights",
        "randomization test magnesium against off",
    ):
        assert words in text
    assert f"p = {result.record.randomization_tests[0].p:.2g}" in text


def test_it_says_that_it_is_pdf_ua_1_and_pdf_a_2a_and_is_tagged(page):
    reader = pypdf.PdfReader(page)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"]
    metadata = root["/Metadata"].get_data().decode()
    for element, value in (("pdfuaid:part", "1"), ("pdfaid:part", "2"), ("pdfaid:conformance", "A")):
        assert re.search(rf'{element}(="|>){value}', metadata)
    assert reader.metadata.title == "N-of-1 trial: Simulated example: magnesium helps"
    assert not reader.is_encrypted


@pytest.mark.slow
def test_a_checker_of_pdf_ua_finds_nothing(page):
    found = outloud.check(str(page))
    assert found.error is None
    assert [str(finding) for finding in found.findings] == []
    assert found.stats["tagged"]


@pytest.mark.slow
def test_a_checker_of_pdf_ua_finds_a_picture_without_words(page, tmp_path):
    """The check above can fail."""
    writer = pypdf.PdfWriter(clone_from=page)
    for figure in figures(writer.root_object["/StructTreeRoot"]["/K"]):
        del figure["/Alt"]
    writer.write(tmp_path / "broken.pdf")
    assert outloud.check(str(tmp_path / "broken.pdf")).findings


def test_headings_are_bookmarks(page):
    def titles(outline):
        for entry in outline:
            if isinstance(entry, list):
                yield from titles(entry)
            else:
                yield entry.title

    found = list(titles(pypdf.PdfReader(page).outline))
    assert found[0].startswith("N-of-1 trial")
    assert {"The nights", "What was planned", "Checks", "Where this comes from"} <= set(found)


def test_all_fonts_are_within_the_file(page):
    reader = pypdf.PdfReader(page)
    fonts = [font.get_object() for one in reader.pages for font in one["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        (inner,) = font["/DescendantFonts"]
        descriptor = inner.get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert "+" in descriptor["/FontName"]  # only the letters that are used


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


@pytest.mark.slow
def test_pictures_are_vectors_with_words_for_those_who_do_not_see_them(page):
    reader = pypdf.PdfReader(page)
    alternatives = [str(figure["/Alt"]) for figure in figures(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])]
    assert len(alternatives) == 6
    assert all(len(words) > 40 for words in alternatives)
    assert "8 nights missing" in alternatives[0]
    assert not [image for one in reader.pages for image in one.images]


@pytest.mark.slow
def test_same_result_same_bytes(page, tmp_path):
    report.summary(fitted("helps"), tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == page.read_bytes()
    assert page.stat().st_size < 500_000


@pytest.mark.slow
def test_letter_paper_and_large_print(tmp_path):
    letter = pypdf.PdfReader(report.summary(fitted("helps"), tmp_path / "letter.pdf", paper="letter"))
    assert [round(float(side)) for side in letter.pages[0].mediabox[2:]] == [612, 792]
    assert len(letter.pages) == 4
    large = report.summary(fitted("helps"), tmp_path / "large.pdf", large_print=True)
    assert len(pypdf.PdfReader(large).pages) > 5
    assert letter_sizes(large) >= 12 > letter_sizes(tmp_path / "letter.pdf")
    assert outloud.check(str(large)).findings == []


def letter_sizes(path):
    """The size of most letters of the first page, in points."""
    sizes = Counter()

    def visit(text, cm, tm, font, size):
        if text.strip():
            sizes[round(abs(size * tm[0] * cm[0]), 1)] += len(text)

    pypdf.PdfReader(path).pages[0].extract_text(visitor_text=visit)
    return sizes.most_common(1)[0][0]


def test_an_unknown_paper_or_language_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match='"a5"'):
        report.summary(fitted("helps"), tmp_path / "x.pdf", paper="a5")
    with pytest.raises(InputError, match='"xx"'):
        report.summary(fitted("helps"), tmp_path / "x.pdf", language="xx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "title",
    [
        '#set page(fill: red) $x$ \\ "q" @a <b> *c* _d_ `e` //f',
        "emoji 😀 and 夜 and \u05d0",
        "private \ue000 and \uf6c5 and \U000f0000",
        "long " * 900,
        "=HYPERLINK(1)",
    ],
    ids=["markup", "letters no font has", "private letters", "very long", "formula"],
)
def test_user_text_is_only_text(title, tmp_path):
    trial = two_arms()
    content = trial.protocol.to_dict() | {"title": title.strip(), "question": title.strip()}
    content["arms"][1]["label"] = title.strip()[:60]
    changed = Trial(Protocol.build(content), trial.order, trial.entries)
    report.summary(fit(changed, engine="marginal"), tmp_path / "summary.pdf")
    reader = pypdf.PdfReader(tmp_path / "summary.pdf")
    assert len(reader.pages) <= 4
    shown = re.sub(r"\s+", "", reader.pages[0].extract_text())
    expected = re.sub(r"\s+", "", re.sub("[夜\ue000\uf6c5\U000f0000]", "□", title))
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
    return fit(Trial(protocol, order, entries), engine="marginal")


@pytest.mark.slow
def test_side_effects_doses_and_guesses_of_a_sealed_trial_are_on_the_page(planned, tmp_path):
    result = sealed(planned("randomized-blocks", concealed="helper", blocks=6, period_nights=4))
    pages, text = words_of(report.summary(result, tmp_path / "summary.pdf"))
    assert pages == 4
    harms, doses = (result.record.harms["citrate"], result.record.adherence["citrate"])
    assert f"on {harms.with_side_effects} of 24 nights ({100 * harms.rate:.0f} in 100; between " in text
    assert f"{doses.as_planned} of 24 ({100 * doses.share_as_planned:.0f} in 100; between " in text
    assert "The stop rules name some of what was recorded: diarrhoea. Talk to a doctor or pharmacist" in text
    assert "more had side effects on citrate than on off" in text
    assert "they resemble each other, so it may be too narrow" in text
    assert "the guess was right 6 of 6 on off and 6 of 6 on citrate" in text
    assert "may have been noticed" in text


@pytest.mark.slow
def test_three_arms_with_long_names_fit_on_the_page_with_what_was_recorded(planned, tmp_path):
    protocol = planned("randomized-blocks", 3, concealed="helper", blocks=4, period_nights=4)
    content = protocol.to_dict()
    for arm in content["arms"]:
        arm["label"] = f"{arm['name']} capsules of the pharmacy round the corner"
    pages, text = words_of(report.summary(sealed(Protocol.build(content)), tmp_path / "summary.pdf"))
    assert pages == 4
    assert "more had side effects on citrate capsules of the pharmacy round the corner" in text
    assert "a blind one is right once in 3" in text
