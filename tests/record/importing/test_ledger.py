"""The imports folder: copies byte for byte, a ledger that older versions began, maps that are a convenience."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1.errors import InputError, Nof1Error
from nof1.record.importing.ledger import (
    COLUMNS,
    OLD_COLUMNS,
    Imported,
    keep_verbatim,
    ledger_csv,
    map_key,
    maps_json,
    read_ledger,
    read_maps,
)

LINE = Imported(
    "2026-02-01T09:30:00+00:00", "a.csv", "ab" * 32, "plain", 3, 1, 1, 1, {"night": "Date"}, {"several": "mean"}
)
OLD = (
    ",".join(OLD_COLUMNS) + "\n"
    '2025-12-01T08:00:00+01:00,"old, one.csv",' + "cd" * 32 + ',4,2,1,1,"{""night"": ""Datum""}"\n'
)


def kept(folder, content):
    (folder / "imports").mkdir(parents=True, exist_ok=True)
    (folder / "imports" / "ledger.csv").write_bytes(content if isinstance(content, bytes) else content.encode())


def test_a_ledger_is_read_back(tmp_path):
    kept(tmp_path, ledger_csv((LINE, LINE)))
    assert read_ledger(tmp_path) == (LINE, LINE)


def test_no_ledger_is_an_empty_one(tmp_path):
    assert read_ledger(tmp_path) == ()


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)


@given(file=texts, map_=st.dictionaries(texts, texts, max_size=3), options=st.dictionaries(texts, texts, max_size=2))
def test_any_names_of_files_and_columns_are_read_back_and_never_a_formula(tmp_path_factory, file, map_, options):
    line = Imported("now", file, "ab", "plain", 1, 1, 0, 0, map_, options)
    folder = tmp_path_factory.getbasetemp() / "ledger"
    kept(folder, ledger_csv((line,)))
    assert read_ledger(folder) == (line,)
    cells = next(csv.DictReader(io.StringIO(ledger_csv((line,)), newline="")))
    assert not cells["file"].startswith(("=", "+", "@", "\t", "\r"))


def test_a_ledger_of_an_older_version_is_read_and_extended(export, take, trial_folder):
    kept(trial_folder, OLD)
    (old,) = read_ledger(trial_folder)
    assert (old.file, old.source, old.map, old.options) == ("old, one.csv", "", {"night": "Datum"}, {})
    assert old.rows == old.taken + old.merged + old.rejected == 4
    take(export("date,severity\n2026-01-12,3\n"), several="last")
    first, second = read_ledger(trial_folder)
    assert first == old
    assert (second.source, second.options) == ("plain", {"several": "last"})
    header = (trial_folder / "imports" / "ledger.csv").read_text().splitlines()[0]
    assert tuple(header.split(",")) == COLUMNS


SOUND = ledger_csv((LINE,))
DAMAGED = {
    "another header": ("a,b\n1,2\n", "must have the columns imported, file"),
    "empty": ("", "must have the columns"),
    "a short line": (f"{','.join(COLUMNS)}\n1,2\n", "line 2: there are 2 values instead of 11"),
    "no count": (SOUND.replace(",3,1,1,1,", ",x,1,1,1,"), "line 2: a count or the map cannot be read"),
    "no map": (SOUND.replace("night", "ni\tght"), "a count or the map cannot be read"),
    "a map that is a list": (f"{','.join(COLUMNS)}\nn,a,b,p,1,1,0,0,[],{{}},0\n", "cannot be read"),
    "no text": (b"\xff\xfe\x81", "is damaged"),
    "an open quote": (f'{SOUND}"', "is damaged"),
}


@pytest.mark.parametrize(("content", "words"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_ledger_is_told(tmp_path, content, words):
    kept(tmp_path, content)
    with pytest.raises(InputError, match=words):
        read_ledger(tmp_path)


def test_a_copy_is_byte_for_byte_and_for_its_owner_alone(tmp_path):
    content = bytes(range(256)) * 9000
    (tmp_path / "My File.XLSX").write_bytes(content)
    digest = keep_verbatim(tmp_path / "trial", tmp_path / "My File.XLSX")
    (copy,) = (tmp_path / "trial" / "imports").iterdir()
    assert digest == hashlib.sha256(content).hexdigest()
    assert (copy.name, copy.read_bytes()) == (f"{digest}.xlsx", content)
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_copy_that_cannot_be_made_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("x")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Nof1Error, match=r"No space left on device.*Nothing was taken"):
        keep_verbatim(tmp_path / "trial", tmp_path / "a.csv")
    assert list((tmp_path / "trial" / "imports").iterdir()) == []
    with pytest.raises(InputError, match=r"gone\.csv cannot be read"):
        keep_verbatim(tmp_path / "trial", tmp_path / "gone.csv")


def test_maps_are_found_by_source_and_columns():
    keys = {
        map_key("plain", ("a", "b")),
        map_key("plain", ("b", "a")),
        map_key("oura", ("a", "b")),
        map_key("plain", ("a,b",)),
    }
    assert len(keys) == 4
    assert map_key("plain", ("a", "b")) == map_key("plain", ("a", "b"))


def test_maps_are_read_back_and_damaged_ones_are_none(tmp_path):
    home = tmp_path / "imports"
    home.mkdir()
    assert read_maps(tmp_path) == {}
    (home / "maps.json").write_text(maps_json({"plain:1": {"map": {"night": "Größe"}}}))
    assert read_maps(tmp_path) == {"plain:1": {"map": {"night": "Größe"}}}
    for damage in ("", "{", "[1]", json.dumps("x")):
        (home / "maps.json").write_text(damage)
        assert read_maps(tmp_path) == {}


def test_a_ledger_of_before_values_were_counted_is_read(tmp_path):
    kept(tmp_path, f"{','.join(COLUMNS[:-1])}\nn,a,b,p,2,1,0,1,{{}},{{}}\n")
    (line,) = read_ledger(tmp_path)
    assert (line.rows, line.rejected, line.values_rejected) == (2, 1, 0)
