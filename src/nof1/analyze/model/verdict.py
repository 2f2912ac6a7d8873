"""The rule: from chances to a verdict. Pure functions of a few numbers, of both editions.

Second edition: a claim needs a chance that reaches the protocol's certainty, and nights that would have convinced somebody who
began undecided, too (a Bayes factor of at least certainty / (1 - certainty)); so no claim comes from the prior alone. Which arms may
be spoken of at all is decided before (`enough_nights`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nof1.analyze.model.effects import Verdict

LEAST_PERIODS, LEAST_NIGHTS = 2, 6  # with a rated night, and rated nights, in each arm; fewer and nothing is settled
LEAST_CHANGES = 2  # from one of the two arms to the other: with one, what an arm did and what time did is the same
BEYOND_QUESTION = (
    0.999  # a region that the prior holds for surer than this is never settled: nights could not speak against it
)
LOOK_MARGIN = 0.10  # at a planned look the certainty of the full effect is at most this much below the look's own
_ROUNDING = 1e-12  # 0.9 / (1 - 0.9) is a little above 9
_NEVER = 1e-15  # so that odds stay finite


@dataclass(frozen=True)
class Region:
    """The chance that an effect lies in a region.

    Attributes
    ----------
    posterior, prior : float
        With the nights; and before them, for the same design and the same nights.
    bayes_factor : float or None
        Odds with the nights over odds before them; None where the prior leaves no question.
    """

    posterior: float
    prior: float
    bayes_factor: float | None

    def settled(self, certainty: float) -> bool:
        """Whether the chance reaches the certainty, and would for somebody who began undecided.

        Examples
        --------
        >>> region(0.955, 0.68).settled(0.90)  # odds of 21 after, of 2.1 before: a factor of 10
        True
        >>> region(0.955, 0.85).settled(0.90)
        False
        """
        asked = (1 - _ROUNDING) * certainty / (1 - certainty)
        return self.bayes_factor is not None and self.posterior >= certainty and self.bayes_factor >= asked


@dataclass(frozen=True)
class Regions:
    """What the rule asks of: better or worse by at least the threshold once fully built up; smaller than it so, and over these nights."""

    full_benefit: Region
    full_harm: Region
    full_small: Region
    nights_small: Region


@dataclass(frozen=True)
class Certainty:
    """What a verdict asks for: of every claim, and of the full effect's being small, too."""

    claim: float
    full: float


def region(posterior: float, prior: float, draws: int | None = None, *, question: bool = True) -> Region:
    """A region's chances, and what the nights changed.

    Parameters
    ----------
    posterior, prior : float
    draws : int, optional
        How many draws the posterior was counted from, k of S: its odds are then those of (k + 1/2) / (S + 1), which are finite.
    question : bool
        False of a region that is no question whatever the prior says (`is_vast`).
    """
    if prior > BEYOND_QUESTION or not question:
        return Region(posterior, prior, None)
    counted = posterior if draws is None else (posterior * draws + 0.5) / (draws + 1)
    return Region(posterior, prior, _odds(counted) / _odds(prior))


def least_chance(prior: float, certainty: float) -> float:
    """The least chance with which a region is settled; infinite where the prior leaves no question.

    Examples
    --------
    >>> least_chance(0.4, 0.90), round(least_chance(0.8, 0.90), 4)  # odds of 4 before, of 36 after
    (0.9, 0.973)
    """
    if prior > BEYOND_QUESTION:
        return np.inf
    odds = certainty / (1 - certainty) * _odds(prior)
    return max(certainty, odds / (1 + odds))


def _odds(chance: float) -> float:
    inside = min(max(chance, _NEVER), 1 - _NEVER)
    return inside / (1 - inside)


def enough_nights(arms: Iterable[tuple[int, int]], changes: int) -> bool:
    """Whether two arms have enough periods and rated nights, given as (periods, nights), and were changed more than once.

    Examples
    --------
    >>> enough_nights([(2, 6), (3, 20)], 3), enough_nights([(1, 28), (1, 28)], 1)
    (True, False)
    """
    return changes >= LEAST_CHANGES and all(
        periods >= LEAST_PERIODS and nights >= LEAST_NIGHTS for periods, nights in arms
    )


def decide(certainty: Certainty, *, enough: bool, p_better: float, regions: Regions | None) -> Verdict:
    """The second edition's rule; the first line that holds.

    Parameters
    ----------
    certainty : Certainty
    enough : bool
        Whether both arms have enough nights (`enough_nights`).
    p_better : float
        Chance that the effect over these nights is for the better.
    regions : Regions or None
        None where no threshold was stated: then the verdict can only lean.

    Examples
    --------
    >>> decide(Certainty(0.9, 0.8), enough=False, p_better=0.97, regions=None)
    'leans better'
    """
    if enough and regions is not None:
        if regions.full_benefit.settled(certainty.claim):
            return "helps"
        if regions.full_harm.settled(certainty.claim):
            return "worsens"
        if regions.nights_small.settled(certainty.claim):
            return "no difference that matters" if regions.full_small.settled(certainty.full) else "no quick difference"
    return _leaning(certainty.claim, p_better)


def decide_first_edition(
    certainty: float, *, p_better: float, p_benefit: float, p_small: float, p_harm: float
) -> Verdict:
    """The first edition's rule, of trials that were planned by it: a verdict where its chance reaches the certainty."""
    if p_benefit >= certainty:
        return "helps"
    if p_harm >= certainty:
        return "worsens"
    if p_small >= certainty:
        return "no difference that matters"
    return _leaning(certainty, p_better)


def _leaning(certainty: float, p_better: float) -> Verdict:
    if p_better >= certainty:
        return "leans better"
    if 1 - p_better >= certainty:
        return "leans worse"
    return "can't tell yet"
