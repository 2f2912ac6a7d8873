"""What a plan would say, in numbers for people: of so many made-up trials in which the treatment helps, and in which it does nothing."""

from dataclasses import dataclass

from nof1.analyze.arrays import Array
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import GOAL_EFFECT, right_and_wrong, without_looks
from nof1.analyze.simulation.replicate import VERDICTS, Batch, replicate
from nof1.analyze.simulation.simulate import as_simulated
from nof1.plan.protocol.protocol import Protocol

_MOST_OF_SCALE = 0.5  # no larger effect is tried: nights cannot get better by the whole scale
_MISSING = _SKIPPED = 0.05


@dataclass(frozen=True)
class Chances:
    """How often a plan would say what is true, of `trials` made-up trials each.

    Attributes
    ----------
    points : float
        How much better nights truly are in the first kind of trial.
    says, leans : int
        Of these, how many say "helps", and how many more lean that way.
    says_nothing, mistaken : int
        Of trials without any effect, how many say that there is no difference (that matters, or no quick one), and how many say or
        lean towards help or harm.
    """

    trials: int
    points: float
    says: int
    leans: int
    says_nothing: int
    mistaken: int


def chances(protocol: Protocol, *, trials: int = 100, seed: int = 1) -> Chances:
    """Make up trials of a design and count what the rule says of them; one night and one dose in twenty are missed.

    Parameters
    ----------
    protocol : Protocol
        With a design that nof1 draws.
    trials : int
        With a benefit of twice the threshold, at most half of the scale but never below the threshold; and as many without any effect.
    seed : int

    Raises
    ------
    InputError
        If the outcome is not in points, or the order is not one that nof1 draws.

    Examples
    --------
    >>> found = chances(trial.protocol, trials=20)
    >>> found.points, found.trials, found.says + found.leans <= 20
    (2.0, 20, True)
    """
    protocol = as_simulated(without_looks(protocol))
    outcome = protocol.outcome
    most = _MOST_OF_SCALE * (outcome.high - outcome.low) / protocol.threshold
    effect = min(GOAL_EFFECT, max(1.0, most))
    people = Nuisance(protocol)
    sign = 1.0 if outcome.better == "higher" else -1.0
    some, none = replicate(
        [Batch(protocol, people, size, range(trials), seed, _MISSING, _SKIPPED) for size in (sign * effect, 0.0)],
        workers=1,
    )
    right, wrong = right_and_wrong(0.0)
    return Chances(
        trials=trials,
        points=round(effect * protocol.threshold, 6),
        says=_count(some, "helps"),
        leans=_count(some, "leans better"),
        says_nothing=_count(none, *(verdict for verdict in right if verdict != "can't tell yet")),
        mistaken=_count(none, *wrong),
    )


def _count(rows: Array, *verdicts: str) -> int:
    return sum(int((rows[:, 0] == place).sum()) for place, name in enumerate(VERDICTS) if name in verdicts)
