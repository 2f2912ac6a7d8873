"""A phone for the diary's page: the system's own Chromium, with a clock that the test sets."""

import json
import re
import shutil
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace

import pytest
from browsing import page_kept
from lost import ADDRESS, MORNING, Network

from nof1.bedside.page import diary_page
from nof1.plan.orders.draw import draw_order, schedule
from nof1.record.trial import Trial

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    f"Tests of the diary's page need a browser: none of {', '.join(BROWSERS)} is here. "
    "Type as root: apt-get install chromium (Debian), dnf install chromium (Fedora)"
)
PHONE = {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A journey in a browser is slow: what it shows is what `make test-slow` is for."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="module")
def browser():
    """One browser for the tests of a file."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(NO_BROWSER)
    playwright = pytest.importorskip("playwright.sync_api", reason="Tests of the diary's page need playwright.")
    with playwright.sync_playwright() as driver:
        # In a container /dev/shm is often too small for what the browser shares there, and its pages crash.
        browser = driver.chromium.launch(executable_path=program, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def phones(browser):
    """A function that makes a phone: a browser context that complains of any error, and of any request but for the page itself.

    It is a winter's morning there until a test sets another moment; the machine's clock is never seen.
    `allow_requests` is for served pages, which ask the one that sent them.
    """

    @contextmanager
    def make(*, locale="en-GB", zone="Europe/Berlin", scheme="dark", allow_requests=False, **options):
        context = browser.new_context(
            **(PHONE | {"locale": locale, "timezone_id": zone, "color_scheme": scheme} | options)
        )
        context.clock.set_fixed_time(moment("2026-01-06T07:00:00"))
        problems, requests = [], []
        context.on(
            "console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None
        )
        context.on("weberror", lambda error: problems.append(str(error.error)))
        context.on("request", lambda request: requests.append(request.url))
        try:
            yield context
            if allow_requests:  # the browser says so of every answer that is none
                problems = [text for text in problems if not text.startswith("Failed to load resource")]
            assert problems == []
            if not allow_requests:
                assert {url for url in requests if not url.startswith(("file:", "blob:"))} == set()
        finally:
            context.close()

    return make


@pytest.fixture
def diary(tmp_path):
    """A function that writes a trial's page to a file and gives its address."""

    def write(protocol, name="diary.html", **options):
        order = draw_order(protocol) if protocol.concealed == "open" else schedule(protocol)
        path = tmp_path / name
        path.write_text(diary_page(protocol, order, **options), encoding="utf-8")
        return path.as_uri()

    return write


@pytest.fixture
def opened(phones, diary):
    """A function that opens a trial's page on a phone at a moment of the local clock."""

    @contextmanager
    def open_(protocol, when, *, night="", **options):
        with phones(**options) as context:
            page = context.new_page()
            page.clock.set_fixed_time(moment(when))
            page.goto(diary(protocol) + (f"#night={night}" if night else ""))
            yield page

    return open_


def moment(text):
    """A moment of Berlin's winter from its local date and time."""
    return datetime.fromisoformat(f"{text}+01:00")


@pytest.fixture(scope="session")
def at():
    return moment


@pytest.fixture(scope="session")
def hand():
    """What a hand does on the page: each tap is counted."""

    def make(page):
        taps = []

        def tap(locator):
            taps.append(locator)
            locator.tap()

        def choose(field, text):
            tap(page.locator(f"[data-field={field}] label.choice").filter(has_text=text))

        def rate(value):
            tap(page.locator(f"[data-field=severity] label.choice:has(input[value='{value}'])"))

        def save():
            tap(page.locator("button[type=submit]"))

        return SimpleNamespace(taps=taps, tap=tap, choose=choose, rate=rate, save=save)

    return make


@pytest.fixture(scope="session")
def stored():
    """A function that reads what the page keeps in the browser."""
    return lambda page, protocol: json.loads(
        page.evaluate("key => localStorage.getItem(key)", f"nof1:{protocol.sha256()}")
    )


@pytest.fixture
def folder(tmp_path, protocol):
    Trial(protocol, draw_order(protocol), ()).write(tmp_path / "trial")
    return tmp_path / "trial"


@pytest.fixture
def meeting(phones, folder, protocol, at, hand):
    """A function that opens a page that has met its folder, with the network between them in the test's hands; `to` is another folder and its protocol."""

    @contextmanager
    def open_(rated=None, *, when=MORNING, to=None, **options):
        network = Network(*(to or (folder, protocol)), at(when))
        with phones(allow_requests=True, **options) as context:
            context.route(f"{ADDRESS}/**", network.handle)

            def another():
                page = context.new_page()
                page.clock.install(time=at(when))
                page.goto(f"{ADDRESS}/")
                page_kept(page, network.protocol)
                return page

            page = another()
            if rated is not None:
                hand(page).rate(rated)
                hand(page).save()
                page.locator("#state", has_text=re.compile("^In the trial folder")).wait_for()
            yield SimpleNamespace(page=page, network=network, another=another)

    return open_
