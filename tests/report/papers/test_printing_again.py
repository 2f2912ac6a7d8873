"""The papers of a plan in another language or print: beside those that are there, and renewed with them."""

from datetime import date, timedelta

import pymupdf
import pytest
from boxes import smallest
from openpyxl import load_workbook
from typer.testing import CliRunner

from nof1 import InputError, Trial, record, report
from nof1.cli.app import app
from nof1.errors import Nof1Warning
from nof1.plan.protocol.template import load_template, merge
from nof1.report.papers.as_left import as_written

pytestmark = pytest.mark.clock
FIRST = date(2026, 9, 1)
PAPERS = ("protocol", "pre-visit", "consent", "data-sheet", "adverse-events", "booklet")


@pytest.fixture
def trial(tmp_path):
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"blocks": 2, "period_nights": 3, "start": FIRST, "seed": 1},
    }
    folder = tmp_path / "trial"
    Trial.plan(merge(load_template("magnesium-rls"), answers), folder, unscreened=True)
    return folder


def text(path):
    with pymupdf.open(path) as document:
        return " ".join(" ".join(page.get_text() for page in document).split())


def test_papers_are_written_beside_those_that_are_there(trial):
    before = {path.name: path.read_bytes() for path in trial.iterdir() if path.is_file()}
    made = report.print_papers(trial, language="de", paper="letter", large_print=True)
    assert [path.name for path in made] == [f"{name}-de-letter-large.pdf" for name in PAPERS]
    assert {name: (trial / name).read_bytes() for name in before} == before
    for path in made:
        assert smallest(path.read_bytes()) > 15.9
        with pymupdf.open(path) as document:
            assert {round(min(page.rect.width, page.rect.height)) for page in document} == {612}
    assert "Wann abbrechen" in text(trial / "booklet-de-letter-large.pdf")


def test_those_of_the_same_print_are_the_same(trial):
    before = (trial / "booklet.pdf").read_bytes()
    assert (trial / "booklet.pdf") in report.print_papers(trial)
    assert (trial / "booklet.pdf").read_bytes() == before


def test_a_german_plan_has_english_papers_beside_it(tmp_path, trial):
    folder = tmp_path / "de"
    content = Trial.load(trial).protocol.to_dict()
    Trial.plan(content, folder, unscreened=True, language="de", large_print=True)
    assert report.print_papers(folder)[0].name == "protocol-en-ordinary.pdf"
    assert "Wann abbrechen" in text(folder / "protocol.pdf")
    assert "When to stop" in text(folder / "protocol-en-ordinary.pdf")


def test_a_pause_renews_them_all(trial):
    report.print_papers(trial, language="de")
    first = FIRST + timedelta(days=4)
    record.amend(trial, pause=first, nights=2, reason="travel")
    for name in ("booklet.pdf", "booklet-de.pdf"):
        assert ("Pause" if "de" in name else "pause") in text(trial / name)
    assert not (trial / "booklet-letter.pdf").exists()


def test_an_adopted_trial_has_none(tmp_path):
    table = tmp_path / "nights.csv"
    table.write_text("day,arm,sleep\n1,home,50\n2,walk,60\n3,walk,55\n4,home,45\n")
    scale = {"reference": "home", "low": 0, "high": 100, "better": "higher"}
    Trial.adopt(table, tmp_path / "trial", outcome="sleep", arm="arm", day="day", **scale)
    with pytest.raises(InputError, match="adopted"):
        report.print_papers(tmp_path / "trial")


def test_two_kinds_of_pages_at_once_are_refused(trial):
    refused = CliRunner().invoke(app, ["report", str(trial), "--papers", "--checklist"])
    assert refused.exit_code != 0
    told = CliRunner().invoke(app, ["report", str(trial), "--papers", "--language", "de", "--json"])
    assert told.exit_code == 0
    assert "booklet-de.pdf" in told.stdout


def filled(path, what):
    """A person has written into a paper with another program."""
    if path.suffix == ".xlsx":
        book = load_workbook(path)
        book.worksheets[0]["C3"] = what
        book.save(path)
        return
    with pymupdf.open(path) as document:
        document[0].add_text_annot((100, 100), what)
        document.saveIncr()


@pytest.mark.parametrize("name", ["booklet.pdf", "consent.pdf", "diary.xlsx"])
def test_a_paper_that_somebody_has_filled_in_is_kept_and_named(trial, name):
    path = trial / name
    for number in (1, 2):
        filled(path, f"mine {number}")
        mine = path.read_bytes()
        with pytest.warns(Nof1Warning, match=f"{name} was changed by hand or by another program. It is kept as"):
            record.amend(trial, note="a new pillow")
        assert path.with_name(f"{path.stem}.changed-{number}{path.suffix}").read_bytes() == mine
    assert as_written(path.read_bytes())
    record.amend(trial, note="the old pillow")  # and without a word where nobody has


def test_printing_again_keeps_it_too_and_says_so_on_a_terminal(trial):
    filled(trial / "consent.pdf", "signed")
    (trial / "booklet.pdf").unlink()
    told = CliRunner().invoke(app, ["report", str(trial), "--papers"])
    assert "consent.pdf was changed by hand" in " ".join(told.stderr.split())
    assert {"consent.changed-1.pdf", "booklet.pdf"} <= {path.name for path in trial.iterdir()}


def test_where_the_calendar_is_gone_papers_stay_in_their_language_and_on_their_paper(tmp_path, trial):
    folder = tmp_path / "de"
    Trial.plan(Trial.load(trial).protocol.to_dict(), folder, unscreened=True, language="de", paper="letter")
    (folder / "calendar.ics").unlink()
    before = (folder / "booklet.pdf").read_bytes()
    with pytest.warns(Nof1Warning, match=r"calendar\.ics .* is missing.*language de, paper letter, ordinary print"):
        record.amend(folder, note="a new pillow")
    assert (folder / "booklet.pdf").read_bytes() == before
    assert "letter" in (folder / "calendar.ics").read_text()
    assert report.print_papers(folder)[0].name == "protocol-en-a4.pdf"
