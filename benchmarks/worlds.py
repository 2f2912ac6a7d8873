"""Worlds in which the model is wrong in one way: the answer, its interval, the verdicts, and which check speaks.

Prints a page and keeps it in benchmarks/worlds.md. Each trial: 84 nights in 12 periods of a week, two arms in randomized blocks,
ratings rounded and cut at 0 and 10. Beside each call-out stands the best test of the same quantity: it knows the true mean of
every night, the true spread and the true correlation, and sees the same ratings. Leaves with status 1 if a call-out comes
too often in sound trials, or far less often than the best test could.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, in_order, machines

from nof1.analyze.checks.over_time import effect_over_time
from nof1.analyze.checks.quantities import (
    CALLED,
    ENDS,
    Circumstances,
    Pattern,
    differences,
    find_patterns,
    missing,
    shapes,
)
from nof1.analyze.checks.residuals import Residuals, ar_whitening
from nof1.analyze.engines.marginal import QUICK_ROUNDS, fit_marginal
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.draws import draws_of
from nof1.analyze.model.exposure import exposure
from nof1.analyze.model.pointwise import replicate_series
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.simulation.simulate import Calendar, SimulatedNights, absent_nights, simulated_terms
from nof1.errors import RefusalError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
NIGHTS, BLOCKS = 84, 6
SEED = 1
DRAWS = 1000
AT = 0.03  # a level that every call-out must keep, and at which the best test is shown, too
TOGETHER = 0.12
SURELY = 0.80  # floor, arms that differ threefold, falling noise
BEHIND = 0.10  # a call-out may come this much less often than the best test at its own level


@dataclass(frozen=True)
class World:
    """What is true. Each function takes the nights' numbers from 0, or the treated share of each, to arrays of as many.

    Attributes
    ----------
    effect, half_life, level, sigma, phi, omega : float
    course : callable
        What the effect is multiplied with on each night.
    beside : callable
        (night, treated, rng) to what is added to every night and no model has.
    reported : float
        Added to ratings of treated nights without any effect: hope.
    spread : callable
        (night, treated) to what the noise is multiplied with.
    noise : callable
        (rng, n) to independent innovations with sd 1.
    hidden : float
        Chance that a night among the worst quarter is not recorded.
    absent : float
        Share of other nights without a record.
    wrong : tuple of str
        Quantities that should be called out.
    surely : bool
        Whether the first of them must be called out in at least `SURELY` of the trials.
    """

    effect: float = -1.5
    half_life: float = 1.0
    level: float = 5.0
    sigma: float = 1.5
    phi: float = 0.5
    omega: float = 0.3
    course: Callable = field(default=lambda night: np.ones(len(night)))
    beside: Callable = field(default=lambda night, treated, rng: np.zeros(len(night)))
    reported: float = 0.0
    spread: Callable = field(default=lambda night, treated: np.ones(len(night)))
    noise: Callable = field(default=lambda rng, n: rng.standard_normal(n))
    outliers: float = 0.0
    hidden: float = 0.0
    absent: float = 0.0
    wrong: tuple[str, ...] = ()
    surely: bool = False


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    shape = 1.5
    return (rng.gamma(shape, size=n) - shape) / np.sqrt(shape)


def rebound(night: np.ndarray, treated: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One point worse on the first night off, half of it two nights later."""
    since = np.full(len(night), np.inf)
    for i in range(1, len(night)):
        since[i] = np.inf if treated[i] else (0 if treated[i - 1] else since[i - 1] + 1)
    return 2.0 ** (-since / 2)


SOUND = {
    "sound": World(),
    "sound, no effect": World(effect=0.0),
    "sound, a fifth of nights missing": World(absent=0.2),
    "sound, nights hardly alike": World(phi=0.2, absent=0.1),
    "sound, nights very alike": World(phi=0.7, absent=0.1, half_life=4.0),
}
WRONG = {
    "floor": World(level=1.65, wrong=("share at the lowest",), surely=True),
    "skewed noise": World(noise=skewed, wrong=("skewed nights",)),
    "arms differ threefold in noise": World(
        spread=lambda night, treated: np.where(treated, 0.4, 1.2),
        wrong=("spread on the arm to other nights",),
        surely=True,
    ),
    "weekends 1.5 points worse": World(
        beside=lambda night, treated, rng: 1.5 * np.isin(night % 7, (4, 5)), wrong=("nights before free days",)
    ),
    "a season of 84 days, 1.5 points up and down": World(
        beside=lambda night, treated, rng: 1.5 * np.sin(2 * np.pi * night / NIGHTS)
    ),
    "5 % of nights 5 points off": World(outliers=5.0, wrong=("outlying nights",)),
    "noise falls fourfold": World(
        spread=lambda night, treated: 1.5 * 4.0 ** (-night / (NIGHTS - 1)),
        wrong=("spread of earlier to later nights",),
        surely=True,
    ),
    "slow drift": World(beside=lambda night, treated, rng: np.cumsum(rng.normal(0, 0.2, len(night)))),
    "bad first week, 3 points fading": World(beside=lambda night, treated, rng: 3.0 * 2.0 ** (-night / 5)),
    "half-life of 20 days": World(half_life=20.0),
    "rebound of 1 point": World(beside=rebound),
    "the effect wears off to a third": World(course=lambda night: 1 - 2 / 3 * night / (NIGHTS - 1)),
    "60 % of bad nights not recorded": World(hidden=0.6, wrong=("missing after bad nights",)),
    "hope worth 1 point, open trial": World(reported=-1.0),
}
WORLDS = SOUND | WRONG
WITH_COURSE = ("sound", "the effect wears off to a third")  # one more fit for each trial


def make_protocol() -> Protocol:
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {"start": date(2026, 1, 5), "blocks": BLOCKS, "period_nights": 7, "run_in_nights": 0, "seed": SEED},
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


PROTOCOL = make_protocol()


@dataclass(frozen=True)
class Lived:
    """One trial of a world: its days, on each of them the rating and the true mean, and on treated ones the true effect."""

    calendar: Calendar
    outcome: np.ndarray
    absent: np.ndarray
    mean: np.ndarray
    difference: np.ndarray


def recorded(rating: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(rating), 0, 10)


def live(world: World, seed: tuple[int, ...]) -> Lived:
    protocol, rng = PROTOCOL, np.random.default_rng(seed)
    order = draw_order(protocol, seed=int(rng.integers(2**63)))
    calendar = Calendar.from_order(protocol, order)
    treated = calendar.treated[:, 0]
    n, night = len(treated), np.arange(len(treated))
    shocks, state = world.noise(rng, n), np.empty(n)
    state[0] = shocks[0]
    for i in range(1, n):
        state[i] = world.phi * state[i - 1] + np.sqrt(1 - world.phi**2) * shocks[i]
    noise = world.sigma * world.spread(night, treated) * state
    if world.outliers:
        noise += np.where(rng.random(n) < 0.05, world.outliers * rng.choice([-1, 1], n), 0.0)
    offsets = rng.normal(0, world.omega, 2 * BLOCKS)[calendar.period - calendar.period[0]]
    exposed = exposure(treated[:, None].astype(float), np.array([world.half_life]))[0][:, 0]
    effect = world.effect * world.course(night) * exposed
    without = world.level + offsets
    deviation = world.beside(night, treated, rng) + noise
    on = recorded(without + effect + deviation + world.reported * treated)
    bad = on > np.quantile(on, 0.75)
    absent = absent_nights(n, world.absent, rng) | (bad & (rng.random(n) < world.hidden))
    # Had it been off, with the same noise: what ratings would have been, hope aside.
    hopeless = recorded(without + effect + deviation)
    return Lived(
        calendar,
        on,
        absent,
        without + effect,
        (hopeless - recorded(without + deviation))[treated],
    )


def measure(task: tuple[str, int]) -> dict[str, object]:
    """One trial, analyzed: effects, verdict, what is called out, and what the best test calls out."""
    name, trial = task
    world, protocol = WORLDS[name], PROTOCOL
    lived = live(world, (SEED, list(WORLDS).index(name), trial))
    nights = SimulatedNights(lived.outcome, lived.calendar.treated.astype(float), lived.absent)
    try:
        data = simulated_terms(protocol, lived.calendar, nights)
        fitted = fit_marginal(data, seed=trial, rounds=QUICK_ROUNDS)
    except RefusalError:
        return {"truth": float(lived.difference.mean())}
    (judged,) = mixture_rows(protocol, fitted)
    draws = draws_of(data, marginal_draws(data, fitted, seed=trial, draws=DRAWS))
    known = Circumstances(protocol.start.weekday(), absent_until(lived, data), protocol.outcome.better, whole=True)
    made = replicate_series(data, draws, np.random.default_rng(trial))
    rows = find_patterns(data, draws, made, known).rows
    course = effect_over_time(protocol, data, seed=trial, leading=["over-nights"]).rows if name in WITH_COURSE else ()
    rows_best = best(world, lived, data, known)
    return {
        "truth": float(lived.difference.mean()),
        "mean": judged.over_nights.mean,
        "interval": judged.over_nights.interval,
        "full": judged.full.mean,
        "full interval": judged.full.interval,
        "verdict": judged.verdict,
        "at floor": float(np.mean(data.y <= 0)),
        "over time": bool(course) and course[0].course in ("better later", "worse later"),
        "called": called(rows),
        "told": [row.name for row in rows],
        **{f"best at {level:g}": called(rows_best, level) for level in (CALLED, AT)},
    }


def absent_until(lived: Lived, data: ModelData) -> np.ndarray:
    absent = lived.absent.copy()
    absent[data.day[-1] :] = False
    return absent


def called(rows: Iterable[Pattern], level: float = CALLED) -> list[str]:
    return sorted({row.name for row in rows if (row.odd if row.p is None else row.p < level)})


def best(world: World, lived: Lived, data: ModelData, known: Circumstances) -> list[Pattern]:
    """Tests of the same quantities that know all of the truth but what is wrong with it."""
    day, n = data.day, data.n
    sd = np.full(n, world.sigma)
    true = Residuals(lived.mean[day], sd, 1 / sd, ar_whitening(day, world.phi), np.eye(n), log=False)
    innovations = true.innovations(data.y)
    states = true.states(np.random.default_rng(SEED).standard_normal((DRAWS, n)))
    null = true.innovations(recorded(lived.mean[day] + world.sigma * states))
    rows = [
        *differences(data, true, innovations, known),
        *shapes(data, innovations, null),
        *missing(data, true, innovations, known),
    ]
    return [*rows, Pattern("share at the lowest", float(np.mean(data.y <= 0)), 0.0, None, None)]


# --- the page


def share(rows: list[dict], key: str, name: str) -> tuple[float, float]:
    """How often a quantity is called out, with its standard error."""
    count = sum(name in row[key] for row in rows)
    return count / len(rows), standard_error(count, len(rows))


def percent(value: float) -> str:
    return f"{100 * value:.0f}" if value >= 0.1 else f"{100 * value:.1f}"


def inside(rows: list[dict], interval: str, truth: float) -> float:
    return float(np.mean([row[interval][0] <= truth <= row[interval][1] for row in rows]))


def answer_line(name: str, every: list[dict]) -> str:
    rows = [row for row in every if "mean" in row]
    truth = float(np.mean([row["truth"] for row in every]))
    verdicts = Counter(row["verdict"] for row in rows)
    told = ", ".join(f"{verdict} {percent(count / len(rows))}" for verdict, count in verdicts.most_common())
    speaking = Counter(of for row in rows for of in row["called"])
    over_time = np.mean([row["over time"] for row in rows])
    speaks = [f"{of} {percent(count / len(rows))}" for of, count in speaking.most_common() if count >= 0.1 * len(rows)]
    # One of ten trials without any change leans, too.
    speaks += [f"effect over time {percent(over_time)}"] if over_time >= 0.25 else []
    mean, full = (float(np.mean([row[key] for row in rows])) for key in ("mean", "full"))
    width = float(np.mean([np.diff(row["interval"]) for row in rows]))
    return (
        f"| {name} | {len(rows)} | {truth:.2f} | {mean:.2f} | {percent(inside(rows, 'interval', truth))} | {width:.1f} | "
        f"{full:.2f} | {told} | {', '.join(speaks) or 'none'} |"
    )


def wrong_line(name: str, quantity: str, rows: list[dict]) -> str:
    ours, error = share(rows, "called", quantity)
    at_level, at_three = (share(rows, f"best at {level:g}", quantity)[0] for level in (CALLED, AT))
    return f"| {name} | {quantity} | {percent(ours)} ± {100 * error:.1f} | {percent(at_level)} | {percent(at_three)} |"


def sound_lines(sound: list[dict]) -> list[str]:
    names = list(dict.fromkeys(name for row in sound for name in row["told"]))
    lines = []
    for name in names:
        rows = [row for row in sound if name in row["told"]]
        value, error = share(rows, "called", name)
        lines.append(f"| {name} | {len(rows)} | {100 * value:.1f} ± {100 * error:.1f} |")
    any_ = sum(bool(row["called"]) for row in sound)
    error = standard_error(any_, len(sound))
    return [*lines, f"| any of them | {len(sound)} | {100 * any_ / len(sound):.1f} ± {100 * error:.1f} |"]


def broken(found: dict[str, list[dict]], sound: list[dict]) -> list[str]:
    """Promises that are not kept, beyond two standard errors."""
    out = []
    for name in dict.fromkeys(name for row in sound for name in row["told"]):
        value, error = share([row for row in sound if name in row["told"]], "called", name)
        if value - 2 * error > AT:
            out.append(f"{name} is called out in {percent(value)} % of sound trials")
    any_ = sum(bool(row["called"]) for row in sound)
    if any_ / len(sound) - 2 * standard_error(any_, len(sound)) > TOGETHER:
        out.append(f"something is called out in {percent(any_ / len(sound))} % of sound trials")
    for name, world in WRONG.items():
        for quantity in world.wrong:
            value, error = share(found[name], "called", quantity)
            top, _ = share(found[name], f"best at {CALLED:g}", quantity)
            if value + 2 * error < top - BEHIND:
                out.append(f"{name}: called out in {percent(value)} %, the best test in {percent(top)} %")
            if world.surely and value + 2 * error < SURELY:
                out.append(f"{name}: called out in {percent(value)} % only")
    return out


def report(found: dict[str, list[dict]], trials: int, sound_trials: int) -> tuple[str, list[str]]:
    answered = {name: [row for row in rows if "mean" in row] for name, rows in found.items()}
    sound = [row for name in SOUND for row in answered[name]]
    kept = broken(answered, sound)
    floor = 100 * float(np.mean([row["at floor"] for row in answered["floor"]]))
    text = [
        "# Worlds in which the model is wrong",
        "",
        "Made by `python benchmarks/worlds.py`, which `make calibrate` runs.",
        "",
        f"{trials} simulated trials of each wrong world, {sound_trials} of each sound one: {NIGHTS} nights in periods of a week, two arms in {BLOCKS} randomized blocks, "
        "an order drawn for each trial, the default protocol of the second edition with a threshold of 1, answered by the marginal engine. Where nothing else is said: level 5, effect −1.5 "
        "once fully built up with a half-life of 1 day, sd between nights 1.5, correlation of neighbours 0.5, sd between periods 0.3; ratings are rounded and cut at 0 and 10. All shares are of 100 trials.",
        "",
        "## The answer, and which check speaks",
        "",
        "The truth is the mean difference that the treatment made to the ratings of treated nights, hope aside; the answer is that over these nights. "
        "A check is named where it speaks in 10 of 100 trials or more (the effect over time, looked at in two of the worlds: 25, since it leans at the protocol's certainty).",
        "",
        "| world | trials | truth | answer | interval holds it | its width | answer once fully built up | verdicts | which checks speak |",
        "|---|---|---|---|---|---|---|---|---|",
        *(answer_line(name, rows) for name, rows in found.items()),
        "",
        f"In the world with a floor {floor:.0f} of 100 nights are rated 0. No check can see hope in an open trial: it is in the ratings like an effect; the page says how large it would have to be.",
        "",
        "## Called out as often as could be",
        "",
        f"The best test takes the same quantity of the same ratings and knows the true mean, spread and correlation of every night; at the level of the call-outs ({CALLED:g}) and at {AT:g}.",
        "",
        f"| world | quantity | called out | best test, at {CALLED:g} | best test, at {AT:g} |",
        "|---|---|---|---|---|",
        *(wrong_line(name, of, answered[name]) for name, world in WRONG.items() for of in world.wrong),
        "",
        "## Called out in sound trials",
        "",
        f"Allowed: {100 * AT:g} % for each, {100 * TOGETHER:g} % for all together. Of ends of the scale {100 * ENDS:g} % of nights are called out, whatever the chance.",
        "",
        "| quantity | trials that could tell it | called out, % |",
        "|---|---|---|",
        *sound_lines(sound),
        "",
        *(kept or ["Every promise is kept, within two standard errors."]),
        "",
    ]
    return "\n".join(text), kept


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument(
        "--trials", type=int, default=200, help="of each wrong world; half as many again of each sound one"
    )
    options.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the page")
    add_option(options)
    chosen = options.parse_args()
    clock = time.perf_counter()
    tasks = [(name, i) for name in WORLDS for i in range(chosen.trials * 3 // (2 if name in SOUND else 3))]
    with machines(chosen.dask) as spread:
        rows = in_order(spread, measure, tasks)
    found: dict[str, list[dict]] = {name: [] for name in WORLDS}
    for (name, _), row in zip(tasks, rows, strict=True):
        found[name].append(row)
    text, kept = report(found, chosen.trials, chosen.trials * 3 // 2)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    if chosen.keep:
        (HERE / "worlds.md").write_text(text, encoding="utf-8")
    return 1 if kept else 0


if __name__ == "__main__":
    sys.exit(main())
