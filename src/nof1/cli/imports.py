"""nof1 import and adopt: tables kept elsewhere go into a trial folder, after a look."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from nof1.cli.console import console, is_terminal, next_step, say, say_json
from nof1.cli.record import AsJson, Folder, as_row, now_local
from nof1.errors import InputError
from nof1.files import new_folder
from nof1.plan.protocol import Protocol
from nof1.record.diary import Entry, columns, last_evening, read_diary, refuse_if_locked
from nof1.record.nights import DatedBy, DateOrder, last_night


def import_(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Table: .csv, .tsv or .xlsx.")],
    column_map: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="Which column of the file holds what; repeat for more."),
    ] = None,
    dated_by: Annotated[
        DatedBy, typer.Option(help="Whether the file dates a night by its evening or its morning.")
    ] = "evening",
    date_order: Annotated[DateOrder | None, typer.Option(help="How dates are written, where it is not clear.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take nights from a table into the diary, after a preview."""
    from nof1.record.importing import complete_map, parse_map, plan_import, take_import
    from nof1.record.sources.table import read_table

    protocol = Protocol.load(folder)
    refuse_if_locked(folder)
    table = read_table(file)
    chosen = complete_map(table, protocol, parse_map(column_map or [], protocol))
    plan = plan_import(
        table,
        protocol,
        read_diary(folder, protocol),
        chosen,
        dated_by=dated_by,
        date_order=date_order,
        latest=last_night(now_local()),
        until=last_evening(folder, protocol),
    )
    if not plan.new:
        counts = {"rows": len(table.rows), "taken": 0, "merged": plan.merged, "rejected": 0, "map": plan.column_map}
        if as_json:
            say_json(counts)
        else:
            say(f"The diary says all of {table.name} already ({plan.merged} rows); nothing was changed.")
        return
    if not as_json:
        _preview(protocol, plan.column_map, plan.unused, plan.new, shifted=plan.shifted)
        say(f"{len(table.rows)} rows read: {len(plan.new)} to take, {plan.merged} known already, 0 rejected.")
    if not yes:
        if not is_terminal():
            raise InputError("Nothing was taken. Look at the preview, then run it again with --yes.")
        if not typer.confirm("Take them?", default=False):
            say("Nothing was taken.")
            return
    take_import(folder, protocol, plan, now=datetime.now().astimezone())
    if as_json:
        say_json(
            {
                "rows": len(table.rows),
                "taken": len(plan.new),
                "merged": plan.merged,
                "rejected": 0,
                "map": plan.column_map,
            }
        )
    else:
        say(f"Taken: {len(plan.new)} nights. The file itself is kept in {folder / 'imports'}.")


def _preview(
    protocol: Protocol, column_map: dict[str, str], unused: tuple[str, ...], new: tuple[Entry, ...], *, shifted: bool
) -> None:
    from rich.table import Table

    say("What goes where:", style="bold")
    for field, column in column_map.items():
        say(f"  {field} is taken from the column {column!r}")
    if unused:
        say(f"  left out: {', '.join(unused)}")
    say(
        "Dates are mornings: each row belongs to the evening before."
        if shifted
        else "Dates are evenings: each row belongs to the night that begins then."
    )
    shown = Table(box=None, pad_edge=False)
    for name in ("night", *[field for field in column_map if field != "night"]):
        shown.add_column(name)
    header = columns(protocol)
    for entry in new[:5]:
        row = dict(zip(header[1:], as_row(protocol, entry), strict=True))
        shown.add_row(str(entry.night), *(row[field] for field in column_map if field != "night"))
    console().print(shown)


def adopt(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder for the trial.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Table with one row a night: .csv, .tsv or .xlsx.")],
    outcome: Annotated[str, typer.Option(help="Column with the outcome.")],
    arm: Annotated[str, typer.Option(help="Column with the arm of each night.")],
    reference: Annotated[str, typer.Option(help="The arm to compare with, as the table writes it.")],
    low: Annotated[float, typer.Option(help="Low end of the outcome's scale.")],
    high: Annotated[float, typer.Option(help="High end of the outcome's scale.")],
    date_column: Annotated[str | None, typer.Option("--date", help="Column with the dates.")] = None,
    day_column: Annotated[
        str | None, typer.Option("--day", help="Column with day numbers from 1, instead of dates.")
    ] = None,
    better: Annotated[Literal["lower", "higher"], typer.Option(help="Which way is better.")] = "lower",
    threshold: Annotated[
        float | None, typer.Option(help="Smallest change worth having, in points; a tenth of the scale if not given.")
    ] = None,
    carryover: Annotated[
        str, typer.Option(help="none, exponential, or discard:N (leave out the first N nights of a period).")
    ] = "none",
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column of numbers that enters the model; repeat for more.")
    ] = None,
    dated_by: Annotated[
        DatedBy, typer.Option(help="Whether the table dates a night by its evening or its morning.")
    ] = "evening",
    date_order: Annotated[DateOrder | None, typer.Option(help="How dates are written, where it is not clear.")] = None,
    title: Annotated[str | None, typer.Option(help="Title in your own words.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a trial from a table that already holds outcome and arm."""
    from nof1.record.adopt import adopt as adopt_table
    from nof1.record.importing import add_to_ledger, keep_verbatim
    from nof1.record.sources.table import read_table

    table = read_table(file)
    trial = adopt_table(
        table,
        outcome=outcome,
        arm=arm,
        reference=reference,
        low=low,
        high=high,
        date=date_column,
        day=day_column,
        better=better,
        threshold=threshold,
        carryover=carryover,
        covariates=covariate or [],
        title=title,
        dated_by=dated_by,
        date_order=date_order,
    )
    mapped = {"night": date_column or day_column or "", trial.protocol.outcome.name: outcome, "arm": arm}
    with new_folder(folder) as staging:
        trial.write(staging)
        keep_verbatim(staging, table.name, table.content)
        add_to_ledger(staging, table, mapped, taken=len(trial.entries), merged=0, now=datetime.now().astimezone())
    protocol = trial.protocol
    if as_json:
        say_json(
            {
                "folder": str(folder),
                "nights": protocol.nights,
                "recorded": len(trial.entries),
                "missing": len(trial.missing_nights),
            }
        )
        return
    counts = ", ".join(f"{count} on {name}" for name, count in trial.frame["arm"].value_counts(sort=False).items())
    say(
        f"{len(table.rows)} rows taken over as {protocol.nights} nights ({counts}); {len(trial.missing_nights)} without an outcome."
    )
    say(
        f"{protocol.outcome.title}: {protocol.outcome.low:g} to {protocol.outcome.high:g}, {better} is better; smallest change worth having {protocol.outcome.threshold:g}."
    )
    say(f"Next: {next_step('analyze', folder)}")
