"""nof1 adopt as a person meets it: gaps, rows without an arm, several people, guesses; see also test_import_.py."""

import json

import pytest

from nof1.record.trial import Trial

OPTIONS = ("--outcome", "y", "--arm", "arm", "--reference", "off", "--low", 0, "--high", 10, "--better", "lower")
BY_DAY = (*OPTIONS, "--day", "day")
GAPS = "day,arm,y\n" + "".join(
    f"{day},{arm},{day % 7}\n" for day, arm in zip((1, 2, 9, 10, 14, 15), ["off", "on"] * 3, strict=True)
)
NO_ARM = "day,arm,y\n1,off,4\n2,on,5\n3,NA,NA\n4,on,6\n5,off,3\n6,#N/A,9\n"
TWO = "who,day,arm,y\nAnn,1,off,4\nBen,1,on,9\nAnn,2,on,5\nBen,2,off,8\n"

pytestmark = pytest.mark.clock


def words(text):
    return " ".join(text.split())


def test_gaps_are_asked_about_before_carryover_and_said_afterwards(nof1, refused, tmp_path, write):
    path = write(GAPS)
    asked = refused("adopt", tmp_path / "trial", path, *BY_DAY, "--carryover", "exponential")
    assert "9 of 15 days have no row" in asked
    assert "longest stretch is of 6 days, from day 3 on" in asked
    for gaps in ("untreated", "as-before", "pause"):
        assert f"--gaps {gaps} (" in asked
        status, out, err = nof1(
            "adopt", tmp_path / gaps, path, *BY_DAY, "--carryover", "exponential", "--gaps", gaps, "--json"
        )
        assert (status, err) == (0, "")
        content = json.loads(out)
        assert (content["gaps"], content["recorded"], content["missing"]) == (gaps, 6, 0)
        assert f'gaps = "{gaps}"' in (tmp_path / gaps / "protocol.toml").read_text()
        assert Trial.load(tmp_path / gaps).protocol.gaps == gaps
    out = words(nof1("adopt", tmp_path / "said", path, *BY_DAY, "--gaps", "untreated")[1])
    assert (
        "9 days have no row, or a row without an arm, at most 6 in a row. As was said, nothing was taken on them" in out
    )
    out = words(nof1("adopt", tmp_path / "plain", path, *BY_DAY)[1])
    assert "Nobody said what they were; without carryover the answer does not depend on it." in out
    assert "missing" not in out


def test_single_days_without_a_row_are_missing_ratings_as_ever(nof1, tmp_path, write):
    out = words(nof1("adopt", tmp_path / "trial", write("day,arm,y\n1,off,4\n2,on,5\n4,on,6\n"), *BY_DAY)[1])
    assert "1 day has no row: taken for nights on the arm of the day before whose value is missing (--gaps)." in out


def test_rows_without_an_arm_are_counted(nof1, refused, tmp_path, write):
    path = write(NO_ARM)
    out = words(nof1("adopt", tmp_path / "trial", path, *BY_DAY)[1])
    assert "6 rows taken over as 6 nights (2 on off, 2 on on, 2 without an arm)" in out
    assert "2 rows have no arm (an empty cell, NA, #N/A and the like): left out of every comparison." in out
    assert "--gaps as-before" in refused("adopt", tmp_path / "new", path, *BY_DAY, "--carryover", "exponential")
    out = words(nof1("adopt", tmp_path / "before", path, *BY_DAY, "--gaps", "as-before")[1])
    assert "2 rows have no arm (an empty cell, NA, #N/A and the like): taken as on the arm of the day before." in out


def test_what_is_not_compared_is_told(nof1, refused, tmp_path, write):
    path = write("day,arm,y\n1,base,4\n2,base,4\n3,on,5\n4,off,6\n5,washout,3\n6,on,4\n7,off,5\n")
    assert "--not-compared washout" in refused("adopt", tmp_path / "new", path, *BY_DAY, "--not-compared", "base")
    flags = ("--not-compared", "base", "--not-compared", "washout")
    out = words(nof1("adopt", tmp_path / "trial", path, *BY_DAY, *flags)[1])
    assert "3 nights are compared with nothing (base, washout); they count as nights without a dose." in out
    out = nof1("status", tmp_path / "trial")[1]
    assert "4 of 4 nights recorded (100 %)" in out
    assert "3 not counted" in out
    assert "No night is missing." in out


def test_several_people_are_asked_about_and_each_gets_a_trial(nof1, refused, tmp_path, write):
    path = write(TWO)
    asked = refused("adopt", tmp_path / "A", path, *BY_DAY)
    assert "'who' has 2 people: Ann (2 rows) and Ben (2 rows)" in asked
    assert "nof1 adopt FILE --person-column who --out DIR" in asked
    status, out, err = nof1("adopt", path, *BY_DAY, "--person-column", "who", "--out", tmp_path / "out")
    assert (status, err) == (0, "")
    assert "2 people, a trial of each" in out
    assert f"nof1 cohort {tmp_path / 'out'}" in words(out)
    assert list(Trial.load(tmp_path / "out" / "Ben").frame["y"]) == [9, 8]
    content = json.loads(nof1("adopt", path, *BY_DAY, "--person-column", "who", "--out", tmp_path / "o", "--json")[1])
    assert [(one["person"], one["nights"]) for one in content["people"]] == [("Ann", 2), ("Ben", 2)]
    assert nof1("adopt", tmp_path / "one", path, *BY_DAY, "--person", "ben")[0] == 0
    assert list(Trial.load(tmp_path / "one").frame["y"]) == [9, 8]


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (["FILE"], "nof1 adopt DIR FILE; or, for a trial of each person"),
        (["NEW", "FILE", "--out", "OUT", "--person-column", "who"], "give only the table"),
        (["FILE", "--out", "OUT"], "name it with --person-column"),
        (["FILE", "--out", "OUT", "--person-column", "who", "--person", "Ann"], "no --person NAME of its own"),
    ],
)
def test_places_that_cannot_be_meant_are_refused(refused, tmp_path, write, places, message):
    path = write(TWO)
    given = {"FILE": path, "NEW": tmp_path / "new", "OUT": tmp_path / "out"}
    assert message in words(refused("adopt", *[given.get(place, place) for place in places], *BY_DAY))


def test_guesses_and_doses_come_along(nof1, tmp_path, write):
    path = write("day,arm,y,guess,sure,Dose (g)\n1,off,4,on,80,0\n2,on,5,?,0,0.2\n3,on,6,ON,55,0.2\n")
    flags = ("--guess", "guess", "--confidence", "sure", "--dose", "Dose (g)")
    assert nof1("adopt", tmp_path / "trial", path, *BY_DAY, *flags)[0] == 0
    entries = Trial.load(tmp_path / "trial").entries
    assert [(one.guess, one.confidence, one.dose_mg) for one in entries] == [
        ("on", 80, 0),
        ("can't tell", 0, 200),
        ("on", 55, 200),
    ]


def test_on_a_terminal_what_only_the_person_can_say_is_asked(tmp_path, write):
    pytest.importorskip("pty")
    from ..terminal.test_night_questions import Talk

    path = write(
        "who,date,arm,y\nAnn,11/01/2026,off,4\nBen,11/01/2026,on,9\nAnn,10/02/2026,on,5\nBen,10/02/2026,off,8\n"
    )
    said = Talk(
        ("adopt", tmp_path / "trial", path, *OPTIONS, "--date", "date", "--carryover", "exponential"),
        ("Which is it? Number", "1"),  # day first
        ("Which is it? Number", "Ben"),
        ("Which is it? Number", "untreated"),
    )
    assert said.status == 0, said.said
    trial = Trial.load(tmp_path / "trial")
    assert (trial.protocol.gaps, str(trial.protocol.start), len(trial.entries)) == ("untreated", "2026-01-11", 2)
