"""Side effects that are graded on the phone: offered after the night, never asked for by itself, and in events.csv as from the terminal."""

import re
from datetime import date, datetime

import pytest
from browsing import until
from lost import NIGHT

from nof1 import record
from nof1.language import say, speaking
from nof1.plan.orders.draw import draw_order
from nof1.record.diary.event_questions import SERIOUS
from nof1.record.diary.events import read_events
from nof1.record.so_far import status
from nof1.record.trial import Trial

NIGHTS = [NIGHT, "2026-01-06", "2026-01-07"]
NOW = datetime(2026, 1, 12, 9).astimezone()


def side_effects(page, words):
    page.locator("#own-words").fill(words)


def offers(page):
    return page.locator(".grades button").all_inner_texts()


def answer(page, hand, **codes):
    for field, code in codes.items():
        hand(page).tap(page.locator(f"[data-field=grade-{field}] label.choice:has(input[value='{code}'])"))


def night_with(page, hand, words, value="4"):
    hand(page).rate(value)
    side_effects(page, words)
    hand(page).save()


def events_in(folder, night=NIGHT):
    return {name: code for (day, name), code in read_events(folder).items() if day == date.fromisoformat(night)}


def exported(page, tmp_path):
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).tap()
    path = tmp_path / "exported.json"
    download.value.save_as(path)
    return path


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_usual_night_is_two_taps_and_asks_nothing_more(opened, protocol, hand):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        mine = hand(page)
        mine.rate("4")
        mine.save()
        page.locator("#state").wait_for()
        assert len(mine.taps) == 2
        assert page.locator(".grades, [data-field^=grade]").count() == 0
        side = "2026-01-05"
        page.evaluate(f"location.hash = '#night={side}'")
        page.get_by_role("button", name="Correct this night").tap()
        page.locator("label.choice:has(input[value='diarrhoea'])").tap()
        mine.save()
        assert offers(page) == ["diarrhoea: how bad, how it ended, from what?"]
        assert page.locator("[data-field^=grade]").count() == 0  # offered, not asked


def test_the_file_carries_what_was_said_and_import_takes_it(opened, protocol, hand, tmp_path):
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    with opened(protocol, "2026-01-06T07:00:00") as page:
        night_with(page, hand, "a  headache, itching")
        page.get_by_role("button", name="a headache").tap()
        answer(page, hand, severity="severe", outcome="not over", cause="possible")
        fits(page)
        page.reload()  # every tap is kept
        page.get_by_role("button", name="a headache: go on").tap()
        assert page.locator("input[value='severe']").is_checked()
        hand(page).save()
        assert "severe; not over; possible" in page.locator(".grades").inner_text()
        assert offers(page) == ["Change this", "itching: how bad, how it ended, from what?"]
        fits(page)
        path = exported(page, tmp_path)
    taken = record.import_file(tmp_path / "trial", path, now=NOW)
    assert (taken.taken, taken.rejected) == (1, ())
    assert events_in(tmp_path / "trial") == {
        "a  headache: severity": "severe",
        "a  headache: outcome": "not over",
        "a  headache: cause": "possible",
    }


@pytest.mark.parametrize(("locale", "code"), [("en-GB", "en"), ("de-DE", "de")])
def test_a_serious_one_says_whom_to_call_as_the_terminal_does(opened, protocol, hand, locale, code):
    with speaking(code):
        told = say(SERIOUS, what="x").partition("x")[2].strip()
    with opened(protocol, "2026-01-06T07:00:00", locale=locale) as page:
        night_with(page, hand, "itching")
        page.locator("#grade-0").tap()
        answer(page, hand, serious="no")
        assert page.locator(".alert").count() == 0
        answer(page, hand, serious="danger")
        assert told in page.locator("[data-field=grade-serious] .alert").inner_text()  # before it is saved
        hand(page).save()
        assert told in page.locator("main > .alert").inner_text()
        page.reload()
        assert told in page.locator("main > .alert").inner_text()


def test_it_reaches_the_folder_in_spite_of_a_lost_answer(meeting, hand, folder):
    with meeting() as here:
        page, network = here.page, here.network
        night_with(page, hand, "itching")
        page.locator("#state", has_text=re.compile("^In the trial folder")).wait_for()
        page.locator("#grade-0").tap()
        answer(page, hand, severity="severe")
        network.state = "lost"
        hand(page).save()
        until(page, lambda: network.state == "away")
        assert events_in(folder) == {"itching: severity": "severe"}
        page.get_by_role("button", name="Change this").tap()
        answer(page, hand, severity="mild", serious="no")
        hand(page).save()
        network.state = "answered"
        page.evaluate("window.dispatchEvent(new Event('online'))")
        page.locator("#state", has_text=re.compile("^In the trial folder")).wait_for()
        assert events_in(folder) == {"itching: severity": "mild", "itching: serious": "no"}
        network.arrive(1)  # the first comes once more
        assert events_in(folder) == {"itching: severity": "mild", "itching: serious": "no"}


def test_of_two_grades_the_person_chooses(meeting, hand, folder):
    with meeting() as here:
        page, network = here.page, here.network
        night_with(page, hand, "itching")
        page.locator("#state", has_text=re.compile("^In the trial folder")).wait_for()
        page.locator("#grade-0").tap()
        answer(page, hand, severity="severe")
        network.elsewhere(**{"itching: severity": "moderate"})
        hand(page).save()
        page.get_by_text("How bad was it: itching?").wait_for()
        assert page.locator(".conflict label.choice").all_inner_texts() == [
            "In the trial folder: moderate",
            "Entered here: severe",
        ]
        page.locator(".conflict label.choice").last.tap()
        page.get_by_role("button", name="Keep what I chose").tap()
        until(page, lambda: events_in(folder) == {"itching: severity": "severe"})


def test_grades_go_with_a_side_effect_that_is_taken_back(meeting, opened, protocol, hand, folder, stored):
    def take_back(page):
        night_with(page, hand, "itching")
        page.locator("#grade-0").tap()
        answer(page, hand, severity="mild")
        hand(page).save()
        page.get_by_role("button", name="Correct this night").tap()
        side_effects(page, "")
        hand(page).save()
        page.locator("#state").wait_for()
        assert page.locator(".grades").count() == 0

    with meeting() as here:
        take_back(here.page)
        here.page.locator("#state", has_text=re.compile("^In the trial folder")).wait_for()
        assert events_in(folder) == {}
        assert here.network.night() == {"severity": "4"}
    with opened(protocol, "2026-01-06T07:00:00") as page:
        take_back(page)
        assert stored(page, protocol)["nights"][NIGHT]["cells"]["itching: severity"] == ""


def test_what_is_ungraded_and_what_goes_on_is_named_as_status_names_it(meeting, folder, hand):
    said = [
        {"side_effects": "itching; no headache"},
        {"side_effects": "itching; thirst"},
        {"side_effects": "thirst; ache"},
    ]
    for night, cells in zip(NIGHTS, said, strict=True):
        record.log(folder, {"severity": "4"} | cells, night=date.fromisoformat(night), now=NOW)
    record.log(folder, {"thirst: severity": "mild", "thirst: outcome": "better"}, night=date(2026, 1, 6), now=NOW)
    with meeting(when="2026-01-08T07:00:00") as here:
        page = here.page
        page.get_by_role("heading", name="Side effects without further details").wait_for()
        found = (
            page.get_by_role("heading", name="Side effects without further details").locator("+ ul a").all_inner_texts()
        )
        assert [one.splitlines()[0] for one in found] == ["itching"]  # those of the night itself are offered above
        named = status(folder, now=NOW).ungraded
        assert [(str(night), what) for night, what in named] == [(NIGHTS[0], "itching"), (NIGHTS[2], "ache")]
        goes_on = page.get_by_role("heading", name="Not over when it was entered").locator("+ ul a").all_inner_texts()
        assert [one.splitlines()[0] for one in goes_on] == ["thirst"]
        assert offers(page) == ["ache: how bad, how it ended, from what?"]
        page.locator(".grades").get_by_role("link").tap()
        page.get_by_role("button", name="Change this").tap()
        answer(page, hand, outcome="over")
        hand(page).save()
        until(page, lambda: events_in(folder, NIGHTS[1]).get("thirst: outcome") == "over")
