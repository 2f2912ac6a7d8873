"""The imports folder and rejected.csv held against the ledger."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from nof1.errors import InputError
from nof1.files import read_bytes, sha256_file
from nof1.plan.design.kinds import Adopted
from nof1.plan.protocol.protocol import Protocol
from nof1.record.checking.findings import SHOWN, TEMPORARY, Finding, tried
from nof1.record.checking.values import Journal
from nof1.record.diary.journal import JOURNAL_FILE
from nof1.record.importing.ledger import IMPORTS_FOLDER, LEDGER_FILE, MAPS_FILE, MENDED, Imported, read_ledger, sheet_of
from nof1.record.importing.rejected import REJECTED_FILE, parse_rejected

_COPY = re.compile(r"([0-9a-f]{64})(\.[^.]*)?")


def check_imports(folder: Path, protocol: Protocol | None, journal: Journal) -> Iterator[Finding]:
    """Copies of imported files and the ledger that speaks of them."""
    home = folder / IMPORTS_FOLDER
    copies: dict[str, str] = {}
    for path in sorted(home.iterdir()) if home.is_dir() else ():
        name = f"{IMPORTS_FOLDER}/{path.name}"
        match = _COPY.fullmatch(path.name)
        if match is None:
            if path.name not in (LEDGER_FILE, MAPS_FILE) and not TEMPORARY.fullmatch(path.name):
                yield Finding(
                    "note", "imports", f"{name} is no file of nof1. Take it out if you do not need it there.", name
                )
            continue
        copies[match[1]] = name
        if not path.is_file() or sha256_file(path) != match[1]:
            text = f"{name} is not the file that was imported (its name is the hash of its content): changed by hand. Restore it from a copy."
            yield Finding("problem", "imports", text, name)
    yield from tried("imports", _check_maps(home))
    ledger = read_ledger(folder)
    for number, line in enumerate(ledger, start=1):
        yield from _check_import(number, line, copies)
    taken = {line.sha256 for line in ledger}
    named = {line.by.removeprefix("import ") for line, _, _ in journal.lines if line.by.startswith("import ")}
    for start in sorted(named):
        if not any(sha256.startswith(start) for sha256 in taken):
            text = f"{IMPORTS_FOLDER}/{LEDGER_FILE} has no line for the import {start}, from which {JOURNAL_FILE} has values: removed or changed by hand. Restore it from a copy."
            yield Finding("problem", "imports", text, f"{IMPORTS_FOLDER}/{LEDGER_FILE}")
    stray = [name for sha256, name in copies.items() if sha256 not in taken]
    if (
        protocol is not None
        and isinstance(protocol.design, Adopted)
        and len(stray) == 1
        and ledger
        and ledger[0].map.get("arm") == "schedule"
    ):
        stray = []  # the table of the adopted trial's schedule
    for name in stray:
        text = f"{name} has no line in the ledger: an import was stopped before it was taken. Import the file again, or remove it."
        yield Finding("note", "imports", text, name)
    name = f"{IMPORTS_FOLDER}/{LEDGER_FILE}"
    if ledger and journal.there and ("", name) not in journal.standing():
        text = f"{name} is not in {JOURNAL_FILE} with its hash, so its counts and files were verified and its other cells were not."
        yield Finding("note", "imports", text, name)
    if ledger:
        yield Finding("ok", "imports", f"{len(ledger)} imports are in the ledger, with their files.", IMPORTS_FOLDER)


def _check_maps(home: Path) -> Iterator[Finding]:
    path = home / MAPS_FILE
    if not path.exists():
        return
    try:
        content: Any = json.loads(read_bytes(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        content = None
    if not isinstance(content, dict) or not all(isinstance(saved, dict) for saved in content.values()):
        name = f"{IMPORTS_FOLDER}/{MAPS_FILE}"
        text = f"{name} is damaged: it holds no saved maps. Remove it; the next import asks for the columns again."
        yield Finding("problem", "imports", text, name)


def _check_import(number: int, line: Imported, copies: Mapping[str, str]) -> Iterator[Finding]:
    name = f"{IMPORTS_FOLDER}/{LEDGER_FILE}"
    where = f"{name}, import {number}"
    wrong: list[str] = []
    if min(line.rows, line.taken, line.merged, line.rejected, line.values_rejected) < 0:
        wrong.append("a count is below 0")
    if line.rows != line.taken + line.merged + line.rejected:
        wrong.append(
            f"{line.rows} rows are not {line.taken} taken and {line.merged} merged and {line.rejected} rejected"
        )
    if line.sha256 not in copies:
        wrong.append(f"its file {line.sha256[:12]}… is not in {IMPORTS_FOLDER}")
    try:
        datetime.fromisoformat(line.imported)
    except ValueError:
        wrong.append(f"{line.imported[:SHOWN]!r} is no date and time")
    for text in wrong:
        yield Finding("problem", "imports", f"{where}: {text}. Restore it from a copy.", name)


def check_rejected(folder: Path) -> Iterator[Finding]:
    """Whether rejected.csv can be what the ledger says was rejected."""
    path = folder / REJECTED_FILE
    counts: dict[tuple[str, str], int] = {}
    partly = 0
    for number, row in enumerate(parse_rejected(path) if path.exists() else (), start=1):
        key = (row.sha256, row.sheet)
        counts[key] = counts.get(key, 0) + row.rows
        partly += row.rows == 0
        if not _counts(row.lines.rpartition("!")[2], row.rows):
            text = f"{REJECTED_FILE}, row {number}: lines {row.lines[:SHOWN]!r} cannot be {row.rows} rows. Restore it from a copy."
            yield Finding("problem", "rejected", text, REJECTED_FILE)
    allowed: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], int] = {}  # of the last import of each file, forgotten once rows were mended
    for line in read_ledger(folder):
        key = (line.sha256, sheet_of(line))
        allowed[key] = max(allowed.get(key, 0), line.rejected)
        last[key] = line.rejected
        if line.source == MENDED:
            last.clear()
    for key, count in last.items():
        if counts.get(key, 0) < count:
            text = f"{REJECTED_FILE} holds {counts.get(key, 0)} of the {count} rows of the file {key[0][:12]}… that were rejected: others were taken out by hand. The kept copy in {IMPORTS_FOLDER} has them."
            yield Finding("note", "rejected", text, REJECTED_FILE)
    for key, count in counts.items():
        if count > allowed.get(key, 0):
            text = f"{REJECTED_FILE} holds {count} rows of the file {key[0][:12]}…, of which the ledger says that {allowed.get(key, 0)} were rejected. Restore it from a copy."
            yield Finding("problem", "rejected", text, REJECTED_FILE)
    if counts:
        without = f", {partly} were taken without some of their values" if partly else ""
        text = f"{sum(counts.values())} rows of imported files were not taken{without}; {REJECTED_FILE} says why."
        yield Finding("ok", "rejected", text, REJECTED_FILE)


def _counts(lines: str, rows: int) -> bool:
    """Whether so many rows can be on these lines, such as "17", "2-513" or "3, 5-6"; none where values of taken rows are told."""
    parts = [re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part, re.ASCII) for part in lines.split(", ")]
    spans = [int(part[2] or part[1]) - int(part[1]) + 1 for part in parts if part]
    return len(spans) == len(parts) and min(spans) > 0 and 0 <= rows <= sum(spans)
