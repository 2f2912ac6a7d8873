"""The result of an analysis: the record that results.json holds, the posterior, and the trial they belong to."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nof1.analyze.checks.computation import Check
from nof1.analyze.checks.other_explanations import explain
from nof1.analyze.model.effects import Effect, Estimand
from nof1.analyze.schema import SCHEMAS, PairEffect, ResultsRecord, from_dict
from nof1.cells import brief
from nof1.clock import local_now
from nof1.commit import commit, locked
from nof1.errors import InputError
from nof1.files import is_file, read_bytes, sha256_bytes, sha256_file, write_atomic
from nof1.plan.protocol.protocol import PROTOCOL_FILE
from nof1.plan.protocol.protocol_shown import ASK_THRESHOLD, SIMULATED
from nof1.record.looks import Look, record_look
from nof1.record.result_files import OWN_HASH, POSTERIOR_FILE, RESULTS_FILE, RESULTS_FOLDER, results_sha256
from nof1.record.trial import Trial
from nof1.shown import Row, Table, as_html, as_text, signed
from nof1.subject import spoken_of, subject, worded

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

# What `Result.effects` tells of a pair beside the numbers.
_OF_PAIR = (
    "arm", "reference", "engine", "estimand", "verdict", "best_bet", "measure", "interval_kind", "level", "threshold", "better",
)  # fmt: skip


_ENGINES = {"nuts": "PyMC (NUTS)", "marginal": "the marginal engine alone"}
_ESTIMANDS = {"full": "at full exposure", "over-nights": "over these nights"}
_CHECKS = {  # what it means that one was not passed, in short; `nof1.report.sentence` has the numbers
    "sampling": "The sampler did not settle.",
    "cross_check": "Two separate computations differ.",
    "weights": "The quick computation's weights are not sound.",
    "predictive": "New nights from the model differ from the recorded ones.",
    "patterns": "Something about the nights is unusual for the model, such as weekends or an end of the scale.",
    "left_out": "Given all others, some nights are more surprising than they should be, or carry the answer.",
    "prior": "The priors weigh in this answer.",
    "prior_weight": "More than a third of what is known about a full effect is the prior, or a settled verdict rests on it.",
}


@dataclass(frozen=True, repr=False)
class Result:
    """What the nights of one trial say.

    Attributes
    ----------
    trial : Trial
    record : ResultsRecord
        What results.json holds; `record.to_dict()` as plain values.
    posterior : xarray.DataTree
        Draws of the leading engine, as every ArviZ function takes them.

    Examples
    --------
    >>> result.lead[0].verdict, result.passed
    ('helps', True)
    """

    trial: Trial
    record: ResultsRecord
    posterior: "xr.DataTree"

    def __repr__(self) -> str:
        return _as_text(self)

    def _repr_html_(self) -> str:
        return _as_html(self)

    @property
    def engine(self) -> str:
        """The engine that the answer is told from: "nuts" where it ran, else "marginal"."""
        return "nuts" if self.record.engines.nuts is not None else "marginal"

    @property
    def effects(self) -> "pd.DataFrame":
        """One row per pair of arms, from the leading engine; numbers in outcome points, chances from 0 to 1.

        The effect that leads first (`estimand`); in the columns that end in `_full` that at full exposure.
        """
        import pandas as pd

        rows = []
        for entry in self.lead:
            of_pair = {name: getattr(entry, name) for name in _OF_PAIR}
            both = {f"{name}_full": value for name, value in _numbers(entry.full).items()}
            rows.append(of_pair | _numbers(entry.leading) | both)
        first = ["arm", "reference", "estimand", "mean", "sd", "lower", "upper", "verdict"]
        frame = pd.DataFrame(rows)
        return frame[[*first, *(column for column in frame.columns if column not in first)]]

    @property
    def lead(self) -> list[PairEffect]:
        """The leading engine's entries of `record.effects`, the first the main comparison."""
        return [entry for entry in self.record.effects if entry.engine == self.engine]

    def short_of_full(self, entry: PairEffect) -> list[str]:
        """First edition: the arms of a comparison whose exposure never came near to full, so that the effect over these nights leads.

        Examples
        --------
        >>> result.short_of_full(result.lead[0])
        []
        """
        exposure = self.record.exposure
        if self.record.edition > 1 or self.trial.protocol.analysis.estimand != "full":
            return []
        return [arm for arm in (entry.arm, entry.reference) if exposure.highest.get(arm, 1.0) < exposure.nearly_full]

    @property
    def passed(self) -> bool:
        """Whether no check of the computation failed."""
        return not self.failures

    @property
    def failures(self) -> list[Check]:
        """The checks of the computation that failed: a result with one is not to be relied on.

        Checks of the model are not among them: they say with how much care to take it.
        """
        return list(self.record.checks.failed(model=False).values())

    @cached_property
    def leave_one_out(self) -> "xr.DataTree":
        """Each night as all other nights foretell it: what az.loo, az.loo_pit and az.loo_influence are to be given.

        `posterior` holds the log likelihood of each night given those before it, which adds up to that of all nights; for
        leaving out single nights of a series it is the wrong one.

        Examples
        --------
        >>> result.leave_one_out["log_likelihood"].sizes["day"] == result.record.nights.analyzed
        True
        """
        from nof1.analyze.engines.inference_data import leave_one_out_tree
        from nof1.analyze.model.data import build_model_data

        return leave_one_out_tree(
            build_model_data(self.trial), self.posterior["posterior"].to_dataset(), seed=self.record.seed
        )

    def look(self, folder: str | Path, *, now: datetime | None = None) -> tuple[tuple[Look, ...], Look | None]:
        """Put on record that somebody has seen this answer, if planned nights are still to come.

        Parameters
        ----------
        now : datetime, optional
            Aware, local; the clock's if not given.

        Returns
        -------
        looks : tuple of Look
            All looks on record.
        look : Look or None
            The one at these nights; None if this is no early look.

        Examples
        --------
        >>> result.look(folder)  # the last night is over
        ((), None)
        """
        now = now or local_now()
        return record_look(folder, self.trial, engine=self.engine, verdict=self.lead[0].verdict, now=now)

    def save(self, folder: str | Path, *, results: str | Path = RESULTS_FOLDER, now: datetime | None = None) -> Path:
        """Write results.json and posterior.nc into the trial folder; an answer before the last night is a look, put on record.

        Parameters
        ----------
        folder : str or Path
        results : str or Path, optional
            Folder for the two files, seen from the trial folder.
        now : datetime, optional
            Aware, local: the moment of the look. The clock's if not given.

        Returns
        -------
        Path
            The results folder.

        Raises
        ------
        InputError
            If other priors than the protocol's were used, and this would be the trial's own `results` folder.

        Examples
        --------
        >>> sorted(path.name for path in result.save(folder).iterdir())
        ['posterior.nc', 'results.json']
        """
        folder = Path(folder)
        results = folder / results
        own = results.resolve() == (folder / RESULTS_FOLDER).resolve()
        if self.record.planned_priors and own and is_file(folder / PROTOCOL_FILE):
            raise InputError(
                f"{results} is for the answer with the protocol's priors, and this one has others. "
                "Save it beside that: result.save(folder, results='other-priors')."
            )
        looks, _ = self.look(folder, now=now)
        with locked(folder):
            posterior = _netcdf(self.posterior)
            saved = replace(self.record, looks=looks, posterior_sha256=sha256_bytes(posterior))
            record = saved.to_dict()
            record |= {OWN_HASH: results_sha256(record)}
            told = json.dumps(record, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
            _written(folder.resolve(), results.resolve(), {POSTERIOR_FILE: posterior, RESULTS_FILE: told})
        return results

    @classmethod
    def load(cls, folder: str | Path, *, results: str | Path = RESULTS_FOLDER) -> "Result":
        """Read the result of a trial folder, and refuse one that belongs to other data.

        Parameters
        ----------
        folder : str or Path
        results : str or Path, optional
            Folder that `save` wrote it into, seen from the trial folder.

        Raises
        ------
        InputError
            If there is no result, it is damaged or was changed by hand, or protocol or diary have changed since.

        Examples
        --------
        >>> result.save(folder).name
        'results'
        >>> nof1.Result.load(folder).effects.equals(result.effects)
        True
        """
        folder = Path(folder)
        trial = Trial.load(folder)
        path = folder / results / RESULTS_FILE
        if not path.is_file():
            raise InputError(f"{folder} has no results yet. Run 'nof1 analyze {folder}' first.")
        try:
            record = json.loads(read_bytes(path))
            hashes = (record["protocol_sha256"], record["diary_sha256"], record["posterior_sha256"], record["schema"])
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path} is damaged. Run 'nof1 analyze {folder}' again.") from None
        if hashes[3] not in SCHEMAS:
            raise InputError(f"{path} was written by another version of nof1. Run 'nof1 analyze {folder}' again.")
        if record.get(OWN_HASH) != results_sha256(record):
            raise InputError(
                f"{path} is not as nof1 wrote it: changed by hand. Restore it from a copy, or run 'nof1 analyze {folder}' again."
            )
        if hashes[:2] != (trial.protocol.sha256(), trial.diary_sha256):
            raise InputError(
                f"The diary or the protocol has changed since the analysis. Run 'nof1 analyze {folder}' again."
            )
        posterior = folder / results / POSTERIOR_FILE
        if not posterior.is_file() or sha256_file(posterior) != hashes[2]:
            raise InputError(
                f"{posterior} is missing or does not belong to {RESULTS_FILE}. Run 'nof1 analyze {folder}' again."
            )
        try:
            del record[OWN_HASH]
            return cls(trial, from_dict(record, trial.amendments), load_posterior(posterior))
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path} is damaged. Run 'nof1 analyze {folder}' again.") from None


def _numbers(effect: Effect) -> dict[str, float | None]:
    """An effect as columns of a table, its interval as lower and upper."""
    numbers = {name: value for name, value in asdict(effect).items() if not isinstance(value, tuple)}
    return numbers | {"lower": effect.interval[0], "upper": effect.interval[1]}


def _written(folder: Path, results: Path, contents: dict[str, bytes | str]) -> None:
    """Write the files of a result, all of them or none; one after the other where they are to lie outside the folder."""
    if results.is_relative_to(folder):
        home = results.relative_to(folder)
        commit(folder, {(home / name).as_posix(): content for name, content in contents.items()})
    else:
        for name, content in contents.items():
            write_atomic(results / name, content)


def _netcdf(tree: "xr.DataTree") -> bytes:
    return bytes(tree.to_netcdf(engine="h5netcdf"))


def load_posterior(path: Path) -> "xr.DataTree":
    """Read a posterior.nc into memory."""
    import xarray as xr

    with xr.open_datatree(path, engine="h5netcdf") as tree:
        return tree.load()


@spoken_of
def _as_text(result: Result) -> str:
    """A few lines: for every pair of arms the verdict, both effects and their chances; then what failed."""
    rows: list[Row] = []
    for effect in result.lead:
        for estimand in _told(result, effect):
            pair, size, interval, verdict, better, *by_threshold = _cells(result, effect, estimand)
            numbers = f"{size} ({interval})"
            rows.append((pair, f"{verdict}; {numbers}") if pair else ("beside it", f"{numbers}{_times(effect)}"))
            if not by_threshold:  # none was stated
                rows.append(("chances", f"better {better}"))
                continue
            benefit, small, harm = by_threshold
            rows.append(
                ("chances", f"better {better}; by the threshold or more: better {benefit}, worse {harm}; less {small}")
            )
    return as_text(f"Result of {brief(result.trial.protocol.title, 100)!r}", [*rows, *_rows(result)])


@spoken_of
def _as_html(result: Result) -> str:
    """The same as a table, one row for each effect of each pair of arms."""
    level = f"{100 * result.lead[0].level:g} % interval"
    threshold = result.trial.protocol.outcome.threshold
    columns: tuple[str, ...] = ("arms", "effect", level, "verdict", "better")
    if threshold is not None:
        columns += (f"better by ≥ {threshold:g}", f"change < {threshold:g}", f"worse by ≥ {threshold:g}")
    cells = [_cells(result, effect, estimand) for effect in result.lead for estimand in _told(result, effect)]
    table = Table(columns, cells)
    first = result.lead[0]
    rows = [("answer", f"{_pair(first)}: {first.verdict}"), ("effect", f"{_measure(first)}{_times(first)}")]
    return as_html(f"Result: {result.trial.protocol.title}", [*rows, *_rows(result)], table)


def _rows(result: Result) -> list[Row]:
    nights, checks = result.record.nights, result.record.checks
    failed = [f"{worded(_CHECKS[name])} Do not rely on this result." for name in checks.failed(model=False)]
    if result.trial.changed_after_unsealing:
        failed.insert(0, "The diary was changed after the order was opened.")
    cautions = [worded(_CHECKS[name]) for name in checks.failed(model=True)]
    rows = [
        ("plain means", _plain_means(result)),
        ("threshold", ASK_THRESHOLD if result.trial.protocol.outcome.threshold is None else ""),
        (worded("nights"), f"{nights.analyzed} analyzed of {nights.planned}"),
        ("computed", f"by {_ENGINES[result.engine]}"),
        ("failed", "\n".join(failed)) if failed else ("checks", "no check of the computation failed"),
        ("look at", "\n".join(cautions)),
        ("what else", _other_explanations(result)),
        ("careful", _following(result)),
        ("priors", _other_priors(result)),
    ]
    rows = [row for row in rows if row[1]]
    return [*rows, ("data", SIMULATED)] if result.record.simulated else rows


def _other_explanations(result: Result) -> str:
    """What else could explain an answer for the worse, by its kind; empty for any other answer."""
    found = explain(result.trial, result.lead)
    if not found:
        return ""
    kinds = list(dict.fromkeys(kind for one in found for kind in one.kinds))
    missing = list(dict.fromkeys(kind for one in found for kind in one.not_asked))
    told = [f"could explain it: {', '.join(kinds)}" if kinds else "nothing that was asked about could explain it"]
    told += [f"nobody asked about: {', '.join(missing)}"] if missing else []
    return f"{'; '.join(told)}. Ask a doctor or pharmacist."


def _following(result: Result) -> str:
    """Which covariates go with the arm, and the answer without them; empty where none does."""
    told = result.record.covariates
    if told is None or not told.following:
        return ""
    named = " and ".join(brief(name) for name in told.following)
    if not told.without:
        return f"{named} goes with the arm, and may hold part of the effect."
    effect = told.without[0]
    size, interval = _cells(result, effect, effect.estimand)[1:3]
    return (
        f"{named} goes with the arm, and may hold part of the effect; without it: {effect.verdict}; {size} ({interval})"
    )


def _other_priors(result: Result) -> str:
    """Which priors are not the protocol's; empty where all are."""
    record = result.record
    told = [f"{name} {record.priors[name]:g} instead of {of:g}" for name, of in record.planned_priors.items()]
    return f"With other priors than the protocol's: {', '.join(told)}" if told else ""


def _told(result: Result, effect: PairEffect) -> list[Estimand]:
    """The effect that leads, and the other one where it is another."""
    trial = result.trial
    other: Estimand = "over-nights" if effect.estimand == "full" else "full"
    differ = trial.protocol.analysis.carryover == "exponential" or trial.doses_vary
    return [effect.estimand, other] if differ else [effect.estimand]


def _cells(result: Result, effect: PairEffect, estimand: Estimand) -> tuple[str, ...]:
    """Arms, effect, interval, verdict and four chances of one effect; the verdict beside the one that leads."""
    numbers, leads = effect.on(estimand), estimand == effect.estimand
    low, high = numbers.interval
    # Where nothing builds up, a full effect of the first edition is simply the effect.
    plain = leads and estimand == "full" and result.trial.protocol.analysis.carryover != "exponential"
    chances = (numbers.p_better, numbers.p_benefit, numbers.p_small, numbers.p_harm)
    return (
        _pair(effect) if leads else "",
        f"{signed(numbers.mean)}{'' if plain else f' {worded(_ESTIMANDS[estimand])}'}",
        f"{signed(low)} to {signed(high)}",
        effect.verdict if leads else "",
        *(_percent(chance) for chance in chances if chance is not None),
    )


def _times(effect: PairEffect) -> str:
    """How many times the effect over these nights the full one is; empty where that is no one number."""
    if effect.build_up is None:
        return ""
    low, high = effect.build_up.interval
    nights = worded("over these nights")
    return f"; in full {effect.build_up.factor:.1f} times as much as {nights} ({low:.1f} to {high:.1f})"


def _measure(effect: PairEffect) -> str:
    """What the numbers are, in the outcome's unit where it has one."""
    unit = subject().unit
    return effect.measure.replace("in points", f"in {unit}") if unit else effect.measure


def _plain_means(result: Result) -> str:
    """What was rated on each arm, without a model; empty for a record of an older version, which did not say it."""
    return ", ".join(
        f"{arm} {signed(found.mean, sign='')} on {found.nights} {worded('night' if found.nights == 1 else 'nights')}"
        for arm, found in result.record.arms.items()
        if found.mean is not None
    )


def _pair(effect: PairEffect) -> str:
    return f"{effect.arm} against {effect.reference}"


def _percent(chance: float) -> str:
    """A chance that is never told as certain or impossible."""
    if chance < 0.01:
        return "< 1 %"
    return "> 99 %" if chance > 0.99 else f"{100 * chance:.0f} %"
