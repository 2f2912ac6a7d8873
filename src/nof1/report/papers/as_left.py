"""Papers that lie in a folder already: whether somebody has changed one since nof1 wrote it, and what tells how they were printed.

A booklet with notes, a signed form or a filled sheet is somebody's record: it is never replaced unseen.
"""

import io
import re
import warnings
import zipfile
from pathlib import Path

from nof1.errors import Nof1Warning
from nof1.files import is_file, write_atomic
from nof1.report.papers.spreadsheet import FIXED

_LANGUAGE = re.compile(rb"/Lang ?\(([a-z]{2})\)")
_WIDE_AS_LETTER = re.compile(rb"/MediaBox ?\[ ?0 0 (?:612|792)[ .]")


def write_paper(path: Path, content: bytes) -> None:
    """Write a paper; one that somebody has changed since is kept beside it under another name, and named in a warning."""
    if is_file(path) and (there := path.read_bytes()) != content and not as_written(there):
        kept = _free(path)
        write_atomic(kept, there)
        warnings.warn(
            f"{path.name} was changed by hand or by another program. It is kept as {kept.name}, and the paper was written anew.",
            Nof1Warning,
            stacklevel=2,
        )
    write_atomic(path, content)


def as_written(content: bytes) -> bool:
    """Whether these are the bytes of a paper as nof1 writes them, of any plan and version: another program leaves its traces.

    >>> as_written(b"%PDF-1.7 a scan %%EOF")
    False
    """
    if content.startswith(b"%PDF"):
        return content.count(b"%%EOF") == 1 and content.endswith(b"%%EOF") and b"/Creator(Typst" in content
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return all(part.date_time == FIXED.timetuple()[:6] for part in book.infolist())
    except zipfile.BadZipFile:
        return False


def language_and_paper(content: bytes) -> tuple[str, bool] | None:
    """The language of a paper and whether it is on Letter, as the PDF itself says; None for anything else."""
    found = _LANGUAGE.search(content)
    return None if found is None else (found[1].decode(), _WIDE_AS_LETTER.search(content) is not None)


def _free(path: Path) -> Path:
    """A name beside it that nothing has yet."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.changed-{number}{path.suffix}")).exists():
        number += 1
    return kept
