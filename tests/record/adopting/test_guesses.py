"""Guesses, confidence and doses in an adopted table: read as they are written, and used."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.diary.entry import NO_GUESS
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput

OPTIONS = {"outcome": "y", "arm": "arm", "day": "day", "reference": "off", "low": 0, "high": 10, "better": "lower"}


def adopted(guess=None, sure=None, dose=None, *, name="dose", **options):
    """A trial of four nights with these columns."""
    columns = {"day": [1, 2, 3, 4], "arm": ["off", "on", "on", "off"], "y": [5, 3, 4, 6]}
    named = {"guess": guess, "confidence": sure, "dose": dose}
    taken = {}
    for option, values in named.items():
        if values is not None:
            column = name if option == "dose" else option
            columns[column], taken[option] = values, column
    return Trial.from_frame(pd.DataFrame(columns), **OPTIONS | taken | options)


WORDS = {"on": "on", "OFF": "off", " Off ": "off", "can't tell": NO_GUESS, "can\u2019t tell": NO_GUESS, "?": NO_GUESS,
         "Don't know": NO_GUESS, "": "", "NA": "", "#N/A": "", ".": ""}  # fmt: skip


@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=4, max_size=4))
def test_a_guess_is_an_arm_however_it_is_written(texts):
    assert [entry.guess for entry in adopted(texts).entries] == [WORDS[text] for text in texts]


def test_numbers_for_arms_may_be_written_with_a_point():
    table = pd.DataFrame({"day": [1, 2, 3], "arm": [0, 1, 0], "y": [1, 2, 3], "guess": [0.0, None, 1.0]})
    trial = Trial.from_frame(table, **OPTIONS | {"reference": "0", "guess": "guess"})
    assert [entry.guess for entry in trial.entries] == ["0", "", "1"]
    csv = pd.DataFrame({"day": ["1", "2"], "arm": ["0", "1"], "y": ["1", "2"], "guess": ["0.0", "1.0"]})
    assert [
        entry.guess for entry in Trial.from_frame(csv, **OPTIONS | {"reference": "0", "guess": "guess"}).entries
    ] == ["0", "1"]


def test_a_guess_that_is_no_arm_is_refused_with_its_line():
    with pytest.raises(InputError, match=r"line 2: the guess 'magnesium' is not one of: off, on, can't tell"):
        adopted(["on", "magnesium", "on", "off"])


def test_confidence_goes_with_a_guess_from_0_to_100():
    trial = adopted(["on", "off", "", "?"], ["80", "12.5 %", "", "0"])
    assert [entry.confidence for entry in trial.entries] == [80, 12.5, None, 0]
    for sure, words in (
        ([0.8, 0.5, 1, 0], "every value of 'confidence' is from 0 to 1"),
        (["80", "120", "", ""], "line 2: confidence 120 must be from 0"),
        (["80", "high", "", ""], "line 2: confidence 'high' is no plain number"),
    ):
        with pytest.raises(InputError, match=words):
            adopted(["on", "off", "", ""], sure)
    with pytest.raises(InputError, match="goes with a guess"):
        adopted(["", "off", "", ""], ["80", "50", "", ""])
    with pytest.raises(InputError, match="name the column of guesses, too"):
        adopted(None, ["80", "50", "", ""])


UNITS = {"mg": 1, "g": 1000, "\u00b5g": 0.001, "mcg": 0.001, "milligrams": 1}


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=4, max_size=4),
    st.sampled_from(sorted(UNITS)),
    st.sampled_from(["name", "cell", "said"]),
)
def test_a_dose_is_kept_in_mg_whoever_says_its_unit(doses, unit, where):
    cells = ["" if dose is None else f"{dose} {unit}" if where == "cell" else str(dose) for dose in doses]
    trial = adopted(
        None,
        None,
        cells,
        name=f"Dose ({unit})" if where == "name" else "Dose",
        **{"dose_unit": unit} if where == "said" else {},
    )
    assert [entry.dose_mg for entry in trial.entries] == [
        None if dose is None else pytest.approx(dose * UNITS[unit]) for dose in doses
    ]


@pytest.mark.parametrize("name", ["dose", "Dose (IU)", "tablets", "Vitamin D"])
def test_a_dose_without_a_unit_is_asked_about(name):
    with pytest.raises(
        AmbiguousInput, match=r"in which unit.*such as '200' in line 2.*leave the column out"
    ) as question:
        adopted(None, None, [0, 200, 200, 0], name=name)
    assert (question.value.option, question.value.choices) == ("dose-unit", ("mg", "g", "\u00b5g"))
    assert [entry.dose_mg for entry in adopted(None, None, [0, "", "", 0], name=name).entries] == [0, None, None, 0]


@pytest.mark.parametrize(
    ("cells", "options", "words"),
    [
        (["7:30", "", "", ""], {"dose_unit": "mg"}, "line 1"),
        (["200 ml", "", "", ""], {"dose_unit": "mg"}, "line 1: '200 ml' is no dose in mg"),
        (["some", "", "", ""], {"dose_unit": "mg"}, "line 1: dose 'some' is no plain number"),
        (["200", "", "", ""], {"dose_unit": "hours"}, "dose_unit 'hours' is no unit of a dose"),
        (["9000", "", "", ""], {"dose_unit": "mg"}, "line 1: dose_mg 9000 is not between 0 and 5000"),
        (["200", "", "", ""], {"name": "Dose (ml)"}, r"'Dose \(ml\)' is in ml, and doses are kept in mg"),
    ],
)
def test_what_is_no_dose_is_refused(cells, options, words):
    with pytest.raises(InputError, match=words):
        adopted(None, None, cells, **options)
    with pytest.raises(InputError, match="needs the column of doses"):
        adopted(dose_unit="mg")


def test_of_several_rows_a_night_the_last_guess_counts_and_the_dose_is_one():
    table = pd.DataFrame(
        {
            "day": [1, 1, 2, 2], "arm": ["off", "", "on", "on"], "y": [5, 3, 4, 6], "guess": ["on", "off", "on", ""],
            "mg": [0, 0, 200, None],
        }
    )  # fmt: skip
    trial = Trial.from_frame(table, **OPTIONS, several="mean", guess="guess", dose="mg")
    assert [(entry.guess, entry.dose_mg, entry.outcome) for entry in trial.entries] == [("off", 0, 4), ("on", 200, 5)]
    table["mg"] = [0, 100, 200, None]
    with pytest.raises(InputError, match="lines 1 and 2 are of one night and have different doses"):
        Trial.from_frame(table, **OPTIONS, several="mean", guess="guess", dose="mg")
