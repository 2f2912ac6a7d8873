"""How often sound trials are called out for what their priors weigh. Prints a page and keeps it in benchmarks/prior_weight.md.

Two call-outs (`nof1.analyze.checks.prior_weight`): more than a third of what is known about the full effect is the prior; a settled
verdict rests on a prior. The first should go with more blocks, the second stay rare; the specification says how often it expects them.
"""

import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, in_order, machines

from nof1.analyze.checks.prior_weight import prior_weight_check
from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.simulation.replicate import Batch
from nof1.analyze.simulation.simulate import simulated_terms
from nof1.errors import RefusalError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
TRIALS = 120  # for each effect
EFFECTS = (0.0, -1.0, -2.0)  # at full exposure, in points; the threshold is one
BLOCKS = {
    1: "98",
    2: "60",
    3: "20",
    4: "5",
    6: "0–1",
}  # after how many the nights are analyzed, and the share expected of the first
RESTS = {6: "about 6"}  # of the second
FIXED = {"level": 5.0, "trend": 0.0, "sigma": 1.5, "phi": 0.5, "omega": 0.3, "start_up": 0.0, "block_sd": 0.0}
HALF_LIVES = (0.5, 1.0, 2.0, 4.0)
SEED = 21
_PART = 10
Task = tuple[float, float, range]


def make_protocol() -> Protocol:
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "outcome": {"threshold": 1},
        "design": {
            "start": date(2026, 1, 5),
            "blocks": max(BLOCKS),
            "period_nights": 7,
            "run_in_nights": 0,
            "seed": SEED,
        },
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


def measure(task: Task) -> Counter[tuple[int, str]]:
    """After each number of blocks: trials, verdicts that were settled, and both call-outs."""
    effect, half_life, numbers = task
    protocol = make_protocol()
    batch = Batch(protocol, Nuisance(protocol, fixed=FIXED | {"half_life": half_life}), effect, numbers, SEED, 0.0, 0.0)
    counts: Counter[tuple[int, str]] = Counter()
    for number in numbers:
        _, calendar, lived = batch.realised(number)
        for blocks in BLOCKS:
            later = np.arange(protocol.nights) >= 2 * 7 * blocks
            try:
                data = simulated_terms(protocol, calendar, replace(lived, absent=lived.absent | later))
                fitted = fit_marginal(data, seed=number)
            except RefusalError:
                counts[blocks, "no answer"] += 1
                continue
            rows = mixture_rows(protocol, fitted)
            draws = marginal_draws(data, fitted, seed=number, draws=100)  # of a normal family no draw is looked at
            found = prior_weight_check(protocol, data, rows, draws, refit=True, seed=number)
            counts[blocks, "trials"] += 1
            counts[blocks, "large"] += any(one.large for one in found.shares)
            counts[blocks, "settled"] += bool(found.scaled)
            counts[blocks, "rests"] += bool(found.resting)
    return counts


def tasks_of(trials: int) -> list[Task]:
    each = max(trials // len(HALF_LIVES), 1)
    out = []
    for effect in EFFECTS:
        for i, half_life in enumerate(HALF_LIVES):
            numbers = range(i * each, (i + 1) * each)
            out += [(effect, half_life, numbers[k : k + _PART]) for k in range(0, each, _PART)]
    return out


def report(counts: Counter[tuple[int, str]]) -> str:
    def share(blocks: int, what: str) -> str:
        hits, trials = counts[blocks, what], counts[blocks, "trials"]
        return f"{100 * hits / trials:.1f} ± {100 * standard_error(hits, trials):.1f}"

    lines = [
        f"| {blocks} | {counts[blocks, 'trials']} | {share(blocks, 'large')} ({expected}) | {share(blocks, 'settled')} | "
        f"{share(blocks, 'rests')}{f' ({RESTS[blocks]})' if blocks in RESTS else ''} |"
        for blocks, expected in BLOCKS.items()
    ]
    silent = sum(count for (_, what), count in counts.items() if what == "no answer")
    return "\n".join(
        [
            "# How often sound trials are called out for what their priors weigh",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/prior_weight.py`.",
            "",
            f"Two arms in randomized blocks of two periods of 7 nights, an order drawn for each trial, effects of {', '.join(f'{effect:g}' for effect in EFFECTS)} points at full "
            f"exposure, half-lives of {', '.join(f'{h:g}' for h in HALF_LIVES)} days, in equal parts; level {FIXED['level']:g} on a scale from 0 to 10, rounded and cut at its ends; sd between "
            f"nights {FIXED['sigma']:g}, correlation of neighbours {FIXED['phi']:g}, sd between periods {FIXED['omega']:g}. By the marginal engine, threshold 1. Of 100 trials, ± one Monte "
            f"Carlo standard error; in brackets what the specification expects of sound trials. {silent} analyses had no answer.",
            "",
            "| blocks | trials | more than a third of what is known is the prior | settled | a settled verdict rests on a prior |",
            "|---|---|---|---|---|",
            *lines,
            "",
        ]
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--trials", type=int, default=TRIALS, help="for each true effect")
    options.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the page")
    add_option(options)
    chosen = options.parse_args()
    clock = time.perf_counter()
    with machines(chosen.dask) as spread:
        counts = sum(in_order(spread, measure, tasks_of(chosen.trials)), Counter())
    text = report(counts)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    if chosen.keep:
        (HERE / "prior_weight.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
