"""Nights: which one a moment belongs to."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.values.nights import Moment, last_night, moment_reader, night_of

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
CLOCKS = st.times().map(lambda clock: clock.replace(microsecond=0))


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
    ("clock", "evening", "morning", "day", "day_evening", "day_morning", "day_day"),
    [
        (None, 23, 22, 23, 23, 22, 23),
        ("00:00", 22, 22, 23, 22, 22, 22),
        ("00:35", 22, 22, 23, 22, 22, 22),
        ("03:59:59", 22, 22, 23, 22, 22, 22),
        ("04:00", 22, 22, 23, 23, 23, 23),
        ("11:59:59", 22, 22, 23, 23, 23, 23),
        ("12:00", 23, 22, 23, 23, 23, 23),
        ("23:59:59", 23, 22, 23, 23, 23, 23),
    ],
)
def test_a_moment_belongs_to_its_night(clock, evening, morning, day, day_evening, day_morning, day_day):
    moment = Moment(date(2026, 11, 23), time.fromisoformat(clock) if clock else None)
    kinds = ("evening", "morning", "day")
    assert [night_of(moment, kind).day for kind in kinds] == [evening, morning, day]
    assert [night_of(moment, kind, "day").day for kind in kinds] == [day_evening, day_morning, day_day]


@given(
    DAYS,
    st.none() | CLOCKS,
    st.sampled_from(["evening", "morning", "day"]),
    st.sampled_from(["night", "day", "day before"]),
)
def test_a_night_is_the_date_or_the_evening_before_and_a_month_end_changes_nothing(day, clock, dated_by, belongs):
    shift = day - night_of(Moment(day, clock), dated_by, belongs)
    assert shift in (timedelta(0), timedelta(days=1))
    assert date(2026, 11, 23) - night_of(Moment(date(2026, 11, 23), clock), dated_by, belongs) == shift


@given(DAYS, st.none() | CLOCKS)
def test_an_answer_about_the_day_before_is_of_that_night_at_any_hour(day, clock):
    found = [day - night_of(Moment(day, clock), dated_by, "day before") for dated_by in ("evening", "morning", "day")]
    assert found == [timedelta(days=clock is not None), timedelta(days=1), timedelta(0)]


def test_the_first_day_of_all_has_no_night_before():
    with pytest.raises(InputError, match="0001-01-01"):
        night_of(Moment(date.min), "morning")
    with pytest.raises(InputError, match="0001-01-01"):
        night_of(Moment(date.min, time(1)), "day", "day")
    assert night_of(Moment(date.min, time(1)), "day") == date.min


CHANGES = [  # zone; the change in UTC; hours ahead of UTC before and after it
    ("Europe/Berlin", "2026-03-29T01:00", 1, 2),
    ("Europe/Berlin", "2026-10-25T01:00", 2, 1),
    ("America/New_York", "2026-03-08T07:00", -5, -4),
    ("America/New_York", "2026-11-01T06:00", -4, -5),
    ("Australia/Lord_Howe", "2026-04-04T15:00", 11, 10.5),
    ("Australia/Lord_Howe", "2026-10-03T15:30", 10.5, 11),
]


@pytest.mark.parametrize(("zone", "change", "before", "after"), CHANGES)
def test_daylight_saving_moves_no_night(zone, change, before, after):
    turn = datetime.fromisoformat(change).replace(tzinfo=UTC)
    read, as_written = moment_reader("ymd", zone), moment_reader("ymd")
    for minutes in range(-3 * 1440, 3 * 1440, 10):
        moment = turn + timedelta(minutes=minutes)
        ahead = timedelta(hours=before if moment < turn else after)
        local = (moment + ahead).replace(tzinfo=None)
        night = local.date() - timedelta(days=local.hour < 12)
        sign, total = "-" if ahead < timedelta(0) else "+", int(abs(ahead).total_seconds() // 60)
        written = f"{local} {sign}{total // 60:02}{total % 60:02}"
        for found in (read(f"{moment:%Y-%m-%dT%H:%M:%SZ}"), read(written), as_written(written)):
            assert found == Moment(local.date(), local.time(), ahead)
            assert night_of(found, "evening") == night
        assert night_of(read(f"{local}"), "evening") == night
        assert night_of(read(f"{local}", zone), "day", "day") in (local.date(), local.date() - timedelta(days=1))
