"""nof1 diary-page, and the page that planning and amending write: where it lies, and where reminders lead."""

import pytest
from icalendar import Calendar

pytestmark = pytest.mark.clock

LINK = "http://192.168.1.20:8427/"


def events(folder):
    return list(Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT"))


def addresses(folder):
    return {str(event["URL"]).partition("#")[0] for event in events(folder) if "URL" in event}


def revisions(folder):
    return {int(event["SEQUENCE"]) for event in events(folder)}


def plan(nof1, folder):
    status, out, err = nof1(
        "plan", folder, "--dose-mg", 200, "--unscreened", "--form", "citrate", "--start", "2026-01-05", "--seed", 7
    )
    assert (status, err) == (0, "")
    return out


def test_a_plan_has_a_page_and_reminders_that_tell_nobody_where_it_lies(nof1, tmp_path):
    """A phone that takes the calendar has no file of the computer, and a name of its folders is nobody's business."""
    out = plan(nof1, tmp_path / "trial")
    page = tmp_path / "trial" / "diary.html"
    assert "diary.html" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    calendar = (tmp_path / "trial" / "calendar.ics").read_text(encoding="utf-8").replace("\n ", "")
    assert addresses(tmp_path / "trial") == set()
    assert "file:" not in calendar
    assert str(tmp_path) not in calendar
    assert all("your diary" in event["DESCRIPTION"] for event in events(tmp_path / "trial") if event.walk("VALARM"))
    assert str(tmp_path) not in page.read_text(encoding="utf-8")


def test_a_page_that_was_lost_is_written_again(nof1, tmp_path, bytes_in):
    folder = tmp_path / "trial"
    plan(nof1, folder)
    before = bytes_in(folder)
    (folder / "diary.html").unlink()
    status, out, err = nof1("diary-page", folder)
    assert (status, err) == (0, "")
    assert str(folder / "diary.html") in out
    assert bytes_in(folder) == before


def test_reminders_can_lead_elsewhere_and_an_amendment_leaves_them_there(nof1, tmp_path):
    folder = tmp_path / "trial"
    plan(nof1, folder)
    assert revisions(folder) == {0}
    assert nof1("diary-page", folder, "--link", LINK)[0] == 0
    assert addresses(folder) == {LINK}
    assert revisions(folder) == {1}  # so that a calendar takes them in place of the old ones
    page = (folder / "diary.html").read_text(encoding="utf-8")
    assert nof1("amend", folder, "--pause", "2026-02-02", "--nights", 3, "--reason", "away")[0] == 0
    assert addresses(folder) == {LINK}
    assert revisions(folder) == {2}
    assert (folder / "diary.html").read_text(encoding="utf-8") != page  # its nights have moved
    assert nof1("diary-page", folder, "--link", LINK)[0] == 0
    assert revisions(folder) == {2}  # nothing changed


def test_a_calendar_of_before_that_led_to_a_file_leads_there_no_more(nof1, tmp_path):
    folder = tmp_path / "trial"
    plan(nof1, folder)
    old = (folder / "calendar.ics").read_bytes()
    (folder / "calendar.ics").write_bytes(old.replace(b"CLASS:", b"URL:file:///home/anna/diary.html#tonight\r\nCLASS:"))
    assert addresses(folder) == {"file:///home/anna/diary.html"}
    assert nof1("amend", folder, "--note", "a new pillow")[0] == 0
    assert addresses(folder) == set()
    assert revisions(folder) == {1}


def test_reminders_lead_to_no_file(nof1, refused, tmp_path):
    plan(nof1, tmp_path / "trial")
    said = refused("diary-page", tmp_path / "trial", "--link", (tmp_path / "trial" / "diary.html").as_uri())
    assert "on a phone" in said


def test_what_is_no_address_is_refused_and_nothing_is_written(nof1, refused, tmp_path):
    plan(nof1, tmp_path / "trial")
    assert "no address" in refused("diary-page", tmp_path / "trial", "--link", "javascript:alert(1)")


def test_a_folder_that_is_no_trial_is_refused(refused, tmp_path, monkeypatch):
    refused("diary-page", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert "nof1 diary-page DIR" in refused("diary-page")


def test_a_check_finds_nothing_wrong_with_a_page_that_is_there_or_gone(nof1, tmp_path):
    folder = tmp_path / "trial"
    plan(nof1, folder)
    for _ in range(2):
        status, out, _ = nof1("check", folder)
        assert status == 0
        assert "diary.html" not in out
        (folder / "diary.html").unlink(missing_ok=True)
