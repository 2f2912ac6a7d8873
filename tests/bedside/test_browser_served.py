"""A served page in a browser: entries reach the trial folder, wait while nobody answers, and never replace what was not seen."""

import json
import re
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from browsing import page_kept, until

from nof1.bedside.page import diary_page
from nof1.plan.orders.draw import draw_order

ADDRESS = "http://diary.test"
IN_FOLDER = re.compile("^In the trial folder")


class Folder:
    """Stands for `nof1 serve`: answers as its interface says, from nights in memory."""

    def __init__(self, protocol, page):
        self.protocol, self.page = protocol, page
        self.nights, self.posts, self.state = {}, [], "answers"
        self.refuse, self.name = {}, "first"

    def handle(self, route):
        path = route.request.url.removeprefix(ADDRESS)
        if path in ("/", "", "/diary", "/pair") or path.startswith("/#"):
            route.fulfill(body=self.page, content_type="text/html; charset=utf-8")
        elif self.state == "away":
            route.abort()
        elif path == "/api/paired":
            route.fulfill(json={"paired": self.state != "unpaired"})
        elif self.state == "unpaired":
            route.fulfill(status=401, json={})
        elif route.request.method == "GET":
            route.fulfill(json={"trial": self.protocol.sha256(), "page": self.name, "today": "", "nights": self.nights})
        else:
            sent = json.loads(route.request.post_data)
            assert sent["trial"] == self.protocol.sha256()
            entries = sent["entries"]
            self.posts.append([{name: entry[name] for name in ("night", "cells", "seen")} for entry in entries])
            route.fulfill(json={"results": [self.record(**entry) for entry in entries]})

    def record(self, night, cells, seen, **_):
        if night in self.refuse:
            return {"night": night, "status": "refused", "message": self.refuse[night]}
        known = self.nights.setdefault(night, {})
        other = [name for name, text in cells.items() if known.get(name, "") not in ("", text, seen.get(name, ""))]
        if other:
            return {"night": night, "status": "conflict", "recorded": dict(known), "message": "recorded already"}
        status = "same" if all(known.get(name, "") == text for name, text in cells.items()) else "recorded"
        known.update(cells)
        return {"night": night, "status": status, "recorded": dict(known)}


@pytest.fixture
def served(phones, protocol, at):
    """A function that opens the served page; the folder behind it can be changed in the middle."""

    @contextmanager
    def open_(when="2026-01-06T07:00:00", *, nights=None, **options):
        folder = Folder(protocol, diary_page(protocol, draw_order(protocol), served=True))
        folder.nights = nights or {}
        with phones(allow_requests=True, **options) as context:
            context.route(f"{ADDRESS}/**", folder.handle)

            def another():
                page = context.new_page()
                page.clock.install(time=at(when))
                page.goto(f"{ADDRESS}/")
                return page

            yield SimpleNamespace(folder=folder, page=another(), another=another)

    return open_


def waiting(page, protocol):
    return json.loads(page.evaluate("key => localStorage.getItem(key)", f"nof1:{protocol.sha256()}"))["waiting"]


def test_an_entry_goes_into_the_trial_folder(served, hand, protocol):
    with served() as here:
        hand(here.page).rate("4")
        hand(here.page).choose("dose_mg", "none")
        hand(here.page).save()
        here.page.locator("#state", has_text=IN_FOLDER).wait_for()
        here.page.locator("#status", has_text="Recorded, and in the trial folder.").wait_for()
        assert here.folder.posts == [[{"night": "2026-01-05", "cells": {"severity": "4", "dose_mg": "0"}, "seen": {}}]]
        assert waiting(here.page, protocol) == {}
        assert here.page.locator(".export").count() == 0


def test_what_is_recorded_is_shown_and_a_correction_says_what_was_seen(served, hand):
    night = {"severity": "7", "dose_mg": "200", "side_effects": "", "note": "from the terminal"}
    with served(nights={"2026-01-05": dict(night)}) as here:
        here.page.get_by_text("from the terminal").wait_for()
        here.page.get_by_role("button", name="Correct this night").tap()
        hand(here.page).rate("4")
        hand(here.page).save()
        here.page.locator("#state", has_text=IN_FOLDER).wait_for()
        assert here.folder.posts == [[{"night": "2026-01-05", "cells": {"severity": "4"}, "seen": night}]]


def test_entries_wait_while_nobody_answers_and_survive_a_reload(served, hand, protocol):
    with served() as here:
        page, folder = here.page, here.folder
        page_kept(page, protocol)
        folder.state = "away"
        hand(page).rate("4")
        hand(page).save()
        page.locator("#state", has_text="Saved here, not yet in the trial folder.").wait_for()
        page.reload()
        page.get_by_text("1 night is saved here and not yet in the trial folder").wait_for()
        assert page.locator("dd").first.inner_text() == "4"
        assert page.get_by_role("button", name="Export", exact=True).is_visible()
        assert folder.posts == []
        folder.state = "answers"
        page.clock.run_for(4_000)  # until the next try, and not as long as an answer may take
        page.locator("#state", has_text=IN_FOLDER).wait_for()
        assert folder.nights["2026-01-05"]["severity"] == "4"


@pytest.mark.parametrize(
    "event", ["window.dispatchEvent(new Event('online'))", "document.dispatchEvent(new Event('visibilitychange'))"]
)
def test_it_sends_at_once_when_the_way_is_free_again(served, hand, protocol, event):
    with served() as here:
        page_kept(here.page, protocol)
        here.folder.state = "away"
        hand(here.page).rate("4")
        hand(here.page).save()
        here.page.get_by_text("1 night is saved here").wait_for()
        here.folder.state = "answers"
        here.page.evaluate(event)
        here.page.locator("#state", has_text=IN_FOLDER).wait_for()


@pytest.mark.parametrize(("choice", "left"), [("Entered here", "4"), ("In the trial folder", "9")])
def test_of_two_values_the_person_chooses(served, hand, protocol, choice, left):
    with served() as here:
        page, folder = here.page, here.folder
        page_kept(page, protocol)
        folder.nights["2026-01-05"] = {"severity": "9", "note": "another device"}
        hand(page).rate("4")
        hand(page).choose("dose_mg", "none")
        hand(page).save()
        page.get_by_role("heading", name="Another value was recorded meanwhile").wait_for()
        assert folder.nights["2026-01-05"]["severity"] == "9"
        assert page.locator("[data-conflict]").count() == 1
        page.reload()
        settle = page.get_by_role("button", name="Keep what I chose")
        settle.tap()
        page.get_by_text("Choose one of the two values first.").wait_for()
        hand(page).tap(page.locator("[data-conflict=severity] label").filter(has_text=choice))
        settle.tap()
        page.locator("#state", has_text=IN_FOLDER).wait_for()
        assert page.locator(".conflict").count() == 0
        assert folder.nights["2026-01-05"] == {"severity": left, "note": "another device", "dose_mg": "0"}
        assert waiting(page, protocol) == {}


def test_a_conflict_elsewhere_is_pointed_to(served, hand, protocol):
    with served("2026-01-07T07:00:00") as here:
        page = here.page
        page_kept(page, protocol)
        page.evaluate("location.hash = '#night=2026-01-05'")
        page.locator("h1", has_text="Monday to Tuesday").wait_for()
        here.folder.nights["2026-01-05"] = {"severity": "9"}
        hand(page).rate("4")
        hand(page).save()
        page.locator(".conflict").wait_for()
        page.evaluate("location.hash = ''")
        page.get_by_text("This night needs a decision:").wait_for()
        page.locator(".note a").tap()
        page.locator(".conflict").wait_for()


def test_a_refusal_is_told_and_the_entry_stays(served, hand, protocol):
    with served() as here:
        here.folder.refuse["2026-01-05"] = "The diary is locked since the order was opened."
        hand(here.page).rate("4")
        hand(here.page).save()
        here.page.get_by_text("The diary is locked since the order was opened.").wait_for()
        here.page.reload()
        here.page.get_by_text("The diary is locked since the order was opened.").wait_for()
        assert waiting(here.page, protocol)["2026-01-05"]["cells"] == {"severity": "4"}
        here.folder.refuse.clear()
        here.page.get_by_role("button", name="Try again").tap()
        here.page.locator("#state", has_text=IN_FOLDER).wait_for()


def test_a_lost_pairing_is_told_and_nothing_is_lost(served, hand, protocol):
    with served() as here:
        page_kept(here.page, protocol)
        here.folder.state = "unpaired"
        hand(here.page).rate("4")
        hand(here.page).save()
        here.page.get_by_text("not paired with nof1 serve any more").wait_for()
        here.folder.page = (
            "<!doctype html><html lang=en><title>pair</title><link rel=icon href=data:,><p>Type the code."
        )
        here.page.get_by_role("button", name="Pair again").tap()
        here.page.get_by_text("Type the code.").wait_for()
        assert list(waiting(here.page, protocol)) == ["2026-01-05"]


def test_a_newer_page_takes_its_place_once_nothing_is_being_typed(served, hand, make_protocol, protocol):
    with served() as here:
        page, folder = here.page, here.folder
        page_kept(page, protocol, "first")
        hand(page).rate("4")
        folder.page, folder.name = folder.page.replace('"simulated":false', '"simulated":true'), "second"
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page_kept(page, protocol, "second")
        assert page.locator("input[name=field-severity]:checked").input_value() == "4"
        hand(page).save()
        page.get_by_text("Simulated: this plan is an example").wait_for()
        page.locator("#state", has_text=IN_FOLDER).wait_for()
        assert folder.nights["2026-01-05"]["severity"] == "4"


def test_the_first_opening_does_not_load_the_page_again(served, protocol):
    with served() as here:
        loads = []
        here.page.on("load", lambda _: loads.append(1))
        page_kept(here.page, protocol, "first")
        here.page.wait_for_timeout(300)
        assert loads == []


def test_many_waiting_nights_go_in_portions(served, protocol):
    with served("2026-01-19T07:00:00") as here:
        page, folder = here.page, here.folder
        page_kept(page, protocol)
        page.evaluate(
            """key => { const store = { version: 1, device: "d", exported: "", told: [], nights: {}, recorded: {}, waiting: {} };
            for (let day = 5; day < 19; day += 1) store.waiting[`2026-01-${String(day).padStart(2, "0")}`] =
              { cells: { severity: "3", note: "x".repeat(20000) }, seen: {}, entered: "2026-01-19T07:00:00+01:00" };
            localStorage.setItem(key, JSON.stringify(store)); }""",
            f"nof1:{protocol.sha256()}",
        )
        page.reload()
        until(page, lambda: waiting(page, protocol) == {})
        assert len(folder.nights) == 14
        assert len(folder.posts) == 2
        assert all(len(json.dumps(entries).encode()) <= 256_000 for entries in folder.posts)
