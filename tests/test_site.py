"""The documentation site: what is made from the code is complete, every page can be reached, nothing is fetched from elsewhere."""

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

import nof1
from nof1 import facts
from nof1.report.words.facts import told

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site():
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "scripts" / "build_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_fact_that_is_told_is_there_with_its_source_and_when_it_was_read(site):
    page = site.facts_page()
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| fact |")]
    known = [row for topic in facts.topics() for row in told(topic)]
    assert len(known) > 50
    for line, fact in zip(rows, known, strict=True):
        text, _, source, sure = (re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1])
        assert text.endswith(fact.text)
        assert fact.source in source
        assert all(address in source for address in fact.where)
        assert sure == fact.sure
    assert any("adults, United States. | mg per day 350 |" in line for line in rows)
    assert "are not reviewed by a clinician" in page


def test_what_was_not_checked_is_not_there(site):
    page = site.facts_page()
    assert "not checked" not in page
    assert [
        row["text"]
        for name in facts.names()
        for row in facts.load(name)
        if row["certainty"] == "M" and row["text"] in page
    ] == []


def test_every_public_name_is_there(site):
    listed = re.findall(r"^\.\. auto\w+:: nof1\.([\w.]+)", site.api_page(), flags=re.MULTILINE)
    assert len(set(listed)) == len(listed)
    assert set(nof1.__all__) - {"bedside", "plots", "record", "report", "__version__"} <= set(listed)
    for room in (nof1.record, nof1.report):
        assert {f"{room.__name__.removeprefix('nof1.')}.{name}" for name in room.__all__} <= set(listed)
    assert {
        f"plots.{name}" for name in ("nights", "effect", "period_means", "checks", "power", "randomization")
    } <= set(listed)
    assert not [name for name in listed if name.startswith("plots._")]


def test_every_page_can_be_reached():
    trees = re.findall(r"```{toctree}\n(.*?)```", (ROOT / "docs" / "index.md").read_text(), flags=re.DOTALL)
    linked = {line for tree in trees for line in tree.splitlines() if line and not line.startswith(":")}
    pages = {path.stem for path in (ROOT / "docs").glob("*.md")} - {"index"}
    others = {
        f"{path.parent.name}/{path.stem}"
        for kind in ("notebooks/*.ipynb", "benchmarks/*.md")
        for path in ROOT.glob(kind)
    }
    assert linked == pages | others | {"safety-facts", "api", "decisions/index"}


@pytest.mark.parametrize(
    "page",
    [
        '<script async src="https://cdn.example.org/mathjax.js"></script>',
        "<link rel='stylesheet' href='//fonts.example.org/css'>",
        '<img alt="a" src="http://example.org/badge.svg">',
        "<style>@import 'https://example.org/a.css';</style>",
        "@font-face { src: url(https://example.org/a.woff2) }",
    ],
)
def test_what_would_be_fetched_from_elsewhere_is_found(site, page):
    assert len(site.fetches(page)) == 1
    assert "example.org" in site.fetches(page)[0]


def test_links_and_files_of_its_own_are_no_fetching(site):
    page = '<a href="https://example.org/">there</a><script src="_static/a.js"></script><img src="data:image/png;base64,aa//">'
    assert site.fetches(page) == []


def test_make_lists_it():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.search(r"make docs\s+\w", done.stdout)
