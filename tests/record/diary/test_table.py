"""The diary: one row a night, nothing lost, nothing half written."""

import errno
import multiprocessing
import os
import stat
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from writers import add_nights, hold_lock

from nof1 import commit
from nof1.cells import cleaned
from nof1.errors import InputError, Nof1Error
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import add_note, add_pause
from nof1.record.diary.entry import MAX_TEXT, Entry, columns, empty_diary, guesses, parse_entry, to_csv
from nof1.record.diary.table import last_evening, parse_diary, read_diary
from nof1.record.diary.writing import add_entries
from nof1.record.trial import Trial

SPARE = date(2026, 1, 12)  # a night that the fixture's diary does not hold


@pytest.fixture
def protocol(make_protocol):
    """The small protocol, with two covariates."""
    return make_protocol(analysis={"covariates": ["sleep_hours", "steps"]})


@pytest.fixture
def diary(trial_folder):
    return trial_folder / "diary.csv"


def entry_of(protocol, **values):
    return parse_entry(protocol, {"night": str(SPARE)} | values, where="test")


def test_the_columns_are_those_of_the_contract(protocol):
    header = "night,severity,dose_mg,side_effects,guess,confidence,sleep_hours,steps,note"
    assert ",".join(columns(protocol)) == header
    assert empty_diary(protocol) == header + "\n"


TRICKY = {
    "quotes": 'he said "no"',
    "comma": "a, b; c",
    "newline": "first\nsecond",
    "umlauts": "schläft „gut“",
    "emoji": "😴\u200d🦵",
    "right to left": "מגנזיום",
    "formula": "=1+1",
    "lone quote": '"',
    "byte order mark": "a\ufeffb",
    "looks like a row": "\n2026-01-13,5,,,,,,,\n".strip(),
    "longest": "x" * MAX_TEXT,
}


@pytest.mark.clock
@pytest.mark.parametrize("note", TRICKY.values(), ids=TRICKY)
def test_a_note_comes_back_as_it_was(protocol, trial_folder, note):
    before = read_diary(trial_folder, protocol)
    add_entries(trial_folder, protocol, [entry_of(protocol, note=note, severity="3")])
    after = read_diary(trial_folder, protocol)
    assert next(entry for entry in after if entry.night == SPARE).note == note
    assert tuple(entry for entry in after if entry.night != SPARE) == before


@pytest.mark.clock
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("first\r\nsecond\rthird", "first\nsecond\nthird"),
        ("first\u2028second\x85third\x0cfourth", "first\nsecond\nthird\nfourth"),
        ("\x1b[31mred\x07", "[31mred"),
        ("calm \u202etxt.exe\u202c", "calm txt.exe"),
    ],
)
def test_what_could_change_a_screen_is_taken_out_of_a_note(protocol, trial_folder, written, kept):
    add_entries(trial_folder, protocol, [entry_of(protocol, note=written)])
    assert read_diary(trial_folder, protocol)[-1].note == kept


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40).map(
    lambda text: cleaned(text).strip()
)
numbers = st.none() | st.floats(-1e9, 1e9)


@settings(max_examples=100)
@given(data=st.data())
def test_a_diary_loses_nothing(make_protocol, data):
    content = make_protocol(
        outcome={"whole": False}, design={"blocks": 6}, analysis={"covariates": ["sleep_hours", "steps"]}
    ).to_dict()
    dose, most = data.draw(st.sampled_from([("dose_mg", 5000), ("taken", 2)]))
    if dose == "taken":
        content["design"] |= {"concealed": "helper"}
        del content["design"]["seed"]
    protocol = Protocol.build(content)
    days = data.draw(st.lists(st.integers(0, protocol.nights - 1), unique=True, max_size=8))
    entries = [
        Entry(
            night=protocol.start + timedelta(days=day),
            outcome=data.draw(st.none() | st.floats(0, 10)),
            **{dose: data.draw(st.none() | st.floats(0, most))},
            side_effects=tuple(
                data.draw(st.lists(texts.map(lambda text: text.replace(";", " ").strip()).filter(bool), max_size=3))
            ),
            guess=(guess := data.draw(st.sampled_from(["", *guesses(protocol)]))),
            confidence=data.draw(st.none() | st.floats(0, 100)) if guess else None,
            covariates={"sleep_hours": data.draw(numbers), "steps": data.draw(numbers)},
            note=data.draw(texts),
        )
        for day in days
    ]
    text = to_csv(protocol, entries)
    again = parse_diary(text.encode(), protocol, where="d")
    assert again == tuple(sorted(entries, key=lambda entry: entry.night))
    assert to_csv(protocol, again) == text


@pytest.mark.clock
def test_the_nights_stand_in_calendar_order(protocol, trial_folder):
    for day in (18, 11, 14):
        add_entries(trial_folder, protocol, [Entry(date(2026, 1, day), outcome=1)])
    nights = [entry.night for entry in read_diary(trial_folder, protocol)]
    assert nights == sorted(nights)
    assert len(nights) == 9


# Values that are refused, then what the message must hold.
REFUSED = {
    "above the scale": ({"severity": "11"}, ["severity 11", "0 to 10"]),
    "below the scale": ({"severity": "-1"}, ["severity -1", "0 to 10"]),
    "just above the scale": ({"severity": "10.0000001"}, ["outside its scale"]),
    "no whole number": ({"severity": "4.5"}, ["4.5", "whole number from 0 to 10"]),
    "no number": ({"severity": "four"}, ["'four' is no number", "leave it empty"]),
    "decimal comma": ({"severity": "4,5"}, ["'4,5' is no number"]),
    "nan": ({"severity": "nan"}, ["'nan' is no number"]),
    "infinite": ({"severity": "inf"}, ["'inf' is no number"]),
    "underscore": ({"severity": "1_0"}, ["'1_0' is no number"]),
    "dose below zero": ({"dose_mg": "-1"}, ["dose_mg -1", "between 0 and 5000"]),
    "dose in micrograms": ({"dose_mg": "200000"}, ["dose_mg 200000", "elemental mg"]),
    "confidence without a guess": ({"confidence": "50"}, ["confidence 50", "goes with a guess"]),
    "more than certain": ({"guess": "off", "confidence": "101"}, ["confidence 101", "0 (a blind guess) to 100"]),
    "less than a blind guess": ({"guess": "off", "confidence": "-1"}, ["confidence -1", "0 (a blind guess) to 100"]),
    "confidence in words": ({"guess": "off", "confidence": "sure"}, ["confidence 'sure' is no number"]),
    "guess of no arm": ({"guess": "placebo"}, ["guess 'placebo' is not one of: off, magnesium, can't tell"]),
    "guess of a night without an arm": ({"guess": "washout"}, ["guess 'washout' is not one of"]),
    "share of a pack": ({"taken": "1"}, ["'taken' is not recorded"]),
    "covariate no number": ({"sleep_hours": "long"}, ["sleep_hours 'long'"]),
    "unknown column": ({"mood": "4"}, ["'mood' is not recorded", "Known are: night, severity"]),
    "endless note": ({"note": "x" * (MAX_TEXT + 1)}, [f"{MAX_TEXT + 1} characters", "Shorten it"]),
    "unreadable note": ({"note": "a\0b"}, ["note holds an unreadable character"]),
    "half a character": ({"note": "a\udcffb"}, ["note holds an unreadable character"]),
    "unreadable night": ({"night": "12 Jan"}, ["'12 Jan' is no date of the form 2026-11-23"]),
    "impossible night": ({"night": "2026-02-30"}, ["'2026-02-30' is no date"]),
    "empty night": ({"night": " "}, ["'' is no date"]),
    "night before the trial": ({"night": "2026-01-04"}, ["2026-01-04 is not a night", "2026-01-05 to 2026-01-18"]),
    "night after the trial": ({"night": "2026-01-19"}, ["2026-01-19 is not a night", "2026-01-05 to 2026-01-18"]),
}


@pytest.mark.parametrize(("values", "words"), REFUSED.values(), ids=REFUSED)
def test_a_bad_value_is_refused_with_its_place(protocol, values, words):
    with pytest.raises(InputError) as refusal:
        entry_of(protocol, **values)
    assert [word for word in ["test: ", *words] if word not in str(refusal.value)] == []


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("10", 10), (" 7 ", 7), ("4.0", 4), ("", None), ("  ", None), ("1e1", 10)], ids=repr
)
def test_an_outcome_on_its_scale_is_taken(protocol, text, value):
    assert entry_of(protocol, severity=text).outcome == value


def test_the_last_evening_moves_with_pauses_and_not_with_notes(trial_folder, protocol):
    assert last_evening(trial_folder, protocol) == date(2026, 1, 18)
    now = datetime(2026, 1, 11, 8, tzinfo=UTC)
    add_note(trial_folder, "half a dose", now=now)
    assert last_evening(trial_folder, protocol) == date(2026, 1, 18)
    for first in (11, 12):
        add_pause(trial_folder, date(2026, 1, first), 3, "flu", now=now)
    assert last_evening(trial_folder, protocol) == date(2026, 1, 24)


# What is done to a sound diary, then what the message must hold.
DAMAGED = {
    "a night twice": (lambda text: text + text.splitlines()[1] + "\n", r"line 8: the night 2026-01-05 is there twice"),
    "out of range": (lambda text: text.replace("-05,4,", "-05,14,"), r"line 2: severity 14 is outside its scale"),
    "unreadable date": (lambda text: text.replace("2026-01-06", "06.01.2026"), r"line 3: '06.01.2026' is no date"),
    "another header": (lambda text: text.replace("severity", "mood"), r"must have the columns night, severity"),
    "a column missing": (lambda text: text.replace(",note", ""), r"must have the columns night, severity"),
    "columns in another order": (
        lambda text: text.replace("night,severity", "severity,night"),
        r"must have the columns",
    ),
    "a value too many": (lambda text: text.replace("-05,4,", "-05,4,,"), r"line 2: there are 10 values instead of 9"),
    "a value missing": (lambda text: text.replace("-05,4,", "-05,4"), r"line 2: there are 8 values instead of 9"),
    "open quote": (lambda text: text + '2026-01-12,4,,,,,,,"open', r"is damaged \(.*Restore it from a copy"),
    "no text": (lambda text: b"\xff\xfe" + text.encode("utf-16-le"), r"is damaged \(.*Restore it from a copy"),
    "empty": (lambda text: "", r"must have the columns"),
}


@pytest.mark.parametrize(("damage", "words"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_diary_is_refused_and_left_alone(protocol, trial_folder, diary, damage, words):
    damaged = damage(diary.read_text())
    damaged = damaged if isinstance(damaged, bytes) else damaged.encode()
    assert damaged != diary.read_bytes()
    diary.write_bytes(damaged)
    with pytest.raises(InputError, match=rf"diary\.csv.*{words}"):
        read_diary(trial_folder, protocol)
    with pytest.raises(InputError, match=words):
        add_entries(trial_folder, protocol, [Entry(SPARE, outcome=4)])
    assert diary.read_bytes() == damaged


def test_a_diary_saved_by_a_spreadsheet_is_read(protocol, trial_folder, diary):
    sound = read_diary(trial_folder, protocol)
    diary.write_bytes(b"\xef\xbb\xbf" + diary.read_bytes().replace(b"\n", b"\r\n"))
    assert read_diary(trial_folder, protocol) == sound


def test_a_missing_diary_is_refused(protocol, tmp_path):
    with pytest.raises(InputError, match=r"There is no file .*diary\.csv"):
        read_diary(tmp_path, protocol)


def failing(*entries):
    yield from entries
    raise RuntimeError("power cut")


# Entries that cannot all be added, and the error.
NOT_ALL = {
    "recorded already": (lambda: [Entry(SPARE, outcome=1), Entry(date(2026, 1, 5), outcome=4)], InputError),
    "the same night twice": (lambda: [Entry(SPARE, outcome=1), Entry(SPARE, outcome=1)], InputError),
    "stopped in the middle": (lambda: failing(Entry(SPARE, outcome=1)), RuntimeError),
    "not a night of the trial": (lambda: [Entry(SPARE, outcome=1), Entry(date(1999, 1, 1))], InputError),
    "off the scale": (lambda: [Entry(SPARE, outcome=1), Entry(date(2026, 1, 13), outcome=99)], InputError),
    "not a number": (lambda: [Entry(SPARE, outcome=1), Entry(date(2026, 1, 13), outcome=float("nan"))], InputError),
}


@pytest.mark.parametrize(("entries", "error"), NOT_ALL.values(), ids=NOT_ALL)
def test_all_nights_are_added_or_none(protocol, trial_folder, bytes_in, entries, error):
    before = bytes_in(trial_folder)
    with pytest.raises(error):
        add_entries(trial_folder, protocol, entries())
    assert bytes_in(trial_folder) == before


def test_a_recorded_night_is_told_with_its_value_and_the_way_to_correct_it(protocol, trial_folder):
    with pytest.raises(
        InputError,
        match=r"2026-01-06 is recorded already.*Nothing was changed.*nof1 log .*--night 2026-01-06 --correct",
    ):
        add_entries(trial_folder, protocol, [Entry(date(2026, 1, 6), outcome=6)])
    with pytest.raises(InputError, match="2026-01-08 is recorded already"):
        add_entries(trial_folder, protocol, [Entry(date(2026, 1, 8), outcome=6)])


def no_space(*_args, **_kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def read_only(*_args, **_kwargs):
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.clock
@pytest.mark.parametrize(
    ("name", "fault", "reason"),
    [
        ("nof1.files.os.fsync", no_space, "No space left on device"),
        ("nof1.files.tempfile.mkstemp", read_only, "Read-only file system"),
        ("pathlib.Path.replace", read_only, "Read-only file system"),
        ("filelock.FileLock.acquire", read_only, "Read-only file system"),
    ],
    ids=["disk full", "folder read-only", "no rename", "no lock"],
)
def test_a_diary_that_cannot_be_written_is_as_it_was(
    protocol, trial_folder, bytes_in, monkeypatch, name, fault, reason
):
    before = bytes_in(trial_folder)
    monkeypatch.setattr(name, fault)
    with pytest.raises(Nof1Error, match=f"{reason}.*try again"):
        add_entries(trial_folder, protocol, [Entry(SPARE, outcome=4)])
    monkeypatch.undo()
    assert bytes_in(trial_folder) == before


@pytest.mark.clock
def test_nothing_was_changed_is_said_only_where_it_is_true(protocol, trial_folder, diary, monkeypatch):
    """Some network folders refuse to sync a folder, after the new file is in place."""
    sync = os.fsync

    def files_only(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(handle)

    before = diary.read_bytes()
    monkeypatch.setattr("nof1.files.os.fsync", files_only)
    said = ""
    try:
        add_entries(trial_folder, protocol, [Entry(SPARE, outcome=4)])
    except Nof1Error as error:
        said = str(error)
    assert ("Nothing was changed" in said) == (diary.read_bytes() == before)


@pytest.mark.slow
def test_a_second_writer_waits_and_then_says_so(protocol, trial_folder, diary, monkeypatch):
    before = diary.read_bytes()
    monkeypatch.setattr(commit, "LOCK_SECONDS", 0.05)
    holder = multiprocessing.get_context("spawn").Process(target=hold_lock, args=(str(trial_folder),))
    holder.start()
    try:
        while not (trial_folder / "held").exists():
            assert holder.is_alive()
        with pytest.raises(Nof1Error, match=r"Another nof1 is writing to .*Wait until it is done, then try again"):
            add_entries(trial_folder, protocol, [Entry(SPARE, outcome=4)])
    finally:
        (trial_folder / "held").unlink()
        holder.join()
    assert diary.read_bytes() == before


@pytest.mark.slow
@pytest.mark.clock
def test_two_writers_at_once_lose_nothing(make_protocol, tmp_path):
    protocol = make_protocol(design={"blocks": 4})
    folder = tmp_path / "trial"
    Trial(protocol, draw_order(protocol), ()).write(folder)
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    writers = [spawn.Process(target=add_nights, args=(str(folder), first, start)) for first in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert [(entry.night, entry.outcome) for entry in read_diary(folder, protocol)] == [
        (protocol.start + timedelta(days=day), day // 2) for day in range(20)
    ]


@pytest.mark.clock
def test_a_diary_is_readable_by_its_owner_alone(trial_folder, protocol, diary):
    add_entries(trial_folder, protocol, [Entry(SPARE, outcome=4)])
    assert diary.stat().st_mode & 0o077 == 0
