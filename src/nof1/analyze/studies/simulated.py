"""Whole studies made up and analysed: people with effects of their own, each with a trial, pooled as `nof1 cohort` does.

Every study has random numbers of its own, made from the seed and its number, so that a result does not depend on how the work is
shared out.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.cohort import Cohort
from nof1.analyze.cohort.fit import fit_cohort
from nof1.analyze.simulation.replicate import Batch
from nof1.analyze.simulation.simulate import Truth, simulate
from nof1.analyze.studies.closed_form import LEAST, critical_sum
from nof1.analyze.studies.own_errors import SILENT
from nof1.errors import RefusalError
from nof1.plan.orders.draw import draw_order
from nof1.record.trial import Trial

COLUMNS = (
    "analysed", "mean", "mean_sd", "mean_lower", "mean_upper", "spread", "spread_lower", "spread_upper", "differ",
    "told", "wrong", "held", "width", "told_alone", "wrong_alone", "width_alone",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class StudyBatch(Batch):
    """Simulated studies that share a design; `trials` are the numbers of the studies, `effect` is the mean effect in thresholds.

    Attributes
    ----------
    people : int
        Who finish, in each study.
    between : float
        Sd of the effects between people, in points; of every active arm, each with effects of its own.
    """

    people: int = 2
    between: float = 0.0

    def study(self, number: int) -> tuple[dict[str, Trial], Array]:
        """The trials of one study by names, and the true effect of each person on the first active arm, in points."""
        rng = np.random.default_rng([self.seed, 22, number])
        arms = [arm.name for arm in self.protocol.active_arms]
        mean = self.effect * self.protocol.threshold
        trials, effects = {}, []
        for place in range(self.people):
            person: dict[str, Any] = self.nuisance.draw(rng)
            own = mean + self.between * rng.standard_normal(len(arms))
            order_seed, night_seed = (int(value) for value in rng.integers(2**63, size=2))
            truth = Truth(
                **person,
                effects=dict(zip(arms, own.tolist(), strict=True)),
                missing=self.missing,
                skipped=self.skipped,
            )
            order = draw_order(self.protocol, seed=order_seed)
            trials[str(place)] = simulate(self.protocol, order, truth, seed=night_seed)
            effects.append(own[0])
        return trials, np.array(effects)

    def results(self) -> Array:
        """One row a study with `COLUMNS`; nan where there is no answer at all."""
        return np.array([self._row(number) for number in self.trials]).round(7)

    def _row(self, number: int) -> list[float]:
        trials, effects = self.study(number)
        try:
            cohort = fit_cohort(
                trials, arm=self.protocol.active_arms[0].name, reference=self.protocol.reference, seed=self.seed
            )
        except RefusalError:
            return [0.0, *[math.nan] * (len(COLUMNS) - 1)]
        true = effects[cohort.people["name"].astype(int).to_numpy()]
        return [
            float(len(cohort.people)),
            cohort.mean["mean"],
            cohort.mean["sd"],
            *cohort.mean["interval"],
            cohort.spread["mean"],
            *cohort.spread["interval"],
            float(people_differ(cohort, self.protocol.priors.effect_sd, self.between)),
            *_own(cohort, true),
        ]

    def split(self) -> list[Self]:
        """One study a task: each is as much work as many trials."""
        return [replace(self, trials=self.trials[i : i + 1]) for i in range(len(self.trials))]


def _own(cohort: Cohort, true: Array) -> list[float]:
    """Shares of all people in it, with the help of the others and alone."""
    frame = cohort.people
    told, wrong = _sides(frame["pooled_lower"], frame["pooled_upper"], true)
    alone, wrong_alone = _sides(frame["lower"], frame["upper"], true)
    held = (frame["pooled_lower"] <= true) & (true <= frame["pooled_upper"])
    width = (frame["pooled_upper"] - frame["pooled_lower"]).mean()
    width_alone = (frame["upper"] - frame["lower"]).mean()
    return [told, wrong, float(held.mean()), float(width), alone, wrong_alone, float(width_alone)]


def _sides(lower: "pd.Series[float]", upper: "pd.Series[float]", true: Array) -> tuple[float, float]:
    """Share of intervals on the side of zero where the truth is, and on the other."""
    above, below = (lower > 0).to_numpy(), (upper < 0).to_numpy()
    right = (above & (true > 0)) | (below & (true < 0))
    return float(right.mean()), float(((above | below) & ~right).mean())


def people_differ(cohort: Cohort, effect_sd: float, between: float) -> bool:
    """Whether the test of `spread_power` says that people differ, by what each one's own nights say without the prior of the effect.

    Parameters
    ----------
    cohort : Cohort
    effect_sd : float
        Sd of everybody's prior, which is taken off.
    between : float
        Spread that the test is made for, in points.
    """
    sd, mean = cohort.people["sd"].to_numpy(), cohort.people["mean"].to_numpy()
    precision = sd**-2 - effect_sd**-2
    speaks = precision > SILENT * sd**-2
    if speaks.sum() < LEAST:
        return False
    variance = 1 / precision[speaks]
    estimate = (mean / sd**2)[speaks] * variance
    weight = 1 / (between**2 + variance)
    centre = float(weight @ estimate) / float(weight.sum())
    return bool(weight @ (estimate - centre) ** 2 > critical_sum(len(variance), variance, between))
