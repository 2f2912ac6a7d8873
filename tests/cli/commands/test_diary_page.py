"""nof1 diary-page, and the page that planning and amending write: where it lies, and where reminders lead."""

import pytest
from icalendar import Calendar

pytestmark = pytest.mark.clock

LINK = "http://192.168.1.20:8427/"


def events(folder):
    return list(Calendar.from_ical((folder / "calendar.ics").read_bytes()).walk("VEVENT"))


def addresses(folder):
    return {str(event["URL"]).partition("#")[0] for event in events(folder)}


def revisions(folder):
    return {int(event["SEQUENCE"]) for event in events(folder)}


def plan(nof1, folder):
    status, out, err = nof1(
        "plan", folder, "--dose-mg", 200, "--unscreened", "--form", "citrate", "--start", "2026-01-05", "--seed", 7
    )
    assert (status, err) == (0, "")
    return out


def test_a_plan_has_a_page_and_reminders_that_lead_to_it(nof1, tmp_path):
    out = plan(nof1, tmp_path / "trial")
    page = tmp_path / "trial" / "diary.html"
    assert "diary.html" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert addresses(tmp_path / "trial") == {page.as_uri()}
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


def test_the_calendar_of_a_folder_that_moved_leads_to_where_it_is(nof1, tmp_path):
    plan(nof1, tmp_path / "trial")
    folder = (tmp_path / "trial").rename(tmp_path / "moved")
    assert nof1("amend", folder, "--note", "a new pillow")[0] == 0
    assert addresses(folder) == {(folder / "diary.html").as_uri()}


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
