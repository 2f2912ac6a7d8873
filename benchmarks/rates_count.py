"""How often each verdict is given for counts, by PyMC's NUTS. Prints a page and keeps it in benchmarks/rates_count.md.

No quick engine has this family: each trial takes several seconds, so this is a target of its own, `make calibrate-count`, with
fewer trials than `rates.py`. One order, compiled once for each part of the work. The sampler tries once; what does not settle is
counted as no answer.
"""

import argparse
import math
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, in_order, machines

from nof1.analyze.engines.pair_effects import drawn_rows
from nof1.analyze.model.data import ModelData, assemble
from nof1.analyze.model.draws import Draws
from nof1.analyze.model.pointwise import replicate_series
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.simulation.replicate import VERDICTS
from nof1.analyze.simulation.simulate import Calendar
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol

HERE = Path(__file__).parent
TRIALS = 100  # for each true effect, over all half-lives
HALF_LIVES = (0.3, 1.0, 2.0, 5.0)
OFF, THRESHOLD = 6.0, 1.5  # awakenings expected of a night off, and the smallest change worth having
EFFECTS = (0.0, -THRESHOLD, -2 * THRESHOLD)  # in awakenings at full exposure
SIGMA, PHI, OMEGA, OVERDISPERSION = 0.3, 0.5, 0.1, 0.1  # on the log scale but for the last
WORST_RHAT = 1.05  # as of the other choices beside an analysis by NUTS
SEED = 19
_PART = 25  # trials that share a compilation
Task = tuple[float, float, range]


def make_protocol() -> Protocol:
    return Protocol.build(
        {
            "title": "Rates of verdicts",
            "simulated": True,
            "reference": "off",
            "outcome": {
                "name": "awakenings",
                "low": 0,
                "high": 40,
                "better": "lower",
                "threshold": THRESHOLD,
                "whole": True,
            },
            "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "dose_mg": 200}],
            "design": {
                "kind": "randomized-blocks",
                "start": date(2026, 1, 5),
                "blocks": 6,
                "period_nights": 7,
                "seed": SEED,
            },
            "analysis": {"family": "count"},
        }
    )


def make_nights(protocol: Protocol) -> ModelData:
    """All nights of the order, with outcomes that do not count."""
    calendar = Calendar.from_order(protocol, draw_order(protocol))
    n = len(calendar.arm)
    doses = calendar.treated.astype(float)
    outcome = np.where(np.arange(n) % 3, OFF, OFF + 1)
    return assemble(protocol, outcome, np.ones(n, bool), calendar.treated, doses, calendar.period, calendar.on_trial)


def counts_of(data: ModelData, effect: float, half_life: float, numbers: range) -> np.ndarray:
    """Made-up counts of some trials, shape (trials, n): `effect` is the difference of expected counts at full exposure."""
    size = len(numbers)
    rng = np.random.default_rng([SEED, round(-1000 * effect), round(1000 * half_life), numbers.start])
    # States and periods raise the mean of exp by this half: then the expected count off treatment is `OFF`.
    level = math.log(OFF) - (SIGMA**2 + OMEGA**2) / 2

    def all_of(value: float) -> np.ndarray:
        return np.full(size, value)

    truth = Draws(
        level=all_of(level),
        sigma=all_of(SIGMA),
        phi=all_of(PHI),
        omega=all_of(OMEGA),
        half_life=all_of(half_life),
        trend=all_of(0.0),
        start_up=all_of(0.0),
        covariate_effect=np.empty((size, 0)),
        effect=all_of(math.log1p(effect / OFF))[:, None],
        period_offset=rng.normal(0, OMEGA, (size, len(data.period_numbers))),
        block_offset=np.zeros((size, len(data.block_numbers))),
        overdispersion=all_of(OVERDISPERSION),
    )
    return np.minimum(replicate_series(data, truth, rng), data.high)


def measure(task: Task) -> Counter[tuple[float, str]]:
    """How often each verdict was given in some trials of one effect and half-life."""
    from nof1.analyze.engines.nuts import EFFORTS, compile_nuts, mcse, sample_nuts

    effect, half_life, numbers = task
    protocol = make_protocol()
    nights = make_nights(protocol)
    compiled = compile_nuts(nights, progress=lambda *_: None)
    found: Counter[tuple[float, str]] = Counter()
    for number, y in zip(numbers, counts_of(nights, effect, half_life, numbers), strict=True):
        data = replace(nights, y=y)
        code = compiled.code.with_data(observed_outcome=y)
        sampled = sample_nuts(
            replace(compiled, data=data, code=code), seed=number + 1, progress=lambda *_: None, efforts=EFFORTS[:1]
        )
        if sampled.rhat_max > WORST_RHAT:
            found[effect, "no answer"] += 1
            continue
        posterior = sampled.tree["posterior"].to_dataset()
        found[effect, drawn_rows(protocol, data, posterior, mcse=mcse, seed=number)[0].verdict] += 1
    return found


def tasks_of(trials: int) -> list[Task]:
    each = math.ceil(trials / len(HALF_LIVES))
    numbers = range(each)
    parts = [numbers[k : k + _PART] for k in range(0, each, _PART)]
    return [(effect, half_life, part) for effect in EFFECTS for half_life in HALF_LIVES for part in parts]


def report(found: Counter[tuple[float, str]]) -> str:
    said = [*VERDICTS, "no answer"]
    lines = []
    for effect in EFFECTS:
        hits = [found[effect, verdict] for verdict in said]
        trials = sum(hits)
        cells = [f"{100 * count / trials:.0f} ± {100 * standard_error(count, trials):.0f}" for count in hits]
        lines.append(f"| {effect:g} | {trials} | {' | '.join(cells)} |")
    return "\n".join(
        [
            "# How often each verdict is given: counts",
            "",
            "Made by `make calibrate-count`, which runs `python benchmarks/rates_count.py`.",
            "",
            f"84 nights in periods of 7, six blocks of two arms, one order; half-lives of {', '.join(f'{h:g}' for h in HALF_LIVES)} days in equal parts. {OFF:g} awakenings are "
            f"expected of a night off, the threshold is {THRESHOLD:g}, effects are differences of expected counts at full exposure. On the log scale nights scatter with an sd of "
            f"{SIGMA:g} and a correlation of {PHI:g}, periods with {OMEGA:g}; overdispersion {OVERDISPERSION:g}. Sampled by NUTS, one try, "
            f"R̂ up to {WORST_RHAT:g}. Of 100 trials, ± one Monte Carlo standard error.",
            "",
            "| effect | trials | " + " | ".join(said) + " |",
            "|---" * (2 + len(said)) + "|",
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
        found = sum(in_order(spread, measure, tasks_of(chosen.trials)), Counter())
    text = report(found)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    if chosen.keep:
        (HERE / "rates_count.md").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
