"""How far the trial is and its answer, on a phone with the served page: shown, told, in both languages and lights, and without a barrier."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from fitted import fitted

from nof1 import report
from nof1.bedside.page import diary_page
from nof1.plan.orders.draw import draw_order

ADDRESS = "http://diary.test"
AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def answer():
    """The page of a result, by language."""
    return {language: report.web_page(fitted("worsens"), language=language) for language in ("en", "de")}


@pytest.fixture
def served(phones, protocol, at, answer):
    """A function that opens the served page over a folder in this state."""

    @contextmanager
    def open_(state, when="2026-01-08T07:00:00", **options):
        here = SimpleNamespace(state=state, nights={"2026-01-05": {"severity": "4"}}, asked=[])
        text = diary_page(protocol, draw_order(protocol), served=True)

        def handle(route):
            path = route.request.url.removeprefix(ADDRESS).partition("#")[0]
            if path in ("/", "/diary"):
                route.fulfill(body=text, content_type="text/html; charset=utf-8")
            elif path == "/api/results":
                route.fulfill(json={"state": here.state})
            elif path.startswith("/api/results/"):
                here.asked.append(path)
                if here.state == "ready":
                    route.fulfill(body=answer[path[-2:]], content_type="text/html; charset=utf-8")
                else:
                    route.fulfill(status=404, json={"message": "none"})
            else:
                route.fulfill(json={"trial": protocol.sha256(), "page": "p", "today": "", "nights": here.nights})

        with phones(allow_requests=True, **options) as context:
            context.route(f"{ADDRESS}/**", handle)
            here.page = context.new_page()
            here.page.clock.install(time=at(when))
            here.page.goto(f"{ADDRESS}/")
            yield here

    return open_


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize(("locale", "link", "headline"), [
    ("en-GB", "There is an answer", "magnesium made it worse"), ("de-DE", "Es gibt eine Antwort", "Magnesium es verschlechtert")
])  # fmt: skip
def test_the_answer_is_two_taps_away_and_fits_the_phone(served, locale, link, headline, scheme):
    from axe_playwright_python.sync_playwright import Axe

    with served("ready", when="2026-01-08T12:00:00", locale=locale, scheme=scheme) as here:
        page = here.page
        page.locator(".note a", has_text=link).tap()
        page.locator(".result .headline", has_text=headline).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        pictures = page.locator(".result img")
        assert pictures.count() >= 4
        assert all(one.evaluate("image => image.complete && image.naturalWidth > 0") for one in pictures.all())
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE}}).response["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
        page.locator("#top a").first.tap()
        page.locator(".note a", has_text=link).wait_for()


def test_the_answer_follows_the_language_and_is_fetched_once_in_each(served):
    with served("ready") as here:
        page = here.page
        page.locator(".note a", has_text="There is an answer").tap()
        page.locator(".result .headline", has_text="made it worse").wait_for()
        page.get_by_role("button", name="Deutsch").tap()
        page.locator(".result .headline", has_text="verschlechtert").wait_for()
        page.get_by_role("button", name="English").tap()
        page.locator(".result .headline", has_text="made it worse").wait_for()
        assert here.asked == ["/api/results/en", "/api/results/de"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("due", "run nof1 analyze"), ("changed", "has changed since"), ("sealed", "Open it with nof1 unseal")],
)
def test_where_there_is_none_it_is_said_how_to_make_one(served, state, words):
    with served(state) as here:
        here.page.locator(".note", has_text=words).wait_for()
        assert here.page.locator("a[href='#answer']").count() == 0
        assert here.asked == []


def test_an_answer_that_no_longer_fits_goes_away(served):
    with served("ready") as here:
        page = here.page
        page.locator(".note a", has_text="There is an answer").tap()
        page.locator(".result .headline").wait_for()
        here.state = "changed"
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.get_by_text("no answer that fits").wait_for()
        assert page.locator(".result").count() == 0


def test_how_far_the_trial_is_stands_below_the_night(served):
    with served("none") as here:
        here.page.locator(".progress p").wait_for()
        assert here.page.locator(".progress p").inner_text() == "Nights that are over: 3 of 14. Rated: 1."
        assert here.page.locator("progress").evaluate("bar => [bar.value, bar.max]") == [3, 14]
        assert here.page.locator(".note").count() == 0
