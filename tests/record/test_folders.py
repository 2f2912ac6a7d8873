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


def test_names_tell_nothing_of_what_lies_above_the_folder_that_was_given(people, tmp_path):
    for owner in ("ann", "ben", "cem"):
        shutil.copytree(SAMPLE / "helps", tmp_path / owner / "trial")
    given = [tmp_path / owner / "trial" for owner in ("ann", "ben", "cem")]
    assert names(*given) == ["trial", "trial (2)", "trial (3)"]
    assert {str(one.path) for one in find_trials(given)} == set(map(str, given))
    assert names(*given, people) == ["a", "b", "trial", "trial (2)", "trial (3)"]


def test_a_folder_of_sites_that_hold_trials(people, tmp_path):
    shutil.copytree(people, tmp_path / "study" / "north")
    shutil.copytree(people, tmp_path / "study" / "south")
    shutil.rmtree(tmp_path / "study" / "south" / "b")
    (tmp_path / "study" / "south" / "broken").mkdir()
    (tmp_path / "study" / "lost").mkdir()
    assert names(tmp_path / "study") == ["b", "broken", "lost", "north/a", "south/a"]


@pytest.mark.parametrize("message", [
    "{0}/diary.csv, line 3: no date.", "{0} is no trial folder.", "There is no file {0}/protocol.toml (in {1}).", "{1} cannot be read.",
    "'{0}/order.csv' and \"{0}\".", "{0}",
])  # fmt: skip
def test_a_message_without_where_the_folder_lies(tmp_path, monkeypatch, message):
    folder = tmp_path / "Ann's trials" / "P3"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    from pathlib import Path

    for given in (folder, Path("Ann's trials") / "P3"):
        for told in (given, folder.resolve()):
            said = folders.without_paths(message.format(told, told.parent), given)
            assert str(tmp_path) not in said
            assert "trials/P3" not in said


def test_other_words_of_a_message_stay():
    from pathlib import Path

    assert folders.without_paths("a/b is data; see data.csv", Path("a")) == "b is data; see data.csv"
    assert folders.without_paths("data is a/ab", Path("a/a")) == "data is ab"
    assert folders.without_paths("either . or ./x", Path()) == "either . or ./x"
