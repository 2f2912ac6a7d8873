"""Simulation-based calibration: parameters from the priors, nights from the parameters, and where the truth then ranks.

If an engine computes the posterior it claims, the truth is a random draw from it: its rank among the draws is uniform, for
every parameter, and 95 % intervals hold it 95 % of the time (Talts et al. 2018; Modrak et al. 2023). The marginal engine is
held against 1,000 data sets, NUTS against 200 of every family, with one compilation a family. Keeps benchmarks/sbc.csv (every
rank; what is there is not computed again), benchmarks/sbc.md (the table) and docs/images/sbc.svg (the figure), and leaves with status 1 where ranks are not uniform or intervals hold the truth too seldom or too often.
"""

import argparse
import csv
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from scipy import stats

from nof1.analyze.engines.marginal import fit_marginal
from nof1.analyze.engines.posterior import marginal_draws
from nof1.analyze.model.data import ModelData, assemble
from nof1.analyze.model.draws import Draws
from nof1.analyze.model.effects import LEVEL, TAILS
from nof1.analyze.model.pointwise import replicate_series
from nof1.analyze.model.prior import draw_prior, priors_of
from nof1.analyze.simulation.simulate import Calendar, absent_nights
from nof1.errors import RefusalError
from nof1.plan.orders.draw import draw_order
from nof1.plan.protocol.family import FAMILIES
from nof1.plan.protocol.protocol import Protocol

HERE = Path(__file__).parent
FIGURE = HERE.parent / "docs" / "images" / "sbc.svg"
OUTCOMES = {  # low, high, whole numbers, threshold
    "normal": (0, 10, False, 1),
    "student": (0, 10, False, 1),
    "rating": (0, 10, True, 1),
    "ordinal": (0, 4, True, 0.5),
    "count": (0, 20, True, 1),
    "binary": (0, 1, True, 0.1),
    "duration": (0, 120, False, 10),
}
MISSING = 0.1
RANKS = 99  # draws that the truth is ranked among: ranks from 0 to 99
Found = dict[tuple[str, str], list[dict[str, float]]]  # by engine and family: one row a data set
LIMIT = 0.001  # p of a rank histogram, below which it is called not uniform; some ninety are looked at
FAR = 3.3  # Monte Carlo standard errors by which coverage may miss its level: p about 0.001, too
SEED = 20261126


def make_protocol(family: str) -> Protocol:
    """28 nights, two arms, four periods of a week: small, so that priors and nights both count."""
    low, high, whole, threshold = OUTCOMES[family]
    return Protocol.build(
        {
            "title": "Calibration",
            "simulated": True,
            "reference": "off",
            "outcome": {
                "name": "y",
                "low": low,
                "high": high,
                "better": "lower",
                "threshold": threshold,
                "whole": whole,
            },
            "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "dose_mg": 200}],
            "design": {
                "kind": "randomized-blocks",
                "start": date(2026, 1, 5),
                "blocks": 2,
                "period_nights": 7,
                "seed": 1,
            },
            "analysis": {"family": family},
        }
    )


def make_terms(protocol: Protocol) -> ModelData:
    calendar = Calendar.from_order(protocol, draw_order(protocol))
    used = ~absent_nights(len(calendar.arm), MISSING, np.random.default_rng(SEED))
    low, high = protocol.outcome.low, protocol.outcome.high
    # Outcomes that do not count; nights by turns, one up and one down, would be refused.
    outcome = np.where(np.arange(len(used)) % 3, min(low + 2.0, high), low + 1.0 if high > 1 else low)
    return assemble(
        protocol, outcome, used, calendar.treated, calendar.treated.astype(float), calendar.period, calendar.on_trial
    )


def truths(data: ModelData, count: int) -> tuple[Draws, np.ndarray]:
    """Parameters from the priors, and a data set for each, shape (count, n), on the model's scale."""
    rng = np.random.default_rng([SEED, FAMILIES.index(data.family)])
    draws = draw_prior(data, count, rng)
    y = replicate_series(data, draws, rng)
    return draws, np.log(y) if data.family == "duration" else y


def ranked_names(data: ModelData) -> list[str]:
    """Every parameter with a prior, and the offsets of blocks, of which the first is ranked."""
    return [*priors_of(data), *(["block_offset"] if data.block_numbers else [])]


def values_of(draws: Draws, i: int, names: list[str]) -> dict[str, float]:
    out = {}
    for name in names:
        if name == "gap":
            out[name] = float(np.diff(draws.cuts[i])[0])
        else:
            out[name] = float(np.ravel(getattr(draws, name)[i])[0])
    return out


def marginal_ranks(data: ModelData, count: int) -> list[dict[str, float]]:
    """One row a data set: rank of each parameter, and the interval of the effect."""
    names = ranked_names(data)
    draws, y = truths(data, count)
    rows = []
    for i in range(count):
        one = replace(data, y=y[i])
        truth = values_of(draws, i, names)
        try:
            posterior = marginal_draws(one, fit_marginal(one, seed=i), seed=i)
        except RefusalError:
            rows.append({"set": i, "refused": 1.0})
            continue
        rows.append({"set": i} | ranked(posterior, truth, i))
    return rows


def nuts_ranks(data: ModelData, count: int, *, draws_kept: int = 500) -> list[dict[str, float]]:
    """The same by NUTS, with one compilation."""
    import nutpie

    from nof1.analyze.engines.nuts import compile_nuts

    names = ranked_names(data)
    draws, y = truths(data, count)
    code = compile_nuts(data, progress=lambda *_: None).code
    rows = []
    for i in range(count):
        tree = nutpie.sample(
            code.with_data(observed_outcome=y[i]),
            draws=draws_kept,
            tune=600,
            chains=2,
            seed=i + 1,
            target_accept=0.95,
            save_warmup=False,
            progress_bar=False,
        )
        posterior = tree["posterior"].to_dataset()
        if "phi_unit" in posterior:
            posterior["phi"] = 2 * posterior["phi_unit"] - 1
        row = {"set": i} | ranked(posterior, values_of(draws, i, names), i)
        rows.append(row | {"divergences": float(tree["sample_stats"]["diverging"].sum())})
    return rows


def ranked(posterior, truth: dict[str, float], seed: int) -> dict[str, float]:
    """Rank of every true value among `RANKS` draws that are far apart in the chains, and the interval of the effect."""
    rng = np.random.default_rng([SEED, seed])
    row = {}
    for name, value in truth.items():
        whole = posterior[name].transpose("chain", "draw", ...).to_numpy()
        whole = whole.reshape(whole.shape[0] * whole.shape[1], -1)[:, 0]
        far = whole[np.linspace(0, len(whole) - 1, RANKS).astype(int)]
        row[name] = float(np.sum(far < value) + rng.integers(np.sum(far == value) + 1))
        if name == "effect":
            row |= {
                "truth": value,
                "lower": float(np.quantile(whole, TAILS[0])),
                "upper": float(np.quantile(whole, TAILS[1])),
            }
    return row


def columns(rows: list[dict[str, float]]) -> list[str]:
    apart = {"set", "truth", "lower", "upper", "divergences", "refused"}
    return [name for name in max(rows, key=len) if name not in apart]


def uniform_p(ranks: np.ndarray, bins: int) -> float:
    """Chi-square test of equal numbers in the bins."""
    counts = np.histogram(ranks, bins=bins, range=(-0.5, RANKS + 0.5))[0]
    return float(stats.chisquare(counts).pvalue)


def summarize(engine: str, family: str, rows: list[dict[str, float]]) -> dict[str, object]:
    kept = [row for row in rows if "refused" not in row]
    bins = 20 if len(kept) >= 500 else 10
    ps = {name: uniform_p(np.array([row[name] for row in kept]), bins) for name in columns(kept)}
    inside = [row["lower"] <= row["truth"] <= row["upper"] for row in kept]
    share = float(np.mean(inside))
    return {
        "engine": engine,
        "family": family,
        "sets": len(rows),
        "refused": len(rows) - len(kept),
        "coverage": share,
        "error": float(np.sqrt(LEVEL * (1 - LEVEL) / len(kept))),
        "p_effect": ps["effect"],
        "worst": min(ps, key=lambda name: ps[name]),
        "p_worst": min(ps.values()),
        "parameters": len(ps),
    }


def calibrated(line: dict[str, object]) -> bool:
    """Whether ranks are even and the effect's interval holds the truth as often as it says."""
    share, error, worst = (float(str(line[name])) for name in ("coverage", "error", "p_worst"))
    return worst > LIMIT and abs(share - LEVEL) <= FAR * error


def write_ranks(found: Found) -> None:
    """One row a data set; ranks of parameters that a family does not have stay empty."""
    names = list(dict.fromkeys(name for rows in found.values() for row in rows for name in row))
    with (HERE / "sbc.csv").open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream, lineterminator="\n")
        out.writerow(["engine", "family", *names])
        for (engine, family), rows in found.items():
            for row in rows:
                out.writerow([engine, family, *(f"{row[name]:.6g}" if name in row else "" for name in names)])


def read_ranks() -> Found:
    """What earlier runs kept."""
    path = HERE / "sbc.csv"
    found: Found = {}
    if path.is_file():
        with path.open(newline="", encoding="utf-8") as stream:
            for line in csv.DictReader(stream):
                key = (line.pop("engine"), line.pop("family"))
                found.setdefault(key, []).append({name: float(value) for name, value in line.items() if value})
    return found


def draw_figure(found: Found) -> None:
    """For every engine and family: cumulated ranks minus uniform, each parameter a line, with a 95 % simultaneous band."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    grid = np.arange(RANKS + 1)
    even = (grid + 1) / (RANKS + 1)
    figure, axes = plt.subplots(3, 3, figsize=(9, 7), sharex=True, sharey=True, layout="constrained")
    for ax, ((engine, family), rows) in zip(axes.flat, found.items(), strict=False):
        kept = [row for row in rows if "refused" not in row]
        reach = band(len(kept))
        ax.fill_between(grid, -reach, reach, color="#DDDDDD", lw=0)
        for name in columns(kept):
            ranks = np.array([row[name] for row in kept])
            line = np.mean(ranks[:, None] <= grid, axis=0) - even
            strong = name == "effect"
            ax.plot(
                grid,
                line,
                color="#0072B2" if strong else "#777777",
                lw=1.8 if strong else 0.7,
                zorder=3 if strong else 2,
            )
        ax.set_title(
            f"{family}, {'marginal engine' if engine == 'marginal' else 'NUTS'}, {len(kept)} data sets", fontsize=8
        )
        ax.axhline(0, color="black", lw=0.6)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes.flat[len(found) :]:
        ax.set_visible(False)
    figure.supxlabel(f"rank of the truth among {RANKS} draws", fontsize=9)
    figure.supylabel("share of ranks so far, minus what is even", fontsize=9)
    FIGURE.parent.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "nof1", "svg.fonttype": "path"}):
        figure.savefig(FIGURE, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def band(count: int, *, draws: int = 4000) -> np.ndarray:
    """Half-width of a band that 95 % of even samples of this size stay in everywhere, shape (RANKS + 1,)."""
    rng = np.random.default_rng(1)
    counts = rng.multinomial(count, np.full(RANKS + 1, 1 / (RANKS + 1)), size=draws)
    even = np.arange(1, RANKS + 2) / (RANKS + 1)
    away = np.abs(np.cumsum(counts, axis=1) / count - even)
    spread = np.sqrt(np.maximum(even * (1 - even), 1e-12) / count)
    worst = np.max((away / spread)[:, :-1], axis=1)
    return np.quantile(worst, 0.95) * spread * (even < 1)


def report(lines: list[dict[str, object]]) -> str:
    rows = [
        f"| {line['family']} | {line['engine']} | {line['sets']} | {line['refused']} | {100 * line['coverage']:.1f} % ± "
        f"{100 * line['error']:.1f} | {line['p_effect']:.2f} | {line['parameters']} | {line['worst']}: {line['p_worst']:.3f} |"
        for line in lines
    ]
    good = all(calibrated(line) for line in lines)
    protocol = make_protocol("normal")
    return "\n".join(
        [
            "# Simulation-based calibration",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/sbc.py`; every rank is in `sbc.csv`, the figure in `docs/images/sbc.svg`.",
            "",
            f"Parameters are drawn from the default priors and nights from the parameters: {protocol.nights} nights in four periods of a week, one night in "
            "ten missing, the model with all its parts (level, effect, trend, start-up, blocks, period effects, autocorrelation, estimated half-life). The truth is ranked "
            f"among {RANKS} posterior draws. Coverage is that of the {100 * LEVEL:g} % interval of the effect on the model's scale, ± one Monte Carlo standard "
            f"error at {100 * LEVEL:g} %, and must not miss that by more than {FAR:g} of them. p is that of a chi-square test of even ranks; one below {LIMIT:g} would be called uneven. Of the blocks the first one's offset is ranked.",
            "",
            "| family | engine | data sets | refused | coverage | p, effect | parameters | smallest p of all |",
            "|---|---|---|---|---|---|---|---|",
            *rows,
            "",
            "All ranks are even, and every coverage is as it should be."
            if good
            else "SOME RANKS OR COVERAGES ARE NOT AS THEY SHOULD BE.",
            "",
        ]
    )


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--families", nargs="*", default=list(FAMILIES))
    options.add_argument(
        "--marginal", type=int, default=1000, help="data sets for the marginal engine; 0 leaves it out"
    )
    options.add_argument("--nuts", type=int, default=200, help="data sets of each family for NUTS; 0 leaves it out")
    options.add_argument("--again", action="store_true", help="also those that sbc.csv has already")
    chosen = options.parse_args()
    clock = time.perf_counter()
    found = {} if chosen.again else read_ranks()
    plan = [("marginal", family, chosen.marginal, marginal_ranks) for family in ("normal", "duration")]
    plan += [("nuts", family, chosen.nuts, nuts_ranks) for family in FAMILIES]
    for engine, family, count, ranks in plan:
        data, kept = make_terms(make_protocol(family)), found.get((engine, family), [])
        same_model = kept and set(columns(kept)) == set(ranked_names(data))
        if family not in chosen.families or not count or (same_model and len(kept) == count):
            continue
        found[engine, family] = ranks(data, count)
        write_ranks(found)  # a long run that is stopped goes on from here
        print(f"{family}, {engine}: {time.perf_counter() - clock:.0f} s", file=sys.stderr, flush=True)
    found = {(engine, family): found[engine, family] for engine, family, _, _ in plan if (engine, family) in found}
    write_ranks(found)
    lines = [summarize(engine, family, rows) for (engine, family), rows in found.items()]
    text = report(lines)
    print(text)
    draw_figure(found)
    (HERE / "sbc.md").write_text(text, encoding="utf-8")
    return 0 if all(calibrated(line) for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
