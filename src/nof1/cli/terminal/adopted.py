"""What nof1 adopt shows: what of a table became which nights, and what the analysis takes for granted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nof1.cli.terminal.console import next_step, show
from nof1.cli.terminal.drawn_elsewhere import drawn_by_periods, drawn_line
from nof1.plan.design.fields import NO_ARM, NOT_COMPARED
from nof1.plan.protocol.protocol import Protocol
from nof1.record.adopting.people import AdoptedPerson
from nof1.record.importing.ledger import Imported
from nof1.record.trial import Trial
from nof1.report.words.gaps import days_without_arm, gaps_sentence, meaning_sentence, not_compared_sentence
from nof1.subject import about, spoken_of, worded

_CARRYOVER = {
    "none": "no effect that builds up or lingers",
    "exponential": "an effect that builds up and lingers with a half-life of its own",
}


@spoken_of
def tell_adopted(trial: Trial, folder: Path, read: Imported, *, scheduled: bool) -> None:
    """One trial that was made from a table."""
    nights = _night_lines(trial, read, scheduled=scheduled)
    for line in (*_read_lines(read), *nights, drawn_line(trial), *drawn_by_periods(trial), *assumed(trial.protocol)):
        show(line)
    show(f"Next: {next_step('analyze', folder)}")


def tell_people(people: Sequence[AdoptedPerson], out: Path, *, scheduled: bool) -> None:
    """The trials of several people from one table."""
    with about(people[0].nights.protocol.subject):
        _tell_people(people, out, scheduled=scheduled)


def _tell_people(people: Sequence[AdoptedPerson], out: Path, *, scheduled: bool) -> None:
    show(f"{len(people)} people, a trial of each in {out}:")
    trials = [Trial(*one.nights) for one in people]
    for (person, folder, _), trial in zip(people, trials, strict=True):
        counts = _counts(trial)
        show(
            f"  {folder.name}: {_recorded(trial)} ({counts})"
            + ("" if folder.name == person else f", called {person!r} in the table")
        )
        for line in drawn_by_periods(trial):
            show(f"    {line}")
    for line in _gaps_of_all(trials, scheduled=scheduled):
        show(line)
    for line in (drawn_line(trials[0], counted=False), *assumed(people[0].nights.protocol)):
        show(line)
    show(f"Next: {next_step('cohort', out)}")


def adopted_json(trial: Trial, folder: Path) -> dict[str, Any]:
    """One trial, for programs."""
    return {
        "folder": str(folder),
        "nights": trial.protocol.nights,
        "recorded": len(trial.entries),
        "missing": len(trial.missing_nights),
        "drawn": None if trial.protocol.stated is None else str(trial.protocol.stated),
        "gaps": trial.protocol.gaps,
        "without_arm": int((trial.frame["arm"] == NO_ARM).sum()),
        "not_compared": int((trial.frame["arm"] == NOT_COMPARED).sum()),
        "rows_are": trial.protocol.nights_are,
        "unit": trial.protocol.outcome.unit,
        "threshold": trial.protocol.outcome.threshold,
    }


def _read_lines(read: Imported) -> list[str]:
    """How the table was read, where it could have been read otherwise."""
    clock, told = read.options.get("clock"), []
    if clock and read.options.get("dated_by", "evening") == "evening":
        told.append(
            f"Dates of {read.map['night']!r} were taken with the time from {clock!r}: before noon is still the night before."
        )
    if read.options.get("trust") == "day":
        told.append(
            worded(
                "Nights are counted by their day numbers, which the dates of the table contradict; so the trial has no dates."
            )
        )
    if person := read.options.get("person"):
        told.append(f"Only the rows of {person!r} were taken; the whole file is kept with the trial.")
    return told


def _night_lines(trial: Trial, read: Imported, *, scheduled: bool) -> list[str]:
    rows = f"{read.rows} {'row' if read.rows == 1 else 'rows'}"
    told = [f"{rows} taken over as {trial.protocol.nights} {worded('nights')} ({_counts(trial)}); {_missing(trial)}."]
    armless = int(read.options.get("rows_without_arm", 0))
    if not armless or scheduled:
        return [*told, *_gap_lines(trial, scheduled=scheduled)]
    as_before = trial.protocol.gaps == "as-before"
    kept = "taken as on the arm of the day before" if as_before else "left out of every comparison"
    without = (
        f"{armless} {'row has' if armless == 1 else 'rows have'} no arm (an empty cell, NA, #N/A and the like): {kept}."
    )
    if len(days_without_arm(trial)) > armless:
        return [*told, without, *_gap_lines(trial, scheduled=scheduled)]
    rest = (meaning_sentence(trial), not_compared_sentence(trial))
    return [*told, *(line for line in (without, *rest) if line)]


def _gap_lines(trial: Trial, *, scheduled: bool) -> list[str]:
    """Days without a row, and nights that are compared with nothing."""
    told = (gaps_sentence(trial), not_compared_sentence(trial), _forgotten([trial], scheduled=scheduled))
    return [line for line in told if line]


def _gaps_of_all(trials: Sequence[Trial], *, scheduled: bool) -> list[str]:
    """The same of several people, whose counts stand beside their names: what the days mean, once."""
    meant = {meaning_sentence(trial): None for trial in trials}
    without = [f"Days without a row or an arm: {meaning}" for meaning in meant if meaning]
    apart = [worded("Nights that are not compared count as nights without a dose.")] if any(map(_apart, trials)) else []
    return [*without, *apart, *filter(None, [_forgotten(trials, scheduled=scheduled)])]


def _forgotten(trials: Sequence[Trial], *, scheduled: bool) -> str:
    """Days without a row that are taken for forgotten ones."""
    empty = 0
    for trial in trials:
        rows = {entry.night for entry in trial.entries}
        empty += sum(night not in rows for night in trial.missing_nights) if trial.protocol.gaps is None else 0
    if not empty or scheduled:
        return ""
    days = "1 day has no row" if empty == 1 else f"{empty} days have no row"
    taken = worded("taken for nights on the arm of the day before whose rating is missing")
    return f"{days}: {taken} (--gaps)."


def _apart(trial: Trial) -> bool:
    return bool((trial.frame["arm"] == NOT_COMPARED).any())


def _counts(trial: Trial) -> str:
    counts = trial.frame["arm"].value_counts(sort=False).items()
    return ", ".join(f"{count} {_place(str(name))}" for name, count in counts)


def _place(arm: str) -> str:
    return {NO_ARM: "without an arm", NOT_COMPARED: "not compared"}.get(arm, f"on {arm}")


def _missing(trial: Trial) -> str:
    return f"{len(trial.missing_nights)} without an outcome"


def _recorded(trial: Trial) -> str:
    return f"{trial.protocol.nights} {worded('nights')}, {_missing(trial)}"


def assumed(protocol: Protocol) -> list[str]:
    """What the analysis takes for granted, whether it was said or not."""
    outcome, analysis = protocol.outcome, protocol.analysis
    unit = f" {outcome.unit}" if outcome.unit else ""
    scale = f"{outcome.title}: {outcome.low:g} to {outcome.high:g}{unit}, {outcome.better} is better"
    parts = [
        f"blocks of {protocol.block_periods} periods (a period is a stretch on one arm)"
        if analysis.block_effects
        else "no blocks",
        "a start that fades" if analysis.start_up else "no start that fades",
        _CARRYOVER.get(
            analysis.carryover, f"the first {analysis.discarded_nights} {protocol.nights_are} of a period left out"
        ),
        *(
            []
            if analysis.period_effects
            else [f"no differences between periods beside those between {protocol.nights_are}"]
        ),
    ]
    return [
        f"{scale}; smallest change worth having {outcome.threshold:g}{unit}."
        if outcome.threshold is not None
        else f"{scale}. Nobody stated which change would matter (--threshold), so the answer can only say which way it went.",
        f"Assumed: {', '.join(parts)}, a row is a {protocol.nights_are.removesuffix('s')} (--blocks, --start-up, --carryover, --nights).",
    ]
