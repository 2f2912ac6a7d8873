"""Looks before the last night: what the protocol's rule says at one, and how often it would raise a false alarm.

The false-alarm rate is simulated: every made-up trial is analyzed at each planned look with the nights until then, and at the
end. Knows no trial folder and no look that was really made.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nof1.analyze.arrays import Array
from nof1.analyze.model.effects import SETTLED, Verdict
from nof1.analyze.model.judgement import JudgedPair, verdict_at
from nof1.analyze.parallel.processes import Progress, Spread
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import GOAL_EFFECT, in_words, records, standard_error
from nof1.analyze.simulation.replicate import (
    NO_ANSWER,
    VERDICTS,
    Batch,
    check_options,
    checked_effects,
    first_pairs,
    replicate,
    terms_or_refusal,
)
from nof1.analyze.simulation.simulate import Calendar, SimulatedNights, as_simulated
from nof1.errors import InputError, RefusalError
from nof1.plan.design.interim import Interim, planned_looks
from nof1.plan.protocol.protocol import Protocol

# Three ways to look: as the protocol says, not at all, and at the same times with the certainty of the end.
RULE, NO_LOOKS, CARELESS = "by the rule", "without looks", "same looks, no stricter"
WAYS = (RULE, NO_LOOKS, CARELESS)
_STOPS = [VERDICTS.index(verdict) for verdict in SETTLED]
_SAYS = {
    "helps": ("helps",),
    "worsens": ("worsens",),
    "no_difference": ("no difference that matters",),
    "no_quick": ("no quick difference",),
}


def stopping_verdict(protocol: Protocol, judged: JudgedPair) -> Verdict | None:
    """The verdict with which the protocol's rule stops at a look, of the main comparison; None to go on.

    Raises
    ------
    InputError
        If the protocol has no rule.
    """
    verdict = verdict_at(protocol, judged, rule_of(protocol).certainty)
    return verdict if verdict in SETTLED else None


def rule_of(protocol: Protocol) -> Interim:
    """The stopping rule of a protocol.

    Raises
    ------
    InputError
        If it has none.
    """
    if protocol.analysis.interim is None:
        raise InputError(
            "This protocol has no rule for looks before the last night. It can only be set while planning: "
            "[analysis.interim] with after_blocks and certainty."
        )
    return protocol.analysis.interim


@dataclass(frozen=True, eq=False)
class InterimLooks:
    """What a stopping rule would do, from simulated trials.

    Attributes
    ----------
    table : DataFrame
        One row for each true effect and way to look (`WAYS`): `effect` (multiples of the threshold, the outcome's own sign),
        `truth` in words, `way`, `trials`; chances that "helps", "worsens", "no difference that matters" or "no quick
        difference" (`helps`, `worsens`, `no_difference`, `no_quick`) is said at any time, of either of the first two (`claimed`), and
        of ending before the last night (`stopped`), each with its Monte Carlo standard error in the column that ends in `_mcse`; expected `nights` and
        `nights_mcse`. Where the truth is no effect, `claimed` is the false-alarm rate.
    stops : DataFrame
        One row for each true effect and planned look: `after` so many blocks or periods, mean `nights` until then, chance
        `stops` that the rule stops there (`stops_mcse`).
    simulated : DataFrame
        One row a simulated trial: `effect`, `trial`, `stopped_after` so many blocks or periods by the rule (0: at the end),
        and for each way the verdict it ends with.
    protocol : Protocol
    settings : dict
        after, unit, certainty, final_certainty, trials, seed, missing, skipped, nuisance, arm, reference, threshold.
    """

    table: pd.DataFrame
    stops: pd.DataFrame
    simulated: pd.DataFrame
    protocol: Protocol
    settings: dict[str, Any]

    def false_alarm(self, way: str = RULE) -> tuple[float, float]:
        """Chance that "helps" or "worsens" is said at any time although there is no effect, and its Monte Carlo error."""
        row = self.table[(self.table["effect"] == 0) & (self.table["way"] == way)].iloc[0]
        return float(row["claimed"]), float(row["claimed_mcse"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for --json."""
        alarms = {way: dict(zip(("rate", "mcse"), self.false_alarm(way), strict=True)) for way in WAYS}
        return {
            "settings": dict(self.settings),
            "false_alarm": alarms,
            "table": records(self.table),
            "stops": records(self.stops),
        }

    def _repr_html_(self) -> str:
        """The tables, for notebooks."""
        tables = [
            frame.to_html(index=False, float_format=lambda x: f"{x:.3g}", border=0)
            for frame in (self.table, self.stops)
        ]
        return f"<p><b>{escape(self.protocol.title)}</b></p>{''.join(tables)}"


def simulate_looks(
    protocol: Protocol,
    *,
    trials: int = 1000,
    seed: int = 1,
    effects: Sequence[float] = (-GOAL_EFFECT, 0.0, GOAL_EFFECT),
    nuisance: Nuisance | None = None,
    missing: float = 0.05,
    skipped: float = 0.05,
    workers: int | None = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> InterimLooks:
    """Simulate trials and analyze each at every planned look and at the end, with the marginal engine.

    A look sees the nights until the last one of its block or period. The same trials serve all three ways to look, so that
    their difference is known better than each rate by itself; they are the trials of `power` with the same seed.

    Parameters
    ----------
    protocol : Protocol
        With a rule (`analysis.interim`).
    trials : int
        Simulated trials, shared out equally among the effects.
    seed : int
        The same seed gives the same result, whatever the number of workers.
    effects : sequence of float
        True effects at full exposure in multiples of the threshold, with the outcome's own sign; 0 is always among them.
    nuisance : Nuisance, optional
        Level, spread and the like; from the protocol's priors if not given.
    missing, skipped : float
        Shares of nights without an entry, and of doses not taken.
    workers : int, optional
        Processes; as many as there are cores, at most four, if not given.
    spread : callable, optional
        Does the work elsewhere, such as on a cluster that `nof1.analyze.parallel.dask.run_dask` reaches.
    progress : callable, optional
        Told the stage, the trials done and the whole.

    Raises
    ------
    InputError
        If an option is not what it must be, the protocol has no rule, or its family is not in points.

    Examples
    --------
    >>> planned = trial.protocol.to_dict()
    >>> planned["analysis"]["interim"] = {"after_blocks": [3], "certainty": 0.99}
    >>> looks = nof1.simulate_looks(nof1.Protocol.build(planned), trials=20, workers=1)
    >>> looks.stops["after"].unique().tolist()
    [3]
    """
    check_options(trials=trials, seed=seed, missing=missing, skipped=skipped, workers=workers)
    wanted = checked_effects(effects, always=(0.0,))
    rule = rule_of(protocol)
    protocol = as_simulated(protocol)
    people = nuisance or Nuisance(protocol)
    each = math.ceil(trials / len(wanted))
    batches = [LookBatch(protocol, people, effect, range(each), seed, missing, skipped) for effect in wanted]
    found = [
        _Answers.from_rows(rows, protocol)
        for rows in replicate(batches, workers=workers, spread=spread, progress=progress)
    ]
    pairs = list(zip(wanted, found, strict=True))
    return InterimLooks(
        table=pd.DataFrame([_row(protocol, effect, way, answers) for effect, answers in pairs for way in WAYS]),
        stops=pd.DataFrame([row for effect, answers in pairs for row in _stops(protocol, effect, answers)]),
        simulated=pd.concat([_simulated(protocol, effect, answers) for effect, answers in pairs], ignore_index=True),
        protocol=protocol,
        settings={
            "after": list(rule.after),
            "unit": rule.unit,
            "certainty": rule.certainty,
            "final_certainty": protocol.analysis.certainty,
            "trials": each * len(wanted),
            "seed": seed,
            "missing": missing,
            "skipped": skipped,
            "nuisance": people.source,
            "arm": protocol.active_arms[0].name,
            "reference": protocol.reference,
            "threshold": protocol.threshold,
        },
    )


@dataclass(frozen=True, eq=False)
class LookBatch(Batch):
    """Simulated trials of a protocol with a rule, each analyzed at every look."""

    def results(self) -> Array:
        """Simulate and analyze all of them, one row a trial.

        For L looks the columns are L verdicts by the rule, L at the final certainty, L numbers of nights, and the verdict of
        the end. Verdicts are told by their place in `VERDICTS`, or `NO_ANSWER`.
        """
        certainty = rule_of(self.protocol).certainty
        looked = [self._looks(trial) for trial in self.trials]
        seen = [terms_or_refusal(self.protocol, *one) for _, views in looked for one in views]
        effects = iter(first_pairs(self.protocol, seen, seed=self.seed))
        rows = []
        for nights, views in looked:
            of_trial = [next(effects) for _ in views]
            rows.append(
                [
                    *(self._verdict(effect, certainty) for effect in of_trial[:-1]),
                    *(self._verdict(effect, None) for effect in of_trial[:-1]),
                    *nights,
                    self._verdict(of_trial[-1], None),
                ]
            )
        return np.array(rows)

    def _looks(self, trial: int) -> tuple[list[int], list[tuple[Calendar, SimulatedNights]]]:
        """Nights until each look of one trial, and what is seen at each and at the end."""
        order, calendar, simulated = self.realised(trial)
        looks = planned_looks(rule_of(self.protocol), order)
        nights = [(look.end - order.start + timedelta(days=1)).days for look in looks]
        return nights, [*((calendar, _until(simulated, last)) for last in nights), (calendar, simulated)]

    def _verdict(self, judged: JudgedPair | RefusalError, certainty: float | None) -> int:
        """The verdict at the certainty of a look, or at the final one, by its place."""
        if isinstance(judged, RefusalError):
            return NO_ANSWER
        return VERDICTS.index(verdict_at(self.protocol, judged, certainty))


def _until(simulated: SimulatedNights, nights: int) -> SimulatedNights:
    """What is known after so many nights: the later ones have no entry yet."""
    later = np.arange(len(simulated.absent)) >= nights
    return SimulatedNights(simulated.outcome, simulated.taken, simulated.absent | later)


@dataclass(frozen=True, eq=False)
class _Answers:
    """What each way to look ends with, for trials of one true effect; arrays of shape (trials,) by way.

    `place` is the look at which it ends, the number of looks where it goes on to the end.
    """

    verdict: dict[str, NDArray[np.int64]]
    place: dict[str, NDArray[np.int64]]
    nights: Array

    @classmethod
    def from_rows(cls, rows: Array, protocol: Protocol) -> "_Answers":
        count = len(rule_of(protocol).after)
        codes = rows.astype(np.int64)
        strict, final, end = codes[:, :count], codes[:, count : 2 * count], codes[:, -1:]
        nights = np.column_stack([rows[:, 2 * count : 3 * count], np.full(len(rows), protocol.nights)])
        never = np.full_like(strict, NO_ANSWER)
        verdict, place = {}, {}
        for way, at_looks in ((RULE, strict), (NO_LOOKS, never), (CARELESS, final)):
            stops = np.isin(at_looks, _STOPS)
            place[way] = np.where(stops.any(axis=1), stops.argmax(axis=1), count)
            said = np.column_stack([at_looks, end])
            verdict[way] = np.take_along_axis(said, place[way][:, None], axis=1)[:, 0]
        return cls(verdict, place, nights)

    def nights_until(self, way: str) -> Array:
        """Nights until the end of each trial, shape (trials,)."""
        return np.take_along_axis(self.nights, self.place[way][:, None], axis=1)[:, 0]

    @property
    def looks(self) -> int:
        """Number of planned looks."""
        return int(self.nights.shape[1]) - 1


def _truth(protocol: Protocol, effect: float) -> dict[str, Any]:
    outcome = protocol.outcome
    gain = effect if outcome.better == "higher" else -effect
    return {"effect": effect, "points": effect * protocol.threshold, "truth": in_words(gain)}


def _row(protocol: Protocol, effect: float, way: str, answers: _Answers) -> dict[str, Any]:
    """Everything that is said of one way to look at one true effect."""
    verdict, place, nights = answers.verdict[way], answers.place[way], answers.nights_until(way)
    count = len(verdict)
    hits = {name: int(np.isin(verdict, [VERDICTS.index(one) for one in said]).sum()) for name, said in _SAYS.items()}
    hits |= {"claimed": hits["helps"] + hits["worsens"], "stopped": int((place < answers.looks).sum())}
    row = _truth(protocol, effect) | {"way": way, "trials": count}
    for name, number in hits.items():
        row |= {name: number / count, f"{name}_mcse": standard_error(number, count)}
    return row | {"nights": float(nights.mean()), "nights_mcse": float(nights.std(ddof=1) / math.sqrt(count))}


def _stops(protocol: Protocol, effect: float, answers: _Answers) -> list[dict[str, Any]]:
    """How often the rule stops at each look."""
    rows = []
    for look, after in enumerate(rule_of(protocol).after):
        hits, count = int((answers.place[RULE] == look).sum()), len(answers.place[RULE])
        rows.append(
            _truth(protocol, effect)
            | {"after": after, "nights": float(answers.nights[:, look].mean())}
            | {"stops": hits / count, "stops_mcse": standard_error(hits, count)}
        )
    return rows


def _simulated(protocol: Protocol, effect: float, answers: _Answers) -> pd.DataFrame:
    names = np.array([*VERDICTS, "no answer"], dtype=object)
    after = np.array([*rule_of(protocol).after, 0])[answers.place[RULE]]
    said = {way: names[answers.verdict[way]] for way in WAYS}
    trial = np.arange(len(after))
    return pd.DataFrame({"effect": effect, "trial": trial, "stopped_after": after, **said})
