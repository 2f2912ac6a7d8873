"""Thousands of broken files into every reader. Prints a table and keeps it in benchmarks/fuzz.md.

A file must be refused with one plain message, or read so that every row is taken, merged or rejected; anything else, and
any warning, is a failure. Every sixth file that can be read is imported too, into a trial whose diary and journal must then
tell the same, and which the same file must not change again. Leaves with status 1 if there was a failure.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import joblib

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from reliability.fuzzing import KNOWN, OWN, READERS, SPREADSHEET, Broken, Tally, one  # noqa: E402

SEED = 1
FILES = 2000  # of each reader
FEWER = {SPREADSHEET: 600}  # spreadsheets take ten times as long to make
PORTION = 50


def portion(reader: str, begin: int, end: int, seed: int) -> tuple[str, Tally, list[str], float]:
    """Files of a reader, one after another."""
    tally, failures, slowest = Tally(), [], 0.0
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as scratch:
        for number in range(begin, end):
            clock = time.perf_counter()
            try:
                tally.add(one(reader, number, seed, Path(scratch)))
            except Broken as broken:
                tally.files += 1
                failures.append(str(broken))
            slowest = max(slowest, time.perf_counter() - clock)
    return reader, tally, failures, slowest


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--files", type=int, default=FILES, help="of each reader")
    parser.add_argument("--reader", action="append", choices=READERS, help="only this one; repeat for more")
    arguments = parser.parse_args()
    clock = time.perf_counter()
    work = [
        (reader, begin, min(begin + PORTION, most), arguments.seed)
        for reader in arguments.reader or READERS
        for most in [min(arguments.files, FEWER.get(reader, arguments.files))]
        for begin in range(0, most, PORTION)
    ]
    done = joblib.Parallel(n_jobs=joblib.cpu_count())(joblib.delayed(portion)(*part) for part in work)
    tallies = {reader: Tally() for reader in arguments.reader or READERS}
    failures: dict[str, list[str]] = {reader: [] for reader in tallies}
    slowest = (0.0, "")
    for reader, tally, failed, seconds in done:
        tallies[reader].add(tally)
        failures[reader] += failed
        slowest = max(slowest, (seconds, reader))
    text = report(tallies, failures, arguments.seed)
    print(text)
    for messages in failures.values():
        for message in messages[:5]:
            print(message, file=sys.stderr)
    print(f"{time.perf_counter() - clock:.0f} seconds; slowest file {slowest[0]:.1f} s ({slowest[1]})", file=sys.stderr)
    if arguments.seed == SEED and arguments.files == FILES and not arguments.reader:
        (HERE / "fuzz.md").write_text(text, encoding="utf-8")
    return 1 if any(failures.values()) else 0


def report(tallies: dict[str, Tally], failures: dict[str, list[str]], seed: int) -> str:
    whole = Tally()
    rows = []
    for reader, tally in tallies.items():
        whole.add(tally)
        counts = [tally.files, tally.refused, tally.read, tally.rows]
        cells = [f"{count:,}" for count in counts]
        more = [tally.taken, tally.merged, tally.rejected, tally.imported]
        cells += ["" if reader in OWN else f"{count:,}" for count in more]
        rows.append(f"| {reader} | {' | '.join(cells)} | {tally.known} | {len(failures[reader])} |")
    failed = sum(map(len, failures.values()))
    return "\n".join(
        [
            "# Broken files",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/fuzz.py`. The files come from `tests/reliability/fuzzing.py`.",
            "",
            f"{whole.files:,} files, seed {seed}: valid files of every kind with rows and columns doubled, dropped and shuffled, cells that are "
            "huge, empty, formulas, odd dates or control characters, other delimiters and encodings, bytes flipped and cut, archives and "
            "spreadsheets with members changed, missing or nested. Each must be refused with one plain message, or read so that "
            "rows = taken + merged + rejected and every value fits the trial; a failure is anything else, a warning included. "
            "Every sixth that can be read is imported: then diary and journal must tell the same and the same file change nothing more. "
            "The last files are nof1's own; rows are what is in them.",
            "",
            "| reader | files | refused | read | rows | taken | merged | rejected | imported | known | failures |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
            *rows,
            f"| all | {whole.files:,} | {whole.refused:,} | {whole.read:,} | {whole.rows:,} | {whole.taken:,} | {whole.merged:,} | "
            f"{whole.rejected:,} | {whole.imported:,} | {whole.known} | {failed} |",
            "",
            f"failures={failed}, seed={seed}. Known, and not mended yet: {len(KNOWN)} ways, listed in `KNOWN` of fuzzing.py."
            if KNOWN
            else f"failures={failed}, seed={seed}.",
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
