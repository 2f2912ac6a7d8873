"""From one file like an export of REDCap to the pages, as a coordinator goes: questions, a look, the PDF, the same again."""

import csv
import json
import re

import pypdf
import pytest
from redcap_file import FAULTS, MEAN, SCALE, WORDS, name_of, write_redcap

from nof1.cli.terminal.table_options import TableOptions
from nof1.record.trial import Trial

MORE = ("--simulated", "--carryover", "exponential", "--gaps", "as-before")


@pytest.fixture(scope="module")
def file(tmp_path_factory, make_protocol):
    return write_redcap(tmp_path_factory.mktemp("redcap") / "study.csv", make_protocol)


@pytest.fixture(scope="module")
def small(tmp_path_factory, make_protocol):
    return write_redcap(
        tmp_path_factory.mktemp("small") / "study.csv", make_protocol, 5, faults={"one arm": 1, "several": 3}, nobody=1
    )


def text_of(path):
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pypdf.PdfReader(path).pages))


@pytest.mark.slow
@pytest.mark.clock
def test_a_coordinator_goes_from_60_people_to_the_pages(nof1, file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = (*WORDS, *SCALE, *MORE, "--leave-out", "several", "--planned-nights", 24)
    status, said, complained = nof1("cohort", file, "--out", "pages", *words)
    assert (status, complained) == (1, "")  # somebody is not in it
    assert "1,352 rows, 60 people" in said
    assert "The trials are in pages-trials." in said
    record = json.loads((tmp_path / "pages" / "cohort.json").read_text())
    funnel = record["funnel"]
    assert (funnel["people"], funnel["pooled"], funnel["rows_of_nobody"], funnel["rows_without_a_night"]) == (
        60,
        55,
        2,
        60,
    )
    kinds = {"several": "rows"}
    assert {one["kind"]: one["people"] for one in funnel["refused"]} == {
        kinds.get(fault, fault): [name_of(place)] for fault, place in FAULTS.items()
    }
    low, high = record["mean"]["interval"]
    assert low < MEAN < high
    table = list(csv.DictReader((tmp_path / "pages" / "problems.csv").read_text().splitlines()))
    assert {row["name"] for row in table} == {name_of(place) for place in FAULTS.values()}
    page = text_of(tmp_path / "pages" / "cohort.pdf")
    for place in FAULTS.values():
        assert name_of(place) in page
    for wanted in (
        "From everybody to these numbers",
        "in the table 60",
        "in these numbers 55",
        "2024-13-07",
        "2 rows of the table name nobody",
    ):
        assert wanted in page
    for private in (str(tmp_path), str(file.parent), "pages-trials"):
        assert private not in page
        assert private not in json.dumps(record)
    # Again, in German: nothing is asked, made or analysed a second time.
    status, said, _ = nof1("cohort", file, "--out", "pages", *words, "--language", "de")
    assert "as they were made before" in said
    assert "55 people were analysed before, 0 now" in said
    page = text_of(tmp_path / "pages" / "cohort.pdf")
    assert "Von allen zu diesen Zahlen" in page
    assert "No trial" not in page
    # The folder of the trials alone gives the same numbers and the same funnel.
    nof1("cohort", "pages-trials", "--out", "again")
    again = json.loads((tmp_path / "again" / "cohort.json").read_text())
    assert (again["funnel"], again["mean"]) == (funnel, record["mean"])


@pytest.mark.slow
@pytest.mark.clock
def test_on_a_terminal_everything_is_asked_shown_and_told_as_it_is_typed(nof1, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nof1.cli.commands.cohort.is_terminal", lambda: True)
    answers = [
        "record_id",
        "severity",
        "drink",
        "night",
        "off",
        "0",
        "ten",
        "10",
        "lower",
        "leave these people out",
        "y",
    ]
    asked = []

    def prompt(text, **_):
        asked.append(text)
        return answers[len(asked) - 1]

    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr("typer.confirm", lambda text, **_: prompt(text) == "y")
    _, said, complained = nof1("cohort", small, "--out", "pages")
    assert complained == ""
    assert len(asked) == len(answers)
    assert asked[-1] == "Go on with these?"
    typed = re.search(r"without questions: nof1 cohort (.*?--yes)", " ".join(said.split()))[1].split()
    assert typed[1:] == [
        "--outcome", "severity", "--arm", "drink", "--person-column", "record_id", "--reference", "off", "--low", "0", "--high", "10",
        "--date", "night", "--better", "lower", "--leave-out", "several", "--yes",
    ]  # fmt: skip
    _, said, _ = nof1("cohort", *typed, "--out", "pages")
    assert "as they were made before" in said
    assert len(asked) == len(answers)
    assert json.loads((tmp_path / "pages" / "cohort.json").read_text())["funnel"]["pooled"] == 3


@pytest.mark.clock
def test_who_says_no_after_the_look_has_nothing_made(nof1, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nof1.cli.commands.cohort.is_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: False)
    status, said, complained = nof1("cohort", small, *WORDS, *SCALE, "--several", "mean")
    assert status == 1
    assert "Nothing was made" in complained
    assert "Refused: 1 person" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.clock
def test_where_nobody_can_be_asked_the_option_is_named(refused, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "which column tells people apart? Say --person-column" in refused("cohort", small)
    assert "--several mean" in refused("cohort", small, *WORDS, *SCALE)
    assert "Give one table" in refused("cohort", small, small, *WORDS, *SCALE)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "x").write_text("x")
    assert "not from 'nof1 cohort'" in refused("cohort", small, "--out", "taken", *WORDS, *SCALE, "--several", "mean")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["taken"]


VALUES = {
    "better": "lower", "gaps": "pause", "trust": "day", "nights": "days", "family": "rating", "dated_by": "day", "date_order": "dmy",
    "low": "0", "high": "9", "threshold": "1", "blocks": "2", "start_up": None, "simulated": None,
}  # fmt: skip


@pytest.mark.clock
@pytest.mark.parametrize("name", [*TableOptions.__dataclass_fields__, "trials", "leave_out", "planned_nights", "yes"])
def test_no_option_of_a_table_is_ignored_beside_folders(refused, tmp_path, name):
    flag = "--" + {"date_column": "date", "day_column": "day"}.get(name, name).replace("_", "-")
    value = VALUES.get(name, "4" if name == "planned_nights" else None if name == "yes" else "x")
    assert f"{flag} says how a table is read" in refused("cohort", tmp_path, flag, *([] if value is None else [value]))


@pytest.mark.slow
@pytest.mark.clock
def test_each_trial_that_is_made_holds_that_person_s_rows_alone(nof1, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nof1("cohort", small, *WORDS, *SCALE, "--several", "mean", "--out", "pages", "--trials", "here", "--json")
    made = sorted(one.name for one in (tmp_path / "here").iterdir() if one.is_dir())
    assert made == [name_of(place) for place in (0, 2, 3, 4)]
    for name in made:
        held = "".join(one.read_text() for one in (tmp_path / "here" / name).rglob("*") if one.is_file())
        assert not any(other in held for other in (name_of(place) for place in range(5)) if other != name)
        assert Trial.load(tmp_path / "here" / name).protocol.reference == "off"


@pytest.mark.slow
@pytest.mark.clock
def test_of_a_mended_file_only_what_changed_is_analysed_again(nof1, small, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = (*WORDS, *SCALE, "--out", "pages")
    nof1("cohort", small, *words, "--leave-out", "several")
    rows = list(csv.reader(small.read_text().splitlines()))
    twice = max(i for i, row in enumerate(rows) if row[0] == name_of(3))
    with (tmp_path / "mended.csv").open("w", newline="") as file:
        csv.writer(file).writerows(row for i, row in enumerate(rows) if i != twice)
    _, said, _ = nof1("cohort", "mended.csv", *words, "--leave-out", "several")
    assert said == ""  # the folder is of the file as it was
    _, said, _ = nof1("cohort", "mended.csv", *words, "--trials", "second")
    assert "3 people were analysed before, 1 now." in said
