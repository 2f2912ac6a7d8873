"""protocol.pdf, booklet.pdf, packing sheet and recipe: what stands on them, and what must not."""

import io
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.plan_papers import booklet_pdf, packing_sheet_pdf, protocol_pdf, shuffling_recipe_pdf


def text_of(content):
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def concealed(make_protocol):
    def make(how="helper", **changes):
        content = make_protocol(**changes).to_dict()
        del content["design"]["seed"]
        content["design"]["concealed"] = how
        content["arms"][0] |= {"placebo": True, "label": "dummy capsules"}
        content["arms"][1] |= {"label": "real capsules"}
        return Protocol.build(content)

    return make


@pytest.fixture
def full(make_protocol):
    return make_protocol(
        arms=[
            {"name": "off", "dose_mg": 0},
            {"name": "magnesium", "form": "citrate", "salt_mg": 2400, "product": "MagX"},
        ],
        conduct={
            "diagnosis": "RLS since 2019",
            "conditions": "asthma",
            "medicines": "iron tablets",
            "registration": "",
        },
        safety={
            "answers": {"kidney_severe": True, "binding_medicines": True},
            "agreement": {"clinician": "Dr. Weiss", "date": date(2025, 12, 1), "words": "kidney values checked"},
        },
    )


ITEMS = {
    "title": "N-of-1 trial protocol",
    "registration": "not registered",
    "why": "differs between people",
    "question": "Are my nights calmer on magnesium than off it?",
    "threshold": "1 point or more",
    "design": "Randomized blocks",
    "run-in": "2 nights on",
    "setting": "At home",
    "diagnosis": "RLS since 2019",
    "other conditions": "asthma",
    "other medicines": "iron tablets",
    "screen": "Are you on dialysis",
    "finding": "Not without a doctor",
    "not answered": "Not answered",
    "agreement": "Dr. Weiss",
    "salt": "2400 mg",
    "elemental": "388.8 mg",
    "product": "MagX",
    "upper level": "350 mg",
    "stop rule": "fainting",
    "measure": "cut-offs for a change that matters were calculated",
    "precision": "two points wide",
    "possible orders": "Possible orders 4",
    "generator": "PCG64",
    "missed nights": "never filled in",
    "slow pool": "42 days",
    "priors": "half-life",
    "decision rule": "a chance of at least 90 in 100",
    "interim": "Interim look None",
    "purpose": "Self-care",
    "amendments": "New pillow",
    "results": "may take it to a doctor",
    "no advice": "no medical advice",
    "nobody has reviewed it": "are not reviewed by a clinician",
    "a study for": "Gorantla 2024",
    "a study that leaves it open": "Marshall 2019",
    "a study against": "BMJ Open 2019",
    "guideline on magnesium": "no recommendation on magnesium was located",
}


@pytest.fixture(scope="module")
def pages():
    return {}


def protocol_text(full, pages):
    if "text" not in pages:
        note = Amendment(entered=datetime(2026, 1, 8, tzinfo=UTC), kind="note", reason="New pillow.")
        content = protocol_pdf(full, draw_order(full), amendments=[note], precision=["About two points wide."])
        pages["text"] = text_of(content)
        pages["content"] = content
    return pages["text"]


@pytest.mark.parametrize("words", ITEMS.values(), ids=ITEMS)
def test_every_item_of_the_protocol_is_there(full, pages, words):
    assert words.casefold() in protocol_text(full, pages).casefold()


def test_the_protocol_is_four_tagged_pages_at_most(full, pages):
    protocol_text(full, pages)
    reader = PdfReader(io.BytesIO(pages["content"]))
    assert len(reader.pages) <= 4
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert "N-of-1" in reader.metadata.title
    assert full.sha256() in pages["text"]


HOSTILE = "# $x$ \\evil{} \" ' *b* @ref <l> #panic() \N{SLEEPING SYMBOL} =1+1"


@pytest.mark.parametrize("text", [HOSTILE, "Z" * 4999, "word " * 999], ids=["markup", "one word", "many words"])
def test_what_a_person_writes_neither_breaks_nor_runs_over(make_protocol, text):
    conduct = dict.fromkeys(("why", "diagnosis", "conditions", "medicines", "consent", "access"), text)
    protocol = make_protocol(title=text, question=text, conduct=conduct)
    order = draw_order(protocol)
    content = protocol_pdf(protocol, order)
    assert len(PdfReader(io.BytesIO(content)).pages) <= 4
    booklet_pdf(protocol, order)
    if text == HOSTILE:
        assert "#panic()" in text_of(content)


@pytest.mark.slow
def test_a_thousand_periods_of_twelve_arms_fit_on_four_pages(make_protocol):
    arms = [{"name": "off", "dose_mg": 0}, *({"name": f"arm {i}", "dose_mg": 10 * i} for i in range(1, 12))]
    protocol = make_protocol(arms=arms, design={"blocks": 83, "period_nights": 1})
    assert len(PdfReader(io.BytesIO(protocol_pdf(protocol, draw_order(protocol)))).pages) <= 4


def test_papers_are_the_same_bytes_for_the_same_input(protocol):
    order = draw_order(protocol)
    assert protocol_pdf(protocol, order) == protocol_pdf(protocol, order)
    assert booklet_pdf(protocol, order) == booklet_pdf(protocol, order)


def test_the_booklet_has_a_line_for_every_night_and_the_stop_rules(protocol):
    text = text_of(booklet_pdf(protocol, draw_order(protocol)))
    for words in (
        "Mon 5 to Tue 6 Jan",
        "Sun 18 to Mon 19 Jan",
        "fainting",
        "0 to 10",
        "no medical advice",
        "Pharmacist",
    ):
        assert words in text
    assert "I believe it was" not in text


def test_a_concealed_booklet_asks_for_the_guess_of_every_period(concealed):
    protocol = concealed()
    text = text_of(booklet_pdf(protocol, schedule(protocol)))
    assert text.count("I believe it was") == 4
    assert "pack 3" in text


@pytest.mark.slow
def test_nothing_but_the_packing_sheet_depends_on_a_concealed_order(concealed):
    protocol = concealed()
    for seed in range(4):
        order = draw_order(protocol, seed=seed)
        assert protocol_pdf(protocol, order) == protocol_pdf(protocol, schedule(protocol))
        assert booklet_pdf(protocol, order) == booklet_pdf(protocol, schedule(protocol))


def test_the_packing_sheet_says_what_goes_into_each_pack(concealed):
    protocol = concealed()
    order = draw_order(protocol, seed=1)
    text = text_of(packing_sheet_pdf(protocol, order.arms()))
    assert "must not see this sheet" in text
    titles = {"off": "dummy capsules", "magnesium": "real capsules"}
    table = text[text.index("What goes in") :]
    places = [table.index(titles[order.arms()[0]]), table.index(titles[order.arms()[1]])]
    assert places == sorted(places)
    assert "nof1 unseal" in text


def test_the_recipe_shuffles_the_bundles_of_every_unit(concealed):
    protocol = concealed("alone")
    text = text_of(shuffling_recipe_pdf(protocol))
    for words in ("slip", "shuffl", "real capsules", "dummy capsules", "--packs", "emergency"):
        assert words in text.casefold()


# --- the rating's words, and what is asked at the end of a period


def test_the_booklet_says_what_the_numbers_mean_above_the_nights_of_every_page(make_protocol):
    protocol = make_protocol(design={"blocks": 12, "period_nights": 7})
    pages = PdfReader(io.BytesIO(booklet_pdf(protocol, draw_order(protocol)))).pages
    texts = [" ".join(page.extract_text().split()) for page in pages]
    nights = [text for text in texts if "the evening before" in text and "Taken" in text][1:]
    assert len(nights) > 2
    for text in nights:
        assert "0 = no restless legs at all, 10 = the worst you can imagine." in text
        assert "from lying down in the evening until getting up in the morning" in text
    awake = make_protocol(outcome={"label": "minutes awake", "high": 480})
    assert "worst you can imagine" not in text_of(booklet_pdf(awake, draw_order(awake)))


@pytest.mark.parametrize("impression", [True, False])
def test_the_booklet_has_boxes_and_lines_for_the_end_of_every_period(make_protocol, impression):
    covariates = [] if impression else ["impression_of_change"]
    protocol = make_protocol(instruments=["irls"], analysis={"covariates": covariates})
    text = text_of(booklet_pdf(protocol, draw_order(protocol)))
    assert text.count("Compared with before the trial, my nights in it were:") == (4 if impression else 0)
    assert text.count("IRLS total, from its own form (0 to 40, lower is better):") == 4
    assert all(text.count(f"End of period {number}.") == 1 for number in range(1, 5))


def test_the_protocol_tells_of_a_score_what_is_known_and_where_it_was_read(make_protocol):
    protocol = make_protocol(instruments=["irls"])
    text = text_of(protocol_pdf(protocol, draw_order(protocol)))
    for told in (
        "asks about the last 7 days",
        "free for academic research",
        "11 points",
        "SP790 and SP792",
        "30 Nov 2026",
    ):
        assert told in text
