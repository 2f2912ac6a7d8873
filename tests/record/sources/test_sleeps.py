"""Naps apart from the nights, each sleep once, and no row lost."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.record.opening.opened import Row
from nof1.record.sources.sleeps import NAP, SleepTable, in_the_day, minutes_between, sleep_export
from nof1.record.sources.source import Column, Export

COLUMNS = (
    Column("from", role="text"),
    Column("to", role="text"),
    Column("asleep", "sleep_minutes", "min", "sum"),
    Column("score"),
)
TABLE = SleepTable("from", "to", "asleep", "min")
at = datetime.fromisoformat
FIRST = at("2026-09-01 00:00")


def export_of(sleeps, tmp_path):
    """An export with these sleeps, each a start and a length in minutes."""
    rows = [
        Row(number, (str(start), str(start + timedelta(minutes=length)), str(length), "80"))
        for number, (start, length) in enumerate(sleeps, start=2)
    ]
    return Export("key", "a title", tmp_path, COLUMNS, "from", lambda: iter(rows), "evening")


def shown(export):
    """Of each row, the minutes of the night and of a nap."""
    at = {name: place for place, name in enumerate(export.header)}
    return [(row.cells[at["asleep"]], row.cells[at[NAP]]) for row in export.rows()]


def test_a_nap_goes_into_a_column_of_its_own_and_is_of_the_day(tmp_path):
    made = sleep_export(
        export_of([(FIRST.replace(hour=23), 420), (at("2026-09-02 14:00"), 40)], tmp_path), TABLE, COLUMNS
    )
    assert shown(made) == [("420", ""), ("", "40")]
    assert [row.cells[3] for row in made.rows()] == ["80", ""]
    column = made.column(NAP)
    assert (column.measure, column.unit, column.merge, column.belongs) == ("nap_minutes", "min", "sum", "day")


@pytest.mark.parametrize(
    ("start", "minutes", "nap"),
    [
        ("2026-09-01 09:00", 30, True),
        ("2026-09-01 18:59:59", 179, True),
        ("2026-09-01 19:00", 30, False),
        ("2026-09-01 08:59", 30, False),
        ("2026-09-01 13:00", 180, False),
        ("2026-09-01T14:00:00.000+02:00", 30, True),
        ("9/1/2026 2:00 PM", 30, True),
        ("2026-09-01", 30, False),
        ("soon", 30, False),
        ("14:00", 30, False),
        ("2026-09-01 14:00", None, False),
    ],
)
def test_the_clock_decides_where_nobody_says(start, minutes, nap):
    assert in_the_day(start, minutes) is nap


def test_what_the_file_says_goes_before_the_clock(tmp_path):
    for said, expected in (("night", ("40", "")), ("nap", ("", "40")), ("none", ("", ""))):
        table = SleepTable("from", "to", "asleep", "min", kind=lambda cells, said=said: said)
        assert shown(sleep_export(export_of([(at("2026-09-02 14:00"), 40)], tmp_path), table, COLUMNS)) == [expected]


def test_of_two_that_overlap_the_longer_one_counts(tmp_path):
    watch, phone = (at("2026-09-01 23:00"), 400), (at("2026-09-01 22:50"), 470)
    for order in ((watch, phone), (phone, watch)):
        made = sleep_export(export_of(order, tmp_path), TABLE, COLUMNS, ("a note",))
        assert sorted(shown(made)) == [("", ""), ("470", "")]
        assert made.notes[0] == "a note"
        assert "A sleep overlaps a longer one" in made.notes[1]
        assert made.notes[1].endswith(f"line {2 + order.index(watch)}.")


def test_a_row_that_is_there_twice_counts_once(tmp_path):
    sleep = (at("2026-09-01 23:00"), 400)
    assert shown(sleep_export(export_of([sleep, sleep], tmp_path), TABLE, COLUMNS)) == [("400", ""), ("", "")]


def test_two_halves_of_a_night_both_count(tmp_path):
    halves = [(at("2026-09-01 22:00"), 240), (at("2026-09-02 02:30"), 180)]
    made = sleep_export(export_of(halves, tmp_path), TABLE, COLUMNS)
    assert shown(made) == [("240", ""), ("180", "")]
    assert made.notes == ()


@given(st.lists(st.tuples(st.integers(0, 60 * 24 * 20), st.integers(1, 900)), max_size=25))
def test_every_row_is_a_night_a_nap_or_recorded_twice_and_no_minute_counts_double(tmp_path_factory, sleeps):
    sleeps = [(FIRST + timedelta(minutes=start), length) for start, length in sleeps]
    made = sleep_export(export_of(sleeps, tmp_path_factory.getbasetemp()), TABLE, COLUMNS)
    rows = shown(made)
    assert len(rows) == len(sleeps)
    kept = []
    for (start, length), (night, nap) in zip(sleeps, rows, strict=True):
        assert (night, nap) in ((str(length), ""), ("", str(length)), ("", ""))
        if night or nap:
            kept.append((start, start + timedelta(minutes=length)))
    kept.sort()
    for (begin, end), (other, until) in pairwise(kept):
        assert 2 * (min(end, until) - other) <= min(end - begin, until - other)
    assert bool(kept) == bool(sleeps)
    left_out = len(sleeps) - len(kept)
    assert any("overlap" in note for note in made.notes) == bool(left_out)
    assert any("kept apart" in note for note in made.notes) == any(nap for _, nap in rows)


def test_many_overlaps_are_told_in_short(tmp_path):
    made = sleep_export(export_of([(FIRST, 400)] * 30, tmp_path), TABLE, COLUMNS)
    assert made.notes == (
        "29 sleeps overlap a longer one, as where two devices record a night, and nothing is taken of it: lines 3, 4, 5, 6, 7, 8, 9, 10 and 21 more.",
    )


def test_naps_are_told_with_their_lines_and_by_what_they_are_known(tmp_path):
    naps = [(at("2026-09-02 14:00"), 40), (at("2026-09-03 23:00"), 400), (at("2026-09-04 15:00"), 30)]
    by_the_clock = sleep_export(export_of(naps, tmp_path), TABLE, COLUMNS).notes
    assert by_the_clock[0].startswith("2 naps are kept apart from the nights (lines 2, 4)")
    assert by_the_clock[1].startswith("Not called a nap by the file: lines 2, 4.")
    table = SleepTable("from", "to", "asleep", "min", kind=lambda cells: "nap" if cells["asleep"] == "40" else "night")
    (said,) = sleep_export(export_of(naps, tmp_path), table, COLUMNS).notes
    assert said.startswith("A nap is kept apart from the nights (line 2)")


def test_minutes_are_counted_from_the_start_to_the_end():
    assert minutes_between("2026-09-01 23:10:00", "2026-09-02 06:40:30") == "450.5"
    for start, end in (("2026-09-02", "2026-09-01"), ("soon", "2026-09-01"), ("2026-09-01", "")):
        assert minutes_between(start, end) == ""
