"""New folders: there whole or not at all, wherever the process that makes them is killed, and what it left is cleared away."""

import os

import pytest
from filelock import FileLock

from nof1.errors import InputError
from nof1.new_folders import clear_abandoned, new_folder, refuse_filled
from nof1.plan.protocol.protocol import Protocol


def left(home, name="x1234567", *, part="content"):
    """What a killed process leaves."""
    aside = home / f".nof1-new-{name}"
    (aside / part).mkdir(parents=True)
    (aside / "lock").touch()
    (aside / part / "diary.csv").write_text("night\n")
    return aside


def test_what_another_process_is_at_work_on_is_left_alone(tmp_path):
    aside = left(tmp_path)
    with FileLock(aside / "lock"):
        clear_abandoned(tmp_path)
        assert (aside / "content" / "diary.csv").is_file()
    clear_abandoned(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_which_a_process_was_killed_is_no_longer_called_filled(tmp_path):
    left(tmp_path)
    refuse_filled(tmp_path)
    with new_folder(tmp_path) as content:
        (content / "a.txt").write_text("a")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("theirs", [".nof1-new-thing", ".nof1-new-abcdefgh"])
def test_a_folder_of_that_name_that_is_not_ours_is_left_alone(tmp_path, theirs, bytes_in):
    (tmp_path / theirs).mkdir()
    (tmp_path / theirs / "mine.txt").write_text("mine")
    before = bytes_in(tmp_path)
    clear_abandoned(tmp_path)
    assert bytes_in(tmp_path) == before


def test_a_trial_that_counts_is_finished_by_whoever_opens_it(tmp_path, make_protocol):
    protocol = make_protocol()
    aside = left(tmp_path, part="moving")
    protocol.save(aside / "moving" / "protocol.toml")
    assert Protocol.load(tmp_path) == protocol
    assert sorted(path.name for path in tmp_path.iterdir()) == ["diary.csv", "protocol.toml"]


def test_what_was_put_there_meanwhile_is_not_written_over(tmp_path):
    aside = left(tmp_path, part="moving")
    (tmp_path / "diary.csv").write_text("mine")
    clear_abandoned(tmp_path)
    assert (tmp_path / "diary.csv").read_text() == "mine"
    assert (aside / "moving" / "diary.csv").read_text() == "night\n"


def test_files_that_a_killed_process_left_beside_it_go_and_one_that_is_being_written_stays(tmp_path):
    for name, age in ((".nof1-part-abcdefgh", 7200), (".nof1-part-ijklmnop", 10), ("mine.txt", 7200)):
        (tmp_path / name).write_text("half")
        made = (tmp_path / name).stat().st_mtime
        os.utime(tmp_path / name, (made - age, made - age))
    with new_folder(tmp_path / "trial"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".nof1-part-ijklmnop", "mine.txt", "trial"]


def interrupted(home, helper):
    """Make two folders, of which the helper uses theirs at once; then Ctrl-C."""
    with new_folder(home / "trial") as public:
        with new_folder(helper, belongs_to=public) as private:
            (private / "order.json").write_text("order")
        (helper / "mine.txt").write_text("mine")
        raise KeyboardInterrupt


def test_a_helper_who_has_put_something_into_their_folder_keeps_it(tmp_path):
    home, helper = tmp_path / "home", tmp_path / "helper"
    with pytest.raises(KeyboardInterrupt):
        interrupted(home, helper)
    assert [path.name for path in helper.iterdir()] == ["mine.txt"]
    assert list(home.iterdir()) == []


def test_a_filled_folder_is_refused_and_left_as_it_is(tmp_path, bytes_in):
    (tmp_path / "mine.txt").write_text("mine")
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="already there and not empty"), new_folder(tmp_path):
        pass
    assert bytes_in(tmp_path) == before
