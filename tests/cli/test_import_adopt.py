"""nof1 import and adopt as a person meets them."""

import json
from datetime import date

import pytest

from nof1.record.diary import read_diary
from nof1.record.trial import Trial

ROWS = "2026-01-05,off,4\n2026-01-06,off,5\n2026-01-08,on,6\n2026-01-11,off,3\n"
ADOPT = ("--outcome", "mood", "--arm", "arm", "--reference", "off", "--low", "0", "--high", "10", "--date", "date")


# --- import and adopt


def test_import_shows_a_preview_and_takes_nothing_without_yes(nof1, trial_folder, write, bytes_in):
    before = bytes_in(trial_folder)
    path = write("Date,How bad?,E-mail\n2026-01-12,3,a@example.org\n")
    status, out, err = nof1("import", trial_folder, path, "--map", "severity=How bad?")
    assert status == 1
    assert "severity is taken from the column 'How bad?'" in out
    assert "left out: E-mail" in out
    assert "a@example.org" not in out + err
    assert "run it again with --yes" in err
    assert bytes_in(trial_folder) == before


def test_import_takes_nights_and_the_second_time_nothing(nof1, trial_folder, write, protocol, bytes_in):
    path = write("Date,How bad?\n2026-01-05,4\n2026-01-12,3\n")
    words = ("import", trial_folder, path, "--map", "severity=How bad?", "--yes")
    status, out, err = nof1(*words)
    assert (status, err) == (0, "")
    assert "2 rows read: 1 to take, 1 known already, 0 rejected" in out
    assert len(read_diary(trial_folder, protocol)) == 7
    before = bytes_in(trial_folder)
    status, out, _ = nof1(*words)
    assert (status, bytes_in(trial_folder)) == (0, before)
    assert "already (2 rows); nothing was changed" in out


def test_the_same_file_with_another_map_is_not_passed_over(nof1, trial_folder, write, protocol):
    """First only the ratings are taken; the doses of the same file must not be lost without a word."""
    path = write("date,severity,pill\n2026-01-12,3,200\n")
    nof1("import", trial_folder, path, "--yes")
    status, out, err = nof1("import", trial_folder, path, "--map", "dose_mg=pill", "--yes")
    entry = {entry.night: entry for entry in read_diary(trial_folder, protocol)}[date(2026, 1, 12)]
    assert entry.dose_mg == 200 or (status == 1 and "2026-01-12" in err), out


def test_import_prints_json_whose_counts_add_up(nof1, trial_folder, write):
    path = write("date,severity\n2026-01-05,4\n2026-01-12,3\n")
    for taken in (1, 0):
        content = json.loads(nof1("import", trial_folder, path, "--yes", "--json")[1])
        assert content["taken"] == taken
        assert content["rows"] == 2 == content["taken"] + content["merged"] + content["rejected"]


def test_import_shifts_mornings_and_says_so(nof1, trial_folder, write, protocol):
    path = write("date,severity\n13.01.2026,3\n")
    _, out, _ = nof1("import", trial_folder, path, "--dated-by", "morning", "--date-order", "dmy", "--yes")
    assert "Dates are mornings" in out
    assert read_diary(trial_folder, protocol)[-1].night == date(2026, 1, 12)


BAD_IMPORTS = {
    "missing column": ("date,mood\n2026-01-12,3\n", (), "--map severity="),
    "off the scale": ("date,severity\n2026-01-12,30\n", (), "line 2: severity 30 is outside its scale"),
    "two rows for a night": ("date,severity\n2026-01-12,3\n2026-01-12,4\n", (), "is on line 2 too"),
    "unreadable date": ("date,severity\nsoon,3\n", (), "line 2: 'soon' is no date"),
    "ambiguous date": ("date,severity\n11/01/2026,3\n", (), "--date-order dmy"),
    "conflict": ("date,severity\n2026-01-05,9\n", (), "the diary has other values for the night 2026-01-05"),
    "unknown diary column": ("date,severity\n2026-01-12,3\n", ("--map", "mood=severity"), "the diary has no 'mood'"),
    "unknown file column": ("date,severity\n2026-01-12,3\n", ("--map", "severity=x"), "has no column 'x'"),
    "empty": ("", (), "holds no rows"),
    "not text": (b"\x89PNG\r\n\x1a\n\x00\x00", (), "is not a text table"),
}


@pytest.mark.parametrize(("text", "flags", "message"), BAD_IMPORTS.values(), ids=BAD_IMPORTS)
def test_a_bad_import_is_refused(refused, trial_folder, write, text, flags, message):
    assert message in refused("import", trial_folder, write(text), "--yes", *flags)


def test_adopt_makes_a_trial_that_can_be_analyzed(nof1, tmp_path, write):
    content = f"date,arm,mood\n{ROWS}"
    path = write(content)
    status, out, err = nof1("adopt", tmp_path / "trial", path, *ADOPT)
    assert (status, err) == (0, "")
    assert "4 rows taken over as 7 nights" in out
    assert "3 without an outcome" in out
    trial = Trial.load(tmp_path / "trial")
    assert len(trial.entries) == 4
    copies = [copy.read_bytes() for copy in (tmp_path / "trial" / "imports").iterdir() if copy.name != "ledger.csv"]
    assert copies == [content.encode()]
    status, out, _ = nof1("analyze", tmp_path / "trial", "--engine", "marginal", "--json")
    assert status == 0
    assert json.loads(out)["randomized"] is False


def test_adopt_prints_json(nof1, tmp_path, write):
    _, out, _ = nof1("adopt", tmp_path / "trial", write(f"date,arm,mood\n{ROWS}"), *ADOPT, "--json")
    content = json.loads(out)
    assert (content["nights"], content["recorded"], content["missing"]) == (7, 4, 3)


BAD_ADOPTIONS = {
    "missing column": (f"date,arm,sleep\n{ROWS}", (), "has no column 'mood'"),
    "off the scale": (f"date,arm,mood\n{ROWS}2026-01-12,on,11\n", (), "line 6"),
    "two rows for a night": (f"date,arm,mood\n{ROWS}2026-01-05,on,5\n", (), "two rows for the night 2026-01-05"),
    "unreadable date": (f"date,arm,mood\n{ROWS}soon,on,5\n", (), "'soon' is no date"),
    "a single arm": ("date,arm,mood\n2026-01-05,off,4\n2026-01-06,off,5\n", (), "at least two arms"),
    "unknown reference": (f"date,arm,mood\n{ROWS}", ("--reference", "placebo"), "off, on"),
    "unknown carryover": (f"date,arm,mood\n{ROWS}", ("--carryover", "slow"), "carryover"),
    "scale of nan": (f"date,arm,mood\n{ROWS}", ("--low", "nan"), "from nan to 10"),
    "date and day": (f"date,arm,mood\n{ROWS}", ("--day", "date"), "--date"),
}


@pytest.mark.parametrize(("text", "flags", "message"), BAD_ADOPTIONS.values(), ids=BAD_ADOPTIONS)
def test_a_bad_adoption_makes_no_folder(refused, tmp_path, write, text, flags, message):
    assert message in refused("adopt", tmp_path / "trial", write(text), *ADOPT, *flags)
    assert not (tmp_path / "trial").exists()


def test_adopt_never_overwrites(refused, trial_folder, write):
    assert "already there and not empty" in refused("adopt", trial_folder, write(f"date,arm,mood\n{ROWS}"), *ADOPT)
