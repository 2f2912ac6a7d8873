"""Protocol, order, amendments and results held against each other and against the hashes on record.

Knows no value of a night. Nothing said here tells an arm of a sealed trial.
"""

import json
import os
import re
import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nof1.commit import LOCK_NAME, unsettled
from nof1.errors import InputError, Nof1Error
from nof1.files import read_bytes, sha256_bytes, sha256_file
from nof1.plan.design.kinds import Adopted
from nof1.plan.design.order import ORDER_FILE, Order
from nof1.plan.orders.amendments import AMENDMENTS_FILE, amendments_csv, load_amendments
from nof1.plan.orders.loading import UNSEALING_FILE, load_order, load_schedule, load_unsealing
from nof1.plan.orders.seal import SEAL_FILE, SEALED_ORDER_FILE, load_seal, load_sealed_order
from nof1.plan.protocol.protocol import PROTOCOL_FILE, Protocol
from nof1.record.checking.findings import TEMPORARY, Finding, must, resaved
from nof1.record.checking.values import Journal, Rows
from nof1.record.diary.journal import JOURNAL_FILE, beginning, journal_bytes
from nof1.record.diary.on_record import lost_opening, opening_on_record
from nof1.record.diary.table import DIARY_FILE
from nof1.record.importing.ledger import IMPORTS_FOLDER
from nof1.record.looks import LOOKS_FILE, load_looks, looks_csv
from nof1.record.result_files import OWN_HASH, POSTERIOR_FILE, RESULTS_FILE, RESULTS_FOLDER, results_sha256


def check_protocol(protocol: Protocol, journal: Journal) -> Iterator[Finding]:
    """Whether the protocol is the one of the day of planning."""
    planned = journal.standing().get(("", PROTOCOL_FILE))
    if planned is not None and planned != protocol.sha256():
        text = f"{PROTOCOL_FILE} is not the one of the day of planning (its hash was {planned[:12]}…, now {protocol.sha256()[:12]}…): changed by hand. Restore it from a copy."
        yield Finding("problem", "protocol", text, PROTOCOL_FILE)
    elif journal.planned and planned is None:
        yield Finding(
            "problem", "protocol", f"{JOURNAL_FILE} does not hold the hash of {PROTOCOL_FILE}.", JOURNAL_FILE, 2
        )
    else:
        yield Finding("ok", "protocol", "The protocol is in order.", PROTOCOL_FILE)


def check_files(folder: Path, protocol: Protocol | None, journal: Journal) -> Iterator[Finding]:
    """Files that the journal knows by their hash, and files that nof1 would have put on record."""
    if not journal.sound:
        return
    concealed = protocol is not None and protocol.concealed != "open"
    known = {line.column: line.new for line, _, _ in journal.lines if not line.night and line.column != PROTOCOL_FILE}
    for name, expected in known.items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            continue  # no file of ours; the line's checksum says so
        path = folder / name
        if not path.is_file():
            if expected:
                text = f"{name} is gone: removed by hand. Restore it from a copy."
                yield Finding("problem", "files", text, name)
        elif sha256_file(path) != expected:
            yield _rewritten(folder, name, expected)
        else:
            yield Finding("ok", "files", f"{name} is as nof1 wrote it.", name)
    if journal.planned:
        sealed = (ORDER_FILE,) if concealed else (SEAL_FILE,) if protocol is not None else ()
        for name in (AMENDMENTS_FILE, LOOKS_FILE, UNSEALING_FILE, SEALED_ORDER_FILE, *sealed):
            if name not in known and (folder / name).exists():
                text = f"{name} was not written by nof1: put there by hand. Take it out of the folder"
                text += ", unopened, and give it back to your helper." if name == SEALED_ORDER_FILE else "."
                yield Finding("problem", "files", text, name)


def _rewritten(folder: Path, name: str, expected: str) -> Finding:
    """A file that is not byte for byte as nof1 wrote it; layout alone does no harm."""
    canonical: dict[str, Callable[[], str]] = {
        AMENDMENTS_FILE: lambda: amendments_csv(load_amendments(folder)),
        LOOKS_FILE: lambda: looks_csv(load_looks(folder)),
        ORDER_FILE: lambda: Order.from_csv(read_bytes(folder / ORDER_FILE), where=ORDER_FILE).to_csv(),
        UNSEALING_FILE: lambda: must(load_unsealing(folder)).to_json(),
        SEALED_ORDER_FILE: lambda: load_sealed_order(folder).to_json(),
    }
    try:
        if name in canonical and sha256_bytes(canonical[name]().encode()) == expected:
            return resaved(name)
    except Nof1Error:
        pass  # its own check says what is damaged
    text = f"{name} is not as nof1 wrote it: changed by hand. Restore it from a copy."
    return Finding("problem", "files", text, name)


def check_amendments(folder: Path) -> Iterator[Finding]:
    """Whether the amendments can be read."""
    amendments = load_amendments(folder)
    if amendments:
        yield Finding("ok", "amendments", f"{len(amendments)} amendments are in order.", AMENDMENTS_FILE)


def check_looks(folder: Path, protocol: Protocol | None) -> Iterator[Finding]:
    """Whether the looks before the last night can be read and are of this plan."""
    looks = load_looks(folder)
    for line, look in enumerate(looks, start=2):
        if protocol is not None and look.nights_planned != protocol.nights:
            text = f"{LOOKS_FILE}, line {line}: {look.nights_planned} nights were planned there, {protocol.nights} in {PROTOCOL_FILE}: changed by hand. Restore it from a copy."
            yield Finding("problem", "looks", text, LOOKS_FILE, line)
    if looks:
        count = "1 look" if len(looks) == 1 else f"{len(looks)} looks"
        yield Finding("ok", "looks", f"{count} before the last night can be read.", LOOKS_FILE)


def check_order(folder: Path, protocol: Protocol, journal: Journal) -> Iterator[Finding]:
    """Whether the order is the one that was drawn and amended; of a sealed one whether it is sealed soundly."""
    path = folder / ORDER_FILE
    if protocol.concealed != "open":
        if protocol.concealed == "helper" and not re.fullmatch(r"[0-9a-f]{64}", load_seal(folder).commitment):
            text = f"{SEAL_FILE} holds no commitment of 64 hexadecimal digits: changed by hand. Restore it from a copy."
            yield Finding("problem", "order", text, SEAL_FILE)
        if protocol.concealed == "helper" and not (start := beginning(journal_bytes(folder))):
            text = f"{SEAL_FILE} cannot be held against the day of planning: {JOURNAL_FILE} does not begin with it."
            yield Finding("note", "order", text, SEAL_FILE)
        elif protocol.concealed == "helper" and not load_seal(folder).fits(start):
            text = f"{SEAL_FILE} is not the one that was written when this trial was planned: put there or changed by hand. Restore it from a copy."
            yield Finding("problem", "order", text, SEAL_FILE)
        line = opening_on_record(folder)
        if line is not None and load_unsealing(folder) is None:
            yield Finding("problem", "order", lost_opening(folder, line), UNSEALING_FILE)
            return
        opened = load_unsealing(folder) is not None
        if not opened:
            for name in (ORDER_FILE, SEALED_ORDER_FILE):
                if (folder / name).exists():
                    text = f"{name} lies in the folder, but the order was never opened with 'nof1 unseal'. Take it out without reading it."
                    yield Finding("problem", "order", text, name)
        if not path.is_file():
            load_schedule(folder, protocol)
            if opened:
                text = "The order was being opened and that was stopped. Run 'nof1 unseal' again."
                yield Finding("note", "order", text, ORDER_FILE)
            else:
                yield Finding("ok", "order", "The order is sealed.")
        if not opened or not path.is_file():
            return
    expected = load_order(folder, protocol)
    content = read_bytes(path)
    if Order.from_csv(content, where=str(path)) != expected.whole.at_first_doses():
        text = f"{ORDER_FILE} does not have the last pause of {AMENDMENTS_FILE} yet; nof1 counts the nights with it."
        yield Finding("note", "order", text, ORDER_FILE)
    elif content != expected.to_csv().encode():
        yield resaved(ORDER_FILE)
    if isinstance(protocol.design, Adopted) and ("", ORDER_FILE) not in journal.standing():
        text = f"{ORDER_FILE} was taken over from a table and nof1 did not draw it, so a change of it cannot be found."
        yield Finding("note", "order", text, ORDER_FILE)
    else:
        yield Finding("ok", "order", "The order is the one that was drawn and amended.", ORDER_FILE)


def check_lock(folder: Path, diary: Rows) -> Iterator[Finding]:
    """Whether the diary is the one that was locked before the order was opened."""
    unsealing = load_unsealing(folder)
    if unsealing is None or unsettled(folder):
        return
    if diary.canonical is None or sha256_bytes(diary.canonical.encode()) != unsealing.diary_sha256:
        text = f"{DIARY_FILE} is not the one that was locked on {unsealing.opened:%Y-%m-%d}, before the order was opened: changed by hand. Restore it from a copy."
        yield Finding("problem", "unsealing", text, DIARY_FILE)
    else:
        yield Finding("ok", "unsealing", "The diary is as it was locked before the order was opened.", UNSEALING_FILE)


def check_results(folder: Path, protocol: Protocol, diary: Rows) -> Iterator[Finding]:
    """Whether the results are of this protocol, this diary and this posterior."""
    home, results, posterior = RESULTS_FOLDER, RESULTS_FILE, POSTERIOR_FILE
    path, draws = folder / home / results, folder / home / posterior
    name = f"{home}/{results}"
    again = f"Run 'nof1 analyze {shlex.quote(str(folder))}' again."
    if not path.is_file():
        if draws.exists():
            yield Finding("problem", "results", f"{name} is gone, {posterior} is there. {again}", name)
        return
    try:
        record: Any = json.loads(read_bytes(path))
        hashes = [str(record[f"{of}_sha256"]) for of in ("protocol", "diary", "posterior")]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        yield Finding("problem", "results", f"{name} is damaged. {again}", name)
        return
    if record.get(OWN_HASH) != results_sha256(record):
        text = f"{name} is not as nof1 wrote it: changed by hand. Restore it from a copy, or: {again}"
        yield Finding("problem", "results", text, name)
    if hashes[0] != protocol.sha256():
        text = f"{name} is of another protocol than {PROTOCOL_FILE}: one of them was changed by hand. Restore {PROTOCOL_FILE} from a copy, or: {again}"
        yield Finding("problem", "results", text, name)
    if diary.canonical is not None and hashes[1] != sha256_bytes(diary.canonical.encode()):
        yield Finding("note", "results", f"The results are of an earlier diary; {again[0].lower()}{again[1:]}", name)
    if not draws.is_file() or sha256_file(draws) != hashes[2]:
        text = f"{home}/{posterior} is missing or not the one that {results} was made from: changed by hand. {again}"
        yield Finding("problem", "results", text, f"{home}/{posterior}")
    else:
        yield Finding("ok", "results", "Results and posterior belong together.", name)


def check_leftovers(folder: Path) -> Iterator[Finding]:
    """Copies and remains that stopped or synced programs left behind."""
    from nof1.record.checking.copies import conflict_copies

    for path in conflict_copies(folder):
        name = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
        text = f"{name} looks like a copy that a synced drive made because two devices had changed the file. Compare them, then remove the copy."
        yield Finding("note", "leftovers", text, name)
    for path in sorted([*folder.glob("unfinished-*"), *folder.glob("*/unfinished-*")]):
        name = str(path.relative_to(folder))
        text = f"{name} is what nof1 was about to write when {path.name.removeprefix('unfinished-')} was changed by hand. Compare them, then remove it."
        yield Finding("note", "leftovers", text, name)
    for home in (folder, folder / IMPORTS_FOLDER, folder / RESULTS_FOLDER):
        for path in sorted(home.iterdir()) if home.is_dir() else ():
            if TEMPORARY.fullmatch(path.name):
                name = str(path.relative_to(folder))
                text = f"{name} is left of something that was stopped while it was written. Remove it if no other nof1 is at work."
                yield Finding("note", "leftovers", text, name)


def check_permissions(folder: Path) -> Iterator[Finding]:
    """Whether others on this machine may read the trial."""
    if os.name != "posix" or not stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return  # nobody else comes in
    open_to_others = sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != LOCK_NAME and path.stat().st_mode & 0o077
    )
    if open_to_others:
        which = ", ".join(open_to_others[:3]) + (" and more" if len(open_to_others) > 3 else "")
        text = f"Others on this machine may read {which}. Close the folder to them: chmod -R go= {shlex.quote(str(folder))}"
        yield Finding("note", "permissions", text)
