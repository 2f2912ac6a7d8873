"""Numbers of other programs: read as they are meant, asked about where they mean two things, refused where they mean none."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.numbers import flag_or_number, number_reader, settle_decimal, telling_numbers

NBSP, THIN, NARROW = "\N{NO-BREAK SPACE}", "\N{THIN SPACE}", "\N{NARROW NO-BREAK SPACE}"
POINT, COMMA = False, True


def both(text, decimal_comma):
    """What the two readers say, which must be the same; ValueError if they refuse."""
    read = number_reader(decimal_comma)
    try:
        value = read(text)
    except ValueError:
        with pytest.raises(ValueError):
            read(text)
        with pytest.raises(ValueError):
            flag_or_number(text, decimal_comma=decimal_comma)
        raise
    assert read(text) == value == flag_or_number(text, decimal_comma=decimal_comma)
    return value


@pytest.mark.parametrize(
    ("texts", "comma"),
    [
        (["4,5"], True),
        (["0,25"], True),
        (["1.234,5"], True),
        (["0,125"], True),
        (["1234,567"], True),
        (["1.234.567"], True),
        ([f"1{NARROW}234,5"], True),
        (["1,234", "4,5"], True),
        (["4.5"], False),
        (["1,234.5"], False),
        (["0.125"], False),
        (["1,234,567"], False),
        (["1'234.5"], False),
        ([".5"], False),
        (["-4.5", "3", "N/A"], False),
        (["1,234", "4.5"], False),
        (["1.5e3"], False),
        (["nonsense, or so", "4 h, 5.5 min", "1,23,4", "1.2.3", "4.5 h"], False),
        ([], False),
        (["3", "", "12"], False),
    ],
    ids=str,
)
def test_the_numbers_settle_their_decimal_mark(texts, comma):
    assert settle_decimal(texts, None) is comma
    evidence = any(mark in text for text in texts for mark in ",.") and not texts[0].startswith("nonsense")
    if evidence:
        assert settle_decimal(texts, None, hint=not comma) is comma
    else:
        assert settle_decimal(texts, None, hint=True) is True
        assert settle_decimal(texts, None, hint=False) is False


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["1,234"], "can be read two ways .*'1,234'"),
        (["1.234", "7", "-2.500"], "can be read two ways .*'1.234'"),
        (["1,234", "1.234"], "can be read two ways"),
        (["4,5", "4.5"], "contradict each other .*'4,5' and '4.5'"),
        (["1,234.5", "1.234,5"], "contradict each other"),
    ],
    ids=str,
)
def test_numbers_of_two_meanings_are_refused_until_the_mark_is_said(texts, words):
    with pytest.raises(
        AmbiguousInput, match=rf"{words}.*decimal_comma=True \(4,5\) or decimal_comma=False \(4\.5\)"
    ) as caught:
        settle_decimal(texts, None)
    assert (caught.value.option, caught.value.choices) == ("decimal", ("comma", "point"))
    assert settle_decimal(texts, True) is True
    assert settle_decimal(texts, False) is False


@pytest.mark.parametrize("hint", [True, False])
def test_a_hint_settles_what_is_ambiguous_and_no_contradiction(hint):
    assert settle_decimal(["1,234", "1.234"], None, hint=hint) is hint
    with pytest.raises(AmbiguousInput, match="contradict"):
        settle_decimal(["4,5", "4.5"], None, hint=hint)


@pytest.mark.parametrize(
    ("text", "decimal_comma", "value"),
    [
        ("4", POINT, 4),
        ("4", COMMA, 4),
        (" 4.5 ", POINT, 4.5),
        ("4,5", COMMA, 4.5),
        (".5", POINT, 0.5),
        (",5", COMMA, 0.5),
        ("007", POINT, 7),
        ("-4.5", POINT, -4.5),
        ("+4,5", COMMA, 4.5),
        ("\N{MINUS SIGN}3", POINT, -3),
        ("1,000", POINT, 1000),
        ("1.000", COMMA, 1000),
        ("1.000", POINT, 1),
        ("1,000", COMMA, 1),
        ("1,234,567.25", POINT, 1234567.25),
        ("1.234.567,25", COMMA, 1234567.25),
        (f"1{NBSP}000", POINT, 1000),
        (f"1{THIN}000,5", COMMA, 1000.5),
        (f"12{NARROW}345{NARROW}678", COMMA, 12345678),
        ("1'234.5", POINT, 1234.5),
        ("1\N{RIGHT SINGLE QUOTATION MARK}234,5", COMMA, 1234.5),
        ("1e3", POINT, 1000),
        ("1.5E-05", POINT, 1.5e-05),
        ("1,5E+02", COMMA, 150),
        (f"{NBSP}4{NBSP}", POINT, 4),
        *[(text, mark, None) for text in ("", " ", "N/A", "n/a", "NA", "-", "--", "null", "nan", "NaN", "None", ".", "#N/A") for mark in (POINT, COMMA)],
    ],
)  # fmt: skip
def test_a_number_is_read_by_its_marks(text, decimal_comma, value):
    assert both(text, decimal_comma) == value


@pytest.mark.parametrize("decimal_comma", [POINT, COMMA])
@pytest.mark.parametrize(
    "text",
    [
        "four", "4 h", "4h", "4 mg", "~4", "<4", "4%", "4-5", "4/5", "4 5", "1 000", "1, 000", "--4", "4-", "+", "..", ",", "5.", "5,",
        "inf", "-inf", "Infinity", "1e999", "9" * 400, "0x1F", "0b1", "1_000", "1e", "e5", "1e1000", "1e5.5", "---",
        "\u0664", "\uff14", "4\u0665", "\u00b2", "\u00bd", "\u2084", "4\x00", "1\n2", "nan4", "-nan",
        "1,23,4", "1.23.4", "1,2345,678", "1.2345.678", "01,234.5", "01.234,5", "1234,567,890", "1234.567.890", "0,123,456",
        "0.123.456", "1,234'567", "1.234'567", f"1{NBSP}23", f"1{NBSP}234'567", "1,234.567,8", "1.234,567.8", "1,234e5.", "1''234",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(text, decimal_comma):
    with pytest.raises(ValueError, match=r"is no plain number with a decimal (point|comma), such as 4 or 4[.,]5$"):
        both(text, decimal_comma)


@pytest.mark.parametrize(
    ("text", "decimal_comma"), [("4,5", POINT), ("4.5", COMMA), ("1.234,5", POINT), ("1,234.5", COMMA)]
)
def test_the_other_mark_is_not_guessed_at(text, decimal_comma):
    with pytest.raises(ValueError, match=f"decimal {'comma' if decimal_comma else 'point'}"):
        both(text, decimal_comma)


@pytest.mark.parametrize("text", ["yes", "Y", "TRUE", " ja ", "no", "N", "False", "nein"])
def test_flags_are_numbers_only_where_asked_for(text):
    assert flag_or_number(text) == (text.strip().casefold() in ("yes", "y", "true", "ja"))
    for decimal_comma in (POINT, COMMA):
        with pytest.raises(ValueError):
            number_reader(decimal_comma)(text)


def test_the_point_is_the_decimal_mark_unless_the_comma_was_said():
    assert flag_or_number("4.5") == 4.5
    assert flag_or_number("1,234.5") == 1234.5
    with pytest.raises(ValueError, match=r"with a decimal point, such as 4 or 4\.5"):
        flag_or_number("4,5")


def test_a_number_has_up_to_60_letters_and_is_the_same_by_either_way_of_reading():
    for digits in (59, 60):
        text = "7".ljust(digits, "0")
        assert both(text, POINT) == both(text, COMMA) == float(text)
        assert settle_decimal(["1,5".ljust(digits, "0")], None) is True
    for decimal_comma in (POINT, COMMA):
        with pytest.raises(ValueError, match="is no plain number"):
            both("7".ljust(61, "0"), decimal_comma)
    assert settle_decimal(["1,5".ljust(61, "0")], None) is False


NUMBERS = (
    "",
    "7",
    "N/A",
    "4,5",
    "0,25",
    "4.5",
    "1.5e3",
    "1,234",
    "1.234",
    "1,234.5",
    "1.234,5",
    "nonsense",
    "4 h, 5.5 min",
    "1.5".ljust(61, "0"),
)


@given(st.lists(st.sampled_from(NUMBERS), max_size=40))
def test_a_few_of_the_numbers_tell_what_all_of_them_tell(texts):
    few = telling_numbers(texts)
    assert few <= set(texts)
    assert len(few) <= 4  # a number with a point, with a comma, with either, with neither

    def settled(of):
        found = outcome(lambda of: settle_decimal(of, None), of)
        return found if isinstance(found, bool) else found.partition("(")[0]

    assert settled(few) == settled(texts)


@pytest.mark.parametrize("text", ["yess", "on", "off", "x", "si", "oui", "yes no", "nope", "jein"])
def test_other_words_are_no_flags(text):
    with pytest.raises(ValueError):
        flag_or_number(text)


def test_minus_zero_is_zero():
    for text in ("-0", "-0.0", "\N{MINUS SIGN}0"):
        assert math.copysign(1, number_reader(POINT)(text)) == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_that_python_writes_is_read_as_it_was(value):
    assert number_reader(POINT)(repr(value)) == value
    assert number_reader(COMMA)(repr(value).replace(".", ",")) == value


@given(st.integers(-(10**12), 10**12), st.integers(0, 4), st.sampled_from([",", NBSP, THIN, NARROW, "'"]))
def test_thousands_are_read_with_either_mark(cents, places, mark):
    value = cents / 10**places
    text = f"{value:,.{places}f}"
    assert number_reader(POINT)(text.replace(",", mark)) == value
    swapped = text.translate(str.maketrans({",": "." if mark == "," else mark, ".": ","}))
    assert number_reader(COMMA)(swapped) == value


def test_all_short_texts_are_read_as_the_rules_say():
    """Digits and marks up to six letters, against rules written out letter by letter."""
    readers = {POINT: number_reader(POINT), COMMA: number_reader(COMMA)}
    for length in range(1, 7):
        for text in map(
            "".join, itertools.product("0152.,", repeat=length) if length < 6 else itertools.product("01.,", repeat=6)
        ):
            meant = {mark: spelled(text, *((",", ".") if mark else (".", ","))) for mark in readers}
            for mark, read in readers.items():
                try:
                    found = read(text)
                except ValueError:
                    found = "refused"
                assert found == meant[mark], (text, mark)
            marked = "," in text or "." in text
            point, comma = (isinstance(meant[mark], float) for mark in (POINT, COMMA))
            try:
                settled = settle_decimal([text], None)
            except AmbiguousInput:
                settled = "asked"
            assert settled == ("asked" if marked and point and comma else comma and not point), text


def spelled(text, decimal, thousands):
    """The number that a text is: whole part in groups or without, then the decimals."""
    if text == ".":
        return None  # a missing value, as SAS and Stata write it
    whole, mark, decimals = text.partition(decimal)
    if mark and not decimals.isdigit():
        return "refused"
    groups = whole.split(thousands)
    if len(groups) > 1:
        first, *others = groups
        if not 1 <= len(first) <= 3 or first[0] == "0" or any(len(group) != 3 for group in others):
            return "refused"
    digits = "".join(groups)
    if not digits and not (mark and decimals):
        return "refused"
    return float(f"{digits or '0'}.{decimals or '0'}")


PIECES = st.sampled_from(
    [*"0159.,-+eE'_ xn", NBSP, NARROW, "yes", "nan", "inf", "mg", "\u0664", "\x00", "\ud800", "1,000", "4.5"]
)


@given(st.text(max_size=80) | st.lists(PIECES, max_size=12).map("".join), st.booleans())
def test_any_text_is_a_number_or_nothing_or_is_refused(text, decimal_comma):
    for found in (
        outcome(number_reader(decimal_comma), text),
        outcome(lambda text: flag_or_number(text, decimal_comma=decimal_comma), text),
    ):
        assert found is None or isinstance(found, str) or (isinstance(found, float) and math.isfinite(found))
    settled = outcome(settle_decimal, [text], None)
    assert isinstance(settled, bool) or "decimal_comma=True" in settled


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=30), st.booleans())
def test_what_was_read_before_changes_nothing(texts, decimal_comma):
    read = number_reader(decimal_comma)
    for text in texts + texts:
        assert outcome(read, text) == outcome(number_reader(decimal_comma), text)


def outcome(read, *given):
    try:
        return read(*given)
    except ValueError as problem:
        return str(problem)
