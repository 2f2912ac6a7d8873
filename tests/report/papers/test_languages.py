"""Every paper of a plan, in every language: it renders, and nothing of another language is left on it."""

import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pytest
from icalendar import Calendar
from pypdf import PdfReader

from nof1.language import languages, speaking
from nof1.plan.design.order import Pause
from nof1.plan.orders.amendments import Amendment
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.orders.seal import shown_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize
from nof1.report.papers import plan_papers
from nof1.report.papers.booklet import booklet_words
from nof1.report.papers.calendar import calendar, language_of
from nof1.report.papers.packs import packing_words, recipe_words
from nof1.report.papers.spreadsheet import diary_xlsx

OWN = "Meine eigenen Worte"
BARE = [
    {"name": "off", "label": "no magnesium", "dose_mg": 0},
    {"name": "magnesium", "form": "citrate", "dose_mg": 400},
]
DUMMY = [
    {"name": "off", "label": "dummy without magnesium", "dose_mg": 0, "placebo": True},
    {"name": "magnesium", "form": "oxide", "salt_mg": 400, "product": "MagX"},
]
MANY = [{"name": "off", "dose_mg": 0}, *({"name": f"dose {i}", "dose_mg": 300 + 20 * i} for i in range(6))]
SCALE = {"name": "sleep", "label": OWN, "low": 0, "high": 12, "better": "higher", "threshold": 0.5, "whole": False}
ANSWERS = {"kidney_severe": True, "binding_medicines": True, "iron_unknown": False, "other_magnesium_mg": 250}
AGREED = {"clinician": "Dr. Weiss", "date": date(2025, 12, 1), "words": OWN}
SCREENED = {"safety": {"answers": ANSWERS, "agreement": AGREED}}
STAGED = {"family": "student", "interim": {"after_blocks": [2], "certainty": 0.95}}
PLANS = {
    "open": (BARE, {"kind": "randomized-blocks", "blocks": 4}, {"analysis": STAGED}),
    "helper": (
        DUMMY,
        {
            "kind": "balanced",
            "periods": 8,
            "max_run": 2,
            "concealed": "helper",
            "run_in_nights": 2,
            "washout_nights": 1,
        },
        {"simulated": True, **SCREENED},
    ),
    "helper, nothing to look alike": (
        BARE,
        {"kind": "randomized-blocks", "blocks": 2, "concealed": "helper"},
        {"analysis": {"carryover": "none", "trend": False, "autocorrelation": False}},
    ),
    "alone": (DUMMY, {"kind": "mirrored-pairs", "pairs": 2, "concealed": "alone", "run_in_nights": 1}, {}),
    "alone, nothing to look alike": (BARE, {"kind": "randomized-blocks", "blocks": 2, "concealed": "alone"}, {}),
    "many arms": (
        MANY,
        {"kind": "alternating", "blocks": 2},
        {
            "outcome": SCALE,
            "analysis": {"covariates": [f"c{i}" for i in range(8)], "carryover": "discard:2", "dose": "taken"},
        },
    ),
    "research, counted": (
        BARE,
        {
            "kind": "listed",
            "orders": [["off", "magnesium", "magnesium", "off"], ["magnesium", "off", "off", "magnesium"]],
        },
        {
            "conduct": {"purpose": "research", "diagnosis": OWN},
            "analysis": {"family": "count"},
        },
    ),
}
NOTES = [
    Amendment(entered=datetime(2026, 1, 8, tzinfo=UTC), kind="note", reason=OWN),
    *(
        Amendment(entered=datetime(2026, 1, 9, tzinfo=UTC), kind="unblinded", period=i, reason="Rash")
        for i in range(1, 12)
    ),
]


@pytest.fixture(params=PLANS)
def plan(request, make_protocol):
    arms, design, more = PLANS[request.param]
    seed = {} if "concealed" in design else {"seed": 1}
    dated = {"start": date(2026, 1, 5), "period_nights": 3} | seed | design
    return Protocol.build(make_protocol().to_dict() | {"analysis": {}, "arms": arms, "design": dated} | more)


@pytest.fixture
def order(plan):
    drawn = draw_order(plan) if plan.concealed == "open" else schedule(plan)
    return drawn.with_pauses([Pause(date(2026, 1, 8), 2)])


def texts(content):
    """Every text in nested words, line by line."""
    if isinstance(content, str):
        return set(content.split("\n"))
    if isinstance(content, dict):
        content = list(content.values())
    return set().union(*map(texts, content)) if isinstance(content, list | tuple) else set()


def all_words(protocol, order, monkeypatch):
    """What stands on every paper, in the spoken language, as it goes to the templates and into the files."""
    told = []
    with monkeypatch.context() as patched:
        patched.setattr(plan_papers, "render", lambda _, attempts, **__: told.extend(attempts))
        plan_papers.protocol_pdf(protocol, order, amendments=NOTES)
        plan_papers.booklet_pdf(protocol, order)
    told.append(booklet_words(protocol, shown_order(protocol, order)))
    if protocol.concealed == "helper":
        told.append(packing_words(protocol, draw_order(protocol, seed=3).arms()))
    if protocol.concealed == "alone":
        told.append(recipe_words(protocol))
    for event in Calendar.from_ical(calendar(protocol, order)).walk():
        told += [str(event.get(name, "")) for name in ("summary", "description", "x-wr-calname")]
    book = openpyxl.load_workbook(io.BytesIO(diary_xlsx(protocol, order)))
    told += book.sheetnames
    for sheet in book:
        told += [str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        told += [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
        told += [str(text) for check in sheet.data_validations.dataValidation for text in (check.prompt, check.error)]
    return texts(told)


def is_sentence(text):
    """Whether it is more than a name, a number or a command: three words in small letters."""
    return len(re.findall(r"(?<![\w/-])[a-zäöü]{2,}\b", text)) > 2


def test_no_english_is_left_on_a_german_paper(plan, order, monkeypatch):
    english = all_words(plan, order, monkeypatch)
    with speaking("de") as german:
        before = set(german.missing)
        translated = all_words(plan, order, monkeypatch)
        assert german.missing == before
    assert len([text for text in english if is_sentence(text)]) > 60
    assert not [text for text in english & translated if is_sentence(text)]
    shared = " ".join(translated)
    assert not re.search(r"\b(the|and|which|evening|doctor)\b", shared)
    assert not re.search(r"\b\d+\.\d+ (mg|Punkte|%)", shared)
    assert OWN in shared or OWN not in str(plan.to_dict())


@pytest.mark.parametrize("code", languages())
def test_every_paper_renders_in_every_language(plan, order, code):
    with speaking(code):
        papers = [plan_papers.protocol_pdf(plan, order, amendments=NOTES), plan_papers.booklet_pdf(plan, order)]
        if plan.concealed == "helper":
            papers.append(plan_papers.packing_sheet_pdf(plan, draw_order(plan, seed=3).arms()))
        if plan.concealed == "alone":
            papers.append(plan_papers.shuffling_recipe_pdf(plan))
    for content in papers:
        reader = PdfReader(io.BytesIO(content))
        assert reader.trailer["/Root"]["/Lang"] == code
        last = " ".join(reader.pages[-1].extract_text().split())
        pages = len(reader.pages)
        assert {"en": f"page {pages} of {pages}", "de": f"Seite {pages} von {pages}"}[code] in last
    assert len(PdfReader(io.BytesIO(papers[0])).pages) <= plan_papers.MAX_PROTOCOL_PAGES


@pytest.mark.parametrize("code", languages())
def test_a_calendar_says_in_which_language_it_is(plan, order, code):
    with speaking(code):
        content = calendar(plan, order)
    assert language_of(content) == code
    assert language_of(content.replace(b"trials//", b"trials//X")) == "en"


def test_a_german_sheet_is_read_back_like_an_english_one(make_protocol, trial_folder, tmp_path):
    protocol = make_protocol()
    with speaking("de"):
        made = openpyxl.load_workbook(io.BytesIO(diary_xlsx(protocol, draw_order(protocol))))
    assert made.sheetnames == ["Tagebuch", "Anleitung"]
    sheet = made["Tagebuch"]
    sheet["C8"], sheet["D8"], sheet["E8"] = 6, 200, "weicher Stuhl"  # the seventh night; six are recorded
    made.save(tmp_path / "diary.xlsx")
    export = recognize(open_file(tmp_path / "diary.xlsx"))
    plan = plan_import(trial_folder, protocol, export, complete_map(export, protocol, {}), latest=protocol.end)
    (change,) = plan.changes
    assert change.cells == {"severity": "6", "dose_mg": "200", "side_effects": "weicher Stuhl"}
