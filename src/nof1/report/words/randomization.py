"""The randomization test in words: which orders were possible, and how often they would have given such a difference."""

from typing import TYPE_CHECKING

from nof1.analyze.checks.permutation_distribution import finished_until
from nof1.analyze.checks.randomization_test import NotTested, RandomizationTest
from nof1.language import say, sentences, spoken
from nof1.plan.orders.amendments import stop_of
from nof1.plan.protocol.protocol import Protocol
from nof1.report.words.drawn_elsewhere import stated_sentence
from nof1.report.words.reasons import reason_sentence

if TYPE_CHECKING:
    from nof1.record.trial import Trial


def randomization_sentence(protocol: Protocol, test: RandomizationTest | NotTested) -> str:
    """Which orders were possible, by whose word, how often they would have given such a difference, and what could never show."""
    if isinstance(test, NotTested):
        return reason_sentence(test.refused)
    return sentences([stated_sentence(protocol), _found(protocol, test)])


def randomization_of_trial(trial: "Trial", test: RandomizationTest | NotTested) -> str:
    """The same of a trial, with what a stop before the last planned night means for it."""
    return sentences([randomization_sentence(trial.protocol, test), stopping_sentence(trial)])


def stopping_sentence(trial: "Trial") -> str:
    """What this check keeps to in a trial that was stopped, and what the stopping means for it; empty for any other."""
    stop = stop_of(trial.amendments)
    if stop is None:
        return ""
    if stop.unrelated:
        meant = say(
            "The reason, as it was stated, had nothing to do with the ratings: then stopping does not change what chance alone brings."
        )
    elif stop.unrelated is None:
        meant = say(
            "Nobody said whether the ratings had to do with the stopping. If they had, it is not allowed for here: then chance alone brings "
            "such differences more often than this says."
        )
    else:
        meant = say(
            "The ratings had to do with the stopping, and that is not allowed for here: chance alone brings such differences more often than "
            "this says."
        )
    last = finished_until(trial.order)
    kept = (
        ""
        if last is None
        else say(
            "The trial was stopped, and this check keeps to blocks that were finished, the last on {day}.",
            day=spoken().day(last),
        )
    )
    return sentences([kept, meant])


def _found(protocol: Protocol, test: RandomizationTest) -> str:
    one, other = protocol.arm(test.arm).title, protocol.arm(test.reference).title
    others = len(protocol.arms) > 2
    orders, draws = test.orders, test.draws
    if orders == 1 and others:
        return say(
            "No order but the actual one was possible with the nights on the other arms left where they were, so this "
            "check cannot tell {one} from {other}.",
            one=one,
            other=other,
        )
    if orders == 1:
        return say(
            "No order but the actual one was possible, so this check cannot tell {one} from {other}.",
            one=one,
            other=other,
        )
    size = abs(test.statistic)
    told: list[str] = [
        _possible(orders, draws, others=others),
        say(
            "If {one} and {other} made no difference, a difference of {means} at least as large as this one ({size}, either "
            "way) would come up in {times}.",
            one=one,
            other=other,
            means=_means(protocol, test),
            size=_size(protocol, size),
            times=_often(test.p)
            if draws is not None
            else say(
                "{hits} of the {orders} orders ({often})",
                hits=round(test.p * orders),
                orders=orders,
                often=_often(test.p),
            ),
        ),
    ]
    if test.p_smallest > 1 - test.level:
        told.append(
            say(
                "With so few orders and these nights no difference, however large, could come up in fewer than {often}: this "
                "design could never have shown one at the mark of {mark} in 100, so the interval has no ends.",
                often=_often(test.p_smallest),
                mark=round(100 * (1 - test.level)),
            )
        )
    elif None in test.interval:
        told.append(
            say(
                "On at least one side no difference is unlikely enough to be ruled out, so the interval has no end there."
            )
        )
    return sentences(told)


def _means(protocol: Protocol, test: RandomizationTest) -> str:
    if test.of == "nights":
        return say("means of nights")
    by_phase = protocol.stated is not None and protocol.stated.by_phase
    return say("phase means") if by_phase else say("period means")


def _size(protocol: Protocol, size: float) -> str:
    """A difference of means in the outcome's unit."""
    if protocol.outcome.unit:
        return say("{size:.2g} {unit}", size=size, unit=protocol.outcome.unit)
    return say("{size:.2g} points", size=size) if protocol.analysis.scale == "points" else say("{size:.2g}", size=size)


def _possible(orders: int, draws: int | None, *, others: bool) -> str:
    """How many orders there were, and how many of them were looked at."""
    number = orders if orders < 10**6 else say("More than 10^{power}", power=len(str(orders)) - 1)
    told = (
        say(
            "{number} orders were possible with the nights on the other arms left where they were, each as likely as the "
            "actual one",
            number=number,
        )
        if others
        else say("{number} orders were possible, each as likely as the actual one", number=number)
    )
    if draws is None:
        return say("{clause}.", clause=told)
    return say("{clause}; {draws} of them were drawn at random to look at.", clause=told, draws=draws)


def _often(p: float) -> str:
    """A probability as people say it."""
    if p < 0.01:
        return say("fewer than 1 in 100")
    return say("about {n} in 100", n=round(100 * p))
