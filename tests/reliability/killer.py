"""Run as a process of its own: work on a trial folder in children that are stopped on the way, and look what is left.

python killer.py MODE FOLDER HOW COUNT SEED: MODE is log, import, missed, stop or dose; HOW is "step" (die at the first, second, … operation on a file,
until one child comes through) or "time" (SIGKILL after a random time, COUNT children). Prints one JSON object.
"""

import csv
import io
import json
import os
import random
import signal
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from nof1.commit import locked
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.loading import load_order
from nof1.plan.protocol.protocol import Protocol
from nof1.record import stopping
from nof1.record.amending import add_dose
from nof1.record.diary.entry import row_of
from nof1.record.diary.journal import audited, replayed
from nof1.record.diary.missed import log_missed
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record
from nof1.record.importing.committing import take_import
from nof1.record.importing.importer import plan_import
from nof1.record.importing.ledger import read_ledger
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.rejected import read_rejected
from nof1.record.opening.opened import open_file
from nof1.record.sources import recognize

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "shutil.rmtree"}
NIGHTS = 3  # logged by each child


def log(folder: Path, protocol: Protocol, first: date, acknowledge) -> None:
    """Log some nights; each that was accepted is said through the pipe."""
    for offset in range(NIGHTS):
        night = first + timedelta(days=offset)
        record(folder, protocol, [Change(night, {protocol.outcome.name: "7", "note": f"n{offset}"})], by="log", now=NOW)
        acknowledge(night.isoformat())


def import_(folder: Path, protocol: Protocol, first: date, acknowledge) -> None:
    """Import a table that lies beside the folder."""
    export = recognize(open_file(folder.parent / "table.csv"))
    plan = plan_import(folder, protocol, export, complete_map(export, protocol, {}), latest=protocol.end)
    take_import(folder, protocol, plan, now=NOW)
    acknowledge("imported")


def missed(folder: Path, protocol: Protocol, first: date, acknowledge) -> None:
    """Tell of some missed nights in one entry, which goes into diary and amendments."""
    log_missed(folder, "planned", since=first, until=first + timedelta(days=NIGHTS - 1), now=NOW)
    acknowledge("told")


def stop(folder: Path, protocol: Protocol, first: date, acknowledge) -> None:
    """Stop the trial, without its papers, each of which is written by itself."""
    stopping.renew_papers = lambda _: None
    stopping.stop(folder, reason="x", since=first, now=NOW)
    acknowledge("stopped")


def dose(folder: Path, protocol: Protocol, first: date, acknowledge) -> None:
    """Change the dose, without the papers."""
    add_dose(folder, 100, first, now=NOW)
    acknowledge("changed")


def child(work, folder: Path, protocol: Protocol, first: date, pipe: int, step: int | None) -> None:
    """Never returns."""
    seen = 0

    def die(event: str, _: tuple) -> None:
        nonlocal seen
        if event in STEPS:
            seen += 1
            if seen == step:
                os._exit(9)

    if step is not None:
        sys.addaudithook(die)
    try:
        work(folder, protocol, first, lambda text: os.write(pipe, f"{text}\n".encode()))
        os._exit(0)
    except BaseException as error:
        os.write(2, f"{error!r}\n".encode())
        os._exit(1)


def state(folder: Path, protocol: Protocol) -> dict[str, dict[str, str]]:
    """Every recorded value, after what was stopped has been settled; refuses a torn or contradictory folder."""
    with locked(folder):
        pass
    rows = {str(entry.night): row_of(protocol, entry) for entry in read_diary(folder, protocol)}
    lines = list(audited(folder))
    assert all(sound for _, _, sound in lines), "a line of the journal is damaged"
    told = {key: value for key, value in replayed(line for line, _, _ in lines).items() if key[0]}
    held = {
        (night, name): text for night, row in rows.items() for name, text in row.items() if name != "night" and text
    }
    assert not lines or told == held, "diary and journal tell different values"
    for line in read_ledger(folder):
        assert line.rows == line.taken + line.merged + line.rejected
        assert sum(row.rows for row in read_rejected(folder) if row.sha256 == line.sha256) == line.rejected
        assert any(path.name.startswith(line.sha256) for path in (folder / "imports").iterdir())
    known = {line.sha256 for line in read_ledger(folder)}
    home = folder / "imports"
    stray = [path.name for path in home.iterdir() if path.stem not in known] if home.is_dir() else []
    assert set(stray) <= {"ledger.csv", "maps.json"}, f"copies of a file that was not taken: {stray}"
    leftovers = [path.name for path in folder.iterdir() if path.name.startswith((".nof1-commit", "unfinished"))]
    assert not leftovers, f"left behind: {leftovers}"
    return rows


def main() -> None:
    """See the module's docstring."""
    mode, folder, how, count, seed = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    work = {"log": log, "import": import_, "missed": missed, "stop": stop, "dose": dose}[mode]
    protocol = Protocol.load(folder)
    random.seed(seed)
    original = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    outcomes = {"stopped": 0, "finished": 0, "old": 0, "new": 0}
    pace = 10.0
    first = protocol.start + timedelta(days=20)
    for number in range(1, count + 1):
        _restore(folder, original)
        before = state(folder, protocol)
        reading, writing = os.pipe()
        began = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            child(work, folder, protocol, first, writing, number if how == "step" else None)
        os.close(writing)
        if how == "time" and number > 1:  # the first shows how long it takes
            time.sleep(random.uniform(0, pace))
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        with os.fdopen(reading) as stream:
            accepted = stream.read().split()
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 1:
            raise SystemExit("a child failed by itself")
        finished = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
        if finished:
            pace = min(pace, time.perf_counter() - began)
        outcomes["finished" if finished else "stopped"] += 1
        after = state(folder, protocol)
        assert all(after.get(night) == row for night, row in before.items() if night not in _ours(first)), "lost"
        if mode == "log":
            got = [night for night in _ours(first) if night in after]
            assert got == _ours(first)[: len(got)], "a night is there and one before it is not"
            assert len(accepted) <= len(got) <= len(accepted) + 1, "an accepted night is lost"
            outcomes["new" if len(got) > len(accepted) else "old"] += 1
        elif mode in ("missed", "stop", "dose"):
            amended, lived = load_amendments(folder), load_order(folder, protocol)
            got = [night for night in _ours(first) if night in after]
            assert len(amended) <= 1
            assert not accepted or amended, "an accepted change is lost"
            assert got == (_ours(first) if mode == "missed" and amended else []), "a part of what was told"
            assert bool(lived.left) == (mode == "stop" and bool(amended))
            outcomes["new" if amended else "old"] += 1
        else:
            # All or nothing: the trial is as it was, or as it is after the whole import.
            new = {night for night in after if night not in before}
            wanted = _table_nights(folder)
            assert new in (set(), wanted), "a part of the import"
            assert not accepted or new == wanted, "an accepted import is lost"
            assert bool(new) == bool(read_ledger(folder)), "diary and ledger do not belong together"
            outcomes["new" if new else "old"] += 1
        if how == "step" and finished:
            break
    else:
        assert how == "time", f"still not through after {count} operations"
    print(json.dumps(outcomes))


def _ours(first: date) -> list[str]:
    return [str(first + timedelta(days=offset)) for offset in range(NIGHTS)]


def _table_nights(folder: Path) -> set[str]:
    rows = csv.DictReader(io.StringIO((folder.parent / "table.csv").read_text()))
    return {row["night"] for row in rows if row["severity"].isdecimal() and int(row["severity"]) <= 10}


def _restore(folder: Path, original: dict[Path, bytes]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            path.rmdir()
        elif path.relative_to(folder) not in original:
            path.unlink()
    for name, content in original.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if not (folder / name).exists() or (folder / name).read_bytes() != content:
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
