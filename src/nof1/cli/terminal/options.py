"""What several commands ask for on their command line."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from nof1.cli.terminal.when import date_in_full, said_clock, said_day
from nof1.clock import local_now
from nof1.errors import InputError
from nof1.files import is_file
from nof1.language import ENGLISH, speaking
from nof1.plan.protocol.protocol import PROTOCOL_FILE
from nof1.record.values.nights import tonight

HERE = Path()
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Trial folder.")]
FolderOrHere = Annotated[
    Path, typer.Argument(metavar="DIR", help="Trial folder; the one you are in if not given.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
PaperSize = Annotated[Literal["a4", "letter"], typer.Option(help="Paper to print on.")]
LargePrint = Annotated[
    bool,
    typer.Option("--large-print", help="Text of 16 points, pictures as wide as the page, as many pages as that takes."),
]
DaskAddress = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler whose machines do the work.")
]


def _speak(context: typer.Context, code: str) -> str:
    """Speak a language until the command is over."""
    context.with_resource(speaking(code or ENGLISH))
    return code


Spoken = Annotated[
    str, typer.Option("--language", callback=_speak, help="Language of the questions and the papers: en or de.")
]


_YEARS = 2  # from today, in which a date without a year lies


def _calendar_date(text: str) -> date:
    return _said(text, local_now().date())


def _evening(text: str) -> date:
    """The evening of a night: after midnight "tonight" is still that of the evening before, as in the diary."""
    return _said(text, tonight(local_now()))


def _said(text: str, today: date) -> date:
    found = date_in_full(text.strip())
    if found is None:
        span = timedelta(days=366 * _YEARS)
        found = said_day(text, today, today - span, today + span)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no date such as 2026-11-26, tonight, tomorrow or yesterday.")
    return found


def _clock_time(text: str) -> str:
    found = said_clock(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no time of day such as 21:30 or 9:30pm.")
    return found


def date_option(what: str, *flags: str) -> Any:
    """An option that takes a date, for an annotation; `what` is its help, `flags` where it is not called as its parameter."""
    return typer.Option(*flags, parser=_calendar_date, metavar="DATE", help=what)


def night_option(what: str, *flags: str) -> Any:
    """An option that takes the evening of a night, which begins anew in the early morning, for an annotation."""
    return typer.Option(*flags, parser=_evening, metavar="DATE", help=what)


def clock_option(what: str) -> Any:
    """An option that takes a time of day, for an annotation; `what` is its help."""
    return typer.Option(parser=_clock_time, metavar="HH:MM", help=what)


def refuse_no_trial_here(folder: Path, command: str) -> None:
    """Say what to do where no folder was named and this one is none.

    Raises
    ------
    InputError
        If it is not.
    """
    if folder == HERE and not is_file(folder / PROTOCOL_FILE):
        raise InputError(
            f"The folder you are in is no trial folder: it holds no {PROTOCOL_FILE}. "
            f"Go into the trial's folder, or name it: nof1 {command} DIR"
        )


def parse_decimal(text: str | None) -> bool | None:
    """Whether an option says that numbers are written 4,5.

    Raises
    ------
    InputError
        If it is neither point nor comma.
    """
    if text not in (None, "point", "comma"):
        raise InputError(f"--decimal {text!r} must be point or comma.")
    return None if text is None else text == "comma"
