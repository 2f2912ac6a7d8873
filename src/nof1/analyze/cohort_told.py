"""What a posterior of mean and spread says: intervals, shares, the next person, groups. Knows no person's nights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from nof1.analyze.cohort_people import Moderator
from nof1.analyze.cohort_pool import Population
from nof1.analyze.effects import TAILS
from nof1.analyze.exposure import Array

Summary = dict[str, Any]  # mean, sd, interval


@dataclass(frozen=True, eq=False)
class OfAll:
    """What the population's mean and spread say of shares and of the next person.

    Attributes
    ----------
    population : Population
    x : array, shape (N,)
        Everybody's moderator, centred; zeros without one.
    better : str
        "lower" or "higher".
    threshold : float
        In points.
    """

    population: Population
    x: Array
    better: str
    threshold: float

    def _centres(self) -> list[tuple[Array, float]]:
        """Mean effect at each value of the moderator, shape (P,), and the share of people who have it."""
        values, counts = np.unique(self.x, return_counts=True)
        return [
            (self.population.mean + self.population.slope * value, float(count) / len(self.x))
            for value, count in zip(values, counts, strict=True)
        ]

    def _below(self, point: float) -> Array:
        """Share of people with an effect below a point, for every draw of the population; shape (P,)."""
        spread = self.population.spread
        return np.sum([share * ndtr((point - centre) / spread) for centre, share in self._centres()], axis=0)

    def share(self, *, better: bool) -> Array:
        """Share of people whose effect is better, or worse, by the threshold or more, shape (P,)."""
        if better == (self.better == "higher"):
            return np.asarray(1 - self._below(self.threshold))
        return self._below(-self.threshold)

    def next_person(self) -> Summary:
        """The effect of one more person, before any night of theirs."""
        weight, spread = self.population.weight, self.population.spread
        mean = sum(share * float(weight @ centre) for centre, share in self._centres())
        second = sum(share * float(weight @ (centre**2 + spread**2)) for centre, share in self._centres())
        sd = float(np.sqrt(second - mean**2))
        ends = [
            brentq(lambda point, tail=tail: float(weight @ self._below(point)) - tail, mean - 30 * sd, mean + 30 * sd)
            for tail in TAILS
        ]
        below_none = float(weight @ self._below(0.0))
        benefit, harm = (float(weight @ self.share(better=better)) for better in (True, False))
        return {
            "mean": mean,
            "sd": sd,
            "interval": [float(end) for end in ends],
            "p_better": 1 - below_none if self.better == "higher" else below_none,
            "p_benefit": benefit,
            "p_small": max(0.0, 1 - benefit - harm),
            "p_harm": harm,
        }


def describe_moderator(moderator: Moderator, population: Population) -> Summary:
    """The coefficient, and the mean effect at each value of the moderator."""
    values = [0.0, 1.0] if moderator.groups else [float(value) for value in np.unique(moderator.values)]
    labels: Sequence[Any] = moderator.groups or values
    change = summary(population.slope, population.weight)
    compared = dict(zip(("reference", "group"), moderator.groups or (None, None), strict=True))
    return {
        "field": moderator.field,
        "kind": "groups" if moderator.groups else "number",
        "coefficient": change | {"p_above_zero": float(population.weight @ (population.slope > 0))},
        "rows": [compared | change],
        "groups": [
            {"value": label, "people": int(np.sum(moderator.values == value))}
            | summary(population.mean + population.slope * (value - moderator.centre), population.weight)
            for label, value in zip(labels, values, strict=True)
        ],
    }


def summary(values: Array, weight: Array) -> Summary:
    """Mean, sd and interval of weighted points."""
    mean = float(weight @ values)
    distinct, where = np.unique(values, return_inverse=True)  # many points share a spread
    share = np.bincount(where, weight)
    below = np.cumsum(share) - 0.5 * share
    return {
        "mean": mean,
        "sd": float(np.sqrt(weight @ (values - mean) ** 2)),
        "interval": [float(np.interp(tail, below, distinct)) for tail in TAILS],
    }
