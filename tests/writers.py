"""What tests start in a process of its own. Not in a file of tests: an installed package may be called "tests", too, and be found first."""

from datetime import timedelta
from pathlib import Path

from filelock import FileLock

from nof1 import commit
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry
from nof1.record.diary.writing import add_entries


def hold_lock(folder):
    """Run in a process of its own: hold the lock until the mark is taken away."""
    with FileLock(Path(folder) / commit.LOCK_NAME):
        mark = Path(folder) / "held"
        mark.touch()
        while mark.exists():
            pass


def add_nights(folder, first, start):
    """Run in a process of its own: add ten nights, every second one from `first` on, one at a time."""
    protocol = Protocol.load(folder)
    start.wait()
    for i in range(10):
        add_entries(folder, protocol, [Entry(protocol.start + timedelta(days=first + 2 * i), outcome=i)])
