"""Nights and dates: which night a moment belongs to, and dates that can be read two ways."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.nights import Moment, last_night, night_of, parse_moment, settle_order


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-23 07:00", "2026-11-22"),
        ("2026-11-23 23:59", "2026-11-22"),
        ("2026-11-24 00:00", "2026-11-22"),
        ("2026-11-24 00:30", "2026-11-22"),
        ("2026-11-24 03:59", "2026-11-22"),
        ("2026-11-24 04:00", "2026-11-23"),
        ("2026-03-01 08:00", "2026-02-28"),
        ("2028-03-01 08:00", "2028-02-29"),
        ("2027-01-01 02:00", "2026-12-30"),
        ("2027-01-01 08:00", "2026-12-31"),
    ],
)
def test_last_night_begins_anew_at_four_in_the_morning(now, night):
    assert last_night(datetime.fromisoformat(now)) == date.fromisoformat(night)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - local clock time
def test_last_night_is_over_and_never_older_than_two_days(now):
    assert 1 <= (now.date() - last_night(now)).days <= 2
    assert last_night(now + timedelta(days=1)) == last_night(now) + timedelta(days=1)


@pytest.mark.parametrize(
    ("clock", "dated_by", "night"),
    [
        (None, "evening", 23),
        ("22:15", "evening", 23),
        ("12:00", "evening", 23),
        ("00:00", "evening", 22),
        ("00:35", "evening", 22),
        ("03:30", "evening", 22),
        ("11:59", "evening", 22),
        (None, "morning", 22),
        ("07:00", "morning", 22),
        ("00:35", "morning", 22),
    ],
)
def test_a_moment_belongs_to_its_night(clock, dated_by, night):
    moment = Moment(date(2026, 11, 23), time.fromisoformat(clock) if clock else None)
    assert night_of(moment, dated_by) == date(2026, 11, night)


def test_the_first_day_of_all_has_no_night_before():
    with pytest.raises(InputError, match="0001-01-01"):
        night_of(Moment(date.min), "morning")


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-11-23", "2026-01-02"], "ymd"),
        (["2026/1/2"], "ymd"),
        ([], "ymd"),
        (["23.11.2026", "1.2.2026"], "dmy"),
        (["1/2/2026", "13/2/2026"], "dmy"),
        (["1/2/2026", "2/13/2026"], "mdy"),
        (["1/2/2026 09:15:00", "2/13/2026 09:15:00"], "mdy"),
        (["2026-11-23", "1/13/2026"], "mdy"),
        (["nonsense", "", "31.12.2026"], "dmy"),
    ],
    ids=str,
)
def test_the_dates_settle_their_order(texts, order):
    assert settle_order(texts, None) == order


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["1/2/2026", "3/4/2026"], "can be read two ways.*'1/2/2026'"),
        (["12.12.2026"], "can be read two ways"),
        (["2026-11-23", "5/10/2026 09:15:00"], "can be read two ways.*'5/10/2026"),
        (["13/1/2026", "1/13/2026"], "contradict each other"),
    ],
    ids=str,
)
def test_dates_of_two_meanings_are_refused_until_the_order_is_said(texts, words):
    with pytest.raises(InputError, match=f"{words}.*--date-order dmy"):
        settle_order(texts, None)
    assert settle_order(texts, "dmy") == "dmy"
    assert settle_order(texts, "mdy") == "mdy"


@pytest.mark.parametrize(
    ("text", "order", "day", "clock"),
    [
        ("2026-11-23", "ymd", "2026-11-23", None),
        ("2026-11-23", "dmy", "2026-11-23", None),
        ("2012-9-10", "mdy", "2012-09-10", None),
        (" 23.11.2026 ", "dmy", "2026-11-23", None),
        ("5/10/2026", "dmy", "2026-10-05", None),
        ("5/10/2026", "mdy", "2026-05-10", None),
        ("2026-02-18 10:06:00", "ymd", "2026-02-18", "10:06:00"),
        ("2026-02-18T23:32", "ymd", "2026-02-18", "23:32"),
        ("5/10/2026 09:15:00", "dmy", "2026-10-05", "09:15"),
        ("2010-10-13 11:12PM", "ymd", "2010-10-13", "23:12"),
        ("11-10-2010 9:10 pm", "dmy", "2010-10-11", "21:10"),
        ("2026-11-23 12:30 AM", "ymd", "2026-11-23", "00:30"),
        ("2026-11-23 12:30 pm", "ymd", "2026-11-23", "12:30"),
        ("2026-11-23 12:00 am", "ymd", "2026-11-23", "00:00"),
        ("2028-02-29", "ymd", "2028-02-29", None),
        ("2026-02-18 10:06:00.123", "ymd", "2026-02-18", "10:06:00"),
    ],
)
def test_a_date_is_read_in_its_order(text, order, day, clock):
    moment = parse_moment(text, order, where="line 2")
    assert moment == Moment(date.fromisoformat(day), time.fromisoformat(clock) if clock else None)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", "ymd"),
        ("yesterday", "ymd"),
        ("2026-02-29", "ymd"),
        ("2026-13-01", "ymd"),
        ("2026-00-10", "ymd"),
        ("31.4.2026", "dmy"),
        ("13/5/2026", "mdy"),
        ("5/13/2026", "dmy"),
        ("1.2.26", "dmy"),
        ("1.2.2026", "ymd"),
        ("0000-01-01", "ymd"),
        ("2026-11-23 24:00", "ymd"),
        ("2026-11-23 10:60", "ymd"),
        ("2026-11-23 13:00 PM", "ymd"),
        ("2026-11-23 0:30 am", "ymd"),
        ("2026-11-23 and more", "ymd"),
        ("20261123", "ymd"),
    ],
)
def test_an_impossible_date_is_refused_with_its_place(text, order):
    with pytest.raises(InputError, match=r"line 7: .* is no date that can be read, such as 2026-11-23"):
        parse_moment(text, order, where="line 7")


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["dmy", "mdy", "ymd"]), st.sampled_from("-/."))
def test_a_written_date_is_read_as_it_was(day, order, mark):
    parts = {"d": f"{day.day}", "m": f"{day.month:02}", "y": f"{day.year}"}
    assert parse_moment(mark.join(parts[letter] for letter in order), order, where="x").day == day
