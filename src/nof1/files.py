"""Files of a trial: written whole or not at all, readable by their owner alone.

Knows nothing of what is in them.
"""

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nof1.errors import InputError, Nof1Error

_CHUNK = 1 << 20  # bytes of a file that are copied at a time


def sha256_bytes(content: bytes) -> str:
    """Hexadecimal SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of the file at `path`."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def read_bytes(path: Path) -> bytes:
    """Content of a file that must be there.

    Raises
    ------
    InputError
        If there is no such file or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"There is no file {path}. Check the name and the folder.") from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). Check that it is a file and that you may read it."
        ) from None


def is_file(path: Path) -> bool:
    """Whether there is such a file.

    Raises
    ------
    InputError
        If that cannot be told, as below a folder that lets nobody in.
    """
    try:
        return path.is_file()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}). Check the permissions of the folders that lead to it."
        ) from None


def write_atomic(path: Path, content: bytes | str) -> None:
    """Replace the file at `path` by `content`; a reader sees the old file or the new one, never a part.

    Raises
    ------
    Nof1Error
        If the file cannot be written; the old one is then untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: str | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
        sync_folder(path.parent)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise Nof1Error(
            f"{path} could not be written ({error.strerror}). Nothing was changed. Check free space and permissions, then try again."
        ) from error


def copy_atomic(original: Path, path: Path) -> str:
    """Put a copy of `original` at `path`, byte for byte, and return its SHA-256; the copy is there whole or not at all.

    Raises
    ------
    InputError
        If the original cannot be read.
    OSError
        If the copy cannot be written.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".copy-")  # mode 0600
        with os.fdopen(handle, "wb") as copy, _opened(original) as stream:
            while chunk := _read(stream, original):
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        Path(temporary).replace(path)
        temporary = None
        sync_folder(path.parent)
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
    return digest.hexdigest()


def _opened(path: Path) -> io.BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from None


def _read(stream: io.BufferedReader, path: Path) -> bytes:
    try:
        return stream.read(_CHUNK)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from None


def sync_folder(folder: Path) -> None:
    """Make a rename durable; folders cannot be opened on Windows, where this is left out."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network folders cannot; the file itself is safe by then
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def refuse_filled(folder: Path) -> None:
    """Refuse what is no place for a new folder.

    Raises
    ------
    InputError
        If `folder` exists and is not an empty folder.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is already there and not empty. Choose a new folder name; nothing was changed.")


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Build a folder aside and put it in its place when all of it is ready.

    Yields the folder to write into. On any error nothing is left behind and `folder` is as it was.

    Raises
    ------
    InputError
        If `folder` exists and is not an empty folder.
    """
    refuse_filled(folder)
    folder = folder.resolve()
    empty = folder.exists()  # and somebody may stand in it, so it is filled rather than replaced
    home = folder if empty else folder.parent
    staging: Path | None = None
    try:
        home.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(dir=home, prefix=".nof1-new-"))
        yield staging
        if empty:
            for path in sorted(staging.iterdir()):
                path.rename(folder / path.name)
        else:
            staging.rename(folder)
    except OSError as error:
        raise Nof1Error(
            f"{folder} could not be made ({error.strerror}). Check free space and permissions, then try again."
        ) from error
    finally:
        if staging is not None and staging.exists():
            shutil.rmtree(staging, ignore_errors=True)
