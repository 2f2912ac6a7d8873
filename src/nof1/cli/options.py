"""What several commands ask for on their command line, and the clock they go by."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from nof1.errors import InputError
from nof1.plan.protocol import PROTOCOL_FILE

HERE = Path()
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Trial folder.")]
FolderOrHere = Annotated[
    Path, typer.Argument(metavar="[DIR]", help="Trial folder; the one you are in if not given.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def now_local() -> datetime:
    """The local clock."""
    return datetime.now()  # noqa: DTZ005 - local clock time is what is meant


def refuse_no_trial_here(folder: Path, command: str) -> None:
    """Say what to do where no folder was named and this one is none.

    Raises
    ------
    InputError
        If it is not.
    """
    if folder == HERE and not (folder / PROTOCOL_FILE).is_file():
        raise InputError(
            f"The folder you are in is no trial folder: it holds no {PROTOCOL_FILE}. "
            f"Go into the trial's folder, or name it: nof1 {command} DIR"
        )
