"""Several files at once: what a list says is done inside the folder alone, and only with what was laid aside."""

import errno
import json
import os
from pathlib import Path

import pytest

from nof1.commit import STAGE, Copy, CopyError, commit, locked, settle
from nof1.errors import InputError, Nof1Error
from nof1.files import PART, sha256_bytes, write_atomic
from nof1.new_folders import new_folder


def lay_aside(folder, name, *, new=None):
    """A stopped recording, as it would lie in a folder that came from somebody else."""
    (folder / STAGE).mkdir()
    (folder / STAGE / "0").write_bytes(b"theirs")
    new = sha256_bytes(b"theirs") if new is None else new
    (folder / STAGE / "list.json").write_text(json.dumps([{"name": name, "old": None, "new": new}]))


def test_what_was_stopped_is_finished(tmp_path):
    lay_aside(tmp_path, "imports/a.csv")
    with locked(tmp_path):
        assert (tmp_path / "imports" / "a.csv").read_bytes() == b"theirs"
    assert not (tmp_path / STAGE).exists()


@pytest.mark.parametrize(
    "name", ["../outside.txt", "imports/../../outside.txt", "", "link/outside.txt", "{home}/outside.txt"]
)
def test_a_list_never_reaches_out_of_the_folder(tmp_path, bytes_in, name):
    folder = tmp_path / "trial"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    lay_aside(folder, name.format(home=tmp_path))
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="damaged"):
        settle(folder)
    assert bytes_in(tmp_path) == before


def test_what_is_not_what_was_laid_aside_is_not_put_in_place(tmp_path, bytes_in):
    lay_aside(tmp_path, "diary.csv", new=sha256_bytes(b"ours"))
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="damaged"):
        settle(tmp_path)
    assert bytes_in(tmp_path) == before


def test_a_list_nested_deeply_is_damaged(tmp_path, bytes_in):
    lay_aside(tmp_path, "diary.csv")
    (tmp_path / STAGE / "list.json").write_text("[" * 100_000)
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="damaged"):
        settle(tmp_path)
    assert bytes_in(tmp_path) == before


def test_all_files_of_a_change_are_there_together(tmp_path):
    with locked(tmp_path):
        commit(tmp_path, {"a.csv": "1", "imports/b.csv": b"2"})
    assert (tmp_path / "a.csv").read_text() + (tmp_path / "imports" / "b.csv").read_text() == "12"


def test_a_folder_that_was_moved_away_is_not_made_anew(tmp_path):
    with pytest.raises(Nof1Error, match="moved or removed"), locked(tmp_path / "trial"):
        pass
    assert not (tmp_path / "trial").exists()


@pytest.mark.parametrize("name", ["diary.csv", "imports/ledger.csv"])
def test_a_link_is_not_replaced_by_a_file(tmp_path, bytes_in, name):
    folder, elsewhere = tmp_path / "trial", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "diary.csv").write_text("old")
    (folder / "diary.csv").symlink_to(elsewhere / "diary.csv")
    (folder / "imports").symlink_to(elsewhere)
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="is a link to"), locked(folder):
        commit(folder, {"journal.csv": "new", name: "new"})
    assert bytes_in(tmp_path) == before
    assert (folder / "diary.csv").is_symlink()


def test_a_read_only_file_is_not_replaced(tmp_path, bytes_in):
    (tmp_path / "diary.csv").write_text("old")
    (tmp_path / "diary.csv").chmod(0o400)
    before = bytes_in(tmp_path)
    with pytest.raises(InputError, match="is read-only"), locked(tmp_path):
        commit(tmp_path, {"journal.csv": "new", "diary.csv": "new"})
    assert bytes_in(tmp_path) == before


# --- copies of files from elsewhere

CONTENT = bytes(range(256)) * 9000


@pytest.fixture
def original(tmp_path):
    """A file that lies elsewhere, and its hash."""
    path = tmp_path / "My Export.XLSX"
    path.write_bytes(CONTENT)
    return Copy(path, sha256_bytes(CONTENT))


@pytest.fixture
def folder(tmp_path):
    """An empty folder to write into."""
    (tmp_path / "trial").mkdir()
    return tmp_path / "trial"


def test_a_copy_goes_in_byte_for_byte_and_for_its_owner_alone(folder, original):
    with locked(folder):
        commit(folder, {"imports/a.xlsx": original, "b.csv": "2"})
    copy = folder / "imports" / "a.xlsx"
    assert (copy.read_bytes(), (folder / "b.csv").read_text()) == (CONTENT, "2")
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert not (folder / STAGE).exists()


@pytest.mark.parametrize("what", ["changed", "gone", "a folder"])
def test_a_file_that_is_not_what_it_was_leaves_nothing_behind(folder, original, bytes_in, what):
    before = bytes_in(folder)
    original.path.unlink()
    if what == "changed":
        original.path.write_text("other")
    elif what == "a folder":
        original.path.mkdir()
    error, words = (CopyError, "changed while") if what == "changed" else (InputError, "cannot be read")
    with locked(folder):
        with pytest.raises(error, match=words):
            commit(folder, {"a.csv": "1", "imports/a.xlsx": original})
        assert {name: content for name, content in bytes_in(folder).items() if name != ".nof1.lock"} == before


def test_a_copy_that_is_in_its_place_is_not_made_once_more(folder, original):
    with locked(folder):
        commit(folder, {"a.xlsx": original})
        original.path.unlink()
        commit(folder, {"a.xlsx": original, "b.csv": "2"})
        (folder / "a.xlsx").write_text("damaged")
        with pytest.raises(InputError, match="cannot be read"):
            commit(folder, {"a.xlsx": original})
    assert (folder / "b.csv").read_text() == "2"


def test_a_copy_that_was_stopped_is_cleared_away(folder, original, monkeypatch):
    class Stopped(BaseException):
        pass

    def die(*_):
        raise Stopped

    with monkeypatch.context() as patched, locked(folder):
        patched.setattr("nof1.commit.json.dumps", die)
        with pytest.raises(Stopped):
            commit(folder, {"imports/a.xlsx": original})
    assert (folder / STAGE).exists()
    with locked(folder):
        pass
    assert [path.name for path in folder.iterdir() if path.name != ".nof1.lock"] == []


# --- what the drive can and cannot do


@pytest.mark.skipif(os.name != "posix", reason="elsewhere locks are of another kind, and folders cannot be synced")
class TestDrive:
    """A drive without locks, and one that loses power."""

    @pytest.mark.parametrize("why", [errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP])
    def test_one_without_locks_is_told_as_such_and_nothing_is_written(self, tmp_path, monkeypatch, why):
        def flock(*_):
            raise OSError(why, os.strerror(why))

        monkeypatch.setattr("fcntl.flock", flock)
        with pytest.raises(Nof1Error, match=r"has no locks .* Copy the folder to a drive of this computer"):
            write_locked(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] in ([], [".nof1.lock"])

    def test_one_that_may_not_be_written_to_is_not_called_so(self, tmp_path, monkeypatch):
        def flock(*_):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr("fcntl.flock", flock)
        with pytest.raises(Nof1Error, match="cannot be written to"):
            write_locked(tmp_path)

    @pytest.mark.parametrize("empty", [False, True])
    def test_every_folder_that_was_made_is_there_for_good(self, tmp_path, monkeypatch, empty):
        events = []

        def told(kind, name):
            known = getattr(os, name)

            def call(*args, **kwargs):
                done = known(*args, **kwargs)
                if kind == "synced":
                    events.append((kind, os.fstat(args[0]).st_ino, None))
                elif (path := Path(args[0] if name == "mkdir" else args[1])).is_dir():
                    events.append((kind, path.stat().st_ino, path.parent.stat().st_ino))
                return done

            monkeypatch.setattr(os, name, call)

        trial = tmp_path / "a" / "b" / "trial"
        if empty:
            trial.mkdir(parents=True)
        old = {path.stat().st_ino for path in tmp_path.rglob("*")}
        for kind, name in (("made", "mkdir"), ("made", "rename"), ("synced", "fsync")):
            told(kind, name)
        with new_folder(trial) as content:
            write_atomic(content / "papers" / "deep" / "a.pdf", "a")
        with locked(trial):
            commit(trial, {"imports/deep/b.csv": "b", "c.csv": "c"})
        made = {(path.stat().st_ino, path.parent.stat().st_ino) for path in tmp_path.rglob("*") if path.is_dir()}
        last = {(one, home): at for at, (kind, one, home) in enumerate(events) if kind == "made"}
        assert {(one, home) for one, home in made if one not in old} <= set(last)
        for (one, home), at in last.items():
            if (one, home) in made:
                assert ("synced", home, None) in events[at:]


def write_locked(folder):
    with locked(folder):
        commit(folder, {"a.csv": "1"})


def test_what_a_killed_process_left_of_a_file_is_cleared_away_and_nothing_else(tmp_path):
    theirs = [".nof1-part-note", ".diary.csv.12345678", "x.nof1-part-12345678"]
    for name in [*theirs, ".nof1-part-a1b2c3d_", "results/.nof1-part-a1b2c3d4"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    with locked(tmp_path):
        pass
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*theirs, ".nof1.lock"}


def test_what_a_killed_process_left_of_a_file_goes_with_the_next_one_that_is_written_beside_it(tmp_path):
    old, young, other = (tmp_path / name for name in (f"{PART}abcdefgh", f"{PART}ijklmnop", f"{PART}notes.txt"))
    for path in (old, young, other):
        path.write_text("x")
    for path in (old, other):
        os.utime(path, (0, 0))
    write_atomic(tmp_path / "sheet.pdf", b"sheet")
    assert {path.name for path in tmp_path.iterdir()} == {young.name, other.name, "sheet.pdf"}
