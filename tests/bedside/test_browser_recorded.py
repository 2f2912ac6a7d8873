"""What has a kind of answer of its own, in a browser: a clock time or none, one of several, and words only after a yes."""

import pytest

NAMES = ("onset", "where", "rescue", "rescue_what")


@pytest.fixture
def asking(make_protocol):
    return make_protocol(recorded=["onset", "where", "rescue"])


def test_each_kind_is_answered_and_kept(opened, hand, stored, asking):
    with opened(asking, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("4")
        assert page.locator("#amount-onset").is_hidden()
        person.choose("onset", "at a time")
        person.choose("where", "legs and arms")
        assert page.locator("[data-field=rescue_what]").is_hidden()
        person.choose("rescue", "yes")
        page.locator("#text-rescue_what").fill("ibuprofen 400 mg, 1 am")
        person.save()
        assert "Say at what time" in page.locator("[data-field=onset] .problem").inner_text()
        assert page.evaluate("document.activeElement.id") == "amount-onset"
        page.locator("#amount-onset").fill("23:50")
        page.reload()  # the draft has it
        assert page.locator("#amount-onset").input_value() == "23:50"
        person.save()
        page.get_by_text("Recorded in this browser.").wait_for()
        (night,) = stored(page, asking)["nights"].values()
        assert [night["cells"][name] for name in NAMES] == ["23:50", "legs and arms", "yes", "ibuprofen 400 mg, 1 am"]
        assert "23:50" in page.locator("dl").inner_text()


def test_none_and_no_are_answers_and_a_correction_keeps_what_it_does_not_touch(opened, hand, stored, asking):
    with opened(asking, "2026-01-06T07:00:00", locale="de-DE") as page:
        person = hand(page)
        person.rate("4")
        person.choose("onset", "in dieser Nacht keine")
        person.choose("where", "nirgends")
        person.choose("rescue", "nein")
        person.save()
        page.get_by_role("button", name="Diese Nacht berichtigen").tap()
        assert page.locator("[data-field=onset] input:checked").input_value() == "none"
        person.choose("onset", "zu einer Uhrzeit")
        page.locator("#amount-onset").fill("00:10")
        person.save()
        (night,) = stored(page, asking)["nights"].values()
        assert [night["cells"][name] for name in NAMES] == ["00:10", "nowhere", "no", ""]
