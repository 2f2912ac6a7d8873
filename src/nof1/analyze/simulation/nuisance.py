"""What a simulated trial needs beside the effects: level, trend, start, spread, autocorrelation, period spread, half-life.

Drawn from the protocol's priors, or, for level, spread and autocorrelation, from nights that the person has recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import draw_coefficients, fit_marginal
from nof1.analyze.model.data import NO_BLOCK, REFERENCE, ModelData
from nof1.errors import InputError, RefusalError
from nof1.plan.design.order import RUN_IN, Order
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.entry import Entry
from nof1.record.diary.table import read_diary
from nof1.record.trial import Trial

MIN_OWN_NIGHTS = 7  # fewer say next to nothing on spread and autocorrelation
NAMES = ("level", "trend", "sigma", "phi", "omega", "half_life", "start_up")
FIXED = (*NAMES, "block_sd")  # the spread of blocks is known to the model, so it is never drawn
_DRAWS = 2000


@dataclass(frozen=True, eq=False)
class Nuisance:
    """Where the unknowns of a simulated person come from.

    Attributes
    ----------
    protocol : Protocol
        Its priors, and which parts the model has; a part that it does not have is zero.
    nights : array, shape (draws, 3), or None
        Draws of level, sigma and phi that replace their priors.
    fixed : mapping of name to float
        Values that replace what is drawn or known: any of level, trend, sigma, phi, omega, half_life, start_up, block_sd.
    source : str
        In words, for the page.

    Raises
    ------
    InputError
        If `fixed` names something else.
    """

    protocol: Protocol
    nights: Array | None = None
    fixed: Mapping[str, float] = field(default_factory=dict)
    source: str = "the protocol's priors"

    def __post_init__(self) -> None:
        for name in self.fixed:
            if name not in FIXED:
                raise InputError(f"There is no {name!r} to fix. Choose from: {', '.join(FIXED)}.")

    def draw(self, rng: np.random.Generator) -> dict[str, float]:
        """One person: values by the names of `Truth`, in points, days and shares of one."""
        return {name: float(values[0]) for name, values in self.from_unit(rng.random((1, len(NAMES)))).items()}

    def from_unit(self, unit: Array) -> dict[str, Array]:
        """Persons at points of the unit cube, by inverting the distributions.

        Parameters
        ----------
        unit : array, shape (S, 7)
            One column for each of `NAMES`.

        Returns
        -------
        dict of name to array, shape (S,)
        """
        analysis, priors = self.protocol.analysis, self.protocol.priors
        level, trend, sigma, phi, omega, half_life, start_up = np.clip(unit, 1e-9, 1 - 1e-9).T
        nothing = np.zeros(len(unit))
        values = {
            "level": priors.level_mean + priors.level_sd * ndtri(level),
            "trend": priors.trend_sd * ndtri(trend) if analysis.trend else nothing,
            "sigma": priors.noise_scale * ndtri((1 + sigma) / 2),
            "phi": 2 * betaincinv(priors.autocorrelation_a, priors.autocorrelation_b, phi) - 1
            if analysis.autocorrelation
            else nothing,
            "omega": priors.period_scale * ndtri((1 + omega) / 2) if analysis.period_effects else nothing,
            "half_life": priors.half_life_median * np.exp(priors.half_life_log_sd * ndtri(half_life))
            if analysis.carryover == "exponential"
            else nothing,
            "start_up": priors.own("start_up_sd") * ndtri(start_up) if analysis.start_up else nothing,
            "block_sd": np.full(len(unit), priors.own("block_sd")) if analysis.block_effects else nothing,
        }
        if self.nights is not None:
            rows = self.nights[(level * len(self.nights)).astype(int)]
            values |= dict(zip(("level", "sigma", "phi"), rows.T, strict=True))
        return values | {name: np.full(len(unit), float(value)) for name, value in self.fixed.items()}


def nuisance_from_nights(trial: Trial, *, seed: int = 1) -> Nuisance:
    """Level, spread and autocorrelation from the person's own nights off treatment; the rest stays as in the priors.

    See `nuisance_from_diary`.
    """
    return nuisance_from_diary(trial.protocol, trial.order, trial.entries, seed=seed)


def nuisance_from_folder(folder: str | Path, *, seed: int = 1) -> Nuisance:
    """From the nights that a trial folder holds, whose order may still be sealed; see `nuisance_from_diary`."""
    protocol = Protocol.load(folder)
    return nuisance_from_diary(protocol, load_schedule(folder, protocol), read_diary(folder, protocol), seed=seed)


def nuisance_from_diary(protocol: Protocol, order: Order, entries: Sequence[Entry], *, seed: int = 1) -> Nuisance:
    """Level, spread and autocorrelation from nights off treatment, of a trial whose order may be sealed.

    The run-in nights, or, where fewer than seven of them have an outcome, all nights on the reference arm so far. Nights
    on an active arm are not looked at, so that planning never peeks at the effect.

    Raises
    ------
    RefusalError
        If fewer than seven such nights have an outcome, or they do not vary.
    """
    rated = {entry.night: entry.outcome for entry in entries if entry.outcome is not None}
    days = [(period, rated.get(night)) for period in order.periods for night in period.dates]
    outcome = np.array([np.nan if value is None else value for _, value in days])
    off = np.array([period.arm == protocol.reference for period, _ in days]) & ~np.isnan(outcome)
    run_in = off & np.array([period.number == RUN_IN for period, _ in days])
    name, reference = protocol.outcome.name, protocol.reference
    used, where = (run_in, "run-in nights") if run_in.sum() >= MIN_OWN_NIGHTS else (off, f"nights on {reference}")
    if used.sum() < MIN_OWN_NIGHTS:
        sealed = " While the order is sealed, only run-in nights are known to be such nights." if order.sealed else ""
        raise RefusalError(
            f"Only {int(used.sum())} nights on {reference!r} have a recorded {name}; at least {MIN_OWN_NIGHTS} are needed "
            f"to plan from them.{sealed} Record more nights first, or plan from the priors."
        )
    if np.ptp(outcome[used]) == 0:
        raise RefusalError(
            f"Every recorded {name} on {reference!r} is {outcome[used][0]:g}: with no variation there is no spread to plan "
            "from. Check that the right column was recorded, or plan from the priors."
        )
    fitted = fit_marginal(_without_effects(protocol, outcome, used), seed=seed)
    chosen, coefficients, *_ = draw_coefficients(fitted, _DRAWS, np.random.default_rng(seed))
    level = coefficients[:, 0] + protocol.priors.level_mean
    draws = np.column_stack([level, fitted.sigma[chosen], fitted.phi[chosen]])
    # Sorted by level, so that a point of the unit interval stands for a place in the level's distribution.
    return Nuisance(protocol, draws[np.argsort(draws[:, 0])], source=f"{int(used.sum())} recorded {where}")


def _without_effects(protocol: Protocol, outcome: Array, used: NDArray[np.bool_]) -> ModelData:
    """ModelData of a model with a level and autocorrelated nights, and nothing else."""
    day = np.flatnonzero(used)
    none: dict[str, Any] = {"covariates": np.empty((len(day), 0)), "covariate_sd": np.empty(0), "covariate_names": ()}
    return ModelData(
        y=outcome[used],
        day=day,
        time=np.zeros(len(day)),
        doses=np.empty((day[-1] + 1, 0)),
        treated=np.empty((day[-1] + 1, 0), dtype=bool),
        arm=np.full(len(day), REFERENCE),
        period=np.zeros(len(day), dtype=int),
        period_numbers=(RUN_IN,),
        block=np.full(len(day), NO_BLOCK),
        block_numbers=(),
        arms=(),
        priors=protocol.priors,
        exponential=False,
        trend=False,
        start_up=False,
        period_effects=False,
        autocorrelation=protocol.analysis.autocorrelation,
        **none,
    )
