"""The page in a browser and nof1 serve as a process behind it: pairing, a night into the folder, a laptop asleep, two devices, and files that are imported."""

import os
import signal
import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import clock
import httpx2
import pytest
from browsing import page_kept, until
from serving import serving

from nof1.plan.orders.draw import draw_order
from nof1.record.diary.journal import JOURNAL_FILE
from nof1.record.diary.table import read_diary
from nof1.record.planning import plan
from nof1.record.trial import Trial
from nof1.record.values.nights import last_night

pytestmark = [
    pytest.mark.clock,
    pytest.mark.skipif(os.name != "posix", reason="the laptop is put to sleep by a signal"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
IN_FOLDER = "In the trial folder"


@pytest.fixture
def trial(tmp_path, make_protocol):
    """A trial that began ten days ago, in the folder of the same test."""
    protocol = make_protocol(design={"start": clock.today() - timedelta(days=10)})
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    return SimpleNamespace(folder=tmp_path / "trial", protocol=protocol)


@pytest.fixture
def night():
    """The last one that is over, as the page and the laptop have it at this hour."""
    return last_night(clock.now())


@pytest.fixture
def device(phones):
    """A function that makes a phone with the clock of the laptop."""

    @contextmanager
    def make(**options):
        with phones(allow_requests=True, zone=clock.ZONE, **options) as context:

            def page(address):
                page = context.new_page()
                page.clock.install(time=clock.now())
                page.goto(address)
                return page

            yield page

    return make


def link(served):
    return f"{served.address}pair#code={served.code}"


def paired(page):
    page.locator("[data-field=severity]").wait_for()
    return page


def recorded(trial, night):
    return {entry.night: entry for entry in read_diary(trial.folder, trial.protocol)}.get(night)


def rated(trial, night, page, value):
    """Wait until the night has this rating in the diary of the folder, and the page says so."""
    until(page, lambda: (entry := recorded(trial, night)) is not None and entry.outcome == value)
    page.locator("#state", has_text=IN_FOLDER).wait_for()


def test_the_link_pairs_and_a_night_goes_into_the_diary(trial, night, device, hand):
    with serving(trial.folder) as served, device() as open_:
        page = paired(open_(link(served)))
        assert served.code not in page.url
        hand(page).rate("4")
        page.locator("#text-note").fill("ruhig, \N{SLEEPING SYMBOL}")
        hand(page).save()
        rated(trial, night, page, 4.0)
        assert recorded(trial, night).note == "ruhig, \N{SLEEPING SYMBOL}"
        assert "diary page" in (trial.folder / JOURNAL_FILE).read_text(encoding="utf-8")
        page.get_by_role("button", name="Correct this night").tap()
        hand(page).rate("5")
        hand(page).save()
        rated(trial, night, page, 5.0)


def test_who_has_no_code_or_a_wrong_one_sees_nothing_of_the_trial(trial, device, bytes_in):
    before = bytes_in(trial.folder)
    with serving(trial.folder) as served, device() as open_:
        page = open_(served.address)
        page.get_by_label("Code").fill("WRON-GONE")
        page.get_by_role("button", name="Pair").tap()
        page.locator("#told", has_text="not the code").wait_for()
        text = page.content()
        assert trial.protocol.title not in text
        assert trial.protocol.outcome.title not in text
        assert page.request.get(f"{served.address}api/nights").status == 401
        page.get_by_label("Code").fill(served.code.lower())
        page.get_by_role("button", name="Pair").tap()
        paired(page)
    assert bytes_in(trial.folder) == before


def test_a_browser_that_keeps_nothing_is_told_why_it_is_not_paired(trial, device):
    with serving(trial.folder) as served, device() as open_:
        page = open_("about:blank")
        page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); }")
        page.goto(link(served))
        page.locator("#told", has_text="keeps nothing").wait_for()


def test_a_computer_that_is_away_is_told_and_tried_again(trial, device):
    with serving(trial.folder) as served, device() as open_:
        page = paired(open_(link(served)))
        page.route("**/diary", lambda route: route.abort())
        page.goto(served.address)
        page.locator("#told", has_text="does not answer").wait_for()
        page.unroute("**/diary")
        page.get_by_role("button", name="Try again").tap()
        paired(page)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_pairing_has_no_barrier(trial, device, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with serving(trial.folder) as served, device(scheme=scheme) as open_:
        page = open_(served.address)
        for state in ("asked", "refused"):
            found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE}}).response["violations"]
            assert [(state, one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
            page.get_by_label("Code").fill("WRON-GONE")
            page.get_by_role("button", name="Pair").tap()
            page.locator("#told", has_text="not the code").wait_for()


class Listening(BaseHTTPRequestHandler):
    """Another program at another port of the same address, which writes down all that browsers tell it."""

    def do_GET(self):
        self.server.heard.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><html lang=en><title>other</title><link rel=icon href=data:,><p>Other")

    def log_message(self, *_):
        pass


@pytest.fixture
def listening():
    """Such a program at work."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        server.heard = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_what_a_browser_tells_another_port_opens_nothing(trial, device, listening, bytes_in):
    """The same browser visits both; the other one tries everything that it was told."""
    with serving(trial.folder) as served, device() as open_:
        before = bytes_in(trial.folder)
        paired(open_(link(served))).close()
        other = open_(f"http://127.0.0.1:{listening.server_port}/")
        assert other.evaluate("Object.keys(localStorage).length") == 0
        other.evaluate("fetch('/x', {credentials: 'include'}).then(() => 1)")
        assert len(listening.heard) >= 2
        for heard in listening.heard:
            assert not {"cookie", "nof1-key"} & {name.lower() for name in heard}
            headers = {name: value for name, value in heard.items() if name.lower() not in ("host", "connection")}
            with httpx2.Client(base_url=served.address, headers=headers, trust_env=False) as thief:
                for path in ("/diary", "/api/nights"):
                    assert thief.get(path).status_code in (401, 403)
                assert trial.protocol.title not in thief.get("/").text
        paired(open_(served.address))  # and the browser itself is let in still
        assert bytes_in(trial.folder) == before


def test_what_the_browser_kept_of_another_version_is_fetched_anew(trial, device):
    """The page that opens the diary lets only the program run that it knows; it is kept apart from the diary."""
    with serving(trial.folder) as served, device() as open_:
        page = paired(open_(link(served)))
        page_kept(page, trial.protocol)
        asked = []

        def older(route):
            asked.append(route.request.url)
            answer = route.fetch()
            body = answer.text().replace("'sha256-", "'sha256-x") if len(asked) == 1 else answer.text()
            route.fulfill(response=answer, body=body)

        page.route(served.address, older)
        page.goto(served.address)
        paired(page)
        assert len(asked) >= 2


def test_a_page_of_another_address_cannot_ask(trial, device, browser, bytes_in):
    """A name that leads to this machine (rebinding), and a foreign page that sends a form or a request."""
    before = bytes_in(trial.folder)
    with serving(trial.folder) as served, device() as open_:
        page = paired(open_(link(served)))
        foreign = served.address.replace("127.0.0.1", "127-0-0-1.example.test")
        answer = page.request.get(served.address, headers={"Host": foreign.removeprefix("http://").strip("/")})
        assert answer.status == 421
        other = browser.new_context().new_page()
        other.goto("data:text/html,<title>other</title>")
        sent = other.evaluate(
            """address => fetch(address + 'api/nights', {method: 'POST', mode: 'no-cors', credentials: 'include',
               body: '{"entries": []}'}).then(answer => answer.type, () => 'failed')""",
            served.address,
        )
        other.context.close()
        assert sent in ("opaque", "failed")
    assert bytes_in(trial.folder) == before


def test_while_the_laptop_sleeps_the_page_opens_and_entries_wait(trial, night, device, hand):
    with serving(trial.folder) as served, device() as open_:
        first = paired(open_(link(served)))
        page_kept(first, trial.protocol)
        first.wait_for_load_state(
            "networkidle"
        )  # the browser has the whole page, and nothing of it is still on its way
        first.close()
        served.process.send_signal(signal.SIGSTOP)
        try:
            page = paired(open_(served.address))  # from what the browser kept
            hand(page).rate("6")
            hand(page).save()
            page.clock.run_for(120_000)  # until it no longer waits for an answer
            page.get_by_text("saved here and not yet in the trial folder").wait_for()
            assert recorded(trial, night) is None
        finally:
            served.process.send_signal(signal.SIGCONT)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        rated(trial, night, page, 6.0)


@pytest.mark.parametrize(("choice", "left"), [("Entered here", 7.0), ("In the trial folder", 3.0)])
def test_of_two_devices_the_second_sees_what_the_first_recorded_and_chooses(trial, night, device, hand, choice, left):
    with serving(trial.folder) as served, device() as open_first, device() as open_second:
        first, second = paired(open_first(link(served))), paired(open_second(link(served)))
        hand(first).rate("3")
        hand(first).save()
        rated(trial, night, first, 3.0)
        hand(second).rate("7")
        hand(second).save()
        second.get_by_role("heading", name="Another value was recorded meanwhile").wait_for()
        assert recorded(trial, night).outcome == 3.0
        hand(second).tap(second.locator("[data-conflict=severity] label").filter(has_text=choice))
        second.get_by_role("button", name="Keep what I chose").tap()
        rated(trial, night, second, left)
        journal = (trial.folder / JOURNAL_FILE).read_text(encoding="utf-8")
        assert ("3,7" in journal) == (left == 7.0)  # the old value is never lost


def test_what_waits_for_one_trial_never_goes_into_another_at_the_same_address(
    trial, night, device, hand, tmp_path, make_protocol, bytes_in
):
    """The page of the first is still open, and the browser is paired with the second, too."""
    other = make_protocol(title="Another one", design={"start": trial.protocol.start})
    Trial(other, draw_order(other), ()).write(tmp_path / "other")
    before = bytes_in(tmp_path / "other")
    with device() as open_:
        with serving(trial.folder) as served:
            first = paired(open_(link(served)))
        hand(first).rate("8")
        hand(first).save()
        first.get_by_text("saved here and not yet in the trial folder").wait_for()
        port = served.address.rpartition(":")[2].strip("/")
        with serving(tmp_path / "other", "--port", port) as again:
            paired(open_(link(again))).close()  # with both open, Chromium crashes now and then when one is loaded again
            first.evaluate("window.dispatchEvent(new Event('online'))")
            first.locator("[data-field=severity]").wait_for()  # the other trial's page has taken its place, and asks
            assert other.sha256() in first.content()
        assert bytes_in(tmp_path / "other") == before
        with serving(trial.folder, "--port", port) as served:
            rated(trial, night, open_(link(served)), 8.0)


@pytest.mark.parametrize(("lived", "asked"), [(2, False), (3, True)], ids=["within a period", "at its end"])
def test_a_sealed_trial_is_served_without_its_arms(tmp_path, planned, night, device, hand, lived, asked):
    """They are named where the guess is asked for, after the last night of a period, and nowhere else."""
    start = night - timedelta(days=lived - 1)
    protocol = planned("randomized-blocks", concealed="helper", blocks=2, period_nights=3, start=start)
    plan(protocol, tmp_path / "trial", helper=tmp_path / "helper", unscreened=True)
    titles = [arm.title for arm in protocol.arms]
    with serving(tmp_path / "trial") as served, device() as open_:
        page = paired(open_(link(served)))
        page.wait_for_load_state("networkidle")  # what it has been told is on the screen, and nothing is shown anew
        guess = page.locator("[data-field=guess]")
        assert guess.count() == asked
        if asked:
            assert all(title in guess.inner_text() for title in titles)
        # In one step: the page draws itself anew when the first answer comes.
        shown = page.locator("main").evaluate(
            """main => { const copy = main.cloneNode(true); copy.querySelector("[data-field=guess]")?.remove();
            return copy.textContent; }"""
        )
        assert "pack 1" in shown
        assert [title for title in titles if title in shown] == []


@pytest.mark.parametrize("kind", ["Export", "As a table (CSV)"])
def test_a_file_of_the_page_is_imported_and_twice_is_harmless(trial, night, phones, hand, nof1, tmp_path, kind):
    """From diary.html, which nof1 diary-page writes, over a download into the diary."""
    assert nof1("diary-page", trial.folder)[0] == 0
    with phones(zone=clock.ZONE, accept_downloads=True) as context:
        page = context.new_page()
        page.clock.install(time=clock.now())
        page.goto((trial.folder / "diary.html").as_uri())
        hand(page).rate("4")
        hand(page).choose("dose_mg", "none")
        hand(page).save()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=kind, exact=True).tap()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
    for _ in range(2):
        status, said, complained = nof1("import", trial.folder, file, "--yes")
        assert status == 0, said + complained
        entry = recorded(trial, night)
        assert (entry.outcome, entry.dose_mg) == (4.0, 0.0)
    assert sum(one.outcome is not None for one in read_diary(trial.folder, trial.protocol)) == 1


def test_what_waits_in_a_served_page_can_be_exported_and_imported(trial, night, device, hand, nof1, tmp_path):
    with device(accept_downloads=True) as open_:
        with serving(trial.folder) as served:
            page = paired(open_(link(served)))
        hand(page).rate("2")
        hand(page).save()
        page.get_by_text("saved here and not yet in the trial folder").wait_for()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Export", exact=True).tap()
        waiting.value.save_as(tmp_path / "waiting.json")
    assert nof1("import", trial.folder, tmp_path / "waiting.json", "--yes")[0] == 0
    assert recorded(trial, night).outcome == 2.0
