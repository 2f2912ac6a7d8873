"""What stands for a missing value: in numbers every mark, in words those of programs alone."""

import pytest

from nof1.record.values.missing import MISSING_NUMBERS, MISSING_WORDS, is_missing


@pytest.mark.parametrize(
    "text", ["", " ", "NA", "N/A", "n/a", "#N/A", "#NA", "#NV", "NaN", "nan", "<NA>", "NULL", "null", "\\N", "."]
)
def test_marks_of_programs_are_missing_everywhere(text):
    assert is_missing(text)
    assert is_missing(f" {text} ", words=True)


@pytest.mark.parametrize(
    "text", ["-", "--", "–", "—", "−", "none", "None", "NONE", "k.A.", "n.a.", "na", "Na", "nAN", "Null"]
)
def test_what_a_person_may_mean_as_a_word_is_missing_of_numbers_alone(text):
    assert is_missing(text)
    assert not is_missing(text, words=True)


@pytest.mark.parametrize("text", ["0", "no", "nein", "+", "..", "---", "N", "NAN1", "x", "?", "-1", "nothing"])
def test_anything_else_is_a_value(text):
    assert not is_missing(text)
    assert not is_missing(text, words=True)


def test_a_word_that_is_known_is_a_value():
    assert not is_missing("NA", words=True, values=("NA", "B"))
    assert not is_missing("-", values=("+", "-"))
    assert is_missing("", values=("",))


def test_words_have_fewer_marks_than_numbers():
    assert MISSING_WORDS < MISSING_NUMBERS
