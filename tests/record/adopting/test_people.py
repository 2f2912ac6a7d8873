"""Several people in one adopted table: asked about, one taken, or a trial made of each."""

import csv
import hashlib
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1 import record
from nof1.errors import InputError
from nof1.record.adopting.people import PEOPLE_FILE, _folder_names
from nof1.record.checking.folder import check
from nof1.record.folders import find_trials
from nof1.record.importing.ledger import read_ledger
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
OPTIONS = {"outcome": "y", "arm": "trt", "reference": "0", "low": 0, "high": 10, "day": "day", "better": "lower"}
TWO = "ID,day,trt,y\n1,1,0,5\n1,2,0,4\n1,3,1,3\n1,4,1,2\n2,1,0,9\n2,2,0,8\n2,3,1,9\n2,4,1,8\n"


@pytest.fixture
def two(tmp_path):
    """A table with rows of two people."""
    path = tmp_path / "two.csv"
    path.write_text(TWO)
    return path


def frame(rows):
    return pd.DataFrame(rows, columns=["ID", "day", "trt", "y"])


@pytest.mark.parametrize("several", [None, "mean"])
def test_rows_of_two_people_are_never_one_persons_nights(two, tmp_path, several):
    with pytest.raises(
        AmbiguousInput, match=r"'ID' has 2 people.*Keep the rows of one, or make a trial of each"
    ) as question:
        Trial.adopt(two, tmp_path / "A", **OPTIONS, several=several, now=NOW)
    assert (question.value.option, question.value.choices) == ("person", ("1", "2"))
    assert not (tmp_path / "A").exists()
    with pytest.raises(AmbiguousInput, match="has 2 people"):
        Trial.from_frame(pd.read_csv(two), **OPTIONS, several=several)


def test_the_rows_of_one_are_taken(two, tmp_path):
    trial = Trial.adopt(two, tmp_path / "A", **OPTIONS, person="2", now=NOW)
    assert list(trial.frame["y"]) == [9, 8, 9, 8]
    line = read_ledger(tmp_path / "A")[0]
    assert (line.rows, line.taken, line.merged, line.options["person"]) == (4, 4, 0, "2")
    assert trial == Trial.from_frame(pd.read_csv(two), **OPTIONS, person="2", person_column="ID")
    assert [finding.level for finding in check(tmp_path / "A")].count("problem") == 0
    with pytest.raises(AmbiguousInput, match="none of them is '3'"):
        Trial.from_frame(pd.read_csv(two), **OPTIONS, person="3", person_column="ID")


def test_a_column_that_is_named_tells_people_apart_whatever_it_is_called(two):
    table = pd.read_csv(two).rename(columns={"ID": "zzz"})
    with pytest.raises(AmbiguousInput, match="'zzz' has 2 people"):
        Trial.from_frame(table, **OPTIONS, person_column="zzz", several="mean")
    assert list(Trial.from_frame(table, **OPTIONS, person_column="zzz", person="1").frame["y"]) == [5, 4, 3, 2]
    with pytest.raises(InputError, match="no column 'who'"):
        Trial.from_frame(table, **OPTIONS, person_column="who", person="1")


def test_what_is_no_column_of_people_is_said_to_be_none(two):
    trial = Trial.from_frame(pd.read_csv(two), **OPTIONS, person_column="none", several="mean")
    assert list(trial.frame["y"]) == [7, 6, 6, 5]
    with pytest.raises(InputError, match="person='1' needs a column"):
        Trial.from_frame(pd.read_csv(two), **OPTIONS, person_column="none", person="1")


def test_each_person_gets_a_trial_with_their_rows_alone(two, tmp_path):
    out = tmp_path / "out"
    people = record.adopt_people(two, out, person_column="ID", threshold=1, **OPTIONS, now=NOW)
    assert [(one.person, one.folder) for one in people] == [("1", out / "1"), ("2", out / "2")]
    trials = [Trial.load(one.folder) for one in people]
    assert [list(trial.frame["y"]) for trial in trials] == [[5, 4, 3, 2], [9, 8, 9, 8]]
    assert [Trial(*one.nights) for one in people] == trials
    assert [trial.protocol.title for trial in trials] == ["y by trt, 1", "y by trt, 2"]
    assert [one.name for one in find_trials([out])] == ["1", "2"]
    for one in people:
        assert {finding.level for finding in check(one.folder)} <= {"ok", "note"}
        (kept,) = [path for path in (one.folder / "imports").iterdir() if path.name != "ledger.csv"]
        assert {row["ID"] for row in csv.DictReader(kept.read_text().splitlines())} == {one.person}
        line = read_ledger(one.folder)[0]
        assert (line.file, line.rows, line.taken, line.options["person"]) == ("two.csv", 4, 4, one.person)
    sha256 = hashlib.sha256(TWO.encode()).hexdigest()
    assert (out / f"{sha256}.csv").read_text() == TWO
    rows = list(csv.DictReader((out / PEOPLE_FILE).read_text().splitlines()))
    assert [(row["person"], row["folder"], row["nights"], row["sha256"]) for row in rows] == [
        ("1", "1", "4", sha256),
        ("2", "2", "4", sha256),
    ]


PEOPLE = st.lists(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12).filter(
        lambda text: text.strip() and text.strip() not in {".", "-"}
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda text: " ".join(text.split()).casefold(),
)


@given(PEOPLE)
def test_folders_have_names_that_differ_on_every_system(people):
    names = _folder_names(people)
    assert len({name.casefold() for name in names}) == len(people)
    for name in names:
        assert name not in (".", "..")
        assert not set(name) & set('/\\:*?"<>|\0\n ')
        assert not name.startswith(".")
        assert name.upper().split(".")[0] not in {"CON", "NUL", "COM1"}
        assert name != PEOPLE_FILE


@given(
    st.dictionaries(st.sampled_from(["Ann", "b@x.org", "P/3", "4"]), st.integers(0, 30), min_size=2),
    st.randoms(use_true_random=False),
)
def test_whoever_overlaps_with_whom_every_row_is_in_its_persons_trial(tmp_path_factory, starts, random):
    rows = [
        (name, start + i, "on" if (i + len(name)) % 2 else "off", (start + i) % 11)
        for name, start in starts.items()
        for i in range(5)
    ]
    random.shuffle(rows)
    out = tmp_path_factory.mktemp("people") / "out"
    people = record.adopt_people(frame(rows), out, person_column="ID", **OPTIONS | {"reference": "off"}, now=NOW)
    assert {one.person for one in people} == set(starts)
    for one in people:
        trial = Trial.load(one.folder)
        assert list(trial.frame["y"]) == [(starts[one.person] + i) % 11 for i in range(5)]
        assert trial.protocol.nights == 5


REFUSED = {
    "nobody": ([("P1", 1, "off", 1), ("NA", 2, "on", 2)], {}, "line 2: nobody stands in the column 'ID'"),
    "one arm": (
        [("P1", 1, "off", 1), ("P1", 2, "on", 2), ("P2", 1, "off", 3)],
        {},
        r"Person 'P2': .*holds only 'off'.*Nothing was written",
    ),
    "two rows a night": (
        [("P1", 1, "off", 1), ("P1", 1, "off", 2), ("P1", 2, "on", 2)],
        {},
        "Person 'P1': .*two rows for day 1",
    ),
    "no such arm": (
        [("P1", 1, "off", 1), ("P1", 2, "on", 2)],
        {"not_compared": ["rest"]},
        "not_compared 'rest' is not among the arms",
    ),
    "a person of their own": ([("P1", 1, "off", 1), ("P1", 2, "on", 2)], {"person": "P1"}, "no person= of its own"),
}


@pytest.mark.parametrize(("rows", "options", "words"), REFUSED.values(), ids=REFUSED)
def test_if_one_cannot_be_made_none_is(tmp_path, rows, options, words):
    with pytest.raises(InputError, match=words):
        record.adopt_people(
            frame(rows), tmp_path / "out", person_column="ID", **OPTIONS | {"reference": "off"} | options, now=NOW
        )
    assert not (tmp_path / "out").exists()


def test_arms_that_some_people_have_not_are_left_out_for_those_who_have(tmp_path):
    rows = [("P1", 1, "base", 1), ("P1", 2, "on", 2), ("P1", 3, "off", 2), ("P2", 1, "off", 1), ("P2", 2, "on", 2)]
    people = record.adopt_people(
        frame(rows),
        tmp_path / "out",
        person_column="ID",
        not_compared=["base"],
        **OPTIONS | {"reference": "off"},
        now=NOW,
    )
    assert [one.nights.protocol.design.not_compared for one in people] == [("base",), None]


def test_how_dates_and_numbers_are_written_is_settled_over_everybody(tmp_path):
    """One person's few rows leave open what another's settle."""
    path = tmp_path / "dates.csv"
    path.write_text(
        "who;date;arm;y\nP1;03.04.2026;off;1,250\nP1;04.04.2026;on;900\nP2;23.04.2026;off;2,5\nP2;24.04.2026;on;3\n"
    )
    people = record.adopt_people(
        path,
        tmp_path / "out",
        person_column="who",
        outcome="y",
        arm="arm",
        date="date",
        reference="off",
        low=0,
        high=1000,
        better="lower",
        now=NOW,
    )
    assert people[0].nights.protocol.start == date(2026, 4, 3)
    assert people[0].nights.entries[0].outcome == 1.25
