"""A trial of something else than magnesium in restless legs says nothing of either, anywhere, in English and in German.

Everything that a person gets is made and every text of it is searched: what the terminal says, papers, the page, the calendar, the
spreadsheet, the protocol, the results.
"""

import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest

from nof1 import Trial, fit, report
from nof1.bedside.content import page_content
from nof1.language import speaking
from nof1.plan.protocol.template import answered, load_template, template_names, with_dose, with_treatment
from nof1.record import log

START = date(2026, 8, 3)
NOW = datetime(2026, 8, 3, 18, tzinfo=UTC)
OTHERS = [name for name in template_names() if name != "magnesium-rls"]
SHORT = {"start": START, "blocks": 2, "period_nights": 3}
FOREIGN = re.compile(
    r"\w*(?:magnes|restless|\blegs?\b|\brls|irls|\bbeinen?\b|\bbeine?\b|\bunruhige|ferritin|supplement|nahrungserg)\w*",
    re.IGNORECASE,
)
# Words by which a sign is found in what a person writes; nobody reads them.
PATTERNS = re.compile(r'"(?:symptoms|misspelt|others|harmless)":\s?\[(?:"(?:\\.|[^"\\])*",?\s?)*\]')
OWN = {
    "title": "Does a foot bath warm my feet?",
    "reference": "none",
    "outcome": {"name": "warmth", "label": "warm feet", "low": 0, "high": 10, "better": "higher", "threshold": 1, "whole": True},
    "arms": [
        {"name": "none", "dose_mg": 0},
        {"name": "bath", "label": "ten minutes of warm water", "route": "other", "product": "one basin"},
    ],
}  # fmt: skip


def _content(name):
    if name == "own":
        return answered(load_template("magnesium-rls"), OWN | {"design": SHORT})
    content = answered(load_template(name), {"design": SHORT})
    if name == "sleep-quality":
        return with_dose(with_treatment(content, "melatonin"), {"dose_mg": 2})
    return with_treatment(content, "a walk before bed")


def _text(path):
    if path.suffix == ".pdf":
        text = "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
        return re.sub("\N{SOFT HYPHEN}\n?|\N{ZERO WIDTH SPACE}", "", text)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as sheet:
            parts = [sheet.read(name).decode() for name in sheet.namelist() if name.endswith(".xml")]
        return re.sub(r"<[^>]+>", " ", " ".join(parts))
    text = path.read_text()
    return PATTERNS.sub("", re.sub(r"\r?\n ", "", text) if path.suffix == ".ics" else text)


def _foreign(text):
    return [text[max(0, found.start() - 60) : found.end() + 40] for found in FOREIGN.finditer(text)]


def _of_folder(folder):
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert {".pdf", ".xlsx", ".ics", ".html", ".toml"} <= {path.suffix for path in paths}
    found = {str(path.relative_to(folder)): _foreign(_text(path)) for path in paths}
    return {name: texts for name, texts in found.items() if texts}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", [*OTHERS, "own"])
def test_nothing_speaks_of_legs_or_magnesium(name, language, tmp_path):
    folder = tmp_path / "trial"
    Trial.plan(_content(name), folder, language=language, now=NOW)
    assert not _of_folder(folder)


@pytest.mark.parametrize("language", ["en", "de"])
def test_nor_do_results_for_the_worse(language, tmp_path):
    folder = tmp_path / "trial"
    trial = Trial.plan(_content("pain"), folder, language=language, now=NOW)
    for night in range(12):
        day = START + timedelta(days=night)
        severity = (
            7 if trial.order.period_of(day).arm == "on" else 2
        )  # for the worse, so that what else could explain it is told
        values = {"pain": str(severity + night % 2)} | ({"side_effects": "weakness"} if night == 4 else {})
        log(folder, values, night=day, now=datetime(2026, 8, 20, 8, tzinfo=UTC))
    result = fit(Trial.load(folder), engine="marginal", seed=1)
    with speaking(language):
        assert not _foreign(f"{result} {result._repr_html_()}")
    report.summary(result, folder / "summary.pdf", language=language)
    assert not _of_folder(folder)
    assert not _foreign(
        PATTERNS.sub("", json.dumps(page_content(trial.protocol, trial.order, served=True), ensure_ascii=False))
    )


def test_a_trial_of_magnesium_and_legs_still_says_so(tmp_path):
    """The search above finds what it looks for."""
    folder = tmp_path / "trial"
    content = with_dose(answered(load_template("magnesium-rls"), {"design": SHORT}), {"dose_mg": 100})
    Trial.plan(content, folder, now=NOW, unscreened=True)
    found = _of_folder(folder)
    assert {"protocol.pdf", "booklet.pdf", "consent.pdf", "diary.html", "diary.xlsx", "protocol.toml"} <= set(found)
