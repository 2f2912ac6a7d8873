"""A trial of each person in a table of whom one can be made; the others by name and kind of reason."""

import json
from datetime import UTC, datetime

import pytest

from nof1.errors import InputError, RefusalError
from nof1.record.adopting.from_table import people_from_table
from nof1.record.adopting.source import SOURCE_FILE, load_source
from nof1.record.adopting.steps import STEPS
from nof1.record.folders import find_trials
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

NOW = datetime(2024, 11, 30, 9, tzinfo=UTC)
HEADER = "who,date,arm,y,form"
WORDS = {
    "person_column": "who", "date": "date", "arm": "arm", "outcome": "y", "reference": "off", "low": 0, "high": 10, "better": "lower",
}  # fmt: skip
SOUND = [
    f"{{who}},2024-03-{day:02},{arm},{y},diary"
    for day, arm, y in ((1, "off", 5), (2, "on", 3), (3, "on", 4), (4, "off", 6))
]
# What is wrong with a person's rows, and the kind of reason; the class of faults that one person's rows can have.
FAULTY = {
    "dates": ["2024-13-01,off,5,diary", "2024-03-02,on,4,diary"],
    "one arm": ["2024-03-01,on,5,diary", "2024-03-02,on,4,diary"],
    "arms": ["2024-03-01,off,5,diary", "2024-03-01,on,,diary", "2024-03-02,on,4,diary"],
    "values": ["2024-03-01,off,55,diary", "2024-03-02,on,4,diary"],
    "several": ["2024-03-01,off,5,diary", "2024-03-01,off,6,diary", "2024-03-02,on,4,diary"],
}


def table(tmp_path, *blocks, name="study.csv"):
    path = tmp_path / name
    path.write_text("\n".join([HEADER, *(row for block in blocks for row in block)]) + "\n")
    return path


def sound(who):
    return [row.format(who=who) for row in SOUND]


def faulty(kind, who):
    return [f"{who},{row}" for row in FAULTY[kind]]


def made(path, out, **options):
    return people_from_table(path, out, now=NOW, **{**WORDS, **options})


@pytest.mark.parametrize("kind", FAULTY)
def test_a_person_with_a_fault_stops_nobody_and_is_named_with_the_kind(tmp_path, kind):
    options = {"several": "mean"} if kind == "arms" else {"leave_out": ["several"]}
    path = table(tmp_path, sound("A"), faulty(kind, "B"), sound("C"))
    found = made(path, tmp_path / "out", **options)
    assert [one.name for one in find_trials([tmp_path / "out"])] == ["A", "C"]
    (refused,) = found.source.refused
    assert (refused.person, refused.kind, refused.rated) == ("B", kind, sum(",," not in row for row in FAULTY[kind]))
    assert refused.kind in (*STEPS, "several")
    assert load_source(tmp_path / "out") == found.source
    assert str(tmp_path) not in (tmp_path / "out" / SOURCE_FILE).read_text()
    # Who is there has the very trial that a table of theirs alone would give.
    alone = Trial.adopt(
        table(tmp_path, sound("A"), name="one.csv"), tmp_path / "one", now=NOW, **options_of_one(options)
    )
    assert Trial.load(tmp_path / "out" / "A").frame.equals(alone.frame)


def options_of_one(options):
    return {**WORDS, "person_column": "none"} | {"several": options["several"]} if "several" in options else {
        **WORDS, "person_column": "none",
    }  # fmt: skip


def test_rows_of_nobody_and_rows_that_are_no_night_are_counted_and_not_taken(tmp_path):
    others = ["A,,,,age", "B,,NA,n/a,age", ",2024-03-09,off,9,diary"]
    found = made(table(tmp_path, sound("A"), sound("B"), others), tmp_path / "out")
    assert (found.source.people, found.source.nobody, found.source.empty, found.source.rows) == (2, 1, 2, 11)
    assert [len(one.entries) for one in found.nights.values()] == [4, 4]


def test_a_rating_without_a_date_is_no_empty_row(tmp_path):
    found = made(table(tmp_path, sound("A"), ["B,,off,5,diary", *sound("B")]), tmp_path / "out")
    assert [(one.person, one.kind) for one in found.source.refused] == [("B", "dates")]


def test_what_concerns_several_people_is_asked_once_with_their_number(tmp_path):
    path = table(tmp_path, sound("A"), faulty("several", "B"), faulty("several", "C"))
    with pytest.raises(AmbiguousInput, match=r"Person 'B' \(the same of 1 more person\)") as question:
        made(path, tmp_path / "out")
    assert question.value.option == "several"
    assert not (tmp_path / "out").exists()
    assert len(made(path, tmp_path / "out", several="mean").nights) == 3


def test_whatever_was_not_said_is_asked_for_one_by_one_and_nothing_is_guessed(tmp_path):
    path = table(tmp_path, sound("A"), sound("B"))
    said, asked = {}, []
    answers = WORDS | {"low": 0.0, "high": 10.0}
    for _ in range(8):
        with pytest.raises(AmbiguousInput) as raised:
            people_from_table(path, tmp_path / "out", now=NOW, **said)
        question, name = raised.value, raised.value.option.replace("-", "_")
        asked.append(name)
        assert not (tmp_path / "out").exists()
        assert not question.choices or answers[name] in question.choices
        said[name] = answers[name]
    assert len(people_from_table(path, tmp_path / "out", now=NOW, **said).nights) == 2
    assert asked == ["person_column", "outcome", "arm", "date", "reference", "low", "high", "better"]


def test_the_same_file_by_the_same_words_is_taken_as_it_is_and_no_other(tmp_path):
    path = table(tmp_path, sound("A"), faulty("one arm", "B"))
    first = made(path, tmp_path / "out", planned=4)
    before = {one: one.read_bytes() for one in (tmp_path / "out").rglob("*") if one.is_file()}
    again = made(path, tmp_path / "out", planned=4)
    assert (again.source, dict(again.nights)) == (first.source, {})
    for changed in ({"planned": 5}, {"planned": 4, "threshold": 1}, {"planned": 4, "leave_out": ["gaps"]}):
        with pytest.raises(InputError, match="by other words"):
            made(path, tmp_path / "out", **changed)
    path.write_text(path.read_text() + "A,2024-03-05,on,2,diary\n")
    with pytest.raises(InputError, match="another table, or of an earlier state"):
        made(path, tmp_path / "out", planned=4)
    assert {one: one.read_bytes() for one in (tmp_path / "out").rglob("*") if one.is_file()} == before


def test_who_looks_and_does_not_agree_leaves_everything_as_it_was(tmp_path):
    def refuse(found):
        assert list(found.nights) == ["A"]
        raise InputError("Nothing was made.")

    with pytest.raises(InputError, match="Nothing was made"):
        made(table(tmp_path, sound("A")), tmp_path / "out", look=refuse)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["study.csv"]


def test_where_nobody_is_left_the_first_reason_is_told(tmp_path):
    with pytest.raises(RefusalError, match=r"of 2 people nobody's rows.*holds only 'on'|not among"):
        made(table(tmp_path, faulty("one arm", "A"), sound("B")[:1]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"reference": "offf"}, "not among the arms"),
        ({"leave_out": ["severl"]}, "no question about some people's rows"),
        ({"leave_out": "several"}, "must be a list"),
        ({"planned": 0}, "whole number of nights from 1"),
        ({"person": "A"}, "of everybody"),
        ({"outcome": "why"}, "no column 'why'"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(tmp_path, options, told):
    with pytest.raises(InputError, match=told):
        made(table(tmp_path, sound("A")), tmp_path / "out", **options)


def test_a_damaged_source_is_told(tmp_path):
    (tmp_path / SOURCE_FILE).write_text(json.dumps({"schema": 1}))
    with pytest.raises(InputError, match="is damaged"):
        load_source(tmp_path)
    assert load_source(tmp_path / "none") is None
