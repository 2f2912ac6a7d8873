"""What there is to take tonight: first on the page, tapped once, and the night's rating in the morning as before."""

import itertools
import json
from datetime import date, datetime, timedelta

import clock
import pytest
from browsing import until
from serving import serving

from nof1.bedside.sent import Batch, Sent
from nof1.bedside.served import Served
from nof1.plan.orders.draw import draw_order
from nof1.plan.orders.evening_dose import evening_line, evening_words
from nof1.record.diary.entry import row_of
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial
from nof1.record.values.nights import tonight

FIRST = date(2026, 1, 5)
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def line(page):
    return page.locator(".tonight .line")


def evening_of(protocol, arm):
    """The first evening on an arm that follows another one."""
    periods = draw_order(protocol).periods
    return next(two.start for one, two in itertools.pairwise(periods) if two.arm == arm and one.arm != arm)


def kept(page, protocol):
    return json.loads(page.evaluate("key => localStorage.getItem(key)", f"nof1:{protocol.sha256()}"))


def test_the_first_thing_on_the_page_is_what_there_is_to_take_tonight(opened, protocol):
    evening = evening_of(protocol, "magnesium")
    with opened(protocol, f"{evening}T21:00:00") as page:
        first = page.locator("main > *").first
        assert first.inner_text().startswith(evening_line(protocol, draw_order(protocol), evening))
        assert line(page).evaluate("line => parseFloat(getComputedStyle(line).fontSize)") > 20
        assert "off" in page.locator("header").inner_text()  # last night's arm, below


@pytest.mark.parametrize(
    ("when", "place", "first"),
    [
        ("T07:00:00", "", "form"),
        ("T21:00:00", "", "tonight"),
        ("+1T00:30:00", "", "tonight"),
        ("T21:00:00", "yesterday", "form"),
    ],
)
def test_in_the_morning_and_in_another_night_the_questions_come_before_tonight(opened, protocol, when, place, first):
    evening = evening_of(protocol, "magnesium")
    days, _, time = when.partition("T")
    night = str(evening - timedelta(days=2)) if place else ""
    with opened(protocol, f"{evening + timedelta(days=int(days or 0))}T{time}", night=night) as page:
        parts = page.locator("main > form, main > .tonight").evaluate_all(
            "all => all.map((one) => one.className || 'form')"
        )
        assert parts == (["form", "tonight"] if first == "form" else ["tonight", "form"])


def test_on_the_first_evening_the_trial_begins_tonight(opened, protocol):
    with opened(protocol, f"{protocol.start}T21:00:00") as page:
        page.get_by_text("The trial begins tonight").wait_for()
        assert page.get_by_text("has not begun").count() == 0


@pytest.mark.parametrize("when", ["T12:00:00", "T23:59:00", "+1T00:01:00", "+1T03:59:00"])
def test_after_midnight_it_still_is_this_night(opened, protocol, when):
    evening = evening_of(protocol, "magnesium")
    days, _, time = when.partition("T")
    with opened(protocol, f"{evening + timedelta(days=int(days or 0))}T{time}") as page:
        assert line(page).inner_text() == evening_line(protocol, draw_order(protocol), evening)


def test_from_four_o_clock_on_it_is_the_next(opened, protocol):
    evening = evening_of(protocol, "magnesium")
    morning = evening + timedelta(days=1)
    with opened(protocol, f"{morning}T04:00:00") as page:
        assert line(page).inner_text() == evening_line(protocol, draw_order(protocol), morning)


def test_before_the_trial_the_first_evening_is_told_and_after_the_last_nothing(opened, protocol):
    order = draw_order(protocol)
    with opened(protocol, "2026-01-02T21:00:00") as page:
        assert line(page).inner_text() == evening_line(protocol, order, date(2026, 1, 2))
        assert page.locator("#record-dose").count() == 0
    with opened(protocol, f"{order.end + timedelta(days=1)}T21:00:00") as page:
        assert line(page).count() == 0
        page.evaluate("location.hash = '#tonight'")
        page.get_by_text("the trial is over").first.wait_for()


@pytest.mark.parametrize(("arm", "cell"), [("magnesium", "200"), ("off", "0")])
@pytest.mark.parametrize("place", ["", "#tonight"])
def test_a_tap_records_the_dose_and_another_takes_it_back(opened, protocol, hand, arm, cell, place):
    evening = evening_of(protocol, arm)
    with opened(protocol, f"{evening}T21:30:00") as page:
        page.evaluate("place => { location.hash = place }", place)
        hand(page).tap(page.locator("#record-dose"))
        page.get_by_text("Recorded for tonight").wait_for()
        assert kept(page, protocol)["nights"][str(evening)]["cells"] == {"dose_mg": cell}
        hand(page).tap(page.locator("#take-back"))
        page.locator("#record-dose").wait_for()
        assert kept(page, protocol)["nights"][str(evening)]["cells"] == {"dose_mg": ""}


def test_in_the_morning_the_night_is_asked_for_and_the_dose_is_known(phones, diary, protocol, hand, at):
    evening = evening_of(protocol, "magnesium")
    with phones() as context:
        page = context.new_page()
        page.clock.set_fixed_time(at(f"{evening}T21:30:00"))
        page.goto(diary(protocol))
        hand(page).tap(page.locator("#record-dose"))
        page.clock.set_fixed_time(at(f"{evening + timedelta(days=1)}T07:00:00"))
        page.reload()
        assert page.locator("input[name=field-dose_mg]:checked").input_value() == "200"
        mine = hand(page)
        mine.rate("4")
        mine.save()
        page.locator("#state").wait_for()
        night = kept(page, protocol)["nights"][str(evening)]
        assert (night["cells"]["severity"], night["cells"]["dose_mg"], night["corrected"]) == ("4", "200", [])
        assert len(mine.taps) == 2  # and one the evening before


def test_a_night_of_which_only_the_dose_is_known_is_missing(opened, protocol, hand):
    evening = evening_of(protocol, "magnesium")
    with opened(protocol, f"{evening + timedelta(days=1)}T07:00:00") as page:
        hand(page).choose("dose_mg", "as planned")
        hand(page).save()
        page.get_by_role("button", name="Correct this night").wait_for()  # what was just saved is shown
        page.evaluate("location.hash = '#nights'")
        assert "missing" in page.locator("ul.nights li").first.inner_text()


def test_a_pack_is_told_by_its_number(opened, planned):
    protocol = planned("randomized-blocks", concealed="helper", blocks=2, period_nights=3, start=FIRST)
    with opened(protocol, "2026-01-08T21:30:00") as page:
        assert line(page).inner_text() == "Tonight (Thu 8 Jan): take pack 2, at 21:30"


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_has_no_barrier(opened, protocol, locale, scheme, hand):
    from axe_playwright_python.sync_playwright import Axe

    evening = evening_of(protocol, "magnesium")
    with opened(protocol, f"{evening}T21:30:00", locale=locale, scheme=scheme) as page:
        for place in ("", "#tonight"):
            page.evaluate("place => { location.hash = place }", place)
            for _ in range(2):
                found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE}}).response["violations"]
                assert [(place, one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
                hand(page).tap(page.locator(".tonight button"))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.clock
def test_a_tap_on_a_served_page_goes_into_the_diary_of_the_folder(tmp_path, phones, make_protocol, hand):
    evening = tonight(clock.now())
    protocol = make_protocol(design={"start": evening - timedelta(days=3)})
    order = draw_order(protocol)
    Trial(protocol, order, ()).write(tmp_path / "trial")

    def recorded():
        found = [one for one in read_diary(tmp_path / "trial", protocol) if one.night == evening]
        return {name: text for one in found for name, text in row_of(protocol, one).items() if text}

    planned = protocol.arm(order.period_of(evening).arm).dose_mg
    with serving(tmp_path / "trial") as served, phones(allow_requests=True, zone=clock.ZONE) as context:
        page = context.new_page()
        page.clock.install(time=clock.now())
        page.goto(f"{served.address}pair#code={served.code}")
        assert evening_words(protocol, order.period_of(evening)) in line(page).inner_text()
        hand(page).tap(page.locator("#record-dose"))
        until(page, lambda: recorded() == {"night": str(evening), "dose_mg": f"{planned:g}"})
        page.locator("#dose-state", has_text="In the trial folder.").wait_for()
        hand(page).tap(page.locator("#take-back"))
        until(page, lambda: set(recorded()) <= {"night"})


@pytest.mark.parametrize(
    ("day", "cells"),
    [(12, {"severity": "4"}), (12, {"dose_mg": "200", "severity": "4"}), (13, {"dose_mg": "200"})],
    ids=["a rating", "a rating beside the dose", "tomorrow's dose"],
)
def test_before_the_night_is_over_nothing_but_its_dose_is_taken(trial_folder, day, cells):
    served = Served(trial_folder, lambda: datetime(2026, 1, 12, 21, 30).astimezone())
    entry = Sent(night=date(2026, 1, day), cells=cells)
    (result,) = served.take(Batch(trial=served.trial, entries=(entry,)))
    assert (result["status"], result["recorded"]) == ("refused", {})
    assert "not over yet" in result["message"]
