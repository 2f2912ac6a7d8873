"""What the intervals and verdicts do on trials of known truth: a grid of effects, correlations, missing nights and designs.

In simulation-based calibration the truth comes from the priors, and coverage is nominal. A person's truth does not come from
a prior: so here it is fixed, and the table says how often the 95 % interval then holds it and how often the verdict is wrong.
Keeps benchmarks/fixed_truth.md, benchmarks/fixed_truth.csv and docs/images/fixed-truth.svg.
"""

import argparse
import csv
import itertools
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, machines

from nof1.analyze.engines.marginal import QUICK_ROUNDS, fit_marginals
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import LEVEL, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.simulation.replicate import NO_ANSWER, VERDICTS, Batch, replicate, terms_or_refusal
from nof1.errors import RefusalError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
FIGURE = HERE.parent / "docs" / "images" / "fixed-truth.svg"
NIGHTS = 84
GRID: dict[str, tuple[float, ...]] = {
    "effect": (-2.0, -1.0, 0.0, 1.0, 2.0),  # in thresholds
    "phi": (0.2, 0.5, 0.8),
    "missing": (0.0, 0.3),
    "period nights": (3, 7, 14),
    "half-life": (0.5, 2.0, 6.0),
}
FIXED = {"level": 5.0, "trend": 0.0, "sigma": 1.5, "omega": 0.3, "start_up": 0.0, "block_sd": 0.0}
SEED = 3


def make_protocol(period_nights: int) -> Protocol:
    answers = {
        "arms": [{"name": "off", "dose_mg": 0}, {"name": "magnesium", "form": "citrate", "dose_mg": 200}],
        "design": {
            "start": date(2026, 1, 5),
            "blocks": NIGHTS // (2 * period_nights),
            "period_nights": period_nights,
            "run_in_nights": 0,
            "seed": SEED,
        },
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


Cell = tuple[float, ...]


class Held(Batch):
    """A batch whose results are the verdict, and whether the interval over the nights and that of the full effect hold the truth."""

    def results(self) -> np.ndarray:
        found = [terms_or_refusal(self.protocol, *self.realised(trial)[1:]) for trial in self.trials]
        fits = iter(
            fit_marginals([one for one in found if isinstance(one, ModelData)], seed=self.seed, rounds=QUICK_ROUNDS)
        )
        return np.array([self._row(trial, data, fits) for trial, data in zip(self.trials, found, strict=True)])

    def _row(self, trial: int, data: ModelData | RefusalError, fits: Iterator) -> tuple[float, float, float]:
        fitted = data if isinstance(data, RefusalError) else next(fits)
        if isinstance(fitted, RefusalError):
            return NO_ANSWER, np.nan, np.nan
        judged = mixture_rows(self.protocol, fitted, compared=pairs(self.protocol)[:1], full_ends=True)[0]
        # The threshold of the template is one point.
        half_life = np.array([self.truth(trial)[0].half_life])
        over_nights = self.effect * exposure_summary(data.doses, data.treated, half_life)[0][0, 0]
        held = [
            float(effect.interval[0] <= value <= effect.interval[1])
            for effect, value in ((judged.over_nights, over_nights), (judged.full, self.effect))
        ]
        return VERDICTS.index(judged.verdict), *held


def make_batches(trials: int) -> dict[Cell, Batch]:
    """One batch for each cell of the grid, in the order of `GRID`."""
    protocols = {nights: make_protocol(int(nights)) for nights in GRID["period nights"]}
    out = {}
    for cell in itertools.product(*GRID.values()):
        effect, phi, missing, nights, half_life = cell
        people = Nuisance(protocols[nights], fixed=FIXED | {"phi": phi, "half_life": half_life})
        out[cell] = Held(protocols[nights], people, effect, range(trials), SEED, missing=missing, skipped=0.0)
    return out


def measure(effect: float, rows: np.ndarray) -> dict[str, int]:
    """Counts of one cell, of the rows of `Held`: trials, answers, intervals that hold the truth, claims in the wrong direction, settled verdicts."""
    answered = rows[:, 0] < NO_ANSWER
    verdicts = [VERDICTS[int(place)] for place in rows[answered, 0]]
    wrong = {
        -1: ("worsens", "leans worse"),
        0: ("helps", "worsens"),
        1: ("helps", "leans better"),
    }[int(np.sign(effect))]
    strictly = {-1: ("worsens",), 0: ("helps", "worsens"), 1: ("helps",)}[int(np.sign(effect))]
    dismissed = abs(effect) > 1
    return {
        "trials": len(rows),
        "answers": int(answered.sum()),
        "inside": int(rows[answered, 1].sum()),
        "full inside": int(rows[answered, 2].sum()),
        "wrong": sum(verdict in strictly for verdict in verdicts),
        "leans wrong": sum(verdict in wrong for verdict in verdicts),
        "wrongly no difference": sum(verdict == "no difference that matters" for verdict in verdicts)
        if dismissed
        else 0,
        "settled": sum(verdict in ("helps", "worsens", "no difference that matters") for verdict in verdicts),
    }


def added(cells: list[dict[str, int]]) -> dict[str, int]:
    return {name: sum(cell[name] for cell in cells) for name in cells[0]}


def share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} ± {100 * standard_error(count, of):.1f}"


def margins(counts: dict[Cell, dict[str, int]]) -> list[str]:
    """One line of the table for every value of every factor, over all cells that have it."""
    lines = []
    for place, (factor, values) in enumerate(GRID.items()):
        for value in values:
            total = added([of for cell, of in counts.items() if cell[place] == value])
            lines.append(
                f"| {factor} {value:g} | {total['trials']} | {share(total['inside'], total['answers'])} | {share(total['full inside'], total['answers'])} | "
                f"{share(total['wrong'], total['answers'])} | {share(total['leans wrong'], total['answers'])} | "
                f"{share(total['wrongly no difference'], total['answers'])} | {share(total['settled'], total['answers'])} |"
            )
    return lines


def extremes(counts: dict[Cell, dict[str, int]], of: Callable[[dict[str, int]], float], *, most: int = 5) -> list[str]:
    """The cells with the largest values."""
    names = list(GRID)
    ordered = sorted(counts.items(), key=lambda item: of(item[1]), reverse=True)[:most]
    return [
        f"| {', '.join(f'{name} {value:g}' for name, value in zip(names, cell, strict=True))} | "
        f"{share(total['inside'], total['answers'])} | {share(total['full inside'], total['answers'])} | {share(total['wrong'], total['answers'])} |"
        for cell, total in ordered
    ]


def report(counts: dict[Cell, dict[str, int]], trials: int) -> str:
    total = added(list(counts.values()))
    return "\n".join(
        [
            "# Coverage and wrong verdicts where the truth is fixed",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/fixed_truth.py`; every cell is in `fixed_truth.csv`, the figure in `docs/images/fixed-truth.svg`.",
            "",
            f"{trials} simulated trials in each of {len(counts)} cells: {NIGHTS} nights, two arms in randomized blocks, an order drawn for each trial, a level of "
            f"{FIXED['level']:g} on a scale from 0 to 10, rounded and cut at its ends; nights scatter with an sd of {FIXED['sigma']:g}, periods with {FIXED['omega']:g}. "
            "Effects are at full exposure, in points; the threshold is 1. Each trial is analyzed as the default protocol says, by the marginal engine. All "
            "numbers are of 100 trials that gave an answer, ± one Monte Carlo standard error.",
            "",
            f"Over all cells the {100 * LEVEL:g} % interval of the effect over these nights holds it in {share(total['inside'], total['answers'])} of 100, and that of the effect once fully "
            f"built up in {share(total['full inside'], total['answers'])}; a wrong verdict (helps or worsens, in the wrong "
            f"direction or without any effect) is given in {share(total['wrong'], total['answers'])} of 100. {total['trials'] - total['answers']} of {total['trials']} trials gave no answer.",
            "",
            '| | trials | interval holds the truth over these nights | once fully built up | wrong verdict | wrong verdict or leaning | "no difference" at an effect of 2 | settled |',
            "|---|---|---|---|---|---|---|---|",
            *margins(counts),
            "",
            "The cells in which the interval over these nights misses most often:",
            "",
            "| cell | interval holds the truth over these nights | once fully built up | wrong verdict |",
            "|---|---|---|---|",
            *extremes(counts, lambda cell: -cell["inside"] / max(cell["answers"], 1)),
            "",
            "The cells in which that of the full effect does:",
            "",
            "| cell | interval holds the truth over these nights | once fully built up | wrong verdict |",
            "|---|---|---|---|",
            *extremes(counts, lambda cell: -cell["full inside"] / max(cell["answers"], 1)),
            "",
            "The cells with most wrong verdicts:",
            "",
            "| cell | interval holds the truth over these nights | once fully built up | wrong verdict |",
            "|---|---|---|---|",
            *extremes(counts, lambda cell: cell["wrong"] / max(cell["answers"], 1)),
            "",
        ]
    )


def draw_figure(counts: dict[Cell, dict[str, int]]) -> None:
    """Coverage and wrong verdicts by half-life and period length, one line for each correlation."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    names = list(GRID)
    lengths, phis, halves = GRID["period nights"], GRID["phi"], GRID["half-life"]
    figure, axes = plt.subplots(3, len(lengths), figsize=(9, 7), sharex=True, sharey="row", layout="constrained")
    for column, nights in enumerate(lengths):
        for line, phi in enumerate(phis):
            for row, what in enumerate(("inside", "full inside", "wrong")):
                totals = [
                    added(
                        [
                            of
                            for cell, of in counts.items()
                            if (
                                cell[names.index("period nights")],
                                cell[names.index("phi")],
                                cell[names.index("half-life")],
                            )
                            == (nights, phi, half)
                        ]
                    )
                    for half in halves
                ]
                values = [100 * total[what] / total["answers"] for total in totals]
                errors = [100 * standard_error(total[what], total["answers"]) for total in totals]
                axes[row, column].errorbar(
                    np.arange(len(halves)) + 0.06 * (line - 1),
                    values,
                    yerr=errors,
                    color=("#0072B2", "#D55E00", "#444444")[line],
                    marker="os^"[line],
                    ms=4,
                    lw=1.2,
                    label=f"phi {phi:g}",
                )
        for row in (0, 1):
            axes[row, column].axhline(100 * LEVEL, color="black", lw=0.7, ls=":")
        axes[0, column].set_title(f"periods of {nights:g} nights", fontsize=9)
        axes[2, column].set_xticks(range(len(halves)), [f"{half:g}" for half in halves])
    axes[0, 0].set_ylabel(f"{100 * LEVEL:g} % interval holds the\neffect over these nights", fontsize=9)
    axes[1, 0].set_ylabel(f"{100 * LEVEL:g} % interval holds the\nfull effect, of 100", fontsize=9)
    axes[2, 0].set_ylabel("wrong verdict,\nof 100", fontsize=9)
    axes[0, 0].legend(frameon=False, fontsize=8)
    figure.supxlabel("half-life of build-up (days); all effects and shares of missing nights together", fontsize=9)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    FIGURE.parent.mkdir(exist_ok=True)
    with mpl.rc_context({"svg.hashsalt": "nof1", "svg.fonttype": "path"}):
        figure.savefig(FIGURE, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--trials", type=int, default=40, help="in each cell")
    options.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the files")
    add_option(options)
    chosen = options.parse_args()
    clock = time.perf_counter()
    batches = make_batches(chosen.trials)
    with machines(chosen.dask) as spread:
        found = replicate(list(batches.values()), spread=spread)
    counts = {cell: measure(cell[0], rows) for cell, rows in zip(batches, found, strict=True)}
    text = report(counts, chosen.trials)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    if chosen.keep:
        (HERE / "fixed_truth.md").write_text(text, encoding="utf-8")
        with (HERE / "fixed_truth.csv").open("w", newline="", encoding="utf-8") as stream:
            out = csv.writer(stream, lineterminator="\n")
            out.writerow([*GRID, *next(iter(counts.values()))])
            out.writerows([*cell, *of.values()] for cell, of in counts.items())
        draw_figure(counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
