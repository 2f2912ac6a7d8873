"""Files of a trial: written whole or not at all, readable by their owner alone.

Knows nothing of what is in them.
"""

import hashlib
import io
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from nof1.errors import InputError, Nof1Error

PART = ".nof1-part-"  # a file that is being written; what a killed process left of one, the next one that writes there removes
_ABANDONED_SECONDS = 3600.0
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

    What killed processes have left of single files beside it goes, too (`sweep`).

    Raises
    ------
    Nof1Error
        If the file cannot be written; the old one is then untouched.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: str | None = None
    try:
        make_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=PART)  # mode 0600
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
    with suppress(OSError):  # it is written; another one may have taken it away since
        sweep(path.parent, path.stat().st_mtime)


def sweep(folder: Path, now: float) -> None:
    """Remove what killed processes have left of single files in a folder that no lock guards; one that is being written is younger.

    Parameters
    ----------
    now : float
        By the clock of the drive, as files on it have their times.
    """
    for path in folder.glob(f"{PART}????????"):
        with suppress(OSError):
            if path.stat().st_mtime < now - _ABANDONED_SECONDS:
                path.unlink()


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
        make_folder(path.parent)
        digest = hashlib.sha256()
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=PART)  # mode 0600
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


def make_folder(folder: Path, mode: int = 0o700) -> None:
    """Make a folder, for its owner alone, and those above it that are missing; each is there for good before the next one is made.

    Raises
    ------
    OSError
        If one of them cannot be made.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent, 0o777)
    folder.mkdir(mode=mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make durable what was made or renamed in a folder; folders cannot be opened on Windows, where this is left out."""
    if os.name != "posix":
        return
    with suppress(OSError):  # some network folders cannot; the file itself is safe by then
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
