"""nof1 import: nights that were recorded elsewhere go into a trial folder, after a look."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from nof1.cli.terminal.asking import choose as _choose
from nof1.cli.terminal.console import as_flags, console, is_terminal, next_step, plain_warnings, show, show_json
from nof1.cli.terminal.import_preview import nights_text, preview, rows_text, values_text
from nof1.cli.terminal.options import AsJson, Folder, parse_decimal
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.plan.protocol.protocol import Protocol
from nof1.record.diary.table import refuse_if_locked
from nof1.record.importing.persons import NO_PEOPLE
from nof1.record.importing.reading import Trust
from nof1.record.values.nights import DatedBy, DateOrder, last_night

if TYPE_CHECKING:
    from nof1.record.importing.column_units import ColumnUnit
    from nof1.record.importing.importer import Import
    from nof1.record.importing.taking import Request
    from nof1.record.opening.opened import Opened
    from nof1.record.sources.source import Merge

_NOBODY = "of nobody: these are no people"
_LARGE = 5_000_000  # bytes from which on reading shows a bar


def import_(
    folder: Folder,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            readable=False,
            help="Export or table: .csv, .tsv, .xlsx, .ods, .zip, .xml, or the diary page's .json.",
        ),
    ],
    column_map: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=COLUMN", help="Which column of the file holds what; repeat for more."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option("--measure", metavar="NAME=COLUMN", help="Keep a column as a secondary outcome of this name."),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Sheet of a spreadsheet or table in an archive, where there are several."),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Whose export it is, where the header misleads.")] = None,
    dated_by: Annotated[
        DatedBy | None, typer.Option(help="What a date in the file means: the evening, the morning after, or the day.")
    ] = None,
    date_order: Annotated[DateOrder | None, typer.Option(help="How dates are written, where it is not clear.")] = None,
    several: Annotated[
        str | None, typer.Option(help="How several values of a night become one: mean, last, first, max, min, sum.")
    ] = None,
    zone: Annotated[str | None, typer.Option(help="Time zone to turn times into, such as Europe/Berlin.")] = None,
    decimal: Annotated[str | None, typer.Option(help="How decimals are written: point or comma.")] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", metavar="NAME=UNIT", help="Unit of a column, where it does not say so or misleads."),
    ] = None,
    day_number: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column that counts the days from 1; held against the calendar."),
    ] = None,
    trust: Annotated[
        Trust | None, typer.Option(help="What to go by where the dates and the count of days disagree.")
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Whose rows to take, where the file holds those of several people."),
    ] = None,
    person_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column that tells people apart; none where no column does."),
    ] = None,
    supplement: Annotated[
        list[str] | None,
        typer.Option(
            "--supplement", metavar="NAME", help="Row of a food log that is no food, by its name; repeat for more."
        ),
    ] = None,
    food: Annotated[
        list[str] | None,
        typer.Option(
            "--food", metavar="NAME", help="Row of a food log that is food, though it looks like a supplement."
        ),
    ] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(
            "--scale",
            metavar="[NAME=]WORD=NUMBER,…",
            help="Which number each word of a column is, such as mood=good=4,bad=2; without NAME, for all columns of words.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    from nof1.record.importing.committing import nothing_new, take_import
    from nof1.record.importing.importer import StaleError
    from nof1.record.importing.mapping import split_pairs
    from nof1.record.importing.reading import Reading
    from nof1.record.importing.taking import request_import

    protocol = Protocol.load(folder)
    refuse_if_locked(folder)
    ask = is_terminal() and not (yes or as_json)
    opened = open_sheet(file, sheet, ask=ask)
    reading = Reading(
        dated_by=dated_by,
        date_order=date_order,
        several=cast("Merge | None", several),  # refused there, if it is no rule
        zone=zone,
        decimal_comma=parse_decimal(decimal),
        units=_units(unit or []),
        day_number=day_number,
        trust=trust,
        person=person,
        person_column=person_column,
        supplement=tuple(supplement or ()),
        food=tuple(food or ()),
        scales=_scales(scale or []),
    )
    chosen, measures = split_pairs(column_map or [], protocol), split_pairs(measure or [], protocol)
    with plain_warnings():
        opened = _fitting(folder, opened, chosen, measures, source, ask=ask)
        request = request_import(folder, opened, reading, chosen, measures, source=source)
    while True:
        request, plan = _settle(request, opened, ask=ask)
        if nothing_new(folder, plan):
            _tell_known(plan, as_json=as_json)
            return
        if not _agreed(protocol, plan, request.since, yes=yes, as_json=as_json):
            return
        try:
            take_import(folder, protocol, plan, now=local_now())
            break
        except StaleError:
            if not as_json:
                show("The trial was changed in the meantime, so nothing was taken yet. Looking again.")
    if as_json:
        show_json(_as_json(plan, done=True))
        return
    spans = len(plan.missed)
    together = f", and {spans} {'entry' if spans == 1 else 'entries'} of missed nights" if spans else ""
    show(f"Taken: {nights_text(plan.taken - spans)}{together}. The file itself is kept in {folder / 'imports'}.")
    if plan.rejected:
        show(
            f"{_told_rejected(plan)} rejected, with reasons, in {folder / 'rejected.csv'}. What can be mended, mend there, then: "
            f"{next_step('import', folder)} {folder / 'rejected.csv'}"
        )


def _fitting(
    folder: Path, opened: "Opened", chosen: dict[str, str], measures: dict[str, str], source: str | None, *, ask: bool
) -> "Opened":
    """The table to read of an archive; on a terminal, ask which one where only the person can say."""
    from nof1.record.importing.archives import fitting_table
    from nof1.record.opening.opened import open_file
    from nof1.record.values.ambiguous import AmbiguousInput

    try:
        return fitting_table(folder, opened, chosen, measures, source=source)
    except AmbiguousInput as question:
        if not ask:
            raise
        show(as_flags(str(question)))
        return open_file(opened.path, _choose("Which is it?", question.choices))


def _told_rejected(plan: "Import") -> str:
    """What was rejected, counted: rows, and values of rows that are taken."""
    values = f"{values_text(plan.values_rejected)} of other rows" if plan.values_rejected else ""
    rows = rows_text(plan.rows_rejected) if plan.rows_rejected or not values else ""
    return f"{rows} and {values}" if rows and values else rows or values.removesuffix(" of other rows")


def _tell_known(plan: "Import", *, as_json: bool) -> None:
    """What is said of a file that brings nothing new."""
    if as_json:
        show_json(_as_json(plan, done=True))
    elif plan.rejected:
        show(
            f"{plan.export.name} was imported before, and what fits of it is recorded already; nothing was changed. "
            f"{_told_rejected(plan)} of it did not fit: rejected.csv says why."
        )
    else:
        show(f"{plan.export.name} was imported before, and all it says is recorded already; nothing was changed.")


def _agreed(protocol: Protocol, plan: "Import", since: str, *, yes: bool, as_json: bool) -> bool:
    """Show what would be taken, and ask where nobody has said yes beforehand.

    Raises
    ------
    InputError
        If nobody can be asked.
    """
    if not as_json:
        preview(protocol, plan, since)
    if yes:
        return True
    if as_json:
        show_json(_as_json(plan, done=False))
    if not is_terminal() or as_json:
        raise InputError("Nothing was taken. Look at the preview, then run it again with --yes.")
    agreed = bool(typer.confirm("Take them?" if plan.taken else "Keep this on record?", default=False))
    if not agreed:
        show("Nothing was taken.")
    return agreed


def open_sheet(file: Path, sheet: str | None, *, ask: bool) -> "Opened":
    """Open a file; on a terminal, ask which sheet of it where only the person can say."""
    from nof1.record.opening.opened import open_file
    from nof1.record.values.ambiguous import AmbiguousInput

    try:
        return open_file(file, sheet)
    except AmbiguousInput as question:
        if not ask:
            raise
        show(as_flags(str(question)))
        return open_file(file, _choose("Which is it?", question.choices))


def _units(pairs: list[str]) -> dict[str, str]:
    units = {}
    for pair in pairs:
        name, found, unit = pair.partition("=")
        if not found or not name.strip() or not unit.strip():
            raise InputError(f"--unit {pair!r} must look like sleep_minutes=hours.")
        units[name.strip()] = unit.strip()
    return units


def _scales(texts: list[str]) -> dict[str, dict[str, float]]:
    from nof1.record.importing.scales import read_scales, scale_option

    found: dict[str, str] = {}
    for name, scale in map(scale_option, texts):
        found[name] = f"{found[name]}, {scale}" if name in found else scale
    return read_scales(found)


def _settle(request: "Request", opened: "Opened", *, ask: bool) -> tuple["Request", "Import"]:
    """Plan the import; on a terminal, ask for what only the person can say, and try again."""
    from nof1.record.values.ambiguous import AmbiguousInput

    while True:
        try:
            with _bar(opened):
                return request, request.plan(latest=last_night(local_now()))
        except AmbiguousInput as question:
            if not ask:
                raise
            show(as_flags(str(question)))
            request = _answered(request, question.option, question.choices)


def _answered(request: "Request", option: str, choices: tuple[str, ...]) -> "Request":
    from nof1.record.importing.scales import read_scales

    if option.startswith("map "):
        field = option.removeprefix("map ")
        told = {column.name: column.told for column in request.export.columns}
        column = _choose(f"Which column holds {field!r}?", choices, told)
        return replace(request, column_map={**request.column_map, field: column})
    said: dict[str, Any]
    if option.startswith("row "):
        name = option.removeprefix("row ")
        kind = _choose(f"What is {name!r}?", choices)
        said = {kind: (*getattr(request.reading, kind), name)}
    elif option == "unit":
        said = {"units": {**request.reading.units, choices[0]: _unit_said()}}
    elif option == "scale":
        numbers = {word: typer.prompt(f"{word} is", type=float) for word in choices[1:]}
        said = {"scales": {**request.reading.scales, **read_scales({choices[0]: numbers})}}
    elif option == "zone":
        said = {"zone": typer.prompt("Time zone, such as Europe/Berlin").strip()}
    elif option == "decimal":
        said = {"decimal_comma": _choose("Which is it?", choices) == "comma"}
    elif option == "person":
        chosen = _choose("Whose rows are meant?", (*choices, _NOBODY))
        said = {"person_column": NO_PEOPLE} if chosen == _NOBODY else {"person": chosen}
    else:
        said = {option.replace("-", "_"): _choose("Which is it?", choices)}
    return replace(request, reading=replace(request.reading, **said))


def _unit_said() -> str:
    from nof1.record.values.units import read_unit

    while True:
        answer = str(typer.prompt("Unit")).strip()
        if read_unit(answer) is not None:
            return answer
        show(
            "That is no unit that is known. Type one such as hours, min, mg or kcal; Ctrl-C leaves without taking anything."
        )


@contextmanager
def _bar(opened: "Opened") -> Iterator[None]:
    """A bar over the bytes of a large file; it is read once to find out how, and once to take."""
    if opened.meter.total < _LARGE or not sys.stderr.isatty():
        yield
        return
    from threading import Event, Thread

    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

    done = Event()
    columns: tuple[Any, ...] = (TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=opened.meter.total)

        def follow() -> None:
            while not done.wait(0.2):
                progress.update(task, completed=opened.meter.done)

        thread = Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def _as_json(plan: "Import", *, done: bool) -> dict[str, Any]:
    merged = {
        "several": plan.several,
        "recorded_already": plan.same,
        "nothing_to_take": plan.blank,
        "other_people": sum(plan.others.values()),
    }
    return {
        "file": plan.export.name,
        "sha256": plan.sha256,
        "sheet": plan.export.sheet,
        "source": plan.export.source,
        "done": done,
        **plan.counts(),
        "values_rejected": plan.values_rejected,
        "missed": [{"start": one.start, "end": one.end, "taken": one.taken} for one in plan.missed],
        "merged_because": merged,
        "map": dict(plan.column_map),
        "clock": plan.export.clock_beside(plan.column_map),
        "units": {
            name: _unit_json(unit) for name, unit in plan.units.items() if unit.kept is not None and unit.kept.name
        },
        "left_out": list(plan.unused),
        "no_numbers": dict(plan.words),
        "no_food": [{"name": told.name, "rows": told.rows, "fields": list(told.fields)} for told in plan.apart],
        "date_order": plan.order,
        "person": plan.reading.person,
        "person_column": plan.reading.person_column,
        "other_people": dict(plan.others),
        "missing": dict(plan.missing),
        "short_year": dict(zip(("text", "date"), plan.cut, strict=True)) if plan.cut else None,
        "scales": {name: dict(scale) for name, scale in plan.reading.scales.items()},
        "nights": [{"night": change.night, **change.cells} for change in plan.changes],
        "rejections": [
            {"lines": row.lines, "rows": row.rows, "night": row.night, "reason": row.reason} for row in plan.rejected
        ],
    }


def _unit_json(unit: "ColumnUnit") -> dict[str, Any]:
    """The unit in which a column was read, null where each value names its own, and the one that is kept."""
    kept = unit.kept.name if unit.kept is not None else ""
    read = unit.unit.name if unit.unit is not None else kept if unit.factor is not None else None
    return {"read": read, "kept": kept}
