"""nof1 power --people: tables that fit the screen, what is formula and what simulated, and no option that is passed over in silence."""

import json

import pytest

NONE = ("--people", 20, "--trials", 0)


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("language", ["en", "de"])
def test_tables_fit_the_screen_and_say_what_is_formula_and_what_simulated(nof1, trial_folder, language):
    words = ("--people", 3, "--trials", 20, "--workers", 1, "--finish", 0.7, "--cost-person", 50, "--currency", "[b]€")
    status, out, err = nof1(
        "power", trial_folder, *words, "--blocks", "2,4", "--nights", "3,14", "--language", language
    )
    assert (status, err) == (0, "")
    tables = out[: out.rindex("\n\n")]
    assert max(map(len, tables.splitlines())) <= 80
    for word in {
        "en": ("by formula", "10 simulated studies", "Monte Carlo error"),
        "de": ("nach Formel", "10 simulierte", "Monte-Carlo"),
    }[language]:
        assert word in tables
    assert "[b]€" in tables
    assert "2 × 3 *" in tables
    assert "4 × 14" in tables


def test_assumptions_are_named_and_what_is_said_is_no_assumption(nof1, trial_folder):
    out = nof1("power", trial_folder, *NONE)[1]
    assert out.count("Assumed:") == 2
    assert "100 %" in out
    assert "How many finish is not known" in out
    assert "simulated studies" not in out
    said = nof1("power", trial_folder, *NONE, "--mean", 2, "--between", 0.5, "--finish", 0.15)[1]
    assert "Assumed:" not in said
    assert "true mean 2 points, spread 0.5 points" in said
    assert "15 %" in said


def test_json_holds_everything_and_nothing_else_is_printed(nof1, trial_folder):
    status, out, _ = nof1("power", trial_folder, *NONE, "--json", "--goal", 0.9, "--no-neighbours")
    content = json.loads(out)
    assert status == 0
    assert content["settings"]["goal"] == 0.9
    assert len(content["designs"]) == 1
    assert content["designs"][0]["people_mean"] > 2


def test_a_figure_is_drawn(nof1, trial_folder, tmp_path):
    status, out, _ = nof1("power", trial_folder, *NONE, "--figure", tmp_path / "people.png")
    assert status == 0
    assert (tmp_path / "people.png").read_bytes().startswith(b"\x89PNG")
    assert "people.png" in out


@pytest.mark.parametrize(
    "option",
    ["--mean=1", "--between=1", "--blocks=2", "--nights=3", "--finish=1", "--cost-person=1", "--cost-night=1", "--currency=x", "--language=de"],
)  # fmt: skip
def test_an_option_for_many_people_is_refused_without_them(refused, trial_folder, option):
    name = option.partition("=")[0]
    assert name in refused("power", trial_folder, option)
    assert "--people" in refused("power", trial_folder, option)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--effects=-2,2",), "--effects"),
        (("--blocks", "2,4", "--no-neighbours"), "--no-neighbours"),
        (("--blocks", "two"), "whole numbers with commas"),
        (("--people", 1), "people"),
        (("--finish", 70), "finish"),
    ],
)
def test_what_cannot_be_is_refused(refused, trial_folder, words, told):
    assert told in refused("power", trial_folder, *NONE, *words)
