"""Amounts with their unit in a cell: read as they are meant, and not at all where they mean several things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.values.amounts import is_clock, numbers_in, parse_amount, parse_clock
from nof1.record.values.numbers import number_reader
from nof1.record.values.units import read_unit

POINT, COMMA = number_reader(False), number_reader(True)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("7h 25min", 445, "minutes"),
        ("7h25", 445, "minutes"),
        ("7 h 25 m", 445, "minutes"),
        ("7 hours, 25 minutes", 445, "minutes"),
        ("7 hours and 25 minutes", 445, "minutes"),
        ("7 Std. 25 Min.", 445, "minutes"),
        ("7h 25min 30s", 445.5, "minutes"),
        ("PT7H25M", 445, "minutes"),
        ("PT45M", 45, "minutes"),
        ("7:54:30", 474.5, "minutes"),
        ("25:30 h", 1530, "minutes"),
        ("12:30 min", 12.5, "minutes"),
        ("1.5 hrs", 1.5, "hours"),
        ("90 min", 90, "minutes"),
        ("90min.", 90, "minutes"),
        ("200mg", 200, "mg"),
        ("1,234 mg", 1234, "mg"),
        ("0.5 µg", 0.5, "µg"),
        ("2 cups", 2, "cups"),
        ("1 Tasse", 1, "cups"),
        ("65 %", 65, "%"),
        ("65%", 65, "%"),
        ("58 beats/min", 58, "beats a minute"),
        ("-5 min", -5, "minutes"),
    ],
)
def test_an_amount_is_read_with_its_unit(text, value, unit):
    amount, found = parse_amount(text, POINT)
    assert (amount, found.name) == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    "text",
    ["", "7", "7.5", "h", "mg", "7:54", "25m", "500 m", "about 90 min", "~90 min", "2-3 cups", "2 cups of coffee", "500 Mg", "7h 90min",
     "7.5h 20min", "25min 7h", "1h 2h", "5 min 3", "200 mg 300 mg", "7 5 min", "7:65:00", "7:54 mg", "PT", "PT7.5H", "1/2 h", "½ h", "1.5.2 h",
     "9" * 70 + " h", "7 hh", "(7 h)", "inf h", "nan min", "N/A h", "1_000 mg", "tired"],
)  # fmt: skip
def test_what_is_no_amount_for_certain_is_none(text):
    assert parse_amount(text, POINT) is None


def test_numbers_are_read_as_the_column_writes_them():
    assert parse_amount("7,5 h", COMMA)[0] == 7.5
    assert parse_amount("1.234,5 mg", COMMA)[0] == 1234.5
    assert parse_amount("7,5 h", POINT) is None
    assert parse_amount("7.5 h", COMMA) is None


@pytest.mark.parametrize(("text", "clock"), [("7:54", True), ("25:30", True), ("7:54:00", False), ("7:54 h", False), ("7:60", False), ("7.54", False), ("0:5", False)])  # fmt: skip
def test_two_numbers_with_a_colon_do_not_say_what_they_are(text, clock):
    assert is_clock(text) is clock


def test_a_notation_says_what_two_numbers_are():
    assert parse_clock("7:54", read_unit("hh:mm")) == 474
    assert parse_clock("7:54", read_unit("mm:ss")) == pytest.approx(7.9)
    assert parse_clock("7:54", read_unit("h")) is None
    assert parse_clock("7.9", read_unit("hh:mm")) is None


HOURS, MINUTES = ("h", " h", " hrs", " hours", "hr", " Std."), ("m", "min", " min", " minutes", " Min.")


@given(
    st.integers(0, 99),
    st.integers(0, 59),
    st.sampled_from(HOURS),
    st.sampled_from(MINUTES),
    st.sampled_from(["", " ", ", "]),
)
def test_hours_and_minutes_are_read_in_any_writing(hours, minutes, hour, minute, between):
    amount, unit = parse_amount(f"{hours}{hour}{between}{minutes}{minute}", POINT)
    assert (amount, unit.name) == (60 * hours + minutes, "minutes")


@given(st.integers(0, 10**7), st.integers(0, 3), st.sampled_from(["h", "min", "sec", "mg", "g", "kcal", "kJ", "%", "cups"]), st.sampled_from(["", " "]), st.booleans())  # fmt: skip
def test_any_number_with_a_unit_is_read_in_either_notation(digits, places, unit, space, comma):
    number = f"{digits / 10**places:.{places}f}"
    text = f"{number.replace('.', ',') if comma else number}{space}{unit}"
    amount, found = parse_amount(text, COMMA if comma else POINT)
    assert amount == float(number)
    assert found == read_unit(unit)


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*"0159.,: -+", "h", "min", "mg", "%", "PT", "and"]), max_size=10).map("".join)
)
def test_any_text_is_an_amount_or_none(text):
    found = parse_amount(text, POINT)
    assert found is None or isinstance(found[0], float)
    assert numbers_in([text])


def test_the_numbers_of_amounts_tell_how_they_are_written():
    assert numbers_in(["7,5 h"]) == {"7,5"}
    assert numbers_in(["1h 30,5min", "so, so", "4.5", "1,234 mg"]) == {"1", "30,5", "so, so", "4.5", "1,234"}
