"""The randomization test of a trial: no model, only the orders that could have been drawn.

The reference set of two arms is the allowed orders that leave the nights of all other arms where they were
(`nof1.plan.pairs`), each lived with the same run-in, washout, pauses and missing nights. What p and the interval
are is in `nof1.analyze.randomization`. Knows no model and no engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.effects import LEVEL, pairs
from nof1.analyze.exposure import Array
from nof1.analyze.randomization import Differences, Statistic, Tested, check_statistic, judge
from nof1.errors import InputError, RefusalError
from nof1.plan.fields import PAUSE
from nof1.plan.order import RUN_IN
from nof1.plan.pairs import PairOrders, Signs, Swaps, drawn_numbers, first_nights, orders_between, signs_of
from nof1.plan.protocol import Protocol
from nof1.record.trial import Trial

MAX_ENUMERATED = 200_000  # orders; of more, some are drawn
DRAWS = 10_000
_MOST_DRAWN = 1_000_000  # periods in all, so that a trial of a thousand takes about a second
_FEWEST_DRAWS = 1_000
_CELLS = 100_000  # orders times periods looked at together: they fit a core's own cache


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
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for results.json; an interval without any end is None."""
        names = ("statistic", "p", "p_one_sided", "p_smallest", "orders", "exact", "draws", "level", "arm", "reference")
        ends = None if self.interval == (None, None) else list(self.interval)
        return {name: getattr(self, name) for name in names} | {
            "of": self.of,
            "interval": ends,
            "sentence": self.sentence,
        }


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
    """
    protocol = trial.protocol
    check_statistic(statistic)
    if not protocol.randomized:
        raise RefusalError(
            "A randomization test needs to know which other orders could have been drawn. The order of these nights was not drawn by "
            "nof1, so nobody can say; plan the next trial with 'nof1 plan', which draws it."
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
    lived = _lived(trial, arm, reference)
    allowed = orders_between(protocol, sequence, *places)
    exact = allowed.count <= MAX_ENUMERATED
    differences = _differences(
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


def describe_randomization(trial: Trial, *, seed: int = 1) -> dict[str, Any]:
    """The randomization test of every pair of arms, for results.json.

    Returns
    -------
    dict
        That of the first active arm against the reference, with `pairs`, the same for every further pair; or
        `refused`, the reason, where there is none.
    """
    tests = []
    for pair in pairs(trial.protocol):
        try:
            tests.append(randomization_test(trial, pair.arm, pair.reference, seed=seed).to_dict())
        except RefusalError as refusal:
            if not tests:
                return {"refused": str(refusal)}
            tests.append({"arm": pair.arm, "reference": pair.reference, "refused": str(refusal)})
    return tests[0] | {"pairs": tests[1:]}


@dataclass(frozen=True, eq=False)
class _Lived:
    """The planned nights in calendar order, pauses left out.

    Attributes
    ----------
    outcome : array, shape (nights,)
        Less the mean of the two arms' nights, in points; 0 where not used.
    used : bool array, shape (nights,)
        With an outcome, and not soon after a pause where first nights are discarded.
    on : bool array, shape (nights,)
        Lived on the arm.
    discarded : int
        First nights of each period that are left out.
    """

    outcome: Array
    used: NDArray[np.bool_]
    on: NDArray[np.bool_]
    discarded: int


def _lived(trial: Trial, arm: str, reference: str) -> _Lived:
    rated = {entry.night: entry.outcome for entry in trial.entries}
    outcome: list[float | None] = []
    arms: list[str | None] = []
    pauses: list[int] = []
    for period in trial.order.periods:
        if period.arm == PAUSE:
            pauses.append(len(outcome))
        else:
            outcome += [rated.get(night) for night in period.dates]
            arms += [period.arm if period.number != RUN_IN else None] * period.nights
    values = np.array(outcome, dtype=float)
    name = np.array(arms, dtype=object)
    used = ~np.isnan(values)
    discarded = trial.protocol.analysis.discarded_nights
    for night in pauses:  # a period goes on after a pause as it began: in every order, as the pause has its dates
        used[night : night + discarded] = False
    compared = used & ((name == arm) | (name == reference))
    centre = values[compared].mean() if compared.any() else 0.0
    return _Lived(np.where(used, values - centre, 0.0), used, name == arm, discarded)


def _differences(
    protocol: Protocol,
    sequence: list[int],
    places: tuple[int, int],
    lived: _Lived,
    allowed: PairOrders,
    statistic: Statistic,
    *,
    draws: int | None,
    seed: int,
) -> Differences:
    """The statistic of every order, or of so many drawn ones."""

    def nights_of(signs: Signs) -> NDArray[np.int64]:
        first, end = first_nights(protocol, sequence, signs, *places)
        return np.array([np.minimum(first + lived.discarded, end), end])

    here = signs_of([sequence], *places)
    spans = nights_of(here)
    contrast = _contrast(here[0], spans[:, 0], lived.used, statistic)
    columns = np.array([lived.used, lived.outcome, lived.used & lived.on, contrast], dtype=float)
    sums = np.concatenate([np.zeros((4, 1)), np.cumsum(columns, axis=1)], axis=1)  # of all nights before each
    own = _ratios(_totals(here, sums[:, spans[1]] - sums[:, spans[0]], statistic))[:, 0]
    alike = len({protocol.period_nights(protocol.arms[place].name) for place in places}) == 1

    def totals_of(signs: Signs) -> Array:
        # Periods of one length hold the same nights in every order.
        first, end = spans if alike else nights_of(signs)
        return _totals(signs, sums[:, end] - sums[:, first], statistic)

    units = len(allowed.units) if isinstance(allowed, Swaps) else 0
    singly = np.array([0, *(1 << i for i in range(units))], dtype=object)
    base = totals_of(allowed.rows(singly)) if isinstance(allowed, Swaps) else np.empty(0)
    parts = []
    for numbers in _numbers(allowed.count, draws, seed, at_once=max(1, _CELLS // len(sequence))):
        if isinstance(allowed, Swaps):  # each unit adds its own part, whatever the others do
            steps = base[..., 1:] - base[..., :1]
            totals = base[..., :1] + steps @ allowed.turned(numbers).T.astype(float)
        else:
            totals = totals_of(allowed.rows(numbers))
        parts.append(_ratios(totals))
    value, pull, likeness = np.concatenate(parts, axis=1)
    size = float(np.abs(lived.outcome).max())
    return Differences(value, pull, likeness, float(own[0]), float(own[2]), size, drawn=draws is not None)


def _numbers(count: int, draws: int | None, seed: int, *, at_once: int) -> Iterator[NDArray[Any]]:
    """Of all orders, or of random ones, some at a time."""
    numbers = np.arange(count) if draws is None else drawn_numbers(count, draws, seed=seed)
    return (numbers[start : start + at_once] for start in range(0, len(numbers), at_once))


def _contrast(signs: Signs, spans: NDArray[np.int64], used: NDArray[np.bool_], statistic: Statistic) -> Array:
    """The weight of each night in the lived difference, shape (nights,).

    Raises
    ------
    RefusalError
        If one of the arms has no recorded night.
    """
    nights = [np.flatnonzero(used[first:end]) + first for first, end in spans.T]
    weights = np.zeros(len(used))
    for sign in (1, -1):
        own = [some for some, of in zip(nights, signs, strict=True) if of == sign and len(some)]
        if not own:
            raise RefusalError("One of the two arms has no recorded night, so there is no difference to test.")
        total = sum(len(some) for some in own)
        for some in own:
            weights[some] = sign / (len(own) * len(some) if statistic == "periods" else total)
    return weights


def _totals(signs: Signs, sums: Array, statistic: Statistic) -> Array:
    """Weights of the periods on the arm and on its reference, and what they add up to, for each order.

    Parameters
    ----------
    signs : array, shape (orders, periods)
    sums : array, shape (1 + columns, orders or 1, periods)
        Number of used nights of each period, and sums over them; one row if they are the same in all orders.

    Returns
    -------
    array, shape (2, 1 + columns, orders)
    """
    if statistic == "periods":
        sums = np.concatenate([sums[:1] > 0, sums[1:] / np.maximum(sums[:1], 1)])
    arms = [(signs == sign).astype(float) for sign in (1, -1)]
    if sums.shape[1] == 1:
        return np.array([sums[:, 0] @ arm.T for arm in arms])
    return np.array([np.sum(arm * sums, axis=2) for arm in arms])


def _ratios(totals: Array) -> Array:
    """Difference of means, reference from arm, of each order, shape (columns, orders); nan where an arm has no recorded night."""
    weight = totals[:, 0]
    known = np.all(weight > 0.5, axis=0)  # whole numbers, up to rounding
    out: Array = np.full((totals.shape[1] - 1, totals.shape[2]), np.nan)
    on, off = totals[:, 1:, known] / weight[:, None, known]
    out[:, known] = on - off
    return out


def _sentence(
    protocol: Protocol, arm: str, reference: str, statistic: Statistic, found: Tested, orders: int, draws: int | None
) -> str:
    """Which orders were possible, how often they would have given such a difference, and what the design could never show."""
    one, other = protocol.arm(arm).title, protocol.arm(reference).title
    kept = " with the nights on the other arms left where they were" if len(protocol.arms) > 2 else ""
    mean = "period means" if statistic == "periods" else "means of nights"
    if orders == 1:
        return f"No order but the one that was lived was possible{kept}, so this check cannot tell {one} from {other}."
    possible = f"{_large(orders)} orders were possible{kept}, each as likely as the one that was lived"
    if draws is None:
        times = f"{round(found.p * orders)} of the {orders} orders ({_often(found.p)})"
    else:
        possible += f"; {draws} of them were drawn at random to look at"
        times = _often(found.p)
    said = (
        f"{possible}. If {one} and {other} made no difference, a difference of {mean} at least as large as this one "
        f"({abs(found.statistic):.2g} points, either way) would come up in {times}."
    )
    mark = round(100 * (1 - LEVEL))
    if found.p_smallest > 1 - LEVEL:
        return (
            f"{said} With so few orders and these nights no difference, however large, could come up in fewer than {_often(found.p_smallest)}: this design "
            f"could never have shown one at the mark of {mark} in 100, so the interval has no ends."
        )
    if None in found.interval:
        return f"{said} On at least one side no difference is unlikely enough to be ruled out, so the interval has no end there."
    return said


def _often(p: float) -> str:
    """A probability as people say it."""
    if p < 0.01:
        return "fewer than 1 in 100"
    return f"about {round(100 * p)} in 100"


def _large(count: int) -> str:
    """A number of orders in few digits."""
    return str(count) if count < 10**6 else f"More than 10^{len(str(count)) - 1}"
