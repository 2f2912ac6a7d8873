"""What a design would find: simulated trials with known effects, each analyzed, this design beside its neighbours.

Says how often a verdict would be right, wrong in direction or missing, each with its Monte Carlo error. It must not say
whether anybody should take magnesium.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from nof1.analyze.arrays import Array
from nof1.analyze.model.effects import SETTLED
from nof1.analyze.model.judgement import named_estimand
from nof1.analyze.parallel.processes import Progress, Spread
from nof1.analyze.simulation.alternatives import (
    THIS,
    Neighbour,
    describe_design,
    half_life_table,
    neighbours,
    slow_pool_sentence,
)
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.reach import Reach, reach
from nof1.analyze.simulation.replicate import (
    COLUMNS,
    NO_ANSWER,
    VERDICTS,
    Batch,
    check_options,
    checked_effects,
    is_number,
    replicate,
)
from nof1.analyze.simulation.simulate import as_simulated
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol

GOAL_EFFECT = 2.0  # the goal is a right answer at this many thresholds, better or worse
_FEWEST = 10  # trials of a neighbour for each effect
_SHARE = 0.5  # of this design's trials that each neighbour gets
_CHANCES = {
    "helps": "helps",
    "leans better": "leans_better",
    "no difference that matters": "no_difference",
    "no quick difference": "no_quick",
    "can't tell yet": "cant_tell",
    "leans worse": "leans_worse",
    "worsens": "worsens",
}
_BETTER, _WORSE = ("helps", "leans better"), ("worsens", "leans worse")
_NEITHER = ("no difference that matters", "no quick difference")


@dataclass(frozen=True, eq=False)
class Power:
    """What a design would find, and what its neighbours would.

    Attributes
    ----------
    table : DataFrame
        One row for each design and true effect: `effect` (multiples of the threshold, the outcome's own sign), `points`,
        `truth` in words, number of `trials`, expected `width` of the 95 % interval in points, the chance of each verdict
        and of `no_answer`, of a `settled` one (that neither leans nor can't tell), of a `right` answer and of a `wrong` direction;
        each with its Monte Carlo standard error in the column that ends in `_mcse`. Leaning in the right direction is right.
        Without any effect every direction is wrong, leaning or not, and "no difference that matters", "no quick difference" and
        "can't tell yet" are right.
    designs : DataFrame
        One row for each design: `width`, `right`, `wrong` and `settled` at a true effect of twice the threshold, better and worse
        averaged; `reaches` the goal or not. The first row is this design.
    half_lives : DataFrame
        By half-life of build-up in days: `share` of the full effect that lies between nights on and off, `seen` or not.
    simulated : DataFrame
        One row a simulated trial: design, effect, verdict, posterior mean and interval in points.
    advice, slow_pool : str
        One sentence each.
    notes : tuple of str
        What was assumed.
    reach : Reach or None
        What this design can say at best; None where that cannot be worked out.
    protocol : Protocol
    settings : dict
        goal, trials, seed, missing, skipped, nuisance, arm, reference, threshold.

    Examples
    --------
    >>> found.designs["change"].tolist()
    ['this design']
    """

    table: pd.DataFrame
    designs: pd.DataFrame
    half_lives: pd.DataFrame
    simulated: pd.DataFrame
    advice: str
    slow_pool: str
    notes: tuple[str, ...]
    reach: Reach | None
    protocol: Protocol
    settings: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for --json; None where there is no number.

        Examples
        --------
        >>> sorted(found.to_dict())
        ['advice', 'designs', 'half_lives', 'notes', 'reach', 'settings', 'slow_pool', 'table']
        """
        return {
            "settings": dict(self.settings),
            "advice": self.advice,
            "slow_pool": self.slow_pool,
            "notes": list(self.notes),
            "reach": None if self.reach is None else self.reach.to_dict(),
            "designs": records(self.designs),
            "table": records(self.table),
            "half_lives": records(self.half_lives),
        }

    def _repr_html_(self) -> str:
        """The advice and the tables, for notebooks."""
        frames = (self.designs, self.table[self.table["change"] == THIS], self.half_lives)
        tables = [frame.to_html(index=False, float_format=lambda x: f"{x:.3g}", border=0) for frame in frames]
        sentences = (self.slow_pool, *self.notes)
        return f"<p><b>{escape(self.advice)}</b></p>{''.join(tables)}" + "".join(
            f"<p>{escape(text)}</p>" for text in sentences
        )


def power(
    protocol: Protocol,
    *,
    trials: int = 1000,
    seed: int = 1,
    effects: Sequence[float] = (-2.0, -1.0, 0.0, 1.0, 2.0),
    missing: float = 0.05,
    skipped: float = 0.05,
    nuisance: Nuisance | None = None,
    goal: float = 0.8,
    neighbours: bool = True,
    workers: int | None = None,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> Power:
    """Simulate trials of a design and of its neighbours, and analyze each with the marginal engine.

    Parameters
    ----------
    protocol : Protocol
        With a design that nof1 draws; every trial gets an order of its own.
    trials : int
        Simulated trials of this design, shared out equally among the effects; each neighbour gets half as many for each
        of the two effects that the goal is about.
    seed : int
        The same seed gives the same result, whatever the number of workers.
    effects : sequence of float
        True effects at full exposure in multiples of the threshold, with the outcome's own sign, the same for every active
        arm. -2 and 2 are always among them, since the goal is about these.
    missing, skipped : float
        Shares of nights without an entry, and of doses not taken.
    nuisance : Nuisance, optional
        Level, spread and the like; from the protocol's priors if not given. See `nuisance_from_nights`.
    goal : float
        Chance of a right answer that is wanted.
    neighbours : bool
        Whether to try other period lengths and numbers of blocks.
    workers : int, optional
        Processes; as many as there are cores, at most four, if not given.
    spread : callable, optional
        Does the work elsewhere, such as on a cluster that `nof1.analyze.parallel.dask.run_dask` reaches.
    progress : callable, optional
        Told the stage, the trials done and the whole, such as ``("simulating", 250, 1000)``.

    Returns
    -------
    Power

    Raises
    ------
    InputError
        If an option is not what it must be, or the order is not one that nof1 draws.

    Examples
    --------
    >>> found = nof1.power(trial.protocol, trials=20, neighbours=False, workers=1)
    >>> found.table["effect"].tolist()
    [-2.0, -1.0, 0.0, 1.0, 2.0]
    """
    check_options(trials=trials, seed=seed, missing=missing, skipped=skipped, workers=workers)
    if not is_number(goal) or not 0 < goal < 1:
        raise InputError(f"goal is {goal!r}; it must be a chance between 0 and 1, such as 0.8.")
    wanted = checked_effects(effects, always=(-GOAL_EFFECT, GOAL_EFFECT))
    if not protocol.randomized:
        raise InputError(
            "The order of this trial was not drawn by nof1, so there is no design to simulate. Make one with 'nof1 plan'."
        )
    planned, protocol = protocol, as_simulated(protocol)
    people = nuisance or Nuisance(protocol)
    designs = _designs(protocol, alone=not neighbours)
    each = math.ceil(trials / len(wanted))
    fewer = max(_FEWEST, round(_SHARE * each))

    def batch(design: Neighbour, effect: float) -> Batch:
        count = each if design.change == THIS else fewer
        return Batch(design.protocol, people, effect, range(count), seed, missing, skipped)

    plan = [
        (design, effect)
        for design in designs
        for effect in (wanted if design.change == THIS else (-GOAL_EFFECT, GOAL_EFFECT))
    ]
    found = replicate([batch(*item) for item in plan], workers=workers, spread=spread, progress=progress)
    table = pd.DataFrame([_row(*item, rows) for item, rows in zip(plan, found, strict=True)])
    beside = _beside(table, goal)
    half_lives = half_life_table(protocol, seed=seed)
    return Power(
        table=table,
        designs=beside,
        half_lives=half_lives,
        simulated=_simulated(plan, found),
        advice=advise(beside, protocol, goal),
        slow_pool=slow_pool_sentence(protocol, half_lives),
        notes=_notes(planned, people, missing, skipped),
        reach=reach(protocol, nuisance=nuisance, seed=seed),
        protocol=planned,
        settings={
            "goal": goal,
            "trials": each * len(wanted),
            "trials_in_all": sum(len(rows) for rows in found),
            "seed": seed,
            "missing": missing,
            "skipped": skipped,
            "nuisance": people.source,
            "arm": protocol.active_arms[0].name,
            "reference": protocol.reference,
            "threshold": protocol.threshold,
            "estimand": named_estimand(protocol),
        },
    )


def _designs(protocol: Protocol, *, alone: bool) -> list[Neighbour]:
    """The design and its neighbours, without looks before the last night: those are counted in its own blocks."""
    plain = without_looks(protocol)
    return [Neighbour(THIS, plain)] if alone else neighbours(plain)


def without_looks(protocol: Protocol) -> Protocol:
    """The same protocol without a rule for looks before the last night."""
    if protocol.analysis.interim is None:
        return protocol
    return protocol.model_copy(update={"analysis": protocol.analysis.model_copy(update={"interim": None})})


def standard_error(hits: int, trials: int) -> float:
    """Monte Carlo standard error of a chance: sqrt(p (1 - p) / n) with p = (hits + 1) / (n + 2).

    One hit and one miss are added to p (Laplace 1774), so that none of twenty is not called exact.
    """
    p = (hits + 1) / (trials + 2)
    return math.sqrt(p * (1 - p) / trials)


def _row(design: Neighbour, effect: float, rows: Array) -> dict[str, Any]:
    """Everything that is said of one design at one true effect."""
    outcome = design.protocol.outcome
    gain = effect if outcome.better == "higher" else -effect
    count = len(rows)
    hits = np.bincount(rows[:, 0].astype(int), minlength=NO_ANSWER + 1).tolist()
    of: dict[str, int] = dict(zip(VERDICTS, hits[:NO_ANSWER], strict=True))
    width = rows[:, 3] - rows[:, 2]
    width = width[~np.isnan(width)]
    right, wrong = right_and_wrong(gain)
    chances = {name: of[verdict] for verdict, name in _CHANCES.items()} | {
        "no_answer": hits[NO_ANSWER],
        "settled": sum(of[verdict] for verdict in SETTLED),
        "right": sum(of[verdict] for verdict in right),
        "wrong": sum(of[verdict] for verdict in wrong),
    }
    row: dict[str, Any] = {"change": design.change, **describe_design(design.protocol)}
    row |= {"effect": effect, "points": effect * design.protocol.threshold, "truth": in_words(gain), "trials": count}
    row |= {
        "width": float(width.mean()) if len(width) else math.nan,
        "width_mcse": float(width.std(ddof=1) / math.sqrt(len(width))) if len(width) > 1 else math.nan,
    }
    for name, number in chances.items():
        row |= {name: number / count, f"{name}_mcse": standard_error(number, count)}
    return row


def right_and_wrong(gain: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The verdicts that are right, and those wrong in direction, where the truth is better by `gain` thresholds."""
    if gain == 0:
        return (*_NEITHER, "can't tell yet"), (*_BETTER, *_WORSE)
    right, wrong = (_BETTER, _WORSE) if gain > 0 else (_WORSE, _BETTER)
    return ((*right, *_NEITHER) if abs(gain) < 1 else right), wrong


def in_words(gain: float) -> str:
    """A true effect in multiples m of the threshold, such as "better by 2m"."""
    if gain == 0:
        return "no effect"
    return f"{'better' if gain > 0 else 'worse'} by {abs(gain):g}m"


def _beside(table: pd.DataFrame, goal: float) -> pd.DataFrame:
    """One row a design: the means over a true effect for the better and one for the worse, and their errors."""
    at_goal = table[table["effect"].abs() == GOAL_EFFECT]
    rows = []
    for change, both in at_goal.groupby("change", sort=False):
        first = both.iloc[0]
        row = {"change": change} | {
            name: first[name] for name in ("design", "periods", "period_nights", "blocks", "nights", "weeks")
        }
        row["trials"] = int(both["trials"].sum())
        for name in ("width", "right", "wrong", "settled", "no_answer"):
            row[name] = float(both[name].mean())
            # Two independent means: the errors add up as squares.
            row[f"{name}_mcse"] = float(np.sqrt((both[f"{name}_mcse"] ** 2).sum()) / len(both))
        row["reaches"] = bool(row["right"] >= goal)
        rows.append(row)
    return pd.DataFrame(rows)


def _simulated(plan: Sequence[tuple[Neighbour, float]], found: Sequence[Array]) -> pd.DataFrame:
    names = (*VERDICTS, "no answer")
    parts = []
    for (design, effect), rows in zip(plan, found, strict=True):
        part = pd.DataFrame(rows, columns=list(COLUMNS))
        part["verdict"] = [names[int(place)] for place in rows[:, 0]]
        part.insert(0, "trial", np.arange(len(rows)))
        part.insert(0, "effect", effect)
        part.insert(0, "change", design.change)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def advise(designs: pd.DataFrame, protocol: Protocol, goal: float) -> str:
    """One sentence: the shortest design that reaches the goal, or that none does and which comes closest.

    Parameters
    ----------
    designs : DataFrame
        As `Power.designs`.
    """
    arm, outcome = protocol.active_arms[0].title, protocol.outcome
    reaching = designs[designs["reaches"]]
    count = f"the {len(designs)} designs tried"
    asked = (
        f"a right answer in {_percent(goal)} of 100 simulated trials with a true change of "
        f"{GOAL_EFFECT * protocol.threshold:g} points in {outcome.title} (twice the threshold, better and worse averaged)"
    )
    if len(designs) == 1:
        told = f"This design {'reaches' if len(reaching) else 'does not reach'} your goal, {asked}: {_named(designs.iloc[0])}"
    elif len(reaching):
        best = reaching.sort_values(["nights", "right"], ascending=[True, False]).iloc[0]
        told = f"The shortest of {count} that reaches your goal, {asked}, is {_named(best)}"
    else:
        best = designs.sort_values(["right", "nights"], ascending=[False, True]).iloc[0]
        told = f"None of {count} reaches your goal, {asked}; the closest is {_named(best)}"
    return f"{told}; these are simulated nights, and no advice for or against {arm}."


def _named(row: "pd.Series[Any]") -> str:
    mine = f" ({THIS})" if row["change"] == THIS else ""
    return (
        f"{row['design']}{mine}, {row['nights']} nights in all, with about {_percent(row['right'])} in 100 "
        f"(Monte Carlo error {_percent(row['right_mcse'])})"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share == 0 or share >= 0.01 else f"{100 * share:.1f}"


def _notes(protocol: Protocol, nuisance: Nuisance, missing: float, skipped: float) -> tuple[str, ...]:
    """What was assumed, one sentence each."""
    outcome, first = protocol.outcome, protocol.active_arms[0]
    whole = "rounded and " if outcome.whole else ""
    notes = [
        f"Nights were simulated from the model of the analysis, {whole}cut to the scale from {outcome.low:g} to {outcome.high:g}; "
        f"level, spread and the like come from {nuisance.source}.",
        f"{_percent(missing)} % of nights had no entry and {_percent(skipped)} % of doses were not taken.",
    ]
    if len(protocol.active_arms) > 1:
        notes.append(
            f"All active arms had the same true effect; what is reported is {first.title} against {protocol.arm(protocol.reference).title}."
        )
    if protocol.analysis.family != "normal":
        notes.append(
            f'The family "{protocol.analysis.family}" was taken as normal, since thousands of trials were analyzed.'
        )
    if protocol.analysis.covariates:
        notes.append("Covariates were left out, since nobody knows them beforehand.")
    if protocol.analysis.carryover != "exponential":
        notes.append("The simulated effect came and went at once, as the analysis of this protocol takes it to.")
    return tuple(notes)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values; None for nan."""
    return [
        {str(name): None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]
