"""The year that a date cuts short or leaves out: the one near the trial's nights, or none."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.values.years import fitting_years, in_reach, short_year

AUTUMN = (date(2026, 9, 1), date(2026, 11, 23))
SPANS = st.tuples(st.dates(date(1930, 1, 1), date(2170, 1, 1)), st.integers(0, 3000)).map(
    lambda span: (span[0], span[0] + timedelta(days=span[1]))
)


@given(SPANS, st.integers(-5000, 5000))
def test_two_digits_are_the_year_that_is_near_the_nights(near, away):
    day = near[0] + timedelta(days=away)
    assert short_year(f"{day:%y}", day.month, day.day, near) == day.year


@pytest.mark.parametrize(
    ("digits", "year"),
    [("26", 2026), ("06", None), ("46", 2046), ("47", None), ("76", None), ("99", None), ("07", 2007)],
)
def test_two_digits_far_from_the_nights_are_no_year(digits, year):
    assert short_year(digits, 9, 1, (date(2026, 11, 1), date(2026, 11, 23))) == year
    assert short_year(digits, 9, 1, None) is None


def test_two_digits_make_no_day_that_is_none():
    assert short_year("25", 2, 29, AUTUMN) is None
    assert short_year("28", 2, 29, AUTUMN) == 2028
    assert short_year("26", 13, 1, AUTUMN) is None


@given(SPANS, st.data())
def test_the_years_that_fit_are_those_in_which_the_day_is_a_night_or_the_morning_after(near, data):
    first, last = near
    day = first + timedelta(days=data.draw(st.integers(0, (last - first).days + 1)))
    years = fitting_years(day.month, day.day, near)
    assert day.year in years
    mornings = {first + timedelta(days=number) for number in range((last - first).days + 2)}
    assert set(years) == {morning.year for morning in mornings if (morning.month, morning.day) == (day.month, day.day)}


@pytest.mark.parametrize(
    ("day", "reached"),
    [("2026-05-31", False), ("2026-06-01", True), ("2026-10-01", True), ("2027-02-23", True), ("2027-02-24", False)],
)
def test_reach_is_counted_from_the_ends_of_the_nights(day, reached):
    assert in_reach(date.fromisoformat(day), AUTUMN, 92) is reached
