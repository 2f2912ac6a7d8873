"""What the tests cost: `make test` and `make test-slow` in turn, with the slowest of each. Kept in benchmarks/tests.md.

Processor minutes count every process that a test starts; they say more than the clock where other work goes on beside.
"""

import os
import platform
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
SUITES = {"make test": "not slow", "make test-slow": "slow"}
SHOWN = 25


def processor() -> float:
    """Seconds of all ended children, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pace() -> float:
    """Seconds of ten million additions in a plain loop: how fast the machine is at the moment."""
    clock, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - clock


def run(marks: str) -> tuple[str, float, float]:
    """What pytest printed, and its minutes by the clock and on the processors."""
    clock, before = time.perf_counter(), processor()
    words = [sys.executable, "-m", "pytest", "-m", marks, f"--durations={SHOWN}"]
    done = subprocess.run(words, cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout, (time.perf_counter() - clock) / 60, (processor() - before) / 60


def chapter(name: str, printed: str, minutes: float, processors: float) -> list[str]:
    """The part of the page about one suite."""
    closing = printed.strip().splitlines()[-1].strip("= ")
    slowest = re.findall(r"^\s*([\d.]+)s (call|setup|teardown) +tests/(\S.*)$", printed, flags=re.MULTILINE)
    rows = [f"| {seconds} | {part} | `{test.replace('|', '/')}` |" for seconds, part, test in slowest]
    return [
        f"## `{name}`",
        "",
        f"{re.sub(r' in .*', '', closing)}: {minutes:.1f} minutes, {processors:.1f} processor minutes.",
        "",
        "| seconds | part | test |",
        "|---|---|---|",
        *rows,
        "",
    ]


def main() -> None:
    """Run both and write the page."""
    lines = [
        "# What the tests cost, as `make bench-tests` found last",
        "",
        f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}.",
        "",
    ]
    paces = [pace()]
    for name, marks in SUITES.items():
        lines += chapter(name, *run(marks))
        paces.append(pace())
    told = ", ".join(f"{seconds:.1f}" for seconds in paces)
    lines[3:3] = [
        f"Ten million additions in a plain loop took {told} s before, between and after: half a second on a quick machine."
    ]
    text = "\n".join(lines).rstrip() + "\n"
    (HERE / "tests.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
