"""Many simulated trials of one design, each analyzed by the marginal engine, on several cores.

Every trial has random numbers of its own, made from the seed, its true effect and its number. So a result does not depend
on how the work is shared out, and two designs are tried on the same simulated persons.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, Self, get_args

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import QUICK_ROUNDS, MarginalFit, fit_marginals
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import Verdict, pairs
from nof1.analyze.model.judgement import JudgedPair
from nof1.analyze.parallel.processes import Progress, Spread, run_local
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.simulate import Calendar, SimulatedNights, Truth, simulate_nights, simulated_terms
from nof1.errors import InputError, RefusalError
from nof1.plan.design.order import Order
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
NO_ANSWER = len(VERDICTS)  # where the engine refuses: no variation, an arm never recorded, weights not to be trusted
COLUMNS = ("verdict", "mean", "lower", "upper")  # of a result; the verdict by its place in VERDICTS

_LEAST_TRIALS, _MOST_TRIALS = 20, 1_000_000
_CHUNK = 32  # trials a task: small enough for a progress bar, large enough that sending them costs nothing
_ALONE = 40  # fewer trials than this are done here; starting workers would take longer


@dataclass(frozen=True, eq=False)
class Batch:
    """Simulated trials that share a design and a true effect.

    Attributes
    ----------
    protocol : Protocol
    nuisance : Nuisance
    effect : float
        Of every active arm at full exposure, in multiples of the threshold, with the outcome's own sign.
    trials : range
        Numbers of the trials.
    seed : int
    missing, skipped : float
        Shares of nights without an entry, and of doses not taken.
    """

    protocol: Protocol
    nuisance: Nuisance
    effect: float
    trials: range
    seed: int
    missing: float
    skipped: float

    def truth(self, trial: int) -> tuple[Truth, Order, int]:
        """What is true in a trial, the order drawn for it, and the seed of its nights."""
        key = round(self.effect * 1000) % 2**32
        rng = np.random.default_rng([self.seed, key, trial])
        person: dict[str, Any] = self.nuisance.draw(rng)
        order_seed, night_seed = (int(value) for value in rng.integers(2**63, size=2))
        points = self.effect * self.protocol.threshold
        truth = Truth(
            **person,
            effects={arm.name: points for arm in self.protocol.active_arms},
            missing=self.missing,
            skipped=self.skipped,
        )
        return truth, draw_order(self.protocol, seed=order_seed), night_seed

    def nights(self, trial: int) -> ModelData:
        """The numbers of one simulated trial.

        Raises
        ------
        RefusalError
            If its nights cannot answer.
        """
        _, calendar, simulated = self.realised(trial)
        return simulated_terms(self.protocol, calendar, simulated)

    def realised(self, trial: int) -> tuple[Order, Calendar, SimulatedNights]:
        """The order of one simulated trial, its days, and what happened on each."""
        truth, order, seed = self.truth(trial)
        calendar = Calendar.from_order(self.protocol, order)
        return order, calendar, simulate_nights(self.protocol, calendar, truth, np.random.default_rng(seed))

    def results(self) -> Array:
        """Simulate and analyze all of them: one row a trial with `COLUMNS`; nan where there is no answer."""
        nights = [terms_or_refusal(self.protocol, *self.realised(trial)[1:]) for trial in self.trials]
        return np.array([_row(judged) for judged in first_pairs(self.protocol, nights, seed=self.seed)])

    def split(self) -> list[Self]:
        """The same in parts of a few trials."""
        return [replace(self, trials=self.trials[i : i + _CHUNK]) for i in range(0, len(self.trials), _CHUNK)]


def terms_or_refusal(protocol: Protocol, calendar: Calendar, simulated: SimulatedNights) -> ModelData | RefusalError:
    """The numbers of one simulated trial, or why its nights cannot answer."""
    try:
        return simulated_terms(protocol, calendar, simulated)
    except RefusalError as refusal:
        return refusal


def first_pairs(
    protocol: Protocol, trials: Sequence[ModelData | RefusalError], *, seed: int
) -> list[JudgedPair | RefusalError]:
    """The first active arm against the reference, judged by the protocol's rule; by the quick rounds.

    Parameters
    ----------
    trials : sequence of ModelData or RefusalError
        Trials that are analyzed together; a refusal stays one.

    Returns
    -------
    list of JudgedPair or RefusalError
        In the order of the trials; a refusal where the weights cannot be trusted.
    """
    found = iter(fit_marginals([one for one in trials if isinstance(one, ModelData)], seed=seed, rounds=QUICK_ROUNDS))
    return [one if isinstance(one, RefusalError) else _first_pair(protocol, next(found)) for one in trials]


def _first_pair(protocol: Protocol, fitted: MarginalFit | RefusalError) -> JudgedPair | RefusalError:
    if isinstance(fitted, RefusalError):
        return fitted
    return mixture_rows(protocol, fitted, compared=pairs(protocol)[:1], full_ends=False)[0]


def _row(judged: JudgedPair | RefusalError) -> tuple[float, float, float, float]:
    """`COLUMNS` of one trial. Rounded, since the last bits depend on how trials are shared out and how many threads there are."""
    if isinstance(judged, RefusalError):
        return NO_ANSWER, np.nan, np.nan, np.nan
    effect = judged.leading
    low, high = effect.interval
    return VERDICTS.index(judged.verdict), round(effect.mean, 7), round(low, 7), round(high, 7)


def replicate(
    batches: Sequence[Batch],
    *,
    workers: int | None = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> list[Array]:
    """Simulate and analyze all trials of several batches.

    Parameters
    ----------
    batches : sequence of Batch
    workers : int, optional
        Processes; as many as there are cores, at most four, if not given. A few trials are done without any.
    spread : callable, optional
        Does the work elsewhere, such as `nof1.analyze.parallel.dask.run_dask`.
    progress : callable, optional
        Told the stage, the trials done and the whole.

    Returns
    -------
    list of arrays, shape (trials, columns)
        For each batch what its `results` gives, in the order of its trials: of a `Batch` the `COLUMNS`.
    """
    tasks = [(place, part) for place, batch in enumerate(batches) for part in batch.split()]
    whole = sum(len(part.trials) for _, part in tasks)
    # Long trials first, so that no core waits for the others at the end.
    order = sorted(range(len(tasks)), key=lambda task: -tasks[task][1].protocol.nights * len(tasks[task][1].trials))
    parts: dict[int, Array] = {}
    done = 0
    for task, rows in (spread or run_local(workers, few=whole < _ALONE))(_numbered, [(i, tasks[i][1]) for i in order]):
        parts[task] = rows
        done += len(rows)
        if progress is not None:
            progress("simulating", done, whole)
    return [
        np.concatenate([parts[task] for task, (of, _) in enumerate(tasks) if of == place])
        for place in range(len(batches))
    ]


def _numbered(numbered: tuple[int, Batch]) -> tuple[int, Array]:
    task, batch = numbered
    return task, batch.results()


def check_options(*, trials: int, seed: int, missing: float, skipped: float, workers: int | None) -> None:
    """Refuse what cannot be simulated, by its name.

    Raises
    ------
    InputError
        If an option is not what it must be.
    """
    if not is_whole(trials) or not _LEAST_TRIALS <= trials <= _MOST_TRIALS:
        raise InputError(f"trials is {trials!r}; it must be a whole number from {_LEAST_TRIALS} to {_MOST_TRIALS}.")
    if not is_whole(seed) or not 0 <= seed < 2**32:
        raise InputError(f"seed is {seed!r}; it must be a whole number from 0 to {2**32 - 1}.")
    for name, share in (("missing", missing), ("skipped", skipped)):
        if not is_number(share) or not 0 <= share <= 0.9:
            raise InputError(f"{name} is {share!r}; it must be a share from 0 to 0.9, such as 0.05.")
    if workers is not None and (not is_whole(workers) or workers < 1):
        raise InputError(f"workers is {workers!r}; it must be a whole number from 1.")


def checked_effects(effects: Sequence[float], *, always: Sequence[float]) -> tuple[float, ...]:
    """True effects in multiples of the threshold, in increasing order, with those that are `always` among them.

    Raises
    ------
    InputError
        If one is no number from -100 to 100.
    """
    for effect in effects:
        if not is_number(effect) or not abs(effect) <= 100:
            raise InputError(f"effects holds {effect!r}; each must be a number of thresholds from -100 to 100.")
    return tuple(sorted({float(effect) for effect in (*effects, *always)}))


def is_whole(value: object) -> bool:
    """Whether this is a whole number, NumPy's included."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether this is a finite number, NumPy's included."""
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)
