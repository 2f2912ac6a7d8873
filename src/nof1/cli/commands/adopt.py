"""nof1 adopt: a trial that was lived before nof1 was there, taken over from a table."""

from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from nof1.cli.commands.import_ import parse_decimal
from nof1.cli.terminal.console import next_step, show, show_json
from nof1.cli.terminal.options import AsJson
from nof1.plan.protocol.protocol import Protocol
from nof1.record.importing.ledger import read_ledger
from nof1.record.sources.source import Merge
from nof1.record.trial import Trial
from nof1.record.values.nights import DatedBy, DateOrder

_CARRYOVER = {
    "none": "no effect that builds up or lingers",
    "exponential": "an effect that builds up and lingers with a half-life of its own",
}


def adopt(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the trial.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", readable=False, help="Table with one row a night: .csv, .tsv or .xlsx.")
    ],
    outcome: Annotated[str, typer.Option(help="Column with the outcome.")],
    reference: Annotated[str, typer.Option(help="The arm to compare with, as the table writes it.")],
    low: Annotated[float, typer.Option(help="Low end of the outcome's scale.")],
    high: Annotated[float, typer.Option(help="High end of the outcome's scale.")],
    arm: Annotated[str | None, typer.Option(help="Column with the arm of each night.")] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='JSON with the arm of each day, {"1": 0, "2": 1}; held against --arm if both are given.',
        ),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Sheet of a spreadsheet, where several hold tables.")
    ] = None,
    date_column: Annotated[str | None, typer.Option("--date", help="Column with the dates.")] = None,
    day_column: Annotated[
        str | None,
        typer.Option("--day", help="Column with day numbers from 1; beside --date it is held against the calendar."),
    ] = None,
    trust: Annotated[
        Literal["date", "day"] | None,
        typer.Option(help="What to go by where the dates and the count of days disagree."),
    ] = None,
    several: Annotated[
        str | None, typer.Option(help="How several ratings of a night become one: mean, last, first, max, min, sum.")
    ] = None,
    better: Annotated[Literal["lower", "higher"], typer.Option(help="Which way is better.")] = "lower",
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Smallest change worth having, in points; without it nothing is said of changes that matter."
        ),
    ] = None,
    carryover: Annotated[
        str, typer.Option(help="none, exponential, or discard:N (leave out the first N nights of a period).")
    ] = "none",
    blocks: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="N periods in a row make a block that holds every arm, and blocks may differ; a period is a stretch on one arm.",
        ),
    ] = None,
    start_up: Annotated[
        bool, typer.Option("--start-up", help="The model has a bad or good start that fades within weeks.")
    ] = False,
    family: Annotated[
        Literal["normal", "rating", "student", "ordinal", "count", "binary", "duration"],
        typer.Option(help="What a night's outcome is taken for."),
    ] = "normal",
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column of numbers that enters the model; repeat for more.")
    ] = None,
    dated_by: Annotated[
        DatedBy, typer.Option(help="What a date in the table means: the evening, the morning after, or the day.")
    ] = "evening",
    date_order: Annotated[DateOrder | None, typer.Option(help="How dates are written, where it is not clear.")] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone to turn times into, such as Europe/Berlin.")] = None,
    decimal: Annotated[str | None, typer.Option(help="How decimals are written: point or comma.")] = None,
    title: Annotated[str | None, typer.Option(help="Title in your own words.")] = None,
    simulated: Annotated[bool, typer.Option("--simulated", help="The nights are made up: every page says so.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a trial from a table that already holds outcome and arm."""
    trial = Trial.adopt(
        file,
        folder,
        schedule=schedule,
        sheet=sheet,
        outcome=outcome,
        arm=arm,
        several=cast("Merge | None", several),  # refused there, if it is no rule
        trust=trust,
        reference=reference,
        low=low,
        high=high,
        date=date_column,
        day=day_column,
        better=better,
        threshold=threshold,
        carryover=carryover,
        blocks=blocks,
        start_up=start_up,
        analysis={"family": family},
        covariates=covariate or [],
        title=title,
        simulated=simulated,
        dated_by=dated_by,
        date_order=date_order,
        zone=zone,
        decimal_comma=parse_decimal(decimal),
    )
    protocol = trial.protocol
    if as_json:
        show_json(
            {
                "folder": str(folder),
                "nights": protocol.nights,
                "recorded": len(trial.entries),
                "missing": len(trial.missing_nights),
            }
        )
        return
    read = read_ledger(folder)[-1]
    clock = read.options.get("clock")
    counts = ", ".join(f"{count} on {name}" for name, count in trial.frame["arm"].value_counts(sort=False).items())
    if clock and dated_by == "evening":
        show(
            f"Dates of {date_column!r} were taken with the time from {clock!r}: before noon is still the night before."
        )
    if trust == "day":
        show(
            "Nights are counted by their day numbers, which the dates of the table contradict; so the trial has no dates."
        )
    show(
        f"{read.rows} rows taken over as {protocol.nights} nights ({counts}); {len(trial.missing_nights)} without an outcome."
    )
    for line in _assumed(protocol):
        show(line)
    show(f"Next: {next_step('analyze', folder)}")


def _assumed(protocol: Protocol) -> list[str]:
    """What the analysis takes for granted, whether it was said or not."""
    outcome, analysis = protocol.outcome, protocol.analysis
    scale = f"{outcome.title}: {outcome.low:g} to {outcome.high:g}, {outcome.better} is better"
    parts = [
        f"blocks of {protocol.block_periods} periods (a period is a stretch on one arm)"
        if analysis.block_effects
        else "no blocks",
        "a start that fades" if analysis.start_up else "no start that fades",
        _CARRYOVER.get(analysis.carryover, f"the first {analysis.discarded_nights} nights of a period left out"),
    ]
    return [
        f"{scale}; smallest change worth having {outcome.threshold:g}."
        if outcome.threshold is not None
        else f"{scale}. No --threshold, so nothing is said of changes that matter.",
        f"Assumed: {', '.join(parts)} (--blocks, --start-up, --carryover).",
    ]
