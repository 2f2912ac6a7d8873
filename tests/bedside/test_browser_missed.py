"""Skipping back in on the phone: missed nights are one entry, as from the terminal; nothing recorded is written over, nothing is told twice."""

from datetime import date, datetime, timedelta
from shutil import copytree

import pytest
from browsing import until
from lost import NIGHT

from nof1 import record
from nof1.plan.orders.amendments import load_amendments
from nof1.record.checking.folder import check
from nof1.record.diary.missed import missed_together
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial

BACK = "2026-01-12T07:00:00"  # last night is that of the 11th
NOW = datetime(2026, 1, 12, 9).astimezone()


@pytest.fixture
def skipped(folder):
    """A folder with its first night recorded."""
    record.log(folder, {"severity": "4"}, night=date.fromisoformat(NIGHT), now=NOW)
    return folder


def told(folder):
    return [(str(one.start), one.nights, one.taken) for one in load_amendments(folder)]


def problems(folder):
    return [one.text for one in check(folder) if one.level == "problem"]


def title(page):
    return page.locator("#missed-title").all_inner_texts()


def choose(page, taken, *, sure=True):
    page.locator(f"#missed-{taken}").tap()
    if sure:
        page.locator("#missed-yes").tap()


def again(page):
    page.evaluate("window.dispatchEvent(new Event('online'))")


@pytest.mark.parametrize("taken", ["planned", "none", "unknown"])
def test_missed_nights_are_one_entry_as_from_the_terminal(meeting, skipped, tmp_path, taken):
    other = tmp_path / "other"
    copytree(skipped, other)
    record.log_missed(other, taken, now=NOW)
    with meeting(when=BACK) as here:
        page = here.page
        until(page, lambda: title(page) == ["5 nights in a row have no entry"])
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        choose(page, taken)
        until(page, lambda: told(skipped) == [("2026-01-06", 5, taken)])
        page.locator("#status", has_text="In the trial folder.").wait_for()
        assert title(page) == []
        assert page.locator(".missed").count() == 0
        page.locator("#top", has_text="1 missing").wait_for()  # last night can still be rated
    assert (skipped / "diary.csv").read_bytes() == (other / "diary.csv").read_bytes()
    assert told(other) == told(skipped)
    assert problems(skipped) == []


def test_a_few_nights_are_one_tap_and_fewer_are_not_offered(meeting, skipped):
    record.log(skipped, {"note": "calm"}, night=date(2026, 1, 7), now=NOW)
    with meeting(when=BACK) as here:
        page = here.page
        until(page, lambda: title(page) == ["3 nights in a row have no entry"])
        choose(page, "none", sure=False)
        until(page, lambda: told(skipped) == [("2026-01-08", 3, "none")])
        assert title(page) == []
        assert page.locator("#top", has_text="3 missing").count() == 1  # the 6th, the 7th and last night


def test_what_was_chosen_can_be_left_and_taken_back_until_it_is_sent(meeting, skipped, stored, protocol):
    with meeting(when=BACK) as here:
        page, network = here.page, here.network
        until(page, lambda: title(page) != [])
        page.locator("#missed-none").tap()
        page.locator(".missed").get_by_role("button", name="Cancel").tap()
        network.state = "away"
        choose(page, "planned")
        page.locator(".missed", has_text="Saved here, not yet in the trial folder").wait_for()
        assert "as planned each evening" in page.locator(".missed").inner_text()
        page.reload()
        page.get_by_role("button", name="Take it back").tap()
        assert stored(page, protocol)["missed"] == []
        until(page, lambda: title(page) != [])
        network.state = "answered"
        again(page)
        page.wait_for_timeout(300)
        assert told(skipped) == []


def test_a_lost_answer_neither_loses_nor_repeats_it(meeting, skipped):
    with meeting(when=BACK) as here:
        page, network = here.page, here.network
        until(page, lambda: title(page) != [])
        network.state = "lost"
        choose(page, "none")
        until(page, lambda: network.state == "away")
        page.locator(".missed", has_text="not yet in the trial folder").wait_for()
        assert page.get_by_role("button", name="Take it back").count() == 0  # it may have arrived
        # A night of it is entered after all, with another dose, before any answer.
        page.goto(page.url.partition("#")[0] + "#night=2026-01-08")
        page.get_by_text("reported as one without a record").wait_for()
        page.locator("[data-field=severity] label.choice:has(input[value='2'])").tap()
        page.locator("[data-field=dose_mg] .clear").tap()
        page.locator("button[type=submit]").tap()
        network.state = "answered"
        again(page)
        until(page, lambda: network.night("2026-01-08") == {"severity": "2"})
        assert told(skipped) == [("2026-01-06", 5, "none")]
        assert network.night("2026-01-07") == {"dose_mg": "0"}
        for which in range(len(network.sent)):
            network.arrive(which)
        network.started()
        network.arrive(0)
        assert told(skipped) == [("2026-01-06", 5, "none")]
        assert network.night("2026-01-08") == {"severity": "2"}
        assert page.locator(".conflict").count() == 0
    assert problems(skipped) == []


def test_what_was_recorded_elsewhere_meanwhile_is_never_written_over(meeting, skipped, stored, protocol):
    with meeting(when=BACK) as here:
        page, network = here.page, here.network
        until(page, lambda: title(page) != [])
        network.state = "away"
        choose(page, "none")
        network.elsewhere("2026-01-08", severity="7")
        before = (skipped / "diary.csv").read_bytes()
        network.state = "answered"
        again(page)
        page.locator(".conflict", has_text="Something was recorded elsewhere meanwhile: 8").wait_for()
        assert (skipped / "diary.csv").read_bytes() == before
        assert told(skipped) == []
        page.get_by_role("button", name="Delete my entry").tap()
        assert stored(page, protocol)["missed"] == []
        assert page.locator(".conflict").count() == 0


def test_nothing_is_offered_before_the_folder_has_said_what_is_recorded(meeting, phones, skipped, protocol, at):
    with meeting(when=BACK) as here:
        here.page.evaluate(
            "localStorage.removeItem(Object.keys(localStorage).find((key) => /^nof1:[0-9a-f]{64}$/.test(key)))"
        )
        here.network.state = "away"
        here.page.reload()
        here.page.wait_for_timeout(300)
        assert title(here.page) == []
        here.network.state = "answered"
        again(here.page)
        until(here.page, lambda: title(here.page) == ["5 nights in a row have no entry"])


def test_a_sealed_trial_and_a_pause(meeting, sealed_trial):
    trial = sealed_trial(ratings="46", name="sealed")  # two run-in nights, the 5th and the 6th
    record.amend(trial.folder, pause=date(2026, 1, 8), nights=2, reason="away", now=NOW)
    with meeting(when="2026-01-13T07:00:00", to=(trial.folder, trial.protocol)) as here:
        page = here.page
        until(page, lambda: title(page) == ["3 nights in a row have no entry"])
        for name in ("citrate", "off"):
            assert name not in page.locator(".missed").inner_text()
        choose(page, "planned", sure=False)
        until(page, lambda: told(trial.folder)[-1:] == [("2026-01-07", 5, "planned")])
        found = {str(entry.night): entry.taken for entry in read_diary(trial.folder, trial.protocol)}
        assert {night for night in found if night > "2026-01-06"} == {"2026-01-07", "2026-01-10", "2026-01-11"}
        assert found["2026-01-10"] == 1


def test_a_file_tells_it_with_its_nights_and_import_takes_it(opened, folder, protocol, hand, tmp_path):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        hand(page).rate("4")
        hand(page).save()
        page.clock.set_fixed_time(datetime.fromisoformat("2026-01-12T07:00:00+01:00"))
        page.reload()
        assert title(page) == ["5 nights in a row have no entry"]
        choose(page, "none")
        page.locator(".missed", has_text="Recorded in this browser").wait_for()
        page.get_by_role("button", name="Take it back").tap()
        choose(page, "unknown")
        page.get_by_role("button", name="Take it back").tap()
        choose(page, "none")
        page.evaluate("location.hash = '#night=2026-01-08'")
        page.get_by_text("reported as one without a record").wait_for()
        hand(page).rate("2")
        hand(page).save()
        page.evaluate("location.hash = '#nights'")
        until(page, lambda: page.locator("li.told").count() == 4)
        with page.expect_download() as download:
            page.get_by_role("button", name="Export", exact=True).tap()
        download.value.save_as(tmp_path / "exported.json")
        until(page, lambda: page.locator(".missed").count() == 0)  # it is in a file now
    taken = record.import_file(folder, tmp_path / "exported.json", now=NOW)
    assert (taken.rows, taken.taken, taken.rejected) == (3, 3, ())
    assert told(folder) == [("2026-01-06", 5, "none")]
    found = {str(one.night): (one.outcome, one.dose_mg) for one in read_diary(folder, protocol)}
    assert found.pop(NIGHT) == (4, None)
    assert found.pop("2026-01-08") == (2, 0)
    assert set(found.values()) == {(None, 0)}
    assert len(found) == 4
    assert problems(folder) == []
    assert record.import_file(folder, tmp_path / "exported.json", now=NOW).taken == 0


def test_a_new_file_does_not_ask_about_nights_that_it_cannot_know(opened, protocol, hand):
    with opened(protocol, BACK) as page:
        assert title(page) == []
        hand(page).rate("4")
        hand(page).save()
        assert title(page) == []


def test_the_page_asks_about_the_nights_about_which_the_terminal_asks(meeting, folder):
    """Gaps of every kind, and the first nights of the trial."""
    protocol = Trial.load(folder).protocol
    order = Trial.load(folder).order
    latest = date(2026, 1, 14)
    with meeting(when="2026-01-15T07:00:00") as here:
        page = here.page
        for recorded in ("2026-01-14", "2026-01-07", "2026-01-13", "2026-01-12", "2026-01-10", ""):
            wanted = missed_together(order, read_diary(folder, protocol), (), latest)
            if wanted:
                until(page, lambda wanted=wanted: title(page) == [f"{len(wanted)} nights in a row have no entry"])
                first, last = wanted[0], wanted[-1]
                text = page.locator(".missed .small").inner_text()
                assert f"{first.day}" in text
                assert f"{last.day}" in text
            else:
                until(page, lambda: title(page) == [])
            if recorded:
                here.network.elsewhere(recorded, severity="3")
                again(page)


@pytest.mark.parametrize(("when", "offered"), [("2026-01-15T07:00:00", True), ("2026-01-16T07:00:00", False)])
def test_nights_that_were_missed_long_ago_are_left_alone(meeting, folder, at, when, offered):
    latest = at(when).date() - timedelta(days=1)
    for night in range(8, latest.day):
        record.log(folder, {"severity": "4"}, night=date(2026, 1, night), now=at(when))
    trial = Trial.load(folder)
    assert bool(missed_together(trial.order, trial.entries, (), latest)) is offered
    with meeting(when=when) as here:
        here.page.get_by_role("heading", name="are missing").or_(
            here.page.locator("#top", has_text="4 missing")
        ).first.wait_for()
        assert title(here.page) == (["3 nights in a row have no entry"] if offered else [])
