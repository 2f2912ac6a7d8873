"""What many people take: simulated ones of 84 nights, from their folders to the PDF. Prints a table, keeps it in benchmarks/bench_cohort.md.

Promised: 10,000 people in at most 5 minutes on 2 cores, under 2 GB, with the same time for each person at any number. Numbers on
the command line are how many people to try instead of 100, 1,000 and 10,000.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path

import joblib
import numpy as np
from bench_analysis import empty_loop

from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
COMMAND = [sys.executable, "-c", "from nof1.cli import main; main()", "cohort"]
COUNTS = (100, 1_000, 10_000)
MEAN, SPREAD = -1.2, 0.9
WORKERS = 2


def write_person(folder: Path, number: int) -> None:
    """One trial of 12 periods of 7 nights; the effect is the person's own."""
    rng = np.random.default_rng([7, number])
    plan = {
        "title": "Simulated person",
        "simulated": True,
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": date(2026, 1, 5), "blocks": 6, "period_nights": 7, "seed": number},
    }
    protocol = Protocol.build(merge(load_template("magnesium-rls"), plan))
    truth = Truth(level=6.0, effects={"magnesium": rng.normal(MEAN, SPREAD)}, missing=0.05, skipped=0.02)
    simulate(protocol, draw_order(protocol), truth, seed=number).write(folder / f"p{number:05}")


def held(process: int) -> float:
    """Megabytes that a process and all it started hold at the moment, shared pages counted once."""
    total = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.name == str(process) or _started_by(path, process):
                rollup = (path / "smaps_rollup").read_text()
                total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1024


def _started_by(path: Path, ancestor: int) -> bool:
    while path.name not in ("0", "1"):
        parent = (path / "stat").read_text().rsplit(")", 1)[1].split()[1]
        if parent == str(ancestor):
            return True
        path = path.parent / parent
    return False


def run(folder: Path, out: Path) -> tuple[float, float, dict]:
    """Seconds, the most megabytes held, and what was found."""
    clock = time.perf_counter()
    process = subprocess.Popen(
        [*COMMAND, str(folder), "--out", str(out), "--workers", str(WORKERS), "--json"], stdout=subprocess.DEVNULL
    )
    most, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            most.append(held(process.pid))

    if sys.platform == "linux":
        threading.Thread(target=watch, daemon=True).start()
    status = process.wait()
    seconds = time.perf_counter() - clock
    done.set()
    if status not in (0, 1):  # 1: some could not be analysed, and are in the table
        raise SystemExit(f"The command ended with status {status}.")
    peak = max(most) or resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return seconds, peak, json.loads((out / "cohort.json").read_text())


def row(count: int, scratch: Path) -> str:
    """A line of the table."""
    folder = scratch / f"people-{count}"
    folder.mkdir()
    joblib.Parallel(n_jobs=WORKERS)(joblib.delayed(write_person)(folder, number) for number in range(count))
    seconds, peak, found = run(folder, scratch / f"out-{count}")
    again, _, second = run(folder, scratch / f"out-{count}")
    refused = len(found["problems"])
    assert (second["computed"], second["taken_over"]) == (0, count - refused)
    mean, spread = (
        f"{found[name]['mean']:.2f} ({found[name]['interval'][0]:.2f} to {found[name]['interval'][1]:.2f})"
        for name in ("mean", "spread")
    )
    return f"| {count:,} | {seconds:.1f} s | {1000 * seconds / count:.0f} ms | {peak:.0f} MB | {again:.1f} s | {mean} | {spread} | {refused} |\n"


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]] or COUNTS
    text = (
        "| people | time | each | most memory | again | mean | spread | refused |\n|---|---|---|---|---|---|---|---|\n"
    )
    with tempfile.TemporaryDirectory() as scratch:
        for count in counts:
            text += row(count, Path(scratch))
            print(text.splitlines()[-1], flush=True)
    about = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; an empty loop of 20 million turns took "
        f"{empty_loop():.1f} s"
    )
    (HERE / "bench_cohort.md").write_text(
        f"# What many people take, as `make bench` printed it last\n\n{about}. Simulated people of 84 nights, from their folders to tables and "
        f"PDF with {WORKERS} processes; “again” is the same command once more, when all answers are there; “refused” are those whose nights the engine does not trust itself with. The true mean is {MEAN}, the true spread "
        f"{SPREAD} points; it is told a little too small, since these nights are steadier than the priors expect (see cohort.md). Promised: 10,000 people in 5 minutes and 2,000 MB, and the same time for each person at any number.\n\n{text}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
