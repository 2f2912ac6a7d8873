"""Dates, clock times and zones as people and programs write them, and dates that can be read two ways."""

import calendar
import itertools
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.moments import UnreadableError, split
from nof1.record.values.nights import Moment, joined, moment_reader, parse_moment, settle_order, telling_dates

ORDERS = ("dmy", "mdy", "ymd", "serial")
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
CLOCKS = st.times().map(lambda clock: clock.replace(microsecond=0))


def at(text, offset=None):
    """The moment of "2026-11-23" or "2026-11-23 22:15", with the hours that its clock is ahead of UTC."""
    day, _, clock = text.partition(" ")
    ahead = None if offset is None else timedelta(hours=offset)
    return Moment(date.fromisoformat(day), time.fromisoformat(clock) if clock else None, ahead)


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
        (["26. 11. 2020 20:00", "1. 2. 2020 20:00"], "dmy"),
        (["5/10/2026 09", "25/10/2026 09"], "dmy"),
        (["So. 31.12.2026"], "dmy"),
        (["Oct 13, 2026", "1 Feb 2026"], "ymd"),
        (["20261005", "20261006"], "ymd"),
        (["1.2.26", "13.2.26"], "ymd"),
        (["31/2/2026", "13/13/2026", "99/1/2026", "1.2.2026.3", "1.2.2026x"], "ymd"),
        (["31/2/2026", "1/13/2026"], "mdy"),
        (["46300", " ", "46301.75", "46302,5"], "serial"),
        (["20000", "80000"], "serial"),
        (["46300", "19999"], "ymd"),
        (["80001"], "ymd"),
        (["46300", "2026-11-23"], "ymd"),
        (["46300", "31.12.2026"], "dmy"),
        (["46300", "Total"], "ymd"),
        (["46300", "46 300"], "ymd"),
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
    with pytest.raises(
        AmbiguousInput, match=rf"{words}.*date_order='dmy' \(day first\) or date_order='mdy' \(month first\)"
    ) as caught:
        settle_order(texts, None)
    assert (caught.value.option, caught.value.choices) == ("date-order", ("dmy", "mdy"))
    for order in ORDERS:
        assert settle_order(texts, order) == order


DATES = (
    "",
    " ",
    "2026-11-23",
    "1/2/2026",
    "13/2/2026",
    "2/13/2026",
    "3/14/2026",
    "46300",
    "46301.5",
    "20261005",
    "nonsense",
)


@given(st.lists(st.sampled_from(DATES), max_size=40))
def test_a_few_of_the_dates_tell_what_all_of_them_tell(texts):
    few = telling_dates(texts)
    assert few <= set(texts)
    assert (
        len(few) <= 6
    )  # blank, a day's number, and what is a date by day first, by month first, by both or by neither
    assert outcome(settle_order, sorted(few), None)[:1] == outcome(settle_order, texts, None)[:1]
    assert isinstance(outcome(settle_order, few, None), str) == isinstance(outcome(settle_order, texts, None), str)


def test_the_order_of_every_day_of_a_year_is_settled_exactly_where_it_can_be():
    for day, month in itertools.product(range(1, 32), range(1, 13)):
        exists = day <= calendar.monthrange(2027, month)[1]
        for texts, order in (([f"{day}/{month}/2027"], "dmy"), ([f"{month}/{day}/2027"], "mdy")):
            if not exists:
                assert settle_order(texts, None) == "ymd"
            elif day > 12:
                assert settle_order(texts, None) == order
            else:
                with pytest.raises(AmbiguousInput):
                    settle_order(texts, None)


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
        ("2026-11-23 1:05 am", "ymd", "2026-11-23", "01:05"),
        ("2026-11-23 1:05 pm", "ymd", "2026-11-23", "13:05"),
        ("2026-11-23 12:00 am", "ymd", "2026-11-23", "00:00"),
        ("2028-02-29", "ymd", "2028-02-29", None),
        ("2026-02-18 10:06:00.123", "ymd", "2026-02-18", "10:06:00"),
        ("2026-02-18T10:06:00,987654321", "ymd", "2026-02-18", "10:06:00"),
        ("2026-02-18T23:32:10.999999", "ymd", "2026-02-18", "23:32:10"),
        ("8th Dec 2021", "ymd", "2021-12-08", None),
        ("1st Jan 2021", "mdy", "2021-01-01", None),
        ("13 Oct 2026", "serial", "2026-10-13", None),
        ("13-Oct-2026", "ymd", "2026-10-13", None),
        ("13-Oct-2026T21:10", "ymd", "2026-10-13", "21:10"),
        ("Oct 13, 2026", "dmy", "2026-10-13", None),
        ("October 13, 2026 9:10 pm", "dmy", "2026-10-13", "21:10"),
        ("October 13, 2026 at 9:10\u202fPM", "dmy", "2026-10-13", "21:10"),
        ("Sept. 3, 2026", "ymd", "2026-09-03", None),
        ("13. Oktober 2026 um 21:10 Uhr", "ymd", "2026-10-13", "21:10"),
        ("3. März 2026", "ymd", "2026-03-03", None),
        ("3. Ma\u0308rz 2026", "ymd", "2026-03-03", None),
        ("3 MRZ 2026", "ymd", "2026-03-03", None),
        ("1. Mai 2026", "ymd", "2026-05-01", None),
        ("24. Dez. 2026", "ymd", "2026-12-24", None),
        ("Mon, 13 Oct 2026", "ymd", "2026-10-13", None),
        ("Tuesday October 13 2026 21:10", "ymd", "2026-10-13", "21:10"),
        ("Di., 13.10.2026", "dmy", "2026-10-13", None),
        ("Sonntag, 11. Oktober 2026", "ymd", "2026-10-11", None),
        ("26. 11. 2020 20:00", "dmy", "2020-11-26", "20:00"),
        ("2026/09/27 3:00:00 PM", "ymd", "2026-09-27", "15:00"),
        ("23.11.2026, 10:15", "dmy", "2026-11-23", "10:15"),
        ("23\u00a0Nov\u00a02026", "dmy", "2026-11-23", None),
        ("20261005", "ymd", "2026-10-05", None),
        ("20261005 10:15", "ymd", "2026-10-05", "10:15"),
        ("46300", "serial", "2026-10-05", None),
        ("46300.0", "serial", "2026-10-05", None),
        ("46301", "serial", "2026-10-06", None),
        ("46300.75", "serial", "2026-10-05", "18:00"),
        ("46300,3958333", "serial", "2026-10-05", "09:30"),
        ("46300.9999999", "serial", "2026-10-06", "00:00"),
        ("20000", "serial", "1954-10-03", None),
        ("80000", "serial", "2119-01-11", None),
        ("2026-10-05", "serial", "2026-10-05", None),
        ("1900-01-01", "ymd", "1900-01-01", None),
        ("2200-12-31 23:59:59", "ymd", "2200-12-31", "23:59:59"),
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
        ("1.2.2026", "ymd"),
        ("0000-01-01", "ymd"),
        ("2026-11-23 24:00", "ymd"),
        ("2026-11-23 10:60", "ymd"),
        ("2026-11-23 13:00 PM", "ymd"),
        ("2026-11-23 0:30 am", "ymd"),
        ("2026-11-23 and more", "ymd"),
        ("31 Feb 2026", "ymd"),
        ("13 Brumaire 2026", "ymd"),
        ("20261323", "ymd"),
        ("20102026", "ymd"),
        ("46300", "dmy"),
        ("19999", "serial"),
        ("80001", "serial"),
        ("46300.5.5", "serial"),
        ("1.2.2026", "serial"),
        ("1/2-2026", "dmy"),
        ("1.2.202", "dmy"),
        ("12026-01-01", "ymd"),
        ("2026-W47-1", "ymd"),
        ("2026-327", "ymd"),
        ("2026-11-23x10:15:00", "ymd"),
        ("2026-11-23T24:00:00", "ymd"),
        ("2026-11-23T23:59:60", "ymd"),
        ("2026-11-23 9 pm", "ymd"),
        ("2026-11-23 10:15 CET", "ymd"),
        ("2026-11-23 10:15 +25:00", "ymd"),
        ("2026-11-23T10:15:00+23:00", "ymd"),
        ("2026-11-23 10:15 +01:75", "ymd"),
        ("2026-11-23 UTC", "ymd"),
        ("10:15", "ymd"),
        ("Monday", "ymd"),
        ("\u0662\u0660\u0662\u0666-11-23", "ymd"),
        ("\uff12026-11-23", "ymd"),
        ("2026-11-23\x00", "ymd"),
        ("9" * 100_000, "serial"),
        ("1899-12-31", "ymd"),
        ("2201-01-01 10:15:00", "ymd"),
    ],
)
def test_an_impossible_date_is_refused_with_its_place(text, order):
    with pytest.raises(InputError, match=r"line 7: .* is no date that can be read, such as 2026-11-23"):
        parse_moment(text, order, where="line 7")


def test_a_text_of_80_letters_can_be_a_moment_and_a_longer_one_cannot():
    read, text = moment_reader("ymd"), "2026-11-23T22:15:00."
    assert read(text.ljust(80, "7")) == at("2026-11-23 22:15")
    assert read("2026-11-23".ljust(80)) == at("2026-11-23")
    for longer in (text.ljust(81, "7"), "2026-11-23".ljust(81)):
        with pytest.raises(ValueError, match="is no date that can be read"):
            read(longer)


@pytest.mark.parametrize("text", ["10:15", ":15", "10:15 2026-11-23", "00:35:10"])
def test_a_clock_time_without_a_date_before_it_is_no_moment(text):
    with pytest.raises(UnreadableError):
        split(text)


@pytest.mark.parametrize(
    ("day", "clock", "whole"),
    [
        ("23.11.2026", "00:35", "23.11.2026 00:35"),
        ("23.11.2026", "  10:35   pm ", "23.11.2026 10:35 pm"),
        ("23.11.2026", " ", "23.11.2026"),
        ("23.11.2026 22:15", "00:35", "23.11.2026 22:15"),
        ("", "00:35", ""),
    ],
)
def test_a_clock_time_of_its_own_stands_beside_a_date_that_has_none(day, clock, whole):
    assert joined(day, clock) == whole
    if whole:
        assert parse_moment(day, "dmy", clock=clock, where="x") == parse_moment(whole, "dmy", where="x")


@pytest.mark.parametrize("clock", ["late", "25:00", "10", "0:30 pm"])
def test_what_is_no_clock_time_is_refused_beside_a_date(clock):
    with pytest.raises(ValueError, match=rf"^'{clock}' is no time that can be read, such as 22:15 or 10:15 PM$"):
        joined("23.11.2026", clock)
    assert joined("23.11.2026 22:15", clock) == "23.11.2026 22:15"


@pytest.mark.parametrize("text", ["1.2.26", "26-11-23", "13 Oct 26", "Oct 13, 26", "5/10/26 09:15:00"])
def test_a_year_of_two_digits_is_refused_in_any_order(text):
    for order in ORDERS:
        with pytest.raises(ValueError, match=r"its year has two digits\. Write all four"):
            moment_reader(order)(text)


def test_the_reader_leaves_the_place_to_its_caller():
    with pytest.raises(
        ValueError, match=r"^'so be it' is no date that can be read, such as 2026-11-23 or 23\.11\.2026$"
    ):
        moment_reader("ymd")("so be it")


FORMS = {
    "%d.%m.%Y %H:%M:%S": "dmy",
    "%d/%m/%Y %H:%M": "dmy",
    "%m/%d/%Y %I:%M:%S %p": "mdy",
    "%m-%d-%Y %I:%M%p": "mdy",
    "%Y-%m-%dT%H:%M:%S": "ymd",
    "%Y/%m/%d %H:%M": "ymd",
    "%Y%m%d": "ymd",
    "%Y-%m-%d %H:%M:%S +0530": "ymd",
    "%d %b %Y %H:%M": "ymd",
    "%A, %B %d, %Y %I:%M %p": "ymd",
    "%a, %d %b %Y %H:%M:%S -0800": "ymd",
}


@given(DAYS, CLOCKS, st.sampled_from(sorted(FORMS)))
def test_a_written_moment_is_read_as_it_was(day, clock, form):
    moment = datetime.combine(day, clock)
    text = moment.strftime(form.replace("%Y", f"{day.year}"))
    read = moment_reader(FORMS[form])
    for _ in range(2):  # the second time it may be remembered
        found = read(text)
        assert found.day == day
        expected = None if ":" not in form else clock if "%S" in form else clock.replace(second=0)
        assert found.clock == expected


@given(DAYS, st.sampled_from(["dmy", "mdy", "ymd"]), st.sampled_from("-/."))
def test_a_written_date_is_read_as_it_was(day, order, mark):
    parts = {"d": f"{day.day}", "m": f"{day.month:02}", "y": f"{day.year}"}
    assert parse_moment(mark.join(parts[letter] for letter in order), order, where="x").day == day


@given(st.datetimes(datetime(1954, 10, 3), datetime(2119, 1, 11)))  # noqa: DTZ001 - local clock time
def test_a_spreadsheets_day_number_is_its_date_and_its_second(moment):
    moment = moment.replace(microsecond=0)
    number = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
    found = moment_reader("serial")(f"{number:.9f}")
    assert datetime.combine(found.day, found.clock or time()) == moment


@pytest.mark.slow
def test_eight_digits_are_a_date_in_one_order_only():
    days = (date(1900, 1, 1) + timedelta(days=i) for i in range((date(2201, 1, 1) - date(1900, 1, 1)).days))
    read = moment_reader("ymd")
    for day in days:
        text = f"{day:%Y%m%d}"
        assert not 1900 <= int(text[4:]) <= 2200, text  # the year, were it written last
        assert read(text).day == day


WRITTEN = "2026 11 23 1 31 13 46300 20261005 - / . , : T Z + 22:15 :07 .5 am PM Uhr at UTC GMT+3 +05:30 -0800 8th Dec März Mon, So"
PIECES = st.sampled_from([*WRITTEN.split(), " ", "\u202f", "\u0308", "\x00", "\ud800", "\u0662"])


@given(
    st.text(max_size=100) | st.lists(PIECES, max_size=9).map("".join) | st.lists(PIECES, max_size=9).map(" ".join),
    st.sampled_from(ORDERS),
    st.sampled_from([None, "Europe/Berlin"]),
    st.sampled_from(["", "UTC", "Asia/Tokyo"]) | st.text(max_size=20),
    st.booleans(),
)
def test_any_text_is_a_moment_or_is_refused(text, order, zone, row_zone, zone_of_row):
    found = outcome(moment_reader(order, zone, zone_of_row=zone_of_row), text, row_zone)
    if isinstance(found, Moment):
        assert 1899 <= found.day.year <= 2201
        assert found.clock is None or (found.clock.tzinfo is None and not found.clock.microsecond)
    settled = outcome(settle_order, [text, text], None)
    assert settled in ORDERS or settled[0] is AmbiguousInput


@given(st.lists(st.text(max_size=20) | st.lists(PIECES, max_size=6).map("".join), max_size=30), st.sampled_from(ORDERS))
def test_what_was_read_before_changes_nothing(texts, order):
    read = moment_reader(order)
    for text in texts + texts:
        assert outcome(read, text) == outcome(moment_reader(order), text)


def outcome(read, *given):
    try:
        return read(*given)
    except ValueError as problem:
        return type(problem), str(problem)


@pytest.mark.parametrize(
    ("text", "row_zone", "zone", "expected"),
    [
        ("2026-11-23 22:15", "", "Europe/Berlin", at("2026-11-23 22:15")),
        ("2026-11-23", "UTC", "Europe/Berlin", at("2026-11-23")),
        ("2024-01-01 23:00:00 -0800", "", None, at("2024-01-01 23:00", -8)),
        ("2024-01-01 23:00:00 -0800", "Asia/Tokyo", None, at("2024-01-01 23:00", -8)),
        ("2024-01-01 23:00:00 -0800", "", "Europe/Berlin", at("2024-01-02 08:00", 1)),
        ("2024-01-01 23:00:00 -0800", "Asia/Tokyo", "Europe/Berlin", at("2024-01-02 08:00", 1)),
        ("2026/09/27 3:00:00 PM GMT+3", "", None, at("2026-09-27 15:00", 3)),
        ("2026/09/27 3:00:00 PM GMT+3", "", "Europe/Berlin", at("2026-09-27 14:00", 2)),
        ("2026-09-27 15:00 UTC-05:30", "", None, at("2026-09-27 15:00", -5.5)),
        ("2026-11-23T22:15:00+01:00", "", None, at("2026-11-23 22:15", 1)),
        ("2026-11-23T22:15+14:00", "", None, at("2026-11-23 22:15", 14)),
        ("2026-11-23T22:15:00.123Z", "", "Europe/Berlin", at("2026-11-23 23:15", 1)),
        ("2026-11-23T23:15Z", "", "Europe/Berlin", at("2026-11-24 00:15", 1)),
        ("2026-11-23 23:15 UTC", "", "Europe/Berlin", at("2026-11-24 00:15", 1)),
        ("2026-11-23 23:15:00 GMT", "", "America/New_York", at("2026-11-23 18:15", -5)),
        ("2026-11-23 23:15:00 +0000", "", "Europe/London", at("2026-11-23 23:15", 0)),
        ("26. 11. 2020 20:00", "Europe/Prague", None, at("2020-11-26 20:00")),
        ("26. 11. 2020 20:00", "Mars/Olympus", None, at("2020-11-26 20:00")),
        ("26. 11. 2020 20:00", "Europe/Prague", "Asia/Tokyo", at("2020-11-27 04:00", 9)),
        ("26. 11. 2020 20:00", "UTC", "Asia/Tokyo", at("2020-11-27 05:00", 9)),
        ("26. 11. 2020 20:00", " ", "Asia/Tokyo", at("2020-11-26 20:00")),
    ],
)
def test_offsets_and_zones_are_honoured(text, row_zone, zone, expected):
    read = moment_reader("dmy", zone)
    assert read(text, row_zone) == expected
    assert read(text, row_zone) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T22:15:00Z",
        "2026-11-23 22:15 UTC",
        "2026-11-23 10:15 pm GMT",
        "2026-11-23T22:15:00.5+00:00",
        "2026-11-23 22:15:00 -0000",
    ],
)
def test_times_in_utc_are_not_taken_for_the_persons_clock(text):
    with pytest.raises(AmbiguousInput, match=r"in UTC \(such as '2026-11-23.*zone='Europe/Berlin'") as caught:
        moment_reader("ymd")(text)
    assert (caught.value.option, caught.value.choices) == ("zone", ())
    with pytest.raises(AmbiguousInput, match="line 7: The times are in UTC"):
        parse_moment(text, "ymd", where="line 7")
    with pytest.raises(AmbiguousInput):
        moment_reader("ymd")(text, "Asia/Tokyo")
    with pytest.raises(AmbiguousInput):
        moment_reader("ymd", zone_of_row=True)(text, "Etc/UTC")
    assert moment_reader("ymd", zone_of_row=True)(text, "Asia/Tokyo") == at("2026-11-24 07:15:00", 9)


def test_a_local_time_in_a_row_of_utc_is_asked_about_too():
    with pytest.raises(AmbiguousInput):
        moment_reader("ymd")("2026-11-23 22:15", "UTC")


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Olympus", "Europe", "../Berlin", "/etc/passwd", "localtime", "posixrules", "a\0b", "x" * 5000, "\ud800"],
)
def test_a_zone_that_is_none_is_named_with_an_example(zone):
    with pytest.raises(InputError, match=r"is no time zone that is known.*zone='Europe/Berlin'"):
        moment_reader("ymd", zone)
    if zone:
        with pytest.raises(ValueError, match="is no time zone that is known, such as Europe/Berlin"):
            moment_reader("ymd", "Europe/Berlin")("2026-11-23 22:15", zone)


@given(DAYS, CLOCKS, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu"]))
def test_a_zone_is_undone_by_its_offset(day, clock, zone):
    found = moment_reader("ymd", zone)(f"{day}T{clock}Z")
    assert datetime.combine(found.day, found.clock) - found.offset == datetime.combine(day, clock)
