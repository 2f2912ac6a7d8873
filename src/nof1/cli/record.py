"""nof1 log, import, adopt, status: what happened goes into the trial folder."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from nof1.cli.console import console, is_terminal, next_step, say, say_json
from nof1.errors import InputError, Nof1Error
from nof1.files import new_folder
from nof1.plan.order import Order
from nof1.plan.protocol import Protocol
from nof1.record.diary import Entry, add_entries, columns, parse_entry, read_diary, to_csv
from nof1.record.nights import DatedBy, DateOrder, last_night

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Trial folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_DATES_SHOWN = 10


def log(
    folder: Folder,
    night: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of the evening; last night if not given.")
    ] = None,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set a value without being asked; repeat for more."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record a night: its rating, the dose, side effects, a note."""
    protocol = Protocol.load(folder)
    order = Order.load(folder, protocol)
    latest = last_night(_now())
    which = night.date() if night else latest
    period = order.period_of(which)
    if which > latest:
        raise InputError(f"The night of {_both_days(which)} is not over yet. Record it in the morning.")
    if which in {entry.night for entry in read_diary(folder, protocol)}:
        add_entries(folder, protocol, [Entry(which)])  # refuses, with the way to correct it
    if values is not None:
        fields = _settings(values, protocol)
    elif is_terminal():
        say(
            f"The night of {_both_days(which)} (night {(which - protocol.start).days + 1} of {protocol.nights}, {period.arm})."
        )
        say("Leave an answer empty if you do not know.")
        fields = _ask(protocol, period.arm)
    else:
        raise InputError(
            f"Nobody can be asked here. Give the values: nof1 log {folder} --set {protocol.outcome.name}=4"
        )
    entry = parse_entry(protocol, fields | {"night": which.isoformat()}, where=f"night {which}")
    add_entries(folder, protocol, [entry])
    if as_json:
        say_json({"night": which, "recorded": dict(zip(columns(protocol)[1:], _row(protocol, entry), strict=True))})
        return
    recorded = len(read_diary(folder, protocol))
    say(f"Recorded the night of {_both_days(which)}. {recorded} of {protocol.nights} nights are in the diary.")


def _now() -> datetime:
    return datetime.now()  # noqa: DTZ005 - local clock time is what is meant


def _row(protocol: Protocol, entry: Entry) -> list[str]:
    import csv
    import io

    return list(csv.reader(io.StringIO(to_csv(protocol, [entry]))))[1][1:]


def _both_days(night: date) -> str:
    morning = night + timedelta(days=1)
    return f"{night:%A} {night.day} to {morning:%A} {morning.day} {morning:%B %Y}"


def _settings(values: list[str], protocol: Protocol) -> dict[str, str]:
    fields: dict[str, str] = {}
    for pair in values:
        name, found, value = pair.partition("=")
        name = name.strip()
        if not found or name not in columns(protocol)[1:]:
            raise InputError(f"--set {pair!r} must be NAME=VALUE with one of: {', '.join(columns(protocol)[1:])}.")
        if name in fields:
            raise InputError(f"--set names {name!r} twice. Name it once.")
        fields[name] = value
    if not any(value.strip() for value in fields.values()):
        raise InputError("Nothing to record: every value is empty.")
    return fields


def _ask(protocol: Protocol, arm: str) -> dict[str, str]:
    outcome = protocol.outcome
    scale = f"{outcome.low:g} to {outcome.high:g}, {outcome.better} is better"
    fields = {outcome.name: _ask_one(protocol, outcome.name, f"{outcome.title} ({scale})")}
    planned = protocol.arm(arm).dose_mg
    hint = f"; planned: {planned:g}" if planned is not None else ""
    fields["dose_mg"] = _ask_one(protocol, "dose_mg", f"dose taken that evening, elemental mg{hint}")
    fields["side_effects"] = _ask_one(protocol, "side_effects", "side effects, separated by ;")
    for name in protocol.analysis.covariates:
        fields[name] = _ask_one(protocol, name, name)
    fields["note"] = _ask_one(protocol, "note", "note")
    if not any(value.strip() for value in fields.values()):
        raise InputError("Nothing was answered, so nothing was recorded.")
    return fields


def _ask_one(protocol: Protocol, name: str, question: str) -> str:
    """Ask until the answer fits; the message says what does not."""
    while True:
        answer = str(typer.prompt(question, default="", show_default=False))
        try:
            parse_entry(protocol, {"night": protocol.start.isoformat(), name: answer}, where="That answer")
        except InputError as problem:
            say(str(problem))
        else:
            return answer


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
    table = read_table(file)
    chosen = complete_map(table, protocol, parse_map(column_map or [], protocol))
    plan = plan_import(
        table,
        protocol,
        read_diary(folder, protocol),
        chosen,
        dated_by=dated_by,
        date_order=date_order,
        latest=last_night(_now()),
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
        row = dict(zip(header[1:], _row(protocol, entry), strict=True))
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


def status(folder: Folder, as_json: AsJson = False) -> None:
    """Show how far the trial is, which nights are missing, and what comes next."""
    protocol = Protocol.load(folder)
    order = Order.load(folder, protocol)
    entries = read_diary(folder, protocol)
    now = _now()
    rated = {entry.night for entry in entries if entry.outcome is not None}
    due = [night for period in order.periods for night in period.dates if night <= last_night(now)]
    missing = [night for night in due if night not in rated]
    tonight = last_night(now) + timedelta(days=1)
    arm_tonight = order.period_of(tonight).arm if protocol.start <= tonight <= protocol.end else None
    dated = protocol.dated
    if as_json:
        say_json(
            {
                "title": protocol.title,
                "simulated": protocol.simulated,
                "planned": protocol.nights,
                "due": len(due),
                "recorded": len(rated),
            }
            | {"missing": missing if dated else len(missing), "tonight": arm_tonight}
            | ({"start": protocol.start, "end": protocol.end} if dated else {})
        )
        return
    say(protocol.title, style="bold")
    if protocol.simulated:
        say("Simulated data: made up by a program.")
    span = f", evenings of {protocol.start} to {protocol.end}" if dated else ""
    say(f"{len(rated)} of {protocol.nights} nights recorded ({100 * len(rated) / protocol.nights:.0f} %){span}.")
    if missing and dated:
        shown = ", ".join(str(night) for night in missing[-_DATES_SHOWN:])
        say(f"{len(missing)} missing{', the last of them' if len(missing) > _DATES_SHOWN else ''}: {shown}.")
    elif missing:
        say(f"{len(missing)} nights are missing.")
    else:
        say("No night is missing so far.")
    if arm_tonight is not None:
        say(f"Tonight: {protocol.arm(arm_tonight).title}.")
    elif tonight < protocol.start:
        say(f"The first evening is {protocol.start}.")
    else:
        say(f"All planned nights are over. Next: {next_step('analyze', folder)}")


def sample_folder(name: str) -> Path:
    """Folder of a sample trial, in an installed package or in a checkout.

    Raises
    ------
    Nof1Error
        If the sample data is not there.
    """
    package = Path(__file__).parent.parent
    for home in (package / "sample", package.parent.parent / "data" / "sample"):
        if (home / name).is_dir():
            return home / name
    raise Nof1Error("The sample data is missing from this installation. Install nof1 again.")
