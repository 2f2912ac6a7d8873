"""What an analysis takes, cold and warm. Prints a table and keeps it in benchmarks/bench_analysis.md.

Times differ between machines, so what is promised is ratios, all measured in one run: the quick answer within 2 times
importing pandas and scipy.stats, the whole analysis within 1.5 times importing PyMC and compiling that model with nutpie
alone, and a year of nights within 5 times 84. How fast the machine was stands above the table: seconds for twenty million
turns of an empty loop in Python.
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
from bench import COMMAND, HERE, SAMPLE, cold, python, trial_of

from nof1.analyze.engines.marginal import QUICK_ROUNDS, MarginalFit, fit_marginal, fit_marginals
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.replicate import Batch, terms_or_refusal
from nof1.errors import RefusalError

# What no analysis by PyMC can do without: its imports, and compiling the model of this trial.
COMPILE = """
import pymc, nutpie
from nof1 import Trial
from nof1.analyze.engines.pymc_model import build_model
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.errors import RefusalError
nutpie.compile_pymc_model(build_model(build_model_data(Trial.load({folder!r}))))
"""
Row = tuple[str, str, str]
BATCH = "--batch"


def once(arguments: list[str]) -> float:
    """Seconds of a new process."""
    clock = time.perf_counter()
    subprocess.run(arguments, check=True, capture_output=True)
    return time.perf_counter() - clock


def empty_loop() -> float:
    """Seconds for twenty million turns: how fast this machine is at the moment."""
    clock = time.perf_counter()
    for _ in range(20_000_000):
        pass
    return time.perf_counter() - clock


def quick_rows(folder: Path) -> list[Row]:
    """The quick answer from a new process, beside the imports that any analysis needs."""
    both = cold(*python("import pandas, scipy.stats"))
    seconds = cold(*COMMAND, "analyze", str(folder), "--engine", "marginal")
    return [
        ("`import pandas, scipy.stats`, cold", f"{both:.2f} s", ""),
        (
            "`nof1 analyze --engine marginal`, cold",
            f"{seconds:.2f} s",
            f"{seconds / both:.2f} x import pandas, scipy.stats (promise: 2)",
        ),
    ]


def whole_rows(scratch: Path, folder: Path) -> list[Row]:
    """The whole analysis from a new process, beside importing and compiling alone, and that of a year."""
    alone = min(once(python(COMPILE.format(folder=str(folder)))) for _ in range(3))
    whole = min(once([*COMMAND, "analyze", str(folder)]) for _ in range(3))
    parts = json.loads((folder / "results" / "results.json").read_text())["engines"]["nuts"]["parts"]
    rows = [
        ("importing PyMC and nutpie, compiling that model", f"{alone:.1f} s", ""),
        ("`nof1 analyze`, cold, in all", f"{whole:.1f} s", f"{whole / alone:.2f} x that (promise: 1.5)"),
    ]
    rows += [(f"- of it {part}", f"{seconds:.1f} s", f"{seconds / whole:.0%} of it") for part, seconds in parts.items()]
    return rows + year_rows(scratch, whole)


def year_rows(scratch: Path, whole: float) -> list[Row]:
    """The whole analysis of 364 nights from a new process, beside that of 84."""
    folder = scratch / "year"
    trial_of(364).write(folder)
    seconds = once([*COMMAND, "analyze", str(folder)])
    return [
        (
            "`nof1 analyze` of 364 nights, cold, in all",
            f"{seconds:.1f} s",
            f"{seconds / whole:.1f} x 84 nights (promise: 5)",
        )
    ]


def marginal_rows() -> list[Row]:
    """The marginal engine, warm."""
    times = []
    for nights in (84, 364):
        data = build_model_data(trial_of(nights))
        found = []
        for seed in range(30):
            clock = time.perf_counter()
            fit_marginal(data, seed=seed)
            found.append(time.perf_counter() - clock)
        times.append(1000 * float(np.median(found[3:])))
    return [
        ("marginal fit, 84 nights, warm", f"{times[0]:.0f} ms", "promise: 20 ms"),
        ("marginal fit, 364 nights, warm", f"{times[1]:.0f} ms", f"{times[1] / times[0]:.1f} x 84 nights (promise: 5)"),
    ]


def batch_rows() -> list[Row]:
    """The rows of `batch_here`, from a process whose linear algebra keeps to one core."""
    alone = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, __file__, BATCH], env=alone, check=True, capture_output=True, text=True)
    return [(what, time_of, ratio) for what, time_of, ratio in json.loads(done.stdout)]


def batch_here() -> list[Row]:
    """Many simulated trials of one design in the marginal engine: one by one, and together."""
    protocol = trial_of(84).protocol
    batch = Batch(protocol, Nuisance(protocol), -1.0, range(256), 1, missing=0.05, skipped=0.05)
    simulated = (batch.realised(trial)[1:] for trial in batch.trials)
    lived = [one for one in (terms_or_refusal(protocol, *nights) for nights in simulated) if isinstance(one, ModelData)]

    def alone() -> list[MarginalFit | RefusalError]:
        return [one for data in lived for one in fit_marginals([data], seed=1, rounds=QUICK_ROUNDS)]

    def together() -> list[MarginalFit | RefusalError]:
        return fit_marginals(lived, seed=1, rounds=QUICK_ROUNDS)

    found, seconds = [], []
    for work in (alone, together):
        work()
        clock = time.process_time()
        found.append(work())
        seconds.append(time.process_time() - clock)
    worst = max(
        float(np.abs(one.effect_mean - other.effect_mean).max())
        for one, other in zip(*found, strict=True)
        if isinstance(one, MarginalFit) and isinstance(other, MarginalFit)
    )
    each = [1000 * taken / len(lived) for taken in seconds]
    return [
        (
            f"{len(lived)} simulated trials of 84 nights, quick rounds, one by one, one core",
            f"{each[0]:.1f} ms a trial",
            "",
        ),
        (
            "- together",
            f"{each[1]:.1f} ms a trial",
            f"{each[0] / each[1]:.1f} x as quick (promise: 5 ms); means differ by {worst:.0e} points at most",
        ),
    ]


def sampling_rows() -> list[Row]:
    """NUTS after compiling: 4 chains of 1,000 draws after as many to warm up."""
    import nutpie

    from nof1.analyze.engines.nuts import compile_nuts

    rows: list[Row] = []
    times = []
    for nights in (84, 364):
        code = compile_nuts(build_model_data(trial_of(nights)), progress=lambda *_: None).code
        found = []
        for seed in range(4):
            clock = time.perf_counter()
            nutpie.sample(code, draws=1000, tune=1000, chains=4, seed=seed, target_accept=0.95, progress_bar=False)
            found.append(time.perf_counter() - clock)
        times.append(min(found))
        ratio = f"{times[-1] / times[0]:.1f} x 84 nights (promise: 5)" if len(times) > 1 else ""
        rows.append((f"NUTS, 4 x 1,000 draws, {nights} nights, compiled", f"{times[-1]:.2f} s", ratio))
    return rows


def page_rows() -> list[Row]:
    """The pages of a result, warm: pictures, words, layout."""
    from nof1.analyze.fit import fit
    from nof1.report.results.summary import pages

    result = fit(trial_of(84), engine="marginal")
    found = []
    for _ in range(6):
        clock = time.perf_counter()
        content, _ = pages(result)
        found.append(time.perf_counter() - clock)
    return [
        (
            "three pages as PDF, 84 nights, warm",
            f"{min(found[1:]):.2f} s",
            f"{len(content) / 1000:.0f} kB (promise: 1 s, 500 kB)",
        )
    ]


def main() -> None:
    if BATCH in sys.argv:
        print(json.dumps(batch_here()))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "trial"
        shutil.copytree(SAMPLE, folder)
        rows = [
            *quick_rows(folder),
            *whole_rows(Path(scratch), folder),
            *marginal_rows(),
            *batch_rows(),
            *sampling_rows(),
            *page_rows(),
        ]
    text = "| what | time | ratio |\n|---|---|---|\n" + "".join(f"| {a} | {b} | {c} |\n" for a, b, c in rows)
    print(text)
    about = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; an empty loop of 20 million turns took {empty_loop():.1f} s"
    (HERE / "bench_analysis.md").write_text(
        f"# What an analysis takes, as `make bench` printed it last\n\n{about}. The whole analysis holds the answer of NUTS, of the marginal engine, "
        f"all checks and all other choices.\n\n{text}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    sys.exit(main())
