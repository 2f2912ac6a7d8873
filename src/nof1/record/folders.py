"""Which trials there are: folders of trials, folders of such folders, and what each one's answer depends on.

Finds and hashes; reads no night and computes nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nof1._version import __version__
from nof1.cells import path_text
from nof1.errors import InputError
from nof1.plan.design.order import ORDER_FILE
from nof1.plan.orders.amendments import AMENDMENTS_FILE
from nof1.plan.orders.loading import UNSEALING_FILE
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE
from nof1.plan.protocol.protocol import PROTOCOL_FILE
from nof1.record.diary.events import EVENTS_FILE
from nof1.record.diary.secondary import MEASURES_FILE
from nof1.record.diary.table import DIARY_FILE

COHORT_FILE = "cohort.json"  # marks a folder of results, which is no person's
# All that reading a trial looks at.
_FILES = (
    PROTOCOL_FILE, ORDER_FILE, DIARY_FILE, AMENDMENTS_FILE, UNSEALING_FILE, SEAL_FILE, SEALED_ORDER_FILE, MEASURES_FILE,
    EVENTS_FILE,
)  # fmt: skip


@dataclass(frozen=True)
class TrialFolder:
    """A folder that is, or should be, one person's trial; `name` differs from that of every other one."""

    name: str
    path: Path

    def key(self, *, seed: int) -> str:
        """Hash over all that the answer depends on: protocol, order, diary, seed, version.

        Raises
        ------
        OSError
            If a file is there and cannot be read.
        """
        digest = hashlib.sha256(f"nof1 {__version__}, seed {seed}\n".encode())
        for name in _FILES:
            try:
                content = (self.path / name).read_bytes()
            except FileNotFoundError:
                continue
            digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
        return digest.hexdigest()


def find_trials(folders: Iterable[Path]) -> tuple[TrialFolder, ...]:
    """The trials in these folders, in the order of their names.

    A folder with a protocol is a trial. Of any other one each folder in it is taken for a trial, the damaged among them, so that
    nobody is left out unseen; hidden folders and results of a cohort are not.

    Raises
    ------
    InputError
        If a folder is not there, or there is no trial at all.
    """
    paths: dict[Path, Path] = {}
    for folder in folders:
        paths |= {path.resolve(): path for path in _trials_of(folder)}
    if not paths:
        raise InputError(
            "There is no trial in these folders. Give trial folders, or a folder that holds them, such as the one that 'nof1 plan' made."
        )
    return _named(list(paths))


def _trials_of(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}. Check its name.")
    try:
        if (folder / PROTOCOL_FILE).exists():
            return [folder]
        return [path for path in sorted(folder.iterdir()) if path.is_dir() and not _is_other(path)]
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}). Check its permissions.") from None


def _is_other(path: Path) -> bool:
    """Whether this is plainly nobody's trial."""
    try:
        return path.name.startswith(".") or (path / COHORT_FILE).exists()
    except OSError:  # what cannot be looked into is told later
        return False


def _named(paths: list[Path]) -> tuple[TrialFolder, ...]:
    """Names that differ: the folder's own, with those it lies in where two are alike."""
    deep = dict.fromkeys(paths, 1)
    while True:
        names = {path: path_text("/".join(path.parts[-deep[path] :])) for path in paths}
        often = Counter(names.values())
        alike = [path for path in paths if often[names[path]] > 1 and deep[path] < len(path.parts)]
        if not alike:
            break
        for path in alike:
            deep[path] += 1
    return tuple(sorted((TrialFolder(name, path) for path, name in names.items()), key=lambda one: one.name))
