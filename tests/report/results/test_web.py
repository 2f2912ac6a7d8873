"""The results as a web page: all words of the PDF, pictures with words, nothing that runs or asks, and own words never as markup."""

import re
from html.parser import HTMLParser

import pytest
from fitted import fitted

from nof1 import report
from nof1.errors import Nof1Error
from nof1.language import speaking
from nof1.report.results.summary import summary_attempts


class Reader(HTMLParser):
    """What is on a page: its text, its elements, and what its attributes say."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.attributes, self._inside = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attributes)))
        self._inside.append(tag)

    def handle_endtag(self, tag):
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"style", "script"} & set(self._inside):
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


def told(part):
    """Every text in words of a page, nested as they are."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        return [
            text for name, one in part.items() if name not in ("kind", "columns", "names", "name") for text in told(one)
        ]
    return [text for one in part for text in told(one)] if isinstance(part, list | tuple) else []


@pytest.fixture(scope="module")
def pages():
    """Pages by sample and language, each made once."""
    made = {}

    def page(sample, language="en"):
        if (sample, language) not in made:
            made[sample, language] = report.web_page(fitted(sample), language=language)
        return made[sample, language]

    return page


SAMPLES = [(sample, language) for sample in ("helps", "cant-tell", "worsens") for language in ("en", "de")]


@pytest.mark.slow
@pytest.mark.parametrize(("sample", "language"), SAMPLES)
def test_every_word_of_the_pdf_is_on_the_page(pages, sample, language):
    with speaking(language):
        (data, *_), drawn = summary_attempts(fitted(sample), language=language, paper="a4", large_print=False)
    page = Reader(pages(sample, language))
    first = data["first"][0][0] | {"behind": ""}
    if not first["explanations"]["rows"]:
        first["explanations"] = {}
    wanted = [re.sub(r"\s+", " ", one) for one in told([first, data["sections"], data["foot"]]) if one.strip()]
    assert len(wanted) > 100
    missing = [one for one in wanted if one not in page.text]
    assert missing == []
    alternatives = [one["alt"] for tag, one in page.attributes if tag == "img"]
    assert sorted(alternatives) == sorted(data["alternatives"][name] for name in drawn)
    assert all(alternatives)
    assert [one["lang"] for tag, one in page.attributes if tag == "html"] == [language]


@pytest.mark.slow
@pytest.mark.parametrize(("sample", "language"), SAMPLES)
def test_nothing_on_it_runs_or_asks_for_anything(pages, sample, language):
    text = pages(sample, language)
    page = Reader(text)
    assert not {"script", "iframe", "object", "form", "a"} & set(page.tags)
    for tag, attributes in page.attributes:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        for name in ("src", "href", "srcset"):
            assert attributes.get(name, "data:").startswith("data:")
    policy = next(one["content"] for tag, one in page.attributes if one.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


@pytest.mark.slow
def test_it_is_the_same_for_the_same_result(pages):
    assert report.web_page(fitted("helps")) == pages("helps")


def test_own_words_are_text(make_protocol):
    from nof1.report.results import web

    evil = '<script>alert("x")</script> & <b>'
    section = {
        "heading": evil,
        "parts": [
            {"kind": "item", "label": evil, "text": evil},
            {"kind": "text", "text": evil},
            {"kind": "table", "header": [evil, ""], "rows": [[evil, evil]], "columns": ["auto", "1fr"], "groups": 1},
            {"kind": "pictures", "names": ["nights"]},
            {"kind": "beside", "part": {"kind": "text", "text": evil}, "name": "nights"},
        ],
    }
    page = Reader(web._section(section, {"nights": web._picture(b"<svg/>", b"<svg/>", evil)}))
    assert not {"script", "b"} & set(page.tags)
    assert page.text.count(evil) == 8
    assert [one["alt"] for tag, one in page.attributes if tag == "img"] == [evil, evil]


def test_a_part_that_is_not_known_is_not_left_out_silently():
    from nof1.report.results import web

    with pytest.raises(ValueError, match="chart"):
        web._part({"kind": "chart"}, {}, "x")


@pytest.mark.slow
def test_a_language_that_is_not_known_is_refused():
    with pytest.raises(Nof1Error, match="xx"):
        report.web_page(fitted("helps"), language="xx")
