"""nof1 import and adopt as a person meets them, on a terminal too."""

import json
import os
import zipfile
from datetime import date

import openpyxl
import pytest
from known import data_of_others

from nof1.record.adopting.adopt import adopted_nights
from nof1.record.diary.secondary import read_measures
from nof1.record.diary.table import read_diary
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.rejected import read_rejected
from nof1.record.sources.table import read_table
from nof1.record.trial import Trial

pytestmark = pytest.mark.clock

ROWS = "2026-01-05,off,4\n2026-01-06,off,5\n2026-01-08,on,6\n2026-01-11,off,3\n"
ADOPT = (
    "--outcome",
    "mood",
    "--arm",
    "arm",
    "--reference",
    "off",
    "--low",
    "0",
    "--high",
    "10",
    "--better",
    "lower",
    "--date",
    "date",
)


@pytest.fixture
def night(trial_folder, protocol):
    """A function that reads a night of January 2026 from the diary; None if it is not there."""
    return lambda day: {entry.night.day: entry for entry in read_diary(trial_folder, protocol)}.get(day)


# --- import


def test_import_shows_a_preview_and_takes_nothing_without_yes(nof1, trial_folder, write, bytes_in):
    before = bytes_in(trial_folder)
    path = write("Date,How bad?,E-mail\n2026-01-12,3,a@example.org\n2026-01-13,30,a@example.org\n")
    status, out, err = nof1("import", trial_folder, path, "--map", "severity=How bad?")
    assert status == 1
    assert "severity: from 'How bad?'" in out
    assert "left out: E-mail" in out
    assert "line 3: severity 30 is outside its scale, 0 to 10" in out
    assert "2 rows read = 1 taken + 0 merged + 1 rejected." in out
    assert "@example.org" not in out + err
    assert "run it again with --yes" in err
    assert bytes_in(trial_folder) == before


def test_names_of_columns_do_not_steer_the_terminal(nof1, trial_folder, write):
    path = write("date,severity,\x1b[2Jgone\u202egnp\n2026-01-12,4,\x1b[2J\n2026-01-13,\x1b[2J,x\n")
    for flags in ((), ("--map", "note=x"), ("--map", "note=\x1b[2Jgone\u202egnp")):
        _, out, err = nof1("import", trial_folder, path, *flags)
        assert "gone" in out + err
        assert not {"\x1b", "\u202e"} & set(out + err)


def test_import_takes_nights_and_the_second_time_nothing(nof1, trial_folder, write, protocol, bytes_in):
    path = write("Date,How bad?\n2026-01-05,4\n2026-01-12,3\n")
    words = ("import", trial_folder, path, "--map", "severity=How bad?", "--yes")
    status, out, err = nof1(*words)
    assert (status, err) == (0, "")
    assert "2 rows read = 1 taken + 1 merged (1 recorded already) + 0 rejected." in out
    assert "Taken: 1 night." in out
    assert len(read_diary(trial_folder, protocol)) == 7
    before = bytes_in(trial_folder)
    status, out, _ = nof1(*words)
    assert (status, bytes_in(trial_folder)) == (0, before)
    assert "was imported before, and all it says is recorded already; nothing was changed" in out


def test_a_file_of_nothing_but_rejected_rows_is_kept_on_record(nof1, trial_folder, write, bytes_in):
    path = write("date,severity\n2026-01-12,30\nsoon,3\n2026-01-05,9\n")
    status, out, _ = nof1("import", trial_folder, path, "--yes")
    assert status == 0
    for words in (
        "'soon' is no date",
        "recorded already is severity 4; given was 9",
        "Taken: 0 nights",
        "3 rows rejected",
    ):
        assert words in out
    assert [row.lines for row in read_rejected(trial_folder)] == ["2", "3", "4"]
    before = bytes_in(trial_folder)
    assert nof1("import", trial_folder, path, "--yes")[0] == 0
    assert bytes_in(trial_folder) == before


def test_rejected_rows_are_mended_and_imported(nof1, trial_folder, write, night):
    _, out, _ = nof1("import", trial_folder, write("date,severity\nsoon,3\n2026-01-13,4\n"), "--yes")
    rejected = trial_folder / "rejected.csv"
    assert f"{rejected}" in out
    rejected.write_text(rejected.read_text().replace(",soon,", ",2026-01-12,"))
    status, out, _ = nof1("import", trial_folder, rejected, "--yes")
    assert (status, night(12).outcome, read_rejected(trial_folder)) == (0, 3, ())
    assert "nof1's rejected.csv, mended" in out


def test_the_same_file_with_another_map_is_not_passed_over(nof1, trial_folder, write, night):
    """First only the ratings are taken; the doses of the same file must not be lost without a word."""
    path = write("date,severity,pill\n2026-01-12,3,200\n")
    nof1("import", trial_folder, path, "--yes")
    assert nof1("import", trial_folder, path, "--map", "dose_mg=pill", "--yes")[0] == 0
    assert night(12).dose_mg == 200


def test_import_prints_one_json_object_whose_counts_add_up(nof1, trial_folder, write):
    path = write("date,severity,E-mail\n2026-01-05,4,a\n2026-01-12,3,a\n2026-01-12,3,a\nsoon,1,\n")
    for flags, status, done, taken in (((), 1, False, 1), (("--yes",), 0, True, 1), (("--yes",), 0, True, 0)):
        ended, out, err = nof1("import", trial_folder, path, *flags, "--json")
        content = json.loads(out)
        assert (ended, content["done"], content["taken"]) == (status, done, taken)
        assert bool(err) == (status == 1)
        assert content["rows"] == 4 == content["taken"] + content["merged"] + content["rejected"]
        assert content["merged"] == sum(content["merged_because"].values())
        assert content["rejected"] == sum(row["rows"] for row in content["rejections"]) == 1
        assert (content["left_out"], content["map"]) == (["E-mail"], {"night": "date", "severity": "severity"})
        assert len(content["nights"]) == taken


def test_import_shifts_mornings_and_says_so(nof1, trial_folder, write, protocol):
    path = write("date,severity\n13.01.2026,3\n")
    _, out, _ = nof1("import", trial_folder, path, "--dated-by", "morning", "--date-order", "dmy", "--yes")
    assert "Dates are mornings" in out
    assert read_diary(trial_folder, protocol)[-1].night == date(2026, 1, 12)


def test_import_tells_how_many_rows_were_shifted(nof1, trial_folder, write):
    path = write("date,severity\n2026-01-13 00:35,3\n2026-01-14 22:00,4\n")
    _, out, _ = nof1("import", trial_folder, path)
    assert "1 row from after midnight to the evening before. If they are mornings: --dated-by morning." in out


def test_import_says_that_the_time_is_from_another_column(nof1, trial_folder, write, night):
    path = write("Date,Time,severity\n2026-01-13,00:35,3\n")
    _, out, _ = nof1("import", trial_folder, path, "--yes")
    assert "night: from 'Date', with the time from 'Time'" in out
    assert "1 row from after midnight to the evening before" in out
    assert night(12).outcome == 3


def test_import_says_in_which_unit_a_column_is_read_and_asks_where_nothing_says_it(nof1, trial_folder, write):
    path = write("Date,Severity,Sleep,Caffeine (g)\n2026-01-12,3,7.5,0.12\n2026-01-13,4,6,0.08\n")
    status, out, err = nof1("import", trial_folder, path, "--yes")
    assert (status, out) == (1, "")
    assert "Nothing says in which unit 'Sleep' is (line 2: 7.5)" in err
    assert "--unit sleep_minutes=hours (or minutes, seconds)" in err
    out = nof1("import", trial_folder, path, "--unit", "sleep=hours", "--yes")[1]
    assert "sleep_minutes, a secondary outcome: from 'Sleep', in hours, kept in minutes" in out
    assert "caffeine_mg, a secondary outcome: from 'Caffeine (g)', in g, kept in mg" in out
    assert read_measures(trial_folder)[date(2026, 1, 12), "sleep_minutes"] == 450
    err = nof1("import", trial_folder, write("date,severity\n2026-01-14,3\n", "b.csv"), "--unit", "sleep=hours")[2]
    assert "A unit was said of 'sleep', and nothing is taken into it." in err


def test_import_tells_of_values_and_columns_that_are_left_out(nof1, trial_folder, write, night):
    path = write("date,severity,mood,Sleep\n2026-01-12,3,tired,good\n2026-01-13,4,2,poor\n")
    content = json.loads(nof1("import", trial_folder, path, "--json")[1])
    assert (content["values_rejected"], content["no_numbers"], content["rejected"]) == (1, {"Sleep": "good"}, 0)
    status, out, _ = nof1("import", trial_folder, path, "--yes")
    assert (status, night(12).outcome, night(13).outcome) == (0, 3, 4)
    assert "left out, because it holds no numbers that can be read: Sleep, such as 'good'" in out
    assert "Without 1 value, of rows that are taken:\n  line 2: mood: 'tired' is no plain number" in out
    assert "2 rows read = 2 taken + 0 merged + 0 rejected." in out
    assert f"1 value rejected, with reasons, in {trial_folder / 'rejected.csv'}" in out
    assert nof1("check", trial_folder)[0] == 0


@pytest.fixture
def workbook(tmp_path):
    """A workbook of two sheets that hold rows, and one that holds none."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    rows = {
        "Notes": [["date", "severity"], ["soon", 4]],
        "Diary": [["date", "severity"], ["2026-01-12", 3], ["later", 5]],
        "Empty": [],
    }
    for title, content in rows.items():
        sheet = book["Notes"] if title == "Notes" else book.create_sheet(title)
        for row in content:
            sheet.append(row)
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_the_sheet_is_named_and_the_rejected_rows_of_each_are_kept_apart(nof1, trial_folder, workbook, night):
    status, _, err = nof1("import", trial_folder, workbook, "--yes")
    assert (status, "Notes, Diary. Say which one to read: --sheet Notes" in err) == (1, True)
    for sheet, other in (("Notes", "Diary"), ("Diary", "Notes")):
        status, out, err = nof1("import", trial_folder, workbook, "--sheet", sheet, "--yes")
        assert (status, err) == (0, "")
        assert f"The sheet {sheet} is read. Left out, with all their rows: {other}." in out
    assert night(12).outcome == 3
    assert [row.lines for row in read_rejected(trial_folder)] == ["Notes!2", "Diary!3"]
    assert [line.options for line in read_ledger(trial_folder)] == [{"sheet": "Notes"}, {"sheet": "Diary"}]
    assert nof1("check", trial_folder)[0] == 0
    rejected = trial_folder / "rejected.csv"
    rejected.write_text(rejected.read_text().replace(",later,", ",2026-01-13,"))
    assert nof1("import", trial_folder, rejected, "--yes")[0] == 0
    assert (night(13).outcome, [row.lines for row in read_rejected(trial_folder)]) == (5, ["Notes!2"])
    assert "nothing was changed" in nof1("import", trial_folder, workbook, "--sheet", "Notes", "--yes")[1]


def test_the_name_of_a_file_reaches_neither_terminal_nor_tables_raw(nof1, trial_folder, write):
    path = write("date,severity\n2026-01-12,3\nsoon,4\n", os.fsdecode(b"a\x1b[2J\xff.csv"))
    status, out, err = nof1("import", trial_folder, path, "--yes")
    assert (status, "\x1b" in out + err) == (0, False)
    assert read_ledger(trial_folder)[0].file == read_rejected(trial_folder)[0].file == "a[2J\ufffd.csv"
    assert nof1("check", trial_folder)[0] == 0


def test_map_and_answers_are_used_again_and_can_be_overridden(nof1, trial_folder, write, night):
    header = "When,How bad?,Other\n"
    first = write(header + "11/01/2026,3,1\n11/01/2026,5,1\n", "one.csv")
    words = ("--map", "night=When", "--map", "severity=How bad?", "--date-order", "dmy", "--several", "last")
    assert nof1("import", trial_folder, first, *words, "--yes")[0] == 0
    status, out, err = nof1(
        "import", trial_folder, write(header + "12/01/2026,6,2\n12/01/2026,7,2\n", "two.csv"), "--yes"
    )
    assert (status, err) == (0, "")
    assert f"What goes where (as on {read_ledger(trial_folder)[0].imported[:10]}):" in out
    assert (night(11).outcome, night(12).outcome) == (5, 7)
    third = write(header + "13/01/2026,6,2\n13/01/2026,7,4\n", "three.csv")
    assert nof1("import", trial_folder, third, "--map", "severity=Other", "--several", "max", "--yes")[0] == 0
    assert night(13).outcome == 4


def test_what_a_file_settles_itself_goes_before_the_order_said_for_an_earlier_one(nof1, trial_folder, write, night):
    header = "date,severity\n"
    words = ("import", trial_folder, write(header + "05/01/2026,4\n06/01/2026,6\n", "one.csv"), "--yes")
    assert "can be read two ways" in nof1(*words)[2]
    out = nof1(*words, "--date-order", "dmy")[1]
    assert "Dates such as 05/04/2026 are read day first: 5 April 2026. If not: --date-order mdy." in out
    out = nof1("import", trial_folder, write(header + "11/01/2026,3\n", "two.csv"), "--yes")[1]
    assert "are read day first, as for an earlier file: 5 April 2026." in out
    out = nof1("import", trial_folder, write(header + "01/13/2026,5\n01/12/2026,2\n", "three.csv"), "--yes")[1]
    assert "are read month first: 4 May 2026. If not: --date-order dmy." in out
    assert "2 rows read = 2 taken" in out
    assert (night(11).outcome, night(12).outcome, night(13).outcome) == (3, 2, 5)
    # Now it is open again which one the next file means.
    status, _, err = nof1("import", trial_folder, write(header + "01/10/2026,5\n", "four.csv"), "--yes")
    assert (status, "can be read two ways" in err) == (1, True)


def test_an_order_that_is_said_goes_before_what_the_file_settles(nof1, trial_folder, write):
    path = write("date,severity\n01/13/2026,5\n")
    out = nof1("import", trial_folder, path, "--date-order", "dmy")[1]
    assert "are read day first: 5 April 2026" in out
    assert "0 taken + 0 merged + 1 rejected" in out


def test_dates_that_say_it_themselves_need_no_word(nof1, trial_folder, write):
    assert "Dates such as" not in nof1("import", trial_folder, write("date,severity\n2026-01-13,5\n"))[1]


def test_options_of_the_reading_reach_it(nof1, trial_folder, write, night):
    path = write('when,severity,slept,legs,day\n2026-01-13T23:30:00Z,3,"7,5",2,1\n')
    words = ("--map", "night=when", "--map", "sleep=slept", "--measure", "legs=legs", "--unit", "sleep_minutes=h")
    further = (
        "--zone",
        "Europe/Berlin",
        "--decimal",
        "comma",
        "--day-number",
        "day",
        "--trust",
        "date",
        "--source",
        "plain",
    )
    status, _, err = nof1("import", trial_folder, path, *words, *further, "--yes")
    assert (status, err) == (0, "")
    assert night(13).outcome == 3
    assert read_measures(trial_folder) == {(date(2026, 1, 13), "sleep_minutes"): 450, (date(2026, 1, 13), "legs"): 2}
    (line,) = read_ledger(trial_folder)
    assert line.options == {
        "zone": "Europe/Berlin",
        "decimal_comma": True,
        "units": {"sleep_minutes": "h"},
        "day_number": "day",
        "trust": "date",
    }


@pytest.mark.parametrize("sealed", ["helper", "alone"])
def test_the_treatment_never_reaches_a_sealed_trial(nof1, sealed_trial, write, sealed):
    trial = sealed_trial(sealed, ratings="46", name="sealed")
    path = write("date,severity,condition,words\n2026-01-12,3,citrate,citrate\n2026-01-13,4,off,off\n")
    for column in ("condition", "words"):
        status, out, err = nof1("import", trial.folder, path, "--map", f"note={column}", "--yes")
        assert (status, out) == (1, "")
        assert "names the treatment" in err
    assert nof1("import", trial.folder, path, "--yes")[0] == 0
    written = [file for file in trial.folder.glob("*.csv") if "citrate" in file.read_text()]
    assert written == []


BAD_IMPORTS = {
    "missing column": ("date,legs\n2026-01-12,3\n", (), "--map severity="),
    "no night": ("K1,severity\n2026-01-12,3\n", (), "--map night="),
    "several": ("date,severity\n2026-01-12,3\n2026-01-12,4\n", (), "--several last"),
    "ambiguous date": ("date,severity\n11/01/2026,3\n", (), "--date-order dmy"),
    "ambiguous number": ('date,severity\n2026-01-12,"1,234"\n', (), "--decimal comma"),
    "UTC": ("date,severity\n2026-01-12T22:00:00Z,3\n", (), "--zone Europe/Berlin"),
    "count of days": ("date,severity,n\n2026-01-12,3,1\n", ("--day-number", "n"), "--trust date"),
    "unknown diary column": ("date,severity\n2026-01-12,3\n", ("--map", "legs=severity"), "The diary has no 'legs'"),
    "unknown file column": ("date,severity\n2026-01-12,3\n", ("--map", "severity=x"), "has no column 'x'"),
    "private column": ("date,severity,E-mail\n2026-01-12,3,x\n", ("--map", "note=E-mail"), "names a person"),
    "unknown rule": ("date,severity\n2026-01-12,3\n", ("--several", "median"), "--several median is no rule"),
    "unknown decimal": ("date,severity\n2026-01-12,3\n", ("--decimal", "dot"), "must be point or comma"),
    "bad unit": ("date,severity\n2026-01-12,3\n", ("--unit", "steps"), "must look like sleep_minutes=hours"),
    "unknown zone": ("date,severity\n2026-01-12T22:00:00Z,3\n", ("--zone", "Mars"), "'Mars' is no time zone"),
    "unknown source": ("date,severity\n2026-01-12,3\n", ("--source", "fax"), "There is no source 'fax'"),
    "another source": ("date,severity\n2026-01-12,3\n", ("--source", "oura"), "Known are:"),
    "empty": ("", (), "holds no rows"),
    "not text": (b"\x01\r\n\x1a\n\x00\x00", (), "is not a text table"),
}


@pytest.mark.parametrize(("text", "flags", "message"), BAD_IMPORTS.values(), ids=BAD_IMPORTS)
def test_a_bad_import_is_refused(refused, trial_folder, write, text, flags, message):
    assert message in refused("import", trial_folder, write(text), "--yes", *flags)


FOODS = (
    "Day,Time,Group,Food Name,Amount,Energy (kcal),Magnesium (mg)\n2026-01-07,12:00,Lunch,Lentil soup,1 plate,500,110\n"
    "2026-01-07,21:00,Supplements,Magnesium citrate capsule,1 capsule,0,200\n"
)


def test_import_names_the_supplements_that_it_told_from_food(nof1, trial_folder, write):
    path = write(FOODS)
    status, out, _ = nof1("import", trial_folder, path, "--yes")
    assert status == 0
    assert "not in dietary_magnesium_mg: 'Magnesium citrate capsule' (1 row, 200 mg)" in out
    assert "--food 'Magnesium citrate capsule'" in out
    assert read_measures(trial_folder)[(date(2026, 1, 7), "dietary_magnesium_mg")] == 110


def test_import_says_with_which_option_a_supplement_is_named(nof1, trial_folder, write):
    path = write(f"{FOODS}2026-01-08,21:00,Dinner,Best Absorption Magnesium,1 each,0,150\n")
    status, _, err = nof1("import", trial_folder, path, "--yes")
    assert status == 1
    assert "--supplement 'Best Absorption Magnesium' or --food 'Best Absorption Magnesium'" in err
    status, out, _ = nof1("import", trial_folder, path, "--food", "Best Absorption Magnesium", "--yes", "--json")
    found = json.loads(out)
    assert [row["name"] for row in found["no_food"]] == ["Magnesium citrate capsule"]
    assert [row["dietary_magnesium_mg"] for row in found["nights"]] == ["110", "150"]


# --- scales, archives and sources of other packages


@pytest.fixture
def archive(tmp_path):
    """An archive in which two tables fit the trial."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("a/old.csv", "date,severity\n2026-01-12,7\n")
        target.writestr("a/new.csv", "date,severity\n2026-01-12,3\n")
        target.writestr("a/weight.csv", "date,kg\n2026-01-12,70\n")
    return path


def test_words_ask_for_their_numbers_and_the_option_gives_them(nof1, refused, trial_folder, write, night):
    path = write("date,severity,sleep\n2026-01-12,mild,good\n2026-01-13,awful,bad\n")
    message = refused("import", trial_folder, path, "--yes")
    assert message == (
        "table.csv: 'severity' holds words, not numbers: mild, awful. Say which number each of them is, in place of each question mark: "
        "--scale severity='mild=?, awful=?'"
    )
    words = ("import", trial_folder, path, "--measure", "calm=sleep")
    assert "--scale calm='good=?, bad=?'" in refused(*words, "--scale", "severity=mild=2, awful=9", "--yes")
    status, out, _ = nof1(
        *words, "--scale", "severity=mild=2,awful=9", "--scale", "calm=good=1", "--scale", "calm=bad=0", "--yes"
    )
    assert status == 0
    assert "severity: from 'severity', words as mild=2, awful=9" in out
    assert "calm, a secondary outcome: from 'sleep', words as good=1, bad=0" in out
    assert (night(12).outcome, night(13).outcome) == (2, 9)
    assert read_measures(trial_folder) == {(date(2026, 1, 12), "calm"): 1, (date(2026, 1, 13), "calm"): 0}


def test_a_scale_without_a_column_is_for_all_of_them(nof1, trial_folder, write, night):
    path = write("date,severity\n2026-01-12,Mild\n")
    status, out, _ = nof1("import", trial_folder, path, "--scale", "mild=2,awful=9", "--yes", "--json")
    assert (status, json.loads(out)["scales"]) == (0, {"": {"mild": 2, "awful": 9}})
    assert night(12).outcome == 2


@pytest.mark.parametrize("scale", ["mild", "severity=mild=", "mild=two", "mild=1,mild=2"])
def test_a_scale_that_is_none_is_refused(refused, trial_folder, write, scale):
    assert "scale" in refused(
        "import", trial_folder, write("date,severity\n2026-01-12,mild\n"), "--scale", scale, "--yes"
    )


def test_a_scale_of_what_is_not_taken_is_refused(refused, trial_folder, write):
    path = write("date,severity,Mood\n2026-01-12,4,good\n")
    message = refused("import", trial_folder, path, "--scale", "calm=good=1", "--yes")
    assert "A scale was said of 'calm', and nothing is taken into it. Scales can be said of: severity" in message


def test_of_the_tables_in_an_archive_the_command_asks_for_one(nof1, refused, trial_folder, archive, night):
    message = refused("import", trial_folder, archive, "--yes")
    assert message == (
        "export.zip is an archive with several tables: a/old.csv, a/new.csv. Say which one to read: --sheet a/old.csv"
    )
    status, out, _ = nof1("import", trial_folder, archive, "--sheet", "a/new.csv", "--yes")
    assert status == 0
    assert "Of the archive, the file a/new.csv is read. Left out, with all their rows: a/old.csv, a/weight.csv." in out
    assert night(12).outcome == 3


def test_a_source_that_cannot_be_loaded_is_told_in_a_note(nof1, trial_folder, write, tmp_path, monkeypatch):
    site = tmp_path / "site"
    (site / "snorer-1.dist-info").mkdir(parents=True)
    (site / "snorer-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: snorer\nVersion: 1\n")
    (site / "snorer-1.dist-info" / "entry_points.txt").write_text("[nof1.sources]\nsnorer = nowhere_at_all\n")
    monkeypatch.syspath_prepend(str(site))
    status, out, err = nof1("import", trial_folder, write("date,severity\n2026-01-12,3\n"), "--yes")
    assert (status, err.count("Note: ")) == (0, 1)
    assert err.startswith("Note: The plug-in 'snorer' of the package snorer could not be loaded (ModuleNotFoundError")
    assert "Taken: 1 night." in out


PEOPLE = "record_id,date,severity\nP1,12.01.26,4\nP1,13.01.26,NA\nP2,14.01.26,9\nP2,15.01.26,8\n"


def test_import_asks_whose_rows_and_tells_of_the_others(nof1, trial_folder, write, night):
    path = write(PEOPLE)
    status, out, err = nof1("import", trial_folder, path, "--yes")
    assert (status, out) == (1, "")
    assert "'record_id' has 2 people: P1 (2 rows) and P2 (2 rows); whose rows? Say it with --person P1" in err
    assert "if they are no people, with --person-column none." in err
    status, out, err = nof1("import", trial_folder, path, "--person", "P1", "--yes")
    assert (status, err) == (0, "")
    assert "Whose rows: those of 'P1' in 'record_id'. Left out: P2 (2 rows)." in out
    assert "Taken for missing, like a blank: NA (1 cell)." in out
    assert "Years are not written in full: 12.01.26 is read as 2026-01-12, near the trial's own nights." in out
    assert "4 rows read = 1 taken + 3 merged (1 with nothing to take, 2 of other people) + 0 rejected." in out
    assert (night(12).outcome, night(13), night(14)) == (4, None, None)


def test_import_tells_programs_of_people_missing_values_and_years(nof1, trial_folder, write):
    path = write(PEOPLE)
    content = json.loads(nof1("import", trial_folder, path, "--person", "p2", "--json")[1])
    assert (content["person"], content["person_column"], content["other_people"]) == ("P2", "record_id", {"P1": 2})
    assert content["merged_because"]["other_people"] == 2
    assert content["short_year"] == {"text": "14.01.26", "date": "2026-01-14"}  # of their own rows
    content = json.loads(nof1("import", trial_folder, path, "--person-column", "none", "--json")[1])
    assert (content["person"], content["other_people"], content["missing"], content["taken"]) == (
        None,
        {},
        {"NA": 1},
        3,
    )


# --- import on a terminal


@pytest.fixture
def talk():
    """A conversation on a pseudo-terminal."""
    pytest.importorskip("pty")
    from ..terminal.test_night_questions import Talk

    return Talk


CONFIRM = ("Take them? [y/N]", "y")
UNCLEAR = {
    "order of dates": (
        "date,severity\n11/01/2026,4\n",
        [("Which is it? Number", "1")],
        {11: 4},
    ),
    "several": (
        "date,severity\n2026-01-12,3\n2026-01-12,8\n",
        [("Which is it? Number", "max")],
        {12: 8},
    ),
    "columns": (
        "K1,How bad?\n2026-01-12,4\n",
        [("holds 'night'? Number", "1"), ("holds 'severity'? Number", "2")],
        {12: 4},
    ),
    "an answer that is none": (
        "date,severity\n11/01/2026,4\n",
        [("Which is it? Number", "7"), ("Type a number from 1 to 2", ""), ("Type a number from 1 to 2", "dmy")],
        {11: 4},
    ),
    "zone and order": (
        "date,severity\n11/01/2026 22:00 UTC,4\n",
        [("Which is it? Number", "1"), ("Time zone, such as Europe/Berlin", "Europe/Berlin")],
        {11: 4},
    ),
    "decimals": (
        'date,severity\n2026-01-12,"4,000"\n',
        [("Which is it? Number", "comma")],
        {12: 4},
    ),
    "a person": (
        "name,date,severity\nAnna,2026-01-12,4\nAnna,2026-01-13,\nBen,2026-01-12,5\nBen,2026-01-13,6\n",
        [("Whose rows are meant? Number", "Anna")],
        {12: 4},
    ),
    "no person": (
        "name,date,severity\nwalk,2026-01-12,4\nrun,2026-01-12,4\n",
        [("Whose rows are meant? Number", "3")],
        {12: 4},
    ),
    "a column of people": (
        "Spalte,date,severity\nAnna,2026-01-12,4\nAnna,2026-01-05,4\nBen,2026-01-12,5\nBen,2026-01-05,4\n",
        [("Which is it? Number", "1"), ("Whose rows are meant? Number", "1")],
        {12: 4},
    ),
    "nothing": ("date,severity\n2026-01-12,4\n", [], {12: 4}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "answers", "expected"), UNCLEAR.values(), ids=UNCLEAR)
def test_a_person_is_asked_for_what_is_unclear_and_the_answer_is_kept(
    talk, trial_folder, write, night, text, answers, expected
):
    path = write(text)
    said = talk(("import", trial_folder, path), *answers, CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert "Taken: 1 night" in said.said
    assert {day: night(day).outcome for day in expected} == expected
    again = talk(("import", trial_folder, path))
    assert (again.status, "nothing was changed" in again.said) == (0, True)


@pytest.mark.slow
def test_whether_a_row_is_food_is_asked_once(talk, trial_folder, write):
    path = write(f"{FOODS}2026-01-08,21:00,Dinner,Best Absorption Magnesium,1 each,0,150\n")
    asked = ("What is 'Best Absorption Magnesium'? Number", "supplement")
    said = talk(("import", trial_folder, path), asked, CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert read_measures(trial_folder)[(date(2026, 1, 7), "dietary_magnesium_mg")] == 110
    assert (date(2026, 1, 8), "dietary_magnesium_mg") not in read_measures(trial_folder)
    assert "nothing was changed" in talk(("import", trial_folder, path)).said


@pytest.mark.slow
def test_a_sheet_is_asked_for(talk, trial_folder, workbook, night):
    said = talk(("import", trial_folder, workbook), ("Which is it? Number", "2"), CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert night(12).outcome == 3


@pytest.mark.slow
def test_the_numbers_of_words_are_asked_for(talk, trial_folder, write, night):
    path = write("date,severity\n2026-01-12,mild\n2026-01-13,awful\n")
    said = talk(("import", trial_folder, path), ("mild is", "2"), ("awful is", "9"), CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert (night(12).outcome, night(13).outcome) == (2, 9)
    assert "severity: from 'severity', words as mild=2, awful=9" in said.said


@pytest.mark.slow
def test_a_table_of_an_archive_is_asked_for(talk, trial_folder, archive, night):
    said = talk(("import", trial_folder, archive), ("Which is it? Number", "2"), CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert night(12).outcome == 3


@pytest.mark.slow
def test_a_unit_is_asked_for(talk, trial_folder, write, night):
    path = write(
        "date,Sleep Score,Total Sleep Score,Total Sleep Duration,Bedtime Start\n2026-01-13,80,71,7.5,2026-01-12T23:30:00+01:00\n"
    )
    said = talk(("import", trial_folder, path), ("Unit", "h"), CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert 450 in read_measures(trial_folder).values()


@pytest.mark.slow
def test_a_unit_in_doubt_is_asked_for_until_it_is_one(talk, trial_folder, write):
    path = write("date,severity,Caffeine\n2026-01-12,4,120\n")
    said = talk(("import", trial_folder, path), ("Unit", "furlongs"), ("Unit", "mg"), CONFIRM)
    assert (said.status, said.answers) == (0, [])
    assert "That is no unit that is known" in said.said
    assert read_measures(trial_folder) == {(date(2026, 1, 12), "caffeine_mg"): 120}


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["n", ""])
def test_a_person_who_does_not_say_yes_takes_nothing(talk, trial_folder, write, bytes_in, answer):
    before = bytes_in(trial_folder)
    said = talk(("import", trial_folder, write("date,severity\n2026-01-12,4\n")), ("Take them? [y/N]", answer))
    assert said.status == 0
    assert "1 row read = 1 taken + 0 merged + 0 rejected." in said.said
    assert said.said.endswith("Nothing was taken.")
    assert bytes_in(trial_folder) == before


@pytest.mark.slow
def test_a_file_of_rejected_rows_is_kept_only_if_the_person_wants_it(talk, trial_folder, write, bytes_in):
    path = write("date,severity\n2026-01-12,40\n")
    before = bytes_in(trial_folder)
    assert talk(("import", trial_folder, path), ("Keep this on record?", "n")).status == 0
    assert bytes_in(trial_folder) == before
    assert talk(("import", trial_folder, path), ("Keep this on record?", "y")).status == 0
    assert [row.lines for row in read_rejected(trial_folder)] == ["2"]


@pytest.mark.slow
def test_a_file_that_changes_while_the_person_looks_is_refused(talk, trial_folder, write, bytes_in):
    path = write("date,severity\n2026-01-12,4\n")
    before = bytes_in(trial_folder)

    class Changing(str):
        __slots__ = ()

        def encode(self, *_):
            path.write_text("date,severity\n2026-01-12,9\n")
            return b"y"

    said = talk(("import", trial_folder, path), ("Take them? [y/N]", Changing("y")))
    assert said.status == 1
    assert "changed while it was being read. Nothing was taken" in said.said
    assert bytes_in(trial_folder) == before


# --- adopt


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
    (line,) = read_ledger(tmp_path / "trial")
    assert (line.rows, line.taken, line.merged, line.rejected) == (4, 4, 0, 0)
    assert copies == [content.encode()]
    status, out, _ = nof1("analyze", tmp_path / "trial", "--engine", "marginal", "--json")
    assert status == 0
    content = json.loads(out)
    assert content["randomized"] is False
    assert (content["effects"][0]["threshold"], content["effects"][0]["full"]["p_small"]) == (None, None)


def test_adopt_says_what_is_assumed(nof1, tmp_path, write):
    path = write(f"date,arm,mood\n{ROWS}")
    out = nof1("adopt", tmp_path / "trial", path, *ADOPT)[1]
    assert "Nobody stated which change would matter (--threshold), so the answer can only say which way it went." in out
    assert "Assumed: no blocks, no start that fades, no effect that builds up or lingers" in out
    further = ("--threshold", "1.5", "--blocks", "2", "--start-up", "--carryover", "exponential")
    out = " ".join(nof1("adopt", tmp_path / "further", path, *ADOPT, *further)[1].split())
    assert "smallest change worth having 1.5." in out
    assert (
        "Assumed: blocks of 2 periods (a period is a stretch on one arm), a start that fades, an effect that builds up"
        in out
    )


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
    "a column of dates as day numbers": (f"date,arm,mood\n{ROWS}", ("--day", "date"), "line 2"),
    "blocks without an arm": (
        f"date,arm,mood\n{ROWS}2026-01-12,third,4\n",
        ("--blocks", "2"),
        "has no night on 'third'",
    ),
    "unknown rule": (f"date,arm,mood\n{ROWS}", ("--several", "median"), "--several median is no rule"),
    "no schedule": (f"date,arm,mood\n{ROWS}", ("--schedule", "nowhere.json"), "There is no file nowhere.json"),
    "days and dates part": ("date,n,arm,mood\n2026-01-05,1,off,4\n2026-01-07,2,on,4\n", ("--day", "n"), "--trust day"),
}


@pytest.mark.parametrize(("text", "flags", "message"), BAD_ADOPTIONS.values(), ids=BAD_ADOPTIONS)
def test_a_bad_adoption_makes_no_folder(refused, tmp_path, write, text, flags, message):
    assert message in refused("adopt", tmp_path / "trial", write(text), *ADOPT, *flags)
    assert not (tmp_path / "trial").exists()


def test_adopt_takes_a_zone_a_notation_of_numbers_and_the_time_beside_the_date(nof1, tmp_path, write):
    path = write("date,arm,mood\n2026-01-05T23:30:00Z,off,4\n2026-01-07T02:30:00Z,on,5\n")
    status, _, err = nof1("adopt", tmp_path / "zone", path, *ADOPT)
    assert (status, "--zone Europe/Berlin" in err) == (1, True)
    assert nof1("adopt", tmp_path / "zone", path, *ADOPT, "--zone", "Asia/Tokyo")[0] == 0
    assert read_ledger(tmp_path / "zone")[0].options == {"zone": "Asia/Tokyo"}
    path = write("date,Time,arm,mood\n2026-01-05,22:00,off,1.250\n2026-01-07,00:35,on,5\n")
    assert "--decimal comma" in nof1("adopt", tmp_path / "time", path, *ADOPT)[2]
    status, out, err = nof1("adopt", tmp_path / "time", path, *ADOPT, "--decimal", "point")
    assert (status, err) == (0, "")
    assert "with the time from 'Time'" in out
    assert [night.day for night in Trial.load(tmp_path / "time").frame.index] == [5, 6]


def test_adopt_takes_the_sheet_that_is_named(nof1, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["A cover", "of two cells"])
    for row in ("date,arm,mood\n" + ROWS).splitlines():
        (book["Lived"] if "Lived" in book.sheetnames else book.create_sheet("Lived")).append(row.split(","))
    book.save(tmp_path / "book.xlsx")
    assert "--sheet Sheet" in nof1("adopt", tmp_path / "new", tmp_path / "book.xlsx", *ADOPT)[2]
    assert nof1("adopt", tmp_path / "new", tmp_path / "book.xlsx", *ADOPT, "--sheet", "Lived")[0] == 0
    assert len(Trial.load(tmp_path / "new").entries) == 4


def test_adopt_never_overwrites(refused, trial_folder, write):
    assert "already there and not empty" in refused("adopt", trial_folder, write(f"date,arm,mood\n{ROWS}"), *ADOPT)


def test_adopt_takes_several_ratings_and_a_schedule_and_accounts_for_both(nof1, tmp_path, write):
    path = write("date,n,arm,mood\n2026-01-05,1,off,4\n2026-01-05,1,off,6\n2026-01-07,2,on,5\n")
    schedule = write('{"1": 0, "2": 1, "3": 0}', "schedule.json")
    further = ("--day", "n", "--trust", "day", "--several", "mean", "--schedule", schedule)
    status, out, err = nof1("adopt", tmp_path / "trial", path, *ADOPT, *further)
    assert (status, err) == (0, "")
    assert "3 rows taken over as 3 nights (2 on off, 1 on on); 1 without an outcome." in out
    trial = Trial.load(tmp_path / "trial")
    assert list(trial.frame["mood"])[:2] == [5, 5]
    lines = {line.file: line for line in read_ledger(tmp_path / "trial")}
    assert (lines["table.csv"].taken, lines["table.csv"].merged) == (2, 1)
    assert lines["table.csv"].options == {"several": "mean", "trust": "day"}
    for line in lines.values():
        assert line.rows == line.taken + line.merged + line.rejected
    kept = [copy.read_bytes() for copy in (tmp_path / "trial" / "imports").iterdir()]
    assert path.read_bytes() in kept
    assert schedule.read_bytes() in kept


def test_adopt_asks_nothing_on_its_own(refused, tmp_path, write):
    text = "date,arm,mood\n5/1/2026,off,4\n6/1/2026,on,5\n"
    assert "--date-order dmy" in refused("adopt", tmp_path / "trial", write(text), *ADOPT)


def test_a_table_that_is_made_up_becomes_a_simulated_trial_only_if_that_is_said(nof1, tmp_path, write):
    path = write(f"date,arm,mood\n{ROWS}")
    assert nof1("adopt", tmp_path / "lived", path, *ADOPT)[0] == 0
    assert nof1("adopt", tmp_path / "made-up", path, *ADOPT, "--simulated")[0] == 0
    assert not Trial.load(tmp_path / "lived").protocol.simulated
    assert Trial.load(tmp_path / "made-up").protocol.simulated
    assert "imulated" not in nof1("status", tmp_path / "lived")[1]
    assert "imulated" in nof1("status", tmp_path / "made-up")[1]


def test_the_melatonin_readings_are_adopted_by_their_day_numbers(nof1, refused, tmp_path):
    data = data_of_others("melatonin")
    words = ["--outcome", "mood", "--reference", "control", "--low", "0", "--high", "100", "--better", "higher"]
    words += ["--date", "date", "--day", "study_day", "--arm", "condition", "--schedule", data / "schedule.json"]
    adopt_ = ("adopt", tmp_path / "trial", data / "miura_ema_70day.csv", *words, "--several", "mean")
    assert "--trust day or --trust date" in refused(*adopt_)
    status, out, _ = nof1(*adopt_, "--trust", "day", "--json")
    assert (status, json.loads(out)["nights"], json.loads(out)["missing"]) == (0, 70, 0)
    daily = Trial(
        *adopted_nights(
            read_table(data / "miura_ema_70day_daily.csv"),
            outcome="mood",
            arm="condition",
            day="study_day",
            reference="control",
            low=0,
            high=100,
            better="higher",
        )
    )
    lived = Trial.load(tmp_path / "trial").frame
    assert list(lived["arm"]) == list(daily.frame["arm"])
    assert list(lived["mood"]) == pytest.approx(list(daily.frame["mood"]))


def test_a_file_that_did_not_fit_says_so_again(nof1, trial_folder, write):
    path = write("date,severity\n2026-01-12,99\n")
    assert nof1("import", trial_folder, path, "--yes")[0] == 0
    out = nof1("import", trial_folder, path, "--yes")[1]
    assert "1 row of it did not fit: rejected.csv says why" in out


def test_a_trial_that_changes_between_the_look_and_the_writing_is_looked_at_again(
    nof1, trial_folder, write, monkeypatch
):
    from nof1.record.importing import committing

    path, take, once = write("date,severity\n2026-01-12,3\n"), committing.take_import, []

    def late(folder, protocol, plan, *, now):
        if not once:
            once.append(True)
            assert nof1("log", folder, "--night", "2026-01-12", "--set", "severity=3")[0] == 0
        take(folder, protocol, plan, now=now)

    monkeypatch.setattr(committing, "take_import", late)
    status, out, _ = nof1("import", trial_folder, path, "--yes")
    assert status == 0
    assert "Looking again" in out
    assert "1 row read = 0 taken + 1 merged (1 recorded already) + 0 rejected" in out
