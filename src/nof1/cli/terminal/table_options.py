"""The options that say how a table with the nights of one person or many is read, the same for every command that takes one."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_type_hints

import typer

from nof1.cli.terminal.options import parse_decimal
from nof1.errors import InputError
from nof1.record.adopting.adopt import AdoptOptions
from nof1.record.adopting.gaps import SaidGaps
from nof1.record.sources.source import Merge
from nof1.record.values.nights import DatedBy, DateOrder


@dataclass
class TableOptions:
    """What was said of a table; what was not is None, or what stands for it."""

    outcome: Annotated[str | None, typer.Option(help="Column with the outcome.")] = None
    reference: Annotated[str | None, typer.Option(help="The arm to compare with, as the table writes it.")] = None
    low: Annotated[float | None, typer.Option(help="Low end of the outcome's scale.")] = None
    high: Annotated[float | None, typer.Option(help="High end of the outcome's scale.")] = None
    better: Annotated[
        Literal["lower", "higher"] | None, typer.Option(help="Which way is better; on a terminal it is asked.")
    ] = None
    arm: Annotated[str | None, typer.Option(help="Column with the arm of each night.")] = None
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='JSON with the arm of each day, {"1": 0, "2": 1}; held against --arm if both are given.',
        ),
    ] = None
    sheet: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Sheet of a spreadsheet or table in an archive, where there are several."),
    ] = None
    date_column: Annotated[str | None, typer.Option("--date", help="Column with the dates.")] = None
    day_column: Annotated[
        str | None,
        typer.Option(
            "--day",
            help="Column with day numbers, from wherever they begin; beside --date it is held against the calendar.",
        ),
    ] = None
    trust: Annotated[
        Literal["date", "day"] | None,
        typer.Option(help="What to go by where the dates and the count of days disagree."),
    ] = None
    person_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column that tells people apart; none where no column does."),
    ] = None
    several: Annotated[
        str | None, typer.Option(help="How several ratings of a night become one: mean, last, first, max, min, sum.")
    ] = None
    gaps: Annotated[
        SaidGaps | None,
        typer.Option(
            help="What days without a row, or whose row has no arm, were: untreated (what had built up fades), as-before (on the arm of the "
            "day before) or pause (the trial stood still)."
        ),
    ] = None
    not_compared: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ARM",
            help="Arm that is a baseline or a washout: its nights are kept, and compared with nothing; repeat for more.",
        ),
    ] = None
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Smallest change worth having, in the outcome's unit; without it nothing is said of changes that matter."
        ),
    ] = None
    unit: Annotated[str | None, typer.Option(help="Unit of the outcome, such as µg/m³; points if not given.")] = None
    label: Annotated[
        list[str] | None,
        typer.Option(metavar="ARM=TEXT", help='What pages call an arm, such as on="purifier on"; repeat for more.'),
    ] = None
    nights: Annotated[
        Literal["nights", "days"] | None,
        typer.Option(help="What pages call a row; days with --dated-by day, else nights, if not given."),
    ] = None
    carryover: Annotated[
        str, typer.Option(help="none, exponential, or discard:N (leave out the first N nights of a period).")
    ] = "none"
    blocks: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="N periods in a row make a block that holds every arm, and blocks may differ; a period is a stretch on one arm.",
        ),
    ] = None
    start_up: Annotated[
        bool, typer.Option("--start-up", help="The model has a bad or good start that fades within weeks.")
    ] = False
    drawn: Annotated[
        str | None,
        typer.Option(
            metavar="ORDERS",
            help="Which orders could have been drawn, for a randomization test: any, max-run:2, blocks:2, pairs:3, mirrored, "
            "alternating, phases:ABAB,min=4 or orders:FILE; with ,nights=7 behind it where whole periods of 7 nights were drawn.",
        ),
    ] = None
    family: Annotated[
        Literal["normal", "rating", "student", "ordinal", "count", "binary", "duration"],
        typer.Option(help="What a night's outcome is taken for."),
    ] = "normal"
    covariate: Annotated[
        list[str] | None, typer.Option(help="Column of numbers that enters the model; repeat for more.")
    ] = None
    guess: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the arm that the person believed a night was on.")
    ] = None
    confidence: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with how sure of it they were, from 0 to 100.")
    ] = None
    dose: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the dose that was taken, kept in mg.")
    ] = None
    dose_unit: Annotated[
        str | None,
        typer.Option(metavar="UNIT", help="Its unit, where neither its name nor its cells say it: mg, g, µg."),
    ] = None
    dated_by: Annotated[
        DatedBy, typer.Option(help="What a date in the table means: the evening, the morning after, or the day.")
    ] = "evening"
    date_order: Annotated[DateOrder | None, typer.Option(help="How dates are written, where it is not clear.")] = None
    zone: Annotated[str | None, typer.Option(help="Time zone to turn times into, such as Europe/Berlin.")] = None
    decimal: Annotated[str | None, typer.Option(help="How decimals are written: point or comma.")] = None
    title: Annotated[str | None, typer.Option(help="Title in your own words.")] = None
    simulated: Annotated[bool, typer.Option("--simulated", help="The nights are made up: every page says so.")] = False

    def adopt_options(self) -> AdoptOptions:
        """The same for the rooms."""
        return AdoptOptions(
            outcome=cast("str", self.outcome),  # who needs it asks for it
            arm=self.arm,
            person_column=self.person_column,
            several=cast("Merge | None", self.several),  # refused there, if it is no rule
            trust=self.trust,
            gaps=self.gaps,
            not_compared=self.not_compared or [],
            reference=cast("str", self.reference),
            low=cast("float", self.low),
            high=cast("float", self.high),
            date=self.date_column,
            day=self.day_column,
            better=self.better,
            threshold=self.threshold,
            unit=self.unit,
            labels=_labels(self.label or []),
            nights=self.nights,
            carryover=self.carryover,
            blocks=self.blocks,
            start_up=self.start_up,
            drawn=self.drawn,
            analysis={"family": self.family},
            covariates=self.covariate or [],
            guess=self.guess,
            confidence=self.confidence,
            dose=self.dose,
            dose_unit=self.dose_unit,
            title=self.title,
            simulated=self.simulated,
            dated_by=self.dated_by,
            date_order=self.date_order,
            zone=self.zone,
            decimal_comma=parse_decimal(self.decimal),
        )

    def said(self) -> list[str]:
        """The options that were given, as they are typed."""
        return [_typed(one.name) for one in fields(self) if getattr(self, one.name) not in (one.default, None, [])]


def with_table(*required: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a table: its parameter `table` becomes all of them, those in `required` without a default."""

    def of(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(TableOptions, include_extras=True)
        ours = [
            _parameter(one.name, hints[one.name], one.default, one.name in required) for one in fields(TableOptions)
        ]
        own = list(inspect.signature(command, eval_str=True).parameters.values())
        place = next(i for i, one in enumerate(own) if one.name == "table")
        told = [*own[:place], *ours, *own[place + 1 :]]
        merged = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in told]

        @wraps(command)
        def called(**given: Any) -> None:
            table = TableOptions(**{one.name: given.pop(one.name) for one in ours})
            command(**given, table=table)

        vars(called)["__signature__"] = inspect.Signature(merged)  # what Typer reads
        called.__annotations__ = {one.name: one.annotation for one in merged}
        return called

    return of


def _parameter(name: str, hint: Any, default: Any, required: bool) -> inspect.Parameter:
    if required:
        optional, *info = get_args(hint)
        (kind,) = (one for one in get_args(optional) if one is not type(None))
        return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[kind, *info])
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def _typed(name: str) -> str:
    return f"--{name.removesuffix('_column') if name != 'person_column' else name}".replace("_", "-")


def _labels(pairs: list[str]) -> dict[str, str]:
    """What arms are called, from ARM=TEXT."""
    labels = {}
    for pair in pairs:
        name, found, text = pair.partition("=")
        if not found or not name.strip() or not text.strip():
            raise InputError(f'--label {pair!r} must look like on="purifier on".')
        labels[name.strip()] = text.strip()
    return labels
