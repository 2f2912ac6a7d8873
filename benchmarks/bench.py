"""Where the seconds go: starting, importing files, simulating, reporting. Prints a table and keeps it in benchmarks/bench.md.

What an analysis takes is timed by bench_analysis.py.

Times differ between machines, so what matters is the ratio to importing pandas in the same run.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from make_apple_health import write_export

from nof1 import Protocol, Trial, draw_order, report
from nof1.analyze.results import Result
from nof1.analyze.simulation.simulate import Truth, simulate

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "data" / "sample" / "helps"
COMMAND = [sys.executable, "-c", "from nof1.cli import main; main()"]
REPEATS = 5
LARGE_ROWS = 1_000_000
LARGE_MEGABYTES = 1000
# Open, recognize, map and plan a file in a process of its own; prints rows, nights, seconds and the most memory it held.
PLAN = """
import sys, time
from datetime import date
sys.path.insert(0, {here!r})
from make_apple_health import peak
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.importer import plan_import
from nof1.record.importing.mapping import complete_map
from nof1.record.importing.reading import Reading
from nof1.record.sources import recognize
from nof1.record.opening.opened import open_file
protocol = Protocol.load({folder!r})
clock = time.perf_counter()
export = recognize(open_file({path!r}))
full = complete_map(export, protocol, {chosen!r})
plan = plan_import({folder!r}, protocol, export, full, Reading(several="mean"), latest=date.max)
print(plan.rows, plan.taken, time.perf_counter() - clock, peak())
"""


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


def main() -> None:
    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trial"
        shutil.copytree(SAMPLE, folder)
        pandas = cold(*python("import pandas"))
        rows.append(("`import pandas`, cold", f"{pandas:.2f} s", "1.0 x itself"))
        for name, arguments in {
            "nof1 --help": ["--help"],
            "nof1 status": ["status", str(folder)],
        }.items():
            seconds = cold(*COMMAND, *arguments)
            rows.append((f"`{name}`, cold", f"{seconds:.2f} s", f"{seconds / pandas:.1f} x import pandas"))
        seconds = log_seconds(folder)
        rows.append(("`nof1 log --set`, cold", f"{seconds:.2f} s", f"{seconds / pandas:.1f} x import pandas"))
        rows += import_rows(folder)
        subprocess.run([*COMMAND, "analyze", str(folder), "--engine", "marginal"], check=True, capture_output=True)
        rows += power_rows(folder)
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


def power_rows(folder: Path) -> list[tuple[str, str, str]]:
    """Simulated trials of 84 nights in a new process: seconds, and memory of it and its workers together."""
    content = trial_of(84).protocol.to_dict()
    path = folder.parent / "power"
    path.mkdir()
    Protocol.build(content).save(path / "protocol.toml")
    code = (
        "import time; from nof1 import Protocol; from nof1.analyze.simulation.power import power\n"
        f"protocol = Protocol.load({str(path)!r})\n"
        "def timed(**options):\n"
        "    clock = time.perf_counter()\n"
        "    power(protocol, **options)\n"
        "    return time.perf_counter() - clock\n"
        "whole = timed(trials=1000, neighbours=False)\n"
        "timed(trials=20, neighbours=False, workers=1)  # the imports of this process\n"
        "print(whole, timed(trials=200, neighbours=False, workers=1), timed(trials=1000), timed(trials=10_000, neighbours=False))\n"
    )
    process = subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True, start_new_session=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, memory_of_group(process.pid))
        time.sleep(0.05)
    assert process.stdout is not None
    whole, alone, beside, many = map(float, process.stdout.read().split())
    return [
        ("power, 1,000 trials of 84 nights, starting the workers", f"{whole:.1f} s", f"{whole:.1f} ms a trial"),
        ("- 200 trials in one process, warm", f"{alone:.1f} s", f"{alone / 0.2:.1f} ms a trial"),
        ("- with seven neighbours, 2,400 trials, warm workers", f"{beside:.1f} s", f"{beside / 2.4:.1f} ms a trial"),
        ("- 10,000 trials, warm workers", f"{many:.1f} s", f"{many / 10:.1f} ms a trial (promise: 60 s)"),
        ("- memory of all processes at most", f"{peak / 2**20:.0f} MB" if peak else "not measured", ""),
    ]


def memory_of_group(group: int) -> int:
    """Resident bytes of all processes of a process group, pages they share counted once for each; 0 where there is no /proc."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*") if Path("/proc/self/stat").is_file() else ():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[2]) == group:
            total += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return total


def import_rows(folder: Path) -> list[tuple[str, str, str]]:
    """What large files cost from opening to the plan of the import."""
    protocol = Trial.load(folder).protocol
    outcome, path = protocol.outcome.name, folder.parent / "large"
    rows = []
    for what, mark, comma in (("commas", ",", "."), ("semicolons, decimal commas", ";", ",")):
        write_table(path, protocol, mark, comma)
        chosen = {"night": "timestamp", outcome: "severity", "steps": "steps", "pace": "pace"}
        name, seconds, count = planned(folder, path, chosen, f"import, plain table of {LARGE_ROWS:,} rows, {what}")
        read = f"import pandas, time; clock = time.perf_counter(); pandas.read_csv({str(path)!r}, sep={mark!r}, decimal={comma!r})"
        alone = subprocess.run(
            python(f"{read}; print(time.perf_counter() - clock)"), check=True, capture_output=True, text=True
        )
        rows.append(
            (name, seconds, f"{float(seconds[:-2]) / float(alone.stdout):.0f} x pandas.read_csv of it; {count}")
        )
    for zipped in (False, True):
        write_export(path, LARGE_MEGABYTES, zipped=zipped, nights=protocol.nights, start=protocol.start)
        what = f"import, Apple Health of {LARGE_MEGABYTES:,} MB{', zipped' if zipped else ''}"
        rows.append(planned(folder, path, {}, what))
    path.unlink()
    return rows


def planned(folder: Path, path: Path, chosen: dict[str, str], what: str) -> tuple[str, str, str]:
    code = PLAN.format(here=str(HERE), folder=str(folder), path=str(path), chosen=chosen)
    done = subprocess.run(python(code), check=True, capture_output=True, text=True).stdout.split()
    count, taken, seconds, peak = int(done[0]), int(done[1]), float(done[2]), float(done[3])
    assert taken, "nothing of it is in the trial"
    return what, f"{seconds:.1f} s", f"{count:,} rows, {peak:.0f} MB of memory at most"


def write_table(path: Path, protocol: Protocol, mark: str, comma: str) -> None:
    """Moments, ratings, steps and a number with decimals, evenly over the nights of the trial, all moments different."""
    begin = datetime(protocol.start.year, protocol.start.month, protocol.start.day, 18)  # noqa: DTZ001 - local time
    step = timedelta(days=protocol.nights) / LARGE_ROWS
    with path.open("w") as stream:
        stream.write(mark.join(("timestamp", "severity", "steps", "pace")) + "\n")
        for number in range(LARGE_ROWS):
            at = f"{begin + number * step:%Y-%m-%d %H:%M:%S}"
            stream.write(
                mark.join((at, str(number % 11), str(number % 977), f"{number % 89}{comma}{number % 10}")) + "\n"
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
