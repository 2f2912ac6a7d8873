from datetime import date

import numpy as np
import pytest

from nof1.errors import InputError
from nof1.language import (
    language,
    languages,
    listed,
    number,
    say,
    say_some,
    sentences,
    speaking,
)


def test_english_is_the_template_itself():
    assert say("{a:.1f} of {b:,}", a=1.25, b=12000) == "1.2 of 12,000"
    assert say_some(1, "{count} night", "{count} nights") == "1 night"
    assert say_some(2, "{count} night", "{count} nights") == "2 nights"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert sentences(["One.", "", "Two."]) == "One. Two."


@pytest.mark.parametrize(
    ("value", "text"), [(-0.5, "−0.50"), (2.34, "2.3"), (-0.0, "0.00"), (123.4, "123"), (-0.001, "0.00")]
)
def test_numbers_have_the_digits_a_reader_needs(value, text):
    assert number(value) == text
    assert say("{x:number}", x=value) == text


def test_numbers_and_dates_in_german():
    with speaking("de") as german:
        assert say("{x:number}", x=-0.5) == "−0,50"
        assert german.number("12,000.5") == "12.000,5"
        assert german.day(date(2026, 1, 5)) == "Mo., 5. Jan. 2026"
        assert german.day(date(2026, 1, 5), year=False, month=False) == "Mo., 5."
        assert listed(["a", "b"]) == "a und b"
    assert listed(["a", "b"]) == "a and b"


def test_german_joins_a_preposition_and_a_title():
    with speaking("de"):
        assert (
            say("mit {arm} oder gegenüber {arm}", arm="kein Magnesium")
            == "ohne Magnesium oder gegenüber keinem Magnesium"
        )
        assert say("Vorlauf mit {arm}", arm="ohne") == "Vorlauf ohne"
        assert say("mit {arm} statt {arm}", arm="höhere Dosis") == "mit höherer Dosis statt höherer Dosis"
        assert say("{arm} gegen {arm}", arm="höhere Dosis") == "höhere Dosis gegen höhere Dosis"
        assert say("mit {arm}", arm="ohnehin keinem") == "mit ohnehin keinem"
    assert say("mit {arm}", arm="kein Magnesium") == "mit kein Magnesium"


def test_what_a_language_has_not_is_told_in_english_and_remembered():
    with speaking("de") as german:
        assert say("no {such} sentence, ever", such=1) == "no 1 sentence, ever"
        assert "no {such} sentence, ever" in german.missing


def test_numpy_numbers_are_numbers():
    with speaking("de"):
        assert say("{a} {b:.1f} {c}", a=np.int64(3), b=np.float64(1.5), c="1.5") == "3 1,5 1.5"


def test_a_template_reaches_no_attribute():
    with pytest.raises(KeyError):
        say("{a.__class__}", a="text")
    with pytest.raises(KeyError):
        say("{a[0]}", a="text")


def test_user_text_is_only_a_value():
    assert say("{title}!", title="{0} {x} {{") == "{0} {x} {{!"


def test_a_language_that_is_not_spoken_is_refused_by_name():
    assert languages()[0] == "en"
    with pytest.raises(InputError, match=r'"xx".*en, de'):
        language("xx")
    with pytest.raises(InputError):
        language("../de")
