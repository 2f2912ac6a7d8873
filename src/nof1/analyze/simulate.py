"""Trials with a known truth: for calibration, for tests, for the sample data.

The nights come from the model of the analysis; on a whole-number scale they are then rounded and cut at its ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nof1.analyze.exposure import Array, exposure
from nof1.errors import InputError
from nof1.plan.order import Order
from nof1.plan.protocol import Protocol
from nof1.record.diary import Entry
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
    sigma, phi, omega : float
        Sd between nights, correlation of neighbouring nights, sd between periods.
    half_life : float
        In days; 0 for exposure that is the dose itself.
    missing, skipped : float
        Shares of nights without an entry, and of planned doses not taken.
    side_effects : mapping of arm name to (name, share of nights)
    """

    level: float
    effects: Mapping[str, float] = field(default_factory=dict)
    trend: float = 0.0
    sigma: float = 1.0
    phi: float = 0.3
    omega: float = 0.2
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
    nights = [night for period in order.periods for night in period.dates]
    arms = [period.arm for period in order.periods for _ in period.dates]
    n = len(nights)
    active = [arm.name for arm in protocol.active_arms]
    assigned = np.column_stack([[float(arm == name) for arm in arms] for name in active])
    taken = assigned * (rng.random((n, 1)) >= truth.skipped)
    exposures = exposure(taken, np.array([truth.half_life]))[0] if truth.half_life > 0 else taken
    offsets = rng.normal(0, truth.omega, len(order.periods))
    period = np.repeat(np.arange(len(order.periods)), [period.nights for period in order.periods])
    outcome = (
        truth.level
        + truth.trend * np.linspace(-0.5, 0.5, n)
        + exposures @ np.array([truth.effects.get(name, 0.0) for name in active])
        + offsets[period]
        + _autoregressive(n, truth.sigma, truth.phi, rng)
    )
    scale = protocol.outcome
    if scale.whole:
        outcome = np.rint(outcome)
    outcome = np.clip(outcome, scale.low, scale.high)
    absent = _gaps(n, truth.missing, rng)
    entries = []
    for i, (night, arm) in enumerate(zip(nights, arms, strict=True)):
        effect, share = truth.side_effects.get(arm, ("", 0.0))
        felt = rng.random() < share
        if absent[i]:
            continue
        planned = protocol.arm(arm).dose_mg
        entries.append(
            Entry(
                night=night,
                outcome=float(outcome[i]),
                dose_mg=None if planned is None else float(planned * (taken[i].max() if assigned[i].any() else 1.0)),
                side_effects=(effect,) if felt else (),
            )
        )
    return Trial(protocol, order, tuple(entries))


def _autoregressive(n: int, sigma: float, phi: float, rng: np.random.Generator) -> Array:
    """A stationary AR(1) of n days with sd sigma."""
    shocks = rng.standard_normal(n)
    out = np.empty(n)
    out[0] = shocks[0]
    for i in range(1, n):
        out[i] = phi * out[i - 1] + np.sqrt(1 - phi**2) * shocks[i]
    return sigma * out


def _gaps(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Absent nights in runs of one to three, about `share` of all."""
    absent = np.zeros(n, dtype=bool)
    while absent.sum() < round(share * n):
        start = rng.integers(n)
        absent[start : start + rng.integers(1, 4)] = True
    return absent
