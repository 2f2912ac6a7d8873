"""nof1 diary-page: the diary as one page, written again; and reminders that lead to it."""

from typing import Annotated

import typer

from nof1.cli.terminal.console import next_step, say
from nof1.cli.terminal.options import HERE, FolderOrHere, refuse_no_trial_here
from nof1.plan.orders.amendments import load_amendments
from nof1.plan.orders.loading import load_schedule
from nof1.plan.protocol.protocol import Protocol


def diary_page(
    folder: FolderOrHere = HERE,
    link: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Let the reminders of calendar.ics lead there, such as to nof1 serve."),
    ] = None,
) -> None:
    """Write diary.html, the diary as a page for a phone or a computer; it needs no network."""
    from nof1.cli.terminal.plan_output import write_calendar, write_diary_page

    refuse_no_trial_here(folder, "diary-page")
    protocol = Protocol.load(folder)
    order = load_schedule(folder, protocol)
    if link is not None:
        write_calendar(folder, protocol, order, revision=len(load_amendments(folder)), link=link)
    path = write_diary_page(folder, protocol, order)
    say(
        f"Written: {path}. Open it in a browser, here or on a phone to which you copy it; what you enter stays in that browser."
    )
    say(f"One tap there saves a file of it, and this takes that into the trial: {next_step('import', folder)} FILE")
    if link is not None:
        say(f"The reminders of {folder / 'calendar.ics'} lead to {link} now. Import the file into your calendar again.")
