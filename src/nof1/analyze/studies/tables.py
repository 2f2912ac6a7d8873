"""The tables of a study's plan: designs by formulas, who must start, and formulas beside whole studies. Simulates nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from nof1.analyze.arrays import Array
from nof1.analyze.simulation.alternatives import Neighbour, describe_design
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.studies import closed_form
from nof1.analyze.studies.designs import counted
from nof1.plan.protocol.protocol import Protocol

LEAST_STUDIES = 10
SURE = 0.9  # of so many studies that recruit so, enough people finish
FINISH = (1.0, 0.8, 0.6, 0.4, 0.2)  # shares to show where nobody says how many finish
_CURVE = 60  # points of a line of the picture


@dataclass(frozen=True)
class Costs:
    """What a study costs: of everybody who starts and of each planned night, None where nothing was said; and the share that finishes."""

    finish: float | None
    person: float | None
    night: float | None

    def starts(self, people: int, finish: float | None = None) -> int:
        """Who must start so that so many finish; all of them where no share is known."""
        return closed_form.starts_for(people, finish or self.finish or 1.0, certainty=SURE)

    def of(self, starts: int, nights: int) -> float:
        """Of everybody who starts, with all of their nights; nan where no cost was given."""
        if self.person is None and self.night is None:
            return math.nan
        return starts * ((self.person or 0.0) + (self.night or 0.0) * nights)


def design_row(
    one: Neighbour, variance: Array, people: int, mean: float, between: float, goal: float, costs: Costs
) -> dict[str, Any]:
    """All that formulas say of one design."""
    told = describe_design(one.protocol)
    count = counted(one.protocol)
    row: dict[str, Any] = {"change": one.change, "count": count[1] if count else told["blocks"]}
    row |= {name: told[name] for name in ("periods", "period_nights", "nights", "weeks")} | {"people": people}
    if not np.isfinite(variance).any():
        return row | {"own_sd": math.nan}
    typical = closed_form.typical_variance(variance, between)
    sd = math.sqrt(between**2 + typical)
    own = closed_form.own_answer(people, variance, mean, between, prior_sd=one.protocol.priors.effect_sd)
    low, high = closed_form.spread_interval(people, variance, between)
    for_mean = closed_form.people_for(goal, lambda n: closed_form.mean_power(n, mean, sd))
    for_spread = closed_form.people_for(goal, lambda n: closed_form.spread_power(n, variance, between))
    starts = None if for_mean is None else costs.starts(for_mean)
    return row | {
        "own_sd": math.sqrt(typical),
        "mean_power": closed_form.mean_power(people, mean, sd),
        "mean_wrong": closed_form.mean_wrong(people, mean, sd),
        "differ": closed_form.spread_power(people, variance, between),
        "spread_lower": low,
        "spread_upper": high,
        **{name: getattr(own, name) for name in own.__dataclass_fields__},
        "people_mean": _or_nan(for_mean),
        "people_quantiles": float(closed_form.people_by_quantiles(goal, mean, sd)),
        "people_spread": _or_nan(for_spread),
        "starts_mean": _or_nan(starts),
        "nights_mean": math.nan if starts is None else float(starts * told["nights"]),
        "cost_mean": math.nan if starts is None else costs.of(starts, told["nights"]),
    }


def _or_nan(count: int | None) -> float:
    return math.nan if count is None else float(count)


def recruits_table(protocol: Protocol, people: int, costs: Costs) -> pd.DataFrame:
    """One row a share that finishes; see `PeoplePower.recruits`."""
    rows = []
    for finish in FINISH if costs.finish is None else (costs.finish,):
        starts = costs.starts(people, finish)
        rows.append(
            {
                "finish": finish,
                "average": math.ceil(people / finish - 1e-9),
                "starts": starts,
                "nights": starts * protocol.nights,
                "cost": costs.of(starts, protocol.nights),
            }
        )
    return pd.DataFrame(rows)


def curve_table(
    designs: pd.DataFrame, variances: Sequence[Array], people: int, mean: float, between: float
) -> pd.DataFrame:
    """By formulas, from two people to twice as many as asked about, or as reach the goal for the mean."""
    wanted = designs["people_mean"].max() if "people_mean" in designs else math.nan
    top = 2 * people if math.isnan(wanted) else min(max(2 * people, math.ceil(1.2 * wanted)), 6 * people)
    counts = np.unique(np.linspace(closed_form.LEAST, top, _CURVE).round().astype(int)).tolist()
    rows = []
    for place, variance in enumerate(variances):
        if not np.isfinite(variance).any():
            continue
        sd = math.sqrt(between**2 + closed_form.typical_variance(variance, between))
        for count in counts:
            chance = closed_form.mean_power(count, mean, sd)
            differ = closed_form.spread_power(count, variance, between)
            rows.append({"design": place, "people": count, "mean_power": chance, "differ": differ})
    return pd.DataFrame(rows)


def checked_table(design: "pd.Series[Any]", studies: pd.DataFrame, mean: float, between: float) -> pd.DataFrame:
    """Figures of the design asked about, by formulas beside those of the simulated studies."""
    names = ["figure", "formula", "simulated", "mcse"]
    if studies.empty:
        return pd.DataFrame(columns=names)
    answered = studies.dropna()
    rows: list[tuple[str, float, float, float]] = []

    def chance(figure: str, formula: float, hits: "pd.Series[bool]") -> None:
        # A study without an answer has not found it.
        rows.append((figure, formula, float(hits.sum()) / len(studies), standard_error(int(hits.sum()), len(studies))))

    def average(figure: str, formula: float, values: "pd.Series[float]") -> None:
        error = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
        rows.append((figure, formula, float(values.mean()) if len(values) else math.nan, error))

    held = 1 - closed_form.ALPHA
    chance("mean_power", design.get("mean_power", math.nan), answered["mean_lower"] > 0)
    chance("mean_wrong", design.get("mean_wrong", math.nan), answered["mean_upper"] < 0)
    chance("mean_held", held, (answered["mean_lower"] <= mean) & (mean <= answered["mean_upper"]))
    average("mean_estimate", mean, answered["mean"])
    chance("differ", design.get("differ", math.nan), answered["differ"] == 1)
    chance("spread_held", held, (answered["spread_lower"] <= between) & (between <= answered["spread_upper"]))
    average("spread_estimate", between, answered["spread"])
    average("spread_lower", design.get("spread_lower", math.nan), answered["spread_lower"])
    average("spread_upper", design.get("spread_upper", math.nan), answered["spread_upper"])
    for name in ("told", "wrong", "held", "width", "told_alone", "wrong_alone", "width_alone"):
        average(name, held if name == "held" else design.get(name, math.nan), answered[name])
    return pd.DataFrame(rows, columns=names)


def people_simulated(studies: pd.DataFrame, people: int, mean: float, goal: float) -> tuple[float, float] | None:
    """People for the mean effect, by the widths that the simulated studies found: fewest and most by two Monte Carlo errors.

    The posterior sd of the mean falls as the root of the people; the estimate may differ from the truth (the ends of the scale, priors,
    doses that were skipped), so it is taken as found.
    """
    answered = studies.dropna()
    if len(answered) < LEAST_STUDIES:
        return None
    ratio = answered["mean_sd"] / answered["mean"].mean()
    middle, error = float(ratio.mean()), float(answered["mean"].std(ddof=1) / math.sqrt(len(answered)))
    relative = math.hypot(
        error / abs(float(answered["mean"].mean())), float(ratio.std(ddof=1)) / math.sqrt(len(answered)) / abs(middle)
    )
    if middle <= 0 or relative >= 0.5:
        return None
    fewest, most = (
        _for_sd(goal, factor * middle * math.sqrt(people)) for factor in (1 - 2 * relative, 1 + 2 * relative)
    )
    return None if fewest is None or most is None else (float(fewest), float(most))


def _for_sd(goal: float, sd: float) -> int | None:
    """People for a mean of one, where one person among others is known to `sd`."""
    return closed_form.people_for(goal, lambda people: closed_form.mean_power(people, 1.0, sd))
