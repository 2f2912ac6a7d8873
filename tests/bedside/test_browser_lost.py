"""A served page whose answers are lost, held up and come twice: what it shows as recorded is what the folder holds, and nothing entered vanishes.

Behind the page stands what `nof1 serve` does with a real trial folder; only the network between them is the test's.
"""

import re

import pytest
from browsing import until
from lost import NIGHT

from nof1.record.diary.journal import JOURNAL_FILE


def in_folder(page):
    page.locator("#state", has_text=re.compile("^In the trial folder")).wait_for()


def waits(page):
    page.locator("#state", has_text="Saved here, not yet in the trial folder").wait_for()


def gone(page, network):
    """Wait until what was saved has been sent, and no answer came."""
    until(page, lambda: network.state == "away")
    waits(page)


def again(page):
    page.evaluate("window.dispatchEvent(new Event('online'))")


def correct(page, hand, value):
    page.get_by_role("button", name="Correct this night").tap()
    hand(page).rate(value)
    hand(page).save()


def shown(page):
    return page.locator("dd").first.inner_text()


def agreed(page, network, value):
    """The page and the folder say the same of the night, and the page has nothing left to send."""
    in_folder(page)
    until(page, lambda: shown(page) == (value or "not known"))
    assert network.night().get("severity", "") == value


@pytest.mark.parametrize("restarted", [False, True], ids=["", "serve begun anew"])
def test_a_correction_back_to_what_was_seen_reaches_the_folder_that_had_the_first(meeting, hand, restarted):
    with meeting(rated="3") as here:
        page, network = here.page, here.network
        network.state = "lost"
        correct(page, hand, "8")
        gone(page, network)
        assert network.night() == {"severity": "8"}
        correct(page, hand, "3")
        waits(page)  # it may be 8 there, and the page does not say that it is 3
        if restarted:
            network.started()
        network.state = "answered"
        again(page)
        agreed(page, network, "3")
        assert "3,8" in (network.folder / JOURNAL_FILE).read_text()


def test_what_is_cleared_after_a_lost_answer_is_cleared_in_the_folder(meeting, hand):
    with meeting() as here:
        page, network = here.page, here.network
        network.state = "lost"
        hand(page).rate("8")
        hand(page).save()
        gone(page, network)
        assert network.night() == {"severity": "8"}
        page.get_by_role("button", name="Correct this night").tap()
        page.locator("#clear-severity").tap()
        hand(page).save()
        network.state = "answered"
        again(page)
        until(page, lambda: network.night() == {})
        until(
            page,
            lambda: (
                page.evaluate(
                    f"Object.keys(JSON.parse(localStorage.getItem('nof1:{network.protocol.sha256()}')).waiting)"
                )
                == []
            ),
        )
        page.reload()
        page.locator("[data-field=severity]").wait_for()
        assert page.locator("input[name=field-severity]:checked").count() == 0


@pytest.mark.parametrize("restarted", [False, True], ids=["", "serve begun anew"])
def test_a_first_request_that_comes_again_after_the_correction_changes_nothing(meeting, hand, restarted):
    with meeting(rated="3") as here:
        page, network = here.page, here.network
        network.state = "lost"
        correct(page, hand, "8")
        gone(page, network)
        first = len(network.sent) - 1
        correct(page, hand, "3")
        network.state = "answered"
        again(page)
        agreed(page, network, "3")
        if restarted:
            network.started()
        (result,) = network.arrive(first)["results"]
        assert result["status"] == ("conflict" if restarted else "old")
        agreed(page, network, "3")


def test_a_first_request_that_was_held_up_comes_after_the_correction_and_changes_nothing(meeting, hand):
    """The laptop slept: when it wakes, what it was sent first may be read last."""
    with meeting(rated="3") as here:
        page, network = here.page, here.network
        network.state = "held"
        correct(page, hand, "8")
        gone(page, network)
        correct(page, hand, "3")
        waits(page)
        network.state = "answered"
        again(page)
        agreed(page, network, "3")
        (result,) = network.arrive(1)["results"]
        assert result["status"] == "old"
        again(page)
        agreed(page, network, "3")


def test_a_request_that_comes_twice_does_not_undo_what_another_device_corrected_back(meeting, hand):
    with meeting(rated="3") as here:
        page, network = here.page, here.network
        network.state = "lost"
        correct(page, hand, "8")
        gone(page, network)
        network.elsewhere(severity="3")
        network.state = "answered"
        again(page)
        page.get_by_role("heading", name="Another value was recorded meanwhile").wait_for()
        assert network.night() == {"severity": "3"}
        hand(page).tap(page.locator("[data-conflict=severity] label").filter(has_text="In the trial folder: 3"))
        page.get_by_role("button", name="Keep what I chose").tap()
        agreed(page, network, "3")


def test_a_correction_begun_while_the_first_was_on_its_way_asks_nothing_of_the_person(meeting, hand):
    """The form was opened on a value that waited; by the time it is saved the folder has taken that."""
    with meeting() as here:
        page, network = here.page, here.network
        network.state = "away"
        hand(page).rate("8")
        hand(page).save()
        waits(page)
        page.get_by_role("button", name="Correct this night").tap()
        hand(page).rate("4")
        network.state = "answered"
        again(page)
        until(page, lambda: network.night() == {"severity": "8"})
        hand(page).save()
        agreed(page, network, "4")
        assert page.locator(".conflict").count() == 0


def test_a_value_of_another_device_is_asked_about_though_an_own_one_was_lost(meeting, hand):
    with meeting(rated="3") as here:
        page, network = here.page, here.network
        network.state = "lost"
        correct(page, hand, "8")
        gone(page, network)
        network.elsewhere(severity="5")
        correct(page, hand, "2")
        network.state = "answered"
        again(page)
        page.get_by_text("In the trial folder: 5").wait_for()
        assert network.night() == {"severity": "5"}


def test_another_tab_shows_what_the_first_has_recorded(meeting, hand):
    with meeting(rated="3") as here:
        other = here.another()
        network = here.network
        network.state = "lost"
        correct(here.page, hand, "8")
        gone(here.page, network)
        waits(other)
        correct(other, hand, "3")
        network.state = "answered"
        again(here.page)
        agreed(here.page, network, "3")
        agreed(other, network, "3")


def test_what_waited_in_an_earlier_page_is_taken_to_have_been_sent(meeting, hand):
    """A page of an earlier version kept no list of what it had sent."""
    with meeting(rated="3") as here:
        page, network = here.page, here.network
        network.elsewhere(severity="8")
        network.state = "away"
        page.evaluate(
            """([key, night]) => { const store = JSON.parse(localStorage.getItem(key)); delete store.edits; delete store.revisions;
            store.recorded = { [night]: { severity: "3" } };
            store.waiting = { [night]: { cells: { severity: "8" }, seen: { severity: "3" }, entered: "2026-01-06T07:00:00+01:00" } };
            localStorage.setItem(key, JSON.stringify(store)); }""",
            [f"nof1:{network.protocol.sha256()}", NIGHT],
        )
        page.reload()
        waits(page)
        correct(page, hand, "3")
        waits(page)
        network.state = "answered"
        again(page)
        agreed(page, network, "3")
