"""Amendments: any reason comes back as it was, a damaged file is named, and nothing half-said is taken."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1.errors import InputError
from nof1.plan.design.order import Pause
from nof1.plan.orders.amendments import AMENDMENTS_FILE, COLUMNS, Amendment, load_amendments, pauses, save_amendments

NOW = datetime(2026, 1, 12, 9, 30, tzinfo=UTC)
PAUSE = {"kind": "pause", "start": date(2026, 1, 13), "nights": 5}
UNBLINDED = {"kind": "unblinded", "period": 3}


def amended(reason="a cold", *, entered=NOW, kind="note", **values):
    return Amendment.make(entered=entered, reason=reason, kind=kind, **values)


HOSTILE = {
    "formula": "=1+1",
    "command": '=cmd|" /C calc"!A0',
    "at sign": "@SUM(A1)",
    "minus": "-5",
    "quotes": "he said \"no\", then 'yes'",
    "lone quote": '"',
    "comma": "a, b; c",
    "umlauts": "Grippe, „sehr“ müde",
    "emoji": "😴\u200d🦵",
    "right to left": "מגנזיום",
    "line separator": "first\u2028second",
    "looks like a row": "2026-01-12T09:30:00Z,note,,,,x",
    "looks like nothing": "None",
    "longest": "x" * 500,
    "longest of wide letters": "漢" * 500,
}


@pytest.mark.parametrize("reason", HOSTILE.values(), ids=HOSTILE)
def test_a_reason_comes_back_as_it_was(tmp_path, reason):
    kept = [amended(reason), amended(reason, **PAUSE), amended(reason, **UNBLINDED)]
    save_amendments(tmp_path, kept)
    assert load_amendments(tmp_path) == tuple(kept)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("first\nsecond", "U+000A; remove it"),
        ("first\r\nsecond", "U+000D; remove it"),
        ("a\0b", "U+0000; remove it"),
        ("a\u202eb", "U+202E; remove it"),
        ("a\ufeffb", "U+FEFF; remove it"),
        ("a\udcffb", "reason"),
        ("x" * 501, "500"),
        ("", "reason"),
        ("   ", "reason"),
        (5, "reason"),
    ],
    ids=lambda item: repr(item)[:20],
)
def test_a_reason_that_cannot_be_kept_is_refused(reason, words):
    with pytest.raises(InputError) as refusal:
        amended(reason)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "pause"},
        {"kind": "pause", "start": date(2026, 1, 13)},
        {"kind": "pause", "nights": 3},
        {"kind": "pause", "start": date(2026, 1, 13), "nights": 0},
        {"kind": "pause", "start": date(2026, 1, 13), "nights": -1},
        {"kind": "pause", "start": date(2026, 1, 13), "nights": 366},
        {"kind": "pause", "start": date(2026, 1, 13), "nights": 2.5},
        {"kind": "pause", "start": date(2026, 1, 13), "nights": True},
        {"kind": "pause", "start": "soon", "nights": 3},
        {"kind": "pause", "start": date(2026, 1, 13), "nights": 3, "period": 1},
        {"kind": "unblinded"},
        {"kind": "unblinded", "period": 0},
        {"kind": "unblinded", "period": 1, "nights": 3},
        {"kind": "unblinded", "period": 1, "start": date(2026, 1, 13)},
        {"kind": "note", "start": date(2026, 1, 13), "nights": 3},
        {"kind": "note", "start": date(2026, 1, 13)},
        {"kind": "medicine"},
        {"kind": "medicine", "start": date(2026, 1, 13), "nights": 3},
        {"kind": "medicine", "start": date(2026, 1, 13), "period": 1},
        {"kind": "note", "nights": 3},
        {"kind": "note", "period": 1},
        {"kind": "holiday"},
        {"kind": "note", "entered": "soon"},
    ],
    ids=lambda values: " ".join(f"{name}={value}" for name, value in values.items()),
)
def test_an_amendment_that_says_too_little_or_too_much_is_refused(values):
    with pytest.raises(InputError, match="has a mistake"):
        amended(**values)


reasons = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs")), min_size=1, max_size=60).filter(str.strip)
moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis wants bare limits
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=5, minutes=45))]),
).map(lambda moment: moment.replace(microsecond=0))
kinds = st.one_of(
    st.just({"kind": "note"}),
    st.just({"kind": "medicine", "start": date(2026, 1, 13)}),
    st.builds(lambda period: {"kind": "unblinded", "period": period}, st.integers(1, 1000)),
    st.builds(
        lambda start, nights: {"kind": "pause", "start": start, "nights": nights}, st.dates(), st.integers(1, 365)
    ),
)


@settings(max_examples=100)
@given(rows=st.lists(st.tuples(moments, kinds, reasons), max_size=6))
def test_amendments_csv_loses_nothing(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("amended")
    kept = tuple(amended(reason, entered=entered, **values) for entered, values, reason in rows)
    save_amendments(folder, kept)
    again = load_amendments(folder)
    assert again == kept
    assert [one.entered.utcoffset() for one in again] == [one.entered.utcoffset() for one in kept]


def test_the_file_is_a_table_a_person_can_read(tmp_path):
    save_amendments(tmp_path, [amended("flu", **PAUSE), amended("fell, twice", **UNBLINDED), amended("half a dose")])
    text = (tmp_path / AMENDMENTS_FILE).read_text()
    header, *rows = csv.reader(io.StringIO(text))
    assert tuple(header) == COLUMNS == ("entered", "kind", "start", "nights", "period", "reason")
    assert [row[1:] for row in rows] == [
        ["pause", "2026-01-13", "5", "", "flu"],
        ["unblinded", "", "", "3", "fell, twice"],
        ["note", "", "", "", "half a dose"],
    ]
    assert all(row[0].startswith("2026-01-12T09:30:00") for row in rows)


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path):
    kept = (amended("flu", **PAUSE), amended("half, a dose"))
    save_amendments(tmp_path, kept)
    path = tmp_path / AMENDMENTS_FILE
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_amendments(tmp_path) == kept


def test_without_a_file_nothing_was_amended(tmp_path):
    assert load_amendments(tmp_path) == ()


DAMAGED = {
    "another header": lambda text: text.replace("entered", "when", 1),
    "empty": lambda text: "",
    "a value missing": lambda text: text.replace(",5,", ",", 1),
    "a value too many": lambda text: text.replace("flu", "flu,more"),
    "unknown kind": lambda text: text.replace("pause", "holiday"),
    "no reason": lambda text: text.replace("flu", ""),
    "nights in words": lambda text: text.replace(",5,", ",five,"),
    "endless number": lambda text: text.replace(",5,", f",{'9' * 5000},"),
    "impossible date": lambda text: text.replace("2026-01-13", "2026-02-30"),
    "unreadable moment": lambda text: text.replace("2026-01-12T09:30:00Z", "yesterday"),
    "an open quote": lambda text: text.replace("flu", '"flu'),
    "not UTF-8": lambda text: text.encode("utf-16"),
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused_by_name(tmp_path, damage):
    save_amendments(tmp_path, [amended("flu", **PAUSE)])
    path = tmp_path / AMENDMENTS_FILE
    damaged = damage(path.read_text())
    assert damaged != path.read_text()
    path.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
    with pytest.raises(InputError, match=r"amendments\.csv"):
        load_amendments(tmp_path)


def test_pauses_come_in_the_order_in_which_they_were_entered():
    later, earlier = (amended(kind="pause", start=date(2026, 1, day), nights=day) for day in (20, 6))
    assert pauses([later, amended(), amended(**UNBLINDED), earlier]) == (
        Pause(date(2026, 1, 20), 20),
        Pause(date(2026, 1, 6), 6),
    )
