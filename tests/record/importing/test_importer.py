"""Imports: every row ends in one place, all is written together, and nothing happens twice or unseen."""

import csv
import hashlib
import io
import json
import shutil
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journals import read_journal

from nof1.errors import InputError, Nof1Error
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import add_pause
from nof1.record.diary.entry import Entry
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import add_entries
from nof1.record.importing.committing import nothing_new, remembered, take_import
from nof1.record.importing.importer import StaleError, plan_import
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.importing.rejected import read_rejected
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize

from ..conftest import LATEST, NOW

TWO = "date,severity\n2026-01-12,3\n2026-01-13,4\n"


# --- every row in one place


def _lines(text):
    out = []
    for part in text.split(", "):
        begin, _, end = part.partition("-")
        out += range(int(begin), int(end or begin) + 1)
    return out


DATES = st.sampled_from(
    [
        "2026-01-05",
        "2026-01-06 22:15",
        "2026-01-07",
        "2026-01-08 00:35",
        "2026-01-09",
        "2026-01-10",
        "2026-01-18",
        "2025-12-31",
        "2026-01-19",
        "2026-02-03",
        "soon",
        "",
        "Mean",
        "0001-01-01",
    ]
)
VALUES = st.sampled_from(["", "3", "4", "6", "4.5", "11", "-1", "x", "N/A", "yes", "3", "5"])
TABLES = st.lists(st.tuples(DATES, VALUES, st.sampled_from(["", "calm", "=1+1", "x" * 2001])), max_size=25)


@pytest.mark.slow
@settings(max_examples=60)
@given(table=TABLES, rule=st.sampled_from(["mean", "last", "first", "max", "min", "sum"]), data=st.data())
def test_counts_add_up_and_every_line_ends_in_one_place(tmp_path_factory, planned_folder, table, rule, data):
    home = tmp_path_factory.mktemp("any")
    folder = shutil.copytree(planned_folder, home / "trial")
    protocol = Protocol.load(folder)
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(("date", "severity", "note", "Name"))
    writer.writerows((*row, "x") for row in table)
    path = home / "any.csv"
    path.write_text(stream.getvalue() + "2026-01-14,2,,x\n")
    before = {entry.night for entry in read_diary(folder, protocol)}
    export = recognize(open_file(path))
    chosen = complete_map(export, protocol, {})
    plan = plan_import(folder, protocol, export, chosen, Reading(several=rule), latest=LATEST)
    assert plan.rows == len(table) + 1 == plan.taken + plan.merged + plan.rows_rejected
    assert plan.taken == len({change.night for change in plan.changes}) == len(plan.changes)
    single = [line for row in plan.rejected for line in _lines(row.lines) if len(_lines(row.lines)) == row.rows]
    assert len(single) == len(set(single))
    assert set(single) <= {row.line for row in export.rows()}
    take_import(folder, protocol, plan, now=NOW)
    (line,) = read_ledger(folder)
    assert line.rows == line.taken + line.merged + line.rejected == plan.rows
    assert sum(row.rows for row in read_rejected(folder)) == line.rejected
    after = {entry.night for entry in read_diary(folder, protocol)}
    assert after - before == {change.night for change in plan.changes} - before
    content = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = plan_import(folder, protocol, export, chosen, Reading(several=rule), latest=LATEST)
    take_import(folder, protocol, again, now=NOW)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == content


@pytest.fixture(scope="module")
def planned_folder(tmp_path_factory, make_protocol):
    from nof1.plan.orders.draw import draw_order
    from nof1.record.trial import Trial

    protocol = make_protocol()
    folder = tmp_path_factory.mktemp("planned") / "trial"
    Trial(protocol, draw_order(protocol), (Entry(date(2026, 1, 5), outcome=4),)).write(folder)
    return folder


def test_each_way_a_row_can_end_is_counted_by_its_name(plan, export, rejections):
    found = plan(
        export(
            "date,severity\n2026-01-05,4\n2026-01-12,3\n2026-01-12,3\n2026-01-13,\n2026-01-14,11\n2025-12-31,4\n2026-01-05,9\n"
        ),
        several="last",
    )
    assert (found.rows, found.taken, found.several, found.same, found.blank) == (7, 1, 1, 0, 1)
    assert rejections(found) == [
        ("2", 1, "recorded already is severity 4; given was 9"),
        ("6", 1, "severity 11 is outside its scale, 0 to 10"),
        ("7", 1, "before the first night of the trial, 2026-01-05"),
        ("8", 1, "recorded already is severity 4; given was 9"),
    ]


def test_a_row_with_nothing_but_a_date_makes_no_night(plan, export, take, nights):
    found = take(export("date,severity\n2026-01-05,\n2026-01-13,N/A\n2026-01-14,2\n"))
    assert ([change.night.day for change in found.changes], found.blank) == ([14], 2)
    assert 13 not in nights()


def test_what_is_recorded_already_is_merged(plan, export):
    found = plan(export("date,severity\n2026-01-05,4\n2026-01-06,6\n2026-01-12,3\n"))
    assert (found.same, found.taken) == (2, 1)


# --- what is written


def test_an_import_is_taken_whole_with_its_file_a_line_in_the_ledger_and_the_map(
    export, take, trial_folder, nights, rows_of
):
    before = nights()
    content = (
        b"\xef\xbb\xbfdate;severity;Name\r\n2026-01-05;4;J\xc3\xb6rg\r\n2026-01-12;3;\r\n2026-01-13;;J\xc3\xb6rg\r\n"
    )
    plan = take(export(content, "My Export.TSV.Csv"))
    assert nights() == before | {12: Entry(date(2026, 1, 12), outcome=3)}
    digest = hashlib.sha256(content).hexdigest()
    assert (trial_folder / "imports" / f"{digest}.csv").read_bytes() == content
    (line,) = rows_of("imports/ledger.csv")
    assert (line["file"], line["imported"], line["sha256"]) == (
        "My Export.TSV.Csv",
        "2026-02-01T09:30:00+00:00",
        digest,
    )
    assert (line["source"], plan.sha256) == ("plain", digest)
    assert [line[count] for count in ("rows", "taken", "merged", "rejected")] == ["3", "1", "2", "0"]
    assert json.loads(line["map"]) == {"night": "date", "severity": "severity"}
    values = [line for line in read_journal(trial_folder) if line.night == "2026-01-12"]
    assert [(entry.by, entry.column, entry.old, entry.new) for entry in values] == [
        (f"import {digest[:12]}", "severity", "", "3")
    ]
    assert not (trial_folder / "rejected.csv").exists()


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_the_verbatim_copy_is_byte_for_byte(export, take, nights, trial_folder, tmp_path, name):
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
    take(export(content, name))
    copies = [path for path in (trial_folder / "imports").iterdir() if path.name not in ("ledger.csv", "maps.json")]
    assert [path.read_bytes() for path in copies] == [content]
    assert nights()[13].outcome == 4


def test_what_names_a_person_is_in_the_verbatim_copy_and_nowhere_else(export, plan, take, trial_folder):
    address, name = "anna@example.org", "Anna Beispiel"
    rows = "".join(
        f"{day},{value},{address},{name}\n"
        for day, value in (("2026-01-12", 3), ("soon", 4), ("2026-01-05", 9), ("2025-12-01", 4), ("2026-01-14", 40))
    )
    made = export(f"Date,severity,E-mail,Your name\n{rows}")
    for column in ("E-mail", "Your name"):
        for field in ("note", "severity", "night"):
            with pytest.raises(InputError, match=f"column '{column}' names a person or a device"):
                plan(made, f"{field}={column}")
    assert take(made).counts() == {"rows": 5, "taken": 1, "merged": 0, "rejected": 4}
    holders = {
        path.relative_to(trial_folder).parts[0]
        for path in trial_folder.rglob("*")
        if path.is_file() and (address in path.read_text() or name in path.read_text())
    }
    assert holders == {"imports"}
    holding = [path.name for path in (trial_folder / "imports").iterdir() if address in path.read_text()]
    assert holding == [f"{hashlib.sha256(made.path.read_bytes()).hexdigest()}.csv"]


# --- twice, conflicts, corrections


def test_the_same_file_twice_changes_no_byte(export, take, plan, trial_folder, bytes_in):
    content = f"{TWO}2026-01-14,40\n2025-01-01,4\n2026-01-05,9\nTotal,7\n"
    assert not nothing_new(trial_folder, plan(export(content)))
    take(export(content))
    before = bytes_in(trial_folder)
    assert nothing_new(trial_folder, plan(export(content)))
    take(export(content))
    assert bytes_in(trial_folder) == before


def test_the_same_file_twice_does_not_reject_again_what_was_mended(export, take, trial_folder, bytes_in):
    original = export("date,severity\n2026-01-12,3\nsoon,4\n")
    take(original)
    mended = (trial_folder / "rejected.csv").read_text().replace(",soon,", ",2026-01-13,")
    (trial_folder / "rejected.csv").write_text(mended)
    take(recognize(open_file(trial_folder / "rejected.csv")))
    assert read_rejected(trial_folder) == ()
    before = bytes_in(trial_folder)
    take(original)
    assert bytes_in(trial_folder) == before


def test_rejected_rows_come_back_if_their_file_was_removed(export, take, trial_folder):
    original = export("date,severity\n2026-01-12,3\nsoon,4\n")
    take(original)
    (trial_folder / "rejected.csv").unlink()
    take(original)
    assert [row.lines for row in read_rejected(trial_folder)] == ["3"]


def test_a_conflict_is_shown_and_rejected_and_overwrites_nothing(export, take, nights, trial_folder, rejections):
    found = take(export("date,severity\n2026-01-05,9\n2026-01-12,3\n"))
    assert rejections(found) == [("2", 1, "recorded already is severity 4; given was 9")]
    assert (nights()[5].outcome, nights()[12].outcome) == (4, 3)
    (row,) = read_rejected(trial_folder)
    assert (row.night, row.values) == ("2026-01-05", {"severity": "9"})


def test_blank_cells_are_filled_by_a_later_import_and_nothing_is_emptied(export, take, nights):
    take(export("date,severity,note\n2026-01-12,3,\n2026-01-13,,calm\n", "one.csv"))
    take(export("date,severity,note\n2026-01-12,,restless\n2026-01-13,5,\n", "two.csv"))
    assert (nights()[12].outcome, nights()[12].note) == (3, "restless")
    assert (nights()[13].outcome, nights()[13].note) == (5, "calm")


def test_a_missed_night_stays_missed(export, take, nights):
    take(export("date,severity\n2026-01-12,3\n2026-01-14,4\n"))
    assert 13 not in nights()
    assert nights()[8].outcome is None


def test_the_ledgers_counts_add_up_over_several_files(export, take, trial_folder, nights):
    for number, rows in enumerate(["2026-01-12,3\n", "2026-01-12,3\n2026-01-13,4\n", "2026-01-05,4\n2026-01-12,3\n"]):
        take(export(f"date,severity\n{rows}", f"{number}.csv"))
    lines = read_ledger(trial_folder)
    assert [line.file for line in lines] == ["0.csv", "1.csv", "2.csv"]
    assert [(line.taken, line.merged) for line in lines] == [(1, 0), (1, 1), (0, 2)]
    assert len(nights()) == 6 + sum(line.taken for line in lines)


def test_the_same_file_with_another_map_brings_what_was_left_out(export, take, nights):
    made = export("date,severity,pill\n2026-01-12,3,200\n")
    take(made)
    assert take(made, "dose_mg=pill").taken == 1
    assert (nights()[12].outcome, nights()[12].dose_mg) == (3, 200)


# --- between the look and the yes


@pytest.mark.clock
def test_a_night_recorded_in_the_meantime_stops_the_import(export, plan, protocol, trial_folder, bytes_in):
    found = plan(export(TWO))
    add_entries(trial_folder, protocol, [Entry(date(2026, 1, 13), outcome=9)])
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=r"2026-01-13 was recorded in the meantime. Nothing was taken"):
        take_import(trial_folder, protocol, found, now=NOW)
    assert bytes_in(trial_folder) == before


def test_a_file_changed_between_the_look_and_the_yes_is_refused(export, plan, protocol, trial_folder, bytes_in):
    found = plan(export(TWO))
    before = bytes_in(trial_folder)
    found.export.path.write_text(TWO + "2026-01-14,5\n")
    with pytest.raises(InputError, match=r"changed while it was being read. Nothing was taken"):
        take_import(trial_folder, protocol, found, now=NOW)
    assert bytes_in(trial_folder) == before


@pytest.mark.clock
def test_a_file_that_was_taken_keeps_its_copy_when_it_is_stopped_the_second_time(
    export, plan, take, protocol, trial_folder, bytes_in
):
    made = export("date,severity,pill\n2026-01-12,3,200\n")
    take(made)
    found = plan(made, "dose_mg=pill")
    add_entries(trial_folder, protocol, [Entry(date(2026, 1, 13), outcome=9)])
    from nof1.record.diary.writing import Change, record

    record(trial_folder, protocol, [Change(date(2026, 1, 12), {"dose_mg": "100"})], by="log", now=NOW)
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="2026-01-12 was recorded in the meantime"):
        take_import(trial_folder, protocol, found, now=NOW)
    assert bytes_in(trial_folder) == before


def test_an_opened_order_locks_the_diary_against_imports(export, plan, protocol, trial_folder, bytes_in):
    from nof1.plan.orders.loading import UNSEALING_FILE

    found = plan(export(TWO))
    (trial_folder / UNSEALING_FILE).write_text("{}")
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match="was locked when the order was opened"):
        take_import(trial_folder, protocol, found, now=NOW)
    assert bytes_in(trial_folder) == before


# --- pauses


def test_nights_that_pauses_moved_beyond_the_plan_can_be_imported(export, plan, take, trial_folder, nights):
    made = export("date,severity\n2026-01-20,4\n")
    assert plan(made).rows_rejected == 1
    add_pause(trial_folder, date(2026, 1, 11), 3, "flu", now=NOW)
    take(made)
    assert nights()[20] == Entry(date(2026, 1, 20), outcome=4)


# --- the saved map


def test_map_and_answers_are_remembered_by_the_files_columns(export, take, trial_folder):
    made = export("When;How bad?\n11/01/2026;4,5\n12/01/2026;5\n".replace("4,5", "4"))
    take(made, "night=When", "severity=How bad?", date_order="dmy", several="last")
    column_map, reading, since = remembered(trial_folder, export("When;How bad?\n13/01/2026;6\n", "next.csv"))
    assert column_map == {"night": "When", "severity": "How bad?"}
    assert reading == Reading(date_order="dmy", several="last")
    assert since == "2026-02-01"
    assert remembered(trial_folder, export("When;How bad\n13/01/2026;6\n", "other.csv")) is None


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"x": 1}', "null", b"\xff\xfe\x00"],
    ids=["empty", "cut off", "a list", "another", "null", "bytes"],
)
def test_damaged_saved_maps_are_passed_over(export, take, trial_folder, damage):
    take(export(TWO))
    (trial_folder / "imports" / "maps.json").write_bytes(damage if isinstance(damage, bytes) else damage.encode())
    assert remembered(trial_folder, export(TWO)) is None
    take(export(f"{TWO}2026-01-14,5\n"))
    assert remembered(trial_folder, export(TWO)) is not None


def test_a_saved_map_of_an_unknown_shape_still_gives_its_columns(export, take, trial_folder):
    take(export(TWO))
    path = trial_folder / "imports" / "maps.json"
    maps = json.loads(path.read_text())
    for saved in maps.values():
        saved["options"] = ["later version"]
        saved["map"]["gone"] = "a column that is not there"
    path.write_text(json.dumps(maps))
    column_map, reading, _ = remembered(trial_folder, export(TWO))
    assert (column_map, reading) == ({"night": "date", "severity": "severity"}, Reading())


# --- the rows of the rule about treatments


def test_words_that_are_nothing_but_arms_are_refused_in_a_concealed_trial(export, plan, sealed_trial):
    trial = sealed_trial(ratings="46", name="sealed")
    made = export("date,severity,Which\n2026-01-12,3,Citrate\n2026-01-13,4,off\n")
    for field in ("note", "side_effects"):
        with pytest.raises(InputError, match=r"column 'Which' .*names the treatment"):
            plan(made, f"{field}=Which", folder=trial.folder)
    told = made.path.read_text().replace("Citrate", "citrate at nine") + "2026-01-14,4,restless\n"
    assert plan(export(told), "note=Which", folder=trial.folder)


def test_an_open_trial_may_note_its_arms(export, take, nights):
    take(export("date,severity,Which\n2026-01-12,3,magnesium\n"), "note=Which")
    assert nights()[12].note == "magnesium"


@pytest.mark.parametrize("options", [{"several": "bogus"}, {"zone": 7}, {"units": []}, "mean", None])
def test_a_saved_map_with_nonsense_in_its_options_is_asked_again(export, take, trial_folder, options):
    made = export("date,severity\n2026-01-12,3\n2026-01-12,5\n")
    take(made, several="mean")
    path = trial_folder / "imports" / "maps.json"
    saved = json.loads(path.read_text())
    for entry in saved.values():
        entry["options"] = options
    path.write_text(json.dumps(saved))
    column_map, reading, _ = remembered(trial_folder, made)
    assert column_map == {"night": "date", "severity": "severity"}
    assert reading == Reading()


def test_words_for_the_treatment_are_refused_even_if_every_row_would_be_rejected(export, plan, sealed_trial):
    trial = sealed_trial(ratings="465", name="sealed")
    made = export("date,severity,Which\n2026-01-12,99,citrate\n2026-01-13,77,off\n")
    with pytest.raises(InputError, match="names the treatment"):
        plan(made, "note=Which", folder=trial.folder)


def test_a_column_that_names_a_person_counts_no_days(export, plan):
    made = export("date,severity,E-mail\n2026-01-12,3,a@example.org\n")
    with pytest.raises(InputError, match="no count of days"):
        plan(made, day_number="E-mail")


# --- rows of one night that were rejected together


def mended(folder, old, new):
    path = folder / "rejected.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_rows_of_one_night_are_rejected_each_with_its_own_cells(export, take, rows_of):
    made = take(export("date,severity,note\n2026-01-12 22:00,3,a\n2026-01-12 23:00,4,b\n"), several="mean")
    assert [
        (row["lines"], row["rows"], row["night"], row["severity"], row["note"]) for row in rows_of("rejected.csv")
    ] == [
        ("2", "1", "2026-01-12", "3", "a"),
        ("3", "1", "2026-01-12", "4", "b"),
    ]
    assert made.rows_rejected == 2


def test_what_was_mended_and_still_does_not_fit_keeps_what_was_mended(export, take, rows_of, trial_folder, nights):
    take(export("date,severity,note\n2026-01-12,99,a\n2026-01-12,98,b\n"))
    mended(trial_folder, "2026-01-12,99", "2026-01-12,3")
    mended(trial_folder, "2026-01-12,98", "2026-01-12,4")
    take(recognize(open_file(trial_folder / "rejected.csv")), several="mean")
    assert [(row["lines"], row["severity"], row["note"]) for row in rows_of("rejected.csv")] == [
        ("2", "3", "a"),
        ("3", "4", "b"),
    ]
    assert all(
        "the mean of 3 and 4" in row["reason"] or "the mean of 3, 4" in row["reason"] for row in rows_of("rejected.csv")
    )
    take(recognize(open_file(trial_folder / "rejected.csv")), several="max")
    assert nights()[12].outcome == 4
    assert rows_of("rejected.csv") == []


def test_many_alternating_rows_keep_their_own_nights(export, take, rows_of, trial_folder, nights):
    rows = "".join(f"2026-01-12,{50 + i},\n2026-01-13,{50 + i},\n" for i in range(25))
    take(export(f"date,severity,note\n{rows}"))
    text = (trial_folder / "rejected.csv").read_text()
    for i in range(25):  # the 12th becomes 3 or 4, the 13th is 5 throughout
        text = text.replace(f"2026-01-12,{50 + i},", f"2026-01-12,{3 + i % 2},").replace(
            f"2026-01-13,{50 + i},", "2026-01-13,5,"
        )
    (trial_folder / "rejected.csv").write_text(text)
    take(recognize(open_file(trial_folder / "rejected.csv")), several="mean")
    assert nights()[13].outcome == 5
    assert {row["night"] for row in rows_of("rejected.csv")} == {"2026-01-12"}
    assert [int(row["lines"]) for row in rows_of("rejected.csv")] == list(range(2, 52, 2))


# --- the trial or the file changes in between


@pytest.mark.clock
def test_an_import_that_was_planned_before_another_was_taken_is_planned_again(
    export, plan, protocol, trial_folder, bytes_in
):
    first, second = plan(export(TWO)), plan(export(TWO))
    take_import(trial_folder, protocol, first, now=NOW)
    before = bytes_in(trial_folder)
    with pytest.raises(StaleError, match="changed in the meantime"):
        take_import(trial_folder, protocol, second, now=NOW)
    assert bytes_in(trial_folder) == before
    other = plan(export("date,severity\n2026-01-14,3\n", "other.csv"))
    add_entries(trial_folder, protocol, [Entry(date(2026, 1, 14), outcome=3)])
    before = bytes_in(trial_folder)
    with pytest.raises(StaleError, match="changed in the meantime"):
        take_import(trial_folder, protocol, other, now=NOW)
    assert bytes_in(trial_folder) == before


def test_a_file_replaced_while_it_is_read_is_refused(export, protocol, trial_folder, tmp_path, monkeypatch):
    made = export(TWO)

    def rows():
        yield from made.rows()
        other = tmp_path / "other.csv"
        other.write_text(TWO.replace(",3", ",9"))
        other.replace(made.path)

    with pytest.raises(InputError, match="changed while it was being read"):
        plan_import(
            trial_folder, protocol, replace(made, rows=rows), {"night": "date", "severity": "severity"}, latest=LATEST
        )


def test_no_copy_is_left_of_what_was_not_taken_for_any_reason(
    export, plan, protocol, trial_folder, bytes_in, monkeypatch
):
    found = plan(export(TWO))
    before = bytes_in(trial_folder)

    def full(folder, contents):
        raise Nof1Error("no space")

    monkeypatch.setattr("nof1.record.diary.writing.commit", full)
    with pytest.raises(Nof1Error, match="no space"):
        take_import(trial_folder, protocol, found, now=NOW)
    assert bytes_in(trial_folder) == before


def test_dates_and_decimals_are_settled_in_bounded_memory(export, plan, monkeypatch):
    monkeypatch.setattr("nof1.record.importing.reading._DIFFERENT", 3)
    rows = (
        "".join(f"0{day}/01/2026;{day}.5\n" for day in range(5, 10))
        + "13/01/2026;4\n"
        + "".join(f"0{day}/01/2026;{day}.25\n" for day in range(5, 10))
    )
    made = plan(export(f"when;legs\n{rows}"), "night=when", measures=("legs=legs",), several="last")
    assert (made.order, [change.night.day for change in made.changes]) == ("dmy", [5, 6, 7, 8, 9, 13])
