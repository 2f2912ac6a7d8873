"""nof1 check: what it prints, its exit status, and what --accept puts on record."""

import json

import pytest
from journals import read_journal

pytestmark = pytest.mark.clock


@pytest.fixture
def planned_folder(nof1, tmp_path, write):
    """A trial planned and one night of it recorded."""
    folder = tmp_path / "my trial"
    assert nof1("plan", folder, "--dose-mg", "200", "--unscreened", "--start", "2026-01-05")[0] == 0
    assert nof1("log", folder, "--night", "2026-01-05", "--set", "severity=4", "--set", "dose_mg=200")[0] == 0
    return folder


def mistype(folder):
    path = folder / "diary.csv"
    path.write_text(path.read_text().replace("2026-01-05,4,", "2026-01-05,5,"))


def test_a_sound_trial_is_one_line(nof1, planned_folder):
    told = (0, "All is as it was left: 1 nights, 2 values, 0 imports verified.\n", "")
    assert nof1("check", planned_folder) == told


def test_the_folder_one_stands_in_is_checked(nof1, planned_folder, monkeypatch):
    monkeypatch.chdir(planned_folder)
    assert nof1("check")[0] == 0
    monkeypatch.chdir(planned_folder.parent)
    status, out, err = nof1("check")
    assert (status, out) == (1, "")
    assert "is no trial folder" in err


def test_problems_come_first_and_are_status_1(nof1, planned_folder):
    mistype(planned_folder)
    (planned_folder / "unfinished-diary.csv").write_text("x")
    status, out, err = nof1("check", planned_folder)
    assert (status, err) == (1, "")
    first, note, last = out.splitlines()
    assert first.startswith("Problem: diary.csv, night 2026-01-05: severity is 5, nof1 wrote 4: changed by hand.")
    assert note.startswith("Note: unfinished-diary.csv")
    assert last == "1 problem found. Nothing was changed."


def test_a_note_is_status_0(nof1, planned_folder):
    (planned_folder / "unfinished-diary.csv").write_text("x")
    status, out, _ = nof1("check", planned_folder)
    assert status == 0
    assert out.splitlines()[0].startswith("Note: ")


def test_json_has_every_finding(nof1, planned_folder):
    mistype(planned_folder)
    status, out, err = nof1("check", planned_folder, "--json")
    content = json.loads(out)
    assert (status, err, content["problems"], content["notes"]) == (1, "", 1, 0)
    assert set(content["findings"][0]) == {"level", "what", "text", "file", "line"}
    assert (content["findings"][0]["file"], content["findings"][0]["line"]) == ("diary.csv", 2)


def test_what_was_changed_on_purpose_is_accepted(nof1, planned_folder):
    mistype(planned_folder)
    status, out, _ = nof1("check", planned_folder, "--accept", "I mended a typo")
    assert status == 0
    assert out.splitlines()[0] == "1 change by hand was put on record."
    last = read_journal(planned_folder)[-1]
    assert (last.by, last.old, last.new, last.reason) == ("by hand", "4", "5", "I mended a typo")
    status, out, _ = nof1("check", planned_folder, "--accept", "again", "--json")
    assert (status, json.loads(out)["accepted"]) == (0, 0)


def test_an_empty_reason_is_refused(refused, planned_folder):
    mistype(planned_folder)
    assert "1 to 500 characters why" in refused("check", planned_folder, "--accept", " ")


def test_control_characters_of_a_damaged_file_are_not_printed(nof1, planned_folder):
    path = planned_folder / "diary.csv"
    path.write_text(path.read_text().replace("2026-01-05,4,200,,,,", "2026-01-05,4,200,,,,\x1b[2Jgone"))
    status, out, _ = nof1("check", planned_folder)
    assert status == 1
    assert "\x1b" not in out
