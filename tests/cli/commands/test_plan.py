"""nof1 plan as a person meets it."""

import json
from datetime import timedelta

import clock
import pytest
from boxes import smallest
from known import SAMPLE
from pypdf import PdfReader

from nof1.errors import InputError
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.evening_dose import evening_line
from nof1.plan.orders.loading import load_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import DEFAULT_TEMPLATE, load_template, with_dose
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial
from nof1.record.values.nights import tonight

pytestmark = pytest.mark.clock


# --- plan


def test_plan_from_flags_writes_what_was_said(nof1, tmp_path):
    folder = tmp_path / "new" / "trial"
    flags = {
        "--dose-mg": 150,
        "--form": "citrate",
        "--threshold": 1.5,
        "--blocks": 3,
        "--period-nights": 5,
        "--run-in-nights": 4,
        "--start": "2026-03-28",
        "--title": "My legs",
        "--question": "Calmer?",
        "--seed": 11,
    }
    status, out, err = nof1("plan", folder, "--unscreened", *(word for pair in flags.items() for word in pair))
    assert (status, err) == (0, "")
    protocol = Protocol.load(folder)
    design = protocol.design
    assert (design.blocks, design.period_nights, design.run_in_nights, design.seed) == (3, 5, 4, 11)
    assert (protocol.title, protocol.question, str(protocol.start)) == ("My legs", "Calmer?", "2026-03-28")
    assert (protocol.outcome.threshold, protocol.arm("magnesium").dose_mg) == (1.5, 150)
    assert protocol.arm("magnesium").form == "citrate"
    assert load_order(folder, protocol) == draw_order(protocol)
    assert read_diary(folder, protocol) == ()
    assert "My legs" in out
    assert "34 nights" in out
    assert "8 equally likely" in out
    assert "no medical advice" in out


def test_a_plan_ends_with_the_first_dose_and_one_next_step(nof1, tmp_path):
    folder = tmp_path / "trial"
    flags = ("--unscreened", "--dose-mg", 150, "--form", "citrate", "--seed", 1)
    _, out, _ = nof1("plan", folder, *flags, "--start", "tomorrow", "--dose-time", "10pm")
    dose, then = out.strip().split("\n")[-2:]
    assert dose.startswith("First evening (")
    assert dose.endswith(("): take nothing", "): take 150 mg magnesium (citrate), at 22:00"))
    assert then == f"Next: each morning, nof1 log {folder}, or diary.html on your phone."
    assert Protocol.load(folder).start == clock.today() + timedelta(days=1)
    _, out, _ = nof1("plan", tmp_path / "tonight", *flags, "--start", "tonight")
    # Until four in the morning the night is the one of the evening before, and the first evening is still to come.
    begins = "Tonight (" if clock.now().hour >= 4 else "First evening ("
    assert out.strip().split("\n")[-2].startswith(begins)
    helper = ("--seal", tmp_path / "packet")
    _, out, _ = nof1("plan", tmp_path / "sealed", *flags[:-2], *helper)
    dose, then = out.strip().split("\n")[-2:]
    assert dose.endswith("): take pack 1, at 21:30")
    assert then == f"Next: give the folder {tmp_path / 'packet'} to your helper, and keep no copy."


def test_plan_without_a_start_begins_tomorrow_and_keeps_its_seed(nof1, tmp_path):
    status, _, _ = nof1("plan", tmp_path / "trial", "--unscreened", "--dose-mg", "100")
    protocol = Protocol.load(tmp_path / "trial")
    assert status == 0
    assert protocol.start == clock.today() + timedelta(days=1)
    assert load_order(tmp_path / "trial", protocol) == draw_order(protocol)


def test_plan_takes_the_sample_answers_as_they_are(nof1, tmp_path):
    status, out, err = nof1("plan", tmp_path / "trial", "--answers", SAMPLE / "answers.toml")
    assert (status, err) == (0, "")
    protocol = Protocol.load(tmp_path / "trial")
    assert protocol.simulated
    assert "Simulated" in out
    assert (protocol.nights, str(protocol.start)) == (91, "2026-01-05")


def test_flags_go_before_answers(nof1, tmp_path):
    nof1("plan", tmp_path / "trial", "--answers", SAMPLE / "answers.toml", "--blocks", "2", "--dose-mg", "100")
    protocol = Protocol.load(tmp_path / "trial")
    assert (protocol.design.blocks, protocol.design.period_nights) == (2, 7)
    assert protocol.arm("magnesium").dose_mg == 100
    assert protocol.arm("magnesium").form == "citrate"


def test_plan_says_what_the_design_can_never_say(nof1, tmp_path):
    flags = ("--unscreened", "--dose-mg", "100", "--blocks", 2, "--period-nights", 2)
    _, out, _ = nof1("plan", tmp_path / "few", *flags)
    said = " ".join(out.split())
    assert "Note: This design can never settle anything" in said
    assert "The nearest that can has about 3 blocks (12 nights)." in said
    _, out, _ = nof1("plan", tmp_path / "large", "--dose-mg", "100", "--threshold", 7, "--unscreened", "--json")
    assert json.loads(out)["reach"]["obstacle"] == "prior alone"


def test_plan_prints_json(nof1, tmp_path):
    status, out, _ = nof1("plan", tmp_path / "trial", "--answers", SAMPLE / "answers.toml", "--json")
    content = json.loads(out)
    assert status == 0
    assert content["protocol_sha256"] == Protocol.load(tmp_path / "trial").sha256()
    assert (content["nights"], content["orders"]) == (91, 64)


@pytest.mark.parametrize(("dose", "levels"), [(250, []), (251, ["250 mg"]), (351, ["250 mg", "350 mg"])])
def test_a_dose_above_an_upper_level_is_told_with_its_source(nof1, tmp_path, dose, levels):
    _, out, _ = nof1("plan", tmp_path / "trial", "--unscreened", "--dose-mg", dose)
    warned = [line for line in out.splitlines() if line.startswith("Ask first") and "mg" in line]
    assert len(warned) == len(levels)
    for level in levels:
        assert any(level in line and "(" in line for line in warned)


def test_plan_never_overwrites(refused, trial_folder, write):
    words = ("--answers", SAMPLE / "answers.toml")
    assert "already there and not empty" in refused("plan", trial_folder, *words)
    assert "already there" in refused("plan", write("mine", "a-file"), *words)


def test_plan_makes_a_trial_of_the_empty_folder_one_stands_in(nof1, tmp_path, monkeypatch):
    (tmp_path / "trial").mkdir()
    monkeypatch.chdir(tmp_path / "trial")
    status, _, err = nof1("plan", ".", "--unscreened", "--dose-mg", "100")
    assert (status, err) == (0, "")
    assert Protocol.load(tmp_path / "trial").nights == 84


BAD_PLANS = {
    "no dose": ((), None, "Give that arm --dose-mg (elemental mg of an evening"),
    "one block": (("--dose-mg", "100", "--blocks", "1"), None, "design.blocks"),
    "too many nights": (("--dose-mg", "100", "--blocks", "999"), None, "at most 3660"),
    "dose below zero": (("--dose-mg", "-5"), None, "dose_mg"),
    "dose nan": (("--dose-mg", "nan"), None, "dose_mg"),
    "threshold as wide as the scale": (("--dose-mg", "100", "--threshold", "10"), None, "threshold (10)"),
    "after the last day of the calendar": (("--dose-mg", "100", "--start", "9999-12-30"), None, "9999-12-30"),
    "unknown template": (("--template", "zinc"), None, "Choose one of: magnesium-rls"),
    "half a character in the title": (("--dose-mg", "100", "--title", "a\udcff"), None, "title"),
    "damaged TOML": ((), "title = \n", "is not valid TOML"),
    "not UTF-8": ((), b"title = '\xff'\n", "is not UTF-8 text"),
    "unknown key": (("--dose-mg", "100"), "colour = 1\n", "colour: is not known"),
    "unknown option of the analysis": (("--dose-mg", "1"), "[analysis]\ncarryover = 'slow'\n", "analysis.carryover"),
    "priors no table": (("--dose-mg", "100"), "[analysis]\npriors = 5\n", "analysis.priors"),
    "template no text": (("--dose-mg", "100"), "template = 5\n", "template"),
    "arms no list": (("--dose-mg", "100"), "arms = 5\n", "arm"),
    "design no table": (("--dose-mg", "100"), "design = 5\n", "design"),
    "an adopted design": ((), "arms = [{name='off'}, {name='m', dose_mg=1}]\n[design]\nkind='adopted'\nnights=9\n", ""),
}


@pytest.mark.parametrize(("flags", "answers", "words"), BAD_PLANS.values(), ids=BAD_PLANS)
def test_a_bad_plan_makes_no_folder(refused, tmp_path, write, flags, answers, words):
    if answers is not None:
        flags = (*flags, "--answers", write(answers, "answers.toml"))
    assert words in refused("plan", tmp_path / "trial", *flags)
    assert not (tmp_path / "trial").exists()


def test_answers_that_are_not_there_are_refused(refused, tmp_path):
    assert "There is no file" in refused("plan", tmp_path / "trial", "--answers", tmp_path / "nowhere.toml")


def test_a_plan_in_german_has_german_papers_and_keeps_its_language(nof1, tmp_path):
    folder = tmp_path / "trial"
    start = ("--unscreened", "--dose-mg", 150, "--form", "citrate", "--start", "2026-03-28", "--seed", 1)
    status, out, err = nof1("plan", folder, *start, "--language", "de")
    assert (status, err) == (0, "")
    assert "Beruhigt Magnesium nachts meine Beine?" in out
    assert "84 Nächte, vom Abend des 2026-03-28" in out
    assert "Als Nächstes: jeden Morgen nof1 log" in out
    assert "150 mg elementares Magnesium als Citrat" in (folder / "calendar.ics").read_text().replace(
        "\r\n ", ""
    ).replace("\n ", "")
    english = tmp_path / "english"
    assert nof1("plan", english, *start)[0] == 0
    assert (folder / "protocol.toml").read_bytes() == (
        english / "protocol.toml"
    ).read_bytes()  # a language is no part of the plan
    for words in (
        ("amend", folder, "--note", "Neues Kissen."),
        ("diary-page", folder, "--link", "http://192.168.1.20:8427/"),
    ):
        assert nof1(*words)[0] == 0
        assert "//DE" in (folder / "calendar.ics").read_text()
    pages = " ".join(page.extract_text() for page in PdfReader(folder / "protocol.pdf").pages)
    assert "Protokoll einer N-of-1-Studie" in pages
    assert "Neues Kissen." in pages


def test_papers_are_printed_as_was_asked_and_stay_so(nof1, tmp_path):
    folder, helper = tmp_path / "trial", tmp_path / "helper"
    plan = ("--dose-mg", 150, "--form", "citrate", "--start", "2026-12-14", "--seal", helper, "--unscreened")
    assert nof1("plan", folder, *plan, "--paper", "letter", "--large-print")[0] == 0
    papers = [folder / "protocol.pdf", folder / "booklet.pdf", helper / "packing-sheet.pdf"]

    def look():
        for paper in papers:
            assert sorted(round(float(side)) for side in PdfReader(paper).pages[0].mediabox[2:]) == [612, 792]
            assert smallest(paper.read_bytes()) > 15.9

    look()
    for words in (
        ("amend", folder, "--note", "New pillow."),
        ("diary-page", folder, "--link", "http://192.168.1.20:8427/"),
    ):
        assert nof1(*words)[0] == 0
    look()
    assert "New pillow." in " ".join(page.extract_text() for page in PdfReader(papers[0]).pages)


def test_a_paper_that_there_is_not_plans_nothing(tmp_path):
    content = with_dose(load_template(DEFAULT_TEMPLATE), {"dose_mg": 100})
    with pytest.raises(InputError, match="a4, letter"):
        Trial.plan(content, tmp_path / "trial", paper="a5", unscreened=True)
    assert not (tmp_path / "trial").exists()


def test_a_language_that_nof1_does_not_speak_plans_nothing(refused, tmp_path):
    told = refused("plan", tmp_path / "trial", "--dose-mg", 150, "--language", "xx")
    assert "en, de" in told


# --- scores of instruments


def test_a_score_is_asked_for_by_name_or_by_a_file_and_beside_those_of_the_answers(nof1, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('name = "calm_legs"\ntitle = "Calm legs score"\nlow = 0\nhigh = 60\nbetter = "higher"\n')
    answers = tmp_path / "answers.toml"
    answers.write_text(
        'instruments = ["isi"]\n' + "[[arms]]\nname = 'off'\ndose_mg = 0\n[[arms]]\nname = 'magnesium'\ndose_mg = 100\n"
    )
    flags = ("--answers", answers, "--unscreened", "--instrument", "irls", "--instrument", own)
    status, _, err = nof1("plan", tmp_path / "trial", *flags)
    assert (status, err) == (0, "")
    assert [one.name for one in Protocol.load(tmp_path / "trial").instruments] == ["isi", "irls", "calm_legs"]


def test_an_unknown_score_leaves_nothing_behind(nof1, tmp_path):
    status, _, err = nof1("plan", tmp_path / "trial", "--dose-mg", "100", "--unscreened", "--instrument", "zinc")
    assert status != 0
    assert "there is: irls, isi, rls6" in err
    assert not (tmp_path / "trial").exists()


@pytest.mark.parametrize("days", [0, 3], ids=["tonight", "later"])
def test_a_plan_ends_with_what_there_is_to_take_and_when(nof1, tmp_path, days):
    today = tonight(clock.now())
    start = today + timedelta(days=days)
    told = nof1("plan", tmp_path / "trial", "--dose-mg", 200, "--form", "citrate", "--unscreened", "--start", start)
    protocol = Protocol.load(tmp_path / "trial")
    line = evening_line(protocol, draw_order(protocol), today)
    assert told[1].rstrip().split("\n")[-2] == line
    assert line.startswith("First evening (" if days else "Tonight (")
