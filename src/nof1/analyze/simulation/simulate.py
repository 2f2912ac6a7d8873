"""Trials with a known truth: for calibration, for tests, for the sample data.

The nights come from the model of the analysis; on a whole-number scale they are then rounded and cut at its ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.data import ModelData, assemble, block_of, fading, used_nights
from nof1.analyze.model.days import on_trial_days, treated_days
from nof1.analyze.model.exposure import exposure
from nof1.errors import InputError
from nof1.plan.design.fields import UNCOUNTED
from nof1.plan.design.order import Order
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.doses import planned_share
from nof1.record.diary.entry import Entry
from nof1.record.trial import Trial


@dataclass(frozen=True)
class Truth:
    """What is true in a simulated trial.

    Attributes
    ----------
    level : float
        Outcome off treatment, in points.
    effects : mapping of arm name to float
        At full exposure, in points; zero for arms not named.
    trend : float
        Drift over the whole trial, in points.
    start_up : float
        What the first planned night has beside the level, in points; it fades with a half-life of five nights.
    sigma, phi, omega : float
        Sd between nights, correlation of neighbouring nights, sd between periods.
    block_sd : float
        Sd between blocks, beside that of their periods; of designs whose blocks hold every arm once.
    half_life : float
        In days; 0 for exposure that is the dose itself.
    missing, skipped : float
        Shares of nights without an entry, and of planned doses not taken.
    side_effects : mapping of arm name to (name, share of nights)
    """

    level: float
    effects: Mapping[str, float] = field(default_factory=dict)
    trend: float = 0.0
    start_up: float = 0.0
    sigma: float = 1.0
    phi: float = 0.3
    omega: float = 0.2
    block_sd: float = 0.0
    half_life: float = 2.0
    missing: float = 0.0
    skipped: float = 0.0
    side_effects: Mapping[str, tuple[str, float]] = field(default_factory=dict)


def simulate(protocol: Protocol, order: Order, truth: Truth, *, seed: int) -> Trial:
    """A trial whose nights follow `truth`.

    Skipped doses lower the exposure and are logged as 0 mg; nights without an entry come singly and in short runs.

    Raises
    ------
    InputError
        If `truth` names an arm that the protocol does not have, or a share outside 0 to 1.
    """
    names = [arm.name for arm in protocol.arms]
    for name in (*truth.effects, *truth.side_effects):
        if name not in names:
            raise InputError(f"The truth names the arm {name!r}; the protocol has: {', '.join(names)}.")
    if not (0 <= truth.missing < 1 and 0 <= truth.skipped < 1):
        raise InputError(f"Shares must be from 0 to below 1; missing is {truth.missing:g}, skipped {truth.skipped:g}.")
    rng = np.random.default_rng(seed)
    calendar = Calendar.from_order(protocol, order)
    simulated = simulate_nights(protocol, calendar, truth, rng)
    nights = [night for period in order.periods for night in period.dates]
    by_share = protocol.by_share  # the diary then holds the share of a pack or of a bath, not a dose
    entries = []
    for i, (night, arm) in enumerate(zip(nights, calendar.arm, strict=True)):
        effect, share = truth.side_effects.get(arm, ("", 0.0))
        felt = rng.random() < share
        if simulated.absent[i]:
            continue
        planned = protocol.arm(arm).dose_mg if arm in names else 0.0
        taken = simulated.taken[i].max() if calendar.treated[i].any() else planned_share(protocol, arm)
        entries.append(
            Entry(
                night=night,
                outcome=float(simulated.outcome[i]),
                dose_mg=None if by_share or planned is None else float(planned * taken),
                taken=float(taken) if by_share else None,
                side_effects=(effect,) if felt else (),
            )
        )
    return Trial(protocol, order, tuple(entries))


@dataclass(frozen=True)
class Calendar:
    """Every planned day of one order, as arrays.

    Attributes
    ----------
    arm : object array, shape (days,)
        Name of the arm.
    treated : bool array, shape (days, K)
        Days assigned to each active arm; none on any other day, whatever its name.
    period : int array, shape (days,)
        Number of the period.
    on_trial : bool array, shape (days,)
        Days on one of the arms after the run-in.
    """

    arm: NDArray[np.object_]
    treated: NDArray[np.bool_]
    period: NDArray[np.int64]
    on_trial: NDArray[np.bool_]

    @classmethod
    def from_order(cls, protocol: Protocol, order: Order) -> "Calendar":
        """The days of an order."""
        lengths = [period.nights for period in order.periods]
        arm = np.repeat(np.array([period.arm for period in order.periods], dtype=object), lengths)
        numbers = np.repeat([period.number for period in order.periods], lengths)
        return cls.from_days(protocol, arm, numbers)

    @classmethod
    def from_days(cls, protocol: Protocol, arm: NDArray[np.object_], period: NDArray[np.int64]) -> "Calendar":
        """Days of which the arm and the number of the period are known."""
        return cls(arm, treated_days(protocol, arm), period, on_trial_days(protocol, arm, period))


@dataclass(frozen=True)
class SimulatedNights:
    """What happened on every planned day.

    Attributes
    ----------
    outcome : array, shape (days,)
        On the protocol's scale, of absent nights too.
    taken : array, shape (days, K)
        Dose of each active arm as a share of the planned dose.
    absent : bool array, shape (days,)
        Nights without an entry.
    """

    outcome: Array
    taken: Array
    absent: NDArray[np.bool_]


def simulate_nights(protocol: Protocol, calendar: Calendar, truth: Truth, rng: np.random.Generator) -> SimulatedNights:
    """The nights of one simulated trial as arrays: quick enough for thousands."""
    nights = unbounded_nights(protocol, calendar, truth, rng)
    scale = protocol.outcome
    outcome = np.rint(nights.outcome) if scale.whole else nights.outcome
    return replace(nights, outcome=np.clip(outcome, scale.low, scale.high))


def unbounded_nights(protocol: Protocol, calendar: Calendar, truth: Truth, rng: np.random.Generator) -> SimulatedNights:
    """The same as the model itself has them, neither rounded nor cut at the ends of the scale: for calibration."""
    n = len(calendar.arm)
    taken = calendar.treated * (rng.random((n, 1)) >= truth.skipped).astype(float)
    exposures = exposure(taken, np.array([truth.half_life]))[0] if truth.half_life > 0 else taken
    period = calendar.period - calendar.period[0]
    offsets = rng.normal(0, truth.omega, period[-1] + 1)
    outcome = (
        truth.level
        + truth.trend * np.linspace(-0.5, 0.5, n)
        + truth.start_up * fading(np.arange(n))
        + exposures @ np.array([truth.effects.get(arm.name, 0.0) for arm in protocol.active_arms])
        + offsets[period]
        + _autoregressive(n, truth.sigma, truth.phi, rng)
    )
    absent = absent_nights(n, truth.missing, rng) | np.isin(calendar.arm, UNCOUNTED)
    if truth.block_sd > 0:  # drawn last, so that all else is the same with blocks and without
        outcome = outcome + _block_offsets(protocol, calendar, truth.block_sd, rng)
    return SimulatedNights(outcome, taken, absent)


def _block_offsets(protocol: Protocol, calendar: Calendar, sd: float, rng: np.random.Generator) -> Array:
    """What each day has from its block, shape (days,); nothing outside blocks and in a design without them."""
    size = protocol.block_periods
    if size is None:
        return np.zeros(len(calendar.arm))
    block = np.where(calendar.on_trial, block_of(calendar.period, size), 0)
    offsets = np.r_[0.0, rng.normal(0, sd, block.max())]
    out: Array = offsets[block]
    return out


def as_simulated(protocol: Protocol) -> Protocol:
    """The protocol with the family that simulated trials are analyzed by: thousands of them need the marginal engine.

    Ratings and Student-t nights are taken as normal, which is in points, too.

    Raises
    ------
    InputError
        If the family is not in points.
    """
    analysis = protocol.analysis
    if analysis.family == "normal":
        return protocol
    if analysis.scale != "points":
        raise InputError(
            f'Trials of the family "{analysis.family}" cannot be simulated by the thousand yet: only outcomes in points can (normal, rating, student).'
        )
    priors = protocol.priors.model_copy(update={"degrees_shape": None, "degrees_rate": None})
    return protocol.model_copy(update={"analysis": analysis.model_copy(update={"family": "normal", "priors": priors})})


def simulated_terms(protocol: Protocol, calendar: Calendar, nights: SimulatedNights) -> ModelData:
    """The model's numbers from simulated nights, without a diary: what `terms` takes from `simulate`'s trial.

    Raises
    ------
    RefusalError
        If the nights cannot answer.
    """
    outcome = np.where(nights.absent, np.nan, nights.outcome)
    used = used_nights(protocol, outcome, calendar.arm, calendar.period)
    doses = calendar.treated.astype(float)
    if protocol.analysis.dose == "taken":
        doses[~nights.absent] = nights.taken[~nights.absent]
    return assemble(protocol, outcome, used, calendar.treated, doses, calendar.period, calendar.on_trial)


def _autoregressive(n: int, sigma: float, phi: float, rng: np.random.Generator) -> Array:
    """A stationary AR(1) of n days with sd sigma."""
    shocks = rng.standard_normal(n).tolist()  # Python's own numbers: a loop over them is quicker
    spread = float(np.sqrt(1 - phi**2))
    out = shocks[:1]
    for shock in shocks[1:]:
        out.append(phi * out[-1] + spread * shock)
    return sigma * np.array(out)


def absent_nights(n: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Nights without an entry, in runs of one to three, about `share` of all; shape (n,)."""
    absent = np.zeros(n, dtype=bool)
    while absent.sum() < round(share * n):
        start = rng.integers(n)
        absent[start : start + rng.integers(1, 4)] = True
    return absent
