"""nof1 share: copies of trials that can be shown to others."""

from pathlib import Path
from typing import Annotated

import typer

from nof1.cli.commands.cohort import Folders, tell_left
from nof1.cli.terminal.console import show, show_json
from nof1.cli.terminal.options import AsJson
from nof1.cli.terminal.output import paragraph
from nof1.record.sharing.folder import share as share_trials

# One of them, and several.
_KINDS = {
    "medicine": ("change of a medicine", "changes of a medicine"),
    "note": ("note on record", "notes on record"),
    "unblinded": ("opened period", "opened periods"),
}


def share(
    folders: Folders,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the copies.")],
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Outcomes and arms keep the names that people typed.")
    ] = False,
    keep_doses: Annotated[
        bool, typer.Option("--keep-doses", help="Doses are told as they were planned and taken, not rounded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    made = share_trials(folders, out, keep_names=keep_names, keep_doses=keep_doses)
    if as_json:
        show_json(
            {
                "folder": str(out), "people": made.people, "names": made.names, "said": made.said, "unprotected": made.unprotected,
                "left_out": made.left_out, "problems": made.problems,
            }
        )  # fmt: skip
    else:
        copied = "1 trial was" if made.people == 1 else f"{made.people} trials were"
        show(f"{copied} copied to {out}, without dates, notes, titles, products and seeds.")
        for sentence in made.said:
            paragraph(sentence)
        paragraph(
            f"Names of outcomes, units and arms in the copies: {', '.join(made.names)}. Look whether one of them tells who somebody is."
        )
        if made.left_out:
            told = ", ".join(f"{count} {_KINDS[kind][count > 1]}" for kind, count in made.left_out.items())
            paragraph(f"Left out, since it is told in own words or of a hidden order: {told}.")
        show("\nWhat this does not protect (it stands in README.md, too):", style="bold yellow")
        for sentence in made.unprotected:
            paragraph(sentence, lead="  ")
        tell_left("Could not be copied", made.problems)
    if made.problems:
        raise typer.Exit(1)
