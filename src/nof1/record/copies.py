"""Conflict copies: what synced drives leave beside a file of a trial that was written in two places at once.

Knows file names only.
"""

import re
from pathlib import Path

from nof1.plan.order import ORDER_FILE
from nof1.plan.protocol import PROTOCOL_FILE
from nof1.record.diary import DIARY_FILE
from nof1.record.journal import JOURNAL_FILE
from nof1.record.secondary import MEASURES_FILE

WATCHED = (DIARY_FILE, JOURNAL_FILE, MEASURES_FILE, PROTOCOL_FILE, ORDER_FILE)
# What is put between a file's name and its suffix.
_MARKS = (
    r" ?\([^()]*\bconflict[^()]*\)",  # Dropbox, Nextcloud: diary (Anna's conflicted copy 2026-10-01)
    r"[._ -]+sync-conflict[-_].+",  # Syncthing: diary.sync-conflict-20261001-101530-ABCDEF
    r"[._ -]+conflict(ed)?\b.*",  # others: diary_conflict-20261001
    r"-(?=[^A-Z]*[A-Z])\w[\w -]*",  # OneDrive: diary-DESKTOP-AB12, the name of a computer
    r" [2-9]",  # iCloud: diary 2
    r" ?\([1-9][0-9]?\)",  # Google Drive: diary (1)
    r" - Copy( \([0-9]+\))?",
)


def conflict_copies(folder: str | Path) -> tuple[Path, ...]:
    """Files that look like conflict copies of the diary, the journal, the measures, the protocol or the order, by name."""
    return tuple(
        path for path in sorted(Path(folder).iterdir()) if copied_from(path.name) is not None and path.is_file()
    )


def copied_from(name: str) -> str | None:
    """The file that one of this name looks like a conflict copy of; None if it does not."""
    for watched in WATCHED:
        stem, suffix = Path(watched).stem, Path(watched).suffix
        if any(re.fullmatch(re.escape(stem) + mark + re.escape(suffix), name) for mark in _MARKS):
            return watched
    return None
