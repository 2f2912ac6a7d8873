"""calendar.ics: what a calendar reads from it, and that it tells no secret."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from nof1.errors import InputError
from nof1.plan.design.order import Pause
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.orders.evening_dose import contents, evening_words, has_dose, to_take
from nof1.plan.protocol.protocol import Protocol
from nof1.report.papers.booklet import booklet_words
from nof1.report.papers.calendar import calendar, revision_and_link


def events(content):
    return list(Calendar.from_ical(content).walk("VEVENT"))


def days(event):
    """The dates of an event and of its daily repetitions."""
    start = event["DTSTART"].dt.date()
    count = int(event["RRULE"]["COUNT"][0]) if "RRULE" in event else 1
    return [start + timedelta(days=i) for i in range(count)]


def of_kind(content, word):
    return sorted(day for event in events(content) if word in str(event["SUMMARY"]).casefold() for day in days(event))


@pytest.fixture
def concealed(make_protocol):
    content = make_protocol(design={"washout_nights": 1}).to_dict()
    del content["design"]["seed"]
    content["design"]["concealed"] = "helper"
    content["arms"][1]["label"] = "the real one"
    return Protocol.build(content)


def test_there_is_a_morning_entry_for_every_night(protocol):
    order = draw_order(protocol)
    mornings = {
        day
        for event in events(calendar(protocol, order))
        if event["DTSTART"].dt.strftime("%H:%M") == protocol.conduct.entry_time
        for day in days(event)
    }
    nights = [night for period in order.periods for night in period.dates]
    assert {night + timedelta(days=1) for night in nights} <= mornings


# What an arm says of itself, and whether there is something to take: on the reference, and on another arm.
SOMETHING_TO_TAKE = [
    ({}, False, True),
    ({"product": "Magna 400, 2 capsules"}, True, True),
    ({"dose_mg": 0, "product": "Magna 400, 2 capsules"}, True, True),
    ({"dose_mg": 0, "placebo": True}, True, True),
    ({"dose_mg": 0}, False, False),
    ({"dose_mg": 1}, True, True),
    ({"form": "citrate"}, True, True),
    ({"dose_mg": 0, "form": "citrate"}, False, False),
]


@pytest.mark.parametrize(("arm", "reference", "other"), SOMETHING_TO_TAKE, ids=str)
def test_a_dose_a_form_a_product_or_a_dummy_is_something_to_take(make_protocol, arm, reference, other):
    """On an arm that is not the reference there is, unless its dose is said to be none."""
    protocol = make_protocol(arms=[{"name": "off"} | arm, {"name": "magnesium"} | arm])
    for name, expected in (("off", reference), ("magnesium", other)):
        assert has_dose(protocol, protocol.arm(name)) is expected
        assert (contents(protocol, protocol.arm(name)) == "nothing to take") is not expected


def test_evenings_with_a_dose_are_told_at_its_time(protocol):
    order = draw_order(protocol)
    evenings = {
        day
        for event in events(calendar(protocol, order))
        if event["DTSTART"].dt.strftime("%H:%M") == protocol.conduct.dose_time
        for day in days(event)
    }
    treated = {night for period in order.periods if period.arm == "magnesium" for night in period.dates}
    assert treated <= evenings


def test_it_is_what_the_standard_asks_for(protocol):
    content = calendar(protocol, draw_order(protocol))
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    made = Calendar.from_ical(content)
    assert str(made["VERSION"]) == "2.0"
    assert "nof1" in str(made["PRODID"])
    uids = [str(event["UID"]) for event in events(content)]
    assert len(set(uids)) == len(uids)
    assert all("DTSTAMP" in event for event in events(content))


def test_the_same_input_gives_the_same_bytes_and_a_revision_counts_up(protocol):
    order = draw_order(protocol)
    assert calendar(protocol, order) == calendar(protocol, order)
    assert {int(event["SEQUENCE"]) for event in events(calendar(protocol, order, revision=2))} == {2}


def test_a_pause_moves_the_evenings_and_has_no_dose(protocol):
    order = draw_order(protocol)
    night = order.periods[2].start
    lived = order.with_pauses([Pause(night, 4)])
    content = calendar(protocol, lived)
    doses = {
        day
        for event in events(content)
        if event["DTSTART"].dt.strftime("%H:%M") == protocol.conduct.dose_time and "pause" not in str(event).casefold()
        for day in days(event)
    }
    assert not doses & {night + timedelta(days=i) for i in range(4)}


def test_a_concealed_calendar_names_packs_and_asks_for_the_guess(concealed):
    text = calendar(concealed, schedule(concealed)).replace(b"\r\n ", b"").decode()
    assert "pack 2" in text
    assert "the real one" not in text
    assert "magnesium" not in text.replace(concealed.title, "").casefold().replace("does magnesium calm", "")
    assert "how sure" in text
    # An order with arms tells no more than one without.
    assert calendar(concealed, draw_order(concealed, seed=3)) == calendar(concealed, schedule(concealed))


LINK = "http://192.168.1.20:8427/"


def test_each_entry_leads_to_what_is_to_be_done(protocol):
    order = draw_order(protocol)
    content = calendar(protocol, order, link=LINK)
    by_place = {}
    for event in events(content):
        address = str(event["URL"])
        assert address.startswith(LINK)
        assert str(event["DESCRIPTION"]).endswith(f"\n{address}")  # a calendar that drops URLs shows it there
        by_place.setdefault(address.removeprefix(LINK), []).append(event)
    evenings = [
        event for event in events(content) if event["DTSTART"].dt.strftime("%H:%M") == protocol.conduct.dose_time
    ]
    assert {str(event["URL"]) for event in evenings} == {f"{LINK}#tonight"}
    (mornings,) = by_place[""]  # repeated daily: the page opens with last night by itself
    assert mornings["RRULE"]["COUNT"] == [protocol.nights]
    ends = {period.end for period in order.periods if order.ends_period(period.end)}
    assert set(by_place) == {"", "#tonight", *(f"#night={night}" for night in ends)}
    for night in ends:
        (event,) = by_place[f"#night={night}"]
        assert event["DTSTART"].dt.date() == night + timedelta(days=1)


def test_a_single_morning_leads_to_its_night(protocol):
    order = draw_order(protocol)
    lived = order.with_pauses([Pause(protocol.start + timedelta(days=1), 2)])
    found = events(calendar(protocol, lived, link=LINK))
    single = [event for event in found if "Rate last night" in str(event["SUMMARY"]) and "RRULE" not in event]
    assert [str(event["URL"]) for event in single] == [f"{LINK}#night={protocol.start}"]


def test_without_an_address_nothing_leads_anywhere(protocol):
    assert not [event for event in events(calendar(protocol, draw_order(protocol))) if "URL" in event]


def test_a_concealed_calendar_with_an_address_does_not_depend_on_the_order(concealed):
    made = {calendar(concealed, draw_order(concealed, seed=seed), link=LINK) for seed in range(8)}
    assert made == {calendar(concealed, schedule(concealed), link=LINK)}


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "192.168.1.20:8427", "http://a b", "http://a\r\nBEGIN:VEVENT", "http://a/#x", "http://"],
)
def test_what_is_no_address_is_refused(protocol, link):
    with pytest.raises(InputError, match="no address"):
        calendar(protocol, draw_order(protocol), link=link)


def test_what_a_calendar_was_made_with_is_read_back(protocol):
    order = draw_order(protocol)
    assert revision_and_link(calendar(protocol, order, revision=3, link=LINK)) == (3, LINK)
    assert revision_and_link(calendar(protocol, order)) == (0, "")
    for damaged in (
        b"",
        b"\xff\xfe",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSEQUENCE:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ):
        assert revision_and_link(damaged) == (0, "")


def test_text_of_a_person_is_escaped(make_protocol):
    title = "a; b, c\\ \N{SLEEPING SYMBOL} BEGIN:VEVENT"
    protocol = make_protocol(title=title)
    content = calendar(protocol, draw_order(protocol))
    assert len(events(content)) == len(events(calendar(make_protocol(), draw_order(make_protocol()))))


def test_adopted_nights_have_no_calendar():
    import pandas as pd

    from nof1 import Trial

    frame = pd.DataFrame({"day": range(1, 9), "arm": ["a", "b"] * 4, "y": range(8)})
    trial = Trial.from_frame(frame, outcome="y", arm="arm", day="day", reference="a", low=0, high=10, better="lower")
    with pytest.raises(InputError):
        calendar(trial.protocol, trial.order)


@pytest.mark.parametrize("concealed", ["open", "alone"])
def test_the_title_of_an_evening_is_what_there_is_to_take_as_everywhere(planned, concealed):
    protocol = planned("randomized-blocks", concealed=concealed, blocks=2, period_nights=3)
    order = draw_order(protocol) if concealed == "open" else schedule(protocol)
    titles = [
        str(event["SUMMARY"])
        for event in events(calendar(protocol, order))
        if event["UID"].split("-")[0] in ("dose", "nothing")
    ]
    lines = [evening_words(protocol, period, timed=False) for period in order.periods]
    assert [title.casefold() for title in titles] == [line.casefold() for line in lines]
    assert all(title[0].isupper() for title in titles)
    booklet = booklet_words(protocol, order)
    assert [one["take"] for one in booklet["stretches"]] == [
        to_take(protocol, one, short=True) for one in order.periods
    ]
    assert all(line in one["head"] for one, line in zip(booklet["stretches"], lines, strict=True))
