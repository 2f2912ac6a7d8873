"""The short list by its numbers. What people write in words, and what it means, is in test_questions.py."""

import pytest

from nof1.errors import InputError
from nof1.record.diary.side_effects import parse_side_effects, short_list, spellings


def test_every_number_of_the_list_is_its_side_effect():
    listed = [one.text for one in short_list()]
    assert [parse_side_effects(str(number)) for number in range(1, len(listed) + 1)] == listed
    assert parse_side_effects(" ".join(str(number) for number in range(1, len(listed) + 1))) == "; ".join(listed)


@pytest.mark.parametrize("typed", ["0 1", "7", "1, 99", "1; 10"])
def test_a_number_that_is_not_on_the_list_is_refused(typed):
    assert len(short_list()) == 6
    with pytest.raises(InputError, match="is not on the list, which runs from 1 to 6"):
        parse_side_effects(typed)


def test_spellings_are_the_first_ones_without_what_denies():
    written = spellings(["Headache", "headache", "None", "no nausea", "Itch", "-"])
    assert written == {"headache": "Headache", "itch": "Itch"}
