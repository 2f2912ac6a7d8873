"""nof1 share: copies of trials that can be shown to others."""

from pathlib import Path
from typing import Annotated

import typer

from nof1.cli.commands.cohort import Folders, tell_left
from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson
from nof1.cli.terminal.output import paragraph
from nof1.record.sharing.folder import share as share_trials


def share(
    folders: Folders,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the copies.")],
    as_json: AsJson = False,
) -> None:
    made = share_trials(folders, out)
    if as_json:
        show_json({"folder": str(out), "people": made.people, "names": made.names, "problems": made.problems})
    else:
        show(f"{made.people} trials were copied to {out}, without dates, notes, titles, products and seeds.")
        paragraph(
            f"People typed these names themselves, and they are in the copies: {', '.join(made.names)}. Look whether one of them tells who somebody is."
        )
        tell_left("Could not be copied", made.problems)
    if made.problems:
        raise typer.Exit(1)
