"""nof1 share: copies of trials that can be shown to others."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1.cli.commands.cohort import Folders, tell_left
from nof1.cli.terminal.console import say, say_json
from nof1.cli.terminal.options import AsJson
from nof1.cli.terminal.output import paragraph
from nof1.errors import InputError, Nof1Error, RefusalError
from nof1.files import new_folder, write_atomic

if TYPE_CHECKING:
    from nof1.record.trial import Trial

TRIALS_FOLDER = "trials"
_ID_BYTES = 5


def share(
    folders: Folders,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the copies.")],
    as_json: AsJson = False,
) -> None:
    """Copy trials without dates, names, notes and seeds: study ids are drawn at random and kept nowhere else."""
    from nof1.record.folders import find_trials
    from nof1.record.sharing.share import shared, typed_names
    from nof1.record.sharing.tables import tables
    from nof1.record.trial import Trial

    found, problems = find_trials(folders), {}
    whole = out.resolve()
    if any(whole.is_relative_to(one.path) for one in found):
        raise InputError(f"{out} is in one of the trial folders. Name another folder with --out; nothing was changed.")
    copies: dict[str, Trial] = {}
    for one in found:
        study_id = _new_id(copies)
        try:
            copies[study_id] = shared(Trial.load(one.path), study_id)
        except Nof1Error as error:
            problems[one.name] = str(error)
        except OSError as error:
            problems[one.name] = f"A file cannot be read ({error.strerror or error}). Check its permissions."
    if not copies:
        raise RefusalError(
            f"None of {len(found)} trials could be copied. The first reason: {next(iter(problems.values()))}"
        )
    copies = dict(sorted(copies.items()))  # by a random id: the order of the folders is not told
    with new_folder(out) as staging:
        for study_id, trial in copies.items():
            place = staging / TRIALS_FOLDER / study_id
            place.mkdir(parents=True)
            trial.write(place)
        for name, content in tables(copies).items():
            write_atomic(staging / name, content)
    names = typed_names(copies.values())
    if as_json:
        say_json({"folder": str(out), "people": len(copies), "names": names, "problems": problems})
    else:
        say(f"{len(copies)} trials were copied to {out}, without dates, notes, titles, products and seeds.")
        paragraph(
            f"People typed these names themselves, and they are in the copies: {', '.join(names)}. Look whether one of them tells who somebody is."
        )
        tell_left("Could not be copied", problems)
    if problems:
        raise typer.Exit(1)


def _new_id(taken: "dict[str, Trial]") -> str:
    while (study_id := f"p-{secrets.token_hex(_ID_BYTES)}") in taken:
        pass
    return study_id
