import pytest

from nof1.language import speaking
from nof1.report.words.ranges import Sides, between, differences, ends, plain

POINTS = Sides(
    "between {low} and {high} points lower",
    "between {low} and {high} points higher",
    "between {low} lower and {high} higher",
)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (-4.4, -1.0, "between 1.0 and 4.4 points lower"),
        (0.5, 12.3, "between 0.5 and 12.3 points higher"),
        (-0.3, 1.23, "between 0.3 lower and 1.2 higher"),
        (-0.31, 0.2, "between 0.31 lower and 0.20 higher"),
        (-250.4, 3.2, "between 250 lower and 3 higher"),
        (-2.0, 0.01, "between 0.0 and 2.0 points lower"),  # an end that is written as 0 has no side
        (-0.01, 2.0, "between 0.0 and 2.0 points higher"),
        (0.0, 2.0, "between 0.0 and 2.0 points higher"),
    ],
)
def test_a_range_of_differences_names_the_smaller_size_first_and_has_digits_alike(low, high, told):
    assert differences(low, high, POINTS) == told


@pytest.mark.parametrize(("low", "high", "told"), [(-20.2, 4.9, "20 lower and 5"), (-0.4, 0.2, "0.4 lower and 0.2")])
def test_whole_numbers_do_where_they_are_enough(low, high, told):
    assert told in differences(low, high, POINTS, whole=True)


@pytest.mark.parametrize(
    ("low", "high", "told"), [(-1.26, 12.3, ("−1.3", "12.3")), (-0.004, 0.5, ("0.00", "0.50")), (3, 250, ("3", "250"))]
)
def test_both_ends_have_the_digits_that_the_larger_needs(low, high, told):
    assert ends(low, high) == told
    assert plain(low, high) == "{} to {}".format(*told)
    assert between(low, high) == "between {} and {}".format(*told)


def test_german_has_its_own_decimal_mark():
    with speaking("de"):
        assert plain(-1.26, 12.3) == "−1,3 bis 12,3"
        assert between(0.5, 12.3) == "zwischen 0,5 und 12,3"
        assert differences(-4.4, -1.0, POINTS) == "zwischen 1,0 und 4,4 Punkten niedriger"
