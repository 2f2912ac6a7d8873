"""Tests that bite: a slip at a time in the files where a slip changes an answer. Keeps the table in benchmarks/mutation.md.

    python benchmarks/mutate.py                              what is not done yet, the table written at the end
    python benchmarks/mutate.py src/nof1/plan/protocol/dose.py        one file, its survivors shown
    python benchmarks/mutate.py --survivors src/...          its survivors alone, while tests are written for them
    python benchmarks/mutate.py --so-far                     nothing; the table of the files that are done

It can be stopped and started: what a mutant did is kept in build/mutation.jsonl, by the mutant and by a hash of its file and of
the tests that are to kill it. A mutant is killed if any test fails or the run takes too long. Survivors that no test could
kill are in mutation_equivalent.toml, each with the reason.
"""

import argparse
import contextlib
import hashlib
import json
import os
import sys
import tomllib
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mutants import Mutant, sample
from mutation_run import LONGEST, ROOT, Bench, Outcome, preload

SEED = 1
MUTANTS = 40  # of each file
KEPT = ROOT / "build" / "mutation.jsonl"
TABLE = ROOT / "benchmarks" / "mutation.md"
EQUIVALENT = ROOT / "benchmarks" / "mutation_equivalent.toml"
# Below src/nof1 a file, and below tests those that are to kill its mutants: the one that mirrors it first.
FILES: dict[str, tuple[str, ...]] = {
    "analyze/model/effects.py": ("analyze/model/test_effects.py", "analyze/engines/test_pair_effects.py"),
    "analyze/engines/pair_effects.py": ("analyze/engines/test_pair_effects.py",),
    "plan/orders/draw.py": ("plan/orders/test_draw.py",),
    "plan/orders/seal.py": ("plan/orders/test_seal.py",),
    "plan/protocol/safety/screen.py": ("plan/protocol/safety/test_screen.py",),
    "plan/protocol/safety/upper_levels.py": ("plan/protocol/safety/test_upper_levels.py",),
    "plan/protocol/safety/stop_rules.py": ("plan/protocol/safety/test_stop_rules.py",),
    "analyze/model/exposure.py": ("analyze/model/test_exposure.py",),
    "analyze/model/data.py": ("analyze/model/test_data.py", "analyze/engines/test_marginal.py"),
    "analyze/checks/rates.py": ("analyze/checks/test_rates.py",),
    "analyze/describe.py": ("analyze/test_describe.py", "report/words/test_record.py"),
    "analyze/checks/order_statistics.py": ("analyze/checks/test_randomization_test.py",),
    "analyze/checks/randomization_test.py": ("analyze/checks/test_randomization_test.py",),
    "plan/design/sequences.py": ("plan/design/test_sequences.py",),
    "plan/protocol/dose.py": ("plan/protocol/test_dose.py",),
    "record/values/nights.py": ("record/values/test_nights.py", "record/values/test_moments.py"),
    "record/values/numbers.py": ("record/values/test_numbers.py", "record/diary/test_guess.py"),
    "record/values/moments.py": ("record/values/test_moments.py",),
    "record/diary/doses.py": ("record/diary/test_doses.py", "analyze/test_describe.py"),
    "record/diary/side_effects.py": ("record/diary/test_side_effects.py", "record/diary/test_questions.py"),
    "record/importing/row_reader.py": ("record/importing/test_matching.py", "record/importing/test_rejected.py"),
    "record/importing/matching.py": ("record/importing/test_matching.py", "record/importing/test_rejected.py"),
    "record/importing/aggregate.py": ("record/importing/test_aggregate.py", "record/importing/test_matching.py"),
    "record/diary/writing.py": ("record/diary/test_writing.py",),
}


@dataclass(frozen=True)
class Target:
    """A file, the tests that are to kill its mutants, and what is known of them."""

    name: str

    @property
    def path(self) -> Path:
        return ROOT / "src" / "nof1" / self.name

    @property
    def tests(self) -> list[str]:
        return [f"tests/{test}" for test in FILES[self.name]]

    def mutants(self) -> list[Mutant]:
        return sample(self.path.read_text(encoding="utf-8"), MUTANTS, SEED)

    def state(self) -> str:
        """Hash of the file and of the tests: what was found with another is found again."""
        paths = [self.path, ROOT / "tests" / "conftest.py", *(ROOT / test for test in self.tests)]
        return hashlib.sha256(b"\x1f".join(path.read_bytes() for path in paths)).hexdigest()[:16]


class Kept:
    """What mutants did, one JSON object a line; the last one counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._found = {(row["file"], row["key"]): row for row in map(json.loads, lines)}
        self._usual = path.with_name("mutation_usual.json")

    def of(self, target: Target, key: str) -> dict[str, object]:
        return self._found.get((target.name, key), {})

    def add(self, target: Target, key: str, state: str, outcome: Outcome) -> None:
        row = {"file": target.name, "key": key, "state": state, "killer": outcome.killer}
        self._found[target.name, key] = row
        with self._path.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(row) + "\n")

    def usual(self, target: Target) -> Outcome | None:
        """How the tests went without a mutant, if that is known of these very tests."""
        found = self._all_usual().get(target.name, {})
        return Outcome(**found["outcome"]) if found.get("state") == target.state() else None

    def add_usual(self, target: Target, state: str, outcome: Outcome) -> None:
        known = self._all_usual() | {target.name: {"state": state, "outcome": asdict(outcome)}}
        self._usual.write_text(json.dumps(known), encoding="utf-8")

    def _all_usual(self) -> dict[str, dict[str, Any]]:
        return json.loads(self._usual.read_text(encoding="utf-8")) if self._usual.exists() else {}


def judged() -> dict[tuple[str, str, str, str, str], str]:
    """Why a mutant of (file, function, operator, what was there, what is there now) changes nothing that can be seen."""
    rows = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("equivalent", []) if EQUIVALENT.exists() else []
    return {(row["file"], row["function"], row["operator"], row["was"], row["now"]): row["why"] for row in rows}


def is_judged(target: Target, mutant: Mutant) -> bool:
    return (target.name, mutant.function, mutant.operator, mutant.was, mutant.now) in judged()


def run(target: Target, kept: Kept, *, survivors: bool) -> None:
    """The mutants of a file that are not done, or those of them that survived."""
    state = target.state()
    waiting = [mutant for mutant in target.mutants() if kept.of(target, mutant.key).get("state") != state]
    waiting.sort(
        key=lambda mutant: kept.of(target, mutant.key).get("killer") != ""
    )  # who survived last time comes first
    if survivors:
        waiting = [mutant for mutant in waiting if kept.of(target, mutant.key).get("killer") in ("", None)]
    waiting = [mutant for mutant in waiting if not (survivors and is_judged(target, mutant))]
    if not waiting:
        return
    bench = Bench(ROOT / "build" / "mutation")
    usual = kept.usual(target) or bench.run(target.tests)
    if not usual.passed:
        sys.exit(f"{target.name}: the tests fail without a mutant: {usual.killer} (see build/mutation/output.txt)")
    kept.add_usual(target, state, usual)
    preload(usual.modules)
    spent = sum(seconds for seconds in usual.tests.values() if seconds <= LONGEST)
    print(f"{target.name}: {len(waiting)} mutants to run; the tests take {spent:.0f} s without one", flush=True)
    place = bench.folder / "src" / "nof1" / target.name
    original = place.read_text(encoding="utf-8")
    try:
        for mutant in waiting:
            place.write_text(mutant.code, encoding="utf-8")
            for compiled in (place.parent / "__pycache__").glob(f"{place.stem}.*.pyc"):
                compiled.unlink()
            outcome = against(bench, target, usual, str(kept.of(target, mutant.key).get("killer") or ""))
            kept.add(target, mutant.key, state, outcome)
            told = f"killed by {outcome.killer}" if outcome.killer else "SURVIVED"
            print(f"{target.name}:{mutant.line} [{mutant.operator}] {mutant.was}  ->  {mutant.now}: {told}", flush=True)
    finally:
        place.write_text(original, encoding="utf-8")


def against(bench: Bench, target: Target, usual: Outcome, killer: str) -> Outcome:
    """The tests against the mutant that stands there: first the one that killed it before, if there is one."""
    limit = 20 + 3 * usual.seconds
    if killer in usual.tests:
        again = bench.run([killer], limit=limit)
        if again.killer == killer:
            return again
    return bench.run(target.tests, known=usual.tests, limit=limit)


def write_table(kept: Kept, *, so_far: bool) -> int:
    """Write benchmarks/mutation.md once every file is done, or of the files that are done; 1 if some are not, else 0."""
    rows, left, waiting, whole = [], [], [], Counter[str]()
    for target in map(Target, FILES):
        counts, survived = tally(target, kept)
        if counts["todo"]:
            waiting.append(f"{target.name} ({counts['todo']})")
            continue
        whole.update(counts)
        rows.append(_row(target.name, counts))
        left += [
            f"| {target.name} | {mutant.function} | {mutant.operator} | {_code(mutant.was)} | {_code(mutant.now)} |"
            for mutant in survived
        ]
    if waiting:
        print(f"Not done yet, with the number of mutants: {', '.join(waiting)}.", file=sys.stderr)
    if not waiting or so_far:
        TABLE.write_text(_page(rows, _row("all", whole), left, waiting), encoding="utf-8")
    print("\n".join([*rows, *left]))
    return 1 if waiting else 0


def tally(target: Target, kept: Kept) -> tuple[Counter[str], list[Mutant]]:
    """How many of a file's mutants were killed, are equivalent, survived or are not done; and those that survived."""
    counts, survived, state = Counter[str](), [], target.state()
    for mutant in target.mutants():
        found = kept.of(target, mutant.key)
        if found.get("state") != state:
            counts["todo"] += 1
        elif found["killer"]:
            counts["killed"] += 1
        elif is_judged(target, mutant):
            counts["equivalent"] += 1
        else:
            counts["survived"] += 1
            survived.append(mutant)
    return counts, survived


def _page(rows: list[str], whole: str, left: list[str], waiting: list[str]) -> str:
    where = (
        ["## Survived", "", "| file | where | kind | was | is |", "|---|---|---|---|---|", *left, ""] if left else []
    )
    lines = [
        "# Mutants",
        "",
        "Made by `make mutate`, which runs `python benchmarks/mutate.py`.",
        "",
        f"{MUTANTS} mutants of each file (or all there are), seed {SEED}: one slip each, made by mutmut's operators on numbers, comparisons "
        "and arithmetic, conditions (always or never true), keywords, `not`, True and False, arguments (None, or left out), "
        "assignments, methods of texts, lambdas and `match`, the kinds in turns. Strings, annotations, decorators, imports and "
        f"whatever stands in a `raise` are left alone. Killed: a test of those that mirror the file failed, none of them longer than "
        f"{LONGEST:.0f} s, or did not end. Equivalent: judged one by one, each with a reason, in `mutation_equivalent.toml`.",
        "",
        "| file | mutants | killed | equivalent | survived | killed of those not equivalent |",
        "|---|---|---|---|---|---|",
        *rows,
        whole,
        "",
        *([f"Not run yet: {', '.join(waiting)}.", ""] if waiting else []),
        *where,
    ]
    return "\n".join(lines)


def _row(name: str, counts: Counter[str]) -> str:
    done = counts["killed"] + counts["survived"]
    share = f"{100 * counts['killed'] // done} %" if done else "-"  # never rounded up
    return f"| {name} | {sum(counts.values())} | {counts['killed']} | {counts['equivalent']} | {counts['survived']} | {share} |"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="below src/nof1; all of them if none is named")
    parser.add_argument("--survivors", action="store_true", help="run only what survived and is not judged equivalent")
    parser.add_argument("--so-far", action="store_true", help="run nothing; write the table of the files that are done")
    arguments = parser.parse_args()
    names = [name.split("src/nof1/")[-1] for name in arguments.files] or list(FILES)
    unknown = [name for name in names if name not in FILES]
    if unknown:
        parser.error(f"{', '.join(unknown)} is not in the list of this script: {', '.join(FILES)}")
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # before NumPy is imported: a forked child has no other threads
    kept = Kept(KEPT)
    with contextlib.suppress(KeyboardInterrupt):
        for name in names if not arguments.so_far else ():
            run(Target(name), kept, survivors=arguments.survivors)
    return write_table(kept, so_far=arguments.so_far)


if __name__ == "__main__":
    sys.exit(main())
