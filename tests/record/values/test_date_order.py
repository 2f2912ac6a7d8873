"""Dates of two digits for the year, or none, in every order and in the words of every language that is shipped."""

from datetime import date, timedelta

import pytest
from babel.dates import get_month_names
from hypothesis import given
from hypothesis import strategies as st

from nof1.language import languages
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.nights import moment_reader, parse_moment, settle_order, telling_dates

NEAR = (date(2026, 9, 1), date(2026, 11, 23))
NIGHTS = st.integers(0, 83).map(lambda number: NEAR[0] + timedelta(days=number))
LONG = st.integers(-1500, 120).map(lambda number: NEAR[0] + timedelta(days=number))
MARKS = st.sampled_from(["-", "/", ".", ". "])


def written(day, order, mark):
    parts = {"d": f"{day.day:02}", "m": f"{day.month:02}", "y": f"{day:%y}"}
    return mark.join(parts[letter] for letter in order)


@given(
    st.lists(NIGHTS, min_size=1, max_size=30),
    st.lists(LONG, max_size=30),
    st.sampled_from(["dmy", "mdy", "ymd"]),
    MARKS,
)
def test_a_column_of_short_years_is_read_as_it_was_meant_or_asked_about(inside, others, order, mark):
    days = [*inside, *others]
    texts = [written(day, order, mark) for day in days]
    try:
        found = settle_order(texts, None, near=NEAR)
    except AmbiguousInput as question:
        found = order if order in question.choices else question.choices[0]
    read = moment_reader(found, near=NEAR)
    assert [read(text).day for text in texts] == days


@given(st.lists(st.tuples(LONG, st.sampled_from(["dmy", "mdy", "ymd"]), st.booleans()), max_size=20))
def test_a_few_of_the_dates_tell_what_all_of_them_tell(written_days):
    texts = [
        written(day, order, "/").replace(f"{day:%y}", f"{day:%Y}" if full else f"{day:%y}")
        for day, order, full in written_days
    ]
    few = telling_dates(texts, near=NEAR)

    def outcome(some):
        try:
            return settle_order(some, None, near=NEAR)
        except AmbiguousInput as question:
            return question.choices

    assert outcome(sorted(few)) == outcome(texts)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["01.09.26", "02.09.26", "14.09.26"], "dmy"),
        (["09/01/26", "09/14/26"], "mdy"),
        (["26-09-01", "26-09-14"], "ymd"),
        (["26.9.1"], "ymd"),
        (["31.08.26 22:15"], "dmy"),
        (["1.9.2026", "14.9.26"], "dmy"),
        (["14.9.2026", "1.9.26"], "dmy"),
        (["24.09.26", "25.09.26", "27.09.26"], "dmy"),
        (["99/99/99", "x", ""], "ymd"),
        (["1.2.76"], "ymd"),
    ],
)
def test_the_trial_s_dates_and_a_14_settle_the_order(texts, order):
    assert settle_order(texts, None, near=NEAR) == order


@pytest.mark.parametrize(
    ("texts", "choices", "words"),
    [
        (["01/09/26"], ("dmy", "mdy"), r"can be read two ways.*\(day first\) or date_order='mdy' \(month first\)\.$"),
        (
            ["26.09.26", "26.10.26"],
            ("dmy", "ymd"),
            r"two ways.*date_order='dmy' \(day first\) or date_order='ymd' \(year first\)",
        ),
        (["14.09.26", "09/14/26"], ("dmy", "mdy"), r"contradict each other \(such as '14\.09\.26' and '09/14/26'\)"),
        (["1/9/2026"], ("dmy", "mdy"), "two ways"),
    ],
)
def test_what_the_trial_does_not_settle_is_asked(texts, choices, words):
    with pytest.raises(AmbiguousInput, match=words) as caught:
        settle_order(texts, None, near=NEAR)
    assert (caught.value.option, caught.value.choices) == ("date-order", choices)
    assert settle_order(texts, None, near=NEAR, usual=choices[0]) == choices[0] if "contradict" not in words else True


def test_an_earlier_answer_settles_only_what_is_open():
    assert settle_order(["01/09/26"], None, near=NEAR, usual="mdy") == "mdy"
    assert settle_order(["14/09/26"], None, near=NEAR, usual="mdy") == "dmy"
    with pytest.raises(AmbiguousInput):
        settle_order(["01/09/26"], None, near=NEAR, usual="ymd")


def months(code):
    """Names of the months in a language, as it writes them whole and short, alone and in a date."""
    return {
        (number, name)
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context=context, locale=code).items()
    }


FORMS = (
    "{d}-{m}-{yy}",
    "{d}. {m} {y}",
    "{d} {m} {yy}",
    "{d}{m}{y}",
    "{m} {d}, {y}",
    "{m} {d}, {yy}",
    "{y}-{m}-{d}",
    "{y} {m} {d}",
    "{d:02}-{m}-{y}",
)
OPEN = ("{m} {d}", "{d}. {m}", "{d} {m}", "{d}-{m}")


@pytest.mark.parametrize("code", languages())
@given(day=NIGHTS, form=st.sampled_from(FORMS + OPEN), data=st.data())
def test_months_of_every_shipped_language_are_read_whole_and_short(code, day, form, data):
    name = data.draw(st.sampled_from(sorted(name for number, name in months(code) if number == day.month)))
    name = data.draw(st.sampled_from([name, name.upper(), name.lower(), name.rstrip(".")]))
    text = form.format(d=day.day, m=name, y=day.year, yy=f"{day:%y}")
    assert parse_moment(text, "ymd", near=NEAR, where="x").day == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1-Sep-26", "2026-09-01"),
        ("01SEP26", "2026-09-01"),
        ("1. September 2026", "2026-09-01"),
        ("Sep 23", "2026-09-23"),
        ("Sept. 23rd", "2026-09-23"),
        ("Wed Sep 23", "2026-09-23"),
        ("Mi, 23.9.", "2026-09-23"),
        ("23.09.", "2026-09-23"),
        ("23. 9. 22:15", "2026-09-23"),
        ("23 September at 10:15 pm", "2026-09-23"),
        ("Nov 24", "2026-11-24"),
        ("2026-Sep-01", "2026-09-01"),
        ("09/01/26", "2026-09-01"),
    ],
)
def test_a_date_that_cuts_its_year_short_is_read_by_the_trial_s_nights(text, day):
    assert str(parse_moment(text, "mdy", near=NEAR, where="x").day) == day


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Aug 31", "it has no year, and in no year is it one of the trial's nights"),
        ("Nov 25", "in no year"),
        ("Feb 29", "in no year"),
        ("Sep-26", "no date that can be read"),
        ("Sep/26", "no date that can be read"),
        ("23.9", "no date that can be read"),
        ("9/23", "no date that can be read"),
        ("1.9.6", "its year has two digits"),
        ("1-Sep-76", "its year has two digits"),
        ("Sep 31", "in no year"),
    ],
)
def test_what_no_year_or_no_single_form_fits_is_refused(text, words):
    with pytest.raises(Exception, match=words):
        parse_moment(text, "dmy", near=NEAR, where="x")


def test_a_trial_of_more_than_a_year_does_not_tell_the_year():
    near = (date(2025, 9, 1), date(2026, 9, 23))
    with pytest.raises(Exception, match="it has no year, and several years fit"):
        parse_moment("Sep 23", "dmy", near=near, where="x")
    assert str(parse_moment("Oct 23", "dmy", near=near, where="x").day) == "2025-10-23"


@pytest.mark.parametrize("text", ["Sep 23", "23.9.", "23. September"])
def test_without_nights_a_date_needs_its_year(text):
    with pytest.raises(Exception, match=r"it has no year\. Write it with its year"):
        parse_moment(text, "dmy", where="x")
