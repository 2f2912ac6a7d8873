"""A thousand kills of what nof1 does to a folder. Prints a table and keeps it in benchmarks/kills.md.

Each child of a warm process dies of SIGKILL, and the next call, as a person would make it, looks what is left. A part of the kills is
of faults planted on purpose, so that one can see what a failure looks like, and that it would be seen. Leaves with status 1 if
there was a failure, or if a planted fault was not found.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
KILLER = HERE.parent / "tests" / "reliability" / "killer.py"
SEED = 1
SHOWN = 3
# How many children by operation on a file, and how many by time; more of what people do every day.
MODES = {
    "log": ("three nights logged", 140, 120),
    "import": ("a table imported", 100, 80),
    "plan": ("a trial's folder made, and its helper's", 80, 40),
    "plan here": ("the same into empty folders", 60, 30),
    "pause": ("a pause", 40, 20),
    "dose": ("another dose", 40, 20),
    "new packs": ("another dose of a sealed trial", 40, 20),
    "medicine": ("another medicine", 30, 10),
    "note": ("a note", 30, 10),
    "missed": ("missed nights told", 40, 20),
    "stop": ("the end of a trial", 40, 20),
    "one period opened": ("one sealed period opened", 30, 10),
    "unseal": ("a sealed order opened", 50, 20),
    "results": ("a result saved over another", 30, 20),
    "serve": ("nights sent by a phone", 40, 40),
}
PLANTED = {
    "early": ("nights are acknowledged before they are written", 20),
    "in place": ("diary and journal are written one after the other", 40),
    "unsettled": ("the next call leaves what a killed one had begun", 60),
}


def killed(mode: str, how: str, count: int, seed: int) -> dict:
    """What the killer found, in a process of its own."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as home:
        done = subprocess.run(
            [sys.executable, "-W", "error", str(KILLER), mode, how, str(count), str(seed), home],
            capture_output=True,
            text=True,
            check=False,
            # Threads of the libraries would not be there in a child.
            env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        )
    if done.returncode:
        sys.exit(f"{mode}: the killer failed by itself.\n{done.stderr}")
    return json.loads(done.stdout)


def main() -> int:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--mode", action="append", choices=MODES, help="only this one; repeat for more")
    arguments = parser.parse_args()
    began = time.perf_counter()
    found, planted = {}, {}
    for mode in arguments.mode or MODES:
        _, steps, times = MODES[mode]
        found[mode] = [killed(mode, how, count, arguments.seed) for how, count in (("step", steps), ("time", times))]
        print(mode, *found[mode], file=sys.stderr, flush=True)
    for mode, (_, steps) in PLANTED.items():
        planted[mode] = killed(mode, "step", steps, arguments.seed)
    text = report(found, planted, arguments.seed)
    print(text)
    print(f"{time.perf_counter() - began:.0f} seconds", file=sys.stderr)
    if arguments.seed == SEED and not arguments.mode:
        (HERE / "kills.md").write_text(text, encoding="utf-8")
    failed = any(half["failures"] for halves in found.values() for half in halves)
    return 1 if failed or not all(one["failures"] for one in planted.values()) else 0


def report(found: dict[str, list[dict]], planted: dict[str, dict], seed: int) -> str:
    """The page."""
    rows, failures, kills = [], [], 0
    for mode, halves in found.items():
        by_step, by_time = halves
        both = {name: by_step[name] + by_time[name] for name in by_step}
        kills += both["killed"]
        failures += [f"{mode}, {problem}" for problem in both["failures"]]
        numbers = [
            by_step["killed"],
            by_time["killed"],
            both["finished"],
            both["old"],
            both["new"],
            len(both["failures"]),
        ]
        rows.append(f"| {mode}: {MODES[mode][0]} | {' | '.join(map(str, numbers))} |")
    known = []
    for mode, tally in planted.items():
        example = tally["failures"][0] if tally["failures"] else "not found"
        known.append(f"| {PLANTED[mode][0]} | {tally['killed']} | {len(tally['failures'])} | {example} |")
    return "\n".join(
        [
            "# Killed on the way",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/kills.py`. The killer is `tests/reliability/killer.py`.",
            "",
            f"{kills:,} kills, seed {seed}. Each is a SIGKILL of a process that works on a trial folder: at the first, second, … operation on a file "
            "(opened, renamed, removed, made), or after a time that chance chooses within what the work takes. Where there are more operations than "
            "kills, these are spread evenly over them. `serve` is the real command, and a phone sends it ten nights in six requests; it is started "
            "again, and the phone sends what nobody told it has arrived.",
            "",
            "After each the next call looks, as a person would make it: a value that was recorded before is there; diary and journal tell the same and every line of the "
            "journal is sound; ledger, copies and rejected rows belong together; what was told together is there together; what was acknowledged is there; "
            "no other file or folder is there than after the same work undisturbed, but for the empty lock, which stays on purpose. *Old* and *new* say "
            "whether what was killed counts in the end. A few children come through before their time is over. A process is killed here, not the machine: "
            "what a drive does when the power fails is not tried. The packing sheet of another dose is a stand-in here, and papers that are "
            "written anew after a change are not among this, each of which is whole by itself.",
            "",
            "| what | killed at an operation | killed at a time | came through | old | new | failures |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"failures={len(failures)}, kills={kills}, seed={seed}.",
            *[f"\n- {problem}" for problem in failures[:SHOWN]],
            "",
            "## What a failure would look like",
            "",
            "The same, with faults planted on purpose in the work of `log`:",
            "",
            "| planted | kills | failures | the first of them |",
            "|---|---|---|---|",
            *known,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
