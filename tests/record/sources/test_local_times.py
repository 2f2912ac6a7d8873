"""Times in UTC beside an offset become those of the place; what cannot be read is never taken for one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.sources.local_times import local_time
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.moments import written_in_full
from nof1.record.values.nights import moment_reader

FIRST, LAST = map(datetime.fromisoformat, ("1990-01-01", "2100-01-01"))
MOMENTS = st.datetimes(FIRST, LAST).map(lambda moment: moment.replace(microsecond=0))
QUARTERS = st.integers(-14 * 4, 14 * 4)


@given(
    MOMENTS,
    QUARTERS,
    st.sampled_from(("UTC{0}{1:02}{2:02}", "{0}{1:02}:{2:02}", "GMT{0}{1:02}:{2:02}", "utc{0}{1:02}{2:02}")),
    st.sampled_from(
        ("{:%Y-%m-%d %H:%M:%S}.000", "{:%Y-%m-%dT%H:%M:%S}", "{:%Y-%m-%d %H:%M:%S}+0000", "{:%Y-%m-%d %H:%M:%S}Z")
    ),
)
def test_it_is_the_time_that_the_place_had(utc, quarters, offset, written):
    ahead = timedelta(minutes=15 * quarters)
    minutes = abs(15 * quarters)
    text = offset.format("-" if quarters < 0 else "+", minutes // 60, minutes % 60)
    place = utc.replace(tzinfo=UTC).astimezone(timezone(ahead))
    found = written_in_full(local_time(written.format(utc), text))
    assert found == (place.date(), place.time(), None)


@pytest.mark.parametrize("offset", ["", "Europe/Berlin", "UTC", "+", "+1500", "UTC+99:00", "two"])
def test_without_an_offset_the_zone_is_asked(offset):
    with pytest.raises(AmbiguousInput, match="in which zone"):
        moment_reader("ymd")(local_time("2026-09-04 02:50:00.000", offset))


def test_what_a_spreadsheet_program_has_rewritten_is_asked_about_too():
    with pytest.raises(AmbiguousInput, match="in which zone"):
        moment_reader("dmy")(local_time("04.09.2026 02:50", "UTC-0400"))


@pytest.mark.parametrize("text", ["soon", "2026-09-04", "0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_what_is_no_moment_stays_none(text):
    offset = "-0400" if text.startswith("0") else "+0400"
    with pytest.raises((ValueError, AmbiguousInput)):
        moment_reader("ymd")(local_time(text, offset))


def test_a_time_with_an_offset_of_its_own_and_a_blank_one_stay():
    assert local_time("2026-09-04T02:50:00+02:00", "UTC-0400") == "2026-09-04T02:50:00+02:00"
    assert local_time("", "UTC-0400") == ""
