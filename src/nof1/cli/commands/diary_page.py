"""nof1 diary-page: the diary as one page, written again; and reminders that lead to it."""

from typing import Annotated

import typer

from nof1.cli.terminal.console import next_step, show
from nof1.cli.terminal.options import HERE, FolderOrHere, refuse_no_trial_here
from nof1.record.papers import diary_page as write_page


def diary_page(
    folder: FolderOrHere = HERE,
    link: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Let the reminders of calendar.ics lead there, such as to nof1 serve."),
    ] = None,
) -> None:
    refuse_no_trial_here(folder, "diary-page")
    path = write_page(folder, link=link)
    show(
        f"Written: {path}. Open it in a browser, here or on a phone to which you copy it; what you enter stays in that browser."
    )
    show(f"One tap there saves a file of it, and this takes that into the trial: {next_step('import', folder)} FILE")
    if link is not None:
        show(
            f"The reminders of {folder / 'calendar.ics'} lead to {link} now. Import the file into your calendar again."
        )
