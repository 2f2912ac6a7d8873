"""A page that says "worse" says on its first page what else could explain it: a person on gabapentin at the hour of the dose."""

import json
import re

import pypdf
import pytest
from explained import GABAPENTIN, of_person, result_of
from known import SAMPLE

from nof1 import Trial, fit, report
from nof1.analyze.results import Result

EVERYTHING = {
    "answers": {"dopamine": True, "augmentation": True, "ferritin": 30.0, "transferrin_saturation": "unknown"},
    "medicines": [
        {"name": "gabapentin 600 mg", "times": ["21:30"]},
        {"name": "pramipexole 0.18 mg", "times": ["19:00"]},
        {"name": "sertraline 50 mg", "times": ["08:00"]},
    ],
}


def first_page(path):
    """The text of the first page, spaces made single, words that were cut at a line's end made whole."""
    text = (
        pypdf.PdfReader(path)
        .pages[0]
        .extract_text()
        .replace("\N{SOFT HYPHEN}\n", "")
        .replace("\N{ZERO WIDTH SPACE}", "")
    )
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "magnesium made it worse",
                "What else could explain it",
                "gabapentin 600 mg and the dose, both at 21:30",
                "43 % less",
            ),
        ),
        ("de", ("Was es sonst noch erklären könnte", "gabapentin 600 mg und die Dosis", "43 % weniger")),
    ],
)
def test_gabapentin_at_the_hour_of_the_dose_is_on_the_first_page(tmp_path, language, told, large_print, paper):
    path = tmp_path / "summary.pdf"
    report.summary(result_of("worsens", GABAPENTIN), path, language=language, paper=paper, large_print=large_print)
    text = first_page(path)
    for words in told:
        assert words in text


@pytest.mark.slow
@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("language", ["en", "de"])
def test_all_of_them_together_fit_on_the_first_page(tmp_path, language, large_print, paper):
    path = tmp_path / "summary.pdf"
    result = result_of("worsens", EVERYTHING, soft={"magnesium": 12})
    report.summary(result, path, language=language, paper=paper, large_print=large_print)
    text = first_page(path)
    for words in (
        "gabapentin 600 mg",
        "pramipexole 0.18 mg",
        "sertraline 50 mg",
        "Ferritin" if language == "de" else "ferritin",
    ):
        assert words in text
    assert ("Show this to a doctor or pharmacist" if language == "en" else "Zeigen Sie dies") in text
    if not large_print:
        assert len(pypdf.PdfReader(path).pages) == 4


def test_an_answer_that_helps_has_no_such_list(tmp_path):
    path = tmp_path / "summary.pdf"
    report.summary(result_of("helps", GABAPENTIN), path)
    assert "What else could explain it" not in " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def test_the_file_of_results_has_codes_and_no_sentence(tmp_path):
    trial = of_person(Trial.load(SAMPLE / "worsens"), GABAPENTIN)
    result = fit(trial, engine="marginal", sensitivity=False)
    (told,) = json.loads(json.dumps(result.record.to_dict()))["other_explanations"]
    assert told["worse"] == "magnesium"
    assert told["found"] == [
        {
            "question": "absorption_medicines",
            "medicine": "gabapentin 600 mg",
            "known": True,
            "time": "21:30",
            "dose_time": "21:30",
            "hours": 0.0,
            "needed": 2.0,
            "kind": "interaction",
        }
    ]
    assert isinstance(result, Result)
    assert "what else" in repr(result)
    assert "interaction" in repr(result)
    assert "interaction" in result._repr_html_()
