"""Where the seconds go: starting, fitting, sampling, reporting. Prints a table and keeps it in benchmarks/bench.md.

Times differ between machines, so what matters is the ratio to importing pandas or PyMC in the same run.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from nof1 import Protocol, Trial, draw_order, report
from nof1.analyze.marginal import fit_marginal
from nof1.analyze.results import Result
from nof1.analyze.simulate import Truth, simulate
from nof1.analyze.terms import terms

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "data" / "sample" / "helps"
COMMAND = [sys.executable, "-c", "from nof1.cli import main; main()"]
REPEATS = 5


def cold(*arguments: str) -> float:
    """Seconds of a new process: the best of several, the first one not counted."""
    times = []
    for _ in range(REPEATS + 1):
        clock = time.perf_counter()
        subprocess.run(arguments, check=True, capture_output=True)
        times.append(time.perf_counter() - clock)
    return min(times[1:])


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def trial_of(nights: int) -> Trial:
    """A simulated trial of about this many nights in periods of a week."""
    content = Trial.load(SAMPLE).protocol.to_dict()
    content["design"] |= {"run_in_nights": 0, "blocks": nights // 14}
    protocol = Protocol.build(content)
    return simulate(protocol, draw_order(protocol), Truth(level=5, effects={"magnesium": -1}, missing=0.05), seed=1)


def warm_milliseconds(nights: int) -> float:
    data = terms(trial_of(nights))
    times = []
    for seed in range(30):
        clock = time.perf_counter()
        fit_marginal(data, seed=seed)
        times.append(time.perf_counter() - clock)
    return 1000 * float(np.median(times[3:]))


def main() -> None:
    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trial"
        shutil.copytree(SAMPLE, folder)
        pandas = cold(*python("import pandas"))
        both = cold(*python("import pandas, scipy.stats"))
        pymc = cold(*python("import pymc"))
        rows.append(("`import pandas`, cold", f"{pandas:.2f} s", "1.0 x itself"))
        for name, arguments in {
            "nof1 --help": ["--help"],
            "nof1 status": ["status", str(folder)],
        }.items():
            seconds = cold(*COMMAND, *arguments)
            rows.append((f"`{name}`, cold", f"{seconds:.2f} s", f"{seconds / pandas:.1f} x import pandas"))
        seconds = log_seconds(folder)
        rows.append(("`nof1 log`, cold", f"{seconds:.2f} s", f"{seconds / pandas:.1f} x import pandas"))
        seconds = cold(*COMMAND, "analyze", str(folder), "--engine", "marginal")
        rows.append(
            (
                "`nof1 analyze --engine marginal`, cold",
                f"{seconds:.2f} s",
                f"{seconds / both:.1f} x import pandas, scipy.stats",
            )
        )

        clock = time.perf_counter()
        subprocess.run([*COMMAND, "analyze", str(folder)], check=True, capture_output=True)
        whole = time.perf_counter() - clock
        parts = json.loads((folder / "results" / "results.json").read_text())["engines"]["nuts"]["parts"]
        rows.append(("`nof1 analyze`, cold, in all", f"{whole:.1f} s", f"{whole / pymc:.1f} x import pymc"))
        for part, seconds in parts.items():
            rows.append((f"- of it {part}", f"{seconds:.1f} s", f"{seconds / whole:.0%} of it"))

        short, long = warm_milliseconds(84), warm_milliseconds(364)
        rows.append(("marginal fit, 84 nights, warm", f"{short:.0f} ms", ""))
        rows.append(("marginal fit, 364 nights, warm", f"{long:.0f} ms", f"{long / short:.1f} x 84 nights"))
        result = Result.load(folder)
        report.summary(result, folder / "results" / "summary.pdf")
        clock = time.perf_counter()
        report.summary(result, folder / "results" / "summary.pdf")
        rows.append(("summary.pdf, warm", f"{time.perf_counter() - clock:.2f} s", ""))
    text = "| what | time | ratio |\n|---|---|---|\n" + "".join(f"| {a} | {b} | {c} |\n" for a, b, c in rows)
    print(text)
    about = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    (HERE / "bench.md").write_text(
        f"# Timings, as `make bench` printed them last\n\n{about}.\n\n{text}", encoding="utf-8"
    )


def log_seconds(folder: Path) -> float:
    """`nof1 log` for a night that is not recorded yet, each time another one."""
    times = []
    for night in Trial.load(folder).missing_nights[: REPEATS + 1]:
        clock = time.perf_counter()
        subprocess.run(
            [*COMMAND, "log", str(folder), "--night", str(night), "--set", "severity=3"],
            check=True,
            capture_output=True,
        )
        times.append(time.perf_counter() - clock)
    return min(times[1:])


if __name__ == "__main__":
    main()
