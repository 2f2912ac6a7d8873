"""Whether all of a trial folder is as nof1 left it; each change by hand is named, and one made on purpose can be put on record.

Each part is tried by itself, so that one damaged file hides nothing of the others. Nothing said here tells an arm of a sealed
trial. Who changes a file and recomputes every hash and checksum that speaks of it is not found.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from nof1.cells import cleaned
from nof1.clock import local_now
from nof1.commit import STAGE, commit, locked, unsettled
from nof1.errors import InputError, Nof1Error
from nof1.files import is_file
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.record.checking.files import (
    check_amendments,
    check_files,
    check_leftovers,
    check_lock,
    check_looks,
    check_order,
    check_permissions,
    check_protocol,
    check_results,
)
from nof1.record.checking.findings import Finding, tried
from nof1.record.checking.imports import check_imports, check_rejected
from nof1.record.checking.marks import check_mark, read_mark
from nof1.record.checking.signs import check_signs
from nof1.record.checking.values import (
    Journal,
    Rows,
    broken,
    check_journal,
    check_values,
    differences_of,
    expected_in,
    read_values,
    read_whole_journal,
)
from nof1.record.diary.journal import BY_HAND, JOURNAL_FILE, Line, extended, journal_bytes, read_head, stamp, written
from nof1.record.diary.table import DIARY_FILE, refuse_if_locked
from nof1.record.diary.writing import MAX_REASON
from nof1.record.importing.ledger import read_ledger


def check(folder: str | Path, *, results: bool = True, mark: str | None = None) -> tuple[Finding, ...]:
    """Hold every file of a trial against what nof1 wrote.

    Parameters
    ----------
    results : bool
        Whether results.json and the posterior are looked at, too.
    mark : str, optional
        A mark of the journal that was noted elsewhere on the way, such as on the helper's sheet; it is looked for.

    Returns
    -------
    tuple of Finding
        Problems, notes, and what is as it was left.

    Raises
    ------
    InputError
        If the folder is no trial folder, or the mark is none.
    Nof1Error
        If another process writes to it for too long.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.check(folder)[-1].text
    'All is as it was left: 0 nights, 0 values, 0 imports verified.'
    """
    folder = Path(folder)
    if not any(is_file(folder / name) for name in (PROTOCOL_FILE, DIARY_FILE, JOURNAL_FILE)):
        raise InputError(
            f"{folder} is no trial folder: it holds no {PROTOCOL_FILE}. Give the folder that 'nof1 plan' or 'nof1 adopt' made."
        )
    noted = None if mark is None else read_mark(mark)
    found: list[Finding] = []
    with ExitStack() as stack:
        found += _locked(folder, stack)
        journal = read_whole_journal(folder)
        protocol, problem = _protocol_of(folder)
        found += problem
        settled = not unsettled(folder)
        diary, measures, events = read_values(folder, protocol)
        parts: list[tuple[str, Iterable[Finding]]] = [
            ("journal", check_journal(journal)),
            ("mark", check_mark(folder, noted)),
            ("files", check_files(folder, protocol, journal)),
            ("amendments", check_amendments(folder)),
            ("looks", check_looks(folder, protocol)),
            (
                "diary",
                check_values(diary, measures, events, journal, known=protocol is not None) if settled else (),
            ),
            ("signs", check_signs(diary) if settled else ()),
            ("imports", check_imports(folder, protocol, journal)),
            ("rejected", check_rejected(folder)),
            ("leftovers", check_leftovers(folder)),
            ("permissions", check_permissions(folder)),
        ]
        if protocol is not None:
            parts += [
                ("protocol", check_protocol(protocol, journal)),
                ("order", check_order(folder, protocol, journal)),
                ("unsealing", check_lock(folder, diary)),
            ]
        if protocol is not None and results:
            parts.append(("results", check_results(folder, protocol, diary)))
        for what, part in parts:
            found += tried(what, part)
    found = list(dict.fromkeys(_plain(finding) for finding in found))
    if not any(finding.level == "problem" for finding in found):
        found.append(_summary(folder, protocol, (diary, measures, events), journal))
    return tuple(sorted(found, key=lambda finding: ("problem", "note", "ok").index(finding.level)))


def accept(folder: str | Path, reason: str, *, now: datetime | None = None) -> tuple[Line, ...]:
    """Put on record what was changed by hand in diary.csv, measures.csv and events.csv; the values stay as they are.

    Rows that do not fit are left out: they must be mended first.

    Parameters
    ----------
    reason : str
        Why it was changed.
    now : datetime, optional
        Aware; goes on record. The clock's if not given.

    Returns
    -------
    tuple of Line
        The journal's new lines; none if there was nothing to accept.

    Raises
    ------
    InputError
        If the diary is locked, the reason is empty or too long, or there is nothing to hold the values against.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.accept(folder, "I mended a typo.")
    ()
    """
    folder, now = Path(folder), now or local_now()
    reason = " ".join(cleaned(reason).split())
    if not 0 < len(reason) <= MAX_REASON:
        raise InputError(f"Say in 1 to {MAX_REASON} characters why it was changed, such as 'I mended a typo'.")
    protocol = Protocol.load(folder)
    with locked(folder):
        refuse_if_locked(folder)
        journal = read_whole_journal(folder)
        if not journal.sound:
            raise InputError(
                journal.damage
                or f"{folder} has no {JOURNAL_FILE} yet, so there is nothing to hold its values against. It begins with the next night you record."
            )
        files = diary, *_ = read_values(folder, protocol)
        if not all(rows.whole for rows in files):
            first = next(finding for rows in files for finding in rows.findings)
            raise InputError(f"{first.text} Nothing was put on record.")
        changed = [
            one
            for rows in files
            for one in differences_of(rows, expected_in(rows, journal, diary))
            if one.night not in rows.bad
        ]
        lines = [Line(stamp(now), BY_HAND, one.night, one.column, one.journal, one.present, reason) for one in changed]
        mended = {(one.night, one.column) for one in changed}
        standing = journal.standing()
        for key in dict.fromkeys(key for key, _ in broken(journal)):
            if key not in mended and key[0]:  # the value is as the journal says, only how it came to be is not
                value = standing.get(key, "")
                lines.append(Line(stamp(now), BY_HAND, *key, value, value, reason))
        if lines:
            commit(folder, written(extended(journal_bytes(folder), lines, last=read_head(folder))))
    return tuple(lines)


def _plain(finding: Finding) -> Finding:
    return Finding(finding.level, finding.what, " ".join(cleaned(finding.text).split()), finding.file, finding.line)


def _summary(folder: Path, protocol: Protocol | None, files: tuple[Rows, ...], journal: Journal) -> Finding:
    nights = f"{len(files[0].places)} {'nights' if protocol is None else protocol.nights_are}"
    values = sum(len(rows.values) for rows in files)
    imports = len(read_ledger(folder))
    if not journal.planned or unsettled(folder):
        text = f"No damage was found: {nights}, {values} values, {imports} imports read."
    else:
        text = f"All is as it was left: {nights}, {values} values, {imports} imports verified."
    return Finding("ok", "all", text)


def _locked(folder: Path, stack: ExitStack) -> Iterator[Finding]:
    """Take the folder's lock, which finishes what was stopped; a folder that cannot be written to is read as it is."""
    begun, laid_aside = unsettled(folder), (folder / STAGE).is_dir()
    if os.access(folder, os.W_OK):
        try:
            stack.enter_context(locked(folder))
        except InputError as problem:
            yield Finding("problem", "leftovers", str(problem))
            return
        except Nof1Error as problem:
            if not isinstance(problem.__cause__, OSError):
                raise  # another nof1 is at work
        else:
            if begun:
                yield Finding(
                    "note", "leftovers", "A recording had been stopped; it counts and was finished now.", STAGE
                )
            elif laid_aside:
                text = "A recording had been stopped before it counted; its remains were cleared away."
                yield Finding("note", "leftovers", text, STAGE)
            return
    if begun:
        text = "A recording was stopped and waits to be finished, so the values were not compared. Check again where the folder can be written to."
        yield Finding("note", "leftovers", text, STAGE)
    elif laid_aside:
        text = (
            f"The folder {STAGE} is left of a recording that was stopped before it counted. Nothing of it is missing."
        )
        yield Finding("note", "leftovers", text, STAGE)


def _protocol_of(folder: Path) -> tuple[Protocol | None, list[Finding]]:
    try:
        return Protocol.load(folder), []
    except Nof1Error as problem:
        text = (
            str(problem) if (folder / PROTOCOL_FILE).is_file() else f"{PROTOCOL_FILE} is gone. Restore it from a copy."
        )
        return None, [Finding("problem", "protocol", text, PROTOCOL_FILE)]
