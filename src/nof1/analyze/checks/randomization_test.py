"""The randomization test of a trial: no model, only the orders that could have been drawn.

The reference set of two arms is the allowed orders that leave the nights of all other arms where they were
(`nof1.analyze.checks.reference_set`), each with the same run-in, washout, pauses and missing nights: those that nof1 could have
drawn, or those that the person of adopted nights states. What p and the interval are is in
`nof1.analyze.checks.order_statistics`. Knows no model and no engine.
"""

from dataclasses import dataclass

from nof1.analyze.checks.order_statistics import Statistic, check_statistic, judge
from nof1.analyze.checks.reference_set import reference_set
from nof1.analyze.model.effects import LEVEL, pairs
from nof1.analyze.reasons import Reason, reason_of
from nof1.errors import InputError, RefusalError
from nof1.record.trial import Trial

MAX_ENUMERATED = 200_000  # orders; of more, some are drawn


@dataclass(frozen=True)
class RandomizationTest:
    """The test of one arm against another.

    Attributes
    ----------
    arm, reference : str
    statistic : float
        The arm's mean minus the reference's, in points: of period means, or of nights.
    of : {"periods", "nights"}
    p, p_one_sided : float
        Two-sided; and for the arm being better, which the protocol's outcome fixes beforehand.
    p_smallest : float
        Least two-sided p that any outcomes of the same nights could have given.
    orders : int
        In the reference set: all orders of two arms; with more arms, those that leave the other arms' nights where they were.
    exact : bool
        Whether all of them were looked at.
    draws : int or None
        How many were drawn where they were too many.
    interval : tuple of (float or None)
        Every constant difference, in points, with p of at least 1 - `level`; None where there is no end on that side.
    level : float
    """

    arm: str
    reference: str
    statistic: float
    of: Statistic
    p: float
    p_one_sided: float
    p_smallest: float
    orders: int
    exact: bool
    draws: int | None
    interval: tuple[float | None, float | None]
    level: float


@dataclass(frozen=True)
class NotTested:
    """A pair of arms without a test, and the reason."""

    arm: str
    reference: str
    refused: Reason


def randomization_test(
    trial: Trial,
    arm: str | None = None,
    reference: str | None = None,
    *,
    seed: int = 1,
    statistic: Statistic | None = None,
    draws: int | None = None,
) -> RandomizationTest:
    """Compare two arms by what the other possible orders would have given.

    Missing nights are missing in every order, and with carryover "discard:n" each order loses the first n nights of its own
    periods. Run-in nights belong to no order and are left out. An order in which one of the arms has no recorded night has no
    statistic and counts as at least as extreme as the observed one, so that p errs upwards. Where there are more than
    200,000 orders, some of them are drawn and p is (1 + hits) / (1 + draws).

    Parameters
    ----------
    trial : Trial
    arm, reference : str, optional
        The first active arm and the protocol's reference, if not given.
    seed : int
        Of the orders that are drawn where they are too many.
    statistic : {"periods", "nights"}, optional
        Difference of the arms' means of period means, or of their means of nights. If not given, of period means where nof1
        drew the order; where it was drawn elsewhere of nights, or of phase means where it was drawn when phases change.
    draws : int, optional
        How many; 10,000 if not given, of single nights in any order 100,000, and fewer in trials of more than 100 periods.

    Raises
    ------
    RefusalError
        If nof1 did not draw the order and nobody stated how it was drawn, or one of the arms has no recorded night.
    InputError
        If an arm or the statistic is unknown.

    Examples
    --------
    >>> nof1.randomization_test(trial).p
    0.0625
    """
    protocol = trial.protocol
    if statistic is not None:
        check_statistic(statistic)
    if draws is not None and draws < 1:
        raise InputError(f"The number of draws {draws} must be 1 or more.")
    names = [one.name for one in protocol.arms]
    arm = protocol.active_arms[0].name if arm is None else arm
    reference = protocol.reference if reference is None else reference
    for name in (arm, reference):
        if name not in names:
            raise InputError(f"There is no arm {name!r}. Choose from: {', '.join(names)}.")
    if arm == reference:
        raise InputError(f"{arm!r} cannot be compared with itself. Choose two arms of: {', '.join(names)}.")
    allowed = reference_set(trial, arm, reference)
    statistic = allowed.statistic if statistic is None else statistic
    exact = allowed.count <= MAX_ENUMERATED
    looked = None if exact else allowed.draws if draws is None else draws
    differences = allowed.differences(statistic, draws=looked, seed=seed)
    found = judge(differences, level=LEVEL)
    return RandomizationTest(
        arm=arm,
        reference=reference,
        statistic=found.statistic,
        of=statistic,
        p=found.p,
        p_one_sided=found.p_greater if protocol.outcome.better == "higher" else found.p_less,
        p_smallest=found.p_smallest,
        orders=allowed.count,
        exact=exact,
        draws=looked,
        interval=found.interval,
        level=LEVEL,
    )


def randomization_tests(trial: Trial, *, seed: int = 1) -> tuple[RandomizationTest | NotTested, ...]:
    """The randomization test of every pair of arms: the first active arm against the reference first."""

    def tested(arm: str, reference: str) -> RandomizationTest | NotTested:
        try:
            return randomization_test(trial, arm, reference, seed=seed)
        except RefusalError as refusal:
            return NotTested(arm, reference, reason_of(refusal))

    return tuple(tested(pair.arm, pair.reference) for pair in pairs(trial.protocol))
