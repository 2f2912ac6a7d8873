import shutil

import pytest
from known import SAMPLE

from nof1.errors import InputError
from nof1.record import folders
from nof1.record.folders import find_trials


@pytest.fixture
def people(tmp_path):
    for name in ("b", "a"):
        shutil.copytree(SAMPLE / "helps", tmp_path / "people" / name)
    return tmp_path / "people"


def names(*given):
    return [one.name for one in find_trials(given)]


def test_a_trial_and_a_folder_of_trials(people):
    assert names(people) == ["a", "b"]
    assert names(people / "a") == ["a"]
    assert names(people / "b", people) == ["a", "b"]  # nobody twice


def test_what_is_plainly_nobody_s_trial_is_passed_over_and_the_damaged_is_not(people):
    (people / ".git").mkdir()
    (people / "results").mkdir()
    (people / "results" / "cohort.json").write_text("{}")
    (people / "read-me.txt").write_text("x")
    (people / "empty").mkdir()
    assert names(people) == ["a", "b", "empty"]


def test_folders_of_one_name_are_told_by_where_they_lie(people, tmp_path):
    shutil.copytree(people, tmp_path / "second")
    assert names(people, tmp_path / "second") == ["people/a", "people/b", "second/a", "second/b"]


def test_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="no trial in these folders"):
        find_trials([tmp_path])
    with pytest.raises(InputError, match="There is no folder"):
        find_trials([tmp_path / "none"])


def test_the_key_changes_with_all_that_the_answer_depends_on(people, monkeypatch):
    one = find_trials([people])[0]
    key = one.key(seed=1)
    assert key == one.key(seed=1) == find_trials([people])[1].key(seed=1)  # where it lies and its name do not count
    seen = {key, one.key(seed=2)}
    for name in ("protocol.toml", "order.csv", "diary.csv"):
        path = one.path / name
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        seen.add(one.key(seed=1))
        path.write_bytes(before)
    (one.path / "amendments.csv").write_text("x")
    seen.add(one.key(seed=1))
    (one.path / "amendments.csv").unlink()
    (one.path / "booklet.pdf").write_text("no matter")
    assert one.key(seed=1) == key
    monkeypatch.setattr(folders, "__version__", "0.0.0")
    seen.add(one.key(seed=1))
    assert len(seen) == 7
