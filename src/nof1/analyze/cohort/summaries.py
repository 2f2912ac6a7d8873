"""What a posterior of mean and spread says: intervals, shares, the next person, groups. Knows no person's nights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from nof1.analyze.arrays import Array
from nof1.analyze.cohort.people import Moderator
from nof1.analyze.cohort.pool import Population
from nof1.analyze.model.effects import TAILS

Summary = dict[str, Any]  # mean, sd, interval


@dataclass(frozen=True, eq=False)
class OfAll:
    """What the population's mean and spread say of shares and of the next person.

    Attributes
    ----------
    population : Population
    design : array, shape (N, C)
        What each person's mean effect is made of.
    better : str
        "lower" or "higher".
    threshold : float
        In points.
    """

    population: Population
    design: Array
    better: str
    threshold: float

    def _centres(self) -> list[tuple[Array, float]]:
        """Mean effect of each kind of people, shape (P,), and the share of people who are of it."""
        rows, counts = np.unique(self.design, axis=0, return_counts=True)
        return [
            (self.population.mean(row), float(count) / len(self.design))
            for row, count in zip(rows, counts, strict=True)
        ]

    def mean(self) -> Array:
        """Mean effect over all people, shape (P,)."""
        return self.population.mean(self.design.mean(axis=0))

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
    """The coefficient where there is one, the mean effect at each value or of each group, and the differences of groups.

    Of three groups and more each is held against the one with most people.
    """
    weight = population.weight
    values = list(range(len(moderator.groups))) if moderator.groups else np.unique(moderator.values).tolist()
    means = [population.mean(moderator.row(value)) for value in values]
    people = moderator.counts if moderator.groups else [int(np.sum(moderator.values == value)) for value in values]
    labels: Sequence[Any] = moderator.groups or values
    told: Summary = {
        "field": moderator.field,
        "kind": "groups" if moderator.groups else "number",
        "coefficient": None,
        "rows": [],
        "groups": [
            {"value": label, "people": count} | summary(mean, weight)
            for label, count, mean in zip(labels, people, means, strict=True)
        ],
    }
    if not moderator.many:
        slope = population.coefficients[1]
        change = summary(slope, weight)
        names = moderator.groups or (None, None)
        told["coefficient"] = change | {"p_above_zero": float(weight @ (slope > 0))}
        told["rows"] = [{"reference": names[0], "group": names[1]} | change]
        return told
    most = int(np.argmax(people))
    told["rows"] = [
        {"reference": labels[most], "group": labels[i]} | summary(means[i] - means[most], weight)
        for i in values
        if i != most
    ]
    return told


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
