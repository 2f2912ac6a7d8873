"""The trial: one row per calendar day, a hash of the diary, and no half-valid state."""

from datetime import date

import pandas as pd
import pytest

from nof1.errors import InputError
from nof1.plan.order import build_order, draw_order
from nof1.record.diary import Entry, add_entries, parse_entry
from nof1.record.trial import Trial


def test_there_is_one_row_per_calendar_day_missing_ones_included(trial_folder):
    trial = Trial.load(trial_folder)
    frame = trial.frame
    assert list(frame.index) == list(pd.date_range("2026-01-05", "2026-01-18"))
    assert list(frame["day"]) == list(range(1, 15))
    assert list(frame["severity"].dropna()) == [4, 6, 5, 7, 3]
    assert frame["severity"].isna().sum() == 9
    assert [night.day for night in trial.missing_nights] == [8, *range(11, 19)]


def test_the_frame_holds_the_order(trial_folder, protocol):
    frame = Trial.load(trial_folder).frame
    for period in draw_order(protocol).periods:
        rows = frame.loc[[pd.Timestamp(night) for night in period.dates]]
        assert set(rows["arm"]) == {period.arm}
        assert set(rows["period"]) == {period.number}
        assert set(rows["block"]) == {period.block}


def test_the_columns_are_those_of_the_diary_and_the_order(make_protocol):
    protocol = make_protocol(analysis={"covariates": ["sleep_hours"]})
    values = {"night": "2026-01-06", "severity": "3", "dose_mg": "100", "side_effects": "nausea;headache"}
    entry = parse_entry(protocol, values | {"guess": "off", "sleep_hours": "7.5", "note": "x"}, where="test")
    frame = Trial(protocol, draw_order(protocol), (entry,)).frame
    assert frame.index.name == "night"
    assert list(frame.columns) == [
        "day", "period", "block", "arm", "severity", "dose_mg", "side_effects", "guess", "sleep_hours", "note",
    ]  # fmt: skip
    assert [str(frame[name].dtype) for name in ("severity", "dose_mg", "sleep_hours")] == ["float64"] * 3
    assert list(frame.iloc[1])[4:] == [3, 100, "nausea; headache", "off", 7.5, "x"]
    assert list(frame["note"].drop(frame.index[1]).unique()) == [""]
    assert frame[["severity", "dose_mg", "sleep_hours"]].count().tolist() == [1, 1, 1]


def test_a_frame_without_any_night_still_has_numbers(protocol):
    frame = Trial(protocol, draw_order(protocol), ()).frame
    assert str(frame["severity"].dtype) == "float64"
    assert frame["severity"].isna().all()
    assert len(frame) == 14


def test_a_created_folder_is_loaded_as_it_was(trial_folder, tmp_path, bytes_in):
    trial = Trial.load(trial_folder)
    trial.create(tmp_path / "new" / "copy")
    assert Trial.load(tmp_path / "new" / "copy") == trial
    assert bytes_in(tmp_path / "new" / "copy") == bytes_in(trial_folder)
    assert set(bytes_in(trial_folder)) == {"protocol.toml", "order.csv", "diary.csv"}


def test_an_empty_folder_may_be_there_already(trial_folder, tmp_path):
    (tmp_path / "empty").mkdir()
    Trial.load(trial_folder).create(tmp_path / "empty")
    assert Trial.load(tmp_path / "empty") == Trial.load(trial_folder)


@pytest.mark.parametrize("kind", ["trial folder", "folder with a file", "file"])
def test_nothing_that_is_there_is_overwritten(trial_folder, tmp_path, bytes_in, kind):
    target = tmp_path / "target"
    if kind == "file":
        target.write_text("mine")
    elif kind == "trial folder":
        target = trial_folder
    else:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    before = bytes_in(tmp_path)
    with pytest.raises(
        InputError, match=r"is already there and not empty. Choose a new folder name; nothing was changed"
    ):
        Trial.load(trial_folder).create(target)
    assert bytes_in(tmp_path) == before


def test_a_folder_that_cannot_be_made_leaves_nothing_behind(trial_folder, tmp_path, bytes_in, monkeypatch):
    trial = Trial.load(trial_folder)
    before = bytes_in(tmp_path)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nof1.files.os.fsync", full)
    with pytest.raises(Exception, match="No space left on device"):
        trial.create(tmp_path / "new")
    assert bytes_in(tmp_path) == before


def test_the_hash_is_of_the_nights_and_not_of_the_layout(trial_folder, protocol):
    trial = Trial.load(trial_folder)
    diary = trial_folder / "diary.csv"
    header, *rows = diary.read_text().splitlines()
    diary.write_bytes("\r\n".join([header, *reversed(rows), ""]).replace(",4,", ',"4.0",').encode())
    assert Trial.load(trial_folder).diary_sha256 == trial.diary_sha256


@pytest.mark.parametrize(
    "values",
    [{"severity": "4"}, {"severity": ""}, {"severity": "4", "note": "x"}, {"severity": "4", "dose_mg": "0"}],
    ids=str,
)
def test_any_recorded_value_changes_the_hash(trial_folder, protocol, values):
    before = Trial.load(trial_folder).diary_sha256
    seen = {before}
    entry = parse_entry(protocol, {"night": "2026-01-12"} | values, where="test")
    add_entries(trial_folder, protocol, [entry])
    seen.add(Trial.load(trial_folder).diary_sha256)
    diary = trial_folder / "diary.csv"
    diary.write_text(diary.read_text().replace("2026-01-12", "2026-01-13"))
    seen.add(Trial.load(trial_folder).diary_sha256)
    assert len(seen) == 3


@pytest.mark.parametrize("name", ["protocol.toml", "order.csv", "diary.csv"])
def test_a_missing_file_is_named(trial_folder, name):
    (trial_folder / name).unlink()
    with pytest.raises(InputError, match=name):
        Trial.load(trial_folder)


@pytest.mark.parametrize("name", ["protocol.toml", "order.csv", "diary.csv"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"= nonsense\n", b"\x00" * 100], ids=repr)
def test_a_damaged_file_is_named_and_left_alone(trial_folder, bytes_in, name, content):
    (trial_folder / name).write_bytes(content)
    before = bytes_in(trial_folder)
    with pytest.raises(InputError, match=name):
        Trial.load(trial_folder)
    assert bytes_in(trial_folder) == before


ENTRIES = {
    "a night twice": ([Entry(date(2026, 1, 5)), Entry(date(2026, 1, 5))], "twice"),
    "a night outside": ([Entry(date(2026, 1, 19))], "2026-01-19 is not a night of this trial"),
    "an outcome off the scale": ([Entry(date(2026, 1, 5), outcome=11)], "11"),
    "an outcome that is no number": ([Entry(date(2026, 1, 5), outcome=float("nan"))], "nan"),
}


@pytest.mark.parametrize(("entries", "words"), ENTRIES.values(), ids=ENTRIES)
def test_a_trial_that_exists_is_valid(protocol, entries, words):
    with pytest.raises(InputError, match=words):
        Trial(protocol, draw_order(protocol), tuple(entries))


def test_a_trial_refuses_the_order_of_another_design(protocol, make_protocol):
    other = make_protocol(design={"start": date(2026, 1, 6)})
    with pytest.raises(InputError, match="the protocol plans 14 from 2026-01-05"):
        Trial(protocol, build_order(other, 0), ())


def test_a_trial_cannot_be_changed(trial_folder):
    trial = Trial.load(trial_folder)
    with pytest.raises(AttributeError):
        trial.entries = ()
