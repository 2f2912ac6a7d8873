import sqlite3

import pytest

from nof1.analyze.cohort.cache import ResultsCache
from nof1.errors import InputError, Nof1Error


def test_what_was_kept_is_found_again_by_another_process_s_eyes(tmp_path):
    path = tmp_path / "finished.sqlite"
    with ResultsCache(path) as finished:
        finished.keep({"a": {"name": "Ä", "grid": [0.1, -2.5e-9]}, "b": {"name": "b"}})
    with ResultsCache(path) as finished:
        assert finished.find(["a", "c"]) == {"a": {"name": "Ä", "grid": [0.1, -2.5e-9]}}
        assert finished.find([]) == {}


def test_thousands_of_keys_are_found_at_once(tmp_path):
    people = {f"k{i}": {"i": i} for i in range(2500)}
    with ResultsCache(tmp_path / "f") as finished:
        finished.keep(people)
        assert finished.find([*people, "k1"]) == people


def test_the_later_answer_counts(tmp_path):
    with ResultsCache(tmp_path / "f") as finished:
        finished.keep({"a": {"i": 1}})
        finished.keep({"a": {"i": 2}})
        assert finished.find(["a"]) == {"a": {"i": 2}}


def test_a_batch_is_kept_whole_or_not_at_all(tmp_path):
    with ResultsCache(tmp_path / "f") as finished:
        with pytest.raises(TypeError):
            finished.keep({"a": {"i": 1}, "b": {"i": object()}})
        assert finished.find(["a", "b"]) == {}


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "finished.sqlite"
    path.write_text("night,severity\n" * 200)
    with pytest.raises(InputError, match=r"damaged .* Remove it, and everybody is analysed anew"):
        ResultsCache(path)
    with ResultsCache(tmp_path / "f") as finished:
        finished.keep({"a": {"i": 1}})
    with sqlite3.connect(tmp_path / "f") as database:
        database.execute("UPDATE finished SET person = '{'")
    database.close()
    with ResultsCache(tmp_path / "f") as finished, pytest.raises(InputError, match="damaged"):
        finished.find(["a"])


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Nof1Error, match="could not be read or written"):
        ResultsCache(tmp_path / "none" / "f")
