"""A copy of the diary, as a synced drive leaves it."""

from datetime import UTC, date, datetime

from nof1.record.checking.copies import conflict_copies
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record
from nof1.record.importing.committing import take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize

NOW = datetime(2026, 2, 1, tzinfo=UTC)


def test_a_conflict_copy_gives_the_nights_that_only_it_has(trial_folder, protocol):
    copy = trial_folder / "diary (conflicted copy 2026-01-12).csv"
    before = (trial_folder / "diary.csv").read_bytes()
    formula = '=HYPERLINK("x")'
    record(trial_folder, protocol, [Change(date(2026, 1, 11), {"severity": "2", "note": formula})], by="log", now=NOW)
    (trial_folder / "diary.csv").rename(copy)
    (trial_folder / "diary.csv").write_bytes(before)
    (found,) = conflict_copies(trial_folder)
    export = recognize(open_file(found))
    assert export.source == "nof1"
    plan = plan_import(trial_folder, protocol, export, complete_map(export, protocol, {}), latest=protocol.end)
    assert plan.counts() == {"rows": 7, "taken": 1, "merged": 6, "rejected": 0}
    take_import(trial_folder, protocol, plan, now=NOW)
    last = read_diary(trial_folder, protocol)[-1]
    assert (last.night, last.outcome, last.note) == (date(2026, 1, 11), 2, formula)
