"""Copies of trials in a folder that can be shown to others, with tables of them all."""

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nof1.errors import InputError, Nof1Error, RefusalError
from nof1.files import write_atomic
from nof1.new_folders import new_folder
from nof1.record.folders import find_trials
from nof1.record.sharing.general import general_names, renamed, rounded
from nof1.record.sharing.notes import NOTES_FILE, doses_said, names_said, notes, unprotected
from nof1.record.sharing.share import KEPT_AMENDMENTS, shared, typed_names
from nof1.record.sharing.tables import tables
from nof1.record.trial import Trial

TRIALS_FOLDER = "trials"
_ID_BYTES = 5


@dataclass(frozen=True)
class Shared:
    """Copies that were made.

    Attributes
    ----------
    folder : Path
    people : int
    names : tuple of str
        Of outcomes, units and arms, which are in the copies; people typed units themselves, and the others where they were kept.
    problems : mapping of str to str
        Trials that could not be copied, and why.
    said : tuple of str
        What became of names and doses.
    unprotected : tuple of str
        What the copies still tell of a person.
    left_out : mapping of str to int
        How many changes after the draw are in no copy, by their kind.
    """

    folder: Path
    people: int
    names: tuple[str, ...]
    problems: Mapping[str, str]
    said: tuple[str, ...] = ()
    unprotected: tuple[str, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def share(
    folders: Iterable[str | Path], out: str | Path, *, keep_names: bool = False, keep_doses: bool = False
) -> Shared:
    """Copy trials without dates, names, notes and seeds: study ids are drawn at random and kept nowhere else.

    Parameters
    ----------
    folders : iterable of path
        Trial folders, or folders that hold trial folders.
    out : path
        New folder for the copies.
    keep_names, keep_doses : bool
        Whether outcomes and arms keep the names that people typed, and doses their amounts; otherwise `general_names` and `rounded` say
        what they become.

    Raises
    ------
    InputError
        If there is no trial, or `out` is there and not empty or lies in a trial folder.
    RefusalError
        If none of the trials could be copied.

    Examples
    --------
    >>> import nof1
    >>> nof1.record.share([folder], new_folder).people
    1
    """
    out = Path(out)
    found, problems = find_trials(map(Path, folders)), {}
    whole = out.resolve()
    if any(whole.is_relative_to(one.path) for one in found):
        raise InputError(f"{out} is in one of the trial folders. Name another folder with out=; nothing was changed.")
    copies: dict[str, Trial] = {}
    left_out: Counter[str] = Counter()
    for one in found:
        study_id = _new_id(copies)
        try:
            trial = Trial.load(one.path)
            copies[study_id] = shared(trial, study_id)
            left_out.update(change.kind for change in trial.amendments if change.kind not in KEPT_AMENDMENTS)
        except Nof1Error as error:
            problems[one.name] = str(error)
        except OSError as error:
            problems[one.name] = f"A file cannot be read ({error.strerror or error}). Check its permissions."
    if not copies:
        raise RefusalError(
            f"None of {len(found)} trials could be copied. The first reason: {next(iter(problems.values()))}"
        )
    copies = dict(sorted(copies.items()))  # by a random id: the order of the folders is not told
    if not keep_names:
        outcomes, arms = general_names(copies.values())
        copies = {study_id: renamed(trial, outcomes, arms) for study_id, trial in copies.items()}
    if not keep_doses:
        copies = {study_id: rounded(trial) for study_id, trial in copies.items()}
    with new_folder(out) as staging:
        for study_id, trial in copies.items():
            trial.write(staging / TRIALS_FOLDER / study_id)
        for name, content in tables(copies).items():
            write_atomic(staging / name, content)
        write_atomic(staging / NOTES_FILE, notes(copies, keep_names=keep_names, keep_doses=keep_doses))
    said = (names_said(keep_names=keep_names), doses_said(keep_doses=keep_doses))
    return Shared(
        out,
        len(copies),
        typed_names(copies.values()),
        problems,
        said,
        tuple(unprotected(copies)),
        dict(sorted(left_out.items())),
    )


def _new_id(taken: Mapping[str, Trial]) -> str:
    while (study_id := f"p-{secrets.token_hex(_ID_BYTES)}") in taken:
        pass
    return study_id
