"""A folder changed by one writer at a time, and several of its files together: all of them or none, wherever it is stopped.

New contents are laid aside first, then a list of them is put in place, and from then on the change counts: if the process
dies before the files are in place, the next one that takes the folder's lock puts them there. Knows nothing of what is in them.
"""

import errno
import json
import os
import shlex
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from nof1.errors import InputError, Nof1Error
from nof1.files import PART, copy_atomic, make_folder, sha256_file, sync_folder, write_atomic

LOCK_NAME = ".nof1.lock"
LOCK_SECONDS = 20.0
STAGE = ".nof1-commit"
_LIST = "list.json"
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP}


@dataclass(frozen=True)
class Copy:
    """What a file is to hold: byte for byte what another one holds, which must still have this hash."""

    path: Path
    sha256: str


Content = bytes | str | Copy


class CopyError(InputError):
    """A file that was to be copied is no longer what it was."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the one writer's lock of a trial folder, with what a stopped process had begun finished first.

    Raises
    ------
    Nof1Error
        If another process holds it for too long, or the folder is gone or cannot be written to.
    """
    lock = FileLock(folder / LOCK_NAME, mode=0o600, fallback_to_soft=False)
    try:
        if not folder.is_dir():  # the lock would make it anew
            raise Nof1Error(
                f"There is no folder {folder}: it was moved or removed. Nothing was changed. Give the folder where it is now."
            )
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise Nof1Error(f"Another nof1 is writing to {folder}. Wait until it is done, then try again.") from None
    except OSError as error:
        raise _unlockable(folder, error) from error
    try:
        settle(folder)
        yield
    finally:
        lock.release()


def _unlockable(folder: Path, error: OSError) -> Nof1Error:
    if error.errno in _NO_LOCKS:
        return Nof1Error(
            f"The drive that {folder} is on has no locks ({error.strerror}), so two programs could write to it at once and spoil each other's work. "
            "Nothing was changed. Copy the folder to a drive of this computer and go on there."
        )
    return Nof1Error(f"{folder} cannot be written to ({error.strerror}). Check its permissions, then try again.")


def commit(folder: Path, contents: Mapping[str, Content]) -> None:
    """Write several files. Call it with the folder locked.

    Parameters
    ----------
    contents : mapping of str to bytes, str or Copy
        New content by path inside the folder.

    Raises
    ------
    CopyError
        If a file that was to be copied is another one by now; all files are then as they were.
    InputError
        If one of them is a link or read-only, or cannot be read; all files are then as they were.
    Nof1Error
        If they cannot be written; all files are then as they were.
    """
    settle(folder)
    stage = folder / STAGE
    try:
        for name in contents:
            _refuse_link_and_read_only(folder, name)
        make_folder(stage)
        entries = []
        for number, (name, content) in enumerate(contents.items()):
            target = folder / name
            old = sha256_file(target) if target.is_file() else None
            entries.append({"name": name, "old": old, "new": _laid_aside(stage / str(number), content, old)})
        write_atomic(stage / _LIST, json.dumps(entries))
    except InputError:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    except (OSError, Nof1Error) as error:
        shutil.rmtree(stage, ignore_errors=True)
        cause = error if isinstance(error, OSError) else error.__cause__
        raise Nof1Error(
            f"{folder} could not be written to ({getattr(cause, 'strerror', cause)}). Nothing was changed. "
            "Check free space and permissions, then try again."
        ) from error
    settle(folder)


def _laid_aside(path: Path, content: Content, old: str | None) -> str:
    """Lay a new content aside and return its hash. A copy that is in its place already is not made once more."""
    if not isinstance(content, Copy):
        write_atomic(path, content)
        return sha256_file(path)
    if content.sha256 != old and copy_atomic(content.path, path) != content.sha256:
        raise CopyError(f"{content.path} changed while it was being read. Nothing was changed; try again.")
    return content.sha256


def settle(folder: Path) -> None:
    """Finish what a stopped process had begun, or clear it away. Call it with the folder locked.

    Raises
    ------
    InputError
        If a file was changed by hand in between; what nof1 was about to write is then kept beside it.
    Nof1Error
        If the folder cannot be written to.
    """
    _sweep(folder)
    stage = folder / STAGE
    if not stage.is_dir():
        return
    try:
        kept = _put_in_place(folder, stage) if unsettled(folder) else []
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError(
            f"{stage / _LIST} is damaged, so what a stopped recording had begun cannot be finished. Move {stage} out of the folder, then run "
            f"'nof1 check {folder}'."
        ) from None
    except OSError as error:
        raise _waiting(folder, error) from error
    try:
        # The list goes last: as long as it is there, all of this can be done again.
        (stage / _LIST).unlink(missing_ok=True)
        shutil.rmtree(stage)
    except OSError as error:
        raise _waiting(folder, error) from error
    if kept:
        raise InputError(
            f"{', '.join(old for old, _ in kept)} was changed by hand while nof1 had not finished writing it. Yours was left alone; what nof1 was "
            f"about to write is in {', '.join(new for _, new in kept)}. Compare them, and run 'nof1 check {folder}'."
        )


def _sweep(folder: Path) -> None:
    """Remove what killed processes have left of single files: whoever writes to the folder holds its lock, so nobody is at work on them."""
    for path in (*folder.glob(f"{PART}????????"), *folder.glob(f"*/{PART}????????")):
        with suppress(OSError):  # not in a folder that may only be read
            path.unlink()


def _refuse_link_and_read_only(folder: Path, name: str) -> None:
    """Refuse to replace what its owner has put elsewhere or closed: a rename would do so without a word."""
    for part in (Path(name), *Path(name).parents[:-1]):
        if (folder / part).is_symlink():
            raise InputError(
                f"{folder / part} is a link to {(folder / part).readlink()}, and nof1 writes only what is in the trial folder itself. "
                f"Nothing was changed. Put the {'file' if part == Path(name) else 'folder'} itself in the place of the link, then try again."
            )
    target = folder / name
    if (
        target.is_file() and not target.stat().st_mode & stat.S_IWUSR
    ):  # root may write it all the same, so the mode counts
        raise InputError(
            f"{target} is read-only. Nothing was changed. Allow writing to it (chmod u+w {shlex.quote(str(target))}), then try again."
        )


def _inside(folder: Path, name: str) -> Path:
    """The path of a file of this folder; the list may have come from elsewhere, and nothing outside is ever written."""
    target = folder / name
    if not name or ".." in Path(name).parts or not target.parent.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{name!r} is no file of the folder")
    return target


def _waiting(folder: Path, error: OSError) -> Nof1Error:
    return Nof1Error(
        f"{folder} cannot be written to ({error.strerror}), and a recording in it waits to be finished. "
        "Check free space and permissions, then try again; nothing is lost."
    )


def unsettled(folder: Path) -> bool:
    """Whether a stopped process has left a change that counts but is not in place."""
    return (folder / STAGE / _LIST).is_file()


def _put_in_place(folder: Path, stage: Path) -> list[tuple[str, str]]:
    kept = []
    for number, entry in enumerate(json.loads((stage / _LIST).read_text())):
        staged, target = stage / str(number), _inside(folder, entry["name"])
        if not staged.is_file():
            continue  # in place already
        if sha256_file(staged) != entry["new"]:
            raise ValueError(f"{staged} is not what was laid aside")
        make_folder(target.parent)
        current = sha256_file(target) if target.is_file() else None
        if current not in (entry["old"], entry["new"]):
            aside = target.with_name(f"unfinished-{target.name}")
            kept.append((str(target), str(aside)))
            target = aside
        os.replace(staged, target)  # noqa: PTH105 - the one step that is whole or not at all
        sync_folder(target.parent)
    return kept
