"""Whether the intervals of a cohort hold the truth as often as they say. Prints a table and keeps it in benchmarks/cohort.md.

Mean and spread of a population from their priors, 40 people from the population. Once with likelihoods that are exactly normal, so
that stage two stands alone; once with simulated trials, whose nights follow the model with all else drawn from the priors, so
that both stages are in it. Leaves with status 1 if an interval holds the truth too seldom.
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

from nof1.analyze.cohort import Cohort, Person, PersonPair, pool
from nof1.analyze.cohort_likelihood import effect_grid, effect_likelihood
from nof1.analyze.cohort_nodes import MEAN_SD, SPREAD_SCALE
from nof1.analyze.effects import LEVEL
from nof1.analyze.exposure import exposure
from nof1.analyze.marginal import fit_marginal
from nof1.analyze.nuisance import Nuisance
from nof1.analyze.simulate import Calendar, SimulatedNights, simulated_terms
from nof1.errors import RefusalError
from nof1.plan.draw import draw_order
from nof1.plan.protocol import Protocol
from nof1.plan.template import load_template, merge

HERE = Path(__file__).parent
PEOPLE = 40
EXACT, TRIALS = 200, 20  # cohorts of each kind
SPAN, THRESHOLD = 10.0, 1.0
ERRORS = 3.0  # Monte Carlo standard errors that a share may be below what is promised
NAMES = ("mean", "spread", "share who benefit", "share who are harmed", "next person", "each person, pooled")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_option(options)
    clock = time.perf_counter()
    with machines(options.parse_args().dask) as spread:
        exact = np.array(in_order(spread, exact_cohort, range(EXACT)))
        lived = np.array(in_order(spread, lived_cohort, range(TRIALS)))
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
    text = report(rows, kept=kept)
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
    people, truths = [], []
    for i, effect in enumerate(effects[:-1]):
        calendar = Calendar.of(protocol, draw_order(protocol, seed=int(rng.integers(2**63))))
        try:
            data = simulated_terms(protocol, calendar, nights(protocol, calendar, effect, rng))
            fitted = fit_marginal(data, seed=1)
        except RefusalError:
            continue
        people.append(as_person(f"{i}", *effect_likelihood(fitted, 0, protocol.priors.effect_sd, SPAN)))
        truths.append(effect)
    return held(pool(people), mean, spread, np.array([*truths, effects[-1]]))


def make_protocol() -> Protocol:
    """The template's trial of 56 nights: 4 blocks of 2 periods of 7 nights."""
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": date(2026, 1, 5), "blocks": 4, "period_nights": 7, "run_in_nights": 0, "seed": 1},
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


def nights(protocol: Protocol, calendar: Calendar, effect: float, rng: np.random.Generator) -> SimulatedNights:
    """Nights that follow the model itself: neither rounded nor cut at the ends of the scale."""
    of = Nuisance(protocol).draw(rng)
    taken = calendar.treated.astype(float)
    n = len(taken)
    noise = rng.standard_normal(n)
    for t in range(1, n):
        noise[t] = of["phi"] * noise[t - 1] + math.sqrt(1 - of["phi"] ** 2) * noise[t]
    number = calendar.period - calendar.period[0]
    outcome = of["level"] + of["trend"] * np.linspace(-0.5, 0.5, n) + of["sigma"] * noise
    outcome += effect * exposure(taken, np.array([of["half_life"]]))[0, :, 0]
    outcome += rng.normal(0, of["omega"], number[-1] + 1)[number]
    return SimulatedNights(outcome, taken, np.zeros(n, dtype=bool))


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


def report(rows: list[str], *, kept: bool) -> str:
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
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
