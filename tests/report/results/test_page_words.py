"""What the first page says: short, plain, the same in German; and that no sentence of the pages is left in English there."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pypdf
import pytest
import textstat
from fitted import fitted
from known import melatonin, nightly

from nof1 import Trial, fit, report
from nof1.language import speaking
from nof1.report.results import first_page
from nof1.report.results import summary as pdf

SAMPLES = ("helps", "worsens", "cant-tell", "floor")


def three_arms():
    chance = np.random.default_rng(1)
    arms = ["off", "citrate", "oxide"] * 14
    frame = pd.DataFrame({"day": range(1, 43), "arm": arms, "y": chance.integers(2, 8, 42)})
    return Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="off", low=0, high=10, better="lower")


MADE = {"nightly": nightly, "three arms": three_arms, "melatonin": melatonin}


@cache
def result_of(name):
    """The result of a sample trial or of one made here, fitted when it is first asked for."""
    return fit(MADE[name](), engine="marginal") if name in MADE else fitted(name)


def sentences(result):
    """All whole sentences of the first page."""
    page = first_page.answer(result)
    told = [
        page["headline"],
        *(part["text"] for part in page["answer"]),
        *page["others"],
        *page["nights"],
        *page["side_effects"]["told"],
        *page["more"],
    ]
    return [text for text in [*told, page["no_advice"], page["behind"]] if text]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_first_page_can_be_read_with_eight_years_of_school(name):
    textstat.set_lang("en")
    assert textstat.flesch_kincaid_grade(" ".join(sentences(result_of(name)))) <= 8


@pytest.mark.parametrize("name", SAMPLES)
def test_the_first_page_in_german_can_be_read_with_eight_years_of_school(name):
    with speaking("de"):
        told = " ".join(sentences(result_of(name)))
    textstat.set_lang("de")
    try:
        assert textstat.wiener_sachtextformel(told, 1) <= 8
    finally:
        textstat.set_lang("en")


def test_a_hard_text_would_not_pass():
    textstat.set_lang("en")
    hard = "Posterior credibility intervals, conditional upon autoregressive heteroscedasticity, incorporate exchangeability assumptions."
    assert textstat.flesch_kincaid_grade(hard) > 12


@pytest.mark.slow
@pytest.mark.parametrize("name", [*SAMPLES, *MADE])
def test_nothing_on_the_pages_stays_english_in_german(name):
    result = result_of(name)
    with speaking("de") as german:
        german.missing.clear()
        content, drawn = pdf.pages(result, language="de")
        pdf.checks_figure(result, language="de")
        assert german.missing == set()
    assert content.startswith(b"%PDF-")
    assert {"nights", "effect", "periods", "sensitivity"} <= set(drawn)
    assert ("probabilities" in drawn) == (result.trial.protocol.outcome.threshold is not None)


def test_numbers_words_and_language_of_the_german_pages(tmp_path):
    path = report.summary(result_of("helps"), tmp_path / "summary.pdf", language="de")
    reader = pypdf.PdfReader(path)
    assert reader.trailer["/Root"]["/Lang"] == "de"
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    for words in (
        "In diesen Nächten hat Magnesium geholfen",
        "Sind meine Nächte mit Magnesium ruhiger als ohne?",
        "1,8 Punkte niedriger",
        "etwa 9",
        "von 100",
        "Was geplant war",
        "Mo., 5. Jan. 2026",
        "kein ärztlicher Rat",
        "Simulated example: magnesium helps",  # the person's own words stay
    ):
        assert words in text
    assert not re.search(r"\d\.\d+ Punkte", text)


def test_the_chances_in_words_are_those_of_the_icons_and_of_the_table():
    from matplotlib.figure import Figure

    from nof1.report import plots
    from nof1.report.words import sentences as words

    result = result_of("helps")
    rows = words.chances(result)
    ax = plots.probabilities(result, ax=Figure(figsize=(3.5, 2.3)).add_subplot())
    shown = " ".join(text.get_text() for text in ax.texts)
    for _, _, often in rows[1:]:
        assert often in shown.replace("\n", " ")
