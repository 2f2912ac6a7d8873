"""Imports: the map is shown, all rows or none are taken, and nothing happens twice."""

import csv
import hashlib
import io
import json
from datetime import UTC, date, datetime

import pytest

from nof1.errors import InputError
from nof1.record.amend import add_pause
from nof1.record.diary import Entry, add_entries, last_evening, read_diary
from nof1.record.importing import (
    LEDGER_COLUMNS,
    complete_map,
    parse_map,
    plan_import,
    take_import,
)
from nof1.record.sources.table import read_table

NOW = datetime(2026, 2, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def export(tmp_path):
    """A function that writes an export and reads it as a table."""

    def write(text, name="My Export.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_table(path)

    return write


@pytest.fixture
def plan(protocol, trial_folder):
    """A function that plans the import of a table into the trial folder."""

    def make(table, *pairs, **options):
        chosen = complete_map(table, protocol, parse_map(pairs, protocol))
        return plan_import(table, protocol, read_diary(trial_folder, protocol), chosen, **options)

    return make


def ledger(folder):
    return list(csv.DictReader(io.StringIO((folder / "imports" / "ledger.csv").read_text())))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("night,severity", {"night": "night", "severity": "severity"}),
        ("Date,Severity", {"night": "Date", "severity": "Severity"}),
        ("Datum,RLS severity", {"night": "Datum", "severity": "RLS severity"}),
        ("Timestamp,rls-severity", {"night": "Timestamp", "severity": "rls-severity"}),
        ("Day,severity,Dose mg,note", {"night": "Day", "severity": "severity", "dose_mg": "Dose mg", "note": "note"}),
        ("night,date,severity", {"night": "night", "severity": "severity"}),
        (
            "date,severity,Side effects,E-mail",
            {"night": "date", "severity": "severity", "side_effects": "Side effects"},
        ),
    ],
)
def test_columns_with_the_diarys_names_are_found(export, protocol, header, expected):
    table = export(f"{header}\n" + ",".join("x" for _ in header.split(",")) + "\n")
    assert complete_map(table, protocol, {}) == expected


def test_a_chosen_column_goes_before_a_guessed_one(export, plan):
    found = plan(export("date,severity,How bad?\n2026-01-12,9,4\n"), "severity=How bad?")
    assert found.column_map == {"night": "date", "severity": "How bad?"}
    assert found.unused == ("severity",)
    assert found.new == (Entry(date(2026, 1, 12), outcome=4),)


def test_the_map_is_split_at_the_first_equals_sign(protocol):
    assert parse_map(["severity= a = b "], protocol) == {"severity": "a = b"}


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["severity"], "--map 'severity' must look like severity='How bad\\?'"),
        (["severity="], "must look like"),
        (["=How bad?"], "the diary has no ''"),
        (["mood=How bad?"], "the diary has no 'mood'. Its columns are: night, severity"),
        (["severity=a", "severity=b"], "names 'severity' twice"),
    ],
)
def test_a_bad_map_is_refused(protocol, pairs, words):
    with pytest.raises(InputError, match=words):
        parse_map(pairs, protocol)


@pytest.mark.parametrize(
    ("header", "pairs", "words"),
    [
        ("when,severity", [], "not clear which column holds 'night'.*--map night='Date'.*when, severity"),
        ("date,How bad?", [], "not clear which column holds 'severity'.*--map severity=.*date, How bad"),
        ("date,severity", ["severity=Mood"], "has no column 'Mood'. Its columns are: date, severity"),
        ("date,other", ["severity=date"], "not clear which column holds 'night'"),
    ],
)
def test_a_table_without_night_or_outcome_is_refused(export, protocol, header, pairs, words):
    with pytest.raises(InputError, match=words):
        complete_map(export(f"{header}\n1,2\n"), protocol, parse_map(pairs, protocol))


def test_every_column_of_the_diary_can_be_taken(export, make_protocol):
    protocol = make_protocol(analysis={"covariates": ["sleep_hours"]})
    table = export(
        "night,severity,dose_mg,side_effects,guess,confidence,sleep_hours,note\n"
        '2026-01-12,4,200,"nausea; headache",magnesium,80,7.5,"a ""good""\nnight"\n'
    )
    (entry,) = plan_import(table, protocol, (), complete_map(table, protocol, {})).new
    assert entry == Entry(
        night=date(2026, 1, 12),
        outcome=4,
        dose_mg=200,
        side_effects=("nausea", "headache"),
        guess="magnesium",
        confidence=80,
        covariates={"sleep_hours": 7.5},
        note='a "good"\nnight',
    )


def test_a_concealed_trial_takes_shares_of_packs_and_guesses(export, sealed_trial):
    trial = sealed_trial(ratings="46")
    table = export("Date;Severity;Taken;Guess;Confidence\n13.01.2026;4;0,5;Citrate;62,5\n14.01.2026;3;1;can't tell;\n")
    found = plan_import(
        table, trial.protocol, read_diary(trial.folder, trial.protocol), complete_map(table, trial.protocol, {})
    )
    take_import(trial.folder, trial.protocol, found, now=NOW)
    assert list(read_diary(trial.folder, trial.protocol)[2:]) == [
        Entry(date(2026, 1, 13), outcome=4, taken=0.5, guess="citrate", confidence=62.5),
        Entry(date(2026, 1, 14), outcome=3, taken=1, guess="can't tell"),
    ]


def test_a_dose_in_mg_does_not_enter_a_concealed_trial(export, sealed_trial):
    trial = sealed_trial()
    table = export("date,severity,dose_mg\n2026-01-12,4,200\n")
    assert "dose_mg" not in complete_map(table, trial.protocol, {})
    with pytest.raises(InputError, match="the diary has no 'dose_mg'"):
        parse_map(["dose_mg=dose_mg"], trial.protocol)


def test_nights_that_pauses_moved_beyond_the_plan_can_be_imported(export, plan, trial_folder, protocol):
    table = export("date,severity\n2026-01-20,4\n")
    with pytest.raises(InputError, match="line 2: 2026-01-20 is not a night of this trial"):
        plan(table)
    add_pause(trial_folder, date(2026, 1, 11), 3, "flu", now=NOW)
    take_import(trial_folder, protocol, plan(table, until=last_evening(trial_folder, protocol)), now=NOW)
    assert read_diary(trial_folder, protocol)[-1] == Entry(date(2026, 1, 20), outcome=4)


def test_a_table_dated_by_the_morning_is_shifted(export, plan):
    table = export("date,severity\n2026-01-13,4\n2026-01-14,5\n")
    evening, morning = plan(table), plan(table, dated_by="morning")
    assert [entry.night.day for entry in evening.new] == [13, 14]
    assert [entry.night.day for entry in morning.new] == [12, 13]
    assert (evening.shifted, morning.shifted) == (False, True)


def test_an_entry_after_midnight_belongs_to_the_evening_before(export, plan):
    found = plan(export("date,severity\n2026-01-12 23:50,4\n2026-01-14 00:35,5\n2026-01-15 03:30,6\n"))
    assert [(entry.night.day, entry.outcome) for entry in found.new] == [(12, 4), (13, 5), (14, 6)]


def test_decimal_commas_are_numbers_and_commas_in_notes_stay(export, make_protocol):
    protocol = make_protocol(outcome={"whole": False})
    table = export("Datum;severity;note\n12.01.2026;4,5;gut, danke\n13.01.2026;5;\n")
    found = plan_import(table, protocol, (), complete_map(table, protocol, {}))
    assert [(entry.outcome, entry.note) for entry in found.new] == [(4.5, "gut, danke"), (5, "")]


def test_dates_of_two_meanings_are_refused_until_the_order_is_said(export, plan):
    table = export("date,severity\n11/01/2026,4\n12/01/2026,5\n")
    with pytest.raises(InputError, match="--date-order dmy"):
        plan(table)
    assert [entry.night for entry in plan(table, date_order="dmy").new] == [date(2026, 1, 11), date(2026, 1, 12)]


PROBLEMS = {
    "off the scale": ("2026-01-13,11", "line 3: severity 11 is outside its scale, 0 to 10"),
    "no whole number": ("2026-01-13,4.5", "line 3: severity 4.5 must be a whole number"),
    "no number": ("2026-01-13,bad", "line 3: severity 'bad' is no number"),
    "no date": ("soon,4", "line 3: 'soon' is no date that can be read"),
    "impossible date": ("2026-02-30,4", "line 3: '2026-02-30' is no date that can be read"),
    "a total": ("Mean,4.2", "line 3: 'Mean' is no date that can be read"),
    "outside the trial": ("2025-12-31,4", "line 3: 2025-12-31 is not a night of this trial"),
    "the first day of all": ("0001-01-01 00:30,4", "line 3: .*0001-01-01"),
    "a later night than planned": ("2026-01-19,4", "line 3: 2026-01-19 is not a night of this trial"),
    "two rows a night": ("2026-01-12,5", "line 3: the night 2026-01-12 is on line 2 too"),
    "two equal rows": ("2026-01-12,4", "line 3: the night 2026-01-12 is on line 2 too"),
    "another value in the diary": ("2026-01-05,9", "line 3: the diary has other values for the night 2026-01-05"),
}


@pytest.mark.parametrize(("row", "words"), PROBLEMS.values(), ids=PROBLEMS)
def test_one_bad_row_refuses_the_file_and_is_listed(export, plan, trial_folder, bytes_in, row, words):
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=rf"1 of 3 rows do not fit, so nothing was taken\.\n  {words}"):
        plan(export(f"date,severity\n2026-01-12,4\n{row}\n2026-01-14,5\n"))
    assert bytes_in(trial_folder) == before


def test_all_bad_rows_are_told_up_to_a_few(export, plan):
    rows = "".join(f"2026-01-{day},99\n" for day in range(7, 19))
    with pytest.raises(InputError) as refusal:
        plan(export(f"date,severity\n{rows}"))
    lines = str(refusal.value).splitlines()
    assert lines[0] == "My Export.csv: 12 of 12 rows do not fit, so nothing was taken."
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == [f"line {number}" for number in range(2, 10)]
    assert lines[-1].strip() == "and 4 more"


def test_rows_that_the_diary_has_already_are_merged(export, plan, protocol, trial_folder):
    found = plan(export("date,severity\n2026-01-05,4\n2026-01-06,6\n2026-01-08,\n2026-01-12,3\n"))
    assert (found.merged, [entry.night.day for entry in found.new]) == (3, [12])


def test_a_row_with_nothing_but_a_date_says_nothing_new(export, plan):
    planned = plan(export("date,severity\n2026-01-05,\n2026-01-13,\n2026-01-14,2\n"))
    assert ([entry.night for entry in planned.new], planned.merged) == ([date(2026, 1, 14)], 2)


def test_a_night_that_is_not_over_is_refused(export, plan):
    with pytest.raises(InputError, match=r"line 3: the night 2026-01-13 is not over yet"):
        plan(export("date,severity\n2026-01-12,2\n2026-01-13,3\n"), latest=date(2026, 1, 12))


def test_an_import_is_taken_whole_with_its_file_and_a_line_in_the_ledger(export, plan, protocol, trial_folder):
    before = {entry.night: entry for entry in read_diary(trial_folder, protocol)}
    content = b"\xef\xbb\xbfdate;severity;Name\r\n2026-01-05;4;J\xc3\xb6rg\r\n2026-01-12;3;\r\n2026-01-13;;x\r\n"
    table = export(content, "My Export.TSV.Csv")
    take_import(trial_folder, protocol, plan(table), now=NOW)
    after = {entry.night: entry for entry in read_diary(trial_folder, protocol)}
    assert after == before | {
        date(2026, 1, 12): Entry(date(2026, 1, 12), outcome=3),
    }
    digest = hashlib.sha256(content).hexdigest()
    assert (trial_folder / "imports" / f"{digest}.csv").read_bytes() == content
    (line,) = ledger(trial_folder)
    assert tuple(line) == LEDGER_COLUMNS
    assert line["sha256"] == digest
    assert (line["file"], line["imported"]) == ("My Export.TSV.Csv", "2026-02-01T09:30:00+00:00")
    assert [line[count] for count in ("rows", "taken", "merged", "rejected")] == ["3", "1", "2", "0"]
    assert json.loads(line["map"]) == {"night": "date", "severity": "severity"}
    assert "Jörg" not in (trial_folder / "diary.csv").read_text()


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_the_verbatim_copy_is_byte_for_byte(export, plan, protocol, trial_folder, tmp_path, name):
    if name.endswith("csv"):
        content = 'date,severity\r\n2026-01-12,3\n\n\n"2026-01-13",4'.encode("utf-16")
    else:
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        book.active.append(["date", "severity"])
        book.active.append([date(2026, 1, 12), 3])
        book.active.append([date(2026, 1, 13), 4])
        book.save(tmp_path / "made.xlsx")
        content = (tmp_path / "made.xlsx").read_bytes()
    take_import(trial_folder, protocol, plan(export(content, name)), now=NOW)
    copies = [path for path in (trial_folder / "imports").iterdir() if path.name != "ledger.csv"]
    assert [path.read_bytes() for path in copies] == [content]
    assert {entry.night.day: entry.outcome for entry in read_diary(trial_folder, protocol)}[13] == 4


def test_the_ledgers_counts_add_up_over_several_files(export, plan, protocol, trial_folder):
    for number, rows in enumerate(["2026-01-12,3\n", "2026-01-12,3\n2026-01-13,4\n", "2026-01-05,4\n2026-01-12,3\n"]):
        take_import(trial_folder, protocol, plan(export(f"date,severity\n{rows}", f"{number}.csv")), now=NOW)
    lines = ledger(trial_folder)
    assert [line["file"] for line in lines] == ["0.csv", "1.csv", "2.csv"]
    assert [(line["taken"], line["merged"]) for line in lines] == [("1", "0"), ("1", "1"), ("0", "2")]
    for line in lines:
        assert int(line["rows"]) == int(line["taken"]) + int(line["merged"]) + int(line["rejected"])
    assert len(read_diary(trial_folder, protocol)) == 6 + sum(int(line["taken"]) for line in lines)


def test_the_same_file_twice_is_known_and_takes_nothing(export, plan, protocol, trial_folder):
    table = export("date,severity\n2026-01-12,3\n2026-01-13,4\n")
    take_import(trial_folder, protocol, plan(table), now=NOW)
    diary = (trial_folder / "diary.csv").read_bytes()
    again = plan(table)
    assert (again.new, again.merged) == ((), 2)
    take_import(trial_folder, protocol, again, now=NOW)
    assert (trial_folder / "diary.csv").read_bytes() == diary


def test_a_night_recorded_in_the_meantime_stops_the_import(export, plan, protocol, trial_folder, bytes_in):
    found = plan(export("date,severity\n2026-01-12,3\n2026-01-13,4\n"))
    add_entries(trial_folder, protocol, [Entry(date(2026, 1, 13), outcome=9)])
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=r"2026-01-13 was recorded in the meantime. Nothing was taken"):
        take_import(trial_folder, protocol, found, now=NOW)
    assert bytes_in(trial_folder) == before
