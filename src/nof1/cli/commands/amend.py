"""nof1 amend: what changes after the draw."""

from datetime import date
from typing import Annotated

import typer

from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson, Folder, date_option
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol
from nof1.record.amending import amend as put_on_record
from nof1.report.words.changes import amendment_sentence

_Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it is printed with the results.")]


def amend(
    folder: Folder,
    pause: Annotated[date | None, date_option("First evening of a pause; what follows moves.")] = None,
    nights: Annotated[int | None, typer.Option(help="Nights of the pause.")] = None,
    exclude: Annotated[
        bool, typer.Option("--exclude", help="Nights of the pause are recorded: take them out all the same.")
    ] = False,
    medicine: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Another medicine started, stopped or changed.")
    ] = None,
    since: Annotated[date | None, date_option("Day from which the medicine was another; today if not given.")] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Any other change, such as a lower dose.")] = None,
    reason: _Reason = None,
    as_json: AsJson = False,
) -> None:
    """Put a change after the draw on record: a pause, another medicine, or anything else in words."""
    amendment = put_on_record(
        folder,
        pause=pause,
        nights=nights,
        exclude=exclude,
        medicine=medicine,
        since=since,
        note=note,
        reason=reason,
    )
    end = load_schedule(folder, Protocol.load(folder)).end
    if as_json:
        show_json({"amendments": [one.model_dump(mode="json") for one in load_amendments(folder)], "end": end})
        return
    show(amendment_sentence(amendment))
    show(f"The last evening is {end}. Booklet, calendar, diary.html, diary sheet and protocol.pdf were written anew.")
