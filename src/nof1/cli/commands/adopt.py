"""nof1 adopt: a trial that was lived before nof1 was there, taken over from a table."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from nof1.cli.commands.import_ import parse_decimal
from nof1.cli.terminal.adopted import adopted_json, tell_adopted, tell_people
from nof1.cli.terminal.asking import choose
from nof1.cli.terminal.console import as_flags, is_terminal, show, show_json
from nof1.cli.terminal.options import AsJson
from nof1.errors import InputError
from nof1.record.adopting.adopt import AdoptOptions
from nof1.record.adopting.gaps import SaidGaps
from nof1.record.adopting.people import AdoptedPerson, adopt_people
from nof1.record.importing.ledger import read_ledger
from nof1.record.sources.source import Merge
from nof1.record.trial import Trial
from nof1.record.values.ambiguous import AmbiguousInput
from nof1.record.values.nights import DatedBy, DateOrder


def adopt(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="New folder for the trial; with --out, the table instead.")
    ],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", readable=False, help="Table with one row a night: .csv, .tsv or .xlsx."),
    ] = None,
    *,
    outcome: Annotated[str, typer.Option(help="Column with the outcome.")],
    reference: Annotated[str, typer.Option(help="The arm to compare with, as the table writes it.")],
    low: Annotated[float, typer.Option(help="Low end of the outcome's scale.")],
    high: Annotated[float, typer.Option(help="High end of the outcome's scale.")],
    better: Annotated[
        Literal["lower", "higher"] | None, typer.Option(help="Which way is better; on a terminal it is asked.")
    ] = None,
    arm: Annotated[str | None, typer.Option(help="Column with the arm of each night.")] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='JSON with the arm of each day, {"1": 0, "2": 1}; held against --arm if both are given.',
        ),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Sheet of a spreadsheet or table in an archive, where there are several."),
    ] = None,
    date_column: Annotated[str | None, typer.Option("--date", help="Column with the dates.")] = None,
    day_column: Annotated[
        str | None,
        typer.Option(
            "--day",
            help="Column with day numbers, from wherever they begin; beside --date it is held against the calendar.",
        ),
    ] = None,
    trust: Annotated[
        Literal["date", "day"] | None,
        typer.Option(help="What to go by where the dates and the count of days disagree."),
    ] = None,
    person_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column that tells people apart; none where no column does."),
    ] = None,
    person: Annotated[
        str | None, typer.Option(help="Whose rows to take, where the table holds several people's.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Make a trial of each person in --person-column, in this new folder: nof1 adopt FILE --out DIR.",
        ),
    ] = None,
    several: Annotated[
        str | None, typer.Option(help="How several ratings of a night become one: mean, last, first, max, min, sum.")
    ] = None,
    gaps: Annotated[
        SaidGaps | None,
        typer.Option(
            help="What days without a row, or whose row has no arm, were: untreated (what had built up fades), as-before (on the arm of the "
            "day before) or pause (the trial stood still)."
        ),
    ] = None,
    not_compared: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARM",
            help="Arm that is a baseline or a washout: its nights are kept, and compared with nothing; repeat for more.",
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Smallest change worth having, in the outcome's unit; without it nothing is said of changes that matter."
        ),
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of the outcome, such as µg/m³; points if not given.")] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(metavar="ARM=TEXT", help='What pages call an arm, such as on="purifier on"; repeat for more.'),
    ] = None,
    nights: Annotated[
        Literal["nights", "days"] | None,
        typer.Option(help="What pages call a row; days with --dated-by day, else nights, if not given."),
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
    drawn: Annotated[
        str | None,
        typer.Option(
            metavar="ORDERS",
            help="Which orders could have been drawn, for a randomization test: any, max-run:2, blocks:2, pairs:3, mirrored, "
            "alternating, phases:ABAB,min=4 or orders:FILE; with ,nights=7 behind it where whole periods of 7 nights were drawn.",
        ),
    ] = None,
    family: Annotated[
        Literal["normal", "rating", "student", "ordinal", "count", "binary", "duration"],
        typer.Option(help="What a night's outcome is taken for."),
    ] = "normal",
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column of numbers that enters the model; repeat for more.")
    ] = None,
    guess: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the arm that the person believed a night was on.")
    ] = None,
    confidence: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with how sure of it they were, from 0 to 100.")
    ] = None,
    dose: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the dose that was taken, kept in mg.")
    ] = None,
    dose_unit: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="Its unit, where neither its name nor its cells say it: mg, g, µg."),
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
    options = AdoptOptions(
        outcome=outcome,
        arm=arm,
        person=person,
        person_column=person_column,
        several=cast("Merge | None", several),  # refused there, if it is no rule
        trust=trust,
        gaps=gaps,
        not_compared=not_compared or [],
        reference=reference,
        low=low,
        high=high,
        date=date_column,
        day=day_column,
        better=better,
        threshold=threshold,
        unit=unit,
        labels=_labels(label or []),
        nights=nights,
        carryover=carryover,
        blocks=blocks,
        start_up=start_up,
        drawn=drawn,
        analysis={"family": family},
        covariates=covariate or [],
        guess=guess,
        confidence=confidence,
        dose=dose,
        dose_unit=dose_unit,
        title=title,
        simulated=simulated,
        dated_by=dated_by,
        date_order=date_order,
        zone=zone,
        decimal_comma=parse_decimal(decimal),
    )
    table, place = _places(folder, file, out)
    request = _Request(table, place, schedule, sheet, options)
    if out is not None:
        people = _asked(request.of_each, request, ask=is_terminal() and not as_json)
        if as_json:
            made = [{"person": one.person, **adopted_json(Trial(*one.nights), one.folder)} for one in people]
            show_json({"folder": str(out), "people": made})
        else:
            tell_people(people, out, scheduled=schedule is not None)
        return
    trial = _asked(request.of_one, request, ask=is_terminal() and not as_json)
    if as_json:
        show_json(adopted_json(trial, place))
    else:
        tell_adopted(trial, place, read_ledger(place)[-1], scheduled=schedule is not None)


@dataclass
class _Request:
    """What was asked for; what only the person can say is put into `options` when they have answered."""

    table: Path
    place: Path
    schedule: Path | None
    sheet: str | None
    options: AdoptOptions

    def of_one(self) -> Trial:
        """The trial of one person."""
        return Trial.adopt(self.table, self.place, schedule=self.schedule, sheet=self.sheet, **self.options)

    def of_each(self) -> tuple[AdoptedPerson, ...]:
        """A trial of each person."""
        return adopt_people(self.table, self.place, schedule=self.schedule, sheet=self.sheet, **self.options)


def _places(folder: Path, file: Path | None, out: Path | None) -> tuple[Path, Path]:
    """The table, and the folder to be made: DIR FILE, or FILE --out DIR.

    Raises
    ------
    InputError
        If there is one of the two too few, or too many.
    """
    if out is None and file is None:
        raise InputError(
            "Give the new folder and the table: nof1 adopt DIR FILE; or, for a trial of each person in it: nof1 adopt FILE --person-column NAME --out DIR."
        )
    if out is not None and file is not None:
        raise InputError(
            f"With --out {out} give only the table: nof1 adopt FILE --person-column NAME --out DIR. Each person's trial goes into a folder "
            "of its own in it."
        )
    return (folder, out) if out is not None else (cast("Path", file), folder)


def _asked[Made](make: Callable[[], Made], request: _Request, *, ask: bool) -> Made:
    """Make it; on a terminal, ask for what only the person can say, and try again."""
    while True:
        try:
            return make()
        except AmbiguousInput as question:
            if not ask:
                raise
            show(as_flags(str(question)))
            _answer(request, question)


def _answer(request: _Request, question: AmbiguousInput) -> None:
    """Put what the person says into the options."""
    options = cast("dict[str, Any]", request.options)
    if question.option == "sheet":
        request.sheet = _choose(question)
    elif question.option == "zone":
        options["zone"] = typer.prompt("Time zone, such as Europe/Berlin").strip()
    elif question.option == "decimal":
        options["decimal_comma"] = _choose(question) == "comma"
    elif question.option == "not-compared":
        options["not_compared"] = [*options["not_compared"], _choose(question)]
    else:
        options[question.option.replace("-", "_")] = _choose(question)


def _choose(question: AmbiguousInput) -> str:
    return choose("Which is it?", question.choices, leaves="and nothing is made")


def _labels(pairs: list[str]) -> dict[str, str]:
    """What arms are called, from ARM=TEXT."""
    labels = {}
    for pair in pairs:
        name, found, text = pair.partition("=")
        if not found or not name.strip() or not text.strip():
            raise InputError(f'--label {pair!r} must look like on="purifier on".')
        labels[name.strip()] = text.strip()
    return labels
