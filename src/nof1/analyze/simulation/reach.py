"""What a design can say at best, before any night: can it ever say *no difference that matters*, and what builds up how slowly is seen.

Best means that the nights say there is no effect at all: of quiet nights, as one person in ten has them, and of usual ones. Works from
precision alone and simulates no outcome. Knows no words for people.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np
from scipy.special import ndtr

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import contrast_sd
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import Pair, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import enough_for, least_chances
from nof1.analyze.model.prior_chances import is_vast, prior_chances
from nof1.analyze.model.verdict import BEYOND_QUESTION
from nof1.analyze.simulation.alternatives import COUNTS, SEEN, seen_share
from nof1.analyze.simulation.nuisance import NAMES, Nuisance
from nof1.analyze.simulation.precision import some_nights
from nof1.analyze.simulation.simulate import as_simulated
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol

QUIET, USUAL = 0.1, 0.5  # quantiles of the spread of nights and of periods
_HALF_LIVES = 24  # quantiles of the prior
_PERSONS = 256  # to take quantiles of
_LONGEST = 366  # nights of a design that is named as one that can
_SHORTEST_SEEN, _LONGEST_SEEN = 0.1, 200.0  # days

# Why *no difference that matters* is out of reach: an arm has too few periods or nights for anything to be settled; the prior holds
# changes for small so surely that nights cannot say it; or even quiet nights leave too wide an interval.
Obstacle = Literal["too few nights", "prior alone", "too wide"]


@dataclass(frozen=True)
class Reach:
    """What a design can say at best.

    Attributes
    ----------
    obstacle : str or None
        Why *no difference that matters* can never be said; None where it can.
    usual : bool
        Whether it can be said of nights that vary as much as is usual, too.
    quick : bool
        Whether *no quick difference*, or more, can be said of quiet nights.
    chances, asked : (float, float)
        Of a small effect once fully built up and over the nights: the best that quiet nights can find, and what the rule asks for.
    prior : (float, float)
        The same before any night.
    largest_threshold : float or None
        Where the prior alone says it: the threshold, in points, up to which nights can say something.
    nearest : Protocol or None
        About the shortest design of the same kind that can say it of usual nights, or, where nothing can be settled, that can settle
        anything; None where there is none within a year, or none is needed.
    half_life : float or None
        Longest half-life, in days, of which at least half of the effect lies between nights on and off; 0 where it is shorter than
        a tenth of a day, None where the model has no build-up.
    """

    obstacle: Obstacle | None
    usual: bool
    quick: bool
    chances: tuple[float, float]
    asked: tuple[float, float]
    prior: tuple[float, float]
    largest_threshold: float | None = None
    nearest: Protocol | None = None
    half_life: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for --json; of the nearest design its own table."""
        nearest = None if self.nearest is None else self.nearest.to_dict()["design"]
        own = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "nearest"}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in own.items()}
        # Infinite where nothing could settle it; JSON has no such number.
        return plain | {"asked": [one if np.isfinite(one) else None for one in self.asked], "nearest": nearest}


def reach(protocol: Protocol, *, nuisance: Nuisance | None = None, seed: int = 1) -> Reach | None:
    """What a design can say at best of the first active arm against the reference.

    Parameters
    ----------
    protocol : Protocol
    nuisance : Nuisance, optional
        Spread and the like of the nights; from the protocol's priors if not given.
    seed : int
        Of the orders that are drawn.

    Returns
    -------
    Reach or None
        None where it cannot be worked out: an order that nof1 does not draw, an outcome that is not in points, or the first edition.

    Examples
    --------
    >>> reach(trial.protocol).half_life > 1
    True
    """
    if protocol.schema_version == 1 or not protocol.randomized or protocol.analysis.scale != "points":
        return None
    protocol = as_simulated(protocol)
    found = _at_best(protocol, nuisance, seed)
    largest = _largest_threshold(protocol, seed) if found.obstacle == "prior alone" else None
    nearest = None if found.usual or largest else _nearest(protocol, found, nuisance, seed)
    half_life = seen_half_life(protocol, seed=seed) if protocol.analysis.carryover == "exponential" else None
    return replace(found, largest_threshold=largest, nearest=nearest, half_life=half_life)


def _at_best(protocol: Protocol, nuisance: Nuisance | None, seed: int, *, orders: int = 4) -> Reach:
    """Means over a few orders."""
    rng = np.random.default_rng(seed)
    pair = pairs(protocol)[0]
    people = nuisance or Nuisance(protocol)
    quiet, usual = (_theta(people, quantile) for quantile in (QUIET, USUAL))
    rows, enough = [], True
    for _ in range(orders):
        data = some_nights(protocol, 0.0, rng)
        enough = enough and enough_for(data, pair)
        prior = prior_chances(protocol, data, [pair])[0]
        asked = least_chances(protocol, prior, enough=True)
        best = [*_best(protocol, data, pair, quiet), *_best(protocol, data, pair, usual)]
        rows.append((*best, asked.full_small, asked.nights_small, prior.full_small, prior.nights_small))
    quiet_found, usual_found, needed, before = np.mean(rows, axis=0).reshape(4, 2)
    obstacle: Obstacle | None = None
    if not enough:
        obstacle = "too few nights"
    elif before.max() > BEYOND_QUESTION or is_vast(protocol):
        obstacle = "prior alone"
    elif np.any(quiet_found < needed):
        obstacle = "too wide"
    return Reach(
        obstacle=obstacle,
        usual=obstacle is None and bool(np.all(usual_found >= needed)),
        quick=enough and bool(quiet_found[1] >= needed[1]),
        chances=(float(quiet_found[0]), float(quiet_found[1])),
        asked=(float(needed[0]), float(needed[1])),
        prior=(float(before[0]), float(before[1])),
    )


def _best(protocol: Protocol, data: ModelData, pair: Pair, natural: dict[str, Array]) -> tuple[float, float]:
    """Chances of a small effect, fully built up and over the nights, where the nights say that there is none at all.

    Theta is known then but for the half-life, of which nothing is learned without an effect: its prior stays.
    """
    model = MarginalModel(data)
    _, root = model.density_and_root(model.coordinates(natural))
    last = slice(model.n_fixed, model.c)
    vector = np.broadcast_to(pair.vector, (len(root), model.k))
    exposed = exposure_summary(data.doses, data.treated, natural["half_life"] if data.exponential else None)[0]

    def small(vector: Array) -> float:
        sd = contrast_sd(root[:, last, last], vector)
        return float(np.mean(1 - 2 * ndtr(-protocol.threshold / sd)))

    return small(vector), small(vector * exposed)


def _theta(nuisance: Nuisance, quantile: float) -> dict[str, Array]:
    """Theta of nights with so much spread, one row for each half-life; the correlation stands at its middle."""
    middle = np.full((_HALF_LIVES, len(NAMES)), 0.5)
    middle[:, NAMES.index("half_life")] = (np.arange(_HALF_LIVES) + 0.5) / _HALF_LIVES
    out = nuisance.from_unit(middle)
    many = nuisance.from_unit(np.repeat(((np.arange(_PERSONS) + 0.5) / _PERSONS)[:, None], len(NAMES), axis=1))
    for name in ("sigma", "omega"):
        out[name] = np.full(_HALF_LIVES, np.quantile(many[name], quantile))
    return out


def _nearest(protocol: Protocol, found: Reach, nuisance: Nuisance | None, seed: int) -> Protocol | None:
    """The same kind of design with about the fewest blocks, pairs or periods more that can say it of usual nights, up to a year.

    Where nothing can be settled, the first that can settle anything.
    """
    content: dict[str, Any] = protocol.to_dict()
    name = next((name for name in COUNTS if name in content["design"]), None)
    if name is None:
        return None
    step = len(protocol.arms) if name == "periods" else 1

    def longer(steps: int) -> Protocol | None:
        design = content["design"] | {name: content["design"][name] + step * steps}
        try:
            one = Protocol.build(content | {"design": design})
        except InputError:
            return None
        return one if one.nights <= _LONGEST else None

    def can(steps: int) -> bool:
        one = longer(steps)
        if one is None:
            return True
        best = _at_best(one, nuisance, seed, orders=2)
        return best.usual if found.obstacle != "too few nights" else best.obstacle != "too few nights"

    most = 1
    while not can(most):
        most *= 2
    # More nights say more, so the first that can is found by halving, to a tenth; one that is too long counts as one that can.
    least = most // 2
    while most - least > max(1, most // 10):
        middle = (most + least) // 2
        least, most = (least, middle) if can(middle) else (middle, most)
    return longer(most)


def _largest_threshold(protocol: Protocol, seed: int) -> float:
    """The threshold below which the prior does not hold a small change for surer than nights can say, to about a thousandth."""
    data = some_nights(protocol, 0.0, np.random.default_rng(seed))
    pair = pairs(protocol)[0]

    def open_at(threshold: float) -> bool:
        other = protocol.model_copy(update={"outcome": protocol.outcome.model_copy(update={"threshold": threshold})})
        before = prior_chances(other, data, [pair])[0]
        return max(before.full_small, before.nights_small) <= BEYOND_QUESTION and not is_vast(other)

    low, high = 0.0, protocol.threshold
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if open_at(middle) else (low, middle)
    return low


def seen_half_life(protocol: Protocol, *, seed: int = 1) -> float:
    """Longest half-life of build-up and wash-out, in days, of which at least half of the effect lies between nights on and off.

    0 where it is shorter than a tenth of a day.

    Parameters
    ----------
    protocol : Protocol
        With a design that nof1 draws.
    seed : int
        Of the orders that are drawn.
    """
    grid = np.geomspace(_SHORTEST_SEEN, _LONGEST_SEEN, 96)
    seen = seen_share(protocol, grid, seed=seed) >= SEEN
    return float(grid[np.flatnonzero(seen)[-1]]) if seen.any() else 0.0
