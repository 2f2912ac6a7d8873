"""Whether the forecast of further blocks holds. Prints a table and keeps it in benchmarks/forecast.md.

The second computation: a truth is drawn from today's posterior, the further nights are lived by it, going on from today's
last night, all of it is fitted again, and the protocol's rule is applied. Leaves with status 1 if a forecast is farther
from the share that was settled so than is allowed.
"""

import math
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from nof1.analyze.arrays import Array
from nof1.analyze.engines.marginal import QUICK_ROUNDS, MarginalFit, draw_coefficients, fit_marginal
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.model.data import ModelData, build_model_data
from nof1.analyze.model.effects import SETTLED, pairs
from nof1.analyze.model.exposure import exposure_by_day
from nof1.analyze.simulation.continuation import (
    block_nights,
    continued,
    informing,
    lengthen,
    missing_share,
    planned_nights,
)
from nof1.analyze.simulation.forecast import Doubt, Forecast, ForecastRow, forecast
from nof1.analyze.simulation.simulate import Truth, absent_nights, simulate
from nof1.errors import RefusalError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge
from nof1.record.trial import Trial

HERE = Path(__file__).parent
DRAWS = 200
MORE_BLOCKS = (2, 8)
TOLERANCE = 0.07  # what the approximation may be off by, beside two Monte Carlo standard errors
SEED = 1
CHOSEN_ON = ("short, effect near the threshold", "three arms", "no effect, quiet nights", "half of 84 nights")
HOW_CHOSEN = (
    "Further nights follow the model and are neither rounded nor cut at the scale's ends: this tests the approximation, not the model. "
    "The way to count doubt was picked among about twenty by an earlier run, with other random numbers, of four of these trials "
    f"({'; '.join(CHOSEN_ON)}); the others had no part in that."
)
HEADER = (
    "| trial | more blocks | forecast | lived | off | forecast by verdict | lived by verdict | kept |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Lived:
    """Of trials that were lived on: the share that got each settled verdict, and how many the engine refused."""

    shares: tuple[float, ...]
    draws: int
    refused: int

    @property
    def settled(self) -> float:
        """The share that was settled."""
        return sum(self.shares)

    @property
    def error(self) -> float:
        """Monte Carlo standard error of it; half a count stands in for none."""
        share = min(max(self.settled, 0.5 / self.draws), 1 - 0.5 / self.draws)
        return math.sqrt(share * (1 - share) / self.draws)


@dataclass(frozen=True)
class Comparison:
    """A forecast beside what was lived; `others` are the alternatives' chances."""

    name: str
    row: ForecastRow
    lived: Lived
    others: tuple[float, ...]

    @property
    def good(self) -> bool:
        """Whether they agree as well as is allowed."""
        return abs(self.row.chance_settled - self.lived.settled) <= TOLERANCE + 2 * self.lived.error

    def line(self) -> str:
        """A row of the table."""
        row, lived = self.row, self.lived
        told = " / ".join(f"{chance:.2f}" for chance in (row.helps, row.worsens, row.no_difference, row.no_quick))
        shares = " / ".join(f"{share:.2f}" for share in lived.shares)
        return (
            f"| {self.name} | {row.blocks} | {row.chance_settled:.2f} | {lived.settled:.2f} ± {lived.error:.2f} "
            f"| {row.chance_settled - lived.settled:+.2f} | {told} | {shares} | {'yes' if self.good else 'NO'} |"
        )


def live_on(trial: Trial, data: ModelData, fit: MarginalFit, *, blocks: int, draws: int, seed: int) -> Lived:
    """Live a trial on from truths drawn from its posterior, and analyze each anew: what is said of the first pair."""
    protocol = trial.protocol
    rng = np.random.default_rng([seed, blocks])
    drawn = draw_coefficients(fit, draws, rng)
    planned = planned_nights(protocol, data, trial.order)
    until = len(planned.arm) + blocks * block_nights(protocol, trial.order)
    lost = missing_share(protocol, data, planned)
    told: list[str] = []
    for theta, b, u, v in zip(*drawn, strict=True):
        future = continued(protocol, trial.order, planned, blocks, rng)
        recorded = informing(protocol, future) & ~absent_nights(until, lost, rng)
        longer = lengthen(protocol, data, future, recorded, until)
        try:
            again = fit_marginal(outcomes(data, longer, fit, int(theta), b, u, v, rng), seed=seed, rounds=QUICK_ROUNDS)
        except RefusalError:
            continue
        told.append(mixture_rows(protocol, again, pairs(protocol)[:1])[0].verdict)
    return Lived(tuple(told.count(name) / draws for name in SETTLED), draws, draws - len(told))


def outcomes(
    data: ModelData,
    longer: ModelData,
    fit: MarginalFit,
    theta: int,
    b: Array,
    u: Array,
    v: Array,
    rng: np.random.Generator,
) -> ModelData:
    """The longer trial with today's outcomes and drawn ones after them: the AR(1) goes on from the last night."""
    phi, sigma, omega = fit.phi[theta], fit.sigma[theta], fit.omega[theta]
    exposure = longer.doses
    if longer.exponential:
        exposure = exposure_by_day(longer.doses, fit.half_life[[theta]])[..., 0]
    columns = [
        np.ones(longer.n),
        *([longer.time] if longer.trend else []),
        *([longer.fading] if longer.start_up else []),
    ]
    model = fit.model
    common = np.r_[b[: model.first_block], b[model.n_fixed :]]  # without what blocks have as columns of their own
    mean = np.column_stack([*columns, *longer.covariates.T, exposure[longer.day]]) @ common + longer.priors.level_mean
    if longer.period_effects:
        new = len(longer.period_numbers) - len(u)
        mean = mean + np.r_[u, rng.normal(0, omega, new)][longer.period]
    if longer.block_numbers:
        new = len(longer.block_numbers) - len(v)
        of_blocks = np.r_[v, rng.normal(0, model.block_sd, new), 0.0]  # the last one for nights outside blocks
        mean = mean + of_blocks[longer.block]
    y = longer.y.copy()
    for i in range(data.n, longer.n):
        carried = phi ** (longer.day[i] - longer.day[i - 1])
        shock = sigma * np.sqrt(1 - carried**2) * rng.standard_normal()
        y[i] = mean[i] + carried * (y[i - 1] - mean[i - 1]) + shock
    return replace(longer, y=y)


def make_trial(
    arms: Sequence[str],
    effects: dict[str, float],
    *,
    seed: int,
    truth: dict[str, Any],
    analysis: dict[str, Any] | None = None,
    **design: Any,
) -> Trial:
    """A simulated trial of the template's protocol with other arms and another design."""
    answers = {
        "arms": [
            {"name": name, "dose_mg": 0} if name == "off" else {"name": name, "form": name, "dose_mg": 200}
            for name in arms
        ],
        "design": {"start": date(2026, 1, 5), "run_in_nights": 0, "seed": SEED} | design,
        "analysis": analysis or {},
    }
    protocol = Protocol.build(merge(load_template("magnesium-rls"), answers))
    return simulate(protocol, draw_order(protocol), Truth(level=5.0, effects=effects, missing=0.05, **truth), seed=seed)


def unfinished(trial: Trial, nights: int) -> Trial:
    """A trial with the entries of its first nights alone."""
    last = [night for period in trial.order.periods for night in period.dates][nights - 1]
    return Trial(trial.protocol, trial.order, tuple(entry for entry in trial.entries if entry.night <= last))


def trials() -> dict[str, Trial]:
    """What the forecast is held against."""
    quiet = {"sigma": 1.0, "phi": 0.2, "omega": 0.1, "half_life": 1.0}
    usual = {"sigma": 1.2, "phi": 0.3, "omega": 0.2, "half_life": 1.5}
    short = make_trial(("off", "citrate"), {"citrate": -1.6}, seed=3, truth=usual, blocks=3, period_nights=5)
    long = make_trial(("off", "citrate"), {"citrate": -1.8}, seed=5, truth=usual, blocks=6, period_nights=7)
    three = make_trial(
        ("off", "citrate", "oxide"), {"citrate": -1.7, "oxide": -0.4}, seed=4, truth=usual, blocks=3, period_nights=5
    )
    null = make_trial(("off", "citrate"), {}, seed=6, truth=quiet, blocks=6, period_nights=4)
    washout = make_trial(
        ("off", "citrate"), {"citrate": -1.3}, seed=7, truth=usual, blocks=3, period_nights=6, washout_nights=2
    )
    nightly = make_trial(
        ("off", "citrate"),
        {"citrate": -1.2},
        seed=8,
        truth=usual | {"half_life": 0.0},
        blocks=8,
        period_nights=2,
        analysis={"carryover": "none"},
    )
    return {
        "sample cant-tell": Trial.load(HERE.parent / "data" / "sample" / "cant-tell"),
        "short, effect near the threshold": short,
        "three arms": three,
        "no effect, quiet nights": null,
        "half of 84 nights": unfinished(long, 42),
        "washout": washout,
        "periods of 2 nights, no carryover": nightly,
    }


def theta_known(
    mean: Array, now: Array, then: Array, half_life: Array, doubt: Doubt, normal: Array
) -> tuple[Array, Array]:
    """The first alternative: whoever decides knows theta."""
    future = mean[:, None] + np.sqrt(now - then)[:, None] * normal
    return future.ravel(), np.repeat(np.sqrt(then), normal.shape[1])


def theta_never_learned(
    mean: Array, now: Array, then: Array, half_life: Array, doubt: Doubt, normal: Array
) -> tuple[Array, Array]:
    """The second: what is not known of theta today is never learned."""
    future = mean.mean() + np.sqrt(now - then)[:, None] * normal
    return future.ravel(), np.full(future.size, np.sqrt(then.mean() + mean.var()))


ALTERNATIVES = {"theta taken as known": theta_known, "theta never learned": theta_never_learned}


def compare(name: str, trial: Trial) -> list[Comparison]:
    """Forecast one trial and live it on."""
    data = build_model_data(trial)
    fit = fit_marginal(data, seed=SEED)

    def told() -> Forecast:
        return forecast(
            trial.protocol, data, fit, order=trial.order, estimand="over-nights", more_blocks=MORE_BLOCKS, seed=SEED
        )

    def told_otherwise(alternative: Any) -> Forecast:
        with patch("nof1.analyze.simulation.forecast._look_ahead", alternative):
            return told()

    forecasts = [told(), *(told_otherwise(other) for other in ALTERNATIVES.values())]
    out = []
    for place, blocks in enumerate((0, *MORE_BLOCKS) if forecasts[0].finishing else MORE_BLOCKS):
        lived = live_on(trial, data, fit, blocks=blocks, draws=DRAWS, seed=SEED)
        rows = [_rows(one)[place] for one in forecasts]
        out.append(Comparison(name, rows[0], lived, tuple(row.chance_settled for row in rows[1:])))
        print(out[-1].line(), flush=True)
    return out


def _rows(told: Forecast) -> list[ForecastRow]:
    return [*([told.finishing] if told.finishing else []), *told.rows]


def main() -> int:
    """Compare, print, keep."""
    started = time.perf_counter()
    print(HEADER)
    found = [one for name, trial in trials().items() for one in compare(name, trial)]
    text = report(found)
    (HERE / "forecast.md").write_text(text, encoding="utf-8")
    print(text[text.index("## ") :], f"{time.perf_counter() - started:.0f} s", sep="\n")
    return 0 if all(one.good for one in found) else 1


def report(found: Sequence[Comparison]) -> str:
    """The page that is kept."""
    off = np.array([[one.row.chance_settled, *one.others] for one in found]) - [[one.lived.settled] for one in found]
    noise = math.sqrt(float(np.mean([one.lived.error**2 for one in found])))
    ways = ["as it is", *ALTERNATIVES]
    summary = [
        f"| {way} | {column.mean():+.3f} | {math.sqrt(np.mean(column**2)):.3f} | {column.min():+.2f} to {column.max():+.2f} |"
        for way, column in zip(ways, off.T, strict=True)
    ]
    refused = sum(one.lived.refused for one in found)
    return "\n".join(
        [
            "# Whether the forecast of further blocks holds\n",
            "Made by `python benchmarks/forecast_check.py`.\n",
            f"The chance that more blocks would settle the verdict, as `nof1.analyze.simulation.forecast` tells it, beside a second computation: {DRAWS} "
            "truths (theta and coefficients) are drawn from today's posterior; the further nights are lived by each, the AR(1) going on "
            "from today's last night; all nights are fitted again by the marginal engine (quick rounds), and the protocol's rule is applied. "
            "The trials are simulated. 0 blocks: the planned nights after the last entry alone.\n",
            f"Allowed: {TOLERANCE} and two Monte Carlo standard errors (one stands after ±). Four chances: helps / worsens / no difference "
            f"that matters / no quick difference. {DRAWS * len(found)} trials were lived on; the engine refused {refused}, which count as "
            f"not settled. {HOW_CHOSEN}\n",
            HEADER,
            *(one.line() for one in found),
            "\n## Ways to count that theta will still be in doubt\n",
            f"Forecast minus share lived, over the {len(found)} rows; chance alone gives a root mean square of {noise:.3f}.\n",
            "| way | mean | root mean square | range |",
            "|---|---|---|---|",
            *summary,
            f"\n{untouched(found)}\n",
        ]
    )


def untouched(found: Sequence[Comparison]) -> str:
    """How far off the trials are that had no part in picking the way."""
    off = [one.row.chance_settled - one.lived.settled for one in found if one.name not in CHOSEN_ON]
    rms = math.sqrt(float(np.mean(np.square(off))))
    return f"As it is, on the {len(off)} rows of trials that had no part in picking it: mean {np.mean(off):+.3f}, root mean square {rms:.3f}."


if __name__ == "__main__":
    sys.exit(main())
