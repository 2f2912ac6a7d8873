"""Full disks, folders that cannot be written, several writers at once, hands and drives that change files: one clear message, nothing lost."""

import errno
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nof1.cli import main
from nof1.commit import STAGE, locked, unsettled
from nof1.files import sha256_file
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.copies import conflict_copies
from nof1.record.diary.entry import row_of
from nof1.record.diary.journal import audited, replayed
from nof1.record.diary.table import read_diary
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.rejected import read_rejected

pytestmark = pytest.mark.clock

posix = pytest.mark.skipif(os.name != "posix", reason="needs the permissions and processes of Unix")
TABLE = "night,severity,note\n2026-01-11,4,x\n2026-01-12,99,y\n2026-01-13,6,z\n"
COMMANDS = {
    "log": ["log", "FOLDER", "--night", "2026-01-11", "--set", "severity=7"],
    "import": ["import", "FOLDER", "TABLE", "--yes"],
    "amend": ["amend", "FOLDER", "--note", "a lower dose"],
}


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def run(monkeypatch, capsys, trial_folder, table):
    """A function that runs a command in this process: exit status and everything it said."""

    def command(*words):
        names = {"FOLDER": str(trial_folder), "TABLE": str(table)}
        monkeypatch.setattr(sys, "argv", ["nof1", *(names.get(word, word) for word in words)])
        capsys.readouterr()
        before = os.umask(0o077)
        try:
            main()
            status = 0
        except SystemExit as ending:
            status = ending.code or 0
        finally:
            os.umask(before)
        out, err = capsys.readouterr()
        return status, out + err

    return command


def complaint(said):
    """The one message of a command that refused."""
    assert said.count("Error: ") == 1, said
    assert "Traceback" not in said
    return said.partition("Error: ")[2]


def ratings(folder):
    """What is recorded, held against the journal."""
    protocol = Protocol.load(folder)
    rows = {str(entry.night): row_of(protocol, entry) for entry in read_diary(folder, protocol)}
    lines = list(audited(folder))
    assert all(sound for _, _, sound in lines)
    told = {key: text for key, text in replayed(line for line, _, _ in lines).items() if key[0]}
    held = {
        (night, name): text for night, row in rows.items() for name, text in row.items() if name != "night" and text
    }
    assert not lines or told == held
    return {night: row["severity"] for night, row in rows.items()}


# --- a full disk


class Disk:
    """Counts what needs room on the disk, and has none left for the one that is `full_at`."""

    def __init__(self, monkeypatch):
        self.count, self.full_at, self.failed = 0, 0, False
        for module, name in ((tempfile, "mkstemp"), (os, "fsync"), (os, "replace"), (os, "mkdir"), (os, "rename")):
            monkeypatch.setattr(module, name, self._failing(getattr(module, name)))
        monkeypatch.setattr(os, "fdopen", self._filling(os.fdopen))

    def begin(self, full_at):
        self.count, self.full_at, self.failed = 0, full_at, False

    def needs_room(self):
        self.count += 1
        if self.count == self.full_at:
            self.failed = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _failing(self, function):
        def instead(*arguments, **options):
            self.needs_room()
            return function(*arguments, **options)

        return instead

    def _filling(self, function):
        def instead(handle, *arguments, **options):
            stream = function(handle, *arguments, **options)
            if "w" not in (arguments[0] if arguments else ""):
                return stream
            disk = self

            class Filling:
                def __enter__(self):
                    return self

                def __exit__(self, *_):
                    stream.close()

                def write(self, data):
                    stream.write(data[: len(data) // 2])
                    disk.needs_room()
                    return stream.write(data[len(data) // 2 :])

                def __getattr__(self, name):
                    return getattr(stream, name)

            return Filling()

        return instead


@pytest.mark.parametrize("what", ["log", "amend", pytest.param("import", marks=pytest.mark.slow)])
def test_a_full_disk_at_any_step_loses_nothing(run, trial_folder, bytes_in, monkeypatch, what):
    assert run("log", "FOLDER", "--night", "2026-01-05", "--set", "note=first")[0] == 0  # there is a journal
    monkeypatch.setattr(
        "nof1.record.amending.renew_papers", lambda *_: None
    )  # the paperwork is written after, and can be again
    original, before = bytes_in(trial_folder), ratings(trial_folder)
    with monkeypatch.context() as patched:
        disk = Disk(patched)
        refused = waiting = 0
        for step in range(1, 200):
            _restore(trial_folder, original)
            disk.begin(step)
            status, said = run(*COMMANDS[what])
            if not disk.failed:
                assert status == 0
                break
            disk.begin(0)
            if status == 0:  # what cannot be made durable on some drives is left out
                continue
            assert status == 1
            assert "No space left" in complaint(said)
            if unsettled(trial_folder):
                assert "waits to be finished" in said
                waiting += 1
                with locked(trial_folder):
                    pass
                assert not (trial_folder / STAGE).exists()
                assert run(*COMMANDS[what])[0] == 0  # again: nothing new, or once more
            else:
                assert "Nothing was" in said
                assert bytes_in(trial_folder) == original  # no copy of a file that was not taken either
                refused += 1
        else:
            pytest.fail("never came through")
    assert refused > 5
    assert waiting > 1
    after = ratings(trial_folder)
    assert {night: after[night] for night in before} == before
    if what != "amend":
        assert after["2026-01-11"] == {"log": "7", "import": "4"}[what]


@pytest.mark.slow
def test_a_full_disk_while_a_trial_is_planned_leaves_no_folder(run, tmp_path, monkeypatch):
    new = tmp_path / "new"
    plan = ["plan", str(new), "--dose-mg", "100", "--unscreened", "--start", "2026-01-05"]
    with monkeypatch.context() as patched:
        disk = Disk(patched)
        for step in (*range(1, 8), *range(8, 400, 9)):
            disk.begin(step)
            status, said = run(*plan)
            if not disk.failed:
                break
            disk.begin(0)
            if status:
                assert "No space left" in complaint(said)
                assert not new.exists()
                assert not list(tmp_path.glob(".nof1*"))
            else:
                _remove(new)
    assert step > 5
    assert (new / "protocol.toml").is_file()


def _restore(folder, original):
    _remove(folder)
    folder.mkdir()
    for name, content in original.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            (folder / name).mkdir(exist_ok=True)
        else:
            (folder / name).write_bytes(content)


def _remove(folder):
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


# --- no permission

# Everything is imported by work on a folder of its own; then the process becomes a user who may not write.
UNPRIVILEGED = """
import io, os, sys, contextlib
from nof1.cli import main
def run(*words):
    sys.argv = ["nof1", *words]
    try:
        main()
    except SystemExit as ending:
        return ending.code or 0
    return 0
own, folder, *words = sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    run(*[own if word == "FOLDER" else word for word in words])
    run("status", own + "/nowhere")
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
os.chdir("/")
sys.exit(run(*[folder if word == "FOLDER" else word for word in words]))
"""


@pytest.fixture
def foreign(trial_folder):
    """The trial where another user can come to it, and a copy to warm up with; readable by all unless it is changed."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        for name in ("own", "trial"):
            home = Path(place) / name
            home.mkdir()
            for path in trial_folder.iterdir():
                (home / path.name).write_bytes(path.read_bytes())
                (home / path.name).chmod(0o644)
        (Path(place) / "table.csv").write_text(TABLE)
        (Path(place) / "table.csv").chmod(0o644)  # whatever an earlier command has left as the umask
        home.chmod(0o555)
        try:
            yield home
        finally:
            home.chmod(0o755)


def unprivileged(folder, *words):
    done = subprocess.run(
        [sys.executable, "-c", UNPRIVILEGED, str(folder.parent / "own"), str(folder), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@posix
@pytest.mark.parametrize("what", ["log", "import"])
def test_a_folder_that_cannot_be_written_is_told_and_left_alone(foreign, bytes_in, what):
    before = bytes_in(foreign)
    words = [str(foreign.parent / "table.csv") if word == "TABLE" else word for word in COMMANDS[what]]
    status, said = unprivileged(foreign, *words)
    assert status == 1, said
    assert "could not be written" in complaint(said) or "cannot be written" in said
    assert "ermission" in said
    assert bytes_in(foreign) == before


@pytest.mark.slow
@posix
def test_a_folder_that_cannot_be_written_can_still_be_looked_at(foreign):
    status, said = unprivileged(foreign, "status", "FOLDER")
    assert status == 0, said
    assert "Error" not in said


@posix
@pytest.mark.parametrize("name", ["diary.csv", "protocol.toml", "order.csv"])
def test_a_file_that_cannot_be_read_is_named(foreign, name):
    (foreign / name).chmod(0)
    status, said = unprivileged(foreign, "status", "FOLDER")
    assert status == 1, said
    assert f"{name} cannot be read" in " ".join(complaint(said).split())


@posix
@pytest.mark.parametrize("command", ["status", "check", "log"])
@pytest.mark.parametrize("closed", ["trial", "."])
def test_a_folder_that_lets_nobody_in_is_told(foreign, command, closed):
    (foreign if closed == "trial" else foreign.parent).chmod(0o644)  # it can be listed, and no more
    try:
        status, said = unprivileged(foreign, command, "FOLDER")
    finally:
        foreign.parent.chmod(0o755)
    assert status == 1, said
    assert "protocol.toml cannot be read (Permission denied)" in " ".join(complaint(said).split())


@pytest.mark.slow
@posix
def test_a_folder_of_imports_that_lets_nobody_in_is_told(foreign):
    foreign.chmod(0o777)
    (foreign / "imports").mkdir(mode=0o700)
    for command in (["import", "FOLDER", str(foreign.parent / "table.csv"), "--yes"], ["check", "FOLDER"]):
        status, said = unprivileged(foreign, *command)
        assert status == 1, said
        assert "Traceback" not in said
        assert "imports" in said
        assert "Permission denied" in said


def test_what_the_system_refuses_anywhere_is_told_in_a_sentence(run, monkeypatch):
    def refuse(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "/drive/trial")

    monkeypatch.setattr("nof1.cli.commands.status.tell_copies", refuse)
    status, said = run("status", "FOLDER")
    assert status == 1
    assert "/drive/trial could not be read or written (Input/output error)" in " ".join(complaint(said).split())


# --- several at once

AT_ONCE = """
import sys, time
from pathlib import Path
from nof1.cli import main
import nof1.cli.app, nof1.cli.commands.import_, nof1.cli.commands.log
go, name, *words = sys.argv[1:]
Path(go, name).touch()
while not Path(go, "go").exists():
    time.sleep(0.001)
sys.argv = ["nof1", *words]
main()
"""


def at_once(scratch, commands):
    """Run commands in processes of their own that begin at the same moment; their statuses and what they said."""
    ready = scratch / "ready"
    ready.mkdir()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, str(ready), str(number), *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number, words in enumerate(commands)
    ]
    until = time.monotonic() + 60
    while len(list(ready.iterdir())) < len(started) and time.monotonic() < until:
        time.sleep(0.01)
    (ready / "go").touch()
    ended = [(process.communicate(timeout=60)[0], process.returncode) for process in started]
    return [(status, said) for said, status in ended]


def test_two_who_log_different_nights_at_once_both_succeed(trial_folder, tmp_path):
    nights = ["2026-01-11", "2026-01-12", "2026-01-13", "2026-01-14"]
    commands = [["log", trial_folder, "--night", night, "--set", "severity=5"] for night in nights]
    for status, said in at_once(tmp_path, commands):
        assert status == 0, said
    assert set(nights) <= set(ratings(trial_folder))


@pytest.mark.slow
def test_two_who_log_the_same_night_at_once_one_wins_and_the_other_is_told(trial_folder, tmp_path):
    commands = [["log", trial_folder, "--night", "2026-01-11", "--set", f"severity={rating}"] for rating in (2, 8)]
    ended = at_once(tmp_path, commands)
    assert sorted(status for status, _ in ended) == [0, 1], ended
    message = " ".join(complaint(next(said for status, said in ended if status)).split())
    assert "2026-01-11" in message
    assert "recorded already" in message
    winner = next(rating for rating, (status, _) in zip("28", ended, strict=True) if status == 0)
    assert ratings(trial_folder)["2026-01-11"] == winner


@pytest.mark.slow
def test_one_who_logs_and_one_who_imports_at_once(trial_folder, table, tmp_path):
    commands = [
        ["log", trial_folder, "--night", "2026-01-14", "--set", "severity=5"],
        ["import", trial_folder, table, "--yes"],
    ]
    for status, said in at_once(tmp_path, commands):
        assert status == 0, said
    assert {"2026-01-11", "2026-01-13", "2026-01-14"} <= set(ratings(trial_folder))
    assert [line.rejected for line in read_ledger(trial_folder)] == [1]


@pytest.mark.parametrize("files", ["the same file", "files of the same nights", "files of other nights"])
def test_several_who_import_at_once_lose_nothing(trial_folder, tmp_path, files):
    paths = []
    for number in range(4):
        night = 11 + (number if files == "files of other nights" else 0)
        rating = 3 if files == "the same file" else number
        paths.append(tmp_path / f"{'table' if files == 'the same file' else number}.csv")
        paths[-1].write_text(f"night,severity\n2026-01-{night},{rating}\nsoon,{rating}\n")
    for status, said in at_once(tmp_path, [["import", trial_folder, path, "--yes"] for path in paths]):
        assert status == 0, said
    ledger, rejected = read_ledger(trial_folder), read_rejected(trial_folder)
    copies = {
        path.stem for path in (trial_folder / "imports").iterdir() if path.name not in ("ledger.csv", "maps.json")
    }
    assert {line.sha256 for line in ledger} == copies == {sha256_file(path) for path in paths}
    assert len(ledger) == len(copies)
    for line in ledger:
        assert line.rows == 2 == line.taken + line.merged + line.rejected
        assert sum(row.rows for row in rejected if row.sha256 == line.sha256) == line.rejected
    if files == "files of other nights":
        assert {f"2026-01-{11 + number}": str(number) for number in range(4)}.items() <= ratings(trial_folder).items()
    else:
        assert sum(line.taken for line in ledger) == 1


@pytest.mark.parametrize("what", COMMANDS)
def test_a_lock_that_is_held_too_long_is_told(run, trial_folder, bytes_in, monkeypatch, what):
    monkeypatch.setattr("nof1.commit.LOCK_SECONDS", 0.2)
    hold = "import sys, pathlib\nfrom nof1.commit import locked\nwith locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
    before = bytes_in(trial_folder)
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(trial_folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        status, said = run(*COMMANDS[what])
        assert run("status", "FOLDER")[0] == 0  # looking needs no lock
        holder.stdin.close()
    assert status == 1
    assert "Another nof1 is writing" in complaint(said)
    after = bytes_in(trial_folder)
    assert {name: after[name] for name in before} == before
    assert run(*COMMANDS[what])[0] == 0  # and then it can be done


# --- hands and drives


@pytest.mark.parametrize(
    "name",
    [
        "diary (Anna's conflicted copy 2026-10-01).csv",
        "diary.sync-conflict-20261001-101530-ABCDEF.csv",
        "diary-DESKTOP-AB12.csv",
        "diary (1).csv",
        "journal 2.csv",
    ],
)
def test_the_conflict_copy_of_a_drive_is_noticed_and_left_alone(run, trial_folder, name):
    (trial_folder / name).write_bytes((trial_folder / "diary.csv").read_bytes())
    assert [path.name for path in conflict_copies(trial_folder)] == [name]
    for command in (["check", "FOLDER"], ["status", "FOLDER"]):
        assert name in " ".join(run(*command)[1].split())
    assert run(*COMMANDS["log"])[0] == 0
    assert (trial_folder / name).is_file()


@posix
def test_a_diary_that_is_a_link_is_told_and_left_alone(run, trial_folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.csv"
    (trial_folder / "diary.csv").rename(elsewhere)
    (trial_folder / "diary.csv").symlink_to(elsewhere)
    before, there = ratings(trial_folder), elsewhere.read_bytes()
    status, said = run(*COMMANDS["log"])
    assert status == 1
    assert "is a link to" in " ".join(complaint(said).split())
    assert ratings(trial_folder) == before
    assert (trial_folder / "diary.csv").is_symlink()
    assert elsewhere.read_bytes() == there


@posix
def test_a_diary_that_was_made_read_only_is_told_and_left_alone(run, trial_folder):
    (trial_folder / "diary.csv").chmod(0o400)
    before = ratings(trial_folder)
    status, said = run(*COMMANDS["log"])
    assert status == 1
    assert "is read-only" in " ".join(complaint(said).split())
    assert ratings(trial_folder) == before
    assert (trial_folder / "diary.csv").stat().st_mode & 0o777 == 0o400


def test_an_edit_between_a_crash_and_the_next_start_is_kept_beside_what_was_about_to_be_written(
    run, trial_folder, monkeypatch
):
    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("nof1.commit._put_in_place", crash)
        with pytest.raises(Crash):
            run(*COMMANDS["log"])
    assert unsettled(trial_folder)
    diary = trial_folder / "diary.csv"
    by_hand = diary.read_bytes().replace(b"2026-01-05,4", b"2026-01-05,9")
    assert by_hand != diary.read_bytes()
    diary.write_bytes(by_hand)
    status, said = run("status", "FOLDER")
    message = " ".join(complaint(said).split())
    assert status == 1
    assert "diary.csv was changed by hand" in message
    assert "unfinished-diary.csv" in message
    assert diary.read_bytes() == by_hand
    assert b"2026-01-11,7" in (trial_folder / "unfinished-diary.csv").read_bytes()
    assert not unsettled(trial_folder)
    assert run("status", "FOLDER")[0] == 0
    status, said = run("check", "FOLDER")
    assert status == 1
    assert "2026-01-05" in said
    assert b"2026-01-11,7" in (trial_folder / "unfinished-diary.csv").read_bytes()


def test_a_crash_before_it_counts_changes_nothing(run, trial_folder, bytes_in, monkeypatch):
    before = bytes_in(trial_folder)

    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr("nof1.commit.json.dumps", crash)
        with pytest.raises(Crash):
            run(*COMMANDS["log"])
    assert (trial_folder / STAGE).is_dir()
    assert not unsettled(trial_folder)
    assert ratings(trial_folder)
    assert run("amend", "FOLDER", "--note", "x")[0] == 0
    after = bytes_in(trial_folder)
    assert {name: after[name] for name in before} == before
    assert not (trial_folder / STAGE).exists()
