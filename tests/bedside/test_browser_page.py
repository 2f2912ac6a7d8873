"""The page in a browser on a phone-sized screen: what a person relies on from the first night to the last."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from browsing import until

from nof1.cells import shielded, unshielded
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.instruments import IMPRESSION
from nof1.plan.protocol.noticed import NOTICED
from nof1.record.diary.entry import parse_entry
from nof1.record.diary.period_ends import recorded_columns
from nof1.record.values.nights import last_night

MOST_TAPS = 5


@pytest.fixture
def sealed(planned):
    """Four periods of two nights, 5 to 12 January 2026."""
    return planned("randomized-blocks", concealed="helper", blocks=2, period_nights=2)


def headed(page, text):
    """Wait until the page has this heading: another address is shown a moment after the tap that leads there."""
    page.locator("h1", has_text=re.compile(f"^{re.escape(text)}$")).wait_for()


def morning(night, clock="07:00"):
    return f"{night + timedelta(days=1)}T{clock}:00"


def exported(page, tmp_path, name="Export"):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).tap()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


# --- entering


def test_a_usual_night_takes_at_most_five_taps(opened, hand, stored, protocol, make_protocol, sealed):
    asked = make_protocol(analysis={"covariates": ["caffeine", "alcohol"]})
    for trial, chosen, wanted in (
        (protocol, ["200 mg"], {"severity": "4", "dose_mg": "200"}),
        (sealed, ["all of it"], {"severity": "4", "taken": "1"}),
        (
            asked,
            ["200 mg", ("caffeine", "none"), ("alcohol", "none")],
            {"severity": "4", "dose_mg": "200", "caffeine": "0", "alcohol": "0"},
        ),
    ):
        order = draw_order(trial) if trial.concealed == "open" else schedule(trial)
        night = next(period.start for period in order.periods if period.arm in ("magnesium", None))
        with opened(trial, morning(night)) as page:
            person = hand(page)
            person.rate("4")
            for one in chosen:
                field, text = one if isinstance(one, tuple) else (list(wanted)[1], one)
                person.choose(field, text)
            person.save()
            assert len(person.taps) <= MOST_TAPS
            page.get_by_text("Recorded in this browser.").wait_for()
            cells = stored(page, trial)["nights"][str(night)]["cells"]
            assert {name: cell for name, cell in cells.items() if cell} == wanted


def test_from_the_first_night_to_the_last_with_guesses_at_the_ends_of_periods(
    phones, diary, hand, stored, sealed, at, tmp_path
):
    nights = [sealed.start + timedelta(days=i) for i in range(sealed.nights)]
    with phones(accept_downloads=True) as context:
        page = context.new_page()
        address = diary(sealed)
        for number, night in enumerate(nights, start=1):
            page.clock.set_fixed_time(at(morning(night)))
            page.goto(address)
            assert f"Night {number} of 8, pack {(number + 1) // 2}" in page.locator("header").inner_text()
            assert page.locator("[data-field=guess]").count() == (number % 2 == 0)
            assert page.locator(f"[data-field={IMPRESSION}]").count() == (number % 2 == 0)
            person = hand(page)
            person.rate(str(number))
            person.choose("taken", "all of it")
            if number % 2 == 0:
                if number > 2:
                    person.choose(IMPRESSION, "a little better" if number == 4 else "much worse")
                assert page.locator("[data-field=confidence]").is_hidden()
                person.choose("guess", "can't tell" if number == 2 else "citrate")
                assert page.locator("[data-field=confidence]").is_hidden() == (number == 2)
                if number > 2:
                    person.choose("confidence", "70")
            person.save()
            have = "has" if number == 1 else "have"
            page.get_by_text(f"{number} of 8 nights {have} a rating").wait_for()
        page.clock.set_fixed_time(at(morning(nights[-1] + timedelta(days=1))))
        page.goto(address)
        assert "The trial is over" in page.locator("main").inner_text()
        file = json.loads(exported(page, tmp_path).read_text(encoding="utf-8"))
    kept = [{"night": row["night"]} | row["cells"] for row in file["nights"]]
    assert [cells.pop(IMPRESSION, "") for cells in kept] == ["", "", "", "3", "", "7", "", "7"]
    assert {cells.pop(NOTICED, "") for cells in kept} == {""}  # nothing gave a pack away
    entries = [parse_entry(sealed, cells, where="export") for cells in kept]
    assert [entry.outcome for entry in entries] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [(entry.guess, entry.confidence) for entry in entries[1::2]] == [
        ("can't tell", None),
        *[("citrate", 70)] * 3,
    ]


def test_before_the_first_night_nothing_can_be_entered(opened, protocol):
    with opened(protocol, f"{protocol.start - timedelta(days=1)}T21:00:00") as page:
        assert "Its first night is Monday to Tuesday" in page.locator("main").inner_text()
        assert page.locator("form").count() == 0
        page.evaluate("location.hash = '#night=2026-01-05'")
        page.get_by_text("This night is not over yet").wait_for()
        assert page.locator("form").count() == 0


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Auckland"])
def test_last_night_is_that_of_the_terminal_at_any_hour(phones, diary, make_protocol, at, zone):
    protocol = make_protocol(design={"start": date(2026, 3, 20), "blocks": 3, "period_nights": 3})
    with phones(zone=zone) as context:
        page = context.new_page()
        page.goto(diary(protocol))
        for day in ("2026-03-28", "2026-03-29", "2026-03-30"):
            for hour in (0, 3, 4, 12, 23):
                page.clock.set_fixed_time(at(f"{day}T{hour:02}:30:00"))
                page.reload()
                local = page.evaluate(
                    "[new Date().getFullYear(), new Date().getMonth() + 1, new Date().getDate(), new Date().getHours()]"
                )
                night = last_night(
                    at("2026-01-01T00:00:00").replace(
                        year=local[0], month=local[1], day=local[2], hour=local[3], tzinfo=None
                    )
                )
                headed(page, f"{night:%A} to {night + timedelta(days=1):%A}")


def test_a_pause_asks_nothing_unless_wanted(phones, tmp_path, protocol, at):
    from nof1.bedside.page import diary_page
    from nof1.plan.design.order import Pause

    order = draw_order(protocol).with_pauses([Pause(date(2026, 1, 9), 2)])
    path = tmp_path / "paused.html"
    path.write_text(diary_page(protocol, order), encoding="utf-8")
    with phones() as context:
        page = context.new_page()
        page.clock.set_fixed_time(at(morning(date(2026, 1, 9))))
        page.goto(path.as_uri())
        assert "in a pause and does not count" in page.locator("main").inner_text()
        assert page.locator("form").count() == 0
        page.get_by_role("button", name="Record it all the same").tap()
        assert page.locator("form").count() == 1


# --- nothing lost


def test_a_reload_in_the_middle_of_an_entry_loses_nothing(opened, hand, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("6")
        person.choose("dose_mg", "another amount")
        page.locator("#amount-dose_mg").fill("62,5")
        person.choose("side_effects", "soft stools")
        page.locator("#own-words").fill("itch")
        page.locator("#text-note").fill("half asleep")
        page.reload()
        assert page.locator("input[name=field-severity]:checked").input_value() == "6"
        assert page.locator("#amount-dose_mg").input_value() == "62,5"
        assert page.locator("#own-words").input_value() == "itch"
        assert page.locator("#text-note").input_value() == "half asleep"
        hand(page).save()
        told = page.locator("dl").inner_text()
        for part in ("6", "62.5 mg", "soft stools; itch", "half asleep"):
            assert part in told


def test_an_updated_page_and_a_new_tab_find_everything(phones, diary, hand, protocol, at):
    with phones() as context:
        page = context.new_page()
        page.clock.set_fixed_time(at("2026-01-06T07:00:00"))
        page.goto(diary(protocol))
        hand(page).rate("6")
        hand(page).save()
        page.close()
        page = context.new_page()
        page.clock.set_fixed_time(at("2026-01-06T08:00:00"))
        page.goto(diary(protocol, name="newer.html"))
        assert page.locator("dd").first.inner_text() == "6"


def test_offline_it_works_as_ever(phones, diary, hand, protocol, at):
    with phones() as context:
        page = context.new_page()
        context.set_offline(True)
        page.clock.set_fixed_time(at("2026-01-06T07:00:00"))
        page.goto(diary(protocol))
        hand(page).rate("6")
        hand(page).save()
        page.get_by_text("Recorded in this browser.").wait_for()
        page.reload()
        assert page.locator("dd").first.inner_text() == "6"


def test_a_corrected_night_keeps_the_old_value_on_record(opened, hand, stored, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("6")
        person.save()
        page.get_by_role("button", name="Correct this night").tap()
        page.get_by_role("button", name="Cancel").tap()
        assert page.locator("dd").first.inner_text() == "6"
        page.get_by_role("button", name="Correct this night").tap()
        person.rate("2")
        page.locator("#text-note").fill("I had slipped")
        person.save()
        assert page.locator("dd").first.inner_text() == "2"
        (night,) = stored(page, protocol)["nights"].values()
        assert [(one["column"], one["old"], one["new"]) for one in night["corrected"]] == [
            ("severity", "6", "2"),
            ("note", "", "I had slipped"),
        ]
        assert night["cells"]["severity"] == "2"


def test_an_answer_can_be_taken_back(opened, hand, stored, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("6")
        person.choose("dose_mg", "none")
        page.get_by_role("button", name="Clear the answer: RLS severity").tap()
        assert page.locator("input[name=field-severity]:checked").count() == 0
        person.save()
        (night,) = stored(page, protocol)["nights"].values()
        assert (night["cells"]["severity"], night["cells"]["dose_mg"]) == ("", "0")
        assert "1 night is missing" not in page.locator("main").inner_text()
        assert "1 missing" in page.locator("nav").inner_text()


def test_an_empty_night_is_not_recorded(opened, hand, stored, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        hand(page).save()
        page.get_by_text("Nothing was answered, so nothing was recorded.").wait_for()
        assert page.locator("form").count() == 1


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1,230", "can be read two ways"),
        ("lots", "is no number"),
        ("5001", "is not from 0 to 5000"),
        ("", "Say how much"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_question(opened, hand, protocol, typed, message):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("6")
        person.choose("dose_mg", "another amount")
        page.locator("#amount-dose_mg").fill(typed)
        person.save()
        assert message in page.locator("#problem-dose_mg").inner_text()
        assert page.locator("#amount-dose_mg").get_attribute("aria-invalid") == "true"
        assert page.evaluate("document.activeElement.id") == "amount-dose_mg"


DEAF = "window.addEventListener('storage', (event) => event.stopImmediatePropagation())"  # told nothing by other tabs


@pytest.mark.parametrize("script", ["", DEAF], ids=["told", "deaf"])
def test_two_tabs_keep_each_others_nights(phones, diary, hand, stored, protocol, at, script):
    with phones() as context:
        context.add_init_script(script)
        address = diary(protocol)
        pages = [context.new_page(), context.new_page()]
        for page, night in zip(pages, ("2026-01-05", "2026-01-06"), strict=True):
            page.clock.set_fixed_time(at("2026-01-07T07:00:00"))
            page.goto(f"{address}#night={night}")
        for page, value in zip(pages, "38", strict=True):
            hand(page).rate(value)
        for page in pages:
            hand(page).save()
        kept = stored(pages[0], protocol)["nights"]
        assert {night: one["cells"]["severity"] for night, one in kept.items()} == {
            "2026-01-05": "3",
            "2026-01-06": "8",
        }


def test_a_tab_shows_what_another_one_enters(phones, diary, hand, protocol, at):
    with phones() as context:
        address = diary(protocol)
        pages = [context.new_page(), context.new_page()]
        for page in pages:
            page.clock.set_fixed_time(at("2026-01-06T07:00:00"))
            page.goto(address)
        hand(pages[0]).rate("3")
        pages[1].locator("input[name=field-severity]:checked").wait_for(state="attached")
        hand(pages[0]).save()
        pages[1].locator("dd", has_text="3").wait_for()


def test_what_can_no_longer_be_read_is_laid_aside_and_told(phones, diary, hand, stored, protocol, at, tmp_path):
    key = f"nof1:{protocol.sha256()}"
    good = {"cells": {"severity": "5"}, "entered": "2026-01-06T07:00:00+01:00", "corrected": []}
    half = json.dumps(
        {
            "version": 1,
            "device": "d",
            "exported": "",
            "told": [],
            "nights": {"2026-01-05": good, "2026-01-06": 7},
            "recorded": {},
            "waiting": {},
        }
    )
    for text, left in ((half, ["2026-01-05"]), (half[:-9], []), ("null", []), ('{"version": 2}', [])):
        with phones(accept_downloads=True) as context:
            page = context.new_page()
            page.clock.set_fixed_time(at("2026-01-08T07:00:00"))
            page.goto(diary(protocol))
            page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, text])
            page.reload()
            page.get_by_text("can no longer be read").wait_for()
            hand(page).rate("1")
            hand(page).save()
            assert list(stored(page, protocol)["nights"]) == [*left, "2026-01-07"]
            assert text in exported(page, tmp_path, "Take out the unreadable part").read_text(encoding="utf-8")
            page.get_by_role("button", name="Understood").tap()
            assert page.get_by_text("can no longer be read").count() == 0
            aside = page.evaluate(
                "Object.keys(localStorage).filter(key => key.includes(':damaged:')).map(key => localStorage.getItem(key))"
            )
            assert aside == [text]


REFUSALS = {
    "no storage at all": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
    "one that keeps nothing": "Storage.prototype.setItem = () => {}",
    "a full one": "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
}


@pytest.mark.parametrize("script", REFUSALS.values(), ids=REFUSALS)
def test_where_nothing_is_kept_the_page_says_so_at_once_and_still_exports(
    phones, diary, hand, protocol, at, tmp_path, script
):
    with phones(accept_downloads=True) as context:
        context.add_init_script(script)
        page = context.new_page()
        page.clock.set_fixed_time(at("2026-01-06T07:00:00"))
        page.goto(diary(protocol))
        assert "This program keeps nothing" in page.get_by_role("alert").first.inner_text()
        hand(page).rate("4")
        hand(page).save()
        page.locator("#state", has_text="Kept only until you close this page").wait_for()
        assert json.loads(exported(page, tmp_path).read_text(encoding="utf-8"))["nights"][0]["cells"]["severity"] == "4"


def test_a_storage_that_becomes_full_is_told_and_what_was_entered_can_be_exported(
    phones, diary, hand, protocol, at, tmp_path
):
    with phones(accept_downloads=True) as context:
        page = context.new_page()
        page.clock.set_fixed_time(at("2026-01-06T07:00:00"))
        page.goto(diary(protocol))
        page.evaluate(f"void ({REFUSALS['a full one']})")
        hand(page).rate("4")
        hand(page).save()
        page.locator("#state", has_text="The browser could not keep this").wait_for()
        assert json.loads(exported(page, tmp_path).read_text(encoding="utf-8"))["nights"][0]["cells"]["severity"] == "4"


# --- taking it out


def test_the_export_holds_all_that_was_entered_and_tells_its_trial(phones, diary, hand, protocol, at, tmp_path):
    note = '=1+1; calm,\nthen "not"'
    with phones(accept_downloads=True) as context:
        page = context.new_page()
        page.clock.set_fixed_time(at("2026-01-06T07:00:00"))
        page.goto(diary(protocol))
        hand(page).rate("4")
        hand(page).choose("side_effects", "diarrhoea")
        page.locator("#own-words").fill("itch, no headache")
        page.locator("#text-note").fill(note)
        hand(page).save()
        path = exported(page, tmp_path)
        table = exported(page, tmp_path, "As a table (CSV)")
        page.get_by_text("Last export: 6 Jan 2026, 07:00").wait_for()
    file = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "nof1-diary-2026-01-05.json"
    assert (file["format"], file["version"], file["trial"], file["title"]) == (
        "nof1-diary-page",
        1,
        protocol.sha256(),
        protocol.title,
    )
    assert file["exported"] == "2026-01-06T07:00:00+01:00"
    assert len(file["device"]) == 16
    (night,) = file["nights"]
    assert night == {
        "night": "2026-01-05",
        "cells": {"severity": "4", "dose_mg": "", "side_effects": "diarrhoea; itch", "note": note},
        "entered": "2026-01-06T07:00:00+01:00",
        "corrected": [],
    }
    text = table.read_bytes().decode()
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert tuple(row) == recorded_columns(protocol)
    assert unshielded(row["note"]) == note
    assert row["note"] == shielded(note)


def test_after_a_week_the_page_reminds_of_the_export_until_it_is_done(phones, diary, hand, protocol, at, tmp_path):
    with phones(accept_downloads=True) as context:
        page = context.new_page()
        address = diary(protocol)

        def on(day, *, rate=None):
            page.clock.set_fixed_time(at(f"{day}T07:00:00"))
            page.goto(address)
            page.reload()
            if rate:
                hand(page).rate(rate)
                hand(page).save()
            return "has not been exported for a week" in page.locator("main").inner_text()

        assert not on("2026-01-06", rate="4")
        assert not on("2026-01-12")
        assert on("2026-01-13")
        assert on("2026-01-13", rate="5")
        exported(page, tmp_path)
        assert not on("2026-01-14", rate="6")
        assert not on("2026-01-19")
        assert on("2026-01-20")


def test_a_share_sheet_is_used_where_there_is_one(opened, hand, protocol):
    script = """() => {
        window.shared = [];
        navigator.canShare = (data) => data.files.length === 1;
        navigator.share = async (data) => { window.shared.push([data.files[0].name, await data.files[0].text()]); if (window.refuse) throw new DOMException('', 'AbortError'); };
    }
    """
    with opened(protocol, "2026-01-06T07:00:00") as page:
        page.evaluate(script)
        hand(page).rate("4")
        hand(page).save()
        page.evaluate("window.refuse = true")
        page.get_by_role("button", name="Export", exact=True).tap()
        until(page, lambda: page.evaluate("window.shared.length") == 1)
        assert "Nothing has been exported yet" in page.locator(".export").inner_text()
        page.evaluate("window.refuse = false")
        page.get_by_role("button", name="Export", exact=True).tap()
        page.get_by_text("Last export").wait_for()
        name, text = page.evaluate("window.shared[1]")
        assert (name, json.loads(text)["nights"][0]["cells"]["severity"]) == ("nof1-diary-2026-01-05.json", "4")


# --- what is told


def test_stop_rules_are_told_while_entering_and_after_saving(opened, hand, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("4")
        assert page.locator(".alert").count() == 0
        person.choose("side_effects", "weakness")
        alert = page.locator("[aria-live=assertive] .alert")
        assert alert.inner_text().startswith(
            "You entered 'weakness'. The stop rule for weakness: stop the supplement, call a doctor"
        )
        assert "nof1 gives no medical advice: ask a doctor." in alert.inner_text()
        box, bar = alert.bounding_box(), page.locator(".bar").bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= bar["y"] + 1
        page.locator("#own-words").fill("felt faint, no headache")
        assert alert.count() == 2
        person.save()
        assert page.locator("main > .alert").count() == 2
        assert "weakness; felt faint" in page.locator("dl").inner_text()


def test_an_emergency_is_told_first_and_a_note_is_looked_through_too(opened, hand, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.rate("4")
        page.locator("#own-words").fill("weak legs; throat is closing up")
        alerts = page.locator("[aria-live=assertive] .alert")
        assert alerts.nth(0).inner_text().startswith("You entered 'throat is closing up'. This is an emergency sign")
        assert "call the emergency number now" in alerts.nth(0).inner_text()
        assert "The stop rule for weakness" in alerts.nth(1).inner_text()
        page.locator("#text-note").fill("No chest pain. Could not breathe at 3.")
        assert page.locator("[data-field=note] .alert").count() == 1
        assert "'Could not breathe at 3.'" in page.locator("[data-field=note] .alert").inner_text()
        person.save()
        assert page.locator("main > .alert").count() == 3


def test_a_dose_above_an_upper_level_is_told_as_the_terminal_tells_it(opened, hand, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.choose("dose_mg", "another amount")
        page.locator("#amount-dose_mg").fill("300")
        person.save()
        assert "300 mg elemental magnesium is above 250 mg a day" in page.locator(".alert").inner_text()


def test_a_dose_above_a_limit_of_nof1_s_own_says_how_far_and_whom_to_ask(opened, hand, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        person = hand(page)
        person.choose("dose_mg", "another amount")
        page.locator("#amount-dose_mg").fill("2970")
        person.save()
        told = page.locator(".alert").all_inner_texts()
        assert len(told) == 3
        assert "2970 mg elemental magnesium is above 250 mg a day" in " ".join(told)
        assert "12 times as much" in " ".join(told)
        assert "above 1000 mg a day, a limit of nof1's own, no fact. Take no more" in told[-1]


def test_missing_nights_are_named_and_lead_to_their_form(opened, hand, protocol):
    with opened(protocol, "2026-01-09T07:00:00") as page:
        assert "4 missing" in page.locator("nav").inner_text()
        hand(page).rate("4")
        hand(page).save()
        links = page.locator(".links a")
        assert [text.split("\n")[0] for text in links.all_inner_texts()] == [
            "Wednesday to Thursday",
            "Tuesday to Wednesday",
            "Monday to Tuesday",
        ]
        links.first.tap()
        headed(page, "Wednesday to Thursday")
        assert page.locator("form").count() == 1
        page.go_back()
        headed(page, "Thursday to Friday")


def test_german_is_german_with_its_dates_and_numbers(opened, hand, stored, make_protocol):
    protocol = make_protocol(analysis={"covariates": ["caffeine", "other_medicines"]})
    with opened(protocol, "2026-01-06T07:00:00", locale="de-DE") as page:
        assert page.locator("html").get_attribute("lang") == "de"
        headed(page, "Montag auf Dienstag")
        assert "5.–6. Jan. 2026" in page.locator("header").inner_text()
        person = hand(page)
        person.rate("4")
        person.choose("dose_mg", "andere Menge")
        page.locator("#amount-dose_mg").fill("62,5")
        person.choose("other_medicines", "nein")
        person.choose("side_effects", "Schwäche")
        assert "Die Abbruchregel dazu (Schwäche)" in page.locator(".alert").inner_text()
        page.locator("#own-words").fill("Herzstolpern, kein Kopfweh")
        assert page.locator(".alert").count() == 2
        page.locator("#switch-en").tap()
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.locator("#own-words").input_value() == "Herzstolpern, kein Kopfweh"
        page.locator("#switch-de").tap()
        person.save()
        assert "62,5 mg" in page.locator("dl").inner_text()
        (night,) = stored(page, protocol)["nights"].values()
        assert night["cells"] == {
            "severity": "4",
            "dose_mg": "62.5",
            "side_effects": "weakness; Herzstolpern",
            "caffeine": "",
            "other_medicines": "0",
            "note": "",
        }


def test_it_is_dark_at_night_and_as_the_system_likes_by_day(phones, diary, protocol, at):
    for scheme, hour, wanted in (
        ("light", "07", "dark"),
        ("light", "12", "light"),
        ("dark", "12", "dark"),
        ("light", "21", "dark"),
    ):
        with phones(scheme=scheme) as context:
            page = context.new_page()
            page.clock.set_fixed_time(at(f"2026-01-06T{hour}:00:00"))
            page.goto(diary(protocol))
            assert page.locator("html").get_attribute("data-theme") == wanted
            page.locator("#switch-theme").tap()
            page.reload()
            assert page.locator("html").get_attribute("data-theme") != wanted


def test_text_of_a_person_never_becomes_markup(opened, hand, make_protocol):
    hostile = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"
    protocol = make_protocol(title=hostile, outcome={"label": hostile})
    with opened(protocol, "2026-01-06T07:00:00") as page:
        assert page.title() == hostile
        hand(page).rate("4")
        page.locator("#own-words").fill(f"{hostile} weakness")
        page.locator("#text-note").fill(hostile)
        hand(page).save()
        assert hostile in page.locator("dl").inner_text()
        assert page.locator("img").count() == 0


def test_no_address_holds_anything_that_was_entered(opened, hand, protocol):
    with opened(protocol, "2026-01-06T07:00:00") as page:
        before = page.url
        hand(page).rate("4")
        page.locator("#own-words").fill("weakness")
        hand(page).save()
        assert page.url == before


# --- other ways in


def test_a_night_can_be_entered_and_corrected_with_the_keyboard_alone(opened, stored, protocol):
    with opened(protocol, "2026-01-06T07:00:00", is_mobile=False, has_touch=False) as page:

        def tab_to(selector):
            for _ in range(60):
                page.keyboard.press("Tab")
                if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                    box = page.evaluate(
                        "(() => { const { top, bottom } = document.activeElement.getBoundingClientRect(); return [top, bottom]; })()"
                    )
                    assert box[0] >= 0
                    assert box[1] <= 640
                    return
            raise AssertionError(f"{selector} was not reached")

        tab_to("[name=field-severity]")
        page.keyboard.press("Space")
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        tab_to("[name=field-dose_mg]")
        page.keyboard.press("Space")
        tab_to("#side-effect-0")
        page.keyboard.press("Space")
        tab_to("#text-note")
        page.keyboard.type("typed")
        tab_to("button[type=submit]")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.tagName") == "H1"
        (night,) = stored(page, protocol)["nights"].values()
        assert night["cells"] == {"severity": "4", "dose_mg": "0", "side_effects": "soft stools", "note": "typed"}
        tab_to("main > button")
        page.keyboard.press("Enter")
        tab_to("[name=field-severity]")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Enter")
        (night,) = stored(page, protocol)["nights"].values()
        assert night["cells"]["severity"] == "3"


AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize(("scheme", "clock", "locale"), [("dark", "07:00", "en-GB"), ("light", "12:00", "de-DE")])
def test_no_state_of_the_page_has_a_barrier(phones, diary, hand, sealed, at, scheme, clock, locale):
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def check(state):
        found = axe.run(page, options={"runOnly": {"type": "tag", "values": AXE}}).response["violations"]
        assert [(state, one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []

    with phones(scheme=scheme, locale=locale) as context:
        page = context.new_page()
        page.clock.set_fixed_time(at(morning(date(2026, 1, 6), clock)))
        page.goto(diary(sealed))
        check("first view")
        person = hand(page)
        person.rate("4")
        person.tap(page.locator("[data-field=taken] label").nth(3))
        person.tap(page.locator("[data-field=guess] label").nth(1))
        person.tap(page.locator("[data-field=side_effects] label.choice").nth(2))
        page.locator("#amount-taken").fill("x")
        person.save()
        check("filled, with a stop rule and something that does not fit")
        page.locator("#amount-taken").fill("1/2")
        person.save()
        check("recorded")
        page.locator("main > button").tap()
        check("correcting")
        page.evaluate("location.hash = '#nights'")
        page.locator("ul.nights").wait_for()
        page.locator("summary").tap()
        check("all nights")
        page.clock.set_fixed_time(at(morning(date(2026, 1, 14), clock)))
        page.reload()
        check("reminded of the export")
        page.evaluate("location.hash = '#night=2026-01-20'")
        page.evaluate("key => localStorage.setItem(key, '{')", f"nof1:{sealed.sha256()}")
        page.reload()
        check("with something unreadable")


def test_everything_to_tap_is_large_and_nothing_is_wider_than_the_screen(opened, hand, sealed):
    small = """() => [...document.querySelectorAll('a, button, summary, textarea, label.choice, input[type=text]')]
        .filter((one) => one.checkVisibility() && !one.classList.contains('away'))
        .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([html]) => html)"""
    with opened(sealed, morning(date(2026, 1, 6)), locale="de-DE") as page:
        for step in (
            None,
            lambda: hand(page).rate("4"),
            lambda: hand(page).save(),
            lambda: (page.evaluate("location.hash = '#nights'"), page.locator("ul.nights").wait_for()),
        ):
            if step:
                step()
            assert page.evaluate(small) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_viewer_that_runs_no_program_says_so(phones, diary, protocol):
    with phones(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(diary(protocol))
        assert page.locator("noscript p").is_visible()
