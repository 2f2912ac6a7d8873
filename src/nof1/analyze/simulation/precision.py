"""How wide the interval of a design will be, without simulating a single outcome.

In the normal model the posterior spread of an effect, given theta = (phi, sigma, omega, half-life), does not depend on
the outcomes. So it is enough to average it over the priors of theta and over a few orders that the design could draw.
Quick enough to be the price tag of every choice while planning.
"""

import numpy as np
from scipy.special import ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import contrast_sd
from nof1.analyze.engines.marginal_model import MarginalModel
from nof1.analyze.model.data import ModelData, assemble, used_nights
from nof1.analyze.model.effects import TAILS, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import named_estimand
from nof1.analyze.simulation.nuisance import NAMES, Nuisance
from nof1.analyze.simulation.simulate import Calendar, absent_nights
from nof1.errors import InputError, RefusalError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol

_ORDERS = 8


def expected_width(protocol: Protocol, *, missing: float = 0.05, draws: int = 64, seed: int = 1) -> float:
    """Expected width of the 95 % interval of the first active arm's effect against the reference.

    The mean over theta of 2 z times the posterior sd given theta, z the normal quantile: theta is taken from its priors
    on a Kronecker lattice of quasi-random points (Niederreiter 1992, section 3.1), the orders and missing nights are drawn.

    Parameters
    ----------
    protocol : Protocol
        With a design that nof1 draws.
    missing : float
        Share of nights without an entry.
    draws : int
        Points of theta.
    seed : int

    Returns
    -------
    float
        In points: of the effect over the nights, which leads; in the first edition of the estimand that the protocol names.

    Raises
    ------
    InputError
        If an option is not what it must be, or the order is not one that nof1 draws.
    RefusalError
        If so many nights are missing that an arm is never recorded, or the family is not in points: ratings and Student-t
        nights are taken as normal, but a count or a risk cannot be.
    """
    if protocol.analysis.scale != "points":
        raise RefusalError(
            f'The width of an interval is worked out for outcomes in points, not for the family "{protocol.analysis.family}".'
        )
    if not 0 <= missing <= 0.9:
        raise InputError(f"missing is {missing!r}; it must be a share from 0 to 0.9, such as 0.05.")
    if draws < 1:
        raise InputError(f"draws is {draws!r}; it must be a whole number from 1.")
    rng = np.random.default_rng(seed)
    natural = Nuisance(protocol).from_unit(lattice(draws, len(NAMES), rng))
    orders = min(_ORDERS, draws)
    sds: list[Array] = []
    for i in range(orders):
        try:
            data = some_nights(protocol, missing, rng)
        except RefusalError:  # an arm was never recorded in this one
            continue
        sds.append(_posterior_sd(protocol, data, {name: values[i::orders] for name, values in natural.items()}))
    if not sds:
        raise RefusalError("With so many nights missing, no interval can be expected: an arm is never recorded.")
    return 2 * float(ndtri(TAILS[1])) * float(np.mean(np.concatenate(sds)))


def lattice(count: int, d: int, rng: np.random.Generator) -> Array:
    """Points that fill the unit cube evenly, shape (count, d): multiples of the roots of primes, shifted at random."""
    steps = np.sqrt([2, 3, 5, 7, 11, 13, 17, 19][:d])
    out: Array = (rng.random(d) + np.arange(1, count + 1)[:, None] * steps) % 1.0
    return out


def some_nights(protocol: Protocol, missing: float, rng: np.random.Generator) -> ModelData:
    """The nights of one drawn order, some of them missing; their outcomes are made up, since they do not count.

    They must only not be what the model can meet exactly, which is refused.
    """
    calendar = Calendar.from_order(protocol, draw_order(protocol, seed=int(rng.integers(2**63))))
    days = len(calendar.arm)
    outcome = np.where(absent_nights(days, missing, rng), np.nan, np.sqrt(np.arange(days)))
    used = used_nights(protocol, outcome, calendar.arm, calendar.period)
    return assemble(
        protocol, outcome, used, calendar.treated, calendar.treated.astype(float), calendar.period, calendar.on_trial
    )


def _posterior_sd(protocol: Protocol, data: ModelData, natural: dict[str, Array]) -> Array:
    """Posterior sd of the first active arm's effect given each theta, shape (S,)."""
    if named_estimand(protocol) != "over-nights":
        return full_effect_sd(protocol, data, natural)
    half_life = natural["half_life"] if data.exponential else None
    return _effect_sd(protocol, data, natural, exposure_summary(data.doses, data.treated, half_life)[0])


def full_effect_sd(protocol: Protocol, data: ModelData, natural: dict[str, Array]) -> Array:
    """Posterior sd of the first active arm's effect at full exposure given each theta, in points; shape (S,)."""
    return _effect_sd(protocol, data, natural, 1.0)


def _effect_sd(protocol: Protocol, data: ModelData, natural: dict[str, Array], exposed: Array | float) -> Array:
    model = MarginalModel(data)
    _, root = model.density_and_root(model.coordinates(natural))
    last = slice(model.n_fixed, model.c)
    vector = np.broadcast_to(pairs(protocol)[0].vector, (len(root), model.k))
    return contrast_sd(root[:, last, last], vector * exposed)
