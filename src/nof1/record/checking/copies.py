"""Conflict copies: what synced drives leave beside a file of a trial that was written in two places at once.

Knows file names only.
"""

import re
from pathlib import Path

from nof1.plan.design.order import ORDER_FILE
from nof1.plan.orders.amendments import AMENDMENTS_FILE
from nof1.plan.orders.loading import UNSEALING_FILE
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE
from nof1.plan.protocol.protocol import PROTOCOL_FILE
from nof1.record.diary.events import EVENTS_FILE
from nof1.record.diary.journal import HEAD_FILE, JOURNAL_FILE
from nof1.record.diary.secondary import MEASURES_FILE
from nof1.record.diary.table import DIARY_FILE
from nof1.record.looks import LOOKS_FILE

# rejected.csv by its name: a quick command does without the importer that defines it.
WATCHED = (
    DIARY_FILE, JOURNAL_FILE, HEAD_FILE, MEASURES_FILE, "rejected.csv", PROTOCOL_FILE, ORDER_FILE, AMENDMENTS_FILE, LOOKS_FILE,
    SEAL_FILE, SEALED_ORDER_FILE, UNSEALING_FILE, EVENTS_FILE,
)  # fmt: skip
# What drives put between a file's name and its suffix has the name of a device or a person in it and is in any language, so only
# how it begins is known: diary (Anna's conflicted copy), diary-DESKTOP-AB12, diary 2, diary.sync-conflict-20261001.
_MARK = r"([ (~-]|[._]+(sync-)?conflict).*"
_DATE = r"(19|20)\d\d([-._]?\d\d){0,2}"
# What people put there for a file that they keep on purpose, such as diary-old and diary backup 2026-10.
_KEPT = rf"[ -]+({_DATE}|(archived?|backup|bak|before|draft|new|old|original)([ -]+({_DATE}|\d+))?)"
_COPIED = {
    watched: re.compile(rf"{Path(watched).stem}(?!{_KEPT}\.){_MARK}\{Path(watched).suffix}", re.IGNORECASE)
    for watched in WATCHED
}


def conflict_copies(folder: str | Path) -> tuple[Path, ...]:
    """Files that look like conflict copies of a file that nof1 keeps in the folder, by name."""
    return tuple(
        path for path in sorted(Path(folder).iterdir()) if copied_from(path.name) is not None and path.is_file()
    )


def copied_from(name: str) -> str | None:
    """The file that one of this name looks like a conflict copy of; None if it does not."""
    return next((watched for watched, copied in _COPIED.items() if copied.fullmatch(name)), None)
