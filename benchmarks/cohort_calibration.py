"""Whether the intervals of a cohort hold the truth as often as they say. Prints a table and keeps it in benchmarks/cohort.md.

Mean and spread of a population from their priors, 40 people from the population. Once with likelihoods that are exactly normal, so
that stage two stands alone; once with simulated trials, whose nights follow the model with all else drawn from the priors, so
that both stages are in it. Leaves with status 1 if an interval holds the truth too seldom. Beside it, and not promised: people
whose nights are all much steadier than the priors expect.
"""

import argparse
import math
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, in_order, machines
from scipy import special  # the module: workers are sent what this file names

from nof1.analyze.cohort.cohort import Cohort
from nof1.analyze.cohort.fit import pool
from nof1.analyze.cohort.likelihood import Person, PersonPair, effect_grid, person_of
from nof1.analyze.cohort.nodes import MEAN_SD, SPREAD_SCALE
from nof1.analyze.engines.marginal import MarginalFit, fit_marginals
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import LEVEL
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.replicate import terms_or_refusal
from nof1.analyze.simulation.simulate import (
    Calendar,
    SimulatedNights,
    Truth,
    simulate_nights,
    simulated_terms,
    unbounded_nights,
)
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
PEOPLE = 40
EXACT, TRIALS = 200, 60  # cohorts of each kind
SPAN, THRESHOLD = 10.0, 1.0
STEADY = ((3, 4), (6, 7))  # blocks, and nights of a period
STEADY_PEOPLE, STEADY_MEAN, STEADY_SPREAD = 500, -1.2, 0.9
STEADY_TRUTH = {"level": 5.0, "sigma": 1.0, "phi": 0.3, "omega": 0.2, "half_life": 2.0}
ERRORS = 3.0  # Monte Carlo standard errors that a share may be below what is promised
NAMES = ("mean", "spread", "share who benefit", "share who are harmed", "next person", "each person, pooled")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_option(options)
    clock = time.perf_counter()
    with machines(options.parse_args().dask) as spread:
        exact = np.array(in_order(spread, exact_cohort, range(EXACT)))
        lived = np.array(in_order(spread, lived_cohort, range(TRIALS)))
        steady = in_order(spread, steady_cohort, list(STEADY))
    rows, kept = [], True
    for i, name in enumerate(NAMES):
        cells = []
        for held in (exact[:, i], lived[:, i]):
            # Of the people of one cohort the share is one number; of everything else it is yes or no.
            error = max(math.sqrt(LEVEL * (1 - LEVEL) / len(held)), float(held.std() / math.sqrt(len(held))))
            fine = held.mean() >= LEVEL - ERRORS * error
            kept &= bool(fine)
            cells.append(f"{100 * held.mean():.1f} % ± {100 * error:.1f} %{'' if fine else ' (TOO SELDOM)'}")
        rows.append(f"| {name} | {cells[0]} | {cells[1]} |")
    text = report(rows, steady, kept=kept)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    (HERE / "cohort.md").write_text(text, encoding="utf-8")
    return 0 if kept else 1


def population(rng: np.random.Generator) -> tuple[float, float, np.ndarray]:
    """Mean and spread from their priors, and the people's effects with one more of the next person."""
    mean, spread = rng.normal(0, MEAN_SD * SPAN), abs(rng.normal(0, SPREAD_SCALE * SPAN))
    return mean, spread, rng.normal(mean, spread, PEOPLE + 1)


def exact_cohort(seed: int) -> list[float]:
    """Which intervals held the truth where everybody's likelihood is exactly normal."""
    rng = np.random.default_rng([1, seed])
    mean, spread, effects = population(rng)
    people = []
    for i, effect in enumerate(effects[:-1]):
        sd = rng.uniform(0.3, 1.5)
        peak = rng.normal(effect, sd)
        grid = effect_grid(peak, sd, SPAN)
        people.append(as_person(f"{i}", grid, -0.5 * ((grid - peak) / sd) ** 2))
    return held(pool(people), mean, spread, effects)


def lived_cohort(seed: int) -> list[float]:
    """Which intervals held the truth where everybody lived a trial."""
    rng = np.random.default_rng([2, seed])
    mean, spread, effects = population(rng)
    protocol = make_protocol()
    lived = []
    for effect in effects[:-1]:
        calendar = Calendar.from_order(protocol, draw_order(protocol, seed=int(rng.integers(2**63))))
        lived.append(terms_or_refusal(protocol, calendar, nights(protocol, calendar, effect, rng)))
    fitted = iter(fit_marginals([one for one in lived if isinstance(one, ModelData)], seed=1))
    people, truths = [], []
    for i, (one, effect) in enumerate(zip(lived, effects[:-1], strict=True)):
        fit = next(fitted) if isinstance(one, ModelData) else one
        if isinstance(fit, MarginalFit):
            people.append(person_of(protocol, fit, name=f"{i}", diary_sha256=""))
            truths.append(effect)
    return held(pool(people), mean, spread, np.array([*truths, effects[-1]]))


def steady_cohort(design: tuple[int, int]) -> str:
    """A row of the second table: blocks and nights of a period, all else alike in all people."""
    protocol = make_protocol(*design)
    lived = []
    for i, effect in enumerate(np.random.default_rng(3).normal(STEADY_MEAN, STEADY_SPREAD, STEADY_PEOPLE)):
        calendar = Calendar.from_order(protocol, draw_order(protocol, seed=i))
        truth = Truth(**STEADY_TRUTH, effects={"magnesium": effect})
        lived.append(
            simulated_terms(
                protocol, calendar, simulate_nights(protocol, calendar, truth, np.random.default_rng([3, i]))
            )
        )
    found = fit_marginals(lived, seed=1)
    people = [
        person_of(protocol, fit, name=f"{i}", diary_sha256="")
        for i, fit in enumerate(found)
        if isinstance(fit, MarginalFit)
    ]
    cohort = pool(people)
    told = (
        f"{one['mean']:.2f} ({one['interval'][0]:.2f} to {one['interval'][1]:.2f})"
        for one in (cohort.mean, cohort.spread)
    )
    return f"| {protocol.nights} | {' | '.join(told)} |"


def make_protocol(blocks: int = 4, period_nights: int = 7) -> Protocol:
    """The template's trial in blocks of 2 periods."""
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {
            "start": date(2026, 1, 5),
            "blocks": blocks,
            "period_nights": period_nights,
            "run_in_nights": 0,
            "seed": 1,
        },
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


def nights(protocol: Protocol, calendar: Calendar, effect: float, rng: np.random.Generator) -> SimulatedNights:
    """Nights that follow the model itself: neither rounded nor cut at the ends of the scale."""
    truth = Truth(**Nuisance(protocol).draw(rng), effects={"magnesium": effect})
    return unbounded_nights(protocol, calendar, truth, rng)


def as_person(name: str, grid: np.ndarray, log_likelihood: np.ndarray) -> Person:
    alone = {"mean": 0.0, "sd": 1.0, "interval": (0.0, 0.0), "verdict": "can't tell yet"}
    pair = PersonPair(
        arm="magnesium",
        reference="off",
        outcome="severity",
        measure="difference in points",
        better="lower",
        scale=(0.0, SPAN),
        threshold=THRESHOLD,
        estimand="full",
        effect_sd=MEAN_SD * SPAN,
        grid=grid,
        log_likelihood=log_likelihood,
        alone=alone,
        fields={},
    )
    return Person(name, (pair,), "", "", 56, simulated=True)


def held(cohort: Cohort, mean: float, spread: float, effects: np.ndarray) -> list[float]:
    """For each of `NAMES` whether its interval held the truth; of the people the share."""
    truths = (
        mean,
        spread,
        special.ndtr((-THRESHOLD - mean) / spread),
        special.ndtr((mean - THRESHOLD) / spread),
        effects[-1],
    )
    told = (cohort.mean, cohort.spread, cohort.share_benefit, cohort.share_harmed, cohort.next_person)
    found = [float(one["interval"][0] <= truth <= one["interval"][1]) for one, truth in zip(told, truths, strict=True)]
    lower, upper = cohort.people["pooled_lower"], cohort.people["pooled_upper"]
    return [*found, float(np.mean((lower <= effects[:-1]) & (effects[:-1] <= upper)))]


def report(rows: list[str], steady: list[str], *, kept: bool) -> str:
    return "\n".join(
        [
            "# Whether a cohort's intervals hold the truth",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/cohort_calibration.py`.",
            "",
            f"Cohorts of {PEOPLE} people on a scale of {SPAN:g} points. Mean and spread of each population come from their priors, "
            f"Normal(0, {MEAN_SD * SPAN:g}) and HalfNormal({SPREAD_SCALE * SPAN:g}). In {EXACT} cohorts each person's likelihood is exactly normal, "
            f"with an sd from 0.3 to 1.5 points: stage two alone. In {TRIALS} cohorts each person lives a trial of 56 nights in periods of 7, "
            "all else of it drawn from the priors, neither rounded nor cut: both stages. Benefit and harm are a point or more.",
            "",
            f"Share of cohorts (in the last row of people) whose {100 * LEVEL:g} % interval held the truth; what follows ± is one Monte Carlo "
            f"standard error. It may be below {100 * LEVEL:g} % by {ERRORS:g} of these.",
            "",
            "| interval of | exact likelihoods | simulated trials |",
            "|---|---|---|",
            *rows,
            "",
            f"The promise is {'kept' if kept else 'BROKEN'}.",
            "",
            "## Where everybody's nights are steadier than the priors expect",
            "",
            "The priors of each protocol say beforehand how much nights and periods may scatter; pooling does not learn that from the others. Here "
            f"{STEADY_PEOPLE} people all have the same steady nights (an sd of {STEADY_TRUTH['sigma']:g} point between nights, {STEADY_TRUTH['omega']:g} between "
            f"periods, half-life {STEADY_TRUTH['half_life']:g} days, whole-number ratings): what differs between people is then taken for noise where trials "
            "are short, and the spread is told too small. Long trials hardly suffer.",
            "",
            "| nights of each person | mean (true " + f"{STEADY_MEAN:g}) | spread (true {STEADY_SPREAD:g}) |",
            "|---|---|---|",
            *steady,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
