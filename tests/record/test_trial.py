"""The trial: one row per calendar day, a hash of the diary, and no half-valid state."""

import math
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from brute import build_order

from nof1.errors import InputError, Nof1Error
from nof1.plan.design.fields import PAUSE, WASHOUT
from nof1.plan.orders.draw import draw_order, schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import add_note, add_pause
from nof1.record.diary.entry import Entry, parse_entry
from nof1.record.diary.writing import add_entries
from nof1.record.trial import Trial
from nof1.record.unsealing import unseal

NOW = datetime(2026, 1, 19, 8, tzinfo=UTC)


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
    entry = parse_entry(
        protocol, values | {"guess": "off", "confidence": "80", "sleep_hours": "7.5", "note": "x"}, where="test"
    )
    frame = Trial(protocol, draw_order(protocol), (entry,)).frame
    assert frame.index.name == "night"
    assert list(frame.columns) == [
        "day", "period", "block", "arm", "severity", "dose_mg", "side_effects", "guess", "confidence",
        "sleep_hours", "note",
    ]  # fmt: skip
    numbers = ["severity", "dose_mg", "confidence", "sleep_hours"]
    assert [str(frame[name].dtype) for name in numbers] == ["float64"] * 4
    assert list(frame.iloc[1])[4:] == [3, 100, "nausea; headache", "off", 80, 7.5, "x"]
    assert list(frame["note"].drop(frame.index[1]).unique()) == [""]
    assert frame[numbers].count().tolist() == [1, 1, 1, 1]


def test_a_frame_without_any_night_still_has_numbers(protocol):
    frame = Trial(protocol, draw_order(protocol), ()).frame
    assert str(frame["severity"].dtype) == "float64"
    assert frame["severity"].isna().all()
    assert len(frame) == 14


def test_a_created_folder_is_loaded_as_it_was(trial_folder, tmp_path, bytes_in):
    trial = Trial.load(trial_folder)
    trial.write(tmp_path / "new" / "copy")
    assert Trial.load(tmp_path / "new" / "copy") == trial
    assert bytes_in(tmp_path / "new" / "copy") == bytes_in(trial_folder)
    assert set(bytes_in(trial_folder)) == {"protocol.toml", "order.csv", "diary.csv"}


PAUSED_AND_NOTED = (("pause", date(2026, 1, 11), 4), ("note", None, None), ("pause", date(2026, 1, 12), 1))


@pytest.fixture
def amended_folder(trial_folder):
    for kind, start, nights in PAUSED_AND_NOTED:
        if kind == "pause":
            add_pause(trial_folder, start, nights, "flu", now=NOW)
        else:
            add_note(trial_folder, "half a dose", now=NOW)
    return trial_folder


def test_a_created_folder_keeps_its_amendments(amended_folder, tmp_path, bytes_in):
    trial = Trial.load(amended_folder)
    trial.write(tmp_path / "copy")
    assert Trial.load(tmp_path / "copy") == trial
    assert bytes_in(tmp_path / "copy") == bytes_in(amended_folder)


@pytest.mark.parametrize("concealed", ["helper", "alone"])
def test_an_opened_trial_is_created_so_that_it_can_be_loaded_or_is_refused(sealed_trial, tmp_path, concealed):
    """A folder whose order cannot be held against its proof would be refused ever after."""
    opened = open_trial(sealed_trial(concealed, ratings="465"))
    try:
        opened.write(tmp_path / "copy")
    except Nof1Error:
        assert not (tmp_path / "copy").exists()
        return
    assert Trial.load(tmp_path / "copy").order == opened.order


def open_trial(trial):
    helper, packs = (trial.helper, None) if trial.protocol.concealed == "helper" else (None, ["off", "citrate"] * 2)
    unseal(trial.folder, helper, packs=packs, now=NOW)
    return Trial.load(trial.folder)


def test_pauses_are_rows_of_the_frame_and_no_missing_nights(amended_folder):
    trial = Trial.load(amended_folder)
    frame = trial.frame
    assert len(frame) == 14 + 5
    assert list(frame.index) == list(pd.date_range("2026-01-05", "2026-01-23"))
    assert [night.day for night in frame.index[frame["arm"] == PAUSE]] == [11, 12, 13, 14, 15]
    assert [night.day for night in trial.missing_nights] == [8, *range(16, 24)]
    assert "5 of 14 recorded" in repr(trial)


def test_washout_nights_are_rows_of_their_own(planned):
    protocol = planned("randomized-blocks", blocks=2, period_nights=2, washout_nights=1)
    trial = Trial(protocol, draw_order(protocol), (Entry(date(2026, 1, 7), outcome=5, dose_mg=0),))
    frame = trial.frame
    assert [night.day for night in frame.index[frame["arm"] == WASHOUT]] == [7, 10, 13]
    assert list(frame["period"]) == [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4]
    assert frame.loc["2026-01-07", "severity"] == 5
    assert len(trial.missing_nights) == 10


@pytest.mark.clock
def test_the_share_of_a_pack_becomes_the_dose_that_was_in_it(sealed_trial):
    """Nobody knew the dose on the night; 100 mg of citrate or nothing turn out to have been in the packs."""
    trial = sealed_trial(ratings="", washout_nights=1)
    nights = [night for period in draw_order(trial.protocol, seed=3).periods for night in period.dates]
    shares = [None, 0, 0.5, 1, 2]
    entries = [Entry(night, outcome=i % 7, taken=shares[i % 5]) for i, night in enumerate(nights)]
    add_entries(trial.folder, trial.protocol, entries)
    frame = open_trial(trial).frame
    for i, (arm, dose) in enumerate(zip(frame["arm"], frame["dose_mg"], strict=True)):
        planned = {"off": 0, "citrate": 100, WASHOUT: 0}[arm]
        share = shares[i % 5]
        assert math.isnan(dose) if share is None else dose == share * planned
    assert set(frame["arm"]) == {"off", "citrate", WASHOUT}
    assert "taken" not in frame


def test_a_dose_that_nobody_fixed_stays_unknown(planned):
    content = planned("randomized-blocks", blocks=2, concealed="alone").to_dict()
    del content["arms"][1]["dose_mg"]
    protocol = Protocol.build(content)
    order = build_order(protocol, 0)
    entries = tuple(Entry(night, taken=1) for period in order.periods for night in period.dates)
    frame = Trial(protocol, order, entries).frame
    assert frame.loc[frame["arm"] == "citrate", "dose_mg"].isna().all()
    assert list(frame.loc[frame["arm"] == "off", "dose_mg"]) == [0, 0]


def test_a_sealed_order_makes_no_trial(planned):
    protocol = planned("randomized-blocks", blocks=2, concealed="helper")
    with pytest.raises(InputError, match=r"sealed, and without it nothing can be compared. Open it with 'nof1 unseal'"):
        Trial(protocol, schedule(protocol), ())


def test_who_stops_on_day_ten_has_recorded_ten_nights(planned):
    """Not all of those up to the last entry: a trial that stops early is no complete one."""
    protocol = planned("randomized-blocks", blocks=5, period_nights=7)
    order = draw_order(protocol)
    nights = [night for period in order.periods for night in period.dates]
    trial = Trial(protocol, order, tuple(Entry(night, outcome=4) for night in nights[:10]))
    assert len(trial.missing_nights) == 60
    assert "10 of 70 recorded" in repr(trial)
    assert len(trial.frame) == 70


def test_an_empty_folder_may_be_there_already(trial_folder, tmp_path):
    (tmp_path / "empty").mkdir()
    Trial.load(trial_folder).write(tmp_path / "empty")
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
        Trial.load(trial_folder).write(target)
    assert bytes_in(tmp_path) == before


def test_a_folder_that_cannot_be_made_leaves_nothing_behind(trial_folder, tmp_path, bytes_in, monkeypatch):
    trial = Trial.load(trial_folder)
    before = bytes_in(tmp_path)

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nof1.files.os.fsync", full)
    with pytest.raises(Exception, match="No space left on device"):
        trial.write(tmp_path / "new")
    assert bytes_in(tmp_path) == before


def test_the_hash_is_of_the_nights_and_not_of_the_layout(trial_folder, protocol):
    trial = Trial.load(trial_folder)
    diary = trial_folder / "diary.csv"
    header, *rows = diary.read_text().splitlines()
    diary.write_bytes("\r\n".join([header, *reversed(rows), ""]).replace(",4,", ',"4.0",').encode())
    assert Trial.load(trial_folder).diary_sha256 == trial.diary_sha256


@pytest.mark.clock
@pytest.mark.parametrize(
    "values",
    [{"severity": "4"}, {"severity": "4", "note": "x"}, {"severity": "4", "dose_mg": "0"}],
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
