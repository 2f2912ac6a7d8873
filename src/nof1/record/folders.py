"""Which trials there are: folders of trials, folders of such folders, and what each one's answer depends on.

Finds and hashes; reads no night and computes nothing.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
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
    paths: dict[Path, int] = {}
    for folder in folders:
        for path in _trials_of(folder):
            paths.setdefault(path.resolve(), _parts_told(path, folder))
    if not paths:
        raise InputError(
            "There is no trial in these folders. Give trial folders, or a folder that holds them, such as the one that 'nof1 plan' made."
        )
    return _named(paths)


def without_paths(text: str, folder: Path) -> str:
    """A message about a person's folder without where that lies: the files in it by their names, the folder by its own.

    Where a folder lies can tell who somebody is, and pages are shown to others.

    Examples
    --------
    >>> without_paths("/home/ann/trials/P3/diary.csv, line 3: no date (see /home/ann/trials).", Path("/home/ann/trials/P3"))
    'diary.csv, line 3: no date (see trials).'
    """
    where = {one for path in {folder, folder.resolve()} for one in (path, *path.parents)}
    for path in sorted(where, key=lambda path: -len(str(path))):
        for told in {str(path), path_text(path)}:
            if path == Path(path.anchor) or path == Path():
                continue
            # In it, then itself; a name that only begins alike is another one's.
            text = re.sub(rf"(?<![\w./\\-]){re.escape(told)}[/\\]", "", text)
            name = path_text(path.name).replace("\\", r"\\")
            text = re.sub(rf"(?<![\w./\\-]){re.escape(told)}(?![\w-])", name, text)
    return text


def _trials_of(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}. Check its name.")
    try:
        if (folder / PROTOCOL_FILE).exists():
            return [folder]
        found = [path for path in sorted(folder.iterdir()) if path.is_dir() and not _is_other(path)]
        # A folder of a site or a group holds trials itself; any other one is a trial, if a damaged one.
        return [trial for path in found for trial in (_within(path) or [path])]
    except OSError as error:
        raise InputError(f"{folder} cannot be read ({error.strerror}). Check its permissions.") from None


def _within(path: Path) -> list[Path]:
    """The trials in a folder that is none itself."""
    try:
        if any((path / name).exists() for name in (PROTOCOL_FILE, ORDER_FILE, DIARY_FILE)):
            return []
        inner = [one for one in sorted(path.iterdir()) if one.is_dir() and not _is_other(one)]
        return inner if any((one / PROTOCOL_FILE).exists() for one in inner) else []
    except OSError:  # told when it is read
        return []


def _is_other(path: Path) -> bool:
    """Whether this is plainly nobody's trial."""
    try:
        return path.name.startswith(".") or (path / COHORT_FILE).exists()
    except OSError:  # what cannot be looked into is told later
        return False


def _parts_told(path: Path, given: Path) -> int:
    """How many parts of where a trial lies its name may hold: from the folder that was given on, and nothing above it."""
    return len(path.resolve().parts) - len(given.resolve().parts) + (1 if given.resolve().name else 0)


def _named(paths: Mapping[Path, int]) -> tuple[TrialFolder, ...]:
    """Names that differ: the folder's own, with those it lies in where two are alike, as far as `paths` allows; then a number."""
    deep = dict.fromkeys(paths, 1)
    while True:
        names = {path: path_text("/".join(path.parts[-deep[path] :])) for path in paths}
        often = Counter(names.values())
        alike = [path for path in paths if often[names[path]] > 1 and deep[path] < paths[path]]
        if not alike:
            break
        for path in alike:
            deep[path] += 1
    taken = set(names.values())
    seen: set[str] = set()
    for path, name in names.items():
        number = 2
        if name in seen:
            while (numbered := f"{name} ({number})") in taken | seen:
                number += 1
            names[path] = numbered
        seen.add(names[path])
    return tuple(sorted((TrialFolder(name, path) for path, name in names.items()), key=lambda one: one.name))
