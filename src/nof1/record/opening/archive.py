"""Tables in an archive: which there are, and how one of them is read without unpacking anything to disk.

Names of members are names and nothing else: no path is ever made of them.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nof1.cells import brief, path_text
from nof1.errors import InputError

MAX_TABLE_BYTES = 4_000_000_000  # of one table, unpacked
FREE_BYTES = 10_000_000  # unpacked, before the ratio is looked at
MAX_RATIO = 300  # unpacked to packed
_TABLES = (".csv", ".tsv")
_HIDDEN = ("__MACOSX/", ".")  # what other programs put beside the files
# What zipfile has been seen to raise on a damaged archive; ValueError would take what is wrong with a text for it.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, LookupError, OverflowError, RuntimeError)


def table_names(members: Iterable[zipfile.ZipInfo]) -> tuple[str, ...]:
    """Names of the tables in an archive, in its order."""
    return tuple(
        member.filename
        for member in members
        if member.filename.lower().endswith(_TABLES)
        and not any(part.startswith(_HIDDEN[1]) for part in member.filename.split("/"))
        and not member.filename.startswith(_HIDDEN[0])
    )


def find_member(path: Path, members: Iterable[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    """The member of this name, safe to be read.

    Raises
    ------
    InputError
        If there is none, several have the name, or it is encrypted, packed in an unusual way or made to fill the memory.
    """
    found = [member for member in members if name in (member.filename, path_text(member.filename))]
    if len(found) != 1:
        raise InputError(f"{path_text(path)} has {'several files' if found else 'no file'} {brief(name)!r} in it.")
    member = found[0]
    if member.flag_bits & 1:
        raise InputError(f"{path_text(path)} is encrypted. Take the password off and import it again.")
    # zipfile unpacks the other methods without a bound on what one call may give.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(
            f"{brief(name)!r} in {path_text(path)} is packed in an unusual way. Unpack it and import it alone."
        )
    packed = max(min(member.compress_size, path.stat().st_size), 1)
    if member.file_size > MAX_TABLE_BYTES or (member.file_size > FREE_BYTES and member.file_size > MAX_RATIO * packed):
        raise InputError(
            f"{brief(name)!r} in {path_text(path)} would unpack to {member.file_size / 1e6:,.0f} MB, which no honest table of its size does. "
            "Nothing was unpacked."
        )
    return member


@contextmanager
def opened_member(path: Path, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """A member's bytes from the start; no more of them than the archive says that it has.

    Raises
    ------
    InputError
        If the archive is damaged, there or while it is read.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield stream
    except InputError:
        raise
    except _DAMAGED as error:
        raise InputError(f"{path_text(path)} is a damaged archive ({type(error).__name__}). Export it again.") from None
