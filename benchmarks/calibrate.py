"""How often nof1 claims a difference where there is none. Prints a table and keeps it in benchmarks/calibrate.md.

Trials without any effect, 56 nights in periods of a week, two arms in randomized blocks: the share of 95 % intervals that
exclude zero, beside Welch's t-test of the same nights. Leaves with status 1 if the promise is broken.
"""

import argparse
import math
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, in_order, machines
from scipy import stats

from nof1.analyze.model.effects import LEVEL
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.simulation.replicate import NO_ANSWER, VERDICTS, Batch, replicate
from nof1.errors import RefusalError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
TRIALS = 2000
ALLOWED = 1 - LEVEL
ERRORS = 2.0  # Monte Carlo standard errors on top of what is allowed
SETTINGS = [(phi, omega) for omega in (0.0, 0.5) for phi in (0.5, 0.7)]
SIGMA, LEVEL_OFF = 1.5, 5.0
SEED = 1


def make_protocol() -> Protocol:
    """The template's trial of 56 nights: 4 blocks of 2 periods of 7 nights."""
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": date(2026, 1, 5), "blocks": 4, "period_nights": 7, "run_in_nights": 0, "seed": SEED},
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


def make_batch(protocol: Protocol, phi: float, omega: float) -> Batch:
    """Trials without an effect; the half-life does not matter then."""
    fixed = {"level": LEVEL_OFF, "trend": 0.0, "sigma": SIGMA, "phi": phi, "omega": omega, "half_life": 2.0}
    fixed |= {"start_up": 0.0, "block_sd": 0.0}
    return Batch(protocol, Nuisance(protocol, fixed=fixed), 0.0, range(TRIALS), SEED, missing=0.0, skipped=0.0)


def welch(batch: Batch) -> float:
    """Share of the same trials in which Welch's t-test of nights on against nights off gives p below 0.05."""
    rejected = 0
    for trial in batch.trials:
        try:
            data = batch.nights(trial)
        except RefusalError:
            continue
        on = data.treated[data.day, 0]
        rejected += stats.ttest_ind(data.y[on], data.y[~on], equal_var=False).pvalue < ALLOWED
    return rejected / len(batch.trials)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_option(options)
    clock = time.perf_counter()
    protocol = make_protocol()
    batches = [make_batch(protocol, phi, omega) for phi, omega in SETTINGS]
    with machines(options.parse_args().dask) as spread:
        found = replicate(batches, spread=spread)
        naive = in_order(spread, welch, batches)
    rows, shares, kept = [], [], True
    for (phi, omega), result, test in zip(SETTINGS, found, naive, strict=True):
        lower, upper = result[:, 2], result[:, 3]
        excluded = int(np.sum((lower > 0) | (upper < 0)))  # no interval, no claim: nan counts as not excluded
        share, error = excluded / TRIALS, standard_error(excluded, TRIALS)
        # The error at the allowed share itself: sqrt(0.05 * 0.95 / n).
        fine = share <= ALLOWED + ERRORS * math.sqrt(ALLOWED * (1 - ALLOWED) / TRIALS)
        kept &= fine
        counts = np.bincount(result[:, 0].astype(int), minlength=NO_ANSWER + 1) / TRIALS
        rows.append(
            f"| {phi:g} | {omega:g} | {percent(share)} ± {percent(error)} | {percent(test)} | "
            f"{np.nanmean(upper - lower):.2f} | {'yes' if fine else 'NO'} |"
        )
        shares.append(f"| {phi:g} | {omega:g} | " + " | ".join(percent(value) for value in counts) + " |")
    text = report(protocol, rows, shares, kept=kept)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    (HERE / "calibrate.md").write_text(text, encoding="utf-8")
    return 0 if kept else 1


def report(protocol: Protocol, rows: list[str], shares: list[str], *, kept: bool) -> str:
    limit = ALLOWED + ERRORS * math.sqrt(ALLOWED * (1 - ALLOWED) / TRIALS)
    names = [*VERDICTS, "no answer"]
    return "\n".join(
        [
            "# How often a difference is claimed where there is none",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/calibrate.py`.",
            "",
            f"{TRIALS} simulated trials for each row, all of them without any effect: {protocol.nights} nights in periods of 7 nights, "
            f"two arms in randomized blocks, an order drawn for each trial, no night missing. Nights scatter with an sd of {SIGMA:g} points about "
            f"a level of {LEVEL_OFF:g} on a scale from {protocol.outcome.low:g} to {protocol.outcome.high:g}, rounded to whole points; neighbouring "
            "nights are correlated by phi, and periods scatter with an sd of omega points. Each trial is analyzed as the default "
            "protocol says, by the marginal engine (quick rounds); intervals are of the effect over these nights.",
            "",
            f"The promise: the {100 * LEVEL:g} % interval excludes zero in at most {percent(ALLOWED)} of trials, plus two Monte Carlo standard errors of "
            f"{TRIALS} trials, that is {percent(limit)}. Welch's t-test takes the same nights as if each told something new.",
            "",
            "| phi | omega | interval excludes zero | Welch p < 0.05 | mean width (points) | kept |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"The promise is {'kept' if kept else 'BROKEN'}. What follows ± is one Monte Carlo standard error.",
            "",
            "Verdicts of the same trials, by the default rule (certainty "
            f"{protocol.analysis.certainty:g}, threshold {protocol.outcome.threshold:g} point):",
            "",
            f"| phi | omega | {' | '.join(names)} |",
            "|---" * (2 + len(names)) + "|",
            *shares,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
