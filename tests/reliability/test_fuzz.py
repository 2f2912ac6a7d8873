"""Broken files of every kind: a plain message or a sound plan, never anything else. `make calibrate` runs thousands of them."""

import pytest
from reliability.fuzzing import DIARY_PAGE, FITBIT_JSON, KNOWN, READERS, SOURCES, Broken, Tally, make, one

from nof1.record.sources import NAMES

SEED = 2
FILES = 24


@pytest.mark.parametrize("reader", READERS)
def test_a_broken_file_is_refused_plainly_or_read_soundly(reader, tmp_path):
    tally = Tally()
    for number in range(FILES):
        tally.add(one(reader, number, SEED, tmp_path))
    assert tally.files == tally.refused + tally.read + tally.known == FILES
    if reader in SOURCES or reader in (DIARY_PAGE, FITBIT_JSON):
        assert tally.rows == tally.taken + tally.merged + tally.rejected
        assert tally.read > 2  # or nothing was tried
        assert tally.imported


def test_every_source_is_tried():
    tried = {name.partition(",")[0].partition(" ")[0] for name in READERS}
    assert set(NAMES) <= tried


def test_the_same_seed_makes_the_same_files():
    from random import Random

    assert all(make(reader, Random(5)).data == make(reader, Random(5)).data for reader in SOURCES)


def test_what_is_broken_is_told_with_its_seed(tmp_path, monkeypatch):
    monkeypatch.setattr("reliability.fuzzing.recognize", lambda file: 1 / 0)
    with pytest.raises(Broken, match="plain, file 3 of seed 2: ZeroDivisionError"):
        one("plain", 3, SEED, tmp_path)
    assert all(reader in READERS for reader, _ in KNOWN)
