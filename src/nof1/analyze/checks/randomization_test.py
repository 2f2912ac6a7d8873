"""The randomization test of a trial: no model, only the orders that could have been drawn.

The reference set of two arms is the allowed orders that leave the nights of all other arms where they were
(`nof1.plan.orders.pairs`), each lived with the same run-in, washout, pauses and missing nights. What p and the interval
are is in `nof1.analyze.checks.order_statistics`. Knows no model and no engine.
"""

from dataclasses import dataclass

from nof1.analyze.checks.order_statistics import Statistic, Tested, check_statistic, judge
from nof1.analyze.checks.permutation_distribution import differences_of, nights_lived
from nof1.analyze.model.effects import LEVEL, pairs
from nof1.errors import InputError, RefusalError
from nof1.language import Said, Sentence, say, sentences
from nof1.plan.orders.pairs import orders_between
from nof1.plan.protocol.protocol import Protocol
from nof1.record.trial import Trial

MAX_ENUMERATED = 200_000  # orders; of more, some are drawn
DRAWS = 10_000
_MOST_DRAWN = 1_000_000  # periods in all, so that a trial of a thousand takes about a second
_FEWEST_DRAWS = 1_000


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
    sentence : str
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
    sentence: Sentence


@dataclass(frozen=True)
class NotTested:
    """A pair of arms without a test, and the reason."""

    arm: str
    reference: str
    refused: Sentence


def randomization_test(
    trial: Trial,
    arm: str | None = None,
    reference: str | None = None,
    *,
    seed: int = 1,
    statistic: Statistic = "periods",
    draws: int | None = None,
) -> RandomizationTest:
    """Compare two arms by what the other possible orders would have given.

    Missing nights are missing in every order, and with carryover "discard:n" each order loses the first n nights of its own
    periods. Run-in nights belong to no order and are left out. An order in which one of the arms has no recorded night has no
    statistic and counts as at least as extreme as the lived one, so that p errs upwards. Where there are more than
    200,000 orders, some of them are drawn and p is (1 + hits) / (1 + draws).

    Parameters
    ----------
    trial : Trial
    arm, reference : str, optional
        The first active arm and the protocol's reference, if not given.
    seed : int
        Of the orders that are drawn where they are too many.
    statistic : {"periods", "nights"}
        Difference of the arms' means of period means, or of their means of nights.
    draws : int, optional
        How many; 10,000, or fewer in trials of more than 100 periods, if not given.

    Raises
    ------
    RefusalError
        If nof1 did not draw the order, or one of the arms has no recorded night.
    InputError
        If an arm or the statistic is unknown.

    Examples
    --------
    >>> nof1.randomization_test(trial).p
    0.0625
    """
    protocol = trial.protocol
    check_statistic(statistic)
    if not protocol.randomized:
        raise RefusalError(
            say(
                "A randomization test needs to know which other orders could have been drawn. The order of these nights was not "
                "drawn by nof1, so nobody can say; plan the next trial with 'nof1 plan', which draws it."
            )
        )
    draws = max(_FEWEST_DRAWS, min(DRAWS, _MOST_DRAWN // protocol.periods)) if draws is None else draws
    if draws < 1:
        raise InputError(f"The number of draws {draws} must be 1 or more.")
    names = [one.name for one in protocol.arms]
    arm = protocol.active_arms[0].name if arm is None else arm
    reference = protocol.reference if reference is None else reference
    for name in (arm, reference):
        if name not in names:
            raise InputError(f"There is no arm {name!r}. Choose from: {', '.join(names)}.")
    if arm == reference:
        raise InputError(f"{arm!r} cannot be compared with itself. Choose two arms of: {', '.join(names)}.")
    sequence = [names.index(name) for name in trial.order.arms()]
    places = names.index(arm), names.index(reference)
    lived = nights_lived(trial, arm, reference)
    allowed = orders_between(protocol, sequence, *places)
    exact = allowed.count <= MAX_ENUMERATED
    differences = differences_of(
        protocol, sequence, places, lived, allowed, statistic, draws=None if exact else draws, seed=seed
    )
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
        draws=None if exact else draws,
        interval=found.interval,
        level=LEVEL,
        sentence=_sentence(protocol, arm, reference, statistic, found, allowed.count, None if exact else draws),
    )


def randomization_tests(trial: Trial, *, seed: int = 1) -> tuple[RandomizationTest | NotTested, ...]:
    """The randomization test of every pair of arms: the first active arm against the reference first."""

    def tested(arm: str, reference: str) -> RandomizationTest | NotTested:
        try:
            return randomization_test(trial, arm, reference, seed=seed)
        except RefusalError as refusal:
            return NotTested(arm, reference, refusal.told)

    return tuple(tested(pair.arm, pair.reference) for pair in pairs(trial.protocol))


def _sentence(
    protocol: Protocol, arm: str, reference: str, statistic: Statistic, found: Tested, orders: int, draws: int | None
) -> str:
    """Which orders were possible, how often they would have given such a difference, and what the design could never show."""
    one, other = protocol.arm(arm).title, protocol.arm(reference).title
    others = len(protocol.arms) > 2
    if orders == 1 and others:
        return say(
            "No order but the one that was lived was possible with the nights on the other arms left where they were, so this "
            "check cannot tell {one} from {other}.",
            one=one,
            other=other,
        )
    if orders == 1:
        return say(
            "No order but the one that was lived was possible, so this check cannot tell {one} from {other}.",
            one=one,
            other=other,
        )
    size = abs(found.statistic)
    told: list[str] = [
        _possible(orders, draws, others=others),
        say(
            "If {one} and {other} made no difference, a difference of {means} at least as large as this one ({size}, either "
            "way) would come up in {times}.",
            one=one,
            other=other,
            means=say("period means") if statistic == "periods" else say("means of nights"),
            size=say("{size:.2g} points", size=size)
            if protocol.analysis.scale == "points"
            else say("{size:.2g}", size=size),
            times=_often(found.p)
            if draws is not None
            else say(
                "{hits} of the {orders} orders ({often})",
                hits=round(found.p * orders),
                orders=orders,
                often=_often(found.p),
            ),
        ),
    ]
    if found.p_smallest > 1 - LEVEL:
        told.append(
            say(
                "With so few orders and these nights no difference, however large, could come up in fewer than {often}: this "
                "design could never have shown one at the mark of {mark} in 100, so the interval has no ends.",
                often=_often(found.p_smallest),
                mark=round(100 * (1 - LEVEL)),
            )
        )
    elif None in found.interval:
        told.append(
            say(
                "On at least one side no difference is unlikely enough to be ruled out, so the interval has no end there."
            )
        )
    return sentences(told)


def _possible(orders: int, draws: int | None, *, others: bool) -> Said:
    """How many orders there were, and how many of them were looked at."""
    number = orders if orders < 10**6 else say("More than 10^{power}", power=len(str(orders)) - 1)
    told = (
        say(
            "{number} orders were possible with the nights on the other arms left where they were, each as likely as the one "
            "that was lived",
            number=number,
        )
        if others
        else say("{number} orders were possible, each as likely as the one that was lived", number=number)
    )
    if draws is None:
        return say("{clause}.", clause=told)
    return say("{clause}; {draws} of them were drawn at random to look at.", clause=told, draws=draws)


def _often(p: float) -> Said:
    """A probability as people say it."""
    if p < 0.01:
        return say("fewer than 1 in 100")
    return say("about {n} in 100", n=round(100 * p))
