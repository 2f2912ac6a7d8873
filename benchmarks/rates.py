"""How often each verdict is given, beside the rates of an independent engine. Prints a page and keeps it in benchmarks/rates.md.

The reference rates are those of the specification of the second edition: designs, thresholds and lengths of a trial, pooled over
half-lives, by the rule and the model of both editions. Here the same cells are simulated and analyzed by nof1, every data set
by both editions; then what the reference left open. Leaves with status 1 where a rate is further than three Monte Carlo errors
from its reference and nobody has said why.
"""

import argparse
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from machines import add_option, in_order, machines

from nof1.analyze.engines.choose import estimate
from nof1.analyze.engines.marginal import QUICK_ROUNDS, MarginalFit, fit_marginals
from nof1.analyze.engines.pair_effects import mixture_rows
from nof1.analyze.model.data import ModelData
from nof1.analyze.model.effects import LEVEL, pairs
from nof1.analyze.model.exposure import exposure_summary
from nof1.analyze.model.judgement import JudgedPair, first_edition_on
from nof1.analyze.simulation.nuisance import Nuisance
from nof1.analyze.simulation.power import standard_error
from nof1.analyze.simulation.replicate import Batch, terms_or_refusal
from nof1.errors import RefusalError
from nof1.plan.protocol.protocol import Protocol
from nof1.plan.protocol.template import load_template, merge

HERE = Path(__file__).parent
TRIALS = 480  # for each design and truth, over all half-lives
FEWER = 4  # times fewer where each takes seconds
HALF_LIVES = (0.3, 1.0, 2.0, 5.0)
FIXED = {"level": 5.0, "trend": 0.0, "sigma": 1.4, "phi": 0.5, "omega": 0.3, "start_up": 0.0, "block_sd": 0.0}
CLEAR = {1: -2.0, 2: -3.0, 3: -3.0}  # by threshold: the effect of which the table says how often it is found
CLAIMS, NONE, QUICK = ("helps", "worsens"), "no difference that matters", "no quick difference"
ERRORS = 3.0
SEED = 18
_PART = 32  # trials a task

REFERENCE_TRIALS = 2880
# (nights of a period, threshold, blocks): claims at no effect; no difference + no quick difference at no effect; the same at an
# effect of the threshold; helps at a clear effect. Percent, first edition > second.
REFERENCE = {
    (7, 1, 2): ("0.7 > 0.9", "0 > 0.1+0.7", "0 > 0+0.2", "10 > 12"),
    (7, 1, 6): ("0.4 > 0.5", "0.5 > 12+17", "0.3 > 4.3+7.7", "42 > 46"),
    (7, 2, 1): ("0 > 0", "3.4 > 0", "1.4 > 0", "0.3 > 0"),
    (7, 2, 6): ("0 > 0", "81 > 82+11", "16 > 16+8", "37 > 40"),
    (7, 3, 1): ("0 > 0", "82 > 0", "35 > 0", "0 > 0"),
    (3, 1, 12): ("0 > 0.5", "20 > 0+4", "8.5 > 0+2", "28 > 42"),
    (3, 2, 1): ("0 > 0", "92 > 0", "81 > 0", "0 > 0"),
    (3, 2, 12): ("0 > 0", "99 > 58+29", "55 > 13+14", "22 > 36"),
    (3, 3, 1): ("0 > 0", "99.8 > 0", "95 > 0", "0 > 0"),
}
OPPOSITE = "0.12"
ANY_LOOK = {7: "2.3", 3: "2.0"}  # claims at no effect at any look from the second block on
# Pooled over three designs, of half as many nights and more: helps at -2, interval excludes zero at no effect.
POOLED, POOLED_TRIALS = {"helps at −2": "36 > 41", "interval excludes 0 at no effect": "3.1 > 3.5"}, 2160
COVERAGE = (
    "95",
    "93",
)  # of the second edition: full, over the nights; of steady nights, a season and a slow drift together
COLUMNS = ("claims", "none", "same", "helps")
# Why a rate is not its reference: (edition, nights of a period, threshold, blocks, column) to words.
_WHO_LEADS = (
    "First edition, periods of 3 nights: there the full effect leads where the mean exposure of any night reached 0.8, which two periods of an arm "
    "in a row do. In the reference the effect over the nights led. The last lines of that table let it lead here, too: they are near the reference."
)
_OTHER_NIGHTS = (
    "Coverage: the reference's is one figure for steady nights, nights with a season and nights with a slow drift together, of sizes that it does not "
    "say; nights here are steady, and their intervals hold the truth more often. With a season and with a drift they are in `worlds.md`."
)
_WHICH_HALF_LIVES = (
    "First edition, one block of 3 nights, an effect of 2: of six nights, the share of no difference goes from 63 of 100 with a half-life of 0.3 days to 90 with "
    "one of 5; the reference pools half-lives between these two and does not say which."
)
EXPLAINED = {(1, 3, m, 12, column): _WHO_LEADS for m in (1, 2) for column in COLUMNS}
EXPLAINED[1, 3, 2, 1, "same"] = _WHICH_HALF_LIVES
OVER_NIGHTS = 0  # in the place of the edition: the first, where the effect over the nights always leads


@dataclass(frozen=True)
class Study:
    """Trials of one design.

    Attributes
    ----------
    nights, blocks : int
        Of a period, and of the whole trial.
    arms : int
        The reference among them; all others have the same effect.
    looks : mapping of threshold to the numbers of blocks after which trials are analyzed
    missing, skipped : float
    dose, family : str
        As in the protocol.
    editions : tuple of int
    any_look : bool
        Whether trials without an effect are looked at after every block from the second on, too, by the second edition.
    """

    nights: int
    blocks: int
    looks: dict[int, tuple[int, ...]]
    arms: int = 2
    missing: float = 0.0
    skipped: float = 0.0
    dose: str = "assigned"
    family: str = "normal"
    editions: tuple[int, ...] = (2,)
    any_look: bool = False

    @property
    def truths(self) -> tuple[float, ...]:
        """Effects at full exposure that the table needs."""
        return tuple(sorted({0.0, *(-float(m) for m in self.looks), *(CLEAR[m] for m in self.looks)}))

    def asked(self, edition: int, truth: float) -> dict[int, set[int]]:
        """After how many blocks trials of this truth are analyzed, with the thresholds of each."""
        out: dict[int, set[int]] = {}
        for m, looks in self.looks.items():
            for blocks in looks if truth in (0.0, -float(m), CLEAR[m]) else ():
                out.setdefault(blocks, set()).add(m)
        if self.any_look and edition > 1 and truth == 0:
            for blocks in range(2, self.blocks + 1):
                out.setdefault(blocks, set()).add(1)
        return out


def _of_reference(nights: int) -> dict[int, tuple[int, ...]]:
    cells = [(m, blocks) for of, m, blocks in REFERENCE if of == nights]
    return {m: tuple(blocks for one, blocks in cells if one == m) for m, _ in cells}


WEEKS, SHORT = "7 nights", "3 nights"
STUDIES = {
    WEEKS: Study(7, 6, _of_reference(7), editions=(1, 2), any_look=True),
    SHORT: Study(3, 12, _of_reference(3), editions=(1, 2), any_look=True),
    "84 nights in periods of 7": Study(7, 6, {1: (6,)}, editions=(1, 2)),
    "80 nights in periods of 4": Study(4, 10, {1: (10,)}, editions=(1, 2)),
    "56 nights in periods of 7": Study(7, 4, {1: (4,)}, editions=(1, 2)),
    "20 % of nights missing": Study(7, 6, {1: (6,)}, missing=0.2),
    "20 % of doses skipped, taken as planned": Study(7, 6, {1: (6,)}, skipped=0.2),
    "20 % of doses skipped, dose as taken": Study(7, 6, {1: (6,)}, skipped=0.2, dose="taken"),
    "three arms, the first against the reference": Study(7, 4, {1: (4,)}, arms=3),
    "another arm every night": Study(1, 42, {1: (42,)}),
    "`rating`": Study(7, 6, {1: (6,)}, family="rating"),
}
DESIGNS = [name for name in STUDIES if "nights in periods" in name]
OPEN = [DESIGNS[0], *list(STUDIES)[list(STUDIES).index(DESIGNS[-1]) + 1 :]]
Task = tuple[str, int, float, float, range]


def make_protocol(name: str, edition: int, threshold: int = 1) -> Protocol:
    study = STUDIES[name]
    active = [{"name": f"magnesium {i}", "form": "citrate", "dose_mg": 100 * i} for i in range(1, study.arms)]
    answers = {
        "schema": edition,
        "arms": [{"name": "off", "dose_mg": 0}, *active],
        "outcome": {"threshold": threshold},
        "design": {
            "start": date(2026, 1, 5),
            "blocks": study.blocks,
            "period_nights": study.nights,
            "run_in_nights": 0,
            "seed": SEED,
        },
        "analysis": {"dose": study.dose, "family": study.family},
    }
    return Protocol.build(merge(load_template("magnesium-rls"), answers))


def tasks_of(names: Iterable[str], trials: int) -> list[Task]:
    out = []
    for name in names:
        study = STUDIES[name]
        count = trials if study.family == "normal" else max(trials // FEWER, 1)
        each = math.ceil(count / len(HALF_LIVES))
        for edition in study.editions:
            for truth in study.truths:
                for i, half_life in enumerate(HALF_LIVES):
                    # Other numbers for each half-life: else they would be the same persons, and no effect the same nights.
                    numbers = range(i * each, (i + 1) * each)
                    parts = [numbers[k : k + _PART] for k in range(0, each, _PART)]
                    out += [(name, edition, truth, half_life, part) for part in parts]
    return out


def measure(task: Task) -> Counter[tuple]:
    """Counts of some trials of one study, edition and truth: of every verdict after so many blocks, and of intervals."""
    name, edition, truth, half_life, numbers = task
    study, protocol = STUDIES[name], make_protocol(name, edition)
    people = Nuisance(protocol, fixed=FIXED | {"half_life": half_life})
    # Another seed for each study, so that pooled ones are independent; the same for both editions.
    seed = 100 * SEED + list(STUDIES).index(name)
    batch = Batch(protocol, people, truth, numbers, seed, study.missing, study.skipped)
    lived = [batch.realised(number)[1:] for number in numbers]
    counts: Counter[tuple] = Counter()
    claimed = np.zeros(len(lived), dtype=bool)
    for blocks, thresholds in study.asked(edition, truth).items():
        last = blocks * study.arms * study.nights
        later = np.arange(protocol.nights) >= last
        seen = [replace(nights, absent=nights.absent | later) for _, nights in lived]
        data = [terms_or_refusal(protocol, calendar, nights) for (calendar, _), nights in zip(lived, seen, strict=True)]
        fitted = fits(protocol, data, seed)
        for m in thresholds:
            judged = [judged_by(make_protocol(name, edition, m), fit, ends=name in DESIGNS) for fit in fitted]
            for i, one in enumerate(judged):
                verdict = "no answer" if isinstance(one, RefusalError) else one.verdict
                counts[name, edition, truth, blocks, m, verdict] += 1
                if edition == 1 and isinstance(one, JudgedPair):
                    counts[name, OVER_NIGHTS, truth, blocks, m, over_nights(name, m, one)] += 1
                claimed[i] |= m == 1 and blocks > 1 and verdict in CLAIMS
                if name in DESIGNS and isinstance(one, JudgedPair):
                    counts.update(intervals(one, data[i], truth, half_life, (name, edition, truth)))
    counts[name, edition, truth, "claimed at any look"] += int(claimed.sum())
    return counts


def fits(
    protocol: Protocol, data: Sequence[ModelData | RefusalError], seed: int
) -> list[MarginalFit | JudgedPair | RefusalError]:
    if protocol.analysis.family == "normal":
        found = iter(fit_marginals([one for one in data if isinstance(one, ModelData)], seed=seed, rounds=QUICK_ROUNDS))
        return [one if isinstance(one, RefusalError) else next(found) for one in data]
    return [one if isinstance(one, RefusalError) else estimated(protocol, one, seed) for one in data]


def estimated(protocol: Protocol, data: ModelData, seed: int) -> JudgedPair | RefusalError:
    try:
        return estimate(protocol, data, seed=seed).rows[0]
    except RefusalError as refusal:
        return refusal


def judged_by(
    protocol: Protocol, fit: MarginalFit | JudgedPair | RefusalError, *, ends: bool
) -> JudgedPair | RefusalError:
    """The first active arm against the reference by the protocol's threshold, which no fit depends on."""
    if not isinstance(fit, MarginalFit):
        return fit
    return mixture_rows(protocol, fit, compared=pairs(protocol)[:1], full_ends=ends)[0]


def over_nights(name: str, m: int, judged: JudgedPair) -> str:
    """The first edition's verdict if the effect over the nights leads."""
    return first_edition_on(make_protocol(name, 1, m), judged, "over-nights").verdict


def intervals(judged: JudgedPair, data: ModelData, truth: float, half_life: float, key: tuple) -> Counter[tuple]:
    low, high = judged.leading.interval
    on_treated = exposure_summary(data.doses, data.treated, np.array([half_life]))[0][0, 0]
    out = Counter({(*key, "answers"): 1, (*key, "excludes"): int(low > 0 or high < 0)})
    for which, effect, value in (("full", judged.full, truth), ("nights", judged.over_nights, truth * on_treated)):
        out[*key, which] += int(effect.interval[0] <= value <= effect.interval[1])
    return out


# --- rates beside their references


@dataclass(frozen=True)
class Rate:
    """How often something was found, and how often the reference found it."""

    hits: int
    trials: int
    reference: str | None = None
    reference_trials: int = REFERENCE_TRIALS

    @property
    def near(self) -> bool:
        """Whether within three Monte Carlo errors of the reference, which has one, too, and is rounded."""
        if self.reference is None or not self.trials:
            return True
        value, size = float(self.reference) / 100, self.reference_trials
        rounding = 0.005 if value >= 0.1 and "." not in self.reference else 0.0005
        error = math.hypot(standard_error(self.hits, self.trials), standard_error(round(value * size), size))
        return abs(self.hits / self.trials - value) <= ERRORS * error + rounding

    def __str__(self) -> str:
        if not self.trials:
            return "–"
        return f"{100 * self.hits / self.trials:.1f} ± {100 * standard_error(self.hits, self.trials):.1f}"


def told(rates: Sequence[Rate]) -> str:
    """One cell: rates, their references in brackets, and a star where they differ."""
    known = [rate.reference for rate in rates if rate.reference is not None]
    beside = f" ({' + '.join(known)})" if known else ""
    return " + ".join(map(str, rates)) + beside + ("" if all(rate.near for rate in rates) else " *")


def rate_of(counts: Counter[tuple], key: tuple, verdicts: Sequence[str], reference: str | None = None) -> Rate:
    """Of trials of (study, edition, truth, blocks, threshold)."""
    trials = sum(count for of, count in counts.items() if of[:5] == key and len(of) == 6)
    return Rate(sum(counts[*key, verdict] for verdict in verdicts), trials, reference)


def cells(
    counts: Counter[tuple], name: str, edition: int, m: int, blocks: int, reference: Sequence[str] | None
) -> dict[str, list[Rate]]:
    """The columns of one row; the first edition knows no *no quick difference*."""
    none = [(NONE,), (QUICK,)][: max(edition, 1)]
    asked = {
        "claims": (0.0, [CLAIMS]),
        "none": (0.0, none),
        "same": (-float(m), none),
        "helps": (CLEAR[m], [("helps",)]),
    }
    out = {}
    for column, (truth, verdicts) in asked.items():
        whole = None if reference is None else reference[COLUMNS.index(column)].split(" > ")[max(edition, 1) - 1]
        parts = [None] * len(verdicts) if whole is None else [*whole.split("+"), "0"][: len(verdicts)]
        key = (name, edition, truth, blocks, m)
        out[column] = [rate_of(counts, key, one, part) for one, part in zip(verdicts, parts, strict=True)]
    against = [rate_of(counts, (name, edition, truth, blocks, m), ("worsens",)) for truth in {-float(m), CLEAR[m]}]
    opposite = Rate(sum(one.hits for one in against), sum(one.trials for one in against))
    # Of the reference an upper limit is known: less often is no difference from it.
    above = opposite.hits > float(OPPOSITE) / 100 * opposite.trials
    limit = OPPOSITE if reference is not None and above else None
    return out | {"opposite": [replace(opposite, reference=limit)]}


def table(counts: Counter[tuple], edition: int) -> tuple[list[str], list[tuple]]:
    """Lines of the reference table by one edition, and the cells that are further off than chance explains."""
    lines, off = [], []
    for (nights, m, blocks), reference in REFERENCE.items():
        if edition == OVER_NIGHTS and (nights, blocks) != (3, 12):  # with one block no full effect leads
            continue
        row = cells(counts, WEEKS if nights == 7 else SHORT, edition, m, blocks, reference)
        which = ", over the nights" if edition == OVER_NIGHTS else ""
        told_row = " | ".join(told(rates) for rates in row.values())
        lines.append(f"| {nights} nights, {m}{which} | {blocks} | {told_row} |")
        off += [(edition, nights, m, blocks, column) for column, of in row.items() if not all(one.near for one in of)]
    return lines, off


def any_look_lines(counts: Counter[tuple]) -> tuple[list[str], bool]:
    lines, near = [], True
    for name, nights in ((WEEKS, 7), (SHORT, 3)):
        blocks = STUDIES[name].blocks
        found = []
        for edition in (1, 2):
            trials = rate_of(counts, (name, edition, 0.0, blocks, 1), ()).trials
            found.append(Rate(counts[name, edition, 0.0, "claimed at any look"], trials))
        found[1] = replace(found[1], reference=ANY_LOOK[nights])
        near &= found[1].near
        lines.append(f"| {name}, {blocks} blocks | {' | '.join(told([one]) for one in found)} |")
    return lines, near


def pooled_lines(counts: Counter[tuple]) -> tuple[list[str], bool, bool]:
    """The three designs of the second edition's reason, together; whether their rates are near the reference's, and their coverage."""

    def added(edition: int, truths: Sequence[float], what: str, reference: str | None) -> Rate:
        keys = [(name, edition, truth) for name in DESIGNS for truth in truths]
        hits, answers = (sum(counts[*key, of] for key in keys) for of in (what, "answers"))
        return Rate(hits, answers, reference, POOLED_TRIALS)

    def helps(edition: int, reference: str) -> Rate:
        keys = [(name, edition, CLEAR[1], STUDIES[name].blocks, 1) for name in DESIGNS]
        rates = [rate_of(counts, key, ("helps",)) for key in keys]
        return Rate(sum(one.hits for one in rates), sum(one.trials for one in rates), reference, POOLED_TRIALS)

    beside = [words.split(" > ") for words in POOLED.values()]
    rows = {
        "helps at −2": [helps(edition, beside[0][edition - 1]) for edition in (1, 2)],
        "interval excludes 0 at no effect": [added(i, (0.0,), "excludes", beside[1][i - 1]) for i in (1, 2)],
        "interval of the full effect holds the truth": [
            added(i, (0.0, CLEAR[1]), "full", COVERAGE[0] if i == 2 else None) for i in (1, 2)
        ],
        "interval of the effect over these nights holds the truth": [
            added(i, (0.0, CLEAR[1]), "nights", COVERAGE[1] if i == 2 else None) for i in (1, 2)
        ],
    }
    lines = [f"| {name} | {' | '.join(told([one]) for one in rates)} |" for name, rates in rows.items()]
    near = [all(one.near for one in rates) for rates in rows.values()]
    return lines, all(near[:2]), all(near[2:])


def open_lines(counts: Counter[tuple]) -> list[str]:
    lines = []
    for name in OPEN:
        blocks = STUDIES[name].blocks
        row = cells(counts, name, 2, 1, blocks, None)
        trials = row["claims"][0].trials
        silent = rate_of(counts, (name, 2, 0.0, blocks, 1), ("no answer",))
        lines.append(
            f"| {name} | {trials} | " + " | ".join(told(rates) for rates in row.values()) + f" | {silent.hits} |"
        )
    return lines


def report(counts: Counter[tuple], trials: int) -> tuple[str, bool]:
    """The page, and whether every rate is near its reference or explained."""
    head = (
        "| claims at no effect | no difference + no quick at no effect | the same at −m | helps at −2 (m 1), −3 (m 2, 3) | opposite direction |",
        "|---|---|---|---|---|",
    )
    (first, off_first), (second, off_second) = table(counts, 1), table(counts, 2)
    over_nights, off_over_nights = table(counts, OVER_NIGHTS)
    looks, looks_near = any_look_lines(counts)
    pooled, pooled_near, coverage_near = pooled_lines(counts)
    off = [*off_second, *off_first, *off_over_nights]
    unexplained = [cell for cell in off if cell not in EXPLAINED]
    kept = not unexplained and looks_near and pooled_near
    why = list(dict.fromkeys(EXPLAINED[cell] for cell in off if cell in EXPLAINED))
    why += [] if coverage_near else [_OTHER_NIGHTS]
    text = "\n".join(
        [
            "# How often each verdict is given",
            "",
            "Made by `make calibrate`, which runs `python benchmarks/rates.py`.",
            "",
            f"{trials} simulated trials for each design and true effect, with half-lives of {', '.join(f'{h:g}' for h in HALF_LIVES)} days in equal parts: two arms in "
            f"randomized blocks, an order drawn for each trial, level {FIXED['level']:g} on a scale from 0 to 10, rounded and cut at its ends; nights scatter with an sd of "
            f"{FIXED['sigma']:g} and a correlation of {FIXED['phi']:g}, periods with an sd of {FIXED['omega']:g}; no drift, no bad start, no differences between blocks. The "
            "reference does not say its own level, spread, correlation and drift; with an sd of 1.5 one of its cells would be missed, the share of no difference after six blocks of 7 "
            "nights (m = 1, no effect: 7.3 + 13.8 of 100), and with 1.5 and a correlation of 0.4 that after twelve of 3. Effects are at full exposure, in points; m is the "
            "threshold. After fewer blocks than planned, the nights until then are analyzed, as at a look. By the marginal engine, quick rounds.",
            "",
            "All numbers are of 100 trials, ± one Monte Carlo standard error. In brackets the reference: what an independent engine found in "
            f"{REFERENCE_TRIALS:,} data sets for each row, half-lives from 0.3 to 5. A star: further from it than {ERRORS:g} Monte Carlo errors of both. *Claims* are helps and worsens.",
            "",
            "## The second edition's model and rule",
            "",
            "| design, m | blocks " + head[0],
            "|---|---" + head[1],
            *second,
            "",
            "## The same data sets by the first edition's",
            "",
            "| design, m | blocks " + head[0],
            "|---|---" + head[1],
            *first,
            *over_nights,
            "",
            "## Claims at any look",
            "",
            "No effect, m = 1, a look after every block from the second on, none with a stricter certainty: helps or worsens at any of them. "
            "(The first edition's trials were looked at only after the blocks of the table above.)",
            "",
            "| design | first edition | second edition |",
            "|---|---|---|",
            *looks,
            "",
            f"## Three designs together: {', '.join(DESIGNS)}",
            "",
            f"m = 1, effects of 0 and {CLEAR[1]:g}; in brackets the reference, of {POOLED_TRIALS:,} data sets. {100 * LEVEL:g} % intervals; of the effect that leads, where the line says no more.",
            "",
            "| | first edition | second edition |",
            "|---|---|---|",
            *pooled,
            "",
            "## What the reference left open",
            "",
            "Second edition, m = 1, at the end of the trial. `rating` is analyzed by the augmented engine.",
            "",
            "| | trials " + head[0][:-2] + " | no answer at no effect |",
            "|---|---" + head[1] + "---|",
            *open_lines(counts),
            "",
            *(["## Why some rates are not those of the reference", "", *why, ""] if why else []),
            f"Every rate is within {ERRORS:g} Monte Carlo errors of its reference" + (" or explained." if why else ".")
            if kept
            else f"NOT within {ERRORS:g} Monte Carlo errors, and unexplained: {'; '.join(map(str, unexplained)) or 'see the stars'}.",
            "",
        ]
    )
    return text, kept


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--trials", type=int, default=TRIALS, help="for each design and true effect")
    options.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the page")
    add_option(options)
    chosen = options.parse_args()
    clock = time.perf_counter()
    # What takes longest first, so that no core waits for it at the end.
    names = sorted(STUDIES, key=lambda name: STUDIES[name].family == "normal")
    with machines(chosen.dask) as spread:
        counts = sum(in_order(spread, measure, tasks_of(names, chosen.trials)), Counter())
    text, kept = report(counts, chosen.trials)
    print(text)
    print(f"{time.perf_counter() - clock:.0f} seconds", file=sys.stderr)
    if chosen.keep:
        (HERE / "rates.md").write_text(text, encoding="utf-8")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
