"""New folders: built aside, put in their place when all of them is ready, and cleared away by the next one where a process was killed.

Beside its place, or inside it where the place is an empty folder, stands .nof1-new-…, which holds

- lock: held as long as the process lives that makes it,
- content: what is being built; a rename puts it in its place,
- moving: what was ready for an empty folder, and is moved into it piece by piece,
- also.json: another new folder that is put in its place just before this one and is nothing without it.

Who makes or looks for a folder there finishes or removes what a killed process has left (`clear_abandoned`). Knows nothing of
what is in the folders.
"""

import json
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from nof1.errors import InputError, Nof1Error
from nof1.files import make_folder, sha256_file, sweep, sync_folder, write_atomic

PREFIX = ".nof1-new-"
_LOCK, _CONTENT, _MOVING, _ALSO = "lock", "content", "moving", "also.json"


def refuse_filled(folder: Path) -> None:
    """Refuse what is no place for a new folder.

    Raises
    ------
    InputError
        If `folder` exists and is not an empty folder.
    """
    for home in (folder.parent, folder):
        clear_abandoned(home)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is already there and not empty. Choose a new folder name; nothing was changed.")


@contextmanager
def new_folder(folder: Path, *, last: str | None = None, belongs_to: Path | None = None) -> Iterator[Path]:
    """Build a folder aside and put it in its place when all of it is ready.

    Yields the folder to write into. On any error nothing is left behind and `folder` is as it was; if the process is killed, the next
    one that looks there sees to that.

    Parameters
    ----------
    last : str, optional
        The file that makes it what it is: put in its place after all others.
    belongs_to : Path, optional
        What another `new_folder` has yielded, which ends after this one: without that, this one is taken away again.

    Raises
    ------
    InputError
        If `folder` exists and is not an empty folder.
    """
    refuse_filled(folder)
    folder = folder.resolve()
    empty = folder.exists()  # and somebody may stand in it, so it is filled rather than replaced
    home = folder if empty else folder.parent
    aside: Path | None = None
    lock: FileLock | None = None
    try:
        make_folder(home, 0o777)
        aside = Path(tempfile.mkdtemp(dir=home, prefix=PREFIX))
        sweep(home, aside.stat().st_mtime)
        lock = _held(aside)
        content = aside / _CONTENT
        content.mkdir(mode=0o700)
        yield content
        sync_folder(aside)
        if belongs_to is not None:
            _tell(belongs_to.parent, folder, aside)
        if empty:
            content.rename(aside / _MOVING)  # from here on it counts
            sync_folder(aside)
            _move(aside, folder, last)
        else:
            content.rename(folder)
        sync_folder(home)
    except OSError as error:
        raise Nof1Error(
            f"{folder} could not be made ({error.strerror}). Check free space and permissions, then try again."
        ) from error
    finally:
        if aside is not None and not (aside / _MOVING).exists():
            if (aside / _CONTENT).exists():
                _take_back(aside)
            with suppress(OSError):
                _remove(aside)
        if lock is not None:
            lock.release()


def clear_abandoned(home: Path) -> None:
    """Finish or remove what killed processes have left of new folders in `home`; what another one is working on is left alone."""
    for aside in sorted(home.glob(f"{PREFIX}????????")):
        with suppress(OSError):  # who may not look or write there leaves it as it is
            _clear(aside, home)


def _clear(aside: Path, home: Path) -> None:
    if not aside.is_dir() or aside.is_symlink():
        return
    if not (aside / _LOCK).is_file():
        aside.rmdir()  # killed at once, if it is empty; else it is nothing of ours
        return
    lock = _lock(aside)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError, NotImplementedError):
        return  # at work; or a drive without locks, where nobody can tell
    try:
        if (aside / _MOVING).is_dir():
            _move(aside, home, None)
        elif (aside / _CONTENT).is_dir():
            _take_back(aside)
        if not (aside / _MOVING).exists():
            _remove(aside)
            sync_folder(home)
    finally:
        lock.release()


def _remove(aside: Path) -> None:
    """The lock goes last, by which what is left is known to be ours."""
    for path in aside.iterdir():
        if path.name == _LOCK:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    (aside / _LOCK).unlink(missing_ok=True)
    aside.rmdir()


def _held(aside: Path) -> FileLock | None:
    """The lock that says that somebody is at work here; none on a drive without locks."""
    lock = _lock(aside)
    try:
        lock.acquire(timeout=0)
    except (OSError, NotImplementedError):
        (aside / _LOCK).unlink(missing_ok=True)
        return None
    return lock


def _lock(aside: Path) -> FileLock:
    return FileLock(aside / _LOCK, mode=stat.S_IRUSR | stat.S_IWUSR, fallback_to_soft=False)


def _move(aside: Path, folder: Path, last: str | None) -> None:
    """Move what is ready into its folder; nothing that is there already is written over."""
    moving = aside / _MOVING
    order = aside / "last"
    if last is not None:
        write_atomic(order, last)
    elif order.is_file():
        last = order.read_text(encoding="utf-8")
    for path in sorted(moving.iterdir(), key=lambda one: (one.name == last, one.name)):
        if not (folder / path.name).exists():
            path.rename(folder / path.name)
    sync_folder(folder)
    with suppress(OSError):  # it holds what somebody else has put in its place meanwhile
        moving.rmdir()


def _tell(other: Path, folder: Path, aside: Path) -> None:
    """Write down, beside the other folder, that this one goes into its place first."""
    content = aside / _CONTENT
    files = {path.relative_to(content).as_posix(): sha256_file(path) for path in content.rglob("*") if path.is_file()}
    write_atomic(other / _ALSO, json.dumps({"folder": str(folder), "aside": str(aside), "files": files}))


def _take_back(aside: Path) -> None:
    """Remove the folder that belongs to one which never came into its place, as far as it is as it was made."""
    if not (aside / _ALSO).is_file():
        return
    told = json.loads((aside / _ALSO).read_text(encoding="utf-8"))
    folder = Path(told["folder"])
    for name, sha256 in told["files"].items():
        path = folder / name
        if path.is_file() and not path.is_symlink() and sha256_file(path) == sha256:
            path.unlink()
    with suppress(OSError):
        _remove(Path(told["aside"]))
    with suppress(OSError):  # something of somebody else is in it
        folder.rmdir()
